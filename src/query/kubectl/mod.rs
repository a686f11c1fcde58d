//! A query as the `kubectl get` calls that answer it, where an API server can.

mod branches;
mod diagram;
mod literal;
mod region;
mod say;

use diagram::{Diagram, MAX_DIMENSIONS};
use literal::{Dimension, Dimensions, Literal, Place};
use region::Work;
use say::Unsayable;

use super::Query;
use crate::selector::{FieldSelector, Selector};

/// How many calls are made of a query that can be said exactly; one that takes more is said like one that cannot.
const MAX_CALLS: usize = 1_024;

/// How many values may stand in all calls together.
const MAX_VALUES: usize = 1_000_000;

/// The `kubectl get` calls that a query comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KubectlCalls {
    /// Whether the answers to all calls together are exactly that to the query, with each object once. Otherwise they hold
    /// all objects of the query and others, some perhaps several times.
    pub exact: bool,
    /// The calls; none if no object can match.
    pub calls: Vec<KubectlCall>,
}

/// One call of `kubectl get`. What is `None` is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KubectlCall {
    /// The kind, by the name that the query has for it.
    pub kind: Option<String>,
    /// What `-n` names; all namespaces without it.
    pub namespace: Option<String>,
    /// What `-l` says.
    pub selector: Option<Selector>,
    /// What `--field-selector` says.
    pub field_selector: Option<FieldSelector>,
}

impl KubectlCalls {
    /// The calls that answer a query, exactly where calls can.
    ///
    /// A selector is one call. An "or" that no selector can say becomes several calls that have no object in common:
    /// labels can always be told apart that way, other things where a call can ask for them and for their opposite. What no
    /// call asks for, such as a pattern or a status, is left out where the query cannot be said exactly. One that asks other
    /// objects, as `selects()` does, is one call for all: the others have to be in its answer too.
    ///
    /// The calls are at most 1,024, or 16 where they are not exact, and the time is bounded, whatever the query is.
    ///
    /// ```
    /// use selq::query::{KubectlCalls, Query};
    ///
    /// let query: Query = "kind(pod), (app=web || env=prod)".parse()?;
    /// let KubectlCalls { exact, calls, .. } = KubectlCalls::new(&query);
    /// let selectors: Vec<String> = calls.iter().flat_map(|call| &call.selector).map(ToString::to_string).collect();
    /// assert!(exact && calls.iter().all(|call| call.kind.as_deref() == Some("pod")));
    /// assert_eq!(selectors, ["app=web", "app!=web,env=prod"]);
    /// # Ok::<(), selq::ParseError>(())
    /// ```
    #[must_use]
    pub fn new(query: &Query) -> KubectlCalls {
        if let Some(selector) = query.to_selector().filter(|it| it.canonical().is_some()) {
            let selector = (!selector.is_everything()).then_some(selector);
            return KubectlCalls::exactly(vec![KubectlCall { selector, ..KubectlCall::default() }]);
        }
        // What it asks of other objects is not among the answers to any call that says less than all.
        if query.is_of_one_object().is_err() {
            return KubectlCalls { exact: false, calls: vec![KubectlCall::default()] };
        }
        let mut dimensions = Dimensions::default();
        let literals: Vec<Literal> = query.expr().requirements().map(|it| dimensions.literal(it)).collect();
        exact_calls(query, &literals, &dimensions).map_or_else(
            || KubectlCalls { exact: false, calls: branches::calls(query.expr(), &literals, &dimensions) },
            KubectlCalls::exactly,
        )
    }

    fn exactly(calls: Vec<KubectlCall>) -> KubectlCalls {
        KubectlCalls { exact: true, calls }
    }
}

impl From<FieldSelector> for KubectlCalls {
    /// One call.
    fn from(selector: FieldSelector) -> KubectlCalls {
        let field_selector = (!selector.is_everything()).then_some(selector);
        KubectlCalls::exactly(vec![KubectlCall { field_selector, ..KubectlCall::default() }])
    }
}

/// The fewest calls that say the query exactly, of those that come from a few orders of its dimensions.
fn exact_calls(query: &Query, literals: &[Literal], dimensions: &Dimensions<'_>) -> Option<Vec<KubectlCall>> {
    if dimensions.all.len() > MAX_DIMENSIONS {
        return None;
    }
    // All orders share what may be done, so that four of them take no longer than one may.
    let mut work = Work::new();
    let mut in_order = |order: Vec<Place>| {
        let diagram = Diagram::new(query.expr(), literals, &order, &mut work)?;
        calls_of(&diagram, dimensions)
    };
    let ranks = Ranks::of(literals, dimensions);
    let mut tried = |is_reversed: bool| {
        let orders = [true, false].map(|kind_first| ranks.order(kind_first, is_reversed));
        orders.into_iter().filter_map(&mut in_order).min_by_key(Vec::len)
    };
    // The other way round is tried only where nothing could be said, since it takes as long again.
    tried(false).or_else(|| tried(true))
}

/// The calls for all ways through a diagram, if all can be said.
fn calls_of(diagram: &Diagram<'_>, dimensions: &Dimensions<'_>) -> Option<Vec<KubectlCall>> {
    let (mut calls, mut n_values) = (Vec::new(), 0);
    let is_said = diagram.ways(&mut |way| {
        n_values += way.iter().map(|(_, region)| 1 + region.except.len()).sum::<usize>();
        // One way that cannot be said spoils them all, and what is too much ends the walk at once.
        let said = say::calls(way, dimensions, Unsayable::Refuse, MAX_CALLS - calls.len());
        let is_said = said.is_some() && n_values <= MAX_VALUES;
        calls.extend(said.into_iter().flatten());
        is_said
    });
    is_said.then_some(calls)
}

/// When dimensions are asked. Of some only a part can be said, but not the rest: they come late, where the rest does not
/// matter any more.
struct Ranks<'d, 'q> {
    dimensions: &'d Dimensions<'q>,
    /// Those of which the rest cannot be said.
    late: Vec<bool>,
}

impl<'d, 'q> Ranks<'d, 'q> {
    fn of(literals: &[Literal], dimensions: &'d Dimensions<'q>) -> Ranks<'d, 'q> {
        let mut late = vec![false; dimensions.all.len()];
        for Literal { place, region } in literals {
            let is_label = matches!(dimensions.all[*place], Dimension::Label(_));
            late[*place] |= region.has_bounds() || (!is_label && region.absent != region.texts);
        }
        Ranks { dimensions, late }
    }

    /// The dimensions in an order, the late ones also the other way round.
    fn order(&self, kind_first: bool, is_reversed: bool) -> Vec<Place> {
        let rank = |&place: &Place| {
            let rank = match self.dimensions.all[place] {
                Dimension::Unsayable(..) => 5,
                _ if self.late[place] => 4,
                // The API server knows a field of one kind only, so that fields
                // come behind the kind in either order.
                Dimension::Field(_) => 3,
                Dimension::Kind => {
                    if kind_first {
                        0
                    } else {
                        2
                    }
                }
                _ => 1,
            };
            (rank, if is_reversed && rank == 4 { usize::MAX - place } else { place })
        };
        let mut order: Vec<Place> = (0..self.dimensions.all.len()).collect();
        order.sort_by_key(rank);
        order
    }
}
