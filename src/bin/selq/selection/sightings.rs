//! What a query names, and what of it is seen while objects are read that nobody keeps.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use selq::Selector;
use selq::text::Quoted;

use crate::selection::{self, MAX_TOLD};

/// The keys and values that selectors and columns name, each with whether an object has it.
///
/// Threads look at the objects at once. What is named may never come, so that a look must cost little of what it takes to
/// read an object: a label whose key is as long as none of those that are looked for is passed over by that alone.
pub(crate) struct Sightings {
    /// Sorted by key.
    keys: Vec<NamedKey>,
    /// How many keys of each length there are of which something was not seen; the longest together.
    n_unseen_of_length: [AtomicUsize; N_LENGTHS],
    /// The namespaces that were asked for.
    namespaces: Vec<(String, AtomicBool)>,
}

/// Keys are of at most 63 bytes but for a prefix.
const N_LENGTHS: usize = 64;
/// Up to how many names are compared one after another, which mostly takes a look at their lengths.
const FEW: usize = 8;

struct NamedKey {
    key: String,
    /// What was meant by it, where a column is called so and no object has the key.
    meant: Option<String>,
    is_seen: AtomicBool,
    /// Sorted by value.
    values: Vec<(String, AtomicBool)>,
    /// How many of these, and of the key itself, were not seen.
    n_unseen: AtomicUsize,
}

