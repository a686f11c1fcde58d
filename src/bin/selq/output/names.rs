//! `pod/web-0`, `deployment.apps/web`: names that kubectl takes.

use std::io::{self, Write};

use selq::{Dump, ObjectRef};

use super::sanitize::push_escaped;
use super::{NameEnd, Rows, View};

/// Writes a name for each object.
pub(super) fn write(dump: &Dump, rows: &Rows<'_>, view: &View, out: &mut impl Write) -> io::Result<()> {
    let (mut name, mut shown) = (String::new(), String::new());
    for object in rows.iter() {
        name.clear();
        push_name(dump, &object, &mut name);
        match view.name_end {
            NameEnd::Nul => {
                out.write_all(name.as_bytes())?;
                out.write_all(b"\0")?;
            }
            NameEnd::Newline if view.on_terminal => {
                shown.clear();
                push_escaped(&mut shown, &name);
                writeln!(out, "{shown}")?;
            }
            NameEnd::Newline => {
                out.write_all(name.as_bytes())?;
                out.write_all(b"\n")?;
            }
        }
    }
    Ok(())
}

/// Appends `kind.group/name`, and `object/INDEX` for an object without a name.
pub(crate) fn push_name(dump: &Dump, object: &ObjectRef<'_>, out: &mut String) {
    let identity = object.identity();
    if identity.name.is_empty() {
        out.push_str("object/");
        out.push_str(&dump.index(object.id()).to_string());
        return;
    }
    if identity.kind.is_empty() {
        out.push_str("object");
    } else {
        out.extend(identity.kind.chars().flat_map(char::to_lowercase));
        if !identity.group().is_empty() {
            out.push('.');
            out.push_str(identity.group());
        }
    }
    out.push('/');
    out.push_str(identity.name);
}
