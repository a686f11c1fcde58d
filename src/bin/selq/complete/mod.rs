//! Completion in shells: the shell calls the program at every Tab, with `COMPLETE` set and the words of the line as
//! arguments.
//!
//! Options, subcommands and files are known to clap. Selectors, label keys, kinds and namespaces are those of the dumps
//! on the line, and are completed as in a session.

mod bash;

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use clap::{Arg, Command, CommandFactory};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};
use clap_complete::{ArgValueCompleter, CompletionCandidate, Shell};
use selq::Dump;
use selq::path::Pointer;
use selq::query::{Columns, Context};
use selq::saved::Check;

use crate::args::typed::{ShellLine, ShellWord};
use crate::args::{Args, InputFile};
use crate::config::Config;
use crate::input::{self, saved};
use crate::selection::Selection;
use crate::typing::candidates::Completion;
use crate::typing::complete::complete;
use crate::typing::files;
use crate::typing::names::Names;
use crate::typing::{Argument, CommandSyntax, TypingContext};
use bash::Bash;

/// The variable by which a shell asks.
const VARIABLE: &str = "COMPLETE";
/// How long a Tab may take to read a dump; a larger one needs an index.
const PATIENCE: Duration = Duration::from_millis(300);

const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// The words of the line that is completed.
static WORDS: OnceLock<Vec<String>> = OnceLock::new();

/// Answers a shell and ends the program, if it is a shell that asks.
pub(crate) fn answer_shell() {
    if env::var_os(VARIABLE).is_none() {
        return;
    }
    let mut args: Vec<OsString> = env::args_os().collect();
    let begin = args.iter().position(|word| word == "--").map_or(args.len(), |at| at + 2);
    if begin < args.len() {
        let words = args.drain(begin..).map(|word| unquoted(&word.to_string_lossy()));
        let (before, last) = line_to_complete(words.collect());
        args.extend(before.into_iter().chain([last]).map(OsString::from));
    }
    let is_at_beginning = args.last().is_some_and(|word| word.is_empty());
    let shell = CompleteEnv::with_factory(move || command(is_at_beginning)).var(VARIABLE).shells(SHELLS);
    let folder = env::current_dir().ok();
    match shell.try_complete(args, folder.as_deref()) {
        Ok(false) => {}
        Ok(true) => std::process::exit(0),
        Err(error) => error.exit(),
    }
}

/// The words before the cursor, remembered and brought into the order in which clap completes files behind options too,
/// and the word at the cursor.
fn line_to_complete(mut words: Vec<String>) -> (Vec<String>, String) {
    // In zsh, more words may follow; the name of the program is counted.
    let index = env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse::<usize>().ok());
    words.truncate(index.unwrap_or(usize::MAX));
    let last = match index {
        Some(index) if words.len() < index => String::new(),
        _ => words.pop().unwrap_or_default(),
    };
    let before = ShellLine::new(&words).ordered();
    // It is set once, since one line is completed.
    let _ = WORDS.set(words);
    (before, last)
}

/// What registers the completion in a shell.
pub(crate) fn registration(shell: Shell) -> Result<Vec<u8>> {
    let name = shell.to_string();
    let completer = SHELLS.completer(&name).ok_or_else(|| anyhow::anyhow!("no completion for {name}"))?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "selq", "selq", "selq", &mut script)?;
    Ok(script)
}

/// The definition of the arguments. Before anything of a word is typed, a dozen subcommands and the files at hand are
/// of more use with fifty options left out.
fn command(is_at_beginning: bool) -> Command {
    let hide = |command: Command| {
        let command = command.mut_args(|arg| if arg.is_positional() { arg } else { arg.hide(true) });
        // These two are no arguments yet that could be hidden: clap adds them later.
        command.disable_help_flag(true).disable_version_flag(true)
    };
    let complete = |command: Command| command.mut_args(completed);
    let command = complete(Args::command().mut_subcommands(complete));
    match is_at_beginning {
        true => hide(command.mut_subcommands(hide)),
        false => command,
    }
}

/// A word without the quotation marks that zsh and fish leave around it; the last one may still be open.
fn unquoted(word: &str) -> String {
    match word.chars().next() {
        Some(quote @ ('"' | '\'')) => word[1..].strip_suffix(quote).unwrap_or(&word[1..]).to_owned(),
        _ => word.replace('\\', ""),
    }
}

/// Arguments whose values are those of dumps are completed from them. They have the same names everywhere.
fn completed(arg: Arg) -> Arg {
    let argument = match arg.get_id().as_str() {
        "selector" => Argument::Selector,
        "where_queries" => Argument::Query,
        "key" | "label_columns" | "sort_by" => Argument::Keys,
        "kind" => Argument::Kind,
        "namespace" => Argument::Namespace,
        "clusters" => return arg.add(ArgValueCompleter::new(named_files)),
        _ => return arg,
    };
    arg.add(ArgValueCompleter::new(move |word: &OsStr| of_dump(argument, word)))
}

