//! Of equal keys the last wins wherever they are, and what it overrides only has to be JSON.
//!
//! `serde_json::Value` keeps the last of equal keys too, so that over it all shapes are read a second time in a few
//! plain lines ([`Reader`]).

use proptest::prelude::*;
use selq::edit::{EditError, LabelChange, Overwrite, Rewrite};
use selq::load::WatchEvent;
use selq::{Dump, Input, LabelEdits, Loader, Object, ObjectIdentity, Selector};
use serde_json::Value;

use crate::testenv::TestEnv;

/// What an object is, and its labels: `v1 Pod shop/web-0 a=1,b=2`.
fn told<'a>(identity: ObjectIdentity<'_>, labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let ObjectIdentity { api_version, kind, namespace, name } = identity;
    // Of labels with the same key the last counts.
    let labels: std::collections::BTreeMap<&str, &str> = labels.collect();
    format!("{api_version} {kind} {namespace}/{name} {labels:?}")
}

/// What a source says of one object, in its order.
#[derive(Debug, Clone)]
enum Said {
    Put { index: u64, api_version: String, kind: String, place: String, labels: Vec<(String, String)> },
    Deleted { index: u64, api_version: String, kind: String, place: String },
    Bad,
}

/// Reads a dump as it is meant, without a thought of speed.
#[derive(Default)]
struct Reader {
    labels_at: Option<&'static str>,
    said: Vec<Said>,
    index: u64,
    has_events: bool,
}

impl Reader {
    fn source(mut self, text: &str) -> Reader {
        for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
            match value.unwrap() {
                Value::Array(elements) => self.elements(&elements),
                value => self.elements(&[value]),
            }
        }
        self
    }

    fn elements(&mut self, elements: &[Value]) {
        for element in elements {
            self.element(element);
        }
    }

    /// Gives the place of a plain object in what was said.
    fn element(&mut self, value: &Value) -> Option<usize> {
        let event_type = value.get("type").and_then(Value::as_str).unwrap_or_default();
        let is_event = ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"].contains(&event_type);
        match (value, value.get("items"), value.get("object")) {
            (Value::Object(_), Some(items), _) => self.list(value, items.as_array().unwrap_or(&Vec::new())),
            (Value::Object(_), None, Some(object)) if is_event => self.event(event_type, object),
            (Value::Object(_), ..) => return self.put(value),
            _ => self.say(Said::Bad),
        }
        None
    }

    fn list(&mut self, list: &Value, items: &[Value]) {
        let plain: Vec<usize> = items.iter().filter_map(|item| self.element(item)).collect();
        let of_items = text(list, "kind").strip_suffix("List").filter(|kind| !kind.is_empty());
        for at in plain {
            if let Said::Put { api_version, kind, .. } = &mut self.said[at]
                && kind.is_empty()
                && let Some(of_items) = of_items
            {
                of_items.clone_into(kind);
                if api_version.is_empty() {
                    text(list, "apiVersion").clone_into(api_version);
                }
            }
        }
    }

    fn event(&mut self, event_type: &str, object: &Value) {
        self.has_events = true;
        match event_type {
            "BOOKMARK" => self.index += 1,
            _ if !object.is_object() => self.say(Said::Bad),
            "DELETED" => {
                let (api_version, kind, place) = identity(object);
                self.say(Said::Deleted { index: self.index, api_version, kind, place });
            }
            _ => {
                self.put(object);
            }
        }
    }

    fn put(&mut self, object: &Value) -> Option<usize> {
        let (api_version, kind, place) = identity(object);
        let said = match labels(object.pointer(self.labels_at.unwrap_or("/metadata/labels"))) {
            Some(labels) => Said::Put { index: self.index, api_version, kind, place, labels },
            None => Said::Bad,
        };
        let is_bad = matches!(said, Said::Bad);
        self.say(said);
        (!is_bad).then(|| self.said.len() - 1)
    }

    fn say(&mut self, said: Said) {
        self.said.push(said);
        self.index += 1;
    }

    fn n_bad(&self) -> usize {
        self.said.iter().filter(|said| matches!(said, Said::Bad)).count()
    }

    /// What each object is that is there, where no two have one identity.
    fn rows(&self) -> Vec<String> {
        self.said.iter().filter_map(row).collect()
    }
}

