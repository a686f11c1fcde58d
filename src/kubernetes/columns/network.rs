//! The tables of Services and what is around them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cells::{
    NONE, UNKNOWN, age, labels, name, number, selector_text, some_or_none, string, string_or,
};
use super::{KubectlTable, column, wide};
use crate::kubernetes::object::{Json, ObjectJson};

pub(super) static SERVICES: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Type", |it, _| string(it.at(["spec", "type"]))),
        column("Cluster-IP", |it, _| cluster_ip(it)),
        column("External-IP", |it, _| external_ip(it)),
        column("Port(s)", |it, _| service_ports(it)),
        column("Age", age),
        wide("Selector", |it, _| labels(it.at(["spec", "selector"]))),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.clusterIPs",
        ".spec.externalIPs",
        ".spec.externalName",
        ".spec.ports.nodePort",
        ".spec.ports.port",
        ".spec.ports.protocol",
        ".spec.selector",
        ".spec.type",
        ".status.loadBalancer.ingress.hostname",
        ".status.loadBalancer.ingress.ip",
    ],
};

pub(super) static ENDPOINTS: KubectlTable = KubectlTable {
    columns: &[column("Name", name), column("Endpoints", |it, _| endpoints(it)), column("Age", age)],
    reads: &[".metadata.creationTimestamp", ".metadata.name", ".subsets.addresses.ip", ".subsets.ports.port"],
};

pub(super) static INGRESSES: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Class", |it, _| string_or(it.at(["spec", "ingressClassName"]), NONE)),
        column("Hosts", |it, _| hosts(it)),
        column("Address", |it, _| balancer_addresses(it).join(",")),
        column("Ports", |it, _| ingress_ports(it)),
        column("Age", age),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.ingressClassName",
        ".spec.rules.host",
        ".spec.tls.secretName",
        ".status.loadBalancer.ingress.hostname",
        ".status.loadBalancer.ingress.ip",
    ],
};

pub(super) static POLICIES: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Pod-Selector", |it, _| selector_text(it.at(["spec", "podSelector"]))),
        column("Age", age),
    ],
    reads: &[".metadata.creationTimestamp", ".metadata.name", ".spec.podSelector"],
};

/// How many hosts or endpoints are listed.
const MAX_LISTED: usize = 3;

fn cluster_ip(service: &ObjectJson<'_>) -> String {
    let first = service.at(["spec", "clusterIPs"]).elements().next();
    first.map_or_else(|| NONE.to_owned(), string)
}

fn external_ip(service: &ObjectJson<'_>) -> String {
    let spec = service.at(["spec"]);
    let external_ips = spec.get("externalIPs").elements().map(string);
    match &*string(spec.get("type")) {
        "ClusterIP" | "NodePort" => some_or_none(external_ips.collect::<Vec<_>>().join(",")),
        "LoadBalancer" => {
            let all: Vec<String> = balancer_addresses(service).into_iter().chain(external_ips).collect();
            if all.is_empty() { "<pending>".to_owned() } else { all.join(",") }
        }
        "ExternalName" => string(spec.get("externalName")),
        _ => UNKNOWN.to_owned(),
    }
}

/// The addresses of the load balancer, each once and sorted.
fn balancer_addresses(object: &ObjectJson<'_>) -> Vec<String> {
    let ingress = object.at(["status", "loadBalancer", "ingress"]).elements();
    let addresses = ingress.filter_map(|it| it.get("ip").text().or_else(|| it.get("hostname").text()));
    let addresses: BTreeSet<String> = addresses.map(Cow::into_owned).collect();
    addresses.into_iter().collect()
}

/// `80/TCP,443:30443/TCP`
fn service_ports(service: &ObjectJson<'_>) -> String {
    let port = |it: Json<'_, '_>| {
        let (port, protocol) = (number(it.get("port")), string(it.get("protocol")));
        match number(it.get("nodePort")) {
            node_port if node_port > 0 => format!("{port}:{node_port}/{protocol}"),
            _ => format!("{port}/{protocol}"),
        }
    };
    some_or_none(service.at(["spec", "ports"]).elements().map(port).collect::<Vec<_>>().join(","))
}

/// Every address with every port, the first three of them.
fn endpoints(object: &ObjectJson<'_>) -> String {
    let subsets = object.at(["subsets"]);
    let all: Vec<String> = subsets.elements().flat_map(endpoints_of_subset).collect();
    match subsets.elements().next() {
        None => NONE.to_owned(),
        Some(_) => listed(&all, all.len()),
    }
}

fn endpoints_of_subset(subset: Json<'_, '_>) -> Vec<String> {
    let addresses: Vec<String> = subset.get("addresses").elements().map(|it| string(it.get("ip"))).collect();
    let mut ports = subset.get("ports").elements().peekable();
    // A headless Service may have no ports.
    if ports.peek().is_none() {
        return addresses;
    }
    ports
        .flat_map(|port| addresses.iter().map(move |ip| host_and_port(ip, number(port.get("port")))))
        .collect()
}

/// An address of IPv6 has colons of its own, and stands in brackets.
fn host_and_port(ip: &str, port: i64) -> String {
    if ip.contains(':') { format!("[{ip}]:{port}") } else { format!("{ip}:{port}") }
}

fn hosts(ingress: &ObjectJson<'_>) -> String {
    let rules: Vec<String> =
        ingress.at(["spec", "rules"]).elements().map(|rule| string(rule.get("host"))).collect();
    let named: Vec<(usize, &String)> =
        rules.iter().enumerate().filter(|(_, host)| !host.is_empty()).collect();
    let hosts: Vec<String> = named.iter().map(|(_, host)| (*host).clone()).collect();
    // Once three hosts are listed, every further rule is one more, also one without a host.
    let is_cut = named.get(MAX_LISTED - 1).is_some_and(|(nth, _)| nth + 1 < rules.len());
    match &hosts[..] {
        [] => "*".to_owned(),
        hosts if is_cut => listed(hosts, rules.len()),
        hosts => hosts.join(","),
    }
}

/// The first three of `n` texts.
fn listed(texts: &[String], n: usize) -> String {
    let shown = texts[..texts.len().min(MAX_LISTED)].join(",");
    match n.checked_sub(MAX_LISTED) {
        None | Some(0) => shown,
        Some(n_more) => format!("{shown} + {n_more} more..."),
    }
}

fn ingress_ports(ingress: &ObjectJson<'_>) -> String {
    let has_tls = ingress.at(["spec", "tls"]).elements().next().is_some();
    if has_tls { "80, 443" } else { "80" }.to_owned()
}
