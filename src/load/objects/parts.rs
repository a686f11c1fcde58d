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
use crate::load::json::cursor::{Commas, Cursor};
use crate::load::objects::lists::ItemsKind;
use crate::load::objects::runs::{Ahead, PartRead};
use crate::load::objects::sink::Sink;
use crate::load::objects::walk::Walk;
use crate::load::origin::source::Source;
use crate::load::report::{InputBytes, Reporter};
use memchr::memmem;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;
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

/// How much of a text that comes bit by bit is kept whole; larger ones are read as they come.
const MAX_KEPT: usize = 16 << 20;
/// How much of such a text is read at a time: few enough bytes to stay in the cache from the copy to the reading.
const WINDOW: usize = 1 << 20;

/// How many threads read, and how much a part is at least.
#[derive(Debug, Clone, Copy)]
pub(in crate::load) struct Threads {
    pub(in crate::load) n: usize,
    pub(in crate::load) min_part: usize,
    pub(in crate::load) max_kept: usize,
    pub(in crate::load) window: usize,
}

impl Default for Threads {
    fn default() -> Threads {
        let n = thread::available_parallelism().map_or(1, NonZero::get);
        Threads { n, min_part: MIN_PART, max_kept: MAX_KEPT, window: WINDOW }
    }
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

    /// Everything behind `pos` is worth a try.
    pub(in crate::load) fn beyond(threads: Threads, pos: usize) -> Pace {
        Pace { next: pos.saturating_add(1), ..Pace::new(threads) }
    }

