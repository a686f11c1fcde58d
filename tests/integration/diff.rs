//! `selq diff`: what came, went and changed from one dump to another.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;
use selq::diff::{DiffBy, DiffSide, ObjectDifference, changed_fields, differences};
use selq::{Dump, Input, Loader, ObjectId};
use serde_json::{Value, json};

use crate::testenv::TestEnv;

const BEFORE: &str = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"shop","labels":{"env":"qa","old":"1"}},"spec":{"nodeName":"n1"}}
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"b","namespace":"shop","labels":{"env":"qa"}},"spec":{"nodeName":"n1"}}
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"c","namespace":"shop","labels":{"env":"qa"}}}
{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"}}
"#;
const AFTER: &str = r#"{"kind":"Node","apiVersion":"v1","metadata":{"name":"n1"}}
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"d","namespace":"shop","labels":{"env":"prod"}}}
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"b","namespace":"shop","labels":{"env":"qa"}},"spec":{"nodeName":"n2","x":[{"y":1}]}}
{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"shop","labels":{"env":"prod","new":"2"}},"spec":{"nodeName":"n1"}}
"#;

fn env() -> TestEnv {
    let env = TestEnv::new();
    env.file("a.json", BEFORE);
    env.file("b.json", AFTER);
    env
}

/// What a run prints, and after it what it says.
fn said(args: &[&str]) -> String {
    let run = env().run(args);
    format!("{}[{}] {}", run.out, run.status, run.err)
}

