//! What people type who come from kubectl or whose fingers slip, and what to write instead.
//!
//! A line that is refused, or that names a file that is not there, is written anew word by word. What comes out is
//! offered if it is a line that selq takes.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::{Command, CommandFactory, Parser};
use selq::{LabelKey, Selector};

use crate::args::Args;
use crate::args::typed::{self, Line, Word};
use crate::terminal::sanitize::shell_quoted;
use selq::kubernetes::kinds;

/// Why a line cannot be followed, and what to write instead.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Advice {
    pub(crate) error: String,
    pub(crate) help: Option<String>,
}

/// What kubectl has to do when it is asked.
const VERBS: [&str; 6] = ["get", "describe", "list", "kubectl", "k", "oc"];
/// The same, where it changes or follows what only a cluster has.
const VERBS_OF_CLUSTERS: [&str; 9] =
    ["annotate", "apply", "delete", "edit", "exec", "logs", "patch", "rollout", "scale"];
/// The subcommands whose arguments are files; the program without one is another.
const READERS: [&str; 5] = ["explain", "labels", "repl", "watch", "index"];
/// Options that tell kubectl which cluster to ask, and how.
const OF_CLUSTERS: [&str; 10] = [
    "-s",
    "--as",
    "--chunk-size",
    "--cluster",
    "--context",
    "--kubeconfig",
    "--request-timeout",
    "--server",
    "--token",
    "--user",
];
/// Characters of which a selector has one and a file hardly any.
const OF_SELECTORS: [char; 6] = ['=', '!', '(', ')', '<', '>'];
/// How many words behind the first one a selector without quotation marks may have, as in `-l env = prod`.
const MAX_SPREAD: usize = 3;
/// How the names of dumps end.
const OF_DUMPS: [&str; 7] = [".gz", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".zst"];

/// What to say of the line that was typed, if it has words that selq does not know but can tell the meaning of.
pub(crate) fn advice() -> Option<Advice> {
    let typed: Result<Vec<String>, _> = env::args_os().skip(1).map(|word| word.into_string()).collect();
    let has_input = !io::stdin().is_terminal();
    advice_on(&typed.ok()?, has_input)
}

/// The same where one of the files that were named is not there.
pub(crate) fn advice_on_files(files: &[PathBuf]) -> Option<Advice> {
    let is_missing = |file: &PathBuf| file.as_os_str() != "-" && is_missing(file);
    files.iter().any(is_missing).then(advice).flatten()
}

