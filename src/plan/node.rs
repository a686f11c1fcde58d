//! The steps of a plan: an expression over sets of object ids.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::leaf::{ColumnId, CountAsked, Leaf, StandingTo, ValueId};
use super::sets::Sets;

/// An expression over sets of objects of one store.
///
/// The variants can be built directly, as [`build`](super::build) does to show what a selector says
/// literally; the functions below build the same sets with constants folded away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    /// No object.
    Empty,
    /// Every object of the store.
    All,
    /// The objects of one postings list.
    Leaf(Leaf),
    /// The objects that were found when the plan was made, by what lies too deep in the selector.
    Found(Arc<RoaringBitmap>),
    /// The objects that have one of these values of a column, which are sorted and at least two: `tier in (db,web)`,
    /// `replicas>3`, `status(Running,Pending)`. Where an object has one value at most, their sizes add up, and counting needs
    /// no union.
    OneOf(ColumnId, Vec<ValueId>),
    /// The objects in all of these sets; every object when there is none.
    Intersect(Vec<Node>),
    /// The objects in any of these sets.
    Union(Vec<Node>),
    /// The objects that stand to any of this set, as a function says: `selects(app=web)`.
    Related(StandingTo, Box<Node>),
    /// The objects that stand to as many of this set as a test asks for: `count(selects(app=web))>2`.
    Counted(Arc<CountAsked>, Box<Node>),
    /// The objects that are not in this set.
    Not(Box<Node>),
    /// The objects of the first set that are not in the second.
    Subtract(Box<Node>, Box<Node>),
}

impl Node {
    /// The intersection, with constants folded.
    pub(super) fn intersect(operands: Vec<Node>) -> Node {
        if operands.contains(&Node::Empty) {
            return Node::Empty;
        }
        let mut operands: Vec<Node> = operands.into_iter().filter(|operand| *operand != Node::All).collect();
        match operands.len() {
            0 => Node::All,
            // A single operand stands for itself: passes look at the sort of a node, and would not
            // see through an intersection around it.
            1 => operands.swap_remove(0),
            _ => Node::Intersect(operands),
        }
    }

    /// The union, with constants folded.
    pub(super) fn union(operands: Vec<Node>) -> Node {
        if operands.contains(&Node::All) {
            return Node::All;
        }
        let mut operands: Vec<Node> =
            operands.into_iter().filter(|operand| *operand != Node::Empty).collect();
        match operands.len() {
            0 => Node::Empty,
            1 => operands.swap_remove(0),
            _ => Node::Union(operands),
        }
    }

    /// The objects that have one of these values of a column.
    pub(super) fn one_of(column: ColumnId, mut values: Vec<ValueId>) -> Node {
        // Values are looked up among these by halving. None is there twice, since the values of a
        // requirement and those of a column are sets.
        values.sort_unstable();
        match values[..] {
            [] => Node::Empty,
            [value] => Node::Leaf(Leaf::Value(column, value)),
            _ => Node::OneOf(column, values),
        }
    }

    /// The complement, with constants and double negation folded.
    pub(super) fn negate(operand: Node) -> Node {
        match operand {
            Node::Empty => Node::All,
            Node::All => Node::Empty,
            Node::Not(inner) => *inner,
            operand => Node::Not(Box::new(operand)),
        }
    }

    /// What stands to a set, with constants folded.
    pub(super) fn related(standing: StandingTo, operand: Node) -> Node {
        match operand {
            Node::Empty => Node::Empty,
            operand => Node::Related(standing, Box::new(operand)),
        }
    }

    /// The difference, with constants folded.
    pub(super) fn subtract(from: Node, minus: Node) -> Node {
        match (from, minus) {
            (Node::Empty, _) | (_, Node::All) => Node::Empty,
            (from, Node::Empty) => from,
            (Node::All, minus) => Node::negate(minus),
            (from, minus) => Node::Subtract(Box::new(from), Box::new(minus)),
        }
    }

