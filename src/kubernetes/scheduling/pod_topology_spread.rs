//! PodTopologySpread: pods of a kind are to be spread evenly over domains.

use std::collections::BTreeSet;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::affinity_term::selector_text;
use super::case::Case;
use super::node_affinity::selected_nodes;
use super::nominated::NominatedNode;
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause, RejectionStage};
use super::rules::{Inclusion, SpreadAction, SpreadConstraint};
use super::taint_toleration::tainted_nodes;
use super::topology::Topology;
use crate::Selector;

const REASON: &str = "node(s) didn't match pod topology spread constraints";
const NO_LABEL: &str = "node(s) didn't match pod topology spread constraints (missing required label)";
/// All that it may say.
pub(super) const REASONS: [&str; 2] = [REASON, NO_LABEL];
/// Domains of this key are counted node by node when nodes are scored.
const HOSTNAME: &str = "kubernetes.io/hostname";

/// Which pods a constraint counts.
struct SpreadSelector<'c> {
    /// `None` of the one of no pod.
    selector: Option<&'c Selector>,
    /// The labels that `matchLabelKeys` ask for besides, as the pod itself has them.
    own: Vec<(&'c str, &'c str)>,
}

/// Hard or soft constraints made ready, or why one of them cannot be read.
fn ready<'c>(case: &Case<'c>, action: SpreadAction) -> Result<Vec<ReadyConstraint<'c>>, String> {
    let constraints = case.rules().constraints(action).into_iter();
    constraints
        .map(|constraint| {
            let selector = constraint.selector.as_ref().map_err(Clone::clone)?;
            let own = constraint.match_label_keys.iter();
            let own = own.filter_map(|key| Some((&**key, case.pod.label(key)?))).collect();
            let topology = case.snapshot.topology(&constraint.topology_key);
            let selector = SpreadSelector { selector: selector.as_ref(), own };
            Ok(ReadyConstraint { constraint, selector, topology })
        })
        .collect()
}

struct ReadyConstraint<'c> {
    constraint: &'c SpreadConstraint,
    selector: SpreadSelector<'c>,
    topology: Arc<Topology>,
}

/// How many pods there are in each domain that is counted.
#[derive(Clone)]
struct SpreadCounts {
    /// `None` of a domain that is not counted.
    counts: Vec<Option<u64>>,
    /// How many of the pods are only nominated for the node that is looked at.
    n_nominated: u64,
    least: u64,
    /// Whether there are fewer domains than there have to be, so that the least counts as 0.
    are_too_few: bool,
    is_own: bool,
}

impl SpreadSelector<'_> {
    /// Whether it counts a pod with the labels of the asked one.
    fn is_own(&self, case: &Case<'_>) -> bool {
        // The own labels are those of the pod, so that they always hold.
        self.selector.is_some_and(|selector| selector.matches_by(|key| case.pod.label(key)))
    }

    /// The pods that are counted: all but the leaving ones of the pod's namespace that are selected.
    fn pods(&self, case: &Case<'_>) -> RoaringBitmap {
        let Some(selector) = self.selector else { return RoaringBitmap::new() };
        // The scheduler takes the empty selector for one that counts nothing.
        if selector.is_everything() && self.own.is_empty() {
            return RoaringBitmap::new();
        }
        let mut pods = case.snapshot.pods_selected(selector, &Some(vec![&case.pod.namespace]));
        self.own.iter().for_each(|(key, value)| pods &= case.snapshot.labelled(key, value));
        pods -= case.snapshot.leaving();
        case.others(pods)
    }

    /// Whether it counts a pod that is nominated for a node. To those the empty selector is no other than to anybody.
    fn counts_nominated(&self, case: &Case<'_>, pod: u32) -> bool {
        let Some((selector, object)) = self.selector.zip(case.snapshot.object(pod)) else { return false };
        object.namespace() == &*case.pod.namespace
            && selector.matches_by(|key| object.label(key))
            && self.own.iter().all(|(key, value)| object.label(key) == Some(value))
    }

    fn text(&self) -> String {
        let mut text = selector_text(self.selector);
        for (key, value) in &self.own {
            text.push_str(&format!(",{key}={value}"));
        }
        text
    }
}

