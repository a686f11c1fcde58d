//! What the surroundings say: terminals and colour.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

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

/// Who reads an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// People, on a terminal that acts on control characters.
    Terminal,
    /// A program, or a file that one may read: it gets everything as it is.
    Program,
}

impl Audience {
    fn of(stream: &impl IsTerminal) -> Audience {
        if stream.is_terminal() { Audience::Terminal } else { Audience::Program }
    }

    pub(crate) fn is_terminal(self) -> bool {
        self == Audience::Terminal
    }
}

/// Where the program runs.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Who reads standard output.
    pub(crate) stdout: Audience,
    /// How many columns standard output has, if it is a terminal that says so.
    pub(crate) stdout_columns: Option<usize>,
    /// Who reads standard error.
    pub(crate) stderr: Audience,
    /// `NO_COLOR` is set, or `TERM` is `dumb`.
    pub(crate) no_color: bool,
    /// Nothing but errors is to be printed.
    pub(crate) quiet: bool,
    color: ColorChoice,
    /// Whether what takes long is to end: Ctrl-C in a session.
    stop: Arc<AtomicBool>,
    /// What kubectl came to, if it failed.
    kubectl: Arc<Mutex<Option<KubectlFailure>>>,
}

/// What became of a kubectl that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KubectlFailure {
    /// Its exit status.
    pub(crate) code: u8,
    /// Whether it had written some of its answer before.
    pub(crate) has_answer: bool,
}

impl Config {
    /// Looks at the terminals and the environment.
    pub(crate) fn from_env() -> Config {
        // An empty NO_COLOR does not count, as no-color.org has it.
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        Config {
            stdout: Audience::of(&io::stdout()),
            stdout_columns: terminal_size_of(io::stdout()).map(|(columns, _)| usize::from(columns.0)),
            stderr: Audience::of(&io::stderr()),
            no_color: is_set("NO_COLOR") || env::var_os("TERM").is_some_and(|term| term == "dumb"),
            quiet: false,
            color: ColorChoice::Auto,
            stop: Arc::default(),
            kubectl: Arc::default(),
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

    /// With a flag that ends what takes long.
    pub(crate) fn with_stop(self, stop: Arc<AtomicBool>) -> Config {
        Config { stop, ..self }
    }

    /// Whether what takes long is to end.
    pub(crate) fn is_stopped(&self) -> bool {
        // Nothing else is handed over with the flag, so that no order has to be kept.
        self.stop.load(Ordering::Relaxed)
    }

    /// Takes note of what kubectl came to.
    pub(crate) fn kubectl_has_failed(&self, failure: KubectlFailure) {
        *self.kubectl.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }

    /// Whether kubectl has failed, which is still to be [told](Config::take_kubectl_failure).
    pub(crate) fn has_kubectl_failed(&self) -> bool {
        self.kubectl.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// What kubectl came to, if it failed; told once.
    pub(crate) fn take_kubectl_failure(&self) -> Option<KubectlFailure> {
        self.kubectl.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The style, or none where no colour is wanted on standard error.
    pub(crate) fn stderr_style(&self, style: Style) -> Style {
        self.style(style, self.stderr)
    }

    /// Whether standard output has colours.
    pub(crate) fn colors_stdout(&self) -> bool {
        self.colors(self.stdout)
    }

    /// What was asked for on the command line.
    pub(crate) fn color(&self) -> ColorChoice {
        self.color
    }

    fn style(&self, style: Style, audience: Audience) -> Style {
        if self.colors(audience) { style } else { Style::new() }
    }

    fn colors(&self, audience: Audience) -> bool {
        match self.color {
            ColorChoice::Auto => audience.is_terminal() && !self.no_color,
            // What is typed wins over NO_COLOR, which is only the wish of who has typed nothing.
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        }
    }
}