    /// The same expression with every operand replaced by `change(operand)`, constants folded.
    pub(super) fn map_operands(self, mut change: impl FnMut(Node) -> Node) -> Node {
        match self {
            Node::Empty | Node::All | Node::Leaf(_) | Node::Found(_) | Node::OneOf(..) => self,
            Node::Intersect(operands) => Node::intersect(operands.into_iter().map(change).collect()),
            Node::Union(operands) => Node::union(operands.into_iter().map(change).collect()),
            Node::Related(standing, operand) => Node::related(standing, change(*operand)),
            Node::Counted(asked, operand) => Node::Counted(asked, Box::new(change(*operand))),
            Node::Not(operand) => Node::negate(change(*operand)),
            Node::Subtract(from, minus) => {
                let from = change(*from);
                Node::subtract(from, change(*minus))
            }
        }
    }

    /// Whether it joins several sets, each of which is there already: none of them is constant or made of others.
    pub(super) fn joins_postings(&self) -> bool {
        let (Node::Intersect(operands) | Node::Union(operands)) = self else { return false };
        let is_there = |it: &Node| matches!(it, Node::Leaf(_) | Node::Found(_) | Node::OneOf(..));
        operands.len() > 1 && operands.iter().all(is_there)
    }

    /// The operands, in the order in which they are worked on.
    pub(super) fn operands(&self) -> Vec<&Node> {
        match self {
            Node::Empty | Node::All | Node::Leaf(_) | Node::Found(_) | Node::OneOf(..) => Vec::new(),
            Node::Intersect(operands) | Node::Union(operands) => operands.iter().collect(),
            Node::Not(operand) | Node::Related(_, operand) | Node::Counted(_, operand) => vec![operand],
            Node::Subtract(from, minus) => vec![from, minus],
        }
    }

    /// How many objects the set probably has: exact for postings and for values of one label key; otherwise as
    /// if the operands were independent of each other.
    pub(super) fn estimate(&self, sets: Sets<'_>) -> f64 {
        let all = sets.live().len() as f64;
        // In a store without objects a share would be 0/0, which is no number.
        let share = |node: &Node| if all == 0.0 { 0.0 } else { node.estimate(sets) / all };
        match self {
            Node::Empty => 0.0,
            Node::All => all,
            Node::Leaf(leaf) => sets.len_of(*leaf) as f64,
            Node::Found(ids) => ids.len() as f64,
            Node::Intersect(operands) => operands.iter().map(share).product::<f64>() * all,
            Node::OneOf(column, values) => {
                let lens = values.iter().map(|&value| sets.len_of(Leaf::Value(*column, value)) as f64);
                // An object may have several of the values, so that their sum may be more than all that have any.
                lens.sum::<f64>().min(sets.len_of(Leaf::Present(*column)) as f64)
            }
            Node::Union(operands) => {
                all * (1.0 - operands.iter().map(|operand| 1.0 - share(operand)).product::<f64>())
            }
            // Whether few objects stand to many or many to few is not known: as large a share as of those that any stand to.
            Node::Related(standing, operand) => {
                sets.at_end(*standing) as f64
                    * if **operand == Node::All { 1.0 } else { share(operand).sqrt() }
            }
            Node::Counted(asked, _) => sets.at_end(asked.standing) as f64,
            Node::Not(operand) => all - operand.estimate(sets),
            Node::Subtract(from, minus) => from.estimate(sets) * (1.0 - share(minus)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    #[test]
    fn constants_are_folded() {
        let mut store = Store::new();
        store.insert(crate::Object::new("Pod", "shop", "web").with_labels([("env", "prod")]));
        let key = store.table().key_id("env").expect("just inserted");
        let leaf = || Node::Leaf(Leaf::Present(ColumnId::Key(key)));
        assert_eq!(Node::intersect(vec![]), Node::All);
        assert_eq!(Node::intersect(vec![Node::All, leaf()]), leaf());
        assert_eq!(Node::intersect(vec![leaf(), Node::Empty, leaf()]), Node::Empty);
        assert_eq!(Node::union(vec![]), Node::Empty);
        assert_eq!(Node::union(vec![Node::Empty, leaf()]), leaf());
        assert_eq!(Node::union(vec![leaf(), Node::All]), Node::All);
        assert_eq!(Node::negate(Node::negate(leaf())), leaf());
        assert_eq!(Node::negate(Node::All), Node::Empty);
        assert_eq!(Node::subtract(leaf(), Node::Empty), leaf());
        assert_eq!(Node::subtract(leaf(), Node::All), Node::Empty);
        assert_eq!(Node::subtract(Node::All, leaf()), Node::Not(Box::new(leaf())));
    }
}
