//! Findings as rows and as lines of JSON.

use std::io::{self, Write};

use selq::kubernetes::audit::Finding;
use selq::{Dump, ObjectId};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::output::identity::ObjectLine;
use crate::output::names;
use crate::terminal::printer::Printer;
use crate::terminal::table::{Cell, Grid};

pub(super) struct Findings<'a> {
    pub(super) dump: &'a Dump,
    pub(super) findings: &'a [Finding],
}

/// `{"rule":…,"severity":…,"object":{…},"at":…,"message":…,"evidence":{…},"related":[…]}`
#[derive(Serialize)]
struct FindingLine<'a> {
    rule: &'a str,
    severity: &'static str,
    object: Option<ObjectLine<'a>>,
    at: &'a str,
    message: &'a str,
    evidence: &'a Map<String, Value>,
    related: Vec<ObjectLine<'a>>,
}

impl Findings<'_> {
    pub(super) fn write_json_lines(&self, out: &mut Printer<impl Write>) -> io::Result<()> {
        self.findings.iter().try_for_each(|finding| {
            let line = |id| Some(ObjectLine::of(self.dump, &self.dump.store().get(id)?));
            out.json_line(&FindingLine {
                rule: &finding.rule,
                severity: finding.severity.as_str(),
                object: line(finding.object),
                at: &finding.at,
                message: &finding.message,
                evidence: &finding.evidence,
                related: finding.related.iter().filter_map(|id| line(*id)).collect(),
            })
        })
    }

    /// `shop/deployment.apps/web`
    fn title(&self, id: ObjectId, scratch: &mut String) {
        let Some(object) = self.dump.store().get(id) else { return };
        names::push_reference(object.identity(), || self.dump.index(id), scratch);
    }
}

impl<'a> Grid for Findings<'a> {
    type Row = &'a Finding;

    fn header(&self) -> Vec<&str> {
        vec!["severity", "rule", "object", "message"]
    }

    fn rows(&self) -> impl Iterator<Item = &'a Finding> {
        self.findings.iter()
    }

    fn cell<'c>(&'c self, row: &'c &'a Finding, column: usize, scratch: &'c mut String) -> Cell<'c> {
        match column {
            0 => Cell::Text(row.severity.as_str()),
            1 => Cell::Text(&row.rule),
            2 => {
                self.title(row.object, scratch);
                Cell::Text(scratch)
            }
            _ => Cell::Text(&row.message),
        }
    }
}
