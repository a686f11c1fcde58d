//! A loaded dump: the store, and where in which source every object stands.

use super::Loader;
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer};
use crate::edit::{EditError, LabelChange, Rewrite};
use crate::json::skim;
use crate::label::owned;
use crate::load::duplicates::Looks;
use crate::load::error::{LoadError, LoadErrorKind};
use crate::load::json::cursor::{Cursor, ValueLayout};
use crate::load::objects::head::Head;
use crate::load::objects::lists::{ListKind, ListRuns, Lists};
use crate::load::objects::sink::Sink;
use crate::load::objects::watch::KnownObjects;
use crate::load::origin::queue::Queue;
use crate::load::origin::reread::{self, DumpForm};
use crate::load::origin::source::{Origin, Source};
use crate::load::report::{Notice, Reporter};
use crate::store::SavedColumns;
use crate::{ObjectId, ObjectIdentity, Store, StoreBuilder};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A loaded dump: the store, and where every object came from.
///
/// Keeps the sources' bytes: mapped files as they are, everything else in memory, decompressed.
///
/// Methods that take an [`ObjectId`] are about the objects that were loaded. For an object that was inserted
/// into the store later they give empty texts and 0.
pub struct Dump {
    store: Store,
    sources: Vec<Source>,
    places: Places,
    lists: ListRuns,
    /// The labels are those of another place than `metadata.labels`.
    labels_elsewhere: bool,
    /// The objects whose labels are not those of the sources any more.
    relabelled: BTreeMap<ObjectId, Relabelled>,
    left_out: LeftOut,
    n_bytes: u64,
    /// What was read of the objects when they were indexed.
    saved_columns: SavedColumns,
}

/// What was left out of a dump because it was bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// Objects, or what stood where one belongs.
    pub n_objects: u64,
    /// Inputs of which nothing was read: missing ones, empty ones, other formats.
    pub n_inputs: u64,
    /// Compressed inputs and archives that are damaged or too large, from there on.
    pub n_rests: u64,
}

impl LeftOut {
    /// How much it is in all.
    #[must_use]
    pub fn total(self) -> u64 {
        self.n_objects + self.n_inputs + self.n_rests
    }

    fn add(&mut self, other: LeftOut) {
        self.n_objects += other.n_objects;
        self.n_inputs += other.n_inputs;
        self.n_rests += other.n_rests;
    }

    /// Counts what was left out because of an error.
    pub fn count(&mut self, error: &LoadError) {
        match (error.object(), error.kind()) {
            (Some(_), _) => self.n_objects += 1,
            (None, LoadErrorKind::Compression | LoadErrorKind::Archive | LoadErrorKind::TooLarge) => {
                self.n_rests += 1;
            }
            (None, _) => self.n_inputs += 1,
        }
    }
}

/// What became of an object's labels since it was loaded.
struct Relabelled {
    changes: Vec<LabelChange>,
    /// The same in its text. Kept instead of the new text, which may be far longer.
    rewrite: Rewrite,
}

impl Dump {
    /// The objects and their labels.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Gives up the dump's bytes and keeps the store.
    #[must_use]
    pub fn into_store(self) -> Store {
        self.store
    }

    /// One dump of several in their order, as if their sources had been read together.
    ///
    /// Costs a step for every label of an object and a look-up for every distinct one, and the index of all; nothing
    /// where there is one dump only.
    ///
    /// # Panics
    ///
    /// When they have more than 2³² − 1 objects together.
    #[must_use]
    pub fn joined(dumps: impl IntoIterator<Item = Dump>) -> Dump {
        let mut dumps = dumps.into_iter();
        let empty = || Recorder::default().finish(&Loader::new());
        let first = dumps.next().unwrap_or_else(empty);
        let mut others = dumps.peekable();
        if others.peek().is_none() {
            return first;
        }
        let mut builder = StoreBuilder::default();
        // Everything but the store, which is built when all are there.
        let mut joined = empty();
        for dump in [first].into_iter().chain(others) {
            let n_before = builder.append(StoreBuilder::of(dump.store));
            joined.lists.append(dump.lists, n_before);
            // Before the sources themselves, whose number so far those of the places grow by.
            joined.places.append_sources(dump.places, joined.sources.len());
            let moved = |(id, it): (ObjectId, Relabelled)| (object_id(n_before + id.index()), it);
            joined.relabelled.extend(dump.relabelled.into_iter().map(moved));
            joined.sources.extend(dump.sources);
            joined.labels_elsewhere |= dump.labels_elsewhere;
            joined.left_out.add(dump.left_out);
            joined.n_bytes += dump.n_bytes;
        }
        joined.store = builder.finish();
        joined
    }

