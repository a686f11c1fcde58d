//! The objects whose links are asked for.

use anyhow::Result;
use selq::kubernetes::LinkPlaces;
use selq::query::Columns;
use selq::{Dump, ObjectId};

use crate::commands::named::{ObjectName, absent, called};
use crate::selection::Selection;

/// The objects whose links are asked for.
pub(super) struct AskedObjects {
    /// In the order of the dump; `None` where the links of all are.
    pub(super) ids: Option<Vec<ObjectId>>,
    pub(super) remarks: Vec<String>,
}

impl AskedObjects {
    pub(super) fn ids(&self) -> Option<&[ObjectId]> {
        self.ids.as_deref()
    }

    /// The objects that are named, and those that are selected.
    pub(super) fn find(
        dump: &Dump,
        names: &[ObjectName<'_>],
        selection: &Selection,
        places: &LinkPlaces,
    ) -> Result<AskedObjects> {
        let (mut ids, mut remarks) = (Vec::new(), Vec::new());
        for name in names {
            let called = called(dump, name);
            if called.is_empty() {
                remarks.push(absent(dump, name));
            }
            ids.extend(called);
        }
        if selection.narrows() {
            let columns = selection.columns_by(dump, Columns::with_places(places.clone()));
            let plan = selection.plan(dump, &columns)?;
            let found = plan.run();
            remarks.extend(selection.remarks(dump, &plan, !found.is_empty()));
            ids.extend(found.ids());
        }
        ids.sort_unstable();
        ids.dedup();
        let is_of_all = names.is_empty() && !selection.narrows();
        Ok(AskedObjects { ids: (!is_of_all).then_some(ids), remarks })
    }
}
