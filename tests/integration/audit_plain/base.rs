//! What several rules ask of a cluster, written down plainly.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::links_plain::meaning::{
    holds, is_empty, is_in, kind, list, name, namespace, owns, text, workload,
};

/// What a rule finds: how bad it is, and the place of the object.
pub(super) type Found = BTreeSet<(&'static str, usize)>;

pub(super) const ERROR: &str = "error";
pub(super) const WARNING: &str = "warning";
pub(super) const INFO: &str = "info";

pub(super) struct PlainCluster<'o> {
    pub(super) objects: &'o [Value],
    /// Owners over any number of steps.
    owns: BTreeSet<(usize, usize)>,
    /// The workloads that make pods, and are not themselves made by one.
    pub(super) templates: Vec<usize>,
    /// Whether a server has made the pods.
    pub(super) is_live: bool,
}

/// A pod, or one that a template would make.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Like {
    pub(super) at: usize,
    pub(super) is_template: bool,
}

const MAKERS: [&str; 6] =
    ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"];

impl<'o> PlainCluster<'o> {
    pub(super) fn new(objects: &'o [Value]) -> PlainCluster<'o> {
        let is_made = |object: &Value| {
            let owners = list(&object["metadata"]["ownerReferences"]);
            owners.iter().any(|it| it["controller"] == true && MAKERS.contains(&text(it, &["kind"])))
        };
        let is_template = |object: &Value| MAKERS.contains(&kind(object)) && !is_made(object);
        let is_live = objects.iter().any(|it| kind(it) == "Pod" && it["metadata"]["uid"].is_string());
        PlainCluster {
            objects,
            owns: owns(objects).into_iter().collect(),
            templates: (0..objects.len()).filter(|&at| is_template(&objects[at])).collect(),
            is_live,
        }
    }

    pub(super) fn of_kind<'a>(&'a self, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
        (0..self.objects.len()).filter(move |&at| kind(&self.objects[at]) == wanted)
    }

    pub(super) fn has(&self, wanted: &str) -> bool {
        self.of_kind(wanted).next().is_some()
    }

