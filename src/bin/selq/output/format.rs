//! The formats of an answer, listed once.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::{Arg, Command, ValueEnum};

use super::custom::{self, CustomColumn};

/// The formats of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputFormat {
    /// Columns for people
    Table,
    /// The table with API version, source and index; what a watch event changed keeps its index
    Wide,
    /// kind.group/name, one a line
    Name,
    /// The objects as a List, as they were
    Json,
    /// The same List in YAML, as kubectl writes it
    Yaml,
    /// One object a line
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
    /// The tables of kubectl get, one a kind: READY, STATUS, RESTARTS, AGE
    Kubectl,
    /// The tables of kubectl get -o wide
    KubectlWide,
    /// Columns of your own: custom-columns=HEAD:PATH,…
    CustomColumns,
    /// One flat JSON object a line, for engines that load tables
    Records,
}

impl OutputFormat {
    /// What the formats are called, in their order.
    pub(crate) const NAMES: [&str; 12] = [
        "table",
        "wide",
        "name",
        "json",
        "yaml",
        "jsonl",
        "csv",
        "tsv",
        "kubectl",
        "kubectl-wide",
        "custom-columns",
        "records",
    ];

    /// The same as one reads them: `table, wide or name`.
    pub(crate) fn names_in_words() -> String {
        let [others @ .., last] = OutputFormat::NAMES;
        format!("{} or {last}", others.join(", "))
    }

    /// Whether it shows columns, of which there may be more.
    pub(crate) fn has_columns(self) -> bool {
        self.is_table()
            || self.is_kubectl()
            || matches!(self, OutputFormat::Csv | OutputFormat::Tsv | OutputFormat::Records)
    }

    /// Whether it has the columns of `kubectl get`.
    pub(crate) fn is_kubectl(self) -> bool {
        matches!(self, OutputFormat::Kubectl | OutputFormat::KubectlWide)
    }

    /// Whether it is laid out for people, on a screen that may be too narrow.
    pub(crate) fn is_table(self) -> bool {
        matches!(self, OutputFormat::Table | OutputFormat::Wide)
    }

    /// Whether an object may take any number of lines of it.
    pub(crate) fn is_of_objects(self) -> bool {
        matches!(self, OutputFormat::Json | OutputFormat::Yaml | OutputFormat::Jsonl)
    }

    /// The format that a file is in by the end of its name.
    pub(crate) fn of_extension(path: &Path) -> Option<OutputFormat> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            // What is called a table or a name has no format of files.
            "table" | "wide" | "name" | "kubectl" | "kubectl-wide" | "custom-columns" | "records" => None,
            "ndjson" => Some(OutputFormat::Jsonl),
            "yml" => Some(OutputFormat::Yaml),
            extension => OutputFormat::from_str(extension, false).ok(),
        }
    }
}

/// What stands before the columns of one's own.
const CUSTOM_COLUMNS: &str = "custom-columns=";

/// A format as it was asked for: its name, or the columns that it is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypedFormat {
    pub(crate) format: OutputFormat,
    /// What stands behind `custom-columns=`.
    columns: Option<String>,
}

impl TypedFormat {
    /// Reads a format where `name` is asked for.
    pub(crate) fn named(name: &str, text: &str) -> Result<TypedFormat> {
        if let Some(columns) = text.strip_prefix(CUSTOM_COLUMNS) {
            return Ok(TypedFormat {
                columns: Some(columns.to_owned()),
                ..OutputFormat::CustomColumns.into()
            });
        }
        let format = OutputFormat::from_str(text, true)
            .map_err(|_| anyhow!("expected {} as {name}, found {text:?}", OutputFormat::NAMES.join(", ")))?;
        Ok(format.into())
    }

    /// The columns of `custom-columns`, which needs some; none of other formats.
    pub(crate) fn custom_columns(&self) -> Result<Vec<CustomColumn>> {
        match (self.format, &self.columns) {
            (OutputFormat::CustomColumns, Some(columns)) => CustomColumn::list(columns),
            (OutputFormat::CustomColumns, None) => bail!("expected {}, found no columns", custom::USAGE),
            _ => Ok(Vec::new()),
        }
    }
}

impl From<OutputFormat> for TypedFormat {
    fn from(format: OutputFormat) -> TypedFormat {
        TypedFormat { format, columns: None }
    }
}

impl fmt::Display for TypedFormat {
    /// Writes what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.columns {
            Some(columns) => write!(f, "{CUSTOM_COLUMNS}{columns}"),
            None => f.write_str(OutputFormat::NAMES[self.format as usize]),
        }
    }
}

/// Reads a format on the command line. What its columns are is read later: an error in a path is shown with its place in
/// the text, which clap would not do.
#[derive(Debug, Clone)]
pub(crate) struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = TypedFormat;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> std::result::Result<TypedFormat, clap::Error> {
        match value.to_str().and_then(|text| text.strip_prefix(CUSTOM_COLUMNS)) {
            Some(columns) => {
                Ok(TypedFormat { columns: Some(columns.to_owned()), ..OutputFormat::CustomColumns.into() })
            }
            None => EnumValueParser::<OutputFormat>::new().parse_ref(command, arg, value).map(Into::into),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let formats = OutputFormat::value_variants().iter();
        Some(Box::new(formats.filter_map(ValueEnum::to_possible_value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_called_by_one_name() {
        let formats = OutputFormat::value_variants().iter();
        let names: Vec<String> =
            formats.map(|format| format.to_possible_value().unwrap().get_name().to_owned()).collect();
        assert_eq!(names, OutputFormat::NAMES);
        assert_eq!(
            OutputFormat::names_in_words(),
            "table, wide, name, json, yaml, jsonl, csv, tsv, kubectl, kubectl-wide, custom-columns or records"
        );
    }

    #[test]
    fn the_end_of_a_name_tells_the_format() {
        let of = |name: &str| OutputFormat::of_extension(Path::new(name));
        assert_eq!(of("a.json"), Some(OutputFormat::Json));
        assert_eq!([of("a.NDJSON"), of("b.c.jsonl")], [Some(OutputFormat::Jsonl); 2]);
        assert_eq!([of("a.CSV"), of("a.tsv")], [Some(OutputFormat::Csv), Some(OutputFormat::Tsv)]);
        assert_eq!([of("a.yaml"), of("b.yml")], [Some(OutputFormat::Yaml); 2]);
        assert_eq!([of("a.table"), of("a.name"), of("csv"), of(".csv")], [None; 4]);
    }
}
