//! The names that kinds go by: `Pod`, `pod`, `pods`, `po`, `deployments.apps`.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::store::KindFacts;
use crate::{ObjectIdentity, Store};

/// A kind that may be meant by a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Its API group; empty for the core group.
    pub group: String,
    /// Its name, such as `Deployment`.
    pub kind: String,
}

/// A kind that Kubernetes has built in, with the names that `kubectl api-resources` lists for it.
struct BuiltIn {
    kind: &'static str,
    plural: &'static str,
    short: &'static [&'static str],
    group: &'static str,
}

const fn built_in(
    kind: &'static str,
    plural: &'static str,
    short: &'static [&'static str],
    group: &'static str,
) -> BuiltIn {
    BuiltIn { kind, plural, short, group }
}

// Of two kinds of one name the first is meant by it: `events` are those of the core group, as for
// kubectl.
const BUILT_IN: [BuiltIn; 62] = [
    built_in("ComponentStatus", "componentstatuses", &["cs"], ""),
    built_in("ConfigMap", "configmaps", &["cm"], ""),
    built_in("Endpoints", "endpoints", &["ep"], ""),
    built_in("Event", "events", &["ev"], ""),
    built_in("LimitRange", "limitranges", &["limits"], ""),
    built_in("Namespace", "namespaces", &["ns"], ""),
    built_in("Node", "nodes", &["no"], ""),
    built_in("PersistentVolume", "persistentvolumes", &["pv"], ""),
    built_in("PersistentVolumeClaim", "persistentvolumeclaims", &["pvc"], ""),
    built_in("Pod", "pods", &["po"], ""),
    built_in("PodTemplate", "podtemplates", &[], ""),
    built_in("ReplicationController", "replicationcontrollers", &["rc"], ""),
    built_in("ResourceQuota", "resourcequotas", &["quota"], ""),
    built_in("Secret", "secrets", &[], ""),
    built_in("Service", "services", &["svc"], ""),
    built_in("ServiceAccount", "serviceaccounts", &["sa"], ""),
    built_in(
        "MutatingWebhookConfiguration",
        "mutatingwebhookconfigurations",
        &[],
        "admissionregistration.k8s.io",
    ),
    built_in("ValidatingAdmissionPolicy", "validatingadmissionpolicies", &[], "admissionregistration.k8s.io"),
    built_in(
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        &[],
        "admissionregistration.k8s.io",
    ),
    built_in(
        "ValidatingWebhookConfiguration",
        "validatingwebhookconfigurations",
        &[],
        "admissionregistration.k8s.io",
    ),
    built_in(
        "CustomResourceDefinition",
        "customresourcedefinitions",
        &["crd", "crds"],
        "apiextensions.k8s.io",
    ),
    built_in("APIService", "apiservices", &[], "apiregistration.k8s.io"),
    built_in("ControllerRevision", "controllerrevisions", &[], "apps"),
    built_in("DaemonSet", "daemonsets", &["ds"], "apps"),
    built_in("Deployment", "deployments", &["deploy"], "apps"),
    built_in("ReplicaSet", "replicasets", &["rs"], "apps"),
    built_in("StatefulSet", "statefulsets", &["sts"], "apps"),
    built_in("SelfSubjectReview", "selfsubjectreviews", &[], "authentication.k8s.io"),
    built_in("TokenReview", "tokenreviews", &[], "authentication.k8s.io"),
    built_in("LocalSubjectAccessReview", "localsubjectaccessreviews", &[], "authorization.k8s.io"),
    built_in("SelfSubjectAccessReview", "selfsubjectaccessreviews", &[], "authorization.k8s.io"),
    built_in("SelfSubjectRulesReview", "selfsubjectrulesreviews", &[], "authorization.k8s.io"),
    built_in("SubjectAccessReview", "subjectaccessreviews", &[], "authorization.k8s.io"),
    built_in("HorizontalPodAutoscaler", "horizontalpodautoscalers", &["hpa"], "autoscaling"),
    built_in("CronJob", "cronjobs", &["cj"], "batch"),
    built_in("Job", "jobs", &[], "batch"),
    built_in("CertificateSigningRequest", "certificatesigningrequests", &["csr"], "certificates.k8s.io"),
    built_in("Lease", "leases", &[], "coordination.k8s.io"),
    built_in("EndpointSlice", "endpointslices", &[], "discovery.k8s.io"),
    built_in("Event", "events", &["ev"], "events.k8s.io"),
    built_in("FlowSchema", "flowschemas", &[], "flowcontrol.apiserver.k8s.io"),
    built_in(
        "PriorityLevelConfiguration",
        "prioritylevelconfigurations",
        &[],
        "flowcontrol.apiserver.k8s.io",
    ),
    built_in("Ingress", "ingresses", &["ing"], "networking.k8s.io"),
    built_in("IngressClass", "ingressclasses", &[], "networking.k8s.io"),
    built_in("IPAddress", "ipaddresses", &["ip"], "networking.k8s.io"),
    built_in("NetworkPolicy", "networkpolicies", &["netpol"], "networking.k8s.io"),
    built_in("ServiceCIDR", "servicecidrs", &[], "networking.k8s.io"),
    built_in("RuntimeClass", "runtimeclasses", &[], "node.k8s.io"),
    // Gone from Kubernetes 1.25, not from the dumps of older clusters.
    built_in("PodSecurityPolicy", "podsecuritypolicies", &["psp"], "policy"),
    built_in("PodDisruptionBudget", "poddisruptionbudgets", &["pdb"], "policy"),
    built_in("ClusterRole", "clusterroles", &[], "rbac.authorization.k8s.io"),
    built_in("ClusterRoleBinding", "clusterrolebindings", &[], "rbac.authorization.k8s.io"),
    built_in("Role", "roles", &[], "rbac.authorization.k8s.io"),
    built_in("RoleBinding", "rolebindings", &[], "rbac.authorization.k8s.io"),
    built_in("DeviceClass", "deviceclasses", &[], "resource.k8s.io"),
    built_in("ResourceClaim", "resourceclaims", &[], "resource.k8s.io"),
    built_in("PriorityClass", "priorityclasses", &["pc"], "scheduling.k8s.io"),
    built_in("CSIDriver", "csidrivers", &[], "storage.k8s.io"),
    built_in("CSINode", "csinodes", &[], "storage.k8s.io"),
    built_in("StorageClass", "storageclasses", &["sc"], "storage.k8s.io"),
    built_in("VolumeAttachment", "volumeattachments", &[], "storage.k8s.io"),
    built_in("VolumeAttributesClass", "volumeattributesclasses", &["vac"], "storage.k8s.io"),
];

