//! Labels changed in YAML: every other byte stays, or the file is refused.

use std::collections::BTreeMap;
use std::fs;

use insta::assert_snapshot;
use proptest::prelude::*;
use selq::edit::{LabelChange, Overwrite};
use selq::{Dump, Input, LabelEdits, Loader, ObjectId};
use serde_json::Value;

use crate::testenv::{TestEnv, shared};

fn load(text: &str) -> Dump {
    let input = Input::Bytes { name: "a.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
    Loader::new().keep_duplicates(true).load([input]).unwrap()
}

/// The text with these edits made to the objects that are wanted.
fn relabelled(text: &str, edits: &[&str], is_wanted: impl Fn(usize) -> bool) -> Result<String, String> {
    let dump = load(text);
    let edits = LabelEdits::parse(edits).unwrap();
    let changes: BTreeMap<ObjectId, Vec<LabelChange>> = dump
        .store()
        .objects()
        .enumerate()
        .filter(|(nth, _)| is_wanted(*nth))
        .map(|(_, object)| (object.id(), edits.changes(object.labels(), Overwrite::Allowed).unwrap()))
        .filter(|(_, changes)| !changes.is_empty())
        .collect();
    let all = changes.iter().map(|(&id, changes)| (id, changes.as_slice()));
    let changed = dump.relabelled_yaml(0, all).map_err(|error| error.to_string())?.unwrap();
    check(&dump, &load(&changed), &changes);
    Ok(changed)
}

/// An object without its labels.
fn rest(dump: &Dump, id: ObjectId) -> Value {
    let mut object: Value = serde_json::from_str(&dump.json(id)).unwrap();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("labels");
    }
    // What was added for the labels alone is nothing else.
    if object.get("metadata").is_some_and(|it| it.is_null() || it.as_object().is_some_and(|it| it.is_empty()))
    {
        object.as_object_mut().unwrap().remove("metadata");
    }
    object
}

/// Exactly these labels are changed, and nothing else.
fn check(before: &Dump, after: &Dump, changes: &BTreeMap<ObjectId, Vec<LabelChange>>) {
    assert_eq!(before.store().len(), after.store().len());
    for (old, new) in before.store().objects().zip(after.store().objects()) {
        let none = Vec::new();
        let changes = changes.get(&old.id()).unwrap_or(&none);
        let expected = LabelChange::apply(changes, old.labels());
        assert_eq!(new.labels().collect::<BTreeMap<_, _>>(), expected);
        assert_eq!(rest(before, old.id()), rest(after, new.id()));
    }
}

fn shown(text: &str, edits: &[&str]) -> String {
    relabelled(text, edits, |_| true).unwrap_or_else(|error| error)
}

