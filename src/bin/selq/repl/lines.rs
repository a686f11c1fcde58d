//! Lines that another line has the session do: those of a file, and those that were written in an editor.

use std::path::PathBuf;

/// The lines of a text, and what that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinesToDo {
    pub(crate) name: String,
    /// The file that they stand in, if it is one, whatever else it is called.
    pub(crate) file: Option<PathBuf>,
    pub(crate) text: String,
}
