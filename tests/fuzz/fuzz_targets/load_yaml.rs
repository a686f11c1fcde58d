//! Texts are YAML, JSON or an error, never a panic; what is read can be written and its labels changed, and reads back.
//!
//! Run: `cargo +nightly fuzz run --fuzz-dir tests/fuzz load_yaml`

#![no_main]

use libfuzzer_sys::fuzz_target;
use selq::edit::Overwrite;
use selq::text::yaml;
use selq::{Dump, Input, LabelEdits, LoadError, Loader};

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    // As an element of a list, which is read in another way where it is written plainly.
    check(&[b"kind: List\nitems:\n- kind: Pod\n  ", bytes].concat());
});

fn check(bytes: &[u8]) {
    let Ok(dump) = load(bytes) else { return };
    for object in dump.store().objects() {
        let json = dump.json(object.id());
        let written = load(yaml(&json).as_bytes());
        // An object of JSON needs no kind, one of YAML does.
        assert!(written.is_ok() || object.kind().is_empty(), "{json}\n{}", yaml(&json));
    }
    relabel(&dump);
}

/// Changes the labels of all objects: exactly, or not at all.
fn relabel(dump: &Dump) {
    let edits = LabelEdits::parse(["app=x", "new=1", "old-"]).expect("these are edits");
    let changes: Vec<_> = dump
        .store()
        .objects()
        .map(|object| {
            (object.id(), edits.changes(object.labels(), Overwrite::Allowed).expect("it is allowed"))
        })
        .collect();
    let changes = changes.iter().map(|(id, changes)| (*id, changes.as_slice()));
    if let Ok(Some(changed)) = dump.relabelled_yaml(0, changes) {
        let read = load(changed.as_bytes()).expect("what was changed is read");
        assert_eq!(read.store().len(), dump.store().len());
        assert!(read.store().objects().all(|object| object.label("app") == Some("x")));
    }
}

fn load(bytes: &[u8]) -> Result<Dump, LoadError> {
    Loader::new().load([Input::Bytes { name: "fuzz".to_owned(), bytes: bytes.to_vec() }])
}
