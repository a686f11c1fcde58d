//! A line that is written anew, word by word, and what comes out in the end.

use clap::{Command, Parser};

use super::files::resembles_dump;
use crate::args::Args;
use crate::terminal::sanitize::shell_quoted;

/// The subcommands whose arguments are files; the program without one is another.
const READERS: [&str; 10] =
    ["explain", "labels", "ls", "links", "audit", "schedule", "diff", "repl", "watch", "index"];

/// A line that is written anew.
#[derive(Default)]
pub(super) struct Anew {
    pub(super) root: Command,
    pub(super) subcommand: Option<String>,
    pub(super) words: Vec<String>,
    /// Why the line is not the one that was typed, in the order of the words.
    pub(super) reasons: Vec<String>,
    /// What is to be fetched, where that was said.
    pub(super) kinds: Vec<String>,
    /// The names of the objects that are wanted.
    pub(super) names: Vec<String>,
    /// Options for kubectl.
    pub(super) of_cluster: Vec<String>,
    /// Whether something was asked for that no line says.
    pub(super) has_no_equal: bool,
    pub(super) n_operands: usize,
    /// How many of the next operands are a part of the option before them.
    pub(super) n_taken: usize,
    /// A dump that is not there, and resembles none.
    pub(super) missing: Option<String>,
}

impl Anew {
    pub(super) fn because(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    pub(super) fn push(&mut self, words: &[&str]) {
        self.words.extend(words.iter().map(|&word| word.to_owned()));
    }

    pub(super) fn reads_files(&self) -> bool {
        self.subcommand.as_ref().is_none_or(|name| READERS.contains(&name.as_str()))
    }

    pub(super) fn command(&self) -> &Command {
        self.subcommand.as_ref().and_then(|name| self.root.find_subcommand(name)).unwrap_or(&self.root)
    }

    /// The whole line, if it is one that can be followed.
    pub(super) fn help(&self, has_input: bool) -> Option<String> {
        // A word that is no file and not called like one may have meant anything.
        if self.has_no_equal || self.missing.as_deref().is_some_and(|missing| !resembles_dump(missing)) {
            return None;
        }
        // With nothing to read, kubectl is to fetch the kinds, and -k would say them a second time.
        let fetches = self.n_operands == 0 && !has_input && self.reads_files();
        let mut words: Vec<String> = self.subcommand.iter().cloned().collect();
        if !fetches && !self.kinds.is_empty() {
            words.extend(["-k".to_owned(), self.kinds.join(",")]);
        }
        if !self.names.is_empty() {
            words.extend(["-w".to_owned(), format!("name({})", self.names.join(","))]);
        }
        words.extend(self.words.iter().cloned());
        // What the parser would refuse for another reason is never offered.
        Args::try_parse_from(std::iter::once("selq").chain(words.iter().map(String::as_str))).ok()?;
        let mut line: Vec<String> = std::iter::once("selq".to_owned()).chain(words).collect();
        line.iter_mut().for_each(|word| *word = shell_quoted(word));
        if fetches {
            line.splice(0..0, self.fetching());
        }
        let line = format!("write `{}`", line.join(" "));
        Some(match &self.missing {
            Some(missing) => format!("{line}, with a dump that is there in place of {missing}"),
            None => line,
        })
    }

    /// What gives selq its dump.
    fn fetching(&self) -> Vec<String> {
        let kinds = if self.kinds.is_empty() { "pods".to_owned() } else { self.kinds.join(",") };
        // All namespaces, since selq's own -n stays in the line and narrows the answer to what was
        // meant.
        let mut words = vec!["kubectl".to_owned(), "get".to_owned(), kinds, "-A".to_owned()];
        if self.subcommand.as_deref() == Some("watch") {
            words.extend(["-w".to_owned(), "--output-watch-events".to_owned()]);
        }
        words.extend(["-o".to_owned(), "json".to_owned()]);
        words.extend(self.of_cluster.iter().map(|word| shell_quoted(word)));
        words.push("|".to_owned());
        words
    }
}
