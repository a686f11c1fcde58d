//! The README and the help pages against the program: their commands run over the dump of this repository, and print
//! what is shown below them.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use rawzip::CompressionMethod;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

use crate::bundles;
use crate::testenv::{PODS, TestEnv};

const README: &str = include_str!("../../README.md");

/// A command and the lines below it.
struct Example {
    command: String,
    output: String,
}

/// The commands of each console block of the README.
fn readme_blocks() -> Vec<Vec<Example>> {
    let blocks = README.split("```console\n").skip(1).filter_map(|block| block.split("```").next());
    blocks.map(|block| examples(block.lines())).collect()
}

fn examples<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for line in lines {
        match line.strip_prefix("$ ") {
            Some(command) => examples.push(Example { command: command.to_owned(), output: String::new() }),
            None => {
                let example = examples.last_mut().expect("a block begins with a command");
                example.output.push_str(line);
                example.output.push('\n');
            }
        }
    }
    examples
}

/// The commands in the table of what can be read.
fn table_commands() -> Vec<Example> {
    let table = README.split("### From whatever you have").nth(1).and_then(|rest| rest.split("\n\n").nth(2));
    let rows = table.unwrap_or_default().lines().skip(2);
    let command = |row: &str| row.rsplit_once(" | `")?.1.strip_suffix("` |").map(|it| it.replace(r"\|", "|"));
    rows.map(|row| Example { command: command(row).expect("a row ends in a command"), output: String::new() })
        .collect()
}

/// The commands below `Examples:`, each on a line, or on several that end in a pipe.
fn help_examples(help: &str) -> Vec<Example> {
    let block =
        help.split("Examples:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let mut commands: Vec<String> = Vec::new();
    for line in block.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        match commands.last_mut().filter(|last| last.ends_with('|')) {
            Some(last) => last.push_str(&format!(" {line}")),
            // What stands far to the right explains it.
            None => commands.push(line.split("   ").next().unwrap_or_default().to_owned()),
        }
    }
    commands.into_iter().map(|command| Example { command, output: String::new() }).collect()
}

impl Example {
    /// The command line for a shell that finds `selq`, if it is about that.
    fn shell_command(&self) -> Option<String> {
        let command = self.command.split(" #").next().unwrap_or_default().trim();
        // Before it is installed, cargo runs it.
        let command = match command.split_once(" -- ") {
            Some((cargo, args)) if cargo.starts_with("cargo run") => format!("selq {args}"),
            _ => command.to_owned(),
        };
        let is_about_selq = command.split_whitespace().any(|word| word == "selq");
        is_about_selq.then_some(command)
    }

    /// Whether it shows a session that a person typed.
    fn is_session(&self) -> bool {
        !self.output.is_empty() && self.command.contains("selq repl")
    }

    /// The lines that are typed in a session, without the hints behind them, as far as they are whole.
    fn typed(&self) -> Vec<&str> {
        let typed = self.output.lines().filter_map(|line| line.strip_prefix(PROMPT));
        let typed = typed.map(|line| line.split("  ").next().unwrap_or_default());
        typed.filter(|line| line.matches('(').count() == line.matches(')').count()).collect()
    }
}

const PROMPT: &str = "selq> ";

