//! From one form to another and back, and a second opinion on the parser.

use std::collections::BTreeSet;

use proptest::prelude::*;
use selq::syntax::{Condition, parse, tokens};
use selq::{LabelSelector, Selector, Span};

/// Texts that are often selectors: keys, operators, values, white space and commas in any order.
fn soup() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a", "b", "in", "notin", "x/y", "é", "\"", "0", "007", "=", "==", "!=", "!", ">", "<", "(", ")", ",",
        ",", " ", " ", "\t", "\n", "\r", "\u{a0}", "-", "IN",
    ]);
    prop::collection::vec(token, 0..14).prop_map(|tokens| tokens.concat())
}

/// Texts that are selectors, with values that repeat and may be empty.
fn selector_text() -> impl Strategy<Value = String> {
    let key = || prop::sample::select(vec!["a", "b", "in", "notin", "x.y/z", "A-b"]);
    let value = || prop::sample::select(vec!["", "v", "w", "in", "1", "A_b.c"]);
    let number = prop::sample::select(vec!["0", "007", "9223372036854775807"]);
    let list = || prop::collection::vec(value(), 1..5).prop_map(|values| values.join(","));
    let requirement = prop_oneof![
        key().prop_map(str::to_owned),
        key().prop_map(|key| format!("!{key}")),
        (key(), prop::sample::select(vec!["=", "==", "!="]), value())
            .prop_map(|(k, o, v)| format!("{k}{o}{v}")),
        (key(), prop::sample::select(vec![">", "<"]), number).prop_map(|(k, o, v)| format!("{k}{o}{v}")),
        (key(), prop::sample::select(vec!["in", "notin"]), list())
            .prop_map(|(k, o, v)| format!("{k} {o} ({v})")),
    ];
    prop::collection::vec(requirement, 0..6).prop_map(|requirements| requirements.join(" ,"))
}

fn labels() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let key = prop::sample::select(vec!["a", "b", "in", "notin", "x.y/z", "A-b"]);
    let value = prop::sample::select(vec!["", "v", "w", "in", "1", "-1", "+8", "A_b.c"]);
    prop::collection::vec((key, value), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn canonical_text_parses_to_the_same_selector(text in selector_text()) {
        let selector: Selector = text.parse().unwrap();
        let canonical = selector.canonical().unwrap();
        let again: Selector = canonical.parse().unwrap();
        prop_assert_eq!(again.canonical().unwrap(), canonical);
        prop_assert_eq!(again, selector);
    }

    #[test]
    fn printed_trees_parse_to_the_same_tree(text in prop_oneof![soup(), selector_text()]) {
        let Ok(ast) = parse(&text) else { return Ok(()) };
        let printed = ast.to_string();
        let again = parse(&printed).unwrap();
        prop_assert_eq!(again.requirements(), ast.requirements());
    }

    #[test]
    fn parts_of_a_tree_are_where_they_say(text in prop_oneof![soup(), selector_text()]) {
        let Ok(ast) = parse(&text) else { return Ok(()) };
        for requirement in ast.requirements() {
            prop_assert_eq!(ast.span(requirement.subject).slice(&text), requirement.subject);
            if let Condition::Membership { keyword, values, .. } = &requirement.condition {
                let places: Vec<Span> = std::iter::once(*keyword).chain(values.iter()).map(|part| ast.span(part)).collect();
                prop_assert!(places.is_sorted() && places[0] < places[1], "{:?}", places);
            }
        }
    }

    #[test]
    fn the_parser_agrees_with_a_second_one(text in soup()) {
        prop_assert_eq!(parse(&text).is_ok(), second_opinion(&text), "{:?}", text);
    }

    #[test]
    fn a_label_selector_keeps_the_meaning(text in selector_text(), labels in labels()) {
        let selector: Selector = text.parse().unwrap();
        let Ok(object) = Option::<LabelSelector>::try_from(&selector) else {
            prop_assert!(text.contains(['<', '>']));
            return Ok(());
        };
        let json = serde_json::to_string(&object).unwrap();
        let back: Option<LabelSelector> = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&back, &object);
        let back = Selector::try_from(back).unwrap();
        prop_assert_eq!(back.matches(&labels), selector.matches(&labels), "{} {}", json, selector);
    }

    #[test]
    fn combined_selectors_match_as_their_parts(one in selector_text(), two in selector_text(), labels in labels()) {
        let (one, two): (Selector, Selector) = (one.parse().unwrap(), two.parse().unwrap());
        let (first, second) = (one.matches(&labels), two.matches(&labels));
        prop_assert_eq!(one.clone().and(two.clone()).matches(&labels), first && second);
        prop_assert_eq!(one.clone().or(two).matches(&labels), first || second);
        prop_assert_eq!(one.negate().matches(&labels), !first);
    }

    #[test]
    fn equal_selectors_are_those_with_equal_texts(one in selector_text(), two in selector_text()) {
        let (one, two): (Selector, Selector) = (one.parse().unwrap(), two.parse().unwrap());
        prop_assert_eq!(one == two, one.canonical() == two.canonical());
    }

    #[test]
    fn tokens_are_in_order_and_leave_out_only_white_space(text in any::<String>()) {
        let mut end = 0;
        for token in tokens(&text) {
            let gap = Span::new(end, token.span.start).slice(&text);
            prop_assert!(gap.bytes().all(|byte| b" \t\r\n".contains(&byte)), "{:?}", gap);
            prop_assert!(!token.span.is_empty());
            end = token.span.end;
        }
        prop_assert!(text[end..].bytes().all(|byte| b" \t\r\n".contains(&byte)));
    }

    #[test]
    fn no_text_makes_the_library_panic(text in any::<String>()) {
        if let Err(error) = text.parse::<Selector>() {
            let _ = (error.render(), error.help(), error.to_string());
            prop_assert!(error.span().end <= text.len());
            prop_assert!(text.is_char_boundary(error.span().start) && text.is_char_boundary(error.span().end));
        }
    }
}

