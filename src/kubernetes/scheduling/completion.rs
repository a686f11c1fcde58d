//! What controllers and admission make of a template before the scheduler sees the pod.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::object::{Json, Known, ObjectJson};
use super::super::places::LinkPlaces;
use super::pod::{SchedulingPod, TemplateCompletion, reads};
use super::rules::PodRules;
use super::toleration::Toleration;
use crate::store::group_of;
use crate::{Dump, ObjectId};

/// A value that no pod has: that of a revision which is still to come.
const NEW_REVISION: &str = "new-revision";
const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";
/// What the pods of a DaemonSet tolerate of the NoSchedule taints that the control plane sets.
const OF_DAEMONS: [&str; 4] = [
    "node.kubernetes.io/disk-pressure",
    "node.kubernetes.io/memory-pressure",
    "node.kubernetes.io/pid-pressure",
    "node.kubernetes.io/unschedulable",
];
const CLAIM_TEMPLATES: [&str; 2] = ["spec", "volumeClaimTemplates"];
const NETWORK: &str = "node.kubernetes.io/network-unavailable";

impl SchedulingPod {
    /// The pod that a workload would make next, completed as its controller and admission do; `None` of what has no template.
    ///
    /// What is [made with the pod](SchedulingPod::makes_volumes) is not looked at.
    #[must_use]
    pub fn of_template(dump: &Dump, id: ObjectId, places: &LinkPlaces) -> Option<SchedulingPod> {
        let object = dump.store().get(id)?;
        let group = group_of(object.api_version());
        let mut templates = places.pod_templates();
        let (_, _, path) = templates.find(|(of, kind, _)| *of == group && *kind == object.kind())?;
        let json = dump.json(id);
        let reads = reads(&path).and(CLAIM_TEMPLATES);
        let json = ObjectJson::reading(&json, &reads).with_kind(object.api_version(), object.kind());
        let template = path.iter().fold(json.json(), |json, name| json.get(name)).present()?;
        let spec = template.get("spec");
        let mut pod = SchedulingPod::of_spec("", spec);
        (pod.namespace, pod.name) = (object.namespace().into(), object.name().into());
        pod.labels = labels(template.get("metadata").get("labels"));
        pod.claims = named_claims(spec);
        pod.makes_volumes =
            json.at(CLAIM_TEMPLATES).elements().next().is_some() || has_ephemeral_volumes(spec);
        complete(&mut pod, json.known(), spec);
        Some(pod)
    }
}

fn labels(json: Json<'_, '_>) -> Vec<(Box<str>, Box<str>)> {
    let mut labels: Vec<(Box<str>, Box<str>)> = Vec::new();
    for (key, value) in json.members() {
        labels.retain(|(known, _)| **known != *key);
        labels.push((key.into(), value.string().unwrap_or_default().into()));
    }
    labels
}

/// The claims that are there before the pod is.
fn named_claims(spec: Json<'_, '_>) -> Vec<Box<str>> {
    let volumes = spec.get("volumes").elements();
    let names = volumes.filter_map(|it| it.get("persistentVolumeClaim").get("claimName").text());
    names.map(|name: Cow<'_, str>| name.as_ref().into()).collect()
}

fn has_ephemeral_volumes(spec: Json<'_, '_>) -> bool {
    spec.get("volumes").elements().any(|volume| volume.get("ephemeral").present().is_some())
}

fn complete(pod: &mut SchedulingPod, kind: Option<Known>, spec: Json<'_, '_>) {
    let mut completion = TemplateCompletion::default();
    let mut rules = PodRules::clone(&pod.rules);
    add_labels(pod, kind, &mut completion);
    if kind == Some(Known::DaemonSet) {
        add_daemon_tolerations(&mut rules, spec.get("hostNetwork").is_true());
        completion.add(
            "DaemonSet controller",
            "tolerations of not-ready, unreachable, pressure and cordoned nodes, and a pod for each node that then fits",
        );
    }
    if add_default_tolerations(&mut rules) {
        completion.add("DefaultTolerationSeconds", "tolerations of not-ready and unreachable for 300 s");
    }
    let of_pod = |key: &str| pod.label(key).map(str::to_owned);
    // Each has to be merged, so that none may end the walk.
    let n_merged = rules.pods.terms_mut().map(|term| term.merge_label_keys(&of_pod)).filter(|it| *it).count();
    let spreads = rules.spread.iter().any(|constraint| !constraint.match_label_keys.is_empty());
    if n_merged > 0 || spreads {
        completion.add("API server", "the pod's own labels of matchLabelKeys in its selectors");
    }
    pod.rules = Arc::new(rules);
    pod.completion = completion;
}

/// The labels that controllers add. A selector that asks for one asks for a revision or a pod of its own.
fn add_labels(pod: &mut SchedulingPod, kind: Option<Known>, completion: &mut TemplateCompletion) {
    let (by, key) = match kind {
        Some(Known::Deployment) => ("Deployment controller", "pod-template-hash"),
        Some(Known::StatefulSet) => ("StatefulSet controller", "controller-revision-hash"),
        Some(Known::DaemonSet) => ("DaemonSet controller", "controller-revision-hash"),
        Some(Known::Job | Known::CronJob) => ("Job controller", "batch.kubernetes.io/job-name"),
        _ => return,
    };
    if pod.label(key).is_none() {
        pod.labels.push((key.into(), NEW_REVISION.into()));
        completion.add(by, &format!("label {key} with a value that no pod has yet"));
    }
}

fn add_daemon_tolerations(rules: &mut PodRules, is_on_host_network: bool) {
    let of_absent = [NOT_READY, UNREACHABLE].map(|key| Toleration::exists(key, "NoExecute"));
    let of_conditions = OF_DAEMONS.map(|key| Toleration::exists(key, "NoSchedule"));
    let of_network = is_on_host_network.then(|| Toleration::exists(NETWORK, "NoSchedule"));
    rules.tolerations.extend(of_absent.into_iter().chain(of_conditions).chain(of_network));
}

/// Whether anything had to be added.
fn add_default_tolerations(rules: &mut PodRules) -> bool {
    let lacking: Vec<&str> = [NOT_READY, UNREACHABLE]
        .into_iter()
        .filter(|key| {
            let is_said = |it: &Toleration| {
                (it.key.is_empty() || *it.key == **key) && matches!(&*it.effect, "" | "NoExecute")
            };
            !rules.tolerations.iter().any(is_said)
        })
        .collect();
    rules.tolerations.extend(lacking.iter().map(|key| Toleration::exists(key, "NoExecute")));
    !lacking.is_empty()
}
