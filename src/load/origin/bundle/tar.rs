//! The members of a tar archive, as it lies in memory or as it is decompressed.

use super::{BundleMember, BundleMembers, BundleProgress, CUT_SHORT, MemberKind, read_member};
use crate::load::error::{Fault, LoadErrorKind};
use crate::load::origin::compress::Decompressor;
use bytes::{Buf, Bytes};
use std::io::{self, Read};
use tar::{Archive, EntryType};

/// Where a tar archive has its magic bytes.
const MAGIC_AT: usize = 257;
const MAGIC: &[u8] = b"ustar";
/// How many bytes are enough to tell a tar archive.
const MIN_LEN: u64 = 512;
/// How much is passed over between two looks whether the rest is wanted.
const CHUNK: u64 = 4 << 20;
/// What headers and contents are multiples of.
const BLOCK: u64 = 512;

/// Whether `bytes` begin as a tar archive does.
pub(in crate::load) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(MAGIC_AT..).is_some_and(|rest| rest.starts_with(MAGIC))
}

/// Decompresses as much as tells whether it is a tar archive.
pub(in crate::load) fn tar_stream(decoder: &mut Decompressor, text: &mut Vec<u8>) -> Result<(), Box<Fault>> {
    let read = decoder.by_ref().take(MIN_LEN).read_to_end(text);
    read.map(|_| ()).map_err(|error| decoder.fault(error))
}

/// A tar archive, from one header to the next.
pub(in crate::load) struct Tar {
    tape: Tape,
    /// How much of the current member is to be read or passed over.
    size: u64,
    /// What fills its last block.
    padding: u64,
    has_ended: bool,
}

/// What stands before a member.
struct TarHeader {
    entry_type: EntryType,
    path: Vec<u8>,
    /// How many bytes of the member stand behind it.
    size: u64,
}

/// What a tar archive is read from, and how far.
struct Tape {
    pos: u64,
    from: TapeSource,
}

enum TapeSource {
    /// What is left of an archive in memory: members are slices of it.
    Memory(Bytes),
    /// The beginning that was decompressed to tell what it is, and what decompresses the rest.
    Stream(io::Chain<io::Cursor<Vec<u8>>, Box<Decompressor>>),
}

impl Tar {
    pub(in crate::load) fn of_bytes(bytes: Bytes) -> Tar {
        Tar::new(TapeSource::Memory(bytes))
    }

    /// An archive that begins with these bytes and goes on with what the decoder gives.
    pub(in crate::load) fn of_stream(beginning: Vec<u8>, decoder: Decompressor) -> Tar {
        Tar::new(TapeSource::Stream(Read::chain(io::Cursor::new(beginning), Box::new(decoder))))
    }

    fn new(from: TapeSource) -> Tar {
        Tar { tape: Tape { pos: 0, from }, size: 0, padding: 0, has_ended: false }
    }

    fn try_next(&mut self, progress: &mut BundleProgress<'_>) -> Result<Option<BundleMember>, Box<Fault>> {
        self.tape.skip(self.size.saturating_add(self.padding), progress)?;
        let start = self.tape.pos;
        let Some(TarHeader { entry_type, path, size }) = self.tape.header()? else {
            return self.end(start, progress).map(|()| None);
        };
        self.size = size;
        self.padding = size.wrapping_neg() % BLOCK;
        let member = match kind(entry_type) {
            Some(kind) => BundleMember { path, kind },
            // What only tells something of the members after it is passed over as a folder is.
            None => BundleMember { path: Vec::new(), kind: MemberKind::Folder },
        };
        Ok(Some(member))
    }

    /// Looks whether this is the end that the archive means to have.
    fn end(&mut self, start: u64, progress: &mut BundleProgress<'_>) -> Result<(), Box<Fault>> {
        // An archive ends with empty blocks. Without one nobody knows whether the last member is the last one.
        if self.tape.pos == start {
            return Err(self.tape.cut());
        }
        // The checksum of a compressed stream stands at its end.
        self.tape.pass_over(u64::MAX, progress).map(|_| ())
    }
}

impl BundleMembers for Tar {
    fn next(&mut self, progress: &mut BundleProgress<'_>) -> Option<Result<BundleMember, Box<Fault>>> {
        if self.has_ended {
            return None;
        }
        let next = self.try_next(progress);
        self.has_ended = !matches!(next, Ok(Some(_)));
        next.transpose()
    }

    fn pos(&self) -> u64 {
        self.tape.file_pos()
    }

    fn read(&mut self, progress: &mut BundleProgress<'_>) -> Result<Option<Bytes>, Box<Fault>> {
        let size = std::mem::take(&mut self.size);
        let start = self.tape.pos;
        let read = self.tape.take_member(size, progress);
        self.has_ended = read.is_err();
        let bytes = read?;
        // Of what is no dump only the beginning was read.
        self.size = size - (self.tape.pos - start);
        Ok(Some(bytes))
    }

    fn separator(&self) -> &'static str {
        "!"
    }
}

