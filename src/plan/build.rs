//! Selector × Store → the first form of a plan: what the selector says, in the store's numbers.

use std::collections::HashSet;
use std::sync::Arc;

use super::bounds::{self, Interval};
use super::exec;
use super::leaf::{ColumnId, CountAsked, Leaf, StandingTo, ValueId};
use super::node::Node;
use super::optimize::Pass;
use super::sets::Sets;
use super::{Question, Scope};
use crate::ObjectIdentity;
use crate::formula::{Expr, MAX_RECURSION};
use crate::parallel;
use crate::query::{Context, FieldValue, Predicate, Related, RelatedTo, Subject, Test};
use crate::selector::Requirement;
use crate::store::{KeyId, group_of};
use crate::syntax::Function;

/// The plan's expression, as literally as the store's numbers allow: a label that the store never saw
/// is [`Node::Empty`], everything else is left to the passes. Only bounds are merged at once if `passes` say so, as each
/// by itself would be a list of values.
pub(super) fn build(sets: Sets<'_>, asked: &Question, scope: &Scope, passes: &[Pass]) -> Node {
    let mut operands = Vec::new();
    if let Some(namespaces) = &scope.namespaces {
        operands.push(namespace_node(sets, namespaces));
    }
    if let Some(kinds) = &scope.kinds {
        operands.push(kind_node(sets, kinds));
    }
    let builder = Builder { sets, merges_bounds: passes.contains(&Pass::MergeBounds) };
    let built = match asked {
        Question::Selector(selector) => builder.built(selector.expr(), |it| builder.requirement(it)),
        Question::Query(query, context) => builder.built(query.expr(), |it| builder.predicate(it, context)),
    };
    let selected = builder.node(built);
    if operands.is_empty() {
        return selected;
    }
    operands.push(selected);
    Node::Intersect(operands)
}

fn namespace_node(sets: Sets<'_>, namespaces: &[String]) -> Node {
    let ids = namespaces.iter().filter_map(|namespace| sets.table().namespace_id(namespace));
    Node::Union(ids.map(|id| Node::Leaf(Leaf::Namespace(id))).collect())
}

fn kind_node(sets: Sets<'_>, kinds: &[(Option<String>, String)]) -> Node {
    let wanted: HashSet<(Option<&str>, &str)> =
        kinds.iter().map(|(group, kind)| (group.as_deref(), kind.as_str())).collect();
    // A kind of the store has a version and one of a scope only a group: `apps` takes Deployments
    // of `apps/v1` and of `apps/v1beta1`.
    let ids = sets.table().kind_ids().filter(|&id| {
        let (api_version, kind) = sets.table().kind(id);
        wanted.contains(&(None, kind)) || wanted.contains(&(Some(group_of(api_version)), kind))
    });
    Node::Union(ids.map(|id| Node::Leaf(Leaf::Kind(id))).collect())
}

/// Builds the plan of a selector or query from its leaves up.
struct Builder<'s> {
    sets: Sets<'s>,
    merges_bounds: bool,
}

/// What a part of a selector has become.
enum Built {
    /// A node, and how many levels there are below it.
    Node(Node, usize),
    /// A bound that its neighbours may make needless.
    Interval(Interval),
}

impl Built {
    /// How many levels there are below it.
    fn height(&self) -> usize {
        match self {
            Built::Node(_, height) => *height,
            Built::Interval(_) => 0,
        }
    }
}

