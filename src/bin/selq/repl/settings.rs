//! The settings of a session: from the config file, the flags, and the commands that change them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result, anyhow, bail};
use clap::ValueEnum;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::args::{ColorChoice, EditMode, ReplArgs};
use crate::output::custom::CustomColumn;
use crate::output::sort::SortKey;
use crate::output::subject::ColumnSubject;
use crate::output::{OutputFormat, TypedFormat};

/// The names of all settings. Where there is an option for it, that goes by the same name.
pub(super) const NAMES: [&str; 7] =
    ["color", "label-columns", "limit", "mode", "output", "sort-by", "timing"];
/// The column of all labels.
const ALL_LABELS: &str = "*";

/// How a session answers.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) output: TypedFormat,
    /// The columns of that, where it has such.
    pub(crate) custom_columns: Vec<CustomColumn>,
    /// What has a column of its own.
    pub(crate) columns: Vec<ColumnSubject>,
    /// Whether all labels are a last column.
    pub(crate) show_labels: bool,
    pub(crate) limit: Option<usize>,
    /// What rows are sorted by, and how that was typed.
    pub(crate) sort_by: Option<(String, SortKey)>,
    pub(crate) timing: bool,
    pub(crate) mode: EditMode,
    pub(crate) color: Option<ColorChoice>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            output: OutputFormat::Table.into(),
            custom_columns: Vec::new(),
            columns: Vec::new(),
            show_labels: false,
            limit: None,
            sort_by: None,
            timing: true,
            mode: EditMode::Emacs,
            color: None,
        }
    }
}

impl Settings {
    /// What the config file says, and then the flags; and what is wrong with the file, which is no reason not to begin.
    pub(crate) fn read(args: &ReplArgs, config_file: Option<&Path>) -> Result<(Settings, Vec<Error>)> {
        let output = args.fetched_output.clone().unwrap_or(OutputFormat::Table.into());
        let mut settings = Settings { output, ..Settings::default() };
        let faults = config_file.map_or_else(Vec::new, |path| settings.read_file(path));
        // Behind the file, so that options win. One that is wrong ends the program, as elsewhere.
        for (name, value) in args.settings() {
            settings.set(name, &value).with_context(|| format!("--{name}"))?;
        }
        Ok((settings, faults))
    }

    fn read_file(&mut self, path: &Path) -> Vec<Error> {
        match fs::read_to_string(path) {
            Ok(text) => self.read_text(&text, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => vec![Error::from(error).context(path.display().to_string())],
        }
    }

    /// Takes every setting that is right, and tells what is wrong with the others.
    fn read_text(&mut self, text: &str, path: &Path) -> Vec<Error> {
        let place = |byte: usize| format!("{}:{}", path.display(), text[..byte].matches('\n').count() + 1);
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let at = place(error.span().map_or(0, |span| span.start));
                // One cannot tell what was meant by any line of what is no TOML.
                return vec![anyhow!("{at}: expected TOML: {}: no setting is read", error.message())];
            }
        };
        let mut faults = Vec::new();
        for (name, value) in table.get_ref() {
            let set = value_text(value).and_then(|value| self.set(name.get_ref(), &value));
            faults.extend(set.err().map(|error| error.context(place(name.span().start))));
        }
        faults
    }

    /// Changes a setting. `off` takes a limit, an order or columns away.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<()> {
        let given = Some(value).filter(|&value| value != "off");
        match name {
            "output" => self.set_output(TypedFormat::named(name, value)?)?,
            "mode" => self.mode = one_of(name, value)?,
            "color" => self.color = Some(one_of(name, value)?),
            "timing" => self.timing = switch(value)?,
            "limit" => self.limit = given.map(number).transpose()?,
            // As on the command line, where the short names are accepted too.
            "sort-by" | "sort" => self.sort_by = given.map(sort_key).transpose()?,
            "label-columns" | "columns" => self.set_columns(given.unwrap_or_default())?,
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    fn set_output(&mut self, output: TypedFormat) -> Result<()> {
        self.custom_columns = output.custom_columns()?;
        self.output = output;
        Ok(())
    }

    fn set_columns(&mut self, typed: &str) -> Result<()> {
        let (all, columns) = ColumnSubject::words(typed)?
            .into_iter()
            .partition::<Vec<_>, _>(|it| it.label() == Some(ALL_LABELS));
        self.show_labels = !all.is_empty();
        self.columns = columns;
        Ok(())
    }

    /// The value of a setting, as [`Settings::set`] takes it.
    pub(crate) fn get(&self, name: &str) -> String {
        let off = || "off".to_owned();
        match name {
            "output" => self.output.to_string(),
            "mode" => name_of(self.mode),
            "color" => name_of(self.color.unwrap_or(ColorChoice::Auto)),
            "timing" => (if self.timing { "on" } else { "off" }).to_owned(),
            "limit" => self.limit.map_or_else(off, |limit| limit.to_string()),
            "sort-by" => self.sort_by.as_ref().map_or_else(off, |(typed, _)| typed.clone()),
            _ => {
                // `label-columns` is the only one left: nobody asks for a name that is none of
                // NAMES.
                let all = self.show_labels.then_some(ALL_LABELS);
                let columns = self.columns.iter().map(ToString::to_string);
                let columns: Vec<String> = columns.chain(all.map(str::to_owned)).collect();
                if columns.is_empty() { off() } else { columns.join(",") }
            }
        }
    }
}

