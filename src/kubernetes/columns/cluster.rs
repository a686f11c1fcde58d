//! The tables of nodes and namespaces, and of what is kept in these.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::cells::{
    NONE, UNKNOWN, age, map, n_elements, n_keys, name, some_or_none, status, string, text_or,
};
use super::{KubectlTable, column, wide};
use crate::kubernetes::object::ObjectJson;

pub(super) static NODES: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Status", |node, _| status(node)),
        column("Roles", |node, _| roles(node)),
        column("Age", age),
        column("Version", |node, _| string(node.at(["status", "nodeInfo", "kubeletVersion"]))),
        wide("Internal-IP", |node, _| address(node, "InternalIP")),
        wide("External-IP", |node, _| address(node, "ExternalIP")),
        wide("OS-Image", |node, _| info(node, "osImage")),
        wide("Kernel-Version", |node, _| info(node, "kernelVersion")),
        wide("Container-Runtime", |node, _| info(node, "containerRuntimeVersion")),
    ],
    reads: &[
        ".metadata.creationTimestamp",
        ".metadata.labels",
        ".metadata.name",
        ".spec.unschedulable",
        ".status.addresses.address",
        ".status.addresses.type",
        ".status.conditions.status",
        ".status.conditions.type",
        ".status.nodeInfo",
    ],
};

pub(super) static NAMESPACES: KubectlTable = KubectlTable {
    columns: &[column("Name", name), column("Status", |it, _| status(it)), column("Age", age)],
    reads: &[".metadata.creationTimestamp", ".metadata.name", ".status.phase"],
};

pub(super) static CONFIG_MAPS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Data", |it, _| {
            // No key may be in both, and one that is counts twice for the server.
            (n_keys([it.at(["data"])]) + n_keys([it.at(["binaryData"])])).to_string()
        }),
        column("Age", age),
    ],
    reads: &[".binaryData", ".data", ".metadata.creationTimestamp", ".metadata.name"],
};

pub(super) static SECRETS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Type", |it, _| string(it.at(["type"]))),
        // What is written as text is put over the data.
        column("Data", |it, _| n_keys([it.at(["data"]), it.at(["stringData"])]).to_string()),
        column("Age", age),
    ],
    reads: &[".data", ".metadata.creationTimestamp", ".metadata.name", ".stringData", ".type"],
};

pub(super) static ACCOUNTS: KubectlTable = KubectlTable {
    columns: &[
        column("Name", name),
        column("Secrets", |it, _| n_elements(it.at(["secrets"])).to_string()),
        column("Age", age),
    ],
    reads: &[".metadata.creationTimestamp", ".metadata.name", ".secrets.name"],
};

/// What a label begins with that names a role.
const ROLE_PREFIX: &str = "node-role.kubernetes.io/";
/// The label whose value is a role.
const ROLE_LABEL: &str = "kubernetes.io/role";

fn roles(node: &ObjectJson<'_>) -> String {
    let labels = map(node.at(["metadata", "labels"]));
    let role = |(key, value): (&&str, &Cow<'_, str>)| match key.strip_prefix(ROLE_PREFIX) {
        Some(role) => role.to_owned(),
        None if *key == ROLE_LABEL => value.clone().into_owned(),
        None => String::new(),
    };
    let roles: BTreeSet<String> = labels.iter().map(role).filter(|role| !role.is_empty()).collect();
    some_or_none(roles.into_iter().collect::<Vec<_>>().join(","))
}

/// The first address of a type.
fn address(node: &ObjectJson<'_>, of_type: &str) -> String {
    let mut addresses = node.at(["status", "addresses"]).elements();
    let address = addresses.find(|address| address.get("type").is(of_type));
    address.map_or_else(|| NONE.to_owned(), |address| string(address.get("address")))
}

fn info(node: &ObjectJson<'_>, name: &str) -> String {
    text_or(node.at(["status", "nodeInfo", name]), UNKNOWN)
}
