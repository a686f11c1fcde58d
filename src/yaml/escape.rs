//! Texts and numbers as JSON.

use super::number;
use super::scalar::Resolved;

/// Bytes that JSON wants escaped in a string.
const ESCAPED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

/// Writes a text in quotes.
#[inline]
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    string_part(out, text.as_bytes());
    out.push(b'"');
}

/// Writes a part of a text.
#[inline]
pub(crate) fn string_part(out: &mut Vec<u8>, mut text: &[u8]) {
    while let Some(len) = text.iter().position(|&byte| ESCAPED[usize::from(byte)]) {
        out.extend_from_slice(&text[..len]);
        escape(out, text[len]);
        text = &text[len + 1..];
    }
    out.extend_from_slice(text);
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\t' => b't',
        b'\r' => b'r',
        0x08 => b'b',
        0x0C => b'f',
        _ => {
            let digit = |half: u8| DIGITS[usize::from(half & 0xF)];
            out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Writes a value. Whether JSON has it: there is no infinity, and what is not a number is none.
pub(crate) fn value(out: &mut Vec<u8>, value: &Resolved<'_>) -> bool {
    match value {
        Resolved::Null => out.extend_from_slice(b"null"),
        Resolved::Bool(true) => out.extend_from_slice(b"true"),
        Resolved::Bool(false) => out.extend_from_slice(b"false"),
        Resolved::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Resolved::Uint(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Resolved::Float(number) if number.is_finite() => {
            out.extend_from_slice(number::json_float(*number).as_bytes());
        }
        Resolved::Float(_) => return false,
        Resolved::Text(text) => string(out, text),
    }
    true
}
