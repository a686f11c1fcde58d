//! Paths into random values, in text and parsed, against plain walks over values that `serde_json` has read.

use std::collections::HashSet;

use proptest::prelude::*;
use selq::Path;
use selq::path::Paths;
use serde_json::Value;

/// What stands in a path behind `.` or `..`, or on its own if it is in brackets, and where it leads.
type Step = (&'static str, fn(&Value) -> Vec<&Value>);

const JSONPATH_STEPS: [Step; 8] = [
    ("a", |value| value.get("a").into_iter().collect()),
    ("*", every),
    ("[0]", |value| value.get(0).into_iter().collect()),
    ("[-1]", |value| elements(value).last().into_iter().collect()),
    ("[1:]", |value| elements(value).iter().skip(1).collect()),
    ("[0,-1]", |value| elements(value).first().into_iter().chain(elements(value).last()).collect()),
    ("['b','a']", |value| ["b", "a"].iter().filter_map(|key| value.get(key)).collect()),
    ("[?(@.a)]", |value| elements(value).iter().filter(|element| element.get("a").is_some()).collect()),
];

const FIELD_STEPS: [Step; 7] = [
    ("a", |value| of_each(value, "a")),
    ("['a']", |value| of_each(value, "a")),
    ("[ \"b\" ]", |value| of_each(value, "b")),
    (r#"["é\"]"]"#, |value| of_each(value, "é\"]")),
    ("[0]", |value| value.get(0).into_iter().collect()),
    ("[1]", |value| value.get(1).into_iter().collect()),
    ("[*]", |value| elements(value).iter().collect()),
];

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn every(value: &Value) -> Vec<&Value> {
    value.as_object().into_iter().flat_map(|object| object.values()).chain(elements(value)).collect()
}

/// The field of an object, or of all objects in an array.
fn of_each<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    match value {
        Value::Array(elements) => elements.iter().flat_map(|element| of_each(element, name)).collect(),
        _ => value.get(name).into_iter().collect(),
    }
}

/// The value and the objects and arrays inside it, each before what is in it.
fn within(value: &Value) -> Vec<&Value> {
    let inner = every(value).into_iter().flat_map(within);
    let itself = (value.is_object() || value.is_array()).then_some(value);
    itself.into_iter().chain(inner).collect()
}

/// The text of the steps, those that are marked at any depth.
fn text(table: &[Step], steps: &[(usize, bool)]) -> String {
    let part = |&(nth, is_deep): &(usize, bool)| match (table[nth].0, is_deep) {
        (step, true) => format!("..{step}"),
        (step, false) if step.starts_with('[') => step.to_owned(),
        (step, false) => format!(".{step}"),
    };
    steps.iter().map(part).collect()
}

/// Where the steps lead from these places, each value once.
fn walked<'v>(places: Vec<&'v Value>, table: &[Step], steps: &[(usize, bool)]) -> Vec<&'v Value> {
    steps.iter().fold(places, |places, &(nth, is_deep)| {
        let starts = places.into_iter().flat_map(|it| if is_deep { within(it) } else { vec![it] });
        let mut seen = HashSet::new();
        starts
            .flat_map(table[nth].1)
            .filter(|found| seen.insert(std::ptr::from_ref::<Value>(found)))
            .collect()
    })
}

/// A path from a table, and where it leads.
#[derive(Debug, Clone)]
struct Case {
    path: Path,
    text: String,
    steps: Vec<(usize, bool)>,
    is_field: bool,
}

impl Case {
    fn walked<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        match self.is_field {
            true => {
                let found = match self.steps.split_first() {
                    // At any depth each object is asked for itself, and none again by an array around it.
                    Some((&(_, true), rest)) => {
                        let places = within(value).into_iter().filter_map(|place| place.get("a")).collect();
                        walked(places, &FIELD_STEPS, rest)
                    }
                    _ => walked(vec![value], &FIELD_STEPS, &self.steps),
                };
                found.into_iter().filter(|found| !found.is_null()).collect()
            }
            false => walked(vec![value], &JSONPATH_STEPS, &self.steps),
        }
    }
}

fn jsonpath() -> impl Strategy<Value = Case> {
    let steps = prop::collection::vec((0..JSONPATH_STEPS.len(), any::<bool>()), 1..5);
    steps.prop_map(|steps| {
        let text = format!("${}", text(&JSONPATH_STEPS, &steps));
        Case { path: Path::jsonpath(&text).unwrap(), text, steps, is_field: false }
    })
}

