//! Dumps of YAML, by the program and the library.

use crate::testenv::{TestEnv, shared};
use selq::load::Origin;
use selq::text::yaml;
use selq::{Dump, Input, LoadError, Loader};
use serde_json::Value;

/// A list as kubectl writes it, documents with anchors and merge keys, and flow style behind a comment.
const LIST: &str = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    labels:\n      app: web\n      on: \"off\"\n    name: a\n    namespace: shop\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: b\nkind: List\n";
const DOCUMENTS: &str = "# documents\nkind: Pod\nmetadata: {name: c, labels: &l {app: web, tier: ~}}\n---\n---\nkind: Deployment\napiVersion: apps/v1\nmetadata:\n  name: d\n  labels:\n    <<: *no\n---\n";
const MERGED: &str = "kind: Pod\nx: &l {app: web, tier: a}\nmetadata:\n  name: d\n  labels: {<<: *l, tier: b, 1.50: !!str 12}\n";
const FLOW: &str =
    "# KYAML\n{\n  kind: \"Pod\",\n  metadata: {name: \"e\", labels: {\"app\": \"web\"}},\n}\n";

fn load(text: impl Into<Vec<u8>>) -> Result<Dump, LoadError> {
    load_with(Loader::new(), text)
}

fn load_with(loader: Loader, text: impl Into<Vec<u8>>) -> Result<Dump, LoadError> {
    loader.load([Input::Bytes { name: "dump.yaml".to_owned(), bytes: text.into() }])
}

fn refusal(text: impl Into<Vec<u8>>) -> String {
    let error = load(text).unwrap_err();
    format!("{error} [{}]", error.help().unwrap_or_default())
}

