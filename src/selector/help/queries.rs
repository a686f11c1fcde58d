//! Mistakes of those who write queries.

use super::Help;
use super::place::ErrorPlace;
use crate::syntax::Expected;

/// `a and b`, `a | b`, `not a`: words are keys and never operators, and operators have two signs.
pub(super) fn word_for_sign(place: &ErrorPlace<'_>) -> Option<Help> {
    place.expected()?;
    let sign = match place.word(0).to_ascii_lowercase().as_str() {
        "and" | "&" => "&&",
        "or" | "|" => "||",
        _ if place.word(-1).eq_ignore_ascii_case("not") => return Some(Help::say("\"not\" is !( )")),
        _ => return None,
    };
    Some(Help::say(format!("{:?} is {sign}", place.word(0))))
}

/// `!key=value`
pub(super) fn absent_or_different(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_comparison = place.word(-2) == "!" && matches!(place.word(0), "=" | "==" | "in");
    let key = place.key(-1)?;
    let rest = match place.word(0) {
        "in" => format!(" in {}", place.list(1)?),
        sign => format!("{sign}{}", place.value(1)?),
    };
    // These are words and no offers: offers have to be selectors, which know no `!( )`.
    is_comparison.then(|| Help::say(format!("write !({key}{rest})")))
}

/// `key=~web.*`
pub(super) fn bare_expression(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_bare = place.expected() == Some(Expected::Quoted);
    is_bare.then(|| Help::say("write the expression in quotation marks: =~ 'web-[0-9]+'"))
}

/// `[?(@.type=="Ready")]`
pub(super) fn json_path(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_filter = place.whole.contains("[?(@") && place.expected().is_some();
    is_filter.then(|| Help::say("a filter in brackets is a query: .status.conditions[.type=Ready]"))
}
