//! Files that are replaced: each as a whole or not at all.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use tempfile::{Builder, NamedTempFile};

/// What the system says of a file, by which a changed one is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    n_bytes: u64,
    modified: Option<SystemTime>,
    /// Its device and its number there; 0 where there is no such number.
    inode: (u64, u64),
}

impl Stamp {
    /// The stamp of the file at `path`, if there is one.
    pub(crate) fn of_file(path: &Path) -> Option<Stamp> {
        fs::metadata(path).ok().map(|metadata| Stamp::new(&metadata))
    }

    /// What the metadata say.
    pub(crate) fn new(metadata: &Metadata) -> Stamp {
        let modified = metadata.modified().ok();
        Stamp { n_bytes: metadata.len(), modified, inode: inode(metadata) }
    }

    /// Whether both are of one file, whatever became of that in between.
    pub(crate) fn is_same_file(&self, other: &Stamp) -> bool {
        self.inode == other.inode
    }
}

/// The file to replace at a path. A link stays a link: the file that it leads to is the one.
pub(crate) fn writable_file(path: &Path) -> io::Result<PathBuf> {
    let file = path.canonicalize()?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("expected a regular file"));
    }
    // Renaming asks only the folder; whoever may not write the file may not replace it either.
    OpenOptions::new().write(true).open(&file)?;
    Ok(file)
}

/// Who may read a file that there was none before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Nobody but its owner.
    Owner,
    /// Whoever may read what the user's programs write.
    Usual,
}

/// A whole new file beside the one that it will replace. Removed again unless it does.
pub(crate) struct Replacement {
    target: PathBuf,
    beside: NamedTempFile,
}

impl Replacement {
    /// Writes the new file and has it on the disk. It gets the owner and the permissions of the old one, and until it is
    /// complete nobody but its owner can read it; without an old one it is for `readers`.
    ///
    /// Other names of the old file (hard links) go on leading to that.
    pub(crate) fn prepare(
        target: PathBuf,
        readers: Readers,
        write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    ) -> io::Result<Replacement> {
        let old = fs::metadata(&target).ok();
        let beside = create_beside(&target, if old.is_some() { Readers::Owner } else { readers })?;
        let file = beside.as_file();
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
        // Before it gets its name: the name could outlast a loss of power, and the bytes not.
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
        sync_folder_of(&self.target);
        Ok(())
    }

    /// Gives the new file its name, unless another one has got it meanwhile.
    pub(crate) fn commit_new(self) -> io::Result<()> {
        self.beside.persist_noclobber(&self.target)?;
        sync_folder_of(&self.target);
        Ok(())
    }
}

/// Has the name of a file on the disk.
fn sync_folder_of(target: &Path) {
    // The folder holds the name. Where a folder cannot be synced, the file system does that by itself.
    if let Ok(folder) = File::open(folder_of(target)) {
        let _ = folder.sync_all();
    }
}

/// Creates a new file in the same folder, so that it can be renamed: `.pods.json.a1B2c3.tmp` for `pods.json`.
fn create_beside(target: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!(".{name}.");
    let mut builder = Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    if let Some(permissions) = usual_permissions().filter(|_| readers == Readers::Usual) {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder_of(target)).map_err(without_path)
}

/// The error without the name of a file that nobody named.
fn without_path(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(io::ErrorKind::NotFound, "no such folder"),
        // It says no more than that something went wrong.
        io::ErrorKind::Other => error,
        kind => kind.into(),
    }
}

/// What programs ask for, of which the user's mask takes something away.
#[cfg(unix)]
fn usual_permissions() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
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
fn inode(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_committed_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pods.json");
        fs::write(&target, "old").unwrap();
        let prepare = || Replacement::prepare(target.clone(), Readers::Owner, |file| file.write_all(b"new"));
        drop(prepare().unwrap());
        assert_eq!(fs::read(&target).unwrap(), b"old");
        let refused = Replacement::prepare(target.clone(), Readers::Usual, |_| Err(io::Error::other("no")));
        assert!(refused.is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        prepare().unwrap().commit().unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_takes_nobody_s_place() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("pods.json");
        let prepare = || Replacement::prepare(target.clone(), Readers::Usual, |file| file.write_all(b"new"));
        let (first, second) = (prepare().unwrap(), prepare().unwrap());
        first.commit_new().unwrap();
        fs::write(&target, "changed").unwrap();
        assert_eq!(second.commit_new().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&target).unwrap(), b"changed");
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
            let replacement = Replacement::prepare(target.clone(), Readers::Owner, |file| {
                meanwhile = mode(file.get_ref().metadata()?);
                file.write_all(b"new")
            });
            replacement.unwrap().commit().unwrap();
            assert_eq!((meanwhile, mode(target.metadata().unwrap())), (0o600, old.unwrap_or(0o600)));
            fs::remove_file(&target).unwrap();
        }
    }
}
