//! VolumeZone: the labels of a volume say that it is in another zone.

use roaring::RoaringBitmap;

use super::case::Case;
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause};
use super::volume_binding::claims;
use super::volumes::{BoundVolume, ZONE_KEYS};
use crate::ObjectRef;

const REASON: &str = "node(s) had no available volume zone";
/// All that it may say.
pub(super) const REASONS: [&str; 1] = [REASON];

/// The volumes of the pod that say in which zone they are, each with the claim.
fn volumes<'c>(case: &Case<'c>) -> impl Iterator<Item = (&'c str, &'c BoundVolume)> {
    let scheduler = case.snapshot;
    let volumes = claims(case).filter_map(move |(name, claim)| {
        let volume = claim?.volume.as_ref()?;
        Some((name, scheduler.volumes().volumes.as_ref()?.get(volume)?))
    });
    volumes.filter(|(_, volume)| !volume.zones.is_empty())
}

/// The label of a volume that a node does not meet.
fn unmet<'v>(volume: &'v BoundVolume, node: ObjectRef<'_>) -> Option<&'v (Box<str>, Box<str>)> {
    // A node that says nothing of where it is may be anywhere.
    if ZONE_KEYS.iter().all(|key| node.label(key).is_none()) {
        return None;
    }
    volume.zones.iter().find(|(key, zones)| {
        let of_node = node.label(key).or_else(|| node.label(&key.replace("failure-domain.beta", "topology")));
        let mut zones = zones.split("__").map(str::trim);
        // What is no list of zones is passed over.
        let is_readable = zones.clone().all(|zone| !zone.is_empty());
        is_readable && !of_node.is_some_and(|of_node| zones.any(|zone| zone == of_node))
    })
}

pub(super) fn reject(case: &Case<'_>) -> Option<Rejection> {
    let volumes: Vec<&BoundVolume> = volumes(case).map(|(_, volume)| volume).collect();
    if volumes.is_empty() {
        return None;
    }
    let is_unmet = |id: &u32| {
        case.snapshot.object(*id).is_some_and(|node| volumes.iter().any(|it| unmet(it, node).is_some()))
    };
    let nodes: RoaringBitmap = case.nodes().iter().filter(is_unmet).collect();
    Rejection::of(SchedulerPlugin::VolumeZone, REASON, nodes)
}

pub(super) fn cause(case: &Case<'_>, node: u32) -> RejectionCause {
    let Some(node) = case.snapshot.object(node) else { return RejectionCause::default() };
    let found = volumes(case).find_map(|(claim, volume)| Some((claim, unmet(volume, node)?)));
    let Some((claim, (key, zones))) = found else { return RejectionCause::default() };
    let has = node.label(key).map_or_else(|| format!("no {key}"), |value| format!("{key}={value}"));
    let rule = format!("claim {claim}: its volume has {key}={zones}");
    RejectionCause::of_rule(rule).and_here(format!("node has {has}"))
}
