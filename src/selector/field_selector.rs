//! Kubernetes' field selectors: `status.phase=Running,spec.nodeName!=node-7`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use super::render;
use crate::Span;

/// Which values of their fields objects are to have, in the language of kubectl's `--field-selector`.
///
/// Terms joined by `,`, all of which must hold: `field=value`, `field==value`, `field!=value`. In a value `\` takes `,`, `=`
/// and `\` literally; a field is all that stands before the first operator. Terms in which nothing stands are passed
/// over. A field that an object does not have is the empty text, here and nowhere else.
///
/// The reference is `ParseSelector` of `k8s.io/apimachinery/pkg/fields`. What a field is, the caller decides: an API
/// server knows a few for each kind.
///
/// ```
/// use std::borrow::Cow;
///
/// let selector: selq::selector::FieldSelector = "status.phase!=Running,spec.nodeName=".parse()?;
/// assert_eq!(selector.to_string(), "spec.nodeName=,status.phase!=Running");
/// assert!(selector.matches(|field| (field == "status.phase").then_some(Cow::Borrowed("Pending"))));
/// # Ok::<(), selq::selector::FieldSelectorError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldSelector {
    requirements: Vec<FieldRequirement>,
}

/// A term of a [`FieldSelector`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FieldRequirement {
    field: Box<str>,
    operator: FieldOperator,
    value: Box<str>,
}

/// What a field has to be to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldOperator {
    /// `=`, also written `==`.
    Equals,
    /// `!=`.
    NotEquals,
}

impl FieldOperator {
    /// The operator as it is printed: `=` or `!=`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            FieldOperator::Equals => "=",
            FieldOperator::NotEquals => "!=",
        }
    }
}

impl FieldRequirement {
    /// What a field has to be to a value; in the field stands none of the operators.
    pub(crate) fn new(field: &str, operator: FieldOperator, value: &str) -> FieldRequirement {
        FieldRequirement { field: field.into(), operator, value: value.into() }
    }

    /// The field, as it was written.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What it has to be to the value.
    #[must_use]
    pub fn operator(&self) -> FieldOperator {
        self.operator
    }

    /// The value, without the backslashes it was written with.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether a field of this value is as it has to be.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        (*self.value == *value) == (self.operator == FieldOperator::Equals)
    }
}

impl FieldSelector {
    /// The selector of the objects for which all of `requirements` hold, which say something each.
    pub(crate) fn all_of(mut requirements: Vec<FieldRequirement>) -> FieldSelector {
        // Parsing sorts terms by their text. What is put together here has the
        // same order, as if its own text had been parsed.
        requirements.sort_by_cached_key(ToString::to_string);
        FieldSelector { requirements }
    }

    /// Whether an object matches of which `field` gives the fields; one that it does not have is the empty text.
    pub fn matches<'v>(&self, field: impl Fn(&str) -> Option<Cow<'v, str>>) -> bool {
        self.requirements.iter().all(|it| it.matches(&field(&it.field).unwrap_or_default()))
    }

    /// Its terms, in the order in which they are printed.
    #[must_use]
    pub fn requirements(&self) -> &[FieldRequirement] {
        &self.requirements
    }

    /// Whether it has no term, so that every object matches.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.requirements.is_empty()
    }
}

/// The canonical text, which has the same terms again; those that were written with `==` may change places with others of
/// the same field then, as in Kubernetes.
impl fmt::Display for FieldSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, requirement) in self.requirements.iter().enumerate() {
            f.write_str(if nth > 0 { "," } else { "" })?;
            requirement.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for FieldRequirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.field, self.operator.as_str())?;
        for part in self.value.split_inclusive(SPECIAL) {
            let (plain, special) = part.split_at(part.len() - usize::from(part.ends_with(SPECIAL)));
            let backslash = if special.is_empty() { "" } else { "\\" };
            write!(f, "{plain}{backslash}{special}")?;
        }
        Ok(())
    }
}

/// What a backslash has to stand before in a value.
const SPECIAL: [char; 3] = ['\\', ',', '='];

impl FromStr for FieldSelector {
    type Err = FieldSelectorError;

