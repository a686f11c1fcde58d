//! What each event does to an object, and so to a selection.

use std::collections::BTreeSet;
use std::fmt;

use crate::edit::LabelChange;
use crate::label::owned;
use crate::selector_set::{SelectorIds, Standing};
use crate::{Label, Object, Selector, SelectorId, SelectorSet};

/// What an event does to one object.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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
        // What is gone is in no selection, though its last labels are known.
        let is_selected = self.is_there && selects(&self.object.labels().collect::<Vec<_>>());
        self.transition_between(was_selected, is_selected)
    }

    /// What it does to a selection that the object belonged to before it as `was_selected` says, and belongs to after it as
    /// `is_selected` says if it is there: for what asks of more than labels. `None` for nothing.
    #[must_use]
    pub fn transition_between(&self, was_selected: bool, is_selected: bool) -> Option<Transition> {
        let is_selected = self.is_there && is_selected;
        Transition::between(was_selected, is_selected, || !self.label_changes().is_empty())
    }

    /// What it does to the selections of many selectors, in the order of their numbers; those that it does
    /// nothing to are left out. Costs what asking the set about the labels before and after costs.
    #[must_use]
    pub fn transitions<Q: Standing>(&self, selectors: &SelectorSet<Q>) -> Vec<(SelectorId, Transition)> {
        let before = self.before.as_deref().map(|labels| selectors.matching(labels));
        let before = before.unwrap_or_default();
        let after =
            if self.is_there { selectors.matching(self.object.labels()) } else { SelectorIds::default() };
        // Compared once for all selectors, as the labels are the same for each.
        let has_changed = !self.label_changes().is_empty();
        // A set, as a selector may select the object before and after, and numbers are to ascend.
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
