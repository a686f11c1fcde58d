//! The elements of a long list, read on several threads.

use super::lines::LineSet;
use super::{BlockKind, GivenUp, LineReader, OpenBlock, Try};
use memchr::memmem;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What begins an element of a list in the first column.
const SEAM: &[u8] = b"\n- ";
/// What begins a document.
const SEPARATOR: &[u8] = b"\n---";
/// How many pieces a thread reads before they are joined: what they give is in memory twice until then.
const PIECES_AT_ONCE: usize = 4;

/// How many threads read, and how much text is worth one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct YamlTeam {
    pub(crate) n_threads: usize,
    pub(crate) min_part: usize,
}

impl YamlTeam {
    /// One thread, which reads all by itself.
    pub(crate) const ALONE: YamlTeam = YamlTeam { n_threads: 1, min_part: usize::MAX };

    /// Does all of the work, several at a time, and gives what it gives in order.
    pub(crate) fn map<W: Sync, R: Send>(self, work: &[W], each: impl Fn(&W) -> R + Sync) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let done = Mutex::new(Vec::new());
        let run = || {
            while let Some((nth, work)) = take(work, &next) {
                let result = each(work);
                done.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((nth, result));
            }
        };
        thread::scope(|scope| {
            // One that cannot be started is no loss: whoever is there does all of the work.
            let others = self.n_threads.min(work.len()).saturating_sub(1);
            (0..others).for_each(|_| drop(thread::Builder::new().spawn_scoped(scope, run)));
            run();
        });
        let mut done = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        done.sort_unstable_by_key(|(nth, _)| *nth);
        done.into_iter().map(|(_, result)| result).collect()
    }

    /// How many pieces of work are worth joining at a time.
    pub(crate) fn n_at_once(self) -> usize {
        self.n_threads.saturating_mul(PIECES_AT_ONCE)
    }
}

fn take<'w, W>(work: &'w [W], next: &AtomicUsize) -> Option<(usize, &'w W)> {
    let nth = next.fetch_add(1, Ordering::Relaxed);
    Some((nth, work.get(nth)?))
}

/// What was read of a piece: the JSON of its elements, and where they begin in that and in the text.
pub(crate) struct ListPiece {
    pub(crate) json: Vec<u8>,
    pub(crate) elements: Vec<(usize, usize)>,
}

/// Reads the elements of the list that the reader is at the first of, but for the last one, if they are many.
pub(super) fn read_ahead(reader: &mut LineReader<'_>, team: YamlTeam) -> Try<()> {
    let is_list =
        reader.levels.get(1).is_some_and(|level| level.kind == BlockKind::Sequence && level.column == 0);
    let borders = borders(&reader.lines, team);
    let (Some(&first), Some(&last)) = (borders.first(), borders.last()) else { return Ok(()) };
    if !is_list || borders.len() <= 2 {
        return Ok(());
    }
    let end = reader.lines.end();
    reader.lines.set_end(first);
    while let Some(line) = reader.lines.next() {
        reader.line(line)?;
    }
    reader.lines.set_end(end);
    reader.close_all(2);
    let parts: Vec<Range<usize>> = borders.windows(2).map(|border| border[0]..border[1]).collect();
    for parts in parts.chunks(team.n_at_once()) {
        let lines = &reader.lines;
        for piece in team.map(parts, |part| read(lines.part(part.clone()))) {
            reader.append(piece?);
        }
    }
    reader.lines.go_to(last);
    Ok(())
}

/// Where pieces of about the same length begin, and where the last element begins.
fn borders(lines: &LineSet<'_>, YamlTeam { n_threads, min_part }: YamlTeam) -> Vec<usize> {
    let rest = &lines.bytes()[lines.at()..lines.end()];
    let mut borders = Vec::new();
    if n_threads < 2 || rest.len() < min_part.saturating_mul(2) {
        return borders;
    }
    let Some(last) = memmem::rfind(rest, SEAM) else { return borders };
    let mut from = 0;
    while let Some(found) = rest.get(from..last).and_then(|rest| memmem::find(rest, SEAM)) {
        borders.push(lines.at() + from + found + 1);
        from += found + min_part.max(1);
    }
    borders.push(lines.at() + last + 1);
    borders
}

/// Elements of a list in the first column, and nothing else. `None` where the text is not of the subset.
pub(crate) fn elements(text: &str) -> Option<ListPiece> {
    // A document ends there whatever it is in.
    if memmem::find(text.as_bytes(), SEPARATOR).is_some() {
        return None;
    }
    LineSet::new(text, 0..text.len()).and_then(read).ok()
}

fn read(lines: LineSet<'_>) -> Try<ListPiece> {
    let list = OpenBlock { kind: BlockKind::Sequence, column: 0, is_empty: true };
    let out = Vec::with_capacity(lines.end() - lines.at());
    let mut reader =
        LineReader { levels: vec![list], is_in_items: true, is_piece: true, ..LineReader::of(lines, out) };
    while let Some(line) = reader.lines.next() {
        reader.line(line)?;
    }
    reader.close_all(1);
    let is_whole = reader.levels.first().is_some_and(|level| level.kind == BlockKind::Sequence);
    if is_whole { Ok(ListPiece { json: reader.out, elements: reader.elements }) } else { Err(GivenUp) }
}

impl LineReader<'_> {
    fn append(&mut self, piece: ListPiece) {
        self.separate();
        let start = self.out.len();
        self.out.extend_from_slice(&piece.json);
        self.elements.extend(piece.elements.into_iter().map(|(json, text)| (start + json, text)));
    }
}
