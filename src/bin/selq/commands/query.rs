//! `selq [OPTIONS] [FILE]…`: one selector over a dump.
//!
//! It is answered in one of three ways, each as far as the one before does not go:
//!
//! 1. Counted while the objects are read, and none of them kept (`-c`, `-q`).
//! 2. Matched while they are read, and only what matches kept: a dump of the answer alone, of which a plan of everything
//!    is printed.
//! 3. Loaded, from a saved index or from its bytes, into a store with an index, and found there by a plan. Who asks for
//!    many queries or figures needs one, and so do watch events, and words about why nothing matched.

use std::io::Write;
use std::mem;
use std::time::Instant;

use anyhow::{Result, bail};
use selq::load::{LeftOut, ReadObject, Scan};
use selq::{Dump, Plan, Selector, Store};

use crate::args::{QueryArgs, Shown};
use crate::commands::labels;
use crate::commands::queries::{self, NamedQuery};
use crate::commands::stats;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input::{self, Loaded, Opened, Scanned};
use crate::output::grid::GridFormat;
use crate::output::grouping::Grouping;
use crate::output::subject::ColumnSubject;
use crate::output::{self, NameEnd, OutputFormat, ShowLabels, View, Written, records};
use crate::selection::absent;
use crate::selection::ages::Freshness;
use crate::selection::one_by_one::OneByOne;
use crate::selection::sightings::Sightings;
use crate::selection::wanted::Wanted;
use crate::selection::{NO_MATCHES, Selection, among, on_server};
use crate::terminal::message;
use crate::terminal::stdout::print_to_stdout;

pub(crate) fn run(args: &QueryArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?.inverted(args.invert_match);
    let view = view(args, &selection, config)?;
    // Before the dump, so that a wrong file of queries is told at once.
    let queries = match args.queries.is_empty() {
        true => None,
        false => Some(queries::read(args, config)?),
    };
    let asked = queries.iter().flatten().any(NamedQuery::asks_for_age);
    let are_shown = args.shown() == Shown::Rows && view.shows_ages();
    let selection = selection.with_ages(asked || are_shown);
    let args = &asking_server(args, &selection, &view);
    let is_of_part = args.input.source.kubectl_get().is_some_and(|get| !get.selections.is_empty());
    let selection = selection.of_part(is_of_part);
    let freshness = selection.freshness();
    let mut query = QueryRun { selection, freshness, view, shown: args.shown(), config };
    let loaded = match query.find(args)? {
        Found::Answer(answer, left_out) => {
            message::remarks(&answer.remarks);
            return Ok(input::status(left_out, config, ExitStatus::of_match(answer.matched)));
        }
        Found::Loaded(loaded) => loaded,
    };
    query.view.context = query.selection.context(&loaded.dump);
    let begin = Instant::now();
    let status = match queries {
        Some(queries) => {
            queries::answer(&queries, &query.selection, &loaded.dump, &query.view, args, config)?
        }
        None => {
            let answer = query.answer(&loaded.dump)?;
            // Where kubectl failed before anything came, it has said why there is nothing.
            if !(loaded.dump.store().is_empty() && config.has_kubectl_failed()) {
                message::remarks(&answer.remarks);
            }
            ExitStatus::of_match(answer.matched)
        }
    };
    if args.stats {
        stats::print(&loaded, begin.elapsed());
    }
    let status = loaded.status(config, status);
    // The program ends here, and the system takes everything back at once: to free hundreds of thousands of postings
    // one by one would take longer than most answers.
    mem::forget(loaded);
    Ok(status)
}

/// The same arguments where kubectl, if it is to fetch the objects, has the server leave out what is not wanted.
fn asking_server(args: &QueryArgs, selection: &Selection, view: &View) -> QueryArgs {
    let mut args = args.clone();
    // What other objects say is asked of objects that the server would leave out.
    if let Some(get) = args.input.source.kubectl_get()
        && args.queries.is_empty()
        && !view.asks_others()
    {
        let selections = on_server::selections(get, &selection.wanted().into_query());
        args.input.source = args.input.source.with_selections(selections);
    }
    args
}

