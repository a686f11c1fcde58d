//! Reading of an object what stands at its places.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::super::object::{Json, ObjectJson};
use super::super::places::{
    AbsentMeaning, LinkPlace, NamespaceRule, PlaceCondition, PlaceForm, PlacePath, PlaceStep, push_name,
};
use crate::ObjectRef;
use crate::json::{MemberNames, Reads};

/// What stands at a place of an object.
pub(super) struct HeldValue<'h, 'a> {
    pub(super) json: Json<'h, 'h>,
    /// The object in the JSON that has it as a member.
    pub(super) parent: Json<'h, 'h>,
    /// Where the last array on the way to it is, and the names behind that.
    base: &'a str,
    rest: &'a [PlaceStep],
}

impl HeldValue<'_, '_> {
    /// Where it is, as a path that a query takes. It is put together only for what is there, as most places of most objects
    /// hold nothing.
    pub(super) fn at(&self) -> String {
        let mut at = self.base.to_owned();
        for name in self.rest.iter().filter_map(PlaceStep::name) {
            // Writing to a string does not fail.
            let _ = push_name(&mut at, name);
        }
        at
    }
}

/// An object that holds selectors or names of others.
pub(super) struct Holder<'h> {
    pub(super) id: u32,
    pub(super) namespace: &'h str,
    json: &'h ObjectJson<'h>,
}

impl<'h> Holder<'h> {
    pub(super) fn new(object: ObjectRef<'h>, json: &'h ObjectJson<'h>) -> Holder<'h> {
        Holder { id: object.id().0, namespace: object.namespace(), json }
    }

    /// What stands at a path in which there are no arrays.
    pub(super) fn at(&self, path: &PlacePath) -> Json<'h, 'h> {
        path.names().fold(self.json.json(), Json::get)
    }

    /// The labels of the pods that it makes.
    pub(super) fn template_labels(&self) -> Json<'h, 'h> {
        TEMPLATE_LABELS.into_iter().fold(self.json.json(), Json::get)
    }

    /// Calls `each` with what stands at a place, for each time that there is such a place.
    pub(super) fn each(&self, place: &LinkPlace, mut each: impl FnMut(HeldValue<'h, '_>)) {
        let (base, rest) = place.path.parts();
        let mut at = String::new();
        walk(self.json.json(), base, &mut at, &mut |base, at| {
            // What has to be there is not, or it is another case.
            let is_there = place.path.parts().0.is_empty() || base.present().is_some();
            if !is_there || !place.when.as_ref().is_none_or(|when| self.holds(when, base)) {
                return;
            }
            let (mut json, mut parent) = (base, base);
            for name in rest.iter().filter_map(PlaceStep::name) {
                (json, parent) = (json.get(name), json);
            }
            each(HeldValue { json, parent, base: at, rest });
        });
    }

    fn holds(&self, condition: &PlaceCondition, base: Json<'h, 'h>) -> bool {
        let start = if condition.is_of_object { self.json.json() } else { base };
        let found = condition.names.iter().fold(start, |json, name| json.get(name)).present();
        let is_it = match &condition.value {
            None => found.is_some(),
            Some(value) => found.is_some_and(|json| json.is(value) || json.written() == &**value),
        };
        is_it != condition.is_negated
    }
}

/// Where the labels of the pods stand that a workload makes.
const TEMPLATE_LABELS: [&str; 4] = ["spec", "template", "metadata", "labels"];

/// Goes through all that the steps lead to and that is there.
fn walk<'h>(
    json: Json<'h, 'h>,
    steps: &[PlaceStep],
    at: &mut String,
    each: &mut impl FnMut(Json<'h, 'h>, &mut String),
) {
    let Some((step, rest)) = steps.split_first() else { return each(json, at) };
    let len = at.len();
    match step {
        PlaceStep::Name(name) => {
            let Some(inner) = json.get(name).present() else { return };
            let _ = push_name(at, name);
            walk(inner, rest, at, each);
            at.truncate(len);
        }
        PlaceStep::Each => {
            for (nth, element) in json.elements().enumerate() {
                let _ = write!(at, "[{nth}]");
                walk(element, rest, at, each);
                at.truncate(len);
            }
        }
    }
}

/// Up to how many names are looked for before an object is read.
const MAX_NEEDED: usize = 8;

/// Names of which an object has one at least that holds anything at some of its places; `None` where that cannot be told.
pub(super) fn needed_names<'p>(places: impl IntoIterator<Item = &'p LinkPlace>) -> Option<MemberNames> {
    let names: Option<BTreeSet<&str>> = places.into_iter().map(needed_name).collect();
    names.filter(|names| names.len() <= MAX_NEEDED).map(MemberNames::new)
}

/// The name on the way to a place that stands in the fewest objects, by its length, of those without which it holds nothing.
fn needed_name(place: &LinkPlace) -> Option<&str> {
    let is_free = [AbsentMeaning::Free, AbsentMeaning::Nothing].contains(&place.absent);
    let is_name = matches!(place.form, PlaceForm::Name | PlaceForm::Ref);
    // What is said of namespaces may be wrong where there is no selector.
    let says_namespaces = matches!(place.namespaces, NamespaceRule::Labels(_) | NamespaceRule::Names(_));
    let (base, rest) = place.path.parts();
    let rest = if (is_free || is_name) && !says_namespaces { rest } else { &[] };
    let names = base.iter().chain(rest).filter_map(PlaceStep::name);
    names.filter(|name| MemberNames::may_be(name)).max_by_key(|name| name.len())
}

/// What says, beside a name, that an object of that name need not be there.
pub(super) const OPTIONAL: &str = "optional";

/// What has to be read of an object for some of its places.
pub(super) fn reads<'p>(places: impl IntoIterator<Item = &'p LinkPlace>) -> Reads {
    places.into_iter().fold(Reads::nothing(), |reads, place| {
        let mut reads = reads.and(place.path.names());
        if place.form == PlaceForm::Name {
            reads = reads.and(place.path.parent_names().chain([OPTIONAL]));
        }
        if let Some(when) = &place.when {
            let base: Vec<&str> =
                if when.is_of_object { Vec::new() } else { place.path.base_names().collect() };
            reads = reads.and(base.into_iter().chain(when.names.iter().map(|name| &**name)));
        }
        if let NamespaceRule::Labels(path) | NamespaceRule::Names(path) = &place.namespaces {
            reads = reads.and(path.names());
        }
        if [place.absent, place.empty].contains(&AbsentMeaning::Template) {
            reads = reads.and(TEMPLATE_LABELS);
        }
        reads
    })
}
