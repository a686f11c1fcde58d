//! `selq help`, `selq completions` and `selq man`: all from the definitions of the arguments.

use std::io::Write;

use anyhow::{Error, Result, anyhow};
use clap::builder::StyledStr;
use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Args;
use crate::commands::{audit, language};
use crate::complete;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::terminal::stdout::with_stdout;

/// The grammar that the tests hold the parser to.
const GRAMMAR: &str = include_str!("../../../../grammar/selector.abnf");

pub(crate) fn run(topic: Option<&str>, rule: Option<&str>, config: &Config) -> Result<ExitStatus> {
    if let Some(rule) = rule {
        return match topic {
            Some("audit") => print(audit::explained(audit::known(rule)?).as_bytes()),
            _ => Err(anyhow!(
                "only `selq help audit` has help on something in it, and {rule:?} is one word more"
            )),
        };
    }
    let mut command = match topic {
        Some("grammar") => return print(GRAMMAR.as_bytes()),
        Some("language") => return print(language::text().as_bytes()),
        None => Args::command(),
        Some(topic) => subcommand(topic).ok_or_else(|| no_help(topic, &help_topics()))?,
    };
    print_styled(&command.render_long_help(), config)
}

/// A subcommand as it stands below `selq`.
fn subcommand(name: &str) -> Option<Command> {
    let mut command = Args::command();
    command.build();
    command.find_subcommand(name).cloned()
}

fn subcommands() -> Vec<String> {
    Args::command().get_subcommands().map(|it| it.get_name().to_owned()).collect()
}

fn help_topics() -> Vec<String> {
    ["grammar", "language"].map(str::to_owned).into_iter().chain(subcommands()).collect()
}

fn no_help(topic: &str, topics: &[String]) -> Error {
    match selq::text::nearest(topic, topics.iter().map(String::as_str)) {
        Some(nearest) => anyhow!("no help on {topic:?}; did you mean {nearest:?}?"),
        None => anyhow!("no help on {topic:?}: there is help on {}", topics.join(", ")),
    }
}

pub(crate) fn completions(shell: Shell) -> Result<ExitStatus> {
    print(&complete::registration(shell)?)
}

/// Prints a manual page: what `--help` says, in the sections that manual pages have.
pub(crate) fn man(name: Option<&str>) -> Result<ExitStatus> {
    let mut command = match name {
        None => Args::command(),
        Some(name) => subcommand(name).ok_or_else(|| no_help(name, &subcommands()))?,
    };
    let usage = command.render_usage().to_string();
    let section = |text: Option<&StyledStr>| text.map(ToString::to_string).unwrap_or_default();
    let (examples, notes) = (section(command.get_before_help()), section(command.get_after_help()));
    let version = concat!("selq ", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).source(version);
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    // Its own synopsis is a list of all options, without their values and without what may be repeated.
    page.extend(verbatim("SYNOPSIS", usage.trim_start_matches("Usage: ")).into_bytes());
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if name.is_none() {
        man.render_subcommands_section(&mut page)?;
    }
    page.extend(verbatim("EXAMPLES", examples.trim_start_matches("Examples:\n")).into_bytes());
    page.extend(verbatim("NOTES", &notes).into_bytes());
    print(&page)
}

/// A section of a manual page whose lines stay as they are. Empty if there are none.
fn verbatim(title: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    // `\&` keeps a line that begins with a dot or a quote from being a request.
    let lines = text.lines().map(|line| format!("\\&{}\n", line.replace('\\', "\\e").replace('-', "\\-")));
    format!(".SH {title}\n.nf\n{}.fi\n", lines.collect::<String>())
}

/// Prints what was rendered for a person, in colours where they are wanted.
pub(crate) fn print_styled(text: &StyledStr, config: &Config) -> Result<ExitStatus> {
    let text = if config.colors_stdout() { text.ansi().to_string() } else { text.to_string() };
    print(text.as_bytes())
}

fn print(text: &[u8]) -> Result<ExitStatus> {
    with_stdout(|out| Ok(out.write_all(text)?))?;
    Ok(ExitStatus::Matched)
}
