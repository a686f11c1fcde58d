//! Dumps in every shape, and everything that is no dump.

use flate2::write::GzEncoder;
use proptest::prelude::*;
use selq::load::{LoadErrorKind, LoadObserver, Notice, Progress};
use selq::{Dump, Input, LoadError, Loader};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

fn input(bytes: impl Into<Vec<u8>>) -> Input {
    Input::Bytes { name: "dump.json".to_owned(), bytes: bytes.into() }
}

fn load(bytes: impl Into<Vec<u8>>) -> Result<Dump, LoadError> {
    Loader::new().load([input(bytes)])
}

/// `index kind namespace/name key=value,…` of every object.
fn rows(dump: &Dump) -> Vec<String> {
    let row = |object: selq::ObjectRef<'_>| {
        let labels: Vec<String> = object.labels().map(|(key, value)| format!("{key}={value}")).collect();
        let index = dump.index(object.id());
        format!("{index} {} {}/{} {}", object.kind(), object.namespace(), object.name(), labels.join(","))
    };
    dump.store().objects().map(row).collect()
}

fn load_rows(bytes: impl Into<Vec<u8>>) -> String {
    rows(&load(bytes).unwrap()).join("\n")
}

fn refusal(bytes: impl Into<Vec<u8>>) -> String {
    load(bytes).unwrap_err().to_string()
}

/// Loads under `skip_invalid` and collects what was said.
fn load_skipping(loader: Loader, bytes: impl Into<Vec<u8>>) -> (Dump, Vec<String>) {
    #[derive(Default)]
    struct Notices(Vec<String>);
    impl LoadObserver for Notices {
        fn notice(&mut self, notice: Notice) {
            self.0.push(notice.to_string());
        }
    }
    let mut notices = Notices::default();
    let dump = loader.skip_invalid(true).load_with([input(bytes)], &mut notices).unwrap();
    (dump, notices.0)
}

