//! Istio: subsets, gateways and policies that are about no pod.

use std::borrow::Cow;

use super::super::links::Tie;
use super::super::object::{Json, ObjectJson};
use super::super::relation::Relation;
use super::audited::NamespacePlace;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::nothing::selects_nothing;
use crate::json::Reads;
use crate::store::group_of;
use crate::{ObjectId, Selector};

/// The kinds whose selectors say to which workloads a setting applies.
pub(super) const POLICIES: &[&str] = &[
    "AuthorizationPolicy",
    "PeerAuthentication",
    "ProxyConfig",
    "RequestAuthentication",
    "Telemetry",
    "TrafficExtension",
    "WasmPlugin",
];

pub(super) fn gateway_no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    selecting(auditor, &["Gateway"])
        .filter_map(|tie| selects_nothing(auditor, &tie, Severity::Error))
        .collect()
}

pub(super) fn selector_none(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let ties = selecting(auditor, POLICIES).filter(|tie| !selects_entries(auditor, tie));
    ties.filter_map(|tie| selects_nothing(auditor, &tie, Severity::Error)).collect()
}

/// The selectors of objects of Istio that are not empty.
fn selecting<'a>(auditor: &'a Auditor<'_, '_>, kinds: &'a [&str]) -> impl Iterator<Item = Tie<'a>> {
    auditor.links.ties(Relation::Selects).filter(|tie| {
        let object = auditor.object(tie.from());
        let is_one = object.is_some_and(|it| {
            kinds.contains(&it.kind()) && group_of(it.api_version()).ends_with(".istio.io")
        });
        is_one && tie.label_selector().is_some_and(|selector| !selector.is_everything())
    })
}

/// Whether a selector selects machines outside of the cluster.
fn selects_entries(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> bool {
    let reads = Reads::nothing().and(["spec", "labels"]).and(["metadata", "labels"]);
    let (Some(selector), Some(reach)) = (tie.label_selector(), auditor.reach(tie)) else { return false };
    let entries = auditor.of_kind("networking.istio.io", "WorkloadEntry").into_iter();
    entries.filter(|id| reach.has(auditor.namespace(*id))).any(|id| {
        auditor.read(id, &reads, |entry| {
            let of = |part: &str| labels(entry.at([part, "labels"]));
            selector.matches(of("spec")) || selector.matches(of("metadata"))
        })
    })
}

fn labels<'j>(json: Json<'_, 'j>) -> Vec<(String, Cow<'j, str>)> {
    json.members().map(|(key, value)| (key.to_owned(), value.string().unwrap_or_default())).collect()
}

/// Labels that Istio gives an endpoint after its node.
const OF_NODE: [&str; 4] = [
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.istio.io/subzone",
    "kubernetes.io/hostname",
];
/// Labels that it gives an endpoint of which a dump knows nothing.
const OF_MESH: [&str; 2] = ["topology.istio.io/cluster", "topology.istio.io/network"];

/// Some of the endpoints of a host.
struct Subset {
    at: String,
    name: String,
    labels: Vec<(String, String)>,
}

pub(super) fn subset_no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in auditor.of_kind("networking.istio.io", "DestinationRule") {
        let reads = Reads::nothing().and(["spec", "host"]).and(["spec", "subsets"]);
        let (host, subsets) = auditor.read(rule, &reads, subsets_of);
        let service = service_of(auditor, auditor.place(rule), &host);
        let Some(tie) = service.and_then(|service| auditor.selecting(service)) else { continue };
        findings.extend(subsets.iter().filter_map(|subset| is_nobody(auditor, rule, &tie, subset)));
    }
    findings
}

fn subsets_of(rule: &ObjectJson<'_>) -> (String, Vec<Subset>) {
    let text = |json: Json<'_, '_>| json.string().unwrap_or_default().into_owned();
    let subsets = rule.at(["spec", "subsets"]).elements().enumerate();
    let subsets = subsets.map(|(nth, subset)| Subset {
        at: format!(".spec.subsets[{nth}].labels"),
        name: text(subset.get("name")),
        labels: subset.get("labels").members().map(|(key, value)| (key.to_owned(), text(value))).collect(),
    });
    (text(rule.at(["spec", "host"])), subsets.collect())
}

/// The Service that a host names: `web`, `web.shop`, `web.shop.svc.cluster.local`.
fn service_of(auditor: &Auditor<'_, '_>, place: NamespacePlace<'_>, host: &str) -> Option<ObjectId> {
    let mut parts = host.split('.');
    let (name, namespace) = (parts.next()?, parts.next().unwrap_or(place.1));
    let is_of_cluster = parts.next().is_none_or(|part| part == "svc");
    is_of_cluster.then(|| auditor.named("", "Service", (place.0, namespace), name)).flatten()
}

/// That none of the pods of a Service is in a subset.
fn is_nobody(auditor: &Auditor<'_, '_>, rule: ObjectId, tie: &Tie<'_>, subset: &Subset) -> Option<Finding> {
    let selector = tie.label_selector()?;
    let of_service = auditor.pods_beside(tie.from()).into_iter().filter(|pod| pod.is_selected_by(selector));
    let of_service: Vec<&Labelled<'_>> = of_service.filter(|pod| !pod.pod.is_finished).collect();
    // A Service without any pod is told by its own rule.
    if of_service.is_empty() || subset.labels.iter().any(|(key, _)| OF_MESH.contains(&key.as_str())) {
        return None;
    }
    let in_subset =
        |pod: &&Labelled<'_>| subset.labels.iter().all(|(key, value)| has_label(auditor, pod, key, value));
    if of_service.iter().any(in_subset) {
        return None;
    }
    let wanted: Selector = subset_text(&subset.labels).parse().ok()?;
    let n_pods = of_service.iter().filter(|pod| !pod.is_template()).count();
    let service = auditor.called(tie.from());
    let message = format!("subset {}: {service} has {n_pods} pods, and 0 of them with {wanted}", subset.name);
    let finding = Finding::new(rule, Severity::Error, &subset.at, message)
        .with("subset", subset.name.as_str())
        .with("pods", n_pods)
        .with("selector", wanted.to_string());
    Some(finding.related_to([tie.from()]))
}

fn subset_text(labels: &[(String, String)]) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(",")
}

/// Whether an endpoint has a label, by its pod or by its node. Of a node that is not there anything may be.
fn has_label(auditor: &Auditor<'_, '_>, pod: &Labelled<'_>, key: &str, value: &str) -> bool {
    if pod.label(key) == Some(value) {
        return true;
    }
    if !OF_NODE.contains(&key) {
        return false;
    }
    let nodes = auditor.links.ties_to(Relation::Runs, pod.id);
    let node = nodes.first().and_then(|tie| auditor.object(tie.from()));
    node.is_none_or(|node| node.label(key) == Some(value))
}
