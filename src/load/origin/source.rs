//! From an [`Input`] to its bytes: mapped, read or decompressed.

use crate::load::error::{Fault, LoadError, LoadErrorKind};
use crate::load::origin::bytes::Bytes;
use crate::load::origin::compress::Compression;
use crate::load::origin::mmap;
use crate::load::origin::written::{self, WrittenYaml};
use crate::yaml::YamlTeam;
use std::borrow::Cow;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How much is read between two reports of progress.
const CHUNK: u64 = 4 << 20;
const STDIN_NAME: &str = "standard input";

/// Where a dump or a watch stream comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// A file; anything that can be opened and read, also a FIFO or a device.
    Path(PathBuf),
    /// Standard input, read to its end. Without any content it is a dump of no objects.
    Stdin,
    /// Bytes in memory.
    Bytes {
        /// What messages and output call them.
        name: String,
        /// The same as a file would hold.
        bytes: Vec<u8>,
    },
    /// Anything that can be read: the body of a response, say. See [`Input::reader`].
    Reader(InputReader),
}

/// What an [`Input`] reads from, and what it is called.
pub struct InputReader {
    name: String,
    /// The lock is never taken: it lets what only one thread can read be a part of what several can share.
    reader: Mutex<Box<dyn Read + Send>>,
}

impl InputReader {
    fn into_inner(self) -> Box<dyn Read + Send> {
        self.reader.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for InputReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputReader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Input {
    /// Reads from `reader` to its end. It is answered as [`Input::Bytes`] with all of that is; messages and output call
    /// it `name`. A dump is read whole before anything is answered, a watch stream event by event.
    ///
    /// ```
    /// use selq::{Input, Loader};
    ///
    /// let body = std::io::Cursor::new(r#"{"kind":"Pod","metadata":{"name":"web-0"}}"#);
    /// let dump = Loader::new().load([Input::reader("response", body)])?;
    /// assert_eq!(dump.store().len(), 1);
    /// # Ok::<(), selq::LoadError>(())
    /// ```
    pub fn reader(name: impl Into<String>, reader: impl Read + Send + 'static) -> Input {
        Input::Reader(InputReader { name: name.into(), reader: Mutex::new(Box::new(reader)) })
    }

    /// Opens it to be read bit by bit.
    ///
    /// # Errors
    ///
    /// When a file cannot be opened.
    pub(in crate::load) fn open(self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Input::Path(path) => Box::new(File::open(path)?),
            Input::Stdin => Box::new(io::stdin()),
            Input::Bytes { bytes, .. } => Box::new(Cursor::new(bytes)),
            Input::Reader(reader) => reader.into_inner(),
        })
    }

    /// What messages and output call it.
    pub(in crate::load) fn name(&self) -> String {
        match self {
            Input::Path(path) => path.display().to_string(),
            Input::Stdin => STDIN_NAME.to_owned(),
            Input::Bytes { name, .. } | Input::Reader(InputReader { name, .. }) => name.clone(),
        }
    }

    /// How many bytes it has, where that is known beforehand.
    pub(in crate::load) fn n_bytes(&self) -> Option<u64> {
        match self {
            Input::Path(path) => {
                // A FIFO or a device says 0 of itself, whatever comes out of it.
                path.metadata().ok().filter(Metadata::is_file).map(|metadata| metadata.len())
            }
            Input::Stdin | Input::Reader(_) => None,
            Input::Bytes { bytes, .. } => Some(bytes.len() as u64),
        }
    }
}

/// Where the text of a source comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// It is what its file holds, or what came through standard input.
    Plain,
    /// The file holds it compressed.
    Decompressed,
    /// The file holds YAML, plain or compressed, and it is the JSON that was made of it.
    Converted,
}

/// The bytes of one source and what it is called. Most inputs are one.
pub(crate) struct Source {
    name: String,
    bytes: Bytes,
    pub(in crate::load) origin: Origin,
    /// What ended the decompression before its time.
    pub(in crate::load) damage: Option<Box<Fault>>,
    /// Whether it is no mistake that nothing is in it.
    pub(in crate::load) may_be_empty: bool,
    /// The YAML that the bytes were made of.
    written: Option<Box<WrittenYaml>>,
}

