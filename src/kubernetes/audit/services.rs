//! Services: whom they select, and whether those answer.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;

use super::super::endpoints::{POD_READS, PodNode, SERVICE_READS, ServiceEndpoints};
use super::super::links::Tie;
use super::super::object::Json;
use super::super::pod::is_finished;
use super::super::status;
use super::audited::NamespacePlace;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::nearest::{NearMiss, nearest};
use super::podlike::PodLike;
use crate::json::Reads;
use crate::store::group_of;
use crate::{ObjectId, ObjectRef, Plan, Requirement, Scope, Selector};

/// A Service that selects pods, and its selector.
struct Selecting<'l> {
    id: ObjectId,
    tie: Tie<'l>,
}

fn selecting<'l>(auditor: &Auditor<'l, '_>) -> Vec<Selecting<'l>> {
    let services = auditor.of_kind("", "Service").into_iter();
    services.filter_map(|id| Some(Selecting { id, tie: auditor.selecting(id)? })).collect()
}

/// What is found of an object whose selector selects no pods, and why that may be.
pub(super) fn selects_nothing(
    auditor: &Auditor<'_, '_>,
    id: ObjectId,
    tie: &Tie<'_>,
    severity: Severity,
) -> Option<Finding> {
    if tie.n_targets() > 0 {
        return None;
    }
    let (text, selector) = (tie.selector()?, tie.label_selector()?);
    let namespace = auditor.namespace(id);
    let likes = auditor.pods().beside(auditor, id);
    let matching: Vec<&PodLike> = likes.iter().filter(|it| it.is_selected_by(selector)).collect();
    if matching.iter().any(|it| !it.is_idle()) || is_made_elsewhere(auditor, id, selector) {
        return None;
    }
    let n_pods = likes.iter().filter(|it| !it.is_template()).count();
    let n_templates = likes.len() - n_pods;
    let mut message = format!("{text} selects {}", none_of(n_pods, n_templates, namespace));
    if let [idle, ..] = matching.as_slice() {
        message += &format!("; {} would make such pods, and has 0 replicas", auditor.called(idle.id));
        let finding = Finding::new(id, severity.min(Severity::Warning), tie.at(), message);
        return Some(finding.with("selector", text).with("pods", n_pods).related_to([idle.id]));
    }
    let near = nearest(likes, selector);
    // Other manifests, or an operator, may make what these do not.
    if n_pods == 0 && !auditor.has_pods_at_large() && !near.as_ref().is_some_and(NearMiss::is_slip) {
        return None;
    }
    near.iter().for_each(|near| message += &format!("; {}", near.in_words(auditor)));
    let finding = Finding::new(id, severity, tie.at(), message)
        .with("selector", text)
        .with("pods", n_pods)
        .with("templates", n_templates)
        .with("nearest", near.as_ref().map_or(Value::Null, |near| near.evidence(auditor)));
    Some(finding.related_to(near.map(|near| near.candidate.id)))
}

/// `0 of 2 pods in namespace shop`; of the templates only where there is no pod.
fn none_of(n_pods: usize, n_templates: usize, namespace: &str) -> String {
    let place = if namespace.is_empty() { String::new() } else { format!(" in namespace {namespace}") };
    match (n_pods, n_templates) {
        (0, 1) => format!("not the pods of the 1 template{place}"),
        (0, n) if n > 0 => format!("no pods of the {n} templates{place}"),
        (n, _) => format!("0 of {n} pods{place}"),
    }
}

/// Kinds of which an operator makes pods, though they hold selectors of other objects.
const MAKERS: [&str; 4] = ["Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"];

