//! A set of selectors against trying each of them.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use selq::selector_set::SelectorIds;
use selq::{Input, LabelSelector, Loader, Object, Selector, SelectorId, SelectorSet, Store};
use serde_json::{Value, json};

use crate::strategies::{Labels, labels, plain_selector, selector};
use crate::testenv::shared;

/// The simple version: each selector is asked.
fn tried<'a>(
    selectors: impl IntoIterator<Item = (SelectorId, &'a Selector)>,
    labels: &[(impl AsRef<str>, impl AsRef<str>)],
) -> Vec<SelectorId> {
    let pairs = || labels.iter().map(|(key, value)| (key.as_ref(), value.as_ref()));
    selectors.into_iter().filter(|(_, selector)| selector.matches(pairs())).map(|(id, _)| id).collect()
}

fn list(ids: &SelectorIds) -> Vec<SelectorId> {
    let list: Vec<SelectorId> = ids.iter().collect();
    assert_eq!((list.len(), list.is_empty(), list.len()), (ids.len(), ids.is_empty(), ids.iter().len()));
    assert!(list.iter().all(|&id| ids.contains(id)));
    list
}

fn set_of(selectors: &[Selector]) -> (SelectorSet, Vec<SelectorId>) {
    let mut set = SelectorSet::new();
    let ids = selectors.iter().cloned().map(|selector| set.insert(selector)).collect();
    (set, ids)
}

/// Plain selectors mostly, as in real sets, and repeated ones.
fn selectors() -> impl Strategy<Value = Vec<Selector>> {
    vec(prop_oneof![3 => plain_selector(), 1 => selector()], 0..60)
}

/// Labels in which a key may stand more than once.
fn repeated_labels() -> impl Strategy<Value = Labels> {
    (labels(), labels()).prop_map(|(first, second)| [first, second].concat())
}

proptest! {
    #[test]
    fn a_set_finds_what_trying_each_finds(
        selectors in selectors(),
        objects in vec(repeated_labels(), 1..10),
    ) {
        let (set, _) = set_of(&selectors);
        for labels in &objects {
            prop_assert_eq!(list(&set.matching(labels.iter().cloned())), tried(set.iter(), labels));
        }
    }

    #[test]
    fn removed_selectors_leave_nothing_behind(
        selectors in selectors(),
        kept in vec(any::<bool>(), 60),
        more in self::selectors(),
        labels in labels(),
    ) {
        let (mut set, ids) = set_of(&selectors);
        let gone = ids.iter().zip(&kept).filter(|(_, kept)| !**kept);
        for (&id, _) in gone {
            prop_assert!(set.remove(id) && !set.remove(id) && set.get(id).is_none());
        }
        let mut expected: Vec<(SelectorId, Selector)> =
            ids.into_iter().zip(selectors).zip(kept).filter(|(_, kept)| *kept).map(|(pair, _)| pair).collect();
        expected.extend(more.into_iter().map(|selector| (set.insert(selector.clone()), selector)));

        prop_assert_eq!(set.len(), expected.len());
        let held: Vec<(SelectorId, Selector)> = set.iter().map(|(id, selector)| (id, selector.clone())).collect();
        prop_assert_eq!(&held, &expected);
        prop_assert_eq!(list(&set.matching(labels.iter().cloned())), tried(set.iter(), &labels));
    }

    #[test]
    fn changes_are_what_differs(selectors in selectors(), before in labels(), after in labels()) {
        let (set, _) = set_of(&selectors);
        let changes = set.changes(before.iter().cloned(), after.iter().cloned());
        let (before, after) = (tried(set.iter(), &before), tried(set.iter(), &after));
        let only = |these: &[SelectorId], those: &[SelectorId]| {
            these.iter().copied().filter(|id| !those.contains(id)).collect::<Vec<_>>()
        };
        prop_assert_eq!(list(&changes.entered), only(&after, &before));
        prop_assert_eq!(list(&changes.left), only(&before, &after));
    }
}

/// The selectors of `texts` that select `labels`, as a set finds them.
#[track_caller]
fn found<'t>(texts: &[&'t str], labels: &[(&str, &str)]) -> Vec<&'t str> {
    let selectors: Vec<Selector> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let (set, _) = set_of(&selectors);
    let ids = set.matching(labels);
    assert_eq!(list(&ids), tried(set.iter(), labels));
    ids.iter().map(|id| texts[id.index()]).collect()
}

#[test]
fn the_empty_selector_is_always_found_and_the_null_selector_never() {
    let (mut set, ids) = set_of(&[Selector::everything(), Selector::nothing()]);
    assert_eq!(list(&set.matching([("a", "b")])), ids[..1]);
    assert_eq!(list(&set.matching::<[(&str, &str); 0]>([])), ids[..1]);
    assert_eq!((set.len(), set.get(ids[1])), (2, Some(&Selector::nothing())));
    assert!(set.remove(ids[0]) && set.remove(ids[1]) && set.is_empty());
    assert!(set.matching([("a", "b")]).is_empty());
}

