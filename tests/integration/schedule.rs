//! `selq schedule` as its users run it, and the mistakes about labels that people make most.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::testenv::TestEnv;

fn node(name: &str, labels: Value, spec: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": spec})
}

fn pod(name: &str, labels: Value, spec: Value) -> Value {
    let metadata = json!({"name": name, "namespace": "shop", "labels": labels});
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
}

fn dump(objects: &[Value]) -> String {
    objects.iter().map(|object| format!("{object}\n")).collect()
}

fn with_files(files: &[(&str, &str)]) -> TestEnv {
    let env = TestEnv::new();
    files.iter().for_each(|(name, content)| env.file(name, content));
    env
}

/// What the table says of the pod `new` in a cluster, without what is the same for all.
fn told(objects: &[Value]) -> String {
    let env = with_files(&[("dump.json", &dump(objects))]);
    env.run(&["schedule", "--of", "shop/pod/new", "--fix", "dump.json"]).out
}

const HOST: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

fn host(name: &str, zone: &str) -> Value {
    node(name, json!({HOST: name, ZONE: zone}), json!({}))
}

fn required(side: &str, terms: Value) -> Value {
    json!({"affinity": {side: {"requiredDuringSchedulingIgnoredDuringExecution": terms}}})
}

fn over(key: &str, labels: Value) -> Value {
    json!([{"labelSelector": {"matchLabels": labels}, "topologyKey": key}])
}

fn spread(key: &str, labels: Value) -> Value {
    let constraint = json!({"maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": labels}});
    json!({"topologySpreadConstraints": [constraint]})
}

fn on(node: &str, mut pod: Value) -> Value {
    pod["spec"]["nodeName"] = json!(node);
    pod
}

fn replica(name: &str, node: &str) -> Value {
    on(node, pod(name, json!({"app": "web"}), json!({})))
}

fn tainted(name: &str, key: &str, value: &str, effect: &str) -> Value {
    node(name, json!({HOST: name}), json!({"taints": [{"key": key, "value": value, "effect": effect}]}))
}

