//! Workloads, and pods without one.

use super::base::{ERROR, Found, Like, PlainCluster, WARNING};
use crate::links_plain::meaning::{kind, list, name};

const WORKLOADS: [&str; 5] =
    ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController"];

pub(super) fn overlap(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    let workloads = || cluster.templates.iter().filter(|at| WORKLOADS.contains(&kind(cluster.object(**at))));
    for &one in workloads() {
        let Some(selector) = cluster.selector(one) else { continue };
        let takes = |other: &usize| {
            *other != one
                && cluster.place(*other) == cluster.place(one)
                && !cluster.owns(one, *other)
                && !cluster.owns(*other, one)
                // What is added to the pods is not asked of the template.
                && crate::links_plain::meaning::holds(
                    &selector,
                    &cluster.pod(Like { at: *other, is_template: true }),
                )
        };
        if cluster.templates.iter().any(takes) {
            found.insert((WARNING, one));
        }
    }
    found
}

pub(super) fn against_template(cluster: &PlainCluster<'_>) -> Found {
    let is_wrong = |at: &&usize| {
        let template = cluster.pod(Like { at: **at, is_template: true });
        cluster.selector(**at).is_some_and(|it| !crate::links_plain::meaning::holds(&it, &template))
    };
    cluster.templates.iter().filter(is_wrong).map(|at| (ERROR, *at)).collect()
}

pub(super) fn orphans(cluster: &PlainCluster<'_>) -> Found {
    let is_claimed = |pod: usize, by: usize| {
        let like = Like { at: pod, is_template: false };
        let is_selected = cluster.selected(by, vec![like]).len() == 1;
        let object = cluster.object(by);
        is_selected
            && match kind(object) {
                "Deployment" | "DaemonSet" | "Job" => true,
                "ReplicaSet" | "ReplicationController" => !cluster.is_finished(like),
                "StatefulSet" => {
                    let ordinal = name(cluster.object(pod)).strip_prefix(&format!("{}-", name(object)));
                    ordinal.is_some_and(|it| it.parse::<u32>().is_ok())
                }
                _ => false,
            }
    };
    let is_orphan = |pod: &usize| {
        let owners = list(&cluster.object(*pod)["metadata"]["ownerReferences"]);
        let like = Like { at: *pod, is_template: false };
        owners.iter().all(|it| it["controller"] != true)
            && !cluster.is_terminating(like)
            && (0..cluster.objects.len()).any(|by| is_claimed(*pod, by))
    };
    cluster.of_kind("Pod").filter(is_orphan).map(|at| (WARNING, at)).collect()
}
