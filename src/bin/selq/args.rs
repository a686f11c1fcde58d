//! What was typed: options and arguments, as they stand on the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use selq::Pointer;

use crate::output::OutputFormat;

const EXAMPLES: &str = "\
Examples:
  selq -l 'env in (prod,staging),!legacy' pods.json       objects that a selector picks
  kubectl get pods -A -o json | selq -l app=web           from a pipe
  selq -c -l env=prod *.json.gz                           only how many, over many files
  selq -l env=prod -o name pods.json                      pod/web-0, for xargs
  selq -l env=prod -L tier,app pods.json                  with columns for two labels
  selq -k deploy -n shop pods.json                        by kind and namespace alone
  selq labels --key env pods.json                         which values there are
  selq parse 'env in (prod,dev'                           check a selector
  selq explain -l 'env=prod,!legacy' pods.json            how it is answered
  selq index pods.json                                    answer at once from now on";

const EXIT_STATUS: &str = "\
Exit status: 0 something matched, 1 nothing matched, 2 an error.
A file that has the name of a subcommand is written ./labels.";

/// Answer Kubernetes label selectors over JSON dumps.
#[derive(Debug, Parser)]
#[command(
    name = "selq",
    version,
    before_help = EXAMPLES,
    after_help = EXIT_STATUS,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) query: QueryArgs,
    /// When to use colour; NO_COLOR is obeyed
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub(crate) color: ColorChoice,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal
    Auto,
    /// Also off a terminal
    Always,
    /// Not at all
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check selectors without any data
    Parse(ParseArgs),
    /// Show how a selector is answered: the plan with estimated and real counts
    Explain(ExplainArgs),
    /// List the label keys that occur, or the values of one
    Labels(LabelsArgs),
    /// Write an index beside each dump, with which later queries need not read the dump again
    Index(IndexArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, or that of a subcommand
    Man {
        /// A subcommand
        command: Option<String>,
    },
    /// Print help about a subcommand, or the selector grammar
    Help {
        /// A subcommand, or `grammar`
        topic: Option<String>,
    },
}

/// Which dumps to read, and how.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct InputArgs {
    /// Dumps to read: List, array, objects, NDJSON or watch events, also gzip or zstd; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where the objects are, as a JSON pointer to an array or map, e.g. /data/result
    #[arg(long, value_name = "POINTER", help_heading = "Input")]
    pub(crate) items_at: Option<Pointer>,
    /// Where an object's labels are, as a JSON pointer, instead of /metadata/labels
    #[arg(long, value_name = "POINTER", help_heading = "Input")]
    pub(crate) labels_at: Option<Pointer>,
    /// Report bad objects, go on without them, and exit with 2
    #[arg(long, help_heading = "Input")]
    pub(crate) skip_invalid: bool,
    /// The dump's index, as `selq index -o` wrote it, instead of FILE.selq
    #[arg(long, value_name = "INDEX", help_heading = "Input")]
    pub(crate) index: Option<PathBuf>,
    /// Read all of the dump to tell whether its index still belongs to it, not only samples
    #[arg(long, help_heading = "Input")]
    pub(crate) verify: bool,
}

/// Which objects are wanted.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct SelectionArgs {
    /// Selector: `k=v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k`, `!k`, `k>7`, joined by `,`; all must hold
    #[arg(short = 'l', long, value_name = "TEXT", help_heading = "Selection")]
    pub(crate) selector: Vec<String>,
    /// Selector as a LabelSelector object: matchLabels and matchExpressions, {} or null
    #[arg(long, value_name = "JSON", help_heading = "Selection")]
    pub(crate) label_selector: Vec<String>,
    /// Only this namespace; all without it
    #[arg(short = 'n', long, value_name = "NS", help_heading = "Selection")]
    pub(crate) namespace: Option<String>,
    /// All namespaces, also if -n names one
    #[arg(short = 'A', long, help_heading = "Selection")]
    pub(crate) all_namespaces: bool,
    /// Only this kind: Pod, pods, po, deployments.apps, …; several are joined by `,`
    #[arg(
        short = 'k',
        long,
        value_name = "KIND",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) kind: Vec<String>,
}

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
    /// Many selectors over one load, one a line; a .jsonl file has {"name":…,"selector":…} lines
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub(crate) queries: Option<PathBuf>,
    /// How to print what matched
    #[arg(short = 'o', long, value_name = "FORMAT", help_heading = "Output")]
    pub(crate) output: Option<OutputFormat>,
    /// Label keys to show as columns
    #[arg(
        short = 'L',
        long,
        value_name = "K,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Output"
    )]
    pub(crate) label_columns: Vec<String>,
    /// Show all labels in a last column
    #[arg(long, help_heading = "Output")]
    pub(crate) show_labels: bool,
    /// Leave out the header line
    #[arg(long, help_heading = "Output")]
    pub(crate) no_headers: bool,
    /// Sort by a label key, or by a JSONPath such as .metadata.creationTimestamp; objects without it last
    #[arg(long, value_name = "KEY", help_heading = "Output")]
    pub(crate) sort_by: Option<String>,
    /// Print only the first N rows
    #[arg(long, value_name = "N", help_heading = "Output")]
    pub(crate) limit: Option<usize>,
    /// Print only the number of objects that match
    #[arg(short = 'c', long, help_heading = "Output")]
    pub(crate) count: bool,
    /// Print nothing but errors; the exit status answers
    #[arg(short = 'q', long, conflicts_with = "count", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// With -o name: end each name with NUL instead of a newline
    #[arg(short = '0', long, help_heading = "Output")]
    pub(crate) null: bool,
    /// Tell on standard error how much was read, how long it took and the memory used
    #[arg(long, help_heading = "Output")]
    pub(crate) stats: bool,
}

#[derive(Debug, ClapArgs)]
#[command(before_help = "\
Examples:
  selq parse 'env in (prod,dev),!legacy'
  selq parse -o jsonl < selectors.txt
  selq parse -o json 'app=web'            as a LabelSelector object")]
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

#[derive(Debug, ClapArgs)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Leave out passes of the optimizer, by name, or `all`
    #[arg(long, value_name = "PASS,…", num_args = 1, value_delimiter = ',')]
    pub(crate) skip_passes: Vec<String>,
}

#[derive(Debug, ClapArgs)]
#[command(before_help = "\
Examples:
  selq labels pods.json                    keys, most frequent first
  selq labels --key env pods.json          the values of one
  selq labels --key env -l tier=db pods.json   among the objects that a selector picks")]
pub(crate) struct LabelsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// List the values of this key
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// How to print them
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: LabelsFormat,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
}

#[derive(Debug, ClapArgs)]
#[command(before_help = "\
Examples:
  selq index pods.json                        writes pods.json.selq
  selq -l env=prod pods.json                  answers from it, as long as pods.json stays the same
  selq index -o /tmp/pods.selq pods.json      somewhere else, for `selq --index /tmp/pods.selq … pods.json`
  selq index --verify pods.json               checks the index against all of the dump")]
pub(crate) struct IndexArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// The file to write, instead of FILE.selq
    #[arg(short = 'o', long, value_name = "INDEX", conflicts_with = "index")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabelsFormat {
    /// Columns for people
    Table,
    /// Comma-separated values
    Csv,
    /// One JSON object a line
    Jsonl,
}
