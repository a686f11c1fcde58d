//! HorizontalPodAutoscalers and ScaledObjects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::base::{ERROR, Found, Like, PlainCluster, WARNING};
use crate::links_plain::meaning::{kind, list, text};

fn scalers(cluster: &PlainCluster<'_>) -> Vec<usize> {
    let kinds = ["HorizontalPodAutoscaler", "ScaledObject"];
    kinds.iter().flat_map(|kind| cluster.of_kind(kind)).collect()
}

fn target(cluster: &PlainCluster<'_>, scaler: usize) -> Option<usize> {
    let reference = &cluster.object(scaler)["spec"]["scaleTargetRef"];
    cluster.named(text(reference, &["kind"]), cluster.place(scaler), text(reference, &["name"]))
}

/// To how many replicas scalers bring each target down.
pub(super) fn least_replicas(cluster: &PlainCluster<'_>) -> BTreeMap<usize, i64> {
    let mut least: BTreeMap<usize, i64> = BTreeMap::new();
    for scaler in scalers(cluster) {
        let Some(target) = target(cluster, scaler) else { continue };
        let spec = &cluster.object(scaler)["spec"];
        // KEDA leaves one while anything is to be done.
        let of_keda = spec["minReplicaCount"].as_i64().map(|it| it.max(1));
        let n = spec["minReplicas"].as_i64().or(of_keda).unwrap_or(1);
        let known = least.get(&target).copied().unwrap_or(n);
        least.insert(target, known.min(n));
    }
    least
}

/// What the definition of the custom kind says: no scale, one without a path, or one with it.
enum CustomScale {
    None,
    WithoutPath,
    WithPath,
}

fn custom_scale(cluster: &PlainCluster<'_>) -> Option<CustomScale> {
    let definition = cluster.object(cluster.of_kind("CustomResourceDefinition").next()?);
    let scale = &definition["spec"]["versions"][0]["subresources"]["scale"];
    Some(match (scale.is_object(), scale["labelSelectorPath"].is_string()) {
        (false, _) => CustomScale::None,
        (true, false) => CustomScale::WithoutPath,
        (true, true) => CustomScale::WithPath,
    })
}

/// The map of a selector as text, `key=value`, which is all that there is.
fn holds_text(pod: &Value, text: &str) -> bool {
    let (key, value) = text.split_once('=').unwrap();
    pod["metadata"]["labels"][key].as_str() == Some(value)
}

/// The pods that a scaler counts.
fn counted(cluster: &PlainCluster<'_>, scaler: usize) -> Vec<Like> {
    let Some(target) = target(cluster, scaler) else { return Vec::new() };
    if kind(cluster.object(target)) != "Foo" {
        return cluster.members(target);
    }
    let text = text(cluster.object(target), &["status", "selector"]);
    if text.is_empty() || !matches!(custom_scale(cluster), Some(CustomScale::WithPath)) {
        return Vec::new();
    }
    let beside = cluster.counted().into_iter().filter(|it| cluster.place(it.at) == cluster.place(target));
    beside.filter(|it| holds_text(&cluster.pod(*it), text)).collect()
}

pub(super) fn overlap(cluster: &PlainCluster<'_>) -> Found {
    let mut of_pod: BTreeMap<Like, BTreeSet<usize>> = BTreeMap::new();
    let mut of_target: BTreeMap<(&str, &str, &str), BTreeSet<usize>> = BTreeMap::new();
    for scaler in scalers(cluster) {
        for like in counted(cluster, scaler).into_iter().filter(|it| !cluster.is_idle(*it)) {
            of_pod.entry(like).or_default().insert(scaler);
        }
        let reference = &cluster.object(scaler)["spec"]["scaleTargetRef"];
        let target = (cluster.place(scaler), text(reference, &["kind"]), text(reference, &["name"]));
        of_target.entry(target).or_default().insert(scaler);
    }
    let is_of_one_target = |scalers: &BTreeSet<usize>| of_target.values().any(|it| it == scalers);
    let mut now: BTreeMap<BTreeSet<usize>, &str> = BTreeMap::new();
    for (like, scalers) in of_pod.into_iter().filter(|(_, scalers)| scalers.len() > 1) {
        // Two of one target do no harm before there is a pod.
        let is_idle = like.is_template && is_of_one_target(&scalers);
        let known = now.entry(scalers).or_insert(WARNING);
        *known = if is_idle { *known } else { ERROR };
    }
    let of_pod = now;
    let of_target = of_target.into_values().filter(|it| it.len() > 1 && !of_pod.contains_key(it));
    let idle: Vec<usize> = of_target.map(|it| *it.first().unwrap()).collect();
    let now = of_pod.iter().map(|(it, severity)| (*severity, *it.first().unwrap()));
    now.chain(idle.into_iter().map(|at| (WARNING, at))).collect()
}

pub(super) fn foreign_pods(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for scaler in scalers(cluster) {
        let Some(target) = target(cluster, scaler) else { continue };
        let foreign: Vec<Like> =
            counted(cluster, scaler).into_iter().filter(|it| !cluster.is_made_by(*it, target)).collect();
        let uses_share = !list(&cluster.object(scaler)["spec"]["metrics"]).is_empty();
        let requests = |container: &Value| {
            ["requests", "limits"].iter().any(|it| !container["resources"][it]["cpu"].is_null())
        };
        let lacks = |like: &Like| !list(&cluster.pod(*like)["spec"]["containers"]).iter().all(requests);
        match foreign.is_empty() {
            true => {}
            false if uses_share && foreign.iter().any(lacks) => _ = found.insert((ERROR, scaler)),
            false => _ = found.insert((WARNING, scaler)),
        }
    }
    found
}

pub(super) fn no_selector(cluster: &PlainCluster<'_>) -> Found {
    let is_lost = |scaler: &usize| {
        let wanted = text(cluster.object(*scaler), &["spec", "scaleTargetRef", "kind"]);
        let Some(target) = target(cluster, *scaler) else {
            let place = cluster.place(*scaler);
            return if cluster.is_live {
                cluster.has(wanted)
            } else {
                cluster.of_kind(wanted).any(|it| cluster.place(it) == place)
            };
        };
        let beside = |like: &Like| cluster.place(like.at) == cluster.place(target);
        let likes: Vec<Like> = cluster.likes().into_iter().filter(beside).collect();
        if wanted != "Foo" {
            let has_pods = cluster.is_live && likes.iter().any(|it| !it.is_template);
            let own = Like { at: target, is_template: true };
            let is_selecting = cluster.selector(target).is_some_and(|it| cluster.holds(&it, own));
            return has_pods
                && is_selecting
                && cluster.templates.contains(&target)
                && cluster.replicas(target) != 0
                && cluster.members(target).is_empty();
        }
        match custom_scale(cluster) {
            None => false,
            Some(CustomScale::None | CustomScale::WithoutPath) => true,
            Some(CustomScale::WithPath) => {
                let object = cluster.object(target);
                let text = text(object, &["status", "selector"]);
                let is_scaled = object["spec"]["replicas"] != 0 && !object["status"].is_null();
                let is_counting = || likes.iter().any(|it| holds_text(&cluster.pod(*it), text));
                is_scaled && (text.is_empty() || (cluster.has("Pod") && !is_counting()))
            }
        }
    };
    scalers(cluster).into_iter().filter(is_lost).map(|at| (ERROR, at)).collect()
}
