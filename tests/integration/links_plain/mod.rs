//! Relations against a second implementation, which shares nothing with the engine, on random clusters: all of them, both
//! ways, and nested in queries. `SELQ_PAIRS` says how many pairs of a query and an object there are, and `SELQ_SEED` where
//! to begin.

mod asked;
pub(crate) mod cluster;
pub(crate) mod meaning;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::env;

use fastrand::Rng;
use selq::kubernetes::audit::{AUDIT_RULES, audit};
use selq::kubernetes::{Links, Relation};
use selq::query::{Columns, Context, Query};
use selq::{Dump, Input, LabelEdits, Loader, ObjectId, Plan, Scope};
use serde_json::Value;

use asked::{Asked, PlainCluster, tree};
pub(crate) use rules::called;
use rules::{PlainAudit, RULES};

pub(crate) fn loaded(objects: &[Value]) -> Dump {
    let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
    let input = Input::Bytes { name: "dump".to_owned(), bytes: lines.join("\n").into_bytes() };
    Loader::new().load([input]).unwrap()
}

/// How many objects a query finds, where both find the same.
fn compared(dump: &Dump, plain: &PlainCluster<'_>, asked: &Asked) -> Result<usize, String> {
    let text = asked.text();
    let query: Query = text.parse().map_err(|error| format!("{text}: {error}"))?;
    let printed: Query = query.to_string().parse().map_err(|error| format!("{query}: {error}"))?;
    if printed != query {
        return Err(format!("{text} prints as {query}, which is another one"));
    }
    let (mut columns, context) = (Columns::new(), Context::new());
    columns.read(dump, query.subjects(), &context);
    let plan = Plan::query(dump.store(), &columns, &query, &Scope::all(), &context).unwrap();
    let found: Vec<usize> = plan.run().ids().map(ObjectId::index).collect();
    let holds = plain.asked(asked);
    let expected: Vec<usize> = (0..plain.objects.len()).filter(|&at| holds[at]).collect();
    let first: Vec<usize> = plan.take(2).ids().map(ObjectId::index).collect();
    let is_same = found == expected && plan.count() as usize == expected.len();
    match is_same && first == expected[..expected.len().min(2)] && plan.any() != expected.is_empty() {
        true => Ok(expected.len()),
        false => Err(format!("{text}\nthe plan finds {found:?}, not {expected:?}\n{}", plan.explain())),
    }
}

/// The pairs of a relation by what objects hold, forth and back.
fn pairs_of(links: &Links<'_>, relation: Relation) -> [BTreeSet<(usize, usize)>; 2] {
    let forth = links.ties(relation).flat_map(|tie| tie.targets().map(move |to| (tie.from(), to)));
    let forth = forth.map(|(from, to)| (from.index(), to.index())).collect();
    let objects = links.dump().store().objects();
    let back = objects.flat_map(|object| {
        let ties = links.ties_to(relation, object.id());
        ties.into_iter().map(move |tie| (tie.from().index(), object.id().index())).collect::<Vec<_>>()
    });
    [forth, back.collect()]
}

/// Compares what objects hold, and what selects an object as if it were in no store.
#[track_caller]
fn assert_links(dump: &Dump, plain: &PlainCluster<'_>, seed: u64) {
    let links = Links::new(dump);
    for relation in Relation::ALL {
        let expected: BTreeSet<(usize, usize)> = plain.pairs(relation.as_str()).iter().copied().collect();
        let [forth, back] = pairs_of(&links, relation);
        assert_eq!(forth, back, "{relation} in seed {seed}");
        // Owners are linked by one step, and the pairs are over all.
        let is_same = if relation == Relation::Owns { forth.is_subset(&expected) } else { forth == expected };
        assert!(is_same, "{relation} in seed {seed}: {forth:?} {expected:?}");
    }
    for relation in [Relation::Selects, Relation::Mentions] {
        for object in dump.store().objects() {
            let by_labels = links.ties_for(relation, object.identity(), object.labels());
            let by_labels: BTreeSet<_> = by_labels.iter().map(|tie| (tie.from(), tie.at())).collect();
            let known = links.ties_to(relation, object.id());
            let known: BTreeSet<_> = known.iter().map(|tie| (tie.from(), tie.at())).collect();
            assert_eq!(by_labels, known, "{relation} in seed {seed}");
        }
    }
}

