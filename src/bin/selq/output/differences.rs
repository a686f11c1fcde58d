//! What differs between two dumps, as rows and as lines of JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::iter;

use selq::diff::{DiffBy, ObjectDifference, changed_fields};
use selq::edit::LabelChange;
use selq::{Dump, ObjectId, ObjectRef};
use serde::Serialize;

use super::grid::{self, GridFormat};
use super::identity::ObjectLine;
use super::names;
use crate::terminal::message::thousands;
use crate::terminal::printer::Printer;
use crate::terminal::table::{Cell, Grid, Layout};

/// How many fields of an object a row names.
const MAX_FIELDS_SHOWN: usize = 4;

/// The differences of two dumps.
pub(crate) struct DiffRows<'a> {
    pub(crate) differences: &'a [ObjectDifference],
    pub(crate) before: &'a Dump,
    pub(crate) after: &'a Dump,
    pub(crate) by: DiffBy,
}

/// `{"change":"~","object":{…},"labels":{"added":{…},"removed":{…},"changed":{…}}}`, and by more than labels the fields that
/// changed.
#[derive(Serialize)]
struct DiffLine<'a> {
    change: &'static str,
    object: ObjectLine<'a>,
    labels: LabelDifferences<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<String>>,
}

/// What became of the labels; those of what came were added, and those of what went removed.
#[derive(Serialize, Default)]
struct LabelDifferences<'a> {
    added: BTreeMap<&'a str, &'a str>,
    removed: BTreeMap<&'a str, &'a str>,
    changed: BTreeMap<&'a str, ValueDifference<'a>>,
}

/// What became of a value.
#[derive(Serialize)]
struct ValueDifference<'a> {
    from: &'a str,
    to: &'a str,
}

impl<'a> DiffRows<'a> {
    /// How the table is laid out: what is different, in the last column, is cut before a name is, by which one looks on.
    pub(crate) fn layout(headers: bool, max_width: Option<usize>) -> Layout {
        Layout { headers, max_width, last_is_labels: true, ..Layout::default() }
    }

    pub(crate) fn write(
        &self,
        format: GridFormat,
        layout: &Layout,
        out: &mut Printer<impl Write>,
    ) -> io::Result<()> {
        match format {
            GridFormat::Jsonl => self.differences.iter().try_for_each(|it| self.write_json(*it, out)),
            // A header over nothing would look like something.
            _ if self.differences.is_empty() => Ok(()),
            format => grid::write(self, format, layout, out),
        }
    }

    fn write_json(&self, difference: ObjectDifference, out: &mut Printer<impl Write>) -> io::Result<()> {
        let Some((dump, object)) = self.object(difference) else { return Ok(()) };
        let changes = self.label_changes(difference);
        out.json_line(&DiffLine {
            change: sign(difference),
            object: ObjectLine::of(dump, &object),
            labels: LabelDifferences::of(&changes),
            fields: self.fields(difference),
        })
    }

    /// The object as it is now, or else as it was, with its dump.
    fn object(&self, difference: ObjectDifference) -> Option<(&'a Dump, ObjectRef<'a>)> {
        let (dump, id) = match difference {
            ObjectDifference::Came { after } | ObjectDifference::Changed { after, .. } => (self.after, after),
            ObjectDifference::Went { before } => (self.before, before),
        };
        Some((dump, dump.store().get(id)?))
    }

