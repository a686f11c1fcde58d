//! What a load tells while it runs.

use crate::load::error::LoadError;
use crate::load::origin::rest::ReadCount;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How many bytes are read between two calls of [`LoadObserver::progress`].
const STEP: u64 = 4 << 20;

/// Told how a load goes on, and asked whether it is to. All methods do nothing unless they are written.
pub trait LoadObserver {
    /// Says how much is read. Called every few megabytes, and when all is read and only the index is left to build.
    fn progress(&mut self, _progress: Progress) {}

    /// Something that the user should read, though the load goes on.
    fn notice(&mut self, _notice: Notice) {}

    /// Whether the dump is not wanted any more; asked whenever [`progress`](LoadObserver::progress) was told. The load
    /// then ends with [`LoadErrorKind::Stopped`](crate::load::LoadErrorKind::Stopped).
    fn is_stopped(&self) -> bool {
        false
    }
}

/// Nobody is told.
impl LoadObserver for () {}

/// How far a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes read so far of all inputs as they are: compressed, packed, and of a folder those of its files. Never goes
    /// back while one call lasts: a scan that [takes a store](crate::load::Scan::NeedsStore) has what it read told again by
    /// the load that follows.
    pub bytes: u64,
    /// The bytes that there are in all. `None` when that is not known: of a pipe.
    pub total: Option<u64>,
    /// The objects read so far.
    pub n_objects: u64,
}

/// Something the user should read; `Display` is the whole message.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// An object, the rest of a source or all of it was left out ([`Loader::skip_invalid`](crate::Loader::skip_invalid)).
    Skipped(LoadError),
    /// An event says that the watch which wrote the dump failed.
    WatchError {
        /// The source that holds the event.
        source: String,
        /// What the API server said.
        message: String,
    },
    /// A list is one page of several: its `metadata.continue` says that there is more.
    Page {
        /// The source that holds the list.
        source: String,
        /// How many objects the other pages have, where the list says that.
        remaining: Option<u64>,
    },
    /// What was read as one object looks like a map from name to object.
    Map {
        /// The source that it is the first value of.
        source: String,
    },
    /// No object has the place where labels were to be read ([`Loader::labels_at`](crate::Loader::labels_at)).
    NoLabelsAt {
        /// The JSON pointer of the place.
        pointer: String,
    },
    /// What was found in a folder or archive besides its objects.
    Bundle {
        /// The folder or archive.
        source: String,
        /// What wrote it, if its paths tell that: `a must-gather`.
        layout: Option<&'static str>,
        /// How many files hold no objects, and so were passed over.
        n_without_objects: u64,
        /// How many of these are archives, which are not opened inside another.
        n_archives: u64,
        /// How many links, devices and paths that lead elsewhere were not followed.
        n_not_followed: u64,
    },
    /// A folder or archive holds objects more than once ([`Loader::keep_duplicates`](crate::Loader::keep_duplicates)).
    Duplicates {
        /// The folder or archive.
        source: String,
        /// How many were left out because another one stands for them.
        n_left_out: u64,
    },
    /// There were watch events, and at the end of the source no object is there.
    NothingLeft {
        /// The source of the events.
        source: String,
        /// How many events there were.
        n_events: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::Skipped(error) => write!(f, "{error}"),
            Notice::WatchError { source, message } => write!(f, "{source}: the watch failed: {message}"),
            Notice::Page { source, remaining: Some(remaining) } => write!(
                f,
                "{source}: the list is one page only (it has metadata.continue): {remaining} more objects remain on the server"
            ),
            Notice::Page { source, remaining: None } => write!(
                f,
                "{source}: the list is one page only (it has metadata.continue): more objects remain on the server"
            ),
            Notice::Map { source } => write!(
                f,
                "{source}: read as one object, though it looks like a map from name to object: \
                 --items-at '' reads it as one"
            ),
            Notice::NoLabelsAt { pointer } => {
                write!(f, "no object has {pointer}, where --labels-at looks for labels")
            }
            Notice::Bundle { source, layout, n_without_objects, n_archives, n_not_followed } => {
                let parts = bundle_parts(*layout, *n_without_objects, *n_archives, *n_not_followed);
                write!(f, "{source}: {}", parts.join("; "))
            }
            Notice::Duplicates { source, n_left_out } => {
                let are = if *n_left_out == 1 { "copy of an object is" } else { "copies of objects are" };
                write!(f, "{source}: {n_left_out} older {are} left out (--keep-duplicates keeps all)")
            }
            Notice::NothingLeft { source, n_events } => {
                let s = if *n_events == 1 { "" } else { "s" };
                write!(f, "{source}: {n_events} watch event{s}, and no object is there at the end")
            }
        }
    }
}

