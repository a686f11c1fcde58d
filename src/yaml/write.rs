//! JSON as YAML, in the form that `kubectl get -o yaml` has: block style, lists as far left as their keys, long texts line
//! by line. What is written reads back as the same JSON.

use super::scalar::{self, Resolved};
use super::timestamp::is_timestamp;
use crate::json::JsonText;
use std::fmt::Write;

/// What is deeper than this is written in flow style: indentation would grow with the square of the depth.
const MAX_BLOCK_DEPTH: usize = 64;
/// A longer key has a line of its own, since readers look no farther for its colon.
const MAX_KEY: usize = 500;
const INDENT: usize = 2;

/// The JSON of one value as YAML, which ends in a line end. The value must be sound JSON; of any other text something is
/// written.
#[must_use]
pub fn yaml(json: &str) -> String {
    let mut writer = YamlWriter { json, at: 0, out: String::with_capacity(json.len()), open: Vec::new() };
    while writer.step() {}
    writer.out.push('\n');
    writer.out
}

/// A text as it stands behind a key or `- `, on one line.
pub(super) fn scalar_text(out: &mut String, text: &str) {
    match () {
        // As a key it would add the members of another object.
        () if text == "<<" => quoted(out, text),
        () if !matches!(scalar::plain(text), Resolved::Text(_)) || is_timestamp(text) => quoted(out, text),
        () if is_plain(text) => out.push_str(text),
        () => single_quoted(out, text),
    }
}

/// A text in single quotes, or in double ones if it has what these cannot hold.
pub(super) fn single_quoted(out: &mut String, text: &str) {
    if !text.chars().all(is_printable) {
        return quoted(out, text);
    }
    out.push('\'');
    out.push_str(&text.replace('\'', "''"));
    out.push('\'');
}

/// A text in double quotes, on one line.
pub(super) fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            char if is_printable(char) => out.push(char),
            // A text takes whatever is written to it.
            char => drop(match u32::from(char) {
                code @ 0..=0xFF => write!(out, "\\x{code:02x}"),
                code @ 0x100..=0xFFFF => write!(out, "\\u{code:04x}"),
                code => write!(out, "\\U{code:08x}"),
            }),
        }
    }
    out.push('"');
}

/// Whether a character can be seen and changes nothing around it.
fn is_printable(char: char) -> bool {
    !matches!(char, '\0'..='\x1F' | '\x7F'..='\u{A0}' | '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202F}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether a text without quotes is read as itself, in block style.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return false };
    let begins_well = match first {
        b'-' | b'?' | b':' => {
            bytes.get(1).is_some_and(u8::is_ascii_alphanumeric)
                || bytes.starts_with(b"--") && !bytes.starts_with(b"---")
        }
        _ => !b" ,[]{}#&*!|>'\"%@`=".contains(&first),
    };
    begins_well
        && !matches!(last, b' ' | b':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("...")
        && text.chars().all(is_printable)
}

/// Whether a text can be written line by line, as it is.
fn is_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && text.chars().all(|char| is_printable(char) || matches!(char, '\n' | '\t'))
}

struct YamlWriter<'j> {
    json: &'j str,
    at: usize,
    out: String,
    open: Vec<WrittenLevel>,
}

/// An object or array that is being written.
#[derive(Debug, Clone, Copy)]
struct WrittenLevel {
    is_object: bool,
    is_flow: bool,
    indent: usize,
    /// Nothing of it is written yet.
    is_empty: bool,
    /// Its first member or element goes on in the line.
    is_inline: bool,
    /// The key is written, and its value comes next.
    has_key: bool,
}

