//! Whether a pod that a Service selects is an endpoint of it, and with which addresses and ports.
//!
//! Selecting is a matter of labels and namespaces. What comes after that is here, as the controllers decide it that write
//! EndpointSlices (Kubernetes 1.34) and, before them, Endpoints (1.28).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::object::{Json, ObjectJson, is_condition_true, is_terminating};
use super::pod::is_finished;

/// What is read of a Service.
pub const SERVICE_READS: &[&str] = &[
    ".metadata.name",
    ".spec.clusterIP",
    ".spec.ipFamilies",
    ".spec.ports",
    ".spec.publishNotReadyAddresses",
    ".spec.selector",
    ".spec.type",
];

/// What is read of a pod.
pub const POD_READS: &[&str] = &[
    ".metadata.deletionTimestamp",
    ".spec.containers.ports",
    ".spec.hostname",
    ".spec.initContainers.ports",
    ".spec.initContainers.restartPolicy",
    ".spec.nodeName",
    ".spec.subdomain",
    ".status.conditions.status",
    ".status.conditions.type",
    ".status.phase",
    ".status.podIP",
    ".status.podIPs",
];

/// The version of the internet protocol that addresses are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpFamily {
    /// `IPv4`
    V4,
    /// `IPv6`
    V6,
}

impl IpFamily {
    /// As Kubernetes spells it: `IPv4` or `IPv6`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            IpFamily::V4 => "IPv4",
            IpFamily::V6 => "IPv6",
        }
    }

    /// The family of an address; what is no address counts as one of the fourth version.
    fn of(address: &str) -> IpFamily {
        match parsed(address) {
            Some(IpAddr::V6(_)) => IpFamily::V6,
            _ => IpFamily::V4,
        }
    }
}

/// A port at which an endpoint is reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointPort {
    /// The name of the Service's port; empty where it has none.
    pub name: String,
    /// The number in the pod.
    pub port: i64,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: String,
    /// The protocol above that, if the Service says it.
    pub app_protocol: Option<String>,
}

/// What the EndpointSlices of a Service say of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// Whether it gets traffic: it is serving and not terminating, or the Service publishes addresses that are not ready.
    pub is_ready: bool,
    /// Whether the pod's Ready condition is true.
    pub is_serving: bool,
    /// Whether the pod is being deleted.
    pub is_terminating: bool,
    /// The addresses of the Service's families, in the order of the families.
    pub addresses: Vec<(IpFamily, String)>,
    /// The Service's ports that the pod has, in their order. A port that is named and that no container has is left out.
    pub ports: Vec<EndpointPort>,
    /// The name by which the pod is found under that of the Service, if it has one.
    pub hostname: Option<String>,
}

/// What an Endpoints object, of before there were EndpointSlices, says of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegacyEndpoint {
    /// The one address.
    pub address: String,
    /// Whether it is among the ready addresses.
    pub is_ready: bool,
    /// The Service's ports that the pod has. Empty of a headless Service without ports; another pod without ports is no
    /// endpoint.
    pub ports: Vec<EndpointPort>,
    /// The name by which the pod is found under that of the Service, if it has one.
    pub hostname: Option<String>,
}

/// The Node that a pod is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PodNode {
    /// It is there, or it is not known which nodes there are.
    Present,
    /// The pod names none, or one that is not there: it is no endpoint unless the Service publishes addresses that are not
    /// ready.
    Missing,
}

/// What a Service says of its endpoints.
#[derive(Debug, Clone)]
pub struct ServiceEndpoints {
    name: String,
    /// Without one it has both families, or that of the pod.
    families: Vec<IpFamily>,
    is_headless: bool,
    publishes_not_ready: bool,
    ports: Vec<ServicePort>,
}

#[derive(Debug, Clone)]
struct ServicePort {
    name: String,
    protocol: String,
    app_protocol: Option<String>,
    target: TargetPort,
}

#[derive(Debug, Clone)]
enum TargetPort {
    Number(i64),
    /// That of a container's port.
    Name(String),
}

const TCP: &str = "TCP";

impl ServiceEndpoints {
    /// What this Service says. `None` of one whose endpoints nobody looks for: it has no selector, or is an
    /// `ExternalName`.
    #[must_use]
    pub fn of(service: &ObjectJson<'_>) -> Option<ServiceEndpoints> {
        let spec = service.at(["spec"]);
        let has_selector = spec.get("selector").is_object();
        if spec.get("type").is("ExternalName") || !has_selector {
            return None;
        }
        let cluster_ip = spec.get("clusterIP").text().filter(|address| address != "None");
        let mut families: Vec<IpFamily> = spec.get("ipFamilies").elements().filter_map(family).collect();
        if families.is_empty() {
            families.extend(cluster_ip.as_deref().map(IpFamily::of));
        }
        Some(ServiceEndpoints {
            name: service.at(["metadata", "name"]).string().unwrap_or_default().into_owned(),
            families,
            is_headless: spec.get("clusterIP").is("None"),
            publishes_not_ready: spec.get("publishNotReadyAddresses").is_true(),
            ports: spec.get("ports").elements().map(ServicePort::of).collect(),
        })
    }

