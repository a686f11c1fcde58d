//! The scheduler over one cluster.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::super::links::{Realm, realms};
use super::case::Case;
use super::cluster::{Cluster, PodFacts};
use super::cluster_part::ClusterPart;
use super::diagnosis::Diagnosis;
use super::pod::SchedulingPod;
use super::snapshot::ClusterSnapshot;
use super::verdict::Verdict;
use crate::{Dump, Matches, ObjectId};

/// Answers where pods may run in a cluster, by the rules of the Kubernetes scheduler that are about labels.
///
/// Reads when it is first asked, and each object once: of the pods those that matter to the one that is asked about, or to those that
/// it was told to [expect](Scheduler::expect); and all of them as soon as another one is asked about. A question takes time in
/// proportion to the nodes and to the pods that the asked pod's terms select, and not to all pods.
///
/// ```
/// use selq::kubernetes::scheduling::SchedulingPod;
/// use selq::kubernetes::{Scheduler, scheduling};
/// use selq::{Input, Loader};
///
/// let dump = r#"{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"disk":"hdd"}}}
///     {"apiVersion":"v1","kind":"Pod","metadata":{"name":"db-0","namespace":"shop"},"spec":{"nodeSelector":{"disk":"ssd"}}}"#;
/// let dump = Loader::new().load([Input::Bytes { name: "dump".into(), bytes: dump.into() }])?;
/// let scheduler = Scheduler::new(&dump);
/// let pod = scheduler.waiting().next().and_then(|id| SchedulingPod::of(&dump, id)).expect("db-0 is on no node");
/// let verdict = scheduler.judge(&pod);
/// let node = scheduler.node_ids().next().expect("there is one");
/// assert_eq!(verdict.reasons(node)[0].cause.to_string(), "nodeSelector: disk=ssd, node has disk=hdd");
/// assert_eq!(
///     verdict.message().as_deref(),
///     Some("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.")
/// );
/// # Ok::<(), selq::LoadError>(())
/// ```
#[derive(Debug)]
pub struct Scheduler<'d> {
    /// Those share it that differ in the nodes that are gone.
    cluster: Arc<Cluster<'d>>,
    /// The nodes that are as if they were not there.
    gone: RoaringBitmap,
    whole: OnceLock<ClusterSnapshot<'d>>,
    expected: OnceLock<ClusterPart<'d>>,
    /// The kinds of the core group of which there are objects.
    core_kinds: OnceLock<HashSet<&'d str, RandomState>>,
}

impl<'d> Scheduler<'d> {
    /// The scheduler of a dump. Of one with several clusters it is that of the first; [`Scheduler::of_clusters`] gives all.
    #[must_use]
    pub fn new(dump: &'d Dump) -> Scheduler<'d> {
        let first = realms(dump).into_iter().next().unwrap_or_else(|| Realm::of_all(dump));
        Scheduler::of_realm(first)
    }

    /// The schedulers of a dump: one for each cluster that its inputs were named after, and one for what is of none.
    #[must_use]
    pub fn of_clusters(dump: &'d Dump) -> Vec<Scheduler<'d>> {
        realms(dump).into_iter().map(Scheduler::of_realm).collect()
    }

    fn of_realm(realm: Realm<'d>) -> Scheduler<'d> {
        Scheduler::over(Arc::new(Cluster::new(realm)), RoaringBitmap::new())
    }

    fn over(cluster: Arc<Cluster<'d>>, gone: RoaringBitmap) -> Scheduler<'d> {
        let (whole, expected, core_kinds) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Scheduler { cluster, gone, whole, expected, core_kinds }
    }

    /// The same cluster as if these nodes were gone, with the pods on them.
    #[must_use]
    pub fn without(&self, nodes: &Matches<'_>) -> Scheduler<'d> {
        let gone = &self.gone | nodes.to_bitmap();
        Scheduler::over(Arc::clone(&self.cluster), gone)
    }

    /// Has the scheduler read what matters to these pods, so that it answers for them without having read all others; all of them
    /// where these ask so much that it would take longer. Nothing is read for no pods.
    pub fn expect<'p>(&self, pods: impl IntoIterator<Item = &'p SchedulingPod>) {
        let pods: Vec<&SchedulingPod> = pods.into_iter().collect();
        if pods.is_empty() || self.cluster.is_read() {
            return;
        }
        let n_selectors = pods.iter().map(|pod| pod.rules.pod_selectors().count()).sum();
        if ClusterPart::are_few(&self.cluster, n_selectors) {
            self.expected.get_or_init(|| self.read_for(pods));
        } else {
            self.cluster.facts();
        }
    }

    fn read_for<'p>(&self, pods: impl IntoIterator<Item = &'p SchedulingPod>) -> ClusterPart<'d> {
        ClusterPart::read(&self.cluster, pods, |id| !self.gone.contains(id))
    }

    /// Where a pod may run.
    #[must_use]
    pub fn judge<'s>(&'s self, pod: &'s SchedulingPod) -> Verdict<'s> {
        Verdict::of(Case::new(self.snapshot_for(pod), pod))
    }

    /// The cluster as far as it matters to a pod, at least.
    fn snapshot_for(&self, pod: &SchedulingPod) -> &ClusterSnapshot<'d> {
        if self.cluster.is_read() {
            return self.snapshot();
        }
        let expected = self.expected.get_or_init(|| self.read_for([pod]));
        if expected.include(pod) { &expected.snapshot } else { self.snapshot() }
    }

    /// The whole cluster.
    pub(super) fn snapshot(&self) -> &ClusterSnapshot<'d> {
        self.whole.get_or_init(|| {
            let facts = Arc::clone(self.cluster.facts());
            ClusterSnapshot::of(Arc::clone(&self.cluster), facts, |id| !self.gone.contains(id))
        })
    }

