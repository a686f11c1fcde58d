//! What `kubectl get` shows of objects: the answers of Kubernetes itself, and a plain second reading of random objects.

use std::borrow::Cow;

use proptest::prelude::*;
use selq::kubernetes::columns::{self, KubectlColumn};
use selq::kubernetes::{Age, ObjectJson, Reads, Time, ready, restarts, status};
use serde_json::Value;

use crate::conformance_selector::lines;
use crate::objects::{OTHERS, SHOWN, check_reads, objects, strange};

/// The cell of a column, for the object exactly as it is written.
fn cell<'l>(line: &'l Value, column: &str) -> Option<&'l Value> {
    let place = line["columns"].as_array().unwrap().iter().position(|it| it[0] == column)?;
    let expect = line.get("expect_raw").unwrap_or(&line["expect"]);
    Some(&expect["cells"][place])
}

/// A cell as it is shown: up to its first line break.
fn shown(cell: &str) -> String {
    cell.find(['\n', '\r', '\u{c}']).map_or_else(|| cell.to_owned(), |end| format!("{}...", &cell[..end]))
}

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

/// Whether a workload is ready, by its cells; `None` for what has none of a workload.
fn expected_ready(line: &Value) -> Option<bool> {
    if line["object"]["kind"] == "Pod" {
        return None;
    }
    let ready = cell(line, "Ready")?;
    Some(match ready.as_str().and_then(|cell| cell.split_once('/')) {
        Some((ready, wanted)) => number(ready) >= number(wanted),
        None => ready.as_u64() >= cell(line, "Desired").unwrap().as_u64(),
    })
}

#[test]
fn the_columns_are_those_of_kubectl() {
    let (mut n_status, mut n_ready) = (0, 0);
    for line in lines("columns.jsonl").unwrap_or_default() {
        let json = line["object"].to_string();
        let object = ObjectJson::whole(&json);
        let expected = cell(&line, "Status").map(|cell| shown(cell.as_str().unwrap()));
        assert_eq!(status::of(&object).as_deref(), expected.as_deref(), "{line}");
        n_status += usize::from(expected.is_some());
        assert_eq!(restarts::of(&object), line["expect"]["restarts"].as_u64(), "{line}");
        if let Some(expected) = expected_ready(&line) {
            assert_eq!(ready::of(&object), Some(expected), "{line}");
            n_ready += 1;
        }
        check_reads(&line["object"], SHOWN);
    }
    println!("{n_status} cells of STATUS, {n_ready} workloads");
}

/// The time that ages are counted to.
fn now() -> Time {
    "2026-11-27T00:00:00Z".parse().unwrap()
}

/// The cells of an object, each with the column that it is of.
fn cells(object: &ObjectJson<'_>, line: &Value) -> Vec<(&'static KubectlColumn, String)> {
    let text = |name: &str| line["object"][name].as_str().unwrap_or_default().to_owned();
    let table = columns::of(&text("apiVersion"), &text("kind"));
    table.columns().iter().map(|column| (column, column.cell(object, now()))).collect()
}

/// What a cell says that has a time in it, of which the answers keep that there is one.
fn time_of_cell(column: &str, object: &Value) -> &'static str {
    match (column, object["kind"].as_str().unwrap()) {
        ("Age", _) => "/metadata/creationTimestamp",
        ("Last Schedule", "CronJob") => "/status/lastScheduleTime",
        ("Duration", "Job") => "/status/startTime",
        other => panic!("no time in {other:?}"),
    }
}

