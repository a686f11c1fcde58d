//! What keeps pods off a node.

use super::object::{Json, Known, ObjectJson};

/// What is read of an object.
pub const READS: &[&str] = &[".spec.taints.effect", ".spec.taints.key", ".spec.taints.value"];

/// The taints of a node, as `kubectl taint` takes them: `key=value:Effect`, or `key:Effect` for one without a value. What
/// is no node has none.
pub fn of(object: &ObjectJson<'_>) -> impl Iterator<Item = String> {
    let taints = (object.known() == Some(Known::Node)).then(|| object.at(["spec", "taints"]));
    taints.into_iter().flat_map(Json::elements).filter_map(written)
}

fn written(taint: Json<'_, '_>) -> Option<String> {
    let (key, effect) = (taint.get("key").text()?, taint.get("effect").text()?);
    Some(match taint.get("value").text() {
        Some(value) => format!("{key}={value}:{effect}"),
        None => format!("{key}:{effect}"),
    })
}
