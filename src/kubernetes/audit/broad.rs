//! Selectors that are empty, or not there, where that means everything.

use super::super::links::Tie;
use super::super::object::{Json, ObjectJson};
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::namespaces::NAME_LABEL;
use super::services::Readiness;
use crate::json::Reads;
use crate::store::group_of;
use crate::{LabelSelector, ObjectId, Selector};

pub(super) fn by_empty(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = webhooks(auditor);
    findings.extend(auditor.links.ties(Relation::Selects).filter_map(|tie| acts_on_all(auditor, &tie)));
    findings.extend(policies_for_all(auditor));
    findings
}

/// Objects whose empty selector acts on everything, which few want.
fn acts_on_all(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    let object = auditor.object(tie.from())?;
    let is_all = tie.label_selector().is_some_and(Selector::is_everything) && tie.namespaces()?.are_all;
    let is_all_of_cluster = tie.label_selector().is_some_and(Selector::is_everything);
    let n = tie.n_targets();
    let (severity, message) = match (group_of(object.api_version()), object.kind()) {
        ("monitoring.coreos.com", "Prometheus" | "PrometheusAgent" | "ThanosRuler" | "Alertmanager")
            if is_all =>
        {
            let kind = tie.place()?.target()?;
            let kind = kind.split('.').next()?.to_owned();
            (Severity::Info, format!("picks each {kind} of every namespace: {n} of them"))
        }
        ("networking.istio.io", "Gateway") if is_all => (
            Severity::Warning,
            format!("applies to each pod of every namespace, as it has no selector: {n} of them"),
        ),
        ("rbac.authorization.k8s.io", "ClusterRole") if is_all_of_cluster => {
            (Severity::Warning, format!("takes the rules of every ClusterRole: {n} of them"))
        }
        _ => return None,
    };
    Some(Finding::new(tie.from(), severity, tie.at(), message).with("objects", n))
}

/// Policies of operators that say nothing of what they are about.
fn policies_for_all(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let kinds = auditor.dump().store().kinds();
    let constraints = kinds.iter().filter(|it| group_of(it.api_version) == "constraints.gatekeeper.sh");
    let constraints = constraints.flat_map(|it| auditor.of_kind("constraints.gatekeeper.sh", it.kind));
    let gatekeeper = constraints.filter_map(|id| {
        let is_all = auditor.read(id, &Reads::nothing().and(["spec", "match"]), |it| {
            it.at(["spec", "match"]).members().all(|(_, value)| is_empty(value))
        });
        let message = "is about every object, as its match says nothing".to_owned();
        is_all.then(|| Finding::new(id, Severity::Warning, ".spec.match", message))
    });
    gatekeeper.chain(cilium_for_all(auditor)).chain(kyverno_for_all(auditor)).collect()
}

/// Policies of Cilium for all endpoints of the cluster, or of a namespace, where that is a usual way to deny by default.
fn cilium_for_all(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing().and(["spec", "endpointSelector"]);
    let of_kind = |kind: &str, severity: Severity| {
        let policies = auditor.of_kind("cilium.io", kind).into_iter().filter(|id| {
            auditor
                .read(*id, &reads, |it| it.at(["spec", "endpointSelector"]).present().is_some_and(is_empty))
        });
        let found = policies.map(|id| {
            let is_of_cluster = auditor.namespace(id).is_empty();
            let all = auditor.pods().pods().iter().filter(|it| auditor.cluster(it.id) == auditor.cluster(id));
            let n_pods = all.filter(|it| is_of_cluster || auditor.place(it.id) == auditor.place(id)).count();
            let of = if is_of_cluster { "the cluster" } else { "its namespace" };
            let message = format!("acts on every endpoint of {of}: {n_pods} pods");
            Finding::new(id, severity, ".spec.endpointSelector", message).with("objects", n_pods)
        });
        found.collect::<Vec<_>>()
    };
    let mut found = of_kind("CiliumClusterwideNetworkPolicy", Severity::Warning);
    found.extend(of_kind("CiliumNetworkPolicy", Severity::Info));
    found
}

