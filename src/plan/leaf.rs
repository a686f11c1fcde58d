//! What a plan's sets are made of.

use crate::query::{Subject, Test};
use crate::store::{KeyId, KindId, LabelId, NamespaceId, PairEnd};
use crate::syntax::Function;

/// What the index has a postings list for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Leaf {
    /// The objects in a namespace.
    Namespace(NamespaceId),
    /// The objects of a kind.
    Kind(KindId),
    /// The objects that have any value of a column: `tier`, `.spec.nodeName`.
    Present(ColumnId),
    /// The objects that have one value of a column: `env=prod`, `.status.phase=Running`.
    Value(ColumnId, ValueId),
}

/// What objects have values of, and the values have postings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum ColumnId {
    /// A label key.
    Key(KeyId),
    /// A field or function that was read, by its number in [`Columns`](crate::query::Columns).
    Read(u32),
}

impl ColumnId {
    /// Whether no object has two values: the sets of its values are disjoint, and their sizes add up.
    pub(super) fn is_single_valued(self) -> bool {
        match self {
            ColumnId::Key(_) => true,
            // `.spec.containers[*].image` has as many values as there are containers.
            ColumnId::Read(_) => false,
        }
    }
}

/// A value among those of its column: a label's number in the store, or the number in the column that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ValueId(pub(super) u32);

impl From<LabelId> for ValueId {
    fn from(label: LabelId) -> ValueId {
        ValueId(label.0)
    }
}

impl ValueId {
    /// The label, of a value of a label key.
    pub(super) fn label(self) -> LabelId {
        LabelId(self.0)
    }
}

/// How many objects of a set others have to stand to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CountAsked {
    pub(super) standing: StandingTo,
    /// What is asked of the number.
    pub(super) test: Test,
}

/// How objects stand to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StandingTo {
    /// The subject under which the pairs are kept.
    pub(super) pairs: &'static Subject,
    /// The end at which the objects stand that are wanted.
    pub(super) end: PairEnd,
    /// The function that asks for them.
    pub(super) function: Function,
}
