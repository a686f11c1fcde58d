//! The nodes and pods of a cluster as the scheduler sees them, each read once.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::super::links::Realm;
use super::super::object::{Json, ObjectJson, is_terminating};
use super::super::pod::is_finished;
use super::pod::{claims, priority};
use super::rules::{PodRules, RuleTexts};
use super::toleration::Taint;
use super::volumes::VolumeFacts;
use crate::json::{MemberNames, Reads};
use crate::store::IdentityIndex;
use crate::{ObjectId, ObjectIdentity, parallel};

/// Fewer objects are read before another thread has begun.
const MIN_PER_THREAD: usize = 256;

/// A cluster, each part of which is read when it is first asked for.
#[derive(Debug)]
pub(super) struct Cluster<'d> {
    pub(super) realm: Realm<'d>,
    pods: OnceLock<KindObjects>,
    facts: OnceLock<Arc<ClusterFacts>>,
    volumes: OnceLock<VolumeFacts>,
}

/// What is read of the nodes and pods of a cluster. Nothing of it changes with the labels.
#[derive(Debug)]
pub(super) struct ClusterFacts {
    /// In the order of the dump, each name once.
    pub(super) nodes: Vec<NodeFacts>,
    /// The lists of taints that occur; the first is the empty one.
    pub(super) taints: Vec<Vec<Taint>>,
    /// In the order of the dump, each pod once: all of them, or those that were to be read.
    pub(super) pods: Vec<PodFacts>,
    /// The places of the pods that are nominated for nodes.
    pub(super) nominated: Vec<usize>,
    /// What pods say of where they may run, each once.
    pub(super) rules: Vec<Arc<PodRules>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct NodeFacts {
    pub(super) id: u32,
    /// The number of its list of taints.
    pub(super) taints: u32,
    pub(super) is_cordoned: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PodFacts {
    pub(super) id: u32,
    /// The place in the list of its node; [`NO_NODE`] of one that is on none of them.
    pub(super) node: u32,
    /// The number of its rules.
    pub(super) rules: u32,
    pub(super) state: PodState,
    /// The place of the node that it is to have once others have left it; [`NO_NODE`] mostly.
    pub(super) nominated_for: u32,
    pub(super) priority: i32,
    /// Whether it names a node, which need not be there.
    pub(super) names_node: bool,
    /// Whether the scheduler waits with it for somebody.
    pub(super) is_gated: bool,
    pub(super) claims: Box<[Box<str>]>,
}

/// The place of no node.
pub(super) const NO_NODE: u32 = u32::MAX;

/// How far a pod is, as far as the scheduler looks at that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum PodState {
    /// On no node, or on one that is not there.
    Unplaced,
    /// On a node.
    Placed,
    /// On a node that it is about to leave.
    Leaving,
    /// It has ended, and counts for nothing.
    Finished,
}

impl PodFacts {
    /// Whether it is one of those around which others are put.
    pub(super) fn is_placed(&self) -> bool {
        matches!(self.state, PodState::Placed | PodState::Leaving)
    }

    pub(super) fn is_leaving(&self) -> bool {
        self.state == PodState::Leaving
    }

    pub(super) fn is_finished(&self) -> bool {
        self.state == PodState::Finished
    }

    /// Reads one pod. Nothing of it is said in relation to nodes.
    pub(super) fn of(realm: &Realm<'_>, id: u32) -> Option<PodFacts> {
        PodPart::read(realm, [id].into_iter(), &HashMap::default()).pods.pop()
    }

