//! Filters: `?(@.type=="Ready")`, for the elements of an array.

use std::cmp::Ordering;

use super::Step;
use super::find;
use crate::json::{Place, Scalar};

/// What an element must be like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    /// The steps lead somewhere from it.
    Exists(Vec<Step>),
    /// Two values of the same kind compare so.
    Compare(Operand, Comparison, Operand),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// The one value that the steps lead to from the element.
    At(Vec<Step>),
    /// The value that is written there.
    Scalar(Scalar),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Filter {
    pub(super) fn holds(&self, element: impl Place) -> bool {
        match self {
            Filter::Exists(steps) => !find::walk(vec![element], steps).is_empty(),
            Filter::Compare(left, comparison, right) => {
                let (left, right) = (left.value(element), right.value(element));
                let order = left.zip(right).and_then(|(left, right)| left.partial_cmp(&right));
                order.is_some_and(|order| comparison.holds(order))
            }
        }
    }
}

impl Operand {
    /// The value for an element; none where there are several, as kubectl compares one at a time.
    fn value(&self, element: impl Place) -> Option<Scalar> {
        match self {
            Operand::Scalar(scalar) => Some(scalar.clone()),
            Operand::At(steps) => match find::walk(vec![element], steps)[..] {
                [only] => only.scalar(),
                _ => None,
            },
        }
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}
