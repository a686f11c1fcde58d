//! `selq parse`: checks selectors without any data. Also reads the lines of `--queries`.

use std::io::{self, BufRead, BufReader, Write};

use anyhow::{Context, Result};
use selq::selector::LabelSelectorError;
use selq::{LabelSelector, ParseError, Selector};
use serde::Serialize;

use crate::args::{ParseArgs, ParseFormat};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::selection;
use crate::selection::json_line::{self, NamedSelector, SelectorField};
use crate::terminal::json_error::{self, JsonError};
use crate::terminal::message;
use crate::terminal::printer::Printer;
use crate::terminal::stdin::without_bom;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::underline::underlined;

/// How a line of JSON is written.
const JSON_LINE: &str = "write {\"name\":\"web\",\"selector\":\"app=web\"}";

/// How much of standard input is read at once; what a pipe has is taken without waiting for more.
const INPUT_BUFFER: usize = 1 << 16;

/// Why a line is no selector.
pub(crate) enum LineError {
    /// Its text is none; with the fix, where there is one.
    Text { error: ParseError, help: Option<String> },
    /// It is no JSON, or not of the shape that it should be.
    Json(JsonError),
    /// Its LabelSelector object is none.
    Object(LabelSelectorError),
    /// The line itself cannot be read.
    Line { message: String, help: Option<&'static str> },
}

/// An error as `-o jsonl` writes it. Offset and length are bytes in the selector's text.
#[derive(Debug, Serialize)]
pub(crate) struct ErrorReport {
    message: String,
    offset: Option<usize>,
    length: Option<usize>,
    help: Option<String>,
}

impl From<ParseError> for LineError {
    fn from(error: ParseError) -> LineError {
        let help = error.help();
        LineError::Text { error, help }
    }
}

impl LineError {
    fn line(message: impl Into<String>, help: Option<&'static str>) -> LineError {
        LineError::Line { message: message.into(), help }
    }

    /// The same where the file explains better what to do than the text of the line.
    pub(crate) fn with_help(self, fix: &str) -> LineError {
        match self {
            LineError::Text { error, .. } => LineError::Text { error, help: Some(fix.to_owned()) },
            other => other,
        }
    }

    pub(crate) fn report(&self) -> ErrorReport {
        let (message, span, help) = match self {
            LineError::Text { error, help } => (error.to_string(), Some(error.span()), help.clone()),
            LineError::Json(error) => (error.to_string(), None, error.help().map(str::to_owned)),
            LineError::Object(error) => (error.to_string(), None, error.help()),
            LineError::Line { message, help } => (message.clone(), None, help.map(str::to_owned)),
        };
        ErrorReport { message, offset: span.map(|it| it.start), length: span.map(|it| it.len()), help }
    }

    /// Prints the error: the place if there are several lines, the text with a caret line where there is one, the
    /// message and the fix.
    pub(crate) fn print(&self, config: &Config, place: Option<&str>) {
        if let Some(place) = place {
            message::print(&format!("{place}:"));
        }
        let underlined = match self {
            LineError::Text { error, .. } => underlined(error.span(), error.text()),
            LineError::Json(error) => error.underline(),
            LineError::Object(_) | LineError::Line { .. } => String::new(),
        };
        let ErrorReport { message, help, .. } = self.report();
        message::wrong_text(config, &underlined, &message, help.as_deref());
    }
}

/// The lines of a text without their line feeds; the last need not have one.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split_inclusive(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}

/// A line that is a selector's text.
pub(crate) fn text_line(line: &[u8]) -> Result<Selector, LineError> {
    let text = utf8(line)?;
    Ok(text.parse::<Selector>()?)
}

fn utf8(line: &[u8]) -> Result<&str, LineError> {
    str::from_utf8(line).map_err(|error| {
        LineError::line(format!("expected UTF-8, found another byte at offset {}", error.valid_up_to()), None)
    })
}

/// What a line of JSON says.
pub(crate) struct JsonLine {
    pub(crate) name: Option<String>,
    pub(crate) selector: Result<Selector, LineError>,
}

/// A line that is `{"name":…,"selector":…}`, where the selector is a text, a LabelSelector object or null. `place` is
/// where the line stands.
pub(crate) fn json_line(line: &[u8], place: &str, config: &Config) -> JsonLine {
    let text = match utf8(line) {
        Ok(text) => text,
        Err(error) => return JsonLine { name: None, selector: Err(error) },
    };
    match json_error::from_json(text) {
        Ok(NamedSelector { name, selector }) => {
            JsonLine { name, selector: selector_of(selector, text, place, config) }
        }
        Err(error) => {
            let is_object = text.trim_start().starts_with('{');
            let error = if is_object { error } else { error.with_help(JSON_LINE) };
            JsonLine { name: json_line::name_of(text), selector: Err(LineError::Json(error)) }
        }
    }
}

/// The selector in a line, or why there is none.
fn selector_of(
    field: Option<SelectorField>,
    line: &str,
    place: &str,
    config: &Config,
) -> Result<Selector, LineError> {
    let object = match field {
        None => {
            let help = "for the selector of nothing write \"selector\":null";
            return Err(LineError::line("expected a field `selector`", Some(help)));
        }
        Some(SelectorField::Text(text)) => return Ok(text.parse::<Selector>()?),
        Some(SelectorField::Object(object)) => Some(object),
        Some(SelectorField::Null) => None,
    };
    if let Some(object) = object.as_ref().filter(|object| !object.unknown_fields().is_empty()) {
        let json = json_error::value(line).get("selector").cloned().unwrap_or_default();
        selection::warn_of_unknown_fields(object, &json, Some(place), config);
    }
    Selector::try_from(object).map_err(LineError::Object)
}

/// A line of `selq parse --jsonl`: a text alone, or an object with a selector.
fn json_text_or_object(line: &[u8], place: &str, config: &Config) -> Result<Selector, LineError> {
    if let Ok(text) = serde_json::from_slice::<String>(line) {
        return Ok(text.parse::<Selector>()?);
    }
    json_line(line, place, config).selector
}

pub(crate) fn run(args: &ParseArgs, config: &Config) -> Result<ExitStatus> {
    let mut checker = Checker { format: args.output, config, status: ExitStatus::Matched };
    print_to_stdout(config, |out| {
        for text in &args.texts {
            checker.write(None, text.parse::<Selector>().map_err(LineError::from), out)?;
        }
        if args.texts.is_empty() {
            checker.lines(args.jsonl, out)?;
        }
        Ok(())
    })?;
    Ok(checker.status)
}

struct Checker<'c> {
    format: Option<ParseFormat>,
    config: &'c Config,
    status: ExitStatus,
}

