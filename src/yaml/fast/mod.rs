//! The YAML that kubectl and other programs in Go write, read line by line.
//!
//! Block collections, plain, quoted and literal scalars, comments, and `{}` and `[]`: no anchors, no tags, no other flow
//! collections. At anything else this gives up, whether it is sound or not, and the text is read by the parser. What it
//! does read is the same to the byte.

mod lines;
mod literal;
mod pieces;
mod plain;
mod quoted;

pub(crate) use pieces::{ListPiece, YamlTeam, elements};

use super::keys::Keys;
use lines::{LineSet, TextLine, is_entry};
use std::ops::Range;

/// More collections in one another are left to the parser, which has the bound.
const MAX_DEPTH: usize = 512;
/// Keys that may be too long are left to the parser too.
const MAX_KEY: usize = 1000;
const ITEMS: &[u8] = b"items";
/// What ends a document in the first column.
const END_MARKER: &[u8] = b"...";

/// Tells that a text is not of the subset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct GivenUp;

type Try<T> = Result<T, GivenUp>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BlockKind {
    Mapping,
    Sequence,
}

/// A block collection that is open.
#[derive(Debug, Clone, Copy)]
struct OpenBlock {
    kind: BlockKind,
    column: usize,
    is_empty: bool,
}

/// A reader of one document, or of elements of a list.
#[derive(Debug)]
struct LineReader<'t> {
    lines: LineSet<'t>,
    levels: Vec<OpenBlock>,
    keys: Keys,
    out: Vec<u8>,
    /// Where the elements of the document, or of its `items`, begin: in `out`, and in the text.
    elements: Vec<(usize, usize)>,
    /// A value is expected on the next line, or nothing.
    is_pending: bool,
    /// The key of the document that was read last is `items`.
    is_in_items: bool,
    /// Reads elements only, as if inside of a list.
    is_piece: bool,
}

/// Reads the document in a part of a text and writes its JSON to `out`. Gives where the elements of the document, or of
/// its `items`, begin: in `out`, and in the text. `None`, and nothing written, where it is not of the subset.
pub(super) fn read(
    text: &str,
    chunk: Range<usize>,
    team: YamlTeam,
    out: &mut Vec<u8>,
) -> Option<Vec<(usize, usize)>> {
    let lines = LineSet::new(text, chunk).ok()?;
    let n_before = out.len();
    out.reserve(lines.end() - lines.at());
    let mut reader = LineReader::of(lines, std::mem::take(out));
    let read = reader.document(team);
    *out = reader.out;
    if read.is_err() {
        out.truncate(n_before);
    }
    read.is_ok().then_some(reader.elements)
}

