//! Whether what was indexed is still the same: a file, or all files of a folder.

use std::fs::{self, File, Metadata};
use std::hash::Hasher;
use std::io::{self, Read};
use std::path::Path;

use twox_hash::XxHash3_64;

use super::fingerprint::{FileStamp, Fingerprint};
use super::{Check, IndexErrorKind};
use crate::codec::{Decoder, Encoder, Malformed};
use crate::load::{Source, files_in_folder};

/// How much of a file is read at a time.
const CHUNK: usize = 1 << 20;

/// What the system says of a dump.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DumpStamp {
    File(FileStamp),
    Folder(FolderStamp),
}

/// What the system says of the files in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FolderStamp {
    n_files: u64,
    /// The hash of their names, lengths, times and inodes, in order.
    listing: u64,
}

/// By what a dump is known again.
#[derive(Debug)]
pub(super) enum DumpFingerprint {
    File(Fingerprint),
    /// What the system says, and the hash of all bytes of all files.
    Folder(FolderStamp, u64),
}

impl DumpStamp {
    /// The stamp of a regular file or a folder.
    pub(super) fn of(path: &Path) -> Option<DumpStamp> {
        match path.is_dir() {
            true => FolderStamp::of(path).ok().map(DumpStamp::Folder),
            false => FileStamp::of_file(path).map(DumpStamp::File),
        }
    }

    /// The fingerprint of the dump that has this stamp. Reads all of it.
    pub(super) fn fingerprint(&self, path: &Path) -> io::Result<DumpFingerprint> {
        Ok(match self {
            DumpStamp::File(stamp) => {
                let (source, _) = Source::map(path)?;
                DumpFingerprint::File(Fingerprint::new(stamp.clone(), source.bytes()))
            }
            DumpStamp::Folder(stamp) => DumpFingerprint::Folder(stamp.clone(), hash_of_files(path)?),
        })
    }
}

impl FolderStamp {
    fn of(path: &Path) -> io::Result<FolderStamp> {
        let mut hasher = XxHash3_64::default();
        let files = files_in_folder(path)?;
        for file in &files {
            let name = file.as_os_str().as_encoded_bytes();
            hasher.write_usize(name.len());
            hasher.write(name);
            let metadata = fs::symlink_metadata(path.join(file))?;
            hasher.write_u8(u8::from(metadata.is_file()));
            FileStamp::new(&metadata).hash(&mut hasher);
            // No samples are read, which takes long for many files. Instead this time tells, which no program sets.
            hasher.write_i128(changed(&metadata));
        }
        Ok(FolderStamp { n_files: files.len() as u64, listing: hasher.finish() })
    }
}

/// When a file was changed in any way, in nanoseconds.
#[cfg(unix)]
fn changed(metadata: &Metadata) -> i128 {
    use std::os::unix::fs::MetadataExt;
    i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_metadata: &Metadata) -> i128 {
    0
}

/// The hash of all bytes of the files in a folder.
fn hash_of_files(path: &Path) -> io::Result<u64> {
    let mut hasher = XxHash3_64::default();
    let mut bytes = vec![0; CHUNK];
    for file in files_in_folder(path)? {
        let file = path.join(file);
        if fs::symlink_metadata(&file)?.is_file() {
            let mut file = File::open(file)?;
            loop {
                match file.read(&mut bytes)? {
                    0 => break,
                    n_read => hasher.write(&bytes[..n_read]),
                }
            }
        }
    }
    Ok(hasher.finish())
}

impl DumpFingerprint {
    /// The dump at a path, if it is the one that was indexed: a file mapped.
    pub(super) fn unchanged(&self, path: &Path, check: Check) -> Result<Option<Source>, IndexErrorKind> {
        // A FIFO in its place is not to be opened.
        match (self, DumpStamp::of(path).ok_or(IndexErrorKind::Stale)?) {
            (DumpFingerprint::File(fingerprint), DumpStamp::File(_)) => {
                let (source, metadata) = Source::map(path).map_err(|_| IndexErrorKind::Stale)?;
                let stamp = FileStamp::new(&metadata);
                if fingerprint.is_of(&stamp, source.bytes(), check) {
                    return Ok(Some(source));
                }
                let is_other = !fingerprint.stamp().is_of_same_file(&stamp);
                Err(if is_other { IndexErrorKind::OtherDump } else { IndexErrorKind::Stale })
            }
            (DumpFingerprint::Folder(stamp, everything), DumpStamp::Folder(now)) => {
                let is_same = *stamp == now
                    && (check == Check::Samples || hash_of_files(path).ok() == Some(*everything));
                if is_same { Ok(None) } else { Err(IndexErrorKind::Stale) }
            }
            _ => Err(IndexErrorKind::Stale),
        }
    }

    pub(super) fn encode(&self, out: &mut Encoder) {
        match self {
            DumpFingerprint::File(fingerprint) => fingerprint.encode(out),
            DumpFingerprint::Folder(FolderStamp { n_files, listing }, everything) => {
                out.u64s([*n_files, *listing, *everything].into_iter());
            }
        }
    }

    pub(super) fn decode(bytes: Decoder) -> Result<DumpFingerprint, Malformed> {
        // That of a file has other numbers, and more of them.
        let [n_files, listing, everything] = bytes.clone().numbers::<u64>()?[..] else {
            return Fingerprint::decode(bytes).map(DumpFingerprint::File);
        };
        Ok(DumpFingerprint::Folder(FolderStamp { n_files, listing }, everything))
    }
}

/// Who may read what stands in all of a dump: as much as each of its files says. `None` where files say no such thing.
#[cfg(unix)]
pub(super) fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let of_file = |file: &Path| fs::metadata(path.join(file)).map(|metadata| metadata.mode());
    let files = files_in_folder(path).ok()?;
    // A folder may be open to all whose files are not, and may have bits that mean nothing for a file.
    Some(files.iter().filter_map(|file| of_file(file).ok()).fold(0o666, |mode, of_file| mode & of_file))
}