impl Checker<'_> {
    /// Checks the lines of standard input as they come.
    fn lines(&mut self, jsonl: bool, out: &mut Printer<impl Write>) -> Result<()> {
        let mut input = BufReader::with_capacity(INPUT_BUFFER, io::stdin().lock());
        let mut line = Vec::new();
        for number in 1.. {
            line.clear();
            // Who writes the lines one by one may wait for the answer to the last one before the next.
            if memchr::memchr(b'\n', input.buffer()).is_none() {
                out.flush()?;
            }
            if input.read_until(b'\n', &mut line).context("cannot read standard input")? == 0 {
                break;
            }
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            let line = if number == 1 { without_bom(line) } else { line };
            let place = format!("line {number}");
            let selector = match jsonl {
                true => json_text_or_object(line, &place, self.config),
                false => text_line(line),
            };
            self.write(Some(&place), selector, out)?;
        }
        Ok(())
    }

    fn write(
        &mut self,
        place: Option<&str>,
        selector: Result<Selector, LineError>,
        out: &mut Printer<impl Write>,
    ) -> Result<()> {
        let written = match (self.format, selector) {
            (Some(ParseFormat::Jsonl), selector) => {
                self.note(selector.is_ok());
                return Ok(out.json_line(&Report::new(selector))?);
            }
            (Some(ParseFormat::Json), selector) => selector.and_then(|selector| {
                let object: Option<LabelSelector> = (&selector).try_into().map_err(LineError::Object)?;
                serde_json::to_string(&object).map_err(|error| LineError::line(error.to_string(), None))
            }),
            (None, selector) => {
                selector.map(|selector| selector.canonical().unwrap_or_else(|| "null".to_owned()))
            }
        };
        self.note(written.is_ok());
        match written {
            Ok(text) => out.line(&text)?,
            Err(error) => {
                // What was right before belongs before the message.
                out.flush()?;
                error.print(self.config, place);
            }
        }
        Ok(())
    }

    fn note(&mut self, is_right: bool) {
        if !is_right {
            self.status = ExitStatus::Error;
        }
    }
}

/// What `-o jsonl` says of a selector.
#[derive(Serialize)]
#[serde(untagged)]
enum Report {
    Right { ok: bool, canonical: Option<String>, requirements: Vec<RequirementReport>, matches: &'static str },
    Wrong { ok: bool, error: ErrorReport },
}

#[derive(Serialize)]
struct RequirementReport {
    key: String,
    operator: &'static str,
    values: Vec<String>,
}

impl Report {
    fn new(selector: Result<Selector, LineError>) -> Report {
        let selector = match selector {
            Ok(selector) => selector,
            Err(error) => return Report::Wrong { ok: false, error: error.report() },
        };
        let requirements =
            selector.requirements().unwrap_or_default().into_iter().map(|requirement| RequirementReport {
                key: requirement.key().to_string(),
                operator: requirement.operator().as_str(),
                values: requirement.values().map(str::to_owned).collect(),
            });
        let matches = match (selector.is_everything(), selector.is_nothing()) {
            (true, _) => "everything",
            (_, true) => "nothing",
            _ => "some",
        };
        Report::Right {
            ok: true,
            canonical: selector.canonical(),
            requirements: requirements.collect(),
            matches,
        }
    }
}
