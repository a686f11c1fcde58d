//! `selq explain`: shows how a selector is answered.

use std::io::Write;

use anyhow::{Result, anyhow};
use selq::{Pass, Plan};

use crate::args::ExplainArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::selection::Selection;
use crate::terminal::sanitize;
use crate::terminal::stdout::with_stdout;

pub(crate) fn run(args: &ExplainArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    let passes = passes(&args.skip_passes)?;
    let loaded = input::load(&args.input, config)?;
    let store = loaded.dump.store();
    let plan = Plan::with_passes(store, &selection.selector, &selection.scope(store), &passes);
    let text = plan.explain().to_string();
    let text = if config.stdout_is_terminal { sanitize::escaped_lines(&text) } else { text.as_str().into() };
    with_stdout(|out| Ok(out.write_all(text.as_bytes())?))?;
    let matched = plan.any();
    selection.remark(&loaded.dump, &plan, matched);
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
