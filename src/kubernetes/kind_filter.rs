//! Kinds that are asked for by name, of objects that come one by one.

use super::kinds::{self, Kind, Kinds};
use crate::ObjectIdentity;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Which objects are of kinds that were asked for, where no store says which kinds there are.
///
/// Looks at each kind once, so that an object costs two look-ups; several threads may ask it at once.
#[derive(Debug)]
pub struct KindFilter {
    names: Vec<String>,
    /// What was seen so far, by `apiVersion` and kind, and whether a name may mean it.
    seen: RwLock<HashMap<String, HashMap<String, bool>>>,
}

impl KindFilter {
    /// A filter for the kinds that go by any of these names; without any, for all kinds.
    pub fn new(names: impl IntoIterator<Item = String>) -> KindFilter {
        KindFilter { names: names.into_iter().collect(), seen: RwLock::default() }
    }

    /// Whether it asks for kinds at all.
    pub fn is_asked(&self) -> bool {
        !self.names.is_empty()
    }

    /// Whether an object is of a kind that was asked for, as far as it can be told without the kinds that follow.
    pub fn accepts(&self, identity: ObjectIdentity<'_>) -> bool {
        if !self.is_asked() {
            return true;
        }
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let known = seen.get(identity.api_version).and_then(|kinds| kinds.get(identity.kind)).copied();
        drop(seen);
        known.unwrap_or_else(|| self.look_at(identity))
    }

    #[cold]
    fn look_at(&self, identity: ObjectIdentity<'_>) -> bool {
        let is_accepted = self.names.iter().any(|name| kinds::is_called(identity, name));
        let mut seen = self.seen.write().unwrap_or_else(PoisonError::into_inner);
        let of_version = seen.entry(identity.api_version.to_owned()).or_default();
        of_version.insert(identity.kind.to_owned(), is_accepted);
        is_accepted
    }

    /// The kinds that were seen.
    pub fn seen(&self) -> Kinds {
        self.verdicts().into_iter().map(|(kind, _)| kind).collect()
    }

    /// Whether all that was accepted is what a store would have found. Not where a name has the beginning of a group and
    /// kinds of one with that very name came as well, which alone are meant then.
    pub fn is_decided(&self) -> bool {
        let kinds = self.seen();
        let meant: Vec<Kind> = self.names.iter().flat_map(|name| kinds.resolve(name)).collect();
        self.verdicts().iter().all(|(kind, is_accepted)| meant.contains(kind) == *is_accepted)
    }

    fn verdicts(&self) -> Vec<(Kind, bool)> {
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        let of = |api_version: &str, kind: &str| {
            let identity = ObjectIdentity { api_version, kind, ..ObjectIdentity::default() };
            Kind { group: identity.group().to_owned(), kind: kind.to_owned() }
        };
        let all = seen.iter().flat_map(|(version, kinds)| kinds.iter().map(move |it| (version, it)));
        all.map(|(version, (kind, is_accepted))| (of(version, kind), *is_accepted)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Object, Store};

    const KINDS: [(&str, &str); 6] = [
        ("v1", "Pod"),
        ("v1", "Service"),
        ("apps/v1", "Deployment"),
        ("serving/v1", "Service"),
        ("serving.example.dev/v1", "Service"),
        ("", "Pod"),
    ];

    /// What a store resolves of a set of kinds, and the filter object by object, whenever that says that it is decided.
    #[test]
    fn a_filter_accepts_what_a_store_resolves() {
        let names = ["pods", "svc", "services.serving", "deploy.apps", "Service.v1", "cm", "pod.x"];
        let (mut n_decided, mut n_open) = (0, 0);
        for there in 1..1_u32 << KINDS.len() {
            let there = KINDS.iter().enumerate().filter(|(nth, _)| there & (1 << nth) != 0).map(|(_, it)| it);
            let there: Vec<&(&str, &str)> = there.collect();
            let mut store = Store::new();
            for (api_version, kind) in &there {
                store.insert(Object::new(*kind, "", "").with_api_version(*api_version));
            }
            for name in names {
                let filter = KindFilter::new([name.to_owned()]);
                let resolved = Kinds::of(&store).resolve(name);
                let is_resolved = |identity: ObjectIdentity<'_>| {
                    resolved.iter().any(|it| it.kind == identity.kind && it.group == identity.group())
                };
                let agrees = store
                    .objects()
                    .filter(|object| filter.accepts(object.identity()) == is_resolved(object.identity()));
                assert_eq!(agrees.count() == there.len(), filter.is_decided(), "{name} of {there:?}");
                *(if filter.is_decided() { &mut n_decided } else { &mut n_open }) += 1;
                assert_eq!(filter.seen().has(name), Kinds::of(&store).has(name), "{name} of {there:?}");
            }
        }
        assert!(n_decided > 300 && n_open > 10, "{n_decided} {n_open}");
    }

    #[test]
    fn without_names_all_are_accepted() {
        let filter = KindFilter::new([]);
        assert!(filter.accepts(ObjectIdentity::default()) && filter.is_decided() && !filter.is_asked());
    }
}
