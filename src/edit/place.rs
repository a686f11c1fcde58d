//! Where the labels of an object stand in its text.

use super::EditError;
use super::members::{Members, Spacing};

/// White space as JSON has it.
const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

/// `metadata` and `metadata.labels` of an object, as far as they are there.
#[derive(Debug)]
pub(super) struct LabelsPlace<'a> {
    /// The object without the white space around it.
    pub(super) text: &'a str,
    pub(super) object: Members<'a>,
    pub(super) metadata: ObjectField<'a>,
    pub(super) labels: ObjectField<'a>,
}

/// A field whose value is an object.
#[derive(Debug)]
pub(super) struct ObjectField<'a> {
    /// The value as it is written: an object or `null`. `None` when there is no such field.
    pub(super) text: Option<&'a str>,
    /// Its members; none for `null` and for what is not there.
    pub(super) members: Members<'a>,
}

impl<'a> LabelsPlace<'a> {
    /// Looks for the labels in `json`, which is all of an object, perhaps with white space around it. The last of
    /// equal keys counts.
    ///
    /// # Errors
    ///
    /// When something else than an object stands where one belongs.
    pub(super) fn of(json: &'a str) -> Result<LabelsPlace<'a>, EditError> {
        // `trim` would take more than what is white space in JSON.
        let text = json.trim_matches(BLANK);
        let no_object = || EditError::NoPlace { field: "", found: found(text) };
        let object = Members::parse(text, &Spacing::compact()).ok_or_else(no_object)?;
        let metadata = ObjectField::of(&object, "metadata", "metadata")?;
        let labels = ObjectField::of(&metadata.members, "labels", "metadata.labels")?;
        Ok(LabelsPlace { text, object, metadata, labels })
    }
}

impl<'a> ObjectField<'a> {
    /// The field `key` of the object `outer`. `path` is its name for people.
    fn of(outer: &Members<'a>, key: &str, path: &'static str) -> Result<ObjectField<'a>, EditError> {
        let text = outer.written(key);
        let members = match text {
            // For Go a `null` is an object that is not there, so that labels may be put in its
            // place.
            None | Some("null") => Some(Members::empty(outer.layout())),
            Some(text) => Members::parse(text, outer.layout()),
        };
        match members {
            Some(members) => Ok(ObjectField { text, members }),
            None => Err(EditError::NoPlace { field: path, found: found(text.unwrap_or_default()) }),
        }
    }

    /// Whether an object stands there.
    pub(super) fn is_object(&self) -> bool {
        self.text.is_some_and(|text| text != "null")
    }
}

/// What sort of JSON a text is that is no object.
fn found(text: &str) -> &'static str {
    match text.bytes().next() {
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b'n') => "`null`",
        Some(b't' | b'f') => "a boolean",
        Some(b'-' | b'0'..=b'9') => "a number",
        _ => "no JSON",
    }
}
