//! `--sort-by`: by a label, or by a path into the objects.

use std::cmp::Ordering;
use std::str::FromStr;

use selq::{Dump, ObjectRef, Path, PathError, Store};

use crate::terminal::message;

/// What rows are sorted by.
#[derive(Debug, Clone)]
pub(crate) enum SortKey {
    /// The value of a label.
    Label(String),
    /// The first value that a path leads to. Only the way there is read, whatever else the object holds.
    Path(Path),
}

impl FromStr for SortKey {
    type Err = PathError;

    /// A path begins with `.` or `{`, as in kubectl; everything else is a label key.
    fn from_str(text: &str) -> Result<SortKey, PathError> {
        match text.starts_with(['.', '{']) {
            true => Path::jsonpath(text).map(SortKey::Path),
            false => Ok(SortKey::Label(text.to_owned())),
        }
    }
}

/// Objects in the order of a key.
pub(super) struct Sorted<'s> {
    pub(super) rows: Vec<ObjectRef<'s>>,
    /// Whether the key put them in this order: false if there are objects and none of them has it.
    pub(super) is_by_key: bool,
}

/// The objects in the order of the key; those without it last, and equal ones as they came.
pub(super) fn sorted<'s>(
    dump: &Dump,
    objects: impl Iterator<Item = ObjectRef<'s>>,
    key: &SortKey,
) -> Sorted<'s> {
    let mut keyed: Vec<(Option<Rank>, ObjectRef<'s>)> =
        objects.map(|object| (rank(dump, &object, key), object)).collect();
    let is_by_key = keyed.is_empty() || keyed.iter().any(|(rank, _)| rank.is_some());
    keyed.sort_by(|(a, _), (b, _)| compare(a.as_ref(), b.as_ref()));
    Sorted { rows: keyed.into_iter().map(|(_, object)| object).collect(), is_by_key }
}

/// Says that no object has the key, with the nearest that some have.
pub(super) fn absence(key: &SortKey, store: &Store) -> String {
    let SortKey::Label(key) = key else { return "no object has the field to sort by".to_owned() };
    let keys = store.keys();
    // It may be there, on objects that are not in the answer.
    let others = keys.iter().map(|fact| fact.key).filter(|other| other != key);
    let nearest = selq::nearest(key, others);
    let what = format!("no object has the label {key:?} to sort by (a path begins with a dot)");
    message::absent(&what, nearest)
}

/// A value as it is sorted: the empty text, then numbers and quantities (`100m`, `2Gi`) by size, then texts so
/// that `node-2` comes before `node-10`.
#[derive(Debug, Clone, PartialEq)]
enum Rank {
    Empty,
    Number {
        size: f64,
        /// The same exactly, where so large an integer has no `f64` of its own.
        exact: Option<i128>,
    },
    Text(String),
}

/// The suffixes of Kubernetes quantities. An exponent (`1e3`) is the other way to write them.
const QUANTITY_SUFFIXES: [(&str, f64); 16] = [
    ("", 1.0),
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
    ("E", 1e18),
    ("Ki", 1024.0),
    ("Mi", 1024.0 * 1024.0),
    ("Gi", 1024.0 * 1024.0 * 1024.0),
    ("Ti", 1024.0 * 1024.0 * 1024.0 * 1024.0),
    ("Pi", 1024.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0),
    ("Ei", 1024.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0 * 1024.0),
];

fn rank(dump: &Dump, object: &ObjectRef<'_>, key: &SortKey) -> Option<Rank> {
    match key {
        SortKey::Label(key) => object.label(key).map(rank_of_text),
        SortKey::Path(path) => path.first(&dump.json(object.id())).and_then(rank_of_json),
    }
}

/// The rank of a value by its JSON text. An array or object is a text like any other.
fn rank_of_json(json: &str) -> Option<Rank> {
    match json.as_bytes().first()? {
        b'n' => None,
        // Half of a surrogate pair is no text, so its escape is sorted instead.
        b'"' => Some(
            serde_json::from_str(json)
                .map_or_else(|_| Rank::Text(json.to_owned()), |text: String| rank_of_text(&text)),
        ),
        b'-' | b'0'..=b'9' => json.parse().ok().map(|size| Rank::Number { size, exact: exact(json) }),
        _ => Some(Rank::Text(json.to_owned())),
    }
}

fn rank_of_text(text: &str) -> Rank {
    match quantity(text) {
        _ if text.is_empty() => Rank::Empty,
        Some(size) => Rank::Number { size, exact: exact(text) },
        None => Rank::Text(text.to_owned()),
    }
}