#[test]
fn selectors_that_only_forbid() {
    let texts = ["a!=x", "a notin (x,y)", "!a", "!a,b!=z", "a!=", ""];
    assert_eq!(found(&texts, &[]), texts);
    assert_eq!(found(&texts, &[("a", "x")]), ["a!=", ""]);
    assert_eq!(found(&texts, &[("a", "")]), ["a!=x", "a notin (x,y)", ""]);
    assert_eq!(found(&texts, &[("b", "z")]), ["a!=x", "a notin (x,y)", "!a", "a!=", ""]);
}

#[test]
fn bounds_are_strict_and_need_integers() {
    let texts = ["n>6", "n>7", "n<7", "n<8", "n>7,!m", "n>5,n<8"];
    assert_eq!(found(&texts, &[("n", "7")]), ["n>6", "n<8", "n>5,n<8"]);
    assert_eq!(found(&texts, &[("n", "+8"), ("m", "")]), ["n>6", "n>7"]);
    assert_eq!(found(&texts, &[("n", "-9223372036854775808")]), ["n<7", "n<8"]);
    assert_eq!(found(&texts, &[("n", "7.0")]), [""; 0]);
    assert_eq!(found(&texts, &[]), [""; 0]);
}

#[test]
fn a_contradiction_is_never_found() {
    let texts = ["a=x,a!=x", "a=x,a=y", "a,!a", "n>7,n<7"];
    assert_eq!(found(&texts, &[("a", "x"), ("n", "7")]), [""; 0]);
}

#[test]
fn keys_that_are_only_forbidden_are_seen() {
    assert_eq!(found(&["a=x,b=y,!c", "a=x,b=y,c!=z"], &[("a", "x"), ("b", "y"), ("c", "z")]), [""; 0]);
}

#[test]
fn trees_are_found_by_any_branch_and_by_none() {
    let selector = |text: &str| text.parse::<Selector>().unwrap();
    let (set, ids) = set_of(&[
        selector("a=x,b").or(selector("c in (y,z)")),
        selector("a=x").or(selector("!b")),
        selector("a=x,b").negate(),
        selector("a!=x").negate(),
    ]);
    let found = |labels: &[(&str, &str)]| {
        let found = list(&set.matching(labels));
        assert_eq!(found, tried(set.iter(), labels));
        found
    };
    assert_eq!(found(&[("a", "x"), ("b", "")]), [ids[0], ids[1], ids[3]]);
    assert_eq!(found(&[("c", "z")]), ids[..3]);
    assert_eq!(found(&[]), ids[1..3]);
}

/// The selectors of one line of a file: none where it is no label selector, or one that does not parse.
fn real_selector(line: &str) -> Option<Selector> {
    let line: Value = serde_json::from_str(line).unwrap();
    let object = match (&line["kind"], &line["selector"]) {
        (Value::String(kind), labels) if kind == "map" => json!({ "matchLabels": labels }),
        (Value::String(kind), object) if kind == "LabelSelector" => object.clone(),
        (_, selector) => return selector.as_str()?.parse().ok(),
    };
    Selector::try_from(serde_json::from_value::<LabelSelector>(object).ok()?).ok()
}

fn real_objects(root: &Path) -> Store {
    let folders = ["lists", "single", "ndjson", "watch"];
    let mut store = Store::new();
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).into_iter().flatten());
    for file in files {
        let Ok(dump) = Loader::new().load([Input::Path(file.unwrap().path())]) else { continue };
        for object in dump.store().objects() {
            store.insert(Object::new("", "", "").with_labels(object.labels()));
        }
    }
    store
}

#[test]
fn real_selectors_over_real_objects() {
    let Some(root) = shared("data") else { return };
    let texts = ["object-selectors.jsonl", "selectors.jsonl"]
        .map(|name| std::fs::read_to_string(root.join(name)).unwrap());
    let selectors: Vec<Selector> =
        texts.iter().flat_map(|text| text.lines()).filter_map(real_selector).collect();
    let (set, _) = set_of(&selectors);
    let objects = real_objects(&root);
    assert!(selectors.len() > 500 && objects.len() > 1000, "{} {}", selectors.len(), objects.len());
    let mut n_found = 0;
    for object in objects.objects() {
        let labels: Vec<(&str, &str)> = object.labels().collect();
        let found = set.matching(labels.iter().copied());
        assert_eq!(list(&found), tried(set.iter(), &labels), "{object:?}");
        n_found += found.len();
    }
    assert!(n_found > 0);
}
