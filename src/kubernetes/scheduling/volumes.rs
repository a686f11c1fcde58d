//! Claims and volumes, as far as they say on which nodes a pod can have them.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::super::links::Realm;
use super::super::metadata::annotation;
use super::super::object::{ObjectJson, is_terminating};
use super::node_terms::NodeTerms;
use crate::ObjectId;
use crate::json::Reads;

/// Claims by namespace and name.
pub(super) type ClaimsByName = HashMap<(Box<str>, Box<str>), Claim, RandomState>;

/// What is read of claims, volumes and storage classes. A kind of which there is none is not looked at.
#[derive(Debug, Default)]
pub(super) struct VolumeFacts {
    /// `None` where there are no claims at all.
    pub(super) claims: Option<ClaimsByName>,
    pub(super) volumes: Option<HashMap<Box<str>, BoundVolume, RandomState>>,
    /// Whether claims of the class wait for a pod before they are bound.
    pub(super) classes: HashMap<Box<str>, ClassBinding, RandomState>,
}

#[derive(Debug)]
pub(super) struct Claim {
    /// The volume that it is bound to.
    pub(super) volume: Option<Box<str>>,
    /// The volume that it says, bound or not.
    pub(super) volume_name: Box<str>,
    pub(super) class: Box<str>,
    pub(super) is_lost: bool,
    pub(super) is_leaving: bool,
    /// The node for which it is being made.
    pub(super) selected_node: Option<Box<str>>,
}

#[derive(Debug)]
pub(super) struct BoundVolume {
    pub(super) required: Option<NodeTerms>,
    /// Its labels about zones and regions.
    pub(super) zones: Vec<(Box<str>, Box<str>)>,
}

/// When a claim of a class is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ClassBinding {
    Immediate,
    WaitForFirstConsumer,
}

/// The labels that say where a volume is.
pub(super) const ZONE_KEYS: [&str; 4] = [
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
];

const BOUND: &str = "pv.kubernetes.io/bind-completed";
const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

impl VolumeFacts {
    pub(super) fn read(realm: &Realm<'_>) -> VolumeFacts {
        VolumeFacts { claims: claims(realm), volumes: volumes(realm), classes: classes(realm) }
    }

    /// When a claim of a class is bound; `None` where the class is not there.
    pub(super) fn binding(&self, claim: &Claim) -> Option<ClassBinding> {
        self.classes.get(&claim.class).copied()
    }
}

fn claims(realm: &Realm<'_>) -> Option<ClaimsByName> {
    let reads = Reads::nothing()
        .and(["metadata", "annotations"])
        .and(["metadata", "deletionTimestamp"])
        .and(["spec", "volumeName"])
        .and(["spec", "storageClassName"])
        .and(["status", "phase"]);
    let ids = realm.of_core_kind("PersistentVolumeClaim");
    let claims = ids.iter().filter_map(|id| {
        let object = realm.object(id)?;
        let json = realm.dump.json(ObjectId(id));
        let claim = claim(&ObjectJson::reading(&json, &reads));
        Some(((object.namespace().into(), object.name().into()), claim))
    });
    (!ids.is_empty()).then(|| claims.collect())
}

fn claim(json: &ObjectJson<'_>) -> Claim {
    let text = |names: [&str; 2]| -> Box<str> { json.at(names).string().unwrap_or_default().into() };
    let volume_name = text(["spec", "volumeName"]);
    let phase = json.at(["status", "phase"]);
    // Whoever writes the binding down notes that it is complete; a dump may come without notes.
    let is_bound = !volume_name.is_empty() && (phase.is("Bound") || annotation(json, BOUND).is_some());
    Claim {
        volume: is_bound.then(|| volume_name.clone()),
        volume_name,
        class: text(["spec", "storageClassName"]),
        is_lost: phase.is("Lost"),
        is_leaving: is_terminating(json),
        selected_node: annotation(json, SELECTED_NODE).map(|name| name.as_ref().into()),
    }
}

fn volumes(realm: &Realm<'_>) -> Option<HashMap<Box<str>, BoundVolume, RandomState>> {
    let reads = Reads::nothing().and(["spec", "nodeAffinity"]);
    let ids = realm.of_core_kind("PersistentVolume");
    let volumes = ids.iter().filter_map(|id| {
        let object = realm.object(id)?;
        let json = realm.dump.json(ObjectId(id));
        let json = ObjectJson::reading(&json, &reads);
        let zones = ZONE_KEYS.iter().filter_map(|key| Some(((*key).into(), object.label(key)?.into())));
        let required = NodeTerms::of(json.at(["spec", "nodeAffinity", "required"]));
        Some((object.name().into(), BoundVolume { required, zones: zones.collect() }))
    });
    (!ids.is_empty()).then(|| volumes.collect())
}

fn classes(realm: &Realm<'_>) -> HashMap<Box<str>, ClassBinding, RandomState> {
    let reads = Reads::nothing().and(["volumeBindingMode"]);
    let of_kind = realm.kinds().filter(|(version, kind, _)| {
        *kind == "StorageClass" && version.split('/').next() == Some("storage.k8s.io")
    });
    let ids = of_kind.flat_map(|(_, _, ids)| ids);
    let classes = ids.filter_map(|id| {
        let json = realm.dump.json(ObjectId(id));
        let waits = ObjectJson::reading(&json, &reads).at(["volumeBindingMode"]).is("WaitForFirstConsumer");
        let binding = if waits { ClassBinding::WaitForFirstConsumer } else { ClassBinding::Immediate };
        Some((realm.object(id)?.name().into(), binding))
    });
    classes.collect()
}