/// The kinds of a dump, by each name that they go by.
pub struct Kinds {
    /// Each once, the most frequent first.
    kinds: Vec<Kind>,
    /// The places of those that go by a name, which is in lower case and without a group.
    by_name: HashMap<String, Vec<usize>>,
}

impl Kinds {
    /// The kinds of the objects in a store. Takes time in proportion to their number.
    pub fn of(store: &Store) -> Kinds {
        // The store counts each version by itself, and names tell only groups apart.
        let facts = store.kinds().into_iter();
        let kind = |fact: KindFacts<'_>| Kind { group: fact.group().to_owned(), kind: fact.kind.to_owned() };
        facts.map(kind).collect()
    }
}

impl FromIterator<Kind> for Kinds {
    /// The kinds of a dump; one that comes again is passed over. Of several that are meant by a name, or are near to it, the
    /// first is named first.
    fn from_iter<I: IntoIterator<Item = Kind>>(all: I) -> Kinds {
        let mut seen = HashSet::new();
        let kinds: Vec<Kind> = all.into_iter().filter(|kind| seen.insert(kind.clone())).collect();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (place, kind) in kinds.iter().enumerate() {
            // A name may come twice: `endpoints` is the plural and, in lower case, the kind itself.
            for name in names(kind).collect::<HashSet<String>>() {
                by_name.entry(name).or_default().push(place);
            }
        }
        Kinds { kinds, by_name }
    }
}

