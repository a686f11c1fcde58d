//! Random clusters for the rules of the audit: a few of everything, in so few namespaces and with so few labels that much of
//! it goes wrong.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::links_plain::cluster::{KEYS, VALUES, labels, node_term, one, selector};

const NAMESPACES: [&str; 4] = ["a", "a", "b", "istio-system"];
const CUSTOM: &str = "x.io/v1";

/// Puts a cluster together, object by object.
pub(super) struct ClusterMaker<'r> {
    pub(super) objects: Vec<Value>,
    pub(super) rng: &'r mut Rng,
    /// Whether a server has made the objects, so that there are pods, or they are manifests.
    is_live: bool,
}

pub(super) fn cluster(rng: &mut Rng) -> Vec<Value> {
    let is_live = rng.u8(..5) > 0;
    let mut maker = ClusterMaker { objects: Vec::new(), rng, is_live };
    maker.namespaces();
    maker.nodes();
    maker.some(2..7, ClusterMaker::workload);
    maker.some(0..3, ClusterMaker::bare_pod);
    maker.some(0..5, ClusterMaker::service);
    maker.some(0..4, ClusterMaker::budget);
    maker.some(0..3, ClusterMaker::policy);
    maker.some(0..4, ClusterMaker::scaler);
    maker.some(0..2, ClusterMaker::monitoring);
    maker.some(0..4, ClusterMaker::mesh);
    maker.some(0..2, ClusterMaker::storage);
    maker.some(0..2, ClusterMaker::webhook);
    maker.objects
}

