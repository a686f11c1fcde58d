//! The lines of this session and those before, each once.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::output::replace::{Readers, Replacement};

/// How many lines are kept.
const MAX_LINES: usize = 1_000;

/// Lines that were entered, the latest last, without repeats.
#[derive(Debug, Default)]
pub(crate) struct History {
    lines: Vec<String>,
    file: Option<PathBuf>,
}

impl History {
    /// The history kept in a file; an empty one when it cannot be read.
    pub(crate) fn in_file(file: Option<PathBuf>) -> History {
        let lines = file.as_deref().map(read).unwrap_or_default();
        History { lines, file }
    }

    /// The lines, the latest last.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Adds a line, and writes it down where that is possible. Lines that other sessions wrote stay.
    pub(crate) fn add(&mut self, line: &str) {
        push(&mut self.lines, line);
        if let Some(file) = &self.file {
            let mut kept = read(file);
            push(&mut kept, line);
            // A history that cannot be written is no reason to stop.
            let _ = write(file, &kept);
        }
    }
}

fn push(lines: &mut Vec<String>, line: &str) {
    lines.retain(|other| other != line);
    lines.push(line.to_owned());
    let n_old = lines.len().saturating_sub(MAX_LINES);
    lines.drain(..n_old);
}

fn read(file: &Path) -> Vec<String> {
    let bytes = fs::read(file).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = Vec::new();
    text.lines().filter(|line| !line.is_empty()).for_each(|line| push(&mut lines, &unescaped(line)));
    lines
}

/// Writes beside the file and then in its place, so that two sessions never mix half lines.
fn write(file: &Path, lines: &[String]) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(Path::new("")))?;
    let text: String = lines.iter().map(|line| escaped(line) + "\n").collect();
    // Its lines are for nobody but the user, as those of shells are.
    Replacement::prepare(file.to_owned(), Readers::Owner, |file| file.write_all(text.as_bytes()))?.commit()
}

/// An entry of several lines as one.
fn escaped(line: &str) -> String {
    line.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next().map(|escaped| if escaped == 'n' { '\n' } else { escaped })),
            plain => out.push(plain),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_persist_once_each_and_the_latest_last() {
        let folder = tempfile::tempdir().unwrap();
        let file = || Some(folder.path().join("selq/history"));
        let mut first = History::in_file(file());
        let mut second = History::in_file(file());
        for line in ["a", "b in (\nx)", "c\\n", "a"] {
            first.add(line);
        }
        second.add("d");
        assert_eq!(first.lines(), ["b in (\nx)", "c\\n", "a"]);
        assert_eq!(History::in_file(file()).lines(), ["b in (\nx)", "c\\n", "a", "d"]);
    }

    #[test]
    fn only_so_many_are_kept() {
        let mut history = History::default();
        (0..MAX_LINES + 5).for_each(|n| history.add(&n.to_string()));
        assert_eq!((history.lines().len(), history.lines()[0].as_str()), (MAX_LINES, "5"));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_no_error() {
        let mut history = History::in_file(Some(PathBuf::from("/dev/null/history")));
        history.add("a");
        assert_eq!(history.lines(), ["a"]);
    }
}
