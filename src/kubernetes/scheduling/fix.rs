//! The smallest changes under which a pod would fit, each tried before it is offered.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};

use super::affinity_term::{PodAffinities, PodAffinityTerm};
use super::case::Case;
use super::node_terms::TermContent;
use super::plugin::SchedulerPlugin;
use super::pod::SchedulingPod;
use super::pod_topology_spread;
use super::rules::PodRules;
use super::snapshot::ClusterSnapshot;
use super::taint_toleration;
use super::toleration::{Taint, Toleration};
use super::verdict::Verdict;
use crate::label::ValueSet;
use crate::{LabelKey, LabelValue, ObjectId, Requirement, suggest};

/// A change that has a pod fit somewhere, as was tried.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SchedulingFix {
    /// What to change: one thing, or two where no single one is enough.
    pub changes: Vec<SchedulingChange>,
    /// The nodes that the pod then fits.
    pub nodes: Vec<ObjectId>,
}

/// Something that can be changed about a pod or a node.
#[derive(Debug, Clone, PartialEq)]
pub struct SchedulingChange(TriedChange);

#[derive(Debug, Clone, PartialEq)]
enum TriedChange {
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

/// Keys of labels that new nodes do not have any more, and those that have taken their place.
pub(in crate::kubernetes) const RENAMED_KEYS: [(&str, &str); 7] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"),
    ("topology.kubernetes.io/hostname", "kubernetes.io/hostname"),
];

/// The key that has taken the place of one that new nodes do not have any more.
pub(in crate::kubernetes) fn renamed(key: &str) -> Option<&'static str> {
    RENAMED_KEYS.iter().find(|(old, _)| *old == key).map(|(_, new)| *new)
}

/// How many single changes are combined at most: as many pairs as that squared are tried.
const MAX_COMBINED: usize = 24;
/// How many nodes are tried with another label.
const MAX_LABELLED: usize = 4;