impl Kinds {
    /// The kinds that `name` may mean: those of the dump that go by it, else the built-in one that does, else
    /// one of that very name, which no object has.
    pub fn resolve(&self, name: &str) -> Vec<Kind> {
        let meant = self.occurring(name);
        if !meant.is_empty() {
            return meant.into_iter().cloned().collect();
        }
        let known = built_in_called(name);
        if !known.is_empty() {
            return known.into_iter().cloned().collect();
        }
        let (kind, group) = split(name);
        vec![Kind { group: group.unwrap_or_default().into(), kind: kind.into() }]
    }

    /// Whether an object of the dump is of a kind that goes by this name.
    pub fn has(&self, name: &str) -> bool {
        !self.occurring(name).is_empty()
    }

    /// The name of a kind in the dump that is nearest to this one: of the kind itself, or its plural.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let plurals: Vec<String> = self.kinds.iter().map(plural).collect();
        let names = self.kinds.iter().map(|kind| kind.kind.as_str());
        crate::suggest::nearest(name, names.chain(plurals.iter().map(String::as_str))).map(str::to_owned)
    }

    /// The kinds that go by a name. If none has its group, those whose group begins with it, as in kubectl.
    fn occurring(&self, name: &str) -> Vec<&Kind> {
        let (name, group) = split(name);
        let places = self.by_name.get(&name.to_ascii_lowercase());
        let kinds = || places.into_iter().flatten().map(|&place| &self.kinds[place]);
        let exact: Vec<&Kind> = kinds().filter(|kind| has_group(kind, group)).collect();
        if !exact.is_empty() {
            return exact;
        }
        kinds().filter(|kind| nearly_has_group(kind, group)).collect()
    }
}

/// Whether a built-in kind goes by this name, whatever occurs.
pub fn is_built_in(name: &str) -> bool {
    !built_in_called(name).is_empty()
}

/// The built-in kind, with its group, that goes by this name; of several the one that kubectl means.
pub(crate) fn first_built_in(name: &str) -> Option<(&'static str, &'static str)> {
    built_in_called(name).first().map(|kind| (kind.kind.as_str(), kind.group.as_str()))
}

/// The plurals of the kinds that a name may mean in some cluster, the likeliest first, and the group if the name says one.
/// Names of one kind have a plural in common, and mostly the first.
pub(crate) fn plurals(name: &str) -> (Vec<String>, Option<&str>) {
    let (word, group) = split(name);
    let word = word.to_ascii_lowercase();
    let built_in = built_in_called(&word).first().map(|kind| plural(kind));
    let is_plural = [("ies", "y"), ("es", ""), ("s", "")].into_iter().any(|(ending, singular)| {
        word.strip_suffix(ending).is_some_and(|stem| plural_of(&format!("{stem}{singular}")) == word)
    });
    // A singular may look like a plural, as `series` does.
    let regular = plural_of(&word);
    (built_in.into_iter().chain(is_plural.then_some(word)).chain([regular]).collect(), group)
}

/// The built-in kinds that go by a name.
fn built_in_called(name: &str) -> Vec<&'static Kind> {
    // The names are looked up rather than compared one by one, which took 30 times as long for
    // 9,000 names that did not occur.
    static BY_NAME: OnceLock<HashMap<String, Vec<Kind>>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| {
        let mut by_name: HashMap<String, Vec<Kind>> = HashMap::new();
        for kind in BUILT_IN.iter().map(|it| Kind { group: it.group.into(), kind: it.kind.into() }) {
            for name in names(&kind).collect::<HashSet<String>>() {
                by_name.entry(name).or_default().push(kind.clone());
            }
        }
        by_name
    });
    let (name, group) = split(name);
    let kinds = by_name.get(&name.to_ascii_lowercase()).into_iter().flatten();
    kinds.filter(|kind| has_group(kind, group)).collect()
}

