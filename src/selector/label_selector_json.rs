//! `LabelSelector` objects from and to JSON, read as Kubernetes reads them.
//!
//! The derived code would not do: Kubernetes takes repeated fields (the last one wins, maps are merged), passes over unknown
//! ones, which the caller wants to warn about, and reads `null` as empty.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::label_selector::{LabelSelector, LabelSelectorRequirement};

impl<'de> Deserialize<'de> for LabelSelector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LabelSelector, D::Error> {
        deserializer.deserialize_map(LabelSelectorVisitor)
    }
}

struct LabelSelectorVisitor;

impl<'de> Visitor<'de> for LabelSelectorVisitor {
    type Value = LabelSelector;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a LabelSelector object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LabelSelector, A::Error> {
        let mut match_labels = BTreeMap::new();
        let mut expressions = Vec::new();
        let mut unknown_fields = Vec::new();
        while let Some(field) = map.next_key::<String>()? {
            // Names count in their exact spelling, as in Kubernetes' decoder: Go's own would take
            // `MatchLabels` too, which is passed over here and warned about.
            match field.as_str() {
                "matchLabels" => merge(&mut match_labels, map.next_value()?),
                "matchExpressions" => expressions = map.next_value::<Option<_>>()?.unwrap_or_default(),
                _ => {
                    // What is passed over needs no stack, however deep it is.
                    map.next_value::<IgnoredAny>()?;
                    unknown_fields.push(field);
                }
            }
        }
        // Only the list that counts names its unknown fields: one
        // that a later list replaced is gone.
        let match_expressions = named_by_place(expressions, &mut unknown_fields);
        Ok(LabelSelector { match_labels, match_expressions, unknown_fields })
    }
}

/// Adds what a further `matchLabels` says; `null` says that there are none.
fn merge(labels: &mut BTreeMap<String, String>, more: Option<BTreeMap<String, Option<String>>>) {
    match more {
        // Go reads `null` as the empty text in a map of strings.
        Some(more) => labels.extend(more.into_iter().map(|(key, value)| (key, value.unwrap_or_default()))),
        None => labels.clear(),
    }
}

/// The expressions alone; what they have in unknown fields goes to `unknown_fields` under its path.
fn named_by_place(
    expressions: Vec<Option<MatchExpression>>,
    unknown_fields: &mut Vec<String>,
) -> Vec<LabelSelectorRequirement> {
    let mut requirements = Vec::with_capacity(expressions.len());
    for (i, expression) in expressions.into_iter().enumerate() {
        let MatchExpression { requirement, unknown_fields: unknown } = expression.unwrap_or_default();
        unknown_fields.extend(unknown.into_iter().map(|field| format!("matchExpressions[{i}].{field}")));
        requirements.push(requirement);
    }
    requirements
}

/// One of the `matchExpressions`, and what else stands in it.
struct MatchExpression {
    requirement: LabelSelectorRequirement,
    unknown_fields: Vec<String>,
}

impl Default for MatchExpression {
    /// What `null` stands for: an expression without anything, which Kubernetes refuses later.
    fn default() -> MatchExpression {
        let requirement =
            LabelSelectorRequirement { key: String::new(), operator: String::new(), values: Vec::new() };
        MatchExpression { requirement, unknown_fields: Vec::new() }
    }
}

impl<'de> Deserialize<'de> for MatchExpression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MatchExpression, D::Error> {
        deserializer.deserialize_map(ExpressionVisitor)
    }
}

struct ExpressionVisitor;

impl<'de> Visitor<'de> for ExpressionVisitor {
    type Value = MatchExpression;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with \"key\", \"operator\" and \"values\"")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MatchExpression, A::Error> {
        let mut expression = MatchExpression::default();
        let requirement = &mut expression.requirement;
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "key" => replace(&mut requirement.key, map.next_value()?),
                "operator" => replace(&mut requirement.operator, map.next_value()?),
                "values" => {
                    let values: Option<Vec<Option<String>>> = map.next_value()?;
                    requirement.values =
                        values.unwrap_or_default().into_iter().map(Option::unwrap_or_default).collect();
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    expression.unknown_fields.push(field);
                }
            }
        }
        Ok(expression)
    }
}

