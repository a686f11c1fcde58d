//! Workloads: what their selectors make of their own pods and those of others.

use serde_json::Value;

use super::super::links::Tie;
use super::super::object::ObjectJson;
use super::super::owner::controller;
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::nearest::held_for;
use crate::json::Reads;
use crate::{ObjectId, Selector};

/// Kinds that select the pods that they make.
pub(super) const KINDS: &[&str] =
    &["ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "ReplicationController", "Rollout"];

fn is_workload(auditor: &Auditor<'_, '_>, id: ObjectId) -> bool {
    auditor.object(id).is_some_and(|object| KINDS.contains(&object.kind()))
}

/// The workloads that would select a template's pods.
fn selecting<'l>(auditor: &Auditor<'l, '_>, template: &Labelled<'_>) -> Vec<Tie<'l>> {
    let mut ties = auditor.selecting_pods_of(template);
    ties.retain(|tie| is_workload(auditor, tie.from()));
    ties
}

pub(super) fn overlap(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for template in auditor.pods().templates() {
        for tie in selecting(auditor, template) {
            // What a workload has made selects what that does.
            if auditor.workload(tie.from()).is_some() {
                continue;
            }
            let is_own =
                is_same(auditor, tie.from(), template.id) || is_family(auditor, tie.from(), template.id);
            if !is_own {
                let other = auditor.called(template.id);
                let selector = tie.selector().unwrap_or_default();
                let apart = tells_apart(auditor, tie.from(), template);
                let hint = apart.as_ref().map(|label| format!("; {label} would tell them apart"));
                let message =
                    format!("{selector} also selects the pods of {other}{}", hint.unwrap_or_default());
                let finding = Finding::new(tie.from(), Severity::Warning, tie.at(), message);
                let finding =
                    finding.with("selector", selector).with("apart", apart.map_or(Value::Null, Value::from));
                findings.push(finding.related_to([template.id]));
            }
        }
    }
    findings.sort_by_key(|finding| finding.object);
    findings
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

/// A label of a workload's own template that another template does not have, so that it could be selected by.
fn tells_apart(auditor: &Auditor<'_, '_>, workload: ObjectId, other: &Labelled<'_>) -> Option<String> {
    let own = auditor.pods().template(workload)?;
    let label = own.given_labels().into_iter().find(|(key, value)| other.label(key) != Some(value));
    label.map(|(key, value)| format!("{key}={value}"))
}

pub(super) fn against_template(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for template in auditor.pods().templates() {
        let Some(tie) = auditor.selecting(template.id).filter(|_| is_workload(auditor, template.id)) else {
            continue;
        };
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

pub(super) fn orphans(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing().and(["metadata", "ownerReferences"]);
    let is_owned =
        |pod: ObjectId| auditor.read(pod, &reads, |read: &ObjectJson<'_>| controller(read).is_some());
    let lasting = auditor.pods().pods().iter().filter(|pod| !pod.pod.is_terminating && !pod.pod.is_finished);
    let mut findings = Vec::new();
    for pod in lasting.map(|pod| pod.id).filter(|pod| auditor.workload(*pod).is_none() && !is_owned(*pod)) {
        let ties = auditor.links.ties_to(Relation::Selects, pod);
        let adopter = ties
            .iter()
            .map(Tie::from)
            .filter(|id| is_workload(auditor, *id) || auditor.is_of(*id, "batch", "Job"))
            .min_by_key(|id| adopts(auditor, *id, pod).is_none());
        let Some(workload) = adopter else { continue };
        let what = adopts(auditor, workload, pod)
            .unwrap_or("does not adopt it, but autoscalers and budgets count it");
        let message = format!(
            "has no controller, and the labels that {} selects, which {what}",
            auditor.called(workload)
        );
        findings
            .push(Finding::new(pod, Severity::Warning, ".metadata.labels", message).related_to([workload]));
    }
    findings
}

/// What a workload does with a pod that has its labels and no controller, if it takes it.
fn adopts(auditor: &Auditor<'_, '_>, workload: ObjectId, pod: ObjectId) -> Option<&'static str> {
    let (workload, pod) = (auditor.object(workload)?, auditor.object(pod)?);
    let is_taken = match workload.kind() {
        // A Deployment's ReplicaSets ask for a hash besides.
        "Deployment" | "Rollout" => false,
        "StatefulSet" => {
            pod.name().strip_prefix(workload.name()).and_then(|rest| rest.strip_prefix('-')).is_some_and(
                |ordinal| !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit()),
            )
        }
        _ => true,
    };
    is_taken.then_some("adopts it")
}
