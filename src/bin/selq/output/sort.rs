//! `--sort-by`: by labels, fields and functions, or by kubectl's paths into the objects.

use std::cmp::Ordering;
use std::str::FromStr;

use anyhow::{Result, bail};
use selq::kubernetes::{Age, Quantity, Time};
use selq::query::{Context, Subject, SubjectReader, SubjectValue};
use selq::{Dump, ObjectId, Path, Store};

use super::subject::ColumnSubject;
use crate::terminal::message;

/// What rows are sorted by.
#[derive(Debug, Clone)]
pub(crate) struct SortKey {
    by: SortedBy,
    is_descending: bool,
}

#[derive(Debug, Clone)]
enum SortedBy {
    Subject(ColumnSubject),
    /// The first value that kubectl's JSONPath leads to. Only the way there is read, whatever else the object holds.
    Path(Path),
}

impl SortKey {
    /// The label key, if it is one.
    pub(crate) fn label(&self) -> Option<&str> {
        match &self.by {
            SortedBy::Subject(subject) => subject.label(),
            SortedBy::Path(_) => None,
        }
    }

    /// Whether it needs labels of the objects. All of them, since the nearest is told where none has the key.
    pub(super) fn needs_labels(&self) -> bool {
        match &self.by {
            SortedBy::Subject(subject) => subject.label().is_some() || subject.needs_label(""),
            SortedBy::Path(_) => false,
        }
    }

    /// What is read of the objects.
    pub(super) fn subject(&self) -> Option<&Subject> {
        match &self.by {
            SortedBy::Subject(subject) => subject.read(),
            SortedBy::Path(_) => None,
        }
    }

    /// Whether it is a JSONPath.
    pub(super) fn is_path(&self) -> bool {
        matches!(self.by, SortedBy::Path(_))
    }

    /// How two objects stand to each other; those without the key come last, whichever way the others go.
    fn compare(&self, a: Option<&Rank>, b: Option<&Rank>) -> Ordering {
        let ordering = compare(a, b);
        if self.is_descending && a.is_some() && b.is_some() { ordering.reverse() } else { ordering }
    }
}

impl FromStr for SortKey {
    type Err = anyhow::Error;

