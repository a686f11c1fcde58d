//! What tells a list, a table and a watch event from a plain object.

use crate::ObjectId;
use crate::load::objects::lists::ItemsKind;
use crate::load::objects::watch::EventType;
use std::ops::Range;
use std::sync::Arc;

/// The fields that make an object something else than a plain object.
#[derive(Debug, Default)]
pub(in crate::load) struct Envelope {
    /// There were `items`: it is a list, and these are its items without a kind of their own.
    pub(in crate::load) items: Option<Vec<ObjectId>>,
    /// What was said of these before they came.
    pub(in crate::load) items_kind: Option<Arc<ItemsKind>>,
    pub(in crate::load) event_type: Option<EventType>,
    /// Where the `object` of a watch event stands.
    pub(in crate::load) object: Option<Range<usize>>,
    /// Where the `rows` of a `Table` stand.
    pub(in crate::load) rows: Option<usize>,
    /// It is not inside an array or another object.
    pub(in crate::load) is_outermost: bool,
}

impl Envelope {
    /// Whether it is a watch event.
    pub(in crate::load) fn is_event(&self) -> bool {
        self.event_type.is_some() && self.object.is_some()
    }
}
