//! Edits of labels, as `kubectl label` takes them: from their texts to changed labels, JSON and patches.
//!
//! `members` takes the text of one JSON object apart and puts it together again, `place` finds
//! `metadata.labels` in an object, `rewrite` changes the labels there, and `patch` says the same in JSON Patch.

mod error;
mod members;
mod patch;
mod place;
mod rewrite;

use std::collections::{BTreeMap, btree_map};
use std::iter::FusedIterator;

pub use error::EditError;
pub use patch::PatchOperation;
pub use rewrite::Rewrite;

use crate::{Label, LabelValue};

/// Labels to set and labels to remove: the edits of one `kubectl label`.
///
/// ```
/// use selq::LabelEdits;
/// use selq::edit::{LabelChange, Overwrite};
///
/// let edits = LabelEdits::parse(["tier=db", "old-", "env=qa"])?;
/// assert!(edits.changes([("env", "prod")], Overwrite::Refused).is_err());
/// let changes = edits.changes([("env", "qa"), ("old", "1")], Overwrite::Refused)?;
/// assert_eq!(changes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["-old=1", "+tier=db"]);
/// # Ok::<(), selq::edit::EditError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LabelEdits {
    /// The value to set, or `None` to remove the key. Sorted, so that changes come in one order.
    by_key: BTreeMap<Box<str>, Option<LabelValue>>,
}

/// Whether a label that an object has may get another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Overwrite {
    /// It may: `kubectl label --overwrite`.
    Allowed,
    /// An object with another value refuses the edits: what `kubectl label` does by default.
    Refused,
}

/// What an edit does to one label of one object: a label comes, changes or goes, and nothing else can happen to it.
/// `Display` writes `+key=value`, `~key=old->new`, `-key=value`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LabelChange {
    /// The object did not have the key.
    Added {
        /// The label's key.
        key: Box<str>,
        /// Its value from now on.
        value: Box<str>,
    },
    /// The object had the key with another value.
    Replaced {
        /// The label's key.
        key: Box<str>,
        /// Its value until now.
        old: Box<str>,
        /// Its value from now on.
        value: Box<str>,
    },
    /// The object had the key.
    Removed {
        /// The label's key.
        key: Box<str>,
        /// Its value until now.
        old: Box<str>,
    },
}

impl LabelEdits {
    /// Reads edits: `key=value` sets a label, `key-` removes one. The last of two values for one key counts.
    ///
    /// As in `kubectl label`, values are checked and keys are not: an API server refuses bad keys later.
    ///
    /// # Errors
    ///
    /// The first text that is no edit, a value that no API server would take, or a key both set and removed.
    pub fn parse<S: AsRef<str>>(edits: impl IntoIterator<Item = S>) -> Result<LabelEdits, EditError> {
        let mut parsed = LabelEdits::default();
        for edit in edits {
            let (key, value) = parse_edit(edit.as_ref())?;
            let is_set = value.is_some();
            let before = parsed.by_key.insert(key.into(), value);
            // Of two values the last counts, as in kubectl, which refuses only what is both set and
            // removed.
            if before.is_some_and(|before| before.is_some() != is_set) {
                return Err(EditError::SetAndRemoved(key.into()));
            }
        }
        Ok(parsed)
    }

