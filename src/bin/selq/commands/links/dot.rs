//! Links as a graph for Graphviz.

use std::collections::BTreeSet;
use std::io::{self, Write};

use selq::ObjectId;

use super::rows::LinkRows;
use crate::output::names;
use crate::terminal::printer::Printer;

/// Writes a node for each object that has a link, and an edge for each link.
pub(super) fn write(rows: &LinkRows<'_, '_>, out: &mut Printer<impl Write>) -> io::Result<()> {
    out.line("digraph links {")?;
    out.line("  rankdir=LR;")?;
    out.line("  node [shape=box];")?;
    let ends = rows.links_of_all().flat_map(|row| [row.tie.from(), row.to]).collect::<BTreeSet<_>>();
    for id in ends {
        out.line(&format!("  n{} [label=\"{}\"];", id.index(), quoted(&title(rows, id))))?;
    }
    for row in rows.links_of_all() {
        let selector = row.tie.selector().map(|it| format!("\\n{}", quoted(&it))).unwrap_or_default();
        let (from, to) = (row.tie.from().index(), row.to.index());
        out.line(&format!("  n{from} -> n{to} [label=\"{}{selector}\"];", row.tie.relation()))?;
    }
    out.line("}")
}

fn title(rows: &LinkRows<'_, '_>, id: ObjectId) -> String {
    let mut title = String::new();
    if let Some(object) = rows.object(id) {
        names::push_reference(object.identity(), || rows.links().dump().index(id), &mut title);
    }
    title
}

/// A text as it stands between quotation marks.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
