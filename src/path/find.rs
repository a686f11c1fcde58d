//! Where a path leads, found in the text of a value without reading the rest of it into memory.

use std::collections::{BTreeMap, HashSet};

use super::Step;
use crate::json::{Node, Tree, elements, key_is, key_name, members};

/// A value that a path has come to: its text, or a node of a tree, whose inside is found without reading it again.
pub(super) trait Place<'j>: Copy {
    fn text(self) -> &'j str;
    /// The keys of an object, in their quotation marks, and its values.
    fn members(self) -> impl Iterator<Item = (&'j str, Self)>;
    /// The elements of an array.
    fn elements(self) -> impl Iterator<Item = Self>;
}

impl<'j> Place<'j> for &'j str {
    fn text(self) -> &'j str {
        self
    }

    fn members(self) -> impl Iterator<Item = (&'j str, Self)> {
        members(self)
    }

    fn elements(self) -> impl Iterator<Item = Self> {
        elements(self)
    }
}

impl<'j> Place<'j> for Node<'_, 'j> {
    fn text(self) -> &'j str {
        Node::text(self)
    }

    fn members(self) -> impl Iterator<Item = (&'j str, Self)> {
        Node::members(self)
    }

    fn elements(self) -> impl Iterator<Item = Self> {
        Node::elements(self)
    }
}

/// All values that the steps lead to, each once.
pub(super) fn all<'j>(json: &'j str, steps: &[Step]) -> Vec<&'j str> {
    let parts: Vec<&[Step]> = steps.split(|step| matches!(step, Step::Descend)).collect();
    let (first, after_descents) = parts.split_first().expect("a split gives at least one part");
    let found = walk(json.trim(), first);
    match after_descents {
        [] => found,
        parts => found.into_iter().flat_map(|value| at_any_depth(value, parts)).collect(),
    }
}

/// The values that the steps of the last of `parts` lead to: each part begins anywhere inside what the one before found.
fn at_any_depth<'j>(json: &'j str, parts: &[&[Step]]) -> Vec<&'j str> {
    let tree = Tree::of(json);
    let start: Vec<Node<'_, 'j>> = tree.root().into_iter().collect();
    let found = parts
        .iter()
        .fold(start, |nodes, steps| within(nodes).into_iter().flat_map(|node| walk(node, steps)).collect());
    found.into_iter().map(Node::text).collect()
}

/// Where steps lead that go down one level each.
pub(super) fn walk<'j, P: Place<'j>>(start: P, steps: &[Step]) -> Vec<P> {
    steps.iter().fold(vec![start], |places, step| match places[..] {
        // Most steps go on from one value, and make no list beside the one that they give.
        [only] => take(only, step),
        _ => places.into_iter().flat_map(|place| take(place, step)).collect(),
    })
}

/// The values that one step leads to.
fn take<'j, P: Place<'j>>(place: P, step: &Step) -> Vec<P> {
    match step {
        Step::Member(name) => member(place, name).into_iter().collect(),
        Step::Element(index) => element(place, *index).into_iter().collect(),
        Step::Slice { from, to, by } => slice(place, *from, *to, *by),
        Step::Every => children(place),
        Step::Where(filter) => place.elements().filter(|element| filter.holds(*element)).collect(),
        Step::Several(steps) => several(place, steps),
        // It is taken apart before, and the parser lets none into filters.
        Step::Descend => Vec::new(),
    }
}

fn member<'j, P: Place<'j>>(place: P, name: &str) -> Option<P> {
    place.members().filter(|(key, _)| key_is(key, name)).last().map(|(_, value)| value)
}

fn element<'j, P: Place<'j>>(place: P, index: i64) -> Option<P> {
    match usize::try_from(index) {
        Ok(index) => place.elements().nth(index),
        Err(_) => {
            let all: Vec<P> = place.elements().collect();
            all.get(from_start(index, all.len())).copied()
        }
    }
}

