//! Passes over sound JSON, eight bytes at a time.
//!
//! Most of a dump is passed over, so this decides how fast it is read: about twice as fast as with
//! `serde_json`. Only what is sound beyond doubt is passed over here; `serde_json` judges everything else, and
//! says what is wrong with it.

/// Eight equal bytes.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The top bit of each byte.
const TOP: u64 = all(0x80);
/// The brackets that are open, innermost last: a bit each, 1 for an object, below a 1 that marks the end.
const NONE_OPEN: u64 = 1;

/// The end of the JSON value that `bytes` begin with. `None` where that takes another look: it is not sound, not
/// complete, nested very deeply, or a number or word that more bytes could follow.
pub(super) fn end_of_value(bytes: &[u8]) -> Option<usize> {
    let (mut open, mut pos) = (NONE_OPEN, 0);
    loop {
        pos = match *bytes.get(pos)? {
            bracket @ (b'{' | b'[') => {
                let is_object = bracket == b'{';
                let inside = blank_end(bytes, pos + 1);
                if *bytes.get(inside)? != if is_object { b'}' } else { b']' } {
                    open = push(open, u64::from(is_object))?;
                    pos = if is_object { key_end(bytes, inside)? } else { inside };
                    continue;
                }
                inside + 1
            }
            b'"' => string_end(bytes, pos + 1)?,
            b'-' | b'0'..=b'9' => delimited(bytes, number_end(bytes, pos)?)?,
            _ => delimited(bytes, word_end(bytes, pos)?)?,
        };
        // A value ends here, and perhaps some of those around it.
        while open != NONE_OPEN {
            pos = blank_end(bytes, pos);
            match (bytes.get(pos)?, open & 1) {
                (b'}', 1) | (b']', 0) => open >>= 1,
                (b',', _) => break,
                _ => return None,
            }
            pos += 1;
        }
        if open == NONE_OPEN {
            return Some(pos);
        }
        let next = blank_end(bytes, pos + 1);
        pos = if open & 1 == 1 { key_end(bytes, next)? } else { next };
    }
}

/// With one more bracket open, if there is room to remember it.
fn push(open: u64, bit: u64) -> Option<u64> {
    (open.leading_zeros() > 0).then_some(open << 1 | bit)
}

/// Where the value begins whose key begins at `pos`.
fn key_end(bytes: &[u8], pos: usize) -> Option<usize> {
    if bytes.get(pos)? != &b'"' {
        return None;
    }
    let colon = blank_end(bytes, string_end(bytes, pos + 1)?);
    (bytes.get(colon)? == &b':').then(|| blank_end(bytes, colon + 1))
}

/// The end of the white space at `pos`.
fn blank_end(bytes: &[u8], mut pos: usize) -> usize {
    loop {
        match bytes.get(pos) {
            Some(b'\n') => pos = spaces_end(bytes, pos + 1),
            Some(b' ' | b'\t' | b'\r') => pos += 1,
            _ => return pos,
        }
    }
}

/// The end of an indentation: often long, and hardly ever anything but spaces.
fn spaces_end(bytes: &[u8], mut pos: usize) -> usize {
    while let Some(chunk) = chunk(bytes, pos) {
        let others = chunk ^ all(b' ');
        if others != 0 {
            return pos + first_byte(others);
        }
        pos += 8;
    }
    pos
}

/// The end of the string whose first byte inside the quotes is at `pos`.
fn string_end(bytes: &[u8], mut pos: usize) -> Option<usize> {
    loop {
        pos += plain_len(bytes.get(pos..)?);
        match bytes.get(pos)? {
            b'"' => return Some(pos + 1),
            b'\\' => pos = escape_end(bytes, pos + 1)?,
            _ => return None,
        }
    }
}

/// How many bytes there are before the first quote, backslash or control character.
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    let mut pos = 0;
    while let Some(chunk) = chunk(bytes, pos) {
        let special = zero_bytes(chunk ^ all(b'"')) | zero_bytes(chunk ^ all(b'\\')) | below_space(chunk);
        if special != 0 {
            return pos + first_byte(special);
        }
        pos += 8;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
    pos + bytes[pos..].iter().position(is_special).unwrap_or(bytes.len() - pos)
}

