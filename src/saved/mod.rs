//! Saved indexes: a loaded dump as a file beside it, so that later queries need not read the dump again.
//!
//! `file` frames the sections of an index file and checks that none of it is damaged, `fingerprint` tells whether
//! a file is still the one that was indexed and `stamp` the same of all files in a folder, `told` keeps what there was to
//! say of a folder or archive, and `write` puts a file into place at once or not at all.

mod error;
mod file;
mod fingerprint;
mod stamp;
mod told;
mod write;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use error::{IndexError, IndexErrorKind};

use bytes::Bytes;

use crate::codec::{Decoder, Encoder, Malformed};
use crate::load::{LoadObserver, Source, map_whole_file};
use crate::query::{Columns, Context, Subject};
use crate::store::SavedColumns;
use crate::{Dump, Input, Loader, Store};
use file::{Sections, seal};
use stamp::{DumpFingerprint, DumpStamp};
use told::{IndexListener, ToldOfBundle};

/// How much of a dump is read to tell whether an index still belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// Size, modification time, inode and a few blocks: microseconds. An edit that keeps all of these is not
    /// seen. Of a folder: names, sizes, inodes and times of all files, that of their last change in any way too.
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
/// Only a regular file or a folder can have an index, and no pipe. That of a folder or archive holds as long as all its
/// files do. Neither the dump nor the index may be truncated while they are open (see [`Input::Path`]). The checksum
/// tells damage, not forgery: whoever can write the index can make it answer what they like, though nothing worse.
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

    /// The index in the dump's own folder: `pods.json.selq` for `pods.json`, `dumps.selq` for `dumps/`.
    pub fn beside(dump: impl Into<PathBuf>) -> SavedIndex {
        let dump: PathBuf = dump.into();
        // Without the slash that may stand behind the name of a folder.
        let mut index = dump.components().as_path().to_owned();
        match index.file_name() {
            // Of `.` and `..` the index is in the folder itself, whose files have other names.
            None => index.push(SavedIndex::SUFFIX),
            Some(name) => {
                let mut name = name.to_owned();
                name.push(SavedIndex::SUFFIX);
                index.set_file_name(name);
            }
        }
        SavedIndex { dump, index, columns: Vec::new() }
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
        self.refuse_inside()?;
        let before = DumpStamp::of(&self.dump);
        // Not read first: that may take long, and nothing would come of it.
        if before.is_none() && self.dump.exists() {
            return Err(IndexErrorKind::NotPlain);
        }
        let mut listener = IndexListener { observer, told: Vec::new(), n_others: 0 };
        let dump = loader
            .load_with([Input::Path(self.dump.clone())], &mut listener)
            .map_err(IndexErrorKind::Load)?;
        if listener.n_others > 0 {
            return Err(IndexErrorKind::Notices);
        }
        let stamp = before.ok_or(IndexErrorKind::NotPlain)?;
        let fingerprint = stamp.fingerprint(&self.dump).map_err(|_| IndexErrorKind::NotPlain)?;
        let mut columns = Columns::new();
        columns.read(&dump, &self.columns, &Context::new());
        let indexed = Indexed { dump: &dump, path: &self.dump, told: &listener.told, columns: &columns };
        let sections = indexed.sections(loader, &fingerprint);
        // Otherwise the index might be that of one file and the stamp that of another.
        if DumpStamp::of(&self.dump) != Some(stamp) {
            return Err(IndexErrorKind::Changed);
        }
        let of_dump = fs::metadata(&self.dump).map_err(IndexErrorKind::Unwritable)?;
        let permissions = permissions(&self.dump, &of_dump);
        write::replace(&self.index, &seal(sections), &of_dump, permissions)
            .map_err(IndexErrorKind::Unwritable)?;
        Ok(dump)
    }

    /// An index in the folder that it is of would be one file more in that, unless its name is one that is left out.
    fn refuse_inside(&self) -> Result<(), IndexErrorKind> {
        let folder = self.index.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize();
        let (Ok(folder), Ok(dump)) = (folder, self.dump.canonicalize()) else { return Ok(()) };
        let Ok(path) = folder.strip_prefix(&dump) else { return Ok(()) };
        let names = path.iter().chain(self.index.file_name());
        let is_left_out = names.into_iter().any(|name| name.as_encoded_bytes().starts_with(b"."));
        if is_left_out || !self.dump.is_dir() { Ok(()) } else { Err(IndexErrorKind::Inside) }
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
    /// and labels are not copied before the store [changes](Store::relabel) the first time. The text of a plain file is
    /// mapped. Any other is read when the [JSON](Dump::json) of one of its objects is asked for first, which costs the
    /// decompression of a whole archive, though no second look at its objects.
    ///
    /// # Errors
    ///
    /// When there is no index, or none that can be relied on. The dump can still be loaded then.
    pub fn open(&self, loader: &Loader, check: Check) -> Result<Dump, IndexError> {
        struct Nobody;
        impl LoadObserver for Nobody {}
        self.open_with(loader, check, &mut Nobody)
    }

    /// Like [`open`](SavedIndex::open), and tells the observer what a load would have told of a folder or archive.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn open_with(
        &self,
        loader: &Loader,
        check: Check,
        observer: &mut dyn LoadObserver,
    ) -> Result<Dump, IndexError> {
        let (dump, told) = self.try_open(loader, check).map_err(|kind| IndexError::new(&self.index, kind))?;
        told.iter().for_each(|it| observer.notice(it.notice(&self.dump)));
        Ok(dump)
    }

    fn try_open(&self, loader: &Loader, check: Check) -> Result<(Dump, Vec<ToldOfBundle>), IndexErrorKind> {
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
        let fingerprint = DumpFingerprint::decode(Decoder::new(sections.fingerprint.clone()))?;
        let plain = fingerprint.unchanged(&self.dump, check)?;
        Ok(dump(&self.dump, plain, loader, sections)?)
    }
}

