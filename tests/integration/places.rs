//! The table of places against cases in `tests/cases/places.tsv`: what a selector selects that is absent, empty, one that
//! matches and one that does not, in one namespace and in another.

use std::collections::BTreeSet;

use selq::kubernetes::{LinkPlace, LinkPlaces, Links};
use selq::{Dump, Input, Loader};
use serde_json::{Value, json};

const CASES: &str = include_str!("../cases/places.tsv");
const EXAMPLE: &str = include_str!("../cases/more.places");
const EXAMPLE_CASES: &str = include_str!("../cases/more-places.tsv");

/// A line of the file.
struct PlaceCase<'t> {
    kind: &'t str,
    path: &'t str,
    form: &'t str,
    target: &'t str,
    absent: &'t str,
    empty: &'t str,
    matches: &'t str,
    mismatch: &'t str,
    elsewhere: &'t str,
    rest: Value,
}

fn cases(text: &str) -> Vec<PlaceCase<'_>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let case = |line| {
        let cells: Vec<&str> = str::split(line, '\t').collect();
        let [kind, path, form, target, absent, empty, matches, mismatch, elsewhere, rest] = cells[..] else {
            panic!("ten columns: {line}")
        };
        let rest = serde_json::from_str(rest).unwrap();
        PlaceCase { kind, path, form, target, absent, empty, matches, mismatch, elsewhere, rest }
    };
    lines.map(case).collect()
}

/// `Kind`, `Kind.group`, `Kind.version.group` as the members of an object.
fn typed(name: &str) -> (String, String) {
    let (kind, rest) = name.split_once('.').unwrap_or((name, ""));
    let first = rest.split('.').next().unwrap();
    let is_version = first.starts_with('v') && first[1..].starts_with(|it: char| it.is_ascii_digit());
    let (version, group) = if is_version { rest.split_once('.').unwrap_or((rest, "")) } else { ("v1", rest) };
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    (api_version, kind.to_owned())
}

fn object(name: &str, namespace: &str, called: &str, labels: Value) -> Value {
    let (api_version, kind) = typed(name);
    let mut metadata = json!({"name": called, "labels": labels});
    if !namespace.is_empty() {
        metadata["namespace"] = json!(namespace);
    }
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})
}

