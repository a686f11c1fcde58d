//! `--queries FILE`: many selectors over one load.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use selq::{Dump, Plan, Scope, Selector};
use serde::Serialize;

use crate::args::{QueryArgs, Shown};
use crate::commands::parse::{self, JsonLine, LineError};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::output::csv::push_line_ends_escaped;
use crate::output::{OutputFormat, Rows, View, json};
use crate::selection::Selection;
use crate::terminal::message::{self, counted, thousands};
use crate::terminal::sanitize::push_escaped;
use crate::terminal::stdout::with_stdout;

/// Of how many queries it is said what does not occur or why nothing matches: that costs a look at every key or value.
const MAX_EXPLAINED: usize = 100;

/// One selector of a file, or why there is none.
pub(crate) struct Query {
    /// The file and the line in it.
    place: String,
    name: Option<String>,
    selector: Result<Selector, LineError>,
}

/// Reads the files of queries: a selector a line, or in a `.jsonl` file an object a line.
pub(crate) fn read(args: &QueryArgs, config: &Config) -> Result<Vec<Query>> {
    if !matches!(args.output, None | Some(OutputFormat::Jsonl)) {
        bail!("--queries prints counts, or with -o jsonl what each selector picks: no other format");
    }
    if !args.label_columns.is_empty() || args.show_labels || args.no_headers {
        bail!("--queries prints no table: -L, --show-labels and --no-headers say nothing about it");
    }
    read_files(&args.queries, &args.input.source.files, config)
}

/// Reads the selectors to watch, each with what to call it: its name, or its canonical text. Says which lines have none,
/// and tells how many those are.
pub(crate) fn read_all(
    paths: &[PathBuf],
    dumps: &[PathBuf],
    config: &Config,
) -> Result<(Vec<(String, Selector)>, u64)> {
    let (mut named, mut n_refused) = (Vec::new(), 0);
    for query in read_files(paths, dumps, config)? {
        match query.selector {
            Ok(selector) => named.push((query.name.unwrap_or_else(|| canonical(&selector)), selector)),
            Err(error) => {
                n_refused += 1;
                error.print(config, Some(&query.place));
            }
        }
    }
    if n_refused > 0 && named.is_empty() {
        let names: Vec<String> = paths.iter().map(|path| source_name(path)).collect();
        bail!("nothing to watch: {} in {}", counted(n_refused, "bad selector"), names.join(", "));
    }
    Ok((named, n_refused))
}

fn canonical(selector: &Selector) -> String {
    selector.canonical().unwrap_or_else(|| "null".to_owned())
}

