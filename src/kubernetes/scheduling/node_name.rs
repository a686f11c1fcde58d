//! NodeName: the pod names another node.

use roaring::RoaringBitmap;

use super::case::Case;
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause};

const REASON: &str = "node(s) didn't match the requested node name";
/// All that it may say.
pub(super) const REASONS: [&str; 1] = [REASON];

pub(super) fn reject(case: &Case<'_>) -> Option<Rejection> {
    let wanted = &*case.pod.node_name;
    if wanted.is_empty() {
        return None;
    }
    let others = case.nodes().iter().filter(|id| case.snapshot.name(*id) != wanted);
    let others: RoaringBitmap = others.collect();
    Rejection::of(SchedulerPlugin::NodeName, REASON, others)
}

pub(super) fn cause(case: &Case<'_>) -> RejectionCause {
    RejectionCause::of_rule(format!("the pod names the node {}", case.pod.node_name))
}
