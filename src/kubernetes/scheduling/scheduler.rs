//! The scheduler over one cluster: the sets of nodes and pods that its rules are asked of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::super::links::{Realm, realms};
use super::affinity_term::{PodAffinityTerm, TermNamespaces};
use super::case::Case;
use super::cluster::{ClusterFacts, NO_NODE, core};
use super::pod::SchedulingPod;
use super::standing::StandingTerms;
use super::topology::Topology;
use super::verdict::Verdict;
use super::volumes::VolumeFacts;
use crate::{Dump, Matches, ObjectId, ObjectIdentity, ObjectRef, Plan, Scope, Selector, Store};

/// Answers where pods may run in a cluster, by the rules of the Kubernetes scheduler that are about labels.
///
/// Reads the nodes and pods of the cluster once. A question takes time in proportion to the nodes and to the pods that the asked
/// pod's terms select, and not to all pods.
#[derive(Debug)]
pub struct Scheduler<'d> {
    realm: Arc<Realm<'d>>,
    /// That of the dump, or one in which nodes have other labels.
    store: &'d Store,
    facts: Arc<ClusterFacts>,
    volumes: Arc<OnceLock<VolumeFacts>>,
    /// The place of each object in the facts' list of nodes, if it is a node that is looked at.
    number_of: Vec<u32>,
    /// The place of the node that each pod is on, if it is one that is looked at.
    node_of: Vec<u32>,
    nodes: RoaringBitmap,
    placed: RoaringBitmap,
    leaving: RoaringBitmap,
    topologies: Mutex<HashMap<Box<str>, Arc<Topology>, RandomState>>,
    standing: OnceLock<StandingTerms>,
    namespaces: OnceLock<HashMap<Box<str>, ObjectId, RandomState>>,
}

