//! One error type over those of the modules.

use std::fmt;

use crate::edit::EditError;
use crate::label::LabelError;
use crate::path::PointerError;
use crate::saved::IndexError;
use crate::selector::LabelSelectorError;
use crate::{LoadError, ParseError};

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
    /// A text that is no JSON pointer.
    Pointer(PointerError),
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
            Error::Pointer(error) => error,
            Error::Load(error) => error,
            Error::Edit(error) => error,
            Error::Index(error) => error,
        }
    }

    /// What to do about it, where that is clear: the help of the error within.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            // The standard library has no trait for what to do about an
            // error, so that each is asked by itself.
            Error::Label(error) => error.help(),
            Error::Parse(error) => error.help(),
            Error::LabelSelector(error) => error.help(),
            Error::Pointer(error) => error.help(),
            Error::Load(error) => error.help(),
            Error::Edit(error) => error.help(),
            Error::Index(error) => error.help(),
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
        // The error within is not its source: `Display` has told it already,
        // and a chain of errors would tell it twice.
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

impl From<PointerError> for Error {
    fn from(error: PointerError) -> Error {
        Error::Pointer(error)
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
    use crate::path::Pointer;
    use crate::{Input, LabelEdits, LabelKey, LabelSelector, Loader, SavedIndex, Selector};

    /// An error of every module, with what it says and its help.
    fn errors() -> Vec<(Error, String, Option<String>)> {
        macro_rules! error {
            ($result:expr) => {{
                let error = $result.unwrap_err();
                let (said, help) = (error.to_string(), error.help());
                (Error::from(error), said, help)
            }};
        }
        let object = r#"{"matchExpressions":[{"key":"a","operator":"in"}]}"#;
        let object: LabelSelector = serde_json::from_str(object).unwrap();
        let empty = Input::Bytes { name: "dump.txt".to_owned(), bytes: b"NAME READY".to_vec() };
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.json");
        vec![
            error!(LabelKey::new("/a")),
            error!("a b".parse::<Selector>()),
            error!(Selector::try_from(object)),
            error!("a.b".parse::<Pointer>()),
            error!(Loader::new().load([empty])),
            error!(LabelEdits::parse(["a==1"])),
            error!(SavedIndex::beside(&missing).write(&Loader::new())),
        ]
    }

    /// The place of a variant in [`errors`]: one that is added has to be added there too.
    fn place(error: &Error) -> usize {
        match error {
            Error::Label(_) => 0,
            Error::Parse(_) => 1,
            Error::LabelSelector(_) => 2,
            Error::Pointer(_) => 3,
            Error::Load(_) => 4,
            Error::Edit(_) => 5,
            Error::Index(_) => 6,
        }
    }

    #[test]
    fn every_error_converts_and_says_the_same() {
        let errors = errors();
        assert_eq!(errors.iter().map(|(error, ..)| place(error)).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5, 6]);
        for (error, said, help) in errors {
            assert_eq!((error.to_string(), error.help()), (said, help));
            assert!(error.help().is_some() || matches!(error, Error::Index(_)), "{error}");
        }
    }
}
