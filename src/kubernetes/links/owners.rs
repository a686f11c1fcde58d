//! Owners: by uid, and the workload at the top of them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;
use std::num::NonZeroU64;
use std::sync::OnceLock;

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

/// What the objects of a realm say of themselves and their owners.
#[derive(Debug)]
pub(super) struct Ownership {
    /// In their order.
    objects: Vec<Owned>,
    /// What is said of owners, each list once, as the objects of one owner say the same. The first is the empty one.
    lists: Vec<Box<[OwnerReference]>>,
    hasher: RandomState,
    by_uid: OnceLock<ByUid>,
}

#[derive(Debug, Clone, Copy)]
struct Owned {
    id: u32,
    /// The number of what it says of its owners.
    list: u32,
    /// The hash of its uid, if it has one: hardly any uid is asked for, and all of them together are long.
    uid: Option<NonZeroU64>,
}

/// The objects with each uid that an owner is named by: one that was read from two files is there twice.
type ByUid = HashMap<Box<str>, Vec<u32>, RandomState>;

/// What an object says of an owner, each part empty that it does not say.
#[derive(Debug)]
pub(in crate::kubernetes) struct OwnerReference {
    pub(in crate::kubernetes) api_version: Box<str>,
    pub(in crate::kubernetes) kind: Box<str>,
    pub(in crate::kubernetes) name: Box<str>,
    pub(in crate::kubernetes) uid: Box<str>,
    is_controller: bool,
}

/// Something that is read of some objects besides, so that these are not read twice.
pub(super) struct ReadBeside<'r, L> {
    pub(super) objects: &'r RoaringBitmap,
    pub(super) reads: &'r Reads,
    pub(super) look: L,
}

/// The uid of an object.
pub(super) fn uid_of(realm: &Realm<'_>, id: u32) -> Option<Box<str>> {
    let json = realm.dump.json(ObjectId(id));
    uid(&ObjectJson::reading(&json, &Reads::nothing().and(UID))).map(|uid| uid.as_ref().into())
}

const UID: [&str; 2] = ["metadata", "uid"];
const OWNERS: [&str; 2] = ["metadata", "ownerReferences"];

fn uid<'j>(object: &ObjectJson<'j>) -> Option<Cow<'j, str>> {
    object.at(UID).text()
}

