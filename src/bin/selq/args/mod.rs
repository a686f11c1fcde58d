//! What was typed: options and arguments, as they stand on the command line.

pub(crate) mod habits;
pub(crate) mod typed;

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use selq::{Pointer, PointerError};

pub(crate) use crate::config::ColorChoice;
use crate::output::OutputFormat;

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
  # by kind and namespace alone
  selq -k deploy -n shop pods.json
  # which values there are
  selq labels --key env pods.json
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
  # how a selector is answered
  selq explain -l 'env=prod,!legacy' pods.json";

const EXIT_STATUS: &str = "\
Exit status: 0 something matched, 1 nothing matched, 2 an error.
A file that has the name of a subcommand is written ./labels.";

/// Answer Kubernetes label selectors over JSON dumps.
#[derive(Debug, Parser)]
#[command(
    name = "selq",
    version,
    before_help = EXAMPLES,
    after_help = EXIT_STATUS,
    args_override_self = true,
    disable_help_subcommand = true,
    max_term_width = 80
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Subcommands>,
    #[command(flatten)]
    pub(crate) query: QueryArgs,
    /// When to use colour; NO_COLOR is obeyed
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: ColorChoice,
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Subcommands {
    /// Check selectors without any data
    Parse(ParseArgs),
    /// Show how a selector is answered: the plan with estimated and real counts
    Explain(ExplainArgs),
    /// List the label keys that occur, or the values of one
    Labels(LabelsArgs),
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
  selq help grammar")]
    Help {
        /// A subcommand, or `grammar`
        topic: Option<String>,
    },
}

/// A JSON pointer, or why a text is none and what to write instead.
fn pointer(text: &str) -> Result<Pointer, String> {
    let said =
        |error: PointerError| error.help().map_or_else(|| error.to_string(), |it| format!("{error}; {it}"));
    text.parse().map_err(said)
}

/// Which dumps to read, and where in them the objects and labels are.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct SourceArgs {
    /// Dumps to read: List, array, objects, NDJSON or watch events, also gzip or zstd; `-` is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// Where the objects are, as a JSON pointer to an array or map, e.g. /data/result; taken as they are, also with
    /// `items` in them
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) items_at: Option<Pointer>,
    /// Where an object's labels are, as a JSON pointer, instead of /metadata/labels
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) labels_at: Option<Pointer>,
}

/// Which dumps to read or to open by their index, and how.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Report bad objects, go on without them, and exit with 2
    #[arg(long, help_heading = "Input")]
    pub(crate) skip_invalid: bool,
    /// The dump's index, as `selq index -o` wrote it, instead of FILE.selq
    #[arg(long, value_name = "INDEX", help_heading = "Input")]
    pub(crate) index: Option<PathBuf>,
    /// Read all of the dump to tell whether its index still belongs to it, not only samples
    #[arg(long, help_heading = "Input")]
    pub(crate) verify: bool,
}

/// Which objects are wanted.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct SelectionArgs {
    /// Selector: `k=v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k`, `!k`, `k>7`, joined by `,`; all must hold
    #[arg(short = 'l', long, value_name = "TEXT", help_heading = "Selection")]
    pub(crate) selector: Vec<String>,
    /// Selector as a LabelSelector object: matchLabels and matchExpressions, {} or null
    #[arg(long, value_name = "JSON", help_heading = "Selection")]
    pub(crate) label_selector: Vec<String>,
    /// Only these namespaces; all without it; several are joined by `,`
    #[arg(
        short = 'n',
        long,
        value_name = "NS,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) namespace: Vec<String>,
    /// All namespaces, also if -n names one
    #[arg(short = 'A', long, help_heading = "Selection")]
    pub(crate) all_namespaces: bool,
    /// Only these kinds: Pod, pods, po, deployments.apps, …; several are joined by `,`
    #[arg(
        short = 'k',
        long,
        value_name = "KIND,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) kind: Vec<String>,
}

