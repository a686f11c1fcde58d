//! Owners: by uid, and the workload at the top of them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::super::object::{Json, ObjectJson};
use super::realm::Realm;
use super::ties::{NO_PLACE, TieBuilder};
use crate::json::Reads;
use crate::store::ColumnBuilder;
use crate::{ObjectId, parallel};

/// Fewer objects are read before another thread has begun.
const MIN_PER_THREAD: usize = 256;

/// What an object says of itself and its owners.
#[derive(Debug)]
pub(super) struct Owned {
    pub(super) id: u32,
    uid: Option<Box<str>>,
    /// Objects of one owner share what they say of it.
    owners: Box<[Arc<OwnerReference>]>,
}

/// What an object says of an owner, each part empty that it does not say.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(in crate::kubernetes) struct OwnerReference {
    pub(in crate::kubernetes) api_version: Box<str>,
    pub(in crate::kubernetes) kind: Box<str>,
    pub(in crate::kubernetes) name: Box<str>,
    pub(in crate::kubernetes) uid: Box<str>,
    is_controller: bool,
}

impl Owned {
    /// The owner that is said to control it.
    pub(super) fn controller(&self) -> Option<&Arc<OwnerReference>> {
        self.owners.iter().find(|owner| owner.is_controller)
    }
}

/// The uid of an object.
pub(super) fn uid_of(realm: &Realm<'_>, id: u32) -> Option<Box<str>> {
    let json = realm.dump.json(ObjectId(id));
    let object = ObjectJson::reading(&json, &Reads::nothing().and(["metadata", "uid"]));
    object.at(["metadata", "uid"]).text().map(|uid| uid.as_ref().into())
}

/// What all objects of a realm say of themselves and their owners.
pub(super) fn read(realm: &Realm<'_>) -> Vec<Owned> {
    let ids: Vec<u32> = realm.objects().iter().collect();
    let reads = Reads::nothing().and(["metadata", "uid"]).and(["metadata", "ownerReferences"]);
    let read = |ids: &[u32]| {
        let mut known = HashSet::default();
        let of = |&id: &u32| {
            let json = realm.dump.json(ObjectId(id));
            let object = ObjectJson::reading(&json, &reads);
            let owners = object.at(["metadata", "ownerReferences"]).elements();
            let owners = owners.map(|json| shared(&mut known, owner(json))).collect();
            let uid = object.at(["metadata", "uid"]).text().map(|uid| uid.as_ref().into());
            Owned { id, uid, owners }
        };
        ids.iter().map(of).collect::<Vec<_>>()
    };
    parallel::in_parts(&ids, MIN_PER_THREAD, read).into_iter().flatten().collect()
}

fn owner(json: Json<'_, '_>) -> OwnerReference {
    let text = |name: &str| -> Box<str> { json.get(name).string().unwrap_or(Cow::Borrowed("")).into() };
    OwnerReference {
        api_version: text("apiVersion"),
        kind: text("kind"),
        name: text("name"),
        uid: text("uid"),
        is_controller: json.get("controller").is_true(),
    }
}

/// What says the same as `owner`, if it was met before.
fn shared(
    known: &mut HashSet<Arc<OwnerReference>, RandomState>,
    owner: OwnerReference,
) -> Arc<OwnerReference> {
    if let Some(same) = known.get(&owner) {
        return Arc::clone(same);
    }
    let owner = Arc::new(owner);
    known.insert(Arc::clone(&owner));
    owner
}

type ByUid<'o> = HashMap<&'o str, Vec<u32>, RandomState>;

/// The objects with each uid that an owner is named by: one that was read from two files is there twice.
fn owners_by_uid(objects: &[Owned]) -> ByUid<'_> {
    let mut by_uid = ByUid::default();
    for owner in objects.iter().flat_map(|it| &it.owners) {
        by_uid.entry(&*owner.uid).or_default();
    }
    for Owned { id, uid, .. } in objects {
        if let Some(ids) = uid.as_deref().and_then(|uid| by_uid.get_mut(uid)) {
            ids.push(*id);
        }
    }
    by_uid.retain(|_, ids| !ids.is_empty());
    by_uid
}

/// What each object owns, one step.
pub(super) fn tie(objects: &[Owned], builder: &mut TieBuilder) {
    let by_uid = owners_by_uid(objects);
    let mut owned: HashMap<(&str, usize), RoaringBitmap, RandomState> = HashMap::default();
    for Owned { id, owners, .. } in objects {
        for (nth, owner) in owners.iter().enumerate().filter(|(_, owner)| by_uid.contains_key(&*owner.uid)) {
            owned.entry((&owner.uid, nth)).or_default().insert(*id);
        }
    }
    let mut owned: Vec<_> = owned.into_iter().collect();
    owned.sort_by_key(|((uid, nth), _)| (by_uid[uid][0], *nth));
    for ((uid, nth), to) in owned {
        let block = builder.named(to);
        let at = format!(".metadata.ownerReferences[{nth}]");
        by_uid[uid].iter().for_each(|&owner| builder.tie(owner, block, &at, NO_PLACE));
    }
}

/// The topmost controller of each object, and what is not known of them.
pub(super) struct WorkloadColumn {
    pub(super) column: ColumnBuilder,
    /// How many are told by the hash in a pod's labels, as the ReplicaSet is not there.
    pub(super) n_by_hash: u64,
}

/// The workload that each object belongs to, as `Kind/name`.
pub(super) fn workloads(realm: &Realm<'_>, objects: &[Owned]) -> WorkloadColumn {
    let by_uid = owners_by_uid(objects);
    let mut found = WorkloadColumn { column: ColumnBuilder::default(), n_by_hash: 0 };
    for object in objects {
        let Some((workload, is_by_hash)) = topmost(realm, object, objects, &by_uid) else { continue };
        found.column.push(object.id, Some(&workload));
        found.n_by_hash += u64::from(is_by_hash);
    }
    found
}

/// Owners own each other in no sound cluster. One that was made up may say so.
const MAX_STEPS: usize = 64;

/// The topmost controller above an object, and whether only a hash tells it.
fn topmost(
    realm: &Realm<'_>,
    object: &Owned,
    objects: &[Owned],
    by_uid: &ByUid<'_>,
) -> Option<(String, bool)> {
    let (mut at, mut top) = (object.id, object.controller()?);
    for _ in 0..MAX_STEPS {
        let Some(next) = by_uid.get(&*top.uid).and_then(|ids| ids.first()) else {
            let deployment = by_hash(realm, at, top);
            let is_by_hash = deployment.is_some();
            return Some((deployment.unwrap_or_else(|| called(top)), is_by_hash));
        };
        let Some(above) = of_object(objects, *next).and_then(Owned::controller) else { break };
        (at, top) = (*next, above);
    }
    Some((called(top), false))
}

/// What an object of some says, which are in their order.
pub(super) fn of_object(objects: &[Owned], id: u32) -> Option<&Owned> {
    objects.binary_search_by_key(&id, |it| it.id).ok().map(|nth| &objects[nth])
}

fn called(owner: &OwnerReference) -> String {
    format!("{}/{}", owner.kind, owner.name)
}

/// The Deployment above a ReplicaSet that is not there: its name ends in the hash that its pods are labelled with.
fn by_hash(realm: &Realm<'_>, pod: u32, owner: &OwnerReference) -> Option<String> {
    let hash = realm.object(pod)?.label("pod-template-hash").filter(|hash| !hash.is_empty())?;
    let name = owner.name.strip_suffix(hash)?.strip_suffix('-')?;
    (*owner.kind == *"ReplicaSet" && !name.is_empty()).then(|| format!("Deployment/{name}"))
}
