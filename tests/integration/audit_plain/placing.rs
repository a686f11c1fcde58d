//! Where pods may run.

use serde_json::{Value, json};

use super::base::{ERROR, Found, INFO, Like, PlainCluster, WARNING};
use crate::links_plain::meaning::{holds, holds_terms, kind, label, list, text};

/// What is asked about: the templates that make pods, and the pods without a node that no template of the cluster has made.
fn asked(cluster: &PlainCluster<'_>) -> Vec<Like> {
    let has_node =
        |like: &Like| !like.is_template && !text(cluster.object(like.at), &["spec", "nodeName"]).is_empty();
    cluster.described().into_iter().filter(|it| !cluster.is_idle(*it) && !has_node(it)).collect()
}

pub(super) fn node_selector_none(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for like in asked(cluster) {
        let is_daemon = like.is_template && kind(cluster.object(like.at)) == "DaemonSet";
        let spec = &cluster.pod(like)["spec"];
        if !cluster.of_kind("Node").any(|node| fits(spec, cluster.object(node), is_daemon)) {
            found.insert((if is_daemon { INFO } else { ERROR }, like.at));
        }
    }
    found
}

/// Whether nothing that a node says by itself is against a pod.
fn fits(spec: &Value, node: &Value, is_daemon: bool) -> bool {
    let map = json!({"matchLabels": spec["nodeSelector"]});
    let required = &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let is_tolerated = |key: &str, value: &str, effect: &str| {
        list(&spec["tolerations"]).iter().any(|it| {
            let said = |name: &str| text(it, &[name]).to_owned();
            let is_of_effect = said("effect").is_empty() || said("effect") == effect;
            let is_of_key = said("key") == key || (said("key").is_empty() && said("operator") == "Exists");
            is_of_effect && is_of_key && (said("operator") == "Exists" || said("value") == value)
        })
    };
    let keeps_off = |taint: &Value| {
        let of = |name: &str| text(taint, &[name]);
        of("effect") != "PreferNoSchedule" && !is_tolerated(of("key"), of("value"), of("effect"))
    };
    let is_cordoned = node["spec"]["unschedulable"] == true
        && !is_daemon
        && !is_tolerated("node.kubernetes.io/unschedulable", "", "NoSchedule");
    holds(&map, node)
        && (required.is_null() || holds_terms(&required["nodeSelectorTerms"], node))
        && !list(&node["spec"]["taints"]).iter().any(keeps_off)
        && !is_cordoned
}

fn required<'v>(spec: &'v Value, which: &str) -> &'v [Value] {
    list(&spec["affinity"][which]["requiredDuringSchedulingIgnoredDuringExecution"])
}

pub(super) fn affinity_no_pods(cluster: &PlainCluster<'_>) -> Found {
    let is_alone = |like: &Like| {
        let pod = cluster.pod(*like);
        required(&pod["spec"], "podAffinity").iter().any(|term| {
            let selector = &term["labelSelector"];
            let named = list(&term["namespaces"]);
            let is_there = |other: usize| match named.is_empty() {
                true => cluster.place(other) == cluster.place(like.at),
                false => named.iter().any(|it| it == cluster.place(other)),
            };
            let is_met = |other: usize| {
                let object = cluster.object(other);
                let is_on_node = !text(object, &["spec", "nodeName"]).is_empty()
                    && !cluster.is_finished(Like { at: other, is_template: false });
                is_on_node && is_there(other) && holds(selector, object)
            };
            let others = || cluster.of_kind("Pod").filter(|other| *other != like.at);
            selector.is_null()
                || !(others().any(is_met) || (is_there(like.at) && cluster.holds(selector, *like)))
        })
    };
    asked(cluster).into_iter().filter(is_alone).map(|like| (ERROR, like.at)).collect()
}

pub(super) fn topology_key_absent(cluster: &PlainCluster<'_>) -> Found {
    let is_lacking =
        |key: &str| cluster.of_kind("Node").any(|node| label(cluster.object(node), key).is_none());
    let has_lacking = |like: &Like| {
        let spec = &cluster.pod(*like)["spec"];
        let strict = list(&spec["topologySpreadConstraints"]).iter();
        let strict = strict.filter(|it| it["whenUnsatisfiable"] == "DoNotSchedule");
        let terms = ["podAffinity", "podAntiAffinity"].into_iter().flat_map(|which| required(spec, which));
        strict.chain(terms).any(|it| is_lacking(text(it, &["topologyKey"])))
    };
    let mut found: Found =
        asked(cluster).into_iter().filter(has_lacking).map(|it| (WARNING, it.at)).collect();
    let of_class = |at: &usize| {
        let terms = list(&cluster.object(*at)["allowedTopologies"]).iter();
        let mut keys =
            terms.flat_map(|term| list(&term["matchLabelExpressions"])).map(|it| text(it, &["key"]));
        keys.any(is_lacking)
    };
    found.extend(cluster.of_kind("StorageClass").filter(of_class).map(|at| (WARNING, at)));
    found
}