    fn label_changes(&self, difference: ObjectDifference) -> Vec<LabelChange> {
        let (before, after) = match difference {
            ObjectDifference::Came { after } => (None, Some(after)),
            ObjectDifference::Went { before } => (Some(before), None),
            ObjectDifference::Changed { before, after } => (Some(before), Some(after)),
        };
        let labels = |dump: &'a Dump, id: Option<ObjectId>| -> Vec<(&'a str, &'a str)> {
            let object = id.and_then(|id| dump.store().get(id));
            object.map(|object| object.labels().collect()).unwrap_or_default()
        };
        let (mut before, mut after) = (labels(self.before, before), labels(self.after, after));
        leave_out_equal(&mut before, &mut after);
        LabelChange::all(before, after)
    }

    /// The fields in which what changed differs; none by labels alone, for which no text is read again.
    fn fields(&self, difference: ObjectDifference) -> Option<Vec<String>> {
        match difference {
            ObjectDifference::Changed { before, after } if self.by != DiffBy::Labels => {
                Some(changed_fields(&self.before.json(before), &self.after.json(after), self.by))
            }
            _ => None,
        }
    }

    /// What is different, in short: labels, of what came and what went all of them, and fields.
    fn push_what(&self, difference: ObjectDifference, out: &mut String) {
        let fields = self.fields(difference).unwrap_or_default();
        let mut what: Vec<String> = self.label_changes(difference).iter().map(ToString::to_string).collect();
        let n_more = fields.len().saturating_sub(MAX_FIELDS_SHOWN);
        what.extend(fields.into_iter().take(MAX_FIELDS_SHOWN));
        what.extend((n_more > 0).then(|| format!("+ {n_more} more...")));
        out.push_str(&what.join(" "));
    }
}

/// Takes out what stands in the same place on both sides, of which no key is there twice.
fn leave_out_equal<'a>(before: &mut Vec<(&'a str, &'a str)>, after: &mut Vec<(&'a str, &'a str)>) {
    // Most labels of what changed are as they were, and where they were.
    let same: Vec<bool> = before.iter().zip(&*after).map(|(old, new)| old == new).collect();
    for labels in [before, after] {
        let mut is_same = same.iter().copied().chain(iter::repeat(false));
        labels.retain(|_| !is_same.next().unwrap_or(false));
    }
}

impl<'a> LabelDifferences<'a> {
    fn of(changes: &'a [LabelChange]) -> LabelDifferences<'a> {
        let mut differences = LabelDifferences::default();
        for change in changes {
            match change {
                LabelChange::Added { key, value } => {
                    differences.added.insert(key, value);
                }
                LabelChange::Removed { key, old } => {
                    differences.removed.insert(key, old);
                }
                LabelChange::Replaced { key, old, value } => {
                    differences.changed.insert(key, ValueDifference { from: old, to: value });
                }
            }
        }
        differences
    }
}

impl Grid for DiffRows<'_> {
    type Row = ObjectDifference;

    fn header(&self) -> Vec<&str> {
        vec!["change", "namespace", "name", "kind", "what"]
    }

    fn rows(&self) -> impl Iterator<Item = ObjectDifference> {
        self.differences.iter().copied()
    }

    fn cell<'c>(&'c self, row: &'c ObjectDifference, column: usize, scratch: &'c mut String) -> Cell<'c> {
        let Some((dump, object)) = self.object(*row) else { return Cell::Null };
        let present = |text: &'c str| if text.is_empty() { Cell::Null } else { Cell::Text(text) };
        match column {
            0 => Cell::Text(sign(*row)),
            1 => present(object.identity().namespace),
            2 if object.name().is_empty() => {
                names::push_name(object.identity(), || dump.index(object.id()), scratch);
                Cell::Text(scratch)
            }
            2 => Cell::Text(object.identity().name),
            3 => present(object.identity().kind),
            _ => {
                self.push_what(*row, scratch);
                Cell::Text(scratch)
            }
        }
    }
}

fn sign(difference: ObjectDifference) -> &'static str {
    match difference {
        ObjectDifference::Came { .. } => "+",
        ObjectDifference::Went { .. } => "-",
        ObjectDifference::Changed { .. } => "~",
    }
}

/// How many objects did what, of so many before.
pub(crate) fn summary(differences: &[ObjectDifference], n_before: usize) -> String {
    let n = |what: &str| differences.iter().filter(|it| sign(**it) == what).count() as u64;
    let (came, went, changed) = (n("+"), n("-"), n("~"));
    if differences.is_empty() {
        return "nothing differs".to_owned();
    }
    let same = (n_before as u64).saturating_sub(went + changed);
    format!(
        "{} came, {} went, {} changed, {} as before",
        thousands(came),
        thousands(went),
        thousands(changed),
        thousands(same)
    )
}