    fn from_str(text: &str) -> Result<FieldSelector, FieldSelectorError> {
        let error = |(part, kind)| FieldSelectorError { kind, span: Span::of(text, part), text: text.into() };
        let mut requirements = terms(text)
            .filter(|term| !term.is_empty())
            .map(|term| requirement(term).map(|requirement| (term, requirement)).map_err(error))
            .collect::<Result<Vec<_>, _>>()?;
        // Kubernetes sorts the terms as they are written.
        requirements.sort_by_key(|(term, _)| *term);
        let requirements = requirements.into_iter().map(|(_, requirement)| requirement);
        // Kubernetes leaves out a term in which nothing stands, also
        // `!=`, which would hold for no object.
        let says_something = |it: &FieldRequirement| !it.field.is_empty() || !it.value.is_empty();
        Ok(FieldSelector { requirements: requirements.filter(says_something).collect() })
    }
}

/// What stands between the commas before which there is no backslash.
fn terms(text: &str) -> impl Iterator<Item = &str> {
    let mut is_escaped = false;
    text.split(move |character| {
        let is_end = character == ',' && !is_escaped;
        // A backslash that is itself escaped escapes nothing: `a=b\\,c=d` has two terms.
        is_escaped = character == '\\' && !is_escaped;
        is_end
    })
}

/// Where a term is wrong, and how.
type Wrong<'t> = (&'t str, FieldSelectorErrorKind);

fn requirement(term: &str) -> Result<FieldRequirement, Wrong<'_>> {
    // All three operators hold a `=`, so that the first one splits the term, whatever stands
    // before it. In `a!b=c` the field is `a!b`, as in Kubernetes.
    let operator = term.find('=').ok_or((term, FieldSelectorErrorKind::NoOperator))?;
    let (field, after) = (&term[..operator], &term[operator + 1..]);
    let (field, operator, value) = match (field.strip_suffix('!'), after.strip_prefix('=')) {
        (Some(field), _) => (field, FieldOperator::NotEquals, after),
        (None, Some(value)) => (field, FieldOperator::Equals, value),
        (None, None) => (field, FieldOperator::Equals, after),
    };
    Ok(FieldRequirement { field: field.into(), operator, value: unescaped(value)?.into() })
}

/// A value without its backslashes.
fn unescaped(written: &str) -> Result<String, Wrong<'_>> {
    let (mut value, mut rest) = (String::with_capacity(written.len()), written);
    while let Some(place) = rest.find(SPECIAL) {
        let (plain, special) = rest.split_at(place);
        value.push_str(plain);
        let mut characters = special.chars();
        // A comma without a backslash has ended the term, so that this is a `=`.
        if characters.next() != Some('\\') {
            return Err((&special[..1], FieldSelectorErrorKind::Unescaped));
        }
        match characters.next().filter(|character| SPECIAL.contains(character)) {
            Some(character) => value.push(character),
            None => return Err((escape(special), FieldSelectorErrorKind::Escape)),
        }
        rest = characters.as_str();
    }
    value.push_str(rest);
    Ok(value)
}

/// The backslash that a text begins with and the character behind it.
fn escape(text: &str) -> &str {
    let end = text.char_indices().nth(2).map_or(text.len(), |(end, _)| end);
    &text[..end]
}

/// Why a text is no field selector: what is wrong, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSelectorError {
    kind: FieldSelectorErrorKind,
    span: Span,
    text: Box<str>,
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldSelectorErrorKind {
    /// A term has no `=`, `==` or `!=`.
    NoOperator,
    /// A backslash in a value stands before something else than `\`, `,` and `=`.
    Escape,
    /// A value holds a `=` without a backslash before it.
    Unescaped,
}

impl FieldSelectorError {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> FieldSelectorErrorKind {
        self.kind
    }