impl PlaceCase<'_> {
    fn target(&self) -> &str {
        if self.target == "*" { "Pod" } else { self.target }
    }

    /// The value that stands there, or none.
    fn value(&self, what: &str, namespace: &str) -> Option<Value> {
        let app = if what == "matches" { "web" } else { "none" };
        let labels = json!({"matchLabels": {"app": app}});
        let expression = json!([{"key": "app", "operator": "In", "values": [app]}]);
        let is_empty = what == "empty";
        Some(match self.form {
            _ if what == "absent" => return None,
            "map" | "labels" | "term" if is_empty => json!({}),
            "map" => json!({"app": app}),
            "labels" => labels,
            "text" => json!(if is_empty { String::new() } else { format!("app={app}") }),
            "nodes" | "node-labels" if is_empty => json!({"nodeSelectorTerms": []}),
            "nodes" | "node-labels" => json!({"nodeSelectorTerms": [{"matchExpressions": expression}]}),
            "term" => json!({"matchExpressions": expression}),
            "topology" if is_empty => json!([]),
            "topology" => json!([{"matchLabelExpressions": [{"key": "app", "values": [app]}]}]),
            "peer" if is_empty => json!({"podSelector": {}}),
            "peer" => json!({"podSelector": labels}),
            "affinity" if is_empty => json!({"labelSelector": {}}),
            "affinity" => json!({"labelSelector": labels}),
            "name" => json!(if is_empty { "" } else { app }),
            "ref" => {
                let name = if is_empty { "" } else { app };
                json!({"kind": typed(self.target()).1, "namespace": namespace, "name": name})
            }
            other => panic!("no form {other}"),
        })
    }

    /// The object that holds the place.
    fn holder(&self, what: &str, namespace: &str) -> Value {
        let is_cluster_scoped = self.matches != self.elsewhere || !self.matches.contains('/');
        let mut holder =
            object(self.kind, if is_cluster_scoped { namespace } else { "" }, "holder", json!({}));
        merge(&mut holder, &self.rest);
        let names: Vec<&str> = names(self.path);
        put(&mut holder, &names, self.value(what, namespace));
        holder
    }

    /// What the object selects or names, of the kind that it is to.
    fn found(&self, places: &LinkPlaces, what: &str, namespace: &str) -> String {
        let dump = self.dump(what, namespace);
        let links = Links::with_places(&dump, places.clone());
        let holder = dump.store().objects().last().unwrap();
        let place = self.place(places);
        let is_here = |at: &str| without_numbers(at) == self.path;
        let ties = links.ties_of(place.relation(), holder.id()).filter(|tie| is_here(tie.at()));
        let mut ids: BTreeSet<_> = ties.flat_map(|tie| tie.targets()).collect();
        if place.relation() == selq::kubernetes::Relation::Runs {
            let ties = links.ties_to(place.relation(), holder.id());
            ids = ties.into_iter().map(|tie| tie.from()).collect();
        }
        let objects = ids.into_iter().map(|id| dump.store().get(id).unwrap());
        let of_target = objects.filter(|object| object.kind() == typed(self.target()).1);
        let names: BTreeSet<String> = of_target
            .map(|object| {
                format!("{}/{}", object.namespace(), object.name()).trim_start_matches('/').to_owned()
            })
            .collect();
        if names.is_empty() { "-".to_owned() } else { names.into_iter().collect::<Vec<_>>().join(" ") }
    }

    fn dump(&self, what: &str, namespace: &str) -> Dump {
        let namespaces = if self.matches.contains('/') { &["own", "other"][..] } else { &[""] };
        let mut objects = Vec::new();
        for namespace in namespaces {
            objects.extend(
                ["web", "db"].map(|name| object(self.target(), namespace, name, json!({"app": name}))),
            );
        }
        objects.push(self.holder(what, namespace));
        let bytes = objects.iter().map(Value::to_string).collect::<String>().into_bytes();
        Loader::new().load([Input::Bytes { name: "dump".to_owned(), bytes }]).unwrap()
    }

    fn place<'p>(&self, places: &'p LinkPlaces) -> &'p LinkPlace {
        let found = places.iter().find(|place| self.is_of(place));
        found.unwrap_or_else(|| panic!("no place {} {}", self.kind, self.path))
    }

    fn is_of(&self, place: &LinkPlace) -> bool {
        place.kind() == self.kind && place.path() == self.path
    }
}

/// The names of a path; `[]` is one of its own.
fn names(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("[]") {
            names.push("[]");
            rest = behind;
        } else if let Some(behind) = rest.strip_prefix("['") {
            let (name, behind) = behind.split_once("']").unwrap();
            names.push(name);
            rest = behind;
        } else {
            let end = rest[1..].find(['.', '[']).map_or(rest.len(), |at| at + 1);
            names.push(&rest[1..end]);
            rest = &rest[end..];
        }
    }
    names
}

/// Puts a value there. Without one the way to the last array is made, where a place may be without a selector.
fn put(object: &mut Value, names: &[&str], value: Option<Value>) {
    let last_array = names.iter().rposition(|name| *name == "[]");
    let names = match value {
        Some(_) => names,
        // A list of selectors is absent without any.
        None if names.last() == Some(&"[]") => &[],
        None => &names[..last_array.map_or(0, |at| at + 1)],
    };
    let mut at = object;
    for name in names {
        at = match *name {
            "[]" => {
                if !at.is_array() {
                    *at = json!([{}]);
                }
                &mut at[0]
            }
            name => &mut at[name],
        };
    }
    match value {
        Some(Value::Object(members)) if at.is_object() => at.as_object_mut().unwrap().extend(members),
        Some(value) => *at = value,
        None => {}
    }
}

fn merge(object: &mut Value, other: &Value) {
    match (object, other) {
        (Value::Object(object), Value::Object(other)) => {
            for (name, value) in other {
                merge(object.entry(name).or_insert(Value::Null), value);
            }
        }
        (object, other) => *object = other.clone(),
    }
}

/// `.spec.ingress[0].from[1]` as the table has it.
fn without_numbers(at: &str) -> String {
    let is_number =
        |rest: &str| rest.split_once(']').is_some_and(|(number, _)| number.parse::<u32>().is_ok());
    let mut parts = at.split('[');
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push('[');
        text.push_str(if is_number(part) { &part[part.find(']').unwrap()..] } else { part });
    }
    text
}

