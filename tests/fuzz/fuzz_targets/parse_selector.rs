//! A text is a selector or an error, never a panic, and a selector's canonical text means the same.
//!
//! Run: `cargo +nightly fuzz run --fuzz-dir tests/fuzz parse_selector`

#![no_main]

use libfuzzer_sys::fuzz_target;
use selq::Selector;

fuzz_target!(|text: &str| {
    let Ok(selector) = text.parse::<Selector>() else { return };
    assert!(!text.contains('\0'), "U+0000 was accepted");
    let canonical = selector.to_string();
    let again: Selector = canonical.parse().expect("canonical text parses");
    assert_eq!(again, selector, "canonical text means something else: {canonical}");
    assert_eq!(again.to_string(), canonical, "canonical text is not canonical");
});
