//! Objects by identity, against a plain list that is walked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::collection::vec;
use proptest::prelude::*;
use selq::load::WatchEvent;
use selq::store::StoreEdit;
use selq::{
    Object, ObjectId, ObjectIdentity, Plan, Selector, SharedStore, SharedWatchedStore, Store, WatchedStore,
};

use crate::strategies::{Labels, labels, object};

#[derive(Debug, Clone)]
enum Change {
    Insert(Object),
    Upsert(Object),
    Relabel(usize, Labels),
    Replace(usize, Object),
    Remove(usize),
    /// Looks for something, which may be what makes the store ready for it.
    Find(Object),
}

/// Objects of which many are the same, in versions of one group and of another.
fn versioned() -> impl Strategy<Value = Object> {
    let version = prop::sample::select(&["v1", "v2", "apps/v1", "apps/v2", ""][..]);
    (object(), version).prop_map(|(object, version)| object.with_api_version(version))
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => versioned().prop_map(Change::Insert),
        3 => versioned().prop_map(Change::Upsert),
        1 => (any::<usize>(), labels()).prop_map(|(at, labels)| Change::Relabel(at, labels)),
        2 => (any::<usize>(), versioned()).prop_map(|(at, object)| Change::Replace(at, object)),
        2 => any::<usize>().prop_map(Change::Remove),
        1 => versioned().prop_map(Change::Find),
    ]
}

/// The plain way: all objects that ever were, each as it is now, by number.
#[derive(Default)]
struct Plain(Vec<Option<Object>>);

/// Group, kind, namespace and name.
fn key<'a>(identity: ObjectIdentity<'a>) -> [&'a str; 4] {
    let group = identity.api_version.split_once('/').map_or("", |(group, _)| group);
    [group, identity.kind, identity.namespace, identity.name]
}

impl Plain {
    fn find(&self, object: &Object) -> Option<usize> {
        let is_same = |known: &Object| key(known.identity()) == key(object.identity());
        let is_known = |known: &Option<Object>| known.as_ref().is_some_and(is_same);
        self.0.iter().rposition(is_known).filter(|_| !object.identity().name.is_empty())
    }

    /// Gives an object another version, kind and labels, if it is there.
    fn replace(&mut self, at: usize, with: &Object) {
        if let Some(known) = &mut self.0[at] {
            let (old, new) = (known.identity(), with.identity());
            let moved = Object::new(new.kind, old.namespace, old.name).with_api_version(new.api_version);
            *known = moved.with_labels(with.labels());
        }
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Upsert(object) if self.find(object).is_some() => {
                self.replace(self.find(object).unwrap(), object);
            }
            Change::Insert(object) | Change::Upsert(object) => self.0.push(Some(object.clone())),
            Change::Find(_) => {}
            Change::Relabel(..) | Change::Replace(..) | Change::Remove(_) if self.0.is_empty() => {}
            Change::Relabel(at, labels) => {
                let at = at % self.0.len();
                if let Some(known) = self.0[at].clone() {
                    let identity = known.identity();
                    let same = Object::new(identity.kind, "", "").with_api_version(identity.api_version);
                    self.replace(at, &same.with_labels(labels));
                }
            }
            Change::Replace(at, object) => self.replace(at % self.0.len(), object),
            Change::Remove(at) => {
                let at = at % self.0.len();
                self.0[at] = None;
            }
        }
    }
}

/// Makes a change by the methods of a store or of an edit, which have the same names.
macro_rules! apply {
    ($store:expr, $ids:expr, $change:expr) => {
        match $change {
            Change::Insert(object) => $ids.push($store.insert(object)),
            Change::Upsert(object) => {
                let id = $store.upsert(object);
                if !$ids.contains(&id) {
                    $ids.push(id);
                }
            }
            Change::Find(_) => {}
            _ if $ids.is_empty() => {}
            Change::Relabel(at, labels) => {
                $store.relabel($ids[at % $ids.len()], labels);
            }
            Change::Replace(at, object) => {
                let ObjectIdentity { api_version, kind, .. } = object.identity();
                $store.replace($ids[at % $ids.len()], api_version, kind, object.labels());
            }
            Change::Remove(at) => {
                $store.remove($ids[at % $ids.len()]);
            }
        }
    };
}

fn apply_to_edit(edit: &mut StoreEdit, ids: &mut Vec<ObjectId>, change: Change) {
    apply!(edit, ids, change);
}

fn apply_to_store(store: &mut Store, ids: &mut Vec<ObjectId>, change: Change) {
    apply!(store, ids, change);
}

/// An object's number, what it is, and its labels.
type Seen<'s> = (usize, ObjectIdentity<'s>, Vec<(&'s str, &'s str)>);

/// All that there is, as values that can be compared.
fn all(store: &Store) -> Vec<Seen<'_>> {
    store.objects().map(|it| (it.id().index(), it.identity(), it.labels().collect())).collect()
}

fn check(store: &Store, plain: &Plain, wanted: &[Object]) -> Result<(), TestCaseError> {
    let expected = plain.0.iter().enumerate().filter_map(|(at, object)| Some((at, object.as_ref()?)));
    let expected = expected.map(|(at, object)| (at, object.identity(), object.labels().collect()));
    prop_assert_eq!(all(store), expected.collect::<Vec<_>>());
    for object in wanted.iter().chain(plain.0.iter().flatten()) {
        let found = store.find(object.identity()).map(|found| found.id().index());
        prop_assert_eq!(found, plain.find(object), "{:?}", object);
    }
    Ok(())
}

