//! The STATUS that `kubectl get` shows of an object.

use std::borrow::Cow;

use super::object::{Json, Known, ObjectJson, condition, is_condition_true, is_terminating};
use super::pod::{ContainerStatuses, runs};

/// What is read of an object.
pub const READS: &[&str] = &[
    // ComponentStatus.
    ".conditions.status",
    ".conditions.type",
    ".metadata.deletionTimestamp",
    // Pods.
    ".spec.initContainers.name",
    ".spec.initContainers.restartPolicy",
    // Nodes.
    ".spec.unschedulable",
    ".status.conditions.reason",
    ".status.conditions.status",
    ".status.conditions.type",
    ".status.containerStatuses.ready",
    ".status.containerStatuses.state",
    ".status.initContainerStatuses.name",
    ".status.initContainerStatuses.started",
    ".status.initContainerStatuses.state",
    ".status.phase",
    ".status.reason",
];

/// The cell of the STATUS column, cut at its first line break as it is shown: `Running`, `CrashLoopBackOff`, `Init:0/2`,
/// `Ready,SchedulingDisabled`, `Bound`. Empty where an object has not been given a status yet; `None` for kinds without
/// the column.
#[must_use]
pub fn of<'j>(object: &ObjectJson<'j>) -> Option<Cow<'j, str>> {
    whole(object).map(cut)
}

/// The same as the server gives it.
pub(super) fn whole<'j>(object: &ObjectJson<'j>) -> Option<Cow<'j, str>> {
    Some(match object.known()? {
        Known::Pod => pod(object),
        Known::Node => node(object).into(),
        Known::Namespace => phase(object),
        Known::PersistentVolume | Known::PersistentVolumeClaim if is_terminating(object) => {
            "Terminating".into()
        }
        Known::PersistentVolume | Known::PersistentVolumeClaim => phase(object),
        Known::Job => job(object).into(),
        Known::ComponentStatus => component(object).into(),
        _ => return None,
    })
}

fn phase<'j>(object: &ObjectJson<'j>) -> Cow<'j, str> {
    object.at(["status", "phase"]).string().unwrap_or_default()
}

/// A cell up to its first line break, as kubectl prints it.
fn cut(cell: Cow<'_, str>) -> Cow<'_, str> {
    match cell.find(['\n', '\r', '\u{c}']) {
        Some(end) => format!("{}...", &cell[..end]).into(),
        None => cell,
    }
}

/// `Ready`, `NotReady` or `Unknown`, by the last condition of the type.
fn node(node: &ObjectJson<'_>) -> &'static str {
    let is_cordoned = node.at(["spec", "unschedulable"]).is_true();
    let conditions = node.at(["status", "conditions"]).elements();
    let ready = conditions.filter(|condition| condition.get("type").is("Ready")).last();
    match (ready.map(|ready| ready.get("status").is("True")), is_cordoned) {
        (Some(true), false) => "Ready",
        (Some(true), true) => "Ready,SchedulingDisabled",
        (Some(false), false) => "NotReady",
        (Some(false), true) => "NotReady,SchedulingDisabled",
        (None, false) => "Unknown",
        (None, true) => "Unknown,SchedulingDisabled",
    }
}

fn job(job: &ObjectJson<'_>) -> &'static str {
    let has = |of_type| is_condition_true(job.at(["status", "conditions"]), of_type);
    let is_ended = ["Complete", "Failed"].into_iter().find(|of_type| has(of_type));
    let is_stopping =
        || ["Suspended", "FailureTarget", "SuccessCriteriaMet"].into_iter().find(|of_type| has(of_type));
    // The order is that in which the API server looks at a job: ended, deleted, and only then
    // stopping.
    match is_ended {
        Some(end) => end,
        None if is_terminating(job) => "Terminating",
        None => is_stopping().unwrap_or("Running"),
    }
}

fn component(component: &ObjectJson<'_>) -> &'static str {
    match condition(component.at(["conditions"]), "Healthy") {
        Some(healthy) if healthy.get("status").is("True") => "Healthy",
        Some(_) => "Unhealthy",
        None => "Unknown",
    }
}

fn pod<'j>(pod: &ObjectJson<'j>) -> Cow<'j, str> {
    let status = pod.at(["status"]);
    match is_terminating(pod) {
        true if status.get("reason").is("NodeLost") => "Unknown".into(),
        // A pod that has ended keeps its reason while it is deleted, which Kubernetes 1.28 did not
        // yet show.
        true if !has_ended(status) => "Terminating".into(),
        _ => running(pod),
    }
}

/// Whether a pod is in a phase that it does not leave.
fn has_ended(status: Json<'_, '_>) -> bool {
    ["Succeeded", "Failed"].into_iter().any(|end| status.get("phase").is(end))
}

/// The status of a pod that nobody is taking away.
fn running<'j>(pod: &ObjectJson<'j>) -> Cow<'j, str> {
    let progress = ContainerStatuses::of(pod);
    let initializing = progress.unfinished().map(|(number, container)| init_reason(pod, number, container));
    let reason = || initializing.unwrap_or_else(|| own_reason(pod));
    let Some(containers) = progress.main_containers() else { return reason() };
    let mut is_running = false;
    let mut reason_of_container = None;
    for container in containers {
        // They come last to first, so that what the first one says stays.
        match container_reason(container) {
            Some(reason) => reason_of_container = Some(reason),
            None => is_running |= runs(container),
        }
    }
    match reason_of_container.unwrap_or_else(reason) {
        completed if completed == "Completed" && is_running => not_completed(pod).into(),
        reason => reason,
    }
}