/// The case of a line at each of the kinds and paths of that line: the kind, the path and the rest of the object.
fn everywhere(places: &LinkPlaces, case: &PlaceCase<'_>) -> Vec<(String, String, Value)> {
    let line = case.place(places).line();
    let of_line = places.iter().filter(|place| place.line() == line);
    of_line.map(|place| (place.kind(), place.path(), case.rest_at(&place.path()))).collect()
}

impl PlaceCase<'_> {
    /// What else the object has, where the place is at another path of the same line: under another name, or in the template of
    /// a workload instead of a pod.
    fn rest_at(&self, path: &str) -> Value {
        let (own, wanted) = (names(self.path), names(path));
        // A pod's own description stands at `.spec`.
        let n_before = (wanted.len() + 1).saturating_sub(own.len());
        let (before, inner) = wanted.split_at(n_before);
        let renamed = own[1..].iter().zip(inner).filter(|(own, other)| own != other);
        let text = renamed.fold(self.rest.to_string(), |text, (own, other)| {
            text.replace(&format!("\"{own}\""), &format!("\"{other}\""))
        });
        let rest: Value = serde_json::from_str(&text).unwrap();
        match own.len() == wanted.len() || rest["spec"].is_null() {
            true => rest,
            false => before.iter().rev().fold(rest["spec"].clone(), |inner, name| json!({*name: inner})),
        }
    }

    /// An answer without the object itself, where that is not of the kind that is selected.
    fn expected(&self, answer: &str, kind: &str) -> String {
        let is_of_target = typed(kind).1 == typed(self.target()).1;
        let names = answer.split(' ').filter(|name| is_of_target || !name.ends_with("/holder"));
        names.collect::<Vec<_>>().join(" ")
    }
}

/// Checks the five answers of each case, at all places of its line; how many places these are.
fn check(places: &LinkPlaces, text: &str) -> usize {
    let (mut wrong, mut n_places) = (Vec::new(), 0);
    for written in cases(text) {
        assert!(written.matches != "-" && written.mismatch == "-", "{} {}", written.kind, written.path);
        for (kind, path, rest) in everywhere(places, &written) {
            let case = PlaceCase { kind: &kind, path: &path, rest, ..written };
            let answers = [
                ("absent", case.absent, case.found(places, "absent", "own")),
                ("empty", case.empty, case.found(places, "empty", "own")),
                ("matches", case.matches, case.found(places, "matches", "own")),
                ("does not", case.mismatch, case.found(places, "mismatch", "own")),
                ("other namespace", case.elsewhere, case.found(places, "matches", "other")),
            ];
            for (what, expected, found) in answers {
                let expected = case.expected(expected, &kind);
                if expected != found {
                    wrong.push(format!("{kind} {path} {what}: {found:?}, not {expected:?}"));
                }
            }
            n_places += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    n_places
}

/// The lines of which no case is.
fn without_case(places: &LinkPlaces, text: &str) -> BTreeSet<usize> {
    let cases = cases(text);
    let lines: BTreeSet<usize> = places.iter().map(LinkPlace::line).collect();
    let covered = |line: &usize| {
        let of_line = places.iter().filter(|place| place.line() == *line).collect::<Vec<_>>();
        cases.iter().any(|case| of_line.iter().any(|place| case.is_of(place)))
    };
    lines.into_iter().filter(|line| !covered(line)).collect()
}

#[test]
fn each_line_of_the_table_has_a_case_that_holds() {
    let places = LinkPlaces::built_in();
    assert_eq!(without_case(&places, CASES), BTreeSet::new());
    // A line may have several cases, and then is checked by each.
    let n_checked = check(&places, CASES);
    assert!(n_checked >= places.iter().count(), "{n_checked}");
}

#[test]
fn the_example_of_more_places_can_be_read_and_holds() {
    let places = LinkPlaces::built_in().with(EXAMPLE).unwrap();
    check(&places, EXAMPLE_CASES);
    let n_more = EXAMPLE_CASES.lines().filter(|line| !line.starts_with('#')).count();
    assert!(n_more >= 9, "{n_more}");
}

#[test]
fn sources_are_said_and_places_lead_somewhere() {
    for place in LinkPlaces::built_in().iter() {
        assert!(place.source().starts_with(['c', 'd', 'i']), "{} {}", place.kind(), place.path());
    }
}
