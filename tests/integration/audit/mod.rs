//! The audit: a fault for each rule, planted in a cluster in which there is none, and what is no fault.

mod cases;
mod program;

use selq::kubernetes::Links;
use selq::kubernetes::audit::{AUDIT_RULES, AuditReport, audit};
use selq::{Dump, Input, Loader};
use serde_json::{Value, json};

/// A cluster in which nothing is wrong.
fn healthy() -> Vec<Value> {
    let labels = json!({"app": "web", "pod-template-hash": "5d4"});
    let template = json!({"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container()]}});
    let workload = |kind: &str, name: &str, owner: Value| {
        json!({"apiVersion": "apps/v1", "kind": kind,
            "metadata": {"name": name, "namespace": "shop", "uid": name, "ownerReferences": owner},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}})
    };
    let owner =
        |kind: &str, name: &str| json!([{"kind": kind, "name": name, "uid": name, "controller": true}]);
    let mut objects = vec![
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-a", "uid": "n", "labels": {"zone": "eu"}},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
        workload("Deployment", "web", json!([])),
        workload("ReplicaSet", "web-5d4", owner("Deployment", "web")),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}}),
        json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny", "namespace": "shop"},
            "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"podSelector": {"matchLabels": {"app": "web"}}}}),
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"},
            "status": {"phase": "Bound"}}),
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "done", "namespace": "shop", "uid": "done"},
            "spec": {"template": {"metadata": {"labels": {"job": "done"}}}},
            "status": {"conditions": [{"type": "Complete", "status": "True"}]}}),
        json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
            "status": {"currentReplicas": 2}}),
    ];
    for name in ["web-5d4-a", "web-5d4-b"] {
        objects.push(json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "shop", "uid": name, "labels": labels,
                "ownerReferences": owner("ReplicaSet", "web-5d4")},
            "spec": {"nodeName": "node-a", "containers": [container()]},
            "status": {"phase": "Running", "podIP": "10.0.0.1", "conditions": [{"type": "Ready", "status": "True"}]}}));
    }
    objects
}

fn container() -> Value {
    json!({"name": "main", "image": "x", "ports": [{"name": "http", "containerPort": 8080}],
        "resources": {"limits": {"memory": "64Mi"}}})
}

fn dump(objects: &[Value]) -> Dump {
    let lines: Vec<String> = objects.iter().map(Value::to_string).collect();
    let bytes = lines.join("\n").into_bytes();
    Loader::new().load([Input::Bytes { name: "dump".to_owned(), bytes }]).unwrap()
}

fn report(objects: &[Value]) -> (Dump, AuditReport) {
    let dump = dump(objects);
    let report = audit(&Links::new(&dump), AUDIT_RULES);
    (dump, report)
}

/// The findings in lines: severity, rule, object and message.
fn found(objects: &[Value]) -> String {
    let (dump, report) = report(objects);
    let line = |finding: &selq::kubernetes::audit::Finding| {
        let object = dump.store().get(finding.object).unwrap();
        format!(
            "{} {} {}/{}: {}",
            finding.severity,
            finding.rule,
            object.kind(),
            object.name(),
            finding.message
        )
    };
    report.findings.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Something at the top of the cluster, or in the namespace `shop`.
fn put(objects: &mut Vec<Value>, api_version: &str, kind: &str, name: &str, rest: Value) {
    let mut object =
        json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}});
    object.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    objects.push(object);
}

/// The object of a kind and name.
fn object<'o>(objects: &'o mut [Value], kind: &str, name: &str) -> &'o mut Value {
    objects.iter_mut().find(|it| it["kind"] == kind && it["metadata"]["name"] == name).unwrap()
}

/// The findings once the cluster is changed.
fn with(change: impl FnOnce(&mut Vec<Value>)) -> String {
    let mut objects = healthy();
    change(&mut objects);
    found(&objects)
}

