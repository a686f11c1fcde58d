//! Autoscalers: whether they find the pods that they count, and count only those.

use std::collections::BTreeMap;

use super::super::object::Json;
use super::auditor::Auditor;
use super::crds::ScaleOfKind;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::scaler::{AT, Scaler, TargetReference};
use super::shared::shared;
use crate::json::Reads;
use crate::store::group_of;
use crate::{ObjectId, Selector};

/// What two autoscalers count.
pub(super) fn overlap(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let scalers = auditor.scalers();
    let counted = scalers.iter().filter_map(|scaler| Some((scaler, scaler.tie(auditor)?)));
    let counted =
        counted.flat_map(|(scaler, tie)| auditor.members(&tie).into_iter().map(|pod| (scaler.id, pod.id)));
    let by_pods = shared(auditor, counted);
    let by_target = shared(auditor, scalers.iter().filter_map(|scaler| Some((scaler.id, scaler.target?))));
    let mut findings: Vec<Finding> = by_pods
        .iter()
        .filter_map(|(scalers, pods)| {
            let target = by_target.get(scalers).and_then(|targets| targets.first().copied());
            clash(auditor, scalers, target, pods, Severity::Error)
        })
        .collect();
    // Where no pod is there yet, two of them will scale the same target.
    let idle = by_target.iter().filter(|(scalers, _)| !by_pods.contains_key(*scalers));
    findings.extend(idle.filter_map(|(scalers, targets)| {
        clash(auditor, scalers, targets.first().copied(), &[], Severity::Warning)
    }));
    findings.sort_by_key(|finding| finding.object);
    findings
}

/// Several autoscalers that have a target in common, or pods of several targets.
fn clash(
    auditor: &Auditor<'_, '_>,
    scalers: &[ObjectId],
    target: Option<ObjectId>,
    pods: &[ObjectId],
    severity: Severity,
) -> Option<Finding> {
    let (first, others) = scalers.split_first()?;
    let names: Vec<String> = others.iter().map(|id| auditor.called(*id)).collect();
    let names = names.join(" and ");
    let what = match target {
        Some(target) => format!("scales {} as {names} does", auditor.called(target)),
        None => format!("counts pods that {names} counts too"),
    };
    let shown = match pods {
        [] => String::new(),
        [pod] => format!(": {}", auditor.called(*pod)),
        [pod, rest @ ..] => format!(": {} and {} more", auditor.called(*pod), rest.len()),
    };
    let message = format!("{what}{shown}; since Kubernetes 1.26 both stop scaling (AmbiguousSelector)");
    let finding = Finding::new(*first, severity, AT, message);
    Some(
        finding
            .with("scalers", scalers.len())
            .with("pods", pods.len())
            .related_to(others.iter().copied().chain(pods.iter().copied().take(8))),
    )
}

pub(super) fn foreign_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    auditor.scalers().iter().filter_map(|scaler| counts_foreign(auditor, scaler)).collect()
}

fn counts_foreign(auditor: &Auditor<'_, '_>, scaler: &Scaler) -> Option<Finding> {
    let (target, tie) = (scaler.target?, scaler.tie(auditor)?);
    let members = auditor.members(&tie);
    let foreign: Vec<&Labelled<'_>> =
        members.iter().filter(|pod| !auditor.is_made_by(pod, target)).copied().collect();
    if foreign.is_empty() {
        return None;
    }
    let mut owners: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for pod in &foreign {
        *owners.entry(auditor.workload_of(pod)).or_default() += 1;
    }
    let shown = owners.iter().map(|(owner, n)| match owner {
        Some(owner) => format!("{n} of {owner}"),
        None => format!("{n} without a controller"),
    });
    let shown: Vec<String> = shown.collect();
    let what = if auditor.pods().has_pods() { "pods" } else { "templates" };
    let mut message = format!(
        "{} of {} {what} that {} selects are not its own and distort the average: {}",
        foreign.len(),
        members.len(),
        auditor.called(target),
        shown.join(", ")
    );
    let lacking = foreign.iter().find_map(|pod| Some((pod, lacks_request(auditor, pod, &scaler.resources)?)));
    let severity = match &lacking {
        None => Severity::Warning,
        Some((pod, resource)) => {
            message += &format!(
                "; {} requests no {resource}, so that nothing can be computed",
                auditor.called(pod.id)
            );
            Severity::Error
        }
    };
    let finding = Finding::new(scaler.id, severity, AT, message)
        .with("selector", tie.selector())
        .with("pods", members.len())
        .with("foreign", foreign.len());
    Some(finding.related_to([target].into_iter().chain(foreign.iter().map(|pod| pod.id).take(8))))
}

