//! A whole text as JSON, and the way back from a place in the JSON to the place in the text.

use super::chunks::Chunks;
use super::fast::{self, YamlTeam};
use super::fault::YamlFault;
use super::parse::Parser;
use super::text;
use super::transcode::{DocumentRead, Transcoder};
use memchr::memrchr;
use std::ops::Range;

/// The documents of a text as JSON, one a line.
#[derive(Debug, Default)]
pub(crate) struct Converted {
    pub(crate) json: Vec<u8>,
    pub(crate) map: PlaceMap,
    /// What is wrong behind the documents that could be read.
    pub(crate) fault: Option<YamlFault>,
}

/// Where documents, and the elements of lists, are in the JSON and in the text.
#[derive(Debug, Default)]
pub(crate) struct PlaceMap {
    documents: Vec<Document>,
    elements: Vec<PlacePair>,
}

#[derive(Debug)]
struct Document {
    json: usize,
    chunk: Range<usize>,
}

/// A place in the JSON, and the same in the text.
#[derive(Debug, Clone, Copy)]
struct PlacePair {
    json: usize,
    text: usize,
}

/// Reads the documents of a text up to the first fault: on several threads where there are many, or long ones.
pub(crate) fn convert(text: &str, team: YamlTeam) -> Converted {
    let mut converted = Converted::default();
    let (groups, fault) = groups(text, team.min_part);
    for groups in groups.chunks(team.n_at_once()) {
        converted.read_groups(text, groups, team);
        if converted.fault.is_some() {
            return converted;
        }
    }
    converted.fault = fault;
    converted
}

/// Chunks that follow one another, as many as are worth a thread, and the fault behind the last.
fn groups(text: &str, min_len: usize) -> (Vec<Vec<Range<usize>>>, Option<YamlFault>) {
    let mut groups: Vec<Vec<Range<usize>>> = Vec::new();
    let mut len = usize::MAX;
    for chunk in Chunks::new(text) {
        let chunk = match chunk {
            Ok(chunk) => chunk,
            Err(fault) => return (groups, Some(fault)),
        };
        if len >= min_len {
            groups.push(Vec::new());
            len = 0;
        }
        len += chunk.len();
        groups.iter_mut().last().into_iter().for_each(|group| group.push(chunk.clone()));
    }
    (groups, None)
}

/// How long the text of a group is.
fn len(group: &[Range<usize>]) -> usize {
    group.iter().map(ExactSizeIterator::len).sum()
}

impl Converted {
    /// Reads chunks, either several groups at a time or each with the help of all threads.
    fn read_groups(&mut self, text: &str, groups: &[Vec<Range<usize>>], team: YamlTeam) {
        let total: usize = groups.iter().map(|group| len(group)).sum();
        if groups.len() == 1 || groups.iter().any(|group| len(group) > total / 2) {
            groups.iter().for_each(|group| self.read_chunks(text, group, team));
            return;
        }
        let alone = YamlTeam { n_threads: 1, ..team };
        let read = |group: &Vec<Range<usize>>| {
            let mut converted = Converted::default();
            converted.read_chunks(text, group, alone);
            converted
        };
        team.map(groups, read).into_iter().for_each(|part| self.append(part));
    }

    /// Reads chunks up to the first fault, if there is none yet.
    fn read_chunks(&mut self, text: &str, chunks: &[Range<usize>], team: YamlTeam) {
        let mut transcoder = Transcoder::default();
        for chunk in chunks {
            if self.fault.is_none() {
                self.fault = self.read_chunk(text, chunk.clone(), team, &mut transcoder).err();
            }
        }
    }

    fn read_chunk(
        &mut self,
        text: &str,
        chunk: Range<usize>,
        team: YamlTeam,
        transcoder: &mut Transcoder,
    ) -> Result<(), YamlFault> {
        let chunk = without_mark(text, chunk);
        let json = self.json.len();
        if let Some(elements) = fast::read(text, chunk.clone(), team, &mut self.json) {
            self.map.elements.extend(elements.into_iter().map(|(json, text)| PlacePair { json, text }));
        } else {
            let outcome = read_slowly(&text[chunk.clone()], transcoder)
                .map_err(|fault| YamlFault { offset: chunk.end.min(chunk.start + fault.offset), ..fault })?;
            if outcome == DocumentRead::Empty {
                return Ok(());
            }
            self.json.extend_from_slice(transcoder.json());
            let elements = transcoder.elements().iter();
            let elements =
                elements.map(|&(start, at)| PlacePair { json: json + start, text: chunk.start + at });
            self.map.elements.extend(elements);
        }
        self.json.push(b'\n');
        self.map.documents.push(Document { json, chunk });
        Ok(())
    }

    /// Adds what was read of the text behind, unless there is a fault before it.
    fn append(&mut self, part: Converted) {
        if self.fault.is_some() {
            return;
        }
        let start = self.json.len();
        self.json.extend_from_slice(&part.json);
        let documents = part.map.documents.into_iter();
        self.map.documents.extend(documents.map(|it| Document { json: it.json + start, ..it }));
        let elements = part.map.elements.into_iter();
        self.map.elements.extend(elements.map(|it| PlacePair { json: it.json + start, ..it }));
        self.fault = part.fault;
    }
}

