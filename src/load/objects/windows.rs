//! Reads a run of objects while its text comes, and keeps nothing of that.
//!
//! Each window of the text is cut off where one of the objects most likely ends ([`RunStart`] says what stands there), and
//! read as a part of a run is by whichever thread took it. As in `parts` that proves the guess: the run begins where an
//! object does, and the part before leads exactly to the next. What was read is then all that is kept, with a [`TextGap`] in the
//! place of the text. The first part that does not lead to its border, because the run ends or something is wrong or out of
//! the ordinary, ends it at the last object that was as it should be: what is behind that stays in the text, in which
//! another run may begin.

use crate::load::Loader;
use crate::load::json::cursor::Cursor as JsonCursor;
use crate::load::json::gaps::TextGap;
use crate::load::objects::parts::PartReader;
use crate::load::objects::runs::{Ahead, Notation, PartRead, RunStart, Runs};
use crate::load::objects::sink::Sink;
use crate::load::origin::source::Source;
use crate::load::report::Reporter;
use crate::yaml::{self, Converted, ListPiece, YamlTeam};
use memchr::memmem;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// More threads than that wait for the one that copies or decompresses, and each takes memory for a window.
const MAX_THREADS: usize = 8;
/// How many windows in a row are put together to find the end of an object that is larger than one.
const MAX_WINDOWS: usize = 8;
/// How much is read between two reports of progress.
const CHUNK: usize = 4 << 20;
/// How many windows that were read may wait for one before them.
const MAX_WAITING: usize = 8;

/// What is left of a text as far as it came, and what was read of the rest.
pub(in crate::load) struct Condensed<S> {
    pub(in crate::load) text: Vec<u8>,
    pub(in crate::load) gaps: Vec<TextGap>,
    pub(in crate::load) runs: Runs<S>,
}

/// A text that comes bit by bit.
pub(in crate::load) struct WindowStream<'r> {
    /// What came before and is still to be read, the next of it last.
    pending: Vec<Cursor<Vec<u8>>>,
    rest: &'r mut (dyn Read + Send),
    pub(in crate::load) is_ended: bool,
    /// What ended it before its time.
    pub(in crate::load) error: Option<io::Error>,
}

impl<'r> WindowStream<'r> {
    pub(in crate::load) fn new(rest: &'r mut (dyn Read + Send)) -> WindowStream<'r> {
        WindowStream { pending: Vec::new(), rest, is_ended: false, error: None }
    }

    /// Has this read before all else.
    fn put_back(&mut self, text: Vec<u8>) {
        self.pending.push(Cursor::new(text));
        self.is_ended = false;
    }

    /// Fills the buffer unless the text ends before. Tells how much is filled.
    fn fill(&mut self, buffer: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < buffer.len() && !self.is_ended {
            match self.try_read(&mut buffer[filled..]) {
                Ok(0) => self.is_ended = true,
                Ok(n_read) => filled += n_read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    self.is_ended = true;
                }
            }
        }
        filled
    }

    /// Passes over the rest, to know how it ends.
    pub(in crate::load) fn drain(&mut self, mut is_wanted: impl FnMut() -> bool) {
        let mut buffer = vec![0; CHUNK];
        while self.fill(&mut buffer) > 0 && is_wanted() {}
    }

    fn try_read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(text) = self.pending.last_mut() {
            let n_read = text.read(buffer)?;
            if n_read > 0 {
                return Ok(n_read);
            }
            // Its memory is not needed any more.
            self.pending.pop();
        }
        // A stream that is damaged or ended is not asked again.
        if self.error.is_some() { Ok(0) } else { self.rest.read(buffer) }
    }
}

impl<S: Sink> Condensed<S> {
    /// Nothing so far but the beginning of a text.
    pub(in crate::load) fn new(text: Vec<u8>) -> Condensed<S> {
        Condensed { text, gaps: Vec::new(), runs: Runs::default() }
    }

    /// How many bytes there were.
    pub(in crate::load) fn n_bytes(&self) -> u64 {
        self.text.len() as u64 + self.gaps.iter().map(|gap| gap.n_bytes).sum::<u64>()
    }

    /// Reads the run that begins here, with what follows in the stream, until it ends or nothing more is wanted. What `sink`
    /// takes is left to whoever walks the text.
    pub(in crate::load) fn read_run(
        &mut self,
        loader: &Loader,
        start: &RunStart,
        stream: &mut WindowStream<'_>,
        sink: &S,
        report: &mut Reporter<'_>,
    ) {
        stream.put_back(self.text.split_off(start.pos));
        // Most of the text was behind that, and its memory is not needed twice.
        self.text.shrink_to_fit();
        let n_bytes = self.n_bytes();
        let size = loader.threads.window.max(1);
        let feed = Feed { stream, start, size, n_windows: 0, carry: Vec::new(), is_closed: false };
        let joined = Joined {
            condensed: self,
            ahead: start.ahead,
            next: 0,
            waiting: BTreeMap::new(),
            spare: Vec::new(),
            is_over: false,
            n_bytes,
            n_objects: sink.n_objects(),
        };
        let mut reader = PartReader::new(loader, start.ahead, start.items_kind.clone(), sink);
        reader.is_yaml = start.notation == Notation::Yaml;
        let crew =
            Crew { reader, feed: Mutex::new(feed), joined: Mutex::new(joined), has_joined: Condvar::new() };
        crew.read(loader.threads.n.min(MAX_THREADS), report);
        let (feed, joined) = (into_inner(crew.feed), into_inner(crew.joined));
        joined.condensed.text.extend_from_slice(&feed.carry);
    }

