//! `selq labels`: the keys that occur, or the values of one.

use std::io::{self, Write};

use anyhow::Result;
use selq::{KeyFacts, ValueFacts};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::args::{LabelsArgs, LabelsFormat};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::message;
use crate::output::csv::io_error;
use crate::output::json;
use crate::output::table::cut_to_width;
use crate::sanitize;
use crate::selection::{self, Selection};
use crate::stdout::with_stdout;

pub(crate) fn run(args: &LabelsArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    let loaded = input::load(&args.input, config)?;
    let store = loaded.dump.store();
    let plan = selection.plan(store, &selection.selector);
    let matches = plan.run();
    let facts = match &args.key {
        None => Facts::Keys(matches.keys()),
        Some(key) => Facts::Values(matches.values(key)),
    };
    with_stdout(|out| Ok(facts.write(args, config, out)?))?;
    if matches.is_empty() {
        selection.explain_no_match(&loaded.dump, &plan);
    } else if facts.is_empty() {
        message::print(&absence(args.key.as_deref(), store));
    }
    Ok(loaded.status(config, ExitStatus::of_match(!facts.is_empty())))
}

/// Why there is nothing to list.
pub(crate) fn absence(key: Option<&str>, store: &selq::Store) -> String {
    let Some(key) = key else { return "none of the objects has labels".to_owned() };
    let keys = store.keys();
    if keys.iter().any(|fact| fact.key == key) {
        return format!("none of the selected objects has the key {key:?}");
    }
    let nearest = selq::nearest(key, keys.iter().map(|fact| fact.key));
    message::absent(&format!("no key {key:?} {}", selection::among(store)), nearest)
}

/// What a table leaves to each of its numbers where it has to be cut, with the gap before it.
const WIDTH_OF_NUMBERS: usize = 10;
/// The least that is left of keys and values.
const MIN_WIDTH: usize = 16;

/// What is known of keys, or of the values of one.
pub(crate) enum Facts<'s> {
    Keys(Vec<KeyFacts<'s>>),
    Values(Vec<ValueFacts<'s>>),
}

impl Facts<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Facts::Keys(keys) => keys.is_empty(),
            Facts::Values(values) => values.is_empty(),
        }
    }

    fn header(&self) -> &'static [&'static str] {
        match self {
            Facts::Keys(_) => &["key", "objects", "values"],
            Facts::Values(_) => &["value", "objects"],
        }
    }

    /// The text of each row and its numbers.
    fn rows(&self) -> Vec<(&str, Vec<u64>)> {
        match self {
            Facts::Keys(keys) => {
                keys.iter().map(|fact| (fact.key, vec![fact.n_objects, fact.n_values as u64])).collect()
            }
            Facts::Values(values) => values.iter().map(|fact| (fact.value, vec![fact.n_objects])).collect(),
        }
    }

    fn write(&self, args: &LabelsArgs, config: &Config, out: &mut impl Write) -> io::Result<()> {
        match args.output {
            LabelsFormat::Table => self.write_table(!args.no_headers, None, out),
            LabelsFormat::Csv => self.write_csv(!args.no_headers, config.stdout_is_terminal, out),
            LabelsFormat::Jsonl => self.write_jsonl(config.stdout_is_terminal, out),
        }
    }

    /// Numbers are as wide as their heading at least, and to the left, as in kubectl. Keys and values are cut
    /// where the table would be wider than `max_width`.
    pub(crate) fn write_table(
        &self,
        headers: bool,
        max_width: Option<usize>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let header: Vec<String> = self.header().iter().map(|name| name.to_uppercase()).collect();
        let room = max_width.map(|max| max.saturating_sub(WIDTH_OF_NUMBERS * (header.len() - 1)));
        let rows = self.rows().into_iter().map(|(text, numbers)| {
            let mut text = shown(text);
            cut_to_width(&mut text, room.map_or(usize::MAX, |room| room.max(MIN_WIDTH)));
            (text, numbers)
        });
        let rows: Vec<(String, Vec<u64>)> = rows.collect();
        if rows.is_empty() {
            return Ok(());
        }
        let least = if headers { header[0].width() } else { 0 };
        let width = rows.iter().map(|(text, _)| text.width()).max().unwrap_or(0).max(least) + 3;
        let numbers_width = if headers { "OBJECTS".len() + 3 } else { 10 };
        let mut line = |text: &str, numbers: &[String]| {
            let padding = " ".repeat(width - text.width());
            let numbers: Vec<String> = numbers.iter().map(|it| format!("{it:<numbers_width$}")).collect();
            writeln!(out, "{}", format!("{text}{padding}{}", numbers.concat()).trim_end())
        };
        if headers {
            line(&header[0], &header[1..])?;
        }
        for (text, numbers) in &rows {
            line(text, &numbers.iter().map(u64::to_string).collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn write_csv(&self, headers: bool, on_terminal: bool, out: &mut impl Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        if headers {
            writer.write_record(self.header()).map_err(io_error)?;
        }
        for (text, numbers) in self.rows() {
            let text = if on_terminal { sanitize::escaped(text) } else { text.into() };
            let numbers = numbers.iter().map(u64::to_string);
            let record = std::iter::once(text.into_owned()).chain(numbers);
            writer.write_record(record).map_err(io_error)?;
        }
        writer.flush()
    }

    fn write_jsonl(&self, on_terminal: bool, out: &mut impl Write) -> io::Result<()> {
        match self {
            Facts::Keys(keys) => keys.iter().try_for_each(|fact| {
                let KeyFacts { key, n_objects: objects, n_values: values } = *fact;
                json::write_value(&KeyLine { key, objects, values }, on_terminal, out)
            }),
            Facts::Values(facts) => facts.iter().try_for_each(|fact| {
                let ValueFacts { value, n_objects: objects } = *fact;
                json::write_value(&ValueLine { value, objects }, on_terminal, out)
            }),
        }
    }
}

#[derive(Serialize)]
struct KeyLine<'a> {
    key: &'a str,
    objects: u64,
    values: usize,
}

#[derive(Serialize)]
struct ValueLine<'a> {
    value: &'a str,
    objects: u64,
}

/// A key or value as a table shows it. The empty one would not be seen.
fn shown(text: &str) -> String {
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    let mut shown = String::new();
    sanitize::push_escaped(&mut shown, text);
    shown
}
