//! Folders and archives: they are answered as the files in them, and nothing in them can do harm.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use insta::assert_snapshot;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use selq::load::{LoadErrorKind, LoadObserver, Notice, Origin, Progress};
use selq::{Dump, Input, LoadError, Loader};

use crate::testenv::{TestEnv, shared};

/// A path and what stands there.
pub(crate) type File = (String, Vec<u8>);

/// What the loader tells, and nothing else.
#[derive(Default)]
struct Told(Vec<String>);

impl LoadObserver for Told {
    fn notice(&mut self, notice: Notice) {
        self.0.push(notice.to_string());
    }
}

fn files(files: &[(&str, &str)]) -> Vec<File> {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn tar(files: &[File]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap()
}

pub(crate) fn zip(files: &[File], method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for (path, bytes) in files {
        let (mut entry, config) = archive.new_file(path.as_str()).compression_method(method).start().unwrap();
        let descriptor = if method == CompressionMethod::DEFLATE {
            let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::fast()));
            writer.write_all(bytes).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(bytes).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

/// Every form of archive that is read.
fn archives(files: &[File]) -> [(&'static str, Vec<u8>); 5] {
    let tar = tar(files);
    [
        ("tar.gz", gzip(&tar)),
        ("tar.zst", compress_to_vec(tar.as_slice(), CompressionLevel::Fastest)),
        ("tar", tar),
        ("zip", zip(files, CompressionMethod::DEFLATE)),
        ("stored zip", zip(files, CompressionMethod::STORE)),
    ]
}

pub(crate) fn write_all(folder: &Path, files: &[File]) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

fn bytes(bytes: Vec<u8>) -> Input {
    Input::Bytes { name: "b".to_owned(), bytes }
}

fn load(loader: &Loader, input: Input) -> Result<(Dump, Vec<String>), LoadError> {
    let mut told = Told::default();
    let dump = loader.load_with([input], &mut told)?;
    Ok((dump, told.0))
}

/// The objects of a dump with all that is known of them; of the sources only the paths in the bundle.
fn objects(dump: &Dump, prefix: &str) -> Vec<String> {
    let object = |object: selq::ObjectRef<'_>| {
        let id = object.id();
        let source = dump.source(id);
        let path = source.strip_prefix(prefix).unwrap_or(source).trim_start_matches(['/', '!']);
        format!("{path} {} {} {} {}", dump.index(id), object.kind(), object.name(), dump.json(id))
    };
    dump.store().objects().map(object).collect()
}

fn names(dump: &Dump) -> Vec<String> {
    dump.store().objects().map(|object| format!("{} {}", dump.source(object.id()), object.name())).collect()
}

const POD: &str = r#"{"kind":"Pod","metadata":{"name":"a"}}"#;

/// A bundle with dumps of many shapes, and with all that may lie beside them.
fn small() -> Vec<File> {
    let mut all = files(&[
        (".git/config.json", POD),
        ("a/._pods.json", "\0\x05\x16\x07"),
        (
            "a/pods.json",
            r#"{"kind":"PodList","items":[{"metadata":{"name":"p0"}},{"metadata":{"name":"p1"}}]}"#,
        ),
        ("b/array.json", r#"[{"metadata":{"name":"n0"},"spec":{}},{"metadata":{"name":"n1"}}]"#),
        ("b/empty.json", r#"{"kind":"SecretList","items":[]}"#),
        (
            "b/lines.ndjson",
            "{\"kind\":\"Job\",\"metadata\":{\"name\":\"j0\"}}\n{\"kind\":\"Job\",\"metadata\":{\"name\":\"j1\"}}\n",
        ),
        ("c/config.json", r#"{"version":1,"plugins":[]}"#),
        ("c/log.txt", "I1127 20:01:02.000003 started\n{\"kind\":\"Pod\"}\n"),
        ("c/named.json", r#"{"metadata":{"name":"without-kind"}}"#),
        ("c/nothing", ""),
        ("c/numbers.json", "[1,2,3]"),
        ("c/text", "hello"),
        ("d/bom.json", "\u{feff}{\"kind\":\"Node\",\"metadata\":{\"name\":\"b0\"}}"),
    ]);
    all.push(("d/zipped.json.gz".to_owned(), gzip(br#"{"kind":"Node","metadata":{"name":"z0"}}"#)));
    all
}

#[test]
fn every_form_gives_the_same() {
    let env = TestEnv::new();
    let folder = env.path().join("b");
    write_all(&folder, &small());
    let root = folder.display().to_string();
    let (dump, told) = load(&Loader::new(), Input::Path(folder)).unwrap();
    let expected = objects(&dump, &root);
    assert_snapshot!(expected.iter().map(|it| it.split(" {").next().unwrap()).collect::<Vec<_>>().join("\n"), @"
    a/pods.json 0 Pod p0
    a/pods.json 1 Pod p1
    b/array.json 0  n0
    b/array.json 1  n1
    b/lines.ndjson 0 Job j0
    b/lines.ndjson 1 Job j1
    d/bom.json 0 Node b0
    d/zipped.json.gz 0 Node z0
    ");
    assert_eq!(told, [format!("{root}: 6 files hold no objects")]);
    for (form, archive) in archives(&small()) {
        for n_threads in [1, 2] {
            let loader = Loader::new().threads(n_threads).min_part(1);
            let (dump, told) = load(&loader, bytes(archive.clone())).unwrap();
            assert_eq!(objects(&dump, "b"), expected, "{form}");
            assert_eq!(told, ["b: 6 files hold no objects"], "{form}");
            assert!((0..dump.sources().len()).all(|source| dump.origin(source) == Some(Origin::Bundled)));
        }
    }
}

#[test]
fn a_scan_answers_as_a_load() {
    for (form, archive) in archives(&small()) {
        for keep in [false, true] {
            let loader = Loader::new().keep_duplicates(keep);
            let scan = loader
                .scan([bytes(archive.clone())], &mut (), |object| object.identity().kind == "Job")
                .unwrap();
            match scan {
                selq::load::Scan::Answer(answer) => {
                    assert!(keep, "{form}: which look counts is known at the end");
                    assert_eq!((answer.n_selected(), answer.n_objects()), (2, 8), "{form}");
                    let dump = answer.into_unanswered().load_with(&mut ()).unwrap();
                    assert_eq!(dump.store().len(), 8);
                }
                selq::load::Scan::NeedsStore(scanned) => {
                    assert!(!keep, "{form}");
                    let mut told = Told::default();
                    assert_eq!(scanned.load_with(&mut told).unwrap().store().len(), 8, "{form}");
                    assert_eq!(told.0, ["b: 6 files hold no objects"], "{form}");
                }
            }
        }
    }
}

#[test]
fn large_yaml_is_a_dump_and_a_large_log_is_none() {
    let item = |n: usize| {
        format!("- kind: Pod\n  metadata:\n    name: p{n}\n    annotations:\n      a: {}\n", "x".repeat(200))
    };
    let yaml = format!("apiVersion: v1\nkind: List\nitems:\n{}", (0..8_000).map(item).collect::<String>());
    let log = "2026-11-28 04:00:00 INFO started\n".repeat(50_000);
    assert!(yaml.len() > 1 << 20 && log.len() > 1 << 20);
    for (form, archive) in archives(&files(&[("pods.yaml", &yaml), ("x.log", &log)])) {
        let (dump, told) = load(&Loader::new(), bytes(archive)).unwrap();
        assert_eq!(dump.store().len(), 8_000, "{form}");
        assert_eq!(told, ["b: 1 file holds no objects"], "{form}");
    }
}

#[test]
fn real_bundles_give_the_same_in_every_form() {
    let Some(bundles) = shared("data/bundles") else { return };
    for (name, n_objects) in [("sonobuoy-0.8", 3), ("sonobuoy-quick", 746), ("troubleshoot-k3s", 368)] {
        let folder = bundles.join(name);
        let root = folder.display().to_string();
        let loader = Loader::new().keep_duplicates(true);
        let (dump, told) = load(&loader, Input::Path(folder.clone())).unwrap();
        let expected = objects(&dump, &root);
        assert_eq!(expected.len(), n_objects, "{name}");
        let mut members = Vec::new();
        collect(&folder, &folder, &mut members);
        for (form, archive) in archives(&members) {
            let (dump, told_of_archive) = load(&loader, bytes(archive)).unwrap();
            assert_eq!(objects(&dump, "b"), expected, "{name}.{form}");
            let told: Vec<String> = told.iter().map(|line| line.replace(&root, "b")).collect();
            assert_eq!(told_of_archive, told, "{name}.{form}");
        }
        // The files one by one, as far as a file alone can be read.
        let is_there = |path: &String| expected.iter().any(|object| object.starts_with(&format!("{path} ")));
        let paths = members.iter().map(|(path, _)| path).filter(|path| is_there(path));
        let dump = loader.load(paths.map(|path| Input::Path(folder.join(path)))).unwrap();
        assert_eq!(objects(&dump, &root), expected, "{name}");
    }
}

/// The files below a folder in the order of their names.
fn collect(root: &Path, folder: &Path, found: &mut Vec<File>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => collect(root, &path, found),
            false => {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
}

#[test]
fn of_several_looks_the_newest_counts() {
    let pod = |uid: &str, version: &str, label: &str| {
        let uid = if uid.is_empty() { String::new() } else { format!(r#""uid":"{uid}","#) };
        format!(
            r#"{{"kind":"Pod","metadata":{{{uid}"name":"p","resourceVersion":"{version}","labels":{{"l":"{label}"}}}}}}"#
        )
    };
    for (first, second, expected) in [
        (pod("u", "9", "1"), pod("u", "10", "2"), "2"),
        (pod("u", "10", "1"), pod("u", "9", "2"), "1"),
        (pod("u", "10", "1"), pod("u", "10", "2"), "2"),
        (pod("u", "x", "1"), pod("u", "9", "2"), "2"),
        (pod("", "10", "1"), pod("", "9", "2"), "1"),
        (pod("", "", "1"), pod("", "", "2"), "2"),
        (pod("u", "1", "1"), pod("v", "2", "2"), "1,2"),
    ] {
        let all = files(&[("a.json", &first), ("b.json", &format!("[{second}]"))]);
        let labels = |loader: &Loader| {
            let (dump, told) = load(loader, bytes(tar(&all))).unwrap();
            let labels: Vec<String> =
                dump.store().objects().filter_map(|it| it.label("l").map(str::to_owned)).collect();
            (labels.join(","), told)
        };
        let (found, told) = labels(&Loader::new());
        assert_eq!(found, expected, "{first} {second}");
        assert_eq!(told.is_empty(), expected.len() > 1);
        let (found, told) = labels(&Loader::new().keep_duplicates(true));
        assert_eq!((found.as_str(), told.len()), ("1,2", 0));
    }
    // In two inputs it is two objects.
    let one = tar(&files(&[("a.json", POD)]));
    let dump = Loader::new().load([bytes(one.clone()), bytes(one)]).unwrap();
    assert_eq!(dump.store().len(), 2);
}

#[test]
fn kinds_that_lists_give_count_for_duplicates() {
    let all = files(&[
        ("a.json", r#"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"x"}}]}"#),
        ("b.json", r#"{"kind":"NodeList","apiVersion":"v1","items":[{"metadata":{"name":"x"}}]}"#),
        ("c.json", r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}"#),
    ]);
    let (dump, told) = load(&Loader::new(), bytes(tar(&all))).unwrap();
    assert_eq!(names(&dump), ["b!b.json x", "b!c.json x"]);
    assert_snapshot!(told.join("\n"), @"b: 1 older copy of an object is left out (--keep-duplicates keeps all)");
}

#[test]
fn a_broken_dump_is_an_error_with_its_place() {
    for (text, expected) in [
        (
            "{\"kind\":\"PodList\",\"items\":[{\n\"a\":]",
            "b!x.json:2:5: object 0: expected a value, found `]`",
        ),
        ("{\"apiVersion\":\"v1\",\n\"a\":}", "b!x.json:2:5: object 0: expected a value, found `}`"),
        ("{\"items\":[1]}", "b!x.json:1:11: object 0: expected an object, found a number"),
        ("[{\"kind\":\"Pod\"},1]", "b!x.json:1:17: object 1: expected an object, found a number"),
    ] {
        for (form, archive) in archives(&files(&[("a.json", POD), ("x.json", text), ("z.json", POD)])) {
            let error = load(&Loader::new(), bytes(archive.clone())).err().unwrap();
            assert_eq!(error.to_string(), expected, "{form}");
            let (dump, _) =
                load(&Loader::new().skip_invalid(true).keep_duplicates(true), bytes(archive)).unwrap();
            assert_eq!(
                (dump.left_out().total(), dump.source(last(&dump))),
                (1, "b!z.json"),
                "{form}: {text}"
            );
        }
    }
    for text in
        ["{\"a\":", "{\"a\":[}", "[{},", "nonsense {", "{} x", "[[]]", "\"text\"", "<a>", "{\"a\":\u{1}}"]
    {
        let (dump, told) = load(&Loader::new(), bytes(tar(&files(&[("x", text), ("z.json", POD)])))).unwrap();
        assert_eq!((dump.store().len(), told.len()), (1, 1), "{text}");
        assert_eq!(told[0], "b: 1 file holds no objects", "{text}");
    }
}

fn last(dump: &Dump) -> selq::ObjectId {
    dump.store().objects().last().unwrap().id()
}

#[test]
fn items_at_lifts_what_is_asked_of_objects() {
    let all = files(&[("a.json", r#"{"data":[{"x":1},{"x":2}]}"#), ("b.txt", "NAME  READY\n")]);
    let loader = Loader::new().items_at("/data".parse().unwrap());
    assert_eq!(load(&loader, bytes(tar(&all))).unwrap().0.store().len(), 2);
}

#[test]
fn archives_that_are_cut_are_refused() {
    let all = files(&[("a.json", POD), ("b/c.json", POD), ("log", "x")]);
    for (form, archive) in archives(&all) {
        // Of the two empty blocks at the end of an archive the second one says nothing more.
        let n_needed = archive.len() - if form == "tar" { 512 } else { 0 };
        for len in 0..n_needed {
            let result = load(&Loader::new(), bytes(archive[..len].to_vec()));
            let Err(error) = result else { panic!("{form}: {len} of {} bytes", archive.len()) };
            assert!(!error.message().is_empty());
            // What is left is read, and told to be not all.
            let kept = load(&Loader::new().skip_invalid(true), bytes(archive[..len].to_vec())).unwrap().0;
            assert!(kept.left_out().total() > 0, "{form}: {len} bytes");
        }
        for at in (0..archive.len()).step_by(7) {
            let mut damaged = archive.clone();
            damaged[at] ^= 0x55;
            // Anything but a panic or endless work.
            let _ = load(&Loader::new(), bytes(damaged.clone()));
            let _ = load(&Loader::new().skip_invalid(true), bytes(damaged));
        }
    }
    let cut = tar(&all)[..1100].to_vec();
    let error = load(&Loader::new(), bytes(cut)).err().unwrap();
    assert_eq!(error.kind(), LoadErrorKind::Archive);
    assert_snapshot!(format!("{error}\n{}", error.help().unwrap()), @"
    b: byte 1100: expected the rest of the tar archive, found its end
    the archive may have been cut short on the way: compare its size or checksum with the original's; --skip-invalid reads what is there
    ");
}

#[test]
fn nothing_is_followed_out_of_a_bundle() {
    let mut builder = tar::Builder::new(Vec::new());
    let mut add = |path: &str, kind: tar::EntryType| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        // Written as it is, since the builder refuses such paths.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        let text = if kind == tar::EntryType::Regular { POD } else { "" };
        header.set_size(text.len() as u64);
        if kind == tar::EntryType::Symlink {
            header.set_link_name("/etc/hosts").unwrap();
        }
        header.set_cksum();
        builder.append(&header, text.as_bytes()).unwrap();
    };
    use tar::EntryType::{Block, Char, Directory, Fifo, Link, Regular, Symlink};
    for (path, kind) in [
        ("../a.json", Regular),
        ("/a.json", Regular),
        ("x/../../a.json", Regular),
        ("link", Symlink),
        ("hard", Link),
        ("fifo", Fifo),
        ("block", Block),
        ("char", Char),
        ("dir", Directory),
        ("good.json", Regular),
    ] {
        add(path, kind);
    }
    let archive = builder.into_inner().unwrap();
    for archive in [archive.clone(), gzip(&archive)] {
        let (dump, told) = load(&Loader::new(), bytes(archive)).unwrap();
        assert_eq!(names(&dump), ["b!good.json a"]);
        assert_eq!(told, ["b: 8 links or special files were not followed"]);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_is_not_left() {
    let env = TestEnv::new();
    let root = env.path().join(".hidden");
    write_all(&root, &files(&[("a.json", POD), (".b.json", POD)]));
    std::os::unix::fs::symlink("/", root.join("root")).unwrap();
    std::os::unix::fs::symlink(root.join("a.json"), root.join("b.json")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(root.join("fifo")).status().unwrap().success());
    let (dump, told) = load(&Loader::new(), Input::Path(root.clone())).unwrap();
    assert_eq!(dump.store().len(), 1);
    assert_eq!(told, [format!("{}: 3 links or special files were not followed", root.display())]);
}

#[test]
fn archives_in_archives_are_not_opened() {
    let inner = tar(&files(&[("a.json", POD)]));
    let all = [
        ("inner.tar".to_owned(), inner.clone()),
        ("inner.tgz".to_owned(), gzip(&inner)),
        ("inner.zip".to_owned(), zip(&files(&[("a.json", POD)]), CompressionMethod::STORE)),
        ("z.json".to_owned(), POD.as_bytes().to_vec()),
    ];
    let (dump, told) = load(&Loader::new(), bytes(tar(&all))).unwrap();
    assert_eq!(names(&dump), ["b!z.json a"]);
    assert_snapshot!(told.join("\n"), @"b: 3 files hold no objects; 3 of them archives, which are not opened inside another: name them");
}

#[test]
fn what_an_input_may_become_is_bounded() {
    let pod = format!("{POD}{}", " ".repeat(100_000));
    let all = files(&[("a.json", &pod), ("b.json", &pod), ("c.json.txt", &" ".repeat(100_000))]);
    let loader = |max: u64| Loader::new().max_bytes(max).keep_duplicates(true);
    for (form, archive) in archives(&all) {
        let result = load(&loader(150_000), bytes(archive.clone()));
        if matches!(form, "tar" | "stored zip") {
            // They hold what they hold: nothing becomes more than it is.
            assert_eq!(result.unwrap().0.store().len(), 2, "{form}");
            continue;
        }
        let error = result.err().unwrap();
        assert_eq!(error.kind(), LoadErrorKind::TooLarge, "{form}: {error}");
        assert!(error.help().unwrap().contains("--max-bytes 300000"), "{form}");
        assert_eq!(load(&loader(400_000), bytes(archive.clone())).unwrap().0.store().len(), 2, "{form}");
        let kept = load(&loader(150_000).skip_invalid(true), bytes(archive)).unwrap().0;
        assert!(kept.left_out().n_rests > 0, "{form}");
    }
    // A member that is compressed counts as well, and so does a file alone.
    let error =
        load(&loader(1 << 16), bytes(tar(&[("a.json.gz".to_owned(), gzip(pod.as_bytes()))]))).err().unwrap();
    assert_eq!(error.kind(), LoadErrorKind::TooLarge);
    let error = load(&loader(1 << 16), bytes(gzip(pod.as_bytes()))).err().unwrap();
    assert_snapshot!(format!("{}\n{}", error.message(), error.help().unwrap()), @"
    expected at most 64Ki after decompression, found more
    if it is as large as that and no mistake, allow it more: --max-bytes 128Ki
    ");
}

#[test]
fn a_zip_that_lies_is_refused() {
    let whole = zip(&files(&[("a.json", POD)]), CompressionMethod::DEFLATE);
    let directory = whole.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    // The checksum, the size as it is stored, and the size as it is unpacked.
    for field in [16, 20, 24] {
        for value in [0_u32, 1, u32::MAX - 1] {
            let mut lying = whole.clone();
            lying[directory + field..][..4].copy_from_slice(&value.to_le_bytes());
            let error = load(&Loader::new(), bytes(lying)).err().unwrap();
            assert_eq!(error.kind(), LoadErrorKind::Archive, "{field} {value}: {error}");
        }
    }
    let mut encrypted = whole.clone();
    encrypted[directory + 8] |= 1;
    let error = load(&Loader::new(), bytes(encrypted)).err().unwrap();
    assert_snapshot!(error.to_string(), @"b!a.json: byte 0: expected an open member of a zip archive, found an encrypted one");
    let mut other = whole;
    other[directory + 10] = 14;
    let error = load(&Loader::new(), bytes(other)).err().unwrap();
    assert_snapshot!(error.to_string(), @"b!a.json: byte 0: expected a stored or deflated member of a zip archive, found compression method 14");
}

#[test]
fn many_members_take_little() {
    let n_members = 2_000;
    let mut all: Vec<File> = (0..n_members).map(|nth| (format!("d/{nth}"), Vec::new())).collect();
    all.push(("z.json".to_owned(), POD.as_bytes().to_vec()));
    for (form, archive) in archives(&all) {
        let (dump, told) = load(&Loader::new(), bytes(archive)).unwrap();
        assert_eq!(names(&dump), ["b!z.json a"], "{form}");
        assert_eq!(told, ["b: 2000 files hold no objects"], "{form}");
    }
}

#[test]
fn long_names_are_read_whole() {
    let long = format!("{}/pods.json", vec!["d".repeat(60); 5].join("/"));
    let mut pax = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(POD.len() as u64);
    pax.append_pax_extensions([("path", long.as_bytes())]).unwrap();
    pax.append_data(&mut header, "short", POD.as_bytes()).unwrap();
    let mut gnu = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(POD.len() as u64);
    gnu.append_data(&mut header, &long, POD.as_bytes()).unwrap();
    for archive in [pax.into_inner().unwrap(), gnu.into_inner().unwrap()] {
        assert_eq!(names(&load(&Loader::new(), bytes(archive)).unwrap().0), [format!("b!{long} a")]);
    }
}

#[test]
fn a_damaged_file_matters_only_if_it_is_a_dump() {
    let cut = |text: &str| {
        let whole = gzip(text.as_bytes());
        whole[..whole.len() - 4].to_vec()
    };
    let archive =
        |text: &str| tar(&[("a.gz".to_owned(), cut(text)), ("z.json".to_owned(), POD.as_bytes().to_vec())]);
    let (dump, told) = load(&Loader::new(), bytes(archive("I1127 20:01:02.000003 started\n"))).unwrap();
    assert_eq!((dump.store().len(), told), (1, vec!["b: 1 file holds no objects".to_owned()]));
    let error = load(&Loader::new(), bytes(archive(POD))).err().unwrap();
    assert_eq!((error.kind(), error.source_name()), (LoadErrorKind::Compression, "b!a.gz"));
}

#[test]
fn the_program_lists_what_is_there() -> io::Result<()> {
    let env = TestEnv::new();
    let pod = |name: &str, phase: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"{name}","namespace":"shop"}},"status":{{"phase":"{phase}"}}}}"#
        )
    };
    let all = files(&[
        ("nodes.json", r#"{"apiVersion":"v1","kind":"NodeList","items":[{"metadata":{"name":"n0"}}]}"#),
        ("shop/pods.json", &format!("{}{}{}", pod("a", "Running"), pod("b", "Pending"), pod("c", "Running"))),
        ("shop/logs.txt", "hello"),
        ("\u{1b}[31m.json", POD),
    ]);
    env.file("dump.tgz", gzip(&tar(&all)));
    let run = env.run(&["ls", "dump.tgz"]);
    assert_snapshot!(format!("{}{}{}", run.out, run.err, run.status), @r"
    SOURCE                     KIND   NAMESPACE   OBJECTS
    dump.tgz!nodes.json        Node   <none>      1
    dump.tgz!shop/pods.json    Pod    shop        3
    dump.tgz!\u{1b}[31m.json   Pod    <none>      1

    KIND   STATUS    OBJECTS
    Node   Unknown   1
    Pod    Running   2
    Pod              1
    Pod    Pending   1
    dump.tgz: read as a dump of `kubectl cluster-info dump`; 1 file holds no objects
    0
    ");
    let run = env.run(&["ls", "-o", "jsonl", "dump.tgz"]);
    assert_snapshot!(run.out.replace('\u{1b}', "ESC"), @r#"
    {"source":"dump.tgz!nodes.json","kind":"Node","namespace":null,"objects":1}
    {"source":"dump.tgz!shop/pods.json","kind":"Pod","namespace":"shop","objects":3}
    {"source":"dump.tgz!\u001b[31m.json","kind":"Pod","namespace":null,"objects":1}
    {"kind":"Node","status":"Unknown","objects":1}
    {"kind":"Pod","status":"Running","objects":2}
    {"kind":"Pod","status":"","objects":1}
    {"kind":"Pod","status":"Pending","objects":1}
    "#);
    let run = env.run(&["ls", "-o", "csv", "dump.tgz"]);
    assert_snapshot!(run.out.replace('\u{1b}', "ESC"), @"
    source,kind,namespace,objects
    dump.tgz!nodes.json,Node,,1
    dump.tgz!shop/pods.json,Pod,shop,3
    dump.tgz!ESC[31m.json,Pod,,1
    ");
    assert_eq!(env.run(&["ls", "-o", "tsv", "dump.tgz"]).out, run.out.replace(',', "\t"));
    fs::create_dir(env.path().join("empty"))?;
    let run = env.run(&["ls", "empty"]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (1, "", ""));
    Ok(())
}

#[test]
fn the_program_says_what_cannot_be_done_with_bundles() {
    let env = TestEnv::new();
    write_all(env.path(), &files(&[("folder/a.json", POD)]));
    env.file("a.tar", tar(&files(&[("a.json", POD)])));
    let said: Vec<String> = [
        &["index", "-o", "folder/x.selq", "folder"][..],
        &["label", "a=b", "-k", "pod", "--in-place", "-f", "folder"],
        &["label", "a=b", "-k", "pod", "--in-place", "-f", "a.tar"],
        &["--max-bytes=-1", "a.tar"],
        &["--max-bytes", "x", "a.tar"],
        &["watch", "folder"],
    ]
    .map(|args| env.refused(args))
    .to_vec();
    assert_snapshot!(said.join(""), @"
    error: folder/x.selq: expected a place outside of the folder for its index, found one in it
    help: write it beside the folder, or under a name that begins with a dot
    error: folder: a folder cannot be changed in place: name the files in it with -f
    error: an archive cannot be changed in place: print the dump, or unpack it and name the files
    error: invalid value '-1' for '--max-bytes <SIZE>': expected a size in bytes such as 16Gi, found one below 0 or out of all bounds

    For more information, try '--help'.
    error: invalid value 'x' for '--max-bytes <SIZE>': expected a quantity, such as 2, 500m or 1.5Gi

    For more information, try '--help'.
    error: folder: expected a file, found a directory
    help: name the file in it that is meant
    ");
    assert_eq!(env.out(&["-c", "folder"]), "1\n");
    assert_eq!(env.pipe(&["-c"], &tar(&files(&[("a.json", POD)]))).out, "1\n");
}

/// Keeps how far a load is, and ends it after a number of looks.
#[derive(Default)]
struct Watched {
    steps: Vec<(u64, Option<u64>)>,
    n_left: Option<usize>,
}

impl LoadObserver for Watched {
    fn progress(&mut self, progress: Progress) {
        self.steps.push((progress.bytes, progress.total));
        self.n_left = self.n_left.map(|n| n.saturating_sub(1));
    }

    fn is_stopped(&self) -> bool {
        self.n_left == Some(0)
    }
}

/// The forms that are made in no time.
fn large_archives(files: &[File]) -> [(&'static str, Vec<u8>); 3] {
    let tar = tar(files);
    [("tar.gz", gzip(&tar)), ("tar", tar), ("zip", zip(files, CompressionMethod::DEFLATE))]
}

/// Files of some megabytes: objects, and a log that is passed over.
fn large_files() -> Vec<File> {
    let objects = format!("{{\"kind\":\"Pod\",\"a\":\"{:4000}\"}}\n", "").repeat(2500);
    let log = format!("2026-01-01T00:00:00Z {:1000}\n", "").repeat(10_000);
    files(&[("a.json", objects.as_str()), ("b.log", log.as_str()), ("c.json", POD)])
}

#[test]
fn progress_counts_the_bytes_of_the_outermost_file() {
    let (folder, files) = (tempfile::tempdir().unwrap(), large_files());
    write_all(&folder.path().join("dir"), &files);
    let mut inputs =
        vec![(folder.path().join("dir"), files.iter().map(|(_, bytes)| bytes.len() as u64).sum())];
    for (ending, bytes) in large_archives(&files) {
        let path = folder.path().join(format!("a.{ending}"));
        fs::write(&path, &bytes).unwrap();
        inputs.push((path, bytes.len() as u64));
    }
    for (path, total) in inputs {
        let mut watched = Watched::default();
        Loader::new().load_with([Input::Path(path.clone())], &mut watched).unwrap();
        let Watched { steps, .. } = watched;
        assert!(steps.len() > 2, "{}: {steps:?}", path.display());
        assert!(steps.iter().all(|(bytes, known)| *bytes <= total && *known == Some(total)), "{steps:?}");
        assert!(
            steps.is_sorted() && steps.last().unwrap().0 > total * 3 / 4,
            "{}: {steps:?}",
            path.display()
        );
        // Somewhere between, and not only at the end.
        assert!(
            steps.iter().any(|(bytes, _)| (1..total * 3 / 4).contains(bytes)),
            "{}: {steps:?}",
            path.display()
        );
    }
}

#[test]
fn a_load_ends_while_a_member_is_passed_over() {
    // The log alone, of which nothing but the beginning is looked at.
    let files = large_files().split_off(1);
    for (ending, bytes) in large_archives(&files) {
        let mut watched = Watched { n_left: Some(1), ..Watched::default() };
        let input = Input::Bytes { name: "a".to_owned(), bytes };
        let loaded = Loader::new().load_with([input], &mut watched);
        // What is mapped is passed over at once.
        if ending.starts_with("tar.") {
            assert_eq!(loaded.err().unwrap().kind(), LoadErrorKind::Stopped, "{ending}");
            assert_eq!(watched.steps.len(), 1, "{ending}");
        }
    }
}

#[test]
fn an_error_of_the_server_is_no_object_of_a_bundle() {
    let status = r#"{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden"}"#;
    let files = files(&[("a.json", POD), ("b.json", status), ("c.yaml", "kind: Status\nstatus: Failure\n")]);
    let (dump, told) = {
        let mut told = Told::default();
        let input = Input::Bytes { name: "a.tar".to_owned(), bytes: tar(&files) };
        (Loader::new().load_with([input], &mut told).unwrap(), told.0)
    };
    assert_eq!(dump.store().len(), 1);
    assert_snapshot!(told.join("\n"), @"a.tar: 2 files hold no objects");
    // Alone it is what should have been a dump.
    let alone = Input::Bytes { name: "b.json".to_owned(), bytes: status.into() };
    assert!(Loader::new().load([alone]).is_err());
}

#[test]
fn templates_are_named_wherever_they_begin() {
    for text in [
        "{{- if .Values.x }}\nkind: Pod\n{{- end }}\n",
        "{\"kind\":\"Pod\",{{ .Values.metadata }}}",
        "kind: Pod\nmetadata: {{ .Values.metadata }}\n",
    ] {
        let input = Input::Bytes { name: "a".to_owned(), bytes: text.into() };
        let error = Loader::new().load([input]).unwrap_err();
        assert!(error.message().ends_with("found a Helm template"), "{text}: {error}");
        assert!(error.help().unwrap().contains("helm template"));
    }
}

/// A look of an object: uid, name, version. Empty texts are absent.
type Seen = (&'static str, &'static str, &'static str);

fn is_newer(version: &str, than: &str) -> bool {
    let number =
        |text: &str| text.parse::<u128>().ok().filter(|number| number.to_string() == text && *number > 0);
    matches!((number(version), number(than)), (Some(a), Some(b)) if a > b)
}

/// The looks that are left, found without any index: each is compared with all that are left before it.
fn left(looks: &[Seen]) -> Vec<usize> {
    let mut left: Vec<usize> = Vec::new();
    for (at, (uid, name, version)) in looks.iter().enumerate() {
        let is_same = |other: &usize| {
            let (other_uid, other_name, _) = looks[*other];
            if uid.is_empty() {
                other_uid.is_empty() && !name.is_empty() && other_name == *name
            } else {
                other_uid == *uid
            }
        };
        match left.iter().position(is_same) {
            None => left.push(at),
            Some(known) if !is_newer(looks[left[known]].2, version) => {
                left.remove(known);
                left.push(at);
            }
            Some(_) => {}
        }
    }
    left.sort_unstable();
    left
}

proptest! {
    #[test]
    fn duplicates_are_what_comparing_all_finds(
        looks in vec((select(&["", "u", "v"]), select(&["", "a", "b"]), select(&["", "x", "0", "1", "9", "10", "010", "99999999999999999999"])), 1..12),
        n_files in 1_usize..4,
        n_threads in 1_usize..3,
    ) {
        let looks: Vec<Seen> = looks;
        let object = |(at, (uid, name, version)): (usize, &Seen)| {
            format!(r#"{{"kind":"Pod","metadata":{{"uid":"{uid}","name":"{name}","resourceVersion":"{version}","labels":{{"at":"{at}"}}}}}}"#)
        };
        let objects: Vec<String> = looks.iter().enumerate().map(object).collect();
        let all: Vec<File> = objects
            .chunks(objects.len().div_ceil(n_files).max(1))
            .enumerate()
            .map(|(nth, objects)| (format!("{nth}.json"), format!("[{}]", objects.join(",")).into_bytes()))
            .collect();
        let loader = Loader::new().threads(n_threads).min_part(1);
        let (dump, told) = load(&loader, bytes(tar(&all))).unwrap();
        let found: Vec<usize> = dump.store().objects().map(|it| it.label("at").unwrap().parse().unwrap()).collect();
        let expected = left(&looks);
        prop_assert_eq!(told.is_empty(), expected.len() == looks.len());
        prop_assert_eq!(found, expected);
    }
}
