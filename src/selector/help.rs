//! The fix for a text that is no selector: what people write, and what a selector says instead.
//!
//! [`HINTS`] is a list of things that people are seen to write. Each hint looks at the tokens around the place of the error
//! and knows one of them; the first that knows gives the help.

use super::error::{ParseError, ParseErrorKind};
use crate::syntax::{Expected, TokenKind, tokens};
use crate::{LabelErrorKind, LabelPart, LabelValue, Span};

/// How many bytes around the place are looked at: mistakes are close to where they are noticed.
const WINDOW: usize = 2048;

/// How many characters or words of the text are repeated in a help, at most.
const MAX_SHOWN: usize = 40;

/// The fix for `error`, where one is known.
pub(super) fn help(error: &ParseError) -> Option<String> {
    let place = Place::new(error);
    HINTS.iter().find_map(|hint| hint(&place))
}

/// What a hint is: a look at the place, and the help if it is what the hint knows.
type Hint = fn(&Place<'_>) -> Option<String>;

/// What people write, the more telling signs first.
const HINTS: &[Hint] = &[
    json_object,
    placeholder,
    full_width,
    other_operator_and,
    other_operator_or,
    grouping,
    function_call,
    list_without_key,
    absent_or_different,
    list_after_equals,
    not_in,
    not_key,
    bracketed_list,
    missing_parenthesis,
    doubled_operator,
    pattern_operator,
    exclamation_mark,
    colon,
    word_operator,
    quoted_word,
    wildcard,
    semicolon_in_list,
    semicolon,
    second_equals,
    stray_comma,
    unclosed_list,
    two_words,
    two_requirements,
    upper_case_prefix,
];

/// The place of an error: the tokens around it.
struct Place<'e> {
    kind: &'e ParseErrorKind,
    /// The text around the place, cut to a window.
    text: &'e str,
    /// The place within `text`.
    span: Span,
    words: Vec<&'e str>,
    /// Which of `words` is at the place; their number at the end of the text.
    at: usize,
}

impl<'e> Place<'e> {
    fn new(error: &'e ParseError) -> Place<'e> {
        let (text, span) = window(error.text(), error.span());
        let spans: Vec<Span> = tokens(text).map(|token| token.span).collect();
        let at = spans.iter().position(|token| token.end > span.start).unwrap_or(spans.len());
        let words = spans.into_iter().map(|span| span.slice(text)).collect();
        Place { kind: error.kind(), text, span, words, at }
    }

    /// The token `steps` after the one at the place; empty where there is none.
    fn word(&self, steps: isize) -> &'e str {
        let word = self.at.checked_add_signed(steps).and_then(|at| self.words.get(at));
        word.copied().unwrap_or_default()
    }

    /// The token at the place and the one before it: an error is often noticed one token late.
    fn nearby(&self) -> [&'e str; 2] {
        [self.word(0), self.word(-1)]
    }

    /// What the grammar wanted, where that is what is wrong.
    fn expected(&self) -> Option<Expected> {
        match *self.kind {
            ParseErrorKind::Syntax { expected, .. } => Some(expected),
            _ => None,
        }
    }

    /// Whether the text ends where something was expected.
    fn is_at_end(&self) -> bool {
        matches!(self.kind, ParseErrorKind::Syntax { found: None, .. })
    }

    /// Whether the place is between parentheses.
    fn is_in_list(&self) -> bool {
        let before = self.words[..self.at.min(self.words.len())].iter().rev();
        before.copied().find(|word| matches!(*word, "(" | ")")) == Some("(")
    }

    fn is_about_key(&self) -> bool {
        matches!(self.kind, ParseErrorKind::Key(_))
    }
}

/// The part of `text` around `span`, and the span in it.
fn window(text: &str, span: Span) -> (&str, Span) {
    let start = text.floor_char_boundary(span.start.saturating_sub(WINDOW));
    let end = text.ceil_char_boundary(span.end.min(span.start + WINDOW) + WINDOW);
    let place = Span::new(span.start - start, span.end.min(end) - start);
    (&text[start..end], place)
}

/// Whether `word` is an identifier: what is not a symbol.
fn is_identifier(word: &str) -> bool {
    tokens(word).next().is_some_and(|token| token.kind == TokenKind::Identifier)
}

