//! JSON: the objects themselves, as they were in the dump, and lines of our own.

use std::io::{self, Write};

use selq::{Dump, ObjectRef};
use serde::Serialize;

use super::{Rows, View, names};
use crate::terminal::message;
use crate::terminal::sanitize::escaped_json;

/// Writes a list as `kubectl get -o json` does: the one that all objects come from, so that those keep their kinds that
/// do not say them, or else a `List`. Each object keeps its own bytes.
pub(super) fn write_list(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    let list = dump.list_kind(rows.iter().map(|object| object.id()));
    let (api_version, kind) = list.map_or(("v1", "List"), |list| (&list.api_version, &list.kind));
    if list.is_none() {
        remark_lost_kind(
            dump,
            rows,
            "where objects of several lists are written as one: -k keeps to those of one",
        );
    }
    out.write_all(b"{\n")?;
    if !api_version.is_empty() {
        writeln!(out, "    \"apiVersion\": {},", json_text(api_version, view))?;
    }
    out.write_all(b"    \"items\": [")?;
    for (nth, object) in rows.iter().enumerate() {
        out.write_all(if nth == 0 { b"\n        " } else { b",\n        " })?;
        write_object(dump, &object, view, out)?;
    }
    out.write_all(if rows.len() == 0 { b"]" } else { b"\n    ]" })?;
    write!(out, ",\n    \"kind\": {},\n", json_text(kind, view))?;
    out.write_all(b"    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n")
}

fn json_text(text: &str, view: &View) -> String {
    let json = serde_json::Value::from(text).to_string();
    if view.on_terminal { escaped_json(&json).into_owned() } else { json }
}

/// Says once that what is written lacks kinds that only lists say, and for how many objects. `why` goes on behind: they
/// are lost.
fn remark_lost_kind(dump: &Dump, rows: &Rows<'_>, why: &str) {
    let mut lost = rows.iter().filter(|object| dump.has_kind_of_list(object.id()));
    let Some(first) = lost.next() else { return };
    let title = names::title(first.identity(), dump.index(first.id()));
    message::print(&match lost.count() as u64 {
        0 => format!("the kind of {title} stands only in its list, and is lost {why}"),
        n => {
            let others = message::counted(n, "other object");
            format!("the kinds of {title} and {others} stand only in their lists, and are lost {why}")
        }
    });
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
    remark_lost_kind(dump, rows, "in JSON lines: JSON (-o json) keeps the list");
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
