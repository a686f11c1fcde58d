//! In which fields two objects differ.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::DiffBy;
use crate::json::{JsonPlace, Text, ValueKind, WrittenPlace};

/// How deep objects are taken apart: what differs further in is told as the whole that it is in.
const MAX_DEPTH: usize = 64;

/// The fields in which two looks at an object differ, as far as these count, in the order of their names:
/// `.spec.replicas`, `.spec.containers[0].image`. Of a list that is longer or shorter than before, the list. None by
/// labels, which [`LabelChange::all`](crate::edit::LabelChange::all) tells.
///
/// Takes time in proportion to both texts, which must be valid JSON.
///
/// ```
/// use selq::diff::{DiffBy, changed_fields};
///
/// let (old, new) = (r#"{"spec":{"a":[1,2],"b":{"x y":1}}}"#, r#"{"spec":{"b":{"x y":2},"a":[1,3]},"status":{}}"#);
/// assert_eq!(changed_fields(old, new, DiffBy::Spec), [".spec.a[1]", ".spec.b['x y']"]);
/// ```
#[must_use]
pub fn changed_fields(before: &str, after: &str, by: DiffBy) -> Vec<String> {
    let mut changes = FieldChanges { path: String::new(), depth: 0, by, found: Vec::new() };
    if by != DiffBy::Labels {
        changes.compare(Some(Text::of(before)), Some(Text::of(after)));
    }
    changes.found
}

struct FieldChanges {
    /// The field that is being compared.
    path: String,
    depth: usize,
    by: DiffBy,
    found: Vec<String>,
}

impl FieldChanges {
    fn compare(&mut self, before: Option<Text<'_>>, after: Option<Text<'_>>) {
        let (Some(before), Some(after)) = (before, after) else { return self.found.push(self.path.clone()) };
        if before.text() == after.text() {
            return;
        }
        self.depth += 1;
        match (before.kind(), after.kind()) {
            (ValueKind::Object, ValueKind::Object) if self.depth <= MAX_DEPTH => self.members(before, after),
            (ValueKind::Array, ValueKind::Array) if self.depth <= MAX_DEPTH => self.elements(before, after),
            // A text may be written with other escapes.
            (ValueKind::Scalar, ValueKind::Scalar) if is_same(before, after) => {}
            _ => self.found.push(self.path.clone()),
        }
        self.depth -= 1;
    }

    fn members(&mut self, before: Text<'_>, after: Text<'_>) {
        let (mut before, mut after) = (members(before), members(after));
        let names: BTreeSet<String> = before
            .keys()
            .chain(after.keys())
            .filter(|name| self.counts(name))
            .map(ToString::to_string)
            .collect();
        for name in names {
            let n_before = self.path.len();
            push_name(&name, &mut self.path);
            self.compare(before.remove(&*name), after.remove(&*name));
            self.path.truncate(n_before);
        }
    }

    fn elements(&mut self, before: Text<'_>, after: Text<'_>) {
        let (before, after) = (before.all_elements(), after.all_elements());
        // Which of them came or went is not known, and all behind it would be told.
        if before.len() != after.len() {
            return self.found.push(self.path.clone());
        }
        for (nth, (before, after)) in before.into_iter().zip(after).enumerate() {
            let n_before = self.path.len();
            self.path.push_str(&format!("[{nth}]"));
            self.compare(Some(before), Some(after));
            self.path.truncate(n_before);
        }
    }

    /// Whether a member of the object that is being compared counts.
    fn counts(&self, name: &str) -> bool {
        match (self.by, &*self.path) {
            (DiffBy::Spec, "") => !["apiVersion", "kind", "metadata", "status"].contains(&name),
            (DiffBy::All, ".metadata") => name != "managedFields",
            _ => true,
        }
    }
}

/// The members of an object, of equal names the last.
fn members<'j>(object: Text<'j>) -> BTreeMap<Cow<'j, str>, Text<'j>> {
    let mut members = BTreeMap::new();
    object.named_members(|name, value| {
        members.insert(name, value);
        value.end()
    });
    members
}

/// Whether two texts say the same; numbers are what they are written as.
fn is_same(before: Text<'_>, after: Text<'_>) -> bool {
    let are_texts = [before, after].iter().all(|text| text.text().starts_with('"'));
    are_texts && before.scalar() == after.scalar()
}

/// Appends a name as a field has it.
fn push_name(name: &str, path: &mut String) {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(is_bare) {
        path.push('.');
        path.push_str(name);
    } else {
        // A field begins with a dot.
        path.push_str(if path.is_empty() { "." } else { "" });
        // A backslash escapes only the mark and itself.
        let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
        path.push_str(&format!("['{quoted}']"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(before: &str, after: &str) -> String {
        changed_fields(before, after, DiffBy::All).join(" ")
    }

    #[test]
    fn what_differs_is_told_by_its_field() {
        for (before, after, expected) in [
            (r#"{"a":1,"b":2}"#, r#"{ "b":2, "a" : 1 }"#, ""),
            (r#"{"a":"x"}"#, r#"{"a":"\u0078"}"#, ""),
            (r#"{"a":1}"#, r#"{"a":1.0}"#, ".a"),
            (r#"{"a":1}"#, r#"{"a":"1"}"#, ".a"),
            (r#"{"a":null}"#, "{}", ".a"),
            (
                r#"{"a":{"b":[{"c":1},{"c":2}]}}"#,
                r#"{"a":{"b":[{"c":1},{"c":3,"d":0}]}}"#,
                ".a.b[1].c .a.b[1].d",
            ),
            (r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, ".a"),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#, ""),
            (
                r#"{"metadata":{"managedFields":1,"name":"x"}}"#,
                r#"{"metadata":{"name":"y"}}"#,
                ".metadata.name",
            ),
            (r#"{"a":{"it's":1,"x/y":1}}"#, r#"{"a":{}}"#, r".a['it\'s'] .a['x/y']"),
        ] {
            assert_eq!(changed(before, after), expected, "{before} {after}");
        }
    }

    #[test]
    fn fields_that_are_told_can_be_asked_for() {
        for name in ["a", "it's", r"x\", "", "é", "a.b", "[0]"] {
            let object = serde_json::json!({ name: 1 });
            let fields = changed_fields(&object.to_string(), "{}", DiffBy::All);
            let path: crate::Path = fields[0].parse().unwrap();
            assert_eq!(path.values(&object).len(), 1, "{name}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = |inside: &str| format!("{{\"a\":{}{inside}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(changed(&deep("1"), &deep("1")), "");
        assert!(changed(&deep("1"), &deep("2")).starts_with(".a[0][0]"));
    }
}
