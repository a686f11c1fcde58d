//! What is wrong with a dump, and where.

use std::borrow::Cow;
use std::fmt;
use std::io;

/// Columns beyond this help nobody: the byte offset is given instead of line and column.
const MAX_COLUMN: u64 = 10_000;
/// How many characters of a key are quoted.
const MAX_QUOTED: usize = 80;

/// A dump that cannot be read: which source, where in it, what was expected and what was found.
///
/// `Display` is one line: `pods.json:12:8: object 3: expected …, found …`. What to do about it is apart, in
/// [`help`](LoadError::help).
#[derive(Debug)]
pub struct LoadError {
    // Boxed, so that a `Result` stays small on the way without errors.
    inner: Box<Inner>,
}

#[derive(Debug)]
struct Inner {
    source: Box<str>,
    position: Option<Position>,
    object: Option<u64>,
    fault: Box<Fault>,
}

/// What sort of thing is wrong with a dump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The file is missing, a directory, or not allowed to be read.
    Unreadable,
    /// A gzip or zstd stream that is cut short or damaged.
    Compression,
    /// A tar or zip archive that is cut short or damaged.
    Archive,
    /// An input that becomes more than it may when it is decompressed ([`Loader::max_bytes`](crate::Loader::max_bytes)).
    TooLarge,
    /// Something other than UTF-8 JSON: YAML, UTF-16, tar, a binary file, ….
    Format,
    /// A file without any content.
    Empty,
    /// Not JSON.
    Syntax,
    /// The file, or a line of NDJSON, ends inside a value.
    Incomplete,
    /// Bytes that are no UTF-8.
    Utf8,
    /// JSON, but not a dump: a scalar where an object belongs, a label value that is a number, ….
    Data,
    /// What came bit by bit and was not kept is needed once more.
    Gone,
    /// Nothing is wrong: the observer wants no more ([`LoadObserver::is_stopped`](crate::load::LoadObserver::is_stopped)).
    Stopped,
}

/// A place in a source after decompression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) struct Position {
    /// Line and column, both from 1; a column is a character, as in an editor. `None` where lines mean nothing.
    pub(in crate::load) line: Option<(u64, u64)>,
    /// The byte, from 0.
    pub(in crate::load) offset: u64,
}

impl Position {
    /// The same place in a text that has a part at `start` whose place this is.
    fn moved(self, start: Position) -> Position {
        let line = self.line.zip(start.line).map(|((line, column), (first_line, first_column))| match line {
            // Only the first line of the part shares a line with what stands before it.
            1 => (first_line, first_column + column - 1),
            _ => (first_line + line - 1, column),
        });
        Position { line, offset: start.offset + self.offset }
    }
}

impl LoadError {
    /// An error at `position`, or about the source as a whole.
    pub(in crate::load) fn new(
        source: &str,
        position: Option<Position>,
        object: Option<u64>,
        fault: Box<Fault>,
    ) -> LoadError {
        LoadError { inner: Box::new(Inner { source: source.into(), position, object, fault }) }
    }

    /// The same error where the text it is about is a part of a source: begins at `start`, after `n_objects`.
    pub(in crate::load) fn moved(mut self, start: Position, n_objects: u64) -> LoadError {
        self.inner.position = self.inner.position.map(|position| position.moved(start));
        self.inner.object = self.inner.object.map(|object| object + n_objects);
        self
    }

    /// The same error as one of the object that stands where it is, if it is not that already.
    pub(in crate::load) fn of_object(mut self) -> LoadError {
        // The first of its text, from where whoever moves the error counts.
        self.inner.object.get_or_insert(0);
        self
    }

    /// The same error with a way out.
    pub(in crate::load) fn with_help(mut self, help: &'static str) -> LoadError {
        self.inner.fault.help = Some(help.into());
        self
    }

    /// The name of the file, or `standard input`.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.inner.source
    }

    /// What sort of thing is wrong.
    #[must_use]
    pub fn kind(&self) -> LoadErrorKind {
        self.inner.fault.kind
    }

    /// The line, from 1. `None` in binary data, and where no single place is at fault.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.inner.position?.line.map(|(line, _)| line)
    }

    /// The column in characters, from 1; a byte-order mark is not counted. `None` where there is no line.
    #[must_use]
    pub fn column(&self) -> Option<u64> {
        self.inner.position?.line.map(|(_, column)| column)
    }

    /// The byte in the source, from 0: after decompression, save for errors of the compressed stream itself.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.inner.position.map(|position| position.offset)
    }

    /// The position, from 0, of the object concerned among those of its source.
    #[must_use]
    pub fn object(&self) -> Option<u64> {
        self.inner.object
    }

    /// What was expected and what was found, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.fault.message
    }

    /// What to do about it, where that is clear.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        self.inner.fault.help.as_deref().map(str::to_owned)
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.source)?;
        match self.inner.position {
            Some(Position { line: Some((line, column)), .. }) if column <= MAX_COLUMN => {
                write!(f, ":{line}:{column}")?;
            }
            Some(Position { line: Some((line, _)), offset }) => write!(f, ":{line}: byte {offset}")?,
            Some(Position { line: None, offset }) => write!(f, ": byte {offset}")?,
            None => {}
        }
        if let Some(object) = self.inner.object {
            write!(f, ": object {object}")?;
        }
        write!(f, ": {}", self.inner.fault.message)
    }
}

impl std::error::Error for LoadError {}

