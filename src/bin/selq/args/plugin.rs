//! The program as a plugin of kubectl: `kubectl selq pods,svc -A`.
//!
//! What is a word there names a dump only with a `/` in it or an end that dumps have; all others say what `kubectl get`
//! is to fetch.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::Command;
use clap::error::{ContextKind, ErrorKind};
use selq::kubernetes::kinds;

use super::habits::Advice;
use super::kubectl::{KubectlGet, KubectlNamespace};
use super::{Args, InputFile, SelectionArgs, SourceArgs, Subcommands};
use crate::output::OutputFormat;
use crate::terminal::stdin::is_stdin;

/// What kubectl calls a plugin of the name `selq`.
const PROGRAM: &str = "kubectl-selq";
/// How people call it.
const CALLED: &str = "kubectl selq";
/// The ends of names that dumps have.
const OF_DUMPS: [&str; 11] =
    ["gz", "json", "jsonl", "ndjson", "tar", "tgz", "txt", "yaml", "yml", "zip", "zst"];

/// What to type there.
const EXAMPLES: &str = "\
Examples:
  # as kubectl get shows them, but only those of a query
  kubectl selq pods -A -w 'status()=CrashLoopBackOff || restarts()>9'
  # Services with nothing behind them
  kubectl selq svc,pods -A -w 'kind(svc), .spec.selector, !selects(kind(pod))'
  # what each namespace asks for
  kubectl selq pods -A --group-by 'namespace(),status()' --sum 'requests(cpu)'
  # with the columns of -o wide, in a context
  kubectl selq deploy -n shop -l env=prod -o wide --context qa
  # explore what was fetched; `:refresh` fetches it again
  kubectl selq repl pods,svc,nodes -A
  # what is wrong, and why is a pod pending?
  kubectl selq audit pods,svc,deploy,pdb,hpa -A
  kubectl selq schedule pods,nodes,ns,pv,pvc -A
  # a dump is named with its folder or ending
  kubectl selq -l env=prod pods.json";
/// How the line may go on.
const USAGE: &str = "\
kubectl selq [OPTIONS] <KIND,…> [NAME]…
       kubectl selq [OPTIONS] <FILE>…
       kubectl selq <COMMAND>";

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
    show(command).mut_subcommands(show).bin_name(CALLED).before_help(EXAMPLES).override_usage(USAGE)
}

/// What to say of a line that is refused: whoever writes -w without a query knows it from kubectl.
pub(crate) fn advice(answer: &clap::Error) -> Option<Advice> {
    let wrong = answer.get(ContextKind::InvalidArg)?.to_string();
    let is_empty = answer.get(ContextKind::InvalidValue).is_none_or(|value| value.to_string().is_empty());
    let error = match answer.kind() {
        ErrorKind::InvalidValue if is_empty && wrong.contains("--where") => {
            "-w asks a query of what is fetched, and there is none behind it".to_owned()
        }
        ErrorKind::UnknownArgument if OF_FOLLOWING.contains(&&*wrong) => {
            format!("no option {wrong}: what is there now is fetched, once")
        }
        _ => return None,
    };
    let help =
        format!("changes are followed by `{FOLLOWING} | {CALLED} watch`; a query is `-w 'status()=Pending'`");
    Some(Advice { error, help: Some(help) })
}

/// What to say of a line that cannot be followed.
pub(crate) fn advice_on(args: &Args, dumps: &[InputFile]) -> Option<Advice> {
    let fetches_nothing = if args.asks_kubectl_in_vain() {
        "--context, --kubeconfig and --chunk-size say how to fetch something, and nothing is to be fetched"
    } else if args.waits_for_nobody() {
        "nothing is to be fetched, and no dump to be read"
    } else if args.sources().filter_map(SourceArgs::kubectl_get).any(KubectlGet::begins_with_verb) {
        "kubectl selq takes no verb: what is named is fetched, with `kubectl get`"
    } else {
        return dumps.iter().find_map(|dump| advice_on_object(dump).or_else(|| advice_on_kind(args, dump)));
    };
    let help = format!("name what to get: `{CALLED} pods,svc -A`");
    Some(Advice { error: fetches_nothing.to_owned(), help: Some(help) })
}