    /// The cluster with all of its nodes, and with the pods that keep others off, at least.
    fn outline(&self) -> &ClusterSnapshot<'d> {
        match self.expected.get() {
            Some(expected) if !self.cluster.is_read() => &expected.snapshot,
            _ => self.snapshot(),
        }
    }

    pub(super) fn dump(&self) -> &'d Dump {
        self.cluster.realm.dump
    }

    /// What is wrong with the rules of a pod themselves.
    pub(in crate::kubernetes) fn diagnose<'s>(&'s self, pod: &'s SchedulingPod) -> Diagnosis<'s> {
        Diagnosis::of(Case::new(self.snapshot_for(pod), pod))
    }

    /// A pod of the cluster as one that is asked about: where might it be, wherever it is now? `None` of what is no pod of it.
    #[must_use]
    pub fn pod(&self, id: ObjectId) -> Option<SchedulingPod> {
        if !self.cluster.is_read() {
            let pod = SchedulingPod::of(self.dump(), id).filter(|_| self.cluster.has_pod(id.0));
            return pod.map(|pod| SchedulingPod { gates: Vec::new(), ..pod.off_its_node() });
        }
        let snapshot = self.snapshot();
        let facts = &snapshot.facts().pods[snapshot.facts().pod_number(id.0)?];
        let object = snapshot.object(id.0)?;
        Some(SchedulingPod {
            namespace: object.namespace().into(),
            name: object.name().into(),
            labels: object.labels().map(|(key, value)| (key.into(), value.into())).collect(),
            node_name: "".into(),
            gates: Vec::new(),
            claims: facts.claims.to_vec(),
            makes_volumes: false,
            priority: facts.priority,
            rules: Arc::clone(&snapshot.facts().rules[facts.rules as usize]),
            is_itself: true,
            completion: Default::default(),
        })
    }

    /// The pods that wait for a node: they are on none, have not ended, and no gate holds them back.
    pub fn waiting(&self) -> impl Iterator<Item = ObjectId> {
        let waiting = self.snapshot().facts().pods.iter().filter(|pod| pod.is_waiting());
        waiting.map(|pod| ObjectId(pod.id))
    }

    /// Whether a pod is one of these.
    pub(in crate::kubernetes) fn is_waiting(&self, id: ObjectId) -> bool {
        let is_waiting = || PodFacts::of(&self.cluster.realm, id.0).is_some_and(|pod| pod.is_waiting());
        self.cluster.has_pod(id.0) && is_waiting()
    }

    /// The pods that have not ended, wherever they are.
    pub fn pods(&self) -> impl Iterator<Item = ObjectId> {
        self.snapshot().facts().pods.iter().filter(|pod| !pod.is_finished()).map(|pod| ObjectId(pod.id))
    }

    /// The nodes, in the order of the dump.
    pub fn node_ids(&self) -> impl ExactSizeIterator<Item = ObjectId> {
        self.outline().nodes().iter().map(ObjectId)
    }

    /// Whether an object is one of the cluster.
    #[must_use]
    pub fn has(&self, id: ObjectId) -> bool {
        self.cluster.realm.has(id.0)
    }

    /// The kinds that matter for where a pod fits, and of which the cluster has no object: where there is no Namespace, say, a
    /// namespaceSelector selects by what is not known.
    #[must_use]
    pub fn missing_kinds(&self, pod: &SchedulingPod) -> Vec<&'static str> {
        let asks_namespaces =
            || pod.rules.pods.ask_of_namespaces() || self.outline().standing().refusing.asks_of_namespaces();
        let needed: [(&'static str, &dyn Fn() -> bool); 4] = [
            ("Node", &|| true),
            ("Namespace", &asks_namespaces),
            ("PersistentVolumeClaim", &|| !pod.claims.is_empty()),
            ("PersistentVolume", &|| !pod.claims.is_empty()),
        ];
        let missing = needed.iter().filter(|(kind, is_needed)| !self.has_kind(kind) && is_needed());
        missing.map(|(kind, _)| *kind).collect()
    }

    /// The kinds that matter for the [scores](Verdict::scores) of all pods, and of which the cluster has no object. Reads all pods.
    #[must_use]
    pub fn missing_kinds_of_scores(&self) -> Vec<&'static str> {
        let asks_namespaces = || self.snapshot().standing().scored.asks_of_namespaces();
        let is_missing = !self.has_kind("Namespace") && asks_namespaces();
        is_missing.then_some("Namespace").into_iter().collect()
    }

    /// Whether there is an object of a kind of the core group.
    fn has_kind(&self, kind: &str) -> bool {
        let occurring = self.core_kinds.get_or_init(|| {
            let kinds = self.cluster.realm.kinds();
            let of_core = kinds.filter(|(version, _, ids)| !version.contains('/') && !ids.is_empty());
            of_core.map(|(_, kind, _)| kind).collect()
        });
        occurring.contains(kind)
    }
}