#[test]
fn a_healthy_cluster_has_nothing_to_be_found() {
    assert_eq!(with(|_| {}), "");
}

#[test]
fn each_rule_finds_its_fault_and_nothing_beside_it() {
    let mut told = Vec::new();
    let mut check = |rule: &str, change: &dyn Fn(&mut Vec<Value>)| {
        let lines = with(|objects| change(objects));
        // What a selector misses is then under nothing of its kind.
        let lines = lines.lines().filter(|line| rule == "coverage" || !line.starts_with("info coverage "));
        let lines: Vec<&str> = lines.collect();
        for line in &lines {
            assert!(line.split(' ').nth(1) == Some(rule), "{rule}: {line}");
        }
        assert!(!lines.is_empty(), "{rule} finds nothing");
        told.push(lines.join("\n"));
    };
    check("service-no-pods", &|it| object(it, "Service", "web")["spec"]["selector"] = json!({"app": "wbe"}));
    check("service-mixed-owners", &|it| {
        let mut pod = it.last().unwrap().clone();
        pod["metadata"]["name"] = json!("job-x");
        pod["metadata"]["uid"] = json!("job-x");
        pod["metadata"]["labels"] = json!({"part": "all"});
        pod["metadata"]["ownerReferences"] =
            json!([{"kind": "Job", "name": "done", "uid": "done", "controller": true}]);
        it.push(pod);
        for name in ["web-5d4-a", "web-5d4-b"] {
            object(it, "Pod", name)["metadata"]["labels"]["part"] = json!("all");
        }
        object(it, "Service", "web")["spec"]["selector"] = json!({"part": "all"});
    });
    check("service-port-unmatched", &|it| {
        object(it, "Service", "web")["spec"]["ports"][0]["targetPort"] = json!("htpp");
    });
    check("service-not-ready-only", &|it| {
        for name in ["web-5d4-a", "web-5d4-b"] {
            object(it, "Pod", name)["status"]["conditions"][0]["status"] = json!("False");
        }
    });
    check("pdb-multiple", &|it| {
        let mut second = object(it, "PodDisruptionBudget", "web").clone();
        second["metadata"]["name"] = json!("all");
        second["spec"]["selector"] = json!({});
        it.push(second);
    });
    check("pdb-no-pods", &|it| {
        object(it, "PodDisruptionBudget", "web")["spec"]["selector"]["matchLabels"]["app"] = json!("wbe");
    });
    check("pdb-unscalable", &|it| {
        // Or it would be told that it counts a pod that another workload has made.
        it.retain(|it| it["kind"] != "HorizontalPodAutoscaler");
        object(it, "PodDisruptionBudget", "web")["spec"] =
            json!({"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}});
        object(it, "Pod", "web-5d4-a")["metadata"]["ownerReferences"] =
            json!([{"kind": "DaemonSet", "name": "web", "uid": "ds", "controller": true}]);
    });
    check("pdb-blocks", &|it| {
        object(it, "PodDisruptionBudget", "web")["spec"]["minAvailable"] = json!("51%");
    });
    check("hpa-overlap", &|it| {
        let mut second = object(it, "HorizontalPodAutoscaler", "web").clone();
        second["metadata"]["name"] = json!("web-two");
        it.push(second);
    });
    check("hpa-foreign-pods", &|it| {
        // Or the Service would be told of, too.
        it.retain(|it| it["kind"] != "Service");
        let mut pod = it.last().unwrap().clone();
        pod["metadata"]["name"] = json!("job-x");
        pod["metadata"]["uid"] = json!("job-x");
        pod["metadata"]["ownerReferences"] =
            json!([{"kind": "Job", "name": "done", "uid": "done", "controller": true}]);
        it.push(pod);
    });
    check("hpa-no-selector", &|it| {
        object(it, "HorizontalPodAutoscaler", "web")["spec"]["scaleTargetRef"]["name"] = json!("wbe");
    });
    check("workload-selector-overlap", &|it| {
        let mut other = object(it, "Deployment", "web").clone();
        other["metadata"]["name"] = json!("web-two");
        other["metadata"]["uid"] = json!("web-two");
        it.push(other);
    });
    check("selector-vs-template", &|it| {
        object(it, "Deployment", "web")["spec"]["selector"]["matchLabels"]["tier"] = json!("front");
    });
    check("selector-unsatisfiable", &|it| {
        it.retain(|it| it["kind"] != "Node");
        let requirement = |operator: &str| json!({"key": "zone", "operator": operator, "values": ["eu"]});
        object(it, "Deployment", "web")["spec"]["template"]["spec"]["affinity"] = json!({"nodeAffinity":
            {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
                {"matchExpressions": [requirement("In"), requirement("NotIn")]}]}}});
    });
    check("orphan-pods", &|it| {
        it.retain(|it| it["kind"] != "HorizontalPodAutoscaler");
        object(it, "Pod", "web-5d4-a")["metadata"]["ownerReferences"] = json!([]);
    });
    let monitor = |it: &mut Vec<Value>, label: &str, selected: &str| {
        object(it, "Service", "web")["metadata"]["labels"] = json!({"app": "web"});
        put(
            it,
            "monitoring.coreos.com/v1",
            "Prometheus",
            "k8s",
            json!({"spec":
            {"serviceMonitorSelector": {"matchLabels": {"release": "x"}}}}),
        );
        put(
            it,
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            "web",
            json!({"spec":
            {"selector": {"matchLabels": {"app": selected}}, "endpoints": [{"targetPort": 80}]}}),
        );
        object(it, "ServiceMonitor", "web")["metadata"]["labels"] = json!({"release": label});
    };
    check("monitor-not-selected", &|it| monitor(it, "y", "web"));
    check("monitor-no-targets", &|it| monitor(it, "x", "wbe"));
    check("netpol-no-pods", &|it| {
        object(it, "NetworkPolicy", "web")["spec"]["podSelector"]["matchLabels"] = json!({"ap": "web"});
    });
    let ingress_from = |it: &mut Vec<Value>, peers: Value| {
        object(it, "NetworkPolicy", "web")["spec"]["ingress"] = json!([{"from": peers}]);
    };
    check("netpol-peer-empty", &|it| {
        ingress_from(it, json!([{"podSelector": {"matchLabels": {"app": "wbe"}}}]));
    });
    check("netpol-and-or", &|it| {
        it.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": {"team": "a"}}}));
        for app in ["web", "db"] {
            it.push(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": app, "namespace": "lab", "labels": {"app": app}},
                "spec": {"hostNetwork": true, "containers": [container()]}}));
        }
        let selected = |name: &str, key: &str, value: &str| json!({name: {"matchLabels": {key: value}}});
        ingress_from(
            it,
            json!([selected("namespaceSelector", "team", "a"), selected("podSelector", "app", "web")]),
        );
    });
    check("coverage", &|it| {
        object(it, "NetworkPolicy", "deny")["spec"]["policyTypes"] = json!(["Ingress"]);
    });
    let spread = |it: &mut Vec<Value>, app: &str, keys: Value| {
        object(it, "Deployment", "web")["spec"]["template"]["spec"]["topologySpreadConstraints"] = json!([
            {"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "matchLabelKeys": keys,
                "labelSelector": {"matchLabels": {"app": app}}}]);
    };
    check("spread-self-mismatch", &|it| spread(it, "wbe", json!(["pod-template-hash"])));
    check("spread-no-revision", &|it| spread(it, "web", json!([])));
    check("subset-no-pods", &|it| {
        put(
            it,
            "networking.istio.io/v1",
            "DestinationRule",
            "web",
            json!({"spec": {"host": "web",
            "subsets": [{"name": "v2", "labels": {"version": "v2"}}]}}),
        );
    });
    check("gateway-no-pods", &|it| {
        put(it, "networking.istio.io/v1", "Gateway", "web", json!({"spec": {"selector": {"app": "wbe"}}}));
        it.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab"}}));
    });
    check("workload-selector-none", &|it| {
        put(
            it,
            "security.istio.io/v1",
            "AuthorizationPolicy",
            "web",
            json!({"spec":
            {"selector": {"matchLabels": {"app": "wbe"}}}}),
        );
    });
    check("broad-by-empty", &|it| {
        put(
            it,
            "admissionregistration.k8s.io/v1",
            "ValidatingWebhookConfiguration",
            "web",
            json!({"webhooks": [
            {"name": "web.example.com", "clientConfig": {"service": {"namespace": "shop", "name": "web"}},
                "rules": [{"apiGroups": ["*"], "operations": ["*"], "resources": ["*"]}]}]}),
        );
    });
    check("unknown-selector-key", &|it| {
        object(it, "NetworkPolicy", "web")["spec"]["podSelector"]["matchLabel"] = json!({"tier": "front"});
    });
    check("pvc-selector-provisioner", &|it| {
        *object(it, "PersistentVolumeClaim", "data") = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data", "namespace": "shop"}, "spec": {"storageClassName": "fast",
                "selector": {"matchLabels": {"disk": "ssd"}}}});
        it.push(
            json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "fast"},
            "provisioner": "ebs.csi.aws.com"}),
        );
    });
    check("volatile-selector-label", &|it| {
        object(it, "PodDisruptionBudget", "web")["spec"]["selector"]["matchLabels"]["pod-template-hash"] =
            json!("5d4");
    });
    check("affinity-no-pods", &|it| {
        object(it, "Node", "node-a")["metadata"]["labels"] = json!({"kubernetes.io/hostname": "node-a"});
        object(it, "Deployment", "web")["spec"]["template"]["spec"]["affinity"] = json!({"podAffinity":
            {"requiredDuringSchedulingIgnoredDuringExecution":
                [{"labelSelector": {"matchLabels": {"app": "db"}}, "topologyKey": "kubernetes.io/hostname"}]}});
    });
    check("node-selector-none", &|it| {
        object(it, "Deployment", "web")["spec"]["template"]["spec"]["nodeSelector"] =
            json!({"beta.kubernetes.io/os": "linux"});
    });
    check("topology-key-absent", &|it| {
        object(it, "Deployment", "web")["spec"]["template"]["spec"]["topologySpreadConstraints"] = json!([
            {"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule",
                "matchLabelKeys": ["pod-template-hash"], "labelSelector": {"matchLabels": {"app": "web"}}}]);
    });
    check("pod-failing", &|it| {
        object(it, "Pod", "web-5d4-a")["status"]["containerStatuses"] =
            json!([{"name": "main", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]);
    });
    check("pod-pending", &|it| {
        object(it, "Pod", "web-5d4-a")["status"] = json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes are available"}]});
    });
    check("node-not-ready", &|it| {
        object(it, "Node", "node-a")["status"]["conditions"][0] =
            json!({"type": "Ready", "status": "Unknown", "reason": "NodeStatusUnknown"});
    });
    check("pvc-unbound", &|it| {
        object(it, "PersistentVolumeClaim", "data")["status"]["phase"] = json!("Pending");
    });
    check("job-failed", &|it| {
        object(it, "Job", "done")["status"]["conditions"][0] =
            json!({"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"});
    });
    check("reference-missing", &|it| {
        put(it, "v1", "ConfigMap", "cfg", json!({}));
        object(it, "Deployment", "web")["spec"]["template"]["spec"]["volumes"] =
            json!([{"configMap": {"name": "cgf"}}]);
    });
    check("hpa-at-maximum", &|it| {
        object(it, "HorizontalPodAutoscaler", "web")["status"]["currentReplicas"] = json!(5);
    });
    check("not-covered-by-limits", &|it| {
        object(it, "Pod", "web-5d4-a")["spec"]["containers"][0]["resources"] = json!({});
    });
    assert_eq!(told.len(), AUDIT_RULES.len(), "each rule has a case");
    insta::assert_snapshot!(told.join("\n"), @r#"
    error service-no-pods Service/web: app=wbe selects 0 of 2 pods in namespace shop; the nearest is Pod shop/web-5d4-a, which has app=web, not app=wbe
    warning service-mixed-owners Service/web: selects pods of 2 workloads: 2 of Deployment/web, 1 of Job/done
    error service-port-unmatched Service/web: 2 of 2 selected pods have no TCP port named "htpp"
    warning service-not-ready-only Service/web: 0 of 2 selected pods are ready: 2 Running
    error pdb-multiple PodDisruptionBudget/web: covers Pod shop/web-5d4-a and 1 more together with PodDisruptionBudget shop/all: a pod under more than one budget cannot be evicted
    warning pdb-no-pods PodDisruptionBudget/web: app=wbe selects 0 of 2 pods in namespace shop; the nearest is Pod shop/web-5d4-a, which has app=web, not app=wbe
    error pdb-unscalable PodDisruptionBudget/web: 1 of 2 selected pods have a controller without a scale (DaemonSet/web): the budget cannot be counted, and allows no disruption
    warning pdb-blocks PodDisruptionBudget/web: minAvailable allows no disruption of the 2 pods to which an autoscaler may bring them down
    error hpa-overlap HorizontalPodAutoscaler/web: scales Deployment shop/web as HorizontalPodAutoscaler shop/web-two does: Pod shop/web-5d4-a and 1 more; since Kubernetes 1.26 both stop scaling (AmbiguousSelector)
    warning hpa-foreign-pods HorizontalPodAutoscaler/web: 1 of 3 pods that Deployment shop/web selects are not its own and distort the average: 1 of Job/done
    error hpa-no-selector HorizontalPodAutoscaler/web: Deployment wbe is not there
    warning workload-selector-overlap Deployment/web: app=web also selects the pods of Deployment shop/web-two
    warning workload-selector-overlap Deployment/web-two: app=web also selects the pods of Deployment shop/web
    error selector-vs-template Deployment/web: the selector asks for tier=front, and the template has no tier
    error selector-unsatisfiable Deployment/web: nothing satisfies both zone in (eu) and zone notin (eu)
    warning orphan-pods Pod/web-5d4-a: has no controller, and the labels that ReplicaSet shop/web-5d4 selects, which adopts it
    error monitor-not-selected ServiceMonitor/web: is picked by no server: Prometheus shop/k8s wants release=x, and this has release=y
    error monitor-no-targets ServiceMonitor/web: app=wbe selects 0 of 1 Services in namespace shop; the nearest is Service shop/web, which has app=web, not app=wbe
    warning netpol-no-pods NetworkPolicy/web: ap=web selects 0 of 2 pods in namespace shop; the nearest is Pod shop/web-5d4-a, which has app=web, not ap=web
    warning netpol-peer-empty NetworkPolicy/web: app=wbe selects 0 of 2 pods in namespace shop; the nearest is Pod shop/web-5d4-a, which has app=web, not app=wbe
    warning netpol-and-or NetworkPolicy/web: two peers: every pod of the namespaces, or app=web in the own one, 4 pods together; one peer with both selectors would allow 1
    info coverage Deployment/web: no NetworkPolicy for egress
    warning spread-self-mismatch Deployment/web: never counts its own pods: it selects app=wbe, and they have app=web
    info spread-no-revision Deployment/web: counts the pods of all revisions, so that a rollout may end uneven: matchLabelKeys has no pod-template-hash
    error subset-no-pods DestinationRule/web: subset v2: Service shop/web has 2 pods, and 0 of them with version=v2
    error gateway-no-pods Gateway/web: app=wbe selects 0 of 2 pods in all namespaces; the nearest is Pod shop/web-5d4-a, which has app=web, not app=wbe
    error workload-selector-none AuthorizationPolicy/web: app=wbe selects 0 of 2 pods in namespace shop; the nearest is Pod shop/web-5d4-a, which has app=web, not app=wbe
    warning broad-by-empty ValidatingWebhookConfiguration/web: webhook web.example.com fails closed for every object, in namespace shop and namespace kube-system too: once none of its pods runs, none can be made
    error unknown-selector-key NetworkPolicy/web: matchLabel is no field of a LabelSelector, and servers drop it or refuse the object; it has matchLabels and matchExpressions
    error pvc-selector-provisioner PersistentVolumeClaim/data: disk=ssd keeps class fast from provisioning: ebs.csi.aws.com makes no volumes for claims with a selector
    warning volatile-selector-label PodDisruptionBudget/web: selects by pod-template-hash=5d4, which changes with each rollout
    error affinity-no-pods Deployment/web: required affinity app=db over kubernetes.io/hostname: no pod on a node matches, nor do its own labels
    error node-selector-none Deployment/web: nodeSelector selects 0 of 1 nodes; no node has beta.kubernetes.io/os, which is kubernetes.io/os now
    warning topology-key-absent Deployment/web: 1 of 1 nodes have no label rack: the pods fit none of these
    error pod-failing Pod/web-5d4-a: is in CrashLoopBackOff
    warning pod-pending Pod/web-5d4-a: is Pending: Unschedulable: 0/1 nodes are available
    error node-not-ready Node/node-a: is not ready: NodeStatusUnknown
    warning pvc-unbound PersistentVolumeClaim/data: is Pending
    warning job-failed Job/done: has failed: BackoffLimitExceeded
    error reference-missing Deployment/web: ConfigMap cgf is not there
    info hpa-at-maximum HorizontalPodAutoscaler/web: runs 5 replicas, its maximum
    info not-covered-by-limits Pod/web-5d4-a: no memory limit: main
    "#);
}

#[test]
fn of_a_pod_that_waits_is_told_which_rule_keeps_it_off_the_nodes() {
    let pending = |selector: Value| {
        let found = with(|it| {
            let pod = object(it, "Pod", "web-5d4-a");
            pod["spec"] = json!({"containers": [container()], "nodeSelector": selector});
            pod["status"] = json!({"phase": "Pending", "conditions": [
                {"type": "PodScheduled", "status": "False", "message": "1 Insufficient cpu"}]});
        });
        let line = found.lines().find(|line| line.starts_with("warning pod-pending "));
        line.unwrap().to_owned()
    };
    insta::assert_snapshot!([pending(json!({"zone": "us"})), pending(json!({"zone": "eu"}))].join("\n"), @"
    warning pod-pending Pod/web-5d4-a: is Pending: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.
    warning pod-pending Pod/web-5d4-a: is Pending: 1 Insufficient cpu
    ");
}

#[test]
fn a_workload_that_selects_the_pods_of_many_is_told_of_once() {
    let set = |name: &str, labels: Value| {
        json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": name, "namespace": "shop"},
            "spec": {"selector": {"matchLabels": {"app": "x"}}, "template": {"metadata": {"labels": labels}}}})
    };
    let labels = |part: &str| json!({"app": "x", "part": part});
    let sets =
        [set("a", labels("a")), set("b", labels("b")), set("c", json!({"app": "x"})), set("b", labels("b"))];
    insta::assert_snapshot!(found(&sets), @"
    warning workload-selector-overlap DaemonSet/a: app=x also selects the pods of DaemonSet shop/b and 1 more; part=a would tell them apart
    warning workload-selector-overlap DaemonSet/b: app=x also selects the pods of DaemonSet shop/a and 1 more; part=b would tell them apart
    warning workload-selector-overlap DaemonSet/c: app=x also selects the pods of DaemonSet shop/a and 1 more
    ");
}

#[test]
fn what_is_missing_for_a_reason_is_no_fault() {
    let silent = |change: &dyn Fn(&mut Vec<Value>)| {
        let found = with(|objects| change(objects));
        let lines = found.lines().filter(|line| !line.starts_with("info coverage "));
        assert_eq!(lines.collect::<Vec<_>>(), [""; 0]);
    };
    // A Service whose addresses somebody writes, or that is a name elsewhere.
    silent(&|it| {
        object(it, "Service", "web")["spec"]["selector"] = json!({"app": "elsewhere"});
        it.push(json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": "web-1", "namespace": "shop", "labels": {"kubernetes.io/service-name": "web"}},
            "endpoints": [{"addresses": ["10.1.1.1"]}]}));
    });
    silent(&|it| {
        object(it, "Service", "web")["spec"] = json!({"type": "ExternalName", "selector": {"app": "x"}});
    });
    silent(&|it| object(it, "Service", "web")["spec"] = json!({"ports": [{"port": 80}]}));
    // The pods of a workload without pods just now.
    silent(&|it| {
        object(it, "Service", "web")["spec"]["selector"] = json!({"app": "nightly"});
        it.push(json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "nightly", "namespace": "shop"},
            "spec": {"jobTemplate": {"spec": {"template": {"metadata": {"labels": {"app": "nightly"}}}}}}}));
    });
    // A Service for each pod of a StatefulSet.
    silent(&|it| {
        object(it, "Service", "web")["spec"] =
            json!({"selector": {"app": "db", "statefulset.kubernetes.io/pod-name": "db-0"}});
        it.push(json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "shop"},
            "spec": {"selector": {"matchLabels": {"app": "db"}}, "template": {"metadata": {"labels": {"app": "db"}}}}}));
    });
    // Pods that no budget is asked about.
    silent(&|it| {
        let mut second = object(it, "PodDisruptionBudget", "web").clone();
        second["metadata"]["name"] = json!("all");
        it.push(second);
        for name in ["web-5d4-a", "web-5d4-b"] {
            object(it, "Pod", name)["metadata"]["deletionTimestamp"] = json!("2026-11-01T00:00:00Z");
            object(it, "Pod", name)["status"]["conditions"][0]["status"] = json!("True");
        }
        object(it, "Service", "web")["spec"]["publishNotReadyAddresses"] = json!(true);
    });
}

