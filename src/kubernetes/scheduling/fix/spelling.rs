//! Labels that no node has, as some nodes spell them.

use std::collections::BTreeSet;

use super::super::rules::PodRules;
use super::super::snapshot::ClusterSnapshot;
use super::change::TriedChange;
use crate::label::ValueSet;
use crate::{LabelKey, LabelValue, Requirement, suggest};

/// Keys of labels that new nodes do not have any more, and those that have taken their place.
const RENAMED_KEYS: [(&str, &str); 7] = [
    ("beta.kubernetes.io/arch", "kubernetes.io/arch"),
    ("beta.kubernetes.io/os", "kubernetes.io/os"),
    ("beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type"),
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("node-role.kubernetes.io/master", "node-role.kubernetes.io/control-plane"),
    ("topology.kubernetes.io/hostname", "kubernetes.io/hostname"),
];

/// The key that has taken the place of one that new nodes do not have any more.
pub(in super::super) fn renamed(key: &str) -> Option<&'static str> {
    RENAMED_KEYS.iter().find(|(old, _)| *old == key).map(|(_, new)| *new)
}

/// The labels that a pod asks of nodes, in their spelling where no node has them as the pod spells them. Each requirement of its
/// node affinity comes with the number of its term.
pub(super) fn spelled_otherwise<'r>(
    snapshot: &ClusterSnapshot<'_>,
    rules: &PodRules,
    requirements: impl Iterator<Item = (usize, &'r Requirement)>,
) -> Vec<TriedChange> {
    let spelling = Spelling { snapshot };
    let of_selector = rules.node_selector.iter().flat_map(|(key, value)| spelling.of_selector(key, value));
    let of_terms = requirements.flat_map(|(term, requirement)| spelling.of_requirement(term, requirement));
    of_selector.chain(of_terms).collect()
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
    /// What may be meant by a label of the nodeSelector.
    fn of_selector(&self, key: &str, value: &str) -> Vec<TriedChange> {
        let meant = self.of(key, Some(value)).into_iter();
        let change = |((new, its), why): Respelling| TriedChange::NodeSelector {
            key: key.into(),
            value: value.into(),
            instead: Some((new.into(), its.unwrap_or_default().into())),
            why,
        };
        meant.map(change).collect()
    }

    /// What may be meant by a requirement of a term of the node affinity.
    fn of_requirement(&self, term: usize, requirement: &Requirement) -> Vec<TriedChange> {
        let values: Vec<&str> = requirement.named_values().collect();
        let value = match values[..] {
            [value] => Some(value),
            _ => None,
        };
        let meant = self.of(requirement.key().as_str(), value).into_iter();
        let change = |((key, value), why): Respelling| {
            let instead = respelled(requirement, &key, value.as_deref())?;
            let requirement = requirement.clone();
            Some(TriedChange::NodeRequirement { term, requirement, instead: Some(instead), why })
        };
        meant.filter_map(change).collect()
    }

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
