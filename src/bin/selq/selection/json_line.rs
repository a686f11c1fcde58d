//! The lines of JSON that hold a selector: `{"name":"web","selector":"app=web"}`.
//!
//! Read without a tree in between, so that repeated fields mean what Kubernetes takes them for and errors have their
//! place.

use std::fmt;

use selq::LabelSelector;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// What a line says. The last of two equal fields counts; unknown ones are passed over.
#[derive(Debug, Default)]
pub(crate) struct NamedSelector {
    pub(crate) name: Option<String>,
    /// `None` where the field is missing.
    pub(crate) selector: Option<SelectorField>,
}

/// A selector as a field of JSON.
#[derive(Debug)]
pub(crate) enum SelectorField {
    Text(String),
    Object(LabelSelector),
    Null,
}

/// The name in a line that is no [`NamedSelector`] as a whole, if it has one.
pub(crate) fn name_of(line: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    line.get("name")?.as_str().map(str::to_owned)
}

impl<'de> Deserialize<'de> for NamedSelector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NamedSelector, D::Error> {
        deserializer.deserialize_map(NamedSelectorVisitor)
    }
}

struct NamedSelectorVisitor;

impl<'de> Visitor<'de> for NamedSelectorVisitor {
    type Value = NamedSelector;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a selector")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NamedSelector, A::Error> {
        let mut line = NamedSelector::default();
        while let Some(field) = map.next_key::<String>()? {
            match field.as_str() {
                "name" => line.name = map.next_value()?,
                "selector" => line.selector = Some(map.next_value()?),
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(line)
    }
}

impl<'de> Deserialize<'de> for SelectorField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SelectorField, D::Error> {
        deserializer.deserialize_any(SelectorFieldVisitor)
    }
}

struct SelectorFieldVisitor;

impl<'de> Visitor<'de> for SelectorFieldVisitor {
    type Value = SelectorField;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a LabelSelector object or null as `selector`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SelectorField, E> {
        Ok(SelectorField::Text(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<SelectorField, E> {
        Ok(SelectorField::Null)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SelectorField, A::Error> {
        LabelSelector::deserialize(MapAccessDeserializer::new(map)).map(SelectorField::Object)
    }
}

#[cfg(test)]
mod tests {
    use selq::Selector;

    use super::*;
    use crate::terminal::json_error::from_json;

    fn canonical(line: &str) -> Option<String> {
        match from_json::<NamedSelector>(line).unwrap().selector? {
            SelectorField::Object(object) => Selector::try_from(object).unwrap().canonical(),
            SelectorField::Text(text) => Some(text),
            SelectorField::Null => Some("null".to_owned()),
        }
    }

    #[test]
    fn repeated_fields_of_an_object_are_merged_as_in_kubernetes() {
        let line = r#"{"selector":{"matchLabels":{"a":"1","b":"1"},"matchLabels":{"b":"2"}}}"#;
        assert_eq!(canonical(line).as_deref(), Some("a=1,b=2"));
        assert_eq!(canonical(r#"{"selector":"a","selector":null}"#).as_deref(), Some("null"));
        assert_eq!(canonical(r#"{"x":[[]]}"#), None);
    }

    #[test]
    fn errors_have_their_place_in_the_line() {
        let said = |line: &str| {
            let error = from_json::<NamedSelector>(line).unwrap_err();
            format!("{}\n{error}", error.underline())
        };
        insta::assert_snapshot!(said(r#"{"name":"n","selector":{"matchLabels":{"a":1}}}"#), @r#"
        {"name":"n","selector":{"matchLabels":{"a":1}}}
                                                   ^
        expected a string, found a number
        "#);
        insta::assert_snapshot!(said(r#"{"selector":7}"#), @r#"
        {"selector":7}
                    ^
        expected a text, a LabelSelector object or null as `selector`, found a number
        "#);
        insta::assert_snapshot!(said(r#"["a"]"#), @r#"
        ["a"]
        ^
        expected an object with a selector, found an array
        "#);
        insta::assert_snapshot!(said(r#"{"name":7}"#), @r#"
        {"name":7}
                ^
        expected a string, found a number
        "#);
        assert_eq!(name_of(r#"{"name":"n","selector":7}"#).as_deref(), Some("n"));
    }
}
