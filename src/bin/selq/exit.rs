//! Exit statuses, those of grep.

use std::process::ExitCode;

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Something matched, or everything was right.
    Matched = 0,
    /// Nothing matched.
    NoMatch = 1,
    /// There was an error, though perhaps an answer too.
    Error = 2,
}

impl ExitStatus {
    /// What two answers come to together: an error whatever matched, and else a match.
    pub(crate) fn and(self, other: ExitStatus) -> ExitStatus {
        match (self, other) {
            // A script must not take some of the answers for all of them.
            (ExitStatus::Error, _) | (_, ExitStatus::Error) => ExitStatus::Error,
            (ExitStatus::Matched, _) | (_, ExitStatus::Matched) => ExitStatus::Matched,
            _ => ExitStatus::NoMatch,
        }
    }

    /// Matched or not.
    pub(crate) fn of_match(matched: bool) -> ExitStatus {
        if matched { ExitStatus::Matched } else { ExitStatus::NoMatch }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        ExitCode::from(status as u8)
    }
}
