//! `--queries FILE`: many selectors over one load.

use std::collections::HashSet;
use std::io::Write;
use std::mem;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use selq::query::{Columns, Context};
use selq::{Dump, Plan, Scope, Selector};
use serde::Serialize;

use crate::args::{InputFile, QueryArgs, Shown};
use crate::commands::parse::{self, AskedLine, JsonLine, LineError};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::output::identity::ObjectLine;
use crate::output::{OutputFormat, Rows, View};
use crate::selection::wanted::Wanted;
use crate::selection::{Selection, absent};
use crate::terminal::message::{self, counted, thousands};
use crate::terminal::printer::Printer;
use crate::terminal::stdin::{is_stdin, name_of, read_whole, without_bom};
use crate::terminal::stdout::print_to_stdout;

/// Of how many queries it is said what does not occur or why nothing matches: that costs a look at every key or value.
const MAX_EXPLAINED: usize = 100;

/// One selector or query of a file, or why there is none.
pub(crate) struct NamedQuery {
    /// The file and the line in it.
    place: String,
    name: Option<String>,
    asked: Result<AskedLine, LineError>,
}

impl NamedQuery {
    /// Whether it asks how old something is.
    pub(crate) fn asks_for_age(&self) -> bool {
        self.asked.as_ref().ok().and_then(|asked| asked.wanted().ok()).is_some_and(|it| it.asks_for_age())
    }
}

/// Reads the files of queries: a selector a line, or in a `.jsonl` file an object a line.
pub(crate) fn read(args: &QueryArgs, config: &Config) -> Result<Vec<NamedQuery>> {
    if args.output.as_ref().is_some_and(|it| it.format != OutputFormat::Jsonl) {
        bail!("--queries prints counts, or with -o jsonl what each selector picks: no other format");
    }
    if !args.label_columns.is_empty() || args.show_labels || args.no_headers {
        bail!("--queries prints no table: -L, --show-labels and --no-headers say nothing about it");
    }
    if !args.group_by.is_empty() || !args.sum.is_empty() {
        bail!("--queries counts the objects of each query: --group-by and --sum are for one");
    }
    read_files(&args.queries, &args.input.source.inputs(), config)
}

/// Reads the queries to watch, each with what to call it: its name, or its canonical text. Says which lines have none,
/// and tells how many those are.
pub(crate) fn read_all(
    paths: &[PathBuf],
    dumps: &[InputFile],
    config: &Config,
) -> Result<(Vec<(String, Wanted)>, u64)> {
    let (mut named, mut n_refused) = (Vec::new(), 0);
    for query in read_files(paths, dumps, config)? {
        match query.asked {
            Ok(asked) => {
                let name = query.name.unwrap_or_else(|| canonical(&asked));
                named.push((name, asked.wanted()?));
            }
            Err(error) => {
                n_refused += 1;
                error.print(config, Some(&query.place));
            }
        }
    }
    if n_refused > 0 && named.is_empty() {
        let names: Vec<String> = paths.iter().map(|path| name_of(path)).collect();
        bail!("nothing to watch: {} in {}", counted(n_refused, "bad selector"), names.join(", "));
    }
    Ok((named, n_refused))
}

fn canonical(asked: &AskedLine) -> String {
    asked.canonical().unwrap_or_else(|| "null".to_owned())
}

fn read_files(paths: &[PathBuf], dumps: &[InputFile], config: &Config) -> Result<Vec<NamedQuery>> {
    // Standard input can be read once, by the dump or by one file of queries.
    let dump_is_stdin = dumps.is_empty() || dumps.iter().any(|dump| is_stdin(&dump.path));
    if paths.iter().filter(|path| is_stdin(path)).count() + usize::from(dump_is_stdin) > 1
        && paths.iter().any(is_stdin)
    {
        bail!("--queries - reads standard input, which is then not there for the dump or other queries");
    }
    let mut queries = Vec::new();
    for path in paths {
        read_file(path, config, &mut queries)?;
    }
    Ok(queries)
}

