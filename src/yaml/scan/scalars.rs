//! Plain and quoted scalars.

use super::Scanner;
use super::fold::{Breaks, Folded};
use super::token::YamlTokenKind;
use crate::yaml::events::ScalarStyle;
use crate::yaml::fault::YamlFault;

/// Bytes at which a plain scalar may end, or at which something else than a character of it may be.
const STOPS: [bool; 256] = stops(b" \t\n\r:\0\xC2\xE2");
const STOPS_IN_FLOW: [bool; 256] = stops(b" \t\n\r:\0\xC2\xE2,?[]{}");
const STOPS_IN_SINGLE_QUOTES: [bool; 256] = stops(b" \t\n\r'\0\xC2\xE2");
const STOPS_IN_DOUBLE_QUOTES: [bool; 256] = stops(b" \t\n\r\"\\\0\xC2\xE2");

const fn stops(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut n = 0;
    while n < bytes.len() {
        table[bytes[n] as usize] = true;
        n += 1;
    }
    table
}

impl<'a> Scanner<'a> {
    /// A scalar without quotes, which ends where a comment, a `: ` or less indentation is.
    pub(super) fn plain_scalar(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        let start = self.cursor.at();
        let mut text = Folded::new(self.text, start);
        let mut breaks = Breaks::default();
        let (mut is_new_line, mut end) = (false, start);
        while !self.cursor.is_at_document_marker() && self.cursor.byte() != b'#' {
            let word = self.cursor.at();
            self.pass_plain_word();
            if word < self.cursor.at() {
                if is_new_line {
                    breaks.fold_into(&mut text);
                    is_new_line = false;
                } else {
                    text.push_source(end, word);
                }
                end = self.cursor.at();
                text.push_source(word, end);
            }
            if !(self.cursor.is_blank() || self.cursor.is_break()) {
                break;
            }
            self.pass_blanks_in_plain(start, &mut breaks, &mut is_new_line)?;
            if self.flow_level() == 0 && self.is_indented_less(self.indent + 1) {
                break;
            }
        }
        self.scalar_end = end;
        self.simple_key_allowed |= is_new_line;
        Ok(YamlTokenKind::Scalar(text.finish(), ScalarStyle::Plain))
    }

    fn pass_plain_word(&mut self) {
        let is_flow = self.flow_level() > 0;
        let table = if is_flow { &STOPS_IN_FLOW } else { &STOPS };
        loop {
            self.pass_until(table);
            match self.cursor.byte() {
                b':' if !self.cursor.is_blank_or_end_at(1) => self.cursor.pass(1),
                0xC2 if !self.cursor.is_break() => self.cursor.pass(2),
                0xE2 if !self.cursor.is_break() => self.cursor.pass(3),
                _ => return,
            }
        }
    }

    fn pass_until(&mut self, table: &[bool; 256]) {
        let rest = self.cursor.rest();
        self.cursor.pass(rest.iter().position(|&byte| table[usize::from(byte)]).unwrap_or(rest.len()));
    }

    fn pass_blanks_in_plain(
        &mut self,
        start: usize,
        breaks: &mut Breaks<'a>,
        is_new_line: &mut bool,
    ) -> Result<(), YamlFault> {
        loop {
            if self.cursor.is_blank() {
                let is_tab = *is_new_line && self.cursor.byte() == b'\t';
                if is_tab && self.is_indented_less(self.indent + 1) {
                    let message = "expected spaces before the next line of a text, found a tab";
                    return Err(self.fault_at(self.cursor.at().max(start), message).with_help(NO_TABS));
                }
                self.cursor.pass(1);
            } else if self.cursor.is_break() {
                *is_new_line = true;
                breaks.take(&mut self.cursor);
            } else {
                return Ok(());
            }
        }
    }

