//! Services: whom they select, and whether those answer.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::super::endpoints::{POD_READS, PodNode, SERVICE_READS, ServiceEndpoints};
use super::super::links::Tie;
use super::super::object::Json;
use super::super::status;
use super::audited::NamespacePlace;
use super::auditor::Auditor;
use super::finding::{Finding, MAX_RELATED, Severity};
use super::labelled::Labelled;
use super::nothing::{selects_none_of, selects_nothing};
use super::workloads;
use crate::ObjectId;
use crate::json::Reads;

/// What is read of a Service, of a pod that it selects, and of one whose state is told: of many, so that it is put together once.
static SERVICE: LazyLock<Reads> = LazyLock::new(|| Reads::of([SERVICE_READS]));
static POD: LazyLock<Reads> = LazyLock::new(|| Reads::of([POD_READS]));
static STATE: LazyLock<Reads> = LazyLock::new(|| Reads::of([POD_READS, status::READS]));

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
        let found = || selects_nothing(auditor, &tie, Severity::Error).or_else(|| only_idle(auditor, &tie));
        (!is_by_hand).then(found).flatten()
    });
    found.collect()
}

/// That a Service selects only what workloads at 0 replicas would make.
fn only_idle(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    // What it selects today is there already.
    if tie.n_targets() > 0 {
        return None;
    }
    let (text, selector, reach) = (tie.selector()?, tie.label_selector()?, auditor.reach(tie)?);
    let beside = auditor.pods_beside(tie.from());
    let selected: Vec<&Labelled<'_>> =
        beside.iter().filter(|it| it.is_selected_by(selector)).copied().collect();
    let idle = selected.first().filter(|_| selected.iter().all(|it| it.is_idle()))?;
    let n_pods = beside.iter().filter(|it| !it.is_template()).count();
    let message = format!(
        "{text} {}; {} would make such pods, and has 0 replicas",
        selects_none_of(n_pods, beside.len() - n_pods, &reach),
        auditor.called(idle.id)
    );
    let finding = Finding::new(tie.from(), Severity::Warning, tie.at(), message);
    Some(finding.with("selector", text).with("pods", n_pods).related_to([idle.id]))
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
    let WorkloadMix { owners, differing } = WorkloadMix::of(auditor, &members)?;
    let counts: Vec<String> =
        owners.iter().map(|(owner, pods)| format!("{} of {owner}", pods.len())).collect();
    let why = differing.map(|key| format!(", whose {key} differ")).unwrap_or_default();
    let reached = reached(auditor, tie, &members);
    let (excluded, severity) = match WorkloadMix::of(auditor, &reached) {
        None => ("; its named target port leaves some of them out today", Severity::Info),
        Some(_) => ("", Severity::Warning),
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

/// Pods of several workloads that have nothing to do with each other.
struct WorkloadMix {
    owners: BTreeMap<String, Vec<ObjectId>>,
    /// The label that tells them apart, where none of them is a Job.
    differing: Option<&'static str>,
}

impl WorkloadMix {
    /// `None` where a Service may well be meant for all of them.
    fn of(auditor: &Auditor<'_, '_>, pods: &[&Labelled<'_>]) -> Option<WorkloadMix> {
        let owned = pods.iter().filter_map(|pod| Some((auditor.workload_of(pod)?, *pod)));
        let owned: Vec<(Cow<'_, str>, &Labelled<'_>)> = owned.collect();
        // Mostly all are of one workload.
        if owned.iter().all(|(workload, _)| *workload == owned[0].0) {
            return None;
        }
        let mut owners: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
        let mut told: [HashSet<Option<&str>>; TELLING.len()] = Default::default();
        for (workload, pod) in owned {
            owners.entry(workload.into_owned()).or_default().push(pod.id);
            told.iter_mut().zip(TELLING).for_each(|(values, key)| _ = values.insert(pod.label(key)));
        }
        let has_job = owners.keys().any(|owner| is_job(owner));
        let differing = told.iter().zip(TELLING).find(|(values, _)| values.len() > 1).map(|(_, key)| key);
        (has_job || differing.is_some())
            .then(|| WorkloadMix { owners, differing: differing.filter(|_| !has_job) })
    }
}

/// Whether a workload is one that ends.
fn is_job(workload: &str) -> bool {
    workload.starts_with("Job/") || workload.starts_with("CronJob/")
}

/// The pods that a Service reaches at a port, which those without any of its named ports are not.
fn reached<'p, 'd>(
    auditor: &Auditor<'_, '_>,
    tie: &Tie<'_>,
    pods: &[&'p Labelled<'d>],
) -> Vec<&'p Labelled<'d>> {
    let service = auditor.read(tie.from(), &SERVICE, ServiceEndpoints::of);
    let Some(service) = service.filter(ServiceEndpoints::names_ports) else { return pods.to_vec() };
    let is_reached = |pod: &&&Labelled<'_>| auditor.read_pod(pod, &POD, |read| service.has_port(read));
    pods.iter().filter(is_reached).copied().collect()
}

/// The named ports that selected pods do not have, by protocol and name, each with these pods.
#[derive(Default)]
struct LackingPorts {
    ports: BTreeMap<(String, String), Vec<ObjectId>>,
    n_pods: usize,
}

impl LackingPorts {
    fn of(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> LackingPorts {
        let mut lacking = LackingPorts::default();
        let service = auditor.read(tie.from(), &SERVICE, ServiceEndpoints::of);
        let Some(service) = service.filter(ServiceEndpoints::names_ports) else { return lacking };
        let members = auditor.members(tie);
        // What has ended gets no traffic, whatever its ports are.
        for pod in members.iter().filter(|pod| !pod.pod.is_finished) {
            lacking.n_pods += 1;
            auditor.read_pod(pod, &POD, |read| {
                for (protocol, name) in service.missing_ports(read) {
                    let port = (protocol.to_owned(), name.to_owned());
                    lacking.ports.entry(port).or_default().push(pod.id);
                }
            });
        }
        lacking
    }
}

pub(super) fn port_unmatched(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tie in selecting(auditor) {
        let LackingPorts { ports, n_pods } = LackingPorts::of(auditor, &tie);
        let what = if auditor.pods().has_pods() { "pods" } else { "templates" };
        for ((protocol, port), pods) in ports {
            let severity = if pods.len() == n_pods { Severity::Error } else { Severity::Warning };
            let message =
                format!("{} of {n_pods} selected {what} have no {protocol} port named {port:?}", pods.len());
            let finding = Finding::new(tie.from(), severity, ".spec.ports", message);
            findings.push(
                finding
                    .with("port", port)
                    .with("protocol", protocol)
                    .with("lacking", pods.len())
                    .with("pods", n_pods)
                    .related_to(pods.into_iter().take(MAX_RELATED)),
            );
        }
    }
    findings
}

pub(super) fn not_ready_only(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    selecting(auditor).iter().filter_map(|tie| never_ready(auditor, tie)).collect()
}

fn never_ready(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    let Readiness { n_pods, n_ready, publishes_not_ready, states } = Readiness::of(auditor, tie)?;
    if n_pods == 0 || n_ready > 0 || publishes_not_ready {
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
    /// Whether the Service does not ask whether they are.
    publishes_not_ready: bool,
    states: BTreeMap<String, u64>,
}

impl Readiness {
    /// `None` of what is no Service with endpoints.
    pub(super) fn of(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Readiness> {
        let service = auditor.read(tie.from(), &SERVICE, ServiceEndpoints::of)?;
        let publishes_not_ready = service.publishes_not_ready();
        let mut readiness = Readiness { n_pods: 0, n_ready: 0, publishes_not_ready, states: BTreeMap::new() };
        for pod in told_of(auditor, tie) {
            auditor.read(pod.id, &STATE, |read| {
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

/// The pods of a Service that tell whether it answers: those that have not ended, or where all have, those that should not
/// have.
fn told_of<'a>(auditor: &'a Auditor<'_, '_>, tie: &Tie<'_>) -> Vec<&'a Labelled<'a>> {
    let pods = tie.targets().filter_map(|id| auditor.pods().pod(id));
    let (ended, lasting): (Vec<&Labelled<'_>>, Vec<&Labelled<'_>>) =
        pods.partition(|pod| pod.pod.is_finished);
    if !lasting.is_empty() {
        return lasting;
    }
    let is_to_last = |pod: &&Labelled<'_>| {
        let workload = auditor.workload(pod.id).and_then(|it| it.split_once('/'));
        workload.is_none_or(|(kind, _)| workloads::KINDS.contains(&kind))
    };
    ended.into_iter().filter(is_to_last).collect()
}