    /// The names of the sources, in the order they were read.
    pub fn sources(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sources.iter().map(Source::name)
    }

    /// The name of the source that the object is from.
    #[must_use]
    pub fn source(&self, id: ObjectId) -> &str {
        self.source_of(id).map_or("", Source::name)
    }

    /// The name of the cluster that the object is from, if its input was [given](crate::Input::in_cluster) one.
    #[must_use]
    pub fn cluster(&self, id: ObjectId) -> Option<&str> {
        self.source_of(id)?.cluster()
    }

    /// The names of the clusters that the sources are from, each once, in the order they were read.
    #[must_use]
    pub fn clusters(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        self.sources.iter().filter_map(Source::cluster).filter(|cluster| seen.insert(*cluster)).collect()
    }

    /// The same dump with all of its objects from the cluster of this name.
    #[must_use]
    pub fn in_cluster(mut self, cluster: &str) -> Dump {
        let cluster: Arc<str> = cluster.into();
        let sources = self.sources.into_iter();
        self.sources = sources.map(|source| source.in_cluster(Some(Arc::clone(&cluster)))).collect();
        self
    }

    /// The object's position among the objects of its source, from 0. Objects that were left out and watch
    /// events count as well; an object that an event changed keeps the position at which it first came.
    ///
    /// Costs a binary search over the places where the numbering skips one.
    #[must_use]
    pub fn index(&self, id: ObjectId) -> u64 {
        self.places.run(id).map_or(0, |run| run.index + (id.index() - run.first) as u64)
    }

