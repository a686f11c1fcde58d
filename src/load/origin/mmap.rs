//! Maps a file into memory: the one place with `unsafe` code.

use memmap2::{Mmap, MmapOptions};
use std::fs::File;
use std::io;

/// Maps `file` for reading.
///
/// What this relies on: nobody truncates or rewrites the file while it is mapped. A file that is truncated
/// meanwhile ends the process with a bus error when the lost part is touched; a file that is rewritten shows
/// other bytes than were checked. No tool that maps files can rule that out; dumps are written once and then
/// read, and whoever cannot promise that sends the dump through a pipe.
///
/// # Errors
///
/// What the operating system says, for instance that this sort of file cannot be mapped.
pub(crate) fn map(file: &File) -> io::Result<Mmap> {
    map_with(&MmapOptions::new(), file)
}

/// Maps `file` as [`map`] does, all of it at once where the system can: every page will be read.
///
/// # Errors
///
/// The same.
pub(crate) fn map_whole(file: &File) -> io::Result<Mmap> {
    map_with(MmapOptions::new().populate(), file)
}

#[allow(unsafe_code)]
fn map_with(options: &MmapOptions, file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is private and only ever read, through `&[u8]`. That the file does not change
    // meanwhile is the condition above; everything read from it is checked again where a `str` is made of it.
    unsafe { options.map(file) }
}
