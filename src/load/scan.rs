//! Counts objects while they are read, and keeps none of them.

use super::dump::Dump;
use super::error::LoadError;
use super::head::Head;
use super::report::LoadObserver;
use super::sink::Sink;
use super::source::Source;
use super::{Input, Loader};
use crate::{ObjectId, ObjectIdentity};
use std::ops::Range;

/// An object while it is read; borrowed from the dump, and gone with the next one.
#[derive(Debug, Clone, Copy)]
pub struct ReadObject<'r> {
    head: &'r Head<'r>,
}

impl<'r> ReadObject<'r> {
    /// What the object says that it is. An item of a `PodList` that does not say its kind has none here.
    #[must_use]
    pub fn identity(&self) -> ObjectIdentity<'r> {
        self.head.identity()
    }

    /// The value of a label; of two labels with the same key, of the last. One step per label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'r str> {
        self.head.label(key)
    }
}

/// What [`Loader::scan`] found.
///
/// Keeps the bytes that were read, so that a store can still be made of them.
#[derive(Debug)]
pub struct Scan {
    loader: Loader,
    n_selected: Option<u64>,
    sources: Vec<Source>,
    inputs: std::vec::IntoIter<Input>,
}

impl Scan {
    /// How many objects were selected. `None` if that cannot be told from one object at a time: watch events
    /// replace objects and take them away.
    #[must_use]
    pub fn n_selected(&self) -> Option<u64> {
        self.n_selected
    }

    /// Loads what was scanned, without reading the inputs again, and what was not scanned after all.
    ///
    /// # Errors
    ///
    /// As [`Loader::load_with`].
    pub fn load_with(self, observer: &mut dyn LoadObserver) -> Result<Dump, LoadError> {
        let sources = self.sources.into_iter().map(Pending::Source);
        self.loader.load_pending(sources.chain(self.inputs.map(Pending::Input)).collect(), observer)
    }
}

/// Something to read that may be read already.
pub(super) enum Pending {
    Input(Input),
    Source(Source),
}

impl Pending {
    /// How many bytes it has, where that is known beforehand.
    pub(super) fn n_bytes(&self) -> Option<u64> {
        match self {
            Pending::Input(input) => input.n_bytes(),
            Pending::Source(source) => Some(source.bytes().len() as u64),
        }
    }
}

/// Counts the objects that `select` wants.
pub(super) struct Tally<'f, F> {
    select: &'f F,
    n_objects: usize,
    n_selected: u64,
    /// There was a watch event.
    pub(super) gave_up: bool,
}

impl<'f, F: Fn(ReadObject<'_>) -> bool + Sync> Tally<'f, F> {
    pub(super) fn new(select: &'f F) -> Tally<'f, F> {
        Tally { select, n_objects: 0, n_selected: 0, gave_up: false }
    }

    /// What was found in these sources, with what is left to read.
    pub(super) fn end(self, loader: Loader, sources: Vec<Source>, inputs: std::vec::IntoIter<Input>) -> Scan {
        let n_selected = (!self.gave_up).then_some(self.n_selected);
        Scan { loader, n_selected, sources, inputs }
    }
}

impl<F: Fn(ReadObject<'_>) -> bool + Sync> Sink for Tally<'_, F> {
    fn part(&self) -> Self {
        Tally::new(self.select)
    }

    fn append(&mut self, part: Self, _index: u64) {
        self.n_objects += part.n_objects;
        self.n_selected += part.n_selected;
    }

    fn n_ids(&self) -> usize {
        self.n_objects
    }

    fn push(&mut self, head: &Head<'_>, _index: u64, _span: Range<usize>) -> ObjectId {
        let id = ObjectId(self.n_objects as u32);
        self.n_objects += 1;
        self.n_selected += u64::from((self.select)(ReadObject { head }));
        id
    }

    fn infer_kind(&mut self, _id: ObjectId, _list: &Head<'_>, _kind: &str) {}

    fn follows_events(&mut self) -> bool {
        self.gave_up = true;
        false
    }

    fn replace(&mut self, _head: &Head<'_>, _span: Range<usize>) -> bool {
        false
    }

    fn remove(&mut self, _head: &Head<'_>, _index: u64) {}
}
