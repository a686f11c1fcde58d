//! What is wrong with a cluster: rules over all objects of a dump and what they have to do with each other.
//!
//! A rule is a row of [`AUDIT_RULES`]: what it is called and about, how bad it is, which kinds it looks through, what leads to it
//! and what to do. What finds it is a check of one object (`states`), or a function over the `Auditor`, which knows the links,
//! the pods and what workloads would make of their templates (`labelled`), and in which namespaces a selector looks
//! (`namespaces`); `nearest` says which object comes nearest to what a selector asks for, and `nothing` puts that into words.
//!
//! A kind of which the dump has no object is never a finding: the rule is [not judged](AuditReport::not_judged).

mod audited;
mod auditor;
mod autoscalers;
mod broad;
mod budgets;
mod claims;
mod coverage;
mod crds;
mod finding;
mod labelled;
mod mesh;
mod monitors;
mod namespaces;
mod nearest;
mod needed;
mod nothing;
mod of_objects;
mod policies;
mod query_rule;
mod references;
mod rule;
mod rules;
mod scale;
mod scaler;
mod schedulers;
mod scheduling;
mod selectors;
mod services;
mod shared;
mod spread;
mod states;
mod workloads;

use std::collections::{BTreeSet, HashSet};

pub use finding::{AuditReport, Finding, Severity, UnjudgedRule};
pub use query_rule::{QueryRule, QueryRuleError, audit_queries};
pub use rule::AuditRule;
pub use rules::AUDIT_RULES;

use super::links::Links;
use crate::json::Reads;
use crate::{ObjectId, parallel};
use auditor::Auditor;
use rule::RuleFinder;
use states::{KindChecks, StateCheck, StateMessage};

/// Looks for what these rules say in the dump of the links, on all processors.
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
    let rules: Vec<&AuditRule> = rules.into_iter().collect();
    let checks: Vec<&StateCheck> = rules.iter().filter_map(|rule| rule.finder.check()).collect();
    let auditor = Auditor::new(links, KindChecks::of(&checks, "", "Pod"));
    let mut report = AuditReport::default();
    let mut judged: Vec<&AuditRule> = Vec::new();
    let is_about_some =
        |rule: &&AuditRule| rule.about.is_empty() || rule.about.iter().any(|kind| auditor.has_kind(kind));
    for rule in rules.into_iter().filter(is_about_some) {
        let lacking = auditor.lacking(rule.needs);
        let of_rule = |kind: &'static str| (rule.id.into(), kind.into());
        if rule.needs.are_missed(lacking.len()) {
            report.not_judged.extend(lacking.into_iter().map(of_rule));
        } else {
            judged.push(rule);
            report.judged_in_part.extend(lacking.into_iter().map(of_rule));
        }
    }
    let said = what_is_said(&auditor, &checks);
    let found = parallel::one_by_one(&judged, |rule| {
        let found = match rule.finder {
            RuleFinder::Links(find) => find(&auditor),
            RuleFinder::State(check) => {
                let of_check = said.iter().filter(|said| std::ptr::eq(checks[said.check], check));
                let finding = |said: &StateMessage| {
                    Finding::new(said.id, rule.severity, check.at, said.message.clone())
                };
                of_check.map(finding).collect()
            }
        };
        once(&auditor, rule, found).collect::<Vec<_>>()
    });
    report.findings = found.into_iter().flatten().collect();
    report
}

/// Fewer objects are read before another thread has begun.
const MIN_PER_THREAD: usize = 256;

/// What the checks say of objects, in the order of the objects of each kind.
fn what_is_said(auditor: &Auditor<'_, '_>, checks: &[&'static StateCheck]) -> Vec<StateMessage> {
    let kinds: BTreeSet<(&str, &str)> = checks.iter().map(|check| (check.group, check.kind)).collect();
    let of_kind = |(group, kind): (&str, &str)| {
        if (group, kind) == ("", "Pod") {
            return auditor.pods().said().to_vec();
        }
        let checks = KindChecks::of(checks, group, kind);
        let (audited, reads) = (auditor.audited(), Reads::of(checks.reads()));
        let look = |ids: &[ObjectId]| -> Vec<StateMessage> {
            let of_object =
                |&id: &ObjectId| audited.read(id, &reads, |object| checks.look(id, object).collect());
            ids.iter().flat_map::<Vec<StateMessage>, _>(of_object).collect()
        };
        parallel::in_parts(&auditor.of_kind(group, kind), MIN_PER_THREAD, look).concat()
    };
    kinds.into_iter().flat_map(of_kind).collect()
}

/// What a rule has found. An object that several files hold is told of once.
fn once(
    auditor: &Auditor<'_, '_>,
    rule: &'static AuditRule,
    found: Vec<Finding>,
) -> impl Iterator<Item = Finding> {
    let mut told = HashSet::new();
    let is_new = move |finding: &Finding| {
        let object = auditor.object(finding.object).map(|object| object.identity());
        told.insert((
            object,
            auditor.dump().cluster(finding.object),
            finding.at.clone(),
            finding.message.clone(),
        ))
    };
    found.into_iter().filter(is_new).map(|finding| Finding { rule: rule.id.into(), ..finding })
}