    /// Where it is, in bytes of the text.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// The whole text that was read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fix, where there is one.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let found = self.span.slice(&self.text);
        match self.kind {
            FieldSelectorErrorKind::NoOperator => help_for_term(found),
            FieldSelectorErrorKind::Escape => Some(r#"write "\\" for a backslash"#.to_owned()),
            FieldSelectorErrorKind::Unescaped => Some(r#"write "\=" for a "=" in the value"#.to_owned()),
        }
    }

    /// As [`ParseError::render`](crate::ParseError::render): the place, the error and the fix, a line each.
    #[must_use]
    pub fn render(&self) -> String {
        render::with_place(self.span, &self.text, self, self.help())
    }
}

/// What may be meant by a term without an operator.
fn help_for_term(term: &str) -> Option<String> {
    let is_name = |text: &str| {
        let is_of_name = |character: char| character.is_ascii_alphanumeric() || "._-/".contains(character);
        !text.is_empty() && text.chars().all(is_of_name)
    };
    match term.split_once(':') {
        Some((field, value)) if is_name(field) && is_name(value) => Some(format!("write {field}={value}")),
        // An absent field is the empty text for a field selector, so that
        // these two ask whether there is a value.
        None if is_name(term) => Some(format!("write {term}!= for any value, {term}= for none")),
        _ => None,
    }
}

impl fmt::Display for FieldSelectorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = render::quoted(self.span.slice(&self.text));
        match self.kind {
            FieldSelectorErrorKind::NoOperator => {
                write!(f, r#"expected a field with "=", "==" or "!=" and a value, found {found}"#)
            }
            FieldSelectorErrorKind::Escape => {
                write!(f, r#"expected "\", "," or "=" behind a backslash in the value, found {found}"#)
            }
            FieldSelectorErrorKind::Unescaped => {
                write!(f, "expected \",\" or the end of the text after the value, found {found}")
            }
        }
    }
}

impl std::error::Error for FieldSelectorError {}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[track_caller]
    fn refused(text: &str) -> String {
        text.parse::<FieldSelector>().unwrap_err().render()
    }

    #[test]
    fn every_kind_has_its_sentence() {
        assert_snapshot!(refused("a=b,status.phase,c=d"), @r#"
        a=b,status.phase,c=d
            ^^^^^^^^^^^^
        error: expected a field with "=", "==" or "!=" and a value, found "status.phase"
        help: write status.phase!= for any value, status.phase= for none
        "#);
        assert_snapshot!(refused("status.phase:Running"), @r#"
        status.phase:Running
        ^^^^^^^^^^^^^^^^^^^^
        error: expected a field with "=", "==" or "!=" and a value, found "status.phase:Running"
        help: write status.phase=Running
        "#);
        assert_snapshot!(refused("status.phase in (Running,Pending)"), @r#"
        status.phase in (Running,Pending)
        ^^^^^^^^^^^^^^^^^^^^^^^^
        error: expected a field with "=", "==" or "!=" and a value, found "status.phase in (Running"
        "#);
        assert_snapshot!(refused(r"a=x\é"), @r#"
        a=x\é
           ^^
        error: expected "\", "," or "=" behind a backslash in the value, found "\é"
        help: write "\\" for a backslash
        "#);
        assert_snapshot!(refused(r"a=\"), @r#"
        a=\
          ^
        error: expected "\", "," or "=" behind a backslash in the value, found "\"
        help: write "\\" for a backslash
        "#);
        assert_snapshot!(refused("a=b=c"), @r#"
        a=b=c
           ^
        error: expected "," or the end of the text after the value, found "="
        help: write "\=" for a "=" in the value
        "#);
    }

    #[test]
    fn what_help_says_is_taken() {
        for (text, mended) in
            [("a.b", "a.b!="), ("a.b", "a.b="), ("a:b", "a=b"), (r"a=\b", r"a=\\b"), ("a=b=c", r"a=b\=c")]
        {
            assert!(
                text.parse::<FieldSelector>().is_err() && mended.parse::<FieldSelector>().is_ok(),
                "{text}"
            );
        }
    }

    #[test]
    fn terms_are_sorted_as_they_are_written() {
        for (text, canonical) in [
            ("", ""),
            (",,", ""),
            ("=,!=,==", ""),
            ("b=1,a!=2,a==1", "a!=2,a=1,b=1"),
            (r"k=\,,k2=v2", r"k2=v2,k=\,"),
            ("a==b,a=a", "a=b,a=a"),
            (r"a\,b=c", r"a\,b=c"),
            ("a!!=b", "a!!=b"),
            (" x = y ", " x = y "),
            (r"a=\\\,\=é", r"a=\\\,\=é"),
        ] {
            assert_eq!(text.parse::<FieldSelector>().unwrap().to_string(), canonical, "{text}");
        }
        assert!(",=".parse::<FieldSelector>().unwrap().is_everything());
    }
}
