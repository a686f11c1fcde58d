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
    let unsorted = env.run(&["--sort-by", "teir", "-k", "no", "-o", "name", "pods.json"]);
    assert_eq!(unsorted.out, "node/node-a\nnode/node-b\n");
    assert_snapshot!(unsorted.err, @r#"no object has the label "teir" to sort by (a path begins with a dot)"#);
    assert_snapshot!(env.refused(&["--sort-by", ".a[", "pods.json"]).lines().last().unwrap(), @r#"error: expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text"#);
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
fn namespaces_are_a_union_as_kinds_are() {
    let env = TestEnv::new();
    let count = |args: &[&str]| env.run(&[args, &["-c", "pods.json"]].concat()).out;
    assert_eq!((count(&["-n", "shop"]), count(&["-n", "shop-dev"])), ("6\n".into(), "2\n".into()));
    assert_eq!(count(&["-n", "shop", "-n", "shop-dev"]), "8\n");
    assert_eq!(count(&["-n", "shop, shop-dev,nowhere"]), "8\n");
    assert_eq!(
        count(&["-n", "shop,shop-dev", "-k", "po", "--stats"]),
        count(&["-n", "shop,shop-dev", "-k", "po"])
    );
    assert_eq!(
        count(&["-v", "-l", "env", "-n", "shop,shop-dev"]),
        "1\n",
        "read off the objects as they come"
    );
    let said = env.run(&["-n", "shop,shpo", "-n", "opps", "-l", "legacy=no", "-c", "pods.json"]);
    assert_eq!(said.status, 1);
    assert!(
        said.err.contains("no namespace \"shpo\"") && said.err.contains("no namespace \"opps\""),
        "{}",
        said.err
    );
    let events = env.pipe(&["watch", "-n", "shop", "-n", "shop-dev", "-k", "svc,po"], PODS.as_bytes());
    assert_eq!(events.out.lines().count(), 7);
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
    assert_eq!(hint(&["-l", "teir=backend"]), "no label \"teir\" in 12 objects; did you mean \"tier\"?\n");
    assert_eq!(hint(&["-l", "env=prd"]), "no object has env=\"prd\"; did you mean \"prod\"?\n");
    assert_eq!(hint(&["-n", "shpo"]), "no namespace \"shpo\" in 12 objects; did you mean \"shop\"?\n");
    assert_eq!(hint(&["-k", "pdo"]), "no kind \"pdo\" in 12 objects; did you mean \"Pod\"?\n");
    assert_eq!(hint(&["-l", "run,env"]), "no objects found\n");
}

/// The beginning of a key, of its name or of a value is the commonest slip.
#[test]
fn beginnings_are_recognised() {
    let env = TestEnv::new();
    env.file(
        "dump.json",
        r#"[{"metadata":{"labels":{"environment":"production","app.kubernetes.io/name":"web"}}},
            {"metadata":{"labels":{"environment":"staging","n":""}}}]"#,
    );
    let said = |selector: &str| env.run(&["-l", selector, "dump.json"]).err;
    assert_snapshot!(said("env"), @r#"no label "env" in 2 objects; did you mean "environment"?"#);
    assert_snapshot!(said("app=web"), @r#"no label "app" in 2 objects; did you mean "app.kubernetes.io/name"?"#);
    assert_snapshot!(said("environment in (prod,stag)"), @r#"
    no object has environment="prod"; did you mean "production"?
    no object has environment="stag"; did you mean "staging"?
    "#);
    assert_snapshot!(said("a"), @r#"no label "a" in 2 objects"#);
    assert_snapshot!(said("n=x"), @r#"no object has n="x""#);
}

#[test]
fn what_is_only_outside_the_scope_is_told() {
    let env = TestEnv::new();
    let said = |args: &[&str]| env.run(&[args, &["pods.json"]].concat()).err;
    assert_eq!(said(&["-l", "run", "-n", "shop"]), "run only holds outside namespace \"shop\"\n");
    assert_eq!(
        said(&["-l", "env,run=debug-shell", "-n", "shop", "-k", "svc,deploy"]),
        "run=debug-shell only holds outside namespace \"shop\" and the kinds svc,deploy\n"
    );
    assert_eq!(said(&["-k", "pds"]), "no kind \"pds\" in 12 objects; did you mean \"pods\"?\n");
    assert_eq!(env.out(&["-c", "-k", "po ,no", "pods.json"]), "10\n");
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let env = TestEnv::new();
    assert_eq!(env.refused(&["-0", "pods.json"]), "error: -0 ends names with NUL: it needs -o name\n");
    assert_snapshot!(env.refused(&["-L", "env", "-o", "json", "pods.json"]), @"error: -L and --show-labels add columns: they need -o table, wide, kubectl, csv, tsv or records");
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
    assert_snapshot!(misspelt.err, @r#"warning: a LabelSelector has no field "MatchLabels", which is passed over: what is left selects everything; did you mean "matchLabels"?"#);
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
fn queries_say_where_they_stand_and_why_they_match_nothing() {
    let env = TestEnv::new();
    env.file("q.txt", "teir=db\n  # x\n{\"selector\":\"a\"}\nenv=prod\nrun,env\n");
    env.file(
        "q.jsonl",
        "{\"name\":\"n\",\"selector\":\"x\"}\n{\"selector\":{\"MatchLabels\":{}}}\n{x\n{\"selector\":1}\n",
    );
    let run = env.run(&["--queries", "q.txt", "--queries", "q.jsonl", "-n", "shop", "pods.json"]);
    assert_eq!((run.status, run.out.as_str()), (2, "0\tteir=db\n6\tenv=prod\n0\tenv,run\n0\tn\n6\t\n"));
    assert_snapshot!(run.err, @r#"
    warning: q.jsonl:2: a LabelSelector has no field "MatchLabels", which is passed over: what is left selects everything; did you mean "matchLabels"?
    warning: q.txt:1: no label "teir" in 12 objects; did you mean "tier"?
    q.txt:2:
      # x
        ^
    error: expected an operator, "," or the end of the text after the key, found "x"
    help: a comment begins in the first column of its line
    q.txt:3:
    {"selector":"a"}
    ^
    error: a label key may hold ASCII letters, digits, "-", "_" and ".", found "{"
    help: a file with an object a line has a name that ends in .jsonl
    warning: q.txt:5: run only holds outside namespace "shop"
    warning: q.jsonl:1 (n): no label "x" in 12 objects
    q.jsonl:3:
    {x
     ^
    error: expected a key in double quotes
    q.jsonl:4:
    {"selector":1}
                ^
    error: expected a text, a LabelSelector object or null as `selector`, found a number
    "#);
    assert_snapshot!(env.refused(&["--queries", "-", "-", "pods.json"]), @"error: --queries - reads standard input, which is then not there for the dump or other queries");
    assert_snapshot!(env.refused(&["--queries", "q.txt", "--no-headers", "pods.json"]), @"error: --queries prints no table: -L, --show-labels and --no-headers say nothing about it");
    let quiet = env.run(&["-q", "--queries", "q.txt", "-n", "nowhere", "pods.json"]);
    assert!(!quiet.err.contains("teir") && !quiet.err.contains("nowhere"), "{}", quiet.err);
}

#[test]
fn not_every_one_of_many_queries_is_explained() {
    let env = TestEnv::new();
    env.file("q.txt", "x\n".repeat(101));
    let run = env.run(&["--queries", "q.txt", "pods.json"]);
    assert_eq!((run.status, run.err.lines().count()), (1, 101));
    let last = run.err.lines().last().unwrap();
    assert_eq!(last, "warning: 101 queries match nothing; why is said of the first 100");
}

#[test]
fn names_of_queries_stay_in_their_line() {
    let env = TestEnv::new();
    env.file("q.jsonl", r#"{"name":"a\\b\tc\n\u001bd","selector":""}"#);
    assert_eq!(env.out(&["--queries", "q.jsonl", "pods.json"]), "12\ta\\b\\tc\\n\u{1b}d\n");
}

#[test]
fn one_layout_for_all_errors_of_lines() {
    let env = TestEnv::new();
    let run = env.pipe(&["parse", "--jsonl"], b"\xEF\xBB\xBF\"a b\"\n{x\n{\"selector\":[]}\n");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert_snapshot!(run.err, @r#"
    line 1:
    a b
      ^
    error: expected an operator, "," or the end of the text after the key, found "b"
    help: write a=b for a key and its value, a,b for two keys
    line 2:
    {x
     ^
    error: expected a key in double quotes
    line 3:
    {"selector":[]}
                 ^
    error: expected a text, a LabelSelector object or null as `selector`, found an array
    "#);
    assert_eq!(env.pipe(&["parse"], b"\xEF\xBB\xBFb,a\n").out, "a,b\n");
    // What is echoed is no message of its own.
    let echoed = env.run(&["--color", "always", "parse", "error: prod"]).err;
    assert!(echoed.starts_with("error: prod\n") && echoed.contains("\u{1b}["), "{echoed}");
}

#[test]
fn json_that_is_typed_wrong_is_shown() {
    let env = TestEnv::new();
    assert_snapshot!(env.refused(&["--label-selector", "", "pods.json"]), @r#"
    error: expected JSON, found an empty text
    help: a LabelSelector object is {"matchLabels":{"app":"web"}}, {} or null
    "#);
    assert_snapshot!(env.refused(&["--label-selector", r#"{"matchLabels":{"a":1}}"#, "pods.json"]), @r#"
    {"matchLabels":{"a":1}}
                        ^
    error: expected a string, found a number
    help: a LabelSelector object is {"matchLabels":{"app":"web"}}, {} or null
    "#);
    let long = env.refused(&["--label-selector", &"x".repeat(100_000), "pods.json"]);
    assert!(long.len() < 500, "{long}");
    assert!(env.refused(&["--labels-at", "metadata.labels", "pods.json"]).contains("use `/metadata/labels`"));
    assert_snapshot!(env.refused(&["parse", r#"{"a":"b"}"#]).lines().last().unwrap(), @"help: this is a map in JSON; as a selector write a=b");
}

#[test]
fn files_that_cannot_be_read_can_be_left_out() {
    let env = TestEnv::new();
    let run = env.run(&["-c", "--skip-invalid", "missing.json", "pods.json"]);
    assert_eq!((run.status, run.out.as_str()), (2, "12\n"));
    assert_snapshot!(run.err, @"
    warning: missing.json: no such file
    warning: 1 file was left out
    ");
    assert_eq!(env.refused(&["-c", "missing.json", "pods.json"]), "error: missing.json: no such file\n");
}

#[test]
fn what_is_sorted_by_is_all_that_is_read() {
    let env = TestEnv::new();
    let dump = format!(
        r#"{{"metadata":{{"name":"a"}},"n":"2Gi","x":{}1{}}}{{"metadata":{{"name":"b"}},"n":"100m","y":1E400}}{{"metadata":{{"name":"c"}},"n":"1","z":"\ud800"}}"#,
        "[".repeat(300),
        "]".repeat(300)
    );
    assert_eq!(
        env.pipe(&["--sort-by", ".n", "-o", "name"], dump.as_bytes()).out,
        "object/b\nobject/c\nobject/a\n"
    );
    assert_snapshot!(env.refused(&["--sort-by", ".arr[x]", "pods.json"]), @r#"
    .arr[x]
         ^^
    error: expected a number, "*", a name in quotation marks or a query about the elements, found "x]"
    "#);
}

#[test]
fn usage_errors_repeat_the_beginning_of_what_is_long() {
    let env = TestEnv::new();
    let long = "/é".repeat(30_000);
    for args in [["--labels-at", &long], ["--items-at", &long], ["-o", &long], [&format!("--{long}"), "x"]] {
        let refused = env.refused(&[args[0], args[1], "pods.json"]);
        assert!(refused.starts_with("error: ") && refused.contains("/é…'"), "{refused:.200}");
        assert!(refused.len() < 600, "{}", refused.len());
    }
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
    assert_eq!(unknown.err, "no label \"teir\" in 12 objects; did you mean \"tier\"?\n");
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
    assert!(env.out(&["man"]).contains("label\\-selector"));
    assert!(env.out(&["--version"]).starts_with("selq "));
    assert!(env.refused(&["help", "prase"]).contains("did you mean \"parse\"?"));
    let explained = env.out(&["explain", "-l", "env=prod", "pods.json"]);
    assert!(explained.contains("executed"), "{explained}");
}

#[test]
fn help_has_colour_only_where_it_is_wanted() {
    let env = TestEnv::new();
    for args in [&["help"][..], &["help", "parse"], &["--help"], &["--color", "never", "help"]] {
        assert!(!env.out(args).contains('\u{1b}'), "{args:?}");
    }
    for args in
        [&["--color", "always", "help"][..], &["--color", "always", "--help"], &["--color=always", "-h"]]
    {
        assert!(env.out(args).contains('\u{1b}'), "{args:?}");
    }
}

#[test]
fn manual_pages_have_the_sections_that_people_look_for() {
    let env = TestEnv::new();
    let page = env.out(&["man"]);
    for part in [".SH EXAMPLES", ".SH NOTES", "./labels", "Exit status"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains(".SH EXTRA"));
    assert!(env.out(&["man", "parse"]).contains(concat!("selq ", env!("CARGO_PKG_VERSION"))));
    assert!(!env.refused(&["man", "bogus"]).contains("grammar"));
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

#[test]
fn objects_without_names_are_told_apart() {
    let env = TestEnv::new();
    env.file("a.ndjson", "{\"job\":\"x\"}\n{\"job\":\"y\"}\n{\"job\":\"x\"}\n");
    env.file("b.ndjson", "{\"job\":\"x\"}\n");
    let table = env.out(&["--labels-at", "", "-l", "job=x", "-L", "job", "a.ndjson"]);
    assert_eq!(table, "OBJECT     JOB\nobject/0   x\nobject/2   x\n");
    let table = env.out(&["--labels-at", "", "-l", "job=x", "--no-headers", "a.ndjson", "b.ndjson"]);
    // What they are is said by their labels, unless columns were asked for.
    assert_eq!(
        table,
        "object/0   a.ndjson   job=x\nobject/2   a.ndjson   job=x\nobject/0   b.ndjson   job=x\n"
    );
    let without = env.run(&["--labels-at", "/nowhere", "--limit", "1", "a.ndjson"]);
    assert_eq!(without.out, "OBJECT\nobject/0\n");
    // Among others, an object without a name goes by its index too.
    env.file("mixed.ndjson", "{\"kind\":\"Pod\",\"metadata\":{\"name\":\"web\"}}\n{\"kind\":\"Pod\"}\n");
    let table = env.out(&["--no-headers", "mixed.ndjson"]);
    assert_eq!(table, "<none>   web        Pod\n<none>   object/1   Pod\n");
    // Columns for programs stay as they are.
    assert_eq!(env.out(&["-o", "csv", "--no-headers", "mixed.ndjson"]), ",web,Pod\n,,Pod\n");
}

#[test]
fn one_long_value_does_not_widen_the_other_rows() {
    let env = TestEnv::new();
    let long = "v".repeat(100_000);
    let pod = |name: &str, value: &str| {
        format!("{{\"kind\":\"Pod\",\"metadata\":{{\"name\":{name:?},\"labels\":{{\"k\":{value:?}}}}}}}\n")
    };
    let pods: String = (0..1_000).map(|n| pod(&format!("web-{n}"), &n.to_string())).collect();
    env.file("pods.ndjson", pods + &pod(&long, &long));
    let sizes =
        [vec!["pods.ndjson"], vec!["labels", "--key", "k", "pods.ndjson"]].map(|args| env.out(&args).len());
    assert!(sizes.iter().all(|size| (100_000..200_000).contains(size)), "{sizes:?}");
}

/// What a shell prints with both streams joined, as in a log.
#[cfg(unix)]
fn joined(env: &TestEnv, command: &str, input: &str) -> String {
    env.file("input", input);
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_selq")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap_or_default());
    let output = std::process::Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} < input 2>&1")])
        .current_dir(env.path())
        .env("PATH", path)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What was answered before stands before the message, also where both go to one place.
#[cfg(unix)]
#[test]
fn words_stand_where_they_belong() {
    let env = TestEnv::new();
    let order = |command: &str, input: &str| {
        let begins = |line: &str| {
            ["error", "warning", "help", "selectors", "line", "no "].iter().any(|it| line.starts_with(it))
        };
        let printed = joined(&env, command, input);
        printed.lines().map(|line| if begins(line) { "words" } else { line }).collect::<Vec<_>>().join("|")
    };
    assert_eq!(order("selq parse a 'b c' d", ""), "a|b c|  ^|words|words|d");
    assert_eq!(order("selq parse", "a\nb c\nd\n"), "a|words|b c|  ^|words|words|d");
    assert_eq!(order("selq parse -o json", "a=b\nk>1\nc=d\n").matches("words").count(), 2);
    env.file("selectors", "env\nrun run\n\ntier\nteir\nlegacy\n");
    let counts = order("selq --queries selectors pods.json", "");
    assert_eq!(counts, "9\tenv|words|run run|    ^^^|words|words|9\ttier|0\tteir|words|1\tlegacy");
    let lines = order("selq repl -o name pods.json", "run\nrun run\nlegacy\nteir\nlegacy\n");
    let expected = "pod/debug-shell|run run|    ^^^|words|words|pod/cart-legacy-0|words|pod/cart-legacy-0";
    assert_eq!(lines, expected);
    let events = r#"{"metadata":{"name":"a"}} {"type":"ERROR","object":{"message":"gone"}} {"metadata":{"name":"b"}} 1"#;
    assert_eq!(order("selq watch", events), "+ object/a|words|+ object/b|words");
    let label = joined(&env, "selq label a=b --all --list -f pods.json -f missing.json", "");
    assert!(label.starts_with("error"), "{label}");
    let label = joined(
        &env,
        "selq label Env=b a=b -l run --list -f pods.json; selq label x_/a=b -l run --list -f pods.json",
        "",
    );
    assert_eq!(label.lines().position(|line| line.starts_with("warning")), Some(3), "{label}");
}

/// Another program may write a line, wait for its answer, and only then write the next.
#[test]
fn parse_answers_each_line_as_it_comes() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_selq"))
        .args(["parse", "-o", "jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for (written, n_answers) in [("b,a\n", 1), ("x y\nenv in (", 1), ("a,b)\n", 1), ("a\nb\nc\n", 3)] {
        input.write_all(written.as_bytes()).unwrap();
        for _ in 0..n_answers {
            let mut answer = String::new();
            output.read_line(&mut answer).unwrap();
            assert!(answer.starts_with("{\"ok\":"), "{answer}");
        }
    }
    drop(input);
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

/// An answer that nobody gets is an error; one that nobody wanted any more is not.
#[cfg(target_os = "linux")]
#[test]
fn answers_that_cannot_be_written_are_errors() {
    let env = TestEnv::new();
    let printed = |command: &str| joined(&env, &format!("{command}; echo $? >&2"), "");
    for args in [
        "-l env pods.json",
        "-c pods.json",
        "--help",
        "--version",
        "help",
        "help grammar",
        "labels pods.json",
        "labels --help",
        "parse a",
        "explain -l env pods.json",
        "completions bash",
        "man",
        "label a=b --all -f pods.json",
        "watch pods.json",
    ] {
        for (target, why) in
            [(">&-", "it is closed"), ("> /dev/full", "No space left on device (os error 28)")]
        {
            let expected = format!("error: cannot write to standard output: {why}\n2\n");
            assert_eq!(printed(&format!("selq {args} {target}")), expected, "{args} {target}");
        }
        assert_eq!(printed(&format!("selq {args} > /dev/null")).lines().last(), Some("0"), "{args}");
    }
    assert_eq!(printed("selq -q -l env pods.json >&-"), "0\n", "there is nothing to write");
    assert_eq!(printed("selq -l nowhere -c pods.json >&-").lines().last(), Some("2"));
    assert_eq!(printed("{ selq -o json pods.json; echo $? >&2; } | true; true"), "0\n0\n");
}

/// What is offered to those who come from kubectl, or mistype a word, is a command that answers.
#[cfg(unix)]
#[test]
fn what_is_offered_in_place_of_a_habit_works() {
    let env = TestEnv::new();
    let offered = |args: &str| {
        let said = joined(&env, &format!("selq {args}; echo $?"), PODS);
        let lines: Vec<&str> = said.lines().collect();
        let [error, help, "2"] = lines[..] else { panic!("{args}: {said}") };
        assert!(error.starts_with("error: no "), "{error}");
        let help = help.strip_prefix("help: write `").and_then(|it| it.strip_suffix('`'));
        help.unwrap_or_else(|| panic!("{args}: {said}")).to_owned()
    };
    for (typed, expected) in [
        ("get pods -l env=prod pods.json", 4),
        ("get po,svc -l env=prod -n shop pods.json", 5),
        ("pods -l env=prod pods.json", 4),
        ("get pods -l env=prod", 4),
        ("-l env=prod -k po -f pods.json", 4),
        ("--context=prod -l env=prod -k po pods.json", 4),
        ("--kubeconfig x --cluster y -l env=prod -k po pods.json", 4),
        ("-l env=prod -k po pods.jsn", 4),
        ("env=prod -k po pods.json", 4),
        ("env=prod -k po", 4),
        ("get po -w env=prod pods.json", 4),
        ("get po --field-selector metadata.namespace=shop pods.json", 4),
        ("get po cart-0 pods.json", 2),
        ("get pods -l env=prod -w pods.json", 4),
        ("explan -l env=prod pods.json", 0),
        ("lables pods.json", 0),
        ("lables --key env pods.json", 0),
        ("--key env pods.json", 0),
        ("-o kyaml -k po -l env=prod pods.json", 0),
        ("parse -l env=prod", 1),
        ("k get po -l env=prod pods.json", 4),
        ("-l env = prod -k po pods.json", 4),
        ("--label env=prod -k po pods.json", 4),
        ("labels env pods.json", 0),
    ] {
        let offer = offered(typed);
        let args = offer.strip_prefix("selq ").unwrap_or_else(|| panic!("{typed}: {offer}"));
        let printed = joined(&env, &format!("selq {args} && echo done"), PODS);
        assert!(printed.ends_with("done\n"), "{typed}: {offer}: {printed}");
        let n_lines = printed.lines().filter(|line| !line.starts_with("NAMESPACE")).count() - 1;
        assert!(expected == 0 || n_lines == expected, "{typed}: {offer}: {printed}");
    }
    for args in [&["--colums", "x", "pods.json"][..], &["-x", "pods.json"]] {
        let said = env.refused(args);
        assert!(said.starts_with("error: ") && !said.contains("as a value"), "{said}");
    }
}

/// What each shell gets when it asks at a Tab: candidates for the last word of a line.
#[test]
fn shells_complete_from_the_dump() {
    let env = TestEnv::new();
    let answer = |variables: &[(&str, &str)], args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_selq"))
            .args(args)
            .envs(variables.iter().copied())
            .current_dir(env.path())
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{variables:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let bash = |line: &str, word: &str| {
        let variables = [("COMPLETE", "bash"), ("_SELQ_LINE", line), ("_SELQ_WORD", word)];
        answer(&variables, &["--", "selq"]).replace('\u{b}', "|")
    };
    for (line, word, candidates) in [
        ("selq p", "p", "parse|pods.json"),
        ("selq pods.json -l e", "e", "env|env="),
        ("selq pods.json -l env", "env", "env=|env!="),
        // Bash takes this for three words, and replaces the last.
        ("selq pods.json -l env=", "", "prod|staging|dev"),
        ("selq pods.json -l env=s", "s", "staging"),
        ("selq pods.json -l 'env in (", "env in (", "env in (prod|env in (staging|env in (dev"),
        ("selq pods.json -n shop-dev --selector 'env in (", "env in (", "env in (dev"),
        ("selq pods.json -l 'env in (prod,d", "env in (prod,d", "env in (prod,dev"),
        ("selq pods.json -k ", "", "Pod|Node|Deployment|Service"),
        ("selq pods.json -k Pod,n", "Pod,n", "Pod,Node"),
        ("selq pods.json -n shop-", "shop-", "shop-dev|shop-staging"),
        ("selq labels pods.json --key t", "t", "tier|topology.kubernetes.io/zone"),
        ("selq pods.json -L env,ti", "env,ti", "env,tier"),
        ("selq pods.json --sort-by=r", "r", "run"),
        ("selq repl pods.json --sort-by r", "r", "run"),
        ("selq label a=b -f pods.json -l r", "r", "run|run="),
        ("selq missing.json -l ", "", ""),
        ("selq pods.json -l env p", "p", "pods.json"),
        ("selq -c pods.json -l env parse", "parse", ""),
        (
            "selq pods.json -o ",
            "",
            "table|wide|name|json|yaml|jsonl|csv|tsv|kubectl|kubectl-wide|custom-columns|records",
        ),
    ] {
        assert_eq!(bash(line, word), candidates, "{line}");
    }
    let words = ["--", "selq", "pods.json", "-l", "'env in (s"];
    assert_eq!(answer(&[("COMPLETE", "fish")], &words), "env in (staging\t2\n");
    let zsh = [("COMPLETE", "zsh"), ("_CLAP_COMPLETE_INDEX", "3")];
    assert_eq!(answer(&zsh, &words), "env in (staging:2");
    // At the beginning files and subcommands stand alone.
    let first = ["--", "selq", ""];
    let zsh = [("COMPLETE", "zsh"), ("_CLAP_COMPLETE_INDEX", "1")];
    for first in [answer(&[("COMPLETE", "fish")], &first), answer(&zsh, &first), bash("selq ", "")] {
        assert!(first.contains("pods.json") && first.contains("labels"), "{first}");
        assert!(!first.contains("--"), "{first}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(env.out(&["completions", shell]).contains("COMPLETE"), "{shell}");
    }
}

/// A Tab reads a dump no longer than one may wait; with an index it need not be read.
#[test]
fn shells_complete_from_an_index() {
    let env = TestEnv::new();
    env.run(&["index", "pods.json"]);
    let index = std::fs::read(env.path().join("pods.json.selq")).unwrap();
    env.file("elsewhere", index);
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_selq"))
        .args(["--", "selq", "pods.json", "--index", "elsewhere", "-n", ""])
        .env("COMPLETE", "fish")
        .current_dir(env.path())
        .output()
        .unwrap();
    let namespaces: Vec<&str> = str::from_utf8(&run.stdout).unwrap().lines().collect();
    assert_eq!(namespaces, ["shop\t6", "shop-dev\t2", "shop-staging\t2"]);
}

/// Each row says which key it is about where there are several; the form for one has no such column.
#[test]
fn values_of_several_keys_are_listed() {
    let env = TestEnv::new();
    let run =
        env.run(&["labels", "--key", "env", "--key", "legacy", "--key", "teir", "--key", "env", "pods.json"]);
    assert_eq!(run.status, 0);
    assert_snapshot!(run.out, @r"
    KEY      VALUE     OBJECTS
    env      prod      6
    env      staging   2
    env      dev       1
    legacy   true      1
    ");
    assert_eq!(run.err, "no label \"teir\" in 12 objects; did you mean \"tier\"?\n");
    assert_eq!(
        env.out(&["labels", "--key", "run", "--key", "legacy", "-o", "csv", "pods.json"]),
        "key,value,objects\nrun,debug-shell,1\nlegacy,true,1\n"
    );
    assert_eq!(
        env.out(&["labels", "--key", "run", "--key", "legacy", "-o", "jsonl", "pods.json"]),
        "{\"key\":\"run\",\"value\":\"debug-shell\",\"objects\":1}\n{\"key\":\"legacy\",\"value\":\"true\",\"objects\":1}\n"
    );
    let one = env.out(&["labels", "--key", "run", "-o", "jsonl", "pods.json"]);
    assert_eq!(one, env.out(&["labels", "--key", "run", "--key", "run", "-o", "jsonl", "pods.json"]));
    assert_eq!(one, "{\"value\":\"debug-shell\",\"objects\":1}\n");
}

#[test]
fn what_was_typed_is_repeated_no_longer_than_anyone_reads() {
    let env = TestEnv::new();
    let long = "9".repeat(100_000);
    for args in [
        vec!["--items-at", &long, "pods.json"],
        vec!["--limit", &long, "pods.json"],
        vec!["-o", &long, "pods.json"],
        vec![&format!("--{long}"), "pods.json"],
        vec!["parse", &format!("--{long}=3")],
    ] {
        let error = env.refused(&args);
        assert!(error.starts_with("error: ") && error.len() < 1_000, "{}", error.len());
    }
}

#[test]
fn columns_and_orders_go_by_the_same_names_everywhere() {
    let env = TestEnv::new();
    for args in [
        ["--label-columns", "env", "--sort-by", "tier", "pods.json"],
        ["--columns", "env", "--sort", "tier", "pods.json"],
    ] {
        let table = env.out(&args);
        assert!(table.starts_with("NAMESPACE"), "{table}");
        assert_eq!(env.pipe(&[&["repl"], &args[..]].concat(), b"\"\"\n").out, table);
    }
}
