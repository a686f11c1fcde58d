//! What happens to the labels, without the dump: lists, a diff, commands and patches.

use std::collections::HashMap;
use std::io::{self, Write};

use anyhow::{Result, bail};
use selq::edit::{LabelChange, PatchOperation};
use selq::{Dump, ObjectIdentity, ObjectRef};
use serde::Serialize;

use super::{Edited, Refusals};
use crate::config::Config;
use crate::output::identity::ObjectLine;
use crate::output::names;
use crate::terminal::message::counted;
use crate::terminal::printer::Printer;
use crate::terminal::sanitize;
use crate::terminal::stdout::print_to_stdout;

/// Prints the labels that each object has after the edits. A single object's stand alone, to be read by programs.
pub(super) fn list(dump: &Dump, edited: &[Edited<'_>], config: &Config) -> Result<()> {
    print(config, |out| {
        for it in edited {
            let indent = if edited.len() == 1 { "" } else { "  " };
            if edited.len() > 1 {
                out.push(heading(dump, &it.object));
            }
            let labels = LabelChange::apply(&it.changes, it.object.labels());
            out.extend(labels.iter().map(|(key, value)| format!("{indent}{key}={value}")));
        }
    })
}

/// Prints what changes, object by object and then summed up.
pub(super) fn diff(dump: &Dump, edited: &[Edited<'_>], config: &Config) -> Result<()> {
    print(config, |out| {
        let changed = || edited.iter().filter(|it| !it.changes.is_empty());
        out.extend(changed().flat_map(|it| object_diff(dump, &it.object, &it.changes)));
        let n_changed = changed().count() as u64;
        let of = counted(edited.len() as u64, "selected object");
        out.push(format!("{} of {of} would change", crate::terminal::message::thousands(n_changed)));
        out.extend(sums(edited.iter().flat_map(|it| &it.changes)));
    })
}

/// What changes in one object, in lines.
pub(crate) fn object_diff(dump: &Dump, object: &ObjectRef<'_>, changes: &[LabelChange]) -> Vec<String> {
    let changes = changes.iter().map(|change| format!("  {change}"));
    std::iter::once(heading(dump, object)).chain(changes).collect()
}

/// How many objects each change happens to, most first, in lines.
pub(crate) fn sums<'e>(changes: impl Iterator<Item = &'e LabelChange>) -> Vec<String> {
    let mut sums: HashMap<&LabelChange, u64> = HashMap::new();
    for change in changes {
        *sums.entry(change).or_default() += 1;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    // A HashMap has no order, and the same dump has to give the same lines.
    sums.sort_by(|(a, n_a), (b, n_b)| n_b.cmp(n_a).then_with(|| a.key().cmp(b.key())).then_with(|| a.cmp(b)));
    sums.into_iter().map(|(change, n)| format!("  {change}  {}", counted(n, "object"))).collect()
}

/// The object's name, with its source if there are several.
fn heading(dump: &Dump, object: &ObjectRef<'_>) -> String {
    let title = names::title(object.identity(), dump.index(object.id()));
    match dump.sources().len() {
        1 => title,
        _ => format!("{}: {title}", dump.source(object.id())),
    }
}

/// Prints the `kubectl label` commands that make the same changes in a cluster, one an object that changes.
pub(super) fn commands(dump: &Dump, edited: &[Edited<'_>], config: &Config) -> Result<()> {
    let mut lines = Vec::new();
    let mut refusals = Refusals::default();
    for it in edited.iter().filter(|it| !it.changes.is_empty()) {
        match command(it) {
            Ok(line) => lines.push(line),
            Err(error) => refusals.add(dump, &it.object, error),
        }
    }
    // Before the first line: a pipe into `sh` would run what stands before the refusal.
    refusals.into_result()?;
    print(config, |out| out.append(&mut lines))
}

fn command(edited: &Edited<'_>) -> Result<String> {
    let identity = edited.object.identity();
    check_nameable(identity)?;
    let mut name = String::new();
    // There is a name, so that no index is asked for.
    names::push_name(identity, || 0, &mut name);
    let edits = edited.changes.iter().map(|change| match change.value() {
        Some(value) => format!("{}={value}", change.key()),
        None => format!("{}-", change.key()),
    });
    let operands: Vec<String> = std::iter::once(name).chain(edits).collect();
    if operands.iter().any(|operand| operand.contains(char::is_control)) {
        bail!("expected labels without control characters, since a command cannot hold them on one line");
    }
    let mut command = "kubectl label".to_owned();
    // Only where it is needed: without it kubectl refuses where the cluster has got a value since
    // the dump.
    if edited.changes.iter().any(|change| matches!(change, LabelChange::Replaced { .. })) {
        command.push_str(" --overwrite");
    }
    if !identity.namespace.is_empty() {
        command.push_str(" -n ");
        command.push_str(&sanitize::shell_quoted(identity.namespace));
    }
    // kubectl would take a key that begins so for an option.
    if operands.iter().any(|operand| operand.starts_with('-')) {
        command.push_str(" --");
    }
    for operand in &operands {
        command.push(' ');
        command.push_str(&sanitize::shell_quoted(operand));
    }
    Ok(command)
}

/// kubectl finds an object by its kind and name; a name that no API server gives would only mislead a shell.
fn check_nameable(identity: ObjectIdentity<'_>) -> Result<()> {
    for (what, text) in [("kind", identity.kind), ("name", identity.name)] {
        if text.is_empty() {
            bail!("expected an object with a {what}, which kubectl needs to find it");
        }
    }
    if [identity.kind, identity.name, identity.namespace].concat().contains(char::is_control) {
        bail!("expected a name without control characters, since no object in a cluster has such a one");
    }
    Ok(())
}

/// One line of `--as-patch`.
#[derive(Serialize)]
struct PatchLine<'a> {
    #[serde(flatten)]
    object: ObjectLine<'a>,
    patch: Vec<PatchOperation>,
}

/// Prints a JSON Patch for each object that changes.
pub(super) fn patches(dump: &Dump, edited: &[Edited<'_>], config: &Config) -> Result<()> {
    print_to_stdout(config, |out| {
        for Edited { object, changes, .. } in edited.iter().filter(|it| !it.changes.is_empty()) {
            let patch = PatchOperation::for_labels(&dump.json(object.id()), changes)?;
            out.json_line(&PatchLine { object: ObjectLine::of(dump, object), patch })?;
        }
        Ok(())
    })
}

/// Prints lines, in which nothing steers a terminal or begins a line of its own.
fn print(config: &Config, fill: impl FnOnce(&mut Vec<String>)) -> Result<()> {
    let mut lines = Vec::new();
    fill(&mut lines);
    print_to_stdout(config, |out| Ok(lines.iter().try_for_each(|line| write_line(line, out))?))
}

/// Writes a line, in which nothing steers a terminal or begins a line of its own.
pub(crate) fn write_line(line: &str, out: &mut Printer<impl Write>) -> io::Result<()> {
    match line.contains(['\n', '\r']) {
        true => out.line(&sanitize::escaped(line)),
        false => out.line(line),
    }
}
