//! From tokens to events: the grammar of YAML, with a stack of its own so that nesting costs no calls.

use super::events::{Event, EventSource, Properties, ScalarStyle, YamlNode};
use super::fault::YamlFault;
use super::scan::Scanner;
use super::scan::token::{YamlToken, YamlTokenKind};
use std::borrow::Cow;
use std::ops::Range;

const CORE_TAGS: &str = "tag:yaml.org,2002:";

/// What is expected next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ParserState {
    Document,
    End,
    BlockEntry,
    IndentlessEntry,
    BlockKey,
    BlockValue,
    FlowEntry { is_first: bool },
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowKey { is_first: bool },
    FlowValue,
    FlowNoValue,
}

/// Where a node stands, which decides what it can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NodePlace {
    Block,
    /// A list need not be indented deeper than the key before it.
    BlockAfterKey,
    Flow,
}

/// The parser of one chunk.
pub(crate) struct Parser<'a> {
    scanner: Scanner<'a>,
    state: ParserState,
    /// What is expected behind the node at hand.
    states: Vec<ParserState>,
    tag_handles: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

type ParserStep<'a> = Result<Option<Event<'a>>, YamlFault>;

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str) -> Parser<'a> {
        Parser {
            scanner: Scanner::new(text),
            state: ParserState::Document,
            states: Vec::new(),
            tag_handles: Vec::new(),
        }
    }

    fn kind(&mut self) -> Result<&YamlTokenKind<'a>, YamlFault> {
        self.scanner.peek().map(|token| &token.kind)
    }

    fn span(&mut self) -> Result<Range<usize>, YamlFault> {
        self.scanner.peek().map(|token| token.start..token.end)
    }

    fn take(&mut self) -> Result<YamlToken<'a>, YamlFault> {
        self.scanner.peek()?;
        Ok(self.scanner.take().unwrap_or(YamlToken { kind: YamlTokenKind::End, start: 0, end: 0 }))
    }

    /// Takes the token if it is this one.
    fn passes(&mut self, kind: &YamlTokenKind<'_>) -> Result<bool, YamlFault> {
        let passes = self.kind()? == kind;
        if passes {
            self.take()?;
        }
        Ok(passes)
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(ParserState::End);
    }

    /// Ends the collection at hand with the token at hand.
    fn end(&mut self, node: YamlNode<'a>) -> ParserStep<'a> {
        let YamlToken { start, end, .. } = self.take()?;
        self.pop_state();
        Ok(Some(Event { node, span: start..end }))
    }

    /// Ends the collection at hand before the token at hand.
    fn end_before(&mut self, node: YamlNode<'a>) -> ParserStep<'a> {
        let start = self.span()?.start;
        self.pop_state();
        Ok(Some(Event { node, span: start..start }))
    }

    /// Nothing, where a value could be.
    fn nothing(&mut self, at: usize, state: ParserState) -> ParserStep<'a> {
        self.state = state;
        Ok(Some(scalar(Properties::default(), Cow::Borrowed(""), ScalarStyle::Plain, at..at)))
    }

    /// A node behind which `state` is expected.
    fn node_then(&mut self, state: ParserState, place: NodePlace) -> ParserStep<'a> {
        self.states.push(state);
        self.node(place)
    }

    fn fault<T>(
        &mut self,
        message: impl Into<Cow<'static, str>>,
        help: &'static str,
    ) -> Result<T, YamlFault> {
        let at = self.span()?.start;
        Err(YamlFault::new(at, message).with_help(help))
    }

    /// That another token was expected than the one at hand.
    fn other_than<T>(&mut self, expected: &str, help: &'static str) -> Result<T, YamlFault> {
        let found = self.kind()?.in_words();
        self.fault(format!("expected {expected}, found {found}"), help)
    }

    fn document(&mut self) -> ParserStep<'a> {
        if *self.kind()? == YamlTokenKind::End {
            self.state = ParserState::End;
            return Ok(None);
        }
        let is_explicit = matches!(
            self.kind()?,
            YamlTokenKind::VersionDirective(..)
                | YamlTokenKind::TagDirective { .. }
                | YamlTokenKind::DocumentStart
        );
        if is_explicit {
            self.directives()?;
            if !self.passes(&YamlTokenKind::DocumentStart)? {
                return self.fault(
                    "expected `---` behind the directives, found none",
                    "leave out lines that begin with `%`",
                );
            }
        }
        let is_over = |kind: &YamlTokenKind<'_>| {
            use YamlTokenKind::{DocumentEnd, DocumentStart, End, TagDirective, VersionDirective};
            matches!(kind, VersionDirective(..) | TagDirective { .. } | DocumentStart | DocumentEnd | End)
        };
        if is_explicit && is_over(self.kind()?) {
            let at = self.span()?.start;
            return self.nothing(at, ParserState::End);
        }
        self.node_then(ParserState::End, NodePlace::Block)
    }

    fn directives(&mut self) -> Result<(), YamlFault> {
        let mut has_version = false;
        loop {
            let at = self.span()?.start;
            match self.kind()?.clone() {
                YamlTokenKind::VersionDirective(1, 1) if !has_version => has_version = true,
                YamlTokenKind::VersionDirective(..) => {
                    return Err(YamlFault::new(
                        at,
                        "expected one `%YAML 1.1`, found another version or a second one",
                    )
                    .with_help("leave out the line"));
                }
                YamlTokenKind::TagDirective { handle, prefix } => {
                    if self.tag_handles.iter().any(|(known, _)| *known == handle) {
                        return Err(YamlFault::new(
                            at,
                            "expected one `%TAG` for each handle, found a second",
                        ));
                    }
                    self.tag_handles.push((handle, prefix));
                }
                _ => return Ok(()),
            }
            self.take()?;
        }
    }

    /// The tag that is written so.
    fn whole_tag(&self, handle: &str, suffix: Cow<'a, str>, at: usize) -> Result<Cow<'a, str>, YamlFault> {
        let known = self.tag_handles.iter().find(|(known, _)| known == handle).map(|(_, prefix)| &**prefix);
        match (handle, known) {
            ("", _) => Ok(suffix),
            (_, Some(prefix)) => Ok(Cow::Owned(format!("{prefix}{suffix}"))),
            ("!", None) => Ok(Cow::Owned(format!("!{suffix}"))),
            ("!!", None) => Ok(Cow::Owned(format!("{CORE_TAGS}{suffix}"))),
            _ => Err(YamlFault::new(at, format!("expected a tag whose handle is known, found `{handle}`"))
                .with_help("name the handle in a `%TAG` line before `---`")),
        }
    }

    /// What stands before a node, in either order, and where that begins and ends.
    fn properties(&mut self) -> Result<(Properties<'a>, Option<Range<usize>>), YamlFault> {
        let mut properties = Properties::default();
        let mut span: Option<Range<usize>> = None;
        loop {
            let is_next = match self.kind()? {
                YamlTokenKind::Anchor(_) => properties.anchor.is_none(),
                YamlTokenKind::Tag { .. } => properties.tag.is_none(),
                _ => false,
            };
            if !is_next {
                return Ok((properties, span));
            }
            let YamlToken { kind, start, end } = self.take()?;
            span = Some(span.map_or(start, |span| span.start)..end);
            match kind {
                YamlTokenKind::Anchor(name) => properties.anchor = Some(Cow::Borrowed(name)),
                YamlTokenKind::Tag { handle, suffix } => {
                    properties.tag = Some(self.whole_tag(&handle, suffix, start)?);
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, place: NodePlace) -> ParserStep<'a> {
        if let YamlTokenKind::Alias(name) = *self.kind()? {
            return self.end(YamlNode::Alias(Cow::Borrowed(name)));
        }
        let (properties, before) = self.properties()?;
        let span = self.span()?;
        let start = before.as_ref().map_or(span.start, |before| before.start);
        let begin = |state, node| (state, Event { node, span: start..span.end });
        let (state, event) = match self.kind()? {
            YamlTokenKind::BlockEntry if place == NodePlace::BlockAfterKey => {
                begin(ParserState::IndentlessEntry, YamlNode::SequenceStart(properties))
            }
            YamlTokenKind::Scalar(..) => return self.scalar(properties, start),
            YamlTokenKind::FlowSequenceStart => {
                self.take()?;
                begin(ParserState::FlowEntry { is_first: true }, YamlNode::SequenceStart(properties))
            }
            YamlTokenKind::FlowMappingStart => {
                self.take()?;
                begin(ParserState::FlowKey { is_first: true }, YamlNode::MappingStart(properties))
            }
            YamlTokenKind::BlockSequenceStart if place != NodePlace::Flow => {
                self.take()?;
                begin(ParserState::BlockEntry, YamlNode::SequenceStart(properties))
            }
            YamlTokenKind::BlockMappingStart if place != NodePlace::Flow => {
                self.take()?;
                begin(ParserState::BlockKey, YamlNode::MappingStart(properties))
            }
            _ => return self.no_content(properties, before),
        };
        self.state = state;
        Ok(Some(event))
    }

    fn scalar(&mut self, properties: Properties<'a>, start: usize) -> ParserStep<'a> {
        let YamlToken { kind, end, .. } = self.take()?;
        self.pop_state();
        match kind {
            YamlTokenKind::Scalar(text, style) => Ok(Some(scalar(properties, text, style, start..end))),
            _ => Ok(None),
        }
    }

    /// An anchor or a tag alone is a node without content.
    fn no_content(&mut self, properties: Properties<'a>, before: Option<Range<usize>>) -> ParserStep<'a> {
        if let Some(span) = before {
            self.pop_state();
            return Ok(Some(scalar(properties, Cow::Borrowed(""), ScalarStyle::Plain, span)));
        }
        let is_end = matches!(self.kind()?, YamlTokenKind::End | YamlTokenKind::BlockEnd);
        let help = match is_end {
            true => "close what was opened with a bracket or brace, or write the value",
            false => "put a text that begins with such a sign in quotes",
        };
        self.other_than("a value", help)
    }

    fn block_entry(&mut self) -> ParserStep<'a> {
        let at = self.span()?.end;
        if self.passes(&YamlTokenKind::BlockEntry)? {
            return match self.kind()? {
                YamlTokenKind::BlockEntry | YamlTokenKind::BlockEnd => {
                    self.nothing(at, ParserState::BlockEntry)
                }
                _ => self.node_then(ParserState::BlockEntry, NodePlace::Block),
            };
        }
        if *self.kind()? == YamlTokenKind::BlockEnd {
            return self.end(YamlNode::SequenceEnd);
        }
        self.other_than(
            "`- ` or the end of the list",
            "indent what belongs to an element deeper than its `-`",
        )
    }

    fn indentless_entry(&mut self) -> ParserStep<'a> {
        let at = self.span()?.end;
        if !self.passes(&YamlTokenKind::BlockEntry)? {
            return self.end_before(YamlNode::SequenceEnd);
        }
        match self.kind()? {
            YamlTokenKind::BlockEntry
            | YamlTokenKind::Key
            | YamlTokenKind::Value
            | YamlTokenKind::BlockEnd => self.nothing(at, ParserState::IndentlessEntry),
            _ => self.node_then(ParserState::IndentlessEntry, NodePlace::Block),
        }
    }

    fn block_key(&mut self) -> ParserStep<'a> {
        let at = self.span()?.end;
        if self.passes(&YamlTokenKind::Key)? {
            return match self.kind()? {
                YamlTokenKind::Key | YamlTokenKind::Value | YamlTokenKind::BlockEnd => {
                    self.nothing(at, ParserState::BlockValue)
                }
                _ => self.node_then(ParserState::BlockValue, NodePlace::BlockAfterKey),
            };
        }
        if *self.kind()? == YamlTokenKind::BlockEnd {
            return self.end(YamlNode::MappingEnd);
        }
        self.other_than(
            "a key or the end of the object",
            "keys of one object begin in the same column; check the indentation",
        )
    }

    fn block_value(&mut self) -> ParserStep<'a> {
        let Range { start, end } = self.span()?;
        if !self.passes(&YamlTokenKind::Value)? {
            return self.nothing(start, ParserState::BlockKey);
        }
        match self.kind()? {
            YamlTokenKind::Key | YamlTokenKind::Value | YamlTokenKind::BlockEnd => {
                self.nothing(end, ParserState::BlockKey)
            }
            _ => self.node_then(ParserState::BlockKey, NodePlace::BlockAfterKey),
        }
    }

    fn flow_entry(&mut self, is_first: bool) -> ParserStep<'a> {
        if *self.kind()? != YamlTokenKind::FlowSequenceEnd
            && !is_first
            && !self.passes(&YamlTokenKind::FlowEntry)?
        {
            return self.other_than("`,` or `]`", "put a text with signs of YAML in quotes");
        }
        let Range { start, end } = self.span()?;
        if self.passes(&YamlTokenKind::Key)? {
            self.state = ParserState::FlowPairKey;
            return Ok(Some(Event { node: YamlNode::MappingStart(Properties::default()), span: start..end }));
        }
        match self.kind()? {
            YamlTokenKind::FlowSequenceEnd => self.end(YamlNode::SequenceEnd),
            _ => self.node_then(ParserState::FlowEntry { is_first: false }, NodePlace::Flow),
        }
    }

    fn flow_pair_key(&mut self) -> ParserStep<'a> {
        let end = self.span()?.end;
        match self.kind()? {
            YamlTokenKind::Value | YamlTokenKind::FlowEntry | YamlTokenKind::FlowSequenceEnd => {
                // What stands here is passed over, whatever it is, as in libyaml.
                self.take()?;
                self.nothing(end, ParserState::FlowPairValue)
            }
            _ => self.node_then(ParserState::FlowPairValue, NodePlace::Flow),
        }
    }

    fn flow_pair_value(&mut self) -> ParserStep<'a> {
        let start = self.span()?.start;
        if self.passes(&YamlTokenKind::Value)?
            && !matches!(self.kind()?, YamlTokenKind::FlowEntry | YamlTokenKind::FlowSequenceEnd)
        {
            return self.node_then(ParserState::FlowPairEnd, NodePlace::Flow);
        }
        self.nothing(start, ParserState::FlowPairEnd)
    }

    fn flow_pair_end(&mut self) -> ParserStep<'a> {
        let start = self.span()?.start;
        self.state = ParserState::FlowEntry { is_first: false };
        Ok(Some(Event { node: YamlNode::MappingEnd, span: start..start }))
    }

    fn flow_key(&mut self, is_first: bool) -> ParserStep<'a> {
        if *self.kind()? != YamlTokenKind::FlowMappingEnd
            && !is_first
            && !self.passes(&YamlTokenKind::FlowEntry)?
        {
            return self.other_than("`,` or `}`", "put a text with signs of YAML in quotes");
        }
        if self.passes(&YamlTokenKind::Key)? {
            let start = self.span()?.start;
            return match self.kind()? {
                YamlTokenKind::Value | YamlTokenKind::FlowEntry | YamlTokenKind::FlowMappingEnd => {
                    self.nothing(start, ParserState::FlowValue)
                }
                _ => self.node_then(ParserState::FlowValue, NodePlace::Flow),
            };
        }
        match self.kind()? {
            YamlTokenKind::FlowMappingEnd => self.end(YamlNode::MappingEnd),
            _ => self.node_then(ParserState::FlowNoValue, NodePlace::Flow),
        }
    }

    fn flow_value(&mut self) -> ParserStep<'a> {
        if self.passes(&YamlTokenKind::Value)?
            && !matches!(self.kind()?, YamlTokenKind::FlowEntry | YamlTokenKind::FlowMappingEnd)
        {
            return self.node_then(ParserState::FlowKey { is_first: false }, NodePlace::Flow);
        }
        self.flow_no_value()
    }

    fn flow_no_value(&mut self) -> ParserStep<'a> {
        let start = self.span()?.start;
        self.nothing(start, ParserState::FlowKey { is_first: false })
    }
}