/// Whether the pods are made of something that has the labels: a custom resource, whose operator hands them on, or the
/// files of the control plane's own pods.
fn is_made_elsewhere(auditor: &Auditor<'_, '_>, id: ObjectId, selector: &Selector) -> bool {
    let (store, namespace) = (auditor.dump().store(), auditor.namespace(id));
    let with_labels = Plan::scoped(store, selector, &Scope::all().namespace(namespace)).run();
    let is_maker = |object: ObjectRef<'_>| {
        let group = group_of(object.api_version());
        let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
        is_custom && (MAKERS.contains(&object.kind()) || !auditor.holds_selectors(object.kind()))
    };
    let is_control_plane = |requirement: &&Requirement| {
        requirement.key().as_str() == "component"
            && requirement.named_values().any(|it| it.starts_with("kube-") || it == "etcd")
    };
    with_labels.iter().any(is_maker)
        || (namespace == "kube-system"
            && selector.requirements().unwrap_or_default().iter().any(is_control_plane)
            && !auditor
                .pods()
                .beside(auditor, id)
                .iter()
                .any(|it| it.label("component") == Some("kube-apiserver")))
}

pub(super) fn no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let by_hand = with_endpoints(auditor);
    let found = selecting(auditor).into_iter().filter_map(|Selecting { id, tie }| {
        let object = auditor.object(id)?;
        let is_by_hand = by_hand.contains(&(auditor.place(id), object.name().to_owned()));
        selects_nothing(auditor, id, &tie, Severity::Error).filter(|_| !is_by_hand)
    });
    found.collect()
}

/// The Services whose addresses stand in the dump.
fn with_endpoints(auditor: &Auditor<'_, '_>) -> HashSet<(NamespacePlace, String)> {
    let mut found = HashSet::new();
    for id in auditor.of_kind("discovery.k8s.io", "EndpointSlice") {
        let Some(object) = auditor.object(id) else { continue };
        let reads = Reads::nothing().and(["endpoints", "addresses"]);
        let has_addresses = auditor.read(id, &reads, |slice| {
            slice.at(["endpoints"]).elements().any(|it| it.get("addresses").elements().next().is_some())
        });
        if let Some(service) = object.label("kubernetes.io/service-name").filter(|_| has_addresses) {
            found.insert((auditor.place(id), service.to_owned()));
        }
    }
    for id in auditor.of_kind("", "Endpoints") {
        let Some(object) = auditor.object(id) else { continue };
        let reads = Reads::nothing().and(["subsets"]);
        let has_addresses = auditor.read(id, &reads, |endpoints| {
            let lists = ["addresses", "notReadyAddresses"];
            let has =
                |subset: Json<'_, '_>| lists.iter().any(|list| subset.get(list).elements().next().is_some());
            endpoints.at(["subsets"]).elements().any(has)
        });
        if has_addresses {
            found.insert((auditor.place(id), object.name().to_owned()));
        }
    }
    found
}

/// Labels that tell apart what one chart installs several times, or the parts of it.
const TELLING: [&str; 2] = ["app.kubernetes.io/instance", "app.kubernetes.io/component"];

pub(super) fn mixed_owners(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    selecting(auditor).iter().filter_map(|it| mixed(auditor, it)).collect()
}

fn mixed(auditor: &Auditor<'_, '_>, Selecting { id, tie }: &Selecting<'_>) -> Option<Finding> {
    let mut owners: BTreeMap<&str, Vec<ObjectId>> = BTreeMap::new();
    for pod in tie.targets() {
        if let Some(workload) = auditor.workload(pod) {
            owners.entry(workload).or_default().push(pod);
        }
    }
    if owners.len() < 2 {
        return None;
    }
    let has_job = owners.keys().any(|owner| owner.starts_with("Job/") || owner.starts_with("CronJob/"));
    let differing = TELLING.into_iter().find(|key| {
        let values: HashSet<Option<&str>> =
            tie.targets().map(|pod| auditor.object(pod).and_then(|it| it.label(key))).collect();
        values.len() > 1
    });
    if !has_job && differing.is_none() {
        return None;
    }
    let counts: Vec<String> =
        owners.iter().map(|(owner, pods)| format!("{} of {owner}", pods.len())).collect();
    let why = match differing {
        Some(key) if !has_job => format!(", whose {key} differ"),
        _ => String::new(),
    };
    let (excluded, severity) = match named_port_excludes(auditor, *id, tie) {
        true => ("; its named target port leaves some of them out today", Severity::Info),
        false => ("", Severity::Warning),
    };
    let message = format!("selects pods of {} workloads: {}{why}{excluded}", owners.len(), counts.join(", "));
    let counted: serde_json::Map<String, Value> =
        owners.iter().map(|(owner, pods)| ((*owner).to_owned(), Value::from(pods.len()))).collect();
    let finding = Finding::new(*id, severity, tie.at(), message).with("owners", counted);
    Some(
        finding
            .with("selector", tie.selector())
            .related_to(owners.values().filter_map(|pods| pods.first().copied())),
    )
}

