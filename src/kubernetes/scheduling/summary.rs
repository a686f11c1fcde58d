//! Where the pods of each workload may run, in a line each.

use std::collections::BTreeMap;

use super::super::links::Links;
use super::alike::AlikePods;
use super::plugin::SchedulerPlugin;
use super::scheduler::Scheduler;
use crate::{ObjectId, parallel};

/// Fewer questions are answered before another thread has begun.
const MIN_PER_THREAD: usize = 8;

/// Where the pods of a workload may run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkloadPlaces {
    /// The namespace.
    pub namespace: String,
    /// The topmost controller as `Kind/name`, or the pod itself as `Pod/name`.
    pub workload: String,
    /// The pods that were asked about, in the order of the dump.
    pub pods: Vec<ObjectId>,
    /// How many of them fit no node.
    pub n_unplaceable: u64,
    /// How many nodes the pod fits that fits the fewest.
    pub least_nodes: u64,
    /// How many the one fits that fits the most.
    pub most_nodes: u64,
    /// The rule that keeps the one with the fewest nodes off the most others.
    pub binding: Option<SchedulerPlugin>,
}

/// What one group of pods that are alike comes to.
struct GroupPlaces {
    n_nodes: u64,
    binding: Option<SchedulerPlugin>,
}

impl Scheduler<'_> {
    /// Where the pods of each workload may run, of some pods of the cluster; those with the fewest nodes first.
    #[must_use]
    pub fn summary(&self, pods: impl IntoIterator<Item = ObjectId>) -> Vec<WorkloadPlaces> {
        let groups = self.alike(pods);
        let answer = |groups: &[AlikePods]| groups.iter().map(|it| self.places(it)).collect::<Vec<_>>();
        let places = parallel::in_parts(&groups, MIN_PER_THREAD, answer).into_iter().flatten();
        let workloads = Links::new(self.dump()).workload_names();
        let mut by_workload: BTreeMap<(&str, String), WorkloadPlaces> = BTreeMap::new();
        for (group, places) in groups.iter().zip(places) {
            for pod in group.pods() {
                let Some(object) = self.snapshot().object(pod.0) else { continue };
                let workload =
                    workloads.get(&pod.0).cloned().unwrap_or_else(|| format!("Pod/{}", object.name()));
                let key = (object.namespace(), workload);
                let entry = by_workload.entry(key.clone()).or_insert_with(|| WorkloadPlaces {
                    namespace: key.0.to_owned(),
                    workload: key.1,
                    pods: Vec::new(),
                    n_unplaceable: 0,
                    least_nodes: u64::MAX,
                    most_nodes: 0,
                    binding: None,
                });
                entry.add(pod, &places);
            }
        }
        let mut summary: Vec<WorkloadPlaces> = by_workload.into_values().collect();
        summary.iter_mut().for_each(|it| it.pods.sort_unstable());
        summary.sort_by_key(|it| it.least_nodes);
        summary
    }

    fn places(&self, group: &AlikePods) -> GroupPlaces {
        let pod = group.pods().next().and_then(|id| self.pod(id));
        pod.map_or(GroupPlaces { n_nodes: 0, binding: None }, |pod| {
            let verdict = self.judge(&pod);
            GroupPlaces { n_nodes: verdict.n_fitting(), binding: verdict.binding() }
        })
    }
}

impl WorkloadPlaces {
    fn add(&mut self, pod: ObjectId, places: &GroupPlaces) {
        self.pods.push(pod);
        self.n_unplaceable += u64::from(places.n_nodes == 0);
        self.most_nodes = self.most_nodes.max(places.n_nodes);
        if places.n_nodes < self.least_nodes {
            (self.least_nodes, self.binding) = (places.n_nodes, places.binding);
        }
    }
}
