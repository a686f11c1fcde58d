//! Objects of the Prometheus Operator: whether a server picks them, and whether they have anything to scrape.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::links::Tie;
use super::super::object::{Json, ObjectJson};
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::nearest::{NearMiss, held_for, nearest};
use super::nothing::{selector_in_words, selects_nothing};
use crate::json::Reads;
use crate::{ObjectId, suggest};

const GROUP: &str = "monitoring.coreos.com";

/// What servers pick: the kind, the kinds of servers, and where in these the selector stands.
struct Picked {
    kind: &'static str,
    servers: &'static [&'static str],
    selector: &'static str,
}

const fn picked(kind: &'static str, servers: &'static [&'static str], selector: &'static str) -> Picked {
    Picked { kind, servers, selector }
}

const PROMETHEUS: &[&str] = &["Prometheus", "PrometheusAgent"];

const PICKED: [Picked; 6] = [
    picked("ServiceMonitor", PROMETHEUS, "serviceMonitorSelector"),
    picked("PodMonitor", PROMETHEUS, "podMonitorSelector"),
    picked("Probe", PROMETHEUS, "probeSelector"),
    picked("ScrapeConfig", PROMETHEUS, "scrapeConfigSelector"),
    picked("PrometheusRule", &["Prometheus", "ThanosRuler"], "ruleSelector"),
    picked("AlertmanagerConfig", &["Alertmanager"], "alertmanagerConfigSelector"),
];

/// The kinds that servers pick.
pub(super) const KINDS: &[&str] =
    &["ServiceMonitor", "PodMonitor", "Probe", "ScrapeConfig", "PrometheusRule", "AlertmanagerConfig"];
/// The kinds of servers that pick them.
pub(super) const SERVERS: &[&str] = &["Prometheus", "PrometheusAgent", "Alertmanager", "ThanosRuler"];

pub(super) fn not_selected(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    PICKED.iter().flat_map(|picked| of_kind_not_selected(auditor, picked)).collect()
}

fn of_kind_not_selected(auditor: &Auditor<'_, '_>, picked: &Picked) -> Vec<Finding> {
    let servers = picked.servers.iter().flat_map(|kind| auditor.of_kind(GROUP, kind));
    let servers: Vec<ObjectId> = servers.filter(|id| is_managed(auditor, *id)).collect();
    let monitors = auditor.of_kind(GROUP, picked.kind).into_iter();
    let found = monitors.filter_map(|id| {
        let of_cluster = servers.iter().copied().filter(|it| auditor.cluster(*it) == auditor.cluster(id));
        let of_cluster: Vec<ObjectId> = of_cluster.collect();
        // An Alertmanager may also name the one that is for all.
        let ties = [Relation::Selects, Relation::Uses].map(|relation| auditor.links.ties_to(relation, id));
        let is_picked = ties.iter().flatten().any(|tie| servers.contains(&tie.from()));
        if is_picked || of_cluster.is_empty() {
            return None;
        }
        let labelled = Labelled::of(auditor.object(id)?);
        let refusals: Vec<String> = of_cluster
            .iter()
            .map(|server| refusal(auditor, *server, picked, &labelled))
            .collect::<Option<_>>()?;
        let message = format!("is picked by no server: {}", refusals.join("; "));
        let finding = Finding::new(id, Severity::Error, ".metadata.labels", message);
        Some(finding.with("servers", of_cluster.len()).with("refusals", refusals).related_to(of_cluster))
    });
    found.collect()
}

/// Whether the operator writes the configuration of a server. A Prometheus that selects nothing of any kind is configured by
/// hand.
fn is_managed(auditor: &Auditor<'_, '_>, server: ObjectId) -> bool {
    let names = PICKED.map(|picked| picked.selector);
    let reads = names.iter().fold(Reads::nothing(), |reads, name| reads.and(["spec", name]));
    let is_prometheus = auditor.object(server).is_some_and(|it| PROMETHEUS.contains(&it.kind()));
    auditor.read(server, &reads, |server| {
        let mut of_scrapes = PICKED.iter().filter(|picked| picked.servers == PROMETHEUS);
        !is_prometheus || of_scrapes.any(|it| server.at(["spec", it.selector]).present().is_some())
    })
}

/// Why a server does not pick an object; `None` where that cannot be told.
fn refusal(
    auditor: &Auditor<'_, '_>,
    server: ObjectId,
    picked: &Picked,
    monitor: &Labelled<'_>,
) -> Option<String> {
    let called = auditor.called(server);
    let at = format!(".spec.{}", picked.selector);
    let Some(tie) = auditor.links.ties_of(Relation::Selects, server).find(|tie| tie.at() == at) else {
        return Some(format!("{called} has no {}, and so picks none", picked.selector));
    };
    let (namespace, selector) = (auditor.namespace(monitor.id), tie.label_selector()?);
    let reach = auditor.reach(&tie)?;
    let requirements = selector.requirements().unwrap_or_default();
    let failing = requirements.into_iter().find(|it| !monitor.meets(it));
    let outside = (!reach.has(namespace)).then(|| format!("does not look into namespace {namespace}"));
    let by_labels = failing
        .map(|it| format!("wants {it}, and this has {}", held_for(it, monitor.label(it.key().as_str()))));
    let why: Vec<String> = by_labels.into_iter().chain(outside).collect();
    Some(format!("{called} {}", why.join(" and ")))
}

pub(super) fn no_targets(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let selecting = |kind| auditor.of_kind(GROUP, kind).into_iter().filter_map(|id| auditor.selecting(id));
    let of_services = selecting("ServiceMonitor").filter_map(|tie| service_monitor(auditor, &tie));
    let of_pods = selecting("PodMonitor").filter_map(|tie| pod_monitor(auditor, &tie));
    of_services.chain(of_pods).collect()
}

fn service_monitor(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    // Without any Service nothing is known of them.
    let services = auditor.of_kind("", "Service");
    if services.is_empty() {
        return None;
    }
    if tie.n_targets() == 0 {
        return no_services(auditor, tie, &services);
    }
    let names = endpoint_ports(auditor, tie.from(), "endpoints")?;
    let ports: BTreeSet<String> = tie.targets().flat_map(|id| service_ports(auditor, id)).collect();
    is_wrong(auditor, &names, &ports).then(|| {
        let what = if tie.n_targets() == 1 {
            "the selected Service".to_owned()
        } else {
            format!("{} selected Services", tie.n_targets())
        };
        no_port(tie, &names, &ports, &what)
    })
}

fn no_services(auditor: &Auditor<'_, '_>, tie: &Tie<'_>, services: &[ObjectId]) -> Option<Finding> {
    let (selector, reach) = (tie.label_selector()?, auditor.reach(tie)?);
    let cluster = auditor.cluster(tie.from());
    let of_cluster = services.iter().filter(|id| auditor.cluster(**id) == cluster);
    let all: Vec<Labelled<'_>> =
        of_cluster.filter_map(|id| Some(Labelled::of(auditor.object(*id)?))).collect();
    if all.is_empty() {
        return None;
    }
    let (inside, outside): (Vec<&Labelled<'_>>, Vec<&Labelled<'_>>) =
        all.iter().partition(|it| reach.has(auditor.namespace(it.id)));
    let text = tie.selector()?;
    let mut message = format!(
        "{} selects 0 of {} Services in {}",
        selector_in_words(&text),
        inside.len(),
        reach.in_words()
    );
    let near = nearest(&inside, selector);
    let is_of_pods = |pod: &&Labelled<'_>| pod.is_selected_by(selector);
    let on_pods = auditor.pods_in(tie.from(), &reach).into_iter().find(is_of_pods);
    let elsewhere = outside.into_iter().find(|it| it.is_selected_by(selector));
    // Other manifests may have what these do not.
    let is_slip = near.as_ref().is_some_and(NearMiss::is_slip);
    if !auditor.pods().has_made() && !is_slip && on_pods.is_none() && elsewhere.is_none() {
        return None;
    }
    if let Some(pod) = on_pods {
        message += &format!(
            "; these are the labels of {}, and a ServiceMonitor selects Services",
            auditor.called(pod.id)
        );
    } else if let Some(near) = &near {
        message += &format!("; {}", near.in_words(auditor));
    }
    if let Some(service) = elsewhere {
        message += &format!(
            "; {} would match, and namespaceSelector does not name its namespace",
            auditor.called(service.id)
        );
    }
    let finding = Finding::new(tie.from(), Severity::Error, tie.at(), message)
        .with("selector", text)
        .with("services", inside.len())
        .with("nearest", near.as_ref().map_or(Value::Null, |near| near.evidence(auditor)));
    Some(finding.related_to(near.map(|near| near.candidate.id)))
}

fn pod_monitor(auditor: &Auditor<'_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    if auditor.pods().is_empty() {
        return None;
    }
    let members = auditor.members(tie);
    if members.is_empty() {
        return selects_nothing(auditor, tie, Severity::Error);
    }
    let names = endpoint_ports(auditor, tie.from(), "podMetricsEndpoints")?;
    let reads = Reads::of([CONTAINER_PORTS]);
    let ports: BTreeSet<String> =
        members.iter().flat_map(|pod| auditor.read_pod(pod, &reads, container_ports)).collect();
    is_wrong(auditor, &names, &ports)
        .then(|| no_port(tie, &names, &ports, &format!("{} selected pods", members.len())))
}