/// What there is to say of a folder or archive.
fn bundle_parts(
    layout: Option<&str>,
    n_without_objects: u64,
    n_archives: u64,
    n_not_followed: u64,
) -> Vec<String> {
    let (files, hold) = if n_without_objects == 1 { ("file", "holds") } else { ("files", "hold") };
    let parts = [
        layout.map(|layout| format!("read as {layout}")),
        (n_without_objects > 0).then(|| format!("{n_without_objects} {files} {hold} no objects")),
        (n_archives > 0).then(|| {
            format!("{n_archives} of them archives, which are not opened inside another: name them")
        }),
        (n_not_followed > 0).then(|| format!("{n_not_followed} links or special files were not followed")),
    ];
    parts.into_iter().flatten().collect()
}

/// How many bytes inputs have, as far as that is known. Folders are looked through when somebody wants to know.
#[derive(Debug, Clone)]
pub(in crate::load) struct InputBytes {
    /// `None` where one of them is a pipe: more would be read than half a total says.
    pub(in crate::load) of_files: Option<u64>,
    pub(in crate::load) folders: Vec<PathBuf>,
    /// How many bytes the files in a folder have.
    pub(in crate::load) folder_len: fn(&Path) -> io::Result<u64>,
}

impl Default for InputBytes {
    /// Of inputs of which nothing is known.
    fn default() -> InputBytes {
        InputBytes { of_files: None, folders: Vec::new(), folder_len: |_| Ok(0) }
    }
}

impl InputBytes {
    fn sum(&mut self) -> Option<u64> {
        for folder in std::mem::take(&mut self.folders) {
            let n_bytes = (self.folder_len)(&folder).ok();
            self.of_files = self.of_files.zip(n_bytes).map(|(sum, more)| sum + more);
        }
        self.of_files
    }
}

/// Passes on to an observer what it should hear, and not more often.
pub(in crate::load) struct Reporter<'o> {
    observer: &'o mut dyn LoadObserver,
    total: InputBytes,
    /// The bytes of the texts of the sources before this one.
    before: u64,
    /// How many of all of these there were when the observer was told last.
    last: u64,
    /// Which part of the inputs is read with the text of this source, and how long that is.
    part: Range<u64>,
    len: u64,
    /// How much of the inputs was read since the text began, where that comes bit by bit.
    passing: Option<ReadCount>,
    /// How much of the inputs was read when the observer was told last.
    told: u64,
    is_stopped: bool,
    /// An object had the place where labels are to be read.
    pub(in crate::load) has_labels_at: bool,
}

