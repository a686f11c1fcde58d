//! The options of `selq schedule`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueHint};

use super::groups::{InputArgs, SelectionArgs};
use crate::output::grid::GridFormat;

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    before_help = "\
Examples:
  # why is nothing scheduled? the pods that wait for a node
  kubectl get nodes,pods,ns,pv,pvc -A -o json | selq schedule
  # one pod or workload, and what would help it
  selq schedule --of shop/pod/web-0 --fix dump.json
  selq schedule --of shop/deploy/web dump.json
  # what is not in the cluster yet
  selq schedule --manifest web.yaml dump.json
  # where would the pods of a node go, if it went?
  selq schedule --without 'name(node-1)' -w 'runs-on(name(node-1))' dump.json
  # every workload in a line
  selq schedule --summary -w 'kind(pod)' dump.json",
    after_help = "\
Asked about are the pods of --of, -w and --manifest, or else those that are on
no node, have not ended and wait for no gate; -n and -k narrow these. Judged is
what the scheduler does by labels, taints, affinity and spread: not resources,
ports, or volumes beyond the nodes and zones that they say.
Exit status: 0 every pod fits a node, 1 some pod fits none, 2 an error."
)]
pub(crate) struct ScheduleArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Ask about this pod, or the pods of this workload's template: KIND/NAME, or NS/KIND/NAME; may be repeated
    #[arg(long, value_name = "OBJECT")]
    pub(crate) of: Vec<String>,
    /// Ask about the pods and workloads of a file that are not in the cluster, or are another way there; may be repeated
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) manifest: Vec<PathBuf>,
    /// As if the nodes of a query were gone, with the pods on them
    #[arg(long, value_name = "QUERY")]
    pub(crate) without: Option<String>,
    /// The smallest changes under which a pod would fit, each of which was tried
    #[arg(long)]
    pub(crate) fix: bool,
    /// A line a workload: on how many nodes its pods fit, and which rule binds them most
    #[arg(long, conflicts_with = "fix")]
    pub(crate) summary: bool,
    /// How to print the answer
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: GridFormat,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
}
