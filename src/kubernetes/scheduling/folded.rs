//! Nodes that are told of together, as the same is against them.

use super::rejection::RejectionCause;
use super::verdict::{NodeGroup, NodeReason, Verdict};
use crate::ObjectId;

/// Nodes with the same reasons against them, for the same causes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FoldedNodes {
    /// The nodes, in the order of the dump.
    pub nodes: Vec<ObjectId>,
    /// What is against all of them; nothing where the pod fits. A cause tells what there is at some of the nodes.
    pub reasons: Vec<NodeReason>,
}

/// For how many nodes with the same reasons the causes are worked out; for the others the reasons have to do.
const MAX_CAUSES: usize = 200;
/// How many different things at nodes are told.
const MAX_HERE: usize = 2;

impl Verdict<'_> {
    /// The nodes by what is against them and why: those that fit first, and then those of which there are the most.
    #[must_use]
    pub fn folded(&self) -> Vec<FoldedNodes> {
        self.groups().iter().flat_map(|group| self.folded_group(group)).collect()
    }

    fn folded_group(&self, group: &NodeGroup) -> Vec<FoldedNodes> {
        if group.fits() {
            return vec![FoldedNodes { nodes: group.nodes().collect(), reasons: Vec::new() }];
        }
        let mut folded: Vec<FoldedNodes> = Vec::new();
        for node in group.nodes().take(MAX_CAUSES) {
            let reasons = self.reasons(node);
            let is_same = |it: &&mut FoldedNodes| have_same_rules(&it.reasons, &reasons);
            match folded.iter_mut().find(is_same) {
                Some(same) => same.add(node, &reasons),
                None => folded.push(FoldedNodes { nodes: vec![node], reasons }),
            }
        }
        folded.sort_by_key(|it| std::cmp::Reverse(it.nodes.len()));
        let rest: Vec<ObjectId> = group.nodes().skip(MAX_CAUSES).collect();
        if let Some(first) = rest.first() {
            let in_short =
                |it: NodeReason| NodeReason { cause: RejectionCause::of_rule(it.reason.clone()), ..it };
            let reasons = self.reasons(*first).into_iter().map(in_short).collect();
            folded.push(FoldedNodes { nodes: rest, reasons });
        }
        folded
    }
}

fn have_same_rules(some: &[NodeReason], others: &[NodeReason]) -> bool {
    let rules = |reasons: &[NodeReason]| -> Vec<String> {
        reasons.iter().map(|reason| reason.cause.rule().to_owned()).collect()
    };
    rules(some) == rules(others)
}

impl FoldedNodes {
    fn add(&mut self, node: ObjectId, reasons: &[NodeReason]) {
        self.nodes.push(node);
        for (known, other) in self.reasons.iter_mut().zip(reasons) {
            known.cause.add_here(other.cause.here());
        }
    }
}

impl RejectionCause {
    /// Adds what there is at another node, unless that has been told or enough has.
    fn add_here(&mut self, other: Option<&str>) {
        let Some(other) = other else { return };
        let told = self.here().unwrap_or_default();
        let parts: Vec<&str> = told.split(" or ").collect();
        if parts.contains(&other) || parts.last() == Some(&"others") {
            return;
        }
        let more = if parts.len() < MAX_HERE { other } else { "others" };
        *self = self.with_here(&format!("{told} or {more}"));
    }
}
