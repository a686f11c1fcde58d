//! A store for many threads: readers keep whole states, a writer publishes the next one.

use std::fmt;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use super::{Object, ObjectId, Store};
use crate::Label;
use crate::label::owned;

/// A store that many threads read while it changes.
///
/// A reader takes a [`snapshot`](SharedStore::snapshot) and asks it as it would any other [`Store`]: it never changes, and
/// no lock is held while plans run. A writer makes its changes in one [`update`](SharedStore::update), and readers see
/// either all of them or none. Readers wait for nobody, writers for each other and sometimes for readers.
///
/// ```
/// use selq::{Object, Plan, Selector, SharedStore, Store};
///
/// let shared = SharedStore::new(Store::new());
/// let selector: Selector = "env=prod".parse()?;
/// let before = shared.snapshot();
/// std::thread::scope(|scope| {
///     scope.spawn(|| {
///         shared.update(|edit| edit.insert(Object::new("Pod", "shop", "web-0").with_labels([("env", "prod")])))
///     });
/// });
/// assert_eq!(Plan::new(&before, &selector).count(), 0);
/// assert_eq!(Plan::new(&shared.snapshot(), &selector).count(), 1);
/// # Ok::<(), selq::ParseError>(())
/// ```
///
/// # Cost
/// There are two stores, and so twice the memory: the published one, and a spare that is one update behind. An update
/// first does on the spare what the last one did, then what is new, and swaps the two; it costs its changes twice,
/// however many objects there are. A spare that a reader still keeps cannot be changed: the update waits for the
/// reader, but no longer than a copy takes, and then copies the published store, as the first update does: some 0.1 s for
/// a million objects (`benches/shared.rs` has figures). So readers take a snapshot for a question or a few, and do not
/// keep it; and a writer with many changes at hand publishes them in one update.
pub struct SharedStore {
    /// What readers see. The lock is held only to take or to change the pointer.
    published: RwLock<Arc<Store>>,
    /// Held for the whole of an update.
    writer: Mutex<Writer>,
}

/// What the next update begins with.
#[derive(Default)]
struct Writer {
    /// The store that was published before, if there is one.
    spare: Option<Arc<Store>>,
    /// What the published store has and the spare has not.
    missed: Vec<Change>,
    /// How long the last copy took. To wait so long for readers to let go of the spare costs at most twice
    /// what the better choice would have.
    copying: Duration,
}

/// A change that was made to one of the stores and is still to be made to the other.
enum Change {
    Insert(Object),
    Upsert(Object),
    Relabel(ObjectId, Vec<(String, String)>),
    Replace { id: ObjectId, api_version: String, kind: String, labels: Vec<(String, String)> },
    Remove(ObjectId),
    Rebuild,
}

/// An update in the making: the methods of [`Store`] that change it.
///
/// What it does is seen by readers all at once, when the function given to [`SharedStore::update`] returns.
pub struct StoreEdit {
    store: Store,
    changes: Vec<Change>,
}

impl SharedStore {
    /// Shares a store.
    #[must_use]
    pub fn new(store: Store) -> SharedStore {
        SharedStore { published: RwLock::new(Arc::new(store)), writer: Mutex::default() }
    }

    /// The store as the last update left it. It stays so for as long as it is kept.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Store> {
        // Under the lock pointers are copied and no more, which leaves nothing half done for a poisoned lock to
        // warn of.
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the changes of `edit`, and publishes them together when it returns. Returns what it returns.
    ///
    /// If `edit` panics nothing is published, and the next update copies the store. `edit` must not call `update`
    /// of the same store, which would wait for itself.
    pub fn update<T>(&self, edit: impl FnOnce(&mut StoreEdit) -> T) -> T {
        // A writer that panicked has taken the spare with it and left none: see `next`.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = StoreEdit { store: self.next(&mut writer), changes: Vec::new() };
        let result = edit(&mut next);
        let old = self.publish(next.store);
        writer.spare = Some(old);
        writer.missed = next.changes;
        result
    }

    /// A store of the writer's own that equals the published one. Leaves no spare.
    fn next(&self, writer: &mut Writer) -> Store {
        // Also where the published store is copied, which has all of them already.
        let missed = mem::take(&mut writer.missed);
        if let Some(mut store) = writer.spare.take().and_then(|spare| reclaim(spare, writer.copying)) {
            missed.into_iter().for_each(|change| store.redo(change));
            return store;
        }
        let start = Instant::now();
        let store = Store::clone(&self.snapshot());
        writer.copying = start.elapsed();
        store
    }

    fn publish(&self, store: Store) -> Arc<Store> {
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        mem::replace(&mut published, Arc::new(store))
    }
}

/// The store, once no reader keeps it any more; `None` if some still does when `patience` is at its end.
fn reclaim(mut spare: Arc<Store>, patience: Duration) -> Option<Store> {
    // Readers are to keep a snapshot for a question or a few, which are soon over.
    const PAUSE: Duration = Duration::from_micros(50);
    let start = Instant::now();
    loop {
        spare = match Arc::try_unwrap(spare) {
            Ok(store) => return Some(store),
            Err(_) if start.elapsed() >= patience => return None,
            Err(kept) => kept,
        };
        thread::sleep(PAUSE);
    }
}

