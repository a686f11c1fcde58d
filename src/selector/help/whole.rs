//! Texts that are something else as a whole: JSON, a command, a template, a text of another keyboard.

use std::collections::BTreeMap;

use super::Help;
use super::place::{ErrorPlace, QUOTES, is_selector, key, unquoted, value};
use crate::{LabelSelector, Selector};

/// `{"matchLabels":{"app":"web"}}`, `{"app":"web"}`
pub(super) fn json_object(place: &ErrorPlace<'_>) -> Option<Help> {
    let text = place.text.trim();
    let inside = text.strip_prefix('{')?.trim_start();
    // The first sign of JSON is wrong already. A mistake further on is another one.
    if place.span.start > 1 || !(inside.starts_with('"') || inside == "}") {
        return None;
    }
    // A map of labels goes first: as a LabelSelector it has unknown
    // fields alone, and selects everything.
    if let Some(labels) = label_map(text) {
        return Some(Help::say("this is a map in JSON; as a selector write ").offer(labels));
    }
    let is_json = Help::say(
        "this is JSON: a LabelSelector object goes to --label-selector, or in a line of JSON to its field `selector`",
    );
    Some(match object_text(text) {
        Some(selector) => is_json.and("; as a text it is ").offer(selector),
        None => is_json,
    })
}

/// The text of a LabelSelector object that says something and nothing else.
fn object_text(json: &str) -> Option<String> {
    let object: LabelSelector = serde_json::from_str(json).ok()?;
    let is_plain = object.unknown_fields().is_empty();
    let text = Selector::try_from(object).ok().filter(|_| is_plain)?.canonical()?;
    Some(text).filter(|text| is_selector(text))
}

/// The requirements that a map of labels in JSON stands for.
fn label_map(json: &str) -> Option<String> {
    let labels: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
    let pairs: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    Some(pairs.join(",")).filter(|text| is_selector(text))
}

/// `{app: x}`, `{app="x",env!="y"}`
pub(super) fn braces(place: &ErrorPlace<'_>) -> Option<Help> {
    let inside = place.whole.trim().strip_prefix('{')?.strip_suffix('}')?;
    if let Some(map) = yaml_map(inside) {
        return Some(Help::say("this is a map of YAML; as a selector write ").offer(map));
    }
    let plain = place.mended(|_| inside.to_owned())?;
    Some(Help::say("a selector stands without braces: ").offer(plain))
}

/// The requirements that a map of labels in YAML's flow style stands for.
fn yaml_map(inside: &str) -> Option<String> {
    let pairs = inside.split(',').map(|pair| {
        let (left, right) = pair.split_once(':')?;
        Some(format!("{}={}", key(left.trim())?, value(right.trim())?))
    });
    Some(pairs.collect::<Option<Vec<_>>>()?.join(","))
}

/// `kubectl get pods -l app=x`, `-l app=x`, `--selector=app=x`
pub(super) fn command_line(place: &ErrorPlace<'_>) -> Option<Help> {
    let selector = option_value(place.text)?;
    let is_alone = Help::say("a selector stands here without the command around it");
    Some(match selector {
        Some(selector) => is_alone.and(": ").offer(selector),
        None => is_alone,
    })
}

/// What follows `-l` or `--selector` in `text`, if there is such an option; within, the selector if it is one.
fn option_value(text: &str) -> Option<Option<&str>> {
    let rest = option_places(text).next()?;
    let (quote, inside) = match rest.strip_prefix(QUOTES) {
        Some(inside) => (true, inside),
        None => (false, rest),
    };
    let ends = match quote {
        true => [inside.find(QUOTES), None, None],
        // Without quotation marks nothing says where the selector ends. The longest of these that
        // is one counts, so that `-l a in (b) -n shop` keeps its list.
        false => [Some(inside.len()), inside.find(" -"), inside.find(char::is_whitespace)],
    };
    let parts = ends.into_iter().flatten().map(|end| inside[..end].trim());
    Some(parts.into_iter().find(|part| is_selector(part)))
}

/// What follows each `-l` and `--selector` that begins a word.
fn option_places(text: &str) -> impl Iterator<Item = &str> {
    let words = text.match_indices("-l").chain(text.match_indices("--selector"));
    words.filter_map(|(start, name)| {
        let is_word = text[..start].chars().next_back().is_none_or(char::is_whitespace);
        let rest = &text[start + name.len()..];
        // A short option may touch its value, as in `-lapp=x`.
        let is_option = name == "-l" || rest.starts_with([' ', '=']);
        (is_word && is_option).then(|| rest.strip_prefix('=').unwrap_or(rest).trim_start())
    })
}

/// What people pipe the output of a command into.
const FILTERS: [&str; 16] = [
    "wc", "grep", "egrep", "head", "tail", "sort", "uniq", "less", "more", "jq", "yq", "awk", "sed", "cut",
    "xargs", "tee",
];

