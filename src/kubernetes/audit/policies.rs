//! NetworkPolicies.

use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::services::selects_nothing;

pub(super) fn no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let policies = ["networking.k8s.io", "extensions"]
        .into_iter()
        .flat_map(|group| auditor.of_kind(group, "NetworkPolicy"));
    let found = policies.filter_map(|id| {
        let tie = auditor.selecting(id)?;
        // The empty selector means the namespace as it will be, also while nothing is in it.
        let is_everything = tie.selector().is_none_or(|selector| selector.is_empty());
        (!is_everything).then(|| selects_nothing(auditor, id, &tie, Severity::Warning)).flatten()
    });
    found.collect()
}
