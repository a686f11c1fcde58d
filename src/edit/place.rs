//! Where the labels of an object stand in its text.

use super::EditError;
use super::members::{Entries, Layout, Members};

/// `metadata` and `metadata.labels` of an object, as far as they are there.
#[derive(Debug)]
pub(super) struct Place<'a> {
    pub(super) object: Members<'a>,
    pub(super) metadata: Field<'a>,
    pub(super) labels: Field<'a>,
}

/// A field whose value is an object.
#[derive(Debug)]
pub(super) struct Field<'a> {
    /// The value as it is written: an object or `null`. `None` when there is no such field.
    pub(super) text: Option<&'a str>,
    /// Its members; none for `null` and for what is not there.
    pub(super) members: Members<'a>,
}

impl<'a> Place<'a> {
    /// Looks for the labels in `json`, which is all of an object. Of equal keys the last counts.
    ///
    /// # Errors
    ///
    /// When something else than an object stands where one belongs.
    pub(super) fn of(json: &'a str) -> Result<Place<'a>, EditError> {
        let no_object = || EditError::NoPlace { field: "", found: found(json) };
        let object = Members::parse(json, &Layout::compact()).ok_or_else(no_object)?;
        let metadata = Field::of(Some(json), "metadata", "metadata", object.layout())?;
        let labels = Field::of(metadata.text, "labels", "metadata.labels", metadata.members.layout())?;
        Ok(Place { object, metadata, labels })
    }
}

impl<'a> Field<'a> {
    /// The field `key` of the object `outer`. `path` is its name for people.
    fn of(
        outer: Option<&'a str>,
        key: &str,
        path: &'static str,
        layout: &Layout,
    ) -> Result<Field<'a>, EditError> {
        let text = outer.and_then(|outer| last_value(outer, key));
        let members = match text {
            None | Some("null") => Some(Members::empty(layout)),
            Some(text) => Members::parse(text, layout),
        };
        match members {
            Some(members) => Ok(Field { text, members }),
            None => Err(EditError::NoPlace { field: path, found: found(text.unwrap_or_default()) }),
        }
    }

    /// Whether an object stands there.
    pub(super) fn is_object(&self) -> bool {
        self.text.is_some_and(|text| text != "null")
    }
}

/// The value of the last member with this key.
fn last_value<'a>(object: &'a str, key: &str) -> Option<&'a str> {
    let Entries(entries) = serde_json::from_str(object).ok()?;
    entries.into_iter().rfind(|(name, _)| name == key).map(|(_, value)| value)
}

/// What sort of JSON a text is.
fn found(text: &str) -> &'static str {
    match text.bytes().next() {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b'n') => "`null`",
        Some(b't' | b'f') => "a boolean",
        Some(b'-' | b'0'..=b'9') => "a number",
        _ => "no JSON",
    }
}
