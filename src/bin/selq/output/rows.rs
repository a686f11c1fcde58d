//! The objects of an answer, in the order in which they are written.

use selq::{Dump, Matches, ObjectId, ObjectRef, Plan, Store};

use super::View;
use super::sort::{self, SortKey, Sorted};

/// The objects to write, in the order to write them. Walked twice by the table, which needs widths first.
pub(crate) struct Rows<'s> {
    objects: RowOrder<'s>,
    /// What they were to be sorted by and none of them has.
    absent_key: Option<SortKey>,
}

enum RowOrder<'s> {
    InInputOrder(Matches<'s>),
    Listed(Vec<ObjectRef<'s>>),
}

impl<'s> Rows<'s> {
    /// The rows that a view shows.
    pub(crate) fn of(dump: &'s Dump, plan: &Plan<'s>, view: &View) -> Rows<'s> {
        Rows::of_while(dump, plan, view, || true)
    }

    /// The same, or some of them, once `go_on` has said no: what they are sorted by may take long to read.
    pub(crate) fn of_while(
        dump: &'s Dump,
        plan: &Plan<'s>,
        view: &View,
        go_on: impl Fn() -> bool + Sync,
    ) -> Rows<'s> {
        match (&view.sort_by[..], view.limit) {
            ([], None) => Rows::from(plan.run()),
            ([], Some(limit)) => Rows::from(plan.take(limit)),
            (keys, limit) => {
                let ids: Vec<ObjectId> = plan.run().ids().collect();
                let Sorted { mut ids, absent } = sort::sorted(dump, &ids, keys, view.context, go_on);
                ids.truncate(limit.unwrap_or(usize::MAX));
                Rows { absent_key: absent.map(|nth| keys[nth].clone()), ..Rows::listed(dump.store(), &ids) }
            }
        }
    }

    /// The objects of an answer that was given before, in its order.
    pub(crate) fn listed(store: &'s Store, ids: &[ObjectId]) -> Rows<'s> {
        // An answer is forgotten with its dump, so that every object of it is there.
        Rows::from(RowOrder::Listed(ids.iter().filter_map(|&id| store.get(id)).collect()))
    }

    /// That none of the objects has what they were to be sorted by, which nobody would see who does not expect it.
    pub(crate) fn remark(&self, dump: &Dump) -> Option<String> {
        self.absent_key.as_ref().map(|key| sort::absence(key, dump.store()))
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

impl<'s> From<Matches<'s>> for Rows<'s> {
    fn from(matches: Matches<'s>) -> Rows<'s> {
        Rows::from(RowOrder::InInputOrder(matches))
    }
}

impl<'s> From<RowOrder<'s>> for Rows<'s> {
    fn from(objects: RowOrder<'s>) -> Rows<'s> {
        Rows { objects, absent_key: None }
    }
}
