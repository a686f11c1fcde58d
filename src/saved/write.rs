//! Files that are there as a whole or not at all.

use std::fs::{File, Metadata, Permissions};
use std::io::{self, Write};
use std::path::Path;

use tempfile::Builder;

/// Writes a file in place of what has its name, if anything does.
///
/// The bytes go to a temporary file in the same folder, onto the disk, and only then to their name, so that a
/// reader sees the old file or the new one, whenever the writer is stopped. It gets the permissions, and where that is
/// allowed the owner of the file that `like` is about.
///
/// # Errors
///
/// What the operating system says. The temporary file is taken away then.
pub(super) fn replace(
    path: &Path,
    bytes: &[u8],
    like: &Metadata,
    permissions: Permissions,
) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut prefix = path.file_name().unwrap_or_default().to_owned();
    prefix.push(".");
    let mut file = Builder::new().prefix(&prefix).suffix(".tmp").tempfile_in(folder)?;
    // Before there is anything to read: labels are for the eyes that may see the dump. Until here only its owner
    // can open the file.
    keep_owner(file.as_file(), like);
    file.as_file().set_permissions(permissions)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    // The folder holds the name.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Gives the file another's owner, where that is allowed: root may, and leaves users what is theirs.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};
    let _ = fchown(file, Some(like.uid()), Some(like.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _like: &Metadata) {}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (path, like) = (folder.path().join("x.selq"), folder.path().join("x"));
        fs::write(&like, "the dump").unwrap();
        #[cfg(unix)]
        fs::set_permissions(&like, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
        let like = fs::metadata(&like).unwrap();
        for bytes in [b"one", b"two"] {
            replace(&path, bytes, &like, like.permissions()).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
            assert_eq!(fs::metadata(&path).unwrap().permissions(), like.permissions());
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("folder");
        fs::create_dir(&taken).unwrap();
        let like = fs::metadata(std::env::current_exe().unwrap()).unwrap();
        assert!(replace(&taken, b"x", &like, like.permissions()).is_err());
        assert!(replace(&folder.path().join("missing/x"), b"x", &like, like.permissions()).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
