//! Selector × Store → the first form of a plan: what the selector says, in the store's numbers.

use super::Scope;
use super::node::{Leaf, Node};
use crate::selector::{Expr, Requirement, Selector};
use crate::store::{KeyId, Store, group_of};

/// The plan's expression, as literally as the store's numbers allow: a label that the store never saw
/// is [`Node::Empty`], everything else is left to the passes.
pub(super) fn build(store: &Store, selector: &Selector, scope: &Scope) -> Node {
    let mut operands = Vec::new();
    if let Some(namespaces) = &scope.namespaces {
        operands.push(namespace_node(store, namespaces));
    }
    if let Some(kinds) = &scope.kinds {
        operands.push(kind_node(store, kinds));
    }
    let selected = expr_node(store, selector.expr());
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
    let wanted = |group: &str, kind: &str| {
        kinds.iter().any(|(in_group, name)| name == kind && in_group.as_ref().is_none_or(|it| it == group))
    };
    let ids = store.table().kind_ids().filter(|&id| {
        let (api_version, kind) = store.table().kind(id);
        wanted(group_of(api_version), kind)
    });
    Node::Union(ids.map(|id| Node::Leaf(Leaf::Kind(id))).collect())
}

fn expr_node(store: &Store, expr: &Expr) -> Node {
    match expr {
        Expr::All => Node::All,
        Expr::None => Node::Empty,
        Expr::Requirement(requirement) => requirement_node(store, requirement),
        Expr::And(operands) => Node::Intersect(operands.iter().map(|it| expr_node(store, it)).collect()),
        Expr::Or(operands) => Node::Union(operands.iter().map(|it| expr_node(store, it)).collect()),
        Expr::Not(operand) => Node::Not(Box::new(expr_node(store, operand))),
    }
}

/// Absent keys satisfy the negative operators, since those are complements of the positive ones.
fn requirement_node(store: &Store, requirement: &Requirement) -> Node {
    let key = store.table().key_id(requirement.key().as_str());
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
        Requirement::GreaterThan(..) | Requirement::LessThan(..) => number_node(store, key, requirement),
    }
}

fn key_node(key: Option<KeyId>) -> Node {
    key.map_or(Node::Empty, |key| Node::Leaf(Leaf::Key(key)))
}

fn values_node<'v>(store: &Store, key: Option<KeyId>, values: impl IntoIterator<Item = &'v str>) -> Node {
    let Some(key) = key else { return Node::Empty };
    Node::one_of(values.into_iter().filter_map(|value| store.table().label_id(key, value)).collect())
}

/// `>` and `<` look at every distinct value of the key once, not at every object.
fn number_node(store: &Store, key: Option<KeyId>, requirement: &Requirement) -> Node {
    let Some(key) = key else { return Node::Empty };
    let labels = store.index().labels_of(key);
    Node::one_of(labels.filter(|&it| requirement.matches_value(Some(store.table().value(it)))).collect())
}