/// Up to how many bytes a dump is loaded after all to find what was meant by a name that no object has, which takes half
/// a millisecond. Of larger ones it is only said that none has it.
const SMALL_DUMP: u64 = 256 << 10;

/// What is asked for, and how it is shown.
struct QueryRun<'c> {
    selection: Selection,
    /// How old the objects are that are looked at as they come, if ages are asked.
    freshness: Option<Freshness>,
    view: View,
    shown: Shown,
    config: &'c Config,
}

/// What came of an answer that was printed.
struct Printed {
    /// Whether anything matched, however little of it was printed.
    matched: bool,
    /// What there is to say of it.
    remarks: Vec<String>,
}

/// What is known when all objects were looked at.
struct ScanEnd<'s> {
    /// The labels that are asked for.
    sightings: &'s Sightings,
    /// What was asked of the objects.
    asked: &'s OneByOne<'s>,
}

/// What a look at the inputs gave.
enum Found {
    /// The answer, which is printed, and what was left out of it.
    Answer(Printed, LeftOut),
    /// A dump to answer from.
    Loaded(Box<Loaded>),
}

/// Whether the answer can be read off the objects as they come, which takes less time than loading them.
///
/// Many queries are asked of one load, and the figures of `--stats` are those of a store.
fn may_scan(args: &QueryArgs) -> bool {
    args.queries.is_empty() && !args.stats
}

