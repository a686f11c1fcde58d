//! `selq links` and the functions that ask other objects, as their users see them.

use crate::testenv::TestEnv;

const CLUSTER: &str = r#"
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","labels":{"team":"a"}}}
{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1","labels":{"zone":"eu"}}}
{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop","uid":"d1"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}}}}}
{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web-5d","namespace":"shop","uid":"r1","ownerReferences":[{"uid":"d1","kind":"Deployment","name":"web","controller":true}]},"spec":{"selector":{"matchLabels":{"app":"web","h":"5d"}}}}
{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","namespace":"shop","uid":"p1","labels":{"app":"web","h":"5d"},"ownerReferences":[{"uid":"r1","kind":"ReplicaSet","name":"web-5d","controller":true}]},"spec":{"nodeName":"n1","containers":[{"name":"c","envFrom":[{"configMapRef":{"name":"cfg"}}]}]}}
{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"}}}
{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cfg","namespace":"shop"}}
{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"np","namespace":"lab"},"spec":{"podSelector":{},"ingress":[{"from":[{"podSelector":{},"namespaceSelector":{"matchLabels":{"team":"a"}}}]}]}}
{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"web","namespace":"shop"},"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}
{"apiVersion":"monitoring.coreos.com/v1","kind":"Prometheus","metadata":{"name":"k8s","namespace":"mon"},"spec":{"serviceMonitorSelector":{},"serviceMonitorNamespaceSelector":{}}}
{"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor","metadata":{"name":"all","namespace":"mon"},"spec":{"selector":{},"namespaceSelector":{"any":true}}}
"#;

fn env() -> TestEnv {
    let env = TestEnv::new();
    env.file("c.json", CLUSTER);
    env
}

#[test]
fn links_are_lines_and_a_link_is_one_of_five() {
    insta::assert_snapshot!(env().out(&["links", "c.json"]), @r#"
    FROM                                           RELATION   TO                                             AT                                                 SELECTOR
    shop/deployment.apps/web                       selects    shop/pod/web-0                                 .spec.selector                                     app=web
    shop/replicaset.apps/web-5d                    selects    shop/pod/web-0                                 .spec.selector                                     app=web,h=5d
    shop/service/web                               selects    shop/pod/web-0                                 .spec.selector                                     app=web
    mon/prometheus.monitoring.coreos.com/k8s       selects    mon/servicemonitor.monitoring.coreos.com/all   .spec.serviceMonitorSelector                       ""
    mon/servicemonitor.monitoring.coreos.com/all   selects    shop/service/web                               .spec.selector                                     ""
    lab/networkpolicy.networking.k8s.io/np         mentions   shop/pod/web-0                                 .spec.ingress[0].from[0]                           within(team=a)
    shop/deployment.apps/web                       owns       shop/replicaset.apps/web-5d                    .metadata.ownerReferences[0]                       <none>
    shop/replicaset.apps/web-5d                    owns       shop/pod/web-0                                 .metadata.ownerReferences[0]                       <none>
    node/n1                                        runs       shop/pod/web-0                                 .spec.nodeName                                     <none>
    shop/pod/web-0                                 uses       shop/configmap/cfg                             .spec.containers[0].envFrom[0].configMapRef.name   <none>
    shop/horizontalpodautoscaler.autoscaling/web   uses       shop/deployment.apps/web                       .spec.scaleTargetRef                               <none>
    "#);
}

#[test]
fn a_tree_has_what_leads_to_an_object_and_what_follows_from_that() {
    let env = env();
    insta::assert_snapshot!(env.out(&["links", "-o", "tree", "--of", "pod/web-0", "c.json"]), @"
    shop/pod/web-0
    ├─ leads to
    │  └─ uses  .spec.containers[0].envFrom[0].configMapRef.name
    │     └─ shop/configmap/cfg
    └─ is led to by
       ├─ shop/deployment.apps/web  selects it  .spec.selector  app=web
       ├─ shop/replicaset.apps/web-5d  selects it  .spec.selector  app=web,h=5d
       ├─ shop/service/web  selects it  .spec.selector  app=web
       ├─ lab/networkpolicy.networking.k8s.io/np  mentions it  .spec.ingress[0].from[0]  within(team=a)
       ├─ shop/replicaset.apps/web-5d  owns it  .metadata.ownerReferences[0]
       ├─ node/n1  runs it  .spec.nodeName
       ├─ via shop/deployment.apps/web
       │  └─ shop/horizontalpodautoscaler.autoscaling/web
       ├─ via shop/service/web
       │  └─ mon/servicemonitor.monitoring.coreos.com/all
       └─ via mon/servicemonitor.monitoring.coreos.com/all → shop/service/web
          └─ mon/prometheus.monitoring.coreos.com/k8s
    ");
    insta::assert_snapshot!(env.out(&["links", "-o", "tree", "--of", "mon/prometheus/k8s", "c.json"]), @"
    mon/prometheus.monitoring.coreos.com/k8s
    └─ leads to
       ├─ selects  .spec.serviceMonitorSelector  (everything)
       │  └─ mon/servicemonitor.monitoring.coreos.com/all
       ├─ via mon/servicemonitor.monitoring.coreos.com/all
       │  └─ shop/service/web
       └─ via mon/servicemonitor.monitoring.coreos.com/all → shop/service/web
          └─ shop/pod/web-0
    ");
}

#[test]
fn a_pod_that_answers_is_an_endpoint_of_its_service() {
    let env = TestEnv::new();
    env.file(
        "e.json",
        r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"name":"web","port":80,"targetPort":"http"}]}}
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","labels":{"app":"web"}},"spec":{"containers":[{"ports":[{"name":"http","containerPort":8080}]}]},"status":{"podIP":"10.0.0.1","conditions":[{"type":"Ready","status":"True"}]}}"#,
    );
    let line = env.out(&["links", "-o", "jsonl", "e.json"]);
    let (_, endpoint) = line.split_once("\"endpoint\":").unwrap();
    assert_eq!(
        endpoint,
        "{\"ready\":true,\"serving\":true,\"terminating\":false,\"ports\":[{\"name\":\"web\",\"port\":8080}]}}\n"
    );
}

#[test]
fn clusters_have_no_links_to_each_other() {
    let env = env();
    let n_links = |args: &[&str]| env.out(&[&["links", "-o", "jsonl"], args].concat()).lines().count();
    let n_of_one = n_links(&["c.json"]);
    assert_eq!(n_links(&["--cluster", "a=c.json", "--cluster", "b=c.json"]), 2 * n_of_one);
    assert_eq!(n_links(&["--cluster", "a=c.json", "c.json"]), 2 * n_of_one);
    let count = |query: &str| env.out(&["-c", "-w", query, "--cluster", "a=c.json", "--cluster", "b=c.json"]);
    assert_eq!(count("kind(pod), count(selected-by())=3"), "2\n");
    let none = env.run(&[
        "-c",
        "-w",
        "kind(pod), owned-by(cluster(a)), cluster(b)",
        "--cluster",
        "a=c.json",
        "--cluster",
        "b=c.json",
    ]);
    assert_eq!(none.out, "0\n");
}

#[test]
fn a_line_of_json_is_a_link() {
    let env = env();
    let args = ["links", "--of", "svc/web", "--relation", "selects,owns", "-o", "jsonl", "c.json"];
    insta::assert_snapshot!(env.out(&args), @r#"
    {"relation":"selects","from":{"source":"c.json","index":5,"kind":"Service","namespace":"shop","name":"web"},"to":{"source":"c.json","index":4,"kind":"Pod","namespace":"shop","name":"web-0"},"at":".spec.selector","selector":"app=web","endpoint":null}
    {"relation":"selects","from":{"source":"c.json","index":10,"kind":"ServiceMonitor","namespace":"mon","name":"all"},"to":{"source":"c.json","index":5,"kind":"Service","namespace":"shop","name":"web"},"at":".spec.selector","selector":""}
    "#);
    let args = ["links", "-w", "kind(netpol)", "-o", "jsonl", "c.json"];
    insta::assert_snapshot!(env.out(&args), @r#"{"relation":"mentions","from":{"source":"c.json","index":7,"kind":"NetworkPolicy","namespace":"lab","name":"np"},"to":{"source":"c.json","index":4,"kind":"Pod","namespace":"shop","name":"web-0"},"at":".spec.ingress[0].from[0]","selector":"within(team=a)"}"#);
    insta::assert_snapshot!(env.out(&["links", "--of", "cm/cfg", "-o", "dot", "c.json"]), @r#"
    digraph links {
      rankdir=LR;
      node [shape=box];
      n4 [label="shop/pod/web-0"];
      n6 [label="shop/configmap/cfg"];
      n4 -> n6 [label="uses"];
    }
    "#);
}

#[test]
fn what_is_not_there_is_told_and_the_status_is_that_of_grep() {
    let env = env();
    let told = |args: &[&str]| {
        let run = env.run(&[&["links"], args, &["c.json"]].concat());
        format!("{} {}{}", run.status, run.out, run.err)
    };
    insta::assert_snapshot!(told(&["--of", "shop/pod/web-1"]), @r#"1 no object "shop/pod/web-1" in 11 objects; did you mean "pod/web-0"?"#);
    insta::assert_snapshot!(told(&["--of", "web"]), @r#"2 error: "web" names no object: write KIND/NAME or NS/KIND/NAME, such as shop/svc/web"#);
    insta::assert_snapshot!(told(&["--of", "cm/cfg", "--relation", "owns"]), @"1 no links of the object");
    insta::assert_snapshot!(told(&["-w", "kind(pod),nope"]), @r#"1 no label "nope" in 11 objects"#);
    env.file("mine.places", "Tower.x.io | .spec.s | label | Pod | own | none | all | selects | - | d");
    insta::assert_snapshot!(told(&["--places", "mine.places"]), @r#"
    2 error: mine.places: line 1: "label" is nothing that the column "form" may hold
    help: write one of map, labels, text, nodes, node-labels, term, topology, peer, affinity, name, ref
    "#);
    insta::assert_snapshot!(told(&["--relation", "holds"]).lines().take(2).collect::<Vec<_>>().join("|"), @"2 error: invalid value 'holds' for '--relation <RELATION,…>'|  [possible values: selects, mentions, owns, runs, uses]");
}

#[test]
fn places_of_ones_own_count_for_links_and_queries() {
    let env = env();
    env.file("mine.places", "Tower.x.io | .spec.s | labels | Pod | all | none | all | selects | - | d");
    env.file("t.json", r#"{"apiVersion":"x.io/v1","kind":"Tower","metadata":{"name":"t"},"spec":{"s":{}}}"#);
    let args =
        ["links", "-w", "selects(app=web),!kind(prometheus)", "-k", "tower", "--places", "mine.places"];
    let run = env.run(&[&args[..], &["t.json", "c.json"]].concat());
    assert_eq!(
        run.out.lines().nth(1),
        Some("tower.x.io/t   selects    shop/pod/web-0   .spec.s   \"\""),
        "{run:?}"
    );
    let run = env.run(&["links", "-k", "tower", "t.json", "c.json"]);
    assert_eq!((run.status, run.err.as_str()), (1, "no links of the object\n"));
}

#[test]
fn a_query_that_asks_others_is_answered_whole_and_explained() {
    let env = env();
    let names = |query: &str| env.out(&["-w", query, "-o", "name", "c.json"]).replace('\n', " ");
    assert_eq!(names("selected-by(kind(svc)), node(zone)=eu, ns(team)=a"), "pod/web-0 ");
    assert_eq!(names("workload(Deployment/web)"), "replicaset.apps/web-5d pod/web-0 ");
    // What narrows the answer does not narrow what it asks.
    assert_eq!(env.out(&["-w", "runs(app=web)", "-k", "node", "-o", "name", "c.json"]), "node/n1\n");
    assert_eq!(env.out(&["-c", "-n", "shop", "-w", "owns()", "c.json"]), "2\n");
    let explained = env.out(&["explain", "-w", "kind(svc),selects(app=web || runs-on(zone=eu))", "c.json"]);
    let stages: Vec<&str> = explained.split("executed").next().unwrap().lines().collect();
    let stages: Vec<&str> = stages.into_iter().filter(|line| !line.contains("the objects")).collect();
    insta::assert_snapshot!(stages.join("\n"), @r#"
    parsed
      and
      ├─ kind(svc)
      └─ selects(app=web || runs-on(zone=eu))

    optimized
                              estimated
      intersect                       0
      ├─ kind Service v1              1
      └─ selects                      2
         └─ union                     1
            ├─ app=web                1
            └─ runs-on                0
               └─ zone=eu             1
    "#);
}

#[test]
fn what_other_objects_say_can_be_shown_sorted_and_counted() {
    let env = env();
    let args = ["-k", "pod,svc,node", "-L", "workload(),node(zone),count(selects()),ns(team)", "c.json"];
    insta::assert_snapshot!(env.out(&args), @"
    NAMESPACE   NAME    KIND      WORKLOAD         NODE(ZONE)   COUNT(SELECTS())   NS(TEAM)
    <none>      n1      Node      <none>           <none>       0                  <none>
    shop        web-0   Pod       Deployment/web   eu           0                  a
    shop        web     Service   <none>           <none>       1                  a
    ");
    let args =
        ["-l", "app=web", "-L", "node(name())", "--sort-by", "-count(owned-by())", "-o", "csv", "c.json"];
    insta::assert_snapshot!(env.out(&args), @"
    namespace,name,kind,node(name())
    shop,web-0,Pod,node/n1
    ");
    insta::assert_snapshot!(env.out(&["--group-by", "workload()", "-k", "pod,rs", "c.json"]), @"
    WORKLOAD         OBJECTS
    Deployment/web   2
    ");
    let run = env.pipe(&["repl", "c.json"], b":labels node(zone)\n:labels workload()\n");
    insta::assert_snapshot!(run.out, @"
    VALUE   OBJECTS
    eu      1
    VALUE            OBJECTS
    Deployment/web   2
    ");
}

#[test]
fn kinds_that_the_input_lacks_are_told() {
    let env = env();
    let told = |query: &str, file: &str| env.run(&["-w", query, "-c", file]).err;
    env.file("pod.json", r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","labels":{"pod-template-hash":"5d"},
        "ownerReferences":[{"kind":"ReplicaSet","name":"web-5d","uid":"u","controller":true}]},"spec":{"nodeName":"n1"}}"#);
    insta::assert_snapshot!(told("runs-on(zone=eu)", "pod.json"), @r#"
    no label "zone" in the only object
    no Node in the only object, so that runs() leads to none
    "#);
    insta::assert_snapshot!(told("!within(team=a)", "pod.json"), @r#"
    no label "team" in the only object
    no Namespace in the only object, so that within() leads to none
    "#);
    insta::assert_snapshot!(told("workload(Deployment/web)", "pod.json"), @"workload() of 1 object is told by a pod-template-hash alone: the ReplicaSets are not in the input");
    env.file(
        "svc.json",
        r#"{"kind":"Service","apiVersion":"v1","metadata":{"name":"a"},"spec":{"selector":{"a":"b"}}}"#,
    );
    insta::assert_snapshot!(told("!selects()", "svc.json"), @"no Pod in the only object, so that selects() leads to none");
}

#[test]
fn a_file_of_queries_is_told_once_of_a_kind_that_the_input_lacks() {
    let env = env();
    env.file(
        "pod.json",
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"nodeName":"n1"}}"#,
    );
    env.file("q.jsonl", "{\"where\":\"!runs-on()\"}\n{\"where\":\"kind(pod),!runs-on(name(n1))\"}\n");
    let run = env.run(&["--queries", "q.jsonl", "-c", "pod.json"]);
    insta::assert_snapshot!(format!("{}{}", run.out, run.err), @r#"
    1	!runs-on()
    1	kind(pod),!runs-on(name(n1))
    warning: q.jsonl:1: no Node in the only object, so that runs() leads to none
    warning: q.jsonl:2: no object has name()="n1"
    "#);
}

#[test]
fn endpoint_slices_of_another_moment_are_told_as_that() {
    let env = TestEnv::new();
    let pod = |name: &str, ready: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"shop","labels":{{"app":"web"}}}},"status":{{"phase":"Running","podIP":"10.0.0.1","conditions":[{{"type":"Ready","status":"{ready}"}}]}}}}"#
        )
    };
    let endpoint = |name: &str, ready: bool| {
        format!(
            r#"{{"addresses":["10.0.0.1"],"conditions":{{"ready":{ready}}},"targetRef":{{"kind":"Pod","namespace":"shop","name":"{name}"}}}}"#
        )
    };
    let endpoints = [endpoint("web-0", true), endpoint("web-1", true), endpoint("web-9", true)].join(",");
    let slice = format!(
        r#"{{"apiVersion":"discovery.k8s.io/v1","kind":"EndpointSlice","metadata":{{"name":"web-x","namespace":"shop","labels":{{"kubernetes.io/service-name":"web"}}}},"endpoints":[{endpoints}]}}"#
    );
    let service = r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"shop"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}"#;
    let pods = [pod("web-0", "True"), pod("web-1", "False"), pod("web-2", "True")].join("\n");
    env.file("e.json", format!("{pods}\n{slice}\n{service}"));
    let run = env.run(&["links", "-o", "tree", "--of", "svc/web", "e.json"]);
    insta::assert_snapshot!(format!("{}{}", run.out, run.err), @"
    shop/service/web
    ├─ leads to
    │  ├─ selects  .spec.selector  app=web
    │  │  ├─ shop/pod/web-0  ready
    │  │  ├─ shop/pod/web-1  not ready
    │  │  └─ shop/pod/web-2  ready
    │  ├─ via shop/endpointslice.discovery.k8s.io/web-x
    │  │  ├─ shop/pod/web-0  ready
    │  │  ├─ shop/pod/web-1  ready, and by what the pod says not ready
    │  │  └─ web-9  ready, and not in the input
    │  └─ in no EndpointSlice
    │     └─ shop/pod/web-2  ready by what the pod says
    └─ is led to by
       └─ shop/endpointslice.discovery.k8s.io/web-x  uses it  .metadata.labels['kubernetes.io/service-name']
    EndpointSlices say otherwise than the pods of 2 of 4 endpoints: a dump is seldom of one moment
    ");
    // Slices name pods too, of which nothing is to be said that is said of Services.
    let of_pod = env.run(&["links", "-o", "tree", "--of", "pod/web-0", "e.json"]);
    assert!(of_pod.out.contains("uses it  .endpoints[0].targetRef"), "{}", of_pod.out);
    assert!(!of_pod.out.contains("via") && !of_pod.out.contains("what the pod says"), "{}", of_pod.out);
    assert_eq!(of_pod.err, "");
}

#[test]
fn a_stream_refuses_what_asks_other_objects() {
    let run = env().pipe(&["watch", "-w", "runs-on(zone=eu)"], b"");
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.err, @"error: runs-on() asks other objects, which takes a dump of all of them");
}

#[test]
fn no_call_of_kubectl_leaves_out_what_a_query_asks_of_others() {
    let run = env().run(&["parse", "-w", "kind(pod),runs-on(gpu=true)", "--as-commands"]);
    assert_eq!(run.out, "kubectl get KIND -A -o json | selq -w 'kind(pod),runs-on(gpu=true)'\n");
    let refused = env().refused(&["index", "--field", "workload()", "c.json"]);
    insta::assert_snapshot!(refused, @"error: workload() is in every index, or none can keep it: --field takes fields such as .status.phase and functions such as status()");
}

#[test]
fn a_session_shows_links() {
    let out = env().pipe(&["repl", "c.json"], b"").out;
    assert_eq!(out, "");
    let run = env().pipe(&["repl", "c.json"], b"selected-by(kind(svc))\n:links pod/web-0\n:links nope\n");
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.out, @"
    NAMESPACE   NAME    KIND
    shop        web-0   Pod
    shop/pod/web-0
    ├─ leads to
    │  └─ uses  .spec.containers[0].envFrom[0].configMapRef.name
    │     └─ shop/configmap/cfg
    └─ is led to by
       ├─ shop/deployment.apps/web  selects it  .spec.selector  app=web
       ├─ shop/replicaset.apps/web-5d  selects it  .spec.selector  app=web,h=5d
       ├─ shop/service/web  selects it  .spec.selector  app=web
       ├─ lab/networkpolicy.networking.k8s.io/np  mentions it  .spec.ingress[0].from[0]  within(team=a)
       ├─ shop/replicaset.apps/web-5d  owns it  .metadata.ownerReferences[0]
       ├─ node/n1  runs it  .spec.nodeName
       ├─ via shop/deployment.apps/web
       │  └─ shop/horizontalpodautoscaler.autoscaling/web
       ├─ via shop/service/web
       │  └─ mon/servicemonitor.monitoring.coreos.com/all
       └─ via mon/servicemonitor.monitoring.coreos.com/all → shop/service/web
          └─ mon/prometheus.monitoring.coreos.com/k8s
    ");
    assert!(run.err.contains("no object \"nope\""), "{}", run.err);
    // As trees and `--of` name it, and with what comes nearest where that is not there.
    let by_name = |name: &str| env().pipe(&["repl", "c.json"], format!(":links {name}\n").as_bytes());
    let tree = by_name("pod/web-0").out;
    for name in ["shop/pod/web-0", "shop/po/web-0", "web-0"] {
        assert_eq!(by_name(name).out, tree, "{name}");
    }
    for name in ["lab/pod/web-0", "shop/pod/wbe-0"] {
        assert!(by_name(name).err.contains("no object"), "{name}");
    }
    assert!(by_name("shop/pod/wbe-0").err.contains("pod/web-0"));
}
