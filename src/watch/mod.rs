//! A store that follows a watch stream, and what each event does to a selection.

mod change;
mod follow;
mod shared;

pub use change::{ObjectChange, Transition};
pub use shared::SharedWatchedStore;

use crate::Store;
use crate::load::WatchEvent;
use follow::Indices;

/// A store that follows one watch stream: what is added and modified is there, what is deleted is not.
///
/// ```
/// use selq::{Input, Loader, Selector, WatchedStore};
/// use selq::watch::Transition;
///
/// let selector: Selector = "env=prod".parse()?;
/// let events = r#"{"type":"ADDED","object":{"metadata":{"name":"a","labels":{"env":"prod"}}}}
///                 {"type":"MODIFIED","object":{"metadata":{"name":"a","labels":{"env":"qa"}}}}"#;
/// let input = Input::Bytes { name: "events".to_owned(), bytes: events.into() };
/// let mut watched = WatchedStore::new();
/// let mut transitions = Vec::new();
/// for event in Loader::new().watch(input)? {
///     let change = watched.apply(event?);
///     transitions.extend(change.and_then(|change| change.transition(&selector)));
/// }
/// assert_eq!(transitions, [Transition::Entered, Transition::Left]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct WatchedStore {
    store: Store,
    // By the store's own numbers, so that both change together.
    indices: Indices,
}

impl WatchedStore {
    /// A store without objects.
    #[must_use]
    pub fn new() -> WatchedStore {
        WatchedStore::default()
    }

    /// The objects that are there now. Their numbers hold until the next event: the store is built afresh when most
    /// of its objects are gone.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Does what an event says, and tells what that changes: nothing for the deletion of an unknown object.
    ///
    /// Objects are the same by group, kind, namespace and name; one without a name is always new. Costs time
    /// in proportion to the object's labels, however many objects there are, on the average of many events.
    pub fn apply(&mut self, event: WatchEvent) -> Option<ObjectChange> {
        self.indices.apply(&mut self.store, event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Object, SelectorSet};
    use follow::MIN_USELESS;

    fn pod(name: &str, labels: &[(&str, &str)]) -> Object {
        Object::new("Pod", "shop", name).with_labels(labels.iter().copied())
    }

    fn transition(watched: &mut WatchedStore, event: WatchEvent) -> Option<(u64, Transition)> {
        let change = watched.apply(event)?;
        let selects = |labels: &[(&str, &str)]| labels.contains(&("env", "prod"));
        Some((change.index, change.transition_by(selects)?))
    }

    #[test]
    fn objects_enter_change_and_leave() {
        let mut watched = WatchedStore::new();
        let mut put =
            |index, labels| transition(&mut watched, WatchEvent::Put { index, object: pod("web", labels) });
        assert_eq!(put(0, &[]), None);
        assert_eq!(put(1, &[("env", "prod")]), Some((0, Transition::Entered)));
        assert_eq!(put(2, &[("env", "prod")]), None);
        assert_eq!(put(3, &[("a", "1"), ("env", "prod")]), Some((0, Transition::Changed)));
        assert_eq!(put(4, &[("env", "prod"), ("a", "1")]), None, "the order of labels says nothing");
        assert_eq!(put(5, &[("env", "qa")]), Some((0, Transition::Left)));
        assert_eq!(put(6, &[("env", "prod")]), Some((0, Transition::Entered)));
        let gone = || WatchEvent::Deleted { index: 7, object: pod("web", &[]) };
        assert_eq!(transition(&mut watched, gone()), Some((0, Transition::Left)));
        assert_eq!(transition(&mut watched, gone()), None, "it is gone already");
        assert!(watched.store().is_empty());
    }

    #[test]
    fn a_set_tells_each_selector_what_each_would_be_told() {
        let mut selectors = SelectorSet::new();
        for text in ["", "env=prod", "env!=prod", "tier"] {
            selectors.insert(text.parse().unwrap());
        }
        let mut watched = WatchedStore::new();
        let object = |labels| pod("web", labels);
        for event in [
            WatchEvent::Put { index: 0, object: object(&[]) },
            WatchEvent::Put { index: 1, object: object(&[("env", "prod")]) },
            WatchEvent::Put { index: 2, object: object(&[("env", "prod"), ("tier", "")]) },
            WatchEvent::Put { index: 3, object: object(&[("env", "prod"), ("tier", "")]) },
            WatchEvent::Deleted { index: 4, object: object(&[("tier", "")]) },
        ] {
            let change = watched.apply(event).unwrap();
            let each = selectors.iter().filter_map(|(id, selector)| Some((id, change.transition(selector)?)));
            assert_eq!(change.transitions(&selectors), each.collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_object_is_what_its_last_event_says() {
        let mut watched = WatchedStore::new();
        for (index, version) in (0..).zip(["apps/v1beta1", "apps/v1"]) {
            let object = Object::new("Deployment", "shop", "web").with_api_version(version);
            watched.apply(WatchEvent::Put { index, object });
            let versions: Vec<&str> = watched.store().objects().map(|object| object.api_version()).collect();
            assert_eq!(versions, [version]);
        }
    }

    #[test]
    fn what_comes_and_goes_leaves_nothing() {
        let mut watched = WatchedStore::new();
        let put = |watched: &mut WatchedStore, index, name: &str, n: u64| {
            let object = pod(name, &[("env", "prod"), ("n", &n.to_string())]);
            transition(watched, WatchEvent::Put { index, object })
        };
        assert_eq!(put(&mut watched, 7, "stays", 0), Some((7, Transition::Entered)));
        for n in 1..10_000 {
            let expected = Some((n + 10, Transition::Entered));
            assert_eq!(put(&mut watched, n + 10, &format!("goes-{n}"), n), expected);
            let object = pod(&format!("goes-{n}"), &[]);
            let gone = transition(&mut watched, WatchEvent::Deleted { index: 0, object });
            assert_eq!(gone, Some((n + 10, Transition::Left)));
            assert_eq!(put(&mut watched, n, "stays", n), Some((7, Transition::Changed)));
        }
        assert_eq!(watched.store().len(), 1);
        assert!(watched.store().n_useless() <= MIN_USELESS && watched.indices.len() <= MIN_USELESS);
    }

    #[test]
    fn objects_without_a_name_are_always_new() {
        let mut watched = WatchedStore::new();
        for index in 0..2 {
            let object = pod("", &[("env", "prod")]);
            let expected = Some((index, Transition::Entered));
            assert_eq!(transition(&mut watched, WatchEvent::Put { index, object }), expected);
        }
        assert_eq!(watched.store().len(), 2);
    }
}
