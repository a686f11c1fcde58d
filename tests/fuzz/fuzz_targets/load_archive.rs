//! Bytes are an archive, a dump or an error, never a panic, and become no more than they may.
//!
//! Run: `cargo +nightly fuzz run --fuzz-dir tests/fuzz load_archive`

#![no_main]

use libfuzzer_sys::fuzz_target;
use selq::{Dump, Input, LoadError, Loader};

/// What an input may become.
const MAX_BYTES: u64 = 1 << 20;
const BLOCK: usize = 512;
const CHECKSUM: std::ops::Range<usize> = 148..156;

fuzz_target!(|bytes: &[u8]| {
    check(bytes.to_vec());
    check([b"PK\x03\x04", bytes].concat());
    check(as_tar(bytes));
});

fn check(bytes: Vec<u8>) {
    let loader = Loader::new().max_bytes(MAX_BYTES);
    let lenient = load(&loader.clone().skip_invalid(true), &bytes).expect("bad input is left out");
    let kept = load(&loader.clone().keep_duplicates(true).skip_invalid(true), &bytes).expect("the same");
    assert!(kept.store().len() >= lenient.store().len());
    assert!(lenient.n_bytes() <= MAX_BYTES + bytes.len() as u64 * bytes.len() as u64, "a bomb went off");
    match load(&loader, &bytes) {
        Ok(dump) => assert_eq!((lenient.n_skipped(), lenient.store().len()), (0, dump.store().len())),
        Err(error) => {
            assert!(lenient.n_skipped() > 0, "nothing was left out, though: {error}");
            assert!(!error.to_string().contains('\n'), "more than one line: {error}");
        }
    }
}

fn load(loader: &Loader, bytes: &[u8]) -> Result<Dump, LoadError> {
    loader.load([Input::Bytes { name: "fuzz".to_owned(), bytes: bytes.to_vec() }])
}

/// The same bytes with what makes each block that may be a header one: no fuzzer finds a checksum by itself.
fn as_tar(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for block in bytes.chunks_exact_mut(BLOCK).filter(|block| block[0] != 0) {
        block[257..263].copy_from_slice(b"ustar\0");
        block[CHECKSUM].fill(b' ');
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[CHECKSUM].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    bytes
}
