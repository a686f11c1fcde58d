//! Saved indexes: a loaded dump as a file beside it, so that later queries need not read the dump again.
//!
//! `file` frames the sections of an index file and checks that none of it is damaged, `fingerprint` tells whether
//! a dump is still the one that was indexed, and `write` puts a file into place at once or not at all.

mod error;
mod file;
mod fingerprint;
mod write;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use error::{IndexError, IndexErrorKind};

use bytes::Bytes;

use crate::codec::{Decoder, Encoder, Malformed};
use crate::load::{LoadObserver, Notice, Progress};
use crate::load::{Source, map_whole_file};
use crate::query::{Columns, Context, Subject};
use crate::store::SavedColumns;
use crate::{Dump, Input, Loader, Store};
use file::{Sections, seal};
use fingerprint::{FileStamp, Fingerprint};

/// How much of a dump is read to tell whether an index still belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// Size, modification time, inode and a few blocks: microseconds. An edit that keeps all of these is not
    /// seen.
    Samples,
    /// All of that and every byte.
    Everything,
}

/// The index file of one dump.
///
/// It holds what [`Loader::load`] makes of the dump, so that [`open`](SavedIndex::open) gives the same [`Dump`]
/// in a fraction of the time. An index that is stale, damaged or not an index is an error and never a wrong
/// answer; it can be deleted at any time.
///
/// ```
/// use selq::{Loader, SavedIndex};
/// use selq::saved::Check;
///
/// # let folder = std::env::temp_dir().join(format!("selq-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let pods = folder.join("pods.json");
/// std::fs::write(&pods, r#"{"kind":"Pod","metadata":{"name":"web-0","labels":{"env":"prod"}}}"#)?;
/// let saved = SavedIndex::beside(&pods);
/// saved.write(&Loader::new())?;
/// let dump = saved.open(&Loader::new(), Check::Samples)?;
/// assert_eq!(dump.store().objects().next().and_then(|pod| pod.label("env")), Some("prod"));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Limits
///
/// Only a plain file that can be mapped can have an index: not a pipe, nothing compressed, no folder and no archive. Neither the dump
/// nor the index may be truncated while they are open (see [`Input::Path`]). The checksum tells damage, not
/// forgery: whoever can write the index can make it answer what they like, though nothing worse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedIndex {
    dump: PathBuf,
    index: PathBuf,
    /// What is read of the objects and written too.
    columns: Vec<Subject>,
}

impl SavedIndex {
    /// What is added to a dump's name for that of its index.
    pub const SUFFIX: &'static str = ".selq";

    /// The index in the dump's own folder: `pods.json.selq` for `pods.json`.
    pub fn beside(dump: impl Into<PathBuf>) -> SavedIndex {
        let dump = dump.into();
        let mut index = dump.clone().into_os_string();
        index.push(SavedIndex::SUFFIX);
        SavedIndex { dump, index: index.into(), columns: Vec::new() }
    }

    /// The index of a dump somewhere else.
    pub fn at(dump: impl Into<PathBuf>, index: impl Into<PathBuf>) -> SavedIndex {
        SavedIndex { dump: dump.into(), index: index.into(), columns: Vec::new() }
    }

