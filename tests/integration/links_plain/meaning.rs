//! What relations mean, written down plainly: loops over JSON, and nothing of the engine.

use serde_json::Value;

/// Which objects stand to which, by their positions.
pub(crate) type Pairs = Vec<(usize, usize)>;

pub(crate) fn text<'v>(value: &'v Value, path: &[&str]) -> &'v str {
    path.iter().fold(value, |value, name| &value[*name]).as_str().unwrap_or("")
}

pub(crate) fn kind(object: &Value) -> &str {
    text(object, &["kind"])
}

pub(crate) fn name(object: &Value) -> &str {
    text(object, &["metadata", "name"])
}

pub(crate) fn namespace(object: &Value) -> &str {
    text(object, &["metadata", "namespace"])
}

pub(crate) fn label<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    object["metadata"]["labels"][key].as_str()
}

/// Whether the map holds for the object, which an empty one does.
fn holds_map(map: &Value, object: &Value) -> bool {
    map.as_object().is_none_or(|map| map.iter().all(|(key, value)| label(object, key) == value.as_str()))
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn holds_expression(expression: &Value, object: &Value) -> bool {
    let value = label(object, text(expression, &["key"]));
    let is_listed = value.is_some_and(|value| list(&expression["values"]).iter().any(|it| it == value));
    let bound = || list(&expression["values"])[0].as_str().unwrap().parse::<i64>().unwrap();
    let number = value.and_then(|value| value.parse::<i64>().ok());
    match text(expression, &["operator"]) {
        "In" => is_listed,
        "NotIn" => !is_listed,
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => number.is_some_and(|number| number > bound()),
        "Lt" => number.is_some_and(|number| number < bound()),
        other => panic!("no operator {other}"),
    }
}

pub(crate) fn is_empty(selector: &Value) -> bool {
    let map = &selector["matchLabels"];
    map.as_object().is_none_or(|map| map.is_empty()) && list(&selector["matchExpressions"]).is_empty()
}

/// A LabelSelector that is there.
pub(crate) fn holds(selector: &Value, object: &Value) -> bool {
    holds_map(&selector["matchLabels"], object)
        && list(&selector["matchExpressions"]).iter().all(|it| holds_expression(it, object))
}

pub(crate) fn holds_terms(terms: &Value, node: &Value) -> bool {
    list(terms).iter().any(|term| {
        let expressions = list(&term["matchExpressions"]);
        let fields = list(&term["matchFields"]);
        let is_field = |field: &Value| {
            let is_it = list(&field["values"])[0] == name(node);
            is_it == (text(field, &["operator"]) == "In")
        };
        !(expressions.is_empty() && fields.is_empty())
            && expressions.iter().all(|it| holds_expression(it, node))
            && fields.iter().all(is_field)
    })
}

/// All pairs of which `is` says so.
fn all_pairs(objects: &[Value], is: impl Fn(&Value, &Value) -> bool) -> Pairs {
    let mut pairs = Vec::new();
    for (from, one) in objects.iter().enumerate() {
        for (to, other) in objects.iter().enumerate() {
            if is(one, other) {
                pairs.push((from, to));
            }
        }
    }
    pairs
}

pub(crate) fn pairs(relation: &str, objects: &[Value]) -> Pairs {
    match relation {
        "selects" => all_pairs(objects, selects),
        "mentions" => all_pairs(objects, |one, other| mentions(one, other, objects)),
        "owns" => owns(objects),
        "runs" => all_pairs(objects, |node, pod| {
            kind(node) == "Node" && kind(pod) == "Pod" && text(pod, &["spec", "nodeName"]) == name(node)
        }),
        "uses" => all_pairs(objects, uses),
        "holds" => all_pairs(objects, |one, other| kind(one) == "Namespace" && namespace(other) == name(one)),
        "about" => all_pairs(objects, about),
        other => panic!("no relation {other}"),
    }
}

fn selects(one: &Value, pod: &Value) -> bool {
    if kind(pod) != "Pod" || namespace(one) != namespace(pod) {
        return false;
    }
    let spec = &one["spec"];
    let selector = &spec["selector"];
    match (kind(one), text(one, &["apiVersion"])) {
        ("Service", _) => {
            let map = selector.as_object();
            spec["type"] != "ExternalName"
                && map.is_some_and(|map| !map.is_empty())
                && holds_map(selector, pod)
        }
        ("Deployment" | "ReplicaSet", _) | ("PodDisruptionBudget", "policy/v1beta1") => {
            !selector.is_null() && !is_empty(selector) && holds(selector, pod)
        }
        ("PodDisruptionBudget", _) => !selector.is_null() && holds(selector, pod),
        // An absent one is that of everything.
        ("NetworkPolicy", _) => holds(&spec["podSelector"], pod),
        _ => false,
    }
}

pub(crate) fn pod_spec(object: &Value) -> Option<&Value> {
    match kind(object) {
        "Pod" => Some(&object["spec"]),
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => {
            Some(&object["spec"]["template"]["spec"])
        }
        _ => None,
    }
}

/// Whether a namespace is one whose labels a selector selects; that of everything selects also what is not there.
pub(crate) fn is_in(selector: &Value, wanted: &str, objects: &[Value]) -> bool {
    let is_it = |it: &&Value| kind(it) == "Namespace" && name(it) == wanted;
    is_empty(selector) || objects.iter().filter(is_it).any(|it| holds(selector, it))
}

fn mentions(one: &Value, other: &Value, objects: &[Value]) -> bool {
    match (kind(one), kind(other)) {
        ("NetworkPolicy", "Pod") => {
            let rules = list(&one["spec"]["ingress"]).iter().flat_map(|rule| list(&rule["from"]));
            let rules = rules.chain(list(&one["spec"]["egress"]).iter().flat_map(|rule| list(&rule["to"])));
            rules.into_iter().any(|peer| is_peer(peer, one, other, objects))
        }
        (_, "Node") => pod_spec(one).is_some_and(|spec| wants_node(spec, other)),
        (_, "Pod") => pod_spec(one).is_some_and(|spec| is_near(spec, one, other, objects)),
        _ => false,
    }
}

fn is_peer(peer: &Value, policy: &Value, pod: &Value, objects: &[Value]) -> bool {
    let (pods, namespaces) = (&peer["podSelector"], &peer["namespaceSelector"]);
    if pods.is_null() && namespaces.is_null() {
        return false;
    }
    let is_there = match namespaces.is_null() {
        true => namespace(pod) == namespace(policy),
        false => is_in(namespaces, namespace(pod), objects),
    };
    is_there && (pods.is_null() || holds(pods, pod))
}

fn wants_node(spec: &Value, node: &Value) -> bool {
    let map = &spec["nodeSelector"];
    let by_map = map.as_object().is_some_and(|map| !map.is_empty()) && holds_map(map, node);
    let required = &spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    by_map || holds_terms(&required["nodeSelectorTerms"], node)
}

fn is_near(spec: &Value, one: &Value, pod: &Value, objects: &[Value]) -> bool {
    let is_own = namespace(one) == namespace(pod);
    let spread = list(&spec["topologySpreadConstraints"]).iter().any(|constraint| {
        let selector = &constraint["labelSelector"];
        is_own && !selector.is_null() && !is_empty(selector) && holds(selector, pod)
    });
    let affinity = ["podAffinity", "podAntiAffinity"].iter().any(|which| {
        let terms = &spec["affinity"][which]["requiredDuringSchedulingIgnoredDuringExecution"];
        list(terms).iter().any(|term| {
            let named = list(&term["namespaces"]);
            let by_labels = &term["namespaceSelector"];
            let is_there = match (named.is_empty(), by_labels.is_null()) {
                (true, true) => is_own,
                _ => {
                    named.iter().any(|it| it == namespace(pod))
                        || !by_labels.is_null() && is_in(by_labels, namespace(pod), objects)
                }
            };
            is_there && !term["labelSelector"].is_null() && holds(&term["labelSelector"], pod)
        })
    });
    spread || affinity
}

/// Over any number of steps.
pub(crate) fn owns(objects: &[Value]) -> Pairs {
    let step = |owner: &Value, owned: &Value| {
        let uids = list(&owned["metadata"]["ownerReferences"]).iter().map(|it| &it["uid"]);
        uids.into_iter().any(|uid| *uid == owner["metadata"]["uid"])
    };
    let steps = owns_one_step(objects, step);
    let mut pairs = Vec::new();
    for start in 0..objects.len() {
        let (mut found, mut next) = (vec![false; objects.len()], vec![start]);
        while let Some(at) = next.pop() {
            for &(_, to) in steps.iter().filter(|(from, _)| *from == at) {
                if !found[to] {
                    found[to] = true;
                    next.push(to);
                }
            }
        }
        pairs.extend((0..objects.len()).filter(|&to| found[to]).map(|to| (start, to)));
    }
    pairs
}

fn owns_one_step(objects: &[Value], step: impl Fn(&Value, &Value) -> bool) -> Pairs {
    all_pairs(objects, step)
}

fn uses(one: &Value, other: &Value) -> bool {
    if namespace(one) != namespace(other) {
        return false;
    }
    if kind(one) == "HorizontalPodAutoscaler" {
        let target = &one["spec"]["scaleTargetRef"];
        return target["kind"] == kind(other) && target["name"] == name(other);
    }
    let Some(spec) = pod_spec(one) else { return false };
    let containers =
        ["containers", "initContainers", "ephemeralContainers"].iter().flat_map(|it| list(&spec[it]));
    let maps = containers.flat_map(|it| list(&it["envFrom"])).map(|it| &it["configMapRef"]["name"]);
    let secrets = list(&spec["volumes"]).iter().map(|it| &it["secret"]["secretName"]);
    match kind(other) {
        "ConfigMap" => maps.into_iter().any(|it| it == name(other)),
        "Secret" => secrets.into_iter().any(|it| it == name(other)),
        _ => false,
    }
}

fn about(event: &Value, other: &Value) -> bool {
    let involved = &event["involvedObject"];
    let is_same_uid = involved["uid"].is_null() || involved["uid"] == other["metadata"]["uid"];
    kind(event) == "Event"
        && involved["kind"] == kind(other)
        && involved["name"] == name(other)
        && text(involved, &["namespace"]) == namespace(other)
        && is_same_uid
}

/// `Kind/name` of the topmost controller.
pub(crate) fn workload(at: usize, objects: &[Value]) -> Option<String> {
    let controller = |object: &Value| {
        list(&object["metadata"]["ownerReferences"]).iter().find(|it| it["controller"] == true).cloned()
    };
    let (mut at, mut top) = (at, controller(&objects[at])?);
    for _ in 0..64 {
        let Some(next) = objects.iter().position(|it| it["metadata"]["uid"] == top["uid"]) else {
            let hash = label(&objects[at], "pod-template-hash").map(|hash| format!("-{hash}"));
            let deployment =
                hash.and_then(|hash| Some(text(&top, &["name"]).strip_suffix(&hash)?.to_owned()));
            return Some(match deployment.filter(|it| top["kind"] == "ReplicaSet" && !it.is_empty()) {
                Some(deployment) => format!("Deployment/{deployment}"),
                None => format!("{}/{}", text(&top, &["kind"]), text(&top, &["name"])),
            });
        };
        let Some(above) = controller(&objects[next]) else { break };
        (at, top) = (next, above);
    }
    Some(format!("{}/{}", text(&top, &["kind"]), text(&top, &["name"])))
}
