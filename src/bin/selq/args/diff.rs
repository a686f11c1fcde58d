//! The options of `selq diff`.

use anyhow::{Result, bail};
use clap::{Args as ClapArgs, ValueEnum};

use super::groups::{InputArgs, SelectionArgs};
use crate::output::grid::GridFormat;

#[derive(Debug, ClapArgs)]
#[command(
    args_override_self = true,
    override_usage = "selq diff [OPTIONS] <FILE> <FILE>",
    before_help = "\
Examples:
  # what came, went, or has other labels since yesterday
  selq diff yesterday.json today.json
  # which specs changed of one application, and in which fields
  selq diff --by spec -l app=web yesterday.json today.json
  # against what is there now
  kubectl get pods -A -o json | selq diff pods.json -
  # which pods have come to be in trouble
  selq diff -w 'status(*BackOff)' yesterday.json today.json",
    after_help = "\
`+` came, `-` went, `~` changed. Objects are the same by group, kind, namespace
and name; those without a name by their labels, or by all that they say. With
-l, -w, -n or -k the answers of the two dumps are compared, so that an object
which is in one of them only comes or goes.
Exit status: 0 nothing differs, 1 something does, 2 an error."
)]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// What has to differ for an object to have changed
    #[arg(long, value_name = "WHAT", default_value = "labels")]
    pub(crate) by: DiffPart,
    /// How to print it
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub(crate) output: GridFormat,
    /// Leave out the header line
    #[arg(long)]
    pub(crate) no_headers: bool,
    /// Print nothing but errors; the exit status answers
    #[arg(short = 'q', long)]
    pub(crate) quiet: bool,
}

/// What has to differ for an object to have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffPart {
    /// Its labels
    Labels,
    /// All but metadata and status
    Spec,
    /// Anything but metadata.managedFields
    All,
}

impl DiffPart {
    /// What they are called, in their order.
    pub(crate) const NAMES: [&str; 3] = ["labels", "spec", "all"];
}

impl From<DiffPart> for selq::diff::DiffBy {
    fn from(part: DiffPart) -> selq::diff::DiffBy {
        match part {
            DiffPart::Labels => selq::diff::DiffBy::Labels,
            DiffPart::Spec => selq::diff::DiffBy::Spec,
            DiffPart::All => selq::diff::DiffBy::All,
        }
    }
}

impl DiffArgs {
    /// The two dumps, each by itself: the earlier one and the later.
    pub(crate) fn sides(&self) -> Result<[InputArgs; 2]> {
        let inputs = self.input.source.inputs();
        let [before, after] = &inputs[..] else {
            bail!(
                "expected two dumps to compare, found {}: selq diff yesterday.json today.json",
                inputs.len()
            );
        };
        if self.input.index.is_some() {
            bail!("--index names the index of one dump: the two are looked for beside their dumps");
        }
        Ok([before, after].map(|file| InputArgs {
            source: self.input.source.with_inputs(vec![file.clone()]),
            ..self.input.clone()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_called_what_they_are() {
        let values = DiffPart::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        assert!(values.map(|it| it.get_name().to_owned()).eq(DiffPart::NAMES));
    }
}
