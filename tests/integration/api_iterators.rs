//! Lengths, iterators and collections as the standard library has them.

use selq::label::ValueSet;
use selq::{LabelEdits, LabelValue, Object, Plan, Selector, SelectorSet, Store};

/// Walks forward, and looks that what is said to be left is what comes.
fn check_len<I: ExactSizeIterator + Clone>(mut items: I, n: usize) {
    let all = items.clone().count();
    assert_eq!((all, items.size_hint()), (n, (n, Some(n))));
    for left in (0..n).rev() {
        assert!(items.next().is_some());
        assert_eq!(items.len(), left);
    }
    assert!(items.next().is_none() && items.next().is_none());
}

/// Looks that walking from the end is walking from the beginning turned round.
fn check_back<I: DoubleEndedIterator<Item: PartialEq + std::fmt::Debug> + Clone>(items: I) {
    let mut forward: Vec<_> = items.clone().collect();
    forward.reverse();
    assert_eq!(items.rev().collect::<Vec<_>>(), forward);
}

fn pods(n: usize) -> impl Iterator<Item = Object> {
    (0..n).map(|n| Object::new("Pod", "shop", format!("web-{n}")).with_labels([("n", "1"), ("env", "prod")]))
}

fn some_selectors() -> SelectorSet {
    let mut set: SelectorSet =
        ["env=prod", "n", "absent"].map(|text| text.parse::<Selector>().unwrap()).into_iter().collect();
    let first = set.iter().next().map(|(id, _)| id).unwrap();
    assert!(set.remove(first));
    set
}

#[test]
fn stores_are_collections() {
    let mut store: Store = pods(700).collect();
    store.extend(pods(2));
    let gone = store.objects().nth(3).unwrap().id();
    store.remove(gone);
    check_len(store.objects(), 701);
    check_back(store.objects().map(|object| object.id()));
    assert_eq!((&store).into_iter().map(|object| object.labels().len()).sum::<usize>(), 1402);
    check_len(store.objects().next().unwrap().labels(), 2);
    for selector in ["", "env=prod", "env!=prod", "n=1,env", "absent"] {
        let matches = Plan::new(&store, &selector.parse().unwrap());
        let matches = matches.run();
        check_len(matches.iter(), matches.len());
        check_len(matches.ids(), matches.len());
        assert!(matches.iter().map(|object| object.id()).eq(matches.ids()));
    }
    let mut builder = Store::builder();
    builder.extend(pods(3));
    assert_eq!(builder.finish().len(), 3);
}

#[test]
fn the_first_few_can_be_taken() {
    let store: Store = pods(5).collect();
    let plan = Plan::new(&store, &Selector::everything());
    let taken = |n| plan.take(n).ids().map(|id| id.index()).collect::<Vec<_>>();
    assert_eq!((taken(0), taken(2), taken(9)), (vec![], vec![0, 1], vec![0, 1, 2, 3, 4]));
}

#[test]
fn selectors_are_a_collection() {
    let set = some_selectors();
    check_len(set.iter(), set.len());
    assert_eq!((&set).into_iter().count(), 2);
    let ids = set.matching([("n", "1")]);
    check_len(ids.iter(), ids.len());
    check_back(some_selectors().matching([("n", "1")]).iter());
    assert_eq!(
        (&ids).into_iter().collect::<Vec<_>>(),
        set.iter().take(1).map(|(id, _)| id).collect::<Vec<_>>()
    );
}

#[test]
fn values_and_edits_are_collections() {
    let values = ValueSet::new(["b", "a", "b"].map(|text| LabelValue::new(text).unwrap())).unwrap();
    check_len(values.iter(), values.len());
    check_back(values.iter());
    assert_eq!((&values).into_iter().map(LabelValue::as_str).collect::<Vec<_>>(), ["a", "b"]);
    let edits = LabelEdits::parse(["b=1", "a-"]).unwrap();
    check_len(edits.iter(), edits.len());
    check_back(edits.iter());
    assert_eq!((&edits).into_iter().map(|(key, _)| key).collect::<Vec<_>>(), ["a", "b"]);
}
