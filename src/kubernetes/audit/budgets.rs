//! PodDisruptionBudgets: what they cover, and whether they let anything happen.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::links::Tie;
use super::super::object::condition;
use super::auditor::Auditor;
use super::finding::{Finding, MAX_RELATED, Severity};
use super::labelled::Labelled;
use super::nothing::selects_nothing;
use super::scale::{self, Scale, Scales};
use super::shared::shared;
use crate::ObjectId;
use crate::json::Reads;

fn budgets<'l>(auditor: &Auditor<'l, '_>) -> Vec<Tie<'l>> {
    let budgets = auditor.of_kind("policy", "PodDisruptionBudget").into_iter();
    budgets.filter_map(|id| auditor.selecting(id)).collect()
}

pub(super) fn no_pods(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let found = budgets(auditor).into_iter().filter_map(|tie| {
        let is_everything = tie.selector().is_none_or(|selector| selector.is_empty());
        let mut finding =
            (!is_everything).then(|| selects_nothing(auditor, &tie, Severity::Warning)).flatten()?;
        let is_marked =
            tie.label_selector()?.all_requirements().iter().any(|it| it.key().as_str() == WAS_EMPTY);
        if is_marked {
            finding.message += "; it was made empty with policy/v1beta1, where that is no pod";
        }
        Some(finding)
    });
    found.collect()
}

/// The label by which servers write in one version what the empty selector is in the other.
const WAS_EMPTY: &str = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";

/// The pods and templates under each set of several budgets.
pub(super) fn multiple(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let ties = budgets(auditor);
    let covered = ties.iter().flat_map(|tie| {
        let members = auditor.members(tie).into_iter();
        members.filter(|it| !is_evicted_freely(it)).map(|it| (tie.from(), it.id))
    });
    let found = shared(auditor, covered).into_iter().filter_map(|(budgets, pods)| {
        let (first, others) = budgets.split_first()?;
        let names: Vec<String> = others.iter().map(|id| auditor.called(*id)).collect();
        let n_pods = pods.len();
        let pod = auditor.called(*pods.first()?);
        let more = if n_pods > 1 { format!(" and {} more", n_pods - 1) } else { String::new() };
        let message = format!(
            "covers {pod}{more} together with {}: a pod under more than one budget cannot be evicted",
            names.join(" and ")
        );
        let selectors = ties.iter().filter(|tie| budgets.contains(&tie.from())).map(Tie::selector);
        let finding = Finding::new(*first, Severity::Error, ".spec.selector", message);
        Some(
            finding
                .with("budgets", budgets.len())
                .with("pods", n_pods)
                .with("selectors", selectors.collect::<Vec<_>>())
                .related_to(others.iter().copied().chain(pods.into_iter().take(MAX_RELATED))),
        )
    });
    found.collect()
}

/// Whether no budget is asked before a pod is evicted: it does not run yet, has ended or is being deleted.
fn is_evicted_freely(pod: &Labelled<'_>) -> bool {
    pod.pod.is_terminating || pod.pod.is_finished || pod.pod.is_pending
}

/// How many pods may be missing, or have to be there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Allowance {
    MinAvailable(Share),
    MaxUnavailable(Share),
    /// Neither is said, and nothing is allowed.
    Unsaid,
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
                let hundredths = expected.saturating_mul(percent);
                hundredths.div_euclid(100) + i64::from(hundredths % 100 > 0)
            }
        }
    }
}

impl Allowance {
    fn of(auditor: &Auditor<'_, '_>, id: ObjectId) -> Allowance {
        let reads = Reads::nothing().and(["spec", "minAvailable"]).and(["spec", "maxUnavailable"]);
        auditor.read(id, &reads, |budget| {
            let share = |name: &str| {
                let json = budget.at(["spec"]).get(name);
                let percent = || json.text()?.strip_suffix('%')?.parse().ok().map(Share::Percent);
                json.integer().map(Share::Pods).or_else(percent)
            };
            let max = share("maxUnavailable").map(Allowance::MaxUnavailable);
            max.or_else(|| share("minAvailable").map(Allowance::MinAvailable)).unwrap_or(Allowance::Unsaid)
        })
    }

    /// Whether the number of pods that should be there is asked of their controllers.
    fn needs_scale(self) -> bool {
        matches!(self, Allowance::MaxUnavailable(_) | Allowance::MinAvailable(Share::Percent(_)))
    }

    fn field(self) -> &'static str {
        match self {
            Allowance::MaxUnavailable(_) => "maxUnavailable",
            Allowance::MinAvailable(_) | Allowance::Unsaid => "minAvailable",
        }
    }

    /// How many pods may be away of so many that should be there, all of them healthy.
    fn allowed_of(self, expected: i64) -> i64 {
        match self {
            Allowance::MinAvailable(share) => expected - share.of(expected),
            Allowance::MaxUnavailable(share) => share.of(expected),
            Allowance::Unsaid => 0,
        }
    }
}

