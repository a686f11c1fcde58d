//! What the parsers of paths have in common.

use nom::error::{ErrorKind, ParseError};
use nom::{Finish, IResult, Parser};

use super::{PathError, Step};

/// More parts than any object is deep; bounds the recursion of whoever follows a path.
pub(super) const MAX_STEPS: usize = 100;

/// The text that was left, and what it should have begun with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure<'t> {
    rest: &'t str,
    expected: &'static str,
}

impl<'t> ParseError<&'t str> for Failure<'t> {
    /// The parts say what they expected; until they do, it is a part of a path.
    fn from_error_kind(rest: &'t str, _: ErrorKind) -> Failure<'t> {
        Failure { rest, expected: "`.` or `[` before the next part of the path" }
    }

    fn append(_: &'t str, _: ErrorKind, other: Failure<'t>) -> Failure<'t> {
        other
    }
}

pub(super) type Parsed<'t, T> = IResult<&'t str, T, Failure<'t>>;

/// Commits to `rule`: if it does not hold here, the whole text is in error.
pub(super) fn expect<'t, T>(
    expected: &'static str,
    mut rule: impl Parser<&'t str, Output = T, Error = Failure<'t>>,
) -> impl FnMut(&'t str) -> Parsed<'t, T> {
    move |rest| {
        rule.parse(rest).map_err(|error| match error {
            nom::Err::Error(_) => nom::Err::Failure(Failure { rest, expected }),
            committed => committed,
        })
    }
}

pub(super) fn refuse<'t, T>(rest: &'t str, expected: &'static str) -> Parsed<'t, T> {
    Err(nom::Err::Failure(Failure { rest, expected }))
}

/// Reads the whole of a text by its rule.
pub(super) fn whole<'t>(
    text: &'t str,
    rule: impl Fn(&'t str) -> Parsed<'t, Vec<Step>>,
) -> Result<Vec<Step>, PathError> {
    let error = |failure: Failure<'_>| PathError::new(text, failure.rest, failure.expected);
    rule(text).finish().map(|(_, steps)| steps).map_err(error)
}
