//! What is wrong with a cluster: rules over all objects of a dump and what they have to do with each other.
//!
//! A rule is a row of [`AUDIT_RULES`]: what it is called and about, how bad it is, which kinds it looks through, what leads to it
//! and what to do. What finds it is a function over the `Auditor`, which knows the links, the pods and what
//! workloads would make of their templates; `nearest` says which object comes nearest to what a selector asks for.
//!
//! A kind of which the dump has no object is never a finding: the rule is [not judged](AuditReport::not_judged).

mod audited;
mod auditor;
mod budgets;
mod finding;
mod nearest;
mod podlike;
mod policies;
mod rule;
mod services;
mod states;
mod workloads;

use std::collections::HashSet;

pub use finding::{Finding, Severity};
pub use rule::{AUDIT_RULES, AuditRule};

use super::links::Links;
use auditor::Auditor;

/// What an audit found, and what it could not look at.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct AuditReport {
    /// What is wrong, in the order of the rules and, of each, of the objects.
    pub findings: Vec<Finding>,
    /// The rules that were not judged, each with a kind that the dump lacks.
    pub not_judged: Vec<(&'static str, &'static str)>,
}

/// Looks for what these rules say in the dump of the links.
///
/// ```
/// use selq::kubernetes::Links;
/// use selq::kubernetes::audit::{AUDIT_RULES, audit};
/// use selq::{Input, Loader};
///
/// let dump = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"wbe"}}}
///     {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","labels":{"app":"web"}}}"#;
/// let dump = Loader::new().load([Input::Bytes { name: "dump".into(), bytes: dump.into() }])?;
/// let report = audit(&Links::new(&dump), AUDIT_RULES);
/// assert_eq!(report.findings[0].rule, "service-no-pods");
/// # Ok::<(), selq::LoadError>(())
/// ```
#[must_use]
pub fn audit(links: &Links<'_>, rules: impl IntoIterator<Item = &'static AuditRule>) -> AuditReport {
    let auditor = Auditor::new(links);
    let mut report = AuditReport::default();
    for rule in rules {
        if !rule.about.iter().any(|kind| auditor.has_kind(kind)) {
            continue;
        }
        match auditor.lacks(rule.needs) {
            Some(kind) => report.not_judged.push((rule.id, kind)),
            None => report.findings.extend(once(&auditor, rule)),
        }
    }
    report
}

/// What a rule finds. An object that several files hold is told of once.
fn once(auditor: &Auditor<'_, '_>, rule: &'static AuditRule) -> impl Iterator<Item = Finding> {
    let mut told = HashSet::new();
    let found = (rule.finder)(auditor).into_iter();
    let is_new = move |finding: &Finding| {
        let object = auditor.object(finding.object).map(|object| object.identity());
        told.insert((object, finding.at.clone(), finding.message.clone()))
    };
    found.filter(is_new).map(|finding| Finding { rule: rule.id, ..finding })
}
