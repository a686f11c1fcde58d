//! Labels in every form in which programs have them, to everything that takes labels.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use selq::edit::{LabelChange, Overwrite};
use selq::watch::{ObjectChange, Transition};
use selq::{Label, LabelEdits, Object, ObjectIdentity, Selector, SelectorSet, SharedStore, Store};

/// Gives one label, `env=prod`, to everything that takes labels, and looks that all read it.
fn check<L: IntoIterator<Item: Label> + Clone>(labels: L) {
    let selector: Selector = "env=prod".parse().unwrap();
    assert!(selector.matches(labels.clone()));
    let mut set = SelectorSet::new();
    set.insert(selector);
    assert_eq!(set.matching(labels.clone()).len(), 1);
    assert_eq!(set.changes([("env", "qa")], labels.clone()).entered.len(), 1);
    check_stores(labels.clone());
    let edits = LabelEdits::parse(["env=qa"]).unwrap();
    assert_eq!(edits.changes(labels.clone(), Overwrite::Allowed).unwrap().len(), 1);
    assert_eq!(edits.apply(labels.clone(), Overwrite::Allowed).unwrap()["env"], "qa");
    assert_eq!(LabelChange::all(labels.clone(), labels), []);
}

fn check_stores<L: IntoIterator<Item: Label> + Clone>(labels: L) {
    let mut builder = Store::builder();
    let id = builder.push(ObjectIdentity::default(), labels.clone());
    builder.replace(id, "v1", "Pod", labels.clone());
    let mut store = builder.finish();
    assert!(store.relabel(id, labels.clone()) && store.replace(id, "v1", "Pod", labels.clone()));
    let object = Object::new("Pod", "shop", "web").with_labels(labels.clone());
    assert_eq!(object.labels().collect::<Vec<_>>(), [("env", "prod")]);
    store.insert(object);
    let shared = SharedStore::new(store);
    shared.update(|edit| {
        assert!(edit.relabel(id, labels.clone()) && edit.replace(id, "v1", "Pod", labels.clone()));
    });
    assert_eq!(shared.snapshot().count_label("env", "prod"), 2);
}

#[test]
fn labels_go_in_as_they_are() {
    let (key, value) = ("env".to_owned(), "prod".to_owned());
    let tree = BTreeMap::from([(key.clone(), value.clone())]);
    check(&tree);
    check(tree.iter());
    check(tree);
    let hashed = HashMap::from([(key.clone(), value.clone())]);
    check(&hashed);
    check(hashed.iter());
    check(hashed);
    check([("env", "prod")]);
    check(&[("env", "prod")]);
    check(vec![(key.clone(), value.clone())]);
    check(&*vec![(&key, &value)]);
    check([(Cow::Borrowed("env"), Arc::<str>::from("prod"))]);
    check([(key.into_boxed_str(), value)]);
}

#[test]
fn labels_may_be_absent() {
    let absent: Option<BTreeMap<String, String>> = None;
    let there = Some(BTreeMap::from([("env".to_owned(), "prod".to_owned())]));
    let selector: Selector = "env".parse().unwrap();
    assert!(!selector.matches(absent.iter().flatten()) && selector.matches(there.iter().flatten()));
    let object = Object::new("Pod", "shop", "web");
    assert_eq!(object.clone().with_labels(absent.iter().flatten()), object);
}

#[test]
fn a_change_can_be_made_by_hand() {
    let object = Object::new("Pod", "shop", "web").with_labels([("env", "prod")]);
    let before = BTreeMap::from([("env".to_owned(), "qa".to_owned())]);
    let selector: Selector = "env".parse().unwrap();
    let transition = |change: ObjectChange| change.transition(&selector);
    assert_eq!(transition(ObjectChange::added(0, object.clone())), Some(Transition::Entered));
    assert_eq!(transition(ObjectChange::modified(0, object.clone(), &before)), Some(Transition::Changed));
    assert_eq!(transition(ObjectChange::deleted(0, object.clone(), &before)), Some(Transition::Left));
    let change = ObjectChange::modified(0, object, &before);
    assert_eq!(change.transition_by(|labels| labels == [("env", "qa")]), Some(Transition::Left));
}
