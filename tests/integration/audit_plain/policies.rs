//! NetworkPolicies.

use std::collections::BTreeSet;

use serde_json::Value;

use super::base::{Found, INFO, Like, PlainCluster, WARNING};
use crate::links_plain::meaning::{is_empty, kind, list};

pub(super) fn no_pods(cluster: &PlainCluster<'_>) -> Found {
    let is_one = |at: &usize| {
        let selector = cluster.selector(*at).unwrap();
        !is_empty(&selector) && cluster.selected(*at, cluster.likes()).is_empty()
    };
    cluster.of_kind("NetworkPolicy").filter(is_one).map(|at| (WARNING, at)).collect()
}

/// The lists of peers of a policy.
fn peers(policy: &Value) -> Vec<&[Value]> {
    let of = |rules: &str, peers: &'static str| {
        list(&policy["spec"][rules]).iter().map(move |rule| list(&rule[peers]))
    };
    of("ingress", "from").chain(of("egress", "to")).collect()
}

/// Whether a peer may be there at all, by its namespace.
fn is_there(cluster: &PlainCluster<'_>, policy: usize, peer: &Value, like: Like) -> bool {
    match peer["namespaceSelector"].is_null() {
        true => cluster.place(like.at) == cluster.place(policy),
        false => cluster.is_in(&peer["namespaceSelector"], cluster.place(like.at)),
    }
}

fn is_peer(cluster: &PlainCluster<'_>, policy: usize, peer: &Value, like: Like) -> bool {
    let selector = &peer["podSelector"];
    is_there(cluster, policy, peer, like) && (selector.is_null() || cluster.holds(selector, like))
}

/// Whether the dump says anything of the namespaces of a peer.
fn is_known(cluster: &PlainCluster<'_>, peer: &Value) -> bool {
    let namespaces = &peer["namespaceSelector"];
    namespaces.is_null()
        || (!cluster.is_of_one_namespace() && (is_empty(namespaces) || cluster.has("Namespace")))
}

fn is_nobody(cluster: &PlainCluster<'_>, policy: usize, peer: &Value) -> bool {
    let (pods, namespaces) = (&peer["podSelector"], &peer["namespaceSelector"]);
    if (pods.is_null() && namespaces.is_null()) || !is_known(cluster, peer) {
        return false;
    }
    let likes = cluster.likes();
    let places: BTreeSet<&str> = likes.iter().map(|it| cluster.place(it.at)).collect();
    let selects_namespace = cluster.objects.iter().any(|it| {
        let labels = |it: &Value| crate::links_plain::meaning::holds(namespaces, it);
        kind(it) == "Namespace" && labels(it)
    });
    if !namespaces.is_null() && !is_empty(namespaces) && !selects_namespace {
        return true;
    }
    let beside: Vec<&Like> = likes.iter().filter(|it| is_there(cluster, policy, peer, **it)).collect();
    // Where all pods are of one namespace nothing was read of others.
    if beside.is_empty() && places.len() < 2 {
        return false;
    }
    !beside.iter().any(|it| is_peer(cluster, policy, peer, **it))
}

pub(super) fn peer_empty(cluster: &PlainCluster<'_>) -> Found {
    let has_nobody = |at: &usize| {
        peers(cluster.object(*at)).into_iter().flatten().any(|peer| is_nobody(cluster, *at, peer))
    };
    cluster.of_kind("NetworkPolicy").filter(has_nobody).map(|at| (WARNING, at)).collect()
}

pub(super) fn and_or(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for policy in cluster.of_kind("NetworkPolicy") {
        for pair in peers(cluster.object(policy)).into_iter().flat_map(|peers| peers.windows(2)) {
            let has_only =
                |peer: &Value, name: &str, other: &str| !peer[name].is_null() && peer[other].is_null();
            let is_pair = has_only(&pair[0], "namespaceSelector", "podSelector")
                && has_only(&pair[1], "podSelector", "namespaceSelector");
            if !is_pair || is_empty(&pair[1]["podSelector"]) || !is_known(cluster, &pair[0]) {
                continue;
            }
            let counted = cluster.counted().into_iter();
            let likes: Vec<Like> = counted.filter(|it| is_peer(cluster, policy, &pair[0], *it)).collect();
            let labels = |like: &Like| {
                let mut labels =
                    cluster.pod(*like)["metadata"]["labels"].as_object().cloned().unwrap_or_default();
                ["pod-template-hash", "statefulset.kubernetes.io/pod-name"]
                    .iter()
                    .for_each(|it| _ = labels.remove(*it));
                Value::from(labels).to_string()
            };
            if likes.iter().map(labels).collect::<BTreeSet<_>>().len() > 1 {
                let are_both = likes.iter().any(|it| cluster.holds(&pair[1]["podSelector"], *it));
                found.insert((if are_both { WARNING } else { INFO }, policy));
            }
        }
    }
    found
}
