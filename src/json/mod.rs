//! JSON as text: its values are found in it and passed over, and keep their bytes.

mod scan;
pub(crate) mod skim;
mod text;

pub(crate) use scan::{elements, key_is, members};
pub(crate) use text::JsonText;
