//! The fleet as `kubectl` prints it.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::PrettyFormatter;
use serde_json::{Value, json};

use super::Pod;

/// How much there is to a pod besides its name and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Nothing: some 400 bytes a pod, most of them labels.
    Slim,
    /// Annotations, owner, spec and status: some 3 kB a pod, and 9 kB when indented.
    Full,
}

/// One object a line.
pub(crate) fn ndjson(pods: &[Pod], detail: Detail) -> Vec<u8> {
    let mut bytes = Vec::new();
    for pod in pods {
        serde_json::to_writer(&mut bytes, &object(pod, detail)).expect("memory takes all JSON");
        bytes.push(b'\n');
    }
    bytes
}

/// One indented `List`, as from `kubectl get pods -A -o json`.
pub(crate) fn list(pods: &[Pod], detail: Detail) -> Vec<u8> {
    let mut bytes = Vec::new();
    let format = PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, format);
    List { pods, detail }.serialize(&mut serializer).expect("memory takes all JSON");
    bytes
}

struct List<'a> {
    pods: &'a [Pod],
    detail: Detail,
}

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("apiVersion", "v1")?;
        map.serialize_entry("items", &Items(self))?;
        map.serialize_entry("kind", "List")?;
        map.end()
    }
}

/// The items, made one at a time: all of them as values would take many times their bytes.
struct Items<'a>(&'a List<'a>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let List { pods, detail } = self.0;
        serializer.collect_seq(pods.iter().map(|pod| object(pod, *detail)))
    }
}

fn object(pod: &Pod, detail: Detail) -> Value {
    let mut object = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "labels": pod.labels, "name": pod.name, "namespace": pod.namespace },
    });
    if detail == Detail::Full {
        // What looks like labels here belongs to others, so that nobody answers right by reading these.
        let decoy = r#"{"metadata":{"labels":{"env":"decoy"}}}"#;
        object["metadata"]["annotations"] = json!({ "kubernetes.io/last-applied-configuration": decoy });
        object["metadata"]["creationTimestamp"] = json!("2026-03-01T10:00:00Z");
        object["metadata"]["ownerReferences"] = json!([owner(pod)]);
        object["spec"] = spec(pod);
        object["status"] = status();
    }
    object
}

fn owner(pod: &Pod) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "blockOwnerDeletion": true,
        "controller": true,
        "kind": "ReplicaSet",
        "name": pod.labels["app.kubernetes.io/instance"],
        "uid": "0d5a1f0e-6a0c-4c5e-9d53-2f1f1f4f7a11",
    })
}

fn spec(pod: &Pod) -> Value {
    json!({
        "containers": [container(pod, "main"), container(pod, "proxy")],
        "nodeName": format!("node-{}", pod.name.len()),
        "nodeSelector": { "kubernetes.io/os": "linux" },
        "restartPolicy": "Always",
        "tolerations": [
            toleration("node.kubernetes.io/not-ready"),
            toleration("node.kubernetes.io/unreachable"),
        ],
    })
}

fn toleration(taint: &str) -> Value {
    json!({ "effect": "NoExecute", "key": taint, "operator": "Exists", "tolerationSeconds": 300 })
}

fn container(pod: &Pod, name: &str) -> Value {
    json!({
        "args": ["--config=/etc/app/config.yaml", "--labels=env=prod,tier in (db,cache)"],
        "env": (0..7).map(variable).collect::<Vec<Value>>(),
        "image": format!("registry.example.com/{}/{name}:1.0", pod.namespace),
        "imagePullPolicy": "IfNotPresent",
        "livenessProbe": { "failureThreshold": 3, "httpGet": { "path": "/healthz", "port": 8080 } },
        "name": name,
        "ports": [{ "containerPort": 8080, "protocol": "TCP" }],
        "resources": { "limits": { "cpu": "500m", "memory": "512Mi" }, "requests": { "cpu": "100m" } },
        "volumeMounts": [{ "mountPath": "/var/run/secrets", "name": "token", "readOnly": true }],
    })
}

fn variable(number: u32) -> Value {
    json!({ "name": format!("SETTING_{number}"), "value": format!(r#"a "quoted" value \ {number}"#) })
}

fn status() -> Value {
    let conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"].map(condition);
    json!({
        "conditions": conditions,
        "hostIP": "10.0.17.4",
        "phase": "Running",
        "podIP": "10.3.80.21",
        "qosClass": "Burstable",
    })
}

fn condition(kind: &str) -> Value {
    json!({ "lastTransitionTime": "2026-03-01T10:00:00Z", "status": "True", "type": kind })
}
