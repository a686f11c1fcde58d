//! A pod that is asked about.

use std::sync::Arc;

use super::super::object::{Json, ObjectJson};
use super::rules::{PodRules, RuleTexts};
use crate::json::Reads;
use crate::{Dump, ObjectId};

/// A pod of which is asked where it may run: one of a dump, one of a manifest, or what a workload makes of its template.
#[derive(Debug, Clone)]
pub struct SchedulingPod {
    pub(super) namespace: Box<str>,
    pub(super) name: Box<str>,
    /// In no order; no key twice.
    pub(super) labels: Vec<(Box<str>, Box<str>)>,
    /// The node that its own specification names.
    pub(super) node_name: Box<str>,
    pub(super) gates: Vec<Box<str>>,
    pub(super) claims: Vec<Box<str>>,
    /// Whether it has volumes that are made with it.
    pub(super) makes_volumes: bool,
    /// How important it is beside the others.
    pub(super) priority: i32,
    pub(super) rules: Arc<PodRules>,
    /// Whether one of this name that is there already is this one.
    pub(super) is_itself: bool,
    pub(super) completion: TemplateCompletion,
}

/// What was added to a template, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateCompletion {
    additions: Vec<String>,
}

impl TemplateCompletion {
    /// What was added, in the order in which it is: `DaemonSet controller: tolerations of …`. Nothing of a pod.
    #[must_use]
    pub fn additions(&self) -> &[String] {
        &self.additions
    }

    pub(super) fn add(&mut self, by: &str, what: &str) {
        self.additions.push(format!("{by}: {what}"));
    }
}

/// What is read of a pod's specification.
const SPEC: [&str; 9] = [
    "affinity",
    "nodeName",
    "nodeSelector",
    "priority",
    "schedulingGates",
    "tolerations",
    "topologySpreadConstraints",
    "volumes",
    "hostNetwork",
];

/// What has to be read of a pod, or of a template whose specification the names lead to.
pub(super) fn reads(to_template: &[&str]) -> Reads {
    let of_template = |rest: [&'static str; 2]| to_template.iter().copied().chain(rest);
    let reads = Reads::nothing().and(of_template(["metadata", "labels"]));
    SPEC.iter().fold(reads, |reads, name| reads.and(of_template(["spec", name])))
}

impl SchedulingPod {
    /// A pod of a dump exactly as it stands there; `None` where the object is not there.
    #[must_use]
    pub fn of(dump: &Dump, id: ObjectId) -> Option<SchedulingPod> {
        let object = dump.store().get(id)?;
        let json = dump.json(id);
        let json = ObjectJson::reading(&json, &reads(&[]));
        let mut pod = SchedulingPod::of_spec(object.name(), json.at(["spec"]));
        (pod.namespace, pod.name) = (object.namespace().into(), object.name().into());
        pod.labels = object.labels().map(|(key, value)| (key.into(), value.into())).collect();
        pod.is_itself = true;
        Some(pod)
    }

    /// A pod of no name and no labels with a specification; `name` is what its volumes are called after.
    pub(super) fn of_spec(name: &str, spec: Json<'_, '_>) -> SchedulingPod {
        let gates = spec.get("schedulingGates").elements();
        SchedulingPod {
            namespace: "".into(),
            name: "".into(),
            labels: Vec::new(),
            node_name: spec.get("nodeName").string().unwrap_or_default().into(),
            gates: gates.filter_map(|it| Some(it.get("name").string()?.into())).collect(),
            claims: claims(name, spec).collect(),
            makes_volumes: false,
            priority: priority(spec),
            rules: Arc::new(PodRules::of(RuleTexts::of(spec))),
            is_itself: false,
            completion: TemplateCompletion::default(),
        }
    }

    /// The pod as one that is on no node yet: where may it go if it has to leave the node it is on?
    #[must_use]
    pub fn off_its_node(mut self) -> SchedulingPod {
        self.node_name = "".into();
        self
    }

    /// The pod in another namespace: what names none goes to the one that is chosen when it is applied.
    #[must_use]
    pub fn in_namespace(self, namespace: &str) -> SchedulingPod {
        SchedulingPod { namespace: namespace.into(), ..self }
    }

    /// The namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The name; of what a template makes that of the workload.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The gates for which the scheduler waits before it looks for a node.
    pub fn gates(&self) -> impl ExactSizeIterator<Item = &str> {
        self.gates.iter().map(|gate| &**gate)
    }

    /// What controllers and admission add to the template; nothing of a pod that is there.
    #[must_use]
    pub fn completion(&self) -> &TemplateCompletion {
        &self.completion
    }

    /// Whether volumes are made with the pod, of which nothing is known before, so that they are not judged: those of the
    /// `volumeClaimTemplates` of a StatefulSet, and ephemeral ones of a template. Those of a pod that is there have claims.
    #[must_use]
    pub fn makes_volumes(&self) -> bool {
        self.makes_volumes
    }

    /// Whether it says how its like are to be spread. For a pod that does not, a scheduler has constraints of its own, which no
    /// dump has and no [score](super::Verdict::scores) counts; by default they keep a pod off no node.
    #[must_use]
    pub fn has_spread_constraints(&self) -> bool {
        !self.rules.spread.is_empty()
    }

    pub(super) fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(it, _)| **it == *key).map(|(_, value)| &**value)
    }
}

/// The priority that a specification says, which admission writes into that of each pod; 0 where there is none.
pub(super) fn priority(spec: Json<'_, '_>) -> i32 {
    spec.get("priority").integer().and_then(|number| number.try_into().ok()).unwrap_or(0)
}

/// The names of the claims that a pod of this name uses.
pub(super) fn claims(pod: &str, spec: Json<'_, '_>) -> impl Iterator<Item = Box<str>> {
    spec.get("volumes").elements().filter_map(move |volume| {
        let named = volume.get("persistentVolumeClaim").get("claimName").text();
        let made = || {
            volume.get("ephemeral").present()?;
            Some(format!("{pod}-{}", volume.get("name").string()?).into())
        };
        named.map(|name| name.as_ref().into()).or_else(made)
    })
}
