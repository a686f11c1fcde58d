//! A whole cluster: pods, and all that selects them.

use std::io::Write;

use serde_json::{Value, json};

/// How much there is of everything.
pub(crate) struct ClusterSize {
    pub(crate) pods: usize,
    pub(crate) namespaces: usize,
    pub(crate) deployments: usize,
    pub(crate) services: usize,
    pub(crate) budgets: usize,
    pub(crate) policies: usize,
    pub(crate) autoscalers: usize,
    pub(crate) monitors: usize,
    pub(crate) nodes: usize,
}

impl ClusterSize {
    /// What a large platform team runs.
    pub(crate) const LARGE: ClusterSize = ClusterSize {
        pods: 100_000,
        namespaces: 400,
        deployments: 4_000,
        services: 5_000,
        budgets: 3_000,
        policies: 2_000,
        autoscalers: 2_000,
        monitors: 500,
        nodes: 2_000,
    };

    /// A hundredth of it.
    pub(crate) const SMALL: ClusterSize = ClusterSize {
        pods: 1_000,
        namespaces: 40,
        deployments: 40,
        services: 50,
        budgets: 30,
        policies: 20,
        autoscalers: 20,
        monitors: 5,
        nodes: 20,
    };
}

/// The cluster with an object a line.
pub(crate) fn ndjson(size: &ClusterSize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |object: Value| {
        serde_json::to_writer(&mut bytes, &object).expect("memory takes all JSON");
        bytes.write_all(b"\n").expect("memory takes all bytes");
    };
    let cluster = Cluster { size };
    (0..size.namespaces).for_each(|n| put(cluster.namespace(n)));
    (0..size.nodes).for_each(|n| put(object("v1", "Node", "", &format!("node-{n}"), json!({}))));
    for n in 0..size.deployments {
        put(cluster.deployment(n));
        put(cluster.replica_set(n));
    }
    (0..size.pods).for_each(|n| put(cluster.pod(n)));
    (0..size.services).for_each(|n| put(cluster.service(n)));
    (0..size.budgets).for_each(|n| put(cluster.budget(n)));
    (0..size.policies).for_each(|n| put(cluster.policy(n)));
    (0..size.autoscalers).for_each(|n| put(cluster.autoscaler(n)));
    (0..size.monitors).for_each(|n| put(cluster.monitor(n)));
    bytes
}

struct Cluster<'s> {
    size: &'s ClusterSize,
}

fn object(api_version: &str, kind: &str, namespace: &str, name: &str, labels: Value) -> Value {
    let metadata =
        json!({"name": name, "namespace": namespace, "labels": labels, "uid": format!("{kind}-{name}")});
    json!({"apiVersion": api_version, "kind": kind, "metadata": metadata})
}