impl Store {
    /// Makes a change that was made to an equal store. Numbers are given out in order, so an object gets the same one.
    fn redo(&mut self, change: Change) {
        match change {
            Change::Insert(object) => {
                self.insert(object);
            }
            Change::Upsert(object) => {
                self.upsert(object);
            }
            Change::Relabel(id, labels) => {
                self.relabel(id, labels);
            }
            Change::Replace { id, api_version, kind, labels } => {
                self.replace(id, &api_version, &kind, labels);
            }
            Change::Remove(id) => {
                self.remove(id);
            }
            Change::Rebuild => self.rebuild(),
        }
    }
}

impl StoreEdit {
    /// The store with the changes made so far.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// As [`Store::insert`].
    pub fn insert(&mut self, object: Object) -> ObjectId {
        self.changes.push(Change::Insert(object.clone()));
        self.store.insert(object)
    }

    /// As [`Store::upsert`].
    pub fn upsert(&mut self, object: Object) -> ObjectId {
        self.changes.push(Change::Upsert(object.clone()));
        self.store.upsert(object)
    }

    /// As [`Store::relabel`].
    pub fn relabel<L>(&mut self, id: ObjectId, labels: L) -> bool
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let labels = owned(labels);
        let was_there = self.store.relabel(id, &labels);
        if was_there {
            self.changes.push(Change::Relabel(id, labels));
        }
        was_there
    }

    /// As [`Store::replace`].
    pub fn replace<L>(&mut self, id: ObjectId, api_version: &str, kind: &str, labels: L) -> bool
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let labels = owned(labels);
        let was_there = self.store.replace(id, api_version, kind, &labels);
        if was_there {
            let (api_version, kind) = (api_version.to_owned(), kind.to_owned());
            self.changes.push(Change::Replace { id, api_version, kind, labels });
        }
        was_there
    }

    /// As [`Store::remove`].
    pub fn remove(&mut self, id: ObjectId) -> bool {
        let was_there = self.store.remove(id);
        if was_there {
            self.changes.push(Change::Remove(id));
        }
        was_there
    }

    /// As [`Store::rebuild`].
    pub(crate) fn rebuild(&mut self) {
        self.changes.push(Change::Rebuild);
        self.store.rebuild();
    }
}

impl fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStore").field("published", &self.snapshot()).finish_non_exhaustive()
    }
}

impl fmt::Debug for StoreEdit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let edit = &mut f.debug_struct("StoreEdit");
        edit.field("store", &self.store).field("n_changes", &self.changes.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    fn pod(name: &str) -> Object {
        Object::new("Pod", "shop", name).with_labels([("env", "prod")])
    }

    fn seen(object: crate::ObjectRef<'_>) -> (ObjectId, &str, &str, Option<&str>) {
        (object.id(), object.kind(), object.name(), object.label("env"))
    }

    fn all(store: &Store) -> Vec<(ObjectId, &str, &str, Option<&str>)> {
        store.objects().map(seen).collect()
    }

    #[test]
    fn both_stores_go_through_every_update() {
        let shared = SharedStore::new(Store::new());
        let mut model = Store::new();
        for step in 0..20 {
            let name = format!("web-{step}");
            let id = shared.update(|edit| edit.insert(pod(&name)));
            assert_eq!(model.insert(pod(&name)), id);
            let is_kept = step % 3 != 0;
            shared.update(|edit| {
                assert!(edit.relabel(id, [("env", name.as_str())]));
                assert!(step % 2 == 0 || edit.replace(id, "v2", "Job", [("env", name.as_str())]));
                assert!(is_kept || edit.remove(id) && !edit.remove(id));
                assert_eq!(edit.store().get(id).is_some(), is_kept);
            });
            model.relabel(id, [("env", &name)]);
            assert!(step % 2 == 0 || model.replace(id, "v2", "Job", [("env", &name)]));
            assert!(is_kept || model.remove(id));
            assert_eq!(all(&shared.snapshot()), all(&model));
        }
    }

    #[test]
    fn a_spare_that_is_read_is_left_alone() {
        let shared = SharedStore::new(Store::new());
        let snapshots: Vec<Arc<Store>> = (0..4)
            .map(|n| {
                shared.update(|edit| edit.insert(pod(&n.to_string())));
                shared.snapshot()
            })
            .collect();
        assert_eq!(snapshots.iter().map(|store| store.len()).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn an_update_that_panics_publishes_nothing() {
        let shared = SharedStore::new(Store::new());
        shared.update(|edit| edit.insert(pod("kept")));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            shared.update(|edit| {
                edit.insert(pod("lost"));
                panic!("in the middle");
            });
        }));
        assert!(panicked.is_err());
        shared.update(|edit| edit.insert(pod("next")));
        shared.update(|edit| edit.insert(pod("last")));
        let snapshot = shared.snapshot();
        assert_eq!(
            snapshot.objects().map(|object| object.name()).collect::<Vec<_>>(),
            ["kept", "next", "last"]
        );
    }
}