/// `{"app":"web"}`
fn json_object(place: &Place<'_>) -> Option<String> {
    let text = place.text.trim();
    let inside = text.strip_prefix('{')?.trim_start();
    let is_object = place.span.start <= 1 && (inside.starts_with('"') || inside == "}");
    is_object.then(|| {
        "this is JSON: a LabelSelector object goes to --label-selector, or in a line of JSON to its field `selector`"
            .to_owned()
    })
}

/// The signs of East Asian keyboards, and those of the grammar.
const FULL_WIDTH: [(char, char); 8] =
    [('＝', '='), ('！', '!'), ('，', ','), ('、', ','), ('（', '('), ('）', ')'), ('＞', '>'), ('＜', '<')];

/// `app＝web`
fn full_width(place: &Place<'_>) -> Option<String> {
    let is_full = |character: char| FULL_WIDTH.iter().any(|(full, _)| *full == character);
    let word = place.nearby().into_iter().find(|word| word.contains(is_full))?;
    let plain = |character: char| {
        FULL_WIDTH.iter().find(|(full, _)| *full == character).map_or(character, |(_, plain)| *plain)
    };
    let word: String = word.chars().map(plain).take(MAX_SHOWN).collect();
    Some(format!("write the signs in half width: {word}"))
}

/// What placeholders of shells, templates and programs begin and end with.
const PLACEHOLDERS: [(&str, &str); 5] = [("{{", "}}"), ("${", "}"), ("$(", ")"), ("{", "}"), ("<", ">")];

/// `app={{ .Values.name }}`, `app=${APP}`, `app=$APP`, `app={app}`, `app=<app>`, `app=%s`
fn placeholder(place: &Place<'_>) -> Option<String> {
    let bracketed = PLACEHOLDERS.iter().find_map(|&(open, close)| bracketed(place, open, close));
    let found = bracketed.or_else(|| variable(place))?;
    Some(format!("fill in the placeholder {found} first: a selector is read as it stands"))
}

/// A placeholder between `open` and `close` that touches the place.
fn bracketed<'e>(place: &Place<'e>, open: &str, close: &str) -> Option<&'e str> {
    let may_hold_anything = open.len() > 1;
    place.text.match_indices(open).find_map(|(start, _)| {
        let inside = &place.text[start + open.len()..];
        let inside = &inside[..inside.find(close)?];
        let end = start + open.len() + inside.len() + close.len();
        let touches = start < place.span.end.max(place.span.start + 1) && place.span.start < end;
        (touches && (may_hold_anything || is_name(inside))).then(|| &place.text[start..end])
    })
}

/// Whether `text` could be the name of a variable, and not a number or a list.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "_-. ".contains(character))
}

/// `$NAME`, `%s`
fn variable<'e>(place: &Place<'e>) -> Option<&'e str> {
    let word = place.word(0);
    if let Some(start) = word.find('$') {
        let name = &word[start + 1..];
        let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
        return (end > 0).then(|| &word[start..start + 1 + end]);
    }
    ["%s", "%v", "%d", "%q"].into_iter().find_map(|verb| {
        let start = word.find(verb)?;
        Some(&word[start..start + verb.len()])
    })
}

/// `a && b`, `a and b`
fn other_operator_and(place: &Place<'_>) -> Option<String> {
    let is_and = |word: &str| word.contains("&&") || word == "&";
    let spelled = place.expected().is_some() && place.word(0).eq_ignore_ascii_case("and");
    let found = spelled || place.nearby().into_iter().any(is_and);
    found.then(|| "requirements that all have to hold are joined with \",\"".to_owned())
}

/// `a || b`, `a or b`
fn other_operator_or(place: &Place<'_>) -> Option<String> {
    let is_or = |word: &str| word.contains("||") || word == "|";
    let spelled = place.expected().is_some() && place.word(0).eq_ignore_ascii_case("or");
    let found = spelled || place.nearby().into_iter().any(is_or);
    found.then(|| "there is no \"or\"; for several values of one key write key in (a,b)".to_owned())
}

/// `(a=b),c`
fn grouping(place: &Place<'_>) -> Option<String> {
    let is_group = place.expected() == Some(Expected::Requirement) && place.word(0) == "(";
    is_group.then(|| "requirements are not grouped with parentheses".to_owned())
}

/// `!key=value`
fn absent_or_different(place: &Place<'_>) -> Option<String> {
    let is_comparison = place.word(-2) == "!" && matches!(place.word(0), "=" | "==");
    let (key, value) = (shown_key(place.word(-1)), shown_value(place.word(1)));
    is_comparison.then(|| format!("write {key}!={value}"))
}