impl ReadyConstraint<'_> {
    /// The nodes that count: those that the pod may choose from, as far as the constraint looks at that.
    fn included(&self, case: &Case<'_>, with_keys: &RoaringBitmap) -> RoaringBitmap {
        let mut nodes = with_keys.clone();
        if self.constraint.affinity == Inclusion::Honor {
            nodes &= selected_nodes(case);
        }
        if self.constraint.taints == Inclusion::Honor {
            nodes -= tainted_nodes(case);
        }
        nodes
    }

    /// The pods in each domain that has a node that counts.
    fn counts(&self, case: &Case<'_>, with_keys: &RoaringBitmap) -> SpreadCounts {
        let included = self.included(case, with_keys);
        let mut counts: Vec<Option<u64>> = vec![None; self.topology.len()];
        for domain in self.topology.domains_of(case.snapshot, &included) {
            counts[domain] = Some(0);
        }
        let mut pods = self.selector.pods(case);
        if included.len() < self.topology.nodes().len() {
            let facts = case.snapshot.facts();
            let is_included =
                |pod| case.snapshot.node_of(pod).is_some_and(|it| included.contains(facts.nodes[it].id));
            pods = pods.into_iter().filter(|pod| is_included(*pod)).collect();
        }
        for (count, n) in counts.iter_mut().zip(self.topology.counts(case.snapshot, &pods)) {
            *count = count.map(|_| n);
        }
        SpreadCounts::new(counts, self.constraint.min_domains, self.selector.is_own(case))
    }

    /// The same as they are for a node where those count besides that are nominated for it; `None` where that is no difference.
    fn counts_beside(
        &self,
        case: &Case<'_>,
        with_keys: &RoaringBitmap,
        counts: &SpreadCounts,
        node: &NominatedNode,
    ) -> Option<SpreadCounts> {
        let n = node.pods.iter().filter(|pod| self.selector.counts_nominated(case, **pod)).count() as u64;
        let domain = self.topology.domain(node.number).filter(|_| n > 0)?;
        self.included(case, with_keys).contains(node.id).then(|| counts.with_nominated(domain, n))
    }

    /// The nodes where the pod would be one too many beside those that are nominated for them.
    fn uneven_beside(
        &self,
        case: &Case<'_>,
        with_keys: &RoaringBitmap,
        counts: &SpreadCounts,
    ) -> RoaringBitmap {
        let is_uneven = |node: &&NominatedNode| {
            let beside = self.counts_beside(case, with_keys, counts, node);
            let domain = self.topology.domain(node.number);
            beside.zip(domain).is_some_and(|(counts, domain)| self.exceeds(&counts, domain))
        };
        case.nominated.iter().filter(is_uneven).map(|node| node.id).collect()
    }

    fn exceeds(&self, counts: &SpreadCounts, domain: usize) -> bool {
        counts.skew(domain) > self.constraint.max_skew
    }
}

impl SpreadCounts {
    fn new(counts: Vec<Option<u64>>, min_domains: i64, is_own: bool) -> SpreadCounts {
        let are_too_few = (counts.iter().flatten().count() as i64) < min_domains;
        let mut counts = SpreadCounts { counts, n_nominated: 0, least: 0, are_too_few, is_own };
        counts.find_least();
        counts
    }

    fn find_least(&mut self) {
        let least = self.counts.iter().flatten().copied().min().filter(|_| !self.are_too_few);
        self.least = least.unwrap_or(0);
    }

    /// The same with so many pods more in a domain.
    fn with_nominated(&self, domain: usize, n: u64) -> SpreadCounts {
        let mut counts = SpreadCounts { n_nominated: n, ..self.clone() };
        counts.counts[domain] = counts.counts[domain].map(|before| before + n);
        counts.find_least();
        counts
    }

    /// How far a domain is above the least, with the pod in it.
    fn skew(&self, domain: usize) -> i64 {
        let here = self.counts[domain].unwrap_or(0) + u64::from(self.is_own);
        here as i64 - self.least as i64
    }
}

/// The nodes that have the keys of all constraints.
fn with_keys(case: &Case<'_>, constraints: &[ReadyConstraint<'_>]) -> RoaringBitmap {
    constraints.iter().fold(case.nodes().clone(), |nodes, it| nodes & it.topology.nodes())
}

/// What the scheduler says of a constraint that cannot be read.
fn unreadable(problem: &str) -> String {
    format!("get constraints from pod: obtaining pod's hard topology spread constraints: {problem}")
}

