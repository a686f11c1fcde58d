//! The rules of an audit, listed and explained.

use selq::kubernetes::audit::{AuditRule, QueryRule, Severity};

use crate::terminal::table::{Cell, Grid};

/// A rule as a list shows it.
pub(super) struct RuleLine<'r> {
    pub(super) id: &'r str,
    pub(super) severity: Severity,
    /// What it finds, or what it says of that.
    pub(super) finds: &'r str,
}

pub(super) struct RuleList<'r>(pub(super) &'r [RuleLine<'r>]);

impl<'r> RuleLine<'r> {
    pub(super) fn built_in(rule: &'r AuditRule) -> RuleLine<'r> {
        RuleLine { id: rule.id, severity: rule.severity, finds: rule.title }
    }

    pub(super) fn own(rule: &'r QueryRule) -> RuleLine<'r> {
        RuleLine { id: rule.id(), severity: rule.severity(), finds: rule.message() }
    }
}

impl<'r> Grid for RuleList<'r> {
    type Row = &'r RuleLine<'r>;

    fn header(&self) -> Vec<&str> {
        vec!["rule", "severity", "finds"]
    }

    fn rows(&self) -> impl Iterator<Item = &'r RuleLine<'r>> {
        self.0.iter()
    }

    fn cell<'c>(&'c self, row: &'c &'r RuleLine<'r>, column: usize, _: &'c mut String) -> Cell<'c> {
        Cell::Text(match column {
            0 => row.id,
            1 => row.severity.as_str(),
            _ => row.finds,
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
