//! The answer: on which nodes a pod fits, and what is against the others.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;

use super::case::Case;
use super::plugin::SchedulerPlugin;
use super::pod::SchedulingPod;
use super::rejection::{Rejection, RejectionCause, RejectionStage};
use super::{
    inter_pod_affinity, node_affinity, node_name, node_unschedulable, pod_topology_spread, taint_toleration,
    volume_binding, volume_zone,
};
use crate::ObjectId;

/// Where a pod may run.
///
/// Which nodes it fits is worked out at once; why it does not fit one, and how good those are that it fits, only when asked for.
#[derive(Debug)]
pub struct Verdict<'s> {
    case: Case<'s>,
    /// In the order of the plugins. None of them rejects a node for two reasons.
    rejections: Vec<Rejection>,
    fitting: RoaringBitmap,
}

/// Why a pod does not fit a node.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeReason {
    /// Which of the scheduler's rules says so.
    pub plugin: SchedulerPlugin,
    /// The reason in the scheduler's words.
    pub reason: String,
    /// What leads to it.
    pub cause: RejectionCause,
}

/// How good a node is for a pod, by each of the rules that compare nodes: from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeScores {
    /// By the node affinity that the pod prefers.
    pub node_affinity: i64,
    /// By the taints that only make a node worse.
    pub taint_toleration: i64,
    /// By the pods that it, or that those around it, would like to be near.
    pub inter_pod_affinity: i64,
    /// By how evenly its like are spread.
    pub pod_topology_spread: i64,
}

/// Nodes with the same reasons against them.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeGroup {
    nodes: RoaringBitmap,
    /// The numbers of the rejections.
    rejections: Vec<usize>,
}

impl NodeGroup {
    /// The nodes, in the order of the dump.
    pub fn nodes(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.nodes.iter().map(ObjectId)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.nodes.len()
    }

    /// Whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Whether the pod fits these.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.rejections.is_empty()
    }
}

impl<'s> Verdict<'s> {
    pub(super) fn of(case: Case<'s>) -> Verdict<'s> {
        let mut rejections: Vec<Rejection> = Vec::new();
        rejections.extend(node_unschedulable::reject(&case));
        rejections.extend(node_name::reject(&case));
        rejections.extend(taint_toleration::reject(&case));
        rejections.extend(node_affinity::reject(&case));
        rejections.extend(volume_binding::reject(&case));
        rejections.extend(volume_zone::reject(&case));
        rejections.extend(pod_topology_spread::reject(&case));
        rejections.extend(inter_pod_affinity::reject(&case));
        let mut fitting = case.nodes().clone();
        rejections.iter().for_each(|rejection| fitting -= &rejection.nodes);
        Verdict { case, rejections, fitting }
    }

    pub(super) fn case(&self) -> &Case<'s> {
        &self.case
    }

    pub(super) fn fitting_nodes(&self) -> &RoaringBitmap {
        &self.fitting
    }

