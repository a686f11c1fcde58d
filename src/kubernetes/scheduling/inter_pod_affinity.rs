//! InterPodAffinity: the pods that should be near are not, or those that should not are.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::affinity_term::{PodAffinities, PodAffinityTerm};
use super::case::Case;
use super::nominated::NominatedNode;
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause, RejectionStage};
use super::standing::{StandingList, StandingTerm};
use super::topology::Topology;

const AFFINITY: &str = "node(s) didn't match pod affinity rules";
const ANTI_AFFINITY: &str = "node(s) didn't match pod anti-affinity rules";
const EXISTING: &str = "node(s) didn't satisfy existing pods anti-affinity rules";
/// All that it may say.
pub(super) const REASONS: [&str; 3] = [AFFINITY, ANTI_AFFINITY, EXISTING];

const PLUGIN: SchedulerPlugin = SchedulerPlugin::InterPodAffinity;

/// The other pods on nodes that one of the pod's own terms is about.
fn matching(case: &Case<'_>, term: &PodAffinityTerm) -> RoaringBitmap {
    let Some(selector) = &term.selector else { return RoaringBitmap::new() };
    let scope = case.snapshot.scope(term, &case.pod.namespace);
    case.others(case.snapshot.pods_selected(selector, &scope))
}

/// The pods that all of the pod's required terms are about.
fn matching_all(case: &Case<'_>, terms: &[PodAffinityTerm]) -> RoaringBitmap {
    let mut terms = terms.iter().map(|term| matching(case, term));
    let first = terms.next().unwrap_or_default();
    terms.fold(first, |pods, other| pods & other)
}

/// Whether all of the pod's required terms are about the pod itself.
fn matches_itself(case: &Case<'_>, terms: &[PodAffinityTerm]) -> bool {
    terms.iter().all(|term| is_about_itself(case, term))
}

fn is_about_itself(case: &Case<'_>, term: &PodAffinityTerm) -> bool {
    is_about(case, term, &case.pod.namespace, |key| case.pod.label(key))
}

/// Whether one of the pod's own terms is about a pod.
fn is_about<'p>(
    case: &Case<'_>,
    term: &PodAffinityTerm,
    namespace: &str,
    label: impl Fn(&str) -> Option<&'p str>,
) -> bool {
    let scope = case.snapshot.scope(term, &case.pod.namespace);
    scope.is_none_or(|names| names.contains(&namespace)) && term.selects(label)
}

/// The same of a pod of the dump.
fn is_about_pod(case: &Case<'_>, term: &PodAffinityTerm, pod: u32) -> bool {
    let object = case.snapshot.object(pod);
    object.is_some_and(|it| is_about(case, term, it.namespace(), |key| it.label(key)))
}

/// Those of the terms of other pods that are about the asked one.
fn about<'c>(case: &'c Case<'_>, terms: &'c StandingList) -> impl Iterator<Item = &'c StandingTerm> {
    let is_about =
        |it: &&StandingTerm| case.snapshot.is_about_namespace(&it.term, &it.namespace, &case.pod.namespace);
    terms.about_labels_of(case.pod).filter(is_about)
}

fn topology(case: &Case<'_>, term: &PodAffinityTerm) -> Arc<Topology> {
    case.snapshot.topology(&term.topology_key)
}

/// Where the pods are that the required terms are about.
struct Attraction {
    pods: RoaringBitmap,
    /// The nodes where all of the terms hold.
    nodes: RoaringBitmap,
    /// Whether they hold only as there is nobody to be near, and the pod is one of those that it wants to be near.
    is_first: bool,
}

/// `None` where nothing is required.
fn attraction(case: &Case<'_>) -> Option<Attraction> {
    let terms = PodAffinities::readable(&case.rules().pods.required);
    if terms.is_empty() {
        return None;
    }
    let pods = matching_all(case, terms);
    let (mut nodes, mut with_keys) = (case.nodes().clone(), case.nodes().clone());
    let mut is_anywhere = false;
    for term in terms {
        let topology = topology(case, term);
        let counts = topology.counts(case.snapshot, &pods);
        is_anywhere |= counts.iter().any(|n| *n > 0);
        nodes &= topology.nodes_where(case.snapshot, |domain| counts[domain] > 0);
        with_keys &= topology.nodes();
    }
    let is_first = !is_anywhere && matches_itself(case, terms);
    let nodes = if is_first { with_keys } else { nodes };
    Some(Attraction { pods, nodes, is_first })
}

/// The nodes near a pod that one of the pod's own anti-affinity terms is about.
fn repelling(case: &Case<'_>) -> RoaringBitmap {
    let terms = PodAffinities::readable(&case.rules().pods.required_anti).iter();
    terms.fold(RoaringBitmap::new(), |nodes, term| {
        let pods = matching(case, term);
        if pods.is_empty() {
            return nodes;
        }
        let topology = topology(case, term);
        let counts = topology.counts(case.snapshot, &pods);
        nodes | topology.nodes_where(case.snapshot, |domain| counts[domain] > 0)
    })
}

