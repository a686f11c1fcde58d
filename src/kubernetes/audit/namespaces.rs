//! In which namespaces selectors look, and whether the dump has these.

use std::collections::{BTreeSet, HashMap};

use super::super::links::{Namespaces, Tie};
use super::audited::Audited;
use super::labelled::Labelled;
use crate::{ObjectId, Selector};

/// The namespaces in which a selector looks.
#[derive(Debug)]
pub(super) enum NamespaceReach<'d> {
    All,
    Some(BTreeSet<&'d str>),
}

impl NamespaceReach<'_> {
    pub(super) fn has(&self, namespace: &str) -> bool {
        match self {
            NamespaceReach::All => true,
            NamespaceReach::Some(names) => names.contains(namespace),
        }
    }

    /// `namespace shop`, `2 namespaces`, `all namespaces`
    pub(super) fn in_words(&self) -> String {
        match self {
            NamespaceReach::All => "all namespaces".to_owned(),
            NamespaceReach::Some(names) => match names.iter().collect::<Vec<_>>()[..] {
                [one] => format!("namespace {one}"),
                _ => format!("{} namespaces", names.len()),
            },
        }
    }
}

/// The label by which a namespace is selected by its name.
pub(super) const NAME_LABEL: &str = "kubernetes.io/metadata.name";

impl<'d> Audited<'_, 'd> {
    /// In which namespaces a selector looks; `None` where that cannot be told, or the dump does not have them.
    pub(super) fn reach<'a>(&'a self, tie: &Tie<'a>) -> Option<NamespaceReach<'a>> {
        self.reach_of(tie.from(), tie.namespaces()?)
    }

    pub(super) fn reach_of<'a>(
        &'a self,
        from: ObjectId,
        namespaces: &'a Namespaces,
    ) -> Option<NamespaceReach<'a>> {
        let own = self.namespace(from);
        let reach = match &namespaces.labelled {
            _ if namespaces.are_all => NamespaceReach::All,
            None => NamespaceReach::Some(namespaces.named.iter().map(|name| &**name).collect()),
            Some(selector) => {
                let labelled = self.namespaces_with(from, selector)?;
                NamespaceReach::Some(namespaces.named.iter().map(|name| &**name).chain(labelled).collect())
            }
        };
        let are_own = |names: &BTreeSet<&str>| names.iter().all(|name| *name == own);
        let is_own =
            namespaces.labelled.is_none() && matches!(&reach, NamespaceReach::Some(names) if are_own(names));
        (is_own || !self.is_of_one_namespace(from)).then_some(reach)
    }

    /// The names of the namespaces that have labels; `None` where no Namespace is there.
    fn namespaces_with(&self, from: ObjectId, selector: &Selector) -> Option<Vec<&'d str>> {
        let all = self.namespace_objects(from);
        let found = all.iter().filter(|it| it.is_selected_by(selector));
        (!all.is_empty()).then(|| found.map(|it| self.name(it.id)).collect())
    }

    /// The Namespaces of the cluster of an object, with the label that servers give them.
    pub(super) fn namespace_objects(&self, from: ObjectId) -> Vec<Labelled<'d>> {
        let cluster = self.cluster(from);
        let all = self.of_kind("", "Namespace").into_iter().filter(|id| self.cluster(*id) == cluster);
        let objects = all.filter_map(|id| self.object(id));
        objects.map(|it| Labelled::of(it).with_label(NAME_LABEL, it.name())).collect()
    }

    /// Whether the dump is of one namespace alone, so that nothing is known of others.
    fn is_of_one_namespace(&self, from: ObjectId) -> bool {
        let names = self.namespace_names.get_or_init(|| {
            let mut names: HashMap<Option<&'d str>, BTreeSet<&'d str>> = HashMap::new();
            for object in self.dump().store().objects() {
                let name = match (object.kind(), object.namespace()) {
                    ("Namespace", "") => object.name(),
                    (_, "") => continue,
                    (_, namespace) => namespace,
                };
                names.entry(self.cluster(object.id())).or_default().insert(name);
            }
            names
        });
        names.get(&self.cluster(from)).is_none_or(|names| names.len() < 2)
    }
}
