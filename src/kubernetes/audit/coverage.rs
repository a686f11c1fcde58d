//! Pods that no NetworkPolicy, no budget and no Service is about.

use std::collections::BTreeMap;

use super::super::links::Tie;
use super::super::object::ObjectJson;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::of_objects::OfObjects;
use super::policies::policies;
use crate::ObjectId;
use crate::json::Reads;

/// The kinds that cover pods, each judged where it is there.
pub(super) const KINDS: &[&str] = &["NetworkPolicy", "PodDisruptionBudget", "Service"];

/// What pods are covered by, one set a kind; `None` of a kind that is not there.
struct Covers {
    ingress: Option<OfObjects<()>>,
    egress: Option<OfObjects<()>>,
    budgets: Option<OfObjects<()>>,
    services: Option<OfObjects<()>>,
}

impl Covers {
    fn of(auditor: &Auditor<'_, '_>) -> Covers {
        let has = |kind: &str| auditor.has_kind(kind);
        let under = |group: &str, kind: &str| {
            let ties = auditor.of_kind(group, kind).into_iter().filter_map(|id| auditor.selecting(id));
            has(kind).then(|| members(auditor, ties))
        };
        let limited = |way: fn(&ObjectJson<'_>) -> bool| {
            let reads = Reads::nothing().and(["spec", "policyTypes"]).and(["spec", "egress"]);
            let policies = policies(auditor).into_iter().filter(|id| auditor.read(*id, &reads, way));
            has("NetworkPolicy").then(|| members(auditor, policies.filter_map(|id| auditor.selecting(id))))
        };
        Covers {
            ingress: limited(limits_ingress),
            egress: limited(limits_egress),
            budgets: under("policy", "PodDisruptionBudget"),
            services: under("", "Service"),
        }
    }
}

fn members<'a>(auditor: &Auditor<'_, '_>, ties: impl Iterator<Item = Tie<'a>>) -> OfObjects<()> {
    ties.flat_map(|tie| auditor.members(&tie).into_iter().map(|pod| pod.id).collect::<Vec<_>>()).collect()
}

fn limits_ingress(policy: &ObjectJson<'_>) -> bool {
    let mut types = policy.at(["spec", "policyTypes"]).elements().peekable();
    types.peek().is_none() || types.any(|it| it.is("Ingress"))
}

fn limits_egress(policy: &ObjectJson<'_>) -> bool {
    let mut types = policy.at(["spec", "policyTypes"]).elements().peekable();
    match types.peek() {
        // Where no type is said, rules say it.
        None => policy.at(["spec", "egress"]).elements().next().is_some(),
        Some(_) => types.any(|it| it.is("Egress")),
    }
}

pub(super) fn uncovered(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let covers = Covers::of(auditor);
    groups(auditor).values().filter_map(|pods| of_group(auditor, &covers, pods)).collect()
}

/// The pods that are there to stay, and of manifests the templates, by what describes them.
fn groups<'a, 'd>(auditor: &'a Auditor<'_, 'd>) -> BTreeMap<ObjectId, Vec<&'a Labelled<'d>>> {
    let all = auditor.pods().iter().filter(|like| auditor.stands_for_pods(like));
    let mut first: BTreeMap<_, ObjectId> = BTreeMap::new();
    let mut groups: BTreeMap<ObjectId, Vec<&Labelled<'_>>> = BTreeMap::new();
    for pod in all.filter(|pod| !pod.pod.is_finished && !pod.pod.is_terminating) {
        let by_name = || {
            let workload = auditor.workload(pod.id)?;
            Some(*first.entry((auditor.place(pod.id), workload)).or_insert(pod.id))
        };
        let of = auditor.template_of(pod).map(|template| template.id).or_else(by_name).unwrap_or(pod.id);
        groups.entry(of).or_default().push(pod);
    }
    groups
}

/// What is read of one pod of a group, for all of them.
const READS: &[&str] = &[".spec.hostNetwork", ".spec.containers.ports.containerPort"];

fn of_group(auditor: &Auditor<'_, '_>, covers: &Covers, pods: &[&Labelled<'_>]) -> Option<Finding> {
    let first = pods.first()?;
    let without = |covered: &Option<OfObjects<()>>| {
        covered.as_ref().map_or(0, |covered| pods.iter().filter(|pod| !covered.has(pod.id)).count())
    };
    let (is_on_host, has_ports) = auditor.read_pod(first, &Reads::of([READS]), |pod| {
        let mut containers = pod.at(["spec", "containers"]).elements();
        let has_ports = containers.any(|it| it.get("ports").elements().next().is_some());
        (pod.at(["spec", "hostNetwork"]).is_true(), has_ports)
    });
    let n_pods: i64 = pods.iter().map(|pod| pod.replicas().unwrap_or(1)).sum();
    let n_wanted = auditor.template_of(first).and_then(Labelled::replicas).unwrap_or(n_pods);
    let workload = auditor.workload_of(first).unwrap_or_default();
    let is_counted =
        ["Job/", "CronJob/", "DaemonSet/", "Node/"].iter().all(|kind| !workload.starts_with(kind));
    let parts = [
        // A policy does not reach pods on the network of their node.
        ("NetworkPolicy for ingress", without(&covers.ingress), !is_on_host),
        ("NetworkPolicy for egress", without(&covers.egress), !is_on_host),
        ("PodDisruptionBudget", without(&covers.budgets), n_wanted > 1 && is_counted),
        ("Service", without(&covers.services), has_ports && !is_on_host),
    ];
    let lacking: Vec<(&str, usize)> = parts
        .into_iter()
        .filter(|(_, n, matters)| *n > 0 && *matters)
        .map(|(what, n, _)| (what, n))
        .collect();
    if lacking.is_empty() || n_pods == 0 {
        return None;
    }
    let of =
        |n: usize| if n == pods.len() { String::new() } else { format!(" of {n} of {} pods", pods.len()) };
    let told: Vec<String> = lacking.iter().map(|(what, n)| format!("no {what}{}", of(*n))).collect();
    let object = auditor.template_of(first).map_or(first.id, |template| template.id);
    let finding = Finding::new(object, Severity::Info, ".metadata", told.join(", ")).with("pods", n_pods);
    Some(lacking.iter().fold(finding, |finding, (what, n)| finding.with(&format!("without {what}"), *n)))
}
