//! Where a pod may run, over plain JSON: node by node and pod by pod, as the scheduler does it. Nothing here is shared with the
//! library.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A cluster as lists of objects.
pub(super) struct PlainCluster {
    pub(super) nodes: Vec<Value>,
    pub(super) pods: Vec<Value>,
    pub(super) namespaces: Vec<Value>,
    /// The place of each pod's node.
    node_of: Vec<Option<usize>>,
}

/// A pod with the place of its node.
type PlacedPod<'c> = (&'c Value, usize);

/// What is against each node, by the names of the rules, in the order of the nodes.
pub(super) type PlainAnswer = Vec<Vec<(&'static str, &'static str)>>;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn label<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    object["metadata"]["labels"].get(key).map(|value| value.as_str().unwrap_or_default())
}

fn is_terminating(pod: &Value) -> bool {
    !text(pod, "/metadata/deletionTimestamp").is_empty()
}

/// Whether a label meets an expression.
fn meets(has: Option<&str>, expression: &Value) -> bool {
    let values: Vec<&str> = list(expression, "/values").iter().filter_map(Value::as_str).collect();
    let number = |text: &str| text.parse::<i64>().ok();
    let compared = |is_met: fn(&i64, &i64) -> bool| {
        has.and_then(number)
            .zip(values.first().and_then(|it| number(it)))
            .is_some_and(|(a, b)| is_met(&a, &b))
    };
    match text(expression, "/operator") {
        "In" => has.is_some_and(|has| values.contains(&has)),
        "NotIn" => !has.is_some_and(|has| values.contains(&has)),
        "Exists" => has.is_some(),
        "DoesNotExist" => has.is_none(),
        "Gt" => compared(i64::gt),
        "Lt" => compared(i64::lt),
        other => panic!("no operator {other}"),
    }
}

/// Whether a LabelSelector selects what has these labels; the null one selects nothing.
fn selects(selector: &Value, of: impl Fn(&str) -> Option<String>) -> bool {
    if selector.is_null() {
        return false;
    }
    let of_labels = selector["matchLabels"].as_object().into_iter().flatten();
    let mut of_labels = of_labels.map(|(key, value)| of(key).as_deref() == value.as_str());
    let mut expressions = list(selector, "/matchExpressions").iter();
    of_labels.all(|met| met) && expressions.all(|it| meets(of(text(it, "/key")).as_deref(), it))
}

fn selects_object(selector: &Value, object: &Value) -> bool {
    selects(selector, |key| label(object, key).map(str::to_owned))
}

fn is_empty(selector: &Value) -> bool {
    let has_labels = selector["matchLabels"].as_object().is_some_and(|labels| !labels.is_empty());
    !selector.is_null() && !has_labels && list(selector, "/matchExpressions").is_empty()
}

fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let same = |name: &str| {
        let own = text(toleration, name);
        own.is_empty() || own == text(taint, name)
    };
    let value = match text(toleration, "/operator") {
        "" | "Equal" => text(toleration, "/value") == text(taint, "/value"),
        "Exists" => true,
        _ => false,
    };
    same("/effect") && same("/key") && value
}

fn is_tolerated(pod: &Value, taint: &Value) -> bool {
    list(pod, "/spec/tolerations").iter().any(|it| tolerates(it, taint))
}

fn has_untolerated_taint(pod: &Value, node: &Value) -> bool {
    let excludes = |taint: &&Value| ["NoSchedule", "NoExecute"].contains(&text(taint, "/effect"));
    list(node, "/spec/taints").iter().filter(excludes).any(|taint| !is_tolerated(pod, taint))
}

fn holds(term: &Value, node: &Value) -> bool {
    let (labels, fields) = (list(term, "/matchExpressions"), list(term, "/matchFields"));
    let name = text(node, "/metadata/name");
    let of_field = |field: &Value| {
        let is_in = text(field, "/operator") == "In";
        (field["values"][0] == name) == is_in
    };
    !(labels.is_empty() && fields.is_empty())
        && labels.iter().all(|it| meets(label(node, text(it, "/key")), it))
        && fields.iter().all(of_field)
}

fn selects_node(pod: &Value, node: &Value) -> bool {
    let mut of_selector = pod["spec"]["nodeSelector"].as_object().into_iter().flatten();
    let required = &pod["spec"]["affinity"]["nodeAffinity"][REQUIRED];
    of_selector.all(|(key, value)| label(node, key) == value.as_str())
        && (required.is_null() || list(required, "/nodeSelectorTerms").iter().any(|term| holds(term, node)))
}

