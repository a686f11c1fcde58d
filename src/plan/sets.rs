//! The sets that a plan is made of: the postings of the store's labels, and of columns that were read besides.

use super::leaf::{ColumnId, Leaf, StandingTo};
use crate::query::{Columns, Gap, Query, Subject};
use crate::store::{Bitmap, Column, Index, ObjectTable, PairSet, PostingsView, Store};

/// Where a plan's sets are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sets<'s> {
    store: &'s Store,
    /// None of a selector, which asks for labels alone.
    columns: Option<&'s Columns>,
}

impl<'s> Sets<'s> {
    pub(super) fn of(store: &'s Store, columns: Option<&'s Columns>) -> Sets<'s> {
        Sets { store, columns }
    }

    pub(super) fn store(self) -> &'s Store {
        self.store
    }

    pub(super) fn table(self) -> &'s ObjectTable {
        self.store.table()
    }

    pub(super) fn index(self) -> &'s Index {
        self.store.index()
    }

    /// The numbers of all objects.
    pub(super) fn live(self) -> &'s Bitmap {
        self.store.live()
    }

    /// The objects of a leaf.
    pub(super) fn postings(self, leaf: Leaf) -> PostingsView<'s> {
        match leaf {
            Leaf::Key(key) => self.index().key(key),
            Leaf::Label(label) => self.index().label(label),
            Leaf::Namespace(namespace) => self.index().namespace(namespace),
            Leaf::Kind(kind) => self.index().kind(kind),
            Leaf::Column(column) => self.column(column, |column| column.present()),
            Leaf::Value(column, value) => self.column(column, |column| column.having(value)),
        }
    }

    /// How many objects a leaf has.
    pub(super) fn len_of(self, leaf: Leaf) -> u64 {
        self.postings(leaf).len()
    }

    /// The column about a subject, if it was read.
    pub(super) fn column_about(self, subject: &Subject) -> Option<(ColumnId, &'s Column)> {
        let (id, column) = self.columns?.about(subject)?;
        Some((ColumnId(id), column))
    }

    /// What a column is about.
    pub(super) fn subject(self, id: ColumnId) -> Option<&'s Subject> {
        self.columns?.column(id.0).map(|(subject, _)| subject)
    }

    /// A value of a column.
    pub(super) fn value(self, id: ColumnId, value: u32) -> &'s str {
        self.columns.and_then(|columns| columns.column(id.0)).map_or("", |(_, column)| column.value(value))
    }

    /// How many objects stand to any others.
    pub(super) fn at_end(self, standing: StandingTo) -> u64 {
        self.pairs(standing).map_or(0, |pairs| pairs.at_end(standing.end).len())
    }

    /// The pairs of a relation.
    pub(super) fn pairs(self, standing: StandingTo) -> Option<&'s PairSet> {
        self.columns?.pairs(standing.pairs)
    }

    /// What the dump lacks of what a query asks for.
    pub(super) fn gaps(self, query: &Query) -> Vec<&'s Gap> {
        self.columns.map(|columns| columns.gaps(&query.subjects())).unwrap_or_default()
    }

    fn column(self, id: ColumnId, of: impl Fn(&'s Column) -> PostingsView<'s>) -> PostingsView<'s> {
        let column = self.columns.and_then(|columns| columns.column(id.0));
        // A plan names only columns that were there when it was made, so that the empty list is for
        // none of them.
        column.map_or(PostingsView::Few(&[]), |(_, column)| of(column))
    }
}
