//! Objects to try functions on: hand-made ones with what is known of them, and strange ones made of these.

use std::sync::LazyLock;

use fastrand::Rng;
use selq::kubernetes::{
    ObjectJson, Reads, condition, image, metadata, owner, qos, ready, resources, restarts, status, taint,
};
use selq::{Input, Loader};
use serde_json::{Map, Value, json};

use crate::conformance_selector::lines;

/// The hand-made objects, a line each with what the functions are to give.
static CASES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let text = include_str!("../cases/functions.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
});

/// An object of each kind that has a table of `kubectl get`.
fn of_tables() -> Vec<Value> {
    let bytes = include_bytes!("../data/tables.yaml").to_vec();
    let dump = Loader::new().load([Input::Bytes { name: "tables".to_owned(), bytes }]).unwrap();
    let objects = dump.store().objects();
    objects.map(|object| serde_json::from_str(&dump.json(object.id())).unwrap()).collect()
}

/// The hand-made objects, and those of the recorded answers where these are at hand.
pub(crate) fn objects() -> &'static [Value] {
    static OBJECTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
        let files = ["columns.jsonl", "resources.jsonl"].map(|file| lines(file).unwrap_or_default());
        let lines = CASES.iter().chain(files.iter().flatten());
        lines.map(|line| line["object"].clone()).chain(of_tables()).collect()
    });
    &OBJECTS
}

/// What some functions give, by name. A function with a parameter is named with it: `requests(cpu)`.
fn given(object: &ObjectJson<'_>, function: &str) -> Value {
    let (name, parameter) = function.trim_end_matches(')').split_once('(').unwrap_or((function, ""));
    match name {
        "status" => json!(status::of(object)),
        "ready" => json!(ready::of(object)),
        "restarts" => json!(restarts::of(object)),
        "qos" => json!(qos::of(object).map(qos::QosClass::as_str)),
        "requests" => json!(resources::requests(object, parameter).map(|amount| amount.to_string())),
        "limits" => json!(resources::limits(object, parameter).map(|amount| amount.to_string())),
        "owner" => json!(owner::of(object)),
        "condition" => json!(condition::of(object, parameter)),
        "image" => json!(image::of(object).collect::<Vec<_>>()),
        "taint" => json!(taint::of(object).collect::<Vec<_>>()),
        "annotation" => json!(metadata::annotation(object, parameter)),
        "label" => json!(metadata::label(object, parameter)),
        other => panic!("no function {other}"),
    }
}

/// Functions, with parameters that occur, and what they read.
type Functions = [(&'static [&'static str], &'static [&'static str])];

/// What `kubectl get` shows.
pub(crate) const SHOWN: &Functions =
    &[(&["status"], status::READS), (&["ready"], ready::READS), (&["restarts"], restarts::READS)];

/// What else there is of an object.
pub(crate) const OTHERS: &Functions = &[
    (&["owner"], owner::READS),
    (&["condition(Ready)"], condition::READS),
    (&["image"], image::READS),
    (&["taint"], taint::READS),
    (&["annotation(a)"], metadata::ANNOTATION_READS),
    (&["label(app)"], metadata::LABEL_READS),
];

/// What a pod asks for.
pub(crate) const ASKED: &Functions = &[
    (&["qos"], qos::READS),
    (
        &[
            "requests(cpu)",
            "requests(memory)",
            "requests(nvidia.com/gpu)",
            "limits(cpu)",
            "limits(hugepages-2Mi)",
        ],
        resources::READS,
    ),
];

/// Holds functions to giving the same of an object, of what they say they read of it, and of an object that has no more
/// than that.
#[track_caller]
pub(crate) fn check_reads(object: &Value, functions: &Functions) {
    let json = object.to_string();
    let whole = ObjectJson::whole(&json);
    for (functions, paths) in functions {
        let rest = only(object, paths).to_string();
        let [part, rest] = [ObjectJson::reading(&json, &Reads::of([*paths])), ObjectJson::whole(&rest)];
        for function in *functions {
            let expected = given(&whole, function);
            assert_eq!(given(&part, function), expected, "{function} of what is read of {json}");
            assert_eq!(given(&rest, function), expected, "{function} of nothing else of {json}");
        }
    }
}

/// The object with nothing but these paths and its kind.
fn only(object: &Value, paths: &[&str]) -> Value {
    let paths: Vec<Vec<&str>> = paths.iter().map(|path| path.split('.').skip(1).collect()).collect();
    let kind = [vec!["apiVersion"], vec!["kind"]];
    let all: Vec<&[&str]> = paths.iter().chain(&kind).map(Vec::as_slice).collect();
    part(object, &all)
}