/// The number of an element of an array of this length; of one before its first, a number that none has.
fn from_start(index: i64, len: usize) -> usize {
    let len = len as i64;
    let index = if index < 0 { index.saturating_add(len) } else { index };
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn slice<'j, P: Place<'j>>(place: P, from: i64, to: Option<i64>, by: usize) -> Vec<P> {
    let all: Vec<P> = place.elements().collect();
    let end = to.map_or(all.len(), |to| from_start(to, all.len()).min(all.len()));
    let start = from_start(from, all.len());
    all.get(start..end).unwrap_or_default().iter().step_by(by.max(1)).copied().collect()
}

/// What each of some steps leads to. A value that several lead to counts once, or a path of many such steps would find
/// it on more ways than can be counted.
fn several<'j, P: Place<'j>>(place: P, steps: &[Step]) -> Vec<P> {
    let mut seen = HashSet::new();
    let found = steps.iter().flat_map(|step| take(place, step));
    found.filter(|value| seen.insert(value.text().as_ptr())).collect()
}

/// The elements of an array, or the values of an object, of equal keys the last.
fn children<'j, P: Place<'j>>(place: P) -> Vec<P> {
    let members: Vec<_> = place.members().map(|(key, value)| (key_name(key), value)).collect();
    let last: BTreeMap<_, usize> = members.iter().enumerate().map(|(nth, (key, _))| (key, nth)).collect();
    let is_last = |nth: usize, key| last.get(key) == Some(&nth);
    let values = members.iter().enumerate().filter(|(nth, (key, _))| is_last(*nth, key));
    values.map(|(_, (_, value))| *value).chain(place.elements()).collect()
}

/// These values and all objects and arrays inside them, each before what is in it. Nesting costs no stack.
fn within<'j, P: Place<'j>>(places: Vec<P>) -> Vec<P> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut waiting = places;
    waiting.reverse();
    while let Some(place) = waiting.pop() {
        // What has been seen has been seen with all that is in it.
        if place.text().starts_with(['{', '[']) && seen.insert(place.text().as_ptr()) {
            found.push(place);
            waiting.extend(children(place).into_iter().rev());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::Path;

    #[track_caller]
    fn found(path: &str, json: &str) -> String {
        Path::jsonpath(path).unwrap().all(json).join(" ")
    }

    #[test]
    fn fields_and_elements() {
        let json =
            r#" { "a" : {"b" : [ 1 , "x,}]\"", {"c":null} ] } , "é\u0041" : -1.50e3, "x.y":{"z":2} } "#;
        for (path, expected) in [
            (".a.b[0]", "1"),
            (".a.b[-1].c", "null"),
            (".a.b[1]", r#""x,}]\"""#),
            (".éA", "-1.50e3"),
            (r".x\.y.z", "2"),
            (".['x.y'][\"z\"]", "2"),
            (".b", ""),
            (".a.b[3]", ""),
            (".a.b[-4]", ""),
            (".a.b.c", ""),
            (".a[0]", ""),
        ] {
            assert_eq!(found(path, json), expected, "{path}");
        }
        for path in [".a", ".*", "['a','a']"] {
            assert_eq!(found(path, r#"{"a":1,"\u0061":2}"#), "2", "{path}");
        }
    }

    #[test]
    fn several_places() {
        let json = r#"{"a":[1,2,3,4],"o":{"x":{"n":5},"y":{"n":6},"x":{"n":7}}}"#;
        for (path, expected) in [
            (".a[*]", "1 2 3 4"),
            (".a[1:3]", "2 3"),
            (".a[-2:]", "3 4"),
            (".a[:3:2]", "1 3"),
            (".a[2:1]", ""),
            (".a[0,3]", "1 4"),
            (".o.*.n", "6 7"),
            (".o['y','x'].n", "6 7"),
            ("..n", "6 7"),
            ("..[0]", "1"),
            (".o..n", "6 7"),
            ("..*..n", "6 7"),
            (".a[0,-4,0:2]", "1 2"),
        ] {
            assert_eq!(found(path, json), expected, "{path}");
        }
    }

    #[test]
    fn filters_compare_values_of_one_kind() {
        let json = r#"[{"n":1,"s":"b","t":true},{"n":2.5,"s":"a"},{"n":"1","x":null},{"m":[1,2]}]"#;
        for (path, expected) in [
            ("$[?(@.n==1)].s", r#""b""#),
            ("$[?(@.n>1)].s", r#""a""#),
            ("$[?(@.n<=2.5)].s", r#""b" "a""#),
            (r#"$[?(@.s<"b")].n"#, "2.5"),
            ("$[?(@.s!='a')].n", "1"),
            ("$[?(@.t==true)].n", "1"),
            ("$[?(@.x)].n", r#""1""#),
            ("$[?( @.n == '1' )].x", "null"),
            ("$[?(1==@.n)].s", r#""b""#),
            ("$[?(@.m[*]==1)].m", ""),
            ("$[?(@.m[?(@==2)])].m[0]", "1"),
        ] {
            assert_eq!(found(path, json), expected, "{path}");
        }
    }

    #[test]
    fn what_many_ways_lead_to_is_found_as_fast() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        for path in ["..b", "..a..a..a..b", "..*..*..*..*..b", "..a[?(@.b==1)].b", "..[?(@.b)]..[?(@.b)]"] {
            assert_eq!(found(path, &deep), "", "{path}");
        }
        assert_eq!(Path::jsonpath("..a..a..a").unwrap().all(&deep).len(), 10_000 - 2);
        let nested = format!("{}1{}", "[".repeat(90), "]".repeat(90));
        assert_eq!(found(&format!("${}", "[0,-1]".repeat(90)), &nested), "1");
    }

    #[test]
    fn the_rest_of_an_object_may_be_anything() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let json = format!(r#"{{"\ud800":"\udc00","n":1E400,"deep":{deep},"a":7}}"#);
        assert_eq!(found(".a", &json), "7");
        assert_eq!(Path::jsonpath("..a").unwrap().first(&json), Some("7"));
        assert_eq!(found(".deep", &json), deep);
    }
}
