//! `selq`: answers Kubernetes label selectors over dumps in JSON and YAML.

mod args;
mod commands;
mod complete;
mod config;
mod exit;
mod input;
mod output;
mod repl;
mod selection;
mod terminal;
mod typing;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, ColorChoice, Command, CommandFactory, FromArgMatches};

use args::{Args, InputArgs, InputFile, Subcommands, plugin};
use config::Config;
use exit::ExitStatus;

fn main() -> ExitCode {
    complete::answer_shell();
    let caller = Caller::of_program();
    let config = Config::from_env().with_color(typed_color());
    let mut command = caller.command().color(clap_colors(&config));
    match command.try_get_matches_from_mut(env::args_os()) {
        Ok(matches) => {
            let args = Args::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
            if let Some(error) = options_before_subcommand(&mut command, &matches) {
                error.exit();
            }
            let args = if caller == Caller::Kubectl { args.of_plugin() } else { args };
            let config = config.with_color(args.color).with_quiet(args.query.quiet);
            exit_code(run(args, caller, &config), &config)
        }
        Err(answer) => exit_code(print_answer(answer, caller, &config), &config),
    }
}

/// Who has called the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caller {
    User,
    /// `kubectl selq`
    Kubectl,
}

impl Caller {
    fn of_program() -> Caller {
        if plugin::is_called(env::args_os().next().as_deref()) { Caller::Kubectl } else { Caller::User }
    }

    /// The definition of the arguments.
    fn command(self) -> Command {
        match self {
            Caller::User => Args::command(),
            Caller::Kubectl => plugin::command(Args::command()),
        }
    }
}

/// What a run came to, with its error printed. Where kubectl failed, that is what the run came to.
fn exit_code(result: Result<ExitStatus>, config: &Config) -> ExitCode {
    match (config.take_kubectl_failure(), result) {
        // Whatever is missing, kubectl has said why.
        (Some(failure), Err(_)) if !failure.has_answer => failure.code.into(),
        (Some(failure), result) => {
            status_of(result, config);
            failure.code.into()
        }
        (None, result) => status_of(result, config).into(),
    }
}

fn status_of(result: Result<ExitStatus>, config: &Config) -> ExitStatus {
    result.unwrap_or_else(|error| {
        // Who closes the pipe early, as `head` does, has got what was wanted.
        if terminal::message::is_broken_pipe(&error) {
            return ExitStatus::Matched;
        }
        terminal::message::error(config, &error);
        ExitStatus::Error
    })
}

/// Prints help, the version or a usage error, and tells the status.
fn print_answer(mut answer: clap::Error, caller: Caller, config: &Config) -> Result<ExitStatus> {
    if !answer.use_stderr() {
        return commands::help::print_styled(&answer.render(), config);
    }
    let advice = match caller {
        Caller::User => args::habits::advice(),
        Caller::Kubectl => plugin::advice(&answer),
    };
    match advice {
        Some(advice) => terminal::message::failure(config, &advice.error, advice.help.as_deref()),
        None => {
            // It would say how to name a file that begins with a dash, which nobody means who mistypes an option.
            answer.remove(ContextKind::Suggested);
            shorten(&mut answer);
            // Nobody is left to tell when standard error cannot be written.
            let _ = answer.print();
        }
    }
    Ok(ExitStatus::Error)
}

/// Cuts what was typed, which clap repeats whole, to what anyone reads.
fn shorten(answer: &mut clap::Error) {
    let shortened = answer.context().filter_map(|(kind, value)| match value {
        ContextValue::String(text) => Some((kind, terminal::message::shortened(text)?)),
        _ => None,
    });
    for (kind, text) in shortened.collect::<Vec<_>>() {
        answer.insert(kind, ContextValue::String(text));
    }
}

