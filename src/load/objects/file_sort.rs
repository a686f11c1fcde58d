//! Whether a file in a folder or archive is a dump: anything may lie beside dumps there.

use crate::ObjectIdentity;
use crate::load::objects::head::Head;

/// How far a file in a bundle shows that it is a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::load) enum FileSort {
    /// A log, a table, a configuration, ….
    Other,
    /// It begins as a dump, so that what is broken in it is no text of another sort.
    Begun,
    /// There was an object, or a list.
    Dump,
}

impl FileSort {
    /// What an object makes of the file that it is in, which may hold others as a list or an event does.
    pub(in crate::load) fn of_object(head: &Head<'_>, holds_objects: bool) -> FileSort {
        let ObjectIdentity { kind, api_version, .. } = head.identity();
        match () {
            () if holds_objects || !kind.is_empty() => FileSort::Dump,
            () if !api_version.is_empty() => FileSort::Begun,
            () => FileSort::Other,
        }
    }

    /// Whether a file of which no more is known is no dump. What is broken need only begin as one.
    pub(in crate::load) fn is_no_dump(self, is_broken: bool) -> bool {
        self < if is_broken { FileSort::Begun } else { FileSort::Dump }
    }
}

/// Whether what stands at the top of a file in a bundle is an object: it says its kind. An array of objects is what some
/// tools make of a list, whose items have none.
pub(in crate::load) fn is_object(head: &Head<'_>, is_in_array: bool) -> bool {
    let ObjectIdentity { kind, name, .. } = head.identity();
    !kind.is_empty() || is_in_array && !name.is_empty()
}
