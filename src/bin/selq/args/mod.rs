//! What was typed: options and arguments, as they stand on the command line. Each subcommand has a file here, and what
//! several of them take is a group.

mod audit;
mod diff;
mod explain;
mod groups;
pub(crate) mod habits;
mod index;
pub(crate) mod kubectl;
mod label;
mod labels;
mod links;
mod ls;
mod parse;
pub(crate) mod plugin;
mod query;
mod repl;
mod schedule;
mod sql;
pub(crate) mod typed;
mod watch;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use crate::config::ColorChoice;
pub(crate) use audit::AuditArgs;
pub(crate) use diff::{DiffArgs, DiffPart};
pub(crate) use explain::ExplainArgs;
pub(crate) use groups::{InputArgs, InputFile, Now, SelectionArgs, SourceArgs, WantedArgs};
pub(crate) use index::IndexArgs;
pub(crate) use kubectl::{KubectlGet, KubectlNamespace, ServerSelection};
pub(crate) use label::{LabelArgs, LabelForm};
pub(crate) use labels::LabelsArgs;
pub(crate) use links::{LinkRelation, LinksArgs, LinksFormat};
pub(crate) use ls::LsArgs;
pub(crate) use parse::{ParseArgs, ParseFormat};
pub(crate) use query::{QueryArgs, Shown};
pub(crate) use repl::{EditMode, ReplArgs};
pub(crate) use schedule::ScheduleArgs;
pub(crate) use sql::SqlArgs;
pub(crate) use watch::{WatchArgs, WatchFormat};

const EXAMPLES: &str = "\
Examples:
  # the objects that a selector picks
  selq -l 'env in (prod,staging),!legacy' pods.json
  # from a pipe
  kubectl get pods -A -o json | selq -l tier=backend
  # only how many, over many files
  selq -c -l env=prod *.json.gz
  # names for xargs
  selq -l env=prod -o name pods.json
  # columns for two labels
  selq -l env=prod -L tier,app pods.json
  # as kubectl get shows them
  selq -l env=prod -o kubectl pods.json
  # by kind and namespace alone
  selq -k deploy -n shop pods.json
  # which values there are
  selq labels --key env pods.json
  # what is in a folder or an archive
  selq ls must-gather.tar.gz
  # two clusters beside each other
  selq -w 'cluster(prod)' --cluster prod=pods.json --cluster qa=qa.json
  # who selects, owns, runs and uses whom
  selq links --of shop/svc/web pods.json
  # what is wrong with a cluster
  selq audit must-gather.tar.gz
  # why is a pod pending?
  kubectl get nodes,pods,ns,pv,pvc -A -o json | selq schedule
  # what became of it since yesterday
  selq diff yesterday.json pods.json
  # selectors answered while they are typed
  selq repl pods.json
  # the dump with other labels
  selq label env=qa old- -l tier=backend --overwrite -f pods.json
  # what enters and leaves a selection
  kubectl get pods -w -o json --output-watch-events |
    selq watch -l tier=backend
  # answer at once from now on
  selq index pods.json
  # check a selector, without any data
  selq parse 'env in (prod,dev),!legacy'
  # ask a table of another engine
  selq sql --dialect duckdb -l 'env!=prod' --table objects
  # how a selector is answered
  selq explain -l 'env=prod,!legacy' pods.json";

const EXIT_STATUS: &str = "\
Exit status: 0 something matched, 1 nothing matched, 2 an error.
A file that has the name of a subcommand is written ./labels.";

