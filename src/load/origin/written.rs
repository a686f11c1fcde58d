//! YAML: read as the JSON that is made of it, with the way back to what is written.

use crate::load::error::{Fault, LoadErrorKind, quoted};
use crate::load::format;
use crate::load::json::cursor::line_end;
use crate::load::messages;
use crate::yaml::{self, PlaceMap, YamlFault, YamlTeam};
use bytes::Bytes;
use std::borrow::Cow;
use std::ops::Range;

/// How long a scalar may be that is shown in quotes.
const MAX_SHOWN: usize = 60;

/// A YAML text as it is written, beside the JSON that is read in its place.
pub(in crate::load) struct WrittenYaml {
    bytes: Bytes,
    /// Where the text begins, behind a byte-order mark.
    start: usize,
    map: PlaceMap,
    /// What is wrong with the text behind what could be read.
    fault: Option<Box<Fault>>,
}

/// The JSON of bytes that are YAML, and those bytes. As they were where they are not, or where nothing tells that they
/// are.
pub(in crate::load) fn read(bytes: Bytes, team: YamlTeam) -> (Bytes, Option<Box<WrittenYaml>>) {
    let Some(is_certain) = format::may_be_yaml(&bytes) else { return (bytes, None) };
    let (bytes, start) = match yaml::decode(&bytes) {
        Ok(Cow::Borrowed(text)) => {
            let start = bytes.len() - text.len();
            (bytes, start)
        }
        Ok(Cow::Owned(text)) => (Bytes::from(text.into_bytes()), 0),
        Err(fault) => return (Bytes::new(), Some(Box::new(WrittenYaml::broken(bytes, fault)))),
    };
    let converted = yaml::convert(text_of(&bytes, start), team);
    if !is_certain && !matches!(converted.json.first(), Some(b'{' | b'[')) {
        return (bytes, None);
    }
    let text = text_of(&bytes, start);
    let fault = converted.fault.map(|fault| in_words(text, fault, start));
    let written = WrittenYaml { bytes, start, map: converted.map, fault };
    (Bytes::from(converted.json), Some(Box::new(written)))
}

fn text_of(bytes: &Bytes, start: usize) -> &str {
    str::from_utf8(&bytes[start..]).unwrap_or_default()
}

/// The fault of a text that begins at `start`, called by what stands there if that is known.
fn in_words(text: &str, fault: YamlFault, start: usize) -> Box<Fault> {
    let line_start = text[..fault.offset].rfind('\n').map_or(0, |end| end + 1);
    let line = &text[line_start..line_end(text.as_bytes(), fault.offset)];
    let found = match messages::of(line.as_bytes()) {
        _ if line.contains("{{") => Some(messages::TEMPLATE),
        message => message,
    };
    let offset = start + fault.offset;
    match found {
        Some((found, help)) => {
            Fault::syntax(LoadErrorKind::Syntax, offset, format!("expected YAML, found {found}"))
                .with_help(help)
        }
        None => as_fault(fault, offset),
    }
}

fn as_fault(fault: YamlFault, offset: usize) -> Box<Fault> {
    let mut of_text = Fault::syntax(LoadErrorKind::Syntax, offset, fault.message);
    of_text.help = fault.help.map(Cow::Borrowed);
    of_text
}

impl WrittenYaml {
    fn broken(bytes: Bytes, fault: YamlFault) -> WrittenYaml {
        let offset = fault.offset;
        let mut fault = as_fault(fault, offset);
        fault.kind = LoadErrorKind::Utf8;
        WrittenYaml { bytes, start: 0, map: PlaceMap::default(), fault: Some(fault) }
    }

    /// The text behind a byte-order mark.
    pub(in crate::load) fn text(&self) -> &str {
        text_of(&self.bytes, self.start)
    }

    /// Where that begins.
    pub(in crate::load) fn start(&self) -> usize {
        self.start
    }

    /// The way back from its JSON.
    pub(in crate::load) fn map(&self) -> &PlaceMap {
        &self.map
    }

    /// What is written, byte-order mark included.
    pub(in crate::load) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes out what is wrong behind what could be read. Its place is one in what is written.
    pub(in crate::load) fn take_fault(&mut self) -> Option<Box<Fault>> {
        self.fault.take()
    }

    /// Where the line begins of the element of a list that begins at this byte of the JSON.
    pub(in crate::load) fn line_of_element(&self, json: usize) -> Option<usize> {
        let line = self.map.line_of_element(text_of(&self.bytes, self.start), json);
        line.map(|line| line + self.start)
    }

    /// Where in the JSON the element begins whose line begins here.
    pub(in crate::load) fn element_at_line(&self, line: usize) -> Option<usize> {
        let line = line.checked_sub(self.start)?;
        self.map.element_at_line(text_of(&self.bytes, self.start), line)
    }

    /// Where the text begins of the document whose JSON is at this byte.
    pub(in crate::load) fn start_of_document(&self, json: usize) -> Option<usize> {
        self.map.chunk(json).map(|chunk| chunk.start + self.start)
    }

    /// Where in the JSON the first document begins that begins here or behind.
    pub(in crate::load) fn document_from(&self, at: usize) -> Option<usize> {
        self.map.document_from(at.checked_sub(self.start)?)
    }

    /// Where the value is written that stands at this byte of the JSON.
    fn place(&self, json: &[u8], at: usize) -> Option<Range<usize>> {
        let place = self.map.place(text_of(&self.bytes, self.start), json, at)?;
        Some(place.start + self.start..place.end + self.start)
    }

    /// A fault of the JSON at the place where its value is written. For a scalar that only has to be put in quotes it
    /// says so.
    pub(in crate::load) fn fault_in_text(&self, json: &[u8], mut fault: Box<Fault>) -> Box<Fault> {
        let place = self.place(json, fault.offset).unwrap_or(self.start..self.start);
        let is_unquoted = matches!(json.get(fault.offset), Some(b'0'..=b'9' | b'-' | b't' | b'f'));
        let written = str::from_utf8(&self.bytes()[place.clone()]).unwrap_or_default();
        if fault.help.is_none() && is_unquoted && is_quotable(written) {
            fault.message = format!("{}, written {}", fault.message, quoted(written)).into();
            fault.help = Some(format!("quote it: \"{written}\"").into());
        }
        fault.offset = place.start;
        fault
    }
}

/// Whether a scalar stands for itself between double quotes.
fn is_quotable(written: &str) -> bool {
    let is_plain = |char: char| !char.is_control() && !matches!(char, '"' | '\\' | '!' | '&' | '*');
    !written.is_empty() && written.len() <= MAX_SHOWN && written.chars().all(is_plain)
}
