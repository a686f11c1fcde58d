//! Constraints that keep the pods of a workload apart.

use serde_json::Value;

use super::base::{Found, INFO, Like, PlainCluster, WARNING};
use crate::links_plain::meaning::{is_empty, kind, list};

pub(super) fn self_mismatch(cluster: &PlainCluster<'_>) -> Found {
    let is_wrong = |like: &Like| {
        let spec = &cluster.pod(*like)["spec"];
        let miscounts = |constraint: &Value| {
            let selector = &constraint["labelSelector"];
            match selector.is_null() {
                true => true,
                false if is_empty(selector) => list(&constraint["matchLabelKeys"]).is_empty(),
                false => !cluster.holds(selector, *like),
            }
        };
        let anti = &spec["affinity"]["podAntiAffinity"];
        let required = list(&anti["requiredDuringSchedulingIgnoredDuringExecution"]).iter();
        let preferred = list(&anti["preferredDuringSchedulingIgnoredDuringExecution"]).iter();
        let mut terms = required.chain(preferred.map(|it| &it["podAffinityTerm"]));
        list(&spec["topologySpreadConstraints"]).iter().any(miscounts)
            || terms.any(|term| is_about_nobody(cluster, *like, term))
    };
    cluster.described().into_iter().filter(is_wrong).map(|like| (WARNING, like.at)).collect()
}

/// Whether a term keeps away from no pod at all.
fn is_about_nobody(cluster: &PlainCluster<'_>, of: Like, term: &Value) -> bool {
    let selector = &term["labelSelector"];
    if selector.is_null() {
        return true;
    }
    let named = list(&term["namespaces"]);
    let is_there = |place: &str| match named.is_empty() {
        true => place == cluster.place(of.at),
        false => named.iter().any(|it| it == place),
    };
    let is_own = named.iter().all(|it| it == cluster.place(of.at));
    let is_known = is_own || !cluster.is_of_one_namespace();
    is_known
        && !cluster
            .likes()
            .into_iter()
            .any(|it| is_there(cluster.place(it.at)) && cluster.holds(selector, it))
}

pub(super) fn no_revision(cluster: &PlainCluster<'_>) -> Found {
    let is_wrong = |at: &&usize| {
        let object = cluster.object(**at);
        let counts_old = |constraint: &Value| {
            let keys = list(&constraint["matchLabelKeys"]);
            constraint["whenUnsatisfiable"] != "ScheduleAnyway"
                && !keys.iter().any(|it| it == "pod-template-hash")
        };
        let constraints = &object["spec"]["template"]["spec"]["topologySpreadConstraints"];
        kind(object) == "Deployment" && list(constraints).iter().any(counts_old)
    };
    cluster.templates.iter().filter(is_wrong).map(|at| (INFO, *at)).collect()
}