    /// A field begins with `.`, a function has parentheses, kubectl's JSONPath begins with `{`; everything else is a label
    /// key. kubectl takes a JSONPath without braces too, so that what is no field may be one. A `-` before any of these
    /// turns the order round.
    fn from_str(text: &str) -> Result<SortKey> {
        let (is_descending, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        // An option that follows by mistake would be a label key that no object has.
        if is_descending && text.starts_with('-') {
            bail!("expected what to sort by, found the option \"-{text}\"");
        }
        let by = match text.starts_with('{') {
            true => SortedBy::Path(Path::jsonpath(text)?),
            false => match (text.parse(), Path::jsonpath(text)) {
                (Ok(subject), _) => SortedBy::Subject(subject),
                (Err(_), Ok(path)) if text.starts_with('.') => SortedBy::Path(path),
                (Err(error), _) => return Err(error.into()),
            },
        };
        Ok(SortKey { by, is_descending })
    }
}

/// Objects in the order of some keys.
pub(super) struct Sorted {
    pub(super) ids: Vec<ObjectId>,
    /// The first key that none of the objects has, if there are any.
    pub(super) absent: Option<usize>,
}

/// The objects in the order of the first key, where that leaves them equal in that of the next, and else as they came;
/// those without a key behind the others. Whatever the order is once `go_on` has said no.
pub(super) fn sorted(
    dump: &Dump,
    ids: &[ObjectId],
    keys: &[SortKey],
    context: Context,
    go_on: impl Fn() -> bool + Sync,
) -> Sorted {
    let reader = SubjectReader::new(keys.iter().filter_map(SortKey::subject).cloned(), context);
    let mut ranked = reader.read_all(dump, ids, |id, values| {
        let mut read = values.into_iter();
        let rank = |key| if go_on() { rank(dump, id, key, &mut read) } else { None };
        (keys.iter().map(rank).collect::<Box<[Option<Rank>]>>(), id)
    });
    let has = |nth: usize| ranked.iter().any(|(ranks, _)| ranks[nth].is_some());
    let absent = if ranked.is_empty() { None } else { (0..keys.len()).find(|&nth| !has(nth)) };
    ranked.sort_by(|(a, _), (b, _)| {
        let each = keys.iter().zip(a.iter().zip(b));
        each.map(|(key, (a, b))| key.compare(a.as_ref(), b.as_ref())).fold(Ordering::Equal, Ordering::then)
    });
    Sorted { ids: ranked.into_iter().map(|(_, id)| id).collect(), absent }
}

/// Says that no object has the key, with the nearest that some have.
pub(super) fn absence(key: &SortKey, store: &Store) -> String {
    let key = match &key.by {
        SortedBy::Subject(ColumnSubject::Label(key)) => key,
        SortedBy::Subject(subject) => return format!("no object has {subject} to sort by"),
        SortedBy::Path(_) => return "no object has the field to sort by".to_owned(),
    };
    if let Some(meant) = ColumnSubject::meant(key) {
        return format!("no object has the label {key:?} to sort by; {meant}");
    }
    let keys = store.keys();
    // It may be there, on objects that are not in the answer.
    let others = keys.iter().map(|fact| fact.key).filter(|other| other != key);
    let nearest = selq::text::nearest(key, others);
    let what = format!("no object has the label {key:?} to sort by (a path begins with a dot)");
    message::absent(&what, nearest)
}

/// A value as it is sorted: the empty text, then numbers and quantities (`100m`, `2Gi`) by size, times, ages from the
/// shortest on, then texts so that `node-2` comes before `node-10`.
#[derive(Debug, Clone, PartialEq)]
enum Rank {
    Empty,
    Number(Size),
    Time(Time),
    Age(Age),
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

/// The rank of an object by its first value under a key; `read` has the values of the keys that are read, from this one on.
fn rank(
    dump: &Dump,
    id: ObjectId,
    key: &SortKey,
    read: &mut impl Iterator<Item = Vec<SubjectValue>>,
) -> Option<Rank> {
    match &key.by {
        SortedBy::Subject(ColumnSubject::Label(key)) => {
            dump.store().get(id).and_then(|object| object.label(key).map(rank_of_text))
        }
        SortedBy::Subject(ColumnSubject::Read(subject)) => {
            read.next()?.into_iter().next().map(|value| rank_of_value(subject, value))
        }
        SortedBy::Path(path) => path.first(&dump.json(id)).and_then(rank_of_json),
    }
}

/// The rank of what was read. An array or object is a text like any other.
fn rank_of_value(subject: &Subject, value: SubjectValue) -> Rank {
    match value {
        SubjectValue::Age(age) => Rank::Age(age),
        SubjectValue::Text(text) => match (text.parse(), Size::of(&text)) {
            _ if text.is_empty() => Rank::Empty,
            (Ok(time), _) if subject.has_times() => Rank::Time(time),
            (_, Some(size)) if subject.has_amounts() => Rank::Number(size),
            _ => Rank::Text(text),
        },
        other => Rank::Text(other.to_string()),
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

/// The absent comes last.
fn compare(a: Option<&Rank>, b: Option<&Rank>) -> Ordering {
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(Rank::Number(a)), Some(Rank::Number(b))) => a.cmp(b),
        (Some(Rank::Time(a)), Some(Rank::Time(b))) => a.cmp(b),
        (Some(Rank::Age(a)), Some(Rank::Age(b))) => a.cmp(b),
        (Some(Rank::Text(a)), Some(Rank::Text(b))) => natord::compare(a, b).then_with(|| a.cmp(b)),
        (Some(a), Some(b)) => a.sort().cmp(&b.sort()),
    }
}

impl Rank {
    /// Which sort of value it is, in the order in which these come.
    fn sort(&self) -> u8 {
        match self {
            Rank::Empty => 0,
            Rank::Number(_) => 1,
            Rank::Time(_) => 2,
            Rank::Age(_) => 3,
            Rank::Text(_) => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use selq::{Input, Loader};

    use super::*;

    fn by(text: &str) -> &'static str {
        match text.parse::<SortKey>().unwrap().by {
            SortedBy::Path(_) => "path",
            SortedBy::Subject(ColumnSubject::Label(_)) => "label",
            SortedBy::Subject(ColumnSubject::Read(_)) => "read",
        }
    }

    #[test]
    fn what_a_key_is_shows_at_its_beginning() {
        for (text, expected) in [
            (".metadata.name", "read"),
            ("-age()", "read"),
            ("{.metadata.name}", "path"),
            ("-{metadata.name}", "path"),
            (r".metadata.labels.app\.kubernetes\.io/name", "path"),
            ("app.kubernetes.io/name", "label"),
            ("-env", "label"),
        ] {
            assert_eq!(by(text), expected, "{text}");
        }
        for wrong in [".", "{.a[", "status(", ".a[.b=", "count(x)", "--limit"] {
            assert!(wrong.parse::<SortKey>().is_err(), "{wrong}");
        }
    }

    fn dump(json: &str) -> Dump {
        let bytes = json.as_bytes().to_vec();
        Loader::new().load([Input::Bytes { name: "x".to_owned(), bytes }]).unwrap()
    }

    /// The rank of what a key finds in an object.
    fn found(key: &str, json: &str) -> Option<Rank> {
        let (key, dump) = (key.parse::<SortKey>().unwrap(), dump(json));
        let id = dump.store().objects().next().unwrap().id();
        let context = Context::at("2026-11-02T00:00:00Z".parse().unwrap());
        let values = SubjectReader::new(key.subject().cloned(), context).read_all(&dump, &[id], |_, it| it);
        rank(&dump, id, &key, &mut values.into_iter().flatten())
    }

    #[test]
    fn only_the_way_to_the_value_is_read() {
        let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
        let json = format!(r#"{{"x":"\ud800","y":1E400,"z":{deep},"a":[{{"b":"c","n":7}}]}}"#);
        for path in ["{.a[0].b}", "{.a[*].b}", "{.a[-1].b}", ".a[?(@.n==7)].b", ".a[.n=7].b", ".a.b"] {
            assert_eq!(found(path, &json), Some(Rank::Text("c".to_owned())), "{path}");
        }
        assert_eq!(found("{.x}", &json), Some(Rank::Text(r#""\ud800""#.to_owned())));
        assert!(matches!(found(".y", &json), Some(Rank::Number(_))));
        assert_eq!(found(".a[0].c", &json), None);
        assert_eq!(found(".a", r#"{"a":null}"#), None);
    }

    #[test]
    fn times_and_ages_have_their_order() {
        let json =
            r#"{"metadata":{"creationTimestamp":"2026-11-01T00:00:00Z","labels":{"day":"2026-11-01"}}}"#;
        let time = "2026-11-01".parse().unwrap();
        assert_eq!(found(".metadata.creationTimestamp", json), Some(Rank::Time(time)));
        assert_eq!(found("age()", json), Some(Rank::Age("1d".parse().unwrap())));
        assert_eq!(found("day", json), Some(Rank::Text("2026-11-01".to_owned())));
    }

    #[test]
    fn where_one_key_leaves_objects_equal_the_next_decides_and_the_absent_stay_last() {
        let dump = dump(r#"{"n":1,"x":"a"}{"n":1,"x":"b"}{"x":"c"}{"n":2,"x":"d"}{"n":1,"x":"a","y":1}"#);
        let ids: Vec<ObjectId> = dump.store().objects().map(|object| object.id()).collect();
        let order = |keys: &[&str]| {
            let keys: Vec<SortKey> = keys.iter().map(|key| key.parse().unwrap()).collect();
            let Sorted { ids, absent } = sorted(&dump, &ids, &keys, Context::new(), || true);
            (ids.iter().map(|id| id.index().to_string()).collect::<String>(), absent)
        };
        assert_eq!(order(&[".n", "-.x"]), ("10432".to_owned(), None));
        assert_eq!(order(&["-.n", "z"]), ("30142".to_owned(), Some(1)));
        assert_eq!(order(&["{.x}"]), ("04123".to_owned(), None));
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
