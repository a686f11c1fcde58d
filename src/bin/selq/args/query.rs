//! The options of a query, which is the program without a subcommand.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::groups::{InputArgs, SelectionArgs};
use crate::output::{FormatParser, TypedFormat};

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
    // Without a default, since `--queries` prints counts where no format is asked for.
    #[arg(short = 'o', long, value_name = "FORMAT", value_parser = FormatParser, help_heading = "Output")]
    pub(crate) output: Option<TypedFormat>,
    /// Columns to show: label keys, fields such as .status.phase, functions such as 'status()'
    #[arg(short = 'L', long, alias = "columns", value_name = "K,…", num_args = 1, help_heading = "Output")]
    pub(crate) label_columns: Vec<String>,
    /// Show all labels in a last column
    #[arg(long, help_heading = "Output")]
    pub(crate) show_labels: bool,
    /// Leave out the header line
    #[arg(long, help_heading = "Output")]
    pub(crate) no_headers: bool,
    /// Sort by a label key, a field such as .spec.nodeName, a function such as 'age()', or a JSONPath in {}; a `-` before
    /// it turns the order round; objects without it last; may be repeated
    // Parsed later: an error of a path is shown with its place in the text, which clap would not do.
    #[arg(
        long,
        alias = "sort",
        value_name = "KEY",
        num_args = 1,
        allow_hyphen_values = true,
        help_heading = "Output"
    )]
    pub(crate) sort_by: Vec<String>,
    /// Count the objects by their values under these subjects, as -L takes them, most first; several give combinations
    #[arg(long, value_name = "K,…", num_args = 1, help_heading = "Output")]
    pub(crate) group_by: Vec<String>,
    /// Add a column with the sum of an amount, such as 'requests(cpu)' or .spec.replicas, for each group, or for all objects
    #[arg(long, value_name = "K,…", num_args = 1, help_heading = "Output")]
    pub(crate) sum: Vec<String>,
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
            // As in grep, where -q prints nothing whatever else is asked for.
            (true, _) => Shown::Nothing,
            (false, true) => Shown::Count,
            (false, false) => Shown::Rows,
        }
    }
}
