//! Objects that selectors may select, with their labels: pods, what workloads would make of their templates, and others.

use std::collections::HashMap;

use super::super::object::{Json, ObjectJson, is_terminating};
use super::super::owner::controller;
use super::super::pod::is_finished;
use super::audited::{Audited, NamespacePlace};
use super::of_objects::OfObjects;
use crate::json::Reads;
use crate::{ObjectId, ObjectRef, Requirement, Selector, parallel};

/// An object that a selector may select, or what a workload makes of its template.
#[derive(Debug)]
pub(super) struct Labelled<'d> {
    /// The object, or the workload.
    pub(super) id: ObjectId,
    labels: LabelSource<'d>,
    /// Of a template, how many pods are to be made of it.
    pub(super) replicas: Option<i64>,
    pub(super) pod: PodStage,
}

#[derive(Debug)]
enum LabelSource<'d> {
    Object(ObjectRef<'d>),
    Listed(Vec<(String, String)>),
}

/// How far a pod is. Nothing of it holds of what is no pod.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PodStage {
    /// A server has made it, which those in manifests are not.
    pub(super) is_made: bool,
    pub(super) is_finished: bool,
    pub(super) is_terminating: bool,
    pub(super) is_pending: bool,
}

impl<'d> Labelled<'d> {
    /// An object by its own labels.
    pub(super) fn of(object: ObjectRef<'d>) -> Labelled<'d> {
        let labels = LabelSource::Object(object);
        Labelled { id: object.id(), labels, replicas: None, pod: PodStage::default() }
    }

    /// The same with a label that a server gives it, unless it has one under that key.
    pub(super) fn with_label(self, key: &str, value: &str) -> Labelled<'d> {
        if self.label(key).is_some() {
            return self;
        }
        let added = [(key.to_owned(), value.to_owned())];
        let own: Vec<_> = self.labels().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Labelled { labels: LabelSource::Listed(own.into_iter().chain(added).collect()), ..self }
    }

    pub(super) fn is_template(&self) -> bool {
        self.replicas.is_some()
    }

    /// Whether a workload at 0 replicas would make it.
    pub(super) fn is_idle(&self) -> bool {
        self.replicas == Some(0)
    }

    pub(super) fn labels(&self) -> Box<dyn Iterator<Item = (&str, &str)> + '_> {
        match &self.labels {
            LabelSource::Object(object) => Box::new(object.labels()),
            LabelSource::Listed(labels) => {
                Box::new(labels.iter().map(|(key, value)| (key.as_str(), value.as_str())))
            }
        }
    }

    pub(super) fn label(&self, key: &str) -> Option<&str> {
        match &self.labels {
            LabelSource::Object(object) => object.label(key),
            LabelSource::Listed(labels) => {
                labels.iter().rfind(|(it, _)| it == key).map(|(_, value)| value.as_str())
            }
        }
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

    /// The labels that it was given, without those that controllers add.
    pub(super) fn given_labels(&self) -> Vec<(&str, &str)> {
        let mut given: Vec<(&str, &str)> = self.labels().filter(|(key, _)| !ADDED.contains(key)).collect();
        given.sort_unstable();
        given
    }
}

/// Pods, and the kinds that make pods of templates.
pub(super) const KINDS: &[&str] = &[
    "Pod",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "Rollout",
    "StatefulSet",
];

/// The labels that controllers add to the pods that they make.
pub(super) const ADDED: [&str; 9] = [
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

/// Fewer objects are read before another thread has begun.
const MIN_PER_THREAD: usize = 256;

/// All pods, and what workloads would make of their templates.
#[derive(Debug)]
pub(super) struct PodLikes<'d> {
    /// The pods in their order, and behind them the templates in the order of the workloads.
    all: Vec<Labelled<'d>>,
    n_pods: usize,
    /// The place of each pod in the list, as pods are looked for very often.
    places: OfObjects<u32>,
    by_namespace: HashMap<NamespacePlace<'d>, Vec<usize>>,
    has_made: bool,
}

impl<'d> PodLikes<'d> {
    pub(super) fn of(audited: &Audited<'_, 'd>) -> PodLikes<'d> {
        let mut all = pods(audited);
        let n_pods = all.len();
        let mut templates = templates(audited);
        templates.sort_by_key(|it| it.id);
        all.append(&mut templates);
        let mut by_namespace: HashMap<NamespacePlace<'d>, Vec<usize>> = HashMap::new();
        for (nth, like) in all.iter().enumerate() {
            by_namespace.entry(audited.place(like.id)).or_default().push(nth);
        }
        let mut places = OfObjects::new();
        (0..).zip(&all[..n_pods]).for_each(|(nth, pod)| _ = places.insert(pod.id, nth));
        PodLikes { n_pods, places, by_namespace, has_made: all.iter().any(|it| it.pod.is_made), all }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether there are pods, and not only templates.
    pub(super) fn has_pods(&self) -> bool {
        self.n_pods > 0
    }