/// The value of --color: help and usage errors are printed before the options are known.
fn typed_color() -> config::ColorChoice {
    let typed: Vec<OsString> = env::args_os().take_while(|arg| arg != "--").collect();
    let is_typed = |when: &str| {
        let with_equals = format!("--color={when}");
        typed.iter().any(|arg| *arg == *with_equals) || typed.windows(2).any(|pair| pair == ["--color", when])
    };
    match () {
        () if is_typed("never") => config::ColorChoice::Never,
        () if is_typed("always") => config::ColorChoice::Always,
        () => config::ColorChoice::Auto,
    }
}

/// Those of clap's own messages, which go to standard error.
fn clap_colors(config: &Config) -> ColorChoice {
    match config.color() {
        config::ColorChoice::Never => ColorChoice::Never,
        config::ColorChoice::Always => ColorChoice::Always,
        config::ColorChoice::Auto if config.no_color => ColorChoice::Never,
        config::ColorChoice::Auto => ColorChoice::Auto,
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

/// The files that are to be read as dumps, where all of them have to be there.
fn dumps(args: &Args) -> Vec<InputFile> {
    match &args.command {
        None => required(&args.query.input),
        Some(Subcommands::Explain(args)) => required(&args.input),
        Some(Subcommands::Labels(args)) => required(&args.input),
        Some(Subcommands::Ls(args)) => required(&args.input),
        Some(Subcommands::Links(args)) => required(&args.input),
        Some(Subcommands::Audit(args)) => required(&args.input),
        Some(Subcommands::Schedule(args)) => required(&args.input),
        Some(Subcommands::Diff(args)) => required(&args.input),
        Some(Subcommands::Repl(args)) => required(&args.input),
        Some(Subcommands::Watch(args)) if !args.skip_invalid => args.source.inputs(),
        Some(Subcommands::Index(args)) => args.source.inputs(),
        Some(Subcommands::Label(args)) => args.inputs(),
        _ => Vec::new(),
    }
}

fn required(input: &InputArgs) -> Vec<InputFile> {
    // With --skip-invalid the load reports a file that is not there, and goes on with the others.
    if input.skip_invalid { Vec::new() } else { input.source.inputs() }
}

fn run(args: Args, caller: Caller, config: &Config) -> Result<ExitStatus> {
    let advice = match caller {
        Caller::User if args.asks_kubectl_in_vain() => args::habits::advice(),
        Caller::User => args::habits::advice_on_files(&dumps(&args)),
        Caller::Kubectl => plugin::advice_on(&args, &dumps(&args)),
    };
    if let Some(advice) = advice {
        terminal::message::failure(config, &advice.error, advice.help.as_deref());
        return Ok(ExitStatus::Error);
    }
    match args.command {
        None => commands::query::run(&args.query, config),
        Some(Subcommands::Parse(args)) => commands::parse::run(&args, config),
        Some(Subcommands::Explain(args)) => commands::explain::run(&args, config),
        Some(Subcommands::Sql(args)) => commands::sql::run(&args, config),
        Some(Subcommands::Labels(args)) => commands::labels::run(&args, config),
        Some(Subcommands::Ls(args)) => commands::ls::run(&args, config),
        Some(Subcommands::Links(args)) => commands::links::run(&args, config),
        Some(Subcommands::Audit(args)) => commands::audit::run(&args, config),
        Some(Subcommands::Schedule(args)) => commands::schedule::run(&args, config),
        Some(Subcommands::Diff(args)) => commands::diff::run(&args, config),
        Some(Subcommands::Repl(args)) => repl::run(&args, config),
        Some(Subcommands::Label(args)) => commands::label::run(&args, config),
        Some(Subcommands::Watch(args)) => commands::watch::run(&args, config),
        Some(Subcommands::Index(args)) => commands::index::run(&args, config),
        Some(Subcommands::Completions { shell }) => commands::help::completions(shell),
        Some(Subcommands::Man { command }) => commands::help::man(command.as_deref()),
        // What the plugin takes are other lines.
        Some(Subcommands::Help { topic: None, .. }) if caller == Caller::Kubectl => {
            commands::help::print_styled(&caller.command().render_long_help(), config)
        }
        Some(Subcommands::Help { topic, rule }) => {
            commands::help::run(topic.as_deref(), rule.as_deref(), config)
        }
    }
}
