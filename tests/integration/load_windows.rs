//! What is read as it comes, and not kept, is read as the whole is: objects, errors, their places and messages.

use proptest::collection::vec;
use proptest::prelude::*;
use selq::load::{Answer, LoadErrorKind, Scan};
use selq::{Input, LoadError, Loader, Selector};
use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use crate::load_parts::{Notices, damaged_dump, dump, element, loader, seen_object, shown_error};
use crate::strategies;

/// Reads so much as it comes, in windows of so many bytes, on so many threads.
fn streaming(loader: &Loader, window: usize, n_threads: usize) -> Loader {
    loader.clone().threads(n_threads).windows(0, window)
}

fn whole(bytes: &[u8]) -> [Input; 1] {
    [Input::Bytes { name: "pods".to_owned(), bytes: bytes.to_vec() }]
}

fn piped(bytes: &[u8]) -> [Input; 1] {
    [Input::reader("pods", Cursor::new(bytes.to_vec()))]
}

/// What a scan says in the end.
#[derive(Debug, PartialEq)]
enum Seen {
    /// The counts and whatever was kept, and what was told.
    Answer(String),
    NeedsStore,
    /// It takes what is gone to answer.
    Gone,
    Error(String),
}

fn settled<K>(
    scan: Result<Scan<K>, LoadError>,
    notices: Notices,
    shown: impl Fn(Answer<K>) -> String,
) -> Seen {
    match scan {
        Ok(Scan::Answer(answer)) => {
            let counts =
                (answer.n_selected(), answer.n_objects(), answer.left_out().total(), answer.n_bytes());
            Seen::Answer(format!("{counts:?} {:?} {}", notices.0, shown(answer)))
        }
        Ok(Scan::NeedsStore(_)) => Seen::NeedsStore,
        Err(error) if error.help().is_some_and(|help| help.starts_with("save it to a file")) => {
            let is_event = error.message() == "expected objects, found a watch event";
            assert!(is_event || error.kind() == LoadErrorKind::Gone, "{error}");
            Seen::Gone
        }
        Err(error) => Seen::Error(shown_error(&error)),
    }
}

fn counted(loader: &Loader, inputs: [Input; 1], selector: &Selector) -> Seen {
    let mut notices = Notices::default();
    let select = |object: selq::load::ReadObject<'_>| selector.matches_by(|key| object.label(key));
    let scan = loader.scan(inputs, &mut notices, select);
    settled(scan, notices, |_| String::new())
}

/// Everything that can be seen of the objects that were selected.
fn selected(loader: &Loader, inputs: [Input; 1], selector: &Selector) -> Seen {
    let mut notices = Notices::default();
    let select = |object: selq::load::ReadObject<'_>| selector.matches_by(|key| object.label(key));
    let scan = loader.select(inputs, &mut notices, select, |_| true);
    settled(scan, notices, |answer| {
        let dump = answer.into_dump();
        let objects = dump.store().objects().map(|object| {
            let (id, list) = (object.id(), dump.list_kind([object.id()]));
            format!("{} {list:?} {}", seen_object(&dump, &object), dump.has_kind_of_list(id))
        });
        objects.collect::<Vec<_>>().join("\n")
    })
}

/// The same, but for what a pipe cannot give again.
fn is_same(streamed: &Seen, kept: &Seen) -> bool {
    streamed == kept || (*streamed == Seen::Gone && *kept == Seen::NeedsStore)
}

