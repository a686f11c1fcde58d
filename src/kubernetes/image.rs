//! The images that a pod is made of.

use std::borrow::Cow;

use super::object::{Json, Known, ObjectJson};

/// What is read of an object.
pub const READS: &[&str] = &[
    // Pods.
    ".spec.containers.image",
    ".spec.ephemeralContainers.image",
    ".spec.initContainers.image",
    // CronJobs.
    ".spec.jobTemplate.spec.template.spec.containers.image",
    ".spec.jobTemplate.spec.template.spec.ephemeralContainers.image",
    ".spec.jobTemplate.spec.template.spec.initContainers.image",
    // Other workloads.
    ".spec.template.spec.containers.image",
    ".spec.template.spec.ephemeralContainers.image",
    ".spec.template.spec.initContainers.image",
    // PodTemplates.
    ".template.spec.containers.image",
    ".template.spec.ephemeralContainers.image",
    ".template.spec.initContainers.image",
];

/// The images of all containers of a pod, or of the pods that a workload makes: main, init and ephemeral ones, as often as
/// they are named. Other objects have none.
pub fn of<'o, 'j>(object: &'o ObjectJson<'j>) -> impl Iterator<Item = Cow<'j, str>> + use<'o, 'j> {
    const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];
    let spec = pod_spec(object);
    let containers = LISTS.into_iter().flat_map(move |list| spec.map(|spec| spec.get(list)));
    containers.flat_map(Json::elements).filter_map(|container| container.get("image").text())
}

/// Where a pod is described.
fn pod_spec<'o, 'j>(object: &'o ObjectJson<'j>) -> Option<Json<'o, 'j>> {
    Some(match object.known()? {
        Known::Pod => object.at(["spec"]),
        Known::PodTemplate => object.at(["template", "spec"]),
        Known::CronJob => object.at(["spec", "jobTemplate", "spec", "template", "spec"]),
        Known::DaemonSet
        | Known::Deployment
        | Known::Job
        | Known::ReplicaSet
        | Known::ReplicationController
        | Known::StatefulSet => object.at(["spec", "template", "spec"]),
        _ => return None,
    })
}
