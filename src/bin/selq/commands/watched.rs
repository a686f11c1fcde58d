//! What a watch looks out for: the query of the options, or many.

use std::collections::HashSet;

use anyhow::Result;
use selq::query::{Context, Queried, QueryMatcher};
use selq::watch::{ObjectChange, Transition};
use selq::{Object, ObjectIdentity, Query, Selector, SelectorSet};

use crate::args::WatchArgs;
use crate::commands::queries;
use crate::config::Config;
use crate::selection::Selection;
use crate::selection::sightings::Sightings;
use crate::selection::wanted::Wanted;

/// The queries that are watched, by their numbers.
pub(super) struct WatchedQueries {
    /// What to call each, where there are many.
    names: Vec<Option<String>>,
    /// Those of labels alone, which are answered together.
    about_labels: SelectorSet<Query>,
    /// The number of each of these.
    label_numbers: Vec<usize>,
    /// The others.
    others: Vec<WatchedQuery>,
}

/// A query about more than labels.
struct WatchedQuery {
    number: usize,
    query: Query,
    /// The objects of the stream that it selects now, by their positions: what they were is not kept otherwise.
    selected: HashSet<u64>,
}

impl WatchedQueries {
    /// Those of `--queries`, or that of the options; with the number of lines that are none.
    pub(super) fn new(
        args: &WatchArgs,
        selection: &Selection,
        config: &Config,
    ) -> Result<(WatchedQueries, u64)> {
        let mut watched = WatchedQueries {
            names: Vec::new(),
            about_labels: SelectorSet::of_queries(),
            label_numbers: Vec::new(),
            others: Vec::new(),
        };
        if args.queries.is_empty() {
            watched.insert(None, selection.wanted())?;
            return Ok((watched, 0));
        }
        let (queries, n_refused) = queries::read_all(&args.queries, &args.source.inputs(), config)?;
        for (name, wanted) in queries {
            watched.insert(Some(name), selection.wanted_with(wanted))?;
        }
        Ok((watched, n_refused))
    }

    /// Refuses what asks other objects: a stream has the one that changes.
    fn insert(&mut self, name: Option<String>, wanted: Wanted) -> Result<()> {
        let number = self.names.len();
        self.names.push(name);
        let query = wanted.into_query();
        query.is_of_one_object()?;
        match self.about_labels.insert_query(query.clone()) {
            Ok(_) => self.label_numbers.push(number),
            Err(_) => self.others.push(WatchedQuery { number, query, selected: HashSet::new() }),
        }
        Ok(())
    }

    /// What they name of labels, to be looked out for.
    pub(super) fn sightings(&self) -> Sightings {
        let queries = self.about_labels.iter().map(|(_, query)| query);
        let queries = queries.chain(self.others.iter().map(|it| &it.query));
        let asked: Vec<Selector> = queries.flat_map(Query::label_requirements).map(Selector::from).collect();
        Sightings::new(&asked, [])
    }

    /// Whether objects are asked about more than their labels.
    pub(super) fn read_objects(&self) -> bool {
        !self.others.is_empty()
    }

    /// A new stream begins, in which nothing is known yet.
    pub(super) fn begin(&mut self) {
        self.others.iter_mut().for_each(|it| it.selected.clear());
    }

    /// What a change does to each of them, with what it is called where there are many.
    pub(super) fn transitions(
        &mut self,
        change: &ObjectChange,
        stream: StreamName<'_>,
        context: Context,
    ) -> Vec<(Option<&str>, Transition)> {
        let by_labels = change.transitions(&self.about_labels).into_iter();
        let mut found: Vec<(usize, Transition)> =
            by_labels.map(|(id, it)| (self.label_numbers[id.index()], it)).collect();
        let object = EventObject { object: &change.object, stream };
        for watched in &mut self.others {
            found.extend(watched.transition(change, &object, context).map(|it| (watched.number, it)));
        }
        found.sort_by_key(|&(number, _)| number);
        found.into_iter().map(|(number, it)| (self.names[number].as_deref(), it)).collect()
    }
}

impl WatchedQuery {
    /// What a change does to its selection, which is then up to date.
    fn transition(
        &mut self,
        change: &ObjectChange,
        object: &EventObject<'_>,
        context: Context,
    ) -> Option<Transition> {
        // What asks other objects was refused before.
        let matches = || QueryMatcher::new(&self.query, context).is_ok_and(|matcher| matcher.matches(object));
        let is_selected = change.is_there && matches();
        let was_selected = match is_selected {
            true => !self.selected.insert(change.index),
            false => self.selected.remove(&change.index),
        };
        change.transition_between(was_selected, is_selected)
    }
}

/// What a stream is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct StreamName<'e> {
    pub(super) source: &'e str,
    pub(super) cluster: Option<&'e str>,
}

/// The object of an event, with the stream that it came in.
struct EventObject<'e> {
    object: &'e Object,
    stream: StreamName<'e>,
}

impl Queried for EventObject<'_> {
    fn identity(&self) -> ObjectIdentity<'_> {
        self.object.identity()
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.object.labels().filter(|(own, _)| *own == key).last().map(|(_, value)| value)
    }

    fn json(&self) -> &str {
        self.object.json().unwrap_or_default()
    }

    fn source(&self) -> Option<&str> {
        Some(self.stream.source)
    }

    fn cluster(&self) -> Option<&str> {
        self.stream.cluster
    }
}
