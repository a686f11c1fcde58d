//! The schedulers of a dump, which several rules ask.

use std::collections::HashSet;
use std::sync::OnceLock;

use super::super::scheduling::{Scheduler, SchedulingPod};
use crate::{Dump, ObjectId};

/// The schedulers of the clusters of a dump, and what is asked of them, each worked out once.
pub(super) struct Schedulers<'d> {
    dump: &'d Dump,
    of_clusters: OnceLock<Vec<Scheduler<'d>>>,
    asked: OnceLock<Vec<AskedWorkload>>,
    /// The pods that wait for each.
    waiting: OnceLock<Vec<HashSet<ObjectId>>>,
}

/// A pod, or a workload whose template makes pods, that is asked about.
pub(super) struct AskedWorkload {
    pub(super) id: ObjectId,
    pub(super) pod: SchedulingPod,
    /// The place of its cluster in the list of schedulers.
    pub(super) cluster: usize,
    /// Where the pod's specification stands in the object.
    pub(super) at: String,
}

impl<'d> Schedulers<'d> {
    pub(super) fn new(dump: &'d Dump) -> Schedulers<'d> {
        Schedulers { dump, of_clusters: OnceLock::new(), asked: OnceLock::new(), waiting: OnceLock::new() }
    }

    pub(super) fn of_clusters(&self) -> &[Scheduler<'d>] {
        self.of_clusters.get_or_init(|| Scheduler::of_clusters(self.dump))
    }

    /// What is asked about, which `ask` says when it is first wanted.
    pub(super) fn asked(&self, ask: impl FnOnce(&[Scheduler<'d>]) -> Vec<AskedWorkload>) -> &[AskedWorkload] {
        self.asked.get_or_init(|| ask(self.of_clusters()))
    }

    /// The scheduler that a pod waits for.
    pub(super) fn of_waiting(&self, id: ObjectId) -> Option<&Scheduler<'d>> {
        let schedulers = self.of_clusters();
        let waiting =
            self.waiting.get_or_init(|| schedulers.iter().map(|it| it.waiting().collect()).collect());
        let mut both = schedulers.iter().zip(waiting);
        both.find(|(_, waiting)| waiting.contains(&id)).map(|(scheduler, _)| scheduler)
    }
}
