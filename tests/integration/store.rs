//! A store after any changes against one built afresh from what is left.

use fastrand::Rng;
use proptest::collection::vec;
use proptest::prelude::*;
use selq::{Object, ObjectId, ObjectIdentity, Plan, Selector, Store};

use crate::strategies::{Labels, labels, object, plain_selector};

#[derive(Debug, Clone)]
enum Change {
    Insert(Object),
    Relabel(usize, Labels),
    Replace(usize, Object),
    Remove(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => object().prop_map(Change::Insert),
        3 => (any::<usize>(), labels()).prop_map(|(at, labels)| Change::Relabel(at, labels)),
        1 => (any::<usize>(), object()).prop_map(|(at, object)| Change::Replace(at, object)),
        1 => any::<usize>().prop_map(Change::Remove),
    ]
}

fn apply(store: &mut Store, changes: Vec<Change>) {
    let mut ids: Vec<ObjectId> = store.objects().map(|object| object.id()).collect();
    for change in changes {
        match change {
            Change::Insert(object) => ids.push(store.insert(object)),
            Change::Relabel(..) | Change::Replace(..) | Change::Remove(_) if ids.is_empty() => {}
            Change::Relabel(at, labels) => {
                let id = ids[at % ids.len()];
                assert_eq!(store.relabel(id, labels), store.get(id).is_some());
            }
            Change::Replace(at, object) => {
                let (id, ObjectIdentity { api_version, kind, .. }) = (ids[at % ids.len()], object.identity());
                let was_there = store.get(id).is_some();
                assert_eq!(store.replace(id, api_version, kind, object.labels()), was_there);
                let now = store.get(id).map(|object| (object.api_version(), object.kind()));
                assert_eq!(now, was_there.then_some((api_version, kind)));
            }
            Change::Remove(at) => {
                let id = ids[at % ids.len()];
                let was_there = store.get(id).is_some();
                assert_eq!(store.remove(id), was_there);
                assert!(store.get(id).is_none());
            }
        }
    }
}

/// What is left, put into a new store in bulk.
fn rebuilt(store: &Store) -> Store {
    let mut builder = Store::builder();
    for object in store.objects() {
        builder.push(object.identity(), object.labels());
    }
    builder.finish()
}

/// An object as a value that can be compared across stores.
fn seen<'s>(object: selq::ObjectRef<'s>) -> (ObjectIdentity<'s>, Vec<(&'s str, &'s str)>) {
    (object.identity(), object.labels().collect())
}

/// Whether all that can be asked has the same answer.
fn check_same(store: &Store, fresh: &Store, selectors: &[Selector]) {
    assert!(store.objects().map(seen).eq(fresh.objects().map(seen)));
    assert_eq!((store.len(), store.n_labels()), (fresh.len(), fresh.n_labels()));
    assert_eq!(store.keys(), fresh.keys());
    for key in fresh.keys() {
        assert_eq!(store.values(key.key), fresh.values(key.key));
    }
    assert_eq!(store.kinds(), fresh.kinds());
    assert_eq!(store.namespaces(), fresh.namespaces());
    for selector in selectors {
        let (plan, expected) = (Plan::new(store, selector), Plan::new(fresh, selector));
        assert_eq!(plan.count(), expected.count(), "{selector}");
        assert!(plan.run().iter().map(seen).eq(expected.run().iter().map(seen)), "{selector}");
    }
}

proptest! {
    #[test]
    fn changes_leave_what_a_fresh_store_has(
        bulk in vec(object(), 0..20),
        changes in vec(change(), 0..60),
        selectors in vec(plain_selector(), 4),
    ) {
        let mut inserted = Store::new();
        bulk.into_iter().for_each(|object| { inserted.insert(object); });
        let mut store = rebuilt(&inserted);
        apply(&mut store, changes);
        let fresh = rebuilt(&store);

        check_same(&store, &fresh, &selectors);
    }
}