fn at(pointer: &str) -> selq::path::Pointer {
    pointer.parse().unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn with_bom(bytes: &[u8]) -> Vec<u8> {
    [b"\xEF\xBB\xBF", bytes].concat()
}

const A: &str = r#"{"kind":"Pod","metadata":{"name":"a","namespace":"n","labels":{"x":"1","y":""}}}"#;
const B: &str = r#"{"kind":"Pod","metadata":{"name":"b","labels":{"x":null}},"spec":{"labels":{"z":"0"}}}"#;
const ROWS: &str = "0 Pod n/a x=1,y=\n1 Pod /b x=";

mod shapes {
    use super::*;

    fn shapes() -> Vec<String> {
        let event = |object: &str| format!(r#"{{"type":"ADDED","object":{object}}}"#);
        vec![
            format!(r#"{{"kind":"List","apiVersion":"v1","items":[{A},{B}]}}"#),
            format!("{{\n  \"items\": [\n{A},\n{B}\n  ],\n  \"kind\": \"List\"\n}}\n"),
            format!("[{A},{B}]"),
            format!("[\n{A},\n{B}\n]\n"),
            format!("{A}\n{B}\n"),
            format!("\r\n {A} \r\n\r\n{B}"),
            format!("{A}{B}"),
            format!("{A} {B}"),
            format!("{}\n{}\n", event(A), event(B)),
            format!("{}{}", event(A), event(B)),
            format!("[{},{}]", event(A), B),
            format!(r#"{{"items":[{{"items":[{A}]}},{B}]}}"#),
            format!(r#"[{{"items":[]}},{{"items":null}},{{"items":[{A},{B}]}}]"#),
        ]
    }

    #[test]
    fn all_load_to_the_same_objects_plain_and_compressed() {
        for text in shapes() {
            let plain = text.as_bytes();
            for bytes in [
                plain.to_vec(),
                with_bom(plain),
                gzip(plain),
                zstd(plain),
                gzip(&with_bom(plain)),
                zstd(&with_bom(plain)),
            ] {
                assert_eq!(load_rows(bytes), ROWS, "{text}");
            }
        }
    }

    #[test]
    fn an_object_keeps_its_own_bytes() {
        for text in shapes() {
            let dump = load(text.as_str()).unwrap();
            let json: Vec<_> = dump.store().objects().map(|object| dump.json(object.id())).collect();
            assert_eq!(json, [A, B], "{text}");
        }
    }

    #[test]
    fn values_may_be_broken_over_lines_anywhere() {
        let pretty: Value = json!([serde_json::from_str::<Value>(A).unwrap(), {"metadata": {"name": "b", "labels": {"x": null}}, "kind": "Pod"}]);
        let pretty: Vec<String> =
            pretty.as_array().unwrap().iter().map(|v| serde_json::to_string_pretty(v).unwrap()).collect();
        assert_eq!(load_rows(pretty.join("\n")), ROWS);
        // The first lines look like NDJSON; the last object goes on.
        let broken = A.replace("\"metadata\":", "\"metadata\":\n");
        let text = format!("{{}}\n{{}}\n{{}}\n{broken} {B}\n{{}}");
        assert_eq!(load(text).unwrap().store().len(), 6);
        assert_eq!(load_rows(format!("{{\"items\":[{A}\n,{B}]}}")), ROWS);
    }

    #[test]
    fn any_object_is_an_object() {
        let text = r#"[{}, {"kind":1,"metadata":[]}, {"metadata":{"labels":null,"name":null}}, {"type":"ADDED"}, {"type":"Normal","object":{}}]"#;
        assert_eq!(load_rows(text), "0  / \n1  / \n2  / \n3  / \n4  / ");
        assert_eq!(load("[]").unwrap().store().len(), 0);
    }

    #[test]
    fn items_get_the_kind_of_their_list() {
        let items = r#""items":[{"metadata":{"name":"a"}},{"kind":"Node","apiVersion":"v2"}]"#;
        for text in [
            format!(r#"{{"kind":"PodList","apiVersion":"v1",{items}}}"#),
            format!(r#"{{{items},"apiVersion":"v1","kind":"PodList"}}"#),
        ] {
            let dump = load(text).unwrap();
            let kinds: Vec<(&str, &str)> =
                dump.store().objects().map(|o| (o.api_version(), o.kind())).collect();
            assert_eq!(kinds, [("v1", "Pod"), ("v2", "Node")]);
            assert_eq!(
                dump.json(dump.store().objects().next().unwrap().id()),
                r#"{"metadata":{"name":"a"}}"#
            );
        }
        assert_eq!(load_rows(r#"{"kind":"List","items":[{}]}"#), "0  / ");
        assert_eq!(load_rows(r#"{"kind":"PodTable","items":[{}]}"#), "0  / ");
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let text = r#"{"kind":"A","kind":"B","metadata":{"labels":{"x":"1","y":"2","x":"3"}}}"#;
        let dump = load(text).unwrap();
        let object = dump.store().objects().next().unwrap();
        assert_eq!((object.kind(), object.label("x"), object.labels().len()), ("B", Some("3"), 2));
    }

    #[test]
    fn sources_count_on_their_own() {
        let inputs = ["one", "two", "three"].map(|name| Input::Bytes {
            name: name.to_owned(),
            bytes: if name == "two" { b"[]".to_vec() } else { format!("[{A},{B}]").into_bytes() },
        });
        let dump = Loader::new().load(inputs).unwrap();
        assert_eq!(dump.sources().collect::<Vec<_>>(), ["one", "two", "three"]);
        let places: Vec<(&str, u64)> =
            dump.store().objects().map(|o| (dump.source(o.id()), dump.index(o.id()))).collect();
        assert_eq!(places, [("one", 0), ("one", 1), ("three", 0), ("three", 1)]);
        assert_eq!(dump.n_bytes(), 2 * (A.len() + B.len() + 3) as u64 + 2);
    }

    #[test]
    fn files_are_read_like_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pods.json");
        fs::write(&path, format!("[{A},{B}]")).unwrap();
        let dump = Loader::new().load([Input::Path(path.clone())]).unwrap();
        assert_eq!(rows(&dump).join("\n"), ROWS);
        assert_eq!(dump.sources().next(), path.to_str());
    }
}

mod places {
    use super::*;

    #[test]
    fn items_at_an_array_or_a_map() {
        let load = |pointer: &str, text: &str| {
            Loader::new().items_at(at(pointer)).load([input(text)]).map_err(|error| error.to_string())
        };
        let text = format!(r#"{{"other":[1,{{}}],"data":{{"result":[{A},{B}]}},"more":7}}"#);
        assert_eq!(rows(&load("/data/result", &text).unwrap()).join("\n"), ROWS);
        let map = format!(r#"{{"one":{A},"two":{{"kind":"Pod"}}}}"#);
        assert_eq!(rows(&load("", &map).unwrap()).join("\n"), "0 Pod n/a x=1,y=\n1 Pod /two ");
        assert_eq!(rows(&load("/1", &format!("[0,[{A},{B}]]")).unwrap()).join("\n"), ROWS);
        assert_eq!(load("/data", r#"{"data":null}"#).unwrap().store().len(), 0);
        insta::assert_snapshot!(load("/data/x", r#"{"data":{}}"#).unwrap_err(), @"dump.json:1:9: object 0: expected `x` on the way to the objects, found a value without it");
        insta::assert_snapshot!(load("/data", r#"{"data":1}"#).unwrap_err(), @"dump.json:1:9: object 0: expected an array of objects or a map from name to object, found a number");
        assert_eq!(
            rows(&load("/data", &format!(r#"{{"data":7,"data":[{A},{B}]}}"#)).unwrap()).join("\n"),
            ROWS
        );
        insta::assert_snapshot!(load("/data/x", r#"{"data":"text"}"#).unwrap_err(), @"dump.json:1:9: object 0: expected an object with `x`, found a string");
        insta::assert_snapshot!(load("", r#"{"a":{},"b":[]}"#).unwrap_err(), @"dump.json:1:13: object 1: expected an object, found an array");
    }

    #[test]
    fn what_is_at_that_place_is_an_object_whatever_its_fields() {
        let loader = |labels: &str| Loader::new().items_at(at("/data")).labels_at(at(labels));
        let text = r#"{"data":[{"Labels":{"a":"b"},"items":[{"q":1},{"q":2}]},{"items":7},{"type":"ADDED","object":{}}]}"#;
        for threads in [1, 2] {
            let dump = loader("/Labels").threads(threads).load([input(text)]).unwrap();
            assert_eq!(rows(&dump), ["0  / a=b", "1  / ", "2  / "]);
            let first = dump.store().objects().next().unwrap();
            assert_eq!(dump.json(first.id()), r#"{"Labels":{"a":"b"},"items":[{"q":1},{"q":2}]}"#);
        }
        let map = r#"{"data":{"one":{"items":null},"two":{"type":"DELETED","object":{}}}}"#;
        assert_eq!(rows(&loader("/l").load([input(map)]).unwrap()), ["0  /one ", "1  /two "]);
        // Elsewhere any object with `items` is a list.
        let error = load(r#"[{"items":["apple"]},{"items":"apple"}]"#).unwrap_err();
        assert_eq!(error.message(), "expected an object, found a string");
        let error = load(r#"[{"items":"apple"}]"#).unwrap_err();
        assert!(error.help().unwrap().contains("--items-at ''"));
    }

    #[test]
    fn labels_at_another_place() {
        let load = |pointer: &str, text: &str| {
            let loader = Loader::new().labels_at(at(pointer));
            loader.load([input(text)]).map(|dump| rows(&dump).join("; ")).map_err(|error| error.to_string())
        };
        assert_eq!(load("/metric", r#"{"metric":{"a":"1"}}"#).unwrap(), "0  / a=1");
        assert_eq!(load("", r#"{"kind":"b","a":"1"}"#).unwrap(), "0 b / kind=b,a=1");
        assert_eq!(load("/tags", r#"[{"tags":[{"Key":"a","Value":"1"}]},{}]"#).unwrap(), "0  / a=1; 1  / ");
        assert_eq!(
            load("/t/1", r#"{"t":[0,{"a":"1"}],"metadata":{"labels":{"b":"2"}}}"#).unwrap(),
            "0  / a=1"
        );
        insta::assert_snapshot!(load("", r#"{"a":{}}"#).unwrap_err(), @"dump.json:1:6: object 0: expected a string as the value of label `a`, found an object");
    }
}

mod watch {
    use super::*;

    fn event(event_type: &str, name: &str, version: &str, x: &str) -> String {
        format!(
            r#"{{"type":"{event_type}","object":{{"kind":"Pod","apiVersion":"{version}","metadata":{{"name":"{name}","labels":{{"x":"{x}"}}}}}}}}"#
        )
    }

    #[test]
    fn events_put_and_take_away() {
        let text = [
            event("ADDED", "a", "v1", "1"),
            event("ADDED", "b", "v1", "1"),
            event("MODIFIED", "a", "v2", "2"),
            event("DELETED", "b", "v1", "1"),
            event("DELETED", "unknown", "v1", "1"),
            event("BOOKMARK", "", "v1", ""),
            event("MODIFIED", "c", "v1", "3"),
            event("MODIFIED", "a", "apps/v1", "4"),
            event("ADDED", "", "v1", "5"),
            event("ADDED", "", "v1", "5"),
        ]
        .join("\n");
        let dump = load(text).unwrap();
        assert_eq!(
            rows(&dump),
            ["0 Pod /a x=2", "6 Pod /c x=3", "7 Pod /a x=4", "8 Pod / x=5", "9 Pod / x=5"]
        );
        let first = dump.store().objects().next().unwrap();
        assert!(dump.json(first.id()).contains(r#""apiVersion":"v2""#));
    }

    #[test]
    fn plain_objects_are_known_to_later_events() {
        let list = r#"{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}],"kind":"PodList","apiVersion":"v1"}"#;
        let bookmark = event("DELETED", "none", "v1", "");
        let text = format!(
            "{list}{bookmark}{list}{}{}",
            event("MODIFIED", "a", "v1", "2"),
            event("DELETED", "b", "v1", "")
        );
        assert_eq!(load_rows(text), "0 Pod /a \n3 Pod /a x=2", "all looks at `b` go");
    }

    #[test]
    fn an_event_is_about_an_object() {
        insta::assert_snapshot!(
            refusal(r#"{"type":"ADDED","object":5}"#),
            @"dump.json:1:26: object 0: expected an object as the `object` of a watch event, found a number"
        );
        insta::assert_snapshot!(refusal(r#"{"object":null,"type":"DELETED"}"#), @"dump.json:1:11: object 0: expected an object as the `object` of a watch event, found `null`");
        assert_eq!(load_rows(r#"{"type":"Opaque","object":5}{"type":"ADDED"}"#), "0  / \n1  / ");
        assert_eq!(load_rows(format!(r#"{{"type":"BOOKMARK","object":5}}{A}"#)), "1 Pod n/a x=1,y=");
    }

    #[test]
    fn a_watch_may_fail_with_anything() {
        let text =
            r#"{"type":"ERROR","object":"gone"}{"type":"ERROR","object":null}{"type":"ERROR","object":[1]}"#;
        let (dump, notices) = load_skipping(Loader::new(), format!("{text}{A}"));
        assert_eq!((rows(&dump), dump.n_skipped()), (vec!["3 Pod n/a x=1,y=".to_owned()], 0));
        insta::assert_snapshot!(notices.join("\n"), @"
        dump.json: the watch failed: gone
        dump.json: the watch failed: null
        dump.json: the watch failed: [1]
        ");
    }

    #[test]
    fn sources_are_apart() {
        let dump =
            Loader::new().load([input(A), input(format!(r#"{{"type":"DELETED","object":{A}}}"#))]).unwrap();
        assert_eq!(dump.store().len(), 1);
    }

    #[test]
    fn a_failed_watch_is_told() {
        let text = format!(
            r#"{{"object":{{"kind":"Status","message":"too old resource version"}},"type":"ERROR"}}{A}"#
        );
        let (dump, notices) = load_skipping(Loader::new(), text);
        assert_eq!((rows(&dump), dump.n_skipped()), (vec!["1 Pod n/a x=1,y=".to_owned()], 0));
        insta::assert_snapshot!(notices.join("\n"), @"dump.json: the watch failed: too old resource version");
    }
}

mod bad_input {
    use super::*;

    #[test]
    fn a_nul_byte_has_its_place() {
        let text = format!("{A}\n{{\"x\":\"\0\"}}\n{B}");
        assert_eq!(
            refusal(text),
            "dump.json:2:6: object 1: expected an escape, found a bare control character in a string"
        );
    }

    #[test]
    fn the_message_has_the_place_and_what_was_expected() {
        let messages: Vec<String> = [
            r#"{"items":[{},{"metadata":{"labels":{"a":7}}}]}"#,
            "{}\n{\"a\":\n  tru}",
            "{}{\"a\":nul}",
            "{\"a\":1,}",
            "[{},]",
            "[{} {}]",
            "{\"a\" 1}",
            "{'a':1}",
            "{\"a\":01}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\n\"}",
            "{}]",
            "{\"a\":1",
            "{\"a",
            "[{},7]",
            "[[{}]]",
            "null",
            "\"text\"",
            "w\tx",
            r#"{"items":{}}"#,
            r#"{"items":"x"}"#,
            r#"{"items":[],"items":[]}"#,
            r#"{"items":[null]}"#,
            r#"{"metadata":{"labels":{"a":true}}}"#,
            r#"{"metadata":{"labels":{"a":{}}}}"#,
            r#"{"metadata":{"labels":"a"}}"#,
            r#"{"a":NaN}"#,
            "{}\n{\"a\":[\n{}\n{}",
            "{\"é\": \"名\", \"a\": nul}",
            "{}\n---\n{}",
        ]
        .into_iter()
        .map(refusal)
        .collect();
        insta::assert_snapshot!(messages.join("\n"), @r"
        dump.json:1:41: object 1: expected a string as the value of label `a`, found a number
        dump.json:2:6: object 1: expected the rest of a value, found the end of the line
        dump.json:1:11: object 1: expected `true`, `false` or `null`, found another word
        dump.json:1:8: object 0: expected a key in double quotes, found `}`
        dump.json:1:5: object 1: expected an object, found `]`
        dump.json:1:5: object 1: expected `,` or `]`, found an object
        dump.json:1:6: object 0: expected `:`, found a number
        dump.json:1:2: object 0: expected a key in double quotes, found `'`
        dump.json:1:7: object 0: expected a number as JSON writes it, found another spelling
        dump.json:1:8: object 0: expected an escape of JSON, found another after `\`
        dump.json:1:6: object 0: expected an escape, found a bare control character in a string
        dump.json:1:3: object 1: expected an object, found `]`
        dump.json:1:7: object 0: expected `,` or `}`, found the end of the file
        dump.json:1:4: object 0: expected the rest of a value, found the end of the file
        dump.json:1:5: object 1: expected an object, found a number
        dump.json:1:2: object 0: expected an object, found an array
        dump.json:1:1: object 0: expected an object, found `null`
        dump.json:1:1: object 0: expected an object, found a string
        dump.json:1:1: object 0: expected an object, found `w`
        dump.json:1:10: object 0: expected an array or null as the `items` of a list, found an object
        dump.json:1:10: object 0: expected an array or null as the `items` of a list, found a string
        dump.json:1:21: object 0: expected one `items` in a list, found a second
        dump.json:1:11: object 0: expected an object, found `null`
        dump.json:1:28: object 0: expected a string as the value of label `a`, found `true`
        dump.json:1:28: object 0: expected a string as the value of label `a`, found an object
        dump.json:1:23: object 0: expected labels (an object of strings, a list of key and value pairs, or null), found a string
        dump.json:1:6: object 0: expected a value, found `NaN`
        dump.json:2:7: object 1: expected the rest of a value, found the end of the line
        dump.json:1:20: object 0: expected `true`, `false` or `null`, found another word
        dump.json:2:1: object 1: expected an object, found `---`, which separates documents in YAML only
        ");
    }

    #[test]
    fn other_formats_are_named_with_a_way_out() {
        let utf16: Vec<u8> =
            [0xFEFF].into_iter().chain(A.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let mut tar = vec![0; 1024];
        tar[257..262].copy_from_slice(b"ustar");
        for (bytes, kind) in [
            (utf16, LoadErrorKind::Format),
            (b"{apiVersion: v1}\n".to_vec(), LoadErrorKind::Format),
            // Its header has no checksum.
            (gzip(&tar), LoadErrorKind::Archive),
            (tar, LoadErrorKind::Archive),
        ] {
            let error = load(bytes).unwrap_err();
            assert_eq!(error.kind(), kind);
            assert!(error.help().is_some(), "{error}");
        }
    }

    #[test]
    fn an_empty_file_is_refused() {
        for bytes in [&b""[..], b" \n\t ", b"\xEF\xBB\xBF", &gzip(b"")] {
            assert_eq!(load(bytes).unwrap_err().kind(), LoadErrorKind::Empty);
        }
        insta::assert_snapshot!(refusal(""), @"dump.json:1:1: expected JSON, found an empty file");
    }

    /// A dump that is cut is accepted only where the rest is a dump itself: between two values.
    #[test]
    fn a_dump_cut_at_any_byte_is_refused() {
        let list = format!(r#"{{"kind":"List","items":[{A},{B}],"metadata":{{}}}}"#);
        let event = format!(r#"{{"type":"ADDED","object":{A}}}"#);
        for text in [list, format!("[{A}, {B}]"), format!("{A}\n{B}\n{A}\n"), format!("{A}{B}"), event] {
            for len in 1..text.len() {
                let prefix = &text[..len];
                let n_whole = serde_json::Deserializer::from_str(prefix)
                    .into_iter::<Value>()
                    .collect::<Result<Vec<_>, _>>();
                match load(prefix) {
                    Ok(dump) => {
                        assert_eq!(
                            dump.store().len(),
                            n_whole.expect("only whole values are accepted").len()
                        );
                    }
                    Err(error) => {
                        assert_eq!(error.kind(), LoadErrorKind::Incomplete, "{prefix}");
                        assert!(n_whole.is_err(), "{prefix}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_compressed_dump_cut_at_any_byte_is_refused() {
        for whole in [gzip(A.as_bytes()), zstd(A.as_bytes())] {
            for len in 4..whole.len() {
                let error = load(&whole[..len]).unwrap_err();
                assert_eq!((error.kind(), error.line()), (LoadErrorKind::Compression, None));
                assert!(error.offset().unwrap() <= len as u64);
            }
        }
    }

    #[test]
    fn invalid_utf8_is_refused_wherever_it_is() {
        for (before, after) in [
            (r#"{"metadata":{"name":"a"#, r#""}}"#),
            (r#"{"metadata":{"labels":{"a":"\n"#, r#""}}}"#),
            (r#"{"spec":{"deep":["a"#, r#""]}}"#),
            (r#"{"spec":1,"b"#, r#"":2}"#),
            (r#"{"items":[{}],"x":"a"#, r#""}"#),
            (r#"{"items":[{"x":"a"#, r#"", oops}]}"#),
            ("{}\n{\"a\":\"b", "\"}\n{}"),
            (r#"{"a":1, "#, r#"}"#),
        ] {
            let bytes = [before.as_bytes(), b"\xFF", after.as_bytes()].concat();
            let error = load(bytes).unwrap_err();
            assert_eq!(
                (error.kind(), error.offset()),
                (LoadErrorKind::Utf8, Some(before.len() as u64)),
                "{before}"
            );
        }
    }

    #[test]
    fn a_hundred_megabytes_of_brackets_are_refused() {
        for text in ["[", "{\"a\":", "[{\"items\":"] {
            let error = load(text.repeat(100_000_000 / text.len())).unwrap_err();
            assert_eq!(error.offset().map(|offset| offset > 1), Some(text != "["), "{error}");
        }
        let error = Loader::new().items_at(at("")).load([input("[".repeat(100_000_000))]).unwrap_err();
        insta::assert_snapshot!(error, @"dump.json:1:2: object 0: expected an object, found an array");
    }

    #[test]
    fn deep_nesting_is_no_trouble() {
        let deep = format!(r#"{{"a":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(load(deep).unwrap().store().len(), 1);
        let lists = |n: usize| format!("{}{}", r#"{"items":["#.repeat(n), "]}".repeat(n));
        assert_eq!(load(lists(64)).unwrap().store().len(), 0);
        insta::assert_snapshot!(refusal(lists(65)), @"dump.json:1:650: object 0: expected lists nested at most 64 deep, found one more");
    }

    #[test]
    fn long_strings_are_no_trouble() {
        let long = "x".repeat(50_000_000);
        let dump =
            load(format!(r#"{{"metadata":{{"name":"a","labels":{{"k":"{long}"}}}},"spec":"{long}"}}"#))
                .unwrap();
        assert_eq!(dump.store().objects().next().unwrap().label("k"), Some(long.as_str()));
        insta::assert_snapshot!(refusal(format!(r#"{{"a":"{long}"7}}"#)), @"dump.json:1: byte 50000007: object 0: expected `,` or `}`, found a number");
    }

    #[test]
    fn what_cannot_be_opened_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = |path: &Path| {
            let error = Loader::new().load([Input::Path(path.to_owned())]).unwrap_err();
            assert_eq!(error.kind(), LoadErrorKind::Unreadable);
            error.to_string().replace(&folder.path().display().to_string(), "FOLDER")
        };
        insta::assert_snapshot!(refusal(&folder.path().join("missing.json")), @"FOLDER/missing.json: no such file");
    }

    #[test]
    fn what_cannot_be_opened_can_be_left_out() {
        let missing = tempfile::tempdir().unwrap().path().join("missing.json");
        let loader = Loader::new().skip_invalid(true);
        let dump = loader.load([input(A), Input::Path(missing), input(B)]).unwrap();
        assert_eq!((dump.store().len(), dump.sources().len(), dump.n_skipped()), (2, 2, 1));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_without_permission_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.json");
        fs::write(&path, "{}").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
        if fs::File::open(&path).is_ok() {
            eprintln!("skipped: this user may read every file");
            return;
        }
        let error = Loader::new().load([Input::Path(path)]).unwrap_err();
        assert!(error.to_string().ends_with("secret.json: not allowed to read it"), "{error}");
    }
}

mod skip_invalid {
    use super::*;

    #[test]
    fn bad_objects_are_left_out_and_counted() {
        let text =
            format!(r#"{{"items":[{A},7,{{"metadata":{{"labels":{{"a":7}}}},"spec":[1]}},[[]],{B}]}}"#);
        let (dump, notices) = load_skipping(Loader::new(), text);
        assert_eq!(rows(&dump), ["0 Pod n/a x=1,y=", "4 Pod /b x="]);
        assert_eq!(dump.n_skipped(), 3);
        insta::assert_snapshot!(notices.join("\n"), @"
        dump.json:1:92: object 1: expected an object, found a number
        dump.json:1:121: object 2: expected a string as the value of label `a`, found a number
        dump.json:1:137: object 3: expected an object, found an array
        ");
    }

    #[test]
    fn ndjson_goes_on_at_the_next_line() {
        let text = format!("{A}\n{{\"a\":\n{B}\n{{\"b\":[\"}}\n{{}} x\n{{\"a\":\"\x01\"}}\n{A}\n{{\"c\":");
        let (dump, notices) = load_skipping(Loader::new(), text);
        assert_eq!(rows(&dump), ["0 Pod n/a x=1,y=", "2 Pod /b x=", "4  / ", "7 Pod n/a x=1,y="]);
        assert_eq!(dump.n_skipped(), 5);
        insta::assert_snapshot!(notices.join("\n"), @"
        dump.json:2:6: object 1: expected the rest of a value, found the end of the line
        dump.json:4:9: object 3: expected the rest of a value, found the end of the line
        dump.json:5:4: object 5: expected an object, found `x`
        dump.json:6:6: object 6: expected an escape, found a bare control character in a string
        dump.json:8:6: object 8: expected the rest of a value, found the end of the file
        ");
    }

    #[test]
    fn lines_that_are_no_json_at_all_stop_nothing() {
        for bad in ["yy\nzz", "I0101 starting\nI0102 go", "}\n}", "\"x\n\"y", "\"k\":1}\n\"k\":2}"] {
            for text in [format!("{A}\n{bad}\n{B}\n"), format!("{bad}\n{A}\n{B}\n")] {
                let (dump, notices) = load_skipping(Loader::new(), text);
                let n_whole = dump.store().len();
                assert!(rows(&dump).last().unwrap().ends_with("/b x="), "{bad}: {notices:?}");
                assert!(n_whole == 2 && dump.n_skipped() >= 2, "{bad}: {notices:?}");
            }
        }
    }

    #[test]
    fn a_long_line_of_bad_objects_takes_linear_time() {
        let text = format!("[{}{{}}]", "7,".repeat(200_000));
        let (dump, notices) = load_skipping(Loader::new(), text);
        assert_eq!((dump.store().len(), notices.len()), (1, 200_000));
    }

    #[test]
    fn a_stream_cut_short_is_one_fault() {
        let name = "é".repeat(20);
        let item = format!(r#"{{"metadata":{{"name":"{name}"}}}}"#);
        for text in [format!("[{A},{item}]"), format!("{A}\n{item}\n{B}\n"), format!("{item}{A}")] {
            let whole = gzip(text.as_bytes());
            for len in 4..whole.len() {
                let (dump, notices) = load_skipping(Loader::new(), &whole[..len]);
                assert_eq!((notices.len(), dump.n_skipped()), (1, 1), "{len}: {notices:?}");
                let events = Loader::new().watch(input(&whole[..len])).unwrap();
                assert_eq!(events.filter(Result::is_err).count(), 1, "{len}");
            }
        }
    }

    #[test]
    fn the_first_line_may_be_the_bad_one() {
        for bad in ["{\"a\":", "oops", "{\"a\":1", "7"] {
            let (dump, notices) = load_skipping(Loader::new(), format!("{bad}\n{A}\n{B}\n"));
            assert_eq!(rows(&dump), ["1 Pod n/a x=1,y=", "2 Pod /b x="], "{notices:?}");
        }
    }

    #[test]
    fn other_sources_end_at_a_syntax_error() {
        let text = format!(r#"{{"kind":"PodList","items":[{{}},{A},{{oops}},{B}]}}"#);
        let (dump, notices) = load_skipping(Loader::new(), text);
        assert_eq!(rows(&dump), ["0 Pod / ", "1 Pod n/a x=1,y="]);
        assert_eq!(notices.len(), 1);
        let (dump, _) = load_skipping(Loader::new(), "apiVersion: v1");
        assert_eq!((dump.store().len(), dump.n_skipped()), (0, 1));
    }

    #[test]
    fn invalid_utf8_spoils_its_object_only() {
        let text = [b"[{\"a\":\"\xFF\"},", A.as_bytes(), b"]"].concat();
        let (dump, notices) = load_skipping(Loader::new(), text);
        assert_eq!(rows(&dump), ["1 Pod n/a x=1,y="]);
        insta::assert_snapshot!(notices.join("\n"), @"dump.json:1:8: object 0: expected UTF-8, found a byte that does not belong there");
    }

    #[test]
    fn many_bad_lines_take_linear_time() {
        let text = "{\"a\":[\n".repeat(100_000) + "{}\n";
        let (dump, notices) = load_skipping(Loader::new(), format!("{{}}\n{{}}\n{{}}\n{text}"));
        assert_eq!((dump.store().len(), notices.len()), (4, 100_000));
    }

    #[test]
    fn a_cut_stream_keeps_what_was_read() {
        let text = format!("{A}\n").repeat(2000);
        let whole = gzip(text.as_bytes());
        let (dump, notices) = load_skipping(Loader::new(), &whole[..whole.len() - 10]);
        assert!(dump.store().len() > 100, "{notices:?}");
    }
}

#[test]
fn progress_is_told_and_never_goes_back() {
    #[derive(Default)]
    struct Steps(Vec<Progress>);
    impl LoadObserver for Steps {
        fn progress(&mut self, progress: Progress) {
            self.0.push(progress);
        }
    }
    let text = format!("{A}\n").repeat(200_000);
    for bytes in [text.clone().into_bytes(), gzip(text.as_bytes())] {
        let n_bytes = (bytes.len() + A.len()) as u64;
        let mut steps = Steps::default();
        Loader::new().load_with([input(bytes), input(A)], &mut steps).unwrap();
        assert!(steps.0.len() > 3);
        assert!(steps.0.is_sorted_by_key(|step| step.bytes));
        let last = steps.0.last().unwrap();
        assert_eq!((last.bytes, last.n_objects), (n_bytes, 200_001));
        assert!(steps.0.iter().all(|step| step.total == Some(n_bytes)));
    }
}

/// What a dump may hold besides what is kept.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
        Just(json!("\n\"\\\u{0}")),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

fn any_object() -> impl Strategy<Value = Value> {
    let labels = proptest::collection::btree_map("[a-zé\"\\n/.]{0,4}", "[a-c\\\\]{0,3}", 0..4);
    ("[A-C]", "[ab]?", "[a-z]{0,2}", labels, any_value()).prop_map(|(kind, namespace, name, labels, spec)| {
        json!({"kind": kind, "spec": spec, "metadata": {"namespace": namespace, "name": name, "labels": labels, "more": spec}})
    })
}

fn join(objects: &[Value], pretty: bool, separator: &str) -> String {
    let print =
        |object| if pretty { serde_json::to_string_pretty(object) } else { serde_json::to_string(object) };
    objects.iter().map(|object| print(object).unwrap()).collect::<Vec<_>>().join(separator)
}

/// The rows that `objects` must load to.
fn expected_rows(objects: &[Value]) -> Vec<String> {
    let row = |(index, object): (usize, &Value)| {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let metadata = &object["metadata"];
        let labels: Vec<String> =
            metadata["labels"].as_object().unwrap().iter().map(|(k, v)| format!("{k}={}", text(v))).collect();
        format!(
            "{index} {} {}/{} {}",
            text(&object["kind"]),
            text(&metadata["namespace"]),
            text(&metadata["name"]),
            labels.join(",")
        )
    };
    objects.iter().enumerate().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_shape_loads_to_the_same_objects(objects in proptest::collection::vec(any_object(), 1..5), pretty: bool) {
        let events = |object: &Value| json!({"type": "ADDED", "object": object});
        let unnamed = objects.iter().all(|object| object["metadata"]["name"] == "");
        let mut shapes = vec![
            format!(r#"{{"kind":"List","items":[{}]}}"#, join(&objects, pretty, ",")),
            format!("{{\"items\":[\n{}\n]}}", join(&objects, pretty, "\n,\n")),
            format!("[{}]", join(&objects, pretty, ", ")),
            join(&objects, pretty, "\n"),
            join(&objects, pretty, ""),
        ];
        if unnamed || objects.len() == 1 {
            shapes.push(join(&objects.iter().map(events).collect::<Vec<_>>(), pretty, "\n"));
        }
        for text in shapes {
            let dump = load(text.as_str()).unwrap();
            prop_assert_eq!(rows(&dump), expected_rows(&objects), "{}", text);
            for (object, json) in objects.iter().zip(dump.store().objects()) {
                prop_assert_eq!(&serde_json::from_str::<Value>(&dump.json(json.id())).unwrap(), object);
            }
        }
    }

    #[test]
    fn any_bytes_are_a_dump_or_refused(bytes in proptest::collection::vec(any_byte(), 0..60)) {
        check_verdict(&bytes)?;
    }

    #[test]
    fn an_edited_dump_is_a_dump_or_refused(
        objects in proptest::collection::vec(any_object(), 1..4),
        in_lines: bool,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..3, any_byte()), 0..3),
    ) {
        let text = if in_lines { join(&objects, false, "\n") } else { format!(r#"{{"items":[{}]}}"#, join(&objects, true, ",")) };
        let mut bytes = text.into_bytes();
        for (place, n_removed, byte) in edits {
            let start = place.index(bytes.len());
            let end = (start + n_removed).min(bytes.len());
            bytes.splice(start..end, [byte]);
        }
        check_verdict(&bytes)?;
    }
}

/// Bytes, with those that JSON is made of more often than others.
fn any_byte() -> impl Strategy<Value = u8> {
    prop_oneof![4 => proptest::sample::select(&b"{}[]\",:\n\\1a"[..]), 1 => any::<u8>()]
}

/// What is accepted is JSON to the last byte; leaving out bad objects changes nothing when there are none.
fn check_verdict(bytes: &[u8]) -> Result<(), TestCaseError> {
    let is_json = str::from_utf8(bytes).is_ok_and(|text| {
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        serde_json::Deserializer::from_str(text)
            .into_iter::<serde::de::IgnoredAny>()
            .all(|value| value.is_ok())
    });
    let strict = load(bytes);
    let (lenient, notices) = load_skipping(Loader::new(), bytes);
    prop_assert_eq!(notices.len() as u64, lenient.n_skipped());
    match strict {
        Ok(dump) => {
            prop_assert!(is_json);
            prop_assert_eq!(rows(&lenient), rows(&dump));
            prop_assert_eq!(lenient.n_skipped(), 0);
        }
        Err(error) => {
            prop_assert_eq!(Some(error.to_string()), notices.first().cloned());
            prop_assert!(
                !is_json || matches!(error.kind(), LoadErrorKind::Data | LoadErrorKind::Empty),
                "{}",
                error
            );
        }
    }
    for object in lenient.store().objects() {
        prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&lenient.json(object.id())).is_ok());
    }
    Ok(())
}

mod real_dumps {
    use super::*;
    use crate::testenv::shared;

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path, found) } else { found.push(path) }
        }
    }

    /// What a message begins with where an API server answered with an error.
    const STATUS: &str = "expected objects, found an error of the API server: ";

    /// What loading a file must come to, by its name.
    fn expected(path: &str) -> &'static str {
        let ends_in = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        match path {
            _ if ends_in(&["namespace_exception.json", "pods_410.json", "bindings_list.json"]) => STATUS,
            _ if ends_in(&["._results.json"]) => "expected JSON, found binary data",
            _ if ends_in(&[".md"]) => "expected an object, found `#`",
            _ if ends_in(&["SOURCES.tsv"]) => "expected an object, found `file`",
            _ if ends_in(&[".tsv"]) => "expected an object, found a number",
            // `404: …` is a key and its value.
            _ if ends_in(&["_illegal_json_404.json"]) => {
                "expected an object with `kind` or `items`, found one without, as in other files of YAML"
            }
            _ => "objects",
        }
    }

    #[test]
    fn load_or_are_refused_for_a_reason() {
        let Some(root) = shared("data") else { return };
        let mut paths = Vec::new();
        files(&root, &mut paths);
        assert!(!paths.is_empty());
        let problems: Vec<String> = paths
            .into_iter()
            .filter_map(|path| {
                let name = path.display().to_string();
                let result = match Loader::new().load([Input::Path(path)]) {
                    Ok(_) => "objects".to_owned(),
                    Err(error) if error.message().starts_with(STATUS) => STATUS.to_owned(),
                    Err(error) => error.message().to_owned(),
                };
                (result != expected(&name)).then(|| format!("{name}: {result}"))
            })
            .collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }

    /// Each file has as many objects as whoever collected them counted.
    #[test]
    fn have_as_many_objects_as_were_counted() {
        let Some(root) = shared("data") else { return };
        let table = fs::read_to_string(root.join("SOURCES.tsv")).unwrap();
        let rows = table.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
        let differ: Vec<String> = rows
            .filter_map(|row| {
                let (path, counted) = (row[0], row[8].parse::<usize>().ok()?);
                let dump = Loader::new().load([Input::Path(root.join(path))]).ok()?;
                let n_objects = dump.store().len();
                // There, an empty list counts as one object, and so does an object inside another.
                let known = (counted == 1 && n_objects == 0)
                    || path.starts_with("watch/")
                    || path.starts_with("map/");
                (n_objects != counted && !known).then(|| format!("{path}: {n_objects} instead of {counted}"))
            })
            .collect();
        assert!(differ.is_empty(), "{}", differ.join("\n"));
    }
}