impl Verdict<'_> {
    /// The smallest changes under which the pod would fit, typing mistakes first: one that is enough by itself, or else two
    /// together. Each was tried. Nothing for a pod that fits, and where no two changes help.
    #[must_use]
    pub fn fixes(&self) -> Vec<SchedulingFix> {
        if self.n_fitting() > 0 || self.n_nodes() == 0 {
            return Vec::new();
        }
        let changes = self.changes();
        let single = changes.iter().filter_map(|change| self.tried(vec![change.clone()]));
        let single: Vec<SchedulingFix> = single.collect();
        if !single.is_empty() {
            return smallest_skews(single);
        }
        let combined = &changes[..changes.len().min(MAX_COMBINED)];
        let pairs = combined.iter().enumerate().flat_map(|(nth, one)| {
            combined[nth + 1..].iter().map(move |other| vec![one.clone(), other.clone()])
        });
        pairs.filter_map(|changes| self.tried(changes)).collect()
    }

    /// The fix of these changes, if the pod then fits.
    fn tried(&self, changes: Vec<TriedChange>) -> Option<SchedulingFix> {
        let case = self.case();
        let pod = changes.iter().fold(case.pod.clone(), |pod, change| change.applied(pod));
        let labels = changes.iter().filter_map(TriedChange::label);
        let mut store = None;
        for (id, key, value) in labels {
            let store = store.get_or_insert_with(|| case.snapshot.store().clone());
            let object = store.get(ObjectId(id))?;
            let kept = object.labels().filter(|(it, _)| *it != key);
            let kept: Vec<(String, String)> =
                kept.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            store.relabel(ObjectId(id), kept.into_iter().chain([(key.to_owned(), value.to_owned())]));
        }
        let fitting = match &store {
            None => fitting(case.snapshot, &pod),
            Some(store) => fitting(&case.snapshot.with_labels_of(store), &pod),
        };
        let changes = changes.into_iter().map(SchedulingChange).collect();
        (!fitting.is_empty()).then_some(SchedulingFix { changes, nodes: fitting })
    }

    /// All single changes that may help, in the order in which they are to be tried.
    fn changes(&self) -> Vec<TriedChange> {
        let mut changes = self.spelled_otherwise();
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

    /// Labels that no node has, as some nodes spell them.
    fn spelled_otherwise(&self) -> Vec<TriedChange> {
        let spelling = Spelling { snapshot: self.case().snapshot };
        let mut changes = Vec::new();
        for (key, value) in &self.rules().node_selector {
            changes.extend(spelling.of(key, Some(value)).into_iter().map(|(instead, why)| {
                let instead = Some((instead.0.into(), instead.1.unwrap_or_default().into()));
                TriedChange::NodeSelector { key: key.clone(), value: value.clone(), instead, why }
            }));
        }
        for (term, requirement) in self.requirements() {
            let values: Vec<&str> = requirement.named_values().collect();
            let value = match values[..] {
                [value] => Some(value),
                _ => None,
            };
            for ((key, value), why) in spelling.of(requirement.key().as_str(), value) {
                let instead = respelled(requirement, &key, value.as_deref());
                changes.extend(instead.map(|instead| TriedChange::NodeRequirement {
                    term,
                    requirement: requirement.clone(),
                    instead: Some(instead),
                    why: why.clone(),
                }));
            }
        }
        changes
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

/// Of several skews that would do for a constraint the smallest.
fn smallest_skews(fixes: Vec<SchedulingFix>) -> Vec<SchedulingFix> {
    let mut known = BTreeSet::new();
    let mut is_first = |fix: &SchedulingFix| match &fix.changes[..] {
        [SchedulingChange(TriedChange::MaxSkew { nth, .. })] => known.insert(*nth),
        _ => true,
    };
    fixes.into_iter().filter(|fix| is_first(fix)).collect()
}

fn fitting(snapshot: &ClusterSnapshot<'_>, pod: &SchedulingPod) -> Vec<ObjectId> {
    Verdict::of(Case::new(snapshot, &OnceLock::new(), pod)).fitting().collect()
}

/// The value that would meet a requirement.
fn wanted(requirement: &Requirement) -> Option<&str> {
    match requirement {
        Requirement::In(_, values) => values.iter().next().map(LabelValue::as_str),
        Requirement::Exists(_) => Some(""),
        _ => None,
    }
}

/// A requirement about another key, or with another value.
fn respelled(requirement: &Requirement, key: &str, value: Option<&str>) -> Option<Requirement> {
    let key = LabelKey::new(key).ok()?;
    let values = |values: &ValueSet| match value {
        Some(value) => ValueSet::new([LabelValue::new(value).ok()?]),
        None => Some(values.clone()),
    };
    Some(match requirement {
        Requirement::In(_, of) => Requirement::In(key, values(of)?),
        Requirement::Exists(_) => Requirement::Exists(key),
        Requirement::GreaterThan(_, bound) => Requirement::GreaterThan(key, bound.clone()),
        Requirement::LessThan(_, bound) => Requirement::LessThan(key, bound.clone()),
        _ => return None,
    })
}

/// How the nodes spell their labels.
struct Spelling<'s> {
    snapshot: &'s ClusterSnapshot<'s>,
}

/// A key and perhaps a value, and why they are likely meant.
type Respelling = ((String, Option<String>), String);

impl Spelling<'_> {
    /// What may be meant by a label that no node has.
    fn of(&self, key: &str, value: Option<&str>) -> Vec<Respelling> {
        let topology = self.snapshot.topology(key);
        if topology.len() == 0 {
            return self.of_key(key, value);
        }
        let values = || (0..topology.len()).map(|domain| topology.value(self.snapshot, domain));
        let Some(value) = value.filter(|value| values().all(|it| it != *value)) else { return Vec::new() };
        let near = suggest::nearest(value, values());
        let near = near
            .map(|near| ((key.to_owned(), Some(near.to_owned())), format!("the nodes have {key}={near}")));
        near.into_iter().collect()
    }

    fn of_key(&self, key: &str, value: Option<&str>) -> Vec<Respelling> {
        let value = value.map(str::to_owned);
        let renamed =
            renamed(key).map(|new| ((new.to_owned(), value.clone()), format!("{key} is now {new}")));
        let keys = self.keys();
        let near = suggest::nearest(key, keys.iter().map(|key| &**key));
        let near = near.map(|near| ((near.to_owned(), value), format!("the nodes have {near}")));
        renamed.into_iter().chain(near).collect()
    }

    /// The keys of labels that nodes have.
    fn keys(&self) -> BTreeSet<Box<str>> {
        let nodes = self.snapshot.nodes().iter().filter_map(|id| self.snapshot.object(id));
        nodes.flat_map(|node| node.labels().map(|(key, _)| key.into()).collect::<Vec<Box<str>>>()).collect()
    }
}

impl TriedChange {
    /// The pod after the change.
    fn applied(&self, mut pod: SchedulingPod) -> SchedulingPod {
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
    fn label(&self) -> Option<(u32, &str, &str)> {
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
