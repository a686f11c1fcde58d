//! Pods that a Service selects, as endpoints of it, and what EndpointSlices of the dump say of them.

use std::collections::BTreeMap;

use super::super::endpoints::{Endpoint, POD_READS, PodNode, SERVICE_READS, ServiceEndpoints};
use super::super::object::{Json, ObjectJson};
use super::super::relation::Relation;
use super::Links;
use crate::ObjectId;
use crate::json::Reads;
use crate::store::group_of;

/// An endpoint of a Service, as an EndpointSlice of the dump lists it and as it is to be by what its pod says.
///
/// The two differ where the dump is not of one moment, or where the slices are not up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedEndpoint {
    /// The EndpointSlice; none if no slice has it.
    pub slice: Option<ObjectId>,
    /// The pod, if it is there.
    pub pod: Option<ObjectId>,
    /// What the slice calls it: the name of the pod, or an address.
    pub name: String,
    /// What the slice says.
    pub listed: Option<EndpointState>,
    /// What follows from the pod; none if that is no endpoint.
    pub by_rules: Option<EndpointState>,
}

/// How far an endpoint can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointState {
    /// Whether it gets traffic.
    pub is_ready: bool,
    /// Whether its pod is ready.
    pub is_serving: bool,
    /// Whether its pod is being deleted.
    pub is_terminating: bool,
}

impl From<&Endpoint> for EndpointState {
    fn from(endpoint: &Endpoint) -> EndpointState {
        EndpointState {
            is_ready: endpoint.is_ready,
            is_serving: endpoint.is_serving,
            is_terminating: endpoint.is_terminating,
        }
    }
}

/// What writes the slices of Services with a selector.
const CONTROLLER: &str = "endpointslice-controller.k8s.io";
/// By whom a slice is written.
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";

impl Links<'_> {
    /// What the EndpointSlices of a Service are to say of a pod that it selects; `None` if the pod is no endpoint of it.
    /// Reads both objects.
    #[must_use]
    pub fn endpoint(&self, service: ObjectId, pod: ObjectId) -> Option<Endpoint> {
        let dump = self.dump();
        let json = dump.json(service);
        let service = ServiceEndpoints::of(&ObjectJson::reading(&json, &Reads::of([SERVICE_READS])))?;
        let json = dump.json(pod);
        service.endpoint(&ObjectJson::reading(&json, &Reads::of([POD_READS])), self.node_of(pod))
    }

    /// Whether the node of a pod is there. Without any node nothing is known of them.
    fn node_of(&self, pod: ObjectId) -> PodNode {
        let has_nodes = || self.dump().store().kinds().iter().any(|fact| fact.kind == "Node");
        match self.ties_to(Relation::Runs, pod).is_empty() && has_nodes() {
            true => PodNode::Missing,
            false => PodNode::Present,
        }
    }

    /// What the EndpointSlices of the dump list of a Service with a selector, and behind these what they should list besides;
    /// nothing where the dump has no slice of it.
    #[must_use]
    pub fn listed_endpoints(&self, service: ObjectId) -> Vec<ListedEndpoint> {
        let slices = self.slices_of(service);
        let mut listed: Vec<ListedEndpoint> =
            slices.iter().flat_map(|slice| self.endpoints_in(*slice)).collect();
        let has_slices = !slices.is_empty();
        let selected = self.ties_of(Relation::Selects, service).flat_map(|tie| tie.targets());
        let computed: BTreeMap<ObjectId, EndpointState> = selected
            .filter(|_| has_slices)
            .filter_map(|pod| Some((pod, EndpointState::from(&self.endpoint(service, pod)?))))
            .collect();
        for endpoint in &mut listed {
            endpoint.by_rules = endpoint.pod.and_then(|pod| computed.get(&pod).copied());
        }
        let unlisted = computed.iter().filter(|(pod, _)| !listed.iter().any(|it| it.pod == Some(**pod)));
        let unlisted: Vec<ListedEndpoint> = unlisted
            .map(|(&pod, &state)| ListedEndpoint {
                slice: None,
                pod: Some(pod),
                name: self.dump().store().get(pod).map_or_else(String::new, |pod| pod.name().to_owned()),
                listed: None,
                by_rules: Some(state),
            })
            .collect();
        listed.extend(unlisted);
        listed
    }

    /// The slices that a controller writes for a Service. Slices name pods too.
    fn slices_of(&self, service: ObjectId) -> Vec<ObjectId> {
        let object = self.dump().store().get(service);
        if !object.is_some_and(|it| it.kind() == "Service" && group_of(it.api_version()).is_empty()) {
            return Vec::new();
        }
        let ties = self.ties_to(Relation::Uses, service).into_iter().map(|tie| tie.from());
        let is_slice = |id: &ObjectId| {
            self.dump().store().get(*id).is_some_and(|it| {
                it.kind() == "EndpointSlice"
                    && group_of(it.api_version()) == "discovery.k8s.io"
                    && it.label(MANAGED_BY).is_none_or(|by| by == CONTROLLER)
            })
        };
        ties.filter(is_slice).collect()
    }

    fn endpoints_in(&self, slice: ObjectId) -> Vec<ListedEndpoint> {
        let json = self.dump().json(slice);
        let object = ObjectJson::reading(&json, &Reads::nothing().and(["endpoints"]));
        let pods: Vec<ObjectId> = self.ties_of(Relation::Uses, slice).flat_map(|tie| tie.targets()).collect();
        let named = |name: &str| {
            pods.iter().copied().find(|id| {
                self.dump().store().get(*id).is_some_and(|it| it.kind() == "Pod" && it.name() == name)
            })
        };
        let endpoints = object.at(["endpoints"]).elements().map(|endpoint| {
            let target = endpoint.get("targetRef").get("name").text();
            let address = || endpoint.get("addresses").elements().next().and_then(Json::string);
            let name = target.clone().or_else(address).unwrap_or_default().into_owned();
            let pod = target.and_then(|name| named(&name));
            ListedEndpoint { slice: Some(slice), pod, name, listed: Some(state_of(endpoint)), by_rules: None }
        });
        endpoints.collect()
    }
}

impl ListedEndpoint {
    /// Whether the slice says what follows from the pod.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.listed == self.by_rules
    }
}

/// What a slice says of an endpoint, where what it does not say is the better.
fn state_of(endpoint: Json<'_, '_>) -> EndpointState {
    let conditions = endpoint.get("conditions");
    let says = |name: &str| conditions.get(name).present().map(Json::is_true);
    let is_ready = says("ready").unwrap_or(true);
    EndpointState {
        is_ready,
        is_serving: says("serving").unwrap_or(is_ready),
        is_terminating: says("terminating").unwrap_or(false),
    }
}
