//! Why labels cannot be edited.

use std::fmt;

use super::LabelEdits;
use crate::label::LabelError;
use crate::shown::{Quoted, is_short};

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
            EditError::Value { edit, .. } => several_in_one(edit),
            // `app=x,env=y` has a second `=` as well, so that joined edits are looked for first.
            EditError::SecondEquals(edit) => several_in_one(edit).or_else(|| doubled_equals(edit)),
            EditError::SetAndRemoved(_) => Some("leave out one of the two".to_owned()),
            EditError::NotAnEdit(_)
            | EditError::NoKey(_)
            | EditError::HasValue { .. }
            | EditError::NoPlace { .. }
            | EditError::Elsewhere => None,
        }
    }
}

/// `app=x,env=y`: edits joined as requirements are.
fn several_in_one(text: &str) -> Option<String> {
    let edits: Vec<&str> = text.split(',').collect();
    let are_edits = edits.len() > 1 && edits.iter().all(|edit| LabelEdits::parse([edit]).is_ok());
    (are_edits && is_short(text))
        .then(|| format!("each edit is an argument of its own: `{}`", edits.join(" ")))
}

/// `app==x`: an operator of selectors.
fn doubled_equals(text: &str) -> Option<String> {
    let (key, rest) = text.split_once('=')?;
    // An empty value would be another one than was meant, and of two nobody knows which.
    let mut values = rest.split('=').filter(|part| !part.is_empty());
    let (value, None) = (values.next()?, values.next()) else { return None };
    let edit = format!("{key}={value}");
    // What holds a space would be two arguments as it is shown.
    let is_one_argument = is_short(&edit) && !edit.contains(' ');
    (is_one_argument && LabelEdits::parse([&edit]).is_ok()).then(|| format!("write `{edit}`"))
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::NotAnEdit(text) => {
                write!(f, "expected an edit, `key=value` or `key-`, found {}", Quoted(text))
            }
            EditError::NoKey(text) => write!(f, "expected a label key before the `=` of {}", Quoted(text)),
            EditError::SecondEquals(text) => {
                write!(f, "expected one `=` in an edit, found more in {}", Quoted(text))
            }
            EditError::Value { edit, error } => write!(f, "{}: {error}", Quoted(edit)),
            EditError::SetAndRemoved(key) => {
                write!(f, "expected the label {} to be set or removed, found both", Quoted(key))
            }
            EditError::HasValue { key, value } => {
                let (key, value) = (Quoted(key), Quoted(value));
                write!(f, "label {key} already has the value {value}, which may not be overwritten")
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
        insta::assert_snapshot!(said(&EditError::SecondEquals(" ==a".into())), @r#"expected one `=` in an edit, found more in " ==a""#);
        insta::assert_snapshot!(said(&EditError::SecondEquals("app=x,env=y".into())), @r#"expected one `=` in an edit, found more in "app=x,env=y"; each edit is an argument of its own: `app=x env=y`"#);
        insta::assert_snapshot!(said(&EditError::SecondEquals("a=b=c".into())), @r#"expected one `=` in an edit, found more in "a=b=c""#);
        let error = LabelValue::new("x,old-").unwrap_err();
        insta::assert_snapshot!(said(&EditError::Value { edit: "app=x,old-".into(), error }), @r#""app=x,old-": a label value may hold ASCII letters, digits, "-", "_" and ".", found ","; each edit is an argument of its own: `app=x old-`"#);
        let error = LabelValue::new("a b").unwrap_err();
        insta::assert_snapshot!(said(&EditError::Value { edit: "k=a b".into(), error }), @r#""k=a b": a label value may hold ASCII letters, digits, "-", "_" and ".", found a space"#);
        insta::assert_snapshot!(said(&EditError::SetAndRemoved("app".into())), @r#"expected the label "app" to be set or removed, found both; leave out one of the two"#);
        let (key, value) = ("app".into(), "".into());
        insta::assert_snapshot!(said(&EditError::HasValue { key, value }), @r#"label "app" already has the value "", which may not be overwritten"#);
        insta::assert_snapshot!(said(&EditError::NoPlace { field: "metadata", found: "a number" }), @"expected an object as `metadata`, found a number");
        insta::assert_snapshot!(said(&EditError::NoPlace { field: "", found: "a list" }), @"expected an object, found a list");
        insta::assert_snapshot!(said(&EditError::Elsewhere), @"expected labels at `metadata.labels` to edit, found a dump with labels elsewhere");
    }

    proptest::proptest! {
        /// What is told to write is read as edits, and a long text is not repeated.
        #[test]
        fn what_is_told_to_write_is_accepted(text in "[ab,=/ -]{0,12}", times in 1_usize..60) {
            let text = text.repeat(times);
            if let Err(error) = LabelEdits::parse([&text]) {
                proptest::prop_assert!(error.to_string().len() < 400);
                let help = error.help().unwrap_or_default();
                if let Some(edits) = help.split('`').nth(1) {
                    proptest::prop_assert!(LabelEdits::parse(edits.split(' ')).is_ok(), "{}: {}", text, help);
                }
            }
        }
    }
}
