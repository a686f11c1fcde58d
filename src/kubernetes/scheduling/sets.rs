//! The nodes and pods of a cluster as sets.

use std::sync::Arc;

use roaring::{MultiOps, RoaringBitmap};

use super::cluster::{ClusterFacts, NO_NODE};
use crate::store::PostingsView;
use crate::{ObjectId, ObjectRef, Store};

/// The nodes that are looked at and the pods on them, as numbers of objects.
#[derive(Debug)]
pub(super) struct ClusterSets<'d> {
    /// That of the dump, or one in which nodes have other labels.
    store: &'d Store,
    facts: Arc<ClusterFacts>,
    /// The place of each object in the facts' list of nodes, if it is a node that is looked at.
    number_of: Vec<u32>,
    /// The place of the node that each pod is on, if it is one that is looked at.
    node_of: Vec<u32>,
    nodes: RoaringBitmap,
    cordoned: RoaringBitmap,
    /// The nodes with each list of taints of the facts.
    tainted: Vec<RoaringBitmap>,
    placed: RoaringBitmap,
    leaving: RoaringBitmap,
}

/// The set of ids that ascend.
pub(super) fn ascending(ids: impl Iterator<Item = u32>) -> RoaringBitmap {
    let mut set = RoaringBitmap::new();
    // Those that do not ascend would be left out, of which there are none.
    let _ = set.append(ids);
    set
}

impl<'d> ClusterSets<'d> {
    /// The sets of the nodes that are kept.
    pub(super) fn new(
        store: &'d Store,
        facts: Arc<ClusterFacts>,
        is_kept: impl Fn(u32) -> bool,
    ) -> ClusterSets<'d> {
        let n_ids = store.table().n_ids();
        let mut sets = ClusterSets {
            store,
            facts: Arc::clone(&facts),
            number_of: vec![NO_NODE; n_ids],
            node_of: vec![NO_NODE; n_ids],
            nodes: RoaringBitmap::new(),
            cordoned: RoaringBitmap::new(),
            tainted: vec![RoaringBitmap::new(); facts.taints.len()],
            placed: RoaringBitmap::new(),
            leaving: RoaringBitmap::new(),
        };
        for (number, node) in (0..).zip(&facts.nodes).filter(|(_, node)| is_kept(node.id)) {
            sets.number_of[node.id as usize] = number;
            sets.nodes.insert(node.id);
            sets.tainted[node.taints as usize].insert(node.id);
            if node.is_cordoned {
                sets.cordoned.insert(node.id);
            }
        }
        let is_on_kept = |node: u32| facts.nodes.get(node as usize).is_some_and(|node| is_kept(node.id));
        for pod in facts.pods.iter().filter(|pod| pod.is_placed() && is_on_kept(pod.node)) {
            sets.node_of[pod.id as usize] = pod.node;
            sets.placed.insert(pod.id);
            if pod.is_leaving() {
                sets.leaving.insert(pod.id);
            }
        }
        sets
    }

    pub(super) fn store(&self) -> &'d Store {
        self.store
    }

    pub(super) fn facts(&self) -> &Arc<ClusterFacts> {
        &self.facts
    }

    pub(super) fn nodes(&self) -> &RoaringBitmap {
        &self.nodes
    }

    /// Those that are cordoned.
    pub(super) fn cordoned(&self) -> &RoaringBitmap {
        &self.cordoned
    }

    /// Those whose list of taints, by its number in the facts, is wanted.
    pub(super) fn tainted(&self, is_wanted: impl Fn(usize) -> bool) -> RoaringBitmap {
        let lists = self.tainted.iter().enumerate().filter(|(list, _)| is_wanted(*list));
        lists.map(|(_, nodes)| nodes).union()
    }

    /// Those that are in postings of the store.
    pub(super) fn nodes_in(&self, postings: PostingsView<'_>) -> RoaringBitmap {
        match postings {
            PostingsView::Few(ids) => ascending(ids.iter().copied().filter(|id| self.nodes.contains(*id))),
            PostingsView::Many(ids) => &**ids & &self.nodes,
        }
    }

    /// The pods on nodes.
    pub(super) fn placed(&self) -> &RoaringBitmap {
        &self.placed
    }

    /// Those that are about to leave.
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
}
