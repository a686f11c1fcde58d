//! PodDisruptionBudgets: what they cover, and whether they let anything happen.

use std::collections::{BTreeMap, BTreeSet};

use super::super::links::Tie;
use super::super::object::{ObjectJson, is_terminating};
use super::super::pod::is_finished;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::services::selects_nothing;
use crate::ObjectId;
use crate::json::Reads;

fn budgets<'l>(auditor: &Auditor<'l, '_>) -> Vec<(ObjectId, Tie<'l>)> {
    let budgets = auditor.of_kind("policy", "PodDisruptionBudget").into_iter();
    budgets.filter_map(|id| Some((id, auditor.selecting(id)?))).collect()
}

pub(super) fn no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let found = budgets(auditor).into_iter().filter_map(|(id, tie)| {
        let is_everything = tie.selector().is_none_or(|selector| selector.is_empty());
        (!is_everything).then(|| selects_nothing(auditor, id, &tie, Severity::Warning)).flatten()
    });
    found.collect()
}

/// The pods and templates under each set of several budgets.
pub(super) fn multiple(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut covered: BTreeMap<Vec<ObjectId>, Vec<ObjectId>> = BTreeMap::new();
    for (pod, budgets) in budgets_of_pods(auditor) {
        covered.entry(budgets).or_default().push(pod);
    }
    let found = covered.into_iter().filter_map(|(budgets, pods)| {
        let (first, others) = budgets.split_first()?;
        let names: Vec<String> = others.iter().map(|id| auditor.called(*id)).collect();
        let n_pods = pods.len();
        let pod = auditor.called(*pods.first()?);
        let more = if n_pods > 1 { format!(" and {} more", n_pods - 1) } else { String::new() };
        let message = format!(
            "covers {pod}{more} together with {}: a pod under more than one budget cannot be evicted",
            names.join(" and ")
        );
        let finding = Finding::new(*first, Severity::Error, ".spec.selector", message);
        Some(
            finding
                .with("budgets", budgets.len())
                .with("pods", n_pods)
                .related_to(others.iter().copied().chain(pods.into_iter().take(8))),
        )
    });
    found.collect()
}

/// The pods under several budgets, and where there are no pods the workloads whose pods would be.
fn budgets_of_pods(auditor: &Auditor<'_, '_>) -> Vec<(ObjectId, Vec<ObjectId>)> {
    let mut of: BTreeMap<ObjectId, BTreeSet<ObjectId>> = BTreeMap::new();
    if auditor.pods().has_pods() {
        for (budget, tie) in budgets(auditor) {
            tie.targets().for_each(|pod| _ = of.entry(pod).or_default().insert(budget));
        }
        let reads = Reads::nothing().and(["status", "phase"]).and(["metadata", "deletionTimestamp"]);
        of.retain(|pod, budgets| budgets.len() > 1 && !auditor.read(*pod, &reads, is_evicted_freely));
    } else {
        for template in auditor.pods().templates() {
            let ties = auditor.selecting_pods_of(template);
            let budgets =
                ties.iter().map(Tie::from).filter(|id| auditor.is_of(*id, "policy", "PodDisruptionBudget"));
            of.insert(template.id, budgets.collect());
        }
        of.retain(|_, budgets| budgets.len() > 1);
    }
    of.into_iter().map(|(pod, budgets)| (pod, budgets.into_iter().collect())).collect()
}

/// Whether no budget is asked before a pod is evicted: it does not run yet, has ended or is being deleted.
fn is_evicted_freely(pod: &ObjectJson<'_>) -> bool {
    is_terminating(pod) || is_finished(pod) || pod.at(["status", "phase"]).is("Pending")
}

/// How many pods may be missing, or have to be there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Allowance {
    MinAvailable(Share),
    MaxUnavailable(Share),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Share {
    Pods(i64),
    Percent(i64),
}

impl Share {
    /// Of so many pods, rounded up as the disruption controller does.
    fn of(self, expected: i64) -> i64 {
        match self {
            Share::Pods(n) => n,
            Share::Percent(percent) => {
                (expected * percent).div_euclid(100) + i64::from((expected * percent) % 100 > 0)
            }
        }
    }
}

