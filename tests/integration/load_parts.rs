//! What several threads read is what one reads: objects, errors, their places and messages, whatever the dump.

use proptest::collection::vec;
use proptest::prelude::*;
use selq::load::{LoadObserver, Notice, Scan};
use selq::{Dump, Input, LoadError, Loader, ObjectRef, Selector};

use crate::strategies;

#[derive(Default)]
pub(crate) struct Notices(pub(crate) Vec<String>);

impl LoadObserver for Notices {
    fn notice(&mut self, notice: Notice) {
        self.0.push(notice.to_string());
    }
}

fn inputs(bytes: &[u8]) -> [Input; 2] {
    let first = br#"[{"metadata":{"name":"first"}}]"#.to_vec();
    [("a.json", first), ("b.json", bytes.to_vec())]
        .map(|(name, bytes)| Input::Bytes { name: name.to_owned(), bytes })
}

pub(crate) fn shown_error(error: &LoadError) -> String {
    format!("{error} ({:?} at {:?}, help {:?})", error.kind(), error.offset(), error.help())
}

/// Everything that can be seen of a load.
fn seen(loader: &Loader, bytes: &[u8]) -> Result<String, String> {
    let mut notices = Notices::default();
    let dump = loader.load_with(inputs(bytes), &mut notices).map_err(|error| shown_error(&error))?;
    let mut lines = vec![format!("{} left out of {} bytes", dump.n_skipped(), dump.n_bytes())];
    lines.extend(notices.0);
    lines.extend(
        dump.store().objects().map(|object| format!("{:?} {}", object.id(), seen_object(&dump, &object))),
    );
    lines.push(format!(
        "{:?} {:?} {:?}",
        dump.store().keys(),
        dump.store().kinds(),
        dump.store().namespaces()
    ));
    Ok(lines.join("\n"))
}

/// Everything that can be seen of an object but its id.
pub(crate) fn seen_object(dump: &Dump, object: &ObjectRef<'_>) -> String {
    seen_with(dump, object, "")
}

/// The same without the labels of one key.
pub(crate) fn seen_with(dump: &Dump, object: &ObjectRef<'_>, left_out: &str) -> String {
    let labels: Vec<_> = object.labels().filter(|(key, _)| *key != left_out).collect();
    let (id, identity) = (object.id(), object.identity());
    format!("{identity:?} {labels:?} {:?}", (dump.source(id), dump.index(id), dump.json(id)))
}

/// A loader that reads the smallest of dumps on several threads.
fn eager(loader: &Loader, min_part: usize) -> Loader {
    loader.clone().threads(3).min_part(min_part)
}

pub(crate) fn object() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["\"web\"", "\"db-é\"", "7", "\"a\\\"},{\""]);
    let label =
        prop::sample::select(vec!["\"env\":\"prod\"", "\"env\":\"qa\"", "\"x\":null", "\"é\":\"\\u00e9\""]);
    let rest = prop::sample::select(vec![
        "",
        ",\"spec\":{\"containers\":[{\"image\":\"x\"},{\"image\":\"y\"}]}",
        ",\"kind\":\"Pod\"",
        ",\"kind\":\"Service\",\"apiVersion\":\"v1\"",
        ",\"status\":[1,-2.5e3,true]",
    ]);
    (name, vec(label, 0..3), rest).prop_map(|(name, labels, rest)| {
        format!("{{\"metadata\":{{\"name\":{name},\"labels\":{{{}}}}}{rest}}}", labels.join(","))
    })
}

