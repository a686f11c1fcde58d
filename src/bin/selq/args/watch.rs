//! The options of `selq watch`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::groups::{SelectionArgs, SourceArgs};

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # a cluster
  kubectl get pods -A -w -o json --output-watch-events |
    selq watch -l env=prod
  # what has come into trouble, by fields and functions
  kubectl get pods -A -w -o json --output-watch-events |
    selq watch -w 'status(*BackOff) || restarts()>5'
  # events that were written down, as JSON
  selq watch -l env=prod -o jsonl events.ndjson",
    after_help = "\
Each line is printed as soon as its event has been read: `+` entered the
selection, `~` has other labels within it, `-` left it or is gone. With
--queries, each line names the query that it is about. Lists and objects
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
    // No InputArgs: a stream has no index to open or to verify.
    #[arg(long, help_heading = "Input")]
    pub(crate) skip_invalid: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Many selectors at once, one a line; a .jsonl file has {"name":…,"selector":…} or {"name":…,"where":…} lines
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