/// What a pod is whose containers have ended, but for one that runs.
fn not_completed(pod: &ObjectJson<'_>) -> &'static str {
    let conditions = pod.at(["status", "conditions"]).elements();
    let mut ready = conditions.filter(|condition| condition.get("type").is("Ready"));
    match ready.any(|condition| condition.get("status").is("True")) {
        true => "Running",
        false => "NotReady",
    }
}

/// What the pod says of itself.
fn own_reason<'j>(pod: &ObjectJson<'j>) -> Cow<'j, str> {
    const GATED: &str = "SchedulingGated";
    let is_gate = |condition: Json<'_, '_>| {
        condition.get("type").is("PodScheduled") && condition.get("reason").is(GATED)
    };
    if pod.at(["status", "conditions"]).elements().any(is_gate) {
        return GATED.into();
    }
    pod.at(["status", "reason"]).text().unwrap_or_else(|| phase(pod))
}

/// What an init container that is not done makes of the pod.
fn init_reason<'j>(pod: &ObjectJson<'j>, number: usize, container: Json<'_, 'j>) -> Cow<'j, str> {
    let state = container.get("state");
    let waiting = state.get("waiting").get("reason").text().filter(|reason| reason != "PodInitializing");
    match terminated_reason(state).or(waiting) {
        Some(reason) => format!("Init:{reason}").into(),
        None => {
            // All init containers count, also the sidecars among them.
            let n_containers = pod.at(["spec", "initContainers"]).elements().count();
            format!("Init:{number}/{n_containers}").into()
        }
    }
}

/// What a main container that is not running makes of the pod.
fn container_reason<'j>(container: Json<'_, 'j>) -> Option<Cow<'j, str>> {
    let state = container.get("state");
    state.get("waiting").get("reason").text().or_else(|| terminated_reason(state))
}

/// Why a container has ended, if it has.
fn terminated_reason<'j>(state: Json<'_, 'j>) -> Option<Cow<'j, str>> {
    let terminated = state.get("terminated");
    let number = |name| terminated.get(name).integer().unwrap_or(0);
    if !terminated.is_object() {
        return None;
    }
    Some(terminated.get("reason").text().unwrap_or_else(|| match number("signal") {
        0 => format!("ExitCode:{}", number("exitCode")).into(),
        signal => format!("Signal:{signal}").into(),
    }))
}
