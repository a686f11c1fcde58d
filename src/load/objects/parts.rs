//! Reads the objects of a large source on several threads.
//!
//! To find out for certain where an object begins, everything before it has to be read. So the places are
//! *guessed*: what stands between the first two objects ([`Seam`]) most likely stands between all others. The
//! guesses cut the source into parts, and each part is walked by the same code as ever until it stands
//! exactly where the next part begins. That proves the guess: the first part begins where an object does, so
//! the second does too, and so on. At the first part that ends anywhere else, or in which anything is wrong
//! or out of the ordinary, everything from its beginning on is forgotten and left to the walk that called.
//! Objects, indexes, messages and their order are therefore those of a walk on one thread, whatever the guesses.

use crate::ObjectId;
use crate::load::Loader;
use crate::load::error::Fallible;
use crate::load::json::cursor::{Commas, Cursor, ValueLayout};
use crate::load::objects::file_sort::FileSort;
use crate::load::objects::sink::Sink;
use crate::load::objects::walk::{MAX_OBJECTS, Walk};
use crate::load::origin::source::Source;
use crate::load::report::{InputBytes, Reporter};
use memchr::memmem;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering as MemoryOrdering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

/// Less than this is read by one thread before another one could have begun.
const MIN_PART: usize = 1 << 20;
/// Enough to even out the work and to tell how it goes on; joining them costs no more for it.
const PARTS_PER_THREAD: usize = 16;
/// How much white space before the end of an object belongs to its seam; deeper indentation has no limit.
const MAX_INDENT: usize = 64;
/// How many bytes of an object are compared to tell it from those inside other objects.
const MAX_BEGINNING: usize = 24;

/// How many threads read, and how much a part is at least.
#[derive(Debug, Clone, Copy)]
pub(in crate::load) struct Threads {
    pub(in crate::load) n: usize,
    pub(in crate::load) min_part: usize,
}

impl Default for Threads {
    fn default() -> Threads {
        Threads { n: thread::available_parallelism().map_or(1, NonZero::get), min_part: MIN_PART }
    }
}

/// What the objects are that are read ahead.
#[derive(Debug, Clone, Copy)]
pub(in crate::load) enum Ahead {
    /// Values at the top level.
    Values(ValueLayout),
    /// Elements of an array at this depth of lists.
    Elements { depth: usize },
}

/// From where on reading ahead is worth a try. Tries in vain get rarer, so that they cost no more than
/// reading once more.
#[derive(Debug)]
pub(in crate::load) struct Pace {
    threads: Threads,
    next: usize,
    step: usize,
}

impl Pace {
    pub(in crate::load) fn new(threads: Threads) -> Pace {
        let next = if threads.n > 1 { 0 } else { usize::MAX };
        Pace { threads, next, step: threads.min_part }
    }

    /// A try read as far as `pos` and then met a doubt.
    fn slow_down(&mut self, pos: usize) {
        self.next = pos.saturating_add(self.step);
        self.step = self.step.saturating_mul(2);
    }
}

/// Reads objects from here on, if that is worth it, and leaves the walk where another object begins. `previous`
/// is the object before this one. Gives the objects without a kind.
pub(in crate::load) fn read_ahead<S: Sink>(
    walk: &mut Walk<'_, '_, '_, S>,
    run: Ahead,
    previous: Range<usize>,
) -> Vec<ObjectId> {
    if walk.cursor.pos() < walk.pace.next || previous.is_empty() {
        return Vec::new();
    }
    let Some(team) = Team::new(walk, run, previous) else {
        walk.pace.slow_down(walk.cursor.pos());
        return Vec::new();
    };
    let (n_joined, without_kind) = team.read(walk);
    let end = team.borders[n_joined];
    if n_joined > 0 {
        walk.cursor = team.cursor_at(n_joined);
    }
    if n_joined < team.n_parts() {
        walk.pace.slow_down(end);
    }
    without_kind
}

/// What stands between two objects.
struct Seam<'a> {
    text: &'a [u8],
    /// Where in it the second object begins.
    start: usize,
}

