//! Labels and annotations, under keys of any spelling.

use std::borrow::Cow;

use super::object::{Json, ObjectJson};

/// What is read of an object for its annotations.
pub const ANNOTATION_READS: &[&str] = &[".metadata.annotations"];
/// What is read of an object for its labels.
pub const LABEL_READS: &[&str] = &[".metadata.labels"];

/// The annotation under a key; a `null` is the empty value, as Kubernetes reads it.
#[must_use]
pub fn annotation<'j>(object: &ObjectJson<'j>, key: &str) -> Option<Cow<'j, str>> {
    value(object.at(["metadata", "annotations"]).get(key))
}

/// The label under a key, which need not be one that Kubernetes takes; a `null` is the empty value.
#[must_use]
pub fn label<'j>(object: &ObjectJson<'j>, key: &str) -> Option<Cow<'j, str>> {
    value(object.at(["metadata", "labels"]).get(key))
}

fn value<'j>(value: Json<'_, 'j>) -> Option<Cow<'j, str>> {
    match value.written() {
        // A value that is not there is written as nothing, so that this is a `null` that somebody
        // wrote.
        "null" => Some(Cow::Borrowed("")),
        _ => value.string(),
    }
}
