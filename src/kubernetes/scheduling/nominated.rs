//! Pods that wait for nodes from which others were sent away for them: on each such node the scheduler counts them as if they
//! were there already.
//!
//! It asks its filters of a node twice, with the pods that are nominated for this node and are at least as important as the
//! asked one, and without; a node has to pass both times. No pod that is nominated for another node counts.

use std::collections::BTreeMap;

use super::pod::SchedulingPod;
use super::snapshot::ClusterSnapshot;

/// A node with the pods that are nominated for it.
#[derive(Debug)]
pub(super) struct NominatedNode {
    pub(super) id: u32,
    /// Its place in the list of the facts.
    pub(super) number: usize,
    pub(super) pods: Vec<u32>,
}

impl NominatedNode {
    /// The nodes for which pods are nominated that count for the asked one, in the order of the dump. `itself` does not.
    pub(super) fn all(
        snapshot: &ClusterSnapshot<'_>,
        asked: &SchedulingPod,
        itself: Option<u32>,
    ) -> Vec<NominatedNode> {
        let facts = snapshot.facts();
        let nominated = facts.nominated.iter().map(|number| &facts.pods[*number]);
        let counting = nominated.filter(|pod| pod.priority >= asked.priority && Some(pod.id) != itself);
        let mut by_node: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
        counting.for_each(|pod| by_node.entry(pod.nominated_for as usize).or_default().push(pod.id));
        let nodes = by_node.into_iter().map(|(number, pods)| (facts.nodes[number].id, number, pods));
        let kept = nodes.filter(|(id, ..)| snapshot.nodes().contains(*id));
        kept.map(|(id, number, pods)| NominatedNode { id, number, pods }).collect()
    }
}
