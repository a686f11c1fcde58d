//! The tables of `kubectl get`: which columns each kind has, and what stands in them.
//!
//! They are those of the API server of Kubernetes 1.34 (`pkg/printers/internalversion`), read of an object as it is written:
//! nothing is filled in that a server would. Kinds without a table of their own have NAME and AGE, as kubectl shows what
//! nobody told it how to show.

mod autoscaling;
mod cells;
mod cluster;
mod network;
mod pods;
mod volumes;
mod workloads;

use super::object::{Known, ObjectJson, known};
use super::time::Time;
use super::{Reads, fields, kinds};
use crate::parallel;
use crate::store::group_of;
use crate::{Dump, ObjectId};
use cells::{age, name};

/// Fewer objects are read before another thread has begun.
const MIN_OBJECTS_PER_THREAD: usize = 256;

/// A table of `kubectl get`: the columns of a kind.
///
/// ```
/// use selq::kubernetes::{ObjectJson, Time, columns};
///
/// let pod = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-0","creationTimestamp":"2026-11-01T00:00:00Z"},
///     "spec":{"containers":[{}]},"status":{"phase":"Pending"}}"#;
/// let (object, now): (_, Time) = (ObjectJson::whole(pod), "2026-11-03T00:00:00Z".parse()?);
/// let table = columns::of("v1", "Pod");
/// let row: Vec<(&str, String)> =
///     table.narrow().map(|column| (column.name(), column.cell(&object, now))).collect();
/// let expected = [("Name", "web-0"), ("Ready", "0/1"), ("Status", "Pending"), ("Restarts", "0"), ("Age", "2d")];
/// assert_eq!(row, expected.map(|(name, cell)| (name, cell.to_owned())));
/// # Ok::<(), selq::kubernetes::TimeError>(())
/// ```
#[derive(Debug)]
pub struct KubectlTable {
    columns: &'static [KubectlColumn],
    reads: &'static [&'static str],
}

/// A column of a [`KubectlTable`].
#[derive(Debug)]
pub struct KubectlColumn {
    name: &'static str,
    is_wide: bool,
    cell: MakeCell,
}

/// What stands in a column, with the time that ages are counted to.
type MakeCell = fn(&ObjectJson<'_>, Time) -> String;

impl KubectlTable {
    /// All columns, those of `-o wide` last.
    #[must_use]
    pub fn columns(&self) -> &'static [KubectlColumn] {
        self.columns
    }

    /// The columns that are shown without `-o wide`.
    pub fn narrow(&self) -> impl Iterator<Item = &'static KubectlColumn> {
        self.columns.iter().filter(|column| !column.is_wide)
    }

    /// What is read of an object for all of them.
    #[must_use]
    pub fn reads(&self) -> &'static [&'static str] {
        self.reads
    }

    /// What stands in some columns of some objects of the kind, row by row; of a number of which there is no object the
    /// cells of one that says nothing. Reads the objects on all processors.
    #[must_use]
    pub fn rows(
        &self,
        dump: &Dump,
        ids: &[ObjectId],
        columns: &[&KubectlColumn],
        now: Time,
    ) -> Vec<Vec<String>> {
        let reads = Reads::of([self.reads]);
        let row = |id: ObjectId| {
            let (json, object) = (dump.json(id), dump.store().get(id));
            let read = ObjectJson::reading(&json, &reads);
            // The JSON of an item of a `PodList` need not say its kind.
            let read = match object {
                Some(object) => read.with_kind(object.api_version(), object.kind()),
                None => read,
            };
            columns.iter().map(|column| column.cell(&read, now)).collect()
        };
        let parts = parallel::in_parts(ids, MIN_OBJECTS_PER_THREAD, |ids| {
            ids.iter().map(|&id| row(id)).collect::<Vec<Vec<String>>>()
        });
        parts.into_iter().flatten().collect()
    }
}

impl KubectlColumn {
    /// What the server calls it; kubectl prints that in upper case.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether only `-o wide` shows it.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.is_wide
    }

    /// What stands there of an object of the kind, as the server gives it: kubectl cuts it at its first line break.
    #[must_use]
    pub fn cell(&self, object: &ObjectJson<'_>, now: Time) -> String {
        (self.cell)(object, now)
    }
}