impl ClusterMaker<'_> {
    fn some(&mut self, n: std::ops::Range<usize>, make: fn(&mut Self)) {
        (0..self.rng.usize(n)).for_each(|_| make(self));
    }

    pub(super) fn is(&mut self, one_in: u8) -> bool {
        self.rng.u8(..one_in) == 0
    }

    pub(super) fn namespace(&mut self) -> &'static str {
        one(&NAMESPACES, self.rng)
    }

    /// Adds an object under a name that no other has; its place.
    pub(super) fn add(&mut self, api_version: &str, kind: &str, namespace: &str, mut rest: Value) -> usize {
        let nth = self.objects.len();
        let name = format!("o{nth}");
        let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}});
        if !namespace.is_empty() {
            object["metadata"]["namespace"] = json!(namespace);
        }
        if self.is_live {
            object["metadata"]["uid"] = json!(format!("u{nth}"));
        }
        let metadata = rest.as_object_mut().unwrap().remove("metadata").unwrap_or_default();
        object["metadata"].as_object_mut().unwrap().extend(metadata.as_object().cloned().unwrap_or_default());
        object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        self.objects.push(object);
        nth
    }

    fn namespaces(&mut self) {
        for name in ["a", "b", "istio-system", "kube-system"] {
            if !self.is(5) {
                let labels = labels(self.rng);
                self.add("v1", "Namespace", "", json!({"metadata": {"name": name, "labels": labels}}));
            }
        }
    }

    fn nodes(&mut self) {
        for _ in 0..self.rng.usize(..4) {
            let mut labels = labels(self.rng);
            let mut spec = json!({});
            if !self.is(4) {
                labels["zone"] = json!(one(&["eu", "us"], self.rng));
            }
            if self.is(3) {
                labels["topology.kubernetes.io/zone"] = json!(one(&["eu", "us"], self.rng));
            }
            if self.is(3) {
                let effect = one(&["NoSchedule", "NoExecute", "PreferNoSchedule"], self.rng);
                spec["taints"] = json!([{"key": "t", "value": "v", "effect": effect}]);
            }
            if self.is(6) {
                spec["unschedulable"] = json!(true);
            }
            self.add("v1", "Node", "", json!({"metadata": {"labels": labels}, "spec": spec}));
        }
    }

    fn container(&mut self) -> Value {
        let mut container = json!({"name": "c"});
        if !self.is(3) {
            let port = one(&["http", "http", "metrics"], self.rng);
            container["ports"] = json!([{"name": port, "containerPort": 80}]);
            if self.is(6) {
                container["ports"][0]["protocol"] = json!("UDP");
            }
        }
        if self.rng.bool() {
            let list = one(&["requests", "limits"], self.rng);
            container["resources"] = json!({list: {"cpu": "1"}});
        }
        container
    }

    fn pod_spec(&mut self, own: &Value) -> Value {
        let mut spec = json!({"containers": [self.container()]});
        if self.is(6) {
            let mut sidecar = self.container();
            sidecar["restartPolicy"] = json!(one(&["Always", "OnFailure"], self.rng));
            spec["initContainers"] = json!([sidecar]);
        }
        if self.is(8) {
            spec["hostNetwork"] = json!(true);
        }
        if self.is(4) {
            let key = one(&["zone", "app", "x"], self.rng);
            spec["nodeSelector"] = json!({key: one(&["eu", "web", "1"], self.rng)});
        }
        if self.is(5) {
            let terms: Vec<Value> = (0..self.rng.usize(1..3)).map(|_| node_term(self.rng)).collect();
            spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"] =
                json!({"nodeSelectorTerms": terms});
        }
        if self.is(3) {
            spec["tolerations"] = json!([toleration(one(&TOLERATIONS, self.rng))]);
        }
        self.near_others(own, &mut spec);
        spec
    }

    /// Terms about other pods, and about those of the same template.
    fn near_others(&mut self, own: &Value, spec: &mut Value) {
        let selector = |maker: &mut Self| match maker.rng.u8(..3) {
            0 => json!({"matchLabels": own}),
            _ => selector(maker.rng),
        };
        for which in ["podAffinity", "podAntiAffinity"] {
            if !self.is(4) {
                continue;
            }
            let mut term = json!({"topologyKey": one(&["zone", "rack"], self.rng)});
            let found = selector(self);
            if !found.is_null() {
                term["labelSelector"] = found;
            }
            if self.is(4) {
                term["namespaces"] = json!([self.namespace()]);
            }
            let is_preferred = which == "podAntiAffinity" && self.is(3);
            spec["affinity"][which] = match is_preferred {
                true => {
                    json!({"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}]})
                }
                false => json!({"requiredDuringSchedulingIgnoredDuringExecution": [term]}),
            };
        }
        if self.is(4) {
            let when = one(&["DoNotSchedule", "ScheduleAnyway"], self.rng);
            let key = one(&["zone", "rack"], self.rng);
            let mut constraint = json!({"maxSkew": 5, "topologyKey": key, "whenUnsatisfiable": when});
            let found = selector(self);
            if !found.is_null() {
                constraint["labelSelector"] = found;
                if self.is(4) {
                    constraint["matchLabelKeys"] = json!(["pod-template-hash"]);
                }
            }
            spec["topologySpreadConstraints"] = json!([constraint]);
        }
    }

    fn template(&mut self) -> Value {
        let mut own = labels(self.rng);
        if self.rng.bool() {
            own["app.kubernetes.io/component"] = json!(one(&["api", "ui"], self.rng));
        }
        let spec = self.pod_spec(&own);
        json!({"metadata": {"labels": own}, "spec": spec})
    }

    /// The selector of a workload: mostly one that selects its template.
    fn own_selector(&mut self, template: &Value) -> Value {
        if self.is(5) {
            return selector(self.rng);
        }
        let own = template["metadata"]["labels"].as_object().unwrap();
        let mut wanted: Map<String, Value> = own.clone();
        if wanted.len() > 1 && self.rng.bool() {
            let key = wanted.keys().next().unwrap().clone();
            wanted.remove(&key);
        }
        json!({"matchLabels": wanted})
    }

    fn workload(&mut self) {
        let (namespace, template) = (self.namespace(), self.template());
        let kind = one(
            &["Deployment", "Deployment", "StatefulSet", "DaemonSet", "Job", "ReplicationController", "Foo"],
            self.rng,
        );
        let mut spec = json!({"template": template});
        let n_pods = self.rng.i64(0..4);
        match kind {
            "Foo" => return self.custom_workload(namespace, &template, n_pods),
            "Job" if self.rng.bool() => {}
            "ReplicationController" if self.is(3) => {}
            "ReplicationController" => {
                let found = self.own_selector(&template);
                spec["selector"] = found.get("matchLabels").cloned().unwrap_or_default();
            }
            _ => spec["selector"] = self.own_selector(&template),
        }
        if kind == "Job" && !spec["selector"].is_null() {
            spec["manualSelector"] = json!(true);
        }
        if ["Deployment", "StatefulSet", "ReplicationController"].contains(&kind) && !self.is(4) {
            spec["replicas"] = json!(if self.is(8) { 0 } else { n_pods });
        }
        let api_version = match kind {
            "Job" => "batch/v1",
            "ReplicationController" => "v1",
            _ => "apps/v1",
        };
        let workload = self.add(api_version, kind, namespace, json!({"spec": spec}));
        if !self.is_live {
            return;
        }
        match kind {
            "Deployment" => {
                let owner = self.owner(workload);
                let spec = json!({"template": template, "selector": spec["selector"]});
                let set = self.add(
                    "apps/v1",
                    "ReplicaSet",
                    namespace,
                    json!({"metadata": {"ownerReferences": [owner]}, "spec": spec}),
                );
                self.pods(set, &template, n_pods);
            }
            _ => self.pods(workload, &template, n_pods),
        }
    }

    /// What an operator makes pods of, with a scale or without.
    fn custom_workload(&mut self, namespace: &'static str, template: &Value, n_pods: i64) {
        if !self.objects.iter().any(|it| it["kind"] == "CustomResourceDefinition") {
            let scale = match self.rng.u8(..4) {
                0 => json!({}),
                1 => json!({"scale": {}}),
                _ => json!({"scale": {"labelSelectorPath": ".status.selector"}}),
            };
            self.add("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", json!({"spec": {
                "group": "x.io", "names": {"kind": "Foo"}, "versions": [{"name": "v1", "subresources": scale}]}}));
        }
        let key = one(&KEYS, self.rng);
        let text = match (self.rng.u8(..5), template["metadata"]["labels"][key].as_str()) {
            (0, _) => String::new(),
            (1, _) | (_, None) => format!("{key}={}", one(&VALUES, self.rng)),
            (_, Some(value)) => format!("{key}={value}"),
        };
        let mut rest = json!({"spec": {"replicas": n_pods}});
        if self.is_live {
            rest["status"] = json!({"selector": text});
        }
        let custom = self.add(CUSTOM, "Foo", namespace, rest);
        if self.is_live {
            self.pods(custom, template, n_pods);
        }
    }

    /// A reference to an owner, now and then to one that is not there.
    fn owner(&mut self, at: usize) -> Value {
        let object = &self.objects[at];
        let mut owner = json!({"apiVersion": object["apiVersion"], "kind": object["kind"],
            "name": object["metadata"]["name"], "uid": object["metadata"]["uid"], "controller": true});
        if self.is(12) {
            owner["uid"] = json!("gone");
        }
        if self.is(12) {
            owner["name"] = json!("gone");
            owner["uid"] = json!("gone");
        }
        owner
    }

    fn pods(&mut self, owner: usize, template: &Value, n: i64) {
        let (namespace, kind) =
            (self.objects[owner]["metadata"]["namespace"].clone(), self.objects[owner]["kind"].clone());
        for ordinal in 0..n {
            let mut metadata = json!({"labels": template["metadata"]["labels"]});
            if self.is(10) {
                metadata["labels"] = labels(self.rng);
            }
            match kind.as_str().unwrap() {
                "ReplicaSet" => metadata["labels"]["pod-template-hash"] = json!("5d"),
                "StatefulSet" => {
                    let name =
                        format!("{}-{ordinal}", self.objects[owner]["metadata"]["name"].as_str().unwrap());
                    metadata["labels"]["statefulset.kubernetes.io/pod-name"] = json!(name);
                    metadata["name"] = json!(name);
                }
                _ => {}
            }
            // One that was orphaned has no owner.
            if !self.is(10) {
                metadata["ownerReferences"] = json!([self.owner(owner)]);
            }
            self.pod(namespace.as_str().unwrap(), metadata, template["spec"].clone());
        }
    }

    fn pod(&mut self, namespace: &str, mut metadata: Value, mut spec: Value) {
        let mut status = json!({});
        if self.is_live {
            let phase = one(&["Running", "Running", "Running", "Pending", "Succeeded", "Failed"], self.rng);
            status["phase"] = json!(phase);
            if phase != "Pending" && !self.is(8) {
                status["podIP"] = json!("10.0.0.1");
            }
            if !self.is(8) {
                let is_ready = phase == "Running" && self.rng.bool();
                let is_ready = if is_ready { "True" } else { "False" };
                status["conditions"] = json!([{"type": "Ready", "status": is_ready}]);
            }
            if self.is(10) {
                metadata["deletionTimestamp"] = json!("2026-11-01T00:00:00Z");
            }
            let nodes: Vec<&Value> = self.objects.iter().filter(|it| it["kind"] == "Node").collect();
            if phase != "Pending" && !nodes.is_empty() {
                let node = nodes[self.rng.usize(..nodes.len())];
                spec["nodeName"] = node["metadata"]["name"].clone();
            }
        }
        self.add("v1", "Pod", namespace, json!({"metadata": metadata, "spec": spec, "status": status}));
    }

    fn bare_pod(&mut self) {
        let (namespace, template) = (self.namespace(), self.template());
        self.pod(namespace, template["metadata"].clone(), template["spec"].clone());
    }
}

/// Key, operator, value and effect.
const TOLERATIONS: [[&str; 4]; 4] = [
    ["t", "Exists", "", ""],
    ["t", "Equal", "v", "NoSchedule"],
    ["t", "", "other", ""],
    ["", "Exists", "", "NoExecute"],
];

fn toleration([key, operator, value, effect]: [&str; 4]) -> Value {
    let fields = [("key", key), ("operator", operator), ("value", value), ("effect", effect)];
    let said = fields.into_iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>().into()
}
