//! The rules of an audit, listed and explained.

use selq::kubernetes::audit::AuditRule;

use crate::terminal::table::{Cell, Grid};

pub(super) struct RuleList(pub(super) Vec<&'static AuditRule>);

impl Grid for RuleList {
    type Row = &'static AuditRule;

    fn header(&self) -> Vec<&str> {
        vec!["rule", "severity", "finds"]
    }

    fn rows(&self) -> impl Iterator<Item = &'static AuditRule> {
        self.0.iter().copied()
    }

    fn cell<'c>(&'c self, row: &'c &'static AuditRule, column: usize, _: &'c mut String) -> Cell<'c> {
        Cell::Text(match column {
            0 => row.id,
            1 => row.severity.as_str(),
            _ => row.title,
        })
    }
}

/// A rule as `selq help audit RULE` tells of it.
pub(crate) fn explained(rule: &AuditRule) -> String {
    format!(
        "{} ({})\n\nFinds: {}.\nCause: {}.\nFix:   {}.\n",
        rule.id, rule.severity, rule.title, rule.cause, rule.fix
    )
}