/// What is read of a pod for what it requests.
const REQUEST_READS: &[&str] = &[".spec.containers.resources", ".spec.resources"];

/// The first of some resources that a container of a pod does not request.
fn lacks_request(auditor: &Auditor<'_, '_>, pod: &Labelled<'_>, resources: &[String]) -> Option<String> {
    if resources.is_empty() {
        return None;
    }
    let reads = Reads::of([REQUEST_READS]);
    auditor.read_pod(pod, &reads, |pod| {
        let requests = |it: Json<'_, '_>, resource: &str| {
            ["requests", "limits"]
                .iter()
                .any(|list| it.get("resources").get(list).get(resource).present().is_some())
        };
        let is_lacking = |resource: &&String| {
            !requests(pod.at(["spec"]), resource)
                && pod.at(["spec", "containers"]).elements().any(|it| !requests(it, resource))
        };
        resources.iter().find(is_lacking).cloned()
    })
}

pub(super) fn no_selector(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    auditor.scalers().iter().filter_map(|scaler| without_pods(auditor, scaler)).collect()
}

fn without_pods(auditor: &Auditor<'_, '_>, scaler: &Scaler) -> Option<Finding> {
    let TargetReference { api_version, kind, name } = &scaler.reference;
    let found = |message: String| Some(Finding::new(scaler.id, Severity::Error, AT, message));
    let Some(target) = scaler.target else {
        // Of a kind that the dump does not have nothing is known.
        let has_kind = auditor.has_kind(kind);
        return has_kind.then(|| found(format!("{kind} {name} is not there"))).flatten();
    };
    let group = group_of(api_version);
    let definition = || format!("{kind}.{group}");
    match auditor.custom_kinds().scale(api_version, kind)? {
        ScaleOfKind::None => found(format!(
            "{} has no scale, as the CustomResourceDefinition of {} says of {api_version}",
            scaler.called_target(),
            definition()
        )),
        ScaleOfKind::Some { selector_path: None } => found(format!(
            "the CustomResourceDefinition of {} has no labelSelectorPath in {api_version}, so that the pods of {} are not \
             found: selector is required",
            definition(),
            scaler.called_target()
        )),
        ScaleOfKind::Some { selector_path: Some(path) } => {
            let finding = found(selects_none(auditor, target, path)?)?;
            Some(finding.with("path", path.as_str()).related_to([target]))
        }
    }
}

/// That the selector in the status of a custom object selects no pod, though it should.
fn selects_none(auditor: &Auditor<'_, '_>, target: ObjectId, path: &str) -> Option<String> {
    let names: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
    let reads =
        Reads::nothing().and(names.iter().copied()).and(["spec", "replicas"]).and(["status", "replicas"]);
    let called = auditor.called(target);
    auditor.read(target, &reads, |object| {
        let replicas = object.at(["spec", "replicas"]).integer();
        // A target at 0 replicas is not scaled, and that is no fault. A manifest has no status yet.
        if replicas == Some(0) || object.at(["status"]).present().is_none() {
            return None;
        }
        let Some(text) = names.iter().fold(object.json(), |json, name| json.get(name)).text() else {
            return Some(format!("the selector at {path} of {called} is empty: selector is required"));
        };
        let Ok(selector) = text.parse::<Selector>() else {
            return Some(format!("{text:?} at {path} of {called} is no selector"));
        };
        let pods = auditor.pods().has_pods();
        let is_selected = auditor.pods_beside(target).iter().any(|pod| pod.is_selected_by(&selector));
        (pods && !is_selected).then(|| format!("{text}, the selector at {path} of {called}, selects no pods"))
    })
}
