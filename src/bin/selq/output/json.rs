//! JSON: the objects themselves, as they were in the dump, and lines of our own.

use std::io::{self, Write};

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
        let json = dump.compact_json(object.id());
        if view.on_terminal {
            out.write_all(escaped_json(&json).as_bytes())?;
        } else {
            out.write_all(json.as_bytes())?;
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
