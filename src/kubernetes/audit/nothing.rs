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
    // Of a cluster whose pods are not there, though those of another one are, nothing is known.
    if tie.n_targets() > 0 || !auditor.pods().are_in_cluster(auditor.cluster(tie.from())) {
        return None;
    }
    let (text, selector, reach) = (tie.selector()?, tie.label_selector()?, auditor.reach(tie)?);
    let likes = auditor.pods_in(tie.from(), &reach);
    // What a workload at 0 replicas would make counts: it will be there once it is scaled up.
    if likes.iter().any(|it| it.is_selected_by(selector))
        || is_of_control_plane(auditor, tie.from(), selector)
    {
        return None;
    }
    let n_pods = likes.iter().filter(|it| !it.is_template()).count();
    let n_templates = likes.len() - n_pods;
    let mut message =
        format!("{} {}", selector_in_words(&text), selects_none_of(n_pods, n_templates, &reach));
    let near = nearest(&likes, selector);
    let hints = hints(auditor, tie, selector, &reach);
    // Other manifests, or an operator, may make what these do not.
    let is_whole =
        auditor.is_read_whole(tie.from(), &likes) || (auditor.pods().has_made() && !hints.is_empty());
    let is_slip = || near.as_ref().is_some_and(NearMiss::is_slip);
    if !is_whole && (is_made_elsewhere(auditor, selector, &reach) || !is_slip()) {
        return None;
    }
    near.iter().for_each(|near| message += &format!("; {}", near.in_words(auditor)));
    hints.iter().for_each(|hint| message += &format!("; {hint}"));
    let finding = Finding::new(tie.from(), severity, tie.at(), message)
        .with("selector", text)
        .with("pods", n_pods)
        .with("templates", n_templates)
        .with("nearest", near.as_ref().map_or(Value::Null, |near| near.evidence(auditor)));
    Some(finding.related_to(near.map(|near| near.candidate.id)))
}

/// A selector as messages name it.
pub(super) fn selector_in_words(selector: &str) -> &str {
    if selector.is_empty() { "the empty selector" } else { selector }
}

/// `selects 0 of 2 pods in namespace shop`; of the templates only where there is no pod.
pub(super) fn selects_none_of(n_pods: usize, n_templates: usize, reach: &NamespaceReach<'_>) -> String {
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

/// Whether an operator may make the pods: of a custom resource that has the labels, which it hands on.
fn is_made_elsewhere(auditor: &Auditor<'_, '_>, selector: &Selector, reach: &NamespaceReach<'_>) -> bool {
    // What holds for no labels at all says nothing of who makes the pods.
    if selector.matches(<[(&str, &str); 0]>::default()) {
        return false;
    }
    let with_labels = Plan::scoped(auditor.dump().store(), selector, &Scope::all()).run();
    let is_maker = |object: ObjectRef<'_>| {
        let group = group_of(object.api_version());
        let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
        is_custom
            && reach.has(object.namespace())
            && (MAKERS.contains(&object.kind()) || !auditor.holds_selectors(object.kind()))
    };
    with_labels.iter().any(is_maker)
}

/// Whether the pods are those of the control plane, which are made of files, and of which the dump has none.
fn is_of_control_plane(auditor: &Auditor<'_, '_>, id: ObjectId, selector: &Selector) -> bool {
    let is_component = |requirement: &&Requirement| {
        requirement.key().as_str() == "component"
            && requirement.named_values().any(|it| it.starts_with("kube-") || it == "etcd")
    };
    auditor.namespace(id) == "kube-system"
        && selector.requirements().unwrap_or_default().iter().any(is_component)
        && !auditor.pods_beside(id).iter().any(|it| it.label("component") == Some("kube-apiserver"))
}