/// Takes the full size: `SELQ_MANY_OBJECTS=1000000 cargo test --release changes_in_a_large_store`.
const SIZE_VARIABLE: &str = "SELQ_MANY_OBJECTS";

/// How many objects the large store has: as many as are changed in a second without optimisation, or as are wanted.
fn n_objects() -> usize {
    const DEFAULT: usize = 20_000;
    std::env::var(SIZE_VARIABLE).map_or(DEFAULT, |n| n.parse().expect("a number of objects"))
}

/// An object like many others: labels from a few values up to one that hardly another object has.
fn random_object(rng: &mut Rng, n_objects: usize) -> Object {
    let kind = ["Pod", "Pod", "Pod", "Service"][rng.usize(..4)];
    let name = format!("object-{}", rng.u32(..));
    Object::new(kind, format!("ns-{}", rng.u8(..50)), name).with_labels(random_labels(rng, n_objects))
}

fn random_labels(rng: &mut Rng, n_objects: usize) -> Labels {
    let keys = [("env", 4), ("app", 1_000), ("hash", n_objects / 8 + 1), ("pod", n_objects), ("legacy", 1)];
    let mut labels = Labels::new();
    for (key, n_values) in keys {
        if rng.bool() {
            labels.push((key.to_owned(), rng.usize(..n_values).to_string()));
        }
    }
    labels
}

#[test]
fn changes_in_a_large_store_leave_what_a_fresh_one_has() {
    const N_CHANGES: usize = 100_000;
    let n_objects = n_objects();
    let mut rng = Rng::with_seed(17);
    let mut builder = Store::builder();
    for _ in 0..n_objects {
        let object = random_object(&mut rng, n_objects);
        builder.push(object.identity(), object.labels());
    }
    let mut store = builder.finish();
    let change = |rng: &mut Rng| match rng.u8(..4) {
        0 => Change::Insert(random_object(rng, n_objects)),
        1 => Change::Remove(rng.usize(..)),
        _ => Change::Relabel(rng.usize(..), random_labels(rng, n_objects)),
    };
    let n_changes = N_CHANGES.min(n_objects * 2);
    apply(&mut store, (0..n_changes).map(|_| change(&mut rng)).collect());
    let selectors = [
        "env=1",
        "env!=1",
        "env in (0,2),app=7",
        "app,!hash",
        "hash notin (1,2),legacy",
        "app>990,env",
        "pod<50",
        "!legacy,!env",
        "",
    ];
    check_same(&store, &rebuilt(&store), &selectors.map(|text| text.parse().unwrap()));
}

#[test]
fn labels_are_read_back_as_they_were_put_in() {
    let mut store = Store::new();
    let object = Object::new("Deployment", "shop", "web").with_api_version("apps/v1");
    let id = store.insert(object.with_labels([("b", "1"), ("a", ""), ("b", "2")]));
    let object = store.get(id).expect("just inserted");
    assert_eq!(object.labels().collect::<Vec<_>>(), [("b", "2"), ("a", "")]);
    assert_eq!((object.label("a"), object.label("b"), object.label("c")), (Some(""), Some("2"), None));
    assert_eq!(
        (object.api_version(), object.identity().group(), object.kind()),
        ("apps/v1", "apps", "Deployment")
    );
    assert_eq!((object.namespace(), object.name(), object.id().index()), ("shop", "web", 0));
}

#[test]
fn a_forgotten_object_changes_nothing() {
    let mut store = Store::new();
    let id = store.insert(Object::new("Pod", "shop", "web").with_labels([("env", "prod")]));
    assert!(store.remove(id));
    assert!(!store.remove(id) && !store.relabel(id, [("env", "qa")]));
    assert!(store.is_empty() && store.keys().is_empty() && store.values("env").is_empty());
    assert_ne!(store.insert(Object::new("Pod", "shop", "web")), id, "numbers are not used again");
}
