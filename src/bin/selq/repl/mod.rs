//! `selq repl`.
#![allow(dead_code)]
pub(crate) mod typing;
