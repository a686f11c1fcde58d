//! Whether a dump is still the one that was indexed.

use std::fs::{self, Metadata};
use std::hash::Hasher;
use std::path::Path;
use std::time::UNIX_EPOCH;

use twox_hash::XxHash3_64;

use super::Check;
use crate::codec::{Decoder, Encoder, Malformed};

/// How much is read at each place.
const BLOCK_LEN: usize = 4096;
/// How many blocks are read: the first, the last and some between, at equal distances.
const N_BLOCKS: usize = 18;

/// What the system says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileStamp {
    n_bytes: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    /// 0 where there is no such number.
    inode: u64,
}

impl FileStamp {
    pub(super) fn new(metadata: &Metadata) -> FileStamp {
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        FileStamp {
            n_bytes: metadata.len(),
            modified: modified.map_or(0, |since| since.as_nanos() as u64),
            inode: inode(metadata),
        }
    }

    pub(super) fn hash(&self, hasher: &mut impl Hasher) {
        [self.n_bytes, self.modified, self.inode].into_iter().for_each(|number| hasher.write_u64(number));
    }

    /// Whether both are of one file, whatever became of its content.
    pub(super) fn is_of_same_file(&self, other: &FileStamp) -> bool {
        self.inode == other.inode
    }

    /// The stamp of the regular file at `path`, if there is one.
    pub(super) fn of_file(path: &Path) -> Option<FileStamp> {
        let metadata = fs::metadata(path).ok()?;
        metadata.is_file().then(|| FileStamp::new(&metadata))
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> u64 {
    0
}

/// By what a dump is known again.
#[derive(Debug)]
pub(super) struct Fingerprint {
    stamp: FileStamp,
    /// The hash of some blocks.
    samples: u64,
    /// The hash of all bytes.
    everything: u64,
}

impl Fingerprint {
    /// The fingerprint of a dump with these bytes. Reads all of them.
    pub(super) fn new(stamp: FileStamp, bytes: &[u8]) -> Fingerprint {
        Fingerprint { stamp, samples: hash_of_samples(bytes), everything: XxHash3_64::oneshot(bytes) }
    }

    pub(super) fn stamp(&self) -> &FileStamp {
        &self.stamp
    }

    /// Whether a file with this stamp and these bytes is the dump.
    pub(super) fn is_of(&self, stamp: &FileStamp, bytes: &[u8], check: Check) -> bool {
        // The cheap questions first: mostly one of them tells a dump that has changed.
        self.stamp == *stamp
            && self.stamp.n_bytes == bytes.len() as u64
            && self.samples == hash_of_samples(bytes)
            && (check == Check::Samples || self.everything == XxHash3_64::oneshot(bytes))
    }

    pub(super) fn encode(&self, out: &mut Encoder) {
        let FileStamp { n_bytes, modified, inode } = self.stamp;
        out.u64s([n_bytes, modified, inode, self.samples, self.everything].into_iter());
    }

    pub(super) fn decode(mut bytes: Decoder) -> Result<Fingerprint, Malformed> {
        let numbers = bytes.numbers()?;
        bytes.end()?;
        let [n_bytes, modified, inode, samples, everything] = numbers[..] else {
            return Err(Malformed("a fingerprint"));
        };
        Ok(Fingerprint { stamp: FileStamp { n_bytes, modified, inode }, samples, everything })
    }
}

fn hash_of_samples(bytes: &[u8]) -> u64 {
    let last = bytes.len().saturating_sub(BLOCK_LEN);
    let mut hasher = XxHash3_64::default();
    for nth in 0..N_BLOCKS {
        // In 128 bits, so that the product fits.
        let start = (last as u128 * nth as u128 / (N_BLOCKS as u128 - 1)) as usize;
        hasher.write(&bytes[start..bytes.len().min(start + BLOCK_LEN)]);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(n_bytes: usize) -> FileStamp {
        FileStamp { n_bytes: n_bytes as u64, modified: 1, inode: 2 }
    }

    #[test]
    fn samples_see_the_ends_and_everything_sees_all() {
        for len in [1, BLOCK_LEN, BLOCK_LEN + 1, 1_000_000] {
            let mut bytes = vec![b' '; len];
            let fingerprint = Fingerprint::new(stamp(len), &bytes);
            for place in [0, len - 1] {
                bytes[place] = b'x';
                assert!(!fingerprint.is_of(&stamp(len), &bytes, Check::Samples), "{place} of {len}");
                bytes[place] = b' ';
            }
            bytes[len / 3] = b'x';
            assert!(!fingerprint.is_of(&stamp(len), &bytes, Check::Everything), "{len}");
            bytes[len / 3] = b' ';
            assert!(fingerprint.is_of(&stamp(len), &bytes, Check::Everything), "{len}");
        }
    }

    #[test]
    fn another_file_is_another_dump() {
        let fingerprint = Fingerprint::new(stamp(2), b"{}");
        let is_of = |stamp: FileStamp| fingerprint.is_of(&stamp, b"{}", Check::Samples);
        assert!(is_of(stamp(2)));
        assert!(!is_of(FileStamp { modified: 2, ..stamp(2) }));
        assert!(!is_of(FileStamp { inode: 3, ..stamp(2) }));
        assert!(!is_of(stamp(3)));
        assert!(!fingerprint.is_of(&stamp(2), b"{} ", Check::Samples));
    }
}