#[test]
fn yaml_is_read_wherever_json_is() {
    let env = TestEnv::new();
    env.file("list.yaml", LIST);
    env.file("flow.yaml", FLOW);
    let run = env.run(&["-l", "app=web", "-o", "name", "list.yaml", "flow.yaml", "pods.json"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.starts_with("pod/a\npod/e\n"), "{}", run.out);
    let piped = env.pipe(&["-l", "true=off", "-o", "jsonl"], LIST.as_bytes());
    insta::assert_snapshot!(piped.out, @r#"{"apiVersion":"v1","kind":"Pod","metadata":{"labels":{"app":"web","true":"off"},"name":"a","namespace":"shop"}}"#);
    assert_eq!(env.run(&["-c", "-l", "!app", "list.yaml"]).out, "1\n");
    assert_eq!(env.run(&["--items-at", "/items", "-c", "list.yaml"]).out, "2\n");
}

#[test]
fn labels_are_those_of_yaml_1_1() {
    let dump = load(MERGED).unwrap();
    let object = dump.store().objects().next().unwrap();
    let mut labels: Vec<_> = object.labels().map(|(key, value)| format!("{key}={value}")).collect();
    labels.sort();
    assert_eq!(labels, ["1.5=12", "app=web", "tier=b"]);
    assert_eq!(dump.origin(0), Some(Origin::Converted));
    let null =
        load("kind: Pod\nmetadata:\n  labels:\n    a:\n    b: ~\n    c: 2024-01-01\n    d: 1:30\n").unwrap();
    let object = null.store().objects().next().unwrap();
    assert_eq!(
        ["a", "b", "c", "d"].map(|key| object.label(key)),
        [Some(""), Some(""), Some("2024-01-01"), Some("1:30")]
    );
}

#[test]
fn faults_have_their_place_in_the_yaml() {
    for (spelling, found) in
        [("on", "`true`"), ("1.10", "a number"), ("0x1F", "a number"), ("true", "`true`")]
    {
        let text = format!(
            "# c\nkind: List\nitems:\n- kind: Pod\n- kind: Pod\n  metadata:\n    labels:\n      é: {spelling} # c\n"
        );
        assert_eq!(
            refusal(text),
            format!(
                "dump.yaml:8:10: object 1: expected a string as the value of label `é`, found {found}, written `{spelling}` \
                 [quote it: \"{spelling}\"]"
            )
        );
    }
    insta::assert_snapshot!(refusal("kind: Pod\nmetadata: [\n"), @"dump.yaml:3:1: object 0: expected a value, found the end of the text [close what was opened with a bracket or brace, or write the value]");
    insta::assert_snapshot!(refusal(DOCUMENTS), @"dump.yaml:11:9: object 1: expected the name of a value before this one, found `no`, which none has [put a text that begins with `*` in quotes]");
    insta::assert_snapshot!(refusal("kind: Pod\n...\nkind: Pod\n"), @"dump.yaml:3:1: object 0: expected the end of the document, found more text, which kubectl would leave out [begin another document with a line `---`, or check the indentation]");
    insta::assert_snapshot!(refusal("kind: {{ .Values.kind }}\n"), @"dump.yaml:1:8: object 0: expected YAML, found a Helm template [render the template first, for instance with `helm template`]");
}

#[test]
fn yaml_of_other_sorts_holds_no_objects() {
    insta::assert_snapshot!(refusal("kind: Pod\n---\nreplicas: 1\n"), @"dump.yaml:3:1: object 1: expected an object with `kind` or `items`, found one without, as in other files of YAML [if these are the objects, say so: --items-at '']");
    insta::assert_snapshot!(refusal("- kind: Pod\n- name: x\n"), @"dump.yaml:2:3: object 1: expected an object with `kind` or `items`, found one without, as in other files of YAML [if these are the objects, say so: --items-at '']");
    insta::assert_snapshot!(refusal("# nothing\n---\n"), @"dump.yaml:1:1: expected objects, found YAML without any []");
    insta::assert_snapshot!(refusal("{kind: Pod}\n"), @r#"dump.yaml:1:1: expected JSON, found YAML [put a line `---` before it: what begins with `{` is read as JSON]"#);
    insta::assert_snapshot!(refusal("Error from server (NotFound): pods \"x\" not found\n"), @"dump.yaml:1:1: expected JSON, found an error of kubectl [kubectl failed, and so wrote no dump: mend what it says, and write it again]");
    assert_eq!(load("- kind: Pod\n- kind: List\n  items: []\n").unwrap().store().len(), 1);
    assert_eq!(load("type: ADDED\nobject: {metadata: {name: a}}\n").unwrap().store().len(), 1);
    let elsewhere = Loader::new().items_at("".parse().unwrap());
    assert_eq!(load_with(elsewhere, "a: {x: 1}\nb: {x: 2}\n").unwrap().store().len(), 2);
}

#[test]
fn bad_objects_of_yaml_are_left_out_one_by_one() {
    let text = "kind: A\n---\nkind: B\nmetadata: {labels: {a: 1}}\n---\nx: y\n---\nkind: C\n---\nkind: [\n";
    let dump = load_with(Loader::new().skip_invalid(true), text).unwrap();
    let kinds: Vec<_> = dump.store().objects().map(|object| object.kind().to_owned()).collect();
    assert_eq!((kinds, dump.n_skipped()), (vec!["A".to_owned(), "C".to_owned()], 3));
}

#[test]
fn encodings_are_told_by_their_marks() {
    let marked = |text: &str, unit: fn(u16) -> [u8; 2]| {
        "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(unit).collect::<Vec<u8>>()
    };
    for bytes in [
        marked("kind: Pod\n", u16::to_le_bytes),
        marked("kind: Pod\n", u16::to_be_bytes),
        "\u{FEFF}kind: Pod\r\n".as_bytes().to_vec(),
        b"kind: Pod\nx: \xFF\n".to_vec(),
    ] {
        assert_eq!(load(bytes).unwrap().store().len(), 1);
    }
    insta::assert_snapshot!(refusal(b"\xEF\xBB\xBFkind: \xFF\n".to_vec()), @"dump.yaml:1:7: object 0: expected UTF-8, found a byte that does not belong there []");
}

#[test]
fn objects_written_as_yaml_are_read_as_they_were() {
    let Some(folder) = shared("data/manifests") else { return };
    for name in ["argo-cd.json", "kube-prometheus.json"] {
        let dump = Loader::new().load([Input::Path(folder.join(name))]).unwrap();
        let objects = || dump.store().objects().map(|object| dump.json(object.id()));
        let all = objects().map(|json| yaml(&json)).collect::<Vec<_>>().join("---\n");
        let read =
            Loader::new().load([Input::Bytes { name: "all".into(), bytes: all.into_bytes() }]).unwrap();
        assert_eq!(read.store().len(), dump.store().len());
        for (json, object) in objects().zip(read.store().objects()) {
            let value = |json: &str| serde_json::from_str::<Value>(json).unwrap();
            assert_eq!(value(&read.json(object.id())), value(&json));
        }
    }
}

#[test]
fn the_program_writes_yaml_that_it_reads() {
    let env = TestEnv::new();
    let written = env.out(&["-l", "env=prod,tier=backend", "-o", "yaml", "pods.json"]);
    assert!(written.starts_with("apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n"), "{written}");
    assert!(written.ends_with("kind: List\nmetadata:\n  resourceVersion: \"\"\n"), "{written}");
    env.file("written.yaml", &written);
    let json = |file: &str| env.out(&["-l", "env=prod,tier=backend", "-o", "jsonl", file]);
    let values =
        |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    assert_eq!(values(&json("written.yaml")), values(&json("pods.json")));
    let none = env.run(&["-l", "env=nowhere", "-o", "yaml", "pods.json"]);
    assert_eq!(none.out, "apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: \"\"\n");
}