fn without_mark(text: &str, chunk: Range<usize>) -> Range<usize> {
    let len = text::without_mark(&text[chunk.clone()]).len();
    chunk.end - len..chunk.end
}

fn read_slowly(chunk: &str, transcoder: &mut Transcoder) -> Result<DocumentRead, YamlFault> {
    text::check_characters(chunk)?;
    transcoder.document(&mut Parser::new(chunk))
}

impl PlaceMap {
    /// Where in the text the line begins of the element that begins at this byte of the JSON.
    pub(crate) fn line_of_element(&self, text: &str, json: usize) -> Option<usize> {
        let nth = self.elements.binary_search_by_key(&json, |element| element.json).ok()?;
        Some(line_start(text, self.elements[nth].text))
    }

    /// Where in the JSON the element begins whose line begins at this byte of the text.
    pub(crate) fn element_at_line(&self, text: &str, line: usize) -> Option<usize> {
        let nth = self.elements.partition_point(|element| element.text < line);
        let element = self.elements.get(nth)?;
        (line_start(text, element.text) == line).then_some(element.json)
    }

    /// Where in the text the scalar is written that stands at this byte of the JSON, or where the collection begins.
    ///
    /// Reads the element around it once more, or the document.
    pub(crate) fn place(&self, text: &str, json: &[u8], at: usize) -> Option<Range<usize>> {
        let nth = self.documents.partition_point(|document| document.json <= at).checked_sub(1)?;
        let document = &self.documents[nth];
        let end = self.documents.get(nth + 1).map_or(json.len(), |next| next.json);
        let element = self.element_place(text, &json[..end], at, document);
        let place = element.or_else(|| {
            let place =
                place_in(&text[document.chunk.clone()], &json[document.json..end], at - document.json)?;
            Some(place.start + document.chunk.start..place.end + document.chunk.start)
        })?;
        // The line end that a last line lacks counts as written.
        Some(place.start.min(text.len())..place.end.min(text.len()))
    }

    /// Where in the JSON the first document begins that begins at this byte of the text or behind it.
    pub(crate) fn document_from(&self, at: usize) -> Option<usize> {
        let nth = self.documents.partition_point(|document| document.chunk.start < at);
        self.documents.get(nth).map(|document| document.json)
    }

    /// The chunk of the text that the JSON at this byte was made of.
    pub(crate) fn chunk(&self, at: usize) -> Option<Range<usize>> {
        let nth = self.documents.partition_point(|document| document.json <= at).checked_sub(1)?;
        Some(self.documents[nth].chunk.clone())
    }

    /// The same by reading only the element of a list that it is in, if that can be understood by itself.
    fn element_place(&self, text: &str, json: &[u8], at: usize, document: &Document) -> Option<Range<usize>> {
        let nth = self.elements.partition_point(|element| element.json <= at).checked_sub(1)?;
        let element = self.elements[nth];
        if element.json < document.json {
            return None;
        }
        let next = self.elements.get(nth + 1).filter(|next| next.json < json.len());
        let start = line_start(text, element.text);
        let end = next.map_or(document.chunk.end, |next| line_start(text, next.text));
        // Behind the last element other fields may follow, with which it is no text of its own.
        let mut alone = text.get(start..end)?;
        if next.is_none() {
            alone = up_to_indentation_of(alone);
        }
        let rest = &json[element.json..];
        let place = place_in_element(alone, rest, at - element.json)?;
        Some(place.start + start..place.end + start)
    }
}

/// Where the line begins that holds this byte.
fn line_start(text: &str, at: usize) -> usize {
    memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |end| end + 1)
}

/// The lines that are not indented less than the first, and that go on with its list.
fn up_to_indentation_of(text: &str) -> &str {
    let indent = text.bytes().take_while(|&byte| byte == b' ').count();
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let is_over = end > 0
            && line.bytes().take_while(|&byte| byte == b' ').count() <= indent
            && !line.trim().is_empty()
            && !line[indent.min(line.len())..].starts_with('-');
        if is_over {
            break;
        }
        end += line.len();
    }
    &text[..end]
}

/// A place in a text that is a list of one element, whose JSON `rest` begins with.
fn place_in_element(text: &str, rest: &[u8], at: usize) -> Option<Range<usize>> {
    let mut transcoder = Transcoder::tracing();
    read_slowly(text, &mut transcoder).ok()?;
    let element = transcoder.json().strip_prefix(b"[")?.strip_suffix(b"]")?;
    let is_same = rest.starts_with(element) && at < element.len();
    is_same.then(|| transcoder.place(at + 1)).flatten()
}

fn place_in(text: &str, json: &[u8], at: usize) -> Option<Range<usize>> {
    let mut transcoder = Transcoder::tracing();
    read_slowly(text, &mut transcoder).ok()?;
    json.starts_with(transcoder.json()).then(|| transcoder.place(at)).flatten()
}
