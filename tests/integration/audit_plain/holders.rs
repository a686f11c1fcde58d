//! What random clusters have besides pods and what makes them: Services, budgets, policies, scalers, monitors and the like.

use fastrand::Rng;
use serde_json::{Value, json};

use super::cluster::ClusterMaker;
use crate::links_plain::cluster::{KEYS, VALUES, expression, labels, map, one, selector};

impl ClusterMaker<'_> {
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

    pub(super) fn service(&mut self) {
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

    pub(super) fn budget(&mut self) {
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

    pub(super) fn policy(&mut self) {
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

    pub(super) fn scaler(&mut self) {
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

    pub(super) fn monitoring(&mut self) {
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

    pub(super) fn mesh(&mut self) {
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

    pub(super) fn storage(&mut self) {
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

    pub(super) fn webhook(&mut self) {
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