/// `has(key)`, `all()`: calls of Calico's language
fn function_call(place: &Place<'_>) -> Option<String> {
    let name = place.word(-1);
    let is_call =
        place.word(0) == "(" && is_identifier(name) && place.expected() != Some(Expected::CommaOrCloseParen);
    if !is_call || matches!(name, "in" | "notin") {
        return None;
    }
    Some(match name {
        "all" | "global" => "there are no functions; the empty selector selects everything".to_owned(),
        "has" if is_identifier(place.word(1)) => {
            let not = if place.word(-2) == "!" { "!" } else { "" };
            format!("there are no functions; to ask whether a key is there write {not}{}", place.word(1))
        }
        _ => "there are no functions, and requirements are not grouped with parentheses".to_owned(),
    })
}

/// `in (a,b)`
fn list_without_key(place: &Place<'_>) -> Option<String> {
    let keyword = place.word(-1);
    let is_first = place.word(0) == "(" && matches!(place.word(-2), "" | ",");
    (is_first && matches!(keyword, "in" | "notin")).then(|| format!("put the key first: key {keyword} (a,b)"))
}

/// `key=(a,b)`
fn list_after_equals(place: &Place<'_>) -> Option<String> {
    let keyword = match place.word(-1) {
        _ if place.word(0) != "(" => return None,
        "=" | "==" => "in",
        "!=" => "notin",
        _ => return None,
    };
    Some(format!("for one of several values write {} {keyword} (a,b)", shown_key(place.word(-2))))
}

/// `key`, or the word "key" where the text has none or a long one.
fn shown_key(key: &str) -> &str {
    if is_identifier(key) && key.len() <= 63 { key } else { "key" }
}

/// `key not in (a,b)`, `key !in (a,b)`
fn not_in(place: &Place<'_>) -> Option<String> {
    let is_not = |word: &str| word == "!" || word.eq_ignore_ascii_case("not");
    let is_in = place.expected() == Some(Expected::Operator) && place.word(1).eq_ignore_ascii_case("in");
    (is_in && is_not(place.word(0)))
        .then(|| format!("write {} notin {}", shown_key(place.word(-1)), shown_list(place, 2)))
}

/// `not key`, `NOT key=value`
fn not_key(place: &Place<'_>) -> Option<String> {
    let is_not = place.word(-1).eq_ignore_ascii_case("not") && matches!(place.word(-2), "" | ",");
    if !is_not || place.expected() != Some(Expected::Operator) || !is_identifier(place.word(0)) {
        return None;
    }
    let key = shown_key(place.word(0));
    Some(match place.word(1) {
        "=" | "==" => format!("write {key}!={}", shown_value(place.word(2))),
        "in" => format!("write {key} notin {}", shown_list(place, 2)),
        _ => format!("write !{key}"),
    })
}

/// `key!`, `key!value`
fn exclamation_mark(place: &Place<'_>) -> Option<String> {
    if place.expected() != Some(Expected::Operator) || place.word(0) != "!" {
        return None;
    }
    let key = shown_key(place.word(-1));
    Some(match place.word(1) {
        value if is_identifier(value) => format!("write {key}!={}", shown_value(value)),
        _ => format!("to ask that a key is not there write !{key}"),
    })
}

/// The list that opens `steps` after the place as it should be written, or one for example where it has no end or
/// values that Kubernetes does not take.
fn shown_list(place: &Place<'_>, steps: isize) -> String {
    let inside = (steps + 1..).map(|step| place.word(step)).take_while(|word| !matches!(*word, ")" | ""));
    let words: Vec<&str> = inside.take(MAX_SHOWN).collect();
    let values: Vec<&str> = words.iter().filter(|word| **word != ",").map(|word| unquoted(word)).collect();
    let is_closed = place.word(steps + 1 + words.len() as isize) == ")";
    let are_good = values.iter().all(|value| is_identifier(value) && LabelValue::new(value).is_ok());
    match place.word(steps) == "(" && is_closed && are_good {
        true => format!("({})", values.join(",")),
        false => "(a,b)".to_owned(),
    }
}