    /// The pod that is asked about.
    #[must_use]
    pub fn pod(&self) -> &'s SchedulingPod {
        self.case.pod
    }

    /// The nodes, in the order of the dump.
    pub fn nodes(&self) -> impl Iterator<Item = ObjectId> {
        self.case.nodes().iter().map(ObjectId)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn n_nodes(&self) -> u64 {
        self.case.nodes().len()
    }

    /// The nodes that the pod fits.
    pub fn fitting(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.fitting.iter().map(ObjectId)
    }

    /// How many nodes the pod fits.
    #[must_use]
    pub fn n_fitting(&self) -> u64 {
        self.fitting.len()
    }

    /// Whether the pod fits a node.
    #[must_use]
    pub fn fits(&self, node: ObjectId) -> bool {
        self.fitting.contains(node.0)
    }

    /// The rules that reject a node, each with its reason in the scheduler's words, in the order of the plugins. What leads to a
    /// reason is not worked out.
    pub fn rejections(&self, node: ObjectId) -> impl Iterator<Item = (SchedulerPlugin, &str)> {
        let against = self.rejections.iter().filter(move |rejection| rejection.nodes.contains(node.0));
        against.map(|rejection| (rejection.plugin, &*rejection.reason))
    }

    /// Every reason against a node with what leads to it, in the order of the plugins.
    #[must_use]
    pub fn reasons(&self, node: ObjectId) -> Vec<NodeReason> {
        let against = self.rejections.iter().filter(|rejection| rejection.nodes.contains(node.0));
        against.map(|rejection| self.reason(rejection, node.0)).collect()
    }

    /// The rule that keeps the pod off the most nodes which nothing else is against; where there is none, off the most nodes.
    /// `None` where it fits all.
    #[must_use]
    pub fn binding(&self) -> Option<SchedulerPlugin> {
        let of_plugin = |plugin: SchedulerPlugin, is_own: bool| {
            let of = self.rejections.iter().filter(|it| (it.plugin == plugin) == is_own);
            of.fold(RoaringBitmap::new(), |nodes, rejection| nodes | &rejection.nodes)
        };
        let opened = |plugin: SchedulerPlugin| {
            let against = of_plugin(plugin, true);
            (against.difference_len(&of_plugin(plugin, false)), against.len())
        };
        let plugins = SchedulerPlugin::ALL.into_iter().rev().map(|plugin| (opened(plugin), plugin));
        plugins.max_by_key(|(opened, _)| *opened).filter(|((_, n), _)| *n > 0).map(|(_, plugin)| plugin)
    }

    fn reason(&self, rejection: &Rejection, node: u32) -> NodeReason {
        let case = &self.case;
        let cause = match rejection.plugin {
            SchedulerPlugin::NodeUnschedulable => node_unschedulable::cause(),
            SchedulerPlugin::NodeName => node_name::cause(case),
            SchedulerPlugin::TaintToleration => taint_toleration::cause(case, node),
            SchedulerPlugin::NodeAffinity => node_affinity::cause(case, rejection.stage, node),
            SchedulerPlugin::VolumeBinding => volume_binding::cause(case, &rejection.reason, node),
            SchedulerPlugin::VolumeZone => volume_zone::cause(case, node),
            SchedulerPlugin::PodTopologySpread => pod_topology_spread::cause(case, node),
            SchedulerPlugin::InterPodAffinity => inter_pod_affinity::cause(case, &rejection.reason, node),
        };
        NodeReason { plugin: rejection.plugin, reason: rejection.reason.to_string(), cause }
    }

    /// The nodes by what is against them: those that fit first, then those that the most are against together, and then in the
    /// order of the dump.
    #[must_use]
    pub fn groups(&self) -> Vec<NodeGroup> {
        let mut groups = vec![NodeGroup { nodes: self.case.nodes().clone(), rejections: Vec::new() }];
        for (number, rejection) in self.rejections.iter().enumerate() {
            groups = groups.into_iter().flat_map(|group| group.parted(number, rejection)).collect();
        }
        groups.retain(|group| !group.is_empty());
        groups.sort_by_key(|group| (!group.fits(), std::cmp::Reverse(group.len()), group.nodes.min()));
        groups
    }

    /// Whether any of the rules that are against these nodes counts pods.
    pub(super) fn counts_pods(&self, group: &NodeGroup) -> bool {
        group.rejections.iter().any(|number| self.rejections[*number].plugin.is_about_pods())
    }

    /// What the scheduler says of a pod that fits no node, in the wording of Kubernetes 1.35; `None` of one that fits some, and of
    /// one whose [attempt ends with an error](Verdict::error).
    #[must_use]
    pub fn message(&self) -> Option<String> {
        let n_nodes = self.n_nodes();
        if n_nodes == 0 {
            return Some("no nodes available to schedule pods".to_owned());
        }
        if let Some(rejection) = self.before_all_nodes() {
            let is_reason = rejection.stage == RejectionStage::PreFilter;
            return is_reason.then(|| format!("0/{n_nodes} nodes are available: {}.", rejection.reason));
        }
        self.fitting.is_empty().then(|| {
            let mut told: Vec<String> =
                self.first_reasons().into_iter().map(|(reason, n)| format!("{n} {reason}")).collect();
            // The scheduler sorts them as texts, so that 10 comes before 2.
            told.sort_unstable();
            format!("0/{n_nodes} nodes are available: {}.", told.join(", "))
        })
    }

    /// How many nodes the scheduler rejects for each reason that it tells of: the first against each node, though those before
    /// which it looks at no node come before all.
    pub(super) fn first_reasons(&self) -> BTreeMap<&str, u64> {
        let mut rest = self.case.nodes().clone();
        let (elsewhere, others): (Vec<&Rejection>, Vec<&Rejection>) =
            self.rejections.iter().partition(|it| it.stage == RejectionStage::Elsewhere);
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for rejection in elsewhere.into_iter().chain(others) {
            let n = rejection.nodes.intersection_len(&rest);
            rest -= &rejection.nodes;
            if n > 0 {
                *counts.entry(in_message(rejection)).or_default() += n;
            }
        }
        counts
    }

    /// The rule that gives a reason of the message.
    pub(super) fn plugin_of(&self, reason: &str) -> Option<SchedulerPlugin> {
        self.rejections.iter().find(|it| in_message(it) == reason).map(|it| it.plugin)
    }

    /// Why the scheduler looks at no node.
    pub(super) fn reason_before_nodes(&self) -> Option<&str> {
        self.before_all_nodes().map(|rejection| &*rejection.reason)
    }

    /// What the scheduler finds out before it looks at any node.
    fn before_all_nodes(&self) -> Option<&Rejection> {
        let is_before =
            |it: &&Rejection| matches!(it.stage, RejectionStage::PreFilter | RejectionStage::Failure);
        self.rejections.iter().find(is_before)
    }

    /// The error that ends the scheduler's attempt, if one does: before it has looked at a node, so that the pod fits none; or when
    /// it compares those that fit.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        match self.before_all_nodes() {
            Some(it) if it.stage == RejectionStage::Failure => {
                Some(format!("running PreFilter plugin {:?}: {}", it.plugin.as_str(), it.reason))
            }
            _ => self.unscorable(),
        }
    }

    /// What ends the attempt when nodes are compared.
    fn unscorable(&self) -> Option<String> {
        let failed = |plugin: SchedulerPlugin| {
            move |problem: String| format!("running PreScore plugin {:?}: {problem}", plugin.as_str())
        };
        if self.fitting.len() < 2 {
            return None;
        }
        let by_affinity = node_affinity::unscorable(&self.case).map(failed(SchedulerPlugin::NodeAffinity));
        let by_spread =
            || pod_topology_spread::unscorable(&self.case).map(failed(SchedulerPlugin::PodTopologySpread));
        by_affinity.or_else(by_spread)
    }

    /// How good each of the nodes is that the pod fits, in their order; nothing where there are fewer than two, which the
    /// scheduler does not compare. Reads all pods, unless the scheduler has done so.
    ///
    /// # Errors
    ///
    /// What ends the scheduler's attempt: a term that the pod prefers and that cannot be read.
    pub fn scores(&self) -> Result<Vec<NodeScores>, String> {
        if self.fitting.len() < 2 {
            return Ok(Vec::new());
        }
        if let Some(problem) = self.unscorable() {
            return Err(problem);
        }
        let nodes: Vec<u32> = self.fitting.iter().collect();
        let whole = self.case.snapshot.whole();
        let case = &Case::new(whole.as_ref().unwrap_or(self.case.snapshot), self.case.pod);
        let by_affinity = node_affinity::score(case, &nodes);
        let by_spread = pod_topology_spread::score(case, &nodes);
        let by_taints = taint_toleration::score(case, &nodes);
        let by_pods = inter_pod_affinity::score(case, &nodes);
        let scores = by_affinity.into_iter().zip(by_taints).zip(by_pods.into_iter().zip(by_spread));
        let scores = scores.map(|((node_affinity, taint_toleration), (inter_pod_affinity, spread))| {
            NodeScores { node_affinity, taint_toleration, inter_pod_affinity, pod_topology_spread: spread }
        });
        Ok(scores.collect())
    }
}

/// A reason as it stands in the scheduler's message since 1.35, which names no taint.
fn in_message(rejection: &Rejection) -> &str {
    match rejection.plugin {
        SchedulerPlugin::TaintToleration => taint_toleration::IN_MESSAGE,
        _ => &rejection.reason,
    }
}

impl NodeGroup {
    /// The nodes that something more is against, and the others.
    fn parted(self, number: usize, rejection: &Rejection) -> [NodeGroup; 2] {
        let against = &self.nodes & &rejection.nodes;
        let mut rejections = self.rejections.clone();
        rejections.push(number);
        let others = NodeGroup { nodes: self.nodes - &rejection.nodes, rejections: self.rejections };
        [others, NodeGroup { nodes: against, rejections }]
    }
}
