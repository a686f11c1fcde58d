//! Objects of Istio.

use serde_json::{Value, json};

use super::base::{ERROR, Found, Like, PlainCluster};
use crate::links_plain::meaning::{kind, label, list, name, text};

/// Whether a map that says something selects no pod and no template, in one namespace or in all.
fn selects_none(cluster: &PlainCluster<'_>, map: &Value, place: Option<&str>) -> bool {
    let has_members = map.as_object().is_some_and(|map| !map.is_empty());
    let is_known = place.is_some() || !cluster.is_of_one_namespace();
    let is_there = |like: &Like| place.is_none_or(|place| cluster.place(like.at) == place);
    let selector = json!({"matchLabels": map});
    let mut there = cluster.likes().into_iter().filter(is_there);
    has_members && is_known && !there.any(|like| cluster.holds(&selector, like))
}

pub(super) fn gateway_no_pods(cluster: &PlainCluster<'_>) -> Found {
    let is_one = |at: &usize| selects_none(cluster, &cluster.object(*at)["spec"]["selector"], None);
    cluster.of_kind("Gateway").filter(is_one).map(|at| (ERROR, at)).collect()
}

pub(super) fn selector_none(cluster: &PlainCluster<'_>) -> Found {
    let is_one = |at: &usize| {
        // In Istio's own namespace it is about the whole mesh.
        let place = Some(cluster.place(*at)).filter(|place| *place != "istio-system");
        selects_none(cluster, &cluster.object(*at)["spec"]["selector"]["matchLabels"], place)
    };
    cluster.of_kind("AuthorizationPolicy").filter(is_one).map(|at| (ERROR, at)).collect()
}

pub(super) fn subset_no_pods(cluster: &PlainCluster<'_>) -> Found {
    let has_empty = |rule: &usize| {
        let spec = &cluster.object(*rule)["spec"];
        let mut host = text(spec, &["host"]).split('.');
        let (called, place) = (host.next().unwrap(), host.next().unwrap_or(cluster.place(*rule)));
        let Some(service) = cluster.named("Service", place, called) else { return false };
        let behind = cluster.selected(service, cluster.likes()).into_iter();
        let behind: Vec<Like> = behind.filter(|it| !cluster.is_finished(*it)).collect();
        let is_empty = |subset: &Value| {
            let labels = subset["labels"].as_object().cloned().unwrap_or_default();
            !behind.iter().any(|like| labels.iter().all(|(key, value)| has(cluster, *like, key, value)))
        };
        !behind.is_empty() && list(&spec["subsets"]).iter().any(is_empty)
    };
    cluster.of_kind("DestinationRule").filter(has_empty).map(|at| (ERROR, at)).collect()
}

/// Whether an endpoint has a label: its pod, or the node that this is on, of which perhaps nothing is known.
fn has(cluster: &PlainCluster<'_>, like: Like, key: &str, value: &Value) -> bool {
    let pod = cluster.pod(like);
    let on = text(&pod, &["spec", "nodeName"]);
    let node = cluster.objects.iter().find(|it| kind(it) == "Node" && name(it) == on);
    let by_node = || node.is_none_or(|node| label(node, key) == value.as_str());
    label(&pod, key) == value.as_str() || (key == "topology.kubernetes.io/zone" && by_node())
}