/// `key in [a,b]`, `key in {a,b}`
fn bracketed_list(place: &Place<'_>) -> Option<String> {
    let is_bracket = place.word(0).starts_with(['[', '{']);
    let is_list = is_bracket && matches!(place.word(-1), "in" | "notin" | "=" | "==" | "(");
    is_list.then(|| "a list stands in parentheses: key in (a,b)".to_owned())
}

/// `key in a,b`
fn missing_parenthesis(place: &Place<'_>) -> Option<String> {
    if place.expected() != Some(Expected::OpenParen) {
        return None;
    }
    let (key, keyword) = (shown_key(place.word(-2)), place.word(-1));
    Some(format!(
        "put the values in parentheses: {key} {keyword} ({})",
        bare_list(place).unwrap_or("a,b".to_owned())
    ))
}

/// The values at the place, with commas between them, if Kubernetes takes all of them.
fn bare_list(place: &Place<'_>) -> Option<String> {
    let mut values = vec![place.word(0)];
    let mut steps = 1;
    // The next word is another value and not a requirement if no operator follows it.
    while place.word(steps) == ","
        && is_identifier(place.word(steps + 1))
        && matches!(place.word(steps + 2), "" | ",")
    {
        values.push(place.word(steps + 1));
        steps += 2;
    }
    let values: Vec<&str> = values.into_iter().map(unquoted).collect();
    let are_good = values.iter().all(|value| is_identifier(value) && LabelValue::new(value).is_ok());
    are_good.then(|| values.join(","))
}

/// `key===a`, `key>=4`, `key<>a`
fn doubled_operator(place: &Place<'_>) -> Option<String> {
    let key = shown_key(place.word(-2));
    match (place.word(-1), place.word(0)) {
        ("==", "=" | "==") => Some(format!("write {key}={}", shown_value(place.word(1)))),
        ("=", ">" | "<") => Some("\">\" and \"<\" stand alone and compare integers".to_owned()),
        ("<", ">") => Some(format!("write {key}!={}", shown_value(place.word(1)))),
        (operator @ (">" | "<"), "=" | "==") => Some(strict(key, operator, place.word(1))),
        _ => None,
    }
}

/// `value`, or a name for it where the text has none that could be meant.
fn shown_value(value: &str) -> &str {
    let value = unquoted(value);
    if is_identifier(value) && LabelValue::new(value).is_ok() { value } else { "value" }
}

/// What to write for `key>=number`.
fn strict(key: &str, operator: &str, number: &str) -> String {
    let step = if operator == ">" { -1 } else { 1 };
    match number.parse::<i64>().ok().and_then(|number| number.checked_add(step)) {
        Some(bound) if bound >= 0 => format!("\"{operator}\" is strict: write {key}{operator}{bound}"),
        _ => format!("only \"{operator}\" is known, which is strict, and integers"),
    }
}

/// `key=~a`, `key!~a`, `key~=a`
fn pattern_operator(place: &Place<'_>) -> Option<String> {
    let is_pattern = place.nearby().into_iter().any(|word| word.starts_with('~') || word.ends_with('~'));
    let follows = matches!(place.word(1), word if word.starts_with('~'));
    (is_pattern || follows)
        .then(|| "there is no matching of patterns; list the values: key in (a,b)".to_owned())
}

/// `key: value`, `key:value`
fn colon(place: &Place<'_>) -> Option<String> {
    let (key, value) = if place.is_about_key() {
        let (key, value) = place.word(0).split_once(':')?;
        (key, if value.is_empty() { place.word(1) } else { value })
    } else {
        (place.word(-1).strip_suffix(':')?, place.word(0))
    };
    place.expected().is_none_or(|expected| expected == Expected::Operator).then_some(())?;
    Some(format!(
        "write \"=\" between a key and its value: {}={}",
        shown_key(unquoted(key)),
        shown_value(value)
    ))
}

/// `key IN (a,b)`, `key is a`, `key contains a`
fn word_operator(place: &Place<'_>) -> Option<String> {
    if place.expected() != Some(Expected::Operator) {
        return None;
    }
    let key = shown_key(place.word(-1));
    match place.word(0).to_lowercase().as_str() {
        keyword @ ("in" | "notin") => {
            Some(format!("operators are written in lower case: {key} {keyword} {}", shown_list(place, 1)))
        }
        "not_in" | "not-in" | "nin" => Some(format!("write {key} notin {}", shown_list(place, 1))),
        "exists" => Some(format!("to ask whether a key is there write {key}")),
        "is" | "eq" | "equals" => Some(format!("write {key}={}", shown_value(place.word(1)))),
        "ne" => Some(format!("write {key}!={}", shown_value(place.word(1)))),
        "gt" => Some(format!("write {key}>{}", shown_value(place.word(1)))),
        "lt" => Some(format!("write {key}<{}", shown_value(place.word(1)))),
        _ => None,
    }
}

