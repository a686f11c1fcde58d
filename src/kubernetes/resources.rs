//! What a pod asks for.

use super::object::{Json, Known, ObjectJson};
use super::pod::is_sidecar;
use crate::kubernetes::Quantity;

/// What is read of an object.
pub const READS: &[&str] = &[
    ".spec.containers.resources",
    ".spec.initContainers.resources",
    ".spec.initContainers.restartPolicy",
    ".spec.overhead",
    ".spec.resources",
];

/// The amount of a resource that is kept for a pod, as the scheduler counts it: that of its main containers and
/// sidecars, or of an init container with the sidecars before it where that is more, or what the pod as a whole asks
/// for, and the overhead on top.
///
/// `None` where nothing asks for the resource, for what is no pod, and where a [`Quantity`] has no room for the sum. A
/// pod's status counts for nothing here.
#[must_use]
pub fn requests(object: &ObjectJson<'_>, resource: &str) -> Option<Quantity> {
    let pod = Pod::of(object, "requests", resource)?;
    match (pod.amount()?, pod.overhead()) {
        (Some(amount), Some(overhead)) => amount.checked_add(overhead),
        // A resource that the overhead alone names is asked for too.
        (amount, overhead) => amount.or(overhead),
    }
}

/// The amount of a resource that a pod may not exceed, counted as [`requests`] are, save that an overhead is not added
/// to a limit that is zero or not there.
#[must_use]
pub fn limits(object: &ObjectJson<'_>, resource: &str) -> Option<Quantity> {
    let pod = Pod::of(object, "limits", resource)?;
    let amount = pod.amount()??;
    match pod.overhead() {
        Some(overhead) if !amount.is_zero() => amount.checked_add(overhead),
        _ => Some(amount),
    }
}

/// An amount that may be there or not.
pub(super) type Amount = Option<Quantity>;

/// A pod and what is asked of it.
struct Pod<'t, 'j, 'r> {
    spec: Json<'t, 'j>,
    /// `requests` or `limits`.
    kind: &'r str,
    resource: &'r str,
}

impl<'t, 'j, 'r> Pod<'t, 'j, 'r> {
    fn of(object: &'t ObjectJson<'j>, kind: &'r str, resource: &'r str) -> Option<Pod<'t, 'j, 'r>> {
        let is_pod = object.known()? == Known::Pod;
        is_pod.then(|| Pod { spec: object.at(["spec"]), kind, resource })
    }

    fn overhead(&self) -> Amount {
        amount(self.spec.get("overhead"), self.resource)
    }

    /// The amount without the overhead. `None` where there is no room for it.
    fn amount(&self) -> Option<Amount> {
        match self.of_whole_pod() {
            Some(amount) => Some(Some(amount)),
            None => self.of_containers(),
        }
    }

    /// The amount for the pod as a whole, which only some resources can have.
    fn of_whole_pod(&self) -> Amount {
        let can_be = matches!(self.resource, "cpu" | "memory") || self.resource.starts_with("hugepages-");
        if can_be { self.asked(self.spec) } else { None }
    }

    /// The amount of a container, or of the pod as a whole.
    fn asked(&self, it: Json<'_, '_>) -> Amount {
        amount(it.get("resources").get(self.kind), self.resource)
    }

    fn of_containers(&self) -> Option<Amount> {
        let mut all = None;
        for container in self.spec.get("containers").elements() {
            all = sum(all, self.asked(container))?;
        }
        let (mut sidecars, mut most) = (None, None);
        for container in self.spec.get("initContainers").elements() {
            let own = self.asked(container);
            let with_sidecars = match is_sidecar(container) {
                true => {
                    // A sidecar goes on running beside all that comes after it, the main containers
                    // among them.
                    all = sum(all, own)?;
                    sidecars = sum(sidecars, own)?;
                    sidecars
                }
                // Init containers run one after another, so that the largest is enough for all of
                // them.
                false => sum(own, sidecars)?,
            };
            most = max(most, with_sidecars);
        }
        Some(max(all, most))
    }
}

/// The sum of what is there. `None` where there is no room for it.
pub(super) fn sum(a: Amount, b: Amount) -> Option<Amount> {
    match (a, b) {
        (Some(a), Some(b)) => a.checked_add(b).map(Some),
        (a, b) => Some(a.or(b)),
    }
}

/// The larger amount; of equal ones the first, since they may be written differently.
fn max(a: Amount, b: Amount) -> Amount {
    if b > a { b } else { a }
}

/// The amount of a resource in a list of them.
pub(super) fn amount(list: Json<'_, '_>, resource: &str) -> Amount {
    let amount = list.get(resource);
    match amount.string() {
        // A text may have escapes, which `from_json` does not read.
        Some(text) => text.trim().parse().ok(),
        None => Quantity::from_json(amount.written()).ok(),
    }
}