fn expected_cell(line: &Value, column: &str, cell: &Value) -> String {
    match cell {
        Value::String(text) if text == "<age>" => {
            let time = line["object"].pointer(time_of_cell(column, &line["object"])).unwrap();
            Age::between(time.as_str().unwrap().parse().unwrap(), now()).human()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[test]
fn every_cell_is_that_of_kubectl() {
    let mut n_cells = 0;
    for line in lines("columns.jsonl").unwrap_or_default() {
        let json = line["object"].to_string();
        let cells = cells(&ObjectJson::whole(&json), &line);
        let names: Vec<Value> = cells
            .iter()
            .map(|(column, _)| serde_json::json!([column.name(), u8::from(column.is_wide())]))
            .collect();
        assert_eq!(Value::from(names), line["columns"], "{line}");
        for (column, shown) in &cells {
            let expected = expected_cell(&line, column.name(), cell(&line, column.name()).unwrap());
            // The answers have the number of restarts alone, and whether more is said of them.
            let (shown, has_ago) = match shown.split_once(" (") {
                Some((n, ago)) if column.name() == "Restarts" => {
                    assert!(ago.ends_with(" ago)"), "{shown}");
                    (n, true)
                }
                _ => (shown.as_str(), false),
            };
            assert_eq!(shown, expected, "{} of {line}", column.name());
            if column.name() == "Restarts" {
                assert_eq!(has_ago, line["expect"]["restarts_has_ago"] == true, "{line}");
            }
            n_cells += 1;
        }
        check_reads_of_columns(&line["object"]);
    }
    println!("{n_cells} cells");
}

/// Holds the columns to giving the same of an object, and of what they say they read of it.
fn check_reads_of_columns(object: &Value) {
    let json = object.to_string();
    let text = |name: &str| object[name].as_str().unwrap_or_default();
    let table = columns::of(text("apiVersion"), text("kind"));
    let (whole, part) = (ObjectJson::whole(&json), ObjectJson::reading(&json, &Reads::of([table.reads()])));
    for column in table.columns() {
        assert_eq!(column.cell(&part, now()), column.cell(&whole, now()), "{} of {json}", column.name());
    }
}

#[test]
fn functions_read_what_they_say() {
    for line in lines("columns.jsonl").unwrap_or_default().iter().step_by(10) {
        check_reads(&line["object"], OTHERS);
    }
}

#[test]
fn durations_are_shown_as_kubectl_shows_them() {
    for line in lines("columns.jsonl").unwrap_or_default() {
        let time = |field| line["object"]["status"][field].as_str().map(|time| time.parse::<Time>().unwrap());
        if let (Some(shown), Some(start), Some(end)) =
            (cell(&line, "Duration"), time("startTime"), time("completionTime"))
        {
            assert_eq!(Age::between(start, end).human(), shown.as_str().unwrap(), "{line}");
        }
    }
}

/// A plain reading of the same rules, over parsed values.
mod plain {
    use serde_json::Value;

    fn text<'v>(value: &'v Value, name: &str) -> &'v str {
        value[name].as_str().unwrap_or("")
    }

    fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
        value[name].as_array().map_or(&[], Vec::as_slice)
    }

    fn int(value: &Value, name: &str) -> i64 {
        value[name].as_i64().unwrap_or(0)
    }

    pub(super) fn kind(object: &Value) -> (&str, &str) {
        (text(object, "apiVersion"), text(object, "kind"))
    }

    fn has_condition(object: &Value, of_type: &str) -> bool {
        let conditions = list(&object["status"], "conditions");
        let found = conditions.iter().find(|it| it["type"] == of_type);
        found.is_some_and(|it| it["status"] == "True")
    }

    pub(super) struct Pod {
        pub(super) reason: String,
        pub(super) restarts: i64,
    }

    fn is_sidecar(pod: &Value, name: &str) -> bool {
        let containers = list(&pod["spec"], "initContainers");
        let found = containers.iter().rev().find(|it| text(it, "name") == name);
        found.is_some_and(|it| it["restartPolicy"] == "Always")
    }

    fn end(terminated: &Value) -> String {
        match (text(terminated, "reason"), int(terminated, "signal")) {
            ("", 0) => format!("ExitCode:{}", int(terminated, "exitCode")),
            ("", signal) => format!("Signal:{signal}"),
            (reason, _) => reason.to_owned(),
        }
    }

    fn restart_count(container: &Value) -> i64 {
        container["restartCount"].as_i64().filter(|n| i32::try_from(*n).is_ok()).unwrap_or(0)
    }

    pub(super) fn pod(pod: &Value) -> Pod {
        let status = &pod["status"];
        let mut reason = text(status, "phase").to_owned();
        if !text(status, "reason").is_empty() {
            reason = text(status, "reason").to_owned();
        }
        for condition in list(status, "conditions") {
            if condition["type"] == "PodScheduled" && condition["reason"] == "SchedulingGated" {
                reason = "SchedulingGated".to_owned();
            }
        }
        let (mut restarts, mut of_sidecars, mut initializing) = (0, 0, false);
        for (number, container) in list(status, "initContainerStatuses").iter().enumerate() {
            let sidecar = is_sidecar(pod, text(container, "name"));
            restarts += restart_count(container);
            if sidecar {
                of_sidecars += restart_count(container);
            }
            let (terminated, waiting) = (&container["state"]["terminated"], &container["state"]["waiting"]);
            if terminated.is_object() && int(terminated, "exitCode") == 0 {
                continue;
            }
            if sidecar && container["started"] == true {
                continue;
            }
            initializing = true;
            reason = if terminated.is_object() {
                format!("Init:{}", end(terminated))
            } else if !["", "PodInitializing"].contains(&text(waiting, "reason")) {
                format!("Init:{}", text(waiting, "reason"))
            } else {
                format!("Init:{number}/{}", list(&pod["spec"], "initContainers").len())
            };
            break;
        }
        if !initializing || has_condition(pod, "Initialized") {
            restarts = of_sidecars;
            let mut running = false;
            for container in list(status, "containerStatuses").iter().rev() {
                restarts += restart_count(container);
                let state = &container["state"];
                if !text(&state["waiting"], "reason").is_empty() {
                    reason = text(&state["waiting"], "reason").to_owned();
                } else if state["terminated"].is_object() {
                    reason = end(&state["terminated"]);
                } else if container["ready"] == true && state["running"].is_object() {
                    running = true;
                }
            }
            if reason == "Completed" && running {
                let mut conditions = list(status, "conditions").iter();
                let ready = conditions.any(|it| it["type"] == "Ready" && it["status"] == "True");
                reason = if ready { "Running" } else { "NotReady" }.to_owned();
            }
        }
        if !text(&pod["metadata"], "deletionTimestamp").is_empty() {
            if status["reason"] == "NodeLost" {
                reason = "Unknown".to_owned();
            } else if !["Succeeded", "Failed"].contains(&text(status, "phase")) {
                reason = "Terminating".to_owned();
            }
        }
        Pod { reason, restarts }
    }

    pub(super) fn node(node: &Value) -> String {
        let ready = list(&node["status"], "conditions").iter().rev().find(|it| it["type"] == "Ready");
        let ready = ready.map_or("Unknown", |it| if it["status"] == "True" { "Ready" } else { "NotReady" });
        let cordoned = if node["spec"]["unschedulable"] == true { ",SchedulingDisabled" } else { "" };
        format!("{ready}{cordoned}")
    }
}

