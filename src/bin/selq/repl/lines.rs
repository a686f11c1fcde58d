//! Lines that another line has the session do: those of a file, and those that were written in an editor.

/// The lines of a text, and what that is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinesToDo {
    pub(crate) name: String,
    pub(crate) text: String,
}
