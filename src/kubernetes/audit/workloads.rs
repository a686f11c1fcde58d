//! Workloads: what their selectors make of their own pods and those of others.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::links::Tie;
use super::super::object::Json;
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, MAX_RELATED, Severity};
use super::labelled::{self, Labelled, is_ordinal_of};
use super::nearest::held_for;
use crate::{ObjectId, Selector};

/// Kinds that select the pods that they make.
pub(super) const KINDS: &[&str] = &[
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "ReplicationController",
    "Rollout",
    "CloneSet",
    "DeploymentConfig",
];

fn is_workload(auditor: &Auditor<'_, '_>, id: ObjectId) -> bool {
    auditor.object(id).is_some_and(|object| KINDS.contains(&object.kind()))
}

/// The workloads that would select a template's pods.
fn selecting<'l>(auditor: &Auditor<'l, '_>, template: &Labelled<'_>) -> Vec<Tie<'l>> {
    let mut ties = auditor.selecting_pods_of(template);
    ties.retain(|tie| is_workload(auditor, tie.from()));
    ties
}

/// What each workload selects of the templates of others: it is told of once, however many these are.
pub(super) fn overlap(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut overlapping: BTreeMap<ObjectId, (Tie<'_>, Vec<&Labelled<'_>>)> = BTreeMap::new();
    for template in auditor.pods().templates() {
        for tie in selecting(auditor, template) {
            let from = tie.from();
            // What a workload has made selects what that does.
            if auditor.pods().template(from).is_some()
                && !is_same(auditor, from, template.id)
                && !is_family(auditor, from, template.id)
            {
                overlapping.entry(from).or_insert_with(|| (tie, Vec::new())).1.push(template);
            }
        }
    }
    overlapping.into_values().filter_map(|(tie, others)| overlaps(auditor, &tie, &others)).collect()
}

/// That a workload selects the pods of others too.
fn overlaps(auditor: &Auditor<'_, '_>, tie: &Tie<'_>, others: &[&Labelled<'_>]) -> Option<Finding> {
    // What several files hold is one.
    let names: BTreeSet<String> = others.iter().map(|other| auditor.called(other.id)).collect();
    let first = auditor.called(others.first()?.id);
    let more = if names.len() > 1 { format!(" and {} more", names.len() - 1) } else { String::new() };
    let selector = tie.selector().unwrap_or_default();
    let apart = tells_apart(auditor, tie.from(), others);
    let hint = apart.as_ref().map(|label| format!("; {label} would tell them apart"));
    let message = format!("{selector} also selects the pods of {first}{more}{}", hint.unwrap_or_default());
    let finding = Finding::new(tie.from(), Severity::Warning, tie.at(), message)
        .with("selector", selector)
        .with("others", names.len())
        .with("apart", apart.map_or(Value::Null, Value::from));
    Some(finding.related_to(others.iter().map(|other| other.id).take(MAX_RELATED)))
}

/// Whether the two are one object, which several files may hold.
fn is_same(auditor: &Auditor<'_, '_>, one: ObjectId, other: ObjectId) -> bool {
    let named = |id| auditor.object(id).map(|object| (object.kind(), object.namespace(), object.name()));
    one == other || named(one) == named(other)
}

/// Whether one of the two makes the other, over any number of steps.
fn is_family(auditor: &Auditor<'_, '_>, one: ObjectId, other: ObjectId) -> bool {
    auditor.owns(one, other) || auditor.owns(other, one)
}

/// A label of a workload's own template that none of the other templates has, so that it could be selected by.
fn tells_apart(auditor: &Auditor<'_, '_>, workload: ObjectId, others: &[&Labelled<'_>]) -> Option<String> {
    let own = auditor.pods().template(workload)?;
    let is_own = |(key, value): &(&str, &str)| others.iter().all(|other| other.label(key) != Some(value));
    own.given_labels().into_iter().find(is_own).map(|(key, value)| format!("{key}={value}"))
}

pub(super) fn against_template(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let machines = MACHINES.iter().flat_map(|kind| machine_templates(auditor, kind)).collect::<Vec<_>>();
    let is_checked = |it: &&Labelled<'_>| is_workload(auditor, it.id) || auditor.is_of(it.id, "batch", "Job");
    for template in auditor.pods().templates().iter().filter(is_checked).chain(&machines) {
        let Some(tie) = auditor.selecting(template.id) else { continue };
        let Some(requirements) = tie.label_selector().and_then(Selector::requirements) else { continue };
        let failing = requirements.iter().find(|it| !it.matches_value(template.label(it.key().as_str())));
        if let Some(failing) = failing {
            let key = failing.key().as_str();
            let has = held_for(failing, template.label(key));
            let message = format!("the selector asks for {failing}, and the template has {has}");
            let finding = Finding::new(template.id, Severity::Error, tie.at(), message);
            findings.push(finding.with("selector", tie.selector()).with("fails", failing.to_string()));
        }
    }
    findings
}

/// Kinds that make machines of templates as workloads make pods.
const MACHINES: [&str; 2] = ["MachineDeployment", "MachineSet"];

/// What these would make of their templates.
fn machine_templates<'d>(auditor: &Auditor<'_, 'd>, kind: &str) -> Vec<Labelled<'d>> {
    let is_machines = |owner: Json<'_, '_>| owner.is(MACHINES[0]);
    let ids = auditor.of_kind("cluster.x-k8s.io", kind).into_iter();
    let (path, reads) = (["spec", "template"], labelled::template_reads(&["spec", "template"]));
    ids.filter_map(|id| labelled::template(auditor.audited(), id, &path, &reads, &is_machines)).collect()
}

pub(super) fn orphans(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    // Nothing adopts a pod that is being deleted.
    let lasting = auditor.pods().pods().iter().filter(|pod| !pod.pod.is_terminating);
    let mut findings = Vec::new();
    for pod in lasting.filter(|pod| auditor.links.controller(pod.id).is_none()) {
        let ties = auditor.links.ties_to(Relation::Selects, pod.id);
        let claims = ties.iter().filter_map(|tie| Some((claim(auditor, tie.from(), pod)?, tie.from())));
        let Some((claim, workload)) = claims.min_by_key(|(claim, _)| *claim) else { continue };
        let what = match claim {
            OrphanClaim::Adopts => "adopts it",
            OrphanClaim::Counts => "does not adopt it, but autoscalers and budgets count it",
        };
        let message = format!(
            "has no controller, and the labels that {} selects, which {what}",
            auditor.called(workload)
        );
        let finding = Finding::new(pod.id, Severity::Warning, ".metadata.labels", message);
        findings.push(finding.related_to([workload]));
    }
    findings
}

/// What comes of a pod without controller that has the labels which a workload selects.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum OrphanClaim {
    /// The workload takes it for its own.
    Adopts,
    /// It does not, and what counts the workload's pods by their labels counts this one too.
    Counts,
}

fn claim(auditor: &Auditor<'_, '_>, workload: ObjectId, pod: &Labelled<'_>) -> Option<OrphanClaim> {
    let object = auditor.object(workload)?;
    let is_adopted = match object.kind() {
        // A Deployment's ReplicaSets ask for a hash besides.
        "Deployment" | "Rollout" | "DeploymentConfig" => return Some(OrphanClaim::Counts),
        "ReplicaSet" | "ReplicationController" | "CloneSet" => !pod.pod.is_finished,
        "StatefulSet" => is_ordinal_of(auditor.name(pod.id), object.name()),
        "DaemonSet" => true,
        "Job" => auditor.is_of(workload, "batch", "Job"),
        _ => false,
    };
    is_adopted.then_some(OrphanClaim::Adopts)
}
