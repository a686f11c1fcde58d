//! The commands: one table, from which they are parsed, completed, explained and run.

mod answer;
mod diff;
mod dump;
mod facts;
mod help;
mod label;
mod names;
mod pairs;
mod scope;
mod set;
mod shell;
mod write;

use std::io::Write;
use std::ops::ControlFlow;

use anyhow::{Result, anyhow, bail};

use super::session::Session;
use super::settings;
use crate::args::DiffPart;
use crate::output::OutputFormat;
use crate::typing::{ALIASES, Argument, CommandSyntax, commands_called, whole_name};

/// Runs with the arguments that were typed. `Break` ends the session.
type Run = fn(&mut Session, &str, &mut dyn Write) -> Result<ControlFlow<()>>;

/// A command.
pub(crate) struct Command {
    pub(crate) syntax: CommandSyntax,
    /// What `:help NAME` says beyond the summary.
    pub(crate) help: &'static str,
    pub(crate) run: Run,
}

const fn command(
    name: &'static str,
    usage: &'static str,
    argument: Argument,
    summary: &'static str,
    help: &'static str,
    run: Run,
) -> Command {
    Command { syntax: CommandSyntax { name, usage, summary, argument }, help, run }
}

const FORMATS: Argument = Argument::Words(&OutputFormat::NAMES);
const FILE_AND_FORMAT: Argument = Argument::FileAndWord(&OutputFormat::NAMES);
/// What stands in a help for the names of all formats.
const ALL_FORMATS: &str = "{formats}";
const SWITCH: Argument = Argument::Words(&["on", "off"]);

