//! `selq labels`: the keys that occur, or the values of a label, field or function.

use std::borrow::Cow;

use anyhow::Result;
use selq::query::{Context, Subject};
use selq::store::{KeyFacts, ValueFacts};
use selq::text::Quoted;
use selq::{Dump, Matches, Store};

use crate::args::LabelsArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::subject::ColumnSubject;
use crate::output::{grid, groups};
use crate::selection::{self, Selection};
use crate::terminal::message;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::{Cell, Grid, Layout};

pub(crate) fn run(args: &LabelsArgs, config: &Config) -> Result<ExitStatus> {
    let subjects = subjects(&args.key)?;
    let asks_for_age = subjects.iter().filter_map(ColumnSubject::read).any(Subject::is_age);
    let selection = Selection::new(&args.selection, config)?.with_ages(asks_for_age);
    let loaded = input::load(&args.input, config)?;
    let store = loaded.dump.store();
    let columns = selection.columns(&loaded.dump);
    let plan = selection.plan(&loaded.dump, &columns)?;
    let matches = plan.run();
    let facts = facts(&subjects, &loaded.dump, &matches, selection.context(&loaded.dump))?;
    let layout = facts.layout(!args.no_headers, config.stdout_columns);
    print_to_stdout(config, |out| Ok(grid::write(&facts, args.output, &layout, out)?))?;
    let mut remarks = selection.remarks(&loaded.dump, &plan, !matches.is_empty());
    // Where no object is selected, that says all.
    if !matches.is_empty() {
        remarks.extend(absences(&subjects, &facts, &matches, store));
    }
    message::remarks(&remarks);
    Ok(loaded.status(config, ExitStatus::of_match(!facts.is_empty())))
}

/// What `--key` names, each once.
fn subjects(typed: &[String]) -> Result<Vec<ColumnSubject>> {
    let mut subjects: Vec<ColumnSubject> = Vec::new();
    for subject in typed.iter().map(|key| key.parse::<ColumnSubject>()) {
        let subject = subject?;
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    Ok(subjects)
}

/// The keys, or the values of these subjects, among the objects of an answer.
fn facts<'s>(
    subjects: &[ColumnSubject],
    dump: &Dump,
    matches: &Matches<'s>,
    context: Context,
) -> Result<Facts<'s>> {
    if let [subject] = subjects {
        return values(subject, dump, matches, context).map(Facts::Values);
    }
    if subjects.is_empty() {
        return Ok(Facts::Keys(matches.keys()));
    }
    let mut of_each = Vec::new();
    for subject in subjects {
        let values = values(subject, dump, matches, context)?.into_iter();
        of_each.extend(values.map(|value| (subject.to_string(), value)));
    }
    Ok(Facts::ValuesOfKeys(of_each))
}

/// The values of a label, field or function among the objects of an answer, most frequent first.
fn values<'s>(
    subject: &ColumnSubject,
    dump: &Dump,
    matches: &Matches<'s>,
    context: Context,
) -> Result<Vec<ValueCount<'s>>> {
    if let Some(key) = subject.label() {
        return Ok(matches.values(key).into_iter().map(ValueCount::from).collect());
    }
    let values = groups::value_counts(dump, &matches.ids().collect::<Vec<_>>(), subject, context)?;
    Ok(values.into_iter().map(|(value, n_objects)| ValueCount { value: value.into(), n_objects }).collect())
}

/// Which keys none of the selected objects has, or that they have none at all.
fn absences(
    subjects: &[ColumnSubject],
    facts: &Facts<'_>,
    matches: &Matches<'_>,
    store: &Store,
) -> Vec<String> {
    if subjects.is_empty() && facts.is_empty() {
        return vec![absence(None, store)];
    }
    let absence = |subject: &ColumnSubject| match subject.label() {
        Some(key) => matches.values(key).is_empty().then(|| absence(Some(key), store)),
        None => facts.lacks(subject).then(|| format!("none of the selected objects has {subject}")),
    };
    subjects.iter().filter_map(absence).collect()
}

/// Why there is nothing to list.
pub(crate) fn absence(key: Option<&str>, store: &Store) -> String {
    let Some(key) = key else { return "none of the objects has labels".to_owned() };
    let keys = store.keys();
    if keys.iter().any(|fact| fact.key == key) {
        return format!("none of the selected objects has the key {}", Quoted(key));
    }
    if let Some(meant) = ColumnSubject::meant(key) {
        let among = selection::among(store.len() as u64);
        return format!("{}; {meant}", selection::no_label(key, None, &among));
    }
    let nearest = selq::text::nearest(key, keys.iter().map(|fact| fact.key));
    message::absent(&selection::no_label(key, None, &selection::among(store.len() as u64)), nearest)
}

/// What is known of keys, or of the values of one or several.
pub(crate) enum Facts<'s> {
    Keys(Vec<KeyFacts<'s>>),
    Values(Vec<ValueCount<'s>>),
    /// Each row says of which key it is.
    ValuesOfKeys(Vec<(String, ValueCount<'s>)>),
}

/// How many objects have a value.
#[derive(Debug, Clone)]
pub(crate) struct ValueCount<'s> {
    value: Cow<'s, str>,
    n_objects: u64,
}

impl<'s> From<ValueFacts<'s>> for ValueCount<'s> {
    fn from(facts: ValueFacts<'s>) -> ValueCount<'s> {
        ValueCount { value: facts.value.into(), n_objects: facts.n_objects }
    }
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

    /// Whether a subject has no value among these.
    fn lacks(&self, subject: &ColumnSubject) -> bool {
        match self {
            Facts::ValuesOfKeys(values) => !values.iter().any(|(key, _)| *key == subject.to_string()),
            facts => facts.is_empty(),
        }
    }

    /// How the table of these looks. Keys and values are cut where it would be wider than `max_width`.
    pub(crate) fn layout(&self, headers: bool, max_width: Option<usize>) -> Layout {
        // The empty value would not be seen.
        Layout { headers, max_width, empty: "\"\"", ..Layout::default() }
    }
}

impl Grid for Facts<'_> {
    /// The number of a fact.
    type Row = usize;

    fn header(&self) -> Vec<&str> {
        match self {
            Facts::Keys(_) => vec!["key", "objects", "values"],
            Facts::Values(_) => vec!["value", "objects"],
            Facts::ValuesOfKeys(_) => vec!["key", "value", "objects"],
        }
    }

    fn rows(&self) -> impl Iterator<Item = usize> {
        0..self.len()
    }

    fn cell<'c>(&'c self, &row: &'c usize, column: usize, _: &'c mut String) -> Cell<'c> {
        // Each has three, of which the third is not asked for where the header has two.
        let cells = match self {
            Facts::Keys(keys) => {
                let KeyFacts { key, n_objects, n_values, .. } = keys[row];
                [Cell::Text(key), Cell::Number(n_objects), Cell::Number(n_values as u64)]
            }
            Facts::Values(values) => {
                let ValueCount { value, n_objects } = &values[row];
                [Cell::Text(value), Cell::Number(*n_objects), Cell::Null]
            }
            Facts::ValuesOfKeys(values) => {
                let (key, ValueCount { value, n_objects }) = &values[row];
                [Cell::Text(key), Cell::Text(value), Cell::Number(*n_objects)]
            }
        };
        cells[column]
    }
}