impl QueryRun<'_> {
    fn find(&self, args: &QueryArgs) -> Result<Found> {
        let opened = input::open(&args.input, self.config)?;
        // The newest time of all is not that of what was found.
        let is_timeless = self.selection.context_before().is_none() && self.view.reads_objects();
        let is_whole = is_timeless || self.view.asks_others();
        match opened.is_indexed() || !may_scan(args) || is_whole {
            true => self.load(opened),
            false => self.scan_for(opened),
        }
    }

    /// Looks for what is wanted as far as objects tell by themselves whether they are.
    fn scan_for(&self, opened: Opened<'_>) -> Result<Found> {
        let wanted = self.selection.wanted();
        let Some(asked) = OneByOne::new(&self.selection, &wanted) else { return self.load(opened) };
        let asked = if self.shown == Shown::Nothing { asked } else { asked.looking_out() };
        let end = ScanEnd { sightings: &self.sightings(&wanted.label_selectors()), asked: &asked };
        self.scan(opened.reads(asked.reads()), &end, |object| {
            end.sightings.look(object.labels());
            end.sightings.look_at_namespace(object.identity().namespace);
            self.look_for_times(&object);
            asked.holds(&object)
        })
    }

    fn look_for_times(&self, object: &ReadObject<'_>) {
        if let Some(freshness) = &self.freshness {
            freshness.look(|| object.json());
        }
    }

    fn load(&self, opened: Opened<'_>) -> Result<Found> {
        Ok(Found::Loaded(Box::new(opened.load()?)))
    }

    /// Counts what matches, or keeps only that, if the objects tell it as they come, and else loads the dump.
    fn scan(
        &self,
        opened: Opened<'_>,
        end: &ScanEnd<'_>,
        is_wanted: impl Fn(ReadObject<'_>) -> bool + Sync,
    ) -> Result<Found> {
        let is_shown = |key: &str| self.view.needs_label(key);
        if self.shown == Shown::Rows {
            let scanned = opened
                .keep_text(self.view.reads_text())
                .scan(|loader, inputs, observer| loader.select(inputs, observer, is_wanted, is_shown))?;
            return self.settled(scanned, end, |query, scan| {
                let dump = scan.into_dump();
                query.print(&dump, &Plan::new(dump.store(), &Selector::everything()))
            });
        }
        let scanned = opened.scan(|loader, inputs, observer| loader.scan(inputs, observer, is_wanted))?;
        self.settled(scanned, end, |query, scan| query.print_number(scan.n_selected()))
    }

    /// The answer of a scan, printed; or the dump, if it takes a store to answer or to say why nothing matches.
    fn settled<K>(
        &self,
        scanned: Scanned<'_, K>,
        end: &ScanEnd<'_>,
        print: impl FnOnce(&Self, selq::load::Answer<K>) -> Result<Printed>,
    ) -> Result<Found> {
        let load = |unanswered| Ok(Found::Loaded(Box::new(scanned.reload.load(unanswered)?)));
        // What was read is kept until here, so that a load need not read it again.
        let scan = match scanned.scan {
            Scan::Answer(scan) if !end.asked.is_complete() => return load(scan.into_unanswered()),
            Scan::Answer(scan) => scan,
            Scan::NeedsStore(unanswered) => return load(unanswered),
        };
        let left_out = scan.left_out();
        if self.shown == Shown::Nothing {
            let matched = scan.n_selected() > 0;
            return Ok(Found::Answer(Printed { matched, remarks: Vec::new() }, left_out));
        }
        let [of_scope, in_vain] = self.in_vain(end, scan.n_objects());
        // What was not kept is not read again only to say more of it.
        if scan.is_kept() && self.needs_store(&scan, end, !(of_scope.is_empty() && in_vain.is_empty())) {
            return load(scan.into_unanswered());
        }
        let is_empty = scan.n_objects() == 0;
        let answer = print(self, scan)?;
        let in_vain = match answer.matched {
            true => of_scope.into_iter().chain(in_vain).collect(),
            false => self.reasons(is_empty, of_scope, in_vain),
        };
        let of_ages = self.freshness.iter().filter_map(Freshness::remark);
        let remarks = answer.remarks.into_iter().chain(in_vain).chain(of_ages).collect();
        Ok(Found::Answer(Printed { remarks, ..answer }, left_out))
    }

    /// Which namespaces and kinds, and which labels and other things, were asked for and did not come.
    fn in_vain(&self, end: &ScanEnd<'_>, n_objects: u64) -> [Vec<String>; 2] {
        if self.selection.is_of_part() {
            return Default::default();
        }
        let among = among(n_objects);
        let mut of_scope = end.sightings.namespaces_in_vain(&among);
        of_scope.extend(self.selection.kind_reasons(&end.asked.kinds_seen(), &among));
        let mut in_vain = end.sightings.in_vain(&among);
        in_vain.extend(absent::of_tests(&end.asked.unseen(), &among));
        [of_scope, in_vain]
    }

    /// Whether what there is to say of an answer takes a store.
    fn needs_store<K>(&self, scan: &selq::load::Answer<K>, end: &ScanEnd<'_>, is_in_vain: bool) -> bool {
        let matched = scan.n_selected() > 0;
        let is_worth_it = !matched || scan.n_bytes() <= SMALL_DUMP;
        let is_no_answer = scan.n_objects() == 0 || (!matched && self.selection.is_scoped());
        (is_in_vain && is_worth_it) || is_no_answer || end.asked.may_say_more(matched)
    }

    /// Why nothing matched, as far as that is known without a dump: which names no object has.
    fn reasons(&self, is_empty: bool, of_scope: Vec<String>, names: Vec<String>) -> Vec<String> {
        if is_empty {
            return vec![self.selection.no_objects()];
        }
        let wanted = self.selection.wanted();
        let contradiction = match &wanted {
            Wanted::Selector(selector) if names.is_empty() => selector.contradiction(),
            _ => None,
        };
        let excluded = contradiction.map(|(one, other)| format!("{one} and {other} exclude each other"));
        let mut reasons: Vec<String> = of_scope.into_iter().chain(names).chain(excluded).collect();
        if reasons.is_empty() {
            reasons.push(NO_MATCHES.to_owned());
        }
        reasons
    }

    /// What is to be looked out for while objects are read. Nothing is said where nothing is printed.
    fn sightings(&self, wanted: &[Selector]) -> Sightings {
        let selectors = wanted.iter().filter(|_| self.shown != Shown::Nothing);
        let columns = self.view.subjects().filter(|_| self.shown == Shown::Rows);
        let columns = columns.filter_map(ColumnSubject::label).map(|key| (key, ColumnSubject::meant(key)));
        Sightings::new(selectors, columns).in_namespaces(&self.selection.namespaces)
    }

    /// Answers from a dump that is loaded.
    fn answer(&self, dump: &Dump) -> Result<Printed> {
        let columns = self.selection.columns(dump);
        let plan = self.selection.plan(dump, &columns)?;
        let mut answer = self.print(dump, &plan)?;
        if self.shown != Shown::Nothing {
            answer.remarks.extend(self.selection.remarks(dump, &plan, answer.matched));
        }
        if self.shown == Shown::Rows && answer.matched {
            answer.remarks.extend(self.absent_columns(dump.store()));
        }
        Ok(answer)
    }

    /// Which of the columns no object has, in words.
    fn absent_columns(&self, store: &Store) -> impl Iterator<Item = String> {
        let is_known = !self.selection.is_of_part();
        let keys = self.view.subjects().filter_map(ColumnSubject::label).filter(move |_| is_known);
        keys.filter(|key| store.count_key(key) == 0).map(|key| labels::absence(Some(key), store))
    }

    fn print(&self, dump: &Dump, plan: &Plan<'_>) -> Result<Printed> {
        match self.shown {
            Shown::Nothing => Ok(Printed { matched: plan.any(), remarks: Vec::new() }),
            Shown::Count => self.print_number(plan.count()),
            Shown::Rows => {
                let Written { n_rows, remarks } =
                    print_to_stdout(self.config, |out| output::answer(dump, plan, &self.view, out))?;
                // With `--limit 0` there are no rows, whatever matches.
                Ok(Printed { matched: n_rows > 0 || plan.any(), remarks })
            }
        }
    }

    fn print_number(&self, count: u64) -> Result<Printed> {
        print_to_stdout(self.config, |out| Ok(writeln!(out.raw(), "{count}")?))?;
        Ok(Printed { matched: count > 0, remarks: Vec::new() })
    }
}

