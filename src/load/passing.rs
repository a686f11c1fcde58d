//! Texts that pass by: too large to be kept, and read as they come.
//!
//! What the objects of such a text mean is for one walk over it to say, as of any other. Nearly all of it is runs of plain
//! objects, though, and these `windows` reads before that walk, while the text comes, and keeps nothing of it but what is no
//! such run: the beginning of a list, its end, whatever is between two lists, and whatever is wrong or out of the ordinary.
//! Where a run begins `scout` finds, by a walk over what was kept so far that keeps nothing itself.
//!
//! The walk then goes over what is left, and takes what was read of each run at its place. Places behind a gap count what
//! was there, so that messages are those of the whole.

use super::Loader;
use crate::load::error::{Fault, LoadError};
use crate::load::format;
use crate::load::objects::runs::{Ahead, Notation, Runs};
use crate::load::objects::scout::{Scouted, first_run, first_yaml_run};
use crate::load::objects::sink::Sink;
use crate::load::objects::windows::{Condensed, WindowStream};
use crate::load::origin::rest::ComingText;
use crate::load::origin::source::Source;
use crate::load::report::Reporter;
use crate::load::scan::{ReadObject, Tally};

impl Loader {
    /// Reads the rest of a source of which there is only the beginning. Gives what is left of it, and what was read of the
    /// runs that are not.
    pub(in crate::load) fn condensed<'f, F: Fn(ReadObject<'_>) -> bool + Sync>(
        &self,
        mut source: Source,
        mut rest: ComingText,
        tally: &mut Tally<'f, F>,
        report: &mut Reporter<'_>,
    ) -> Result<(Source, Runs<Tally<'f, F>>), LoadError> {
        tally.begin_stream(!self.without_text);
        let mut stream = WindowStream::new(&mut rest);
        let condensed = self.read_runs(&mut source, &mut stream, tally, report);
        if report.is_stopped() {
            return Err(LoadError::new(source.name(), None, None, Fault::stopped(0)));
        }
        if condensed.gaps.is_empty() {
            tally.end_stream();
        }
        let error = stream.error.take();
        let n_bytes = condensed.n_bytes();
        let Condensed { text, gaps, runs } = condensed;
        // What is no text is replaced in YAML, and then stands elsewhere.
        let is_moved =
            !gaps.is_empty() && notation(&text) == Notation::Yaml && str::from_utf8(&text).is_err();
        if is_moved {
            tally.lose();
        }
        let source = source.condensed(text, gaps, n_bytes);
        let source = match error {
            None => source.read_yaml(self.team()),
            Some(error) => source.damaged(rest.fault(error))?.read_yaml(self.team()),
        };
        let runs = match source.yaml() {
            Some(yaml) => runs.moved(|ahead, at| match ahead {
                Ahead::Elements { .. } => yaml.element_at_line(at),
                // Behind the last there is nothing, or nothing but what is wrong.
                Ahead::Values(_) => yaml.document_from(at).or(Some(source.bytes().len())),
            }),
            None => runs,
        };
        Ok((source, runs))
    }

    /// Reads the text of a source to its end, run by run.
    fn read_runs<S: Sink>(
        &self,
        source: &mut Source,
        stream: &mut WindowStream<'_>,
        sink: &S,
        report: &mut Reporter<'_>,
    ) -> Condensed<S> {
        let notation = notation(source.bytes());
        let mut condensed = Condensed::new(source.take_bytes());
        // Where the last run began.
        let mut from = 0;
        let n_objects = sink.n_objects() as u64;
        while !report.is_stopped() {
            let scouted = self.scouted(notation, source, &mut condensed.text, from);
            let mut at = |n_bytes| report.at(n_bytes as usize, n_objects);
            match scouted {
                Scouted::ReadRun(start) => {
                    from = start.pos;
                    condensed.read_run(self, &start, stream, sink, report);
                }
                _ if stream.is_ended => break,
                // As much as there is, so that looking again and again takes no quadratic time.
                Scouted::Nothing if notation == Notation::Json => {
                    let n_bytes = condensed.text.len().max(self.threads.window);
                    condensed.keep_more(n_bytes, stream, at);
                }
                // What a store may be made of has to be there as a whole.
                Scouted::Fault if !condensed.gaps.is_empty() => stream.drain(|| at(condensed.n_bytes())),
                _ => condensed.keep_more(usize::MAX, stream, at),
            }
        }
        condensed
    }

    /// Looks for the next run in what is kept of the text of a source.
    fn scouted(&self, notation: Notation, source: &mut Source, text: &mut Vec<u8>, from: usize) -> Scouted {
        if notation == Notation::Yaml {
            return first_yaml_run(self, text, from);
        }
        source.put_bytes(std::mem::take(text));
        let scouted = first_run(self, source, from);
        *text = source.take_bytes();
        if let Scouted::ReadRun(start) = &scouted {
            source.lay_out(start.layout);
        }
        scouted
    }
}

/// What a text is written in that begins so.
fn notation(text: &[u8]) -> Notation {
    if format::may_be_yaml(text).is_some() { Notation::Yaml } else { Notation::Json }
}
