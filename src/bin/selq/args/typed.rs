//! The words of a command line, taken apart before anybody knows whether they are right.
//!
//! The parser of the arguments refuses a line as a whole. What to write instead, and what to offer at a cursor inside the
//! line, is seen from its parts.

use clap::{Arg, Command, CommandFactory};

use crate::args::Args;

/// Options that have a value in kubectl, or in other subcommands, where that which is called has none of the name.
const VALUED_ELSEWHERE: [&str; 17] = [
    // Without -w: kubectl's has no value, and selq's is found where a subcommand has it.
    "-f",
    "-l",
    "-n",
    "-s",
    "--as",
    "--chunk-size",
    "--context",
    "--field-selector",
    "--filename",
    "--kubeconfig",
    "--namespace",
    "--request-timeout",
    "--selector",
    "--server",
    "--token",
    "--user",
    "--where",
];

/// A part of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ShellWord {
    /// An option by the name that was typed, `-l` or `--selector`, with its value if it has one.
    Option { name: String, value: Option<String>, typed: Vec<String> },
    /// Anything else: a file, the text of a selector, an edit.
    Operand(String),
}

impl ShellWord {
    pub(crate) fn operand(&self) -> Option<&str> {
        match self {
            ShellWord::Operand(text) => Some(text),
            ShellWord::Option { .. } => None,
        }
    }

    fn typed(&self) -> Vec<String> {
        match self {
            ShellWord::Option { typed, .. } => typed.clone(),
            ShellWord::Operand(text) => vec![text.clone()],
        }
    }
}

/// A command line in parts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ShellLine {
    pub(crate) subcommand: Option<String>,
    pub(crate) words: Vec<ShellWord>,
}

impl ShellLine {
    /// The parts of what was typed behind the name of the program.
    pub(crate) fn new(typed: &[String]) -> ShellLine {
        let mut root = Args::command();
        root.build();
        let mut line = ShellLine { subcommand: None, words: Vec::new() };
        let mut rest = typed.iter().map(String::as_str);
        while let Some(word) = rest.next() {
            if word == "--" {
                line.words.extend(rest.map(|word| ShellWord::Operand(word.to_owned())));
                return line;
            }
            if !word.starts_with('-') || word == "-" {
                line.push_operand(word, &root);
                continue;
            }
            let command = line.command(&root);
            for option in options(word, command) {
                let has_value = option.value.is_some() || !option.takes_value;
                let value = if has_value { option.value } else { rest.next().map(str::to_owned) };
                let mut typed = vec![option.typed];
                typed.extend(value.clone().filter(|_| !has_value));
                line.words.push(ShellWord::Option { name: option.name, value, typed });
            }
        }
        line
    }

    fn push_operand(&mut self, word: &str, root: &Command) {
        let is_first =
            self.subcommand.is_none() && !self.words.iter().any(|it| matches!(it, ShellWord::Operand(_)));
        match root.find_subcommand(word) {
            // Behind the first file clap looks for no subcommand any more: `selq pods.json labels`
            // names two files.
            Some(_) if is_first => self.subcommand = Some(word.to_owned()),
            _ => self.words.push(ShellWord::Operand(word.to_owned())),
        }
    }

    /// The definition of what is called.
    pub(crate) fn command<'c>(&self, root: &'c Command) -> &'c Command {
        self.subcommand.as_ref().and_then(|name| root.find_subcommand(name)).unwrap_or(root)
    }

    /// The same line with its operands behind its options, but for an option at the end that still wants a value.
    pub(crate) fn ordered(&self) -> Vec<String> {
        let mut root = Args::command();
        root.build();
        let is_open = |word: &&ShellWord| matches!(word, ShellWord::Option { name, value: None, .. } if takes_value(name, self.command(&root)));
        // It stays last, since what is being completed is its value.
        let open = self.words.last().filter(is_open);
        let n_whole = self.words.len() - usize::from(open.is_some());
        let (options, operands): (Vec<&ShellWord>, Vec<&ShellWord>) =
            self.words[..n_whole].iter().partition(|word| matches!(word, ShellWord::Option { .. }));
        let words = options.into_iter().chain(operands).chain(open);
        self.subcommand.iter().cloned().chain(words.flat_map(ShellWord::typed)).collect()
    }

    /// The values of an option that has these names.
    pub(crate) fn values<'l>(&'l self, names: &'l [&str]) -> impl Iterator<Item = &'l str> {
        self.words.iter().filter_map(move |word| match word {
            ShellWord::Option { name, value, .. } if names.contains(&name.as_str()) => value.as_deref(),
            _ => None,
        })
    }
}

