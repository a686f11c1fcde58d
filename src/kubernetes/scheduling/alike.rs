//! Pods that are alike: the replicas of a workload are answered once.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::affinity_term::PodAffinities;
use super::cluster::{NO_NODE, PodFacts, PodState};
use super::rules::PodRules;
use super::scheduler::Scheduler;
use crate::store::{LabelId, PairBlock, PairSet};
use crate::{ObjectId, parallel};

/// Fewer questions are answered before another thread has begun.
const MIN_PER_THREAD: usize = 8;

/// Pods that fit the same nodes.
#[derive(Debug, Clone)]
pub struct AlikePods {
    /// In the order of the dump; at least one.
    pub(super) pods: Vec<u32>,
}

impl AlikePods {
    /// The pods, in the order of the dump.
    pub fn pods(&self) -> impl ExactSizeIterator<Item = ObjectId> + '_ {
        self.pods.iter().map(|id| ObjectId(*id))
    }
}

/// What makes pods alike: all that rules are about.
#[derive(PartialEq, Eq, Hash)]
struct Likeness<'s> {
    rules: u32,
    namespace: &'s str,
    labels: Vec<LabelId>,
    claims: &'s [Box<str>],
    /// How important the pod is, and the node that it is nominated for, where any pod is.
    nomination: (i32, u32),
    /// Where the pod is, and whether it is about to leave, as it does not count for itself.
    place: (u32, PodState),
}

impl Scheduler<'_> {
    /// Pods of the cluster by what they are alike in: those of a group fit the same nodes. What is no pod of it is left out.
    #[must_use]
    pub fn alike(&self, pods: impl IntoIterator<Item = ObjectId>) -> Vec<AlikePods> {
        let counts_itself: Vec<bool> = self.snapshot().facts().rules.iter().map(asks_of_pods).collect();
        let mut numbers: HashMap<Likeness<'_>, usize, RandomState> = HashMap::default();
        let mut groups: Vec<AlikePods> = Vec::new();
        for id in pods {
            let Some(facts) =
                self.snapshot().facts().pod_number(id.0).map(|number| &self.snapshot().facts().pods[number])
            else {
                continue;
            };
            let likeness = self.likeness(facts, counts_itself[facts.rules as usize]);
            let number = *numbers.entry(likeness).or_insert(groups.len());
            match groups.get_mut(number) {
                Some(group) => group.pods.push(id.0),
                None => groups.push(AlikePods { pods: vec![id.0] }),
            }
        }
        groups
    }

    fn likeness<'s>(&'s self, pod: &'s PodFacts, counts_itself: bool) -> Likeness<'s> {
        let table = self.snapshot().store().table();
        let mut labels: Vec<LabelId> = table.labels_of(ObjectId(pod.id)).collect();
        labels.sort_unstable();
        let are_nominated = !self.snapshot().facts().nominated.is_empty();
        let is_there = counts_itself && self.snapshot().placed().contains(pod.id);
        Likeness {
            rules: pod.rules,
            namespace: self.snapshot().object(pod.id).map_or("", |object| object.namespace()),
            labels,
            claims: &pod.claims,
            nomination: if are_nominated { (pod.priority, pod.nominated_for) } else { (0, NO_NODE) },
            place: if is_there { (pod.node, pod.state) } else { (NO_NODE, PodState::Unplaced) },
        }
    }

    /// The nodes that each group of pods fits, worked out on all processors.
    pub(super) fn nodes_of_all(&self, groups: &[AlikePods]) -> Vec<RoaringBitmap> {
        let of_group = |group: &AlikePods| {
            let pod = group.pods.first().and_then(|id| self.pod(ObjectId(*id)));
            pod.map_or_else(RoaringBitmap::new, |pod| self.judge(&pod).fitting_nodes().clone())
        };
        let answer = |groups: &[AlikePods]| groups.iter().map(of_group).collect::<Vec<_>>();
        parallel::in_parts(groups, MIN_PER_THREAD, answer).into_iter().flatten().collect()
    }

    /// Which nodes may run which pods, of all pods that have not ended.
    pub(in crate::kubernetes) fn pairs(&self) -> Vec<PairBlock> {
        let groups = self.alike(self.pods());
        let nodes = self.nodes_of_all(&groups);
        // Groups with the same nodes are one block.
        let mut numbers: HashMap<Vec<u8>, usize, RandomState> = HashMap::default();
        let mut blocks: Vec<PairBlock> = Vec::new();
        for (group, mut from) in groups.iter().zip(nodes) {
            from.optimize();
            let mut bytes = Vec::new();
            // Memory takes everything.
            let _ = from.serialize_into(&mut bytes);
            let number = *numbers.entry(bytes).or_insert(blocks.len());
            match blocks.get_mut(number) {
                Some(block) => block.to.extend(group.pods.iter().copied()),
                None => blocks.push(PairBlock { from, to: group.pods.iter().copied().collect() }),
            }
        }
        blocks
    }
}

/// Whether a pod's rules are about pods, so that one that is there already may count.
fn asks_of_pods(rules: &Arc<PodRules>) -> bool {
    let pods = &rules.pods;
    let is_about_pods = !PodAffinities::readable(&pods.required).is_empty()
        || !PodAffinities::readable(&pods.required_anti).is_empty()
        || !PodAffinities::readable(&pods.preferred).is_empty()
        || !PodAffinities::readable(&pods.preferred_anti).is_empty();
    is_about_pods || !rules.spread.is_empty()
}

/// Which nodes of a dump may run which of its pods.
pub(crate) fn pairs(schedulers: &[Scheduler<'_>]) -> PairSet {
    PairSet::new(schedulers.iter().flat_map(Scheduler::pairs).collect(), false)
}
