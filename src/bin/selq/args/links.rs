//! The options of `selq links`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use selq::kubernetes::Relation;

use super::groups::{InputArgs, SelectionArgs};

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # what leads to a Service and from it
  selq links -o tree --of shop/svc/web pods.json
  # the links of any number of objects, a line each
  selq links -w 'kind(svc)' --relation selects pods.json
  # all that selects anything, for `dot -Tsvg links.dot`
  selq links --relation selects -o dot pods.json > links.dot",
    after_help = "\
A link is selects (by the selector that says what an object acts on), mentions
(by any other that it holds), owns (by uid, one step), runs (node and pod) or
uses (by name). All that was read is looked at; -n, -k, -l and -w say of which
objects the links are shown.
Exit status: 0 there are links, 1 none, 2 an error."
)]
pub(crate) struct LinksArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// The links to and from this object: KIND/NAME, or NS/KIND/NAME; repeated: of all that are named
    #[arg(long, value_name = "OBJECT")]
    pub(crate) of: Vec<String>,
    /// Only these relations; several are joined by `,`
    #[arg(long, value_name = "RELATION,…", num_args = 1, value_delimiter = ',')]
    pub(crate) relation: Vec<LinkRelation>,
    /// More places where selectors stand, one a line, in the form of the built-in table
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) places: Vec<PathBuf>,
    /// How to print them; without it a tree of one object on a terminal, else a table
    #[arg(short = 'o', long, value_name = "FORMAT")]
    pub(crate) output: Option<LinksFormat>,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
}

/// What a link may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinkRelation {
    /// By the selector that says what an object acts on
    Selects,
    /// By any other selector that it holds
    Mentions,
    /// By the uid in an ownerReference
    Owns,
    /// A node and a pod on it
    Runs,
    /// By name
    Uses,
}

impl LinkRelation {
    /// The relation of the library.
    pub(crate) fn relation(self) -> Relation {
        match self {
            LinkRelation::Selects => Relation::Selects,
            LinkRelation::Mentions => Relation::Mentions,
            LinkRelation::Owns => Relation::Owns,
            LinkRelation::Runs => Relation::Runs,
            LinkRelation::Uses => Relation::Uses,
        }
    }
}

/// The formats of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LinksFormat {
    /// Columns for people
    Table,
    /// What leads to each object and from it
    Tree,
    /// A graph for Graphviz
    Dot,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values
    Csv,
    /// Tab-separated values
    Tsv,
}
