//! Which objects may have to do with each other.

use std::borrow::Cow;
use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use crate::store::KindId;
use crate::{Dump, ObjectId, ObjectRef, Store};

/// The objects of one cluster, outside of which none of them selects, owns or names anything.
///
/// Whatever looks for an object by its labels, its name or its uid looks in a realm, so that [`realms`] alone decides what
/// joins.
#[derive(Debug)]
pub(in crate::kubernetes) struct Realm<'d> {
    pub(in crate::kubernetes) dump: &'d Dump,
    /// Its objects; `None` where that is all of them.
    objects: Option<RoaringBitmap>,
}

/// The realms of a dump: its clusters, and all that is of none together.
pub(in crate::kubernetes) fn realms(dump: &Dump) -> Vec<Realm<'_>> {
    if dump.clusters().is_empty() {
        return vec![Realm::of_all(dump)];
    }
    let mut clusters: BTreeMap<Option<&str>, RoaringBitmap> = BTreeMap::new();
    for object in dump.store().objects() {
        clusters.entry(dump.cluster(object.id())).or_default().insert(object.id().0);
    }
    clusters.into_values().map(|objects| Realm { dump, objects: Some(objects) }).collect()
}

impl<'d> Realm<'d> {
    pub(in crate::kubernetes) fn store(&self) -> &'d Store {
        self.dump.store()
    }

    /// The realm of all objects of a dump.
    pub(in crate::kubernetes) fn of_all(dump: &'d Dump) -> Realm<'d> {
        Realm { dump, objects: None }
    }

    /// Whether an object is in it.
    pub(in crate::kubernetes) fn has(&self, id: u32) -> bool {
        self.objects.as_ref().is_none_or(|objects| objects.contains(id))
    }

    /// All of its objects.
    pub(in crate::kubernetes) fn objects(&self) -> Cow<'_, RoaringBitmap> {
        match &self.objects {
            Some(objects) => Cow::Borrowed(objects),
            None => Cow::Owned(RoaringBitmap::clone(self.store().live())),
        }
    }

    /// Those of some objects that are in it.
    pub(in crate::kubernetes) fn narrowed(&self, found: RoaringBitmap) -> RoaringBitmap {
        match &self.objects {
            Some(objects) => found & objects,
            None => found,
        }
    }

    pub(in crate::kubernetes) fn object(&self, id: u32) -> Option<ObjectRef<'d>> {
        self.store().get(ObjectId(id))
    }

    /// The kinds that occur, each version by itself, with the objects of each.
    pub(in crate::kubernetes) fn kinds(&self) -> impl Iterator<Item = (&'d str, &'d str, RoaringBitmap)> {
        let table = self.store().table();
        table.kind_ids().map(|id| {
            let (api_version, kind) = table.kind(id);
            (api_version, kind, self.of_kind(id))
        })
    }

    fn of_kind(&self, id: KindId) -> RoaringBitmap {
        self.narrowed(self.store().index().kind(id).to_bitmap())
    }

    /// The objects of a kind of the core group.
    pub(in crate::kubernetes) fn of_core_kind(&self, kind: &str) -> RoaringBitmap {
        let of_kind = self.kinds().filter(|(version, it, _)| *it == kind && !version.contains('/'));
        of_kind.fold(RoaringBitmap::new(), |all, (_, _, objects)| all | objects)
    }

    /// The objects in a namespace.
    pub(in crate::kubernetes) fn in_namespace(&self, namespace: &str) -> RoaringBitmap {
        let Some(id) = self.store().table().namespace_id(namespace) else { return RoaringBitmap::new() };
        self.narrowed(self.store().index().namespace(id).to_bitmap())
    }
}
