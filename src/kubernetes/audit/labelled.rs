//! Objects that selectors may select, with their labels: pods, what workloads would make of their templates, and others.

use std::collections::HashMap;

use super::super::object::{Json, ObjectJson, is_terminating};
use super::super::owner::controller;
use super::super::pod::is_finished;
use super::audited::{Audited, NamespacePlace};
use super::of_objects::OfObjects;
use super::states::{KindChecks, StateMessage};
use crate::json::Reads;
use crate::{ObjectId, ObjectRef, Requirement, Selector, parallel};

/// An object that a selector may select, or what a workload makes of its template.
#[derive(Debug)]
pub(super) struct Labelled<'d> {
    /// The object, or the workload.
    pub(super) id: ObjectId,
    labels: LabelSource<'d>,
    /// Of a template alone. Apart, as there are far more pods.
    template: Option<Box<TemplateFacts<'d>>>,
    pub(super) pod: PodStage,
}

/// What is known of a template besides its labels.
#[derive(Debug)]
struct TemplateFacts<'d> {
    /// How many pods are to be made of it.
    replicas: i64,
    workload: Option<ObjectRef<'d>>,
}

#[derive(Debug)]
enum LabelSource<'d> {
    Object(ObjectRef<'d>),
    Listed(Box<[(String, String)]>),
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

impl PodStage {
    fn of(pod: &ObjectJson<'_>) -> PodStage {
        let phase = pod.at(["status", "phase"]);
        PodStage {
            is_made: pod.at(["metadata", "uid"]).text().is_some() || phase.text().is_some(),
            is_finished: is_finished(pod),
            is_terminating: is_terminating(pod),
            is_pending: phase.is("Pending"),
        }
    }
}

impl<'d> Labelled<'d> {
    /// An object by its own labels.
    pub(super) fn of(object: ObjectRef<'d>) -> Labelled<'d> {
        let labels = LabelSource::Object(object);
        Labelled { id: object.id(), labels, template: None, pod: PodStage::default() }
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
        self.template.is_some()
    }

    /// Of a template, how many pods are to be made of it.
    pub(super) fn replicas(&self) -> Option<i64> {
        Some(self.template.as_ref()?.replicas)
    }

    /// Whether a workload at 0 replicas would make it.
    pub(super) fn is_idle(&self) -> bool {
        self.replicas() == Some(0)
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

    /// Whether it meets a requirement; a template does where its pods may, by a label that they get when they are made.
    pub(super) fn meets(&self, requirement: &Requirement) -> bool {
        let key = requirement.key().as_str();
        let workload = self.template.as_ref().and_then(|template| template.workload);
        match (self.label(key), workload) {
            (None, Some(workload)) if is_added(key, workload.kind()) => {
                may_be_met(requirement, workload.name())
            }
            (label, _) => requirement.matches_value(label),
        }
    }

    /// The labels that it was given, without those that controllers add.
    pub(super) fn given_labels(&self) -> Vec<(&str, &str)> {
        let mut given: Vec<(&str, &str)> =
            self.labels().filter(|(key, _)| !ADDED.iter().any(|(added, _)| added == key)).collect();
        given.sort_unstable();
        given
    }
}

/// Pods, and the kinds that make pods of templates.
pub(super) const KINDS: &[&str] = &[
    "Pod",
    "CloneSet",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "DeploymentConfig",
    "Job",
    "ReplicaSet",
    "ReplicationController",
    "Rollout",
    "StatefulSet",
];

/// The labels that controllers add to the pods that they make, each with the kinds that it is of.
const ADDED: [(&str, &[&str]); 13] = [
    ("deployment", &["DeploymentConfig"]),
    ("deploymentconfig", &["DeploymentConfig"]),
    ("pod-template-hash", &["CloneSet", "Deployment"]),
    ("rollouts-pod-template-hash", &["Rollout"]),
    ("pod-template-generation", &["DaemonSet"]),
    ("controller-revision-hash", &["CloneSet", "DaemonSet", "StatefulSet"]),
    ("controller-uid", JOBS),
    ("job-name", JOBS),
    ("batch.kubernetes.io/controller-uid", JOBS),
    ("batch.kubernetes.io/job-completion-index", JOBS),
    ("batch.kubernetes.io/job-name", JOBS),
    ("apps.kubernetes.io/pod-index", &["StatefulSet"]),
    (POD_NAME, &["StatefulSet"]),
];
const JOBS: &[&str] = &["CronJob", "Job"];

/// The label by which each pod of a StatefulSet can be selected.
pub(super) const POD_NAME: &str = "statefulset.kubernetes.io/pod-name";

/// Whether pods that are made of the templates of a kind have a label that the template has not.
fn is_added(key: &str, kind: &str) -> bool {
    ADDED.iter().any(|(added, kinds)| *added == key && kinds.contains(&kind))
}

/// Whether a label that a controller adds may meet a requirement, as far as its value is known before there is a pod.
fn may_be_met(requirement: &Requirement, workload: &str) -> bool {
    match requirement {
        Requirement::DoesNotExist(_) => false,
        Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..)
            if requirement.key().as_str() == POD_NAME =>
        {
            requirement.named_values().any(|pod| is_ordinal_of(pod, workload))
        }
        _ => true,
    }
}

/// Whether a pod is called as a StatefulSet calls its own: by the set's name and a number.
pub(super) fn is_ordinal_of(pod: &str, set: &str) -> bool {
    let ordinal = pod.strip_prefix(set).and_then(|rest| rest.strip_prefix('-'));
    ordinal.is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
}

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
    by_namespace: HashMap<NamespacePlace<'d>, Vec<u32>>,
    has_made: bool,
    said: Vec<StateMessage>,
}

impl<'d> PodLikes<'d> {
    pub(super) fn of(audited: &Audited<'_, 'd>, checks: &KindChecks) -> PodLikes<'d> {
        let (mut all, said) = pods(audited, checks);
        let n_pods = all.len();
        let mut templates = templates(audited);
        templates.sort_by_key(|it| it.id);
        // No more than that, as it would be half of all.
        all.reserve_exact(templates.len());
        all.append(&mut templates);
        let mut by_namespace: HashMap<NamespacePlace<'d>, Vec<u32>> = HashMap::new();
        for (nth, like) in (0..).zip(&all) {
            by_namespace.entry(audited.place(like.id)).or_default().push(nth);
        }
        let mut places = OfObjects::new();
        (0..).zip(&all[..n_pods]).for_each(|(nth, pod)| _ = places.insert(pod.id, nth));
        PodLikes { n_pods, places, by_namespace, has_made: all.iter().any(|it| it.pod.is_made), said, all }
    }

    /// What the checks say of pods, in the order of the pods.
    pub(super) fn said(&self) -> &[StateMessage] {
        &self.said
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

    /// Whether there are any in a cluster.
    pub(super) fn are_in_cluster(&self, cluster: Option<&str>) -> bool {
        self.by_namespace.keys().any(|(of, _)| *of == cluster)
    }

    /// Those in a namespace.
    pub(super) fn in_place<'a>(&'a self, place: NamespacePlace<'_>) -> Vec<&'a Labelled<'d>> {
        self.by_namespace.get(&place).into_iter().flatten().map(|&nth| &self.all[nth as usize]).collect()
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

/// All pods, and what the checks say of them.
fn pods<'d>(audited: &Audited<'_, 'd>, checks: &KindChecks) -> (Vec<Labelled<'d>>, Vec<StateMessage>) {
    let reads = Reads::of(checks.reads())
        .and(["metadata", "uid"])
        .and(["metadata", "deletionTimestamp"])
        .and(["status", "phase"]);
    let ids = audited.of_kind("", "Pod").into_iter().map(|id| id.0).collect();
    let look = |id: ObjectId, pod: &ObjectJson<'_>| {
        let said: Vec<StateMessage> = checks.look(id, pod).collect();
        // Of most pods nothing is said.
        (id, PodStage::of(pod), (!said.is_empty()).then(|| Box::new(said)))
    };
    let mut read = audited.links.read_with_owners(&ids, &reads, look);
    read.sort_unstable_by_key(|(id, ..)| *id);
    let (mut pods, mut said) = (Vec::with_capacity(read.len()), Vec::new());
    for (id, pod, of_pod) in read {
        pods.extend(audited.object(id).map(|object| Labelled { pod, ..Labelled::of(object) }));
        said.extend(of_pod.into_iter().flat_map(|of_pod| *of_pod));
    }
    (pods, said)
}