/// A field; one that begins with a plain name may do so at any depth.
fn field() -> impl Strategy<Value = Case> {
    let steps = prop::collection::vec(0..FIELD_STEPS.len(), 1..5);
    (steps, any::<bool>()).prop_map(|(steps, is_deep)| {
        let is_deep = is_deep && steps[0] == 0;
        let steps: Vec<_> =
            steps.into_iter().enumerate().map(|(at, nth)| (nth, is_deep && at == 0)).collect();
        let text = text(&FIELD_STEPS, &steps);
        let text = if text.starts_with('[') { format!(".{text}") } else { text };
        Case { path: Path::field(&text).unwrap(), text, steps, is_field: true }
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

/// How a value is written: what stands between tokens, whether names are escaped, and what is overridden.
#[derive(Debug, Clone)]
struct Style {
    blank: &'static str,
    is_escaped: bool,
    overridden: Option<Value>,
}

fn style() -> impl Strategy<Value = Style> {
    let overridden = prop::option::of(value());
    (prop::sample::select(vec!["", " ", "\n  ", "\r\n\t"]), any::<bool>(), overridden)
        .prop_map(|(blank, is_escaped, overridden)| Style { blank, is_escaped, overridden })
}

impl Style {
    fn name(&self, name: &str) -> String {
        match self.is_escaped {
            true => format!(
                "\"{}\"",
                name.chars().map(|it| format!("\\u{:04x}", u32::from(it))).collect::<String>()
            ),
            false => Value::from(name).to_string(),
        }
    }

    /// The value as JSON, in which names that come again stand before their last one.
    fn written(&self, value: &Value) -> String {
        let blank = self.blank;
        let member =
            |name: &str, text: &str| format!("{blank}{}{blank}:{blank}{text}{blank}", self.name(name));
        let parts: Vec<String> = match value {
            Value::Array(elements) => {
                elements.iter().map(|it| format!("{blank}{}{blank}", self.written(it))).collect()
            }
            Value::Object(members) => {
                let again = members.keys().rev().filter_map(|name| {
                    self.overridden.as_ref().map(|other| member(name, &other.to_string()))
                });
                again.chain(members.iter().map(|(name, value)| member(name, &self.written(value)))).collect()
            }
            _ => return value.to_string(),
        };
        match value {
            Value::Array(_) => format!("[{blank}{}]", parts.join(",")),
            _ => format!("{{{blank}{}}}", parts.join(",")),
        }
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

proptest! {
    #[test]
    fn a_path_leads_where_a_plain_walk_does(
        value in value(),
        case in prop_oneof![jsonpath(), field()],
        style in style(),
    ) {
        let json = style.written(&value);
        prop_assert_eq!(&parsed(&json), &value);
        let expected = case.walked(&value);
        let found: Vec<Value> = case.path.all(&json).into_iter().map(parsed).collect();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected.clone(), "{} in {}", &case.text, &json);
        prop_assert_eq!(case.path.values(&value), expected);
        prop_assert_eq!(case.path.first(&json), case.path.all(&json).first().copied());
    }

    #[test]
    fn several_paths_together_lead_where_each_does(
        value in value(),
        cases in prop::collection::vec(prop_oneof![1 => jsonpath(), 4 => field()], 0..6),
        style in style(),
    ) {
        let json = style.written(&value);
        let paths = Paths::new(cases.iter().map(|case| case.path.clone()));
        let (mut in_text, mut in_value) = (vec![Vec::new(); cases.len()], vec![Vec::new(); cases.len()]);
        paths.find(&json, |nth, found| in_text[nth].push(found));
        paths.values(&value, |nth, found| in_value[nth].push(found));
        for (nth, case) in cases.iter().enumerate() {
            prop_assert_eq!(&in_text[nth], &case.path.all(&json), "{} in {}", &case.text, &json);
            prop_assert_eq!(&in_value[nth], &case.walked(&value), "{}", &case.text);
        }
    }

    #[test]
    fn a_pointer_leads_where_that_of_serde_json_does(
        value in value(),
        steps in prop::collection::vec(prop::sample::select(vec!["a", "b", "é\"]", "0", "1", "01", "-1", "+1", ""]), 0..4),
        style in style(),
    ) {
        let pointer: String = steps.iter().map(|step| format!("/{step}")).collect();
        let path = Path::pointer(&pointer).unwrap();
        let expected: Vec<&Value> = value.pointer(&pointer).into_iter().collect();
        prop_assert_eq!(path.values(&value), expected.clone());
        let found: Vec<Value> = path.all(&style.written(&value)).into_iter().map(parsed).collect();
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_no_json_or_no_path_does_no_harm(json in "[{}\\[\\]\",:a\\\\é1n ]{0,30}", text in "[.$\\[\\]{}*'\"\\\\a0?(@)]{0,12}") {
        let fields = [".a", ".a.a[0]", ".[*][1]", "..a"].map(|text| Path::field(text).unwrap());
        fields.iter().for_each(|path| drop(path.all(&json)));
        Paths::new(fields).find(&json, |_, _| {});
        let paths = [Path::field(&text).ok(), Path::jsonpath(&text).ok(), Path::pointer(&text).ok()];
        paths.iter().flatten().for_each(|path| drop(path.all(&json)));
    }
}

#[track_caller]
fn found(path: &str, json: &str) -> String {
    Path::field(path).unwrap().all(json).join(" ")
}

#[test]
fn fields_are_read_as_they_are_written() {
    let json = r#"{"metadata":{"annotations":{"a.b/c":"1","it's":"2","q\"\\d":"3"}},
        "spec":{"containers":[{"image":"x"},{"image":null},[{"image":"y"}]],"0":7,"é_-9":8},"n":null}"#;
    for (path, expected) in [
        (".metadata.annotations['a.b/c']", r#""1""#),
        (r#".metadata.annotations["a.b/c"]"#, r#""1""#),
        (r".metadata.annotations['it\'s']", r#""2""#),
        (r#".metadata.annotations['q"\d']"#, r#""3""#),
        (r#".metadata.annotations["q\"\\d"]"#, r#""3""#),
        (".['metadata'].annotations.[\"it's\"]", r#""2""#),
        (".spec.containers.image", r#""x" "y""#),
        (".spec.containers[*].image", r#""x" "y""#),
        (".spec.containers[ 0 ].image", r#""x""#),
        (".spec.containers[1]", r#"{"image":null}"#),
        (".spec.containers[1].image", ""),
        (".spec.containers[7]", ""),
        (".spec.0", "7"),
        (".spec[0]", ""),
        (".spec[*]", ""),
        (".spec.é_-9", "8"),
        (".n", ""),
        (".n.x", ""),
        ("..image", r#""x" "y""#),
        ("..containers.image", r#""x" "y""#),
    ] {
        assert_eq!(found(path, json), expected, "{path}");
    }
    assert_eq!(found("..a", r#"{"managedFields":[{"a":1}],"b":{"a":{"a":2}}}"#), r#"{"a":2} 2"#);
    assert_eq!(found("..managedFields", r#"{"managedFields":[{"a":1}]}"#), r#"[{"a":1}]"#);
}

#[test]
fn what_is_no_field_is_refused_at_its_place() {
    let long = ".a".repeat(101);
    let texts = [
        "spec",
        "",
        ".",
        ".a..b",
        ".a.",
        "..[0]",
        ".a b",
        ".a[-1]",
        ".a[?(@.b)]",
        ".a['b",
        r#".a["b\"]"#,
        ".a[0",
        &long,
    ];
    let refused = texts.map(|text| {
        let error = Path::field(text).unwrap_err();
        format!("{text:.10} at {}: {error}", error.span().start)
    });
    insta::assert_snapshot!(refused.join("\n"), @r#"
    spec at 0: expected a field that begins with `.`, such as .spec.nodeName, found 's'
     at 0: expected a field that begins with `.`, such as .spec.nodeName, found the end of the path
    . at 1: expected a field after `.`, found the end of the path
    .a..b at 3: expected a field after `.`, found '.'
    .a. at 3: expected a field after `.`, found the end of the path
    ..[0] at 2: expected a field after `..`, found '['
    .a b at 2: expected `.` or `[` before the next part of the path, or its end, found ' '
    .a[-1] at 3: expected the number of an element, `*` or a field in quotation marks in brackets, found '-'
    .a[?(@.b)] at 3: expected the number of an element, `*` or a field in quotation marks in brackets, found '?'
    .a['b at 5: expected a closing `'`, found the end of the path
    .a["b\"] at 8: expected a closing `"`, found the end of the path
    .a[0 at 4: expected a closing `]`, found the end of the path
    .a.a.a.a.a at 202: expected a path of at most 100 parts, found the end of the path
    "#);
    insta::assert_snapshot!(Path::pointer("a/b").unwrap_err(), @"expected a JSON pointer that begins with `/`, found `a/b`");
}

/// Each of these is read once, and costs no stack.
#[test]
fn what_is_nested_deeply_is_searched_like_anything_else() {
    let n = 100_000;
    let arrays = format!("{}{{\"a\":1}}{}", "[".repeat(n), "]".repeat(n));
    assert_eq!((found(".a", &arrays), found("..a", &arrays)), ("1".to_owned(), "1".to_owned()));
    let objects = format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n));
    assert!(found(&".a".repeat(100), &objects).starts_with("{\"a\":"));
    let aside = format!("{{\"b\":{arrays},\"a\":2,\"c\":{objects}}}");
    assert_eq!(found(".a", &aside), "2");
    let long = format!("[{}]", vec![r#"{"a":{"a":1}}"#; n].join(","));
    assert_eq!(Path::field(".a.a").unwrap().all(&long).len(), n);
}

/// What is found behind a key that comes again is taken back, and nothing else.
#[test]
fn of_equal_keys_the_last_counts_for_each_path() {
    let json = r#"{"a":{"x":1,"y":[2,3]},"b":{"x":4},"a":{"x":5,"\u0078":6},"b":7,"c":8,"a":{"y":9}}"#;
    let texts = [".a.x", ".a.y", ".b.x", ".b", ".c", ".a"];
    let paths = Paths::new(texts.map(|text| Path::field(text).unwrap()));
    let mut found = Vec::new();
    paths.find(json, |nth, value| found.push(format!("{}={value}", texts[nth])));
    assert_eq!(found, [".b=7", ".c=8", r#".a={"y":9}"#, ".a.y=9"]);
}
