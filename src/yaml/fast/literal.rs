//! Literal block scalars.

use super::{GivenUp, LineReader, Try};
use crate::yaml::chomping::Chomping;
use crate::yaml::escape;

impl LineReader<'_> {
    /// Writes the literal scalar whose `|` stands here, up to the line that is indented less.
    pub(super) fn literal(&mut self, at: usize, end: usize) -> Try<()> {
        let (chomping, said) = header(&self.lines.bytes()[at + 1..end])?;
        let least = self.least_column();
        let indent = match said {
            Some(said) => least - 1 + said,
            None => self.literal_indent(least)?,
        };
        self.out.push(b'"');
        let (mut n_breaks, mut has_text) = (0, false);
        while let Some((start, end)) = self.literal_line(indent)? {
            if start < end {
                (0..n_breaks).for_each(|_| self.out.extend_from_slice(b"\\n"));
                escape::string_part(&mut self.out, &self.lines.bytes()[start..end]);
                (n_breaks, has_text) = (0, true);
            }
            n_breaks += 1;
        }
        let n_kept = match chomping {
            Chomping::Strip => 0,
            Chomping::Clip => 1,
            Chomping::Keep => n_breaks,
        };
        (0..n_kept).for_each(|_| self.out.extend_from_slice(b"\\n"));
        self.out.push(b'"');
        if has_text { Ok(()) } else { Err(GivenUp) }
    }

    /// The indentation of the first line that is not empty.
    fn literal_indent(&self, least: usize) -> Try<usize> {
        let (mut deepest, mut begin) = (0, self.lines.at());
        while begin < self.lines.end() {
            let end = self.lines.line_end(begin);
            let start = self.lines.behind_blanks(begin, end);
            let indent = start - begin;
            if start < end {
                let is_sound = indent >= deepest.max(least) && self.lines.bytes()[start] != b'\t';
                return if is_sound { Ok(indent) } else { Err(GivenUp) };
            }
            deepest = deepest.max(indent);
            begin = end + 1;
        }
        Err(GivenUp)
    }

    /// Takes the next line if it belongs to the scalar, without its indentation.
    fn literal_line(&mut self, indent: usize) -> Try<Option<(usize, usize)>> {
        let begin = self.lines.at();
        if begin >= self.lines.end() {
            return Ok(None);
        }
        let bytes = self.lines.bytes();
        let end = self.lines.line_end(begin);
        let limit = end.min(begin + indent);
        let start = self.lines.behind_blanks(begin, limit);
        if start < limit {
            return if bytes[start] == b'\t' { Err(GivenUp) } else { Ok(None) };
        }
        self.lines.go_to(self.lines.end().min(end + 1));
        Ok(Some((start, end)))
    }
}

/// Chomping and indentation behind `|`.
fn header(text: &[u8]) -> Try<(Chomping, Option<usize>)> {
    let (mut chomping, mut indent) = (None, None);
    for &sign in text {
        match sign {
            b'+' if chomping.is_none() => chomping = Some(Chomping::Keep),
            b'-' if chomping.is_none() => chomping = Some(Chomping::Strip),
            b'1'..=b'9' if indent.is_none() => indent = Some(usize::from(sign - b'0')),
            _ => return Err(GivenUp),
        }
    }
    Ok((chomping.unwrap_or(Chomping::Clip), indent))
}
