//! A dump in the making.

use super::Loader;
use crate::load::dump::{Dump, LeftOut};
use crate::load::duplicates::Looks;
use crate::load::objects::head::Head;
use crate::load::objects::lists::Lists;
use crate::load::objects::sink::Sink;
use crate::load::objects::watch::KnownObjects;
use crate::load::origin::queue::Queue;
use crate::load::origin::source::Source;
use crate::load::places::Places;
use crate::load::report::{Notice, Reporter};
use crate::{ObjectId, ObjectIdentity, StoreBuilder};
use std::ops::Range;

/// Takes the objects of a dump in the order they are read.
#[derive(Debug, Default)]
pub(in crate::load) struct Recorder {
    builder: StoreBuilder,
    places: Places,
    /// The source that is being read.
    source: usize,
    sources: Vec<Source>,
    lists: Lists,
    /// The number of the bundle that is being read, if what it has twice is left out.
    pub(in crate::load) bundle: Option<usize>,
    looks: Looks,
    left_out: LeftOut,
    n_bytes: u64,
    /// The id of the source's first object.
    first_id: usize,
    /// How many watch events the source had so far.
    n_events: u64,
    /// Built at the source's first watch event.
    known: Option<KnownObjects>,
    /// Other objects of the same source are recorded elsewhere.
    is_part: bool,
}

impl Recorder {
    /// Keeps a source that was read; the next objects are those of the next one.
    pub(in crate::load) fn end_source(&mut self, source: Source, report: &mut Reporter<'_>) {
        let is_there = |id| self.builder.contains(ObjectId::at(id));
        if self.n_events > 0 && !(self.first_id..self.builder.n_ids()).any(is_there) {
            let (source, n_events) = (source.name().to_owned(), self.n_events);
            report.notice(Notice::NothingLeft { source, n_events });
        }
        self.n_bytes += source.bytes().len() as u64;
        self.sources.push(source);
        self.next_source();
    }

    /// The next objects are those of the next source.
    pub(in crate::load) fn next_source(&mut self) {
        self.source += 1;
        self.first_id = self.builder.n_ids();
        self.n_events = 0;
        self.known = None;
    }

    /// The sources that were read, if they were not kept one by one.
    pub(in crate::load) fn set_sources(&mut self, sources: Vec<Source>) {
        self.n_bytes = sources.iter().map(Source::n_bytes).sum();
        self.sources = sources;
    }

    /// The objects from this id on stand so many bytes later in their source.
    pub(in crate::load) fn shift_places(&mut self, first: usize, n_bytes: usize) {
        self.places.shift(first, n_bytes);
    }

    /// Leaves one look of every object that a folder or archive has several of.
    pub(in crate::load) fn leave_out_duplicates(&mut self, bundles: &mut Queue) {
        for (bundle, id) in std::mem::take(&mut self.looks).superseded(&self.builder) {
            self.builder.remove(ObjectId::at(id));
            if let Some(facts) = bundles.bundle_mut(bundle) {
                facts.n_duplicates += 1;
            }
        }
    }

    /// Indexes everything that this loader read.
    pub(in crate::load) fn finish(self, loader: &Loader) -> Dump {
        let Recorder { builder, mut places, sources, lists, left_out, n_bytes, .. } = self;
        places.shrink_to_fit();
        let mut dump = Dump::of(builder.finish(), sources, places, lists.finish(), loader);
        (dump.left_out, dump.n_bytes) = (left_out, n_bytes);
        dump
    }

    /// Adds an object.
    pub(in crate::load) fn push_with<'h>(
        &mut self,
        identity: ObjectIdentity<'_>,
        labels: impl IntoIterator<Item = (&'h str, &'h str)>,
        index: u64,
        span: Range<usize>,
    ) -> ObjectId {
        self.places.push(self.source, index, span);
        let id = self.builder.push(identity, labels);
        self.remember(id);
        id
    }

    /// Once there was a watch event, later ones may be about this object.
    fn remember(&mut self, id: ObjectId) {
        if let Some(known) = &mut self.known {
            known.insert(&self.builder, id);
        }
    }

    /// The object of this source that `head` is a later look of. One without a name is always new.
    fn known_id(&mut self, head: &Head<'_>) -> Option<ObjectId> {
        let builder = &self.builder;
        let ids = self.first_id..builder.n_ids();
        // A dump without events never asks, so that what finds its objects is not made for it.
        let known = self.known.get_or_insert_with(|| {
            KnownObjects::new(builder, ids.map(ObjectId::at).filter(|&id| builder.contains(id)))
        });
        known.get(builder, head.identity())
    }
}

impl Sink for Recorder {
    fn part(&self) -> Recorder {
        Recorder { source: self.source, bundle: self.bundle, is_part: true, ..Recorder::default() }
    }

    fn append(&mut self, part: Recorder, index: u64) {
        let first = self.builder.append(part.builder);
        self.places.append(part.places, index);
        self.lists.append(part.lists, first);
        self.looks.append(part.looks, first);
        // A part knows no objects but its own and remembers none, so that it is made up for here.
        for id in first..self.builder.n_ids() {
            self.remember(ObjectId::at(id));
        }
    }

    fn n_ids(&self) -> usize {
        self.builder.n_ids()
    }

    fn push(&mut self, head: &Head<'_>, index: u64, span: Range<usize>) -> Option<ObjectId> {
        let id = self.push_with(head.identity(), head.labels(), index, span);
        if let Some(bundle) = self.bundle {
            self.looks.push(id, bundle, head);
        }
        Some(id)
    }

    fn infer_kind(&mut self, id: ObjectId, list: &Head<'_>, kind: &str) {
        let own = self.builder.identity(id).api_version;
        let api_version = if own.is_empty() { list.identity().api_version } else { own }.to_owned();
        // The kind is part of what an object is known by, so that it goes under the old one and
        // comes back under the new one.
        if let Some(known) = &mut self.known {
            known.remove(&self.builder, self.builder.identity(id));
        }
        self.builder.set_kind(id, &api_version, kind);
        self.remember(id);
    }

    fn end_list(&mut self, first: usize, list: &Head<'_>, gives_kind: bool) {
        self.lists.push(first..self.builder.n_ids(), list.identity(), gives_kind);
    }

    fn begin_event(&mut self) -> bool {
        self.n_events += 1;
        !self.is_part
    }

    fn is_watch_stream(&self) -> bool {
        self.n_events > 0
    }

    /// The object's index stays, its bytes are the new ones.
    fn replace(&mut self, head: &Head<'_>, span: Range<usize>) -> bool {
        let Some(id) = self.known_id(head) else { return false };
        let identity = head.identity();
        self.builder.replace(id, identity.api_version, identity.kind, head.labels());
        self.places.set(id, span);
        true
    }

    fn remove(&mut self, head: &Head<'_>, _index: u64) {
        let Some(id) = self.known_id(head) else { return };
        let Some(known) = &mut self.known else { return };
        known.remove(&self.builder, head.identity());
        // Two lists of one source may both have the object, which the event takes from both.
        for id in known.older_looks(id).into_iter().chain([id]) {
            self.builder.remove(id);
        }
    }

    fn notice(&mut self, notice: Notice, report: &mut Reporter<'_>) {
        if let Notice::Skipped(error) = &notice {
            self.left_out.count(error);
        }
        report.notice(notice);
    }
}
