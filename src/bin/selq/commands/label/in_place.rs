//! Files changed in place: each is replaced as a whole, and none before all are written.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use selq::load::Origin;
use selq::{Dump, SavedIndex};

use super::Edited;
use super::write::ChangedSource;
use crate::args::InputFile;
use crate::output::replace::{Readers, Replacement, Stamp, writable_file};
use crate::terminal::stdin::is_stdin;

/// Whether standard input is among the files, or is what is read when none is named.
pub(super) fn reads_stdin(files: &[InputFile]) -> bool {
    files.is_empty() || files.iter().any(|file| is_stdin(&file.path))
}

/// A file before it is read, to be changed later unless somebody else changes it meanwhile.
pub(super) struct Target<'a> {
    /// As it was named.
    path: &'a Path,
    stamp: Option<Stamp>,
}

impl<'a> Target<'a> {
    pub(super) fn new(path: &'a Path) -> Target<'a> {
        Target { path, stamp: Stamp::of_file(path) }
    }

    fn refuse_changed(&self) -> Result<()> {
        if self.stamp != Stamp::of_file(self.path) {
            bail!("{}: the file changed while it was read, and is left as it is now", self.path.display());
        }
        Ok(())
    }
}

/// Writes the changed sources back to their files, and gives what was done in words.
pub(super) fn write(dump: &Dump, edited: &[Edited<'_>], targets: &[Target<'_>]) -> Result<Vec<String>> {
    refuse_bundles(dump, targets)?;
    let mut replacements = Vec::new();
    for ((nth, target), source) in targets.iter().enumerate().zip(ChangedSource::all(dump, edited)?) {
        // A file in which nothing changes keeps its time and its index.
        if source.is_empty() {
            continue;
        }
        let name = target.path.display();
        refuse_other(dump, nth, target.path)?;
        let replacement = writable_file(target.path)
            .and_then(|file| Replacement::prepare(file, Readers::Owner, |new_file| source.write(new_file)));
        replacements.push((target, replacement.with_context(|| format!("cannot write {name}"))?));
    }
    refuse_repeated(&replacements)?;
    // As late as can be: all is written, and nothing is replaced yet.
    replacements.iter().try_for_each(|(target, _)| target.refuse_changed())?;
    let mut remarks = Vec::new();
    // All that can still fail is a renaming: no text is left to be made or written.
    for (target, replacement) in replacements {
        replacement.commit().with_context(|| format!("cannot replace {}", target.path.display()))?;
        remarks.extend(stale_index(target.path));
    }
    remarks.extend(summary(edited));
    Ok(remarks)
}

/// Of a folder or archive the sources are not what was named, and an archive would have to be packed anew.
fn refuse_bundles(dump: &Dump, targets: &[Target<'_>]) -> Result<()> {
    let is_bundled = |source| dump.origin(source) == Some(Origin::Bundled);
    if (0..dump.sources().len()).any(is_bundled) {
        let is_folder = |target: &&Target<'_>| target.path.is_dir();
        match targets.iter().find(is_folder) {
            Some(target) => bail!(
                "{}: a folder cannot be changed in place: name the files in it with -f",
                target.path.display()
            ),
            None => bail!(
                "an archive cannot be changed in place: print the dump, or unpack it and name the files"
            ),
        }
    }
    Ok(())
}

/// A file that does not hold the text that was read cannot be given that with changes.
fn refuse_other(dump: &Dump, source: usize, path: &Path) -> Result<()> {
    // YAML may be compressed too, or in UTF-16.
    let is_as_written = || fs::read(path).is_ok_and(|bytes| bytes == dump.written(source));
    let (origin, path) = (dump.origin(source), path.display());
    match origin {
        Some(Origin::Plain) => Ok(()),
        Some(Origin::Converted) if is_as_written() => Ok(()),
        Some(Origin::Decompressed) => bail!(
            "{path}: a compressed file cannot be changed in place: decompress it first, or print the dump"
        ),
        _ => bail!(
            "{path}: a file that is converted when it is read cannot be changed in place: print the dump"
        ),
    }
}

/// The second replacement of a file would undo the first one.
fn refuse_repeated(replacements: &[(&Target<'_>, Replacement)]) -> Result<()> {
    let mut seen = HashSet::new();
    for (target, replacement) in replacements {
        if !seen.insert(replacement.target()) {
            bail!("{}: expected each file once with --in-place, found it twice", target.path.display());
        }
    }
    Ok(())
}

/// That the file's index is of no use any more, if it has one.
fn stale_index(path: &Path) -> Option<String> {
    let index = SavedIndex::beside(path);
    let is_there = index.path().is_file();
    is_there.then(|| format!("{} is out of date: write it anew with `selq index`", index.path().display()))
}

fn summary(edited: &[Edited<'_>]) -> Option<String> {
    let n_changed = edited.iter().filter(|it| !it.changes.is_empty()).count();
    (!edited.is_empty()).then(|| super::summary(n_changed, edited.len()))
}