/// Whether an object of this group and kind goes by `name`, whatever else occurs.
pub fn is_called(identity: ObjectIdentity<'_>, name: &str) -> bool {
    goes_by(identity.group(), identity.kind, name)
}

/// A name of kinds, taken apart into what a kind has to be to [go by](goes_by) it: its own name, in any case of ASCII
/// letters; a singular of it, unless the kind has an irregular plural; or a built-in kind that goes by it.
pub(crate) struct KindWord {
    /// The name in lower case, without its group.
    pub(crate) name: String,
    /// What it is the regular plural of, in lower case.
    pub(crate) singulars: Vec<String>,
    /// The built-in kinds that are one of these and have another plural.
    pub(crate) irregular: Vec<&'static str>,
    /// The built-in kinds of which it is the plural or a short name.
    pub(crate) built_in: Vec<&'static str>,
    /// The group, which is that of the kind, or if it is not empty may be the beginning of it.
    pub(crate) group: Option<String>,
}

impl KindWord {
    pub(crate) fn new(name: &str) -> KindWord {
        let (name, group) = split(name);
        let name = name.to_ascii_lowercase();
        let stems = [("ies", "y"), ("es", ""), ("s", "")].into_iter();
        let singulars =
            stems.filter_map(|(ending, singular)| Some(format!("{}{singular}", name.strip_suffix(ending)?)));
        let singulars: Vec<String> = singulars.filter(|singular| plural_of(singular) == name).collect();
        let is_its = |it: &BuiltIn| it.plural == name || it.short.contains(&name.as_str());
        let is_irregular = |it: &BuiltIn| !is_its(it) && singulars.contains(&it.kind.to_ascii_lowercase());
        let kinds = |is_one: &dyn Fn(&BuiltIn) -> bool| {
            let mut kinds: Vec<&str> = BUILT_IN.iter().filter(|it| is_one(it)).map(|it| it.kind).collect();
            kinds.dedup();
            kinds
        };
        let (irregular, built_in) = (kinds(&is_irregular), kinds(&is_its));
        KindWord { name, singulars, irregular, built_in, group: group.map(str::to_owned) }
    }
}

/// Whether objects of this group and kind go by `name`, whatever else occurs.
pub(crate) fn goes_by(group: &str, kind: &str, name: &str) -> bool {
    let kind = Kind { group: group.to_owned(), kind: kind.to_owned() };
    let (name, group) = split(name);
    (has_group(&kind, group) || nearly_has_group(&kind, group)) && is_name_of(name, &kind)
}

/// Whether an object of the dump is of a kind that goes by this name.
pub fn occurs(name: &str, store: &Store) -> bool {
    Kinds::of(store).has(name)
}

/// `deployments.apps` and `deployments.v1.apps` → `deployments` and `apps`.
fn split(name: &str) -> (&str, Option<&str>) {
    let Some((kind, rest)) = name.split_once('.') else { return (name, None) };
    let is_version = |text: &str| {
        // The digit tells a version from a group that begins with a `v`, such as `velero.io`.
        text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|digit: char| digit.is_ascii_digit()))
    };
    match rest.split_once('.') {
        Some((version, group)) if is_version(version) => (kind, Some(group)),
        // The core group has no name, so that `services.v1` can only be of that one.
        None if is_version(rest) => (kind, Some("")),
        _ => (kind, Some(rest)),
    }
}

fn has_group(kind: &Kind, group: Option<&str>) -> bool {
    group.is_none_or(|group| group == kind.group)
}

