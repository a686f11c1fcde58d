//! The tables of volumes, claims and storage classes.

use std::borrow::Cow;

use super::cells::{UNSET, age, name, status, string, string_or};
use super::{KubectlTable, column, wide};
use crate::kubernetes::metadata::annotation;
use crate::kubernetes::object::{Json, ObjectJson};
use crate::kubernetes::quantity::Quantity;
use crate::kubernetes::resources::amount;
use crate::kubernetes::time::Time;

pub(super) static VOLUMES: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Capacity", |it, _| capacity(it.at(["spec", "capacity"]))),
        column("Access Modes", |it, _| access_modes(it.at(["spec", "accessModes"]))),
        column("Reclaim Policy", |it, _| string(it.at(["spec", "persistentVolumeReclaimPolicy"]))),
        column("Status", |it, _| status(it)),
        column("Claim", |it, _| claim(it.at(["spec", "claimRef"]))),
        column("StorageClass", |it, _| class(it)),
        column("VolumeAttributesClass", |it, _| attributes_class(it)),
        column("Reason", |it, _| string(it.at(["status", "reason"]))),
        column("Age", age),
        wide("VolumeMode", |it, _| string_or(it.at(["spec", "volumeMode"]), UNSET)),
    ],
    reads: &[
        ".metadata.annotations",
        ".metadata.creationTimestamp",
        ".metadata.deletionTimestamp",
        ".metadata.name",
        ".spec.accessModes",
        ".spec.capacity",
        ".spec.claimRef.name",
        ".spec.claimRef.namespace",
        ".spec.persistentVolumeReclaimPolicy",
        ".spec.storageClassName",
        ".spec.volumeAttributesClassName",
        ".spec.volumeMode",
        ".status.phase",
        ".status.reason",
    ],
};

pub(super) static CLAIMS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Status", |it, _| status(it)),
        column("Volume", |it, _| string(it.at(["spec", "volumeName"]))),
        column("Capacity", |it, _| of_bound(it, |status| capacity(status.get("capacity")))),
        column("Access Modes", |it, _| of_bound(it, |status| access_modes(status.get("accessModes")))),
        column("StorageClass", |it, _| class(it)),
        column("VolumeAttributesClass", |it, _| attributes_class(it)),
        column("Age", age),
        wide("VolumeMode", |it, _| string_or(it.at(["spec", "volumeMode"]), UNSET)),
    ],
    reads: &[
        ".metadata.annotations",
        ".metadata.creationTimestamp",
        ".metadata.deletionTimestamp",
        ".metadata.name",
        ".spec.storageClassName",
        ".spec.volumeAttributesClassName",
        ".spec.volumeMode",
        ".spec.volumeName",
        ".status.accessModes",
        ".status.capacity",
        ".status.phase",
    ],
};

pub(super) static CLASSES: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name_of_class),
        column("Provisioner", |it, _| string(it.at(["provisioner"]))),
        column("ReclaimPolicy", |it, _| string_or(it.at(["reclaimPolicy"]), "Delete")),
        column("VolumeBindingMode", |it, _| string_or(it.at(["volumeBindingMode"]), "Immediate")),
        column("AllowVolumeExpansion", |it, _| it.at(["allowVolumeExpansion"]).is_true().to_string()),
        column("Age", age),
    ],
    reads: &[
        ".allowVolumeExpansion",
        ".metadata.annotations",
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".provisioner",
        ".reclaimPolicy",
        ".volumeBindingMode",
    ],
};

/// Where the class of a volume or claim stood before it had a field.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";
/// What says that a class is the default one.
const DEFAULT_ANNOTATIONS: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
/// The access modes in the order in which they are listed.
const ACCESS_MODES: [(&str, &str); 4] = [
    ("ReadWriteOnce", "RWO"),
    ("ReadOnlyMany", "ROX"),
    ("ReadWriteMany", "RWX"),
    ("ReadWriteOncePod", "RWOP"),
];

fn capacity(capacity: Json<'_, '_>) -> String {
    amount(capacity, "storage").unwrap_or(Quantity::ZERO).to_string()
}

fn access_modes(modes: Json<'_, '_>) -> String {
    let has = |mode: &str| modes.elements().any(|it| it.is(mode));
    let short = ACCESS_MODES.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short);
    short.collect::<Vec<_>>().join(",")
}

/// What the status of a claim says, once it has a volume.
fn of_bound(claim: &ObjectJson<'_>, cell: impl Fn(Json<'_, '_>) -> String) -> String {
    let is_bound = claim.at(["spec", "volumeName"]).text().is_some();
    if is_bound { cell(claim.at(["status"])) } else { String::new() }
}

fn claim(reference: Json<'_, '_>) -> String {
    if !reference.is_object() {
        return String::new();
    }
    format!("{}/{}", string(reference.get("namespace")), string(reference.get("name")))
}

fn class(object: &ObjectJson<'_>) -> String {
    let annotated = annotation(object, CLASS_ANNOTATION).map(Cow::into_owned);
    annotated.unwrap_or_else(|| string(object.at(["spec", "storageClassName"])))
}

fn attributes_class(object: &ObjectJson<'_>) -> String {
    string_or(object.at(["spec", "volumeAttributesClassName"]), UNSET)
}

fn name_of_class(class: &ObjectJson<'_>, now: Time) -> String {
    let is_default = DEFAULT_ANNOTATIONS.iter().any(|key| annotation(class, key).as_deref() == Some("true"));
    format!("{}{}", name(class, now), if is_default { " (default)" } else { "" })
}