    /// Whether the scheduler looks for a node for it.
    pub(super) fn is_waiting(&self) -> bool {
        self.state == PodState::Unplaced && !self.names_node && !self.is_gated
    }
}

impl<'d> Cluster<'d> {
    pub(super) fn new(realm: Realm<'d>) -> Cluster<'d> {
        Cluster { realm, pods: OnceLock::new(), facts: OnceLock::new(), volumes: OnceLock::new() }
    }

    /// The pods, none of them read.
    fn pods(&self) -> &KindObjects {
        self.pods.get_or_init(|| KindObjects::of(&self.realm, "Pod"))
    }

    pub(super) fn n_pods(&self) -> usize {
        self.pods().ids.len()
    }

    /// Whether an object is a pod of the cluster, and no other has taken its place.
    pub(super) fn has_pod(&self, id: u32) -> bool {
        self.pods().ids.binary_search(&id).is_ok()
    }

    /// The pod of a name.
    pub(super) fn pod_named(&self, namespace: &str, name: &str) -> Option<u32> {
        let identity = ObjectIdentity { api_version: "v1", kind: "Pod", namespace, name };
        let table = self.realm.store().table();
        self.pods().by_identity.get(identity, |id| table.identity(id)).map(|id| id.0)
    }

    /// What is read of the nodes and of all pods.
    pub(super) fn facts(&self) -> &Arc<ClusterFacts> {
        self.facts.get_or_init(|| Arc::new(self.read(|_| true)))
    }

    /// Whether all pods were read.
    pub(super) fn is_read(&self) -> bool {
        self.facts.get().is_some()
    }

    /// What claims, volumes and storage classes say.
    pub(super) fn volumes(&self) -> &VolumeFacts {
        self.volumes.get_or_init(|| VolumeFacts::read(&self.realm))
    }

    /// Reads the nodes, and the pods for which this holds.
    pub(super) fn read(&self, is_wanted: impl Fn(u32) -> bool + Sync) -> ClusterFacts {
        let realm = &self.realm;
        let KindObjects { ids: nodes, .. } = KindObjects::of(realm, "Node");
        let mut numbers: HashMap<&str, u32, RandomState> = HashMap::default();
        numbers.reserve(nodes.len());
        numbers
            .extend((0..).zip(&nodes).filter_map(|(number, id)| Some((realm.object(*id)?.name(), number))));
        let read =
            |ids: &[u32]| PodPart::read(realm, ids.iter().copied().filter(|id| is_wanted(*id)), &numbers);
        // Neither keeps all processors busy from its beginning to its end.
        let (nodes, pods) = parallel::both(
            || read_nodes(realm, &nodes),
            || parallel::in_parts(&self.pods().ids, MIN_PER_THREAD, read),
        );
        ClusterFacts::of(nodes, pods)
    }
}

impl ClusterFacts {
    fn of((nodes, taints): (Vec<NodeFacts>, Vec<Vec<Taint>>), parts: Vec<PodPart>) -> ClusterFacts {
        let mut facts =
            ClusterFacts { nodes, taints, pods: Vec::new(), nominated: Vec::new(), rules: Vec::new() };
        facts.pods.reserve(parts.iter().map(|part| part.pods.len()).sum());
        let mut known: HashMap<Box<str>, u32, RandomState> = HashMap::default();
        parts.into_iter().for_each(|part| facts.add(part, &mut known));
        let pods = facts.pods.iter().enumerate();
        facts.nominated =
            pods.filter(|(_, pod)| pod.nominated_for != NO_NODE).map(|(number, _)| number).collect();
        facts
    }

    /// Adds what a thread has read, with its numbers made those of all.
    fn add(&mut self, part: PodPart, known: &mut HashMap<Box<str>, u32, RandomState>) {
        let numbers: Vec<u32> = part
            .rules
            .into_iter()
            .map(|(text, rules)| {
                *known.entry(text).or_insert_with(|| {
                    self.rules.push(Arc::new(rules));
                    self.rules.len() as u32 - 1
                })
            })
            .collect();
        let renumbered =
            part.pods.into_iter().map(|pod| PodFacts { rules: numbers[pod.rules as usize], ..pod });
        self.pods.extend(renumbered);
    }