    /// Takes so much more of the text as it is.
    pub(in crate::load) fn keep_more(
        &mut self,
        n_bytes: usize,
        stream: &mut WindowStream<'_>,
        mut is_wanted: impl FnMut(u64) -> bool,
    ) {
        let full = self.text.len().saturating_add(n_bytes);
        while self.text.len() < full && !stream.is_ended && is_wanted(self.n_bytes()) {
            let len = self.text.len();
            self.text.resize(full.min(len + CHUNK), 0);
            let filled = stream.fill(&mut self.text[len..]);
            self.text.truncate(len + filled);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Where windows come from, one thread after another.
struct Feed<'f, 'r> {
    stream: &'f mut WindowStream<'r>,
    start: &'f RunStart,
    size: usize,
    n_windows: usize,
    /// What stands behind the border of the last window.
    carry: Vec<u8>,
    /// No more windows are wanted.
    is_closed: bool,
}

/// A piece of the text, at the beginning of a buffer.
struct Window {
    nth: usize,
    /// Where an object begins behind the last of the window; 0 where that is not known.
    end: usize,
    /// How long it is; what comes behind is of the next window.
    len: usize,
}

impl Feed<'_, '_> {
    /// Fills the buffer with the next window, and whatever came with it.
    fn next(&mut self, buffer: &mut Vec<u8>) -> Option<Window> {
        if self.is_closed || self.stream.is_ended {
            return None;
        }
        let mut end = None;
        let mut filled = self.carry.len();
        room(buffer, filled)[..filled].copy_from_slice(&self.carry);
        while end.is_none() && !self.stream.is_ended && filled < self.size.saturating_mul(MAX_WINDOWS) {
            // A seam may begin before what is new.
            let from = filled.saturating_sub(self.start.seam.len());
            let full = filled + self.size;
            filled += self.stream.fill(&mut room(buffer, full)[filled..full]);
            let found = memmem::rfind(&buffer[from..filled], &self.start.seam);
            end = found.map(|at| from + at + self.start.seam_start);
        }
        buffer.truncate(filled);
        self.carry.clear();
        let len = match end {
            Some(end) if !self.stream.is_ended => {
                self.carry.extend_from_slice(&buffer[end..]);
                end
            }
            _ => filled,
        };
        let nth = self.n_windows;
        self.n_windows += 1;
        Some(Window { nth, end: end.unwrap_or(0), len })
    }
}

/// The buffer with room for so many bytes.
fn room(buffer: &mut Vec<u8>, len: usize) -> &mut [u8] {
    if buffer.len() < len {
        buffer.resize(len, 0);
    }
    buffer
}

/// A window that was read, in the buffer that holds it.
struct WindowRead<S> {
    window: Window,
    buffer: Vec<u8>,
    /// What was read from its beginning on, and of how much.
    read: Option<(PartRead<S>, TextGap)>,
}

/// What was read and what is left, as far as there is no window missing.
struct Joined<'c, S> {
    condensed: &'c mut Condensed<S>,
    ahead: Ahead,
    next: usize,
    waiting: BTreeMap<usize, WindowRead<S>>,
    /// Buffers that are not in use.
    spare: Vec<Vec<u8>>,
    /// The run has ended: what follows is only kept.
    is_over: bool,
    n_bytes: u64,
    n_objects: usize,
}

impl<S: Sink> Joined<'_, S> {
    fn add(&mut self, window: WindowRead<S>) {
        self.waiting.insert(window.window.nth, window);
        while let Some(window) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.push(window);
        }
    }

    fn push(&mut self, WindowRead { window, buffer, read }: WindowRead<S>) {
        let mut end = 0;
        if let Some((read, gap)) = read.filter(|_| !self.is_over) {
            let pos = self.condensed.text.len();
            end = gap.n_bytes as usize;
            self.n_objects += read.n_objects();
            self.condensed.runs.push(pos, self.ahead, read);
            match self.condensed.gaps.last_mut() {
                Some(last) if last.pos == pos => last.append(gap),
                _ => self.condensed.gaps.push(gap.at(pos)),
            }
        }
        self.condensed.text.extend_from_slice(&buffer[end..window.len]);
        self.is_over |= end < window.end || end == 0;
        self.n_bytes += window.len as u64;
        self.spare.push(buffer);
    }
}

