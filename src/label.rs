//! Label keys and values as the Kubernetes API server accepts them.
//!
//! Kubernetes calls the rule for keys `IsQualifiedName` and the rule for values `IsValidLabelValue`. Selectors
//! are held to both; the labels of objects are not, since real dumps hold what no API server would take.

use std::fmt;
use std::str::FromStr;

use crate::Span;

/// How many bytes a label value, or a key without its prefix, may have.
// Kubernetes calls these `qualifiedNameMaxLength`, `LabelValueMaxLength` and, of the
// prefix, `DNS1123SubdomainMaxLength`. All three count bytes.
const MAX_NAME_LEN: usize = 63;
/// How many bytes the prefix of a key may have.
const MAX_PREFIX_LEN: usize = 253;

/// A label: a key and its value.
///
/// Whatever takes labels takes `L: IntoIterator` with `L::Item: Label`, so that labels go in as they are: arrays and lists of
/// pairs, `&BTreeMap<String, String>`, `&HashMap<String, String>` and what they give when they are walked, whatever
/// the texts are, as long as they are `AsRef<str>`. Labels that may be absent go in as `labels.iter().flatten()`.
/// The last of two equal keys counts.
///
/// ```
/// use std::collections::{BTreeMap, HashMap};
/// use selq::{LabelEdits, Object, Selector, Store};
/// use selq::edit::Overwrite;
///
/// let labels = BTreeMap::from([("env".to_owned(), "prod".to_owned())]);
/// let absent: Option<BTreeMap<String, String>> = None;
/// let selector: Selector = "env=prod".parse()?;
/// assert!(selector.matches(&labels) && !selector.matches(absent.iter().flatten()));
/// let mut store = Store::new();
/// let id = store.insert(Object::new("Pod", "shop", "web-0").with_labels(&labels));
/// store.relabel(id, &HashMap::from([("env", "qa")]));
/// assert_eq!(LabelEdits::parse(["env=qa"])?.changes(&labels, Overwrite::Allowed)?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Label {
    /// The key.
    fn key(&self) -> &str;
    /// The value.
    fn value(&self) -> &str;
}

impl<K: AsRef<str>, V: AsRef<str>> Label for (K, V) {
    fn key(&self) -> &str {
        self.0.as_ref()
    }

    fn value(&self) -> &str {
        self.1.as_ref()
    }
}

impl<L: Label> Label for &L {
    fn key(&self) -> &str {
        L::key(self)
    }

    fn value(&self) -> &str {
        L::value(self)
    }
}

/// Labels that outlive what they were read from.
pub(crate) fn owned<L>(labels: L) -> Vec<(String, String)>
where
    L: IntoIterator,
    L::Item: Label,
{
    labels.into_iter().map(|label| (label.key().to_owned(), label.value().to_owned())).collect()
}

/// A label key that Kubernetes accepts: `name` or `prefix/name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
// A key never grows, so that it needs no room to: a box is a third smaller than a `String`.
pub struct LabelKey(Box<str>);

