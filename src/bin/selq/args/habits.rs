//! What people type who come from kubectl or whose fingers slip, and what to write instead.
//!
//! A line that is refused, or that names a file that is not there, is written anew word by word. What comes out is
//! offered if it is a line that selq takes.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::{env, fs};

use clap::{Command, CommandFactory, Parser};
use selq::Selector;

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
const VERBS: [&str; 5] = ["get", "describe", "list", "kubectl", "oc"];
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
                let value = value.as_deref();
                let next = match line.words.get(nth + 1) {
                    Some(Word::Operand(text)) => Some(text.as_str()),
                    _ => None,
                };
                if !anew.option(name, value, next) {
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
    /// Options for kubectl.
    of_cluster: Vec<String>,
    /// What `jq` has to select.
    fields: Vec<String>,
    /// Whether something was asked for that no line says.
    has_no_equal: bool,
    n_operands: usize,
    /// An operand that is a part of the option before it.
    taken: Option<String>,
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
        if self.taken.take_if(|taken| taken == text).is_some() {
            return;
        }
        if !self.reads_files() || text == "-" || !is_missing(Path::new(text)) {
            self.n_operands += 1;
            return self.push(&[text]);
        }
        let is_first = self.n_operands == 0 && self.subcommand.is_none();
        if is_first && VERBS.contains(&text) {
            return self.because(format!(
                "no file and no subcommand {text:?}: selq answers without a verb, from dumps"
            ));
        }
        if text == "all" {
            return self.because("no file \"all\": without -k all kinds are meant");
        }
        if text.split(',').all(kinds::is_built_in) {
            self.kinds.push(text.to_owned());
            return self.because(format!("no file {text:?}: kinds are chosen with -k"));
        }
        if let Some(name) = Some(text).filter(|_| is_first).and_then(|text| self.nearest_subcommand(text)) {
            self.subcommand = Some(name);
            return self.because(format!("no file and no subcommand {text:?}"));
        }
        if text.contains(OF_SELECTORS) && text.parse::<Selector>().is_ok() {
            self.push(&["-l", text]);
            return self.because(format!("no file {text:?}: selectors are given with -l"));
        }
        self.n_operands += 1;
        match nearest_file(text) {
            Some(nearest) => {
                self.because(format!("no file {text:?}"));
                self.push(&[&nearest]);
            }
            None => self.push(&[text]),
        }
    }

    fn nearest_subcommand(&self, text: &str) -> Option<String> {
        let names = self.root.get_subcommands().map(Command::get_name);
        selq::nearest(text, names).map(str::to_owned)
    }

    /// Writes an option anew. False if it stays as it is.
    fn option(&mut self, name: &str, value: Option<&str>, next: Option<&str>) -> bool {
        let is_known = typed::find(name, self.command()).is_some();
        match (name, value) {
            ("-o" | "--output", Some(format)) => return self.format(format),
            ("-f" | "--filename", Some(file)) if is_known => return self.file(name, file),
            _ if is_known => return false,
            ("-f" | "--filename", Some(file)) => {
                self.because(format!("no option {name}: dumps are named without one"));
                self.push(&[file]);
            }
            ("-l" | "--selector", Some(text)) => {
                self.because(format!("no option {name} here: selectors stand alone"));
                self.push(&[text]);
            }
            ("-w", None) if next.is_some_and(|next| next.contains(OF_SELECTORS)) => {
                self.taken = next.map(str::to_owned);
                self.query(name, next.unwrap_or_default());
            }
            ("--where", Some(query)) => self.query(name, query),
            ("-w" | "--watch" | "--watch-only" | "--output-watch-events", None) => self.follow(name),
            ("--field-selector", Some(text)) => self.fields(text),
            _ if OF_CLUSTERS.contains(&name) => {
                self.because(format!("no option {name}: selq reads dumps and asks no cluster"));
                self.of_cluster.push(name.to_owned());
                self.of_cluster.extend(value.map(str::to_owned));
            }
            _ => return self.option_of_subcommand(name),
        }
        true
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
        if !self.fields.is_empty() {
            self.push(&["-o", "jsonl"]);
        }
    }

    /// `--key` is an option of `selq labels` alone.
    fn option_of_subcommand(&mut self, name: &str) -> bool {
        let has_it = |command: &&Command| typed::find(name, command).is_some();
        let owners: Vec<&Command> = self.root.get_subcommands().filter(has_it).collect();
        if let (None, [owner]) = (&self.subcommand, &owners[..]) {
            let owner = owner.get_name().to_owned();
            self.because(format!("no option {name} here: it is one of `selq {owner}`"));
            self.subcommand = Some(owner);
        }
        false
    }

    /// The whole line, if it is one that can be followed.
    fn help(&self, has_input: bool) -> Option<String> {
        if self.has_no_equal {
            return None;
        }
        let fetches = self.n_operands == 0 && !has_input && self.reads_files();
        let mut words: Vec<String> = self.subcommand.iter().cloned().collect();
        if !fetches && !self.kinds.is_empty() {
            words.extend(["-k".to_owned(), self.kinds.join(",")]);
        }
        words.extend(self.words.iter().cloned());
        Args::try_parse_from(std::iter::once("selq").chain(words.iter().map(String::as_str))).ok()?;
        let mut line =
            std::iter::once("selq".to_owned()).chain(words).map(|it| shell_quoted(&it)).collect::<Vec<_>>();
        if fetches {
            line.splice(0..0, self.fetching());
        }
        if !self.fields.is_empty() {
            let filter = format!("select({})", self.fields.join(" and "));
            line.extend(["|".to_owned(), "jq".to_owned(), shell_quoted(&filter)]);
        }
        Some(format!("write `{}`", line.join(" ")))
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
          write `selq -n shop -o jsonl DUMP | jq 'select(.status.phase=="Running" and .spec.nodeName!="a")'`
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