#[test]
fn labels_change_and_comments_stay() {
    let text = "# a pod\nkind: Pod\nmetadata:   # about it\n  name: web # its name\n  labels:\n    # which\n    app: web  # one\n    tier: \"db\"\n    zone: 'a'\nspec: {}\n";
    assert_snapshot!(shown(text, &["app=x", "tier=y", "zone=z", "env=prod"]), @r#"
    # a pod
    kind: Pod
    metadata:   # about it
      name: web # its name
      labels:
        # which
        app: x  # one
        env: prod
        tier: "y"
        zone: 'z'
    spec: {}
    "#);
    assert_snapshot!(shown(text, &["app-", "tier-"]), @"
    # a pod
    kind: Pod
    metadata:   # about it
      name: web # its name
      labels:
        # which
        zone: 'a'
    spec: {}
    ");
    assert_snapshot!(shown(text, &["app-", "tier-", "zone-"]), @"
    # a pod
    kind: Pod
    metadata:   # about it
      name: web # its name
      labels: {}
        # which
    spec: {}
    ");
    assert_snapshot!(shown(text, &["app-", "tier-", "zone-", "a=1", "z=on"]), @r#"
    # a pod
    kind: Pod
    metadata:   # about it
      name: web # its name
      labels:
        # which
        a: "1"
        z: "on"
    spec: {}
    "#);
}

#[test]
fn labels_are_added_where_there_are_none() {
    assert_snapshot!(shown("kind: Pod\nmetadata:\n  name: a\n", &["b=1", "a="]), @r#"
    kind: Pod
    metadata:
      labels:
        a: ""
        b: "1"
      name: a
    "#);
    assert_snapshot!(shown("kind: Pod\nmetadata:\n  annotations:\n    x: |\n      y\n\n  name: a", &["b=x"]), @"
    kind: Pod
    metadata:
      annotations:
        x: |
          y

      labels:
        b: x
      name: a
    ");
    assert_snapshot!(shown("kind: Pod\nspec:\n  a: 1", &["b=x"]), @"
    kind: Pod
    metadata:
      labels:
        b: x
    spec:
      a: 1
    ");
    assert_snapshot!(shown("kind: Pod\nmetadata:\n  labels: {} # none\n  name: a\n", &["b=x"]), @"
    kind: Pod
    metadata:
      labels: # none
        b: x
      name: a
    ");
    assert_snapshot!(shown("kind: Pod\nmetadata:\n  labels:\n  name: a\n", &["b=x"]), @"
    kind: Pod
    metadata:
      labels:
        b: x
      name: a
    ");
    assert_snapshot!(shown("kind: Pod\nmetadata: ~\n", &["b=x"]), @"
    kind: Pod
    metadata:
      labels:
        b: x
    ");
    assert_snapshot!(shown("items:\n- kind: Pod\n- metadata:\n    name: a\n  kind: Pod\n", &["b=x"]), @"
    items:
    - kind: Pod
      metadata:
        labels:
          b: x
    - metadata:
        labels:
          b: x
        name: a
      kind: Pod
    ");
    assert_snapshot!(shown("- kind: A\n- kind: B\n", &["b=x"]), @"
    - kind: A
      metadata:
        labels:
          b: x
    - kind: B
      metadata:
        labels:
          b: x
    ");
}

#[test]
fn flow_style_keeps_its_style() {
    assert_snapshot!(shown("kind: Pod\nmetadata: {name: a, labels: {app: web, tier: db}}\n", &["app=x", "env=y"]), @r#"
    kind: Pod
    metadata: {name: a, labels: {app: "x", env: "y", tier: db}}
    "#);
    assert_snapshot!(shown("kind: Pod\nmetadata: {name: a, labels: {app: web, tier: db}}\n", &["app-"]), @"
    kind: Pod
    metadata: {name: a, labels: {tier: db}}
    ");
    assert_snapshot!(shown("kind: Pod\nmetadata: {name: a, labels: {app: web, tier: db}}\n", &["tier-", "app-"]), @"
    kind: Pod
    metadata: {name: a, labels: {}}
    ");
    assert_snapshot!(shown("kind: Pod\nmetadata: {name: a, labels: {app: web, tier: db}}\n", &["tier-", "app-", "x=y", "z=1"]), @r#"
    kind: Pod
    metadata: {name: a, labels: {x: "y", z: "1"}}
    "#);
    assert_snapshot!(shown("kind: Pod\nmetadata: {name: a}\n", &["x=y"]), @r#"
    kind: Pod
    metadata: {labels: {x: "y"}, name: a}
    "#);
    assert_snapshot!(shown("kind: Pod\nmetadata: {labels: , name: a}\n", &["x=y"]), @r#"
    kind: Pod
    metadata: {labels: {x: "y"}, name: a}
    "#);
    let kyaml = "---\n{\n  kind: \"Pod\",\n  metadata: {\n    name: \"a\",\n    labels: {\n      app: \"web\",\n      # two\n      tier: \"db\",\n    },\n  },\n}\n";
    assert_snapshot!(shown(kyaml, &["x=y", "app=z"]), @r#"
    ---
    {
      kind: "Pod",
      metadata: {
        name: "a",
        labels: {
          app: "z",
          # two
          tier: "db",
          x: "y",
        },
      },
    }
    "#);
    assert_snapshot!(shown(kyaml, &["tier-"]), @"a.yaml:7:17: expected labels that can be changed where they are written: a comment stands between labels in braces");
    assert_snapshot!(shown(kyaml, &["app-"]), @"a.yaml:7:7: expected labels that can be changed where they are written: a comment stands between labels in braces");
    assert_snapshot!(shown("---\n{kind: Pod}\n", &["x=y"]), @r#"
    ---
    {kind: Pod, metadata: {labels: {x: "y"}}}
    "#);
}

#[test]
fn other_ways_to_write_are_kept_or_refused() {
    let crlf = "kind: Pod\r\nmetadata:\r\n  labels:\r\n    a: b\r\n  name: x\r\n";
    assert_eq!(shown(crlf, &["c=d"]), crlf.replace("    a: b\r\n", "    a: b\r\n    c: d\r\n"));
    let mark = "\u{FEFF}kind: Pod\nmetadata:\n  labels: {a: b}\n";
    assert_eq!(shown(mark, &["a=c"]), mark.replace("a: b", "a: \"c\""));
    let block = "kind: Pod\nmetadata:\n  labels:\n    a: |-\n      b\n    c: d\n";
    assert_eq!(shown(block, &["a=x"]), block.replace("|-\n      b", "x"));
    assert_eq!(shown(block, &["a-"]), block.replace("    a: |-\n      b\n", ""));
    let open = "kind: Pod\nmetadata:\n  labels:\n    app: >\n    ";
    assert_eq!(shown(open, &["app=x"]), open.replace('>', "x"));
    let twice = "kind: Pod\nmetadata:\n  labels:\n    a: x\n    b: w\n    a: z\n";
    assert_eq!(shown(twice, &["a=1"]), twice.replace("a: z", "a: \"1\""));
    assert_eq!(shown(twice, &["a-"]), twice.replace("    a: x\n", "").replace("    a: z\n", ""));
    let keys = "kind: Pod\nmetadata:\n  labels:\n    'on': x\n    12: w\n";
    assert_eq!(
        shown(keys, &["on=1", "12-"]),
        keys.replace("'on': x", "'on': \"1\"").replace("    12: w\n", "")
    );
    let refused = [
        "kind: Pod\nmetadata: &m\n  labels: {a: b}\nspec: *m\n",
        "kind: Pod\nspec:\n  labels: &l\n    a: b\nmetadata:\n  labels: *l\n",
        "kind: Pod\nspec: &l\n  a: b\nmetadata:\n  labels:\n    <<: *l\n    c: d\n",
        "kind: Pod\nspec: &l\n  labels: {a: b}\nmetadata:\n  <<: *l\n  name: x\n",
        "kind: Pod\nmetadata:\n  labels:\n    a: &v b\n  annotations:\n    c: *v\n",
        "kind: Pod\nmetadata:\n  labels: {a: b, # why\n    c: d}\n",
    ]
    .map(|text| shown(text, &["a-"]));
    assert_snapshot!(refused.join("\n"), @"
    a.yaml:2:1: expected labels that can be changed where they are written: `metadata` has an anchor, by which others may use it
    a.yaml:6:3: expected labels that can be changed where they are written: `labels` is an alias of another value
    a.yaml:6:5: expected labels that can be changed where they are written: labels come from `<<`
    a.yaml:5:3: expected labels that can be changed where they are written: `labels` may come from `<<` here
    a.yaml:4:5: expected labels that can be changed where they are written: its value has an anchor, by which others may use it
    a.yaml:3:12: expected labels that can be changed where they are written: a comment stands between labels in braces
    ");
}

#[test]
fn lists_and_documents_are_changed_one_by_one() {
    let text = "kind: List\nitems:\n- kind: Pod\n  metadata:\n    labels:\n      a: '1'\n    name: x\n- kind: Pod\n  metadata:\n    name: y # here\n---\n# another\nkind: Node\nmetadata:\n  labels:\n    a: '2'\n";
    let changed = relabelled(text, &["a=3", "b=c"], |nth| nth > 0).unwrap();
    assert_snapshot!(changed, @r#"
    kind: List
    items:
    - kind: Pod
      metadata:
        labels:
          a: '1'
        name: x
    - kind: Pod
      metadata:
        labels:
          a: "3"
          b: c
        name: y # here
    ---
    # another
    kind: Node
    metadata:
      labels:
        a: '3'
        b: c
    "#);
}

#[test]
fn the_program_changes_yaml() {
    let env = TestEnv::new();
    let text = "# mine\nkind: Pod\nmetadata:\n  name: a # it\n";
    env.file("a.yaml", text);
    env.file("b.yaml", "kind: Pod\nmetadata:\n  name: b\n");
    env.file("refused.yaml", "kind: Pod\nmetadata: &m\n  name: a\nspec: *m\n");
    assert_snapshot!(env.out(&["label", "x=y", "-f", "a.yaml"]), @r#"
    # mine
    kind: Pod
    metadata:
      labels:
        x: "y"
      name: a # it
    "#);
    assert_snapshot!(env.out(&["label", "x=y", "--all", "-f", "a.yaml", "-f", "b.yaml"]), @r#"
    # mine
    kind: Pod
    metadata:
      labels:
        x: "y"
      name: a # it
    ---
    kind: Pod
    metadata:
      labels:
        x: "y"
      name: b
    "#);
    assert_snapshot!(env.refused(&["label", "x=y", "-f", "refused.yaml"]), @"
    error: refused.yaml:2:1: expected labels that can be changed where they are written: `metadata` has an anchor, by which others may use it
    help: write the file anew without that: `selq -o yaml FILE` writes plain YAML, without comments
    ");
    assert_snapshot!(env.refused(&["label", "x=y", "--all", "-f", "a.yaml", "-f", "pods.json"]), @"error: expected dumps that are all JSON or all YAML, to be printed as one: print them one by one, or change them with --in-place");
    let run = env.run(&["label", "x=y", "-f", "a.yaml", "--in-place"]);
    assert_eq!((run.status, run.err.as_str()), (0, "1 object changed\n"));
    let changed = fs::read_to_string(env.path().join("a.yaml")).unwrap();
    assert_eq!(changed, "# mine\nkind: Pod\nmetadata:\n  labels:\n    x: \"y\"\n  name: a # it\n");
    env.file("a.yaml.gz", crate::bundles::gzip(text.as_bytes()));
    assert_snapshot!(env.refused(&["label", "x=y", "-f", "a.yaml.gz", "--in-place"]), @"error: a.yaml.gz: a file that is converted when it is read cannot be changed in place: print the dump");
    // From a pipe, and back into it.
    let piped = env.pipe(&["label", "x-"], changed.as_bytes());
    assert_eq!(piped.out, "# mine\nkind: Pod\nmetadata:\n  labels: {}\n  name: a # it\n");
}

/// Texts of real dumps, each of a size that is read often in no time.
fn real_texts() -> Vec<String> {
    let Some(folder) = shared("data/yaml") else { return Vec::new() };
    let mut texts = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.extension().is_some_and(|it| it == "yaml") => {
                    let text = fs::read_to_string(&path).unwrap();
                    let end = text.char_indices().nth(120_000).map_or(text.len(), |(at, _)| at);
                    let cut = text[..end]
                        .rfind("\n---\n")
                        .filter(|_| end < text.len())
                        .map_or(text.len(), |at| at + 1);
                    texts.push(text[..cut].to_owned());
                }
                false => {}
            }
        }
    }
    texts
}

#[test]
fn real_dumps_are_changed_exactly() {
    for text in real_texts() {
        for edits in [&["zz=1"][..], &["0=x", "app-"], &["app=other", "k8s-app=x", "name-"]] {
            // Programs write in one way, which is never refused.
            let changed = relabelled(&text, edits, |nth| nth % 3 != 1).unwrap();
            let is_own = |line: &&str| !text.contains(*line);
            let n_new = changed.lines().filter(is_own).count();
            assert!(n_new <= 4 * load(&text).store().len(), "{n_new} new lines");
        }
    }
}

/// A value that may stand under a key, in one of many ways.
fn any_labels() -> impl Strategy<Value = String> {
    let entry = |style: &'static str| {
        ("[abc]", "[a-c1]{1,3}").prop_map(move |(key, value)| match style {
            "block" => format!("      {key}: '{value}' # {value}\n"),
            "plain" => format!("      {key}: x{value}\n"),
            "quoted" => format!("      \"{key}\": \"{value}\"\n"),
            _ => format!("{key}: 'v{value}', "),
        })
    };
    let block = prop::collection::vec(prop_oneof![entry("block"), entry("plain"), entry("quoted")], 1..4);
    let flow = prop::collection::vec(entry("flow"), 0..4);
    prop_oneof![
        block.prop_map(|entries| format!("    labels:\n{}", entries.concat())),
        flow.prop_map(|entries| format!("    labels: {{{}}}\n", entries.concat())),
        Just(String::new()),
        Just("    labels:\n".to_owned()),
        Just("    labels: null # none\n".to_owned()),
        Just("    labels: &l\n      a: 'x'\n".to_owned()),
        Just("    labels: !!map\n      a: 'x'\n".to_owned()),
        Just("    ? labels\n    : a: 'x'\n".to_owned()),
    ]
}

fn any_object() -> impl Strategy<Value = String> {
    let metadata = (any_labels(), any::<bool>(), any::<bool>()).prop_map(|(labels, name_first, has_more)| {
        let name = "    name: n # its name\n";
        let more = if has_more { "    annotations:\n      x: |\n        y\n\n" } else { "" };
        match name_first {
            true => format!("  metadata:\n{name}{labels}{more}"),
            false => format!("  metadata:\n{more}{labels}{name}"),
        }
    });
    let metadata =
        prop_oneof![8 => metadata, 1 => Just(String::new()), 1 => Just("  metadata: {}\n".to_owned())];
    (metadata, any::<bool>()).prop_map(|(metadata, kind_first)| match kind_first {
        true => format!("- kind: Pod\n{metadata}"),
        false if metadata.is_empty() => "- kind: Pod\n".to_owned(),
        false => format!("- {}  kind: Pod\n", &metadata[2..]),
    })
}

proptest! {
    #[test]
    fn any_yaml_is_changed_exactly_or_refused(
        objects in prop::collection::vec(any_object(), 1..4),
        is_list in any::<bool>(),
        edits in prop::collection::btree_map("[abcd]", prop::option::of("[a-z0-9]{0,3}"), 1..4),
        wanted in any::<u8>(),
    ) {
        let objects = objects.concat();
        let text = if is_list { format!("kind: List\nitems:\n{objects}") } else { objects };
        let edits: Vec<String> = edits
            .into_iter()
            .map(|(key, value)| value.map_or(format!("{key}-"), |value| format!("{key}={value}")))
            .collect();
        let edits: Vec<&str> = edits.iter().map(String::as_str).collect();
        // Whether it is what was asked for is held inside; what is left alone keeps its line.
        if let Ok(changed) = relabelled(&text, &edits, |nth| wanted & (1 << nth) != 0) {
            prop_assert_eq!(text.matches("# its name").count(), changed.matches("# its name").count());
        }
    }
}
