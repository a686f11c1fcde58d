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

/// For how many nodes with the same reasons the causes are worked out where these are looked for among pods; for the others
/// the reasons have to do.
const MAX_CAUSES: usize = 200;
/// How many different causes of the same reasons are told. Who has a taint of its own on each node would read as many lines.
const MAX_FOLDED: usize = 50;
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
        let max = if self.counts_pods(group) { MAX_CAUSES } else { usize::MAX };
        let (mut folded, mut rest): (Vec<FoldedNodes>, Vec<ObjectId>) = (Vec::new(), Vec::new());
        for (nth, node) in group.nodes().enumerate() {
            if nth >= max {
                rest.push(node);
                continue;
            }
            let (reasons, has_room) = (self.reasons(node), folded.len() < MAX_FOLDED);
            match folded.iter_mut().find(|it| have_same_rules(&it.reasons, &reasons)) {
                Some(same) => same.add(node, &reasons),
                None if has_room => folded.push(FoldedNodes { nodes: vec![node], reasons }),
                None => rest.push(node),
            }
        }
        folded.sort_by_key(|it| std::cmp::Reverse(it.nodes.len()));
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
    some.iter().map(|it| it.cause.rule()).eq(others.iter().map(|it| it.cause.rule()))
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

#[cfg(test)]
mod tests {
    use super::super::SchedulingPod;
    use super::super::scheduler::Scheduler;
    use crate::{Input, Loader};

    /// How many nodes each line is about, and the first rule against them, of a pod that wants `disk=ssd`.
    fn folded(node: impl Fn(usize) -> String) -> Vec<(usize, String)> {
        let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeSelector":{"disk":"ssd"}}}"#;
        let lines: Vec<String> = (0..300).map(node).chain([pod.to_owned()]).collect();
        let bytes = lines.join("\n").into_bytes();
        let dump = Loader::new().load([Input::Bytes { name: "x".to_owned(), bytes }]).unwrap();
        let scheduler = Scheduler::new(&dump);
        let pod = SchedulingPod::of(&dump, scheduler.waiting().next().unwrap()).unwrap();
        let told = scheduler.judge(&pod).folded().into_iter().map(|it| {
            let rule = it.reasons.first().map(|reason| reason.cause.rule().to_owned());
            (it.nodes.len(), rule.unwrap_or_default())
        });
        told.collect()
    }

    #[test]
    fn the_cause_is_told_of_all_nodes_that_have_it() {
        let node = |n| {
            format!(
                r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"n{n}","labels":{{"disk":"hdd"}}}}}}"#
            )
        };
        assert_eq!(folded(node), [(300, "nodeSelector: disk=ssd".to_owned())]);
    }

    #[test]
    fn very_many_causes_are_told_in_short() {
        let node = |n| {
            format!(
                r#"{{"apiVersion":"v1","kind":"Node","metadata":{{"name":"n{n}","labels":{{"disk":"ssd"}}}},"spec":{{"taints":[{{"key":"own","value":"same","effect":"NoSchedule"}},{{"key":"n{n}","effect":"NoSchedule"}}]}}}}"#
            )
        };
        let folded = folded(node);
        assert_eq!((folded.len(), folded[0].0, folded[50].0), (51, 1, 250));
        assert!(folded[50].1.starts_with("node(s) had untolerated taint"));
    }
}
