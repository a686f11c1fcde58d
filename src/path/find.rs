//! Where a path leads, found in the text of a value without reading the rest of it into memory.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::Step;
use crate::json::{elements, key_is, members};

/// What is done with each value that is found; it may say that this was enough.
type Found<'f, 'j> = dyn FnMut(&'j str) -> ControlFlow<()> + 'f;

pub(super) fn first<'j>(json: &'j str, steps: &[Step]) -> Option<&'j str> {
    let mut first = None;
    let _ = visit(json.trim(), steps, &mut |found| {
        first = Some(found);
        ControlFlow::Break(())
    });
    first
}

pub(super) fn all<'j>(json: &'j str, steps: &[Step]) -> Vec<&'j str> {
    let mut all = Vec::new();
    let _ = visit(json.trim(), steps, &mut |found| {
        all.push(found);
        ControlFlow::Continue(())
    });
    all
}

/// Goes on from `json` over the steps; recurses once for each, of which there are few.
fn visit<'j>(json: &'j str, steps: &[Step], found: &mut Found<'_, 'j>) -> ControlFlow<()> {
    let Some((step, rest)) = steps.split_first() else { return found(json) };
    let mut go_on = |value| visit(value, rest, found);
    match step {
        Step::Descend => descend(json, &mut go_on),
        Step::Several(steps) => {
            steps.iter().try_for_each(|step| take(json, step).into_iter().try_for_each(&mut go_on))
        }
        step => take(json, step).into_iter().try_for_each(go_on),
    }
}

/// The values that one step leads to.
fn take<'j>(json: &'j str, step: &Step) -> Vec<&'j str> {
    match step {
        Step::Member(name) => member(json, name).into_iter().collect(),
        Step::Element(index) => element(json, *index).into_iter().collect(),
        Step::Slice { from, to, by } => slice(json, *from, *to, *by),
        Step::Every => children(json),
        Step::Where(filter) => elements(json).filter(|element| filter.holds(element)).collect(),
        // These two are taken apart before.
        Step::Several(_) | Step::Descend => Vec::new(),
    }
}

fn member<'j>(json: &'j str, name: &str) -> Option<&'j str> {
    members(json).filter(|(key, _)| key_is(key, name)).last().map(|(_, value)| value)
}

fn element(json: &str, index: i64) -> Option<&str> {
    match usize::try_from(index) {
        Ok(index) => elements(json).nth(index),
        Err(_) => {
            let all: Vec<&str> = elements(json).collect();
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

fn slice(json: &str, from: i64, to: Option<i64>, by: usize) -> Vec<&str> {
    let all: Vec<&str> = elements(json).collect();
    let end = to.map_or(all.len(), |to| from_start(to, all.len()).min(all.len()));
    let start = from_start(from, all.len());
    all.get(start..end).unwrap_or_default().iter().step_by(by.max(1)).copied().collect()
}

/// The elements of an array, or the values of an object, of equal keys the last.
fn children(json: &str) -> Vec<&str> {
    if json.starts_with('[') {
        return elements(json).collect();
    }
    let of_object: Vec<(&str, &str)> = members(json).collect();
    let last: BTreeMap<&str, usize> =
        of_object.iter().enumerate().map(|(nth, (key, _))| (*key, nth)).collect();
    let is_last = |nth: usize, key: &str| last.get(key) == Some(&nth);
    let values = of_object.iter().enumerate().filter(|(nth, (key, _))| is_last(*nth, key));
    values.map(|(_, (_, value))| *value).collect()
}

/// The value and all objects and arrays inside it, each before what is in it. Nesting costs no stack.
fn descend<'j>(json: &'j str, found: &mut dyn FnMut(&'j str) -> ControlFlow<()>) -> ControlFlow<()> {
    let mut waiting = vec![json];
    while let Some(value) = waiting.pop() {
        if !value.starts_with(['{', '[']) {
            continue;
        }
        found(value)?;
        waiting.extend(children(value).into_iter().rev());
    }
    ControlFlow::Continue(())
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
        assert_eq!(found(".a", r#"{"a":1,"a":2}"#), "2");
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
    fn the_rest_of_an_object_may_be_anything() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        let json = format!(r#"{{"\ud800":"\udc00","n":1E400,"deep":{deep},"a":7}}"#);
        assert_eq!(found(".a", &json), "7");
        assert_eq!(Path::jsonpath("..a").unwrap().first(&json), Some("7"));
        assert_eq!(found(".deep", &json), deep);
    }
}
