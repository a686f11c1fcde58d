//! `selq diff`: what came, went and changed from one dump to another.

use anyhow::{Result, bail};
use selq::diff::{DiffBy, DiffSide, ObjectDifference, differences};
use selq::load::{Answer, KeptObjects, LeftOut, Scan};
use selq::{Dump, ObjectId};

use crate::args::{DiffArgs, InputArgs};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input::{self, Loaded};
use crate::output::differences::{DiffRows, summary};
use crate::selection::Selection;
use crate::selection::one_by_one::OneByOne;
use crate::terminal::message;
use crate::terminal::stdin::is_stdin;
use crate::terminal::stdout::print_to_stdout;

pub(crate) fn run(args: &DiffArgs, config: &Config) -> Result<ExitStatus> {
    let sides = args.sides()?;
    if args.input.source.inputs().iter().all(|file| is_stdin(&file.path)) {
        bail!("`-` is standard input, which can be read only once");
    }
    let selection = Selection::new(&args.selection, config)?;
    let by = args.by.into();
    let [before, after] = sides.map(|input| AskedSide::read(&input, &selection, by, config));
    let (before, after) = (before?, after?);
    let found = differences(before.compared(), after.compared(), by);
    if !args.quiet {
        print(&found, &before.dump, &after.dump, args, config)?;
        // What one of them has is no slip, and the number of objects in a remark is that of the dump.
        if !before.remarks.is_empty() {
            message::remarks(&after.remarks);
        }
        message::print(&summary(&found, before.ids.len()));
    }
    let status = ExitStatus::of_match(found.is_empty());
    let of_side = |side: &AskedSide| input::status(side.left_out, config, status);
    Ok(worse(of_side(&before), of_side(&after)))
}

/// A dump, and what of it is compared.
struct AskedSide {
    dump: Dump,
    ids: Vec<ObjectId>,
    left_out: LeftOut,
    /// What is to be said of what was asked for.
    remarks: Vec<String>,
}

impl AskedSide {
    /// Keeps only what is wanted, and by labels not even the text of that, where objects tell whether they are wanted as they
    /// come.
    fn read(args: &InputArgs, selection: &Selection, by: DiffBy, config: &Config) -> Result<AskedSide> {
        let opened = input::open(args, config)?;
        let wanted = selection.wanted();
        let asked = OneByOne::new(selection, &wanted).filter(|_| !opened.is_indexed());
        let Some(asked) = asked else { return AskedSide::of(opened.load()?, selection) };
        let scanned = opened.keep_text(by != DiffBy::Labels).reads(asked.reads()).scan(
            |loader, inputs, observer| {
                loader.select(inputs, observer, |object| asked.holds(&object), |_| true)
            },
        )?;
        let unanswered = match scanned.scan {
            Scan::NeedsStore(unanswered) => unanswered,
            Scan::Answer(scan) if !asked.is_complete() => scan.into_unanswered(),
            // Why nothing is wanted is known where there is more.
            Scan::Answer(scan) if scan.n_selected() == 0 && selection.narrows() && scan.is_kept() => {
                scan.into_unanswered()
            }
            Scan::Answer(scan) => return Ok(AskedSide::whole(scan)),
        };
        AskedSide::of(scanned.reload.load(unanswered)?, selection)
    }

    /// All that a scan has kept.
    fn whole(scan: Answer<KeptObjects>) -> AskedSide {
        let left_out = scan.left_out();
        let dump = scan.into_dump();
        let ids = dump.store().objects().map(|object| object.id()).collect();
        AskedSide { dump, ids, left_out, remarks: Vec::new() }
    }

    fn of(loaded: Loaded, selection: &Selection) -> Result<AskedSide> {
        let columns = selection.columns(&loaded.dump);
        let plan = selection.plan(&loaded.dump, &columns)?;
        let ids: Vec<ObjectId> = plan.run().ids().collect();
        let remarks = if selection.narrows() {
            selection.remarks(&loaded.dump, &plan, !ids.is_empty())
        } else {
            Vec::new()
        };
        Ok(AskedSide { left_out: loaded.dump.left_out(), dump: loaded.dump, ids, remarks })
    }

    fn compared(&self) -> DiffSide<'_> {
        DiffSide { dump: &self.dump, ids: &self.ids }
    }
}

fn print(
    found: &[ObjectDifference],
    before: &Dump,
    after: &Dump,
    args: &DiffArgs,
    config: &Config,
) -> Result<()> {
    let rows = DiffRows { differences: found, before, after, by: args.by.into() };
    let layout = DiffRows::layout(!args.no_headers, config.stdout_columns);
    print_to_stdout(config, |out| Ok(rows.write(args.output, &layout, out)?))
}

/// An error of one dump is one of both.
fn worse(one: ExitStatus, other: ExitStatus) -> ExitStatus {
    if one == ExitStatus::Error { one } else { other }
}
