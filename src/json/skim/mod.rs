//! Passes over sound JSON without reading it.
//!
//! Most of a dump is passed over, so this decides how fast it is read: several times as fast as with
//! `serde_json`. Only what is sound beyond doubt is passed over here; `serde_json` judges everything else, and
//! says what is wrong with it.

mod block;
mod compact;
mod lanes;
mod nested;
mod sound;

pub(crate) use compact::compact;
pub(crate) use fearless_simd::Level;

use lanes::Lanes;

/// The length of the JSON value that `bytes` begin with. `None` where that takes another look: it is not sound, not
/// complete, nested very deeply, or a number or word that more bytes could follow.
pub(crate) fn value_len(level: Level, bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'{' | b'[' => nested::len(level, bytes),
        b'"' => string_end(bytes, 1),
        _ => nested::scalar_end(bytes, 0),
    }
}

/// The length of the value that `bytes` begin with if they are known to be JSON, which takes less time. `None` where that
/// takes another look: it is not complete, or no value.
pub(crate) fn sound_len(level: Level, bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b'{' | b'[' => sound::len(level, bytes),
        _ => value_len(level, bytes),
    }
}

/// How many bytes of white space there are at the beginning.
pub(crate) fn blank_len(bytes: &[u8]) -> usize {
    let mut pos = 0;
    loop {
        match bytes.get(pos) {
            // Long runs of spaces are indentation. The space behind a colon is mostly the only one.
            Some(b'\n') => pos += 1 + spaces_len(&bytes[pos + 1..]),
            Some(b' ' | b'\t' | b'\r') => pos += 1,
            _ => return pos,
        }
    }
}

/// The length of an indentation: often long, and hardly ever anything but spaces.
fn spaces_len(bytes: &[u8]) -> usize {
    find(bytes, lanes::other_than_space, |&byte| byte != b' ')
}

/// The end of the string whose first byte inside the quotes is at `pos`.
fn string_end(bytes: &[u8], mut pos: usize) -> Option<usize> {
    loop {
        pos += plain_len(bytes.get(pos..)?);
        match bytes.get(pos)? {
            b'"' => return Some(pos + 1),
            b'\\' => pos = escape_end(bytes, pos + 1)?,
            // A bare control character, of which `serde_json` says what is wrong.
            _ => return None,
        }
    }
}

/// How many bytes there are before the first quote, backslash or control character.
pub(crate) fn plain_len(bytes: &[u8]) -> usize {
    find(bytes, lanes::special, |byte| matches!(byte, b'"' | b'\\' | 0..b' '))
}

/// Where the first byte is that is wanted, or the length: `among` looks at some bytes at a time and gives a bit for
/// each that `is_wanted`.
#[inline(always)]
fn find(bytes: &[u8], among: impl Fn(&Lanes) -> u64, is_wanted: impl Fn(&u8) -> bool) -> usize {
    let (all, rest) = bytes.as_chunks();
    for (nth, lanes) in all.iter().enumerate() {
        let wanted = among(lanes);
        if wanted != 0 {
            return nth * size_of::<Lanes>() + wanted.trailing_zeros() as usize;
        }
    }
    let n_before = bytes.len() - rest.len();
    n_before + rest.iter().position(is_wanted).unwrap_or(rest.len())
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
    // A zero is followed by no other digit: what comes behind the 0 of `01` delimits nothing.
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

    fn end_of_value(bytes: &[u8]) -> Option<usize> {
        value_len(Level::new(), bytes)
    }

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
        assert_eq!(end_of_value(nested(63).as_bytes()), Some(126));
        assert_eq!(end_of_value(nested(64).as_bytes()), None);
    }

    /// Sound JSON over several blocks, with the sorts of white space that dumps have.
    pub(crate) fn json() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec![
            "1",
            "-0.5E+10",
            "true",
            "null",
            "\"\"",
            "\"a\\\\\"",
            "\"{[,:]}\"",
            "\"\\\"}\"",
            "\"\\u00e9\\n\"",
            "\"é ü\"",
            "\"a text that is longer than one of the blocks that are looked at, in every place of it\"",
        ]);
        let blank = prop::sample::select(vec![
            "",
            "",
            " ",
            "\n    ",
            "\r\n\t",
            "\n                                  ",
        ]);
        leaf.prop_map(str::to_owned).prop_recursive(5, 60, 6, move |inner| {
            let member = (blank.clone(), inner, blank.clone());
            (prop::collection::vec(member, 0..6), any::<bool>()).prop_map(|(members, is_object)| {
                let key = if is_object { "\"a key\" :" } else { "" };
                let members =
                    members.iter().map(|(before, value, after)| format!("{before}{key}{value}{after}"));
                let members = members.collect::<Vec<_>>().join(",");
                if is_object { format!("{{{members}}}") } else { format!("[{members} ]") }
            })
        })
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
        fn sound_json_is_passed_over_whatever_stands_around_it(json in json(), after in "[,}\\] ][a-z\"{}\\\\]{0,70}") {
            let text = format!("{json}{after}");
            prop_assert_eq!(end_of_value(text.as_bytes()), Some(json.len()), "{}", text);
        }

        #[test]
        fn edits_of_sound_json_are_judged_as_serde_json_does(
            json in json(),
            at in any::<prop::sample::Index>(),
            edit in prop::sample::select(vec!["", "{", "}", "[", "]", ",", ":", "\"", "\\", "1", "x", " ", "\n", "\u{1}"]),
            n_removed in 0_usize..3,
        ) {
            let mut bytes = format!("{json} ").into_bytes();
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + n_removed);
            bytes.splice(at..end, edit.bytes());
            let (found, expected) = (end_of_value(&bytes), oracle(&bytes));
            let is_nested = matches!(bytes.first(), Some(b'{' | b'['));
            // Behind the closing bracket nothing counts; behind numbers and words something has to follow.
            prop_assert!(found == expected || found.is_none() && !is_nested, "{}", String::from_utf8_lossy(&bytes));
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
