//! Cases that are data: `tests/cases/README.md` has their format.

use std::fs;
use std::path::Path;

use selq::{
    Dump, Input, LabelSelector, Loader, Object, ObjectIdentity, Pass, Plan, Pointer, Scope, Selector, Store,
};

/// A directive with the lines below it.
struct Directive {
    /// `requirements.case:12`
    place: String,
    name: String,
    argument: String,
    lines: Vec<String>,
}

fn directives(path: &Path) -> Vec<Directive> {
    let file = path.file_name().unwrap().to_str().unwrap();
    let text = fs::read_to_string(path).unwrap();
    let mut directives: Vec<Directive> = Vec::new();
    for (nth, line) in text.lines().enumerate() {
        let place = format!("{file}:{}", nth + 1);
        match line.chars().next() {
            None | Some('#') => {}
            Some(' ') => {
                let directive =
                    directives.last_mut().unwrap_or_else(|| panic!("{place}: no directive above"));
                directive.lines.push(line.trim_start().to_owned());
            }
            Some(_) => {
                let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
                let (name, argument) = (name.to_owned(), argument.to_owned());
                directives.push(Directive { place, name, argument, lines: Vec::new() });
            }
        }
    }
    directives
}

/// The dump that is asked, and how it is read.
#[derive(Default)]
struct Asked {
    loader: Loader,
    text: String,
}

impl Asked {
    fn input(&self) -> Input {
        Input::Bytes { name: "dump".to_owned(), bytes: self.text.clone().into_bytes() }
    }

    /// What each way to answer says.
    fn answers(&self, selector: &Selector) -> Vec<(&'static str, Vec<String>)> {
        let dump = self.loader.load([self.input()]).unwrap();
        let (all, copy) = (Scope::all(), copied(dump.store()));
        let planned = |store: &Store, passes: &[Pass]| -> Vec<String> {
            let found = Plan::with_passes(store, selector, &all, passes).run();
            found.iter().map(|object| title(object.identity(), dump.index(object.id()))).collect()
        };
        vec![
            ("matches", matching(&dump, selector)),
            ("a plan", planned(dump.store(), &Pass::ALL)),
            ("a plan without passes", planned(dump.store(), &[])),
            ("a store filled one by one", planned(&copy, &Pass::ALL)),
        ]
    }

    /// How many objects a scan finds, where it can answer.
    fn n_scanned(&self, selector: &Selector) -> Option<u64> {
        let selects = |object: selq::ReadObject<'_>| selector.matches_by(|key| object.label(key));
        self.loader.scan([self.input()], &mut (), selects).unwrap().n_selected()
    }
}

fn matching(dump: &Dump, selector: &Selector) -> Vec<String> {
    let found = dump.store().objects().filter(|object| selector.matches(object.labels()));
    found.map(|object| title(object.identity(), dump.index(object.id()))).collect()
}

/// The same objects, put in one after another.
fn copied(store: &Store) -> Store {
    let mut copy = Store::new();
    for object in store.objects() {
        let new = Object::new(object.kind(), object.namespace(), object.name());
        copy.insert(new.with_api_version(object.api_version()).with_labels(object.labels()));
    }
    copy
}

/// `shop pod/web-0`, `deployment.apps/web`, `object/3`
fn title(identity: ObjectIdentity<'_>, index: u64) -> String {
    let ObjectIdentity { kind, namespace, name, .. } = identity;
    let kind = if kind.is_empty() || name.is_empty() { "object".to_owned() } else { kind.to_lowercase() };
    let group = Some(identity.group()).filter(|group| !group.is_empty() && !name.is_empty());
    let group = group.map(|group| format!(".{group}")).unwrap_or_default();
    let name = if name.is_empty() { index.to_string() } else { name.to_owned() };
    format!("{namespace} {kind}{group}/{name}").trim_start().to_owned()
}

fn pointer(text: &str) -> Pointer {
    text.parse().unwrap()
}

/// Runs a file, and tells how many questions it asks.
fn run(path: &Path) -> usize {
    let (mut asked, mut n_questions) = (Asked::default(), 0);
    for Directive { place, name, argument, lines } in directives(path) {
        let selector = match name.as_str() {
            "dump" => {
                asked = Asked { loader: Loader::new(), text: lines.join("\n") };
                continue;
            }
            "labels-at" => {
                asked.loader = asked.loader.labels_at(pointer(&argument));
                continue;
            }
            "items-at" => {
                asked.loader = asked.loader.items_at(pointer(&argument));
                continue;
            }
            "refuse" => {
                let error = argument.parse::<Selector>().expect_err(&place);
                assert_eq!([error.to_string()], lines[..], "{place}");
                n_questions += 1;
                continue;
            }
            "select" => argument.parse::<Selector>().unwrap_or_else(|error| panic!("{place}: {error}")),
            "select-object" => {
                let object: Option<LabelSelector> = serde_json::from_str(&argument).expect(&place);
                Selector::try_from(object).expect(&place)
            }
            other => panic!("{place}: no directive {other:?}"),
        };
        for (way, names) in asked.answers(&selector) {
            assert_eq!(names, lines, "{place}, by {way}");
        }
        if let Some(n) = asked.n_scanned(&selector) {
            assert_eq!(n, lines.len() as u64, "{place}, by a scan");
        }
        n_questions += 1;
    }
    n_questions
}

#[test]
fn every_case_holds_in_every_way() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let cases: Vec<_> = paths.filter(|path| path.extension().is_some_and(|it| it == "case")).collect();
    let n_questions: usize = cases.iter().map(|path| run(path)).sum();
    assert!(cases.len() >= 3 && n_questions >= 30, "{n_questions} questions in {} files", cases.len());
}
