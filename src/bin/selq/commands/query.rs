//! `selq [OPTIONS] [FILE]…`: one selector over a dump.

use std::io::Write;
use std::mem;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use selq::{Answer, Dump, Plan, ReadObject, Scan, Selector, Store, Unanswered};

use crate::args::{QueryArgs, Shown};
use crate::commands::labels;
use crate::commands::queries;
use crate::commands::stats;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input::{self, Loaded, Opened, Unindexed};
use crate::output::{self, NameEnd, OutputFormat, ShowLabels, View};
use crate::selection::sightings::Sightings;
use crate::selection::{Selection, among};
use crate::terminal::message;
use crate::terminal::stdout::with_stdout;

pub(crate) fn run(args: &QueryArgs, config: &Config) -> Result<ExitStatus> {
    let view = view(args, config)?;
    let selection = Selection::new(&args.selection, config)?;
    let queries = match args.queries.is_empty() {
        true => None,
        false => Some(queries::read(args, config)?),
    };
    let loaded = match scan(&selection, &view, args, config)? {
        Scanned::Count(count, in_vain) => return answer_count(count, args.shown(), &in_vain),
        Scanned::Selected(dump, in_vain) => return answer_selected(&dump, &view, &in_vain),
        Scanned::Loaded(loaded) => loaded,
    };
    let begin = Instant::now();
    let status = match queries {
        Some(queries) => queries::answer(&queries, &selection, &loaded.dump, &view, args, config)?,
        None => answer(selection, &loaded.dump, &view, args)?,
    };
    finish(args, &loaded, begin.elapsed());
    let status = loaded.status(config, status);
    // The program ends here, and the system takes everything back at once: to free hundreds of thousands of postings
    // one by one would take longer than most answers.
    mem::forget(loaded);
    Ok(status)
}

/// Whether the answer can be read off the objects as they come, which takes less time than loading them.
///
/// Kinds are resolved by the kinds that occur, and the figures of `--stats` are those of a store.
fn may_scan(args: &QueryArgs) -> bool {
    args.queries.is_empty() && args.selection.kind.is_empty() && !args.stats && !args.input.skip_invalid
}

/// What is there to answer from.
enum Scanned {
    /// The number of objects that match, and what is to be said of what the query names in vain.
    Count(u64, Vec<String>),
    /// The objects that match, and no others, and the same.
    Selected(Box<Dump>, Vec<String>),
    Loaded(Box<Loaded>),
}

/// Counts what matches, or keeps only that, if the objects tell it as they come, and else loads the dump; also for
/// watch events, and to say why nothing matches.
fn scan(selection: &Selection, view: &View, args: &QueryArgs, config: &Config) -> Result<Scanned> {
    let unindexed = if may_scan(args) { Unindexed::Scanned } else { Unindexed::Loaded };
    let why = match input::open(&args.input, config, unindexed)? {
        Opened::Indexed(loaded) => return Ok(Scanned::Loaded(loaded)),
        Opened::NotIndexed(why) => why,
    };
    let loaded = |loaded: Loaded| Ok(Scanned::Loaded(Box::new(loaded)));
    if unindexed == Unindexed::Loaded {
        return loaded(input::read_inputs(&args.input, config, why)?);
    }
    let (shown, input) = (args.shown(), &args.input);
    let (matcher, sightings) = (selection.matcher(), sightings(selection, view, shown));
    let is_wanted = |object: ReadObject<'_>| {
        sightings.look(object.labels());
        selection.matches(&matcher, &object, args.invert_match)
    };
    let is_shown = |key: &str| view.needs_label(key);
    let scanned = if shown == Shown::Rows {
        let scan = input::scan(input, config, |loader, inputs, observer| {
            loader.select(inputs, observer, is_wanted, is_shown)
        })?;
        settled(scan, &sightings, shown)
            .map(|(answer, in_vain)| Scanned::Selected(Box::new(answer.into_dump()), in_vain))
    } else {
        let scan =
            input::scan(input, config, |loader, inputs, observer| loader.scan(inputs, observer, is_wanted))?;
        settled(scan, &sightings, shown).map(|(answer, in_vain)| Scanned::Count(answer.n_selected(), in_vain))
    };
    scanned.or_else(|unanswered| loaded(input::load_scanned(*unanswered, config, why)?))
}

/// The answer of a scan, and what is to be said of what the query names in vain; or what was read, if that takes a store
/// to answer or to say why nothing matches.
fn settled<K>(
    scan: Scan<K>,
    sightings: &Sightings,
    shown: Shown,
) -> Result<(Answer<K>, Vec<String>), Box<Unanswered>> {
    let answer = match scan {
        Scan::Answer(answer) => answer,
        Scan::NeedsStore(unanswered) => return Err(Box::new(unanswered)),
    };
    if shown == Shown::Nothing {
        return Ok((answer, Vec::new()));
    }
    let in_vain = sightings.in_vain(&among(answer.n_objects()));
    let is_to_be_explained = !in_vain.is_empty() && answer.n_bytes() <= SMALL_DUMP;
    if answer.n_selected() == 0 || is_to_be_explained {
        return Err(Box::new(answer.into_unanswered()));
    }
    Ok((answer, in_vain))
}

