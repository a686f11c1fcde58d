//! A loaded dump: the store, and where in which source every object stands.

use super::Loader;
use crate::codec::{Decoder, Encoder, Malformed};
use crate::edit::{EditError, LabelChange, Rewrite};
use crate::json::{MemberNames, skim};
use crate::label::owned;
use crate::load::error::{LoadError, LoadErrorKind};
use crate::load::json::cursor::{Cursor, ValueLayout};
use crate::load::objects::head::Head;
use crate::load::objects::lists::{ListKind, ListRuns};
use crate::load::origin::reread::{self, DumpForm};
use crate::load::origin::source::{Origin, Source};
use crate::load::places::Places;
use crate::store::SavedColumns;
use crate::{ObjectId, Store, StoreBuilder};
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
    pub(in crate::load) left_out: LeftOut,
    pub(in crate::load) n_bytes: u64,
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
        let loader = Loader::new();
        let empty = || Dump::of(Store::new(), Vec::new(), Places::default(), ListRuns::default(), &loader);
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
            let moved = |(id, it): (ObjectId, Relabelled)| (ObjectId::at(n_before + id.index()), it);
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
        self.places.index(id).unwrap_or(0)
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
        str::from_utf8(self.loaded_bytes(id)).unwrap_or_default()
    }

    /// The same, which may be no text where a mapped file was rewritten.
    fn loaded_bytes(&self, id: ObjectId) -> &[u8] {
        let bytes = self.source_of(id).and_then(|source| source.bytes().get(self.places.span(id)?));
        bytes.unwrap_or_default()
    }

    /// Whether a member of the object may go by one of these names. Where not it need not be read for them.
    pub(crate) fn may_have(&self, id: ObjectId, names: &MemberNames) -> bool {
        // What was loaded does not say which labels there are now.
        self.relabelled.contains_key(&id) || names.may_be_in(self.loaded_bytes(id))
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
        Some((self.places.source(id)?, self.places.span(id)?))
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
        Ok(Dump { saved_columns, ..Dump::of(store, sources, read, lists, loader) })
    }

    /// A dump of sources of which this loader left nothing out.
    pub(in crate::load) fn of(
        store: Store,
        sources: Vec<Source>,
        places: Places,
        lists: ListRuns,
        loader: &Loader,
    ) -> Dump {
        Dump {
            n_bytes: sources.iter().map(Source::n_bytes).sum(),
            store,
            sources,
            places,
            lists,
            labels_elsewhere: loader.labels_at.is_some(),
            relabelled: BTreeMap::new(),
            left_out: LeftOut::default(),
            saved_columns: SavedColumns::default(),
        }
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
        self.places.source(id).map(|source| &self.sources[source])
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
