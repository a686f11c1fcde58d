//! Constraints by which pods of one workload keep away from each other.

use super::super::links::label_selector;
use super::super::object::{Json, ObjectJson};
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::nearest::held_for;
use crate::Selector;
use crate::json::{MemberNames, Reads};

/// What is read of a pod.
const READS: &[&str] = &[".spec.topologySpreadConstraints", ".spec.affinity.podAntiAffinity"];

/// What is found in a pod: where, and what.
type FoundAt = (String, String);

pub(super) fn self_mismatch(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    of_pods(auditor, Severity::Warning, |pod, at, read| {
        let constraints =
            constraints(read).filter_map(|(inner, constraint)| Some((inner, miscounts(&constraint, pod)?)));
        let terms = anti_affinity_terms(read).filter_map(|(inner, term)| {
            let said = keeps_no_distance(auditor, pod, &format!("{at}{inner}"), &term)?;
            Some((inner, said))
        });
        constraints.chain(terms).collect()
    })
}

pub(super) fn no_revision(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    of_pods(auditor, Severity::Info, |pod, _, read| {
        let is_of_deployment = auditor.is_of(pod.id, "apps", "Deployment");
        let found = constraints(read).filter(|(_, constraint)| {
            let mut keys = constraint.get("matchLabelKeys").elements();
            is_of_deployment
                && !constraint.get("whenUnsatisfiable").is("ScheduleAnyway")
                && !keys.any(|key| key.is("pod-template-hash"))
        });
        let said = "counts the pods of all revisions, so that a rollout may end uneven: matchLabelKeys has no \
                    pod-template-hash";
        found.map(|(inner, _)| (inner, said.to_owned())).collect()
    })
}

/// What `look` finds in the descriptions of pods, given with where in the object each stands.
fn of_pods(
    auditor: &Auditor<'_, '_>,
    severity: Severity,
    look: impl Fn(&Labelled<'_>, &str, &ObjectJson<'_>) -> Vec<FoundAt>,
) -> Vec<Finding> {
    let reads = Reads::of([READS]);
    let names = MemberNames::new(["topologySpreadConstraints", "podAntiAffinity"]);
    let mut findings = Vec::new();
    for pod in auditor.described().into_iter().filter(|pod| auditor.dump().may_have(pod.id, &names)) {
        let at: String = auditor.template_path(pod).iter().flatten().map(|name| format!(".{name}")).collect();
        let found = auditor.read_pod(pod, &reads, |read| look(pod, &at, read));
        findings.extend(
            found
                .into_iter()
                .map(|(inner, said)| Finding::new(pod.id, severity, &format!("{at}{inner}"), said)),
        );
    }
    findings.sort_by_key(|finding| finding.object);
    findings
}

fn constraints<'t, 'j>(pod: &'t ObjectJson<'j>) -> impl Iterator<Item = (String, Json<'t, 'j>)> {
    let constraints = pod.at(["spec", "topologySpreadConstraints"]).elements().enumerate();
    constraints.map(|(nth, constraint)| (format!(".spec.topologySpreadConstraints[{nth}]"), constraint))
}

fn anti_affinity_terms<'t, 'j>(pod: &'t ObjectJson<'j>) -> impl Iterator<Item = (String, Json<'t, 'j>)> {
    let affinity = pod.at(["spec", "affinity", "podAntiAffinity"]);
    let lists = [
        ("requiredDuringSchedulingIgnoredDuringExecution", None),
        ("preferredDuringSchedulingIgnoredDuringExecution", Some("podAffinityTerm")),
    ];
    lists.into_iter().flat_map(move |(list, inner)| {
        affinity.get(list).elements().enumerate().map(move |(nth, term)| {
            let at = format!(".spec.affinity.podAntiAffinity.{list}[{nth}]");
            match inner {
                None => (at, term),
                Some(inner) => (format!("{at}.{inner}"), term.get(inner)),
            }
        })
    })
}

/// That a constraint does not count the pods that it is to spread.
fn miscounts(constraint: &Json<'_, '_>, pod: &Labelled<'_>) -> Option<String> {
    let selector = match label_selector(constraint.get("labelSelector").present()) {
        None => return Some("has no labelSelector, and so counts no pods".to_owned()),
        // What is no selector is another rule's.
        Some(Err(_)) => return None,
        Some(Ok(selector)) => selector,
    };
    if selector.is_everything() {
        let has_keys = constraint.get("matchLabelKeys").elements().next().is_some();
        let said = "an empty labelSelector counts no pods, though it is documented to count all";
        return (!has_keys).then(|| said.to_owned());
    }
    let failing = first_failing(&selector, pod)?;
    Some(format!("never counts its own pods: {failing}"))
}

/// `it selects app=web, and they have app=db`
fn first_failing(selector: &Selector, pod: &Labelled<'_>) -> Option<String> {
    let requirements = selector.requirements()?;
    let failing = requirements.into_iter().find(|it| !pod.meets(it))?;
    Some(format!(
        "it selects {failing}, and they have {}",
        held_for(failing, pod.label(failing.key().as_str()))
    ))
}

/// That a term of anti-affinity is about no pods at all, neither its own nor others.
fn keeps_no_distance(
    auditor: &Auditor<'_, '_>,
    pod: &Labelled<'_>,
    at: &str,
    term: &Json<'_, '_>,
) -> Option<String> {
    if term.get("labelSelector").present().is_none() {
        return Some("has no labelSelector, and so keeps away from no pods".to_owned());
    }
    let tie = auditor.links.ties_of(Relation::Mentions, pod.id).find(|tie| tie.at() == at)?;
    let (selector, reach) = (tie.label_selector()?, auditor.reach(&tie)?);
    let is_own = reach.has(auditor.namespace(pod.id)) && pod.is_selected_by(selector);
    // One that is about others keeps away from these, as it may be meant to.
    let is_of_others = || {
        tie.n_targets() > 0 || auditor.pods_in(pod.id, &reach).iter().any(|it| it.is_selected_by(selector))
    };
    if is_own || is_of_others() {
        return None;
    }
    let why = match first_failing(selector, pod) {
        Some(failing) => failing,
        None => {
            format!("it looks in {}, and its pods are in {}", reach.in_words(), auditor.namespace(pod.id))
        }
    };
    Some(format!("keeps away from no pods, not even its own: {why}"))
}