/// Up to how many bytes a dump is loaded after all to find what was meant by a name that no object has, which takes half
/// a millisecond. Of larger ones it is only said that none has it.
const SMALL_DUMP: u64 = 256 << 10;

/// What is to be looked out for while objects are read. Nothing is said where nothing is printed.
fn sightings(selection: &Selection, view: &View, shown: Shown) -> Sightings {
    let selectors = [&selection.selector].into_iter().filter(|_| shown != Shown::Nothing);
    let columns = if shown == Shown::Rows { view.label_columns.as_slice() } else { &[] };
    Sightings::new(selectors, columns)
}

/// Prints all objects of a dump of nothing but matches.
fn answer_selected(dump: &Dump, view: &View, in_vain: &[String]) -> Result<ExitStatus> {
    let plan = Plan::new(dump.store(), &Selector::everything());
    let matched = print_answer(dump, &plan, view, Shown::Rows)?;
    in_vain.iter().for_each(|line| message::print(line));
    Ok(ExitStatus::of_match(matched))
}

fn answer_count(count: u64, shown: Shown, in_vain: &[String]) -> Result<ExitStatus> {
    if shown == Shown::Count {
        print_count(count)?;
    }
    in_vain.iter().for_each(|line| message::print(line));
    Ok(ExitStatus::of_match(count > 0))
}

fn print_count(count: u64) -> Result<()> {
    with_stdout(|out| Ok(writeln!(out, "{count}")?))
}

fn finish(args: &QueryArgs, loaded: &Loaded, answer_time: Duration) {
    if args.stats {
        stats::print(loaded, answer_time);
    }
}

fn answer(selection: Selection, dump: &Dump, view: &View, args: &QueryArgs) -> Result<ExitStatus> {
    let selection = if args.invert_match { selection.inverted() } else { selection };
    let plan = selection.plan(dump.store(), &selection.selector);
    let shown = args.shown();
    let matched = print_answer(dump, &plan, view, shown)?;
    if shown != Shown::Nothing {
        selection.remark(dump, &plan, matched);
    }
    if shown == Shown::Rows && matched {
        absent_columns(view, dump.store());
    }
    Ok(ExitStatus::of_match(matched))
}

/// Says which of the columns no object has.
fn absent_columns(view: &View, store: &Store) {
    for column in view.label_columns.iter().filter(|column| store.count_key(column) == 0) {
        message::print(&labels::absence(Some(column), store));
    }
}

/// Prints an answer and tells whether anything matched, however little of it was printed.
fn print_answer(dump: &Dump, plan: &Plan<'_>, view: &View, shown: Shown) -> Result<bool> {
    match shown {
        Shown::Nothing => Ok(plan.any()),
        Shown::Count => {
            let count = plan.count();
            print_count(count)?;
            Ok(count > 0)
        }
        Shown::Rows => {
            let n_rows = with_stdout(|out| output::answer(dump, plan, view, out))?;
            Ok(n_rows > 0 || plan.any())
        }
    }
}

/// The view that the options ask for, or why they make no sense together.
fn view(args: &QueryArgs, config: &Config) -> Result<View> {
    let format = args.output.unwrap_or(OutputFormat::Table);
    if args.null && format != OutputFormat::Name {
        bail!("-0 ends names with NUL: it needs -o name");
    }
    let has_columns =
        matches!(format, OutputFormat::Table | OutputFormat::Wide | OutputFormat::Csv | OutputFormat::Tsv);
    if !has_columns && (!args.label_columns.is_empty() || args.show_labels) {
        bail!("-L and --show-labels add columns: they need -o table, wide, csv or tsv");
    }
    let show_labels = match args.show_labels {
        true => ShowLabels::Always,
        // Labels that stand elsewhere are mostly those of objects that Kubernetes knows nothing of.
        false if has_columns && args.input.source.labels_at.is_some() => ShowLabels::OfAnonymous,
        false => ShowLabels::Never,
    };
    Ok(View {
        format,
        label_columns: args.label_columns.clone(),
        show_labels,
        headers: !args.no_headers,
        name_end: if args.null { NameEnd::Nul } else { NameEnd::Newline },
        sort_by: args.sort_by.as_deref().map(str::parse).transpose()?,
        limit: args.limit,
        max_width: config.stdout_columns,
        on_terminal: config.stdout_is_terminal,
    })
}
