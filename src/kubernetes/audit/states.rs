//! What objects say of themselves that somebody should look at: each is judged by itself.

use super::super::object::{Json, ObjectJson, condition};
use super::super::pod::is_finished;
use super::super::{ready, status};
use crate::ObjectId;

/// Looks at one object at a time, and at nothing else.
pub(super) struct StateCheck {
    pub(super) group: &'static str,
    pub(super) kind: &'static str,
    /// What it reads of an object.
    pub(super) reads: &'static [&'static [&'static str]],
    /// Where in the object that is which it tells of.
    pub(super) at: &'static str,
    /// What is to be said of the object, if it is not as it should be.
    pub(super) look: fn(&ObjectJson<'_>) -> Option<String>,
}

/// The checks of one kind: an object is read once for all of them.
pub(super) struct KindChecks {
    /// Each with its place among all checks.
    checks: Vec<(usize, &'static StateCheck)>,
}

/// What a check says of an object.
#[derive(Debug, Clone)]
pub(super) struct StateMessage {
    /// The place of the check among all.
    pub(super) check: usize,
    pub(super) id: ObjectId,
    pub(super) message: String,
}

impl KindChecks {
    /// Those of some checks that are of a kind.
    pub(super) fn of(checks: &[&'static StateCheck], group: &str, kind: &str) -> KindChecks {
        let of_kind = |(_, check): &(usize, &StateCheck)| (check.group, check.kind) == (group, kind);
        KindChecks { checks: checks.iter().copied().enumerate().filter(of_kind).collect() }
    }

    /// What they read of an object.
    pub(super) fn reads(&self) -> impl Iterator<Item = &'static [&'static str]> {
        self.checks.iter().flat_map(|(_, check)| check.reads.iter().copied())
    }

    /// What they say of an object.
    pub(super) fn look(&self, id: ObjectId, object: &ObjectJson<'_>) -> impl Iterator<Item = StateMessage> {
        let said = move |&(check, it): &(usize, &StateCheck)| {
            Some(StateMessage { check, id, message: (it.look)(object)? })
        };
        self.checks.iter().filter_map(said)
    }
}

/// Reason and message of a condition, as far as it says them.
pub(super) fn said(condition: Option<Json<'_, '_>>) -> String {
    let part = |name: &str| condition.and_then(|it| it.get(name).text()).map(|text| text.into_owned());
    let parts: Vec<String> = ["reason", "message"].into_iter().filter_map(part).collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join(": ")) }
}

pub(super) const POD_FAILING: StateCheck = StateCheck {
    group: "",
    kind: "Pod",
    reads: &[status::READS, &[".metadata.ownerReferences.controller", ".metadata.ownerReferences.kind"]],
    at: ".status",
    look: pod_failing,
};

fn pod_failing(pod: &ObjectJson<'_>) -> Option<String> {
    let mut owners = pod.at(["metadata", "ownerReferences"]).elements();
    // What a Job tries again, or has given up, its own rule tells.
    let is_of_job = owners.any(|it| it.get("controller").is_true() && it.get("kind").is("Job"));
    let status = status::of(pod)?;
    let is_failing = status.ends_with("BackOff") || status.contains("Error");
    (is_failing && !(is_of_job && is_finished(pod))).then(|| format!("is in {status}"))
}

pub(super) const NODE_NOT_READY: StateCheck = StateCheck {
    group: "",
    kind: "Node",
    reads: &[&[".status.conditions"]],
    at: ".status.conditions",
    look: node_not_ready,
};

fn node_not_ready(node: &ObjectJson<'_>) -> Option<String> {
    // A node of which nothing is said is a manifest.
    let ready = condition(node.at(["status", "conditions"]), "Ready")?;
    (ready::of(node) == Some(false)).then(|| format!("is not ready{}", said(Some(ready))))
}

pub(super) const PVC_UNBOUND: StateCheck = StateCheck {
    group: "",
    kind: "PersistentVolumeClaim",
    reads: &[&[".status.phase"]],
    at: ".status.phase",
    look: pvc_unbound,
};

fn pvc_unbound(claim: &ObjectJson<'_>) -> Option<String> {
    let phase = claim.at(["status", "phase"]).text()?;
    (phase != "Bound").then(|| format!("is {phase}"))
}

pub(super) const JOB_FAILED: StateCheck = StateCheck {
    group: "batch",
    kind: "Job",
    reads: &[&[".status.conditions"]],
    at: ".status.conditions",
    look: job_failed,
};

fn job_failed(job: &ObjectJson<'_>) -> Option<String> {
    let failed = condition(job.at(["status", "conditions"]), "Failed")?;
    failed.get("status").is("True").then(|| format!("has failed{}", said(Some(failed))))
}

pub(super) const HPA_AT_MAXIMUM: StateCheck = StateCheck {
    group: "autoscaling",
    kind: "HorizontalPodAutoscaler",
    reads: &[&[".spec.maxReplicas", ".status.currentReplicas"]],
    at: ".spec.maxReplicas",
    look: hpa_at_maximum,
};

fn hpa_at_maximum(hpa: &ObjectJson<'_>) -> Option<String> {
    let most = hpa.at(["spec", "maxReplicas"]).integer()?;
    let now = hpa.at(["status", "currentReplicas"]).integer()?;
    (now >= most && most > 0).then(|| format!("runs {now} replicas, its maximum"))
}

pub(super) const WITHOUT_LIMITS: StateCheck = StateCheck {
    group: "",
    kind: "Pod",
    reads: &[&[
        ".spec.containers.name",
        ".spec.containers.resources.limits.memory",
        ".spec.resources.limits.memory",
        ".status.phase",
    ]],
    at: ".spec.containers",
    look: without_limits,
};

fn without_limits(pod: &ObjectJson<'_>) -> Option<String> {
    let is_limited = |it: Json<'_, '_>| !it.get("resources").get("limits").get("memory").written().is_empty();
    if is_limited(pod.at(["spec"])) || is_finished(pod) {
        return None;
    }
    let unlimited = pod.at(["spec", "containers"]).elements().filter(|it| !is_limited(*it));
    let names: Vec<String> =
        unlimited.map(|it| it.get("name").string().unwrap_or_default().into_owned()).collect();
    (!names.is_empty()).then(|| format!("no memory limit: {}", names.join(", ")))
}