/// Policies of Kyverno of which a rule is about each object of every kind.
fn kyverno_for_all(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing().and(["spec", "rules"]);
    let found = auditor.of_kind("kyverno.io", "ClusterPolicy").into_iter().flat_map(|id| {
        auditor.read(id, &reads, |policy| {
            let rules = policy.at(["spec", "rules"]).elements().enumerate();
            let broad = rules.filter(|(_, rule)| matches_all(*rule)).map(|(nth, rule)| {
                let name = rule.get("name").string().unwrap_or_default();
                let message = format!(
                    "rule {name} is about every object, as its match names each kind and selects nothing"
                );
                Finding::new(id, Severity::Warning, &format!(".spec.rules[{nth}].match"), message)
            });
            broad.collect::<Vec<_>>()
        })
    });
    found.collect()
}

/// Whether a rule of Kyverno leaves out nothing.
fn matches_all(rule: Json<'_, '_>) -> bool {
    let found = rule.get("match");
    let is_all = |clause: Json<'_, '_>| {
        let is_every_kind =
            |kind: Json<'_, '_>| kind.text().is_some_and(|it| it.split('/').all(|part| part == "*"));
        // Who asks, and what else is said of the objects, narrows it too.
        clause.members().all(|(name, it)| name == "resources" || is_empty(it))
            && clause.get("resources").members().all(|(name, it)| name == "kinds" || is_empty(it))
            && clause.get("resources").get("kinds").elements().any(is_every_kind)
    };
    let mut all = found.get("all").elements().peekable();
    is_empty(rule.get("exclude"))
        && (found.get("any").elements().any(is_all)
            || (all.peek().is_some() && all.all(is_all))
            || is_all(found))
}

fn is_empty(json: Json<'_, '_>) -> bool {
    json.present().is_none_or(|it| {
        it.members().next().is_none() && it.elements().next().is_none() && it.text().is_none()
    })
}

/// The configurations of webhooks.
pub(super) const WEBHOOKS: [&str; 2] = ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"];

const ADMISSION: &str = "admissionregistration.k8s.io";

/// What a webhook says that matters here.
struct Webhook {
    at: String,
    name: String,
    namespaces: Selector,
    /// Where it is answered, if that is a Service.
    service: Option<(String, String)>,
}

fn webhooks(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let reads = Reads::nothing().and(["webhooks"]);
    let ids = WEBHOOKS.iter().flat_map(|kind| auditor.of_kind(ADMISSION, kind));
    let found = ids.flat_map(|id| {
        let is_old = auditor.object(id).is_some_and(|it| it.api_version().ends_with("/v1beta1"));
        let webhooks = auditor.read(id, &reads, |it| closed(it, is_old));
        webhooks.into_iter().filter_map(move |webhook| locks_out(auditor, id, &webhook)).collect::<Vec<_>>()
    });
    found.collect()
}

/// The webhooks of a configuration without whose answer nothing is made that a cluster lives on, and that leave out no
/// object by its labels.
fn closed(configuration: &ObjectJson<'_>, is_old: bool) -> Vec<Webhook> {
    let webhooks = configuration.at(["webhooks"]).elements().enumerate();
    let found = webhooks.filter_map(|(nth, webhook)| {
        let policy = webhook.get("failurePolicy").text();
        // Before v1 the default was the other one.
        let is_closed = policy.map_or(!is_old, |policy| policy == "Fail");
        let of = |name: &str| selector_of(webhook.get(name));
        let is_of_all = of("objectSelector")?.is_everything();
        let service = webhook.get("clientConfig").get("service");
        let text = |name: &str| service.get(name).text().map(|text| text.into_owned());
        (is_closed && is_of_all && webhook.get("rules").elements().any(is_about_cluster)).then_some(Webhook {
            at: format!(".webhooks[{nth}]"),
            name: webhook.get("name").string().unwrap_or_default().into_owned(),
            namespaces: of("namespaceSelector")?,
            service: text("namespace").zip(text("name")),
        })
    });
    found.collect()
}

