//! The dump with its changed labels.

use std::io::{self, Write};
use std::ops::Range;

use anyhow::Result;
use selq::Dump;

use super::Edited;
use crate::config::{Audience, Config};
use crate::terminal::stdin::without_bom;
use crate::terminal::stdout::print_to_stdout;

/// The changes of one source, in the order of its bytes.
pub(super) struct Splices<'e>(Vec<(Range<usize>, &'e str)>);

impl<'e> Splices<'e> {
    /// Those of each source, in the order of the sources.
    pub(super) fn by_source(dump: &Dump, edited: &'e [Edited<'_>]) -> Vec<Splices<'e>> {
        let mut by_source = dump.sources().map(|_| Splices(Vec::new())).collect::<Vec<_>>();
        for it in edited {
            if let Some(rewrite) = &it.rewrite
                && let Some((source, place)) = dump.place(it.object.id())
            {
                let span = rewrite.span.shifted(place.start);
                by_source[source].0.push((span.start..span.end, &rewrite.text));
            }
        }
        // Watch events leave an object at the place of its last one.
        by_source.iter_mut().for_each(|splices| splices.0.sort_by_key(|(span, _)| span.start));
        by_source
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the text with the changes made.
    pub(super) fn write(&self, text: &[u8], out: &mut impl Write) -> io::Result<()> {
        self.write_from(0, text, out)
    }

    /// The same without the text's first bytes.
    fn write_from(&self, mut pos: usize, text: &[u8], out: &mut impl Write) -> io::Result<()> {
        for (span, new) in &self.0 {
            out.write_all(&text[pos..span.start])?;
            out.write_all(new.as_bytes())?;
            pos = span.end;
        }
        out.write_all(&text[pos..])
    }
}

/// Writes all sources, one after another, each from a new line.
pub(super) fn to_stdout(dump: &Dump, edited: &[Edited<'_>], config: &Config) -> Result<()> {
    print_to_stdout(config, |out| {
        for (source, splices) in Splices::by_source(dump, edited).iter().enumerate() {
            match out.audience() {
                Audience::Program => write_joined(dump, source, splices, out.raw())?,
                // What is escaped is taken as a whole, so that no character is cut in two.
                Audience::Terminal => {
                    let mut bytes = Vec::new();
                    write_joined(dump, source, splices, &mut bytes)?;
                    out.json(&String::from_utf8_lossy(&bytes))?;
                }
            }
        }
        Ok(())
    })
}

/// Writes a source so that the next one can follow it.
fn write_joined(dump: &Dump, source: usize, splices: &Splices<'_>, out: &mut impl Write) -> io::Result<()> {
    let text = dump.text(source);
    // A byte-order mark is one only at the very beginning, and no JSON behind it.
    let skip = if source > 0 { text.len() - without_bom(text).len() } else { 0 };
    splices.write_from(skip, text, out)?;
    let is_last = source + 1 == dump.sources().len();
    if is_last || text.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n") }
}
