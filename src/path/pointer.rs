//! JSON pointers: where the objects or the labels are.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use super::PathStep;
use super::parse::MAX_STEPS;
use super::search::search;
use crate::json::{Text, WrittenPlace};
use crate::shown::{Ticked, is_short};

/// A JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)): `/metadata/labels`, or `""` for the
/// whole value. `~1` stands for `/` and `~0` for `~` inside a step; a number steps into an array.
///
/// It is the [`Path`](crate::Path) that leads to one place at most.
///
/// ```
/// let pointer: selq::path::Pointer = "/data/a~1b/0".parse()?;
/// assert_eq!(pointer.to_string(), "/data/a~1b/0");
/// # Ok::<(), selq::path::PointerError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pointer {
    text: String,
    steps: Vec<PathStep>,
}

impl Pointer {
    /// The steps, outermost first: each a [`PathStep::Key`].
    pub(crate) fn steps(&self) -> &[PathStep] {
        &self.steps
    }

    /// The text of the value that it leads to; of equal keys the last one counts.
    pub(crate) fn find<'j>(&self, json: &'j str) -> Option<&'j str> {
        let found = search([Text::of(json)], self.steps.as_slice());
        found.first().map(|(_, value)| value.text())
    }
}

/// The steps and the text stand for each other.
impl PartialEq for Pointer {
    fn eq(&self, other: &Pointer) -> bool {
        self.text == other.text
    }
}

impl Eq for Pointer {}

impl Hash for Pointer {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Pointer, PointerError> {
        let names = match text.strip_prefix('/') {
            Some(rest) => rest.split('/').map(unescape).collect::<Result<_, _>>()?,
            None if text.is_empty() => Vec::new(),
            None => return Err(PointerError::NoSlash(text.into())),
        };
        if names.len() > MAX_STEPS {
            return Err(PointerError::TooLong(names.len()));
        }
        // Only the value shows whether a number means an element or a field of that name, so that a
        // step keeps both.
        let steps = names.into_iter().map(|name| PathStep::Key { index: array_index(&name), name }).collect();
        Ok(Pointer { text: text.to_owned(), steps })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Replaces `~1` and `~0` by what they stand for.
fn unescape(step: &str) -> Result<String, PointerError> {
    // The text is gone through once: replacing `~0` first and `~1` then would make a `/` of `~01`.
    let mut parts = step.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (stands_for, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', &part[1..]),
            Some(b'1') => ('/', &part[1..]),
            _ => return Err(PointerError::Tilde(step.into())),
        };
        text.push(stands_for);
        text.push_str(rest);
    }
    Ok(text)
}

/// The position that `step` names in an array: digits without a leading zero.
fn array_index(step: &str) -> Option<usize> {
    // RFC 6901 allows no leading zeros, so that each element has one pointer.
    let canonical = step == "0" || (!step.starts_with('0') && step.bytes().all(|b| b.is_ascii_digit()));
    if canonical { step.parse().ok() } else { None }
}

/// Why a text is no JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PointerError {
    /// The text, neither empty nor beginning with `/`.
    NoSlash(Box<str>),
    /// A step with a `~` that is followed by neither `0` nor `1`.
    Tilde(Box<str>),
    /// More than 100 steps.
    TooLong(usize),
}

impl PointerError {
    /// What to write instead, where that is clear.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            PointerError::NoSlash(text) => path(text).map(|pointer| format!("use `{pointer}`")),
            PointerError::Tilde(_) => Some("write `~` as `~0` and `/` within a step as `~1`".to_owned()),
            PointerError::TooLong(_) => None,
        }
    }
}

/// The pointer to the place of `metadata.labels`, `{.items[0].labels}` or `$.data.result`, if it can be told.
fn path(text: &str) -> Option<String> {
    // A name at any depth, the last element and several of them are places that no pointer leads to.
    if text.contains(['*', '?', '(', ')', '\\', '`', '"', ':', '@', ','])
        || text.contains("..")
        || text.contains("[-")
    {
        return None;
    }
    let plain = text.trim().trim_start_matches('{').trim_end_matches('}').trim_start_matches(['$', '.']);
    // What has a `/` lacks only the one at its beginning, and the points in it belong to names.
    let has_its_own_steps = plain.contains('/');
    let steps =
        if has_its_own_steps { plain.to_owned() } else { plain.replace('[', ".").replace([']', '\''], "") };
    let is_plain = !steps.contains('[') && !steps.is_empty();
    let pointer = format!("/{}", if has_its_own_steps { steps } else { steps.replace('.', "/") });
    (is_plain && is_short(&pointer) && pointer.parse::<Pointer>().is_ok()).then_some(pointer)
}

impl fmt::Display for PointerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PointerError::NoSlash(text) => {
                write!(f, "expected a JSON pointer that begins with `/`, found {}", Ticked(text))
            }
            PointerError::Tilde(step) => {
                write!(f, "expected `~0` or `~1` in a JSON pointer, found another `~` in {}", Ticked(step))
            }
            PointerError::TooLong(n) => {
                write!(f, "expected a JSON pointer of at most {MAX_STEPS} steps, found {n}")
            }
        }
    }
}

impl std::error::Error for PointerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_unescaped_and_printed_back() {
        let pointer: Pointer = "/a~1b/~01//0".parse().unwrap();
        let steps: Vec<&str> = pointer.steps().iter().filter_map(PathStep::name).collect();
        assert_eq!(steps, ["a/b", "~1", "", "0"]);
        assert_eq!(pointer.to_string(), "/a~1b/~01//0");
        assert!("".parse::<Pointer>().unwrap().steps().is_empty());
    }

    #[test]
    fn what_is_no_pointer_is_refused_with_a_fix() {
        let error = "metadata.labels".parse::<Pointer>().unwrap_err();
        insta::assert_snapshot!(error, @"expected a JSON pointer that begins with `/`, found `metadata.labels`");
        insta::assert_snapshot!(error.help().unwrap(), @"use `/metadata/labels`");
        insta::assert_snapshot!("/a~2".parse::<Pointer>().unwrap_err(), @"expected `~0` or `~1` in a JSON pointer, found another `~` in `a~2`");
        insta::assert_snapshot!("/a".repeat(101).parse::<Pointer>().unwrap_err(), @"expected a JSON pointer of at most 100 steps, found 101");
    }

    #[test]
    fn what_is_told_to_write_is_a_pointer_to_the_place() {
        let told = |text: &str| text.parse::<Pointer>().unwrap_err().help();
        for (text, pointer) in [
            ("{.items[0].labels}", "/items/0/labels"),
            ("$.data.result", "/data/result"),
            ("metadata/labels", "/metadata/labels"),
            ("items['a']", "/items/a"),
        ] {
            assert_eq!(told(text), Some(format!("use `{pointer}`")));
        }
        let elsewhere =
            ["$..labels", ".a..b", ".items[-1].labels", ".items[0,1].labels", ".items[1:].labels"];
        let others = ["a~b", "items[*].x", "metadata.labels.app\\.x", "$", &"a.".repeat(60_000)];
        for text in elsewhere.into_iter().chain(others) {
            assert_eq!(told(text), None, "{text:.50}");
        }
        let long = "a".repeat(120_000).parse::<Pointer>().unwrap_err();
        assert!(long.to_string().len() < 300);
    }

    #[test]
    fn array_positions_have_one_spelling() {
        assert_eq!(array_index("0"), Some(0));
        assert_eq!(array_index("12"), Some(12));
        for step in ["", "01", "-1", "+1", "1e3", "99999999999999999999999"] {
            assert_eq!(array_index(step), None, "{step}");
        }
    }
}
