//! A store after any changes against one built afresh from what is left.

use proptest::collection::vec;
use proptest::prelude::*;
use selq::{Object, ObjectId, ObjectIdentity, Plan, Store};

use crate::strategies::{Labels, labels, object, plain_selector};

#[derive(Debug, Clone)]
enum Change {
    Insert(Object),
    Relabel(usize, Labels),
    Remove(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => object().prop_map(Change::Insert),
        3 => (any::<usize>(), labels()).prop_map(|(at, labels)| Change::Relabel(at, labels)),
        1 => any::<usize>().prop_map(Change::Remove),
    ]
}

fn apply(store: &mut Store, changes: Vec<Change>) {
    let mut ids: Vec<ObjectId> = store.objects().map(|object| object.id()).collect();
    for change in changes {
        match change {
            Change::Insert(object) => ids.push(store.insert(object)),
            Change::Relabel(..) | Change::Remove(_) if ids.is_empty() => {}
            Change::Relabel(at, labels) => {
                let id = ids[at % ids.len()];
                assert_eq!(store.relabel(id, labels), store.get(id).is_some());
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

        prop_assert_eq!(store.objects().map(seen).collect::<Vec<_>>(), fresh.objects().map(seen).collect::<Vec<_>>());
        prop_assert_eq!((store.len(), store.n_labels()), (fresh.len(), fresh.n_labels()));
        prop_assert_eq!(store.keys(), fresh.keys());
        for key in fresh.keys() {
            prop_assert_eq!(store.values(key.key), fresh.values(key.key));
        }
        prop_assert_eq!(store.kinds(), fresh.kinds());
        prop_assert_eq!(store.namespaces(), fresh.namespaces());
        for selector in &selectors {
            let found = Plan::new(&store, selector).run().iter().map(seen).collect::<Vec<_>>();
            let expected = Plan::new(&fresh, selector).run().iter().map(seen).collect::<Vec<_>>();
            prop_assert_eq!(found, expected);
        }
    }
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
