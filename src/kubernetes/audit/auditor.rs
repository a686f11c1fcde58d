//! The dump as the rules look at it, with its pods and workloads.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Deref;

use super::super::links::{Links, Tie};
use super::super::relation::Relation;
use super::audited::Audited;
use super::podlike::{PODS, PodLike, PodLikes};
use crate::store::PostingsView;
use crate::{ObjectId, ObjectIdentity};

/// A dump, with what several rules ask of it worked out once.
pub(super) struct Auditor<'l, 'd> {
    audited: Audited<'l, 'd>,
    pods: OnceCell<PodLikes>,
    workloads: OnceCell<HashMap<u32, String>>,
}

/// What is asked of the dump alone is asked of the auditor too.
impl<'l, 'd> Deref for Auditor<'l, 'd> {
    type Target = Audited<'l, 'd>;

    fn deref(&self) -> &Audited<'l, 'd> {
        &self.audited
    }
}

impl<'l, 'd> Auditor<'l, 'd> {
    pub(super) fn new(links: &'l Links<'d>) -> Auditor<'l, 'd> {
        Auditor { audited: Audited { links }, pods: OnceCell::new(), workloads: OnceCell::new() }
    }

    /// The dump alone, which threads can share.
    pub(super) fn audited(&self) -> &Audited<'l, 'd> {
        &self.audited
    }

    /// The first of these kinds that is not there. Workloads will do for pods.
    pub(super) fn lacks(&self, kinds: &'static [&'static str]) -> Option<&'static str> {
        // Of several workloads one is enough.
        if kinds.len() > 1 {
            return kinds.iter().all(|kind| !self.has_kind(kind)).then_some("workload");
        }
        let is_there = |kind: &&str| match *kind {
            PODS => !self.pods().is_empty(),
            kind => self.has_kind(kind),
        };
        kinds.iter().find(|kind| !is_there(kind)).copied()
    }

    /// The selector by which an object acts on pods.
    pub(super) fn selecting(&self, id: ObjectId) -> Option<Tie<'l>> {
        self.links.ties_of(Relation::Selects, id).find(|tie| tie.problem().is_none())
    }

    /// What would select the pods of a template.
    pub(super) fn selecting_pods_of(&self, template: &PodLike) -> Vec<Tie<'l>> {
        let namespace = self.namespace(template.id);
        let pod = ObjectIdentity { api_version: "v1", kind: "Pod", namespace, name: "" };
        let labels = template.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let mut ties = self.links.ties_for(Relation::Selects, pod, labels);
        let cluster = self.dump().cluster(template.id);
        ties.retain(|tie| self.dump().cluster(tie.from()) == cluster);
        ties
    }

    /// The pods, and what workloads would make of their templates.
    pub(super) fn pods(&self) -> &PodLikes {
        self.pods.get_or_init(|| PodLikes::of(&self.audited))
    }

    /// Whether there are pods that a controller has made, as in a dump of a cluster and not in manifests.
    pub(super) fn has_pods_at_large(&self) -> bool {
        self.pods().n_made() > 0
    }

    /// The topmost controller of an object, as `Kind/name`.
    pub(super) fn workload(&self, id: ObjectId) -> Option<&str> {
        let workloads = self.workloads.get_or_init(|| {
            let (column, _) = self.links.workloads();
            let mut workloads = HashMap::new();
            for number in 0..column.len() {
                let mut add = |id| _ = workloads.insert(id, column.value(number).to_owned());
                match column.having(number) {
                    PostingsView::Few(ids) => ids.iter().copied().for_each(&mut add),
                    PostingsView::Many(ids) => ids.iter().for_each(&mut add),
                }
            }
            workloads
        });
        workloads.get(&id.0).map(String::as_str)
    }
}
