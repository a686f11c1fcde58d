//! An object's JSON as the functions of this folder see it.

use std::borrow::Cow;

use crate::json::{JsonNode, JsonTree, Reads, WrittenPlace};
use crate::store::group_of;

/// An object's JSON, taken apart for the functions of this module.
///
/// Whatever the JSON is, a function gives a value or none: what is missing, `null` or of another type than Kubernetes
/// has there is not there, and of equal keys the last counts.
pub struct ObjectJson<'j> {
    tree: ObjectTree<'j>,
    known: Option<Known>,
}

/// Made for these functions, or by the loader, which reads it while it looks for the labels.
enum ObjectTree<'j> {
    Made(JsonTree<'j>),
    Read(&'j JsonTree<'j>),
}

impl<'j> ObjectJson<'j> {
    /// Takes a whole object apart. The text must be valid JSON; of any other something is found, or nothing.
    #[must_use]
    pub fn whole(json: &'j str) -> ObjectJson<'j> {
        ObjectJson::of(JsonTree::of(json))
    }

    /// Takes apart what is to be read of an object, which takes a part of the time.
    #[must_use]
    pub fn reading(json: &'j str, reads: &Reads) -> ObjectJson<'j> {
        ObjectJson::of(JsonTree::reading(json, reads))
    }

    /// What was taken apart already of an object of this kind.
    pub(crate) fn read(tree: &'j JsonTree<'j>, api_version: &str, kind: &str) -> ObjectJson<'j> {
        ObjectJson { tree: ObjectTree::Read(tree), known: known(api_version, kind) }
    }

    fn of(tree: JsonTree<'j>) -> ObjectJson<'j> {
        let object = Json(tree.root());
        let text = |name| object.get(name).string().unwrap_or_default();
        let known = known(&text("apiVersion"), &text("kind"));
        ObjectJson { known, tree: ObjectTree::Made(tree) }
    }

    /// The same as an object of a kind that its JSON does not say: the items of a `PodList` are pods.
    #[must_use]
    pub fn with_kind(self, api_version: &str, kind: &str) -> ObjectJson<'j> {
        ObjectJson { known: known(api_version, kind), ..self }
    }

    /// What kind it is, if the functions know it.
    pub(super) fn known(&self) -> Option<Known> {
        self.known
    }

    pub(super) fn json(&self) -> Json<'_, 'j> {
        Json(self.root())
    }

    /// The object.
    pub(crate) fn root(&self) -> Option<JsonNode<'_, 'j>> {
        match &self.tree {
            ObjectTree::Made(tree) => tree.root(),
            ObjectTree::Read(tree) => tree.root(),
        }
    }

    /// What the names lead to.
    pub(super) fn at<const N: usize>(&self, names: [&str; N]) -> Json<'_, 'j> {
        names.into_iter().fold(self.json(), Json::get)
    }
}

/// A kind whose objects have more to them than what every object has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    ComponentStatus,
    ConfigMap,
    CronJob,
    DaemonSet,
    Deployment,
    Endpoints,
    HorizontalPodAutoscaler,
    Ingress,
    Job,
    Namespace,
    NetworkPolicy,
    Node,
    PersistentVolume,
    PersistentVolumeClaim,
    Pod,
    PodDisruptionBudget,
    PodTemplate,
    ReplicaSet,
    ReplicationController,
    Secret,
    Service,
    ServiceAccount,
    StatefulSet,
    StorageClass,
}

