//! What Kubernetes says of a selector that it cannot read, in its own words.
//!
//! The scheduler's errors carry these texts (`apimachinery`: `labels.NewRequirement`, `validation.IsQualifiedName`), so that they
//! have to be the same to the letter. What selq itself says of a selector is in [`selector`](crate::selector).

use std::collections::HashSet;

use crate::LabelSelector;
use crate::selector::integer;

const QUALIFIED_NAME: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const SUBDOMAIN: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
/// What an expression of a LabelSelector may say.
const LABEL_OPERATORS: [&str; 4] = ["In", "NotIn", "Exists", "DoesNotExist"];
/// What an expression about a node's labels may say.
pub(super) const NODE_OPERATORS: [&str; 6] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
/// What one about a node's fields may say.
pub(super) const FIELD_OPERATORS: [&str; 2] = ["In", "NotIn"];

/// Several problems in one text, each once.
pub(super) fn aggregate(problems: Vec<String>) -> String {
    let mut told = HashSet::new();
    let distinct: Vec<&String> = problems.iter().filter(|it| told.insert(it.as_str())).collect();
    match distinct[..] {
        [only] => only.clone(),
        ref all => {
            let all: Vec<&str> = all.iter().map(|it| it.as_str()).collect();
            format!("[{}]", all.join(", "))
        }
    }
}

/// What is wrong with a LabelSelector: the first part of it that is.
pub(super) fn label_selector(selector: &LabelSelector) -> Option<String> {
    for (key, value) in &selector.match_labels {
        let mut problems: Vec<String> = key_problem("", key).into_iter().collect();
        problems.extend(value_problem("", key, 0, value));
        if !problems.is_empty() {
            return Some(aggregate(problems));
        }
    }
    selector.match_expressions.iter().find_map(|expression| {
        if !LABEL_OPERATORS.contains(&expression.operator.as_str()) {
            return Some(format!("{} is not a valid label selector operator", quoted(&expression.operator)));
        }
        // The list is copied before it is looked at, and a copy of an empty one is none.
        let values = Some(&expression.values[..]).filter(|values| !values.is_empty());
        let problems = requirement("", &expression.key, &expression.operator, values);
        (!problems.is_empty()).then(|| aggregate(problems))
    })
}

/// What is wrong with a requirement that stands at `at`.
pub(super) fn requirement(at: &str, key: &str, operator: &str, values: Option<&[String]>) -> Vec<String> {
    let given = values.unwrap_or_default();
    let mut problems: Vec<String> = key_problem(at, key).into_iter().collect();
    let invalid = |what| format!("{}: Invalid value: {}: {what}", path(at, "values"), json(values));
    match operator {
        "In" | "NotIn" if given.is_empty() => {
            problems.push(invalid("for 'in', 'notin' operators, values set can't be empty"));
        }
        "Exists" | "DoesNotExist" if !given.is_empty() => {
            problems.push(invalid("values set must be empty for exists and does not exist"));
        }
        "Gt" | "Lt" => {
            if given.len() != 1 {
                problems.push(invalid("for 'Gt', 'Lt' operators, exactly one value is required"));
            }
            for (nth, value) in given.iter().enumerate().filter(|(_, value)| integer(value).is_none()) {
                let at = path(at, &format!("values[{nth}]"));
                let words = "for 'Gt', 'Lt' operators, the value must be an integer";
                problems.push(format!("{at}: Invalid value: {}: {words}", quoted(value)));
            }
        }
        _ => {}
    }
    problems.extend(given.iter().enumerate().filter_map(|(nth, value)| value_problem(at, key, nth, value)));
    problems
}

/// That a field of nodes takes one value.
pub(super) fn one_element(at: &str, values: Option<&[String]>) -> String {
    format!("{}: Invalid value: {}: must have one element", path(at, "values"), json(values))
}

/// That an operator is none of those that are known here.
pub(super) fn unsupported(at: &str, operator: &str, known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|it| quoted(it)).collect();
    let operator = quoted(operator);
    format!("{}: Unsupported value: {operator}: supported values: {}", path(at, "operator"), known.join(", "))
}

fn path(at: &str, child: &str) -> String {
    if at.is_empty() { child.to_owned() } else { format!("{at}.{child}") }
}

fn key_problem(at: &str, key: &str) -> Option<String> {
    let problems = key_problems(key);
    let words = || format!("{}: Invalid value: {}: {}", path(at, "key"), quoted(key), problems.join("; "));
    (!problems.is_empty()).then(words)
}

fn value_problem(at: &str, key: &str, nth: usize, value: &str) -> Option<String> {
    let problems = value_problems(value);
    let at = path(at, &format!("values[{nth}][{key}]"));
    (!problems.is_empty()).then(|| format!("{at}: Invalid value: {}: {}", quoted(value), problems.join("; ")))
}

fn value_problems(value: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if value.len() > 63 {
        problems.push("must be no more than 63 bytes".to_owned());
    }
    if !value.is_empty() && !is_name(value) {
        problems.push(format!(
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and \
             end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
             '({QUALIFIED_NAME})?')"
        ));
    }
    problems
}

fn key_problems(key: &str) -> Vec<String> {
    let parts: Vec<&str> = key.split('/').collect();
    let (prefix, name) = match parts[..] {
        [name] => (None, name),
        [prefix, name] => (Some(prefix), name),
        _ => {
            let form = name_form("a valid label key");
            return vec![format!(
                "{form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
            )];
        }
    };
    let mut problems: Vec<String> = prefix.map(prefix_problems).unwrap_or_default();
    if name.is_empty() {
        problems.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        problems.push("name part must be no more than 63 bytes".to_owned());
    }
    if !is_name(name) {
        problems.push(name_form("name part"));
    }
    problems
}

fn name_form(what: &str) -> String {
    format!(
        "{what} must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character \
         (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '{QUALIFIED_NAME}')"
    )
}

fn prefix_problems(prefix: &str) -> Vec<String> {
    if prefix.is_empty() {
        return vec!["prefix part must be non-empty".to_owned()];
    }
    let mut problems = Vec::new();
    if prefix.len() > 253 {
        problems.push("prefix part must be no more than 253 bytes".to_owned());
    }
    if !prefix.split('.').all(is_dns_label) {
        problems.push(format!(
            "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must \
             start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '{SUBDOMAIN}')"
        ));
    }
    problems
}

/// Whether the name of a key, or a value, is made of what it may be made of, whatever its length.
fn is_name(text: &str) -> bool {
    let ends = [text.bytes().next(), text.bytes().last()];
    ends.iter().all(|byte| byte.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn is_dns_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let ends = [text.bytes().next(), text.bytes().last()];
    ends.iter().all(|byte| byte.is_some_and(is_inner)) && text.bytes().all(|it| is_inner(it) || it == b'-')
}

/// Values as Go writes them in JSON, which escapes what HTML would read.
fn json(values: Option<&[String]>) -> String {
    let text = serde_json::to_string(&values).unwrap_or_default();
    text.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

/// A text as Go's `%q` writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        let code = character as u32;
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0b' => quoted.push_str("\\v"),
            '\x0c' => quoted.push_str("\\f"),
            _ if code < 0x20 || code == 0x7f => quoted.push_str(&format!("\\x{code:02x}")),
            ' ' => quoted.push(' '),
            _ if character.is_whitespace() || character.is_control() => {
                quoted.push_str(&format!("\\u{code:04x}"));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
