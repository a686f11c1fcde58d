//! `selq watch`, and the stream reader behind it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use insta::assert_snapshot;
use proptest::prelude::*;
use selq::load::WatchEvent;
use selq::{Input, Loader, Plan, Selector, WatchedStore};
use serde_json::{Value, json};

use crate::testenv::{PODS, Run, TestEnv};

fn event(event_type: &str, name: &str, labels: &Value) -> String {
    let object = json!({"kind": "Pod", "metadata": {"namespace": "shop", "name": name, "labels": labels}});
    json!({"type": event_type, "object": object}).to_string() + "\n"
}

fn watch(args: &[&str], stream: &str) -> Run {
    TestEnv::new().pipe(&[&["watch"], args].concat(), stream.as_bytes())
}

/// The program with both ends of its pipes in our hands.
struct Conversation {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Conversation {
    fn begin(args: &[&str]) -> Conversation {
        let mut child = Command::new(env!("CARGO_BIN_EXE_selq"))
            .arg("watch")
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Conversation { stdin: child.stdin.take(), stdout, child }
    }

    fn write(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.flush().unwrap();
    }

    /// Waits for the next line.
    fn read(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Ends the input, and gives the exit status.
    fn end(mut self) -> i32 {
        self.stdin = None;
        self.child.wait().unwrap().code().unwrap()
    }
}

#[test]
fn every_line_is_answered_before_the_next_is_written() {
    let mut talk = Conversation::begin(&["-l", "env=prod", "-"]);
    talk.write(&event("ADDED", "web-0", &json!({"env": "prod", "app": "web"})));
    assert_eq!(talk.read(), "+ shop pod/web-0 app=web,env=prod\n");
    talk.write(&event("MODIFIED", "web-0", &json!({"env": "prod", "app": "shop", "tier": ""})));
    assert_eq!(talk.read(), "~ shop pod/web-0 ~app=web->shop,+tier=\n");
    talk.write(&event("ADDED", "db-0", &json!({"env": "dev"})));
    talk.write(&event("MODIFIED", "web-0", &json!({"env": "qa"})));
    assert_eq!(talk.read(), "- shop pod/web-0 env=qa\n");
    let (first, rest) = r#"{"kind":"Pod","metadata":{"name":"x","labels":{"env":"prod"}}}"#.split_at(30);
    talk.write(first);
    talk.write(rest);
    assert_eq!(talk.read(), "+ pod/x env=prod\n", "the line's end is not waited for");
    assert_eq!(talk.end(), 0);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_between_two_lines_and_says_what_the_end_says() {
    let interrupted = |selector: &str, labels: &Value, line: &str| {
        let mut talk = Conversation::begin(&["-l", selector]);
        talk.write(&event("ADDED", "a", labels));
        talk.write(&event("ADDED", "b", &json!({"env": "1"})));
        assert_eq!(talk.read(), line);
        let pid = talk.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        assert_eq!(talk.read(), "");
        let output = talk.child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let said = interrupted("env!=2,!tier", &json!({"env": "2"}), "+ shop pod/b env=1\n");
    assert_eq!(said, (Some(0), "no label \"tier\" in 2 events\n".to_owned()));
}

#[test]
fn json_lines_have_all_that_is_known() {
    let stream = [
        event("ADDED", "a", &json!({"env": "qa"})),
        event("BOOKMARK", "", &json!({})),
        event("MODIFIED", "a", &json!({"env": "prod"})),
        r#"{"metadata":{"labels":{"env":"prod"}}}"#.to_owned(),
        event("DELETED", "a", &json!({"env": "prod"})),
        event("DELETED", "never-seen", &json!({"env": "prod"})),
    ];
    let run = watch(&["-l", "env=prod", "-o", "jsonl"], &stream.concat());
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @r#"
    {"event":"+","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"env":"prod"}}
    {"event":"+","source":"standard input","index":3,"kind":null,"namespace":null,"name":null,"labels":{"env":"prod"}}
    {"event":"-","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"env":"prod"}}
    "#);
}

#[test]
fn lists_and_objects_are_as_if_added() {
    let run = watch(&["-l", "env=staging", "-k", "po"], &format!("{PODS}\n{PODS}"));
    assert_eq!(run.status, 0);
    assert_snapshot!(run.out, @"
    + shop-staging pod/web-5f6c8b7d9-qh4vn app.kubernetes.io/name=web,env=staging,pod-template-hash=5f6c8b7d9,tier=frontend
    + shop-staging pod/cart-0 app.kubernetes.io/name=cart,env=staging,tier=backend
    ");
}

#[test]
fn a_bad_line_ends_the_watch_unless_it_is_skipped() {
    let good = |name| event("ADDED", name, &json!({"env": "1"}));
    let bad = "{\"type\":\"ADDED\",\"object\":{\"kind\":\"Po\n";
    let worse = "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"labels\":{\"a\":1}}}}\noops\n{\"a\":[\n";
    let lists = "[oops\n[\n[[\n[{\"type\":\"ADDED\",\n";
    let stream = [
        good("a").as_str(),
        bad,
        &good("b"),
        worse,
        &good("c"),
        lists,
        &good("d"),
        "key: value\n",
        &good("e"),
    ]
    .concat();
    let run = watch(&["-l", "env"], &stream);
    assert_eq!((run.status, run.out.as_str()), (2, "+ shop pod/a env=1\n"));
    assert_snapshot!(run.err, @"error: standard input:2:37: object 1: expected the rest of a value, found the end of the line");
    let run = watch(&["-l", "env", "--skip-invalid", "-o", "jsonl"], &stream);
    assert_eq!(run.status, 2);
    assert_snapshot!(run.out, @r#"
    {"event":"+","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"env":"1"}}
    {"event":"+","source":"standard input","index":2,"kind":"Pod","namespace":"shop","name":"b","labels":{"env":"1"}}
    {"event":"+","source":"standard input","index":6,"kind":"Pod","namespace":"shop","name":"c","labels":{"env":"1"}}
    {"event":"+","source":"standard input","index":11,"kind":"Pod","namespace":"shop","name":"d","labels":{"env":"1"}}
    {"event":"+","source":"standard input","index":13,"kind":"Pod","namespace":"shop","name":"e","labels":{"env":"1"}}
    "#);
    assert_snapshot!(run.err, @"
    warning: standard input:2:37: object 1: expected the rest of a value, found the end of the line
    warning: standard input:4:53: object 3: expected a string as the value of label `a`, found a number
    warning: standard input:5:1: object 4: expected an object, found `oops`
    warning: standard input:6:7: object 5: expected the rest of a value, found the end of the line
    warning: standard input:8:6: object 7: expected the rest of a value, found the end of the line
    warning: standard input:9:2: object 8: expected the rest of a value, found the end of the line
    warning: standard input:10:3: object 9: expected the rest of a value, found the end of the line
    warning: standard input:11:18: object 10: expected the rest of a value, found the end of the line
    warning: standard input:13:1: object 12: expected JSON, found YAML
    warning: 9 bad objects were left out
    ");
}

#[test]
fn events_in_lists_are_followed_one_by_one() {
    let element = |event_type, labels| event(event_type, "a", labels).trim_end().to_owned();
    let (on, off) = (json!({"env": "1"}), json!({}));
    let stream = [
        format!("[{},{}]", element("ADDED", &on), element("MODIFIED", &off)),
        format!(
            r#"{{"kind":"PodList","items":[{},{{"metadata":{{"name":"b","labels":{{"env":"2"}}}}}}]}}"#,
            element("MODIFIED", &on)
        ),
        format!("[{},{}]", element("BOOKMARK", &off), element("DELETED", &off)),
        event("ADDED", "c", &on),
    ];
    let run = watch(&["-l", "env", "-o", "jsonl"], &stream.join("\n"));
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @r#"
    {"event":"+","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"env":"1"}}
    {"event":"-","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{}}
    {"event":"+","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"env":"1"}}
    {"event":"+","source":"standard input","index":3,"kind":"Pod","namespace":null,"name":"b","labels":{"env":"2"}}
    {"event":"-","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{}}
    {"event":"+","source":"standard input","index":6,"kind":"Pod","namespace":"shop","name":"c","labels":{"env":"1"}}
    "#);
}

#[test]
fn what_is_bad_in_a_list_is_told_in_its_place() {
    let element = |name| event("ADDED", name, &json!({"env": "1"})).trim_end().to_owned();
    let failed = r#"{"type":"ERROR","object":{"message":"gone"}}"#;
    let list = format!("[{},1,{failed},{}]\n", element("a"), element("b"));
    let run = watch(&["-l", "env"], &list);
    assert_eq!((run.status, run.out.as_str()), (2, "+ shop pod/a env=1\n"));
    assert_snapshot!(run.err, @"error: standard input:1:107: object 1: expected an object, found a number");
    let run =
        watch(&["-l", "env", "--skip-invalid"], &format!("{list}[{},oops]\n{}", element("c"), element("d")));
    assert_snapshot!(run.out, @"
    + shop pod/a env=1
    + shop pod/b env=1
    + shop pod/c env=1
    + shop pod/d env=1
    ");
    assert_snapshot!(run.err, @"
    warning: standard input:1:107: object 1: expected an object, found a number
    warning: standard input: the watch failed: gone
    warning: standard input:2:107: object 5: expected an object, found `oops`
    warning: 2 bad objects were left out
    ");
}

#[test]
fn many_selectors_are_watched_at_once() {
    let env = TestEnv::new();
    env.file("queries.txt", "# two\nenv in (prod,qa)\n\ntier\n");
    env.file("named.jsonl", "{\"name\":\"all\",\"selector\":\"\"}\n{\"name\":\"none\",\"selector\":null}\n");
    env.file("bad.txt", "env\nenv in\n");
    env.file("all.txt", "\"\"\n");
    let stream = [
        event("ADDED", "a", &json!({"env": "prod", "on": ""})),
        event("MODIFIED", "a", &json!({"env": "qa", "tier": "db", "on": ""})),
        event("MODIFIED", "a", &json!({"tier": "db", "on": ""})),
        event("MODIFIED", "a", &json!({"tier": "db"})),
    ];
    let watch = |args: &[&str]| env.pipe(&[&["watch"], args].concat(), stream.concat().as_bytes());
    assert_snapshot!(watch(&["--queries", "queries.txt"]).out, @"
    + [env in (prod,qa)] shop pod/a env=prod,on=
    ~ [env in (prod,qa)] shop pod/a ~env=prod->qa,+tier=db
    + [tier] shop pod/a env=qa,on=,tier=db
    - [env in (prod,qa)] shop pod/a on=,tier=db
    ~ [tier] shop pod/a -env=qa
    ~ [tier] shop pod/a -on=
    ");
    assert_snapshot!(watch(&["--queries", "named.jsonl", "-l", "on", "-o", "jsonl"]).out, @r#"
    {"event":"+","query":"all","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"env":"prod","on":""}}
    {"event":"~","query":"all","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"env":"qa","on":"","tier":"db"}}
    {"event":"~","query":"all","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"on":"","tier":"db"}}
    {"event":"-","query":"all","source":"standard input","index":0,"kind":"Pod","namespace":"shop","name":"a","labels":{"tier":"db"}}
    "#);
    env.file("events.json", &stream[0]);
    assert_snapshot!(env.out(&["watch", "--queries", "all.txt", "-n", "shop", "events.json", "events.json"]), @r#"
    + [""] events.json: shop pod/a env=prod,on=
    + [""] events.json: shop pod/a env=prod,on=
    "#);
    // A line that is none says so, and the others are watched.
    let bad = watch(&["--queries", "bad.txt"]);
    assert_eq!(
        (bad.status, bad.out.as_str()),
        (
            2,
            "+ [env] shop pod/a env=prod,on=\n~ [env] shop pod/a ~env=prod->qa,+tier=db\n- [env] shop pod/a on=,tier=db\n"
        )
    );
    assert_snapshot!(bad.err, @r#"
    bad.txt:2:
    env in
          ^
    error: expected "(", found the end of the text
    help: put the values in parentheses
    "#);
    env.file("bad.txt", "env in\n");
    let bad = watch(&["--queries", "bad.txt"]);
    assert_eq!((bad.status, bad.out.as_str()), (2, ""));
    assert_eq!(bad.err.lines().last(), Some("error: nothing to watch: 1 bad selector in bad.txt"));
}

#[test]
fn the_end_says_whether_anything_was_printed() {
    let stream = event("ADDED", "a", &json!({}));
    assert_eq!(watch(&["-l", "env"], &stream).status, 1);
    assert_eq!(watch(&["-l", ""], &stream).status, 0);
    assert_eq!(watch(&["-l", "env in"], &stream).status, 2);
    assert_eq!(watch(&["-l", "env"], "").status, 1);
    assert_eq!(watch(&["-l", "env", "nowhere.json"], "").status, 2);
    let failed = r#"{"type":"ERROR","object":{"kind":"Status","message":"too old resource version"}}"#;
    assert_snapshot!(watch(&["-l", "env"], failed).err, @"
    warning: standard input: the watch failed: too old resource version
    no object entered the selection
    ");
}

#[test]
fn files_may_be_compressed_and_have_a_byte_order_mark() {
    let env = TestEnv::new();
    let stream = format!("\u{FEFF}{}", event("ADDED", "a", &json!({"env": "1"})));
    env.file("plain.json", &stream);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(stream.as_bytes()).unwrap();
    env.file("events.gz", gzip.finish().unwrap());
    env.file("empty.json", "\n");
    assert_eq!(
        env.out(&["watch", "-l", "env", "plain.json", "events.gz"]),
        "+ plain.json: shop pod/a env=1\n+ events.gz: shop pod/a env=1\n"
    );
    assert_snapshot!(env.refused(&["watch", "-l", "env", "empty.json"]), @"error: empty.json:1:1: expected JSON, found an empty file");
}

#[test]
fn a_map_is_remarked_once_and_a_line_is_no_file() {
    let map = r#"{"a":{"kind":"Pod","metadata":{"name":"a"}}}"#;
    let run = watch(&["-w", "all()"], &format!("{map}\n{map}\n"));
    assert_eq!((run.status, run.out.lines().count(), run.err.lines().count()), (0, 2, 1), "{}", run.err);
    let mut bytes = event("ADDED", "a", &json!({"env": "1"})).into_bytes();
    bytes.extend(b"\x1F\x8B\x08\n");
    bytes.extend(event("ADDED", "b", &json!({"env": "1"})).into_bytes());
    let run = TestEnv::new().pipe(&["watch", "-l", "env", "--skip-invalid"], &bytes);
    assert_eq!((run.status, run.out.lines().count()), (2, 2), "{}", run.err);
    assert_snapshot!(run.err.lines().next().unwrap(), @"warning: standard input: byte 105: object 1: expected JSON, found a gzip stream inside another one");
}

#[test]
fn of_a_damaged_compressed_stream_what_comes_before_the_damage_is_read() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(event("ADDED", "a", &json!({})).as_bytes()).unwrap();
    let mut bytes = gzip.finish().unwrap();
    bytes.truncate(bytes.len() - 4);
    let events: Vec<_> = Loader::new().watch(Input::Bytes { name: "x".to_owned(), bytes }).unwrap().collect();
    assert!(matches!(&events[..], [Err(_), Ok(WatchEvent::Put { .. })]), "{events:?}");
}

/// Events about a few objects with a few labels, some of them in lists.
fn stream() -> impl Strategy<Value = String> {
    let labels = prop::collection::btree_map(
        prop::sample::select(vec!["a", "b"]),
        prop::sample::select(vec!["1", "2"]),
        0..3,
    );
    let event_type = prop::sample::select(vec!["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]);
    let name = prop::sample::select(vec!["x", "y", "z", ""]);
    let event = (event_type, name, labels).prop_map(|(kind, name, labels)| event(kind, name, &json!(labels)));
    let events = prop::collection::vec(event, 1..4);
    let piece = (events, 0..3).prop_map(|(events, form)| match form {
        0 => events.concat(),
        1 => format!("[{}]\n", events.join(",")),
        _ => format!("{{\"items\":[{}]}}\n", events.join(",")),
    });
    prop::collection::vec(piece, 1..10).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// What entered and has not left is what a query over the whole stream selects.
    #[test]
    fn following_a_stream_comes_to_what_loading_it_comes_to(stream in stream()) {
        let selector: Selector = "a=1,b!=2".parse().unwrap();
        let input = || Input::Bytes { name: "stream".to_owned(), bytes: stream.clone().into_bytes() };
        let mut watched = WatchedStore::new();
        let mut selected: Vec<u64> = Vec::new();
        for event in Loader::new().watch(input()).unwrap() {
            let Some(change) = watched.apply(event.unwrap()) else { continue };
            match change.transition(&selector).map(|it| it.as_str()) {
                Some("+") => selected.push(change.index),
                Some("-") => selected.retain(|&index| index != change.index),
                _ => {}
            }
        }
        let dump = Loader::new().load([input()]).unwrap();
        let mut expected: Vec<u64> =
            Plan::new(dump.store(), &selector).run().iter().map(|object| dump.index(object.id())).collect();
        expected.sort_unstable();
        selected.sort_unstable();
        prop_assert_eq!(selected, expected);
        prop_assert_eq!(Plan::new(watched.store(), &selector).count(), Plan::new(dump.store(), &selector).count());
        prop_assert_eq!(watched.store().len(), dump.store().len());
    }

    #[test]
    fn an_event_that_is_cut_anywhere_is_the_only_one_lost(
        n_events in 1usize..5, at in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), pretty: bool
    ) {
        let event = |name: usize| {
            let object = json!({"list": [1, {"a": []}, {"b": [{}, "}"]}], "metadata": {"name": name.to_string()}});
            let event = json!({"type": "ADDED", "object": object});
            if pretty { serde_json::to_string_pretty(&event).unwrap() } else { event.to_string() }
        };
        let mut texts: Vec<String> = (0..n_events).map(event).collect();
        let at = at.index(n_events);
        let len = 1 + cut.index(texts[at].len() - 1);
        texts[at].truncate(len);
        let bytes = texts.join("\n").into_bytes();
        let mut events = Loader::new().watch(Input::Bytes { name: "stream".to_owned(), bytes }).unwrap();
        let (read, bad): (Vec<_>, Vec<_>) = events.by_ref().partition(Result::is_ok);
        let name = |event: WatchEvent| event.object().map(|object| object.identity().name.to_owned());
        let names: Vec<String> = read.into_iter().filter_map(|event| name(event.unwrap())).collect();
        let expected: Vec<String> = (0..n_events).filter(|&n| n != at).map(|n| n.to_string()).collect();
        prop_assert_eq!((names, bad.len()), (expected, 1));
    }

    #[test]
    fn reading_any_bytes_ends(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let input = Input::Bytes { name: "bytes".to_owned(), bytes };
        Loader::new().watch(input).unwrap().for_each(drop);
    }
}

/// A pod with a phase.
fn pod_event(event_type: &str, name: &str, phase: &str, labels: &Value) -> String {
    let object =
        json!({"kind": "Pod", "metadata": {"name": name, "labels": labels}, "status": {"phase": phase}});
    json!({"type": event_type, "object": object}).to_string() + "\n"
}

#[test]
fn fields_and_functions_are_asked_of_each_event() {
    let stream = [
        pod_event("ADDED", "a", "Pending", &json!({"env": "prod"})),
        pod_event("ADDED", "b", "Running", &json!({"env": "prod"})),
        pod_event("MODIFIED", "a", "Running", &json!({"env": "prod"})),
        pod_event("MODIFIED", "a", "Running", &json!({"env": "prod", "x": "1"})),
        pod_event("MODIFIED", "b", "Failed", &json!({"env": "prod"})),
        pod_event("DELETED", "a", "Running", &json!({"env": "prod"})),
        pod_event("ADDED", "a", "Running", &json!({})),
        r#"{"items":[{"metadata":{"name":"c"},"status":{"phase":"Running"}}],"kind":"PodList"}"#.to_owned(),
    ]
    .concat();
    let run = watch(&["-w", ".status.phase=Running,kind(pod)", "-l", "env || !env"], &stream);
    assert_eq!(run.status, 2, "a selector is no query");
    let run = watch(&["-w", ".status.phase=Running,kind(pod)"], &stream);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @"
    + pod/b env=prod
    + pod/a env=prod
    ~ pod/a +x=1
    - pod/b env=prod
    - pod/a env=prod
    + pod/a
    + pod/c
    ");
    let run = watch(&["-w", "status(Failed) || source(nope)", "-l", "env=prod"], &stream);
    assert_snapshot!(run.out, @"+ pod/b env=prod");
}

#[test]
fn queries_about_labels_and_about_more_are_watched_together() {
    let env = TestEnv::new();
    let lines = [
        r#"{"name":"running","where":".status.phase=Running"}"#,
        r#"{"name":"prod","selector":"env=prod"}"#,
        r#"{"name":"fields","fieldSelector":"status.phase!=Running"}"#,
        r#"{"where":"env=p*"}"#,
    ];
    env.file("q.jsonl", lines.join("\n"));
    let stream = [
        pod_event("ADDED", "a", "Pending", &json!({"env": "prod"})),
        pod_event("MODIFIED", "a", "Running", &json!({"env": "qa"})),
    ]
    .concat();
    let run = env.pipe(&["watch", "--queries", "q.jsonl"], stream.as_bytes());
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_snapshot!(run.out, @"
    + [prod] pod/a env=prod
    + [fields] pod/a env=prod
    + [env=p*] pod/a env=prod
    + [running] pod/a env=qa
    - [prod] pod/a env=qa
    - [fields] pod/a env=qa
    - [env=p*] pod/a env=qa
    ");
}

#[test]
fn ages_are_counted_to_the_event_unless_a_time_is_named() {
    let young =
        json!({"kind": "Pod", "metadata": {"name": "a", "creationTimestamp": "2026-01-01T00:00:00Z"}});
    let stream = json!({"type": "ADDED", "object": young}).to_string();
    assert_eq!(watch(&["-w", "age()>1h"], &stream).status, 0);
    let then = ["-w", "age()>1h", "--now", "2026-01-01T00:30:00Z"];
    assert_eq!(watch(&then, &stream).status, 1);
    let run = watch(&["-w", "age()>1h", "--now", "dump"], &stream);
    assert_eq!(run.status, 2);
    assert_snapshot!(run.err, @"error: --now dump is the newest time of all objects, which a watch never has: name the time");
    let run = watch(&["-w", "node(zone)=a"], &stream);
    assert_snapshot!(run.err, @"error: node() asks other objects, which takes a dump of all of them");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// What is asked by the object's JSON, or by its labels in a query, changes as what a selector asks does.
    #[test]
    fn queries_see_what_selectors_see(events in prop::collection::vec((0..3_usize, 0..4_u8, 0..3_usize), 1..40)) {
        let stream: String = events
            .iter()
            .map(|&(kind, name, env)| {
                let labels = [json!({"env": "prod"}), json!({"env": "qa"}), json!({})][env].clone();
                event(["ADDED", "MODIFIED", "DELETED"][kind], &format!("p{name}"), &labels)
            })
            .collect();
        let by_selector = watch(&["-l", "env!=prod"], &stream);
        for query in ["label(env)!=prod", "env!=p*", ".metadata.labels.env!=prod"] {
            prop_assert_eq!(&watch(&["-w", query], &stream).out, &by_selector.out);
        }
    }
}
