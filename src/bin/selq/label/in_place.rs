//! Files changed in place: each is replaced as a whole, and none before all are written.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use selq::Dump;

use super::Edited;
use super::write::Splices;
use crate::message;

/// Whether standard input is among the files, or is what is read when none is named.
pub(super) fn is_stdin(files: &[PathBuf]) -> bool {
    files.is_empty() || files.iter().any(|file| file.as_os_str() == "-")
}

/// Writes the changed sources back to their files, and says what was done.
pub(super) fn write(dump: &Dump, edited: &[Edited<'_>], files: &[PathBuf]) -> Result<()> {
    let mut replacements = Vec::new();
    for (source, path) in files.iter().enumerate() {
        let splices = Splices::of(dump, source, edited);
        if splices.is_empty() {
            continue;
        }
        if dump.is_compressed(source) {
            let name = path.display();
            bail!(
                "{name}: a compressed file cannot be changed in place: decompress it first, or print the dump"
            );
        }
        let write = |file: &mut BufWriter<File>| splices.write(dump.text(source), file);
        let replacement = Replacement::prepare(path, write);
        replacements.push(replacement.with_context(|| format!("cannot write {}", path.display()))?);
    }
    for replacement in replacements {
        let target = replacement.target.clone();
        replacement.commit().with_context(|| format!("cannot replace {}", target.display()))?;
    }
    report(edited);
    Ok(())
}

fn report(edited: &[Edited<'_>]) {
    let n_changed = edited.iter().filter(|it| !it.changes.is_empty()).count();
    if !edited.is_empty() {
        message::print(&super::summary(n_changed, edited.len()));
    }
}

/// A whole new file beside the one that it will replace. Removed again unless it does.
struct Replacement {
    target: PathBuf,
    beside: PathBuf,
}

impl Replacement {
    /// Writes the new file, with the owner and the permissions of the old one, and has it on the disk.
    fn prepare(
        path: &Path,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> io::Result<Replacement> {
        // A link stays a link: the file that it leads to is the one to replace.
        let target = path.canonicalize()?;
        let metadata = target.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("expected a regular file"));
        }
        let (beside, file) = create_beside(&target)?;
        let replacement = Replacement { target, beside };
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        keep_owner(&replacement.beside, &metadata);
        file.set_permissions(metadata.permissions())?;
        file.sync_all()?;
        Ok(replacement)
    }

    /// Puts the new file in the place of the old one: whoever opens it sees one or the other.
    fn commit(self) -> io::Result<()> {
        fs::rename(&self.beside, &self.target)?;
        // The folder holds the name. Where a folder cannot be synced, the file system does that by itself.
        if let Some(folder) = self.target.parent()
            && let Ok(folder) = File::open(folder)
        {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After the renaming there is no such file any more.
        let _ = fs::remove_file(&self.beside);
    }
}

/// Creates a new file in the same folder, so that it can be renamed.
fn create_beside(target: &Path) -> io::Result<(PathBuf, File)> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mut nth = 0;
    loop {
        let beside = target.with_file_name(format!(".{name}.{}-{nth}.tmp", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && nth < 100 => nth += 1,
            result => return result.map(|file| (beside, file)),
        }
    }
}

/// Gives the file the owner of the old one, where that is allowed: root may, and keeps the users' files theirs.
#[cfg(unix)]
fn keep_owner(path: &Path, metadata: &Metadata) {
    use std::os::unix::fs::{MetadataExt, chown};
    let _ = chown(path, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_path: &Path, _metadata: &Metadata) {}