/// What the reading functions return; boxed because faults are rare and results are everywhere.
pub(in crate::load) type Fallible<T> = Result<T, Box<Fault>>;

/// An error that knows only its byte in the source: cheap to make, and becomes a [`LoadError`] where the
/// source and its lines are known.
#[derive(Debug)]
pub(in crate::load) struct Fault {
    pub(in crate::load) kind: LoadErrorKind,
    pub(in crate::load) offset: usize,
    pub(in crate::load) message: Cow<'static, str>,
    pub(in crate::load) help: Option<Cow<'static, str>>,
    /// Nothing after it can be told apart: the end of the value that holds it cannot be found.
    pub(in crate::load) fatal: bool,
}

impl Fault {
    /// The text is no JSON at `offset`, so that what follows has no structure.
    pub(in crate::load) fn syntax(
        kind: LoadErrorKind,
        offset: usize,
        message: impl Into<Cow<'static, str>>,
    ) -> Box<Fault> {
        Box::new(Fault { kind, offset, message: message.into(), help: None, fatal: true })
    }

    /// The value at `offset` is not what belongs there.
    pub(in crate::load) fn data(offset: usize, message: impl Into<Cow<'static, str>>) -> Box<Fault> {
        Fault::within(LoadErrorKind::Data, offset, message)
    }

    /// Bytes that are no UTF-8, inside a value whose end may still be found.
    pub(in crate::load) fn utf8(offset: usize) -> Box<Fault> {
        Fault::within(LoadErrorKind::Utf8, offset, "expected UTF-8, found a byte that does not belong there")
    }

    /// The rest, from `offset` on, is not wanted any more.
    pub(in crate::load) fn stopped(offset: usize) -> Box<Fault> {
        Fault::syntax(LoadErrorKind::Stopped, offset, "stopped here")
    }

    fn within(kind: LoadErrorKind, offset: usize, message: impl Into<Cow<'static, str>>) -> Box<Fault> {
        Box::new(Fault { kind, offset, message: message.into(), help: None, fatal: false })
    }

    /// Whether `bytes` end where something is missing: a value, or the rest of a character.
    pub(in crate::load) fn is_at_end(&self, bytes: &[u8]) -> bool {
        let rest = bytes.get(self.offset..).unwrap_or_default();
        match self.kind {
            // White space may stand between what is missing and the end.
            LoadErrorKind::Incomplete => rest.trim_ascii().is_empty(),
            // Only a sequence that is cut short has an error of no known length.
            LoadErrorKind::Utf8 => str::from_utf8(rest)
                .is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none()),
            _ => false,
        }
    }

    /// The same with a way out.
    pub(in crate::load) fn with_help(mut self: Box<Fault>, help: impl Into<Cow<'static, str>>) -> Box<Fault> {
        self.help = Some(help.into());
        self
    }

    /// What a reader of ours failed with, or what is to be said of an error that is not our own.
    pub(in crate::load) fn of_io(
        error: io::Error,
        of_others: impl FnOnce(&io::Error) -> Box<Fault>,
    ) -> Box<Fault> {
        error.downcast::<Fault>().map_or_else(|error| of_others(&error), Box::new)
    }
}

/// Faults pass through readers that know only [`io::Error`].
impl From<Box<Fault>> for io::Error {
    fn from(fault: Box<Fault>) -> io::Error {
        io::Error::other(*fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// Why an input cannot be read.
pub(in crate::load) fn unreadable(error: &io::Error) -> Box<Fault> {
    let fault = |message: String| Fault::syntax(LoadErrorKind::Unreadable, 0, message);
    match error.kind() {
        io::ErrorKind::NotFound => fault("no such file".to_owned()),
        io::ErrorKind::IsADirectory => fault("expected a file, found a directory".to_owned())
            .with_help("name the file in it that is meant"),
        io::ErrorKind::PermissionDenied => fault("not allowed to read it".to_owned()),
        _ => fault(format!("cannot be read: {error}")),
    }
}

/// `text` from a dump, fit for a message: in back quotes, on one line, and not too long.
pub(in crate::load) fn quoted(text: &str) -> String {
    format!("`{}`", one_line(text, MAX_QUOTED))
}

/// The first `max` characters of `text` on one line.
pub(in crate::load) fn one_line(text: &str, max: usize) -> String {
    let mut chars = text.chars();
    let mut line = String::new();
    for char in chars.by_ref().take(max) {
        if char.is_control() { line.extend(char.escape_default()) } else { line.push(char) }
    }
    line.push_str(if chars.next().is_some() { "…" } else { "" });
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_short_and_printable() {
        assert_eq!(quoted("it's\n\u{1b}"), "`it's\\n\\u{1b}`");
        assert_eq!(quoted(&"é".repeat(1000)).chars().count(), MAX_QUOTED + 3);
    }

    fn at(line: Option<(u64, u64)>, object: Option<u64>) -> String {
        let position = Position { line, offset: 70_000 };
        LoadError::new("pods.json", Some(position), object, Fault::data(0, "expected an object")).to_string()
    }

    #[test]
    fn the_place_comes_first() {
        insta::assert_snapshot!(at(Some((12, 8)), Some(3)), @"pods.json:12:8: object 3: expected an object");
    }

    #[test]
    fn binary_data_and_long_lines_have_byte_offsets() {
        insta::assert_snapshot!(at(None, None), @"pods.json: byte 70000: expected an object");
        insta::assert_snapshot!(at(Some((2, 60_000)), Some(0)), @"pods.json:2: byte 70000: object 0: expected an object");
    }
}
