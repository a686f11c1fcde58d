//! How far a pod is, as `kubectl get` counts it: what its STATUS and its RESTARTS share.

use std::borrow::Cow;
use std::collections::HashMap;

use super::object::{Json, ObjectJson, is_condition_true};
use super::time::Time;

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
    sidecars: Sidecars<'j>,
}

impl<'t, 'j> ContainerStatuses<'t, 'j> {
    pub(super) fn of(pod: &'t ObjectJson<'j>) -> ContainerStatuses<'t, 'j> {
        let status = pod.at(["status"]);
        let has_init = status.get("initContainerStatuses").elements().next().is_some();
        // Most pods have no init containers, and need no names of sidecars.
        let sidecars = if has_init { Sidecars::of(pod) } else { Sidecars::default() };
        let mut progress =
            ContainerStatuses { status, init_restarts: 0, sidecar_restarts: 0, unfinished: None, sidecars };
        progress.count_init();
        progress
    }

    fn count_init(&mut self) {
        let statuses = self.status.get("initContainerStatuses");
        for (number, container) in statuses.elements().enumerate() {
            let is_sidecar = self.sidecars.has(container.get("name"));
            self.init_restarts += restarts(container);
            self.sidecar_restarts += if is_sidecar { restarts(container) } else { 0 };
            if !self.is_running_sidecar(container) && !has_succeeded(container) {
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

    fn is_running_sidecar(&self, container: Json<'_, '_>) -> bool {
        self.sidecars.has(container.get("name")) && container.get("started").is_true()
    }

    /// The statuses of the init containers, up to the one that is not done.
    fn init_containers(&self) -> impl Iterator<Item = Json<'t, 'j>> + use<'t, 'j> {
        let n_seen = self.unfinished.map_or(usize::MAX, |(number, _)| number + 1);
        self.status.get("initContainerStatuses").elements().take(n_seen)
    }

    /// How many of the containers that go on running are ready.
    pub(super) fn n_ready(&self) -> usize {
        let is_ready_sidecar = |it: &Json<'_, '_>| {
            self.is_running_sidecar(*it) && !has_succeeded(*it) && it.get("ready").is_true()
        };
        let n_sidecars = self.init_containers().filter(is_ready_sidecar).count();
        n_sidecars + self.main_containers().into_iter().flatten().filter(|it| runs(*it)).count()
    }

    /// When the last of the containers ended that were started again since.
    pub(super) fn last_restart(&self) -> Option<Time> {
        let ended = |container: Json<'_, '_>| -> Option<Time> {
            container.get("lastState").get("terminated").get("finishedAt").string()?.parse().ok()
        };
        let Some(containers) = self.main_containers() else {
            return self.init_containers().filter_map(ended).max();
        };
        let sidecars = self.init_containers().filter(|it| self.sidecars.has(it.get("name")));
        sidecars.chain(containers).filter_map(ended).max()
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

/// Whether a main container runs and is ready.
pub(super) fn runs(container: Json<'_, '_>) -> bool {
    let state = container.get("state");
    let is_held_up =
        state.get("waiting").get("reason").text().is_some() || state.get("terminated").is_object();
    !is_held_up && container.get("ready").is_true() && state.get("running").is_object()
}

/// Whether a container has ended without an error.
fn has_succeeded(container: Json<'_, '_>) -> bool {
    let terminated = container.get("state").get("terminated");
    // A number that is missing is 0 for Go.
    terminated.is_object() && terminated.get("exitCode").integer().unwrap_or(0) == 0
}

/// Which of the init containers go on running, by their names, of equal ones the last.
#[derive(Default)]
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
