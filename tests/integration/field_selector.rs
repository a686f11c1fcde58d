//! Field selectors: the answers of Kubernetes itself, and a plain second reading of random texts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proptest::prelude::*;
use selq::selector::{FieldOperator, FieldRequirement, FieldSelector};
use serde_json::{Value, json};

use crate::conformance_selector::lines;

type Fields = BTreeMap<String, String>;

fn matches(selector: &FieldSelector, fields: &Fields) -> bool {
    selector.matches(|field| fields.get(field).map(|value| Cow::Borrowed(value.as_str())))
}

fn written(it: &FieldRequirement) -> Value {
    json!({"field": it.field(), "operator": it.operator().as_str(), "value": it.value()})
}

#[test]
fn field_selectors_are_those_of_kubernetes() {
    for line in lines("fields.jsonl").unwrap_or_default() {
        let parsed = line["input"].as_str().unwrap().parse::<FieldSelector>();
        assert_eq!(parsed.is_ok(), line["ok"], "{line}: {parsed:?}");
        let Ok(selector) = parsed else { continue };
        assert_eq!(json!(selector.to_string()), line["canonical"], "{line}");
        let requirements: Value = selector.requirements().iter().map(written).collect();
        assert_eq!(requirements, line["requirements"], "{line}");
        assert_eq!(selector.is_everything(), line["empty"], "{line}");
        for sample in line["samples"].as_array().unwrap() {
            let fields: Fields = serde_json::from_value(sample["fields"].clone()).unwrap();
            assert_eq!(matches(&selector, &fields), sample["match"], "{sample} of {line}");
        }
    }
}

/// The same rules written down plainly, a character at a time: the terms as field, whether it is to be equal, and value.
fn plain(text: &str) -> Option<Vec<(String, bool, String)>> {
    let mut terms = vec![String::new()];
    let mut escaped = false;
    for character in text.chars() {
        if character == ',' && !escaped {
            terms.push(String::new());
        } else {
            terms.last_mut().unwrap().push(character);
        }
        escaped = character == '\\' && !escaped;
    }
    terms.retain(|term| !term.is_empty());
    terms.sort();
    let mut found = Vec::new();
    for term in terms {
        let starts: Vec<(usize, &str)> =
            term.char_indices().flat_map(|(at, _)| ["!=", "==", "="].map(|op| (at, op))).collect();
        let (at, operator) = starts.into_iter().find(|(at, op)| term[*at..].starts_with(op))?;
        let (field, mut value, mut rest) = (&term[..at], String::new(), term[at + operator.len()..].chars());
        while let Some(character) = rest.next() {
            match character {
                '\\' => value.push(rest.next().filter(|it| "\\,=".contains(*it))?),
                ',' | '=' => return None,
                other => value.push(other),
            }
        }
        if !field.is_empty() || !value.is_empty() {
            found.push((field.to_owned(), operator != "!=", value));
        }
    }
    Some(found)
}

fn parts(selector: &FieldSelector) -> Vec<(String, bool, String)> {
    let part = |it: &FieldRequirement| {
        (it.field().to_owned(), it.operator() == FieldOperator::Equals, it.value().to_owned())
    };
    selector.requirements().iter().map(part).collect()
}

proptest! {
    #[test]
    fn texts_are_read_as_plainly_written_down(text in r"([ab.é]?(=|==|!=|!)?([ab ]|\\\\|\\,|\\=|[\\,=!])?,?){0,6}") {
        let parsed = text.parse::<FieldSelector>();
        prop_assert_eq!(parsed.as_ref().ok().map(parts), plain(&text), "{}", &text);
        if let Err(error) = parsed {
            prop_assert!(text.is_char_boundary(error.span().start) && text.get(error.span().start..error.span().end).is_some());
            prop_assert!(!error.span().is_empty() && !error.render().is_empty());
        }
    }

    #[test]
    fn canonical_texts_have_the_same_terms(
        terms in prop::collection::vec(("[a-c.]{1,2}", "=|==|!=", r"[a-c,=\\é]{0,3}"), 0..6),
        fields in prop::collection::btree_map("[a-c.]{1,2}", r"[a-c,=\\é]{0,2}", 0..6),
    ) {
        let escaped = |value: &str| value.replace('\\', r"\\").replace(',', r"\,").replace('=', r"\=");
        let text: Vec<String> = terms.iter().map(|(field, op, value)| format!("{field}{op}{}", escaped(value))).collect();
        let selector: FieldSelector = text.join(",").parse().unwrap();
        let again: FieldSelector = selector.to_string().parse().unwrap();
        let sorted = |selector| { let mut all = parts(selector); all.sort(); all };
        prop_assert_eq!(sorted(&again), sorted(&selector));
        let once_more: FieldSelector = again.to_string().parse().unwrap();
        prop_assert_eq!(&once_more, &again);
        let holds = |(field, op, value): &(String, String, String)| {
            (fields.get(field).map_or("", String::as_str) == value) != (op == "!=")
        };
        prop_assert_eq!(matches(&selector, &fields), terms.iter().all(holds));
        prop_assert_eq!(matches(&again, &fields), terms.iter().all(holds));
    }
}
