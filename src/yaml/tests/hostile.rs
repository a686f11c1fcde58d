//! Texts that mean harm: an answer or a fault, in bounded time and memory.

use super::convert;
use super::read;
use proptest::prelude::*;

const TEXTS: [&str; 4] = [
    "apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n  metadata: {name: \"a\\u00e9\", labels: {x: 'y'}}\n  data: |-\n    a\n     b\n\n",
    "%TAG !e! tag:e,2000:\n--- !e!x\n&a ? [b, c]\n: *a\n<<: [{x: 1}, {y: 2}]\n...\n",
    "a: &x {b: 1, c: [~, 0x1F, !!str 3]}\nb:\n  <<: *x\n  d: >+\n   folded\n   text\n\n# end\n",
    "- \"q\\\n  r\" # c\n-\t'it''s'\n- ? k\n- - 1\n  - 2\r\n",
];

#[test]
fn texts_cut_and_changed_at_every_byte_do_no_harm() {
    for text in TEXTS {
        for at in (0..text.len()).filter(|&at| text.is_char_boundary(at)) {
            read(&text[..at]);
            for sign in [
                "\n", "\t", "\r", "'", "\"", "\\", "{", "]", ":", "- ", "&", "*", "!", "|", "#", "\u{2028}",
                "\u{FEFF}", "é",
            ] {
                read(&format!("{}{sign}{}", &text[..at], &text[at..]));
            }
        }
    }
}

#[test]
fn nesting_is_bounded_and_costs_no_stack() {
    let n = 200_000;
    for text in ["[", "{", "- ", "? ", "{a: ", "[[{", "- ? ", "&a [", "!!x {"] {
        assert!(read(&format!("--- # flow\n{}", text.repeat(n))).1.is_some(), "{text}");
    }
    let nested = |n| format!("a: {}1{}\n", "[".repeat(n), "]".repeat(n));
    assert_eq!(read(&nested(9_999)).1, None);
    assert!(read(&nested(10_000)).1.is_some());
}

#[test]
fn aliases_cannot_blow_a_document_up() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let aliases = vec![format!("*a{}", n - 1); 10].join(", ");
        bomb.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    assert!(read(&bomb).1.unwrap().contains("too many of them"));
    // Few nodes, but long ones: kubectl would take all memory.
    let long = format!("a: &a [\"{}\"]\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1000));
    assert!(read(&long).1.unwrap().contains("too many of them"));
    let scalars = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a, ".repeat(1000));
    assert!(read(&scalars).1.unwrap().contains("too many of them"));
    let deep: String =
        (1..40).map(|n| format!("a{n}: &a{n} {}*a{}{}\n", "[".repeat(400), n - 1, "]".repeat(400))).collect();
    assert!(read(&format!("a0: &a0 []\n{deep}")).1.unwrap().contains("in one another"));
}

#[test]
fn equal_keys_and_anchors_in_great_number_take_no_time() {
    let n = 100_000;
    let equal: String = (0..n).map(|n| format!("k{}: .inf\n", n % 1000)).collect();
    assert!(read(&equal).1.unwrap().contains("infinity"));
    let overridden: String = (0..n)
        .map(|n| format!("k{}: .inf\n", n % 1000))
        .chain((0..1000).map(|n| format!("k{n}: 1\n")))
        .collect();
    assert_eq!(read(&overridden).1, None);
    let anchors: String = (0..n).map(|n| format!("- &a{n} {n}\n- *a{n}\n")).collect();
    assert_eq!(read(&anchors).1, None);
    let unordered: String = (0..n).rev().map(|n| format!("k{n}: {n}\n")).collect();
    assert_eq!(read(&unordered).1, None);
}

#[test]
fn many_documents_and_long_scalars_are_read() {
    assert_eq!(convert(&"---\nkind: A\n".repeat(100_000)).json.len(), 100_000 * "{\"kind\":\"A\"}\n".len());
    let long = "x".repeat(1 << 22);
    assert_eq!(read(&format!("a: {long}\n")).0, [format!("{{\"a\":\"{long}\"}}")]);
    assert!(read(&format!("{long}: a\n")).1.is_some());
}

proptest! {
    /// What is no YAML is refused, and what is gives JSON.
    #[test]
    fn any_text_gives_json_or_a_fault(text in "[-a-c0-2:?,\\[\\]{}#&*!|>'\"%@` \t\r\n\u{85}\u{2028}\u{FEFF}é<~.\\\\xu]{0,40}") {
        let (documents, fault) = read(&text);
        for document in &documents {
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(document).is_ok(), "{}", document);
        }
        prop_assert!(fault.is_none_or(|fault| fault.starts_with("expected ")));
    }
}