fn is_missing(path: &Path) -> bool {
    fs::symlink_metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn advice_on(typed: &[String], has_input: bool) -> Option<Advice> {
    let line = Line::new(typed);
    let mut root = Args::command();
    root.build();
    let mut anew = Anew { root, subcommand: line.subcommand, ..Anew::default() };
    for (nth, word) in line.words.iter().enumerate() {
        match word {
            Word::Operand(text) => anew.operand(text),
            Word::Option { name, value, typed } => {
                let following: Vec<&str> = line.words[nth + 1..].iter().map_while(Word::operand).collect();
                if !anew.option(name, value.as_deref(), &following) {
                    anew.words.extend(typed.iter().cloned());
                }
            }
        }
    }
    let error = anew.reasons.first()?.clone();
    Some(Advice { error, help: anew.help(has_input) })
}

/// A line that is written anew.
#[derive(Default)]
struct Anew {
    root: Command,
    subcommand: Option<String>,
    words: Vec<String>,
    /// Why the line is not the one that was typed, in the order of the words.
    reasons: Vec<String>,
    /// What is to be fetched, where that was said.
    kinds: Vec<String>,
    /// The names of the objects that are wanted.
    names: Vec<String>,
    /// Options for kubectl.
    of_cluster: Vec<String>,
    /// What `jq` has to select.
    fields: Vec<String>,
    /// Whether something was asked for that no line says.
    has_no_equal: bool,
    n_operands: usize,
    /// How many of the next operands are a part of the option before them.
    n_taken: usize,
    /// A dump that is not there, and resembles none.
    missing: Option<String>,
}

impl Anew {
    fn because(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    fn push(&mut self, words: &[&str]) {
        self.words.extend(words.iter().map(|&word| word.to_owned()));
    }

    fn reads_files(&self) -> bool {
        self.subcommand.as_ref().is_none_or(|name| READERS.contains(&name.as_str()))
    }

    /// Writes an operand anew.
    fn operand(&mut self, text: &str) {
        if self.n_taken > 0 {
            self.n_taken -= 1;
            return;
        }
        if !self.reads_files() || text == "-" || !is_missing(Path::new(text)) {
            self.n_operands += 1;
            return self.push(&[text]);
        }
        let is_told = self.verb(text)
            || self.kinds(text)
            || self.subcommand(text)
            || self.selector(text)
            || self.key(text)
            || self.name(text);
        if !is_told {
            self.dump(text);
        }
    }

    /// Whether nothing stands before the operand that says what is to be done.
    fn is_first(&self) -> bool {
        self.n_operands == 0 && self.subcommand.is_none()
    }

    fn verb(&mut self, text: &str) -> bool {
        let is_of_clusters = VERBS_OF_CLUSTERS.contains(&text);
        let is_verb = self.is_first() && (is_of_clusters || VERBS.contains(&text));
        if is_verb {
            let what = if is_of_clusters {
                "reads dumps and asks no cluster"
            } else {
                "answers without a verb, from dumps"
            };
            self.because(format!("no file and no subcommand {text:?}: selq {what}"));
            self.has_no_equal |= is_of_clusters;
        }
        is_verb
    }

    fn kinds(&mut self, text: &str) -> bool {
        if text == "all" {
            self.because("no file \"all\": without -k all kinds are meant");
            return true;
        }
        let are_kinds = text.split(',').all(kinds::is_built_in);
        if are_kinds {
            self.kinds.push(text.to_owned());
            self.because(format!("no file {text:?}: kinds are chosen with -k"));
        }
        are_kinds
    }

    fn subcommand(&mut self, text: &str) -> bool {
        let Some(name) =
            Some(text).filter(|_| self.is_first()).and_then(|text| self.nearest_subcommand(text))
        else {
            return false;
        };
        self.subcommand = Some(name);
        self.because(format!("no file and no subcommand {text:?}"));
        true
    }

    fn selector(&mut self, text: &str) -> bool {
        let is_meant = text.contains(OF_SELECTORS);
        if is_meant {
            self.has_no_equal |= text.parse::<Selector>().is_err();
            self.push(&["-l", text]);
            self.because(format!("no file {text:?}: selectors are given with -l"));
        }
        is_meant
    }

    /// `selq labels env pods.json`
    fn key(&mut self, text: &str) -> bool {
        let is_key = self.subcommand.as_deref() == Some("labels")
            && LabelKey::new(text).is_ok()
            && !resembles_dump(text);
        if is_key {
            self.push(&["--key", text]);
            self.because(format!("no file {text:?}: a key is named with --key"));
        }
        is_key
    }

    /// `selq get pod web-0`, `selq pod/web-0`
    fn name(&mut self, text: &str) -> bool {
        let kind_and_name = text.split_once('/').filter(|(kind, _)| kinds::is_built_in(kind));
        let name = match kind_and_name {
            Some((kind, name)) => {
                self.kinds.push(kind.to_owned());
                name
            }
            None if self.kinds.is_empty() || resembles_dump(text) => return false,
            None => text,
        };
        self.names.push(name.to_owned());
        self.because(format!(
            "no file {text:?}: objects are chosen by their labels, and by their names with jq"
        ));
        true
    }

    fn dump(&mut self, text: &str) {
        self.n_operands += 1;
        if let Some(nearest) = nearest_file(text) {
            self.because(format!("no file {text:?}"));
            return self.push(&[&nearest]);
        }
        self.push(&[text]);
        self.missing = Some(text.to_owned());
    }

    fn nearest_subcommand(&self, text: &str) -> Option<String> {
        let names = self.root.get_subcommands().map(Command::get_name);
        selq::nearest(text, names).map(str::to_owned)
    }

    /// Writes an option anew. False if it stays as it is.
    fn option(&mut self, name: &str, value: Option<&str>, following: &[&str]) -> bool {
        if typed::find(name, self.command()).is_some() {
            return self.known_option(name, value, following);
        }
        let next = following.first().copied().unwrap_or_default();
        match (name, value) {
            ("-o" | "--output", Some(format)) => return self.format(format),
            ("-f" | "--filename", Some(file)) => {
                self.because(format!("no option {name}: dumps are named without one"));
                self.push(&[file]);
            }
            ("-l" | "--selector", Some(text)) => {
                self.because(format!("no option {name} here: selectors stand alone"));
                self.push(&[text]);
            }
            ("--label" | "--labels", value) if self.subcommand.is_none() => {
                self.n_taken = usize::from(value.is_none());
                self.because(format!("no option {name}: selectors are given with -l"));
                self.push(&["-l", value.unwrap_or(next)]);
            }
            ("-w", None) if next.contains(OF_SELECTORS) => {
                self.n_taken = 1;
                self.query(name, next);
            }
            ("--where", Some(query)) => self.query(name, query),
            ("-w" | "--watch" | "--watch-only" | "--output-watch-events", None) => self.follow(name),
            ("--field-selector", Some(text)) => self.fields(text),
            _ if OF_CLUSTERS.contains(&name) => {
                self.because(format!("no option {name}: selq reads dumps and asks no cluster"));
                self.of_cluster.push(name.to_owned());
                self.of_cluster.extend(value.map(str::to_owned));
            }
            _ => return self.option_of_subcommand(name, value, next),
        }
        true
    }

    /// The same where there is an option of this name.
    fn known_option(&mut self, name: &str, value: Option<&str>, following: &[&str]) -> bool {
        match (name, value, following) {
            ("-o" | "--output", Some(format), _) => self.format(format),
            ("-f" | "--filename", Some(file), _) => self.file(name, file),
            ("-l" | "--selector", Some(text), _) => self.spread(name, text, following),
            (_, None, [next, ..]) if typed::takes_value(name, self.command()) => {
                self.take_next(name, next);
                true
            }
            _ => false,
        }
    }

    fn command(&self) -> &Command {
        self.subcommand.as_ref().and_then(|name| self.root.find_subcommand(name)).unwrap_or(&self.root)
    }

    /// The file of an option that is there, but for its name.
    fn file(&mut self, name: &str, file: &str) -> bool {
        let nearest = Some(file).filter(|file| is_missing(Path::new(file))).and_then(nearest_file);
        if let Some(nearest) = &nearest {
            self.because(format!("no file {file:?}"));
            self.push(&[name, nearest]);
        }
        nearest.is_some()
    }

    /// `-l env = prod`, where a shell made three words of a selector.
    fn spread(&mut self, name: &str, text: &str, following: &[&str]) -> bool {
        let n_missing =
            following.iter().take(MAX_SPREAD).take_while(|word| is_missing(Path::new(word))).count();
        let joined = |n_words: usize| format!("{text} {}", following[..n_words].join(" "));
        let whole = |n_words: &usize| joined(*n_words).parse::<Selector>().is_ok();
        let Some(n_words) = (1..=n_missing).rev().find(whole) else { return false };
        self.n_taken = n_words;
        self.because(format!(
            "no file {:?}: a selector with white space stands in quotation marks",
            following[0]
        ));
        self.push(&[name, &joined(n_words)]);
        true
    }

    /// Formats of kubectl that selq does not write.
    fn format(&mut self, format: &str) -> bool {
        let (name, _) = format.split_once('=').unwrap_or((format, ""));
        let reason = match name {
            "yaml" | "kyaml" => "no output format \"yaml\": what reads YAML reads JSON too",
            "jsonpath" | "jsonpath-as-json" | "go-template" | "template" => {
                "no output format for templates: take from -o json what you want, with jq"
            }
            "custom-columns" => "no output format \"custom-columns\": -L adds columns of labels",
            _ => return false,
        };
        self.because(reason);
        self.push(if name == "custom-columns" { &["-o", "table"] } else { &["-o", "json"] });
        true
    }

    /// A query of the language to come; some are selectors already.
    fn query(&mut self, name: &str, query: &str) {
        self.because(format!("no option {name} yet: today a query is a selector, given with -l"));
        self.has_no_equal |= query.parse::<Selector>().is_err();
        self.push(&["-l", query]);
    }

    fn follow(&mut self, name: &str) {
        self.because(format!("no option {name}: changes are followed with `selq watch`"));
        self.subcommand.get_or_insert_with(|| "watch".to_owned());
    }

    /// `status.phase=Running` is a question for jq, unless it is one of namespaces.
    fn fields(&mut self, text: &str) {
        self.because("no option --field-selector yet: namespaces are chosen with -n, other fields with jq");
        for term in text.split(',') {
            let (field, operator, value) = match (term.split_once("!="), term.split_once('=')) {
                (Some((field, value)), _) => (field, "!=", value),
                (None, Some((field, value))) => (field, "==", value.strip_prefix('=').unwrap_or(value)),
                (None, None) => continue,
            };
            match (field, operator) {
                ("metadata.namespace", "==") => self.push(&["-n", value]),
                _ => self.fields.push(format!(".{field}{operator}{}", serde_json::json!(value))),
            }
        }
    }

    /// `--key` is an option of `selq labels` alone.
    fn option_of_subcommand(&mut self, name: &str, value: Option<&str>, next: &str) -> bool {
        let has_it = |command: &&Command| typed::find(name, command).is_some();
        let owners: Vec<&Command> = self.root.get_subcommands().filter(has_it).collect();
        let (None, [owner]) = (&self.subcommand, &owners[..]) else { return false };
        let takes_next = value.is_none() && typed::takes_value(name, owner);
        let owner = owner.get_name().to_owned();
        self.because(format!("no option {name} here: it is one of `selq {owner}`"));
        self.subcommand = Some(owner);
        if takes_next {
            self.take_next(name, next);
        }
        takes_next
    }

    /// An option whose value was not seen as one, since the subcommand was not known.
    fn take_next(&mut self, name: &str, next: &str) {
        self.n_taken = 1;
        self.push(&[name, next]);
    }

    /// The whole line, if it is one that can be followed.
    fn help(&self, has_input: bool) -> Option<String> {
        if self.has_no_equal || self.missing.as_deref().is_some_and(|missing| !resembles_dump(missing)) {
            return None;
        }
        let fetches = self.n_operands == 0 && !has_input && self.reads_files();
        let filter = self.filter();
        let mut words: Vec<String> = self.subcommand.iter().cloned().collect();
        if !fetches && !self.kinds.is_empty() {
            words.extend(["-k".to_owned(), self.kinds.join(",")]);
        }
        match filter {
            Some(_) => {
                words.extend(["-o".to_owned(), "jsonl".to_owned()]);
                words.extend(without_output(&self.words));
            }
            None => words.extend(self.words.iter().cloned()),
        }
        Args::try_parse_from(std::iter::once("selq").chain(words.iter().map(String::as_str))).ok()?;
        let mut line: Vec<String> = std::iter::once("selq".to_owned()).chain(words).collect();
        line.iter_mut().for_each(|word| *word = shell_quoted(word));
        if fetches {
            line.splice(0..0, self.fetching());
        }
        line.extend(filter.iter().map(|filter| format!("| jq {}", shell_quoted(filter))));
        let line = format!("write `{}`", line.join(" "));
        Some(match &self.missing {
            Some(missing) => format!("{line}, with a dump that is there in place of {missing}"),
            None => line,
        })
    }

    /// What is left to jq.
    fn filter(&self) -> Option<String> {
        let names: Vec<String> =
            self.names.iter().map(|name| format!(".metadata.name=={}", serde_json::json!(name))).collect();
        let names = match &names[..] {
            [] => None,
            [name] => Some(name.clone()),
            several if self.fields.is_empty() => Some(several.join(" or ")),
            several => Some(format!("({})", several.join(" or "))),
        };
        let conditions: Vec<String> = self.fields.iter().cloned().chain(names).collect();
        (!conditions.is_empty()).then(|| format!("select({})", conditions.join(" and ")))
    }

    /// What gives selq its dump.
    fn fetching(&self) -> Vec<String> {
        let kinds = if self.kinds.is_empty() { "pods".to_owned() } else { self.kinds.join(",") };
        let mut words = vec!["kubectl".to_owned(), "get".to_owned(), kinds, "-A".to_owned()];
        if self.subcommand.as_deref() == Some("watch") {
            words.extend(["-w".to_owned(), "--output-watch-events".to_owned()]);
        }
        words.extend(["-o".to_owned(), "json".to_owned()]);
        words.extend(self.of_cluster.iter().map(|word| shell_quoted(word)));
        words.push("|".to_owned());
        words
    }
}

/// The words without the option that names the format.
fn without_output(words: &[String]) -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-o" | "--output" => drop(words.next()),
            word if word.starts_with("-o") || word.starts_with("--output=") => {}
            word => kept.push(word.to_owned()),
        }
    }
    kept
}

