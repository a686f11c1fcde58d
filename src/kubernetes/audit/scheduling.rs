//! Where pods may run: rules that no node can meet, and pods that wait.

use std::collections::BTreeMap;

use super::super::object::{Json, condition};
use super::super::scheduling::{Diagnosis, Scheduler, SchedulingPod, TopologyKeyUse, UnmetTerm};
use super::super::status;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::schedulers::{AskedWorkload, ClusterPod, SchedulerQuestions};
use super::states::said;
use crate::ObjectId;
use crate::json::Reads;

/// The workloads that make pods, and the pods that no workload of the dump makes: those of one that is not there once. What has
/// got a node is not asked for another. Besides the pods that wait for one.
fn questions<'a>(auditor: &'a Auditor<'_, '_>) -> &'a SchedulerQuestions {
    auditor.schedulers().questions(|schedulers| {
        let described = auditor.described().into_iter();
        let asked = described.filter(|it| !it.is_idle() && !is_placed(auditor, it));
        let pending = auditor.pods().pods().iter().filter(|pod| pod.pod.is_pending);
        SchedulerQuestions {
            workloads: asked.filter_map(|like| asked_workload(auditor, schedulers, like)).collect(),
            waiting: pending.filter_map(|pod| Some((pod.id, waiting(schedulers, pod.id)?))).collect(),
        }
    })
}

