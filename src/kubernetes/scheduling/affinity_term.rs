//! Terms of pod affinity: which pods a term is about, and over which label of the nodes.

use super::super::object::Json;
use super::wording;
use crate::label::ValueSet;
use crate::{LabelKey, LabelSelector, LabelValue, Requirement, Selector};

/// A term of pod affinity or anti-affinity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PodAffinityTerm {
    /// `None` where there is none, which is about no pod.
    pub(super) selector: Option<Selector>,
    pub(super) namespaces: TermNamespaces,
    pub(super) topology_key: Box<str>,
    /// Keys whose values at the pod itself are asked for, or refused. The API server writes them into the selector, so
    /// that only templates have them for themselves.
    pub(super) match_label_keys: Vec<Box<str>>,
    pub(super) mismatch_label_keys: Vec<Box<str>>,
}

/// The namespaces of the pods that a term is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TermNamespaces {
    pub(super) named: Vec<Box<str>>,
    pub(super) labelled: Option<Selector>,
}

/// A term that is worth something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WeightedTerm {
    pub(super) weight: i64,
    pub(super) term: PodAffinityTerm,
}

/// All terms of one kind, or why one of them cannot be read.
pub(super) type TermList<T> = Result<Vec<T>, String>;

/// What a pod asks of the pods around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PodAffinities {
    pub(super) required: TermList<PodAffinityTerm>,
    pub(super) required_anti: TermList<PodAffinityTerm>,
    pub(super) preferred: TermList<WeightedTerm>,
    pub(super) preferred_anti: TermList<WeightedTerm>,
}

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

impl PodAffinities {
    pub(super) fn of(affinity: Json<'_, '_>) -> PodAffinities {
        let list = |side: &str, name: &str| affinity.get(side).get(name);
        PodAffinities {
            required: list("podAffinity", REQUIRED).elements().map(PodAffinityTerm::of).collect(),
            required_anti: list("podAntiAffinity", REQUIRED).elements().map(PodAffinityTerm::of).collect(),
            preferred: list("podAffinity", PREFERRED).elements().map(WeightedTerm::of).collect(),
            preferred_anti: list("podAntiAffinity", PREFERRED).elements().map(WeightedTerm::of).collect(),
        }
    }

    /// Why the pod's own terms cannot be read.
    pub(super) fn problem(&self) -> Option<String> {
        let of = |name: &str, problem: Option<&String>| problem.map(|it| format!("{name}: {it}"));
        let problems = [
            of("requiredAffinityTerms", self.required.as_ref().err()),
            of("requiredAntiAffinityTerms", self.required_anti.as_ref().err()),
            of("preferredAffinityTerms", self.preferred.as_ref().err()),
            of("preferredAntiAffinityTerms", self.preferred_anti.as_ref().err()),
        ];
        let problems: Vec<String> = problems.into_iter().flatten().collect();
        (!problems.is_empty()).then(|| wording::aggregate(problems))
    }

    /// The terms of a list; none of one that cannot be read, as the scheduler drops it.
    pub(super) fn readable<T>(list: &TermList<T>) -> &[T] {
        list.as_deref().unwrap_or_default()
    }

    /// Whether a term asks for the labels of namespaces.
    pub(super) fn ask_of_namespaces(&self) -> bool {
        self.terms().any(|term| term.namespaces.ask_of_labels())
    }

    /// The terms that can be read.
    pub(super) fn terms(&self) -> impl Iterator<Item = &PodAffinityTerm> {
        let required = [&self.required, &self.required_anti].into_iter().flat_map(PodAffinities::readable);
        let preferred = [&self.preferred, &self.preferred_anti].into_iter().flat_map(PodAffinities::readable);
        required.chain(preferred.map(|weighted| &weighted.term))
    }

    /// The terms, to be changed.
    pub(super) fn terms_mut(&mut self) -> impl Iterator<Item = &mut PodAffinityTerm> {
        let required = [&mut self.required, &mut self.required_anti].into_iter().flatten().flatten();
        let preferred = [&mut self.preferred, &mut self.preferred_anti].into_iter().flatten().flatten();
        required.chain(preferred.map(|weighted| &mut weighted.term))
    }
}

