//! The tables of what makes pods, and of budgets for them.

use super::cells::{
    NONE, UNSET, age, labels, n_elements, name, number, of_containers, selector, selector_text, since,
    status, string, string_or, time,
};
use super::{KubectlTable, column, wide};
use crate::kubernetes::age::Age;
use crate::kubernetes::object::{Json, ObjectJson};
use crate::kubernetes::time::Time;

pub(super) static DEPLOYMENTS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Ready", |it, _| ready_of_wanted(it)),
        column("Up-to-date", |it, _| of_status(it, "updatedReplicas")),
        column("Available", |it, _| of_status(it, "availableReplicas")),
        column("Age", age),
        wide("Containers", |it, _| of_containers(template(it.json()), "name")),
        wide("Images", |it, _| of_containers(template(it.json()), "image")),
        wide("Selector", |it, _| selector_of_deployment(it)),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.replicas",
        ".spec.selector",
        ".spec.template.spec.containers.image",
        ".spec.template.spec.containers.name",
        ".status.availableReplicas",
        ".status.readyReplicas",
        ".status.updatedReplicas",
    ],
};

pub(super) static REPLICA_SETS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Desired", |it, _| number(it.at(["spec", "replicas"])).to_string()),
        column("Current", |it, _| of_status(it, "replicas")),
        column("Ready", |it, _| of_status(it, "readyReplicas")),
        column("Age", age),
        wide("Containers", |it, _| of_containers(template(it.json()), "name")),
        wide("Images", |it, _| of_containers(template(it.json()), "image")),
        wide("Selector", |it, _| selector_text(it.at(["spec", "selector"]))),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.replicas",
        ".spec.selector",
        ".spec.template.spec.containers.image",
        ".spec.template.spec.containers.name",
        ".status.readyReplicas",
        ".status.replicas",
    ],
};

pub(super) static STATEFUL_SETS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Ready", |it, _| ready_of_wanted(it)),
        column("Age", age),
        wide("Containers", |it, _| of_containers(template(it.json()), "name")),
        wide("Images", |it, _| of_containers(template(it.json()), "image")),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.replicas",
        ".spec.template.spec.containers.image",
        ".spec.template.spec.containers.name",
        ".status.readyReplicas",
    ],
};

pub(super) static DAEMON_SETS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Desired", |it, _| of_status(it, "desiredNumberScheduled")),
        column("Current", |it, _| of_status(it, "currentNumberScheduled")),
        column("Ready", |it, _| of_status(it, "numberReady")),
        column("Up-to-date", |it, _| of_status(it, "updatedNumberScheduled")),
        column("Available", |it, _| of_status(it, "numberAvailable")),
        column("Node Selector", |it, _| labels(template(it.json()).get("nodeSelector"))),
        column("Age", age),
        wide("Containers", |it, _| of_containers(template(it.json()), "name")),
        wide("Images", |it, _| of_containers(template(it.json()), "image")),
        wide("Selector", |it, _| selector_text(it.at(["spec", "selector"]))),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.selector",
        ".spec.template.spec.containers.image",
        ".spec.template.spec.containers.name",
        ".spec.template.spec.nodeSelector",
        ".status.currentNumberScheduled",
        ".status.desiredNumberScheduled",
        ".status.numberAvailable",
        ".status.numberReady",
        ".status.updatedNumberScheduled",
    ],
};

pub(super) static JOBS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Status", |job, _| status(job)),
        column("Completions", |job, _| completions(job)),
        column("Duration", duration),
        column("Age", age),
        wide("Containers", |job, _| of_containers(template(job.json()), "name")),
        wide("Images", |job, _| of_containers(template(job.json()), "image")),
        wide("Selector", |job, _| selector_text(job.at(["spec", "selector"]))),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.deletionTimestamp",
        ".metadata.name",
        ".spec.completions",
        ".spec.parallelism",
        ".spec.selector",
        ".spec.template.spec.containers.image",
        ".spec.template.spec.containers.name",
        ".status.completionTime",
        ".status.conditions.status",
        ".status.conditions.type",
        ".status.startTime",
        ".status.succeeded",
    ],
};

