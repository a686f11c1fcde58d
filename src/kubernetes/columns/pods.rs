//! The table of pods.

use super::cells::{NONE, age, n_elements, name, since, status, text_or};
use super::{KubectlTable, column, wide};
use crate::kubernetes::object::{Json, ObjectJson, condition};
use crate::kubernetes::pod::{ContainerStatuses, is_sidecar};
use crate::kubernetes::time::Time;

pub(super) static PODS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Ready", ready),
        column("Status", |pod, _| status(pod)),
        column("Restarts", restarts),
        column("Age", age),
        wide("IP", ip),
        wide("Node", |pod, _| text_or(pod.at(["spec", "nodeName"]), NONE)),
        wide("Nominated Node", |pod, _| text_or(pod.at(["status", "nominatedNodeName"]), NONE)),
        wide("Readiness Gates", |pod, _| readiness_gates(pod)),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.deletionTimestamp",
        ".metadata.name",
        ".spec.containers.name",
        ".spec.initContainers.name",
        ".spec.initContainers.restartPolicy",
        ".spec.nodeName",
        ".spec.readinessGates.conditionType",
        ".status.conditions.reason",
        ".status.conditions.status",
        ".status.conditions.type",
        ".status.containerStatuses.lastState.terminated.finishedAt",
        ".status.containerStatuses.ready",
        ".status.containerStatuses.restartCount",
        ".status.containerStatuses.state",
        ".status.initContainerStatuses.lastState.terminated.finishedAt",
        ".status.initContainerStatuses.name",
        ".status.initContainerStatuses.ready",
        ".status.initContainerStatuses.restartCount",
        ".status.initContainerStatuses.started",
        ".status.initContainerStatuses.state",
        ".status.nominatedNodeName",
        ".status.phase",
        ".status.podIP",
        ".status.podIPs.ip",
        ".status.reason",
    ],
};

/// Ready containers of all that go on running, sidecars among them.
fn ready(pod: &ObjectJson<'_>, _: Time) -> String {
    let sidecars = pod.at(["spec", "initContainers"]).elements().filter(|it| is_sidecar(*it)).count();
    let n_containers = n_elements(pod.at(["spec", "containers"])) + sidecars;
    format!("{}/{n_containers}", ContainerStatuses::of(pod).n_ready())
}

/// How often containers were started again, and how long ago the last time was.
fn restarts(pod: &ObjectJson<'_>, now: Time) -> String {
    let statuses = ContainerStatuses::of(pod);
    match (statuses.restarts(), statuses.last_restart()) {
        (n, Some(last)) if n != 0 => format!("{n} ({} ago)", since(last, now)),
        (n, _) => n.to_string(),
    }
}

/// The first address. One of its own that contradicts the list wins.
fn ip(pod: &ObjectJson<'_>, _: Time) -> String {
    let first = pod.at(["status", "podIPs"]).elements().next();
    let own = pod.at(["status", "podIP"]);
    match (own.text(), first) {
        (None, Some(first)) => text_or(first.get("ip"), NONE),
        _ => text_or(own, NONE),
    }
}

/// The readiness gates whose condition is true, of all.
fn readiness_gates(pod: &ObjectJson<'_>) -> String {
    let conditions = pod.at(["status", "conditions"]);
    let is_open = |gate: Json<'_, '_>| {
        let of_type = gate.get("conditionType").string().unwrap_or_default();
        condition(conditions, &of_type).is_some_and(|condition| condition.get("status").is("True"))
    };
    let gates = || pod.at(["spec", "readinessGates"]).elements();
    match gates().count() {
        0 => NONE.to_owned(),
        n_gates => format!("{}/{n_gates}", gates().filter(|gate| is_open(*gate)).count()),
    }
}