impl<'a> EventSource<'a> for Parser<'a> {
    fn next_event(&mut self) -> ParserStep<'a> {
        match self.state {
            ParserState::Document => self.document(),
            ParserState::End => Ok(None),
            ParserState::BlockEntry => self.block_entry(),
            ParserState::IndentlessEntry => self.indentless_entry(),
            ParserState::BlockKey => self.block_key(),
            ParserState::BlockValue => self.block_value(),
            ParserState::FlowEntry { is_first } => self.flow_entry(is_first),
            ParserState::FlowPairKey => self.flow_pair_key(),
            ParserState::FlowPairValue => self.flow_pair_value(),
            ParserState::FlowPairEnd => self.flow_pair_end(),
            ParserState::FlowKey { is_first } => self.flow_key(is_first),
            ParserState::FlowValue => self.flow_value(),
            ParserState::FlowNoValue => self.flow_no_value(),
        }
    }

    fn finish(&mut self) -> Result<(), YamlFault> {
        // kubectl needs to see the token behind the document, and reads no farther.
        loop {
            match self.kind()? {
                YamlTokenKind::End => return Ok(()),
                YamlTokenKind::DocumentEnd
                | YamlTokenKind::VersionDirective(..)
                | YamlTokenKind::TagDirective { .. } => {
                    self.take()?;
                }
                _ => {
                    return self.fault(
                        "expected the end of the document, found more text, which kubectl would leave out",
                        "begin another document with a line `---`, or check the indentation",
                    );
                }
            }
        }
    }
}

fn scalar<'a>(
    properties: Properties<'a>,
    text: Cow<'a, str>,
    style: ScalarStyle,
    span: Range<usize>,
) -> Event<'a> {
    Event { node: YamlNode::Scalar(properties, text, style), span }
}
