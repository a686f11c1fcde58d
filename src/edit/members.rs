//! The text of one JSON object as its members, so that some can change and all others keep their bytes.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::Span;
use crate::json::JsonText;

/// The members of an object, and the white space around them.
#[derive(Debug, Clone)]
pub(super) struct Members<'a> {
    members: Vec<Member<'a>>,
    layout: Spacing,
}

/// One member with its surroundings: `lead "key" : value trail`.
#[derive(Debug, Clone)]
struct Member<'a> {
    key: String,
    /// White space behind the `{` or the comma.
    lead: Cow<'a, str>,
    /// The key as it is written, and the colon with white space around it.
    head: Cow<'a, str>,
    value: Cow<'a, str>,
    /// White space before the comma.
    trail: &'a str,
}

/// The white space that members of an object get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spacing {
    /// Behind the `{`.
    first: String,
    /// Behind a comma.
    next: String,
    /// The colon, and the white space around it.
    colon: String,
    /// Before the `}`.
    tail: String,
}

impl Spacing {
    /// No white space at all.
    pub(super) fn compact() -> Spacing {
        Spacing { first: String::new(), next: String::new(), colon: ":".to_owned(), tail: String::new() }
    }

    /// What an object inside one of this layout looks like: one step further in, or on the same line.
    pub(super) fn inner(&self) -> Spacing {
        if !self.next.contains('\n') {
            return self.clone();
        }
        // The step is what a member has more than the closing brace.
        let step = self.next.strip_prefix(&self.tail).unwrap_or("  ");
        let lead = format!("{}{step}", self.next);
        Spacing { first: lead.clone(), next: lead, colon: self.colon.clone(), tail: self.next.clone() }
    }
}

impl<'a> Members<'a> {
    /// Takes `text` apart, which is all of a JSON object, without white space around it. `outer` is the
    /// layout that an object without members is given. `None` if the text is anything else.
    pub(super) fn parse(text: &'a str, outer: &Spacing) -> Option<Members<'a>> {
        let Entries(entries) = serde_json::from_str(text).ok()?;
        let mut members: Vec<Member<'a>> = Vec::with_capacity(entries.len());
        let mut pos = 1;
        for (key, value) in entries {
            // Values are given as parts of the text, and what stands between two of them is read
            // off from their places.
            let span = Span::of(text, value);
            let before = text.get(pos..span.start)?;
            let (between, head) = before.split_at(before.find('"')?);
            // Only before the first member there is no comma.
            let (trail, lead) = between.split_once(',').unwrap_or(("", between));
            if let Some(last) = members.last_mut() {
                last.trail = trail;
            }
            members.push(Member {
                key,
                lead: lead.into(),
                head: head.into(),
                value: value.into(),
                trail: "",
            });
            pos = span.end;
        }
        let tail = text.get(pos..text.len() - 1)?;
        let layout = layout_of(&members, tail).unwrap_or_else(|| outer.inner());
        Some(Members { members, layout })
    }

    /// An object without members inside one of this layout.
    pub(super) fn empty(outer: &Spacing) -> Members<'a> {
        Members { members: Vec::new(), layout: outer.inner() }
    }

    /// The white space of its members.
    pub(super) fn layout(&self) -> &Spacing {
        &self.layout
    }

    /// The value of the last member with this key, as the text has it. `None` once it was set to another.
    pub(super) fn written(&self, key: &str) -> Option<&'a str> {
        match self.members.iter().rfind(|member| member.key == key)?.value {
            Cow::Borrowed(value) => Some(value),
            Cow::Owned(_) => None,
        }
    }

    /// Sets the value of `key` to this JSON. Where several members have that key, the last one's. A new member
    /// goes where the order of the keys wants it if they are in order, else to the end.
    pub(super) fn set(&mut self, key: &str, value: String) {
        match self.members.iter_mut().rfind(|member| member.key == key) {
            Some(member) => member.value = value.into(),
            None => self.insert(key, value),
        }
    }

    fn insert(&mut self, key: &str, value: String) {
        let is_sorted = self.members.is_sorted_by(|a, b| a.key <= b.key);
        let place = if is_sorted {
            self.members.partition_point(|member| member.key.as_str() < key)
        } else {
            self.members.len()
        };
        let Spacing { first, next, colon, .. } = &self.layout;
        let lead = if place == 0 { first } else { next }.clone().into();
        if place == 0
            && let Some(second) = self.members.first_mut()
        {
            // What was the first stands behind a comma now, and looks as members there do.
            second.lead = next.clone().into();
        }
        let head = format!("{}{colon}", json_text(key)).into();
        self.members
            .insert(place, Member { key: key.to_owned(), lead, head, value: value.into(), trail: "" });
    }

    /// Removes all members with this key.
    pub(super) fn remove(&mut self, key: &str) {
        self.members.retain(|member| member.key != key);
        if let Some(first) = self.members.first_mut() {
            // Whichever is the first now stands directly behind the brace.
            first.lead = self.layout.first.clone().into();
        }
    }
}