/// The nodes near a pod that has an anti-affinity term about the asked one.
fn refused(case: &Case<'_>) -> RoaringBitmap {
    let mut by_key: HashMap<&str, (Arc<Topology>, Vec<bool>), RandomState> = HashMap::default();
    for standing in about(case, &case.snapshot.standing().refusing) {
        let (topology, domains) = by_key.entry(&standing.term.topology_key).or_insert_with(|| {
            let topology = topology(case, &standing.term);
            let domains = vec![false; topology.len()];
            (topology, domains)
        });
        standing.counts(case.snapshot, topology, case.itself).for_each(|(domain, _)| domains[domain] = true);
    }
    by_key.into_values().fold(RoaringBitmap::new(), |nodes, (topology, domains)| {
        nodes | topology.nodes_where(case.snapshot, |domain| domains[domain])
    })
}

/// A pod that is nominated for a node and that one of the pod's own anti-affinity terms is about, with the term.
fn repelling_beside<'c>(case: &'c Case<'_>, node: &NominatedNode) -> Option<(u32, &'c PodAffinityTerm)> {
    let terms = PodAffinities::readable(&case.rules().pods.required_anti).iter();
    let mut terms = terms.filter(|term| topology(case, term).domain(node.number).is_some());
    terms.find_map(|term| Some((*node.pods.iter().find(|pod| is_about_pod(case, term, **pod))?, term)))
}

/// A pod that is nominated for a node and has an anti-affinity term about the asked one, with the term.
fn refusing_beside<'c>(case: &'c Case<'_>, node: &NominatedNode) -> Option<(u32, &'c PodAffinityTerm)> {
    node.pods.iter().find_map(|pod| {
        let own = case.snapshot.object(*pod)?.namespace();
        let terms = PodAffinities::readable(&case.snapshot.rules_of(*pod)?.pods.required_anti).iter();
        let mut about = terms.filter(|term| {
            case.snapshot.is_about_namespace(term, own, &case.pod.namespace)
                && term.selects(|key| case.pod.label(key))
        });
        Some((*pod, about.find(|term| topology(case, term).domain(node.number).is_some())?))
    })
}

/// Whether those that are nominated for a node are all that the pod's required terms ask for.
fn is_near_beside(case: &Case<'_>, node: &NominatedNode) -> bool {
    let terms = PodAffinities::readable(&case.rules().pods.required);
    terms.iter().all(|term| topology(case, term).domain(node.number).is_some())
        && node.pods.iter().any(|pod| terms.iter().all(|term| is_about_pod(case, term, *pod)))
}

/// Whether the scheduler asks nothing of the pods around: neither does the pod, nor do those that are placed ask it of the pod.
/// It then passes over what nominated pods would ask, too.
fn is_skipped(case: &Case<'_>, refused: &RoaringBitmap) -> bool {
    let pods = &case.rules().pods;
    [&pods.required, &pods.required_anti].iter().all(|list| PodAffinities::readable(list).is_empty())
        && refused.is_empty()
}

/// The nodes for which pods are nominated of which this holds.
fn nominated_where(case: &Case<'_>, holds: impl Fn(&NominatedNode) -> bool) -> RoaringBitmap {
    case.nominated.iter().filter(|node| holds(node)).map(|node| node.id).collect()
}

pub(super) fn reject(case: &Case<'_>) -> Vec<Rejection> {
    if let Some(problem) = case.rules().pods.problem() {
        let rejection = Rejection::of(PLUGIN, format!("parsing pod: {problem}"), case.nodes().clone());
        return rejection
            .into_iter()
            .map(|it| Rejection { stage: RejectionStage::PreFilter, ..it })
            .collect();
    }
    let apart = attraction(case).map_or_else(RoaringBitmap::new, |it| case.nodes() - it.nodes);
    // With the pods that are nominated for it such a node is near some, so that the scheduler first comes to the other reasons.
    let late = nominated_where(case, |node| is_near_beside(case, node)) & &apart;
    let mut rest = case.nodes() - (&apart - &late);
    let mut against = Vec::new();
    for (reason, nodes) in [(ANTI_AFFINITY, repelling_all(case)), (EXISTING, refused_all(case))] {
        let near = nodes & &rest;
        rest -= &near;
        against.extend(Rejection::of(PLUGIN, reason, near));
    }
    let apart = apart - (late - rest);
    Rejection::of(PLUGIN, AFFINITY, apart).into_iter().chain(against).collect()
}

