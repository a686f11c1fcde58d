//! JSON: the objects themselves, as they were in the dump.

use std::io::{self, Write};

use selq::Dump;

use super::{Rows, names};
use crate::terminal::message;
use crate::terminal::printer::Printer;

/// Writes a list as `kubectl get -o json` does: the one that all objects come from, so that those keep their kinds that
/// do not say them, or else a `List`. Each object keeps its own bytes. Gives what there is to say of it.
pub(super) fn write_list(
    dump: &Dump,
    rows: &Rows<'_>,
    out: &mut Printer<impl Write>,
) -> io::Result<Option<String>> {
    let list = dump.list_kind(rows.iter().map(|object| object.id()));
    let (api_version, kind) = list.map_or(("v1", "List"), |list| (&list.api_version, &list.kind));
    out.raw().write_all(b"{\n")?;
    if !api_version.is_empty() {
        write_field("apiVersion", api_version, out)?;
    }
    // The fields stand in kubectl's order, which is the alphabet's.
    out.raw().write_all(b"    \"items\": [")?;
    for (nth, object) in rows.iter().enumerate() {
        out.raw().write_all(if nth == 0 { b"\n        " } else { b",\n        " })?;
        out.json(&dump.json(object.id()))?;
    }
    out.raw().write_all(if rows.len() == 0 { b"],\n" } else { b"\n    ],\n" })?;
    write_field("kind", kind, out)?;
    out.raw().write_all(b"    \"metadata\": {\n        \"resourceVersion\": \"\"\n    }\n}\n")?;
    Ok(lost_in_list(dump, rows, list.is_some()))
}

/// That kinds are lost in one list of many, unless that is one which says the kind of all its items.
pub(super) fn lost_in_list(dump: &Dump, rows: &Rows<'_>, says_kind: bool) -> Option<String> {
    let why = "where objects of several lists are written as one: -k keeps to those of one";
    if says_kind { None } else { lost_kind(dump, rows, why) }
}

fn write_field(name: &str, text: &str, out: &mut Printer<impl Write>) -> io::Result<()> {
    // The kind of a list comes from the dump, and may hold anything.
    out.json(&format!("    \"{name}\": {},\n", serde_json::Value::from(text)))
}

/// Writes one object a line: its own bytes without the white space between tokens. Gives what there is to say of it.
pub(super) fn write_lines(
    dump: &Dump,
    rows: &Rows<'_>,
    out: &mut Printer<impl Write>,
) -> io::Result<Option<String>> {
    for object in rows.iter() {
        out.json(&dump.compact_json(object.id()))?;
        out.raw().write_all(b"\n")?;
    }
    Ok(lost_kind(dump, rows, "in JSON lines: JSON (-o json) keeps the list"))
}

/// That what is written lacks kinds that only lists say, and for how many objects. `why` goes on behind: they are lost.
fn lost_kind(dump: &Dump, rows: &Rows<'_>, why: &str) -> Option<String> {
    let mut lost = rows.iter().filter(|object| dump.has_kind_of_list(object.id()));
    let first = lost.next()?;
    let title = names::title(first.identity(), dump.index(first.id()));
    Some(match lost.count() as u64 {
        0 => format!("the kind of {title} stands only in its list, and is lost {why}"),
        n => {
            let others = message::counted(n, "other object");
            format!("the kinds of {title} and {others} stand only in their lists, and are lost {why}")
        }
    })
}