/// A value of the config file as a command would say it.
fn value_text(value: &Spanned<DeValue<'_>>) -> Result<String> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Integer(number) => Ok(number.as_str().to_owned()),
        DeValue::Boolean(yes) => Ok((if *yes { "on" } else { "off" }).to_owned()),
        DeValue::Array(values) => {
            // No key that one could select by holds a comma.
            Ok(values.iter().map(value_text).collect::<Result<Vec<String>>>()?.join(","))
        }
        _ => bail!("expected a text, a number, true or false, or a list of texts"),
    }
}

pub(super) fn unknown(name: &str) -> anyhow::Error {
    match selq::text::nearest(name, NAMES) {
        Some(nearest) => anyhow!("no setting {name:?}; did you mean {nearest:?}?"),
        None => anyhow!("no setting {name:?}; there are {}", NAMES.join(", ")),
    }
}

pub(super) fn one_of<T: ValueEnum>(name: &str, value: &str) -> Result<T> {
    T::from_str(value, true).map_err(|_| {
        let known: Vec<String> = T::value_variants().iter().cloned().map(name_of).collect();
        anyhow!("expected {} as {name}, found {value:?}", known.join(", "))
    })
}

fn name_of<T: ValueEnum>(value: T) -> String {
    value.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn sort_key(typed: &str) -> Result<(String, SortKey)> {
    let key = typed.parse::<SortKey>().with_context(|| format!("{typed} is no path"))?;
    Ok((typed.to_owned(), key))
}

fn switch(value: &str) -> Result<bool> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => bail!("expected on or off, found {value:?}"),
    }
}

/// A number, as it is typed or as counts are printed.
fn number(value: &str) -> Result<usize> {
    value.replace(',', "").parse().map_err(|_| anyhow!("expected a number or off, found {value:?}"))
}

/// The config file, in the user's config folder.
pub(crate) fn config_file() -> Option<PathBuf> {
    user_folder("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("selq/config.toml"))
}

/// The file that the history is kept in, in the user's state folder.
pub(crate) fn history_file() -> Option<PathBuf> {
    user_folder("XDG_STATE_HOME", ".local/state").map(|folder| folder.join("selq/history"))
}

/// The folder that a variable names; relative ones are to be passed over, as the XDG standard says.
fn user_folder(variable: &str, in_home: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|folder| folder.is_absolute());
    named.or_else(|| Some(std::env::home_dir()?.join(in_home)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Settings, Vec<Error>) {
        let mut settings = Settings::default();
        let faults = settings.read_text(text, Path::new("config.toml"));
        (settings, faults)
    }

    #[test]
    fn every_setting_can_be_written_in_the_file() {
        let text = "mode = \"vi\"\ncolor = \"never\"\nlimit = 50\noutput = \"wide\"\n\
                    label-columns = [\"env\", \"*\"]\nsort-by = \"tier\"\ntiming = false\n";
        let (settings, faults) = read(text);
        assert!(faults.is_empty(), "{faults:?}");
        let values: Vec<String> = NAMES.iter().map(|name| settings.get(name)).collect();
        assert_eq!(values, ["never", "env,*", "50", "vi", "wide", "tier", "off"]);
    }

    #[test]
    fn the_file_in_the_readme_is_right() {
        let readme = include_str!("../../../../README.md");
        // Rules of an audit are written in TOML too.
        let blocks = readme.split("```toml\n").skip(1).filter_map(|behind| behind.split_once("```"));
        let text = blocks.map(|(block, _)| block).find(|block| !block.contains("[[rule]]")).unwrap();
        let (settings, faults) = read(text);
        assert!(faults.is_empty(), "{faults:?}");
        let values: Vec<String> = NAMES.iter().map(|name| settings.get(name)).collect();
        let expected =
            ["never", "env,app.kubernetes.io/name", "50", "vi", "wide", ".metadata.creationTimestamp", "off"];
        assert_eq!(values, expected);
    }

    #[test]
    fn what_get_says_set_takes() {
        let mut settings = Settings::default();
        for name in NAMES {
            let value = settings.get(name);
            settings.set(name, &value).unwrap();
            assert_eq!(settings.get(name), value, "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_left_out_and_the_rest_holds() {
        let (settings, faults) = read("limt = 1\noutput = \"wide\"\nmode = \"emax\"\nlimit = 7\n");
        let found = (settings.get("output"), settings.get("limit"), settings.get("mode"), faults.len());
        assert_eq!(found, ("wide".to_owned(), "7".to_owned(), "emacs".to_owned(), 2));
    }

    #[test]
    fn errors_name_the_line_and_the_fix() {
        let message = |text: &str| format!("{:#}", read(text).1.remove(0));
        let snapshot = [
            message("mode = \"vi\"\nlimt = 5"),
            message("colour_scheme = 1"),
            message("output = \"xml\""),
            message("limit = \"few\""),
            message("timing = 1979-05-27"),
            message("sort = \".a[\""),
            message("\nmode = vi"),
        ];
        insta::assert_snapshot!(snapshot.join("\n"), @r#"
        config.toml:2: no setting "limt"; did you mean "limit"?
        config.toml:1: no setting "colour_scheme"; there are color, label-columns, limit, mode, output, sort-by, timing
        config.toml:1: expected table, wide, name, json, yaml, jsonl, csv, tsv, kubectl, kubectl-wide, custom-columns, records as output, found "xml"
        config.toml:1: expected a number or off, found "few"
        config.toml:1: expected a text, a number, true or false, or a list of texts
        config.toml:1: .a[ is no path: expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text
        config.toml:2: expected TOML: string values must be quoted, expected literal string: no setting is read
        "#);
    }
}