/// One option of a word, before a value that is a word of its own is known.
struct Typed {
    name: String,
    value: Option<String>,
    typed: String,
    takes_value: bool,
}

/// The option that a word is, or the several that stand behind one dash.
fn options(word: &str, command: &Command) -> Vec<Typed> {
    if word.starts_with("--") {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word, None),
        };
        let takes_value = takes_value(name, command);
        return vec![Typed { name: name.to_owned(), value, typed: word.to_owned(), takes_value }];
    }
    let mut options = Vec::new();
    let mut rest = &word[1..];
    while let Some(letter) = rest.chars().next() {
        let name = format!("-{letter}");
        let (takes_value, behind) = (takes_value(&name, command), &rest[letter.len_utf8()..]);
        if takes_value && !behind.is_empty() {
            // The `=` is no part of the value: clap reads `-l=env` as `-l env`.
            let value = Some(behind.strip_prefix('=').unwrap_or(behind).to_owned());
            options.push(Typed { typed: format!("{name}{behind}"), name, value, takes_value });
            break;
        }
        options.push(Typed { typed: name.clone(), name, value: None, takes_value });
        rest = behind;
    }
    options
}

/// Whether an option has a value, here or where people have it from.
pub(crate) fn takes_value(name: &str, command: &Command) -> bool {
    match find(name, command) {
        // `--overwrite` has a value only behind its `=`, so that the next word is not taken for
        // one.
        Some(option) => option.get_action().takes_values() && !option.is_require_equals_set(),
        None => VALUED_ELSEWHERE.contains(&name),
    }
}

/// The definition of the option that goes by a name, `-l` or `--selector`.
pub(crate) fn find<'c>(name: &str, command: &'c Command) -> Option<&'c Arg> {
    let has_long = |arg: &Arg, long: &str| {
        arg.get_long() == Some(long) || arg.get_all_aliases().unwrap_or_default().contains(&long)
    };
    match name.strip_prefix("--") {
        Some(long) => command.get_arguments().find(|arg| has_long(arg, long)),
        None => command.get_arguments().find(|arg| arg.get_short() == name.chars().nth(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(typed: &[&str]) -> String {
        let line = ShellLine::new(&typed.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let words = line.words.iter().map(|word| match word {
            ShellWord::Option { name, value: Some(value), .. } => format!("{name} <{value}>"),
            ShellWord::Option { name, value: None, .. } => name.clone(),
            ShellWord::Operand(text) => format!("[{text}]"),
        });
        let subcommand = line.subcommand.iter().map(|name| format!("{name}:"));
        subcommand.chain(words).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn operands_come_last() {
        let ordered = |line: &str| {
            let typed: Vec<String> = line.split(' ').map(str::to_owned).collect();
            ShellLine::new(&typed).ordered().join(" ")
        };
        assert_eq!(ordered("a.json -l x -c b.json --key=y"), "-l x -c --key=y a.json b.json");
        assert_eq!(ordered("labels a.json -n"), "labels a.json -n");
        assert_eq!(ordered("a.json -c"), "-c a.json");
    }

    #[test]
    fn a_line_is_taken_apart() {
        assert_eq!(parts(&["-l", "a=b", "f.json"]), "-l <a=b> [f.json]");
        assert_eq!(parts(&["labels", "--key=env", "-nshop", "x"]), "labels: --key <env> -n <shop> [x]");
        assert_eq!(parts(&["-qcl", "a", "labels", "-"]), "labels: -q -c -l <a> [-]");
        assert_eq!(
            parts(&["get", "pods", "-f", "x", "--context", "y", "-w"]),
            "[get] [pods] -f <x> --context <y> -w"
        );
        assert_eq!(parts(&["x", "--", "-l"]), "[x] [-l]");
        assert_eq!(parts(&["-l"]), "-l");
    }
}
