//! What a rule of an audit is.

use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::needed::KindsNeeded;
use super::states::StateCheck;

/// What an audit looks for.
pub struct AuditRule {
    /// What it is called: `service-no-pods`.
    pub id: &'static str,
    /// How bad it is at worst.
    pub severity: Severity,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// What leads to it.
    pub cause: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// The kinds that it looks through besides those that it is about.
    pub(super) needs: KindsNeeded,
    /// The kinds that it is about; none where it is about whatever there is.
    pub(super) about: &'static [&'static str],
    pub(super) finder: RuleFinder,
}

/// How a rule finds what it is about.
#[derive(Clone, Copy)]
pub(super) enum RuleFinder {
    /// It asks what objects have to do with each other.
    Links(fn(&Auditor<'_, '_>) -> Vec<Finding>),
    /// It looks at each object by itself.
    State(&'static StateCheck),
}

impl RuleFinder {
    /// The check of single objects, if it is one.
    pub(super) fn check(self) -> Option<&'static StateCheck> {
        match self {
            RuleFinder::State(check) => Some(check),
            RuleFinder::Links(_) => None,
        }
    }
}

impl std::fmt::Debug for AuditRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditRule").field("id", &self.id).finish_non_exhaustive()
    }
}
