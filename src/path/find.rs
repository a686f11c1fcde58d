//! Where a path leads, in the text of a value or in a parsed one.

use std::collections::HashSet;
use std::ops::Range;

use foldhash::fast::RandomState;
use serde_json::Value;

use super::descent;
use super::search::search;
use super::step::{Filter, FilterOperand, PathStep};
use crate::json::{JsonNode, JsonPlace, JsonTree, Scalar, Text, ValueKind, WrittenPlace};

/// A value that can be searched at any depth.
pub(crate) trait SearchRoot: JsonPlace {
    /// The values that the steps of the last of `parts` lead to: each part begins anywhere inside what the one before
    /// found.
    fn at_any_depth(self, parts: &[&[PathStep]]) -> Vec<Self>;
}

impl SearchRoot for &Value {
    fn at_any_depth(self, parts: &[&[PathStep]]) -> Vec<Self> {
        descend(self, parts)
    }
}

impl SearchRoot for JsonNode<'_, '_> {
    fn at_any_depth(self, parts: &[&[PathStep]]) -> Vec<Self> {
        descend(self, parts)
    }
}

/// A name is looked for in the bytes of the text. For anything else a tree of the text is searched, as otherwise what is
/// nested deeply would be read at every depth.
impl SearchRoot for Text<'_> {
    fn at_any_depth(self, parts: &[&[PathStep]]) -> Vec<Self> {
        if let [[PathStep::Descend { without }, PathStep::Member(name), steps @ ..]] = parts
            && let Some(found) = descent::named(self, name, *without)
        {
            return walk(found, steps);
        }
        let tree = JsonTree::of(self.text());
        let found = tree.root().map(|root| descend(root, parts)).unwrap_or_default();
        found.into_iter().map(|node| self.at(node.text())).collect()
    }
}

/// All values that the steps lead to, each once.
pub(super) fn all<P: SearchRoot>(start: P, steps: &[PathStep]) -> Vec<P> {
    let is_descent = |step: &PathStep| matches!(step, PathStep::Descend { .. });
    match steps.iter().position(is_descent) {
        None => walk(vec![start], steps),
        Some(first) => {
            let (before, descents) = steps.split_at(first);
            // Each part begins with its descent.
            let parts: Vec<&[PathStep]> = descents.chunk_by(|_, next| !is_descent(next)).collect();
            walk(vec![start], before).into_iter().flat_map(|place| place.at_any_depth(&parts)).collect()
        }
    }
}

fn descend<P: JsonPlace>(start: P, parts: &[&[PathStep]]) -> Vec<P> {
    parts.iter().fold(vec![start], |places, part| match part.split_first() {
        Some((PathStep::Descend { without }, steps)) => walk(within(places, *without), steps),
        _ => places,
    })
}

/// Where steps lead that go down one level each.
pub(super) fn walk<P: JsonPlace>(starts: Vec<P>, steps: &[PathStep]) -> Vec<P> {
    let (mut places, mut rest) = (starts, steps);
    while let Some((step, behind)) = rest.split_first() {
        // Straight steps one behind another are one search, which reads the text once for all of
        // them.
        let n_straight = rest.iter().take_while(|step| step.is_straight()).count();
        if n_straight > 0 {
            places = search(places, rest).into_iter().map(|(_, found)| found).collect();
            rest = &rest[n_straight..];
        } else {
            places = places.into_iter().flat_map(|place| take(place, step)).collect();
            rest = behind;
        }
    }
    places
}

/// The values that one step leads to for which more than its number or name has to be known.
fn take<P: JsonPlace>(place: P, step: &PathStep) -> Vec<P> {
    match step {
        PathStep::Element(index) => from_end(place, *index).into_iter().collect(),
        PathStep::Slice { from, to, by } => slice(place, *from, *to, *by),
        PathStep::Every => children(place, None),
        PathStep::Where(filter) => {
            place.all_elements().into_iter().filter(|element| filter.holds(*element)).collect()
        }
        PathStep::Several(steps) => several(place, steps),
        // Straight steps are left to the search. Descents are taken apart before, and parsers let none into filters.
        _ => Vec::new(),
    }
}

