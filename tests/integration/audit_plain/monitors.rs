//! Objects of the Prometheus Operator.

use std::collections::BTreeSet;

use serde_json::Value;

use super::base::{ERROR, Found, Like, PlainCluster};
use crate::links_plain::meaning::{holds, kind, list, text};

const PICKED: [(&str, &[&str], &str); 3] = [
    ("ServiceMonitor", &["Prometheus", "PrometheusAgent"], "serviceMonitor"),
    ("PodMonitor", &["Prometheus", "PrometheusAgent"], "podMonitor"),
    ("PrometheusRule", &["Prometheus", "ThanosRuler"], "rule"),
];

/// Whether the operator writes a server's configuration: a Prometheus that picks nothing that is scraped is left alone.
fn is_managed(server: &Value) -> bool {
    let is_said = |what: &str| !server["spec"][what].is_null();
    kind(server) == "ThanosRuler" || is_said("serviceMonitorSelector") || is_said("podMonitorSelector")
}

pub(super) fn not_selected(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for (picked, by, field) in PICKED {
        let servers: Vec<usize> = by.iter().flat_map(|kind| cluster.of_kind(kind)).collect();
        let servers: Vec<usize> = servers.into_iter().filter(|&at| is_managed(cluster.object(at))).collect();
        for monitor in cluster.of_kind(picked) {
            let verdicts: Vec<Option<bool>> =
                servers.iter().map(|&server| picks(cluster, server, field, monitor)).collect();
            let is_picked = verdicts.contains(&Some(true));
            if !servers.is_empty() && !is_picked && !verdicts.contains(&None) {
                found.insert((ERROR, monitor));
            }
        }
    }
    found
}

/// Whether a server picks a monitor; `None` where that cannot be told.
fn picks(cluster: &PlainCluster<'_>, server: usize, field: &str, monitor: usize) -> Option<bool> {
    let spec = &cluster.object(server)["spec"];
    let (selector, namespaces) =
        (&spec[format!("{field}Selector")], &spec[format!("{field}NamespaceSelector")]);
    if selector.is_null() {
        return Some(false);
    }
    let is_own = cluster.place(server) == cluster.place(monitor);
    let is_everywhere = crate::links_plain::meaning::is_empty(namespaces);
    let is_there = match namespaces.is_null() {
        true => is_own,
        // Of other namespaces than the only one, and of labels of namespaces of which none is there, nothing is known.
        false if cluster.is_of_one_namespace() => return None,
        false if !is_everywhere && !cluster.has("Namespace") => return None,
        false => cluster.is_in(namespaces, cluster.place(monitor)),
    };
    Some(is_there && holds(selector, cluster.object(monitor)))
}

/// Whether a monitor looks into a namespace; `None` where nothing is known of it.
fn looks_into(cluster: &PlainCluster<'_>, monitor: usize, place: &str) -> bool {
    let rule = &cluster.object(monitor)["spec"]["namespaceSelector"];
    let named = list(&rule["matchNames"]);
    match rule["any"] == true {
        true => true,
        false if named.is_empty() => cluster.place(monitor) == place,
        false => named.iter().any(|it| it == place),
    }
}

/// Whether it looks only where the dump has something.
fn is_known(cluster: &PlainCluster<'_>, monitor: usize) -> bool {
    let rule = &cluster.object(monitor)["spec"]["namespaceSelector"];
    let is_own =
        rule["any"] != true && list(&rule["matchNames"]).iter().all(|it| it == cluster.place(monitor));
    is_own || !cluster.is_of_one_namespace()
}

/// The names of the ports that it scrapes; `None` where one of them is no name.
fn wanted(monitor: &Value, list_of: &str) -> Option<BTreeSet<String>> {
    let endpoints = list(&monitor["spec"][list_of]);
    let names = endpoints.iter().map(|it| it["port"].as_str().map(str::to_owned));
    names.collect::<Option<BTreeSet<String>>>().filter(|it| !it.is_empty())
}

pub(super) fn no_targets(cluster: &PlainCluster<'_>) -> Found {
    let services = || cluster.of_kind("Service").collect::<Vec<_>>();
    let mut found = Found::new();
    for monitor in cluster.of_kind("ServiceMonitor").filter(|_| cluster.has("Service")) {
        let object = cluster.object(monitor);
        let is_target = |at: &usize| {
            looks_into(cluster, monitor, cluster.place(*at))
                && holds(&object["spec"]["selector"], cluster.object(*at))
        };
        let targets: Vec<usize> = services().into_iter().filter(is_target).collect();
        let ports = targets.iter().flat_map(|&at| list(&cluster.object(at)["spec"]["ports"]));
        let ports: BTreeSet<&str> = ports.map(|port| text(port, &["name"])).collect();
        let is_wrong = match targets.is_empty() {
            true => is_known(cluster, monitor),
            false => {
                wanted(object, "endpoints").is_some_and(|it| !it.iter().any(|it| ports.contains(it.as_str())))
            }
        };
        if is_wrong {
            found.insert((ERROR, monitor));
        }
    }
    for monitor in cluster.of_kind("PodMonitor").filter(|_| !cluster.likes().is_empty()) {
        let object = cluster.object(monitor);
        let is_target = |like: &Like| {
            looks_into(cluster, monitor, cluster.place(like.at))
                && cluster.holds(&object["spec"]["selector"], *like)
        };
        let all: Vec<Like> = cluster.likes().into_iter().filter(is_target).collect();
        let targets: Vec<Like> = cluster.counted().into_iter().filter(is_target).collect();
        let has_port = |name: &str| {
            targets.iter().any(|like| {
                let pod = cluster.pod(*like);
                let containers =
                    ["containers", "initContainers"].iter().flat_map(|it| list(&pod["spec"][it]));
                containers.into_iter().flat_map(|it| list(&it["ports"])).any(|port| port["name"] == name)
            })
        };
        let is_wrong = match targets.is_empty() {
            true => all.is_empty() && is_known(cluster, monitor),
            false => {
                wanted(object, "podMetricsEndpoints").is_some_and(|it| !it.iter().any(|it| has_port(it)))
            }
        };
        if is_wrong {
            found.insert((ERROR, monitor));
        }
    }
    found
}
