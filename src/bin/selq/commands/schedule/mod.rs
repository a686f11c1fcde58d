//! `selq schedule`: where pods may run, and why not elsewhere.

mod asked;
mod lines;
mod report;
mod rows;
mod summary;

use std::collections::BTreeSet;

use anyhow::Result;
use selq::kubernetes::Scheduler;
use selq::kubernetes::scheduling::Verdict;
use selq::query::{Columns, Context};
use selq::{Dump, Plan, Query, Scope};

use crate::args::ScheduleArgs;
use crate::commands::named;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::grid::{self, GridFormat};
use crate::selection::Selection;
use crate::terminal::message::{self, counted};
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::Layout;
pub(crate) use asked::of_dump;
use asked::{AskedPod, AskedPods};
use lines::PodLine;
pub(crate) use report::lines as report_lines;
use rows::VerdictRows;
use summary::SummaryRows;

/// What is never judged.
const NOT_JUDGED: &str =
    "not judged: resources, ports, volumes beyond the nodes and zones that they name, other plugins";

/// What is not judged of pods with volumes that are made with them.
const MADE_VOLUMES: &str = "not judged: the volumes of volumeClaimTemplates and the ephemeral ones of templates, which are made with the pods";

/// What scores leave out of pods without spread constraints.
const DEFAULT_SPREAD: &str =
    "not in the scores: the spread constraints that the scheduler itself has for pods without any";

pub(crate) fn run(args: &ScheduleArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    let names = named::names(&args.of)?;
    let without = args.without.as_deref().map(str::parse::<Query>).transpose()?;
    // Before the dump, which may take longer than it takes to see a slip.
    let manifests = asked::of_manifests(&args.manifest, &selection, config)?;
    let loaded = input::load(&args.input, config)?;
    let dump = &loaded.dump;
    if dump.store().is_empty() {
        message::print(&selection.no_objects());
    }
    let mut asked = AskedPods::default();
    let mut schedulers = Scheduler::of_clusters(dump);
    asked.add_manifests(manifests, schedulers.len())?;
    asked.add_of_dump(dump, &schedulers, &names, &selection)?;
    if let Some(query) = &without {
        let is_of_waiting = selection.takes_all() && names.is_empty() && args.manifest.is_empty();
        let context = selection.context(dump);
        schedulers = gone(dump, query, &context, schedulers, is_of_waiting, &mut asked.remarks)?;
    }
    let answer = if args.summary {
        summarized(&asked, &schedulers, args, config)?
    } else {
        asked.expect(&schedulers);
        judged(dump, &asked, &schedulers, args, config)?
    };
    let mut remarks = asked.remarks.clone();
    let has_scores = args.output == GridFormat::Jsonl && !args.summary;
    remarks.extend(limits(&asked.pods, &schedulers, has_scores));
    remarks.extend(default_spread(&asked.pods).filter(|_| has_scores));
    message::remarks(&remarks);
    Ok(loaded.status(config, answer))
}

/// The same schedulers without the nodes of a query.
fn gone<'d>(
    dump: &'d Dump,
    query: &Query,
    context: &Context,
    schedulers: Vec<Scheduler<'d>>,
    is_of_waiting: bool,
    remarks: &mut Vec<String>,
) -> Result<Vec<Scheduler<'d>>> {
    let mut columns = Columns::new();
    columns.read(dump, query.subjects(), context);
    let scope = Scope::all().kind(Some(""), "Node");
    let plan = Plan::query(dump.store(), &columns, query, &scope, context)?;
    let nodes = plan.run();
    if nodes.is_empty() {
        remarks.push(format!("--without is of no node: no Node is {query}"));
    } else if is_of_waiting {
        remarks.push(format!(
            "the pods on these nodes are not asked about: -w 'runs-on({query})' asks where they may go"
        ));
    }
    Ok(schedulers.iter().map(|scheduler| scheduler.without(&nodes)).collect())
}

fn judged(
    dump: &Dump,
    asked: &AskedPods,
    schedulers: &[Scheduler<'_>],
    args: &ScheduleArgs,
    config: &Config,
) -> Result<ExitStatus> {
    let verdicts: Vec<Verdict<'_>> =
        asked.pods.iter().map(|it| schedulers[it.cluster].judge(&it.pod)).collect();
    let layout = Layout { headers: !args.no_headers, ..Layout::default() };
    print_to_stdout(config, |out| {
        match args.output {
            GridFormat::Table => {
                for (nth, (asked, verdict)) in asked.pods.iter().zip(&verdicts).enumerate() {
                    if nth > 0 {
                        out.words("\n")?;
                    }
                    let lines = report::lines(dump, asked, verdict, args.fix, !args.no_headers);
                    lines.iter().try_for_each(|line| out.line(line))?;
                }
            }
            GridFormat::Jsonl => verdicts
                .iter()
                .try_for_each(|verdict| out.json_line(&PodLine::of(dump, verdict, args.fix)))?,
            format => grid::write(&VerdictRows { dump, verdicts: &verdicts }, format, &layout, out)?,
        }
        Ok(())
    })?;
    Ok(ExitStatus::of_match(verdicts.iter().all(|verdict| verdict.n_fitting() > 0)))
}

fn summarized(
    asked: &AskedPods,
    schedulers: &[Scheduler<'_>],
    args: &ScheduleArgs,
    config: &Config,
) -> Result<ExitStatus> {
    let of_cluster = |nth: usize| {
        let pods = asked.pods.iter().filter(move |it| it.cluster == nth);
        pods.filter_map(|it| it.id)
    };
    let summaries = schedulers.iter().enumerate().map(|(nth, it)| it.summary(of_cluster(nth)));
    let summary: Vec<_> = summaries.flatten().collect();
    let layout = Layout { headers: !args.no_headers, max_width: config.stdout_columns, ..Layout::default() };
    print_to_stdout(config, |out| Ok(grid::write(&SummaryRows(&summary), args.output, &layout, out)?))?;
    let n_nowhere: u64 = summary.iter().map(|it| it.n_unplaceable).sum();
    if n_nowhere > 0 {
        let fit = if n_nowhere == 1 { "fits" } else { "fit" };
        message::print(&format!("{} {fit} nowhere", counted(n_nowhere, "pod")));
    }
    Ok(ExitStatus::of_match(n_nowhere == 0))
}

/// What is not judged, of the pods that were asked about too, and which kinds the input lacks that matter for them.
pub(crate) fn limits(asked: &[AskedPod], schedulers: &[Scheduler<'_>], has_scores: bool) -> Vec<String> {
    let made = asked.iter().any(|it| it.pod.makes_volumes()).then(|| MADE_VOLUMES.to_owned());
    let missing = asked.iter().flat_map(|it| schedulers[it.cluster].missing_kinds(&it.pod));
    let clusters: BTreeSet<usize> = asked.iter().map(|it| it.cluster).filter(|_| has_scores).collect();
    let of_scores = clusters.into_iter().flat_map(|nth| schedulers[nth].missing_kinds_of_scores());
    let missing: BTreeSet<&str> = missing.chain(of_scores).collect();
    let told = missing
        .into_iter()
        .map(|kind| format!("the input has no {kind}, so that what these say is not judged"));
    std::iter::once(NOT_JUDGED.to_owned()).chain(made).chain(told).collect()
}

/// What scores leave out.
fn default_spread(asked: &[AskedPod]) -> Option<String> {
    let lack_constraints = asked.iter().any(|it| !it.pod.has_spread_constraints());
    lack_constraints.then(|| DEFAULT_SPREAD.to_owned())
}
