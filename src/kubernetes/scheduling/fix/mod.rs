//! The smallest changes under which a pod would fit, each tried before it is offered.

mod candidates;
mod change;
mod spelling;

use std::collections::BTreeSet;

use super::case::Case;
use super::pod::SchedulingPod;
use super::snapshot::ClusterSnapshot;
use super::verdict::Verdict;
use crate::ObjectId;
pub use change::SchedulingChange;
use change::TriedChange;
pub(super) use spelling::renamed;

/// A change that has a pod fit somewhere, as was tried.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SchedulingFix {
    /// What to change: one thing, or two where no single one is enough.
    pub changes: Vec<SchedulingChange>,
    /// The nodes that the pod then fits.
    pub nodes: Vec<ObjectId>,
}

/// How many single changes are combined at most: as many pairs as that squared are tried.
const MAX_COMBINED: usize = 24;

impl Verdict<'_> {
    /// The smallest changes under which the pod would fit, typing mistakes first: one that is enough by itself, or else two
    /// together. Each was tried. Nothing for a pod that fits, and where no two changes help.
    #[must_use]
    pub fn fixes(&self) -> Vec<SchedulingFix> {
        if self.n_fitting() > 0 || self.n_nodes() == 0 {
            return Vec::new();
        }
        let changes = self.changes();
        let single = changes.iter().filter_map(|change| self.tried(vec![change.clone()]));
        let single: Vec<SchedulingFix> = single.collect();
        if !single.is_empty() {
            return smallest_skews(single);
        }
        let combined = &changes[..changes.len().min(MAX_COMBINED)];
        let pairs = combined.iter().enumerate().flat_map(|(nth, one)| {
            combined[nth + 1..].iter().map(move |other| vec![one.clone(), other.clone()])
        });
        pairs.filter_map(|changes| self.tried(changes)).collect()
    }

    /// The fix of these changes, if the pod then fits.
    fn tried(&self, changes: Vec<TriedChange>) -> Option<SchedulingFix> {
        let case = self.case();
        let pod = changes.iter().fold(case.pod.clone(), |pod, change| change.applied(pod));
        let labels = changes.iter().filter_map(TriedChange::label);
        let mut store = None;
        for (id, key, value) in labels {
            let store = store.get_or_insert_with(|| case.snapshot.store().clone());
            let object = store.get(ObjectId(id))?;
            let kept = object.labels().filter(|(it, _)| *it != key);
            let kept: Vec<(String, String)> =
                kept.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            store.relabel(ObjectId(id), kept.into_iter().chain([(key.to_owned(), value.to_owned())]));
        }
        let fitting = match &store {
            None => fitting(case.snapshot, &pod),
            Some(store) => fitting(&case.snapshot.with_labels_of(store), &pod),
        };
        let changes = changes.into_iter().map(SchedulingChange).collect();
        (!fitting.is_empty()).then_some(SchedulingFix { changes, nodes: fitting })
    }
}

/// Of several skews that would do for a constraint the smallest.
fn smallest_skews(fixes: Vec<SchedulingFix>) -> Vec<SchedulingFix> {
    let mut known = BTreeSet::new();
    let mut is_first = |fix: &SchedulingFix| match &fix.changes[..] {
        [SchedulingChange(TriedChange::MaxSkew { nth, .. })] => known.insert(*nth),
        _ => true,
    };
    fixes.into_iter().filter(|fix| is_first(fix)).collect()
}

fn fitting(snapshot: &ClusterSnapshot<'_>, pod: &SchedulingPod) -> Vec<ObjectId> {
    Verdict::of(Case::new(snapshot, pod)).fitting().collect()
}