impl Source {
    /// Opens, reads and decompresses an input, telling `progress` how many bytes there are so far,
    /// until that wants no more.
    ///
    /// # Errors
    ///
    /// When it cannot be read. Damage of a compressed stream is left in the source, after what could be read.
    pub(in crate::load) fn open(
        input: Input,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Source, LoadError> {
        let name = input.name();
        // A command that finds nothing may write nothing. An empty file is a dump that failed.
        let may_be_empty = matches!(input, Input::Stdin);
        let unreadable = |error: io::Error| LoadError::new(&name, None, None, unreadable(&error));
        let bytes = match input {
            Input::Path(path) => open_file(&path, progress).map_err(unreadable)?,
            Input::Bytes { bytes, .. } => Bytes::Owned(bytes),
            input @ (Input::Stdin | Input::Reader(_)) => {
                let read = input.open().and_then(|reader| read_all(reader, progress));
                Bytes::Owned(read.map_err(unreadable)?)
            }
        };
        Ok(match Compression::of(bytes.as_slice()) {
            None => Source { name, bytes, origin: Origin::Plain, damage: None, may_be_empty, written: None },
            Some(compression) => {
                let (text, damage) = compression.decompress(bytes.as_slice(), progress);
                let bytes = Bytes::Owned(text);
                Source { name, bytes, origin: Origin::Decompressed, damage, may_be_empty, written: None }
            }
        })
    }

    /// A text that was read already, whatever its first bytes look like.
    pub(in crate::load) fn of_text(name: String, text: Vec<u8>) -> Source {
        let bytes = Bytes::Owned(text);
        Source { name, bytes, origin: Origin::Plain, damage: None, may_be_empty: false, written: None }
    }

    /// Maps a regular file whose content is known, and tells what the system says of that file.
    pub(crate) fn map(path: &Path) -> io::Result<(Source, Metadata)> {
        let file = File::open(path)?;
        let bytes = Bytes::Mapped(mmap::map(&file)?);
        let name = path.display().to_string();
        Ok((
            Source { name, bytes, origin: Origin::Plain, damage: None, may_be_empty: false, written: None },
            // Asked of the open file, as another one may have its path by now.
            file.metadata()?,
        ))
    }

    /// The same with the JSON of its text in the place of that, if it is YAML.
    pub(in crate::load) fn read_yaml(self, team: YamlTeam) -> Source {
        let (bytes, written) = written::read(self.bytes, team);
        let origin = if written.is_some() { Origin::Converted } else { self.origin };
        Source { bytes, written, origin, ..self }
    }

    /// Whether its text is YAML.
    pub(in crate::load) fn is_yaml(&self) -> bool {
        self.written.is_some()
    }

    /// Its text as somebody wrote it, in which messages count lines.
    pub(in crate::load) fn written(&self) -> &[u8] {
        self.written.as_ref().map_or(self.bytes(), |written| written.bytes())
    }

    /// Takes out what is wrong with the YAML behind what could be read of it.
    pub(in crate::load) fn take_yaml_fault(&mut self) -> Option<Box<Fault>> {
        self.written.as_mut().and_then(|written| written.take_fault())
    }

    /// A fault at a place of its bytes, at the same place of what is written.
    pub(in crate::load) fn fault_as_written(&self, fault: Box<Fault>) -> Box<Fault> {
        match &self.written {
            Some(written) => written.fault_in_text(self.bytes(), fault),
            None => fault,
        }
    }

    /// Its bytes, if they are those of a mapped file.
    pub(crate) fn mapped_bytes(&self) -> Option<&[u8]> {
        matches!(self.bytes, Bytes::Mapped(_)).then(|| self.bytes())
    }

    /// What messages and output call it.
    pub(in crate::load) fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes, decompressed.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("n_bytes", &self.bytes().len()).finish()
    }
}

/// Maps a regular file, reads anything else.
fn open_file(path: &Path, progress: &mut dyn FnMut(usize) -> bool) -> io::Result<Bytes> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // Files of length 0 cannot be mapped, and some of them (in /proc) have content all the same.
    if metadata.is_file()
        && metadata.len() > 0
        && let Ok(map) = mmap::map(&file)
    {
        return Ok(Bytes::Mapped(map));
    }
    Ok(Bytes::Owned(read_all(file, progress)?))
}

fn read_all(mut reader: impl Read, progress: &mut dyn FnMut(usize) -> bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while reader.by_ref().take(CHUNK).read_to_end(&mut bytes)? > 0 && progress(bytes.len()) {}
    // The bytes are kept as long as the dump, and up to half of the memory was set aside for more.
    bytes.shrink_to_fit();
    Ok(bytes)
}

/// Why an input cannot be read.
pub(in crate::load) fn unreadable(error: &io::Error) -> Box<Fault> {
    let (message, help) = match error.kind() {
        io::ErrorKind::NotFound => ("no such file".to_owned(), None),
        io::ErrorKind::IsADirectory => (
            "expected a file, found a directory".to_owned(),
            Some("name the files in it, such as `dir/*.json`"),
        ),
        io::ErrorKind::PermissionDenied => ("not allowed to read it".to_owned(), None),
        _ => (format!("cannot be read: {error}"), None),
    };
    let mut fault = Fault::syntax(LoadErrorKind::Unreadable, 0, message);
    fault.help = help.map(Cow::Borrowed);
    fault
}