const QUOTES: [char; 7] = ['"', '\'', '`', '‘', '’', '“', '”'];

/// `word` without the quotation marks around it.
fn unquoted(word: &str) -> &str {
    word.trim_matches(QUOTES)
}

/// `key="value"`, `key == 'value'`
fn quoted_word(place: &Place<'_>) -> Option<String> {
    let word = place.nearby().into_iter().find(|word| word.contains(QUOTES))?;
    let plain = unquoted(word);
    let is_whole = word.len() > plain.len() && word.ends_with(QUOTES) && word.starts_with(QUOTES);
    if is_whole && is_identifier(plain) && LabelValue::new(plain).is_ok() {
        return Some(format!("keys and values stand without quotation marks: {plain}"));
    }
    if is_whole && plain.is_empty() {
        return Some(
            "keys and values stand without quotation marks; for the empty value write nothing".to_owned(),
        );
    }
    Some("keys and values stand without quotation marks, and hold no white space".to_owned())
}

/// `key=*`, `key=web-*`
fn wildcard(place: &Place<'_>) -> Option<String> {
    if place.word(0) == "*" && matches!(place.word(-1), "=" | "==") {
        return Some(format!("to ask whether a key is there write {}", shown_key(place.word(-2))));
    }
    let is_wildcard = place.nearby().into_iter().any(|word| word.contains('*'));
    is_wildcard.then(|| "there are no wildcards; list the values: key in (a,b)".to_owned())
}

/// `key in (a;b)`
fn semicolon_in_list(place: &Place<'_>) -> Option<String> {
    let found = place.is_in_list() && place.nearby().into_iter().any(|word| word.contains(';'));
    found.then(|| "the values of a list are separated by \",\"".to_owned())
}

/// `key=value=other`
fn second_equals(place: &Place<'_>) -> Option<String> {
    let is_second = place.expected() == Some(Expected::EndOfRequirement)
        && matches!(place.word(0), "=" | "==" | "!=")
        && matches!(place.word(-2), "=" | "==" | "!=");
    is_second.then(|| "a requirement has one operator; requirements are joined with \",\"".to_owned())
}

/// `a=b;c=d`
fn semicolon(place: &Place<'_>) -> Option<String> {
    let found = place.nearby().into_iter().any(|word| word.contains(';'));
    found.then(|| "requirements are joined with \",\"".to_owned())
}

/// `,a`, `a,,b`, `a,`
fn stray_comma(place: &Place<'_>) -> Option<String> {
    if place.expected() != Some(Expected::Requirement) {
        return None;
    }
    match (place.word(-1), place.word(0)) {
        (",", ",") => Some("leave out one of the two \",\"".to_owned()),
        (_, ",") => Some("leave out the \",\" at the start".to_owned()),
        (",", "") => Some("leave out the \",\" at the end".to_owned()),
        _ => None,
    }
}

/// `key in (a,b`
fn unclosed_list(place: &Place<'_>) -> Option<String> {
    match place.expected()? {
        Expected::CommaOrCloseParen if is_identifier(place.word(0)) => {
            Some("the values of a list are separated by \",\"".to_owned())
        }
        Expected::CommaOrCloseParen | Expected::ValueOrCloseParen if place.is_at_end() => {
            Some("close the list with \")\"".to_owned())
        }
        Expected::CommaOrCloseParen if matches!(place.word(0), "=" | "==" | "!=" | ">" | "<") => {
            Some("close the list with \")\" before the next requirement".to_owned())
        }
        _ => None,
    }
}

/// `key=a b`, `key in (a) b`
fn two_words(place: &Place<'_>) -> Option<String> {
    if place.expected() != Some(Expected::EndOfRequirement) || !is_identifier(place.word(0)) {
        return None;
    }
    let white_space =
        if is_identifier(place.word(-1)) { "keys and values hold no white space, and " } else { "" };
    Some(format!("{white_space}requirements are joined with \",\""))
}