impl LabelKey {
    /// Checks `text` as the API server does.
    ///
    /// The name has 1 to 63 bytes: ASCII letters and digits, and between them also `-`, `_` and `.`. The prefix, where
    /// there is one, is a DNS name of at most 253 bytes in lower case.
    ///
    /// # Errors
    ///
    /// Says which of these rules `text` breaks, and where.
    pub fn new(text: &str) -> Result<LabelKey, LabelError> {
        // What is wrong is looked for only when something is, since nearly every key is right.
        if is_key(text) { Ok(LabelKey(text.into())) } else { Err(explain_key(text)) }
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A label value that Kubernetes accepts; may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LabelValue(Box<str>);

impl LabelValue {
    /// Checks `text` as the API server does: empty, or the same form as the name of a key.
    ///
    /// # Errors
    ///
    /// Says which rule `text` breaks, and where.
    pub fn new(text: &str) -> Result<LabelValue, LabelError> {
        if text.is_empty() || is_name(text.as_bytes()) {
            Ok(LabelValue(text.into()))
        } else {
            Err(LabelError::new(text, explain_name(text, LabelPart::Value)))
        }
    }

    /// The value as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for LabelKey {
    type Err = LabelError;

    /// As [`LabelKey::new`].
    fn from_str(text: &str) -> Result<LabelKey, LabelError> {
        LabelKey::new(text)
    }
}

impl FromStr for LabelValue {
    type Err = LabelError;

    /// As [`LabelValue::new`].
    fn from_str(text: &str) -> Result<LabelValue, LabelError> {
        LabelValue::new(text)
    }
}

impl AsRef<str> for LabelKey {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for LabelValue {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LabelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for LabelValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One or more label values, sorted and without repeats. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueSet(Box<[LabelValue]>);

impl ValueSet {
    /// The set of `values`; `None` when there are no values at all.
    pub fn new(values: impl IntoIterator<Item = LabelValue>) -> Option<ValueSet> {
        let mut values: Vec<LabelValue> = values.into_iter().collect();
        // Values that are equal cannot be told apart, so that the sort need not keep their order.
        values.sort_unstable();
        values.dedup();
        (!values.is_empty()).then(|| ValueSet(values.into()))
    }

    /// Whether `value` is in the set: a binary search.
    #[must_use]
    pub fn contains(&self, value: &str) -> bool {
        self.0.binary_search_by(|probe| probe.as_str().cmp(value)).is_ok()
    }

    /// The values in ascending order of their bytes.
    pub fn iter(&self) -> std::slice::Iter<'_, LabelValue> {
        self.0.iter()
    }

    /// The values in ascending order of their bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[LabelValue] {
        &self.0
    }

    /// How many values there are: at least one.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a value set is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl<'v> IntoIterator for &'v ValueSet {
    type Item = &'v LabelValue;
    type IntoIter = std::slice::Iter<'v, LabelValue>;

    fn into_iter(self) -> std::slice::Iter<'v, LabelValue> {
        self.iter()
    }
}

/// Why a text is no label key or value.
///
/// `Display` says it in one line, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelError {
    kind: LabelErrorKind,
    span: Span,
    text: Box<str>,
}

impl LabelError {
    fn new(text: &str, (kind, span): (LabelErrorKind, Span)) -> LabelError {
        LabelError { kind, span, text: text.into() }
    }

    /// Which rule the text breaks.
    #[must_use]
    pub fn kind(&self) -> &LabelErrorKind {
        &self.kind
    }

    /// The offending bytes within [`text`](Self::text).
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The whole text that was checked.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What to write instead, where that is clear.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let mended = self.mended()?;
        Some(match self.kind {
            LabelErrorKind::EmptyName => format!("write {mended}, or a name after the \"/\""),
            _ => format!("write {mended}"),
        })
    }

    /// The key that was probably meant: one that Kubernetes takes.
    pub(crate) fn mended(&self) -> Option<String> {
        let (prefix, name) = self.text.split_once('/')?;
        let mended = match self.kind {
            LabelErrorKind::BadCharacter { part: LabelPart::Prefix, character }
                if character.is_ascii_uppercase() =>
            {
                // Only the prefix is a DNS name. The name behind it may have any case.
                format!("{}/{name}", prefix.to_ascii_lowercase())
            }
            LabelErrorKind::EmptyPrefix => name.to_owned(),
            LabelErrorKind::EmptyName => prefix.to_owned(),
            _ => return None,
        };
        // Behind the first mistake there may be another, which would be told to write.
        Some(mended).filter(|key| is_key(key))
    }
}

impl fmt::Display for LabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for LabelError {}

/// The part of a label that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LabelPart {
    /// What stands before the `/` of a key.
    Prefix,
    /// A key, or what stands after its `/`.
    Name,
    /// A value.
    Value,
}

impl LabelPart {
    /// What the part is called in messages.
    fn as_str(self) -> &'static str {
        match self {
            LabelPart::Prefix => "the prefix of a label key",
            LabelPart::Name => "a label key",
            LabelPart::Value => "a label value",
        }
    }

    /// What its first and last byte have to be.
    fn edge(self) -> &'static str {
        match self {
            LabelPart::Prefix => "a lower-case letter or a digit",
            LabelPart::Name | LabelPart::Value => "a letter or a digit",
        }
    }

    /// What may stand in it.
    fn alphabet(self) -> &'static str {
        match self {
            LabelPart::Prefix => "lower-case letters, digits, \"-\" and \".\"",
            LabelPart::Name | LabelPart::Value => "ASCII letters, digits, \"-\", \"_\" and \".\"",
        }
    }
}