    /// The object's own bytes, as they stand in the dump: valid JSON. An object that was
    /// [relabelled](Dump::relabel) has other bytes for its labels and the same for the rest. Empty if a mapped file was
    /// rewritten behind our back and holds no text there any more.
    ///
    /// Costs a UTF-8 check of the object, and a copy of it if it was relabelled.
    #[must_use]
    pub fn json(&self, id: ObjectId) -> Cow<'_, str> {
        let loaded = self.loaded_json(id);
        match self.relabelled.get(&id) {
            Some(relabelled) if !loaded.is_empty() => Cow::Owned(relabelled.rewrite.apply(loaded)),
            _ => Cow::Borrowed(loaded),
        }
    }

    /// The same [JSON](Dump::json) on one line: without the white space between its tokens.
    ///
    /// Costs a copy of the object, unless there is none to leave out.
    #[must_use]
    pub fn compact_json(&self, id: ObjectId) -> Cow<'_, str> {
        match self.json(id) {
            Cow::Borrowed(json) => skim::compact(skim::Level::new(), json),
            Cow::Owned(json) => Cow::Owned(skim::compact(skim::Level::new(), &json).into_owned()),
        }
    }

    /// The object's own bytes as they were loaded.
    fn loaded_json(&self, id: ObjectId) -> &str {
        let bytes = self.source_of(id).and_then(|source| source.bytes().get(self.places.span(id)?));
        bytes.and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Changes labels of an object, in the store and in its [`json`](Dump::json); the sources stay as they are.
    /// False when there is no such object.
    ///
    /// Costs time in proportion to the object's labels and text, however many objects there are.
    ///
    /// # Errors
    ///
    /// [`EditError::NoPlace`] when the object has no place for labels, [`EditError::Elsewhere`] when the dump was read
    /// with [`Loader::labels_at`]. Nothing is changed then.
    pub fn relabel(&mut self, id: ObjectId, changes: &[LabelChange]) -> Result<bool, EditError> {
        if self.labels_elsewhere {
            return Err(EditError::Elsewhere);
        }
        let Some(object) = self.store.get(id) else { return Ok(false) };
        // The labels that were loaded are not kept: taking the changes back gives them.
        let labels = LabelChange::apply(changes, object.labels());
        let undone: Vec<LabelChange> = self.changes_of(id).iter().map(LabelChange::reversed).collect();
        let loaded = LabelChange::apply(&undone, object.labels());
        // Always from the text as it was loaded, so that labels that are as before have their bytes from before.
        let changes = LabelChange::all(loaded, &labels);
        let relabelled = match changes.is_empty() {
            true => None,
            false => Some(Rewrite::new(self.loaded_json(id), &changes)?),
        };
        // The text is made before the store changes, since only it can fail. The object borrows
        // from the store, so that its labels have to be copied first.
        let labels = owned(&labels);
        self.store.relabel(id, labels);
        self.saved_columns.clear();
        match relabelled {
            Some(rewrite) => self.relabelled.insert(id, Relabelled { changes, rewrite }),
            None => self.relabelled.remove(&id),
        };
        Ok(true)
    }

    /// The objects whose labels are not those that were loaded, in the order of the dump, each with what is
    /// different, by ascending key.
    pub fn relabelled(&self) -> impl ExactSizeIterator<Item = (ObjectId, &[LabelChange])> {
        self.relabelled.iter().map(|(&id, relabelled)| (id, relabelled.changes.as_slice()))
    }

    fn changes_of(&self, id: ObjectId) -> &[LabelChange] {
        self.relabelled.get(&id).map_or(&[], |relabelled| &relabelled.changes)
    }

    /// Where the object stands: the number of its source, as in [`sources`](Dump::sources), and its bytes in the
    /// source's [`text`](Dump::text). `None` for an object that was not loaded.
    #[must_use]
    pub fn place(&self, id: ObjectId) -> Option<(usize, Range<usize>)> {
        Some((self.places.run(id)?.source, self.places.span(id)?))
    }

    /// All of a source's bytes, decompressed. Empty where there is no such source.
    #[must_use]
    pub fn text(&self, source: usize) -> &[u8] {
        self.sources.get(source).map_or(&[], Source::bytes)
    }

    /// Whether a source's [`text`](Dump::text) is what its file holds, or what was made of that. `None` where there is no
    /// such source.
    #[must_use]
    pub fn origin(&self, source: usize) -> Option<Origin> {
        self.sources.get(source).map(|source| source.origin)
    }

    /// How many objects, files or rests of files were left out because they were bad.
    #[must_use]
    pub fn n_skipped(&self) -> u64 {
        self.left_out.total()
    }

    /// The same by what it was.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// The kind of list that all of these objects are from, innermost lists counting: a `PodList`, say. `None` where it
    /// is not one, or a `List`, which says nothing of its items.
    ///
    /// Costs a binary search for every object.
    #[must_use]
    pub fn list_kind(&self, ids: impl IntoIterator<Item = ObjectId>) -> Option<&ListKind> {
        self.lists.common(ids)
    }

    /// Whether the object has its kind only from the list that it was loaded from, so that its
    /// [JSON](Dump::json) does not say it.
    ///
    /// Costs a look at the object where its list gave kinds.
    #[must_use]
    pub fn has_kind_of_list(&self, id: ObjectId) -> bool {
        if !self.lists.may_give_kind(id) {
            return false;
        }
        let (mut cursor, mut head) = (Cursor::new(self.loaded_json(id).as_bytes()), Head::default());
        cursor.next_part(ValueLayout::Stream)
            && head.read(&mut cursor).is_ok()
            && head.identity().kind.is_empty()
    }

    /// How many bytes were read, after decompression.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// A dump of sources whose objects this loader read before.
    pub(crate) fn from_saved(
        sources: Vec<Source>,
        loader: &Loader,
        mut places: Decoder,
        store: Store,
        saved_columns: SavedColumns,
    ) -> Result<Dump, Malformed> {
        let read = Places::decode(&mut places, sources.len())?;
        let lists = ListRuns::decode(&mut places)?;
        places.end()?;
        Malformed::unless(read.len() == store.table().n_ids(), "as many places as objects")?;
        let (labels_elsewhere, relabelled) = (loader.labels_at.is_some(), BTreeMap::new());
        let n_bytes = sources.iter().map(Source::n_bytes).sum();
        let left_out = LeftOut::default();
        Ok(Dump {
            store,
            sources,
            places: read,
            lists,
            labels_elsewhere,
            relabelled,
            left_out,
            n_bytes,
            saved_columns,
        })
    }

    /// The columns that were saved with the dump and still hold.
    pub(crate) fn saved_columns(&self) -> &SavedColumns {
        &self.saved_columns
    }

    /// Writes where the objects stand, and in which lists.
    pub(crate) fn encode_places(&self, out: &mut Encoder) {
        self.places.encode(out);
        self.lists.encode(out);
    }

    /// Writes what the sources of a dump of `path` are. Reads all of their text, unless it is that of a plain file.
    pub(crate) fn encode_sources(&self, path: &Path, out: &mut Encoder) {
        reread::encode(&self.sources, DumpForm::of(path, &self.sources), path, out);
    }

    /// Reads what the sources of a dump of `path` are, of which a plain file is `plain`.
    pub(crate) fn decode_sources(
        bytes: &mut Decoder,
        path: &Path,
        loader: &Loader,
        plain: Option<Source>,
    ) -> Result<Vec<Source>, Malformed> {
        reread::decode(bytes, path, plain, loader.team(), loader.max_bytes)
    }

    /// The source that has this number.
    pub(in crate::load) fn source_at(&self, source: usize) -> Option<&Source> {
        self.sources.get(source)
    }

    fn source_of(&self, id: ObjectId) -> Option<&Source> {
        self.places.run(id).map(|run| &self.sources[run.source])
    }
}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dump")
            .field("store", &self.store)
            .field("sources", &self.sources().collect::<Vec<_>>())
            .field("n_skipped", &self.n_skipped())
            .field("n_bytes", &self.n_bytes)
            .finish_non_exhaustive()
    }
}

