//! TaintToleration: a taint of the node is not tolerated.

use roaring::RoaringBitmap;

use super::case::Case;
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause};
use super::toleration::{Taint, Toleration, TolerationNumbers, first_untolerated, n_disliked};
use crate::suggest;

/// What the scheduler says since 1.35 of any taint.
pub(super) const IN_MESSAGE: &str = "node(s) had untolerated taint(s)";
/// All that it may say.
pub(super) const REASONS: [&str; 1] = [IN_MESSAGE];

/// The first taint of each list of taints that keeps the pod off.
fn untolerated<'c>(case: &Case<'c>) -> Vec<Option<&'c Taint>> {
    let of_list =
        |taints: &'c Vec<Taint>| first_untolerated(taints, &case.rules().tolerations, TolerationNumbers::Off);
    case.snapshot.facts().taints.iter().map(of_list).collect()
}

/// The nodes with a taint that keeps the pod off.
pub(super) fn tainted_nodes<'c>(case: &'c Case<'_>) -> &'c RoaringBitmap {
    case.tainted.get_or_init(|| {
        let untolerated = untolerated(case);
        match untolerated.iter().all(Option::is_none) {
            true => RoaringBitmap::new(),
            false => case.snapshot.tainted(|list| untolerated[list].is_some()),
        }
    })
}

pub(super) fn reject(case: &Case<'_>) -> Vec<Rejection> {
    let mut rest = tainted_nodes(case).clone();
    let mut rejections = Vec::new();
    let untolerated = if rest.is_empty() { Vec::new() } else { untolerated(case) };
    for taint in untolerated.iter().flatten() {
        // Lists with the same first taint are told together.
        let is_same = |list: usize| {
            untolerated[list].is_some_and(|it| (&it.key, &it.value) == (&taint.key, &taint.value))
        };
        let nodes = case.snapshot.tainted(is_same) & &rest;
        rest -= &nodes;
        let reason = format!("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value);
        rejections.extend(Rejection::of(SchedulerPlugin::TaintToleration, reason, nodes));
    }
    rejections
}

/// The taints of a node that keep a pod off.
pub(super) fn excluding<'c>(case: &Case<'c>, node: u32) -> Vec<&'c Taint> {
    let facts = case.snapshot.facts();
    let Some(number) = case.snapshot.node_number(node) else { return Vec::new() };
    let taints = &facts.taints[facts.nodes[number].taints as usize];
    let tolerations = &case.rules().tolerations;
    let is_tolerated =
        |taint: &Taint| tolerations.iter().any(|it| it.tolerates(taint, TolerationNumbers::Off));
    taints.iter().filter(|taint| taint.excludes() && !is_tolerated(taint)).collect()
}

pub(super) fn cause(case: &Case<'_>, node: u32) -> RejectionCause {
    let told = excluding(case, node).into_iter().map(|taint| {
        let nearest = nearest_toleration(taint, &case.rules().tolerations);
        format!("taint {taint}: {}", nearest.unwrap_or_else(|| "no toleration has its key".to_owned()))
    });
    RejectionCause::of_rule(told.collect::<Vec<_>>().join("; "))
}

/// The toleration that comes nearest to a taint, and what is another about it.
fn nearest_toleration(taint: &Taint, tolerations: &[Toleration]) -> Option<String> {
    let of_key = tolerations.iter().filter(|it| it.key.is_empty() || it.key == taint.key);
    // One that has only another effect is nearer than one that has another value.
    let nearest = of_key.min_by_key(|it| !it.takes(taint, TolerationNumbers::Off));
    if let Some(nearest) = nearest {
        return Some(format!("nearest toleration has {}", difference(nearest, taint)));
    }
    let keys = tolerations.iter().map(|it| &*it.key);
    let key = suggest::nearest(&taint.key, keys)?;
    Some(format!("nearest toleration has key {key}"))
}

fn difference(toleration: &Toleration, taint: &Taint) -> String {
    let key = if toleration.key.is_empty() { "no key" } else { &format!("key {}", toleration.key) };
    let mut parts = vec![key.to_owned()];
    match &*toleration.operator {
        "" | "Equal" if toleration.value != taint.value => {
            parts.push(format!("value {:?}", toleration.value));
        }
        "" | "Equal" | "Exists" => {}
        other => parts.push(format!("operator {other}, which clusters do not take by default")),
    }
    if !toleration.effect.is_empty() && toleration.effect != taint.effect {
        parts.push(format!("effect {}", toleration.effect));
    }
    parts.join(", ")
}

/// The scores of nodes: the fewer taints there are that only make them worse, the better.
pub(super) fn score(case: &Case<'_>, nodes: &[u32]) -> Vec<i64> {
    let facts = case.snapshot.facts();
    let tolerations = &case.rules().tolerations;
    let disliked: Vec<usize> =
        facts.taints.iter().map(|taints| n_disliked(taints, tolerations, TolerationNumbers::Off)).collect();
    let of_node = |id: &u32| {
        let number = case.snapshot.node_number(*id);
        number.map_or(0, |number| disliked[facts.nodes[number].taints as usize] as i64)
    };
    let raw: Vec<i64> = nodes.iter().map(of_node).collect();
    let most = raw.iter().copied().max().unwrap_or(0);
    raw.into_iter().map(|n| if most == 0 { 100 } else { 100 - 100 * n / most }).collect()
}