/// A dump that was loaded, and what is kept besides.
struct Indexed<'i> {
    dump: &'i Dump,
    path: &'i Path,
    told: &'i [ToldOfBundle],
    columns: &'i Columns,
}

impl Indexed<'_> {
    /// The sections that it is kept in.
    fn sections(&self, loader: &Loader, fingerprint: &DumpFingerprint) -> [Vec<u8>; file::N_SECTIONS] {
        let Indexed { dump, path, told, columns } = *self;
        let encoded = |encode: &dyn Fn(&mut Encoder)| {
            let mut out = Encoder::default();
            encode(&mut out);
            out.into_bytes()
        };
        [
            reading(loader),
            encoded(&|out| fingerprint.encode(out)),
            encoded(&|out| {
                told::encode(told, out);
                dump.encode_sources(path, out);
            }),
            encoded(&|out| dump.encode_places(out)),
            encoded(&|out| dump.store().encode_objects(out)),
            encoded(&|out| dump.store().encode_index(out)),
            encoded(&|out| columns.encode(out)),
        ]
    }
}

/// Everything besides the dump that decides what is read from it: another version of selq may read it otherwise.
fn reading(loader: &Loader) -> Vec<u8> {
    let mut out = Encoder::default();
    out.bytes(env!("CARGO_PKG_VERSION").as_bytes());
    loader.encode(&mut out);
    out.into_bytes()
}

/// The dump of a path, which may be a plain file, and what there was to say of it.
fn dump(
    path: &Path,
    plain: Option<Source>,
    loader: &Loader,
    sections: Sections,
) -> Result<(Dump, Vec<ToldOfBundle>), Malformed> {
    let store = Store::decode(Decoder::new(sections.objects), Decoder::new(sections.index))?;
    let columns = SavedColumns::decode(Decoder::new(sections.columns), store.table().n_ids())?;
    let mut sources = Decoder::new(sections.sources);
    let told = told::decode(&mut sources)?;
    let decoded = Dump::decode_sources(&mut sources, path, loader, plain)?;
    sources.end()?;
    Ok((Dump::from_saved(decoded, loader, Decoder::new(sections.places), store, columns)?, told))
}

/// What the index of a dump may be read by: labels are for the eyes that may see the dump.
#[cfg(unix)]
fn permissions(path: &Path, of_dump: &fs::Metadata) -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt;
    match of_dump.is_dir() {
        true => fs::Permissions::from_mode(stamp::mode(path).unwrap_or(0o600)),
        false => of_dump.permissions(),
    }
}

#[cfg(not(unix))]
fn permissions(_path: &Path, of_dump: &fs::Metadata) -> fs::Permissions {
    of_dump.permissions()
}
