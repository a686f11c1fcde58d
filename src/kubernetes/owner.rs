//! What controls an object.

use super::object::ObjectJson;

/// What is read of an object.
pub const READS: &[&str] = &[
    ".metadata.ownerReferences.controller",
    ".metadata.ownerReferences.kind",
    ".metadata.ownerReferences.name",
];

/// The controller of an object as `Kind/name`: `ReplicaSet/web-7d4b9`. It is the first owner that says so.
#[must_use]
pub fn of(object: &ObjectJson<'_>) -> Option<String> {
    let mut owners = object.at(["metadata", "ownerReferences"]).elements();
    let controller = owners.find(|owner| owner.get("controller").is_true())?;
    Some(format!("{}/{}", controller.get("kind").string()?, controller.get("name").string()?))
}
