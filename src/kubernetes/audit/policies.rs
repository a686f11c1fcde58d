//! NetworkPolicies.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::links::Tie;
use super::super::object::{Json, ObjectJson};
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::namespaces::{NAME_LABEL, NamespaceReach};
use super::nearest::nearest;
use super::nothing::selects_nothing;
use crate::json::Reads;
use crate::{ObjectId, Selector};

/// The policies of both groups that the kind has been of.
pub(super) fn policies(auditor: &Auditor<'_, '_>) -> Vec<ObjectId> {
    let groups = ["networking.k8s.io", "extensions"];
    groups.into_iter().flat_map(|group| auditor.of_kind(group, "NetworkPolicy")).collect()
}

pub(super) fn no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let found = policies(auditor).into_iter().filter_map(|id| {
        let tie = auditor.selecting(id)?;
        // The empty selector means the namespace as it will be, also while nothing is in it.
        let is_everything = tie.selector().is_none_or(|selector| selector.is_empty());
        (!is_everything).then(|| selects_nothing(auditor, &tie, Severity::Warning)).flatten()
    });
    found.collect()
}

pub(super) fn peer_empty(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let ties = policies(auditor).into_iter().flat_map(|id| auditor.links.ties_of(Relation::Mentions, id));
    ties.filter(|tie| tie.n_targets() == 0).filter_map(|tie| nobody_at(auditor, &tie)).collect()
}

/// That a peer is nobody.
fn nobody_at(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    let reach = auditor.reach(tie)?;
    match (&reach, &tie.namespaces()?.labelled) {
        (NamespaceReach::Some(names), Some(selector)) if names.is_empty() => {
            no_namespace(auditor, tie, selector)
        }
        _ if auditor.pods_in(tie.from(), &reach).is_empty() && !has_pods_of_several(auditor, tie.from()) => {
            None
        }
        _ => selects_nothing(auditor, tie, Severity::Warning),
    }
}

/// Whether the dump has pods of several namespaces. If not, nothing is known of the pods of others.
fn has_pods_of_several(auditor: &Auditor<'_, '_>, id: ObjectId) -> bool {
    let cluster = auditor.cluster(id);
    let of_cluster = auditor.pods().iter().map(|pod| auditor.place(pod.id)).filter(|(of, _)| *of == cluster);
    of_cluster.collect::<BTreeSet<_>>().len() > 1
}

/// That a peer is in no namespace.
fn no_namespace(auditor: &Auditor<'_, '_>, tie: &Tie<'_>, selector: &Selector) -> Option<Finding> {
    let namespaces = auditor.namespace_objects(tie.from());
    let candidates: Vec<&Labelled<'_>> = namespaces.iter().collect();
    let near = nearest(&candidates, selector);
    let meant = named_by_label(auditor, &candidates, selector);
    // Other manifests may have the namespace.
    if !auditor.pods().has_made()
        && meant.is_none()
        && !near.as_ref().is_some_and(|it| it.is_slip() && it.has_all_keys())
    {
        return None;
    }
    let text = selector.canonical()?;
    let mut message = format!("{text} selects none of {} namespaces", candidates.len());
    match (&meant, &near) {
        (Some(name), _) => message += &format!("; {name} has the label {NAME_LABEL}={name}"),
        (None, Some(near)) => message += &format!("; {}", near.in_words(auditor)),
        (None, None) => {}
    }
    let finding = Finding::new(tie.from(), Severity::Warning, tie.at(), message)
        .with("selector", tie.selector())
        .with("namespaces", 0)
        .with("nearest", near.as_ref().map_or(Value::Null, |near| near.evidence(auditor)));
    Some(finding.related_to(near.map(|near| near.candidate.id)))
}

/// The namespace that is called what a selector wants another label to be: `name=kube-system`.
fn named_by_label(
    auditor: &Auditor<'_, '_>,
    namespaces: &[&Labelled<'_>],
    selector: &Selector,
) -> Option<String> {
    let requirements = selector.requirements()?;
    let mut wanted = requirements.iter().filter(|it| it.key().as_str() != NAME_LABEL);
    let called = |value: &str| namespaces.iter().any(|it| auditor.name(it.id) == value);
    wanted.find_map(|it| it.named_values().find(|value| called(value)).map(str::to_owned))
}

pub(super) fn and_or(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing().and(["spec", "ingress", "from"]).and(["spec", "egress", "to"]);
    let mut findings = Vec::new();
    for id in policies(auditor) {
        for (first, second) in auditor.read(id, &reads, adjacent_peers) {
            let at = |at: &str| auditor.links.ties_of(Relation::Mentions, id).find(|tie| tie.at() == at);
            if let (Some(namespaces), Some(pods)) = (at(&first), at(&second)) {
                findings.extend(either_way(auditor, &namespaces, &pods));
            }
        }
    }
    findings
}

/// The peers of which the first has only a namespaceSelector and the next only a podSelector.
fn adjacent_peers(policy: &ObjectJson<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (rules, list) in [("ingress", "from"), ("egress", "to")] {
        for (nth, rule) in policy.at(["spec", rules]).elements().enumerate() {
            let peers: Vec<Json<'_, '_>> = rule.get(list).elements().collect();
            let has_only = |peer: Json<'_, '_>, name: &str| {
                let mut members = peer.members().filter(|(_, value)| value.present().is_some());
                members.next().is_some_and(|(first, _)| first == name) && members.next().is_none()
            };
            let pairs = peers.windows(2).enumerate();
            let pairs = pairs.filter(|(_, pair)| {
                has_only(pair[0], "namespaceSelector") && has_only(pair[1], "podSelector")
            });
            let at = |peer: usize| format!(".spec.{rules}[{nth}].{list}[{peer}]");
            found.extend(pairs.map(|(peer, _)| (at(peer), at(peer + 1))));
        }
    }
    found
}

/// What two peers allow as they stand, and what one with both selectors would.
fn either_way(auditor: &Auditor<'_, '_>, namespaces: &Tie<'_>, pods: &Tie<'_>) -> Option<Finding> {
    let selector = pods.label_selector().filter(|selector| !selector.is_everything())?;
    // Of other namespaces a dump of one says nothing.
    auditor.reach(namespaces)?;
    let in_namespaces = auditor.members(namespaces);
    let label_sets: BTreeSet<Vec<(&str, &str)>> =
        in_namespaces.iter().map(|pod| pod.given_labels()).collect();
    if label_sets.len() < 2 {
        return None;
    }
    let both = in_namespaces.iter().filter(|pod| pod.is_selected_by(selector)).count();
    let either: BTreeSet<ObjectId> = in_namespaces
        .iter()
        .map(|pod| pod.id)
        .chain(auditor.members(pods).iter().map(|pod| pod.id))
        .collect();
    let message = format!(
        "two peers: every pod of the namespaces, or {} in the own one, {} pods together; one peer with both selectors would \
         allow {both}",
        selector.canonical()?,
        either.len()
    );
    // Where both together are nobody, nobody can have meant that.
    let severity = if both > 0 { Severity::Warning } else { Severity::Info };
    let finding = Finding::new(namespaces.from(), severity, namespaces.at(), message);
    Some(finding.with("pods", json!({"either": either.len(), "both": both})))
}
