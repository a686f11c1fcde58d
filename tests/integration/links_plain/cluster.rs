//! Random clusters, small enough that everything meets.

use fastrand::Rng;
use serde_json::{Map, Value, json};

pub(crate) const NAMESPACES: [&str; 3] = ["a", "b", "c"];
pub(crate) const KEYS: [&str; 3] = ["app", "tier", "x"];
pub(crate) const VALUES: [&str; 4] = ["web", "db", "1", ""];
pub(crate) const NODES: [&str; 3] = ["n1", "n2", "n3"];
pub(crate) const NAMES: [&str; 4] = ["one", "two", "web-5d", "four"];

pub(crate) fn one<T: Copy>(from: &[T], rng: &mut Rng) -> T {
    from[rng.usize(..from.len())]
}

pub(crate) fn labels(rng: &mut Rng) -> Value {
    let keys = KEYS.iter().filter(|_| rng.bool()).copied().collect::<Vec<_>>();
    keys.into_iter().map(|key| (key.to_owned(), json!(one(&VALUES, rng)))).collect::<Map<_, _>>().into()
}

/// A map that selects, or none.
pub(crate) fn map(rng: &mut Rng) -> Value {
    match rng.u8(..6) {
        0 => Value::Null,
        1 => json!({}),
        _ => json!({one(&KEYS, rng): one(&VALUES, rng)}),
    }
}

/// A LabelSelector, or none.
pub(crate) fn selector(rng: &mut Rng) -> Value {
    if rng.u8(..6) == 0 {
        return Value::Null;
    }
    let mut selector = json!({});
    if rng.bool() {
        let map = map(rng);
        selector["matchLabels"] = if map.is_null() { json!({}) } else { map };
    }
    if rng.u8(..3) == 0 {
        let expressions: Vec<Value> = (0..rng.usize(..3)).map(|_| expression(rng)).collect();
        selector["matchExpressions"] = json!(expressions);
    }
    selector
}

pub(crate) fn expression(rng: &mut Rng) -> Value {
    let key = one(&KEYS, rng);
    match rng.u8(..4) {
        0 => json!({"key": key, "operator": "In", "values": [one(&VALUES, rng), one(&VALUES, rng)]}),
        1 => json!({"key": key, "operator": "NotIn", "values": [one(&VALUES, rng)]}),
        2 => json!({"key": key, "operator": "Exists"}),
        _ => json!({"key": key, "operator": "DoesNotExist"}),
    }
}

pub(crate) fn node_term(rng: &mut Rng) -> Value {
    let mut term = json!({});
    if rng.u8(..4) > 0 {
        let mut expressions = vec![expression(rng)];
        if rng.u8(..4) == 0 {
            let operator = one(&["Gt", "Lt"], rng);
            expressions
                .push(json!({"key": "x", "operator": operator, "values": [one(&["0", "1", "2"], rng)]}));
        }
        term["matchExpressions"] = json!(expressions);
    }
    if rng.u8(..4) == 0 {
        let operator = one(&["In", "NotIn"], rng);
        term["matchFields"] =
            json!([{"key": "metadata.name", "operator": operator, "values": [one(&NODES, rng)]}]);
    }
    term
}

/// Puts a value there, or, of `null`, mostly nothing.
fn set(object: &mut Value, key: &str, value: Value, rng: &mut Rng) {
    if !value.is_null() || rng.u8(..3) == 0 {
        object[key] = value;
    }
}

fn pod_spec(rng: &mut Rng) -> Value {
    let mut spec = json!({"containers": [{"name": "c"}]});
    if rng.u8(..3) == 0 {
        let map = map(rng);
        set(&mut spec, "nodeSelector", map, rng);
    }
    if rng.u8(..4) == 0 {
        let terms: Vec<Value> = (0..rng.usize(..3)).map(|_| node_term(rng)).collect();
        spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
            json!({"nodeSelectorTerms": terms});
    }
    if rng.u8(..4) == 0 {
        let mut term = json!({"topologyKey": "zone"});
        let found = selector(rng);
        set(&mut term, "labelSelector", found, rng);
        if rng.bool() {
            let found = selector(rng);
            set(&mut term, "namespaceSelector", found, rng);
        }
        if rng.bool() {
            term["namespaces"] =
                json!((0..rng.usize(..3)).map(|_| one(&NAMESPACES, rng)).collect::<Vec<_>>());
        }
        let which = one(&["podAffinity", "podAntiAffinity"], rng);
        spec["affinity"][which]["requiredDuringSchedulingIgnoredDuringExecution"] = json!([term]);
    }
    if rng.u8(..5) == 0 {
        let found = selector(rng);
        let mut constraint = json!({"topologyKey": "zone"});
        set(&mut constraint, "labelSelector", found, rng);
        spec["topologySpreadConstraints"] = json!([constraint]);
    }
    let which = one(&["containers", "initContainers", "ephemeralContainers"], rng);
    if rng.bool() {
        spec[which] = json!([{"name": "d", "envFrom": [{"configMapRef": {"name": one(&NAMES, rng)}}]}]);
    }
    if rng.u8(..3) == 0 {
        spec["volumes"] = json!([{"name": "v", "secret": {"secretName": one(&NAMES, rng)}}]);
    }
    spec
}

