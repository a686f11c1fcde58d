//! Labels, fields and functions as columns, orders and groups of the program.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use insta::assert_snapshot;

use crate::testenv::TestEnv;

/// Pods of which one has two containers and one has none of anything, in a list that says their kind last.
const FLEET: &str = r#"{"items":[
    {"metadata":{"name":"a","namespace":"x","labels":{"app":"web","os/arch":"arm"},"creationTimestamp":"2026-11-01T00:00:00Z"},
     "spec":{"nodeName":"n1","containers":[{"name":"c","image":"web:1","resources":{"requests":{"cpu":"100m","memory":"1Gi"}}},
        {"name":"s","image":"side,car","resources":{"requests":{"cpu":"0.4"}}}]},
     "status":{"phase":"Running","containerStatuses":[{"name":"c","restartCount":10,"state":{"running":{}}}]}},
    {"metadata":{"name":"b","namespace":"x","labels":{"app":"web"},"creationTimestamp":"2026-10-01T00:00:00Z"},
     "spec":{"nodeName":"","containers":[{"name":"c","image":"web:1","resources":{"requests":{"cpu":"1"}}}]},
     "status":{"phase":"Pending","containerStatuses":[{"name":"c","restartCount":9,"state":{"waiting":{"reason":"ErrImagePull"}}}]}},
    {}], "kind":"PodList","apiVersion":"v1"}"#;
const NOW: [&str; 2] = ["--now", "2026-11-03"];

fn env() -> TestEnv {
    let env = TestEnv::new();
    env.file("fleet.json", FLEET);
    env
}