    /// A scalar between quotes.
    pub(super) fn quoted_scalar(&mut self, style: ScalarStyle) -> Result<YamlTokenKind<'a>, YamlFault> {
        let quote = self.cursor.byte();
        let start = self.cursor.at();
        self.cursor.pass(1);
        let mut text = Folded::new(self.text, self.cursor.at());
        let mut breaks = Breaks::default();
        loop {
            self.check_inside_quotes(start)?;
            let is_new_line = self.pass_quoted_word(quote, &mut text)?;
            if self.cursor.byte() == quote {
                break;
            }
            self.pass_blanks_in_quotes(is_new_line, &mut breaks, &mut text);
        }
        self.cursor.pass(1);
        self.scalar_end = self.cursor.at();
        Ok(YamlTokenKind::Scalar(text.finish(), style))
    }

    /// Adds blanks, or what the line ends among them stand for.
    fn pass_blanks_in_quotes(
        &mut self,
        mut is_new_line: bool,
        breaks: &mut Breaks<'a>,
        text: &mut Folded<'a>,
    ) {
        let start = self.cursor.at();
        let mut end = start;
        loop {
            if self.cursor.is_blank() {
                self.cursor.pass(1);
                end = if is_new_line { end } else { self.cursor.at() };
            } else if !self.cursor.is_break() {
                break;
            } else if is_new_line {
                breaks.take_other(&mut self.cursor);
            } else {
                is_new_line = true;
                breaks.take(&mut self.cursor);
            }
        }
        match is_new_line {
            true => breaks.fold_into(text),
            false => text.push_source(start, end),
        }
    }

    fn check_inside_quotes(&self, start: usize) -> Result<(), YamlFault> {
        if self.cursor.is_at_document_marker() {
            let message = "expected the closing quote of a text, found the marker of a document";
            return Err(self.fault_here(message).with_help("indent it where it belongs to the text"));
        }
        if self.cursor.byte() == 0 {
            let message = "expected the closing quote of this text, found the end of the document";
            return Err(self.fault_at(start, message));
        }
        Ok(())
    }

    /// Adds what comes before the next blank, line end or quote. Whether a line end was escaped there.
    fn pass_quoted_word(&mut self, quote: u8, text: &mut Folded<'a>) -> Result<bool, YamlFault> {
        let table = if quote == b'"' { &STOPS_IN_DOUBLE_QUOTES } else { &STOPS_IN_SINGLE_QUOTES };
        loop {
            let start = self.cursor.at();
            self.pass_until(table);
            text.push_source(start, self.cursor.at());
            match self.cursor.byte() {
                b'\'' if quote == b'\'' && self.cursor.ahead(1) == b'\'' => {
                    text.push_str("'");
                    self.cursor.pass(2);
                }
                b'\\' if quote == b'"' && self.cursor.break_len_at(1) > 0 => {
                    self.cursor.pass(1);
                    self.cursor.pass_break();
                    return Ok(true);
                }
                b'\\' if quote == b'"' => text.push(self.escape()?),
                first @ (0xC2 | 0xE2) if !self.cursor.is_break() => {
                    let at = self.cursor.at();
                    self.cursor.pass(if first == 0xC2 { 2 } else { 3 });
                    text.push_source(at, self.cursor.at());
                }
                _ => return Ok(false),
            }
        }
    }

    /// The character of the escape here.
    fn escape(&mut self) -> Result<char, YamlFault> {
        let char = match self.cursor.ahead(1) {
            b'0' => '\0',
            b'a' => '\u{7}',
            b'b' => '\u{8}',
            b't' | b'\t' => '\t',
            b'n' => '\n',
            b'v' => '\u{B}',
            b'f' => '\u{C}',
            b'r' => '\r',
            b'e' => '\u{1B}',
            sign @ (b' ' | b'"' | b'\'' | b'\\') => char::from(sign),
            b'N' => '\u{85}',
            b'_' => '\u{A0}',
            b'L' => '\u{2028}',
            b'P' => '\u{2029}',
            b'x' => return self.code_point(2),
            b'u' => return self.code_point(4),
            b'U' => return self.code_point(8),
            _ => {
                let message = "expected an escape of YAML, found another sign after `\\`";
                return Err(self
                    .fault_here(message)
                    .with_help("a backslash that stands for itself is written `\\\\`"));
            }
        };
        self.cursor.pass(2);
        Ok(char)
    }

    fn code_point(&mut self, n_digits: usize) -> Result<char, YamlFault> {
        let mut code = 0_u32;
        for nth in 0..n_digits {
            let digit = char::from(self.cursor.ahead(2 + nth)).to_digit(16);
            let Some(digit) = digit else {
                return Err(self.fault_here(format!(
                    "expected {n_digits} hexadecimal digits in an escape, found others"
                )));
            };
            code = code.wrapping_shl(4) | digit;
        }
        let Some(char) = char::from_u32(code) else {
            let message =
                "expected an escape of a character, found half a surrogate pair or a number beyond Unicode";
            return Err(self
                .fault_here(message)
                .with_help("write the character itself, or `\\U` with eight digits"));
        };
        self.cursor.pass(2 + n_digits);
        Ok(char)
    }
}

/// What to do about a tab that would have to be spaces.
pub(super) const NO_TABS: &str = "indent with spaces: YAML takes no tabs there";
