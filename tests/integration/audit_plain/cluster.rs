//! Random clusters for the rules of the audit: a few of everything, in so few namespaces and with so few labels that much of
//! it goes wrong.

use fastrand::Rng;
use serde_json::{Map, Value, json};

use crate::links_plain::cluster::{KEYS, VALUES, expression, labels, map, node_term, one, selector};

const NAMESPACES: [&str; 4] = ["a", "a", "b", "istio-system"];
const CUSTOM: &str = "x.io/v1";

/// Puts a cluster together, object by object.
struct ClusterMaker<'r> {
    objects: Vec<Value>,
    rng: &'r mut Rng,
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

    fn is(&mut self, one_in: u8) -> bool {
        self.rng.u8(..one_in) == 0
    }

    fn namespace(&mut self) -> &'static str {
        one(&NAMESPACES, self.rng)
    }

    /// A map that selects something in a namespace, if anything there has labels.
    fn map_of_some(&mut self, namespace: &str) -> Value {
        let there = self.objects.iter().filter(|it| it["metadata"]["namespace"] == namespace);
        let templates = there.clone().map(|it| &it["spec"]["template"]["metadata"]["labels"]);
        let pods = there.filter(|it| it["kind"] == "Pod").map(|it| &it["metadata"]["labels"]);
        let all = templates.chain(pods).filter_map(Value::as_object).flatten();
        let all: Vec<(String, Value)> = all.map(|(key, value)| (key.clone(), value.clone())).collect();
        match all.is_empty() {
            true => map(self.rng),
            false => {
                let (key, value) = &all[self.rng.usize(..all.len())];
                json!({key: value})
            }
        }
    }

    /// Adds an object under a name that no other has; its place.
    fn add(&mut self, api_version: &str, kind: &str, namespace: &str, mut rest: Value) -> usize {
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
            spec["tolerations"] = json!([one(&TOLERATIONS, self.rng)].map(|it| toleration(it)));
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

    fn service(&mut self) {
        let namespace = self.namespace();
        let mut selector = if self.rng.bool() { map(self.rng) } else { self.map_of_some(namespace) };
        let sets = self.objects.iter().filter(|it| it["kind"] == "StatefulSet");
        let sets: Vec<String> = sets.map(|it| it["metadata"]["name"].as_str().unwrap().to_owned()).collect();
        match (self.rng.u8(..8), sets.first()) {
            (0, Some(set)) => {
                selector =
                    json!({"statefulset.kubernetes.io/pod-name": format!("{set}-{}", self.rng.u8(..2))});
            }
            (1, _) => selector = json!({"pod-template-hash": "5d"}),
            _ => {}
        }
        let target = match self.rng.u8(..3) {
            0 => json!(80),
            _ => json!(one(&["http", "metrics"], self.rng)),
        };
        let mut ports = vec![json!({"name": "one", "port": 80, "targetPort": target})];
        if self.is(4) {
            ports.push(json!({"name": "two", "port": 81, "targetPort": "metrics", "protocol": "UDP"}));
        }
        let mut spec = json!({"ports": ports});
        if !selector.is_null() {
            spec["selector"] = selector;
        }
        if self.is(8) {
            spec["type"] = json!("ExternalName");
        }
        if self.is(8) {
            spec["publishNotReadyAddresses"] = json!(true);
        }
        let labels = labels(self.rng);
        let service =
            self.add("v1", "Service", namespace, json!({"metadata": {"labels": labels}, "spec": spec}));
        if self.is(8) {
            let name = self.objects[service]["metadata"]["name"].clone();
            let addresses = if self.rng.bool() { json!(["10.1.1.1"]) } else { json!([]) };
            self.add("discovery.k8s.io/v1", "EndpointSlice", namespace, json!({
                "metadata": {"labels": {"kubernetes.io/service-name": name}}, "endpoints": [{"addresses": addresses}]}));
        }
    }

    fn budget(&mut self) {
        let namespace = self.namespace();
        let mut spec = json!({});
        let found = match self.rng.u8(..3) {
            0 => selector(self.rng),
            1 => json!({"matchExpressions": [expression(self.rng)]}),
            _ => json!({"matchLabels": self.map_of_some(namespace)}),
        };
        if !found.is_null() {
            spec["selector"] = found;
        }
        let (field, amount) = match self.rng.u8(..6) {
            0 => ("maxUnavailable", json!(self.rng.u8(..2))),
            1 => ("maxUnavailable", json!(one(&["0%", "1%", "50%"], self.rng))),
            2 => ("minAvailable", json!(one(&["0%", "50%", "70%", "100%"], self.rng))),
            3 => ("comment", json!(1)),
            _ => ("minAvailable", json!(self.rng.u8(..4))),
        };
        spec[field] = amount;
        let api_version = one(&["policy/v1", "policy/v1", "policy/v1beta1"], self.rng);
        self.add(api_version, "PodDisruptionBudget", namespace, json!({"spec": spec}));
    }

    fn policy(&mut self) {
        let namespace = self.namespace();
        let mut spec = json!({});
        let found = selector(self.rng);
        if !found.is_null() {
            spec["podSelector"] = found;
        }
        if self.rng.bool() {
            let types = [&["Ingress"][..], &["Egress"], &["Ingress", "Egress"], &[]];
            spec["policyTypes"] = json!(types[self.rng.usize(..types.len())]);
        }
        let peer = |rng: &mut Rng| match rng.u8(..4) {
            0 => json!({"namespaceSelector": selector(rng), "podSelector": selector(rng)}),
            1 | 2 => json!({"namespaceSelector": selector(rng)}),
            _ => json!({"podSelector": selector(rng)}),
        };
        let mut peers: Vec<Value> = (0..self.rng.usize(..3)).map(|_| peer(self.rng)).collect();
        if self.rng.bool() {
            let namespaces = if self.rng.bool() { json!({}) } else { selector(self.rng) };
            peers =
                vec![json!({"namespaceSelector": namespaces}), json!({"podSelector": selector(self.rng)})];
        }
        let (rules, list) = one(&[("ingress", "from"), ("egress", "to")], self.rng);
        spec[rules] = json!([{list: peers}]);
        self.add("networking.k8s.io/v1", "NetworkPolicy", namespace, json!({"spec": spec}));
    }

    fn scaler(&mut self) {
        let scaled = ["Deployment", "StatefulSet", "ReplicationController", "Foo"];
        let targets = self.objects.iter().filter(|it| scaled.contains(&it["kind"].as_str().unwrap()));
        let targets: Vec<Value> = targets.cloned().collect();
        if targets.is_empty() {
            return;
        }
        let target = &targets[self.rng.usize(..targets.len())];
        let mut reference = json!({"apiVersion": target["apiVersion"], "kind": target["kind"],
            "name": target["metadata"]["name"]});
        if self.is(8) {
            reference["name"] = json!("gone");
        }
        let namespace = target["metadata"]["namespace"].as_str().unwrap().to_owned();
        let mut spec = json!({"scaleTargetRef": reference});
        if self.is(3) {
            spec["metrics"] = json!([{"resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]);
        }
        let is_keda = self.is(4);
        if self.rng.bool() {
            let field = if is_keda { "minReplicaCount" } else { "minReplicas" };
            spec[field] = json!(self.rng.u8(..4));
        }
        match is_keda {
            true => self.add("keda.sh/v1alpha1", "ScaledObject", &namespace, json!({"spec": spec})),
            false => self.add("autoscaling/v2", "HorizontalPodAutoscaler", &namespace, json!({"spec": spec})),
        };
    }

    fn monitoring(&mut self) {
        const API: &str = "monitoring.coreos.com/v1";
        for _ in 0..self.rng.usize(1..3) {
            let (kind, fields): (&str, &[&str]) = one(&SERVERS, self.rng);
            let mut spec = json!({});
            for field in fields {
                let found = selector(self.rng);
                if !found.is_null() && !self.is(4) {
                    spec[field] = found;
                }
                let namespaces = selector(self.rng);
                if !namespaces.is_null() {
                    spec[field.replace("Selector", "NamespaceSelector")] = namespaces;
                }
            }
            let namespace = self.namespace();
            self.add(API, kind, namespace, json!({"spec": spec}));
        }
        for _ in 0..self.rng.usize(1..5) {
            let kind = one(&["ServiceMonitor", "ServiceMonitor", "PodMonitor", "PrometheusRule"], self.rng);
            let (namespace, labels) = (self.namespace(), labels(self.rng));
            let mut spec = json!({});
            if kind != "PrometheusRule" {
                spec["selector"] = if self.is(4) { json!({}) } else { selector(self.rng) };
                let list = if kind == "PodMonitor" { "podMetricsEndpoints" } else { "endpoints" };
                let ports: &[&str] =
                    if kind == "PodMonitor" { &["http", "metrics"] } else { &["one", "two"] };
                spec[list] = match self.rng.u8(..6) {
                    0 => json!([{"targetPort": 80}]),
                    _ => json!([{"port": one(ports, self.rng)}]),
                };
                match self.rng.u8(..4) {
                    0 => spec["namespaceSelector"] = json!({"any": true}),
                    1 => spec["namespaceSelector"] = json!({"matchNames": [self.namespace()]}),
                    _ => {}
                }
            }
            self.add(API, kind, namespace, json!({"metadata": {"labels": labels}, "spec": spec}));
        }
    }

    fn mesh(&mut self) {
        let namespace = self.namespace();
        let found = map(self.rng);
        if self.is(3) {
            let spec = if found.is_null() { json!({}) } else { json!({"selector": found}) };
            self.add("networking.istio.io/v1", "Gateway", namespace, json!({"spec": spec}));
            return;
        }
        if self.is(3) {
            let spec = if found.is_null() { json!({}) } else { json!({"selector": {"matchLabels": found}}) };
            self.add("security.istio.io/v1", "AuthorizationPolicy", namespace, json!({"spec": spec}));
            return;
        }
        let services =
            self.objects.iter().filter(|it| it["kind"] == "Service" && it["spec"]["selector"] != json!({}));
        let services: Vec<Value> = services.cloned().collect();
        if services.is_empty() {
            return;
        }
        let service = &services[self.rng.usize(..services.len())];
        let of = |what: &str| service["metadata"][what].as_str().unwrap().to_owned();
        let host = match (self.rng.u8(..3), of("namespace") == namespace) {
            (0, true) => of("name"),
            (1, _) => format!("{}.{}", of("name"), of("namespace")),
            _ => format!("{}.{}.svc.cluster.local", of("name"), of("namespace")),
        };
        let labels = match self.rng.u8(..3) {
            0 => json!({"topology.kubernetes.io/zone": one(&["eu", "us"], self.rng)}),
            _ => json!({one(&KEYS, self.rng): one(&VALUES, self.rng)}),
        };
        let spec = json!({"host": host, "subsets": [{"name": "s", "labels": labels}, {"name": "all"}]});
        self.add("networking.istio.io/v1", "DestinationRule", namespace, json!({"spec": spec}));
    }

    fn storage(&mut self) {
        for name in ["fast", "local"] {
            if self.is(4) {
                continue;
            }
            let provisioner = if name == "fast" { "csi.x.io" } else { "kubernetes.io/no-provisioner" };
            let key = one(&["zone", "rack"], self.rng);
            let topologies = json!([{"matchLabelExpressions": [{"key": key, "values": ["eu"]}]}]);
            let mut class = json!({"metadata": {"name": name}, "provisioner": provisioner});
            if self.is(3) {
                class["allowedTopologies"] = topologies;
            }
            if !self.objects.iter().any(|it| it["kind"] == "StorageClass" && it["metadata"]["name"] == name) {
                self.add("storage.k8s.io/v1", "StorageClass", "", class);
            }
        }
        for _ in 0..self.rng.usize(..3) {
            let labels = labels(self.rng);
            let spec = json!({"storageClassName": one(&["fast", "local"], self.rng)});
            let phase = one(&["Available", "Bound"], self.rng);
            self.add(
                "v1",
                "PersistentVolume",
                "",
                json!({"metadata": {"labels": labels}, "spec": spec, "status": {"phase": phase}}),
            );
        }
        for _ in 0..self.rng.usize(..3) {
            let (namespace, mut spec) = (self.namespace(), json!({}));
            spec["storageClassName"] = json!(one(&["fast", "local"], self.rng));
            let found = selector(self.rng);
            if !found.is_null() {
                spec["selector"] = found;
            }
            let phase = one(&["Pending", "Pending", "Bound"], self.rng);
            self.add(
                "v1",
                "PersistentVolumeClaim",
                namespace,
                json!({"spec": spec, "status": {"phase": phase}}),
            );
        }
    }

    fn webhook(&mut self) {
        let services = self.objects.iter().filter(|it| it["kind"] == "Service");
        let services: Vec<Value> = services.cloned().collect();
        let mut webhook = json!({"name": "w", "rules": [{"apiGroups": [one(&["", "x.io"], self.rng)],
            "operations": ["CREATE"], "resources": ["pods"]}]});
        if let Some(service) = services.first().filter(|_| !self.rng.bool()) {
            webhook["clientConfig"] = json!({"service": {"namespace": service["metadata"]["namespace"],
                "name": service["metadata"]["name"]}});
        }
        let found = selector(self.rng);
        if !found.is_null() {
            webhook["namespaceSelector"] = found;
        }
        if self.is(3) {
            webhook["namespaceSelector"] = json!({"matchExpressions": [expression(self.rng),
                {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": [one(&["a", "kube-system"], self.rng)]}]});
        }
        if self.is(4) {
            webhook["failurePolicy"] = json!("Ignore");
        }
        if self.is(4) {
            webhook["objectSelector"] = json!({"matchLabels": {"app": "web"}});
        }
        self.add(
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            "",
            json!({"webhooks": [webhook]}),
        );
    }
}

/// The kinds of servers of monitors, each with what it picks them by.
const SERVERS: [(&str, &[&str]); 3] = [
    ("Prometheus", &["serviceMonitorSelector", "podMonitorSelector", "ruleSelector"]),
    ("PrometheusAgent", &["serviceMonitorSelector", "podMonitorSelector"]),
    ("ThanosRuler", &["ruleSelector"]),
];

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