/// The white space of these members; `None` if there are none to learn from.
fn layout_of(members: &[Member<'_>], tail: &str) -> Option<Spacing> {
    let (first, last) = (members.first()?, members.last()?);
    // The last quotation mark ends the key, since those within a key have a backslash and come
    // before it.
    let colon = &last.head[last.head.rfind('"')? + 1..];
    let next = match members.len() {
        // One member shows no comma. Who writes a space behind the colon writes one behind commas
        // on a line.
        1 if first.lead.is_empty() && colon.ends_with(' ') => " ",
        _ => &last.lead,
    };
    Some(Spacing { first: first.lead.to_string(), next: next.into(), colon: colon.into(), tail: tail.into() })
}

impl fmt::Display for Members<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (nth, member) in self.members.iter().enumerate() {
            if nth > 0 {
                write!(f, "{},", self.members[nth - 1].trail)?;
            }
            write!(f, "{}{}{}", member.lead, member.head, member.value)?;
        }
        // An object that has lost its last member is `{}`, whatever lines it had.
        let tail = if self.members.is_empty() { "" } else { &self.layout.tail };
        write!(f, "{tail}}}")
    }
}

/// `text` as JSON writes it.
pub(super) fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The members of an object in their order, repeated keys too, with the values as they are written.
struct Entries<'a>(Vec<(String, &'a str)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(JsonText(key)) = map.next_key()? {
            entries.push((key, map.next_value::<&RawValue>()?.get()));
        }
        Ok(Entries(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, edit: impl Fn(&mut Members<'_>)) -> String {
        let mut members = Members::parse(text, &Spacing::compact()).unwrap();
        assert_eq!(members.to_string(), text);
        edit(&mut members);
        members.to_string()
    }

    fn with(text: &str, key: &str) -> String {
        edited(text, |members| members.set(key, "1".to_owned()))
    }

    fn without(text: &str, key: &str) -> String {
        edited(text, |members| members.remove(key))
    }

    #[test]
    fn a_new_member_looks_like_the_others() {
        assert_eq!(with(r#"{"a":"0"}"#, "b"), r#"{"a":"0","b":1}"#);
        assert_eq!(with(r#"{"a": "0"}"#, "b"), r#"{"a": "0", "b": 1}"#);
        assert_eq!(with(r#"{ "a" : "0" }"#, "b"), r#"{ "a" : "0", "b" : 1 }"#);
        assert_eq!(with("{\r\n\t\"a\": 0\r\n}", "b"), "{\r\n\t\"a\": 0,\r\n\t\"b\": 1\r\n}");
        assert_eq!(with("{}", "b"), r#"{"b":1}"#);
    }

    #[test]
    fn a_new_member_keeps_the_order_of_the_keys_if_there_is_one() {
        assert_eq!(with(r#"{"b": 0, "d": 0}"#, "a"), r#"{"a": 1, "b": 0, "d": 0}"#);
        assert_eq!(with(r#"{"b": 0, "d": 0}"#, "c"), r#"{"b": 0, "c": 1, "d": 0}"#);
        assert_eq!(with(r#"{"d":0,"b":0}"#, "c"), r#"{"d":0,"b":0,"c":1}"#);
    }

    #[test]
    fn a_value_is_replaced_where_it_stands() {
        assert_eq!(with(r#"{ "\u0061" :0 , "b":[] }"#, "a"), r#"{ "\u0061" :1 , "b":[] }"#);
        assert_eq!(with(r#"{"a":0,"a":2}"#, "a"), r#"{"a":0,"a":1}"#);
    }

    #[test]
    fn the_rest_closes_the_gap() {
        assert_eq!(without(r#"{"a": 0, "b": 1}"#, "a"), r#"{"b": 1}"#);
        assert_eq!(without(r#"{"a": 0 , "b": 1}"#, "b"), r#"{"a": 0}"#);
        assert_eq!(
            without("{\n  \"a\": 0,\n  \"b\": 1,\n  \"c\": 2\n}", "b"),
            "{\n  \"a\": 0,\n  \"c\": 2\n}"
        );
        assert_eq!(without("{\n  \"a\": 0,\n  \"a\": 1\n}", "a"), "{}");
    }

    #[test]
    fn new_objects_go_one_step_further_in() {
        let members = Members::parse("{\n  \"a\": 0\n}", &Spacing::compact()).unwrap();
        let mut inner = Members::empty(members.layout());
        inner.set("b", "1".to_owned());
        assert_eq!(inner.to_string(), "{\n    \"b\": 1\n  }");
    }
}
