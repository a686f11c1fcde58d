//! Changed labels in the text of an object.

use super::members::json_text;
use super::place::LabelsPlace;
use super::{EditError, LabelChange};
use crate::Span;

/// What to write in place of which bytes of an object's JSON. Everything else keeps its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The bytes that go, within the object's JSON.
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

impl Rewrite {
    /// Makes `changes` to the labels of the object `json`, which is all of it; white space around it stays.
    ///
    /// Labels that do not change keep their bytes; new ones look like those beside them, and `labels` and
    /// `metadata` are added where they are missing. When the last label goes, `{}` is left, as in `kubectl`.
    ///
    /// # Errors
    ///
    /// [`EditError::NoPlace`] when `metadata` or its `labels` is neither an object nor `null`, or `json` no object.
    pub fn new(json: &str, changes: &[LabelChange]) -> Result<Rewrite, EditError> {
        let LabelsPlace { text: whole, mut object, mut metadata, mut labels } = LabelsPlace::of(json)?;
        for change in changes {
            match change.value() {
                Some(value) => labels.members.set(change.key(), json_text(value)),
                None => labels.members.remove(change.key()),
            }
        }
        let text = labels.members.to_string();
        // The innermost value that is there is written anew, so that all around it keeps its bytes.
        if let Some(old) = labels.text {
            return Ok(Rewrite { span: Span::of(json, old), text });
        }
        metadata.members.set("labels", text);
        let text = metadata.members.to_string();
        if let Some(old) = metadata.text {
            return Ok(Rewrite { span: Span::of(json, old), text });
        }
        object.set("metadata", text);
        Ok(Rewrite { span: Span::of(json, whole), text: object.to_string() })
    }

    /// The whole text `json` with the change made: the one that the rewrite is for.
    #[must_use]
    pub fn apply(&self, json: &str) -> String {
        // A rewrite of another text may lead out of this one, which is no reason to panic.
        let part = |range| json.get(range).unwrap_or_default();
        [part(0..self.span.start), &self.text, part(self.span.end..json.len())].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelEdits;
    use crate::edit::Overwrite;

    /// The object after the edits, which may add and remove what is not there.
    fn rewritten(json: &str, edits: &[&str]) -> Result<String, EditError> {
        let edits = LabelEdits::parse(edits).unwrap();
        let all = edits.iter().map(|(key, _)| (key, "?")).filter(|(key, _)| json.contains(key));
        let changes = edits.changes(all, Overwrite::Allowed).unwrap();
        Ok(Rewrite::new(json, &changes)?.apply(json))
    }

    #[test]
    fn only_the_labels_change() {
        insta::assert_snapshot!(rewritten(r#"{"metadata":{"labels":{"a":"1"},"x":1.50}}"#, &["b=2"]).unwrap(), @r#"{"metadata":{"labels":{"a":"1","b":"2"},"x":1.50}}"#);
        insta::assert_snapshot!(rewritten(r#"{"metadata":{"labels":{"a":"1"}},"x":1}"#, &["a-"]).unwrap(), @r#"{"metadata":{"labels":{}},"x":1}"#);
    }

    #[test]
    fn what_is_missing_is_added_in_the_style_around() {
        insta::assert_snapshot!(rewritten("{}", &["a=1"]).unwrap(), @r#"{"metadata":{"labels":{"a":"1"}}}"#);
        insta::assert_snapshot!(rewritten(r#"{"kind": "Pod", "spec": {}}"#, &["a=1"]).unwrap(), @r#"{"kind": "Pod", "metadata": {"labels": {"a": "1"}}, "spec": {}}"#);
        insta::assert_snapshot!(rewritten(r#"{"metadata":{"labels":null,"name":"x"}}"#, &["a=1"]).unwrap(), @r#"{"metadata":{"labels":{"a":"1"},"name":"x"}}"#);
        insta::assert_snapshot!(rewritten(r#"{"metadata":null}"#, &["a=1"]).unwrap(), @r#"{"metadata":{"labels":{"a":"1"}}}"#);
        insta::assert_snapshot!(rewritten("{\n  \"metadata\": {\n    \"name\": \"x\"\n  }\n}", &["a=1", "b="]).unwrap(), @r#"
        {
          "metadata": {
            "labels": {
              "a": "1",
              "b": ""
            },
            "name": "x"
          }
        }
        "#);
        insta::assert_snapshot!(rewritten("{\n    \"kind\": \"Pod\",\n    \"spec\": {}\n}", &["a=1"]).unwrap(), @r#"
        {
            "kind": "Pod",
            "metadata": {
                "labels": {
                    "a": "1"
                }
            },
            "spec": {}
        }
        "#);
        insta::assert_snapshot!(rewritten("{\n  \"metadata\": {\n    \"labels\": {}\n  }\n}", &["a=1"]).unwrap(), @r#"
        {
          "metadata": {
            "labels": {
              "a": "1"
            }
          }
        }
        "#);
    }

    #[test]
    fn white_space_around_the_object_stays() {
        for json in [r#"{"kind":"Pod"}"#, r#"{"metadata":{}}"#, r#"{"metadata":{"labels":{}}}"#] {
            let padded = format!(" \r\n{json}\n\t");
            let expected = format!(" \r\n{}\n\t", rewritten(json, &["a=1"]).unwrap());
            assert_eq!(rewritten(&padded, &["a=1"]).unwrap(), expected);
        }
    }

    #[test]
    fn the_last_of_equal_keys_is_the_one() {
        insta::assert_snapshot!(rewritten(r#"{"metadata":{"labels":{"a":"1"}},"metadata":{"labels":{},"labels":{"a":"2","a":"3"}}}"#, &["a=4"]).unwrap(), @r#"{"metadata":{"labels":{"a":"1"}},"metadata":{"labels":{},"labels":{"a":"2","a":"4"}}}"#);
    }

    #[test]
    fn there_must_be_a_place_for_labels() {
        insta::assert_snapshot!(rewritten(r#"{"metadata":7}"#, &["a=1"]).unwrap_err(), @"expected an object as `metadata`, found a number");
        insta::assert_snapshot!(rewritten(r#"{"metadata":{"labels":[{"Key":"a"}]}}"#, &["a=1"]).unwrap_err(), @"expected an object as `metadata.labels`, found a list");
        insta::assert_snapshot!(rewritten("\n[{}]", &["a=1"]).unwrap_err(), @"expected an object, found a list");
        insta::assert_snapshot!(rewritten("{]", &["a=1"]).unwrap_err(), @"expected an object, found no JSON");
    }
}
