//! Paths into random values, against a plain walk over values that `serde_json` has read.

use std::collections::HashSet;

use proptest::prelude::*;
use selq::Path;
use serde_json::Value;

/// What stands in a path behind `.` or `..`, or on its own if it is in brackets, and where it leads.
type Step = (&'static str, fn(&Value) -> Vec<&Value>);

const STEPS: [Step; 8] = [
    ("a", |value| value.get("a").into_iter().collect()),
    ("*", every),
    ("[0]", |value| value.get(0).into_iter().collect()),
    ("[-1]", |value| elements(value).last().into_iter().collect()),
    ("[1:]", |value| elements(value).iter().skip(1).collect()),
    ("[0,-1]", |value| elements(value).first().into_iter().chain(elements(value).last()).collect()),
    ("['b','a']", |value| ["b", "a"].iter().filter_map(|key| value.get(key)).collect()),
    ("[?(@.a)]", |value| elements(value).iter().filter(|element| element.get("a").is_some()).collect()),
];

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn every(value: &Value) -> Vec<&Value> {
    value.as_object().into_iter().flat_map(|object| object.values()).chain(elements(value)).collect()
}

/// The value and the objects and arrays inside it, each before what is in it.
fn within(value: &Value) -> Vec<&Value> {
    let inner = every(value).into_iter().flat_map(within);
    let itself = (value.is_object() || value.is_array()).then_some(value);
    itself.into_iter().chain(inner).collect()
}

fn text(steps: &[(usize, bool)]) -> String {
    let part = |&(nth, is_deep): &(usize, bool)| match (STEPS[nth].0, is_deep) {
        (step, true) => format!("..{step}"),
        (step, false) if step.starts_with('[') => step.to_owned(),
        (step, false) => format!(".{step}"),
    };
    format!("${}", steps.iter().map(part).collect::<String>())
}

/// Where the steps lead, each value once.
fn walked<'v>(value: &'v Value, steps: &[(usize, bool)]) -> Vec<&'v Value> {
    steps.iter().fold(vec![value], |places, &(nth, is_deep)| {
        let starts = places.into_iter().flat_map(|it| if is_deep { within(it) } else { vec![it] });
        let mut seen = HashSet::new();
        starts
            .flat_map(STEPS[nth].1)
            .filter(|found| seen.insert(std::ptr::from_ref::<Value>(found)))
            .collect()
    })
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<i8>().prop_map(Value::from),
        "[a\"\\[é]{0,3}".prop_map(Value::from)
    ];
    scalar.prop_recursive(6, 60, 4, |inner| {
        let key = prop_oneof![Just("a"), Just("b"), Just("é\"]")].prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn a_path_leads_where_a_plain_walk_does(
        value in value(),
        steps in prop::collection::vec((0..STEPS.len(), any::<bool>()), 1..5),
        is_pretty in any::<bool>(),
    ) {
        let json = if is_pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let path = Path::jsonpath(&text(&steps)).unwrap();
        let found: Vec<Value> = path.all(&json).iter().map(|text| serde_json::from_str(text).unwrap()).collect();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), walked(&value, &steps));
        prop_assert_eq!(path.first(&json), path.all(&json).first().copied());
    }
}
