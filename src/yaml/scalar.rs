//! What a scalar means: YAML 1.1 as `go.yaml.in/yaml/v2` has it, which is what kubectl reads with.

use super::base64;
use super::number;
use super::timestamp::is_timestamp;
use std::borrow::Cow;

const TAG_PREFIX: &str = "tag:yaml.org,2002:";

/// A scalar's value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resolved<'a> {
    Null,
    Bool(bool),
    Int(i64),
    /// Larger than any `Int`.
    Uint(u64),
    Float(f64),
    Text(Cow<'a, str>),
}

/// The value of a scalar without a tag that is written plainly.
#[inline]
pub(crate) fn plain(text: &str) -> Resolved<'_> {
    match text.as_bytes().first() {
        None | Some(b'~' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => word(text),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number_or_text(text),
        Some(_) => Resolved::Text(Cow::Borrowed(text)),
    }
}

fn word(text: &str) -> Resolved<'_> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        "" | "~" | "null" | "Null" | "NULL" => Resolved::Null,
        _ => Resolved::Text(Cow::Borrowed(text)),
    }
}

fn number_or_text(text: &str) -> Resolved<'_> {
    number_of(text).unwrap_or(Resolved::Text(Cow::Borrowed(text)))
}

fn number_of(text: &str) -> Option<Resolved<'static>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(Resolved::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Some(Resolved::Float(f64::INFINITY));
        }
        "-.inf" | "-.Inf" | "-.INF" => return Some(Resolved::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    if text.starts_with('.') {
        return underscores_separate_digits(text).then(|| float(&without_underscores(text))).flatten();
    }
    if !may_be_number(text) {
        return None;
    }
    let digits = without_underscores(text);
    integer(&digits).or_else(|| float(&digits)).or_else(|| signed_binary(&digits))
}

/// Most that begin with a digit are names, times and amounts: a letter tells that no number can be.
fn may_be_number(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b'x' | b'X' | b'o' | b'O' | b'_' | b'+' | b'-' | b'.'))
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) }
}

/// Whether every underscore stands between two digits, for what begins with a point.
fn underscores_separate_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_');
    (0..bytes.len()).filter(|&at| bytes[at] == b'_').all(|at| is_digit(at - 1) && is_digit(at + 1))
        && !text.ends_with('_')
}

/// `12`, `-0x1F`, `0b101`, `0o17`, `017`.
fn integer(digits: &str) -> Option<Resolved<'static>> {
    let (is_negative, unsigned) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => (false, digits),
    };
    let (radix, unsigned) = radix(unsigned);
    let size = magnitude(unsigned, radix)?;
    match (is_negative, i64::try_from(size)) {
        (false, Ok(size)) => Some(Resolved::Int(size)),
        // Larger ones have no sign.
        (false, Err(_)) => (!digits.starts_with('+')).then_some(Resolved::Uint(size)),
        (true, _) => 0_i64.checked_sub_unsigned(size).map(Resolved::Int),
    }
}

fn radix(digits: &str) -> (u32, &str) {
    let Some(rest) = digits.strip_prefix('0').filter(|rest| !rest.is_empty()) else { return (10, digits) };
    match rest.as_bytes()[0] {
        b'x' | b'X' => (16, &rest[1..]),
        b'b' | b'B' => (2, &rest[1..]),
        b'o' | b'O' => (8, &rest[1..]),
        _ => (8, rest),
    }
}

/// A number without any sign.
fn magnitude(digits: &str, radix: u32) -> Option<u64> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// `0b-1` is a number too: what follows the prefix is read as one with a sign.
fn signed_binary(digits: &str) -> Option<Resolved<'static>> {
    i64::from_str_radix(digits.strip_prefix("0b")?, 2).ok().map(Resolved::Int)
}

/// `1.`, `.5`, `1e3`: decimal, and finite.
fn float(digits: &str) -> Option<Resolved<'static>> {
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_float = is_digits(whole)
        && is_digits(part)
        && !(whole.is_empty() && part.is_empty())
        && is_digits(exponent)
        && !exponent.is_empty();
    let number: f64 = is_float.then(|| digits.parse().ok()).flatten()?;
    number.is_finite().then_some(Resolved::Float(number))
}

/// The value of a scalar with a tag, which may be that its tag says the same as the text, or that it makes it a text.
///
/// # Errors
///
/// What the text is instead, in Kubernetes' words.
pub(crate) fn tagged<'a>(tag: &str, text: Cow<'a, str>) -> Result<Resolved<'a>, String> {
    let Some(name) = tag.strip_prefix(TAG_PREFIX) else { return Ok(Resolved::Text(text)) };
    match name {
        "binary" => binary(&text),
        "bool" | "int" | "float" | "null" | "timestamp" => checked(name, text),
        _ => Ok(Resolved::Text(text)),
    }
}

fn checked<'a>(name: &str, text: Cow<'a, str>) -> Result<Resolved<'a>, String> {
    if name == "timestamp" && is_timestamp(&text) {
        return Ok(Resolved::Text(text));
    }
    let found = match plain(&text) {
        Resolved::Int(number) if name == "float" => return Ok(Resolved::Float(number as f64)),
        value => value,
    };
    let found_name = type_name(&found);
    if found_name == name {
        return Ok(into_static(found));
    }
    Err(format!("expected a scalar that is {name}, as its tag says, found {found_name}"))
}

/// The value of a scalar without a tag that is written plainly, on several lines perhaps.
pub(crate) fn into_text(text: Cow<'_, str>) -> Resolved<'_> {
    match plain(&text) {
        Resolved::Text(_) => Resolved::Text(text),
        value => into_static(value),
    }
}

fn into_static(value: Resolved<'_>) -> Resolved<'static> {
    match value {
        Resolved::Null => Resolved::Null,
        Resolved::Bool(value) => Resolved::Bool(value),
        Resolved::Int(value) => Resolved::Int(value),
        Resolved::Uint(value) => Resolved::Uint(value),
        Resolved::Float(value) => Resolved::Float(value),
        Resolved::Text(text) => Resolved::Text(Cow::Owned(text.into_owned())),
    }
}

fn type_name(value: &Resolved<'_>) -> &'static str {
    match value {
        Resolved::Null => "null",
        Resolved::Bool(_) => "bool",
        Resolved::Int(_) | Resolved::Uint(_) => "int",
        Resolved::Float(_) => "float",
        Resolved::Text(_) => "text",
    }
}

/// Bytes that are no UTF-8 are replaced, as they are in the JSON that kubectl makes of them.
fn binary(text: &str) -> Result<Resolved<'static>, String> {
    let bytes = base64::decode(text).ok_or("expected base64 behind `!!binary`, found other text")?;
    let mut decoded = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        decoded.push_str(chunk.valid());
        // Go replaces byte by byte.
        decoded.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(Resolved::Text(Cow::Owned(decoded)))
}

/// The text of a key. `None` where kubectl takes none: nothing, and numbers beyond 64 bits with a sign.
pub(crate) fn key_text(value: Resolved<'_>) -> Option<Cow<'_, str>> {
    match value {
        Resolved::Text(text) => Some(text),
        Resolved::Bool(value) => Some(Cow::Borrowed(if value { "true" } else { "false" })),
        Resolved::Int(number) => Some(Cow::Owned(number.to_string())),
        Resolved::Float(number) => Some(Cow::Owned(number::key_float(number))),
        Resolved::Null | Resolved::Uint(_) => None,
    }
}
