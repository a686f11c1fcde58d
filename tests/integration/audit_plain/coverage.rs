//! Pods that nothing of some kinds is about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::base::{Found, INFO, Like, PlainCluster};
use crate::links_plain::meaning::{list, workload};

/// Whether a policy limits what comes in, and what goes out.
fn limits(policy: &Value) -> [bool; 2] {
    let types = list(&policy["spec"]["policyTypes"]);
    let says = |what: &str| types.iter().any(|it| it == what);
    match types.is_empty() {
        true => [true, !list(&policy["spec"]["egress"]).is_empty()],
        false => [says("Ingress"), says("Egress")],
    }
}

pub(super) fn uncovered(cluster: &PlainCluster<'_>) -> Found {
    let covered = |kind: &str, is_one: &dyn Fn(&Value) -> bool| -> BTreeSet<usize> {
        let of_kind = cluster.of_kind(kind).filter(|at| is_one(cluster.object(*at)));
        of_kind.flat_map(|at| cluster.members(at)).map(|like| like.at).collect()
    };
    let ingress = covered("NetworkPolicy", &|it| limits(it)[0]);
    let egress = covered("NetworkPolicy", &|it| limits(it)[1]);
    let budgets = covered("PodDisruptionBudget", &|_| true);
    let services = covered("Service", &|_| true);
    let is_lacking = |pods: &Vec<Like>| {
        let first = cluster.pod(pods[0]);
        let is_on_host = first["spec"]["hostNetwork"] == true;
        let has_ports = list(&first["spec"]["containers"]).iter().any(|it| !list(&it["ports"]).is_empty());
        let n_pods: i64 =
            pods.iter().map(|it| if it.is_template { cluster.replicas(it.at) } else { 1 }).sum();
        let n_wanted = cluster.maker(pods[0]).map_or(n_pods, |maker| cluster.replicas(maker));
        let workload = cluster.workload(pods[0]).unwrap_or_default();
        let is_counted = !["Job/", "CronJob/", "DaemonSet/"].iter().any(|kind| workload.starts_with(kind));
        let is_out = |covered: &BTreeSet<usize>| pods.iter().any(|it| !covered.contains(&it.at));
        n_pods > 0
            && ((cluster.has("NetworkPolicy") && !is_on_host && (is_out(&ingress) || is_out(&egress)))
                || (cluster.has("PodDisruptionBudget") && n_wanted > 1 && is_counted && is_out(&budgets))
                || (cluster.has("Service") && has_ports && !is_on_host && is_out(&services)))
    };
    let groups = groups(cluster);
    groups.into_iter().filter(|(_, pods)| is_lacking(pods)).map(|(at, _)| (INFO, at)).collect()
}

/// The pods that are to stay by the template that they are of, or by the first of their workload.
fn groups(cluster: &PlainCluster<'_>) -> BTreeMap<usize, Vec<Like>> {
    let mut first: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut groups: BTreeMap<usize, Vec<Like>> = BTreeMap::new();
    let is_to_stay = |like: &Like| !cluster.is_finished(*like) && !cluster.is_terminating(*like);
    for like in cluster.counted().into_iter().filter(is_to_stay) {
        let of = cluster.maker(like).unwrap_or_else(|| match workload(like.at, cluster.objects) {
            Some(workload) => *first.entry((cluster.place(like.at), workload)).or_insert(like.at),
            None => like.at,
        });
        groups.entry(of).or_default().push(like);
    }
    groups
}
