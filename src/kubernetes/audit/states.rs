//! What objects say of themselves that somebody should look at.

use super::super::object::{Json, ObjectJson, condition};
use super::super::{ready, status};
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use crate::ObjectId;
use crate::json::Reads;

/// Whether a pod has ended.
pub(super) fn is_finished(pod: &ObjectJson<'_>) -> bool {
    let phase = pod.at(["status", "phase"]);
    phase.is("Succeeded") || phase.is("Failed")
}

/// Whether no budget is asked before a pod is evicted: it does not run yet, has ended or is being deleted.
pub(super) fn is_evicted_freely(pod: &ObjectJson<'_>) -> bool {
    let is_deleted = pod.at(["metadata", "deletionTimestamp"]).text().is_some();
    is_deleted || is_finished(pod) || pod.at(["status", "phase"]).is("Pending")
}

/// Looks at each object of a kind, and says what is to be said of those of which there is something.
fn each(
    auditor: &Auditor<'_, '_>,
    (group, kind): (&str, &str),
    reads: &Reads,
    at: &str,
    severity: Severity,
    look: impl Fn(&ObjectJson<'_>) -> Option<String>,
) -> Vec<Finding> {
    let said =
        |id: ObjectId| auditor.read(id, reads, &look).map(|message| Finding::new(id, severity, at, message));
    auditor.of_kind(group, kind).into_iter().filter_map(said).collect()
}

/// Reason and message of a condition, as far as it says them.
fn said(condition: Option<Json<'_, '_>>) -> String {
    let part = |name: &str| condition.and_then(|it| it.get(name).text()).map(|text| text.into_owned());
    let parts: Vec<String> = ["reason", "message"].into_iter().filter_map(part).collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(": ")) }
}

fn conditions() -> Reads {
    Reads::nothing().and(["status", "conditions"])
}

pub(super) fn pod_failing(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::of([status::READS, &[".metadata.ownerReferences"]]);
    each(auditor, ("", "Pod"), &reads, ".status", Severity::Error, |pod| {
        let owners = pod.at(["metadata", "ownerReferences"]);
        // What a Job tries again, or has given up, its own rule tells.
        let is_of_job =
            owners.elements().any(|it| it.get("controller").is_true() && it.get("kind").is("Job"));
        let status = status::of(pod)?;
        let is_failing = status.ends_with("BackOff") || status.contains("Error");
        (is_failing && !(is_of_job && is_finished(pod))).then(|| format!("is in {status}"))
    })
}

pub(super) fn pod_pending(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::of([status::READS, &[".status.conditions"]]);
    each(auditor, ("", "Pod"), &reads, ".status", Severity::Warning, |pod| {
        let status = status::of(pod).filter(|status| status == "Pending")?;
        let scheduled = condition(pod.at(["status", "conditions"]), "PodScheduled");
        Some(format!("is {status}{}", said(scheduled.filter(|it| !it.get("status").is("True")))))
    })
}

pub(super) fn node_not_ready(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    each(auditor, ("", "Node"), &conditions(), ".status.conditions", Severity::Error, |node| {
        // A node of which nothing is said is a manifest.
        let ready = condition(node.at(["status", "conditions"]), "Ready")?;
        (ready::of(node) == Some(false)).then(|| format!("is not ready{}", said(Some(ready))))
    })
}

pub(super) fn pvc_unbound(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing().and(["status", "phase"]);
    each(auditor, ("", "PersistentVolumeClaim"), &reads, ".status.phase", Severity::Warning, |claim| {
        let phase = claim.at(["status", "phase"]).text()?;
        (phase != "Bound").then(|| format!("is {phase}"))
    })
}

pub(super) fn job_failed(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    each(auditor, ("batch", "Job"), &conditions(), ".status.conditions", Severity::Warning, |job| {
        let failed = condition(job.at(["status", "conditions"]), "Failed")?;
        failed.get("status").is("True").then(|| format!("has failed{}", said(Some(failed))))
    })
}

pub(super) fn hpa_at_maximum(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing().and(["spec", "maxReplicas"]).and(["status", "currentReplicas"]);
    each(
        auditor,
        ("autoscaling", "HorizontalPodAutoscaler"),
        &reads,
        ".spec.maxReplicas",
        Severity::Info,
        |hpa| {
            let most = hpa.at(["spec", "maxReplicas"]).integer()?;
            let now = hpa.at(["status", "currentReplicas"]).integer()?;
            (now >= most && most > 0).then(|| format!("runs {now} replicas, its maximum"))
        },
    )
}

pub(super) fn without_limits(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing()
        .and(["spec", "containers", "name"])
        .and(["spec", "containers", "resources", "limits", "memory"])
        .and(["spec", "resources", "limits", "memory"])
        .and(["status", "phase"]);
    each(auditor, ("", "Pod"), &reads, ".spec.containers", Severity::Info, |pod| {
        let is_limited =
            |it: Json<'_, '_>| !it.get("resources").get("limits").get("memory").written().is_empty();
        if is_limited(pod.at(["spec"])) || is_finished(pod) {
            return None;
        }
        let unlimited: Vec<String> = pod
            .at(["spec", "containers"])
            .elements()
            .filter(|it| !is_limited(*it))
            .map(|it| it.get("name").string().unwrap_or_default().into_owned())
            .collect();
        (!unlimited.is_empty()).then(|| format!("no memory limit: {}", unlimited.join(", ")))
    })
}