/// `crontabs.stable` for those of `stable.example.com`.
fn nearly_has_group(kind: &Kind, group: Option<&str>) -> bool {
    group.is_some_and(|group| !group.is_empty() && kind.group.starts_with(group))
}

/// Whether a name without a group is one of the kind's.
fn is_name_of(name: &str, kind: &Kind) -> bool {
    let name = name.to_ascii_lowercase();
    names(kind).any(|other| other == name)
}

/// The names that a kind goes by, in lower case and without its group.
fn names(kind: &Kind) -> impl Iterator<Item = String> + use<> {
    let singular = kind.kind.to_ascii_lowercase();
    let others = plural_and_short_names(kind, &singular);
    std::iter::once(singular).chain(others)
}

fn plural(kind: &Kind) -> String {
    plural_and_short_names(kind, &kind.kind.to_ascii_lowercase()).swap_remove(0)
}

/// The plural first.
fn plural_and_short_names(kind: &Kind, singular: &str) -> Vec<String> {
    let same_kind = |it: &&BuiltIn| it.kind == kind.kind;
    // Manifests often leave the group's version behind, so a built-in name holds in any group.
    let exact = BUILT_IN.iter().filter(same_kind).find(|it| it.group == kind.group);
    match exact.or_else(|| BUILT_IN.iter().find(same_kind)) {
        Some(it) => std::iter::once(it.plural).chain(it.short.iter().copied()).map(str::to_owned).collect(),
        None => vec![plural_of(singular)],
    }
}

