//! Operators of other languages, and those of selectors in the wrong place.

use super::Help;
use super::place::{ErrorPlace, is_identifier, key, value};
use crate::syntax::Expected;

/// `text` with every `from`, in any letter case, made `to`.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let mut out = String::new();
    // Texts are short here, since only those are mended. Lower case of ASCII
    // letters alone keeps every byte at its place.
    let mut rest = text;
    while let Some(at) = rest.to_ascii_lowercase().find(from) {
        out.push_str(&rest[..at]);
        out.push_str(to);
        rest = &rest[at + from.len()..];
    }
    out + rest
}

/// `a && b`, `a and b`
pub(super) fn other_and(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_and = |word: &str| word.contains("&&") || word == "&";
    let spelled = place.expected().is_some() && place.word(0).eq_ignore_ascii_case("and");
    if !spelled && !place.nearby().into_iter().any(is_and) {
        return None;
    }
    // Signs with their blanks go first: a comma needs none.
    let with_commas = |text: &str| [" && ", "&&", " & ", " and "].into_iter().fold(text.to_owned(), joined);
    let words = Help::say("requirements that all have to hold are joined with \",\"");
    Some(match place.mended(with_commas) {
        Some(text) => words.and(": ").offer(text),
        None => words,
    })
}

fn joined(text: String, sign: &str) -> String {
    replaced(&text, sign, ",")
}

/// `a || b`, `a or b`
pub(super) fn other_or(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_or = |word: &str| word.contains("||") || word == "|";
    let spelled = place.expected().is_some() && place.word(0).eq_ignore_ascii_case("or");
    if !spelled && !place.nearby().into_iter().any(is_or) {
        return None;
    }
    let words = Help::say("there is no \"or\"; for several values of one key write ");
    // The empty text is never offered, so that it stands for what cannot be mended.
    let list = place.mended(|text| one_of_several(text).unwrap_or_default());
    Some(words.offer(list.unwrap_or_else(|| "key in (a,b)".to_owned())))
}

/// `a in (1,2)` for `a=1 || a=2`.
fn one_of_several(text: &str) -> Option<String> {
    let text = replaced(&replaced(text, " or ", "|"), "||", "|");
    let pairs = text.split('|').map(|part| {
        let (key_, value_) = part.split_once('=')?;
        Some((key(key_.trim())?, value(value_.trim_start_matches('=').trim())?))
    });
    let pairs: Vec<(&str, &str)> = pairs.collect::<Option<_>>()?;
    let (first, _) = *pairs.first()?;
    let values: Vec<&str> = pairs.iter().map(|(_, value)| *value).collect();
    pairs.iter().all(|(key, _)| *key == first).then(|| format!("{first} in ({})", values.join(",")))
}

/// `(a=b),c`, `!(a)`
pub(super) fn grouping(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_group = matches!(place.expected()?, Expected::Requirement | Expected::Key);
    (is_group && place.word(0) == "(").then(|| Help::say("requirements are not grouped with parentheses"))
}

/// `!key=value`
pub(super) fn absent_or_different(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_comparison = place.word(-2) == "!" && matches!(place.word(0), "=" | "==");
    let (key, value) = (place.key(-1)?, place.value(1)?);
    is_comparison.then(|| Help::write(format!("{key}!={value}")))
}

/// `!key in (a,b)`
pub(super) fn absent_or_outside(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_list = place.word(-2) == "!" && place.word(0) == "in";
    let (key, list) = (place.key(-1)?, place.list(1)?);
    is_list.then(|| Help::write(format!("{key} notin {list}")))
}

/// `has(key)`, `all()`: calls of Calico's language
pub(super) fn function_call(place: &ErrorPlace<'_>) -> Option<Help> {
    let name = place.word(-1);
    // In a list, as in `a in (b(c`, a parenthesis calls nothing.
    let is_call =
        place.word(0) == "(" && is_identifier(name) && place.expected() != Some(Expected::CommaOrCloseParen);
    if !is_call || matches!(name, "in" | "notin") {
        return None;
    }
    let not = if place.word(-2) == "!" { "!" } else { "" };
    let none = Help::say("there are no functions");
    Some(match (name, place.key(1)) {
        // `!all()` asks for no object, which no selector does.
        ("all" | "global", _) if not.is_empty() => none.and("; the empty selector selects everything"),
        ("has", Some(key)) => none.and("; to ask whether a key is there write ").offer(format!("{not}{key}")),
        _ => none.and(", and requirements are not grouped with parentheses"),
    })
}

/// `not key`, `NOT key=value`
pub(super) fn not_key(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_not = place.word(-1).eq_ignore_ascii_case("not") && matches!(place.word(-2), "" | ",");
    if !is_not || place.expected() != Some(Expected::Operator) {
        return None;
    }
    let key = place.key(0)?;
    Some(Help::write(match place.word(1) {
        "=" | "==" => format!("{key}!={}", place.value(2)?),
        "in" => format!("{key} notin {}", place.list(2)?),
        "" | "," => format!("!{key}"),
        _ => return None,
    }))
}

/// `key!`, `key!value`
pub(super) fn exclamation_mark(place: &ErrorPlace<'_>) -> Option<Help> {
    if place.expected() != Some(Expected::Operator) || place.word(0) != "!" {
        return None;
    }
    let key = place.key(-1)?;
    match place.word(1) {
        "" | "," => Some(Help::say("to ask that a key is not there write ").offer(format!("!{key}"))),
        _ => Some(Help::write(format!("{key}!={}", place.value(1)?))),
    }
}