/// What to say of `pod/web-0`, where no such file is.
fn advice_on_object(dump: &InputFile) -> Option<Advice> {
    let (kind, name) = dump.path.to_str()?.split_once('/')?;
    let is_object = dump.get.is_none() && kinds::is_built_in(kind) && !name.contains('/');
    (is_object && !dump.path.exists()).then(|| Advice {
        error: format!("no file {:?}: a word with `/` in it is a dump", dump.path),
        help: Some(format!("an object is fetched by its kind and its name: `{CALLED} {kind} {name}`")),
    })
}

/// What to say of a kind where nothing is fetched, and no such file is.
fn advice_on_kind(args: &Args, dump: &InputFile) -> Option<Advice> {
    let is_kind = dump.get.is_none() && !is_dump(&dump.path) && !dump.path.exists();
    let instead = match &args.command {
        Some(Subcommands::Watch(_)) => format!("{FOLLOWING} | {CALLED} watch"),
        Some(Subcommands::Diff(_)) => format!("kubectl get pods -A -o json | {CALLED} diff pods.json -"),
        Some(Subcommands::Index(_)) => "kubectl get pods -A -o json > pods.json".to_owned(),
        _ => return None,
    };
    is_kind.then(|| Advice {
        error: format!("no file {:?}, and nothing is fetched here", dump.path),
        help: Some(format!("kubectl fetches what is to be read: `{instead}`")),
    })
}

/// Options that kubectl has for that.
const OF_FOLLOWING: [&str; 3] = ["--watch", "--watch-only", "--output-watch-events"];
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
                    let typed = self.query.output.get_or_insert_with(|| OutputFormat::Kubectl.into());
                    if typed.format == OutputFormat::Wide {
                        *typed = OutputFormat::KubectlWide.into();
                    }
                }
            }
            Some(Subcommands::Explain(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Labels(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Links(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Audit(args)) => take_words(&mut args.input.source, Some(&mut args.selection)),
            Some(Subcommands::Ls(args)) => take_words(&mut args.input.source, None),
            Some(Subcommands::Schedule(args)) => {
                // Where a pod may run depends on pods everywhere, whichever are asked about.
                args.input.source.take_words(KubectlNamespace::All);
            }
            Some(Subcommands::Repl(args)) => {
                let namespace = KubectlNamespace::asked(&args.namespace, args.all_namespaces);
                if args.input.source.take_words(namespace) {
                    args.namespace.clear();
                    args.fetched_output = Some(OutputFormat::Kubectl.into());
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

    /// Whether a dump would be read from a terminal, where nobody types one.
    fn waits_for_nobody(&self) -> bool {
        // A session may begin with nothing, a list of rules needs nothing, and events are written by kubectl.
        let needs_dump = match &self.command {
            None => self.query.queries.is_empty(),
            Some(command) => matches!(
                command,
                Subcommands::Explain(_) | Subcommands::Labels(_) | Subcommands::Ls(_) | Subcommands::Links(_)
            ),
        };
        needs_dump && io::stdin().is_terminal() && self.sources().any(|source| source.inputs().is_empty())
    }

    fn sources(&self) -> impl Iterator<Item = &SourceArgs> {
        let source = match &self.command {
            None => Some(&self.query.input.source),
            Some(Subcommands::Explain(args)) => Some(&args.input.source),
            Some(Subcommands::Labels(args)) => Some(&args.input.source),
            Some(Subcommands::Ls(args)) => Some(&args.input.source),
            Some(Subcommands::Links(args)) => Some(&args.input.source),
            Some(Subcommands::Audit(args)) => Some(&args.input.source),
            Some(Subcommands::Schedule(args)) => Some(&args.input.source),
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
    if source.take_words(namespace.clone()) {
        // The server keeps to one namespace, and gives nodes whatever that is.
        if namespace.is_one() {
            selection.namespace.clear();
        }
        selection.fetched = Some(namespace);
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
