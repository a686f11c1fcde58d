//! The answers as rows for programs: one for each reason against a node, or for a node that fits.

use selq::kubernetes::scheduling::{NodeReason, Verdict};
use selq::{Dump, ObjectId};

use crate::terminal::table::{Cell, Grid};

pub(super) struct VerdictRows<'a, 's> {
    pub(super) dump: &'a Dump,
    pub(super) verdicts: &'a [Verdict<'s>],
}

pub(super) struct VerdictRow<'a> {
    namespace: &'a str,
    pod: &'a str,
    node: &'a str,
    reason: Option<NodeReason>,
}

impl<'a> VerdictRows<'a, '_> {
    fn of_node(&self, verdict: &'a Verdict<'_>, node: ObjectId) -> Vec<VerdictRow<'a>> {
        let row = |reason| VerdictRow {
            namespace: verdict.pod().namespace(),
            pod: verdict.pod().name(),
            node: self.dump.store().get(node).map_or("", |node| node.name()),
            reason,
        };
        match verdict.fits(node) {
            true => vec![row(None)],
            false => verdict.reasons(node).into_iter().map(|reason| row(Some(reason))).collect(),
        }
    }
}

impl<'a> Grid for VerdictRows<'a, '_> {
    type Row = VerdictRow<'a>;

    fn header(&self) -> Vec<&str> {
        vec!["namespace", "pod", "node", "fits", "plugin", "reason", "detail"]
    }

    fn rows(&self) -> impl Iterator<Item = VerdictRow<'a>> {
        self.verdicts
            .iter()
            .flat_map(move |verdict| verdict.nodes().flat_map(move |node| self.of_node(verdict, node)))
    }

    fn cell<'c>(&'c self, row: &'c VerdictRow<'a>, column: usize, scratch: &'c mut String) -> Cell<'c> {
        match (column, &row.reason) {
            (0, _) => Cell::Text(row.namespace),
            (1, _) => Cell::Text(row.pod),
            (2, _) => Cell::Text(row.node),
            (3, reason) => Cell::Text(if reason.is_none() { "true" } else { "false" }),
            (_, None) => Cell::Null,
            (4, Some(reason)) => Cell::Text(reason.plugin.as_str()),
            (5, Some(reason)) => Cell::Text(&reason.reason),
            (_, Some(reason)) => {
                *scratch = reason.cause.to_string();
                Cell::Text(scratch)
            }
        }
    }
}