/// The view that the options ask for, or why they make no sense together.
fn view(args: &QueryArgs, selection: &Selection, config: &Config) -> Result<View> {
    let typed = args.output.clone().unwrap_or_else(|| OutputFormat::Table.into());
    let format = typed.format;
    let grouping = grouping(args, format)?;
    if args.null && format != OutputFormat::Name {
        bail!("-0 ends names with NUL: it needs -o name");
    }
    if !format.has_columns() && (!args.label_columns.is_empty() || args.show_labels) {
        bail!("-L and --show-labels add columns: they need -o table, wide, kubectl, csv, tsv or records");
    }
    let columns = ColumnSubject::lists(&args.label_columns)?;
    if format == OutputFormat::Records {
        records::check(&columns)?;
    }
    let show_labels = match args.show_labels {
        true => ShowLabels::Always,
        // Labels that stand elsewhere are mostly those of objects that Kubernetes knows nothing of.
        false if format.has_columns() && args.input.source.labels_at.is_some() => ShowLabels::OfAnonymous,
        false => ShowLabels::Never,
    };
    Ok(View {
        format,
        columns,
        custom_columns: typed.custom_columns()?,
        is_of_one_namespace: selection.is_of_one_namespace(),
        asked_kinds: match args.input.source.kubectl_get() {
            Some(get) if selection.kinds.is_empty() => get.kinds().map(str::to_owned).collect(),
            _ => selection.kinds.clone(),
        },
        show_labels,
        headers: !args.no_headers,
        name_end: if args.null { NameEnd::Nul } else { NameEnd::Newline },
        sort_by: args.sort_by.iter().map(|key| key.parse()).collect::<Result<_>>()?,
        grouping,
        limit: args.limit,
        max_width: config.stdout_columns,
        context: selection.context_before().unwrap_or_default(),
    })
}

/// What the objects are to be counted by, if that is what is wanted.
fn grouping(args: &QueryArgs, format: OutputFormat) -> Result<Option<(Grouping, GridFormat)>> {
    let Some(grouping) = Grouping::new(&args.group_by, &args.sum)? else { return Ok(None) };
    let Some(format) = GridFormat::of(format) else {
        bail!("--group-by and --sum count objects: they need -o table, csv, tsv or jsonl");
    };
    if !args.label_columns.is_empty() || args.show_labels || !args.sort_by.is_empty() || args.count {
        bail!(
            "--group-by and --sum print groups of objects: -L, --show-labels, --sort-by and -c say nothing about these"
        );
    }
    Ok(Some((grouping, format)))
}
