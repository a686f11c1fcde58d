//! The answer about one pod for people: its nodes in a table, the scheduler's sentence, and what would help.

use selq::kubernetes::scheduling::{FoldedNodes, NodeReason, Verdict};
use selq::{Dump, ObjectId};

use super::asked::AskedPod;
use crate::terminal::message::counted;
use crate::terminal::table::{self, Cell, Grid, Layout};

/// How many nodes of a line are named.
const MAX_NAMED: usize = 3;

/// A table of the nodes: a line for each reason against the same nodes.
struct NodeTable<'a> {
    dump: &'a Dump,
    folded: &'a [FoldedNodes],
}

/// A line of it.
struct NodeRow<'a> {
    nodes: &'a FoldedNodes,
    /// The reason, if the pod does not fit.
    reason: Option<&'a NodeReason>,
    is_first: bool,
}

impl<'a> Grid for NodeTable<'a> {
    type Row = NodeRow<'a>;

    fn header(&self) -> Vec<&str> {
        vec!["fits", "nodes", "rule", "cause"]
    }

    fn rows(&self) -> impl Iterator<Item = NodeRow<'a>> {
        self.folded.iter().flat_map(|nodes| {
            let fits = nodes.reasons.is_empty().then_some(NodeRow { nodes, reason: None, is_first: true });
            let reasons = nodes.reasons.iter().enumerate();
            let against =
                reasons.map(move |(nth, reason)| NodeRow { nodes, reason: Some(reason), is_first: nth == 0 });
            fits.into_iter().chain(against)
        })
    }

    fn cell<'c>(&'c self, row: &'c NodeRow<'a>, column: usize, scratch: &'c mut String) -> Cell<'c> {
        match (column, row.reason) {
            (0, _) if !row.is_first => Cell::Text(""),
            (0, None) => Cell::Text("yes"),
            (0, Some(_)) => Cell::Text("no"),
            (1, _) if !row.is_first => Cell::Text(""),
            (1, _) => {
                *scratch = named(self.dump, &row.nodes.nodes);
                Cell::Text(scratch)
            }
            (_, None) => Cell::Text(""),
            (2, Some(reason)) => Cell::Text(reason.plugin.as_str()),
            (_, Some(reason)) => {
                *scratch = reason.cause.to_string();
                Cell::Text(scratch)
            }
        }
    }
}

fn name(dump: &Dump, id: ObjectId) -> &str {
    dump.store().get(id).map_or("", |node| node.name())
}

/// `node-1, node-2`, or `node-1, node-2, node-3 … (17)`.
fn named(dump: &Dump, nodes: &[ObjectId]) -> String {
    let names: Vec<&str> = nodes.iter().take(MAX_NAMED).map(|id| name(dump, *id)).collect();
    match nodes.len() {
        n if n > MAX_NAMED => format!("{} … ({n})", names.join(", ")),
        _ => names.join(", "),
    }
}

/// The lines of the answer about a pod.
pub(crate) fn lines(
    dump: &Dump,
    asked: &AskedPod,
    verdict: &Verdict<'_>,
    with_fixes: bool,
    headers: bool,
) -> Vec<String> {
    let mut lines = vec![heading(asked, verdict)];
    let folded = verdict.folded();
    // A cause that is cut says nothing: on a narrow terminal its line goes on below.
    let layout = Layout { headers, max_width: None, ..Layout::default() };
    lines.extend(
        table::lines(&NodeTable { dump, folded: &folded }, &layout)
            .into_iter()
            .map(|line| format!("  {}", line.trim_end())),
    );
    lines.extend(verdict.message().map(|message| format!("  scheduler: {message}")));
    lines.extend(verdict.error().map(|error| format!("  scheduler: error: {error}")));
    lines.extend(asked.message.iter().flat_map(|message| compared(message, verdict)));
    let gates: Vec<&str> = verdict.pod().gates().collect();
    if !gates.is_empty() {
        lines.push(format!("  not tried yet: waits for the gates {}", gates.join(", ")));
    }
    lines.extend(verdict.pod().completion().additions().iter().map(|it| format!("  completed: {it}")));
    if with_fixes {
        lines.extend(fixes(dump, verdict));
    }
    lines
}

fn heading(asked: &AskedPod, verdict: &Verdict<'_>) -> String {
    let pod = &asked.pod;
    let what = if pod.completion().additions().is_empty() { "pod" } else { "a new pod of" };
    let nodes = counted(verdict.n_nodes(), "node");
    format!("{what} {}/{} fits {} of {nodes}", pod.namespace(), pod.name(), verdict.n_fitting())
}

/// Whether the scheduler said the same.
fn compared(message: &str, verdict: &Verdict<'_>) -> Vec<String> {
    let comparison = verdict.compare(message);
    let mut lines = vec![format!("  in the dump: {message}")];
    let not_judged = comparison.not_judged.join(", ");
    lines.push(match (comparison.agrees(), not_judged.is_empty()) {
        (true, true) => "  both agree".to_owned(),
        (true, false) => format!("  both agree, but for what is not judged here: {not_judged}"),
        (false, _) => format!("  they differ: {}", comparison.differences.join("; ")),
    });
    lines
}

fn fixes(dump: &Dump, verdict: &Verdict<'_>) -> Vec<String> {
    if verdict.n_fitting() > 0 {
        return Vec::new();
    }
    let fixes = verdict.fixes();
    if fixes.is_empty() {
        return vec!["  fix: no single change and no two together were found to help".to_owned()];
    }
    let line = |fix: &selq::kubernetes::scheduling::SchedulingFix| {
        let changes: Vec<String> = fix.changes.iter().map(ToString::to_string).collect();
        format!("  fix: {} → fits {}", changes.join(" and "), named(dump, &fix.nodes))
    };
    fixes.iter().map(line).collect()
}
