//! Random clusters, and pods that ask about them.

use fastrand::Rng;
use serde_json::{Value, json};

use super::meaning::PlainCluster;

const NAMESPACES: [&str; 4] = ["shop", "ops", "db", "lab"];
const NODE_KEYS: [&str; 4] = ["zone", "kubernetes.io/hostname", "disk", "gen"];
const POD_KEYS: [&str; 3] = ["app", "tier", "rel"];

fn one<'t>(rng: &mut Rng, of: &[&'t str]) -> &'t str {
    of[rng.usize(..of.len())]
}

fn maybe(rng: &mut Rng, one_in: usize, value: impl FnOnce(&mut Rng) -> Value) -> Value {
    if rng.usize(..one_in) == 0 { value(rng) } else { Value::Null }
}

fn some(rng: &mut Rng, most: usize, mut value: impl FnMut(&mut Rng) -> Value) -> Vec<Value> {
    let n = rng.usize(..=most);
    (0..n).map(|_| value(rng)).collect()
}

fn expression(rng: &mut Rng, keys: &[&str], values: &[&str], with_numbers: bool) -> Value {
    let key = one(rng, keys);
    let n = 1 + rng.usize(..2);
    let values: Vec<&str> = (0..n).map(|_| one(rng, values)).collect();
    match rng.usize(..if with_numbers { 6 } else { 4 }) {
        0 => json!({"key": key, "operator": "In", "values": values}),
        1 => json!({"key": key, "operator": "NotIn", "values": values}),
        2 => json!({"key": key, "operator": "Exists"}),
        3 => json!({"key": key, "operator": "DoesNotExist"}),
        nth => {
            let operator = if nth == 4 { "Gt" } else { "Lt" };
            json!({"key": "gen", "operator": operator, "values": [rng.usize(..8).to_string()]})
        }
    }
}

fn node_term(rng: &mut Rng) -> Value {
    let values = ["a", "b", "c", "ssd", "hdd", "1", "5"];
    let labels = some(rng, 2, |rng| expression(rng, &NODE_KEYS, &values, true));
    json!({"matchExpressions": labels})
}

fn selector(rng: &mut Rng) -> Value {
    match rng.usize(..8) {
        0 => Value::Null,
        1 => json!({}),
        2 | 3 => {
            json!({"matchExpressions": some(rng, 2, |rng| expression(rng, &POD_KEYS, &["x", "y"], false))})
        }
        _ => json!({"matchLabels": {one(rng, &POD_KEYS): one(rng, &["x", "y", "z"])}}),
    }
}

fn pod_term(rng: &mut Rng) -> Value {
    let mut term = json!({
        "labelSelector": selector(rng),
        "topologyKey": one(rng, &["zone", "kubernetes.io/hostname", "disk"]),
    });
    if rng.usize(..4) == 0 {
        term["namespaces"] = json!(some(rng, 2, |rng| json!(one(rng, &NAMESPACES))));
    }
    if rng.usize(..4) == 0 {
        term["namespaceSelector"] = match rng.usize(..3) {
            0 => json!({}),
            1 => json!({"matchLabels": {"team": one(rng, &["a", "b"])}}),
            _ => json!({"matchExpressions": [expression(rng, &["team"], &["a", "b"], false)]}),
        };
    }
    term
}

fn weighted(rng: &mut Rng) -> Value {
    json!({"weight": 1 + rng.usize(..100), "podAffinityTerm": pod_term(rng)})
}

fn affinity(rng: &mut Rng) -> Value {
    let terms = |rng: &mut Rng, one_in: usize| maybe(rng, one_in, |rng| json!(some(rng, 2, pod_term)));
    json!({
        "nodeAffinity": maybe(rng, 4, |rng| json!({
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": some(rng, 3, node_term)},
        })),
        "podAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": terms(rng, 4),
            "preferredDuringSchedulingIgnoredDuringExecution": maybe(rng, 4, |rng| json!(some(rng, 2, weighted))),
        },
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": terms(rng, 4),
            "preferredDuringSchedulingIgnoredDuringExecution": maybe(rng, 4, |rng| json!(some(rng, 2, weighted))),
        },
    })
}

