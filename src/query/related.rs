//! Functions that ask other objects: how these stand to the one at hand, and what is asked of them.

use std::fmt;
use std::sync::LazyLock;

use super::Query;
use super::predicate::Test;
use super::subject::{FunctionCall, FunctionParameter, Subject};
use crate::kubernetes::Relation;
use crate::store::PairEnd;
use crate::syntax::Function;

/// What a subject asks of other objects.
pub(crate) struct Related<'s> {
    /// The subject that stands for the pairs, which are read once for all that ask for it.
    pub(crate) pairs: &'static Subject,
    /// The end at which the object at hand stands.
    pub(crate) end: PairEnd,
    pub(crate) of: RelatedTo<'s>,
    /// Whether the others are counted.
    pub(crate) is_count: bool,
    /// The function that gives or asks them.
    pub(crate) function: Function,
}

/// What is asked of the others.
pub(crate) enum RelatedTo<'s> {
    /// That they are among the objects of a query.
    Objects(&'s Query),
    /// What a subject gives of them.
    Values(&'s Subject),
}

/// What tells which objects a function pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PairSource {
    /// What they hold of each other.
    Links(Relation),
    /// The rules of the scheduler, by which nodes may run pods.
    Scheduling,
}

/// Where pods may run, as a subject of its own.
static SCHEDULING: LazyLock<Subject> =
    LazyLock::new(|| Subject::Function(FunctionCall::new(Function::CanRun, None)));

/// The relations, each as a subject of its own: what [`Columns`](super::Columns) keeps the pairs under.
static PAIRS: LazyLock<Vec<Subject>> = LazyLock::new(|| {
    let pairs = |relation: &Relation| Subject::Function(FunctionCall::new(function_of(*relation), None));
    Relation::ALL.iter().map(pairs).collect()
});

/// The function that a relation is named after.
fn function_of(relation: Relation) -> Function {
    match relation {
        Relation::Selects => Function::Selects,
        Relation::Mentions => Function::Mentions,
        Relation::Owns => Function::Owns,
        Relation::Runs => Function::Runs,
        Relation::Uses => Function::Uses,
        Relation::Holds => Function::Within,
        Relation::About => Function::About,
    }
}

/// What a function pairs, and the end at which the objects stand that it gives.
fn source_of(function: Function) -> Option<(PairSource, PairEnd)> {
    let (relation, end) = match function {
        Function::Selects => (Relation::Selects, PairEnd::From),
        Function::SelectedBy => (Relation::Selects, PairEnd::To),
        Function::Mentions => (Relation::Mentions, PairEnd::From),
        Function::MentionedBy => (Relation::Mentions, PairEnd::To),
        Function::Owns => (Relation::Owns, PairEnd::From),
        Function::OwnedBy => (Relation::Owns, PairEnd::To),
        Function::Runs => (Relation::Runs, PairEnd::From),
        Function::RunsOn | Function::Node => (Relation::Runs, PairEnd::To),
        Function::Uses => (Relation::Uses, PairEnd::From),
        Function::UsedBy => (Relation::Uses, PairEnd::To),
        Function::Within | Function::Ns => (Relation::Holds, PairEnd::To),
        Function::About => (Relation::About, PairEnd::From),
        Function::CanRun => return Some((PairSource::Scheduling, PairEnd::From)),
        Function::CanRunOn => return Some((PairSource::Scheduling, PairEnd::To)),
        _ => return None,
    };
    Some((PairSource::Links(relation), end))
}

impl<'s> Related<'s> {
    /// What a subject asks of others, if it asks that.
    pub(crate) fn of(subject: &'s Subject) -> Option<Related<'s>> {
        let Subject::Function(call) = subject else { return None };
        let (set, is_count) = call.counted().map_or((call, false), |set| (set, true));
        let (source, end) = source_of(set.function())?;
        let of = match (set.query(), set.inner()) {
            (Some(query), _) => RelatedTo::Objects(query),
            (None, Some(subject)) => RelatedTo::Values(subject),
            // The pairs themselves.
            (None, None) => return None,
        };
        Some(Related { pairs: pairs_of(source), end, of, is_count, function: set.function() })
    }
}

/// The subject that stands for pairs.
fn pairs_of(source: PairSource) -> &'static Subject {
    match source {
        PairSource::Links(relation) => &PAIRS[relation as usize],
        PairSource::Scheduling => &SCHEDULING,
    }
}

/// What tells the pairs that a subject stands for.
pub(super) fn source_read_as(subject: &Subject) -> Option<PairSource> {
    let Subject::Function(call) = subject else { return None };
    let is_bare = call.query().is_none() && call.inner().is_none();
    let (source, _) = source_of(call.function()).filter(|_| is_bare)?;
    Some(source)
}

impl Subject {
    /// What has to be read for it: itself, or, where it asks other objects, how these stand to the one at hand, and what is
    /// asked of them.
    pub(super) fn needed<'s>(&'s self, needed: &mut Vec<&'s Subject>) {
        let Some(related) = Related::of(self) else { return needed.push(self) };
        needed.push(related.pairs);
        match related.of {
            RelatedTo::Objects(query) => needed.extend(query.subjects()),
            RelatedTo::Values(subject) => subject.needed(needed),
        }
    }
}

impl Subject {
    /// The same with other queries about other objects; `change` is given each, those inside of them left to it.
    fn with_queries(&self, change: &dyn Fn(&Query) -> Query) -> Subject {
        match self {
            Subject::Function(call) => Subject::Function(call.with_queries(change)),
            other => other.clone(),
        }
    }
}

impl FunctionCall {
    fn with_queries(&self, change: &dyn Fn(&Query) -> Query) -> FunctionCall {
        let parameter = match (self.query(), self.counted(), self.inner()) {
            (Some(query), ..) => FunctionParameter::Query(Box::new(change(query))),
            (_, Some(set), _) => FunctionParameter::Set(Box::new(set.with_queries(change))),
            (.., Some(subject)) => FunctionParameter::Subject(Box::new(subject.with_queries(change))),
            _ => return self.clone(),
        };
        FunctionCall::new(self.function(), Some(parameter))
    }
}

impl Test {
    /// The same test with other queries about other objects, of `selects(app=web)` that of `app=web`; `change` is given each,
    /// and those inside of them are left to it.
    #[must_use]
    pub fn with_queries(&self, change: &dyn Fn(&Query) -> Query) -> Test {
        Test { subject: self.subject.with_queries(change), ..self.clone() }
    }
}

/// A query that asks other objects than the one at hand, so that it takes a dump to answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedsDump {
    function: Function,
}

impl NeedsDump {
    /// Refuses a query that one object alone does not answer.
    pub(super) fn check(query: &Query) -> Result<(), NeedsDump> {
        match query.tests().find(|test| test.subject().asks_others()).map(Test::subject) {
            Some(Subject::Function(call)) => Err(NeedsDump { function: call.function() }),
            _ => Ok(()),
        }
    }

    /// The function that asks them.
    #[must_use]
    pub fn function(&self) -> Function {
        self.function
    }
}

impl fmt::Display for NeedsDump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}() asks other objects, which takes a dump of all of them", self.function.row().name)
    }
}

impl std::error::Error for NeedsDump {}
