//! Lists of values, and the commas between requirements.

use super::Help;
use super::place::{ErrorPlace, QUOTES, is_identifier, key, value};
use crate::syntax::Expected;

/// `in (a,b)`
pub(super) fn list_without_key(place: &ErrorPlace<'_>) -> Option<Help> {
    let keyword = place.word(-1);
    // A keyword at the start of a requirement is read as its key, so that the parenthesis is wrong.
    let is_first = place.word(0) == "(" && matches!(place.word(-2), "" | ",");
    if !is_first || !matches!(keyword, "in" | "notin") {
        return None;
    }
    let list = place.list(0).unwrap_or_else(|| "(a,b)".to_owned());
    Some(Help::say("put the key first: ").offer(format!("key {keyword} {list}")))
}

/// `key=(a,b)`
pub(super) fn list_after_equals(place: &ErrorPlace<'_>) -> Option<Help> {
    let (keyword, number) = match place.word(-1) {
        _ if place.word(0) != "(" => return None,
        "=" | "==" => ("in", "one"),
        "!=" => ("notin", "none"),
        _ => return None,
    };
    let requirement = format!("{} {keyword} {}", place.key(-2)?, place.list(0)?);
    Some(Help::say(format!("for {number} of several values write ")).offer(requirement))
}

/// `key not in (a,b)`, `key !in (a,b)`
pub(super) fn not_in(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_not = |word: &str| word == "!" || word.eq_ignore_ascii_case("not");
    let is_in = place.expected() == Some(Expected::Operator) && place.word(1).eq_ignore_ascii_case("in");
    if !is_in || !is_not(place.word(0)) {
        return None;
    }
    Some(match (place.key(-1), place.list(2)) {
        (Some(key), Some(list)) => Help::write(format!("{key} notin {list}")),
        _ => Help::say("the operator is one word, \"notin\", and a list in parentheses follows"),
    })
}

/// `key in [a,b]`, `key in {a,b}`
pub(super) fn bracketed_list(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_bracket = place.word(0).starts_with(['[', '{']);
    if !is_bracket || !matches!(place.word(-1), "in" | "notin" | "=" | "==" | "(") {
        return None;
    }
    // A bracket is a part of the word that it touches, so that the whole text is changed.
    let round = |text: &str| text.replace(['[', '{'], "(").replace([']', '}'], ")");
    let mended = place.mended(|text| round(text).replace(QUOTES, ""));
    Some(
        Help::say("a list stands in parentheses: ")
            .offer(mended.unwrap_or_else(|| "key in (a,b)".to_owned())),
    )
}

/// `key in a,b`
pub(super) fn missing_parenthesis(place: &ErrorPlace<'_>) -> Option<Help> {
    if place.expected() != Some(Expected::OpenParen) {
        return None;
    }
    let words = Help::say("put the values in parentheses");
    Some(match (place.key(-2), bare_list(place)) {
        (Some(key), Some(values)) => words.and(": ").offer(format!("{key} {} ({values})", place.word(-1))),
        _ => words,
    })
}

/// The values at the place, with commas between them, if Kubernetes takes all of them.
fn bare_list(place: &ErrorPlace<'_>) -> Option<String> {
    let mut values = vec![place.value(0)?];
    let mut steps = 1;
    // The next word is another value and not a requirement if no operator follows it.
    while place.word(steps) == ","
        && is_identifier(place.word(steps + 1))
        && matches!(place.word(steps + 2), "" | ",")
    {
        values.push(place.value(steps + 1)?);
        steps += 2;
    }
    Some(values.join(","))
}

/// `key in (a;b)`
pub(super) fn semicolon_in_list(place: &ErrorPlace<'_>) -> Option<Help> {
    let found = place.is_in_list() && place.nearby().into_iter().any(|word| word.contains(';'));
    found.then(|| Help::say("the values of a list are separated by \",\""))
}

/// `a=b;c=d`
pub(super) fn semicolon(place: &ErrorPlace<'_>) -> Option<Help> {
    place.nearby().into_iter().find(|word| word.contains(';'))?;
    let words = Help::say("requirements are joined with \",\"");
    Some(match place.mended(|text| text.trim_end_matches(';').replace(';', ",")) {
        Some(text) => words.and(": ").offer(text),
        None => words,
    })
}

/// `,a`, `a,,b`, `a,`
pub(super) fn stray_comma(place: &ErrorPlace<'_>) -> Option<Help> {
    if place.expected() != Some(Expected::Requirement) {
        return None;
    }
    match (place.word(-1), place.word(0)) {
        (",", ",") => Some(Help::say("leave out one of the two \",\"")),
        (_, ",") => Some(Help::say("leave out the \",\" at the start")),
        (",", "") => Some(Help::say("leave out the \",\" at the end")),
        _ => None,
    }
}

/// `key in (a,b`
pub(super) fn unclosed_list(place: &ErrorPlace<'_>) -> Option<Help> {
    Some(Help::say(match place.expected()? {
        Expected::CommaOrCloseParen if is_identifier(place.word(0)) => {
            "the values of a list are separated by \",\""
        }
        Expected::CommaOrCloseParen | Expected::ValueOrCloseParen if place.is_at_end() => {
            "close the list with \")\""
        }
        Expected::CommaOrCloseParen if matches!(place.word(0), "=" | "==" | "!=" | ">" | "<") => {
            "close the list with \")\" before the next requirement"
        }
        _ => return None,
    }))
}

/// `key=a b`, `key in (a) b`
pub(super) fn two_words(place: &ErrorPlace<'_>) -> Option<Help> {
    if place.expected() != Some(Expected::EndOfRequirement) || !is_identifier(place.word(0)) {
        return None;
    }
    // Behind a `)` the word is no second half of a value, and white space is not to blame.
    let white_space =
        if is_identifier(place.word(-1)) { "keys and values hold no white space, and " } else { "" };
    Some(Help::say(format!("{white_space}requirements are joined with \",\"")))
}

/// `key other`, `key other=value`
pub(super) fn two_requirements(place: &ErrorPlace<'_>) -> Option<Help> {
    if place.expected() != Some(Expected::Operator) || !is_identifier(place.word(0)) {
        return None;
    }
    let joined = Help::say("requirements are joined with \",\"");
    let (Some(key), Some(word)) = (place.key(-1), value(place.word(0))) else { return Some(joined) };
    // In `pods app=x` the word begins a requirement of its own,
    // and is no value of the key before it.
    if !matches!(place.word(1), "" | ",") {
        return Some(joined);
    }
    let pair = Help::write(format!("{key}={word}")).and(" for a key and its value");
    Some(match crate::LabelKey::new(word) {
        Ok(other) => pair.and(", ").offer(format!("{key},{other}")).and(" for two keys"),
        Err(_) => pair,
    })
}

/// `key=*`, `key=web-*`
pub(super) fn wildcard(place: &ErrorPlace<'_>) -> Option<Help> {
    let asks = Help::say("to ask whether a key is there write ");
    match (place.word(-1), key(place.word(-2))) {
        ("=" | "==", Some(key)) if place.word(0) == "*" => return Some(asks.offer(key)),
        ("!=", Some(key)) if place.word(0) == "*" => return Some(asks.offer(format!("!{key}"))),
        _ => {}
    }
    let is_wildcard = !place.is_query && place.nearby().into_iter().any(|word| word.contains('*'));
    let words = "there are no wildcards; list the values: ";
    is_wildcard.then(|| Help::say(words).offer("key in (a,b)"))
}
