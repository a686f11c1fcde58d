//! Which token comes next.

use super::Scanner;
use super::scalars::NO_TABS;
use super::token::{YamlToken, YamlTokenKind};
use crate::yaml::events::ScalarStyle;
use crate::yaml::fault::YamlFault;

impl<'a> Scanner<'a> {
    /// Adds the next token to the queue, and those that its indentation tells of.
    pub(super) fn fetch(&mut self) -> Result<(), YamlFault> {
        self.pass_to_token();
        let column = self.cursor.column() as isize;
        self.unroll_indent(column);
        let is_before_blank = self.cursor.is_blank_or_end_at(1);
        let is_flow = self.flow_level() > 0;
        match self.cursor.byte() {
            0 => self.fetch_end(),
            b'%' if column == 0 => self.fetch_directive(),
            b'-' | b'.' if self.cursor.is_at_document_marker() => self.fetch_document_marker(),
            b'[' => self.fetch_flow_start(YamlTokenKind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(YamlTokenKind::FlowMappingStart),
            b']' => self.fetch_flow_end(YamlTokenKind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(YamlTokenKind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if is_before_blank => self.fetch_block_entry(),
            b'?' if is_flow || is_before_blank => self.fetch_key(),
            b':' if is_flow || is_before_blank => self.fetch_value(),
            b'*' => self.fetch_property(Scanner::alias),
            b'&' => self.fetch_property(Scanner::anchor),
            b'!' => self.fetch_property(Scanner::tag),
            b'|' if !is_flow => self.fetch_block_scalar(ScalarStyle::Literal),
            b'>' if !is_flow => self.fetch_block_scalar(ScalarStyle::Folded),
            b'\'' => self.fetch_scalar(|scanner| scanner.quoted_scalar(ScalarStyle::SingleQuoted)),
            b'"' => self.fetch_scalar(|scanner| scanner.quoted_scalar(ScalarStyle::DoubleQuoted)),
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => Err(self.no_token()),
            _ => self.fetch_scalar(Scanner::plain_scalar),
        }
    }

    /// Goes over blanks, comments and line ends. Tabs are blanks only where no key could begin.
    fn pass_to_token(&mut self) {
        loop {
            loop {
                match self.cursor.byte() {
                    b' ' => self.cursor.pass(1),
                    b'\t' if self.flow_level() > 0 || !self.simple_key_allowed => self.cursor.pass(1),
                    _ => break,
                }
            }
            if self.cursor.byte() == b'#' {
                self.cursor.pass_line();
            }
            if !self.cursor.is_break() {
                return;
            }
            self.cursor.pass_break();
            self.simple_key_allowed |= self.flow_level() == 0;
        }
    }

    fn no_token(&self) -> YamlFault {
        match self.cursor.byte() {
            b'\t' => {
                self.fault_here("expected spaces before a key or an element, found a tab").with_help(NO_TABS)
            }
            sign => self
                .fault_here(format!("expected a value, found `{}`, with which none begins", char::from(sign)))
                .with_help("put the text in quotes"),
        }
    }

    fn fetch_end(&mut self) -> Result<(), YamlFault> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push(YamlTokenKind::End, self.cursor.at());
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<(), YamlFault> {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.at();
        let kind = self.directive()?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_document_marker(&mut self) -> Result<(), YamlFault> {
        let kind = if self.cursor.byte() == b'-' {
            YamlTokenKind::DocumentStart
        } else {
            YamlTokenKind::DocumentEnd
        };
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push_sign(kind, 3);
        Ok(())
    }

    fn push_sign(&mut self, kind: YamlTokenKind<'a>, len: usize) {
        let start = self.cursor.at();
        self.cursor.pass(len);
        self.push(kind, start);
    }

    fn fetch_flow_start(&mut self, kind: YamlTokenKind<'a>) -> Result<(), YamlFault> {
        self.save_simple_key()?;
        self.open_flow()?;
        self.simple_key_allowed = true;
        self.push_sign(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: YamlTokenKind<'a>) -> Result<(), YamlFault> {
        self.remove_simple_key()?;
        self.close_flow();
        self.simple_key_allowed = false;
        self.push_sign(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), YamlFault> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_sign(YamlTokenKind::FlowEntry, 1);
        Ok(())
    }

    /// `-`, which the parser refuses in a flow collection.
    fn fetch_block_entry(&mut self) -> Result<(), YamlFault> {
        if self.flow_level() == 0 {
            if !self.simple_key_allowed {
                return Err(self
                    .fault_here("expected a value, found `-` where no list can begin")
                    .with_help("begin the list on a line of its own, or put the text in quotes"));
            }
            let column = self.cursor.column();
            self.roll_indent(column, None, YamlTokenKind::BlockSequenceStart, self.cursor.at())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_sign(YamlTokenKind::BlockEntry, 1);
        Ok(())
    }

    /// `?`
    fn fetch_key(&mut self) -> Result<(), YamlFault> {
        let is_block = self.flow_level() == 0;
        if is_block {
            if !self.simple_key_allowed {
                return Err(self.fault_here("expected a value, found `?` where no key can begin"));
            }
            let column = self.cursor.column();
            self.roll_indent(column, None, YamlTokenKind::BlockMappingStart, self.cursor.at())?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = is_block;
        self.push_sign(YamlTokenKind::Key, 1);
        Ok(())
    }

    /// `:`, which makes a key of what is before it.
    fn fetch_value(&mut self) -> Result<(), YamlFault> {
        let slot = self.simple_keys.len() - 1;
        if self.is_key_possible(slot)? {
            let key = self.simple_keys[slot];
            self.insert(Some(key.token), YamlToken { kind: YamlTokenKind::Key, start: key.at, end: key.at });
            self.roll_indent(key.column, Some(key.token), YamlTokenKind::BlockMappingStart, key.at)?;
            self.simple_keys[slot].is_possible = false;
            self.forget_key_token(key.token);
            self.simple_key_allowed = false;
        } else {
            self.begin_value_without_key()?;
        }
        self.push_sign(YamlTokenKind::Value, 1);
        Ok(())
    }

    fn begin_value_without_key(&mut self) -> Result<(), YamlFault> {
        let is_block = self.flow_level() == 0;
        if is_block {
            if !self.simple_key_allowed {
                return Err(self
                    .fault_here("expected a value, found `: `, which makes a key of what is before it")
                    .with_help("put a text with `: ` in quotes; keys belong on lines of their own"));
            }
            let column = self.cursor.column();
            self.roll_indent(column, None, YamlTokenKind::BlockMappingStart, self.cursor.at())?;
        }
        self.simple_key_allowed = is_block;
        Ok(())
    }

    fn fetch_property(
        &mut self,
        scan: fn(&mut Scanner<'a>) -> Result<YamlTokenKind<'a>, YamlFault>,
    ) -> Result<(), YamlFault> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.at();
        let kind = scan(self)?;
        self.push(kind, start);
        Ok(())
    }

    fn fetch_block_scalar(&mut self, style: ScalarStyle) -> Result<(), YamlFault> {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let start = self.cursor.at();
        let kind = self.block_scalar(style)?;
        self.tokens.push_back(YamlToken { kind, start, end: self.scalar_end });
        Ok(())
    }

    fn fetch_scalar(
        &mut self,
        scan: impl FnOnce(&mut Scanner<'a>) -> Result<YamlTokenKind<'a>, YamlFault>,
    ) -> Result<(), YamlFault> {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let start = self.cursor.at();
        let kind = scan(self)?;
        self.tokens.push_back(YamlToken { kind, start, end: self.scalar_end });
        Ok(())
    }
}
