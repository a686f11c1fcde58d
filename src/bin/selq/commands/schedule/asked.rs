//! The pods that are asked about.

use std::path::PathBuf;

use anyhow::{Result, bail};
use selq::kubernetes::scheduling::{SchedulingPod, scheduler_message};
use selq::kubernetes::{LinkPlaces, Scheduler};
use selq::{Dump, Loader, ObjectId, ObjectRef};

use crate::args::InputFile;
use crate::commands::named::{self, ObjectName};
use crate::config::Config;
use crate::input;
use crate::selection::Selection;
use crate::terminal::message::counted;

/// A pod that is asked about.
pub(crate) struct AskedPod {
    pub(crate) pod: SchedulingPod,
    /// The place of its cluster in the list of schedulers.
    pub(crate) cluster: usize,
    /// The pod or workload as an object of the dump; none of a manifest.
    pub(crate) id: Option<ObjectId>,
    /// What the scheduler said of it.
    pub(crate) message: Option<String>,
}

/// All pods that are asked about.
#[derive(Default)]
pub(super) struct AskedPods {
    pub(super) pods: Vec<AskedPod>,
    pub(super) remarks: Vec<String>,
}

/// The namespace of what names none, as kubectl has it.
const DEFAULT_NAMESPACE: &str = "default";

/// The pods and workloads of manifests, in the order of the files.
pub(super) fn of_manifests(
    files: &[PathBuf],
    selection: &Selection,
    config: &Config,
) -> Result<Vec<SchedulingPod>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let files: Vec<InputFile> = files.iter().map(|file| InputFile::of_path(file)).collect();
    let dump = input::open_without_index(&files, Loader::new(), config)?.load()?.dump;
    let pods: Vec<SchedulingPod> =
        dump.store().objects().filter_map(|object| of_object(&dump, &object)).collect();
    if pods.is_empty() {
        bail!("the manifests hold {}, and no pod or workload", counted(dump.store().len() as u64, "object"));
    }
    let namespace = match &selection.namespaces[..] {
        [only] if !only.is_empty() => only,
        _ => DEFAULT_NAMESPACE,
    };
    let placed =
        |pod: SchedulingPod| if pod.namespace().is_empty() { pod.in_namespace(namespace) } else { pod };
    Ok(pods.into_iter().map(placed).collect())
}

/// A pod as it stands, or what a workload makes.
fn of_object(dump: &Dump, object: &ObjectRef<'_>) -> Option<SchedulingPod> {
    match is_pod(object) {
        true => SchedulingPod::of(dump, object.id()),
        false => SchedulingPod::of_template(dump, object.id(), &LinkPlaces::built_in()),
    }
}

fn is_pod(object: &ObjectRef<'_>) -> bool {
    (object.api_version(), object.kind()) == ("v1", "Pod")
}

/// A pod or workload of a dump. A pod that is on a node is asked about as one that has to leave it.
pub(crate) fn of_dump(dump: &Dump, schedulers: &[Scheduler<'_>], id: ObjectId) -> Option<AskedPod> {
    let object = dump.store().get(id)?;
    let pod = of_object(dump, &object)?.off_its_node();
    let cluster = schedulers.iter().position(|scheduler| scheduler.has(id))?;
    Some(AskedPod { pod, cluster, id: Some(id), message: scheduler_message(dump, id) })
}

impl AskedPods {
    /// Tells the schedulers which pods they will be asked about.
    pub(super) fn expect(&self, schedulers: &[Scheduler<'_>]) {
        for (nth, scheduler) in schedulers.iter().enumerate() {
            scheduler.expect(self.pods.iter().filter(|it| it.cluster == nth).map(|it| &it.pod));
        }
    }

    /// Those of manifests.
    pub(super) fn add_manifests(&mut self, pods: Vec<SchedulingPod>, n_clusters: usize) -> Result<()> {
        if n_clusters > 1 && !pods.is_empty() {
            bail!(
                "the input is of {n_clusters} clusters, and a manifest says of none which it is for: read one of them"
            );
        }
        let asked = pods.into_iter().map(|pod| AskedPod { pod, cluster: 0, id: None, message: None });
        self.pods.extend(asked);
        Ok(())
    }

    /// Those that are named and selected; where nothing says which, those that wait for a node.
    pub(super) fn add_of_dump(
        &mut self,
        dump: &Dump,
        schedulers: &[Scheduler<'_>],
        names: &[ObjectName<'_>],
        selection: &Selection,
    ) -> Result<()> {
        let mut ids: Vec<ObjectId> = Vec::new();
        for name in names {
            let called = named::called(dump, name);
            if called.is_empty() {
                // Whoever asks about it by name must not take silence for "it fits".
                bail!(named::absent(dump, name));
            }
            ids.extend(called);
        }
        if !selection.takes_all() {
            ids.extend(self.selected(dump, selection)?);
        } else if names.is_empty() && self.pods.is_empty() {
            ids.extend(self.waiting(dump, schedulers, selection)?);
        }
        ids.sort_unstable();
        ids.dedup();
        let n_ids = ids.len();
        let found: Vec<AskedPod> = ids.into_iter().filter_map(|id| of_dump(dump, schedulers, id)).collect();
        let n_others = n_ids - found.len();
        if n_others > 0 {
            let others = counted(n_others as u64, "object");
            self.remarks.push(format!("{others} left aside: no pods, and no workloads that make some"));
        }
        self.pods.extend(found);
        Ok(())
    }

    fn selected(&mut self, dump: &Dump, selection: &Selection) -> Result<Vec<ObjectId>> {
        let columns = selection.columns(dump);
        let plan = selection.plan(dump, &columns)?;
        let found = plan.run();
        self.remarks.extend(selection.remarks(dump, &plan, !found.is_empty()));
        Ok(found.ids().collect())
    }

    fn waiting(
        &mut self,
        dump: &Dump,
        schedulers: &[Scheduler<'_>],
        selection: &Selection,
    ) -> Result<Vec<ObjectId>> {
        let columns = selection.columns(dump);
        let plan = selection.plan(dump, &columns)?;
        let in_scope = plan.run();
        if selection.narrows() {
            self.remarks.extend(selection.remarks(dump, &plan, !in_scope.is_empty()));
        }
        let waiting = schedulers.iter().flat_map(Scheduler::waiting);
        let waiting: Vec<ObjectId> = waiting.filter(|id| in_scope.contains(*id)).collect();
        if waiting.is_empty() {
            self.remarks.push("no pod waits for a node: --of, -w and --manifest ask about others".to_owned());
        }
        Ok(waiting)
    }
}
