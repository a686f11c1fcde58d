//! Objects that others refer to by name.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::super::object::Json;
use super::super::places::{KindName, LinkPlace, NamespaceRule, PlaceForm};
use super::held::{HeldValue, Holder, OPTIONAL};
use super::realm::Realm;
use crate::ObjectId;
use crate::store::group_of;

/// A name that no object has, though there are others of its kind in its namespace.
#[derive(Debug, Clone)]
pub(in crate::kubernetes) struct DanglingName {
    /// The object in which it stands.
    pub(in crate::kubernetes) from: ObjectId,
    pub(in crate::kubernetes) at: Box<str>,
    pub(in crate::kubernetes) kind: Box<str>,
    pub(in crate::kubernetes) name: Box<str>,
}

/// The name of another object, as it stands at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// `None` for any group.
    group: Option<Box<str>>,
    kind: Box<str>,
    namespace: WantedNamespace,
    name: Box<str>,
    uid: Option<Box<str>>,
    /// Whether it says itself that there may be no such object.
    is_optional: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum WantedNamespace {
    /// This one.
    Exactly(Box<str>),
    /// This one, or none where the kind has none.
    OrNone(Box<str>),
}

/// The reference that stands at a place; `None` where there is none.
pub(super) fn at_place(
    place: &LinkPlace,
    holder: &Holder<'_>,
    value: &HeldValue<'_, '_>,
) -> Option<Reference> {
    match place.form {
        PlaceForm::Ref => of_ref(place, holder, value.json),
        _ => of_name(place, holder, value),
    }
}

fn of_name(place: &LinkPlace, holder: &Holder<'_>, value: &HeldValue<'_, '_>) -> Option<Reference> {
    let target = place.target.as_ref()?;
    let namespace = match place.namespaces {
        NamespaceRule::Cluster => "",
        _ => holder.namespace,
    };
    Some(Reference {
        group: Some(target.group.clone()),
        kind: target.kind.clone(),
        namespace: WantedNamespace::Exactly(namespace.into()),
        name: value.json.text()?.as_ref().into(),
        uid: None,
        is_optional: value.parent.get(OPTIONAL).is_true(),
    })
}

fn of_ref(place: &LinkPlace, holder: &Holder<'_>, json: Json<'_, '_>) -> Option<Reference> {
    let name = json.get("name").text()?;
    let target = place.target.as_ref();
    let kind = json.get("kind").text().or_else(|| Some(Cow::Borrowed(&*target?.kind)))?;
    let given = json.get("namespace").text();
    let namespace: Box<str> = match place.namespaces {
        NamespaceRule::OfRef => given.as_deref().unwrap_or(holder.namespace).into(),
        NamespaceRule::Given => given.as_deref().unwrap_or_default().into(),
        _ => holder.namespace.into(),
    };
    Some(Reference {
        group: group(json, target.filter(|target| *target.kind == *kind)),
        namespace: WantedNamespace::OrNone(namespace),
        name: name.as_ref().into(),
        uid: json.get("uid").text().map(|uid| uid.as_ref().into()),
        kind: kind.as_ref().into(),
        is_optional: false,
    })
}

/// The group of what is referred to; `None` where nothing says it.
fn group(json: Json<'_, '_>, target: Option<&KindName>) -> Option<Box<str>> {
    let of_version = json.get("apiVersion").text().map(|version| group_of(&version).to_owned());
    let said = ["apiGroup", "group"].into_iter().find_map(|name| json.get(name).string());
    let said = said.map(Cow::into_owned).or(of_version);
    // The workloads have left this group, and what refers to them by it is as old.
    let said = said.filter(|group| group != "extensions");
    said.map(Into::into).or_else(|| Some(target?.group.clone()))
}

/// The objects of a kind.
#[derive(Default)]
struct ByName<'d> {
    by_name: HashMap<(&'d str, &'d str), Vec<u32>>,
    /// The namespaces in which there are any.
    namespaces: HashSet<&'d str>,
}

impl ByName<'_> {
    fn get(&self, namespace: &str, name: &str) -> Vec<u32> {
        self.by_name.get(&(namespace, name)).cloned().unwrap_or_default()
    }
}

/// Finds the objects of a realm by what they are called. What is called so twice, as it was read from two files, is found
/// twice.
pub(super) struct NameIndex<'r, 'd> {
    realm: &'r Realm<'d>,
    /// Those of each kind that was asked for.
    of_kinds: HashMap<(Option<Box<str>>, Box<str>), ByName<'d>>,
    /// The uids of the objects that are named together with one.
    uid_of: &'r dyn Fn(u32) -> Option<Box<str>>,
}

impl<'r, 'd> NameIndex<'r, 'd> {
    pub(super) fn new(
        realm: &'r Realm<'d>,
        uid_of: &'r dyn Fn(u32) -> Option<Box<str>>,
    ) -> NameIndex<'r, 'd> {
        NameIndex { realm, of_kinds: HashMap::new(), uid_of }
    }

    fn of_kind(&mut self, reference: &Reference) -> &ByName<'d> {
        let realm = self.realm;
        let key = (reference.group.clone(), reference.kind.clone());
        self.of_kinds.entry(key).or_insert_with(|| by_name(realm, reference))
    }

    /// Whether a reference is to an object that is not there, though it has to be and others of its kind are there.
    pub(super) fn is_dangling(&mut self, reference: &Reference) -> bool {
        match &reference.namespace {
            WantedNamespace::Exactly(namespace) if !reference.is_optional => {
                self.of_kind(reference).namespaces.contains(&**namespace)
            }
            _ => false,
        }
    }

    /// The objects that a reference is to.
    pub(super) fn get(&mut self, reference: &Reference) -> Vec<u32> {
        let by_name = self.of_kind(reference);
        let name = &*reference.name;
        let found = |namespace: &str| by_name.get(namespace, name);
        let found = match &reference.namespace {
            WantedNamespace::Exactly(namespace) => found(namespace),
            WantedNamespace::OrNone(namespace) => {
                let there = found(namespace);
                if there.is_empty() && !namespace.is_empty() { found("") } else { there }
            }
        };
        match &reference.uid {
            None => found,
            Some(uid) => found.into_iter().filter(|&id| self.may_be(id, uid, name)).collect(),
        }
    }

    /// Whether an object may have a uid: one of the same name may have been there before. A kubelet knows its node's name
    /// alone, and gives that as uid.
    fn may_be(&self, id: u32, uid: &str, name: &str) -> bool {
        uid == name || (self.uid_of)(id).is_none_or(|own| *own == *uid)
    }
}

fn by_name<'d>(realm: &Realm<'d>, reference: &Reference) -> ByName<'d> {
    let mut found = ByName::default();
    let is_it = |api_version: &str, kind: &str| {
        *kind == *reference.kind
            && reference.group.as_deref().is_none_or(|group| group == group_of(api_version))
    };
    for (_, _, objects) in realm.kinds().filter(|(api_version, kind, _)| is_it(api_version, kind)) {
        for object in objects.iter().filter_map(|id| realm.object(id)) {
            found.namespaces.insert(object.namespace());
            found.by_name.entry((object.namespace(), object.name())).or_default().push(object.id().0);
        }
    }
    found
}

impl Reference {
    /// The same as a name that nothing has.
    pub(super) fn dangling(&self, from: u32, at: &str) -> DanglingName {
        DanglingName { from: ObjectId(from), at: at.into(), kind: self.kind.clone(), name: self.name.clone() }
    }
}
