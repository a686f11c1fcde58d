//! Files that are replaced: each as a whole or not at all.

use std::fs::{self, File, Metadata};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::{Builder, NamedTempFile};

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
    beside: NamedTempFile,
}

impl Replacement {
    /// Writes the new file and has it on the disk. It gets the owner and the permissions of the old one; without an
    /// old one it is for its owner alone. Until it is complete nobody else can read it.
    ///
    /// Other names of the old file (hard links) go on leading to that.
    pub(crate) fn prepare(
        target: PathBuf,
        write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    ) -> io::Result<Replacement> {
        let beside = create_beside(&target)?;
        let file = beside.as_file();
        let old = fs::metadata(&target).ok();
        if let Some(old) = &old {
            keep_owner(file, old);
        }
        let mut buffered = BufWriter::new(file);
        write(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        if let Some(old) = old {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        Ok(Replacement { target, beside })
    }

    /// The file that is replaced.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Puts the new file in the place of the old one: whoever opens it sees one or the other.
    pub(crate) fn commit(self) -> io::Result<()> {
        self.beside.persist(&self.target)?;
        // The folder holds the name. Where a folder cannot be synced, the file system does that by itself.
        if let Ok(folder) = File::open(folder_of(&self.target)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

/// Creates a new file in the same folder, so that it can be renamed: `.pods.json.a1B2c3.tmp` for `pods.json`. Only its
/// owner can open it.
fn create_beside(target: &Path) -> io::Result<NamedTempFile> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    Builder::new().prefix(&format!(".{name}.")).suffix(".tmp").tempfile_in(folder_of(target))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
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
