//! Runs of objects that follow one another: where one begins, and what was read of it apart from the rest.

use crate::ObjectId;
use crate::load::json::cursor::ValueLayout;
use crate::load::objects::file_sort::FileSort;
use crate::load::objects::lists::ItemsKind;
use crate::load::objects::sink::Sink;
use std::collections::VecDeque;
use std::sync::Arc;

/// As many objects as a store can number.
pub(in crate::load) const MAX_OBJECTS: usize = u32::MAX as usize;

/// What the objects are that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) enum Ahead {
    /// Values at the top level.
    Values(ValueLayout),
    /// Elements of an array at this depth of lists.
    Elements { depth: usize },
}

impl Ahead {
    /// Whether these are of the same objects.
    fn is_of(self, other: Ahead) -> bool {
        match (self, other) {
            // What is left of many lines may be a single one.
            (Ahead::Values(_), Ahead::Values(_)) => true,
            _ => self == other,
        }
    }

    /// Whether each begins on a line of its own, which bounds it.
    pub(in crate::load) fn are_lines(self) -> bool {
        matches!(self, Ahead::Values(ValueLayout::Lines))
    }
}

/// What was read of a part.
pub(in crate::load) struct PartRead<S> {
    pub(in crate::load) sink: S,
    pub(in crate::load) n_objects: u64,
    pub(in crate::load) without_kind: Vec<ObjectId>,
    pub(in crate::load) has_labels_at: bool,
    pub(in crate::load) sort: FileSort,
}

impl<S: Sink> PartRead<S> {
    /// How many objects came, for whoever is told how far it is.
    pub(in crate::load) fn n_objects(&self) -> usize {
        self.sink.n_objects()
    }

    /// Whether a store can number these objects behind those of a sink.
    pub(in crate::load) fn fits_behind(&self, sink: &S) -> bool {
        sink.n_ids() + self.sink.n_ids() <= MAX_OBJECTS
    }

    /// The objects without a kind, as they are numbered behind so many others.
    pub(in crate::load) fn ids_behind(&self, n_ids: usize) -> impl Iterator<Item = ObjectId> {
        self.without_kind.iter().map(move |id| ObjectId(id.0 + n_ids as u32))
    }

    /// Adds the part that follows. Gives that back if it does not fit.
    pub(in crate::load) fn append(&mut self, next: PartRead<S>) -> Option<PartRead<S>> {
        if !next.fits_behind(&self.sink) {
            return Some(next);
        }
        self.without_kind.extend(next.ids_behind(self.sink.n_ids()));
        self.sink.append(next.sink, self.n_objects);
        self.n_objects += next.n_objects;
        self.has_labels_at |= next.has_labels_at;
        self.sort = self.sort.max(next.sort);
        None
    }
}

/// Where the first run begins, and what stands between two of its objects.
#[derive(Debug)]
pub(in crate::load) struct RunStart {
    pub(in crate::load) pos: usize,
    pub(in crate::load) ahead: Ahead,
    /// What the list of the objects said of them before.
    pub(in crate::load) items_kind: Option<Arc<ItemsKind>>,
    /// How the text is laid out, which its beginning says.
    pub(in crate::load) layout: ValueLayout,
    pub(in crate::load) seam: Vec<u8>,
    /// Where in the seam the second object begins.
    pub(in crate::load) seam_start: usize,
    /// What the objects are written in.
    pub(in crate::load) notation: Notation,
}

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) enum Notation {
    Json,
    Yaml,
}

/// What was read of the runs of a text before it is walked. What they were read from is not in it any more.
pub(in crate::load) struct Runs<S> {
    all: VecDeque<ReadRun<S>>,
}

struct ReadRun<S> {
    /// Where it was.
    pos: usize,
    ahead: Ahead,
    read: PartRead<S>,
}

impl<S> Default for Runs<S> {
    fn default() -> Runs<S> {
        Runs { all: VecDeque::new() }
    }
}

impl<S: Sink> Runs<S> {
    /// Where the next one was; behind every text if there is none.
    #[inline]
    pub(in crate::load) fn next_pos(&self) -> usize {
        self.all.front().map_or(usize::MAX, |run| run.pos)
    }

    /// Takes the next one out, if it is of such objects and fits behind those of the sink.
    pub(in crate::load) fn take(&mut self, ahead: Ahead, sink: &S) -> Option<PartRead<S>> {
        let taken = self.all.pop_front_if(|run| run.ahead.is_of(ahead) && run.read.fits_behind(sink));
        taken.map(|run| run.read)
    }

    /// The same where each was at another place. What has none is never taken.
    pub(in crate::load) fn moved(mut self, place: impl Fn(Ahead, usize) -> Option<usize>) -> Runs<S> {
        self.all.iter_mut().for_each(|run| run.pos = place(run.ahead, run.pos).unwrap_or(usize::MAX - 1));
        self
    }

    /// Adds what was read next, of objects that were at this place.
    pub(in crate::load) fn push(&mut self, pos: usize, ahead: Ahead, read: PartRead<S>) {
        let read = match self.all.back_mut().filter(|last| last.pos == pos) {
            Some(last) => last.read.append(read),
            None => Some(read),
        };
        // What is too much becomes a run of its own, and so is never taken: one is taken at a place.
        self.all.extend(read.map(|read| ReadRun { pos, ahead, read }));
    }
}