/// The rules for label keys and values, each as the way to break it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelErrorKind {
    /// A key without a byte.
    EmptyKey,
    /// A key that ends with its `/`.
    EmptyName,
    /// A key that begins with its `/`.
    EmptyPrefix,
    /// A prefix with a `.` at its end or its beginning, or two in a row.
    EmptyPrefixPart,
    /// A key with a second `/`.
    SecondSlash,
    /// More bytes than the part may have.
    TooLong {
        /// The part that is too long.
        part: LabelPart,
        /// How many bytes it has.
        len: usize,
    },
    /// A character that may stand nowhere in the part.
    BadCharacter {
        /// The part it stands in.
        part: LabelPart,
        /// The first such character.
        character: char,
    },
    /// A character that may not be the first of the part.
    BadStart {
        /// The part that begins with it.
        part: LabelPart,
        /// Its first character.
        character: char,
    },
    /// A character that may not be the last of the part.
    BadEnd {
        /// The part that ends with it.
        part: LabelPart,
        /// Its last character.
        character: char,
    },
}

impl fmt::Display for LabelErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            LabelErrorKind::EmptyKey => f.write_str("expected a label key, found an empty text"),
            LabelErrorKind::EmptyName => f.write_str("expected a name after the \"/\" of a label key"),
            LabelErrorKind::EmptyPrefix => f.write_str("expected a prefix before the \"/\" of a label key"),
            LabelErrorKind::EmptyPrefixPart => f.write_str(
                "expected a lower-case letter or a digit on both sides of \".\" in the prefix of a label key",
            ),
            LabelErrorKind::SecondSlash => {
                f.write_str("expected at most one \"/\" in a label key, found another")
            }
            LabelErrorKind::TooLong { part, len } => {
                let max = if part == LabelPart::Prefix { MAX_PREFIX_LEN } else { MAX_NAME_LEN };
                write!(f, "{} may have at most {max} bytes, found {len}", part.as_str())
            }
            LabelErrorKind::BadCharacter { part, character } => {
                write!(f, "{} may hold {}, found {}", part.as_str(), part.alphabet(), QuotedChar(character))
            }
            LabelErrorKind::BadStart { part, character } => {
                write!(
                    f,
                    "{} has to begin with {}, found {}",
                    part.as_str(),
                    part.edge(),
                    QuotedChar(character)
                )
            }
            LabelErrorKind::BadEnd { part, character } => {
                write!(
                    f,
                    "{} has to end with {}, found {}",
                    part.as_str(),
                    part.edge(),
                    QuotedChar(character)
                )
            }
        }
    }
}

/// A character between quotation marks, or by its number where it would not be seen.
struct QuotedChar(char);

impl fmt::Display for QuotedChar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let QuotedChar(character) = *self;
        match character {
            ' ' => f.write_str("a space"),
            '"' => f.write_str("a quotation mark (\")"),
            _ if character.is_control() || character.is_whitespace() => {
                write!(f, "U+{:04X}", u32::from(character))
            }
            _ => write!(f, "\"{character}\""),
        }
    }
}

/// The bytes that a rule lets stand somewhere, as bits of [`CLASSES`].
mod class {
    /// Inside a name or a value.
    pub(super) const NAME: u8 = 1;
    /// At either end of a name or a value.
    pub(super) const NAME_EDGE: u8 = 2;
    /// Inside a part of a prefix.
    pub(super) const DNS: u8 = 4;
    /// At either end of a part of a prefix.
    pub(super) const DNS_EDGE: u8 = 8;
}

/// Which rules let each byte stand: one look-up a byte instead of a chain of comparisons.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < classes.len() {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'0'..=b'9' => class::NAME | class::NAME_EDGE | class::DNS | class::DNS_EDGE,
            b'A'..=b'Z' => class::NAME | class::NAME_EDGE,
            b'-' => class::NAME | class::DNS,
            b'_' | b'.' => class::NAME,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

fn has_class(byte: u8, class: u8) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Whether `text` is not empty, has bytes of class `edge` at both ends and of class `inner` between.
fn is_made_of(text: &[u8], inner: u8, edge: u8) -> bool {
    match text {
        [only] => has_class(*only, edge),
        [first, between @ .., last] => {
            has_class(*first, edge)
                && has_class(*last, edge)
                && between.iter().all(|&byte| has_class(byte, inner))
        }
        [] => false,
    }
}

fn is_name(text: &[u8]) -> bool {
    text.len() <= MAX_NAME_LEN && is_made_of(text, class::NAME, class::NAME_EDGE)
}

fn is_prefix(text: &[u8]) -> bool {
    // Kubernetes asks of a prefix what it asks of a subdomain, whose parts
    // have no limit of their own, such as the 63 bytes of DNS.
    text.len() <= MAX_PREFIX_LEN
        && text.split(|&byte| byte == b'.').all(|part| is_made_of(part, class::DNS, class::DNS_EDGE))
}

