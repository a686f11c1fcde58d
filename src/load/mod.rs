//! Dumps to a store: bytes → JSON values → objects.
//!
//! `origin` gives the bytes, for YAML the JSON that is made of it, and `format` tells what they hold; `json` reads values,
//! with a place for every fault; `objects` finds the objects in lists, arrays, maps, tables and watch events and reads what
//! is kept of them, on several threads where that pays. `dump` records them or `scan` counts them, of a large text `passing`
//! by while it comes, and `stream` reads a watch stream while it is written.

mod dump;
mod duplicates;
mod error;
mod format;
mod json;
mod messages;
mod objects;
mod origin;
mod passing;
mod places;
mod recorder;
mod relabel;
mod report;
mod scan;
mod stream;

pub use dump::{Dump, LeftOut};
pub use error::{LoadError, LoadErrorKind};
pub use objects::lists::ListKind;
pub(crate) use origin::bundle::{files_in_folder, known_layout};
pub(crate) use origin::mmap::map_whole as map_whole_file;
pub(crate) use origin::source::Source;
pub use origin::source::{Input, InputReader, Origin};
pub use report::{LoadObserver, Notice, Progress};
pub use scan::{Answer, KeptObjects, ReadObject, Scan, Unanswered};
pub use stream::{WatchEvent, WatchReader};

use crate::codec::Encoder;
use crate::json::Reads;
use crate::path::Pointer;
use crate::yaml::YamlTeam;
use error::Fault;
use objects::parts::Threads;
use objects::runs::Runs;
use objects::sink::Sink;
use objects::walk::Walk;
use origin::budget::MaxBytes;
use origin::queue::Queue;
use origin::rest::ComingText;
use origin::source::{SAVE_IT, gone};
use recorder::Recorder;
use report::Reporter;
use scan::{Kept, Tally};

/// Reads dumps: what `kubectl get -o json` or `-o yaml` writes, and other JSON or YAML with labels in it.
///
/// A source is a `List` (any object with `items`), a JSON array of objects, one object, NDJSON, objects one
/// after another, or watch events, with or without a byte-order mark, plain or compressed with gzip or zstd.
/// All of that is told by content. A folder or a tar or zip archive gives the files in it as sources, `dir/path` and
/// `bundle.tgz!path`, one after another and without unpacking it to disk; what is no dump among them is counted in one
/// [`Notice::Bundle`], and of an object that is there more than once the newest look counts. Any JSON object is an object,
/// also one without kind, metadata or labels; a `Table` of the API server gives the objects of its rows, and its `Status`
/// where an object should be is bad input.
///
/// The last of equal keys counts, wherever they are, and what it overrides only has to be JSON; a second `items` in one
/// list is bad. Half a surrogate pair in a text (`"\ud800"`) is read as U+FFFD, as Go does. The objects' own bytes stay
/// as they are.
///
/// What begins with `{`, `[` or `"` is JSON. Anything else that is text is tried as YAML, read as kubectl reads it: documents
/// between lines `---`, scalars by YAML 1.1 (a plain `on` is no string), anchors as long as aliases do not blow the text up. An
/// object of YAML has a `kind`, unless it is said where the objects are. The JSON of an object is that which kubectl would
/// make of it; messages count the lines of the YAML.
///
/// ```
/// use selq::{Input, Loader};
///
/// let bytes = br#"{"kind":"PodList","items":[{"metadata":{"name":"web-0","labels":{"env":"prod"}}}]}"#.to_vec();
/// let dump = Loader::new().load([Input::Bytes { name: "pods.json".to_owned(), bytes }])?;
/// let pod = dump.store().objects().next().expect("one item");
/// assert_eq!((pod.kind(), pod.label("env")), ("Pod", Some("prod")));
/// assert_eq!(dump.json(pod.id()), r#"{"metadata":{"name":"web-0","labels":{"env":"prod"}}}"#);
/// # Ok::<(), selq::LoadError>(())
/// ```
///
/// # Input safety
///
/// Dumps need not be trusted. Reading takes time in proportion to their size, and memory for the labels, 16
/// bytes an object, and the text where it cannot be mapped; a compressed dump takes what it decompresses to, up to
/// [`max_bytes`](Loader::max_bytes). A [`scan`](Loader::scan) or [`select`](Loader::select) keeps no text that cannot be mapped
/// and is large, but for the objects that are selected. Links, devices and paths that lead out of a folder or archive are not followed.
/// Values may be nested as deeply as they like, lists in lists up to 64.
#[derive(Debug, Clone, Default)]
pub struct Loader {
    /// Whether objects that a scan keeps do without their text, where that of their source is not kept.
    without_text: bool,
    labels_at: Option<Pointer>,
    items_at: Option<Pointer>,
    skip_invalid: bool,
    keep_duplicates: bool,
    max_bytes: MaxBytes,
    threads: Threads,
    /// What a scan takes apart of the objects.
    reads: Option<Reads>,
}

