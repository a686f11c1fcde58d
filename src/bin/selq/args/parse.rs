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
