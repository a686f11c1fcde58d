//! What a requirement of a query is about.

use std::collections::HashSet;
use std::fmt;

use super::Query;
use super::field::Field;
use super::pattern::{Pattern, quoted};
use crate::LabelKey;
use crate::kubernetes::Reads;
use crate::syntax::{Function, is_word};

/// What a requirement of a query is about: it gives an object none, one or several values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subject {
    /// A label: `env`.
    Label(LabelKey),
    /// What stands at a path of the object's JSON: `.status.phase`.
    Field(Field),
    /// What a function gives: `status()`, `requests(cpu)`.
    Function(FunctionCall),
}

/// A function that gives values, with its parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionCall {
    function: Function,
    parameter: Option<FunctionParameter>,
}

/// The parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum FunctionParameter {
    /// A label key, a condition's type, a resource.
    Word(Box<str>),
    /// Where a time stands.
    Field(Field),
    /// What is asked of the pod's node or the object's namespace.
    Subject(Box<Subject>),
    /// The relation that is counted, with its query.
    Set(Box<FunctionCall>),
    /// Which objects a relation is to.
    Query(Box<Query>),
}

impl FunctionCall {
    pub(super) fn new(function: Function, parameter: Option<FunctionParameter>) -> FunctionCall {
        FunctionCall { function, parameter }
    }

    /// The function.
    #[must_use]
    pub fn function(&self) -> Function {
        self.function
    }

    /// The word that is its parameter; empty where it has none.
    pub(crate) fn word(&self) -> &str {
        match &self.parameter {
            Some(FunctionParameter::Word(word)) => word,
            _ => "",
        }
    }

    /// The subject that it asks of another object.
    pub(crate) fn inner(&self) -> Option<&Subject> {
        match &self.parameter {
            Some(FunctionParameter::Subject(subject)) => Some(subject),
            _ => None,
        }
    }

    /// The set that it counts.
    pub(crate) fn counted(&self) -> Option<&FunctionCall> {
        match &self.parameter {
            Some(FunctionParameter::Set(set)) => Some(set),
            _ => None,
        }
    }

    /// The query that says which objects a relation is to.
    pub(crate) fn query(&self) -> Option<&Query> {
        match &self.parameter {
            Some(FunctionParameter::Query(query)) => Some(query),
            _ => None,
        }
    }

    /// The path that is its parameter.
    pub(super) fn field(&self) -> Option<&Field> {
        match &self.parameter {
            Some(FunctionParameter::Field(field)) => Some(field),
            _ => None,
        }
    }
}

/// How the values of a subject are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As the integers that they spell, of which the bound is a label value too.
    Integers,
    /// As times if the bound is one, else as quantities.
    TimesOrQuantities,
    /// As quantities, and equal if these are.
    Amounts,
    /// As the time that has passed since then.
    Ages,
}

impl Subject {
    /// Whether plans need its values read of the objects. Labels, kinds and namespaces are in the store.
    pub(crate) fn needs_column(&self) -> bool {
        match self {
            Subject::Label(_) => false,
            Subject::Field(_) => true,
            Subject::Function(call) => !matches!(call.function, Function::Kind | Function::Namespace),
        }
    }

    /// Whether an index can keep its values: they are read of the objects, and nothing else decides them.
    #[must_use]
    pub fn can_be_saved(&self) -> bool {
        let is_of_source = matches!(self, Subject::Function(call) if call.function.is_of_input());
        self.needs_column() && !is_of_source && !self.asks_others()
    }

    /// Whether it asks other objects than the one at hand.
    #[must_use]
    pub fn asks_others(&self) -> bool {
        matches!(self, Subject::Function(call) if call.function.row().asks_others)
    }