fn is_key(text: &str) -> bool {
    let bytes = text.as_bytes();
    match memchr::memchr(b'/', bytes) {
        None => is_name(bytes),
        // A second `/` is of no class and fails as a part of the name.
        Some(slash) => is_prefix(&bytes[..slash]) && is_name(&bytes[slash + 1..]),
    }
}

/// A broken rule and the bytes that break it.
type Offence = (LabelErrorKind, Span);

/// Which rule for keys `text` breaks; there is one, as [`is_key`] refused it.
fn explain_key(text: &str) -> LabelError {
    let offence = match text.split_once('/') {
        None if text.is_empty() => (LabelErrorKind::EmptyKey, Span::new(0, 0)),
        None => explain_name(text, LabelPart::Name),
        Some((prefix, name)) => explain_parts(prefix, name),
    };
    LabelError::new(text, offence)
}

/// Which rule the key `prefix/name` breaks.
fn explain_parts(prefix: &str, name: &str) -> Offence {
    let after = prefix.len() + 1;
    // With two of them nobody knows what was meant as the prefix, so that they are told first.
    if let Some(slash) = name.find('/') {
        return (LabelErrorKind::SecondSlash, Span::new(after + slash, after + slash + 1));
    }
    if !is_prefix(prefix.as_bytes()) {
        return explain_prefix(prefix);
    }
    if name.is_empty() {
        return (LabelErrorKind::EmptyName, Span::new(after, after));
    }
    let (kind, span) = explain_name(name, LabelPart::Name);
    (kind, span.shifted(after))
}

/// Which rule a name or value breaks: a bad character first, since it also says most about the other rules.
fn explain_name(text: &str, part: LabelPart) -> Offence {
    bad_character(text, part, class::NAME)
        .or_else(|| bad_edge(text, part, class::NAME_EDGE))
        .unwrap_or_else(|| too_long(text, part, MAX_NAME_LEN))
}

/// Which rule a prefix breaks.
fn explain_prefix(prefix: &str) -> Offence {
    if prefix.is_empty() {
        return (LabelErrorKind::EmptyPrefix, Span::new(0, 0));
    }
    let offence = prefix.split('.').find_map(|part| {
        let (kind, span) = explain_prefix_part(part)?;
        Some((kind, span.shifted(Span::of(prefix, part).start)))
    });
    offence.unwrap_or_else(|| too_long(prefix, LabelPart::Prefix, MAX_PREFIX_LEN))
}

/// Which rule `part`, what stands between two dots of a prefix, breaks, if it does.
fn explain_prefix_part(part: &str) -> Option<Offence> {
    if part.is_empty() {
        return Some((LabelErrorKind::EmptyPrefixPart, Span::new(0, 0)));
    }
    bad_character(part, LabelPart::Prefix, class::DNS)
        .or_else(|| bad_edge(part, LabelPart::Prefix, class::DNS_EDGE))
}

fn bad_character(text: &str, part: LabelPart, inner: u8) -> Option<Offence> {
    // The characters up to U+00FF fit a byte, and those beyond ASCII have no class.
    let allowed = |character: char| u8::try_from(character).is_ok_and(|byte| has_class(byte, inner));
    let (start, character) = text.char_indices().find(|&(_, character)| !allowed(character))?;
    let span = Span::new(start, start + character.len_utf8());
    Some((LabelErrorKind::BadCharacter { part, character }, span))
}

/// The first or last byte of `text`, if it may not stand there; [`bad_character`] found nothing, so all are ASCII.
fn bad_edge(text: &str, part: LabelPart, edge: u8) -> Option<Offence> {
    let (&first, &last) = (text.as_bytes().first()?, text.as_bytes().last()?);
    if !has_class(first, edge) {
        // All is ASCII here, so that a byte is a character.
        let character = char::from(first);
        return Some((LabelErrorKind::BadStart { part, character }, Span::new(0, 1)));
    }
    let character = char::from(last);
    let span = Span::new(text.len() - 1, text.len());
    (!has_class(last, edge)).then_some((LabelErrorKind::BadEnd { part, character }, span))
}

