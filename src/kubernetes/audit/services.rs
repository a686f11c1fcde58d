//! Services: whom they select, and whether those answer.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use super::super::endpoints::{POD_READS, PodNode, SERVICE_READS, ServiceEndpoints};
use super::super::links::Tie;
use super::super::object::Json;
use super::super::status;
use super::audited::NamespacePlace;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::nothing::selects_nothing;
use crate::ObjectId;
use crate::json::Reads;

/// What each Service selects by, where it selects pods.
fn selecting<'l>(auditor: &Auditor<'l, '_>) -> Vec<Tie<'l>> {
    let services = auditor.of_kind("", "Service").into_iter();
    services.filter_map(|id| auditor.selecting(id)).collect()
}

pub(super) fn no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let by_hand = with_endpoints(auditor);
    let found = selecting(auditor).into_iter().filter_map(|tie| {
        let id = tie.from();
        let is_by_hand = by_hand.contains(&(auditor.place(id), auditor.name(id)));
        selects_nothing(auditor, &tie, Severity::Error).filter(|_| !is_by_hand)
    });
    found.collect()
}

/// The Services whose addresses stand in the dump.
fn with_endpoints<'d>(auditor: &Auditor<'_, 'd>) -> HashSet<(NamespacePlace<'d>, &'d str)> {
    let mut found = HashSet::new();
    for id in auditor.of_kind("discovery.k8s.io", "EndpointSlice") {
        let Some(object) = auditor.object(id) else { continue };
        let reads = Reads::nothing().and(["endpoints", "addresses"]);
        let has_addresses = auditor.read(id, &reads, |slice| {
            slice.at(["endpoints"]).elements().any(|it| it.get("addresses").elements().next().is_some())
        });
        if let Some(service) = object.label("kubernetes.io/service-name").filter(|_| has_addresses) {
            found.insert((auditor.place(id), service));
        }
    }
    for id in auditor.of_kind("", "Endpoints") {
        let reads = Reads::nothing().and(["subsets"]);
        let has_addresses = auditor.read(id, &reads, |endpoints| {
            let lists = ["addresses", "notReadyAddresses"];
            let has =
                |subset: Json<'_, '_>| lists.iter().any(|list| subset.get(list).elements().next().is_some());
            endpoints.at(["subsets"]).elements().any(has)
        });
        if has_addresses {
            found.insert((auditor.place(id), auditor.name(id)));
        }
    }
    found
}

/// Labels that tell apart what one chart installs several times, or the parts of it.
const TELLING: [&str; 2] = ["app.kubernetes.io/instance", "app.kubernetes.io/component"];

pub(super) fn mixed_owners(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    selecting(auditor).iter().filter_map(|tie| mixed(auditor, tie)).collect()
}