impl Loader {
    /// Reads objects where Kubernetes has them, their labels in `metadata.labels`, and refuses bad input.
    #[must_use]
    pub fn new() -> Loader {
        Loader::default()
    }

    /// Reads the labels of an object at this place in it: an object of strings, or a list of
    /// `{"Key","Value"}` (or `key`, `value`) pairs. Costs a second pass over every object.
    #[must_use]
    pub fn labels_at(self, at: Pointer) -> Loader {
        Loader { labels_at: Some(at), ..self }
    }

    /// Reads the objects at this place in every value of the source: an array, or a map from name to object. What
    /// stands there is taken as it is: an object with `items` is no list then, and none is a watch event.
    #[must_use]
    pub fn items_at(self, at: Pointer) -> Loader {
        Loader { items_at: Some(at), ..self }
    }

    /// Whether to leave out bad objects, and inputs that cannot be read, instead of refusing the whole dump. After
    /// a syntax error NDJSON goes on at the next line; of any other source the rest is left out.
    #[must_use]
    pub fn skip_invalid(self, yes: bool) -> Loader {
        Loader { skip_invalid: yes, ..self }
    }

    /// Whether to keep an object that a folder or archive holds more than once as often as it is there. Otherwise the one
    /// with the higher `resourceVersion` is kept, else the later: it is the same object if it has the same uid, and
    /// where there is none the same group, kind, namespace and name.
    #[must_use]
    pub fn keep_duplicates(self, yes: bool) -> Loader {
        Loader { keep_duplicates: yes, ..self }
    }

    /// How many bytes one input may become when it is decompressed or unpacked, all files of an archive together: 16 GiB
    /// unless this says otherwise.
    #[must_use]
    pub fn max_bytes(self, n_bytes: u64) -> Loader {
        Loader { max_bytes: MaxBytes(n_bytes), ..self }
    }

    /// How many threads read a large source: as many as there are cores unless this says otherwise; 0 is as 1.
    /// What is read does not depend on it.
    #[must_use]
    pub fn threads(self, n: usize) -> Loader {
        Loader { threads: Threads { n, ..self.threads }, ..self }
    }

    /// Takes this of each object apart while [`scan`](Loader::scan) or [`select`](Loader::select) reads it. A
    /// [`QueryMatcher`](crate::query::QueryMatcher) that reads this then reads no object again.
    #[must_use]
    pub fn reads(self, reads: &Reads) -> Loader {
        // What is to be read whole is better read when something asks for it.
        let reads = Some(reads).filter(|reads| reads.root().is_in_part()).cloned();
        Loader { reads, ..self }
    }

    /// Whether the objects that [`select`](Loader::select) keeps have their [text](Dump::json); they do unless this says
    /// otherwise. Without it they take less memory where what is read comes bit by bit and is not kept.
    #[must_use]
    pub fn keep_text(self, yes: bool) -> Loader {
        Loader { without_text: !yes, ..self }
    }

    /// From how many bytes on a scan reads what comes bit by bit as it comes, and keeps nothing but the answer: 16 MiB unless
    /// this says otherwise; and how much of it at a time. What is read does not depend on it; tests make it small.
    #[doc(hidden)]
    #[must_use]
    pub fn windows(self, max_kept: usize, window: usize) -> Loader {
        Loader { threads: Threads { max_kept, window, ..self.threads }, ..self }
    }

    /// How much text is worth a thread of its own, at least: 1 MiB unless this says otherwise. What is read
    /// does not depend on it; tests make it small.
    #[doc(hidden)]
    #[must_use]
    pub fn min_part(self, n_bytes: usize) -> Loader {
        Loader { threads: Threads { min_part: n_bytes.max(1), ..self.threads }, ..self }
    }

