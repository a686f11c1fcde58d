//! Finds a name at any depth of a text: its bytes are looked for first, and then only what leads to them is gone through.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;

use crate::json::skim::blank_len;
use crate::json::{JsonPlace, Text, ValueKind};

/// How deeply the values may stand. What is nested more deeply is left to the search that costs no stack.
const MAX_DEPTH: usize = 64;

/// The values under a name inside a value, at any depth save in members of the name `without`: by the objects that they
/// are members of, an outer one before those in it.
///
/// `None` where the bytes do not tell: JSON may write the name in several ways, or it stands too deeply.
pub(super) fn named<'j>(start: Text<'j>, name: &str, without: Option<&str>) -> Option<Vec<Text<'j>>> {
    let json = start.text_or_rest();
    let offset = start.address();
    let needle = format!("\"{name}\"");
    if !is_written_one_way(name) || is_perhaps_escaped(json.as_bytes(), name) {
        return None;
    }
    let keys = memmem::find_iter(json.as_bytes(), &needle);
    let keys = keys.filter(|at| is_key(json.as_bytes(), *at, needle.len()));
    let keys: Vec<usize> = keys.map(|at| offset + at).collect();
    let mut search = Guided { name, without, keys: &keys, found: Vec::new(), is_too_deep: false };
    search.end_of(start, MAX_DEPTH);
    if search.is_too_deep {
        return None;
    }
    // An object's own member may stand behind what is inside the members before it.
    search.found.sort_by_key(|(object, _)| *object);
    Some(search.found.into_iter().map(|(_, value)| value).collect())
}

