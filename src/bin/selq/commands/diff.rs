//! `selq diff`: what came, went and changed from one dump to another.

use anyhow::{Result, bail};
use selq::diff::{DiffBy, DiffSide, ObjectDifference, differences};
use selq::load::Scan;
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
use crate::terminal::table::Layout;

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
        print(&found, &before.loaded.dump, &after.loaded.dump, args, config)?;
        // What one of them has is no slip, and the number of objects in a remark is that of the dump.
        if !before.remarks.is_empty() {
            message::remarks(&after.remarks);
        }
        message::print(&summary(&found, before.ids.len()));
    }
    let status = ExitStatus::of_match(found.is_empty());
    Ok(worse(before.loaded.status(config, status), after.loaded.status(config, status)))
}

/// A dump, and what of it is compared.
struct AskedSide {
    loaded: Loaded,
    ids: Vec<ObjectId>,
    /// What is to be said of what was asked for.
    remarks: Vec<String>,
}

impl AskedSide {
    /// Keeps only what is wanted, and by labels not even the text of that, where objects tell whether they are wanted as they
    /// come.
    fn read(args: &InputArgs, selection: &Selection, by: DiffBy, config: &Config) -> Result<AskedSide> {
        let opened = input::open(args, config)?;
        let wanted = selection.wanted();
        let is_wanted = OneByOne::new(selection, &wanted);
        let Some(is_wanted) = is_wanted.filter(|_| !opened.is_indexed() && !args.skip_invalid) else {
            return AskedSide::of(opened.load()?, selection);
        };
        let mut opened = opened.keep_text(by != DiffBy::Labels);
        if let Some(reads) = is_wanted.reads() {
            opened = opened.reads(reads);
        }
        let scanned = opened.scan(|loader, inputs, observer| {
            loader.select(inputs, observer, |object| is_wanted.holds(&object), |_| true)
        })?;
        let unanswered = match scanned.scan {
            Scan::NeedsStore(unanswered) => unanswered,
            // Why nothing is wanted is known where there is more.
            Scan::Answer(scan) if scan.n_selected() == 0 && selection.narrows() && scan.is_kept() => {
                scan.into_unanswered()
            }
            Scan::Answer(scan) => {
                let dump = scan.into_dump();
                let ids = dump.store().objects().map(|object| object.id()).collect();
                return Ok(AskedSide {
                    loaded: Loaded { dump, ..input::nothing()? },
                    ids,
                    remarks: Vec::new(),
                });
            }
        };
        AskedSide::of(scanned.reload.load(unanswered)?, selection)
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
        Ok(AskedSide { loaded, ids, remarks })
    }

    fn compared(&self) -> DiffSide<'_> {
        DiffSide { dump: &self.loaded.dump, ids: &self.ids }
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
    let layout = Layout { headers: !args.no_headers, max_width: config.stdout_columns, ..Layout::default() };
    print_to_stdout(config, |out| Ok(rows.write(args.output, &layout, out)?))
}

/// An error of one dump is one of both.
fn worse(one: ExitStatus, other: ExitStatus) -> ExitStatus {
    if one == ExitStatus::Error { one } else { other }
}
