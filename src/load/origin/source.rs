//! From an [`Input`] to its bytes: mapped, read or decompressed.

use crate::load::error::{Fault, LoadError, LoadErrorKind, unreadable};
use crate::load::format;
use crate::load::json::cursor::ValueLayout;
use crate::load::json::gaps::TextGap;
use crate::load::origin::budget::Budget;
use crate::load::origin::compress::Compression;
use crate::load::origin::mmap;
use crate::load::origin::pipe;
use crate::load::origin::rest::{Again, ComingText};
use crate::load::origin::written::{self, WrittenYaml};
use crate::yaml::YamlTeam;
use bytes::{Buf, Bytes};
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Cursor, Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read between two reports of progress.
const CHUNK: u64 = 4 << 20;
/// How many bytes tell a compressed file.
const MAGIC_LEN: u64 = 4;
/// What to do with what can be read only once.
pub(in crate::load) const SAVE_IT: &str =
    "save it to a file and name that: what comes through a pipe can be read only once";
const STDIN_NAME: &str = "standard input";

/// Where a dump or a watch stream comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// A file; anything that can be opened and read, also a FIFO or a device. A folder stands for all files in it, and so
    /// does a tar or zip archive, in whichever of these ways it comes.
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
    /// One of these that is of a cluster. See [`Input::in_cluster`].
    InCluster {
        /// What the cluster is called.
        cluster: String,
        /// What is read.
        input: Box<Input>,
    },
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
    /// it `name`. A dump is read whole before anything is answered, though a [scan](crate::Loader::scan) of a large one keeps
    /// nothing of it but the answer; a watch stream is read event by event.
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

    /// The same as the input of a cluster of this name, which queries ask for by `cluster()` and [`Dump::cluster`] gives.
    /// Several inputs may be of one cluster.
    ///
    /// ```
    /// use selq::{Input, Loader};
    ///
    /// let input = |name: &str| Input::Bytes { name: name.into(), bytes: br#"{"kind":"Node"}"#.to_vec() };
    /// let dump = Loader::new().load([input("a.json").in_cluster("prod"), input("b.json")])?;
    /// let clusters: Vec<_> = dump.store().objects().map(|object| dump.cluster(object.id())).collect();
    /// assert_eq!(clusters, [Some("prod"), None]);
    /// # Ok::<(), selq::LoadError>(())
    /// ```
    ///
    /// [`Dump::cluster`]: crate::Dump::cluster
    #[must_use]
    pub fn in_cluster(self, cluster: impl Into<String>) -> Input {
        Input::InCluster { cluster: cluster.into(), input: Box::new(self) }
    }

    /// The input itself, and the cluster that it is of.
    pub(in crate::load) fn split_cluster(self) -> (Input, Option<Arc<str>>) {
        match self {
            // Of two names the outer one is what was said last.
            Input::InCluster { cluster, input } => (input.split_cluster().0, Some(cluster.into())),
            input => (input, None),
        }
    }

    /// The folder that it is.
    pub(in crate::load) fn folder(&self) -> Option<&Path> {
        match self {
            Input::Path(path) => Some(path.as_path()).filter(|path| path.is_dir()),
            Input::InCluster { input, .. } => input.folder(),
            _ => None,
        }
    }

    /// Opens it to be read bit by bit.
    ///
    /// # Errors
    ///
    /// When a file cannot be opened.
    pub(in crate::load) fn open(self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Input::Path(path) => Box::new(File::open(path)?),
            Input::Stdin => {
                pipe::enlarge(&io::stdin());
                Box::new(io::stdin())
            }
            Input::Bytes { bytes, .. } => Box::new(Cursor::new(bytes)),
            Input::Reader(reader) => reader.into_inner(),
            Input::InCluster { input, .. } => input.open()?,
        })
    }

    /// What messages and output call it.
    pub(in crate::load) fn name(&self) -> String {
        match self {
            Input::Path(path) => path.display().to_string(),
            Input::Stdin => STDIN_NAME.to_owned(),
            Input::Bytes { name, .. } | Input::Reader(InputReader { name, .. }) => name.clone(),
            Input::InCluster { input, .. } => input.name(),
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
            Input::InCluster { input, .. } => input.n_bytes(),
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
    /// It is one of the files in a folder or an archive.
    Bundled,
    /// The file holds YAML, plain or compressed, and it is the JSON that was made of it.
    Converted,
}

/// Sources that are read when the first of them is asked for.
pub(in crate::load) trait LaterSources: Send + Sync {
    /// The source that has this number. `None` where it is not what it was.
    fn source(&self, nth: usize) -> Option<&Source>;

    /// How many bytes that source has, without reading them.
    fn n_bytes(&self, nth: usize) -> u64;
}

/// The bytes of one source and what it is called. Most inputs are one.
pub(crate) struct Source {
    name: String,
    bytes: Bytes,
    /// The bytes are all of a mapped file.
    is_mapped: bool,
    pub(in crate::load) origin: Origin,
    /// The number of the folder or archive that it is in.
    pub(in crate::load) bundle: Option<usize>,
    /// The cluster that its input is of.
    cluster: Option<Arc<str>>,
    /// Which part of all inputs is read with its text.
    pub(in crate::load) part: Range<u64>,
    /// What ended the decompression before its time.
    pub(in crate::load) damage: Option<Box<Fault>>,
    /// Whether it is no mistake that nothing is in it.
    pub(in crate::load) may_be_empty: bool,
    /// The YAML that the bytes were made of.
    written: Option<Box<WrittenYaml>>,
    /// Where the bytes are to be read, by the number there, if they are not here.
    later: Option<(Arc<dyn LaterSources>, usize)>,
    /// Where it can be had from once more, if its text is not kept.
    again: Option<Again>,
    /// What is missing in the bytes, which were read as they came and are not kept.
    gaps: Vec<TextGap>,
    /// How they are laid out, where what is left of them does not say it.
    layout: Option<ValueLayout>,
    /// How many there were before something was missing.
    n_bytes: Option<u64>,
}

impl Source {
    fn plain(name: String, bytes: Bytes) -> Source {
        Source {
            name,
            bytes,
            is_mapped: false,
            origin: Origin::Plain,
            bundle: None,
            cluster: None,
            part: 0..0,
            damage: None,
            may_be_empty: false,
            written: None,
            later: None,
            again: None,
            gaps: Vec::new(),
            layout: None,
            n_bytes: None,
        }
    }

    /// A source whose text is read when it is wanted.
    pub(in crate::load) fn later(
        name: String,
        origin: Origin,
        from: Arc<dyn LaterSources>,
        nth: usize,
    ) -> Source {
        Source { origin, later: Some((from, nth)), ..Source::plain(name, Bytes::new()) }
    }

    /// The source that has the text: this one, or what is read for it. `None` where that is not there any more.
    fn read_now(&self) -> Option<&Source> {
        match &self.later {
            None => Some(self),
            Some((from, nth)) => from.source(*nth),
        }
    }

    /// Bytes in memory as they are, whatever they begin like.
    pub(in crate::load) fn of_bytes(name: String, bytes: Vec<u8>) -> Source {
        Source::plain(name, bytes.into())
    }

    /// Opens an input: its bytes where they are at hand, and otherwise what they are read from. So is a file of YAML that is
    /// larger than what is kept.
    ///
    /// # Errors
    ///
    /// When it cannot be opened.
    pub(in crate::load) fn open(
        input: Input,
        budget: &Budget,
        max_kept: usize,
    ) -> Result<(Source, Option<ComingText>), LoadError> {
        let name = input.name();
        // A command that finds nothing may write nothing. An empty file is a dump that failed.
        let may_be_empty = matches!(input, Input::Stdin);
        let opened = match input {
            Input::Path(path) => open_file(path, max_kept),
            Input::Bytes { bytes, .. } => Ok(OpenedInput::bytes(bytes.into())),
            input @ (Input::Stdin | Input::Reader(_) | Input::InCluster { .. }) => {
                input.open().map(|reader| OpenedInput::reader(reader, None))
            }
        };
        let begun = opened.and_then(|OpenedInput { bytes, is_mapped, reader, again }| {
            Ok((bytes, is_mapped, again, reader.map(|reader| ComingText::new(reader, budget)).transpose()?))
        });
        let (bytes, is_mapped, again, rest) =
            begun.map_err(|error| LoadError::new(&name, None, None, unreadable(&error)))?;
        let origin = match rest {
            Some(ComingText::Compressed(..)) => Origin::Decompressed,
            _ => Origin::Plain,
        };
        Ok((Source { is_mapped, may_be_empty, again, origin, ..Source::plain(name, bytes) }, rest))
    }

    /// A file in a bundle, decompressed if that is to be done.
    pub(in crate::load) fn bundled(
        name: String,
        bytes: Bytes,
        bundle: usize,
        budget: &Budget,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Source {
        let source = match Compression::of(&bytes) {
            None => Source::plain(name, bytes),
            Some(compression) => {
                let (text, damage) = compression.decompress(bytes, budget, progress);
                Source { damage, ..Source::plain(name, text.into()) }
            }
        };
        Source { origin: Origin::Bundled, bundle: Some(bundle), ..source }
    }

    /// The same with this text.
    pub(in crate::load) fn with_text(self, text: Vec<u8>) -> Source {
        Source { bytes: text.into(), ..self }
    }

    /// The same where something ended the decompression before its time.
    ///
    /// # Errors
    ///
    /// Where nothing is damaged, but what is compressed cannot be read.
    pub(in crate::load) fn damaged(self, damage: Box<Fault>) -> Result<Source, LoadError> {
        match damage.kind {
            LoadErrorKind::Unreadable => Err(LoadError::new(&self.name, None, None, damage)),
            _ => Ok(Source { damage: Some(damage), ..self }),
        }
    }

    /// From here on it is known how its text is laid out, whatever is left of it.
    pub(in crate::load) fn lay_out(&mut self, layout: ValueLayout) {
        self.layout = Some(layout);
    }

    /// The same with what is left of its text, which may be all of it.
    pub(in crate::load) fn condensed(self, text: Vec<u8>, gaps: Vec<TextGap>, n_bytes: u64) -> Source {
        let n_bytes = (!gaps.is_empty()).then_some(n_bytes);
        Source { gaps, n_bytes, ..self.with_text(text) }
    }

    /// Maps a regular file whose content is known, and tells what the system says of that file.
    pub(crate) fn map(path: &Path) -> io::Result<(Source, Metadata)> {
        let file = File::open(path)?;
        let bytes = Bytes::from_owner(mmap::map(&file)?);
        let source = Source { is_mapped: true, ..Source::plain(path.display().to_string(), bytes) };
        // Asked of the open file, as another one may have its path by now.
        Ok((source, file.metadata()?))
    }

    /// The same with the JSON of its text in the place of that, if it is YAML.
    pub(in crate::load) fn read_yaml(self, team: YamlTeam) -> Source {
        let (bytes, written) = written::read(self.bytes, team);
        // What is in a bundle stays a part of that, whatever it is written in.
        let is_converted = written.is_some() && self.bundle.is_none();
        let origin = if is_converted { Origin::Converted } else { self.origin };
        Source { bytes, written, origin, ..self }
    }

    /// Whether its text is YAML.
    pub(in crate::load) fn is_yaml(&self) -> bool {
        self.written.is_some()
    }

    /// Its text as somebody wrote it, in which messages count lines.
    pub(in crate::load) fn written(&self) -> &[u8] {
        self.yaml().map_or(self.bytes(), WrittenYaml::bytes)
    }

    /// The YAML that its bytes were made of.
    pub(in crate::load) fn yaml(&self) -> Option<&WrittenYaml> {
        self.read_now()?.written.as_deref()
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
        (self.is_mapped && self.origin == Origin::Plain).then(|| self.bytes())
    }

    /// What messages and output call it.
    pub(in crate::load) fn name(&self) -> &str {
        &self.name
    }

    /// The same as a source of this cluster.
    pub(in crate::load) fn in_cluster(self, cluster: Option<Arc<str>>) -> Source {
        Source { cluster, ..self }
    }

    /// The same with the part of all inputs that is read with its text.
    pub(in crate::load) fn in_part(self, part: Range<u64>) -> Source {
        Source { part, ..self }
    }

    /// The cluster that it is of, if that has a name.
    pub(in crate::load) fn cluster(&self) -> Option<&str> {
        self.cluster.as_deref()
    }

    /// Its bytes, decompressed.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.read_now().map_or(&[], |source| &source.bytes)
    }

    /// Gives it these bytes.
    pub(in crate::load) fn put_bytes(&mut self, bytes: Vec<u8>) {
        self.bytes = bytes.into();
    }

    /// Takes its bytes out.
    pub(in crate::load) fn take_bytes(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes).into()
    }

    /// Leaves nothing of a text that is not whole but what was kept of it.
    pub(in crate::load) fn keep_only(&mut self, text: Vec<u8>) {
        self.bytes = text.into();
        self.gaps = Vec::new();
        self.written = None;
    }

    /// Its bytes, to be filled anew.
    pub(in crate::load) fn into_bytes(self) -> Vec<u8> {
        self.bytes.into()
    }

    /// How many bytes it has, those that are not here included.
    pub(in crate::load) fn n_bytes(&self) -> u64 {
        match &self.later {
            None => self.n_bytes.unwrap_or(self.bytes.len() as u64),
            Some((from, nth)) => from.n_bytes(*nth),
        }
    }

    /// What is missing in its bytes.
    pub(in crate::load) fn gaps(&self) -> &[TextGap] {
        &self.gaps
    }

    /// How its text is laid out, if that is known without a look at it.
    pub(in crate::load) fn layout(&self) -> Option<ValueLayout> {
        self.layout
    }

    /// Whether all of its text is there.
    pub(in crate::load) fn is_whole(&self) -> bool {
        self.n_bytes.is_none()
    }

    /// Where a source of which something is missing can be had from once more.
    pub(in crate::load) fn again(&self) -> Option<Input> {
        let name = self.name.clone();
        let again = self.again.as_ref().map(|again| match again {
            Again::File(path) => Input::Path(path.clone()),
            Again::Bytes(bytes) => Input::Bytes { name, bytes: bytes.to_vec() },
        });
        again.map(|input| match self.cluster() {
            Some(cluster) => input.in_cluster(cluster),
            None => input,
        })
    }

    /// The same bytes, to be kept or cut up without a copy.
    pub(in crate::load) fn shared_bytes(&self) -> Bytes {
        self.bytes.clone()
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("name", &self.name).field("n_bytes", &self.bytes().len()).finish()
    }
}

