//! `selq diff`: what came, went and changed from one dump to another.

use anyhow::{Result, bail};
use selq::diff::{DiffSide, ObjectDifference, differences};
use selq::query::Columns;
use selq::{Dump, ObjectId};

use crate::args::DiffArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input::{self, Loaded};
use crate::output::differences::{DiffRows, summary};
use crate::selection::Selection;
use crate::terminal::message;
use crate::terminal::stdin::is_stdin;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::table::Layout;

pub(crate) fn run(args: &DiffArgs, config: &Config) -> Result<ExitStatus> {
    let sides = args.sides()?;
    if args.input.source.inputs().iter().all(|file| is_stdin(&file.path)) {
        bail!("`-` is standard input, which can be read only once");
    }
    let selection = Selection::new(&args.selection, config)?;
    let [before, after] = sides.map(|input| input::load(&input, config));
    let (before, after) = (AskedSide::new(before?, &selection)?, AskedSide::new(after?, &selection)?);
    let found = differences(before.compared(), after.compared(), args.by.into());
    if !args.quiet {
        print(&found, &before.loaded.dump, &after.loaded.dump, args, config)?;
        message::remarks(&remarks(&before, &after, &selection)?);
        message::print(&summary(&found, before.ids.len()));
    }
    let status = ExitStatus::of_match(found.is_empty());
    Ok(worse(before.loaded.status(config, status), after.loaded.status(config, status)))
}

/// A dump, and what of it is compared.
struct AskedSide {
    loaded: Loaded,
    columns: Columns,
    ids: Vec<ObjectId>,
}

impl AskedSide {
    fn new(loaded: Loaded, selection: &Selection) -> Result<AskedSide> {
        let columns = selection.columns(&loaded.dump);
        let ids = selection.plan(&loaded.dump, &columns)?.run().ids().collect();
        Ok(AskedSide { loaded, columns, ids })
    }

    fn compared(&self) -> DiffSide<'_> {
        DiffSide { dump: &self.loaded.dump, ids: &self.ids }
    }
}

/// What is to be said of what was asked for: of what neither of the dumps has, once.
fn remarks(before: &AskedSide, after: &AskedSide, selection: &Selection) -> Result<Vec<String>> {
    if !selection.narrows() {
        return Ok(Vec::new());
    }
    let of = |side: &AskedSide| -> Result<Vec<String>> {
        let plan = selection.plan(&side.loaded.dump, &side.columns)?;
        Ok(selection.remarks(&side.loaded.dump, &plan, !side.ids.is_empty()))
    };
    let (before, after) = (of(before)?, of(after)?);
    // What one of them has is no slip, and the number of objects in a remark is that of the dump.
    Ok(if before.is_empty() { Vec::new() } else { after })
}

fn print(
    found: &[ObjectDifference],
    before: &Dump,
    after: &Dump,
    args: &DiffArgs,
    config: &Config,
) -> Result<()> {
    let rows = DiffRows { differences: found, before, after, by: args.by.into() };
    let layout = Layout { headers: !args.no_headers, max_width: config.stdout_columns, ..Layout::default() };
    print_to_stdout(config, |out| Ok(rows.write(args.output, &layout, out)?))
}

/// An error of one dump is one of both.
fn worse(one: ExitStatus, other: ExitStatus) -> ExitStatus {
    if one == ExitStatus::Error { one } else { other }
}
