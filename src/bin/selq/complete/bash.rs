//! Completion in bash, which takes `env=prod` for three words.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::{env, iter};

use clap::Command;
use clap_complete::env::EnvCompleter;

use super::{command, line_to_complete};

/// The line up to the cursor, and the part of its last word that bash would replace.
const BASH_LINE: &str = "_SELQ_LINE";
const BASH_WORD: &str = "_SELQ_WORD";

/// Completion in bash. It replaces only the last of the words that it sees, so that the line is taken apart here.
pub(super) struct Bash;

const BASH_SCRIPT: &str = r#"
_selq() {
    local IFS=$'\013'
    COMPREPLY=( $( \
        VAR=bash \
        _SELQ_LINE="${COMP_LINE:0:COMP_POINT}" \
        _SELQ_WORD="$2" \
        COMPLETER -- BIN \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
    elif [[ ${#COMPREPLY[@]} == 1 && "${COMPREPLY[0]}" =~ [=/,\(]$ ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o bashdefault -o nosort -F _selq BIN
else
    complete -o bashdefault -F _selq BIN
fi
"#;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        var: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let script = BASH_SCRIPT.replace("VAR", var).replace("COMPLETER", completer).replace("BIN", bin);
        buf.write_all(script.trim_start().as_bytes())
    }

    fn write_complete(
        &self,
        _command: &mut Command,
        _args: Vec<OsString>,
        folder: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let line = env::var(BASH_LINE).unwrap_or_default();
        let replaced = env::var(BASH_WORD).unwrap_or_default();
        let words = shell_words(&line);
        let is_quoted = words.last().is_some_and(|word| word.is_quoted);
        let (before, last) = line_to_complete(words.into_iter().skip(1).map(|word| word.text).collect());
        let mut command = command(last.is_empty());
        let args: Vec<OsString> =
            iter::once("selq".to_owned()).chain(before).chain([last.clone()]).map(OsString::from).collect();
        let index = args.len() - 1;
        let candidates = clap_complete::engine::complete(&mut command, args, index, folder)?;
        // bash puts a candidate behind the last of its breaks, as the `=` of `env=pr`, and keeps
        // the rest.
        let kept = last.strip_suffix(&replaced).unwrap_or_default();
        let texts = candidates.iter().filter_map(|it| it.get_value().to_str()?.strip_prefix(kept));
        // Outside of quotation marks bash would take the `(` of `env in (` for one of its own.
        let texts: Vec<&str> = texts.filter(|text| is_quoted || is_plain_in_bash(text)).collect();
        // The script splits at this character, since a selector may hold blanks.
        buf.write_all(texts.join("\u{b}").as_bytes())
    }
}

/// Whether a text stands for itself outside of quotation marks, where bash puts it into the line as it is.
fn is_plain_in_bash(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || "()<>|&;'\"$*?`[]{}\\#".contains(c))
}

/// A word of a line of a shell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct BashWord {
    text: String,
    /// Whether the line ends inside its quotation marks.
    is_quoted: bool,
}

/// The words of a line as a shell takes it apart; behind white space the last one is empty.
fn shell_words(line: &str) -> Vec<BashWord> {
    let mut words = vec![BashWord::default()];
    let mut quote = None;
    let mut is_escaped = false;
    let mut is_between = true;
    for c in line.chars() {
        let push = |words: &mut Vec<BashWord>, c| words.last_mut().expect("there is a word").text.push(c);
        match (quote, c) {
            _ if is_escaped => {
                push(&mut words, c);
                is_escaped = false;
            }
            // In single quotation marks a backslash stands for itself.
            (Some('"') | None, '\\') => is_escaped = true,
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if c.is_whitespace() => {
                if !is_between {
                    words.push(BashWord::default());
                }
                is_between = true;
                continue;
            }
            _ => push(&mut words, c),
        }
        is_between = false;
    }
    if let Some(last) = words.last_mut() {
        last.is_quoted = quote.is_some();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_bash_is_taken_apart() {
        let words = |line: &str| {
            let words = shell_words(line);
            let quoted = if words.iter().any(|word| word.is_quoted) { " (open)" } else { "" };
            words.into_iter().map(|word| format!("[{}]", word.text)).collect::<String>() + quoted
        };
        assert_eq!(words("selq -l env=pr"), "[selq][-l][env=pr]");
        assert_eq!(words("selq  "), "[selq][]");
        assert_eq!(words("selq -l 'env in (pr"), "[selq][-l][env in (pr] (open)");
        assert_eq!(words("selq 'a b' \"c\\\"d\" e\\ f "), "[selq][a b][c\"d][e f][]");
        assert_eq!(words(""), "[]");
    }
}
