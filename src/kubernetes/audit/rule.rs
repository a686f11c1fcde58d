//! The rules of an audit: a row each.

use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::podlike::PODS;
use super::states::StateCheck;
use super::{budgets, policies, services, states, workloads};

/// What an audit looks for.
pub struct AuditRule {
    /// What it is called: `service-no-pods`.
    pub id: &'static str,
    /// How bad it is at worst.
    pub severity: Severity,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// What leads to it.
    pub cause: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// The kinds that it looks through besides the one that it is about. Without any object of one of them it is not
    /// judged.
    pub(super) needs: &'static [&'static str],
    /// The kinds that it is about.
    pub(super) about: &'static [&'static str],
    pub(super) finder: RuleFinder,
}

/// How a rule finds what it is about.
#[derive(Clone, Copy)]
pub(super) enum RuleFinder {
    /// It asks what objects have to do with each other.
    Links(fn(&Auditor<'_, '_>) -> Vec<Finding>),
    /// It looks at each object by itself.
    State(&'static StateCheck),
}

impl RuleFinder {
    /// The check of single objects, if it is one.
    pub(super) fn check(self) -> Option<&'static StateCheck> {
        match self {
            RuleFinder::State(check) => Some(check),
            RuleFinder::Links(_) => None,
        }
    }
}