/// The size of a number or quantity. kubectl sorts texts by it too.
fn quantity(text: &str) -> Option<f64> {
    let is_of_number = |character: char| character.is_ascii_digit() || "+-.".contains(character);
    let (number, suffix) = text.split_at(text.find(|it| !is_of_number(it)).unwrap_or(text.len()));
    let unit = QUANTITY_SUFFIXES.into_iter().find(|(name, _)| *name == suffix);
    let size = match unit {
        Some((_, unit)) => number.parse::<f64>().ok()? * unit,
        // Words such as `inf` are no numbers here.
        None if number.is_empty() => return None,
        None => text.parse().ok()?,
    };
    size.is_finite().then_some(size)
}

/// An integer that an `f64` may hold only nearly.
fn exact(text: &str) -> Option<i128> {
    const MAX_IN_F64: u128 = 1 << 53;
    text.parse::<i128>().ok().filter(|integer| integer.unsigned_abs() > MAX_IN_F64)
}

fn compare(a: Option<&Rank>, b: Option<&Rank>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(Rank::Empty), Some(Rank::Empty)) => Ordering::Equal,
        (Some(Rank::Empty), _) => Ordering::Less,
        (_, Some(Rank::Empty)) => Ordering::Greater,
        (Some(Rank::Number { size: a, exact: a_exact }), Some(Rank::Number { size: b, exact: b_exact })) => {
            a.total_cmp(b).then_with(|| a_exact.cmp(b_exact))
        }
        (Some(Rank::Number { .. }), _) => Ordering::Less,
        (_, Some(Rank::Number { .. })) => Ordering::Greater,
        (Some(Rank::Text(a)), Some(Rank::Text(b))) => natord::compare(a, b).then_with(|| a.cmp(b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_with_a_point_or_a_brace() {
        for text in [
            ".metadata.name",
            "{.metadata.name}",
            "{metadata.name}",
            r".metadata.labels.app\.kubernetes\.io/name",
        ] {
            assert!(matches!(text.parse(), Ok(SortKey::Path(_))), "{text}");
        }
        assert!(matches!("app.kubernetes.io/name".parse(), Ok(SortKey::Label(_))));
        assert!(".".parse::<SortKey>().is_err());
    }

    /// The rank of what a path finds in an object.
    fn found(path: &str, json: &str) -> Option<Rank> {
        match path.parse() {
            Ok(SortKey::Path(path)) => path.first(json).and_then(rank_of_json),
            _ => None,
        }
    }

    #[test]
    fn only_the_way_to_the_value_is_read() {
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        let json = format!(r#"{{"x":"\ud800","y":1E400,"z":{deep},"a":[{{"b":"c","n":7}}]}}"#);
        for path in [".a[0].b", ".a[*].b", ".a[-1].b", ".a[?(@.n==7)].b"] {
            assert_eq!(found(path, &json), Some(Rank::Text("c".to_owned())), "{path}");
        }
        assert_eq!(found(".x", &json), Some(Rank::Text(r#""\ud800""#.to_owned())));
        assert!(matches!(found(".y", &json), Some(Rank::Number { .. })));
        assert_eq!(found(".a[0].c", &json), None);
        assert_eq!(found(".a", r#"{"a":null}"#), None);
    }

    fn sorted_texts(texts: &[&str]) -> String {
        let mut texts = texts.to_vec();
        texts.sort_by(|a, b| compare(rank_of_json(a).as_ref(), rank_of_json(b).as_ref()));
        texts.join(" ")
    }

    #[test]
    fn quantities_sort_by_size_like_numbers() {
        let sorted =
            sorted_texts(&[r#""2Gi""#, r#""100m""#, r#""1""#, r#""1500Mi""#, r#""1e3""#, r#""3k""#, "0.5"]);
        assert_eq!(sorted, r#""100m" 0.5 "1" "1e3" "3k" "1500Mi" "2Gi""#);
        assert_eq!(quantity("1.5Ki"), Some(1536.0));
        for text in ["", "m", "inf", "nan", "1.2.3", "5d", "2024-01-02", "1 m", "+", "e3"] {
            assert_eq!(quantity(text), None, "{text}");
        }
    }

    #[test]
    fn large_integers_are_told_apart() {
        let sorted = sorted_texts(&["9007199254740993", "9007199254740992", "9007199254740994", "1"]);
        assert_eq!(sorted, "1 9007199254740992 9007199254740993 9007199254740994");
    }

    #[test]
    fn numbers_sort_by_size_and_the_absent_last() {
        let sorted = sorted_texts(&["null", r#""node-10""#, "10", r#""node-2""#, r#""""#, "9.5"]);
        assert_eq!(sorted, r#""" 9.5 10 "node-2" "node-10" null"#);
    }
}