/// Eight bytes, the first of them the lowest.
fn chunk(bytes: &[u8], pos: usize) -> Option<u64> {
    bytes.get(pos..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// The top bit of every byte that is zero, and perhaps of some after the first one.
fn zero_bytes(chunk: u64) -> u64 {
    chunk.wrapping_sub(all(1)) & !chunk & TOP
}

/// The top bit of every byte that is a control character, and perhaps of some after the first one.
fn below_space(chunk: u64) -> u64 {
    chunk.wrapping_sub(all(b' ')) & !chunk & TOP
}

/// The number of the first byte that is not zero.
fn first_byte(chunk: u64) -> usize {
    chunk.trailing_zeros() as usize / 8
}

/// The end of the escape whose backslash stands before `pos`.
fn escape_end(bytes: &[u8], pos: usize) -> Option<usize> {
    match bytes.get(pos)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(pos + 1),
        b'u' => {
            let digits = bytes.get(pos + 1..pos + 5)?;
            digits.iter().all(u8::is_ascii_hexdigit).then_some(pos + 5)
        }
        _ => None,
    }
}

/// The end of `true`, `false` or `null`.
fn word_end(bytes: &[u8], pos: usize) -> Option<usize> {
    let words: [&[u8]; 3] = [b"true", b"false", b"null"];
    words.iter().find(|word| bytes[pos..].starts_with(word)).map(|word| pos + word.len())
}

/// The end of the number at `pos`.
fn number_end(bytes: &[u8], pos: usize) -> Option<usize> {
    let mut pos = pos + usize::from(bytes.get(pos)? == &b'-');
    pos = if bytes.get(pos)? == &b'0' { pos + 1 } else { digits_end(bytes, pos)? };
    if bytes.get(pos)? == &b'.' {
        pos = digits_end(bytes, pos + 1)?;
    }
    if matches!(bytes.get(pos)?, b'e' | b'E') {
        let sign = usize::from(matches!(bytes.get(pos + 1)?, b'+' | b'-'));
        pos = digits_end(bytes, pos + 1 + sign)?;
    }
    Some(pos)
}

/// The end of the digits at `pos`, of which there must be one.
fn digits_end(bytes: &[u8], pos: usize) -> Option<usize> {
    let n = bytes.get(pos..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (n > 0).then_some(pos + n)
}

/// `pos`, if what ends there cannot go on: a number or a word has no sign of its own at its end.
fn delimited(bytes: &[u8], pos: usize) -> Option<usize> {
    matches!(bytes.get(pos)?, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t').then_some(pos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    /// What `serde_json` says.
    fn oracle(bytes: &[u8]) -> Option<usize> {
        let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(values.byte_offset())
    }

    #[test]
    fn sound_values_are_passed_over() {
        for json in [
            r#"{"a":[1,-0.5e+7,{"b":null}],"c":"x\"\\\u00e9y"} "#,
            "{ \"a\" :\n        \t\r {} , \"b\" : [ ] }",
            "[true , false,null,\"\",\"12345678\",\"123456789012345\"]",
            "\"a\"",
            "1 ",
        ] {
            let len = json.trim_end().len();
            assert_eq!((end_of_value(json.as_bytes()), oracle(json.as_bytes())), (Some(len), Some(len)));
        }
    }

    #[test]
    fn what_is_not_sound_is_left_alone() {
        for json in [
            "",
            "{",
            "[1",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "[1,]",
            "[01]",
            "[-]",
            "[1.]",
            "[1e]",
            "[+1]",
            "[.5]",
            "[nul]",
            "[truex]",
            "{1:2}",
            "[}",
            "{]",
            "[\"\t\"]",
            "[\"\\x\"]",
            "[\"\\u12g4\"]",
            "\"abc",
            "[1 2]",
            "{\"a\" 1}",
            "{\"a\":1 \"b\":2}",
            "1",
            "true",
            "[,1]",
            "{,}",
            "[\"1234567\n\"]",
            "\u{a0}1 ",
        ] {
            assert_eq!(end_of_value(json.as_bytes()), None, "{json}");
        }
    }

    #[test]
    fn nesting_has_a_limit_here() {
        let nested = |n: usize| "[".repeat(n) + &"]".repeat(n);
        assert_eq!(end_of_value(nested(64).as_bytes()), Some(128));
        assert_eq!(end_of_value(nested(65).as_bytes()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn what_is_passed_over_serde_json_accepts(
            parts in prop::collection::vec(prop::sample::select(vec![
                "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\":", "1", "-2.5e3", "0", "true", "null", " ", "\n         ",
                "\t", "\"\\n\"", "\"\\ud800\"", "\"", "\\", "\u{1}", "é", "\"é12345678\"", "e", "x", "\r", ".", "-",
            ]), 0..12),
        ) {
            let text = parts.concat();
            let found = end_of_value(text.as_bytes());
            prop_assert!(found.is_none() || found == oracle(text.as_bytes()), "{text:?}");
        }

        #[test]
        fn one_edit_is_judged_as_serde_json_does(at in 0_usize..200, byte in any::<u8>(), cut in 0_usize..200) {
            let mut bytes = br#"{"kind":"Pod", "n":[-1.5e+10,0,12,true,false,null,[],{}],
                "metadata":{"name":"web-0\u00e9\n","labels":{"app.kubernetes.io/name":"a-value-of-some-length"}}} "#.to_vec();
            let len = bytes.len();
            bytes[at % len] = byte;
            bytes.truncate(len - cut % len);
            let found = end_of_value(&bytes);
            prop_assert!(found.is_none() || found == oracle(&bytes), "{:?}", String::from_utf8_lossy(&bytes));
        }
    }
}
