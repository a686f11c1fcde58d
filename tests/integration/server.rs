//! What servers and kubectl write besides lists of objects, and what is said about it.

use insta::assert_snapshot;
use selq::load::{LoadErrorKind, LoadObserver, Notice, Progress, WatchEvent};
use selq::{Input, Loader};

use crate::load::gzip;
use crate::testenv::TestEnv;

const POD: &str = r#"{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":{"name":"a","labels":{"x":"1"}}}"#;
const STATUS: &str = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",
    "message":"pods is forbidden:\nno","reason":"Forbidden","code":403}"#;

fn table(rows: &[&str]) -> String {
    let rows = rows.join(",");
    format!(r#"{{"rows":[{rows}],"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{{"labels":7}}}}"#)
}

fn row(object: &str) -> String {
    format!(r#"{{"cells":["a",1],"object":{object}}}"#)
}

fn input(text: &str) -> Input {
    Input::Bytes { name: "dump".to_owned(), bytes: text.into() }
}

/// Names of the objects, and everything that is said meanwhile.
fn load(loader: &Loader, text: &str) -> (Vec<String>, Vec<String>) {
    #[derive(Default)]
    struct Notices(Vec<String>);
    impl LoadObserver for Notices {
        fn notice(&mut self, notice: Notice) {
            self.0.push(notice.to_string());
        }
    }
    let mut notices = Notices::default();
    let dump = loader.load_with([input(text)], &mut notices);
    let names = |dump: selq::Dump| {
        dump.store().objects().map(|it| format!("{} {}", dump.index(it.id()), it.name())).collect()
    };
    (dump.map(names).unwrap_or_else(|error| vec![error.to_string()]), notices.0)
}

#[test]
fn a_table_gives_the_objects_of_its_rows() {
    let named = |name: &str| row(&POD.replace("\"a\"", &format!("{name:?}")));
    let rows = [named("a"), named("b")];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let whole = table(&rows);
    let expected = (vec!["0 a".to_owned(), "1 b".to_owned()], Vec::new());
    for text in [
        whole.clone(),
        format!("[{whole}]"),
        format!(r#"{{"items":[{whole}]}}"#),
        format!(r#"{{"type":"ADDED","object":{whole}}}"#),
        table(&[&row(&table(&rows))]),
    ] {
        assert_eq!(load(&Loader::new(), &text), expected, "{text}");
        let events: Vec<WatchEvent> =
            Loader::new().watch(input(&text)).unwrap().map(Result::unwrap).collect();
        assert_eq!(events.len(), 2, "{text}: {events:?}");
    }
    let gone = format!(r#"{{"type":"ADDED","object":{whole}}}{{"type":"DELETED","object":{whole}}}"#);
    assert_eq!(load(&Loader::new(), &gone).0.len(), 0);
    for empty in [
        table(&[]),
        whole.replace("\"rows\"", "\"x\""),
        r#"{"kind":"Table","apiVersion":"meta.k8s.io/v1","rows":null}"#.to_owned(),
        r#"{"kind":"Table"}"#.to_owned(),
    ] {
        assert_eq!(load(&Loader::new(), &empty), (Vec::new(), Vec::new()), "{empty}");
    }
    // Other tables are objects like any other, and so are all where a pointer says that the objects are.
    let other = r#"{"kind":"Table","apiVersion":"dynamodb.services.k8s.aws/v1alpha1","rows":[],"metadata":{"name":"t"}}"#;
    assert_eq!(load(&Loader::new(), other).0, ["0 t"]);
    let here = Loader::new().items_at("/0".parse().unwrap());
    assert_eq!(load(&here, &format!("[[{whole}]]")).0.len(), 1);
}

#[test]
fn a_row_without_an_object_is_bad() {
    let rows = [row("null"), row(POD), r#"{"cells":[]}"#.to_owned(), "7".to_owned(), row("[]")];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let error = Loader::new().load([input(&table(&rows))]).unwrap_err();
    assert_snapshot!(error, @"dump:1:10: object 0: expected an `object` in every row of a Table, found a row without one");
    assert_eq!((error.kind(), error.help().is_some()), (LoadErrorKind::Data, true));
    let (names, notices) = load(&Loader::new().skip_invalid(true), &table(&rows));
    assert_eq!((names, notices.len()), (vec!["1 a".to_owned()], 4));
    assert_snapshot!(load(&Loader::new(), &table(&[]).replace("[]", "{}")).0[0], @"dump:1:9: object 0: expected an array or null as the `rows` of a Table, found an object");
}

#[test]
fn tables_in_tables_have_a_bound() {
    let mut text = POD.to_owned();
    for _ in 0..200 {
        text = table(&[&row(&text)]);
    }
    assert!(load(&Loader::new(), &text).0[0].ends_with("nested at most 64 deep, found one more"));
}

#[test]
fn a_status_is_an_error_of_the_server() {
    assert_snapshot!(load(&Loader::new(), STATUS).0[0], @r"dump:1:1: object 0: expected objects, found an error of the API server: pods is forbidden:\nno (Forbidden)");
    // One without a version is nobody else's; one of another version is an object like any other.
    let without_version = STATUS.replace(r#""apiVersion":"v1","#, "");
    assert_eq!(load(&Loader::new(), &without_version), load(&Loader::new(), STATUS));
    let of_others = STATUS.replace(r#""v1""#, r#""status.example.com/v1""#);
    assert_eq!(load(&Loader::new(), &of_others).0, ["0 "]);
    let in_stream = format!("{POD}\n{}\n{POD}\n", STATUS.replace('\n', " "));
    let (names, notices) = load(&Loader::new().skip_invalid(true), &in_stream);
    assert_eq!((names, notices.len()), (vec!["0 a".to_owned(), "2 a".to_owned()], 1));
    // As an item of a list, or under a pointer, it is an object like any other.
    let list = format!(r#"{{"items":[{STATUS}]}}"#);
    assert_eq!(load(&Loader::new(), &list), (vec!["0 ".to_owned()], Vec::new()));
    assert_eq!(load(&Loader::new().items_at("/items".parse().unwrap()), &list).0.len(), 1);
}

#[test]
fn a_status_in_a_watch_stream_is_a_remark() {
    let event = |object: &str| format!(r#"{{"type":"ADDED","object":{object}}}"#);
    let said = "dump: the watch failed: pods is forbidden:\nno (Forbidden)";
    let without_version = STATUS.replace(r#""apiVersion":"v1","#, "");
    for status in [STATUS.to_owned(), event(STATUS), without_version] {
        let text = format!("{}{status}", event(POD));
        assert_eq!(load(&Loader::new(), &text), (vec!["0 a".to_owned()], vec![said.to_owned()]), "{status}");
        let events: Vec<WatchEvent> =
            Loader::new().watch(input(&text)).unwrap().map(Result::unwrap).collect();
        assert!(matches!(&events[..], [WatchEvent::Put { .. }, WatchEvent::Failed { .. }]), "{events:?}");
    }
}

#[test]
fn a_page_of_a_list_is_remarked() {
    let page = |metadata: &str| format!(r#"{{"metadata":{metadata},"items":[{POD}]}}"#);
    let remark = |metadata: &str| load(&Loader::new(), &page(metadata)).1.join("\n");
    assert_snapshot!(remark(r#"{"continue":"x","remainingItemCount":1500}"#), @"dump: the list is one page only (it has metadata.continue): 1500 more objects remain on the server");
    assert_snapshot!(remark(r#"{"remainingItemCount":"?","continue":"x"}"#), @"dump: the list is one page only (it has metadata.continue): more objects remain on the server");
    for whole in [
        "{}",
        "null",
        r#"{"continue":""}"#,
        r#"{"continue":"x","continue":7}"#,
        r#"{"remainingItemCount":1}"#,
    ] {
        assert_eq!(remark(whole), "", "{whole}");
    }
    let twice = page(r#"{"continue":"x"},"metadata":{}"#);
    assert_eq!(load(&Loader::new(), &twice).1.len(), 0);
    let no_list = POD.replace("\"name\"", "\"continue\":\"x\",\"name\"");
    assert_eq!(load(&Loader::new(), &no_list).1.len(), 0);
}

/// Whatever the threads, and however often the program has to read, each page is told once.
#[test]
fn remarks_come_once() {
    let page = r#"{"metadata":{"continue":"x"},"items":[{"a":1},{"a":2}]}"#;
    let text = format!("{page}\n").repeat(300);
    let (names, notices) = load(&Loader::new().threads(4).min_part(100), &text);
    assert_eq!((names.len(), notices.len()), (600, 300));
    let env = TestEnv::new();
    env.file("page.json", page);
    for args in [&["-c"][..], &["-l", "a"], &["-c", "-l", "a"], &["-q", "-l", "!a"], &["-o", "name"]] {
        let run = env.run(&[args, &["--labels-at", "/b", "page.json"]].concat());
        let n_lines = if args[0] == "-q" { 0 } else { 2 };
        assert_eq!(run.err.matches("warning: ").count(), n_lines, "{args:?}: {}", run.err);
    }
}

#[test]
fn labels_that_no_object_has_are_remarked() {
    let at = |pointer: &str| {
        load(&Loader::new().labels_at(pointer.parse().unwrap()), &format!("{POD}\n{{}}")).1.join("\n")
    };
    assert_snapshot!(at("/Labels"), @"no object has /Labels, where --labels-at looks for labels");
    assert_eq!(at("/metadata/labels"), "");
    let none = load(&Loader::new().labels_at("/x".parse().unwrap()), r#"{"items":[]}"#);
    assert_eq!(none, (Vec::new(), Vec::new()));
    let last = Loader::new().labels_at("/x".parse().unwrap()).watch(input(POD)).unwrap().last().unwrap();
    assert!(matches!(last, Ok(WatchEvent::Remark { .. })), "{last:?}");
    let many = format!("{POD}\n").repeat(300);
    let parts = Loader::new().threads(4).min_part(100);
    assert_eq!(load(&parts.clone().labels_at("/metadata/labels".parse().unwrap()), &many).1.len(), 0);
    assert_eq!(load(&parts.labels_at("/x".parse().unwrap()), &many).1.len(), 1);
}

#[test]
fn maps_of_objects_are_remarked() {
    let map = format!(r#"{{"a":{POD},"b":{POD}}}"#);
    let (names, notices) = load(&Loader::new(), &map);
    assert_eq!(names.len(), 1, "it is an object all the same");
    assert_snapshot!(notices.join("\n"), @"dump: read as one object, though it looks like a map from name to object: --items-at '' reads it as one");
    assert_eq!(
        load(&Loader::new().items_at("".parse().unwrap()), &map),
        (vec!["0 a".to_owned(), "1 a".to_owned()], Vec::new())
    );
    for object in [
        POD,
        "{}",
        r#"{"metric":{"a":"b"},"values":[]}"#,
        r#"{"spec":{},"status":{}}"#,
        r#"{"a":{"kind":"A"},"b":7}"#,
    ] {
        assert_eq!(load(&Loader::new(), object).1.len(), 0, "{object}");
    }
    let help = |text: &str| Loader::new().load([input(text)]).unwrap_err().help().unwrap();
    let items = format!(r#"{{"items":{map}}}"#);
    assert_snapshot!(help(&items), @"`items` is a map from name to object: read it with --items-at /items");
    assert_eq!(load(&Loader::new().items_at("/items".parse().unwrap()), &items).0.len(), 2);
    assert!(!help(&format!("[{items}]")).contains("/items:"));
}

#[test]
fn events_that_leave_nothing_are_counted() {
    let event = |kind: &str| format!(r#"{{"type":"{kind}","object":{POD}}}"#);
    let (names, notices) =
        load(&Loader::new(), &[event("ADDED"), event("BOOKMARK"), event("DELETED")].concat());
    assert_eq!(names.len(), 0);
    assert_snapshot!(notices.join("\n"), @"dump: 3 watch events, and no object is there at the end");
    assert_eq!(load(&Loader::new(), &event("ADDED")).1.len(), 0);
}

#[test]
fn what_programs_say_is_named_wherever_it_stands() {
    let env = TestEnv::new();
    let logs = "{\n\"items\": []\n}\n==== START logs for container web of pod shop/web-0 ====\nstart\n";
    for (text, expected) in [
        (
            "Warning: v1 ComponentStatus is deprecated\n{\n\"items\": []}\n",
            "1:1: expected JSON, found a warning of kubectl",
        ),
        ("{\n\"items\": [\nWarning: x\n]}", "3:1: object 0: expected JSON, found a warning of kubectl"),
        (logs, "4:1: object 0: expected JSON, found the logs of `kubectl cluster-info dump`"),
        (
            "Error from server (NotFound): pods \"x\" not found\n",
            "1:1: expected JSON, found an error of kubectl",
        ),
        (
            "{}\nNo resources found\n",
            "2:1: object 1: expected JSON, found kubectl's word that there are no objects",
        ),
        ("2026-11-27T20:01:02Z INFO start\n{}\n{}\n", "1:1: object 0: expected JSON, found a log"),
        ("{\n}\n[2026-11-27 20:01:02] start\n", "3:2: object 1: expected JSON, found a log"),
        ("<html>\n", "1:1: expected JSON, found an HTML page"),
        ("},\n{\"kind\": \"Pod\"}]", "1:1: expected JSON, found a piece of JSON without its beginning"),
    ] {
        env.file("dump", text);
        let refused = env.refused(&["dump"]);
        let mut lines = refused.lines();
        assert_eq!(lines.next().unwrap(), format!("error: dump:{expected}"), "{text}");
        assert!(lines.next().is_some_and(|line| line.starts_with("help: ")), "{refused}");
    }
    env.out(&["-c", "pods.json"]);
    env.run(&["index", "pods.json"]);
    assert_snapshot!(env.refused(&["pods.json.selq"]), @"
    error: pods.json.selq: byte 0: expected JSON, found an index of selq
    help: name the dump that it was made of: the index beside it is found
    ");
}

#[test]
fn a_list_keeps_its_kind() {
    let env = TestEnv::new();
    let item = |name: &str| format!(r#"{{"metadata":{{"name":"{name}","labels":{{"x":"1"}}}}}}"#);
    let list = |kind: &str, version: &str, name: &str| {
        format!(r#"{{"items":[{}],"kind":"{kind}","apiVersion":"{version}"}}"#, item(name))
    };
    env.file("pods.json", list("PodList", "v1", "a"));
    env.file("deployments.json", list("DeploymentList", "apps/v1", "d"));
    env.file(
        "nested.json",
        format!(
            r#"{{"kind":"List","items":[{},{}]}}"#,
            list("PodList", "v1", "b"),
            list("PodList", "v1", "c")
        ),
    );
    let kinds = |args: &[&str]| {
        let run = env.run(args);
        assert_eq!(run.status, 0, "{}", run.err);
        let list: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        (format!("{} {} {}", list["apiVersion"], list["kind"], list["items"].as_array().unwrap().len()), run)
    };
    for (args, expected) in [
        (&["-o", "json", "deployments.json"][..], r#""apps/v1" "DeploymentList" 1"#),
        (&["-o", "json", "pods.json", "nested.json"], r#""v1" "PodList" 3"#),
        (&["-o", "json", "-l", "x", "--sort-by", "x", "nested.json"], r#""v1" "PodList" 2"#),
        (&["-o", "json", "-k", "deploy", "pods.json", "deployments.json"], r#""apps/v1" "DeploymentList" 1"#),
    ] {
        let (told, run) = kinds(args);
        assert_eq!((told.as_str(), run.err.as_str()), (expected, ""), "{args:?}");
        let again = env.pipe(&["-o", "name"], run.out.as_bytes());
        let first = env.run(&[&["-o", "name"], &args[2..]].concat());
        assert_eq!(again.out, first.out, "{args:?}");
    }
    let (told, run) = kinds(&["-o", "json", "pods.json", "deployments.json"]);
    assert_eq!(told, r#""v1" "List" 2"#);
    assert_snapshot!(run.err, @"the kinds of pod/a and 1 other object stand only in their lists, and are lost where objects of several lists are written as one: -k keeps to those of one");
    assert_snapshot!(env.run(&["-o", "jsonl", "nested.json", "pods.json"]).err, @"the kinds of pod/b and 2 other objects stand only in their lists, and are lost in JSON lines: JSON (-o json) keeps the list");
    // An index tells the same.
    assert_eq!(env.run(&["index", "pods.json", "deployments.json", "nested.json"]).status, 0);
    let told = |args: &[&str]| kinds(&[&["-o", "json"], args].concat()).0;
    assert_eq!(told(&["pods.json", "nested.json"]), r#""v1" "PodList" 3"#);
    assert_eq!(told(&["pods.json", "deployments.json"]), r#""v1" "List" 2"#);
}

#[test]
fn what_is_left_out_is_counted_by_what_it_is() {
    let env = TestEnv::new();
    let cut = &gzip(POD.as_bytes())[..30];
    env.file("cut.gz", cut);
    env.file("bad.json", "[7,{},8]");
    let run = env.run(&["-c", "--skip-invalid", "missing.json", "bad.json", "cut.gz"]);
    assert_eq!((run.status, run.out.as_str()), (2, "1\n"));
    assert_eq!(
        run.err.lines().last(),
        Some("warning: 2 bad objects and 1 file and the rest of 1 file were left out")
    );
    let run = env.run(&["watch", "--skip-invalid", "missing.json", "pods.json"]);
    assert_eq!((run.status, run.out.lines().count()), (2, 12));
    assert_eq!(run.err.lines().last(), Some("warning: 1 file was left out"));
}

#[test]
fn how_far_a_compressed_file_is_goes_by_its_own_bytes() {
    struct Totals(Vec<Option<u64>>);
    impl LoadObserver for Totals {
        fn progress(&mut self, progress: Progress) {
            self.0.push(progress.total);
        }
    }
    let text = format!("{POD}\n").repeat(100_000);
    for bytes in [
        gzip(text.as_bytes()),
        ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest),
    ] {
        let (mut totals, n_bytes) = (Totals(Vec::new()), bytes.len() as u64);
        Loader::new().load_with([Input::Bytes { name: "dump".to_owned(), bytes }], &mut totals).unwrap();
        assert!(!totals.0.is_empty() && totals.0.iter().all(|it| *it == Some(n_bytes)), "{:?}", totals.0);
    }
}
