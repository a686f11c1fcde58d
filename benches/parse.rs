//! How long a text takes to become a checked selector.
//!
//! - `parse/text`: selq on the nine queries, on an `in` list of a thousand values, and on a text that is
//!   wrong at its end.
//! - `parse/query`: the nine queries read as queries, and one of ten tokens that is no selector.
//! - `parse/json`: `LabelSelector` objects that mean the same as the queries. `kube-core` reads no text,
//!   so this is where it stands beside selq. It takes keys, values and unknown fields unchecked.
//!
//! ```text
//! cargo bench --bench parse
//! cargo bench --bench parse -- text
//! ```

mod fleet;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use fleet::{QUERIES, Query, brief_group};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector as ApiSelector;
use selq::{LabelSelector, ParseError, Selector};

fn text(c: &mut Criterion) {
    let mut group = brief_group(c, "parse/text");
    let mut bench = |name: &str, text: &str, is_selector: bool| {
        assert_eq!(parse(text).is_ok(), is_selector, "{name}");
        group.bench_with_input(BenchmarkId::new("selq", name), text, |b, text| {
            b.iter(|| parse(black_box(text)));
        });
    };
    for Query { name, text } in &QUERIES {
        bench(name, text, true);
    }
    bench("a thousand values", &long_list(), true);
    bench("error", "env=prod,tier in (db,cache", false);
    group.finish();
}

fn parse(text: &str) -> Result<Selector, ParseError> {
    text.parse()
}

fn query(c: &mut Criterion) {
    const TEN_TOKENS: &str = "env=prod || !(.a=b)";
    let mut group = brief_group(c, "parse/query");
    for (name, text) in QUERIES.iter().map(|it| (it.name, it.text)).chain([("ten tokens", TEN_TOKENS)]) {
        group.bench_with_input(BenchmarkId::new("selq", name), text, |b, text| {
            b.iter(|| black_box(text).parse::<selq::Query>().expect("the queries are queries"));
        });
    }
    group.finish();
}

fn long_list() -> String {
    let values: Vec<String> = (0..1000).map(|n| format!("app-{n}")).collect();
    format!("app.kubernetes.io/name in ({})", values.join(","))
}

fn json(c: &mut Criterion) {
    let mut group = brief_group(c, "parse/json");
    for query in &QUERIES {
        let json = label_selector_json(query);
        let n_requirements = selq_from_json(&json).requirements().map(|all| all.len());
        assert_eq!(n_requirements, Some(kube_from_json(&json).into_iter().count()), "{}", query.text);
        group.bench_with_input(BenchmarkId::new("selq", query.name), &json, |b, json| {
            b.iter(|| selq_from_json(black_box(json)));
        });
        group.bench_with_input(BenchmarkId::new("kube-core", query.name), &json, |b, json| {
            b.iter(|| kube_from_json(black_box(json)));
        });
    }
    group.finish();
}

/// The query as the object that the Kubernetes API takes.
fn label_selector_json(query: &Query) -> String {
    let object: Option<LabelSelector> = (&query.selector()).try_into().expect("no query has > or <");
    serde_json::to_string(&object).expect("a LabelSelector is JSON")
}

fn selq_from_json(json: &str) -> Selector {
    let object: LabelSelector = serde_json::from_str(json).expect("it was printed as one");
    object.try_into().expect("it was made from a selector")
}

fn kube_from_json(json: &str) -> kube_core::Selector {
    let object: ApiSelector = serde_json::from_str(json).expect("it was printed as one");
    object.try_into().expect("it was made from a selector")
}

criterion_group!(benches, text, query, json);
criterion_main!(benches);
