//! Rules of the audit as loops over JSON, which share nothing with the engine.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::meaning::{
    Pairs, holds, is_empty, is_in, kind, list, name, namespace, pairs, pod_spec, text, workload,
};

/// The rules that are compared.
pub(super) const RULES: [&str; 11] = [
    "service-no-pods",
    "pdb-no-pods",
    "netpol-no-pods",
    "pdb-multiple",
    "hpa-overlap",
    "hpa-foreign-pods",
    "workload-selector-overlap",
    "selector-vs-template",
    "orphan-pods",
    "netpol-peer-empty",
    "reference-missing",
];

/// `Kind ns/name`, by which an object is told of once, whatever its version.
pub(crate) fn called(object: &Value) -> String {
    format!("{} {}/{}", kind(object), namespace(object), name(object))
}

/// A cluster with pods, and what its objects have to do with each other.
pub(super) struct PlainAudit<'o> {
    objects: &'o [Value],
    selects: BTreeSet<(usize, usize)>,
    owns: BTreeSet<(usize, usize)>,
    /// The workloads that no other one has made.
    templates: Vec<usize>,
}

impl<'o> PlainAudit<'o> {
    pub(super) fn new(objects: &'o [Value]) -> PlainAudit<'o> {
        let set = |pairs: Pairs| pairs.into_iter().collect::<BTreeSet<_>>();
        let is_made = |object: &Value| {
            list(&object["metadata"]["ownerReferences"]).iter().any(|it| it["controller"] == true)
        };
        let is_template =
            |object: &Value| ["Deployment", "ReplicaSet"].contains(&kind(object)) && !is_made(object);
        let templates = (0..objects.len()).filter(|&at| is_template(&objects[at])).collect();
        let (selects, owns) = (set(pairs("selects", objects)), set(pairs("owns", objects)));
        PlainAudit { objects, selects, owns, templates }
    }

    /// The objects that a rule finds.
    pub(super) fn found(&self, rule: &str) -> BTreeSet<String> {
        let found = match rule {
            "service-no-pods" => self.no_pods("Service", "selector"),
            "pdb-no-pods" => self.no_pods("PodDisruptionBudget", "selector"),
            "netpol-no-pods" => self.no_pods("NetworkPolicy", "podSelector"),
            "pdb-multiple" => self.shared(self.of_kind("PodDisruptionBudget").map(|at| (at, at)).collect()),
            "hpa-overlap" => self.overlapping_scalers(),
            "hpa-foreign-pods" => self.foreign_pods(),
            "workload-selector-overlap" => self.overlapping_workloads(),
            "selector-vs-template" => self.against_template(),
            "orphan-pods" => self.orphans(),
            "netpol-peer-empty" => self.empty_peers(),
            "reference-missing" => self.missing_references(),
            other => panic!("no rule {other}"),
        };
        found.into_iter().map(|at| called(&self.objects[at])).collect()
    }

    fn of_kind(&self, wanted: &'static str) -> impl Iterator<Item = usize> {
        (0..self.objects.len()).filter(move |&at| kind(&self.objects[at]) == wanted)
    }

    fn pods_of(&self, at: usize) -> impl Iterator<Item = usize> {
        self.of_kind("Pod").filter(move |&pod| self.selects.contains(&(at, pod)))
    }

    /// The pod that a template describes.
    fn template_pod(&self, at: usize) -> Value {
        let object = &self.objects[at];
        json!({"metadata": {"namespace": namespace(object), "labels": object["spec"]["template"]["metadata"]["labels"]}})
    }

    fn no_pods(&self, of: &'static str, selector: &str) -> Vec<usize> {
        let is_one = |&at: &usize| {
            let (object, selector) = (&self.objects[at], &self.objects[at]["spec"][selector]);
            let selector = match of {
                "Service" => json!({"matchLabels": selector}),
                _ => selector.clone(),
            };
            let would_be = self.templates.iter().any(|&template| {
                namespace(&self.objects[template]) == namespace(object)
                    && holds(&selector, &self.template_pod(template))
            });
            let is_outside = object["spec"]["type"] == "ExternalName" && of == "Service";
            !selector.is_null()
                && !is_empty(&selector)
                && !is_outside
                && self.pods_of(at).count() == 0
                && !would_be
        };
        self.of_kind(of).filter(is_one).collect()
    }

    /// The first of several holders with a pod in common; a holder has the pods that another object selects.
    fn shared(&self, holders: Vec<(usize, usize)>) -> Vec<usize> {
        let of_pod = self.of_kind("Pod").map(|pod| {
            let holding = holders.iter().filter(|(_, by)| self.selects.contains(&(*by, pod)));
            let mut named: BTreeMap<String, usize> = BTreeMap::new();
            holding
                .for_each(|(holder, _)| _ = named.entry(called(&self.objects[*holder])).or_insert(*holder));
            named
        });
        of_pod.filter(|named| named.len() > 1).filter_map(|named| named.into_values().min()).collect()
    }

    /// Each autoscaler, once, with its target.
    fn scalers(&self) -> Vec<(usize, Option<usize>)> {
        let mut seen = BTreeSet::new();
        let scalers =
            self.of_kind("HorizontalPodAutoscaler").filter(|&at| seen.insert(called(&self.objects[at])));
        let target = |at: usize| {
            let reference = &self.objects[at]["spec"]["scaleTargetRef"];
            (0..self.objects.len()).find(|&other| {
                kind(&self.objects[other]) == reference["kind"]
                    && name(&self.objects[other]) == reference["name"]
                    && namespace(&self.objects[other]) == namespace(&self.objects[at])
            })
        };
        scalers.map(|at| (at, target(at))).collect()
    }

    fn overlapping_scalers(&self) -> Vec<usize> {
        let with_target: Vec<(usize, usize)> =
            self.scalers().into_iter().filter_map(|(at, target)| Some((at, target?))).collect();
        // The target that several name need not be there.
        let mut of_target: BTreeMap<(&str, String), Vec<usize>> = BTreeMap::new();
        for (at, _) in self.scalers() {
            let reference = &self.objects[at]["spec"]["scaleTargetRef"];
            let target = format!("{}/{}", text(reference, &["kind"]), text(reference, &["name"]));
            of_target.entry((namespace(&self.objects[at]), target)).or_default().push(at);
        }
        let same = of_target.into_values().filter(|scalers| scalers.len() > 1);
        let same: Vec<usize> = same.filter_map(|scalers| scalers.into_iter().min()).collect();
        self.shared(with_target).into_iter().chain(same).collect()
    }

    /// The workload with a template that has made an object.
    fn maker(&self, at: usize) -> Option<usize> {
        let by_uid = self.templates.iter().copied().find(|&template| self.owns.contains(&(template, at)));
        by_uid.or_else(|| {
            let workload = workload(at, self.objects)?;
            self.templates.iter().copied().find(|&template| {
                let object = &self.objects[template];
                namespace(object) == namespace(&self.objects[at])
                    && format!("{}/{}", kind(object), name(object)) == workload
            })
        })
    }

    fn foreign_pods(&self) -> Vec<usize> {
        let counts_foreign = |&(_, target): &(usize, Option<usize>)| {
            target.is_some_and(|target| {
                self.pods_of(target)
                    .any(|pod| self.maker(pod) != Some(target) && !self.owns.contains(&(target, pod)))
            })
        };
        self.scalers().into_iter().filter(counts_foreign).map(|(at, _)| at).collect()
    }

    fn overlapping_workloads(&self) -> Vec<usize> {
        let workloads = (0..self.objects.len()).filter(|&at| {
            ["Deployment", "ReplicaSet"].contains(&kind(&self.objects[at]))
                && workload(at, self.objects).is_none()
        });
        let takes = |at: usize, template: usize| {
            let (one, other) = (&self.objects[at], &self.objects[template]);
            let selector = &one["spec"]["selector"];
            namespace(one) == namespace(other)
                && called(one) != called(other)
                && !self.owns.contains(&(at, template))
                && !self.owns.contains(&(template, at))
                && !selector.is_null()
                && !is_empty(selector)
                && holds(selector, &self.template_pod(template))
        };
        workloads.filter(|&at| self.templates.iter().any(|&template| takes(at, template))).collect()
    }

    fn against_template(&self) -> Vec<usize> {
        let is_wrong = |&at: &usize| {
            let selector = &self.objects[at]["spec"]["selector"];
            !selector.is_null() && !is_empty(selector) && !holds(selector, &self.template_pod(at))
        };
        self.templates.iter().copied().filter(is_wrong).collect()
    }

    fn orphans(&self) -> Vec<usize> {
        let is_orphan = |&pod: &usize| {
            workload(pod, self.objects).is_none()
                && (0..self.objects.len()).any(|at| {
                    ["Deployment", "ReplicaSet"].contains(&kind(&self.objects[at]))
                        && self.selects.contains(&(at, pod))
                })
        };
        self.of_kind("Pod").filter(is_orphan).collect()
    }

    fn empty_peers(&self) -> Vec<usize> {
        let all: BTreeSet<&str> = self
            .objects
            .iter()
            .flat_map(|it| match kind(it) {
                "Namespace" => [name(it)],
                _ => [namespace(it)],
            })
            .filter(|name| !name.is_empty())
            .collect();
        let is_nobody = |policy: &Value, peer: &Value| {
            let (pods, namespaces) = (&peer["podSelector"], &peer["namespaceSelector"]);
            if pods.is_null() && namespaces.is_null() || !namespaces.is_null() && all.len() < 2 {
                return false;
            }
            let has_labels = !namespaces.is_null() && !is_empty(namespaces);
            if has_labels && !self.objects.iter().any(|it| kind(it) == "Namespace") {
                return false;
            }
            if has_labels && !self.objects.iter().any(|it| kind(it) == "Namespace" && holds(namespaces, it)) {
                return true;
            }
            let is_there = |object: &Value| match namespaces.is_null() {
                true => namespace(object) == namespace(policy),
                false => is_in(namespaces, namespace(object), self.objects),
            };
            let mut likes = self.of_kind("Pod").map(|at| self.objects[at].clone()).collect::<Vec<_>>();
            likes.extend(self.templates.iter().map(|&at| self.template_pod(at)));
            // Where all pods are of one namespace nothing was read of others.
            let is_known = likes.iter().map(namespace).collect::<BTreeSet<_>>().len() > 1;
            likes.retain(is_there);
            (is_known || !likes.is_empty()) && !likes.iter().any(|it| pods.is_null() || holds(pods, it))
        };
        let has_nobody = |&at: &usize| {
            let policy = &self.objects[at];
            let lists = [("ingress", "from"), ("egress", "to")];
            lists.iter().any(|(rules, peers)| {
                let rules = list(&policy["spec"][rules]).iter();
                rules.flat_map(|rule| list(&rule[peers])).any(|peer| is_nobody(policy, peer))
            })
        };
        self.of_kind("NetworkPolicy").filter(has_nobody).collect()
    }

    fn missing_references(&self) -> Vec<usize> {
        let mut first: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut found = Vec::new();
        for (at, object) in self.objects.iter().enumerate() {
            let Some(spec) = pod_spec(object) else { continue };
            let containers = ["containers", "initContainers", "ephemeralContainers"];
            let containers = containers.iter().flat_map(|it| list(&spec[it]));
            let maps =
                containers.flat_map(|it| list(&it["envFrom"])).map(|it| text(it, &["configMapRef", "name"]));
            let secrets = list(&spec["volumes"]).iter().map(|it| text(it, &["secret", "secretName"]));
            let is_missing = |wanted: &str, wanted_name: &str| {
                let beside = |it: &&Value| kind(it) == wanted && namespace(it) == namespace(object);
                !wanted_name.is_empty()
                    && self.objects.iter().any(|it| beside(&it))
                    && !self.objects.iter().filter(beside).any(|it| name(it) == wanted_name)
            };
            let is_lacking = maps.into_iter().any(|it| is_missing("ConfigMap", it))
                | secrets.into_iter().any(|it| is_missing("Secret", it));
            let is_original = match (self.maker(at), workload(at, self.objects)) {
                (Some(maker), _) => maker == at,
                (None, Some(workload)) if is_lacking && kind(object) != "Deployment" => {
                    *first.entry((namespace(object).to_owned(), workload)).or_insert(at) == at
                }
                _ => true,
            };
            if is_lacking && is_original {
                found.push(at);
            }
        }
        found
    }
}
