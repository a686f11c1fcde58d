//! The README against the program: its commands run, and print what it says they print.

use std::path::Path;
use std::process::Command;

use crate::testenv::{PODS, TestEnv};

const README: &str = include_str!("../../README.md");
/// How the README runs the program before it is installed.
const UNINSTALLED: &str = "cargo run --release -q -- ";

/// A command of the README and the lines below it.
struct Example {
    command: String,
    output: String,
}

fn examples() -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let blocks = README.split("```console\n").skip(1).filter_map(|block| block.split("```").next());
    for line in blocks.flat_map(str::lines) {
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

impl Example {
    /// The command line for a shell that finds `selq`, if it needs nothing but `selq` and the dump of the repository.
    fn shell_command(&self) -> Option<String> {
        let command =
            self.command.split(" #").next().unwrap_or_default().trim().replace(UNINSTALLED, "selq ");
        let is_alone = command.starts_with("selq ") && !command.contains('|') && !command.contains('>');
        let reads_dump = command.contains("pods.json") || command.starts_with("selq parse");
        // A session is for people, an index tells the size of the dump, and the queries are only named.
        let is_other = ["selq repl", "selq index", "--queries", "--as-commands"];
        (is_alone && reads_dump && !is_other.iter().any(|other| command.contains(other))).then_some(command)
    }
}

/// What the program prints, standard error after standard output.
fn run(env: &TestEnv, command: &str) -> (i32, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_selq"));
    let output = Command::new("sh")
        .args(["-c", &command.replacen("selq", &program.display().to_string(), 1)])
        .current_dir(env.path())
        .env_remove("NO_COLOR")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

/// The text without the times in it, and with one space where there are several: a time pads its column.
fn without_times(text: &str) -> String {
    let units = ["ns", "µs", "ms", "s"];
    let lines = text.lines().map(|line| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        while let Some(at) = words.iter().position(|word| units.contains(word)) {
            words.drain(at.saturating_sub(1)..=at);
        }
        words.join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(unix)]
#[test]
fn commands_print_what_the_readme_says() {
    let env = TestEnv::new();
    std::fs::create_dir_all(env.path().join("tests/data")).unwrap();
    env.file("tests/data/pods.json", PODS);
    let (mut n_run, mut n_compared) = (0, 0);
    for example in examples() {
        let Some(command) = example.shell_command() else { continue };
        let (status, printed) = run(&env, &command);
        n_run += 1;
        if example.output.is_empty() {
            assert!(status < 2, "{command}: {printed}");
            continue;
        }
        n_compared += 1;
        assert_eq!(without_times(&printed), without_times(&example.output), "{command}");
    }
    assert!(n_run >= 10 && n_compared >= 3, "{n_run} commands, {n_compared} with their output");
}

#[test]
fn times_are_taken_out() {
    assert_eq!(without_times("a   82.8 µs\n  b 3 ms c"), "a\nb c");
}
