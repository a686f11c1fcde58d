//! Which pods are evicted first.

use std::fmt;

use super::object::{Json, Known, ObjectJson};
use super::resources::{Amount, amount, sum};
use crate::kubernetes::Quantity;

/// What is read of an object.
pub const READS: &[&str] =
    &[".spec.containers.resources", ".spec.initContainers.resources", ".spec.resources"];

/// The quality-of-service class of a pod: the first to be evicted come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QosClass {
    /// Nothing is asked for.
    BestEffort,
    /// Something is asked for.
    Burstable,
    /// Every container asks for as much cpu and memory as its limits are.
    Guaranteed,
}

impl QosClass {
    /// As Kubernetes spells it: `BestEffort`, `Burstable` or `Guaranteed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            QosClass::BestEffort => "BestEffort",
            QosClass::Burstable => "Burstable",
            QosClass::Guaranteed => "Guaranteed",
        }
    }
}

impl fmt::Display for QosClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The class of a pod, computed from what its containers ask for, whatever its status says. `None` for what is no pod,
/// and where a [`Quantity`] has no room for a sum.
#[must_use]
pub fn of(object: &ObjectJson<'_>) -> Option<QosClass> {
    if object.known()? != Known::Pod {
        return None;
    }
    let spec = object.at(["spec"]);
    let mut sums = Sums { requests: [None; 2], limits: [None; 2], has_all_limits: true };
    match spec.get("resources") {
        // A pod that says what it wants as a whole, be it nothing, is not asked for its containers.
        whole if whole.is_object() => sums.add(whole)?,
        _ => ["containers", "initContainers"]
            .into_iter()
            .flat_map(|list| spec.get(list).elements())
            .try_for_each(|container| sums.add(container.get("resources")))?,
    }
    Some(sums.class())
}

/// What the class depends on.
const RESOURCES: [&str; 2] = ["cpu", "memory"];

/// The sums over containers, each of the [`RESOURCES`].
struct Sums {
    requests: [Amount; 2],
    limits: [Amount; 2],
    /// Whether each container so far has a limit of each.
    has_all_limits: bool,
}

impl Sums {
    fn add(&mut self, resources: Json<'_, '_>) -> Option<()> {
        for (nth, resource) in RESOURCES.into_iter().enumerate() {
            let [request, limit] = ["requests", "limits"].map(|list| positive(resources.get(list), resource));
            self.requests[nth] = sum(self.requests[nth], request)?;
            self.limits[nth] = sum(self.limits[nth], limit)?;
            self.has_all_limits &= limit.is_some();
        }
        Some(())
    }

    fn class(&self) -> QosClass {
        let is_nothing = |amounts: &[Amount; 2]| amounts.iter().all(Option::is_none);
        match self.requests == self.limits && self.has_all_limits {
            _ if is_nothing(&self.requests) && is_nothing(&self.limits) => QosClass::BestEffort,
            true => QosClass::Guaranteed,
            false => QosClass::Burstable,
        }
    }
}

fn positive(list: Json<'_, '_>, resource: &str) -> Amount {
    // An amount of zero asks for nothing, as in Kubernetes' `ComputePodQOS`.
    amount(list, resource).filter(|amount| *amount > Quantity::ZERO)
}