/// What an input is read from.
#[derive(Default)]
struct OpenedInput {
    bytes: Bytes,
    is_mapped: bool,
    /// What the bytes come from that are not there.
    reader: Option<Box<dyn Read + Send>>,
    again: Option<Again>,
}

impl OpenedInput {
    fn bytes(bytes: Bytes) -> OpenedInput {
        match Compression::of(&bytes) {
            None => OpenedInput { bytes, ..OpenedInput::default() },
            Some(_) => OpenedInput::reader(Box::new(bytes.clone().reader()), Some(Again::Bytes(bytes))),
        }
    }

    fn reader(reader: Box<dyn Read + Send>, again: Option<Again>) -> OpenedInput {
        OpenedInput { reader: Some(reader), again, ..OpenedInput::default() }
    }
}

/// Maps a regular file. Anything else is read, and so is a file of which no byte is needed twice: a compressed one, or YAML
/// that is larger than what is kept.
fn open_file(path: PathBuf, max_kept: usize) -> io::Result<OpenedInput> {
    let mut file = File::open(&path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Ok(OpenedInput::reader(Box::new(file), None));
    }
    let mut beginning = Vec::new();
    let is_large = metadata.len() > max_kept as u64;
    let n_bytes = if is_large { format::LOOK_AHEAD as u64 } else { MAGIC_LEN };
    file.by_ref().take(n_bytes).read_to_end(&mut beginning)?;
    file.rewind()?;
    let is_passing = is_large && format::may_be_yaml(&beginning) == Some(true);
    let is_read = is_passing || Compression::of(&beginning).is_some();
    let map = if is_read { None } else { map_regular(&file, &metadata) };
    Ok(match map {
        Some(bytes) => OpenedInput { bytes, is_mapped: true, ..OpenedInput::default() },
        None => OpenedInput::reader(Box::new(file), Some(Again::File(path))),
    })
}