/// Whether JSON needs no escape for any character of the name.
fn is_written_one_way(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether there is an escape for one of the name's characters, so that a key may be the name in other bytes.
fn is_perhaps_escaped(json: &[u8], name: &str) -> bool {
    const ESCAPE: &[u8] = b"\\u00";
    let code_of = |at: usize| {
        let digits = json.get(at + ESCAPE.len()..at + ESCAPE.len() + 2)?;
        u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
    };
    memmem::find_iter(json, ESCAPE).filter_map(code_of).any(|code| name.as_bytes().contains(&code))
}

/// Whether the quotation mark at `at` begins a key. A string can hold its bytes only behind a backslash.
fn is_key(json: &[u8], at: usize, len: usize) -> bool {
    let n_backslashes = json[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
    let behind = &json[at + len..];
    n_backslashes.is_multiple_of(2) && behind.get(blank_len(behind)) == Some(&b':')
}

struct Guided<'s, 'j> {
    name: &'s str,
    without: Option<&'s str>,
    /// Where the keys stand that were not come to yet.
    keys: &'s [usize],
    /// Each with the place of the object whose member it is.
    found: Vec<(usize, Text<'j>)>,
    is_too_deep: bool,
}

/// A member in which something was found, or that is something found.
struct Leading<'j> {
    name: Cow<'j, str>,
    /// Where in the list that is.
    found: Range<usize>,
}

impl<'j> Guided<'_, 'j> {
    /// Where a value ends. Finds what is in it, if the next key is.
    fn end_of(&mut self, value: Text<'j>, depth: usize) -> usize {
        let n_behind = self.keys.iter().take_while(|key| **key < value.address()).count();
        self.keys = &self.keys[n_behind..];
        let Some(&next) = self.keys.first() else { return value.end() };
        // Most values end before the next key, so that hardly anything is gone through more than once.
        value.end_before(next).unwrap_or_else(|| self.go_into(value, depth))
    }

    /// Finds what is in a value, and where that ends.
    fn go_into(&mut self, value: Text<'j>, depth: usize) -> usize {
        let Some(depth) = depth.checked_sub(1) else {
            self.is_too_deep = true;
            return value.end();
        };
        match value.kind() {
            ValueKind::Object => self.members(value, depth),
            ValueKind::Array => value.elements(|_, element| Some(self.end_of(element, depth))),
            ValueKind::Null | ValueKind::Scalar => value.end(),
        }
    }

    /// Goes through an object; of equal names the last member counts.
    fn members(&mut self, object: Text<'j>, depth: usize) -> usize {
        let mut leading: Vec<Leading<'j>> = Vec::new();
        object.named_members(|name, value| {
            if let Some(nth) = leading.iter().position(|earlier| earlier.name == name) {
                self.forget(&mut leading, nth);
            }
            let start = self.found.len();
            if name == self.name {
                self.found.push((object.address(), value));
            }
            let is_left_out = self.without.is_some_and(|without| name == without);
            let end = if is_left_out { value.end() } else { self.end_of(value, depth) };
            if start < self.found.len() {
                leading.push(Leading { name, found: start..self.found.len() });
            }
            end
        })
    }

    /// Takes back what was found in a member.
    fn forget(&mut self, leading: &mut Vec<Leading<'j>>, nth: usize) {
        let Range { start, end } = leading.remove(nth).found;
        self.found.drain(start..end);
        for later in &mut leading[nth..] {
            later.found = later.found.start + start - end..later.found.end + start - end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{JsonTree, WrittenPlace};
    use crate::path::{Path, SearchRoot};
    use proptest::prelude::*;

    fn found(json: &str, name: &str) -> Option<String> {
        let found = named(Text::of(json), name, Some("managedFields"))?;
        Some(found.into_iter().map(Text::text).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn objects_come_before_those_in_them() {
        let json =
            r#" {"a":[{"x" : 1},{"x":{"x":2}}],"x":3,"b":"\"x\":9","c":["x"],"managedFields":{"x":5}} "#;
        assert_eq!(found(json, "x").unwrap(), r#"3 1 {"x":2} 2"#);
        assert_eq!(found(json, "y").unwrap(), "");
        assert_eq!(found(json, "managedFields").unwrap(), r#"{"x":5}"#);
        assert_eq!(found("7", "x").unwrap(), "");
        assert_eq!(found("", "x").unwrap(), "");
    }

    #[test]
    fn of_equal_keys_the_last_counts_on_every_level() {
        let json = r#"{"a":{"x":1},"b":{"x":2,"x":3},"a":{"y":4},"x":5,"x":6,"\u0062":{"x":7}}"#;
        assert_eq!(found(json, "x").unwrap(), "6 7");
    }

    #[test]
    fn what_the_bytes_do_not_tell_is_left_to_others() {
        assert_eq!(found(r#"{"\u0078":1}"#, "x"), None);
        assert_eq!(found(r#"{"\u0078":1,"z":2}"#, "z").unwrap(), "2");
        assert_eq!(found(r#"{"a/b":1}"#, "a/b"), None);
        let deep = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
        assert_eq!(found(&deep, "a"), None);
        assert_eq!(found(&deep, "b").unwrap(), "");
    }

    #[test]
    fn what_is_no_json_does_no_harm() {
        for text in
            [r#"{"x""#, r#"{"x":"#, r#""x":"#, r#"["x":1]"#, r#"{"x":1"#, r#"{"a":{"x":1]"#, r#"\"x":"#]
        {
            found(text, "x");
        }
    }

    /// JSON of few names, which come again, and of strings that hold them.
    fn json() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec!["1", "null", r#""x""#, r#""\"x\":1""#, r#""\\""#, "{}", "[ ]"]);
        let name =
            prop::sample::select(vec!["x", "a", "managedFields", r"\\x", r"\u0061", r"\u0078", r#"\"x"#]);
        leaf.prop_map(str::to_owned).prop_recursive(6, 40, 5, move |value| {
            let member =
                (name.clone(), value.clone()).prop_map(|(name, value)| format!("\"{name}\" : {value}"));
            let object = prop::collection::vec(member, 0..5).prop_map(|it| format!("{{{}}}", it.join(", ")));
            let array = prop::collection::vec(value, 0..4).prop_map(|it| format!("[ {} ]", it.join(",")));
            prop_oneof![3 => object, 1 => array]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn a_name_is_found_where_the_whole_tree_has_it(json in json()) {
            for text in ["..x", "..a.x", "..managedFields"] {
                let path = Path::field(text).unwrap();
                let tree = JsonTree::of(&json);
                let root = tree.root().unwrap();
                let parts = [path.steps()];
                let expected: Vec<&str> = root.at_any_depth(&parts).into_iter().map(WrittenPlace::text).collect();
                let found: Vec<&str> =
                    Text::of(&json).at_any_depth(&parts).into_iter().map(WrittenPlace::text).collect();
                prop_assert_eq!(&found, &expected, "{} in {}", text, json);
            }
        }
    }
}