/// Mostly objects, now and then something else where one belongs.
pub(crate) fn element() -> impl Strategy<Value = String> {
    let event = prop::sample::select(vec!["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]);
    prop_oneof![
        40 => object(),
        1 => (event, object()).prop_map(|(event, object)| format!("{{\"type\":\"{event}\",\"object\":{object}}}")),
        1 => vec(object(), 0..4).prop_map(|objects| format!("{{\"kind\":\"XList\",\"items\":[{}]}}", objects.join(","))),
        1 => Just("{\"metadata\":{\"labels\":{\"a\":1}}}".to_owned()),
        1 => prop::sample::select(vec!["7", "null", "[]", "{", "{\"a\":\"\u{1}\"}", "{}"]).prop_map(str::to_owned),
    ]
}

fn pretty(element: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(element);
    value.map_or(element.to_owned(), |value| serde_json::to_string_pretty(&value).unwrap())
}

/// A dump in some shape.
pub(crate) fn dump() -> impl Strategy<Value = Vec<u8>> {
    (vec(element(), 0..30), 0..9_usize).prop_map(|(elements, shape)| {
        let wide: Vec<String> = elements.iter().map(|element| pretty(element)).collect();
        let text = match shape {
            0 => format!("{{\"items\":[{}],\"kind\":\"PodList\",\"apiVersion\":\"v1\"}}", elements.join(",")),
            1 => format!("{{\n  \"kind\": \"List\",\n  \"items\": [\n{}\n  ]\n}}\n", wide.join(",\n")),
            2 => format!("[{}]", elements.join(" , ")),
            3 => format!("[\n{}\n]", elements.join(",\r\n")),
            4 => elements.join("\n"),
            5 => elements.join("\n\n  ") + "\n",
            6 => wide.join("\n"),
            7 => format!(r#"{{"kind":"PodList","apiVersion":"v1","items":[{}]}}"#, elements.join(",")),
            _ => format!("\u{feff}{}", elements.concat()),
        };
        text.into_bytes()
    })
}

/// A dump with a few bytes changed, and perhaps an end that is missing.
pub(crate) fn damaged_dump() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop::sample::select(b"{}[]\",: \n\\\xffx0".to_vec());
    let edits = vec((any::<prop::sample::Index>(), byte), 0..3);
    (dump(), edits, prop::option::of(any::<prop::sample::Index>())).prop_map(|(mut bytes, edits, cut)| {
        if bytes.is_empty() {
            return bytes;
        }
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let len = cut.map_or(bytes.len(), |cut| cut.index(bytes.len()));
        bytes.truncate(len.max(bytes.len() / 2));
        bytes
    })
}

pub(crate) fn loader() -> impl Strategy<Value = Loader> {
    (any::<bool>(), 0..4).prop_map(|(skip_invalid, sort)| {
        let loader = Loader::new().threads(1).skip_invalid(skip_invalid);
        match sort {
            0 => loader.items_at("/items".parse().unwrap()),
            1 => loader.labels_at("/metadata/labels".parse().unwrap()),
            _ => loader,
        }
    })
}

fn matching(dump: &Dump, selector: &Selector) -> u64 {
    selq::Plan::new(dump.store(), selector).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn several_threads_read_what_one_reads(bytes in damaged_dump(), loader in loader(), min_part in 1_usize..400) {
        prop_assert_eq!(seen(&eager(&loader, min_part), &bytes), seen(&loader, &bytes));
    }

    /// Nothing about an object tells that those beside it were never kept.
    #[test]
    fn what_is_selected_while_reading_is_what_a_load_gives(
        bytes in prop_oneof![4 => dump(), 1 => damaged_dump()],
        min_part in prop::sample::select(vec![1_usize, 60, 400, 1 << 20]),
        selector in strategies::selector(),
        items_at in prop::option::of(Just("")),
        left_out in prop::sample::select(vec!["", "env", "é"]),
    ) {
        let loader = items_at.iter().fold(Loader::new(), |loader, at| loader.items_at(at.parse().unwrap()));
        let select = |object: selq::load::ReadObject<'_>| selector.matches_by(|key| object.label(key));
        let kept = |key: &str| key != left_out;
        let Ok(scan) = eager(&loader, min_part).select(inputs(&bytes), &mut (), select, kept) else {
            prop_assert!(loader.load(inputs(&bytes)).is_err());
            return Ok(());
        };
        let Some(selected) = scan.answer().map(selq::load::Answer::into_dump) else { return Ok(()) };
        let whole = loader.load(inputs(&bytes)).unwrap();
        let wanted = whole.store().objects().filter(|object| selector.matches(object.labels()));
        let expected: Vec<String> = wanted.map(|object| seen_with(&whole, &object, left_out)).collect();
        let found: Vec<String> = selected.store().objects().map(|object| seen_object(&selected, &object)).collect();
        prop_assert_eq!(found, expected);
        prop_assert!(selected.sources().eq(whole.sources()));
    }

    #[test]
    fn a_scan_counts_what_a_load_finds(
        bytes in damaged_dump(), loader in loader(), min_part in 1_usize..400, selector in strategies::selector(),
    ) {
        let select = |object: selq::load::ReadObject<'_>| selector.matches_by(|key| object.label(key));
        let scan = eager(&loader, min_part).scan(inputs(&bytes), &mut (), select);
        match (scan, loader.load(inputs(&bytes))) {
            (Ok(scan), Ok(dump)) => {
                let count = matching(&dump, &selector);
                let unanswered = match scan {
                    Scan::NeedsStore(unanswered) => unanswered,
                    Scan::Answer(answer) => {
                        prop_assert_eq!(answer.n_selected(), count);
                        answer.into_unanswered()
                    }
                };
                prop_assert_eq!(matching(&unanswered.load_with(&mut ()).unwrap(), &selector), count);
            }
            (Ok(scan), Err(error)) => {
                // A scan gives up at the first watch event, before the error.
                let Scan::NeedsStore(unanswered) = scan else { return Err(TestCaseError::fail("answered")) };
                let again = unanswered.load_with(&mut ()).unwrap_err();
                prop_assert_eq!(shown_error(&again), shown_error(&error));
            }
            (Err(scan), Err(load)) => prop_assert_eq!(shown_error(&scan), shown_error(&load)),
            (Err(error), Ok(_)) => prop_assert!(false, "only the scan failed: {}", error),
        }
    }
}

#[test]
fn wrong_guesses_do_no_harm() {
    // The seam of the first two objects stands inside all later ones as well.
    let first = r#"{"a":1},{"a":1}"#;
    let inside = r#",{"a":[{"b":1},{"a":1},{"a":1}],"c":"{\"a\":1},{\"a\":1}"}"#.repeat(200);
    for text in [format!("[{first}{inside}]"), format!("{{\"items\":[{first}{inside}]}}")] {
        let one = Loader::new().threads(1);
        for min_part in [1, 10, 100, 1000] {
            assert_eq!(seen(&eager(&one, min_part), text.as_bytes()), seen(&one, text.as_bytes()));
        }
    }
}

#[test]
fn several_lists_and_lines_of_lists() {
    let list = |n: usize| {
        let items = vec![r#"{"metadata":{"name":"a","labels":{"env":"prod"}}}"#; n].join(",");
        format!(r#"{{"items":[{items}],"kind":"PodList"}}"#)
    };
    for text in [
        list(300) + &list(200),
        [list(100), list(300), list(2)].join("\n"),
        format!("[{},{}]", list(90), list(80)),
    ] {
        let one = Loader::new().threads(1);
        for min_part in [1, 50, 1000] {
            assert_eq!(seen(&eager(&one, min_part), text.as_bytes()), seen(&one, text.as_bytes()));
        }
    }
}