impl<'a> Seam<'a> {
    /// The seam between an object and the next one, which begins at `start`.
    ///
    /// A line end tells the objects apart from those inside them, by its indentation: there is none in a
    /// string. On one line the beginning of the objects has to do that.
    fn new(bytes: &'a [u8], previous: Range<usize>, start: usize) -> Option<Seam<'a>> {
        if bytes[previous.end - 1] != b'}' || bytes.get(start) != Some(&b'{') {
            return None;
        }
        let before = &bytes[previous.start..previous.end - 1];
        let n_blank = before.iter().rev().take(MAX_INDENT).take_while(|&&byte| byte == b' ').count();
        let n_lead = n_blank + usize::from(before[..before.len() - n_blank].ends_with(b"\n"));
        let begin = previous.end - 1 - n_lead;
        let has_line_end = bytes[begin..start].contains(&b'\n');
        let n_same = if has_line_end { 1 } else { n_equal(&bytes[previous.start..], &bytes[start..]) };
        Some(Seam { text: &bytes[begin..start + n_same], start: start - begin })
    }

    /// Guesses where parts of about `size` bytes begin, and where the last one ends.
    fn borders(&self, bytes: &[u8], from: usize, size: usize) -> Vec<usize> {
        let seam = memmem::Finder::new(self.text);
        let mut borders = vec![from];
        let mut last = from;
        while bytes.len() - last > size {
            // No window overlaps the one before it, so that the search reads the text once at most.
            let window = last + size..bytes.len().min(last.saturating_add(2 * size));
            let Some(at) = seam.find(&bytes[window.clone()]) else { return borders };
            last = window.start + at + self.start;
            borders.push(last);
        }
        borders.extend(memmem::rfind(&bytes[last..], self.text).map(|at| last + at + self.start));
        borders
    }
}

/// How many bytes two objects have in common at their beginnings.
fn n_equal(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take(MAX_BEGINNING).take_while(|(a, b)| a == b).count()
}

/// Threads that read the parts of one source.
struct Team<'a, S> {
    /// Anything wrong is left to the walk that called, so nothing is passed over here.
    loader: Loader,
    source: &'a Source,
    run: Ahead,
    /// Where the first part begins.
    first: Cursor<'a>,
    /// Where the parts begin, and where the last one ends.
    borders: Vec<usize>,
    seed: S,
    /// The part that is read next.
    next: AtomicUsize,
    /// The first part that is not what it was taken for; those behind it are of no use.
    doubtful: AtomicUsize,
}

/// What was read of a source by one thread.
struct PartRead<S> {
    sink: S,
    n_objects: u64,
    without_kind: Vec<ObjectId>,
    has_labels_at: bool,
    sort: FileSort,
}

impl<'a, S: Sink> Team<'a, S> {
    /// A team for the objects from here on. `None` where there is too little to read, or no way to guess.
    fn new(walk: &Walk<'_, 'a, '_, S>, run: Ahead, previous: Range<usize>) -> Option<Team<'a, S>> {
        let bytes = walk.source.bytes();
        let start = walk.cursor.pos();
        let Threads { n, min_part } = walk.pace.threads;
        // Objects differ in size and threads in speed. With several parts a thread none is left alone with a long last one.
        let size = ((bytes.len() - start) / n.saturating_mul(PARTS_PER_THREAD)).max(min_part);
        // A part of a line would have to mind where the line ends.
        if matches!(run, Ahead::Elements { .. }) && !walk.cursor.is_unbounded() {
            return None;
        }
        let borders = Seam::new(bytes, previous, start)?.borders(bytes, start, size);
        (borders.len() > 2).then(|| Team {
            loader: Loader { skip_invalid: false, ..walk.loader.clone() }.threads(1),
            source: walk.source,
            run,
            first: walk.cursor.clone(),
            borders,
            seed: walk.sink.part(),
            next: AtomicUsize::new(0),
            doubtful: AtomicUsize::new(usize::MAX),
        })
    }

    fn n_parts(&self) -> usize {
        self.borders.len() - 1
    }

    fn cursor_at(&self, nth: usize) -> Cursor<'a> {
        match nth {
            0 => self.first.clone(),
            _ => self.first.beside(self.borders[nth], matches!(self.run, Ahead::Values(ValueLayout::Lines))),
        }
    }

    /// Reads the parts and joins them to the walk in their order. Tells how many are as they were guessed.
    fn read(&self, walk: &mut Walk<'_, 'a, '_, S>) -> (usize, Vec<ObjectId>) {
        let n_threads = walk.pace.threads.n.min(self.n_parts());
        thread::scope(|scope| {
            let (sender, receiver) = channel();
            for _ in 0..n_threads {
                let sender = sender.clone();
                // Where there is no other thread to be had, nothing is read ahead.
                let _ = thread::Builder::new().spawn_scoped(scope, move || self.work(&sender));
            }
            drop(sender);
            self.join(walk, &receiver)
        })
    }

    fn join(
        &self,
        walk: &mut Walk<'_, 'a, '_, S>,
        parts: &Receiver<(usize, PartRead<S>)>,
    ) -> (usize, Vec<ObjectId>) {
        let (mut n_joined, mut without_kind, mut waiting) = (0, Vec::new(), BTreeMap::new());
        for (nth, part) in parts {
            waiting.insert(nth, part);
            while let Some(part) = waiting.remove(&n_joined) {
                let n_ids = walk.sink.n_ids();
                if n_ids + part.sink.n_ids() > MAX_OBJECTS {
                    self.doubt(n_joined);
                    return (n_joined, without_kind);
                }
                let ids = part.without_kind.iter().map(|id| ObjectId(id.0 + n_ids as u32));
                without_kind.extend(ids);
                walk.sink.append(part.sink, walk.index);
                walk.index += part.n_objects;
                walk.report.has_labels_at |= part.has_labels_at;
                walk.sort = walk.sort.max(part.sort);
                n_joined += 1;
                if !walk.report.at(self.borders[n_joined], walk.sink.n_objects() as u64) {
                    // Nothing else is wanted, from whichever part.
                    self.doubt(0);
                    return (n_joined, without_kind);
                }
            }
        }
        (n_joined, without_kind)
    }

