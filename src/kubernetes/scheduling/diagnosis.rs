//! What is wrong with a pod's rules themselves, whichever node is looked at: for audits.

use super::affinity_term::PodAffinities;
use super::case::Case;
use super::node_affinity::selected_nodes;
use super::node_terms::TermContent;
use super::rules::SpreadAction;
use super::taint_toleration::tainted_nodes;
use super::topology::Topology;
use super::{inter_pod_affinity, node_affinity};

/// How many nodes are left after each step of the rules that look at a node alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kubernetes) struct NodeSteps {
    pub(in crate::kubernetes) all: u64,
    pub(in crate::kubernetes) node_selector: u64,
    pub(in crate::kubernetes) node_affinity: u64,
    pub(in crate::kubernetes) tolerated: u64,
    pub(in crate::kubernetes) uncordoned: u64,
}

/// A required affinity term that can be met nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kubernetes) struct UnmetTerm {
    /// Its place in the list.
    pub(in crate::kubernetes) nth: usize,
    /// `affinity app=db over topology.kubernetes.io/zone`
    pub(in crate::kubernetes) text: String,
}

/// A topology key of a rule that keeps pods off, with the nodes that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kubernetes) struct TopologyKeyUse {
    /// Where in the pod's specification it stands.
    pub(in crate::kubernetes) at: String,
    pub(in crate::kubernetes) key: String,
    /// Whether it keeps pods off nodes without it; else it does nothing there.
    pub(in crate::kubernetes) excludes: bool,
    pub(in crate::kubernetes) n_with: u64,
    pub(in crate::kubernetes) n_nodes: u64,
    /// The first node without it.
    pub(in crate::kubernetes) without: Option<u32>,
}

/// A pod's rules as they are looked through.
pub(in crate::kubernetes) struct Diagnosis<'s> {
    case: Case<'s>,
}

impl<'s> Diagnosis<'s> {
    pub(super) fn of(case: Case<'s>) -> Diagnosis<'s> {
        Diagnosis { case }
    }

    /// What the rules that look at a node alone leave of the nodes.
    pub(in crate::kubernetes) fn node_steps(&self) -> NodeSteps {
        let case = &self.case;
        let of_selector = node_affinity::selected_by_node_selector(case);
        let of_affinity = selected_nodes(case);
        let tolerated = of_affinity - tainted_nodes(case);
        NodeSteps {
            all: case.nodes().len(),
            node_selector: of_selector.len(),
            node_affinity: of_affinity.len(),
            tolerated: tolerated.len(),
            uncordoned: (&tolerated - super::node_unschedulable::rejected_nodes(case)).len(),
        }
    }

    /// Whether a term of the node affinity asks nothing, which no node meets.
    pub(in crate::kubernetes) fn has_empty_node_term(&self) -> bool {
        let terms = self.case.pod.rules.required_nodes.as_ref();
        terms.is_some_and(|it| it.terms.iter().any(|term| term.content == TermContent::Empty))
    }

    /// The keys of node labels that the pod asks for and no node has, each with the one that has taken its place.
    pub(in crate::kubernetes) fn absent_node_keys(&self) -> Vec<(String, Option<&'static str>)> {
        let rules = &self.case.pod.rules;
        let of_selector = rules.node_selector.iter().map(|(key, _)| key.to_string());
        let terms = rules.required_nodes.iter().flat_map(|terms| &terms.terms);
        let of_terms = terms.flat_map(|term| match &term.content {
            TermContent::Asks(test) => test.labels.iter().filter(|it| !it.matches_value(None)).collect(),
            TermContent::Empty | TermContent::Unreadable(_) => Vec::new(),
        });
        let keys = of_selector.chain(of_terms.map(|it| it.key().to_string()));
        let mut absent: Vec<(String, Option<&str>)> = keys
            .filter(|key| self.case.snapshot.topology(key).len() == 0)
            .map(|key| (super::fix::renamed(&key), key))
            .map(|(new, key)| (key, new))
            .collect();
        absent.dedup();
        absent
    }

    /// The required affinity terms that no pod and not the pod itself meets, so that it fits nowhere.
    pub(in crate::kubernetes) fn unmet_affinity(&self) -> Vec<UnmetTerm> {
        let unmet = inter_pod_affinity::unmet(&self.case).into_iter();
        unmet.map(|(nth, text)| UnmetTerm { nth, text }).collect()
    }

    /// The topology keys of the rules that keep the pod off nodes.
    pub(in crate::kubernetes) fn topology_keys(&self) -> Vec<TopologyKeyUse> {
        const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
        let case = &self.case;
        let rules = &case.pod.rules;
        let spread =
            rules.spread.iter().enumerate().filter(|(_, it)| it.action == SpreadAction::DoNotSchedule);
        let spread = spread.map(|(nth, it)| {
            (format!(".topologySpreadConstraints[{nth}].topologyKey"), &it.topology_key, true)
        });
        let lists = [
            ("podAffinity", &rules.pods.required, true),
            ("podAntiAffinity", &rules.pods.required_anti, false),
        ];
        let terms = lists.into_iter().flat_map(|(side, list, excludes)| {
            let terms = PodAffinities::readable(list).iter().enumerate();
            terms.map(move |(nth, term)| {
                (format!(".affinity.{side}.{REQUIRED}[{nth}].topologyKey"), &term.topology_key, excludes)
            })
        });
        let uses = spread.chain(terms);
        uses.map(|(at, key, excludes)| key_use(case, at, key, excludes)).collect()
    }
}

fn key_use(case: &Case<'_>, at: String, key: &str, excludes: bool) -> TopologyKeyUse {
    let topology = case.snapshot.topology(key);
    let nodes = Topology::nodes(&topology);
    TopologyKeyUse {
        at,
        key: key.to_owned(),
        excludes,
        n_with: nodes.len(),
        n_nodes: case.nodes().len(),
        without: (case.nodes() - nodes).min(),
    }
}
