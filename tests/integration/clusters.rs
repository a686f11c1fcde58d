//! Inputs with the names of their clusters.

use std::fs;

use insta::assert_snapshot;
use selq::query::{Columns, Context};
use selq::{Dump, Input, Loader, Plan, Query, Scope};

use crate::bundles;
use crate::testenv::TestEnv;

const PROD: &str =
    r#"[{"kind":"Pod","metadata":{"name":"web","namespace":"shop","uid":"1","labels":{"app":"web"}}}]"#;
const NODE: &str = r#"{"kind":"Node","metadata":{"name":"n1","labels":{"zone":"a"}}}"#;

/// The same pod in two clusters, and a node beside them.
fn env() -> TestEnv {
    let env = TestEnv::new();
    env.file("p.json", PROD);
    env.file("q.json", PROD);
    env.file("node.json", NODE);
    env
}

fn dump(inputs: impl IntoIterator<Item = Input>) -> Dump {
    Loader::new().load(inputs).unwrap()
}

fn bytes(name: &str, text: &str) -> Input {
    Input::Bytes { name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

fn count(dump: &Dump, query: &str) -> u64 {
    let (mut columns, context) = (Columns::new(), Context::new());
    let query: Query = query.parse().unwrap();
    columns.read(dump, query.subjects(), &context);
    Plan::query(dump.store(), &columns, &query, &Scope::all(), &context).unwrap().count()
}

#[test]
fn objects_know_their_cluster() {
    let dump = dump([
        bytes("a", PROD).in_cluster("prod"),
        bytes("b", PROD).in_cluster("qa"),
        bytes("c", NODE).in_cluster("prod"),
        bytes("d", NODE),
    ]);
    let clusters: Vec<_> = dump.store().objects().map(|object| dump.cluster(object.id())).collect();
    assert_eq!(clusters, [Some("prod"), Some("qa"), Some("prod"), None]);
    assert_eq!(dump.clusters(), ["prod", "qa"]);
    for (query, n) in [
        ("cluster(prod)", 2),
        ("cluster()!=prod", 2),
        ("cluster(p*,qa)", 3),
        ("cluster() =~ 'q.'", 1),
        ("!cluster(qa), kind(pod)", 1),
        ("cluster(nowhere)", 0),
    ] {
        assert_eq!(count(&dump, query), n, "{query}");
    }
    assert!(Dump::joined([dump.in_cluster("all")]).clusters() == ["all"]);
}

#[test]
fn the_files_of_a_bundle_are_of_its_cluster() {
    let files: Vec<bundles::File> = vec![
        ("a.json".to_owned(), PROD.into()),
        ("b.json".to_owned(), PROD.into()),
        ("n.json".to_owned(), NODE.into()),
    ];
    let tar = |name: &str| Input::Bytes { name: name.to_owned(), bytes: bundles::tar(&files) };
    let dump = dump([tar("p.tar").in_cluster("prod"), tar("q.tar").in_cluster("qa")]);
    // What one archive has twice is one; what two clusters have is two.
    assert_eq!(dump.store().len(), 4);
    assert_eq!([count(&dump, "cluster(prod)"), count(&dump, "cluster(qa)")], [2, 2]);
}

#[test]
fn tables_show_clusters_where_some_have_a_name() {
    let env = env();
    let run = |args: &[&str]| env.out(args);
    let two = ["--cluster", "prod=p.json", "--cluster", "qa=q.json"];
    assert_snapshot!(run(&[&two[..], &["-l", "app=web"]].concat()), @"
    NAMESPACE   NAME   KIND   CLUSTER   SOURCE
    shop        web    Pod    prod      p.json
    shop        web    Pod    qa        q.json
    ");
    assert_snapshot!(run(&[&two[..], &["node.json", "--no-headers"]].concat()), @"
    shop     web   Pod    prod     p.json
    shop     web   Pod    qa       q.json
    <none>   n1    Node   <none>   node.json
    ");
    assert_snapshot!(run(&[&two[..], &["-w", "cluster(qa)", "-o", "csv"]].concat()), @"
    namespace,name,kind,cluster,source
    shop,web,Pod,qa,q.json
    ");
    assert_snapshot!(run(&[&two[..], &["--group-by", "cluster()"]].concat()), @"
    CLUSTER   OBJECTS
    prod      1
    qa        1
    ");
    assert_snapshot!(run(&[&two[..], &["--sort-by", "-cluster()", "-o", "jsonl"]].concat()), @r#"
    {"kind":"Pod","metadata":{"name":"web","namespace":"shop","uid":"1","labels":{"app":"web"}}}
    {"kind":"Pod","metadata":{"name":"web","namespace":"shop","uid":"1","labels":{"app":"web"}}}
    "#);
    assert_snapshot!(run(&[&["ls"][..], &two[..]].concat()), @"
    CLUSTER   SOURCE   KIND   NAMESPACE   OBJECTS
    prod      p.json   Pod    shop        1
    qa        q.json   Pod    shop        1

    KIND   STATUS   OBJECTS
    Pod             2
    ");
    // Formats whose fields are fixed have none more.
    env.file("q.txt", "app=web\n");
    assert_snapshot!(run(&[&two[..], &["--queries", "q.txt", "-o", "jsonl"]].concat()), @r#"{"name":null,"selector":"app=web","count":2,"objects":[{"source":"p.json","index":0,"kind":"Pod","namespace":"shop","name":"web"},{"source":"q.json","index":0,"kind":"Pod","namespace":"shop","name":"web"}]}"#);
    // Without a name nothing is new.
    assert_snapshot!(run(&["-l", "app=web", "p.json", "q.json"]), @"
    NAMESPACE   NAME   KIND   SOURCE
    shop        web    Pod    p.json
    shop        web    Pod    q.json
    ");
}

#[test]
fn one_cluster_may_have_several_inputs_and_standard_input() {
    let env = env();
    let run = env.pipe(
        &["-c", "-w", "cluster(prod)", "--cluster", "prod=-", "--cluster", "prod=node.json", "p.json"],
        PROD.as_bytes(),
    );
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "2\n", ""));
    assert_snapshot!(env.refused(&["--cluster", "a=-", "--cluster", "b=-"]), @"error: `-` is standard input, which can be read only once");
    assert_snapshot!(env.refused(&["--cluster", "a b=p.json"]), @"
    error: invalid value 'a b=p.json' for '--cluster <NAME=PATH>': expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found ' '

    For more information, try '--help'.
    ");
    assert_snapshot!(env.refused(&["--cluster", "=p.json"]), @"
    error: invalid value '=p.json' for '--cluster <NAME=PATH>': expected the name of a cluster before `=`, as `cluster(NAME)` takes it, found nothing

    For more information, try '--help'.
    ");
    assert_snapshot!(env.refused(&["--cluster", "prod", "-l", "app=web", "p.json"]), @"
    error: --cluster names a dump, as NAME=PATH: selq asks no cluster
    help: write `selq -l app=web p.json`
    ");
    assert_snapshot!(env.refused(&["--cluster", "prod=nope.json"]), @"error: nope.json: no such file");
}

#[test]
fn a_cluster_that_is_not_there_is_told() {
    let env = env();
    let said = |args: &[&str]| {
        let run = env.run(args);
        format!("{} {}", run.status, run.err)
    };
    assert_snapshot!(said(&["-c", "-w", "cluster(prod)", "p.json"]), @"1 no cluster() in the only object; --cluster NAME=FILE names that of a file");
    assert_snapshot!(said(&["-c", "-w", "cluster()!=prd", "--cluster", "prod=p.json"]), @r#"0 no cluster "prd" in the only object; did you mean "prod"?"#);
    assert_snapshot!(said(&["-c", "-w", "cluster()", "p.json"]), @"
    2 cluster()
    ^^^^^^^^^
    error: cluster() needs a name
    help: write cluster(prod)
    ");
}

#[test]
fn every_command_takes_clusters() {
    let env = env();
    let two = ["--cluster", "prod=p.json", "--cluster", "qa=q.json"];
    let out = |args: &[&str]| env.out(&[args, &two[..]].concat());
    assert_eq!(out(&["labels", "--key", "cluster()", "-o", "csv"]), "value,objects\nprod,1\nqa,1\n");
    assert!(out(&["explain", "-w", "cluster(qa)"]).contains("cluster(qa)"));
    assert_eq!(out(&["label", "x=y", "-w", "cluster(qa)"]).matches("\"x\"").count(), 1);
    assert_eq!(out(&["watch", "-w", "cluster(qa)"]), "+ q.json: shop pod/web app=web\n");
    let run = env.run(&[&["index"][..], &two].concat());
    assert_eq!((run.status, run.err.lines().count()), (0, 2), "{}", run.err);
    // From the indexes, whose dumps may be of any cluster.
    assert_eq!(out(&["-c", "-w", "cluster(qa)"]), "1\n");
    fs::remove_file(env.path().join("p.json.selq")).unwrap();
    assert_eq!(out(&["-o", "name", "-w", "cluster(prod)"]), "pod/web\n");
}

#[test]
fn a_session_takes_clusters() {
    let env = env();
    let lines = ":files\ncluster(qa)\n:load prod=p.json x=node.json q.json\n:files\ncluster(x)\n:load p.json\napp=web\n";
    let run = env.pipe(&["repl", "--cluster", "prod=p.json", "--cluster", "qa=q.json"], lines.as_bytes());
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @"
    prod=p.json   1
    qa=q.json   1
    NAMESPACE   NAME   KIND   CLUSTER   SOURCE
    shop        web    Pod    qa        q.json
    prod=p.json   1
    x=node.json   1
    q.json   1
    NAMESPACE   NAME   KIND   CLUSTER   SOURCE
    <none>      n1     Node   x         node.json
    NAMESPACE   NAME   KIND
    shop        web    Pod
    ");
}

#[test]
fn an_audit_judges_no_cluster_by_what_another_one_has() {
    let env = TestEnv::new();
    let of = |rest: &str| rest.replace("META", r#""metadata":{"name":"web","namespace":"shop","uid":"u"}"#);
    let holders = [
        r#"{"apiVersion":"v1","kind":"Service",META,"spec":{"selector":{"app":"web"}}}"#,
        r#"{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler",META,"spec":{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"gone"}}}"#,
        r#"{"apiVersion":"v1","kind":"PersistentVolumeClaim",META,"spec":{"storageClassName":"a","selector":{"matchLabels":{"a":"b"}}},"status":{"phase":"Pending"}}"#,
        r#"{"apiVersion":"monitoring.coreos.com/v1","kind":"ServiceMonitor",META,"spec":{"selector":{"matchLabels":{"a":"b"}}}}"#,
    ];
    let others = [
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"db","namespace":"shop","uid":"p"},"status":{"phase":"Running"}}"#,
        r#"{"apiVersion":"apps/v1","kind":"Deployment",META,"spec":{"selector":{"matchLabels":{"app":"db"}},"template":{"metadata":{"labels":{"app":"db"}}}}}"#,
        r#"{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"v"},"spec":{"storageClassName":"a"},"status":{"phase":"Available"}}"#,
        r#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"db","namespace":"shop"},"spec":{}}"#,
    ];
    // The Services are what the monitor of the other cluster would look through.
    let monitor = of(holders[3]);
    env.file("holders.json", of(&holders[..3].join("\n")));
    env.file("monitor.json", monitor);
    env.file("others.json", of(&others.join("\n")));
    let rules = "service-no-pods,hpa-no-selector,pvc-selector-provisioner,monitor-no-targets";
    let n_found = |args: &[&str]| {
        let run = env.run(&[&["audit", "--rule", rules, "-o", "jsonl"], args].concat());
        run.out.lines().count()
    };
    assert_eq!(n_found(&["holders.json", "monitor.json", "others.json"]), 4);
    let apart = ["--cluster", "a=holders.json", "--cluster", "b=others.json", "--cluster", "c=monitor.json"];
    assert_eq!(n_found(&apart), 0);
}
