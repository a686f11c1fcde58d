//! The dump as the rules look at it, with its pods and workloads.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::sync::OnceLock;

use super::super::links::{Links, Tie};
use super::super::object::{Json, ObjectJson};
use super::super::relation::Relation;
use super::audited::{Audited, NamespacePlace};
use super::crds::CustomKinds;
use super::labelled::{Labelled, PodLikes};
use super::namespaces::NamespaceReach;
use super::needed::KindsNeeded;
use super::of_objects::OfObjects;
use super::scaler::Scaler;
use super::schedulers::Schedulers;
use super::states::KindChecks;
use crate::json::Reads;
use crate::store::{Column, PostingsView, group_of};
use crate::{ObjectId, ObjectIdentity};

/// A dump, with what several rules ask of it worked out once.
pub(super) struct Auditor<'l, 'd> {
    audited: Audited<'l, 'd>,
    pod_checks: KindChecks,
    pods: OnceLock<PodLikes<'d>>,
    workloads: OnceLock<WorkloadsOfObjects>,
    scalers: OnceLock<Vec<Scaler>>,
    custom_kinds: OnceLock<CustomKinds>,
    schedulers: Schedulers<'d>,
    /// The workload with a template that has made an object.
    makers: OnceLock<OfObjects<ObjectId>>,
    /// The templates by namespace and workload.
    named_templates: OnceLock<HashMap<(NamespacePlace<'d>, String), ObjectId>>,
}

/// The topmost controllers of objects.
struct WorkloadsOfObjects {
    /// Their names, which many objects have in common.
    names: Column,
    numbers: OfObjects<u32>,
}

/// Kinds whose objects are mostly made after what another one says.
const COPIES: [&str; 3] = ["Pod", "ReplicaSet", "Job"];

/// What is asked of the dump alone is asked of the auditor too.
impl<'l, 'd> Deref for Auditor<'l, 'd> {
    type Target = Audited<'l, 'd>;

    fn deref(&self) -> &Audited<'l, 'd> {
        &self.audited
    }
}

impl<'l, 'd> Auditor<'l, 'd> {
    /// The checks are those of pods, which are read once for these and for what rules ask of pods.
    pub(super) fn new(links: &'l Links<'d>, pod_checks: KindChecks) -> Auditor<'l, 'd> {
        Auditor {
            audited: Audited::new(links),
            pod_checks,
            pods: OnceLock::new(),
            workloads: OnceLock::new(),
            scalers: OnceLock::new(),
            custom_kinds: OnceLock::new(),
            schedulers: Schedulers::new(links.dump()),
            makers: OnceLock::new(),
            named_templates: OnceLock::new(),
        }
    }

    /// The dump alone, which threads can share.
    pub(super) fn audited(&self) -> &Audited<'l, 'd> {
        &self.audited
    }

    /// The kinds that are not there of those that a rule needs.
    pub(super) fn lacking(&self, needed: KindsNeeded) -> Vec<&'static str> {
        needed.lacking(|kind| self.has_kind(kind), || !self.pods().is_empty())
    }

    /// What would select the pods of a template.
    pub(super) fn selecting_pods_of(&self, template: &Labelled<'_>) -> Vec<Tie<'l>> {
        let namespace = self.namespace(template.id);
        let pod = ObjectIdentity { api_version: "v1", kind: "Pod", namespace, name: "" };
        let mut ties = self.links.ties_for(Relation::Selects, pod, template.labels());
        let cluster = self.cluster(template.id);
        ties.retain(|tie| self.cluster(tie.from()) == cluster);
        ties
    }

    /// The pods, and what workloads would make of their templates.
    pub(super) fn pods(&self) -> &PodLikes<'d> {
        self.pods.get_or_init(|| PodLikes::of(&self.audited, &self.pod_checks))
    }

    /// The autoscalers, each once.
    pub(super) fn scalers(&self) -> &[Scaler] {
        self.scalers.get_or_init(|| Scaler::all(&self.audited))
    }

