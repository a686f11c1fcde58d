//! A set of queries about labels against trying each of them.

use proptest::collection::vec;
use proptest::prelude::*;
use selq::query::{Context, Queried};
use selq::selector_set::NotAboutLabels;
use selq::watch::{ObjectChange, Transition};
use selq::{Object, ObjectIdentity, Query, Selector, SelectorId, SelectorSet};

use crate::strategies::{Labels, label_query, labels, selector};

/// An object of which nothing but the labels is ever asked.
struct Labelled<'l>(&'l [(String, String)]);

impl Queried for Labelled<'_> {
    fn identity(&self) -> ObjectIdentity<'_> {
        ObjectIdentity::default()
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.0.iter().rfind(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    fn json(&self) -> &str {
        panic!("labels are not looked for in the JSON")
    }
}

/// The simple version: each query is asked.
fn tried(set: &SelectorSet<Query>, labels: &[(String, String)]) -> Vec<SelectorId> {
    let is_selected = |query: &Query| query.matches(&Labelled(labels), &Context::new()).unwrap();
    set.iter().filter(|(_, query)| is_selected(query)).map(|(id, _)| id).collect()
}

fn found(set: &SelectorSet<Query>, labels: &[(String, String)]) -> Vec<SelectorId> {
    set.matching(labels.iter().cloned()).iter().collect()
}

fn set_of(queries: &[Query]) -> (SelectorSet<Query>, Vec<SelectorId>) {
    let mut set = SelectorSet::of_queries();
    let ids = queries.iter().map(|query| set.insert_query(query.clone()).unwrap()).collect();
    (set, ids)
}

/// Queries, and some of them that are selectors.
fn queries() -> impl Strategy<Value = Vec<Query>> {
    vec(prop_oneof![3 => label_query(), 1 => selector().prop_map(Query::from)], 0..12)
}

/// Labels in which a key may stand more than once.
fn repeated_labels() -> impl Strategy<Value = Labels> {
    (labels(), labels()).prop_map(|(first, second)| [first, second].concat())
}

proptest! {
    // Fewer than usual, as the regular expressions of each have to be compiled.
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_set_finds_what_trying_each_query_finds(
        queries in queries(),
        objects in vec(repeated_labels(), 1..10),
    ) {
        let (set, _) = set_of(&queries);
        for labels in &objects {
            prop_assert_eq!(found(&set, labels), tried(&set, labels));
        }
    }

    #[test]
    fn a_set_gives_back_what_was_put_in_and_forgets_what_was_taken_out(
        queries in queries(),
        kept in vec(any::<bool>(), 12),
        more in self::queries(),
        labels in labels(),
    ) {
        let (mut set, ids) = set_of(&queries);
        let mut expected: Vec<(SelectorId, Query)> = Vec::new();
        for ((id, query), is_kept) in ids.into_iter().zip(queries).zip(kept) {
            prop_assert_eq!(set.get(id), Some(&query));
            match is_kept {
                true => expected.push((id, query)),
                false => prop_assert!(set.remove(id) && !set.remove(id) && set.get(id).is_none()),
            }
        }
        expected.extend(more.into_iter().map(|query| (set.insert_query(query.clone()).unwrap(), query)));

        let held: Vec<(SelectorId, Query)> = set.iter().map(|(id, query)| (id, query.clone())).collect();
        prop_assert_eq!(&held, &expected);
        prop_assert_eq!(found(&set, &labels), tried(&set, &labels));
    }

    #[test]
    fn changes_of_labels_are_what_differs(queries in queries(), before in labels(), after in labels()) {
        let (set, ids) = set_of(&queries);
        let changes = set.changes(before.iter().cloned(), after.iter().cloned());
        let object = Object::new("", "", "").with_labels(after.clone());
        let transitions = ObjectChange::modified(0, object, before.clone()).transitions(&set);
        let (was, is) = (tried(&set, &before), tried(&set, &after));
        for id in ids {
            let (was, is) = (was.contains(&id), is.contains(&id));
            prop_assert_eq!(changes.entered.contains(id), !was && is);
            prop_assert_eq!(changes.left.contains(id), was && !is);
            let expected = match (was, is) {
                (false, true) => Some(Transition::Entered),
                (true, false) => Some(Transition::Left),
                (true, true) if before != after => Some(Transition::Changed),
                _ => None,
            };
            let transition = transitions.iter().find(|(other, _)| *other == id).map(|(_, it)| *it);
            prop_assert_eq!(transition, expected);
        }
    }

    #[test]
    fn a_selector_means_in_a_set_of_queries_what_it_means_in_a_set_of_selectors(
        selectors in vec(selector(), 0..40),
        labels in labels(),
    ) {
        let of_selectors: SelectorSet = selectors.iter().cloned().collect();
        let queries: Vec<Query> = selectors.into_iter().map(Query::from).collect();
        let (of_queries, _) = set_of(&queries);
        prop_assert_eq!(
            of_queries.matching(labels.iter().cloned()),
            of_selectors.matching(labels.iter().cloned())
        );
    }
}

fn refusal(text: &str) -> NotAboutLabels {
    SelectorSet::of_queries().insert_query(text.parse().unwrap()).unwrap_err()
}

#[test]
fn what_is_about_more_than_labels_is_refused_by_its_subject() {
    let subject = |text: &str| refusal(text).subject().to_string();
    assert_eq!(subject("app=web-*,.status.phase=Failed"), ".status.phase");
    assert_eq!(subject("app || !(status(Pending))"), "status()");
    assert_eq!(subject("!kind(pod) || annotation(label)=x"), "kind()");
    assert_eq!(subject("age()>7d"), "age()");
    assert_eq!(subject("app,!selects(app=web)"), "selects(app=web)");
    assert_eq!(
        refusal(".spec.nodeName").to_string(),
        ".spec.nodeName is no label, and a set that finds queries by labels holds none about more"
    );
}

#[test]
fn a_refused_query_leaves_the_set_as_it_was() {
    let mut set = SelectorSet::of_queries();
    assert!(set.insert_query("app,name(web)".parse().unwrap()).is_err() && set.is_empty());
    let id = set.insert_query("label(app)=~'web'".parse().unwrap()).unwrap();
    assert_eq!((id.index(), set.len(), set.matching([("app", "web")]).contains(id)), (0, 1, true));
}

#[test]
fn every_selector_is_a_query_that_a_set_takes() {
    let mut set = SelectorSet::of_queries();
    for selector in [Selector::everything(), Selector::nothing(), "a,b!=c,d>7".parse().unwrap()] {
        set.insert_query(Query::from(selector)).unwrap();
    }
    let found = set.matching([("a", ""), ("d", "8")]);
    assert_eq!(found.iter().map(SelectorId::index).collect::<Vec<_>>(), [0, 2]);
}
