//! The columns of `kubectl get` written down plainly over parsed values, to compare with: all but selectors and amounts, which
//! have plain readings of their own elsewhere.

use proptest::prelude::*;
use selq::kubernetes::columns;
use selq::kubernetes::{Age, ObjectJson, Time};
use serde_json::Value;

use crate::objects::{objects, strange};

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn int(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

fn or<'t>(text: &'t str, absent: &'t str) -> &'t str {
    if text.is_empty() { absent } else { text }
}

/// A text that is there, or what stands for one that is not.
fn there<'v>(value: &'v Value, pointer: &str, absent: &'v str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or(absent)
}

fn since(value: &Value, pointer: &str, now: Time, absent: &str) -> String {
    let time: Option<Time> = text(value, pointer).parse().ok();
    time.map_or_else(|| absent.to_owned(), |time| Age::between(time, now).human())
}

fn n_keys(value: &Value, pointer: &str) -> usize {
    value.pointer(pointer).and_then(Value::as_object).map_or(0, serde_json::Map::len)
}

fn joined(values: &[Value], name: &str) -> String {
    values.iter().map(|it| it[name].as_str().unwrap_or("")).collect::<Vec<_>>().join(",")
}

fn labels(value: &Value, pointer: &str) -> String {
    let members = value.pointer(pointer).and_then(Value::as_object);
    let mut pairs: Vec<String> = members
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")))
        .collect();
    pairs.sort();
    if pairs.is_empty() { "<none>".to_owned() } else { pairs.join(",") }
}

fn balancer(value: &Value) -> Vec<String> {
    let addresses = list(value, "/status/loadBalancer/ingress").iter();
    let mut addresses: Vec<String> = addresses
        .map(|it| or(text(it, "/ip"), text(it, "/hostname")).to_owned())
        .filter(|it| !it.is_empty())
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

/// How many containers of a pod are ready, of how many.
fn ready(pod: &Value) -> String {
    let is_sidecar = |name: &Value| {
        let name = name.as_str().unwrap_or("");
        let containers = list(pod, "/spec/initContainers").iter().rev();
        let mut named = containers.filter(|it| it["name"].as_str().unwrap_or("") == name);
        named.next().is_some_and(|it| it["restartPolicy"] == "Always")
    };
    let sidecars = list(pod, "/spec/initContainers").iter().filter(|it| it["restartPolicy"] == "Always");
    let (n_all, mut n_ready) = (list(pod, "/spec/containers").len() + sidecars.count(), 0);
    let mut is_initializing = false;
    for status in list(pod, "/status/initContainerStatuses") {
        if status["state"]["terminated"].is_object() && int(status, "/state/terminated/exitCode") == 0 {
            continue;
        }
        if is_sidecar(&status["name"]) && status["started"] == true {
            n_ready += usize::from(status["ready"] == true);
            continue;
        }
        is_initializing = true;
        break;
    }
    let mut conditions = list(pod, "/status/conditions").iter();
    let initialized = conditions.find(|it| it["type"] == "Initialized");
    if !is_initializing || initialized.is_some_and(|it| it["status"] == "True") {
        for status in list(pod, "/status/containerStatuses") {
            let is_waiting = !text(status, "/state/waiting/reason").is_empty();
            let is_over = status["state"]["terminated"].is_object();
            let runs = status["ready"] == true && status["state"]["running"].is_object();
            n_ready += usize::from(!is_waiting && !is_over && runs);
        }
    }
    format!("{n_ready}/{n_all}")
}

fn gates(pod: &Value) -> String {
    let gates = list(pod, "/spec/readinessGates");
    let is_open = |gate: &&Value| {
        let of_type = gate["conditionType"].as_str().unwrap_or("");
        let first = list(pod, "/status/conditions").iter().find(|it| it["type"] == of_type);
        first.is_some_and(|it| it["status"] == "True")
    };
    if gates.is_empty() {
        return "<none>".to_owned();
    }
    format!("{}/{}", gates.iter().filter(is_open).count(), gates.len())
}

fn roles(node: &Value) -> String {
    let members = node.pointer("/metadata/labels").and_then(Value::as_object);
    let mut roles: Vec<String> = Vec::new();
    for (key, value) in members.into_iter().flatten() {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => roles.push(role.to_owned()),
            None if key == "kubernetes.io/role" => roles.push(value.as_str().unwrap_or("").to_owned()),
            None => {}
        }
    }
    roles.retain(|role| !role.is_empty());
    roles.sort();
    roles.dedup();
    or(&roles.join(","), "<none>").to_owned()
}

