//! `-o kubectl`, `-o kubectl-wide`, `-o custom-columns` and `-o records`: how the program lays out what kubectl shows.

use insta::assert_snapshot;

use crate::conformance_selector::lines;
use crate::testenv::TestEnv;

/// One object of each kind that has a table of its own, and of one that has none.
const OBJECTS: &str = include_str!("../data/tables.yaml");
const NOW: [&str; 2] = ["--now", "2026-11-03T00:00:00Z"];

fn env() -> TestEnv {
    let env = TestEnv::new();
    env.file("all.yaml", OBJECTS);
    env
}

fn table(args: &[&str]) -> String {
    let args: Vec<&str> = args.iter().chain(&NOW).chain(&["all.yaml"]).copied().collect();
    env().out(&args)
}

#[test]
fn every_kind_has_its_table() {
    assert_snapshot!(table(&["-o", "kubectl"]), @"
    NAMESPACE   NAME        READY   STATUS                  RESTARTS     AGE
    shop        pod/web-0   2/3     Running                 3 (6h ago)   2d
    batch       pod/job-x   0/1     Init:CrashLoopBackOff   3            367d

    NAMESPACE   NAME          TYPE           CLUSTER-IP   EXTERNAL-IP                         PORT(S)                AGE
    shop        service/web   LoadBalancer   10.96.0.1    192.0.2.1,b.example.com,192.0.2.9   80/TCP,443:30443/TCP   2m

    NAME      STATUS                     ROLES            AGE    VERSION
    node/n1   Ready,SchedulingDisabled   control,worker   2y1d   v1.34.1

    NAME             STATUS   AGE
    namespace/shop   Active   0s

    NAMESPACE   NAME                 DATA   AGE
    shop        configmap/settings   3      <unknown>

    NAMESPACE   NAME              TYPE     DATA   AGE
    shop        secret/password   Opaque   2      4d

    NAMESPACE   NAME                     SECRETS   AGE
    shop        serviceaccount/default   1         4d

    NAMESPACE   NAME            ENDPOINTS                                           AGE
    shop        endpoints/web   10.0.0.7:80,[fd00::7]:80,10.0.0.7:443 + 2 more...   4d

    NAME                      CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM       STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
    persistentvolume/disk-1   1Gi        RWO,RWX        Retain           Bound    shop/data   old            <unset>                          4d

    NAMESPACE   NAME                         STATUS        VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
    shop        persistentvolumeclaim/data   Terminating   disk-1   1e9        RWOP           fast           <unset>                 4d

    NAME                                         PROVISIONER       RECLAIMPOLICY   VOLUMEBINDINGMODE   ALLOWVOLUMEEXPANSION   AGE
    storageclass.storage.k8s.io/fast (default)   csi.example.com   Delete          Immediate           true                   4d

    NAMESPACE   NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
    shop        deployment.apps/web   2/3     3            2           4d

    NAMESPACE   NAME                        DESIRED   CURRENT   READY   AGE
    shop        replicaset.apps/web-7d4b9   3         3         2       4d

    NAMESPACE   NAME                  READY   AGE
    shop        statefulset.apps/db   0/1     4d

    NAMESPACE   NAME                   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE
    shop        daemonset.apps/agent   5         4         3       2            1           os=linux        4d

    NAMESPACE   NAME               STATUS     COMPLETIONS   DURATION   AGE
    batch       job.batch/import   Complete   1/1 of 3      2m5s       24h

    NAMESPACE   NAME                    SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
    batch       cronjob.batch/nightly   0 3 * * *   <none>     False     1        21h             4d

    NAMESPACE   NAME                             MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
    shop        poddisruptionbudget.policy/web   50%             N/A               1                     4d

    NAMESPACE   NAME                                  POD-SELECTOR   AGE
    shop        networkpolicy.networking.k8s.io/web   app=web        4d

    NAMESPACE   NAME                            CLASS   HOSTS                                                   ADDRESS     PORTS     AGE
    shop        ingress.networking.k8s.io/web   nginx   a.example.com,b.example.com,c.example.com + 2 more...   192.0.2.1   80, 443   4d

    NAMESPACE   NAME                                      REFERENCE        TARGETS                             MINPODS   MAXPODS   REPLICAS   AGE
    shop        horizontalpodautoscaler.autoscaling/web   Deployment/web   cpu: 10%/80%, 500m/1k + 1 more...   2         9         3          4d

    NAMESPACE   NAME                                      REFERENCE        TARGETS        MINPODS   MAXPODS   REPLICAS   AGE
    shop        horizontalpodautoscaler.autoscaling/old   Deployment/web   cpu: 90%/80%   <unset>   9         3          4d

    NAMESPACE   NAME                        AGE
    shop        replicationcontroller/old   4d

    NAME                   AGE
    widget.example.com/w   4d
    ");
    assert_snapshot!(table(&["-o", "kubectl-wide"]), @"
    NAMESPACE   NAME        READY   STATUS                  RESTARTS     AGE    IP         NODE     NOMINATED NODE   READINESS GATES
    shop        pod/web-0   2/3     Running                 3 (6h ago)   2d     10.0.0.7   n1       <none>           1/2
    batch       pod/job-x   0/1     Init:CrashLoopBackOff   3            367d   <none>     <none>   <none>           <none>

    NAMESPACE   NAME          TYPE           CLUSTER-IP   EXTERNAL-IP                         PORT(S)                AGE   SELECTOR
    shop        service/web   LoadBalancer   10.96.0.1    192.0.2.1,b.example.com,192.0.2.9   80/TCP,443:30443/TCP   2m    app-b=x,app=web

    NAME      STATUS                     ROLES            AGE    VERSION   INTERNAL-IP   EXTERNAL-IP   OS-IMAGE   KERNEL-VERSION   CONTAINER-RUNTIME
    node/n1   Ready,SchedulingDisabled   control,worker   2y1d   v1.34.1   10.1.0.1      <none>        Debian     <unknown>        containerd://2.0

    NAME             STATUS   AGE
    namespace/shop   Active   0s

    NAMESPACE   NAME                 DATA   AGE
    shop        configmap/settings   3      <unknown>

    NAMESPACE   NAME              TYPE     DATA   AGE
    shop        secret/password   Opaque   2      4d

    NAMESPACE   NAME                     SECRETS   AGE
    shop        serviceaccount/default   1         4d

    NAMESPACE   NAME            ENDPOINTS                                           AGE
    shop        endpoints/web   10.0.0.7:80,[fd00::7]:80,10.0.0.7:443 + 2 more...   4d

    NAME                      CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM       STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE   VOLUMEMODE
    persistentvolume/disk-1   1Gi        RWO,RWX        Retain           Bound    shop/data   old            <unset>                          4d    Filesystem

    NAMESPACE   NAME                         STATUS        VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE   VOLUMEMODE
    shop        persistentvolumeclaim/data   Terminating   disk-1   1e9        RWOP           fast           <unset>                 4d    Block

    NAME                                         PROVISIONER       RECLAIMPOLICY   VOLUMEBINDINGMODE   ALLOWVOLUMEEXPANSION   AGE
    storageclass.storage.k8s.io/fast (default)   csi.example.com   Delete          Immediate           true                   4d

    NAMESPACE   NAME                  READY   UP-TO-DATE   AVAILABLE   AGE   CONTAINERS   IMAGES               SELECTOR
    shop        deployment.apps/web   2/3     3            2           4d    a,b          nginx:1.25,busybox   app=web,tier in (a,b)

    NAMESPACE   NAME                        DESIRED   CURRENT   READY   AGE   CONTAINERS   IMAGES       SELECTOR
    shop        replicaset.apps/web-7d4b9   3         3         2       4d    a            nginx:1.25   <none>

    NAMESPACE   NAME                  READY   AGE   CONTAINERS   IMAGES
    shop        statefulset.apps/db   0/1     4d    db           postgres

    NAMESPACE   NAME                   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR   AGE   CONTAINERS   IMAGES   SELECTOR
    shop        daemonset.apps/agent   5         4         3       2            1           os=linux        4d    agent        agent    <error>

    NAMESPACE   NAME               STATUS     COMPLETIONS   DURATION   AGE   CONTAINERS   IMAGES     SELECTOR
    batch       job.batch/import   Complete   1/1 of 3      2m5s       24h   a            importer   job=import

    NAMESPACE   NAME                    SCHEDULE    TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE   CONTAINERS   IMAGES   SELECTOR
    batch       cronjob.batch/nightly   0 3 * * *   <none>     False     1        21h             4d    a            job      <none>

    NAMESPACE   NAME                             MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
    shop        poddisruptionbudget.policy/web   50%             N/A               1                     4d

    NAMESPACE   NAME                                  POD-SELECTOR   AGE
    shop        networkpolicy.networking.k8s.io/web   app=web        4d

    NAMESPACE   NAME                            CLASS   HOSTS                                                   ADDRESS     PORTS     AGE
    shop        ingress.networking.k8s.io/web   nginx   a.example.com,b.example.com,c.example.com + 2 more...   192.0.2.1   80, 443   4d

    NAMESPACE   NAME                                      REFERENCE        TARGETS                             MINPODS   MAXPODS   REPLICAS   AGE
    shop        horizontalpodautoscaler.autoscaling/web   Deployment/web   cpu: 10%/80%, 500m/1k + 1 more...   2         9         3          4d

    NAMESPACE   NAME                                      REFERENCE        TARGETS        MINPODS   MAXPODS   REPLICAS   AGE
    shop        horizontalpodautoscaler.autoscaling/old   Deployment/web   cpu: 90%/80%   <unset>   9         3          4d

    NAMESPACE   NAME                        AGE
    shop        replicationcontroller/old   4d

    NAME                   AGE
    widget.example.com/w   4d
    ");
}

#[test]
fn one_kind_has_no_prefix_and_one_namespace_no_column() {
    assert_snapshot!(table(&["-o", "kubectl", "-k", "po"]), @"
    NAMESPACE   NAME    READY   STATUS                  RESTARTS     AGE
    shop        web-0   2/3     Running                 3 (6h ago)   2d
    batch       job-x   0/1     Init:CrashLoopBackOff   3            367d
    ");
    assert_snapshot!(table(&["-o", "kubectl", "-k", "po", "-n", "shop"]), @"
    NAME    READY   STATUS    RESTARTS     AGE
    web-0   2/3     Running   3 (6h ago)   2d
    ");
    assert_snapshot!(table(&["-o", "kubectl", "-k", "no"]), @"
    NAME   STATUS                     ROLES            AGE    VERSION
    n1     Ready,SchedulingDisabled   control,worker   2y1d   v1.34.1
    ");
    assert_snapshot!(table(&["-o", "kubectl", "-k", "cm,secrets", "--no-headers"]), @"
    shop   configmap/settings   3     <unknown>
    shop   secret/password   Opaque   2     4d
    ");
}

/// Who asks kubectl for several kinds sees which each object is of, though there may be none of the others.
#[test]
fn several_kinds_are_named_where_they_were_asked_for() {
    let names = |args: &[&str]| -> Vec<String> {
        let rows = table(&[args, &["-o", "kubectl", "-n", "shop", "--no-headers"]].concat());
        rows.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["-k", "po,svc", "-w", "name(web-0)"]), ["pod/web-0"]);
    assert_eq!(names(&["-k", "po,pods,Pod"]), ["web-0"]);
    assert_eq!(names(&["-k", "cm", "-k", "hpa", "-w", "name(settings)"]), ["configmap/settings"]);
    assert_eq!(names(&["-w", "kind(po,cronjob)"]), ["web-0"]);
}

#[test]
fn other_columns_stand_behind_those_of_kubectl() {
    assert_snapshot!(table(&["-o", "kubectl", "-k", "po,svc", "-L", "app,b", "-L", "qos()", "--show-labels"]), @"
    NAMESPACE   NAME        READY   STATUS                  RESTARTS     AGE    APP   B     QOS          LABELS
    shop        pod/web-0   2/3     Running                 3 (6h ago)   2d     web         BestEffort   app=web,b=
    batch       pod/job-x   0/1     Init:CrashLoopBackOff   3            367d               BestEffort   <none>

    NAMESPACE   NAME          TYPE           CLUSTER-IP   EXTERNAL-IP                         PORT(S)                AGE   APP   B     QOS      LABELS
    shop        service/web   LoadBalancer   10.96.0.1    192.0.2.1,b.example.com,192.0.2.9   80/TCP,443:30443/TCP   2m                <none>   <none>
    ");
    assert_snapshot!(table(&["-o", "kubectl", "-k", "po", "--sort-by", "-restarts()", "--limit", "1"]), @"
    NAMESPACE   NAME    READY   STATUS    RESTARTS     AGE
    shop        web-0   2/3     Running   3 (6h ago)   2d
    ");
}

#[test]
fn items_of_a_list_have_its_kind() {
    let env = TestEnv::new();
    let list = r#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"},"status":{"phase":"Pending"}}]}"#;
    env.file("list.json", list);
    assert_snapshot!(env.out(&["-o", "kubectl", "list.json"]), @"
    NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE
                a      0/0     Pending   0          <unknown>
    ");
    assert_snapshot!(env.out(&["ls", "list.json"]), @"
    SOURCE      KIND   NAMESPACE   OBJECTS
    list.json   Pod    <none>      1

    KIND   STATUS    OBJECTS
    Pod    Pending   1
    ");
    env.file("odd.json", r#"{"a":1}{"metadata":{"name":"x"}}"#);
    assert_snapshot!(env.out(&["-o", "kubectl", "odd.json"]), @"
    NAME       AGE
    object/0   <unknown>
    x          <unknown>
    ");
}

/// What Kubernetes' own printer makes of an object.
#[test]
fn tables_are_laid_out_as_kubectl_lays_them_out() {
    let env = TestEnv::new();
    let mut n_compared = 0;
    for line in lines("columns.jsonl").unwrap_or_default().iter().step_by(40) {
        let expect = line.get("expect_raw").unwrap_or(&line["expect"]);
        env.file("one.json", line["object"].to_string());
        // No age is known at the time of the answers: what is not known is compared with what is not.
        for (format, name) in [("kubectl", "text"), ("kubectl-wide", "text_wide")] {
            let expected = expect[name].as_str().unwrap();
            if expected.contains("<age>") {
                continue;
            }
            let namespace = line["object"]["metadata"]["namespace"].as_str();
            let mut args = vec!["-o", format, "one.json"];
            args.extend(namespace.into_iter().flat_map(|it| ["-n", it]));
            let run = env.run(&args);
            // `N (… ago)` is left out of the answers.
            if !run.out.contains(" ago)") && namespace.is_some() {
                assert_eq!(run.out, expected, "{line}");
                n_compared += 1;
            }
        }
    }
    println!("{n_compared} tables");
}

/// Cells with what steers a terminal, or begins another cell, are written as Kubernetes' own printer writes them.
#[test]
fn odd_cells_are_laid_out_as_kubectl_lays_them_out() {
    let env = TestEnv::new();
    let mut n_compared = 0;
    for mut line in lines("columns.jsonl").unwrap_or_default() {
        let cells = line["expect"]["cells"].as_array().unwrap();
        let is_odd =
            cells.iter().any(|cell| cell.as_str().is_some_and(|it| it.contains(['\t', '\u{1b}', '\n'])));
        if !is_odd || line["expect"]["restarts_has_ago"] == true {
            continue;
        }
        // The age, which the answers leave out, stands in the last column and moves nothing there.
        let expect = line.get("expect_raw").unwrap_or(&line["expect"]);
        let expected = expect["text"].as_str().unwrap().replace("<age>", "<unknown>");
        line["object"]["metadata"].as_object_mut().unwrap().remove("creationTimestamp");
        env.file("one.json", line["object"].to_string());
        let namespace = line["object"]["metadata"]["namespace"].as_str();
        let mut args = vec!["-o", "kubectl", "one.json"];
        args.extend(namespace.into_iter().flat_map(|it| ["-n", it]));
        let run = env.run(&args);
        let is_whole = namespace.is_some() || !run.out.starts_with("NAMESPACE");
        assert!(!is_whole || run.out == expected, "{}\n{expected}{}", line["id"], run.out);
        n_compared += usize::from(is_whole);
    }
    println!("{n_compared} tables");
}

/// Rows with tabs among rows without: what is behind the last column moves nothing in the others.
#[test]
fn a_tab_begins_another_cell() {
    let env = TestEnv::new();
    let pod = |name: &str, reason: &str| {
        let status = serde_json::json!({"reason": reason});
        serde_json::json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "x"}, "status": status}).to_string()
    };
    env.file("pods.ndjson", [pod("a", "one\ttwo\t3"), pod("bcdefg", "\u{1b}[31mred")].join("\n"));
    assert_snapshot!(env.out(&["-o", "kubectl", "-n", "x", "pods.ndjson"]), @"
    NAME     READY   STATUS      RESTARTS   AGE
    a        0/0     one         two        3     0     <unknown>
    bcdefg   0/0     ^[[31mred   0          <unknown>
    ");
}

#[test]
fn custom_columns_are_those_of_kubectl_and_of_queries() {
    let custom = |columns: &str| table(&["-k", "po", "-o", &format!("custom-columns={columns}")]);
    assert_snapshot!(custom("NAME:.metadata.name,Image:.spec.containers[*].image,labels:.metadata.labels,X:.no.thing"), @"
    NAME    Image                labels            X
    web-0   nginx:1.25,busybox   map[app:web b:]   <none>
    job-x   <none>               <none>            <none>
    ");
    assert_snapshot!(custom("A:metadata.name,B:{.status.phase},C:status(),D:.spec.containers[.name=a].image,E:age(),F:.spec.containers.image"), @"
    A       B         C                       D            E      F
    web-0   Running   Running                 nginx:1.25   2d     nginx:1.25,busybox
    job-x   Pending   Init:CrashLoopBackOff   <none>       367d   <none>
    ");
    assert_snapshot!(table(&["-k", "no", "--no-headers", "-o", "custom-columns=N:.metadata.name"]), @"n1");
    let env = env();
    let long = "x".repeat(300);
    env.file("long.json", format!(r#"{{"a":{long:?},"b":1}}{{"a":2,"b":3}}"#));
    let expected = format!("A{}   B\n{long}   1\n2{}   3\n", " ".repeat(299), " ".repeat(299));
    assert_eq!(env.out(&["-o", "custom-columns=A:.a,B:.b", "long.json"]), expected);
    let wrong = ["custom-columns", "custom-columns=", "custom-columns=NAME", "custom-columns=A:.a["];
    let faults = wrong.map(|format| env.refused(&["-o", format, "all.yaml"]));
    assert_snapshot!(faults.join("\n"), @r#"
    error: expected custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status(), found no columns

    error: expected custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status(), found no columns

    error: expected HEAD:PATH, found "NAME": custom-columns=HEAD:PATH,…, such as custom-columns=NAME:.metadata.name,STATUS:status()

    .a[
       ^
    error: expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text
    "#);
}

#[test]
fn records_are_flat_lines() {
    let record = |args: &[&str]| table(&[&["-o", "records"], args].concat());
    assert_snapshot!(record(&["-k", "po", "-n", "shop", "-L", "app,b,status(),.spec.nodeName"]), @r#"{"source":"all.yaml","index":0,"group":"","kind":"Pod","namespace":"shop","name":"web-0","uid":null,"labels":{"app":"web","b":""},"app":"web","b":"","status()":"Running",".spec.nodeName":"n1"}"#);
    let env = TestEnv::new();
    env.file("odd.json", r#"{"apiVersion":"apps/v1","x":1,"metadata":{"labels":{"a":"1","a":"2"}}}"#);
    assert_snapshot!(env.out(&["-o", "records", "odd.json"]), @r#"{"source":"odd.json","index":0,"group":"apps","kind":null,"namespace":null,"name":null,"uid":null,"labels":{"a":"2"}}"#);
    assert_snapshot!(env.refused(&["-o", "records", "-L", "name", "odd.json"]), @r#"error: a record has the member "name" already: -L 'label(name)' is the label of that name"#);
    assert_snapshot!(env.refused(&["-o", "records", "-L", "a", "-L", "a", "odd.json"]), @"error: -L names a twice, and a record has one member of a name");
    assert_snapshot!(env.out(&["-o", "records", "-L", "label(name)", "odd.json"]), @r#"{"source":"odd.json","index":0,"group":"apps","kind":null,"namespace":null,"name":null,"uid":null,"labels":{"a":"2"},"label(name)":null}"#);
}

/// What comes bit by bit keeps the text of what matches, in every format that shows it.
#[test]
fn long_pipes_are_shown_whole() {
    let env = TestEnv::new();
    let pad = "x".repeat(1000);
    let pods: String = (0..20_000)
        .map(|n| {
            format!(
                "{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"p{n}\",\"labels\":{{\"n\":\"{n}\"}}}},\"status\":{{\"phase\":\"Failed\"}},\"pad\":\"{pad}\"}}\n"
            )
        })
        .collect();
    for (format, expected) in [
        ("yaml", "phase: Failed"),
        ("kubectl", "Failed"),
        ("custom-columns=X:.status.phase", "Failed"),
        ("records", "\"n\":\"17\""),
    ] {
        let run = env.pipe(&["-l", "n=17", "-o", format], pods.as_bytes());
        assert!(run.out.contains(expected), "{format}: {}", run.out);
    }
}
