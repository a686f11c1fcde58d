//! Mistakes of those who write queries.

use super::Help;
use super::place::{ErrorPlace, QUOTES, is_query, unquoted};
use crate::syntax::{Expected, Function, Parameter};

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

/// How many ends of what follows an operator are tried, each of which is parsed.
const MAX_ENDS: usize = 32;

/// `!key=value`, `!key=~"a.*"`, `!status()=Running`
pub(super) fn absent_or_different(place: &ErrorPlace<'_>) -> Option<Help> {
    place.expected()?;
    let (before, rest) = place.text.split_at(place.span.start);
    let subject = unquoted(before.rsplit_once('!')?.1.trim());
    // The `!` has to be that of the subject, with nothing but the subject behind it.
    let is_subject = !subject.contains([',', '&', '|', '=', '<', '>']) && is_query(subject);
    let is_operator = rest.starts_with(['=', '!', '<', '>']) || matches!(place.word(0), "in" | "notin");
    if !is_subject || !is_operator {
        return None;
    }
    let ends = rest.match_indices([',', '&', '|', ')']).map(|(end, _)| end).chain([rest.len()]);
    // The first that makes a query of it: a list and a text in quotation marks hold commas too.
    let mut tried = ends.take(MAX_ENDS).map(|end| format!("!({subject}{})", spaced(rest[..end].trim_end())));
    Some(Help::write(tried.find(|text| is_query(text))?))
}

/// A keyword stands apart from its subject.
fn spaced(operator: &str) -> String {
    if operator.starts_with(|it: char| it.is_ascii_alphabetic()) {
        format!(" {operator}")
    } else {
        operator.to_owned()
    }
}

/// `taint(gpu=true:NoSchedule)`
pub(super) fn value_with_sign(place: &ErrorPlace<'_>) -> Option<Help> {
    let (before, rest) = place.text.split_at(place.span.start);
    let (head, arguments) = before.rsplit_once('(')?;
    let name = head.trim_end().rsplit(|it: char| !it.is_ascii_alphabetic() && it != '-').next()?;
    let takes_words = Function::named(name)
        .is_some_and(|it| matches!(it.row().parameter, Parameter::Values | Parameter::Word(_)));
    // Before the sign stands a part of the value: `restarts(>5)` means no text.
    let start = arguments.rsplit(',').next().map(str::trim_start).filter(|start| !start.is_empty())?;
    let end = rest.find([',', ')'])?;
    let value = format!("{start}{}", rest[..end].trim_end());
    if !takes_words || !rest.starts_with('=') || value.contains(QUOTES) {
        return None;
    }
    Some(Help::say("quote a value that holds a sign: ").offer(format!("{name}('{value}')")))
}

/// `k=a || k=b || …`, a hundred thousand times
pub(super) fn too_long(place: &ErrorPlace<'_>) -> Option<Help> {
    let is_too_long = place.expected() == Some(Expected::LessLength);
    is_too_long
        .then(|| Help::say("values of one subject stand in a list of any length: ").offer("key in (a,b)"))
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
