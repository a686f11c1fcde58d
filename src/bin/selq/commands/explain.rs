//! `selq explain`: shows how a selector is answered.

use anyhow::{Result, anyhow};
use selq::plan::Pass;

use crate::args::ExplainArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::selection::Selection;
use crate::terminal::message;
use crate::terminal::stdout::print_to_stdout;

pub(crate) fn run(args: &ExplainArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    // Before the dump is read, which may take longer than it takes to see a slip.
    let passes = passes(&args.skip_passes)?;
    let loaded = input::load(&args.input, config)?;
    let store = loaded.dump.store();
    let columns = selection.columns(&loaded.dump);
    let (scope, context) = (selection.scope(store), selection.context(&loaded.dump));
    let plan = selection.wanted().plan_with(store, &columns, &scope, &context, &passes)?;
    print_to_stdout(config, |out| Ok(out.words(&plan.explain().to_string())?))?;
    let matched = plan.any();
    message::remarks(&selection.remarks(&loaded.dump, &plan, matched));
    Ok(loaded.status(config, ExitStatus::of_match(matched)))
}

/// All passes but those that are to be left out.
fn passes(skipped: &[String]) -> Result<Vec<Pass>> {
    for name in skipped {
        let names = || Pass::ALL.iter().map(|pass| pass.name());
        if name != "all" && !names().any(|known| known == name) {
            let known = names().collect::<Vec<_>>().join(", ");
            return Err(anyhow!("no pass {name:?}: the passes are {known}, or `all` of them"));
        }
    }
    let is_kept = |pass: &Pass| !skipped.iter().any(|name| name == "all" || name == pass.name());
    Ok(Pass::ALL.into_iter().filter(is_kept).collect())
}
