//! Fields: paths into an object's JSON that may choose the elements of an array by a query.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::{Context, Query};
use crate::Path;
use crate::json::{JsonPlace, Reads, WrittenPlace, key_name};
use crate::path::{PathStep, SearchRoot};

/// A path into an object's JSON: `.spec.containers[0].image`, `.status.conditions[.type=Ready].status`.
///
/// Two are the same when they are written the same.
#[derive(Debug, Clone)]
pub struct Field {
    // A field is copied into tests, columns and plans, which share its parts.
    text: Arc<str>,
    parts: Arc<[FieldPart]>,
    /// Whether names lead to all that it looks at, and nothing is looked for at any depth.
    is_named: bool,
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
    /// An object or array, which is there and equals nothing: its JSON.
    Compound(&'j str),
}

impl Field {
    pub(super) fn new(text: String, parts: Vec<FieldPart>) -> Field {
        let is_named = parts.iter().all(FieldPart::is_named);
        Field { text: text.into(), parts: parts.into(), is_named }
    }

    /// The field as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The paths it is made of, and after each the query that chooses of the elements of an array what it leads to.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (Option<&Path>, Option<&Query>)> {
        self.parts.iter().map(|part| (part.path.as_ref(), part.filter.as_ref()))
    }

    /// Whether names lead to all that it looks at, so that [`read_by`](Field::read_by) says what to read of an object.
    pub(super) fn is_named(&self) -> bool {
        self.is_named
    }

    /// What these read and what the field leads to from the value behind some names.
    pub(super) fn read_by(&self, reads: Reads, before: &[&str]) -> Reads {
        let (mut reads, mut names, mut is_alone) = (reads, before.to_vec(), false);
        for part in self.parts.iter() {
            for step in part.path.iter().flat_map(Path::steps) {
                names.extend(step.name());
                // The elements of an array are parts of what is read only if something in them is, or all.
                is_alone = step.name().is_some();
            }
            if let Some(filter) = &part.filter {
                let fields = filter.fields().filter(|field| !field.is_element());
                (reads, is_alone) =
                    fields.fold((reads, false), |(reads, _), field| (field.read_by(reads, &names), true));
            }
        }
        if is_alone { reads.and_value(names) } else { reads.and(names) }
    }

    /// Whether it is `.`, the element itself.
    fn is_element(&self) -> bool {
        self.parts.iter().all(|part| part.path.is_none() && part.filter.is_none())
    }

    /// The values that the field leads to: of what is `null` none.
    pub(crate) fn values<'j, P>(&self, start: P, context: &Context) -> Vec<FieldValue<'j>>
    where
        P: SearchRoot + WrittenPlace<'j>,
    {
        let found = self.parts.iter().fold(vec![start], |places, part| part.find(places, context));
        found.into_iter().filter_map(|place| FieldValue::of(place.text())).collect()
    }
}

impl FieldPart {
    fn is_named(&self) -> bool {
        let is_name_or_element = |step: &PathStep| step.is_straight();
        self.path.iter().flat_map(Path::steps).all(is_name_or_element)
            && self.filter.iter().flat_map(Query::fields).all(Field::is_named)
    }

    fn find<'j, P>(&self, places: Vec<P>, context: &Context) -> Vec<P>
    where
        P: SearchRoot + WrittenPlace<'j>,
    {
        let found = match &self.path {
            Some(path) => places.into_iter().flat_map(|place| path.places(place)).collect(),
            None => places,
        };
        match &self.filter {
            None => found,
            Some(filter) => {
                // What is no array has no elements, so that a filter finds nothing there.
                let elements = found.into_iter().flat_map(JsonPlace::all_elements);
                elements.filter(|element| filter.holds_for_element(*element, context)).collect()
            }
        }
    }
}

impl<'j> FieldValue<'j> {
    /// The value that a JSON text is.
    pub(crate) fn of(json: &'j str) -> Option<FieldValue<'j>> {
        match json.as_bytes().first()? {
            b'{' | b'[' => Some(FieldValue::Compound(json)),
            // In valid JSON nothing but `null` begins with an n.
            b'n' => None,
            b'"' => key_name(json).map(FieldValue::Text),
            _ => Some(FieldValue::Text(Cow::Borrowed(json))),
        }
    }

    /// The text, if it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            FieldValue::Text(text) => Some(text),
            FieldValue::Compound(_) => None,
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
        // The parts are made of the text, so that the same text has the same parts.
        self.text == other.text
    }
}

impl Eq for Field {}

impl Hash for Field {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
