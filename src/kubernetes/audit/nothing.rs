//! Selectors that select nothing, and why that may be.

use serde_json::Value;

use super::super::links::Tie;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::namespaces::NamespaceReach;
use super::nearest::{NearMiss, nearest};
use crate::store::group_of;
use crate::{ObjectId, ObjectRef, Plan, Requirement, Scope, Selector};

/// What is found of an object whose selector selects no pods, and why that may be.
pub(super) fn selects_nothing(
    auditor: &Auditor<'_, '_>,
    tie: &Tie<'_>,
    severity: Severity,
) -> Option<Finding> {
    if tie.n_targets() > 0 {
        return None;
    }
    let (text, selector, reach) = (tie.selector()?, tie.label_selector()?, auditor.reach(tie)?);
    let likes = auditor.pods_in(tie.from(), &reach);
    let matching: Vec<&Labelled<'_>> =
        likes.iter().filter(|it| it.is_selected_by(selector)).copied().collect();
    if matching.iter().any(|it| !it.is_idle()) || is_made_elsewhere(auditor, tie, &reach) {
        return None;
    }
    let n_pods = likes.iter().filter(|it| !it.is_template()).count();
    let n_templates = likes.len() - n_pods;
    let mut message = format!("{text} {}", selects_none_of(n_pods, n_templates, &reach));
    if let [idle, ..] = matching.as_slice() {
        message += &format!("; {} would make such pods, and has 0 replicas", auditor.called(idle.id));
        let finding = Finding::new(tie.from(), severity.min(Severity::Warning), tie.at(), message);
        return Some(finding.with("selector", text).with("pods", n_pods).related_to([idle.id]));
    }
    let near = nearest(&likes, selector);
    // Other manifests, or an operator, may make what these do not.
    if n_pods == 0 && !auditor.pods().has_made() && !near.as_ref().is_some_and(NearMiss::is_slip) {
        return None;
    }
    near.iter().for_each(|near| message += &format!("; {}", near.in_words(auditor)));
    hints(auditor, tie, selector, &reach).iter().for_each(|hint| message += &format!("; {hint}"));
    let finding = Finding::new(tie.from(), severity, tie.at(), message)
        .with("selector", text)
        .with("pods", n_pods)
        .with("templates", n_templates)
        .with("nearest", near.as_ref().map_or(Value::Null, |near| near.evidence(auditor)));
    Some(finding.related_to(near.map(|near| near.candidate.id)))
}

/// `selects 0 of 2 pods in namespace shop`; of the templates only where there is no pod.
fn selects_none_of(n_pods: usize, n_templates: usize, reach: &NamespaceReach<'_>) -> String {
    let place = match reach.in_words() {
        place if place == "namespace " => String::new(),
        place => format!(" in {place}"),
    };
    match (n_pods, n_templates) {
        (0, 0) => format!("selects nothing, as there is no pod{place}"),
        (0, 1) => format!("does not select the pods of the only template{place}"),
        (0, n) => format!("selects no pods of the {n} templates{place}"),
        (n, _) => format!("selects 0 of {n} pods{place}"),
    }
}

/// Where else the labels are that are asked for.
fn hints(
    auditor: &Auditor<'_, '_>,
    tie: &Tie<'_>,
    selector: &Selector,
    reach: &NamespaceReach<'_>,
) -> Vec<String> {
    let (cluster, likes) = (auditor.cluster(tie.from()), auditor.pods());
    let elsewhere = likes.iter().filter(|it| auditor.cluster(it.id) == cluster);
    let elsewhere =
        elsewhere.filter(|it| !reach.has(auditor.namespace(it.id)) && it.is_selected_by(selector));
    let elsewhere: Vec<&Labelled<'_>> = elsewhere.collect();
    let on_workload = likes.templates().iter().filter(|it| reach.has(auditor.namespace(it.id)));
    let on_workload = on_workload.filter_map(|it| auditor.object(it.id));
    let mut on_workload =
        on_workload.filter(|it| auditor.cluster(it.id()) == cluster && selector.matches(it.labels()));
    let mut hints = Vec::new();
    if let Some(workload) = on_workload.next() {
        hints.push(format!(
            "{} has these labels itself, and its template has not",
            auditor.called(workload.id())
        ));
    }
    if let [first, rest @ ..] = elsewhere.as_slice() {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        let template = if first.is_template() { "the template of " } else { "" };
        hints.push(format!(
            "{template}{}{more} would match, and selectors do not reach into other namespaces",
            auditor.called(first.id)
        ));
    }
    hints
}

/// Kinds of which an operator makes pods, though they hold selectors of other objects.
const MAKERS: [&str; 4] = ["Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"];

/// Whether the pods are made of something that has the labels: a custom resource, whose operator hands them on, or the
/// files of the control plane's own pods.
fn is_made_elsewhere(auditor: &Auditor<'_, '_>, tie: &Tie<'_>, reach: &NamespaceReach<'_>) -> bool {
    let Some(selector) = tie.label_selector() else { return false };
    let with_labels = Plan::scoped(auditor.dump().store(), selector, &Scope::all()).run();
    let is_maker = |object: ObjectRef<'_>| {
        let group = group_of(object.api_version());
        let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
        is_custom
            && reach.has(object.namespace())
            && (MAKERS.contains(&object.kind()) || !auditor.holds_selectors(object.kind()))
    };
    with_labels.iter().any(is_maker) || is_of_control_plane(auditor, tie.from(), selector)
}

fn is_of_control_plane(auditor: &Auditor<'_, '_>, id: ObjectId, selector: &Selector) -> bool {
    let is_component = |requirement: &&Requirement| {
        requirement.key().as_str() == "component"
            && requirement.named_values().any(|it| it.starts_with("kube-") || it == "etcd")
    };
    auditor.namespace(id) == "kube-system"
        && selector.requirements().unwrap_or_default().iter().any(is_component)
        && !auditor.pods_beside(id).iter().any(|it| it.label("component") == Some("kube-apiserver"))
}