impl<'o> Reporter<'o> {
    pub(in crate::load) fn new(observer: &'o mut dyn LoadObserver, total: InputBytes) -> Reporter<'o> {
        Reporter {
            observer,
            total,
            before: 0,
            last: 0,
            part: 0..0,
            len: 0,
            passing: None,
            told: 0,
            is_stopped: false,
            has_labels_at: false,
        }
    }

    /// What follows is about a text of so many bytes, which is this part of the inputs. What was read of them to get it
    /// is not a part of that.
    pub(in crate::load) fn begin_source(&mut self, part: Range<u64>, len: usize, n_objects: u64) {
        self.before += self.len;
        (self.part, self.len) = (part, len as u64);
        self.passing = None;
        // Of many small files most is what stands between them.
        if self.part.start >= self.told + STEP {
            self.progress(self.part.start, n_objects);
        }
    }

    /// What follows is about a text that is not there as a whole; of the inputs so much is read before it, and what is
    /// counted meanwhile.
    pub(in crate::load) fn begin_passing(&mut self, before: u64, n_read: &ReadCount) {
        self.before += self.len;
        (self.part, self.len) = (before..before, 0);
        self.passing = Some(n_read.clone());
    }

    /// This source is read up to `pos`. False when the rest is not wanted any more.
    pub(in crate::load) fn at(&mut self, pos: usize, n_objects: u64) -> bool {
        let bytes = self.before + pos as u64;
        if bytes >= self.last + STEP {
            self.last = bytes;
            if let Some(n_read) = &self.passing {
                let read = self.part.start + n_read.get();
                self.progress(read, n_objects);
                return !self.is_stopped;
            }
            let share =
                u128::from(self.part.end - self.part.start) * pos as u128 / u128::from(self.len.max(1));
            self.progress(self.part.start + share as u64, n_objects);
        }
        !self.is_stopped
    }

    /// The inputs are read up to `pos` to get the next text. False when that is not wanted any more.
    pub(in crate::load) fn opening_at(&mut self, pos: u64, n_objects: u64) -> bool {
        self.progress(pos, n_objects);
        !self.is_stopped
    }

    /// Whether nothing more is wanted.
    pub(in crate::load) fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Nothing more is wanted.
    pub(in crate::load) fn stop(&mut self) {
        self.is_stopped = true;
    }

    /// Everything is read.
    pub(in crate::load) fn end(&mut self, n_objects: u64) {
        let n_passed = self.passing.as_ref().map_or(0, ReadCount::get);
        self.progress(self.part.end + n_passed, n_objects);
    }

    pub(in crate::load) fn notice(&mut self, notice: Notice) {
        self.observer.notice(notice);
    }

    fn progress(&mut self, bytes: u64, n_objects: u64) {
        // What was read to get a text is told before what is read with it.
        self.told = self.told.max(bytes);
        self.observer.progress(Progress { bytes: self.told, total: self.total.sum(), n_objects });
        // Kept, so that the observer is asked every few megabytes and not at each object.
        self.is_stopped |= self.observer.is_stopped();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::LoadErrorKind;
    use crate::{Input, Loader};
    use std::io::Write;

    /// Wants no more after `n_left` reports.
    struct Impatient {
        n_left: usize,
        bytes: u64,
    }

    impl LoadObserver for Impatient {
        fn progress(&mut self, progress: Progress) {
            self.n_left = self.n_left.saturating_sub(1);
            self.bytes = progress.bytes;
        }

        fn is_stopped(&self) -> bool {
            self.n_left == 0
        }
    }

    fn objects(between: &str) -> Vec<u8> {
        let object = format!(r#"{{"kind":"Pod","metadata":{{"name":"{}"}}}}"#, "n".repeat(20_000));
        vec![object; 600].join(between).into_bytes()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_load_ends_where_nothing_more_is_wanted() {
        let list = [b"[", objects(",").as_slice(), b"]"].concat();
        let lines = objects("\n");
        let cases = [
            (&lines, 1, false),
            (&lines, 2, true),
            (&list, 1, true),
            (&list, 2, false),
            (&gzip(&lines), 1, true),
        ];
        for (bytes, n_threads, skip_invalid) in cases {
            let mut observer = Impatient { n_left: 1, bytes: 0 };
            let loader = Loader::new().threads(n_threads).skip_invalid(skip_invalid);
            let input = || Input::Bytes { name: "pods".to_owned(), bytes: bytes.clone() };
            let error = loader.load_with([input(), input()], &mut observer).err().unwrap();
            assert_eq!(error.kind(), LoadErrorKind::Stopped, "{error}");
            assert!(observer.bytes < 8 << 20, "{} bytes were read", observer.bytes);
        }
        let input = Input::Bytes { name: "pods".to_owned(), bytes: lines };
        let scan = Loader::new().scan([input], &mut Impatient { n_left: 1, bytes: 0 }, |_| true);
        assert_eq!(scan.err().unwrap().kind(), LoadErrorKind::Stopped);
    }

    /// Keeps what it was told.
    #[derive(Default)]
    struct Listening(Vec<Progress>);

    impl LoadObserver for Listening {
        fn progress(&mut self, progress: Progress) {
            self.0.push(progress);
        }
    }

    #[test]
    fn whoever_loads_on_behalf_of_another_asks_that_one_whether_to_stop() {
        let input = Input::Bytes { name: "pods".to_owned(), bytes: objects("\n") };
        let scan = Loader::new().scan([input], &mut (), |_| true).unwrap();
        let unanswered = scan.answer().unwrap().into_unanswered();
        let error = unanswered.load_with(&mut Impatient { n_left: 1, bytes: 0 }).err().unwrap();
        assert_eq!(error.kind(), LoadErrorKind::Stopped);
        let folder = std::env::temp_dir().join(format!("selq-stopped-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("pods.json"), objects("\n")).unwrap();
        let saved = crate::SavedIndex::beside(folder.join("pods.json"));
        let error = saved.write_with(&Loader::new(), &mut Impatient { n_left: 1, bytes: 0 }).err().unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(error.to_string().contains("stopped"), "{error}");
    }

    #[test]
    fn objects_that_are_not_kept_were_read_too() {
        let list = [b"[", objects(",").as_slice(), b"]"].concat();
        for (bytes, n_threads) in [(objects("\n"), 1), (objects("\n"), 2), (list, 2)] {
            let mut observer = Listening::default();
            let input = Input::Bytes { name: "pods".to_owned(), bytes };
            let loader = Loader::new().threads(n_threads);
            let scan = loader.select([input], &mut observer, |_| false, |_| true).unwrap();
            assert_eq!(scan.answer().unwrap().n_objects(), 600);
            assert!(observer.0.len() > 1 && observer.0.iter().all(|progress| progress.n_objects > 0));
            assert_eq!(observer.0.last().unwrap().n_objects, 600);
        }
    }
}
