//! Splits a text at its `---` lines, as kubectl does before it looks at any YAML.

use super::fault::YamlFault;
use memchr::{memchr, memmem};
use std::ops::Range;

const SEPARATOR: &str = "---";

/// The chunks of a text. Each is parsed alone, so that nothing in one is known in the next.
///
/// A line that begins with `---` separates whatever it stands in, quotes and block scalars included. It belongs to a
/// chunk only as its first line, where a document begins with it.
#[derive(Debug, Clone)]
pub(crate) struct Chunks<'a> {
    text: &'a str,
    at: usize,
    is_broken: bool,
}

impl<'a> Chunks<'a> {
    pub(crate) fn new(text: &'a str) -> Chunks<'a> {
        Chunks { text, at: 0, is_broken: false }
    }

    /// The next line from `from` on that begins with the separator.
    fn separator(&self, from: usize) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        let start = if bytes[from..].starts_with(SEPARATOR.as_bytes()) {
            from
        } else {
            from + memmem::find(&bytes[from..], b"\n---")? + 1
        };
        let end = memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |len| start + len + 1);
        Some(start..end)
    }

    /// A separator may be followed by a comment and nothing else.
    fn check(&self, line: &Range<usize>) -> Result<(), YamlFault> {
        let behind = &self.text[line.start + SEPARATOR.len()..line.end];
        let found = behind.trim();
        if found.is_empty() || found.starts_with('#') {
            return Ok(());
        }
        let offset = line.start + SEPARATOR.len() + (behind.len() - behind.trim_start().len());
        Err(YamlFault::new(offset, "expected nothing but a comment behind `---` on its line, found text")
            .with_help("begin the document on the line below; `---` in a text has to be indented"))
    }

    /// Where the chunk that begins at `start` ends, and where the next one begins.
    fn end(&self, start: usize) -> Result<(usize, usize), YamlFault> {
        let mut from = start;
        while let Some(line) = self.separator(from) {
            self.check(&line)?;
            if line.start > start {
                return Ok((line.start, line.end));
            }
            from = line.end;
        }
        Ok((self.text.len(), self.text.len()))
    }
}

impl Iterator for Chunks<'_> {
    type Item = Result<Range<usize>, YamlFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_broken || self.at == self.text.len() {
            return None;
        }
        let start = self.at;
        match self.end(start) {
            Ok((end, next)) => {
                self.at = next;
                Some(Ok(start..end))
            }
            Err(fault) => {
                self.is_broken = true;
                Some(Err(fault))
            }
        }
    }
}
