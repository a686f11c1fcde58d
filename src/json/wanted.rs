//! What of an object is wanted, so that all else is passed over.

use super::scan::key_is;
use super::skim::Level;

/// The paths that are wanted of an object, as a tree of names. A name leads into an object, or into each element of an
/// array, as in `.spec.containers.image`.
pub(crate) struct WantedPaths {
    root: WantedValue,
    /// How wide this processor compares bytes, found out once for all objects.
    level: Level,
}

/// What is wanted of one value.
#[derive(Default)]
pub(crate) struct WantedValue {
    /// All that is in it.
    is_whole: bool,
    members: Vec<(Box<str>, WantedValue)>,
}

impl WantedPaths {
    /// Nothing but what the object is: `{}` of any object.
    pub(crate) fn nothing() -> WantedPaths {
        WantedPaths { root: WantedValue::default(), level: Level::new() }
    }

    /// Wants the value that these names lead to, with all that is in it.
    pub(crate) fn add<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        let step = names.into_iter().fold(&mut self.root, WantedValue::child);
        step.is_whole = true;
    }

    pub(super) fn root(&self) -> &WantedValue {
        &self.root
    }

    pub(super) fn level(&self) -> Level {
        self.level
    }
}

impl WantedValue {
    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What is wanted of the member under a key in its quotation marks.
    pub(super) fn member(&self, key: &str) -> Option<&WantedValue> {
        self.members.iter().find(|(name, _)| key_is(key, name)).map(|(_, step)| step)
    }

    fn child(&mut self, name: &str) -> &mut WantedValue {
        let place = self.members.iter().position(|(known, _)| &**known == name);
        let place = place.unwrap_or_else(|| {
            self.members.push((name.into(), WantedValue::default()));
            self.members.len() - 1
        });
        &mut self.members[place].1
    }
}