    /// What the slices of the Service say of a pod that it selects; `None` if the pod is no endpoint.
    #[must_use]
    pub fn endpoint(&self, pod: &ObjectJson<'_>, node: PodNode) -> Option<Endpoint> {
        if is_finished(pod) || (node == PodNode::Missing && !self.publishes_not_ready) {
            return None;
        }
        let families = match self.families.as_slice() {
            [] => &[IpFamily::V4, IpFamily::V6],
            families => families,
        };
        let all = addresses(pod);
        let addresses: Vec<(IpFamily, String)> = families
            .iter()
            .flat_map(|family| {
                all.iter().filter(|it| IpFamily::of(it) == *family).map(|it| (*family, canonical(it)))
            })
            .collect();
        if addresses.is_empty() {
            return None;
        }
        let (is_serving, is_terminating) = (is_serving(pod), is_terminating(pod));
        Some(Endpoint {
            is_ready: self.publishes_not_ready || (is_serving && !is_terminating),
            is_serving,
            is_terminating,
            addresses,
            ports: self.ports_of(pod, true),
            hostname: self.hostname(pod),
        })
    }

    /// What the Endpoints of the Service say of a pod that it selects; `None` if the pod is no endpoint.
    #[must_use]
    pub fn legacy_endpoint(&self, pod: &ObjectJson<'_>) -> Option<LegacyEndpoint> {
        if is_finished(pod) || (is_terminating(pod) && !self.publishes_not_ready) {
            return None;
        }
        let addresses = addresses(pod);
        // A headless Service that does not say its family is of that of the pod.
        let family = self.families.first().copied().unwrap_or_else(|| own_family(pod));
        let address = addresses.into_iter().find(|address| IpFamily::of(address) == family)?;
        let ports = self.ports_of(pod, false);
        let needs_no_port = self.ports.is_empty() && self.is_headless;
        (needs_no_port || !ports.is_empty()).then(|| LegacyEndpoint {
            address,
            is_ready: self.publishes_not_ready || is_serving(pod),
            ports,
            hostname: self.hostname(pod),
        })
    }

    /// Whether it looks for a port by its name.
    pub(super) fn names_ports(&self) -> bool {
        self.ports.iter().any(|port| matches!(port.target, TargetPort::Name(_)))
    }

    /// Whether the pod has one of the Service's ports, or that has none.
    pub(super) fn has_port(&self, pod: &ObjectJson<'_>) -> bool {
        self.ports.is_empty() || !self.ports_of(pod, true).is_empty()
    }

    /// Whether it takes pods for ready that are not.
    pub(super) fn publishes_not_ready(&self) -> bool {
        self.publishes_not_ready
    }

    /// The protocols and names by which the Service looks for ports that the pod does not have.
    pub(super) fn missing_ports<'s>(
        &'s self,
        pod: &ObjectJson<'_>,
    ) -> impl Iterator<Item = (&'s str, &'s str)> {
        self.ports.iter().filter_map(move |port| match &port.target {
            TargetPort::Name(name) if container_port(pod, name, &port.protocol, true).is_none() => {
                Some((port.protocol.as_str(), name.as_str()))
            }
            _ => None,
        })
    }

    fn ports_of(&self, pod: &ObjectJson<'_>, with_sidecars: bool) -> Vec<EndpointPort> {
        let ports = self.ports.iter().filter_map(|port| {
            let number = match &port.target {
                TargetPort::Number(number) => *number,
                TargetPort::Name(name) => container_port(pod, name, &port.protocol, with_sidecars)?,
            };
            Some(EndpointPort {
                name: port.name.clone(),
                port: number,
                protocol: port.protocol.clone(),
                app_protocol: port.app_protocol.clone(),
            })
        });
        ports.collect()
    }

    fn hostname(&self, pod: &ObjectJson<'_>) -> Option<String> {
        let is_of_service = pod.at(["spec", "subdomain"]).is(&self.name);
        pod.at(["spec", "hostname"]).text().filter(|_| is_of_service).map(|hostname| hostname.into_owned())
    }
}

impl ServicePort {
    fn of(port: Json<'_, '_>) -> ServicePort {
        let target = port.get("targetPort");
        let text = |name| port.get(name).text().map(|text| text.into_owned());
        // The API server fills in what is not said, which files that were never sent to it lack.
        let number = target.integer().filter(|number| *number != 0).or_else(|| port.get("port").integer());
        ServicePort {
            name: text("name").unwrap_or_default(),
            protocol: text("protocol").unwrap_or_else(|| TCP.to_owned()),
            app_protocol: port.get("appProtocol").string().map(|text| text.into_owned()),
            target: match target.text() {
                Some(name) => TargetPort::Name(name.into_owned()),
                None => TargetPort::Number(number.unwrap_or_default()),
            },
        }
    }
}

fn family(family: Json<'_, '_>) -> Option<IpFamily> {
    [IpFamily::V4, IpFamily::V6].into_iter().find(|it| family.is(it.as_str()))
}

fn is_serving(pod: &ObjectJson<'_>) -> bool {
    is_condition_true(pod.at(["status", "conditions"]), "Ready")
}