/// The threads that read windows.
struct Crew<'c, 'f, 'r, S> {
    reader: PartReader<S>,
    feed: Mutex<Feed<'f, 'r>>,
    joined: Mutex<Joined<'c, S>>,
    /// Told whenever windows were joined.
    has_joined: Condvar,
}

impl<S: Sink> Crew<'_, '_, '_, S> {
    fn read(&self, n_threads: usize, report: &mut Reporter<'_>) {
        thread::scope(|scope| {
            for _ in 1..n_threads {
                // Where there is no other thread to be had, this one reads alone.
                let _ = thread::Builder::new().spawn_scoped(scope, || self.work(|_, _| true));
            }
            self.work(|n_bytes, n_objects| report.at(n_bytes as usize, n_objects as u64));
        });
    }

    /// Reads windows until there are no more, or no more are wanted.
    fn work(&self, mut is_wanted: impl FnMut(u64, usize) -> bool) {
        while let Some((window, buffer)) = self.next_window() {
            let source = Source::of_bytes(String::new(), buffer);
            let read = self.part(&source, window.end);
            let buffer = source.into_bytes();
            let (n_bytes, n_objects, is_over) = {
                let mut joined = lock(&self.joined);
                joined.add(WindowRead { window, buffer, read });
                (joined.n_bytes, joined.n_objects, joined.is_over)
            };
            self.has_joined.notify_all();
            if is_over || !is_wanted(n_bytes, n_objects) {
                lock(&self.feed).is_closed = true;
            }
        }
    }

    /// The next window, once few others wait for one before them: each takes the memory of its text.
    fn next_window(&self) -> Option<(Window, Vec<u8>)> {
        let joined = lock(&self.joined);
        let is_crowded = |joined: &mut Joined<'_, S>| joined.waiting.len() >= MAX_WAITING;
        let joined = self.has_joined.wait_while(joined, is_crowded);
        let mut joined = joined.unwrap_or_else(PoisonError::into_inner);
        let mut buffer = joined.spare.pop().unwrap_or_default();
        drop(joined);
        let window = lock(&self.feed).next(&mut buffer)?;
        Some((window, buffer))
    }

    /// Reads the objects of a source up to `end`, or as many as are as they should be, and tells what gap they leave.
    fn part(&self, source: &Source, end: usize) -> Option<(PartRead<S>, TextGap)> {
        if end == 0 {
            return None;
        }
        let text = &source.bytes()[..end];
        match self.reader.run {
            Ahead::Elements { .. } if self.reader.is_yaml => self.yaml_elements(text),
            Ahead::Values(_) if self.reader.is_yaml => self.yaml_documents(text),
            _ => {
                let (read, end) = self.json_part(source, end)?;
                Some((read, TextGap::of(&text[..end])))
            }
        }
    }

    /// The same, and how much of it was read.
    fn json_part(&self, source: &Source, end: usize) -> Option<(PartRead<S>, usize)> {
        let cursor = JsonCursor::inside(source.bytes(), 0, self.reader.run.are_lines());
        let read = |end| self.reader.read(source, cursor.clone(), end, || false);
        match read(end) {
            Ok(part) => Some((part, end)),
            // Once more, as what was read of the object that is doubtful cannot be told from the rest.
            Err(0) => None,
            Err(end) => Some((read(end).ok()?, end)),
        }
    }

    /// The same of a list in YAML, whose elements are made JSON first.
    fn yaml_elements(&self, yaml: &[u8]) -> Option<(PartRead<S>, TextGap)> {
        let ListPiece { mut json, elements } = yaml::elements(str::from_utf8(yaml).ok()?)?;
        let end = json.len() + 1;
        // A part ends where the next object begins.
        json.extend_from_slice(b",{");
        let (read, read_to) = self.json_part(&Source::of_bytes(String::new(), json), end)?;
        if read_to == end {
            return Some((read, TextGap::of(yaml)));
        }
        let nth = elements.binary_search_by_key(&read_to, |&(json, _)| json).ok()?;
        let line_start = memchr::memrchr(b'\n', &yaml[..elements[nth].1])? + 1;
        Some((read, TextGap::of(&yaml[..line_start])))
    }

    /// The same of documents in YAML.
    fn yaml_documents(&self, yaml: &[u8]) -> Option<(PartRead<S>, TextGap)> {
        let Converted { mut json, map, fault } = yaml::convert(str::from_utf8(yaml).ok()?, YamlTeam::ALONE);
        if fault.is_some() {
            return None;
        }
        let end = json.len();
        // A part ends where the next object begins.
        json.push(b'{');
        let (read, read_to) = self.json_part(&Source::of_bytes(String::new(), json), end)?;
        let text_end = if read_to == end { yaml.len() } else { map.chunk(read_to)?.start };
        Some((read, TextGap::of(&yaml[..text_end])))
    }
}
