//! Services.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::base::{ERROR, Found, INFO, Like, PlainCluster, WARNING};
use crate::links_plain::meaning::{label, list, name, text};

fn selecting(cluster: &PlainCluster<'_>) -> Vec<usize> {
    cluster.of_kind("Service").filter(|&at| cluster.selector(at).is_some()).collect()
}

pub(super) fn no_pods(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for service in selecting(cluster) {
        let selected = cluster.selected(service, cluster.likes());
        let has_addresses = cluster.of_kind("EndpointSlice").any(|slice| {
            let object = cluster.object(slice);
            cluster.place(slice) == cluster.place(service)
                && label(object, "kubernetes.io/service-name") == Some(name(cluster.object(service)))
                && list(&object["endpoints"]).iter().any(|it| !list(&it["addresses"]).is_empty())
        });
        if has_addresses || selected.iter().any(|it| !cluster.is_idle(*it)) {
            continue;
        }
        found.insert((if selected.is_empty() { ERROR } else { WARNING }, service));
    }
    found
}

/// Name and protocol of the ports that are looked for by name; `None` of each that is a number.
fn wanted_ports(service: &Value) -> Vec<Option<(String, String)>> {
    let ports = list(&service["spec"]["ports"]).iter();
    let wanted = ports.map(|port| {
        let name = port["targetPort"].as_str()?;
        Some((name.to_owned(), port["protocol"].as_str().unwrap_or("TCP").to_owned()))
    });
    wanted.collect()
}

fn has_port(pod: &Value, (wanted, protocol): &(String, String)) -> bool {
    let sidecars = list(&pod["spec"]["initContainers"]).iter().filter(|it| it["restartPolicy"] == "Always");
    let mut ports = list(&pod["spec"]["containers"]).iter().chain(sidecars).flat_map(|it| list(&it["ports"]));
    ports.any(|port| port["name"] == **wanted && port["protocol"].as_str().unwrap_or("TCP") == *protocol)
}

/// Whether pods are of workloads that have nothing in common.
fn is_mix(cluster: &PlainCluster<'_>, pods: &[Like]) -> bool {
    let mut owners = BTreeSet::new();
    let mut told: BTreeMap<&str, BTreeSet<Option<String>>> = BTreeMap::new();
    for like in pods {
        let Some(owner) = cluster.workload(*like) else { continue };
        owners.insert(owner);
        for key in ["app.kubernetes.io/instance", "app.kubernetes.io/component"] {
            let pod = cluster.pod(*like);
            told.entry(key).or_default().insert(label(&pod, key).map(str::to_owned));
        }
    }
    let has_job = owners.iter().any(|it| it.starts_with("Job/") || it.starts_with("CronJob/"));
    owners.len() > 1 && (has_job || told.values().any(|values| values.len() > 1))
}

pub(super) fn mixed_owners(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for service in selecting(cluster) {
        let members = cluster.members(service);
        if !is_mix(cluster, &members) {
            continue;
        }
        let wanted = wanted_ports(cluster.object(service));
        let is_reached = |like: &&Like| {
            let pod = cluster.pod(**like);
            wanted.is_empty() || wanted.iter().any(|port| port.as_ref().is_none_or(|it| has_port(&pod, it)))
        };
        let reached: Vec<Like> = members.iter().filter(is_reached).copied().collect();
        found.insert((if is_mix(cluster, &reached) { WARNING } else { INFO }, service));
    }
    found
}

pub(super) fn port_unmatched(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for service in selecting(cluster) {
        let members = cluster.members(service).into_iter().filter(|it| !cluster.is_finished(*it));
        let pods: Vec<Value> = members.map(|it| cluster.pod(it)).collect();
        for port in wanted_ports(cluster.object(service)).into_iter().flatten() {
            match pods.iter().filter(|pod| !has_port(pod, &port)).count() {
                0 => {}
                n if n == pods.len() => _ = found.insert((ERROR, service)),
                _ => _ = found.insert((WARNING, service)),
            }
        }
    }
    found
}

pub(super) fn not_ready_only(cluster: &PlainCluster<'_>) -> Found {
    let is_ready = |like: &&Like| {
        let pod = cluster.object(like.at);
        let is_true = |it: &Value| it["type"] == "Ready" && it["status"] == "True";
        list(&pod["status"]["conditions"]).iter().any(is_true)
            && !cluster.is_terminating(**like)
            && !cluster.is_finished(**like)
            && !text(pod, &["status", "podIP"]).is_empty()
    };
    let is_to_last = |like: &Like| {
        let workload = cluster.workload(*like);
        let kind = workload.as_deref().and_then(|it| it.split('/').next()).unwrap_or("Pod");
        !["Job", "CronJob", "Foo"].contains(&kind)
    };
    let is_one = |service: &usize| {
        let pods = cluster.members(*service).into_iter().filter(|it| !it.is_template);
        let (ended, lasting): (Vec<Like>, Vec<Like>) = pods.partition(|it| cluster.is_finished(*it));
        let told_of =
            if lasting.is_empty() { ended.into_iter().filter(is_to_last).collect() } else { lasting };
        let is_told = |like: &&Like| !list(&cluster.object(like.at)["status"]["conditions"]).is_empty();
        let told_of: Vec<&Like> = told_of.iter().filter(is_told).collect();
        cluster.object(*service)["spec"]["publishNotReadyAddresses"] != true
            && !told_of.is_empty()
            && !told_of.iter().any(is_ready)
    };
    selecting(cluster).into_iter().filter(is_one).map(|at| (WARNING, at)).collect()
}
