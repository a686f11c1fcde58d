//! A second evaluator of queries, which shares nothing with the engine, and random queries on random clusters.
//!
//! A tree is made, printed as a text with a writer's freedom, and evaluated over `serde_json::Value` by LANGUAGE.md's words. The
//! text, parsed, has to say the same of each object, by itself and as a plan. `SELQ_PAIRS` says how many pairs of a query and an
//! object there are, and `SELQ_SEED` where to begin.

mod amount;
mod eval;
mod random;
mod tree;
mod truth;

use std::collections::BTreeSet;
use std::env;
use std::sync::Mutex;

use fastrand::Rng;
use selq::load::Scan;
use selq::query::{Columns, Context, Queried, QueryMatcher};
use selq::{Dump, Input, Loader, ObjectIdentity, Plan, Query, Scope, Selector};
use serde_json::Value;

use random::{Asker, cluster};
use tree::{Printer, Tree};

/// An object as the library is asked about it.
struct Plain<'v> {
    object: &'v Value,
    json: String,
}

impl<'v> Queried for Plain<'v> {
    fn identity(&self) -> ObjectIdentity<'_> {
        let (object, metadata) = (self.object, &self.object["metadata"]);
        let text = |value: &'v Value| value.as_str().unwrap_or("");
        ObjectIdentity {
            api_version: text(&object["apiVersion"]),
            kind: text(&object["kind"]),
            namespace: text(&metadata["namespace"]),
            name: text(&metadata["name"]),
        }
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.object["metadata"]["labels"][key].as_str()
    }

    fn json(&self) -> &str {
        &self.json
    }
}

/// A cluster, read.
struct Cluster {
    objects: Vec<Value>,
    dump: Dump,
    /// What the dump was read from.
    bytes: Vec<u8>,
    context: Context,
}

impl Cluster {
    fn new(rng: &mut Rng) -> Cluster {
        let objects = cluster(rng);
        let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
        let bytes = lines.join("\n").into_bytes();
        let dump = Loader::new().load([input(&bytes)]).unwrap();
        Cluster { objects, dump, bytes, context: Context::at(eval::NOW.parse().unwrap()) }
    }

    /// Compares what the tree, the query and its plan find, and says how many objects that is.
    fn compare(&self, tree: &Tree, text: &str) -> Result<u64, String> {
        let query: Query = text.parse().map_err(|error: selq::ParseError| error.render())?;
        let canonical = query.canonical().ok_or("no canonical text")?;
        if canonical.parse::<Query>().as_ref() != Ok(&query) {
            return Err(format!("the canonical text is another query: {canonical}"));
        }
        let expected: Vec<bool> = self.objects.iter().map(|object| eval::holds(tree, object)).collect();
        for (object, expected) in self.objects.iter().zip(&expected) {
            let plain = Plain { object, json: object.to_string() };
            if query.matches(&plain, &self.context).unwrap() != *expected {
                return Err(format!("expected {expected} of {object}"));
            }
        }
        let matcher = QueryMatcher::new(&query, self.context).unwrap().looking_out();
        let scanned = self.scanned(&matcher);
        if scanned != expected {
            return Err(format!("read off the objects it finds {scanned:?}, not {expected:?}"));
        }
        let mut columns = Columns::new();
        columns.read(&self.dump, query.subjects(), &self.context);
        let store = self.dump.store();
        let plan = Plan::query(store, &columns, &query, &Scope::all(), &self.context)
            .map_err(|it| it.to_string())?;
        let found = plan.run();
        let planned: Vec<bool> = store.objects().map(|object| found.contains(object.id())).collect();
        let n_expected = expected.iter().filter(|it| **it).count() as u64;
        if planned != expected || plan.count() != n_expected {
            return Err(format!("the plan finds {planned:?}, not {expected:?}\n{}", plan.explain()));
        }
        let (unseen, absent) = (unseen(&matcher), absent(&plan));
        // A full list of the store leaves out what is behind it. Labels are in that list too.
        let is_full = plan.absences().len() == MAX_ABSENCES;
        let agree = if is_full { absent.is_subset(&unseen) } else { unseen == absent };
        if !agree && !matcher.asks_for_source() {
            return Err(format!("not seen on the way is {unseen:?}, not in the store {absent:?}"));
        }
        Ok(n_expected)
    }