impl Sightings {
    /// Nothing was seen so far of what these selectors and columns name; a column with what was meant where it is no key.
    pub(crate) fn new<'s, 'c>(
        selectors: impl IntoIterator<Item = &'s Selector>,
        columns: impl IntoIterator<Item = (&'c str, Option<String>)>,
    ) -> Sightings {
        let mut meant = BTreeMap::new();
        // Maps hold each name once and in order, by which it is found.
        let mut named: BTreeMap<&str, BTreeMap<&str, ()>> = BTreeMap::new();
        for requirement in selectors.into_iter().flat_map(Selector::all_requirements) {
            let values = requirement.named_values().map(|value| (value, ()));
            named.entry(requirement.key().as_str()).or_default().extend(values);
        }
        for (column, other) in columns {
            named.entry(column).or_default();
            meant.extend(other.map(|it| (column, it)));
        }
        let n_unseen_of_length = [const { AtomicUsize::new(0) }; N_LENGTHS];
        let keys = named.into_iter().map(|(key, values)| {
            n_unseen_of_length[length(key)].fetch_add(1, Ordering::Relaxed);
            let n_unseen = AtomicUsize::new(1 + values.len());
            let values = values.into_keys().map(|value| (value.to_owned(), AtomicBool::new(false))).collect();
            let (is_seen, meant) = (AtomicBool::new(false), meant.remove(key));
            NamedKey { key: key.to_owned(), meant, is_seen, values, n_unseen }
        });
        Sightings { keys: keys.collect(), n_unseen_of_length, namespaces: Vec::new() }
    }

    /// The same with namespaces that are asked for.
    pub(crate) fn in_namespaces(self, namespaces: &[String]) -> Sightings {
        let namespaces = namespaces.iter().map(|name| (name.clone(), AtomicBool::new(false))).collect();
        Sightings { namespaces, ..self }
    }

    /// Looks at the namespace of an object.
    pub(crate) fn look_at_namespace(&self, namespace: &str) {
        for (name, is_seen) in &self.namespaces {
            if name == namespace && !is_seen.load(Ordering::Relaxed) {
                is_seen.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Which namespaces no object was in, in lines.
    pub(crate) fn namespaces_in_vain(&self, among: &str) -> Vec<String> {
        let unseen = self.namespaces.iter().filter(|(_, is_seen)| !is_seen.load(Ordering::Relaxed));
        unseen.take(MAX_TOLD).map(|(name, _)| format!("no namespace {} {among}", Quoted(name))).collect()
    }

    /// Looks at the labels of an object.
    pub(crate) fn look<'l>(&self, labels: impl Iterator<Item = (&'l str, &'l str)>) {
        for (key, value) in labels {
            if self.n_unseen_of_length[length(key)].load(Ordering::Relaxed) > 0 {
                self.look_at(key, value);
            }
        }
    }

    fn look_at(&self, key: &str, value: &str) {
        let Some(at) = position(&self.keys, key, |named| &named.key) else { return };
        let named = &self.keys[at];
        if named.n_unseen.load(Ordering::Relaxed) == 0 {
            return;
        }
        self.see(named, &named.is_seen);
        if let Some(at) = position(&named.values, value, |(value, _)| value) {
            self.see(named, &named.values[at].1);
        }
    }

    /// Only the first sighting writes, since the others would make the threads wait for each other.
    fn see(&self, named: &NamedKey, is_seen: &AtomicBool) {
        // Of two threads that have it first at once, the swap lets one count it.
        if is_seen.load(Ordering::Relaxed) || is_seen.swap(true, Ordering::Relaxed) {
            return;
        }
        if named.n_unseen.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.n_unseen_of_length[length(&named.key)].fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// What no object had, in lines; `among` says how many there were. Which key or value was meant is not known.
    pub(crate) fn in_vain(&self, among: &str) -> Vec<String> {
        let in_words = |(named, value): (&NamedKey, Option<&str>)| {
            let meant = named.meant.as_ref().filter(|_| value.is_none());
            let meant = meant.map(|it| format!("; {it}")).unwrap_or_default();
            selection::no_label(&named.key, value, among) + &meant
        };
        self.unseen().into_iter().take(MAX_TOLD).map(in_words).collect()
    }

    /// The keys that no object had, and the values of other keys that none had.
    fn unseen(&self) -> Vec<(&NamedKey, Option<&str>)> {
        let is_unseen = |is_seen: &AtomicBool| !is_seen.load(Ordering::Relaxed);
        let mut unseen = Vec::new();
        for named in &self.keys {
            if is_unseen(&named.is_seen) {
                // Under a key that no object has, no value occurs: the key alone is told.
                unseen.push((named, None));
                continue;
            }
            let values = named.values.iter().filter(|(_, is_seen)| is_unseen(is_seen));
            unseen.extend(values.map(|(value, _)| (named, Some(value.as_str()))));
        }
        unseen
    }
}

/// The place of a key's length in `n_unseen_of_length`.
fn length(key: &str) -> usize {
    key.len().min(N_LENGTHS - 1)
}

/// Where `wanted` is among sorted names.
fn position<T>(all: &[T], wanted: &str, name: impl Fn(&T) -> &String) -> Option<usize> {
    if all.len() <= FEW {
        return all.iter().position(|it| name(it) == wanted);
    }
    all.binary_search_by(|it| name(it).as_str().cmp(wanted)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_object_has_is_left() {
        let selector: Selector = "env in (prod,prdo),!legcy,tier!=db,k>7".parse().unwrap();
        let sightings = Sightings::new([&selector], [("ap", None), ("tier", None)]);
        sightings.look([("env", "prod"), ("app", "x"), ("k", "7")].into_iter());
        sightings.look([("tier", "db")].into_iter());
        let lines =
            ["no label \"ap\" in 2 objects", "no object has env=\"prdo\"", "no label \"legcy\" in 2 objects"];
        assert_eq!(sightings.in_vain("in 2 objects"), lines);
        sightings.look([("env", "prdo"), ("legcy", ""), ("ap", "")].into_iter());
        assert!(sightings.unseen().is_empty());
        assert!(sightings.n_unseen_of_length.iter().all(|n| n.load(Ordering::Relaxed) == 0));
    }

    #[test]
    fn columns_that_are_no_keys_are_told_as_what_they_are() {
        let selector: Selector = "age".parse().unwrap();
        let lines = Sightings::new(
            [&selector],
            [("STATUS", Some("the function is status()".to_owned())), ("nope", None)],
        )
        .in_vain("in 2 objects");
        let expected = [
            "no label \"STATUS\" in 2 objects; the function is status()",
            "no label \"age\" in 2 objects",
            "no label \"nope\" in 2 objects",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn namespaces_that_no_object_is_in_are_told() {
        let namespaces = ["shop", "shp"].map(str::to_owned);
        let sightings = Sightings::new([], []).in_namespaces(&namespaces);
        sightings.look_at_namespace("shop");
        assert_eq!(sightings.namespaces_in_vain("in 12 objects"), ["no namespace \"shp\" in 12 objects"]);
    }
}
