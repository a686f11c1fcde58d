//! What a query names, and what of it is seen while objects are read that nobody keeps.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use selq::Selector;

use crate::selection;

/// How many names are told, at most: nobody reads a long list of them.
const MAX_TOLD: usize = 8;

/// The keys and values that selectors and columns name, each with whether an object has it.
///
/// Threads look at the objects at once. Once all was seen, as is usual after a few objects, a look costs one comparison.
pub(crate) struct Sightings {
    /// Sorted by key.
    keys: Vec<NamedKey>,
    n_unseen: AtomicUsize,
}

struct NamedKey {
    key: String,
    is_seen: AtomicBool,
    /// Sorted by value.
    values: Vec<(String, AtomicBool)>,
}

impl Sightings {
    /// Nothing was seen so far of what these selectors and columns name.
    pub(crate) fn new<'s>(
        selectors: impl IntoIterator<Item = &'s Selector>,
        columns: &[String],
    ) -> Sightings {
        let mut named: BTreeMap<&str, BTreeMap<&str, ()>> = BTreeMap::new();
        for requirement in selectors.into_iter().flat_map(Selector::all_requirements) {
            let values = requirement.named_values().map(|value| (value, ()));
            named.entry(requirement.key().as_str()).or_default().extend(values);
        }
        for column in columns {
            named.entry(column).or_default();
        }
        let n_unseen = named.values().map(|values| 1 + values.len()).sum::<usize>().into();
        let keys = named.into_iter().map(|(key, values)| {
            let values = values.into_keys().map(|value| (value.to_owned(), AtomicBool::new(false))).collect();
            NamedKey { key: key.to_owned(), is_seen: AtomicBool::new(false), values }
        });
        Sightings { keys: keys.collect(), n_unseen }
    }

    /// Looks at the labels of an object.
    pub(crate) fn look<'l>(&self, labels: impl Iterator<Item = (&'l str, &'l str)>) {
        if self.n_unseen.load(Ordering::Relaxed) == 0 {
            return;
        }
        for (key, value) in labels {
            let Ok(at) = self.keys.binary_search_by(|named| named.key.as_str().cmp(key)) else { continue };
            let named = &self.keys[at];
            self.see(&named.is_seen);
            if let Ok(at) = named.values.binary_search_by(|(it, _)| it.as_str().cmp(value)) {
                self.see(&named.values[at].1);
            }
        }
    }

    /// Only the first sighting writes, since the others would make the threads wait for each other.
    fn see(&self, is_seen: &AtomicBool) {
        if !is_seen.load(Ordering::Relaxed) && !is_seen.swap(true, Ordering::Relaxed) {
            self.n_unseen.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// What no object had, in lines; `among` says how many there were. What was meant is not known.
    pub(crate) fn in_vain(&self, among: &str) -> Vec<String> {
        let told = self.unseen().into_iter().take(MAX_TOLD);
        told.map(|(key, value)| selection::no_label(key, value, among)).collect()
    }

    /// The keys that no object had, and the values of other keys that none had.
    fn unseen(&self) -> Vec<(&str, Option<&str>)> {
        let is_unseen = |is_seen: &AtomicBool| !is_seen.load(Ordering::Relaxed);
        let mut unseen = Vec::new();
        for named in &self.keys {
            if is_unseen(&named.is_seen) {
                unseen.push((named.key.as_str(), None));
                continue;
            }
            let values = named.values.iter().filter(|(_, is_seen)| is_unseen(is_seen));
            unseen.extend(values.map(|(value, _)| (named.key.as_str(), Some(value.as_str()))));
        }
        unseen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_object_has_is_left() {
        let selector: Selector = "env in (prod,prdo),!legcy,tier!=db,k>7".parse().unwrap();
        let sightings = Sightings::new([&selector], &["ap".to_owned(), "tier".to_owned()]);
        sightings.look([("env", "prod"), ("app", "x"), ("k", "7")].into_iter());
        sightings.look([("tier", "db")].into_iter());
        assert_eq!(sightings.unseen(), [("ap", None), ("env", Some("prdo")), ("legcy", None)]);
        sightings.look([("env", "prdo"), ("legcy", ""), ("ap", "")].into_iter());
        assert_eq!((sightings.unseen(), sightings.n_unseen.load(Ordering::Relaxed)), (vec![], 0));
    }
}