/// The options of a query.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct QueryArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Select the objects that the selectors do not match; -n and -k still hold
    #[arg(short = 'v', long, help_heading = "Selection")]
    pub(crate) invert_match: bool,
    /// Many selectors over one load, one a line; a .jsonl file has {"name":…,"selector":…} lines; `-` is
    /// standard input; may be repeated
    #[arg(long, value_name = "FILE", num_args = 1, help_heading = "Selection")]
    pub(crate) queries: Vec<PathBuf>,
    /// How to print what matched
    #[arg(short = 'o', long, value_name = "FORMAT", help_heading = "Output")]
    pub(crate) output: Option<OutputFormat>,
    /// Label keys to show as columns
    #[arg(
        short = 'L',
        long,
        alias = "columns",
        value_name = "K,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Output"
    )]
    pub(crate) label_columns: Vec<String>,
    /// Show all labels in a last column
    #[arg(long, help_heading = "Output")]
    pub(crate) show_labels: bool,
    /// Leave out the header line
    #[arg(long, help_heading = "Output")]
    pub(crate) no_headers: bool,
    /// Sort by a label key, a field such as .spec.nodeName, or a JSONPath in {}; objects without it last
    #[arg(long, alias = "sort", value_name = "KEY", help_heading = "Output")]
    pub(crate) sort_by: Option<String>,
    /// Print only the first N rows
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) limit: Option<usize>,
    /// Print only the number of objects that match
    #[arg(short = 'c', long, help_heading = "Output")]
    pub(crate) count: bool,
    /// Print nothing but errors; the exit status answers
    #[arg(short = 'q', long, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// With -o name: end each name with NUL instead of a newline
    #[arg(short = '0', long, help_heading = "Output")]
    pub(crate) null: bool,
    /// Tell on standard error how much was read, how long it took and the memory used
    #[arg(long, help_heading = "Output")]
    pub(crate) stats: bool,
}

/// What is printed of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Rows,
    Count,
    Nothing,
}

impl QueryArgs {
    /// What is to be printed of an answer.
    pub(crate) fn shown(&self) -> Shown {
        match (self.quiet, self.count) {
            (true, _) => Shown::Nothing,
            (false, true) => Shown::Count,
            (false, false) => Shown::Rows,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # as Kubernetes would print it, or why it is none
  selq parse 'env in (prod,dev),!legacy'
  # one a line, and one object of JSON a line about each
  selq parse -o jsonl < selectors.txt
  # as a LabelSelector object
  selq parse -o json 'app=web'"
)]
pub(crate) struct ParseArgs {
    /// Selectors; without any, one a line from standard input
    #[arg(value_name = "TEXT")]
    pub(crate) texts: Vec<String>,
    /// The lines of standard input are JSON: a string, or {"selector":…}
    #[arg(long, conflicts_with = "texts")]
    pub(crate) jsonl: bool,
    /// How to print them; the canonical text by default
    #[arg(short = 'o', long, value_name = "FORMAT")]
    pub(crate) output: Option<ParseFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ParseFormat {
    /// One JSON object a line: canonical text and requirements, or the error
    Jsonl,
    /// The LabelSelector object
    Json,
}

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # the plan, with what was expected and what it came to
  selq explain -l 'env=prod,!legacy' pods.json
  # as it would be without the optimizer
  selq explain -l 'env=prod,!legacy' --skip-passes all pods.json"
)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Leave out passes of the optimizer, by name, or `all`
    #[arg(long, value_name = "PASS,…", num_args = 1, value_delimiter = ',')]
    pub(crate) skip_passes: Vec<String>,
}

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # keys, most frequent first
  selq labels pods.json
  # the values of one, among the objects that a selector picks
  selq labels --key env -l tier=backend pods.json
  # the values of several
  selq labels --key env --key tier pods.json"
)]
pub(crate) struct LabelsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// List the values of this key; of several, each row says which
    #[arg(long, value_name = "KEY", num_args = 1)]
    pub(crate) key: Vec<String>,
    /// How to print them
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: LabelsFormat,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
}

