//! The options of `selq index`.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::groups::SourceArgs;

#[derive(Debug, ClapArgs)]
#[command(before_help = "\
Examples:
  # writes pods.json.selq
  selq index pods.json
  # answers from it, as long as pods.json stays the same
  selq -l env=prod pods.json
  # the same for queries about fields
  selq index --field .status.phase,.spec.nodeName pods.json
  # the same for an archive, or all files of a folder
  selq index must-gather.tar.gz
  # checks it against all of the dump
  selq index --verify pods.json
  # an index somewhere else
  selq index -o elsewhere.selq pods.json
  selq -l env=prod --index elsewhere.selq pods.json")]
pub(crate) struct IndexArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// The file to write or to verify, instead of FILE.selq
    // A query names the same file by --index, so that this is taken here too.
    #[arg(short = 'o', long, alias = "index", value_name = "INDEX")]
    pub(crate) output: Option<PathBuf>,
    /// Keep the values of these fields and functions too, so that queries about them need not read the objects:
    /// .status.phase, 'status()'
    #[arg(long, value_name = "PATH,…", num_args = 1, conflicts_with = "verify")]
    pub(crate) field: Vec<String>,
    /// Write nothing, but read all of the dump to tell whether the index belongs to it
    #[arg(long)]
    pub(crate) verify: bool,
}
