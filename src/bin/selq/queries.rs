//! `--queries FILE`: many selectors over one load.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use selq::{Dump, Selector};
use serde::Serialize;

use crate::args::QueryArgs;
use crate::config::{Config, with_stdout};
use crate::exit::ExitStatus;
use crate::message::counted;
use crate::output::{OutputFormat, Rows, View, csv, json};
use crate::parse::{self, LineError};
use crate::query::Shown;
use crate::selection::Selection;

/// The byte-order mark that some editors write.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One selector of the file, or why there is none.
pub(crate) struct Query {
    line: usize,
    name: Option<String>,
    selector: Result<Selector, LineError>,
}

/// Reads the file of queries: a selector a line, or in a `.jsonl` file an object a line.
pub(crate) fn read(path: &Path, args: &QueryArgs, config: &Config) -> Result<Vec<Query>> {
    if !matches!(args.output, None | Some(OutputFormat::Jsonl)) {
        bail!("--queries prints counts, or with -o jsonl what each selector picks: no other format");
    }
    read_file(path, &args.input.source.files, config)
}

/// Reads the selectors to watch, each with what to call it: its name, or its canonical text.
pub(crate) fn read_all(path: &Path, dumps: &[PathBuf], config: &Config) -> Result<Vec<(String, Selector)>> {
    let mut named = Vec::new();
    let mut n_refused = 0;
    for query in read_file(path, dumps, config)? {
        match query.selector {
            Ok(selector) => named.push((query.name.unwrap_or_else(|| canonical(&selector)), selector)),
            Err(error) => {
                n_refused += 1;
                error.print(config, query.line);
            }
        }
    }
    if n_refused > 0 {
        bail!("{} in {}", counted(n_refused, "bad selector"), path.display());
    }
    Ok(named)
}

fn canonical(selector: &Selector) -> String {
    selector.canonical().unwrap_or_else(|| "null".to_owned())
}

fn read_file(path: &Path, dumps: &[PathBuf], config: &Config) -> Result<Vec<Query>> {
    let bytes = read_whole(path, dumps)?;
    let bytes = bytes.strip_prefix(BOM).unwrap_or(&bytes);
    let is_jsonl = path.extension().is_some_and(|extension| extension == "jsonl");
    let mut queries = Vec::new();
    for (nth, line) in parse::lines(bytes).enumerate() {
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        if is_blank || (!is_jsonl && line.starts_with(b"#")) {
            continue;
        }
        let line_number = nth + 1;
        let (name, selector) = if is_jsonl {
            let line = parse::json_line(line, config);
            (line.name, line.selector)
        } else {
            (None, text_query(line))
        };
        queries.push(Query { line: line_number, name, selector });
    }
    Ok(queries)
}

/// The file's bytes; `-` is standard input, unless the dump comes from there.
fn read_whole(path: &Path, dumps: &[PathBuf]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        if dumps.iter().all(|file| file.as_os_str() == "-") {
            bail!("--queries - reads standard input, so the dump must come from a file");
        }
        io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
        return Ok(bytes);
    }
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// A line `""` is the empty selector, since a blank line is passed over.
fn text_query(line: &[u8]) -> Result<Selector, LineError> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line == br#""""# { Ok(Selector::everything()) } else { parse::text_line(line) }
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
    let writer = AnswerWriter { selection, dump, view, args, config };
    let mut status = ExitStatus::NoMatch;
    with_stdout(|out| {
        for query in queries {
            status = match (status, writer.write(query, out)?) {
                (ExitStatus::Error, _) | (_, ExitStatus::Error) => ExitStatus::Error,
                (ExitStatus::Matched, _) | (_, ExitStatus::Matched) => ExitStatus::Matched,
                _ => ExitStatus::NoMatch,
            };
        }
        Ok(status)
    })
}

struct AnswerWriter<'a> {
    selection: &'a Selection,
    dump: &'a Dump,
    view: &'a View,
    args: &'a QueryArgs,
    config: &'a Config,
}

impl AnswerWriter<'_> {
    fn write(&self, query: &Query, out: &mut impl Write) -> Result<ExitStatus> {
        match &query.selector {
            Ok(selector) => self.write_answer(query, selector, out),
            Err(error) => {
                self.write_error(query, error, out)?;
                Ok(ExitStatus::Error)
            }
        }
    }

    fn write_answer(&self, query: &Query, selector: &Selector, out: &mut impl Write) -> Result<ExitStatus> {
        let store = self.dump.store();
        // Both hold; -v turns round what they say together.
        let both = self.selection.selector.clone().and(selector.clone());
        let wanted = if self.args.invert_match { both.negate() } else { both };
        let plan = self.selection.plan(store, &wanted);
        let shown = Shown::new(self.args);
        let as_json = self.args.output.is_some();
        let count = if shown == Shown::Nothing { u64::from(plan.any()) } else { plan.count() };
        match (shown, as_json) {
            (Shown::Nothing, _) => {}
            (_, false) => {
                write!(out, "{count}\t")?;
                // A name may hold anything; a tab or line feed in it would forge a line.
                let name = query.name.clone().unwrap_or_else(|| canonical(selector));
                csv::write_tsv_cell(&name, out)?;
                out.write_all(b"\n")?;
            }
            (_, true) => {
                let rows = match shown {
                    Shown::Rows => Some(Rows::of(self.dump, &plan, self.view)?),
                    _ => None,
                };
                let objects = rows.as_ref().map(|rows| self.found(rows));
                let answer =
                    Answer { name: query.name.as_deref(), selector: selector.canonical(), count, objects };
                json::write_value(&answer, self.view.on_terminal, out)?;
            }
        }
        Ok(ExitStatus::of_match(count > 0))
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
        error.print(self.config, query.line);
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
