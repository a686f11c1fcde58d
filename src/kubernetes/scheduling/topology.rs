//! The domains into which a label parts the nodes: zones, racks, hosts.

use std::sync::OnceLock;

use roaring::{MultiOps, RoaringBitmap};

use super::sets::{ClusterSets, ascending};
use crate::store::LabelId;

/// The number of no domain.
const NO_DOMAIN: u32 = u32::MAX;
/// From how many pods for each domain on pods are counted by intersections.
const MIN_PODS_A_DOMAIN: u64 = 64;
/// Up to how many domains are worth an operation on sets each: with more of them, a walk over all nodes is less.
const MAX_UNITED: usize = 128;

/// The domains of one label key: the nodes with each of its values.
#[derive(Debug)]
pub(super) struct Topology {
    /// The values, each as the number of the label.
    labels: Vec<LabelId>,
    /// The domain of each node of the facts.
    domain_of: Vec<u32>,
    /// The nodes that are in any.
    nodes: RoaringBitmap,
    /// The nodes of each domain.
    nodes_of: Vec<RoaringBitmap>,
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
            nodes_of: Vec::new(),
            pods: OnceLock::new(),
        };
        let Some(key) = store.table().key_id(key) else { return topology };
        for label in store.index().labels_of(key) {
            let nodes = sets.nodes_in(store.index().label(label));
            if nodes.is_empty() {
                continue;
            }
            let domain = topology.labels.len() as u32;
            for number in nodes.iter().filter_map(|id| sets.node_number(id)) {
                topology.domain_of[number] = domain;
            }
            // A union would walk over all that is there already, for each of the hosts.
            topology.nodes.extend(&nodes);
            topology.nodes_of.push(nodes);
            topology.labels.push(label);
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
        let domains: Vec<usize> = (0..self.len()).filter(|domain| holds(*domain)).collect();
        if domains.len() <= MAX_UNITED {
            return domains.into_iter().map(|domain| &self.nodes_of[domain]).union();
        }
        let nodes = sets.facts().nodes.iter().zip(&self.domain_of);
        let found = nodes.filter(|(_, domain)| **domain != NO_DOMAIN && holds(**domain as usize));
        ascending(found.map(|(node, _)| node.id))
    }

    /// The domains of some nodes, in no order, perhaps more than once.
    pub(super) fn domains_of(&self, sets: &ClusterSets<'_>, nodes: &RoaringBitmap) -> Vec<usize> {
        if self.len() <= MAX_UNITED {
            return (0..self.len()).filter(|domain| !self.nodes_of[*domain].is_disjoint(nodes)).collect();
        }
        nodes.iter().filter_map(|id| self.domain(sets.node_number(id)?)).collect()
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
