//! The tests of the whole library and program, in one binary.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests stop at the first surprise")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test that is skipped says so")]

mod api_identity;
mod api_iterators;
mod api_labels;
mod api_reader;
mod architecture;
mod bundles;
mod cases;
mod circles;
mod cli;
mod columns;
mod conformance_selector;
mod endpoints;
mod equal_keys;
mod field_selector;
mod grammar;
mod index;
mod kubectl;
mod label;
mod load;
mod load_parts;
mod names;
mod objects;
mod parse;
mod path;
mod plan;
mod public_api;
mod quantity;
mod query_plain;
mod query_set;
mod readme;
mod remarks;
mod repl;
mod resources;
mod roundtrip;
mod selector;
mod selector_set;
mod server;
mod store;
mod strategies;
mod subjects;
mod testenv;
mod threads;
mod watch;
mod yaml;
