//! Counts objects while they are read, and keeps none of them or only those that are wanted.

use super::Loader;
use crate::json::{JsonTree, Reads};
use crate::load::dump::{Dump, LeftOut};
use crate::load::error::LoadError;
use crate::load::objects::head::Head;
use crate::load::objects::sink::Sink;
use crate::load::origin::queue::Queue;
use crate::load::origin::source::Source;
use crate::load::recorder::Recorder;
use crate::load::report::{LoadObserver, Notice, Progress, Reporter};
use crate::{ObjectId, ObjectIdentity};
use std::mem;
use std::ops::Range;

/// An object while it is read; borrowed from the dump, and gone with the next one.
#[derive(Debug, Clone, Copy)]
pub struct ReadObject<'r> {
    head: &'r Head<'r>,
    reads: Option<&'r Reads>,
}

impl<'r> ReadObject<'r> {
    /// What the object is. An item that does not say its kind has that of a `PodList` if the list said it before its items,
    /// and otherwise none here.
    #[must_use]
    pub fn identity(&self) -> ObjectIdentity<'r> {
        self.head.identity_in_list()
    }

    /// The value of a label; the last one's where several have the key. One step per label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&'r str> {
        self.head.label(key)
    }

    /// The object as it is written; empty where it is not UTF-8, which whoever reads the whole dump then says. Takes the time
    /// of checking that.
    #[must_use]
    pub fn json(&self) -> &'r str {
        std::str::from_utf8(self.head.json).unwrap_or_default()
    }

    /// What the loader took apart of the object, if these are the paths that it was told to read.
    pub(crate) fn tree(&self, reads: &Reads) -> Option<&'r JsonTree<'r>> {
        self.reads.is_some_and(|read| read.is(reads)).then_some(&self.head.tree)
    }

    /// The labels in the order of the dump; of two with the same key the last one counts.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = (&'r str, &'r str)> + Clone {
        self.head.labels()
    }
}

/// What came of answering from the objects as they were read: [`Loader::scan`] keeps nothing, [`Loader::select`] the
/// objects that it selects.
#[derive(Debug)]
pub enum Scan<K = ()> {
    /// All was read, and this is the answer.
    Answer(Answer<K>),
    /// It takes a store to answer: watch events replace objects and take them away.
    NeedsStore(Unanswered),
}

impl<K> Scan<K> {
    /// The same with something else kept.
    pub(in crate::load) fn map<L>(self, map: impl FnOnce(K) -> L) -> Scan<L> {
        match self {
            Scan::Answer(Answer { n_selected, n_objects, left_out, kept, unanswered }) => {
                Scan::Answer(Answer { n_selected, n_objects, left_out, kept: map(kept), unanswered })
            }
            Scan::NeedsStore(unanswered) => Scan::NeedsStore(unanswered),
        }
    }

    /// The answer, if there is one.
    #[must_use]
    pub fn answer(self) -> Option<Answer<K>> {
        match self {
            Scan::Answer(answer) => Some(answer),
            Scan::NeedsStore(_) => None,
        }
    }
}

/// What a scan found, and what it kept of that.
#[derive(Debug)]
pub struct Answer<K = ()> {
    n_selected: u64,
    n_objects: u64,
    left_out: LeftOut,
    kept: K,
    unanswered: Unanswered,
}

/// The objects that a scan kept: see [`Answer::into_dump`].
#[derive(Debug)]
pub struct KeptObjects(Recorder);

/// What was read without an answer. Keeps the bytes, so that a store can still be made of them.
#[derive(Debug)]
pub struct Unanswered {
    loader: Loader,
    /// All was read, and everything told that is to be told.
    is_told: bool,
    sources: Vec<Source>,
    rest: Queue,
}

impl KeptObjects {
    /// No objects at all.
    pub(in crate::load) fn none() -> KeptObjects {
        KeptObjects(Recorder::default())
    }
}

impl<K> Answer<K> {
    /// How many objects were selected.
    #[must_use]
    pub fn n_selected(&self) -> u64 {
        self.n_selected
    }

    /// How many objects were read.
    #[must_use]
    pub fn n_objects(&self) -> u64 {
        self.n_objects
    }

    /// What was left out because it was bad.
    #[must_use]
    pub fn left_out(&self) -> LeftOut {
        self.left_out
    }

    /// How many bytes were read, decompressed where they were not plain.
    #[must_use]
    pub fn n_bytes(&self) -> u64 {
        self.unanswered.sources.iter().map(Source::n_bytes).sum()
    }

    /// Whether a store can still be made of what was read. Not if it came bit by bit, was too large to be kept, and cannot be
    /// had once more.
    #[must_use]
    pub fn can_be_loaded(&self) -> bool {
        self.unanswered.sources.iter().all(|source| source.is_whole() || source.again().is_some())
    }