fn part(value: &Value, paths: &[&[&str]]) -> Value {
    match value {
        _ if paths.iter().any(|path| path.is_empty()) => value.clone(),
        Value::Array(elements) => elements.iter().map(|element| part(element, paths)).collect(),
        Value::Object(members) => {
            let mut kept = Map::new();
            for (key, member) in members {
                let below: Vec<&[&str]> =
                    paths.iter().filter(|path| path[0] == key).map(|path| &path[1..]).collect();
                if !below.is_empty() {
                    kept.insert(key.clone(), part(member, &below));
                }
            }
            Value::Object(kept)
        }
        scalar => scalar.clone(),
    }
}

/// An object with some changes that no API server would make, and its JSON, in which keys occur several times, are
/// escaped, and stand apart.
pub(crate) fn strange(object: &Value, seed: u64) -> (Value, String) {
    let mut rng = Rng::with_seed(seed);
    let mut object = object.clone();
    for _ in 0..rng.usize(..5) {
        change(&mut object, &mut rng);
    }
    let mut json = String::new();
    write(&object, &mut rng, &mut json);
    (object, json)
}

/// Changes something somewhere in a value.
fn change(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Object(members) if !members.is_empty() && rng.u8(..10) > 0 => {
            let key = members.keys().nth(rng.usize(..members.len())).unwrap().clone();
            match rng.u8(..12) {
                0 => drop(members.remove(&key)),
                _ => change(&mut members[&key], rng),
            }
        }
        Value::Array(elements) if !elements.is_empty() && rng.u8(..10) > 0 => {
            let at = rng.usize(..elements.len());
            match rng.u8(..12) {
                0 => drop(elements.remove(at)),
                1 => elements.push(elements[at].clone()),
                _ => change(&mut elements[at], rng),
            }
        }
        other => *other = odd(rng),
    }
}

/// A value that may be of any type.
fn odd(rng: &mut Rng) -> Value {
    const TEXTS: [&str; 12] = [
        "",
        "True",
        "False",
        "Always",
        "Completed",
        "PodInitializing",
        "Ready",
        "NodeLost",
        "500m",
        "1Gi",
        "a\nb",
        "é",
    ];
    match rng.u8(..9) {
        0 => Value::Null,
        1 => json!({}),
        2 => json!([]),
        3 => json!([[{"name": "x"}]]),
        4 => json!(rng.bool()),
        5 => json!(rng.i32(-3..200)),
        6 => json!(1.5),
        _ => json!(TEXTS[rng.usize(..TEXTS.len())]),
    }
}

fn write(value: &Value, rng: &mut Rng, json: &mut String) {
    match value {
        Value::Object(members) => {
            json.push('{');
            for (nth, (key, member)) in members.iter().enumerate() {
                json.push_str(if nth > 0 { "," } else { "" });
                if rng.u8(..20) == 0 {
                    // An earlier one of the same key, which does not count.
                    json.push_str(&format!("{}:{},", json!(key), odd(rng)));
                }
                json.push_str(&spelled(key, rng));
                json.push_str([":", " : ", ":\n\t"][rng.usize(..3)]);
                write(member, rng, json);
            }
            json.push('}');
        }
        Value::Array(elements) => {
            json.push('[');
            for (nth, element) in elements.iter().enumerate() {
                json.push_str(if nth > 0 { ", " } else { "" });
                write(element, rng, json);
            }
            json.push(']');
        }
        Value::String(text) => json.push_str(&spelled(text, rng)),
        scalar => json.push_str(&scalar.to_string()),
    }
}

/// A text of JSON, now and then with its first character escaped.
fn spelled(text: &str, rng: &mut Rng) -> String {
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && rng.u8(..10) == 0 => {
            format!("\"\\u{:04x}{}", u32::from(first), &json!(text[1..]).to_string()[1..])
        }
        _ => json!(text).to_string(),
    }
}

#[test]
fn functions_give_what_the_cases_say() {
    for line in CASES.iter() {
        let json = line["object"].to_string();
        for (function, expected) in line["expect"].as_object().unwrap() {
            assert_eq!(&given(&ObjectJson::whole(&json), function), expected, "{function}: {line}");
        }
        [SHOWN, OTHERS, ASKED].into_iter().for_each(|functions| check_reads(&line["object"], functions));
    }
}
