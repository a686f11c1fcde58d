//! Changed labels as a JSON Patch.

use serde::Serialize;
use serde_json::{Map, Value};

use super::place::LabelsPlace;
use super::{EditError, LabelChange};

/// One step of a JSON Patch ([RFC 6902](https://www.rfc-editor.org/rfc/rfc6902)), as an API server takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PatchOperation {
    /// `add`, `replace` or `remove`.
    pub op: &'static str,
    /// The place in the object, as a JSON pointer.
    pub path: String,
    /// The value to put there; none for `remove`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl PatchOperation {
    /// The patch that makes `changes` to the labels of the object `json`, which is all of it. Where the
    /// object has no labels at all, a single step adds them.
    ///
    /// # Errors
    ///
    /// [`EditError::NoPlace`] when `metadata` or its `labels` is neither an object nor `null`, or `json` no object.
    pub fn for_labels(json: &str, changes: &[LabelChange]) -> Result<Vec<PatchOperation>, EditError> {
        // An object that has no place for labels is refused, also where nothing changes.
        let place = LabelsPlace::of(json)?;
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        if place.labels.is_object() {
            return Ok(changes.iter().map(step).collect());
        }
        // Without labels nothing can be removed, so that only values to set are left.
        let labels = changes.iter().filter_map(|change| Some((change.key(), change.value()?)));
        let labels: Map<String, Value> = labels.map(|(key, value)| (key.to_owned(), value.into())).collect();
        if place.metadata.is_object() {
            return Ok(vec![add("/metadata/labels", labels)]);
        }
        let metadata = Map::from_iter([("labels".to_owned(), Value::Object(labels))]);
        Ok(vec![add("/metadata", metadata)])
    }
}

fn add(path: &str, value: Map<String, Value>) -> PatchOperation {
    PatchOperation { op: "add", path: path.to_owned(), value: Some(Value::Object(value)) }
}

fn step(change: &LabelChange) -> PatchOperation {
    let op = match change {
        LabelChange::Added { .. } => "add",
        LabelChange::Replaced { .. } => "replace",
        LabelChange::Removed { .. } => "remove",
    };
    // `~` is escaped first, as otherwise the one of `~1` would be escaped again.
    let key = change.key().replace('~', "~0").replace('/', "~1");
    PatchOperation { op, path: format!("/metadata/labels/{key}"), value: change.value().map(Value::from) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelEdits;
    use crate::edit::Overwrite;

    fn patch(json: &str, labels: &[(&str, &str)], edits: &[&str]) -> String {
        let edits = LabelEdits::parse(edits).unwrap();
        let changes = edits.changes(labels.iter().copied(), Overwrite::Allowed).unwrap();
        serde_json::to_string(&PatchOperation::for_labels(json, &changes).unwrap()).unwrap()
    }

    #[test]
    fn a_step_for_each_label() {
        let json = r#"{"metadata":{"labels":{"a/b~c":"1","old":"2"}}}"#;
        let labels = [("a/b~c", "1"), ("old", "2")];
        insta::assert_snapshot!(patch(json, &labels, &["a/b~c=2", "old-", "new="]), @r#"[{"op":"replace","path":"/metadata/labels/a~1b~0c","value":"2"},{"op":"add","path":"/metadata/labels/new","value":""},{"op":"remove","path":"/metadata/labels/old"}]"#);
    }

    #[test]
    fn one_step_where_there_are_no_labels() {
        insta::assert_snapshot!(patch(r#"{"metadata":{"labels":null}}"#, &[], &["a=1", "b=2"]), @r#"[{"op":"add","path":"/metadata/labels","value":{"a":"1","b":"2"}}]"#);
        insta::assert_snapshot!(patch("{}", &[], &["a=1"]), @r#"[{"op":"add","path":"/metadata","value":{"labels":{"a":"1"}}}]"#);
        assert_eq!(patch("{}", &[], &["a-"]), "[]");
    }
}
