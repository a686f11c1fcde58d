//! The answers of the scheduler's own plugins: `../shared/conformance`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::{dump_of, listed, of_kind};
use crate::kubernetes::object::ObjectJson;
use crate::kubernetes::scheduling::node_affinity::selected_nodes;
use crate::kubernetes::scheduling::node_terms::{PreferredNodes, TermContent};
use crate::kubernetes::scheduling::toleration::{
    Taint, Toleration, TolerationNumbers, first_untolerated, n_disliked,
};
use crate::kubernetes::scheduling::{
    NodeScores, Scheduler, SchedulerPlugin, SchedulingPod, Verdict, wording,
};
use crate::{Dump, ObjectId};

/// How many lines a file of answers has at least.
const MANY: usize = 500;

/// The lines of a file of answers, of which there have to be many; none where the file is not there, which is said.
#[allow(clippy::print_stdout, reason = "a test that cannot run says so")]
fn lines(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance").join(name);
    let Ok(text) = fs::read_to_string(&path) else {
        let is_required = std::env::var_os("SELQ_CONFORMANCE").is_some_and(|value| value == "required");
        assert!(!is_required, "there is no {}", path.display());
        println!("not compared: {} is not there", path.display());
        return Vec::new();
    };
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= MANY, "{name} has {} lines", lines.len());
    lines
}

/// A cluster and the pod that is asked about, which is in a dump of its own.
fn asked(input: &Value) -> (Dump, Dump) {
    let nodes = listed("Node", &input["nodes"]);
    let pods = listed("Pod", &input["pods"]);
    let namespaces = listed("Namespace", &input["namespaces"]);
    (dump_of(nodes.chain(pods).chain(namespaces)), dump_of([of_kind("Pod", &input["pod"])]))
}

/// The answer in the form of `schedule.jsonl`.
fn answered(dump: &Dump, verdict: &Verdict<'_>) -> Value {
    let scores = verdict.scores().unwrap_or_default();
    let mut scores = scores.iter();
    let mut node = |id: ObjectId| {
        let reasons = verdict.reasons(id).into_iter().map(|it| json!([it.plugin.as_str(), it.reason]));
        let reasons: Vec<Value> = reasons.collect();
        let fits = verdict.fits(id);
        // Scores are of the nodes that fit alone.
        let scores: Option<&NodeScores> = if fits { scores.next() } else { None };
        let scores = scores.map(|it| {
            json!({
                "NodeAffinity": it.node_affinity,
                "TaintToleration": it.taint_toleration,
                "InterPodAffinity": it.inter_pod_affinity,
                "PodTopologySpread": it.pod_topology_spread,
                "total": 2 * it.node_affinity + 3 * it.taint_toleration + 2 * it.inter_pod_affinity
                    + 2 * it.pod_topology_spread,
            })
        });
        json!({"name": dump.store().get(id).unwrap().name(), "fits": fits, "reasons": reasons, "scores": scores})
    };
    let nodes: Vec<Value> = verdict.nodes().map(&mut node).collect();
    json!({"nodes": nodes, "message_1_35": verdict.message(), "error": verdict.error()})
}

#[test]
fn clusters_are_answered_as_the_scheduler_answers_them() {
    for (nth, line) in lines("schedule.jsonl").iter().enumerate() {
        let (dump, manifest) = asked(&line["input"]);
        let pod = SchedulingPod::of(&manifest, ObjectId(0)).unwrap();
        let scheduler = Scheduler::new(&dump);
        let answer = answered(&dump, &scheduler.judge(&pod));
        for part in ["nodes", "message_1_35", "error"] {
            assert_eq!(answer[part], line[part], "line {}: {part}\n{}", nth + 1, line["input"]);
        }
    }
}

