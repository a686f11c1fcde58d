//! Long answers, in the user's pager.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

/// `less` that leaves short answers and colours alone.
const DEFAULT: &str = "less -FRX";

/// The command that pages, as the user wants it.
pub(crate) fn command() -> String {
    let wanted = std::env::var("PAGER").ok().filter(|pager| !pager.trim().is_empty());
    wanted.unwrap_or_else(|| DEFAULT.to_owned())
}

/// The command that shows the end of what it pages first, where it is known how to ask for that.
pub(crate) fn at_end(pager: &str) -> String {
    let is_less = pager.split_whitespace().next().is_some_and(|it| Path::new(it).ends_with("less"));
    if is_less { format!("{pager} +G") } else { pager.to_owned() }
}

/// Writes to a pager, or to `out` where there is none or it does not start.
pub(crate) fn paged(
    pager: Option<&str>,
    out: &mut dyn Write,
    write: impl FnOnce(&mut dyn Write) -> Result<()>,
) -> Result<()> {
    let words: Vec<&str> = pager.map(|pager| pager.split_whitespace().collect()).unwrap_or_default();
    let Some((program, arguments)) = words.split_first() else { return write(out) };
    out.flush()?;
    let Ok(mut child) = Command::new(program).args(arguments).stdin(Stdio::piped()).spawn() else {
        return write(out);
    };
    let written = match child.stdin.take() {
        Some(stdin) => {
            let mut stdin = io::BufWriter::new(stdin);
            write(&mut stdin).and_then(|()| Ok(stdin.flush()?))
        }
        None => Ok(()),
    };
    child.wait()?;
    match written {
        // The user has seen enough.
        Err(error) if crate::terminal::message::is_broken_pipe(&error) => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_pager_it_is_written_plainly() {
        for pager in [None, Some(""), Some("no-such-pager-anywhere -x")] {
            let mut out = Vec::new();
            paged(pager, &mut out, |out| Ok(writeln!(out, "text")?)).unwrap();
            assert_eq!(out, b"text\n", "{pager:?}");
        }
    }

    #[test]
    fn the_end_is_asked_for_in_the_words_of_the_pager() {
        assert_eq!(at_end("less -FRX"), "less -FRX +G");
        assert_eq!(at_end("/usr/bin/less"), "/usr/bin/less +G");
        assert_eq!((at_end("more"), at_end("")), ("more".to_owned(), String::new()));
    }

    #[test]
    fn a_pager_that_leaves_early_is_no_error() {
        let mut out = Vec::new();
        paged(Some("true"), &mut out, |out| Ok(out.write_all(&[b'x'; 1 << 20])?)).unwrap();
        assert_eq!(out, b"");
    }
}
