//! What the CustomResourceDefinitions of the dump say of scales.

use std::collections::HashMap;

use super::super::object::{Json, ObjectJson};
use super::audited::Audited;
use crate::json::Reads;
use crate::store::group_of;

/// The kinds that are defined in the dump, and whether their objects have a scale.
#[derive(Debug, Default)]
pub(super) struct CustomKinds {
    /// By group, version and kind.
    scales: HashMap<(String, String, String), ScaleOfKind>,
}

/// Whether the objects of a custom kind have a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ScaleOfKind {
    None,
    /// With the path at which the selector of the pods stands as text, if that is said.
    Some {
        selector_path: Option<String>,
    },
}

impl CustomKinds {
    pub(super) fn of(audited: &Audited<'_, '_>) -> CustomKinds {
        let reads = Reads::nothing()
            .and(["spec", "group"])
            .and(["spec", "names", "kind"])
            .and(["spec", "version"])
            .and(["spec", "versions", "name"])
            .and(["spec", "versions", "subresources"])
            .and(["spec", "subresources"]);
        let mut kinds = CustomKinds::default();
        for id in audited.of_kind("apiextensions.k8s.io", "CustomResourceDefinition") {
            audited.read(id, &reads, |crd| kinds.add(crd));
        }
        kinds
    }

    fn add(&mut self, crd: &ObjectJson<'_>) {
        let text = |json: Json<'_, '_>| json.string().unwrap_or_default().into_owned();
        let (group, kind) = (text(crd.at(["spec", "group"])), text(crd.at(["spec", "names", "kind"])));
        // Before v1 there was one for all versions.
        let of_all = crd.at(["spec", "subresources"]);
        let versions = crd.at(["spec", "versions"]).elements();
        let versions =
            versions.map(|it| (it.get("name"), it.get("subresources").present().unwrap_or(of_all)));
        for (version, subresources) in versions.chain([(crd.at(["spec", "version"]), of_all)]) {
            let key = (group.clone(), text(version), kind.clone());
            self.scales.entry(key).or_insert_with(|| scale_in(subresources));
        }
    }

    /// What is known of the scale of a custom kind.
    pub(super) fn scale(&self, api_version: &str, kind: &str) -> Option<&ScaleOfKind> {
        let version = api_version.rsplit('/').next().unwrap_or_default();
        self.scales.get(&(group_of(api_version).to_owned(), version.to_owned(), kind.to_owned()))
    }
}

fn scale_in(subresources: Json<'_, '_>) -> ScaleOfKind {
    match subresources.get("scale").present() {
        None => ScaleOfKind::None,
        Some(scale) => {
            let path = scale.get("labelSelectorPath").text();
            ScaleOfKind::Some { selector_path: path.map(|path| path.into_owned()) }
        }
    }
}