pub(super) fn unscalable(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let budgets = budgets(auditor).into_iter();
    let needing = budgets.filter(|tie| Allowance::of(auditor, tie.from()).needs_scale());
    let mut scales = Scales::new(auditor);
    needing.filter_map(|tie| uncounted(auditor, &mut scales, &tie)).collect()
}

/// That a budget covers pods whose number nothing says.
fn uncounted(auditor: &Auditor<'_, '_>, scales: &mut Scales<'_, '_, '_>, tie: &Tie<'_>) -> Option<Finding> {
    let members = auditor.members(tie);
    let (mut without, mut bare) = (Vec::new(), Vec::new());
    for pod in &members {
        match scales.of(pod) {
            Scale::Known => {}
            Scale::Unknown(why) => without.push((pod.id, why)),
            Scale::NoController => bare.push(pod.id),
        }
    }
    let is_all_bare = bare.len() == members.len();
    let (pods, what, severity) = match without.first() {
        Some((_, why)) => {
            let pods: Vec<ObjectId> = without.iter().map(|(pod, _)| *pod).collect();
            (pods, why.clone(), Severity::Error)
        }
        None if bare.is_empty() => return None,
        None => {
            let severity = if is_all_bare { Severity::Error } else { Severity::Warning };
            (bare, "no controller".to_owned(), severity)
        }
    };
    let message = format!(
        "{} of {} selected pods have {what}: the budget cannot be counted, and allows no disruption",
        pods.len(),
        members.len()
    );
    let finding = Finding::new(tie.from(), severity, ".spec", message)
        .with("pods", members.len())
        .with("unscalable", pods.len())
        .with("condition", condition_reason(auditor, tie.from()));
    Some(finding.related_to(pods.iter().copied().take(MAX_RELATED)))
}

/// What the disruption controller says of a budget, if it has.
fn condition_reason(auditor: &Auditor<'_, '_>, id: ObjectId) -> Value {
    auditor.read(id, &Reads::nothing().and(["status", "conditions"]), |budget| {
        let allowed = condition(budget.at(["status", "conditions"]), "DisruptionAllowed");
        allowed.and_then(|it| it.get("reason").text()).map_or(Value::Null, |reason| Value::from(&*reason))
    })
}

pub(super) fn blocks(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let least = scale::least_replicas(auditor);
    let found = budgets(auditor).into_iter().filter_map(|tie| {
        let allowance = Allowance::of(auditor, tie.from());
        let expected = ExpectedPods::of(auditor, &tie, allowance, &least)?;
        let n_allowed = allowance.allowed_of(expected.n);
        let said = match allowance {
            Allowance::Unsaid => "it says neither minAvailable nor maxUnavailable, and so".to_owned(),
            _ => allowance.field().to_owned(),
        };
        let pods = if expected.n == 1 { "only pod".to_owned() } else { format!("{} pods", expected.n) };
        let of = match expected.is_least {
            true => format!("the {pods} to which an autoscaler may bring them down"),
            false => format!("the {pods} that are to be there"),
        };
        let message = format!("{said} allows no disruption of {of}");
        let at = format!(".spec.{}", allowance.field());
        let finding = Finding::new(tie.from(), Severity::Warning, &at, message);
        (expected.n > 0 && n_allowed <= 0).then(|| finding.with("expected", expected.n).with("allowed", 0))
    });
    found.collect()
}

/// How many pods are to be there under a budget.
struct ExpectedPods {
    n: i64,
    /// Whether an autoscaler decides, which may leave so many.
    is_least: bool,
}

impl ExpectedPods {
    /// `None` where nothing is covered, or controllers that are not there would have to say it.
    fn of(
        auditor: &Auditor<'_, '_>,
        tie: &Tie<'_>,
        allowance: Allowance,
        least: &BTreeMap<ObjectId, i64>,
    ) -> Option<ExpectedPods> {
        let members: Vec<&Labelled<'_>> =
            auditor.members(tie).into_iter().filter(|it| !it.pod.is_finished).collect();
        let workloads = scale::workloads(auditor, &members);
        let is_least = workloads.iter().any(|(id, _)| least.contains_key(id));
        let replicas: i64 = workloads.iter().map(|(id, replicas)| least.get(id).unwrap_or(replicas)).sum();
        // The pods that no workload of the dump has made count by themselves.
        let made_by = |pod: &Labelled<'_>| workloads.iter().any(|(id, _)| auditor.is_made_by(pod, *id));
        let others = members.iter().filter(|pod| !made_by(pod)).count() as i64;
        let is_of_pods = !is_least && !allowance.needs_scale() && auditor.pods().has_made();
        let n = if is_of_pods { members.len() as i64 } else { replicas + others };
        (!members.is_empty()).then_some(ExpectedPods { n, is_least })
    }
}