fn row(said: &Said) -> Option<String> {
    let row = |sign, index: &u64, api_version: &str, kind: &str, place: &str, labels: &[(String, String)]| {
        let (namespace, name) = place.split_once('/').unwrap();
        let identity = ObjectIdentity { api_version, kind, namespace, name };
        let labels = labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        Some(format!("{sign}{index} {}", told(identity, labels)))
    };
    match said {
        Said::Put { index, api_version, kind, place, labels } => {
            row("+", index, api_version, kind, place, labels)
        }
        Said::Deleted { index, api_version, kind, place } => row("-", index, api_version, kind, place, &[]),
        Said::Bad => None,
    }
}

fn text<'v>(object: &'v Value, key: &str) -> &'v str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn identity(object: &Value) -> (String, String, String) {
    let of_metadata = |key: &str| object.get("metadata").map_or("", |metadata| text(metadata, key));
    let place = format!("{}/{}", of_metadata("namespace"), of_metadata("name"));
    (text(object, "apiVersion").to_owned(), text(object, "kind").to_owned(), place)
}

/// `None` for labels that are none.
fn labels(value: Option<&Value>) -> Option<Vec<(String, String)>> {
    let value_of = |value: &Value| match value {
        Value::Null => Some(String::new()),
        value => value.as_str().map(str::to_owned),
    };
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Object(map)) => {
            map.iter().map(|(key, value)| Some((key.clone(), value_of(value)?))).collect()
        }
        Some(Value::Array(pairs)) => {
            // As of equal keys the last pair wins, a bad value counts only where no later pair has its key.
            let mut labels: Vec<(String, Option<String>)> = Vec::new();
            for pair in pairs {
                let key = pair.get("Key")?.as_str()?.to_owned();
                labels.push((key, pair.get("Value").map_or(Some(String::new()), value_of)));
            }
            let last = |key: &str| labels.iter().rfind(|label| label.0 == key).unwrap().1.clone();
            labels.iter().map(|(key, _)| Some((key.clone(), last(key)?))).collect()
        }
        Some(_) => None,
    }
}

