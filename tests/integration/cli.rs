//! The program, from outside: options, outputs, messages and exit statuses.

use insta::assert_snapshot;

use crate::testenv::{PODS, TestEnv};

#[test]
fn a_table_has_the_columns_asked_for() {
    let env = TestEnv::new();
    let out = env.out(&["-l", "env in (prod,staging),!legacy", "-L", "env", "-k", "pods", "pods.json"]);
    assert_snapshot!(out, @r"
    NAMESPACE      NAME                   KIND   ENV
    shop           web-7d4b9c6f5d-2xkqp   Pod    prod
    shop           web-7d4b9c6f5d-m8wzt   Pod    prod
    shop           cart-0                 Pod    prod
    shop-staging   web-5f6c8b7d9-qh4vn    Pod    staging
    shop-staging   cart-0                 Pod    staging
    ");
    assert_snapshot!(env.out(&["-l", "run", "-o", "wide", "--show-labels", "pods.json"]), @r"
    NAMESPACE   NAME          KIND   API-VERSION   SOURCE      INDEX   LABELS
    shop-dev    debug-shell   Pod    v1            pods.json   7       run=debug-shell
    ");
    assert_eq!(
        env.out(&["--no-headers", "-k", "no", "-L", "tier", "--limit", "1", "pods.json"]),
        "<none>   node-a   Node   <none>\n"
    );
}

#[test]
fn several_sources_have_a_column() {
    let env = TestEnv::new();
    env.file("one.json", r#"{"kind":"Pod","metadata":{"name":"web-0"}}"#);
    let out = env.out(&["-l", "!env,!kubernetes.io/os,!run", "pods.json", "one.json"]);
    assert_snapshot!(out, @r"
    NAMESPACE   NAME    KIND   SOURCE
    <none>      web-0   Pod    one.json
    ");
}

#[test]
fn names_are_those_of_kubectl() {
    let env = TestEnv::new();
    let out = env.out(&["-o", "name", "-k", "no,svc,deployments.apps", "pods.json"]);
    assert_eq!(out, "deployment.apps/web\nservice/web\nnode/node-a\nnode/node-b\n");
    assert_eq!(env.out(&["-o", "name", "-0", "-k", "svc", "pods.json"]), "service/web\0");
    let nameless = br#"{"a":1} {"kind":"Pod"} {"metadata":{"name":"x"}}"#;
    assert_eq!(env.pipe(&["-o", "name"], nameless).out, "object/0\nobject/1\nobject/x\n");
}

#[test]
fn json_gives_back_what_came_in() {
    let env = TestEnv::new();
    assert_eq!(env.out(&["-o", "json", "pods.json"]), PODS);
    let odd = br#"[ { "n" : 1.50e3, "s": " a\u0041 " } ]"#;
    assert_eq!(env.pipe(&["-o", "jsonl"], odd).out, "{\"n\":1.50e3,\"s\":\" a\\u0041 \"}\n");
    let empty = env.run(&["-o", "json", "-l", "nowhere", "pods.json"]);
    assert_eq!(empty.status, 1);
    let list: serde_json::Value = serde_json::from_str(&empty.out).unwrap();
    assert_eq!((&list["kind"], &list["items"]), (&"List".into(), &serde_json::json!([])));
}

#[test]
fn csv_and_tsv_are_for_programs() {
    let env = TestEnv::new();
    let dump = br#"{"kind":"Pod","metadata":{"name":"a","labels":{"x/k":"1,\t\"2\\"}}} {}"#;
    assert_eq!(
        env.pipe(&["-o", "csv", "-L", "x/k"], dump).out,
        "namespace,name,kind,x/k\n,a,Pod,\"1,\t\"\"2\\\"\n,,,\n"
    );
    assert_eq!(
        env.pipe(&["-o", "tsv", "-L", "x/k"], dump).out,
        "namespace\tname\tkind\tx/k\n\ta\tPod\t1,\\t\"2\\\\\n\t\t\t\n"
    );
}

#[test]
fn sorting_and_limits_change_neither_count_nor_status() {
    let env = TestEnv::new();
    let by_restarts = ["-o", "name", "-k", "po", "--sort-by", "{.status.containerStatuses[0].restartCount}"];
    let out = env.out(&[&by_restarts[..], &["-n", "shop", "pods.json"]].concat());
    assert_eq!(out, "pod/web-7d4b9c6f5d-2xkqp\npod/web-7d4b9c6f5d-m8wzt\npod/cart-legacy-0\npod/cart-0\n");
    assert_eq!(env.out(&["--limit", "0", "-l", "env", "pods.json"]), "");
    assert_eq!(env.out(&["--limit", "1", "-c", "-l", "env", "pods.json"]), "9\n");
    assert_snapshot!(env.refused(&["--sort-by", ".a[", "pods.json"]).lines().last().unwrap(), @"error: .a[ is no JSONPath, such as .metadata.name: expected a closing `]`");
}

#[test]
fn selectors_combine_and_invert() {
    let env = TestEnv::new();
    let count = |args: &[&str]| env.run(&[args, &["-c", "pods.json"]].concat()).out;
    assert_eq!(count(&["-l", "env=prod", "-l", "legacy"]), "1\n");
    assert_eq!(count(&["-l", "env=prod", "--label-selector", r#"{"matchLabels":{"legacy":"true"}}"#]), "1\n");
    assert_eq!(count(&["-l", ""]), "12\n");
    assert_eq!(count(&["--label-selector", "{}"]), "12\n");
    assert_eq!(count(&["--label-selector", "null"]), "0\n");
    assert_eq!(count(&["--label-selector", "null", "-v"]), "12\n");
    assert_eq!(count(&["-v", "-l", "env", "-n", "shop-dev"]), "1\n");
    assert_eq!(count(&["-A", "-l", "run"]), "1\n");
    assert_eq!(count(&["-A", "-n", "shop"]), "12\n", "-A wins, as in kubectl");
}

#[test]
fn the_exit_status_answers() {
    let env = TestEnv::new();
    let status = |args: &[&str]| {
        let run = env.run(args);
        (run.status, run.out, run.err)
    };
    assert_eq!(status(&["-q", "-l", "env=prod", "pods.json"]), (0, String::new(), String::new()));
    assert_eq!(status(&["-q", "-l", "env=prd", "pods.json"]), (1, String::new(), String::new()));
    assert_eq!(status(&["-q", "-l", "env in", "pods.json"]).0, 2);
    assert_eq!(status(&["-q", "missing.json"]).0, 2);
    assert_eq!(status(&["--nonsense"]).0, 2);
}

#[test]
fn no_match_says_why() {
    let env = TestEnv::new();
    let hint = |args: &[&str]| {
        let run = env.run(&[args, &["pods.json"]].concat());
        assert_eq!((run.status, run.out.as_str()), (1, ""));
        run.err
    };
    assert_eq!(hint(&["-l", "teir=backend"]), "no key \"teir\" in the 12 objects; did you mean \"tier\"?\n");
    assert_eq!(hint(&["-l", "env=prd"]), "no object has env=\"prd\"; did you mean \"prod\"?\n");
    assert_eq!(hint(&["-n", "shpo"]), "no namespace \"shpo\" in the 12 objects; did you mean \"shop\"?\n");
    assert_eq!(hint(&["-k", "pdo"]), "no kind \"pdo\" in the 12 objects; did you mean \"Pod\"?\n");
    assert_eq!(hint(&["-l", "run,env"]), "no objects found\n");
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let env = TestEnv::new();
    assert_eq!(env.refused(&["-0", "pods.json"]), "error: -0 ends names with NUL: it needs -o name\n");
    assert_snapshot!(env.refused(&["-L", "env", "-o", "json", "pods.json"]), @"error: -L and --show-labels add columns: they need -o table, wide, csv or tsv");
    assert_snapshot!(env.refused(&["-l", "env", "labels"]), @"
    error: `selq labels` takes its options and files after its name; a file of that name is ./labels

    Usage: selq [OPTIONS] [FILE]... [COMMAND]

    For more information, try '--help'.
    ");
}

#[test]
fn a_wrong_selector_is_shown_with_its_place() {
    let env = TestEnv::new();
    assert_snapshot!(env.refused(&["-l", "env in (prod", "pods.json"]), @r#"
    env in (prod
                ^
    error: expected "," or ")", found the end of the text
    help: close the list with ")"
    "#);
    assert!(env.refused(&["--color", "always", "-l", "x in", "pods.json"]).contains("\x1b["));
    let misspelt = env.run(&["-c", "--label-selector", r#"{"MatchLabels":{}}"#, "pods.json"]);
    assert_snapshot!(misspelt.err, @"warning: a LabelSelector has no field `MatchLabels`, which is passed over; did you mean `matchLabels`?");
}

#[test]
fn bad_objects_can_be_left_out() {
    let env = TestEnv::new();
    let run = env.pipe(&["-c", "--skip-invalid"], b"{}\n[1]\n{}\n");
    assert_eq!((run.status, run.out.as_str()), (2, "2\n"));
    assert_eq!(run.err.lines().last(), Some("warning: 1 bad object was left out"));
}

#[test]
fn many_queries_over_one_load() {
    let env = TestEnv::new();
    env.file("q.txt", "\"\"\n# a comment\n\nenv=prod\r\nrun\n");
    let counts = env.out(&["--queries", "q.txt", "pods.json"]);
    assert_eq!(counts, "12\t\n6\tenv=prod\n1\trun\n");
    let lines = [
        r#"{"name":"web","selector":"app.kubernetes.io/name=web"}"#,
        r#"{"selector":null}"#,
        r#"{"selector":{"matchLabels":{"env":"prod"}}}"#,
        r#"{"name":"bad","selector":"a b"}"#,
        r#"{"name":"none"}"#,
    ];
    env.file("q.jsonl", lines.join("\n"));
    let run = env.run(&["--queries", "q.jsonl", "-k", "svc", "-o", "jsonl", "pods.json"]);
    assert_eq!((run.status, run.err.as_str()), (2, ""));
    assert_snapshot!(run.out, @r#"
    {"name":"web","selector":"app.kubernetes.io/name=web","count":1,"objects":[{"source":"pods.json","index":9,"kind":"Service","namespace":"shop","name":"web"}]}
    {"name":null,"selector":null,"count":0,"objects":[]}
    {"name":null,"selector":"env=prod","count":1,"objects":[{"source":"pods.json","index":9,"kind":"Service","namespace":"shop","name":"web"}]}
    {"name":"bad","error":{"message":"expected an operator, \",\" or the end of the text after the key, found \"b\"","offset":2,"length":1,"help":"write a=b for a key and its value, a,b for two keys"}}
    {"name":"none","error":{"message":"expected a field `selector`","offset":null,"length":null,"help":"for the selector of nothing write \"selector\":null"}}
    "#);
}

#[test]
fn parse_checks_selectors() {
    let env = TestEnv::new();
    assert_eq!(env.pipe(&["parse"], b"b,a=1\r\n\nx in (c,b)").out, "a=1,b\n\nx in (b,c)\n");
    let jsonl = env.pipe(&["parse", "--jsonl"], b"\"b,a\"\n{\"selector\":null}\n{\"selector\":{}}\n");
    assert_eq!((jsonl.status, jsonl.out.as_str()), (0, "a,b\nnull\n\n"));
    let out = env.out(&["parse", "-o", "jsonl", "env notin (prod,dev),!x", ""]);
    assert_eq!(
        out,
        r#"{"ok":true,"canonical":"env notin (dev,prod),!x","requirements":[{"key":"env","operator":"notin","values":["dev","prod"]},{"key":"x","operator":"!","values":[]}],"matches":"some"}
{"ok":true,"canonical":"","requirements":[],"matches":"everything"}
"#
    );
    assert_eq!(
        env.out(&["parse", "-o", "json", "a=b,c"]),
        "{\"matchLabels\":{\"a\":\"b\"},\"matchExpressions\":[{\"key\":\"c\",\"operator\":\"Exists\"}]}\n"
    );
    for bad in [&b"a\0"[..], b"\xff", b"a b"] {
        let run = env.pipe(&["parse", "-o", "jsonl"], bad);
        assert_eq!(run.status, 2);
        assert!(run.out.starts_with("{\"ok\":false,\"error\":{\"message\":\""), "{}", run.out);
    }
}

#[test]
fn labels_lists_keys_and_values() {
    let env = TestEnv::new();
    assert_snapshot!(env.out(&["labels", "-n", "shop-dev", "pods.json"]), @r"
    KEY                      OBJECTS   VALUES
    app.kubernetes.io/name   1         1
    env                      1         1
    pod-template-hash        1         1
    run                      1         1
    tier                     1         1
    ");
    assert_eq!(
        env.out(&["labels", "--key", "tier", "-o", "csv", "pods.json"]),
        "value,objects\nfrontend,6\nbackend,3\n"
    );
    assert_eq!(
        env.out(&["labels", "-l", "legacy", "--key", "env", "-o", "jsonl", "pods.json"]),
        "{\"value\":\"prod\",\"objects\":1}\n"
    );
    let unknown = env.run(&["labels", "--key", "teir", "pods.json"]);
    assert_eq!(unknown.status, 1);
    assert_eq!(unknown.err, "no key \"teir\" in the 12 objects; did you mean \"tier\"?\n");
}

#[test]
fn help_leads_with_examples() {
    let env = TestEnv::new();
    for args in [&["--help"][..], &["-h"], &["help"]] {
        let help = env.out(args);
        let (examples, usage) = (help.find("Examples:").unwrap(), help.find("Usage:").unwrap());
        assert!(examples < usage, "{args:?}");
    }
    assert!(env.out(&["help", "parse"]).contains("--jsonl"));
    assert!(env.out(&["help", "grammar"]).contains("selector"));
    assert!(env.out(&["completions", "bash"]).contains("--label-columns"));
    assert!(env.out(&["man"]).contains("label\\-selector"));
    assert!(env.out(&["--version"]).starts_with("selq "));
    assert!(env.refused(&["help", "prase"]).contains("did you mean \"parse\"?"));
    let explained = env.out(&["explain", "-l", "env=prod", "pods.json"]);
    assert!(explained.contains("executed"), "{explained}");
}

#[test]
fn stats_are_words_for_people() {
    let run = TestEnv::new().run(&["-c", "--stats", "pods.json"]);
    assert_eq!((run.status, run.out.as_str()), (0, "12\n"));
    for name in ["objects", "labels", "bytes", "load", "index", "answer", "peak memory"] {
        assert!(run.err.contains(name), "{name} in {}", run.err);
    }
}

/// Counting reads the dump without a store; rows are found in one. Both give one answer.
#[test]
fn counts_agree_with_rows() {
    let env = TestEnv::new();
    env.file(
        "list.json",
        r#"{"kind":"PodList","items":[{"metadata":{"name":"a","labels":{"x":"1","x":"2"}}},{}]}"#,
    );
    let event = |sort: &str, label: &str| {
        format!("{{\"type\":\"{sort}\",\"object\":{{\"metadata\":{{\"name\":\"a\",\"labels\":{label}}}}}}}\n")
    };
    env.file("watch.json", event("ADDED", r#"{"x":"1"}"#) + &event("MODIFIED", r#"{"x":"2"}"#));
    for file in ["pods.json", "list.json", "watch.json", "absent.json"] {
        for selection in [
            &["-l", ""][..],
            &["-l", "x=2"],
            &["-l", "x=1"],
            &["-l", "env=prod", "-v"],
            &["-l", "env,!x", "-n", "shop"],
            &["-l", "tier notin (db)", "-l", "env", "-v", "-n", "shop"],
            &["--label-selector", "null"],
            &["-n", "nowhere"],
            &["-k", "pod"],
        ] {
            let run = |more: &[&str]| env.run(&[selection, more, &[file]].concat());
            let (rows, count, quiet) = (run(&["-o", "name"]), run(&["-c"]), run(&["-q"]));
            let expected =
                if rows.status == 2 { String::new() } else { format!("{}\n", rows.out.lines().count()) };
            assert_eq!(
                (count.status, count.out, count.err),
                (rows.status, expected, rows.err),
                "{file} {selection:?}"
            );
            assert_eq!((quiet.status, quiet.out.as_str()), (rows.status, ""), "{file} {selection:?}");
        }
    }
}