/// Each with what has to be said of it, in the order of the list that they come from.
fn mistakes() -> Vec<(&'static str, Vec<Value>, Vec<&'static str>)> {
    let web = || json!({"app": "web"});
    let new = |spec: Value| pod("new", json!({"app": "web"}), spec);
    let terms = |terms: Value| json!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}});
    let expression = |key: &str, operator: &str, values: Value| json!({"key": key, "operator": operator, "values": values});
    let toleration = |key: &str, value: &str, effect: &str| json!({"tolerations": [{"key": key, "operator": "Equal", "value": value, "effect": effect}]});
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": "shop"}, "spec": {"volumeName": "pv"}, "status": {"phase": "Bound"}});
    let volume = |key: &str, value: &str| {
        json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {"nodeAffinity":
            {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression(key, "In", json!([value]))]}]}}}})
    };
    let with_claim =
        || json!({"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]});
    vec![
        (
            "1 a misspelt label",
            vec![
                node("a", json!({"disktype": "ssd"}), json!({})),
                new(json!({"nodeSelector": {"disktyp": "ssd"}})),
            ],
            vec![
                "nodeSelector: disktyp=ssd, node has no disktyp",
                "fix: nodeSelector disktype=ssd instead of disktyp=ssd",
            ],
        ),
        (
            "2 terms are ORed",
            vec![
                host("a", "x"),
                new(terms(json!([
                    {"matchExpressions": [expression(ZONE, "In", json!(["y"]))]},
                    {"matchExpressions": [expression("disk", "Exists", json!([]))]},
                ]))),
            ],
            vec!["term 1: topology.kubernetes.io/zone in (y); term 2: disk"],
        ),
        (
            "3 the control plane's taint",
            vec![tainted("a", "node-role.kubernetes.io/control-plane", "", "NoSchedule"), new(json!({}))],
            vec![
                "taint node-role.kubernetes.io/control-plane:NoSchedule: no toleration has its key",
                "fix: toleration {\"key\":\"node-role.kubernetes.io/control-plane\"",
            ],
        ),
        (
            "4 a toleration of another value",
            vec![tainted("a", "gpu", "true", "NoSchedule"), new(toleration("gpu", "yes", "NoSchedule"))],
            vec!["taint gpu=true:NoSchedule: nearest toleration has key gpu, value \"yes\""],
        ),
        (
            "5 a renamed taint",
            vec![
                tainted("a", "node-role.kubernetes.io/control-plane", "", "NoSchedule"),
                new(toleration("node-role.kubernetes.io/master", "", "NoSchedule")),
            ],
            vec!["taint node-role.kubernetes.io/control-plane:NoSchedule"],
        ),
        (
            "6 a cloud provider that does not come",
            vec![
                tainted("a", "node.cloudprovider.kubernetes.io/uninitialized", "true", "NoSchedule"),
                new(json!({})),
            ],
            vec!["taint node.cloudprovider.kubernetes.io/uninitialized=true:NoSchedule"],
        ),
        (
            "7 not-ready tolerated for NoExecute alone",
            vec![
                tainted("a", "node.kubernetes.io/not-ready", "", "NoSchedule"),
                new(
                    json!({"tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]}),
                ),
            ],
            vec!["nearest toleration has key node.kubernetes.io/not-ready, effect NoExecute"],
        ),
        (
            "8 a cordoned node",
            vec![node("a", json!({}), json!({"unschedulable": true})), new(json!({}))],
            vec!["the node is cordoned"],
        ),
        (
            "9 more replicas than nodes",
            vec![host("a", "x"), replica("web-1", "a"), new(required("podAntiAffinity", over(HOST, web())))],
            vec!["pod shop/web-1 (anti-affinity app=web over kubernetes.io/hostname)"],
        ),
        (
            "10 another pod does not want it near",
            vec![
                host("a", "x"),
                on("a", pod("loner", json!({}), required("podAntiAffinity", over(HOST, web())))),
                new(json!({})),
            ],
            vec!["pod shop/loner (its anti-affinity app=web over kubernetes.io/hostname)"],
        ),
        (
            "11 a pod that is being deleted still counts",
            vec![
                host("a", "x"),
                {
                    let mut leaving = replica("web-1", "a");
                    leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
                    leaving
                },
                new(required("podAntiAffinity", over(HOST, web()))),
            ],
            vec!["pod shop/web-1 (anti-affinity"],
        ),
        (
            "12 the pod to be near is in another namespace",
            vec![
                host("a", "x"),
                {
                    let mut elsewhere = on("a", pod("db", json!({"app": "db"}), json!({})));
                    elsewhere["metadata"]["namespace"] = json!("data");
                    elsewhere
                },
                new(required("podAffinity", over(HOST, json!({"app": "db"})))),
            ],
            vec!["affinity app=db over kubernetes.io/hostname: no pod matches"],
        ),
        (
            "13 nobody is the first",
            vec![host("a", "x"), new(required("podAffinity", over(HOST, json!({"app": "other"}))))],
            vec!["no pod matches, nor does this pod itself"],
        ),
        (
            "14 a topology key that no node has",
            vec![host("a", "x"), new(spread("topology.kubernetes.io/hostname", web()))],
            vec!["no label topology.kubernetes.io/hostname"],
        ),
        (
            "15 a tainted node is an empty domain",
            vec![
                host("a", "x"),
                {
                    let mut tainted = host("b", "y");
                    tainted["spec"]["taints"] = json!([{"key": "gpu", "effect": "NoSchedule"}]);
                    tainted
                },
                replica("web-1", "a"),
                new(spread(ZONE, web())),
            ],
            vec![
                "x: 1 pod, others 0, max skew 1 of app=web",
                "fix: maxSkew 2 over topology.kubernetes.io/zone",
            ],
        ),
        (
            "16 a constraint without selector does nothing",
            vec![host("a", "x"), host("b", "y"), replica("web-1", "a"), {
                let mut constraint = spread(ZONE, web());
                constraint["topologySpreadConstraints"][0]["labelSelector"] = Value::Null;
                new(constraint)
            }],
            vec!["fits 2 of 2 nodes"],
        ),
        (
            "17 pods of the old revision count",
            vec![
                host("a", "x"),
                {
                    let mut cordoned = host("b", "y");
                    cordoned["spec"]["unschedulable"] = json!(true);
                    cordoned
                },
                on("a", pod("old", json!({"app": "web", "pod-template-hash": "1"}), json!({}))),
                new(spread(ZONE, web())),
            ],
            vec!["x: 1 pod, others 0"],
        ),
        (
            "18 a volume in another zone",
            vec![host("a", "x"), claim.clone(), volume(ZONE, "y"), new(with_claim())],
            vec!["claim data: volume pv is at nodes with topology.kubernetes.io/zone in (y)"],
        ),
        (
            "19 the host name is not the node's name",
            vec![
                node("a.example", json!({HOST: "a"}), json!({})),
                claim,
                volume(HOST, "a.example"),
                new(with_claim()),
            ],
            vec!["claim data: volume pv is at nodes with kubernetes.io/hostname in (a.example)"],
        ),
        (
            "20 a label that new nodes do not have",
            vec![
                node("a", json!({"kubernetes.io/arch": "arm64"}), json!({})),
                new(json!({"nodeSelector": {"beta.kubernetes.io/arch": "arm64"}})),
            ],
            vec![
                "fix: nodeSelector kubernetes.io/arch=arm64 instead of beta.kubernetes.io/arch=arm64 (beta.kubernetes.io/arch is now kubernetes.io/arch)",
            ],
        ),
    ]
}

#[test]
fn the_mistakes_that_people_make_are_named() {
    for (mistake, objects, expected) in mistakes() {
        let told = told(&objects);
        expected.iter().for_each(|it| assert!(told.contains(it), "{mistake}: no {it:?} in\n{told}"));
    }
}

fn cluster() -> String {
    let mut waiting =
        pod("web-2", json!({"app": "web"}), required("podAntiAffinity", over(HOST, json!({"app": "web"}))));
    waiting["status"] = json!({"conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message":
        "0/3 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 2 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."}]});
    let web = |name: &str, node: &str| replica(name, node);
    let mut gpu = host("n3", "b");
    gpu["spec"]["taints"] = json!([{"key": "gpu", "value": "true", "effect": "NoSchedule"}]);
    dump(&[host("n1", "a"), host("n2", "a"), gpu, web("web-0", "n1"), web("web-1", "n2"), waiting])
}

#[test]
fn a_pod_that_waits_is_told_with_all_reasons_and_the_schedulers_own_words() {
    let env = with_files(&[("dump.json", &cluster())]);
    let output = env.run(&["schedule", "--fix", "dump.json"]);
    assert_eq!(output.status, 1);
    assert_snapshot!(output.out, @r#"
    pod shop/web-2 fits 0 of 3 nodes
      FITS   NODES    RULE               CAUSE
      no     n1, n2   InterPodAffinity   pod shop/web-0 or pod shop/web-1 (anti-affinity app=web over kubernetes.io/hostname)
      no     n3       TaintToleration    taint gpu=true:NoSchedule: no toleration has its key
      scheduler: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules.
      in the dump: 0/3 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 2 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.
      both agree
      fix: toleration {"key":"gpu","operator":"Equal","value":"true","effect":"NoSchedule"} → fits n3
      fix: no anti-affinity app=web over kubernetes.io/hostname → fits n1, n2
    "#);
    assert_snapshot!(output.err, @r#"
    not judged: resources, ports, volumes beyond the nodes and zones that they name, other plugins
    "#);
}

#[test]
fn what_is_not_judged_is_said_where_it_matters() {
    let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "shop"},
        "spec": {"template": {"spec": {}}, "volumeClaimTemplates": [{"metadata": {"name": "data"}}]}});
    let replicas = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "tmp", "namespace": "shop"},
        "spec": {"template": {"spec": {"volumes": [{"name": "tmp", "ephemeral": {"volumeClaimTemplate": {}}}]}}}});
    let new = pod("new", json!({}), json!({}));
    let env = with_files(&[("dump.json", &dump(&[host("a", "x"), host("b", "x"), new, set, replicas]))]);
    let told = |of: &str, output: &str| env.run(&["schedule", "--of", of, "-o", output, "dump.json"]).err;
    let (made, scores) = ("which are made with the pods", "not in the scores");
    assert!(!told("shop/pod/new", "table").contains(made));
    assert!(told("shop/statefulset/db", "table").contains(made));
    assert!(told("shop/replicaset/tmp", "table").contains(made));
    assert!(!told("shop/pod/new", "table").contains(scores));
    assert!(told("shop/pod/new", "jsonl").contains(scores));
}

