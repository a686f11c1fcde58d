//! JSON as text: its values are found in it and passed over, and keep their bytes.

mod scan;
pub(crate) mod skim;
mod text;
mod tree;
mod wanted;

pub(crate) use scan::{elements, key_is, key_name, members};
pub(crate) use text::JsonText;
pub(crate) use tree::{Node, Tree};
pub(crate) use wanted::Wanted;
