//! The options of `selq label`.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args as ClapArgs};
use selq::path::Pointer;

use super::groups::{ClusterArgs, InputFile, SelectionArgs, n_bytes, pointer};

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # the dump with these labels changed
  selq label env=qa old- -l tier=backend --overwrite -f pods.json
  # what would change
  selq label env=qa --all --overwrite --dry-run -f pods.json
  # in the file itself
  selq label checked=yes -k po --in-place -f pods.json
  # in a cluster
  selq label env=qa -n shop --overwrite --as-commands -f pods.json | sh",
    after_help = "\
A dump that is one object needs no selection; any other needs -l, -w, -n, -k or
--all, and an empty selector is none. If one object refuses the edits, nothing
is written. Where there are watch events, the last one of each object is edited.
Labels are those at metadata.labels; other places cannot be edited.
Exit status: 0 objects were selected, 1 none, 2 an error."
)]
pub(crate) struct LabelArgs {
    /// Labels to set, `key=value`, and to remove, `key-`
    #[arg(value_name = "EDIT")]
    pub(crate) edits: Vec<String>,
    /// Dump to read, may be repeated; `-` is standard input
    // As in kubectl label, where the words without an option are the edits.
    #[arg(short = 'f', long = "filename", value_name = "FILE", num_args = 1, help_heading = "Input")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    clusters: ClusterArgs,
    /// Where the objects are, as a JSON pointer to an array or map, e.g. /data/result
    #[arg(long, value_name = "POINTER", value_parser = pointer, help_heading = "Input")]
    pub(crate) items_at: Option<Pointer>,
    /// What one input may become at most when it is decompressed or unpacked
    #[arg(long, value_name = "SIZE", value_parser = n_bytes, default_value = "16Gi", help_heading = "Input")]
    pub(crate) max_bytes: u64,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Every object, where neither -l, -w, -n nor -k says which
    #[arg(long, help_heading = "Selection")]
    pub(crate) all: bool,
    /// Let labels that are there get another value
    // As in kubectl, a value stands only behind `=`: in `--overwrite env=qa` the word is an edit.
    #[arg(
        long,
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = false,
        default_missing_value = "true",
        overrides_with = "overwrite",
        value_parser = BoolishValueParser::new(),
        action = ArgAction::Set
    )]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) form: LabelForm,
}

/// What `selq label` does instead of printing the dump.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct LabelForm {
    /// Change the files themselves, each as a whole or not at all; compressed files are refused. Other names of a file
    /// (hard links) keep what it was
    #[arg(long, help_heading = "Output")]
    pub(crate) in_place: bool,
    /// Print only the labels that the objects would have; without edits, those they have
    #[arg(long, help_heading = "Output", conflicts_with_all = ["in_place", "dry_run"])]
    pub(crate) list: bool,
    /// Print only what would change, object by object and summed up; also with --in-place
    // No conflict with --in-place: whoever looks first adds this to the line that changes files.
    #[arg(long, help_heading = "Output")]
    pub(crate) dry_run: bool,
    /// Print kubectl commands that do the same to a cluster
    #[arg(long, help_heading = "Output", conflicts_with_all = ["in_place", "dry_run", "list"])]
    pub(crate) as_commands: bool,
    /// Print JSON Patches (RFC 6902) with what they are for, one line an object that changes
    #[arg(long, help_heading = "Output", conflicts_with_all = ["in_place", "dry_run", "list", "as_commands"])]
    pub(crate) as_patch: bool,
}

impl LabelArgs {
    /// All that is to be read, in order; none where that is standard input.
    pub(crate) fn inputs(&self) -> Vec<InputFile> {
        self.clusters.and(&self.files)
    }
}

impl LabelForm {
    /// Whether files are changed, not only looked at.
    pub(crate) fn replaces_files(&self) -> bool {
        self.in_place && !self.dry_run
    }
}
