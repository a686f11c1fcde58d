//! YAML that is written reads back as the JSON that it was made of.

use super::{PlainJson, read};
use crate::yaml::yaml;
use proptest::prelude::*;
use serde_json::{Map, Number, Value};

fn check(json: &str) {
    let text = yaml(json);
    let (documents, fault) = read(&text);
    assert_eq!(fault, None, "{json}\n{text}");
    // Nothing but null is no document.
    let read = documents.first().map_or("null", String::as_str);
    assert_eq!(PlainJson::of(read), PlainJson::of(json), "{text}");
}

#[test]
fn what_kubectl_writes_is_written() {
    let json = r##"{"apiVersion":"v1","items":[{"kind":"Pod","metadata":{"annotations":{"a":"true","b":"12","c":"2024-01-01T00:00:00Z"},
        "labels":{},"name":"web-0"},"spec":{"containers":[{"args":["--flag=x","-v","#","*"],"image":"nginx:1.25"}],"nodes":[[1,2],[]]}}],
        "data":{"one":"a\nb\n","two":"a\n\nb","three":" a\n","four":"a\n\n","five":"it's: so"},"n":1.50,"none":null,"y":"y"}"##;
    insta::assert_snapshot!(yaml(json), @r#"
    apiVersion: v1
    items:
    - kind: Pod
      metadata:
        annotations:
          a: "true"
          b: "12"
          c: "2024-01-01T00:00:00Z"
        labels: {}
        name: web-0
      spec:
        containers:
        - args:
          - --flag=x
          - -v
          - '#'
          - '*'
          image: nginx:1.25
        nodes:
        - - 1
          - 2
        - []
    data:
      one: |
        a
        b
      two: |-
        a

        b
      three: " a\n"
      four: |+
        a

      five: 'it''s: so'
    "n": 1.50
    none: null
    "y": "y"
    "#);
    check(&json.replace("1.50", "1.5"));
}

#[test]
fn texts_are_read_as_they_were() {
    let texts = [
        "",
        " ",
        "a b",
        "a: b",
        "a #b",
        "a:",
        "#",
        "- a",
        "-",
        "--",
        "---",
        "--- a",
        "...",
        "? a",
        "?",
        ":",
        ":a",
        "~",
        "null",
        "yes",
        "0x1F",
        "1e3",
        ".5",
        "1:30",
        "<<",
        "=",
        "\t",
        "a\tb",
        "a\n",
        "\na",
        "\n",
        "a\n b",
        " a\nb",
        "a \nb ",
        "a\n\n\n",
        "a\n---\nb",
        "a\r\nb",
        "\u{85}",
        "\u{feff}a",
        "\u{2028}",
        "é",
        "\u{1F600}",
        "a,b",
        "[a",
        "{a}",
        "a]",
        "&a",
        "*a",
        "!a",
        "|",
        ">",
        "%a",
        "@a",
        "`a`",
        "'",
        "\"",
        "it's",
        "\\",
        "a\u{0}b",
        "a\u{7f}",
        "\u{202e}x",
        "-a",
        "-1",
        "-.inf",
        "01",
        "0o7",
        "1_000",
        "a\n\tb",
        "a\n  \nb",
        "a\n ",
    ];
    for text in texts {
        let text = Value::from(text);
        check(&text.to_string());
        check(&format!("[{text},{{{text}:{text}}},[{text}]]"));
        check(&format!("{{\"a\":{text},\"b\":{{\"c\":[{text}]}}}}"));
    }
    let long = "k".repeat(3000);
    check(&format!("{{\"{long}\":{{\"{long}\":1}},\"a\":[{{\"{long}\":\"{long}\"}}]}}"));
}

#[test]
fn deep_values_are_written_in_one_line() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
        let depth = 1000;
        let json = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        assert!(yaml(&json).len() < 40_000);
        let (documents, fault) = read(&yaml(&json));
        assert_eq!((documents.first().map(String::as_str), fault), (Some(json.as_str()), None));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[ -~]{0,6}",
        "[a-z:# \n'\"-]{0,8}",
        "\\PC{0,4}",
        any::<String>(),
        "[0-9.eExo_+:-]{1,6}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1000_i32..1000)
            .prop_map(|n| Number::from_f64(f64::from(n) / 16.0).map_or(Value::Null, Value::Number)),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |value| {
        prop_oneof![
            prop::collection::vec(value.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), value), 0..5)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The same with floats that are whole as integers, which YAML makes of them.
fn normal(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => Value::from(float as i64),
            _ => Value::Number(number),
        },
        Value::Array(elements) => elements.into_iter().map(normal).collect(),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(key, it)| (key, normal(it))).collect())
        }
        other => other,
    }
}

proptest! {
    #[test]
    fn any_json_is_read_as_it_was(value in any_json()) {
        check(&normal(value).to_string());
    }
}