#[test]
fn columns_are_labels_fields_and_functions() {
    let columns = "app,os/arch,.spec.nodeName,'status()',..image,age()".replace('\'', "");
    let args =
        [&NOW[..], &["-L", &columns, "-L", ".spec.containers[.name=s,.image].name", "fleet.json"]].concat();
    assert_snapshot!(env().out(&args), @"
    NAMESPACE   NAME       KIND   APP      ARCH     NODENAME   STATUS         IMAGE            AGE      NAME
    x           a          Pod    web      arm      n1         Running        web:1,side,car   2d       s
    x           b          Pod    web      <none>              ErrImagePull   web:1            33d      <none>
    <none>      object/2   Pod    <none>   <none>   <none>                    <none>           <none>   <none>
    ");
    let csv = [
        &NOW[..],
        &[
            "-o",
            "csv",
            "-L",
            "age(.metadata.creationTimestamp),.spec.containers.image,.metadata.labels",
            "fleet.json",
        ],
    ]
    .concat();
    assert_snapshot!(env().out(&csv), @r#"
    namespace,name,kind,age(.metadata.creationTimestamp),.spec.containers.image,.metadata.labels
    x,a,Pod,2d,"web:1,side,car","{""app"":""web"",""os/arch"":""arm""}"
    x,b,Pod,33d,web:1,"{""app"":""web""}"
    ,,Pod,,,
    "#);
}

/// Only what matches is kept where objects are looked at as they come; what is shown must not depend on it.
#[test]
fn columns_are_the_same_however_the_answer_is_found() {
    let env = env();
    for selection in [&["-l", "app"][..], &["-w", ".status.phase=Pending"], &["-w", "status(Err*)"]] {
        for now in [&NOW[..], &["--now", "dump"]] {
            for order in
                [&["--sort-by", "-restarts()"][..], &["--sort-by", "kind()", "--sort-by", "label(app)"]]
            {
                let columns = ["-L", "kind(),status(),age(),label('os/arch'),requests(cpu)", "fleet.json"];
                let args = [selection, now, order, &columns].concat();
                let loaded = env.run(&[&args[..], &["--stats"]].concat());
                assert_eq!(env.run(&args).out, loaded.out, "{args:?}");
                assert_ne!(loaded.out, "", "{args:?}");
            }
        }
    }
}

#[test]
fn rows_are_sorted_by_several_keys_in_either_direction() {
    let env = env();
    let names = |keys: &[&str]| {
        let by = keys.iter().flat_map(|key| ["--sort-by", key]);
        let args: Vec<&str> = ["-o", "name"].into_iter().chain(by).chain(["fleet.json"]).collect();
        env.out(&args).replace("pod/", "").replace("object/", "").replace('\n', " ")
    };
    // A pod without any status has not restarted.
    assert_eq!(names(&["restarts()"]), "2 b a ");
    assert_eq!(names(&["-restarts()"]), "a b 2 ");
    assert_eq!(names(&["requests(cpu)"]), "a b 2 ");
    assert_eq!(names(&["age()"]), "a b 2 ");
    assert_eq!(names(&[".metadata.creationTimestamp"]), "b a 2 ");
    assert_eq!(names(&["app", "-.metadata.name"]), "b a 2 ");
    assert_eq!(names(&["app", "-{.metadata.name}"]), "b a 2 ");
    assert_eq!(names(&[".spec.nodeName"]), "b a 2 ");
}

#[test]
fn what_no_object_has_is_told() {
    let env = env();
    let run =
        env.run(&["-l", "app", "-L", "status,.status.phaze,ap", "--sort-by", ".spec.nam", "fleet.json"]);
    assert_snapshot!(run.err, @r#"
    no object has .spec.nam to sort by
    none of these objects has .status.phaze
    no label "status" in 3 objects; the function is status()
    no label "ap" in 3 objects; did you mean "app"?
    "#);
    assert_snapshot!(env.run(&["--sort-by", "age", "fleet.json"]).err, @r#"no object has the label "age" to sort by; the function is age()"#);
}

#[test]
fn what_is_no_subject_is_refused_with_its_place() {
    let env = env();
    assert_snapshot!(env.refused(&["-L", "app,.a[.b=1", "fleet.json"]), @r#"
    .a[.b=1
           ^
    error: expected ",", "&&", "||" or "]", found the end of the text
    "#);
    assert_snapshot!(env.refused(&["-L", "status(Running)", "fleet.json"]), @"
    status(Running)
    ^^^^^^^^^^^^^^^
    error: status(Running) says which values are wanted
    help: write status()
    help: it is a query, which -w takes
    ");
    assert_snapshot!(env.refused(&["--sort-by", "restart()", "fleet.json"]), @r#"
    restart()
    ^^^^^^^
    error: there is no function "restart"
    help: did you mean restarts()?
    "#);
    assert_snapshot!(env.refused(&["-L", ".a .b", "fleet.json"]), @r#"
    .a .b
       ^^
    error: expected nothing behind the key, field or function, found ".b"
    "#);
}

#[test]
fn objects_are_counted_by_their_values_and_amounts_summed_up() {
    let env = env();
    let sums = ["--sum", "requests(cpu),requests(memory)", "--sum", "restarts()", "fleet.json"];
    assert_snapshot!(env.out(&[&["--group-by", "app"][..], &sums].concat()), @"
    APP      OBJECTS   SUM(REQUESTS(CPU))   SUM(REQUESTS(MEMORY))   SUM(RESTARTS)
    web      2         1500m                1Gi                     19
    <none>   1         <none>               <none>                  0
    ");
    let jsonl = ["--group-by", "..image,.spec.nodeName", "-o", "jsonl", "fleet.json"];
    assert_snapshot!(env.out(&jsonl), @r#"
    {"..image":"side,car",".spec.nodeName":"n1","objects":1}
    {"..image":"web:1",".spec.nodeName":"","objects":1}
    {"..image":"web:1",".spec.nodeName":"n1","objects":1}
    {"..image":null,".spec.nodeName":null,"objects":1}
    "#);
    assert_snapshot!(env.out(&["--group-by", "os/arch,status()", "-o", "csv", "fleet.json"]), @"
    os/arch,status(),objects
    arm,Running,1
    ,,1
    ,ErrImagePull,1
    ");
    assert_snapshot!(env.out(&["--sum", "requests(cpu)", "-o", "tsv", "fleet.json"]), @"
    objects	sum(requests(cpu))
    3	1500m
    ");
    let first = ["--group-by", "label('os/arch')", "--limit", "1", "--no-headers", "-o", "csv", "fleet.json"];
    assert_eq!(env.out(&first), ",2\n");
    assert_eq!(env.run(&["--group-by", "app", "-l", "nope", "fleet.json"]).status, 1);
}

#[test]
fn what_is_in_no_group_or_sum_is_told() {
    let env = env();
    env.file("odd.json", r#"{"n":"1e100","m":[1,"x",{}]} {"n":"1n"} {"n":1,"l":[1,2]}"#);
    let run = env.run(&["--group-by", ".nope,ap", "--sum", ".n,.m[*],.o", "odd.json"]);
    assert_snapshot!(run.out + &run.err, @r#"
    NOPE     AP       OBJECTS   SUM(N)   SUM(M[*])   SUM(O)
    <none>   <none>   3         <none>   1           <none>
    none of these objects has .nope
    a sum of .n has more digits than can be kept, and is left out
    2 values of .m[*] are no amounts, and are in no sum
    none of these objects has .o to sum up
    no label "ap" in 3 objects
    "#);
    assert_snapshot!(env.refused(&["--group-by", "app", "--sum", "age()", "fleet.json"]), @"error: age() is no amount: --sum takes requests(RESOURCE), limits(RESOURCE), restarts(), and fields, annotations and labels that are numbers or quantities");
    assert_snapshot!(env.refused(&["--group-by", "", "fleet.json"]), @"error: expected label keys, fields or functions behind --group-by, found nothing");
    assert_snapshot!(env.refused(&["--group-by", "app", "--sum", " ,", "fleet.json"]), @"error: expected label keys, fields or functions behind --sum, found nothing");
    assert_snapshot!(env.refused(&["--group-by", "app", "-o", "json", "fleet.json"]), @"error: --group-by and --sum count objects: they need -o table, csv, tsv or jsonl");
    assert_snapshot!(env.refused(&["--group-by", "app", "-c", "fleet.json"]), @"error: --group-by and --sum print groups of objects: -L, --show-labels, --sort-by and -c say nothing about these");
    let many: Vec<String> = (0..300).map(|n| n.to_string()).collect();
    env.file("many.json", format!(r#"{{"kind":"Pod","metadata":{{"name":"m"}},"a":[{}]}}"#, many.join(",")));
    assert_snapshot!(env.refused(&["--group-by", ".a[*],.a[*],.b", "many.json"]), @"error: pod/m has so many values that it would be in more than 65536 groups");
}

/// What is counted is what listing the objects one by one and counting the lines gives.
#[test]
fn groups_are_those_of_the_rows() {
    let env = TestEnv::new();
    let pods: Vec<String> = (0..3_000)
        .map(|n: u32| {
            let (phase, node, cpu) = (["Running", "Pending", ""][n as usize % 3], n * n % 7, n % 11 * 10);
            format!(
                r#"{{"kind":"Pod","metadata":{{"name":"p{n}","labels":{{"app":"a{}"}}}},"status":{{"phase":"{phase}"}},
                "spec":{{"nodeName":"n{node}","containers":[{{"name":"c","resources":{{"requests":{{"cpu":"{cpu}m"}}}}}}]}}}}"#,
                n % 5
            )
        })
        .collect();
    env.file("many.json", pods.join("\n"));
    let rows = env.out(&["-o", "csv", "--no-headers", "-L", "app,.status.phase,requests(cpu)", "many.json"]);
    let mut counts: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for row in rows.lines() {
        let cells: Vec<&str> = row.split(',').collect();
        let milli: u64 = cells[5].trim_end_matches('m').parse().unwrap();
        let count = counts.entry((cells[3], cells[4])).or_default();
        *count = (count.0 + 1, count.1 + milli);
    }
    let mut expected: Vec<(Reverse<u64>, &str, &str, u64)> =
        counts.into_iter().map(|((app, phase), (n, milli))| (Reverse(n), app, phase, milli)).collect();
    expected.sort_unstable();
    let sum = |milli: u64| {
        if milli.is_multiple_of(1_000) { (milli / 1_000).to_string() } else { format!("{milli}m") }
    };
    let expected: Vec<String> = expected
        .into_iter()
        .map(|(Reverse(n), app, phase, milli)| format!("{app},{phase},{n},{}", sum(milli)))
        .collect();
    let groups = env.out(&[
        "--group-by",
        "app,.status.phase",
        "--sum",
        "requests(cpu)",
        "-o",
        "csv",
        "--no-headers",
        "many.json",
    ]);
    assert_eq!(groups.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn labels_lists_the_values_of_fields_and_functions() {
    let env = env();
    assert_snapshot!(env.out(&["labels", "--key", ".spec.containers.image", "fleet.json"]), @"
    VALUE      OBJECTS
    web:1      2
    side,car   1
    ");
    assert_snapshot!(env.out(&["labels", "--key", "status()", "-w", ".spec.nodeName=''", "-o", "jsonl", "fleet.json"]), @r#"{"value":"ErrImagePull","objects":1}"#);
    let several = ["labels", "--key", "app", "--key", "kind()", "--key", ".nope", "fleet.json"];
    let run = env.run(&several);
    assert_snapshot!(run.out + &run.err, @"
    KEY      VALUE   OBJECTS
    app      web     2
    kind()   Pod     3
    none of the selected objects has .nope
    ");
    let none = env.run(&["labels", "--key", ".nope", "fleet.json"]);
    assert_eq!((none.status, none.err.as_str()), (1, "none of the selected objects has .nope\n"));
    assert_snapshot!(env.refused(&["labels", "--key", ".a[", "fleet.json"]), @r#"
    .a[
       ^
    error: expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text
    "#);
}