/// An object with these members, of which there may be several with one key.
fn members(
    members: impl Strategy<Value = (&'static str, String)> + 'static,
    most: usize,
) -> BoxedStrategy<String> {
    let text = |members: Vec<(&str, String)>| {
        let members: Vec<String> = members.iter().map(|(key, value)| format!(r#""{key}":{value}"#)).collect();
        format!("{{{}}}", members.join(","))
    };
    prop::collection::vec(members, 0..=most).prop_map(text).boxed()
}

fn one_of(values: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(values).prop_map(str::to_owned).boxed()
}

fn member(key: &'static str, value: BoxedStrategy<String>) -> BoxedStrategy<(&'static str, String)> {
    value.prop_map(move |value| (key, value)).boxed()
}

fn array(values: BoxedStrategy<String>, most: usize) -> BoxedStrategy<String> {
    prop::collection::vec(values, 0..=most).prop_map(|values| format!("[{}]", values.join(","))).boxed()
}

/// Labels that may have any fault, and as often make it good.
fn any_labels() -> BoxedStrategy<String> {
    let value = || one_of(&[r#""1""#, r#""2""#, r#""1""#, r#""2""#, "null", "7", r#"{"a":"1"}"#]);
    let object = members(prop_oneof![member("a", value()), member("b", value())], 4);
    let key = one_of(&[r#""a""#, r#""b""#, r#""a""#, r#""b""#, "null", "[]"]);
    let pair = members(prop_oneof![member("Key", key), member("Value", value()), member("x", value())], 4);
    let pairs = array(prop_oneof![9 => pair, 1 => one_of(&["7"])].boxed(), 3);
    prop_oneof![6 => object, 3 => pairs, 1 => one_of(&["null", "7", r#""a""#])].boxed()
}

fn any_plain() -> BoxedStrategy<String> {
    let name = || one_of(&[r#""x""#, r#""y""#, r#""z""#, "7", "{}"]);
    let metadata = members(
        prop_oneof![member("name", name()), member("namespace", name()), member("labels", any_labels())],
        4,
    );
    let metadata = prop_oneof![5 => metadata, 1 => one_of(&["null", "7", "[]"])].boxed();
    let kind = one_of(&[r#""A""#, r#""BList""#, r#""List""#, "7", "null"]);
    let api_version = one_of(&[r#""v1""#, r#""g/v1""#, "7"]);
    members(
        prop_oneof![
            1 => member("kind", kind),
            1 => member("apiVersion", api_version),
            3 => member("metadata", metadata),
            1 => member("spec", any_labels()),
        ],
        6,
    )
}

/// Puts a member into an object, before some of its members.
fn with_member(object: &str, key: &str, value: &str, is_first: bool) -> String {
    let inside = &object[1..object.len() - 1];
    match inside {
        "" => format!(r#"{{"{key}":{value}}}"#),
        _ if is_first => format!(r#"{{"{key}":{value},{inside}}}"#),
        _ => format!(r#"{{{inside},"{key}":{value}}}"#),
    }
}

fn any_value() -> BoxedStrategy<String> {
    let plain = || prop_oneof![19 => any_plain(), 1 => one_of(&["7", "[]", "null"])].boxed();
    let list = |item: BoxedStrategy<String>| {
        let items = prop_oneof![8 => array(item, 3), 1 => one_of(&["null"])];
        (any_plain(), items, any::<bool>())
            .prop_map(|(list, items, is_first)| with_member(&list, "items", &items, is_first))
            .boxed()
    };
    let event_type = one_of(&[r#""ADDED""#, r#""MODIFIED""#, r#""DELETED""#, r#""BOOKMARK""#, "7"]);
    let event = members(
        prop_oneof![
            3 => member("type", event_type),
            3 => member("object", plain()),
            1 => member("metadata", any_labels()),
            1 => member("kind", one_of(&["7"])),
        ],
        5,
    );
    prop_oneof![4 => plain(), 3 => list(plain()), 1 => list(list(plain())), 2 => event, 1 => array(plain(), 3)]
        .boxed()
}

/// Values one a line.
fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(any_value(), 1..4).prop_map(|values| values.join("\n"))
}

fn input(text: &str) -> Input {
    Input::Bytes { name: "dump".to_owned(), bytes: text.into() }
}

fn rows(dump: &Dump) -> Vec<String> {
    let row = |object: selq::ObjectRef<'_>| {
        format!("+{} {}", dump.index(object.id()), told(object.identity(), object.labels()))
    };
    dump.store().objects().map(row).collect()
}

fn watched(loader: &Loader, text: &str) -> (Vec<String>, usize) {
    let events: Vec<_> = loader.watch(input(text)).unwrap().collect();
    let row = |sign, index: &u64, object: &Object| {
        // The labels of what is gone are those that can be told.
        let labels: Vec<(&str, &str)> = if sign == '-' { Vec::new() } else { object.labels().collect() };
        format!("{sign}{index} {}", told(object.identity(), labels.into_iter()))
    };
    let rows = events.iter().filter_map(|event| match event {
        Ok(WatchEvent::Put { index, object }) => Some(row('+', index, object)),
        Ok(WatchEvent::Deleted { index, object }) => Some(row('-', index, object)),
        _ => None,
    });
    (rows.collect(), events.iter().filter(|event| event.is_err()).count())
}

fn check(loader: &Loader, reader: Reader, text: &str) -> Result<(), TestCaseError> {
    let read = reader.source(text);
    let lenient = loader.clone().skip_invalid(true).load([input(text)]).unwrap();
    prop_assert_eq!(lenient.n_skipped(), read.n_bad() as u64, "{}", text);
    prop_assert_eq!(watched(loader, text), (read.rows(), read.n_bad()), "{}", text);
    let strict = loader.load([input(text)]);
    prop_assert_eq!(strict.is_ok(), read.n_bad() == 0, "{}: {:?}", text, strict);
    if read.has_events {
        return Ok(());
    }
    prop_assert_eq!(rows(&lenient), read.rows(), "{}", text);
    let selector: Selector = "a!=1".parse().unwrap();
    let wants = |object: selq::load::ReadObject<'_>| selector.matches_by(|key| object.label(key));
    let scan = loader.select([input(text)], &mut (), wants, |_| true);
    prop_assert_eq!(scan.is_ok(), read.n_bad() == 0, "{}", text);
    if let Ok(scan) = scan {
        let wanted: Vec<String> =
            read.rows().into_iter().filter(|row| !row.contains(r#""a": "1""#)).collect();
        let selected = scan.answer().unwrap();
        prop_assert_eq!(selected.n_selected(), wanted.len() as u64, "{}", text);
        prop_assert_eq!(rows(&selected.into_dump()), wanted, "{}", text);
    }
    Ok(())
}

/// The object after its label `a` is set and `b` is gone. `None` where there is no place for labels.
fn edited(object: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(object).unwrap();
    let mut place = &mut value;
    for field in ["metadata", "labels"] {
        let child = place.as_object_mut()?.entry(field).or_insert(Value::Null);
        if child.is_null() {
            *child = Value::Object(serde_json::Map::new());
        }
        place = child;
    }
    let labels = place.as_object_mut()?;
    labels.insert("a".to_owned(), "9".into());
    labels.remove("b");
    Some(value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_last_wins_in_every_shape(text in any_text()) {
        check(&Loader::new(), Reader::default(), &text)?;
        let at = "/metadata/labels".parse().unwrap();
        check(&Loader::new().labels_at(at), Reader::default(), &text)?;
    }

    #[test]
    fn only_the_place_of_the_labels_counts(text in any_text()) {
        let reader = Reader { labels_at: Some("/spec"), ..Reader::default() };
        check(&Loader::new().labels_at("/spec".parse().unwrap()), reader, &text)?;
    }

    #[test]
    fn the_last_wins_on_the_way_to_the_objects(
        text in members(prop_oneof![
            1 => member("e", any_plain()),
            2 => member("d", members(prop_oneof![
                member("i", array(any_plain(), 3)),
                member("i", members(prop_oneof![member("x", any_plain()), member("y", any_plain())], 3)),
                member("j", any_plain()),
            ], 3)),
        ], 4),
    ) {
        let loader = Loader::new().items_at("/d/i".parse().unwrap()).skip_invalid(true);
        let dump = loader.load([input(&text)]).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let mut reader = Reader::default();
        let objects: Vec<&Value> = match value.pointer("/d/i") {
            Some(Value::Array(objects)) => objects.iter().collect(),
            Some(Value::Object(map)) => map.values().collect(),
            _ => Vec::new(),
        };
        if value.pointer("/d/i").is_none() {
            reader.say(Said::Bad);
        }
        for object in objects {
            reader.put(object);
        }
        prop_assert_eq!(dump.n_skipped(), reader.n_bad() as u64, "{}", text);
        // A map has no order here, and names those that have none.
        let labels = |row: &String| row.split_once('{').unwrap().1.to_owned();
        let (mut found, mut expected): (Vec<String>, Vec<String>) =
            (rows(&dump).iter().map(labels).collect(), reader.rows().iter().map(labels).collect());
        found.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(found, expected, "{}", text);
    }

    #[test]
    fn the_last_is_the_one_that_is_edited(text in any_plain()) {
        let dump = Loader::new().skip_invalid(true).load([input(&text)]).unwrap();
        let edits = LabelEdits::parse(["a=9", "b-"]).unwrap();
        for object in dump.store().objects() {
            let changes = edits.changes(object.labels(), Overwrite::Allowed).unwrap();
            if changes.is_empty() {
                continue;
            }
            match (Rewrite::new(&dump.json(object.id()), &changes), edited(&text)) {
                (Ok(rewrite), Some(expected)) => {
                    let new: Value = serde_json::from_str(&rewrite.apply(&text)).unwrap();
                    prop_assert_eq!(new, expected, "{} {:?}", text, changes);
                }
                (Err(EditError::NoPlace { .. }), None) => {}
                (rewrite, expected) => prop_assert!(false, "{}: {:?}, {:?}", text, rewrite, expected),
            }
        }
    }
}

fn load_rows(text: &str) -> Vec<String> {
    rows(&Loader::new().load([input(text)]).unwrap())
}

#[test]
fn labels_of_what_is_no_object_of_the_answer_are_not_looked_at() {
    let pod = r#"{"kind":"Pod","metadata":{"name":"a","labels":{"x":"1"}}}"#;
    let bad = r#""metadata":{"labels":{"v":5}}"#;
    let expected = [r#"+0  Pod /a {"x": "1"}"#];
    for text in [
        format!(r#"{{{bad},"items":[{pod}]}}"#),
        format!(r#"{{"items":[{pod}],"kind":"List",{bad}}}"#),
        format!(r#"{{"items":[{{"items":null,{bad}}},{{{bad},"items":[{pod}]}}],{bad}}}"#),
        format!(r#"{{"type":"ADDED","object":{pod},{bad}}}"#),
        format!(r#"{{{bad},"object":7,"type":[],"type":"ADDED","object":{pod}}}"#),
    ] {
        assert_eq!(load_rows(&text), expected, "{text}");
        assert_eq!(watched(&Loader::new(), &text), (vec![expected[0].to_owned()], 0), "{text}");
    }
    assert!(load_rows(&format!(r#"{{"items":null,{bad}}}"#)).is_empty());
    // What is deleted is no object of the answer either.
    let deleted = r#"{"type":"DELETED","object":{"kind":"Pod","metadata":{"name":"a","labels":{"v":5}}}}"#;
    assert!(load_rows(&format!("{pod}\n{deleted}")).is_empty());
}

#[test]
fn a_bad_label_has_its_place() {
    let refused = |text: &str| Loader::new().load([input(text)]).unwrap_err().to_string();
    insta::assert_snapshot!(refused("{\"metadata\":{\"labels\":{\n  \"v\":\"x\",\n  \"w\": 5, \"v\":{}}},\n\"spec\":[]}"), @"dump:3:8: object 0: expected a string as the value of label `w`, found a number");
    insta::assert_snapshot!(refused(r#"{"metadata":{"labels":{"v":5}},"metadata":{"labels":{"v":true}}}"#), @"dump:1:58: object 0: expected a string as the value of label `v`, found `true`");
}

#[test]
fn halves_of_surrogate_pairs_are_replaced_wherever_they_are() {
    let text = r#"{"\ud800":"\ud800","kind":"P\udc00","spec":{"\ud800":"\udc00"},"metadata":{"name":"\ud800",
        "labels":{"\ud800":"1\udfff","b":"\ud83d\ude00","\udc00":"2"}}}"#;
    let loaded = Loader::new().load([input(text)]).unwrap();
    assert_eq!(rows(&loaded), ["+0  P\u{FFFD} /\u{FFFD} {\"b\": \"\u{1F600}\", \"\u{FFFD}\": \"2\"}"]);
    let object = loaded.store().objects().next().unwrap();
    assert_eq!(loaded.json(object.id()), text, "the bytes stay");
    let change = LabelChange::Added { key: "c".into(), value: "3".into() };
    let rewritten = Rewrite::new(text, &[change]).unwrap().apply(text);
    assert_eq!(rewritten, text.replace(r#""2"}"#, r#""2","c":"3"}"#));
    let invalid = [br#"{"kind":"\ud800"#, &b"\xFF\"}"[..]].concat();
    let bytes = Input::Bytes { name: "dump".to_owned(), bytes: invalid };
    insta::assert_snapshot!(Loader::new().load([bytes]).unwrap_err(), @"dump:1:16: object 0: expected UTF-8, found a byte that does not belong there");
}

#[test]
fn every_command_passes_over_labels_that_do_not_count() {
    let env = TestEnv::new();
    let list = r#"{"metadata":{"labels":{"v":5}},"items":[{"metadata":{"name":"a","labels":{"v":5,"v":"x"}}},{"metadata":{"labels":7},"items":null}]}"#;
    env.file("list.json", list);
    assert_eq!(env.out(&["-c", "-l", "v=x", "list.json"]), "1\n");
    assert_eq!(env.out(&["-c", "--skip-invalid", "list.json"]), "1\n");
    assert_eq!(env.out(&["-c", "-l", "v=x", "--labels-at", "/metadata/labels", "list.json"]), "1\n");
    assert_eq!(
        env.out(&["labels", "--key", "v", "--no-headers", "list.json"])
            .split_whitespace()
            .collect::<Vec<_>>(),
        ["x", "1"]
    );
    assert_eq!(env.out(&["watch", "list.json"]), "+ object/a v=x\n");
    assert_eq!(
        env.out(&["label", "--all", "w=y", "-f", "list.json"]),
        list.replace(r#""v":"x""#, r#""v":"x","w":"y""#)
    );
    assert_eq!(env.run(&["label", "--all", "--in-place", "v-", "-f", "list.json"]).status, 0);
    let written = std::fs::read_to_string(env.path().join("list.json")).unwrap();
    assert_eq!(written, list.replace(r#"{"v":5,"v":"x"}"#, "{}"));
    env.file("bad.json", list.replace("\"v\":\"x\"", "\"v\":[]"));
    assert!(
        env.refused(&["bad.json"])
            .starts_with("error: bad.json:1:85: object 0: expected a string as the value of label `v`"),
        "{}",
        env.refused(&["bad.json"])
    );
}