#[test]
fn objects_come_go_and_change() {
    assert_snapshot!(said(&["diff", "a.json", "b.json"]), @"
    CHANGE   NAMESPACE   NAME   KIND   WHAT
    ~        shop        a      Pod    ~env=qa->prod +new=2 -old=1
    -        shop        c      Pod    -env=qa
    +        shop        d      Pod    +env=prod
    [1] 1 came, 1 went, 1 changed, 2 as before
    ");
    assert_snapshot!(said(&["diff", "--by", "spec", "a.json", "b.json"]), @"
    CHANGE   NAMESPACE   NAME   KIND   WHAT
    ~        shop        b      Pod    .spec.nodeName .spec.x
    -        shop        c      Pod    -env=qa
    +        shop        d      Pod    +env=prod
    [1] 1 came, 1 went, 1 changed, 2 as before
    ");
    assert_snapshot!(said(&["diff", "--by", "all", "-o", "csv", "a.json", "b.json"]), @"
    change,namespace,name,kind,what
    ~,shop,a,Pod,~env=qa->prod +new=2 -old=1 .metadata.labels.env .metadata.labels.new .metadata.labels.old
    ~,shop,b,Pod,.spec.nodeName .spec.x
    -,shop,c,Pod,-env=qa
    +,shop,d,Pod,+env=prod
    [1] 1 came, 1 went, 2 changed, 1 as before
    ");
    assert_snapshot!(said(&["diff", "-o", "jsonl", "a.json", "b.json"]), @r#"
    {"change":"~","object":{"source":"b.json","index":3,"kind":"Pod","namespace":"shop","name":"a"},"labels":{"added":{"new":"2"},"removed":{"old":"1"},"changed":{"env":{"from":"qa","to":"prod"}}}}
    {"change":"-","object":{"source":"a.json","index":2,"kind":"Pod","namespace":"shop","name":"c"},"labels":{"added":{},"removed":{"env":"qa"},"changed":{}}}
    {"change":"+","object":{"source":"b.json","index":1,"kind":"Pod","namespace":"shop","name":"d"},"labels":{"added":{"env":"prod"},"removed":{},"changed":{}}}
    [1] 1 came, 1 went, 1 changed, 2 as before
    "#);
    assert_snapshot!(said(&["diff", "-o", "jsonl", "--by", "spec", "-w", "name(b)", "a.json", "b.json"]), @r#"
    {"change":"~","object":{"source":"b.json","index":2,"kind":"Pod","namespace":"shop","name":"b"},"labels":{"added":{},"removed":{},"changed":{}},"fields":[".spec.nodeName",".spec.x"]}
    [1] 0 came, 0 went, 1 changed, 0 as before
    "#);
    assert_snapshot!(said(&["diff", "a.json", "a.json"]), @"[0] nothing differs");
    assert_snapshot!(said(&["diff", "-q", "a.json", "b.json"]), @"[1]");
}

#[test]
fn answers_are_compared() {
    assert_snapshot!(said(&["diff", "-l", "env=qa", "a.json", "b.json"]), @"
    CHANGE   NAMESPACE   NAME   KIND   WHAT
    -        shop        a      Pod    -env=qa -old=1
    -        shop        c      Pod    -env=qa
    [1] 0 came, 2 went, 0 changed, 1 as before
    ");
    assert_snapshot!(said(&["diff", "-k", "no", "a.json", "b.json"]), @"[0] nothing differs");
    assert_snapshot!(said(&["diff", "-l", "evn=qa", "a.json", "b.json"]), @r#"
    [0] no label "evn" in 4 objects; did you mean "env"?
    nothing differs
    "#);
    let run = env().pipe(&["diff", "a.json", "-", "-q"], BEFORE.as_bytes());
    assert_eq!((run.status, run.out + &run.err), (0, String::new()));
}

#[test]
fn kinds_of_lists_are_compared_and_what_is_bad_left_out() {
    let env = env();
    let pods = |label: &str| {
        format!(
            r#"{{"kind":"PodList","apiVersion":"v1","items":[{{"metadata":{{"name":"a","labels":{{"x":{label}}}}}}},{{"metadata":{{"name":"b"}}}}]}}"#
        )
    };
    env.file("one.json", pods(r#""1""#));
    env.file("two.json", pods(r#""2""#));
    env.file("bad.json", pods("7"));
    let said = |args: &[&str]| {
        let run = env.run(args);
        format!("{}[{}] {}", run.out, run.status, run.err)
    };
    // The kind of an item is that of its list.
    assert_snapshot!(said(&["diff", "-k", "po", "one.json", "two.json"]), @"
    CHANGE   NAMESPACE   NAME   KIND   WHAT
    ~        <none>      a      Pod    ~x=1->2
    [1] 0 came, 0 went, 1 changed, 1 as before
    ");
    assert_snapshot!(said(&["diff", "-w", "!kind(pod)", "one.json", "two.json"]), @"
    [0] no objects found
    nothing differs
    ");
    assert_snapshot!(said(&["diff", "-k", "po", "--skip-invalid", "one.json", "bad.json"]), @"
    CHANGE   NAMESPACE   NAME   KIND   WHAT
    -        <none>      a      Pod    -x=1
    [2] warning: bad.json:1:84: object 0: expected a string as the value of label `x`, found a number
    0 came, 1 went, 0 changed, 1 as before
    warning: 1 bad object was left out
    ");
}

#[test]
fn two_dumps_are_needed() {
    let env = env();
    let faults = [&["diff", "a.json"][..], &["diff", "a.json", "b.json", "a.json"], &["diff", "-", "-"]]
        .map(|args| env.refused(args));
    assert_snapshot!(faults.join("\n"), @"
    error: expected two dumps to compare, found 1: selq diff yesterday.json today.json

    error: expected two dumps to compare, found 3: selq diff yesterday.json today.json

    error: `-` is standard input, which can be read only once
    ");
    assert_snapshot!(env.refused(&["diff", "a.json", "c.json"]), @"error: c.json: no such file");
}

#[test]
fn a_session_compares_what_is_loaded() {
    let env = env();
    let run = env.pipe(
        &["repl", "b.json"],
        b":diff a.json\n:diff a.json spec\n:namespace nowhere\n:diff\n:diff a.json few\n:diff x.json\n",
    );
    assert_snapshot!(format!("{}{}", run.out, run.err), @r#"
    CHANGE   NAMESPACE   NAME   KIND   WHAT
    ~        shop        a      Pod    ~env=qa->prod +new=2 -old=1
    -        shop        c      Pod    -env=qa
    +        shop        d      Pod    +env=prod
    CHANGE   NAMESPACE   NAME   KIND   WHAT
    ~        shop        b      Pod    .spec.nodeName .spec.x
    -        shop        c      Pod    -env=qa
    +        shop        d      Pod    +env=prod
    0 of 4 objects changed
    1 came, 1 went, 1 changed, 2 as before
    1 came, 1 went, 1 changed, 2 as before
    error: no namespace "nowhere"
    error: expected labels, spec, all as part, found "few"
    error: x.json: no such file
    "#);
}

fn load(objects: &[Value]) -> Dump {
    let bytes = objects.iter().map(|it| it.to_string() + "\n").collect::<String>().into_bytes();
    // An empty file is no dump of no objects.
    let input = Input::Bytes { name: "x".to_owned(), bytes };
    Loader::new().load((!objects.is_empty()).then_some(input)).unwrap()
}

/// What became of each object, by its name, written down plainly.
fn plain(before: &[Value], after: &[Value], by: DiffBy) -> BTreeMap<String, char> {
    let by_name = |objects: &[Value]| -> BTreeMap<String, Value> {
        objects.iter().map(|it| (format!("{}/{}", it["kind"], it["metadata"]["name"]), it.clone())).collect()
    };
    let counted = |object: &Value| match by {
        DiffBy::Labels => object["metadata"]["labels"].clone(),
        DiffBy::Spec => Value::from(vec![object["spec"].clone(), object["data"].clone()]),
        DiffBy::All => object.clone(),
    };
    let (before, after) = (by_name(before), by_name(after));
    let mut found = BTreeMap::new();
    for (name, object) in &before {
        match after.get(name) {
            None => found.insert(name.clone(), '-'),
            Some(other) if counted(other) != counted(object) => found.insert(name.clone(), '~'),
            Some(_) => None,
        };
    }
    found.extend(after.keys().filter(|name| !before.contains_key(*name)).map(|name| (name.clone(), '+')));
    found
}

fn object() -> impl Strategy<Value = Value> {
    let labels = prop::collection::btree_map("[ab]", "[xy]", 0..3);
    (0..2_u8, 0..6_u8, labels, prop::option::of(0..3_u8), prop::option::of(0..3_u8), 0..3_u8).prop_map(
        |(kind, name, labels, spec, data, status)| {
            let kind = ["Pod", "Node"][usize::from(kind)];
            let mut object = json!({
                "kind": kind,
                "metadata": {"name": format!("n{name}"), "labels": labels},
                "status": {"n": status},
            });
            spec.into_iter().for_each(|spec| object["spec"] = json!({"n": [{"m": spec}]}));
            data.into_iter().for_each(|data| object["data"] = json!(data));
            object
        },
    )
}

proptest! {
    #[test]
    fn differences_are_those_that_are_plainly_there(
        before in prop::collection::vec(object(), 0..12),
        after in prop::collection::vec(object(), 0..12),
    ) {
        let (old, new) = (load(&before), load(&after));
        let ids = |dump: &Dump| dump.store().objects().map(|it| it.id()).collect::<Vec<ObjectId>>();
        let (of_old, of_new) = (ids(&old), ids(&new));
        for by in [DiffBy::Labels, DiffBy::Spec, DiffBy::All] {
            let name = |dump: &Dump, id| {
                let object = dump.store().get(id).unwrap();
                format!("{:?}/{:?}", object.kind(), object.name())
            };
            let mut found = BTreeMap::new();
            for difference in differences(DiffSide { dump: &old, ids: &of_old }, DiffSide { dump: &new, ids: &of_new }, by) {
                let (name, sign) = match difference {
                    ObjectDifference::Came { after } => (name(&new, after), '+'),
                    ObjectDifference::Went { before } => (name(&old, before), '-'),
                    ObjectDifference::Changed { after, .. } => (name(&new, after), '~'),
                };
                prop_assert!(found.insert(name, sign).is_none(), "told twice");
            }
            prop_assert_eq!(found, plain(&before, &after, by));
        }
    }

    #[test]
    fn fields_lead_to_what_differs(before in object(), after in object()) {
        let fields = changed_fields(&before.to_string(), &after.to_string(), DiffBy::All);
        prop_assert_eq!(fields.is_empty(), before == after);
        for field in fields {
            let path: selq::Path = field.parse().unwrap();
            prop_assert_ne!(path.values(&before), path.values(&after), "{}", field);
        }
    }
}
