//! From bytes to the text that YAML is read from.

use super::fault::YamlFault;
use std::borrow::Cow;

const BOM: &str = "\u{FEFF}";

/// The text of a file: without its byte-order mark, which tells UTF-16 too. What is no text is replaced, as kubectl does
/// for files that have no mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, YamlFault> {
    Ok(match bytes {
        [0xFF, 0xFE, rest @ ..] => Cow::Owned(utf16(rest, u16::from_le_bytes)),
        [0xFE, 0xFF, rest @ ..] => Cow::Owned(utf16(rest, u16::from_be_bytes)),
        [0xEF, 0xBB, 0xBF, rest @ ..] => Cow::Borrowed(str::from_utf8(rest).map_err(|error| {
            let offset = bytes.len() - rest.len() + error.valid_up_to();
            YamlFault::new(offset, "expected UTF-8, found a byte that does not belong there")
        })?),
        _ => String::from_utf8_lossy(bytes),
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| unit(pair));
    let text = char::decode_utf16(units).map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER));
    let half = rest.first().map(|_| char::REPLACEMENT_CHARACTER);
    text.chain(half).collect()
}

/// Whether bytes begin with a byte-order mark of UTF-16.
pub(crate) fn has_utf16_mark(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF")
}

/// The text of a chunk, which has a byte-order mark of its own where files were put together.
pub(crate) fn without_mark(chunk: &str) -> &str {
    chunk.strip_prefix(BOM).unwrap_or(chunk)
}

/// Looks for characters that YAML does not take anywhere.
pub(crate) fn check_characters(text: &str) -> Result<(), YamlFault> {
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(found) = bytes[at..].iter().position(|&byte| is_suspicious(byte)) {
        at += found;
        if !is_allowed(&bytes[at..]) {
            let found = text[at..].chars().next().unwrap_or_default();
            let message = format!("expected a character that YAML takes, found {}", found.escape_unicode());
            return Err(YamlFault::new(at, message)
                .with_help("write it as an escape in double quotes, such as \"\\u0007\""));
        }
        at += 1;
    }
    Ok(())
}

/// Whether a character that YAML does not take may begin with the byte.
fn is_suspicious(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\n') || byte == 0x7F || byte == 0xC2 || byte == 0xEF
}

/// Whether the character here is taken all the same.
fn is_allowed(bytes: &[u8]) -> bool {
    match *bytes {
        [b'\t' | b'\r', ..] => true,
        [0xC2, second, ..] => second >= 0xA0 || second == 0x85,
        [0xEF, 0xBF, third, ..] => third < 0xBE,
        [0xEF, ..] => true,
        _ => false,
    }
}
