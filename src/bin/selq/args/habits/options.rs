//! Options that selq does not know, or knows elsewhere, or with another value.

use std::path::Path;

use clap::Command;
use selq::Selector;

use super::anew::Anew;
use super::files::{is_missing, nearest_file};
use crate::args::typed;

/// Options that tell kubectl which cluster to ask, and how.
const OF_CLUSTERS: [&str; 10] = [
    "-s",
    "--as",
    "--chunk-size",
    "--cluster",
    "--context",
    "--kubeconfig",
    "--request-timeout",
    "--server",
    "--token",
    "--user",
];
/// How many words behind the first one a selector without quotation marks may have, as in `-l env = prod`.
const MAX_SPREAD: usize = 3;

impl Anew {
    /// Writes an option anew. False if it stays as it is.
    pub(super) fn option(&mut self, name: &str, value: Option<&str>, following: &[&str]) -> bool {
        // An option that the subcommand has means what it means there: -f is no habit in `selq
        // label`. That of kubectl has no file behind the cluster's name.
        let is_of_kubectl = match name {
            "--cluster" => value.is_some_and(|value| !value.contains('=')),
            // They are known, and of use only to `kubectl selq`.
            "--chunk-size" | "--context" | "--kubeconfig" => true,
            _ => false,
        };
        if typed::find(name, self.command()).is_some() && !is_of_kubectl {
            return self.known_option(name, value, following);
        }
        let next = following.first().copied().unwrap_or_default();
        match (name, value) {
            ("-o" | "--output", Some(format)) => return self.format(format),
            ("-f" | "--filename", Some(file)) => {
                self.because(format!("no option {name}: dumps are named without one"));
                self.push(&[file]);
            }
            ("-l" | "--selector", Some(text)) => {
                self.because(format!("no option {name} here: selectors stand alone"));
                self.push(&[text]);
            }
            ("--label" | "--labels", value) if self.subcommand.is_none() => {
                self.n_taken = usize::from(value.is_none());
                self.because(format!("no option {name}: selectors are given with -l"));
                self.push(&["-l", value.unwrap_or(next)]);
            }
            ("--watch" | "--watch-only" | "--output-watch-events", None) => self.follow(name),
            _ if OF_CLUSTERS.contains(&name) => {
                self.because(match name {
                    "--cluster" => "--cluster names a dump, as NAME=PATH: selq asks no cluster".to_owned(),
                    name => format!("no option {name}: selq reads dumps and asks no cluster"),
                });
                self.of_cluster.push(name.to_owned());
                self.of_cluster.extend(value.map(str::to_owned));
            }
            _ => return self.option_of_subcommand(name, value, next),
        }
        true
    }

    /// The same where there is an option of this name.
    fn known_option(&mut self, name: &str, value: Option<&str>, following: &[&str]) -> bool {
        match (name, value, following) {
            ("-o" | "--output", Some(format), _) => self.format(format),
            ("-f" | "--filename", Some(file), _) => self.file(name, file),
            ("-l" | "--selector", Some(text), _) => self.spread(name, text, following),
            // A query is no file that is there either.
            ("-w", Some(file), _) if Path::new(file).is_file() => {
                self.follow(name);
                self.n_operands += 1;
                self.push(&[file]);
                true
            }
            // No query begins so: -w was meant as kubectl has it, and an option of its own follows.
            ("-w", Some(option), following) if option.starts_with('-') => {
                self.follow(name);
                self.push(&[option]);
                let value = following.first().filter(|_| typed::takes_value(option, self.command()));
                self.n_taken = usize::from(value.is_some());
                value.into_iter().for_each(|value| self.push(&[value]));
                true
            }
            (_, None, [next, ..]) if typed::takes_value(name, self.command()) => {
                self.take_next(name, next);
                true
            }
            _ => false,
        }
    }

    /// The file of an option that is there, but for its name.
    fn file(&mut self, name: &str, file: &str) -> bool {
        let nearest = Some(file).filter(|file| is_missing(Path::new(file))).and_then(nearest_file);
        if let Some(nearest) = &nearest {
            self.because(format!("no file {file:?}"));
            self.push(&[name, nearest]);
        }
        nearest.is_some()
    }

    /// `-l env = prod`, where a shell made three words of a selector.
    fn spread(&mut self, name: &str, text: &str, following: &[&str]) -> bool {
        let n_missing =
            following.iter().take(MAX_SPREAD).take_while(|word| is_missing(Path::new(word))).count();
        let joined = |n_words: usize| format!("{text} {}", following[..n_words].join(" "));
        let whole = |n_words: &usize| joined(*n_words).parse::<Selector>().is_ok();
        // The longest text is tried first: `env =` is a selector too, of the empty value, but not
        // the one of `-l env = prod`.
        let Some(n_words) = (1..=n_missing).rev().find(whole) else { return false };
        self.n_taken = n_words;
        self.because(format!(
            "no file {:?}: a selector with white space stands in quotation marks",
            following[0]
        ));
        self.push(&[name, &joined(n_words)]);
        true
    }

    /// Formats of kubectl that selq does not write.
    fn format(&mut self, format: &str) -> bool {
        let (name, _) = format.split_once('=').unwrap_or((format, ""));
        let reason = match name {
            "kyaml" => "no output format \"kyaml\": -o yaml is YAML in block style",
            "jsonpath" | "jsonpath-as-json" | "go-template" | "template" => {
                "no output format for templates: take from -o json what you want, with jq"
            }
            _ => return false,
        };
        self.because(reason);
        self.push(match name {
            "kyaml" => &["-o", "yaml"],
            _ => &["-o", "json"],
        });
        true
    }

    /// `-w`, `--watch`: kubectl's option is a subcommand here.
    fn follow(&mut self, name: &str) {
        self.because(format!("no option {name}: changes are followed with `selq watch`"));
        self.subcommand.get_or_insert_with(|| "watch".to_owned());
    }

    /// `--key` is an option of `selq labels` alone.
    fn option_of_subcommand(&mut self, name: &str, value: Option<&str>, next: &str) -> bool {
        let has_it = |command: &&Command| typed::find(name, command).is_some();
        let owners: Vec<&Command> = self.root.get_subcommands().filter(has_it).collect();
        // Of an option that two subcommands have, as --as-commands, nobody knows whose was meant.
        let (None, [owner]) = (&self.subcommand, &owners[..]) else { return false };
        let takes_next = value.is_none() && typed::takes_value(name, owner);
        let owner = owner.get_name().to_owned();
        self.because(format!("no option {name} here: it is one of `selq {owner}`"));
        self.subcommand = Some(owner);
        if takes_next {
            self.take_next(name, next);
        }
        takes_next
    }

    /// An option whose value was not seen as one, since the subcommand was not known.
    fn take_next(&mut self, name: &str, next: &str) {
        self.n_taken = 1;
        self.push(&[name, next]);
    }
}
