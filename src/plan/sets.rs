//! The sets that a plan is made of: the postings of the store's labels, and of columns that were read besides.

use super::leaf::{ColumnId, Leaf, StandingTo, ValueId};
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
            Leaf::Namespace(namespace) => self.index().namespace(namespace),
            Leaf::Kind(kind) => self.index().kind(kind),
            Leaf::Present(ColumnId::Key(key)) => self.index().key(key),
            Leaf::Value(ColumnId::Key(_), value) => self.index().label(value.label()),
            // A plan names only columns that were there when it was made, so that the empty list is for none of them.
            Leaf::Present(ColumnId::Read(id)) => {
                self.read(id).map_or(PostingsView::Few(&[]), |(_, column)| column.present())
            }
            Leaf::Value(ColumnId::Read(id), value) => {
                self.read(id).map_or(PostingsView::Few(&[]), |(_, column)| column.having(value.0))
            }
        }
    }

    /// How many objects a leaf has.
    pub(super) fn len_of(self, leaf: Leaf) -> u64 {
        self.postings(leaf).len()
    }

    /// The column about a subject: a label key that occurs, or what was read.
    pub(super) fn column_about(self, subject: &Subject) -> Option<ColumnId> {
        match subject {
            Subject::Label(key) => self.table().key_id(key.as_str()).map(ColumnId::Key),
            subject => self.columns?.about(subject).map(|(id, _)| ColumnId::Read(id)),
        }
    }

    /// What was read about a subject.
    pub(super) fn read_about(self, subject: &Subject) -> Option<&'s Column> {
        self.columns?.about(subject).map(|(_, column)| column)
    }

    /// What a column is about, as a query names it.
    pub(super) fn subject(self, column: ColumnId) -> String {
        match column {
            ColumnId::Key(key) => self.table().key(key).to_owned(),
            ColumnId::Read(id) => self.read(id).map(|(subject, _)| subject.to_string()).unwrap_or_default(),
        }
    }

    /// The values of a column that occur.
    pub(super) fn values_of(self, column: ColumnId) -> Vec<ValueId> {
        match column {
            ColumnId::Key(key) => self.index().labels_of(key).map(ValueId::from).collect(),
            ColumnId::Read(id) => {
                self.read(id).map_or(0..0, |(_, column)| 0..column.len()).map(ValueId).collect()
            }
        }
    }

    /// The text of a value of a column.
    pub(super) fn text(self, column: ColumnId, value: ValueId) -> &'s str {
        match column {
            ColumnId::Key(_) => self.table().value(value.label()),
            ColumnId::Read(id) => self.read(id).map_or("", |(_, column)| column.value(value.0)),
        }
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

    fn read(self, id: u32) -> Option<&'s (Subject, Column)> {
        self.columns?.column(id)
    }
}
