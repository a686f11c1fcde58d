//! The answers of Kubernetes itself, where the shared folder with them is at hand.
//!
//! `parse`, `parse_unstable_order`, `match`, `label_selector`, `parse_to_label_selector` and `validate` are held to each
//! line, save for the three deliberate differences: U+0000 is refused, repeated values of a LabelSelector are a set, and a
//! text keeps its meaning on the way to a LabelSelector.

use std::collections::{BTreeMap, BTreeSet};

use selq::{LabelKey, LabelSelector, LabelValue, Selector};
use serde_json::{Value, json};

use crate::testenv::shared;

/// The lines of a file of answers; `None`, with a message, where the folder is missing.
pub(crate) fn lines(name: &str) -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(shared("conformance")?.join(name)).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(!lines.is_empty());
    Some(lines)
}

/// The requirements of a plain AND, in the form of the files.
fn requirements(selector: &Selector) -> Value {
    let requirements = selector.requirements().unwrap_or_default();
    let form = |r: &&selq::Requirement| json!({"key": r.key().as_str(), "operator": r.operator().as_str(), "values": r.values().collect::<Vec<_>>()});
    requirements.iter().map(form).collect()
}

fn labels(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value.clone()).unwrap()
}

fn text(line: &Value, field: &str) -> String {
    line[field].as_str().unwrap().to_owned()
}

#[test]
fn parse() {
    for line in lines("parse.jsonl").unwrap_or_default() {
        let input = text(&line, "input");
        let parsed = input.parse::<Selector>();
        if input.contains('\0') {
            assert!(parsed.is_err(), "{input:?}");
            continue;
        }
        assert_eq!(parsed.is_ok(), line["ok"], "{input:?}: {parsed:?}");
        let Ok(selector) = parsed else { continue };
        assert_eq!(json!(selector.canonical()), line["canonical"], "{input:?}");
        assert_eq!(requirements(&selector), line["requirements"], "{input:?}");
    }
}

#[test]
fn parse_unstable_order() {
    let sorted = |value: &Value| {
        let mut all: Vec<String> = value.as_array().unwrap().iter().map(Value::to_string).collect();
        all.sort();
        all
    };
    for line in lines("parse_unstable_order.jsonl").unwrap_or_default() {
        let selector: Selector = text(&line, "input").parse().unwrap();
        assert_eq!(sorted(&requirements(&selector)), sorted(&line["requirements"]), "{}", line["input"]);
    }
}

#[test]
fn matches() {
    for line in lines("match.jsonl").unwrap_or_default() {
        let selector: Selector = text(&line, "selector").parse().unwrap();
        assert_eq!(selector.matches(labels(&line["labels"])), line["match"], "{line}");
    }
}

#[test]
fn label_selector() {
    for line in lines("label_selector.jsonl").unwrap_or_default() {
        let input: Option<LabelSelector> = serde_json::from_value(line["input"].clone()).unwrap();
        let converted = Selector::try_from(input);
        assert_eq!(converted.is_ok(), line["ok"], "{line}: {converted:?}");
        let Ok(selector) = converted else { continue };
        assert_eq!(requirements(&selector), line["requirements"], "{line}");
        assert_eq!(selector.is_everything(), line["matches_everything"], "{line}");
        assert_eq!(selector.is_nothing(), line["matches_nothing"], "{line}");
        // The canonical text upstream repeats values: the set of them is what has to agree.
        let canonical: Selector = text(&line, "canonical").parse().unwrap();
        assert!(selector.is_nothing() || selector == canonical, "{line}");
        for sample in line["samples"].as_array().unwrap() {
            assert_eq!(selector.matches(labels(&sample["labels"])), sample["match"], "{line}");
        }
    }
}

#[test]
fn parse_to_label_selector() {
    for line in lines("parse_to_label_selector.jsonl").unwrap_or_default() {
        let input = text(&line, "input");
        let parsed = input.parse::<Selector>();
        let ours = parsed.as_ref().ok().and_then(|selector| Option::<LabelSelector>::try_from(selector).ok());
        match parsed {
            Ok(selector) if is_kept_here(&requirements(&selector)) => {
                let has_form = selector
                    .requirements()
                    .unwrap()
                    .iter()
                    .all(|r| !matches!(r.operator().as_str(), "gt" | "lt"));
                assert_eq!(ours.is_some(), has_form, "{input:?}");
                let Some(object) = ours else { continue };
                assert_eq!(meaning(&Selector::try_from(object).unwrap()), meaning(&selector), "{input:?}");
            }
            _ => {
                let ours = ours.map(|object| serde_json::to_value(object).unwrap());
                assert_eq!(ours, line.get("label_selector").cloned(), "{input:?}");
            }
        }
    }
}

/// The requirements as a set, the operators that mean the same made one.
fn meaning(selector: &Selector) -> BTreeSet<(String, &'static str, Vec<String>)> {
    let form = |r: &selq::Requirement| {
        let operator = match r.operator().as_str() {
            "=" | "==" => "in",
            "!=" => "notin",
            other => other,
        };
        (r.key().to_string(), operator, r.values().map(str::to_owned).collect())
    };
    selector.requirements().unwrap().into_iter().map(form).collect()
}

/// Whether a text has `!=`, which upstream refuses here, or several `=` for a key, of which upstream keeps one.
fn is_kept_here(requirements: &Value) -> bool {
    let all = requirements.as_array().unwrap();
    let is_equality = |r: &&Value| r["operator"] == "=" || r["operator"] == "==";
    let mut keys: Vec<&str> = all.iter().filter(is_equality).filter_map(|r| r["key"].as_str()).collect();
    let n_equalities = keys.len();
    keys.dedup();
    keys.len() < n_equalities || all.iter().any(|r| r["operator"] == "!=")
}

#[test]
fn validate() {
    for line in lines("validate.jsonl").unwrap_or_default() {
        let input = text(&line, "input");
        let is_valid = match line["kind"].as_str().unwrap() {
            "key" => LabelKey::new(&input).is_ok(),
            _ => LabelValue::new(&input).is_ok(),
        };
        assert_eq!(is_valid, line["ok"], "{line}");
    }
}
