//! Reading the columns of a store from the JSON of its objects.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::matches::{Asked, Queried};
use super::others::texts_of;
use super::related::{PairSource, source_read_as};
use super::{Columns, Context, Gap, Subject};
use crate::kubernetes::scheduling;
use crate::kubernetes::{Links, Reads, Relation, Scheduler};
use crate::parallel;
use crate::store::ColumnBuilder;
use crate::syntax::Function;
use crate::{Dump, ObjectId, ObjectIdentity, ObjectRef};

/// Fewer objects are read before another thread has begun.
const MIN_OBJECTS_PER_THREAD: usize = 256;
/// After so many objects, a fraction of a millisecond, is looked whether the rest is still wanted.
const OBJECTS_BETWEEN_LOOKS: usize = 64;

impl Columns {
    /// Reads what is not there yet of the subjects that need a column, of all objects of `dump`, in one pass over their
    /// JSON on all processors.
    ///
    /// Ages are kept as the times from which on they are counted, so that they need no reading at another time.
    pub fn read<'q>(
        &mut self,
        dump: &Dump,
        subjects: impl IntoIterator<Item = &'q Subject>,
        context: &Context,
    ) {
        self.read_while(dump, subjects, context, || true);
    }

    /// The same until `go_on`, which is asked again and again, says no. Then nothing is kept of what was being read, and the
    /// answer is false.
    pub fn read_while<'q>(
        &mut self,
        dump: &Dump,
        subjects: impl IntoIterator<Item = &'q Subject>,
        context: &Context,
        go_on: impl Fn() -> bool + Sync,
    ) -> bool {
        let mut wanted = Subject::distinct(subjects.into_iter().filter(|subject| !self.has(subject)));
        wanted.retain(|subject| !self.take_saved(dump, subject));
        let links = Links::with_places(dump, self.places().clone());
        // The relations share what is read for the table of places, and each is asked for before the next.
        wanted.retain(|subject| !(go_on() && self.read_related(&links, subject, context)));
        if wanted.is_empty() {
            return true;
        }
        // With a list of them, every thread gets as many objects as the others.
        let ids: Vec<ObjectId> = dump.store().objects().map(|object| object.id()).collect();
        let reads = Subject::reads(&wanted);
        let read = |ids: &[ObjectId]| read_part(dump, ids, &wanted, &reads, context, &go_on);
        let builders = joined(in_parts(&ids, read));
        if !go_on() {
            return false;
        }
        for (subject, builder) in wanted.into_iter().zip(builders) {
            self.add(subject.clone(), builder.finish());
        }
        true
    }
}

impl Columns {
    /// Works out what other objects have to do with each one. False where `subject` asks nothing of that sort.
    fn read_related(&mut self, links: &Links<'_>, subject: &Subject, context: &Context) -> bool {
        let Subject::Function(call) = subject else { return false };
        if call.function() == Function::Workload {
            let (column, n_objects) = links.workloads();
            self.add(subject.clone(), column);
            (n_objects > 0).then_some(Gap::ByHash { n_objects }).into_iter().for_each(|it| self.add_gap(it));
            return true;
        }
        let Some(source) = source_read_as(subject) else {
            return self.read_others(links.dump(), subject, context);
        };
        let (pairs, kinds) = match source {
            PairSource::Links(relation) => (links.pairs(relation), links.missing_kinds(relation)),
            PairSource::Scheduling => {
                let pairs = scheduling::pairs(&Scheduler::of_clusters(links.dump()));
                // They ask for the same kinds.
                (Arc::new(pairs), links.missing_kinds(Relation::Runs))
            }
        };
        self.add_pairs(subject.clone(), pairs);
        if !kinds.is_empty() {
            self.add_gap(Gap::NoObjects { function: call.function(), kinds });
        }
        true
    }
}

impl Columns {
    /// Reads what a subject gives that asks other objects, where somebody wants its values. False where it asks none.
    fn read_others(&mut self, dump: &Dump, subject: &Subject, context: &Context) -> bool {
        if !subject.asks_others() {
            return false;
        }
        let mut texts: Vec<_> = texts_of(dump, subject, context).into_iter().collect();
        texts.sort_unstable();
        let mut column = ColumnBuilder::default();
        for (id, texts) in texts {
            texts.iter().for_each(|text| column.push(id, Some(text)));
        }
        self.add(subject.clone(), column.finish());
        true
    }
}

/// What comes of the ids in parts of their order, each thread reading one; at least one part.
pub(super) fn in_parts<T: Send>(ids: &[ObjectId], read: impl Fn(&[ObjectId]) -> T + Sync) -> Vec<T> {
    parallel::in_parts(ids, MIN_OBJECTS_PER_THREAD, read)
}

/// The columns of parts that follow each other.
fn joined(parts: Vec<Vec<ColumnBuilder>>) -> Vec<ColumnBuilder> {
    let mut parts = parts.into_iter();
    let mut columns = parts.next().unwrap_or_default();
    for part in parts {
        columns.iter_mut().zip(part).for_each(|(column, part)| column.append(part));
    }
    columns
}

fn read_part(
    dump: &Dump,
    ids: &[ObjectId],
    subjects: &[&Subject],
    reads: &Reads,
    context: &Context,
    go_on: &impl Fn() -> bool,
) -> Vec<ColumnBuilder> {
    let mut columns: Vec<ColumnBuilder> = subjects.iter().map(|_| ColumnBuilder::default()).collect();
    let wanted = ids.chunks(OBJECTS_BETWEEN_LOOKS).take_while(|_| go_on()).flatten();
    for object in wanted.filter_map(|&id| DumpObject::new(dump, id)) {
        let asked = Asked::new(&object, Some(reads));
        for (subject, column) in subjects.iter().zip(&mut columns) {
            for value in asked.values(subject, context) {
                // An object or array comes without a text: it is there, and equals nothing.
                column.push(object.object.id().index() as u32, value.text());
            }
        }
    }
    columns
}

/// An object of a dump, whose JSON is looked for when something asks for it.
pub(crate) struct DumpObject<'d> {
    dump: &'d Dump,
    object: ObjectRef<'d>,
    json: OnceCell<Cow<'d, str>>,
}

impl<'d> DumpObject<'d> {
    /// The object with this number, if the dump has it.
    pub(super) fn new(dump: &'d Dump, id: ObjectId) -> Option<DumpObject<'d>> {
        Some(DumpObject { dump, object: dump.store().get(id)?, json: OnceCell::new() })
    }
}

impl Queried for DumpObject<'_> {
    fn identity(&self) -> ObjectIdentity<'_> {
        self.object.identity()
    }

    fn label(&self, key: &str) -> Option<&str> {
        self.object.label(key)
    }

    fn json(&self) -> &str {
        self.json.get_or_init(|| self.dump.json(self.object.id()))
    }

    fn source(&self) -> Option<&str> {
        Some(self.dump.source(self.object.id()))
    }

    fn cluster(&self) -> Option<&str> {
        self.dump.cluster(self.object.id())
    }
}
