//! Endpoints of Services: the answers of Kubernetes' controllers, and a plain second reading of random Services and pods.

use std::collections::BTreeMap;

use fastrand::Rng;
use selq::kubernetes::endpoints::{
    EndpointPort, IpFamily, POD_READS, PodNode, SERVICE_READS, ServiceEndpoints,
};
use selq::kubernetes::{ObjectJson, Reads};
use serde_json::{Map, Value, json};

use crate::conformance_selector::lines;

/// A Service and the pods that it selects, read.
struct Cluster<'v> {
    service: &'v Value,
    pods: Vec<&'v Value>,
    nodes: Vec<&'v Value>,
}

/// What is read of the objects, taken apart as a query would.
fn read(object: &Value, reads: &'static [&'static str], with: impl FnOnce(ObjectJson<'_>)) {
    with(ObjectJson::reading(&object.to_string(), &Reads::of([reads])));
}

impl<'v> Cluster<'v> {
    fn of(line: &'v Value) -> Cluster<'v> {
        let service = &line["service"];
        let matched = line["expect"]["matched"].as_array().unwrap();
        let is_matched = |pod: &&Value| {
            let metadata = &pod["metadata"];
            metadata["namespace"] == service["metadata"]["namespace"] && matched.contains(&metadata["name"])
        };
        let list = |name: &str| line[name].as_array().unwrap().iter();
        Cluster { service, pods: list("pods").filter(is_matched).collect(), nodes: list("nodes").collect() }
    }

    fn node_of(&self, pod: &Value) -> PodNode {
        let is_it = |node: &&Value| node["metadata"]["name"] == pod["spec"]["nodeName"];
        if self.nodes.iter().any(is_it) { PodNode::Present } else { PodNode::Missing }
    }

    /// The slices: the endpoints of each family by their ports.
    fn slices(&self) -> BTreeMap<String, Vec<Value>> {
        let mut slices: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        self.each_pod(|service, pod, name, node| {
            let Some(endpoint) = service.endpoint(pod, node) else { return };
            for family in [IpFamily::V4, IpFamily::V6] {
                let addresses = endpoint.addresses.iter().filter(|(it, _)| *it == family);
                let mut addresses: Vec<&str> = addresses.map(|(_, address)| address.as_str()).collect();
                addresses.sort_unstable();
                if !addresses.is_empty() {
                    slices.entry(slice(family.as_str(), ports(&endpoint.ports))).or_default().push(json!({
                        "pod": name, "addresses": addresses, "hostname": endpoint.hostname,
                        "ready": endpoint.is_ready, "serving": endpoint.is_serving,
                        "terminating": endpoint.is_terminating,
                    }));
                }
            }
        });
        sorted(slices)
    }

    /// The addresses of the Endpoints, each with its ports.
    fn legacy(&self) -> BTreeMap<String, Vec<Value>> {
        let mut addresses: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        self.each_pod(|service, pod, name, _| {
            let Some(endpoint) = service.legacy_endpoint(pod) else { return };
            let address = json!([endpoint.is_ready, endpoint.address, name, endpoint.hostname]).to_string();
            addresses.insert(address, ports(&endpoint.ports));
        });
        sorted(addresses)
    }

    fn each_pod(&self, mut each: impl FnMut(&ServiceEndpoints, &ObjectJson<'_>, &Value, PodNode)) {
        read(self.service, SERVICE_READS, |service| {
            let Some(service) = ServiceEndpoints::of(&service) else { return };
            for pod in &self.pods {
                read(pod, POD_READS, |read| {
                    each(&service, &read, &pod["metadata"]["name"], self.node_of(pod));
                });
            }
        });
    }
}

fn ports(ports: &[EndpointPort]) -> Vec<Value> {
    let port = |it: &EndpointPort| {
        let mut port = json!({"name": it.name, "port": it.port, "protocol": it.protocol});
        if let Some(protocol) = &it.app_protocol {
            port["appProtocol"] = json!(protocol);
        }
        port
    };
    ports.iter().map(port).collect()
}

fn slice(family: &str, mut ports: Vec<Value>) -> String {
    ports.sort_by_key(Value::to_string);
    format!("{family} {}", Value::from(ports))
}

fn sorted(mut map: BTreeMap<String, Vec<Value>>) -> BTreeMap<String, Vec<Value>> {
    map.values_mut().for_each(|values| values.sort_by_key(Value::to_string));
    map
}

/// The slices of an answer, without what is the node's.
fn expected_slices(expect: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut slices: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for it in expect["slices"].as_array().unwrap() {
        let key = slice(it["addressType"].as_str().unwrap(), it["ports"].as_array().unwrap().clone());
        let endpoints = it["endpoints"].as_array().unwrap().iter().map(|endpoint| {
            let mut endpoint = endpoint.as_object().unwrap().clone();
            endpoint.retain(|name, _| name != "nodeName" && name != "zone");
            Value::from(endpoint)
        });
        slices.entry(key).or_default().extend(endpoints);
    }
    sorted(slices)
}

fn expected_legacy(expect: &Value) -> BTreeMap<String, Vec<Value>> {
    let mut addresses: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for subset in expect["legacy_1_28_7"]["subsets"].as_array().unwrap() {
        for (list, is_ready) in [("addresses", true), ("notReadyAddresses", false)] {
            for it in subset[list].as_array().unwrap() {
                let address = json!([is_ready, it["ip"], it["pod"], it["hostname"]]).to_string();
                addresses
                    .entry(address)
                    .or_default()
                    .extend(subset["ports"].as_array().unwrap().iter().cloned());
            }
        }
    }
    sorted(addresses)
}

#[test]
fn endpoints_are_those_of_the_controllers() {
    for line in lines("endpoints.jsonl").unwrap_or_default() {
        let cluster = Cluster::of(&line);
        assert_eq!(cluster.slices(), expected_slices(&line["expect"]), "{line}");
        assert_eq!(cluster.legacy(), expected_legacy(&line["expect"]), "{line}");
    }
}

/// The same rules once more, over parsed values.
mod plain {
    use serde_json::{Value, json};

    fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
        value[name].as_array().map_or(&[], Vec::as_slice)
    }

    fn is_six(address: &str) -> bool {
        address.contains(':')
    }

    fn families(service: &Value) -> Vec<&str> {
        let spec = &service["spec"];
        let named: Vec<&str> = list(spec, "ipFamilies").iter().filter_map(Value::as_str).collect();
        match (named.is_empty(), spec["clusterIP"].as_str()) {
            (false, _) => named,
            (true, None | Some("" | "None")) => vec!["IPv4", "IPv6"],
            (true, Some(address)) if is_six(address) => vec!["IPv6"],
            (true, Some(_)) => vec!["IPv4"],
        }
    }

    fn port(service_port: &Value, pod: &Value) -> Option<Value> {
        let protocol = service_port["protocol"].as_str().unwrap_or("TCP");
        let number = match &service_port["targetPort"] {
            Value::String(name) => {
                let mut all: Vec<&Value> = list(&pod["spec"], "containers").iter().collect();
                all.extend(
                    list(&pod["spec"], "initContainers").iter().filter(|it| it["restartPolicy"] == "Always"),
                );
                let mut ports = all.into_iter().flat_map(|container| list(container, "ports"));
                let found = ports
                    .find(|it| it["name"] == *name && it["protocol"].as_str().unwrap_or("TCP") == protocol);
                found?["containerPort"].clone()
            }
            Value::Number(number) => Value::from(number.clone()),
            _ => service_port["port"].clone(),
        };
        Some(json!([service_port["name"].as_str().unwrap_or(""), number, protocol]))
    }

    /// Of each address whether it is ready, serving, terminating, and its ports.
    pub(super) fn endpoint(service: &Value, pod: &Value, has_node: bool) -> Vec<Value> {
        let publishes = service["spec"]["publishNotReadyAddresses"] == true;
        let phase = pod["status"]["phase"].as_str();
        if matches!(phase, Some("Failed" | "Succeeded")) || !(has_node || publishes) {
            return Vec::new();
        }
        let ready = list(&pod["status"], "conditions").iter().find(|it| it["type"] == "Ready");
        let serving = ready.is_some_and(|it| it["status"] == "True");
        let terminating = pod["metadata"]["deletionTimestamp"].is_string();
        let ports: Vec<Value> =
            list(&service["spec"], "ports").iter().filter_map(|it| port(it, pod)).collect();
        let mut found = Vec::new();
        for family in families(service) {
            for it in list(&pod["status"], "podIPs") {
                let address = it["ip"].as_str().unwrap();
                if is_six(address) == (family == "IPv6") {
                    let is_ready = publishes || (serving && !terminating);
                    found.push(json!([address, is_ready, serving, terminating, ports]));
                }
            }
        }
        found
    }
}

fn random_service(rng: &mut Rng) -> Value {
    let targets = [json!(80), json!("http"), json!("dns"), Value::Null];
    let ports: Vec<Value> = (0..rng.usize(0..3))
        .map(|nth| {
            let mut port =
                json!({"name": format!("p{nth}"), "port": 443, "targetPort": rng.choice(&targets)});
            if rng.bool() {
                port["protocol"] = json!(rng.choice(["TCP", "UDP"]));
            }
            port
        })
        .collect();
    let families = [json!([]), json!(["IPv4"]), json!(["IPv6", "IPv4"])];
    let addresses = [json!("None"), json!("10.96.0.1"), json!("fd00:96::1"), Value::Null];
    json!({"kind": "Service", "metadata": {"name": "web"}, "spec": {
        "selector": {"app": "web"}, "ports": ports, "ipFamilies": rng.choice(&families),
        "clusterIP": rng.choice(&addresses), "publishNotReadyAddresses": rng.u8(0..3) == 0,
    }})
}

fn random_pod(rng: &mut Rng) -> Value {
    let container = |rng: &mut Rng| {
        let mut container =
            json!({"ports": [{"name": rng.choice(["http", "dns"]), "containerPort": rng.u16(1..9)}]});
        if rng.bool() {
            container["restartPolicy"] = json!("Always");
        }
        if rng.bool() {
            container["ports"][0]["protocol"] = json!(rng.choice(["TCP", "UDP"]));
        }
        container
    };
    let mut metadata = Map::from_iter([("name".to_owned(), json!("p"))]);
    if rng.u8(0..4) == 0 {
        metadata.insert("deletionTimestamp".to_owned(), json!("2026-11-01T00:00:00Z"));
    }
    let addresses = [json!([]), json!([{"ip": "10.0.0.1"}]), json!([{"ip": "fd00::1"}, {"ip": "10.0.0.2"}])];
    let addresses = rng.choice(&addresses);
    let conditions = [
        json!([]),
        json!([{"type": "Ready", "status": "True"}]),
        json!([{"type": "Ready", "status": "False"}]),
    ];
    json!({"kind": "Pod", "metadata": metadata, "spec": {
        "containers": [container(rng)], "initContainers": [container(rng)],
    }, "status": {
        "phase": rng.choice(["Running", "Pending", "Succeeded", "Failed"]),
        "podIP": addresses.as_ref().and_then(|it| it[0]["ip"].as_str()), "podIPs": addresses,
        "conditions": rng.choice(&conditions),
    }})
}

#[test]
fn a_plain_reading_finds_the_same_endpoints() {
    let mut rng = Rng::with_seed(7);
    let mut n_found = 0;
    for _ in 0..3_000 {
        let (service, pod, has_node) = (random_service(&mut rng), random_pod(&mut rng), rng.u8(0..5) > 0);
        let expected = plain::endpoint(&service, &pod, has_node);
        let node = if has_node { PodNode::Present } else { PodNode::Missing };
        read(&service, SERVICE_READS, |read_service| {
            read(&pod, POD_READS, |read_pod| {
                let found = ServiceEndpoints::of(&read_service).unwrap().endpoint(&read_pod, node);
                let found = found.into_iter().flat_map(|it| {
                    let ports = it.ports.iter().map(|port| json!([port.name, port.port, port.protocol]));
                    let ports: Vec<Value> = ports.collect();
                    let line =
                        |address| json!([address, it.is_ready, it.is_serving, it.is_terminating, ports]);
                    it.addresses.iter().map(|(_, address)| line(address)).collect::<Vec<_>>()
                });
                assert_eq!(found.collect::<Vec<_>>(), expected, "{service} {pod}");
            });
        });
        n_found += usize::from(!expected.is_empty());
    }
    assert!(n_found > 500, "{n_found} endpoints");
}
