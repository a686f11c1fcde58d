//! Objects as they are named on the command line: `[NS/]KIND/NAME`.

use anyhow::{Result, bail};
use selq::kubernetes::kinds::Kinds;
use selq::text::nearest;
use selq::{Dump, ObjectId, ObjectRef};

use crate::selection::among;
use crate::terminal::message;

/// An object as it is named: `[NS/]KIND/NAME`.
pub(crate) struct ObjectName<'t> {
    text: &'t str,
    namespace: Option<&'t str>,
    kind: &'t str,
    name: &'t str,
}

/// What `--of` names.
pub(crate) fn names(texts: &[String]) -> Result<Vec<ObjectName<'_>>> {
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

/// The objects that a name is of: in all namespaces, unless it says in which.
pub(crate) fn called(dump: &Dump, name: &ObjectName<'_>) -> Vec<ObjectId> {
    let kinds = Kinds::of(dump.store()).resolve(name.kind);
    let is_it = |object: &ObjectRef<'_>| {
        object.name() == name.name
            && name.namespace.is_none_or(|namespace| object.namespace() == namespace)
            && kinds.iter().any(|it| it.kind == object.kind() && it.group == object.identity().group())
    };
    dump.store().objects().filter(is_it).map(|object| object.id()).collect()
}

/// That there is no such object, with the nearest that there is.
pub(crate) fn absent(dump: &Dump, name: &ObjectName<'_>) -> String {
    let kinds = Kinds::of(dump.store()).resolve(name.kind);
    let of_kind = dump.store().objects().filter(|object| kinds.iter().any(|it| it.kind == object.kind()));
    let near = nearest(name.name, of_kind.map(|object| object.name()));
    let near = near.map(|near| format!("{}/{near}", name.kind));
    let what = format!("no object {:?} {}", name.text, among(dump.store().len() as u64));
    message::absent(&what, near.as_deref())
}