proptest! {
    #[test]
    fn stores_find_what_a_walk_finds(changes in vec(change(), 0..60), wanted in vec(versioned(), 8)) {
        let (mut store, mut plain, mut ids) = (Store::new(), Plain::default(), Vec::new());
        for change in changes {
            if let Change::Find(object) = &change {
                check(&store, &plain, std::slice::from_ref(object))?;
            }
            plain.apply(&change);
            apply_to_store(&mut store, &mut ids, change);
        }
        check(&store, &plain, &wanted)?;
        check(&store.clone(), &plain, &wanted)?;
    }

    #[test]
    fn shared_stores_find_what_a_walk_finds(
        updates in vec(vec(change(), 0..6), 0..20),
        wanted in vec(versioned(), 4),
    ) {
        let (shared, mut plain, mut ids) = (SharedStore::new(Store::new()), Plain::default(), Vec::new());
        for changes in updates {
            let asks = changes.iter().any(|change| matches!(change, Change::Find(_)));
            changes.iter().for_each(|change| plain.apply(change));
            shared.update(|edit| changes.into_iter().for_each(|change| apply_to_edit(edit, &mut ids, change)));
            if asks {
                check(&shared.snapshot(), &plain, &wanted)?;
            }
        }
        check(&shared.snapshot(), &plain, &wanted)?;
    }

    #[test]
    fn a_shared_watched_store_is_a_watched_store(
        events in vec((versioned(), 0..4_u8), 0..60),
        n_at_once in 1..5_usize,
    ) {
        let event = |(index, (object, kind)): (usize, (Object, u8))| {
            let index = index as u64;
            if kind == 0 { WatchEvent::Deleted { index, object } } else { WatchEvent::Put { index, object } }
        };
        let events: Vec<WatchEvent> = events.into_iter().enumerate().map(event).collect();
        let (mut own, shared) = (WatchedStore::new(), SharedWatchedStore::new());
        for some in events.chunks(n_at_once) {
            let changes: Vec<_> = some.iter().cloned().filter_map(|event| own.apply(event)).collect();
            prop_assert_eq!(shared.apply_all(some.iter().cloned()), changes);
            let snapshot = shared.snapshot();
            prop_assert_eq!(all(&snapshot), all(own.store()));
        }
    }
}

#[test]
fn a_dump_is_asked_by_identity() {
    let dump = selq::Loader::new().load([selq::Input::Path("tests/data/pods.json".into())]).unwrap();
    for object in dump.store().objects() {
        assert_eq!(dump.store().find(object.identity()).map(|found| found.id()), Some(object.id()));
    }
    let unknown = ObjectIdentity { kind: "Pod", namespace: "shop", name: "unknown", ..Default::default() };
    assert!(dump.store().find(unknown).is_none());
}

#[test]
fn a_store_that_is_never_asked_pays_nothing() {
    let mut store = Store::new();
    let object = Object::new("Pod", "shop", "web-0");
    store.insert(object.clone());
    assert_eq!(store.memory().identities, 0);
    assert!(store.find(object.identity()).is_some());
    assert!(store.memory().identities > 0);
}

/// What comes and goes leaves a shared store as small as it leaves one that is not shared.
#[test]
fn a_shared_watched_store_does_not_grow() {
    let watched = SharedWatchedStore::new();
    for n in 0..20_000_u64 {
        let object = Object::new("Pod", "shop", format!("web-{n}")).with_labels([("n", n.to_string())]);
        let events =
            [WatchEvent::Put { index: n, object: object.clone() }, WatchEvent::Deleted { index: n, object }];
        assert_eq!(watched.apply_all(events).iter().map(|change| change.index).collect::<Vec<_>>(), [n, n]);
    }
    let taken = watched.snapshot().memory();
    assert!(taken.objects + taken.labels < 1 << 20, "{taken:?}");
}

#[test]
fn threads_read_what_is_watched() {
    const N_PODS: u64 = 20;
    let watched = Arc::new(SharedWatchedStore::new());
    let ended = Arc::new(AtomicBool::new(false));
    let selector: Selector = "env=prod".parse().unwrap();
    let reader = {
        let (watched, ended) = (Arc::clone(&watched), Arc::clone(&ended));
        std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let snapshot = watched.snapshot();
                // Each update moves `env=prod` from one pod to the next.
                assert_eq!(Plan::new(&snapshot, &selector).count() as usize, snapshot.len().min(1));
            }
        })
    };
    for n in 0..2000 {
        let pod = |n: u64, env| {
            Object::new("Pod", "shop", format!("web-{}", n % N_PODS)).with_labels([("env", env)])
        };
        let put = |object| WatchEvent::Put { index: n, object };
        watched.apply_all([put(pod(n + N_PODS - 1, "qa")), put(pod(n, "prod"))]);
    }
    ended.store(true, Ordering::Relaxed);
    reader.join().unwrap();
    assert_eq!(watched.snapshot().len(), N_PODS as usize);
}
