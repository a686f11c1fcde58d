//! `--sort-by`: by a label, or by a path into the objects.

use std::cmp::Ordering;
use std::str::FromStr;

use selq::kubernetes::Quantity;
use selq::path::PathError;
use selq::{Dump, ObjectRef, Path, Store};

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

    /// A field begins with `.`, kubectl's JSONPath with `{`; everything else is a label key. kubectl takes a JSONPath
    /// without braces too, so that what is no field may be one.
    fn from_str(text: &str) -> Result<SortKey, PathError> {
        match text.as_bytes().first() {
            Some(b'{') => Path::jsonpath(text).map(SortKey::Path),
            Some(b'.') => Path::field(text).or_else(|_| Path::jsonpath(text)).map(SortKey::Path),
            _ => Ok(SortKey::Label(text.to_owned())),
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
    let nearest = selq::text::nearest(key, others);
    let what = format!("no object has the label {key:?} to sort by (a path begins with a dot)");
    message::absent(&what, nearest)
}

/// A value as it is sorted: the empty text, then numbers and quantities (`100m`, `2Gi`) by size, then texts so
/// that `node-2` comes before `node-10`.
#[derive(Debug, Clone, PartialEq)]
enum Rank {
    Empty,
    Number(Size),
    Text(String),
}

/// How large a number or quantity is. Equal quantities have equal parts, so that they stay in their order.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Size {
    /// Exactly, but for what is below a nano-unit.
    amount: Quantity,
    /// Nearly, but as exactly for the smallest numbers as for any: tells those apart whose amount is rounded.
    nearly: f64,
}

impl Size {
    /// The size of a number or quantity.
    fn of(text: &str) -> Option<Size> {
        // Words such as `inf`, and suffixes on their own, are no numbers here.
        let begins_with_digit =
            text.trim_start_matches(['+', '-', '.']).starts_with(|it: char| it.is_ascii_digit());
        let number = text.parse::<f64>().ok().filter(|_| begins_with_digit);
        let quantity = text.parse().ok().filter(|_| begins_with_digit);
        let amount = quantity.or_else(|| Size::nearest(number?))?;
        Some(Size { amount, nearly: number.unwrap_or_else(|| amount.to_f64()) })
    }

    /// The amount of a number with more digits than a quantity holds.
    fn nearest(number: f64) -> Option<Quantity> {
        format!("{:e}", number.clamp(f64::MIN, f64::MAX)).parse().ok()
    }

    fn cmp(&self, other: &Size) -> Ordering {
        self.amount.cmp(&other.amount).then_with(|| self.nearly.total_cmp(&other.nearly))
    }
}

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
        b'-' | b'0'..=b'9' => Size::of(json).map(Rank::Number),
        _ => Some(Rank::Text(json.to_owned())),
    }
}

/// kubectl sorts texts by their size as quantities too, if they are some.
fn rank_of_text(text: &str) -> Rank {
    match Size::of(text).filter(|size| size.nearly.is_finite()) {
        _ if text.is_empty() => Rank::Empty,
        Some(size) => Rank::Number(size),
        None => Rank::Text(text.to_owned()),
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
        (Some(Rank::Number(a)), Some(Rank::Number(b))) => a.cmp(b),
        (Some(Rank::Number(_)), _) => Ordering::Less,
        (_, Some(Rank::Number(_))) => Ordering::Greater,
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
        assert!(matches!(found(".y", &json), Some(Rank::Number(_))));
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
        assert_eq!(rank_of_text("1.5Ki"), rank_of_text("1536"));
        for text in ["m", "inf", "nan", "1.2.3", "5d", "2024-01-02", "1 m", "+", "e3", "1e400", "Ki", "-E"] {
            assert_eq!(rank_of_text(text), Rank::Text(text.to_owned()));
        }
    }

    /// Products of rounded numbers would put some of these before others.
    #[test]
    fn equal_amounts_stay_in_their_order() {
        for equal in [r#""300m" 0.3 "0.3" "3e-1""#, r#""1.1" "1100m" 1.1"#, r#""8Ei" "9Ei" "16Ei""#] {
            let texts: Vec<&str> = equal.split(' ').collect();
            let reversed: Vec<&str> = texts.iter().rev().copied().collect();
            assert_eq!(
                (sorted_texts(&texts), sorted_texts(&reversed)),
                (equal.to_owned(), reversed.join(" "))
            );
        }
    }

    #[test]
    fn numbers_of_many_digits_are_told_apart() {
        let long = "123456789012345678901234567890123456789012345";
        let sorted = sorted_texts(&[
            "0.0000000002",
            long,
            "1e-12",
            "1E400",
            "0.0000000001",
            "9007199254740993.5",
            "-1e-10",
        ]);
        assert_eq!(sorted, format!("-1e-10 1e-12 0.0000000001 0.0000000002 9007199254740993.5 {long} 1E400"));
    }

    #[test]
    fn fields_go_into_elements_and_what_is_none_may_be_a_jsonpath() {
        let json = r#"{"a":[{"b":null},{"b":7}],"c":{"x/y":1},"d.e":2}"#;
        for (path, size) in
            [(".a.b", "7"), (".c['x/y']", "1"), (r".d\.e", "2"), ("{.a[1].b}", "7"), (".a[-1].b", "7")]
        {
            assert_eq!(found(path, json), Some(rank_of_text(size)), "{path}");
        }
        assert_eq!(found("{.a.b}", json), None);
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
