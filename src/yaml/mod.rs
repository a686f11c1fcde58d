//! YAML as kubectl reads it: text → documents → events → JSON.
//!
//! kubectl reads YAML 1.1 with `go.yaml.in/yaml/v2`, which goes its own ways in many places, so that no parser that follows
//! a specification agrees with it. [`scan`] and [`parse`] do, and stand behind the trait in [`events`]; what a scalar means
//! is decided in [`scalar`]. [`transcode`] makes JSON of the events, and [`convert`] of a whole text, with the way back from
//! a place in the JSON to the text. [`write`] goes the other way. Most dumps were written by programs, and [`fast`] reads what those write without any of that.

mod anchors;
mod base64;
mod chomping;
mod chunks;
mod convert;
mod escape;
mod events;
mod fast;
mod fault;
mod keys;
mod members;
mod number;
mod parse;
mod relabel;
mod scalar;
mod scan;
mod text;
mod timestamp;
mod transcode;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use convert::{Converted, PlaceMap, convert};
pub(crate) use fast::{ListPiece, YamlTeam, elements};
pub(crate) use fault::YamlFault;
pub(crate) use relabel::{YamlLabels, relabel};
pub(crate) use text::{decode, has_utf16_mark};
pub use write::yaml;
