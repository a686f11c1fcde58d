//! Finds where a run of objects begins, by the beginning of a text alone.

use crate::ObjectId;
use crate::load::Loader;
use crate::load::error::LoadErrorKind;
use crate::load::json::cursor::ValueLayout;
use crate::load::objects::head::Head;
use crate::load::objects::parts::{Pace, Seam};
use crate::load::objects::runs::{Ahead, Notation, RunStart};
use crate::load::objects::sink::Sink;
use crate::load::objects::walk::Walk;
use crate::load::origin::source::Source;
use crate::load::origin::written::WrittenYaml;
use crate::load::report::{InputBytes, Reporter};
use memchr::memmem;
use std::ops::Range;

/// What stands between two elements of a list in the first column, as kubectl writes it, and where the second begins.
const YAML_SEAM: &[u8] = b"\n- ";
const YAML_SEAM_START: usize = 1;
/// What stands between two documents, and where the second begins.
const YAML_DOCUMENT_SEAM: &[u8] = b"\n---\n";
/// How much YAML is enough to find a run in it.
const ENOUGH_YAML: usize = 1 << 20;

/// The same in YAML, whose text this is; what it begins with tells enough. Runs are the elements of lists that begin in the
/// first column, and documents.
pub(in crate::load) fn first_yaml_run(loader: &Loader, text: &[u8], from: usize) -> Scouted {
    let enough = &text[..text.len().min(from.saturating_add(ENOUGH_YAML))];
    let run = yaml_elements(loader, enough, from).or_else(|| yaml_documents(loader, enough, from));
    run.map_or(Scouted::Nothing, Scouted::ReadRun)
}

/// The first run of elements of a list.
fn yaml_elements(loader: &Loader, text: &[u8], from: usize) -> Option<RunStart> {
    // What is wrong in a list makes the whole of it bad, which is left out then.
    if loader.skip_invalid {
        return None;
    }
    let text = &text[..memmem::rfind(text, YAML_SEAM)? + YAML_SEAM_START];
    let (source, start) =
        yaml_run(loader, text, |yaml| if from == 0 { Some(0) } else { yaml.element_at_line(from) })?;
    let pos = source.yaml()?.line_of_element(start.pos).filter(|&line| text[line..].starts_with(b"- "))?;
    let (seam, seam_start) = (YAML_SEAM.to_vec(), YAML_SEAM_START);
    let is_elements = matches!(start.ahead, Ahead::Elements { .. });
    is_elements.then_some(RunStart { pos, seam, seam_start, notation: Notation::Yaml, ..start })
}

/// The first run of documents.
fn yaml_documents(loader: &Loader, text: &[u8], from: usize) -> Option<RunStart> {
    let text = &text[..memmem::rfind(text, YAML_DOCUMENT_SEAM)? + YAML_DOCUMENT_SEAM.len()];
    let (source, start) = yaml_run(loader, text, |yaml| yaml.document_from(from))?;
    let pos = source.yaml()?.start_of_document(start.pos)?;
    let (seam, seam_start) = (YAML_DOCUMENT_SEAM.to_vec(), YAML_DOCUMENT_SEAM.len());
    let is_documents = matches!(start.ahead, Ahead::Values(_));
    is_documents.then_some(RunStart { pos, seam, seam_start, notation: Notation::Yaml, ..start })
}

/// The first run in the JSON that is made of a text, behind the place that is asked for, and that JSON.
fn yaml_run(
    loader: &Loader,
    text: &[u8],
    from: impl FnOnce(&WrittenYaml) -> Option<usize>,
) -> Option<(Source, RunStart)> {
    let source = Source::of_bytes(String::new(), text.to_vec()).read_yaml(loader.team());
    let from = from(source.yaml()?)?;
    match first_run(loader, &source, from) {
        Scouted::ReadRun(start) => Some((source, start)),
        _ => None,
    }
}

/// What a walk to the first run came to.
#[derive(Debug)]
pub(in crate::load) enum Scouted {
    ReadRun(RunStart),
    /// No run, as far as there is text.
    Nothing,
    /// Something that ends any walk, whatever follows.
    Fault,
}

/// How far before the end of a text what is wrong there may be so only because the rest is missing.
const MAX_CUT: u64 = 64 << 10;

/// Walks the beginning of a source to where a run begins behind `from`. Of what is missing in the text it only has to be
/// known that it was read.
pub(in crate::load) fn first_run(loader: &Loader, source: &Source, from: usize) -> Scouted {
    let (mut nowhere, mut nobody) = (Nowhere, ());
    let mut report = Reporter::new(&mut nobody, InputBytes::default());
    let mut walk = Walk::new(loader, source, &mut nowhere, &mut report);
    walk.pace = Pace::beyond(loader.threads, from);
    walk.scout = Some(None);
    let end = walk.run();
    let end_of_text = source.bytes().len() as u64;
    match (walk.scout.flatten(), end) {
        (Some(start), _) => Scouted::ReadRun(start),
        // What is wrong is told by whoever walks the whole. A value that is cut short may be whole by then.
        (None, Err(error)) if error.kind() != LoadErrorKind::Incomplete => {
            let is_certain = error.offset().is_some_and(|offset| offset + MAX_CUT < end_of_text);
            if is_certain { Scouted::Fault } else { Scouted::Nothing }
        }
        _ => Scouted::Nothing,
    }
}

impl<S: Sink> Walk<'_, '_, '_, S> {
    /// Takes what begins here for the first run, if it looks like one, and ends the walk.
    pub(in crate::load) fn look_at(&mut self, ahead: Ahead, previous: Range<usize>) {
        // A list on a line ends with that, which is known to nobody who sees a part of it.
        if self.layout == ValueLayout::Lines && !ahead.are_lines() {
            return;
        }
        let pos = self.cursor.pos();
        match self.run_start(ahead, previous, pos) {
            None => self.pace.slow_down(pos),
            found => {
                self.scout = Some(found);
                self.report.stop();
            }
        }
    }

    fn run_start(&self, ahead: Ahead, previous: Range<usize>, pos: usize) -> Option<RunStart> {
        let bytes = self.source.bytes();
        let seam = Seam::new(bytes, previous, pos)?;
        if !self.source.is_yaml() {
            memmem::find(&bytes[pos..], seam.text)?;
        }
        let (layout, seam_start) = (self.layout, seam.start);
        let items_kind = self.items_kind.clone();
        Some(RunStart {
            pos,
            ahead,
            items_kind,
            layout,
            seam: seam.text.to_vec(),
            seam_start,
            notation: Notation::Json,
        })
    }
}

/// Keeps nothing.
struct Nowhere;

impl Sink for Nowhere {
    fn part(&self) -> Nowhere {
        Nowhere
    }

    fn append(&mut self, _part: Nowhere, _index: u64) {}

    fn n_ids(&self) -> usize {
        0
    }

    fn push(&mut self, _head: &Head<'_>, _index: u64, _span: Range<usize>) -> Option<ObjectId> {
        None
    }

    fn infer_kind(&mut self, _id: ObjectId, _list: &Head<'_>, _kind: &str) {}

    fn begin_event(&mut self) -> bool {
        false
    }

    fn is_watch_stream(&self) -> bool {
        false
    }

    fn replace(&mut self, _head: &Head<'_>, _span: Range<usize>) -> bool {
        false
    }

    fn remove(&mut self, _head: &Head<'_>, _index: u64) {}
}