/// Where the objects stand, by id: 16 bytes an object.
#[derive(Debug, Default)]
struct Places {
    // Two lists of plain numbers, no list of pairs: both are read where an index is mapped.
    starts: NumberBuffer<u64>,
    ends: NumberBuffer<u64>,
    /// Ids are given out in the order of reading, so that source and index follow from a few runs.
    runs: Vec<PlaceRun>,
}

/// Objects of one source that follow one another without a gap, up to the next run.
#[derive(Debug)]
struct PlaceRun {
    /// The first object's id.
    first: usize,
    source: usize,
    /// The first object's index.
    index: u64,
}

impl Places {
    /// Writes the places.
    fn encode(&self, out: &mut Encoder) {
        out.u64s(self.starts.iter().copied());
        out.u64s(self.ends.iter().copied());
        out.u64s(self.runs.iter().map(|run| run.first as u64));
        out.u64s(self.runs.iter().map(|run| run.source as u64));
        out.u64s(self.runs.iter().map(|run| run.index));
    }

    /// Reads places in so many sources. Whether they are within these is looked at when one is asked for.
    fn decode(bytes: &mut Decoder, n_sources: usize) -> Result<Places, Malformed> {
        let (starts, ends): (NumberBuffer<u64>, NumberBuffer<u64>) = (bytes.numbers()?, bytes.numbers()?);
        let [firsts, sources, indices]: [NumberBuffer<u64>; 3] =
            [bytes.numbers()?, bytes.numbers()?, bytes.numbers()?];
        let runs = firsts.iter().zip(sources.iter()).zip(indices.iter());
        let runs = runs.map(|((&first, &source), &index)| PlaceRun {
            first: first as usize,
            source: source as usize,
            index,
        });
        let are_pairs = starts.len() == ends.len()
            && [sources.len(), indices.len()] == [firsts.len(); 2]
            && sources.iter().all(|&source| source < n_sources as u64);
        let places = Places { starts, ends, runs: runs.collect() };
        Malformed::unless(are_pairs && places.have_runs(), "places")?;
        Ok(places)
    }

    /// Whether the runs are of all objects.
    fn have_runs(&self) -> bool {
        let n_objects = self.len();
        let first = self.runs.first().map(|run| run.first);
        let last = self.runs.last().map_or(0, |run| run.first);
        first == (n_objects > 0).then_some(0)
            && self.runs.is_sorted_by(|run, next| run.first < next.first)
            && (last < n_objects || n_objects == 0)
            // `Dump::index` adds to it unchecked.
            && self.runs.iter().all(|run| run.index.checked_add(n_objects as u64).is_some())
    }

