//! One question: where may this pod run?

use std::cell::OnceCell;

use roaring::RoaringBitmap;

use super::pod::SchedulingPod;
use super::rules::PodRules;
use super::scheduler::Scheduler;
use super::{node_affinity, taint_toleration};

/// A pod that is asked about, in a cluster, with what several plugins ask of it worked out once.
#[derive(Debug)]
pub(super) struct Case<'s> {
    pub(super) scheduler: &'s Scheduler<'s>,
    pub(super) pod: &'s SchedulingPod,
    /// The pod, where it is there already: it does not keep itself off.
    pub(super) itself: Option<u32>,
    selected: OnceCell<RoaringBitmap>,
    tainted: OnceCell<RoaringBitmap>,
}

impl<'s> Case<'s> {
    pub(super) fn new(scheduler: &'s Scheduler<'s>, pod: &'s SchedulingPod, itself: Option<u32>) -> Case<'s> {
        Case { scheduler, pod, itself, selected: OnceCell::new(), tainted: OnceCell::new() }
    }

    pub(super) fn rules(&self) -> &'s PodRules {
        &self.pod.rules
    }

    pub(super) fn nodes(&self) -> &'s RoaringBitmap {
        self.scheduler.nodes()
    }

    /// The nodes that the pod's nodeSelector and node affinity select.
    pub(super) fn selected_nodes(&self) -> &RoaringBitmap {
        self.selected.get_or_init(|| node_affinity::selected_nodes(self))
    }

    /// The nodes with a taint that keeps the pod off.
    pub(super) fn tainted_nodes(&self) -> &RoaringBitmap {
        self.tainted.get_or_init(|| taint_toleration::tainted_nodes(self))
    }

    /// Those of some pods that are others than the asked one.
    pub(super) fn others(&self, mut pods: RoaringBitmap) -> RoaringBitmap {
        self.itself.into_iter().for_each(|id| _ = pods.remove(id));
        pods
    }
}
