//! The members of a zip archive in memory, found through its directory.

use super::{BundleMember, BundleMembers, BundleProgress, CUT_SHORT, MemberKind, read_member};
use crate::load::error::{Fault, LoadErrorKind};
use crate::load::origin::budget::{Bounded, Budget};
use bytes::Bytes;
use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, Error, ErrorKind, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord,
    ZipSliceArchive, ZipVerification,
};
use std::io;
use std::vec;

/// What a zip archive begins with: a member, or the end of a directory without any.
const MAGICS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
const ONLY_DEFLATED: &str =
    "pack it anew as `zip` does unless told otherwise, or unpack it and name the folder";
const ONLY_OPEN: &str = "unpack it with its password, and name the folder";

/// Whether `bytes` begin as a zip archive does.
pub(in crate::load) fn is_zip(bytes: &[u8]) -> bool {
    MAGICS.iter().any(|magic| bytes.starts_with(magic))
}

/// A zip archive, from one member of its directory to the next.
pub(in crate::load) struct Zip {
    archive: ZipSliceArchive<Bytes>,
    directory: vec::IntoIter<ZipRecord>,
    /// What is wrong with the directory behind these.
    fault: Option<Box<Fault>>,
    /// The member that is read next.
    current: Option<ZipRecord>,
    budget: Budget,
    /// Where the member ends that was read last.
    pos: u64,
}

/// What the directory says of a member.
struct ZipRecord {
    path: Box<[u8]>,
    kind: MemberKind,
    method: CompressionMethod,
    is_encrypted: bool,
    place: ZipArchiveEntryWayfinder,
}

/// A member as it stands in the archive.
struct StoredMember {
    bytes: Bytes,
    start: u64,
    /// What the archive says of its text.
    claim: ZipVerification,
}

impl ZipRecord {
    fn of(record: &ZipFileHeaderRecord<'_>) -> ZipRecord {
        // Bits of a Unix mode: what is neither a file nor a folder leads elsewhere or has no end.
        let kind = match record.mode().value() & 0o170_000 {
            0 | 0o100_000 => MemberKind::File,
            0o040_000 => MemberKind::Folder,
            _ => MemberKind::Special,
        };
        ZipRecord {
            path: record.file_path().as_bytes().into(),
            kind: if record.is_dir() { MemberKind::Folder } else { kind },
            method: record.compression_method(),
            is_encrypted: record.flags().is_encrypted(),
            place: record.wayfinder(),
        }
    }
}

impl Zip {
    /// Reads the directory.
    pub(in crate::load) fn open(bytes: Bytes, budget: Budget) -> Result<Zip, Box<Fault>> {
        let n_bytes = bytes.len();
        let archive = ZipArchive::from_slice(bytes).map_err(|error| refused(&error, n_bytes))?;
        let mut directory = Vec::new();
        let fault = list(&archive, &mut directory).err().map(|error| refused(&error, n_bytes));
        Ok(Zip { archive, directory: directory.into_iter(), fault, current: None, budget, pos: 0 })
    }

    /// Where a member stands, and its bytes as they stand there.
    fn stored(&self, listed: &ZipRecord) -> Result<StoredMember, Error> {
        let entry = self.archive.get_entry(listed.place)?;
        let bytes = self.archive.get_ref().slice_ref(entry.data());
        Ok(StoredMember { bytes, start: entry.compressed_data_range().0, claim: entry.claim_verifier() })
    }

    fn read_listed(
        &mut self,
        listed: &ZipRecord,
        progress: &mut BundleProgress<'_>,
    ) -> Result<Bytes, Box<Fault>> {
        let at = self.archive.get_ref().len();
        if listed.is_encrypted {
            return Err(other_than("an open member", "an encrypted one").with_help(ONLY_OPEN));
        }
        let stored = self.stored(listed).map_err(|error| refused(&error, at))?;
        let StoredMember { bytes: stored, start, claim } = stored;
        self.pos = start + stored.len() as u64;
        let (bytes, is_whole) = match listed.method {
            CompressionMethod::STORE => (stored, true),
            CompressionMethod::DEFLATE => {
                let mut reader = Bounded::new(DeflateDecoder::new(&stored[..]), self.budget.clone());
                let pos = |reader: &Bounded<DeflateDecoder<&[u8]>>| start + reader.reader.total_in();
                let read = read_member(&mut reader, pos, progress);
                let (bytes, is_whole) = read.map_err(|error| Fault::of_io(error, damaged))?;
                (bytes.into(), is_whole)
            }
            other => {
                let found = format!("compression method {}", other.as_u16());
                return Err(other_than("a stored or deflated member", &found).with_help(ONLY_DEFLATED));
            }
        };
        let found = ZipVerification { crc: rawzip::crc32(&bytes), uncompressed_size: bytes.len() as u64 };
        match claim.valid(found) {
            Err(error) if is_whole => Err(refused(&error, at)),
            _ => Ok(bytes),
        }
    }
}

/// Lists the members of an archive, as far as its directory is sound.
fn list(archive: &ZipSliceArchive<Bytes>, directory: &mut Vec<ZipRecord>) -> Result<(), Error> {
    let mut entries = archive.entries();
    while let Some(record) = entries.next_entry()? {
        directory.push(ZipRecord::of(&record));
    }
    // The directory may have been cut in the middle without a record being damaged.
    match directory.len() as u64 == archive.entries_hint() {
        true => Ok(()),
        false => Err(Error::from(ErrorKind::Eof)),
    }
}

impl BundleMembers for Zip {
    fn next(&mut self, _: &mut BundleProgress<'_>) -> Option<Result<BundleMember, Box<Fault>>> {
        let Some(listed) = self.directory.next() else { return self.fault.take().map(Err) };
        let member = BundleMember { path: listed.path.to_vec(), kind: listed.kind };
        self.current = Some(listed);
        Some(Ok(member))
    }

    fn read(&mut self, progress: &mut BundleProgress<'_>) -> Result<Option<Bytes>, Box<Fault>> {
        let Some(listed) = self.current.take() else { return Ok(None) };
        self.read_listed(&listed, progress).map(Some)
    }

    fn pos(&self) -> u64 {
        self.pos
    }

    fn separator(&self) -> &'static str {
        "!"
    }
}

fn refused(error: &Error, n_bytes: usize) -> Box<Fault> {
    let message = match error.kind() {
        ErrorKind::MissingEndOfCentralDirectory | ErrorKind::Eof => {
            "expected the directory at the end of the zip archive, found none that is whole".to_owned()
        }
        _ => format!("expected a sound zip archive, found damage ({error})"),
    };
    Fault::syntax(LoadErrorKind::Archive, n_bytes, message).with_help(CUT_SHORT)
}

fn damaged(error: &io::Error) -> Box<Fault> {
    other_than("a sound member", &format!("damage ({error})")).with_help(CUT_SHORT)
}

fn other_than(expected: &str, found: &str) -> Box<Fault> {
    Fault::syntax(LoadErrorKind::Archive, 0, format!("expected {expected} of a zip archive, found {found}"))
}