impl WeightedTerm {
    fn of(json: Json<'_, '_>) -> Result<WeightedTerm, String> {
        let weight = int32(json.get("weight")).unwrap_or(0);
        Ok(WeightedTerm { weight, term: PodAffinityTerm::of(json.get("podAffinityTerm"))? })
    }
}

impl PodAffinityTerm {
    fn of(json: Json<'_, '_>) -> Result<PodAffinityTerm, String> {
        let texts = |name: &str| -> Vec<Box<str>> {
            json.get(name).elements().map(|it| it.string().unwrap_or_default().into()).collect()
        };
        Ok(PodAffinityTerm {
            selector: label_selector(json.get("labelSelector"))?,
            namespaces: TermNamespaces {
                named: texts("namespaces"),
                labelled: label_selector(json.get("namespaceSelector"))?,
            },
            topology_key: json.get("topologyKey").string().unwrap_or_default().into(),
            match_label_keys: texts("matchLabelKeys"),
            mismatch_label_keys: texts("mismatchLabelKeys"),
        })
    }

    /// Whether it selects a pod with these labels, in whichever namespace.
    pub(super) fn selects<'p>(&self, label: impl Fn(&str) -> Option<&'p str>) -> bool {
        self.selector.as_ref().is_some_and(|selector| selector.matches_by(label))
    }

    /// The selector as it is told: that of everything and that of nothing have no text.
    pub(super) fn selector_text(&self) -> String {
        selector_text(self.selector.as_ref())
    }

    /// Adds what the API server makes of `matchLabelKeys` and `mismatchLabelKeys`. Whether anything was added.
    pub(super) fn merge_label_keys(&mut self, label: &dyn Fn(&str) -> Option<String>) -> bool {
        let requirement = |key: &str, is_in: bool| {
            let values = ValueSet::new([LabelValue::new(&label(key)?).ok()?])?;
            let key = LabelKey::new(key).ok()?;
            Some(if is_in { Requirement::In(key, values) } else { Requirement::NotIn(key, values) })
        };
        let wanted = self.match_label_keys.iter().filter_map(|key| requirement(key, true));
        let unwanted = self.mismatch_label_keys.iter().filter_map(|key| requirement(key, false));
        let added: Vec<Requirement> = wanted.chain(unwanted).collect();
        // A selector that is not there stays so, and goes on selecting nothing.
        let Some(selector) = self.selector.take_if(|_| !added.is_empty()) else { return false };
        self.selector = Some(selector.and(added.into_iter().collect()));
        true
    }
}

impl TermNamespaces {
    /// Whether the term is about the namespace of the pod that has it.
    pub(super) fn is_own(&self) -> bool {
        self.named.is_empty() && self.labelled.is_none()
    }

    /// Whether the labels of namespaces matter.
    pub(super) fn ask_of_labels(&self) -> bool {
        self.labelled.is_some() && !self.are_all()
    }

    /// Whether the term is about every namespace.
    pub(super) fn are_all(&self) -> bool {
        self.labelled.as_ref().is_some_and(Selector::is_everything)
    }
}

/// An integer of 32 bits, as the API has them; so that sums of them stay in 64.
pub(super) fn int32(json: Json<'_, '_>) -> Option<i64> {
    json.integer().and_then(|number| i32::try_from(number).ok()).map(i64::from)
}

/// A selector as it is told.
pub(super) fn selector_text(selector: Option<&Selector>) -> String {
    match selector.and_then(Selector::canonical) {
        None => "no pod".to_owned(),
        Some(text) if text.is_empty() => "every pod".to_owned(),
        Some(text) => text,
    }
}

/// A LabelSelector; or why it is none, in Kubernetes' words.
pub(super) fn label_selector(json: Json<'_, '_>) -> Result<Option<Selector>, String> {
    let Some(json) = json.present() else { return Ok(None) };
    let written: LabelSelector = serde_json::from_str(json.written()).map_err(|error| error.to_string())?;
    match Selector::try_from(written.clone()) {
        Ok(selector) => Ok(Some(selector)),
        Err(error) => Err(wording::label_selector(&written).unwrap_or_else(|| error.to_string())),
    }
}