/// The files that could stand behind the name of a cluster.
fn named_files(word: &OsStr) -> Vec<CompletionCandidate> {
    let files = files::beginning_with(word.to_str().unwrap_or_default()).into_iter();
    files.map(|file| CompletionCandidate::new(file.argument)).collect()
}

/// What could stand for a word of the line, in the dumps that the line names.
fn of_dump(argument: Argument, word: &OsStr) -> Vec<CompletionCandidate> {
    let (Some(word), Some(words)) = (word.to_str(), WORDS.get()) else { return Vec::new() };
    let line = ShellLine::new(words);
    let Some(dump) = dump(&line) else { return Vec::new() };
    let names = |options: &[&str]| {
        line.values(options).flat_map(|names| names.split(',')).map(str::to_owned).collect::<Vec<_>>()
    };
    let scope = match argument {
        Argument::Selector | Argument::Query | Argument::Keys => {
            Selection::scoped(names(&["-n", "--namespace"]), names(&["-k", "--kind"]))
        }
        _ => Selection::scoped(Vec::new(), Vec::new()),
    };
    let store = dump.store();
    let context = TypingContext {
        store,
        scope: &scope.scope(store),
        names: &Names::default(),
        commands: &[CommandSyntax { name: "x", usage: "", summary: "", argument }],
        on_screen: &[],
        columns: &Columns::new(),
        asked_with: Context::new(),
        fields: None,
    };
    let found = as_in_session(&context, word);
    let whole = |text: &str, note: &str| {
        CompletionCandidate::new(text.to_owned()).help((!note.is_empty()).then(|| note.to_owned().into()))
    };
    let candidates =
        found.candidates.iter().map(|it| (format!("{}{}", &word[..found.start], it.text), &it.note));
    let mut candidates: Vec<CompletionCandidate> =
        candidates.map(|(text, note)| whole(&text, note)).collect();
    if let (Argument::Selector | Argument::Query, [only]) = (argument, &found.candidates[..]) {
        // A shell ends a word that has one candidate, but a key is hardly ever all of a selector.
        let text = format!("{}{}", &word[..found.start], only.text);
        let is_key = as_in_session(&context, &text).candidates.iter().any(|it| it.text == "=");
        candidates.extend(is_key.then(|| whole(&format!("{text}="), "is")));
    }
    candidates
}

/// The completion of a word as the argument of a command of a session; places are those in the word.
fn as_in_session(context: &TypingContext<'_>, word: &str) -> Completion {
    const COMMAND: &str = ":x ";
    let text = format!("{COMMAND}{word}");
    let mut completion = complete(context, &text, text.len());
    completion.start = completion.start.saturating_sub(COMMAND.len());
    completion
}

/// The dumps that the line names, if they can be had in time.
fn dump(line: &ShellLine) -> Option<Box<Dump>> {
    let operands = line.words.iter().filter_map(ShellWord::operand);
    let files =
        operands.chain(line.values(&["-f", "--filename"])).map(|file| InputFile::of_path(file.as_ref()));
    let clusters = line.values(&["--cluster"]).filter_map(|file| InputFile::named(file).ok());
    let files: Vec<InputFile> = clusters.chain(files).filter(|file| file.path.is_file()).collect();
    let pointer = |name| line.values(&[name]).next().map(str::parse::<Pointer>)?.ok();
    let loader = input::loader(pointer("--items-at").as_ref(), pointer("--labels-at").as_ref());
    let index = line.values(&["--index"]).next().map(PathBuf::from);
    let config = Config::from_env();
    let read = move || match (&files[..], index) {
        ([], _) => None,
        ([file], index) => {
            let saved = saved::index_of(&file.path, index.as_deref());
            let opened = saved.open(&loader, Check::Samples).ok().map(|dump| file.name_cluster_of(dump));
            opened.or_else(|| loader.load([input::input(file, &config)]).ok())
        }
        (files, _) => loader.load(files.iter().map(|file| input::input(file, &config))).ok(),
    };
    let (sender, dump) = mpsc::channel();
    // Whoever has waited long enough ends the program, and so this.
    thread::spawn(move || sender.send(read().map(Box::new)));
    dump.recv_timeout(PATIENCE).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_of_other_shells_are_taken_off() {
        for (word, text) in
            [("'env in (p", "env in (p"), ("\"a\"", "a"), ("'a'", "a"), ("a\\ b", "a b"), ("", "")]
        {
            assert_eq!(unquoted(word), text);
        }
    }
}
