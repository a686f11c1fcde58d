//! Names of objects that are not there.

use std::collections::BTreeMap;

use super::super::links::DanglingName;
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::nearest::is_nearly;
use crate::ObjectId;
use crate::json::Reads;
use crate::store::group_of;

/// What a pod cannot start without.
pub(super) const NEEDED: &[&str] = &["ConfigMap", "PersistentVolumeClaim", "Secret", "ServiceAccount"];

/// What the control plane makes in every namespace, which manifests need not have.
const MADE: [&str; 3] = ["default", "kube-root-ca.crt", "openshift-service-ca.crt"];

pub(super) fn missing(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let is_original = auditor.originals();
    let mut dangling: Vec<&DanglingName> = auditor.links.dangling(Relation::Uses).iter().collect();
    dangling.sort_by_key(|name| name.from);
    dangling.retain(|name| {
        NEEDED.contains(&&*name.kind)
            && !MADE.contains(&&*name.name)
            // A kubelet does without a secret for pulling images.
            && !name.at.contains(".imagePullSecrets")
            && is_waiting(auditor, name.from)
            && is_original(name.from)
            && !is_of_other_manifests(auditor, name)
            && !is_of_claim_template(auditor, name)
    });
    // One name may stand at several places of an object.
    let mut places: BTreeMap<(ObjectId, &str, &str), Vec<&str>> = BTreeMap::new();
    for name in dangling {
        places.entry((name.from, &name.kind, &name.name)).or_default().push(&name.at);
    }
    let found = places.into_iter().filter_map(|((from, kind, name), at)| {
        let message = format!("{kind} {name} is not there");
        let finding = Finding::new(from, Severity::Error, at.first()?, message);
        Some(finding.with("kind", kind).with("name", name).with("places", at))
    });
    found.collect()
}

/// Whether a template names what other manifests may have, as it is not nearly the name of something that is there.
fn is_of_other_manifests(auditor: &Auditor<'_, '_>, name: &DanglingName) -> bool {
    if auditor.pods().has_made() || auditor.is_of(name.from, "", "Pod") {
        return false;
    }
    let place = auditor.place(name.from);
    let beside = auditor.of_kind("", &name.kind).into_iter().filter(|id| auditor.place(*id) == place);
    // A slip is of one letter or two.
    let mut alike = beside.map(|id| auditor.name(id)).filter(|it| it.len().abs_diff(name.name.len()) <= 2);
    !alike.any(|it| is_nearly(&name.name, it))
}

/// Whether a claim is one that a StatefulSet makes for each pod, in the place of the one that is named.
fn is_of_claim_template(auditor: &Auditor<'_, '_>, name: &DanglingName) -> bool {
    if !auditor.is_of(name.from, "apps", "StatefulSet") || *name.kind != *"PersistentVolumeClaim" {
        return false;
    }
    let reads = Reads::nothing().and(["spec", "volumeClaimTemplates", "metadata", "name"]);
    auditor.read(name.from, &reads, |set| {
        let mut templates = set.at(["spec", "volumeClaimTemplates"]).elements();
        templates.any(|it| it.get("metadata").get("name").is(&name.name))
    })
}

/// Whether an object is a pod that will still need what it names, or describes one.
fn is_waiting(auditor: &Auditor<'_, '_>, id: ObjectId) -> bool {
    if let Some(pod) = auditor.pods().pod(id) {
        return !pod.pod.is_finished && !pod.pod.is_terminating;
    }
    let Some(object) = auditor.object(id) else { return false };
    let mut templates = auditor.links.places().pod_templates();
    templates.any(|(group, kind, _)| kind == object.kind() && group == group_of(object.api_version()))
}
