//! Selector × Store → Plan → Matches.
//!
//! `build` says a selector in the store's numbers, `optimize` rewrites that with small passes,
//! `exec` runs it, and `explain` shows every stage.

mod absence;
mod bounds;
mod build;
mod decode;
mod exec;
mod explain;
mod fused;
mod ids;
mod leaf;
mod matches;
mod node;
mod optimize;
mod sets;

pub use absence::Absence;
pub use explain::{Explanation, Outcome, Step};
pub use matches::{Matches, ObjectIds, Objects};
pub use optimize::Pass;

use crate::query::{Columns, Context, Gap, NoColumn, Query, Test};
use crate::selector::Selector;
use crate::store::Store;
use ids::Ids;
use node::Node;
use sets::Sets;

/// Narrows a query to some namespaces and kinds, whatever the selector says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Any of these; `None` for all.
    namespaces: Option<Vec<String>>,
    /// Any of these kinds, each in one group or in any; `None` for all.
    kinds: Option<Vec<(Option<String>, String)>>,
}

impl Scope {
    /// The scope of all objects.
    #[must_use]
    pub fn all() -> Scope {
        Scope::default()
    }

    /// Only objects in this namespace; when called again, in any of these.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Scope {
        self.namespaces.get_or_insert_default().push(namespace.into());
        self
    }

    /// Only objects of this kind (`Deployment`), of any API group when `group` is `None`; when called
    /// again, of any of these.
    #[must_use]
    pub fn kind(mut self, group: Option<&str>, kind: impl Into<String>) -> Scope {
        self.kinds.get_or_insert_default().push((group.map(str::to_owned), kind.into()));
        self
    }
}

/// A selector made ready to run over one store.
///
/// Keys and values are looked up once, here; what does not occur has become *none*. The plan borrows its
/// store, so that neither can it run on another one nor can the store change under it.
///
/// ```
/// use selq::{Object, Plan, Selector, Store};
///
/// let mut store = Store::new();
/// store.insert(Object::new("Pod", "shop", "web-0").with_labels([("env", "prod")]));
/// store.insert(Object::new("Pod", "shop", "web-1").with_labels([("env", "qa")]));
/// let selector: Selector = "env!=prod".parse()?;
/// let plan = Plan::new(&store, &selector);
/// assert_eq!(plan.count(), 1);
/// assert_eq!(plan.run().iter().next().map(|object| object.name()), Some("web-1"));
/// # Ok::<(), selq::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Plan<'s> {
    sets: Sets<'s>,
    asked: Question,
    root: Node,
    /// Whether the plan asks what stands to other objects, so that it is no use to try objects one by one.
    asks_others: bool,
}

/// What a plan answers.
#[derive(Debug, Clone)]
enum Question {
    Selector(Selector),
    // Boxed, so that the plan of a selector is not larger for it.
    Query(Box<Query>, Context),
}

impl<'s> Plan<'s> {
    /// The plan for a selector over all objects. Costs one look-up per key and value, and for `>` and
    /// `<` one step per distinct value of the key. Answers the inner parts of a selector that nests "or"s and "not"s more
    /// than some dozens deep.
    #[must_use]
    pub fn new(store: &'s Store, selector: &Selector) -> Plan<'s> {
        Plan::scoped(store, selector, &Scope::all())
    }

    /// The plan for a selector over the objects of a scope.
    #[must_use]
    pub fn scoped(store: &'s Store, selector: &Selector, scope: &Scope) -> Plan<'s> {
        Plan::with_passes(store, selector, scope, &Pass::ALL)
    }

    /// The plan that some of the passes give: with none it does literally what the selector says. All
    /// find the same objects; the others are for comparing and for finding out what a pass is worth.
    #[must_use]
    pub fn with_passes(store: &'s Store, selector: &Selector, scope: &Scope, passes: &[Pass]) -> Plan<'s> {
        // The selector is kept beside its plan, as `explain` and `absences` speak of what was asked
        // and not of what the passes made of it.
        Plan::of(Sets::of(store, None), Question::Selector(selector.clone()), scope, passes)
    }

    /// The plan for a query over the objects of a scope, with the columns that were read for it. A query that is a
    /// selector needs none, and has the plan of that selector.
    ///
    /// # Errors
    ///
    /// The first subject of the query of which `columns` has no column.
    pub fn query(
        store: &'s Store,
        columns: &'s Columns,
        query: &Query,
        scope: &Scope,
        context: &Context,
    ) -> Result<Plan<'s>, NoColumn> {
        Plan::query_with_passes(store, columns, query, scope, context, &Pass::ALL)
    }

    /// The plan that some of the passes give, as [`with_passes`](Plan::with_passes) does for a selector.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn query_with_passes(
        store: &'s Store,
        columns: &'s Columns,
        query: &Query,
        scope: &Scope,
        context: &Context,
        passes: &[Pass],
    ) -> Result<Plan<'s>, NoColumn> {
        // Without its column a test would find nothing and its negation everything, which would be
        // taken for an answer.
        if let Some(subject) = query.subjects().into_iter().find(|subject| !columns.has(subject)) {
            return Err(NoColumn { subject: subject.clone() });
        }
        let sets = Sets::of(store, Some(columns));
        Ok(Plan::of(sets, Question::Query(Box::new(query.clone()), *context), scope, passes))
    }