/// Whether some of the pods lack a port that the Service names, so that they get no traffic at it.
fn named_port_excludes(auditor: &Auditor<'_, '_>, id: ObjectId, tie: &Tie<'_>) -> bool {
    let lacking = lacking_ports(auditor, id, tie);
    !lacking.ports.is_empty() && lacking.ports.values().any(|pods| pods.len() < lacking.n_pods)
}

/// The named ports that selected pods do not have, each with these pods.
struct LackingPorts {
    ports: BTreeMap<String, Vec<ObjectId>>,
    n_pods: usize,
}

fn lacking_ports(auditor: &Auditor<'_, '_>, id: ObjectId, tie: &Tie<'_>) -> LackingPorts {
    let mut lacking = LackingPorts { ports: BTreeMap::new(), n_pods: 0 };
    let Some(service) = auditor.read(id, &Reads::of([SERVICE_READS]), ServiceEndpoints::of) else {
        return lacking;
    };
    let reads = Reads::of([POD_READS]);
    for pod in tie.targets() {
        auditor.read(pod, &reads, |read| {
            // What has ended gets no traffic, whatever its ports are.
            if is_finished(read) {
                return;
            }
            lacking.n_pods += 1;
            for name in service.missing_ports(read) {
                lacking.ports.entry(name.to_owned()).or_default().push(pod);
            }
        });
    }
    lacking
}

pub(super) fn port_unmatched(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Selecting { id, tie } in selecting(auditor) {
        let LackingPorts { ports, n_pods } = lacking_ports(auditor, id, &tie);
        for (port, pods) in ports {
            let severity = if pods.len() == n_pods { Severity::Error } else { Severity::Warning };
            let message = format!("{} of {n_pods} selected pods have no port named {port:?}", pods.len());
            let finding = Finding::new(id, severity, ".spec.ports", message);
            findings.push(
                finding
                    .with("port", port)
                    .with("lacking", pods.len())
                    .with("pods", n_pods)
                    .related_to(pods.into_iter().take(8)),
            );
        }
    }
    findings
}

pub(super) fn not_ready_only(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    selecting(auditor).iter().filter_map(|it| never_ready(auditor, it)).collect()
}

fn never_ready(auditor: &Auditor<'_, '_>, Selecting { id, tie }: &Selecting<'_>) -> Option<Finding> {
    let service = auditor.read(*id, &Reads::of([SERVICE_READS]), ServiceEndpoints::of)?;
    let reads = Reads::of([POD_READS, status::READS]);
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    let mut n_pods = 0_u64;
    for pod in tie.targets() {
        let is_ready = auditor.read(pod, &reads, |read| {
            // A pod of which no condition is told is one of a manifest, or cut short.
            let is_told = read.at(["status", "conditions"]).elements().next().is_some();
            if is_finished(read) || !is_told {
                return false;
            }
            n_pods += 1;
            *states.entry(status::of(read).unwrap_or_default().into_owned()).or_default() += 1;
            service.endpoint(read, PodNode::Present).is_some_and(|endpoint| endpoint.is_ready)
        });
        if is_ready {
            return None;
        }
    }
    if n_pods == 0 {
        return None;
    }
    let shown: Vec<String> = states.iter().map(|(state, n)| format!("{n} {state}")).collect();
    let message = format!("0 of {n_pods} selected pods are ready: {}", shown.join(", "));
    let states: HashMap<String, u64> = states.into_iter().collect();
    let states: serde_json::Map<String, Value> =
        states.into_iter().map(|(state, n)| (state, Value::from(n))).collect();
    Some(Finding::new(*id, Severity::Warning, tie.at(), message).with("pods", n_pods).with("states", states))
}
