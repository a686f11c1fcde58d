//! Many selectors, one object: which of them select it, and what a new one costs.
//!
//! - `reverse/object`: the selectors of one object. `selq` asks a `SelectorSet`, `naive` tries each selector with
//!   `Selector::matches`. The name of a benchmark ends with how many selectors select the object.
//! - `reverse/fleet`: the same for every pod of a fleet; the time is for all of them.
//! - `reverse/insert`: a selector more, and that taken away again, in a set of that size.
//! - `reverse/changes`: a pod's `env` changes.
//!
//! The selectors are like those of Services and Deployments, for the pods of `fleet/mod.rs`: 80 % name and instance,
//! half of them of apps that no longer exist, 10 % one label, 5 % `in`, 3 % exists or not, 2 % only forbidding or
//! empty. No object matches few of the last ones, so those are left out of the sets called `positive`, which are
//! asked about an object that has no label but name and instance.
//!
//! ```text
//! cargo bench --bench reverse
//! cargo bench --bench reverse -- object/100000
//! ```

mod fleet;

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use fastrand::Rng;
use fleet::{Pod, brief_group, is_test, pods};
use selq::{Selector, SelectorSet};

/// How many selectors the sets have.
fn sizes() -> &'static [usize] {
    if is_test() { &[1_000] } else { &[10_000, 100_000] }
}

/// Which selectors are in a set.
#[derive(Clone, Copy, PartialEq)]
enum Mix {
    /// As the head of this file has it.
    All,
    /// Without those that hold for an object without labels.
    Positive,
}

fn reverse(c: &mut Criterion) {
    let pods = pods(if is_test() { 10_000 } else { 100_000 });
    for &size in sizes() {
        let all = selectors(size, &pods, Mix::All);
        let set = set_of(all.clone());
        let labels: Vec<(&str, &str)> = median_pod(&set, &pods).labels().collect();
        object(c, "many", &set, &all, &labels);
        let positive = selectors(size, &pods, Mix::Positive);
        let positive_set = set_of(positive.clone());
        object(c, "few", &positive_set, &positive, &few_labels(&positive_set, &pods));
        fleet(c, &set, &all, &pods);
        insert(c, &set, &pods);
        changes(c, &set, &labels);
    }
}

fn set_of(selectors: Vec<Selector>) -> SelectorSet {
    let mut set = SelectorSet::new();
    for selector in selectors {
        set.insert(selector);
    }
    set
}

/// `n` selectors in the shares that the head of this file names.
fn selectors(n: usize, pods: &[Pod], mix: Mix) -> Vec<Selector> {
    const SEED: u64 = 12;
    let mut rng = Rng::with_seed(SEED);
    let texts = std::iter::repeat_with(|| text(&mut rng, pods));
    let parsed = texts.map(|text| text.parse::<Selector>().expect("the texts are selectors"));
    let needs_a_label = |selector: &Selector| !selector.matches([("", ""); 0]);
    parsed.filter(|selector| mix == Mix::All || needs_a_label(selector)).take(n).collect()
}

fn text(rng: &mut Rng, pods: &[Pod]) -> String {
    match rng.u8(..100) {
        0..40 => service(&pods[rng.usize(..pods.len())]),
        40..80 => {
            let (app, serial) = (2_000 + rng.usize(..2_000), rng.usize(..100_000));
            format!("app.kubernetes.io/name=app-{app},app.kubernetes.io/instance=app-{app}-prod-{serial}")
        }
        80..90 => one_label(rng),
        90..95 => values(rng),
        95..98 => exists_or_not(rng),
        _ => negative_or_empty(rng),
    }
}

/// The selector of the Service before a pod.
fn service(pod: &Pod) -> String {
    let label = |key: &str| format!("{key}={}", pod.labels[key]);
    format!("{},{}", label("app.kubernetes.io/name"), label("app.kubernetes.io/instance"))
}

fn one_label(rng: &mut Rng) -> String {
    match rng.bool() {
        true => format!("env={}", pick(rng, &["prod", "staging", "dev", "qa", "canary"])),
        false => format!("team=team-{}", rng.u8(..50)),
    }
}

fn values(rng: &mut Rng) -> String {
    match rng.bool() {
        true => {
            format!("env in ({},{})", pick(rng, &["dev", "qa"]), pick(rng, &["prod", "staging", "canary"]))
        }
        false => format!("team in (team-{},team-{},team-{})", rng.u8(..50), rng.u8(..50), rng.u8(..50)),
    }
}

fn exists_or_not(rng: &mut Rng) -> String {
    const KEYS: [&str; 6] = ["release", "priority", "legacy", "tier", "pod-template-hash", "absent"];
    format!("{}{}", pick(rng, &["", "!"]), pick(rng, &KEYS))
}

fn negative_or_empty(rng: &mut Rng) -> String {
    match rng.u8(..4) {
        0 => String::new(),
        1 => format!("env!={}", pick(rng, &["prod", "dev"])),
        2 => format!("team notin (team-{},team-{})", rng.u8(..50), rng.u8(..50)),
        _ => format!("!legacy,env!={}", pick(rng, &["prod", "qa"])),
    }
}