/// `key other`
fn two_requirements(place: &Place<'_>) -> Option<String> {
    let is_word = place.expected() == Some(Expected::Operator) && is_identifier(place.word(0));
    let (key, word) = (place.word(-1), place.word(0));
    let (key, word) = (shown_key(key), shown_value(word));
    is_word.then(|| format!("write {key}={word} for a key and its value, {key},{word} for two keys"))
}

/// `Example.com/key`
fn upper_case_prefix(place: &Place<'_>) -> Option<String> {
    match *place.kind {
        ParseErrorKind::Key(LabelErrorKind::BadCharacter { part: LabelPart::Prefix, character })
            if character.is_ascii_uppercase() =>
        {
            let (prefix, name) = place.word(0).split_once('/')?;
            Some(format!("write {}/{name}", prefix.to_ascii_lowercase()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Selector;

    /// What people write, and the help they get.
    const CASES: &[(&str, &str)] = &[
        (
            "app={{ .Values.name }}-x",
            "fill in the placeholder {{ .Values.name }} first: a selector is read as it stands",
        ),
        ("app=${APP}", "fill in the placeholder ${APP} first: a selector is read as it stands"),
        ("app=$(APP)", "fill in the placeholder $(APP) first: a selector is read as it stands"),
        ("app=$APP,x", "fill in the placeholder $APP first: a selector is read as it stands"),
        ("app={app}", "fill in the placeholder {app} first: a selector is read as it stands"),
        ("app=<app>", "fill in the placeholder <app> first: a selector is read as it stands"),
        ("app=web-%s", "fill in the placeholder %s first: a selector is read as it stands"),
        ("a=1 && b=2", r#"requirements that all have to hold are joined with ",""#),
        ("a=1&&b=2", r#"requirements that all have to hold are joined with ",""#),
        ("a and b", r#"requirements that all have to hold are joined with ",""#),
        ("a=1 || b=2", r#"there is no "or"; for several values of one key write key in (a,b)"#),
        ("a or b", r#"there is no "or"; for several values of one key write key in (a,b)"#),
        ("(a=b),c", "requirements are not grouped with parentheses"),
        ("has(x)", "there are no functions; to ask whether a key is there write x"),
        ("!has(x/y)", "there are no functions; to ask whether a key is there write !x/y"),
        ("all()", "there are no functions; the empty selector selects everything"),
        ("f(x)", "there are no functions, and requirements are not grouped with parentheses"),
        ("in (a,b)", "put the key first: key in (a,b)"),
        (",notin (a)", r#"leave out the "," at the start"#),
        ("!a=b", "write a!=b"),
        ("a=(b,c)", "for one of several values write a in (a,b)"),
        ("a!=(b,c)", "for one of several values write a notin (a,b)"),
        ("a not in (b)", "write a notin (b)"),
        ("a !in (b,'c')", "write a notin (b,c)"),
        ("a not in (b", "write a notin (a,b)"),
        ("a not in b", "write a notin (a,b)"),
        ("not a", "write !a"),
        ("x,NOT a,b", "write !a"),
        ("not a=b", "write a!=b"),
        ("not a in (b,c)", "write a notin (b,c)"),
        ("a!", "to ask that a key is not there write !a"),
        ("a!b", "write a!=b"),
        ("a in [b,c]", "a list stands in parentheses: key in (a,b)"),
        ("a in {'b'}", "a list stands in parentheses: key in (a,b)"),
        ("a in b,c,d=e", "put the values in parentheses: a in (b,c)"),
        ("a in 'b'", "put the values in parentheses: a in (b)"),
        ("a notin", "put the values in parentheses: a notin (a,b)"),
        ("a===b", "write a=b"),
        ("a=>b", r#"">" and "<" stand alone and compare integers"#),
        ("a<>b", "write a!=b"),
        ("a>=5", r#"">" is strict: write a>4"#),
        ("a<=5", r#""<" is strict: write a<6"#),
        ("a>=0", r#"only ">" is known, which is strict, and integers"#),
        ("a<=x", r#"only "<" is known, which is strict, and integers"#),
        ("a=~b", "there is no matching of patterns; list the values: key in (a,b)"),
        ("a!~b", "there is no matching of patterns; list the values: key in (a,b)"),
        ("a~=b", "there is no matching of patterns; list the values: key in (a,b)"),
        ("a: b", r#"write "=" between a key and its value: a=b"#),
        ("a:b", r#"write "=" between a key and its value: a=b"#),
        (r#""a": "b""#, r#"write "=" between a key and its value: a=b"#),
        ("a IN (b)", "operators are written in lower case: a in (b)"),
        ("a NotIn (b, c)", "operators are written in lower case: a notin (b,c)"),
        ("a IN (b c/d)", "operators are written in lower case: a in (a,b)"),
        ("a not-in (b)", "write a notin (b)"),
        ("a exists", "to ask whether a key is there write a"),
        ("a is b", "write a=b"),
        ("a ne b", "write a!=b"),
        ("a gt 5", "write a>5"),
        ("a lt 5", "write a<5"),
        (r#"a="b""#, "keys and values stand without quotation marks: b"),
        (r#"a=="b c""#, "keys and values stand without quotation marks, and hold no white space"),
        ("a=''", "keys and values stand without quotation marks; for the empty value write nothing"),
        (r#""a"=b"#, "keys and values stand without quotation marks: a"),
        ("a=‘b’", "keys and values stand without quotation marks: b"),
        ("a=*", "to ask whether a key is there write a"),
        ("a=web-*", "there are no wildcards; list the values: key in (a,b)"),
        ("a=b;c=d", r#"requirements are joined with ",""#),
        ("a in (x;y)", r#"the values of a list are separated by ",""#),
        ("a in (x),b=y;c", r#"requirements are joined with ",""#),
        ("a=b=c", r#"a requirement has one operator; requirements are joined with ",""#),
        ("a==b==c", r#"a requirement has one operator; requirements are joined with ",""#),
        ("a＝b，c", "write the signs in half width: a=b,c"),
        ("a in （b）", "write the signs in half width: (b)"),
        (
            r#"{"matchLabels":{"a":"b"}}"#,
            "this is JSON: a LabelSelector object goes to --label-selector, or in a line of JSON to its field `selector`",
        ),
        (
            "{}",
            "this is JSON: a LabelSelector object goes to --label-selector, or in a line of JSON to its field `selector`",
        ),
        ("a,,b", r#"leave out one of the two ",""#),
        (",a", r#"leave out the "," at the start"#),
        ("a,", r#"leave out the "," at the end"#),
        ("a in (b c)", r#"the values of a list are separated by ",""#),
        ("a in (b", r#"close the list with ")""#),
        ("a in (b,", r#"close the list with ")""#),
        ("a in (b, c=d", r#"close the list with ")" before the next requirement"#),
        ("a=b c", r#"keys and values hold no white space, and requirements are joined with ",""#),
        ("a in (b) c", r#"requirements are joined with ",""#),
        ("a b", "write a=b for a key and its value, a,b for two keys"),
        ("Example.com/X=1", "write example.com/X"),
    ];

    fn error(text: &str) -> ParseError {
        text.parse::<Selector>().unwrap_err()
    }

    #[test]
    fn known_mistakes_get_their_help() {
        for (text, help) in CASES {
            assert_eq!(error(text).help().as_deref(), Some(*help), "{text}");
        }
    }

    #[test]
    fn every_hint_has_a_case() {
        let errors: Vec<ParseError> = CASES.iter().map(|(text, _)| error(text)).collect();
        let first_to_know = |error| HINTS.iter().position(|hint| hint(&Place::new(error)).is_some());
        let known: Vec<_> = errors.iter().filter_map(first_to_know).collect();
        let without: Vec<usize> = (0..HINTS.len()).filter(|hint| !known.contains(hint)).collect();
        assert_eq!(without, [0; 0], "places in HINTS");
    }

    #[test]
    fn what_nobody_knows_gets_no_help() {
        for text in ["a=é", "a>1.5", "!", "\0", "a/b/c", "a in (b)("] {
            assert_eq!(error(text).help(), None, "{text}");
        }
    }

    #[test]
    fn a_placeholder_elsewhere_is_not_blamed() {
        assert_eq!(
            error("a=b c,d=${D}").help().as_deref(),
            Some("keys and values hold no white space, and requirements are joined with \",\"")
        );
    }

    #[test]
    fn long_texts_are_looked_at_only_around_the_place() {
        let far = "é".repeat(WINDOW);
        let text = format!("{far}={far},a b,{far}");
        let place = far.len() * 2 + 4;
        let (part, span) = window(&text, Span::new(place, place + 1));
        assert_eq!(span.slice(part), "b");
        assert!(part.len() <= 2 * WINDOW + 4);
    }
}
