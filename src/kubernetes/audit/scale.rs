//! How many pods are to be there of what made them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::owner::{self, controller};
use super::auditor::Auditor;
use super::crds::ScaleOfKind;
use super::labelled::Labelled;
use crate::ObjectId;
use crate::json::Reads;
use crate::store::group_of;

/// Whether something says how many pods there are to be beside a pod.
pub(super) enum Scale {
    Known,
    /// The pod's controller has none: `DaemonSet/logs`.
    None(String),
    NoController,
}

/// The kinds that Kubernetes has built in whose pods have a number.
const SCALABLE: [&str; 4] = ["Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

impl Scale {
    pub(super) fn of(auditor: &Auditor<'_, '_>, pod: &Labelled<'_>) -> Scale {
        if pod.is_template() {
            let Some(workload) = auditor.object(pod.id) else { return Scale::Known };
            return Scale::of_kind(auditor, workload.api_version(), workload.kind(), workload.name());
        }
        let reads = Reads::of([owner::READS, &[".metadata.ownerReferences.apiVersion"]]);
        auditor.read(pod.id, &reads, |read| match controller(read) {
            None => Scale::NoController,
            Some(controller) => {
                let text = |name| controller.get(name).string().unwrap_or(Cow::Borrowed(""));
                Scale::of_kind(auditor, &text("apiVersion"), &text("kind"), &text("name"))
            }
        })
    }

    fn of_kind(auditor: &Auditor<'_, '_>, api_version: &str, kind: &str, name: &str) -> Scale {
        let none = || Scale::None(format!("{kind}/{name}"));
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

/// The workloads of some pods that the dump has, each with its replicas.
pub(super) fn workloads(auditor: &Auditor<'_, '_>, members: &[&Labelled<'_>]) -> BTreeMap<ObjectId, i64> {
    let of = |pod: &&Labelled<'_>| {
        let template = auditor.template_of(pod)?;
        Some((template.id, template.replicas?))
    };
    members.iter().filter_map(of).collect()
}

/// To how many replicas an autoscaler may bring each workload down.
pub(super) fn least_replicas(auditor: &Auditor<'_, '_>) -> BTreeMap<ObjectId, i64> {
    let scalers = auditor.scalers().iter().filter(|scaler| scaler.is_horizontal(auditor));
    scalers.filter_map(|scaler| Some((scaler.target?, scaler.min_replicas))).collect()
}