/// `env | wc -l`
pub(super) fn pipe(place: &ErrorPlace<'_>) -> Option<Help> {
    let (before, after) = place.text.split_once('|')?;
    let command = after.split_whitespace().next()?;
    if !FILTERS.contains(&command) {
        return None;
    }
    let words = Help::say("a selector is read as a whole, also a pipe and the command behind it");
    let selector = before.trim();
    Some(if is_selector(selector) { words.and("; without them it is ").offer(selector) } else { words })
}

/// The signs of East Asian keyboards, and those of the grammar.
const FULL_WIDTH: [(char, char); 9] = [
    ('＝', '='),
    ('！', '!'),
    ('，', ','),
    ('、', ','),
    ('（', '('),
    ('）', ')'),
    ('＞', '>'),
    ('＜', '<'),
    ('\u{3000}', ' '),
];

/// `app＝web`
pub(super) fn full_width(place: &ErrorPlace<'_>) -> Option<Help> {
    let half = |wide: char| FULL_WIDTH.iter().find(|(full, _)| *full == wide).map(|(_, plain)| *plain);
    place.nearby().into_iter().find(|word| word.chars().any(|wide| half(wide).is_some()))?;
    let mended = place.mended(|text| text.chars().map(|wide| half(wide).unwrap_or(wide)).collect());
    let words = Help::say("write the signs in half width");
    Some(match mended {
        Some(text) => words.and(": ").offer(text),
        None => words,
    })
}

/// What is seen as a space or not seen at all, and is no white space of the grammar.
fn is_odd_space(character: char) -> bool {
    let is_blank = character.is_whitespace() && !matches!(character, ' ' | '\t' | '\r' | '\n');
    is_blank || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// `app in (web)` with no-break spaces, which web pages and word processors put in.
pub(super) fn odd_space(place: &ErrorPlace<'_>) -> Option<Help> {
    let odd = place.nearby().into_iter().find_map(|word| word.chars().find(|&it| is_odd_space(it)))?;
    let name = format!("U+{:04X}", u32::from(odd));
    let plain = |character: char| match character {
        it if !is_odd_space(it) => Some(it),
        it if it.is_whitespace() => Some(' '),
        _ => None,
    };
    let mended = place.mended(|text| text.chars().filter_map(plain).collect());
    let words =
        Help::say("there is an invisible character or another space than the plain one, ").quote(&name);
    Some(match mended {
        Some(text) => words.and("; with plain ones it is ").offer(text),
        None => words,
    })
}

/// What placeholders of shells, templates and programs begin and end with.
// `{{` goes before `{`, which begins it.
const PLACEHOLDERS: [(&str, &str); 5] = [("{{", "}}"), ("${", "}"), ("$(", ")"), ("{", "}"), ("<", ">")];

/// `app={{ .Values.name }}`, `app=${APP}`, `app=$APP`, `app={app}`, `app=<app>`, `app=%s`
pub(super) fn placeholder(place: &ErrorPlace<'_>) -> Option<Help> {
    let bracketed = PLACEHOLDERS.iter().find_map(|&(open, close)| bracketed(place, open, close));
    let found = bracketed.or_else(|| variable(place))?;
    let words = Help::say("fill in the placeholder ").quote(found);
    Some(words.and(" first: a selector is read as it stands"))
}

/// A placeholder between `open` and `close` that touches the place.
fn bracketed<'e>(place: &ErrorPlace<'e>, open: &str, close: &str) -> Option<&'e str> {
    let may_hold_anything = open.len() > 1;
    place.text.match_indices(open).find_map(|(start, _)| {
        let inside = &place.text[start + open.len()..];
        let inside = &inside[..inside.find(close)?];
        let end = start + open.len() + inside.len() + close.len();
        let touches = start < place.span.end.max(place.span.start + 1) && place.span.start < end;
        // `<` and `{` alone stand in other texts too, so that there has to be a name between them.
        (touches && (may_hold_anything || is_name(inside))).then(|| &place.text[start..end])
    })
}

/// Whether `text` could be the name of a variable, and not a number or a list.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "_-. ".contains(character))
}

/// `$NAME`, `%s`
fn variable<'e>(place: &ErrorPlace<'e>) -> Option<&'e str> {
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

/// `key="value"`, `key == 'value'`
pub(super) fn quoted_word(place: &ErrorPlace<'_>) -> Option<Help> {
    // A query may have quotation marks: what is wrong is something else.
    let word = place.nearby().into_iter().find(|word| word.contains(QUOTES) && !place.is_query)?;
    let words = Help::say("keys and values stand without quotation marks");
    if let Some(text) = place.mended(str::to_owned) {
        return Some(words.and(": ").offer(text));
    }
    let is_whole = word.ends_with(QUOTES) && word.starts_with(QUOTES);
    Some(match value(word).filter(|_| is_whole) {
        Some(plain) => words.and(": ").offer(plain),
        None if is_whole && unquoted(word).is_empty() => words.and("; for the empty value write nothing"),
        None => words.and(", and hold no white space"),
    })
}
