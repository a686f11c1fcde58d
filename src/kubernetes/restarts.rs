//! How often containers of a pod were started again.

use super::object::{Known, ObjectJson};
use super::pod::{self, ContainerStatuses};

/// What is read of an object.
pub const READS: &[&str] = pod::READS;

/// The number in the RESTARTS column of `kubectl get`. It counts the init containers of a pod that is being initialized,
/// else the main containers and sidecars. `None` for what is no pod.
#[must_use]
pub fn of(object: &ObjectJson<'_>) -> Option<u64> {
    match object.known()? {
        Known::Pod => u64::try_from(ContainerStatuses::of(object).restarts()).ok(),
        _ => None,
    }
}