impl Ownership {
    /// Reads what all objects of a realm say, and what is to be read of some besides.
    pub(super) fn read<T: Send>(
        realm: &Realm<'_>,
        beside: &ReadBeside<'_, impl Fn(ObjectId, &ObjectJson<'_>) -> T + Sync>,
    ) -> (Ownership, Vec<T>) {
        let ids: Vec<u32> = realm.objects().iter().collect();
        let hasher = RandomState::default();
        let read = |ids: &[u32]| OwnershipPart::read(realm, ids, &hasher, beside);
        let parts = parallel::in_parts(&ids, MIN_PER_THREAD, read);
        let (mut objects, mut found) = (Vec::with_capacity(ids.len()), Vec::new());
        let mut lists = OwnerLists::default();
        for OwnershipPart { objects: of_part, lists: read, beside } in parts {
            let numbers = lists.append(read);
            objects.extend(of_part.iter().map(|it| Owned { list: numbers[it.list as usize], ..*it }));
            found.extend(beside);
        }
        (Ownership { objects, lists: lists.lists, hasher, by_uid: OnceLock::new() }, found)
    }

    /// The owner that an object says controls it, whether that is there or not.
    pub(super) fn controller(&self, id: u32) -> Option<&OwnerReference> {
        let nth = self.objects.binary_search_by_key(&id, |it| it.id).ok()?;
        self.controller_in(self.objects[nth].list)
    }

    fn controller_in(&self, list: u32) -> Option<&OwnerReference> {
        self.lists[list as usize].iter().find(|owner| owner.is_controller)
    }

    fn by_uid(&self, realm: &Realm<'_>) -> &ByUid {
        self.by_uid.get_or_init(|| {
            let uids = || self.lists.iter().flatten().map(|owner| &owner.uid);
            let mut by_uid: ByUid = uids().map(|uid| (uid.clone(), Vec::new())).collect();
            let hashes: HashSet<NonZeroU64, RandomState> =
                by_uid.keys().map(|uid| hash(&self.hasher, uid)).collect();
            let is_asked_for = |it: &&Owned| it.uid.is_some_and(|uid| hashes.contains(&uid));
            // Others may have the same hash.
            for Owned { id, .. } in self.objects.iter().filter(is_asked_for) {
                let uid = uid_of(realm, *id);
                uid.and_then(|uid| by_uid.get_mut(&uid)).into_iter().for_each(|ids| ids.push(*id));
            }
            by_uid.retain(|_, ids| !ids.is_empty());
            by_uid
        })
    }

    /// What each object owns, one step.
    pub(super) fn tie(&self, realm: &Realm<'_>, builder: &mut TieBuilder) {
        let mut of_lists = vec![RoaringBitmap::new(); self.lists.len()];
        self.objects.iter().for_each(|it| _ = of_lists[it.list as usize].insert(it.id));
        let by_uid = self.by_uid(realm);
        let mut owned: HashMap<(&str, usize), RoaringBitmap, RandomState> = HashMap::default();
        for (owners, objects) in self.lists.iter().zip(of_lists) {
            let owners = owners.iter().enumerate().filter(|(_, owner)| by_uid.contains_key(&owner.uid));
            owners.for_each(|(nth, owner)| *owned.entry((&owner.uid, nth)).or_default() |= &objects);
        }
        let mut owned: Vec<_> = owned.into_iter().collect();
        owned.sort_by_key(|((uid, nth), _)| (by_uid[*uid][0], *nth));
        for ((uid, nth), to) in owned {
            let block = builder.named(to);
            let at = format!(".metadata.ownerReferences[{nth}]");
            by_uid[uid].iter().for_each(|&owner| builder.tie(owner, block, &at, NO_PLACE));
        }
    }

    /// The workload that each object belongs to, as `Kind/name`.
    pub(super) fn workloads(&self, realm: &Realm<'_>) -> WorkloadColumn {
        let mut found = WorkloadColumn { column: ColumnBuilder::default(), n_by_hash: 0 };
        let mut of_lists: Vec<Option<Workload>> = vec![None; self.lists.len()];
        for Owned { id, list, .. } in &self.objects {
            let Some(controller) = self.controller_in(*list) else { continue };
            let known = &mut of_lists[*list as usize];
            if known.is_none() || self.is_told_by_object(realm, controller) {
                *known = Some(self.topmost(realm, *id, controller));
            }
            let Some(Workload { name, is_by_hash }) = known else { continue };
            found.column.push(*id, Some(name));
            found.n_by_hash += u64::from(*is_by_hash);
        }
        found
    }

    /// Whether a label of the object itself may say what is above its controller.
    fn is_told_by_object(&self, realm: &Realm<'_>, controller: &OwnerReference) -> bool {
        *controller.kind == *REPLICA_SET && !self.by_uid(realm).contains_key(&controller.uid)
    }

    /// The topmost controller above an object, and whether only a hash tells it.
    fn topmost(&self, realm: &Realm<'_>, id: u32, controller: &OwnerReference) -> Workload {
        let (mut at, mut top) = (id, controller);
        for _ in 0..MAX_STEPS {
            let Some(next) = self.by_uid(realm).get(&top.uid).and_then(|ids| ids.first()) else {
                let deployment = by_hash(realm, at, top);
                let is_by_hash = deployment.is_some();
                return Workload { name: deployment.unwrap_or_else(|| called(top)), is_by_hash };
            };
            let Some(above) = self.controller(*next) else { break };
            (at, top) = (*next, above);
        }
        Workload { name: called(top), is_by_hash: false }
    }
}

fn hash(hasher: &RandomState, uid: &str) -> NonZeroU64 {
    NonZeroU64::new(hasher.hash_one(uid)).unwrap_or(NonZeroU64::MIN)
}

