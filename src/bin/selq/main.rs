//! `selq`: answers Kubernetes label selectors over JSON dumps.

mod args;
mod config;
mod exit;
mod explain;
mod help;
mod index;
mod input;
mod json_error;
mod json_line;
mod kinds;
mod label;
mod labels;
mod message;
mod mistaken;
mod numbers;
mod output;
mod parse;
mod progress;
mod queries;
mod query;
mod repl;
mod replace;
mod sanitize;
mod selection;
mod sightings;
mod stats;
mod stdout;
mod watch;

use std::env;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, ColorChoice, Command, CommandFactory, FromArgMatches};

use args::{Args, Subcommands};
use config::Config;
use exit::ExitStatus;

fn main() -> ExitCode {
    let config = Config::from_env();
    let mut command = Args::command().color(clap_colors(&config));
    let matches = match command.try_get_matches_from_mut(env::args_os()) {
        Ok(matches) => matches,
        Err(answer) => return print_answer(&answer),
    };
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if let Some(error) = options_before_subcommand(&mut command, &matches) {
        error.exit();
    }
    let config = config.with_color(args.color).with_quiet(args.query.quiet);
    let status = run(args, &config).unwrap_or_else(|error| {
        if message::is_broken_pipe(&error) {
            return ExitStatus::Matched;
        }
        message::error(&config, &error);
        ExitStatus::Error
    });
    status.into()
}

/// Prints help, the version or a usage error, and tells the status.
fn print_answer(answer: &clap::Error) -> ExitCode {
    let printed = answer.print().and_then(|()| io::stdout().flush());
    let status = match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => ExitStatus::Error,
        _ if answer.use_stderr() => ExitStatus::Error,
        _ => ExitStatus::Matched,
    };
    status.into()
}

/// Help and usage errors are printed before the options are known.
fn clap_colors(config: &Config) -> ColorChoice {
    let typed: Vec<OsString> = env::args_os().take_while(|arg| arg != "--").collect();
    let is_typed = |when: &str| {
        let with_equals = format!("--color={when}");
        typed.iter().any(|arg| *arg == *with_equals) || typed.windows(2).any(|pair| pair == ["--color", when])
    };
    match () {
        () if is_typed("never") => ColorChoice::Never,
        () if is_typed("always") => ColorChoice::Always,
        () if config.no_color => ColorChoice::Never,
        () => ColorChoice::Auto,
    }
}

/// `selq -l env labels` was meant to be `selq labels -l env`. Only --color holds for all of them.
fn options_before_subcommand(command: &mut Command, matches: &ArgMatches) -> Option<clap::Error> {
    let (name, _) = matches.subcommand()?;
    let is_typed = |id: &str| matches.value_source(id) == Some(ValueSource::CommandLine);
    let mut ids = matches.ids().map(clap::Id::as_str).filter(|id| *id != "color");
    ids.any(is_typed).then(|| {
        let message = format!(
            "`selq {name}` takes its options and files after its name; a file of that name is ./{name}"
        );
        command.error(ErrorKind::ArgumentConflict, message)
    })
}

fn run(args: Args, config: &Config) -> Result<ExitStatus> {
    match args.command {
        None => query::run(&args.query, config),
        Some(Subcommands::Parse(args)) => parse::run(&args, config),
        Some(Subcommands::Explain(args)) => explain::run(&args, config),
        Some(Subcommands::Labels(args)) => labels::run(&args, config),
        Some(Subcommands::Repl(args)) => repl::run(&args, config),
        Some(Subcommands::Label(args)) => label::run(&args, config),
        Some(Subcommands::Watch(args)) => watch::run(&args, config),
        Some(Subcommands::Index(args)) => index::run(&args, config),
        Some(Subcommands::Completions { shell }) => help::completions(shell),
        Some(Subcommands::Man { command }) => help::man(command.as_deref()),
        Some(Subcommands::Help { topic }) => help::run(topic.as_deref(), config),
    }
}
