//! Files that are changed in place by one program at a time.
//!
//! The lock is one of the file itself, so that nothing is left over. A file is replaced by another one of its name:
//! whoever waited for the old one holds the lock of a file that is gone, and tries again with the new one.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::output::replace::Stamp;
use crate::terminal::message;

/// How long the wait for another program goes without a word.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often is looked again meanwhile.
const STEP: Duration = Duration::from_millis(10);

/// The locks of files, until it is dropped.
pub(super) struct Locks(#[expect(dead_code, reason = "a file is locked as long as it is open")] Vec<File>);

impl Locks {
    /// Waits until no other program changes these files. What cannot be locked goes without: what is no regular file,
    /// and files of systems that know no locks.
    pub(super) fn of<'f>(files: impl Iterator<Item = &'f PathBuf>) -> Locks {
        // In one order everywhere, so that no two programs wait for each other, and each file once.
        let mut files: Vec<PathBuf> = files.filter_map(|file| file.canonicalize().ok()).collect();
        files.sort();
        files.dedup();
        let mut locked = Vec::new();
        for file in files.iter().filter(|file| file.is_file()) {
            // Two names of one file are locked by the first.
            if !locked.iter().any(|open| is_open_as(open, file)) {
                locked.extend(lock(file));
            }
        }
        Locks(locked)
    }
}

/// The file, open and locked.
fn lock(path: &Path) -> Option<File> {
    loop {
        // Some network file systems lock only what is open for writing.
        let file = OpenOptions::new().read(true).write(true).open(path).or_else(|_| File::open(path)).ok()?;
        wait(&file, path)?;
        if is_open_as(&file, path) {
            return Some(file);
        }
    }
}

/// Waits for the lock, and says so if that takes long.
fn wait(file: &File, path: &Path) -> Option<()> {
    let begin = Instant::now();
    while let Err(error) = file.try_lock() {
        match error {
            TryLockError::Error(_) => return None,
            TryLockError::WouldBlock if begin.elapsed() < PATIENCE => thread::sleep(STEP),
            TryLockError::WouldBlock => {
                message::print(&format!("waiting for another program that changes {}", path.display()));
                return file.lock().ok();
            }
        }
    }
    Some(())
}

/// Whether the file that is open is still the one of that name.
fn is_open_as(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else { return false };
    Stamp::new(&open).is_same_file(&Stamp::new(&named))
}
