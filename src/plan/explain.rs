//! A plan that tells what it does: parsed, optimised and executed.

use std::fmt;
use std::time::{Duration, Instant};

use super::exec::{self, Trace};
use super::leaf::Leaf;
use super::node::Node;
use super::sets::Sets;
use super::{Plan, Question};
use crate::formula::{Expr, MAX_RECURSION};

/// The stages of a plan, from what the selector says to what running it found.
///
/// `Display` prints them as trees, one under another, as `selq explain` does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The selector as it was understood.
    pub parsed: Step,
    /// The plan, with the number of objects that each step is expected to find.
    pub optimized: Step,
    /// The same after running it, with the number of objects found and the time taken.
    pub executed: Step,
}

/// One step of a plan, with the steps it works on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What the step does: `intersect`, `env=prod`, ….
    pub operation: String,
    /// How many objects it is expected to find. Exact where the index knows.
    pub estimated: Option<u64>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// What it works on, in that order.
    pub operands: Vec<Step>,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It is in the index; nothing was to be done.
    Indexed {
        /// How many objects it has.
        n_objects: u64,
    },
    /// It was worked out.
    Found {
        /// How many objects it has.
        n_objects: u64,
        /// Time taken, that of its operands included.
        time: Duration,
    },
    /// It was applied to the objects found before it, and not worked out by itself.
    Applied {
        /// Time taken.
        time: Duration,
    },
    /// It was not needed, because nothing was left to narrow down.
    Skipped,
}

/// Labels of a long `in` list that are shown one by one.
const MAX_LEAVES_SHOWN: usize = 8;

/// Wider steps do not move the columns of the others: a list of thousands of values would be padded to at each line.
const MAX_SHARED_WIDTH: usize = 256;

impl Explanation {
    pub(super) fn of(plan: &Plan<'_>) -> Explanation {
        let mut recorder = StepRecorder::default();
        // Steps are run one by one here, also where `Plan::run` fuses them: fused ones have no
        // times of their own.
        exec::run(plan.sets, &plan.root, &mut recorder);
        let runs = &mut recorder.finished.into_iter();
        Explanation {
            parsed: match &plan.asked {
                Question::Selector(selector) => expr_step(selector.expr(), 0),
                Question::Query(query, _) => expr_step(query.expr(), 0),
            },
            optimized: node_step(plan.sets, &plan.root),
            executed: executed_step(plan.sets, &plan.root, runs),
        }
    }
}

/// The step of a part that lies so deep in the selector, with those below it as far as anyone would read.
fn expr_step<R: fmt::Display>(expr: &Expr<R>, depth: usize) -> Step {
    let (operation, operands): (String, &[Expr<R>]) = match expr {
        // A selector may be as deep as memory allows, and neither this recursion nor the printing
        // of its steps could follow it there.
        _ if depth > MAX_RECURSION => ("…".into(), &[]),
        Expr::All => ("everything".into(), &[]),
        Expr::None => ("nothing".into(), &[]),
        Expr::Requirement(requirement) => (requirement.to_string(), &[]),
        Expr::And(operands) => ("and".into(), operands),
        Expr::Or(operands) => ("or".into(), operands),
        Expr::Not(operand) => ("not".into(), std::slice::from_ref(operand)),
    };
    let operands = operands.iter().map(|operand| expr_step(operand, depth + 1)).collect();
    Step { operation, estimated: None, outcome: None, operands }
}

fn node_step(sets: Sets<'_>, node: &Node) -> Step {
    let leaves: Vec<Leaf> = match node {
        Node::OneOf(column, values) => values.iter().map(|&value| Leaf::Value(*column, value)).collect(),
        _ => Vec::new(),
    };
    let operands = node.operands().into_iter().map(|operand| node_step(sets, operand));
    let shown = leaves.iter().take(MAX_LEAVES_SHOWN).map(|&leaf| node_step(sets, &Node::Leaf(leaf)));
    Step {
        operation: operation(sets, node),
        estimated: Some(node.estimate(sets).round() as u64),
        outcome: None,
        operands: operands.chain(shown).chain(more_leaves(sets, &leaves)).collect(),
    }
}