/// Whether none of the names is one of the ports. Of manifests others may have the ports, unless one is spelled nearly so.
fn is_wrong(auditor: &Auditor<'_, '_>, names: &BTreeSet<String>, ports: &BTreeSet<String>) -> bool {
    let is_near = |name: &String| suggest::nearest(name, ports.iter().map(String::as_str)).is_some();
    names.is_disjoint(ports) && (auditor.pods().has_made() || names.iter().any(is_near))
}

/// That no port of a monitor is one of what it selects.
fn no_port(tie: &Tie<'_>, names: &BTreeSet<String>, ports: &BTreeSet<String>, of: &str) -> Finding {
    let listed = |names: &BTreeSet<String>| names.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let there =
        if ports.is_empty() { "none has a name".to_owned() } else { format!("those are {}", listed(ports)) };
    let message = format!("{} is the name of no port of {of}; {there}", listed(names));
    let finding = Finding::new(tie.from(), Severity::Error, ".spec", message);
    finding.with("ports", json!(names)).with("there", json!(ports)).with("targets", tie.n_targets())
}

/// The names of ports at which a monitor scrapes; `None` where it says one of them by its number.
fn endpoint_ports(auditor: &Auditor<'_, '_>, id: ObjectId, list: &str) -> Option<BTreeSet<String>> {
    auditor.read(id, &Reads::nothing().and(["spec", list]), |monitor| {
        let endpoints: Vec<Json<'_, '_>> = monitor.at(["spec", list]).elements().collect();
        let names = endpoints.iter().map(|it| it.get("port").text().map(|name| name.into_owned()));
        names.collect::<Option<BTreeSet<String>>>().filter(|names| !names.is_empty())
    })
}

fn service_ports(auditor: &Auditor<'_, '_>, id: ObjectId) -> Vec<String> {
    auditor.read(id, &Reads::nothing().and(["spec", "ports", "name"]), |service| {
        names(service.at(["spec", "ports"]))
    })
}

/// What is read of a pod for the names of its ports.
const CONTAINER_PORTS: &[&str] = &[".spec.containers.ports.name", ".spec.initContainers.ports.name"];

fn container_ports(pod: &ObjectJson<'_>) -> Vec<String> {
    let containers =
        ["containers", "initContainers"].into_iter().flat_map(|list| pod.at(["spec", list]).elements());
    containers.flat_map(|container| names(container.get("ports"))).collect()
}

fn names(list: Json<'_, '_>) -> Vec<String> {
    list.elements().filter_map(|it| it.get("name").text().map(|name| name.into_owned())).collect()
}