fn mixed(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    let members = auditor.members(tie);
    let mut owners: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
    for pod in &members {
        if let Some(workload) = auditor.workload_of(pod) {
            owners.entry(workload).or_default().push(pod.id);
        }
    }
    if owners.len() < 2 {
        return None;
    }
    let has_job = owners.keys().any(|owner| owner.starts_with("Job/") || owner.starts_with("CronJob/"));
    let differing = TELLING.into_iter().find(|key| {
        let values: HashSet<Option<&str>> = members.iter().map(|pod| pod.label(key)).collect();
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
    let lacking = LackingPorts::of(auditor, tie);
    let (excluded, severity) = match lacking.are_of_some() {
        true => ("; its named target port leaves some of them out today", Severity::Info),
        false => ("", Severity::Warning),
    };
    let message = format!("selects pods of {} workloads: {}{why}{excluded}", owners.len(), counts.join(", "));
    let counted: Map<String, Value> =
        owners.iter().map(|(owner, pods)| (owner.clone(), Value::from(pods.len()))).collect();
    let finding = Finding::new(tie.from(), severity, tie.at(), message).with("owners", counted);
    Some(
        finding
            .with("selector", tie.selector())
            .related_to(owners.values().filter_map(|pods| pods.first().copied())),
    )
}

/// The named ports that selected pods do not have, each with these pods.
#[derive(Default)]
struct LackingPorts {
    ports: BTreeMap<String, Vec<ObjectId>>,
    n_pods: usize,
}

impl LackingPorts {
    fn of(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> LackingPorts {
        let mut lacking = LackingPorts::default();
        let service = auditor.read(tie.from(), &Reads::of([SERVICE_READS]), ServiceEndpoints::of);
        let Some(service) = service.filter(ServiceEndpoints::names_ports) else { return lacking };
        let members = auditor.members(tie);
        let reads = Reads::of([POD_READS]);
        // What has ended gets no traffic, whatever its ports are.
        for pod in members.iter().filter(|pod| !pod.pod.is_finished) {
            lacking.n_pods += 1;
            auditor.read_pod(pod, &reads, |read| {
                for name in service.missing_ports(read) {
                    lacking.ports.entry(name.to_owned()).or_default().push(pod.id);
                }
            });
        }
        lacking
    }

    /// Whether some of the pods lack a port and others have it, so that they get no traffic at it.
    fn are_of_some(&self) -> bool {
        self.ports.values().any(|pods| pods.len() < self.n_pods)
    }
}

pub(super) fn port_unmatched(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tie in selecting(auditor) {
        let LackingPorts { ports, n_pods } = LackingPorts::of(auditor, &tie);
        let what = if auditor.pods().has_pods() { "pods" } else { "templates" };
        for (port, pods) in ports {
            let severity = if pods.len() == n_pods { Severity::Error } else { Severity::Warning };
            let message = format!("{} of {n_pods} selected {what} have no port named {port:?}", pods.len());
            let finding = Finding::new(tie.from(), severity, ".spec.ports", message);
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
    selecting(auditor).iter().filter_map(|tie| never_ready(auditor, tie)).collect()
}

fn never_ready(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    let Readiness { n_pods, n_ready, states } = Readiness::of(auditor, tie)?;
    if n_pods == 0 || n_ready > 0 {
        return None;
    }
    let shown: Vec<String> = states.iter().map(|(state, n)| format!("{n} {state}")).collect();
    let message = format!("0 of {n_pods} selected pods are ready: {}", shown.join(", "));
    let states: Map<String, Value> = states.into_iter().map(|(state, n)| (state, Value::from(n))).collect();
    Some(
        Finding::new(tie.from(), Severity::Warning, tie.at(), message)
            .with("pods", n_pods)
            .with("states", states),
    )
}

/// How many of the pods of a Service are ready, of those of which it is told.
pub(super) struct Readiness {
    pub(super) n_pods: u64,
    /// More than 0 as soon as one is known to be.
    pub(super) n_ready: u64,
    states: BTreeMap<String, u64>,
}

impl Readiness {
    /// `None` of what is no Service with endpoints.
    pub(super) fn of(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Readiness> {
        let service = auditor.read(tie.from(), &Reads::of([SERVICE_READS]), ServiceEndpoints::of)?;
        let reads = Reads::of([POD_READS, status::READS]);
        let mut readiness = Readiness { n_pods: 0, n_ready: 0, states: BTreeMap::new() };
        for pod in tie.targets().filter_map(|id| auditor.pods().pod(id)).filter(|it| !it.pod.is_finished) {
            auditor.read(pod.id, &reads, |read| {
                // A pod of which no condition is told is one of a manifest, or cut short.
                if read.at(["status", "conditions"]).elements().next().is_none() {
                    return;
                }
                readiness.n_pods += 1;
                let endpoint = service.endpoint(read, PodNode::Present);
                readiness.n_ready += u64::from(endpoint.is_some_and(|endpoint| endpoint.is_ready));
                let state = status::of(read).unwrap_or_default().into_owned();
                *readiness.states.entry(state).or_default() += 1;
            });
            if readiness.n_ready > 0 {
                break;
            }
        }
        Some(readiness)
    }
}