    /// The subjects in their order, each once.
    pub(super) fn distinct<'s>(subjects: impl IntoIterator<Item = &'s Subject>) -> Vec<&'s Subject> {
        let mut seen = HashSet::new();
        subjects.into_iter().filter(|subject| seen.insert(*subject)).collect()
    }

    /// What subjects read of an object. Fields that are looked for at any depth are read apart.
    pub(crate) fn reads(subjects: &[&Subject]) -> Reads {
        subjects.iter().fold(Reads::nothing(), |reads, subject| match subject {
            Subject::Label(_) => reads,
            Subject::Field(field) => read_field(reads, field),
            Subject::Function(call) => match (call.function, call.field()) {
                (Function::Annotation, _) => reads.and(["metadata", "annotations", call.word()]),
                (_, Some(field)) => read_field(reads, field),
                (function, None) => reads.also(read_by(function)),
            },
        })
    }

    /// The field, if it is one.
    pub(super) fn as_field(&self) -> Option<&Field> {
        match self {
            Subject::Field(field) => Some(field),
            _ => None,
        }
    }

    /// Whether it is how old something is, which depends on the time that a [`Context`](crate::query::Context) has.
    #[must_use]
    pub fn is_age(&self) -> bool {
        matches!(self, Subject::Function(call) if call.function == Function::Age)
    }

    /// Whether it is what kind an object is of.
    pub(crate) fn is_kind(&self) -> bool {
        matches!(self, Subject::Function(call) if call.function == Function::Kind)
    }

    /// Whether it is the name of an object, before which its values have the kind.
    pub(crate) fn is_name(&self) -> bool {
        matches!(self, Subject::Function(call) if call.function == Function::Name)
    }

    /// The key of the label whose value is all that it gives, if it is about one: `env`, `label(env)`.
    pub(crate) fn label_key(&self) -> Option<&str> {
        match self {
            Subject::Label(key) => Some(key.as_str()),
            Subject::Function(call) if call.function == Function::Label => Some(call.word()),
            _ => None,
        }
    }

    /// How its values are ordered, if they are.
    pub(super) fn order(&self) -> Option<Order> {
        match self {
            Subject::Label(_) => Some(Order::Integers),
            Subject::Field(_) => Some(Order::TimesOrQuantities),
            Subject::Function(call) => match call.function {
                Function::Label => Some(Order::Integers),
                Function::Annotation => Some(Order::TimesOrQuantities),
                Function::Restarts | Function::Requests | Function::Limits => Some(Order::Amounts),
                Function::Age => Some(Order::Ages),
                Function::Count => Some(Order::Amounts),
                Function::Node | Function::Ns => call.inner().and_then(Subject::order),
                // A status or a name is larger than another only by
                // its letters, which nobody means.
                _ => None,
            },
        }
    }
}

fn read_field(reads: Reads, field: &Field) -> Reads {
    if field.is_named() { field.read_by(reads, &[]) } else { reads }
}

/// The paths that a function reads, apart from what every object is.
fn read_by(function: Function) -> &'static [&'static str] {
    use crate::kubernetes::{condition, image, owner, qos, ready, resources, restarts, status, taint};
    match function {
        Function::Status => status::READS,
        Function::Condition => condition::READS,
        Function::Ready => ready::READS,
        Function::Restarts => restarts::READS,
        Function::Qos => qos::READS,
        Function::Image => image::READS,
        Function::Owner => owner::READS,
        Function::Requests | Function::Limits => resources::READS,
        Function::Taint => taint::READS,
        Function::Age => &[".metadata.creationTimestamp"],
        _ => &[],
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Label(key) => key.fmt(f),
            Subject::Field(field) => field.fmt(f),
            Subject::Function(call) => call.fmt(f),
        }
    }
}

impl fmt::Display for FunctionCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.function.row().name;
        match &self.parameter {
            None => write!(f, "{name}()"),
            Some(FunctionParameter::Field(field)) => write!(f, "{name}({field})"),
            Some(FunctionParameter::Word(word)) => write!(f, "{name}({})", ParameterText(word)),
            Some(FunctionParameter::Subject(subject)) => write!(f, "{name}({subject})"),
            Some(FunctionParameter::Set(set)) => write!(f, "{name}({set})"),
            Some(FunctionParameter::Query(query)) => write!(f, "{name}({query})"),
        }
    }
}

/// A parameter as it is written.
struct ParameterText<'w>(&'w str);

impl fmt::Display for ParameterText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What is a glob or reserved where values stand is quoted here
        // too, so that it reads in one way only.
        match is_word(self.0) && Pattern::typed(self.0).as_text().is_some() && !self.0.starts_with('.') {
            true => f.write_str(self.0),
            false => f.write_str(&quoted(self.0)),
        }
    }
}
