//! Saved indexes of folders, archives, compressed dumps and YAML: the same answers as without, or none.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use insta::assert_snapshot;
use rawzip::CompressionMethod;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use selq::load::{LoadObserver, Notice};
use selq::saved::{Check, IndexErrorKind};
use selq::{Dump, Input, Loader, SavedIndex};
use tempfile::TempDir;

use crate::bundles::{File, gzip, tar, zip};
use crate::testenv::{TestEnv, shared};

const OLDER: &str = r#"{"kind":"Pod","metadata":{"name":"web","namespace":"shop","resourceVersion":"7","labels":{"app":"old"}}}"#;
const NEWER: &str = r#"{"kind":"PodList","items":[{"metadata":{"name":"web","namespace":"shop","resourceVersion":"9","labels":{"app":"web"}}},
{"metadata":{"name":"db","namespace":"shop"}}]}"#;
const YAML: &str = "# nodes\nkind: Node\nmetadata:\n  name: n1\n  labels: {zone: a}\n---\nkind: Node\nmetadata:\n  name: n2\n";

#[derive(Default)]
struct Told(Vec<String>);

impl LoadObserver for Told {
    fn notice(&mut self, notice: Notice) {
        self.0.push(notice.to_string());
    }
}

fn files() -> Vec<File> {
    [
        ("nodes.yaml", YAML),
        ("shop/new.json", NEWER),
        ("shop/old.json", OLDER),
        ("log.txt", "2026-01-01T00:00:00Z started\n"),
        ("values.yaml", "a: 1\n"),
        ("more.json.gz", ""),
    ]
    .map(|(path, text)| {
        let more = || gzip(br#"{"kind":"Secret","metadata":{"name":"s"}}"#);
        (path.to_owned(), if text.is_empty() { more() } else { text.into() })
    })
    .to_vec()
}

fn write_folder(folder: &Path, files: &[File]) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Everything that a dump tells.
fn told(dump: &Dump) -> Vec<String> {
    let store = dump.store();
    let objects = store.objects().map(|object| {
        let id = object.id();
        let place = dump.place(id).unwrap();
        format!(
            "{object:?} {} {} {} {place:?} {:?}",
            dump.source(id),
            dump.index(id),
            dump.json(id),
            dump.origin(place.0)
        )
    });
    let mut told: Vec<String> = objects.collect();
    let sources: Vec<&str> = dump.sources().collect();
    told.push(format!("{store:?} {} {} {sources:?}", dump.n_bytes(), dump.n_skipped()));
    told.push(format!("{:?} {:?} {:?}", store.keys(), store.kinds(), store.namespaces()));
    told.push(format!("{:?}", dump.list_kind(store.objects().map(|object| object.id()))));
    told
}

/// Every form of dump that is no plain file, in a folder.
fn forms() -> (TempDir, Vec<PathBuf>) {
    let folder = TempDir::new().unwrap();
    let files = files();
    write_folder(&folder.path().join("folder"), &files);
    let tar = tar(&files);
    let forms: [(&str, Vec<u8>); 9] = [
        ("a.tar.gz", gzip(&tar)),
        ("a.tar.zst", compress_to_vec(tar.as_slice(), CompressionLevel::Fastest)),
        ("a.tar", tar),
        ("a.zip", zip(&files, CompressionMethod::DEFLATE)),
        ("stored.zip", zip(&files, CompressionMethod::STORE)),
        ("new.json.gz", gzip(NEWER.as_bytes())),
        ("new.json.zst", compress_to_vec(NEWER.as_bytes(), CompressionLevel::Fastest)),
        ("nodes.yaml", YAML.into()),
        ("nodes.yaml.gz", gzip(YAML.as_bytes())),
    ];
    let mut paths = vec![folder.path().join("folder")];
    for (name, bytes) in forms {
        fs::write(folder.path().join(name), bytes).unwrap();
        paths.push(folder.path().join(name));
    }
    (folder, paths)
}

/// Writes the index of a dump, and holds that it tells the same as the dump.
fn check(path: &Path, loader: &Loader) {
    let mut expected = Told::default();
    let dump = loader.load_with([Input::Path(path.to_owned())], &mut expected).unwrap();
    let saved = SavedIndex::beside(path);
    saved.write(loader).unwrap();
    for check in [Check::Samples, Check::Everything] {
        let mut notices = Told::default();
        let opened = saved.open_with(loader, check, &mut notices).unwrap();
        // Before any text was read.
        assert_eq!(opened.n_bytes(), dump.n_bytes(), "{}", path.display());
        assert_eq!(told(&opened), told(&dump), "{}", path.display());
        assert_eq!(notices.0, expected.0, "{}", path.display());
    }
}

#[test]
fn every_form_of_dump_can_have_an_index() {
    let (_folder, paths) = forms();
    for path in &paths {
        for loader in [Loader::new(), Loader::new().keep_duplicates(true)] {
            check(path, &loader);
        }
    }
}

#[test]
fn names_that_are_not_told_as_they_are_do_no_harm() {
    let folder = TempDir::new().unwrap();
    let dumps = folder.path().join("dumps");
    write_folder(&dumps, &[("a\\b.json".to_owned(), NEWER.into()), ("c.json".to_owned(), YAML.into())]);
    check(&dumps, &Loader::new());
    // The same by another name of the folder.
    let slash = PathBuf::from(format!("{}/", dumps.display()));
    assert_eq!(SavedIndex::beside(&slash).path(), folder.path().join("dumps.selq"));
    let opened = SavedIndex::beside(&slash).open(&Loader::new(), Check::Samples).unwrap();
    assert_eq!(told(&opened), told(&Loader::new().load([Input::Path(slash)]).unwrap()));
}

#[test]
fn an_index_of_a_folder_holds_as_long_as_all_its_files_do() {
    type Change = fn(&Path);
    let changes: [(&str, Change); 8] = [
        ("another text", |dir| fs::write(dir.join("shop/old.json"), NEWER).unwrap()),
        ("a log that has grown", |dir| fs::write(dir.join("log.txt"), "more\n").unwrap()),
        ("a new file", |dir| fs::write(dir.join("shop/x.json"), OLDER).unwrap()),
        ("a new file without objects", |dir| fs::write(dir.join("x"), "").unwrap()),
        ("a file that is gone", |dir| fs::remove_file(dir.join("nodes.yaml")).unwrap()),
        ("another name", |dir| fs::rename(dir.join("shop"), dir.join("shop2")).unwrap()),
        ("another time", |dir| {
            let file = fs::File::options().write(true).open(dir.join("nodes.yaml")).unwrap();
            let modified = file.metadata().unwrap().modified().unwrap();
            file.set_modified(modified + Duration::from_secs(1)).unwrap();
        }),
        ("the same length and the same time", |dir| {
            let path = dir.join("nodes.yaml");
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            fs::write(&path, YAML.replace("n2", "n3")).unwrap();
            fs::File::options().write(true).open(&path).unwrap().set_modified(modified).unwrap();
        }),
    ];
    for (what, change) in changes {
        let folder = TempDir::new().unwrap();
        let dumps = folder.path().join("dumps");
        write_folder(&dumps, &files());
        let saved = SavedIndex::beside(&dumps);
        saved.write(&Loader::new()).unwrap();
        assert!(saved.open(&Loader::new(), Check::Everything).is_ok());
        // What is left out of a folder changes nothing.
        fs::write(dumps.join(".hidden"), "x").unwrap();
        assert!(saved.open(&Loader::new(), Check::Everything).is_ok());
        change(&dumps);
        let error = saved.open(&Loader::new(), Check::Samples).unwrap_err();
        assert!(matches!(error.kind(), IndexErrorKind::Stale), "{what}: {error}");
    }
}

#[test]
fn a_text_that_changed_behind_an_open_index_is_none() {
    let (_folder, paths) = forms();
    for path in &paths {
        let saved = SavedIndex::beside(path);
        saved.write(&Loader::new()).unwrap();
        let dump = saved.open(&Loader::new(), Check::Samples).unwrap();
        // Nothing of it is mapped yet but the file itself, which is replaced and not written over.
        match path.is_dir() {
            true => fs::remove_dir_all(path).unwrap(),
            false => fs::remove_file(path).unwrap(),
        }
        fs::write(path, r#"{"kind":"Pod"}"#).unwrap();
        let texts: Vec<String> = dump.store().objects().map(|it| dump.json(it.id()).into_owned()).collect();
        assert!(!texts.is_empty() && texts.iter().all(String::is_empty), "{}: {texts:?}", path.display());
    }
}

#[test]
fn an_index_in_its_folder_has_a_hidden_name() {
    let folder = TempDir::new().unwrap();
    write_folder(folder.path(), &files());
    let write = |index: PathBuf| SavedIndex::at(folder.path(), index).write(&Loader::new());
    assert!(matches!(write(folder.path().join("x.selq")).unwrap_err().kind(), IndexErrorKind::Inside));
    assert!(matches!(write(folder.path().join("shop/x.selq")).unwrap_err().kind(), IndexErrorKind::Inside));
    write(folder.path().join(".selq")).unwrap();
    let saved = SavedIndex::at(folder.path(), folder.path().join(".selq"));
    assert_eq!(saved.open(&Loader::new(), Check::Samples).unwrap().store().len(), 5);
}

#[cfg(unix)]
#[test]
fn an_index_is_for_the_eyes_that_may_see_all_files() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let dumps = folder.path().join("dumps");
    write_folder(&dumps, &files());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let saved = SavedIndex::beside(&dumps);
    fs::set_permissions(dumps.join("shop/new.json"), fs::Permissions::from_mode(0o640)).unwrap();
    saved.write(&Loader::new()).unwrap();
    assert_eq!(mode(saved.path()) & 0o007, 0);
    assert_eq!(mode(saved.path()) & 0o111, 0);
}

#[test]
fn the_program_answers_from_indexes_of_bundles() {
    let env = TestEnv::new();
    write_folder(&env.path().join("dumps"), &files());
    env.file("a.tgz", gzip(&tar(&files())));
    env.file("nodes.yaml", YAML);
    let queries: [&[&str]; 6] = [
        &["-c", "-l", "app=web"],
        &["-l", "!nope", "-o", "name"],
        &["-l", "app=web", "-o", "json"],
        &["-w", ".metadata.name=n*", "-L", "zone"],
        &["--sort-by", ".metadata.name", "--show-labels"],
        &["-w", "source(*json*)", "-o", "jsonl"],
    ];
    for dump in ["dumps", "a.tgz", "nodes.yaml"] {
        let asked = |args: &[&str]| env.run(&[args, &[dump]].concat());
        let before: Vec<_> = queries.iter().map(|args| asked(args)).collect();
        let written = env.run(&["index", dump]);
        assert_eq!(written.status, 0, "{}", written.err);
        let after: Vec<_> = queries.iter().map(|args| asked(args)).collect();
        assert_eq!(after, before, "{dump}");
        assert!(asked(&["-c", "--stats"]).err.contains(&format!("used: {dump}.selq")));
        assert_eq!(env.run(&["index", "--verify", dump]).status, 0);
    }
    // An index of some of the inputs is not told of twice.
    let both = env.run(&["-c", "-l", "app=web", "dumps", "pods.json"]);
    assert_snapshot!(both.err, @"
    dumps: 2 files hold no objects
    dumps: 1 older copy of an object is left out (--keep-duplicates keeps all)
    ");
    fs::write(env.path().join("dumps/x.json"), OLDER).unwrap();
    assert_snapshot!(env.run(&["-c", "-l", "app=web", "dumps"]).err, @"
    warning: dumps.selq: the dump has changed since it was indexed; reading the dump (`selq index` writes it anew)
    dumps: 2 files hold no objects
    dumps: 2 older copies of objects are left out (--keep-duplicates keeps all)
    ");
}

#[test]
fn real_bundles_answer_the_same_from_their_indexes() {
    let Some(bundles) = shared("data/bundles") else { return };
    for bundle in fs::read_dir(bundles).unwrap() {
        let path = bundle.unwrap().path();
        let folder = TempDir::new().unwrap();
        let saved = SavedIndex::at(&path, folder.path().join("x.selq"));
        let loader = Loader::new();
        let mut expected = Told::default();
        let dump = loader.load_with([Input::Path(path.clone())], &mut expected).unwrap();
        saved.write(&loader).unwrap();
        let mut notices = Told::default();
        let opened = saved.open_with(&loader, Check::Samples, &mut notices).unwrap();
        assert_eq!((told(&opened), notices.0), (told(&dump), expected.0), "{}", path.display());
    }
}
