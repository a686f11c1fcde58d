//! A cluster as the rules ask of it: its sets, and what is worked out of them once.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock};

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::affinity_term::{PodAffinityTerm, TermNamespaces};
use super::cluster::{Cluster, ClusterFacts};
use super::pod::SchedulingPod;
use super::rules::PodRules;
use super::sets::ClusterSets;
use super::standing::StandingTerms;
use super::topology::Topology;
use super::volumes::VolumeFacts;
use crate::{ObjectId, Plan, Scope, Selector, Store};

/// A cluster at one moment, which rules are asked of.
#[derive(Debug)]
pub(super) struct ClusterSnapshot<'d> {
    cluster: Arc<Cluster<'d>>,
    sets: ClusterSets<'d>,
    topologies: Mutex<HashMap<Box<str>, Arc<Topology>, RandomState>>,
    namespaces: OnceLock<HashMap<Box<str>, ObjectId, RandomState>>,
    /// What the pods that are there ask of those that come.
    standing: OnceLock<StandingTerms>,
}

/// In which namespaces pods are looked for; `None` for all.
pub(super) type TermScope<'s> = Option<Vec<&'s str>>;

/// What is asked of the sets is asked of the snapshot too.
impl<'d> Deref for ClusterSnapshot<'d> {
    type Target = ClusterSets<'d>;

    fn deref(&self) -> &ClusterSets<'d> {
        &self.sets
    }
}

impl<'d> ClusterSnapshot<'d> {
    /// The cluster with the nodes for which this holds, and the pods on them.
    pub(super) fn of(
        cluster: Arc<Cluster<'d>>,
        facts: Arc<ClusterFacts>,
        is_kept: impl Fn(u32) -> bool,
    ) -> ClusterSnapshot<'d> {
        let sets = ClusterSets::new(cluster.realm.store(), facts, is_kept);
        ClusterSnapshot::over(cluster, sets)
    }

    fn over(cluster: Arc<Cluster<'d>>, sets: ClusterSets<'d>) -> ClusterSnapshot<'d> {
        let (topologies, namespaces, standing) = (Mutex::default(), OnceLock::new(), OnceLock::new());
        ClusterSnapshot { cluster, sets, topologies, namespaces, standing }
    }

    /// The same cluster as if its nodes had the labels that they have in another store, which has the same objects.
    pub(super) fn with_labels_of<'s>(&self, store: &'s Store) -> ClusterSnapshot<'s>
    where
        'd: 's,
    {
        let sets = ClusterSets::new(store, Arc::clone(self.facts()), |id| self.nodes().contains(id));
        ClusterSnapshot::over(self.cluster.clone(), sets)
    }

    /// The same nodes with all pods on them, where only a part of the pods was read.
    pub(super) fn whole(&self) -> Option<ClusterSnapshot<'d>> {
        let facts = self.cluster.facts();
        let is_kept = |id: u32| self.nodes().contains(id);
        (!Arc::ptr_eq(facts, self.facts()))
            .then(|| ClusterSnapshot::of(Arc::clone(&self.cluster), Arc::clone(facts), is_kept))
    }

    /// What the pods that are there ask of those that come.
    pub(super) fn standing(&self) -> &StandingTerms {
        self.standing.get_or_init(|| StandingTerms::of(self))
    }

    /// Which pod of the cluster the asked one is, if it is there already.
    pub(super) fn itself(&self, pod: &SchedulingPod) -> Option<u32> {
        let is_named = pod.is_itself && !pod.name.is_empty();
        is_named.then(|| self.cluster.pod_named(&pod.namespace, &pod.name)).flatten()
    }

    /// What a pod of the cluster says about where it may run.
    pub(super) fn rules_of(&self, pod: u32) -> Option<&PodRules> {
        let facts = self.facts();
        Some(&facts.rules[facts.pods[facts.pod_number(pod)?].rules as usize])
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

    /// What claims, volumes and storage classes say.
    pub(super) fn volumes(&self) -> &VolumeFacts {
        self.cluster.volumes()
    }

    /// The nodes whose labels a selector selects.
    pub(super) fn nodes_selected(&self, selector: &Selector) -> RoaringBitmap {
        let scope = Scope::all().kind(Some(""), "Node");
        Plan::scoped(self.store(), selector, &scope).run().to_bitmap() & self.nodes()
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
        Plan::scoped(self.store(), selector, &scope).run().to_bitmap() & self.placed()
    }

    /// The objects with a label, whatever its key and value are made of.
    pub(super) fn labelled(&self, key: &str, value: &str) -> RoaringBitmap {
        let table = self.store().table();
        let label = table.key_id(key).and_then(|key| table.label_id(key, value));
        label.map_or_else(RoaringBitmap::new, |label| self.store().index().label(label).to_bitmap())
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

    /// Whether a term of a pod that is in the namespace `own` is about pods of a namespace. One whose object is not there has no
    /// labels.
    pub(super) fn is_about_namespace(&self, term: &PodAffinityTerm, own: &str, name: &str) -> bool {
        let TermNamespaces { named, labelled } = &term.namespaces;
        if term.namespaces.is_own() {
            return own == name;
        }
        let is_labelled = |selector| self.is_selected(selector, self.namespaces().get(name).copied());
        named.iter().any(|it| **it == *name) || labelled.as_ref().is_some_and(is_labelled)
    }

    fn is_selected(&self, selector: &Selector, id: Option<ObjectId>) -> bool {
        let object = id.and_then(|id| self.store().get(id));
        selector.matches_by(|key| object.and_then(|object| object.label(key)))
    }

    /// The Namespace objects by their names.
    fn namespaces(&self) -> &HashMap<Box<str>, ObjectId, RandomState> {
        self.namespaces.get_or_init(|| {
            let objects = self.cluster.realm.of_core_kind("Namespace").into_iter();
            objects.filter_map(|id| Some((self.object(id)?.name().into(), ObjectId(id)))).collect()
        })
    }
}
