//! `selq labels`: the keys that occur, or the values of one.

use std::io::{self, Write};

use anyhow::Result;
use selq::{KeyFacts, Matches, Quoted, Store, ValueFacts};
use serde::Serialize;

use crate::args::{LabelsArgs, LabelsFormat};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::csv::io_error;
use crate::output::grid::{self, Layout, Table};
use crate::output::json;
use crate::selection::{self, Selection};
use crate::terminal::message;
use crate::terminal::sanitize;
use crate::terminal::stdout::with_stdout;

pub(crate) fn run(args: &LabelsArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    let loaded = input::load(&args.input, config)?;
    let store = loaded.dump.store();
    let plan = selection.plan(store, &selection.selector);
    let matches = plan.run();
    let mut keys: Vec<&str> = Vec::new();
    for key in &args.key {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let facts = match &keys[..] {
        [] => Facts::Keys(matches.keys()),
        [key] => Facts::Values(matches.values(key)),
        keys => {
            let values = |&key| matches.values(key).into_iter().map(move |fact| (key, fact));
            Facts::ValuesOfKeys(keys.iter().flat_map(values).collect())
        }
    };
    with_stdout(|out| Ok(facts.write(args, config, out)?))?;
    selection.remark(&loaded.dump, &plan, !matches.is_empty());
    if !matches.is_empty() {
        explain_absence(&keys, &facts, &matches, store);
    }
    Ok(loaded.status(config, ExitStatus::of_match(!facts.is_empty())))
}

/// Says which keys none of the selected objects has, or that they have none at all.
fn explain_absence(keys: &[&str], facts: &Facts<'_>, matches: &Matches<'_>, store: &Store) {
    if keys.is_empty() && facts.is_empty() {
        message::print(&absence(None, store));
    }
    let absent = keys.iter().filter(|key| matches.values(key).is_empty());
    absent.for_each(|key| message::print(&absence(Some(key), store)));
}

/// Why there is nothing to list.
pub(crate) fn absence(key: Option<&str>, store: &Store) -> String {
    let Some(key) = key else { return "none of the objects has labels".to_owned() };
    let keys = store.keys();
    if keys.iter().any(|fact| fact.key == key) {
        return format!("none of the selected objects has the key {}", Quoted(key));
    }
    let nearest = selq::nearest(key, keys.iter().map(|fact| fact.key));
    message::absent(&selection::no_label(key, None, &selection::among(store.len() as u64)), nearest)
}

/// What is known of keys, or of the values of one or several.
pub(crate) enum Facts<'s> {
    Keys(Vec<KeyFacts<'s>>),
    Values(Vec<ValueFacts<'s>>),
    /// Each row says of which key it is.
    ValuesOfKeys(Vec<(&'s str, ValueFacts<'s>)>),
}

impl Facts<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        match self {
            Facts::Keys(keys) => keys.len(),
            Facts::Values(values) => values.len(),
            Facts::ValuesOfKeys(values) => values.len(),
        }
    }

    fn header(&self) -> &'static [&'static str] {
        match self {
            Facts::Keys(_) => &["key", "objects", "values"],
            Facts::Values(_) => &["value", "objects"],
            Facts::ValuesOfKeys(_) => &["key", "value", "objects"],
        }
    }

    /// How many columns are texts; the others are numbers.
    fn n_texts(&self) -> usize {
        if matches!(self, Facts::ValuesOfKeys(_)) { 2 } else { 1 }
    }

    /// The texts of a row and its numbers, of each as many as there are columns of them.
    fn row(&self, nth: usize) -> ([&str; 2], [u64; 2]) {
        match self {
            Facts::Keys(keys) => {
                let KeyFacts { key, n_objects, n_values, .. } = keys[nth];
                ([key, ""], [n_objects, n_values as u64])
            }
            Facts::Values(values) => ([values[nth].value, ""], [values[nth].n_objects, 0]),
            Facts::ValuesOfKeys(values) => {
                let (key, ValueFacts { value, n_objects, .. }) = values[nth];
                ([key, value], [n_objects, 0])
            }
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
        let n_texts = self.n_texts();
        for nth in 0..self.len() {
            let (texts, numbers) = self.row(nth);
            let shown =
                |text| if on_terminal { sanitize::escaped(text).into_owned() } else { text.to_owned() };
            let numbers = numbers.iter().take(self.header().len() - n_texts).map(u64::to_string);
            let record = texts.into_iter().take(n_texts).map(shown).chain(numbers);
            writer.write_record(record).map_err(io_error)?;
        }
        writer.flush()
    }

    fn write_jsonl(&self, on_terminal: bool, out: &mut impl Write) -> io::Result<()> {
        match self {
            Facts::Keys(keys) => keys.iter().try_for_each(|fact| {
                let KeyFacts { key, n_objects: objects, n_values: values, .. } = *fact;
                json::write_value(&KeyLine { key, objects, values }, on_terminal, out)
            }),
            Facts::Values(facts) => {
                facts.iter().try_for_each(|fact| write_value(None, fact, on_terminal, out))
            }
            Facts::ValuesOfKeys(facts) => {
                facts.iter().try_for_each(|(key, fact)| write_value(Some(key), fact, on_terminal, out))
            }
        }
    }
}

impl Table for Facts<'_> {
    /// The number of a fact.
    type Row = usize;

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.len()
    }

    fn cell<'c>(&'c self, row: &'c usize, column: usize, scratch: &'c mut String) -> Option<&'c str> {
        let (texts, numbers) = self.row(*row);
        if let Some(column) = column.checked_sub(self.n_texts()) {
            scratch.push_str(&numbers[column].to_string());
            return Some(scratch);
        }
        // The empty one would not be seen.
        Some(if texts[column].is_empty() { "\"\"" } else { texts[column] })
    }
}

#[derive(Serialize)]
struct KeyLine<'a> {
    key: &'a str,
    objects: u64,
    values: usize,
}

fn write_value(
    key: Option<&str>,
    fact: &ValueFacts<'_>,
    on_terminal: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    let ValueFacts { value, n_objects: objects, .. } = *fact;
    json::write_value(&ValueLine { key, value, objects }, on_terminal, out)
}

#[derive(Serialize)]
struct ValueLine<'a> {
    /// Only where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    value: &'a str,
    objects: u64,
}
