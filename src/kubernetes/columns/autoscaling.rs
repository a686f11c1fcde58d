//! The table of autoscalers, in all versions that they were written in.

use super::cells::{NONE, UNKNOWN, UNSET, age, name, number, string};
use super::{KubectlColumn, KubectlTable, MakeCell, column};
use crate::kubernetes::object::{Json, ObjectJson};
use crate::kubernetes::resources;

pub(super) static AUTOSCALERS: KubectlTable = KubectlTable {
    columns: &columns(|it, _| targets(it)),
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.maxReplicas",
        ".spec.metrics",
        ".spec.minReplicas",
        ".spec.scaleTargetRef.kind",
        ".spec.scaleTargetRef.name",
        ".status.currentMetrics",
        ".status.currentReplicas",
    ],
};

/// Those of version 1, which know the use of the processor alone.
pub(super) static AUTOSCALERS_V1: KubectlTable = KubectlTable {
    columns: &columns(|it, _| cpu_target(it)),
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.maxReplicas",
        ".spec.minReplicas",
        ".spec.scaleTargetRef.kind",
        ".spec.scaleTargetRef.name",
        ".spec.targetCPUUtilizationPercentage",
        ".status.currentCPUUtilizationPercentage",
        ".status.currentReplicas",
    ],
};

const fn columns(targets: MakeCell) -> [KubectlColumn; 7] {
    [
        column("Name", name),
        column("Reference", |it, _| reference(it)),
        column("Targets", targets),
        column("MinPods", |it, _| min_pods(it)),
        column("MaxPods", |it, _| number(it.at(["spec", "maxReplicas"])).to_string()),
        column("Replicas", |it, _| number(it.at(["status", "currentReplicas"])).to_string()),
        column("Age", age),
    ]
}

/// How many metrics are listed.
const MAX_LISTED: usize = 2;
/// The use of the processor that version 1 aims at where it says nothing.
const DEFAULT_CPU: i64 = 80;

fn reference(autoscaler: &ObjectJson<'_>) -> String {
    let target = autoscaler.at(["spec", "scaleTargetRef"]);
    format!("{}/{}", string(target.get("kind")), string(target.get("name")))
}

fn min_pods(autoscaler: &ObjectJson<'_>) -> String {
    let least = autoscaler.at(["spec", "minReplicas"]).integer();
    least.map_or_else(|| UNSET.to_owned(), |least| least.to_string())
}

fn cpu_target(autoscaler: &ObjectJson<'_>) -> String {
    let wanted = autoscaler.at(["spec", "targetCPUUtilizationPercentage"]).integer().unwrap_or(DEFAULT_CPU);
    let current = percent(autoscaler.at(["status", "currentCPUUtilizationPercentage"]));
    format!("cpu: {}/{wanted}%", current.unwrap_or_else(|| UNKNOWN.to_owned()))
}

fn targets(autoscaler: &ObjectJson<'_>) -> String {
    // What is measured stands in the order of what is wanted.
    let mut current = autoscaler.at(["status", "currentMetrics"]).elements();
    let metrics = autoscaler.at(["spec", "metrics"]).elements();
    let targets: Vec<String> = metrics.map(|metric| target(metric, current.next())).collect();
    match targets.len() {
        0 => NONE.to_owned(),
        n if n > MAX_LISTED => {
            format!("{} + {} more...", targets[..MAX_LISTED].join(", "), n - MAX_LISTED)
        }
        _ => targets.join(", "),
    }
}

/// A metric: what is measured, and what is wanted of it.
struct Metric<'t, 'j> {
    target: Json<'t, 'j>,
    /// What is measured of it; nothing of another sort.
    current: Option<Json<'t, 'j>>,
}

fn target<'t, 'j>(metric: Json<'t, 'j>, current: Option<Json<'t, 'j>>) -> String {
    let of_type = string(metric.get("type"));
    let Some((_, member)) = MEMBERS.iter().find(|(it, _)| *it == of_type) else {
        return "<unknown type>".to_owned();
    };
    let source = metric.get(member);
    let current = current.map(|current| current.get(member)).filter(|it| it.is_object());
    let it = Metric { target: source.get("target"), current: current.map(|it| it.get("current")) };
    match *member {
        "pods" => it.of_amounts("averageValue"),
        "object" | "external" if it.wants("averageValue") => it.of_known_amounts("averageValue", " (avg)"),
        "object" | "external" => it.of_known_amounts("value", ""),
        _ if it.wants("averageValue") => {
            format!("{}: {}", string(source.get("name")), it.of_amounts("averageValue"))
        }
        _ => format!("{}: {}", string(source.get("name")), it.of_use()),
    }
}

/// Where a metric of a type is described.
const MEMBERS: [(&str, &str); 5] = [
    ("ContainerResource", "containerResource"),
    ("External", "external"),
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
];

impl Metric<'_, '_> {
    fn wants(&self, name: &str) -> bool {
        self.target.get(name).present().is_some()
    }

    /// An amount of what is measured, which is shown as nothing where only that is missing.
    fn of_amounts(&self, name: &str) -> String {
        let current = self.current.map_or_else(|| UNKNOWN.to_owned(), |it| amount(it, name));
        format!("{current}/{}", amount(self.target, name))
    }

    /// The same where an amount that is missing is not known.
    fn of_known_amounts(&self, name: &str, what: &str) -> String {
        let current = self.current.filter(|it| it.get(name).present().is_some());
        let current = current.map_or_else(|| UNKNOWN.to_owned(), |it| amount(it, name));
        format!("{current}/{}{what}", amount(self.target, name))
    }

    /// How much is used of what is asked for.
    fn of_use(&self) -> String {
        let current = self.current.and_then(|it| percent(it.get("averageUtilization")));
        let wanted = percent(self.target.get("averageUtilization"));
        format!(
            "{}/{}",
            current.unwrap_or_else(|| UNKNOWN.to_owned()),
            wanted.unwrap_or_else(|| "<auto>".to_owned())
        )
    }
}

fn percent(json: Json<'_, '_>) -> Option<String> {
    Some(format!("{}%", json.integer()?))
}

/// An amount as the server writes it, also one that is not there.
fn amount(of: Json<'_, '_>, name: &str) -> String {
    resources::amount(of, name).map_or_else(|| "<nil>".to_owned(), |amount| amount.to_string())
}