fn address(node: &Value, of_type: &str) -> String {
    let address = list(node, "/status/addresses").iter().find(|it| it["type"] == of_type);
    address.map_or("<none>", |it| it["address"].as_str().unwrap_or("")).to_owned()
}

fn ports(service: &Value) -> String {
    let port = |it: &Value| match int(it, "/nodePort") {
        node if node > 0 => format!("{}:{node}/{}", int(it, "/port"), text(it, "/protocol")),
        _ => format!("{}/{}", int(it, "/port"), text(it, "/protocol")),
    };
    or(&list(service, "/spec/ports").iter().map(port).collect::<Vec<_>>().join(","), "<none>").to_owned()
}

fn external(service: &Value) -> String {
    let own: Vec<String> =
        list(service, "/spec/externalIPs").iter().map(|it| it.as_str().unwrap_or("").to_owned()).collect();
    match text(service, "/spec/type") {
        "ClusterIP" | "NodePort" => or(&own.join(","), "<none>").to_owned(),
        "LoadBalancer" => {
            let all = [balancer(service), own].concat();
            if all.is_empty() { "<pending>".to_owned() } else { all.join(",") }
        }
        "ExternalName" => text(service, "/spec/externalName").to_owned(),
        _ => "<unknown>".to_owned(),
    }
}

fn hosts(ingress: &Value) -> String {
    let rules = list(ingress, "/spec/rules");
    let (mut hosts, mut has_more) = (Vec::new(), false);
    for rule in rules {
        if hosts.len() == 3 {
            has_more = true;
        } else if !text(rule, "/host").is_empty() {
            hosts.push(text(rule, "/host"));
        }
    }
    match hosts.join(",") {
        hosts if hosts.is_empty() => "*".to_owned(),
        hosts if has_more => format!("{hosts} + {} more...", rules.len() - 3),
        hosts => hosts,
    }
}

fn endpoints(object: &Value) -> String {
    let subsets = list(object, "/subsets");
    let (mut shown, mut n) = (Vec::new(), 0);
    for subset in subsets {
        let addresses = list(subset, "/addresses");
        let ports: Vec<Option<i64>> = match list(subset, "/ports") {
            [] => vec![None],
            ports => ports.iter().map(|it| Some(int(it, "/port"))).collect(),
        };
        for port in ports {
            for it in addresses {
                n += 1;
                let ip = text(it, "/ip");
                shown.push(match port {
                    None => ip.to_owned(),
                    Some(port) if ip.contains(':') => format!("[{ip}]:{port}"),
                    Some(port) => format!("{ip}:{port}"),
                });
            }
        }
    }
    shown.truncate(3);
    match subsets {
        [] => "<none>".to_owned(),
        _ if n > 3 => format!("{} + {} more...", shown.join(","), n - 3),
        _ => shown.join(","),
    }
}

fn modes(value: &Value, pointer: &str) -> String {
    let has = |mode: &str| list(value, pointer).iter().any(|it| it == mode);
    let known = [
        ("ReadWriteOnce", "RWO"),
        ("ReadOnlyMany", "ROX"),
        ("ReadWriteMany", "RWX"),
        ("ReadWriteOncePod", "RWOP"),
    ];
    known.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short).collect::<Vec<_>>().join(",")
}

fn bound(value: &Value, pointer: &str) -> String {
    match value.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) if number.is_i64() => number.to_string(),
        _ => "N/A".to_owned(),
    }
}

