//! `:help`, as wide as the screen.

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::Result;

use super::super::session::Session;
use super::{ALL_FORMATS, Command, SYNTAXES, find, go_on};
use crate::output::OutputFormat;
use crate::typing::CommandSyntax;

const INTRODUCTION: &str = "\
A line is a query. A selector is one: `k=v`, `k!=v`, `k in (a,b)`, `k notin (a,b)`, `k`, `!k`, `k>7`, joined by `,`. \
There is more to a query: `a || b`, `!(a)`, `.status.phase=Running`, `status(*BackOff)`, `requests(cpu)>500m`, and \
`@NAME`, a query that `:let` gave a name; `selq help language` says it all. \
`\"\"` selects every object, and a line that begins with `#` does nothing. Tab completes, the right arrow takes a hint \
over, Up finds earlier lines that begin with what is typed, Ctrl-R searches in all of them, Ctrl-C clears the line or \
stops what takes long, Ctrl-D leaves. `:help COMMAND` says more; `:h` is enough.";
const FILES: &str = "\
Settings begin as ~/.config/selq/config.toml says (`limit = 50`, `:set` lists them), \
entered lines are kept in ~/.local/state/selq/history, and $PAGER shows what is longer than the screen: without it, \
`less -FRX`. `selq repl --help` says more.";
/// The screen that help needs to stand side by side, and its width without a screen.
const SIDE_BY_SIDE: usize = 80;
// Longer lines are hard to read, however wide the screen is.
const DEFAULT_WIDTH: usize = 100;

pub(super) fn help(session: &mut Session, arguments: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    let width =
        session.voice.screen.as_ref().map_or(DEFAULT_WIDTH, |screen| screen.columns.min(DEFAULT_WIDTH));
    if !arguments.is_empty() {
        help_about(find(arguments.trim_start_matches(':'))?, width, out)?;
        return go_on();
    }
    session.voice.write_long(out, |out| {
        writeln!(out, "{}\n", wrapped(INTRODUCTION, "", width))?;
        for CommandSyntax { name, usage, summary, .. } in &SYNTAXES {
            let head = format!("  :{name} {usage}");
            match width {
                // Wide enough for every command, and narrow enough for every summary on 80 columns.
                SIDE_BY_SIDE.. => writeln!(out, "{head:<26} {summary}")?,
                _ => writeln!(out, "{}\n{}", head.trim_end(), wrapped(summary, "      ", width))?,
            }
        }
        writeln!(out, "\n{}", wrapped(FILES, "", width))?;
        Ok(())
    })?;
    go_on()
}

fn help_about(command: &Command, width: usize, out: &mut dyn Write) -> Result<()> {
    let CommandSyntax { name, usage, summary, .. } = command.syntax;
    writeln!(out, "{}", format!(":{name} {usage}").trim_end())?;
    let help = command.help.replace(ALL_FORMATS, &OutputFormat::names_in_words());
    for text in [summary, &help].iter().filter(|text| !text.is_empty()) {
        writeln!(out, "{}", wrapped(text, "  ", width))?;
    }
    Ok(())
}

/// The text in lines of this width, each after `indent`.
fn wrapped(text: &str, indent: &str, width: usize) -> String {
    let mut lines = vec![indent.to_owned()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line from the start");
        if line.len() > indent.len() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(format!("{indent}{word}"));
        } else {
            line.push_str(if line.len() > indent.len() { " " } else { "" });
            line.push_str(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::super::super::eval::tests::{printed, session};
    use super::super::COMMANDS;
    use super::*;

    #[test]
    fn help_lists_every_command_and_explains_each() {
        let all = printed(&mut session(None), &[":help"]);
        for Command { syntax, .. } in COMMANDS {
            assert!(all.contains(&format!("  :{}", syntax.name)), "{}", syntax.name);
            assert!(
                printed(&mut session(None), &[&format!(":help {}", syntax.name)]).contains(syntax.summary)
            );
        }
        for width in [60, 80, 100] {
            let all = printed(&mut session(Some((24, width))), &[":help"]);
            assert!(all.lines().all(|line| line.chars().count() <= width), "{all}");
        }
        insta::assert_snapshot!(printed(&mut session(None), &[":help :wri", ":help x", ":quit", ":explain", ":q x"]), @r#"
        :write FILE [FORMAT]
          write the last answer whole to a file
          All of its objects, also those beyond `:limit`, with the labels that they have now. Without FORMAT
          the end of the name tells it (.json, .yaml, .jsonl, .csv, .tsv), else it is that of `:output`. A
          file that is there is left alone: `:write!` replaces it.
        [no command `:x`; `:help` lists them]
        [expected QUERY: `:explain QUERY`]
        [expected nothing after `:quit`, found "x"]
        "#);
    }
}
