//! Finds a name at any depth of a text: its bytes are looked for first, and then only what leads to them is gone through.

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
    let keys =
        memmem::find_iter(json.as_bytes(), &needle).filter(|at| is_key(json.as_bytes(), *at, needle.len()));
    let keys: Vec<usize> = keys.map(|at| offset + at).collect();
    let mut search = Guided { name, without, found: Vec::new() };
    if !keys.is_empty() {
        search.visit(start, &keys, MAX_DEPTH)?;
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

struct Guided<'n, 'j> {
    name: &'n str,
    without: Option<&'n str>,
    /// Each with the place of the object whose member it is.
    found: Vec<(usize, Text<'j>)>,
}

/// A member or element that is looked for or leads to one.
struct Leading<'j, 'k> {
    /// The name of a member; empty for an element.
    name: String,
    value: Text<'j>,
    /// The keys inside the value.
    keys: &'k [usize],
}

impl<'j> Guided<'_, 'j> {
    /// Finds what is in a value that has these keys in it. `None` if it is nested too deeply.
    fn visit(&mut self, place: Text<'j>, keys: &[usize], depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        let is_object = place.kind() == ValueKind::Object;
        let leading = if is_object { self.members(place, keys) } else { elements(place, keys) };
        for Leading { name, value, keys } in leading {
            if is_object && name == self.name {
                self.found.push((place.address(), value));
            }
            if !keys.is_empty() && Some(&*name) != self.without {
                self.visit(value, keys, depth)?;
            }
        }
        Some(())
    }

    /// The members of an object that are looked for or lead further; of equal names the last.
    fn members<'k>(&self, object: Text<'j>, keys: &'k [usize]) -> Vec<Leading<'j, 'k>> {
        let (mut leading, mut rest): (Vec<Leading<'_, '_>>, _) = (Vec::new(), keys);
        object.members(|name, value| {
            let end = value.end();
            leading.retain(|earlier| earlier.name != name);
            let keys = inside(&mut rest, value.address(), end);
            if !keys.is_empty() || name == self.name {
                leading.push(Leading { name: name.to_owned(), value, keys });
            }
            Some(end)
        });
        leading
    }
}

/// The elements of an array that lead further.
fn elements<'j, 'k>(array: Text<'j>, keys: &'k [usize]) -> Vec<Leading<'j, 'k>> {
    let (mut leading, mut rest) = (Vec::new(), keys);
    array.elements(|_, value| {
        let end = value.end();
        let keys = inside(&mut rest, value.address(), end);
        if !keys.is_empty() {
            leading.push(Leading { name: String::new(), value, keys });
        }
        Some(end)
    });
    leading
}

/// Those of the keys that stand in a value, the ones before it being passed.
fn inside<'k>(keys: &mut &'k [usize], start: usize, end: usize) -> &'k [usize] {
    let n_before = keys.iter().take_while(|key| **key < start).count();
    let n_inside = keys[n_before..].iter().take_while(|key| **key < end).count();
    let (before, behind) = keys.split_at(n_before + n_inside);
    *keys = behind;
    &before[n_before..]
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
