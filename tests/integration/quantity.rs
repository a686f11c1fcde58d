//! Quantities: the answers of Kubernetes itself, and plain arithmetic over random texts.
//!
//! Two things are not taken over. Upstream prints some quantities as they were typed (`5.`, `+1`) until they are changed;
//! here they are always printed canonically. And upstream loses the suffix of decimal amounts from 10²¹ on.

use std::cmp::Ordering;

use proptest::prelude::*;
use selq::kubernetes::{Quantity, QuantityError};
use serde_json::Value;

use crate::conformance_selector::lines;

fn text<'l>(line: &'l Value, field: &str) -> &'l str {
    line[field].as_str().unwrap()
}

fn quantity(text: &str) -> Result<Quantity, QuantityError> {
    text.parse()
}

/// Whether an amount is the one in a line, which may be beyond what an `i128` holds.
fn agrees(found: Option<i128>, expected: &str) -> bool {
    found.map_or_else(|| expected.parse::<i128>().is_err(), |found| found.to_string() == expected)
}

fn check_parse(line: &Value) {
    let input = text(line, "text");
    let parsed = quantity(input);
    assert_eq!(parsed.is_ok(), line["ok"], "{input:?}: {parsed:?}");
    let Ok(parsed) = parsed else { return };
    let printed = parsed.to_string();
    assert_eq!(quantity(&printed), Ok(parsed), "{input:?} is printed as {printed}");
    assert_eq!(quantity(text(line, "dec")), Ok(parsed), "{input:?}");
    assert!(agrees(parsed.millis(), text(line, "milli")), "{input:?}: {:?}", parsed.millis());
    assert!(agrees(parsed.units(), text(line, "value")), "{input:?}: {:?}", parsed.units());
    assert_eq!(
        format!("{:?}", parsed.format()).to_lowercase(),
        text(line, "format").to_lowercase(),
        "{input:?}"
    );
    if line["canonical_reparse"].is_null() {
        let canonical = line["canonical_recomputed"].as_str().unwrap_or(text(line, "canonical"));
        assert_eq!(printed, canonical, "{input:?}");
    }
}

fn check_sum(line: &Value, operation: fn(Quantity, Quantity) -> Option<Quantity>) {
    let [a, b] = ["a", "b"].map(|field| quantity(text(line, field)).unwrap());
    let found = operation(a, b).unwrap();
    assert_eq!(found.to_string(), text(line, "canonical"), "{line}");
    assert_eq!(Ok(found), quantity(text(line, "dec")), "{line}");
}

fn check_json(line: &Value) {
    let read = Quantity::from_json(text(line, "json"));
    assert_eq!(read.is_ok(), line["ok"], "{line}");
    if let Ok(read) = read {
        assert_eq!(Ok(read), quantity(text(line, "dec")), "{line}");
    }
}

#[test]
fn quantities() {
    for line in lines("quantities.jsonl").unwrap_or_default() {
        match text(&line, "op") {
            "parse" => check_parse(&line),
            "cmp" => {
                let [a, b] = ["a", "b"].map(|field| quantity(text(&line, field)).unwrap());
                assert_eq!(a.cmp(&b) as i64, line["cmp"], "{line}");
                assert_eq!(a == b, line["equal"], "{line}");
            }
            "add" => check_sum(&line, Quantity::checked_add),
            "sub" => check_sum(&line, Quantity::checked_sub),
            "json" => check_json(&line),
            other => panic!("an unknown operation {other}"),
        }
    }
}

/// A text of a quantity and its amount in `n`, worked out in whole numbers.
#[derive(Debug, Clone)]
struct Plain {
    text: String,
    nanos: i128,
}

fn plain(is_negative: bool, whole: u32, fraction: u32, n_fraction: u32, suffix: usize) -> Plain {
    const SUFFIXES: [(&str, i128); 14] = [
        ("n", 1),
        ("u", 1_000),
        ("m", 1_000_000),
        ("", 1_000_000_000),
        ("k", 1_000_000_000_000),
        ("M", 1_000_000_000_000_000),
        ("G", 1_000_000_000_000_000_000),
        ("T", 1_000_000_000_000_000_000_000),
        ("Ki", 1_000_000_000 << 10),
        ("Mi", 1_000_000_000 << 20),
        ("Gi", 1_000_000_000 << 30),
        ("Ti", 1_000_000_000 << 40),
        ("e2", 100_000_000_000),
        ("E-4", 100_000),
    ];
    let (suffix, unit) = SUFFIXES[suffix % SUFFIXES.len()];
    let scale = 10_i128.pow(n_fraction);
    let fraction = fraction % 10_u32.pow(n_fraction);
    let number = i128::from(whole) * scale + i128::from(fraction);
    let nanos = (number * unit + scale - 1) / scale;
    let point = if n_fraction > 0 {
        format!(".{fraction:0width$}", width = n_fraction as usize)
    } else {
        String::new()
    };
    let sign = if is_negative { "-" } else { "" };
    Plain { text: format!("{sign}{whole}{point}{suffix}"), nanos: if is_negative { -nanos } else { nanos } }
}

fn plains() -> impl Strategy<Value = Plain> {
    let parts = (any::<bool>(), 0..100_000_u32, any::<u32>(), 0..6_u32, 0..14_usize);
    parts.prop_map(|(is_negative, whole, fraction, n_fraction, suffix)| {
        plain(is_negative, whole, fraction, n_fraction, suffix)
    })
}

/// The quantity of so many `n`.
fn of_nanos(nanos: i128) -> Quantity {
    format!("{nanos}n").parse().unwrap()
}

proptest! {
    #[test]
    fn amounts_are_those_of_plain_arithmetic(a in plains(), b in plains()) {
        let [first, second] = [&a, &b].map(|it| quantity(&it.text).unwrap());
        prop_assert_eq!(first, of_nanos(a.nanos));
        prop_assert_eq!(first.cmp(&second), a.nanos.cmp(&b.nanos));
        prop_assert_eq!(first.checked_add(second), Some(of_nanos(a.nanos + b.nanos)));
        prop_assert_eq!(first.checked_sub(second), Some(of_nanos(a.nanos - b.nanos)));
        let away = |unit: i128| (a.nanos.abs() + unit - 1) / unit * a.nanos.signum();
        prop_assert_eq!(first.units(), Some(away(1_000_000_000)));
        prop_assert_eq!(first.millis(), Some(away(1_000_000)));
    }

    #[test]
    fn canonical_texts_are_read_as_the_same_and_printed_as_themselves(it in plains()) {
        let quantity = quantity(&it.text).unwrap();
        let printed = quantity.to_string();
        let again: Quantity = printed.parse().unwrap();
        prop_assert_eq!(again, quantity);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn no_text_is_too_odd(text in "[-+]?[0-9.eEinumkKMGTP+-]{0,60}|.*", other in "[0-9.]{1,50}[eE]?[-+]?[0-9]{0,12}") {
        if let (Ok(a), Ok(b)) = (quantity(&text), quantity(&other)) {
            let order = a.cmp(&b);
            prop_assert_eq!(b.cmp(&a), order.reverse());
            prop_assert_eq!(order == Ordering::Equal, a == b);
            let _ = (a.checked_add(b), a.checked_sub(b), a.millis(), b.units(), a.to_string());
        }
    }
}