pub(super) fn reject(case: &Case<'_>) -> Vec<Rejection> {
    const PLUGIN: SchedulerPlugin = SchedulerPlugin::PodTopologySpread;
    let constraints = match ready(case, SpreadAction::DoNotSchedule) {
        Ok(constraints) => constraints,
        Err(problem) => {
            let rejection = Rejection::of(PLUGIN, unreadable(&problem), case.nodes().clone());
            return rejection
                .into_iter()
                .map(|it| Rejection { stage: RejectionStage::Failure, ..it })
                .collect();
        }
    };
    let with_keys = with_keys(case, &constraints);
    let (mut rest, mut lacking) = (case.nodes().clone(), RoaringBitmap::new());
    let mut uneven = RoaringBitmap::new();
    for constraint in &constraints {
        // A node is judged by the first constraint that it does not meet.
        let without = &rest - constraint.topology.nodes();
        rest -= &without;
        lacking |= without;
        let counts = constraint.counts(case, &with_keys);
        let exceeding: Vec<bool> =
            (0..constraint.topology.len()).map(|domain| constraint.exceeds(&counts, domain)).collect();
        if exceeding.contains(&true) {
            let there = constraint.topology.nodes_where(case.snapshot, |domain| exceeding[domain]) & &rest;
            rest -= &there;
            uneven |= there;
        }
        let beside = constraint.uneven_beside(case, &with_keys, &counts) & &rest;
        rest -= &beside;
        uneven |= beside;
    }
    let lacking = Rejection::of(PLUGIN, NO_LABEL, lacking);
    lacking.into_iter().chain(Rejection::of(PLUGIN, REASON, uneven)).collect()
}

pub(super) fn cause(case: &Case<'_>, node: u32) -> RejectionCause {
    let constraints = match ready(case, SpreadAction::DoNotSchedule) {
        Ok(constraints) => constraints,
        Err(problem) => {
            return RejectionCause::of_rule(format!("a constraint cannot be read: {problem}"));
        }
    };
    let with_keys = with_keys(case, &constraints);
    let Some(number) = case.snapshot.node_number(node) else { return RejectionCause::default() };
    for constraint in &constraints {
        let Some(domain) = constraint.topology.domain(number) else {
            return RejectionCause::of_rule(format!("no label {}", constraint.constraint.topology_key));
        };
        let counts = constraint.counts(case, &with_keys);
        let nominated = case.nominated_for(number);
        let beside = nominated.and_then(|node| constraint.counts_beside(case, &with_keys, &counts, node));
        let counts = beside.unwrap_or(counts);
        if constraint.exceeds(&counts, domain) {
            return uneven(case, constraint, &counts, domain);
        }
    }
    RejectionCause::default()
}

/// `zone-a: 3 pods, others 1, max skew 1 of app=web over topology.kubernetes.io/zone`
fn uneven(
    case: &Case<'_>,
    ready: &ReadyConstraint<'_>,
    counts: &SpreadCounts,
    domain: usize,
) -> RejectionCause {
    let SpreadConstraint { max_skew, topology_key, min_domains, .. } = ready.constraint;
    let here = counts.counts[domain].unwrap_or(0);
    let others = counts.counts.iter().enumerate().filter(|(other, _)| *other != domain);
    let others: Vec<u64> = others.filter_map(|(_, n)| *n).collect();
    let others = match (others.iter().min(), others.iter().max()) {
        _ if counts.are_too_few => format!("fewer than {min_domains} domains, so that the least is 0"),
        (Some(least), Some(most)) if least == most => format!("others {least}"),
        (Some(least), Some(most)) => format!("others {least} to {most}"),
        _ => "no other domain".to_owned(),
    };
    let selector = ready.selector.text();
    let rule = format!("{others}, max skew {max_skew} of {selector} over {topology_key}");
    let pods = if here == 1 { "pod" } else { "pods" };
    let nominated = match counts.n_nominated {
        0 => String::new(),
        n => format!(", {n} of them nominated for this node"),
    };
    let here = format!("{}: {here} {pods}{nominated}", ready.topology.value(case.snapshot, domain));
    RejectionCause::of_rule(rule).and_here(here).here_first()
}

