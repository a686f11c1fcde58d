//! The fields that an API server can select objects by.

use super::kinds;

/// A field of a kind that `--field-selector` takes.
struct Selectable {
    /// The kind, with its group.
    kind: (&'static str, &'static str),
    field: &'static str,
    /// What the server takes it for in an object that does not have it, besides the empty text.
    default: Option<&'static str>,
}

const fn selectable(kind: &'static str, group: &'static str, field: &'static str) -> Selectable {
    Selectable { kind: (kind, group), field, default: None }
}

const fn with_default(kind: &'static str, field: &'static str, default: &'static str) -> Selectable {
    Selectable { kind: (kind, ""), field, default: Some(default) }
}

/// The fields besides `metadata.name` and `metadata.namespace`.
///
/// Those that `AddFieldLabelConversionFunc` allows (`pkg/apis/*/v1/conversion.go` of kubernetes/kubernetes) and
/// `ToSelectableFields` fills (`pkg/registry/*/*/strategy.go`). Left out is what stands in the JSON under no such path
/// (`source` of events, `status.successful` of jobs) and what is allowed but never filled (`status.podIPs` of pods).
const SELECTABLE: [Selectable; 26] = [
    selectable("Pod", "", "spec.nodeName"),
    selectable("Pod", "", "spec.restartPolicy"),
    selectable("Pod", "", "spec.schedulerName"),
    selectable("Pod", "", "spec.serviceAccountName"),
    with_default("Pod", "spec.hostNetwork", "false"),
    selectable("Pod", "", "status.phase"),
    selectable("Pod", "", "status.podIP"),
    selectable("Pod", "", "status.nominatedNodeName"),
    with_default("Node", "spec.unschedulable", "false"),
    selectable("Event", "", "involvedObject.kind"),
    selectable("Event", "", "involvedObject.namespace"),
    selectable("Event", "", "involvedObject.name"),
    selectable("Event", "", "involvedObject.uid"),
    selectable("Event", "", "involvedObject.apiVersion"),
    selectable("Event", "", "involvedObject.resourceVersion"),
    selectable("Event", "", "involvedObject.fieldPath"),
    selectable("Event", "", "reason"),
    selectable("Event", "", "reportingComponent"),
    selectable("Event", "", "type"),
    selectable("Namespace", "", "status.phase"),
    selectable("Secret", "", "type"),
    selectable("Service", "", "spec.clusterIP"),
    selectable("Service", "", "spec.type"),
    selectable("ReplicationController", "", "status.replicas"),
    selectable("ReplicaSet", "apps", "status.replicas"),
    selectable("CertificateSigningRequest", "certificates.k8s.io", "spec.signerName"),
];

/// Kinds whose servers refuse to be asked for `metadata.namespace`.
const WITHOUT_NAMESPACE_FIELD: [&str; 3] = ["Node", "Namespace", "CertificateSigningRequest"];

/// Kinds whose objects are in no namespace: kubectl passes over a `-n` for them, and gives all.
const CLUSTER_SCOPED: [&str; 27] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "ComponentStatus",
    "CustomResourceDefinition",
    "DeviceClass",
    "FlowSchema",
    "IPAddress",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PodSecurityPolicy",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "ServiceCIDR",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// Whether `-n` means something for the objects of a kind that goes by `kind`, as far as that is known.
pub(crate) fn may_have_namespace(kind: Option<&str>) -> bool {
    let known = kind.and_then(kinds::first_built_in);
    known.is_none_or(|(kind, _)| !CLUSTER_SCOPED.contains(&kind))
}

/// Whether the API server selects the objects of a kind that goes by `kind`, or those of every kind, by whether `field`
/// is `value`, and means what the JSON says.
pub(crate) fn is_selectable(kind: Option<&str>, field: &str, value: &str) -> bool {
    let known = kind.and_then(kinds::first_built_in);
    // For a server a field that is not there is the empty text, which the JSON does not say of it.
    if value.is_empty() {
        return false;
    }
    match (field, known) {
        ("metadata.name", _) => true,
        ("metadata.namespace", known) => {
            known.is_none_or(|(kind, _)| !WITHOUT_NAMESPACE_FIELD.contains(&kind))
        }
        // Of a kind that is not built in, and of all kinds at once, no other fields are known.
        (_, None) => false,
        (_, Some(known)) => {
            let row = SELECTABLE.iter().find(|row| row.kind == known && row.field == field);
            // A server finds the default in objects without the field as well, whose JSON has no
            // value there.
            row.is_some_and(|row| row.default != Some(value))
        }
    }
}

/// Whether objects of some kind are selected by a field, which has at most one value then.
pub(crate) fn is_known(field: &str) -> bool {
    SELECTABLE.iter().any(|row| row.field == field)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_belong_to_their_kind() {
        assert!(is_selectable(Some("po"), "spec.nodeName", "n"));
        assert!(is_selectable(Some("replicasets.apps"), "status.replicas", "0"));
        assert!(is_selectable(Some("events"), "type", "Warning"));
        assert!(
            is_selectable(None, "metadata.namespace", "shop") && is_selectable(None, "metadata.name", "a")
        );
        assert!(is_selectable(Some("widgets"), "metadata.name", "a"));
        assert!(!is_selectable(Some("node"), "metadata.namespace", "shop"));
        assert!(
            !is_selectable(None, "spec.nodeName", "n") && !is_selectable(Some("svc"), "spec.nodeName", "n")
        );
        assert!(!is_selectable(Some("pod"), "spec.hostNetwork", "false"), "which also those without it are");
        assert!(is_selectable(Some("pod"), "spec.hostNetwork", "true"));
        assert!(!is_selectable(Some("pod"), "spec.nodeName", ""));
    }

    #[test]
    fn every_kind_of_the_table_is_built_in() {
        for row in &SELECTABLE {
            let (kind, group) = row.kind;
            assert_eq!(kinds::first_built_in(&format!("{kind}.v1.{group}")), Some(row.kind));
        }
        assert!(
            CLUSTER_SCOPED.iter().all(|kind| kinds::is_built_in(kind) && !may_have_namespace(Some(kind)))
        );
        assert!(
            may_have_namespace(Some("po")) && may_have_namespace(Some("widgets")) && may_have_namespace(None)
        );
    }
}
