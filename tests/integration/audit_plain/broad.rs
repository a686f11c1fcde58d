//! Empty selectors that mean everything.

use serde_json::{Value, json};

use super::base::{ERROR, Found, INFO, PlainCluster, WARNING};
use crate::links_plain::meaning::{holds, is_empty, list, name, text};

pub(super) fn by_empty(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for kind in ["Prometheus", "PrometheusAgent", "ThanosRuler"] {
        let picks_all = |at: &usize| {
            let spec = &cluster.object(*at)["spec"];
            let is_all = |name: String| !spec[&name].is_null() && is_empty(&spec[&name]);
            ["serviceMonitor", "podMonitor", "rule"]
                .iter()
                .any(|it| is_all(format!("{it}Selector")) && is_all(format!("{it}NamespaceSelector")))
        };
        found.extend(cluster.of_kind(kind).filter(picks_all).map(|at| (INFO, at)));
    }
    let is_all = |at: &usize| {
        let selector = &cluster.object(*at)["spec"]["selector"];
        selector.as_object().is_none_or(|it| it.is_empty())
    };
    found.extend(cluster.of_kind("Gateway").filter(is_all).map(|at| (WARNING, at)));
    for configuration in cluster.of_kind("ValidatingWebhookConfiguration") {
        let webhooks = list(&cluster.object(configuration)["webhooks"]);
        let severities = webhooks.iter().filter_map(|webhook| of_webhook(cluster, webhook));
        found.extend(severities.map(|severity| (severity, configuration)));
    }
    found
}

/// How bad it is what a webhook covers.
fn of_webhook(cluster: &PlainCluster<'_>, webhook: &Value) -> Option<&'static str> {
    let is_about_pods = list(&webhook["rules"]).iter().any(|rule| rule["apiGroups"][0] == "");
    let is_of_all = webhook["objectSelector"].is_null() || is_empty(&webhook["objectSelector"]);
    if webhook["failurePolicy"] == "Ignore" || !is_about_pods || !is_of_all {
        return None;
    }
    let service = &webhook["clientConfig"]["service"];
    let own = service["namespace"].as_str();
    let is_own_covered = own.is_some_and(|own| covers(cluster, &webhook["namespaceSelector"], own));
    let is_system_covered = covers(cluster, &webhook["namespaceSelector"], "kube-system");
    match (is_own_covered, is_system_covered) {
        (true, _) if is_down(cluster, own.unwrap(), text(service, &["name"])) => Some(ERROR),
        (true, _) => Some(WARNING),
        (false, true) if own.is_some() => Some(INFO),
        (false, true) => Some(WARNING),
        (false, false) => None,
    }
}

/// Whether a selector selects a namespace. Of one that is not there its name is known alone.
fn covers(cluster: &PlainCluster<'_>, selector: &Value, wanted: &str) -> bool {
    const NAME: &str = "kubernetes.io/metadata.name";
    let named = |labels: &Value| {
        let mut labels = labels.clone();
        labels[NAME] = json!(wanted);
        json!({"metadata": {"labels": labels}})
    };
    let there = cluster.of_kind("Namespace").find(|&at| name(cluster.object(at)) == wanted);
    let is_known = list(&selector["matchExpressions"]).iter().all(|it| it["key"] == NAME)
        && selector["matchLabels"].as_object().is_none_or(|it| it.is_empty());
    match there {
        Some(at) => holds(selector, &named(&cluster.object(at)["metadata"]["labels"])),
        None => is_known && holds(selector, &named(&json!({}))),
    }
}

/// Whether the Service of a webhook selects pods by labels and none of them answers.
fn is_down(cluster: &PlainCluster<'_>, place: &str, called: &str) -> bool {
    let Some(service) = cluster.named("Service", place, called) else { return false };
    let publishes = cluster.object(service)["spec"]["publishNotReadyAddresses"] == true;
    let answers = |like: &super::base::Like| {
        let pod = cluster.object(like.at);
        let conditions = list(&pod["status"]["conditions"]);
        let is_ready = conditions.iter().any(|it| it["type"] == "Ready" && it["status"] == "True");
        !like.is_template
            && !cluster.is_finished(*like)
            && !conditions.is_empty()
            && !text(pod, &["status", "podIP"]).is_empty()
            && (publishes || (is_ready && !cluster.is_terminating(*like)))
    };
    cluster.is_live && cluster.selector(service).is_some() && !cluster.members(service).iter().any(answers)
}