    /// What the CustomResourceDefinitions say.
    pub(super) fn custom_kinds(&self) -> &CustomKinds {
        self.custom_kinds.get_or_init(|| CustomKinds::of(&self.audited))
    }

    /// Who says where pods may run.
    pub(super) fn schedulers(&self) -> &Schedulers<'d> {
        &self.schedulers
    }

    /// The pods, and what would be pods, where a selector looks.
    pub(super) fn pods_in<'a>(&'a self, of: ObjectId, reach: &NamespaceReach<'_>) -> Vec<&'a Labelled<'d>> {
        let cluster = self.cluster(of);
        match reach {
            NamespaceReach::All => self.pods().iter().filter(|it| self.cluster(it.id) == cluster).collect(),
            NamespaceReach::Some(names) => {
                names.iter().flat_map(|name| self.pods().in_place((cluster, name))).collect()
            }
        }
    }

    /// What is in the namespace of an object of pods, and of what would be pods.
    pub(super) fn pods_beside(&self, id: ObjectId) -> Vec<&Labelled<'d>> {
        self.pods().in_place(self.place(id))
    }

    /// The pods that a selector selects; and of manifests, in which few or no pods are, the templates whose pods it would.
    pub(super) fn members(&self, tie: &Tie<'_>) -> Vec<&Labelled<'d>> {
        if self.pods().has_made() {
            return tie.targets().filter_map(|id| self.pods().pod(id)).collect();
        }
        match (tie.label_selector(), self.reach(tie)) {
            (Some(selector), Some(reach)) => {
                let likes = self.pods_in(tie.from(), &reach).into_iter();
                likes.filter(|it| it.is_selected_by(selector)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether something counts as a pod: a pod does, and a template where there is no pod that a server has made.
    pub(super) fn stands_for_pods(&self, like: &Labelled<'_>) -> bool {
        !like.is_template() || !self.pods().has_made()
    }

    /// Whether an object was read from a cluster with all that is around it, and is no manifest that others go with: some of
    /// what it may select was made by a server, or it was itself, and pods with it.
    pub(super) fn is_read_whole(&self, id: ObjectId, around: &[&Labelled<'_>]) -> bool {
        around.iter().any(|it| it.pod.is_made) || (self.pods().has_made() && self.has_uid(id))
    }

    /// Has `look` look at a pod, or at the pod that a template describes.
    pub(super) fn read_pod<T>(
        &self,
        pod: &Labelled<'_>,
        reads: &Reads,
        look: impl FnOnce(&ObjectJson<'_>) -> T,
    ) -> T {
        let Some(path) = self.template_path(pod) else { return self.read(pod.id, reads, look) };
        self.read(pod.id, &Reads::nothing().and_value(path.iter().copied()), |workload| {
            let template = path.iter().copied().fold(workload.json(), Json::get).written();
            look(&ObjectJson::reading(template, reads))
        })
    }

    /// The names that lead to a template in its workload; none of a pod.
    pub(super) fn template_path(&self, like: &Labelled<'_>) -> Option<Vec<&'l str>> {
        let object = self.object(like.id).filter(|_| like.is_template())?;
        let (group, kind) = (group_of(object.api_version()), object.kind());
        let mut paths = self.links.places().pod_templates();
        paths.find(|(of_group, of_kind, _)| (*of_group, *of_kind) == (group, kind)).map(|(.., path)| path)
    }

    /// The topmost controller of an object, as `Kind/name`.
    pub(super) fn workload(&self, id: ObjectId) -> Option<&str> {
        let workloads = self.workloads.get_or_init(|| {
            let (names, _) = self.links.workloads();
            let mut numbers = OfObjects::new();
            for number in 0..names.len() {
                let mut add = |id| _ = numbers.insert(ObjectId(id), number);
                match names.having(number) {
                    PostingsView::Few(ids) => ids.iter().copied().for_each(&mut add),
                    PostingsView::Many(ids) => ids.iter().for_each(&mut add),
                }
            }
            WorkloadsOfObjects { names, numbers }
        });
        workloads.numbers.get(id).map(|number| workloads.names.value(number))
    }

    /// The workload of a pod, or of a template: its topmost controller, or itself where a workload has none.
    pub(super) fn workload_of(&self, like: &Labelled<'_>) -> Option<Cow<'_, str>> {
        let topmost = self.workload(like.id).map(Cow::Borrowed);
        topmost.or_else(|| like.is_template().then(|| self.as_owner(like.id).into()))
    }

    /// The template by which a pod was made, if the dump has it; of a template itself.
    pub(super) fn template_of(&self, like: &Labelled<'_>) -> Option<&Labelled<'d>> {
        let id = if like.is_template() { Some(like.id) } else { self.maker(like.id) };
        self.pods().template(id?)
    }

    /// The workload with a template that has made an object, over any number of steps.
    fn maker(&self, id: ObjectId) -> Option<ObjectId> {
        let makers = self.makers.get_or_init(|| {
            let mut makers = OfObjects::new();
            for template in self.pods().templates() {
                let mut above = vec![template.id];
                while let Some(owner) = above.pop() {
                    for owned in self.links.ties_of(Relation::Owns, owner).flat_map(|tie| tie.targets()) {
                        if makers.insert(owned, template.id).is_none() {
                            above.push(owned);
                        }
                    }
                }
            }
            makers
        });
        makers.get(id).or_else(|| self.maker_by_name(id))
    }

    /// The same by the name of the workload, where what is between is not there.
    fn maker_by_name(&self, id: ObjectId) -> Option<ObjectId> {
        let by_name = self.named_templates.get_or_init(|| {
            let templates = self.pods().templates().iter();
            let named = templates.map(|it| ((self.place(it.id), self.as_owner(it.id)), it.id));
            // Of one that several files hold the first counts, as everywhere.
            named.rev().collect()
        });
        by_name.get(&(self.place(id), self.workload(id)?.to_owned())).copied()
    }

    /// Whether a pod was made by a workload, over any number of steps.
    pub(super) fn is_made_by(&self, pod: &Labelled<'_>, workload: ObjectId) -> bool {
        let is_named = || {
            self.place(pod.id) == self.place(workload)
                && self.workload(pod.id) == Some(&*self.as_owner(workload))
        };
        pod.id == workload
            || self.maker(pod.id) == Some(workload)
            || self.owns(workload, pod.id)
            || is_named()
    }

    /// The templates, and of each workload whose template is not there its first pod; pods of their own too.
    pub(super) fn described(&self) -> Vec<&Labelled<'d>> {
        let mut seen = HashSet::new();
        let is_first = |pod: &&Labelled<'d>| match self.workload(pod.id) {
            _ if self.maker(pod.id).is_some() => false,
            Some(workload) => seen.insert((self.place(pod.id), workload)),
            None => true,
        };
        let pods = self.pods().pods().iter().filter(|pod| !pod.pod.is_finished && !pod.pod.is_terminating);
        self.pods().templates().iter().chain(pods.filter(is_first)).collect()
    }

    /// Of the objects that hold what their workloads do those that are to be told of: the workload, or where it is not
    /// there what it has made first.
    pub(super) fn originals(&self) -> impl Fn(ObjectId) -> bool + '_ {
        let first = RefCell::new(HashMap::new());
        move |id| match (self.maker(id), self.workload(id)) {
            (Some(maker), _) => maker == id,
            (None, Some(workload)) if self.object(id).is_some_and(|it| COPIES.contains(&it.kind())) => {
                *first.borrow_mut().entry((self.place(id), workload.to_owned())).or_insert(id) == id
            }
            _ => true,
        }
    }

    /// Whether an object owns another one, over any number of steps.
    pub(super) fn owns(&self, owner: ObjectId, owned: ObjectId) -> bool {
        let mut seen = vec![owned];
        let mut at = 0;
        while let Some(&id) = seen.get(at) {
            for above in self.links.ties_to(Relation::Owns, id).iter().map(Tie::from) {
                if above == owner {
                    return true;
                }
                if !seen.contains(&above) {
                    seen.push(above);
                }
            }
            at += 1;
        }
        false
    }
}