fn constraint(rng: &mut Rng) -> Value {
    json!({
        "maxSkew": 1 + rng.usize(..3),
        "topologyKey": one(rng, &["zone", "kubernetes.io/hostname"]),
        "whenUnsatisfiable": if rng.usize(..4) == 0 { "ScheduleAnyway" } else { "DoNotSchedule" },
        "labelSelector": selector(rng),
        "minDomains": maybe(rng, 4, |rng| json!(1 + rng.usize(..4))),
        "nodeAffinityPolicy": maybe(rng, 3, |rng| json!(one(rng, &["Honor", "Ignore"]))),
        "nodeTaintsPolicy": maybe(rng, 3, |rng| json!(one(rng, &["Honor", "Ignore"]))),
        "matchLabelKeys": maybe(rng, 4, |rng| json!([one(rng, &POD_KEYS)])),
    })
}

fn taint(rng: &mut Rng) -> Value {
    let effect = one(rng, &["NoSchedule", "NoSchedule", "NoExecute", "PreferNoSchedule"]);
    json!({"key": one(rng, &["gpu", "team"]), "value": one(rng, &["", "yes"]), "effect": effect})
}

fn toleration(rng: &mut Rng) -> Value {
    json!({
        "key": one(rng, &["gpu", "team", "node.kubernetes.io/unschedulable", ""]),
        "operator": one(rng, &["Exists", "Equal", ""]),
        "value": one(rng, &["", "yes"]),
        "effect": one(rng, &["", "NoSchedule", "NoExecute"]),
    })
}

fn labels(rng: &mut Rng) -> Value {
    let mut labels = json!({});
    for key in POD_KEYS {
        if rng.usize(..3) > 0 {
            labels[key] = json!(one(rng, &["x", "y", "z"]));
        }
    }
    labels
}

fn node(rng: &mut Rng, nth: usize) -> Value {
    let mut labels = json!({});
    if rng.usize(..12) > 0 {
        labels["zone"] = json!(one(rng, &["a", "b", "c"]));
    }
    if rng.usize(..20) > 0 {
        labels["kubernetes.io/hostname"] = json!(format!("h{nth}"));
    }
    labels["disk"] = maybe(rng, 2, |rng| json!(one(rng, &["ssd", "hdd"])));
    labels["gen"] = maybe(rng, 2, |rng| json!(rng.usize(..9).to_string()));
    labels.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let mut taints = Vec::new();
    if rng.usize(..5) == 0 {
        taints = some(rng, 2, taint);
    }
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": format!("n{nth}"), "labels": labels},
        "spec": {"taints": taints, "unschedulable": rng.usize(..15) == 0},
    })
}

/// A pod that asks for much.
pub(super) fn asking(rng: &mut Rng, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": one(rng, &NAMESPACES), "labels": labels(rng)},
        "spec": {
            "nodeSelector": maybe(rng, 6, |rng| json!({"disk": one(rng, &["ssd", "hdd"])})),
            "affinity": maybe(rng, 2, affinity),
            "tolerations": some(rng, 2, toleration),
            "priority": maybe(rng, 2, |rng| json!(rng.i32(-1..3))),
            "topologySpreadConstraints": maybe(rng, 2, |rng| json!(some(rng, 2, constraint))),
        },
        "status": {},
    })
}

/// A cluster of about so many nodes, with three pods for each.
pub(super) fn cluster(rng: &mut Rng, n_nodes: usize) -> PlainCluster {
    let nodes: Vec<Value> = (0..n_nodes).map(|nth| node(rng, nth)).collect();
    let pods = (0..3 * n_nodes).map(|nth| {
        let mut pod = asking(rng, &format!("p{nth}"));
        if rng.usize(..8) > 0 {
            pod["spec"]["nodeName"] = json!(format!("n{}", rng.usize(..n_nodes + 1)));
        }
        // Of those that are on a node this means nothing.
        if rng.usize(..3) == 0 {
            pod["status"]["nominatedNodeName"] = json!(format!("n{}", rng.usize(..n_nodes + 1)));
        }
        if rng.usize(..10) == 0 {
            pod["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        }
        if rng.usize(..10) == 0 {
            pod["status"]["phase"] = json!(one(rng, &["Succeeded", "Failed"]));
        }
        // Most pods are replicas, which say nothing of their own.
        if rng.usize(..3) > 0 {
            pod["spec"]["affinity"] = Value::Null;
        }
        pod
    });
    let pods = pods.collect();
    let namespaces = NAMESPACES[..3].iter().map(|name| {
        let labels = json!({"team": if *name == "db" { "b" } else { "a" }});
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    });
    PlainCluster::new(nodes, pods, namespaces.collect())
}