impl Cluster<'_> {
    fn namespace_of(&self, app: usize) -> String {
        format!("ns-{}", app % self.size.namespaces)
    }

    /// What tells an app's pods from those of others.
    fn labels(&self, app: usize) -> Value {
        json!({
            "app.kubernetes.io/name": format!("app-{}", app % 700),
            "app.kubernetes.io/instance": format!("app-{app}"),
        })
    }

    fn namespace(&self, n: usize) -> Value {
        object("v1", "Namespace", "", &format!("ns-{n}"), json!({"team": format!("team-{}", n % 50)}))
    }

    fn deployment(&self, app: usize) -> Value {
        let mut it =
            object("apps/v1", "Deployment", &self.namespace_of(app), &format!("app-{app}"), self.labels(app));
        let template = json!({"metadata": {"labels": self.labels(app)}, "spec": pod_spec(app)});
        it["spec"] =
            json!({"replicas": 25, "selector": {"matchLabels": self.labels(app)}, "template": template});
        it
    }

    fn replica_set(&self, app: usize) -> Value {
        let mut labels = self.labels(app);
        labels["pod-template-hash"] = json!(format!("{app:08x}"));
        let name = format!("app-{app}-{app:08x}");
        let mut it = object("apps/v1", "ReplicaSet", &self.namespace_of(app), &name, labels.clone());
        it["metadata"]["ownerReferences"] = owner("Deployment", &format!("app-{app}"));
        let template = json!({"metadata": {"labels": labels}, "spec": pod_spec(app)});
        it["spec"] = json!({"replicas": 25, "selector": {"matchLabels": labels}, "template": template});
        it
    }

    fn pod(&self, n: usize) -> Value {
        let app = n % self.size.deployments;
        let mut labels = self.labels(app);
        labels["pod-template-hash"] = json!(format!("{app:08x}"));
        labels["env"] = json!(["prod", "dev", "qa"][n % 3]);
        let mut it =
            object("v1", "Pod", &self.namespace_of(app), &format!("app-{app}-{app:08x}-{n}"), labels);
        it["metadata"]["ownerReferences"] = owner("ReplicaSet", &format!("app-{app}-{app:08x}"));
        it["spec"] = pod_spec(app);
        it["spec"]["nodeName"] = json!(format!("node-{}", n % self.size.nodes));
        let [.., high, middle, low] = n.to_be_bytes();
        let conditions = json!([{"type": "Ready", "status": "True"}]);
        it["status"] = json!({"phase": "Running", "conditions": conditions, "podIP": format!("10.{high}.{middle}.{low}")});
        it
    }

    fn service(&self, n: usize) -> Value {
        let app = n % self.size.deployments;
        let mut it = object("v1", "Service", &self.namespace_of(app), &format!("svc-{n}"), self.labels(app));
        it["spec"] = json!({"selector": self.labels(app), "ports": [{"port": 80}]});
        it
    }

    fn budget(&self, n: usize) -> Value {
        let app = n % self.size.deployments;
        let mut it = object(
            "policy/v1",
            "PodDisruptionBudget",
            &self.namespace_of(app),
            &format!("pdb-{n}"),
            json!({}),
        );
        let expression = json!({"key": "env", "operator": "In", "values": ["prod", "qa"]});
        it["spec"] = json!({"maxUnavailable": 1,
            "selector": {"matchLabels": self.labels(app), "matchExpressions": [expression]}});
        it
    }

    fn policy(&self, n: usize) -> Value {
        let mut it = object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            &self.namespace_of(n),
            &format!("np-{n}"),
            json!({}),
        );
        // Every fifth is for all pods of its namespace.
        let selector = if n.is_multiple_of(5) { json!({}) } else { json!({"matchLabels": self.labels(n)}) };
        let team = json!({"matchLabels": {"team": format!("team-{}", n % 50)}});
        let peer = json!({"namespaceSelector": team, "podSelector": {"matchLabels": {"env": "prod"}}});
        it["spec"] = json!({"podSelector": selector, "ingress": [{"from": [peer]}]});
        it
    }

    fn autoscaler(&self, n: usize) -> Value {
        let app = n % self.size.deployments;
        let mut it = object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            &self.namespace_of(app),
            &format!("hpa-{n}"),
            json!({}),
        );
        it["spec"] = json!({"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": format!("app-{app}")}});
        it
    }

    fn monitor(&self, n: usize) -> Value {
        let mut it = object(
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            &self.namespace_of(n),
            &format!("sm-{n}"),
            json!({}),
        );
        it["spec"] = json!({"selector": {"matchLabels": self.labels(n)}, "endpoints": [{"port": "metrics"}]});
        it
    }
}

fn owner(kind: &str, name: &str) -> Value {
    json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": format!("{kind}-{name}"), "controller": true}])
}

fn pod_spec(app: usize) -> Value {
    let variables: Vec<Value> =
        (0..6).map(|n| json!({"name": format!("SETTING_{n}"), "value": format!("value {n}")})).collect();
    json!({
        "containers": [{"name": "main", "image": format!("registry.example.com/app-{app}:1.0"), "env": variables,
            "resources": {"limits": {"cpu": "500m", "memory": "512Mi"}, "requests": {"cpu": "100m"}}}],
        "serviceAccountName": format!("app-{app}"),
        "volumes": [{"name": "config", "configMap": {"name": format!("app-{app}")}}],
    })
}