/// What a member is; `None` for what only tells something of the members after it.
fn kind(entry_type: EntryType) -> Option<MemberKind> {
    match entry_type {
        EntryType::Regular | EntryType::Continuous => Some(MemberKind::File),
        EntryType::Directory => Some(MemberKind::Folder),
        EntryType::XGlobalHeader => None,
        _ => Some(MemberKind::Special),
    }
}

impl Tape {
    /// Reads the next header; `None` at the end.
    fn header(&mut self) -> Result<Option<TarHeader>, Box<Fault>> {
        // A reader of its own for each header: it would borrow the tape as long as it lives. Long names stand before
        // the header that they are for, and so are read with it.
        let mut archive = Archive::new(&mut *self);
        let next = archive.entries().and_then(|mut entries| entries.next().transpose());
        let header = next.and_then(|entry| {
            entry
                .map(|entry| {
                    let entry_type = entry.header().entry_type();
                    // A sparse file says how large it is when it is whole, and not how much of it stands here.
                    let size = match entry_type {
                        EntryType::GNUSparse => entry.header().entry_size()?,
                        _ => entry.size(),
                    };
                    Ok(TarHeader { entry_type, path: entry.path_bytes().into_owned(), size })
                })
                .transpose()
        });
        header.map_err(|error| self.fault(error))
    }

    /// Passes over bytes that have to be there.
    fn skip(&mut self, n_bytes: u64, progress: &mut BundleProgress<'_>) -> Result<(), Box<Fault>> {
        if let TapeSource::Memory(rest) = &mut self.from {
            let n_bytes = usize::try_from(n_bytes).unwrap_or(usize::MAX);
            if n_bytes > rest.len() {
                self.pos += rest.len() as u64;
                rest.clear();
                return Err(self.cut());
            }
            rest.advance(n_bytes);
            self.pos += n_bytes as u64;
            return Ok(());
        }
        match self.pass_over(n_bytes, progress)? {
            n_skipped if n_skipped < n_bytes => Err(self.cut()),
            _ => Ok(()),
        }
    }

    /// Reads so many bytes, or to the end, whatever is there. Tells how many there were.
    fn pass_over(&mut self, n_bytes: u64, progress: &mut BundleProgress<'_>) -> Result<u64, Box<Fault>> {
        let mut n_read = 0;
        while n_read < n_bytes {
            let step = CHUNK.min(n_bytes - n_read);
            let n_more = io::copy(&mut self.take_some(step), &mut io::sink());
            let n_more = n_more.map_err(|error| self.fault(error))?;
            n_read += n_more;
            if n_more < step {
                break;
            }
            if step == CHUNK && !progress(self.file_pos()) {
                return Err(Fault::stopped(self.pos as usize));
            }
        }
        Ok(n_read)
    }

    /// How far the file of the archive is read.
    fn file_pos(&self) -> u64 {
        match &self.from {
            TapeSource::Memory(_) => self.pos,
            TapeSource::Stream(stream) => stream.get_ref().1.pos(),
        }
    }

    fn take_some(&mut self, n_bytes: u64) -> io::Take<&mut Tape> {
        Read::take(self, n_bytes)
    }

    /// The next bytes, or as much of them as tells that they are no dump.
    fn take_member(&mut self, size: u64, progress: &mut BundleProgress<'_>) -> Result<Bytes, Box<Fault>> {
        if let TapeSource::Memory(rest) = &mut self.from {
            let Some(len) = usize::try_from(size).ok().filter(|&len| len <= rest.len()) else {
                self.pos += rest.len() as u64;
                return Err(self.cut());
            };
            self.pos += size;
            return Ok(rest.split_to(len));
        }
        let pos = |member: &io::Take<&mut Tape>| member.get_ref().file_pos();
        let (bytes, is_whole) =
            read_member(&mut self.take_some(size), pos, progress).map_err(|error| self.fault(error))?;
        match is_whole && (bytes.len() as u64) < size {
            true => Err(self.cut()),
            false => Ok(bytes.into()),
        }
    }

    fn cut(&self) -> Box<Fault> {
        self.refused("expected the rest of the tar archive, found its end".to_owned())
    }

    /// What an error of the reader says: that of the stream, or of the archive in it.
    fn fault(&self, error: io::Error) -> Box<Fault> {
        Fault::of_io(error, |error| match error.kind() {
            io::ErrorKind::UnexpectedEof => self.cut(),
            _ if self.is_at_end() => self.cut(),
            _ => self.refused(format!("expected a sound tar archive, found damage ({error})")),
        })
    }

    fn is_at_end(&self) -> bool {
        matches!(&self.from, TapeSource::Memory(rest) if rest.is_empty())
    }

    fn refused(&self, message: String) -> Box<Fault> {
        Fault::syntax(LoadErrorKind::Archive, self.pos as usize, message).with_help(CUT_SHORT)
    }
}

impl Read for Tape {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = match &mut self.from {
            TapeSource::Memory(rest) => {
                let n_read = buffer.len().min(rest.len());
                rest.copy_to_slice(&mut buffer[..n_read]);
                n_read
            }
            TapeSource::Stream(stream) => stream.read(buffer)?,
        };
        self.pos += n_read as u64;
        Ok(n_read)
    }
}
