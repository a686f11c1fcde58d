//! Where a walk puts the objects that it finds.

use crate::ObjectId;
use crate::load::objects::head::Head;
use crate::load::report::{Notice, Reporter};
use std::ops::Range;

/// Takes the objects of a source in the order they are read.
///
/// A source may be read in parts, each into a sink of its own; the parts are then joined in their order. A
/// part knows nothing of what comes before it, and so can do nothing with watch events.
pub(in crate::load) trait Sink: Send + Sync + Sized {
    /// An empty sink for a part of the source that is being read.
    fn part(&self) -> Self;

    /// Adds what a part took after everything else; the first object of the part has this index.
    fn append(&mut self, part: Self, index: u64);

    /// How many ids were given out.
    fn n_ids(&self) -> usize;

    /// How many objects came, for whoever is told how far the load is.
    fn n_objects(&self) -> usize {
        self.n_ids()
    }

    /// Adds an object. `None` if it is one that the sink does not keep.
    fn push(&mut self, head: &Head<'_>, index: u64, span: Range<usize>) -> Option<ObjectId>;

    /// Says what an object is whose list names its kind.
    fn infer_kind(&mut self, id: ObjectId, list: &Head<'_>, kind: &str);

    /// A list ends: that of the objects from the id `first` on. Perhaps it gave some of them their kind.
    fn end_list(&mut self, _first: usize, _list: &Head<'_>, _gives_kind: bool) {}

    /// A watch event comes. False if it is not known which objects there are, so that it can be about none of them.
    fn begin_event(&mut self) -> bool;

    /// Whether what is read is a watch stream for certain, though not every value in it be an event.
    fn is_watch_stream(&self) -> bool;

    /// Gives an object of this source another look, if there is one of that identity.
    fn replace(&mut self, head: &Head<'_>, span: Range<usize>) -> bool;

    /// Takes away the object of this source with that identity, if there is one. The event has this index.
    fn remove(&mut self, head: &Head<'_>, index: u64);

    /// What was taken out of the text is needed after all.
    fn lose(&mut self) {}

    /// An event says that nothing changed.
    fn bookmark(&mut self) {}

    /// Takes what a user should read, in its place among the objects, and passes it on.
    fn notice(&mut self, notice: Notice, report: &mut Reporter<'_>) {
        report.notice(notice);
    }
}