fn templates<'d>(audited: &Audited<'_, 'd>) -> Vec<Labelled<'d>> {
    let kinds: Vec<_> = audited.links.places().pod_templates().collect();
    let makes_pods = |kind: Json<'_, '_>| kinds.iter().any(|(_, of_kind, _)| kind.is(of_kind));
    let of_kind = kinds.iter().flat_map(|(group, kind, path)| {
        let reads = template_reads(path);
        let of_part = |ids: &[ObjectId]| -> Vec<Labelled<'d>> {
            ids.iter().filter_map(|&id| template(audited, id, path, &reads, &makes_pods)).collect()
        };
        parallel::in_parts(&audited.of_kind(group, kind), MIN_PER_THREAD, of_part).into_iter().flatten()
    });
    of_kind.collect()
}

/// What is read of a workload for its template, to which the names lead.
pub(super) fn template_reads(path: &[&str]) -> Reads {
    let reads = Reads::nothing().and(["metadata", "ownerReferences"]).and(["spec", "replicas"]);
    reads.and(path.iter().chain(&["metadata", "labels"]).copied())
}

/// What a workload makes pods of; `None` of one that was made by another one with a template, which is the same.
pub(super) fn template<'d>(
    audited: &Audited<'_, 'd>,
    id: ObjectId,
    path: &[&str],
    reads: &Reads,
    makes_pods: &dyn Fn(Json<'_, '_>) -> bool,
) -> Option<Labelled<'d>> {
    let labels = path.iter().chain(&["metadata", "labels"]).copied();
    let workload = audited.object(id);
    audited.read(id, reads, |object| {
        let is_made = controller(object).is_some_and(|owner| makes_pods(owner.get("kind")));
        let labels = labels.fold(object.json(), Json::get).members();
        let labels = labels.filter_map(|(key, value)| Some((key.to_owned(), value.string()?.into_owned())));
        let labels = LabelSource::Listed(labels.collect());
        let replicas = object.at(["spec", "replicas"]).integer().unwrap_or(1);
        let template = Some(Box::new(TemplateFacts { replicas, workload }));
        (!is_made).then_some(Labelled { id, labels, template, pod: PodStage::default() })
    })
}
