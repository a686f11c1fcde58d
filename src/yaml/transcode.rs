//! From events to JSON, without a tree: each node is written as it comes.
//!
//! Of equal keys the last counts, and what it overrides has been written by then: such parts are noted, and left out
//! at the end. An alias copies the JSON of its node; a merge key copies members.

use super::anchors::{Anchor, YamlAnchors};
use super::escape;
use super::events::{Event, EventSource, Properties, ScalarStyle, YamlNode};
use super::fault::YamlFault;
use super::keys::Keys;
use super::members;
use super::scalar::{self, Resolved};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// How deeply values may be nested, as in Kubernetes' JSON.
const MAX_DEPTH: usize = 10_000;
const ITEMS: &str = "items";
const MERGE: &str = "<<";
const MERGE_TAG: &str = "tag:yaml.org,2002:merge";

/// Writes the documents of a text as JSON. Keeps its memory from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Transcoder {
    out: Vec<u8>,
    open: Vec<Open>,
    keys: Keys,
    anchors: YamlAnchors,
    /// Parts of `out` that count no more, from start to end.
    dead: BTreeMap<usize, usize>,
    /// Values that JSON does not have. They do no harm where they count no more.
    unspeakable: Vec<(usize, YamlFault)>,
    /// Where the elements of the list begin that the document is or has as its `items`: in `out`, and in the text.
    elements: Vec<(usize, usize)>,
    /// How deep the elements are that are noted.
    elements_depth: usize,
    is_in_items: bool,
    /// Where each scalar, and the beginning of each collection, is written: in `out`, and in the text. Kept only for
    /// who asks for the place of a part of the JSON.
    trace: Option<Vec<(usize, Range<usize>)>>,
}

/// A collection that is open.
#[derive(Debug)]
struct Open {
    /// Where it begins in `out`.
    start: usize,
    anchor: Option<String>,
    /// How many nodes were decoded before it.
    n_before: u64,
    /// How many collections are in one another in it, itself included.
    depth: usize,
    next: Next,
}

/// What comes next in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    FirstElement,
    Element,
    Key,
    Value,
    /// What `<<` stands before.
    Merged,
}

/// What a document turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentRead {
    /// Nothing stands in it, or null.
    Empty,
    Value,
}

impl Transcoder {
    /// One that keeps a trace.
    pub(crate) fn tracing() -> Transcoder {
        Transcoder { trace: Some(Vec::new()), ..Transcoder::default() }
    }

    /// The JSON of the document that was read last.
    pub(crate) fn json(&self) -> &[u8] {
        &self.out
    }

    /// Where the elements of the document, or of its `items`, begin: in the JSON, and in the text.
    pub(crate) fn elements(&self) -> &[(usize, usize)] {
        &self.elements
    }

    /// Where the scalar is written that stands at this byte of the JSON, or the beginning of the collection.
    pub(crate) fn place(&self, json: usize) -> Option<Range<usize>> {
        let trace = self.trace.as_deref()?;
        let nth = trace.partition_point(|(start, _)| *start <= json).checked_sub(1)?;
        Some(trace[nth].1.clone())
    }

