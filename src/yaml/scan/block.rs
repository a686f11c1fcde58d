//! Literal and folded block scalars.

use super::Scanner;
use super::scalars::NO_TABS;
use super::token::YamlTokenKind;
use crate::yaml::chomping::Chomping;
use crate::yaml::events::ScalarStyle;
use crate::yaml::fault::YamlFault;
use std::borrow::Cow;

/// What stands behind `|` or `>`.
struct Header {
    chomping: Chomping,
    /// How much deeper than its parent the text is indented, where that is said.
    indent: Option<usize>,
}

impl<'a> Scanner<'a> {
    /// A scalar of whole lines, told by their indentation.
    pub(super) fn block_scalar(&mut self, style: ScalarStyle) -> Result<YamlTokenKind<'a>, YamlFault> {
        let start = self.cursor.at();
        self.cursor.pass(1);
        let header = self.block_header(start)?;
        self.pass_rest_of_line("expected nothing but a comment behind the sign of a block text, found more")?;
        let parent = usize::try_from(self.indent).unwrap_or_default();
        let mut indent = header.indent.map(|indent| parent + indent);
        let mut text = BlockText {
            text: String::new(),
            is_literal: style == ScalarStyle::Literal,
            ..BlockText::default()
        };
        self.scalar_end = self.cursor.at();
        self.block_breaks(&mut indent, &mut text.breaks)?;
        while self.cursor.column() == indent.unwrap_or_default() && self.cursor.byte() != 0 {
            let line_start = self.cursor.at();
            self.cursor.pass_line();
            let line = self.cursor.since(line_start);
            text.push_line(line);
            text.line_break = if self.cursor.is_break() { self.cursor.pass_break() } else { "" };
            self.scalar_end = self.cursor.at();
            self.block_breaks(&mut indent, &mut text.breaks)?;
        }
        Ok(YamlTokenKind::Scalar(Cow::Owned(text.finish(header.chomping)), style))
    }

    fn block_header(&mut self, start: usize) -> Result<Header, YamlFault> {
        let mut header = Header { chomping: Chomping::Clip, indent: None };
        let had_chomping = self.chomping(&mut header);
        if self.cursor.byte() == b'0' {
            return Err(self.fault_at(start, "expected an indentation of a block text from 1 to 9, found 0"));
        }
        if self.cursor.byte().is_ascii_digit() {
            header.indent = Some(usize::from(self.cursor.byte() - b'0'));
            self.cursor.pass(1);
            if !had_chomping {
                self.chomping(&mut header);
            }
        }
        Ok(header)
    }

    fn chomping(&mut self, header: &mut Header) -> bool {
        header.chomping = match self.cursor.byte() {
            b'+' => Chomping::Keep,
            b'-' => Chomping::Strip,
            _ => return false,
        };
        self.cursor.pass(1);
        true
    }

    /// Passes over indentation and empty lines. The first line that is not empty tells the indentation, if nothing did.
    fn block_breaks(&mut self, indent: &mut Option<usize>, breaks: &mut String) -> Result<(), YamlFault> {
        let mut deepest = 0;
        loop {
            let mut column = self.cursor.column();
            while indent.is_none_or(|indent| column < indent) && self.cursor.byte() == b' ' {
                self.cursor.pass(1);
                column += 1;
            }
            deepest = deepest.max(column);
            if indent.is_none_or(|indent| column < indent) && self.cursor.byte() == b'\t' {
                let message = "expected spaces before a line of a block text, found a tab";
                return Err(self.fault_here(message).with_help(NO_TABS));
            }
            if !self.cursor.is_break() {
                break;
            }
            breaks.push_str(self.cursor.pass_break());
            self.scalar_end = self.cursor.at();
        }
        let least = usize::try_from(self.indent + 1).unwrap_or_default().max(1);
        indent.get_or_insert(deepest.max(least));
        Ok(())
    }
}

/// The text so far.
#[derive(Default)]
struct BlockText<'a> {
    text: String,
    is_literal: bool,
    /// The line before this one began with a blank, so that its end is kept.
    was_blank: bool,
    /// The end of the line before this one.
    line_break: &'a str,
    /// The ends of empty lines behind it.
    breaks: String,
}

impl BlockText<'_> {
    fn push_line(&mut self, line: &str) {
        let is_blank = line.starts_with([' ', '\t']);
        let is_folded = !self.is_literal && !self.was_blank && !is_blank && self.line_break.starts_with('\n');
        match is_folded {
            true if self.breaks.is_empty() => self.text.push(' '),
            true => {}
            false => self.text.push_str(self.line_break),
        }
        self.text.push_str(&self.breaks);
        self.breaks.clear();
        self.was_blank = is_blank;
        self.text.push_str(line);
    }

    fn finish(mut self, chomping: Chomping) -> String {
        if chomping != Chomping::Strip {
            self.text.push_str(self.line_break);
        }
        if chomping == Chomping::Keep {
            self.text.push_str(&self.breaks);
        }
        self.text
    }
}
