//! JSON: the objects themselves, as they were in the dump, and lines of our own.

use std::io::{self, Write};

use memchr::memchr2;
use selq::{Dump, ObjectRef};
use serde::Serialize;

use super::sanitize::escaped_json;
use super::{Rows, View};

/// Writes a `List` as `kubectl get -o json` does. Each object keeps its own bytes.
pub(super) fn write_list(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"{\n    \"apiVersion\": \"v1\",\n    \"items\": [")?;
    for (nth, object) in rows.iter().enumerate() {
        out.write_all(if nth == 0 { b"\n        " } else { b",\n        " })?;
        write_object(dump, &object, view, out)?;
    }
    out.write_all(if rows.len() == 0 { b"]" } else { b"\n    ]" })?;
    out.write_all(
        b",\n    \"kind\": \"List\",\n    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n",
    )
}

fn write_object(dump: &Dump, object: &ObjectRef<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    let json = dump.json(object.id());
    if view.on_terminal {
        return out.write_all(escaped_json(&json).as_bytes());
    }
    out.write_all(json.as_bytes())
}

/// Writes one object a line: its own bytes without the white space between tokens.
pub(super) fn write_lines(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    for object in rows.iter() {
        let json = dump.json(object.id());
        if view.on_terminal {
            write_compact(&escaped_json(&json), out)?;
        } else {
            write_compact(&json, out)?;
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Writes a value of our own as one line.
pub(crate) fn write_value(value: &impl Serialize, on_terminal: bool, out: &mut impl Write) -> io::Result<()> {
    if on_terminal {
        return writeln!(out, "{}", escaped_json(&serde_json::to_string(value)?));
    }
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Writes valid JSON without the white space between its tokens, and everything else as it is.
fn write_compact(json: &str, out: &mut impl Write) -> io::Result<()> {
    let bytes = json.as_bytes();
    let (mut begin, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at + 1),
            b' ' | b'\n' | b'\t' | b'\r' => {
                out.write_all(&bytes[begin..at])?;
                let blank =
                    bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r'));
                at += blank.count();
                begin = at;
            }
            _ => at += 1,
        }
    }
    out.write_all(&bytes[begin..])
}

/// The place behind the string whose first byte inside the quotes is at `at`.
pub(super) fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr2(b'"', b'\\', &bytes[at..]) {
        match bytes[at + found] {
            b'"' => return at + found + 1,
            // Whatever is escaped is passed over; a backslash is never the last byte of valid JSON.
            _ => at = (at + found + 2).min(bytes.len()),
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compact(json: &str) -> String {
        let mut out = Vec::new();
        write_compact(json, &mut out).expect("a Vec takes all");
        String::from_utf8(out).expect("parts of a text")
    }

    #[test]
    fn only_white_space_between_tokens_goes() {
        assert_eq!(compact("{ \"a b\" :\r\n\t[ 1.50, -0e+2 ,\"\" ] }\n"), r#"{"a b":[1.50,-0e+2,""]}"#);
        assert_eq!(compact(r#"{"a\" b\\" : " \\\" c " , "é" : 1}"#), r#"{"a\" b\\":" \\\" c ","é":1}"#);
        assert_eq!(compact("true"), "true");
    }
}