fn pick<'t>(rng: &mut Rng, texts: &[&'t str]) -> &'t str {
    texts[rng.usize(..texts.len())]
}

/// Of some pods the one that the median number of selectors select.
fn median_pod<'p>(set: &SelectorSet, pods: &'p [Pod]) -> &'p Pod {
    let mut some: Vec<&Pod> = pods.iter().step_by(97).collect();
    some.sort_by_key(|pod| set.matching(pod.labels()).len());
    some[some.len() / 2]
}

/// Name and instance of a pod, and nothing more: of one that fewer than ten selectors select.
fn few_labels<'p>(set: &SelectorSet, pods: &'p [Pod]) -> Vec<(&'p str, &'p str)> {
    let keys = ["app.kubernetes.io/name", "app.kubernetes.io/instance"];
    let all = pods.iter().map(|pod| pod.labels().filter(|(key, _)| keys.contains(key)).collect::<Vec<_>>());
    let mut few = all.filter(|labels| (1..10).contains(&set.matching(labels).len()));
    few.next().expect("most instances have few selectors")
}

/// How many selectors select the labels, by trying each.
fn n_naive(selectors: &[Selector], labels: &[(&str, &str)]) -> u64 {
    selectors.iter().filter(|selector| selector.matches(labels)).count() as u64
}

/// Panics unless a set gives what trying each selector gives.
fn check(set: &SelectorSet, selectors: &[Selector], labels: &[(&str, &str)]) {
    let found: Vec<usize> = set.matching(labels).iter().map(|id| id.index()).collect();
    let tried = (0..selectors.len()).filter(|&at| selectors[at].matches(labels)).collect::<Vec<_>>();
    assert_eq!(found, tried, "{labels:?}");
}

fn object(c: &mut Criterion, name: &str, set: &SelectorSet, selectors: &[Selector], labels: &[(&str, &str)]) {
    check(set, selectors, labels);
    let mut group = brief_group(c, format!("reverse/object/{}", set.len()));
    let id = |who| BenchmarkId::new(who, format!("{name}:{}", set.matching(labels).len()));
    group.bench_function(id("selq"), |b| b.iter(|| set.matching(black_box(labels))));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function(id("naive"), |b| b.iter(|| n_naive(selectors, black_box(labels))));
    group.finish();
}

fn fleet(c: &mut Criterion, set: &SelectorSet, selectors: &[Selector], pods: &[Pod]) {
    for pod in pods.iter().step_by(pods.len() / 50) {
        check(set, selectors, &pod.labels().collect::<Vec<_>>());
    }
    let mut group = brief_group(c, format!("reverse/fleet/{}", set.len()));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let all = || pods.iter().map(|pod| set.matching(pod.labels()).len()).sum::<usize>();
    group.bench_function(BenchmarkId::new("selq", format!("{} pods", pods.len())), |b| b.iter(all));
    // The naive loop takes minutes for all of them: a hundred are enough to compare.
    let step = pods.len() / 100;
    let hundred = || {
        let some = pods.iter().step_by(step);
        some.map(|pod| n_naive(selectors, &pod.labels().collect::<Vec<_>>())).sum::<u64>()
    };
    group.bench_function(BenchmarkId::new("naive", "100 pods"), |b| b.iter(hundred));
    group.finish();
}

fn insert(c: &mut Criterion, set: &SelectorSet, pods: &[Pod]) {
    const BATCH: usize = 1_000;
    let mut group = brief_group(c, format!("reverse/insert/{}", set.len()));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    let more = selectors(set.len() + BATCH, pods, Mix::All).split_off(set.len());
    let mut set = set.clone();
    group.bench_function(BenchmarkId::new("selq", format!("{BATCH} in and out")), |b| {
        b.iter_batched(
            || more.clone(),
            |more| {
                let ids: Vec<_> = more.into_iter().map(|selector| set.insert(selector)).collect();
                ids.into_iter().filter(|&id| set.remove(id)).count()
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function(BenchmarkId::new("selq", format!("all {} into an empty set", set.len())), |b| {
        let all = selectors(set.len(), pods, Mix::All);
        b.iter_batched(|| all.clone(), set_of, BatchSize::PerIteration);
    });
    group.finish();
}

fn changes(c: &mut Criterion, set: &SelectorSet, labels: &[(&str, &str)]) {
    let mut after = labels.to_vec();
    for label in &mut after {
        if label.0 == "env" {
            label.1 = if label.1 == "dev" { "qa" } else { "dev" };
        }
    }
    let mut group = brief_group(c, format!("reverse/changes/{}", set.len()));
    group.bench_function("selq", |b| b.iter(|| set.changes(black_box(labels), &after)));
    group.finish();
}

criterion_group!(benches, reverse);
criterion_main!(benches);
