//! A watch stream, read event by event, each as soon as it is complete.

use super::{Input, Loader};
use crate::load::error::{Fault, LoadError, LoadErrorKind, Position, unreadable};
use crate::load::json::cursor::BOM;
use crate::load::json::lines::LineCounter;
use crate::load::json::split::{Splitter, StreamValue};
use crate::load::objects::head::Head;
use crate::load::objects::sink::Sink;
use crate::load::origin::budget::Budget;
use crate::load::origin::compress::Compression;
use crate::load::origin::source::Source;
use crate::load::report::{InputBytes, Notice, Reporter};
use crate::{Object, ObjectId};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read at once, if there is so much.
const CHUNK: usize = 1 << 16;
/// How many bytes tell a compressed stream or a byte-order mark.
const MAGIC_LEN: usize = 4;

/// What a watch stream says, one thing at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchEvent {
    /// This is what the object looks like now: `ADDED`, `MODIFIED`, or an object without an event around it.
    Put {
        /// Its position among the objects of the stream, from 0; events of any type count.
        index: u64,
        /// The object as the event has it.
        object: Object,
    },
    /// The object is gone: `DELETED`.
    Deleted {
        /// The position of the event.
        index: u64,
        /// The object as the event has it.
        object: Object,
    },
    /// The watch has come this far without a change: `BOOKMARK`.
    Bookmark,
    /// The watch failed: `ERROR`, or a `Status` without an event around it.
    Failed {
        /// What the API server said.
        message: String,
    },
    /// Something that the user should read, such as that a list is one page of several.
    Remark {
        /// The whole of it, with the name of the stream.
        message: String,
    },
}

/// Reads a watch stream: the iterator gives every event as soon as its last byte has been read.
///
/// The stream may hold all that a dump may. Objects without an event around them, also those in lists and arrays,
/// are as if they had just been added; events in lists and arrays are given one by one. A bad object is an error in its
/// place, and the next one is read after it: on the next line if the stream has one event a line. After a failure to
/// read nothing follows, save what comes before the damage of a compressed stream, which is told first.
///
/// ```
/// use selq::{Input, Loader};
/// use selq::load::WatchEvent;
///
/// let bytes = br#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"web-0"}}}"#.to_vec();
/// let mut events = Loader::new().watch(Input::Bytes { name: "watch.json".to_owned(), bytes })?;
/// let Some(Ok(WatchEvent::Put { object, .. })) = events.next() else { panic!("one event") };
/// assert_eq!(object.identity().name, "web-0");
/// assert!(events.next().is_none());
/// # Ok::<(), selq::LoadError>(())
/// ```
///
/// Costs memory for the event that is being read, and of a compressed stream for all of it.
pub struct WatchReader {
    loader: Loader,
    name: String,
    /// The cluster that the input is of.
    cluster: Option<Arc<str>>,
    /// The lock is never taken: see `InputReader`.
    reader: Mutex<Box<dyn Read + Send>>,
    may_be_empty: bool,
    splitter: Splitter,
    /// The index of the object that is read next.
    index: u64,
    ready: VecDeque<Result<WatchEvent, LoadError>>,
    state: StreamState,
    /// An object had the place where labels are to be read.
    has_labels_at: bool,
    keeps_json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StreamState {
    /// Nothing was read yet.
    Begin,
    Reading,
    Ended,
}

impl Loader {
    /// Opens an input to read it as a watch stream. Nothing is read yet.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub fn watch(&self, input: Input) -> Result<WatchReader, LoadError> {
        let (input, cluster) = input.split_cluster();
        let name = input.name();
        let may_be_empty = matches!(input, Input::Stdin);
        let reader = input.open().map_err(|error| LoadError::new(&name, None, None, unreadable(&error)))?;
        // What is bad in a stream is an error in its place, and the events after it are read.
        let loader = self.clone().skip_invalid(true);
        let (splitter, ready) = (Splitter::default(), VecDeque::new());
        let state = StreamState::Begin;
        Ok(WatchReader {
            loader,
            name,
            cluster,
            reader: Mutex::new(reader),
            may_be_empty,
            splitter,
            index: 0,
            ready,
            state,
            has_labels_at: false,
            keeps_json: false,
        })
    }
}

impl Iterator for WatchReader {
    type Item = Result<WatchEvent, LoadError>;

    fn next(&mut self) -> Option<Result<WatchEvent, LoadError>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            match self.splitter.next_piece() {
                Some(piece) => self.piece(piece),
                None if self.state == StreamState::Ended => return self.last_remark().map(Ok),
                None => {
                    if let Err(error) = self.read() {
                        self.state = StreamState::Ended;
                        return Some(Err(error));
                    }
                }
            }
        }
    }
}

