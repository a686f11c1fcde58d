//! Whether an object satisfies a query: the meaning that every plan has to agree with.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::LazyLock;

use super::field::{Field, FieldValue};
use super::subject::{FunctionCall, Subject};
use super::{Context, NeedsDump, Predicate, Query};
use crate::ObjectIdentity;
use crate::formula::Expr;
use crate::json::{Text, WrittenPlace};
use crate::kubernetes::{self, ObjectJson, Reads, Time};
use crate::path::SearchRoot;
use crate::syntax::Function;

/// Where the time stands from which on the age of an object is counted.
// The path is parsed once, and not once an object.
static CREATED: LazyLock<Option<Field>> =
    LazyLock::new(|| super::fields::field("metadata.creationTimestamp").ok());

/// An object that a query can be asked about.
pub trait Queried {
    /// What the object is. An item of a list that does not say its kind is of the kind of the list's items.
    fn identity(&self) -> ObjectIdentity<'_>;

    /// The value of a label; of two with the same key the last.
    fn label(&self, key: &str) -> Option<&str>;

    /// The object's JSON, which must be valid: of any other text something is found, or nothing.
    fn json(&self) -> &str;

    /// What was taken apart of the JSON already, if that is what these paths lead to.
    fn taken_apart(&self, _reads: &Reads) -> Option<ObjectJson<'_>> {
        None
    }

    /// What the object was read from, if that is known.
    fn source(&self) -> Option<&str> {
        None
    }

    /// The name of the cluster that the object is from, if that was given one.
    fn cluster(&self) -> Option<&str> {
        None
    }
}

impl Query {
    /// Whether an object is selected.
    ///
    /// Reads of the object's JSON what the query asks for, and nothing where it asks for labels alone. For many objects in
    /// a store see [`Plan`](crate::Plan).
    ///
    /// # Errors
    ///
    /// If the query asks other objects, as `selects()` and `node()` do: it takes a plan over all of them.
    pub fn matches(&self, object: &impl Queried, context: &Context) -> Result<bool, NeedsDump> {
        self.is_of_one_object()?;
        let asked = Asked::new(object, None);
        Ok(self.holds(&|predicate| asked.holds(predicate, context)))
    }

    /// Whether an element of an array is one that this query in brackets chooses.
    pub(super) fn holds_for_element<'j, P>(&self, element: P, context: &Context) -> bool
    where
        P: SearchRoot + WrittenPlace<'j>,
    {
        self.holds(&|predicate| match predicate {
            // Inside of brackets the check of a text lets only fields
            // stand, so that nothing else gets here.
            Predicate::Label(_) => false,
            Predicate::Test(test) => match test.subject() {
                Subject::Field(field) => test.holds(&field.values(element, context), context),
                _ => false,
            },
        })
    }

    /// Whether the query holds where its requirements do as `holds` says.
    pub(crate) fn holds(&self, holds: &impl Fn(&Predicate) -> bool) -> bool {
        match self.formula.is_deep() {
            false => is_true(self.expr(), holds),
            true => self.expr().fold(|part, operands: Vec<bool>| match part {
                Expr::And(_) => operands.into_iter().all(|operand| operand),
                Expr::Or(_) => operands.into_iter().any(|operand| operand),
                Expr::Not(_) => !operands.into_iter().any(|operand| operand),
                leaf => is_true(leaf, holds),
            }),
        }
    }
}

fn is_true(expr: &Expr<Predicate>, holds: &impl Fn(&Predicate) -> bool) -> bool {
    match expr {
        Expr::All => true,
        Expr::None => false,
        Expr::Requirement(predicate) => holds(predicate),
        Expr::And(operands) => operands.iter().all(|operand| is_true(operand, holds)),
        Expr::Or(operands) => operands.iter().any(|operand| is_true(operand, holds)),
        Expr::Not(operand) => !is_true(operand, holds),
    }
}

/// An object that is being asked, whose JSON is taken apart once, when something asks for what is in it.
pub(crate) struct Asked<'a, O> {
    object: &'a O,
    /// All that will be asked for, if that is known.
    reads: Option<&'a Reads>,
    json: OnceCell<ObjectJson<'a>>,
}