#[test]
fn templates_stand_for_pods_in_manifests() {
    let manifests = |selector: Value| {
        let mut objects = healthy();
        objects.retain(|it| !["Pod", "ReplicaSet", "Node"].contains(&it["kind"].as_str().unwrap()));
        object(&mut objects, "Service", "web")["spec"]["selector"] = selector;
        let found = found(&objects);
        found.lines().filter(|line| !line.starts_with("info coverage ")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(manifests(json!({"app": "web"})), "");
    insta::assert_snapshot!(manifests(json!({"app": "wbe"})), @"error service-no-pods Service/web: app=wbe selects no pods of the 2 templates in namespace shop; the nearest is the template of Deployment shop/web, which has app=web, not app=wbe");
    // Something else altogether, which other manifests or an operator may make.
    assert_eq!(manifests(json!({"app": "prometheus"})), "");
}

#[test]
fn a_kind_that_is_not_there_is_no_finding() {
    let mut objects = healthy();
    objects.retain(|it| it["kind"] == "Service" || it["kind"] == "Node");
    let (_, report) = report(&objects);
    assert_eq!(report.findings, []);
    let not_judged: Vec<&str> = report.not_judged.iter().map(|(rule, _)| &**rule).collect();
    assert_eq!(
        not_judged,
        ["service-no-pods", "service-mixed-owners", "service-port-unmatched", "service-not-ready-only"]
    );
}