/// All commands, in the order of `:help`.
// One command a row, which rustfmt would take apart into a line for each argument.
#[rustfmt::skip]
pub(crate) const COMMANDS: &[Command] = &[
    command("explain", "QUERY", Argument::Query, "how a query is answered, step by step",
        "The plan as it is written, optimised and run, with estimated and real counts.", answer::explain),
    command("commands", "QUERY", Argument::Query, "the kubectl calls that answer a query",
        "Where no calls of kubectl say it exactly, the `selq` that leaves the rest out stands behind them.", answer::commands),
    command("labels", "[SUBJECT]", Argument::Subject, "the keys that occur, or the values of a subject",
        "SUBJECT is a label key, a field or a function: `:labels app`, `:labels .status.phase`, `:labels status()`. Only what occurs within the namespace and kind that are chosen is counted.", facts::labels),
    command("show", "OBJECT", Argument::Object, "an object's JSON",
        "OBJECT is a row of the last answer, counted from 1, or a name such as pod/web-0 or web-0.", facts::show),
    command("links", "OBJECT", Argument::Object, "what leads to an object, and what it leads to",
        "OBJECT is as for `:show`. What selects, owns, runs and uses it stands in a tree with what it selects, owns, runs and uses.", facts::links),
    command("schedule", "OBJECT", Argument::Object, "where a pod may run, and why not elsewhere",
        "OBJECT is as for `:show`: a pod, or a workload whose template is asked about. What would help a pod that fits nowhere is said too.", facts::schedule),
    command("namespace", "[NS,…]", Argument::Namespace, "answer within namespaces; `*` is all",
        "Without NS it lists the namespaces.", scope::namespace),
    command("kind", "[KIND,…]", Argument::Kind, "answer within kinds: Pod, pods, po; `*` is all",
        "Without KIND it lists the kinds.", scope::kind),
    command("label-columns", "[K,…]", Argument::Keys, "keys as columns; `*` is all labels, `off` none",
        "Without K it says which there are.", set::label_columns),
    command("output", "[FORMAT]", FORMATS, "the format of answers",
        "FORMAT is {formats}; `custom-columns` with what they are: `:output custom-columns=NAME:.metadata.name`.", set::output),
    command("limit", "[N]", Argument::Other, "rows of an answer at most; `off` for all",
        "`:more` shows the next N. The count is of all objects, and `:last` and `:write` take all of them.", set::limit),
    command("sort-by", "[SUBJECT]", Argument::Subject, "sort by key, field or function; `off` is input order",
        "A field begins with `.`: `:sort-by .metadata.creationTimestamp`; a JSONPath stands in `{}`. Objects without it come last.", set::sort_by),
    command("timing", "[on|off]", SWITCH, "whether to tell how long an answer took", "", set::timing),
    command("set", "[NAME [VALUE]]", Argument::Words(&settings::NAMES), "all settings, or one of them",
        "`:set limit 50` is `:limit 50`. `color` and `mode` hold from the beginning on: `selq repl --mode vi`, or a line of the config file.", set::set_by_name),
    command("label", "EDIT… [-l S]", Argument::Edits, "edit labels of the last answer, or of what S selects",
        "EDIT is `key=value`, which sets a label, or `key-`, which removes one. A value that is there is replaced only with \
         --overwrite; one object that refuses, and nothing is changed. All objects of the answer are meant, also those beyond \
         `:limit`; `-l SELECTOR` comes last. Files stay as they are: `:write` writes a new one.", label::label),
    command("undo", "", Argument::Other, "take the last `:label` back", "", label::undo),
    command("diff", "[all|FILE [PART]]", Argument::FileAndWord(&DiffPart::NAMES), "what changed since the dump was loaded, or since FILE",
        "Cut to the screen; `:diff all` is whole, in the pager. `:diff FILE` says what came (`+`), went (`-`) and changed (`~`) since that dump, within the namespace and kind that are chosen: by labels, or by PART, which is labels, spec or all.", diff::diff),
    command("let", "NAME = QUERY", Argument::Definition, "give a query a name, for `@NAME`",
        "`:let live = env in (prod,qa)` and then `@live,tier=db` or `.spec.nodeName && !@live`: `@live` is its query in parentheses. A name is letters, digits, `-`, `_` and `.`.", names::define),
    command("names", "", Argument::Other, "the names, and what they stand for", "", names::names),
    command("select", "JSON", Argument::Other, "answer a LabelSelector object, or null",
        "`:select {\"matchLabels\":{\"app\":\"web\"}}`; `{}` selects every object, `null` none.", answer::select),
    command("more", "", Argument::Other, "the next rows of the last answer",
        "As many as fit the screen, or as `:limit` says.", answer::more),
    command("last", "", Argument::Other, "the last answer whole, in the pager",
        "The pager is $PAGER, or `less -FRX`.", answer::last),
    command("write", "FILE [FORMAT]", FILE_AND_FORMAT, "write the last answer whole to a file",
        "All of its objects, also those beyond `:limit`, with the labels that they have now. Without FORMAT the end of the name tells it (.json, .yaml, .jsonl, .csv, .tsv), else it is that of `:output`. A file that is there is left alone: \
         `:write!` replaces it.", write::write),
    command("write!", "FILE [FORMAT]", FILE_AND_FORMAT, "the same over a file that is there",
        "The file is replaced as a whole, once all is written: whoever opens it sees the old one or the new one.", write::write_over),
    command("load", "FILE…", Argument::Files, "load other dumps in place of these",
        "Names and settings stay, changed labels do not. `NAME=FILE` names the cluster that a file is of, as --cluster does. \
         A path with white space is written in quotation marks. \
         Ctrl-C stops it, and the dumps that are loaded stay.", dump::load),
    command("refresh", "", Argument::Other, "read the dumps again, or fetch them again",
        "Names and settings stay, changed labels do not. What `kubectl selq repl` fetched, it fetches again.", shell::refresh),
    command("files", "", Argument::Other, "the dumps that are loaded", "", dump::files),
    command("read", "FILE", Argument::Files, "do the lines of a file",
        "As if they were typed: queries, commands, comments. A line that fails is told, and the next one is done.", shell::read),
    command("edit", "[LINE]", Argument::Other, "write lines in $EDITOR, and do them",
        "It begins with LINE, or with the last line that was entered. $VISUAL wins over $EDITOR, and without either it is `vi`. Nothing is done where the editor fails, or is left without saving.", shell::edit),
    command("!", "COMMAND", Argument::Other, "a command of the shell: `:!ls`",
        "A query with `| COMMAND` behind it hands the answer to a command: `app=web | wc -l`, all of it and in the format of `:output`.", shell::shell),
    command("history", "", Argument::Other, "the lines that were entered, the latest last", "", dump::history),
    command("help", "[COMMAND]", Argument::Command, "all commands, or one of them", "", help::help),
    command("quit", "", Argument::Other, "leave, as Ctrl-D does",
        "Where changed labels are written nowhere, it says so first.", quit),
    command("quit!", "", Argument::Other, "leave, whatever is written nowhere", "", |_, _, _| Ok(ControlFlow::Break(()))),
];