    /// Whether all that was read is still in memory, so that to make a store of it costs no second reading.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.unanswered.sources.iter().all(Source::is_whole)
    }

    /// What was read, as if there were no answer: for who learns from the answer that it takes a store after all.
    #[must_use]
    pub fn into_unanswered(self) -> Unanswered {
        self.unanswered
    }
}

impl Answer<KeptObjects> {
    /// The objects that were selected, as a dump in which there are no others; their indexes and sources are those of
    /// the whole.
    #[must_use]
    pub fn into_dump(self) -> Dump {
        let (KeptObjects(mut recorder), Unanswered { loader, sources, .. }) = (self.kept, self.unanswered);
        recorder.set_sources(sources);
        recorder.finish(&loader)
    }
}

impl Unanswered {
    /// Loads what was scanned, without reading the inputs again, and what was not scanned after all.
    ///
    /// # Errors
    ///
    /// As [`Loader::load_with`]; and when something [cannot be had once more](Answer::can_be_loaded).
    pub fn load_with(self, observer: &mut dyn LoadObserver) -> Result<Dump, LoadError> {
        let pending = self.rest.after(self.sources)?;
        match self.is_told {
            // The same sources give the same notices a second time.
            true => self.loader.load_pending(pending, &mut Told { observer }),
            false => self.loader.load_pending(pending, observer),
        }
    }
}

/// Passes progress on, and keeps back what the observer was told before.
struct Told<'o> {
    observer: &'o mut dyn LoadObserver,
}

impl LoadObserver for Told<'_> {
    fn progress(&mut self, progress: Progress) {
        self.observer.progress(progress);
    }

    fn is_stopped(&self) -> bool {
        self.observer.is_stopped()
    }
}

/// The objects that are kept, each with the labels that are wanted.
pub(in crate::load) struct Kept<'f> {
    objects: Recorder,
    keep_label: &'f (dyn Fn(&str) -> bool + Sync),
    texts: Texts,
    /// The first object whose text is in these.
    first_id: usize,
}

/// Where the texts of the objects are that are kept.
#[derive(Debug)]
enum Texts {
    /// Where they were read.
    InSource,
    /// Here, as their source will be gone.
    Copied(Vec<u8>),
    /// Gone, and nobody misses them.
    Dropped,
}

impl Texts {
    /// The same without any so far.
    fn part(&self) -> Texts {
        match self {
            Texts::InSource => Texts::InSource,
            Texts::Copied(_) => Texts::Copied(Vec::new()),
            Texts::Dropped => Texts::Dropped,
        }
    }

    /// The place of a text that is read at `span`.
    fn place(&mut self, text: &[u8], span: Range<usize>) -> Range<usize> {
        match self {
            Texts::InSource => span,
            Texts::Copied(texts) => {
                let start = texts.len();
                texts.extend_from_slice(text);
                start..texts.len()
            }
            Texts::Dropped => 0..0,
        }
    }
}

impl<'f> Kept<'f> {
    pub(in crate::load) fn new(keep_label: &'f (dyn Fn(&str) -> bool + Sync)) -> Kept<'f> {
        Kept { objects: Recorder::default(), keep_label, texts: Texts::InSource, first_id: 0 }
    }

    fn part(&self) -> Kept<'f> {
        Kept { objects: self.objects.part(), texts: self.texts.part(), first_id: 0, ..*self }
    }

    fn push(&mut self, head: &Head<'_>, index: u64, span: Range<usize>) -> ObjectId {
        let span = self.texts.place(head.json, span);
        let labels = head.labels().filter(|(key, _)| (self.keep_label)(key));
        self.objects.push_with(head.identity(), labels, index, span)
    }

    fn append(&mut self, mut part: Kept<'_>, index: u64) {
        if let (Texts::Copied(own), Texts::Copied(mut others)) = (&mut self.texts, part.texts) {
            // The order of the texts is nobody's concern, so that the longer ones stay where they are.
            if own.len() < others.len() {
                self.objects.shift_places(self.first_id, others.len());
                mem::swap(own, &mut others);
            } else {
                part.objects.shift_places(0, own.len());
            }
            own.append(&mut others);
        }
        self.objects.append(part.objects, index);
    }
}

/// Counts the objects that `select` wants, and perhaps keeps them.
pub(in crate::load) struct Tally<'f, F> {
    select: &'f F,
    reads: Option<&'f Reads>,
    pub(in crate::load) n_objects: usize,
    n_selected: u64,
    left_out: LeftOut,
    kept: Option<Kept<'f>>,
    /// There was a watch event.
    pub(in crate::load) gave_up: bool,
    /// Something that is not in the text any more is needed.
    pub(in crate::load) is_lost: bool,
    /// To be told once it is known that all is read this way: else whoever reads it again tells them.
    pub(in crate::load) notices: Vec<Notice>,
}