    /// The same index, into which the values of these fields and functions are [written](SavedIndex::write) too: queries
    /// about them then need not read the objects. What depends on how the dump is called, as `source()` does, and what
    /// stands in every index is left out.
    ///
    /// ```
    /// use selq::{Loader, Query, SavedIndex};
    /// use selq::query::{Columns, Context};
    /// use selq::saved::Check;
    ///
    /// # let folder = std::env::temp_dir().join(format!("selq-doc-columns-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let pods = folder.join("pods.json");
    /// std::fs::write(&pods, r#"{"kind":"Pod","metadata":{"name":"web-0"},"status":{"phase":"Running"}}"#)?;
    /// let saved = SavedIndex::beside(&pods).with_columns([".status.phase".parse()?]);
    /// saved.write(&Loader::new())?;
    /// let dump = saved.open(&Loader::new(), Check::Samples)?;
    /// let (mut columns, query) = (Columns::new(), ".status.phase=Running".parse::<Query>()?);
    /// columns.read(&dump, query.subjects(), &Context::new());
    /// assert!(columns.is_saved(query.subjects()[0]));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_columns(self, subjects: impl IntoIterator<Item = Subject>) -> SavedIndex {
        let columns = subjects.into_iter().filter(Subject::can_be_saved).collect();
        SavedIndex { columns, ..self }
    }

    /// The index file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.index
    }

    /// Loads the dump and writes its index, in place of an older one. Costs a load and a file of the labels'
    /// size.
    ///
    /// # Errors
    ///
    /// Those of the load, and when the dump cannot have an index or the file cannot be written. What was there
    /// before is left alone then.
    pub fn write(&self, loader: &Loader) -> Result<Dump, IndexError> {
        struct Nobody;
        impl LoadObserver for Nobody {}
        self.write_with(loader, &mut Nobody)
    }

    /// Like [`write`](SavedIndex::write), and tells the observer how the load goes on.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn write_with(&self, loader: &Loader, observer: &mut dyn LoadObserver) -> Result<Dump, IndexError> {
        self.try_write(loader, observer).map_err(|kind| IndexError::new(&self.index, kind))
    }

    fn try_write(&self, loader: &Loader, observer: &mut dyn LoadObserver) -> Result<Dump, IndexErrorKind> {
        self.refuse_other_files()?;
        // Not read first: that may take long, and nothing would come of it.
        if self.dump.is_dir() {
            return Err(IndexErrorKind::Bundle);
        }
        let before = FileStamp::of_file(&self.dump);
        let mut observer = Listener { observer, n_notices: 0 };
        let dump = loader
            .load_with([Input::Path(self.dump.clone())], &mut observer)
            .map_err(IndexErrorKind::Load)?;
        if dump.has_bundles() {
            return Err(IndexErrorKind::Bundle);
        }
        if observer.n_notices > 0 {
            return Err(IndexErrorKind::Notices);
        }
        let bytes = dump.mapped_bytes().ok_or(IndexErrorKind::NotPlain)?;
        let stamp = before.ok_or(IndexErrorKind::NotPlain)?;
        let fingerprint = Fingerprint::new(stamp, bytes);
        let mut columns = Columns::new();
        columns.read(&dump, &self.columns, &Context::new());
        let sections = sections(&dump, loader, &fingerprint, &columns);
        // Otherwise the index might be that of one file and the stamp that of another.
        if FileStamp::of_file(&self.dump).as_ref() != Some(fingerprint.stamp()) {
            return Err(IndexErrorKind::Changed);
        }
        let of_dump = fs::metadata(&self.dump).map_err(IndexErrorKind::Unwritable)?;
        write::replace(&self.index, &seal(sections), &of_dump).map_err(IndexErrorKind::Unwritable)?;
        Ok(dump)
    }

    /// `-o pods.json` must not replace the dump.
    fn refuse_other_files(&self) -> Result<(), IndexErrorKind> {
        match fs::metadata(&self.index) {
            // An empty file, as `mktemp` makes one, has nothing to lose.
            Ok(metadata) if metadata.is_file() && metadata.len() == 0 => Ok(()),
            Ok(metadata) if metadata.is_file() => {
                let file = File::open(&self.index).map_err(IndexErrorKind::Unwritable)?;
                if file::has_magic(file) { Ok(()) } else { Err(IndexErrorKind::Occupied) }
            }
            Ok(_) => Err(IndexErrorKind::Occupied),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(IndexErrorKind::Unwritable(error)),
        }
    }

    /// Opens the dump by its index: what the same loader would make of the dump.
    ///
    /// Costs a pass over the index, and for the dump what `check` says. The index is read where it is mapped: objects
    /// and labels are not copied before the store [changes](Store::relabel) the first time.
    ///
    /// # Errors
    ///
    /// When there is no index, or none that can be relied on. The dump can still be loaded then.
    pub fn open(&self, loader: &Loader, check: Check) -> Result<Dump, IndexError> {
        self.try_open(loader, check).map_err(|kind| IndexError::new(&self.index, kind))
    }

    fn try_open(&self, loader: &Loader, check: Check) -> Result<Dump, IndexErrorKind> {
        // Opening a FIFO would wait for whoever writes it.
        let metadata = fs::metadata(&self.index).map_err(IndexErrorKind::of_open)?;
        if !metadata.is_file() || metadata.len() == 0 {
            return Err(IndexErrorKind::Foreign);
        }
        let file = File::open(&self.index).map_err(IndexErrorKind::of_open)?;
        let bytes = map_whole_file(&file).map_err(IndexErrorKind::of_open)?;
        let sections = file::open(&Bytes::from_owner(bytes))?;
        if sections.reading != reading(loader) {
            return Err(IndexErrorKind::OtherReading);
        }
        let source = self.unchanged_dump(sections.fingerprint.clone(), check)?;
        Ok(dump(source, loader, sections)?)
    }

    /// The dump, if it is the one that was indexed.
    fn unchanged_dump(&self, fingerprint: Bytes, check: Check) -> Result<Source, IndexErrorKind> {
        let fingerprint = Fingerprint::decode(Decoder::new(fingerprint))?;
        // A FIFO in its place is not to be opened either.
        FileStamp::of_file(&self.dump).ok_or(IndexErrorKind::Stale)?;
        let (source, metadata) = Source::map(&self.dump).map_err(|_| IndexErrorKind::Stale)?;
        let stamp = FileStamp::new(&metadata);
        if fingerprint.is_of(&stamp, source.bytes(), check) {
            return Ok(source);
        }
        let is_other = !fingerprint.stamp().is_of_same_file(&stamp);
        Err(if is_other { IndexErrorKind::OtherDump } else { IndexErrorKind::Stale })
    }
}

