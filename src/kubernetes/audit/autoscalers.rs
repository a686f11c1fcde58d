//! Autoscalers: whether they find the pods that they count, and count only those.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::links::Tie;
use super::super::object::Json;
use super::auditor::Auditor;
use super::crds::ScaleOfKind;
use super::finding::{Finding, MAX_RELATED, Severity};
use super::labelled::Labelled;
use super::scaler::{AT, Scaler, TargetReference};
use super::shared::shared;
use crate::json::Reads;
use crate::store::group_of;
use crate::{ObjectId, Selector};

/// What two autoscalers count.
pub(super) fn overlap(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let scalers = auditor.scalers();
    let counted =
        scalers.iter().filter_map(|scaler| Some((scaler.id, CountedPods::of(auditor, scaler)?.pods)));
    let counted = counted.flat_map(|(scaler, pods)| {
        let pods = pods.into_iter().filter(|pod| !pod.is_idle());
        pods.map(move |pod| (scaler, pod.id))
    });
    let by_pods = shared(auditor, counted);
    let by_target = of_one_target(auditor);
    let mut findings: Vec<Finding> = by_pods
        .iter()
        .filter_map(|(scalers, pods)| {
            let target = by_target.get(scalers).map(String::as_str);
            // Two of one target do no harm before there is a pod.
            let is_now = target.is_none() || pods.iter().any(|pod| auditor.pods().pod(*pod).is_some());
            let severity = if is_now { Severity::Error } else { Severity::Warning };
            clash(auditor, scalers, target, pods, severity)
        })
        .collect();
    // Where no pod is there yet, two of them will scale the same target.
    let idle = by_target.iter().filter(|(scalers, _)| !by_pods.contains_key(*scalers));
    findings.extend(
        idle.filter_map(|(scalers, target)| clash(auditor, scalers, Some(target), &[], Severity::Warning)),
    );
    findings.sort_by_key(|finding| finding.object);
    findings
}

/// The autoscalers that scale one target, several of each, with what that is called. It need not be there.
fn of_one_target(auditor: &Auditor<'_, '_>) -> BTreeMap<Vec<ObjectId>, String> {
    let mut of_target: BTreeMap<_, Vec<&Scaler>> = BTreeMap::new();
    for scaler in auditor.scalers() {
        let named = &scaler.reference;
        let target = (auditor.place(scaler.id), named.group(), &named.kind, &named.name);
        of_target.entry(target).or_default().push(scaler);
    }
    let several = of_target.into_values().filter(|scalers| scalers.len() > 1);
    let called = several.map(|scalers| {
        let target = scalers[0].target.map(|target| auditor.called(target));
        let mut ids: Vec<ObjectId> = scalers.iter().map(|it| it.id).collect();
        ids.sort_unstable();
        (ids, target.unwrap_or_else(|| scalers[0].called_target()))
    });
    called.collect()
}

/// Several autoscalers that have a target in common, or pods of several targets.
fn clash(
    auditor: &Auditor<'_, '_>,
    scalers: &[ObjectId],
    target: Option<&str>,
    pods: &[ObjectId],
    severity: Severity,
) -> Option<Finding> {
    let (first, others) = scalers.split_first()?;
    let names: Vec<String> = others.iter().map(|id| auditor.called(*id)).collect();
    let names = names.join(" and ");
    let what = match target {
        Some(target) => format!("scales {target} as {names} does"),
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
            .related_to(others.iter().copied().chain(pods.iter().copied().take(MAX_RELATED))),
    )
}

/// The pods that an autoscaler counts: those that its target's selector selects, whoever has made them.
struct CountedPods<'a> {
    selector: String,
    pods: Vec<&'a Labelled<'a>>,
}

impl<'a> CountedPods<'a> {
    fn of(auditor: &'a Auditor<'_, '_>, scaler: &Scaler) -> Option<CountedPods<'a>> {
        if let Some(tie) = scaler.tie(auditor) {
            return Some(CountedPods { selector: tie.selector()?, pods: auditor.members(&tie) });
        }
        let target = scaler.target?;
        let ScaleOfKind::Some { selector_path: Some(path) } = scale_of(auditor, scaler)? else { return None };
        let text = read_selector(auditor, target, path)?;
        let selector: Selector = text.parse().ok()?;
        let pods = auditor.pods_beside(target).into_iter();
        let pods = pods.filter(|pod| auditor.stands_for_pods(pod) && pod.is_selected_by(&selector));
        Some(CountedPods { selector: text, pods: pods.collect() })
    }
}

/// What is known of the scale of the kind of a scaler's target.
fn scale_of<'a>(auditor: &'a Auditor<'_, '_>, scaler: &Scaler) -> Option<&'a ScaleOfKind> {
    auditor.custom_kinds().scale(&scaler.reference.api_version, &scaler.reference.kind)
}

