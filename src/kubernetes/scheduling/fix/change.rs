//! The changes of which one or two may help, and how they are told.

use std::fmt;
use std::sync::Arc;

use super::super::affinity_term::PodAffinityTerm;
use super::super::pod::SchedulingPod;
use super::super::rules::PodRules;
use super::super::toleration::{Taint, Toleration};
use crate::Requirement;

/// Something that can be changed about a pod or a node.
#[derive(Debug, Clone, PartialEq)]
pub struct SchedulingChange(pub(super) TriedChange);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TriedChange {
    /// Another label in the nodeSelector, or none.
    NodeSelector {
        key: Box<str>,
        value: Box<str>,
        instead: Option<(Box<str>, Box<str>)>,
        why: String,
    },
    /// Another requirement in a term of the node affinity, or none.
    NodeRequirement {
        term: usize,
        requirement: Requirement,
        instead: Option<Requirement>,
        why: String,
    },
    /// No required node affinity: a term that is left without requirements would hold for no node.
    DropNodeAffinity,
    Tolerate(Taint),
    LabelNode {
        id: u32,
        name: Box<str>,
        key: Box<str>,
        value: Box<str>,
        is_other: bool,
    },
    MaxSkew {
        nth: usize,
        topology_key: Box<str>,
        max_skew: i64,
    },
    DropAffinity(PodAffinityTerm),
    DropAntiAffinity(PodAffinityTerm),
}

impl TriedChange {
    /// The pod after the change.
    pub(super) fn applied(&self, mut pod: SchedulingPod) -> SchedulingPod {
        let mut rules = PodRules::clone(&pod.rules);
        match self {
            TriedChange::NodeSelector { key, value, instead, .. } => {
                rules.node_selector.retain(|(it, its)| (it, its) != (key, value));
                rules.node_selector.extend(instead.clone());
            }
            TriedChange::NodeRequirement { term, requirement, instead, .. } => {
                if let Some(terms) = &mut rules.required_nodes {
                    terms.replace(*term, requirement, instead.as_ref());
                }
            }
            TriedChange::DropNodeAffinity => rules.required_nodes = None,
            TriedChange::Tolerate(taint) => rules.tolerations.push(toleration(taint)),
            TriedChange::LabelNode { .. } => {}
            TriedChange::MaxSkew { nth, max_skew, .. } => rules.spread[*nth].max_skew = *max_skew,
            TriedChange::DropAffinity(term) => drop_term(&mut rules.pods.required, term),
            TriedChange::DropAntiAffinity(term) => drop_term(&mut rules.pods.required_anti, term),
        }
        pod.rules = Arc::new(rules);
        pod
    }

    /// The label that a node is to have.
    pub(super) fn label(&self) -> Option<(u32, &str, &str)> {
        match self {
            TriedChange::LabelNode { id, key, value, .. } => Some((*id, key, value)),
            _ => None,
        }
    }
}

fn drop_term(list: &mut Result<Vec<PodAffinityTerm>, String>, term: &PodAffinityTerm) {
    if let Ok(terms) = list {
        terms.retain(|it| it != term);
    }
}

/// The toleration of a taint and nothing else.
fn toleration(taint: &Taint) -> Toleration {
    let operator = if taint.value.is_empty() { "Exists" } else { "Equal" };
    Toleration {
        key: taint.key.clone(),
        operator: operator.into(),
        value: taint.value.clone(),
        effect: taint.effect.clone(),
    }
}

impl fmt::Display for SchedulingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            TriedChange::NodeSelector { key, value, instead: Some((new, its)), why } => {
                write!(f, "nodeSelector {new}={its} instead of {key}={value} ({why})")
            }
            TriedChange::NodeSelector { key, value, instead: None, .. } => {
                write!(f, "no nodeSelector {key}={value}")
            }
            TriedChange::NodeRequirement { term, requirement, instead: Some(instead), why } => {
                write!(
                    f,
                    "term {} of the node affinity: {instead} instead of {requirement} ({why})",
                    term + 1
                )
            }
            TriedChange::NodeRequirement { term, requirement, instead: None, .. } => {
                write!(f, "term {} of the node affinity without {requirement}", term + 1)
            }
            TriedChange::DropNodeAffinity => f.write_str("no required node affinity"),
            TriedChange::Tolerate(taint) => write!(f, "toleration {}", written(&toleration(taint))),
            TriedChange::LabelNode { name, key, value, is_other, .. } => {
                let overwrite = if *is_other { " --overwrite" } else { "" };
                write!(f, "kubectl label node {name} {key}={value}{overwrite}")
            }
            TriedChange::MaxSkew { topology_key, max_skew, .. } => {
                write!(f, "maxSkew {max_skew} over {topology_key}")
            }
            TriedChange::DropAffinity(term) => {
                write!(f, "no affinity {} over {}", term.selector_text(), term.topology_key)
            }
            TriedChange::DropAntiAffinity(term) => {
                write!(f, "no anti-affinity {} over {}", term.selector_text(), term.topology_key)
            }
        }
    }
}

/// A toleration as it stands in a pod.
fn written(toleration: &Toleration) -> String {
    let Toleration { key, operator, value, effect } = toleration;
    let value = if value.is_empty() { String::new() } else { format!("\"value\":{:?},", value) };
    format!("{{\"key\":{key:?},\"operator\":{operator:?},{value}\"effect\":{effect:?}}}")
}
