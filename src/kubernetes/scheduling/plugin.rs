//! The rules of scheduling by the names that the scheduler gives them.

use std::fmt;

/// A plugin of the scheduler: one of its rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SchedulerPlugin {
    /// The node is cordoned.
    NodeUnschedulable,
    /// The pod names another node.
    NodeName,
    /// A taint of the node is not tolerated.
    TaintToleration,
    /// The pod's nodeSelector and node affinity do not select the node.
    NodeAffinity,
    /// The node affinity of a volume does not select the node.
    VolumeBinding,
    /// A volume is in another zone.
    VolumeZone,
    /// The pods of a topology spread constraint would be spread too unevenly.
    PodTopologySpread,
    /// The pods that should be near are not, or those that should not are.
    InterPodAffinity,
}

impl SchedulerPlugin {
    /// All of them, in the order in which the scheduler asks them.
    pub const ALL: [SchedulerPlugin; 8] = [
        SchedulerPlugin::NodeUnschedulable,
        SchedulerPlugin::NodeName,
        SchedulerPlugin::TaintToleration,
        SchedulerPlugin::NodeAffinity,
        SchedulerPlugin::VolumeBinding,
        SchedulerPlugin::VolumeZone,
        SchedulerPlugin::PodTopologySpread,
        SchedulerPlugin::InterPodAffinity,
    ];

    /// Whether it asks for the pods that are there, so that a cause takes a look at them.
    pub(super) fn is_about_pods(self) -> bool {
        matches!(self, SchedulerPlugin::PodTopologySpread | SchedulerPlugin::InterPodAffinity)
    }

    /// The name: `TaintToleration`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SchedulerPlugin::NodeUnschedulable => "NodeUnschedulable",
            SchedulerPlugin::NodeName => "NodeName",
            SchedulerPlugin::TaintToleration => "TaintToleration",
            SchedulerPlugin::NodeAffinity => "NodeAffinity",
            SchedulerPlugin::VolumeBinding => "VolumeBinding",
            SchedulerPlugin::VolumeZone => "VolumeZone",
            SchedulerPlugin::PodTopologySpread => "PodTopologySpread",
            SchedulerPlugin::InterPodAffinity => "InterPodAffinity",
        }
    }
}

impl fmt::Display for SchedulerPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
