//! JSON pointers: where the objects or the labels are.

use std::fmt;
use std::str::FromStr;

use crate::shown::{Ticked, is_short};

/// More steps than any dump needs; bounds the recursion of whoever follows a pointer.
const MAX_STEPS: usize = 100;

/// A JSON pointer ([RFC 6901](https://www.rfc-editor.org/rfc/rfc6901)): `/metadata/labels`, or `""` for the
/// whole value. `~1` stands for `/` and `~0` for `~` inside a step; a number steps into an array.
///
/// ```
/// let pointer: selq::Pointer = "/data/a~1b/0".parse()?;
/// assert_eq!(pointer.to_string(), "/data/a~1b/0");
/// # Ok::<(), selq::PointerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pointer {
    steps: Vec<String>,
}

impl Pointer {
    /// The unescaped steps, outermost first.
    pub(in crate::load) fn steps(&self) -> &[String] {
        &self.steps
    }
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Pointer, PointerError> {
        let Some(rest) = text.strip_prefix('/') else {
            let steps = Vec::new();
            return if text.is_empty() {
                Ok(Pointer { steps })
            } else {
                Err(PointerError::NoSlash(text.into()))
            };
        };
        let steps: Vec<String> = rest.split('/').map(unescape).collect::<Result<_, _>>()?;
        if steps.len() > MAX_STEPS { Err(PointerError::TooLong(steps.len())) } else { Ok(Pointer { steps }) }
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| write!(f, "/{}", step.replace('~', "~0").replace('/', "~1")))
    }
}

/// Replaces `~1` and `~0` by what they stand for.
fn unescape(step: &str) -> Result<String, PointerError> {
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
pub(in crate::load) fn array_index(step: &str) -> Option<usize> {
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
    let plain = text.trim().trim_start_matches('{').trim_end_matches('}').trim_start_matches(['$', '.']);
    let has_its_own_steps = plain.contains('/');
    let steps =
        if has_its_own_steps { plain.to_owned() } else { plain.replace('[', ".").replace([']', '\''], "") };
    let is_plain = !steps.contains(['*', '?', '(', ')', '[', '\\', '`', '"', ':', '@']) && !steps.is_empty();
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
        assert_eq!(pointer.steps(), ["a/b", "~1", "", "0"]);
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
        for text in ["a~b", "items[*].x", "metadata.labels.app\\.x", "$", &"a.".repeat(60_000)] {
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
