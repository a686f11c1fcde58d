//! What people type who come from kubectl or whose fingers slip, and what to write instead.
//!
//! A line that is refused, or that names a file that is not there, is written anew word by word. What comes out is
//! offered if it is a line that selq takes.

mod anew;
mod files;
mod operands;
mod options;

use std::env;
use std::io::{self, IsTerminal};

use clap::CommandFactory;

use crate::args::typed::{ShellLine, ShellWord};
use crate::args::{Args, InputFile};
use crate::terminal::stdin::is_stdin;
use anew::Anew;
use files::is_missing;

/// Why a line cannot be followed, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) error: String,
    pub(crate) help: Option<String>,
}

/// Characters of which a selector has one and a file hardly any.
const OF_SELECTORS: [char; 6] = ['=', '!', '(', ')', '<', '>'];

/// What to say of the line that was typed, if it has words that selq does not know but can tell the meaning of.
pub(crate) fn advice() -> Option<Advice> {
    let typed: Result<Vec<String>, _> = env::args_os().skip(1).map(|word| word.into_string()).collect();
    let has_input = !io::stdin().is_terminal();
    // A word that is no UTF-8 could not be written in the line, which is left to clap's own
    // message.
    advice_on(&typed.ok()?, has_input)
}

/// The same where one of the files that were named is not there.
pub(crate) fn advice_on_files(files: &[InputFile]) -> Option<Advice> {
    let is_missing = |file: &InputFile| file.get.is_none() && !is_stdin(&file.path) && is_missing(&file.path);
    files.iter().any(is_missing).then(advice).flatten()
}

fn advice_on(typed: &[String], has_input: bool) -> Option<Advice> {
    let line = ShellLine::new(typed);
    let mut root = Args::command();
    // Global options, such as --color, are those of the subcommands only once they are built.
    root.build();
    let mut anew = Anew { root, subcommand: line.subcommand, ..Anew::default() };
    for (nth, word) in line.words.iter().enumerate() {
        match word {
            ShellWord::Operand(text) => anew.operand(text),
            ShellWord::Option { name, value, typed } => {
                let following: Vec<&str> =
                    line.words[nth + 1..].iter().map_while(ShellWord::operand).collect();
                if !anew.option(name, value.as_deref(), &following) {
                    anew.words.extend(typed.iter().cloned());
                }
            }
        }
    }
    // One reason is told, and the line in the help has all of them mended.
    let error = anew.reasons.first()?.clone();
    Some(Advice { error, help: anew.help(has_input) })
}

#[cfg(test)]
mod tests;