    /// Reads a document and writes its JSON in the place of that of the one before. Nothing may follow it.
    pub(crate) fn document<'a>(
        &mut self,
        events: &mut impl EventSource<'a>,
    ) -> Result<DocumentRead, YamlFault> {
        self.clear();
        while let Some(event) = events.next_event()? {
            self.event(event)?;
        }
        if let Some(fault) = self.living_fault() {
            return Err(fault);
        }
        events.finish()?;
        self.remove_dead();
        Ok(if matches!(self.out.as_slice(), b"" | b"null") {
            DocumentRead::Empty
        } else {
            DocumentRead::Value
        })
    }

    fn clear(&mut self) {
        self.out.clear();
        self.open.clear();
        self.keys.clear();
        self.anchors.clear();
        self.dead.clear();
        self.unspeakable.clear();
        self.elements.clear();
        self.trace.iter_mut().for_each(Vec::clear);
        (self.elements_depth, self.is_in_items) = (0, false);
    }

    fn event(&mut self, event: Event<'_>) -> Result<(), YamlFault> {
        let Event { node, span } = event;
        match node {
            YamlNode::Scalar(properties, text, style) => self.scalar(properties, text, style, span),
            YamlNode::Alias(name) => self.alias(&name, span),
            YamlNode::MappingStart(properties) => self.open(properties, b'{', Next::Key, span),
            YamlNode::SequenceStart(properties) => self.open(properties, b'[', Next::FirstElement, span),
            YamlNode::MappingEnd => self.close(b'}', span.start),
            YamlNode::SequenceEnd => self.close(b']', span.start),
        }
    }

    fn next(&self) -> Option<Next> {
        self.open.last().map(|open| open.next)
    }

    fn set_next(&mut self, next: Next) {
        if let Some(open) = self.open.last_mut() {
            open.next = next;
        }
    }

    /// Counts a node, and writes what separates it from the one before.
    fn begin_node(&mut self, at: usize) -> Result<(), YamlFault> {
        self.anchors.count_node(at)?;
        match self.next() {
            Some(Next::FirstElement) => self.set_next(Next::Element),
            Some(Next::Element) => self.out.push(b','),
            _ => return Ok(()),
        }
        if self.open.len() == self.elements_depth {
            self.elements.push((self.out.len(), at));
        }
        Ok(())
    }

    fn note(&mut self, start: usize, span: Range<usize>) {
        if let Some(trace) = &mut self.trace {
            trace.push((start, span));
        }
    }

    /// Whether the elements of the list that is opened now are the document's.
    fn note_elements(&mut self, bracket: u8) {
        match self.open.len() {
            0 => self.elements_depth = usize::from(bracket == b'['),
            1 if self.elements_depth != 1 => {
                self.elements_depth = if bracket == b'[' && self.is_in_items { 2 } else { 0 };
            }
            _ => {}
        }
    }

    fn open(
        &mut self,
        properties: Properties<'_>,
        bracket: u8,
        next: Next,
        span: Range<usize>,
    ) -> Result<(), YamlFault> {
        let at = span.start;
        let n_before = self.anchors.n_nodes();
        self.begin_node(at)?;
        if self.next() == Some(Next::Key) {
            return Err(no_key(at));
        }
        self.check_depth(1, at)?;
        let anchor = properties.anchor.map(Cow::into_owned);
        if let Some(name) = &anchor {
            self.anchors.set(name, Anchor::Open);
        }
        let start = self.out.len();
        self.note(start, span);
        self.note_elements(bracket);
        self.out.push(bracket);
        if bracket == b'{' {
            self.keys.open();
        }
        self.open.push(Open { start, anchor, n_before, depth: 1, next });
        Ok(())
    }

    fn close(&mut self, bracket: u8, at: usize) -> Result<(), YamlFault> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        self.out.push(bracket);
        if bracket == b'}' {
            self.keys.close();
        }
        let json = open.start..self.out.len();
        if let Some(name) = open.anchor {
            let n_nodes = self.anchors.n_nodes() - open.n_before;
            self.anchors.set(&name, Anchor::Collection { json: json.clone(), n_nodes, depth: open.depth });
        }
        self.deepen(open.depth);
        self.end_value(json, at)
    }

    /// Whether so many collections in one another may be here.
    fn check_depth(&self, depth: usize, at: usize) -> Result<(), YamlFault> {
        if self.open.len() + depth > MAX_DEPTH {
            let message = format!("expected at most {MAX_DEPTH} values in one another, found more");
            return Err(YamlFault::new(at, message));
        }
        Ok(())
    }

    /// Notes that so many collections in one another are in the one at hand.
    fn deepen(&mut self, depth: usize) {
        if let Some(open) = self.open.last_mut() {
            open.depth = open.depth.max(depth + 1);
        }
    }

    /// A value is written; in an object a key comes next.
    fn end_value(&mut self, json: Range<usize>, at: usize) -> Result<(), YamlFault> {
        match self.next() {
            Some(Next::Value) => self.set_next(Next::Key),
            Some(Next::Merged) => {
                self.set_next(Next::Key);
                self.dead.insert(json.start, json.end);
                self.merge(json, at)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        properties: Properties<'_>,
        text: Cow<'_, str>,
        style: ScalarStyle,
        span: Range<usize>,
    ) -> Result<(), YamlFault> {
        let next = self.next();
        if next == Some(Next::Key) && is_merge(&properties, &text, style) {
            if let Some(name) = properties.anchor {
                self.anchors.set(&name, Anchor::of_scalar(&Resolved::Text(text)));
            }
            self.set_next(Next::Merged);
            return Ok(());
        }
        self.begin_node(span.start)?;
        let resolved = resolve(&properties, text, style).map_err(|message| {
            YamlFault::new(span.start, message).with_help("leave out the tag, or write what it says")
        })?;
        if let Some(name) = properties.anchor {
            self.anchors.set(&name, Anchor::of_scalar(&resolved));
        }
        self.value(resolved, span)
    }

    /// Writes a scalar where a key or a value belongs.
    fn value(&mut self, resolved: Resolved<'_>, span: Range<usize>) -> Result<(), YamlFault> {
        let at = span.start;
        match self.next() {
            Some(Next::Key) => {
                self.key(resolved, span);
                return Ok(());
            }
            Some(Next::Merged) => return Err(no_mapping(at)),
            _ => {}
        }
        let start = self.out.len();
        self.note(start, span);
        if !escape::value(&mut self.out, &resolved) {
            let message = "expected a value that JSON has, found infinity or what is not a number";
            self.unspeakable
                .push((start, YamlFault::new(at, message).with_help("put it in quotes if it is a text")));
            self.out.extend_from_slice(b"null");
        }
        self.end_value(start..self.out.len(), at)
    }

    fn key(&mut self, resolved: Resolved<'_>, span: Range<usize>) {
        let at = span.start;
        self.begin_member();
        let start = self.out.len();
        self.note(start, span);
        let text = scalar::key_text(resolved).unwrap_or_else(|| {
            let message = "expected a key that is a text or a number of 63 bits, found another value";
            self.unspeakable.push((start, YamlFault::new(at, message).with_help("put the key in quotes")));
            // No other key is like this one.
            Cow::Owned(format!("\0{at}"))
        });
        escape::string(&mut self.out, &text);
        self.is_in_items = self.open.len() == 1 && text == ITEMS;
        self.end_key(start);
        self.out.push(b':');
        self.set_next(Next::Value);
    }

    fn begin_member(&mut self) {
        if !self.keys.is_empty() {
            self.out.push(b',');
        }
    }

    /// Takes note of the key that is written at the end.
    fn end_key(&mut self, start: usize) {
        let overridden = self.keys.push(&self.out, start, start..self.out.len());
        if let Some(Range { start, end }) = overridden {
            self.dead.insert(start, end);
        }
    }

    fn alias(&mut self, name: &str, span: Range<usize>) -> Result<(), YamlFault> {
        let at = span.start;
        let is_key = self.next() == Some(Next::Key);
        let anchor = self.anchors.get(name, at)?;
        self.begin_node(at)?;
        match anchor {
            Anchor::Scalar(resolved) => {
                let n_bytes = if let Resolved::Text(text) = &resolved { text.len() } else { 0 };
                self.anchors.count_alias(1, n_bytes, at)?;
                self.value(resolved, span)
            }
            Anchor::Open => Err(YamlFault::new(
                at,
                format!(
                    "expected the name of a value before this one, found `{name}`, which this is a part of"
                ),
            )),
            Anchor::Collection { .. } if is_key => Err(no_key(at)),
            Anchor::Collection { json, n_nodes, depth } => {
                self.anchors.count_alias(n_nodes, json.len(), at)?;
                self.check_depth(depth, at)?;
                self.deepen(depth);
                if self.next() == Some(Next::Merged) {
                    self.set_next(Next::Key);
                    return match self.out[json.start] {
                        b'{' => self.merge(json, at),
                        _ => Err(no_mapping(at)),
                    };
                }
                self.note(self.out.len(), span);
                let copy = self.copy(json);
                self.end_value(copy, at)
            }
        }
    }

    /// Writes a part of what is written once more.
    fn copy(&mut self, json: Range<usize>) -> Range<usize> {
        let start = self.out.len();
        let moved = start - json.start;
        let dead: Vec<_> =
            self.dead.range(json.clone()).map(|(&start, &end)| (start + moved, end + moved)).collect();
        self.dead.extend(dead);
        let place = |at| self.unspeakable.partition_point(|(other, _)| *other < at);
        let unspeakable = self.unspeakable[place(json.start)..place(json.end)].to_vec();
        self.unspeakable.extend(unspeakable.into_iter().map(|(at, fault)| (at + moved, fault)));
        self.out.extend_from_within(json);
        start..self.out.len()
    }

    /// Adds the members of an object, or of a list of objects of which the first counts most.
    fn merge(&mut self, json: Range<usize>, at: usize) -> Result<(), YamlFault> {
        if self.out[json.start] == b'{' {
            self.merge_members(json.start);
            return Ok(());
        }
        let elements = members::elements(&self.out, json.start);
        if elements.iter().any(|&element| self.out[element] != b'{') {
            return Err(no_mapping(at));
        }
        elements.into_iter().rev().for_each(|element| self.merge_members(element));
        Ok(())
    }

    fn merge_members(&mut self, object: usize) {
        for member in members::members(&self.out, &self.dead, object) {
            self.begin_member();
            let key_len = member.key_end - member.start;
            let copy = self.copy(member.start..member.end);
            let overridden = self.keys.push(&self.out, copy.start, copy.start..copy.start + key_len);
            if let Some(Range { start, end }) = overridden {
                self.dead.insert(start, end);
            }
        }
    }

    /// What is wrong with the first value that JSON does not have and that counts.
    fn living_fault(&self) -> Option<YamlFault> {
        let (mut dead, mut dead_end) = (self.dead.iter().peekable(), 0);
        let is_living = |(at, _): &&(usize, YamlFault)| {
            while let Some((_, &end)) = dead.next_if(|(start, _)| *start <= at) {
                dead_end = dead_end.max(end);
            }
            dead_end <= *at
        };
        self.unspeakable.iter().find(is_living).map(|(_, fault)| fault.clone())
    }

    /// Leaves out what counts no more.
    fn remove_dead(&mut self) {
        if self.dead.is_empty() {
            return;
        }
        let living = self.living();
        let mut kept = Vec::with_capacity(self.out.len());
        living.iter().for_each(|part| kept.extend_from_slice(&self.out[part.clone()]));
        self.out = kept;
        let mut moved = Moved { living: &living, nth: 0, n_before: 0 };
        self.elements.retain_mut(|(start, _)| moved.moves(start));
        if let Some(trace) = &mut self.trace {
            let mut moved = Moved { living: &living, nth: 0, n_before: 0 };
            trace.retain_mut(|(start, _)| moved.moves(start));
        }
    }

    /// The parts that count.
    fn living(&self) -> Vec<Range<usize>> {
        let mut living = Vec::new();
        let mut at = 0;
        for (&start, &end) in &self.dead {
            if at < start {
                living.push(at..start);
            }
            at = at.max(end);
        }
        living.push(at..self.out.len());
        living
    }
}

/// Finds for places in ascending order where they are once only the living parts are left.
struct Moved<'l> {
    living: &'l [Range<usize>],
    nth: usize,
    /// How long the living parts before this one are.
    n_before: usize,
}

