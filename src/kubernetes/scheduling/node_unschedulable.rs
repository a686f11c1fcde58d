//! NodeUnschedulable: the node is cordoned.

use roaring::RoaringBitmap;

use super::case::Case;
use super::plugin::SchedulerPlugin;
use super::rejection::{Rejection, RejectionCause};
use super::toleration::{Taint, TolerationNumbers};

const REASON: &str = "node(s) were unschedulable";
/// All that it may say.
pub(super) const REASONS: [&str; 1] = [REASON];

/// The cordoned nodes, unless the pod tolerates that.
pub(super) fn rejected_nodes(case: &Case<'_>) -> RoaringBitmap {
    let taint = Taint::unschedulable();
    let mut tolerations = case.rules().tolerations.iter();
    if tolerations.any(|it| it.tolerates(&taint, TolerationNumbers::Off)) {
        return RoaringBitmap::new();
    }
    case.snapshot.cordoned().clone()
}

pub(super) fn reject(case: &Case<'_>) -> Option<Rejection> {
    Rejection::of(SchedulerPlugin::NodeUnschedulable, REASON, rejected_nodes(case))
}

pub(super) fn cause() -> RejectionCause {
    RejectionCause::of_rule("the node is cordoned (.spec.unschedulable)")
}
