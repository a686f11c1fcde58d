//! `pod/web-0`, `deployment.apps/web`: names that kubectl takes.

use std::io::{self, Write};

use selq::{Dump, ObjectIdentity};

use super::{NameEnd, Rows};
use crate::terminal::printer::Printer;

/// Writes a name for each object.
pub(super) fn write(
    dump: &Dump,
    rows: &Rows<'_>,
    end: NameEnd,
    out: &mut Printer<impl Write>,
) -> io::Result<()> {
    let mut name = String::new();
    for object in rows.iter() {
        name.clear();
        push_name(object.identity(), || dump.index(object.id()), &mut name);
        match end {
            NameEnd::Newline => out.line(&name)?,
            // `xargs -0` takes names as they are: one that was escaped would be another.
            NameEnd::Nul => {
                name.push('\0');
                out.raw().write_all(name.as_bytes())?;
            }
        }
    }
    Ok(())
}

/// `shop pod/web-0`: the name, with the namespace before it if there is one.
pub(crate) fn title(identity: ObjectIdentity<'_>, index: u64) -> String {
    let mut title = identity.namespace.to_owned();
    if !title.is_empty() {
        title.push(' ');
    }
    push_name(identity, || index, &mut title);
    title
}

/// Appends `shop/deployment.apps/web`, as `selq links --of` takes it.
pub(crate) fn push_reference(identity: ObjectIdentity<'_>, index: impl FnOnce() -> u64, out: &mut String) {
    if !identity.namespace.is_empty() {
        out.push_str(identity.namespace);
        out.push('/');
    }
    push_name(identity, index, out);
}

/// Appends `kind.group/name`, and `object/INDEX` for an object without a name.
pub(crate) fn push_name(identity: ObjectIdentity<'_>, index: impl FnOnce() -> u64, out: &mut String) {
    // The index is looked up only here, since most rows have a name.
    if identity.name.is_empty() {
        out.push_str("object/");
        out.push_str(&index().to_string());
        return;
    }
    if identity.kind.is_empty() {
        out.push_str("object");
    } else {
        push_lowercase(identity.kind, out);
        if !identity.group().is_empty() {
            out.push('.');
            out.push_str(identity.group());
        }
    }
    out.push('/');
    out.push_str(identity.name);
}

fn push_lowercase(text: &str, out: &mut String) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(text.chars().flat_map(char::to_lowercase));
    }
}