/// The sections that a dump is kept in.
fn sections(
    dump: &Dump,
    loader: &Loader,
    fingerprint: &Fingerprint,
    columns: &Columns,
) -> [Vec<u8>; file::N_SECTIONS] {
    let encoded = |encode: &dyn Fn(&mut Encoder)| {
        let mut out = Encoder::default();
        encode(&mut out);
        out.into_bytes()
    };
    [
        reading(loader),
        encoded(&|out| fingerprint.encode(out)),
        encoded(&|out| dump.encode_places(out)),
        encoded(&|out| dump.store().encode_objects(out)),
        encoded(&|out| dump.store().encode_index(out)),
        encoded(&|out| columns.encode(out)),
    ]
}

/// Everything besides the dump that decides what is read from it: another version of selq may read it otherwise.
fn reading(loader: &Loader) -> Vec<u8> {
    let mut out = Encoder::default();
    out.bytes(env!("CARGO_PKG_VERSION").as_bytes());
    loader.encode(&mut out);
    out.into_bytes()
}

fn dump(source: Source, loader: &Loader, sections: Sections) -> Result<Dump, Malformed> {
    let store = Store::decode(Decoder::new(sections.objects), Decoder::new(sections.index))?;
    let columns = SavedColumns::decode(Decoder::new(sections.columns), store.table().n_ids())?;
    Dump::from_saved(source, loader, Decoder::new(sections.places), store, columns)
}

/// Passes everything on, and counts what an index could not tell again.
struct Listener<'o> {
    observer: &'o mut dyn LoadObserver,
    n_notices: usize,
}

impl LoadObserver for Listener<'_> {
    fn progress(&mut self, progress: Progress) {
        self.observer.progress(progress);
    }

    fn notice(&mut self, notice: Notice) {
        self.n_notices += 1;
        self.observer.notice(notice);
    }

    fn is_stopped(&self) -> bool {
        self.observer.is_stopped()
    }
}
