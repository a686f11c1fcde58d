//! Files that are there as a whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many temporary names are tried: those of killed writers may be taken.
const MAX_TRIES: u32 = 100;

/// Writes a file in place of what has its name, if anything does.
///
/// The bytes go to a temporary file in the same folder, onto the disk, and only then to their name, so that a
/// reader sees the old file or the new one, whenever the writer is stopped. It gets the permissions of the file that
/// `like` is about, and its owner where that is allowed.
///
/// # Errors
///
/// What the operating system says. The temporary file is taken away then.
pub(super) fn replace(path: &Path, bytes: &[u8], like: &Metadata) -> io::Result<()> {
    let (file, temporary) = create_beside(path)?;
    let result = fill(file, bytes, like).and_then(|()| fs::rename(&temporary, path));
    if result.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
    }
    result?;
    sync_folder(path)
}

/// Writes everything and waits until it is on the disk.
fn fill(mut file: File, bytes: &[u8], like: &Metadata) -> io::Result<()> {
    // Before there is anything to read: labels are for the eyes that may see the dump.
    keep_owner(&file, like);
    file.set_permissions(like.permissions())?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A new file in the folder of `path`.
fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut nth = 0;
    loop {
        let temporary = temporary_name(path, nth);
        match for_owner_alone().write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && nth < MAX_TRIES => nth += 1,
            result => return result.map(|file| (file, temporary)),
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

/// Gives the file another's owner, where that is allowed: root may, and leaves users what is theirs.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(like.uid()), Some(like.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _like: &Metadata) {}

/// `pods.json.selq.4711-0.tmp` for `pods.json.selq`.
fn temporary_name(path: &Path, nth: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{}-{nth}.tmp", std::process::id()));
    name.into()
}

/// Puts the new name onto the disk too.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whatever_killed_writers_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.selq");
        fs::write(temporary_name(&path, 0), "half of it").unwrap();
        for bytes in [b"one", b"two"] {
            replace(&path, bytes, &fs::metadata(temporary_name(&path, 0)).unwrap()).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_open_a_file_before_it_has_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, _) = create_beside(&folder.path().join("x.selq")).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("folder");
        fs::create_dir(&taken).unwrap();
        let like = fs::metadata(std::env::current_exe().unwrap()).unwrap();
        assert!(replace(&taken, b"x", &like).is_err());
        assert!(replace(&folder.path().join("missing/x"), b"x", &like).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
