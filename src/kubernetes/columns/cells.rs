//! Cells that several kinds have.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use crate::kubernetes::age::{self, Age};
use crate::kubernetes::object::{Json, ObjectJson};
use crate::kubernetes::status;
use crate::kubernetes::time::Time;
use crate::{LabelSelector, Selector};

/// What stands where there is nothing.
pub(super) const NONE: &str = "<none>";
/// What stands for what the server does not know.
pub(super) const UNKNOWN: &str = "<unknown>";
/// What stands for what nobody has set.
pub(super) const UNSET: &str = "<unset>";

/// The name of the object.
pub(super) fn name(object: &ObjectJson<'_>, _: Time) -> String {
    string(object.at(["metadata", "name"]))
}

/// The status of the object.
pub(super) fn status(object: &ObjectJson<'_>) -> String {
    status::whole(object).unwrap_or_default().into_owned()
}

/// How long ago the object was made.
pub(super) fn age(object: &ObjectJson<'_>, now: Time) -> String {
    age::created(object).map_or_else(|| UNKNOWN.to_owned(), |created| since(created, now))
}

/// How long ago something was.
pub(super) fn since(then: Time, now: Time) -> String {
    Age::between(then, now).human()
}

/// A time that stands there.
pub(super) fn time(json: Json<'_, '_>) -> Option<Time> {
    json.string()?.parse().ok()
}

/// A text; empty where there is none.
pub(super) fn string(json: Json<'_, '_>) -> String {
    json.string().unwrap_or_default().into_owned()
}

/// A text that stands there, also an empty one, or what stands for none.
pub(super) fn string_or(json: Json<'_, '_>, absent: &str) -> String {
    json.string().map_or_else(|| absent.to_owned(), Cow::into_owned)
}

/// A text that is not empty, or what stands for none.
pub(super) fn text_or(json: Json<'_, '_>, absent: &str) -> String {
    json.text().map_or_else(|| absent.to_owned(), Cow::into_owned)
}

/// A number; 0 where there is none.
pub(super) fn number(json: Json<'_, '_>) -> i64 {
    json.integer().unwrap_or(0)
}

/// How many elements an array has.
pub(super) fn n_elements(json: Json<'_, '_>) -> usize {
    json.elements().count()
}

/// How many keys some objects have together.
pub(super) fn n_keys<const N: usize>(maps: [Json<'_, '_>; N]) -> usize {
    maps.into_iter().flat_map(Json::members).map(|(key, _)| key).collect::<HashSet<_>>().len()
}

/// The keys of an object with their texts, of equal keys the last.
pub(super) fn map<'t, 'j>(json: Json<'t, 'j>) -> BTreeMap<&'t str, Cow<'j, str>> {
    json.members().map(|(key, value)| (key, value.string().unwrap_or_default())).collect()
}

/// Labels as kubectl lists them: `a=1,b=2`.
pub(super) fn labels(json: Json<'_, '_>) -> String {
    let mut labels: Vec<String> = map(json).iter().map(|(key, value)| format!("{key}={value}")).collect();
    // Whole texts are sorted, so that `a-b=1` comes before `a=1`.
    labels.sort_unstable();
    some_or_none(labels.join(","))
}

/// A text, or what stands for none where it is empty.
pub(super) fn some_or_none(text: String) -> String {
    if text.is_empty() { NONE.to_owned() } else { text }
}

/// A LabelSelector that stands there; the null one where none does.
pub(super) fn selector(json: Json<'_, '_>) -> Option<Selector> {
    let Some(json) = json.present() else { return Some(Selector::nothing()) };
    Selector::try_from(serde_json::from_str::<LabelSelector>(json.written()).ok()?).ok()
}

/// A LabelSelector as most kinds show it.
pub(super) fn selector_text(json: Json<'_, '_>) -> String {
    match selector(json) {
        Some(selector) => some_or_none(selector.canonical().unwrap_or_default()),
        None => "<error>".to_owned(),
    }
}

/// What each of some containers has under a name, joined by `,`.
pub(super) fn of_containers(pod_spec: Json<'_, '_>, name: &str) -> String {
    let containers = pod_spec.get("containers").elements();
    containers.map(|container| string(container.get(name))).collect::<Vec<_>>().join(",")
}
