//! `selq explain`: shows how a selector is answered.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use selq::plan::Pass;
use selq::query::{Columns, Subject};

use crate::args::ExplainArgs;
use crate::commands::sql::SqlStage;
use crate::commands::stats;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::selection::Selection;
use crate::terminal::message;
use crate::terminal::printer::Printer;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::{self, Cell, Grid, Layout};

pub(crate) fn run(args: &ExplainArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    // Before the dump is read, which may take longer than it takes to see a slip.
    let passes = passes(&args.skip_passes)?;
    if let Some(dialect) = args.dialect {
        if selection.is_scoped() {
            bail!(
                "-n and -k stand beside a query, and SQL says the query alone: -w 'namespace(shop),kind(pod)'"
            );
        }
        let stage = SqlStage::new(selection.wanted(), &args.columns.columns()?, dialect.into())?;
        print_to_stdout(config, |out| Ok(stage.write(out)?))?;
        if args.input.source.inputs().is_empty() {
            return Ok(ExitStatus::Matched);
        }
        print_to_stdout(config, |out| Ok(out.words("\n")?))?;
    }
    let loaded = input::load(&args.input, config)?;
    let store = loaded.dump.store();
    let begin = Instant::now();
    let columns = selection.columns(&loaded.dump);
    let read = ColumnRows::new(&columns, begin.elapsed());
    let (scope, context) = (selection.scope(store), selection.context(&loaded.dump));
    let plan = selection.wanted().plan_with(store, &columns, &scope, &context, &passes)?;
    print_to_stdout(config, |out| {
        read.write(config, out)?;
        Ok(out.words(&plan.explain().to_string())?)
    })?;
    let matched = plan.any();
    message::remarks(&selection.remarks(&loaded.dump, &plan, matched));
    Ok(loaded.status(config, ExitStatus::of_match(matched)))
}

/// The columns that a query asks, with what came of reading them.
struct ColumnRows<'c> {
    columns: &'c Columns,
    subjects: Vec<(&'c Subject, String)>,
    /// The time it took to read those that were not saved, together.
    time: Duration,
}

impl<'c> ColumnRows<'c> {
    fn new(columns: &'c Columns, time: Duration) -> ColumnRows<'c> {
        let subjects = columns.subjects().map(|subject| (subject, subject.to_string())).collect();
        ColumnRows { columns, subjects, time }
    }

    /// Writes them as a stage of its own, before those of the plan; nothing where there are none.
    fn write(&self, config: &Config, out: &mut Printer<impl Write>) -> io::Result<()> {
        if self.subjects.is_empty() {
            return Ok(());
        }
        out.words("columns\n")?;
        let layout = Layout { max_width: config.stdout_columns, ..Layout::default() };
        for line in table::lines(self, &layout) {
            out.words(&format!("  {line}\n"))?;
        }
        out.words("\n")
    }

    /// Where the values of a subject are from.
    fn origin(&self, subject: &Subject) -> String {
        if self.columns.is_saved(subject) {
            return "the index".to_owned();
        }
        let n_read = self.subjects.iter().filter(|(other, _)| !self.columns.is_saved(other)).count();
        let together = if n_read > 1 { "all " } else { "" };
        format!("the objects, {together}in {}", stats::shown(self.time))
    }
}

impl<'c> Grid for ColumnRows<'c> {
    type Row = (&'c Subject, String);

    fn header(&self) -> Vec<&str> {
        vec!["column", "objects", "values", "from"]
    }

    fn rows(&self) -> impl Iterator<Item = (&'c Subject, String)> {
        self.subjects.iter().cloned()
    }

    fn cell<'g>(
        &'g self,
        (subject, name): &'g Self::Row,
        column: usize,
        scratch: &'g mut String,
    ) -> Cell<'g> {
        match column {
            0 => Cell::Text(name),
            1 => Cell::Number(self.columns.n_objects(subject)),
            2 => Cell::Number(self.columns.values(subject).count() as u64),
            _ => {
                scratch.push_str(&self.origin(subject));
                Cell::Text(scratch)
            }
        }
    }
}

/// All passes but those that are to be left out.
fn passes(skipped: &[String]) -> Result<Vec<Pass>> {
    for name in skipped {
        let names = || Pass::ALL.iter().map(|pass| pass.name());
        if name != "all" && !names().any(|known| known == name) {
            let known = names().collect::<Vec<_>>().join(", ");
            return Err(anyhow!("no pass {name:?}: the passes are {known}, or `all` of them"));
        }
    }
    let is_kept = |pass: &Pass| !skipped.iter().any(|name| name == "all" || name == pass.name());
    Ok(Pass::ALL.into_iter().filter(is_kept).collect())
}