/// `key===a`, `key>=4`, `key<>a`
pub(super) fn doubled_operator(place: &ErrorPlace<'_>) -> Option<Help> {
    let alone = "\">\" and \"<\" stand alone and compare integers";
    match (place.word(-1), place.word(0)) {
        ("==", "=" | "==") => Some(Help::write(format!("{}={}", place.key(-2)?, place.value(1)?))),
        ("=", ">" | "<") => Some(Help::say(alone)),
        ("<", ">") => Some(Help::write(format!("{}!={}", place.key(-2)?, place.value(1)?))),
        ("!=", "=" | "==") => Some(Help::write(format!("{}!={}", place.key(-2)?, place.value(1)?))),
        (operator @ (">" | "<"), "=" | "==") => Some(strict(place, operator)),
        _ => None,
    }
}

/// What to write for `key>=number`.
fn strict(place: &ErrorPlace<'_>, operator: &str) -> Help {
    // `k>=0` would be `k>-1`, which is no selector, so that it gets words alone.
    let step = if operator == ">" { -1 } else { 1 };
    let bound = place.word(1).parse::<i64>().ok().and_then(|number| number.checked_add(step));
    match (place.key(-2), bound) {
        (Some(key), Some(bound)) if bound >= 0 => {
            Help::say(format!("\"{operator}\" is strict: write ")).offer(format!("{key}{operator}{bound}"))
        }
        _ => Help::say(format!("only \"{operator}\" is known, which is strict, and integers without a sign")),
    }
}

/// `key>-1`
pub(super) fn signed_number(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_signed = matches!(place.word(-1), ">" | "<") && place.word(0).starts_with(['-', '+']);
    is_signed.then(|| Help::say("the number after \">\" or \"<\" has no sign"))
}

/// `key=~a`, `key!~a`, `key~=a`
pub(super) fn pattern_operator(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_pattern = place.nearby().into_iter().any(|word| word.starts_with('~') || word.ends_with('~'));
    let follows = place.word(1).starts_with('~');
    let words = "there is no matching of patterns; list the values: ";
    (!place.is_query && (is_pattern || follows)).then(|| Help::say(words).offer("key in (a,b)"))
}

/// `k8s:app=x`: Cilium's labels with their source.
pub(super) fn source_prefix(place: &ErrorPlace<'_>) -> Option<Help> {
    const SOURCES: [&str; 3] = ["k8s:", "any:", "container:"];
    let source = SOURCES.into_iter().find(|source| place.word(0).starts_with(source))?;
    if !place.is_about_key() {
        return None;
    }
    // The other keys of the text are likely to have it too, so that it goes everywhere.
    let plain = place.mended(|text| text.replace(source, ""))?;
    Some(Help::say("label keys have no source in front of them: ").offer(plain))
}

/// `key: value`, `key:value`, `key:=value`
pub(super) fn colon(place: &ErrorPlace<'_>) -> Option<Help> {
    let equals = |step| if place.word(step) == "=" { step + 1 } else { step };
    let (key_, value_, next) = if place.is_about_key() {
        match place.word(0).split_once(':')? {
            (key, "") => (key, place.word(equals(1)), equals(1) + 1),
            (key, value) => (key, value, 1),
        }
    } else {
        (place.word(-1).strip_suffix(':')?, place.word(0), 1)
    };
    // A pair has to be the whole requirement: `a:b!=c` has its
    // operator already, and its key stays wrong.
    let is_at_value = place.expected().is_none_or(|expected| expected == Expected::Operator);
    if !is_at_value || !matches!(place.word(next), "" | ",") {
        return None;
    }
    let pair = format!("{}={}", key(key_)?, value(value_)?);
    Some(Help::say("write \"=\" between a key and its value: ").offer(pair))
}

/// `key IN (a,b)`, `key is a`, `key contains a`
pub(super) fn word_operator(place: &ErrorPlace<'_>) -> Option<Help> {
    if place.expected() != Some(Expected::Operator) {
        return None;
    }
    let key = place.key(-1)?;
    let operator = place.word(0).to_lowercase();
    let compared = |sign: &str| Some(Help::write(format!("{key}{sign}{}", place.value(1)?)));
    match operator.as_str() {
        "in" | "notin" => {
            let words = Help::say("operators are written in lower case");
            Some(match place.list(1) {
                Some(list) => words.and(": ").offer(format!("{key} {operator} {list}")),
                None => words,
            })
        }
        "not_in" | "not-in" | "nin" => Some(Help::write(format!("{key} notin {}", place.list(1)?))),
        "exists" => Some(Help::say("to ask whether a key is there write ").offer(key)),
        "is" | "eq" | "equals" => compared("="),
        "ne" => compared("!="),
        "gt" => compared(">"),
        "lt" => compared("<"),
        _ => None,
    }
}

/// `key=value=other`
pub(super) fn second_equals(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_second = place.expected() == Some(Expected::EndOfRequirement)
        && matches!(place.word(0), "=" | "==" | "!=")
        && matches!(place.word(-2), "=" | "==" | "!=");
    is_second.then(|| Help::say("a requirement has one operator, and no value holds \"=\""))
}
