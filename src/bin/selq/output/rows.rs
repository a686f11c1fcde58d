//! The objects of an answer, in the order in which they are written.

use selq::{Dump, Matches, ObjectId, ObjectRef, Plan, Store};

use super::View;
use super::sort::{self, Sorted};

/// The objects to write, in the order to write them. Walked twice by the table, which needs widths first.
pub(crate) struct Rows<'s> {
    objects: RowOrder<'s>,
    /// Whether what they were to be sorted by, if anything, put them in this order: false if none of them has it.
    is_by_key: bool,
}

enum RowOrder<'s> {
    InInputOrder(Matches<'s>),
    Listed(Vec<ObjectRef<'s>>),
}

impl<'s> Rows<'s> {
    /// The rows that a view shows.
    pub(crate) fn of(dump: &Dump, plan: &Plan<'s>, view: &View) -> Rows<'s> {
        Rows::of_while(dump, plan, view, || true)
    }

    /// The same, or some of them, once `go_on` has said no: what they are sorted by may take long to read.
    pub(crate) fn of_while(dump: &Dump, plan: &Plan<'s>, view: &View, go_on: impl Fn() -> bool) -> Rows<'s> {
        match (&view.sort_by, view.limit) {
            (None, None) => Rows::from(RowOrder::InInputOrder(plan.run())),
            // In input order the first matches are known before the others are found.
            (None, Some(limit)) => Rows::from(RowOrder::InInputOrder(plan.take(limit))),
            // Each has to be ranked before it is known which are first.
            (Some(key), limit) => {
                let Sorted { mut rows, is_by_key } =
                    sort::sorted(dump, plan.run().iter().take_while(|_| go_on()), key);
                rows.truncate(limit.unwrap_or(usize::MAX));
                Rows { objects: RowOrder::Listed(rows), is_by_key }
            }
        }
    }

    /// The objects of an answer that was given before, in its order.
    pub(crate) fn listed(store: &'s Store, ids: &[ObjectId]) -> Rows<'s> {
        // An answer is forgotten with its dump, so that every object of it is there.
        Rows::from(RowOrder::Listed(ids.iter().filter_map(|&id| store.get(id)).collect()))
    }

    /// That none of the objects has what they were to be sorted by, which nobody would see who does not expect it.
    pub(crate) fn remark(&self, dump: &Dump, view: &View) -> Option<String> {
        let key = view.sort_by.as_ref().filter(|_| !self.is_by_key)?;
        Some(sort::absence(key, dump.store()))
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.objects {
            RowOrder::InInputOrder(matches) => matches.len() as u64,
            RowOrder::Listed(rows) => rows.len() as u64,
        }
    }

    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = ObjectRef<'s>> + '_> {
        match &self.objects {
            RowOrder::InInputOrder(matches) => Box::new(matches.iter()),
            RowOrder::Listed(rows) => Box::new(rows.iter().copied()),
        }
    }

    pub(crate) fn ids(&self) -> Vec<ObjectId> {
        match &self.objects {
            RowOrder::InInputOrder(matches) => matches.ids().collect(),
            RowOrder::Listed(rows) => rows.iter().map(ObjectRef::id).collect(),
        }
    }
}

impl<'s> From<RowOrder<'s>> for Rows<'s> {
    fn from(objects: RowOrder<'s>) -> Rows<'s> {
        Rows { objects, is_by_key: true }
    }
}
