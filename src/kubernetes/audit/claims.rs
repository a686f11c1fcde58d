//! PersistentVolumeClaims that say which volumes they want.

use std::collections::HashSet;

use serde_json::Value;

use super::super::links::Tie;
use super::super::object::ObjectJson;
use super::super::relation::Relation;
use super::auditor::Auditor;
use super::finding::{Finding, Severity};
use super::labelled::Labelled;
use super::nearest::nearest;
use crate::ObjectId;
use crate::json::Reads;

/// What makes no volumes, so that claims take those that are there.
const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";
/// By which a class is the one of claims that name none.
const IS_DEFAULT: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

pub(super) fn selector_provisioner(auditor: &Auditor<'_, '_>) -> Vec<Finding> {
    let mentions =
        |id| auditor.links.ties_of(Relation::Mentions, id).find(|tie| tie.at() == ".spec.selector");
    let claims = auditor.of_kind("", "PersistentVolumeClaim").into_iter().filter_map(mentions);
    let volumes = Volumes::of(auditor);
    claims.filter_map(|tie| unserved(auditor, &tie, &volumes)).collect()
}

/// The volumes of a dump.
struct Volumes<'d> {
    all: Vec<Volume<'d>>,
    /// The claims that volumes name, by namespace and name.
    claimed: HashSet<(String, String)>,
}

struct Volume<'d> {
    labelled: Labelled<'d>,
    class: String,
    /// Whether nothing has claimed it.
    is_available: bool,
}

impl<'d> Volumes<'d> {
    fn of(auditor: &Auditor<'_, 'd>) -> Volumes<'d> {
        let reads = Reads::nothing()
            .and(["spec", "storageClassName"])
            .and(["spec", "claimRef"])
            .and(["status", "phase"]);
        let mut volumes = Volumes { all: Vec::new(), claimed: HashSet::new() };
        for object in auditor.of_kind("", "PersistentVolume").into_iter().filter_map(|id| auditor.object(id))
        {
            auditor.read(object.id(), &reads, |volume| {
                let claim = volume.at(["spec", "claimRef"]);
                let text = |name: &str| claim.get(name).string().unwrap_or_default().into_owned();
                volumes.claimed.insert((text("namespace"), text("name")));
                let phase = volume.at(["status", "phase"]);
                volumes.all.push(Volume {
                    labelled: Labelled::of(object),
                    class: volume.at(["spec", "storageClassName"]).string().unwrap_or_default().into_owned(),
                    // One in a manifest will be.
                    is_available: phase.text().is_none_or(|phase| phase == "Available")
                        && claim.present().is_none(),
                });
            });
        }
        volumes
    }
}

/// What a claim asks for.
struct ClaimSpec {
    /// `None` for the default one.
    class: Option<String>,
    is_settled: bool,
}

impl ClaimSpec {
    fn of(claim: &ObjectJson<'_>) -> ClaimSpec {
        let is_bound = claim.at(["status", "phase"]).is("Bound");
        let is_named = claim.at(["spec", "volumeName"]).text().is_some();
        ClaimSpec {
            class: claim.at(["spec", "storageClassName"]).string().map(|class| class.into_owned()),
            is_settled: is_bound || is_named,
        }
    }
}

fn unserved(auditor: &Auditor<'_, '_>, tie: &Tie<'_>, volumes: &Volumes<'_>) -> Option<Finding> {
    let id = tie.from();
    let reads = Reads::nothing()
        .and(["spec", "storageClassName"])
        .and(["spec", "volumeName"])
        .and(["status", "phase"]);
    let claim = auditor.read(id, &reads, ClaimSpec::of);
    let named = (auditor.namespace(id).to_owned(), auditor.name(id).to_owned());
    if claim.is_settled || volumes.claimed.contains(&named) {
        return None;
    }
    let class = StorageClass::of(auditor, id, claim.class.as_deref());
    let class_name = class.as_ref().map(|class| class.name.clone()).or(claim.class).unwrap_or_default();
    let selector = tie.label_selector()?;
    let cluster = auditor.cluster(id);
    let of_class: Vec<&Labelled<'_>> = volumes
        .all
        .iter()
        .filter(|it| it.class == class_name && it.is_available && auditor.cluster(it.labelled.id) == cluster)
        .map(|it| &it.labelled)
        .collect();
    if of_class.iter().any(|volume| volume.is_selected_by(selector)) {
        return None;
    }
    let text = tie.selector().filter(|text| !text.is_empty()).unwrap_or_else(|| "the selector".to_owned());
    let near = nearest(&of_class, selector);
    let provisioner = class.and_then(|class| class.provisioner);
    let has_volumes = volumes.all.iter().any(|it| auditor.cluster(it.labelled.id) == cluster);
    let mut message = match (&provisioner, has_volumes) {
        (Some(provisioner), _) => format!(
            "{text} keeps class {class_name} from provisioning: {provisioner} makes no volumes for claims with a selector"
        ),
        (None, true) => {
            format!("{text} selects 0 of {} available volumes of class {class_name:?}", of_class.len())
        }
        // Without any volume or class nothing is known of them.
        (None, false) => return None,
    };
    near.iter().for_each(|near| message += &format!("; {}", near.in_words(auditor)));
    let finding = Finding::new(id, Severity::Error, tie.at(), message)
        .with("selector", tie.selector())
        .with("class", class_name)
        .with("volumes", of_class.len())
        .with("nearest", near.as_ref().map_or(Value::Null, |near| near.evidence(auditor)));
    Some(finding.related_to(near.map(|near| near.candidate.id)))
}

/// The class of a claim, where the dump has it.
struct StorageClass {
    name: String,
    /// What makes its volumes, if anything does.
    provisioner: Option<String>,
}

impl StorageClass {
    fn of(auditor: &Auditor<'_, '_>, claim: ObjectId, name: Option<&str>) -> Option<StorageClass> {
        let reads = IS_DEFAULT.iter().fold(Reads::nothing().and(["provisioner"]), |reads, it| {
            reads.and(["metadata", "annotations", it])
        });
        let cluster = auditor.cluster(claim);
        let classes = auditor.of_kind("storage.k8s.io", "StorageClass").into_iter();
        let mut classes = classes.filter(|id| auditor.cluster(*id) == cluster);
        classes.find_map(|id| {
            auditor.read(id, &reads, |class| {
                let annotations = class.at(["metadata", "annotations"]);
                let is_it = match name {
                    Some(name) => auditor.name(id) == name,
                    None => IS_DEFAULT.iter().any(|it| annotations.get(it).is("true")),
                };
                let provisioner = class.at(["provisioner"]).text().filter(|it| it != NO_PROVISIONER);
                let provisioner = provisioner.map(|it| it.into_owned());
                is_it.then(|| StorageClass { name: auditor.name(id).to_owned(), provisioner })
            })
        })
    }
}
