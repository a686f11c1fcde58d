//! Base64 as `!!binary` has it.

/// The bytes of padded base64 with line ends anywhere in it. Bits that are left over at the end count for nothing.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let signs: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if !signs.len().is_multiple_of(4) {
        return None;
    }
    let n_padding = signs.iter().rev().take_while(|&&sign| sign == b'=').count();
    let n_signs = signs.len() - n_padding;
    if n_padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(signs.len() / 4 * 3);
    for group in signs[..n_signs].chunks(4) {
        let mut bits = 0_u32;
        for &sign in group {
            bits = bits << 6 | value(sign)?;
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}

fn value(sign: u8) -> Option<u32> {
    Some(u32::from(match sign {
        b'A'..=b'Z' => sign - b'A',
        b'a'..=b'z' => sign - b'a' + 26,
        b'0'..=b'9' => sign - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}
