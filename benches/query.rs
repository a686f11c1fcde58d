//! How long a plan takes to answer, beside what a program would do without selq.
//!
//! - `query/count`: how many pods match. `selq` counts with a prepared plan. `kube-core` asks its
//!   `Selector` about the labels of one pod after the other, `matches` does so with selq's own
//!   `Selector::matches`. `bitset` is the floor: one bit a pod for each requirement, worked out
//!   beforehand, then AND and popcount word by word.
//! - `query/ids`: which pods match, walked in order, for `selq` and `bitset`. A scan costs the same
//!   whether it counts or collects.
//!
//! Over the fleets of `fleet/mod.rs`. The name of a benchmark ends with the query and how many pods match.
//!
//! ```text
//! cargo bench --bench query
//! cargo bench --bench query -- 'count/1000000/(selq|kube-core)'
//! ```

mod fleet;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use fleet::{Pod, QUERIES, Query, brief_group, pods, sizes, store};
use kube_core::{Expression, SelectorExt};
use selq::{Plan, Requirement, Selector, Store};

fn query(c: &mut Criterion) {
    for &size in sizes() {
        let pods = pods(size);
        let store = store(&pods);
        for query in &QUERIES {
            let peers = Peers::of(query, &pods, &store);
            count(c, size, &peers);
            ids(c, size, &peers);
        }
    }
}

/// One question, ready to be answered in every way.
struct Peers<'a> {
    pods: &'a [Pod],
    plan: Plan<'a>,
    selector: Selector,
    kube: kube_core::Selector,
    bitsets: Bitsets,
    /// The query, and how many pods match.
    name: String,
}

impl<'a> Peers<'a> {
    /// Panics unless all give the same answer: figures for different questions are worth nothing.
    fn of(query: &Query, pods: &'a [Pod], store: &'a Store) -> Peers<'a> {
        let selector = query.selector();
        let peers = Peers {
            pods,
            plan: Plan::new(store, &selector),
            kube: requirements(&selector).map(kube_expression).collect(),
            bitsets: Bitsets::of(&selector, pods),
            name: format!("{}:{}", query.name, Plan::new(store, &selector).count()),
            selector,
        };
        let n_matches = peers.plan.count();
        assert_eq!(peers.kube_scan(), n_matches, "{}", query.text);
        assert_eq!(peers.matches_scan(), n_matches, "{}", query.text);
        assert_eq!(peers.bitsets.count(), n_matches, "{}", query.text);
        assert_eq!(peers.id_sum(), peers.bitsets.id_sum(), "{}", query.text);
        peers
    }

    fn kube_scan(&self) -> u64 {
        self.pods.iter().filter(|pod| self.kube.matches(&pod.labels)).count() as u64
    }

    fn matches_scan(&self) -> u64 {
        self.pods.iter().filter(|pod| self.selector.matches(pod.labels())).count() as u64
    }

    fn id_sum(&self) -> usize {
        self.plan.run().ids().map(|id| id.index()).sum()
    }
}

fn requirements(selector: &Selector) -> impl Iterator<Item = &Requirement> {
    selector.requirements().expect("every query is a plain AND").into_iter()
}

fn kube_expression(requirement: &Requirement) -> Expression {
    let key = requirement.key().as_str().to_owned();
    match requirement {
        Requirement::Equals(_, value) => Expression::Equal(key, value.as_str().to_owned()),
        Requirement::NotEquals(_, value) => Expression::NotEqual(key, value.as_str().to_owned()),
        Requirement::In(_, values) => {
            Expression::In(key, values.iter().map(|it| it.as_str().to_owned()).collect())
        }
        Requirement::NotIn(_, values) => {
            Expression::NotIn(key, values.iter().map(|it| it.as_str().to_owned()).collect())
        }
        Requirement::Exists(_) => Expression::Exists(key),
        Requirement::DoesNotExist(_) => Expression::DoesNotExist(key),
        other => unreachable!("no query has `{other}`"),
    }
}

/// For every requirement one bit a pod, set where it holds.
struct Bitsets(Vec<Vec<u64>>);

impl Bitsets {
    fn of(selector: &Selector, pods: &[Pod]) -> Bitsets {
        let word = |requirement: &Requirement, pods: &[Pod]| {
            let holds = |pod: &Pod| {
                requirement.matches_value(pod.labels.get(requirement.key().as_str()).map(String::as_str))
            };
            pods.iter().enumerate().fold(0, |word, (bit, pod)| word | u64::from(holds(pod)) << bit)
        };
        let bitset = |requirement| pods.chunks(64).map(|pods| word(requirement, pods)).collect();
        Bitsets(requirements(selector).map(bitset).collect())
    }

    fn count(&self) -> u64 {
        let mut count = 0;
        self.for_each_block(|_, words| {
            for word in words {
                count += u64::from(word.count_ones());
            }
        });
        count
    }

    fn id_sum(&self) -> usize {
        let mut sum = 0;
        self.for_each_block(|start, words| {
            for (at, &word) in words.iter().enumerate() {
                let mut word = word;
                while word != 0 {
                    sum += (start + at) * 64 + word.trailing_zeros() as usize;
                    word &= word - 1;
                }
            }
        });
        sum
    }

    /// Hands out the words of the intersection in blocks, each with the place of its first word. Within a
    /// block the compiler can use vector instructions.
    fn for_each_block(&self, mut each: impl FnMut(usize, &[u64])) {
        const BLOCK: usize = 64;
        let (first, rest) = self.0.split_first().expect("every query has a requirement");
        for (nth, words) in first.chunks(BLOCK).enumerate() {
            let mut block = [0; BLOCK];
            let (start, block) = (nth * BLOCK, &mut block[..words.len()]);
            block.copy_from_slice(words);
            for bitset in rest {
                block.iter_mut().zip(&bitset[start..]).for_each(|(word, other)| *word &= other);
            }
            each(start, block);
        }
    }
}

fn count(c: &mut Criterion, size: usize, peers: &Peers<'_>) {
    let mut group = brief_group(c, format!("query/count/{size}"));
    let id = |who| BenchmarkId::new(who, &peers.name);
    group.bench_function(id("selq"), |b| b.iter(|| black_box(&peers.plan).count()));
    group.bench_function(id("bitset"), |b| b.iter(|| black_box(&peers.bitsets).count()));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function(id("matches"), |b| b.iter(|| black_box(peers).matches_scan()));
    group.bench_function(id("kube-core"), |b| b.iter(|| black_box(peers).kube_scan()));
    group.finish();
}

fn ids(c: &mut Criterion, size: usize, peers: &Peers<'_>) {
    let mut group = brief_group(c, format!("query/ids/{size}"));
    let id = |who| BenchmarkId::new(who, &peers.name);
    group.bench_function(id("selq"), |b| b.iter(|| black_box(peers).id_sum()));
    group.bench_function(id("bitset"), |b| b.iter(|| black_box(&peers.bitsets).id_sum()));
    group.finish();
}

criterion_group!(benches, query);
criterion_main!(benches);
