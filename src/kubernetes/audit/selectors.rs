//! Selectors as they are written, whatever they are about: what nothing can satisfy, what is no selector, and what changes
//! under it.

use std::collections::HashSet;

use super::super::links::{FaultKind, Tie};
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::{self, POD_NAME};
use crate::{ObjectId, Requirement, Selector};

/// The relations that selectors say.
const OF_SELECTORS: [Relation; 2] = [Relation::Selects, Relation::Mentions];

pub(super) fn unsatisfiable(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let is_original = auditor.originals();
    let mut findings = Vec::new();
    for relation in OF_SELECTORS {
        let malformed = malformed_at(auditor, relation);
        let ties = auditor.links.ties(relation);
        let ties = ties.filter(|tie| !malformed.contains(&(tie.from(), tie.at().to_owned())));
        let wrong = ties.filter_map(|tie| Some((tie, what_clashes(&tie)?)));
        let of_ties = wrong.map(|(tie, message)| (tie.from(), tie.at().to_owned(), message));
        let faults = auditor.links.faults(relation).iter().filter(|fault| fault.kind == FaultKind::Term);
        let of_terms = faults.map(|fault| (fault.from, fault.at.to_string(), fault.said.clone()));
        for (from, at, message) in of_ties.chain(of_terms).filter(|(from, ..)| is_original(*from)) {
            // What is only preferred keeps nothing from running.
            let severity = if at.contains(".preferredDuring") { Severity::Warning } else { Severity::Error };
            findings.push(Finding::new(from, severity, &at, message));
        }
    }
    findings
}

/// What nothing can satisfy in a selector, or that it is none.
fn what_clashes(tie: &Tie<'_>) -> Option<String> {
    if let Some(problem) = tie.problem() {
        return Some(format!("is no selector: {problem}"));
    }
    let in_words = |parts: &Vec<String>| match &parts[..] {
        [one, other] => format!("nothing satisfies both {one} and {other}"),
        parts => format!("nothing satisfies all of {}", parts.join(", ")),
    };
    let clashes: Vec<String> = tie.contradictions().iter().map(in_words).collect();
    (!clashes.is_empty()).then(|| clashes.join(", and "))
}

/// The selectors whose form is wrong, which is more to the point than what comes of it.
fn malformed_at(auditor: &Auditor<'_, '_>, relation: Relation) -> HashSet<(ObjectId, String)> {
    let faults = auditor.links.faults(relation).iter().filter(|fault| fault.kind == FaultKind::Form);
    // The fault may be in an expression of the selector, or in a half of a peer.
    let beginnings = faults.flat_map(|fault| {
        let ends = fault.at.match_indices(['.', '[']).map(|(end, _)| end).chain([fault.at.len()]);
        ends.map(|end| (fault.from, fault.at[..end].to_owned())).collect::<Vec<_>>()
    });
    beginnings.collect()
}

pub(super) fn malformed(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let is_original = auditor.originals();
    let faults = OF_SELECTORS.into_iter().flat_map(|relation| auditor.links.faults(relation));
    let faults = faults.filter(|fault| fault.kind == FaultKind::Form && is_original(fault.from));
    faults.map(|fault| Finding::new(fault.from, Severity::Error, &fault.at, fault.said.clone())).collect()
}

/// Labels that change, each with when it does.
const VOLATILE: [(&str, &str); 6] = [
    (MANAGED_BY, "changes with the tool that installs it"),
    ("app.kubernetes.io/version", "changes with each release"),
    ("controller-revision-hash", "changes with each rollout"),
    ("helm.sh/chart", "changes with each version of the chart"),
    ("pod-template-hash", "changes with each rollout"),
    (POD_NAME, "is the name of one pod"),
];

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";

/// Whether what manages the selected pods installs them. An operator that makes them of a custom object writes its own name
/// there, which stays.
fn is_of_installer(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> bool {
    let is_built_in = |workload: &str| {
        let kind = workload.split('/').next().unwrap_or_default();
        labelled::KINDS.contains(&kind)
    };
    let members = auditor.members(tie);
    members.iter().any(|pod| auditor.workload_of(pod).is_none_or(|workload| is_built_in(&workload)))
}

pub(super) fn volatile(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    // What a controller owns it also brings up to date.
    let ties = auditor.links.ties(Relation::Selects).filter(|tie| auditor.workload(tie.from()).is_none());
    let found = ties.filter_map(|tie| {
        let requirements = tie.label_selector().and_then(Selector::requirements)?;
        let is_service = auditor.is_of(tie.from(), "", "Service");
        let (requirement, why) = requirements.iter().find_map(|it| {
            let why = changes(it, is_service)?;
            (it.key().as_str() != MANAGED_BY || is_of_installer(auditor, &tie)).then_some((it, why))
        })?;
        let message = format!("selects by {requirement}, which {why}");
        let finding = Finding::new(tie.from(), Severity::Warning, tie.at(), message);
        Some(finding.with("selector", tie.selector()).with("label", requirement.key().as_str()))
    });
    found.collect()
}

/// When the label changes that a requirement asks for.
fn changes(requirement: &Requirement, is_service: bool) -> Option<&'static str> {
    let key = requirement.key().as_str();
    let (_, why) = VOLATILE.iter().find(|(volatile, _)| *volatile == key)?;
    // One that says only that the label is there, or what it is not, outlasts its changes.
    let names_value =
        matches!(requirement, Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..));
    (names_value && !(is_service && key == POD_NAME)).then_some(why)
}