/// Whether `text` is a selector, decided by hand: a list of words first, then one step a word.
fn second_opinion(text: &str) -> bool {
    let Some(words) = words(text) else { return false };
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.is_empty() || requirements(&words)
}

const SYMBOLS: &str = "=!(),<>";

/// The words of a text: blanks end them, symbols stand alone save for `==` and `!=`. `None` if there is a U+0000.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = vec![String::new()];
    for character in text.chars() {
        let last = words.last_mut()?;
        match character {
            '\0' => return None,
            ' ' | '\t' | '\r' | '\n' => words.push(String::new()),
            '=' if last == "=" || last == "!" => last.push('='),
            _ if SYMBOLS.contains(character) => words.push(character.to_string()),
            _ if last.starts_with(|first| SYMBOLS.contains(first)) => words.push(character.to_string()),
            _ => last.push(character),
        }
    }
    words.retain(|word| !word.is_empty());
    Some(words)
}

fn is_symbol(word: &str) -> bool {
    word.starts_with(|first| SYMBOLS.contains(first))
}

/// Whether `words` are requirements with commas between them.
fn requirements(words: &[&str]) -> bool {
    match requirement(words) {
        Some([]) => true,
        Some([",", rest @ ..]) => requirements(rest),
        _ => false,
    }
}

/// What follows the requirement at the start of `words`.
fn requirement<'w>(words: &'w [&'w str]) -> Option<&'w [&'w str]> {
    match words {
        ["!", key, rest @ ..] if !is_symbol(key) => Some(rest),
        [key, ..] if is_symbol(key) => None,
        [_, "=" | "==" | "!=" | ">" | "<", rest @ ..] => match rest {
            [] | [",", ..] => Some(rest),
            [value, rest @ ..] => (!is_symbol(value)).then_some(rest),
        },
        [_, "in" | "notin", "(", rest @ ..] => {
            let end = rest.iter().position(|word| *word == ")")?;
            let (list, rest) = (&rest[..end], &rest[end + 1..]);
            let are_apart = list.windows(2).all(|pair| pair.contains(&","));
            let has_symbol = list.iter().any(|word| is_symbol(word) && *word != ",");
            (are_apart && !has_symbol).then_some(rest)
        }
        [_, "in" | "notin", ..] | [] => None,
        [_, rest @ ..] => Some(rest),
    }
}

#[test]
fn the_second_opinion_knows_both_answers() {
    let verdicts = ["", "a in (,)", "a in (a b)", "a,", "!a", "!a=b", "in in (in)"].map(second_opinion);
    assert_eq!(verdicts, [true, true, false, false, true, false, true]);
    assert_eq!(words("a===b!").unwrap(), ["a", "==", "=", "b", "!"]);
    let distinct: BTreeSet<bool> = verdicts.into();
    assert_eq!(distinct.len(), 2);
}
