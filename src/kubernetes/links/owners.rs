//! Owners: by uid, and the workload at the top of them.

use std::borrow::Cow;
use std::collections::HashMap;

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
    id: u32,
    uid: Option<Box<str>>,
    owners: Vec<OwnerReference>,
}

#[derive(Debug)]
struct OwnerReference {
    uid: Box<str>,
    kind: Box<str>,
    name: Box<str>,
    is_controller: bool,
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
        let of = |&id: &u32| {
            let json = realm.dump.json(ObjectId(id));
            let object = ObjectJson::reading(&json, &reads);
            let owners = object.at(["metadata", "ownerReferences"]).elements().map(owner);
            let uid = object.at(["metadata", "uid"]).text().map(|uid| uid.as_ref().into());
            Owned { id, uid, owners: owners.collect() }
        };
        ids.iter().map(of).collect::<Vec<_>>()
    };
    parallel::in_parts(&ids, MIN_PER_THREAD, read).into_iter().flatten().collect()
}

fn owner(json: Json<'_, '_>) -> OwnerReference {
    let text = |name: &str| -> Box<str> { json.get(name).string().unwrap_or(Cow::Borrowed("")).into() };
    OwnerReference {
        uid: text("uid"),
        kind: text("kind"),
        name: text("name"),
        is_controller: json.get("controller").is_true(),
    }
}

type ByUid<'o> = HashMap<&'o str, Vec<u32>, RandomState>;

/// The objects with each uid: one that was read from two files is there twice.
fn by_uid(objects: &[Owned]) -> ByUid<'_> {
    let mut by_uid = ByUid::default();
    for Owned { id, uid, .. } in objects {
        uid.iter().for_each(|uid| by_uid.entry(uid).or_default().push(*id));
    }
    by_uid
}

/// What each object owns, one step.
pub(super) fn tie(objects: &[Owned], builder: &mut TieBuilder) {
    let by_uid = by_uid(objects);
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
    let by_uid = by_uid(objects);
    let controllers: HashMap<u32, &OwnerReference, RandomState> = objects
        .iter()
        .filter_map(|it| Some((it.id, it.owners.iter().find(|owner| owner.is_controller)?)))
        .collect();
    let mut found = WorkloadColumn { column: ColumnBuilder::default(), n_by_hash: 0 };
    for Owned { id, .. } in objects {
        let Some((workload, is_by_hash)) = topmost(realm, *id, &controllers, &by_uid) else { continue };
        found.column.push(*id, Some(&workload));
        found.n_by_hash += u64::from(is_by_hash);
    }
    found
}

/// Owners own each other in no sound cluster. One that was made up may say so.
const MAX_STEPS: usize = 64;

/// The topmost controller above an object, and whether only a hash tells it.
fn topmost(
    realm: &Realm<'_>,
    id: u32,
    controllers: &HashMap<u32, &OwnerReference, RandomState>,
    by_uid: &ByUid<'_>,
) -> Option<(String, bool)> {
    let (mut at, mut top) = (id, controllers.get(&id)?);
    for _ in 0..MAX_STEPS {
        let Some(next) = by_uid.get(&*top.uid).and_then(|ids| ids.first()) else {
            let deployment = by_hash(realm, at, top);
            let is_by_hash = deployment.is_some();
            return Some((deployment.unwrap_or_else(|| called(top)), is_by_hash));
        };
        let Some(above) = controllers.get(next) else { break };
        (at, top) = (*next, above);
    }
    Some((called(top), false))
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
