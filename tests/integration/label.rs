//! `selq label`, and the edits behind it.

use std::collections::BTreeMap;
use std::fs;

use insta::assert_snapshot;
use proptest::prelude::*;
use selq::edit::{EditError, LabelChange, Overwrite, PatchOperation, Rewrite};
use selq::saved::Check;
use selq::{Input, LabelEdits, Loader, SavedIndex};
use serde_json::{Value, json};

use crate::conformance_selector::lines;
use crate::testenv::{PODS, TestEnv};

/// The labels of an object as Kubernetes reads them: none where there are none, the empty value for `null`.
fn labels(object: &Value) -> Vec<(String, String)> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    labels.into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
}

#[test]
fn conformance_with_kubectl_label() {
    let Some(cases) = lines("label_edit.jsonl") else { return };
    let env = TestEnv::new();
    for case in cases {
        let edits = case["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap());
        let args: Vec<&str> = ["label"].into_iter().chain(edits).chain(["-f", "-"]).collect();
        let run = env.pipe(&args, case["object"].to_string().as_bytes());
        if case["ok"] == true {
            assert_eq!(run.status, 0, "{case}");
            let edited: Value = serde_json::from_str(&run.out).unwrap();
            let labels: Value = labels(&edited).into_iter().collect();
            assert_eq!(labels, case["result_labels"], "{case}");
        } else {
            assert_eq!((run.status, run.out.as_str()), (2, ""), "{case}");
        }
    }
}

#[test]
fn verdicts_are_those_of_kubectl() {
    let env = TestEnv::new();
    let object = br#"{"metadata":{"labels":{"a":"1","b":""}}}"#;
    for (args, expected) in [
        (&["b-", "c=1", "--overwrite"][..], Some(r#"{"metadata":{"labels":{"a":"1","c":"1"}}}"#)),
        (&["a=1", "x-"], Some(r#"{"metadata":{"labels":{"a":"1","b":""}}}"#)),
        (&["--overwrite=true", "a=2", "a=3"], Some(r#"{"metadata":{"labels":{"a":"3","b":""}}}"#)),
        (&["--overwrite", "--overwrite=false", "a=2"], None),
        (&["a=2"], None),
        (&["b=1"], None),
        (&["a=1", "a-"], None),
        (&["a=b c"], None),
        (&["a=b=c"], None),
        (&["=1"], None),
        (&["pod/web", "a=1"], None),
        (&[], None),
    ] {
        let args = [&["label"], args, &["-f", "-"]].concat();
        let run = env.pipe(&args, object);
        assert_eq!((run.status == 0).then_some(run.out.as_str()), expected, "{args:?}");
        assert_eq!(run.status, if expected.is_some() { 0 } else { 2 }, "{args:?}");
    }
}

#[test]
fn what_is_no_edit_is_told_with_the_way_out() {
    let env = TestEnv::new();
    assert_snapshot!(env.refused(&["label", "pods", "a=1", "-f", "pods.json"]), @r#"
    error: expected an edit, `key=value` or `key-`, found "pods"
    help: objects are chosen with -l, -w, -n and -k, and files are named with -f
    "#);
    assert_snapshot!(env.refused(&["label", "app=web=", "-f", "pods.json"]), @r#"
    error: expected one `=` in an edit, found more in "app=web="
    help: write `app=web`
    "#);
}

#[test]
fn only_the_labels_of_the_selected_objects_change() {
    let env = TestEnv::new();
    let out = env.out(&["label", "env=qa", "-f", "pods.json", "--overwrite", "-l", "env=staging"]);
    assert_eq!(out, PODS.replace(r#""env": "staging""#, r#""env": "qa""#));
    let odd = "\u{FEFF}{\"kind\":\"Pod\",\"n\":1.50e3,\"metadata\":{\"labels\":{\"\\u0061\":\"1\"}}}\r\n\r\n{\"x\" : 1 }";
    let run = env.pipe(&["label", "-l", "a", "b=2", "-f", "-"], odd.as_bytes());
    assert_eq!(run.out, odd.replace(r#""1""#, r#""1","b":"2""#));
    let events = concat!(
        r#"{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"v":"1"}}}}"#,
        "\n",
        r#"{"type":"MODIFIED","object":{"metadata":{"name":"a","labels":{"v":"2"}}}}"#,
        "\n"
    );
    let run = env.pipe(&["label", "v=3", "--all", "--overwrite", "-f", "-"], events.as_bytes());
    assert_eq!(run.out, events.replace(r#""v":"2""#, r#""v":"3""#));
}

#[test]
fn nobody_relabels_everything_by_accident() {
    let env = TestEnv::new();
    env.file("one.json", " {\"kind\":\"Pod\"}\n");
    assert_eq!(
        env.out(&["label", "a=1", "-f", "one.json"]),
        " {\"kind\":\"Pod\",\"metadata\":{\"labels\":{\"a\":\"1\"}}}\n"
    );
    env.file("list.json", r#"{"items":[{"kind":"Pod"}]}"#);
    for unselected in [
        &["-f", "list.json"][..],
        &["-f", "one.json", "-f", "list.json"],
        &["-f", "list.json", "-l", ""],
        &["-f", "list.json", "-l", " ", "-A"],
        &["-f", "list.json", "-n", ""],
        &["-f", "list.json", "-n", "x", "-A"],
        &["-f", "list.json", "--label-selector", "{}"],
    ] {
        let message = env.refused(&[&["label", "a=1"], unselected].concat());
        assert!(message.starts_with("error: expected -l, -w, -n, -k or --all"), "{unselected:?}: {message}");
        let has_selector = unselected.iter().any(|arg| matches!(*arg, "-l" | "--label-selector"));
        assert_eq!(message.contains("an empty selector does not count"), has_selector, "{unselected:?}");
    }
    for empty in ["-w", "--field-selector"] {
        let message = env.refused(&["label", "a=1", "-f", "list.json", empty, ""]);
        assert!(message.contains("an empty query does not count"), "{message}");
    }
    let nothing = env.run(&["label", "a=1"]);
    assert_eq!(
        (nothing.status, nothing.out.as_str(), nothing.err.as_str()),
        (1, "", "no objects in the input\n")
    );
    for selected in [&["--all"][..], &["-k", "pods"]] {
        env.out(&[&["label", "a=1", "-f", "list.json"], selected].concat());
    }
    let remarked = env.run(&["label", "a=1", "-f", "list.json", "-l", "!x"]);
    assert_eq!((remarked.status, remarked.err.as_str()), (0, "no label \"x\" in the only object\n"));
    assert_snapshot!(env.refused(&["label", "a=1", "-f", "one.json", "--all", "-l", "x"]), @"error: expected --all or a selector, found both");
}

#[test]
fn one_refusal_means_nothing_is_written() {
    let env = TestEnv::new();
    let args = ["label", "env=prod", "-n", "shop-staging", "-f", "pods.json", "--in-place"];
    assert_snapshot!(env.refused(&args), @r#"
    error: 2 objects refuse, the first is: pods.json: object 4 (shop-staging pod/web-5f6c8b7d9-qh4vn): label "env" already has the value "staging", which may not be overwritten
    help: values that are there are replaced with --overwrite
    "#);
    assert_eq!(fs::read_to_string(env.path().join("pods.json")).unwrap(), PODS);
    env.file("list.json", r#"[{"metadata":{"labels":[{"Key":"a"}]}}]"#);
    assert_snapshot!(env.refused(&["label", "b=1", "-l", "a", "-f", "list.json"]), @"error: list.json: object 0 (object/0): expected an object as `metadata.labels`, found a list");
}

#[test]
fn nothing_selected_is_no_error() {
    let env = TestEnv::new();
    let run = env.run(&["label", "a=1", "-l", "env=prd", "-f", "pods.json"]);
    assert_eq!((run.status, run.out.as_str()), (1, PODS));
    assert_snapshot!(run.err, @r#"no object has env="prd"; did you mean "prod"?"#);
}

#[test]
fn several_dumps_follow_one_another() {
    let env = TestEnv::new();
    env.file("a.json", "{}");
    env.file("b.json", "{\"x\":1}\n");
    let out = env.out(&["label", "-f", "a.json", "k=v", "-f", "b.json"]);
    assert_snapshot!(out, @r#"
    {"metadata":{"labels":{"k":"v"}}}
    {"metadata":{"labels":{"k":"v"}},"x":1}
    "#);
    // A byte-order mark in the middle would be no JSON.
    env.file("a.json", "\u{FEFF}{}");
    env.file("b.json", "\u{FEFF}{\"metadata\":{}}\n");
    let out = env.out(&["label", "k=v", "-f", "a.json", "-f", "b.json"]);
    assert_eq!(
        out,
        "\u{FEFF}{\"metadata\":{\"labels\":{\"k\":\"v\"}}}\n{\"metadata\":{\"labels\":{\"k\":\"v\"}}}\n"
    );
}

#[test]
fn what_a_dump_says_forges_no_lines() {
    let env = TestEnv::new();
    let dump = r#"[{"metadata":{"name":"a\nerror: forged","labels":{"x":"1\nforged=1"}}}]"#.as_bytes();
    let run = |args: &[&str]| env.pipe(&[&["label", "-f", "-", "--all"], args].concat(), dump);
    assert_snapshot!(run(&["--list"]).out, @r"x=1\nforged=1");
    assert_snapshot!(run(&["--dry-run", "x-"]).out, @r"
    object/a\nerror: forged
      -x=1\nforged=1
    1 of 1 selected object would change
      -x=1\nforged=1  1 object
    ");
    assert_snapshot!(run(&["x=2"]).err, @r#"
    error: standard input: object 0 (object/a\nerror: forged): label "x" already has the value "1\nforged=1", which may not be overwritten
    help: values that are there are replaced with --overwrite
    "#);
    let failed = br#"{"type":"ERROR","object":{"message":"gone\nerror: forged"}}"#;
    assert_snapshot!(env.pipe(&["-c"], failed).err, @r"
    warning: standard input: the watch failed: gone\nerror: forged
    warning: standard input: 1 watch event, and no object is there at the end
    no objects in the input
    ");
    assert_snapshot!(env.pipe(&["watch"], failed).err, @r"
    warning: standard input: the watch failed: gone\nerror: forged
    no object entered the selection
    ");
}

#[test]
fn changes_can_be_looked_at_first() {
    let env = TestEnv::new();
    let args =
        ["label", "env=qa", "legacy-", "x=", "--overwrite", "-k", "po", "-n", "shop", "-f", "pods.json"];
    let shown = |option| env.out(&[&args[..], &[option]].concat());
    assert_snapshot!(shown("--dry-run"), @"
    shop pod/web-7d4b9c6f5d-2xkqp
      ~env=prod->qa
      +x=
    shop pod/web-7d4b9c6f5d-m8wzt
      ~env=prod->qa
      +x=
    shop pod/cart-0
      ~env=prod->qa
      +x=
    shop pod/cart-legacy-0
      ~env=prod->qa
      -legacy=true
      +x=
    4 of 4 selected objects would change
      ~env=prod->qa  4 objects
      +x=  4 objects
      -legacy=true  1 object
    ");
    assert_snapshot!(shown("--list"), @"
    shop pod/web-7d4b9c6f5d-2xkqp
      app.kubernetes.io/name=web
      env=qa
      pod-template-hash=7d4b9c6f5d
      tier=frontend
      x=
    shop pod/web-7d4b9c6f5d-m8wzt
      app.kubernetes.io/name=web
      env=qa
      pod-template-hash=7d4b9c6f5d
      tier=frontend
      x=
    shop pod/cart-0
      app.kubernetes.io/name=cart
      env=qa
      tier=backend
      x=
    shop pod/cart-legacy-0
      app.kubernetes.io/name=cart
      env=qa
      tier=backend
      x=
    ");
    assert_snapshot!(env.out(&["label", "--list", "-l", "legacy", "-f", "pods.json"]), @"
    app.kubernetes.io/name=cart
    env=prod
    legacy=true
    tier=backend
    ");
}

#[test]
fn commands_survive_a_shell() {
    let env = TestEnv::new();
    let dump = json!([
        {"kind": "Pod", "metadata": {"name": "a'; rm -rf ~", "namespace": "$(x)", "labels": {"k k": "1"}}},
        {"kind": "Deployment", "apiVersion": "apps/v1", "metadata": {"name": "web", "labels": {"env": "dev"}}},
        {"kind": "-x", "metadata": {"name": "n"}},
        {"kind": "Pod", "metadata": {"name": "same", "labels": {"env": "qa"}}},
    ]);
    let args = ["label", "env=qa", "k k-", "--overwrite", "--all", "--as-commands", "-f", "-"];
    assert_snapshot!(env.pipe(&args, dump.to_string().as_bytes()).out, @r"
    kubectl label -n '$(x)' 'pod/a'\''; rm -rf ~' env=qa 'k k-'
    kubectl label --overwrite deployment.apps/web env=qa
    kubectl label -- -x/n env=qa
    ");
    let nameless = env.pipe(&args, br#"[{"kind":"Pod"},{"kind":"Pod","metadata":{"name":"a\nb"}}]"#);
    assert_eq!((nameless.status, nameless.out.as_str()), (2, ""));
    assert_snapshot!(nameless.err, @"error: 2 objects refuse, the first is: standard input: object 0 (object/0): expected an object with a name, which kubectl needs to find it");
}

#[test]
fn patches_say_what_they_are_for() {
    let env = TestEnv::new();
    let dump =
        br#"{"kind":"PodList","items":[{"metadata":{"name":"a","namespace":"n","labels":{"x/y":"1"}}},{}]}"#;
    let run = env.pipe(&["label", "x/y-", "b=2", "--all", "--as-patch", "-f", "-"], dump);
    assert_snapshot!(run.out, @r#"
    {"source":"standard input","index":0,"kind":"Pod","namespace":"n","name":"a","patch":[{"op":"add","path":"/metadata/labels/b","value":"2"},{"op":"remove","path":"/metadata/labels/x~1y"}]}
    {"source":"standard input","index":1,"kind":"Pod","namespace":null,"name":null,"patch":[{"op":"add","path":"/metadata","value":{"labels":{"b":"2"}}}]}
    "#);
}

#[cfg(unix)]
#[test]
fn files_are_replaced_as_a_whole() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let env = TestEnv::new();
    let path = |name: &str| env.path().join(name);
    fs::set_permissions(path("pods.json"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("pods.json", path("link.json")).unwrap();
    let args = ["label", "env=qa", "-l", "env=staging", "--overwrite", "--in-place", "-f", "link.json"];
    let run = env.run(&args);
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    assert_snapshot!(run.err, @"2 objects changed");
    let changed = PODS.replace(r#""env": "staging""#, r#""env": "qa""#);
    assert_eq!(fs::read_to_string(path("pods.json")).unwrap(), changed);
    assert!(path("link.json").symlink_metadata().unwrap().is_symlink());
    assert_eq!(path("pods.json").metadata().unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(env.path()).unwrap().count(), 2, "nothing is left beside them");
    let twice = ["label", "x=y", "--all", "--in-place", "-f", "link.json", "-f", "pods.json"];
    assert_snapshot!(env.refused(&twice), @"error: pods.json: expected each file once with --in-place, found it twice");
    assert_eq!(fs::read_to_string(path("pods.json")).unwrap(), changed);
    assert_eq!(fs::read_dir(env.path()).unwrap().count(), 2, "nothing is left beside them");
}

#[test]
fn looking_first_wins_over_changing_files() {
    let env = TestEnv::new();
    let out = env.out(&["label", "x=y", "-k", "svc", "--in-place", "--dry-run", "-f", "pods.json"]);
    assert!(out.contains("+x=y"), "{out}");
    assert_eq!(fs::read_to_string(env.path().join("pods.json")).unwrap(), PODS);
    assert_eq!(env.run(&["label", "--list", "--in-place", "-f", "pods.json"]).status, 2);
}

#[test]
fn an_index_is_out_of_date_after_a_change() {
    let env = TestEnv::new();
    env.run(&["index", "pods.json"]);
    let run = env.run(&["label", "x=y", "-l", "legacy", "--in-place", "-f", "pods.json"]);
    assert_snapshot!(run.err, @"
    pods.json.selq is out of date: write it anew with `selq index`
    1 object changed
    ");
    let run = env.run(&["-c", "-l", "x=y", "pods.json"]);
    assert_eq!((run.status, run.out.as_str()), (0, "1\n"));
    assert_snapshot!(run.err, @"warning: pods.json.selq: the dump is another file than the one that was indexed; reading the dump (`selq index` writes it anew)");
}

#[cfg(unix)]
#[test]
fn files_that_may_not_be_written_are_not_replaced() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    let env = TestEnv::new();
    let path = env.path().join("pods.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    // Root may do everything, and leaves the file to its owner.
    let is_root = chown(&path, Some(4711), Some(4712)).is_ok();
    let run = env.run(&["label", "x=y", "--all", "--in-place", "-f", "pods.json"]);
    assert_eq!(run.status, if is_root { 0 } else { 2 }, "{}", run.err);
    if is_root {
        let metadata = path.metadata().unwrap();
        assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o777), (4711, 4712, 0o444));
        assert_eq!(env.run(&["index", "pods.json"]).status, 0);
        let index = env.path().join("pods.json.selq").metadata().unwrap();
        assert_eq!((index.uid(), index.gid(), index.mode() & 0o777), (4711, 4712, 0o444));
    } else {
        assert_eq!(fs::read_to_string(path).unwrap(), PODS);
    }
}

/// Standard input is read after the file was looked at, so that the test can change the file in between.
#[cfg(unix)]
#[test]
fn a_file_that_changes_meanwhile_is_left_alone() {
    use std::process::{Command, Stdio};
    let env = TestEnv::new();
    let fifo = env.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let child = Command::new(env!("CARGO_BIN_EXE_selq"))
        .args(["label", "x=y", "--all", "--in-place", "-f", "pods.json", "-f", "fifo"])
        .current_dir(env.path())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever opens the FIFO to write waits for the program to read it, which it does after the file.
    let mut writer = fs::File::options().write(true).open(&fifo).unwrap();
    let later = PODS.replace("staging", "later");
    fs::write(env.path().join("pods.json.new"), &later).unwrap();
    fs::rename(env.path().join("pods.json.new"), env.path().join("pods.json")).unwrap();
    std::io::Write::write_all(&mut writer, b"[]").unwrap();
    drop(writer);
    let output = child.wait_with_output().unwrap();
    assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"error: pods.json: the file changed while it was read, and is left as it is now");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_to_string(env.path().join("pods.json")).unwrap(), later);
}

#[test]
fn compressed_dumps_are_printed_and_not_replaced() {
    use std::io::Write;
    let env = TestEnv::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(br#"{"metadata":{}}"#).unwrap();
    env.file("one.json.gz", gzip.finish().unwrap());
    assert_eq!(env.out(&["label", "a=1", "-f", "one.json.gz"]), r#"{"metadata":{"labels":{"a":"1"}}}"#);
    assert_snapshot!(env.refused(&["label", "a=1", "-f", "one.json.gz", "--in-place"]), @"error: one.json.gz: a compressed file cannot be changed in place: decompress it first, or print the dump");
    assert_snapshot!(env.refused(&["label", "a=1", "-f", "-", "--in-place"]), @"error: standard input cannot be changed in place: name files with -f");
}

#[test]
fn keys_that_no_server_takes_are_warned_of() {
    let env = TestEnv::new();
    let run = env.pipe(&["label", "/x=1", "-f", "-"], b"{}");
    assert_eq!((run.status, run.out.as_str()), (0, r#"{"metadata":{"labels":{"/x":"1"}}}"#));
    assert_snapshot!(run.err, @r#"warning: an API server would refuse the label key "/x": expected a prefix before the "/" of a label key"#);
}

#[test]
fn labels_from_elsewhere_are_not_edited() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("series.json");
    fs::write(&path, r#"{"metric":{"job":"api"}}"#).unwrap();
    let loader = Loader::new().labels_at("/metric".parse().unwrap());
    let loaded = loader.load([Input::Path(path.clone())]).unwrap();
    let saved = SavedIndex::beside(path);
    saved.write(&loader).unwrap();
    let opened = saved.open(&loader, Check::Samples).unwrap();
    for mut dump in [loaded, opened] {
        let id = dump.store().objects().next().unwrap().id();
        let change = LabelChange::between("job", Some("api"), None).unwrap();
        assert_eq!(dump.relabel(id, &[change]), Err(EditError::Elsewhere));
        assert_eq!(dump.store().get(id).unwrap().label("job"), Some("api"));
    }
}

/// How a test writes JSON: white space behind `{` and commas, and around colons.
#[derive(Debug, Clone)]
struct Style {
    line_end: &'static str,
    step: &'static str,
    colon: &'static str,
    escape: bool,
}

impl Style {
    fn write(&self, value: &Value, depth: usize) -> String {
        let Value::Object(members) = value else { return value.to_string() };
        let lead = |depth| format!("{}{}", self.line_end, self.step.repeat(depth));
        let members: Vec<String> = members
            .iter()
            .map(|(key, value)| {
                let value = self.write(value, depth + 1);
                format!("{}{}{}{value}", lead(depth + 1), self.key(key), self.colon)
            })
            .collect();
        match members.len() {
            0 => "{}".to_owned(),
            _ => format!("{{{}{}}}", members.join(","), lead(depth)),
        }
    }

    fn key(&self, key: &str) -> String {
        match key.chars().next() {
            Some(first) if self.escape && first.is_ascii() => {
                format!("\"\\u{:04x}{}", u32::from(first), &json!(key[1..]).to_string()[1..])
            }
            _ => json!(key).to_string(),
        }
    }
}

fn style() -> impl Strategy<Value = Style> {
    let spaces = prop_oneof![Just(("", "")), Just((" ", "")), Just(("\n", "  ")), Just(("\r\n", "\t"))];
    let colon = prop_oneof![Just(":"), Just(": "), Just(" : ")];
    (spaces, colon, any::<bool>()).prop_map(|((line_end, step), colon, escape)| Style {
        line_end,
        step,
        colon,
        escape,
    })
}

/// An object as it may stand in a dump, with or without labels, metadata and other fields.
fn object() -> impl Strategy<Value = Value> {
    let key = || prop::sample::select(vec!["a", "b", "c", "x/y", "é", "q\"\\"]);
    let value = || prop::sample::select(vec!["", "1", "2", "v\u{1}\"", "名"]);
    let map = prop::collection::btree_map(key(), value(), 0..5).prop_map(|labels| json!(labels));
    let labels = prop::option::of(prop_oneof![Just(Value::Null), map]);
    let metadata = (labels, any::<bool>(), any::<bool>()).prop_map(|(labels, before, after)| {
        let mut metadata = serde_json::Map::new();
        if before {
            metadata.insert("annotations".into(), json!({"labels": {"a": "not these"}}));
        }
        metadata.extend(labels.map(|labels| ("labels".to_owned(), labels)));
        if after {
            metadata.insert("name".into(), json!("web"));
        }
        Value::Object(metadata)
    });
    let metadata = prop::option::of(prop_oneof![1 => Just(Value::Null), 8 => metadata]);
    (metadata, any::<bool>()).prop_map(|(metadata, spec)| {
        let mut object = serde_json::Map::new();
        object.insert("kind".into(), json!("Pod"));
        object.extend(metadata.map(|metadata| ("metadata".to_owned(), metadata)));
        if spec {
            object.insert("spec".into(), json!({"metadata": {"labels": {"a": "nor these"}}, "n": 1}));
        }
        Value::Object(object)
    })
}

fn edits() -> impl Strategy<Value = Vec<String>> {
    let edit = prop::sample::select(vec!["a=1", "a=2", "b=", "c-", "x/y=1", "é-", "z=9", "q\"\\-", "0=0"]);
    prop::collection::vec(edit.prop_map(str::to_owned), 0..5)
}

/// The object with these labels in place of its own.
fn with_labels(object: &Value, labels: &Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    let metadata = fields.entry("metadata").or_insert(Value::Null);
    if metadata.is_null() {
        *metadata = json!({});
    }
    metadata["labels"] = labels.clone();
    object
}

/// Carries out the few patches that are written here.
fn patched(object: &Value, patch: &[PatchOperation]) -> Value {
    let mut object = object.clone();
    for step in patch {
        let (parent, key) = step.path.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        let parent = object.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        let before = parent.remove(&key);
        assert!(step.op == "add" || before.is_some(), "{step:?}");
        parent.extend(step.value.clone().map(|value| (key, value)));
    }
    object
}

proptest! {
    #[test]
    fn rewriting_and_patching_agree_with_changed_values(
        object in object(), style in style(), edits in edits()
    ) {
        let edits = LabelEdits::parse(&edits).unwrap();
        let text = style.write(&object, 1);
        let before = labels(&object);
        let before = || before.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let changes = edits.changes(before(), Overwrite::Allowed).unwrap();
        let after = edits.apply(before(), Overwrite::Allowed).unwrap();
        let expected = if changes.is_empty() { object.clone() } else { with_labels(&object, &json!(after)) };

        let patch = PatchOperation::for_labels(&text, &changes).unwrap();
        prop_assert_eq!(&patched(&object, &patch), &expected);
        if !changes.is_empty() {
            let rewritten = Rewrite::new(&text, &changes).unwrap().apply(&text);
            prop_assert_eq!(&serde_json::from_str::<Value>(&rewritten).unwrap(), &expected);
            // Where members show the style, the result is just what the style would have written.
            let keeps_style = expected.as_object().unwrap().len() == object.as_object().unwrap().len();
            if keeps_style && !style.escape && labels(&object).len() > 1 && !after.is_empty() {
                prop_assert_eq!(rewritten, style.write(&expected, 1));
            }
        }
    }
    #[test]
    fn a_relabelled_dump_shows_its_labels_and_can_have_its_bytes_back(
        object in object(), style in style(), edits in prop::collection::vec(edits(), 1..4)
    ) {
        let text = style.write(&object, 1);
        let input = Input::Bytes { name: "object".to_owned(), bytes: text.clone().into_bytes() };
        let mut dump = Loader::new().load([input]).unwrap();
        let id = dump.store().objects().next().unwrap().id();
        let mut done = Vec::new();
        for edits in &edits {
            let edits = LabelEdits::parse(edits).unwrap();
            let before = dump.store().get(id).unwrap().labels();
            let changes = edits.changes(before, Overwrite::Allowed).unwrap();
            prop_assert!(dump.relabel(id, &changes).unwrap());
            let shown: Value = serde_json::from_str(&dump.json(id)).unwrap();
            let shown = labels(&shown);
            let shown: BTreeMap<&str, &str> = shown.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            prop_assert_eq!(shown, dump.store().get(id).unwrap().labels().collect());
            prop_assert_eq!(dump.relabelled().len(), usize::from(dump.json(id) != text));
            done.push(changes);
        }
        for changes in done.iter().rev() {
            let reversed: Vec<LabelChange> = changes.iter().map(LabelChange::reversed).collect();
            dump.relabel(id, &reversed).unwrap();
        }
        prop_assert_eq!(dump.json(id), text);
        prop_assert_eq!(dump.relabelled().len(), 0);
    }
}

/// Each reads the file, changes it and puts another in its place; no change may be lost between two of these steps.
#[cfg(unix)]
#[test]
fn many_at_once_lose_no_change() {
    const N: usize = 24;
    let env = TestEnv::new();
    env.file("other.json", PODS);
    let spawn = |nth: usize| {
        let edit = format!("at-once-{nth}=yes");
        // In both orders, which must not make two of them wait for each other.
        let files =
            if nth.is_multiple_of(2) { ["pods.json", "./other.json"] } else { ["other.json", "pods.json"] };
        std::process::Command::new(env!("CARGO_BIN_EXE_selq"))
            .args(["label", &edit, "--all", "--in-place", "-f", files[0], "-f", files[1]])
            .current_dir(env.path())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (0..N).map(spawn).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for file in ["pods.json", "other.json"] {
        let keys = env.out(&["labels", "--no-headers", file]);
        let n_kept = keys.lines().filter(|line| line.starts_with("at-once-")).count();
        assert_eq!(n_kept, N, "{file}:\n{keys}");
    }
    assert_eq!(std::fs::read_dir(env.path()).unwrap().count(), 2, "nothing is left over");
}

#[cfg(unix)]
#[test]
fn two_names_of_one_file_do_not_wait_for_each_other() {
    let env = TestEnv::new();
    std::fs::hard_link(env.path().join("pods.json"), env.path().join("twin.json")).unwrap();
    let run = env.run(&["label", "new=1", "--all", "--in-place", "-f", "pods.json", "-f", "twin.json"]);
    assert_eq!(run.status, 0, "{}", run.err);
}
