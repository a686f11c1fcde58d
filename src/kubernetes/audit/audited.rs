//! The objects of a dump as an audit asks for them.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use super::super::links::{Links, Tie};
use super::super::object::ObjectJson;
use super::super::relation::Relation;
use crate::json::Reads;
use crate::store::group_of;
use crate::{Dump, ObjectId, ObjectRef, Plan, Scope, Selector};

/// A cluster, if it has a name, and a namespace in it.
pub(super) type NamespacePlace<'d> = (Option<&'d str>, &'d str);

/// A dump that is looked through.
pub(super) struct Audited<'l, 'd> {
    pub(super) links: &'l Links<'d>,
    /// The namespaces of each cluster.
    pub(super) namespace_names: OnceLock<HashMap<Option<&'d str>, BTreeSet<&'d str>>>,
}

impl<'l, 'd> Audited<'l, 'd> {
    pub(super) fn new(links: &'l Links<'d>) -> Audited<'l, 'd> {
        Audited { links, namespace_names: OnceLock::new() }
    }

    /// The selector by which an object acts on others.
    pub(super) fn selecting(&self, id: ObjectId) -> Option<Tie<'l>> {
        self.links.ties_of(Relation::Selects, id).find(|tie| tie.problem().is_none())
    }

    pub(super) fn dump(&self) -> &'d Dump {
        self.links.dump()
    }

    /// Whether there is an object of a kind, whatever its group.
    pub(super) fn has_kind(&self, kind: &str) -> bool {
        self.dump().store().kinds().iter().any(|fact| fact.kind == kind)
    }

    /// Whether the cluster of an object has objects of a kind, whatever its group.
    pub(super) fn has_kind_around(&self, kind: &str, id: ObjectId) -> bool {
        let kinds = self.dump().store().kinds();
        let of_kind = kinds.iter().filter(|fact| fact.kind == kind).map(|fact| group_of(fact.api_version));
        let cluster = self.cluster(id);
        of_kind.flat_map(|group| self.of_kind(group, kind)).any(|it| self.cluster(it) == cluster)
    }

    /// The objects of a kind.
    pub(super) fn of_kind(&self, group: &str, kind: &str) -> Vec<ObjectId> {
        let scope = Scope::all().kind(Some(group), kind);
        Plan::scoped(self.dump().store(), &Selector::everything(), &scope).run().ids().collect()
    }

    /// The object, which is there.
    pub(super) fn object(&self, id: ObjectId) -> Option<ObjectRef<'d>> {
        self.dump().store().get(id)
    }

    pub(super) fn namespace(&self, id: ObjectId) -> &'d str {
        self.object(id).map_or("", |object| object.namespace())
    }

    pub(super) fn name(&self, id: ObjectId) -> &'d str {
        self.object(id).map_or("", |object| object.name())
    }

    pub(super) fn cluster(&self, id: ObjectId) -> Option<&'d str> {
        self.dump().cluster(id)
    }

    /// The namespace of an object, and the cluster that this is in.
    pub(super) fn place(&self, id: ObjectId) -> NamespacePlace<'d> {
        (self.cluster(id), self.namespace(id))
    }

    /// `Pod shop/web-0`
    pub(super) fn called(&self, id: ObjectId) -> String {
        self.object(id)
            .map_or_else(String::new, |object| called(object.kind(), object.namespace(), object.name()))
    }

    /// `Pod/web-0`, as owners are named.
    pub(super) fn as_owner(&self, id: ObjectId) -> String {
        self.object(id).map_or_else(String::new, |object| format!("{}/{}", object.kind(), object.name()))
    }

    /// Has `look` look at what is read of an object.
    pub(super) fn read<T>(&self, id: ObjectId, reads: &Reads, look: impl FnOnce(&ObjectJson<'_>) -> T) -> T {
        let json = self.dump().json(id);
        let (api_version, kind) = self.object(id).map_or(("", ""), |it| (it.api_version(), it.kind()));
        look(&ObjectJson::reading(&json, reads).with_kind(api_version, kind))
    }

    /// Whether a kind holds selectors, by the table of places.
    pub(super) fn holds_selectors(&self, kind: &str) -> bool {
        self.links.places().iter().any(|place| place.kind().split('.').next() == Some(kind))
    }

    /// Whether an object is of this group and kind.
    pub(super) fn is_of(&self, id: ObjectId, group: &str, kind: &str) -> bool {
        self.object(id).is_some_and(|it| it.kind() == kind && group_of(it.api_version()) == group)
    }

    /// Whether a server has given an object a uid.
    pub(super) fn has_uid(&self, id: ObjectId) -> bool {
        self.read(id, &Reads::nothing().and(["metadata", "uid"]), |it| {
            it.at(["metadata", "uid"]).text().is_some()
        })
    }

    /// Whether there are objects of a kind in the namespace of an object.
    pub(super) fn has_kind_beside(&self, group: &str, kind: &str, id: ObjectId) -> bool {
        let scope = Scope::all().kind(Some(group), kind).namespace(self.namespace(id));
        let found = Plan::scoped(self.dump().store(), &Selector::everything(), &scope).run();
        found.ids().any(|it| self.cluster(it) == self.cluster(id))
    }

    /// The object of a kind and name in a namespace.
    pub(super) fn named(
        &self,
        group: &str,
        kind: &str,
        place: NamespacePlace<'_>,
        name: &str,
    ) -> Option<ObjectId> {
        let scope = Scope::all().kind(Some(group), kind).namespace(place.1);
        let found = Plan::scoped(self.dump().store(), &Selector::everything(), &scope).run();
        let is_it = |object: &ObjectRef<'_>| object.name() == name && self.cluster(object.id()) == place.0;
        found.iter().find(is_it).map(|object| object.id())
    }
}

/// How messages name an object.
pub(super) fn called(kind: &str, namespace: &str, name: &str) -> String {
    match namespace {
        "" => format!("{kind} {name}"),
        namespace => format!("{kind} {namespace}/{name}"),
    }
}
