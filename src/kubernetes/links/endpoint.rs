//! Pods that a Service selects, as endpoints of it.

use super::super::endpoints::{Endpoint, POD_READS, PodNode, SERVICE_READS, ServiceEndpoints};
use super::super::object::ObjectJson;
use super::super::relation::Relation;
use super::Links;
use crate::ObjectId;
use crate::json::Reads;

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
}
