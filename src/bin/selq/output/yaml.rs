//! YAML: the objects in the form that `kubectl get -o yaml` has.

use std::io::{self, Write};

use selq::Dump;
use selq::text::yaml;
use serde_json::Value;

use super::{Rows, json};
use crate::terminal::printer::Printer;

/// Writes a list as `kubectl get -o yaml` does: that of [JSON](json::write_list), with the keys of each object in the order
/// that they have. Gives what there is to say of it.
pub(super) fn write_list(
    dump: &Dump,
    rows: &Rows<'_>,
    out: &mut Printer<impl Write>,
) -> io::Result<Option<String>> {
    let list = dump.list_kind(rows.iter().map(|object| object.id()));
    let (api_version, kind) = list.map_or(("v1", "List"), |list| (&list.api_version, &list.kind));
    if !api_version.is_empty() {
        out.json(&field("apiVersion", api_version))?;
    }
    out.raw().write_all(if rows.len() == 0 { b"items: []\n" } else { b"items:\n" })?;
    for object in rows.iter() {
        out.json(&as_element(&yaml(&dump.json(object.id()))))?;
    }
    out.json(&field("kind", kind))?;
    out.raw().write_all(b"metadata:\n  resourceVersion: \"\"\n")?;
    Ok(json::lost_in_list(dump, rows, list.is_some()))
}

/// What a list says of itself comes from the dump, and may hold anything.
fn field(name: &str, text: &str) -> String {
    format!("{name}: {}", yaml(&Value::from(text).to_string()))
}

/// The lines of an object as those of an element of a list.
fn as_element(object: &str) -> String {
    let mut element = String::with_capacity(object.len() + object.len() / 8);
    for (nth, line) in object.lines().enumerate() {
        match (nth, line) {
            (0, _) => element.push_str("- "),
            // Nothing stands in an empty line of a text.
            (_, "") => {}
            _ => element.push_str("  "),
        }
        element.push_str(line);
        element.push('\n');
    }
    element
}