fn allowance(auditor: &Auditor<'_, '_>, id: ObjectId) -> Option<Allowance> {
    let reads = Reads::nothing().and(["spec", "minAvailable"]).and(["spec", "maxUnavailable"]);
    auditor.read(id, &reads, |budget| {
        let share = |name: &str| {
            let json = budget.at(["spec"]).get(name);
            let percent = || json.text()?.strip_suffix('%')?.parse().ok().map(Share::Percent);
            json.integer().map(Share::Pods).or_else(percent)
        };
        let max = share("maxUnavailable").map(Allowance::MaxUnavailable);
        max.or_else(|| share("minAvailable").map(Allowance::MinAvailable))
    })
}

/// Controllers of pods that have no scale.
const WITHOUT_SCALE: [&str; 4] = ["Job/", "CronJob/", "DaemonSet/", "Node/"];

pub(super) fn unscalable(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, tie) in budgets(auditor) {
        let needs_scale = matches!(
            allowance(auditor, id),
            Some(Allowance::MaxUnavailable(_) | Allowance::MinAvailable(Share::Percent(_)))
        );
        if !needs_scale || tie.n_targets() == 0 {
            continue;
        }
        let of = |pod: ObjectId| auditor.workload(pod);
        let without: Vec<ObjectId> = tie
            .targets()
            .filter(|pod| of(*pod).is_some_and(|it| WITHOUT_SCALE.iter().any(|kind| it.starts_with(kind))))
            .collect();
        let bare: Vec<ObjectId> = tie.targets().filter(|pod| of(*pod).is_none()).collect();
        let (pods, what, severity) = match (without.is_empty(), bare.len() as u64 == tie.n_targets()) {
            (false, _) => (
                &without,
                format!("a controller without a scale ({})", of(without[0]).unwrap_or_default()),
                Severity::Error,
            ),
            (true, true) => (&bare, "no controller".to_owned(), Severity::Error),
            (true, false) if bare.is_empty() => continue,
            (true, false) => (&bare, "no controller".to_owned(), Severity::Warning),
        };
        let message = format!(
            "{} of {} selected pods have {what}: the budget cannot be counted, and allows no disruption",
            pods.len(),
            tie.n_targets()
        );
        let finding = Finding::new(id, severity, ".spec", message)
            .with("pods", tie.n_targets())
            .with("unscalable", pods.len());
        findings.push(finding.related_to(pods.iter().copied().take(8)));
    }
    findings
}

pub(super) fn blocks(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, tie) in budgets(auditor) {
        let Some(allowance) = allowance(auditor, id) else { continue };
        let expected = expected(auditor, id, &tie);
        if expected == 0 {
            continue;
        }
        let (said, n_allowed) = match allowance {
            Allowance::MinAvailable(share) => ("minAvailable", expected - share.of(expected)),
            Allowance::MaxUnavailable(share) => ("maxUnavailable", share.of(expected)),
        };
        if n_allowed <= 0 {
            let message = format!("{said} allows no disruption of the {expected} pods that are to be there");
            let at = format!(".spec.{said}");
            findings.push(
                Finding::new(id, Severity::Warning, &at, message)
                    .with("expected", expected)
                    .with("allowed", 0),
            );
        }
    }
    findings
}

/// How many pods are to be there: those that are, or where there are none those that the selected templates make.
fn expected(auditor: &Auditor<'_, '_>, id: ObjectId, tie: &Tie<'_>) -> i64 {
    let reads = Reads::nothing().and(["status", "phase"]).and(["metadata", "deletionTimestamp"]);
    let lasting = tie.targets().filter(|pod| !auditor.read(*pod, &reads, is_finished));
    let n_pods = lasting.count() as i64;
    if n_pods > 0 || auditor.pods().has_pods() {
        return n_pods;
    }
    let Some(selector) = tie.label_selector() else { return 0 };
    let likes = auditor.pods().beside(auditor, id).iter();
    likes.filter(|it| it.is_selected_by(selector)).filter_map(|it| it.replicas).sum()
}