impl<'t> LineReader<'t> {
    fn of(lines: LineSet<'t>, out: Vec<u8>) -> LineReader<'t> {
        LineReader {
            lines,
            levels: Vec::new(),
            keys: Keys::default(),
            out,
            elements: Vec::new(),
            is_pending: false,
            is_in_items: false,
            is_piece: false,
        }
    }

    /// Reads a document; large ones with the help of others.
    fn document(&mut self, team: YamlTeam) -> Try<()> {
        self.lines.pass_separator()?;
        while let Some(line) = self.lines.next() {
            let is_before_items = self.is_in_items && self.is_pending && self.levels.len() == 1;
            self.line(line)?;
            if is_before_items {
                pieces::read_ahead(self, team)?;
            }
        }
        if self.levels.is_empty() {
            return Err(GivenUp);
        }
        self.close_all(0);
        Ok(())
    }

    fn line(&mut self, line: TextLine) -> Try<()> {
        if line.indent == 0 && self.lines.bytes()[line.start..].starts_with(END_MARKER) {
            return Err(GivenUp);
        }
        let mut at = line.start;
        let mut is_at_entry = is_entry(self.lines.bytes(), at, line.end);
        self.settle(line.indent, is_at_entry)?;
        while is_at_entry {
            let begin = line.start - line.indent;
            at = self.lines.behind_blanks(at + 1, line.end);
            self.begin_element(at);
            if at == line.end {
                self.is_pending = true;
                return Ok(());
            }
            is_at_entry = is_entry(self.lines.bytes(), at, line.end);
            let column = at - begin;
            if is_at_entry {
                self.open(BlockKind::Sequence, column)?;
                continue;
            }
            let Some(key_end) = self.key_end(at, line.end)? else { return self.value(at, line.end) };
            self.open(BlockKind::Mapping, column)?;
            return self.member(at, key_end, line.end);
        }
        let key_end = self.key_end(at, line.end)?.ok_or(GivenUp)?;
        self.member(at, key_end, line.end)
    }

    /// Makes the collection the innermost that a line with this indentation belongs to.
    fn settle(&mut self, indent: usize, is_entry: bool) -> Try<()> {
        let kind = if is_entry { BlockKind::Sequence } else { BlockKind::Mapping };
        let top = self.levels.last().copied();
        if std::mem::take(&mut self.is_pending)
            && let Some(top) = top
        {
            // A list may stand in the column of its key.
            let is_inside =
                indent > top.column || indent == top.column && is_entry && top.kind == BlockKind::Mapping;
            if is_inside {
                return self.open(kind, indent);
            }
            self.out.extend_from_slice(b"null");
        }
        if top.is_none() {
            return self.open(kind, indent);
        }
        while let Some(&OpenBlock { column, kind: of_level, .. }) = self.levels.last() {
            if column < indent || column == indent && of_level == kind {
                break;
            }
            if column == indent && of_level == BlockKind::Mapping {
                return Err(GivenUp);
            }
            self.close();
        }
        let fits = |level: &OpenBlock| level.column == indent && level.kind == kind;
        if self.levels.last().is_some_and(fits) { Ok(()) } else { Err(GivenUp) }
    }

    fn open(&mut self, kind: BlockKind, column: usize) -> Try<()> {
        if self.levels.len() == MAX_DEPTH {
            return Err(GivenUp);
        }
        if kind == BlockKind::Mapping {
            self.keys.open();
            self.out.push(b'{');
        } else {
            self.out.push(b'[');
        }
        self.levels.push(OpenBlock { kind, column, is_empty: true });
        Ok(())
    }

    fn close(&mut self) {
        match self.levels.pop().map(|level| level.kind) {
            Some(BlockKind::Mapping) => {
                self.keys.close();
                self.out.push(b'}');
            }
            Some(BlockKind::Sequence) => self.out.push(b']'),
            None => {}
        }
    }

    /// Ends what is open, but for so many levels.
    fn close_all(&mut self, n_levels: usize) {
        if std::mem::take(&mut self.is_pending) {
            self.out.extend_from_slice(b"null");
        }
        while self.levels.len() > n_levels {
            self.close();
        }
    }

    /// Writes what is before the next part of the innermost collection.
    fn separate(&mut self) {
        if let Some(level) = self.levels.last_mut()
            && !std::mem::take(&mut level.is_empty)
        {
            self.out.push(b',');
        }
    }

    /// An element whose content is at this place of the text.
    fn begin_element(&mut self, at: usize) {
        self.separate();
        let n_around = self.levels.len() + usize::from(self.is_piece);
        if n_around == 1 || n_around == 2 && self.is_in_items {
            self.elements.push((self.out.len(), at));
        }
    }

    /// A key, and its value if that is on the same line.
    fn member(&mut self, at: usize, key_end: usize, end: usize) -> Try<()> {
        self.separate();
        let start = self.out.len();
        self.write_key(at, key_end)?;
        if self.keys.push(&self.out, start, start..self.out.len()).is_some() {
            return Err(GivenUp);
        }
        self.out.push(b':');
        if self.levels.len() == 1 {
            self.is_in_items = &self.lines.bytes()[at..key_end] == ITEMS;
        }
        let value = self.lines.behind_blanks(key_end + 1, end);
        if value == end {
            self.is_pending = true;
            return Ok(());
        }
        self.value(value, end)
    }

    /// A scalar that begins here, or an empty collection. The line ends at `end`, the scalar perhaps later.
    fn value(&mut self, at: usize, end: usize) -> Try<()> {
        let bytes = self.lines.bytes();
        match bytes[at] {
            b'{' if &bytes[at..end] == b"{}" => self.out.extend_from_slice(b"{}"),
            b'[' if &bytes[at..end] == b"[]" => self.out.extend_from_slice(b"[]"),
            b'"' | b'\'' => {
                let (behind, end) = self.write_quoted(at, end)?;
                if behind != end {
                    return Err(GivenUp);
                }
            }
            b'|' => self.literal(at, end)?,
            _ => self.plain(at, end)?,
        }
        Ok(())
    }

    /// In what column the text of a scalar has to begin at least that goes on on further lines.
    fn least_column(&self) -> usize {
        self.levels.last().map_or(0, |level| level.column + 1)
    }
}
