//! One error type over those of the modules.

use std::fmt;

use crate::{EditError, IndexError, LabelError, LabelSelectorError, LoadError, ParseError};

/// Anything that can go wrong in this library, for callers that do not care which part of it did.
///
/// It says what the error within says; [`source`](std::error::Error::source) is what that one's source is.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A label key or value that no API server would take.
    Label(LabelError),
    /// A text that is no selector.
    Parse(ParseError),
    /// A `LabelSelector` object that is no selector, or a selector that has no such object.
    LabelSelector(LabelSelectorError),
    /// A dump that cannot be read.
    Load(LoadError),
    /// Labels that cannot be edited.
    Edit(EditError),
    /// A saved index that cannot be used or written.
    Index(IndexError),
}

impl Error {
    /// The error within.
    fn inner(&self) -> &(dyn std::error::Error + 'static) {
        match self {
            Error::Label(error) => error,
            Error::Parse(error) => error,
            Error::LabelSelector(error) => error,
            Error::Load(error) => error,
            Error::Edit(error) => error,
            Error::Index(error) => error,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.inner(), f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner().source()
    }
}

impl From<LabelError> for Error {
    fn from(error: LabelError) -> Error {
        Error::Label(error)
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Error {
        Error::Parse(error)
    }
}

impl From<LabelSelectorError> for Error {
    fn from(error: LabelSelectorError) -> Error {
        Error::LabelSelector(error)
    }
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Error {
        Error::Load(error)
    }
}

impl From<EditError> for Error {
    fn from(error: EditError) -> Error {
        Error::Edit(error)
    }
}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Error {
        Error::Index(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LabelKey, Selector};

    #[test]
    fn every_error_converts_and_says_the_same() {
        let label = LabelKey::new("").unwrap_err();
        assert_eq!(Error::from(label.clone()).to_string(), label.to_string());
        let parse = ",".parse::<Selector>().unwrap_err();
        assert_eq!(Error::from(parse.clone()).to_string(), parse.to_string());
    }
}
