//! `-o records`: flat lines that every engine loads as a table.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Result, bail};
use selq::query::{Subject, SubjectReader};
use selq::{Dump, ObjectRef};
use serde::Serialize;
use serde::ser::SerializeMap;

use super::subject::{ColumnSubject, cell_text};
use super::{Rows, View};
use crate::terminal::printer::Printer;

/// The members of every record.
const MEMBERS: [&str; 8] = ["source", "index", "group", "kind", "namespace", "name", "uid", "labels"];
/// Where the uid stands.
const UID: &str = ".metadata.uid";

/// Refuses columns that would be a second member of a name: engines read one of them, or refuse the line.
pub(crate) fn check(columns: &[ColumnSubject]) -> Result<()> {
    let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
    for (nth, name) in names.iter().enumerate() {
        if MEMBERS.contains(&name.as_str()) {
            bail!("a record has the member {name:?} already: -L 'label({name})' is the label of that name");
        }
        if names[..nth].contains(name) {
            bail!("-L names {name} twice, and a record has one member of a name");
        }
    }
    Ok(())
}

/// Writes a record for each object: what it is, its labels as a map, and a member for each column.
pub(super) fn write(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut Printer<impl Write>) -> Result<()> {
    let uid: Subject = UID.parse()?;
    let columns: Vec<(String, &ColumnSubject)> =
        view.columns.iter().map(|column| (column.to_string(), column)).collect();
    let read = view.columns.iter().filter_map(ColumnSubject::read).cloned();
    let reader = SubjectReader::new([uid].into_iter().chain(read), view.context);
    let read = reader.read_all(dump, &rows.ids(), |_, values| {
        values.iter().map(|values| cell_text(values)).collect::<Vec<Option<String>>>()
    });
    for (object, read) in rows.iter().zip(&read) {
        out.json_line(&Record { dump, object, read, columns: &columns })?;
    }
    Ok(())
}

/// An object as a line.
struct Record<'a, 's> {
    dump: &'a Dump,
    object: ObjectRef<'s>,
    /// Its uid, and what stands in the columns that are read.
    read: &'a [Option<String>],
    columns: &'a [(String, &'a ColumnSubject)],
}

impl Serialize for Record<'_, '_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Record { dump, object, read, columns } = self;
        let present = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let mut read = read.iter().map(Option::as_deref);
        let mut map = serializer.serialize_map(Some(MEMBERS.len() + columns.len()))?;
        map.serialize_entry("source", dump.source(object.id()))?;
        map.serialize_entry("index", &dump.index(object.id()))?;
        // The core group has no name, which is another thing than that an object says nothing of its group.
        let has_group = !object.api_version().is_empty();
        map.serialize_entry("group", &has_group.then(|| object.identity().group()))?;
        map.serialize_entry("kind", &present(object.kind()))?;
        map.serialize_entry("namespace", &present(object.namespace()))?;
        map.serialize_entry("name", &present(object.name()))?;
        map.serialize_entry("uid", &read.next().flatten())?;
        map.serialize_entry("labels", &object.labels().collect::<BTreeMap<&str, &str>>())?;
        for (name, column) in *columns {
            match column.label() {
                Some(key) => map.serialize_entry(name, &object.label(key))?,
                None => map.serialize_entry(name, &read.next().flatten())?,
            }
        }
        map.end()
    }
}