/// Several dumps in one stream.
fn dumps() -> impl Strategy<Value = Vec<u8>> {
    vec(dump(), 1..4).prop_map(|dumps| dumps.join(&b'\n'))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn what_is_not_kept_is_counted_as_what_is(
        bytes in prop_oneof![dump(), damaged_dump(), dumps()],
        loader in loader(), window in 1_usize..400, n_threads in 1_usize..4, selector in strategies::selector(),
    ) {
        let streamed = counted(&streaming(&loader, window, n_threads), piped(&bytes), &selector);
        let kept = counted(&loader, whole(&bytes), &selector);
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(is_same(&streamed, &kept), "{:?} is not {:?} of {}", streamed, kept, text);
    }

    #[test]
    fn what_is_not_kept_is_selected_from_as_what_is(
        bytes in prop_oneof![dump(), damaged_dump(), dumps()],
        loader in loader(), window in 1_usize..400, selector in strategies::selector(),
    ) {
        let streamed = selected(&streaming(&loader, window, 2), piped(&bytes), &selector);
        let kept = selected(&loader, whole(&bytes), &selector);
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(is_same(&streamed, &kept), "{:?} is not {:?} of {}", streamed, kept, text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// A list that says before its items what they are is believed as far as it does not say otherwise behind them.
    #[test]
    fn objects_are_what_a_store_says_that_they_are(
        bytes in prop_oneof![dump(), dumps()], loader in loader(), window in 1_usize..400, n_threads in 1_usize..4,
    ) {
        let n_of_kind = |kind: &str| {
            let is_of_kind = |object: selq::load::ReadObject<'_>| object.identity().kind == kind;
            let scan = streaming(&loader, window, n_threads).scan(piped(&bytes), &mut (), is_of_kind);
            scan.ok()?.answer().map(|answer| answer.n_selected() as usize)
        };
        // What no list said in time is of no kind so far.
        if let (Some(n_unknown), Ok(dump)) = (n_of_kind(""), loader.load(whole(&bytes))) {
            let store = dump.store();
            let kinds: BTreeSet<&str> = store.objects().map(|object| object.kind()).filter(|it| !it.is_empty()).collect();
            let mut n_known = 0;
            for kind in kinds {
                let n_selected = n_of_kind(kind).unwrap();
                let n_stored = store.objects().filter(|object| object.kind() == kind).count();
                prop_assert!(n_selected <= n_stored, "{} {kind}", String::from_utf8_lossy(&bytes));
                n_known += n_selected;
            }
            prop_assert_eq!(n_unknown + n_known, store.len(), "{}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn the_kind_of_a_list_is_known_before_its_items_come() {
    let item = r#"{"metadata":{"name":"a"}}"#;
    let list =
        |before: &str, behind: &str| format!("{{{before}\"items\":[{}]{behind}}}", vec![item; 100].join(","));
    let pods = r#""kind":"PodList","apiVersion":"v1","#;
    for (text, kind) in [
        (list(pods, ""), Some("Pod")),
        (list("", r#","kind":"PodList","apiVersion":"v1""#), Some("")),
        (list(r#""kind":"List","apiVersion":"v1","#, ""), Some("")),
        // What comes behind the items counts, and then is no more to be had.
        (list(pods, r#","kind":"NodeList""#), None),
    ] {
        for n_threads in [1, 2] {
            let is_of_kind = |object: selq::load::ReadObject<'_>| Some(object.identity().kind) == kind;
            let scan =
                streaming(&Loader::new(), 300, n_threads).scan(piped(text.as_bytes()), &mut (), is_of_kind);
            match scan {
                Ok(scan) => assert_eq!(scan.answer().map(|it| it.n_selected()), kind.map(|_| 100), "{text}"),
                Err(error) => {
                    assert!(kind.is_none() && error.kind() == LoadErrorKind::Gone, "{error} {text}");
                }
            }
        }
    }
}

fn everything(loader: &Loader, inputs: [Input; 1]) -> Answer {
    loader.scan(inputs, &mut (), |_| true).unwrap().answer().unwrap()
}

/// Of the usual forms next to nothing is kept, so that memory does not grow with them.
#[test]
fn runs_of_objects_are_not_kept() {
    let item = r#"{"metadata":{"name":"a","labels":{"env":"prod"}},"spec":[{"metadata":1},{"metadata":2}]}"#;
    let list = |n: usize| format!(r#"{{"items":[{}],"kind":"PodList"}}"#, vec![item; n].join(","));
    let indented =
        format!("{{\n    \"items\": [\n        {}\n    ]\n}}\n", vec![item; 300].join(",\n        "));
    for (text, n_objects) in [
        (list(300), 300),
        (indented, 300),
        (format!("[{}]", vec![item; 300].join(",")), 300),
        (vec![item; 300].join("\n"), 300),
        (vec![item; 300].concat(), 300),
        ([list(100), list(200), list(50)].concat(), 350),
        (format!("{}\n{}", list(100), vec![item; 50].join("\n")), 150),
    ] {
        for n_threads in [1, 2] {
            let loader = streaming(&Loader::new(), 1000, n_threads);
            let answer = everything(&loader, piped(text.as_bytes()));
            assert_eq!((answer.n_objects(), answer.n_bytes()), (n_objects, text.len() as u64));
            let end = &text[text.len() - 60..];
            assert!(!answer.is_kept() && !answer.can_be_loaded(), "{n_threads}: {}…{end}", &text[..60]);
            let again = answer.into_unanswered().load_with(&mut ()).unwrap_err();
            assert_eq!(again.kind(), LoadErrorKind::Gone);
        }
    }
}

/// A compressed input is read once more where that is needed.
#[test]
fn what_is_compressed_can_be_had_again() {
    let item = r#"{"metadata":{"name":"a","labels":{"env":"prod"}}}"#;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(vec![item; 300].join("\n").as_bytes()).unwrap();
    let bytes = encoder.finish().unwrap();
    let answer = everything(&streaming(&Loader::new(), 1000, 2), whole(&bytes));
    assert_eq!(answer.n_objects(), 300);
    assert!(!answer.is_kept() && answer.can_be_loaded());
    assert_eq!(answer.into_unanswered().load_with(&mut ()).unwrap().store().len(), 300);
}

/// What only the objects' text would say is not asked of those that have none.
#[test]
fn names_need_no_text() {
    let lines = vec![r#"{"kind":"Pod","metadata":{"name":"a","labels":{"env":"prod"}}}"#; 300].join("\n");
    for keeps_text in [true, false] {
        let loader = streaming(&Loader::new(), 1000, 2).keep_text(keeps_text);
        let scan = loader.select(piped(lines.as_bytes()), &mut (), |_| true, |_| true).unwrap();
        let dump = scan.answer().unwrap().into_dump();
        let last = dump.store().objects().last().unwrap();
        assert_eq!(
            (last.name(), dump.index(last.id()), dump.json(last.id()).is_empty()),
            ("a", 299, !keeps_text)
        );
    }
}

/// A value in YAML, as programs write it: behind what stands on its line, and on lines of so much indentation.
fn yaml(value: &serde_json::Value, indent: usize) -> String {
    use serde_json::Value;
    let lead = "  ".repeat(indent);
    match value {
        Value::Object(members) if !members.is_empty() => {
            let member = |(key, value): (&String, &Value)| match value {
                Value::Object(inner) if !inner.is_empty() => {
                    format!("{key:?}:\n{lead}  {}", yaml(value, indent + 1))
                }
                Value::Array(inner) if !inner.is_empty() => {
                    format!("{key:?}:\n{lead}{}", yaml(value, indent))
                }
                _ => format!("{key:?}: {}", yaml(value, indent)),
            };
            members.iter().map(member).collect::<Vec<_>>().join(&format!("\n{lead}"))
        }
        Value::Array(elements) if !elements.is_empty() => {
            let element = |element: &Value| format!("- {}", yaml(element, indent + 1));
            elements.iter().map(element).collect::<Vec<_>>().join(&format!("\n{lead}"))
        }
        other => other.to_string(),
    }
}

/// Lists in YAML, perhaps with something else between them.
fn yaml_dump() -> impl Strategy<Value = Vec<u8>> {
    let between = prop::sample::select(vec![
        "",
        "---\n",
        "# a\n",
        "x: {a: 1}\n",
        "- oops\n",
        "kind: Pod\n---\n",
        "\u{e9}\n",
    ]);
    let object =
        element().prop_filter_map("JSON", |text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let list = (vec(object, 0..20), any::<bool>(), between).prop_map(|(items, is_list, between)| {
        let items = yaml(&serde_json::Value::Array(items), 0);
        match is_list {
            true => format!(
                "apiVersion: v1\nitems:\n{items}\nkind: List\nmetadata:\n  resourceVersion: \"\"\n{between}"
            ),
            false => format!("{items}\n{between}"),
        }
    });
    vec(list, 1..3).prop_map(|lists| lists.concat().into_bytes())
}

/// Documents in YAML, perhaps with something among them that is none.
fn yaml_documents() -> impl Strategy<Value = Vec<u8>> {
    let object =
        element().prop_filter_map("JSON", |text| serde_json::from_str::<serde_json::Value>(&text).ok());
    let document = prop_oneof![
        20 => object.prop_map(|object| format!("apiVersion: v1\nkind: Pod\n{}\n", yaml(&object, 0))),
        2 => Just("# nothing\n".to_owned()),
        1 => prop::sample::select(vec![
            "x: {a: 1}\n", "kind: [\n", "- kind: Pod\n- kind: Pod\n", "{\"kind\": \"Pod\"}\n", "7\n", "",
            "kind: List\nitems:\n- kind: A\n- {}\n", "kind: PodList\napiVersion: v1\nitems:\n- a: 1\n", "\u{e9}: 1\n",
        ]).prop_map(str::to_owned),
    ];
    let separator = prop_oneof![20 => Just("---\n"), 1 => Just("--- # next\n"), 1 => Just("---\r\n")];
    (vec((document, separator), 1..30), prop::sample::select(vec!["", "---\n", "kind: Pod"])).prop_map(
        |(documents, begin)| {
            let texts: Vec<String> =
                documents.into_iter().map(|(document, separator)| document + separator).collect();
            format!("{begin}{}", texts.concat()).into_bytes()
        },
    )
}

/// Whatever was written in YAML, a text of which nothing is missing is as long as the JSON that was made of it.
fn without_length(seen: Seen) -> Seen {
    match seen {
        Seen::Answer(text) => {
            let (counts, rest) = text.split_once(')').unwrap();
            Seen::Answer(format!("{}{rest}", counts.rsplit_once(',').unwrap().0))
        }
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn yaml_that_is_not_kept_is_selected_from_as_what_is(
        bytes in prop_oneof![yaml_dump(), yaml_documents()], loader in loader(), window in 1_usize..400, selector in strategies::selector(),
    ) {
        let streamed = without_length(selected(&streaming(&loader, window, 2), piped(&bytes), &selector));
        let kept = without_length(selected(&loader, whole(&bytes), &selector));
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(is_same(&streamed, &kept), "{:?} is not {:?} of {}", streamed, kept, text);
    }
}

#[test]
fn lists_and_documents_in_yaml_are_not_kept() {
    let item = "- apiVersion: v1\n  kind: Pod\n  metadata:\n    labels:\n      env: prod\n    name: a\n";
    let list = format!(
        "apiVersion: v1\nitems:\n{}kind: List\nmetadata:\n  resourceVersion: \"\"\n",
        item.repeat(300)
    );
    let answer = everything(&streaming(&Loader::new(), 1000, 2), piped(list.as_bytes()));
    assert_eq!((answer.n_objects(), answer.n_bytes()), (300, list.len() as u64));
    assert!(!answer.is_kept());
    let documents =
        "apiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    env: prod\n  name: a\n---\n".repeat(300);
    let answer = everything(&streaming(&Loader::new(), 1000, 2), piped(documents.as_bytes()));
    assert_eq!((answer.n_objects(), answer.n_bytes()), (300, documents.len() as u64));
    assert!(!answer.is_kept());
    // The place of what is wrong behind them is that of the whole.
    let broken = list.replace("  resourceVersion", "  a: [\n  resourceVersion");
    let error = |input| Loader::new().threads(2).windows(0, 1000).scan(input, &mut (), |_| true).unwrap_err();
    assert_eq!(shown_error(&error(piped(broken.as_bytes()))), shown_error(&error(whole(broken.as_bytes()))));
}