proptest! {
    #[test]
    fn columns_of_strange_objects_read_what_they_say(nth in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let (value, _) = strange(nth.get(objects()), seed);
        check_reads_of_columns(&value);
    }

    #[test]
    fn strange_objects_are_read_as_plainly_written_down(nth in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let base = nth.get(objects());
        let (value, json) = strange(base, seed);
        let whole = ObjectJson::whole(&json);
        let reads = Reads::of([status::READS, restarts::READS, ready::READS]);
        let part = ObjectJson::reading(&json, &reads);
        prop_assert_eq!(status::of(&whole), status::of(&part), "{}", &json);
        prop_assert_eq!(restarts::of(&whole), restarts::of(&part), "{}", &json);
        prop_assert_eq!(ready::of(&whole), ready::of(&part), "{}", &json);
        let (status, restarts) = match plain::kind(&value) {
            ("v1", "Pod") => {
                let pod = plain::pod(&value);
                (Some(pod.reason), u64::try_from(pod.restarts).ok())
            }
            ("v1", "Node") => (Some(plain::node(&value)), None),
            _ => return Ok(()),
        };
        prop_assert_eq!(status::of(&whole).map(Cow::into_owned), status.as_deref().map(shown), "{}", &json);
        prop_assert_eq!(restarts::of(&whole), restarts, "{}", &json);
    }
}