    /// What the dump lacks of what the query asks for of other objects; nothing of a selector.
    #[must_use]
    pub fn gaps(&self) -> Vec<&'s Gap> {
        match &self.asked {
            Question::Selector(_) => Vec::new(),
            Question::Query(query, _) => self.sets.gaps(query),
        }
    }

    fn of(sets: Sets<'s>, asked: Question, scope: &Scope, passes: &[Pass]) -> Plan<'s> {
        let root = optimize::optimize(build::build(sets, &asked, scope, passes), sets, passes);
        let asks_others = matches!(&asked, Question::Query(query, _) if query.is_of_one_object().is_err());
        Plan { sets, asked, root, asks_others }
    }

    /// The selector that the plan answers, without its scope; `None` where it answers a query.
    #[must_use]
    pub fn selector(&self) -> Option<&Selector> {
        match &self.asked {
            Question::Selector(selector) => Some(selector),
            Question::Query(..) => None,
        }
    }

    /// How many objects match. Does not find out which, as far as that can be avoided.
    #[must_use]
    pub fn count(&self) -> u64 {
        // The fused way is asked first, as it mostly tells by its first set alone whether it is
        // one.
        fused::count(self.sets, &self.root).unwrap_or_else(|| exec::count(self.sets, &self.root))
    }

    /// Whether any object matches. Stops at the first.
    #[must_use]
    pub fn any(&self) -> bool {
        // The fused way would find all objects before it gives the first.
        !exec::first(self.sets, &self.root, 1, self.asks_others).is_empty()
    }

    /// The objects that match.
    #[must_use]
    pub fn run(&self) -> Matches<'s> {
        let fused = fused::run(self.sets, &self.root).map(Ids::from_sorted);
        let ids = fused.unwrap_or_else(|| exec::run(self.sets, &self.root, &mut exec::Untraced));
        Matches::new(self.sets.store(), ids)
    }

    /// The first `n` objects that match, or all if there are fewer, without finding all others.
    #[must_use]
    pub fn take(&self, n: usize) -> Matches<'s> {
        Matches::new(self.sets.store(), exec::first(self.sets, &self.root, n, self.asks_others))
    }

    /// Runs the plan and tells what every step was expected to find, what it found, and in what time.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        Explanation::of(self)
    }

    /// The keys and values that the selector names and that occur nowhere in the store, also under a "not", each with the
    /// nearest that does: the likely reason when nothing matches, or everything. The first few only.
    #[must_use]
    pub fn absences(&self) -> Vec<Absence<'s>> {
        let store = self.sets.store();
        match &self.asked {
            Question::Selector(selector) => absence::absences(store, selector.expr().requirements()),
            Question::Query(query, context) => absence::absences_of_query(self.sets, query, context),
        }
    }

    /// The tests of a query by a regular expression that no value satisfies as a whole, though a part of one does: most
    /// other programs ask for parts. Each with the test that does. The first few only; none of a selector.
    #[must_use]
    pub fn partly_satisfied(&self) -> Vec<(&Test, Test)> {
        match &self.asked {
            Question::Selector(_) => Vec::new(),
            Question::Query(query, _) => absence::partly_satisfied(self.sets, query),
        }
    }
}
