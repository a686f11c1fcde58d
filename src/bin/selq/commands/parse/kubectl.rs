//! `--as-commands`: calls of kubectl as a shell takes them.

use std::collections::HashSet;

use selq::query::{KubectlCall, KubectlCalls};

use crate::terminal::sanitize::shell_quoted;

/// What stands for the kind where the query names none: `kubectl get` has to be told one, and says that it knows none of
/// this name.
const ANY_KIND: &str = "KIND";

/// The commands, a line each: the calls alone, or, where they give more than `query` asks for, the calls piped into a
/// `selq` that leaves the rest out.
pub(crate) fn commands(calls: &KubectlCalls, query: &str) -> Vec<String> {
    if calls.exact {
        return calls.calls.iter().map(command).collect();
    }
    let rest = format!("| selq -w {}", shell_quoted(query));
    let mut lines: Vec<String> =
        calls.calls.iter().map(|call| format!("{} -o json", command(call))).collect();
    if let [only] = &mut *lines {
        *only = format!("{only} {rest}");
        return lines;
    }
    // The calls write one behind the other into one pipe, and selq reads it as one dump.
    lines.insert(0, "{".to_owned());
    lines.push(format!("}} {rest}"));
    lines
}

fn command(call: &KubectlCall) -> String {
    let mut command = format!("kubectl get {}", call.kind.as_deref().unwrap_or(ANY_KIND));
    match &call.namespace {
        Some(namespace) => push_option("-n", namespace, &mut command),
        // Without -A kubectl asks the namespace of its context alone.
        None => command.push_str(" -A"),
    }
    if let Some(selector) = &call.selector {
        push_option("-l", &selector.to_string(), &mut command);
    }
    if let Some(fields) = &call.field_selector {
        push_option("--field-selector", &fields.to_string(), &mut command);
    }
    command
}

fn push_option(name: &str, value: &str, command: &mut String) {
    *command = format!("{command} {name} {}", shell_quoted(value));
}

/// What there is to say of the commands.
pub(crate) fn remarks(calls: &KubectlCalls) -> Vec<&'static str> {
    let mut remarks = Vec::new();
    if calls.calls.is_empty() {
        remarks.push("no object can match: there is nothing to call");
    }
    if calls.calls.iter().any(|call| call.kind.is_none()) {
        remarks.push("KIND stands for what to get, such as pods,svc; kind(…) in the query names it");
    }
    if !calls.exact && may_overlap(&calls.calls) {
        remarks.push("an object may come from several of these calls, and is counted as often");
    }
    remarks
}

/// Whether two calls may give the same object: kinds are as different as their names.
fn may_overlap(calls: &[KubectlCall]) -> bool {
    let kinds = calls.iter().map(|call| call.kind.as_deref());
    let distinct: HashSet<Option<&str>> = kinds.collect();
    // A call without a kind may be given that of another one.
    calls.len() > 1 && (distinct.len() < calls.len() || distinct.contains(&None))
}
