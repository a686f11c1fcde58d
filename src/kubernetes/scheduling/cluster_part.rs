//! What of a cluster is read where a few pods are asked about, and not all.
//!
//! A pod that is there matters to one that comes in two ways. A term of the pod that comes selects it, which its labels tell; or it
//! does not want the other near, which it cannot say without a word that then stands in its text. So it is too with those that
//! are only nominated for a node. Those that want it near matter where nodes are compared, for which all are read.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::super::links::Realm;
use super::cluster::Cluster;
use super::pod::SchedulingPod;
use super::rules::PodRules;
use super::snapshot::ClusterSnapshot;
use crate::json::MemberNames;
use crate::{ObjectId, Plan, Scope};

/// How many pods are read in the time that the plan of a selector takes.
const PODS_A_PLAN: usize = 16;

/// The member without which no pod keeps others off.
const KEEPS_OTHERS_OFF: &str = "podAntiAffinity";

/// A cluster as far as it matters to some pods.
#[derive(Debug)]
pub(super) struct ClusterPart<'d> {
    pub(super) snapshot: ClusterSnapshot<'d>,
    /// The rules by what of a pod says which others matter to it: where its rules stand, and its namespace. They are kept, so that no
    /// others come to stand there.
    known: HashMap<(usize, Box<str>), Arc<PodRules>, RandomState>,
}

impl<'d> ClusterPart<'d> {
    /// Reads what matters to pods that are asked about, of the nodes for which this holds.
    pub(super) fn read<'p>(
        cluster: &Arc<Cluster<'d>>,
        pods: impl IntoIterator<Item = &'p SchedulingPod>,
        is_kept: impl Fn(u32) -> bool,
    ) -> ClusterPart<'d> {
        let realm = &cluster.realm;
        let mut counted = RoaringBitmap::new();
        let mut known = HashMap::default();
        for pod in pods {
            if known.insert(key(pod), Arc::clone(&pod.rules)).is_none() {
                counted |= selected(realm, pod);
            }
        }
        let names = MemberNames::new([KEEPS_OTHERS_OFF]);
        let may_keep_off = |id| realm.dump.may_have(ObjectId(id), &names);
        let facts = cluster.read(|id| counted.contains(id) || may_keep_off(id));
        let snapshot = ClusterSnapshot::of(Arc::clone(cluster), Arc::new(facts), is_kept);
        ClusterPart { snapshot, known }
    }

    /// Whether it takes less to look for what so many selectors select than to read all pods.
    pub(super) fn are_few(cluster: &Cluster<'_>, n_selectors: usize) -> bool {
        n_selectors * PODS_A_PLAN <= cluster.n_pods()
    }

    /// Whether all was read that matters to a pod.
    pub(super) fn include(&self, pod: &SchedulingPod) -> bool {
        self.known.contains_key(&key(pod))
    }
}

fn key(pod: &SchedulingPod) -> (usize, Box<str>) {
    (Arc::as_ptr(&pod.rules).addr(), pod.namespace.clone())
}

/// The pods that a pod's own terms select, and perhaps some in other namespaces than theirs.
fn selected(realm: &Realm<'_>, pod: &SchedulingPod) -> RoaringBitmap {
    let all = Scope::all().kind(Some(""), "Pod");
    let own = all.clone().namespace(&*pod.namespace);
    let selectors = pod.rules.pod_selectors();
    let found = selectors.map(|(selector, is_own)| {
        let scope = if is_own { &own } else { &all };
        Plan::scoped(realm.store(), selector, scope).run().to_bitmap()
    });
    found.fold(RoaringBitmap::new(), |all, found| all | found)
}
