//! `selq audit`: what is wrong with a cluster.

mod findings;
mod own;
mod rules;

use std::collections::BTreeMap;
use std::mem;

use anyhow::{Result, anyhow};
use selq::kubernetes::Links;
use selq::kubernetes::audit::{
    AUDIT_RULES, AuditReport, AuditRule, QueryRule, Severity, UnjudgedRule, audit, audit_queries,
};
use selq::query::Columns;
use selq::{Dump, Matches};

use crate::args::AuditArgs;
use crate::commands::links::places;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::grid::{self, GridFormat};
use crate::selection::Selection;
use crate::terminal::message::{self, counted};
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::Layout;
use findings::Findings;
pub(crate) use rules::explained;
use rules::{RuleLine, RuleList};

pub(crate) fn run(args: &AuditArgs, config: &Config) -> Result<ExitStatus> {
    let layout = Layout { headers: !args.no_headers, max_width: config.stdout_columns, ..Layout::default() };
    let AskedRules { built_in, own } = AskedRules::new(args)?;
    if args.list {
        let lines = built_in.iter().copied().map(RuleLine::built_in).chain(own.iter().map(RuleLine::own));
        let lines: Vec<RuleLine<'_>> = lines.collect();
        print_to_stdout(config, |out| Ok(grid::write(&RuleList(&lines), args.output, &layout, out)?))?;
        return Ok(ExitStatus::Matched);
    }
    let places = places(&args.places)?;
    let selection = Selection::new(&args.selection, config)?;
    let loaded = input::load(&args.input, config)?;
    let dump = &loaded.dump;
    if dump.store().is_empty() {
        message::print(&selection.no_objects());
        return Ok(loaded.status(config, ExitStatus::Matched));
    }
    let columns = selection.columns_by(dump, Columns::with_places(places.clone()));
    let plan = selection.plan(dump, &columns)?;
    let shown = plan.run();
    let links = Links::with_places(dump, places);
    let mut report = audit(&links, built_in);
    let by_queries = audit_queries(&links, &own, &selection.context(dump));
    report.findings.extend(by_queries.findings);
    report.not_judged.extend(by_queries.not_judged);
    report.findings.retain(|finding| shown.contains(finding.object));
    let mut remarks =
        if selection.narrows() { selection.remarks(dump, &plan, !shown.is_empty()) } else { Vec::new() };
    // A message that is cut says nothing: on a narrow terminal its line goes on below.
    write(&report, dump, args, config, &Layout { max_width: None, ..layout })?;
    remarks.extend(unjudged("not judged", &report.not_judged));
    remarks.extend(unjudged("judged in part", &report.judged_in_part));
    remarks.push(summary(&report, &shown));
    message::remarks(&remarks);
    let fails = report.findings.iter().any(|finding| args.fail_on.is_reached_by(finding.severity));
    let status = loaded.status(config, ExitStatus::of_match(!fails));
    // Everything is printed, and to free all that was worked out takes a while.
    mem::forget(links);
    Ok(status)
}

fn write(
    report: &AuditReport,
    dump: &Dump,
    args: &AuditArgs,
    config: &Config,
    layout: &Layout,
) -> Result<()> {
    let findings = Findings { dump, findings: &report.findings };
    print_to_stdout(config, |out| {
        match args.output {
            GridFormat::Jsonl => findings.write_json_lines(out)?,
            // A header over nothing would look like something.
            _ if report.findings.is_empty() => {}
            format => grid::write(&findings, format, layout, out)?,
        }
        Ok(())
    })
}

/// The rules that are asked for.
struct AskedRules {
    built_in: Vec<&'static AuditRule>,
    own: Vec<QueryRule>,
}

impl AskedRules {
    fn new(args: &AuditArgs) -> Result<AskedRules> {
        let mut own = own::read(&args.rules)?;
        let is_own = |id: &str| own.iter().any(|rule| rule.id() == id);
        for id in args.rule.iter().chain(&args.skip).filter(|id| !is_own(id)) {
            known(id)?;
        }
        let is_asked = |id: &str| {
            (args.rule.is_empty() || args.rule.iter().any(|it| it == id))
                && !args.skip.iter().any(|it| it == id)
        };
        own.retain(|rule| is_asked(rule.id()));
        Ok(AskedRules { built_in: AUDIT_RULES.iter().filter(|rule| is_asked(rule.id)).collect(), own })
    }
}

/// The rule of this id.
pub(crate) fn known(id: &str) -> Result<&'static AuditRule> {
    AuditRule::named(id).ok_or_else(|| {
        let nearest = selq::text::nearest(id, AUDIT_RULES.iter().map(|rule| rule.id));
        let meant =
            nearest.map_or("selq audit --list has them all".to_owned(), |it| format!("did you mean {it:?}?"));
        anyhow!("no rule {id:?}; {meant}")
    })
}

/// Which rules were not judged, or in part, by the kinds that they lack.
fn unjudged(how: &str, rules: &[UnjudgedRule]) -> Vec<String> {
    let mut kinds_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (rule, kind) in rules {
        kinds_of.entry(rule).or_default().push(kind);
    }
    let mut by_kinds: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    for (rule, kinds) in kinds_of {
        by_kinds.entry(kinds).or_default().push(rule);
    }
    let words = |(kinds, rules): (Vec<&str>, Vec<&str>)| {
        format!("{how}, as the input has no {}: {}", joined(&kinds), rules.join(", "))
    };
    by_kinds.into_iter().map(words).collect()
}

/// `Secret`, `ConfigMap and Secret`, `ConfigMap, Secret and ServiceAccount`
fn joined(kinds: &[&str]) -> String {
    match kinds {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        kinds => kinds.concat(),
    }
}

/// `2 errors, 1 warning in 37 objects`
fn summary(report: &AuditReport, shown: &Matches<'_>) -> String {
    let of = |severity: Severity| {
        report.findings.iter().filter(|finding| finding.severity == severity).count() as u64
    };
    let counts =
        [(of(Severity::Error), "error"), (of(Severity::Warning), "warning"), (of(Severity::Info), "note")];
    let told: Vec<String> =
        counts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(n, what)).collect();
    let told = if told.is_empty() { "nothing found".to_owned() } else { told.join(", ") };
    format!("{told} in {}", counted(shown.len() as u64, "object"))
}