    /// Writes everything that decides what is read from a dump in which nothing is bad.
    pub(crate) fn encode(&self, out: &mut Encoder) {
        for pointer in [&self.labels_at, &self.items_at] {
            out.u64(u64::from(pointer.is_some()));
            out.bytes(pointer.as_ref().map(Pointer::to_string).unwrap_or_default().as_bytes());
        }
        out.u64(u64::from(self.keep_duplicates));
    }

    /// Who reads YAML.
    pub(in crate::load) fn team(&self) -> YamlTeam {
        let Threads { n, min_part, .. } = self.threads;
        YamlTeam { n_threads: n, min_part }
    }

    /// Reads the inputs one after another into one store.
    ///
    /// # Errors
    ///
    /// The first bad input ends it, also one that cannot be opened. [`skip_invalid`](Loader::skip_invalid) leaves no
    /// errors: what is bad is [told](LoadObserver::notice) and counted ([`Dump::n_skipped`]).
    pub fn load(&self, inputs: impl IntoIterator<Item = Input>) -> Result<Dump, LoadError> {
        self.load_with(inputs, &mut ())
    }

    /// Like [`load`](Loader::load), and tells the observer how it goes on and what a user should read.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn load_with(
        &self,
        inputs: impl IntoIterator<Item = Input>,
        observer: &mut dyn LoadObserver,
    ) -> Result<Dump, LoadError> {
        self.load_pending(Queue::of_inputs(inputs, self.max_bytes), observer)
    }

    /// Reads and checks the inputs as [`load`](Loader::load) does, and only counts the objects that `select`
    /// wants. Nothing is kept of an object, so that this takes a part of the time and hardly any memory.
    ///
    /// ```
    /// use selq::{Input, Loader, Selector};
    /// use selq::load::Scan;
    ///
    /// let bytes = br#"[{"metadata":{"labels":{"env":"prod"}}},{}]"#.to_vec();
    /// let selector: Selector = "env!=prod".parse()?;
    /// let scan = Loader::new()
    ///     .scan([Input::Bytes { name: "pods.json".to_owned(), bytes }], &mut (), |object| {
    ///         selector.matches_by(|key| object.label(key))
    ///     })?;
    /// let Scan::Answer(answer) = scan else { panic!("there are no watch events") };
    /// assert_eq!(answer.n_selected(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Watch events need a store; the scan then ends without an answer, and [`Unanswered::load_with`] goes on.
    ///
    /// What comes through a pipe or is decompressed is read while it comes, and from 16 MiB on not kept: a text of any size
    /// takes a few megabytes.
    ///
    /// # Errors
    ///
    /// The same; and when what was not kept is needed after all and cannot be had once more: a pipe that has watch events
    /// behind many plain objects ([`LoadErrorKind::Gone`]).
    pub fn scan(
        &self,
        inputs: impl IntoIterator<Item = Input>,
        observer: &mut dyn LoadObserver,
        select: impl Fn(ReadObject<'_>) -> bool + Sync,
    ) -> Result<Scan, LoadError> {
        Ok(self.tally(inputs, observer, &select, None)?.map(|_| ()))
    }

    /// Like [`scan`](Loader::scan), and keeps the objects that `select` wants: [`Answer::into_dump`] gives them.
    /// Objects that it does not want take no memory, and no time to index. An object that is kept keeps the labels whose
    /// keys `keep_label` wants: who prints names needs none.
    ///
    /// `select` sees what an object says itself, and what its list said before it: a kind that a list says behind its items
    /// is not known yet.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn select(
        &self,
        inputs: impl IntoIterator<Item = Input>,
        observer: &mut dyn LoadObserver,
        select: impl Fn(ReadObject<'_>) -> bool + Sync,
        keep_label: impl Fn(&str) -> bool + Sync,
    ) -> Result<Scan<KeptObjects>, LoadError> {
        let scan = self.tally(inputs, observer, &select, Some(Kept::new(&keep_label)))?;
        Ok(scan.map(|kept| kept.unwrap_or_else(KeptObjects::none)))
    }

    fn tally<F: Fn(ReadObject<'_>) -> bool + Sync>(
        &self,
        inputs: impl IntoIterator<Item = Input>,
        observer: &mut dyn LoadObserver,
        select: &F,
        kept: Option<Kept<'_>>,
    ) -> Result<Scan<Option<KeptObjects>>, LoadError> {
        let mut pending = Queue::of_inputs(inputs, self.max_bytes).keeping(self.threads.max_kept);
        let mut report = Reporter::new(observer, pending.n_bytes());
        let mut tally = Tally::new(select, self.reads.as_ref(), kept);
        let mut sources = Vec::new();
        while !tally.gave_up
            && let Some(opened) = next_source(&mut pending, self.team(), &mut report, tally.n_objects)
        {
            let opened = opened.and_then(|(source, rest)| match rest {
                None => Ok((source, Runs::default())),
                Some(rest) => self.condensed(source, rest, &mut tally, &mut report),
            });
            let Some((mut source, runs)) = self.unless_left_out(opened, &mut tally, &mut report)? else {
                continue;
            };
            if self.count(&mut source, runs, &mut tally, &mut report)? {
                tally.end_source(&mut source);
                sources.push(source);
            } else {
                pending.without_objects(&source);
            }
        }
        report.end(tally.n_objects as u64);
        if !tally.gave_up {
            self.tell(&mut tally, &pending, &mut report);
        }
        Ok(tally.end(self.clone(), sources, pending))
    }

    /// Tells what is to be told of a scan. That waits for the end, as an event in the last source has all of them read again,
    /// which tells whatever there is to tell.
    fn tell<F: Fn(ReadObject<'_>) -> bool + Sync>(
        &self,
        tally: &mut Tally<'_, F>,
        pending: &Queue,
        report: &mut Reporter<'_>,
    ) {
        tally.notices.drain(..).for_each(|notice| report.notice(notice));
        pending.bundles().iter().for_each(|bundle| bundle.tell(report));
        self.remark_labels_at(tally.n_objects, report);
    }

    /// Counts the objects of a source, or gives up. False of a file in a bundle that is no dump.
    fn count<'f, F: Fn(ReadObject<'_>) -> bool + Sync>(
        &self,
        source: &mut Source,
        runs: Runs<Tally<'f, F>>,
        tally: &mut Tally<'f, F>,
        report: &mut Reporter<'_>,
    ) -> Result<bool, LoadError> {
        // Of an object that is there again only one look counts, and which one is known at the end.
        tally.gave_up = source.bundle.is_some() && !self.keep_duplicates;
        if tally.gave_up {
            return Ok(true);
        }
        if tally.is_lost {
            tally.gave_up = true;
            return if source.again().is_some() { Ok(true) } else { Err(gone(source)) };
        }
        let walked = self.walk_beside(source, runs, tally, report);
        if !tally.gave_up {
            return Ok(walked?.is_some());
        }
        // A walk that met an event ends with a fault that only says so. The source is read again, which finds whatever
        // else is wrong with it; if it can be.
        match walked {
            _ if source.is_whole() || source.again().is_some() => Ok(true),
            Err(error) if !tally.is_lost => Err(error.with_help(SAVE_IT)),
            _ => Err(gone(source)),
        }
    }

    fn load_pending(&self, mut pending: Queue, observer: &mut dyn LoadObserver) -> Result<Dump, LoadError> {
        if self.reads.is_some() {
            return Loader { reads: None, ..self.clone() }.load_pending(pending, observer);
        }
        let mut report = Reporter::new(observer, pending.n_bytes());
        let mut recorder = Recorder::default();
        while let Some(source) = next_source(&mut pending, self.team(), &mut report, recorder.n_ids()) {
            let source = source.map(|(source, _)| source);
            let Some(mut source) = self.unless_left_out(source, &mut recorder, &mut report)? else {
                continue;
            };
            match self.record(&mut source, &mut recorder, &mut report)? {
                Some(_) => recorder.end_source(source, &mut report),
                None => pending.without_objects(&source),
            }
        }
        report.end(recorder.n_ids() as u64);
        recorder.leave_out_duplicates(&mut pending);
        pending.bundles().iter().for_each(|bundle| bundle.tell(&mut report));
        self.remark_labels_at(recorder.n_ids(), &mut report);
        Ok(recorder.finish(self))
    }

    /// What was opened. `None` if it is bad and left out, which is told.
    fn unless_left_out<O, S: Sink>(
        &self,
        opened: Result<O, LoadError>,
        sink: &mut S,
        report: &mut Reporter<'_>,
    ) -> Result<Option<O>, LoadError> {
        match opened {
            // A load that is stopped found nothing bad, and nobody wants what it has read.
            Err(error) if self.skip_invalid && error.kind() != LoadErrorKind::Stopped => {
                sink.notice(Notice::Skipped(error), report);
                Ok(None)
            }
            opened => opened.map(Some),
        }
    }

    /// Remarks that labels were looked for where none of the objects has any.
    fn remark_labels_at(&self, n_objects: usize, report: &mut Reporter<'_>) {
        if let Some(pointer) = &self.labels_at
            && n_objects > 0
            && !report.has_labels_at
        {
            report.notice(Notice::NoLabelsAt { pointer: pointer.to_string() });
        }
    }

    /// Reads a source into a dump, with what tells an object of a bundle from others.
    fn record(
        &self,
        source: &mut Source,
        recorder: &mut Recorder,
        report: &mut Reporter<'_>,
    ) -> Result<Option<u64>, LoadError> {
        recorder.bundle = source.bundle.filter(|_| !self.keep_duplicates);
        match recorder.bundle {
            None => self.walk(source, recorder, report),
            Some(_) => self.clone().reads(&duplicates::reads()).walk(source, recorder, report),
        }
    }

    /// Reads a source, and tells how many objects that were, events and objects that were left out included. `None` of a
    /// file in a bundle that is no dump.
    fn walk<S: Sink>(
        &self,
        source: &mut Source,
        sink: &mut S,
        report: &mut Reporter<'_>,
    ) -> Result<Option<u64>, LoadError> {
        self.walk_beside(source, Runs::default(), sink, report)
    }

    /// The same of a source of which runs were read before.
    fn walk_beside<S: Sink>(
        &self,
        source: &mut Source,
        runs: Runs<S>,
        sink: &mut S,
        report: &mut Reporter<'_>,
    ) -> Result<Option<u64>, LoadError> {
        // Taken out, since the walk borrows the source for as long as it lasts.
        let (damage, rest) = (source.damage.take(), source.take_yaml_fault());
        let mut walk = Walk::new(self, source, sink, report);
        walk.runs = runs;
        // In a bundle only damage of a dump matters, which has to be read to be known for one.
        let is_known = |fault: &mut Box<Fault>| !walk.is_bundled || fault.kind == LoadErrorKind::TooLarge;
        let mut later = damage;
        // Before the objects, so that what is missing behind the damage is no fault of its own.
        walk.rest = rest;
        if let Some(fault) = later.take_if(is_known) {
            walk.refuse_stream(fault)?;
        }
        walk.is_cut |= later.is_some();
        let n_read = walk.run();
        let is_stopped = n_read.as_ref().is_err_and(|error| error.kind() == LoadErrorKind::Stopped);
        if walk.is_no_dump(n_read.is_err()) && !is_stopped {
            return Ok(None);
        }
        let n_read = n_read?;
        later.map_or(Ok(()), |fault| walk.refuse_stream(fault))?;
        Ok(Some(n_read))
    }
}

/// Opens what comes next, and tells how far that is. `None` at the end.
fn next_source(
    pending: &mut Queue,
    team: YamlTeam,
    report: &mut Reporter<'_>,
    n_objects: usize,
) -> Option<Result<(Source, Option<ComingText>), LoadError>> {
    let opened = pending.next_source(team, &mut |pos| report.opening_at(pos, n_objects as u64))?;
    // What a stop cut short while it was opened would look like a bad source.
    if report.is_stopped() {
        let name = opened.as_ref().map_or_else(LoadError::source_name, |(source, _)| source.name());
        return Some(Err(LoadError::new(name, None, None, Fault::stopped(0))));
    }
    Some(opened.inspect(|(source, rest)| match rest {
        None => report.begin_source(source.part.clone(), source.bytes().len(), n_objects as u64),
        Some(rest) => report.begin_passing(source.part.start, rest.n_read()),
    }))
}