impl<'f, F: Fn(ReadObject<'_>) -> bool + Sync> Tally<'f, F> {
    pub(in crate::load) fn new(
        select: &'f F,
        reads: Option<&'f Reads>,
        kept: Option<Kept<'f>>,
    ) -> Tally<'f, F> {
        Tally {
            select,
            reads,
            n_objects: 0,
            n_selected: 0,
            left_out: LeftOut::default(),
            kept,
            gave_up: false,
            is_lost: false,
            notices: Vec::new(),
        }
    }

    /// The objects that come are of a text that will be gone; perhaps their own texts are kept.
    pub(in crate::load) fn begin_stream(&mut self, keep_text: bool) {
        if let Some(kept) = &mut self.kept {
            kept.texts = if keep_text { Texts::Copied(Vec::new()) } else { Texts::Dropped };
            kept.first_id = kept.objects.n_ids();
        }
    }

    /// The text is all there in the end.
    pub(in crate::load) fn end_stream(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.texts = Texts::InSource;
        }
    }

    /// This source is read; the next objects are those of the next one.
    pub(in crate::load) fn end_source(&mut self, source: &mut Source) {
        let texts = self.kept.as_mut().map(|kept| {
            // The sources stand elsewhere until there is an answer, and here they are only counted.
            kept.objects.next_source();
            mem::replace(&mut kept.texts, Texts::InSource)
        });
        if !source.is_whole() {
            source.keep_only(match texts {
                Some(Texts::Copied(texts)) => texts,
                _ => Vec::new(),
            });
        }
    }

    /// What was found in these sources, with what is left to read.
    pub(in crate::load) fn end(
        self,
        loader: Loader,
        sources: Vec<Source>,
        rest: Queue,
    ) -> Scan<Option<KeptObjects>> {
        let unanswered = Unanswered { loader, is_told: !self.gave_up, sources, rest };
        if self.gave_up {
            return Scan::NeedsStore(unanswered);
        }
        let kept = self.kept.map(|kept| KeptObjects(kept.objects));
        Scan::Answer(Answer {
            n_selected: self.n_selected,
            n_objects: self.n_objects as u64,
            left_out: self.left_out,
            kept,
            unanswered,
        })
    }
}

impl<F: Fn(ReadObject<'_>) -> bool + Sync> Sink for Tally<'_, F> {
    fn part(&self) -> Self {
        Tally::new(self.select, self.reads, self.kept.as_ref().map(Kept::part))
    }

    fn append(&mut self, part: Self, index: u64) {
        self.n_objects += part.n_objects;
        self.n_selected += part.n_selected;
        self.gave_up |= part.gave_up;
        self.is_lost |= part.is_lost;
        if let (Some(kept), Some(part)) = (&mut self.kept, part.kept) {
            kept.append(part, index);
        }
    }

    fn n_ids(&self) -> usize {
        // Lists and parts go by the ids that were given out, which only kept objects have.
        self.kept.as_ref().map_or(self.n_objects, |kept| kept.objects.n_ids())
    }

    fn n_objects(&self) -> usize {
        self.n_objects
    }

    fn push(&mut self, head: &Head<'_>, index: u64, span: Range<usize>) -> Option<ObjectId> {
        self.n_objects += 1;
        // Without an id it gets no kind of its list either, which nobody would see.
        if !(self.select)(ReadObject { head, reads: self.reads }) {
            return None;
        }
        self.n_selected += 1;
        Some(self.kept.as_mut()?.push(head, index, span))
    }

    fn infer_kind(&mut self, id: ObjectId, list: &Head<'_>, kind: &str) {
        if let Some(kept) = &mut self.kept {
            kept.objects.infer_kind(id, list, kind);
        }
    }

    fn end_list(&mut self, first: usize, list: &Head<'_>, gives_kind: bool) {
        if let Some(kept) = &mut self.kept {
            kept.objects.end_list(first, list, gives_kind);
        }
    }

    fn begin_event(&mut self) -> bool {
        // In a part this is lost with the part: the walk that called meets the event again.
        self.gave_up = true;
        false
    }

    fn lose(&mut self) {
        self.gave_up = true;
        self.is_lost = true;
    }

    fn is_watch_stream(&self) -> bool {
        false
    }

    fn notice(&mut self, notice: Notice, _report: &mut Reporter<'_>) {
        if let Notice::Skipped(error) = &notice {
            self.left_out.count(error);
        }
        self.notices.push(notice);
    }

    // No event gets past `begin_event`, so that this and `remove` are never called.
    fn replace(&mut self, _head: &Head<'_>, _span: Range<usize>) -> bool {
        false
    }

    fn remove(&mut self, _head: &Head<'_>, _index: u64) {}
}
