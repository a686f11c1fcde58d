//! A store that follows a watch stream, and what each event does to a selection.

use std::collections::BTreeSet;
use std::fmt;

use crate::label::owned;
use crate::store::IdentityIndex;
use crate::{
    Label, LabelChange, Object, ObjectId, ObjectIdentity, Selector, SelectorId, SelectorIds, SelectorSet,
    Store, WatchEvent,
};

/// A store that follows one watch stream: what is added and modified is there, what is deleted is not.
///
/// ```
/// use selq::{Input, Loader, Selector, Transition, WatchedStore};
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
    /// The position in the stream of every object, by id.
    indices: Vec<u64>,
    known: IdentityIndex,
}

/// So much that is of no use may always stay: building a small store afresh would not pay.
const MIN_USELESS: usize = 1 << 10;

/// What an event does to one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectChange {
    /// The object's position in the stream: that of the event that first had it.
    pub index: u64,
    /// The object as the event has it.
    pub object: Object,
    /// The labels it had. `None` when it was not there.
    pub before: Option<Vec<(String, String)>>,
    /// Whether it is there from now on.
    pub is_there: bool,
}

/// What a change of an object does to a selection. `Display` writes `+`, `~` or `-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// The object was not selected, and is now.
    Entered,
    /// The object was selected and still is, with other labels.
    Changed,
    /// The object was selected and is no more, or is gone.
    Left,
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
        match event {
            WatchEvent::Put { index, object } => Some(self.put(index, object)),
            WatchEvent::Deleted { object, .. } => self.delete(object),
            WatchEvent::Bookmark | WatchEvent::Failed { .. } | WatchEvent::Remark { .. } => None,
        }
    }

    fn put(&mut self, index: u64, object: Object) -> ObjectChange {
        let change = match self.known.get(object.identity(), |id| identity(&self.store, id)) {
            Some(id) => self.modify(id, object),
            None => self.add(index, object),
        };
        self.tidy();
        change
    }

    fn add(&mut self, index: u64, object: Object) -> ObjectChange {
        let id = self.store.insert(object.clone());
        self.indices.push(index);
        self.known.insert(id, |id| identity(&self.store, id));
        ObjectChange { index, object, before: None, is_there: true }
    }

    fn modify(&mut self, id: ObjectId, object: Object) -> ObjectChange {
        let before = self.labels(id);
        let ObjectIdentity { api_version, kind, .. } = object.identity();
        self.store.replace(id, api_version, kind, object.labels());
        ObjectChange { index: self.indices[id.index()], object, before, is_there: true }
    }

    fn delete(&mut self, object: Object) -> Option<ObjectChange> {
        let id = self.known.remove(object.identity(), |id| identity(&self.store, id))?;
        let (index, before) = (self.indices[id.index()], self.labels(id));
        self.store.remove(id);
        self.tidy();
        Some(ObjectChange { index, object, before, is_there: false })
    }

    fn labels(&self, id: ObjectId) -> Option<Vec<(String, String)>> {
        let object = self.store.get(id)?;
        Some(object.labels().map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }

    /// Builds the store afresh when most of it is of no use any more, so that it does not grow for ever. That takes
    /// as long as so many changes took before, at most.
    fn tidy(&mut self) {
        let n_useful = self.store.len() + self.store.n_labels();
        if self.store.n_useless() <= MIN_USELESS.max(n_useful) {
            return;
        }
        let mut builder = Store::builder();
        let mut indices = Vec::with_capacity(self.store.len());
        for object in self.store.objects() {
            builder.push(object.identity(), object.labels());
            indices.push(self.indices[object.id().index()]);
        }
        let store = builder.finish();
        let mut known = IdentityIndex::default();
        for object in store.objects() {
            known.insert(object.id(), |id| identity(&store, id));
        }
        *self = WatchedStore { store, indices, known };
    }
}

/// What an object is that is there.
fn identity(store: &Store, id: ObjectId) -> ObjectIdentity<'_> {
    store.get(id).map(|object| object.identity()).unwrap_or_default()
}

impl ObjectChange {
    /// An object is there that was not.
    #[must_use]
    pub fn added(index: u64, object: Object) -> ObjectChange {
        ObjectChange { index, object, before: None, is_there: true }
    }

    /// An object that had the labels `before` is now `object`.
    #[must_use]
    pub fn modified<L>(index: u64, object: Object, before: L) -> ObjectChange
    where
        L: IntoIterator,
        L::Item: Label,
    {
        ObjectChange { index, object, before: Some(owned(before)), is_there: true }
    }

    /// An object that had the labels `before` is gone; `object` is what was last seen of it.
    #[must_use]
    pub fn deleted<L>(index: u64, object: Object, before: L) -> ObjectChange
    where
        L: IntoIterator,
        L::Item: Label,
    {
        ObjectChange { is_there: false, ..ObjectChange::modified(index, object, before) }
    }

    /// What it does to the selection of a selector. `None` for nothing.
    #[must_use]
    pub fn transition(&self, selector: &Selector) -> Option<Transition> {
        self.transition_by(|labels| selector.matches(labels))
    }

    /// What it does to the selection of the objects whose labels `selects` picks. `None` for nothing.
    #[must_use]
    pub fn transition_by(&self, selects: impl Fn(&[(&str, &str)]) -> bool) -> Option<Transition> {
        let was_selected = self.before.as_deref().is_some_and(|labels| selects(&borrowed(labels)));
        let is_selected = self.is_there && selects(&self.object.labels().collect::<Vec<_>>());
        Transition::between(was_selected, is_selected, || !self.label_changes().is_empty())
    }

    /// What it does to the selections of many selectors, in the order of their numbers; those that it does
    /// nothing to are left out. Costs what asking the set about the labels before and after costs.
    #[must_use]
    pub fn transitions(&self, selectors: &SelectorSet) -> Vec<(SelectorId, Transition)> {
        let before = self.before.as_deref().map(|labels| selectors.matching(labels));
        let before = before.unwrap_or_default();
        let after =
            if self.is_there { selectors.matching(self.object.labels()) } else { SelectorIds::default() };
        let has_changed = !self.label_changes().is_empty();
        let ids: BTreeSet<SelectorId> = before.iter().chain(after.iter()).collect();
        let transition =
            |id| Some((id, Transition::between(before.contains(id), after.contains(id), || has_changed)?));
        ids.into_iter().filter_map(transition).collect()
    }

    /// How its labels changed, by ascending key.
    #[must_use]
    pub fn label_changes(&self) -> Vec<LabelChange> {
        LabelChange::all(self.before.as_deref().unwrap_or_default(), self.object.labels())
    }
}

fn borrowed(labels: &[(String, String)]) -> Vec<(&str, &str)> {
    labels.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

impl Transition {
    /// What it is for an object to be selected or not, before and after.
    fn between(before: bool, after: bool, has_changed: impl Fn() -> bool) -> Option<Transition> {
        match (before, after) {
            (false, true) => Some(Transition::Entered),
            (true, false) => Some(Transition::Left),
            (true, true) if has_changed() => Some(Transition::Changed),
            _ => None,
        }
    }

    /// `+`, `~` or `-`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Transition::Entered => "+",
            Transition::Changed => "~",
            Transition::Left => "-",
        }
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
