//! gzip and zstd, told by their magic bytes.

use crate::load::error::{Fault, LoadErrorKind};
use crate::load::origin::budget::{Bounded, Budget};
use crate::load::origin::peek::PeekReader;
use bytes::{Buf, Bytes};
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, Read};
use std::mem;
use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer};

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];
const ZSTD_MAGIC: u32 = 0xFD2F_B528;
/// Sixteen numbers, told apart by their last four bits, mark zstd frames without data.
const ZSTD_SKIPPABLE_MAGIC: u32 = 0x184D_2A50;
/// What `zstd` itself accepts unless told otherwise: 128 MiB.
const MAX_ZSTD_WINDOW_LOG: u32 = 27;
/// As the library numbers what it finds.
const ZSTD_WINDOW_TOO_LARGE: usize = 16;
const ZSTD_CHECKSUM_WRONG: usize = 22;
/// How many bytes tell a zstd frame.
const MAGIC_LEN: usize = 4;
/// How much is decompressed between two reports of progress.
const CHUNK: usize = 4 << 20;

/// A way in which a whole source is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::load) enum Compression {
    /// RFC 1952, one or more members.
    Gzip,
    /// RFC 8878, one or more frames.
    Zstd,
}

impl Compression {
    /// The compression that `bytes` begin like.
    pub(in crate::load) fn of(bytes: &[u8]) -> Option<Compression> {
        if bytes.starts_with(GZIP_MAGIC) {
            return Some(Compression::Gzip);
        }
        let magic = u32::from_le_bytes(*bytes.first_chunk()?);
        (magic == ZSTD_MAGIC || magic & !0xF == ZSTD_SKIPPABLE_MAGIC).then_some(Compression::Zstd)
    }

    /// Decompresses `bytes` to the end, telling `progress` now and then how much of them is read.
    ///
    /// A damaged stream gives what comes before the damage, and the fault with its byte in the compressed
    /// stream. Memory: what is decompressed, and for zstd the frame's window.
    pub(in crate::load) fn decompress(
        self,
        bytes: Bytes,
        budget: &Budget,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> (Vec<u8>, Option<Box<Fault>>) {
        let mut decoder = self.decoder(Box::new(bytes.reader()), budget.clone());
        let mut text = Vec::new();
        let fault = decoder.read_rest(&mut text, progress).err();
        (text, fault)
    }

    /// What decompresses the bytes of a reader bit by bit.
    pub(in crate::load) fn decoder(self, reader: Box<dyn Read + Send>, budget: Budget) -> Decompressor {
        let bytes = PeekReader::new(reader);
        let stream = match self {
            Compression::Gzip => Stream::Gzip(Gunzip::Between(bytes)),
            Compression::Zstd => Stream::Zstd(Box::new(Unzstd::new(bytes))),
        };
        Decompressor(Bounded::new(stream, budget))
    }
}

/// Decompresses a stream bit by bit. Errors are [faults](Fault::of_io) with their byte in the compressed stream.
pub(in crate::load) struct Decompressor(Bounded<Stream>);

enum Stream {
    Gzip(Gunzip),
    Zstd(Box<Unzstd>),
}

impl Decompressor {
    /// How far the compressed stream is read.
    pub(in crate::load) fn pos(&self) -> u64 {
        self.0.reader.pos() as u64
    }

    /// Reads to the end, telling `progress` now and then how far the stream is read, until that wants no more.
    pub(in crate::load) fn read_rest(
        &mut self,
        text: &mut Vec<u8>,
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> Result<(), Box<Fault>> {
        // Read in chunks, since nobody could stop a read to the end of a stream that grows a thousandfold.
        while self.by_ref().take(CHUNK as u64).read_to_end(text).map_err(|error| self.fault(error))? > 0
            && progress(self.0.reader.pos())
        {}
        Ok(())
    }

    /// What an error of this reader says, with its place.
    pub(in crate::load) fn fault(&self, error: io::Error) -> Box<Fault> {
        let stream = &self.0.reader;
        let mut fault = Fault::of_io(error, |error| damaged(stream.format(), stream.pos(), error));
        // How much is too much is known to whoever counts, and the place only here.
        if fault.kind == LoadErrorKind::TooLarge {
            fault.offset = stream.pos();
        }
        fault
    }
}

impl Read for Decompressor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => self.fault(error).into(),
        })
    }
}

impl Stream {
    fn format(&self) -> &'static str {
        match self {
            Stream::Gzip(_) => "gzip",
            Stream::Zstd(_) => "zstd",
        }
    }

    /// How far the compressed stream is read.
    fn pos(&self) -> usize {
        match self {
            Stream::Gzip(gunzip) => gunzip.pos(),
            Stream::Zstd(unzstd) => unzstd.bytes.pos(),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Gzip(gunzip) => gunzip.read(buffer),
            Stream::Zstd(unzstd) => unzstd.read(buffer),
        }
    }
}

