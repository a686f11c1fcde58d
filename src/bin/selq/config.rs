//! What the surroundings say: terminals and colour.

use std::env;
use std::io::{self, IsTerminal};

use anstyle::Style;
use clap::ValueEnum;
use terminal_size::terminal_size_of;

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    /// Also off a terminal
    Always,
    /// Not at all
    Never,
}

/// Where the program runs.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// People read standard output.
    pub(crate) stdout_is_terminal: bool,
    /// How many columns standard output has, if it is a terminal that says so.
    pub(crate) stdout_columns: Option<usize>,
    /// People read standard error.
    pub(crate) stderr_is_terminal: bool,
    /// `NO_COLOR` is set, or `TERM` is `dumb`.
    pub(crate) no_color: bool,
    /// Nothing but errors is to be printed.
    pub(crate) quiet: bool,
    color: ColorChoice,
}

impl Config {
    /// Looks at the terminals and the environment.
    pub(crate) fn from_env() -> Config {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        Config {
            stdout_is_terminal: io::stdout().is_terminal(),
            stdout_columns: terminal_size_of(io::stdout()).map(|(columns, _)| usize::from(columns.0)),
            stderr_is_terminal: io::stderr().is_terminal(),
            no_color: is_set("NO_COLOR") || env::var_os("TERM").is_some_and(|term| term == "dumb"),
            quiet: false,
            color: ColorChoice::Auto,
        }
    }

    /// With what was asked for on the command line.
    pub(crate) fn with_color(self, color: ColorChoice) -> Config {
        Config { color, ..self }
    }

    /// With nothing but errors printed.
    pub(crate) fn with_quiet(self, quiet: bool) -> Config {
        Config { quiet, ..self }
    }

    /// The style, or none where no colour is wanted on standard error.
    pub(crate) fn stderr_style(&self, style: Style) -> Style {
        self.style(style, self.stderr_is_terminal)
    }

    /// Whether standard output has colours.
    pub(crate) fn colors_stdout(&self) -> bool {
        self.colors(self.stdout_is_terminal)
    }

    /// What was asked for on the command line.
    pub(crate) fn color(&self) -> ColorChoice {
        self.color
    }

    fn style(&self, style: Style, is_terminal: bool) -> Style {
        if self.colors(is_terminal) { style } else { Style::new() }
    }

    fn colors(&self, is_terminal: bool) -> bool {
        match self.color {
            ColorChoice::Auto => is_terminal && !self.no_color,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        }
    }
}
