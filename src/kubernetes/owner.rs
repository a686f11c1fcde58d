//! What controls an object.

use super::object::{Json, ObjectJson};

/// What is read of an object.
pub const READS: &[&str] = &[
    ".metadata.ownerReferences.controller",
    ".metadata.ownerReferences.kind",
    ".metadata.ownerReferences.name",
];

/// The controller of an object as `Kind/name`: `ReplicaSet/web-7d4b9`. It is the first owner that says so.
#[must_use]
pub fn of(object: &ObjectJson<'_>) -> Option<String> {
    let controller = controller(object)?;
    Some(format!("{}/{}", controller.get("kind").string()?, controller.get("name").string()?))
}

/// The reference to the controller.
pub(super) fn controller<'t, 'j>(object: &'t ObjectJson<'j>) -> Option<Json<'t, 'j>> {
    object.at(["metadata", "ownerReferences"]).elements().find(|owner| owner.get("controller").is_true())
}
