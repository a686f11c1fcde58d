//! The lines of a text, of which some are looked at before they are taken.

use super::{GivenUp, Try};
use crate::yaml::text::check_characters;
use memchr::{memchr, memmem};
use std::ops::Range;

/// How many bytes are looked over at once.
const BLOCK: usize = 4096;

/// A line with something on it: where its content begins, where it ends without blanks, and its indentation.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextLine {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) indent: usize,
}

/// The rest of a text.
#[derive(Debug, Clone)]
pub(super) struct LineSet<'t> {
    text: &'t str,
    /// Where the next line begins.
    at: usize,
    end: usize,
    has_tabs: bool,
}

impl<'t> LineSet<'t> {
    /// The lines of a part of a text. Gives up if there are characters in it that mean more than themselves.
    pub(super) fn new(text: &'t str, span: Range<usize>) -> Try<LineSet<'t>> {
        let bytes = &text.as_bytes()[..span.end];
        let mut has_tabs = false;
        for block in bytes[span.start..].chunks(BLOCK) {
            let is_usual = |byte: u8| byte == b'\n' || (0x20..0x7F).contains(&byte);
            // Without a way out early, so that many bytes are looked at at once.
            if block.iter().fold(true, |all, &byte| all & is_usual(byte)) {
                continue;
            }
            has_tabs |= memchr(b'\t', block).is_some();
            if !block.iter().all(|&byte| is_usual(byte) || byte == b'\t') {
                check_unusual(text.get(span.clone()).ok_or(GivenUp)?)?;
                has_tabs = true;
                break;
            }
        }
        Ok(LineSet { text, at: span.start, end: span.end, has_tabs })
    }

    /// The lines of a part of these.
    pub(super) fn part(&self, span: Range<usize>) -> LineSet<'t> {
        LineSet { at: span.start, end: span.end, ..self.clone() }
    }

    pub(super) fn set_end(&mut self, end: usize) {
        self.end = end;
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// A part of the text, between two characters.
    pub(super) fn text(&self, start: usize, end: usize) -> Try<&'t str> {
        self.text.get(start..end).ok_or(GivenUp)
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Passes over a separator at the beginning of the text.
    pub(super) fn pass_separator(&mut self) -> Try<()> {
        if self.bytes()[self.at..].starts_with(b"---") {
            let end = self.line_end(self.at);
            let behind = self.bytes()[self.at + 3..end].trim_ascii();
            if !behind.is_empty() && behind[0] != b'#' {
                return Err(GivenUp);
            }
            self.at = self.end.min(end + 1);
        }
        Ok(())
    }

    /// Where the line ends that this place is on.
    pub(super) fn line_end(&self, at: usize) -> usize {
        memchr(b'\n', &self.bytes()[at..self.end]).map_or(self.end, |len| at + len)
    }

    pub(super) fn behind_blanks(&self, mut at: usize, end: usize) -> usize {
        while at < end && self.bytes()[at] == b' ' {
            at += 1;
        }
        at
    }

    /// The same place without the blanks before it.
    pub(super) fn before_blanks(&self, start: usize, mut end: usize) -> usize {
        while end > start && self.bytes()[end - 1] == b' ' {
            end -= 1;
        }
        end
    }

    /// The next line with something on it that is no comment.
    pub(super) fn next(&mut self) -> Option<TextLine> {
        while self.at < self.end {
            let begin = self.at;
            let end = self.line_end(begin);
            self.at = self.end.min(end + 1);
            let start = self.behind_blanks(begin, end);
            if start < end && self.bytes()[start] != b'#' {
                return Some(TextLine { start, end: self.before_blanks(start, end), indent: start - begin });
            }
        }
        None
    }

    /// The line behind this place if a scalar goes on there: how many line ends are before it, and the line. It has to be
    /// indented so far.
    pub(super) fn continuation(&self, least_column: usize) -> Option<(usize, TextLine)> {
        let (mut n_breaks, mut begin) = (1, self.at);
        loop {
            let start = self.behind_blanks(begin, self.end);
            let (indent, first) = (start - begin, *self.bytes().get(start).filter(|_| start < self.end)?);
            if first != b'\n' {
                let goes_on = indent >= least_column && first != b'#';
                let end = goes_on.then(|| self.before_blanks(start, self.line_end(start)))?;
                return Some((n_breaks, TextLine { start, end, indent }));
            }
            n_breaks += 1;
            begin = start + 1;
        }
    }

    /// Gives up if a tab is there: outside of block scalars they are left to the parser.
    pub(super) fn refuse_tabs(&self, start: usize, end: usize) -> Try<()> {
        let has_tab = self.has_tabs && memchr(b'\t', &self.bytes()[start..end]).is_some();
        if has_tab { Err(GivenUp) } else { Ok(()) }
    }
}

/// Looks for characters that YAML does not take, and for those that end lines.
fn check_unusual(text: &str) -> Try<()> {
    check_characters(text).map_err(|_| GivenUp)?;
    let ends_lines = ["\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{FEFF}"];
    let is_there = |sign: &&str| memmem::find(text.as_bytes(), sign.as_bytes()).is_some();
    if ends_lines.iter().any(is_there) { Err(GivenUp) } else { Ok(()) }
}

/// Whether `- ` stands here.
pub(super) fn is_entry(bytes: &[u8], at: usize, end: usize) -> bool {
    bytes[at] == b'-' && (at + 1 == end || bytes[at + 1] == b' ')
}