/// The plural that controller generators give a kind: `gateways`, `policies`, `classes`.
fn plural_of(singular: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| singular.ends_with(ending));
    match singular.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "z", "ch", "sh", "ero"]) => format!("{singular}es"),
        _ => format!("{singular}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Object;

    fn store() -> Store {
        let mut store = Store::new();
        for (api_version, kind) in [
            ("v1", "Pod"),
            ("apps/v1", "Deployment"),
            ("gateway.example.com/v1", "GatewayPolicy"),
            ("serving.example.dev/v1", "Service"),
            ("v1", "Service"),
        ] {
            store.insert(Object::new(kind, "", "").with_api_version(api_version));
        }
        store
    }

    fn resolved(name: &str) -> Vec<String> {
        let show = |kind: Kind| format!("{}.{}", kind.kind, kind.group);
        Kinds::of(&store()).resolve(name).into_iter().map(show).collect()
    }

    #[test]
    fn a_kind_goes_by_all_its_names() {
        for name in ["Pod", "pod", "pods", "po", "PODS"] {
            assert_eq!(resolved(name), ["Pod."], "{name}");
        }
        for name in ["deploy", "deployments.apps", "deployment.v1.apps"] {
            assert_eq!(resolved(name), ["Deployment.apps"], "{name}");
        }
        assert_eq!(resolved("gatewaypolicies"), ["GatewayPolicy.gateway.example.com"]);
    }

    #[test]
    fn a_word_taken_apart_means_the_same_kinds() {
        let words =
            BUILT_IN.iter().flat_map(|it| [it.kind, it.plural].into_iter().chain(it.short.iter().copied()));
        let others =
            ["PODS", "gateways", "policy", "policies", "endpointses", "series", "s", "es", "", "a.b", "İ"];
        let words: Vec<&str> = words.chain(others).collect();
        let kinds: Vec<String> = words.iter().flat_map(|it| [(*it).to_owned(), it.to_uppercase()]).collect();
        let in_group = |own: &str, asked: &str| own == asked || (!asked.is_empty() && own.starts_with(asked));
        for name in words
            .iter()
            .flat_map(|word| ["", ".apps", ".v1", ".v1.apps", "."].map(|group| format!("{word}{group}")))
        {
            let word = KindWord::new(&name);
            for kind in &kinds {
                let lower = kind.to_ascii_lowercase();
                let is_regular = word.singulars.contains(&lower) && !word.irregular.contains(&kind.as_str());
                let is_named = lower == word.name || is_regular || word.built_in.contains(&kind.as_str());
                for group in ["", "apps", "apps.x", "batch"] {
                    let is_meant =
                        is_named && word.group.as_deref().is_none_or(|asked| in_group(group, asked));
                    assert_eq!(is_meant, goes_by(group, kind, &name), "{kind} of {group:?} by {name}");
                }
            }
        }
    }

    #[test]
    fn names_of_one_kind_mean_the_same() {
        let meaning = |name: &'static str| {
            let (plurals, group) = plurals(name);
            (plurals[0].clone(), group)
        };
        for names in [
            &["po", "Pods", "pod"][..],
            &["widget", "widgets"],
            &["policies.x", "policy.x"],
            &["helmrelease", "HelmReleases"],
            &["database", "databases"],
            &["cache", "caches"],
            &["class", "classes"],
        ] {
            assert!(names.iter().all(|name| meaning(name) == meaning(names[0])), "{names:?}");
        }
        assert_ne!(meaning("services"), meaning("services.serving"));
        // Whether the one is a plural of the other is told by what kinds there are.
        assert_eq!(plurals("series").0, ["series", "serieses"]);
        assert_eq!(plurals("limits").0, ["limitranges", "limits", "limitses"]);
        assert_eq!(first_built_in("events"), Some(("Event", "")));
    }

    #[test]
    fn a_group_tells_kinds_of_one_name_apart() {
        let mut services = resolved("svc");
        services.sort_unstable();
        assert_eq!(services, ["Service.", "Service.serving.example.dev"]);
        assert_eq!(resolved("services.serving.example.dev"), ["Service.serving.example.dev"]);
        assert_eq!(resolved("services.v1"), ["Service."]);
    }

    #[test]
    fn a_group_may_be_cut_short() {
        assert_eq!(resolved("services.serving"), ["Service.serving.example.dev"]);
        assert_eq!(resolved("gatewaypolicy.gateway.example"), ["GatewayPolicy.gateway.example.com"]);
        assert!(occurs("services.serving", &store()) && !occurs("services.example", &store()));
    }

    #[test]
    fn the_nearest_name_is_told() {
        for (name, expected) in [("pds", Some("pods")), ("Deploiment", Some("Deployment")), ("xyz", None)] {
            assert_eq!(Kinds::of(&store()).nearest(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_kind_is_found_among_very_many() {
        let mut store = Store::new();
        for n in 0..20_000 {
            store.insert(Object::new(format!("Kind{n}"), "", "").with_api_version("a.example/v1"));
            store.insert(Object::new(format!("Kind{n}"), "", "").with_api_version("a.example/v2"));
        }
        let kinds = Kinds::of(&store);
        // Twenty thousand names among twenty thousand kinds: each is looked up, and none compared with all.
        for n in 0..20_000 {
            assert_eq!(kinds.occurring(&format!("kind{n}s.a")).len(), 1);
        }
        assert_eq!(kinds.by_name["kind7s"], kinds.by_name["kind7"]);
    }

    #[test]
    fn every_built_in_kind_goes_by_its_names_once() {
        for it in &BUILT_IN {
            for name in [it.kind, it.plural].iter().chain(it.short) {
                let called = built_in_called(&format!("{name}.{}", it.group));
                let same = called.iter().filter(|kind| kind.kind == it.kind && kind.group == it.group);
                assert_eq!(same.count(), 1, "{name}");
            }
        }
        assert!(is_built_in("svc") && is_built_in("deployments.v1.apps") && !is_built_in("svc.apps"));
    }

    #[test]
    fn what_does_not_occur_is_still_a_kind() {
        assert_eq!(resolved("cm"), ["ConfigMap."]);
        assert_eq!(resolved("deployments.extensions"), ["deployments.extensions"]);
        assert!(occurs("deploy", &store()) && !occurs("cm", &store()));
    }
}