/// Answer Kubernetes label selectors over dumps in JSON and YAML.
#[derive(Debug, Parser)]
#[command(
    name = "selq",
    version,
    // Before the options, of which there is more than a screen.
    before_help = EXAMPLES,
    after_help = EXIT_STATUS,
    args_override_self = true,
    // selq's own `help` also knows topics that are no subcommands.
    disable_help_subcommand = true,
    max_term_width = 80
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Subcommands>,
    // clap takes these before a subcommand too, which `main` then refuses.
    #[command(flatten)]
    pub(crate) query: QueryArgs,
    /// When to use colour; NO_COLOR is obeyed
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: ColorChoice,
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Subcommands {
    /// Check selectors and queries without any data
    Parse(ParseArgs),
    /// Show how a selector is answered: the plan with estimated and real counts
    Explain(ExplainArgs),
    /// Say a selector or query in SQL, for objects in the tables of other engines
    Sql(SqlArgs),
    /// List the label keys that occur, or the values of one
    Labels(LabelsArgs),
    /// List what is in dumps, folders and archives: kinds, namespaces and status
    Ls(LsArgs),
    /// List who selects, owns, runs and uses whom
    Links(LinksArgs),
    /// Find what is wrong with a cluster: selectors that select nothing, budgets that block
    Audit(AuditArgs),
    /// Say where pods may run, and why not elsewhere: labels, taints, affinity and spread
    Schedule(ScheduleArgs),
    /// Compare two dumps: which objects came, went and changed
    Diff(DiffArgs),
    /// Explore dumps interactively: selectors are answered while they are typed
    Repl(ReplArgs),
    /// Set and remove labels in dumps, as kubectl label does in a cluster
    Label(LabelArgs),
    /// Follow a watch stream: what enters a selection, changes in it and leaves it
    Watch(WatchArgs),
    /// Write an index beside each dump, from which later queries answer without reading it
    Index(IndexArgs),
    /// Print what makes a shell complete options, files, selectors and labels
    #[command(before_help = "\
Examples:
  # in ~/.bashrc: source <(selq completions bash)
  selq completions bash > ~/.local/share/bash-completion/completions/selq
  # in ~/.zshrc, behind compinit: source <(selq completions zsh)
  selq completions zsh
  # in ~/.config/fish/config.fish: selq completions fish | source
  selq completions fish")]
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or that of a subcommand
    #[command(before_help = "\
Examples:
  selq man > ~/.local/share/man/man1/selq.1
  selq man labels > ~/.local/share/man/man1/selq-labels.1")]
    Man {
        /// A subcommand
        command: Option<String>,
    },
    /// Print help about a subcommand, or the selector grammar
    #[command(before_help = "\
Examples:
  selq help labels
  selq help grammar
  selq help audit service-no-pods")]
    Help {
        /// A subcommand, `grammar` or `language`
        topic: Option<String>,
        /// A rule of `selq audit`
        #[arg(value_name = "RULE")]
        rule: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use clap::{Arg, Command, CommandFactory};

    use super::*;

    /// The program and its subcommands, each with its name.
    fn commands() -> Vec<(String, Command)> {
        let mut root = Args::command();
        root.build();
        let subcommands = root.get_subcommands().map(|it| (it.get_name().to_owned(), it.clone()));
        let mut commands: Vec<(String, Command)> = subcommands.collect();
        commands.insert(0, ("selq".to_owned(), root));
        commands
    }

    /// Every option and argument with where it stands: `selq label --overwrite`.
    fn args() -> Vec<(String, Arg)> {
        let args_of = |(name, command): (String, Command)| {
            let args =
                command.get_arguments().filter(|arg| !matches!(arg.get_id().as_str(), "help" | "version"));
            let named = |arg: &Arg| match arg.get_long() {
                Some(long) => format!("{name} --{long}"),
                None => format!("{name} {}", arg.get_id()),
            };
            args.map(|arg| (named(arg), arg.clone())).collect::<Vec<_>>()
        };
        commands().into_iter().flat_map(args_of).collect()
    }

    fn is_lower_case(name: &str) -> bool {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|it| it.is_ascii_lowercase() || it == '-')
    }

    #[test]
    fn the_definitions_hold_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_option_is_explained() {
        for (name, arg) in args() {
            let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with(char::is_uppercase) && !help.ends_with('.'), "{name}: {help:?}");
            assert!(arg.is_positional() || arg.get_long().is_some(), "{name} has no long form");
            // Shells and booleans explain themselves.
            let has_choices =
                arg.get_action().takes_values() && !name.ends_with("shell") && name != "label --overwrite";
            for value in arg.get_possible_values().iter().filter(|_| has_choices) {
                assert!(value.get_help().is_some(), "{name} {} is not explained", value.get_name());
                assert!(is_lower_case(value.get_name()), "{name} {}", value.get_name());
            }
        }
        for (name, command) in commands() {
            assert!(command.get_about().is_some(), "{name} is not explained");
        }
    }

    #[test]
    fn names_have_one_form() {
        for (name, arg) in args() {
            let aliases = arg.get_all_aliases().unwrap_or_default();
            for long in arg.get_long().into_iter().chain(aliases) {
                assert!(is_lower_case(long), "{name}");
            }
            let values = arg.get_value_names().unwrap_or_default();
            for value in values.iter().filter(|_| arg.get_action().takes_values() && !arg.is_positional()) {
                let is_choice = value.contains('|') || value.ends_with(",…");
                let is_upper = value.chars().all(|it| it.is_ascii_uppercase() || ",…=".contains(it));
                assert!(is_choice || is_upper, "{name} <{value}>");
            }
        }
    }

    /// One letter means one thing wherever it is known.
    #[test]
    fn letters_mean_the_same_everywhere() {
        let mut meanings: BTreeMap<char, BTreeSet<String>> = BTreeMap::new();
        for (_, arg) in args() {
            let (Some(short), Some(long)) = (arg.get_short(), arg.get_long()) else { continue };
            meanings.entry(short).or_default().insert(long.to_owned());
        }
        let shown: Vec<String> = meanings
            .iter()
            .map(|(short, longs)| format!("-{short} {}", longs.iter().cloned().collect::<Vec<_>>().join(" ")))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        -0 null
        -A all-namespaces
        -L label-columns
        -c count
        -f filename
        -k kind
        -l selector
        -n namespace
        -o output
        -q quiet
        -v invert-match
        -w where
        ");
    }
}