impl YamlWriter<'_> {
    /// Writes the next token. False at the end.
    fn step(&mut self) -> bool {
        let bytes = self.json.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| b" \t\r\n,:".contains(byte)) {
            self.at += 1;
        }
        match bytes.get(self.at) {
            None => return false,
            Some(bracket @ (b'{' | b'[')) => {
                self.at += 1;
                self.begin_item();
                self.open(*bracket == b'{');
            }
            Some(b'}' | b']') => {
                self.at += 1;
                self.close();
            }
            Some(_) => self.scalar(),
        }
        true
    }

    /// The text of the token here, up to its end.
    fn token(&mut self) -> &str {
        let start = self.at;
        let bytes = self.json.as_bytes();
        if bytes[start] == b'"' {
            self.at += 1;
            while let Some(&byte) = bytes.get(self.at) {
                self.at += if byte == b'\\' { 2 } else { 1 };
                if byte == b'"' {
                    break;
                }
            }
        } else {
            let len = bytes[start..].iter().position(|byte| b" \t\r\n,:]}[{\"".contains(byte));
            self.at = len.map_or(bytes.len(), |len| start + len.max(1));
        }
        self.json.get(start..self.at.min(bytes.len())).unwrap_or_default()
    }

    /// Writes what stands before an element or a key.
    fn begin_item(&mut self) {
        let Some(level) = self.open.last_mut() else { return };
        if level.is_object && level.has_key {
            return;
        }
        let WrittenLevel { is_object, is_flow, indent, is_empty, is_inline, .. } = *level;
        level.is_empty = false;
        match (is_flow, is_empty) {
            (true, true) => {}
            (true, false) => self.out.push_str(", "),
            (false, true) if is_inline => {}
            (false, _) => self.new_line(indent),
        }
        if !is_flow && !is_object {
            self.out.push_str("- ");
        }
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn open(&mut self, is_object: bool) {
        let parent = self.open.last().copied();
        let is_under_key = parent.is_some_and(|parent| parent.has_key);
        let rest = self.json.as_bytes()[self.at..].trim_ascii_start();
        let is_empty = rest.first().is_none_or(|byte| matches!(byte, b'}' | b']'));
        let is_flow =
            is_empty || parent.is_some_and(|parent| parent.is_flow) || self.open.len() >= MAX_BLOCK_DEPTH;
        let indent = match parent {
            None => 0,
            Some(parent) if is_under_key && !is_object => parent.indent,
            Some(parent) => parent.indent + INDENT,
        };
        if is_flow {
            // Behind a key a blank is missing; elsewhere it is there.
            if is_under_key {
                self.out.push(' ');
            }
            self.out.push(if is_object { '{' } else { '[' });
        }
        self.open.push(WrittenLevel {
            is_object,
            is_flow,
            indent,
            is_empty: true,
            is_inline: !is_under_key,
            has_key: false,
        });
    }

    fn close(&mut self) {
        if let Some(level) = self.open.pop()
            && level.is_flow
        {
            self.out.push(if level.is_object { '}' } else { ']' });
        }
        self.end_value();
    }

    /// A value is written: in an object a key comes next.
    fn end_value(&mut self) {
        if let Some(level) = self.open.last_mut() {
            level.has_key = false;
        }
    }

    /// A scalar, which may be a key.
    fn scalar(&mut self) {
        self.begin_item();
        let token = self.token();
        let text = token
            .starts_with('"')
            .then(|| serde_json::from_str(token).map_or(String::new(), |JsonText(text)| text));
        let token = token.to_owned();
        match self.open.last().copied() {
            Some(level) if level.is_object && !level.has_key => {
                self.key(&text.unwrap_or(token), level);
                return;
            }
            Some(level) if level.has_key => self.value(text, &token, Some(level), " "),
            level => self.value(text, &token, level, ""),
        }
        self.end_value();
    }

    fn key(&mut self, key: &str, level: WrittenLevel) {
        let is_long = key.len() > MAX_KEY;
        if is_long {
            self.out.push_str("? ");
        }
        match level.is_flow || is_long {
            true => quoted(&mut self.out, key),
            false => scalar_text(&mut self.out, key),
        }
        match is_long {
            true if !level.is_flow => self.new_line(level.indent),
            true => self.out.push(' '),
            false => {}
        }
        self.out.push(':');
        if let Some(level) = self.open.last_mut() {
            level.has_key = true;
        }
    }

    fn value(&mut self, text: Option<String>, token: &str, level: Option<WrittenLevel>, before: &str) {
        self.out.push_str(before);
        match (text, level) {
            (None, _) if token == "-0" => self.out.push_str("-0.0"),
            (None, _) => self.out.push_str(token),
            (Some(text), Some(level)) if level.is_flow => quoted(&mut self.out, &text),
            (Some(text), Some(level)) if is_literal(&text) => self.literal(&text, level.indent + INDENT),
            (Some(text), _) => scalar_text(&mut self.out, &text),
        }
    }

    /// A text line by line. How many line ends it has at its end stands before it.
    fn literal(&mut self, text: &str, indent: usize) {
        let body = text.trim_end_matches('\n');
        self.out.push_str(match text.len() - body.len() {
            0 => "|-",
            1 => "|",
            _ => "|+",
        });
        for line in body.split('\n') {
            match line.is_empty() {
                true => self.out.push('\n'),
                false => {
                    self.new_line(indent);
                    self.out.push_str(line);
                }
            }
        }
        // The last line end is that before whatever comes next.
        self.out.extend(std::iter::repeat_n('\n', (text.len() - body.len()).saturating_sub(1)));
    }
}
