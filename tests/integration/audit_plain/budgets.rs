//! PodDisruptionBudgets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::base::{ERROR, Found, Like, PlainCluster, WARNING};
use super::scalers;
use crate::links_plain::meaning::{is_empty, kind, list, text};

fn budgets(cluster: &PlainCluster<'_>) -> Vec<usize> {
    cluster.of_kind("PodDisruptionBudget").collect()
}

pub(super) fn no_pods(cluster: &PlainCluster<'_>) -> Found {
    let is_one = |at: &usize| {
        let selector = cluster.selector(*at);
        selector.is_some_and(|it| !is_empty(&it)) && cluster.selected(*at, cluster.likes()).is_empty()
    };
    budgets(cluster).into_iter().filter(is_one).map(|at| (WARNING, at)).collect()
}

pub(super) fn multiple(cluster: &PlainCluster<'_>) -> Found {
    let mut of_pod: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for budget in budgets(cluster) {
        let is_asked = |like: &Like| {
            let is_pending = !like.is_template && cluster.phase(like.at) == "Pending";
            !(is_pending || cluster.is_finished(*like) || cluster.is_terminating(*like))
        };
        for like in cluster.members(budget).into_iter().filter(is_asked) {
            of_pod.entry(like.at).or_default().insert(budget);
        }
    }
    let several = of_pod.into_values().filter(|budgets| budgets.len() > 1);
    several.map(|budgets| (ERROR, *budgets.first().unwrap())).collect()
}

/// What a budget says: at least so many, or at most so many missing; a share of hundred, or a number.
enum Said {
    Least(Amount),
    Most(Amount),
    Nothing,
}

enum Amount {
    Number(i64),
    Percent(i64),
}

impl Amount {
    fn of(value: &Value) -> Option<Amount> {
        let percent = || Some(Amount::Percent(value.as_str()?.trim_end_matches('%').parse().unwrap()));
        value.as_i64().map(Amount::Number).or_else(percent)
    }

    /// Rounded up.
    fn of_pods(&self, n: i64) -> i64 {
        match self {
            Amount::Number(number) => *number,
            Amount::Percent(percent) => (n * percent + 99) / 100,
        }
    }
}

fn said(budget: &Value) -> Said {
    let amount = |field: &str| Amount::of(&budget["spec"][field]);
    match (amount("maxUnavailable"), amount("minAvailable")) {
        (Some(most), _) => Said::Most(most),
        (None, Some(least)) => Said::Least(least),
        _ => Said::Nothing,
    }
}

/// Whether the controllers have to say how many pods there are to be.
fn asks_controllers(said: &Said) -> bool {
    matches!(said, Said::Most(_) | Said::Least(Amount::Percent(_)))
}

enum Controller {
    Counts,
    DoesNot,
    Missing,
}

fn controller(cluster: &PlainCluster<'_>, like: Like) -> Controller {
    let object = cluster.object(like.at);
    let reference = list(&object["metadata"]["ownerReferences"]).iter().find(|it| it["controller"] == true);
    let (kind_of, reference) = match (like.is_template, reference) {
        (true, _) => (kind(object), None),
        (false, None) => return Controller::Missing,
        (false, Some(reference)) => (text(reference, &["kind"]), Some(reference)),
    };
    let has_scale = match kind_of {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController" => true,
        "Foo" => cluster.of_kind("CustomResourceDefinition").all(|it| {
            let versions = list(&cluster.object(it)["spec"]["versions"]);
            versions.iter().any(|version| version["subresources"]["scale"].is_object())
        }),
        _ => false,
    };
    let is_there = reference.is_none_or(|reference| {
        let mut beside = cluster.of_kind(kind_of).filter(|&at| cluster.place(at) == cluster.place(like.at));
        let all: Vec<usize> = beside.by_ref().collect();
        all.is_empty() || all.iter().any(|&at| cluster.object(at)["metadata"]["uid"] == reference["uid"])
    });
    if has_scale && is_there { Controller::Counts } else { Controller::DoesNot }
}

pub(super) fn unscalable(cluster: &PlainCluster<'_>) -> Found {
    let mut found = Found::new();
    for budget in budgets(cluster).into_iter().filter(|&at| asks_controllers(&said(cluster.object(at)))) {
        let members = cluster.members(budget);
        let counts = |is: fn(&Controller) -> bool| {
            members.iter().filter(|like| is(&controller(cluster, **like))).count()
        };
        let n_without = counts(|it| matches!(it, Controller::DoesNot));
        let n_bare = counts(|it| matches!(it, Controller::Missing));
        match (n_without, n_bare) {
            (0, 0) => {}
            (0, bare) if bare < members.len() => _ = found.insert((WARNING, budget)),
            _ => _ = found.insert((ERROR, budget)),
        }
    }
    found
}

pub(super) fn blocks(cluster: &PlainCluster<'_>) -> Found {
    let least = scalers::least_replicas(cluster);
    let is_blocking = |budget: &usize| {
        let said = said(cluster.object(*budget));
        let members: Vec<Like> =
            cluster.members(*budget).into_iter().filter(|it| !cluster.is_finished(*it)).collect();
        let makers: BTreeSet<usize> = members.iter().filter_map(|it| cluster.maker(*it)).collect();
        let is_scaled = makers.iter().any(|maker| least.contains_key(maker));
        let of_makers: i64 = makers
            .iter()
            .map(|maker| least.get(maker).copied().unwrap_or_else(|| cluster.replicas(*maker)))
            .sum();
        let is_other = |like: &&Like| !makers.iter().any(|maker| cluster.is_made_by(**like, *maker));
        let n_others = members.iter().filter(is_other).count() as i64;
        let expected = match cluster.is_live && !is_scaled && !asks_controllers(&said) {
            true => members.len() as i64,
            false => of_makers + n_others,
        };
        let allowed = match said {
            Said::Most(amount) => amount.of_pods(expected),
            Said::Least(amount) => expected - amount.of_pods(expected),
            Said::Nothing => 0,
        };
        !members.is_empty() && expected > 0 && allowed <= 0
    };
    budgets(cluster).into_iter().filter(is_blocking).map(|at| (WARNING, at)).collect()
}
