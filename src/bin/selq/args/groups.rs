//! Options that several subcommands share: which dumps to read, and which of their objects are wanted.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args as ClapArgs, ValueHint};
use selq::kubernetes::{Quantity, QuantityError, Time, TimeError};
use selq::path::{Pointer, PointerError};

/// A JSON pointer, or why a text is none and what to write instead.
pub(super) fn pointer(text: &str) -> Result<Pointer, String> {
    // clap prints one text about a value that it refuses, so that the help stands in it.
    let said =
        |error: PointerError| error.help().map_or_else(|| error.to_string(), |it| format!("{error}; {it}"));
    text.parse().map_err(said)
}

/// A size in bytes as Kubernetes writes amounts: `16Gi`.
pub(super) fn n_bytes(text: &str) -> Result<u64, String> {
    let quantity: Quantity = text.parse().map_err(|error: QuantityError| error.to_string())?;
    let whole = quantity.units().and_then(|units| u64::try_from(units).ok());
    whole.ok_or_else(|| {
        "expected a size in bytes such as 16Gi, found one below 0 or out of all bounds".to_owned()
    })
}

/// The time that ages are counted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Now {
    At(Time),
    /// The newest time in the input.
    OfDump,
}

impl FromStr for Now {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Now, TimeError> {
        // What time the word stands for is known only once the dump is read.
        if text == "dump" { Ok(Now::OfDump) } else { text.parse().map(Now::At) }
    }
}

/// Which dumps to read, and where in them the objects and labels are.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct SourceArgs {
    /// Dumps to read: List, array, objects, NDJSON or watch events, also gzip or zstd; folders, tar and zip archives of
    /// dumps; `-` is standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    /// Where the objects are, as a JSON pointer to an array or map, e.g. /data/result; taken as they are, also with
    /// `items` in them
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) items_at: Option<Pointer>,
    /// Where an object's labels are, as a JSON pointer, instead of /metadata/labels
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) labels_at: Option<Pointer>,
    /// What one input may become at most when it is decompressed or unpacked
    #[arg(long, value_name = "SIZE", value_parser = n_bytes, default_value = "16Gi", help_heading = "Input")]
    pub(crate) max_bytes: u64,
}

/// Which dumps to read or to open by their index, and how.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct InputArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// Report bad objects, go on without them, and exit with 2
    #[arg(long, help_heading = "Input")]
    pub(crate) skip_invalid: bool,
    /// Keep objects that a folder or archive holds more than once; else the one with the highest resourceVersion counts
    #[arg(long, help_heading = "Input")]
    pub(crate) keep_duplicates: bool,
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
    /// Query: a selector and more: `||`, `&&`, `!( )`, globs `app=web-*`, `=~ '…'`, fields `.status.phase=Running`,
    /// functions `status(*BackOff)`; all must hold
    #[arg(short = 'w', long = "where", value_name = "QUERY", help_heading = "Selection")]
    pub(crate) where_queries: Vec<String>,
    /// Kubernetes' own field selector, over any path: `status.phase!=Running,spec.nodeName=`
    #[arg(long, value_name = "TEXT", help_heading = "Selection")]
    pub(crate) field_selector: Vec<String>,
    /// The time that ages are counted to: RFC 3339, a date, or `dump` for the newest time in the input
    #[arg(long, value_name = "TIME|dump", help_heading = "Selection")]
    pub(crate) now: Option<Now>,
    /// Only these namespaces; all without it; several are joined by `,`
    #[arg(
        short = 'n',
        long,
        value_name = "NS,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) namespace: Vec<String>,
    /// All namespaces, also if -n names one
    #[arg(short = 'A', long, help_heading = "Selection")]
    pub(crate) all_namespaces: bool,
    /// Only these kinds: Pod, pods, po, deployments.apps, …; several are joined by `,`
    #[arg(
        short = 'k',
        long,
        value_name = "KIND,…",
        num_args = 1,
        value_delimiter = ',',
        help_heading = "Selection"
    )]
    pub(crate) kind: Vec<String>,
}