    /// Whether there are pods that a server has made, as in a dump of a cluster and not in manifests.
    pub(super) fn has_made(&self) -> bool {
        self.has_made
    }

    /// Those in a namespace.
    pub(super) fn in_place<'a>(&'a self, place: NamespacePlace<'_>) -> Vec<&'a Labelled<'d>> {
        self.by_namespace.get(&place).into_iter().flatten().map(|&nth| &self.all[nth]).collect()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Labelled<'d>> {
        self.all.iter()
    }

    pub(super) fn pods(&self) -> &[Labelled<'d>] {
        &self.all[..self.n_pods]
    }

    /// The templates, in the order of the workloads.
    pub(super) fn templates(&self) -> &[Labelled<'d>] {
        &self.all[self.n_pods..]
    }

    /// The pod of this number.
    pub(super) fn pod(&self, id: ObjectId) -> Option<&Labelled<'d>> {
        self.places.get(id).map(|nth| &self.all[nth as usize])
    }

    /// The template of the workload of this number.
    pub(super) fn template(&self, id: ObjectId) -> Option<&Labelled<'d>> {
        let templates = self.templates();
        templates.binary_search_by_key(&id, |template| template.id).ok().map(|nth| &templates[nth])
    }
}

fn pods<'d>(audited: &Audited<'_, 'd>) -> Vec<Labelled<'d>> {
    let reads = Reads::nothing()
        .and(["metadata", "uid"])
        .and(["metadata", "deletionTimestamp"])
        .and(["status", "phase"]);
    let state = |pod: &ObjectJson<'_>| PodStage {
        is_made: pod.at(["metadata", "uid"]).text().is_some() || pod.at(["status", "phase"]).text().is_some(),
        is_finished: is_finished(pod),
        is_terminating: is_terminating(pod),
        is_pending: pod.at(["status", "phase"]).is("Pending"),
    };
    let of_part = |ids: &[ObjectId]| -> Vec<Labelled<'d>> {
        let pod = |&id: &ObjectId| {
            let object = audited.object(id)?;
            Some(Labelled { pod: audited.read(id, &reads, state), ..Labelled::of(object) })
        };
        ids.iter().filter_map(pod).collect()
    };
    let ids = audited.of_kind("", "Pod");
    parallel::in_parts(&ids, MIN_PER_THREAD, of_part).into_iter().flatten().collect()
}

fn templates<'d>(audited: &Audited<'_, 'd>) -> Vec<Labelled<'d>> {
    let kinds: Vec<_> = audited.links.places().pod_templates().collect();
    let makes_pods = |kind: Json<'_, '_>| kinds.iter().any(|(_, of_kind, _)| kind.is(of_kind));
    let of_kind = kinds.iter().flat_map(|(group, kind, path)| {
        let of_part = |ids: &[ObjectId]| -> Vec<Labelled<'d>> {
            ids.iter().filter_map(|&id| template(audited, id, path, &makes_pods)).collect()
        };
        parallel::in_parts(&audited.of_kind(group, kind), MIN_PER_THREAD, of_part).into_iter().flatten()
    });
    of_kind.collect()
}

/// What a workload makes pods of; `None` of one that was made by another one with a template, which is the same.
fn template<'d>(
    audited: &Audited<'_, 'd>,
    id: ObjectId,
    path: &[&str],
    makes_pods: &dyn Fn(Json<'_, '_>) -> bool,
) -> Option<Labelled<'d>> {
    let labels = path.iter().chain(&["metadata", "labels"]).copied();
    let reads =
        Reads::nothing().and(labels.clone()).and(["metadata", "ownerReferences"]).and(["spec", "replicas"]);
    audited.read(id, &reads, |object| {
        let is_made = controller(object).is_some_and(|owner| makes_pods(owner.get("kind")));
        let labels = labels.fold(object.json(), Json::get).members();
        let labels = labels.filter_map(|(key, value)| Some((key.to_owned(), value.string()?.into_owned())));
        let labels = LabelSource::Listed(labels.collect());
        let replicas = Some(object.at(["spec", "replicas"]).integer().unwrap_or(1));
        (!is_made).then(|| Labelled { id, labels, replicas, pod: PodStage::default() })
    })
}
