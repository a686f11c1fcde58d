//! Bytes are a dump or an error, never a panic, and what is a dump stays one when bad objects may be left out.
//!
//! Run: `cargo +nightly fuzz run --fuzz-dir tests/fuzz load_dump`

#![no_main]

use libfuzzer_sys::fuzz_target;
use selq::{Dump, Input, LoadError, Loader};
use serde::de::IgnoredAny;

fuzz_target!(|bytes: &[u8]| {
    let strict = load(Loader::new(), bytes);
    let lenient = load(Loader::new().skip_invalid(true), bytes).expect("bad input is left out");
    check(&lenient);
    match strict {
        Ok(dump) => {
            check(&dump);
            assert_eq!((lenient.n_skipped(), lenient.store().len()), (0, dump.store().len()));
        }
        Err(error) => {
            assert!(lenient.n_skipped() > 0, "nothing was left out, though: {error}");
            assert!(!error.to_string().contains('\n'), "more than one line: {error}");
        }
    }
    let elsewhere = Loader::new().skip_invalid(true);
    let labels_at = elsewhere.clone().labels_at("/a/0".parse().expect("a pointer"));
    check(&load(labels_at, bytes).expect("bad input is left out"));
    let items_at = elsewhere.items_at("/a".parse().expect("a pointer"));
    check(&load(items_at, bytes).expect("bad input is left out"));
});

fn load(loader: Loader, bytes: &[u8]) -> Result<Dump, LoadError> {
    loader.load([Input::Bytes { name: "fuzz".to_owned(), bytes: bytes.to_vec() }])
}

/// Every object is JSON of its own, and positions ascend.
fn check(dump: &Dump) {
    let (mut next_index, mut source) = (0, None);
    for object in dump.store().objects() {
        let json = dump.json(object.id());
        serde_json::from_str::<IgnoredAny>(&json).expect("an object's own bytes are JSON");
        assert!(json.starts_with('{') && json.ends_with('}'));
        let place = dump.place(object.id()).map(|(source, _)| source);
        // Each file of an archive counts its own objects.
        if std::mem::replace(&mut source, place) != place {
            next_index = 0;
        }
        let index = dump.index(object.id());
        assert!(index >= next_index, "positions go back");
        next_index = index + 1;
    }
}