/// The selector of its pods that an object says as text.
fn read_selector(auditor: &Auditor<'_, '_>, target: ObjectId, path: &str) -> Option<String> {
    let names: Vec<&str> = path.split('.').filter(|name| !name.is_empty()).collect();
    auditor.read(target, &Reads::nothing().and(names.iter().copied()), |object| {
        let text = names.iter().fold(object.json(), |json, name| json.get(name)).text();
        text.map(|text| text.into_owned())
    })
}

pub(super) fn foreign_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    auditor.scalers().iter().filter_map(|scaler| counts_foreign(auditor, scaler)).collect()
}

fn counts_foreign(auditor: &Auditor<'_, '_>, scaler: &Scaler) -> Option<Finding> {
    let target = scaler.target?;
    let CountedPods { selector, pods: members } = CountedPods::of(auditor, scaler)?;
    let foreign: Vec<&Labelled<'_>> =
        members.iter().filter(|pod| !auditor.is_made_by(pod, target)).copied().collect();
    if foreign.is_empty() {
        return None;
    }
    let mut owners: BTreeMap<Option<Cow<'_, str>>, usize> = BTreeMap::new();
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
        .with("selector", selector)
        .with("pods", members.len())
        .with("foreign", foreign.len());
    Some(finding.related_to([target].into_iter().chain(foreign.iter().map(|pod| pod.id).take(MAX_RELATED))))
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
        return is_missed(auditor, scaler).then(|| found(format!("{kind} {name} is not there"))).flatten();
    };
    let definition = || format!("{kind}.{}", group_of(api_version));
    match scale_of(auditor, scaler) {
        None => found(counts_none(auditor, target, &scaler.tie(auditor)?)?),
        Some(ScaleOfKind::None) => found(format!(
            "{} has no scale, as the CustomResourceDefinition of {} says of {api_version}",
            scaler.called_target(),
            definition()
        )),
        Some(ScaleOfKind::Some { selector_path: None }) => found(format!(
            "the CustomResourceDefinition of {} has no labelSelectorPath in {api_version}, so that the pods of {} are not \
             found: selector is required",
            definition(),
            scaler.called_target()
        )),
        Some(ScaleOfKind::Some { selector_path: Some(path) }) => {
            let finding = found(selects_none(auditor, target, path)?)?;
            Some(finding.with("path", path.as_str()).related_to([target]))
        }
    }
}

/// Whether a target that is not there should be: others of its kind are. Beside manifests they have to be in the namespace, or
/// one of the name in another.
fn is_missed(auditor: &Auditor<'_, '_>, scaler: &Scaler) -> bool {
    let TargetReference { kind, name, .. } = &scaler.reference;
    if auditor.is_read_whole(scaler.id, &auditor.pods_beside(scaler.id)) {
        return auditor.has_kind_around(kind, scaler.id);
    }
    let group = scaler.reference.group();
    auditor.has_kind_beside(group, kind, scaler.id)
        || auditor
            .of_kind(group, kind)
            .into_iter()
            .any(|id| auditor.name(id) == name && auditor.cluster(id) == auditor.cluster(scaler.id))
}

/// That the selector of a built-in target selects no pod, though it should.
fn counts_none(auditor: &Auditor<'_, '_>, target: ObjectId, tie: &Tie<'_>) -> Option<String> {
    // Where it does not select its own template that is told of it.
    let own = tie.label_selector()?;
    auditor.pods().template(target).filter(|it| !it.is_idle() && it.is_selected_by(own))?;
    let selector = tie.selector().filter(|_| tie.n_targets() == 0)?;
    let made = auditor.pods_beside(target).iter().filter(|it| it.pod.is_made).count();
    (made > 0).then(|| {
        format!(
            "{selector}, the selector of {}, selects none of the {made} pods in its namespace",
            auditor.called(target)
        )
    })
}

/// That the selector in the status of a custom object selects no pod, though it should.
fn selects_none(auditor: &Auditor<'_, '_>, target: ObjectId, path: &str) -> Option<String> {
    let reads = Reads::nothing().and(["spec", "replicas"]).and(["status"]);
    let is_scaled = auditor.read(target, &reads, |object| {
        let replicas = object.at(["spec", "replicas"]).integer();
        // A target at 0 replicas is not scaled, and that is no fault. A manifest has no status yet.
        replicas != Some(0) && object.at(["status"]).present().is_some()
    });
    if !is_scaled {
        return None;
    }
    let called = auditor.called(target);
    let Some(text) = read_selector(auditor, target, path) else {
        return Some(format!("the selector at {path} of {called} is empty: selector is required"));
    };
    let Ok(selector) = text.parse::<Selector>() else {
        return Some(format!("{text:?} at {path} of {called} is no selector"));
    };
    let pods = auditor.pods().has_pods();
    let is_selected = auditor.pods_beside(target).iter().any(|pod| pod.is_selected_by(&selector));
    (pods && !is_selected).then(|| format!("{text}, the selector at {path} of {called}, selects no pods"))
}
