//! The options of `selq explain`.

use clap::Args as ClapArgs;

use super::groups::{InputArgs, SelectionArgs};
use super::sql::{DialectName, SqlColumnArgs};

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # the plan, with what was expected and what it came to
  selq explain -l 'env=prod,!legacy' pods.json
  # as it would be without the optimizer
  selq explain -l 'env=prod,!legacy' --skip-passes all pods.json
  # which part of a predicate each requirement is, in another engine
  selq explain --dialect postgres -l 'env=prod,!legacy'"
)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Leave out passes of the optimizer, by name, or `all`
    // Texts and no passes, since `all` is none, and since who misspells one is told which there
    // are.
    #[arg(long, value_name = "PASS,…", num_args = 1, value_delimiter = ',')]
    pub(crate) skip_passes: Vec<String>,
    /// Show first what `selq sql` makes of each requirement; without a FILE that is all
    #[arg(long, value_name = "DIALECT", help_heading = "Table")]
    pub(crate) dialect: Option<DialectName>,
    #[command(flatten)]
    pub(crate) columns: SqlColumnArgs,
}
