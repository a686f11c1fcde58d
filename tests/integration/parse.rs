//! `selq parse` of queries and field selectors.

use insta::assert_snapshot;
use serde_json::Value;

use crate::testenv::TestEnv;

#[test]
fn queries_are_checked_and_said_back_to_kubectl() {
    let env = TestEnv::new();
    let out = env.out(&["parse", "-o", "jsonl", "--where", "app=web || env=prod"]);
    let line = r#"{"ok":true,"canonical":"app=web || env=prod","selector":null,"kubectl":{"exact":true,"calls":[{"kind":null,"namespace":null,"selector":"app=web","fieldSelector":null},{"kind":null,"namespace":null,"selector":"app!=web,env=prod","fieldSelector":null}]}}"#;
    assert_eq!(out.trim_end(), line);
    assert_snapshot!(env.out(&["parse", "-o", "jsonl", "-w", " b,a==1", "-w", "a && b", "-w", "!all()", "-w", "kind(po),name(x*)"]), @r#"
    {"ok":true,"canonical":"a==1,b","selector":"a==1,b","kubectl":{"exact":true,"calls":[{"kind":null,"namespace":null,"selector":"a==1,b","fieldSelector":null}]}}
    {"ok":true,"canonical":"a,b","selector":null,"kubectl":{"exact":true,"calls":[{"kind":null,"namespace":null,"selector":"a,b","fieldSelector":null}]}}
    {"ok":true,"canonical":"!all()","selector":null,"kubectl":{"exact":true,"calls":[]}}
    {"ok":true,"canonical":"kind(po),name(x*)","selector":null,"kubectl":{"exact":false,"calls":[{"kind":"po","namespace":null,"selector":null,"fieldSelector":null}]}}
    "#);
    assert_eq!(env.out(&["parse", "-w", "a && (b||c)", "b,a", "-w", ""]), "a,b\na,(b || c)\n\n");
    assert_eq!(
        env.out(&["parse", "-o", "json", "-w", "a=1 && b"]),
        env.out(&["parse", "-o", "json", "a=1,b"])
    );
    let wrong = env.run(&["parse", "-o", "jsonl", "-w", "a, b || c"]);
    assert_eq!(wrong.status, 2);
    let error = serde_json::from_str::<Value>(&wrong.out).unwrap()["error"].clone();
    assert_eq!((&error["offset"], &error["length"]), (&1.into(), &1.into()));
    assert_eq!(error["help"], "write (a,b) || c or a,(b || c)");
    assert_snapshot!(env.refused(&["parse", "-w", "a, b || c"]), @r#"
    a, b || c
     ^
    error: "," beside "||" can be read in two ways
    help: write (a,b) || c or a,(b || c)
    "#);
    assert_snapshot!(env.refused(&["parse", "-o", "json", "-w", "a || b", "-w", "app=w*", "--field-selector", "a=b"]), @r#"
    error: a LabelSelector has no form for "or"
    error: no LabelSelector says what the query does
    error: a field selector is no LabelSelector
    "#);
}

#[test]
fn field_selectors_are_checked() {
    let env = TestEnv::new();
    let fields = [
        "parse",
        "-o",
        "jsonl",
        "--field-selector",
        "status.phase!=Running,a==x\\,y",
        "--field-selector",
        "",
    ];
    assert_snapshot!(env.out(&fields), @r#"
    {"ok":true,"canonical":"a=x\\,y,status.phase!=Running","requirements":[{"field":"a","operator":"=","value":"x,y"},{"field":"status.phase","operator":"!=","value":"Running"}]}
    {"ok":true,"canonical":"","requirements":[]}
    "#);
    assert_snapshot!(env.refused(&["parse", "--field-selector", "status.phase"]), @r#"
    status.phase
    ^^^^^^^^^^^^
    error: expected a field with "=", "==" or "!=" and a value, found "status.phase"
    help: write status.phase!= for any value, status.phase= for none
    "#);
    assert_eq!(env.out(&["parse", "--field-selector", "b=1,a=2"]), "a=2,b=1\n");
}

#[test]
fn lines_of_json_ask_in_one_of_three_ways() {
    let env = TestEnv::new();
    let lines = r#"{"selector":"a"}
{"where":"a||b"}
{"fieldSelector":"a=b"}
{"where":"a","selector":null}
{"where":"a||"}
{"where":{}}
{"fieldSelector":"a"}
{"name":"x"}
"#;
    let run = env.pipe(&["parse", "--jsonl", "-o", "jsonl"], lines.as_bytes());
    assert_eq!(run.status, 2);
    assert_snapshot!(run.out, @r#"
    {"ok":true,"canonical":"a","requirements":[{"key":"a","operator":"exists","values":[]}],"matches":"some"}
    {"ok":true,"canonical":"a || b","selector":null,"kubectl":{"exact":true,"calls":[{"kind":null,"namespace":null,"selector":"a","fieldSelector":null},{"kind":null,"namespace":null,"selector":"!a,b","fieldSelector":null}]}}
    {"ok":true,"canonical":"a=b","requirements":[{"field":"a","operator":"=","value":"b"}]}
    {"ok":false,"error":{"message":"expected one of `selector`, `where` and `fieldSelector`, found `where` and `selector`","offset":null,"length":null,"help":null}}
    {"ok":false,"error":{"message":"expected a key, a field, a function, \"!\" or \"(\", found the end of the text","offset":3,"length":0,"help":null}}
    {"ok":false,"error":{"message":"expected a string, found an object","offset":null,"length":null,"help":null}}
    {"ok":false,"error":{"message":"expected a field with \"=\", \"==\" or \"!=\" and a value, found \"a\"","offset":0,"length":1,"help":"write a!= for any value, a= for none"}}
    {"ok":false,"error":{"message":"expected a field `selector`","offset":null,"length":null,"help":"for the selector of nothing write \"selector\":null"}}
    "#);
    assert_snapshot!(env.pipe(&["parse", "--jsonl"], lines.as_bytes()).err, @r#"
    line 4:
    {"where":"a","selector":null}
                                ^
    error: expected one of `selector`, `where` and `fieldSelector`, found `where` and `selector`
    line 5:
    a||
       ^
    error: expected a key, a field, a function, "!" or "(", found the end of the text
    line 6:
    {"where":{}}
             ^
    error: expected a string, found an object
    line 7:
    a
    ^
    error: expected a field with "=", "==" or "!=" and a value, found "a"
    help: write a!= for any value, a= for none
    line 8:
    error: expected a field `selector`
    help: for the selector of nothing write "selector":null
    "#);
}

#[test]
fn queries_are_printed_as_commands() {
    let env = TestEnv::new();
    let said = |query: &str| {
        let run = env.run(&["parse", "--as-commands", "-w", query]);
        assert_eq!(run.status, 0);
        run.out + &run.err
    };
    let queries = [
        "kind(pod), (app=web || env=prod), namespace(shop)",
        "a=1 || b=2",
        "kind(pods), app=web-*",
        "kind(deploy) && ready()=false || kind(svc) && name(web*)",
        "kind(po), (a && name(x*) || b && name(y*))",
        "kind(po), .spec.nodeName=n1, !(.status.phase=Running)",
        "!all()",
        "kind(po), status('a b')",
    ];
    assert_snapshot!(queries.map(said).join("\n"), @r#"
    kubectl get pod -n shop -l app=web
    kubectl get pod -n shop -l 'app!=web,env=prod'

    kubectl get KIND -A -l a=1
    kubectl get KIND -A -l 'a!=1,b=2'
    KIND stands for what to get, such as pods,svc; kind(…) in the query names it

    kubectl get pods -A -o json | selq -w 'app=web-*,kind(pods)'

    {
    kubectl get deploy -A -o json
    kubectl get svc -A -o json
    } | selq -w 'kind(deploy) && ready()=false || kind(svc) && name(web*)'

    {
    kubectl get po -A -l a -o json
    kubectl get po -A -l b -o json
    } | selq -w 'kind(po),(a && name(x*) || b && name(y*))'
    an object may come from several of these calls, and is counted as often

    kubectl get po -A --field-selector 'spec.nodeName=n1,status.phase!=Running'

    no object can match: there is nothing to call

    kubectl get po -A -o json | selq -w 'kind(po),status('\''a b'\'')'
    "#);
    let others = env.run(&["parse", "--as-commands", "--field-selector", "a=b", "x"]);
    assert_eq!(others.out, "kubectl get KIND -A -l x\nkubectl get KIND -A --field-selector a=b\n");
}

#[test]
fn queries_of_a_file_may_be_queries_and_field_selectors() {
    let env = TestEnv::new();
    let lines = [
        r#"{"name":"either","where":"tier=backend || env=prod"}"#,
        r#"{"where":"status(Running), kind(pod)"}"#,
        r#"{"fieldSelector":"status.phase=Running"}"#,
        r#"{"selector":"env=prod"}"#,
        r#"{"selector":"a","where":"b"}"#,
        r#"{"where":"kind(pod"}"#,
    ];
    env.file("q.jsonl", lines.join("\n"));
    let run = env.run(&["--queries", "q.jsonl", "-c", "-o", "jsonl", "pods.json"]);
    assert_eq!(run.status, 2);
    insta::assert_snapshot!(run.out, @r#"
    {"name":"either","selector":null,"where":"tier=backend || env=prod","count":7}
    {"name":null,"selector":null,"where":"status(Running),kind(pod)","count":8}
    {"name":null,"selector":null,"fieldSelector":"status.phase=Running","count":8}
    {"name":null,"selector":"env=prod","count":6}
    {"name":null,"error":{"message":"expected one of `selector`, `where` and `fieldSelector`, found `selector` and `where`","offset":null,"length":null,"help":null}}
    {"name":null,"error":{"message":"expected \",\" or \")\", found the end of the text","offset":8,"length":0,"help":"close the list with \")\""}}
    "#);
    let counts = env.run(&["--queries", "q.jsonl", "-w", "kind(pod)", "pods.json"]);
    assert_eq!(counts.out, "5\teither\n8\tstatus(Running),kind(pod)\n8\tstatus.phase=Running\n4\tenv=prod\n");
    let pod = br#"{"kind":"Pod","metadata":{"name":"a"},"status":{"phase":"Running"}}"#;
    let run = env.pipe(&["watch", "--queries", "q.jsonl"], pod);
    assert_eq!(
        (run.status, run.out.as_str()),
        (2, "+ [status(Running),kind(pod)] pod/a\n+ [status.phase=Running] pod/a\n")
    );
}
