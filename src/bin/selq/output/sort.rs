//! `--sort-by`: by a label, or by a JSONPath into the objects.

use std::cmp::Ordering;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow};
use selq::{Dump, ObjectRef, Store};
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::message;

/// What rows are sorted by.
#[derive(Debug, Clone)]
pub(crate) enum SortKey {
    /// The value of a label.
    Label(String),
    /// A place in the object.
    Path(Box<JsonPath>),
}

impl FromStr for SortKey {
    type Err = anyhow::Error;

    /// A JSONPath begins with `.` or `{`, as in kubectl; everything else is a label key.
    fn from_str(text: &str) -> Result<SortKey> {
        if !text.starts_with(['.', '{']) {
            return Ok(SortKey::Label(text.to_owned()));
        }
        let path = standard_path(text).and_then(|path| JsonPath::parse(&path).map_err(anyhow::Error::from));
        let path = path.with_context(|| format!("{text} is no JSONPath, such as .metadata.name"))?;
        Ok(SortKey::Path(Box::new(path)))
    }
}

/// kubectl's relaxed JSONPath (`{.a.b\.c[0]}`) in the form of RFC 9535 (`$['a']['b.c'][0]`).
fn standard_path(text: &str) -> Result<String> {
    let inner = match text.strip_prefix('{') {
        Some(rest) => rest.strip_suffix('}').ok_or_else(|| anyhow!("expected a closing `}}`"))?.trim(),
        None => text,
    };
    let mut rest = inner.strip_prefix(['$', '@']).unwrap_or(inner);
    if rest.is_empty() || inner.contains('}') {
        return Err(anyhow!("expected one path to a field"));
    }
    let mut path = String::from("$");
    while !rest.is_empty() {
        rest = match rest.strip_prefix('.') {
            Some(step) => push_field(&mut path, step)?,
            None => push_brackets(&mut path, rest)?,
        };
    }
    Ok(path)
}

/// A field, in which a backslash takes the next character literally. A second dot descends to any depth.
fn push_field<'t>(path: &mut String, text: &'t str) -> Result<&'t str> {
    let text = match text.strip_prefix('.') {
        Some(rest) => {
            path.push_str("..");
            rest
        }
        None => text,
    };
    let (mut name, mut is_escaped, mut end) = (String::new(), false, text.len());
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => {
                name.push(character);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '.' | '[' => {
                end = at;
                break;
            }
            _ => name.push(character),
        }
    }
    match name.as_str() {
        "" if text.starts_with('[') => {}
        "" => return Err(anyhow!("expected a field after `.`")),
        "*" => path.push_str("[*]"),
        name => path.push_str(&format!("['{}']", name.replace('\\', r"\\").replace('\'', r"\'"))),
    }
    Ok(&text[end..])
}

/// `[0]`, `['a']` or a filter: the standard has the same.
fn push_brackets<'t>(path: &mut String, text: &'t str) -> Result<&'t str> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, character) in text.char_indices() {
        match (character, quote) {
            (_, Some(open)) if character == open => quote = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quote = Some(character),
            ('[', None) => depth += 1,
            (']', None) if depth == 1 => {
                path.push_str(&text[..=at]);
                return Ok(&text[at + 1..]);
            }
            (']', None) => depth -= 1,
            (_, None) if depth == 0 => return Err(anyhow!("expected `.` or `[` before {character:?}")),
            _ => {}
        }
    }
    Err(anyhow!("expected a closing `]`"))
}

/// The objects in the order of the key; those without it last, and equal ones as they came.
pub(super) fn sorted<'s>(
    dump: &Dump,
    objects: impl Iterator<Item = ObjectRef<'s>>,
    key: &SortKey,
) -> Result<Vec<ObjectRef<'s>>> {
    let keyed = objects.map(|object| Ok((rank(dump, &object, key)?, object)));
    let mut keyed: Vec<(Option<Rank>, ObjectRef<'s>)> = keyed.collect::<Result<_>>()?;
    if !keyed.is_empty() && keyed.iter().all(|(rank, _)| rank.is_none()) {
        warn_of_absence(key, dump.store());
    }
    keyed.sort_by(|(a, _), (b, _)| compare(a.as_ref(), b.as_ref()));
    Ok(keyed.into_iter().map(|(_, object)| object).collect())
}