impl PlainCluster {
    pub(super) fn new(nodes: Vec<Value>, pods: Vec<Value>, namespaces: Vec<Value>) -> PlainCluster {
        let node_of = |pod: &Value| {
            let name = text(pod, "/spec/nodeName");
            nodes.iter().position(|node| !name.is_empty() && text(node, "/metadata/name") == name)
        };
        let node_of = pods.iter().map(node_of).collect();
        PlainCluster { nodes, pods, namespaces, node_of }
    }

    /// The pods that count.
    fn placed<'c>(&'c self, asked: &Value) -> Vec<PlacedPod<'c>> {
        let is_it =
            |pod: &Value| ["name", "namespace"].iter().all(|it| pod["metadata"][it] == asked["metadata"][it]);
        let placed = self.pods.iter().zip(&self.node_of).filter_map(|(pod, node)| Some((pod, (*node)?)));
        let others = placed.filter(|(pod, _)| !is_it(pod));
        others.filter(|(pod, _)| !["Succeeded", "Failed"].contains(&text(pod, "/status/phase"))).collect()
    }

    /// The pods that are nominated for a node and count while it is asked whether the pod fits there.
    fn nominated<'c>(&'c self, asked: &Value, node: usize) -> Vec<PlacedPod<'c>> {
        let name = text(&self.nodes[node], "/metadata/name");
        let priority = |pod: &Value| pod["spec"]["priority"].as_i64().unwrap_or(0);
        let is_nominated = |pod: &&Value| {
            text(pod, "/spec/nodeName").is_empty()
                && text(pod, "/status/nominatedNodeName") == name
                && !["Succeeded", "Failed"].contains(&text(pod, "/status/phase"))
                && priority(pod) >= priority(asked)
                && ["name", "namespace"].iter().any(|it| pod["metadata"][it] != asked["metadata"][it])
        };
        self.pods.iter().filter(is_nominated).map(|pod| (pod, node)).collect()
    }

    /// Whether a term of a pod in the namespace `own` is about a pod.
    fn is_about(&self, term: &Value, own: &str, pod: &Value) -> bool {
        let namespace = text(pod, "/metadata/namespace");
        let named = list(term, "/namespaces");
        let selector = &term["namespaceSelector"];
        let object = self.namespaces.iter().find(|it| text(it, "/metadata/name") == namespace);
        let of_object = |key: &str| object.and_then(|it| label(it, key)).map(str::to_owned);
        let is_in_scope = if named.is_empty() && selector.is_null() {
            namespace == own
        } else {
            named.iter().any(|it| it == namespace) || selects(selector, of_object)
        };
        is_in_scope && selects_object(&term["labelSelector"], pod)
    }

    /// Whether one of the asked pod's own terms is about a pod: it finds namespaces by their objects alone.
    fn is_own_about(&self, term: &Value, own: &str, pod: &Value) -> bool {
        let namespace = text(pod, "/metadata/namespace");
        let is_there = self.namespaces.iter().any(|it| text(it, "/metadata/name") == namespace);
        let is_selected_by_nothing = !is_there
            && !is_empty(&term["namespaceSelector"])
            && !list(term, "/namespaces").iter().any(|it| it == namespace)
            && !term["namespaceSelector"].is_null();
        !is_selected_by_nothing && self.is_about(term, own, pod)
    }

    fn spread(
        &self,
        pod: &Value,
        placed: &[PlacedPod<'_>],
        nominated: &[PlacedPod<'_>],
    ) -> Vec<Option<&'static str>> {
        let all = list(pod, "/spec/topologySpreadConstraints").iter();
        let hard: Vec<&Value> = all.filter(|it| it["whenUnsatisfiable"] == "DoNotSchedule").collect();
        let counts: Vec<BTreeMap<&str, i64>> =
            hard.iter().map(|it| self.spread_counts(pod, [placed, nominated], &hard, it)).collect();
        let of_node = |node: &Value| {
            hard.iter().zip(&counts).find_map(|(constraint, counts)| {
                let Some(domain) = label(node, text(constraint, "/topologyKey")) else {
                    return Some(
                        "node(s) didn't match pod topology spread constraints (missing required label)",
                    );
                };
                let is_short = (counts.len() as i64) < constraint["minDomains"].as_i64().unwrap_or(1);
                let least = if is_short { 0 } else { counts.values().copied().min().unwrap_or(0) };
                let own = i64::from(counted(pod, constraint, pod));
                let here = counts.get(domain).copied().unwrap_or(0) + own;
                (here - least > constraint["maxSkew"].as_i64().unwrap())
                    .then_some("node(s) didn't match pod topology spread constraints")
            })
        };
        self.nodes.iter().map(of_node).collect()
    }

    fn spread_counts<'c>(
        &'c self,
        pod: &Value,
        [placed, nominated]: [&[PlacedPod<'_>]; 2],
        hard: &[&Value],
        constraint: &Value,
    ) -> BTreeMap<&'c str, i64> {
        let key = text(constraint, "/topologyKey");
        let is_counted = |node: &Value| {
            let has_keys = hard.iter().all(|it| label(node, text(it, "/topologyKey")).is_some());
            let by_affinity = constraint["nodeAffinityPolicy"] == "Ignore" || selects_node(pod, node);
            let by_taints = constraint["nodeTaintsPolicy"] != "Honor" || !has_untolerated_taint(pod, node);
            has_keys && by_affinity && by_taints
        };
        let is_counted: Vec<bool> = self.nodes.iter().map(is_counted).collect();
        let domain = |node: usize| label(&self.nodes[node], key).filter(|_| is_counted[node]);
        let mut counts: BTreeMap<&str, i64> =
            (0..self.nodes.len()).filter_map(|it| Some((domain(it)?, 0))).collect();
        // The two are added up by different code of the scheduler, only one of which looks at these.
        let counts_all = is_empty(&constraint["labelSelector"]) && own_labels(pod, constraint).is_empty();
        let placed = placed.iter().filter(|(other, _)| !counts_all && !is_terminating(other));
        for (other, node) in placed.chain(nominated) {
            let is_same = other["metadata"]["namespace"] == pod["metadata"]["namespace"];
            if is_same && counted(pod, constraint, other) {
                domain(*node).into_iter().for_each(|domain| *counts.entry(domain).or_default() += 1);
            }
        }
        counts
    }

    fn pods(
        &self,
        pod: &Value,
        placed: &[PlacedPod<'_>],
        nominated: &[PlacedPod<'_>],
    ) -> Vec<Option<&'static str>> {
        let own = text(pod, "/metadata/namespace");
        let affinity = list(&pod["spec"]["affinity"]["podAffinity"], &format!("/{REQUIRED}"));
        let anti = list(&pod["spec"]["affinity"]["podAntiAffinity"], &format!("/{REQUIRED}"));
        let (mut near, mut far, mut refused) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (nth, (other, node)) in placed.iter().chain(nominated).enumerate() {
            // The plugin has nothing to do, and is not asked again when pods are added.
            if nth == placed.len() && affinity.is_empty() && anti.is_empty() && refused.is_empty() {
                break;
            }
            let node = &self.nodes[*node];
            let pair = |term: &Value| {
                let key = text(term, "/topologyKey").to_owned();
                label(node, &key).map(|value| (key.clone(), value.to_owned()))
            };
            if !affinity.is_empty() && affinity.iter().all(|term| self.is_own_about(term, own, other)) {
                near.extend(affinity.iter().filter_map(pair));
            }
            far.extend(anti.iter().filter(|term| self.is_own_about(term, own, other)).filter_map(pair));
            let its = text(other, "/metadata/namespace");
            let standing = list(&other["spec"]["affinity"]["podAntiAffinity"], &format!("/{REQUIRED}"));
            refused.extend(standing.iter().filter(|term| self.is_about(term, its, pod)).filter_map(pair));
        }
        let is_first = near.is_empty() && affinity.iter().all(|term| self.is_own_about(term, own, pod));
        let of_node = |node: &Value| {
            let pair = |term: &Value| {
                let key = text(term, "/topologyKey").to_owned();
                label(node, &key).map(|value| (key.clone(), value.to_owned()))
            };
            let is_near = |term: &Value| pair(term).is_some_and(|pair| is_first || near.contains(&pair));
            let labels = || node["metadata"]["labels"].as_object().into_iter().flatten();
            let mut own_pairs =
                labels().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()));
            match () {
                () if !affinity.iter().all(is_near) => Some("node(s) didn't match pod affinity rules"),
                () if anti.iter().filter_map(pair).any(|pair| far.contains(&pair)) => {
                    Some("node(s) didn't match pod anti-affinity rules")
                }
                () if own_pairs.any(|pair| refused.contains(&pair)) => {
                    Some("node(s) didn't satisfy existing pods anti-affinity rules")
                }
                () => None,
            }
        };
        self.nodes.iter().map(of_node).collect()
    }

    /// What is against each node.
    pub(super) fn judge(&self, pod: &Value) -> PlainAnswer {
        let placed = self.placed(pod);
        let (mut spread, mut pods) = (self.spread(pod, &placed, &[]), self.pods(pod, &placed, &[]));
        for node in 0..self.nodes.len() {
            let nominated = self.nominated(pod, node);
            if !nominated.is_empty() {
                // Both are asked twice, and what the first time says goes before the second.
                spread[node] = self.spread(pod, &placed, &nominated)[node].or(spread[node]);
                pods[node] = self.pods(pod, &placed, &nominated)[node].or(pods[node]);
            }
        }
        let cordon = serde_json::json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
        let nodes = self.nodes.iter().zip(spread.into_iter().zip(pods));
        nodes
            .map(|(node, (spread, pods))| {
                let is_cordoned = node["spec"]["unschedulable"] == true && !is_tolerated(pod, &cordon);
                let wanted = text(pod, "/spec/nodeName");
                let against = [
                    is_cordoned.then_some(("NodeUnschedulable", "node(s) were unschedulable")),
                    (!wanted.is_empty() && wanted != text(node, "/metadata/name"))
                        .then_some(("NodeName", "node(s) didn't match the requested node name")),
                    has_untolerated_taint(pod, node)
                        .then_some(("TaintToleration", "node(s) had untolerated taint(s)")),
                    (!selects_node(pod, node))
                        .then_some(("NodeAffinity", "node(s) didn't match Pod's node affinity/selector")),
                    spread.map(|reason| ("PodTopologySpread", reason)),
                    pods.map(|reason| ("InterPodAffinity", reason)),
                ];
                against.into_iter().flatten().collect()
            })
            .collect()
    }

    /// The raw sums by which InterPodAffinity compares nodes.
    pub(super) fn likings(&self, pod: &Value) -> Vec<i64> {
        let own = text(pod, "/metadata/namespace");
        let mut worth: BTreeMap<(String, String), i64> = BTreeMap::new();
        for (other, node) in self.placed(pod) {
            let its = text(other, "/metadata/namespace");
            let mut add = |term: &Value, weight: i64| {
                let key = text(term, "/topologyKey");
                let value = label(&self.nodes[node], key).map(str::to_owned);
                value.into_iter().for_each(|it| *worth.entry((key.to_owned(), it)).or_default() += weight);
            };
            for (side, sign) in [("podAffinity", 1), ("podAntiAffinity", -1)] {
                for (from, is_own) in [(pod, true), (other, false)] {
                    for weighted in list(&from["spec"]["affinity"][side], &format!("/{PREFERRED}")) {
                        let term = &weighted["podAffinityTerm"];
                        let is_about = match is_own {
                            true => self.is_own_about(term, own, other),
                            false => self.is_about(term, its, pod),
                        };
                        if is_about {
                            add(term, sign * weighted["weight"].as_i64().unwrap());
                        }
                    }
                }
            }
            let required = list(&other["spec"]["affinity"]["podAffinity"], &format!("/{REQUIRED}"));
            required.iter().filter(|term| self.is_about(term, its, pod)).for_each(|term| add(term, 1));
        }
        let of_node = |node: &Value| {
            let has = |(key, value): &(String, String)| label(node, key) == Some(value);
            worth.iter().filter(|(pair, _)| has(pair)).map(|(_, worth)| worth).sum()
        };
        self.nodes.iter().map(of_node).collect()
    }
}

/// The labels of its own that a pod asks for by matchLabelKeys.
fn own_labels<'v>(pod: &'v Value, constraint: &'v Value) -> Vec<(&'v str, &'v str)> {
    let keys = list(constraint, "/matchLabelKeys").iter().filter_map(Value::as_str);
    keys.filter_map(|key| Some((key, label(pod, key)?))).collect()
}

/// Whether a constraint of a pod counts another.
fn counted(pod: &Value, constraint: &Value, other: &Value) -> bool {
    let mut own = own_labels(pod, constraint).into_iter();
    selects_object(&constraint["labelSelector"], other)
        && own.all(|(key, value)| label(other, key) == Some(value))
}
