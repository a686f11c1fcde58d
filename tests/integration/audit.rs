//! The audit: a fault for each rule, planted in a cluster in which there is none, and what is no fault.

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
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-a", "uid": "n"},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]}}),
        workload("Deployment", "web", json!([])),
        workload("ReplicaSet", "web-5d4", owner("Deployment", "web")),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]}}),
        json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "deny", "namespace": "shop"},
            "spec": {"podSelector": {}}}),
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"podSelector": {"matchLabels": {"app": "web"}}}}),
        json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "shop"},
            "status": {"phase": "Bound"}}),
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "done", "namespace": "shop", "uid": "done"},
            "spec": {"template": {"metadata": {"labels": {"job": "done"}}}},
            "status": {"conditions": [{"type": "Complete", "status": "True"}]}}),
        json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
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
        for line in lines.lines() {
            assert!(line.split(' ').nth(1) == Some(rule), "{rule}: {line}");
        }
        assert!(!lines.is_empty(), "{rule} finds nothing");
        told.push(lines);
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
        object(it, "PodDisruptionBudget", "web")["spec"] =
            json!({"maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}});
        object(it, "Pod", "web-5d4-a")["metadata"]["ownerReferences"] =
            json!([{"kind": "DaemonSet", "name": "web", "uid": "ds", "controller": true}]);
    });
    check("pdb-blocks", &|it| {
        object(it, "PodDisruptionBudget", "web")["spec"]["minAvailable"] = json!("51%");
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
    check("orphan-pods", &|it| object(it, "Pod", "web-5d4-a")["metadata"]["ownerReferences"] = json!([]));
    check("netpol-no-pods", &|it| {
        object(it, "NetworkPolicy", "web")["spec"]["podSelector"]["matchLabels"] = json!({"ap": "web"});
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
    error service-port-unmatched Service/web: 2 of 2 selected pods have no port named "htpp"
    warning service-not-ready-only Service/web: 0 of 2 selected pods are ready: 2 Running
    error pdb-multiple PodDisruptionBudget/web: covers Pod shop/web-5d4-a and 1 more together with PodDisruptionBudget shop/all: a pod under more than one budget cannot be evicted
    warning pdb-no-pods PodDisruptionBudget/web: app=wbe selects 0 of 2 pods in namespace shop; the nearest is Pod shop/web-5d4-a, which has app=web, not app=wbe
    error pdb-unscalable PodDisruptionBudget/web: 1 of 2 selected pods have a controller without a scale (DaemonSet/web): the budget cannot be counted, and allows no disruption
    warning pdb-blocks PodDisruptionBudget/web: minAvailable allows no disruption of the 2 pods that are to be there
    warning workload-selector-overlap Deployment/web: app=web also selects the pods of Deployment shop/web-two
    warning workload-selector-overlap Deployment/web-two: app=web also selects the pods of Deployment shop/web
    error selector-vs-template Deployment/web: the selector asks for tier=front, and the template has no tier
    warning orphan-pods Pod/web-5d4-a: has no controller, and the labels that ReplicaSet shop/web-5d4 selects, which adopts it
    warning netpol-no-pods NetworkPolicy/web: ap=web selects 0 of 2 pods in namespace shop; the nearest is Pod shop/web-5d4-a, which has app=web, not ap=web
    error pod-failing Pod/web-5d4-a: is in CrashLoopBackOff
    warning pod-pending Pod/web-5d4-a: is Pending: Unschedulable: 0/1 nodes are available
    error node-not-ready Node/node-a: is not ready: NodeStatusUnknown
    warning pvc-unbound PersistentVolumeClaim/data: is Pending
    warning job-failed Job/done: has failed: BackoffLimitExceeded
    info hpa-at-maximum HorizontalPodAutoscaler/web: runs 5 replicas, its maximum
    info not-covered-by-limits Pod/web-5d4-a: no memory limit: main
    "#);
}

#[test]
fn what_is_missing_for_a_reason_is_no_fault() {
    let silent = |change: &dyn Fn(&mut Vec<Value>)| assert_eq!(with(|objects| change(objects)), "");
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
        found(&objects)
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
    let not_judged: Vec<&str> = report.not_judged.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(
        not_judged,
        ["service-no-pods", "service-mixed-owners", "service-port-unmatched", "service-not-ready-only"]
    );
}
