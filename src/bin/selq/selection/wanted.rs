//! What is wanted of the objects: a selector, or a query where no selector says it.

use anyhow::Result;
use selq::plan::Pass;
use selq::query::{Columns, Context, Subject};
use selq::{Dump, Plan, Query, Scope, Selector, Store};

/// What is wanted of the objects. A query that is a selector is one here too, so that it is answered as such.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    Selector(Selector),
    Query(Query),
}

impl Wanted {
    pub(crate) fn everything() -> Wanted {
        Wanted::Selector(Selector::everything())
    }

    /// What both say together.
    pub(crate) fn and(self, other: Wanted) -> Wanted {
        match (self, other) {
            (Wanted::Selector(one), Wanted::Selector(other)) => Wanted::Selector(one.and(other)),
            // Made anew from both, which together may be a selector.
            (one, other) => Wanted::from(one.into_query().and(other.into_query())),
        }
    }

    /// What it does not say.
    pub(crate) fn negate(self) -> Wanted {
        match self {
            Wanted::Selector(selector) => Wanted::Selector(selector.negate()),
            Wanted::Query(query) => Wanted::from(query.negate()),
        }
    }

    pub(crate) fn is_everything(&self) -> bool {
        matches!(self, Wanted::Selector(selector) if selector.is_everything())
    }

    /// The query of it, which a selector is too.
    pub(crate) fn into_query(self) -> Query {
        match self {
            Wanted::Selector(selector) => Query::from(selector),
            Wanted::Query(query) => query,
        }
    }

    /// The selectors that it asks of labels.
    pub(crate) fn label_selectors(&self) -> Vec<Selector> {
        match self {
            Wanted::Selector(selector) => vec![selector.clone()],
            Wanted::Query(query) => query.label_requirements().into_iter().map(Selector::from).collect(),
        }
    }

    /// What it asks for besides labels.
    pub(crate) fn subjects(&self) -> Vec<&Subject> {
        match self {
            Wanted::Selector(_) => Vec::new(),
            Wanted::Query(query) => query.subjects(),
        }
    }

    /// Whether it asks how old something is.
    pub(crate) fn asks_for_age(&self) -> bool {
        self.subjects().into_iter().any(Subject::is_age)
    }

    /// Reads into `columns` what is asked of the objects of a dump besides their labels.
    pub(crate) fn read_columns(&self, dump: &Dump, columns: &mut Columns, context: &Context) {
        if let Wanted::Query(query) = self {
            columns.read(dump, query.subjects(), context);
        }
    }

    /// The plan that finds it, with what was read for it.
    pub(crate) fn plan<'s>(
        &self,
        store: &'s Store,
        columns: &'s Columns,
        scope: &Scope,
        context: &Context,
    ) -> Result<Plan<'s>> {
        self.plan_with(store, columns, scope, context, &Pass::ALL)
    }

    /// The same with some passes only.
    pub(crate) fn plan_with<'s>(
        &self,
        store: &'s Store,
        columns: &'s Columns,
        scope: &Scope,
        context: &Context,
        passes: &[Pass],
    ) -> Result<Plan<'s>> {
        Ok(match self {
            // A selector asks for nothing but labels, which the store has: columns and time do not
            // matter.
            Wanted::Selector(selector) => Plan::with_passes(store, selector, scope, passes),
            Wanted::Query(query) => Plan::query_with_passes(store, columns, query, scope, context, passes)?,
        })
    }
}

impl From<Query> for Wanted {
    fn from(query: Query) -> Wanted {
        query.to_selector().map_or_else(|| Wanted::Query(query), Wanted::Selector)
    }
}

impl From<Selector> for Wanted {
    fn from(selector: Selector) -> Wanted {
        Wanted::Selector(selector)
    }
}