#[derive(Debug, ClapArgs)]
#[command(before_help = "\
Examples:
  # writes pods.json.selq
  selq index pods.json
  # answers from it, as long as pods.json stays the same
  selq -l env=prod pods.json
  # checks it against all of the dump
  selq index --verify pods.json
  # an index somewhere else
  selq index -o elsewhere.selq pods.json
  selq -l env=prod --index elsewhere.selq pods.json")]
pub(crate) struct IndexArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// The file to write or to verify, instead of FILE.selq
    #[arg(short = 'o', long, alias = "index", value_name = "INDEX")]
    pub(crate) output: Option<PathBuf>,
    /// Write nothing, but read all of the dump to tell whether the index belongs to it
    #[arg(long)]
    pub(crate) verify: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabelsFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// The options of a session. Those of [`ReplArgs::settings`] can be written in the config file too.
#[derive(Debug, Clone, ClapArgs)]
#[command(
    before_help = "\
Examples:
  # then type a selector, or :help
  selq repl pods.json
  # the dump from a pipe, the lines from the terminal
  kubectl get all -A -o json | selq repl -
  # each line prints what `selq -l LINE pods.json` does
  selq repl pods.json < selectors.txt
  selq repl --mode vi --label-columns env,tier pods.json",
    after_help = "\
A line is a selector. One that begins with `:` is a command (`:help` lists
them), and one that begins with `#` does nothing.

Files of a session in a terminal:
  ~/.config/selq/config.toml      the settings, by the names of the options:
                                  limit = 50
                                  label-columns = [\"env\", \"tier\"]
  ~/.local/state/selq/history     the last 1,000 lines
  $PAGER                          shows what is longer than the screen;
                                  without it, `less -FRX`
$XDG_CONFIG_HOME and $XDG_STATE_HOME stand for ~/.config and ~/.local/state.
Lines from a pipe get none of these, no prompt and no colour; the exit status
is then 2 if one of them was an error, else 0."
)]
pub(crate) struct ReplArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Begin in these namespaces; several are joined by `,`
    #[arg(
        short = 'n',
        long,
        value_name = "NS,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) namespace: Vec<String>,
    /// Begin with these kinds: Pod, pods, po, deployments.apps, …; several are joined by `,`
    #[arg(
        short = 'k',
        long,
        value_name = "KIND,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) kind: Vec<String>,
    /// How to print what matched [default: table]
    #[arg(short = 'o', long, value_name = "FORMAT", help_heading = "Settings")]
    output: Option<OutputFormat>,
    /// Label keys to show as columns; `*` is all labels in a last column
    #[arg(short = 'L', long, alias = "columns", value_name = "K,…", help_heading = "Settings")]
    label_columns: Option<String>,
    /// Print only the first N rows, or `off`
    #[arg(long, value_name = "N", help_heading = "Settings")]
    limit: Option<String>,
    /// Sort by a label key, a field such as .spec.nodeName, or a JSONPath in {}; or `off`
    #[arg(long, alias = "sort", value_name = "KEY", help_heading = "Settings")]
    sort_by: Option<String>,
    /// Whether to tell how long an answer took [default: on]
    #[arg(long, value_name = "on|off", help_heading = "Settings")]
    timing: Option<String>,
    /// How lines are edited [default: emacs]
    #[arg(long, value_name = "MODE", help_heading = "Settings")]
    mode: Option<EditMode>,
}

