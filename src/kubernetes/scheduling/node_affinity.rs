//! NodeAffinity: the pod's nodeSelector and node affinity do not select the node.

use roaring::RoaringBitmap;

use super::case::Case;
use super::node_terms::{NodeTerms, NodeTest, TermContent};
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause, RejectionStage};
use super::sets::ascending;
use super::snapshot::ClusterSnapshot;
use crate::ObjectRef;

pub(super) const REASON: &str = "node(s) didn't match Pod's node affinity/selector";
const CONFLICT: &str = "pod affinity terms conflict";
const ELSEWHERE: &str = "node(s) didn't satisfy plugin(s) [NodeAffinity]";
/// All that it may say.
pub(super) const REASONS: [&str; 3] = [REASON, CONFLICT, ELSEWHERE];

/// The nodes that the pod's nodeSelector selects.
pub(super) fn selected_by_node_selector(case: &Case<'_>) -> RoaringBitmap {
    let pairs = case.rules().node_selector.iter();
    pairs.fold(case.nodes().clone(), |nodes, (key, value)| nodes & case.snapshot.labelled(key, value))
}

/// The nodes that the pod's nodeSelector and node affinity select.
pub(super) fn selected_nodes<'c>(case: &'c Case<'_>) -> &'c RoaringBitmap {
    case.selected.get_or_init(|| {
        let nodes = selected_by_node_selector(case);
        match &case.rules().required_nodes {
            Some(required) => nodes & nodes_of(case.snapshot, required),
            None => nodes,
        }
    })
}

/// The nodes for which a term holds.
fn nodes_of(snapshot: &ClusterSnapshot<'_>, terms: &NodeTerms) -> RoaringBitmap {
    let of_term = |content: &TermContent| match content {
        TermContent::Asks(test) => nodes_of_test(snapshot, test),
        TermContent::Empty | TermContent::Unreadable(_) => RoaringBitmap::new(),
    };
    terms.terms.iter().fold(RoaringBitmap::new(), |nodes, term| nodes | of_term(&term.content))
}

/// The nodes for which all of a test holds.
pub(super) fn nodes_of_test(snapshot: &ClusterSnapshot<'_>, test: &NodeTest) -> RoaringBitmap {
    let nodes = match test.labels.is_empty() {
        true => snapshot.nodes().clone(),
        false => snapshot.nodes_selected(&test.selector()),
    };
    if test.fields.is_empty() {
        return nodes;
    }
    ascending(nodes.into_iter().filter(|id| test.holds_for_name(snapshot.name(*id))))
}

pub(super) fn reject(case: &Case<'_>) -> Vec<Rejection> {
    let rejection = |reason: &'static str, nodes: RoaringBitmap, stage| {
        let rejection = Rejection::of(SchedulerPlugin::NodeAffinity, reason, nodes);
        rejection.map(|it| Rejection { stage, ..it })
    };
    let named = case.rules().required_nodes.as_ref().and_then(NodeTerms::names);
    let looked_at: RoaringBitmap = match named {
        None => case.nodes().clone(),
        Some(names) if names.is_empty() => {
            let all = rejection(CONFLICT, case.nodes().clone(), RejectionStage::PreFilter);
            return all.into_iter().collect();
        }
        Some(names) => ascending(case.nodes().iter().filter(|id| names.contains(&case.snapshot.name(*id)))),
    };
    let elsewhere = rejection(ELSEWHERE, case.nodes() - &looked_at, RejectionStage::Elsewhere);
    let refused = rejection(REASON, &looked_at - selected_nodes(case), RejectionStage::Filter);
    elsewhere.into_iter().chain(refused).collect()
}

pub(super) fn cause(case: &Case<'_>, stage: RejectionStage, node: u32) -> RejectionCause {
    let required = case.rules().required_nodes.as_ref();
    if stage == RejectionStage::PreFilter {
        return RejectionCause::of_rule("no node has all the names that a term asks for");
    }
    let Some(node) = case.snapshot.object(node) else { return RejectionCause::default() };
    let mut failing = Failing::default();
    for (key, value) in &case.rules().node_selector {
        if node.label(key) != Some(value) {
            failing.rules.push(format!("nodeSelector: {key}={value}"));
            failing.has(node, key);
        }
    }
    if let Some(terms) = required.filter(|terms| !is_met(terms, node)) {
        failing.add_terms(terms, node);
    }
    RejectionCause::of_rule(failing.rules.join("; ")).and_here(failing.here())
}

/// Whether a term holds for a node.
fn is_met(terms: &NodeTerms, node: ObjectRef<'_>) -> bool {
    terms.terms.iter().any(|term| match &term.content {
        TermContent::Asks(test) => test.holds(node.name(), |key| node.label(key)),
        TermContent::Empty | TermContent::Unreadable(_) => false,
    })
}

/// What a node does not meet.
#[derive(Default)]
struct Failing {
    rules: Vec<String>,
    /// What the node has instead, each once.
    has: Vec<String>,
}

impl Failing {
    /// What the node has under a key.
    fn has(&mut self, node: ObjectRef<'_>, key: &str) {
        let has = match node.label(key) {
            Some(value) => format!("{key}={value}"),
            None => format!("no {key}"),
        };
        if !self.has.contains(&has) {
            self.has.push(has);
        }
    }

    fn add_terms(&mut self, terms: &NodeTerms, node: ObjectRef<'_>) {
        if terms.terms.is_empty() {
            self.rules.push("no terms, which no node meets".to_owned());
        }
        for (nth, term) in (1..).zip(&terms.terms) {
            let failing = match &term.content {
                TermContent::Empty => "is empty, which no node meets".to_owned(),
                TermContent::Unreadable(problems) => {
                    format!("cannot be read, which no node meets ({})", problems.join(", "))
                }
                TermContent::Asks(test) => self.failing(test, node).join(" and "),
            };
            self.rules.push(format!("term {nth}: {failing}"));
        }
    }

    /// The parts of a test that a node does not meet.
    fn failing(&mut self, test: &NodeTest, node: ObjectRef<'_>) -> Vec<String> {
        let mut failing = Vec::new();
        for requirement in &test.labels {
            let key = requirement.key().as_str();
            if !requirement.matches_value(node.label(key)) {
                failing.push(requirement.to_string());
                self.has(node, key);
            }
        }
        failing.extend(test.fields.iter().filter(|it| !it.holds(node.name())).map(|field| field.text()));
        failing
    }

    fn here(&self) -> String {
        if self.has.is_empty() { String::new() } else { format!("node has {}", self.has.join(", ")) }
    }
}

/// Why the terms that the pod prefers cannot be read.
pub(super) fn unscorable(case: &Case<'_>) -> Option<String> {
    case.rules().preferred_nodes.as_ref().err().cloned()
}

/// The scores of nodes by the terms that the pod prefers.
pub(super) fn score(case: &Case<'_>, nodes: &[u32]) -> Vec<i64> {
    let mut raw = vec![0_i64; nodes.len()];
    for preferred in case.rules().preferred_nodes.iter().flatten() {
        let selected = nodes_of_test(case.snapshot, &preferred.test);
        let selected = nodes.iter().zip(&mut raw).filter(|(id, _)| selected.contains(**id));
        selected.for_each(|(_, score)| *score += preferred.weight);
    }
    let most = raw.iter().copied().max().unwrap_or(0);
    raw.into_iter().map(|score| if most == 0 { score } else { 100 * score / most }).collect()
}