#[test]
fn namespaces_that_only_scores_ask_for_are_missed_where_scores_are_printed() {
    let near = json!({"weight": 1, "podAffinityTerm": {"labelSelector": {}, "namespaceSelector": {"matchLabels": {"team": "a"}},
        "topologyKey": HOST}});
    let mut liking = pod("liking", json!({}), json!({"nodeName": "a"}));
    liking["spec"]["affinity"] =
        json!({"podAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [near]}});
    let nodes = [host("a", "x"), host("b", "x")];
    let files = [
        ("asked.json", dump(&[&nodes[..], &[liking.clone(), pod("new", json!({}), json!({}))]].concat())),
        ("none.json", dump(&[&nodes[..], &[liking]].concat())),
    ];
    let env = with_files(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
    let is_missed = |file: &str, output: &str| {
        env.run(&["schedule", "-o", output, file]).err.contains("the input has no Namespace")
    };
    assert!(is_missed("asked.json", "jsonl"));
    assert!(!is_missed("asked.json", "table"));
    assert!(!is_missed("none.json", "jsonl"));
}

#[test]
fn a_session_tells_where_a_pod_may_run() {
    let env = with_files(&[("dump.json", &cluster())]);
    let lines = ":schedule pod/web-2\nkind(pod)\n:schedule 1\n:schedule node/n1\n:schedule nope\n:schedule\n";
    let run = env.pipe(&["repl", "dump.json"], lines.as_bytes());
    assert_eq!(run.status, 2);
    let told = env.run(&["schedule", "--fix", "dump.json"]);
    // The same as the program says, with what is not judged behind it.
    let told = format!("{}{}", told.out, told.err);
    assert!(run.out.starts_with(&told), "{}\n{told}", run.out);
    assert_snapshot!(&run.out[told.len()..], @r"
    NAMESPACE   NAME    KIND
    shop        web-0   Pod
    shop        web-1   Pod
    shop        web-2   Pod
    pod shop/web-0 fits 2 of 3 nodes
      FITS   NODES    RULE              CAUSE
      yes    n1, n2
      no     n3       TaintToleration   taint gpu=true:NoSchedule: no toleration has its key
    not judged: resources, ports, volumes beyond the nodes and zones that they name, other plugins
    ");
    assert_snapshot!(run.err, @r#"
    error: expected a pod, or a workload that makes some, found Node of no namespace
    error: no object "nope" in 6 objects
    error: expected OBJECT: `:schedule OBJECT`
    "#);
}

#[test]
fn room_that_was_made_for_a_pod_is_its_own() {
    let with_priority = |priority: i32, mut pod: Value| {
        pod["spec"]["priority"] = json!(priority);
        pod
    };
    let mut nominated = with_priority(10, pod("waits", json!({"app": "web"}), json!({})));
    nominated["status"] = json!({"nominatedNodeName": "a"});
    let web = || json!({"app": "web"});
    let hosts = || vec![host("a", "x"), host("b", "y"), nominated.clone()];
    let asked = |priority: i32, spec: Value| {
        let new = with_priority(priority, pod("new", web(), spec));
        told(&hosts().into_iter().chain([new]).collect::<Vec<_>>())
    };
    let apart = || required("podAntiAffinity", over(HOST, web()));
    assert_snapshot!(asked(10, apart()), @r"
    pod shop/new fits 1 of 2 nodes
      FITS   NODES   RULE               CAUSE
      yes    b
      no     a       InterPodAffinity   nominated pod shop/waits (anti-affinity app=web over kubernetes.io/hostname)
    ");
    assert!(asked(9, apart()).contains("fits 1 of 2 nodes"));
    // It makes way for whoever is more important.
    assert!(asked(11, apart()).contains("fits 2 of 2 nodes"));
    let spread = asked(0, spread(ZONE, web()));
    assert!(spread.contains("x: 1 pod, 1 of them nominated for this node, others 0, max skew 1"), "{spread}");
}

#[test]
fn programs_get_a_line_a_pod() {
    let env = with_files(&[("dump.json", &cluster())]);
    let output = env.run(&["schedule", "-o", "jsonl", "--of", "shop/pod/web-0", "dump.json"]);
    assert_eq!(output.status, 0);
    let line: Value = serde_json::from_str(&output.out).unwrap();
    let keys: Vec<&String> = line.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["error", "message", "nodes", "pod"]);
    // It does not keep itself off, and its like does not want it.
    assert_eq!(
        line["nodes"][0],
        json!({"name": "n1", "fits": true, "reasons": [], "scores":
        {"NodeAffinity": 0, "TaintToleration": 100, "InterPodAffinity": 0, "PodTopologySpread": 0}})
    );
    assert_eq!(line["nodes"][2]["reasons"][0]["reason"], "node(s) had untolerated taint {gpu: true}");
}

#[test]
fn templates_are_completed_and_manifests_are_taken_as_they_stand() {
    let manifest = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: agent}\nspec:\n  template:\n    metadata: {labels: {app: agent}}\n    spec: {}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: one}\nspec: {}\n";
    let cordoned = node("n1", json!({}), json!({"unschedulable": true}));
    let env = with_files(&[("dump.json", &dump(&[cordoned])), ("manifest.yaml", manifest)]);
    let output = env.run(&["schedule", "--manifest", "manifest.yaml", "dump.json"]);
    assert_snapshot!(output.out, @r#"
    a new pod of default/agent fits 1 of 1 node
      FITS   NODES   RULE   CAUSE
      yes    n1
      completed: DaemonSet controller: label controller-revision-hash with a value that no pod has yet
      completed: DaemonSet controller: tolerations of not-ready, unreachable, pressure and cordoned nodes, and a pod for each node that then fits

    pod default/one fits 0 of 1 node
      FITS   NODES   RULE                CAUSE
      no     n1      NodeUnschedulable   the node is cordoned (.spec.unschedulable)
      scheduler: 0/1 nodes are available: 1 node(s) were unschedulable.
    "#);
}

#[test]
fn a_workload_is_a_line_of_the_summary() {
    let env = with_files(&[("dump.json", &cluster())]);
    let args = ["schedule", "--summary", "-w", "kind(pod)", "--without", "name(n2)", "dump.json"];
    let output = env.run(&args);
    assert_snapshot!(output.out, @r#"
    NAMESPACE   WORKLOAD    PODS   NOWHERE   NODES   BINDING
    shop        Pod/web-2   1      1         0       TaintToleration
    shop        Pod/web-0   1      0         1       TaintToleration
    shop        Pod/web-1   1      0         1       TaintToleration
    "#);
}

#[test]
fn what_is_no_pod_is_said() {
    let env = with_files(&[
        ("dump.json", &cluster()),
        ("none.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: x}\n"),
    ]);
    let stderr = |args: &[&str]| env.run(args).err;
    assert_snapshot!(stderr(&["schedule", "--of", "shop/pod/web-9", "dump.json"]), @r#"
    error: no object "shop/pod/web-9" in 6 objects; did you mean "pod/web-0"?
    "#);
    assert_snapshot!(stderr(&["schedule", "--manifest", "none.yaml", "dump.json"]), @r#"
    error: the manifests hold 1 object, and no pod or workload
    "#);
    assert_snapshot!(stderr(&["schedule", "--without", "name(", "dump.json"]), @r#"
    name(
         ^
    error: expected a value or ")", found the end of the text
    help: close the list with ")"
    "#);
}
