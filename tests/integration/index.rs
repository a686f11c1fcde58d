//! Saved indexes: the same answers as from the dump, or none.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use proptest::prelude::*;
use selq::edit::LabelChange;
use selq::query::{Columns, Context, Subject};
use selq::saved::{Check, IndexErrorKind};
use selq::{Dump, Input, Loader, Plan, SavedIndex, Selector};
use tempfile::TempDir;

use crate::load::gzip;
use crate::strategies;
use crate::testenv::{PODS, TestEnv};

/// Objects of which some are changed and some taken away, with texts of several bytes a character.
const EVENTS: &str = r#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"ä","namespace":"n","labels":{"env":"prod","x":""}}}}
{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"b","namespace":"n","labels":{"env":"prod"}}}}
{"type":"BOOKMARK","object":{}}
{"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"ä","namespace":"n","labels":{"env":"ü","y":"7"}}}}
{"type":"DELETED","object":{"kind":"Pod","metadata":{"name":"b","namespace":"n"}}}
{"type":"ADDED","object":{"kind":"Node","metadata":{"name":"c"}}}
"#;

const SELECTORS: [&str; 9] = [
    "",
    "env=prod",
    "env!=prod",
    "env in (prod,staging),!legacy",
    "env notin (prod),tier",
    "!env",
    "y>3",
    "env=nowhere",
    "app.kubernetes.io/name",
];

/// A folder with a dump, and the place of its index.
struct Folder {
    folder: TempDir,
    loader: Loader,
}

impl Folder {
    fn new(dump: impl AsRef<[u8]>) -> Folder {
        let folder = Folder { folder: TempDir::new().unwrap(), loader: Loader::new() };
        fs::write(folder.dump(), dump).unwrap();
        folder
    }

    fn dump(&self) -> PathBuf {
        self.folder.path().join("dump.json")
    }

    fn saved(&self) -> SavedIndex {
        SavedIndex::beside(self.dump())
    }

    fn loaded(&self) -> Dump {
        self.loader.load([Input::Path(self.dump())]).unwrap()
    }

    fn open(&self) -> Result<Dump, selq::saved::IndexError> {
        self.saved().open(&self.loader, Check::Samples)
    }

    /// Why the index is not used.
    #[track_caller]
    fn refused(&self) -> String {
        self.open().unwrap_err().kind().to_string()
    }

    /// Gives the dump another content and its old time of modification.
    fn rewrite(&self, content: impl AsRef<[u8]>) {
        let modified = fs::metadata(self.dump()).unwrap().modified().unwrap();
        fs::write(self.dump(), content).unwrap();
        set_modified(&self.dump(), modified);
    }
}

fn set_modified(path: &Path, time: SystemTime) {
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

/// Everything that a dump tells.
fn told(dump: &Dump) -> Vec<String> {
    let store = dump.store();
    let objects = store.objects().map(|object| {
        let id = object.id();
        format!("{object:?} {} {} {}", dump.source(id), dump.index(id), dump.json(id))
    });
    let mut told: Vec<String> = objects.collect();
    told.push(format!("{:?} {} {} {}", store, store.n_labels(), dump.n_bytes(), dump.n_skipped()));
    told.push(format!("{:?} {:?} {:?}", store.keys(), store.kinds(), store.namespaces()));
    told.extend(store.keys().iter().map(|fact| format!("{:?}", store.values(fact.key))));
    told.extend(SELECTORS.iter().map(|text| answer(dump, text)));
    told
}

fn answer(dump: &Dump, selector: &str) -> String {
    let selector: Selector = selector.parse().unwrap();
    let plan = Plan::new(dump.store(), &selector);
    let ids: Vec<_> = plan.run().iter().map(|object| object.id()).collect();
    format!("{plan:?} {} {} {ids:?}", plan.count(), plan.any())
}

#[test]
fn an_index_tells_what_the_dump_does() {
    for content in [PODS, EVENTS, "{}", "[]", r#"{"items":[{"a":1},{"metadata":{"labels":{"":""}}}]}"#] {
        let folder = Folder::new(content);
        let expected = told(&folder.loaded());
        let written = folder.saved().write(&folder.loader).unwrap();
        assert_eq!(told(&written), expected);
        assert_eq!(told(&folder.open().unwrap()), expected);
        let verified = folder.saved().open(&folder.loader, Check::Everything).unwrap();
        assert_eq!(told(&verified), expected);
    }
}

#[test]
fn joined_dumps_tell_what_those_do_that_are_read_together() {
    let folders = [EVENTS, "[]", PODS, EVENTS].map(Folder::new);
    let together = Loader::new().load(folders.iter().map(|folder| Input::Path(folder.dump()))).unwrap();
    folders.iter().for_each(|folder| drop(folder.saved().write(&folder.loader).unwrap()));
    let joined = |dumps: &mut dyn Iterator<Item = Dump>| told(&Dump::joined(dumps));
    assert_eq!(joined(&mut folders.iter().map(|folder| folder.open().unwrap())), told(&together));
    assert_eq!(joined(&mut folders.iter().map(Folder::loaded)), told(&together));
    assert_eq!(joined(&mut [].into_iter()), told(&Loader::new().load([]).unwrap()));
    // Labels that were changed before are changed still.
    let mut relabelled = folders[2].loaded();
    let id = relabelled.store().objects().next().unwrap().id();
    relabelled.relabel(id, &[LabelChange::between("new", None, Some("1")).unwrap()]).unwrap();
    let json = relabelled.json(id).into_owned();
    let joined = Dump::joined([folders[0].loaded(), relabelled]);
    let changed: Vec<_> = joined.relabelled().map(|(id, _)| joined.json(id).into_owned()).collect();
    assert_eq!(changed, [json]);
}

#[test]
fn postings_of_every_size_are_kept() {
    let object = |n: u32| {
        let (few, one) = (n % 40, n);
        format!(
            r#"{{"metadata":{{"name":"o{n}","labels":{{"all":"x","few":"{few}","one":"{one}","half":"{}"}}}}}}"#,
            n % 2
        )
    };
    let folder = Folder::new((0..3000).map(object).collect::<Vec<_>>().join("\n"));
    folder.saved().write(&folder.loader).unwrap();
    let (read, loaded) = (folder.open().unwrap(), folder.loaded());
    assert_eq!(told(&read), told(&loaded));
    for selector in ["all=x,few=7", "few in (1,2,3),one>2000", "one=17", "half!=1,!nothing"] {
        assert_eq!(answer(&read, selector), answer(&loaded, selector), "{selector}");
    }
}

/// Opens every file that `damage` makes of an index: none may tell anything but what the dump does.
fn check_damaged(content: &str, damage: impl Fn(&mut Vec<u8>, usize)) {
    let folder = Folder::new(content);
    let expected = told(&folder.saved().write(&folder.loader).unwrap());
    let bytes = fs::read(folder.saved().path()).unwrap();
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damage(&mut damaged, place);
        fs::write(folder.saved().path(), damaged).unwrap();
        if let Ok(dump) = folder.open() {
            assert_eq!(told(&dump), expected, "damaged at {place}");
            panic!("the damage at {place} was not seen");
        }
    }
}

#[test]
fn every_flipped_byte_is_seen() {
    check_damaged(PODS, |bytes, place| bytes[place] ^= 1 << (place % 8));
    check_damaged(EVENTS, |bytes, place| bytes[place] = !bytes[place]);
}

#[test]
fn every_cut_is_seen() {
    check_damaged(PODS, Vec::truncate);
    check_damaged(EVENTS, |bytes, place| drop(bytes.drain(..=place)));
}

#[test]
fn bytes_too_many_are_seen() {
    check_damaged(EVENTS, |bytes, place| bytes.insert(place, 0));
    check_damaged(EVENTS, |bytes, place| bytes.extend_from_within(..=place));
}

#[test]
fn the_index_of_another_dump_is_not_used() {
    let folder = Folder::new("{}");
    assert!(matches!(folder.open().unwrap_err().kind(), IndexErrorKind::Missing));
    folder.saved().write(&folder.loader).unwrap();
    folder.rewrite("[]");
    assert_snapshot!(folder.refused(), @"the dump has changed since it was indexed");
    folder.rewrite("{}");
    assert!(folder.open().is_ok(), "it is the same again");
    folder.rewrite("{} ");
    assert_snapshot!(folder.refused(), @"the dump has changed since it was indexed");
    folder.rewrite("{}");
    set_modified(&folder.dump(), SystemTime::now() + Duration::from_secs(60));
    assert_snapshot!(folder.refused(), @"the dump has changed since it was indexed");
    let moved = folder.folder.path().join("moved.json");
    fs::rename(folder.dump(), &moved).unwrap();
    assert_snapshot!(folder.refused(), @"the dump has changed since it was indexed");
    fs::create_dir(folder.dump()).unwrap();
    assert_snapshot!(folder.refused(), @"the dump has changed since it was indexed");
}

#[test]
fn a_renamed_dump_keeps_its_index() {
    let folder = Folder::new(PODS);
    folder.saved().write(&folder.loader).unwrap();
    let moved = folder.folder.path().join("moved.json");
    fs::rename(folder.dump(), &moved).unwrap();
    let dump = SavedIndex::at(&moved, folder.saved().path()).open(&folder.loader, Check::Everything).unwrap();
    assert_eq!(dump.sources().collect::<Vec<_>>(), [moved.to_str().unwrap()]);
    assert_eq!(dump.store().len(), 12);
}

#[test]
fn only_verifying_sees_an_edit_between_the_samples() {
    let pod = |n: u32, env: &str| {
        format!(r#"{{"metadata":{{"name":"o{n}","labels":{{"env":"{env}"}}}},"pad":"{:900}"}}"#, "")
    };
    let pods = |edited: u32| {
        let lines = (0..1000).map(|n| pod(n, if n == edited { "qa" } else { "it" }));
        lines.collect::<Vec<_>>().join("\n")
    };
    let folder = Folder::new(pods(2000));
    folder.saved().write(&folder.loader).unwrap();
    folder.rewrite(pods(25));
    assert!(folder.open().is_ok(), "this is the documented limit");
    let error = folder.saved().open(&folder.loader, Check::Everything).unwrap_err();
    assert!(matches!(error.kind(), IndexErrorKind::Stale));
}

#[test]
fn other_ways_to_read_the_dump_need_another_index() {
    let folder = Folder::new(r#"{"data":[{"metric":{"job":"api"}}]}"#);
    let there = Loader::new().items_at("/data".parse().unwrap()).labels_at("/metric".parse().unwrap());
    folder.saved().write(&there).unwrap();
    assert!(folder.saved().open(&there, Check::Samples).is_ok());
    for other in [
        Loader::new(),
        Loader::new().items_at("/data".parse().unwrap()),
        Loader::new().items_at("/metric".parse().unwrap()).labels_at("/data".parse().unwrap()),
    ] {
        let error = folder.saved().open(&other, Check::Samples).unwrap_err();
        assert!(matches!(error.kind(), IndexErrorKind::OtherReading), "{other:?}");
    }
    // Nothing is bad in a dump that has an index.
    assert!(folder.saved().open(&there.skip_invalid(true), Check::Samples).is_ok());
}

#[test]
fn what_cannot_have_an_index_is_refused_and_left_alone() {
    let refused = |content: &[u8], loader: &Loader| {
        let folder = Folder::new(content);
        let error = folder.saved().write(loader).unwrap_err();
        assert_eq!(fs::read_dir(folder.folder.path()).unwrap().count(), 1, "nothing was written");
        error.kind().to_string()
    };
    let mut gzip = gzip(b"{}");
    gzip.truncate(12);
    assert!(refused(&gzip, &Loader::new()).contains("gzip"));
    assert!(refused(b"{", &Loader::new()).contains("expected"));
    let skipping = Loader::new().skip_invalid(true);
    assert_snapshot!(refused(b"{}\n[1]\n", &skipping), @"a dump that gives remarks or has bad objects cannot have an index, which would keep them back");
    let failed = br#"{"type":"ERROR","object":{"message":"gone"}}"#;
    assert_snapshot!(refused(failed, &Loader::new()), @"a dump that gives remarks or has bad objects cannot have an index, which would keep them back");
    let folder = Folder::new("{}");
    let onto_itself = SavedIndex::at(folder.dump(), folder.dump());
    assert_snapshot!(onto_itself.write(&Loader::new()).unwrap_err().kind(), @"expected an older index or no file, found another file");
    assert_eq!(fs::read(folder.dump()).unwrap(), b"{}");
}

#[test]
fn leftovers_of_a_killed_writer_do_no_harm() {
    let folder = Folder::new(PODS);
    folder.saved().write(&folder.loader).unwrap();
    let whole = fs::read(folder.saved().path()).unwrap();
    let leftover = folder.folder.path().join("dump.json.selq.1-0.tmp");
    for len in [0, 7, whole.len() / 2, whole.len()] {
        fs::write(&leftover, &whole[..len]).unwrap();
        assert!(folder.open().is_ok());
        folder.saved().write(&folder.loader).unwrap();
    }
    fs::remove_file(folder.saved().path()).unwrap();
    assert!(matches!(folder.open().unwrap_err().kind(), IndexErrorKind::Missing));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_objects_are_kept(objects in prop::collection::vec(strategies::labels(), 0..20)) {
        let line = |labels: &Vec<(String, String)>| {
            let labels: serde_json::Map<_, _> =
                labels.iter().map(|(key, value)| (key.clone(), value.clone().into())).collect();
            serde_json::json!({"metadata": {"labels": labels}}).to_string()
        };
        let lines: Vec<_> = objects.iter().map(line).collect();
        let folder = Folder::new(format!("[{}]", lines.join(",")));
        folder.saved().write(&folder.loader).unwrap();
        prop_assert_eq!(told(&folder.open().unwrap()), told(&folder.loaded()));
    }
}

/// The line of `--stats` about the index.
fn stats(env: &TestEnv, args: &[&str]) -> String {
    let run = env.run(&[&["-c", "--stats"], args].concat());
    assert_eq!(run.status, 0, "{}", run.err);
    let line = run.err.lines().find_map(|line| line.strip_prefix("saved index")).unwrap();
    line.trim().to_owned()
}

#[test]
fn queries_use_the_index() {
    let env = TestEnv::new();
    assert_eq!(stats(&env, &["pods.json"]), "not used: no such index");
    let rows = ["-l", "env=prod", "-o", "wide", "--show-labels", "pods.json"];
    let expected = env.out(&rows);
    let wrote = env.run(&["index", "pods.json"]);
    assert_eq!((wrote.status, wrote.out.as_str()), (0, ""));
    assert!(wrote.err.starts_with("wrote pods.json.selq: 12 objects, "), "{}", wrote.err);
    assert_eq!(stats(&env, &["pods.json"]), "used: pods.json.selq");
    assert_eq!(stats(&env, &["--verify", "pods.json"]), "used: pods.json.selq");
    assert_eq!(env.out(&rows), expected);
    assert_eq!(env.out(&["-o", "json", "pods.json"]), PODS);
    assert!(env.out(&["labels", "pods.json"]).contains("env"));
    assert!(env.out(&["explain", "-l", "env", "pods.json"]).contains("executed"));
    assert_eq!(stats(&env, &["--skip-invalid", "pods.json"]), "used: pods.json.selq");
    assert_eq!(
        stats(&env, &["--items-at", "/items", "pods.json"]),
        "not used: the index was written by another version or with other options"
    );
    env.file("other.json", EVENTS);
    let all = ["-o", "jsonl", "other.json", "pods.json", "other.json"];
    assert_eq!(stats(&env, &all), "used: 1 of 3 files");
    let some_indexed = env.out(&all);
    let count = env.out(&["-c", "-l", "env", "other.json", "pods.json"]);
    env.run(&["index", "other.json"]);
    assert_eq!(stats(&env, &all), "used: 3 of 3 files");
    let all_indexed = env.out(&all);
    assert_eq!(env.out(&["-c", "-l", "env", "other.json", "pods.json"]), count);
    fs::remove_file(env.path().join("other.json.selq")).unwrap();
    fs::rename(env.path().join("pods.json.selq"), env.path().join("away")).unwrap();
    assert_eq!((&env.out(&all), &some_indexed), (&some_indexed, &all_indexed));
    fs::rename(env.path().join("away"), env.path().join("pods.json.selq")).unwrap();
    let verified = env.run(&["index", "--verify", "pods.json"]);
    assert_eq!(verified.err, "pods.json.selq: 12 objects, the same as in the dump\n");
    fs::remove_file(env.path().join("pods.json.selq")).unwrap();
    assert_eq!(env.out(&rows), expected);
}

#[test]
fn an_index_may_be_somewhere_else() {
    let env = TestEnv::new();
    assert_eq!(env.run(&["index", "-o", "x", "pods.json"]).status, 0);
    assert_eq!(stats(&env, &["pods.json"]), "not used: no such index");
    assert_eq!(stats(&env, &["--index", "x", "pods.json"]), "used: x");
    let missing = env.run(&["-c", "--index", "y", "pods.json"]);
    assert_eq!((missing.status, missing.out.as_str()), (0, "12\n"));
    assert_snapshot!(missing.err, @"warning: y: no such index; reading the dump");
    assert_snapshot!(env.refused(&["index", "-o", "pods.json", "pods.json"]), @r"
    error: pods.json: expected an older index or no file, found another file
    help: delete that file first, or name another with -o
    ");
    assert_snapshot!(env.refused(&["index", "-o", "x", "pods.json", "pods.json"]), @"error: an index is of one dump: name one file with -o");
    assert_snapshot!(env.refused(&["index", "-"]), @"error: standard input cannot have an index: write the dump into a file first");
    assert_snapshot!(env.refused(&["index", "missing.json"]), @"error: missing.json: no such file");
    let some = env.run(&["index", "missing.json", "pods.json"]);
    assert_eq!(some.status, 2);
    assert!(
        some.err.contains("missing.json: no such file\nwrote pods.json.selq: 12 objects"),
        "{}",
        some.err
    );
}

#[test]
fn options_that_would_do_nothing_are_not_offered() {
    let env = TestEnv::new();
    for args in [&["index", "--skip-invalid"][..], &["watch", "--index", "x"], &["watch", "--verify"]] {
        let message = env.refused(&[args, &["pods.json"]].concat());
        assert!(message.contains("unexpected argument"), "{args:?}: {message}");
    }
}

#[test]
fn a_copied_dump_is_another_file() {
    let folder = Folder::new(PODS);
    folder.saved().write(&folder.loader).unwrap();
    let copy = folder.folder.path().join("copy.json");
    fs::copy(folder.dump(), &copy).unwrap();
    set_modified(&copy, fs::metadata(folder.dump()).unwrap().modified().unwrap());
    let error = SavedIndex::at(copy, folder.saved().path()).open(&folder.loader, Check::Samples).unwrap_err();
    assert_snapshot!(error.kind(), @"the dump is another file than the one that was indexed");
}

#[test]
fn a_bad_index_is_passed_over_with_a_warning() {
    let env = TestEnv::new();
    env.run(&["index", "pods.json"]);
    let index = fs::read(env.path().join("pods.json.selq")).unwrap();
    let warning = |bytes: &[u8]| {
        env.file("pods.json.selq", bytes);
        let run = env.run(&["-c", "-l", "env=prod", "pods.json"]);
        assert_eq!((run.status, run.out.as_str()), (0, "6\n"), "{}", run.err);
        run.err
    };
    assert_snapshot!(warning(b"env=prod\n"), @"warning: pods.json.selq: expected an index of selq, found another file; reading the dump");
    assert_snapshot!(warning(&index[..index.len() / 2]), @"warning: pods.json.selq: the index is damaged; reading the dump (`selq index` writes it anew)");
    let mut later = index.clone();
    later[8] += 1;
    assert_snapshot!(warning(&later), @"warning: pods.json.selq: the index is in the format of another version of selq; reading the dump (`selq index` writes it anew)");
    env.file("pods.json.selq", &index);
    env.file("pods.json", format!("{PODS} "));
    assert_snapshot!(warning(&index), @"warning: pods.json.selq: the dump has changed since it was indexed; reading the dump (`selq index` writes it anew)");
    assert_eq!(env.run(&["index", "pods.json"]).status, 0, "an older index is replaced");
    assert_eq!(stats(&env, &["pods.json"]), "used: pods.json.selq");
}

#[cfg(unix)]
#[test]
fn an_index_is_for_the_eyes_that_may_see_the_dump() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("{}");
    for mode in [0o600, 0o440] {
        fs::set_permissions(folder.dump(), fs::Permissions::from_mode(mode)).unwrap();
        folder.saved().write(&folder.loader).unwrap();
        let permissions = fs::metadata(folder.saved().path()).unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, mode);
    }
}

/// The columns that an index may have, and queries about them and others.
const FIELDS: &str = ".status.phase,.spec.nodeName,status(),..image,age()";
const QUERIES: [&str; 7] = [
    ".status.phase=Running",
    "!.status.phase",
    "status()!=Running,env=prod",
    "..image=*cart* || .spec.nodeName=node-a",
    "..image=~'.*web.*',.metadata.name=web*",
    "age()>300d",
    "restarts()>5",
];

#[test]
fn columns_in_an_index_answer_as_the_dump_does() {
    let env = TestEnv::new();
    let answers =
        || QUERIES.map(|query| env.run(&["-o", "name", "-w", query, "--now", "2026-11-01", "pods.json"]));
    let of_dump = answers();
    let written = env.run(&["index", "--field", FIELDS, "pods.json"]);
    assert_eq!(written.status, 0, "{}", written.err);
    assert_eq!(answers(), of_dump);
    let explained = env.out(&["explain", "-w", ".status.phase=Running,restarts()>5", "pods.json"]);
    let columns: Vec<&str> = explained.lines().take(4).collect();
    assert!(columns[2].starts_with("  .status.phase   8         1        the index"), "{explained}");
    assert!(columns[3].starts_with("  restarts()      8         6        the objects, in "), "{explained}");
    // The same again without the columns.
    env.out(&["-c", "-l", "env", "pods.json"]);
    assert_eq!(env.run(&["index", "pods.json"]).status, 0);
    assert_eq!(answers(), of_dump);
    let explained = env.out(&["explain", "-w", ".status.phase=Running", "pods.json"]);
    assert!(explained.contains("the objects, in "), "{explained}");
}

#[test]
fn changed_labels_drop_the_columns_of_an_index() {
    let folder = Folder::new(r#"{"kind":"Pod","metadata":{"name":"a","labels":{"env":"prod"}}}"#);
    let (subject, context): (Subject, Context) = (".metadata.labels.env".parse().unwrap(), Context::new());
    folder.saved().with_columns([subject.clone()]).write(&folder.loader).unwrap();
    let mut dump = folder.saved().open(&folder.loader, Check::Samples).unwrap();
    let values = |dump: &Dump| {
        let mut columns = Columns::new();
        columns.read(dump, [&subject], &context);
        let values: Vec<String> = columns.values(&subject).map(|(value, _)| value.to_owned()).collect();
        (values, columns.is_saved(&subject))
    };
    assert_eq!(values(&dump), (vec!["prod".to_owned()], true));
    let id = dump.store().objects().next().unwrap().id();
    dump.relabel(id, &[LabelChange::between("env", Some("prod"), Some("qa")).unwrap()]).unwrap();
    assert_eq!(values(&dump), (vec!["qa".to_owned()], false));
}

#[test]
fn an_index_keeps_only_what_it_can() {
    let env = TestEnv::new();
    assert_snapshot!(env.refused(&["index", "--field", "env", "pods.json"]), @"error: env is in every index, or none can keep it: --field takes fields such as .status.phase and functions such as status()");
    assert_snapshot!(env.refused(&["index", "--field", "source()", "pods.json"]), @"error: source() is in every index, or none can keep it: --field takes fields such as .status.phase and functions such as status()");
    assert_snapshot!(env.refused(&["index", "--field", ".a[", "pods.json"]), @r#"
    .a[
       ^
    error: expected a number, "*", a name in quotation marks or a query about the elements, found the end of the text
    "#);
    assert!(!env.path().join("pods.json.selq").exists());
}