/// The bytes of `text` beyond `max`; no other rule is broken.
fn too_long(text: &str, part: LabelPart, max: usize) -> Offence {
    (LabelErrorKind::TooLong { part, len: text.len() }, Span::new(max.min(text.len()), text.len()))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// The message for a key that is refused, and the bytes it is about.
    fn key(text: &str) -> String {
        let error = LabelKey::new(text).unwrap_err();
        format!("{error} [{}]", error.span().slice(text).escape_debug())
    }

    fn value(text: &str) -> String {
        let error = LabelValue::new(text).unwrap_err();
        format!("{error} [{}]", error.span().slice(text).escape_debug())
    }

    #[test]
    fn every_rule_for_keys_has_its_sentence() {
        assert_snapshot!(key(""), @"expected a label key, found an empty text []");
        assert_snapshot!(key("example.com/"), @r#"expected a name after the "/" of a label key []"#);
        assert_snapshot!(key("/name"), @r#"expected a prefix before the "/" of a label key []"#);
        assert_snapshot!(key("a..b/c"), @r#"expected a lower-case letter or a digit on both sides of "." in the prefix of a label key []"#);
        assert_snapshot!(key("a/b/c"), @r#"expected at most one "/" in a label key, found another [/]"#);
        assert_snapshot!(key("Example.com/x"), @r#"the prefix of a label key may hold lower-case letters, digits, "-" and ".", found "E" [E]"#);
        assert_snapshot!(key("a-.b/x"), @r#"the prefix of a label key has to end with a lower-case letter or a digit, found "-" [-]"#);
        assert_snapshot!(key("-a/x"), @r#"the prefix of a label key has to begin with a lower-case letter or a digit, found "-" [-]"#);
        assert_snapshot!(key("env:prod"), @r#"a label key may hold ASCII letters, digits, "-", "_" and ".", found ":" [:]"#);
        assert_snapshot!(key("_env"), @r#"a label key has to begin with a letter or a digit, found "_" [_]"#);
        assert_snapshot!(key("a.b/env."), @r#"a label key has to end with a letter or a digit, found "." [.]"#);
        assert_snapshot!(key(&"k".repeat(64)), @"a label key may have at most 63 bytes, found 64 [k]");
        assert_snapshot!(key(&format!("{}/k", "p".repeat(254))), @"the prefix of a label key may have at most 253 bytes, found 254 [p]");
    }

    #[test]
    fn every_rule_for_values_has_its_sentence() {
        assert_snapshot!(value("é"), @r#"a label value may hold ASCII letters, digits, "-", "_" and ".", found "é" [é]"#);
        assert_snapshot!(value("a b"), @r#"a label value may hold ASCII letters, digits, "-", "_" and ".", found a space [ ]"#);
        assert_snapshot!(value("\"a\""), @r#"a label value may hold ASCII letters, digits, "-", "_" and ".", found a quotation mark (") [\"]"#);
        assert_snapshot!(value("a\u{1}"), @r#"a label value may hold ASCII letters, digits, "-", "_" and ".", found U+0001 [\u{1}]"#);
        assert_snapshot!(value("-a"), @r#"a label value has to begin with a letter or a digit, found "-" [-]"#);
        assert_snapshot!(value("a-"), @r#"a label value has to end with a letter or a digit, found "-" [-]"#);
        assert_snapshot!(value(&"v".repeat(65)), @"a label value may have at most 63 bytes, found 65 [vv]");
    }

    #[test]
    fn what_to_write_instead_is_told_where_it_is_clear() {
        let help = |text: &str| LabelKey::new(text).unwrap_err().help();
        assert_eq!(help("Example.com/App").as_deref(), Some("write example.com/App"));
        assert_eq!(help("/app").as_deref(), Some("write app"));
        assert_eq!(help("app/").as_deref(), Some("write app, or a name after the \"/\""));
        assert_eq!((help(""), help("a b"), help("a b/c")), (None, None, None));
    }

    #[test]
    fn limits_count_bytes_and_are_inclusive() {
        let prefix = "p".repeat(253);
        let name = "n".repeat(63);
        assert_eq!(LabelKey::new(&format!("{prefix}/{name}")).unwrap().as_str().len(), 317);
        assert!(LabelValue::new(&name).is_ok());
        assert!(LabelValue::new("").is_ok());
    }

    #[test]
    fn names_may_hold_upper_case_but_prefixes_may_not() {
        assert!(LabelKey::new("Env_1.x-Y").is_ok());
        assert!(LabelKey::new("a.b-c.1/Env").is_ok());
        assert!(LabelKey::new("a_b/env").is_err());
    }

    #[test]
    fn value_sets_are_sorted_without_repeats_and_never_empty() {
        let values = ["b", "", "a", "b"].map(|text| LabelValue::new(text).unwrap());
        let set = ValueSet::new(values).unwrap();
        assert_eq!(set.iter().map(LabelValue::as_str).collect::<Vec<_>>(), ["", "a", "b"]);
        assert_eq!(set.len(), 3);
        assert!(set.contains("a") && set.contains("") && !set.contains("c"));
        assert_eq!(ValueSet::new([]), None);
    }
}