fn read_file(path: &Path, config: &Config, queries: &mut Vec<NamedQuery>) -> Result<()> {
    let bytes = read_whole(path)?;
    let is_jsonl = path.extension().is_some_and(|extension| extension == "jsonl");
    for (nth, line) in parse::lines(without_bom(&bytes)).enumerate() {
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        if is_blank || (!is_jsonl && line.starts_with(b"#")) {
            continue;
        }
        let place = format!("{}:{}", name_of(path), nth + 1);
        let JsonLine { name, asked } = match is_jsonl {
            true => parse::json_line(line, &place, config),
            false => JsonLine { name: None, asked: text_query(line).map(AskedLine::Selector) },
        };
        queries.push(NamedQuery { place, name, asked });
    }
    Ok(())
}

/// A line `""` is the empty selector, since a blank line is passed over.
fn text_query(line: &[u8]) -> Result<Selector, LineError> {
    // Lines of Windows end in a carriage return too, with which `""` would not be the whole line.
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line == br#""""# {
        return Ok(Selector::everything());
    }
    parse::text_line(line).map_err(|error| match line.trim_ascii_start() {
        [b'#', ..] => error.with_help("a comment begins in the first column of its line"),
        [b'{', ..] => error.with_help("a file with an object a line has a name that ends in .jsonl"),
        _ => error,
    })
}

/// Answers all queries in their order.
pub(crate) fn answer(
    queries: &[NamedQuery],
    selection: &Selection,
    dump: &Dump,
    view: &View,
    args: &QueryArgs,
    config: &Config,
) -> Result<ExitStatus> {
    let scope = selection.scope(dump.store());
    let mut answers = BatchRun {
        selection,
        scope,
        context: selection.context(dump),
        columns: Columns::new(),
        dump,
        view,
        args,
        unsorted: None,
        n_without_match: 0,
        n_explained: 0,
        gaps: HashSet::new(),
    };
    let mut status = ExitStatus::NoMatch;
    print_to_stdout(config, |out| {
        for query in queries {
            status = status.and(answers.write(query, config, out)?);
        }
        Ok(())
    })?;
    if dump.store().is_empty() {
        message::print(&selection.no_objects());
    }
    answers.unsorted.iter().for_each(|remark| message::print(remark));
    selection.age_remark(dump).iter().for_each(|remark| message::print(remark));
    answers.last_words().iter().for_each(|words| message::warning(config, words));
    Ok(status)
}

struct BatchRun<'a> {
    selection: &'a Selection,
    /// The kinds and namespaces of the selection, which are looked up once for all queries.
    scope: Scope,
    context: Context,
    /// What was read for the queries so far.
    columns: Columns,
    dump: &'a Dump,
    view: &'a View,
    args: &'a QueryArgs,
    /// That objects of an answer do not have what they were to be sorted by.
    unsorted: Option<String>,
    /// How many queries matched nothing so far.
    n_without_match: usize,
    /// For how many it was said what does not occur, or looked for why nothing matches.
    n_explained: usize,
    /// What was said of kinds that the input lacks and that a query asks for.
    gaps: HashSet<String>,
}

