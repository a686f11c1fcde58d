//! An autoscaler, and what it scales.

use std::collections::BTreeSet;

use super::super::links::Tie;
use super::super::object::ObjectJson;
use super::super::owner::controller;
use super::audited::Audited;
use crate::ObjectId;
use crate::json::Reads;
use crate::store::group_of;

/// A HorizontalPodAutoscaler, or what KEDA makes one of.
pub(super) struct Scaler {
    pub(super) id: ObjectId,
    /// What it scales, if that is there.
    pub(super) target: Option<ObjectId>,
    pub(super) min_replicas: i64,
    pub(super) reference: TargetReference,
    /// The resources of which it counts what share the pods use of what they request.
    pub(super) resources: Vec<String>,
}

/// The target as it is named.
pub(super) struct TargetReference {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

impl TargetReference {
    /// The group in which the target is looked for.
    pub(super) fn group(&self) -> &str {
        match group_of(&self.api_version) {
            // The workloads have left this group, and what refers to them by it is as old.
            "extensions" => "apps",
            group => group,
        }
    }
}

/// What scales: group and kind.
const SCALERS: [(&str, &str); 2] = [("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject")];

/// Where a scaler says what it scales.
pub(super) const AT: &str = ".spec.scaleTargetRef";

impl Scaler {
    /// The selector of its target.
    pub(super) fn tie<'l>(&self, audited: &Audited<'l, '_>) -> Option<Tie<'l>> {
        audited.selecting(self.target?)
    }

    pub(super) fn called_target(&self) -> String {
        format!("{} {}", self.reference.kind, self.reference.name)
    }

    /// The autoscalers of a dump, each once.
    pub(super) fn all(audited: &Audited<'_, '_>) -> Vec<Scaler> {
        let mut seen = BTreeSet::new();
        let ids = SCALERS.iter().flat_map(|(group, kind)| audited.of_kind(group, kind));
        let ids = ids.filter(|id| seen.insert((audited.place(*id), audited.as_owner(*id))));
        ids.filter_map(|id| Scaler::of(audited, id)).collect()
    }

    /// What an object says, unless another scaler has made it.
    fn of(audited: &Audited<'_, '_>, id: ObjectId) -> Option<Scaler> {
        let reads = Reads::nothing()
            .and(["metadata", "ownerReferences"])
            .and(["spec", "scaleTargetRef"])
            .and(["spec", "minReplicas"])
            .and(["spec", "minReplicaCount"])
            .and(["spec", "targetCPUUtilizationPercentage"])
            .and(["spec", "metrics"]);
        audited.read(id, &reads, |scaler| {
            if controller(scaler).is_some_and(|owner| owner.get("kind").is("ScaledObject")) {
                return None;
            }
            let target = scaler.at(["spec", "scaleTargetRef"]);
            let text = |name: &str| target.get(name).text().map(|text| text.into_owned());
            let reference = TargetReference {
                api_version: text("apiVersion").unwrap_or_else(|| "apps/v1".to_owned()),
                kind: text("kind").unwrap_or_else(|| "Deployment".to_owned()),
                name: text("name")?,
            };
            Some(Scaler {
                id,
                target: audited.named(reference.group(), &reference.kind, audited.place(id), &reference.name),
                min_replicas: min_replicas(scaler),
                resources: utilised(scaler),
                reference,
            })
        })
    }
}

/// To how many replicas a scaler goes down. What KEDA makes of a ScaledObject leaves one while anything is to be done.
fn min_replicas(scaler: &ObjectJson<'_>) -> i64 {
    let spec = scaler.at(["spec"]);
    let of_keda = || spec.get("minReplicaCount").integer().map(|it| it.max(1));
    spec.get("minReplicas").integer().or_else(of_keda).unwrap_or(1)
}

/// The resources whose utilisation it looks at, which is a share of what pods request.
fn utilised(scaler: &ObjectJson<'_>) -> Vec<String> {
    let old = scaler.at(["spec", "targetCPUUtilizationPercentage"]).integer().map(|_| "cpu".to_owned());
    let metrics = scaler.at(["spec", "metrics"]).elements().filter_map(|metric| {
        let resource =
            metric.get("resource").present().or_else(|| metric.get("containerResource").present())?;
        let target = resource.get("target");
        let is_share = target.get("type").is("Utilization")
            || target.get("averageUtilization").present().is_some()
            || resource.get("targetAverageUtilization").present().is_some();
        resource.get("name").text().filter(|_| is_share).map(|name| name.into_owned())
    });
    metrics.chain(old).collect()
}
