//! Files that are replaced: each as a whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How many temporary names are tried: those of killed writers may be taken.
const MAX_TRIES: u32 = 100;

/// What the system says of a file, by which a changed one is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    n_bytes: u64,
    modified: Option<SystemTime>,
    /// 0 where there is no such number.
    inode: u64,
}

impl Stamp {
    /// The stamp of the file at `path`, if there is one.
    pub(crate) fn of_file(path: &Path) -> Option<Stamp> {
        let metadata = fs::metadata(path).ok()?;
        let modified = metadata.modified().ok();
        Some(Stamp { n_bytes: metadata.len(), modified, inode: inode(&metadata) })
    }
}

/// A whole new file beside the one that it will replace. Removed again unless it does.
pub(crate) struct Replacement {
    target: PathBuf,
    beside: PathBuf,
}

impl Replacement {
    /// Writes the new file and has it on the disk. It gets the owner and the permissions of the old one; without an
    /// old one it is for its owner alone. Until it is complete nobody else can read it.
    ///
    /// Other names of the old file (hard links) go on leading to that.
    pub(crate) fn prepare(
        target: PathBuf,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> io::Result<Replacement> {
        let (beside, file) = create_beside(&target)?;
        let replacement = Replacement { target, beside };
        let old = fs::metadata(&replacement.target).ok();
        if let Some(old) = &old {
            keep_owner(&file, old);
        }
        let mut file = BufWriter::new(file);
        write(&mut file)?;
        file.flush()?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        if let Some(old) = old {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        Ok(replacement)
    }

    /// The file that is replaced.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Puts the new file in the place of the old one: whoever opens it sees one or the other.
    pub(crate) fn commit(self) -> io::Result<()> {
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

/// Creates a new file in the same folder, so that it can be renamed: `.pods.json.4711-0.tmp` for `pods.json`.
fn create_beside(target: &Path) -> io::Result<(PathBuf, File)> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let mut nth = 0;
    loop {
        let beside = target.with_file_name(format!(".{name}.{}-{nth}.tmp", std::process::id()));
        match for_owner_alone().write(true).create_new(true).open(&beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && nth < MAX_TRIES => nth += 1,
            result => return result.map(|file| (beside, file)),
        }
    }
}

/// Options to create a file that only its owner can read.
#[cfg(unix)]
fn for_owner_alone() -> OpenOptions {
    let mut options = OpenOptions::new();
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(not(unix))]
fn for_owner_alone() -> OpenOptions {
    OpenOptions::new()
}

/// Gives the file the owner of the old one, where that is allowed: root may, and keeps the users' files theirs.
#[cfg(unix)]
fn keep_owner(file: &File, old: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _old: &Metadata) {}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_committed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pods.json");
        fs::write(&target, "old").unwrap();
        let prepare = || Replacement::prepare(target.clone(), |file| file.write_all(b"new"));
        drop(prepare().unwrap());
        assert_eq!(fs::read(&target).unwrap(), b"old");
        let refused = Replacement::prepare(target.clone(), |_| Err(io::Error::other("no")));
        assert!(refused.is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        prepare().unwrap().commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_reads_a_file_before_it_is_complete() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pods.json");
        let mode = |metadata: Metadata| metadata.permissions().mode() & 0o777;
        for old in [None, Some(0o640), Some(0o444)] {
            if let Some(old) = old {
                fs::write(&target, "old").unwrap();
                fs::set_permissions(&target, fs::Permissions::from_mode(old)).unwrap();
            }
            let mut meanwhile = 0;
            let replacement = Replacement::prepare(target.clone(), |file| {
                meanwhile = mode(file.get_ref().metadata()?);
                file.write_all(b"new")
            });
            replacement.unwrap().commit().unwrap();
            assert_eq!((meanwhile, mode(target.metadata().unwrap())), (0o600, old.unwrap_or(0o600)));
            fs::remove_file(&target).unwrap();
        }
    }
}