impl WatchReader {
    /// What messages and output call the stream.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the cluster that the stream is from, if its input was [given](crate::Input::in_cluster) one.
    #[must_use]
    pub fn cluster(&self) -> Option<&str> {
        self.cluster.as_deref()
    }

    /// The same reader, whose events have the [JSON](Object::json) of their objects too: for queries about more than labels.
    /// It is copied once for each event.
    #[must_use]
    pub fn keeping_json(self) -> WatchReader {
        WatchReader { keeps_json: true, ..self }
    }

    /// Reads what there is, waiting for it if there is nothing, and notices the end.
    fn read(&mut self) -> Result<(), LoadError> {
        let mut bytes = vec![0; CHUNK];
        let mut len = self.read_some(&mut bytes)?;
        if self.state == StreamState::Begin {
            // A pipe may give a byte at a time. More is waited for only where the first may begin a
            // stream that is compressed: an event of JSON is read as it comes.
            while len < MAGIC_LEN && may_be_magic(&bytes[..len]) {
                match self.read_some(&mut bytes[len..])? {
                    0 => break,
                    n => len += n,
                }
            }
            self.begin(&bytes[..len])?;
        } else {
            self.splitter.push(&bytes[..len]);
        }
        if len == 0 {
            self.end()?;
        }
        Ok(())
    }

    fn reader_mut(&mut self) -> &mut dyn Read {
        self.reader.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_some(&mut self, bytes: &mut [u8]) -> Result<usize, LoadError> {
        loop {
            match self.reader_mut().read(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map_err(|error| self.error(None, unreadable(&error))),
            }
        }
    }

    /// Takes the first bytes: a byte-order mark goes, a compressed stream is read to its end.
    fn begin(&mut self, bytes: &[u8]) -> Result<(), LoadError> {
        self.state = StreamState::Reading;
        let Some(compression) = Compression::of(bytes) else {
            self.splitter.push(bytes.strip_prefix(BOM).unwrap_or(bytes));
            return Ok(());
        };
        let mut whole = bytes.to_vec();
        self.reader_mut().read_to_end(&mut whole).map_err(|error| self.error(None, unreadable(&error)))?;
        let budget = Budget::new(self.loader.max_bytes);
        let (text, damage) = compression.decompress(whole.into(), &budget, &mut |_| true);
        self.splitter.push(text.strip_prefix(BOM).unwrap_or(&text));
        match damage {
            Some(fault) => {
                // The text has no end then: what is missing of its last value is no other fault.
                self.state = StreamState::Ended;
                let position = Position { line: None, offset: fault.offset as u64 };
                Err(self.error(Some(position), fault))
            }
            None => self.end(),
        }
    }

    fn end(&mut self) -> Result<(), LoadError> {
        if self.state == StreamState::Ended {
            return Ok(());
        }
        self.state = StreamState::Ended;
        if self.splitter.end() && !self.may_be_empty {
            let fault = Fault::syntax(LoadErrorKind::Empty, 0, "expected JSON, found an empty file");
            return Err(self.error(Some(Position { line: Some((1, 1)), offset: 0 }), fault));
        }
        Ok(())
    }

    /// What is known only at the end: once, and then nothing.
    fn last_remark(&mut self) -> Option<WatchEvent> {
        // Taken out, so that the remark is made once, however often the end is asked for.
        let pointer = self.loader.labels_at.take().filter(|_| self.index > 0 && !self.has_labels_at)?;
        let notice = Notice::NoLabelsAt { pointer: pointer.to_string() };
        Some(WatchEvent::Remark { message: notice.to_string() })
    }

    fn error(&self, position: Option<Position>, fault: Box<Fault>) -> LoadError {
        LoadError::new(&self.name, position, None, fault)
    }

    /// Reads a piece of the stream, and gets the events in it ready.
    fn piece(&mut self, piece: StreamValue) {
        if let Some(fault) = piece.cut_short {
            let fault = Fault::syntax(LoadErrorKind::Incomplete, piece.text.len(), fault);
            let position = LineCounter::new(&piece.text).locate(fault.offset);
            // The first object of the piece; `moved` counts those before it.
            let error = LoadError::new(&self.name, Some(position), Some(0), fault);
            self.ready.push_back(Err(error.moved(piece.start, self.index)));
            self.index += 1;
            return;
        }
        let mut events = Events { ready: Vec::new(), keeps_json: self.keeps_json, is_first: self.index == 0 };
        let n_read = self.walk(piece.text, &mut events);
        for event in events.ready {
            let event = event.map(|event| event.moved(self.index));
            // What is no JSON at all stands where an object belongs: it is no file here.
            self.ready.push_back(event.map_err(|error| error.of_object().moved(piece.start, self.index)));
        }
        self.index += n_read;
    }

    /// Reads a piece as a source of its own, and tells how many objects that were.
    fn walk(&mut self, bytes: Vec<u8>, events: &mut Events) -> u64 {
        let mut nobody = ();
        let mut report = Reporter::new(&mut nobody, InputBytes::default());
        // A piece goes the way of a dump, so that a stream may hold all that a dump may. It is not opened like one: what is
        // compressed in a stream is the whole of it.
        let mut source = Source::of_bytes(self.name.clone(), bytes);
        let walked = self.loader.walk(&mut source, events, &mut report);
        self.has_labels_at |= report.has_labels_at;
        walked.map(Option::unwrap_or_default).unwrap_or_else(|error| {
            events.ready.push(Err(error));
            0
        })
    }
}

impl WatchEvent {
    /// The object that the event is about, if it is about one.
    #[must_use]
    pub fn object(&self) -> Option<&Object> {
        match self {
            WatchEvent::Put { object, .. } | WatchEvent::Deleted { object, .. } => Some(object),
            WatchEvent::Bookmark | WatchEvent::Failed { .. } | WatchEvent::Remark { .. } => None,
        }
    }