/// In which namespaces pods are looked for; `None` for all.
pub(super) type TermScope<'s> = Option<Vec<&'s str>>;

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

    pub(in crate::kubernetes) fn of_realm(realm: Realm<'d>) -> Scheduler<'d> {
        let facts = Arc::new(ClusterFacts::read(&realm));
        let store = realm.store();
        Scheduler::over(Arc::new(realm), store, facts, Arc::default(), |_| true)
    }

    fn over(
        realm: Arc<Realm<'d>>,
        store: &'d Store,
        facts: Arc<ClusterFacts>,
        volumes: Arc<OnceLock<VolumeFacts>>,
        is_kept: impl Fn(u32) -> bool,
    ) -> Scheduler<'d> {
        let n_ids = store.table().n_ids();
        let mut scheduler = Scheduler {
            realm,
            store,
            facts: Arc::clone(&facts),
            volumes,
            number_of: vec![NO_NODE; n_ids],
            node_of: vec![NO_NODE; n_ids],
            nodes: RoaringBitmap::new(),
            placed: RoaringBitmap::new(),
            leaving: RoaringBitmap::new(),
            topologies: Mutex::default(),
            standing: OnceLock::new(),
            namespaces: OnceLock::new(),
        };
        for (number, node) in (0..).zip(&facts.nodes).filter(|(_, node)| is_kept(node.id)) {
            scheduler.number_of[node.id as usize] = number;
            scheduler.nodes.insert(node.id);
        }
        let is_on_kept = |node: u32| facts.nodes.get(node as usize).is_some_and(|node| is_kept(node.id));
        for pod in facts.pods.iter().filter(|pod| pod.is_placed() && is_on_kept(pod.node)) {
            scheduler.node_of[pod.id as usize] = pod.node;
            scheduler.placed.insert(pod.id);
            if pod.is_leaving() {
                scheduler.leaving.insert(pod.id);
            }
        }
        scheduler
    }

    /// The same cluster as if these nodes were gone, with the pods on them.
    #[must_use]
    pub fn without(&self, nodes: &Matches<'_>) -> Scheduler<'d> {
        let volumes = Arc::clone(&self.volumes);
        let is_kept = |id: u32| self.nodes.contains(id) && !nodes.contains(ObjectId(id));
        Scheduler::over(Arc::clone(&self.realm), self.store, Arc::clone(&self.facts), volumes, is_kept)
    }

    /// The same cluster as if its nodes had the labels that they have in another store, which has the same objects.
    pub(super) fn with_labels_of<'s>(&self, store: &'s Store) -> Scheduler<'s>
    where
        'd: 's,
    {
        let realm: Arc<Realm<'s>> = self.realm.clone();
        let is_kept = |id: u32| self.nodes.contains(id);
        Scheduler::over(realm, store, Arc::clone(&self.facts), Arc::clone(&self.volumes), is_kept)
    }

    /// Where a pod may run.
    #[must_use]
    pub fn judge<'s>(&'s self, pod: &'s SchedulingPod) -> Verdict<'s> {
        Verdict::of(Case::new(self, pod, self.itself(pod)))
    }

    /// A pod of the cluster as one that is asked about: where might it be, wherever it is now? `None` of what is no pod of it.
    #[must_use]
    pub fn pod(&self, id: ObjectId) -> Option<SchedulingPod> {
        let facts = &self.facts.pods[self.facts.pod_number(id.0)?];
        let object = self.object(id.0)?;
        Some(SchedulingPod {
            namespace: object.namespace().into(),
            name: object.name().into(),
            labels: object.labels().map(|(key, value)| (key.into(), value.into())).collect(),
            node_name: "".into(),
            gates: Vec::new(),
            claims: facts.claims.to_vec(),
            rules: Arc::clone(&self.facts.rules[facts.rules as usize]),
            is_itself: true,
            completion: Default::default(),
        })
    }

    /// The pods that wait for a node: they are on none, have not ended, and no gate holds them back.
    pub fn waiting(&self) -> impl Iterator<Item = ObjectId> {
        let waiting = self.facts.pods.iter().filter(|pod| pod.is_waiting());
        waiting.map(|pod| ObjectId(pod.id))
    }

    /// The pods that have not ended, wherever they are.
    pub fn pods(&self) -> impl Iterator<Item = ObjectId> {
        self.facts.pods.iter().filter(|pod| !pod.is_finished()).map(|pod| ObjectId(pod.id))
    }

    /// The nodes, in the order of the dump.
    pub fn node_ids(&self) -> impl ExactSizeIterator<Item = ObjectId> {
        self.nodes.iter().map(ObjectId)
    }

    /// Whether an object is one of the cluster.
    #[must_use]
    pub fn has(&self, id: ObjectId) -> bool {
        self.realm.has(id.0)
    }

    /// Which pod of the cluster the asked one is, if it is there already.
    fn itself(&self, pod: &SchedulingPod) -> Option<u32> {
        if !pod.is_itself || pod.name.is_empty() {
            return None;
        }
        let identity =
            ObjectIdentity { api_version: "v1", kind: "Pod", namespace: &pod.namespace, name: &pod.name };
        let found = self.store.find(identity).map(|object| object.id().0);
        let is_it = |id: u32| {
            self.object(id).is_some_and(|it| (it.namespace(), it.name()) == (&pod.namespace, &pod.name))
        };
        found.filter(|id| self.facts.pod_number(*id).is_some()).or_else(|| {
            // One of the same name in another cluster was put in later.
            self.facts.pods.iter().map(|pod| pod.id).find(|id| is_it(*id))
        })
    }

    pub(super) fn dump(&self) -> &'d Dump {
        self.realm.dump
    }

    pub(super) fn store(&self) -> &'d Store {
        self.store
    }

    pub(super) fn facts(&self) -> &ClusterFacts {
        &self.facts
    }

    pub(super) fn nodes(&self) -> &RoaringBitmap {
        &self.nodes
    }

    pub(super) fn placed(&self) -> &RoaringBitmap {
        &self.placed
    }

    pub(super) fn leaving(&self) -> &RoaringBitmap {
        &self.leaving
    }

    pub(super) fn object(&self, id: u32) -> Option<ObjectRef<'d>> {
        self.store.get(ObjectId(id))
    }

    /// The name of an object that is there.
    pub(super) fn name(&self, id: u32) -> &'d str {
        self.object(id).map_or("", |object| object.name())
    }

    /// The place of a node in the list of the facts.
    pub(super) fn node_number(&self, id: u32) -> Option<usize> {
        self.number_of.get(id as usize).filter(|number| **number != NO_NODE).map(|number| *number as usize)
    }

    /// The place of the node that a pod is on.
    pub(super) fn node_of(&self, pod: u32) -> Option<usize> {
        self.node_of.get(pod as usize).filter(|number| **number != NO_NODE).map(|number| *number as usize)
    }

    /// The domains of a label key, worked out once.
    pub(super) fn topology(&self, key: &str) -> Arc<Topology> {
        let known = |topologies: &HashMap<Box<str>, Arc<Topology>, RandomState>| topologies.get(key).cloned();
        if let Some(topology) = known(&self.topologies.lock().unwrap_or_else(|it| it.into_inner())) {
            return topology;
        }
        // Two threads may make the same, which is less than to have one wait while the other makes another.
        let topology = Arc::new(Topology::of(self, key));
        let mut topologies = self.topologies.lock().unwrap_or_else(|it| it.into_inner());
        Arc::clone(topologies.entry(key.into()).or_insert(topology))
    }

    /// What the pods that are there ask of those that come.
    pub(super) fn standing(&self) -> &StandingTerms {
        self.standing.get_or_init(|| StandingTerms::of(self))
    }

    /// What claims, volumes and storage classes say.
    pub(super) fn volumes(&self) -> &VolumeFacts {
        self.volumes.get_or_init(|| VolumeFacts::read(&self.realm))
    }

    /// The nodes whose labels a selector selects.
    pub(super) fn nodes_selected(&self, selector: &Selector) -> RoaringBitmap {
        let scope = Scope::all().kind(Some(""), "Node");
        Plan::scoped(self.store, selector, &scope).run().to_bitmap() & &self.nodes
    }

    /// The pods on nodes that a selector selects, in these namespaces.
    pub(super) fn pods_selected(&self, selector: &Selector, namespaces: &TermScope<'_>) -> RoaringBitmap {
        let mut scope = Scope::all().kind(Some(""), "Pod");
        if let Some(names) = namespaces {
            if names.is_empty() {
                return RoaringBitmap::new();
            }
            scope = names.iter().fold(scope, |scope, name| scope.namespace(*name));
        }
        Plan::scoped(self.store, selector, &scope).run().to_bitmap() & &self.placed
    }

    /// The objects with a label, whatever its key and value are made of.
    pub(super) fn labelled(&self, key: &str, value: &str) -> RoaringBitmap {
        let table = self.store.table();
        let label = table.key_id(key).and_then(|key| table.label_id(key, value));
        let ids = label.map(|label| self.store.index().label(label).to_vec());
        ids.into_iter().flatten().collect()
    }

    /// The namespaces of the pods that a term of a pod is about, which is in the namespace `own`.
    pub(super) fn scope<'s>(&'s self, term: &'s PodAffinityTerm, own: &'s str) -> TermScope<'s> {
        let TermNamespaces { named, labelled } = &term.namespaces;
        if term.namespaces.are_all() {
            return None;
        }
        if term.namespaces.is_own() {
            return Some(vec![own]);
        }
        let selected = labelled.iter().flat_map(|selector| {
            let namespaces = self.namespaces().iter();
            let is_selected = |id: &ObjectId| self.is_selected(selector, Some(*id));
            namespaces.filter(move |(_, id)| is_selected(id)).map(|(name, _)| &**name)
        });
        Some(named.iter().map(|name| &**name).chain(selected).collect())
    }

    /// Whether a selector selects a namespace by its labels. One whose object is not there has none.
    pub(super) fn selects_namespace(&self, selector: &Selector, name: &str) -> bool {
        self.is_selected(selector, self.namespaces().get(name).copied())
    }

    fn is_selected(&self, selector: &Selector, id: Option<ObjectId>) -> bool {
        let object = id.and_then(|id| self.store.get(id));
        selector.matches_by(|key| object.and_then(|object| object.label(key)))
    }

    /// The Namespace objects by their names.
    fn namespaces(&self) -> &HashMap<Box<str>, ObjectId, RandomState> {
        self.namespaces.get_or_init(|| {
            let objects = core(&self.realm, "Namespace").into_iter();
            objects.filter_map(|id| Some((self.object(id)?.name().into(), ObjectId(id)))).collect()
        })
    }
}
