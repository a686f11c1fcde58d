//! Selectors as they are written.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::base::{ERROR, Found, PlainCluster, WARNING};
use crate::links_plain::meaning::{holds_expression, kind, list, pod_spec, text};

/// The expressions of a LabelSelector, those of its map too.
fn expressions(selector: &Value) -> Vec<Value> {
    let map = selector["matchLabels"].as_object().cloned().unwrap_or_default();
    let of_map = map.iter().map(|(key, value)| json!({"key": key, "operator": "In", "values": [value]}));
    of_map.chain(list(&selector["matchExpressions"]).iter().cloned()).collect()
}

/// Whether some value of each key meets all that is said of it, or that it is not there. All values are tried that
/// anything names, what is between numbers, and one that nothing names.
fn can_be_met(expressions: &[Value]) -> bool {
    let mut of_key: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    expressions.iter().for_each(|it| of_key.entry(text(it, &["key"])).or_default().push(it));
    of_key.into_iter().all(|(key, expressions)| {
        let named = expressions.iter().flat_map(|it| list(&it["values"])).filter_map(Value::as_str);
        let numbers = (-2..6).map(|number| number.to_string());
        // A number may also be spelled in a way that nothing names.
        let spelled = (0..6).map(|number| format!("00{number}"));
        let values: BTreeSet<String> = named.map(str::to_owned).chain(numbers).chain(spelled).collect();
        let labelled = |value: &str| json!({"metadata": {"labels": {key: value}}});
        let objects = values.iter().map(|value| labelled(value)).chain([labelled("other"), json!({})]);
        objects.into_iter().any(|object| expressions.iter().all(|it| holds_expression(it, &object)))
    })
}

/// The selectors of an object that nothing can meet, each with how bad that is.
fn unmet(object: &Value) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut check = |selector: &Value, severity: &'static str| {
        if !can_be_met(&expressions(selector)) {
            found.push(severity);
        }
    };
    let spec = &object["spec"];
    match kind(object) {
        "Deployment"
        | "ReplicaSet"
        | "StatefulSet"
        | "DaemonSet"
        | "Job"
        | "PodDisruptionBudget"
        | "ServiceMonitor"
        | "PodMonitor"
        | "PersistentVolumeClaim" => check(&spec["selector"], ERROR),
        "NetworkPolicy" => {
            check(&spec["podSelector"], ERROR);
            for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
                for peer in list(&spec[rules]).iter().flat_map(|rule| list(&rule[peers])) {
                    check(&peer["podSelector"], ERROR);
                    check(&peer["namespaceSelector"], ERROR);
                }
            }
        }
        "Prometheus" | "PrometheusAgent" | "ThanosRuler" => {
            let picks = ["serviceMonitor", "podMonitor", "rule"]
                .iter()
                .filter(|it| !spec[format!("{it}Selector")].is_null());
            for picked in picks {
                check(&spec[format!("{picked}Selector")], ERROR);
                check(&spec[format!("{picked}NamespaceSelector")], ERROR);
            }
        }
        "ValidatingWebhookConfiguration" => {
            for webhook in list(&object["webhooks"]) {
                check(&webhook["namespaceSelector"], ERROR);
                check(&webhook["objectSelector"], ERROR);
            }
        }
        _ => {}
    }
    let Some(spec) = pod_spec(object) else { return found };
    let required = &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    for term in list(&required["nodeSelectorTerms"]) {
        check(&json!({"matchExpressions": term["matchExpressions"]}), ERROR);
    }
    for which in ["podAffinity", "podAntiAffinity"] {
        let affinity = &spec["affinity"][which];
        for term in list(&affinity["requiredDuringSchedulingIgnoredDuringExecution"]) {
            check(&term["labelSelector"], ERROR);
        }
        for term in list(&affinity["preferredDuringSchedulingIgnoredDuringExecution"]) {
            check(&term["podAffinityTerm"]["labelSelector"], WARNING);
        }
    }
    for constraint in list(&spec["topologySpreadConstraints"]) {
        check(&constraint["labelSelector"], ERROR);
    }
    found
}

pub(super) fn unsatisfiable(cluster: &PlainCluster<'_>) -> Found {
    let mut first = BTreeSet::new();
    let mut found = Found::new();
    for (at, object) in cluster.objects.iter().enumerate() {
        let unmet = unmet(object);
        if !unmet.is_empty() && cluster.is_original(at, &mut first) {
            found.extend(unmet.into_iter().map(|severity| (severity, at)));
        }
    }
    found
}

/// Labels of versions and revisions, of which only two are in the clusters, in Services and budgets.
pub(super) fn volatile(cluster: &PlainCluster<'_>) -> Found {
    let is_volatile = |at: &usize| {
        let asks = |key: &str| !cluster.selector(*at).unwrap_or_default()["matchLabels"][key].is_null();
        let is_of_one_pod = asks("statefulset.kubernetes.io/pod-name");
        asks("pod-template-hash") || (is_of_one_pod && kind(cluster.object(*at)) != "Service")
    };
    let holders = cluster.of_kind("Service").chain(cluster.of_kind("PodDisruptionBudget"));
    holders.filter(is_volatile).map(|at| (WARNING, at)).collect()
}
