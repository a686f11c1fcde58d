//! What Kubernetes means by the things that stand in its objects.
//!
//! The parser, the store and the plans know labels and bitmaps; nothing of them names a kind or a field. What only
//! Kubernetes' objects have lives here, on top of them. Nothing here costs a program that does not call it.
//!
//! What `kubectl get` and the scheduler make of an object is a module each: [`status`], [`ready`], [`restarts`], [`age`],
//! [`qos`], [`resources`], [`owner`], [`condition`], [`image`], [`taint`], [`metadata`], [`endpoints`]. They look at an [`ObjectJson`],
//! and say in their `READS` what of it they read. The tables of `kubectl get` are in [`columns`].
//!
//! What an object has to do with others is in [`links`]: by the table of [`LinkPlaces`] where selectors and names stand, and what
//! these mean there. Where pods may run is in [`scheduling`]. These look at a whole dump.

pub mod age;
pub mod audit;
pub mod columns;
pub mod condition;
pub mod endpoints;
pub(crate) mod fields;
pub mod image;
mod kind_filter;
pub mod kinds;
pub mod links;
pub mod metadata;
mod object;
pub mod owner;
mod places;
mod pod;
pub mod qos;
mod quantity;
pub mod ready;
mod relation;
pub mod resources;
pub mod restarts;
pub mod scheduling;
pub mod status;
pub mod taint;
mod time;

pub use crate::json::Reads;
pub use age::{Age, AgeError};
pub use kind_filter::KindFilter;
pub use links::Links;
pub use object::ObjectJson;
pub use places::{LinkPlace, LinkPlaces, LinkPlacesError};
pub use qos::QosClass;
pub use quantity::{Quantity, QuantityError, QuantityFormat};
pub use relation::Relation;
pub use scheduling::Scheduler;
pub use time::{Time, TimeError};
