//! `selq parse`: checks selectors and queries without any data. Also reads the lines of `--queries`.

pub(crate) mod kubectl;
mod report;

use std::io::{self, BufRead, BufReader, Write};

use anyhow::{Context, Result};
use selq::query::KubectlCalls;
use selq::selector::{FieldSelector, FieldSelectorError, LabelSelectorError};
use selq::sql::SqlError;
use selq::{LabelSelector, ParseError, Query, Selector};
use serde::Serialize;

use crate::args::{ParseArgs, ParseFormat};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::selection;
use crate::selection::json_line::{self, LineField, NamedLine, SelectorField};
use crate::selection::wanted::Wanted;
use crate::terminal::json_error::{self, JsonError};
use crate::terminal::message;
use crate::terminal::printer::Printer;
use crate::terminal::stdin::without_bom;
use crate::terminal::stdout::print_to_stdout;
use crate::terminal::underline::underlined;
use report::Report;

/// How a line of JSON is written.
const JSON_LINE: &str = "write {\"name\":\"web\",\"selector\":\"app=web\"}";

/// How much of standard input is read at once; what a pipe has is taken without waiting for more.
const INPUT_BUFFER: usize = 1 << 16;

/// Why a line is no selector.
pub(crate) enum LineError {
    /// Its text is none; with the fix, where there is one.
    Text { error: ParseError, help: Option<String> },
    /// Its text is no field selector.
    Fields(FieldSelectorError),
    /// It is no JSON, or not of the shape that it should be.
    Json(JsonError),
    /// Its LabelSelector object is none.
    Object(LabelSelectorError),
    /// The dialect of SQL that it is to be said in does not say it.
    Unsaid(SqlError),
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
    pub(crate) fn line(message: impl Into<String>, help: Option<&'static str>) -> LineError {
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
            LineError::Fields(error) => (error.to_string(), Some(error.span()), error.help()),
            LineError::Json(error) => (error.to_string(), None, error.help().map(str::to_owned)),
            LineError::Object(error) => (error.to_string(), None, error.help()),
            LineError::Unsaid(error) => (error.to_string(), None, error.help()),
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
            LineError::Fields(error) => underlined(error.span(), error.text()),
            LineError::Json(error) => error.underline(),
            LineError::Object(_) | LineError::Unsaid(_) | LineError::Line { .. } => String::new(),
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

/// Which objects a text or a line asks for.
pub(crate) enum AskedLine {
    Selector(Selector),
    /// With the selector that its text is, if it is one.
    Query(Query, Option<Selector>),
    Fields(FieldSelector),
}

impl AskedLine {
    fn query(text: &str) -> Result<AskedLine, LineError> {
        // The selector is asked of the text: `!(a=1)` means what `a!=1` does, and is none.
        Ok(AskedLine::Query(text.parse()?, text.parse().ok()))
    }

    fn fields(text: &str) -> Result<AskedLine, LineError> {
        text.parse().map(AskedLine::Fields).map_err(LineError::Fields)
    }

    /// What is wanted of the objects.
    pub(crate) fn wanted(&self) -> Result<Wanted> {
        Ok(match self {
            AskedLine::Selector(selector) => Wanted::from(selector.clone()),
            AskedLine::Query(query, _) => Wanted::from(query.clone()),
            AskedLine::Fields(fields) => Wanted::from(Query::try_from(fields)?),
        })
    }

    /// The canonical text; none of the null selector.
    pub(crate) fn canonical(&self) -> Option<String> {
        match self {
            AskedLine::Selector(selector) => selector.canonical(),
            // A canonical text is one that parses, and what matches nothing prints as none.
            AskedLine::Query(query, _) => Some(query.canonical().unwrap_or_else(|| NO_OBJECT.to_owned())),
            AskedLine::Fields(fields) => Some(fields.to_string()),
        }
    }

    /// The LabelSelector object, where there is one.
    fn label_selector(&self) -> Result<Option<LabelSelector>, LineError> {
        let said = match self {
            AskedLine::Selector(selector) => Some(selector.clone()),
            // Here the meaning counts, so that `!(a=1)` has a LabelSelector.
            AskedLine::Query(query, _) => query.to_selector(),
            AskedLine::Fields(_) => {
                return Err(LineError::line("a field selector is no LabelSelector", None));
            }
        };
        match said {
            Some(selector) => (&selector).try_into().map_err(LineError::Object),
            None => Err(LineError::line("no LabelSelector says what the query does", None)),
        }
    }

    fn kubectl_calls(&self) -> KubectlCalls {
        match self {
            AskedLine::Selector(selector) => KubectlCalls::new(&selector.clone().into()),
            AskedLine::Query(query, _) => KubectlCalls::new(query),
            AskedLine::Fields(fields) => fields.clone().into(),
        }
    }
}

/// The query of no object.
const NO_OBJECT: &str = "!all()";

/// What a line of JSON says.
pub(crate) struct JsonLine {
    pub(crate) name: Option<String>,
    pub(crate) asked: Result<AskedLine, LineError>,
}

/// A line that is `{"name":…,"selector":…}`, where the selector is a text, a LabelSelector object or null; or has a `where`
/// or a `fieldSelector` instead. `place` is where the line stands.
pub(crate) fn json_line(line: &[u8], place: &str, config: &Config) -> JsonLine {
    let text = match utf8(line) {
        Ok(text) => text,
        Err(error) => return JsonLine { name: None, asked: Err(error) },
    };
    match json_error::from_json(text) {
        Ok(NamedLine { name, field }) => JsonLine { name, asked: asked_by(field, text, place, config) },
        Err(error) => {
            // Who wrote an object knows the form: all others are shown it.
            let is_object = text.trim_start().starts_with('{');
            let error = if is_object { error } else { error.with_help(JSON_LINE) };
            // A refused line is still answered by its name.
            JsonLine { name: json_line::name_of(text), asked: Err(LineError::Json(error)) }
        }
    }
}

/// What a line asks for, or why that cannot be said.
fn asked_by(
    field: Option<LineField>,
    line: &str,
    place: &str,
    config: &Config,
) -> Result<AskedLine, LineError> {
    match field {
        None => {
            let help = "for the selector of nothing write \"selector\":null";
            Err(LineError::line("expected a field `selector`", Some(help)))
        }
        Some(LineField::Selector(field)) => selector_of(field, line, place, config).map(AskedLine::Selector),
        Some(LineField::Where(text)) => AskedLine::query(&text),
        Some(LineField::FieldSelector(text)) => AskedLine::fields(&text),
    }
}

/// The selector in a line, or why there is none.
fn selector_of(
    field: SelectorField,
    line: &str,
    place: &str,
    config: &Config,
) -> Result<Selector, LineError> {
    let object = match field {
        SelectorField::Text(text) => return Ok(text.parse::<Selector>()?),
        SelectorField::Object(object) => Some(object),
        SelectorField::Null => None,
    };
    if let Some(object) = object.as_ref().filter(|object| !object.unknown_fields().is_empty()) {
        // Read again for a warning alone, which hardly any line gets.
        let json = json_error::value(line).get("selector").cloned().unwrap_or_default();
        selection::warn_of_unknown_fields(object, &json, Some(place), config);
    }
    Selector::try_from(object).map_err(LineError::Object)
}

/// A line of `selq parse --jsonl`: a text alone, or an object with a selector.
fn json_text_or_object(line: &[u8], place: &str, config: &Config) -> Result<AskedLine, LineError> {
    // What is no text fails at its first byte, so that the attempt costs nothing.
    if let Ok(text) = serde_json::from_slice::<String>(line) {
        return Ok(AskedLine::Selector(text.parse()?));
    }
    json_line(line, place, config).asked
}

pub(crate) fn run(args: &ParseArgs, config: &Config) -> Result<ExitStatus> {
    let form = match (args.output, args.as_commands) {
        (Some(ParseFormat::Jsonl), _) => ParseForm::Jsonl,
        (Some(ParseFormat::Json), _) => ParseForm::LabelSelector,
        (None, true) => ParseForm::Commands,
        (None, false) => ParseForm::Canonical,
    };
    let mut checker = TextChecker { form, config, status: ExitStatus::Matched, unsaid: Vec::new() };
    print_to_stdout(config, |out| {
        for text in &args.texts {
            checker.write(None, text.parse().map(AskedLine::Selector).map_err(LineError::from), out)?;
        }
        for text in &args.queries {
            checker.write(None, AskedLine::query(text), out)?;
        }
        for text in &args.field_selectors {
            checker.write(None, AskedLine::fields(text), out)?;
        }
        if args.texts.is_empty() && args.queries.is_empty() && args.field_selectors.is_empty() {
            each_asked_line(args.jsonl, config, out, |place, asked, out| {
                checker.write(Some(place), asked, out)
            })?;
        }
        Ok(())
    })?;
    message::remarks(&checker.unsaid);
    Ok(checker.status)
}

/// Reads the lines of standard input as they come, and gives each with its place; `jsonl` says how they are written.
pub(crate) fn each_asked_line<W: Write>(
    jsonl: bool,
    config: &Config,
    out: &mut Printer<W>,
    mut each: impl FnMut(&str, Result<AskedLine, LineError>, &mut Printer<W>) -> Result<()>,
) -> Result<()> {
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
        // Further on in a stream the same bytes are no byte-order mark.
        let line = if number == 1 { without_bom(line) } else { line };
        let place = format!("line {number}");
        let asked = match jsonl {
            true => json_text_or_object(line, &place, config),
            false => text_line(line).map(AskedLine::Selector),
        };
        each(&place, asked, out)?;
    }
    Ok(())
}

/// How what was checked is printed.
#[derive(Clone, Copy)]
enum ParseForm {
    Canonical,
    Jsonl,
    LabelSelector,
    Commands,
}

struct TextChecker<'c> {
    form: ParseForm,
    config: &'c Config,
    status: ExitStatus,
    /// What there is to say of the commands that were printed, once each.
    unsaid: Vec<String>,
}

