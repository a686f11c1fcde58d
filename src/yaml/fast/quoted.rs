//! Quoted scalars.

use super::{END_MARKER, GivenUp, LineReader, Try};
use crate::yaml::escape;
use memchr::{memchr2, memchr3};

impl LineReader<'_> {
    /// The place behind the quoted scalar that begins here, if it ends on this line.
    pub(super) fn quoted_end(&self, at: usize, end: usize) -> Option<usize> {
        let bytes = &self.lines.bytes()[..end];
        let quote = bytes[at];
        let mut from = at + 1;
        loop {
            let sign = from + memchr2(quote, b'\\', bytes.get(from..)?)?;
            from = match bytes[sign] {
                b'\\' if quote == b'"' => sign + 2,
                b'\\' => sign + 1,
                b'\'' if bytes.get(sign + 1) == Some(&b'\'') => sign + 2,
                _ => return Some(sign + 1),
            };
        }
    }

    /// Writes the quoted scalar that begins here. The place behind it, and where the line ends that it ends on.
    pub(super) fn write_quoted(&mut self, at: usize, end: usize) -> Try<(usize, usize)> {
        let bytes = self.lines.bytes();
        let quote = bytes[at];
        self.out.push(b'"');
        let (mut from, mut line_end) = (at + 1, end);
        loop {
            let part = &bytes[from..line_end];
            let sign =
                if quote == b'"' { memchr3(b'"', b'\\', b'\t', part) } else { memchr2(b'\'', b'\t', part) };
            let Some(sign) = sign.map(|len| from + len) else {
                (from, line_end) = self.next_quoted_line(from, line_end)?;
                continue;
            };
            escape::string_part(&mut self.out, &bytes[from..sign]);
            from = match bytes[sign] {
                b'\t' => return Err(GivenUp),
                b'\\' => sign + self.write_escape(sign, line_end)?,
                b'\'' if bytes.get(sign + 1) == Some(&b'\'') && sign + 1 < line_end => {
                    self.out.push(b'\'');
                    sign + 2
                }
                _ => {
                    self.out.push(b'"');
                    return Ok((sign + 1, line_end));
                }
            };
        }
    }

    /// Writes the rest of a line inside quotes and goes to the next one with something on it.
    fn next_quoted_line(&mut self, from: usize, line_end: usize) -> Try<(usize, usize)> {
        let bytes = self.lines.bytes();
        let trimmed = self.lines.before_blanks(from, line_end);
        escape::string_part(&mut self.out, &bytes[from..trimmed]);
        let (n_breaks, line) = self.lines.continuation(0).ok_or(GivenUp)?;
        let is_marker = line.indent == 0 && bytes[line.start..].starts_with(END_MARKER);
        if is_marker {
            return Err(GivenUp);
        }
        self.write_breaks(n_breaks);
        let behind = self.lines.line_end(line.end);
        self.lines.go_to(self.lines.end().min(behind + 1));
        Ok((line.start, line.end))
    }

    /// Writes what an escape stands for; how long it is.
    fn write_escape(&mut self, at: usize, end: usize) -> Try<usize> {
        let bytes = &self.lines.bytes()[..end];
        let written: &[u8] = match bytes.get(at + 1) {
            Some(b'"') => b"\\\"",
            Some(b'\\') => b"\\\\",
            Some(b'n') => b"\\n",
            Some(b't') => b"\\t",
            Some(b'r') => b"\\r",
            // The others are rare, an escaped line end among them.
            _ => return Err(GivenUp),
        };
        self.out.extend_from_slice(written);
        Ok(2)
    }
}
