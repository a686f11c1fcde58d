//! The scheduler's own message beside what is found here.

use serde_json::json;

use super::dump_of;
use crate::kubernetes::Scheduler;

/// What is said of a message about a pod in a cluster of three nodes: one tainted, one without the label that the pod asks for, and
/// one that is cordoned too.
fn compared(message: &str) -> (Vec<String>, Vec<String>) {
    let node = |name: &str, spec: serde_json::Value| json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "spec": spec});
    let taints = json!({"taints": [{"key": "gpu", "value": "true", "effect": "NoSchedule"}]});
    let spec = json!({"nodeSelector": {"disk": "ssd"}});
    let pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "x"}, "spec": spec});
    let dump =
        dump_of([node("a", taints), node("b", json!({})), node("c", json!({"unschedulable": true})), pod]);
    let scheduler = Scheduler::new(&dump);
    let pod = scheduler.pod(scheduler.waiting().next().unwrap()).unwrap();
    let comparison = scheduler.judge(&pod).compare(message);
    (comparison.differences, comparison.not_judged)
}

#[test]
fn messages_of_any_version_are_compared_reason_by_reason() {
    let agreeing = [
        "0/3 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        "0/3 nodes are available: 1 node(s) had taint {gpu: true}, that the pod didn't tolerate, 1 node(s) didn't match Pod's node affinity, 1 node(s) were unschedulable.",
        "0/3 nodes are available: 1 node(s) had taints that the pod didn't tolerate, 1 node(s) didn't match node selector, 1 node(s) were unschedulable.",
    ];
    agreeing.iter().for_each(|message| assert_eq!(compared(message), (vec![], vec![]), "{message}"));
    let (differences, _) = compared(
        "0/4 nodes are available: 2 node(s) had untolerated taint {gpu: true}, 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable.",
    );
    assert_eq!(
        differences,
        ["the message is of 4 nodes, and here are 3", "node(s) had untolerated taint(s): 2 there, 1 here"]
    );
    let (differences, not_judged) = compared(
        "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) didn't match pod anti-affinity rules.",
    );
    assert_eq!(not_judged, ["Insufficient cpu"]);
    assert_eq!(
        differences,
        [
            "node(s) didn't match Pod's node affinity/selector: 0 there, 1 here",
            "node(s) were unschedulable: 0 there, 1 here",
            "node(s) didn't match pod anti-affinity rules: 1 there, none here"
        ]
    );
}