fn completions(job: &Value) -> String {
    let succeeded = int(job, "/status/succeeded");
    match job.pointer("/spec/completions").and_then(Value::as_i64) {
        Some(completions) => format!("{succeeded}/{completions}"),
        None if int(job, "/spec/parallelism") > 1 => {
            format!("{succeeded}/1 of {}", int(job, "/spec/parallelism"))
        }
        None => format!("{succeeded}/1"),
    }
}

/// The cell of a column, where there is a plain reading of it.
fn plain(object: &Value, column: &str, now: Time) -> Option<String> {
    let number = |pointer: &str| int(object, pointer).to_string();
    let status = |name: &str| number(&format!("/status/{name}"));
    let containers = match text(object, "/kind") {
        "CronJob" => "/spec/jobTemplate/spec/template/spec/containers",
        _ => "/spec/template/spec/containers",
    };
    Some(match (text(object, "/kind"), column) {
        ("StorageClass", "Name") => {
            let annotations = object.pointer("/metadata/annotations");
            let says = |key: &str| annotations.is_some_and(|it| it[key] == "true");
            let is_default = says("storageclass.kubernetes.io/is-default-class")
                || says("storageclass.beta.kubernetes.io/is-default-class");
            format!("{}{}", text(object, "/metadata/name"), if is_default { " (default)" } else { "" })
        }
        (_, "Name") => text(object, "/metadata/name").to_owned(),
        (_, "Age") => since(object, "/metadata/creationTimestamp", now, "<unknown>"),
        (_, "Containers") => joined(list(object, containers), "name"),
        (_, "Images") => joined(list(object, containers), "image"),
        ("Pod", "Ready") => ready(object),
        ("Pod", "IP") => {
            let first = list(object, "/status/podIPs").first().map_or("", |it| text(it, "/ip"));
            or(or(text(object, "/status/podIP"), first), "<none>").to_owned()
        }
        ("Pod", "Node") => or(text(object, "/spec/nodeName"), "<none>").to_owned(),
        ("Pod", "Nominated Node") => or(text(object, "/status/nominatedNodeName"), "<none>").to_owned(),
        ("Pod", "Readiness Gates") => gates(object),
        ("Deployment" | "StatefulSet", "Ready") => {
            format!("{}/{}", int(object, "/status/readyReplicas"), int(object, "/spec/replicas"))
        }
        ("Deployment", "Up-to-date") => status("updatedReplicas"),
        ("Deployment", "Available") => status("availableReplicas"),
        ("ReplicaSet", "Desired") => number("/spec/replicas"),
        ("ReplicaSet", "Current") => status("replicas"),
        ("ReplicaSet", "Ready") => status("readyReplicas"),
        ("DaemonSet", "Desired") => status("desiredNumberScheduled"),
        ("DaemonSet", "Current") => status("currentNumberScheduled"),
        ("DaemonSet", "Ready") => status("numberReady"),
        ("DaemonSet", "Up-to-date") => status("updatedNumberScheduled"),
        ("DaemonSet", "Available") => status("numberAvailable"),
        ("DaemonSet", "Node Selector") => labels(object, "/spec/template/spec/nodeSelector"),
        ("Job", "Completions") => completions(object),
        ("CronJob", "Schedule") => text(object, "/spec/schedule").to_owned(),
        ("CronJob", "Timezone") => there(object, "/spec/timeZone", "<none>").to_owned(),
        ("CronJob", "Suspend") => match object.pointer("/spec/suspend").and_then(Value::as_bool) {
            Some(true) => "True".to_owned(),
            Some(false) => "False".to_owned(),
            None => "<unset>".to_owned(),
        },
        ("CronJob", "Active") => list(object, "/status/active").len().to_string(),
        ("CronJob", "Last Schedule") => since(object, "/status/lastScheduleTime", now, "<none>"),
        ("PodDisruptionBudget", "Min Available") => bound(object, "/spec/minAvailable"),
        ("PodDisruptionBudget", "Max Unavailable") => bound(object, "/spec/maxUnavailable"),
        ("PodDisruptionBudget", "Allowed Disruptions") => status("disruptionsAllowed"),
        ("Node", "Roles") => roles(object),
        ("Node", "Version") => text(object, "/status/nodeInfo/kubeletVersion").to_owned(),
        ("Node", "Internal-IP") => address(object, "InternalIP"),
        ("Node", "External-IP") => address(object, "ExternalIP"),
        ("Node", "OS-Image") => or(text(object, "/status/nodeInfo/osImage"), "<unknown>").to_owned(),
        ("ConfigMap", "Data") => (n_keys(object, "/data") + n_keys(object, "/binaryData")).to_string(),
        ("Secret", "Type") => text(object, "/type").to_owned(),
        ("ServiceAccount", "Secrets") => list(object, "/secrets").len().to_string(),
        ("Service", "Type") => text(object, "/spec/type").to_owned(),
        ("Service", "Cluster-IP") => list(object, "/spec/clusterIPs")
            .first()
            .map_or("<none>", |it| it.as_str().unwrap_or(""))
            .to_owned(),
        ("Service", "External-IP") => external(object),
        ("Service", "Port(s)") => ports(object),
        ("Service", "Selector") => labels(object, "/spec/selector"),
        ("Endpoints", "Endpoints") => endpoints(object),
        ("Ingress", "Class") => there(object, "/spec/ingressClassName", "<none>").to_owned(),
        ("Ingress", "Hosts") => hosts(object),
        ("Ingress", "Address") => balancer(object).join(","),
        ("Ingress", "Ports") => {
            if list(object, "/spec/tls").is_empty() { "80" } else { "80, 443" }.to_owned()
        }
        ("PersistentVolume", "Access Modes") => modes(object, "/spec/accessModes"),
        ("PersistentVolume", "Reclaim Policy") => {
            text(object, "/spec/persistentVolumeReclaimPolicy").to_owned()
        }
        ("PersistentVolume", "Claim") => match object.pointer("/spec/claimRef") {
            Some(claim) if claim.is_object() => {
                format!("{}/{}", text(claim, "/namespace"), text(claim, "/name"))
            }
            _ => String::new(),
        },
        ("PersistentVolume", "Reason") => text(object, "/status/reason").to_owned(),
        ("PersistentVolumeClaim", "Volume") => text(object, "/spec/volumeName").to_owned(),
        ("PersistentVolumeClaim", "Access Modes") if text(object, "/spec/volumeName").is_empty() => {
            String::new()
        }
        ("PersistentVolumeClaim", "Access Modes") => modes(object, "/status/accessModes"),
        (_, "VolumeMode") => there(object, "/spec/volumeMode", "<unset>").to_owned(),
        (_, "VolumeAttributesClass") => {
            there(object, "/spec/volumeAttributesClassName", "<unset>").to_owned()
        }
        ("StorageClass", "Provisioner") => text(object, "/provisioner").to_owned(),
        ("StorageClass", "ReclaimPolicy") => there(object, "/reclaimPolicy", "Delete").to_owned(),
        ("StorageClass", "VolumeBindingMode") => there(object, "/volumeBindingMode", "Immediate").to_owned(),
        ("StorageClass", "AllowVolumeExpansion") => (object["allowVolumeExpansion"] == true).to_string(),
        ("HorizontalPodAutoscaler", "Reference") => {
            let target = "/spec/scaleTargetRef";
            format!("{}/{}", text(object, &format!("{target}/kind")), text(object, &format!("{target}/name")))
        }
        ("HorizontalPodAutoscaler", "MaxPods") => number("/spec/maxReplicas"),
        ("HorizontalPodAutoscaler", "Replicas") => status("currentReplicas"),
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn columns_of_strange_objects_are_as_plainly_written_down(nth in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let base = nth.get(objects());
        let (value, json) = strange(base, seed);
        let now: Time = "2026-11-27T00:00:00Z".parse().unwrap();
        let table = columns::of(text(&value, "/apiVersion"), text(&value, "/kind"));
        let object = ObjectJson::whole(&json);
        // A kind that is none any more has the two columns of all.
        let is_known = table.columns().len() > 2;
        for column in table.columns().iter().filter(|_| is_known) {
            if let Some(expected) = plain(&value, column.name(), now) {
                prop_assert_eq!(column.cell(&object, now), expected, "{} of {}", column.name(), &json);
            }
        }
    }
}