impl<'a, O: Queried> Asked<'a, O> {
    pub(crate) fn new(object: &'a O, reads: Option<&'a Reads>) -> Asked<'a, O> {
        Asked { object, reads, json: OnceCell::new() }
    }

    /// Whether the object satisfies a requirement.
    pub(crate) fn holds(&self, predicate: &Predicate, context: &Context) -> bool {
        match predicate {
            Predicate::Label(requirement) => {
                requirement.matches_value(self.object.label(requirement.key().as_str()))
            }
            Predicate::Test(test) => test.holds(&self.values(test.subject(), context), context),
        }
    }

    /// What a subject gives of the object.
    pub(crate) fn values(&self, subject: &Subject, context: &Context) -> Vec<FieldValue<'a>> {
        match subject {
            Subject::Label(key) => one(self.object.label(key.as_str())),
            Subject::Field(field) => self.of_field(field, context),
            Subject::Function(call) => self.of_function(call, context),
        }
    }

    fn of_function(&self, call: &FunctionCall, context: &Context) -> Vec<FieldValue<'a>> {
        let identity = self.object.identity();
        let json = || self.taken_apart(identity);
        match call.function() {
            Function::Kind => one(identity.qualified_kind()),
            Function::Name => one(identity.qualified_name()),
            Function::Namespace => one(Some(identity.namespace).filter(|it| !it.is_empty())),
            Function::Source => one(self.object.source()),
            Function::Cluster => one(self.object.cluster()),
            Function::Label => one(self.object.label(call.word())),
            Function::Annotation => one(kubernetes::metadata::annotation(json(), call.word())),
            Function::Status => one(kubernetes::status::of(json())),
            Function::Condition => one(kubernetes::condition::of(json(), call.word())),
            Function::Ready => one(kubernetes::ready::of(json()).map(|ready| ready.to_string())),
            Function::Restarts => one(kubernetes::restarts::of(json()).map(|restarts| restarts.to_string())),
            Function::Age => self.times(call, context),
            Function::Qos => one(kubernetes::qos::of(json()).map(|class| class.to_string())),
            Function::Image => several(kubernetes::image::of(json())),
            Function::Owner => one(kubernetes::owner::of(json())),
            Function::Requests => {
                one(kubernetes::resources::requests(json(), call.word()).map(|it| it.to_string()))
            }
            Function::Limits => {
                one(kubernetes::resources::limits(json(), call.word()).map(|it| it.to_string()))
            }
            Function::Taint => several(kubernetes::taint::of(json())),
            _ => Vec::new(),
        }
    }

    /// What a field leads to: in what is read of the object together, or in the text where a field alone is asked for,
    /// or one that is looked for at any depth.
    fn of_field(&self, field: &Field, context: &Context) -> Vec<FieldValue<'a>> {
        match self.reads.filter(|_| field.is_named()) {
            None => field.values(Text::of(self.object.json()), context),
            Some(_) => match self.taken_apart(self.object.identity()).root() {
                Some(root) => field.values(root, context),
                None => Vec::new(),
            },
        }
    }

    fn taken_apart(&self, identity: ObjectIdentity<'_>) -> &ObjectJson<'a> {
        self.json.get_or_init(|| {
            let json = match self.reads {
                // Most of an object is passed over when it is known what will be asked.
                Some(reads) => self
                    .object
                    .taken_apart(reads)
                    .unwrap_or_else(|| ObjectJson::reading(self.object.json(), reads)),
                None => ObjectJson::whole(self.object.json()),
            };
            // An item may leave it to its list to say the kind, which the
            // identity knows and the JSON does not.
            json.with_kind(identity.api_version, identity.kind)
        })
    }

    /// The times from which on an age is counted.
    fn times(&self, call: &FunctionCall, context: &Context) -> Vec<FieldValue<'a>> {
        let is_time = |value: &FieldValue<'_>| value.text().is_some_and(|text| text.parse::<Time>().is_ok());
        let mut values = match call.field().or(CREATED.as_ref()) {
            Some(field) => self.of_field(field, context),
            None => Vec::new(),
        };
        // What is no time has no age, and is no value that a column should show.
        values.retain(is_time);
        values
    }
}

fn one<'a>(value: Option<impl Into<Cow<'a, str>>>) -> Vec<FieldValue<'a>> {
    value.into_iter().map(|value| FieldValue::Text(value.into())).collect()
}

fn several<'a>(values: impl IntoIterator<Item = impl Into<Cow<'a, str>>>) -> Vec<FieldValue<'a>> {
    values.into_iter().map(|value| FieldValue::Text(value.into())).collect()
}
