//! Cases that are data: `tests/cases/README.md` has their format.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use selq::path::Pointer;
use selq::plan::Pass;
use selq::{
    Dump, Input, LabelSelector, Loader, Matcher, Object, ObjectIdentity, Plan, Scope, Selector, SelectorSet,
    Store,
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
        let selects = |object: selq::load::ReadObject<'_>| selector.matches_by(|key| object.label(key));
        self.loader.scan([self.input()], &mut (), selects).unwrap().answer().map(|it| it.n_selected())
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

/// A key and its value.
type Label = (String, String);

/// The objects of the generated cases, as a store and as labels.
#[derive(Default)]
struct Generated {
    store: Store,
    labels: Vec<Vec<Label>>,
}

impl Generated {
    fn push(&mut self, labels: &str) {
        let labels: BTreeMap<String, String> = serde_json::from_str(labels).unwrap();
        self.labels.push(labels.into_iter().collect());
        self.store.insert(Object::new("Pod", "", "").with_labels(self.labels[self.labels.len() - 1].clone()));
    }

    /// Which objects a selector selects, in every way to find out, as the file writes it.
    fn answers(&self, selector: &Selector) -> Vec<(&'static str, String)> {
        let (matcher, mut set) = (Matcher::new(selector), SelectorSet::new());
        let id = set.insert(selector.clone());
        let by = |selects: &dyn Fn(&[Label]) -> bool| {
            hexadecimal(self.labels.iter().map(|labels| selects(labels)))
        };
        let planned = |passes: &[Pass]| {
            let found = Plan::with_passes(&self.store, selector, &Scope::all(), passes).run();
            hexadecimal(self.store.objects().map(|object| found.contains(object.id())))
        };
        vec![
            ("matches", by(&|labels| selector.matches(labels))),
            (
                "a matcher",
                by(&|labels| matcher.matches(labels.iter().map(|(k, v)| (k.as_str(), v.as_str())))),
            ),
            ("a set", by(&|labels| set.matching(labels).contains(id))),
            ("a plan", planned(&Pass::ALL)),
            ("a plan without passes", planned(&[])),
        ]
    }
}

/// A digit for each four, the first of them highest.
fn hexadecimal(bits: impl Iterator<Item = bool>) -> String {
    let bits: Vec<bool> = bits.collect();
    let digit = |four: &[bool]| four.iter().fold(0, |digit, &bit| digit * 2 + u32::from(bit));
    bits.chunks(4).map(|four| char::from_digit(digit(four), 16).unwrap()).collect()
}

#[test]
fn a_plain_second_implementation_agrees() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/generated.tsv");
    let (mut generated, mut n_answers) = (Generated::default(), 0);
    for line in fs::read_to_string(path).unwrap().lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let selector = match columns[0] {
            "labels" => {
                generated.push(columns[1]);
                continue;
            }
            "text" => serde_json::from_str::<String>(columns[1]).unwrap().parse::<Selector>().ok(),
            _ => {
                let object: Option<LabelSelector> = serde_json::from_str(columns[1]).unwrap();
                Selector::try_from(object).ok()
            }
        };
        n_answers += 1;
        let Some(selector) = selector else {
            assert_eq!(columns[2], "refused", "{line}");
            continue;
        };
        for (way, answer) in generated.answers(&selector) {
            assert_eq!(answer, columns[2], "{line}, by {way}");
        }
        let canonical: Option<String> = serde_json::from_str(columns[3]).unwrap();
        assert_eq!(selector.canonical(), canonical, "{line}");
    }
    assert!(n_answers > 3_000 && generated.labels.len() == 48, "{n_answers} answers");
}
