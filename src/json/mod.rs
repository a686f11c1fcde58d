//! JSON as text: its values are found in it and passed over, and keep their bytes.

mod place;
mod scan;
pub(crate) mod skim;
mod text;
mod tree;
mod wanted;

pub(crate) use place::{JsonPlace, Scalar, ValueKind};
pub(crate) use scan::{Text, key_name, member};
pub(crate) use text::JsonText;
pub(crate) use tree::{JsonNode, JsonTree};
pub(crate) use wanted::WantedPaths;
