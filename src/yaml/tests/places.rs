//! The way back from the JSON to the text.

use super::convert;

/// What is written at the place of the JSON that `needle` stands at.
fn written<'t>(text: &'t str, needle: &str) -> &'t str {
    let converted = convert(text);
    assert_eq!(converted.fault, None);
    let json = String::from_utf8(converted.json).unwrap();
    let at = json.find(needle).unwrap();
    &text[converted.map.place(text, json.as_bytes(), at).unwrap()]
}

const LIST: &str = "\
kind: List
items:
- metadata:
    labels: {a: on, 'b': 0x1F}
  spec: &s
    many: 1
- metadata:
    labels:
      c: 1.50 # comment
  spec: *s
other: 12
";

#[test]
fn scalars_have_their_place_in_elements_and_behind_them() {
    assert_eq!(written(LIST, "true"), "on");
    assert_eq!(written(LIST, "31"), "0x1F");
    assert_eq!(written(LIST, "\"b\""), "'b'");
    assert_eq!(written(LIST, "1.5"), "1.50");
    assert_eq!(written(LIST, "12"), "12");
    assert_eq!(written(LIST, "\"other\""), "other");
    // What an alias brings is written at the alias.
    assert_eq!(written(LIST, "{\"many\":1}}]"), "*s");
}

#[test]
fn places_hold_in_later_documents_and_where_members_are_left_out() {
    let text = "# c\n---\na: 1\na: 2\n---\n- x: 1\n  x: 0o7\n- é: off\n---\nkind: é\nlast: 3.0\n";
    assert_eq!(written(text, "2"), "2");
    assert_eq!(written(text, "7"), "0o7");
    assert_eq!(written(text, "false"), "off");
    assert_eq!(written(text, "3"), "3.0");
}