fn waiting(schedulers: &[Scheduler<'_>], id: ObjectId) -> Option<ClusterPod> {
    let cluster = schedulers.iter().position(|it| it.is_waiting(id))?;
    Some(ClusterPod { pod: schedulers[cluster].pod(id)?, cluster })
}

/// Whether a pod names its node.
fn is_placed(auditor: &Auditor<'_, '_>, like: &Labelled<'_>) -> bool {
    let reads = Reads::nothing().and(["spec", "nodeName"]);
    let names_node = || auditor.read(like.id, &reads, |pod| pod.at(["spec", "nodeName"]).text().is_some());
    !like.is_template() && names_node()
}

fn asked_workload(
    auditor: &Auditor<'_, '_>,
    schedulers: &[Scheduler<'_>],
    like: &Labelled<'_>,
) -> Option<AskedWorkload> {
    let cluster = schedulers.iter().position(|scheduler| scheduler.has(like.id))?;
    let template = auditor.template_path(like);
    let pod = match template {
        Some(_) => SchedulingPod::of_template(auditor.dump(), like.id, auditor.links.places())?,
        None => schedulers[cluster].pod(like.id)?,
    };
    let names = template.into_iter().flatten().chain(["spec"]);
    let at = names.map(|name| format!(".{name}")).collect();
    Some(AskedWorkload { id: like.id, pod: ClusterPod { pod, cluster }, at })
}

/// What is found of each that is asked about.
fn diagnosed(
    auditor: &Auditor<'_, '_>,
    look: impl Fn(&AskedWorkload, &Diagnosis<'_>) -> Vec<Finding>,
) -> Vec<Finding> {
    let asked = questions(auditor).workloads.iter();
    asked.flat_map(|it| look(it, &auditor.schedulers().diagnose(&it.pod))).collect()
}

/// The pods that are neither started nor finished, each with what keeps it off all nodes, or what is said of it.
pub(super) fn pending(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::of([status::READS, &[".spec.nodeName", ".status.conditions.message"]]);
    let mut findings = Vec::new();
    for pod in auditor.pods().pods().iter().filter(|pod| pod.pod.is_pending) {
        let said = auditor.read(pod.id, &reads, |read| {
            status::of(read).filter(|status| status == "Pending")?;
            let scheduled = condition(read.at(["status", "conditions"]), "PodScheduled");
            let has_node = read.at(["spec", "nodeName"]).text().is_some();
            Some((said(scheduled.filter(|it| !it.get("status").is("True"))), has_node))
        });
        let Some((said, has_node)) = said else { continue };
        let by_rules = if has_node { None } else { kept_off(auditor, pod.id) };
        let why = by_rules.map(|it| format!(": {it}")).unwrap_or(said);
        findings.push(Finding::new(pod.id, Severity::Warning, ".status", format!("is Pending{why}")));
    }
    findings
}

/// What the scheduler says of a pod that its rules about labels let run on no node; `None` where they do not tell.
fn kept_off(auditor: &Auditor<'_, '_>, id: ObjectId) -> Option<String> {
    // Without any node nothing is known of them.
    if !auditor.has_kind("Node") {
        return None;
    }
    let verdict = auditor.schedulers().judge(questions(auditor).waiting.get(&id)?);
    verdict.message().filter(|_| verdict.n_nodes() > 0)
}

pub(super) fn affinity_no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    diagnosed(auditor, |asked, diagnosis| {
        let unmet = diagnosis.unmet_affinity().into_iter();
        let finding = |it: UnmetTerm| {
            let at = format!(
                "{}.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[{}]",
                asked.at, it.nth
            );
            let message = format!("required {}: no pod on a node matches, nor do its own labels", it.text);
            Finding::new(asked.id, Severity::Error, &at, message).with("term", it.text)
        };
        unmet.map(finding).collect()
    })
}

pub(super) fn node_selector_none(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    diagnosed(auditor, |asked, diagnosis| {
        let steps = diagnosis.node_steps();
        if steps.uncordoned > 0 {
            return Vec::new();
        }
        let of_steps = [
            (steps.node_selector, steps.all, "nodeSelector selects", ".nodeSelector"),
            (
                steps.node_affinity,
                steps.node_selector,
                "required node affinity leaves",
                ".affinity.nodeAffinity",
            ),
            (steps.tolerated, steps.node_affinity, "tolerations leave", ".tolerations"),
            (steps.uncordoned, steps.tolerated, "cordoning leaves", ""),
        ];
        let failing = of_steps.into_iter().find(|(left, ..)| *left == 0);
        let Some((_, of, what, at)) = failing else { return Vec::new() };
        let mut message = format!("{what} 0 of {of} nodes");
        for (key, new) in diagnosis.absent_node_keys() {
            let now = new.map(|new| format!(", which is {new} now")).unwrap_or_default();
            message.push_str(&format!("; no node has {key}{now}"));
        }
        if diagnosis.has_empty_node_term() {
            message.push_str("; a term that asks nothing selects no node");
        }
        let is_daemon = auditor.is_of(asked.id, "apps", "DaemonSet");
        let severity = if is_daemon { Severity::Info } else { Severity::Error };
        let finding = Finding::new(asked.id, severity, &format!("{}{at}", asked.at), message)
            .with("nodes", steps.all)
            .with("nodeSelector", steps.node_selector)
            .with("nodeAffinity", steps.node_affinity)
            .with("tolerations", steps.tolerated)
            .with("uncordoned", steps.uncordoned);
        vec![finding]
    })
}

pub(super) fn topology_key_absent(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = diagnosed(auditor, |asked, diagnosis| {
        let absent = diagnosis.topology_keys().into_iter().filter(|it| it.without.is_some());
        let finding = |it: TopologyKeyUse| {
            let n_without = it.n_nodes - it.n_with;
            let what = if it.excludes { "the pods fit none of these" } else { "the rule does nothing there" };
            let message = format!("{n_without} of {} nodes have no label {}: {what}", it.n_nodes, it.key);
            let finding =
                Finding::new(asked.id, Severity::Warning, &format!("{}{}", asked.at, it.at), message);
            finding
                .with("key", it.key)
                .with("nodes", it.n_nodes)
                .with("without", n_without)
                .related_to(it.without.map(ObjectId))
        };
        absent.map(finding).collect()
    });
    findings.extend(allowed_topologies(auditor));
    findings
}

/// The keys of `allowedTopologies` that nodes lack.
fn allowed_topologies(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let all = auditor.of_kind("", "Node");
    let without = |nodes: &[ObjectId], key: &str| -> Vec<ObjectId> {
        let has = |id: &ObjectId| auditor.object(*id).is_some_and(|node| node.label(key).is_some());
        nodes.iter().copied().filter(|id| !has(id)).collect()
    };
    let reads = Reads::nothing().and(["allowedTopologies"]);
    let mut findings = Vec::new();
    for class in auditor.of_kind("storage.k8s.io", "StorageClass") {
        let keys: BTreeMap<String, String> = auditor.read(class, &reads, |class| {
            let terms = class.at(["allowedTopologies"]).elements().enumerate();
            let keys = terms.flat_map(|(term, json)| {
                let expressions = json.get("matchLabelExpressions").elements().enumerate();
                expressions.filter_map(move |(nth, it): (usize, Json<'_, '_>)| {
                    let at = format!(".allowedTopologies[{term}].matchLabelExpressions[{nth}].key");
                    Some((it.get("key").string()?.into_owned(), at))
                })
            });
            keys.collect()
        });
        let nodes = all.iter().copied().filter(|node| auditor.cluster(*node) == auditor.cluster(class));
        let nodes: Vec<ObjectId> = nodes.collect();
        for (key, at) in keys {
            let lacking = without(&nodes, &key);
            if lacking.is_empty() {
                continue;
            }
            let message = format!("{} of {} nodes have no label {key}", lacking.len(), nodes.len());
            let finding = Finding::new(class, Severity::Warning, &at, message);
            findings.push(
                finding
                    .with("key", key)
                    .with("nodes", nodes.len())
                    .with("without", lacking.len())
                    .related_to(lacking.into_iter().take(1)),
            );
        }
    }
    findings
}
