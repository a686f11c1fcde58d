//! Why labels cannot be edited.

use std::fmt;

use crate::LabelError;

/// Why a text is no edit of labels, or why an object refuses one.
///
/// `Display` says what was expected and found, in one line; the fix is apart, in [`help`](EditError::help).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EditError {
    /// Neither `key=value` nor `key-`: an object's name, say.
    NotAnEdit(Box<str>),
    /// Nothing before the `=`.
    NoKey(Box<str>),
    /// More than one `=`.
    SecondEquals(Box<str>),
    /// A value that no API server would take.
    Value {
        /// The whole edit.
        edit: Box<str>,
        /// The rule that its value breaks.
        error: LabelError,
    },
    /// One key is both set and removed.
    SetAndRemoved(Box<str>),
    /// The object has another value already, and values may not be overwritten.
    HasValue {
        /// The label's key.
        key: Box<str>,
        /// The value that it has.
        value: Box<str>,
    },
    /// The object, its `metadata` or the `labels` there is a list, a number, …, so that there is no place for a label.
    NoPlace {
        /// `metadata` or `metadata.labels`; empty for the object itself.
        field: &'static str,
        /// What it is instead of an object.
        found: &'static str,
    },
    /// The labels of a dump were read at another place than `metadata.labels`, the only one that is edited.
    Elsewhere,
}

impl EditError {
    /// What to do about it, where that is clear.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            EditError::SecondEquals(edit) => {
                let (key, rest) = edit.split_once('=')?;
                // An empty value would be another one than was meant.
                let value = rest.split('=').find(|part| !part.is_empty())?;
                Some(format!("write `{key}={value}`"))
            }
            EditError::SetAndRemoved(_) => Some("leave out one of the two".to_owned()),
            EditError::NotAnEdit(_)
            | EditError::NoKey(_)
            | EditError::Value { .. }
            | EditError::HasValue { .. }
            | EditError::NoPlace { .. }
            | EditError::Elsewhere => None,
        }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::NotAnEdit(text) => {
                write!(f, "expected an edit, `key=value` or `key-`, found {text:?}")
            }
            EditError::NoKey(text) => write!(f, "expected a label key before the `=` of {text:?}"),
            EditError::SecondEquals(text) => write!(f, "expected one `=` in an edit, found more in {text:?}"),
            EditError::Value { edit, error } => write!(f, "{edit:?}: {error}"),
            EditError::SetAndRemoved(key) => {
                write!(f, "expected the label {key:?} to be set or removed, found both")
            }
            EditError::HasValue { key, value } => {
                write!(f, "label {key:?} already has the value {value:?}, which may not be overwritten")
            }
            EditError::NoPlace { field: "", found } => write!(f, "expected an object, found {found}"),
            EditError::NoPlace { field, found } => {
                write!(f, "expected an object as `{field}`, found {found}")
            }
            EditError::Elsewhere => f.write_str(
                "expected labels at `metadata.labels` to edit, found a dump with labels elsewhere",
            ),
        }
    }
}

impl std::error::Error for EditError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LabelValue;

    fn said(error: &EditError) -> String {
        error.help().map_or_else(|| error.to_string(), |help| format!("{error}; {help}"))
    }

    #[test]
    fn every_refusal_says_what_was_expected() {
        insta::assert_snapshot!(said(&EditError::NotAnEdit("pods".into())), @r#"expected an edit, `key=value` or `key-`, found "pods""#);
        insta::assert_snapshot!(said(&EditError::NoKey("=1".into())), @r#"expected a label key before the `=` of "=1""#);
        insta::assert_snapshot!(said(&EditError::SecondEquals("a==1".into())), @r#"expected one `=` in an edit, found more in "a==1"; write `a=1`"#);
        insta::assert_snapshot!(said(&EditError::SecondEquals("app=web=".into())), @r#"expected one `=` in an edit, found more in "app=web="; write `app=web`"#);
        insta::assert_snapshot!(said(&EditError::SecondEquals("a==".into())), @r#"expected one `=` in an edit, found more in "a==""#);
        let error = LabelValue::new("a b").unwrap_err();
        insta::assert_snapshot!(said(&EditError::Value { edit: "k=a b".into(), error }), @r#""k=a b": a label value may hold ASCII letters, digits, "-", "_" and ".", found a space"#);
        insta::assert_snapshot!(said(&EditError::SetAndRemoved("app".into())), @r#"expected the label "app" to be set or removed, found both; leave out one of the two"#);
        let (key, value) = ("app".into(), "".into());
        insta::assert_snapshot!(said(&EditError::HasValue { key, value }), @r#"label "app" already has the value "", which may not be overwritten"#);
        insta::assert_snapshot!(said(&EditError::NoPlace { field: "metadata", found: "a number" }), @"expected an object as `metadata`, found a number");
        insta::assert_snapshot!(said(&EditError::NoPlace { field: "", found: "a list" }), @"expected an object, found a list");
        insta::assert_snapshot!(said(&EditError::Elsewhere), @"expected labels at `metadata.labels` to edit, found a dump with labels elsewhere");
    }
}