#[test]
fn pod_affinity_is_answered_as_kubernetes_answers_it() {
    for (nth, line) in lines("pod_affinity.jsonl").iter().enumerate() {
        let (dump, manifest) = asked(line);
        let pod = SchedulingPod::of(&manifest, ObjectId(0)).unwrap();
        let scheduler = Scheduler::new(&dump);
        let verdict = scheduler.judge(&pod);
        if let Some(error) = line["error"].as_str() {
            assert!(verdict.message().unwrap().contains(error), "line {}: {error}", nth + 1);
            continue;
        }
        for node in line["result"].as_array().unwrap() {
            let id = dump
                .store()
                .objects()
                .find(|it| it.kind() == "Node" && it.name() == node["node"])
                .unwrap()
                .id();
            // Of the three parts the scheduler tells the first that fails.
            let expected = match ["affinity", "anti_affinity", "existing_anti_affinity"]
                .map(|part| node[part] == true)
            {
                [false, ..] => Some("node(s) didn't match pod affinity rules"),
                [_, false, _] => Some("node(s) didn't match pod anti-affinity rules"),
                [.., false] => Some("node(s) didn't satisfy existing pods anti-affinity rules"),
                _ => None,
            };
            let reasons = verdict.reasons(id);
            let told = reasons.iter().find(|it| it.plugin == SchedulerPlugin::InterPodAffinity);
            assert_eq!(told.map(|it| it.reason.as_str()), expected, "line {}: {node}\n{line}", nth + 1);
        }
    }
}

#[test]
fn node_affinity_is_answered_as_kubernetes_answers_it() {
    for (nth, line) in lines("node_affinity.jsonl").iter().enumerate() {
        let dump = dump_of([of_kind("Node", &line["node"])]);
        let scheduler = Scheduler::new(&dump);
        if let Some(preferred) = line.get("preferred") {
            let preferred = preferred.to_string();
            let expected = line["error"].as_str().map_or_else(|| Ok(line["score"].as_i64().unwrap()), Err);
            let terms = PreferredNodes::all(ObjectJson::whole(&preferred).json());
            let node = dump.store().get(ObjectId(0)).unwrap();
            let score = terms.map(|terms| {
                let holds = |it: &&PreferredNodes| it.test.holds(node.name(), |key| node.label(key));
                terms.iter().filter(holds).map(|it| it.weight).sum::<i64>()
            });
            assert_eq!(score.as_ref().copied().map_err(String::as_str), expected, "line {}: {line}", nth + 1);
            continue;
        }
        let manifest = dump_of([of_kind("Pod", &line["pod"])]);
        let pod = SchedulingPod::of(&manifest, ObjectId(0)).unwrap();
        let verdict = scheduler.judge(&pod);
        // The names that the plugin looks at before all nodes are no part of what is asked here.
        let fits = selected_nodes(verdict.case()).contains(0);
        assert_eq!(fits, line["match"] == true, "line {}: {line}", nth + 1);
        if let Some(error) = line["error"].as_str() {
            let terms = pod.rules.required_nodes.as_ref().unwrap().terms.iter();
            let problems = terms.filter_map(|term| match &term.content {
                TermContent::Unreadable(problems) => Some(problems.clone()),
                _ => None,
            });
            let problem = wording::aggregate(problems.flatten().collect());
            assert_eq!(problem, error, "line {}: {line}", nth + 1);
        }
    }
}

#[test]
fn taints_are_tolerated_as_kubernetes_tolerates_them() {
    for (nth, line) in lines("tolerations.jsonl").iter().enumerate() {
        let numbers = if line["comparison"] == true { TolerationNumbers::On } else { TolerationNumbers::Off };
        let (taints, tolerations) = (line["taints"].to_string(), line["tolerations"].to_string());
        let taints = Taint::all(ObjectJson::whole(&taints).json());
        let tolerations = Toleration::all(ObjectJson::whole(&tolerations).json());
        let tolerates: Vec<Vec<bool>> = tolerations
            .iter()
            .map(|it| taints.iter().map(|taint| it.tolerates(taint, numbers)).collect())
            .collect();
        assert_eq!(json!(tolerates), line["tolerates"], "line {}: {line}", nth + 1);
        let first = first_untolerated(&taints, &tolerations, numbers);
        let same = |taint: &Taint, json: &Value| {
            let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
            (&*taint.key, &*taint.value, &*taint.effect) == (&*text("key"), &*text("value"), &*text("effect"))
        };
        let expected = &line["untolerated"];
        assert!(first.map_or(expected.is_null(), |it| same(it, expected)), "line {}: {line}", nth + 1);
        // The first disliked taint is told there, and how many there are is asked here.
        let n = n_disliked(&taints, &[], numbers);
        let of_effect = taints.iter().filter(|it| &*it.effect == "PreferNoSchedule").count();
        assert_eq!(n, of_effect);
        let none = line["untolerated_prefer"].is_null();
        let counts: Vec<Toleration> =
            tolerations.into_iter().filter(|it| matches!(&*it.effect, "" | "PreferNoSchedule")).collect();
        assert_eq!(n_disliked(&taints, &counts, numbers) == 0, none, "line {}: {line}", nth + 1);
    }
}
