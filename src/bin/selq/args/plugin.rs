//! The program as a plugin of kubectl: `kubectl selq pods,svc -A`.
//!
//! What is a word there names a dump only with a `/` in it or an end that dumps have; all others say what `kubectl get`
//! is to fetch.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::Command;
use clap::error::{ContextKind, ErrorKind};

use super::habits::Advice;
use super::kubectl::{KubectlGet, KubectlNamespace};
use super::{Args, SelectionArgs, SourceArgs, Subcommands};
use crate::output::OutputFormat;
use crate::terminal::stdin::is_stdin;

/// What kubectl calls a plugin of the name `selq`.
const PROGRAM: &str = "kubectl-selq";
/// How people call it.
const CALLED: &str = "kubectl selq";
/// The ends of names that dumps have.
const OF_DUMPS: [&str; 11] =
    ["gz", "json", "jsonl", "ndjson", "tar", "tgz", "txt", "yaml", "yml", "zip", "zst"];

/// Whether the program was called by kubectl.
pub(crate) fn is_called(program: Option<&OsStr>) -> bool {
    program.map(Path::new).and_then(Path::file_stem).is_some_and(|stem| stem == PROGRAM)
}

/// The definition of the arguments as people see it who call kubectl.
pub(crate) fn command(command: Command) -> Command {
    let is_of_kubectl = |arg: &clap::Arg| arg.get_help_heading() == Some("kubectl");
    let show = move |command: Command| {
        command.mut_args(|arg| if is_of_kubectl(&arg) { arg.hide(false) } else { arg })
    };
    show(command).mut_subcommands(show).bin_name(CALLED)
}

/// What to say of a line that is refused: whoever writes -w without a query knows it from kubectl.
pub(crate) fn advice(answer: &clap::Error) -> Option<Advice> {
    let wrong = answer.get(ContextKind::InvalidArg)?.to_string();
    let is_empty = answer.get(ContextKind::InvalidValue).is_none_or(|value| value.to_string().is_empty());
    (answer.kind() == ErrorKind::InvalidValue && is_empty && wrong.contains("--where")).then(|| Advice {
        error: "-w asks a query of what is fetched, and there is none behind it".to_owned(),
        help: Some(format!(
            "changes are followed by `{FOLLOWING} | {CALLED} watch`; a query is `-w 'status()=Pending'`"
        )),
    })
}

/// What to say of a line that cannot be followed.
pub(crate) fn advice_on(args: &Args) -> Option<Advice> {
    args.asks_kubectl_in_vain().then(|| Advice {
        error: "--context, --kubeconfig and --chunk-size say how to fetch something, and nothing is to be fetched"
            .to_owned(),
        help: Some(format!("name what to get: `{CALLED} pods,svc -A`")),
    })
}

/// How kubectl follows changes.
const FOLLOWING: &str = "kubectl get pods -A -w -o json --output-watch-events";

/// Whether a word of the line is a dump.
fn is_dump(word: &Path) -> bool {
    let is_called_so = |end: &OsStr| OF_DUMPS.iter().any(|known| end.eq_ignore_ascii_case(known));
    is_stdin(word)
        || word.components().count() > 1
        || word.to_string_lossy().contains('/')
        || word.extension().is_some_and(is_called_so)
}

impl Args {
    /// What was typed, as a plugin of kubectl understands it.
    pub(crate) fn of_plugin(mut self) -> Args {
        match &mut self.command {
            None => {
                let source = &mut self.query.input.source;
                take_words(source, Some(&mut self.query.selection));
                // Who calls kubectl is used to its tables.
                if source.kubectl_get().is_some()
                    && self.query.queries.is_empty()
                    && self.query.group_by.is_empty()
                    && self.query.sum.is_empty()
                {
                    self.query.output.get_or_insert_with(|| OutputFormat::Kubectl.into());
                }
            }
            Some(Subcommands::Explain(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Labels(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Links(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Audit(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Ls(args)) => take_words(&mut args.input.source, None),
            Some(Subcommands::Repl(args)) => {
                let namespace = KubectlNamespace::asked(&args.namespace, args.all_namespaces);
                if args.input.source.take_words(namespace) {
                    args.namespace.clear();
                }
            }
            _ => {}
        }
        self
    }

    /// Whether it is said how kubectl is to be asked, though nothing is to be fetched.
    pub(crate) fn asks_kubectl_in_vain(&self) -> bool {
        self.sources().any(|source| source.kubectl.are_given() && source.kubectl.get.is_none())
    }

    fn sources(&self) -> impl Iterator<Item = &SourceArgs> {
        let source = match &self.command {
            None => Some(&self.query.input.source),
            Some(Subcommands::Explain(args)) => Some(&args.input.source),
            Some(Subcommands::Labels(args)) => Some(&args.input.source),
            Some(Subcommands::Ls(args)) => Some(&args.input.source),
            Some(Subcommands::Links(args)) => Some(&args.input.source),
            Some(Subcommands::Audit(args)) => Some(&args.input.source),
            Some(Subcommands::Diff(args)) => Some(&args.input.source),
            Some(Subcommands::Repl(args)) => Some(&args.input.source),
            Some(Subcommands::Watch(args)) => Some(&args.source),
            Some(Subcommands::Index(args)) => Some(&args.source),
            _ => None,
        };
        source.into_iter()
    }
}

/// Takes what is to be fetched out of the files, and the namespace that the server keeps to out of the selection.
fn take_words(source: &mut SourceArgs, selection: Option<&mut SelectionArgs>) {
    let Some(selection) = selection else {
        source.take_words(KubectlNamespace::OfContext);
        return;
    };
    let namespace = KubectlNamespace::asked(&selection.namespace, selection.all_namespaces);
    let is_of_one = namespace != KubectlNamespace::All;
    if source.take_words(namespace) {
        selection.is_fetched_of_one_namespace = is_of_one;
        // The server keeps to one namespace, and gives nodes whatever that is.
        if is_of_one {
            selection.namespace.clear();
        }
    }
}

impl SourceArgs {
    /// Takes the words that are no dumps out of the files. False if there are none.
    fn take_words(&mut self, namespace: KubectlNamespace) -> bool {
        let (files, words): (Vec<PathBuf>, Vec<PathBuf>) =
            std::mem::take(&mut self.files).into_iter().partition(|file| is_dump(file));
        self.files = files;
        if words.is_empty() {
            return false;
        }
        let words = words.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let options = self.kubectl.options();
        self.kubectl.get = Some(KubectlGet { options, ..KubectlGet::of(words, namespace) });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_files_by_their_form() {
        for (word, expected) in [
            ("pods", false),
            ("pods,svc", false),
            ("deployments.apps", false),
            ("deployments.v1.apps", false),
            ("web-0", false),
            ("pods.json", true),
            ("a.JSON.GZ", true),
            ("./pods", true),
            ("dumps/", true),
            ("pod/web-0", true),
            ("-", true),
        ] {
            assert_eq!(is_dump(Path::new(word)), expected, "{word}");
        }
    }

    #[test]
    fn the_program_knows_who_calls_it() {
        let called = |name: &str| is_called(Some(OsStr::new(name)));
        assert!(
            called("/usr/local/bin/kubectl-selq") && called("kubectl-selq") && called("kubectl-selq.exe")
        );
        assert!(!called("selq") && !called("kubectl") && !is_called(None));
    }
}