/// A LabelSelector where an absent one is that of everything; `None` of what is none.
fn selector_of(json: Json<'_, '_>) -> Option<Selector> {
    match json.present() {
        None => Some(Selector::everything()),
        Some(json) => Selector::try_from(serde_json::from_str::<LabelSelector>(json.written()).ok()?).ok(),
    }
}

/// Groups without whose objects nothing starts.
const VITAL: [&str; 5] = ["", "apps", "batch", "coordination.k8s.io", "*"];

/// Whether a rule of a webhook is about objects in namespaces without which a cluster cannot go on.
fn is_about_cluster(rule: Json<'_, '_>) -> bool {
    let groups: Vec<_> = rule.get("apiGroups").elements().filter_map(Json::string).collect();
    let mut resources = rule.get("resources").elements().filter_map(Json::string);
    // A subresource such as pods/exec is none that something has to be made of.
    let is_whole = resources.any(|it| !it.contains('/') || it == "*/*");
    let mut operations = rule.get("operations").elements().filter_map(Json::string);
    let is_of_making = operations.any(|it| it == "CREATE" || it == "UPDATE" || it == "*");
    groups.iter().any(|group| VITAL.contains(&&**group))
        && is_whole
        && is_of_making
        && !rule.get("scope").is("Cluster")
}

/// That a webhook that does not answer keeps what it needs itself from being made.
fn locks_out(auditor: &Auditor<'_, '_>, id: ObjectId, webhook: &Webhook) -> Option<Finding> {
    let namespaces = auditor.namespace_objects(id);
    let is_covered = |name: &str| {
        let object = namespaces.iter().find(|it| auditor.name(it.id) == name);
        covers(&webhook.namespaces, name, object)
    };
    let own = webhook.service.as_ref().map(|(namespace, _)| namespace.as_str());
    let covered: Vec<&str> = own.into_iter().chain(["kube-system"]).filter(|name| is_covered(name)).collect();
    let first = *covered.first()?;
    let is_own = own == Some(first);
    let service = webhook
        .service
        .as_ref()
        .and_then(|(namespace, name)| auditor.named("", "Service", (auditor.cluster(id), namespace), name));
    let is_down = is_own && service.is_some_and(|service| has_no_ready_pod(auditor, service));
    let mut names = covered.clone();
    names.dedup();
    let mut message = format!(
        "webhook {} fails closed for every object, in {} too",
        webhook.name,
        names.iter().map(|name| format!("namespace {name}")).collect::<Vec<_>>().join(" and ")
    );
    let severity = match (is_down, is_own) {
        (true, _) => {
            message += "; no pod of its Service is ready, and none can be made";
            Severity::Error
        }
        (false, true) => {
            message += ": once none of its pods runs, none can be made";
            Severity::Warning
        }
        // What answers is elsewhere, or is itself left out.
        (false, false) if own.is_some() => Severity::Info,
        (false, false) => Severity::Warning,
    };
    let finding = Finding::new(id, severity, &webhook.at, message).with("namespaces", names);
    Some(finding.related_to(service))
}

/// Whether a selector selects a namespace. Of one that is not there only the label is known that servers give it.
fn covers(selector: &Selector, name: &str, namespace: Option<&Labelled<'_>>) -> bool {
    match namespace {
        Some(namespace) => namespace.is_selected_by(selector),
        None => {
            let is_known = selector.all_requirements().iter().all(|it| it.key().as_str() == NAME_LABEL);
            is_known && selector.matches([(NAME_LABEL, name)])
        }
    }
}

/// Whether a Service has pods, or should have, and none of them is ready.
fn has_no_ready_pod(auditor: &Auditor<'_, '_>, service: ObjectId) -> bool {
    // One that selects by nothing has endpoints that somebody writes.
    let Some(tie) = auditor.selecting(service).filter(|tie| tie.selector().is_some()) else { return false };
    let readiness = Readiness::of(auditor, &tie);
    auditor.pods().has_made() && readiness.is_some_and(|it| it.n_ready == 0)
}