impl ReplArgs {
    /// The settings that were given, by the names that the config file has for them.
    pub(crate) fn settings(&self) -> Vec<(&'static str, String)> {
        let name = |value: clap::builder::PossibleValue| value.get_name().to_owned();
        let given = [
            ("output", self.output.and_then(|it| it.to_possible_value()).map(name)),
            ("label-columns", self.label_columns.clone()),
            ("limit", self.limit.clone()),
            ("sort-by", self.sort_by.clone()),
            ("timing", self.timing.clone()),
            ("mode", self.mode.and_then(|it| it.to_possible_value()).map(name)),
        ];
        given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// How lines are edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EditMode {
    /// Ctrl-A, Ctrl-R, Alt-B and so on
    Emacs,
    /// Insert and command mode
    Vi,
}

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # the dump with these labels changed
  selq label env=qa old- -l tier=backend --overwrite -f pods.json
  # what would change
  selq label env=qa --all --overwrite --dry-run -f pods.json
  # in the file itself
  selq label checked=yes -k po --in-place -f pods.json
  # in a cluster
  selq label env=qa -n shop --overwrite --as-commands -f pods.json | sh",
    after_help = "\
A dump that is one object needs no selection; any other needs -l, -n, -k or
--all, and an empty selector is none. If one object refuses the edits, nothing
is written. Where there are watch events, the last one of each object is edited.
Labels are those at metadata.labels; other places cannot be edited.
Exit status: 0 objects were selected, 1 none, 2 an error."
)]
pub(crate) struct LabelArgs {
    /// Labels to set, `key=value`, and to remove, `key-`
    #[arg(value_name = "EDIT")]
    pub(crate) edits: Vec<String>,
    /// Dump to read, may be repeated; `-` is standard input
    #[arg(short = 'f', long = "filename", value_name = "FILE", num_args = 1, help_heading = "Input")]
    pub(crate) files: Vec<PathBuf>,
    /// Where the objects are, as a JSON pointer to an array or map, e.g. /data/result
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) items_at: Option<Pointer>,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Every object, where neither -l, -n nor -k says which
    #[arg(long, help_heading = "Selection")]
    pub(crate) all: bool,
    /// Let labels that are there get another value
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = false,
        default_missing_value = "true",
        overrides_with = "overwrite",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set
    )]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) form: LabelForm,
}

/// What `selq label` does instead of printing the dump.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct LabelForm {
    /// Change the files themselves, each as a whole or not at all; compressed files are refused. Other names of a file
    /// (hard links) keep what it was
    #[arg(long, help_heading = "Output")]
    pub(crate) in_place: bool,
    /// Print only the labels that the objects would have; without edits, those they have
    #[arg(long, help_heading = "Output", conflicts_with_all = ["in_place", "dry_run"])]
    pub(crate) list: bool,
    /// Print only what would change, object by object and summed up; also with --in-place
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// Print kubectl commands that do the same to a cluster
    #[arg(long, help_heading = "Output", conflicts_with_all = ["in_place", "dry_run", "list"])]
    pub(crate) as_commands: bool,
    /// Print JSON Patches (RFC 6902) with what they are for, one line an object that changes
    #[arg(long, help_heading = "Output", conflicts_with_all = ["in_place", "dry_run", "list", "as_commands"])]
    pub(crate) as_patch: bool,
}

impl LabelForm {
    /// Whether files are changed, not only looked at.
    pub(crate) fn replaces_files(&self) -> bool {
        self.in_place && !self.dry_run
    }
}

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # a cluster
  kubectl get pods -A -w -o json --output-watch-events |
    selq watch -l env=prod
  # events that were written down, as JSON
  selq watch -l env=prod -o jsonl events.ndjson",
    after_help = "\
Each line is printed as soon as its event has been read: `+` entered the
selection, `~` has other labels within it, `-` left it or is gone. With
--queries, each line names the selector that it is about. Lists and objects
without an event around them are as if they had just been added.
Several files or FIFOs are followed one after another, each to its end. A
compressed stream is read to its end first.
Exit status: 0 something was printed, 1 nothing, 2 an error. Ctrl-C ends between
two lines."
)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Report bad objects, go on without them, and exit with 2
    #[arg(long, help_heading = "Input")]
    pub(crate) skip_invalid: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Many selectors at once, one a line; a .jsonl file has {"name":…,"selector":…} lines
    #[arg(long, value_name = "FILE", num_args = 1, help_heading = "Selection")]
    pub(crate) queries: Vec<PathBuf>,
    /// How to print what happens
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "text", help_heading = "Output")]
    pub(crate) output: WatchFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WatchFormat {
    /// A line for people: sign, name and labels; for `~` what changed
    Text,
    /// One JSON object a line
    Jsonl,
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
                let is_upper = value.chars().all(|it| it.is_ascii_uppercase() || ",…".contains(it));
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
        ");
    }
}
