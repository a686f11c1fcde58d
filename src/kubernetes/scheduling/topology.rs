//! The domains into which a label parts the nodes: zones, racks, hosts.

use std::sync::OnceLock;

use roaring::RoaringBitmap;

use super::sets::ClusterSets;
use crate::store::{LabelId, PostingsView};

/// The number of no domain.
const NO_DOMAIN: u32 = u32::MAX;
/// From how many pods for each domain on pods are counted by intersections.
const MIN_PODS_A_DOMAIN: u64 = 64;

/// The domains of one label key: the nodes with each of its values.
#[derive(Debug)]
pub(super) struct Topology {
    /// The values, each as the number of the label.
    labels: Vec<LabelId>,
    /// The domain of each node of the facts.
    domain_of: Vec<u32>,
    /// The nodes that are in any.
    nodes: RoaringBitmap,
    /// The pods on the nodes of each domain, made where many are to be counted.
    pods: OnceLock<Vec<RoaringBitmap>>,
}

impl Topology {
    pub(super) fn of(sets: &ClusterSets<'_>, key: &str) -> Topology {
        let store = sets.store();
        let mut topology = Topology {
            labels: Vec::new(),
            domain_of: vec![NO_DOMAIN; sets.facts().nodes.len()],
            nodes: RoaringBitmap::new(),
            pods: OnceLock::new(),
        };
        let Some(key) = store.table().key_id(key) else { return topology };
        for label in store.index().labels_of(key) {
            let domain = topology.labels.len() as u32;
            let mut is_new = true;
            let mut add = |id: u32| {
                let Some(number) = sets.node_number(id) else { return };
                if std::mem::take(&mut is_new) {
                    topology.labels.push(label);
                }
                topology.domain_of[number] = domain;
                topology.nodes.insert(id);
            };
            match store.index().label(label) {
                PostingsView::Few(ids) => ids.iter().copied().for_each(&mut add),
                PostingsView::Many(ids) => (&**ids & sets.nodes()).iter().for_each(&mut add),
            }
        }
        topology
    }

    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The nodes that are in any domain.
    pub(super) fn nodes(&self) -> &RoaringBitmap {
        &self.nodes
    }

    /// The domain of the node with this number.
    pub(super) fn domain(&self, node: usize) -> Option<usize> {
        Some(self.domain_of[node]).filter(|&domain| domain != NO_DOMAIN).map(|domain| domain as usize)
    }

    /// The label value of a domain.
    pub(super) fn value<'s>(&self, sets: &ClusterSets<'s>, domain: usize) -> &'s str {
        sets.store().table().value(self.labels[domain])
    }

    /// The nodes of the domains for which this holds.
    pub(super) fn nodes_where(&self, sets: &ClusterSets<'_>, holds: impl Fn(usize) -> bool) -> RoaringBitmap {
        let nodes = sets.facts().nodes.iter().zip(&self.domain_of);
        let found = nodes.filter(|(_, domain)| **domain != NO_DOMAIN && holds(**domain as usize));
        found.map(|(node, _)| node.id).collect()
    }

    /// How many of some pods, all of which are on nodes, there are in each domain.
    pub(super) fn counts(&self, sets: &ClusterSets<'_>, pods: &RoaringBitmap) -> Vec<u64> {
        // One intersection a domain, or one step a pod if that is less.
        if pods.len() > self.len() as u64 * MIN_PODS_A_DOMAIN {
            let of_domains = self.pods.get_or_init(|| self.pods_of_domains(sets));
            return of_domains.iter().map(|of_domain| of_domain.intersection_len(pods)).collect();
        }
        let mut counts = vec![0; self.len()];
        for node in pods.iter().filter_map(|pod| sets.node_of(pod)) {
            self.domain(node).into_iter().for_each(|domain| counts[domain] += 1);
        }
        counts
    }

    fn pods_of_domains(&self, sets: &ClusterSets<'_>) -> Vec<RoaringBitmap> {
        let mut pods = vec![RoaringBitmap::new(); self.len()];
        for pod in sets.placed() {
            let domain = sets.node_of(pod).and_then(|node| self.domain(node));
            domain.into_iter().for_each(|domain| _ = pods[domain].insert(pod));
        }
        pods
    }
}
