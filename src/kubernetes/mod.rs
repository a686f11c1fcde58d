//! What Kubernetes means by the things that stand in its objects.
//!
//! The parser, the store and the plans know labels and bitmaps; nothing of them names a kind or a field. What only
//! Kubernetes' objects have lives here, on top of them. Nothing here costs a program that does not call it.

pub mod kinds;
mod quantity;

pub use quantity::{Quantity, QuantityError, QuantityFormat};
