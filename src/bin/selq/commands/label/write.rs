//! The dump with its changed labels.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use anyhow::{Result, bail};
use selq::Dump;

use super::Edited;
use crate::config::{Audience, Config};
use crate::terminal::stdin::without_bom;
use crate::terminal::stdout::print_to_stdout;

/// A source as it is written, and what changes in it, in the order of its bytes.
pub(super) struct ChangedSource<'e> {
    text: &'e [u8],
    is_yaml: bool,
    splices: Vec<(Range<usize>, Cow<'e, str>)>,
}

impl<'e> ChangedSource<'e> {
    /// Those of a dump, in their order.
    pub(super) fn all(dump: &'e Dump, edited: &'e [Edited<'_>]) -> Result<Vec<ChangedSource<'e>>> {
        let mut by_source: Vec<Vec<&Edited<'_>>> = dump.sources().map(|_| Vec::new()).collect();
        for it in edited.iter().filter(|it| it.rewrite.is_some()) {
            if let Some((source, _)) = dump.place(it.object.id()) {
                by_source[source].push(it);
            }
        }
        let changed = by_source.into_iter().enumerate();
        changed.map(|(source, edited)| ChangedSource::new(dump, source, &edited)).collect()
    }

    fn new(dump: &'e Dump, source: usize, edited: &[&'e Edited<'_>]) -> Result<ChangedSource<'e>> {
        let text = dump.written(source);
        let is_yaml = !std::ptr::eq(text, dump.text(source));
        if is_yaml {
            let changes = edited.iter().map(|it| (it.object.id(), it.changes.as_slice()));
            let new = if edited.is_empty() { None } else { dump.relabelled_yaml(source, changes)? };
            let splices = new.into_iter().map(|new| (0..text.len(), Cow::Owned(new))).collect();
            return Ok(ChangedSource { text, is_yaml, splices });
        }
        let splice = |it: &&'e Edited<'_>| {
            let rewrite = it.rewrite.as_ref()?;
            let span = rewrite.span.shifted(dump.place(it.object.id())?.1.start);
            Some((span.start..span.end, Cow::Borrowed(rewrite.text.as_str())))
        };
        let mut splices: Vec<_> = edited.iter().filter_map(splice).collect();
        // Watch events leave an object at the place of its last one.
        splices.sort_by_key(|(span, _)| span.start);
        Ok(ChangedSource { text, is_yaml, splices })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.splices.is_empty()
    }

    /// Writes the text with the changes made.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let mut pos = 0;
        for (span, new) in &self.splices {
            out.write_all(&self.text[pos..span.start])?;
            out.write_all(new.as_bytes())?;
            pos = span.end;
        }
        out.write_all(&self.text[pos..])
    }

    /// Writes it so that it can follow another one and be followed.
    fn write_joined(&self, is_first: bool, is_last: bool, out: &mut impl Write) -> io::Result<()> {
        let mut text = Vec::new();
        self.write(&mut text)?;
        // A byte-order mark is one only at the very beginning, and no part of a text behind it.
        let text = if is_first { &text } else { without_bom(&text) };
        if self.is_yaml && !is_first && !text.starts_with(SEPARATOR) {
            out.write_all(SEPARATOR)?;
            out.write_all(b"\n")?;
        }
        out.write_all(text)?;
        if is_last || text.ends_with(b"\n") { Ok(()) } else { out.write_all(b"\n") }
    }
}

/// What stands between two documents of YAML.
const SEPARATOR: &[u8] = b"---";

/// Writes all sources, one after another, each from a new line.
pub(super) fn to_stdout(dump: &Dump, edited: &[Edited<'_>], config: &Config) -> Result<()> {
    let sources = ChangedSource::all(dump, edited)?;
    let n_yaml = sources.iter().filter(|source| source.is_yaml).count();
    if n_yaml > 0 && n_yaml < sources.len() {
        bail!(
            "expected dumps that are all JSON or all YAML, to be printed as one: print them one by one, or change them \
             with --in-place"
        );
    }
    print_to_stdout(config, |out| {
        for (nth, source) in sources.iter().enumerate() {
            let (is_first, is_last) = (nth == 0, nth + 1 == sources.len());
            match out.audience() {
                Audience::Program => source.write_joined(is_first, is_last, out.raw())?,
                // What is escaped is taken as a whole, so that no character is cut in two.
                Audience::Terminal => {
                    let mut bytes = Vec::new();
                    source.write_joined(is_first, is_last, &mut bytes)?;
                    out.json(&String::from_utf8_lossy(&bytes))?;
                }
            }
        }
        Ok(())
    })
}
