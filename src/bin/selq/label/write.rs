//! The dump with its changed labels.

use std::io::{self, Write};
use std::ops::Range;

use anyhow::Result;
use selq::Dump;

use super::Edited;
use crate::config::{Config, with_stdout};
use crate::output::sanitize::escaped_json;

/// The changes of one source, in the order of its bytes.
pub(super) struct Splices<'e>(Vec<(Range<usize>, &'e str)>);

impl<'e> Splices<'e> {
    /// Those of the source with this number.
    pub(super) fn of(dump: &Dump, source: usize, edited: &'e [Edited<'_>]) -> Splices<'e> {
        let splice = |edited: &'e Edited<'_>| {
            let rewrite = edited.rewrite.as_ref()?;
            let (its_source, place) = dump.place(edited.object.id())?;
            let span = rewrite.span.shifted(place.start);
            (its_source == source).then_some((span.start..span.end, rewrite.text.as_str()))
        };
        let mut splices: Vec<_> = edited.iter().filter_map(splice).collect();
        // Watch events leave an object at the place of its last one.
        splices.sort_by_key(|(span, _)| span.start);
        Splices(splices)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the text with the changes made.
    pub(super) fn write(&self, text: &[u8], out: &mut impl Write) -> io::Result<()> {
        let mut pos = 0;
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
    with_stdout(|out| {
        for source in 0..dump.sources().len() {
            let text = dump.text(source);
            let splices = Splices::of(dump, source, edited);
            if config.stdout_is_terminal {
                let mut bytes = Vec::new();
                splices.write(text, &mut bytes)?;
                out.write_all(escaped_json(&String::from_utf8_lossy(&bytes)).as_bytes())?;
            } else {
                splices.write(text, out)?;
            }
            if source + 1 < dump.sources().len() && !text.ends_with(b"\n") {
                out.write_all(b"\n")?;
            }
        }
        Ok(())
    })
}
