//! A query made ready for many objects that are in no store.

use super::matches::{Asked, Queried};
use super::sightings::TestSightings;
use super::{Context, NeedsDump, Predicate, Query, Subject};
use crate::ObjectIdentity;
use crate::kubernetes::{ObjectJson, Reads};
use crate::load::ReadObject;
use crate::syntax::Function;

/// A query made ready for many objects that are in no store: what it reads of an object is known beforehand, and nothing else
/// of the object is taken apart.
pub struct QueryMatcher<'q> {
    query: &'q Query,
    context: Context,
    reads: Reads,
    asks_for_kind: bool,
    asks_for_source: bool,
    sightings: Option<TestSightings<'q>>,
}

impl<'q> QueryMatcher<'q> {
    /// Takes time in proportion to the query.
    ///
    /// # Errors
    ///
    /// If the query asks other objects: then no object answers it by itself.
    pub fn new(query: &'q Query, context: Context) -> Result<QueryMatcher<'q>, NeedsDump> {
        query.is_of_one_object()?;
        let subjects = query.subjects();
        let asks_for = |is_it: fn(Function) -> bool| {
            subjects
                .iter()
                .any(|subject| matches!(subject, Subject::Function(call) if is_it(call.function())))
        };
        Ok(QueryMatcher {
            // A list may say the kind of its items behind them, so that an answer that depends
            // on it has to wait, and one that does not need not.
            asks_for_kind: asks_for(depends_on_kind),
            asks_for_source: asks_for(Function::is_of_input),
            reads: Subject::reads(&subjects),
            sightings: None,
            query,
            context,
        })
    }

    /// Looks out for what the query names besides labels, in every object that is asked: see [`unseen`](Self::unseen). That
    /// takes time as long as something was not seen.
    #[must_use]
    pub fn looking_out(self) -> QueryMatcher<'q> {
        QueryMatcher { sightings: Some(TestSightings::new(self.query)), ..self }
    }

    /// As [`Query::matches`].
    #[must_use]
    pub fn matches(&self, object: &impl Queried) -> bool {
        let asked = Asked::new(object, Some(&self.reads));
        let Some(glance) = self.sightings.as_ref().and_then(TestSightings::glance) else {
            return self.query.holds(&|predicate| asked.holds(predicate, &self.context));
        };
        let holds = self.query.holds(&|predicate| match predicate {
            Predicate::Test(test) => {
                let values = asked.values(test.subject(), &self.context);
                glance.at(test, &values, &self.context);
                test.holds(&values, &self.context)
            }
            label => asked.holds(label, &self.context),
        });
        glance.end(|subject| asked.values(subject, &self.context), &self.context);
        holds
    }

    /// What the query names besides labels and none of the objects had that were asked: a field or function, or a value of
    /// one. Nothing where it was not [looked out](Self::looking_out) for.
    #[must_use]
    pub fn unseen(&self) -> Vec<(&'q Subject, Option<&'q str>)> {
        self.sightings.as_ref().map_or_else(Vec::new, |sightings| sightings.unseen(self.query))
    }

    /// Whether a regular expression of the query is satisfied by none of the values that the objects had which were
    /// asked. It may have been meant for parts of them.
    #[must_use]
    pub fn has_idle_expression(&self) -> bool {
        self.sightings.as_ref().is_some_and(TestSightings::has_idle_expression)
    }

    /// Whether all that the query asks for besides labels was seen in the objects that were asked, so that there is
    /// nothing in it that would explain why none of them matches.
    #[must_use]
    pub fn has_seen_all(&self) -> bool {
        self.sightings.as_ref().is_some_and(TestSightings::are_complete)
    }

    /// What is read of an object's JSON: a [`Loader`](crate::Loader::reads) that is told so reads it on its way to the
    /// labels.
    #[must_use]
    pub fn reads(&self) -> &Reads {
        &self.reads
    }

    /// Whether an answer may depend on the object's kind, which only a list may say.
    #[must_use]
    pub fn asks_for_kind(&self) -> bool {
        self.asks_for_kind
    }

    /// Whether an answer depends on what the object was read from, or on the cluster that this is from.
    #[must_use]
    pub fn asks_for_source(&self) -> bool {
        self.asks_for_source
    }
}

fn depends_on_kind(function: Function) -> bool {
    use Function::{Image, Kind, Limits, Name, Qos, Ready, Requests, Restarts, Status, Taint};
    // Names are among them as kind/name. The others read the parts that pods,
    // nodes and workloads have, each kind its own.
    matches!(function, Kind | Name | Status | Ready | Restarts | Qos | Image | Requests | Limits | Taint)
}

impl Queried for ReadObject<'_> {
    fn identity(&self) -> ObjectIdentity<'_> {
        ReadObject::identity(self)
    }

    fn label(&self, key: &str) -> Option<&str> {
        ReadObject::label(self, key)
    }

    fn json(&self) -> &str {
        ReadObject::json(self)
    }

    fn taken_apart(&self, reads: &Reads) -> Option<ObjectJson<'_>> {
        let identity = ReadObject::identity(self);
        let tree = self.tree(reads)?;
        Some(ObjectJson::read(tree, identity.api_version, identity.kind))
    }
}