/// One step for the labels or values that are not shown.
fn more_leaves(sets: Sets<'_>, leaves: &[Leaf]) -> Option<Step> {
    let more = leaves.get(MAX_LEAVES_SHOWN..).filter(|more| !more.is_empty())?;
    // An object with several of a column's values counts for each of them, so that the sum may be
    // too large. It is shown as an estimate.
    let n_objects = more.iter().map(|leaf| sets.len_of(*leaf)).sum();
    Some(Step {
        operation: format!("… {} more", more.len()),
        estimated: Some(n_objects),
        outcome: None,
        operands: Vec::new(),
    })
}

fn operation(sets: Sets<'_>, node: &Node) -> String {
    let table = sets.table();
    match node {
        Node::Empty => "none".into(),
        Node::All => "all objects".into(),
        Node::Leaf(Leaf::Namespace(namespace)) => format!("namespace {}", table.namespace(*namespace)),
        Node::Leaf(Leaf::Kind(kind)) => {
            let (api_version, kind) = table.kind(*kind);
            // An object may have no `apiVersion`, which would leave a space at the end.
            format!("kind {kind} {api_version}").trim_end().to_owned()
        }
        Node::Leaf(Leaf::Present(column)) => sets.subject(*column),
        Node::Leaf(Leaf::Value(column, value)) => {
            format!("{}={}", sets.subject(*column), sets.text(*column, *value))
        }
        Node::OneOf(column, values) => {
            let which = if column.is_single_valued() { "one" } else { "any" };
            format!("{}, {which} of {} values", sets.subject(*column), values.len())
        }
        Node::Found(_) => "found by what is deeper inside".into(),
        Node::Intersect(_) => "intersect".into(),
        Node::Union(_) => "union".into(),
        Node::Related(standing, _) => standing.function.row().name.to_owned(),
        Node::Counted(asked, _) => {
            format!("count of {}, {}", asked.standing.function.row().name, asked.test.condition())
        }
        Node::Not(_) => "all objects but".into(),
        Node::Subtract(..) => "subtract".into(),
    }
}

/// The plan's steps with what became of them; `runs` are those of its steps that were run.
fn executed_step(sets: Sets<'_>, node: &Node, runs: &mut impl Iterator<Item = StepRun>) -> Step {
    let mut step = node_step(sets, node);
    if needs_work(node) {
        // Steps are skipped from some operand on to the last one, so that the runs are those of the
        // first steps that need work, in the same order.
        let run = runs.next();
        let operands = &mut run.as_ref().map(|run| run.operands.clone()).unwrap_or_default().into_iter();
        step.outcome = Some(run.map_or(Outcome::Skipped, |run| run.outcome()));
        for (shown, operand) in step.operands.iter_mut().zip(node.operands()) {
            *shown = executed_step(sets, operand, operands);
        }
    } else {
        step.outcome = step.estimated.map(|n_objects| Outcome::Indexed { n_objects });
    }
    if let Node::OneOf(..) = node {
        for (nth, shown) in step.operands.iter_mut().enumerate() {
            shown.outcome = listed_outcome(node, nth, shown);
        }
    }
    step
}

fn needs_work(node: &Node) -> bool {
    !matches!(node, Node::Empty | Node::All | Node::Leaf(_) | Node::Found(_))
}

/// The number of objects of a label or value that is shown under `list`, or of those that are not shown.
fn listed_outcome(list: &Node, nth: usize, step: &Step) -> Option<Outcome> {
    // Where an object may have several of the values, the numbers of those that are not shown do not add up.
    let adds_up = matches!(list, Node::OneOf(column, _) if column.is_single_valued());
    step.estimated
        .filter(|_| adds_up || nth < MAX_LEAVES_SHOWN)
        .map(|n_objects| Outcome::Indexed { n_objects })
}

/// One step that was run.
#[derive(Debug, Clone)]
struct StepRun {
    n_objects: Option<u64>,
    time: Duration,
    operands: Vec<StepRun>,
}

impl StepRun {
    fn outcome(&self) -> Outcome {
        match self.n_objects {
            Some(n_objects) => Outcome::Found { n_objects, time: self.time },
            None => Outcome::Applied { time: self.time },
        }
    }
}

