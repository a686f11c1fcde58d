//! A query engine for Kubernetes label selectors.

mod label;
mod span;
mod suggest;
pub mod syntax;

pub use label::{LabelError, LabelErrorKind, LabelKey, LabelPart, LabelValue, ValueSet};
pub use span::Span;
pub use suggest::nearest;
