//! The options of `selq repl`.

use clap::{Args as ClapArgs, ValueEnum};

use super::groups::InputArgs;
use crate::output::{FormatParser, TypedFormat};

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
    // No SelectionArgs: where a session begins can be said, but its selectors are the lines.
    #[arg(
        short = 'n',
        long,
        value_name = "NS,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) namespace: Vec<String>,
    /// Begin in all namespaces, also if -n names one
    #[arg(short = 'A', long, help_heading = "Selection")]
    pub(crate) all_namespaces: bool,
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
    #[arg(short = 'o', long, value_name = "FORMAT", value_parser = FormatParser, help_heading = "Settings")]
    output: Option<TypedFormat>,
    /// How what kubectl fetched is printed where nobody says how.
    #[arg(skip)]
    pub(crate) fetched_output: Option<TypedFormat>,
    /// Columns to show: label keys, fields such as .status.phase, functions such as 'status()'; `*` is all labels in a last
    /// column
    #[arg(short = 'L', long, alias = "columns", value_name = "K,…", help_heading = "Settings")]
    label_columns: Option<String>,
    /// Print only the first N rows, or `off`
    // A text like the others, since `off` and `1,000` are values here as in `:limit`.
    #[arg(long, value_name = "N", help_heading = "Settings")]
    limit: Option<String>,
    /// Sort by a label key, a field such as .spec.nodeName, a function such as 'age()', or a JSONPath in {}; a `-` before it
    /// turns the order round; or `off`
    #[arg(long, alias = "sort", value_name = "KEY", allow_hyphen_values = true, help_heading = "Settings")]
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
        // As texts by name, so that options, config file and commands all go through
        // `Settings::set`.
        let given = [
            ("output", self.output.as_ref().map(ToString::to_string)),
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