fn from_end<P: JsonPlace>(place: P, index: i64) -> Option<P> {
    let all = place.all_elements();
    all.get(from_start(index, all.len())).copied()
}

/// The number of an element of an array of this length; of one before its first, a number that none has.
fn from_start(index: i64, len: usize) -> usize {
    let len = len as i64;
    let index = if index < 0 { index.saturating_add(len) } else { index };
    usize::try_from(index).unwrap_or(usize::MAX)
}

fn slice<P: JsonPlace>(place: P, from: i64, to: Option<i64>, by: usize) -> Vec<P> {
    let all = place.all_elements();
    let end = to.map_or(all.len(), |to| from_start(to, all.len()).min(all.len()));
    let start = from_start(from, all.len());
    // A slice that ends before it begins, such as `[2:1]`, has no elements. The parser refuses a
    // `by` of 0, at which `step_by` would panic.
    all.get(start..end).unwrap_or_default().iter().step_by(by.max(1)).copied().collect()
}

/// What each of some steps leads to. A value that several lead to counts once, or a path of several such steps would find
/// it on more ways than can be counted.
fn several<P: JsonPlace>(place: P, steps: &[PathStep]) -> Vec<P> {
    let mut seen = HashSet::with_hasher(RandomState::default());
    let found = steps.iter().flat_map(|step| walk(vec![place], std::slice::from_ref(step)));
    found.filter(|value| seen.insert(value.address())).collect()
}

/// The elements of an array, or the values of an object, of equal keys the last. A member of the name `without` is left
/// out.
fn children<P: JsonPlace>(place: P, without: Option<&str>) -> Vec<P> {
    if place.kind() != ValueKind::Object {
        return place.all_elements();
    }
    // All names are copied into one text: few objects have many, and most of what is searched at any depth is objects.
    let (mut names, mut members) = (String::new(), Vec::new());
    place.members(|name, value| {
        if Some(name) != without {
            let start = names.len();
            names.push_str(name);
            members.push((start..names.len(), value));
        }
        None
    });
    let mut seen = HashSet::with_capacity_and_hasher(members.len(), RandomState::default());
    let mut is_last = |name: &Range<usize>| seen.insert(&names[name.clone()]);
    members.reverse();
    members.retain(|(name, _)| is_last(name));
    members.into_iter().rev().map(|(_, value)| value).collect()
}

/// These values and all objects and arrays inside them, each before what is in it. Nesting costs no stack.
fn within<P: JsonPlace>(places: Vec<P>, without: Option<&str>) -> Vec<P> {
    let mut seen = HashSet::with_hasher(RandomState::default());
    let mut found = Vec::new();
    let mut waiting = places;
    waiting.reverse();
    while let Some(place) = waiting.pop() {
        // What has been seen has been seen with all that is in it.
        if matches!(place.kind(), ValueKind::Object | ValueKind::Array) && seen.insert(place.address()) {
            found.push(place);
            // The last one in is the first one out, so that they go in backwards to come out in the
            // order of the JSON.
            waiting.extend(children(place, without).into_iter().rev());
        }
    }
    found
}

impl Filter {
    pub(super) fn holds(&self, element: impl JsonPlace) -> bool {
        match self {
            Filter::Exists(steps) => !walk(vec![element], steps).is_empty(),
            Filter::Compare(left, comparison, right) => {
                let (left, right) = (left.value(element), right.value(element));
                let order = left.zip(right).and_then(|(left, right)| left.partial_cmp(&right));
                order.is_some_and(|order| comparison.holds(order))
            }
        }
    }
}

impl FilterOperand {
    /// The value for an element; none where there are several, as kubectl compares one at a time.
    fn value(&self, element: impl JsonPlace) -> Option<Scalar> {
        match self {
            FilterOperand::Scalar(scalar) => Some(scalar.clone()),
            FilterOperand::At(steps) => match walk(vec![element], steps)[..] {
                [only] => only.scalar(),
                _ => None,
            },
        }
    }
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
