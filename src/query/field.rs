//! Fields: paths into an object's JSON that may choose the elements of an array by a query.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Context, Query};
use crate::Path;
use crate::json::{JsonPlace, Text, key_name};

/// A path into an object's JSON: `.spec.containers[0].image`, `.status.conditions[.type=Ready].status`.
///
/// Two are the same when they are written the same.
#[derive(Debug, Clone)]
pub struct Field {
    text: Arc<str>,
    parts: Arc<[FieldPart]>,
}

/// Some steps of a field, and what of the elements of the array that they lead to is chosen.
#[derive(Debug)]
pub(super) struct FieldPart {
    /// `None` where a filter stands right behind another, or the field is the element itself.
    pub(super) path: Option<Path>,
    pub(super) filter: Option<Query>,
}

/// What a field or function gives of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FieldValue<'j> {
    /// A text; of numbers and booleans their JSON.
    Text(Cow<'j, str>),
    /// An object or array, which is there and equals nothing.
    Compound,
}

impl Field {
    pub(super) fn new(text: String, parts: Vec<FieldPart>) -> Field {
        Field { text: text.into(), parts: parts.into() }
    }

    /// The field as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The texts of the JSON values that the field leads to.
    pub(super) fn find<'j>(&self, json: &'j str, context: &Context) -> Vec<&'j str> {
        self.parts.iter().fold(vec![json], |values, part| part.find(values, context))
    }

    /// The values that the field leads to: of what is `null` none.
    pub(crate) fn values<'j>(&self, json: &'j str, context: &Context) -> Vec<FieldValue<'j>> {
        self.find(json, context).into_iter().filter_map(FieldValue::of).collect()
    }
}

impl FieldPart {
    fn find<'j>(&self, values: Vec<&'j str>, context: &Context) -> Vec<&'j str> {
        let found = match &self.path {
            Some(path) => values.into_iter().flat_map(|value| path.all(value)).collect(),
            None => values,
        };
        match &self.filter {
            None => found,
            Some(filter) => {
                let elements =
                    found.into_iter().flat_map(|array| Text::of(array).all_elements()).map(Text::text);
                elements.filter(|element| filter.holds_for_element(element, context)).collect()
            }
        }
    }
}

impl<'j> FieldValue<'j> {
    /// The value that a JSON text is.
    pub(crate) fn of(json: &'j str) -> Option<FieldValue<'j>> {
        match json.as_bytes().first()? {
            b'{' | b'[' => Some(FieldValue::Compound),
            b'n' => None,
            b'"' => key_name(json).map(FieldValue::Text),
            _ => Some(FieldValue::Text(Cow::Borrowed(json))),
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            FieldValue::Text(text) => Some(text),
            FieldValue::Compound => None,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.text == other.text
    }
}

impl Eq for Field {}

impl Hash for Field {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
