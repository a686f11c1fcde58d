//! What was read of the objects of a store for queries.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::Subject;
use crate::Dump;
use crate::codec::Encoder;
use crate::kubernetes::LinkPlaces;
use crate::store::{Column, PairSet, SavedColumns};
use crate::syntax::Function;

/// The values of subjects in the objects of one store, with their postings: what plans of queries need besides the labels.
///
/// A column is read once and kept; it is right as long as the store and the JSON of its objects stay as they were. A copy
/// shares the columns that are there.
#[derive(Debug, Clone, Default)]
pub struct Columns {
    columns: Vec<Arc<(Subject, Column)>>,
    /// The place of each in the list: a query may have as many subjects as fit into its text.
    numbers: HashMap<Subject, u32>,
    /// Which of these were saved with the dump.
    saved: Vec<Subject>,
    /// How objects stand to others, under the subjects that stand for that.
    pairs: HashMap<Subject, Arc<PairSet>>,
    /// Where selectors and names of other objects stand.
    places: LinkPlaces,
    /// What is not known of what was read.
    gaps: Vec<Gap>,
}

/// What was read cannot be whole: the dump lacks what a function asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gap {
    /// A function asks for objects of kinds of which there is none.
    NoObjects {
        /// The relation.
        function: Function,
        /// The kinds.
        kinds: Vec<String>,
    },
    /// Workloads of so many objects are told by the hash in their labels alone, as their ReplicaSets are not there.
    ByHash {
        /// How many objects.
        n_objects: u64,
    },
}

/// A subject of a query that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoColumn {
    pub(crate) subject: Subject,
}

impl Columns {
    /// No columns yet.
    #[must_use]
    pub fn new() -> Columns {
        Columns::default()
    }

    /// The same, to read how objects stand to others by this table of places instead of the built-in one.
    #[must_use]
    pub fn with_places(places: LinkPlaces) -> Columns {
        Columns { places, ..Columns::default() }
    }

    /// Whether a subject can be asked about: what stands in the store, as labels, kinds and namespaces do, needs no reading.
    #[must_use]
    pub fn has(&self, subject: &Subject) -> bool {
        !subject.needs_column() || self.about(subject).is_some() || self.pairs.contains_key(subject)
    }

    /// What the dump lacks of what was read, for the functions that some subjects are about.
    pub(crate) fn gaps(&self, subjects: &[&Subject]) -> Vec<&Gap> {
        let is_asked = |function: Function| {
            subjects.iter().any(|it| matches!(it, Subject::Function(call) if call.function() == function))
        };
        let is_about = |gap: &&Gap| match gap {
            Gap::NoObjects { function, .. } => is_asked(*function),
            Gap::ByHash { .. } => is_asked(Function::Workload),
        };
        self.gaps.iter().filter(is_about).collect()
    }

    /// How objects stand to each other, under the subject that stands for that.
    pub(crate) fn pairs(&self, about: &Subject) -> Option<&PairSet> {
        self.pairs.get(about).map(Arc::as_ref)
    }

    /// Keeps how objects stand to each other, under the subject that stands for that.
    pub(super) fn add_pairs(&mut self, about: Subject, pairs: Arc<PairSet>) {
        self.pairs.insert(about, pairs);
    }

    /// Keeps what is not known of what was read.
    pub(super) fn add_gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// The table of places.
    pub(super) fn places(&self) -> &LinkPlaces {
        &self.places
    }

    /// The subjects that were read.
    pub fn subjects(&self) -> impl ExactSizeIterator<Item = &Subject> {
        self.columns.iter().map(|column| &column.0)
    }

    /// The values of a subject that occur, each with the number of objects that have it, in the order of their text;
    /// none of a subject that was not read.
    pub fn values(&self, subject: &Subject) -> impl Iterator<Item = (&str, u64)> {
        let column = self.about(subject).map(|(_, column)| column);
        let values = column.into_iter().flat_map(|column| (0..column.len()).map(move |n| (column, n)));
        values.map(|(column, n)| (column.value(n), column.having(n).len()))
    }

    /// How many objects have a value of a subject, also one that is no text; 0 of a subject that was not read.
    #[must_use]
    pub fn n_objects(&self, subject: &Subject) -> u64 {
        self.about(subject).map_or(0, |(_, column)| column.present().len())
    }

    /// Whether the values of a subject were saved with the dump, so that its objects were not read for them.
    #[must_use]
    pub fn is_saved(&self, subject: &Subject) -> bool {
        self.saved.contains(subject)
    }

    /// Takes a column that was saved with the dump, if there is one. False if not.
    pub(super) fn take_saved(&mut self, dump: &Dump, subject: &Subject) -> bool {
        let Some(column) = dump.saved_columns().get(&subject.to_string()) else { return false };
        self.add(subject.clone(), column);
        self.saved.push(subject.clone());
        true
    }

    /// Writes all columns, for a dump to be saved with.
    pub(crate) fn encode(&self, out: &mut Encoder) {
        SavedColumns::encode(self.columns.iter().map(|column| (column.0.to_string(), &column.1)), out);
    }

    /// Whether a value of a subject occurs; no of one that was not read. One look-up, however many values there are.
    #[must_use]
    pub fn has_value(&self, subject: &Subject, value: &str) -> bool {
        self.about(subject).is_some_and(|(_, column)| column.has(value))
    }

    /// The column about a subject, and its number.
    pub(crate) fn about(&self, subject: &Subject) -> Option<(u32, &Column)> {
        let &number = self.numbers.get(subject)?;
        Some((number, &self.column(number)?.1))
    }

    pub(crate) fn column(&self, number: u32) -> Option<&(Subject, Column)> {
        self.columns.get(number as usize).map(Arc::as_ref)
    }

    pub(crate) fn add(&mut self, subject: Subject, column: Column) {
        // Plans know a column by its number, so that columns come at the end and none is taken away.
        self.numbers.insert(subject.clone(), self.columns.len() as u32);
        self.columns.push(Arc::new((subject, column)));
    }
}

impl NoColumn {
    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }
}

impl fmt::Display for NoColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not read of the objects", self.subject)
    }
}

impl Error for NoColumn {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::{Context, Query};
    use crate::{Loader, Plan, Scope};

    #[test]
    fn many_subjects_take_linear_time() {
        let text = (0..50_000).map(|n| format!(".f{n}=1")).collect::<Vec<_>>().join(" || ");
        let query: Query = text.parse().unwrap();
        // Each compared with each would be more than a billion comparisons.
        assert_eq!(query.subjects().len(), 50_000);
        let dump = Loader::new().load([]).unwrap();
        let (mut columns, context) = (Columns::new(), Context::new());
        columns.read(&dump, query.subjects(), &context);
        let plan = Plan::query(dump.store(), &columns, &query, &Scope::all(), &context).unwrap();
        assert_eq!((columns.subjects().len(), plan.count()), (50_000, 0));
    }
}
