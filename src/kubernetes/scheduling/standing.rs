//! What the pods that are there ask of those that come: pod affinity works both ways.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::affinity_term::{PodAffinities, PodAffinityTerm};
use super::pod::SchedulingPod;
use super::rules::PodRules;
use super::sets::ClusterSets;
use super::topology::Topology;
use crate::{Selector, SelectorSet};

/// The terms of the pods on nodes, those of all replicas of a workload once.
#[derive(Debug)]
pub(super) struct StandingTerms {
    /// Those that keep pods off.
    pub(super) refusing: StandingList,
    /// Those that make nodes better or worse.
    pub(super) scored: StandingList,
}

/// Terms, with the selectors of all of them held at once.
#[derive(Debug, Default)]
pub(super) struct StandingList {
    terms: Vec<StandingTerm>,
    selectors: SelectorSet,
}

/// A term of some pods.
#[derive(Debug)]
pub(super) struct StandingTerm {
    pub(super) term: PodAffinityTerm,
    /// What it is worth where it holds; nothing of one that refuses.
    pub(super) weight: i64,
    /// The namespace of the pods that have it.
    pub(super) namespace: Box<str>,
    pub(super) holders: RoaringBitmap,
    /// How many of them there are in each domain that has any.
    counts: OnceLock<Vec<(usize, u64)>>,
}

/// What a pod's required affinity is worth to those that it would like to be near.
const HARD_POD_AFFINITY_WEIGHT: i64 = 1;

impl StandingTerms {
    pub(super) fn of(sets: &ClusterSets<'_>) -> StandingTerms {
        let mut terms = StandingTerms { refusing: StandingList::default(), scored: StandingList::default() };
        let mut holders: Vec<_> = holders(sets).into_iter().collect();
        holders.sort_by_key(|(_, pods)| pods.min());
        for ((rules, namespace), pods) in holders {
            terms.add(&sets.facts().rules[rules as usize], namespace, &pods);
        }
        terms
    }

    fn add(&mut self, rules: &Arc<PodRules>, namespace: &str, holders: &RoaringBitmap) {
        let of = |term: &PodAffinityTerm, weight| StandingTerm {
            term: term.clone(),
            weight,
            namespace: namespace.into(),
            holders: holders.clone(),
            counts: OnceLock::new(),
        };
        let pods = &rules.pods;
        for term in PodAffinities::readable(&pods.required_anti) {
            self.refusing.push(of(term, 0));
        }
        for term in PodAffinities::readable(&pods.required) {
            self.scored.push(of(term, HARD_POD_AFFINITY_WEIGHT));
        }
        for preferred in PodAffinities::readable(&pods.preferred) {
            self.scored.push(of(&preferred.term, preferred.weight));
        }
        for preferred in PodAffinities::readable(&pods.preferred_anti) {
            self.scored.push(of(&preferred.term, -preferred.weight));
        }
    }
}

/// The pods on nodes that have terms, by their rules and their namespace.
fn holders<'s>(sets: &ClusterSets<'s>) -> HashMap<(u32, &'s str), RoaringBitmap, RandomState> {
    let has_terms: Vec<bool> = sets.facts().rules.iter().map(|rules| has_terms(&rules.pods)).collect();
    let mut holders: HashMap<(u32, &str), RoaringBitmap, RandomState> = HashMap::default();
    let with_terms = sets.facts().pods.iter().filter(|pod| has_terms[pod.rules as usize]);
    for pod in with_terms.filter(|pod| sets.placed().contains(pod.id)) {
        let namespace = sets.object(pod.id).map_or("", |it| it.namespace());
        holders.entry((pod.rules, namespace)).or_default().insert(pod.id);
    }
    holders
}

fn has_terms(pods: &PodAffinities) -> bool {
    let required = [&pods.required, &pods.required_anti];
    let preferred = [&pods.preferred, &pods.preferred_anti];
    required.iter().any(|list| !PodAffinities::readable(list).is_empty())
        || preferred.iter().any(|list| !PodAffinities::readable(list).is_empty())
}

impl StandingList {
    fn push(&mut self, term: StandingTerm) {
        // What has no selector is about no pod, and keeps its place in the set all the same.
        self.selectors.insert(term.term.selector.clone().unwrap_or_else(Selector::nothing));
        self.terms.push(term);
    }

    /// Whether a term asks for the labels of namespaces.
    pub(super) fn asks_of_namespaces(&self) -> bool {
        self.terms.iter().any(|standing| standing.term.namespaces.ask_of_labels())
    }

    /// The terms that are about pods with the labels of the asked one, in whichever namespace.
    pub(super) fn about_labels_of(&self, pod: &SchedulingPod) -> impl Iterator<Item = &StandingTerm> {
        let labels = pod.labels.iter().map(|(key, value)| (&**key, &**value));
        let ids: Vec<usize> = self.selectors.matching(labels).iter().map(|id| id.index()).collect();
        ids.into_iter().map(|number| &self.terms[number])
    }
}

impl StandingTerm {
    /// How many other pods than the asked one have the term in each domain where there are any.
    pub(super) fn counts(
        &self,
        sets: &ClusterSets<'_>,
        topology: &Topology,
        itself: Option<u32>,
    ) -> impl Iterator<Item = (usize, u64)> {
        let counts = self.counts.get_or_init(|| {
            let mut counts: HashMap<usize, u64, RandomState> = HashMap::default();
            for node in self.holders.iter().filter_map(|pod| sets.node_of(pod)) {
                topology.domain(node).into_iter().for_each(|domain| *counts.entry(domain).or_default() += 1);
            }
            let mut counts: Vec<(usize, u64)> = counts.into_iter().collect();
            counts.sort_unstable();
            counts
        });
        let itself = itself.filter(|id| self.holders.contains(*id));
        let own = itself.and_then(|id| topology.domain(sets.node_of(id)?));
        let counts = counts.iter().map(move |&(domain, n)| (domain, n - u64::from(own == Some(domain))));
        counts.filter(|(_, n)| *n > 0)
    }
}