    /// Whether there is nothing to set and nothing to remove.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// The keys to set, or to remove where the value is `None`, in ascending order.
    #[must_use]
    pub fn iter(&self) -> LabelEditsIter<'_> {
        LabelEditsIter(self.by_key.iter())
    }

    /// How many keys there are to set or to remove.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// What the edits change in these labels, by ascending key. The last of two labels with the same key
    /// counts. Labels that have the value already, or lack a key to remove, do not change.
    ///
    /// Looks through the labels once for each edit.
    ///
    /// # Errors
    ///
    /// [`EditError::HasValue`] where a value may not be overwritten.
    pub fn changes<L>(&self, labels: L, overwrite: Overwrite) -> Result<Vec<LabelChange>, EditError>
    where
        L: IntoIterator,
        L::Item: Label,
    {
        // Every edit looks through the labels, which may come from an iterator that can be walked
        // once.
        let labels: Vec<L::Item> = labels.into_iter().collect();
        let mut changes = Vec::new();
        for (key, value) in self.iter() {
            let old = labels.iter().rfind(|label| label.key() == key).map(Label::value);
            let change = LabelChange::between(key, old, value.map(LabelValue::as_str));
            if let Some(LabelChange::Replaced { key, old, .. }) = &change
                && overwrite == Overwrite::Refused
            {
                // The first refusal is the answer, so that an object is changed as a whole or not
                // at all.
                return Err(EditError::HasValue { key: key.clone(), value: old.clone() });
            }
            changes.extend(change);
        }
        Ok(changes)
    }

    /// These labels as they are after the edits, by ascending key.
    ///
    /// # Errors
    ///
    /// As [`changes`](LabelEdits::changes).
    pub fn apply<L>(&self, labels: L, overwrite: Overwrite) -> Result<BTreeMap<String, String>, EditError>
    where
        L: IntoIterator,
        L::Item: Label,
    {
        let labels: Vec<L::Item> = labels.into_iter().collect();
        let changes = self.changes(&labels, overwrite)?;
        let labels = labels.iter().map(|label| (label.key(), label.value()));
        let edited = LabelChange::apply(&changes, labels).into_iter();
        Ok(edited.map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    }
}

/// The keys of [`LabelEdits`] in ascending order, each with the value to set, or `None` to remove it.
#[derive(Debug, Clone)]
pub struct LabelEditsIter<'e>(btree_map::Iter<'e, Box<str>, Option<LabelValue>>);

impl<'e> Iterator for LabelEditsIter<'e> {
    type Item = (&'e str, Option<&'e LabelValue>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_ref(), value.as_ref()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for LabelEditsIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(key, value)| (key.as_ref(), value.as_ref()))
    }
}

impl ExactSizeIterator for LabelEditsIter<'_> {}

impl FusedIterator for LabelEditsIter<'_> {}

impl<'e> IntoIterator for &'e LabelEdits {
    type Item = (&'e str, Option<&'e LabelValue>);
    type IntoIter = LabelEditsIter<'e>;

    fn into_iter(self) -> LabelEditsIter<'e> {
        self.iter()
    }
}

/// Takes an edit apart: the key, and the value to set if it is not to be removed.
fn parse_edit(edit: &str) -> Result<(&str, Option<LabelValue>), EditError> {
    // An `=` decides before a `-` at the end: `a=x-` is a bad value, and no removal of `a=x`.
    if let Some((key, value)) = edit.split_once('=') {
        if key.is_empty() {
            return Err(EditError::NoKey(edit.into()));
        }
        // kubectl takes an edit apart at every `=` and wants two parts.
        if value.contains('=') {
            return Err(EditError::SecondEquals(edit.into()));
        }
        let value = LabelValue::new(value).map_err(|error| EditError::Value { edit: edit.into(), error })?;
        return Ok((key, Some(value)));
    }
    match edit.strip_suffix('-') {
        Some(key) if !key.is_empty() => Ok((key, None)),
        _ => Err(EditError::NotAnEdit(edit.into())),
    }
}

impl LabelChange {
    /// What happened to the label `key` that had the value `old` and has the value `new`. `None` for nothing.
    #[must_use]
    pub fn between(key: &str, old: Option<&str>, new: Option<&str>) -> Option<LabelChange> {
        match (old, new) {
            (None, Some(value)) => Some(LabelChange::Added { key: key.into(), value: value.into() }),
            (Some(old), Some(value)) if old != value => {
                Some(LabelChange::Replaced { key: key.into(), old: old.into(), value: value.into() })
            }
            (Some(old), None) => Some(LabelChange::Removed { key: key.into(), old: old.into() }),
            _ => None,
        }
    }

    /// All that happened to an object's labels, by ascending key. The last of labels with the same key counts.
    #[must_use]
    pub fn all<B, A>(before: B, after: A) -> Vec<LabelChange>
    where
        B: IntoIterator,
        B::Item: Label,
        A: IntoIterator,
        A::Item: Label,
    {
        let before: Vec<B::Item> = before.into_iter().collect();
        let after: Vec<A::Item> = after.into_iter().collect();
        let mut by_key: BTreeMap<&str, (Option<&str>, Option<&str>)> = BTreeMap::new();
        // An equal key further on overwrites what an earlier one left, so that the last counts.
        before.iter().for_each(|label| by_key.entry(label.key()).or_default().0 = Some(label.value()));
        after.iter().for_each(|label| by_key.entry(label.key()).or_default().1 = Some(label.value()));
        by_key.into_iter().filter_map(|(key, (old, new))| LabelChange::between(key, old, new)).collect()
    }