impl TextChecker<'_> {
    fn write(
        &mut self,
        place: Option<&str>,
        asked: Result<AskedLine, LineError>,
        out: &mut Printer<impl Write>,
    ) -> Result<()> {
        let lines = match (self.form, asked) {
            // For programs an error is an answer in its place, and is not said a second time.
            (ParseForm::Jsonl, asked) => {
                self.note(asked.is_ok());
                return Ok(out.json_line(&Report::new(asked))?);
            }
            (ParseForm::LabelSelector, asked) => asked.and_then(|asked| {
                let object = serde_json::to_string(&asked.label_selector()?);
                Ok(vec![object.map_err(|error| LineError::line(error.to_string(), None))?])
            }),
            (ParseForm::Commands, asked) => asked.map(|asked| self.commands(&asked)),
            (ParseForm::Canonical, asked) => {
                asked.map(|asked| vec![asked.canonical().unwrap_or_else(|| "null".to_owned())])
            }
        };
        self.note(lines.is_ok());
        match lines {
            Ok(lines) => lines.iter().try_for_each(|line| out.line(line))?,
            Err(error) => {
                // What was right before belongs before the message.
                out.flush()?;
                error.print(self.config, place);
            }
        }
        Ok(())
    }

    fn commands(&mut self, asked: &AskedLine) -> Vec<String> {
        let calls = asked.kubectl_calls();
        for remark in kubectl::remarks(&calls) {
            if !self.unsaid.iter().any(|said| said == remark) {
                self.unsaid.push(remark.to_owned());
            }
        }
        kubectl::commands(&calls, &asked.canonical().unwrap_or_default())
    }

    fn note(&mut self, is_right: bool) {
        if !is_right {
            self.status = ExitStatus::Error;
        }
    }
}