/// The command with this name, or the only one that begins with it.
pub(crate) fn find(name: &str) -> Result<&'static Command> {
    let called = commands_called(&SYNTAXES, name).into_iter().map(|syntax| syntax.name).collect::<Vec<_>>();
    match called[..] {
        // Every command begins so, and to list all as meant would help nobody.
        _ if name.is_empty() => Err(unknown(name)),
        [] => Err(unknown(name)),
        [only] => COMMANDS.iter().find(|command| command.syntax.name == only).ok_or_else(|| unknown(name)),
        ref several => {
            let names: Vec<String> = several.iter().map(|it| format!(":{it}")).collect();
            Err(anyhow!("`:{name}` may be {}", names.join(" or ")))
        }
    }
}

/// The commands as far as typing them goes.
pub(crate) static SYNTAXES: [CommandSyntax; COMMANDS.len()] = {
    let mut syntaxes = [COMMANDS[0].syntax; COMMANDS.len()];
    // By hand, since iterators are not to be had in a constant.
    let mut nth = 1;
    while nth < COMMANDS.len() {
        syntaxes[nth] = COMMANDS[nth].syntax;
        nth += 1;
    }
    syntaxes
};

fn unknown(name: &str) -> anyhow::Error {
    let names = COMMANDS.iter().map(|command| command.syntax.name);
    match selq::text::nearest(name, names.chain(ALIASES.map(|(alias, _)| alias))) {
        // A misspelt alias is told as the command that it stands for.
        Some(nearest) => anyhow!("no command `:{name}`; did you mean `:{}`?", whole_name(nearest)),
        None => anyhow!("no command `:{name}`; `:help` lists them"),
    }
}

fn quit(session: &mut Session, _: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
    session.leave(out)
}

/// What nearly every command ends with.
fn go_on() -> Result<ControlFlow<()>> {
    Ok(ControlFlow::Continue(()))
}

/// The arguments, of which there must be some.
fn required<'t>(arguments: &'t str, name: &str) -> Result<&'t str> {
    if arguments.is_empty() {
        let CommandSyntax { usage, .. } = find(name)?.syntax;
        bail!("expected {usage}: `:{name} {usage}`");
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_work_as_long_as_they_are_unambiguous() {
        assert_eq!(find("expl").unwrap().syntax.name, "explain");
        assert_eq!(find("n").err().unwrap().to_string(), "`:n` may be :namespace or :names");
        assert_eq!(find("names").unwrap().syntax.name, "names");
        assert_eq!(["h", "?", "exit"].map(|it| find(it).unwrap().syntax.name), ["help", "help", "quit"]);
        assert_eq!(["w", "w!", "q!"].map(|it| find(it).unwrap().syntax.name), ["write", "write!", "quit!"]);
        assert_eq!(["columns", "sort"].map(|it| find(it).unwrap().syntax.name), ["label-columns", "sort-by"]);
        assert_eq!(
            find("colums").err().unwrap().to_string(),
            "no command `:colums`; did you mean `:label-columns`?"
        );
        assert_eq!(find("zzz").err().unwrap().to_string(), "no command `:zzz`; `:help` lists them");
        assert!(find("").is_err());
    }
}
