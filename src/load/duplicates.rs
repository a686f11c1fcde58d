//! Objects that one folder or archive holds more than once.

use crate::json::Reads;
use crate::load::objects::head::Head;
use crate::{ObjectId, ObjectIdentity, StoreBuilder};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;

/// What has to be read of an object to know it again.
pub(in crate::load) fn reads() -> Reads {
    Reads::nothing().and(["metadata", "uid"]).and(["metadata", "resourceVersion"])
}

/// Which look of which object every object of a bundle is, in the order of ids.
#[derive(Debug, Default)]
pub(in crate::load) struct Looks(Vec<BundledLook>);

#[derive(Debug)]
struct BundledLook {
    id: usize,
    /// The number of the bundle.
    bundle: usize,
    uid: Box<str>,
    resource_version: Box<str>,
}

/// By what an object is the same as another one of its bundle.
#[derive(PartialEq, Eq, Hash)]
enum Key<'l> {
    Uid(&'l str),
    /// Group, kind, namespace and name.
    Names([&'l str; 4]),
}

impl Looks {
    /// Adds an object whose [uid and version](reads) were read.
    pub(in crate::load) fn push(&mut self, id: ObjectId, bundle: usize, head: &Head<'_>) {
        let metadata = head.tree.root().and_then(|object| object.get("metadata"));
        let text = |name: &str| metadata?.get(name)?.string();
        let text = |name: &str| text(name).as_ref().map(Cow::as_ref).unwrap_or_default().into();
        let (uid, resource_version) = (text("uid"), text("resourceVersion"));
        self.0.push(BundledLook { id: id.index(), bundle, uid, resource_version });
    }

    /// Adds the looks of other objects, which come after `n_before` objects.
    pub(in crate::load) fn append(&mut self, other: Looks, n_before: usize) {
        self.0.extend(other.0.into_iter().map(|look| BundledLook { id: n_before + look.id, ..look }));
    }

    /// Which of the objects others stand for, each with the number of its bundle.
    pub(in crate::load) fn superseded(&self, objects: &StoreBuilder) -> Vec<(usize, usize)> {
        let mut newest: HashMap<(usize, Key<'_>), &BundledLook> = HashMap::new();
        let mut superseded = Vec::new();
        for look in &self.0 {
            // A watch event may have taken it away.
            let id = ObjectId(look.id as u32);
            let Some(key) = objects.contains(id).then(|| look.key(objects.identity(id))).flatten() else {
                continue;
            };
            let known = newest.entry((look.bundle, key)).or_insert(look);
            if known.id == look.id {
                continue;
            }
            let older = if known.is_newer_than(look) { look } else { std::mem::replace(known, look) };
            superseded.push((older.bundle, older.id));
        }
        superseded
    }
}

impl BundledLook {
    /// `None` of an object that is always new.
    fn key<'l>(&'l self, identity: ObjectIdentity<'l>) -> Option<Key<'l>> {
        let ObjectIdentity { kind, namespace, name, .. } = identity;
        match () {
            () if !self.uid.is_empty() => Some(Key::Uid(&self.uid)),
            () if name.is_empty() => None,
            () => Some(Key::Names([identity.group(), kind, namespace, name])),
        }
    }

    /// Whether it is the newer look although the other one comes later.
    fn is_newer_than(&self, later: &BundledLook) -> bool {
        compare(&self.resource_version, &later.resource_version) == Some(Ordering::Greater)
    }
}

/// Compares resource versions as Kubernetes defines it: as numbers of any length. `None` where one of them is none.
fn compare(a: &str, b: &str) -> Option<Ordering> {
    let is_number = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() && !text.starts_with('0')
    };
    (is_number(a) && is_number(b)).then(|| a.len().cmp(&b.len()).then_with(|| a.cmp(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_of_any_length() {
        let long = "9".repeat(40);
        for (a, b, expected) in [
            ("9", "10", Some(Ordering::Less)),
            (&long, "10", Some(Ordering::Greater)),
            ("7", "7", Some(Ordering::Equal)),
            ("", "7", None),
            ("07", "7", None),
            ("x", "7", None),
            ("-1", "7", None),
        ] {
            assert_eq!(compare(a, b), expected, "{a} {b}");
        }
    }
}