/// A folder with everything that the examples name, and with stand-ins for other programs.
fn folder() -> TestEnv {
    let env = TestEnv::new();
    for folder in ["tests/data", "bin", ".local/share/bash-completion/completions", ".local/share/man/man1"] {
        fs::create_dir_all(env.path().join(folder)).unwrap();
    }
    env.file("tests/data/pods.json", PODS);
    env.file("qa.json", PODS);
    env.file("yesterday.json", PODS.replace("\"dev\"", "\"qa\""));
    env.file("today.json", PODS);
    env.file("fleet.json", r#"{"kind":"Pod","metadata":{"name":"a","labels":{"env":"prod","tier":"db"}}}"#);
    env.file("selectors.txt", "env=prod\n!legacy\n");
    env.file(
        "events.ndjson",
        r#"{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","labels":{"env":"prod"}}}}"#,
    );
    env.file("series.json", r#"{"data":{"result":[{"metric":{"job":"api"},"value":[0,"1"]}]}}"#);
    for name in ["cluster-a.json.gz", "cluster-b.json.gz"] {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(PODS.as_bytes()).unwrap();
        env.file(name, gzip.finish().unwrap());
    }
    add_bundles(&env);
    stand_in(&env, "kubectl", "case $1 in get) cat pods.json;; esac");
    stand_in(&env, "jq", "cat > /dev/null");
    env
}

/// The dump in every other form that there is.
fn add_bundles(env: &TestEnv) {
    let pods = || vec![("shop/pods.json".to_owned(), PODS.as_bytes().to_vec())];
    env.file("must-gather.tar.gz", bundles::gzip(&bundles::tar(&pods())));
    env.file("support-bundle.zip", bundles::zip(&pods(), CompressionMethod::DEFLATE));
    env.file("pods.json.zst", compress_to_vec(PODS.as_bytes(), CompressionLevel::Fastest));
    env.file("pods.yaml", "kind: Pod\nmetadata:\n  name: a\n  labels:\n    env: prod\n");
    env.file("pods.ndjson", r#"{"kind":"Pod","metadata":{"name":"a","labels":{"env":"prod"}}}"#);
    bundles::write_all(&env.path().join("dumps"), &pods());
}

fn stand_in(env: &TestEnv, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = env.path().join("bin").join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// What the command prints, standard error after standard output.
fn run(env: &TestEnv, command: &str) -> (i32, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_selq")).parent().unwrap().display();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(env.path())
        .env("PATH", format!("{}/bin:{program}:{path}", env.path().display()))
        .env("HOME", env.path())
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// The text without the times and sizes in it, and with one space where there are several: a time pads its column.
fn without_figures(text: &str) -> String {
    let units = ["ns", "µs", "ms", "s", "bytes"];
    let lines = text.lines().map(|line| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        while let Some(at) = words.iter().position(|word| units.contains(word)) {
            words.drain(at.saturating_sub(1)..=at);
        }
        words.join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Runs the examples one after another, and tells how many were about selq and how many showed what they print.
fn check(examples: &[Example]) -> (usize, usize) {
    let env = folder();
    let (mut n_run, mut n_compared) = (0, 0);
    for example in examples {
        let Some(command) = example.shell_command() else { continue };
        n_run += 1;
        n_compared += usize::from(!example.output.is_empty());
        if command.ends_with("selq repl -") {
            check_that_lines_are_from_a_terminal(&env, &command);
        } else if example.is_session() {
            check_session(&env, &command, example);
        } else {
            check_command(&env, &command, example);
        }
    }
    (n_run, n_compared)
}

fn check_command(env: &TestEnv, command: &str, example: &Example) {
    let (status, printed) = run(env, command);
    if !example.output.is_empty() {
        assert_eq!(without_figures(&printed), without_figures(&example.output), "{command}");
    }
    let is_error = example.output.lines().any(|line| line.starts_with("error:"));
    // What an audit finds is its answer, and its status then 1; so is what two dumps differ in.
    let may_find = command.starts_with("selq audit ") || command.contains("selq diff ");
    let expected = if is_error { 2 } else { i32::from(may_find && status == 1) };
    assert_eq!(status, expected, "{command}: {printed}");
}

/// Types the lines of a session into a pipe: what is printed then stands in what is shown, which has remarks for people
/// besides.
fn check_session(env: &TestEnv, command: &str, example: &Example) {
    let typed = example.typed();
    assert!(typed.len() >= 3, "{typed:?}");
    env.file("typed.txt", typed.join("\n"));
    let (_, printed) = run(env, &format!("{command} < typed.txt"));
    let shown = without_figures(&example.output.replace(PROMPT, ""));
    let printed = without_figures(&printed);
    assert!(printed.lines().count() >= 3, "{printed}");
    for line in printed.lines() {
        assert!(shown.lines().any(|it| it == line), "{line:?} is not in the session");
    }
}

/// Where there is no terminal, a session over a dump from a pipe has no lines.
fn check_that_lines_are_from_a_terminal(env: &TestEnv, command: &str) {
    let (status, printed) =
        run(env, &format!("command -v setsid > /dev/null || exit 7\nsetsid --wait sh -c '{command}'"));
    assert!(status == 7 || (status == 2 && printed.contains("no terminal")), "{status}: {printed}");
}

#[cfg(unix)]
#[test]
fn commands_print_what_the_readme_says() {
    let (mut n_run, mut n_compared) = (0, 0);
    for block in readme_blocks() {
        let (run, compared) = check(&block);
        n_run += run;
        n_compared += compared;
    }
    assert!(n_run >= 25 && n_compared >= 6, "{n_run} commands, {n_compared} with their output");
}

#[cfg(unix)]
#[test]
fn what_the_readme_says_can_be_read() {
    let commands = table_commands();
    assert_eq!(check(&commands), (commands.len(), 0));
    assert!(commands.len() >= 10, "{}", commands.len());
}

/// Everything that there is help on, but for the grammar, which is a file of its own.
const TOPICS: [&str; 15] = [
    "",
    "parse",
    "explain",
    "sql",
    "labels",
    "ls",
    "links",
    "diff",
    "repl",
    "label",
    "watch",
    "index",
    "completions",
    "man",
    "help",
];

fn help_on(topic: &str) -> String {
    let topic = Some(topic).filter(|it| !it.is_empty());
    TestEnv::new().out(&[&["help"][..], topic.as_slice()].concat())
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_help_work() {
    for topic in TOPICS {
        let examples = help_examples(&help_on(topic));
        let (n_run, _) = check(&examples);
        assert!(n_run > 0 && n_run == examples.len(), "{topic}: {n_run} of {}", examples.len());
    }
}

#[test]
fn help_fits_eighty_columns() {
    for topic in TOPICS {
        for line in help_on(topic).lines() {
            assert!(line.chars().count() <= 80, "{topic}: {line}");
        }
    }
}

#[test]
fn there_is_a_manual_page_for_every_subcommand() {
    let env = TestEnv::new();
    for topic in TOPICS {
        let args = ["man", topic];
        let page = env.out(if topic.is_empty() { &args[..1] } else { &args[..] });
        let usage = page.split(".SH SYNOPSIS\n").nth(1).and_then(|rest| rest.split(".SH").next()).unwrap();
        assert!(usage.contains(format!("selq {topic}").trim_end()), "{topic}: {usage}");
        assert!(page.contains(".SH EXAMPLES\n.nf\n"), "{topic}");
    }
    assert!(env.out(&["man", "label"]).contains("selq label [OPTIONS] [EDIT]...\n"));
}

#[test]
fn figures_are_taken_out() {
    assert_eq!(without_figures("a   82.8 µs\n  b 3 ms c, 1,234 bytes"), "a\nb c,");
}