/// The nodes near a pod that one of the pod's own anti-affinity terms is about, be it only nominated for the node.
fn repelling_all(case: &Case<'_>) -> RoaringBitmap {
    repelling(case) | nominated_where(case, |node| repelling_beside(case, node).is_some())
}

/// The nodes near a pod that has an anti-affinity term about the asked one, be it only nominated for the node.
fn refused_all(case: &Case<'_>) -> RoaringBitmap {
    let refused = refused(case);
    if is_skipped(case, &refused) {
        return refused;
    }
    refused | nominated_where(case, |node| refusing_beside(case, node).is_some())
}

pub(super) fn cause(case: &Case<'_>, reason: &str, node: u32) -> RejectionCause {
    let Some(number) = case.snapshot.node_number(node) else { return RejectionCause::default() };
    match reason {
        AFFINITY => apart(case, number),
        ANTI_AFFINITY => near(case, number),
        EXISTING => near_refusing(case, number),
        unreadable => RejectionCause::of_rule(unreadable),
    }
}

/// `affinity app=db over topology.kubernetes.io/zone`
fn told(case: &Case<'_>, name: &str, term: &PodAffinityTerm, own: &str) -> String {
    let mut text = format!("{name} {}", term.selector_text());
    let namespaces = &term.namespaces;
    if namespaces.are_all() {
        text.push_str(" in all namespaces");
    } else if !namespaces.named.is_empty() || own != &*case.pod.namespace {
        let named = namespaces.named.iter().map(|name| &**name);
        let named: Vec<&str> = if namespaces.is_own() { vec![own] } else { named.collect() };
        text.push_str(&format!(" in {}", named.join(",")));
    }
    if let Some(labelled) = namespaces.labelled.as_ref().filter(|it| !it.is_everything()) {
        text.push_str(&format!(" in namespaces with {}", labelled.canonical().unwrap_or_default()));
    }
    format!("{text} over {}", term.topology_key)
}

/// Which of the required terms a node does not meet, and why.
fn apart(case: &Case<'_>, number: usize) -> RejectionCause {
    let own = &*case.pod.namespace;
    let terms = PodAffinities::readable(&case.rules().pods.required);
    let Some(attraction) = attraction(case) else { return RejectionCause::default() };
    let lacking = terms.iter().find(|term| topology(case, term).domain(number).is_none());
    if let Some(term) = lacking {
        let rule = format!("{}: no label {}", told(case, "affinity", term, own), term.topology_key);
        return RejectionCause::of_rule(rule);
    }
    let is_apart = |term: &&PodAffinityTerm| {
        let topology = topology(case, term);
        let domain = topology.domain(number);
        domain.is_none_or(|domain| topology.counts(case.snapshot, &attraction.pods)[domain] == 0)
    };
    let Some(term) = terms.iter().find(is_apart) else { return RejectionCause::default() };
    let rule = told(case, "affinity", term, own);
    let n_pods = attraction.pods.len();
    let why = match (n_pods, terms.len()) {
        (0, 1) if !matches_itself(case, terms) => "no pod matches, nor does this pod itself",
        (0, 1) => "no pod matches",
        (0, _) => "no pod matches all terms at once",
        _ => "no matching pod",
    };
    let topology = topology(case, term);
    let domain = topology.domain(number).filter(|_| n_pods > 0);
    let here = domain.map(|domain| format!("in {}", topology.value(case.snapshot, domain)));
    let cause = RejectionCause::of_rule(format!("{rule}: {why}"));
    here.into_iter().fold(cause, RejectionCause::and_here)
}

/// A pod of some that is in the domain of a node.
fn in_domain(case: &Case<'_>, topology: &Topology, pods: &RoaringBitmap, number: usize) -> Option<u32> {
    let domain = topology.domain(number)?;
    let is_there = |pod: &u32| case.snapshot.node_of(*pod).and_then(|it| topology.domain(it)) == Some(domain);
    pods.iter().find(is_there)
}

fn pod_called(case: &Case<'_>, pod: u32) -> String {
    let object = case.snapshot.object(pod);
    object.map_or_else(String::new, |it| format!("pod {}/{}", it.namespace(), it.name()))
}

/// The same of one that is nominated for the node.
fn nominated_called(case: &Case<'_>, pod: u32) -> String {
    format!("nominated {}", pod_called(case, pod))
}

/// `pod shop/web-1 (anti-affinity app=web over kubernetes.io/hostname)`
fn near(case: &Case<'_>, number: usize) -> RejectionCause {
    let terms = PodAffinities::readable(&case.rules().pods.required_anti).iter();
    let rule = |term| told(case, "anti-affinity", term, &case.pod.namespace);
    let mut found = terms.filter_map(|term| {
        let pod = in_domain(case, &topology(case, term), &matching(case, term), number)?;
        Some(RejectionCause::of_rule(rule(term)).and_here(pod_called(case, pod)).here_by_rule())
    });
    let beside = || {
        let (pod, term) = repelling_beside(case, case.nominated_for(number)?)?;
        Some(RejectionCause::of_rule(rule(term)).and_here(nominated_called(case, pod)).here_by_rule())
    };
    found.next().or_else(beside).unwrap_or_default()
}