impl BatchRun<'_> {
    /// Writes the answer to a query, and says what there is to say of it.
    fn write(
        &mut self,
        query: &NamedQuery,
        config: &Config,
        out: &mut Printer<impl Write>,
    ) -> Result<ExitStatus> {
        let asked = match &query.asked {
            Ok(asked) => asked,
            // A program reads the error in the place of the answer.
            Err(error) if self.args.output.is_some() && !self.args.quiet => {
                out.json_line(&Refused { name: query.name.as_deref(), error: error.report() })?;
                return Ok(ExitStatus::Error);
            }
            Err(error) => {
                // What was answered before belongs before the message.
                out.flush()?;
                error.print(config, Some(&query.place));
                return Ok(ExitStatus::Error);
            }
        };
        let (matched, reasons) = self.write_answer(query, asked, out)?;
        for reason in reasons {
            out.flush()?;
            let name = query.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            message::warning(config, &format_args!("{}{name}: {reason}", query.place));
        }
        Ok(ExitStatus::of_match(matched))
    }

    /// Whether anything matched, and what there is to say of the answer.
    fn write_answer(
        &mut self,
        query: &NamedQuery,
        asked: &AskedLine,
        out: &mut Printer<impl Write>,
    ) -> Result<(bool, Vec<String>)> {
        let wanted = self.selection.wanted_with(asked.wanted()?);
        wanted.read_columns(self.dump, &mut self.columns, &self.context);
        // Taken out, as the plan keeps them while the answer is counted.
        let columns = mem::take(&mut self.columns);
        let plan = wanted.plan(self.dump.store(), &columns, &self.scope, &self.context)?;
        let answer = self.write_planned(query, asked, &plan, out);
        drop(plan);
        self.columns = columns;
        answer
    }

    fn write_planned(
        &mut self,
        query: &NamedQuery,
        asked: &AskedLine,
        plan: &Plan<'_>,
        out: &mut Printer<impl Write>,
    ) -> Result<(bool, Vec<String>)> {
        let shown = self.args.shown();
        if shown == Shown::Nothing {
            // Nobody sees how many they are, so that the first match is enough.
            return Ok((plan.any(), Vec::new()));
        }
        let (count, name) = (plan.count(), query.name.as_deref());
        if self.args.output.is_none() {
            let mut line = format!("{count}\t");
            out.audience().push_inside_line(&name.map_or_else(|| canonical(asked), str::to_owned), &mut line);
            writeln!(out.raw(), "{line}")?;
        } else {
            let rows = (shown == Shown::Rows).then(|| Rows::of(self.dump, plan, self.view));
            let objects = rows.as_ref().map(|rows| self.lines_of(rows));
            let canonical = asked.canonical();
            let (selector, query, fields) = match asked {
                AskedLine::Selector(_) => (canonical, None, None),
                AskedLine::Query(..) => (None, canonical, None),
                AskedLine::Fields(_) => (None, None, canonical),
            };
            out.json_line(&AnswerLine { name, selector, query, fields, count, objects })?;
            // All are sorted by the same keys, of which it is said once.
            let remark = rows.and_then(|rows| rows.remark(self.dump));
            self.unsorted = self.unsorted.take().or(remark);
        }
        Ok((count > 0, self.reasons(plan, count > 0)))
    }

    /// What a query names and does not occur, and why it matches nothing where it does not.
    fn reasons(&mut self, plan: &Plan<'_>, matched: bool) -> Vec<String> {
        let store = self.dump.store();
        self.n_without_match += usize::from(!matched);
        if store.is_empty() || self.n_explained == MAX_EXPLAINED {
            return Vec::new();
        }
        let mut reasons = self.selection.label_reasons(self.dump, plan, matched);
        // The same for all queries that ask for them, and so said once.
        let gaps = plan.gaps().into_iter().map(|gap| absent::gap(gap, store));
        reasons.extend(gaps.filter(|gap| self.gaps.insert(gap.clone())));
        self.n_explained += usize::from(!matched || !reasons.is_empty());
        reasons
    }

    fn lines_of<'s>(&'s self, rows: &Rows<'s>) -> Vec<ObjectLine<'s>> {
        rows.iter().map(|object| ObjectLine::of(self.dump, &object)).collect()
    }

    /// What there is to say of all answers.
    fn last_words(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.n_without_match > MAX_EXPLAINED {
            let n_matchless = thousands(self.n_without_match as u64);
            words.push(format!(
                "{n_matchless} queries match nothing; why is said of the first {MAX_EXPLAINED}"
            ));
        }
        if !self.args.quiet {
            // Kinds and namespaces are the same for all queries, and are told of once.
            words.extend(self.selection.scope_reasons(self.dump.store()));
        }
        words
    }
}

#[derive(Serialize)]
struct AnswerLine<'a> {
    name: Option<&'a str>,
    selector: Option<String>,
    // A line of a selector has the fields that it always had, without these two.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    #[serde(rename = "fieldSelector", skip_serializing_if = "Option::is_none")]
    fields: Option<String>,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<Vec<ObjectLine<'a>>>,
}

#[derive(Serialize)]
struct Refused<'a> {
    name: Option<&'a str>,
    error: parse::ErrorReport,
}
