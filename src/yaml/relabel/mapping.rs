//! The objects of a text whose labels are to be changed, with where everything on the way to the labels is written.

use crate::yaml::events::{Event, EventSource, Properties, ScalarStyle, YamlNode};
use crate::yaml::fault::YamlFault;
use crate::yaml::parse::Parser;
use crate::yaml::scalar::{Resolved, key_text};
use crate::yaml::transcode::{is_merge, resolve};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// What is read apart in an object, and in what is in it.
const PATH: [&str; 2] = [super::METADATA, super::LABELS];

/// An object as it is written.
pub(super) struct ReadMapping {
    /// Where it begins, with its anchor if it has one.
    pub(super) start: usize,
    /// Where in it its first key may stand.
    pub(super) inside: usize,
    pub(super) end: usize,
    pub(super) is_flow: bool,
    pub(super) has_anchor: bool,
    pub(super) members: Vec<ReadMember>,
}

pub(super) struct ReadMember {
    /// `None` of a key that is no text.
    pub(super) key: Option<String>,
    pub(super) is_merge: bool,
    pub(super) key_span: Range<usize>,
    pub(super) value: ReadValue,
    /// Where the last sign of the value ends.
    pub(super) end: usize,
}

pub(super) enum ReadValue {
    Scalar {
        span: Range<usize>,
        is_null: bool,
    },
    Alias,
    Mapping(ReadMapping),
    /// What is not on the way to the labels.
    Other,
}

/// Goes through the events of a text.
pub(super) struct Walker<'a> {
    text: &'a str,
    parser: Parser<'a>,
    /// Where the last sign ended.
    end: usize,
}

impl<'a> Walker<'a> {
    pub(super) fn new(text: &'a str) -> Walker<'a> {
        Walker { text, parser: Parser::new(text), end: 0 }
    }

    /// The next of the objects that begin at one of these places, `start` being that of the text.
    pub(super) fn next_of<T>(
        &mut self,
        objects: &BTreeMap<usize, T>,
        start: usize,
    ) -> Result<Option<ReadMapping>, YamlFault> {
        while let Some(Event { node, span }) = self.next()? {
            if let YamlNode::MappingStart(properties) = node
                && objects.contains_key(&(start + span.start))
            {
                return self.mapping(&properties, span, &PATH).map(Some);
            }
        }
        Ok(None)
    }

    fn next(&mut self) -> Result<Option<Event<'a>>, YamlFault> {
        let mut event = self.parser.next_event()?;
        if let Some(Event { node, span }) = &mut event {
            // The line end that a last line lacks counts as written.
            *span = span.start.min(self.text.len())..span.end.min(self.text.len());
            let is_written = !matches!(node, YamlNode::MappingStart(_) | YamlNode::SequenceStart(_));
            // The end of what is indented is seen at the next sign, and is none itself.
            if is_written && span.start < span.end || matches!(node, YamlNode::Scalar(..)) {
                self.end = self.end_of_line_before(span.end);
            }
        }
        Ok(event)
    }

    /// A text of several lines may end behind blanks in the line of what follows.
    fn end_of_line_before(&self, at: usize) -> usize {
        let line_start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let is_blank = line_start < at && self.text[line_start..at].bytes().all(|byte| byte == b' ');
        if is_blank { line_start } else { at }
    }

    /// Reads an object that has begun, and apart what is on the path.
    fn mapping(
        &mut self,
        properties: &Properties<'_>,
        span: Range<usize>,
        path: &[&str],
    ) -> Result<ReadMapping, YamlFault> {
        let mut members = Vec::new();
        let is_flow = self.text[..span.end].ends_with('{');
        while let Some(Event { node, span: key_span }) = self.next()? {
            let (key, is_merge) = match node {
                YamlNode::MappingEnd => break,
                YamlNode::Scalar(properties, text, style) => as_key(&properties, text, style),
                other => {
                    self.pass(&other)?;
                    (None, false)
                }
            };
            let value = self.value(key.as_deref(), path)?;
            members.push(ReadMember { key, is_merge, key_span, value, end: self.end });
        }
        let has_anchor = properties.anchor.is_some();
        Ok(ReadMapping { start: span.start, inside: span.end, end: self.end, is_flow, has_anchor, members })
    }

    fn value(&mut self, key: Option<&str>, path: &[&str]) -> Result<ReadValue, YamlFault> {
        let Some(Event { node, span }) = self.next()? else { return Ok(ReadValue::Other) };
        let is_on_path = path.first().is_some_and(|name| key == Some(name));
        Ok(match node {
            YamlNode::Scalar(properties, text, style) => {
                let is_null = resolve(&properties, text, style) == Ok(Resolved::Null);
                let written = self.text[span.clone()].trim_ascii_end().len();
                let span = span.start..span.start + written;
                ReadValue::Scalar { span, is_null: is_null && properties == Properties::default() }
            }
            YamlNode::Alias(_) => ReadValue::Alias,
            YamlNode::MappingStart(properties) if is_on_path => {
                ReadValue::Mapping(self.mapping(&properties, span, &path[1..])?)
            }
            other => {
                self.pass(&other)?;
                ReadValue::Other
            }
        })
    }

    /// Passes over what is in a collection that has begun.
    fn pass(&mut self, node: &YamlNode<'_>) -> Result<(), YamlFault> {
        let mut depth = depth_of(node);
        while depth > 0
            && let Some(Event { node, .. }) = self.next()?
        {
            depth += depth_of(&node);
        }
        Ok(())
    }
}

fn depth_of(node: &YamlNode<'_>) -> i64 {
    match node {
        YamlNode::MappingStart(_) | YamlNode::SequenceStart(_) => 1,
        YamlNode::MappingEnd | YamlNode::SequenceEnd => -1,
        YamlNode::Alias(_) | YamlNode::Scalar(..) => 0,
    }
}

/// The text of a key, and whether it stands for the members of another object.
fn as_key(properties: &Properties<'_>, text: Cow<'_, str>, style: ScalarStyle) -> (Option<String>, bool) {
    if is_merge(properties, &text, style) {
        return (None, true);
    }
    let resolved = resolve(properties, text, style).ok();
    (resolved.and_then(key_text).map(Cow::into_owned), false)
}