/// The same of a pod that does not want the asked one near.
fn near_refusing(case: &Case<'_>, number: usize) -> RejectionCause {
    let mut standing = about(case, &case.snapshot.standing().refusing);
    let found = standing.find_map(|standing| {
        let others = case.others(standing.holders.clone());
        let pod = in_domain(case, &topology(case, &standing.term), &others, number)?;
        let rule = told(case, "its anti-affinity", &standing.term, &standing.namespace);
        Some(RejectionCause::of_rule(rule).and_here(pod_called(case, pod)).here_by_rule())
    });
    let beside = || {
        let (pod, term) = refusing_beside(case, case.nominated_for(number)?)?;
        let rule = told(case, "its anti-affinity", term, case.snapshot.object(pod)?.namespace());
        Some(RejectionCause::of_rule(rule).and_here(nominated_called(case, pod)).here_by_rule())
    };
    found.or_else(beside).unwrap_or_default()
}

/// What a domain is worth, by key; `None` where there is nothing to be near or far from.
type DomainScores<'c> = HashMap<&'c str, (Arc<Topology>, Vec<i64>), RandomState>;

/// The scores of nodes by the pods that the pod, or that those around it, would like to be near.
pub(super) fn score(case: &Case<'_>, nodes: &[u32]) -> Vec<i64> {
    let mut scores: DomainScores<'_> = HashMap::default();
    let pods = &case.rules().pods;
    for (list, sign) in [(&pods.preferred, 1), (&pods.preferred_anti, -1)] {
        for weighted in PodAffinities::readable(list) {
            let topology = topology(case, &weighted.term);
            let counts = topology.counts(case.snapshot, &matching(case, &weighted.term));
            let counts = counts.into_iter().enumerate();
            add(&mut scores, &weighted.term, topology, counts, sign * weighted.weight);
        }
    }
    for standing in about(case, &case.snapshot.standing().scored) {
        let topology = topology(case, &standing.term);
        let counts: Vec<(usize, u64)> = standing.counts(case.snapshot, &topology, case.itself).collect();
        add(&mut scores, &standing.term, topology, counts.into_iter(), standing.weight);
    }
    let of_node = |id: &u32| {
        let number = case.snapshot.node_number(*id);
        let of_key = |(topology, scores): &(Arc<Topology>, Vec<i64>)| {
            number.and_then(|number| topology.domain(number)).map_or(0, |domain| scores[domain])
        };
        scores.values().map(of_key).sum()
    };
    normalized(&nodes.iter().map(of_node).collect::<Vec<i64>>())
}

fn add<'c>(
    scores: &mut DomainScores<'c>,
    term: &'c PodAffinityTerm,
    topology: Arc<Topology>,
    counts: impl Iterator<Item = (usize, u64)>,
    weight: i64,
) {
    let n_domains = topology.len();
    let (_, of_domains) = scores.entry(&term.topology_key).or_insert_with(|| (topology, vec![0; n_domains]));
    counts.for_each(|(domain, n)| of_domains[domain] += weight * n as i64);
}

/// From 0 to 100. In floating point and cut, as the scheduler does it: 29 of 100 gives 28.
fn normalized(raw: &[i64]) -> Vec<i64> {
    let least = raw.iter().copied().min().unwrap_or(0);
    let most = raw.iter().copied().max().unwrap_or(0);
    let share = |score: i64| 100.0 * ((score - least) as f64 / (most - least) as f64);
    raw.iter().map(|score| if most == least { 0 } else { share(*score) as i64 }).collect()
}

/// The pod's required affinity terms that nothing meets, each with its place: no pod meets all of them at once, nor does the pod
/// itself.
pub(super) fn unmet(case: &Case<'_>) -> Vec<(usize, String)> {
    let terms = PodAffinities::readable(&case.rules().pods.required);
    let is_met = attraction(case).is_none_or(|it| it.is_first || !it.pods.is_empty());
    if is_met || matches_itself(case, terms) {
        return Vec::new();
    }
    let is_alone = |term: &PodAffinityTerm| matching(case, term).is_empty();
    let text = |term: &PodAffinityTerm| told(case, "affinity", term, &case.pod.namespace);
    let alone: Vec<(usize, String)> =
        terms.iter().enumerate().filter(|(_, it)| is_alone(it)).map(|(nth, it)| (nth, text(it))).collect();
    // Each may be met by some pod, and all of them by none.
    if alone.is_empty() { terms.iter().take(1).map(|it| (0, text(it))).collect() } else { alone }
}