/// Lists of owners, each once.
struct OwnerLists {
    lists: Vec<Box<[OwnerReference]>>,
    /// By the texts that they were read from.
    numbers: HashMap<Box<str>, u32, RandomState>,
}

/// The empty list is always there.
impl Default for OwnerLists {
    fn default() -> OwnerLists {
        OwnerLists { lists: vec![Box::default()], numbers: [("".into(), 0)].into_iter().collect() }
    }
}

impl OwnerLists {
    /// The number of a list.
    fn number(&mut self, json: &str) -> u32 {
        if let Some(number) = self.numbers.get(json) {
            return *number;
        }
        self.add(json.into(), ObjectJson::whole(json).json().elements().map(owner).collect())
    }

    fn add(&mut self, json: Box<str>, list: Box<[OwnerReference]>) -> u32 {
        let number = self.lists.len() as u32;
        self.lists.push(list);
        self.numbers.insert(json, number);
        number
    }

    /// Adds other lists, and gives their numbers here.
    fn append(&mut self, other: OwnerLists) -> Vec<u32> {
        let mut numbers = vec![0; other.lists.len()];
        let mut texts: Vec<(Box<str>, u32)> = other.numbers.into_iter().collect();
        texts.sort_unstable_by_key(|(_, number)| *number);
        for ((json, number), list) in texts.into_iter().zip(other.lists) {
            let known = self.numbers.get(&json).copied();
            numbers[number as usize] = known.unwrap_or_else(|| self.add(json, list));
        }
        numbers
    }
}

/// What one thread has read.
struct OwnershipPart<T> {
    objects: Vec<Owned>,
    lists: OwnerLists,
    beside: Vec<T>,
}

impl<T> OwnershipPart<T> {
    fn read(
        realm: &Realm<'_>,
        ids: &[u32],
        hasher: &RandomState,
        beside: &ReadBeside<'_, impl Fn(ObjectId, &ObjectJson<'_>) -> T>,
    ) -> OwnershipPart<T> {
        let with = |reads: Reads| reads.and(UID).and_value(OWNERS);
        let (alone, both) = (with(Reads::nothing()), with(beside.reads.clone()));
        let (mut lists, mut found) = (OwnerLists::default(), Vec::new());
        let objects = ids.iter().map(|&id| {
            let is_beside = beside.objects.contains(id);
            let json = realm.dump.json(ObjectId(id));
            let object = ObjectJson::reading(&json, if is_beside { &both } else { &alone });
            let list = lists.number(object.at(OWNERS).written());
            let uid = uid(&object).map(|uid| hash(hasher, &uid));
            if is_beside {
                let (api_version, kind) =
                    realm.object(id).map_or(("", ""), |it| (it.api_version(), it.kind()));
                found.push((beside.look)(ObjectId(id), &object.with_kind(api_version, kind)));
            }
            Owned { id, list, uid }
        });
        let objects = objects.collect();
        OwnershipPart { objects, lists, beside: found }
    }
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

/// The topmost controller of each object, and what is not known of them.
pub(super) struct WorkloadColumn {
    pub(super) column: ColumnBuilder,
    /// How many are told by the hash in a pod's labels, as the ReplicaSet is not there.
    pub(super) n_by_hash: u64,
}

#[derive(Clone)]
struct Workload {
    name: String,
    is_by_hash: bool,
}

/// Owners own each other in no sound cluster. One that was made up may say so.
const MAX_STEPS: usize = 64;

const REPLICA_SET: &str = "ReplicaSet";

fn called(owner: &OwnerReference) -> String {
    format!("{}/{}", owner.kind, owner.name)
}

/// The Deployment above a ReplicaSet that is not there: its name ends in the hash that its pods are labelled with.
fn by_hash(realm: &Realm<'_>, pod: u32, owner: &OwnerReference) -> Option<String> {
    let hash = realm.object(pod)?.label("pod-template-hash").filter(|hash| !hash.is_empty())?;
    let name = owner.name.strip_suffix(hash)?.strip_suffix('-')?;
    (*owner.kind == *REPLICA_SET && !name.is_empty()).then(|| format!("Deployment/{name}"))
}
