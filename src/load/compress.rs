//! gzip and zstd, told by their magic bytes.

use super::error::{Fault, LoadErrorKind};
use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, Read};

const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];
const ZSTD_MAGIC: u32 = 0xFD2F_B528;
/// Sixteen numbers, told apart by their last four bits, mark zstd frames without data.
const ZSTD_SKIPPABLE_MAGIC: u32 = 0x184D_2A50;
/// What `zstd` itself accepts unless told otherwise.
const MAX_ZSTD_WINDOW: u64 = 128 << 20;
/// How much is decompressed between two reports of progress.
const CHUNK: usize = 4 << 20;

/// A way in which a whole source is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    /// RFC 1952, one or more members.
    Gzip,
    /// RFC 8878, one or more frames.
    Zstd,
}

impl Compression {
    /// The compression that `bytes` begin like.
    pub(super) fn of(bytes: &[u8]) -> Option<Compression> {
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
    pub(super) fn decompress(
        self,
        bytes: &[u8],
        progress: &mut dyn FnMut(usize),
    ) -> (Vec<u8>, Option<Box<Fault>>) {
        let mut text = Vec::new();
        let fault = match self {
            Compression::Gzip => gunzip(bytes, &mut text, progress),
            Compression::Zstd => unzstd(bytes, &mut text, progress),
        };
        (text, fault.err())
    }
}

fn gunzip(bytes: &[u8], text: &mut Vec<u8>, progress: &mut dyn FnMut(usize)) -> Result<(), Box<Fault>> {
    let mut decoder = MultiGzDecoder::new(bytes);
    let result = loop {
        match decoder.by_ref().take(CHUNK as u64).read_to_end(text) {
            Ok(0) => break Ok(()),
            Ok(_) => progress(text.len()),
            Err(error) => break Err(error),
        }
    };
    result.map_err(|error| damaged("gzip", bytes.len() - decoder.get_ref().len(), &error))
}

fn unzstd(bytes: &[u8], text: &mut Vec<u8>, progress: &mut dyn FnMut(usize)) -> Result<(), Box<Fault>> {
    let mut decoder = FrameDecoder::new();
    decoder.set_max_window_size(MAX_ZSTD_WINDOW);
    let mut rest = bytes;
    while !rest.is_empty() {
        let frame = zstd_frame(&mut decoder, &mut rest, text, progress);
        frame.map_err(|error| damaged("zstd", bytes.len() - rest.len(), &error))?;
    }
    Ok(())
}

/// Decompresses the frame that `rest` begins with, and takes it off.
fn zstd_frame(
    decoder: &mut FrameDecoder,
    rest: &mut &[u8],
    text: &mut Vec<u8>,
    progress: &mut dyn FnMut(usize),
) -> io::Result<()> {
    match decoder.reset(&mut *rest) {
        Ok(()) => {}
        Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
            *rest = rest.get(length as usize..).ok_or(io::ErrorKind::UnexpectedEof)?;
            return Ok(());
        }
        Err(error) => return Err(io_error(error, rest)),
    }
    while !decoder.is_finished() {
        let step = decoder.decode_blocks(&mut *rest, BlockDecodingStrategy::UptoBytes(CHUNK));
        step.map_err(|error| io_error(error, rest))?;
        decoder.read_to_end(text)?;
        progress(text.len());
    }
    if decoder.get_checksum_from_data().is_some_and(|sum| Some(sum) != decoder.get_calculated_checksum()) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum does not fit the content"));
    }
    Ok(())
}

/// A decoder that ran out of bytes says so in many ways; that nothing is left to read is the same in all.
fn io_error(error: FrameDecoderError, rest: &[u8]) -> io::Error {
    let kind = if rest.is_empty() { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData };
    io::Error::new(kind, error)
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
        let (text, fault) = Compression::of(bytes).unwrap().decompress(bytes, &mut |_| {});
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
        for whole in [gzip(TEXT), zstd(TEXT)] {
            assert!(decompress(&[&whole[..], b"more"].concat()).is_err());
        }
        let mut damaged = gzip(TEXT);
        let checksum = damaged.len() - 8;
        damaged[checksum] ^= 1;
        insta::assert_snapshot!(decompress(&damaged).unwrap_err(), @"expected a sound gzip stream, found damage (corrupt gzip stream does not have a matching checksum)");
    }

    #[test]
    fn a_zstd_checksum_is_checked() {
        let mut whole = zstd(TEXT);
        let checksum = whole.len() - 1;
        whole[checksum] ^= 1;
        insta::assert_snapshot!(decompress(&whole).unwrap_err(), @"expected a sound zstd stream, found damage (the checksum does not fit the content)");
    }
}
