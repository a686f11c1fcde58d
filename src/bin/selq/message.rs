//! Words for people, on standard error.

use std::fmt::Display;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use selq::{EditError, IndexError, LabelSelectorError, LoadError, ParseError};

use crate::config::Config;
pub(crate) use crate::numbers::thousands;
use crate::output::sanitize;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();

/// Prints an error: what was being done, what went wrong, where, and what to do about it.
pub(crate) fn error(config: &Config, error: &anyhow::Error) {
    if let Some(parse_error) = error.downcast_ref::<ParseError>() {
        return selector_error(config, "", parse_error);
    }
    line(config, ERROR, "error", &format!("{error:#}"));
    if let Some(help) = error.chain().find_map(help_of) {
        line(config, HELP, "help", &help);
    }
}

/// Prints why a text is no selector, with a caret under the place.
pub(crate) fn selector_error(config: &Config, place: &str, error: &ParseError) {
    if !place.is_empty() {
        print(place);
    }
    rendered(config, &error.render());
}

/// Prints an error that says itself what is its message and what its help, as [`ParseError::render`] does.
pub(crate) fn rendered(config: &Config, rendered: &str) {
    for text in rendered.lines() {
        match text.split_once(": ") {
            Some(("error", message)) => line(config, ERROR, "error", message),
            Some(("help", message)) => line(config, HELP, "help", message),
            _ => print(text),
        }
    }
}

/// Prints something that does not stop the work.
pub(crate) fn warning(config: &Config, message: &dyn Display) {
    line(config, WARNING, "warning", &message.to_string());
}

/// Prints what went wrong where the work goes on.
pub(crate) fn failure(config: &Config, message: &dyn Display) {
    line(config, ERROR, "error", &message.to_string());
}

/// Prints a suggestion.
pub(crate) fn help(config: &Config, message: &str) {
    line(config, HELP, "help", message);
}

/// Prints plain words.
pub(crate) fn print(message: &str) {
    // Nobody is left to tell when standard error cannot be written.
    let _ = writeln!(io::stderr(), "{}", sanitize::escaped(message));
}

fn line(config: &Config, style: Style, label: &str, message: &str) {
    let style = config.stderr_style(style);
    let _ = writeln!(io::stderr(), "{style}{label}:{style:#} {}", sanitize::escaped(message));
}

fn help_of(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<LoadError>() {
        return error.help().map(str::to_owned);
    }
    if let Some(error) = error.downcast_ref::<EditError>() {
        return error.help();
    }
    if let Some(error) = error.downcast_ref::<IndexError>() {
        return error.help().map(str::to_owned);
    }
    error.downcast_ref::<LabelSelectorError>().and_then(LabelSelectorError::help)
}

/// Whether the reader of our output has gone away, which is no error: `selq … | head`.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// What is absent, with the nearest that is there.
pub(crate) fn absent(what: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("{what}; did you mean {nearest:?}?"),
        None => what.to_owned(),
    }
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