impl Known {
    fn of(group: &str, kind: &str) -> Option<Known> {
        Some(match (group, kind) {
            ("", "ComponentStatus") => Known::ComponentStatus,
            ("", "ConfigMap") => Known::ConfigMap,
            ("", "Endpoints") => Known::Endpoints,
            ("", "Namespace") => Known::Namespace,
            ("", "Node") => Known::Node,
            ("", "PersistentVolume") => Known::PersistentVolume,
            ("", "PersistentVolumeClaim") => Known::PersistentVolumeClaim,
            ("", "Pod") => Known::Pod,
            ("", "PodTemplate") => Known::PodTemplate,
            ("", "ReplicationController") => Known::ReplicationController,
            ("", "Secret") => Known::Secret,
            ("", "Service") => Known::Service,
            ("", "ServiceAccount") => Known::ServiceAccount,
            ("apps", "StatefulSet") => Known::StatefulSet,
            // Up to Kubernetes 1.15 these were of both groups, and Ingress up to 1.21.
            ("apps" | "extensions", "DaemonSet") => Known::DaemonSet,
            ("apps" | "extensions", "Deployment") => Known::Deployment,
            ("apps" | "extensions", "ReplicaSet") => Known::ReplicaSet,
            ("networking.k8s.io" | "extensions", "Ingress") => Known::Ingress,
            ("networking.k8s.io" | "extensions", "NetworkPolicy") => Known::NetworkPolicy,
            ("autoscaling", "HorizontalPodAutoscaler") => Known::HorizontalPodAutoscaler,
            ("batch", "CronJob") => Known::CronJob,
            ("batch", "Job") => Known::Job,
            ("policy", "PodDisruptionBudget") => Known::PodDisruptionBudget,
            ("storage.k8s.io", "StorageClass") => Known::StorageClass,
            _ => return None,
        })
    }
}

/// The kind that goes by these names, if it has more to it.
pub(super) fn known(api_version: &str, kind: &str) -> Option<Known> {
    Known::of(group_of(api_version), kind)
}

/// A value of an object's JSON, or that there is none: what is not there can be asked like `null`.
#[derive(Clone, Copy)]
pub(super) struct Json<'t, 'j>(Option<JsonNode<'t, 'j>>);

impl<'t, 'j> Json<'t, 'j> {
    /// The value under a key.
    pub(super) fn get(self, name: &str) -> Json<'t, 'j> {
        Json(self.0.and_then(|node| node.get(name)))
    }

    /// The elements of an array.
    pub(super) fn elements(self) -> impl Iterator<Item = Json<'t, 'j>> {
        self.0.into_iter().flat_map(JsonNode::elements).map(|node| Json(Some(node)))
    }

    /// The names and values of an object.
    pub(super) fn members(self) -> impl Iterator<Item = (&'t str, Json<'t, 'j>)> {
        self.0.into_iter().flat_map(JsonNode::members).map(|(name, node)| (name, Json(Some(node))))
    }

    /// The value, unless there is none or it is `null`.
    pub(super) fn present(self) -> Option<Json<'t, 'j>> {
        Some(self).filter(|json| !matches!(json.written(), "" | "null"))
    }

    /// What a string says.
    pub(super) fn string(self) -> Option<Cow<'j, str>> {
        self.0.and_then(JsonNode::string)
    }

    /// What a string says that is not empty: Kubernetes takes an empty text for none in most places.
    pub(super) fn text(self) -> Option<Cow<'j, str>> {
        self.string().filter(|text| !text.is_empty())
    }

    /// Whether it is the string that says this.
    pub(super) fn is(self, text: &str) -> bool {
        self.0.is_some_and(|node| node.says(text))
    }

    pub(super) fn is_true(self) -> bool {
        self.written() == "true"
    }

    /// Whether it is an object, also an empty one.
    pub(super) fn is_object(self) -> bool {
        self.written().starts_with('{')
    }

    /// An integer of 64 bits.
    pub(super) fn integer(self) -> Option<i64> {
        // `1.0` and `1e3` are no integers, as they are none where Go wants one.
        self.written().parse().ok()
    }

    /// The text of the JSON; empty where there is no value.
    pub(super) fn written(self) -> &'j str {
        self.0.map(JsonNode::text).unwrap_or_default()
    }
}

/// Whether an object is being deleted.
pub(super) fn is_terminating(object: &ObjectJson<'_>) -> bool {
    object.at(["metadata", "deletionTimestamp"]).text().is_some()
}

/// The condition of a type among those of an object, the first of several.
pub(super) fn condition<'t, 'j>(conditions: Json<'t, 'j>, of_type: &str) -> Option<Json<'t, 'j>> {
    conditions.elements().find(|condition| condition.get("type").is(of_type))
}

/// Whether the condition of a type says so.
pub(super) fn is_condition_true(conditions: Json<'_, '_>, of_type: &str) -> bool {
    condition(conditions, of_type).is_some_and(|condition| condition.get("status").is("True"))
}
