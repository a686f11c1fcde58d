//! All that a pod says about where it may run.

use super::super::object::{Json, ObjectJson};
use super::affinity_term::{PodAffinities, int32, label_selector};
use super::node_terms::{NodeTerms, PreferredNodes};
use super::toleration::Toleration;
use crate::Selector;

/// What a pod says about where it may run, apart from its labels and its namespace. Replicas have the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PodRules {
    /// Checked by nobody, so that keys and values may be any texts.
    pub(super) node_selector: Vec<(Box<str>, Box<str>)>,
    pub(super) required_nodes: Option<NodeTerms>,
    pub(super) preferred_nodes: Result<Vec<PreferredNodes>, String>,
    pub(super) tolerations: Vec<Toleration>,
    pub(super) pods: PodAffinities,
    pub(super) spread: Vec<SpreadConstraint>,
}

/// A topology spread constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SpreadConstraint {
    pub(super) max_skew: i64,
    pub(super) topology_key: Box<str>,
    pub(super) action: SpreadAction,
    /// `None` where there is none; or why it cannot be read.
    pub(super) selector: Result<Option<Selector>, String>,
    pub(super) min_domains: i64,
    /// Whether nodes count that the pod does not select.
    pub(super) affinity: Inclusion,
    /// Whether nodes count that have taints which the pod does not tolerate.
    pub(super) taints: Inclusion,
    pub(super) match_label_keys: Vec<Box<str>>,
}

/// What follows where a constraint cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SpreadAction {
    DoNotSchedule,
    ScheduleAnyway,
    /// The API takes no other, and the scheduler passes over it.
    Unknown,
}

/// Whether nodes are left out of the count that the pod cannot go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inclusion {
    Honor,
    Ignore,
}

/// The parts of a pod's specification that are about where it may run, as JSON; empty where there is none.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RuleTexts<'j> {
    pub(super) node_selector: &'j str,
    pub(super) affinity: &'j str,
    pub(super) tolerations: &'j str,
    pub(super) spread: &'j str,
}

impl<'j> RuleTexts<'j> {
    pub(super) fn of(spec: Json<'_, 'j>) -> RuleTexts<'j> {
        RuleTexts {
            node_selector: spec.get("nodeSelector").written(),
            affinity: spec.get("affinity").written(),
            tolerations: spec.get("tolerations").written(),
            spread: spec.get("topologySpreadConstraints").written(),
        }
    }

    /// One text that is equal where all of them are.
    pub(super) fn push_to(self, key: &mut String) {
        for text in [self.node_selector, self.affinity, self.tolerations, self.spread] {
            key.push_str(text);
            // No JSON holds this character as it is.
            key.push('\0');
        }
    }
}

impl PodRules {
    pub(super) fn of(texts: RuleTexts<'_>) -> PodRules {
        let affinity = ObjectJson::whole(texts.affinity);
        let nodes = affinity.at(["nodeAffinity"]);
        PodRules {
            node_selector: node_selector(ObjectJson::whole(texts.node_selector).json()),
            required_nodes: NodeTerms::of(nodes.get("requiredDuringSchedulingIgnoredDuringExecution")),
            preferred_nodes: PreferredNodes::all(
                nodes.get("preferredDuringSchedulingIgnoredDuringExecution"),
            ),
            tolerations: Toleration::all(ObjectJson::whole(texts.tolerations).json()),
            pods: PodAffinities::of(affinity.json()),
            spread: ObjectJson::whole(texts.spread).json().elements().map(SpreadConstraint::of).collect(),
        }
    }

    /// The selectors by which pods are counted, each with whether that is in the pod's own namespace alone.
    pub(super) fn pod_selectors(&self) -> impl Iterator<Item = (&Selector, bool)> {
        let of_terms = self.pods.terms().map(|term| (term.selector.as_ref(), term.namespaces.is_own()));
        let of_spread =
            self.spread.iter().map(|it| (it.selector.as_ref().ok().and_then(Option::as_ref), true));
        of_terms.chain(of_spread).filter_map(|(selector, is_own)| Some((selector?, is_own)))
    }

    /// The constraints that keep the pod off, or those that only make nodes worse.
    pub(super) fn constraints(&self, action: SpreadAction) -> Vec<&SpreadConstraint> {
        self.spread.iter().filter(|it| it.action == action).collect()
    }
}

fn node_selector(json: Json<'_, '_>) -> Vec<(Box<str>, Box<str>)> {
    let pair = |(key, value): (&str, Json<'_, '_>)| (key.into(), value.string().unwrap_or_default().into());
    json.members().map(pair).collect()
}

impl SpreadConstraint {
    fn of(json: Json<'_, '_>) -> SpreadConstraint {
        let policy = |name: &str, otherwise| match json.get(name).string().as_deref() {
            Some("Honor") => Inclusion::Honor,
            Some(_) => Inclusion::Ignore,
            None => otherwise,
        };
        SpreadConstraint {
            max_skew: int32(json.get("maxSkew")).unwrap_or(0),
            topology_key: json.get("topologyKey").string().unwrap_or_default().into(),
            action: match json.get("whenUnsatisfiable").string().as_deref() {
                Some("DoNotSchedule") => SpreadAction::DoNotSchedule,
                Some("ScheduleAnyway") => SpreadAction::ScheduleAnyway,
                _ => SpreadAction::Unknown,
            },
            selector: label_selector(json.get("labelSelector")),
            min_domains: int32(json.get("minDomains")).unwrap_or(1),
            affinity: policy("nodeAffinityPolicy", Inclusion::Honor),
            taints: policy("nodeTaintsPolicy", Inclusion::Ignore),
            match_label_keys: json
                .get("matchLabelKeys")
                .elements()
                .map(|it| it.string().unwrap_or_default().into())
                .collect(),
        }
    }
}
