//! The options of `selq audit`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum, ValueHint};
use selq::kubernetes::audit::Severity;

use super::groups::{InputArgs, SelectionArgs};
use crate::output::grid::GridFormat;

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # what is wrong with this cluster?
  selq audit must-gather.tar.gz
  # only what is broken now, in one namespace
  selq audit -n shop --fail-on error pods.json services.json
  # all rules, and one of them explained
  selq audit --list
  selq help audit service-no-pods
  # with rules of one's own
  selq audit --rules own.toml pods.json",
    after_help = "\
All objects that were read are looked at; -n, -k, -l and -w say of which the
findings are shown. A rule that needs a kind of which there is no object is not
judged, which a remark says.
A file of --rules is TOML with a table for each rule; in a message {name},
{namespace} and {kind} are the object's, and any field or function may stand:
  [[rule]]
  id = \"one-replica\"
  severity = \"warning\"
  query = \"kind(deploy), .spec.replicas=1, ns(env)=prod\"
  message = \"{name} has {.spec.replicas} replica in production\"
Exit status: 0 nothing is as bad as --fail-on says, 1 something is, 2 an error."
)]
pub(crate) struct AuditArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Only these rules; several are joined by `,`
    #[arg(long, value_name = "RULE,…", num_args = 1, value_delimiter = ',')]
    pub(crate) rule: Vec<String>,
    /// Without these rules
    #[arg(long, value_name = "RULE,…", num_args = 1, value_delimiter = ',')]
    pub(crate) skip: Vec<String>,
    /// Also the rules of this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) rules: Vec<PathBuf>,
    /// More places where selectors stand, as `selq links` takes them
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) places: Vec<PathBuf>,
    /// From which severity on the exit status is 1
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    pub(crate) fail_on: FailOn,
    /// List the rules instead
    #[arg(long)]
    pub(crate) list: bool,
    /// How to print the findings
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: GridFormat,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
}

/// What makes an audit fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// What is broken now
    Error,
    /// Also what will break
    Warning,
    /// Any finding
    Info,
    /// Nothing
    Never,
}

impl FailOn {
    /// Whether a finding of this severity makes it fail.
    pub(crate) fn is_reached_by(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Info => severity >= Severity::Info,
            FailOn::Never => false,
        }
    }
}
