//! What the scheduler itself has said of a pod, beside what is found here.

use std::collections::BTreeMap;

use super::super::object::{ObjectJson, condition};
use super::plugin::SchedulerPlugin;
use super::verdict::Verdict;
use super::{
    inter_pod_affinity, node_affinity, node_name, node_unschedulable, pod_topology_spread, taint_toleration,
    volume_binding, volume_zone,
};
use crate::json::Reads;
use crate::{Dump, ObjectId};

/// What the scheduler noted in the dump when it last found no node for a pod.
#[must_use]
pub fn scheduler_message(dump: &Dump, pod: ObjectId) -> Option<String> {
    let json = dump.json(pod);
    let pod = ObjectJson::reading(&json, &Reads::nothing().and(["status", "conditions"]));
    let scheduled = condition(pod.at(["status", "conditions"]), "PodScheduled")?;
    let message = scheduled.get("message").text().filter(|_| scheduled.get("status").is("False"))?;
    Some(message.into_owned())
}

/// How the scheduler's own message compares with what is found here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct MessageComparison {
    /// What is another here, a line each; nothing where both agree.
    pub differences: Vec<String>,
    /// The reasons of the message that are not judged here.
    pub not_judged: Vec<String>,
}

impl MessageComparison {
    /// Whether nothing in the message speaks against what is found here.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.differences.is_empty()
    }
}

/// A message taken apart.
struct ToldReasons {
    n_nodes: Option<u64>,
    /// How many nodes there are for each reason; 0 for one that is against the pod as a whole.
    counts: BTreeMap<String, u64>,
}

/// The reasons of rules that are asked before resources are counted.
const EARLY: [SchedulerPlugin; 6] = [
    SchedulerPlugin::NodeUnschedulable,
    SchedulerPlugin::NodeName,
    SchedulerPlugin::TaintToleration,
    SchedulerPlugin::NodeAffinity,
    SchedulerPlugin::VolumeBinding,
    SchedulerPlugin::VolumeZone,
];

impl Verdict<'_> {
    /// Compares the scheduler's own message with what is found here. Resources and the like, which are not judged here, may stand in
    /// for what comes behind them.
    #[must_use]
    pub fn compare(&self, message: &str) -> MessageComparison {
        let told = ToldReasons::of(message);
        let (mut comparison, n_nodes) = (MessageComparison::default(), self.n_nodes());
        if let Some(n) = told.n_nodes.filter(|n| *n != n_nodes) {
            comparison.differences.push(format!("the message is of {n} nodes, and here are {n_nodes}"));
        }
        if let Some(reason) = self.reason_before_nodes() {
            if !told.counts.contains_key(reason) {
                comparison.differences.push(format!("here: {reason}"));
            }
            return comparison;
        }
        let here = self.first_reasons();
        let mut n_stood_in = self.n_fitting();
        for (reason, n) in &here {
            let said = told.counts.get(*reason).copied().unwrap_or(0);
            let is_early = self.is_early(reason);
            if said != *n && (is_early || said > *n || !told.has_unjudged()) {
                comparison.differences.push(format!("{reason}: {said} there, {n} here"));
            }
            n_stood_in += n.saturating_sub(said);
        }
        for (reason, n) in told.counts.iter().filter(|(reason, _)| !here.contains_key(reason.as_str())) {
            match is_judged(reason) {
                true => comparison.differences.push(format!("{reason}: {n} there, none here")),
                false => comparison.not_judged.push(reason.clone()),
            }
        }
        if comparison.agrees() && comparison.not_judged.is_empty() && n_stood_in > 0 {
            comparison.differences.push(format!("no node fits there, and {n_stood_in} here"));
        }
        comparison
    }

    /// Whether the rule that gives a reason is asked before all that is not judged.
    fn is_early(&self, reason: &str) -> bool {
        self.plugin_of(reason).is_some_and(|plugin| EARLY.contains(&plugin))
    }
}

impl ToldReasons {
    fn of(message: &str) -> ToldReasons {
        let head = message.split(" preemption: ").next().unwrap_or(message).trim().trim_end_matches('.');
        let (before, reasons) = head.split_once(" nodes are available: ").unwrap_or(("", head));
        let n_nodes = before.strip_prefix("0/").and_then(|n| n.parse().ok());
        let mut counts = BTreeMap::new();
        for part in parts(reasons) {
            let (n, reason) = counted(&part).unwrap_or((0, &part));
            *counts.entry(as_today(reason)).or_default() += n;
        }
        ToldReasons { n_nodes, counts }
    }

    fn has_unjudged(&self) -> bool {
        self.counts.keys().any(|reason| !is_judged(reason))
    }
}

/// `2 Insufficient cpu`
fn counted(part: &str) -> Option<(u64, &str)> {
    let (n, reason) = part.split_once(' ')?;
    Some((n.parse().ok()?, reason))
}

/// The reasons of a list. What follows a comma without a number belongs to what stands before it.
fn parts(reasons: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in reasons.split(", ") {
        match parts.last_mut() {
            Some(last) if counted(part).is_none() => {
                last.push_str(", ");
                last.push_str(part);
            }
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

/// A reason in today's words.
fn as_today(reason: &str) -> String {
    const OLD: [(&str, &str); 5] = [
        ("node(s) had untolerated taint", taint_toleration::IN_MESSAGE),
        ("node(s) had taint", taint_toleration::IN_MESSAGE),
        ("node(s) didn't match node selector", node_affinity::REASON),
        ("node(s) didn't match Pod's node affinity", node_affinity::REASON),
        ("node(s) had volume node affinity conflict", volume_binding::CONFLICT),
    ];
    let today = OLD.iter().find(|(old, _)| reason.starts_with(old)).map(|(_, today)| *today);
    today.unwrap_or(reason).to_owned()
}

/// Whether a reason is one that rules here give.
fn is_judged(reason: &str) -> bool {
    // These go on with what cannot be read, or with the name of a claim.
    const BEGINNINGS: [&str; 3] = ["parsing pod: ", "persistentvolumeclaim ", "get constraints from pod: "];
    let mut reasons = node_unschedulable::REASONS
        .iter()
        .chain(&node_name::REASONS)
        .chain(&taint_toleration::REASONS)
        .chain(&node_affinity::REASONS)
        .chain(&volume_binding::REASONS)
        .chain(&volume_zone::REASONS)
        .chain(&pod_topology_spread::REASONS)
        .chain(&inter_pod_affinity::REASONS);
    reasons.any(|it| *it == reason) || BEGINNINGS.iter().any(|it| reason.starts_with(it))
}