    fn len(&self) -> usize {
        self.starts.len()
    }

    fn span(&self, id: ObjectId) -> Option<Range<usize>> {
        Some(*self.starts.get(id.index())? as usize..*self.ends.get(id.index())? as usize)
    }

    fn run(&self, id: ObjectId) -> Option<&PlaceRun> {
        if id.index() >= self.len() {
            return None;
        }
        let n_before = self.runs.partition_point(|run| run.first <= id.index());
        self.runs.get(n_before.checked_sub(1)?)
    }

    fn push(&mut self, source: usize, index: u64, span: Range<usize>) {
        self.begin_run(self.len(), source, index);
        self.starts.to_mut().push(span.start as u64);
        self.ends.to_mut().push(span.end as u64);
    }

    /// Adds the places of other objects after these, the first of which has this index.
    fn append(&mut self, other: Places, index: u64) {
        let n_before = self.len();
        for run in other.runs {
            self.begin_run(n_before + run.first, run.source, index + run.index);
        }
        self.starts.to_mut().extend_from_slice(&other.starts);
        self.ends.to_mut().extend_from_slice(&other.ends);
    }

    /// Moves an object.
    fn set(&mut self, id: ObjectId, span: Range<usize>) {
        self.starts.to_mut()[id.index()] = span.start as u64;
        self.ends.to_mut()[id.index()] = span.end as u64;
    }

    /// Moves the objects from this id on by so many bytes.
    fn shift(&mut self, first: usize, n_bytes: usize) {
        for places in [self.starts.to_mut(), self.ends.to_mut()] {
            places[first..].iter_mut().for_each(|place| *place += n_bytes as u64);
        }
    }

    /// Gives back memory that was set aside for more.
    fn shrink_to_fit(&mut self) {
        self.starts.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Adds the places of the objects of other sources, which come after `n_sources` others.
    fn append_sources(&mut self, mut other: Places, n_sources: usize) {
        other.runs.iter_mut().for_each(|run| run.source += n_sources);
        self.append(other, 0);
    }

    /// Says where the object `first` stands, unless that follows from the one before.
    fn begin_run(&mut self, first: usize, source: usize, index: u64) {
        let follows = self
            .runs
            .last()
            .is_some_and(|run| run.source == source && run.index + (first - run.first) as u64 == index);
        if !follows {
            self.runs.push(PlaceRun { first, source, index });
        }
    }
}

/// A dump in the making: takes the objects in the order they are read.
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
        let is_there = |id| self.builder.contains(object_id(id));
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
            self.builder.remove(object_id(id));
            if let Some(facts) = bundles.bundle_mut(bundle) {
                facts.n_duplicates += 1;
            }
        }
    }

    /// Indexes everything that this loader read.
    pub(in crate::load) fn finish(self, loader: &Loader) -> Dump {
        let Recorder { builder, mut places, sources, lists, left_out, n_bytes, .. } = self;
        places.shrink_to_fit();
        let (labels_elsewhere, relabelled) = (loader.labels_at.is_some(), BTreeMap::new());
        let (store, lists) = (builder.finish(), lists.finish());
        let saved_columns = SavedColumns::default();
        Dump { store, sources, places, lists, labels_elsewhere, relabelled, left_out, n_bytes, saved_columns }
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
            KnownObjects::new(builder, ids.map(object_id).filter(|&id| builder.contains(id)))
        });
        known.get(builder, head.identity())
    }
}

fn object_id(index: usize) -> ObjectId {
    ObjectId(u32::try_from(index).expect("ids are 32-bit numbers"))
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
            self.remember(object_id(id));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_keep_source_and_index() {
        let mut places = Places::default();
        for (source, index) in [(0, 0), (0, 1), (0, 5), (2, 0), (2, 1)] {
            places.push(source, index, 0..2);
        }
        assert_eq!(places.runs.len(), 3);
        let place = |id: u32| {
            let id = ObjectId(id);
            places.run(id).map(|run| (run.source, run.index + (id.index() - run.first) as u64))
        };
        assert_eq!(
            [place(1), place(2), place(4), place(5)],
            [Some((0, 1)), Some((0, 5)), Some((2, 1)), None]
        );
    }
}
