//! `selq help`, `selq completions` and `selq man`: all from the definitions of the arguments.

use std::io::Write;

use anyhow::{Result, anyhow};
use clap::{Command, CommandFactory};
use clap_complete::Shell;

use crate::args::Args;
use crate::config::with_stdout;
use crate::exit::ExitStatus;

/// The grammar that the tests hold the parser to.
const GRAMMAR: &str = include_str!("../../../grammar/selector.abnf");

pub(crate) fn run(topic: Option<&str>) -> Result<ExitStatus> {
    let text = match topic {
        None => Args::command().render_long_help().ansi().to_string(),
        Some("grammar") => GRAMMAR.to_owned(),
        Some(topic) => subcommand(topic)?.render_long_help().to_string(),
    };
    print(text.as_bytes())
}

/// A subcommand as it stands below `selq`.
fn subcommand(name: &str) -> Result<Command> {
    let mut command = Args::command();
    command.build();
    command.find_subcommand(name).cloned().ok_or_else(|| no_help(name, &topics(&command)))
}

fn topics(command: &Command) -> Vec<String> {
    let subcommands = command.get_subcommands().map(|it| it.get_name().to_owned());
    std::iter::once("grammar".to_owned()).chain(subcommands).collect()
}

fn no_help(topic: &str, topics: &[String]) -> anyhow::Error {
    match selq::nearest(topic, topics.iter().map(String::as_str)) {
        Some(nearest) => anyhow!("no help on {topic:?}; did you mean {nearest:?}?"),
        None => anyhow!("no help on {topic:?}: there is help on {}", topics.join(", ")),
    }
}

pub(crate) fn completions(shell: Shell) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "selq", &mut script);
    print(&script)
}

pub(crate) fn man(name: Option<&str>) -> Result<ExitStatus> {
    let command = name.map_or_else(|| Ok(Args::command()), subcommand)?;
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    print(&page)
}

fn print(text: &[u8]) -> Result<ExitStatus> {
    with_stdout(|out| Ok(out.write_all(text)?))?;
    Ok(ExitStatus::Matched)
}
