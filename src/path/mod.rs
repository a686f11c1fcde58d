//! Ways from a JSON value to values inside it, however they are written and whatever holds the value.

mod descent;
mod dotted;
mod error;
mod find;
mod jsonpath;
mod parse;
mod pointer;
mod search;
mod set;
mod step;

pub use error::PathError;
pub(crate) use find::SearchRoot;
pub use pointer::{Pointer, PointerError};
pub use set::Paths;
pub(crate) use step::PathStep;

use std::str::FromStr;

use serde_json::Value;

use crate::json::{JsonPlace, Text, ValueKind, WrittenPlace};

/// A way from a JSON value to values inside it: a field, or kubectl's form of JSONPath, or a JSON pointer.
///
/// [`Path::field`], which is what a text is [parsed](str::parse) as, reads fields:
///
/// | part | leads to |
/// |---|---|
/// | `.name` | the field of an object, or of each element of an array |
/// | `['any text']`, `["any text"]` | the same for a name of other characters than letters, digits, `_` and `-` |
/// | `[0]` | an element of an array |
/// | `[*]` | all elements of an array |
/// | `..name` | at the beginning: the field at any depth, save inside `managedFields` |
///
/// What is `null` there is no value. [`Path::jsonpath`] reads kubectl's form of JSONPath:
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
/// let pod = r#"{"status":{"conditions":[{"type":"Ready","status":"True"}]},"spec":{"containers":[{"image":"a"},{"image":"b"}]}}"#;
/// assert_eq!(ready.first(pod), Some(r#""True""#));
/// let images: Path = ".spec.containers.image".parse()?;
/// assert_eq!(images.all(pod), [r#""a""#, r#""b""#]);
/// # Ok::<(), selq::path::PathError>(())
/// ```
///
/// Paths are of at most 100 parts, filters nest at most 8 deep, and no value is too deeply nested to be searched. Of
/// equal keys the last one counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    steps: Vec<PathStep>,
    null: Null,
}

/// Whether a path leads to what is `null`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Null {
    IsValue,
    IsNoValue,
}

impl Path {
    /// Reads a field, such as `.spec.containers[0].image`.
    ///
    /// # Errors
    ///
    /// The first place where the text is no field, and what was expected there.
    pub fn field(text: &str) -> Result<Path, PathError> {
        dotted::parse(text).map(|steps| Path { steps, null: Null::IsNoValue })
    }

    /// Reads kubectl's form of JSONPath.
    ///
    /// # Errors
    ///
    /// The first place where the text is no path, and what was expected there.
    pub fn jsonpath(text: &str) -> Result<Path, PathError> {
        jsonpath::parse(text).map(|steps| Path { steps, null: Null::IsValue })
    }

    /// Reads a JSON pointer.
    ///
    /// # Errors
    ///
    /// What keeps the text from being one.
    pub fn pointer(text: &str) -> Result<Path, PointerError> {
        text.parse::<Pointer>().map(Path::from)
    }

    /// The text of the first value that the path leads to from the value `json`, which must be valid JSON: of other
    /// text something is found, or nothing. The time is linear in the text, for each part of the path that is more than
    /// a name or a number.
    #[must_use]
    pub fn first<'j>(&self, json: &'j str) -> Option<&'j str> {
        // All are found first: until an object ends, an equal key further on may take back what was
        // found.
        self.places(Text::of(json)).next().map(Text::text)
    }

    /// The texts of all values that the path leads to, as [`first`](Path::first) finds one, in the order of the JSON
    /// unless the path names them in another.
    #[must_use]
    pub fn all<'j>(&self, json: &'j str) -> Vec<&'j str> {
        self.places(Text::of(json)).map(Text::text).collect()
    }

    /// All values that the path leads to from a value that is parsed already.
    ///
    /// ```
    /// use serde_json::json;
    ///
    /// let pod = json!({"spec": {"containers": [{"image": "a"}, {"image": "b"}]}});
    /// assert_eq!(selq::Path::field(".spec.containers.image")?.values(&pod), [&json!("a"), &json!("b")]);
    /// # Ok::<(), selq::path::PathError>(())
    /// ```
    #[must_use]
    pub fn values<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        self.places(value).collect()
    }

    /// All values that the path leads to, whatever holds them.
    pub(crate) fn places<P: SearchRoot>(&self, start: P) -> impl Iterator<Item = P> {
        let found = find::all(start, &self.steps).into_iter();
        // Only where the path ends does `null` make a difference, as on the way there is nothing in
        // it.
        found.filter(|place| self.null.may_be(*place))
    }
}

impl Path {
    /// What is taken step by step.
    pub(crate) fn steps(&self) -> &[PathStep] {
        &self.steps
    }
}

impl Null {
    fn may_be(self, place: impl JsonPlace) -> bool {
        self == Null::IsValue || place.kind() != ValueKind::Null
    }
}

/// Reads a [field](Path::field).
impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Path, PathError> {
        Path::field(text)
    }
}

impl From<Pointer> for Path {
    fn from(pointer: Pointer) -> Path {
        // A pointer is about a place, and what stands there may be `null` like any other value.
        Path { steps: pointer.steps().to_vec(), null: Null::IsValue }
    }
}