impl Builder<'_> {
    fn built<R>(&self, expr: &Expr<R>, leaf: impl Fn(&R) -> Built) -> Built {
        expr.fold(|part, operands: Vec<Built>| match part {
            Expr::All => Built::Node(Node::All, 0),
            Expr::None => Built::Node(Node::Empty, 0),
            Expr::Requirement(requirement) => leaf(requirement),
            Expr::And(_) => self.joined(operands, true, Node::Intersect),
            Expr::Or(_) => self.joined(operands, false, Node::Union),
            Expr::Not(_) => match operands.into_iter().next() {
                // A bound stays one under a "not", so that it can still be merged with its
                // neighbours.
                Some(Built::Interval(bound)) => Built::Interval(bound.negate()),
                Some(Built::Node(node, height)) => self.within_reach(Node::Not(Box::new(node)), height + 1),
                None => Built::Node(Node::All, 0),
            },
        })
    }

    fn requirement(&self, requirement: &Requirement) -> Built {
        let key = self.sets.table().key_id(requirement.key().as_str());
        match key.and_then(|key| Interval::of(key, requirement)) {
            Some(bound) => Built::Interval(bound),
            None => Built::Node(requirement_node(self.sets, key, requirement), 0),
        }
    }

    fn predicate(&self, predicate: &Predicate, context: &Context) -> Built {
        match predicate {
            Predicate::Label(requirement) => self.requirement(requirement),
            Predicate::Test(test) => self.test(test, context),
        }
    }

    /// What a test asks of the object at hand, or of those that it stands to.
    fn test(&self, test: &Test, context: &Context) -> Built {
        let Some(related) = Related::of(test.subject()) else {
            return Built::Node(test_node(self.sets, test, context), 0);
        };
        let asked = match related.of {
            RelatedTo::Objects(query) => self.built(query.expr(), |it| self.predicate(it, context)),
            RelatedTo::Values(subject) => self.test(&test.of_other(subject), context),
        };
        let height = asked.height();
        let operand = Box::new(self.node(asked));
        let standing = StandingTo { pairs: related.pairs, end: related.end, function: related.function };
        let node = match related.is_count {
            true => Node::Counted(Arc::new(CountAsked { standing, test: test.clone() }), operand),
            false => Node::Related(standing, operand),
        };
        let node = if test.operator().is_negated() { Node::Not(Box::new(node)) } else { node };
        self.within_reach(node, height + 2)
    }

    /// What several parts are together; with fewer bounds, if all of them hold or any of them does.
    fn joined(&self, operands: Vec<Built>, are_all: bool, join: fn(Vec<Node>) -> Node) -> Built {
        let (mut nodes, mut bounds, mut height) = (Vec::with_capacity(operands.len()), Vec::new(), 0);
        for operand in operands {
            match operand {
                Built::Interval(bound) if self.merges_bounds => bounds.push(bound),
                Built::Interval(bound) => nodes.push(bound.into_node(self.sets)),
                Built::Node(node, below) => {
                    height = height.max(below);
                    nodes.push(node);
                }
            }
        }
        nodes.extend(bounds::merge(bounds, are_all).into_iter().map(|bound| bound.into_node(self.sets)));
        self.within_reach(join(nodes), height + 1)
    }

    /// The node, as long as the passes and the execution can reach its leaves by recursion; else what it finds.
    fn within_reach(&self, node: Node, height: usize) -> Built {
        if height < MAX_RECURSION {
            return Built::Node(node, height);
        }
        let found = exec::run(self.sets, &node, &mut exec::Untraced);
        // What was found is a single leaf, from which the levels above it are counted anew.
        Built::Node(Node::Found(Arc::new(found.to_bitmap().into_owned())), 0)
    }

    fn node(&self, built: Built) -> Node {
        match built {
            Built::Node(node, _) => node,
            Built::Interval(bound) => bound.into_node(self.sets),
        }
    }
}

/// Fewer values are looked at before another thread has begun.
const MIN_PER_THREAD: usize = 8192;