/// Takes over a string; `null` leaves the one that was there.
fn replace(text: &mut String, new: Option<String>) {
    if let Some(new) = new {
        *text = new;
    }
}

impl Serialize for LabelSelector {
    /// Leaves out the fields that are empty, and those that are not a `LabelSelector`'s own.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.match_labels.is_empty() {
            map.serialize_entry("matchLabels", &self.match_labels)?;
        }
        if !self.match_expressions.is_empty() {
            map.serialize_entry("matchExpressions", &self.match_expressions)?;
        }
        map.end()
    }
}

impl Serialize for LabelSelectorRequirement {
    /// Without `values` where there are none.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("key", &self.key)?;
        map.serialize_entry("operator", &self.operator)?;
        if !self.values.is_empty() {
            map.serialize_entry("values", &self.values)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::Selector;

    fn read(json: &str) -> LabelSelector {
        serde_json::from_str(json).unwrap()
    }

    #[track_caller]
    fn canonical(json: &str) -> String {
        Selector::try_from(read(json)).unwrap().canonical().unwrap()
    }

    #[test]
    fn null_is_empty_inside_and_nothing_as_a_whole() {
        assert_eq!(canonical(r#"{"matchLabels":null,"matchExpressions":null}"#), "");
        assert_eq!(canonical(r#"{"matchLabels":{"a":null}}"#), "a=");
        assert_eq!(
            canonical(r#"{"matchExpressions":[{"key":"a","operator":"In","values":[null]}]}"#),
            "a in ()"
        );
        assert_eq!(serde_json::from_str::<Option<LabelSelector>>("null").unwrap(), None);
        assert!(serde_json::from_str::<LabelSelector>("null").is_err());
        assert!(Selector::try_from(read(r#"{"matchExpressions":[null]}"#)).is_err());
    }

    #[test]
    fn repeated_fields_are_merged_or_replaced() {
        assert_eq!(canonical(r#"{"matchLabels":{"a":"1","b":"1"},"matchLabels":{"b":"2"}}"#), "a=1,b=2");
        assert_eq!(canonical(r#"{"matchLabels":{"a":"1","a":"2"}}"#), "a=2");
        assert_eq!(canonical(r#"{"matchLabels":{"a":"1"},"matchLabels":null}"#), "");
        let first = r#"{"key":"a","operator":"Exists"}"#;
        let second = r#"{"key":"x","key":"b","key":null,"operator":"Exists"}"#;
        assert_eq!(
            canonical(&format!(r#"{{"matchExpressions":[{first}],"matchExpressions":[{second}]}}"#)),
            "b"
        );
    }

    #[test]
    fn unknown_fields_are_passed_over_and_named() {
        let object = read(
            r#"{"MatchLabels":{"a":"b"},"matchExpressions":[{"key":"a","operator":"Exists","vals":[[]]}],"matchlabels":1}"#,
        );
        assert_eq!(object.unknown_fields(), ["MatchLabels", "matchlabels", "matchExpressions[0].vals"]);
        assert_eq!(Selector::try_from(object).unwrap().to_string(), "a");
    }

    #[test]
    fn what_is_of_the_wrong_kind_is_an_error() {
        let error = |json: &str| serde_json::from_str::<LabelSelector>(json).unwrap_err().to_string();
        assert_snapshot!(error("[]"), @"invalid type: sequence, expected a LabelSelector object at line 1 column 0");
        assert_snapshot!(error(r#"{"matchLabels":{"a":1}}"#), @"invalid type: integer `1`, expected a string at line 1 column 21");
        assert_snapshot!(error(r#"{"matchExpressions":["a"]}"#), @r#"invalid type: string "a", expected an object with "key", "operator" and "values" at line 1 column 24"#);
    }

    #[test]
    fn deep_unknown_values_do_not_exhaust_the_stack() {
        let json = format!(r#"{{"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&json).unknown_fields(), ["x"]);
    }

    #[test]
    fn empty_fields_are_not_written() {
        let written = |json: &str| serde_json::to_string(&read(json)).unwrap();
        assert_eq!(written(r#"{"matchLabels":{},"x":1}"#), "{}");
        let exists = r#"{"matchExpressions":[{"key":"foo","operator":"Exists"}]}"#;
        assert_eq!(written(exists), exists);
    }
}
