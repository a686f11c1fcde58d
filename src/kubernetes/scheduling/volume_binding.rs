//! VolumeBinding: a claim is missing or not bound, or the volume cannot be had at the node.
//!
//! What would have to be bound or made for the pod is not judged, as it takes more than labels.

use std::borrow::Cow;

use roaring::RoaringBitmap;

use super::case::Case;
use super::node_affinity::nodes_of_test;
use super::node_terms::{NodeTerms, NodeTest, TermContent};
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause, RejectionStage};
use super::volumes::{Claim, ClassBinding};

pub(super) const CONFLICT: &str = "node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME: &str = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
const NOT_AVAILABLE: &str = "node(s) didn't find available persistent volumes to bind";
const UNBOUND: &str = "pod has unbound immediate PersistentVolumeClaims";
/// All that it may say.
pub(super) const REASONS: [&str; 4] = [CONFLICT, NO_VOLUME, NOT_AVAILABLE, UNBOUND];

const PLUGIN: SchedulerPlugin = SchedulerPlugin::VolumeBinding;

/// The claims that the pod uses, each with its name, where there are claims in the dump.
pub(super) fn claims<'c>(case: &Case<'c>) -> impl Iterator<Item = (&'c str, Option<&'c Claim>)> {
    let pod = case.pod;
    let known = (!pod.claims.is_empty()).then(|| case.snapshot.volumes().claims.as_ref()).flatten();
    known.into_iter().flat_map(move |known| {
        let find = |name: &str| known.get(&(pod.namespace.clone(), name.into()));
        pod.claims.iter().map(move |name| (&**name, find(name)))
    })
}

/// Why no node is looked at.
fn before_nodes(case: &Case<'_>) -> Option<String> {
    for (name, claim) in claims(case) {
        let Some(claim) = claim else { return Some(format!("persistentvolumeclaim {name:?} not found")) };
        if claim.is_lost {
            let volume = &claim.volume_name;
            return Some(format!(
                "persistentvolumeclaim {name:?} bound to non-existent persistentvolume {volume:?}"
            ));
        }
        if claim.is_leaving {
            return Some(format!("persistentvolumeclaim {name:?} is being deleted"));
        }
    }
    let is_unbound = |claim: &Claim| {
        claim.volume.is_none() && case.snapshot.volumes().binding(claim) == Some(ClassBinding::Immediate)
    };
    claims(case).any(|(_, claim)| claim.is_some_and(is_unbound)).then(|| UNBOUND.to_owned())
}

/// The nodes that one of the claims keeps the pod off, and why.
fn against(case: &Case<'_>, claim: &Claim) -> (&'static str, RoaringBitmap) {
    let facts = case.snapshot.volumes();
    let volume = claim.volume.as_ref().and_then(|name| Some(facts.volumes.as_ref()?.get(name)));
    match (volume, &claim.selected_node) {
        (Some(None), _) => (NO_VOLUME, case.nodes().clone()),
        (Some(Some(volume)), _) => {
            let required = volume.required.as_ref();
            (CONFLICT, required.map_or_else(RoaringBitmap::new, |it| case.nodes() - nodes_of(case, it)))
        }
        (None, Some(node)) if claim.volume.is_none() => {
            let others = case.nodes().iter().filter(|id| case.snapshot.name(*id) != &**node);
            (NOT_AVAILABLE, others.collect())
        }
        _ => (CONFLICT, RoaringBitmap::new()),
    }
}

/// The nodes that terms select by their labels alone: a volume knows no names.
fn nodes_of(case: &Case<'_>, terms: &NodeTerms) -> RoaringBitmap {
    let tests = terms.terms.iter().filter_map(|term| match &term.content {
        TermContent::Asks(test) => Some(NodeTest { labels: test.labels.clone(), fields: Vec::new() }),
        TermContent::Empty | TermContent::Unreadable(_) => None,
    });
    tests.fold(RoaringBitmap::new(), |nodes, test| nodes | nodes_of_test(case.snapshot, &test))
}

pub(super) fn reject(case: &Case<'_>) -> Vec<Rejection> {
    let of = |reason: Cow<'static, str>, nodes, stage| {
        Rejection::of(PLUGIN, reason, nodes).map(|it| Rejection { stage, ..it })
    };
    if let Some(reason) = before_nodes(case) {
        return of(reason.into(), case.nodes().clone(), RejectionStage::PreFilter).into_iter().collect();
    }
    let mut rest = case.nodes().clone();
    let mut rejections = Vec::new();
    for (reason, nodes) in claims(case).filter_map(|(_, claim)| Some(against(case, claim?))) {
        let nodes = nodes & &rest;
        rest -= &nodes;
        rejections.extend(of(reason.into(), nodes, RejectionStage::Filter));
    }
    rejections
}

pub(super) fn cause(case: &Case<'_>, reason: &str, node: u32) -> RejectionCause {
    let found = claims(case).find_map(|(name, claim)| {
        let claim = claim?;
        let (of_claim, nodes) = against(case, claim);
        (of_claim == reason && nodes.contains(node)).then_some((name, claim))
    });
    let Some((name, claim)) = found else {
        let names: Vec<&str> = claims(case).map(|(name, _)| name).collect();
        return RejectionCause::of_rule(format!("the pod's claims: {}", names.join(", ")));
    };
    match (&claim.volume, &claim.selected_node) {
        (Some(volume), _) if reason == NO_VOLUME => {
            RejectionCause::of_rule(format!("claim {name}: volume {volume} is not there"))
        }
        (Some(volume), _) => RejectionCause::of_rule(format!(
            "claim {name}: volume {volume} is at nodes with {}",
            asked(case, volume)
        )),
        (None, Some(selected)) => {
            RejectionCause::of_rule(format!("claim {name}: its volume is being made at node {selected}"))
        }
        (None, None) => RejectionCause::of_rule(format!("claim {name}")),
    }
}

/// What a volume asks of nodes, as a query.
fn asked(case: &Case<'_>, volume: &str) -> String {
    let volumes = case.snapshot.volumes().volumes.as_ref();
    let required = volumes.and_then(|volumes| volumes.get(volume)?.required.as_ref());
    let terms = required.into_iter().flat_map(|terms| &terms.terms).filter_map(|term| match &term.content {
        TermContent::Asks(test) => test.selector().canonical(),
        TermContent::Empty | TermContent::Unreadable(_) => None,
    });
    let terms: Vec<String> = terms.collect();
    if terms.is_empty() { "labels that no node can have".to_owned() } else { terms.join(" or ") }
}