    /// The place of a pod in the list.
    pub(super) fn pod_number(&self, id: u32) -> Option<usize> {
        self.pods.binary_search_by_key(&id, |pod| pod.id).ok()
    }
}

/// The objects of a kind, each of them once, by their identities.
#[derive(Debug)]
struct KindObjects {
    /// Ascending.
    ids: Vec<u32>,
    by_identity: IdentityIndex,
}

impl KindObjects {
    /// Those of a kind of the core group. Of objects that were read twice, as from two files, there is the last one. What has
    /// no name is no other's double.
    fn of(realm: &Realm<'_>, kind: &str) -> KindObjects {
        let ids = realm.of_core_kind(kind);
        let table = realm.store().table();
        let mut by_identity = IdentityIndex::with_capacity(ids.len() as usize);
        let replaced = ids.iter().filter_map(|id| by_identity.insert(ObjectId(id), |id| table.identity(id)));
        let replaced: RoaringBitmap = replaced.map(|id| id.0).collect();
        KindObjects { ids: (ids - replaced).into_iter().collect(), by_identity }
    }
}

fn read_nodes(realm: &Realm<'_>, ids: &[u32]) -> (Vec<NodeFacts>, Vec<Vec<Taint>>) {
    let reads = Reads::nothing().and_value(["spec", "taints"]).and(["spec", "unschedulable"]);
    let names = MemberNames::new(["taints", "unschedulable"]);
    let read = |&id: &u32| -> (u32, Box<str>, bool) {
        if !realm.dump.may_have(ObjectId(id), &names) {
            return (id, "".into(), false);
        }
        let json = realm.dump.json(ObjectId(id));
        let object = ObjectJson::reading(&json, &reads);
        let taints = object.at(["spec", "taints"]).written();
        (id, taints.into(), object.at(["spec", "unschedulable"]).is_true())
    };
    let of_parts = |ids: &[u32]| ids.iter().map(read).collect::<Vec<_>>();
    let mut lists = TaintLists { taints: vec![Vec::new()], numbers: HashMap::default() };
    let nodes = parallel::in_parts(ids, MIN_PER_THREAD, of_parts).into_iter().flatten();
    let nodes =
        nodes.map(|(id, taints, is_cordoned)| NodeFacts { id, taints: lists.number(taints), is_cordoned });
    (nodes.collect(), lists.taints)
}

/// The lists of taints that occur, by their texts.
struct TaintLists {
    taints: Vec<Vec<Taint>>,
    numbers: HashMap<Box<str>, u32, RandomState>,
}

impl TaintLists {
    /// The number of a list, which is 0 for none.
    fn number(&mut self, text: Box<str>) -> u32 {
        if matches!(&*text, "" | "null" | "[]") {
            return 0;
        }
        *self.numbers.entry(text).or_insert_with_key(|text| {
            self.taints.push(Taint::all(ObjectJson::whole(text).json()));
            self.taints.len() as u32 - 1
        })
    }
}

/// What one thread has read.
struct PodPart {
    pods: Vec<PodFacts>,
    /// The rules, each with the text that they were read from.
    rules: Vec<(Box<str>, PodRules)>,
}

impl PodPart {
    fn read(
        realm: &Realm<'_>,
        ids: impl Iterator<Item = u32>,
        nodes: &HashMap<&str, u32, RandomState>,
    ) -> PodPart {
        let reads = pod_reads();
        let mut part = PodPart { pods: Vec::new(), rules: Vec::new() };
        let mut known: HashMap<Box<str>, u32, RandomState> = HashMap::default();
        let mut key = String::new();
        for id in ids {
            let json = realm.dump.json(ObjectId(id));
            let object = ObjectJson::reading(&json, &reads);
            let texts = RuleTexts::of(object.at(["spec"]));
            key.clear();
            texts.push_to(&mut key);
            let rules = known.get(key.as_str()).copied().unwrap_or_else(|| {
                part.rules.push((key.as_str().into(), PodRules::of(texts)));
                known.insert(key.as_str().into(), part.rules.len() as u32 - 1);
                part.rules.len() as u32 - 1
            });
            let name = realm.object(id).map_or("", |it| it.name());
            part.pods.push(pod_facts(id, name, rules, &object, nodes));
        }
        part
    }
}

/// What is read of each pod. Its rules are taken as text, which is parsed once for all replicas.
fn pod_reads() -> Reads {
    let texts = ["affinity", "nodeSelector", "tolerations", "topologySpreadConstraints"];
    let reads = texts.iter().fold(Reads::nothing(), |reads, name| reads.and_value(["spec", name]));
    reads
        .and(["metadata", "deletionTimestamp"])
        .and(["spec", "nodeName"])
        .and(["spec", "priority"])
        .and(["spec", "schedulingGates", "name"])
        .and(["spec", "volumes", "name"])
        .and(["spec", "volumes", "persistentVolumeClaim", "claimName"])
        .and_value(["spec", "volumes", "ephemeral"])
        .and(["status", "nominatedNodeName"])
        .and(["status", "phase"])
}

fn pod_facts(
    id: u32,
    name: &str,
    rules: u32,
    pod: &ObjectJson<'_>,
    nodes: &HashMap<&str, u32, RandomState>,
) -> PodFacts {
    let node_called = |name: Option<&str>| name.and_then(|name| nodes.get(name).copied());
    let node_name = pod.at(["spec", "nodeName"]).text();
    let node = node_called(node_name.as_deref());
    let state = match node {
        _ if is_finished(pod) => PodState::Finished,
        None => PodState::Unplaced,
        Some(_) if is_terminating(pod) => PodState::Leaving,
        Some(_) => PodState::Placed,
    };
    let gates: Json<'_, '_> = pod.at(["spec", "schedulingGates"]);
    let may_be_nominated = node_name.is_none() && state != PodState::Finished;
    let nominated_for = pod.at(["status", "nominatedNodeName"]).text().filter(|_| may_be_nominated);
    PodFacts {
        id,
        node: node.unwrap_or(NO_NODE),
        rules,
        state,
        nominated_for: node_called(nominated_for.as_deref()).unwrap_or(NO_NODE),
        priority: priority(pod.at(["spec"])),
        names_node: node_name.is_some(),
        is_gated: gates.elements().next().is_some(),
        claims: claims(name, pod.at(["spec"])).collect(),
    }
}
