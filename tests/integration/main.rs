//! The tests of the whole library and program, in one binary.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests stop at the first surprise")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test that is skipped says so")]

mod architecture;
mod cli;
mod conformance_selector;
mod grammar;
mod index;
mod load;
mod plan;
mod roundtrip;
mod selector;
mod store;
mod strategies;
mod testenv;
