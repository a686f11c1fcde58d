//! A watch stream, read event by event, each as soon as it is complete.

use super::compress::Compression;
use super::cursor::{BOM, Cursor, Layout};
use super::error::{Fallible, Fault, LoadError, LoadErrorKind, Position};
use super::head::{Head, text_or_absent};
use super::labels;
use super::lines::LineCounter;
use super::source::unreadable;
use super::split::{Piece, Splitter};
use super::watch::EventType;
use super::{Input, LoadObserver, Loader, Notice};
use crate::{Object, ObjectIdentity};
use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io::{self, Cursor as Bytes, Read};

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
    /// The watch failed: `ERROR`.
    Failed {
        /// What the API server said.
        message: String,
    },
}

/// Reads a watch stream: the iterator gives every event as soon as its last byte has been read.
///
/// The stream may hold all that a dump may. Lists, arrays and objects without an event around them are as if
/// they had just been added. A bad object is an error in its place, and the next one is read after it: on the
/// next line if the stream has one event a line. After a failure to read nothing follows.
///
/// ```
/// use selq::{Input, Loader, WatchEvent};
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
    reader: Box<dyn Read + Send>,
    may_be_empty: bool,
    splitter: Splitter,
    /// The index of the object that is read next.
    index: u64,
    ready: VecDeque<Result<WatchEvent, LoadError>>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
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
        let name = input.name();
        let may_be_empty = matches!(input, Input::Stdin);
        let reader: Box<dyn Read + Send> = match input {
            Input::Stdin => Box::new(io::stdin()),
            Input::Bytes { bytes, .. } => Box::new(Bytes::new(bytes)),
            Input::Path(path) => {
                let file = File::open(path);
                Box::new(file.map_err(|error| LoadError::new(&name, None, None, unreadable(&error)))?)
            }
        };
        let loader = self.clone().skip_invalid(true);
        let (splitter, ready) = (Splitter::default(), VecDeque::new());
        Ok(WatchReader { loader, name, reader, may_be_empty, splitter, index: 0, ready, state: State::Begin })
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
                Some(piece) => self.piece(&piece),
                None if self.state == State::Ended => return None,
                None => {
                    if let Err(error) = self.read() {
                        self.state = State::Ended;
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

    /// Reads what there is, waiting for it if there is nothing, and notices the end.
    fn read(&mut self) -> Result<(), LoadError> {
        let mut bytes = vec![0; CHUNK];
        let mut len = self.read_some(&mut bytes)?;
        if self.state == State::Begin {
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

    fn read_some(&mut self, bytes: &mut [u8]) -> Result<usize, LoadError> {
        loop {
            match self.reader.read(bytes) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result.map_err(|error| self.error(None, unreadable(&error))),
            }
        }
    }

    /// Takes the first bytes: a byte-order mark goes, a compressed stream is read to its end.
    fn begin(&mut self, bytes: &[u8]) -> Result<(), LoadError> {
        self.state = State::Reading;
        let Some(compression) = Compression::of(bytes) else {
            self.splitter.push(bytes.strip_prefix(BOM).unwrap_or(bytes));
            return Ok(());
        };
        let mut whole = bytes.to_vec();
        self.reader.read_to_end(&mut whole).map_err(|error| self.error(None, unreadable(&error)))?;
        let (text, damage) = compression.decompress(&whole, &mut |_| {});
        self.splitter.push(text.strip_prefix(BOM).unwrap_or(&text));
        match damage {
            Some(fault) => {
                // The text has no end then: what is missing of its last value is no other fault.
                self.state = State::Ended;
                let position = Position { line: None, offset: fault.offset as u64 };
                Err(self.error(Some(position), fault))
            }
            None => self.end(),
        }
    }

    fn end(&mut self) -> Result<(), LoadError> {
        if self.state == State::Ended {
            return Ok(());
        }
        self.state = State::Ended;
        if self.splitter.end() && !self.may_be_empty {
            let fault = Fault::syntax(LoadErrorKind::Empty, 0, "expected JSON, found an empty file");
            return Err(self.error(Some(Position { line: Some((1, 1)), offset: 0 }), fault));
        }
        Ok(())
    }

    fn error(&self, position: Option<Position>, fault: Box<Fault>) -> LoadError {
        LoadError::new(&self.name, position, None, fault)
    }

    /// Reads a piece of the stream, and gets the events in it ready.
    fn piece(&mut self, piece: &Piece) {
        let event = match piece.cut_short {
            Some(fault) => Err(Fault::syntax(LoadErrorKind::Incomplete, piece.text.len(), fault)),
            None => self.event(&piece.text),
        };
        match event {
            Ok(Some(event)) => {
                self.index += 1;
                self.ready.push_back(Ok(event));
            }
            Ok(None) => self.objects(piece),
            Err(fault) => {
                let position = LineCounter::new(&piece.text).locate(fault.offset);
                let error = LoadError::new(&self.name, Some(position), Some(0), fault);
                self.ready.push_back(Err(error.moved(piece.start, self.index)));
                self.index += 1;
            }
        }
    }

    /// The event that a text is. `None` if it is something else, or an event that the loader is to read.
    fn event(&self, text: &[u8]) -> Fallible<Option<WatchEvent>> {
        let mut cursor = Cursor::new(text);
        if self.loader.items_at.is_some() || !cursor.next_part(Layout::Stream) || cursor.peek() != Some(b'{')
        {
            return Ok(None);
        }
        let Some((event_type, start)) = envelope(&mut cursor)? else { return Ok(None) };
        let mut head = Head::default();
        head.read(&mut cursor.at(start))?;
        if let Some(pointer) = &self.loader.labels_at {
            labels::read_at(cursor.at(start), pointer.steps(), &mut head.labels)?;
        }
        let (index, object) = (self.index, owned(head.identity(), head.labels()));
        Ok(match event_type {
            EventType::Put => Some(WatchEvent::Put { index, object }),
            EventType::Deleted => Some(WatchEvent::Deleted { index, object }),
            EventType::Bookmark => Some(WatchEvent::Bookmark),
            EventType::Error => None,
        })
    }

    /// Reads a piece as a dump of its own.
    fn objects(&mut self, piece: &Piece) {
        let input = Input::Bytes { name: self.name.clone(), bytes: piece.text.clone() };
        let mut notices = Notices::default();
        let mut n_read = 0;
        match self.loader.load_with([input], &mut notices) {
            Err(error) => notices.0.push(Notice::Skipped(error)),
            Ok(dump) => {
                for object in dump.store().objects() {
                    let index = dump.index(object.id());
                    n_read = index + 1;
                    let object = owned(object.identity(), object.labels());
                    self.ready.push_back(Ok(WatchEvent::Put { index: self.index + index, object }));
                }
            }
        }
        for notice in notices.0 {
            let event = match notice {
                Notice::Skipped(error) => {
                    n_read = n_read.max(error.object().unwrap_or(0) + 1);
                    Err(error.moved(piece.start, self.index))
                }
                Notice::WatchError { message, .. } => {
                    n_read = n_read.max(1);
                    Ok(WatchEvent::Failed { message })
                }
            };
            self.ready.push_back(event);
        }
        self.index += n_read;
    }
}

/// Whether so few bytes may be the beginning of a compressed stream or a byte-order mark.
fn may_be_magic(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| !byte.is_ascii() || matches!(byte, 0x1F | b'(' | b'P'..=b'_'))
}

/// The type of a watch event, and where its object begins. `None` for anything else. The whole text is read,
/// so that what is no JSON is met here.
fn envelope(cursor: &mut Cursor<'_>) -> Fallible<Option<(EventType, usize)>> {
    let (mut event_type, mut object, mut has_items) = (None, None, false);
    let mut members = cursor.open(b'{')?;
    while let Some(key) = cursor.next_key(&mut members)? {
        match key.as_ref() {
            "type" => event_type = EventType::from_name(&text_or_absent(cursor)?),
            "object" => {
                object = (cursor.peek() == Some(b'{')).then(|| cursor.pos());
                cursor.skip()?;
            }
            key => {
                has_items |= key == "items";
                cursor.skip()?;
            }
        }
    }
    cursor.check_utf8()?;
    Ok(event_type.zip(object).filter(|_| !has_items))
}

/// A copy of an object that outlives the text it was read from.
fn owned<'a>(identity: ObjectIdentity<'_>, labels: impl Iterator<Item = (&'a str, &'a str)>) -> Object {
    Object::new(identity.kind, identity.namespace, identity.name)
        .with_api_version(identity.api_version)
        .with_labels(labels)
}

/// Keeps what a load has to tell.
#[derive(Default)]
struct Notices(Vec<Notice>);

impl LoadObserver for Notices {
    fn notice(&mut self, notice: Notice) {
        self.0.push(notice);
    }
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