/// Changes the labels of some objects, in the dump and in their JSON.
fn relabel(dump: &mut Dump, objects: &mut [Value], rng: &mut Rng) {
    let ids: Vec<ObjectId> = dump.store().objects().map(|object| object.id()).collect();
    for id in ids {
        if rng.u8(..4) > 0 {
            continue;
        }
        let (key, value) = (cluster::one(&cluster::KEYS, rng), cluster::one(&cluster::VALUES, rng));
        let labels =
            dump.store().get(id).unwrap().labels().map(|(key, value)| (key.to_owned(), value.to_owned()));
        let edits = LabelEdits::parse([format!("{key}={value}")]).unwrap();
        let changes = edits.changes(labels.collect::<Vec<_>>(), selq::edit::Overwrite::Allowed).unwrap();
        assert!(dump.relabel(id, &changes).unwrap());
        objects[id.index()]["metadata"]["labels"][key] = value.into();
    }
}

pub(crate) fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).ok().and_then(|it| it.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn a_plain_implementation_of_relations_agrees() {
    let (wanted, mut seed) = (number("SELQ_PAIRS", 20_000), number("SELQ_SEED", 1));
    let (mut n_pairs, mut n_found) = (0, 0);
    while n_pairs < wanted {
        let mut rng = Rng::with_seed(seed);
        let mut objects = cluster::cluster(&mut rng);
        let mut dump = loaded(&objects);
        for is_changed in [false, true] {
            if is_changed {
                relabel(&mut dump, &mut objects, &mut rng);
            }
            let plain = PlainCluster::new(&objects);
            assert_links(&dump, &plain, seed);
            for _ in 0..20 {
                let asked = tree(3, &mut rng);
                match compared(&dump, &plain, &asked) {
                    Ok(n) => n_found += n as u64,
                    Err(difference) => panic!("seed {seed}: {difference}"),
                }
                n_pairs += objects.len() as u64;
            }
        }
        seed += 1;
    }
    println!("{n_found} of {n_pairs} pairs match");
    assert!(n_found > n_pairs / 10 && n_found < n_pairs * 9 / 10, "{n_found} of {n_pairs} match");
}

#[test]
fn a_plain_implementation_of_rules_agrees() {
    let (wanted, seed) = (number("SELQ_CLUSTERS", 500), number("SELQ_SEED", 1));
    let mut n_found: BTreeMap<&str, usize> = BTreeMap::new();
    for seed in seed..seed + wanted {
        let mut rng = Rng::with_seed(seed);
        let mut objects = cluster::cluster(&mut rng);
        objects.extend(cluster::scalers(&objects, &mut rng));
        // Without pods templates stand for them, of which cases tell.
        if !objects.iter().any(|it| it["kind"] == "Pod") {
            continue;
        }
        let dump = loaded(&objects);
        let report = audit(&Links::new(&dump), AUDIT_RULES);
        let plain = PlainAudit::new(&objects);
        for rule in RULES.into_iter().filter(|rule| !report.not_judged.iter().any(|(it, _)| it == rule)) {
            let of_rule = report.findings.iter().filter(|finding| finding.rule == rule);
            let found: BTreeSet<String> =
                of_rule.map(|finding| rules::called(&objects[finding.object.index()])).collect();
            *n_found.entry(rule).or_default() += found.len();
            assert_eq!(found, plain.found(rule), "{rule} in seed {seed}");
        }
    }
    println!("{n_found:?}");
    assert!(RULES.iter().all(|rule| n_found.get(rule).is_some_and(|n| *n > 5)), "{n_found:?}");
}
