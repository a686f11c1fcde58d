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
use states::StateCheck;

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
    let checks: Vec<&StateCheck> = judged.iter().filter_map(|rule| rule.finder.check()).collect();
    let mut said = check_states(&auditor, &checks).into_iter();
    let judged: Vec<(&AuditRule, Vec<Said>)> = judged
        .into_iter()
        .map(|rule| (rule, rule.finder.check().and_then(|_| said.next()).unwrap_or_default()))
        .collect();
    let found = parallel::one_by_one(&judged, |(rule, said)| {
        let found = match rule.finder {
            RuleFinder::Links(find) => find(&auditor),
            RuleFinder::State(check) => {
                let finding =
                    |(id, message): &Said| Finding::new(*id, rule.severity, check.at, message.clone());
                said.iter().map(finding).collect()
            }
        };
        once(&auditor, rule, found).collect::<Vec<_>>()
    });
    report.findings = found.into_iter().flatten().collect();
    report
}

/// What a check says of an object.
type Said = (ObjectId, String);

/// Fewer objects are read before another thread has begun.
const MIN_PER_THREAD: usize = 256;

/// What each of the checks says of objects, in their order. An object is read once for all of them.
fn check_states(auditor: &Auditor<'_, '_>, checks: &[&StateCheck]) -> Vec<Vec<Said>> {
    let mut said: Vec<Vec<Said>> = checks.iter().map(|_| Vec::new()).collect();
    let kinds: BTreeSet<(&str, &str)> = checks.iter().map(|check| (check.group, check.kind)).collect();
    for (group, kind) in kinds {
        let of_kind: Vec<(usize, &StateCheck)> = (0..)
            .zip(checks.iter().copied())
            .filter(|(_, check)| (check.group, check.kind) == (group, kind))
            .collect();
        let reads = Reads::of(of_kind.iter().flat_map(|(_, check)| check.reads.iter().copied()));
        let audited = auditor.audited();
        let look = |ids: &[ObjectId]| -> Vec<(usize, ObjectId, String)> {
            let of_object = |&id: &ObjectId| {
                audited.read(id, &reads, |object| {
                    let said =
                        of_kind.iter().filter_map(|(nth, check)| Some((*nth, id, (check.look)(object)?)));
                    said.collect::<Vec<_>>()
                })
            };
            ids.iter().flat_map(of_object).collect()
        };
        let ids = auditor.of_kind(group, kind);
        for (nth, id, message) in parallel::in_parts(&ids, MIN_PER_THREAD, look).into_iter().flatten() {
            said[nth].push((id, message));
        }
    }
    said
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
