//! What a plan's sets are made of.

use crate::query::Subject;
use crate::store::{KeyId, KindId, LabelId, NamespaceId, PairEnd};
use crate::syntax::Function;

/// What the index has a postings list for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Leaf {
    /// The objects that have a key: `tier`.
    Key(KeyId),
    /// The objects that have a label: `env=prod`.
    Label(LabelId),
    /// The objects in a namespace.
    Namespace(NamespaceId),
    /// The objects of a kind.
    Kind(KindId),
    /// The objects that have a value of a column that was read: `.spec.nodeName`.
    Column(ColumnId),
    /// The objects that have one value of a column, by its number: `.status.phase=Running`.
    Value(ColumnId, u32),
}

/// A column that was read, by its number in [`Columns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ColumnId(pub(super) u32);

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
