//! Ways from a JSON value to values inside it.

mod filter;
mod find;
mod jsonpath;

use std::error::Error;
use std::fmt;

use filter::Filter;

use crate::Span;

/// A way from a JSON value to values inside it, in kubectl's form of JSONPath.
///
/// | part | leads to |
/// |---|---|
/// | `.name`, `['name']` | the field of an object; `\` takes the next character of a name literally |
/// | `[2]`, `[-1]` | an element of an array, from its start or its end |
/// | `[1:3]`, `[0:9:2]` | some elements of an array |
/// | `[0,2]`, `['a','b']` | several elements or fields |
/// | `.*`, `[*]` | all elements or fields |
/// | `..name` | the field at any depth |
/// | `[?(@.type=="Ready")]` | the elements for which it holds: `==` `!=` `<` `<=` `>` `>=`, or that there is one |
///
/// The whole may stand in braces, and may begin with `$` or `@`. The reference is `k8s.io/client-go/util/jsonpath`, save
/// that a filter which cannot be decided (an array compared with a number) holds for nothing here and is an error there,
/// that what several ways lead to is found once, and that no filter looks at any depth (`@..name`).
///
/// ```
/// use selq::Path;
///
/// let ready = Path::jsonpath(r#"{.status.conditions[?(@.type=="Ready")].status}"#)?;
/// let pod = r#"{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#;
/// assert_eq!(ready.first(pod), Some(r#""True""#));
/// # Ok::<(), selq::PathError>(())
/// ```
///
/// Paths are of at most 100 parts, filters nest at most 8 deep, and no value is too deeply nested to be searched.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    steps: Vec<Step>,
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    /// The field of an object; of equal keys the last.
    Member(String),
    /// An element of an array, counted from its end where the number is negative.
    Element(i64),
    /// The elements of an array from one number to before another, each so many after the one before.
    Slice { from: i64, to: Option<i64>, by: usize },
    /// What each of these leads to.
    Several(Vec<Step>),
    /// All elements of an array, all fields of an object.
    Every,
    /// The value itself and all objects and arrays inside it.
    Descend,
    /// The elements of an array for which it holds.
    Where(Filter),
}

impl Path {
    /// Reads kubectl's form of JSONPath.
    ///
    /// # Errors
    ///
    /// The first place where the text is no path, and what was expected there.
    pub fn jsonpath(text: &str) -> Result<Path, PathError> {
        jsonpath::parse(text).map(|steps| Path { steps })
    }

    /// The text of the first value that the path leads to from the value `json`, which must be valid JSON: of other
    /// text something is found, or nothing. The time is linear in the text, for each part of the path.
    #[must_use]
    pub fn first<'j>(&self, json: &'j str) -> Option<&'j str> {
        self.all(json).first().copied()
    }

    /// The texts of all values that the path leads to, as [`first`](Path::first) finds one.
    #[must_use]
    pub fn all<'j>(&self, json: &'j str) -> Vec<&'j str> {
        find::all(json, &self.steps)
    }
}

/// Why a text is no path: what was expected, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    text: String,
    span: Span,
    expected: &'static str,
}

impl PathError {
    /// The text that was to be read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place in the text: from where it goes wrong to its end.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found ", self.expected)?;
        match self.text.get(self.span.start..).and_then(|rest| rest.chars().next()) {
            Some(character) => write!(f, "{character:?}"),
            None => f.write_str("the end of the path"),
        }
    }
}

impl Error for PathError {}