    /// A try read as far as `pos` and then met a doubt.
    pub(in crate::load) fn slow_down(&mut self, pos: usize) {
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
    if walk.cursor.pos() == walk.runs.next_pos() {
        return walk.take_run(run);
    }
    if walk.cursor.pos() < walk.pace.next || previous.is_empty() {
        return Vec::new();
    }
    if walk.scout.is_some() {
        walk.look_at(run, previous);
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
pub(in crate::load) struct Seam<'a> {
    pub(in crate::load) text: &'a [u8],
    /// Where in it the second object begins.
    pub(in crate::load) start: usize,
}

impl<'a> Seam<'a> {
    /// The seam between an object and the next one, which begins at `start`.
    ///
    /// A line end tells the objects apart from those inside them, by its indentation: there is none in a
    /// string. On one line the beginning of the objects has to do that.
    pub(in crate::load) fn new(bytes: &'a [u8], previous: Range<usize>, start: usize) -> Option<Seam<'a>> {
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

/// Reads parts of a run.
pub(in crate::load) struct PartReader<S> {
    /// Anything wrong is left to the walk of the whole, so nothing is passed over here.
    loader: Loader,
    pub(in crate::load) run: Ahead,
    /// What the list of the objects said of them before.
    items_kind: Option<Arc<ItemsKind>>,
    /// The objects were written in YAML, whatever they are read from.
    pub(in crate::load) is_yaml: bool,
    seed: S,
}

impl<S: Sink> PartReader<S> {
    /// A reader of parts that a walk with this loader and sink joins.
    pub(in crate::load) fn new(
        loader: &Loader,
        run: Ahead,
        items_kind: Option<Arc<ItemsKind>>,
        sink: &S,
    ) -> PartReader<S> {
        let loader = Loader { skip_invalid: false, ..loader.clone() }.threads(1);
        PartReader { loader, run, items_kind, is_yaml: false, seed: sink.part() }
    }

    /// Reads from the cursor on until an object begins at `end`. Where it does not come to that, or something is wrong
    /// before, or nobody wants it any more, it gives the last place where an object began for certain, if one did at the
    /// cursor.
    pub(in crate::load) fn read(
        &self,
        source: &Source,
        cursor: Cursor<'_>,
        end: usize,
        is_useless: impl Fn() -> bool,
    ) -> Result<PartRead<S>, usize> {
        let mut sink = self.seed.part();
        let (mut nobody, mut without_kind) = ((), Vec::new());
        let mut report = Reporter::new(&mut nobody, InputBytes::default());
        let mut walk = Walk::new(&self.loader, source, &mut sink, &mut report);
        walk.cursor = cursor;
        walk.is_part = true;
        walk.is_yaml |= self.is_yaml;
        walk.items_kind.clone_from(&self.items_kind);
        if matches!(self.run, Ahead::Values(_)) {
            walk.cursor.begin_value();
        }
        loop {
            let begin = walk.cursor.pos();
            let is_more = !is_useless() && self.step(&mut walk, &mut without_kind).unwrap_or(false);
            match walk.cursor.pos().cmp(&end) {
                Ordering::Less if is_more => {}
                Ordering::Equal if is_more => break,
                _ => return Err(begin),
            }
        }
        let (n_objects, sort) = (walk.index, walk.sort);
        let has_labels_at = report.has_labels_at;
        Ok(PartRead { sink, n_objects, without_kind, has_labels_at, sort })
    }

    /// Reads an object and goes to the next one. False when there is none.
    fn step(&self, walk: &mut Walk<'_, '_, '_, S>, without_kind: &mut Vec<ObjectId>) -> Fallible<bool> {
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

impl<'a, S: Sink> Walk<'_, 'a, '_, S> {
    /// Adds a part that was read of what comes next. Gives the objects without a kind.
    pub(in crate::load) fn join(&mut self, part: PartRead<S>) -> Vec<ObjectId> {
        let ids = part.ids_behind(self.sink.n_ids()).collect();
        self.sink.append(part.sink, self.index);
        self.index += part.n_objects;
        self.report.has_labels_at |= part.has_labels_at;
        self.sort = self.sort.max(part.sort);
        ids
    }

    /// Adds the run that was here, if it is one of what is read here. Otherwise it is left, which shows that the text is not
    /// what it was taken for.
    pub(in crate::load) fn take_run(&mut self, ahead: Ahead) -> Vec<ObjectId> {
        let sink = &*self.sink;
        let taken = self.runs.take(ahead, sink);
        taken.map_or_else(Vec::new, |read| self.join(read))
    }
}

/// Threads that read the parts of one source.
struct Team<'a, S> {
    source: &'a Source,
    reader: PartReader<S>,
    /// Where the first part begins.
    first: Cursor<'a>,
    /// Where the parts begin, and where the last one ends.
    borders: Vec<usize>,
    /// The part that is read next.
    next: AtomicUsize,
    /// The first part that is not what it was taken for; those behind it are of no use.
    doubtful: AtomicUsize,
}

impl<'a, S: Sink> Team<'a, S> {
    /// A team for the objects from here on. `None` where there is too little to read, or no way to guess.
    fn new(walk: &Walk<'_, 'a, '_, S>, run: Ahead, previous: Range<usize>) -> Option<Team<'a, S>> {
        // What was read before is joined by the walk itself.
        let bytes = walk.source.bytes();
        let bytes = &bytes[..bytes.len().min(walk.runs.next_pos())];
        let start = walk.cursor.pos();
        let Threads { n, min_part, .. } = walk.pace.threads;
        // Objects differ in size and threads in speed. With several parts a thread none is left alone with a long last one.
        let size = ((bytes.len() - start) / n.saturating_mul(PARTS_PER_THREAD)).max(min_part);
        // A part of a line would have to mind where the line ends.
        if matches!(run, Ahead::Elements { .. }) && !walk.cursor.is_unbounded() {
            return None;
        }
        let borders = Seam::new(bytes, previous, start)?.borders(bytes, start, size);
        (borders.len() > 2).then(|| Team {
            source: walk.source,
            reader: PartReader::new(walk.loader, run, walk.items_kind.clone(), walk.sink),
            first: walk.cursor.clone(),
            borders,
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
            _ => self.first.beside(self.borders[nth], self.reader.run.are_lines()),
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
                if !part.fits_behind(walk.sink) {
                    self.doubt(n_joined);
                    return (n_joined, without_kind);
                }
                without_kind.extend(walk.join(part));
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
            let end = self.borders[nth + 1];
            match self.reader.read(self.source, self.cursor_at(nth), end, || self.is_useless(nth)) {
                // Nobody listens any more once there are too many objects.
                Ok(part) => drop(parts.send((nth, part))),
                Err(_) => return self.doubt(nth),
            }
        }
    }

    fn doubt(&self, nth: usize) {
        self.doubtful.fetch_min(nth, MemoryOrdering::Relaxed);
    }

    fn is_useless(&self, nth: usize) -> bool {
        self.doubtful.load(MemoryOrdering::Relaxed) < nth
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::json::cursor::ValueLayout;
    use crate::load::recorder::Recorder;

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
        let mut pace = Pace::new(Threads { n: 2, min_part: 10, ..Threads::default() });
        let next: Vec<usize> = [0, 10, 30, 70]
            .map(|pos| {
                pace.slow_down(pos);
                pace.next
            })
            .to_vec();
        assert_eq!(next, [10, 30, 70, 150]);
    }
}