/// The objects that satisfy a test: each value of its subject that occurs is looked at once, however many objects have it.
fn test_node(sets: Sets<'_>, test: &Test, context: &Context) -> Node {
    let node = match test.subject() {
        // Kinds and namespaces have postings in the index, so that no column is read for them.
        Subject::Function(call) if call.function() == Function::Kind => kinds_node(sets, test, context),
        Subject::Function(call) if call.function() == Function::Namespace => {
            namespaces_node(sets, test, context)
        }
        subject => match sets.column_about(subject) {
            None => Node::Empty,
            Some(column) if test.asks_for_any() => Node::Leaf(Leaf::Present(column)),
            Some(column) => Node::one_of(column, accepted_values(sets, column, test, context)),
        },
    };
    // `Test::accepts` leaves a negation out. The complement has the objects without any value too, as
    // `!=` of a label has them.
    if test.operator().is_negated() { Node::Not(Box::new(node)) } else { node }
}

/// The values of a column that a test accepts.
fn accepted_values(sets: Sets<'_>, column: ColumnId, test: &Test, context: &Context) -> Vec<ValueId> {
    let accepted = |part: &[ValueId]| -> Vec<ValueId> {
        // Threads that share one regular expression wait for what it keeps between two searches.
        let test = test.clone();
        let accepts = |text: &str| test.accepts(&FieldValue::Text(text.into()), context);
        part.iter().copied().filter(|&value| accepts(sets.text(column, value))).collect()
    };
    parallel::in_parts(&sets.values_of(column), MIN_PER_THREAD, accepted).concat()
}

/// The objects of all kinds that a test accepts.
fn kinds_node(sets: Sets<'_>, test: &Test, context: &Context) -> Node {
    let ids = sets.table().kind_ids().filter(|&id| {
        let (api_version, kind) = sets.table().kind(id);
        let value = ObjectIdentity { api_version, kind, ..ObjectIdentity::default() }.qualified_kind();
        value.is_some_and(|value| test.accepts(&FieldValue::Text(value.into()), context))
    });
    Node::Union(ids.map(|id| Node::Leaf(Leaf::Kind(id))).collect())
}

/// The objects in all namespaces that a test accepts.
fn namespaces_node(sets: Sets<'_>, test: &Test, context: &Context) -> Node {
    let ids = sets.table().namespace_ids().filter(|&id| {
        let value = sets.table().namespace(id);
        // Objects in no namespace, such as nodes, stand under the empty name, which is no value.
        !value.is_empty() && test.accepts(&FieldValue::Text(value.into()), context)
    });
    Node::Union(ids.map(|id| Node::Leaf(Leaf::Namespace(id))).collect())
}

/// Absent keys satisfy the negative operators, since those are complements of the positive ones.
fn requirement_node(sets: Sets<'_>, key: Option<KeyId>, requirement: &Requirement) -> Node {
    let not = |node| Node::Not(Box::new(node));
    match requirement {
        Requirement::Exists(_) => key_node(key),
        Requirement::DoesNotExist(_) => not(key_node(key)),
        Requirement::Equals(_, value) | Requirement::DoubleEquals(_, value) => {
            values_node(sets, key, [value.as_str()])
        }
        Requirement::NotEquals(_, value) => not(values_node(sets, key, [value.as_str()])),
        Requirement::In(_, values) => values_node(sets, key, values.iter().map(|it| it.as_str())),
        Requirement::NotIn(_, values) => not(values_node(sets, key, values.iter().map(|it| it.as_str()))),
        // A bound on a key that occurs is one of `bounds`.
        Requirement::GreaterThan(..) | Requirement::LessThan(..) => Node::Empty,
    }
}

fn key_node(key: Option<KeyId>) -> Node {
    key.map_or(Node::Empty, |key| Node::Leaf(Leaf::Present(ColumnId::Key(key))))
}

fn values_node<'v>(sets: Sets<'_>, key: Option<KeyId>, values: impl IntoIterator<Item = &'v str>) -> Node {
    let Some(key) = key else { return Node::Empty };
    let labels = values.into_iter().filter_map(|value| sets.table().label_id(key, value));
    Node::one_of(ColumnId::Key(key), labels.map(ValueId::from).collect())
}
