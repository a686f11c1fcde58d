//! One question: where may this pod run?

use std::sync::OnceLock;

use roaring::RoaringBitmap;

use super::nominated::NominatedNode;
use super::pod::SchedulingPod;
use super::rules::PodRules;
use super::snapshot::ClusterSnapshot;

/// A pod that is asked about, in a cluster, with what several plugins ask of it worked out once.
#[derive(Debug)]
pub(super) struct Case<'s> {
    pub(super) snapshot: &'s ClusterSnapshot<'s>,
    pub(super) pod: &'s SchedulingPod,
    /// The pod, where it is there already: it does not keep itself off.
    pub(super) itself: Option<u32>,
    /// The nodes for which other pods are nominated.
    pub(super) nominated: Vec<NominatedNode>,
    /// The nodes that the pod's nodeSelector and node affinity select, once NodeAffinity has worked them out.
    pub(super) selected: OnceLock<RoaringBitmap>,
    /// The nodes with a taint that keeps the pod off, once TaintToleration has.
    pub(super) tainted: OnceLock<RoaringBitmap>,
}

impl<'s> Case<'s> {
    pub(super) fn new(snapshot: &'s ClusterSnapshot<'s>, pod: &'s SchedulingPod) -> Case<'s> {
        let (selected, tainted) = (OnceLock::new(), OnceLock::new());
        let itself = snapshot.itself(pod);
        let nominated = NominatedNode::all(snapshot, pod, itself);
        Case { snapshot, pod, itself, nominated, selected, tainted }
    }

    pub(super) fn rules(&self) -> &'s PodRules {
        &self.pod.rules
    }

    pub(super) fn nodes(&self) -> &'s RoaringBitmap {
        self.snapshot.nodes()
    }

    /// The node with this number in the facts, if pods are nominated for it.
    pub(super) fn nominated_for(&self, number: usize) -> Option<&NominatedNode> {
        self.nominated.iter().find(|node| node.number == number)
    }

    /// Those of some pods that are others than the asked one.
    pub(super) fn others(&self, mut pods: RoaringBitmap) -> RoaringBitmap {
        self.itself.into_iter().for_each(|id| _ = pods.remove(id));
        pods
    }
}
