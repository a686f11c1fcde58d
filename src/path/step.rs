//! The parts of a path.

use std::cmp::Ordering;

use crate::json::Scalar;

/// A part of a path, in whatever spelling.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PathStep {
    /// The field of an object; of equal keys the last.
    Member(String),
    /// The field of an object, or of each element of an array, also of arrays in arrays.
    MemberOfEach(String),
    /// The field of an object, or the element of an array if the name is the number of one: a step of a pointer.
    Key { name: String, index: Option<usize> },
    /// An element of an array, counted from its end where the number is negative.
    Element(i64),
    /// The elements of an array.
    EveryElement,
    /// Every `by`th element of an array from one number to before another.
    Slice { from: i64, to: Option<i64>, by: usize },
    /// What each of these leads to.
    Several(Vec<PathStep>),
    /// All elements of an array, all fields of an object.
    Every,
    /// The value itself and all objects and arrays inside it, save those in fields of the name `without`.
    Descend { without: Option<&'static str> },
    /// The elements of an array for which it holds.
    Where(Filter),
}

impl PathStep {
    /// Whether the name or number of a child alone tells if the step leads there. Many steps of that kind are taken in
    /// one reading.
    pub(crate) fn is_straight(&self) -> bool {
        match self {
            PathStep::Member(_)
            | PathStep::MemberOfEach(_)
            | PathStep::Key { .. }
            | PathStep::EveryElement => true,
            // One counted from the end is known only where the array ends.
            PathStep::Element(index) => *index >= 0,
            PathStep::Slice { .. }
            | PathStep::Several(_)
            // A search keeps one mark for each step, which cannot tell of all fields which are the
            // last of equal ones.
            | PathStep::Every
            | PathStep::Descend { .. }
            | PathStep::Where(_) => false,
        }
    }

    /// The field of an object that a straight step leads to.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            // A number in a pointer is a name too, since an object may stand where it leads.
            PathStep::Member(name) | PathStep::MemberOfEach(name) | PathStep::Key { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The field of the elements of an array that a straight step leads to.
    pub(super) fn name_in_elements(&self) -> Option<&str> {
        match self {
            PathStep::MemberOfEach(name) => Some(name),
            _ => None,
        }
    }

    /// Whether a straight step leads to elements of an array.
    pub(super) fn takes_elements(&self) -> bool {
        matches!(self, PathStep::Element(_) | PathStep::EveryElement | PathStep::Key { index: Some(_), .. })
    }

    /// Whether a straight step leads to the element of this number.
    pub(crate) fn takes_element(&self, nth: usize) -> bool {
        match self {
            PathStep::Element(index) => usize::try_from(*index) == Ok(nth),
            PathStep::Key { index, .. } => *index == Some(nth),
            _ => matches!(self, PathStep::EveryElement),
        }
    }
}

/// What an element must be like.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Filter {
    /// The steps lead somewhere from it.
    Exists(Vec<PathStep>),
    /// Two values of the same kind compare so.
    Compare(FilterOperand, Comparison, FilterOperand),
}

/// A side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FilterOperand {
    /// The one value that the steps lead to from the element.
    At(Vec<PathStep>),
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

impl Comparison {
    pub(super) fn holds(self, order: Ordering) -> bool {
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