/// The skews above its own that each hard constraint would have to allow for some domain, ascending, with the place of the
/// constraint in the pod.
pub(super) fn needed_skews(case: &Case<'_>) -> Vec<(usize, i64)> {
    let Ok(constraints) = ready(case, SpreadAction::DoNotSchedule) else { return Vec::new() };
    let with_keys = with_keys(case, &constraints);
    let mut needed = Vec::new();
    for ready in &constraints {
        let place = case.rules().spread.iter().position(|it| std::ptr::eq(it, ready.constraint));
        let counts = ready.counts(case, &with_keys);
        let skews = (0..ready.topology.len()).map(|domain| counts.skew(domain));
        let beside = case.nominated.iter().filter_map(|node| {
            let counts = ready.counts_beside(case, &with_keys, &counts, node)?;
            Some(counts.skew(ready.topology.domain(node.number)?))
        });
        let skews: BTreeSet<i64> =
            skews.chain(beside).filter(|skew| *skew > ready.constraint.max_skew).collect();
        needed.extend(place.into_iter().flat_map(|nth| skews.iter().map(move |skew| (nth, *skew))));
    }
    needed
}

/// Why a constraint that only makes nodes worse cannot be read.
pub(super) fn unscorable(case: &Case<'_>) -> Option<String> {
    let problem = ready(case, SpreadAction::ScheduleAnyway).err()?;
    Some(format!("calculating preScoreState: obtaining pod's soft topology spread constraints: {problem}"))
}

/// The scores of nodes: the fewer pods there are in a node's domains, the better.
pub(super) fn score(case: &Case<'_>, nodes: &[u32]) -> Vec<i64> {
    let constraints = ready(case, SpreadAction::ScheduleAnyway).unwrap_or_default();
    if constraints.is_empty() {
        return vec![0; nodes.len()];
    }
    let with_keys = with_keys(case, &constraints);
    let fitting: RoaringBitmap = nodes.iter().copied().collect();
    let scored = &fitting & &with_keys;
    let mut raw = vec![0_f64; nodes.len()];
    for constraint in &constraints {
        let SoftCounts { of_nodes, n_domains } = constraint.soft_counts(case, &with_keys, &scored);
        let weight = ((n_domains + 2) as f64).ln();
        for (id, score) in nodes.iter().zip(&mut raw).filter(|(id, _)| scored.contains(**id)) {
            let n = case.snapshot.node_number(*id).map_or(0, |number| of_nodes[number]);
            *score += n as f64 * weight + (constraint.constraint.max_skew - 1) as f64;
        }
    }
    normalized(nodes, &raw, &scored)
}

/// What nodes are scored by.
struct SoftCounts {
    /// How many pods there are around each node of the facts.
    of_nodes: Vec<u64>,
    /// Over how many domains the pod may be spread.
    n_domains: u64,
}

impl ReadyConstraint<'_> {
    fn soft_counts(&self, case: &Case<'_>, with_keys: &RoaringBitmap, scored: &RoaringBitmap) -> SoftCounts {
        let mut of_nodes = vec![0; case.snapshot.facts().nodes.len()];
        if &*self.constraint.topology_key == HOSTNAME {
            // Each node is counted by itself, whatever its label is and whatever nodes are left out elsewhere.
            let pods = self.selector.pods(case);
            pods.iter().filter_map(|pod| case.snapshot.node_of(pod)).for_each(|node| of_nodes[node] += 1);
            return SoftCounts { of_nodes, n_domains: scored.len() };
        }
        let counts = self.counts(case, with_keys).counts;
        let mut is_scored = vec![false; self.topology.len()];
        for node in scored.iter().filter_map(|id| case.snapshot.node_number(id)) {
            let Some(domain) = self.topology.domain(node) else { continue };
            of_nodes[node] = counts[domain].unwrap_or(0);
            is_scored[domain] = true;
        }
        let n_domains = is_scored.into_iter().filter(|is_scored| *is_scored).count() as u64;
        SoftCounts { of_nodes, n_domains }
    }
}

/// From 0 to 100, the highest for the fewest pods; nodes that are not scored have 0.
fn normalized(nodes: &[u32], raw: &[f64], scored: &RoaringBitmap) -> Vec<i64> {
    let rounded: Vec<Option<i64>> = nodes
        .iter()
        .zip(raw)
        .map(|(id, score)| Some(score.round() as i64).filter(|_| scored.contains(*id)))
        .collect();
    let least = rounded.iter().flatten().copied().min().unwrap_or(0);
    let most = rounded.iter().flatten().copied().max().unwrap_or(0);
    let of_node = |score: Option<i64>| match score {
        None => 0,
        // The largest is never below zero for the scheduler.
        Some(_) if most <= 0 => 100,
        Some(score) => 100 * (most + least - score) / most,
    };
    rounded.into_iter().map(of_node).collect()
}
