//! A watched store for many threads.

use std::sync::{Arc, Mutex, PoisonError};

use super::ObjectChange;
use super::follow::Indices;
use crate::load::WatchEvent;
use crate::{SharedStore, Store};

/// A [`WatchedStore`](crate::WatchedStore) that threads read while it follows the stream.
///
/// What it costs is what a [`SharedStore`] costs: readers wait for nobody, and who has many events at hand, as at the
/// beginning of a watch, has them published in one [`apply_all`](SharedWatchedStore::apply_all).
///
/// ```
/// use selq::{Input, Loader, Plan, Selector, SharedWatchedStore};
///
/// let input = Input::Bytes {
///     name: "events".to_owned(),
///     bytes: br#"{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"env":"prod"}}}}"#.to_vec(),
/// };
/// let selector: Selector = "env=prod".parse()?;
/// let watched = SharedWatchedStore::new();
/// let events = Loader::new().watch(input)?;
/// let count = std::thread::scope(|scope| {
///     let follower = scope.spawn(|| events.map_while(Result::ok).filter_map(|event| watched.apply(event)).count());
///     // What this thread sees depends on how far the other is; each snapshot is a whole state.
///     assert!(Plan::new(&watched.snapshot(), &selector).count() <= 1);
///     follower.join()
/// });
/// assert_eq!(count.ok(), Some(1));
/// assert_eq!(Plan::new(&watched.snapshot(), &selector).count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SharedWatchedStore {
    shared: SharedStore,
    /// Locked for the whole of an update, so that the positions are those of the objects that it publishes.
    indices: Mutex<Indices>,
}

impl Default for SharedWatchedStore {
    fn default() -> SharedWatchedStore {
        SharedWatchedStore::new()
    }
}

impl SharedWatchedStore {
    /// A store without objects.
    #[must_use]
    pub fn new() -> SharedWatchedStore {
        SharedWatchedStore { shared: SharedStore::new(Store::new()), indices: Mutex::default() }
    }

    /// The objects that were there after some event. The state stays so for as long as it is kept; the objects' numbers
    /// are its own, and another state may have others.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Store> {
        self.shared.snapshot()
    }

    /// Does what an event says, as [`WatchedStore::apply`](crate::WatchedStore::apply) does, and publishes it.
    pub fn apply(&self, event: WatchEvent) -> Option<ObjectChange> {
        self.apply_all([event]).pop()
    }

    /// Does what events say, one after another, and publishes that together. Tells what each of them changes that
    /// changes anything. The events are read before readers have to wait for anything.
    pub fn apply_all(&self, events: impl IntoIterator<Item = WatchEvent>) -> Vec<ObjectChange> {
        // Events may come from a stream that waits for the next one.
        let events: Vec<WatchEvent> = events.into_iter().collect();
        // Positions of an update that ended in a panic are set anew with the objects: see `Indices`.
        let mut indices = self.indices.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.update(|edit| events.into_iter().filter_map(|event| indices.apply(edit, event)).collect())
    }
}
