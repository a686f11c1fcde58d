//! What the parsers of paths have in common.

use nom::error::{ErrorKind, ParseError};
use nom::{Finish, IResult, Parser};

use super::{PathError, PathStep};

/// More parts than any object is deep; bounds the recursion of whoever follows a path.
pub(super) const MAX_STEPS: usize = 100;

/// The text that was left, and what it should have begun with.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathFailure<'t> {
    rest: &'t str,
    expected: &'static str,
}

impl<'t> ParseError<&'t str> for PathFailure<'t> {
    /// The parts say what they expected; until they do, it is a part of a path.
    fn from_error_kind(rest: &'t str, _: ErrorKind) -> PathFailure<'t> {
        PathFailure { rest, expected: "`.` or `[` before the next part of the path" }
    }

    fn append(_: &'t str, _: ErrorKind, other: PathFailure<'t>) -> PathFailure<'t> {
        other
    }
}

pub(super) type PathResult<'t, T> = IResult<&'t str, T, PathFailure<'t>>;

/// Commits to `rule`: if it does not hold here, the whole text is in error.
pub(super) fn expect<'t, T>(
    expected: &'static str,
    mut rule: impl Parser<&'t str, Output = T, Error = PathFailure<'t>>,
) -> impl FnMut(&'t str) -> PathResult<'t, T> {
    move |rest| {
        rule.parse(rest).map_err(|error| match error {
            nom::Err::Error(_) => nom::Err::Failure(PathFailure { rest, expected }),
            // A rule further in has committed already, and its place is the more exact one.
            committed => committed,
        })
    }
}

pub(super) fn refuse<'t, T>(rest: &'t str, expected: &'static str) -> PathResult<'t, T> {
    Err(nom::Err::Failure(PathFailure { rest, expected }))
}

/// Reads the whole of a text by its rule.
pub(super) fn whole<'t>(
    text: &'t str,
    rule: impl Fn(&'t str) -> PathResult<'t, Vec<PathStep>>,
) -> Result<Vec<PathStep>, PathError> {
    let error = |failure: PathFailure<'_>| PathError::new(text, failure.rest, failure.expected);
    rule(text).finish().map(|(_, steps)| steps).map_err(error)
}
