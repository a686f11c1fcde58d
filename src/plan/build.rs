//! Selector × Store → the first form of a plan: what the selector says, in the store's numbers.

use std::collections::HashSet;
use std::sync::Arc;

use super::Scope;
use super::bounds::{self, Bound};
use super::exec;
use super::node::{Leaf, Node};
use super::optimize::Pass;
use crate::formula::{Expr, MAX_RECURSION};
use crate::selector::{Requirement, Selector};
use crate::store::{KeyId, Store, group_of};

/// The plan's expression, as literally as the store's numbers allow: a label that the store never saw
/// is [`Node::Empty`], everything else is left to the passes. Only bounds are merged at once if `passes` say so, as each
/// by itself would be a list of values.
pub(super) fn build(store: &Store, selector: &Selector, scope: &Scope, passes: &[Pass]) -> Node {
    let mut operands = Vec::new();
    if let Some(namespaces) = &scope.namespaces {
        operands.push(namespace_node(store, namespaces));
    }
    if let Some(kinds) = &scope.kinds {
        operands.push(kind_node(store, kinds));
    }
    let builder = Builder { store, merges_bounds: passes.contains(&Pass::MergeBounds) };
    let selected = builder.node(builder.built(selector.expr()));
    if operands.is_empty() {
        return selected;
    }
    operands.push(selected);
    Node::Intersect(operands)
}

fn namespace_node(store: &Store, namespaces: &[String]) -> Node {
    let ids = namespaces.iter().filter_map(|namespace| store.table().namespace_id(namespace));
    Node::Union(ids.map(|id| Node::Leaf(Leaf::Namespace(id))).collect())
}

fn kind_node(store: &Store, kinds: &[(Option<String>, String)]) -> Node {
    let wanted: HashSet<(Option<&str>, &str)> =
        kinds.iter().map(|(group, kind)| (group.as_deref(), kind.as_str())).collect();
    let ids = store.table().kind_ids().filter(|&id| {
        let (api_version, kind) = store.table().kind(id);
        wanted.contains(&(None, kind)) || wanted.contains(&(Some(group_of(api_version)), kind))
    });
    Node::Union(ids.map(|id| Node::Leaf(Leaf::Kind(id))).collect())
}

/// Builds the plan of a selector from its leaves up.
struct Builder<'s> {
    store: &'s Store,
    merges_bounds: bool,
}

/// What a part of a selector has become.
enum Built {
    /// A node with so many levels below it.
    Node(Node, usize),
    /// A bound that its neighbours may make needless.
    Bound(Bound),
}

impl Builder<'_> {
    fn built(&self, expr: &Expr<Requirement>) -> Built {
        expr.fold(|part, operands: Vec<Built>| match part {
            Expr::All => Built::Node(Node::All, 0),
            Expr::None => Built::Node(Node::Empty, 0),
            Expr::Requirement(requirement) => self.requirement(requirement),
            Expr::And(_) => self.joined(operands, true, Node::Intersect),
            Expr::Or(_) => self.joined(operands, false, Node::Union),
            Expr::Not(_) => match operands.into_iter().next() {
                Some(Built::Bound(bound)) => Built::Bound(bound.negate()),
                Some(Built::Node(node, height)) => self.within_reach(Node::Not(Box::new(node)), height + 1),
                None => Built::Node(Node::All, 0),
            },
        })
    }

    fn requirement(&self, requirement: &Requirement) -> Built {
        let key = self.store.table().key_id(requirement.key().as_str());
        match key.and_then(|key| Bound::of(key, requirement)) {
            Some(bound) => Built::Bound(bound),
            None => Built::Node(requirement_node(self.store, key, requirement), 0),
        }
    }

    /// What several parts are together; with fewer bounds, if all of them hold or any of them does.
    fn joined(&self, operands: Vec<Built>, are_all: bool, join: fn(Vec<Node>) -> Node) -> Built {
        let (mut nodes, mut bounds, mut height) = (Vec::with_capacity(operands.len()), Vec::new(), 0);
        for operand in operands {
            match operand {
                Built::Bound(bound) if self.merges_bounds => bounds.push(bound),
                Built::Bound(bound) => nodes.push(bound.into_node(self.store)),
                Built::Node(node, below) => {
                    height = height.max(below);
                    nodes.push(node);
                }
            }
        }
        nodes.extend(bounds::merge(bounds, are_all).into_iter().map(|bound| bound.into_node(self.store)));
        self.within_reach(join(nodes), height + 1)
    }

    /// The node, as long as the passes and the execution can reach its leaves by recursion; else what it finds.
    fn within_reach(&self, node: Node, height: usize) -> Built {
        if height < MAX_RECURSION {
            return Built::Node(node, height);
        }
        let found = exec::run(self.store, &node, &mut exec::Untraced);
        Built::Node(Node::Found(Arc::new(found.to_bitmap().into_owned())), 0)
    }

    fn node(&self, built: Built) -> Node {
        match built {
            Built::Node(node, _) => node,
            Built::Bound(bound) => bound.into_node(self.store),
        }
    }
}

/// Absent keys satisfy the negative operators, since those are complements of the positive ones.
fn requirement_node(store: &Store, key: Option<KeyId>, requirement: &Requirement) -> Node {
    let not = |node| Node::Not(Box::new(node));
    match requirement {
        Requirement::Exists(_) => key_node(key),
        Requirement::DoesNotExist(_) => not(key_node(key)),
        Requirement::Equals(_, value) | Requirement::DoubleEquals(_, value) => {
            values_node(store, key, [value.as_str()])
        }
        Requirement::NotEquals(_, value) => not(values_node(store, key, [value.as_str()])),
        Requirement::In(_, values) => values_node(store, key, values.iter().map(|it| it.as_str())),
        Requirement::NotIn(_, values) => not(values_node(store, key, values.iter().map(|it| it.as_str()))),
        // A bound on a key that occurs is one of `bounds`.
        Requirement::GreaterThan(..) | Requirement::LessThan(..) => Node::Empty,
    }
}

fn key_node(key: Option<KeyId>) -> Node {
    key.map_or(Node::Empty, |key| Node::Leaf(Leaf::Key(key)))
}

fn values_node<'v>(store: &Store, key: Option<KeyId>, values: impl IntoIterator<Item = &'v str>) -> Node {
    let Some(key) = key else { return Node::Empty };
    Node::one_of(values.into_iter().filter_map(|value| store.table().label_id(key, value)).collect())
}
