//! What YAML texts mean, held by the answers of Kubernetes and by cases of our own.

mod cases;
mod conformance;
mod fast;
mod hostile;
mod places;
mod scalars;
mod written;

use super::convert::{self, Converted};
use super::fast::YamlTeam;
use crate::json::JsonText;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt;

/// Reads a text on several threads, in parts as short as can be.
fn convert(text: &str) -> Converted {
    convert::convert(text, YamlTeam { n_threads: 3, min_part: 1 })
}

/// The JSON of every document, and what is wrong behind them.
fn read(text: &str) -> (Vec<String>, Option<String>) {
    let converted = convert(text);
    let json = String::from_utf8(converted.json).unwrap();
    let fault = converted.fault.map(|fault| {
        assert!(fault.offset <= text.len());
        fault.message.into_owned()
    });
    (json.lines().map(str::to_owned).collect(), fault)
}

/// A value of JSON with numbers as they are written. Of equal keys the last counts.
#[derive(Debug, PartialEq)]
enum PlainJson {
    Word(String),
    Text(String),
    Array(Vec<PlainJson>),
    Object(BTreeMap<String, PlainJson>),
}

impl PlainJson {
    fn of(json: &str) -> PlainJson {
        match json.as_bytes()[0] {
            b'{' => {
                let members: AllMembers<'_> = serde_json::from_str(json).unwrap();
                PlainJson::Object(
                    members.0.into_iter().map(|(key, value)| (key, PlainJson::of(value.get()))).collect(),
                )
            }
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(json).unwrap();
                PlainJson::Array(elements.into_iter().map(|element| PlainJson::of(element.get())).collect())
            }
            b'"' => PlainJson::Text(serde_json::from_str::<JsonText>(json).unwrap().0),
            _ => PlainJson::Word(json.to_owned()),
        }
    }
}

/// The members of an object, whose keys may have halves of surrogate pairs.
struct AllMembers<'de>(Vec<(String, &'de RawValue)>);

impl<'de> Deserialize<'de> for AllMembers<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AllMembers<'de>, D::Error> {
        struct MembersVisitor;
        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = AllMembers<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AllMembers<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((key, value)) = map.next_entry::<JsonText, &RawValue>()? {
                    members.push((key.0, value));
                }
                Ok(AllMembers(members))
            }
        }
        deserializer.deserialize_map(MembersVisitor)
    }
}