    /// These labels after the changes, by ascending key. The last of labels with the same key counts. What comes out is
    /// borrowed from what went in, which is why these labels have to be pairs of texts.
    pub fn apply<'a>(
        changes: &'a [LabelChange],
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> BTreeMap<&'a str, &'a str> {
        let mut changed: BTreeMap<&str, &str> = labels.into_iter().collect();
        for change in changes {
            match change.value() {
                Some(value) => changed.insert(change.key(), value),
                None => changed.remove(change.key()),
            };
        }
        changed
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn reversed(&self) -> LabelChange {
        match self.clone() {
            LabelChange::Added { key, value } => LabelChange::Removed { key, old: value },
            LabelChange::Replaced { key, old, value } => {
                LabelChange::Replaced { key, old: value, value: old }
            }
            LabelChange::Removed { key, old } => LabelChange::Added { key, value: old },
        }
    }

    /// The label's key.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            LabelChange::Added { key, .. }
            | LabelChange::Replaced { key, .. }
            | LabelChange::Removed { key, .. } => key,
        }
    }

    /// Its value from now on; `None` when it is removed.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            LabelChange::Added { value, .. } | LabelChange::Replaced { value, .. } => Some(value),
            LabelChange::Removed { .. } => None,
        }
    }
}

impl std::fmt::Display for LabelChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LabelChange::Added { key, value } => write!(f, "+{key}={value}"),
            LabelChange::Replaced { key, old, value } => write!(f, "~{key}={old}->{value}"),
            LabelChange::Removed { key, old } => write!(f, "-{key}={old}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(
        edits: &[&str],
        labels: &[(&str, &str)],
        overwrite: Overwrite,
    ) -> Result<Vec<String>, EditError> {
        let labels = LabelEdits::parse(edits)?.apply(labels.iter().copied(), overwrite)?;
        Ok(labels.iter().map(|(key, value)| format!("{key}={value}")).collect())
    }

    #[test]
    fn edits_set_and_remove() {
        let labels = [("a", "1"), ("b", ""), ("b", "2")];
        let refused = |edits: &[&str]| applied(edits, &labels, Overwrite::Refused);
        assert_eq!(refused(&["c=3", "a-", "x-"]).unwrap(), ["b=2", "c=3"]);
        assert_eq!(refused(&["b=2", "c=1", "c="]).unwrap(), ["a=1", "b=2", "c="]);
        assert_eq!(refused(&["b="]), Err(EditError::HasValue { key: "b".into(), value: "2".into() }));
        assert_eq!(applied(&["b=", "a-"], &labels, Overwrite::Allowed).unwrap(), ["b="]);
    }

    #[test]
    fn reversed_changes_give_the_labels_from_before() {
        let (before, after) = ([("a", "1"), ("b", "2"), ("c", "")], [("b", "3"), ("c", ""), ("d", "4")]);
        let changes = LabelChange::all(before, after);
        assert_eq!(LabelChange::apply(&changes, before), BTreeMap::from(after));
        let reversed: Vec<LabelChange> = changes.iter().map(LabelChange::reversed).collect();
        assert_eq!(LabelChange::apply(&reversed, after), BTreeMap::from(before));
        assert_eq!(reversed, LabelChange::all(after, before));
    }

    #[test]
    fn keys_are_not_checked() {
        for edit in ["/x=1", "x/=1", "a/b/c=1", "a-=1", "é=1", "a b-", "/-", "a--"] {
            assert!(LabelEdits::parse([edit]).is_ok(), "{edit}");
        }
    }

    #[test]
    fn what_is_no_edit_is_refused() {
        for edit in ["", "-", "a", "=", "=1", "=-", "a==1", "a=b=c", "a=-x", "a=x-", "a=1-", "c=é", "a=a b"]
        {
            assert!(LabelEdits::parse([edit]).is_err(), "{edit}");
        }
        for both in [["a=1", "a-"], ["a-", "a=1"]] {
            assert_eq!(LabelEdits::parse(both), Err(EditError::SetAndRemoved("a".into())));
        }
    }
}
