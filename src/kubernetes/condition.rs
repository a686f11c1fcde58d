//! What the conditions of an object say.

use std::borrow::Cow;

use super::object::{self, ObjectJson};

/// What is read of an object.
pub const READS: &[&str] = &[".status.conditions.status", ".status.conditions.type"];

/// The `status` of the condition of a type, the first of several: `True`, `False` or `Unknown`.
#[must_use]
pub fn of<'j>(object: &ObjectJson<'j>, of_type: &str) -> Option<Cow<'j, str>> {
    object::condition(object.at(["status", "conditions"]), of_type)?.get("status").string()
}

/// The types of an object's conditions, in their order.
pub fn types<'j>(object: &ObjectJson<'j>) -> impl Iterator<Item = Cow<'j, str>> {
    object.at(["status", "conditions"]).elements().filter_map(|condition| condition.get("type").string())
}
