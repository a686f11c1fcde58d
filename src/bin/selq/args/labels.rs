//! The options of `selq labels`.

use clap::Args as ClapArgs;

use super::groups::{InputArgs, SelectionArgs};
use crate::output::grid::GridFormat;

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
    // Texts and no label keys: dumps hold keys that no API server would take, and their values are
    // listed too.
    #[arg(long, value_name = "KEY", num_args = 1)]
    pub(crate) key: Vec<String>,
    /// How to print them
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: GridFormat,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
}
