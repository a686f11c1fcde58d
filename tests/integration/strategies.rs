//! Random labels, objects and selectors from an alphabet small enough that they meet each other.

use std::fmt::Display;
use std::str::FromStr;

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use selq::{Object, Query, Selector};

/// Keys, one of which no object ever has.
const KEYS: [&str; 5] = ["env", "tier", "n", "example.com/x", "absent"];
/// Values: words, numbers around each other, the empty one, and what only an unchecked dump can hold.
const OBJECT_VALUES: [&str; 10] = ["", "prod", "qa", "7", "07", "8", "-3", "+9", "not a label value", "é"];
const SELECTOR_VALUES: [&str; 7] = ["", "prod", "qa", "7", "07", "8", "dev"];

/// The labels of an object.
pub(crate) type Labels = Vec<(String, String)>;

/// Labels with distinct keys.
pub(crate) fn labels() -> impl Strategy<Value = Labels> {
    let pairs = btree_map(prop::sample::select(&KEYS[..4]), prop::sample::select(&OBJECT_VALUES[..]), 0..4);
    pairs.prop_map(|pairs| pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
}

/// An object of some kind in some namespace.
pub(crate) fn object() -> impl Strategy<Value = Object> {
    let kind = prop::sample::select(&["Pod", "Service", ""][..]);
    let namespace = prop::sample::select(&["shop", "web", ""][..]);
    (kind, namespace, "[a-c]{0,2}", labels())
        .prop_map(|(kind, namespace, name, labels)| Object::new(kind, namespace, name).with_labels(labels))
}

/// Many objects of a few sorts, each sort together as replicas are or all mixed: so many that their sets take every form
/// there is.
pub(crate) fn crowd() -> impl Strategy<Value = Vec<Object>> {
    (vec((object(), 1_usize..200), 0..12), any::<bool>()).prop_map(|(sorts, are_mixed)| {
        let n_rounds = if are_mixed { 200 } else { 1 };
        let round = |round: usize| {
            let n = move |&n: &usize| if are_mixed { usize::from(round < n) } else { n };
            sorts
                .iter()
                .flat_map(move |(object, n_objects)| std::iter::repeat_n(object.clone(), n(n_objects)))
        };
        (0..n_rounds).flat_map(round).collect()
    })
}

/// The text of one requirement.
pub(crate) fn requirement() -> impl Strategy<Value = String> {
    let key = || prop::sample::select(&KEYS[..]);
    let value = || prop::sample::select(&SELECTOR_VALUES[..]);
    prop_oneof![
        key().prop_map(str::to_owned),
        key().prop_map(|key| format!("!{key}")),
        (key(), prop::sample::select(&["=", "==", "!="][..]), value())
            .prop_map(|(key, operator, value)| format!("{key}{operator}{value}")),
        (key(), prop::sample::select(&["in", "notin"][..]), value_list())
            .prop_map(|(key, operator, values)| format!("{key} {operator} ({values})")),
        (key(), prop::sample::select(&[">", "<"][..]), 6..9)
            .prop_map(|(key, operator, n)| format!("{key}{operator}{n}")),
    ]
}

/// What stands between the parentheses; a comma in front adds the empty value.
fn value_list() -> impl Strategy<Value = String> {
    let values = vec(prop::sample::select(&SELECTOR_VALUES[1..]), 1..4);
    (prop::sample::select(&["", ","][..]), values)
        .prop_map(|(comma, values)| comma.to_owned() + &values.join(","))
}

/// A selector as people write it: requirements joined by AND, none of them for the empty selector.
pub(crate) fn plain_selector() -> impl Strategy<Value = Selector> {
    vec(requirement(), 0..5).prop_map(|requirements| parse(&requirements.join(",")))
}

/// Any selector, with constants, OR and NOT.
pub(crate) fn selector() -> impl Strategy<Value = Selector> {
    let leaf = prop_oneof![
        8 => plain_selector(),
        1 => Just(Selector::everything()),
        1 => Just(Selector::nothing()),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.and(b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.or(b)),
            inner.prop_map(Selector::negate),
        ]
    })
}

/// Any query about labels alone, with all that no selector has.
pub(crate) fn label_query() -> impl Strategy<Value = Query> {
    let leaf = prop_oneof![
        2 => vec(requirement(), 0..3).prop_map(|requirements| parse(&requirements.join(","))),
        6 => label_test().prop_map(|text| parse(&text)),
        1 => Just(Query::nothing()),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        prop_oneof![
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b): (Query, Query)| a.and(b)),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b): (Query, Query)| a.or(b)),
            1 => inner.prop_map(Query::negate),
        ]
    })
}

/// The text of a requirement on a label that no selector has.
fn label_test() -> impl Strategy<Value = String> {
    const ASKED: [&str; 18] = [
        "=p*",
        "!=*d",
        "==?",
        "=*r*d",
        " in (qa,'not a label value')",
        " in (7,p*)",
        " notin ('é',?7)",
        "='é'",
        "!='+9'",
        "=~'p.*|7'",
        "!~'[0-9]*'",
        "=~''",
        ">=7",
        "<=7",
        ">=07",
        ">6",
        "!~'.*l.*'",
        "<=8",
    ];
    let key = (prop::sample::select(&KEYS[..]), any::<bool>());
    let subject = key.prop_map(|(key, is_call)| if is_call { format!("label({key})") } else { key.into() });
    prop_oneof![
        9 => (subject, prop::sample::select(&ASKED[..])).prop_map(|(subject, asked)| subject + asked),
        1 => (prop::sample::select(&["", "!"][..]), prop::sample::select(&KEYS[..]))
            .prop_map(|(not, key)| format!("{not}label({key})")),
    ]
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> T {
    text.parse().unwrap_or_else(|error| panic!("the strategy makes valid texts, but {text:?}: {error}"))
}
