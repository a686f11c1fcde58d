//! JSON as text: its values are found in it and passed over, and keep their bytes.

mod member_names;
mod place;
mod reader;
mod reads;
mod scan;
pub(crate) mod skim;
mod text;
mod tree;

pub(crate) use member_names::MemberNames;
pub(crate) use place::{JsonPlace, Scalar, ValueKind, WrittenPlace};
pub(crate) use reader::JsonReader;
pub use reads::Reads;
pub(crate) use reads::WantedValue;
pub(crate) use scan::{Text, key_name, member};
pub(crate) use text::JsonText;
pub(crate) use tree::{JsonNode, JsonTree, beginning};
