//! Claims that select volumes.

use super::base::{ERROR, Found, PlainCluster};
use crate::links_plain::meaning::{holds, text};

pub(super) fn selector_provisioner(cluster: &PlainCluster<'_>) -> Found {
    let is_stuck = |claim: &usize| {
        let object = cluster.object(*claim);
        let (selector, class) = (&object["spec"]["selector"], text(object, &["spec", "storageClassName"]));
        if selector.is_null() || cluster.phase(*claim) == "Bound" {
            return false;
        }
        let is_served = cluster.of_kind("PersistentVolume").any(|at| {
            let volume = cluster.object(at);
            volume["spec"]["storageClassName"] == class
                && cluster.phase(at) == "Available"
                && holds(selector, volume)
        });
        let provisions = cluster
            .named("StorageClass", "", class)
            .is_some_and(|at| cluster.object(at)["provisioner"] != "kubernetes.io/no-provisioner");
        !is_served && (provisions || cluster.has("PersistentVolume"))
    };
    cluster.of_kind("PersistentVolumeClaim").filter(is_stuck).map(|at| (ERROR, at)).collect()
}