    /// Whether each object matches, told while the dump is read.
    fn scanned(&self, matcher: &QueryMatcher<'_>) -> Vec<bool> {
        let loader = Loader::new().threads(1).reads(matcher.reads());
        let found = Mutex::new(Vec::new());
        let scan = loader.scan([input(&self.bytes)], &mut (), |object| {
            let matches = matcher.matches(&object);
            found.lock().unwrap().push(matches);
            matches
        });
        assert!(matches!(scan, Ok(Scan::Answer(_))), "there are no watch events");
        found.into_inner().unwrap()
    }
}

/// How many absences a plan tells of at most.
const MAX_ABSENCES: usize = 8;

/// What a query asks for besides labels, and none of the objects had that were asked.
fn unseen(matcher: &QueryMatcher<'_>) -> BTreeSet<(String, Option<String>)> {
    let unseen = matcher.unseen().into_iter();
    unseen.map(|(subject, value)| (subject.to_string(), value.map(str::to_owned))).collect()
}

/// The same as the store says it, which is asked about labels too.
fn absent(plan: &Plan<'_>) -> BTreeSet<(String, Option<String>)> {
    let is_label = |key: &str| !key.starts_with('.') && !key.contains('(');
    let absences = plan.absences().into_iter().filter(|it| !is_label(&it.key));
    absences.map(|it| (it.key, it.value)).collect()
}

fn input(bytes: &[u8]) -> Input {
    Input::Bytes { name: "dump".to_owned(), bytes: bytes.to_vec() }
}

fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).ok().and_then(|it| it.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn a_plain_evaluator_agrees() {
    let (wanted, mut seed) = (number("SELQ_PAIRS", 20_000), number("SELQ_SEED", 1));
    let (mut n_pairs, mut n_found, mut n_differences) = (0, 0, 0);
    while n_pairs < wanted {
        let mut rng = Rng::with_seed(seed);
        let cluster = Cluster::new(&mut rng);
        for _ in 0..20 {
            let tree = Asker { objects: &cluster.objects, rng: &mut rng }.tree(3);
            let text = Printer { rng: &mut rng }.query(&tree);
            match cluster.compare(&tree, &text) {
                Ok(n) => n_found += n,
                Err(difference) => {
                    println!("seed {seed}: {text}\n{difference}\n");
                    n_differences += 1;
                }
            }
            n_pairs += cluster.objects.len() as u64;
        }
        seed += 1;
        assert!(n_differences < 10, "differences, see above");
    }
    assert_eq!(n_differences, 0, "differences, see above");
    println!("{n_found} of {n_pairs} pairs match");
    assert!(n_found > n_pairs / 5 && n_found < n_pairs * 4 / 5, "{n_found} of {n_pairs} match");
}

/// The explanation of a plan, but for what it measured.
fn planned(plan: &Plan<'_>) -> String {
    plan.explain().to_string().split("executed").next().unwrap().to_owned()
}

#[test]
fn selectors_have_the_same_plan_as_queries() {
    let mut rng = Rng::with_seed(number("SELQ_SEED", 1));
    let cluster = Cluster::new(&mut rng);
    let texts = include_str!("../../../grammar/accept.txt").lines();
    for text in texts.filter(|line| !line.contains(['#', '\\'])) {
        let text = text.split(" => ").next().unwrap();
        let (selector, query): (Selector, Query) = (text.parse().unwrap(), text.parse().unwrap());
        let columns = Columns::new();
        let store = cluster.dump.store();
        let of_query = Plan::query(store, &columns, &query, &Scope::all(), &cluster.context).unwrap();
        let of_selector = Plan::new(store, &selector);
        assert_eq!(planned(&of_query), planned(&of_selector), "{text}");
        assert_eq!(query.to_selector(), Some(selector));
    }
}
