//! Standard input among files: what names it, and how texts are read from either.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use anyhow::{Error, Result, anyhow};

/// The UTF-8 byte-order mark that some editors write.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Whether this names standard input and no file: `-`.
pub(crate) fn is_stdin(path: impl AsRef<Path>) -> bool {
    // A file that is called so is `./-`.
    path.as_ref().as_os_str() == "-"
}

/// What messages call a file.
pub(crate) fn name_of(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// The bytes of a file, or of standard input.
pub(crate) fn read_whole(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = match is_stdin(path) {
        true => io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes),
        false => fs::read(path),
    };
    let name = name_of(path);
    read.map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!("{name}: no such file"),
        ErrorKind::IsADirectory => anyhow!("{name}: expected a file, found a folder"),
        _ => Error::from(error).context(format!("cannot read {name}")),
    })
}

/// A text without the byte-order mark at its beginning.
pub(crate) fn without_bom(text: &[u8]) -> &[u8] {
    text.strip_prefix(BOM).unwrap_or(text)
}
