//! The schedulers of a dump, which several rules ask.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::super::scheduling::{Diagnosis, Scheduler, SchedulingPod, Verdict};
use crate::{Dump, ObjectId};

/// The schedulers of the clusters of a dump, and what is asked of them, each worked out once.
pub(super) struct Schedulers<'d> {
    dump: &'d Dump,
    of_clusters: OnceLock<Vec<Scheduler<'d>>>,
    questions: OnceLock<SchedulerQuestions>,
}

/// All that an audit asks the schedulers about.
pub(super) struct SchedulerQuestions {
    pub(super) workloads: Vec<AskedWorkload>,
    /// The pods that wait for a node.
    pub(super) waiting: HashMap<ObjectId, ClusterPod>,
}

/// A pod that is asked about.
pub(super) struct ClusterPod {
    pub(super) pod: SchedulingPod,
    /// The place of its cluster in the list of schedulers.
    pub(super) cluster: usize,
}

/// A pod, or a workload whose template makes pods, that is asked about.
pub(super) struct AskedWorkload {
    pub(super) id: ObjectId,
    pub(super) pod: ClusterPod,
    /// Where the pod's specification stands in the object.
    pub(super) at: String,
}

impl<'d> Schedulers<'d> {
    pub(super) fn new(dump: &'d Dump) -> Schedulers<'d> {
        Schedulers { dump, of_clusters: OnceLock::new(), questions: OnceLock::new() }
    }

    fn of_clusters(&self) -> &[Scheduler<'d>] {
        self.of_clusters.get_or_init(|| Scheduler::of_clusters(self.dump))
    }

    /// What is asked about, which `ask` says when it is first wanted. The schedulers read what matters to all of it at once.
    pub(super) fn questions(
        &self,
        ask: impl FnOnce(&[Scheduler<'d>]) -> SchedulerQuestions,
    ) -> &SchedulerQuestions {
        self.questions.get_or_init(|| {
            let questions = ask(self.of_clusters());
            for (nth, scheduler) in self.of_clusters().iter().enumerate() {
                scheduler.expect(questions.pods().filter(|it| it.cluster == nth).map(|it| &it.pod));
            }
            questions
        })
    }

    pub(super) fn judge<'s>(&'s self, asked: &'s ClusterPod) -> Verdict<'s> {
        self.of_clusters()[asked.cluster].judge(&asked.pod)
    }

    pub(super) fn diagnose<'s>(&'s self, asked: &'s ClusterPod) -> Diagnosis<'s> {
        self.of_clusters()[asked.cluster].diagnose(&asked.pod)
    }
}

impl SchedulerQuestions {
    fn pods(&self) -> impl Iterator<Item = &ClusterPod> {
        self.workloads.iter().map(|it| &it.pod).chain(self.waiting.values())
    }
}
