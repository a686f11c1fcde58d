//! The scheduler over one cluster.

use std::sync::{Arc, OnceLock};

use super::super::links::{Realm, realms};
use super::case::Case;
use super::pod::SchedulingPod;
use super::snapshot::ClusterSnapshot;
use super::standing::StandingTerms;
use super::verdict::Verdict;
use crate::{Dump, Matches, ObjectId};

/// Answers where pods may run in a cluster, by the rules of the Kubernetes scheduler that are about labels.
///
/// Reads the nodes and pods of the cluster once. A question takes time in proportion to the nodes and to the pods that the asked
/// pod's terms select, and not to all pods.
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
    snapshot: ClusterSnapshot<'d>,
    standing: OnceLock<StandingTerms>,
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
        Scheduler { snapshot: ClusterSnapshot::of(realm), standing: OnceLock::new() }
    }

    /// The same cluster as if these nodes were gone, with the pods on them.
    #[must_use]
    pub fn without(&self, nodes: &Matches<'_>) -> Scheduler<'d> {
        let snapshot = self.snapshot.keeping(|id| !nodes.contains(ObjectId(id)));
        Scheduler { snapshot, standing: OnceLock::new() }
    }

    /// Where a pod may run.
    #[must_use]
    pub fn judge<'s>(&'s self, pod: &'s SchedulingPod) -> Verdict<'s> {
        Verdict::of(Case::new(&self.snapshot, &self.standing, pod))
    }

    /// A pod of the cluster as one that is asked about: where might it be, wherever it is now? `None` of what is no pod of it.
    #[must_use]
    pub fn pod(&self, id: ObjectId) -> Option<SchedulingPod> {
        let facts = &self.snapshot.facts().pods[self.snapshot.facts().pod_number(id.0)?];
        let object = self.snapshot.object(id.0)?;
        Some(SchedulingPod {
            namespace: object.namespace().into(),
            name: object.name().into(),
            labels: object.labels().map(|(key, value)| (key.into(), value.into())).collect(),
            node_name: "".into(),
            gates: Vec::new(),
            claims: facts.claims.to_vec(),
            makes_volumes: false,
            priority: facts.priority,
            rules: Arc::clone(&self.snapshot.facts().rules[facts.rules as usize]),
            is_itself: true,
            completion: Default::default(),
        })
    }

    /// The pods that wait for a node: they are on none, have not ended, and no gate holds them back.
    pub fn waiting(&self) -> impl Iterator<Item = ObjectId> {
        let waiting = self.snapshot.facts().pods.iter().filter(|pod| pod.is_waiting());
        waiting.map(|pod| ObjectId(pod.id))
    }

    /// The pods that have not ended, wherever they are.
    pub fn pods(&self) -> impl Iterator<Item = ObjectId> {
        self.snapshot.facts().pods.iter().filter(|pod| !pod.is_finished()).map(|pod| ObjectId(pod.id))
    }

    /// The nodes, in the order of the dump.
    pub fn node_ids(&self) -> impl ExactSizeIterator<Item = ObjectId> {
        self.snapshot.nodes().iter().map(ObjectId)
    }

    /// Whether an object is one of the cluster.
    #[must_use]
    pub fn has(&self, id: ObjectId) -> bool {
        self.snapshot.has(id)
    }

    /// The kinds that matter for a pod and of which the cluster has no object: where there is no Namespace, say, a namespaceSelector
    /// selects by what is not known.
    #[must_use]
    pub fn missing_kinds(&self, pod: &SchedulingPod) -> Vec<&'static str> {
        let asks_namespaces = || {
            let standing = self.standing.get_or_init(|| StandingTerms::of(&self.snapshot));
            pod.rules.pods.ask_of_namespaces() || standing.ask_of_namespaces()
        };
        let needed: [(&'static str, &dyn Fn() -> bool); 4] = [
            ("Node", &|| true),
            ("Namespace", &asks_namespaces),
            ("PersistentVolumeClaim", &|| !pod.claims.is_empty()),
            ("PersistentVolume", &|| !pod.claims.is_empty()),
        ];
        let missing = needed.iter().filter(|(kind, is_needed)| !self.snapshot.has_kind(kind) && is_needed());
        missing.map(|(kind, _)| *kind).collect()
    }

    pub(super) fn snapshot(&self) -> &ClusterSnapshot<'d> {
        &self.snapshot
    }
}
