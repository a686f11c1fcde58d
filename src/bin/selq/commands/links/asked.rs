//! The objects whose links are asked for.

use anyhow::{Result, bail};
use selq::kubernetes::LinkPlaces;
use selq::kubernetes::kinds::Kinds;
use selq::query::Columns;
use selq::text::nearest;
use selq::{Dump, ObjectId, ObjectRef};

use crate::selection::{Selection, among};
use crate::terminal::message;

/// An object as it is named: `[NS/]KIND/NAME`.
pub(super) struct ObjectName<'t> {
    text: &'t str,
    namespace: Option<&'t str>,
    kind: &'t str,
    name: &'t str,
}

/// What `--of` names.
pub(super) fn names(texts: &[String]) -> Result<Vec<ObjectName<'_>>> {
    texts.iter().map(|text| name(text)).collect()
}

fn name(text: &str) -> Result<ObjectName<'_>> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts[..] {
        _ if parts.iter().any(|part| part.is_empty()) => {}
        [kind, name] => return Ok(ObjectName { text, namespace: None, kind, name }),
        [namespace, kind, name] => return Ok(ObjectName { text, namespace: Some(namespace), kind, name }),
        _ => {}
    }
    bail!("{text:?} names no object: write KIND/NAME or NS/KIND/NAME, such as shop/svc/web")
}

/// The objects whose links are asked for.
pub(super) struct AskedObjects {
    /// In the order of the dump; `None` where the links of all are.
    pub(super) ids: Option<Vec<ObjectId>>,
    pub(super) remarks: Vec<String>,
}

impl AskedObjects {
    pub(super) fn ids(&self) -> Option<&[ObjectId]> {
        self.ids.as_deref()
    }

    /// The objects that are named, and those that are selected.
    pub(super) fn find(
        dump: &Dump,
        names: &[ObjectName<'_>],
        selection: &Selection,
        places: &LinkPlaces,
    ) -> Result<AskedObjects> {
        let (mut ids, mut remarks) = (Vec::new(), Vec::new());
        for name in names {
            let called = called(dump, name);
            if called.is_empty() {
                remarks.push(absent(dump, name));
            }
            ids.extend(called);
        }
        if selection.narrows() {
            let columns = selection.columns_by(dump, Columns::with_places(places.clone()));
            let plan = selection.plan(dump, &columns)?;
            let found = plan.run();
            remarks.extend(selection.remarks(dump, &plan, !found.is_empty()));
            ids.extend(found.ids());
        }
        ids.sort_unstable();
        ids.dedup();
        let is_of_all = names.is_empty() && !selection.narrows();
        Ok(AskedObjects { ids: (!is_of_all).then_some(ids), remarks })
    }
}

/// The objects that a name is of: in all namespaces, unless it says in which.
fn called(dump: &Dump, name: &ObjectName<'_>) -> Vec<ObjectId> {
    let kinds = Kinds::of(dump.store()).resolve(name.kind);
    let is_it = |object: &ObjectRef<'_>| {
        object.name() == name.name
            && name.namespace.is_none_or(|namespace| object.namespace() == namespace)
            && kinds.iter().any(|it| it.kind == object.kind() && it.group == object.identity().group())
    };
    dump.store().objects().filter(is_it).map(|object| object.id()).collect()
}

fn absent(dump: &Dump, name: &ObjectName<'_>) -> String {
    let kinds = Kinds::of(dump.store()).resolve(name.kind);
    let of_kind = dump.store().objects().filter(|object| kinds.iter().any(|it| it.kind == object.kind()));
    let near = nearest(name.name, of_kind.map(|object| object.name()));
    let near = near.map(|near| format!("{}/{near}", name.kind));
    let what = format!("no object {:?} {}", name.text, among(dump.store().len() as u64));
    message::absent(&what, near.as_deref())
}
