//! JSON that Kubernetes reads as a LabelSelector of everything, though something else was meant.

use std::collections::BTreeMap;

use selq::text::Quoted;
use selq::{LabelSelector, Selector};
use serde_json::{Map, Value};

use crate::terminal::message;

/// What a LabelSelector and its expressions have.
const FIELDS: [&str; 5] = ["matchLabels", "matchExpressions", "key", "operator", "values"];

/// What is to be said of the fields of `object` that are not a LabelSelector's own; `json` is the text it was read from.
pub(crate) fn warnings(object: &LabelSelector, json: &Value) -> Vec<String> {
    let selects_everything = object.match_labels.is_empty() && object.match_expressions.is_empty();
    // A Deployment has a dozen fields that are not a LabelSelector's: one sentence says it for all.
    let whole = json.as_object().filter(|_| selects_everything).and_then(other_object);
    if let Some(what) = whole {
        return vec![format!("this LabelSelector selects everything: {what}")];
    }
    let effect = if selects_everything { ": what is left selects everything" } else { "" };
    object.unknown_fields().iter().map(|path| unknown_field(path, effect)).collect()
}

fn unknown_field(path: &str, effect: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or(path);
    let what = format!("a LabelSelector has no field {}, which is passed over{effect}", Quoted(path));
    message::absent(&what, selq::text::nearest(name, FIELDS))
}

/// What an object without a field of a LabelSelector is.
fn other_object(fields: &Map<String, Value>) -> Option<String> {
    let is_misspelt =
        |name: &String| selq::text::nearest(name, FIELDS).is_some_and(|it| it.starts_with("match"));
    // With a field such as `matchLabel` a LabelSelector was meant, whatever else stands beside it.
    if fields.keys().any(is_misspelt) {
        return None;
    }
    if let Some(labels) = labels(fields) {
        let is_map = "it is a map of labels, which are not its own fields";
        return Some(with_offer(is_map, labels));
    }
    let is_whole =
        ["kind", "apiVersion", "metadata", "spec", "items"].iter().any(|it| fields.contains_key(*it));
    is_whole.then(|| whole_object(fields))
}

/// A Service, a Deployment, a List.
fn whole_object(fields: &Map<String, Value>) -> String {
    let kind = fields.get("kind").and_then(Value::as_str).filter(|kind| kind.len() < 64);
    let is_whole =
        format!("it is a whole object{}", kind.map(|kind| format!(", a {kind}")).unwrap_or_default());
    let Some((field, selector)) = fields.get("spec").and_then(own_selector) else { return is_whole };
    let has_selector = format!("{is_whole}, whose selector is at .spec.{field}");
    match selector.as_object().and_then(labels) {
        Some(labels) => with_offer(&has_selector, labels),
        None => match serde_json::from_value(selector.clone()) {
            Ok(object) => with_offer(&has_selector, object),
            Err(_) => has_selector,
        },
    }
}

/// The field of a `spec` that holds a selector: `selector` of most kinds, `podSelector` of network policies.
fn own_selector(spec: &Value) -> Option<(&str, &Value)> {
    let fields = spec.as_object()?;
    let named = fields.iter().filter(|(name, value)| name.ends_with("elector") && value.is_object());
    // A pod's spec has a `nodeSelector` too: where one is called `selector`, that is the one.
    named.map(|(name, value)| (name.as_str(), value)).max_by_key(|(name, _)| *name == "selector")
}

/// The LabelSelector that was meant by a map of labels.
fn labels(fields: &Map<String, Value>) -> Option<LabelSelector> {
    let pairs = fields.iter().map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    let labels: BTreeMap<String, String> = pairs.collect::<Option<_>>()?;
    (!labels.is_empty()).then(|| LabelSelector::new(labels, Vec::new()))
}

/// `what`, and the LabelSelector to write if it is one and says something.
fn with_offer(what: &str, object: LabelSelector) -> String {
    let is_plain = object.unknown_fields().is_empty();
    // A message stays short, whatever the object holds.
    let json = serde_json::to_string(&object).ok().filter(|json| json.len() <= 400);
    let is_meant = Selector::try_from(object).is_ok_and(|selector| !selector.is_everything());
    match json.filter(|_| is_plain && is_meant) {
        Some(json) => format!("{what}; write {json}"),
        None => what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(json: &str) -> String {
        let object: LabelSelector = serde_json::from_str(json).unwrap();
        let said = warnings(&object, &serde_json::from_str(json).unwrap()).join("\n");
        // What is told to write is a selector, and not of everything.
        if let Some((_, offer)) = said.split_once("; write ") {
            let offered: LabelSelector = serde_json::from_str(offer).unwrap();
            assert!(!Selector::try_from(offered).unwrap().is_everything(), "{said}");
        }
        said
    }

    #[test]
    fn a_map_of_labels_selects_everything() {
        insta::assert_snapshot!(said(r#"{"app":"web","env":""}"#), @r#"this LabelSelector selects everything: it is a map of labels, which are not its own fields; write {"matchLabels":{"app":"web","env":""}}"#);
        insta::assert_snapshot!(said(r#"{"app":"not a value"}"#), @"this LabelSelector selects everything: it is a map of labels, which are not its own fields");
        insta::assert_snapshot!(said(r#"{"key":"a"}"#), @r#"this LabelSelector selects everything: it is a map of labels, which are not its own fields; write {"matchLabels":{"key":"a"}}"#);
    }

    #[test]
    fn a_whole_object_says_where_its_selector_is() {
        insta::assert_snapshot!(said(r#"{"kind":"Service","spec":{"selector":{"app":"web"}}}"#), @r#"this LabelSelector selects everything: it is a whole object, a Service, whose selector is at .spec.selector; write {"matchLabels":{"app":"web"}}"#);
        insta::assert_snapshot!(said(r#"{"kind":"NetworkPolicy","spec":{"podSelector":{"matchLabels":{"a":"b"}}}}"#), @r#"this LabelSelector selects everything: it is a whole object, a NetworkPolicy, whose selector is at .spec.podSelector; write {"matchLabels":{"a":"b"}}"#);
        insta::assert_snapshot!(said(r#"{"kind":"NetworkPolicy","spec":{"podSelector":{}}}"#), @"this LabelSelector selects everything: it is a whole object, a NetworkPolicy, whose selector is at .spec.podSelector");
        insta::assert_snapshot!(said(r#"{"apiVersion":"v1","kind":"List","items":[]}"#), @"this LabelSelector selects everything: it is a whole object, a List");
    }

    #[test]
    fn misspelt_fields_are_named_one_by_one() {
        insta::assert_snapshot!(said(r#"{"MatchLabels":{"a":"b"}}"#), @r#"a LabelSelector has no field "MatchLabels", which is passed over: what is left selects everything; did you mean "matchLabels"?"#);
        insta::assert_snapshot!(said(r#"{"matchLabel":"b"}"#), @r#"a LabelSelector has no field "matchLabel", which is passed over: what is left selects everything; did you mean "matchLabels"?"#);
        insta::assert_snapshot!(said(r#"{"matchLabels":{"a":"b"},"kind":"x"}"#), @r#"a LabelSelector has no field "kind", which is passed over"#);
    }
}
