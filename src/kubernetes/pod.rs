//! How far a pod is, as `kubectl get` counts it: what its STATUS and its RESTARTS share.

use std::borrow::Cow;
use std::collections::HashMap;

use super::object::{Json, ObjectJson, is_condition_true};

/// What is read of a pod.
pub(super) const READS: &[&str] = &[
    ".spec.initContainers.name",
    ".spec.initContainers.restartPolicy",
    ".status.conditions.reason",
    ".status.conditions.status",
    ".status.conditions.type",
    ".status.containerStatuses.ready",
    ".status.containerStatuses.restartCount",
    ".status.containerStatuses.state",
    ".status.initContainerStatuses.name",
    ".status.initContainerStatuses.restartCount",
    ".status.initContainerStatuses.started",
    ".status.initContainerStatuses.state",
];

/// Whether a pod has ended, so that it will never answer again.
pub(super) fn is_finished(pod: &ObjectJson<'_>) -> bool {
    let phase = pod.at(["status", "phase"]);
    phase.is("Succeeded") || phase.is("Failed")
}

/// The statuses of a pod's containers, and how far they are to be heeded.
pub(super) struct ContainerStatuses<'t, 'j> {
    status: Json<'t, 'j>,
    /// How often the init containers were started again, up to the one that is not done.
    init_restarts: i64,
    /// Of those the ones of sidecars.
    sidecar_restarts: i64,
    /// The init container that is not done, with its number.
    unfinished: Option<(usize, Json<'t, 'j>)>,
}

impl<'t, 'j> ContainerStatuses<'t, 'j> {
    pub(super) fn of(pod: &'t ObjectJson<'j>) -> ContainerStatuses<'t, 'j> {
        let status = pod.at(["status"]);
        let mut progress =
            ContainerStatuses { status, init_restarts: 0, sidecar_restarts: 0, unfinished: None };
        let statuses = status.get("initContainerStatuses");
        // Most pods have no init containers, and need no names of sidecars.
        if statuses.elements().next().is_some() {
            progress.count_init(statuses, &Sidecars::of(pod));
        }
        progress
    }

    fn count_init(&mut self, statuses: Json<'t, 'j>, sidecars: &Sidecars<'j>) {
        for (number, container) in statuses.elements().enumerate() {
            let is_sidecar = sidecars.has(container.get("name"));
            self.init_restarts += restarts(container);
            self.sidecar_restarts += if is_sidecar { restarts(container) } else { 0 };
            let is_running = is_sidecar && container.get("started").is_true();
            if !is_running && !has_succeeded(container) {
                // The first that is not done decides alone, and its own restarts are still counted.
                self.unfinished = Some((number, container));
                return;
            }
        }
    }

    /// The init container that keeps the pod from starting, with its number.
    pub(super) fn unfinished(&self) -> Option<(usize, Json<'t, 'j>)> {
        self.unfinished
    }

    /// The statuses of the main containers, last to first, once they are what counts.
    pub(super) fn main_containers(&self) -> Option<impl Iterator<Item = Json<'t, 'j>> + use<'t, 'j>> {
        let counts =
            // A pod that says it is initialized is believed, whatever its init containers say.
            self.unfinished.is_none() || is_condition_true(self.status.get("conditions"), "Initialized");
        counts.then(|| {
            let containers: Vec<_> = self.status.get("containerStatuses").elements().collect();
            containers.into_iter().rev()
        })
    }

    /// How often containers were started again.
    pub(super) fn restarts(&self) -> i64 {
        match self.main_containers() {
            Some(containers) => self.sidecar_restarts + containers.map(restarts).sum::<i64>(),
            None => self.init_restarts,
        }
    }
}

/// How often a container was started again. Kubernetes counts in 32 bits, so that the sum of all cannot overflow.
fn restarts(container: Json<'_, '_>) -> i64 {
    container.get("restartCount").integer().and_then(|n| i32::try_from(n).ok()).map_or(0, i64::from)
}

/// Whether a container has ended without an error.
fn has_succeeded(container: Json<'_, '_>) -> bool {
    let terminated = container.get("state").get("terminated");
    // A number that is missing is 0 for Go.
    terminated.is_object() && terminated.get("exitCode").integer().unwrap_or(0) == 0
}

/// Which of the init containers go on running, by their names, of equal ones the last.
struct Sidecars<'j>(HashMap<Cow<'j, str>, bool>);

impl<'j> Sidecars<'j> {
    fn of(pod: &ObjectJson<'j>) -> Sidecars<'j> {
        let containers = pod.at(["spec", "initContainers"]).elements();
        Sidecars(containers.map(|it| (it.get("name").string().unwrap_or_default(), is_sidecar(it))).collect())
    }

    fn has(&self, name: Json<'_, '_>) -> bool {
        self.0.get(&*name.string().unwrap_or_default()).copied().unwrap_or(false)
    }
}

/// Whether an init container goes on running beside the others.
pub(super) fn is_sidecar(container: Json<'_, '_>) -> bool {
    container.get("restartPolicy").is("Always")
}
