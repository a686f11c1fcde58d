//! The options of `selq parse`.

use clap::{Args as ClapArgs, ValueEnum};

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
  selq parse -o json 'app=web'
  # a query, and the kubectl calls that answer it
  selq parse -w 'app=web || env=prod' --as-commands"
)]
pub(crate) struct ParseArgs {
    /// Selectors; without any and without -w and --field-selector, one a line from standard input
    #[arg(value_name = "TEXT")]
    pub(crate) texts: Vec<String>,
    /// Queries to check, as `selq -w` takes them
    #[arg(short = 'w', long = "where", value_name = "QUERY")]
    pub(crate) queries: Vec<String>,
    /// Field selectors to check, as kubectl has them: status.phase=Running
    #[arg(long = "field-selector", value_name = "TEXT")]
    pub(crate) field_selectors: Vec<String>,
    /// The lines of standard input are JSON: a string, or an object with one of "selector", "where", "fieldSelector"
    // It says how lines are read, and none are where the texts stand on the command line.
    #[arg(long, conflicts_with_all = ["texts", "queries", "field_selectors"])]
    pub(crate) jsonl: bool,
    /// How to print them; the canonical text by default
    #[arg(short = 'o', long, value_name = "FORMAT")]
    pub(crate) output: Option<ParseFormat>,
    /// Print the `kubectl get` calls that answer them, and where these give more, the `selq -w` that leaves the rest out
    #[arg(long, conflicts_with = "output")]
    pub(crate) as_commands: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ParseFormat {
    /// One JSON object a line: canonical text and what it means, or the error
    Jsonl,
    /// The LabelSelector object
    Json,
}