impl Moved<'_> {
    /// Moves a place. False if it is gone.
    fn moves(&mut self, place: &mut usize) -> bool {
        while let Some(part) = self.living.get(self.nth) {
            if *place < part.end {
                let is_living = part.start <= *place;
                *place = self.n_before + place.saturating_sub(part.start);
                return is_living;
            }
            self.n_before += part.len();
            self.nth += 1;
        }
        false
    }
}

pub(super) fn resolve<'t>(
    properties: &Properties<'_>,
    text: Cow<'t, str>,
    style: ScalarStyle,
) -> Result<Resolved<'t>, String> {
    match (&properties.tag, text) {
        (Some(tag), text) => scalar::tagged(tag, text),
        (None, Cow::Borrowed(text)) if style == ScalarStyle::Plain => Ok(scalar::plain(text)),
        (None, text) if style == ScalarStyle::Plain => Ok(scalar::into_text(text)),
        (None, text) => Ok(Resolved::Text(text)),
    }
}

pub(super) fn is_merge(properties: &Properties<'_>, text: &str, style: ScalarStyle) -> bool {
    text == MERGE
        && match properties.tag.as_deref() {
            None => style == ScalarStyle::Plain,
            Some(tag) => tag == "!" || tag == MERGE_TAG,
        }
}

fn no_key(at: usize) -> YamlFault {
    YamlFault::new(at, "expected a key that is a text, found a list or an object")
}

fn no_mapping(at: usize) -> YamlFault {
    YamlFault::new(at, "expected an object or a list of objects behind `<<`, found another value")
        .with_help("put `<<` in quotes if it is a key like others")
}