    /// Reads parts until there are no more, or one is doubtful.
    fn work(&self, parts: &Sender<(usize, PartRead<S>)>) {
        loop {
            // Parts are taken in order: those that are joined first are read first, and few wait in memory.
            let nth = self.next.fetch_add(1, MemoryOrdering::Relaxed);
            if nth >= self.n_parts() || self.is_useless(nth) {
                return;
            }
            match self.part(nth) {
                // Nobody listens any more once there are too many objects.
                Some(part) => drop(parts.send((nth, part))),
                None => return self.doubt(nth),
            }
        }
    }

    fn doubt(&self, nth: usize) {
        self.doubtful.fetch_min(nth, MemoryOrdering::Relaxed);
    }

    fn is_useless(&self, nth: usize) -> bool {
        self.doubtful.load(MemoryOrdering::Relaxed) < nth
    }

    /// Reads a part. `None` if it is not what it was taken for.
    fn part(&self, nth: usize) -> Option<PartRead<S>> {
        let mut sink = self.seed.part();
        let (mut nobody, mut without_kind) = ((), Vec::new());
        let mut report = Reporter::new(&mut nobody, InputBytes::default());
        let mut walk = Walk::new(&self.loader, self.source, &mut sink, &mut report);
        walk.cursor = self.cursor_at(nth);
        walk.is_part = true;
        loop {
            if self.is_useless(nth) || !self.step(&mut walk, &mut without_kind).ok()? {
                return None;
            }
            match walk.cursor.pos().cmp(&self.borders[nth + 1]) {
                Ordering::Less => {}
                Ordering::Equal => break,
                Ordering::Greater => return None,
            }
        }
        let (n_objects, sort) = (walk.index, walk.sort);
        let has_labels_at = report.has_labels_at;
        Some(PartRead { sink, n_objects, without_kind, has_labels_at, sort })
    }

    /// Reads an object and goes to the next one. False when there is none.
    fn step(&self, walk: &mut Walk<'_, 'a, '_, S>, without_kind: &mut Vec<ObjectId>) -> Fallible<bool> {
        match self.run {
            Ahead::Elements { depth } => {
                without_kind.extend(walk.element("", depth)?);
                let more = walk.cursor.next_element(&mut Commas::in_the_middle())?;
                walk.cursor.peek();
                Ok(more)
            }
            Ahead::Values(layout) => {
                walk.value()?;
                Ok(walk.cursor.next_value() || (walk.cursor.next_part(layout) && walk.cursor.next_value()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::dump::Recorder;

    const ITEM: &str = r#"{"metadata":{"labels":{"a":"}"}},"spec":[{"metadata":1},{"metadata":2}]}"#;

    /// How many objects of a text are read ahead, of how many.
    fn n_ahead(text: String) -> (usize, usize) {
        let source = Source::of_bytes(String::new(), text.into_bytes());
        let bytes = source.bytes();
        let start = memmem::find(bytes, b"{\"metadata\":{").unwrap();
        let (mut sink, mut nobody) = (Recorder::default(), ());
        let mut report = Reporter::new(&mut nobody, InputBytes::default());
        let loader = Loader::new().threads(2).min_part(200);
        let mut walk = Walk::new(&loader, &source, &mut sink, &mut report);
        assert!(walk.cursor.next_part(ValueLayout::Stream) && walk.cursor.next_value());
        walk.cursor = walk.cursor.beside(start, false);
        let run = if start == 0 { Ahead::Values(ValueLayout::Stream) } else { Ahead::Elements { depth: 0 } };
        walk.element("", 0).unwrap();
        let previous = start..walk.cursor.pos();
        if start > 0 {
            walk.cursor.next_element(&mut Commas::in_the_middle()).unwrap();
        }
        walk.cursor.peek();
        let without_kind = read_ahead(&mut walk, run, previous);
        let n_items = memmem::find_iter(bytes, b"{\"metadata\":{").count();
        (without_kind.len().max(sink.n_ids() - 1), n_items)
    }

    #[test]
    fn nearly_everything_is_read_ahead() {
        let indented = ITEM.replace("\"spec\":[", "\"spec\":[\n      {\n      },\n      {\n      },\n      ");
        for (begin, item, between, end) in [
            ("[", ITEM, ",", "]"),
            ("[\n", ITEM, ",\n  ", "\n]"),
            ("{\"items\": [\n    ", &indented, ",\n    ", "\n  ]\n}"),
            ("", ITEM, "", ""),
            ("", ITEM, "\n", "\n"),
        ] {
            let (n, of) = n_ahead(format!("{begin}{}{end}", vec![item; 100].join(between)));
            assert!(of == 100 && n >= 95, "{n} of {of} objects between {between:?}");
        }
    }

    #[test]
    fn tries_in_vain_get_rarer() {
        let mut pace = Pace::new(Threads { n: 2, min_part: 10 });
        let next: Vec<usize> = [0, 10, 30, 70]
            .map(|pos| {
                pace.slow_down(pos);
                pace.next
            })
            .to_vec();
        assert_eq!(next, [10, 30, 70, 150]);
    }
}
