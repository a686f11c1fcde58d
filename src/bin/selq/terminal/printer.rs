//! Where an answer goes and who reads it there: the one place that decides what is escaped.

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use crate::config::Audience;
use crate::terminal::sanitize::{escaped, escaped_json, escaped_lines, push_escaped, push_line_ends_escaped};

impl Audience {
    /// A text from a dump as this audience may see it, on one line.
    pub(crate) fn text(self, text: &str) -> Cow<'_, str> {
        self.shown(text, escaped)
    }

    /// JSON as this audience may see it.
    pub(crate) fn json(self, json: &str) -> Cow<'_, str> {
        self.shown(json, escaped_json)
    }

    fn shown(self, text: &str, escape: fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
        match self {
            Audience::Terminal => escape(text),
            // A program could not tell what is escaped from what stands so in the dump.
            Audience::Program => Cow::Borrowed(text),
        }
    }

    /// Appends a text that shares its line with others: a tab or line end in it would forge one, whoever reads it.
    pub(crate) fn push_inside_line(self, text: &str, line: &mut String) {
        match self {
            Audience::Terminal => push_escaped(line, text),
            Audience::Program => push_line_ends_escaped(line, text),
        }
    }
}

/// An output that knows its audience.
pub(crate) struct Printer<W> {
    out: W,
    audience: Audience,
}

impl<W: Write> Printer<W> {
    pub(crate) fn new(out: W, audience: Audience) -> Printer<W> {
        Printer { out, audience }
    }

    pub(crate) fn audience(&self) -> Audience {
        self.audience
    }

    /// The output itself, for what was made for the audience already.
    pub(crate) fn raw(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes a text, which may come from a dump, on a line of its own.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(self.audience.text(text).as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Writes words of the program's own, which keep their line ends.
    pub(crate) fn words(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(self.audience.shown(text, escaped_lines).as_bytes())
    }

    /// Writes JSON.
    pub(crate) fn json(&mut self, json: &str) -> io::Result<()> {
        self.out.write_all(self.audience.json(json).as_bytes())
    }

    /// Writes a value as JSON on a line of its own.
    pub(crate) fn json_line(&mut self, value: &impl Serialize) -> io::Result<()> {
        match self.audience {
            // What is escaped has to be a text first. A program gets it without that copy.
            Audience::Terminal => self.json(&serde_json::to_string(value)?)?,
            Audience::Program => serde_json::to_writer(&mut self.out, value)?,
        }
        self.out.write_all(b"\n")
    }

    /// Has written what was printed, so that what follows elsewhere, such as a message, comes after it.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(
        audience: Audience,
        print: impl FnOnce(&mut Printer<&mut Vec<u8>>) -> io::Result<()>,
    ) -> String {
        let mut out = Vec::new();
        print(&mut Printer::new(&mut out, audience)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn programs_get_everything_as_it_is_and_terminals_what_does_not_steer_them() {
        let all = |audience| {
            printed(audience, |out| {
                out.line("a\u{1b}\nb")?;
                out.words("a\u{1b}\nb")?;
                out.json("\"\u{9b}\"")?;
                out.json_line(&"\u{9b}\n")
            })
        };
        assert_eq!(all(Audience::Program), "a\u{1b}\nb\na\u{1b}\nb\"\u{9b}\"\"\u{9b}\\n\"\n");
        assert_eq!(all(Audience::Terminal), "a\\u{1b}\\nb\na\\u{1b}\nb\"\\u009b\"\"\\u009b\\n\"\n");
    }

    #[test]
    fn nothing_ends_the_line_that_it_shares() {
        let pushed = |audience: Audience| {
            let mut line = String::new();
            audience.push_inside_line("a\tb\nc\rd\u{1b}", &mut line);
            line
        };
        assert_eq!(pushed(Audience::Program), "a\\tb\\nc\\rd\u{1b}");
        assert_eq!(pushed(Audience::Terminal), r"a\tb\nc\rd\u{1b}");
    }
}
