//! Why an index was not used or not written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::LoadError;
use crate::codec::Malformed;

/// A saved index that is not used or not written, and why. The dump itself may be as good as ever.
///
/// `Display` is one line that begins with the index file. What to do about it is apart, in
/// [`help`](IndexError::help).
#[derive(Debug)]
pub struct IndexError {
    // Boxed, so that a `Result` stays small on the way without errors.
    inner: Box<(PathBuf, IndexErrorKind)>,
}

/// What is wrong with a saved index, or with writing one.
#[derive(Debug)]
#[non_exhaustive]
pub enum IndexErrorKind {
    /// There is none.
    Missing,
    /// The index cannot be opened.
    Unreadable(io::Error),
    /// The file is something else.
    Foreign,
    /// It was written in a format of another version of selq.
    OtherVersion,
    /// It was written by another version of selq, or with other options for reading the dump.
    OtherReading,
    /// The dump has changed since.
    Stale,
    /// The dump is another file than the one that was indexed: a copy of it, or one put in its place.
    OtherDump,
    /// Something in it is not as it was written.
    Damaged,
    /// The dump cannot be loaded.
    Load(LoadError),
    /// The dump is neither a regular file nor a folder.
    NotPlain,
    /// The index would be a file in the folder that it is of, and change that.
    Inside,
    /// The load had something to say, such as objects left out, which an index would keep back.
    Notices,
    /// The dump changed while it was read.
    Changed,
    /// The file that is to be written is there already and no index.
    Occupied,
    /// The index cannot be written.
    Unwritable(io::Error),
}

impl IndexErrorKind {
    /// What an index is that cannot be opened.
    pub(super) fn of_open(error: io::Error) -> IndexErrorKind {
        match error.kind() {
            io::ErrorKind::NotFound => IndexErrorKind::Missing,
            _ => IndexErrorKind::Unreadable(error),
        }
    }
}

impl From<Malformed> for IndexErrorKind {
    /// Which part is damaged helps nobody who has the dump.
    fn from(_: Malformed) -> IndexErrorKind {
        IndexErrorKind::Damaged
    }
}

impl IndexError {
    pub(super) fn new(path: &Path, kind: IndexErrorKind) -> IndexError {
        IndexError { inner: Box::new((path.to_owned(), kind)) }
    }

    /// The index file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.0
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &IndexErrorKind {
        &self.inner.1
    }

    /// What to do about it, where that is clear.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self.kind() {
            IndexErrorKind::OtherVersion
            | IndexErrorKind::Stale
            | IndexErrorKind::OtherDump
            | IndexErrorKind::Damaged => "write it anew, or delete it",
            IndexErrorKind::NotPlain => "write the dump into a file first",
            IndexErrorKind::Inside => "write it beside the folder, or under a name that begins with a dot",
            IndexErrorKind::Occupied => "delete that file first, or name another",
            IndexErrorKind::Load(error) => return error.help(),
            _ => return None,
        };
        Some(help.to_owned())
    }
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind() {
            // Says itself which file it is about, and that is the dump.
            IndexErrorKind::Load(error) => return fmt::Display::fmt(error, f),
            kind => kind,
        };
        write!(f, "{}: {what}", self.path().display())
    }
}

impl fmt::Display for IndexErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            IndexErrorKind::Missing => "no such index",
            IndexErrorKind::Unreadable(error) => return write!(f, "the index cannot be read: {error}"),
            IndexErrorKind::Foreign => "expected an index of selq, found another file",
            IndexErrorKind::OtherVersion => "the index is in the format of another version of selq",
            IndexErrorKind::OtherReading => "the index was written by another version or with other options",
            IndexErrorKind::Stale => "the dump has changed since it was indexed",
            IndexErrorKind::OtherDump => "the dump is another file than the one that was indexed",
            IndexErrorKind::Damaged => "the index is damaged",
            IndexErrorKind::Load(error) => return fmt::Display::fmt(error, f),
            IndexErrorKind::Inside => "expected a place outside of the folder for its index, found one in it",
            IndexErrorKind::NotPlain => "only a regular file or a folder can have an index",
            IndexErrorKind::Notices => {
                "a dump that gives remarks or has bad objects cannot have an index, which would keep them back"
            }
            IndexErrorKind::Changed => "the dump changed while it was read",
            IndexErrorKind::Occupied => "expected an older index or no file, found another file",
            IndexErrorKind::Unwritable(error) => return write!(f, "the index cannot be written: {error}"),
        };
        f.write_str(words)
    }
}

impl std::error::Error for IndexError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self.kind() {
            // The load error is printed as this one, and would be said twice as its own cause.
            IndexErrorKind::Load(error) => error.source(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_says_what_is_wrong() {
        let said = |kind| IndexError::new(Path::new("a.selq"), kind).to_string();
        let denied = || io::Error::from(io::ErrorKind::PermissionDenied);
        let kinds = [
            IndexErrorKind::Missing,
            IndexErrorKind::Unreadable(denied()),
            IndexErrorKind::Foreign,
            IndexErrorKind::OtherVersion,
            IndexErrorKind::OtherReading,
            IndexErrorKind::Stale,
            IndexErrorKind::OtherDump,
            IndexErrorKind::Damaged,
            IndexErrorKind::NotPlain,
            IndexErrorKind::Inside,
            IndexErrorKind::Notices,
            IndexErrorKind::Changed,
            IndexErrorKind::Occupied,
            IndexErrorKind::Unwritable(denied()),
        ];
        insta::assert_snapshot!(kinds.map(said).join("\n"), @"
        a.selq: no such index
        a.selq: the index cannot be read: permission denied
        a.selq: expected an index of selq, found another file
        a.selq: the index is in the format of another version of selq
        a.selq: the index was written by another version or with other options
        a.selq: the dump has changed since it was indexed
        a.selq: the dump is another file than the one that was indexed
        a.selq: the index is damaged
        a.selq: only a regular file or a folder can have an index
        a.selq: expected a place outside of the folder for its index, found one in it
        a.selq: a dump that gives remarks or has bad objects cannot have an index, which would keep them back
        a.selq: the dump changed while it was read
        a.selq: expected an older index or no file, found another file
        a.selq: the index cannot be written: permission denied
        ");
    }
}