/// Whether a text looks like the name of a dump, and not of an object or a key.
fn resembles_dump(text: &str) -> bool {
    OF_DUMPS.iter().any(|ending| text.ends_with(ending)) || nearest_file(text).is_some()
}

/// The file in the same folder whose name is nearest.
fn nearest_file(text: &str) -> Option<String> {
    let (folder, name) = text.split_at(text.rfind('/').map_or(0, |slash| slash + 1));
    let entries = fs::read_dir(if folder.is_empty() { "." } else { folder }).ok()?;
    let is_file = |entry: &fs::DirEntry| !entry.path().is_dir();
    let names = entries.flatten().filter(is_file).filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    // What both have in common at the end, such as `.json`, does not make two names alike.
    let stem = |name: &'_ str| name.split('.').next().unwrap_or_default().to_owned();
    let is_alike = |other: &String| {
        stem(other) == stem(name) || selq::nearest(&stem(name), [stem(other).as_str()]).is_some()
    };
    names.retain(is_alike);
    names.sort();
    Some(format!("{folder}{}", selq::nearest(name, names.iter().map(String::as_str))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "tests/data/pods.json";

    fn said(line: &str, has_input: bool) -> String {
        let typed: Vec<String> = line.split_whitespace().map(|word| word.replace("DUMP", DUMP)).collect();
        let advice = advice_on(&typed, has_input);
        advice.map_or_else(
            || "nothing".to_owned(),
            |advice| {
                format!(
                    "{}{}",
                    advice.error,
                    advice.help.map(|help| format!("\n  {help}")).unwrap_or_default()
                )
            },
        )
    }

    fn all_said(lines: &[&str], has_input: bool) -> String {
        lines
            .iter()
            .map(|line| format!("{line}\n  {}\n", said(line, has_input).replace(DUMP, "DUMP")))
            .collect()
    }

    #[test]
    fn words_of_kubectl_are_translated() {
        let lines = [
            "get pods -l app=x DUMP",
            "kubectl get po,svc DUMP",
            "get all -A DUMP",
            "pods -l app=x DUMP",
            "-l app=x -f DUMP",
            "explain --filename=DUMP -l a",
            "-l app=x -o yaml DUMP",
            "-o jsonpath={.items} DUMP",
            "-o=custom-columns=A:.b DUMP",
            "--context prod -l app=x DUMP",
            "--kubeconfig=x DUMP",
            "--field-selector status.phase=Running,metadata.namespace=shop,spec.nodeName!=a DUMP",
            "-w -l app=x DUMP",
            "-w app=x DUMP",
            "--where env=prod DUMP",
            "-w phase()=Running DUMP",
            "parse -l app=x",
        ];
        insta::assert_snapshot!(all_said(&lines, true), @r#"
        get pods -l app=x DUMP
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `selq -k pods -l app=x DUMP`
        kubectl get po,svc DUMP
          no file and no subcommand "kubectl": selq answers without a verb, from dumps
          write `selq -k po,svc DUMP`
        get all -A DUMP
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `selq -A DUMP`
        pods -l app=x DUMP
          no file "pods": kinds are chosen with -k
          write `selq -k pods -l app=x DUMP`
        -l app=x -f DUMP
          no option -f: dumps are named without one
          write `selq -l app=x DUMP`
        explain --filename=DUMP -l a
          no option --filename: dumps are named without one
          write `selq explain DUMP -l a`
        -l app=x -o yaml DUMP
          no output format "yaml": what reads YAML reads JSON too
          write `selq -l app=x -o json DUMP`
        -o jsonpath={.items} DUMP
          no output format for templates: take from -o json what you want, with jq
          write `selq -o json DUMP`
        -o=custom-columns=A:.b DUMP
          no output format "custom-columns": -L adds columns of labels
          write `selq -o table DUMP`
        --context prod -l app=x DUMP
          no option --context: selq reads dumps and asks no cluster
          write `selq -l app=x DUMP`
        --kubeconfig=x DUMP
          no option --kubeconfig: selq reads dumps and asks no cluster
          write `selq DUMP`
        --field-selector status.phase=Running,metadata.namespace=shop,spec.nodeName!=a DUMP
          no option --field-selector yet: namespaces are chosen with -n, other fields with jq
          write `selq -o jsonl -n shop DUMP | jq 'select(.status.phase=="Running" and .spec.nodeName!="a")'`
        -w -l app=x DUMP
          no option -w: changes are followed with `selq watch`
          write `selq watch -l app=x DUMP`
        -w app=x DUMP
          no option -w yet: today a query is a selector, given with -l
          write `selq -l app=x DUMP`
        --where env=prod DUMP
          no option --where yet: today a query is a selector, given with -l
          write `selq -l env=prod DUMP`
        -w phase()=Running DUMP
          no option -w yet: today a query is a selector, given with -l
        parse -l app=x
          no option -l here: selectors stand alone
          write `selq parse app=x`
        "#);
    }

    #[test]
    fn without_a_dump_kubectl_is_asked_for_one() {
        let lines = ["get pods -l app=x", "--context prod -l app=x", "get po -w -l app=x", "-o yaml -l x"];
        insta::assert_snapshot!(all_said(&lines, false), @r#"
        get pods -l app=x
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `kubectl get pods -A -o json | selq -l app=x`
        --context prod -l app=x
          no option --context: selq reads dumps and asks no cluster
          write `kubectl get pods -A -o json --context prod | selq -l app=x`
        get po -w -l app=x
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `kubectl get po -A -w --output-watch-events -o json | selq watch -l app=x`
        -o yaml -l x
          no output format "yaml": what reads YAML reads JSON too
          write `kubectl get pods -A -o json | selq -o json -l x`
        "#);
    }

    #[test]
    fn slips_are_seen() {
        let lines = [
            "explan -l a DUMP",
            "lables DUMP",
            "app=x DUMP",
            "tests/data/pods.jsn",
            "-l a tests/data/pods.jon",
            "--key env DUMP",
            "--in-place a=b -f DUMP",
            "labels --key env tests/data/pod.json",
            "label a=b --all -f tests/data/pods.jsn",
        ];
        insta::assert_snapshot!(all_said(&lines, true), @r#"
        explan -l a DUMP
          no file and no subcommand "explan"
          write `selq explain -l a DUMP`
        lables DUMP
          no file and no subcommand "lables"
          write `selq labels DUMP`
        app=x DUMP
          no file "app=x": selectors are given with -l
          write `selq -l app=x DUMP`
        tests/data/pods.jsn
          no file "tests/data/pods.jsn"
          write `selq DUMP`
        -l a tests/data/pods.jon
          no file "tests/data/pods.jon"
          write `selq -l a DUMP`
        --key env DUMP
          no option --key here: it is one of `selq labels`
          write `selq labels --key env DUMP`
        --in-place a=b -f DUMP
          no option --in-place here: it is one of `selq label`
          write `selq label --in-place a=b -f DUMP`
        labels --key env tests/data/pod.json
          no file "tests/data/pod.json"
          write `selq labels --key env DUMP`
        label a=b --all -f tests/data/pods.jsn
          no file "tests/data/pods.jsn"
          write `selq label a=b --all -f DUMP`
        "#);
    }

    #[test]
    fn names_and_words_that_a_shell_took_apart_are_seen() {
        let lines = [
            "get pod web-0 -n shop DUMP",
            "get pods web-0 web-1 -o yaml DUMP",
            "pod/web-0 -o wide DUMP",
            "k get pods DUMP",
            "delete pods -l app=x DUMP",
            "get pods nowhere.json",
            "get pods nowhere",
            "-l env = prod DUMP",
            "-l env=prod, tier != db DUMP",
            "-l env=prod tier=db DUMP",
            "-l env in (a,b) -c DUMP",
            "env=(prod DUMP",
            "--label env=prod DUMP",
            "--labels=env=prod DUMP",
            "labels env DUMP",
        ];
        insta::assert_snapshot!(all_said(&lines, true), @r#"
        get pod web-0 -n shop DUMP
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `selq -k pod -o jsonl -n shop DUMP | jq 'select(.metadata.name=="web-0")'`
        get pods web-0 web-1 -o yaml DUMP
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `selq -k pods -o jsonl DUMP | jq 'select(.metadata.name=="web-0" or .metadata.name=="web-1")'`
        pod/web-0 -o wide DUMP
          no file "pod/web-0": objects are chosen by their labels, and by their names with jq
          write `selq -k pod -o jsonl DUMP | jq 'select(.metadata.name=="web-0")'`
        k get pods DUMP
          no file and no subcommand "k": selq answers without a verb, from dumps
          write `selq -k pods DUMP`
        delete pods -l app=x DUMP
          no file and no subcommand "delete": selq reads dumps and asks no cluster
        get pods nowhere.json
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `selq -k pods nowhere.json`, with a dump that is there in place of nowhere.json
        get pods nowhere
          no file and no subcommand "get": selq answers without a verb, from dumps
          write `selq -k pods -o jsonl | jq 'select(.metadata.name=="nowhere")'`
        -l env = prod DUMP
          no file "=": a selector with white space stands in quotation marks
          write `selq -l 'env = prod' DUMP`
        -l env=prod, tier != db DUMP
          no file "tier": a selector with white space stands in quotation marks
          write `selq -l 'env=prod, tier != db' DUMP`
        -l env=prod tier=db DUMP
          no file "tier=db": selectors are given with -l
          write `selq -l env=prod -l tier=db DUMP`
        -l env in (a,b) -c DUMP
          no file "in": a selector with white space stands in quotation marks
          write `selq -l 'env in (a,b)' -c DUMP`
        env=(prod DUMP
          no file "env=(prod": selectors are given with -l
        --label env=prod DUMP
          no option --label: selectors are given with -l
          write `selq -l env=prod DUMP`
        --labels=env=prod DUMP
          no option --labels: selectors are given with -l
          write `selq -l env=prod DUMP`
        labels env DUMP
          no file "env": a key is named with --key
          write `selq labels --key env DUMP`
        "#);
    }

    #[test]
    fn what_is_right_or_unknown_is_left_alone() {
        for line in [
            "-l app=x DUMP",
            "nowhere/at-all.json",
            "tests/data/nope.json",
            "--nonsense DUMP",
            "label a=b",
            "parse pods",
            "-",
        ] {
            assert_eq!(said(line, true), "nothing", "{line}");
        }
    }
}