/// Reads the members of a gzip stream as one text.
enum Gunzip {
    /// Before a member, or behind the last.
    Between(PeekReader),
    Member(Box<GzDecoder<PeekReader>>),
    /// Only while it goes from one to the other.
    Nowhere,
}

impl Gunzip {
    fn pos(&self) -> usize {
        match self {
            Gunzip::Between(bytes) => bytes.pos(),
            Gunzip::Member(member) => member.get_ref().pos(),
            Gunzip::Nowhere => 0,
        }
    }
}

/// Whether a member begins here. Not at the end.
fn is_at_member(bytes: &mut PeekReader) -> io::Result<bool> {
    let start = bytes.pos();
    let is_member = bytes.peek(GZIP_MAGIC.len())?.starts_with(GZIP_MAGIC);
    if is_member || start == 0 {
        return Ok(is_member || !bytes.ahead().is_empty());
    }
    // Tapes and block devices fill the last block with zeros, which gzip passes over as well.
    loop {
        let some = bytes.fill_buf()?;
        if some.is_empty() {
            return Ok(false);
        }
        if some.iter().any(|&byte| byte != 0) {
            return Err(trailing("gzip", start).into());
        }
        let n_zeros = some.len();
        bytes.consume(n_zeros);
    }
}

impl Read for Gunzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self {
                Gunzip::Between(bytes) => {
                    if !is_at_member(bytes)? {
                        return Ok(0);
                    }
                }
                Gunzip::Member(member) => {
                    let n_read = member.read(buffer)?;
                    if n_read > 0 || buffer.is_empty() {
                        return Ok(n_read);
                    }
                }
                Gunzip::Nowhere => {}
            }
            *self = match mem::replace(self, Gunzip::Nowhere) {
                Gunzip::Between(bytes) => Gunzip::Member(Box::new(GzDecoder::new(bytes))),
                Gunzip::Member(member) => Gunzip::Between(member.into_inner()),
                Gunzip::Nowhere => return Ok(0),
            };
        }
    }
}

/// Reads the frames of a zstd stream as one text.
struct Unzstd {
    bytes: PeekReader,
    /// Reads one frame after another. Not there where there was no memory for it.
    decoder: Option<DCtx<'static>>,
    is_in_frame: bool,
}

impl Unzstd {
    fn new(bytes: PeekReader) -> Unzstd {
        // The window is what the frame asks for, and a few bytes of a forged one could ask for all memory.
        let window = DParameter::WindowLogMax(MAX_ZSTD_WINDOW_LOG);
        let bounded = |mut decoder: DCtx<'static>| decoder.set_parameter(window).is_ok().then_some(decoder);
        Unzstd { bytes, decoder: DCtx::try_create().and_then(bounded), is_in_frame: false }
    }

    /// Goes into the next frame. False at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        let start = self.bytes.pos();
        let beginning = self.bytes.peek(MAGIC_LEN)?;
        // Fewer bytes than tell a frame may be the beginning of one that is cut short.
        if Compression::of(beginning) != Some(Compression::Zstd) && beginning.len() >= MAGIC_LEN {
            return Err(trailing("zstd", start).into());
        }
        self.is_in_frame = !beginning.is_empty();
        Ok(self.is_in_frame)
    }

    /// Lets the decoder take what it can, and tells how much it gave.
    fn step(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = self.bytes.pos();
        self.bytes.fill_buf()?;
        let decoder = self.decoder.as_mut().ok_or(io::ErrorKind::OutOfMemory)?;
        let mut input = InBuffer::around(self.bytes.ahead());
        let mut output = OutBuffer::around(buffer);
        let result = decoder.decompress_stream(&mut output, &mut input);
        let (n_taken, n_given) = (input.pos(), output.pos());
        let is_cut = self.bytes.ahead().is_empty();
        self.bytes.consume(n_taken);
        match result {
            Err(code) if error_number(code) == ZSTD_WINDOW_TOO_LARGE => Err(window_too_large(start).into()),
            Err(code) => Err(zstd_error(code)),
            // What is still inside the decoder needs no more bytes.
            Ok(n_missing) if n_missing > 0 && is_cut && n_given == 0 => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            Ok(n_missing) => {
                self.is_in_frame = n_missing > 0;
                Ok(n_given)
            }
        }
    }
}

impl Read for Unzstd {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty() && (self.is_in_frame || self.next_frame()?) {
            let n_given = self.step(buffer)?;
            if n_given > 0 {
                return Ok(n_given);
            }
        }
        Ok(0)
    }
}

/// The library gives its errors as the negative of a number.
fn error_number(code: usize) -> usize {
    code.wrapping_neg()
}

