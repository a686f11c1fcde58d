//! Where pods may run: the rules of the Kubernetes scheduler that are about labels.
//!
//! A [`Scheduler`] has read the nodes and pods of a dump, and [judges](Scheduler::judge) a [`SchedulingPod`]. The [`Verdict`] says on
//! which nodes the pod fits, everything that is against the others, the scheduler's own sentence, and how good the nodes are that
//! fit.
//!
//! Each of the scheduler's rules is a file here under the scheduler's name for it (a [`SchedulerPlugin`]). The rules are asked of
//! sets: the nodes that a term selects are a plan's answer, nodes with the same taints are looked at once, and pods are counted by
//! domain where `topology` says so. `standing` has what the pods that are there ask of one that comes, and `nominated`
//! those for which room was made. A `case` is one question. A `cluster` is read when it is asked about, and of its pods only a
//! `cluster_part` where a few are asked about.
//!
//! What is not judged: resources, ports, what volumes would have to be made, limits, dynamic resources, and plugins that somebody
//! has configured. Nor are the spread constraints counted that a cluster has for pods without any, which keep none off. A
//! template has the priority that it says itself, whatever class it names. A DaemonSet is asked as one pod that may run on every
//! node, and not as one for each. The semantics are those of Kubernetes 1.34, with the documented meaning of namespace selectors
//! (see kubernetes#141526), and the wording of the sentence is that of 1.35.

mod affinity_term;
mod alike;
mod case;
mod cluster;
mod cluster_part;
mod completion;
mod diagnosis;
mod fix;
mod folded;
mod inter_pod_affinity;
mod node_affinity;
mod node_name;
mod node_terms;
mod node_unschedulable;
mod nominated;
mod plugin;
mod pod;
mod pod_topology_spread;
mod rejection;
mod rules;
mod scheduler;
mod sets;
mod snapshot;
mod standing;
mod summary;
mod taint_toleration;
mod told;
mod toleration;
mod topology;
mod verdict;
mod volume_binding;
mod volume_zone;
mod volumes;
mod wording;

#[cfg(test)]
mod tests;

pub use alike::AlikePods;
pub(crate) use alike::pairs;
pub(in crate::kubernetes) use diagnosis::{Diagnosis, TopologyKeyUse, UnmetTerm};
pub use fix::{SchedulingChange, SchedulingFix};
pub use folded::FoldedNodes;
pub use plugin::SchedulerPlugin;
pub use pod::{SchedulingPod, TemplateCompletion};
pub use rejection::RejectionCause;
pub use scheduler::Scheduler;
pub use summary::WorkloadPlaces;
pub use told::{MessageComparison, scheduler_message};
pub use verdict::{NodeGroup, NodeReason, NodeScores, Verdict};