/// Records the steps of a run as a tree.
#[derive(Default)]
struct StepRecorder {
    /// When the steps that are under way began, and those of their operands that are done.
    open: Vec<(Instant, Vec<StepRun>)>,
    finished: Vec<StepRun>,
}

impl Trace for StepRecorder {
    fn enter(&mut self) {
        self.open.push((Instant::now(), Vec::new()));
    }

    fn leave(&mut self, n_objects: Option<u64>) {
        let (begin, operands) = self.open.pop().expect("every step that is left was entered");
        let run = StepRun { n_objects, time: begin.elapsed(), operands };
        match self.open.last_mut() {
            Some((_, siblings)) => siblings.push(run),
            None => self.finished.push(run),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "parsed\n{}", self.parsed)?;
        writeln!(f, "optimized\n{}", self.optimized)?;
        write!(f, "executed\n{}", self.executed)
    }
}

impl fmt::Display for Step {
    /// The step and everything below it as a tree with columns, each line ended.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        self.lines("", "", &mut lines);
        let widths = lines.iter().map(|(tree, _)| tree.chars().count());
        let width = widths.filter(|&width| width <= MAX_SHARED_WIDTH).max().unwrap_or(0);
        // What was parsed has no numbers, so that there is nothing to put a heading over.
        let headed = self.estimated.is_some();
        if headed {
            let executed = if self.outcome.is_some() { "      objects         time" } else { "" };
            writeln!(f, "  {:width$}  {:>12}{executed}", "", "estimated")?;
        }
        for (tree, step) in lines {
            // A step without numbers would end in the white space that makes its column.
            writeln!(f, "{}", format!("  {tree:width$}{}", step.columns()).trim_end())?;
        }
        Ok(())
    }
}

impl Step {
    fn lines<'s>(&'s self, prefix: &str, branch: &str, lines: &mut Vec<(String, &'s Step)>) {
        lines.push((format!("{prefix}{branch}{}", self.operation), self));
        let below = match branch {
            "" => String::new(),
            "└─ " => format!("{prefix}   "),
            _ => format!("{prefix}│  "),
        };
        for (nth, operand) in self.operands.iter().enumerate() {
            let branch = if nth + 1 == self.operands.len() { "└─ " } else { "├─ " };
            operand.lines(&below, branch, lines);
        }
    }

    fn columns(&self) -> String {
        let estimated = self.estimated.map_or(String::new(), |n| format!("  {n:>12}"));
        let outcome = match self.outcome {
            None => String::new(),
            Some(Outcome::Indexed { n_objects }) => format!(" {n_objects:>12}"),
            Some(Outcome::Found { n_objects, time }) => format!(" {n_objects:>12} {:>12}", micros(time)),
            Some(Outcome::Applied { time }) => format!(" {:>12} {:>12}", "applied", micros(time)),
            Some(Outcome::Skipped) => format!(" {:>12}", "skipped"),
        };
        estimated + &outcome
    }
}

fn micros(time: Duration) -> String {
    format!("{:.1} µs", time.as_nanos() as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use crate::query::{Columns, Context};
    use crate::{Input, Loader, Plan, Query, Scope};

    #[test]
    fn values_of_a_column_have_their_numbers_and_those_left_out_none() {
        let pods =
            (0..20).map(|n| format!(r#"{{"kind":"Pod","spec":{{"a":["v{}","v{}","w"]}}}}"#, n % 10, n % 5));
        let bytes = pods.collect::<String>().into_bytes();
        let dump = Loader::new().load([Input::Bytes { name: "pods".into(), bytes }]).unwrap();
        let query: Query = ".spec.a[*]=v*".parse().unwrap();
        let (mut columns, context) = (Columns::new(), Context::new());
        columns.read(&dump, query.subjects(), &context);
        let plan = Plan::query(dump.store(), &columns, &query, &Scope::all(), &context).unwrap();
        let executed = plan.explain().executed.to_string();
        let lines: Vec<Vec<&str>> = executed.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[2], ["├─", ".spec.a[*]=v0", "4", "4"]);
        // An object may have two of them, so that only their sum is known, which is no number of objects.
        assert_eq!(lines[10], ["└─", "…", "2", "more", "4"]);
    }
}