/// The number of the port of this name and protocol: of the first container that has one, then of a sidecar.
fn container_port(pod: &ObjectJson<'_>, name: &str, protocol: &str, with_sidecars: bool) -> Option<i64> {
    let containers = pod.at(["spec", "containers"]).elements();
    let sidecars = pod.at(["spec", "initContainers"]).elements();
    let sidecars = sidecars.filter(|it| with_sidecars && it.get("restartPolicy").is("Always"));
    let mut ports = containers.chain(sidecars).flat_map(|container| container.get("ports").elements());
    let is_it = |port: &Json<'_, '_>| {
        port.get("name").is(name) && port.get("protocol").text().as_deref().unwrap_or(TCP) == protocol
    };
    ports.find(is_it)?.get("containerPort").integer()
}

/// The addresses of a pod. Where `podIP` is not the first of `podIPs`, it is the only one.
fn addresses(pod: &ObjectJson<'_>) -> Vec<String> {
    let several = pod.at(["status", "podIPs"]).elements().filter_map(|it| it.get("ip").text());
    let several: Vec<String> = several.map(|address| address.into_owned()).collect();
    match pod.at(["status", "podIP"]).text() {
        Some(only) if several.first().map(String::as_str) != Some(&*only) => vec![only.into_owned()],
        _ => several,
    }
}

fn own_family(pod: &ObjectJson<'_>) -> IpFamily {
    pod.at(["status", "podIP"]).text().map_or(IpFamily::V4, |address| IpFamily::of(&address))
}

/// An address as it is printed; what is none as it is.
fn canonical(address: &str) -> String {
    parsed(address).map_or_else(|| address.to_owned(), |address| address.to_string())
}

/// Reads an address as Kubernetes does: zeros may stand before the numbers of a dotted one.
fn parsed(address: &str) -> Option<IpAddr> {
    let dotted = || -> Option<Ipv4Addr> {
        let numbers: Vec<u8> = address.split('.').map(decimal).collect::<Option<_>>()?;
        <[u8; 4]>::try_from(numbers).ok().map(Ipv4Addr::from)
    };
    match address.parse::<Ipv6Addr>() {
        // One of the fourth version in the clothes of the sixth is of the fourth.
        Ok(six) => Some(six.to_ipv4_mapped().map_or(IpAddr::V6(six), IpAddr::V4)),
        Err(_) => dotted().map(IpAddr::V4),
    }
}

fn decimal(digits: &str) -> Option<u8> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERVICE: &str = r#"{"kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},
        "ports":[{"name":"a","port":80,"targetPort":"http"},{"name":"b","port":81}]}}"#;

    fn pod(spec: &str, status: &str) -> String {
        format!(r#"{{"kind":"Pod","metadata":{{"name":"p"}},"spec":{spec},"status":{status}}}"#)
    }

    fn endpoint(service: &str, pod: &str) -> Option<Endpoint> {
        ServiceEndpoints::of(&ObjectJson::whole(service))?.endpoint(&ObjectJson::whole(pod), PodNode::Present)
    }

    #[test]
    fn a_ready_pod_is_an_endpoint_with_the_ports_that_it_has() {
        let status = r#"{"podIP":"10.0.0.7","conditions":[{"type":"Ready","status":"True"}]}"#;
        let ports = r#"{"containers":[{"ports":[{"name":"http","containerPort":8080}]}]}"#;
        let found = endpoint(SERVICE, &pod(ports, status)).unwrap();
        let numbers: Vec<i64> = found.ports.iter().map(|port| port.port).collect();
        assert!(found.is_ready && found.is_serving && !found.is_terminating);
        assert_eq!((numbers, found.addresses), (vec![8080, 81], vec![(IpFamily::V4, "10.0.0.7".to_owned())]));
        // A name that no container has takes a port away from it, not the pod.
        assert_eq!(endpoint(SERVICE, &pod("{}", status)).unwrap().ports.len(), 1);
    }

    #[test]
    fn what_never_answers_is_no_endpoint() {
        for status in [r#"{"phase":"Succeeded","podIP":"10.0.0.7"}"#, r#"{"phase":"Running"}"#, "{}"] {
            assert_eq!(endpoint(SERVICE, &pod("{}", status)), None, "{status}");
        }
        let external = r#"{"spec":{"type":"ExternalName","selector":{"app":"web"}}}"#;
        for service in [external, r#"{"spec":{}}"#] {
            assert!(ServiceEndpoints::of(&ObjectJson::whole(service)).is_none(), "{service}");
        }
    }

    #[test]
    fn addresses_are_read_as_kubernetes_does() {
        for (address, expected) in [
            ("010.001.0.7", "IPv4 10.1.0.7"),
            ("fd00:0::1", "IPv6 fd00::1"),
            ("::ffff:10.0.0.1", "IPv4 10.0.0.1"),
            ("10.0.0", "IPv4 10.0.0"),
            ("+1.2.3.4", "IPv4 +1.2.3.4"),
        ] {
            assert_eq!(format!("{} {}", IpFamily::of(address).as_str(), canonical(address)), expected);
        }
    }
}
