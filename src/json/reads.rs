//! What of an object is wanted, so that all else is passed over.

use std::collections::HashMap;
use std::sync::Arc;

use super::skim::Level;

/// The paths that are to be read of objects; all else in them is passed over.
///
/// Every function says what it reads. Read so, an object gives the same values as when it is read whole. A copy costs
/// nothing.
///
/// ```
/// use selq::kubernetes::{ObjectJson, Reads, owner, status};
///
/// let pod = r#"{"apiVersion":"v1","kind":"Pod","spec":{"volumes":[]},"status":{"phase":"Running"}}"#;
/// let reads = Reads::of([status::READS, owner::READS]);
/// let pod = ObjectJson::reading(pod, &reads);
/// assert_eq!(status::of(&pod).as_deref(), Some("Running"));
/// assert_eq!(owner::of(&pod), None);
/// ```
#[derive(Debug, Clone)]
pub struct Reads {
    /// A tree of names. A name leads into an object, or into each element of an array, as in `.spec.containers.image`.
    root: Arc<WantedValue>,
    /// How wide this processor compares bytes, found out once for all objects.
    level: Level,
}

/// What is wanted of one value: itself, and of what is in it all or some.
#[derive(Debug, Clone, Default)]
pub(crate) struct WantedValue {
    /// Its text.
    is_value: bool,
    /// All that is in it.
    is_whole: bool,
    members: Vec<(Box<str>, WantedValue)>,
    /// The lengths of their names, a bit each: most names that are not wanted are told by it.
    lengths: u64,
    /// The places of the members, once there are so many that looking through them would take long.
    places: Option<HashMap<Box<str>, usize>>,
}

/// Up to how many names are compared one after another.
// Few are wanted mostly, and most keys differ from them in length, which takes no hash.
const FEW: usize = 16;

impl Reads {
    /// What some functions read, in the form of their `READS`: `.status.phase`. A name leads into each element of an
    /// array.
    #[must_use]
    pub fn of(functions: impl IntoIterator<Item = &'static [&'static str]>) -> Reads {
        let reads =
            ["apiVersion", "kind"].into_iter().fold(Reads::nothing(), |reads, name| reads.and([name]));
        functions.into_iter().fold(reads, Reads::also)
    }

    /// The same and what another function reads.
    #[must_use]
    pub fn also(self, function: &'static [&'static str]) -> Reads {
        function.iter().fold(self, |reads, path| reads.and(path.split('.').skip(1)))
    }

    /// The same and what these names lead to, which may hold any characters.
    #[must_use]
    pub fn and<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Reads {
        self.wanted(names).is_whole = true;
        self
    }

    /// The same and the value that these names lead to, but nothing that is in it.
    pub(crate) fn and_value<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> Reads {
        self.wanted(names).is_value = true;
        self
    }

    /// Nothing but what the object is: `{}` of any object.
    pub(crate) fn nothing() -> Reads {
        Reads { root: Arc::default(), level: Level::new() }
    }

    fn wanted<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) -> &mut WantedValue {
        names.into_iter().fold(Arc::make_mut(&mut self.root), WantedValue::child)
    }

    pub(crate) fn root(&self) -> &WantedValue {
        &self.root
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }

    /// Whether the other is this one or a copy of it.
    pub(crate) fn is(&self, other: &Reads) -> bool {
        Arc::ptr_eq(&self.root, &other.root)
    }
}

impl WantedValue {
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether its text is wanted, which is more than what sort of value it is.
    pub(crate) fn is_value(&self) -> bool {
        self.is_value || self.is_whole
    }

    /// Whether some of what is in it is wanted, and not all.
    pub(crate) fn is_in_part(&self) -> bool {
        !self.is_whole && !self.members.is_empty()
    }

    /// Whether nothing that is in it is wanted.
    pub(super) fn is_alone(&self) -> bool {
        !self.is_whole && self.members.is_empty()
    }

    /// What is wanted of the member of this name.
    pub(crate) fn member(&self, name: &str) -> Option<&WantedValue> {
        self.place(name).map(|place| &self.members[place].1)
    }

    fn child(&mut self, name: &str) -> &mut WantedValue {
        let place = self.place(name).unwrap_or_else(|| self.add(name));
        &mut self.members[place].1
    }

    fn place(&self, name: &str) -> Option<usize> {
        match &self.places {
            _ if self.lengths & length_bit(name) == 0 => None,
            None => self.members.iter().position(|(known, _)| **known == *name),
            Some(places) => places.get(name).copied(),
        }
    }

    fn add(&mut self, name: &str) -> usize {
        let place = self.members.len();
        self.lengths |= length_bit(name);
        self.members.push((name.into(), WantedValue::default()));
        if let Some(places) = &mut self.places {
            places.insert(name.into(), place);
        } else if self.members.len() > FEW {
            let places = self.members.iter().enumerate().map(|(place, (name, _))| (name.clone(), place));
            self.places = Some(places.collect());
        }
        place
    }
}

/// The bit of the length of a name; very long ones share one.
fn length_bit(name: &str) -> u64 {
    1 << name.len().min(63)
}
