//! How many pods are to be there of what made them.

use std::collections::{BTreeMap, HashMap};
use std::ptr;

use super::super::links::OwnerReference;
use super::super::relation::Relation;
use super::audited::NamespacePlace;
use super::auditor::Auditor;
use super::crds::ScaleOfKind;
use super::labelled::Labelled;
use crate::ObjectId;
use crate::store::group_of;

/// Whether something says how many pods there are to be beside a pod.
pub(super) enum Scale {
    Known,
    /// Nothing does, for what the pod has: `a controller without a scale (DaemonSet/logs)`.
    Unknown(String),
    NoController,
}

/// The kinds that Kubernetes has built in whose pods have a number.
const SCALABLE: [&str; 4] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// Scales of pods, with what is found out of their controllers kept: the pods of one have it in common.
pub(super) struct Scales<'a, 'l, 'd> {
    auditor: &'a Auditor<'l, 'd>,
    /// Whether controllers are not there, by where the reference to them stands, and the place of the pods.
    gone: HashMap<(usize, NamespacePlace<'d>), bool>,
}

impl<'a, 'l, 'd> Scales<'a, 'l, 'd> {
    pub(super) fn new(auditor: &'a Auditor<'l, 'd>) -> Scales<'a, 'l, 'd> {
        Scales { auditor, gone: HashMap::new() }
    }

    pub(super) fn of(&mut self, pod: &Labelled<'_>) -> Scale {
        let auditor = self.auditor;
        if pod.is_template() {
            let Some(workload) = auditor.object(pod.id) else { return Scale::Known };
            return Scale::of_kind(auditor, workload.api_version(), workload.kind(), workload.name());
        }
        let Some(named) = auditor.links.controller(pod.id) else { return Scale::NoController };
        let key = (ptr::from_ref(named).addr(), auditor.place(pod.id));
        let mut is_gone = || *self.gone.entry(key).or_insert_with(|| is_gone(auditor, pod.id, named));
        match Scale::of_kind(auditor, &named.api_version, &named.kind, &named.name) {
            Scale::Known if is_gone() => {
                Scale::Unknown(format!("a controller that is not there ({}/{})", named.kind, named.name))
            }
            scale => scale,
        }
    }
}

impl Scale {
    fn of_kind(auditor: &Auditor<'_, '_>, api_version: &str, kind: &str, name: &str) -> Scale {
        let none = || Scale::Unknown(format!("a controller without a scale ({kind}/{name})"));
        match group_of(api_version) {
            "" | "apps" | "extensions" | "batch" if SCALABLE.contains(&kind) => Scale::Known,
            "" | "apps" | "extensions" | "batch" => none(),
            _ => match auditor.custom_kinds().scale(api_version, kind) {
                Some(ScaleOfKind::None) => none(),
                // What is not known is not judged.
                _ => Scale::Known,
            },
        }
    }
}

/// Whether the controller of a pod is not there, or another one has its name, in a namespace of which the dump has others of its
/// kind.
fn is_gone(auditor: &Auditor<'_, '_>, pod: ObjectId, controller: &OwnerReference) -> bool {
    let OwnerReference { api_version, kind, name, uid, .. } = controller;
    let owners = auditor.links.ties_to(Relation::Owns, pod);
    let is_it = |owner: ObjectId| auditor.object(owner).is_some_and(|it| *it.kind() == **kind);
    let group = group_of(api_version);
    // What has left that group may be in the dump as of the one or the other.
    if group == "extensions" || owners.iter().any(|tie| is_it(tie.from())) {
        return false;
    }
    match auditor.named(group, kind, auditor.place(pod), name) {
        Some(id) => !uid.is_empty() && auditor.has_uid(id),
        None => auditor.has_kind_beside(group, kind, pod),
    }
}

/// The workloads of some pods that the dump has, each with its replicas.
pub(super) fn workloads(auditor: &Auditor<'_, '_>, members: &[&Labelled<'_>]) -> BTreeMap<ObjectId, i64> {
    let of = |pod: &&Labelled<'_>| {
        let template = auditor.template_of(pod)?;
        Some((template.id, template.replicas()?))
    };
    members.iter().filter_map(of).collect()
}

/// To how few replicas an autoscaler may bring each workload down.
pub(super) fn least_replicas(auditor: &Auditor<'_, '_>) -> BTreeMap<ObjectId, i64> {
    let mut least = BTreeMap::new();
    for scaler in auditor.scalers() {
        let Some(target) = scaler.target else { continue };
        let n = least.entry(target).or_insert(scaler.min_replicas);
        *n = scaler.min_replicas.min(*n);
    }
    least
}
