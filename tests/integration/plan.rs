//! Plans against their meaning: whatever the store, the selector and the passes, a plan finds the objects
//! that `Selector::matches` picks.

use proptest::collection::vec;
use proptest::prelude::*;
use selq::plan::Pass;
use selq::{Object, ObjectId, Plan, Scope, Selector, Store};

use crate::strategies::{crowd, object, selector};

fn store_of(objects: &[Object]) -> Store {
    let mut store = Store::new();
    for object in objects {
        store.insert(object.clone());
    }
    store
}

/// What the plan should find: the objects of the scope that the selector matches, one by one.
fn oracle(
    store: &Store,
    selector: &Selector,
    in_scope: impl Fn(&selq::ObjectRef<'_>) -> bool,
) -> Vec<ObjectId> {
    let objects = store.objects().filter(|object| in_scope(object) && selector.matches(object.labels()));
    objects.map(|object| object.id()).collect()
}

/// Checks every way of asking a plan.
fn assert_finds(plan: &Plan<'_>, expected: &[ObjectId]) -> Result<(), TestCaseError> {
    let matches = plan.run();
    prop_assert_eq!(matches.ids().collect::<Vec<_>>(), expected);
    prop_assert_eq!(
        (matches.len(), matches.ids().len(), matches.iter().len()),
        (expected.len(), expected.len(), expected.len())
    );
    prop_assert_eq!(matches.is_empty(), expected.is_empty());
    prop_assert_eq!(plan.count(), expected.len() as u64);
    prop_assert_eq!(plan.any(), !expected.is_empty());
    for n in [0, 1, 2, 1000] {
        let first: Vec<ObjectId> = plan.take(n).ids().collect();
        prop_assert_eq!(first, &expected[..n.min(expected.len())]);
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_plan_is_filtering_with_matches(objects in vec(object(), 0..40), selector in selector()) {
        let store = store_of(&objects);
        assert_finds(&Plan::new(&store, &selector), &oracle(&store, &selector, |_| true))?;
    }

    #[test]
    fn a_scope_narrows_whatever_the_selector_says(objects in vec(object(), 0..40), selector in selector()) {
        let store = store_of(&objects);
        let scope = Scope::all().namespace("shop").namespace("nowhere").kind(None, "Pod").kind(Some(""), "Service");
        let expected = oracle(&store, &selector, |object| object.namespace() == "shop" && object.kind() != "");
        assert_finds(&Plan::scoped(&store, &selector, &scope), &expected)?;
    }

    #[test]
    fn every_choice_of_passes_finds_the_same(
        objects in vec(object(), 0..40),
        selector in selector(),
        passes in prop::sample::subsequence(Pass::ALL.to_vec(), 0..=Pass::ALL.len()).prop_shuffle(),
    ) {
        let store = store_of(&objects);
        let plan = Plan::with_passes(&store, &selector, &Scope::all(), &passes);
        assert_finds(&plan, &oracle(&store, &selector, |_| true))?;
    }

    #[test]
    fn plans_over_many_objects_are_filtering_too(
        objects in crowd(),
        selectors in vec(selector(), 1..6),
        are_scoped in any::<bool>(),
        passes in prop::sample::subsequence(Pass::ALL.to_vec(), 0..=Pass::ALL.len()).prop_shuffle(),
    ) {
        let store = store_of(&objects);
        let scope = if are_scoped { Scope::all().namespace("shop") } else { Scope::all() };
        for selector in selectors {
            let in_scope = |object: &selq::ObjectRef<'_>| !are_scoped || object.namespace() == "shop";
            let expected = oracle(&store, &selector, in_scope);
            assert_finds(&Plan::scoped(&store, &selector, &scope), &expected)?;
            assert_finds(&Plan::with_passes(&store, &selector, &scope, &passes), &expected)?;
        }
    }

    #[test]
    fn facts_among_matches_are_counts_over_them(objects in vec(object(), 0..40), selector in selector()) {
        let store = store_of(&objects);
        let matches = Plan::new(&store, &selector).run();
        let mut rest = Store::new();
        for object in matches.iter() {
            rest.insert(Object::new("", "", "").with_labels(object.labels()));
        }
        prop_assert_eq!(matches.keys(), rest.keys());
        let mut keys: Vec<_> = matches.key_counts().iter().map(|fact| (fact.key, fact.n_objects)).collect();
        keys.sort_unstable_by_key(|&(key, n_objects)| (std::cmp::Reverse(n_objects), key));
        let known: Vec<_> = rest.keys().iter().map(|fact| (fact.key, fact.n_objects)).collect();
        prop_assert_eq!(keys, known);
        for key in store.keys() {
            prop_assert_eq!(matches.values(key.key), rest.values(key.key));
            let wanted = |value: &str| value.len() != 1;
            let mut counts = matches.value_counts(key.key, wanted);
            counts.sort_unstable_by_key(|fact| (std::cmp::Reverse(fact.n_objects), fact.value));
            let known = rest.values(key.key);
            prop_assert_eq!(counts, known.into_iter().filter(|fact| wanted(fact.value)).collect::<Vec<_>>());
            prop_assert_eq!(store.count_key(key.key), key.n_objects);
            for fact in store.values(key.key) {
                prop_assert_eq!(store.count_label(key.key, fact.value), fact.n_objects);
            }
        }
    }

    #[test]
    fn explaining_finds_what_running_finds(objects in vec(object(), 0..40), selector in selector()) {
        let store = store_of(&objects);
        let plan = Plan::new(&store, &selector);
        let found = match plan.explain().executed.outcome {
            Some(selq::plan::Outcome::Indexed { n_objects } | selq::plan::Outcome::Found { n_objects, .. }) => Some(n_objects),
            _ => None,
        };
        prop_assert_eq!(found, Some(plan.count()));
    }
}

/// A fleet with a key of many values, for plans that choose by size.
fn fleet() -> Store {
    let mut store = Store::new();
    for n in 0..5000_u32 {
        let env = ["prod", "qa", "dev"][n as usize % 3];
        let labels = [("env", env.to_owned()), ("host", format!("h{}", n / 2)), ("n", n.to_string())];
        store.insert(Object::new("Pod", "shop", format!("web-{n}")).with_labels(labels));
    }
    store
}

#[test]
fn long_unions_and_rare_matches_are_answered_alike() {
    let store = fleet();
    let hosts: Vec<String> = (0..2000).map(|n| format!("h{n}")).collect();
    let hosts = hosts.join(",");
    for text in [
        format!("host in ({hosts})"),
        format!("host in ({hosts}),env=prod"),
        format!("host in ({hosts}),n in (1,2,4999)"),
        format!("host notin ({hosts}),env=qa"),
        "n>4990,env!=prod".to_owned(),
        "n<10,n>4".to_owned(),
        "env=prod,n=4997".to_owned(),
        "!host".to_owned(),
        "env=prod,env=qa".to_owned(),
    ] {
        let selector: Selector = text.parse().expect("a valid selector");
        let expected = oracle(&store, &selector, |_| true);
        let name = &text[..text.len().min(40)];
        assert_finds(&Plan::new(&store, &selector), &expected)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// The plan's trees without the times, which differ from run to run.
fn explain(store: &Store, text: &str) -> String {
    let selector: Selector = text.parse().expect("a valid selector");
    let text = Plan::new(store, &selector).explain().to_string();
    let without_time = |line: &str| match line.strip_suffix(" µs") {
        Some(timed) => timed.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end().to_owned(),
        None => line.to_owned(),
    };
    text.lines().map(without_time).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_long_step_does_not_widen_the_others() {
    let (mut store, mut scope) = (Store::new(), Scope::all());
    let names = (0..100).map(|n| n.to_string()).chain(["n".repeat(100_000)]);
    for name in names {
        store.insert(Object::new("Pod", &name, "web"));
        scope = scope.namespace(name);
    }
    let text = Plan::scoped(&store, &Selector::everything(), &scope).explain().to_string();
    assert!((200_000..250_000).contains(&text.len()), "{}", text.len());
}

#[test]
fn explain_shows_every_stage() {
    let store = fleet();
    insta::assert_snapshot!(explain(&store, "env=prod,host in (h1,h2,h3),!legacy,env!=qa"), @"
    parsed
      and
      ├─ env=prod
      ├─ env!=qa
      ├─ host in (h1,h2,h3)
      └─ !legacy

    optimized
                                   estimated
      intersect                            2
      ├─ host, one of 3 values             6
      │  ├─ host=h1                        2
      │  ├─ host=h2                        2
      │  └─ host=h3                        2
      └─ env=prod                       1667

    executed
                                   estimated      objects         time
      intersect                            2            2
      ├─ host, one of 3 values             6            6
      │  ├─ host=h1                        2            2
      │  ├─ host=h2                        2            2
      │  └─ host=h3                        2            2
      └─ env=prod                       1667         1667
    ");
    insta::assert_snapshot!(explain(&store, "env notin (qa,dev),env"), @"
    parsed
      and
      ├─ env notin (dev,qa)
      └─ env

    optimized
                                  estimated
      subtract                         1667
      ├─ env                           5000
      └─ env, one of 2 values          3333
         ├─ env=qa                     1667
         └─ env=dev                    1666

    executed
                                  estimated      objects         time
      subtract                         1667         1667
      ├─ env                           5000         5000
      └─ env, one of 2 values          3333         3333
         ├─ env=qa                     1667         1667
         └─ env=dev                    1666         1666
    ");
    insta::assert_snapshot!(explain(&store, "n>4980,env=prod"), @"
    parsed
      and
      ├─ env=prod
      └─ n>4980

    optimized
                                 estimated
      intersect                          6
      ├─ n, one of 19 values            19
      │  ├─ n=4981                       1
      │  ├─ n=4982                       1
      │  ├─ n=4983                       1
      │  ├─ n=4984                       1
      │  ├─ n=4985                       1
      │  ├─ n=4986                       1
      │  ├─ n=4987                       1
      │  ├─ n=4988                       1
      │  └─ … 11 more                   11
      └─ env=prod                     1667

    executed
                                 estimated      objects         time
      intersect                          6            6
      ├─ n, one of 19 values            19           19
      │  ├─ n=4981                       1            1
      │  ├─ n=4982                       1            1
      │  ├─ n=4983                       1            1
      │  ├─ n=4984                       1            1
      │  ├─ n=4985                       1            1
      │  ├─ n=4986                       1            1
      │  ├─ n=4987                       1            1
      │  ├─ n=4988                       1            1
      │  └─ … 11 more                   11           11
      └─ env=prod                     1667         1667
    ");
    insta::assert_snapshot!(explain(&store, "env=prod,nokey"), @"
    parsed
      and
      ├─ env=prod
      └─ nokey

    optimized
               estimated
      none             0

    executed
               estimated      objects         time
      none             0            0
    ");
    insta::assert_snapshot!(explain(&store, ""), @"
    parsed
      everything

    optimized
                      estimated
      all objects          5000

    executed
                      estimated      objects         time
      all objects          5000         5000
    ");
}

#[test]
fn what_does_not_occur_is_named_with_its_neighbour() {
    let store = fleet();
    let absences = |text: &str| {
        let selector: Selector = text.parse().expect("a valid selector");
        let absences = Plan::new(&store, &selector).absences();
        let shown = absences.into_iter().map(|absence| (absence.key, absence.value, absence.nearest));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(absences("evn=prod"), [("evn".into(), None, Some("env"))]);
    assert_eq!(absences("env in (prd,qa)"), [("env".into(), Some("prd".into()), Some("prod"))]);
    assert_eq!(absences("zone"), [("zone".into(), None, None)]);
    // Also where objects without it are what is asked for.
    let nowhere = |key: &str| (key.to_owned(), None, None);
    assert_eq!(
        absences("zone!=a,!rack,env notin (prd,qa)"),
        [("env".into(), Some("prd".into()), Some("prod")), nowhere("rack"), nowhere("zone")]
    );
    assert_eq!(absences("!evn"), [("evn".into(), None, Some("env"))]);
    assert_eq!(absences("env"), []);
}

#[test]
fn selectors_with_very_many_requirements_are_answered() {
    let store = fleet();
    let n = 50_000;
    for requirement in ["env!=v", "!k", "k", "host!=h"] {
        let many: Vec<String> = (0..n).map(|nth| format!("{requirement}{nth}")).collect();
        let selector: Selector = format!("{},env=qa", many.join(",")).parse().expect("a valid selector");
        let plan = Plan::new(&store, &selector);
        assert_eq!(plan.count(), plan.run().len() as u64);
    }
    let values: Vec<String> = (0..n).map(|nth| format!("v{nth}")).collect();
    let selector: Selector = format!("host in ({})", values.join(",")).parse().expect("a valid selector");
    let plan = Plan::new(&store, &selector);
    assert!(!plan.any() && plan.absences().len() < 10);
}
