//! Pods, and the pods that workloads would make of their templates.

use std::collections::HashMap;

use super::super::object::{Json, ObjectJson};
use super::audited::{Audited, NamespacePlace};
use crate::json::Reads;
use crate::{ObjectId, Requirement, Selector};

/// What stands for pods and for what workloads would make of their templates.
pub(super) const PODS: &str = "Pod";

/// A pod, or what a workload's template makes.
#[derive(Debug)]
pub(super) struct PodLike {
    /// The pod, or the workload.
    pub(super) id: ObjectId,
    pub(super) labels: Vec<(String, String)>,
    /// `None` of a pod; of a template how many pods are to be made of it.
    pub(super) replicas: Option<i64>,
}

impl PodLike {
    pub(super) fn is_template(&self) -> bool {
        self.replicas.is_some()
    }

    /// Whether a workload at 0 replicas would make it.
    pub(super) fn is_idle(&self) -> bool {
        self.replicas == Some(0)
    }

    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().rfind(|(it, _)| it == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_selected_by(&self, selector: &Selector) -> bool {
        match selector.requirements() {
            Some(requirements) => requirements.iter().all(|it| self.meets(it)),
            None => selector.matches_by(|key| self.label(key)),
        }
    }

    /// Whether it meets a requirement; a template does where its pods get the label only when they are made.
    pub(super) fn meets(&self, requirement: &Requirement) -> bool {
        let key = requirement.key().as_str();
        (self.is_template() && ADDED.contains(&key)) || requirement.matches_value(self.label(key))
    }
}

/// The labels that controllers add to the pods that they make.
const ADDED: [&str; 9] = [
    "pod-template-hash",
    "pod-template-generation",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-name",
    "statefulset.kubernetes.io/pod-name",
];

/// All of them, by namespace, pods first.
#[derive(Debug, Default)]
pub(super) struct PodLikes {
    /// Of each cluster by itself.
    by_namespace: HashMap<NamespacePlace, Vec<PodLike>>,
    has_pods: bool,
    /// How many pods a server has made, which those in manifests are not.
    n_made: u64,
}

impl PodLikes {
    pub(super) fn of(audited: &Audited<'_, '_>) -> PodLikes {
        let mut all = PodLikes::default();
        let reads = Reads::nothing().and(["metadata", "uid"]);
        for id in audited.of_kind("", "Pod") {
            let Some(pod) = audited.object(id) else { continue };
            let labels = pod.labels().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            all.push(audited, PodLike { id, labels, replicas: None });
            all.has_pods = true;
            all.n_made += u64::from(audited.read(id, &reads, is_made));
        }
        for (group, kind, path) in audited.links.places().pod_templates() {
            for id in audited.of_kind(group, kind) {
                all.extend_with(audited, template(audited, id, &path));
            }
        }
        all
    }

    fn extend_with(&mut self, audited: &Audited<'_, '_>, like: Option<PodLike>) {
        like.into_iter().for_each(|like| self.push(audited, like));
    }

    fn push(&mut self, audited: &Audited<'_, '_>, like: PodLike) {
        self.by_namespace.entry(audited.place(like.id)).or_default().push(like);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_namespace.is_empty()
    }

    /// Whether there are pods, and not only templates.
    pub(super) fn has_pods(&self) -> bool {
        self.has_pods
    }

    /// How many pods a server has.
    pub(super) fn n_made(&self) -> u64 {
        self.n_made
    }

    /// Those in the namespace of an object.
    pub(super) fn beside(&self, audited: &Audited<'_, '_>, id: ObjectId) -> &[PodLike] {
        self.by_namespace.get(&audited.place(id)).map_or(&[], Vec::as_slice)
    }

    /// The templates, in the order of the workloads.
    pub(super) fn templates(&self) -> impl Iterator<Item = &PodLike> {
        let mut all: Vec<&PodLike> =
            self.by_namespace.values().flatten().filter(|it| it.is_template()).collect();
        all.sort_by_key(|it| it.id);
        all.into_iter()
    }
}

/// Whether a server has made the object, which gives it a uid.
fn is_made(object: &ObjectJson<'_>) -> bool {
    object.at(["metadata", "uid"]).text().is_some()
}

/// What a workload makes pods of; `None` of one that another one makes, whose template is the same.
fn template(audited: &Audited<'_, '_>, id: ObjectId, path: &[&str]) -> Option<PodLike> {
    let labels = path.iter().chain(&["metadata", "labels"]).copied();
    let reads =
        Reads::nothing().and(labels.clone()).and(["metadata", "ownerReferences"]).and(["spec", "replicas"]);
    audited.read(id, &reads, |object| {
        let is_made =
            object.at(["metadata", "ownerReferences"]).elements().any(|it| it.get("controller").is_true());
        let labels = labels.fold(object.json(), Json::get).members();
        let labels = labels.filter_map(|(key, value)| Some((key.to_owned(), value.string()?.into_owned())));
        let replicas = object.at(["spec", "replicas"]).integer().unwrap_or(1);
        (!is_made).then(|| PodLike { id, labels: labels.collect(), replicas: Some(replicas) })
    })
}
