//! `selq`: answers Kubernetes label selectors over JSON dumps.

mod args;
mod config;
mod exit;
mod explain;
mod help;
mod index;
mod input;
mod kinds;
mod labels;
mod message;
mod output;
mod parse;
mod progress;
mod queries;
mod query;
mod selection;
mod stats;

use std::process::ExitCode;

use anyhow::Result;
use clap::{ColorChoice, CommandFactory, FromArgMatches};

use args::{Args, Command};
use config::Config;
use exit::ExitStatus;

fn main() -> ExitCode {
    let config = Config::from_env();
    let matches = Args::command().color(clap_colors(&config)).get_matches();
    let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let config = config.with_color(args.color);
    let status = run(args, &config).unwrap_or_else(|error| {
        if message::is_broken_pipe(&error) {
            return ExitStatus::Matched;
        }
        message::error(&config, &error);
        ExitStatus::Error
    });
    status.into()
}

/// Usage errors are printed before the options are known.
fn clap_colors(config: &Config) -> ColorChoice {
    if config.no_color { ColorChoice::Never } else { ColorChoice::Auto }
}

fn run(args: Args, config: &Config) -> Result<ExitStatus> {
    match args.command {
        None => query::run(&args.query, config),
        Some(Command::Parse(args)) => parse::run(&args, config),
        Some(Command::Explain(args)) => explain::run(&args, config),
        Some(Command::Labels(args)) => labels::run(&args, config),
        Some(Command::Index(args)) => index::run(&args, config),
        Some(Command::Completions { shell }) => help::completions(shell),
        Some(Command::Man { command }) => help::man(command.as_deref()),
        Some(Command::Help { topic }) => help::run(topic.as_deref()),
    }
}
