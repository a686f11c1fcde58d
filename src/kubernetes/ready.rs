//! Whether an object is ready.

use super::object::{Json, Known, ObjectJson, condition};

/// What is read of an object.
pub const READS: &[&str] = &[
    ".spec.replicas",
    ".status.conditions.status",
    ".status.conditions.type",
    ".status.desiredNumberScheduled",
    ".status.numberReady",
    ".status.readyReplicas",
];

/// Whether the Ready condition of a pod or node is true, or a workload has as many ready pods as it wants, or more.
///
/// Objects of other kinds are as ready as their Ready condition says; those without one are neither.
#[must_use]
pub fn of(object: &ObjectJson<'_>) -> Option<bool> {
    let conditions = object.at(["status", "conditions"]);
    match object.known() {
        Some(Known::Pod) => Some(condition(conditions, "Ready").is_some_and(is_true)),
        // What kubectl shows of a node is the last of several.
        Some(Known::Node) => {
            let ready = conditions.elements().filter(|condition| condition.get("type").is("Ready")).last();
            Some(ready.is_some_and(is_true))
        }
        Some(Known::Deployment | Known::ReplicaSet | Known::ReplicationController | Known::StatefulSet) => {
            Some(number(object, ["status", "readyReplicas"]) >= number(object, ["spec", "replicas"]))
        }
        Some(Known::DaemonSet) => {
            let wanted = number(object, ["status", "desiredNumberScheduled"]);
            Some(number(object, ["status", "numberReady"]) >= wanted)
        }
        _ => condition(conditions, "Ready").map(is_true),
    }
}

fn is_true(condition: Json<'_, '_>) -> bool {
    condition.get("status").is("True")
}

fn number(object: &ObjectJson<'_>, names: [&str; 2]) -> i64 {
    object.at(names).integer().unwrap_or(0)
}
