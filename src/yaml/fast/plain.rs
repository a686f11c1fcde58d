//! Keys and plain scalars.

use super::lines::TextLine;
use super::{GivenUp, LineReader, MAX_KEY, Try};
use crate::yaml::escape;
use crate::yaml::scalar::{self, Resolved};

/// What no plain scalar begins with, but for `-`, `?` and `:` before something else than a blank.
const INDICATORS: &[u8] = b"?:,[]{}#&*!|>'\"%@`";

/// Which bytes a plain scalar may begin with.
const BEGINS_PLAIN: [bool; 256] = {
    let mut table = [true; 256];
    let mut nth = 0;
    while nth < INDICATORS.len() {
        table[INDICATORS[nth] as usize] = false;
        nth += 1;
    }
    table
};

/// Where a plain scalar ends on its line, and what ends it there.
struct PlainEnd {
    end: usize,
    is_key: bool,
    has_comment: bool,
}

impl LineReader<'_> {
    /// Where the key ends that begins here: at its `:`. `None` if what stands here is no key.
    pub(super) fn key_end(&self, at: usize, end: usize) -> Try<Option<usize>> {
        let bytes = self.lines.bytes();
        self.lines.refuse_tabs(at, end)?;
        let key_end = match bytes[at] {
            b'"' | b'\'' => self.quoted_key_end(at, end)?,
            _ if !self.begins_plain(at, end) => None,
            _ => Some(self.plain_end(at, end)).filter(|found| found.is_key).map(|found| found.end),
        };
        let is_long = key_end.is_some_and(|key_end| key_end - at > MAX_KEY);
        if is_long { Err(GivenUp) } else { Ok(key_end) }
    }

    fn quoted_key_end(&self, at: usize, end: usize) -> Try<Option<usize>> {
        let bytes = self.lines.bytes();
        let Some(behind) = self.quoted_end(at, end).filter(|&behind| behind < end && bytes[behind] == b':')
        else {
            return Ok(None);
        };
        let is_over = behind + 1 == end || bytes[behind + 1] == b' ';
        if is_over { Ok(Some(behind)) } else { Err(GivenUp) }
    }

    /// Writes the key that ends at its `:`.
    pub(super) fn write_key(&mut self, at: usize, end: usize) -> Try<()> {
        let bytes = self.lines.bytes();
        if matches!(bytes[at], b'"' | b'\'') {
            return self.write_quoted(at, end).map(|_| ());
        }
        let text = self.lines.text(at, end)?;
        if text.ends_with(' ') || text == "<<" {
            return Err(GivenUp);
        }
        match scalar::plain(text) {
            Resolved::Text(_) => escape::string(&mut self.out, text),
            value => escape::string(&mut self.out, &scalar::key_text(value).ok_or(GivenUp)?),
        }
        Ok(())
    }

    /// Writes a plain scalar, which may go on on the next lines.
    pub(super) fn plain(&mut self, at: usize, end: usize) -> Try<()> {
        if !self.begins_plain(at, end) {
            return Err(GivenUp);
        }
        self.lines.refuse_tabs(at, end)?;
        let found = self.plain_end(at, end);
        if found.is_key {
            return Err(GivenUp);
        }
        let next = self.lines.continuation(self.least_column()).filter(|_| !found.has_comment);
        let text = self.lines.text(at, found.end)?;
        match next {
            None => self.write_plain(text),
            Some(next) => self.plain_on_lines(text, next),
        }
    }

    fn write_plain(&mut self, text: &str) -> Try<()> {
        let value = scalar::plain(text);
        let is_json = match &value {
            Resolved::Text(_) => {
                escape::string(&mut self.out, text);
                return Ok(());
            }
            value => escape::value(&mut self.out, value),
        };
        if is_json { Ok(()) } else { Err(GivenUp) }
    }

    /// Writes a plain scalar of several lines, which can only be a text.
    fn plain_on_lines(&mut self, first: &str, next: (usize, TextLine)) -> Try<()> {
        self.out.push(b'"');
        escape::string_part(&mut self.out, first.as_bytes());
        let mut next = Some(next);
        while let Some((n_breaks, line)) = next {
            self.write_breaks(n_breaks);
            self.lines.refuse_tabs(line.start, line.end)?;
            let found = self.plain_end(line.start, line.end);
            if found.is_key {
                return Err(GivenUp);
            }
            escape::string_part(&mut self.out, &self.lines.bytes()[line.start..found.end]);
            let behind = self.lines.line_end(line.end);
            self.lines.go_to(self.lines.end().min(behind + 1));
            next = self.lines.continuation(self.least_column()).filter(|_| !found.has_comment);
        }
        self.out.push(b'"');
        Ok(())
    }

    /// Writes what so many line ends between two lines of a scalar stand for.
    pub(super) fn write_breaks(&mut self, n_breaks: usize) {
        match n_breaks {
            1 => self.out.push(b' '),
            _ => (1..n_breaks).for_each(|_| self.out.extend_from_slice(b"\\n")),
        }
    }

    fn begins_plain(&self, at: usize, end: usize) -> bool {
        let bytes = self.lines.bytes();
        let is_before_text = at + 1 < end && bytes[at + 1] != b' ';
        match bytes[at] {
            b'-' | b'?' | b':' => is_before_text,
            byte => BEGINS_PLAIN[usize::from(byte)],
        }
    }

    /// Looks for the `: ` that makes a key of a plain scalar, and for the comment behind it.
    fn plain_end(&self, at: usize, end: usize) -> PlainEnd {
        let bytes = &self.lines.bytes()[..end];
        let mut from = at;
        // Most keys are short, so that calling for wide comparisons takes longer than they do.
        while let Some(found) = bytes[from..].iter().position(|&byte| byte == b':' || byte == b'#') {
            let sign = from + found;
            if bytes[sign] == b':' && (sign + 1 == end || bytes[sign + 1] == b' ') {
                return PlainEnd { end: sign, is_key: true, has_comment: false };
            }
            if bytes[sign] == b'#' && sign > at && bytes[sign - 1] == b' ' {
                let end = self.lines.before_blanks(at, sign);
                return PlainEnd { end, is_key: false, has_comment: true };
            }
            from = sign + 1;
        }
        PlainEnd { end, is_key: false, has_comment: false }
    }
}
