//! How a session speaks: to people on a screen, or to whoever reads a pipe.

use std::io::Write;

use anstyle::Style;
use anyhow::Result;

use super::super::pager::{at_end, paged};
use crate::config::{Audience, Config};
use crate::terminal::message;
use crate::terminal::printer::Printer;
use crate::terminal::sanitize;
use crate::terminal::table::cut_to_width;

/// The rows of a screen that an answer leaves to its header, its last lines, and the prompt.
const ROWS_AROUND: usize = 5;

/// What people read answers on.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// The command that pages long answers; empty for none.
    pub(crate) pager: String,
}

impl Screen {
    /// How many lines of the screen a text takes.
    pub(super) fn n_lines_of(&self, text: &str) -> usize {
        // In bytes, since nothing but a tab takes more columns than bytes.
        text.lines().map(|line| line.len().div_ceil(self.columns.max(1)).max(1)).sum()
    }
}

/// Where words go, and how they look there.
pub(crate) struct Voice {
    /// `None` where lines and answers go through pipes.
    pub(crate) screen: Option<Screen>,
    /// Where words go without a screen, apart from the answers.
    pub(crate) words: Box<dyn Fn(&str)>,
    /// The style of remarks.
    pub(crate) dimmed: Style,
    /// Who reads the answers.
    audience: Audience,
}

impl Voice {
    pub(super) fn new(config: &Config) -> Voice {
        let dimmed = if config.colors_stdout() { Style::new().dimmed() } else { Style::new() };
        Voice { screen: None, words: Box::new(message::print), dimmed, audience: config.stdout }
    }

    /// How many rows of an answer the screen holds; without a screen any number.
    pub(crate) fn page(&self) -> usize {
        self.screen.as_ref().map_or(usize::MAX, |screen| screen.rows.saturating_sub(ROWS_AROUND).max(1))
    }

    /// Says something: below the line on a screen, else apart from the answers.
    pub(crate) fn say(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        self.say_in(Style::new(), text, out)
    }

    /// Says all of it, a line each.
    pub(crate) fn say_all(&self, lines: &[String], out: &mut dyn Write) -> Result<()> {
        lines.iter().try_for_each(|line| self.say(line, out))
    }

    /// What escapes for those who read the answers.
    pub(crate) fn printer<W: Write>(&self, out: W) -> Printer<W> {
        Printer::new(out, self.audience)
    }

    /// Says something that need not be read.
    pub(crate) fn remark(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        self.say_in(self.dimmed, text, out)
    }

    fn say_in(&self, style: Style, text: &str, out: &mut dyn Write) -> Result<()> {
        match self.screen {
            Some(_) => writeln!(out, "{style}{}{style:#}", sanitize::escaped(text))?,
            None => {
                // Both may go to the same place, in the order in which they were written.
                out.flush()?;
                (self.words)(text);
            }
        }
        Ok(())
    }

    /// Says what became of a setting, which everybody who sees the line may want to be sure of.
    pub(crate) fn confirm(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        if self.screen.is_some() { self.remark(text, out) } else { Ok(()) }
    }

    /// Writes what may be longer than the screen, through the pager if it is.
    pub(crate) fn write_long(
        &self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        self.write_through(str::to_owned, out, write)
    }

    /// The same of what people want to see the end of.
    pub(crate) fn write_long_to_end(
        &self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        self.write_through(at_end, out, write)
    }

    fn write_through(
        &self,
        pager: fn(&str) -> String,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        let Some(screen) = &self.screen else { return write(out) };
        // All of it before any is shown, since only then it is known how long it is.
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let is_long = screen.n_lines_of(&text) > screen.rows.saturating_sub(1);
        let pager = is_long.then(|| pager(&screen.pager));
        paged(pager.as_deref(), out, |out| Ok(out.write_all(&bytes)?))
    }

    /// The text and what it ends in, cut before that to the width of the screen.
    pub(crate) fn in_a_line(&self, mut text: String, end: &str) -> String {
        if let Some(screen) = &self.screen {
            cut_to_width(&mut text, screen.columns.saturating_sub(end.len()));
        }
        text + end
    }
}
