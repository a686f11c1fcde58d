//! The single changes that may help, found from what is against the nodes.

use std::collections::BTreeSet;

use super::super::affinity_term::PodAffinities;
use super::super::node_terms::TermContent;
use super::super::plugin::SchedulerPlugin;
use super::super::pod_topology_spread;
use super::super::rules::PodRules;
use super::super::taint_toleration;
use super::super::toleration::Taint;
use super::super::verdict::Verdict;
use super::change::TriedChange;
use super::spelling::spelled_otherwise;
use crate::{LabelValue, ObjectId, Requirement};

/// How many nodes are tried with another label.
const MAX_LABELLED: usize = 4;

impl Verdict<'_> {
    /// All single changes that may help, in the order in which they are to be tried.
    pub(super) fn changes(&self) -> Vec<TriedChange> {
        let mut changes = spelled_otherwise(self.case().snapshot, self.rules(), self.requirements());
        changes.extend(self.tolerations());
        changes.extend(self.node_labels());
        changes.extend(self.skews());
        changes.extend(self.left_out());
        changes
    }

    fn rules(&self) -> &PodRules {
        &self.case().pod.rules
    }

    /// The requirements of the node affinity, each with the number of its term.
    fn requirements(&self) -> impl Iterator<Item = (usize, &Requirement)> {
        let terms = self.rules().required_nodes.iter().flat_map(|terms| terms.terms.iter().enumerate());
        terms.flat_map(|(nth, term)| {
            let test = match &term.content {
                TermContent::Asks(test) => Some(test),
                TermContent::Empty | TermContent::Unreadable(_) => None,
            };
            test.into_iter().flat_map(move |test| test.labels.iter().map(move |it| (nth, it)))
        })
    }

    /// How much a term asks.
    fn n_asked(&self, term: usize) -> usize {
        let terms = self.rules().required_nodes.as_ref().map(|terms| &terms.terms);
        match terms.and_then(|terms| terms.get(term)).map(|term| &term.content) {
            Some(TermContent::Asks(test)) => test.labels.len() + test.fields.len(),
            _ => 0,
        }
    }

    /// The taints that keep the pod off, those of the most nodes first.
    fn tolerations(&self) -> Vec<TriedChange> {
        let mut taints: Vec<(Taint, usize)> = Vec::new();
        for taint in self.nodes().flat_map(|node| taint_toleration::excluding(self.case(), node.0)) {
            match taints.iter_mut().find(|(known, _)| known == taint) {
                Some((_, n)) => *n += 1,
                None => taints.push((taint.clone(), 1)),
            }
        }
        let is_cordoned = |node: ObjectId| {
            self.rejections(node).any(|(plugin, _)| plugin == SchedulerPlugin::NodeUnschedulable)
        };
        if self.nodes().any(is_cordoned) && !taints.iter().any(|(taint, _)| *taint == Taint::unschedulable())
        {
            taints.push((Taint::unschedulable(), 1));
        }
        taints.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        taints.into_iter().map(|(taint, _)| TriedChange::Tolerate(taint)).collect()
    }

    /// The labels that some nodes lack, of those nodes that nothing else is against.
    fn node_labels(&self) -> Vec<TriedChange> {
        let near = self
            .nodes()
            .filter(|node| self.rejections(*node).all(|(plugin, _)| plugin == SchedulerPlugin::NodeAffinity));
        let near: Vec<ObjectId> = near.take(MAX_LABELLED).collect();
        let of_selector = self.rules().node_selector.iter().map(|(key, value)| (&**key, &**value));
        let of_terms = self.requirements().filter_map(|(_, it)| Some((it.key().as_str(), wanted(it)?)));
        let wanted: BTreeSet<(&str, &str)> = of_selector.chain(of_terms).collect();
        let mut changes = Vec::new();
        for node in near {
            let Some(object) = self.case().snapshot.object(node.0) else { continue };
            for (key, value) in wanted.iter().filter(|(key, value)| object.label(key) != Some(value)) {
                let (name, is_other) = (object.name().into(), object.label(key).is_some());
                let (key, value) = ((*key).into(), (*value).into());
                changes.push(TriedChange::LabelNode { id: node.0, name, key, value, is_other });
            }
        }
        changes
    }

    /// The skews that constraints would have to allow.
    fn skews(&self) -> Vec<TriedChange> {
        let needed = pod_topology_spread::needed_skews(self.case()).into_iter();
        let change = |(nth, max_skew): (usize, i64)| {
            let topology_key = self.rules().spread[nth].topology_key.clone();
            TriedChange::MaxSkew { nth, topology_key, max_skew }
        };
        needed.map(change).collect()
    }

    /// What the pod may do without.
    fn left_out(&self) -> Vec<TriedChange> {
        let rules = self.rules();
        let why = String::new;
        let of_selector = rules.node_selector.iter().map(|(key, value)| TriedChange::NodeSelector {
            key: key.clone(),
            value: value.clone(),
            instead: None,
            why: why(),
        });
        let of_terms = self.requirements().filter(|(term, _)| self.n_asked(*term) > 1);
        let of_terms = of_terms.map(|(term, requirement)| TriedChange::NodeRequirement {
            term,
            requirement: requirement.clone(),
            instead: None,
            why: why(),
        });
        let of_nodes = rules.required_nodes.iter().map(|_| TriedChange::DropNodeAffinity);
        let affinity = PodAffinities::readable(&rules.pods.required).iter().cloned();
        let anti_affinity = PodAffinities::readable(&rules.pods.required_anti).iter().cloned();
        let of_pods =
            affinity.map(TriedChange::DropAffinity).chain(anti_affinity.map(TriedChange::DropAntiAffinity));
        of_selector.chain(of_terms).chain(of_nodes).chain(of_pods).collect()
    }
}

/// The value that would meet a requirement.
fn wanted(requirement: &Requirement) -> Option<&str> {
    match requirement {
        Requirement::In(_, values) => values.iter().next().map(LabelValue::as_str),
        Requirement::Exists(_) => Some(""),
        _ => None,
    }
}
