//! The options of `selq ls`.

use clap::Args as ClapArgs;

use super::groups::InputArgs;
use crate::output::grid::GridFormat;

#[derive(Debug, ClapArgs)]
#[command(
    before_help = "\
Examples:
  # what a must-gather, a Velero backup or a support bundle holds
  selq ls must-gather.tar.gz
  # folders and dumps
  selq ls dumps/ pods.json",
    after_help = "\
First how many objects of which kind and namespace there are in each source,
then how many of each kind have which status. `jsonl` has both, each with its
own fields; `csv` and `tsv` have the first list.
Exit status: 0 there are objects, 1 none, 2 an error."
)]
pub(crate) struct LsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// How to print it
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: GridFormat,
    /// Leave out the header lines
    #[arg(long)]
    pub(crate) no_headers: bool,
}