/// All rules, in the order in which people meet them.
pub const AUDIT_RULES: &[AuditRule] = &[
    AuditRule {
        id: "service-no-pods",
        severity: Severity::Error,
        title: "the Service selects no pods",
        cause: "a label of the selector is spelled otherwise on the pods, or the pods are in another namespace",
        fix: "make the selector and the labels of the pods' template say the same",
        needs: &[PODS],
        about: &["Service"],
        finder: RuleFinder::Links(services::no_pods),
    },
    AuditRule {
        id: "service-mixed-owners",
        severity: Severity::Warning,
        title: "the Service selects pods of workloads that have nothing in common",
        cause: "the selector is too broad: pods of a Job, or of another release, have its labels too",
        fix: "add a label that only the intended workload has, app.kubernetes.io/component say",
        needs: &["Pod"],
        about: &["Service"],
        finder: RuleFinder::Links(services::mixed_owners),
    },
    AuditRule {
        id: "service-port-unmatched",
        severity: Severity::Error,
        title: "a named target port is no port of the selected pods",
        cause: "targetPort names a container port that the pods do not have, or have with another protocol",
        fix: "name the port in the container, or write its number as targetPort",
        needs: &["Pod"],
        about: &["Service"],
        finder: RuleFinder::Links(services::port_unmatched),
    },
    AuditRule {
        id: "service-not-ready-only",
        severity: Severity::Warning,
        title: "none of the selected pods is ready",
        cause: "the pods start, fail their readiness probes or crash",
        fix: "look at the conditions and the last state of the containers",
        needs: &["Pod"],
        about: &["Service"],
        finder: RuleFinder::Links(services::not_ready_only),
    },
    AuditRule {
        id: "pdb-multiple",
        severity: Severity::Error,
        title: "several PodDisruptionBudgets cover one pod",
        cause: "the eviction API refuses to evict a pod that more than one budget selects, so that nodes cannot be drained",
        fix: "narrow the selectors until each pod is under one budget",
        needs: &[PODS],
        about: &["PodDisruptionBudget"],
        finder: RuleFinder::Links(budgets::multiple),
    },
    AuditRule {
        id: "pdb-no-pods",
        severity: Severity::Warning,
        title: "the PodDisruptionBudget selects no pods",
        cause: "a label of the selector is spelled otherwise on the pods",
        fix: "make the selector say what the pods' template says",
        needs: &[PODS],
        about: &["PodDisruptionBudget"],
        finder: RuleFinder::Links(budgets::no_pods),
    },
    AuditRule {
        id: "pdb-unscalable",
        severity: Severity::Error,
        title: "the PodDisruptionBudget cannot count what its pods should be",
        cause: "maxUnavailable and percentages need controllers with a scale; Jobs, DaemonSets and bare pods have none, and \
                then no disruption is allowed",
        fix: "use an integer minAvailable, or select only pods of workloads with replicas",
        needs: &["Pod"],
        about: &["PodDisruptionBudget"],
        finder: RuleFinder::Links(budgets::unscalable),
    },
    AuditRule {
        id: "pdb-blocks",
        severity: Severity::Warning,
        title: "the PodDisruptionBudget allows no disruption even when all pods are healthy",
        cause: "minAvailable is as large as the number of pods, or maxUnavailable is 0",
        fix: "run more replicas, or allow one pod to be unavailable",
        needs: &[PODS],
        about: &["PodDisruptionBudget"],
        finder: RuleFinder::Links(budgets::blocks),
    },
    AuditRule {
        id: "workload-selector-overlap",
        severity: Severity::Warning,
        title: "two workloads select the pods of one template",
        cause: "the selector of one is satisfied by the labels of the other's template",
        fix: "add a label to selector and template that only one of them has",
        needs: &[],
        about: workloads::KINDS,
        finder: RuleFinder::Links(workloads::overlap),
    },
    AuditRule {
        id: "selector-vs-template",
        severity: Severity::Error,
        title: "the workload's selector does not select its own template",
        cause: "the labels of the template were changed and the selector was not, or the other way round",
        fix: "make the template's labels satisfy the selector",
        needs: &[],
        about: workloads::KINDS,
        finder: RuleFinder::Links(workloads::against_template),
    },
    AuditRule {
        id: "orphan-pods",
        severity: Severity::Warning,
        title: "a pod without controller has the labels that a workload selects",
        cause: "the pod was made by hand, or its owner was deleted without it",
        fix: "delete it, or take the labels away that it shares with the workload",
        needs: workloads::KINDS,
        about: &["Pod"],
        finder: RuleFinder::Links(workloads::orphans),
    },
    AuditRule {
        id: "netpol-no-pods",
        severity: Severity::Warning,
        title: "the NetworkPolicy selects no pods",
        cause: "a label of podSelector is spelled otherwise on the pods",
        fix: "make podSelector say what the pods' template says",
        needs: &[PODS],
        about: &["NetworkPolicy"],
        finder: RuleFinder::Links(policies::no_pods),
    },
    AuditRule {
        id: "pod-failing",
        severity: Severity::Error,
        title: "the pod fails",
        cause: "a container crashes, its image cannot be pulled, or it cannot be made",
        fix: "look at its logs and events: kubectl logs --previous, kubectl describe",
        needs: &[],
        about: &["Pod"],
        finder: RuleFinder::State(&states::POD_FAILING),
    },
    AuditRule {
        id: "pod-pending",
        severity: Severity::Warning,
        title: "the pod waits to be scheduled or started",
        cause: "no node has room or fits, or a volume is not there",
        fix: "read the message of its PodScheduled condition",
        needs: &[],
        about: &["Pod"],
        finder: RuleFinder::State(&states::POD_PENDING),
    },
    AuditRule {
        id: "node-not-ready",
        severity: Severity::Error,
        title: "the node is not ready",
        cause: "its kubelet does not answer, or says that something is missing",
        fix: "read the message of its Ready condition",
        needs: &[],
        about: &["Node"],
        finder: RuleFinder::State(&states::NODE_NOT_READY),
    },
    AuditRule {
        id: "pvc-unbound",
        severity: Severity::Warning,
        title: "the claim has no volume",
        cause: "no PersistentVolume fits, or the StorageClass is not there or waits for a first consumer",
        fix: "look at its events",
        needs: &[],
        about: &["PersistentVolumeClaim"],
        finder: RuleFinder::State(&states::PVC_UNBOUND),
    },
    AuditRule {
        id: "job-failed",
        severity: Severity::Warning,
        title: "the job has failed",
        cause: "its pods failed more often than backoffLimit allows, or took longer than activeDeadlineSeconds",
        fix: "look at the logs of its pods",
        needs: &[],
        about: &["Job"],
        finder: RuleFinder::State(&states::JOB_FAILED),
    },
    AuditRule {
        id: "hpa-at-maximum",
        severity: Severity::Info,
        title: "the autoscaler has reached its maximum",
        cause: "the load asks for more replicas than maxReplicas",
        fix: "raise maxReplicas, or the requests that it is counted by",
        needs: &[],
        about: &["HorizontalPodAutoscaler"],
        finder: RuleFinder::State(&states::HPA_AT_MAXIMUM),
    },
    AuditRule {
        id: "not-covered-by-limits",
        severity: Severity::Info,
        title: "a container has no memory limit",
        cause: "nothing keeps it from taking the memory of its node",
        fix: "set resources.limits.memory, or a LimitRange for the namespace",
        needs: &[],
        about: &["Pod"],
        finder: RuleFinder::State(&states::WITHOUT_LIMITS),
    },
];

impl AuditRule {
    /// The rule of this id.
    #[must_use]
    pub fn named(id: &str) -> Option<&'static AuditRule> {
        AUDIT_RULES.iter().find(|rule| rule.id == id)
    }
}

impl std::fmt::Debug for AuditRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuditRule").field("id", &self.id).finish_non_exhaustive()
    }
}