pub(super) static CRON_JOBS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Schedule", |it, _| string(it.at(["spec", "schedule"]))),
        column("Timezone", |it, _| string_or(it.at(["spec", "timeZone"]), NONE)),
        column("Suspend", |it, _| suspend(it.at(["spec", "suspend"]))),
        column("Active", |it, _| n_elements(it.at(["status", "active"])).to_string()),
        column("Last Schedule", last_schedule),
        column("Age", age),
        wide("Containers", |it, _| of_containers(template(job_of(it)), "name")),
        wide("Images", |it, _| of_containers(template(job_of(it)), "image")),
        wide("Selector", |it, _| selector_text(job_of(it).get("spec").get("selector"))),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.jobTemplate.spec.selector",
        ".spec.jobTemplate.spec.template.spec.containers.image",
        ".spec.jobTemplate.spec.template.spec.containers.name",
        ".spec.schedule",
        ".spec.suspend",
        ".spec.timeZone",
        ".status.active.name",
        ".status.lastScheduleTime",
    ],
};

pub(super) static BUDGETS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Min Available", |it, _| bound(it.at(["spec", "minAvailable"]))),
        column("Max Unavailable", |it, _| bound(it.at(["spec", "maxUnavailable"]))),
        column("Allowed Disruptions", |it, _| of_status(it, "disruptionsAllowed")),
        column("Age", age),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.name",
        ".spec.maxUnavailable",
        ".spec.minAvailable",
        ".status.disruptionsAllowed",
    ],
};

/// What a workload makes pods of.
fn template<'t, 'j>(workload: Json<'t, 'j>) -> Json<'t, 'j> {
    workload.get("spec").get("template").get("spec")
}

/// What a CronJob makes jobs of.
fn job_of<'t, 'j>(cron_job: &'t ObjectJson<'j>) -> Json<'t, 'j> {
    cron_job.at(["spec", "jobTemplate"])
}

/// A number of the status.
fn of_status(workload: &ObjectJson<'_>, name: &str) -> String {
    number(workload.at(["status", name])).to_string()
}

fn ready_of_wanted(workload: &ObjectJson<'_>) -> String {
    let (ready, wanted) = (workload.at(["status", "readyReplicas"]), workload.at(["spec", "replicas"]));
    format!("{}/{}", number(ready), number(wanted))
}

/// A Deployment shows nothing for a selector of everything, and has a word of its own for one that is none.
fn selector_of_deployment(deployment: &ObjectJson<'_>) -> String {
    match selector(deployment.at(["spec", "selector"])) {
        Some(selector) => selector.canonical().unwrap_or_default(),
        None => "<invalid>".to_owned(),
    }
}

/// How many pods have succeeded, of how many.
fn completions(job: &ObjectJson<'_>) -> String {
    let succeeded = number(job.at(["status", "succeeded"]));
    match (job.at(["spec", "completions"]).integer(), job.at(["spec", "parallelism"]).integer()) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        // Any one of them is enough, and then all end.
        (None, Some(parallelism)) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

/// How long a job took, or has taken so far.
fn duration(job: &ObjectJson<'_>, now: Time) -> String {
    let Some(start) = time(job.at(["status", "startTime"])) else { return String::new() };
    let end = time(job.at(["status", "completionTime"])).unwrap_or(now);
    Age::between(start, end).human()
}

fn suspend(json: Json<'_, '_>) -> String {
    match json.written() {
        "true" => "True",
        "false" => "False",
        _ => UNSET,
    }
    .to_owned()
}

fn last_schedule(cron_job: &ObjectJson<'_>, now: Time) -> String {
    let last = time(cron_job.at(["status", "lastScheduleTime"]));
    last.map_or_else(|| NONE.to_owned(), |last| since(last, now))
}

/// A number or a share of pods.
fn bound(json: Json<'_, '_>) -> String {
    match (json.string(), json.integer()) {
        (Some(text), _) => text.into_owned(),
        (None, Some(number)) => number.to_string(),
        (None, None) => "N/A".to_owned(),
    }
}
