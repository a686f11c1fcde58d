//! gzip and zstd, told by their magic bytes.

use crate::load::error::{Fault, LoadErrorKind};
use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, Read};

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];
const ZSTD_MAGIC: u32 = 0xFD2F_B528;
/// Sixteen numbers, told apart by their last four bits, mark zstd frames without data.
const ZSTD_SKIPPABLE_MAGIC: u32 = 0x184D_2A50;
/// What `zstd` itself accepts unless told otherwise.
const MAX_ZSTD_WINDOW: u64 = 128 << 20;
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

    /// Decompresses `bytes` to the end, telling `progress` now and then how much there is.
    ///
    /// A damaged stream gives what comes before the damage, and the fault with its byte in the compressed
    /// stream. Memory: what is decompressed, and for zstd the frame's window.
    pub(in crate::load) fn decompress(
        self,
        bytes: &[u8],
        progress: &mut dyn FnMut(usize) -> bool,
    ) -> (Vec<u8>, Option<Box<Fault>>) {
        let mut text = Vec::new();
        let fault = match self {
            Compression::Gzip => gunzip(bytes, &mut text, progress),
            Compression::Zstd => unzstd(bytes, &mut text, progress),
        };
        (text, fault.err())
    }
}

fn gunzip(
    bytes: &[u8],
    text: &mut Vec<u8>,
    progress: &mut dyn FnMut(usize) -> bool,
) -> Result<(), Box<Fault>> {
    let mut rest = bytes;
    // Tapes and block devices fill the last block with zeros, which gzip passes over as well.
    while rest.iter().any(|&byte| byte != 0) {
        if rest.len() < bytes.len() && !rest.starts_with(GZIP_MAGIC) {
            return Err(trailing("gzip", bytes.len() - rest.len()));
        }
        let mut decoder = GzDecoder::new(rest);
        let result = gzip_member(&mut decoder, text, progress);
        rest = decoder.into_inner();
        result.map_err(|error| damaged("gzip", bytes.len() - rest.len(), &error))?;
    }
    Ok(())
}

fn gzip_member(
    decoder: &mut GzDecoder<&[u8]>,
    text: &mut Vec<u8>,
    progress: &mut dyn FnMut(usize) -> bool,
) -> io::Result<()> {
    // Read in chunks, since nobody could stop a read to the end of a stream that grows a thousandfold.
    while decoder.by_ref().take(CHUNK as u64).read_to_end(text)? > 0 && progress(text.len()) {}
    Ok(())
}

fn unzstd(
    bytes: &[u8],
    text: &mut Vec<u8>,
    progress: &mut dyn FnMut(usize) -> bool,
) -> Result<(), Box<Fault>> {
    let mut decoder = FrameDecoder::new();
    // The window is what the frame asks for, and a few bytes of a forged one could ask for all memory.
    decoder.set_max_window_size(MAX_ZSTD_WINDOW);
    let mut rest = bytes;
    while !rest.is_empty() {
        let start = bytes.len() - rest.len();
        // Fewer bytes than tell a frame may be the beginning of one that is cut short.
        if Compression::of(rest) != Some(Compression::Zstd) && rest.len() >= MAGIC_LEN {
            return Err(trailing("zstd", start));
        }
        zstd_frame(&mut decoder, &mut rest, text, progress).map_err(|error| match error {
            FrameError::WindowTooLarge => window_too_large(start),
            FrameError::Damaged(error) => damaged("zstd", bytes.len() - rest.len(), &error),
        })?;
    }
    Ok(())
}

/// Why a zstd frame cannot be decompressed.
enum FrameError {
    /// It is sound, but needs more memory than anybody grants who is not asked.
    WindowTooLarge,
    Damaged(io::Error),
}

impl<E: Into<io::Error>> From<E> for FrameError {
    fn from(error: E) -> FrameError {
        FrameError::Damaged(error.into())
    }
}

/// Decompresses the frame that `rest` begins with, and takes it off.
fn zstd_frame(
    decoder: &mut FrameDecoder,
    rest: &mut &[u8],
    text: &mut Vec<u8>,
    progress: &mut dyn FnMut(usize) -> bool,
) -> Result<(), FrameError> {
    match decoder.reset(&mut *rest) {
        Ok(()) => {}
        Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
            *rest = rest.get(length as usize..).ok_or(io::ErrorKind::UnexpectedEof)?;
            return Ok(());
        }
        Err(FrameDecoderError::WindowSizeTooBig { .. }) => return Err(FrameError::WindowTooLarge),
        Err(error) => return Err(io_error(error, rest).into()),
    }
    while !decoder.is_finished() {
        let step = decoder.decode_blocks(&mut *rest, BlockDecodingStrategy::UptoBytes(CHUNK));
        step.map_err(|error| io_error(error, rest))?;
        decoder.read_to_end(text)?;
        if !progress(text.len()) {
            return Ok(());
        }
    }
    if decoder.get_checksum_from_data().is_some_and(|sum| Some(sum) != decoder.get_calculated_checksum()) {
        return Err(FrameError::Damaged(io::Error::new(
            io::ErrorKind::InvalidData,
            "the checksum does not fit the content",
        )));
    }
    Ok(())
}

/// A decoder that ran out of bytes says so in many ways; that nothing is left to read is the same in all.
fn io_error(error: FrameDecoderError, rest: &[u8]) -> io::Error {
    let kind = if rest.is_empty() { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData };
    io::Error::new(kind, error)
}

/// What stands behind the end of the stream is not a part of it.
fn trailing(format: &str, offset: usize) -> Box<Fault> {
    let message = format!("expected the end of the file after the {format} stream, found other bytes");
    Fault::syntax(LoadErrorKind::Compression, offset, message)
        .with_help("something was appended to the file: cut it off, or compress the whole anew")
}

fn window_too_large(offset: usize) -> Box<Fault> {
    let limit = MAX_ZSTD_WINDOW >> 20;
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
        let (text, fault) = Compression::of(bytes).unwrap().decompress(bytes, &mut |_| true);
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
