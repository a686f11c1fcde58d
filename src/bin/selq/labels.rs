//! `selq labels`: the keys that occur, or the values of one.

use std::io::{self, Write};

use anyhow::Result;
use selq::{KeyFacts, Quoted, ValueFacts};
use serde::Serialize;

use crate::args::{LabelsArgs, LabelsFormat};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::message;
use crate::output::csv::io_error;
use crate::output::grid::{self, Layout, Table};
use crate::output::json;
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
    selection.remark(&loaded.dump, &plan, !matches.is_empty());
    if facts.is_empty() && !matches.is_empty() {
        message::print(&absence(args.key.as_deref(), store));
    }
    Ok(loaded.status(config, ExitStatus::of_match(!facts.is_empty())))
}

/// Why there is nothing to list.
pub(crate) fn absence(key: Option<&str>, store: &selq::Store) -> String {
    let Some(key) = key else { return "none of the objects has labels".to_owned() };
    let keys = store.keys();
    if keys.iter().any(|fact| fact.key == key) {
        return format!("none of the selected objects has the key {}", Quoted(key));
    }
    let nearest = selq::nearest(key, keys.iter().map(|fact| fact.key));
    message::absent(&selection::no_label(key, None, &selection::among(store.len() as u64)), nearest)
}

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
            LabelsFormat::Table => self.write_table(!args.no_headers, config.stdout_columns, out),
            LabelsFormat::Csv => self.write_csv(!args.no_headers, config.stdout_is_terminal, out),
            LabelsFormat::Jsonl => self.write_jsonl(config.stdout_is_terminal, out),
        }
    }

    /// Keys and values are cut where the table would be wider than `max_width`.
    pub(crate) fn write_table(
        &self,
        shows_headers: bool,
        max_width: Option<usize>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let headers = self.header().iter().map(|name| name.to_uppercase()).collect();
        let layout = Layout { headers, shows_headers, max_width, last_is_labels: false };
        grid::write(self, &layout, out)
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

impl Table for Facts<'_> {
    /// The number of a fact.
    type Row = usize;

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..match self {
            Facts::Keys(keys) => keys.len(),
            Facts::Values(values) => values.len(),
        }
    }

    fn cell<'c>(&'c self, row: &'c usize, column: usize, scratch: &'c mut String) -> Option<&'c str> {
        let (text, numbers) = match self {
            Facts::Keys(keys) => {
                let KeyFacts { key, n_objects, n_values } = keys[*row];
                (key, [n_objects, n_values as u64])
            }
            Facts::Values(values) => {
                let ValueFacts { value, n_objects } = values[*row];
                (value, [n_objects, 0])
            }
        };
        let Some(column) = column.checked_sub(1) else {
            // The empty one would not be seen.
            return Some(if text.is_empty() { "\"\"" } else { text });
        };
        scratch.push_str(&numbers[column].to_string());
        Some(scratch)
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