/// Nothing was sorted, which nobody would see who does not expect it.
fn warn_of_absence(key: &SortKey, store: &Store) {
    let SortKey::Label(key) = key else { return message::print("no object has the field to sort by") };
    let keys = store.keys();
    // It may be there, on objects that are not in the answer.
    let others = keys.iter().map(|fact| fact.key).filter(|other| other != key);
    let nearest = selq::nearest(key, others);
    let what = format!("no object has the label {key:?} to sort by (a path begins with a dot)");
    message::print(&message::absent(&what, nearest));
}

/// A value as it is sorted: the empty text, then numbers by size, then texts so that `node-2` comes before
/// `node-10`.
#[derive(Debug, Clone, PartialEq)]
enum Rank {
    Empty,
    Number(f64),
    Text(String),
}

fn rank(dump: &Dump, object: &ObjectRef<'_>, key: &SortKey) -> Result<Option<Rank>> {
    let text = |text: &str| match text.parse::<f64>() {
        _ if text.is_empty() => Rank::Empty,
        Ok(number) if number.is_finite() => Rank::Number(number),
        _ => Rank::Text(text.to_owned()),
    };
    match key {
        SortKey::Label(key) => Ok(object.label(key).map(text)),
        SortKey::Path(path) => {
            let value: Value = serde_json::from_str(&dump.json(object.id())).with_context(|| {
                format!("cannot sort object {} of {}", dump.index(object.id()), dump.source(object.id()))
            })?;
            Ok(match path.query(&value).first() {
                None | Some(Value::Null) => None,
                Some(Value::String(value)) => Some(text(value)),
                Some(Value::Number(number)) => number.as_f64().map(Rank::Number),
                Some(other) => Some(Rank::Text(other.to_string())),
            })
        }
    }
}

fn compare(a: Option<&Rank>, b: Option<&Rank>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(Rank::Empty), Some(Rank::Empty)) => Ordering::Equal,
        (Some(Rank::Empty), _) => Ordering::Less,
        (_, Some(Rank::Empty)) => Ordering::Greater,
        (Some(Rank::Number(a)), Some(Rank::Number(b))) => a.total_cmp(b),
        (Some(Rank::Number(_)), _) => Ordering::Less,
        (_, Some(Rank::Number(_))) => Ordering::Greater,
        (Some(Rank::Text(a)), Some(Rank::Text(b))) => natord::compare(a, b).then_with(|| a.cmp(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_kubectl_become_standard_ones() {
        let standard = |text: &str| standard_path(text).map_err(|error| error.to_string());
        for (text, expected) in [
            (".metadata.name", "$['metadata']['name']"),
            ("{.metadata.name}", "$['metadata']['name']"),
            (
                r".metadata.labels.app\.kubernetes\.io/name",
                "$['metadata']['labels']['app.kubernetes.io/name']",
            ),
            (
                "{.status.containerStatuses[0].restartCount}",
                "$['status']['containerStatuses'][0]['restartCount']",
            ),
            (
                r#".status.conditions[?(@.type=="Ready")].status"#,
                r#"$['status']['conditions'][?(@.type=="Ready")]['status']"#,
            ),
            (".a['b.c'].*", "$['a']['b.c'][*]"),
            ("..name", "$..['name']"),
        ] {
            assert_eq!(standard(text), Ok(expected.to_owned()), "{text}");
            assert!(text.parse::<SortKey>().is_ok(), "{text}");
        }
        assert_eq!(standard("{ @.a }"), standard(".a"));
        for text in ["{.a", "{}", "{.a}{.b}", ".", ".a[0", ".a[0]b", ".a..", ".a[x]"] {
            assert!(text.parse::<SortKey>().is_err(), "{text}");
        }
        assert!(matches!("app.kubernetes.io/name".parse(), Ok(SortKey::Label(_))));
    }

    #[test]
    fn numbers_sort_by_size_and_the_absent_last() {
        let (number, text) = (|n| Some(Rank::Number(n)), |t: &str| Some(Rank::Text(t.into())));
        let mut ranks =
            vec![None, text("node-10"), number(10.0), text("node-2"), Some(Rank::Empty), number(9.5)];
        ranks.sort_by(|a, b| compare(a.as_ref(), b.as_ref()));
        assert_eq!(
            ranks,
            [Some(Rank::Empty), number(9.5), number(10.0), text("node-2"), text("node-10"), None]
        );
    }
}