fn read_files(paths: &[PathBuf], dumps: &[PathBuf], config: &Config) -> Result<Vec<Query>> {
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    let dump_is_stdin = dumps.is_empty() || dumps.iter().any(is_stdin);
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

fn read_file(path: &Path, config: &Config, queries: &mut Vec<Query>) -> Result<()> {
    let bytes = read_whole(path)?;
    let bytes = bytes.strip_prefix(parse::BOM).unwrap_or(&bytes);
    let is_jsonl = path.extension().is_some_and(|extension| extension == "jsonl");
    for (nth, line) in parse::lines(bytes).enumerate() {
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        if is_blank || (!is_jsonl && line.starts_with(b"#")) {
            continue;
        }
        let place = format!("{}:{}", source_name(path), nth + 1);
        let JsonLine { name, selector } = match is_jsonl {
            true => parse::json_line(line, &place, config),
            false => JsonLine { name: None, selector: text_query(line) },
        };
        queries.push(Query { place, name, selector });
    }
    Ok(())
}

fn source_name(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

/// The file's bytes; `-` is standard input.
fn read_whole(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(bytes);
    }
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A line `""` is the empty selector, since a blank line is passed over.
fn text_query(line: &[u8]) -> Result<Selector, LineError> {
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
    queries: &[Query],
    selection: &Selection,
    dump: &Dump,
    view: &View,
    args: &QueryArgs,
    config: &Config,
) -> Result<ExitStatus> {
    let scope = selection.scope(dump.store());
    let mut writer =
        AnswerWriter { selection, scope, dump, view, args, config, n_without_match: 0, n_explained: 0 };
    let mut status = ExitStatus::NoMatch;
    with_stdout(|out| {
        for query in queries {
            status = match (status, writer.write(query, out)?) {
                (ExitStatus::Error, _) | (_, ExitStatus::Error) => ExitStatus::Error,
                (ExitStatus::Matched, _) | (_, ExitStatus::Matched) => ExitStatus::Matched,
                _ => ExitStatus::NoMatch,
            };
        }
        Ok(())
    })?;
    if writer.n_without_match > MAX_EXPLAINED {
        let n_matchless = thousands(writer.n_without_match as u64);
        let words =
            format_args!("{n_matchless} queries match nothing; why is said of the first {MAX_EXPLAINED}");
        message::warning(config, &words);
    }
    if !args.quiet {
        selection.scope_reasons(dump.store()).iter().for_each(|reason| message::warning(config, reason));
    }
    Ok(status)
}

struct AnswerWriter<'a> {
    selection: &'a Selection,
    /// The kinds and namespaces of the selection, which are looked up once for all queries.
    scope: Scope,
    dump: &'a Dump,
    view: &'a View,
    args: &'a QueryArgs,
    config: &'a Config,
    /// How many queries matched nothing so far.
    n_without_match: usize,
    /// For how many it was said what does not occur, or looked for why nothing matches.
    n_explained: usize,
}

impl AnswerWriter<'_> {
    fn write(&mut self, query: &Query, out: &mut impl Write) -> Result<ExitStatus> {
        match &query.selector {
            Ok(selector) => self.write_answer(query, selector, out),
            Err(error) => {
                self.write_error(query, error, out)?;
                Ok(ExitStatus::Error)
            }
        }
    }

    fn write_answer(
        &mut self,
        query: &Query,
        selector: &Selector,
        out: &mut impl Write,
    ) -> Result<ExitStatus> {
        let store = self.dump.store();
        // Both hold; -v turns round what they say together.
        let both = self.selection.selector.clone().and(selector.clone());
        let wanted = if self.args.invert_match { both.negate() } else { both };
        let plan = Plan::scoped(store, &wanted, &self.scope);
        let shown = self.args.shown();
        let as_json = self.args.output.is_some();
        let count = if shown == Shown::Nothing { u64::from(plan.any()) } else { plan.count() };
        match (shown, as_json) {
            (Shown::Nothing, _) => {}
            (_, false) => {
                let name = query.name.clone().unwrap_or_else(|| canonical(selector));
                writeln!(out, "{count}\t{}", self.one_line(&name))?;
            }
            (_, true) => {
                let rows = match shown {
                    Shown::Rows => Some(Rows::of(self.dump, &plan, self.view)),
                    _ => None,
                };
                let objects = rows.as_ref().map(|rows| self.found(rows));
                let answer =
                    Answer { name: query.name.as_deref(), selector: selector.canonical(), count, objects };
                json::write_value(&answer, self.view.on_terminal, out)?;
            }
        }
        if shown != Shown::Nothing {
            self.remark(query, &plan, count > 0, out)?;
        }
        Ok(ExitStatus::of_match(count > 0))
    }

    /// A name as it stands in its line. It may hold anything; a tab or line feed in it would forge a line.
    fn one_line(&self, name: &str) -> String {
        let mut line = String::new();
        match self.view.on_terminal {
            true => push_escaped(&mut line, name),
            false => push_line_ends_escaped(&mut line, name),
        }
        line
    }

    /// Says what a query names and does not occur, and why it matches nothing where it does not.
    fn remark(&mut self, query: &Query, plan: &Plan<'_>, matched: bool, out: &mut impl Write) -> Result<()> {
        let store = self.dump.store();
        self.n_without_match += usize::from(!matched);
        if store.is_empty() || self.n_explained == MAX_EXPLAINED {
            return Ok(());
        }
        let reasons = self.selection.label_reasons(store, plan, matched);
        self.n_explained += usize::from(!matched || !reasons.is_empty());
        for reason in reasons {
            // What was answered before belongs before the message.
            out.flush()?;
            let name = query.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            message::warning(self.config, &format_args!("{}{name}: {reason}", query.place));
        }
        Ok(())
    }

    fn found<'s>(&'s self, rows: &Rows<'s>) -> Vec<Found<'s>> {
        let found = rows.iter().map(|object| Found {
            source: self.dump.source(object.id()),
            index: self.dump.index(object.id()),
            kind: present(object.kind()),
            namespace: present(object.namespace()),
            name: present(object.name()),
        });
        found.collect()
    }

    fn write_error(&self, query: &Query, error: &LineError, out: &mut impl Write) -> Result<()> {
        if self.args.output.is_some() && !self.args.quiet {
            let refused = Refused { name: query.name.as_deref(), error: error.report() };
            return Ok(json::write_value(&refused, self.view.on_terminal, out)?);
        }
        // What was answered before belongs before the message.
        out.flush()?;
        error.print(self.config, Some(&query.place));
        Ok(())
    }
}

fn present(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[derive(Serialize)]
struct Answer<'a> {
    name: Option<&'a str>,
    selector: Option<String>,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    objects: Option<Vec<Found<'a>>>,
}

#[derive(Serialize)]
struct Found<'a> {
    source: &'a str,
    index: u64,
    kind: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct Refused<'a> {
    name: Option<&'a str>,
    error: parse::ErrorReport,
}
