//! The rules of the audit against second implementations, which share nothing with the engine, on random clusters.
//! `SELQ_CLUSTERS` says how many, and `SELQ_SEED` where to begin.

mod base;
mod broad;
mod budgets;
mod claims;
mod cluster;
mod coverage;
mod holders;
mod mesh;
mod monitors;
mod placing;
mod policies;
mod scalers;
mod services;
mod spread;
mod workloads;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use selq::kubernetes::Links;
use selq::kubernetes::audit::{AUDIT_RULES, audit};
use serde_json::Value;

use crate::links_plain::{called, loaded, number};
use base::{Found, PlainCluster};

/// A rule as a loop over JSON.
type PlainRule = fn(&PlainCluster<'_>) -> Found;

/// The rules that depend on selectors or on what objects have to do with each other. What is left looks at one object alone.
const RULES: [(&str, PlainRule); 32] = [
    ("service-no-pods", services::no_pods),
    ("service-mixed-owners", services::mixed_owners),
    ("service-port-unmatched", services::port_unmatched),
    ("service-not-ready-only", services::not_ready_only),
    ("pdb-multiple", budgets::multiple),
    ("pdb-no-pods", budgets::no_pods),
    ("pdb-unscalable", budgets::unscalable),
    ("pdb-blocks", budgets::blocks),
    ("hpa-overlap", scalers::overlap),
    ("hpa-foreign-pods", scalers::foreign_pods),
    ("hpa-no-selector", scalers::no_selector),
    ("workload-selector-overlap", workloads::overlap),
    ("selector-vs-template", workloads::against_template),
    ("selector-unsatisfiable", written::unsatisfiable),
    ("orphan-pods", workloads::orphans),
    ("monitor-not-selected", monitors::not_selected),
    ("monitor-no-targets", monitors::no_targets),
    ("netpol-no-pods", policies::no_pods),
    ("netpol-peer-empty", policies::peer_empty),
    ("netpol-and-or", policies::and_or),
    ("coverage", coverage::uncovered),
    ("spread-self-mismatch", spread::self_mismatch),
    ("spread-no-revision", spread::no_revision),
    ("subset-no-pods", mesh::subset_no_pods),
    ("gateway-no-pods", mesh::gateway_no_pods),
    ("workload-selector-none", mesh::selector_none),
    ("broad-by-empty", broad::by_empty),
    ("pvc-selector-provisioner", claims::selector_provisioner),
    ("volatile-selector-label", written::volatile),
    ("affinity-no-pods", placing::affinity_no_pods),
    ("node-selector-none", placing::node_selector_none),
    ("topology-key-absent", placing::topology_key_absent),
];

/// In manifests these say only what looks like a slip, as other manifests may have the rest.
const OF_SLIPS: [&str; 7] = [
    "service-no-pods",
    "pdb-no-pods",
    "monitor-no-targets",
    "netpol-no-pods",
    "netpol-peer-empty",
    "gateway-no-pods",
    "workload-selector-none",
];

#[test]
fn plain_implementations_of_rules_agree() {
    let (wanted, first) = (number("SELQ_CLUSTERS", 400), number("SELQ_SEED", 1));
    // How often each rule finds something, and how often an object that it is about is all right.
    let mut n_found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_silent: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong: BTreeMap<&str, String> = BTreeMap::new();
    for seed in first..first + wanted {
        let objects = cluster::cluster(&mut Rng::with_seed(seed));
        let plain = PlainCluster::new(&objects);
        let dump = loaded(&objects);
        let report = audit(&Links::new(&dump), AUDIT_RULES);
        let is_judged = |rule: &str| !report.not_judged.iter().any(|(it, _)| it == rule);
        for (rule, look) in RULES.iter().filter(|(rule, _)| is_judged(rule)) {
            let of_rule = report.findings.iter().filter(|finding| finding.rule == *rule);
            let found: BTreeSet<(&str, usize)> =
                of_rule.map(|it| (it.severity.as_str(), it.object.index())).collect();
            let expected = look(&plain);
            let is_same = match plain.is_live || !OF_SLIPS.contains(rule) {
                true => found == expected,
                false => found.is_subset(&expected),
            };
            if !is_same {
                let said = || {
                    format!(
                        "{} instead of {} in seed {seed}",
                        told(&objects, &found),
                        told(&objects, &expected)
                    )
                };
                wrong.entry(rule).or_insert_with(said);
            }
            *n_found.entry(rule).or_default() += found.len();
            *n_silent.entry(rule).or_default() += usize::from(found.is_empty());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("found {n_found:?}\nsilent {n_silent:?}");
    for (rule, _) in RULES {
        let n = |counts: &BTreeMap<&str, usize>| counts.get(rule).copied().unwrap_or_default() as u64;
        assert!(n(&n_found) * 50 >= wanted, "{rule} finds too little: {}", n(&n_found));
        assert!(n(&n_silent) * 20 >= wanted, "{rule} is silent too seldom: {}", n(&n_silent));
    }
}

fn told(objects: &[Value], found: &Found) -> String {
    let found = found.iter().map(|(severity, at)| format!("{severity} {}", called(&objects[*at])));
    format!("[{}]", found.collect::<Vec<_>>().join(", "))
}