fn metadata(kind: &str, nth: usize, rng: &mut Rng) -> Value {
    let mut metadata = json!({"name": one(&NAMES, rng), "uid": format!("u{nth}")});
    match kind {
        "Node" => metadata["name"] = json!(one(&NODES, rng)),
        "Namespace" => metadata["name"] = json!(one(&NAMESPACES, rng)),
        _ => metadata["namespace"] = json!(one(&NAMESPACES, rng)),
    }
    if rng.u8(..5) > 0 {
        metadata["labels"] = labels(rng);
    }
    if ["Pod", "ReplicaSet", "Deployment"].contains(&kind) && rng.bool() {
        let owner = json!({"uid": format!("u{}", rng.usize(..30)), "kind": one(&["ReplicaSet", "Job"], rng),
            "name": one(&NAMES, rng), "controller": rng.u8(..4) > 0});
        metadata["ownerReferences"] = json!([owner]);
        if rng.bool() {
            metadata["labels"]["pod-template-hash"] = json!("5d");
        }
    }
    metadata
}

pub(crate) fn cluster(rng: &mut Rng) -> Vec<Value> {
    (0..rng.usize(8..30)).map(|nth| object(nth, rng)).collect()
}

const KINDS: [(&str, &str); 18] = [
    ("v1", "Pod"),
    ("v1", "Pod"),
    ("v1", "Pod"),
    ("v1", "Pod"),
    ("v1", "Node"),
    ("v1", "Namespace"),
    ("v1", "Namespace"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "Event"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("policy/v1", "PodDisruptionBudget"),
    ("policy/v1beta1", "PodDisruptionBudget"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
];

fn object(nth: usize, rng: &mut Rng) -> Value {
    let (api_version, kind) = one(&KINDS, rng);
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata(kind, nth, rng)});
    let mut spec = json!({});
    match kind {
        "Pod" => {
            spec = pod_spec(rng);
            if rng.u8(..4) > 0 {
                spec["nodeName"] = json!(one(&NODES, rng));
            }
        }
        "Service" => {
            let found = map(rng);
            set(&mut spec, "selector", found, rng);
            if rng.u8(..5) == 0 {
                spec["type"] = json!("ExternalName");
            }
        }
        "Deployment" | "ReplicaSet" => {
            let found = selector(rng);
            set(&mut spec, "selector", found, rng);
            spec["template"] = json!({"metadata": {"labels": labels(rng)}, "spec": pod_spec(rng)});
        }
        "PodDisruptionBudget" => {
            let found = selector(rng);
            set(&mut spec, "selector", found, rng);
        }
        "NetworkPolicy" => {
            let found = selector(rng);
            set(&mut spec, "podSelector", found, rng);
            let peers: Vec<Value> = (0..rng.usize(..3)).map(|_| peer(rng)).collect();
            spec[one(&["ingress", "egress"], rng)] = json!([{"from": peers, "to": peers}]);
        }
        "HorizontalPodAutoscaler" => {
            let kind = one(&["Deployment", "ReplicaSet"], rng);
            spec["scaleTargetRef"] = json!({"apiVersion": "apps/v1", "kind": kind, "name": one(&NAMES, rng)});
        }
        "Event" => object["involvedObject"] = involved(rng),
        _ => {}
    }
    object["spec"] = spec;
    object
}

/// Autoscalers of some workloads.
pub(crate) fn scalers(objects: &[Value], rng: &mut Rng) -> Vec<Value> {
    let workloads = objects.iter().filter(|it| it["kind"] == "Deployment" || it["kind"] == "ReplicaSet");
    let workloads: Vec<&Value> = workloads.filter(|_| rng.bool()).collect();
    let scaler = |(nth, workload): (usize, &Value)| {
        json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": format!("scaler-{nth}"), "namespace": workload["metadata"]["namespace"]},
            "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": workload["kind"],
                "name": workload["metadata"]["name"]}}})
    };
    workloads.into_iter().enumerate().map(scaler).collect()
}

fn involved(rng: &mut Rng) -> Value {
    match rng.u8(..3) {
        0 => json!({"kind": "Node", "name": one(&NODES, rng), "apiVersion": "v1"}),
        1 => json!({"kind": "Pod", "namespace": one(&NAMESPACES, rng), "name": one(&NAMES, rng)}),
        _ => json!({"kind": "Pod", "namespace": one(&NAMESPACES, rng), "name": one(&NAMES, rng),
            "uid": format!("u{}", rng.usize(..20))}),
    }
}

fn peer(rng: &mut Rng) -> Value {
    if rng.u8(..6) == 0 {
        return json!({"ipBlock": {"cidr": "10.0.0.0/8"}});
    }
    let mut peer = json!({});
    let found = selector(rng);
    set(&mut peer, "podSelector", found, rng);
    if rng.bool() {
        let found = selector(rng);
        set(&mut peer, "namespaceSelector", found, rng);
    }
    peer
}