    /// The same event in a stream whose earlier values had `n_objects` objects.
    fn moved(mut self, n_objects: u64) -> WatchEvent {
        if let WatchEvent::Put { index, .. } | WatchEvent::Deleted { index, .. } = &mut self {
            *index += n_objects;
        }
        self
    }
}

/// Keeps what a walk finds as the events of a stream. The ids that it gives out are places in it.
#[derive(Default)]
struct Events {
    ready: Vec<Result<WatchEvent, LoadError>>,
    keeps_json: bool,
    /// No object of the stream came before.
    is_first: bool,
}

impl Events {
    /// A copy of an object that outlives the text it was read from.
    fn owned(&self, head: &Head<'_>) -> Object {
        let identity = head.identity();
        let object = Object::new(identity.kind, identity.namespace, identity.name)
            .with_api_version(identity.api_version)
            .with_labels(head.labels());
        match str::from_utf8(head.json) {
            Ok(json) if self.keeps_json => object.with_json(json),
            _ => object,
        }
    }
}

impl Sink for Events {
    fn part(&self) -> Events {
        Events { ready: Vec::new(), ..*self }
    }

    fn append(&mut self, part: Events, index: u64) {
        self.ready.extend(part.ready.into_iter().map(|event| event.map(|event| event.moved(index))));
    }

    fn n_ids(&self) -> usize {
        self.ready.len()
    }

    fn push(&mut self, head: &Head<'_>, index: u64, _span: Range<usize>) -> Option<ObjectId> {
        let id = ObjectId(self.ready.len() as u32);
        let object = self.owned(head);
        self.ready.push(Ok(WatchEvent::Put { index, object }));
        Some(id)
    }

    fn infer_kind(&mut self, id: ObjectId, list: &Head<'_>, kind: &str) {
        if let Some(Ok(WatchEvent::Put { object, .. })) = self.ready.get_mut(id.index()) {
            object.infer_kind(list.identity().api_version, kind);
        }
    }

    fn begin_event(&mut self) -> bool {
        true
    }

    fn is_watch_stream(&self) -> bool {
        true
    }

    /// Which objects there are is for whoever follows the stream to know.
    fn replace(&mut self, _head: &Head<'_>, _span: Range<usize>) -> bool {
        false
    }

    fn remove(&mut self, head: &Head<'_>, index: u64) {
        let object = self.owned(head);
        self.ready.push(Ok(WatchEvent::Deleted { index, object }));
    }

    fn bookmark(&mut self) {
        self.ready.push(Ok(WatchEvent::Bookmark));
    }

    fn notice(&mut self, notice: Notice, _report: &mut Reporter<'_>) {
        self.ready.push(match notice {
            // A walk takes each piece for a source of its own, which may have a first value.
            Notice::Map { .. } if !self.is_first => return,
            Notice::Skipped(error) => Err(error),
            Notice::WatchError { message, .. } => Ok(WatchEvent::Failed { message }),
            notice => Ok(WatchEvent::Remark { message: notice.to_string() }),
        });
    }
}

/// Whether so few bytes may be the beginning of a compressed stream or a byte-order mark.
fn may_be_magic(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| !byte.is_ascii() || matches!(byte, 0x1F | b'(' | b'P'..=b'_'))
}

impl fmt::Debug for WatchReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchReader")
            .field("name", &self.name)
            .field("index", &self.index)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