/// The bytes of a file that can be mapped.
fn map_regular(file: &File, metadata: &Metadata) -> Option<Bytes> {
    // Files of length 0 cannot be mapped, and some of them (in /proc) have content all the same.
    let can_be_mapped = metadata.is_file() && metadata.len() > 0;
    can_be_mapped.then(|| mmap::map(file).ok()).flatten().map(Bytes::from_owner)
}

/// The bytes of a regular file in a folder. `None` if it is none by now: a FIFO would wait for whoever writes it.
pub(in crate::load) fn open_regular(
    path: &Path,
    progress: &mut dyn FnMut(usize) -> bool,
) -> io::Result<Option<Bytes>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    Ok(Some(match map_regular(&file, &metadata) {
        Some(map) => map,
        None => read_all(file, progress)?.into(),
    }))
}

fn read_all(mut reader: impl Read, progress: &mut dyn FnMut(usize) -> bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while reader.by_ref().take(CHUNK).read_to_end(&mut bytes)? > 0 && progress(bytes.len()) {}
    // The bytes are kept as long as the dump, and up to half of the memory was set aside for more.
    bytes.shrink_to_fit();
    Ok(bytes)
}

/// Why a source that was read as it came cannot be read again.
pub(in crate::load) fn gone(source: &Source) -> LoadError {
    let message = "too large to be kept, and it has to be read once more";
    let fault = Fault::syntax(LoadErrorKind::Gone, 0, message).with_help(SAVE_IT);
    LoadError::new(source.name(), None, None, fault)
}