    pub(super) fn object(&self, at: usize) -> &'o Value {
        &self.objects[at]
    }

    pub(super) fn place(&self, at: usize) -> &'o str {
        namespace(&self.objects[at])
    }

    /// The pods, and all that templates would make.
    pub(super) fn likes(&self) -> Vec<Like> {
        let pods = self.of_kind("Pod").map(|at| Like { at, is_template: false });
        pods.chain(self.templates.iter().map(|&at| Like { at, is_template: true })).collect()
    }

    /// The pods; of manifests also what templates would make.
    pub(super) fn counted(&self) -> Vec<Like> {
        self.likes().into_iter().filter(|like| !self.is_live || !like.is_template).collect()
    }

    /// A pod, or the pod that a template describes.
    pub(super) fn pod(&self, like: Like) -> Value {
        let object = &self.objects[like.at];
        match like.is_template {
            false => object.clone(),
            true => {
                let template = &object["spec"]["template"];
                json!({"kind": "Pod", "metadata": {"namespace": namespace(object),
                    "labels": template["metadata"]["labels"]}, "spec": template["spec"]})
            }
        }
    }

    /// Whether a LabelSelector holds for it. The pods of a template get some labels when they are made.
    pub(super) fn holds(&self, selector: &Value, like: Like) -> bool {
        let mut pod = self.pod(like);
        if like.is_template {
            let workload = &self.objects[like.at];
            let wanted = |key: &str| selector["matchLabels"][key].as_str().map(str::to_owned);
            if kind(workload) == "Deployment" && pod["metadata"]["labels"]["pod-template-hash"].is_null() {
                let hash = wanted("pod-template-hash").unwrap_or_else(|| "5d".to_owned());
                pod["metadata"]["labels"]["pod-template-hash"] = json!(hash);
            }
            if kind(workload) == "StatefulSet" {
                let key = "statefulset.kubernetes.io/pod-name";
                let first = format!("{}-0", name(workload));
                let is_own = |it: &String| it.rsplit_once('-').is_some_and(|(set, _)| set == name(workload));
                pod["metadata"]["labels"][key] = json!(wanted(key).filter(is_own).unwrap_or(first));
            }
        }
        holds(selector, &pod)
    }

    pub(super) fn replicas(&self, at: usize) -> i64 {
        self.objects[at]["spec"]["replicas"].as_i64().unwrap_or(1)
    }

    pub(super) fn is_idle(&self, like: Like) -> bool {
        like.is_template && self.replicas(like.at) == 0
    }

    pub(super) fn phase(&self, at: usize) -> &str {
        text(&self.objects[at], &["status", "phase"])
    }

    pub(super) fn is_finished(&self, like: Like) -> bool {
        !like.is_template && ["Succeeded", "Failed"].contains(&self.phase(like.at))
    }

    pub(super) fn is_terminating(&self, like: Like) -> bool {
        !like.is_template && self.objects[like.at]["metadata"]["deletionTimestamp"].is_string()
    }

    /// The LabelSelector by which an object acts on pods of its namespace; none where it acts on none.
    pub(super) fn selector(&self, at: usize) -> Option<Value> {
        let object = &self.objects[at];
        let selector = &object["spec"]["selector"];
        let of_map = |map: &Value| json!({"matchLabels": map});
        let has_members = |map: &Value| map.as_object().is_some_and(|map| !map.is_empty());
        match (kind(object), text(object, &["apiVersion"])) {
            ("Service", _) => {
                let is_one = has_members(selector) && object["spec"]["type"] != "ExternalName";
                is_one.then(|| of_map(selector))
            }
            ("ReplicationController", _) if has_members(selector) => Some(of_map(selector)),
            ("ReplicationController", _) => {
                let labels = &object["spec"]["template"]["metadata"]["labels"];
                has_members(labels).then(|| of_map(labels))
            }
            ("NetworkPolicy", _) => {
                let selector = &object["spec"]["podSelector"];
                Some(if selector.is_null() { json!({}) } else { selector.clone() })
            }
            ("PodDisruptionBudget", "policy/v1") => (!selector.is_null()).then(|| selector.clone()),
            ("Job", _) if object["spec"]["manualSelector"] == true => {
                (!selector.is_null()).then(|| selector.clone())
            }
            _ => (!selector.is_null() && !is_empty(selector)).then(|| selector.clone()),
        }
    }

    /// What an object acts on, of some pods and templates.
    pub(super) fn selected(&self, at: usize, likes: Vec<Like>) -> Vec<Like> {
        let Some(selector) = self.selector(at) else { return Vec::new() };
        let is_it = |like: &Like| self.place(like.at) == self.place(at) && self.holds(&selector, *like);
        likes.into_iter().filter(is_it).collect()
    }

    pub(super) fn members(&self, at: usize) -> Vec<Like> {
        self.selected(at, self.counted())
    }

    pub(super) fn owns(&self, owner: usize, owned: usize) -> bool {
        self.owns.contains(&(owner, owned))
    }

    /// `Kind/name` of what is at the top.
    pub(super) fn workload(&self, like: Like) -> Option<String> {
        let own = || format!("{}/{}", kind(self.object(like.at)), name(self.object(like.at)));
        workload(like.at, self.objects).or_else(|| like.is_template.then(own))
    }

    /// The template by which a pod was made.
    pub(super) fn maker(&self, like: Like) -> Option<usize> {
        if like.is_template {
            return Some(like.at);
        }
        let by_uid = self.templates.iter().copied().find(|&template| self.owns(template, like.at));
        by_uid.or_else(|| {
            let workload = workload(like.at, self.objects)?;
            self.templates.iter().copied().find(|&template| {
                let object = self.object(template);
                self.place(template) == self.place(like.at)
                    && format!("{}/{}", kind(object), name(object)) == workload
            })
        })
    }

    /// Whether a workload has made a pod.
    pub(super) fn is_made_by(&self, like: Like, workload: usize) -> bool {
        let object = self.object(workload);
        let is_named = self.place(like.at) == self.place(workload)
            && self.workload(like) == Some(format!("{}/{}", kind(object), name(object)));
        like.at == workload || self.maker(like) == Some(workload) || self.owns(workload, like.at) || is_named
    }

    /// The templates, and the first pod of each workload whose template is not there; pods of their own too.
    pub(super) fn described(&self) -> Vec<Like> {
        let mut seen = BTreeSet::new();
        let is_described = |like: &Like| {
            if like.is_template {
                return true;
            }
            if self.is_finished(*like) || self.is_terminating(*like) || self.maker(*like).is_some() {
                return false;
            }
            workload(like.at, self.objects)
                .is_none_or(|workload| seen.insert((self.place(like.at), workload)))
        };
        self.likes().into_iter().filter(is_described).collect()
    }

    /// Whether the cluster is of one namespace alone, as far as the objects say.
    pub(super) fn is_of_one_namespace(&self) -> bool {
        let names =
            self.objects.iter().map(|it| if kind(it) == "Namespace" { name(it) } else { namespace(it) });
        names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().len() < 2
    }

    /// Whether a namespace is one of those that a namespace selector selects.
    pub(super) fn is_in(&self, selector: &Value, wanted: &str) -> bool {
        is_in(selector, wanted, self.objects)
    }

    /// The object of a kind and name in a namespace.
    pub(super) fn named(&self, wanted: &str, place: &str, called: &str) -> Option<usize> {
        self.of_kind(wanted).find(|&at| self.place(at) == place && name(self.object(at)) == called)
    }

    /// Of objects that say the same as their workload those that are told of.
    pub(super) fn is_original(&self, at: usize, first: &mut BTreeSet<(String, String)>) -> bool {
        let like = Like { at, is_template: self.templates.contains(&at) };
        let is_copy = ["Pod", "ReplicaSet", "Job"].contains(&kind(self.object(at)));
        match (self.maker(like), workload(at, self.objects)) {
            (Some(maker), _) => maker == at,
            (None, Some(workload)) if is_copy => first.insert((self.place(at).to_owned(), workload)),
            _ => true,
        }
    }
}
