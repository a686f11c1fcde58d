//! `selq labels`: the keys that occur, or the values of one.

use anyhow::Result;
use selq::store::{KeyFacts, ValueFacts};
use selq::text::Quoted;
use selq::{Matches, Store};

use crate::args::LabelsArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::grid;
use crate::output::subject::ColumnSubject;
use crate::selection::{self, Selection};
use crate::terminal::message;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::{Cell, Grid, Layout};

pub(crate) fn run(args: &LabelsArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    let loaded = input::load(&args.input, config)?;
    let store = loaded.dump.store();
    let columns = selection.columns(&loaded.dump);
    let plan = selection.plan(&loaded.dump, &columns)?;
    let matches = plan.run();
    let mut keys: Vec<&str> = Vec::new();
    for key in &args.key {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let facts = match &keys[..] {
        [] => Facts::Keys(matches.keys()),
        // The rows of one key need not say which: the columns stay `VALUE` and `OBJECTS`.
        [key] => Facts::Values(matches.values(key)),
        keys => {
            let values = |&key| matches.values(key).into_iter().map(move |fact| (key, fact));
            Facts::ValuesOfKeys(keys.iter().flat_map(values).collect())
        }
    };
    let layout = facts.layout(!args.no_headers, config.stdout_columns);
    print_to_stdout(config, |out| Ok(grid::write(&facts, args.output, &layout, out)?))?;
    let mut remarks = selection.remarks(&loaded.dump, &plan, !matches.is_empty());
    // Where no object is selected, that says all.
    if !matches.is_empty() {
        remarks.extend(absences(&keys, &facts, &matches, store));
    }
    message::remarks(&remarks);
    Ok(loaded.status(config, ExitStatus::of_match(!facts.is_empty())))
}

/// Which keys none of the selected objects has, or that they have none at all.
fn absences(keys: &[&str], facts: &Facts<'_>, matches: &Matches<'_>, store: &Store) -> Vec<String> {
    if keys.is_empty() && facts.is_empty() {
        return vec![absence(None, store)];
    }
    let absent = keys.iter().filter(|key| matches.values(key).is_empty());
    absent.map(|key| absence(Some(key), store)).collect()
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
                let ValueFacts { value, n_objects, .. } = values[row];
                [Cell::Text(value), Cell::Number(n_objects), Cell::Null]
            }
            Facts::ValuesOfKeys(values) => {
                let (key, ValueFacts { value, n_objects, .. }) = values[row];
                [Cell::Text(key), Cell::Text(value), Cell::Number(n_objects)]
            }
        };
        cells[column]
    }
}
