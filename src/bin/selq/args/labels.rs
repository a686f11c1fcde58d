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
  selq labels --key env --key tier pods.json
  # of a field, and of a function
  selq labels --key .status.phase pods.json
  selq labels --key 'status()' -k pod pods.json"
)]
pub(crate) struct LabelsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// List the values of this label key, field or function; of several, each row says which
    #[arg(long, value_name = "KEY", num_args = 1)]
    pub(crate) key: Vec<String>,
    /// How to print them
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: GridFormat,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
}
