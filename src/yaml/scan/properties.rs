//! Anchors, aliases, tags and directives.

use super::Scanner;
use super::token::YamlTokenKind;
use crate::yaml::fault::YamlFault;
use std::borrow::Cow;

/// What may stand in a tag beside letters, digits, `_` and `-`.
const TAG_SIGNS: &[u8] = b";/?:@&=+$,.!~*'()[]";
const MAX_VERSION_DIGITS: usize = 2;

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl<'a> Scanner<'a> {
    pub(super) fn alias(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        self.anchor_name("an alias").map(YamlTokenKind::Alias)
    }

    pub(super) fn anchor(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        self.anchor_name("an anchor").map(YamlTokenKind::Anchor)
    }

    fn anchor_name(&mut self, what: &str) -> Result<&'a str, YamlFault> {
        self.cursor.pass(1);
        let name = self.name();
        let is_over = self.cursor.is_blank_or_end() || b"?:,]}%@`".contains(&self.cursor.byte());
        if name.is_empty() || !is_over {
            let message =
                format!("expected a name of letters, digits, `-` and `_` for {what}, found another sign");
            return Err(self
                .fault_here(message)
                .with_help("a text that begins with `*` or `&` has to be in quotes"));
        }
        Ok(name)
    }

    fn name(&mut self) -> &'a str {
        let start = self.cursor.at();
        while is_name_byte(self.cursor.byte()) {
            self.cursor.pass(1);
        }
        self.cursor.since(start)
    }

    /// `!local`, `!!core`, `!handle!suffix`, `!<whole>` or `!`.
    pub(super) fn tag(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        let kind = if self.cursor.ahead(1) == b'<' { self.verbatim_tag()? } else { self.short_tag()? };
        if !self.cursor.is_blank_or_end() {
            return Err(self
                .fault_here("expected a space behind a tag, found another sign")
                .with_help("a text that begins with `!` has to be in quotes"));
        }
        Ok(kind)
    }

    fn verbatim_tag(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        self.cursor.pass(2);
        let suffix = self.tag_text("", false)?;
        if self.cursor.byte() != b'>' {
            return Err(self.fault_here("expected `>` at the end of a tag, found another sign"));
        }
        self.cursor.pass(1);
        Ok(YamlTokenKind::Tag { handle: Cow::Borrowed(""), suffix })
    }

    fn short_tag(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        let handle = self.tag_handle(false)?;
        if handle.len() > 1 && handle.ends_with('!') {
            let suffix = self.tag_text("", false)?;
            return Ok(YamlTokenKind::Tag { handle: Cow::Borrowed(handle), suffix });
        }
        let suffix = self.tag_text(&handle[1..], true)?;
        let sign = Cow::Borrowed("!");
        Ok(match suffix.is_empty() {
            true => YamlTokenKind::Tag { handle: Cow::Borrowed(""), suffix: sign },
            false => YamlTokenKind::Tag { handle: sign, suffix },
        })
    }

    /// `!`, `!!`, `!name!`, or `!name`, which is none unless a directive says so.
    fn tag_handle(&mut self, is_directive: bool) -> Result<&'a str, YamlFault> {
        let start = self.cursor.at();
        if self.cursor.byte() != b'!' {
            return Err(
                self.fault_here("expected `!` at the beginning of a tag's handle, found another sign")
            );
        }
        self.cursor.pass(1);
        self.name();
        if self.cursor.byte() == b'!' {
            self.cursor.pass(1);
        } else if is_directive && self.cursor.at() - start > 1 {
            return Err(self.fault_here("expected `!` at the end of a tag's handle, found another sign"));
        }
        Ok(self.cursor.since(start))
    }

    /// The signs of a tag behind `head`, escapes replaced.
    fn tag_text(&mut self, head: &str, may_be_empty: bool) -> Result<Cow<'a, str>, YamlFault> {
        let mut text = head.as_bytes().to_vec();
        let start = self.cursor.at();
        loop {
            let byte = self.cursor.byte();
            if byte == b'%' {
                self.tag_escape(&mut text)?;
            } else if is_name_byte(byte) || TAG_SIGNS.contains(&byte) {
                text.push(byte);
                self.cursor.pass(1);
            } else {
                break;
            }
        }
        if start == self.cursor.at() && !may_be_empty {
            return Err(self.fault_here("expected the text of a tag, found another sign"));
        }
        Ok(Cow::Owned(String::from_utf8_lossy(&text).into_owned()))
    }

    /// One character, written as `%` and two digits for each of its bytes.
    fn tag_escape(&mut self, text: &mut Vec<u8>) -> Result<(), YamlFault> {
        let mut n_bytes = 0;
        let mut len = 1;
        while n_bytes < len {
            let Some(byte) = self.tag_escape_byte() else {
                return Err(
                    self.fault_here("expected `%` and two hexadecimal digits in a tag, found another sign")
                );
            };
            len = if n_bytes == 0 { utf8_len(byte) } else { len };
            let is_fitting = if n_bytes == 0 { len > 0 } else { byte & 0xC0 == 0x80 };
            if !is_fitting {
                return Err(self.fault_here("expected the bytes of a character in a tag, found others"));
            }
            text.push(byte);
            self.cursor.pass(3);
            n_bytes += 1;
        }
        Ok(())
    }

    fn tag_escape_byte(&self) -> Option<u8> {
        let digit = |n| char::from(self.cursor.ahead(n)).to_digit(16);
        let is_escape = self.cursor.byte() == b'%';
        let byte = is_escape.then(|| Some(digit(1)? << 4 | digit(2)?))??;
        u8::try_from(byte).ok()
    }

    /// `%YAML` or `%TAG`.
    pub(super) fn directive(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        self.cursor.pass(1);
        let start = self.cursor.at();
        let name = self.name();
        let is_over = self.cursor.is_blank_or_end();
        let kind = match name {
            "YAML" if is_over => self.version_directive()?,
            "TAG" if is_over => self.tag_directive()?,
            _ => {
                let message = "expected `%YAML` or `%TAG` as a directive, found another name";
                return Err(self
                    .fault_at(start, message)
                    .with_help("a text that begins with `%` has to be in quotes"));
            }
        };
        self.pass_rest_of_line("expected nothing but a comment behind a directive, found more")?;
        Ok(kind)
    }

    /// Goes to the next line; only blanks and a comment may be left of this one.
    pub(super) fn pass_rest_of_line(&mut self, message: &'static str) -> Result<(), YamlFault> {
        self.cursor.pass_blanks();
        if self.cursor.byte() == b'#' {
            self.cursor.pass_line();
        }
        if !self.cursor.is_line_end() {
            return Err(self.fault_here(message));
        }
        if self.cursor.is_break() {
            self.cursor.pass_break();
        }
        Ok(())
    }

    fn version_directive(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        self.cursor.pass_blanks();
        let major = self.version_number()?;
        if self.cursor.byte() != b'.' {
            return Err(self.fault_here("expected `.` in a version, found another sign"));
        }
        self.cursor.pass(1);
        Ok(YamlTokenKind::VersionDirective(major, self.version_number()?))
    }

    fn version_number(&mut self) -> Result<u8, YamlFault> {
        let start = self.cursor.at();
        while self.cursor.byte().is_ascii_digit() {
            self.cursor.pass(1);
        }
        let digits = self.cursor.since(start);
        let number = (digits.len() <= MAX_VERSION_DIGITS).then(|| digits.parse().ok()).flatten();
        number.ok_or_else(|| self.fault_at(start, "expected a version such as 1.1, found another"))
    }

    fn tag_directive(&mut self) -> Result<YamlTokenKind<'a>, YamlFault> {
        self.cursor.pass_blanks();
        let handle = self.tag_handle(true)?;
        if !self.cursor.is_blank() {
            return Err(self.fault_here("expected a space behind the handle of a tag, found another sign"));
        }
        self.cursor.pass_blanks();
        let prefix = self.tag_text("", false)?;
        if !self.cursor.is_blank_or_end() {
            return Err(self.fault_here("expected a space behind a tag, found another sign"));
        }
        Ok(YamlTokenKind::TagDirective { handle: Cow::Borrowed(handle), prefix })
    }
}

/// How many bytes a character has by its first; 0 if it can begin none.
fn utf8_len(byte: u8) -> usize {
    match byte {
        0x00..=0x7F => 1,
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 0,
    }
}
