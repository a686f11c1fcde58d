//! What subjects give of objects, object by object: for columns of a table, for orders and groups.

use std::fmt;

use super::field::FieldValue;
use super::matches::{Asked, Queried};
use super::others::OtherTexts;
use super::read::{DumpObject, in_parts};
use super::subject::Order;
use super::{Context, Subject};
use crate::json::skim::{Level, compact};
use crate::kubernetes::{Age, Quantity, Reads, Time};
use crate::{Dump, ObjectId};

/// Subjects made ready to be read of many objects: what they need of an object is known beforehand, and nothing else of it
/// is taken apart.
///
/// ```
/// use selq::query::{Context, SubjectReader};
/// use selq::{Input, Loader};
///
/// let pods = r#"{"kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"image":"x"},{"image":"y"}]}}"#;
/// let dump = Loader::new().load([Input::Bytes { name: "pods".into(), bytes: pods.into() }])?;
/// let ids: Vec<_> = dump.store().objects().map(|object| object.id()).collect();
/// let reader = SubjectReader::new([".spec.containers.image".parse()?], Context::new());
/// let texts = reader.read_all(&dump, &ids, |_, values| {
///     values[0].iter().map(ToString::to_string).collect::<Vec<_>>()
/// });
/// assert_eq!(texts, [["x", "y"]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SubjectReader {
    subjects: Vec<Subject>,
    reads: Reads,
    context: Context,
}

/// One of the values that a subject gives of an object. `Display` writes what a cell of a table shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SubjectValue {
    /// A text; of numbers and booleans in JSON their spelling.
    Text(String),
    /// An object or array, in JSON without white space between tokens.
    Json(String),
    /// How long ago something was. Shown as `kubectl get` does.
    Age(Age),
}

impl SubjectReader {
    /// Takes time in proportion to the subjects.
    #[must_use]
    pub fn new(subjects: impl IntoIterator<Item = Subject>, context: Context) -> SubjectReader {
        let subjects: Vec<Subject> = subjects.into_iter().collect();
        SubjectReader { reads: Subject::reads(&subjects.iter().collect::<Vec<_>>()), subjects, context }
    }

    /// The values of each subject, in the order of the subjects; none of those that ask other objects, which takes a dump.
    #[must_use]
    pub fn read(&self, object: &impl Queried) -> Vec<Vec<SubjectValue>> {
        let asked = Asked::new(object, Some(&self.reads));
        let values = |subject: &Subject| {
            let values = asked.values(subject, &self.context).into_iter();
            values.filter_map(|value| self.value(subject, value)).collect()
        };
        self.subjects.iter().map(values).collect()
    }

    fn value(&self, subject: &Subject, value: FieldValue<'_>) -> Option<SubjectValue> {
        Some(match value {
            FieldValue::Text(then) if subject.order() == Some(Order::Ages) => {
                SubjectValue::Age(Age::between(then.parse::<Time>().ok()?, self.context.now()))
            }
            FieldValue::Text(text) => SubjectValue::Text(text.into_owned()),
            FieldValue::Compound(json) => SubjectValue::Json(compact(Level::new(), json).into_owned()),
        })
    }

    /// Reads the subjects of some objects of a dump on all processors, and gives what `each` makes of every object's
    /// values, in the order of `ids`. Numbers of which there is no object are passed over.
    pub fn read_all<T: Send>(
        &self,
        dump: &Dump,
        ids: &[ObjectId],
        each: impl Fn(ObjectId, Vec<Vec<SubjectValue>>) -> T + Sync,
    ) -> Vec<T> {
        let parts = self.read_parts(dump, ids, Vec::new, |found, id, values| found.push(each(id, values)));
        parts.into_iter().flatten().collect()
    }

    /// The same, with what comes of all objects of a part put together: for what is counted and not listed. The parts are
    /// in the order of `ids`, and there is at least one.
    pub fn read_parts<T: Send>(
        &self,
        dump: &Dump,
        ids: &[ObjectId],
        begin: impl Fn() -> T + Sync,
        add: impl Fn(&mut T, ObjectId, Vec<Vec<SubjectValue>>) + Sync,
    ) -> Vec<T> {
        let others = OtherTexts::new(dump, &self.subjects, &self.context);
        in_parts(ids, |ids| {
            let mut part = begin();
            for &id in ids {
                if let Some(object) = DumpObject::new(dump, id) {
                    let mut values = self.read(&object);
                    for (nth, texts) in others.of(id) {
                        let value =
                            |text: &String| self.value(&self.subjects[nth], FieldValue::Text(text.into()));
                        values[nth] = texts.iter().filter_map(value).collect();
                    }
                    add(&mut part, id, values);
                }
            }
            part
        })
    }
}

impl Subject {
    /// Whether values are amounts that can be summed up, of those that are written as one.
    #[must_use]
    pub fn has_amounts(&self) -> bool {
        self.order().is_some_and(|order| order != Order::Ages)
    }

    /// Whether values that are times are ordered as such.
    #[must_use]
    pub fn has_times(&self) -> bool {
        self.order() == Some(Order::TimesOrQuantities)
    }
}

impl SubjectValue {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            SubjectValue::Text(text) => Some(text),
            SubjectValue::Json(_) | SubjectValue::Age(_) => None,
        }
    }

    /// The amount that the text is.
    #[must_use]
    pub fn amount(&self) -> Option<Quantity> {
        self.as_text()?.parse().ok()
    }
}

impl fmt::Display for SubjectValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SubjectValue::Text(text) => f.write_str(text),
            SubjectValue::Json(json) => f.write_str(json),
            SubjectValue::Age(age) => f.write_str(&age.human()),
        }
    }
}
