//! Words for people, on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use selq::edit::EditError;
use selq::label::LabelError;
use selq::path::PathError;
use selq::saved::{IndexError, IndexErrorKind};
use selq::selector::{FieldSelectorError, LabelSelectorError};
use selq::sql::SqlError;
use selq::text::Quoted;
use selq::{LoadError, ParseError, Query};

use crate::config::Config;
use crate::terminal::json_error::JsonError;
pub(crate) use crate::terminal::numbers::thousands;
use crate::terminal::sanitize;
use crate::terminal::underline::underlined;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// Prints an error: what was being done, what went wrong, where, and what to do about it.
pub(crate) fn error(config: &Config, error: &anyhow::Error) {
    if let Some(error) = error.downcast_ref::<ParseError>() {
        wrong_text(config, &underlined(error.span(), error.text()), error, error.help().as_deref());
        // Only a text of -l gets here as a valid query: one of -w would not be an error.
        if error.text().parse::<Query>().is_ok() {
            help(config, "it is a query, which -w takes");
        }
        return;
    }
    if let Some(error) = error.downcast_ref::<FieldSelectorError>() {
        return wrong_text(config, &underlined(error.span(), error.text()), error, error.help().as_deref());
    }
    if let Some(error) = error.downcast_ref::<JsonError>() {
        return wrong_text(config, &error.underline(), error, error.help());
    }
    if let Some(error) = error.downcast_ref::<PathError>() {
        return wrong_text(config, &underlined(error.span(), error.text()), error, None);
    }
    failure(config, &format_args!("{error:#}"), error.chain().find_map(help_of).as_deref());
}

/// Prints why a text is wrong: the underlined text if there is any, the message, and the fix where there is one.
pub(crate) fn wrong_text(config: &Config, underlined: &str, message: &dyn Display, help: Option<&str>) {
    if !underlined.is_empty() {
        print(underlined);
    }
    failure(config, message, help);
}

/// Prints something that does not stop the work.
pub(crate) fn warning(config: &Config, message: &dyn Display) {
    line(config, WARNING, "warning", &message.to_string());
}

/// Prints what went wrong, and the fix where there is one.
pub(crate) fn failure(config: &Config, message: &dyn Display, help: Option<&str>) {
    line(config, ERROR, "error", &message.to_string());
    if let Some(help) = help {
        self::help(config, help);
    }
}

/// Prints a suggestion.
pub(crate) fn help(config: &Config, message: &str) {
    line(config, HELP, "help", message);
}

/// Prints plain words.
pub(crate) fn print(message: &str) {
    // Nobody is left to tell when standard error cannot be written.
    let _ = writeln!(io::stderr(), "{}", sanitize::escaped_lines(message));
}

/// Prints what there is to say of an answer, a line each.
pub(crate) fn remarks(lines: &[String]) {
    lines.iter().for_each(|line| print(line));
}

fn line(config: &Config, style: Style, label: &str, message: &str) {
    let style = config.stderr_style(style);
    let _ = writeln!(io::stderr(), "{style}{label}:{style:#} {}", sanitize::escaped_lines(message));
}

/// The fix that an error of the library knows.
fn help_of(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    let load = || error.downcast_ref().and_then(LoadError::help);
    let edit = || error.downcast_ref().and_then(edit_help);
    let index = || error.downcast_ref().and_then(index_help);
    let label = || error.downcast_ref().and_then(LabelError::help);
    let object = || error.downcast_ref().and_then(LabelSelectorError::help);
    let sql = || error.downcast_ref().and_then(SqlError::help);
    // An error is of one type, so that one of these at most knows a fix.
    load().or_else(edit).or_else(index).or_else(label).or_else(object).or_else(sql)
}

/// What to do about labels that cannot be edited, in the program's own words where it has an option for it.
fn edit_help(error: &EditError) -> Option<String> {
    let ours = match error {
        EditError::NotAnEdit(_) => "objects are chosen with -l, -w, -n and -k, and files are named with -f",
        EditError::HasValue { .. } => "values that are there are replaced with --overwrite",
        _ => return error.help(),
    };
    Some(ours.to_owned())
}

/// The same for an index.
fn index_help(error: &IndexError) -> Option<String> {
    let ours = match error.kind() {
        IndexErrorKind::Occupied => "delete that file first, or name another with -o",
        kind if is_to_be_written_anew(kind) => "write it anew with `selq index`, or delete it",
        _ => return error.help(),
    };
    Some(ours.to_owned())
}

/// Whether a new index is all that is wanted.
pub(crate) fn is_to_be_written_anew(kind: &IndexErrorKind) -> bool {
    matches!(
        kind,
        IndexErrorKind::OtherVersion
            | IndexErrorKind::Stale
            | IndexErrorKind::OtherDump
            | IndexErrorKind::Damaged
    )
}

/// Whether the reader of our output has gone away, which is no error: `selq … | head`.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    // The write may have failed far below what was being done.
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// What is absent, with the nearest that is there.
pub(crate) fn absent(what: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("{what}; did you mean {}?", Quoted(nearest)),
        None => what.to_owned(),
    }
}

/// The beginning of a text that is too long to be repeated in a message.
pub(crate) fn shortened(text: &str) -> Option<String> {
    const MAX_CHARS: usize = 100;
    let (end, _) = text.char_indices().nth(MAX_CHARS)?;
    Some(format!("{}…", &text[..end]))
}

/// `1 object`, `2 objects`.
pub(crate) fn counted(n: u64, one: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{} {one}{s}", thousands(n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!((counted(1, "object"), counted(0, "object")), ("1 object".into(), "0 objects".into()));
    }
}
