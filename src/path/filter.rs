//! Filters: `?(@.type=="Ready")`, for the elements of an array.

use std::cmp::Ordering;

use super::Step;
use super::find::{self, Place};
use crate::json::JsonText;

/// What an element must be like.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    /// The steps lead somewhere from it.
    Exists(Vec<Step>),
    /// Two values of the same kind compare so.
    Compare(Operand, Comparison, Operand),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    /// The one value that the steps lead to from the element.
    At(Vec<Step>),
    /// The value that is written there.
    Scalar(Scalar),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value that can be compared.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Text(String),
    Number(f64),
    Boolean(bool),
}

impl Filter {
    pub(super) fn holds<'j>(&self, element: impl Place<'j>) -> bool {
        match self {
            Filter::Exists(steps) => !find::walk(element, steps).is_empty(),
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
    fn value<'j>(&self, element: impl Place<'j>) -> Option<Scalar> {
        match self {
            Operand::Scalar(scalar) => Some(scalar.clone()),
            Operand::At(steps) => match find::walk(element, steps)[..] {
                [only] => Scalar::of_json(only.text()),
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

impl Scalar {
    /// The value of a JSON text, unless it is an object, an array or null.
    fn of_json(json: &str) -> Option<Scalar> {
        match json.as_bytes().first()? {
            b'"' => serde_json::from_str(json).ok().map(|JsonText(text)| Scalar::Text(text)),
            b't' | b'f' => json.parse().ok().map(Scalar::Boolean),
            b'-' | b'0'..=b'9' => json.parse().ok().map(Scalar::Number),
            _ => None,
        }
    }
}

/// Values of different kinds have no order, not even that they differ.
impl PartialOrd for Scalar {
    fn partial_cmp(&self, other: &Scalar) -> Option<Ordering> {
        match (self, other) {
            (Scalar::Text(one), Scalar::Text(other)) => Some(one.cmp(other)),
            (Scalar::Number(one), Scalar::Number(other)) => one.partial_cmp(other),
            (Scalar::Boolean(one), Scalar::Boolean(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}