fn zstd_error(code: usize) -> io::Error {
    let message = match error_number(code) {
        ZSTD_CHECKSUM_WRONG => "the checksum does not fit the content".to_owned(),
        _ => zstd_safe::get_error_name(code).to_lowercase(),
    };
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// What stands behind the end of the stream is not a part of it.
fn trailing(format: &str, offset: usize) -> Box<Fault> {
    let message = format!("expected the end of the file after the {format} stream, found other bytes");
    Fault::syntax(LoadErrorKind::Compression, offset, message)
        .with_help("something was appended to the file: cut it off, or compress the whole anew")
}

fn window_too_large(offset: usize) -> Box<Fault> {
    let limit = 1_u32 << (MAX_ZSTD_WINDOW_LOG - 20);
    let message = format!("expected a zstd stream with a window of at most {limit} MiB, found a larger one");
    Fault::syntax(LoadErrorKind::Compression, offset, message).with_help(
        "decompress it with `zstd -d --long=31`, or compress it anew without `--ultra` and `--long`",
    )
}

fn damaged(format: &str, offset: usize, error: &io::Error) -> Box<Fault> {
    let message = match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("expected the rest of the {format} stream, found its end"),
        _ => format!("expected a sound {format} stream, found damage ({error})"),
    };
    Fault::syntax(LoadErrorKind::Compression, offset, message).with_help(
        "the file may have been cut short on the way: compare its size or checksum with the original's",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::origin::budget::MaxBytes;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write;

    const TEXT: &[u8] = b"{\"kind\":\"List\",\"items\":[]}";

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    fn decompress(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let (budget, whole) = (Budget::new(MaxBytes(1 << 20)), Bytes::copy_from_slice(bytes));
        let (text, fault) = Compression::of(bytes).unwrap().decompress(whole, &budget, &mut |_| true);
        fault.map_or(Ok(text), |fault| Err(fault.message.into_owned()))
    }

    #[test]
    fn streams_one_after_another_are_one_text() {
        let skippable = [&[0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
        assert_eq!(decompress(&[gzip(TEXT), gzip(TEXT)].concat()).unwrap(), [TEXT, TEXT].concat());
        assert_eq!(
            decompress(&[zstd(TEXT), skippable.clone(), zstd(TEXT)].concat()).unwrap(),
            [TEXT, TEXT].concat()
        );
        assert_eq!(decompress(&[skippable, zstd(TEXT)].concat()).unwrap(), TEXT);
    }

    #[test]
    fn a_stream_cut_anywhere_is_refused() {
        for whole in [gzip(TEXT), zstd(TEXT)] {
            for len in 4..whole.len() {
                assert!(decompress(&whole[..len]).is_err(), "{len} of {} bytes", whole.len());
            }
        }
        insta::assert_snapshot!(decompress(&gzip(TEXT)[..20]).unwrap_err(), @"expected the rest of the gzip stream, found its end");
        insta::assert_snapshot!(decompress(&zstd(TEXT)[..20]).unwrap_err(), @"expected the rest of the zstd stream, found its end");
    }

    #[test]
    fn damage_and_trailing_bytes_are_refused() {
        insta::assert_snapshot!(decompress(&[&gzip(TEXT)[..], b"more"].concat()).unwrap_err(), @"expected the end of the file after the gzip stream, found other bytes");
        insta::assert_snapshot!(decompress(&[&zstd(TEXT)[..], b"more"].concat()).unwrap_err(), @"expected the end of the file after the zstd stream, found other bytes");
        let mut damaged = gzip(TEXT);
        let checksum = damaged.len() - 8;
        damaged[checksum] ^= 1;
        insta::assert_snapshot!(decompress(&damaged).unwrap_err(), @"expected a sound gzip stream, found damage (corrupt gzip stream does not have a matching checksum)");
    }

    #[test]
    fn zeros_behind_gzip_are_padding() {
        let padded = [&gzip(TEXT)[..], &[0; 512]].concat();
        assert_eq!(decompress(&padded).unwrap(), TEXT);
        assert!(decompress(&[&padded[..], b"more"].concat()).is_err());
    }

    #[test]
    fn a_zstd_window_may_be_too_large() {
        // A frame header alone: no checksum, no size, and a window of 256 MiB.
        let header = [&ZSTD_MAGIC.to_le_bytes()[..], &[0, 18 << 3]].concat();
        insta::assert_snapshot!(decompress(&header).unwrap_err(), @"expected a zstd stream with a window of at most 128 MiB, found a larger one");
    }

    #[test]
    fn a_zstd_checksum_is_checked() {
        let mut whole = zstd(TEXT);
        let checksum = whole.len() - 1;
        whole[checksum] ^= 1;
        insta::assert_snapshot!(decompress(&whole).unwrap_err(), @"expected a sound zstd stream, found damage (the checksum does not fit the content)");
    }
}