/// A column that is always shown.
const fn column(name: &'static str, cell: MakeCell) -> KubectlColumn {
    KubectlColumn { name, is_wide: false, cell }
}

/// A column that only `-o wide` shows.
const fn wide(name: &'static str, cell: MakeCell) -> KubectlColumn {
    KubectlColumn { name, is_wide: true, cell }
}

/// The table of a kind.
#[must_use]
pub fn of(api_version: &str, kind: &str) -> &'static KubectlTable {
    match known(api_version, kind) {
        Some(Known::ConfigMap) => &cluster::CONFIG_MAPS,
        Some(Known::CronJob) => &workloads::CRON_JOBS,
        Some(Known::DaemonSet) => &workloads::DAEMON_SETS,
        Some(Known::Deployment) => &workloads::DEPLOYMENTS,
        Some(Known::Endpoints) => &network::ENDPOINTS,
        Some(Known::HorizontalPodAutoscaler) if api_version == "autoscaling/v1" => {
            &autoscaling::AUTOSCALERS_V1
        }
        Some(Known::HorizontalPodAutoscaler) => &autoscaling::AUTOSCALERS,
        Some(Known::Ingress) => &network::INGRESSES,
        Some(Known::Job) => &workloads::JOBS,
        Some(Known::Namespace) => &cluster::NAMESPACES,
        Some(Known::NetworkPolicy) => &network::POLICIES,
        Some(Known::Node) => &cluster::NODES,
        Some(Known::PersistentVolume) => &volumes::VOLUMES,
        Some(Known::PersistentVolumeClaim) => &volumes::CLAIMS,
        Some(Known::Pod) => &pods::PODS,
        Some(Known::PodDisruptionBudget) => &workloads::BUDGETS,
        Some(Known::ReplicaSet) => &workloads::REPLICA_SETS,
        Some(Known::Secret) => &cluster::SECRETS,
        Some(Known::Service) => &network::SERVICES,
        Some(Known::ServiceAccount) => &cluster::ACCOUNTS,
        Some(Known::StatefulSet) => &workloads::STATEFUL_SETS,
        Some(Known::StorageClass) => &volumes::CLASSES,
        Some(Known::ComponentStatus | Known::PodTemplate | Known::ReplicationController) | None => &OTHERS,
    }
}

/// Whether objects of a kind are in namespaces; `None` of a kind that is not built in.
#[must_use]
pub fn is_namespaced(api_version: &str, kind: &str) -> Option<bool> {
    let name = format!("{kind}.v1.{}", group_of(api_version));
    kinds::is_built_in(&name).then(|| fields::may_have_namespace(Some(&name)))
}

/// What kubectl shows of kinds that it knows nothing of.
static OTHERS: KubectlTable = KubectlTable {
    columns: &[column("Name", name), column("Age", age)],
    reads: &[".metadata.creationTimestamp", ".metadata.name"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_their_table_in_every_group_that_they_were_in() {
        let names = |api_version: &str, kind: &str| {
            of(api_version, kind).columns().iter().map(KubectlColumn::name).collect::<Vec<_>>()
        };
        assert_eq!(names("extensions/v1beta1", "Ingress"), names("networking.k8s.io/v1", "Ingress"));
        assert_eq!(names("apps/v1", "Pod"), ["Name", "Age"], "a kind of another group");
        assert_eq!(names("v1", "ReplicationController"), ["Name", "Age"]);
        assert_eq!(names("", ""), ["Name", "Age"]);
    }

    #[test]
    fn what_is_built_in_is_in_namespaces_or_not() {
        let kinds =
            [("v1", "Pod"), ("v1", "Node"), ("apps/v1beta1", "Deployment"), ("example.com/v1", "Node")];
        let are = kinds.map(|(api_version, kind)| is_namespaced(api_version, kind));
        assert_eq!(are, [Some(true), Some(false), Some(true), None]);
    }
}
