//! Dumps to a store: bytes → JSON values → objects.
//!
//! `source` and `compress` give the bytes, `format` tells what they hold, `cursor` reads JSON, `head` and
//! `labels` read the parts of an object that are kept, `walk` finds the objects in lists, arrays, maps and
//! watch events, and `dump` records them.

mod compress;
mod cursor;
mod dump;
mod error;
mod format;
mod head;
mod labels;
mod lines;
mod mmap;
mod pointer;
mod report;
mod source;
mod walk;
mod watch;

pub use dump::Dump;
pub use error::{LoadError, LoadErrorKind};
pub(crate) use mmap::map as map_file;
pub use pointer::{Pointer, PointerError};
pub use report::{LoadObserver, Notice, Progress};
pub use source::Input;
pub(crate) use source::Source;

use crate::wire::Encoder;
use dump::Recorder;
use report::Report;
use walk::Walk;

/// Reads dumps: what `kubectl get -o json` writes, and other JSON with labels in it.
///
/// A source is a `List` (any object with `items`), a JSON array of objects, one object, NDJSON, objects one
/// after another, or watch events, with or without a byte-order mark, plain or compressed with gzip or zstd.
/// All of that is told by content. Any JSON object is an object, also one without kind, metadata or labels.
///
/// ```
/// use selq::{Input, Loader};
///
/// let bytes = br#"{"kind":"PodList","items":[{"metadata":{"name":"web-0","labels":{"env":"prod"}}}]}"#.to_vec();
/// let dump = Loader::new().load([Input::Bytes { name: "pods.json".to_owned(), bytes }])?;
/// let pod = dump.store().objects().next().expect("one item");
/// assert_eq!((pod.kind(), pod.label("env")), ("Pod", Some("prod")));
/// assert_eq!(dump.json(pod.id()), r#"{"metadata":{"name":"web-0","labels":{"env":"prod"}}}"#);
/// # Ok::<(), selq::LoadError>(())
/// ```
///
/// # Input safety
///
/// Dumps need not be trusted. Reading takes time in proportion to their size, and memory for the labels, 16
/// bytes an object, and the text where it cannot be mapped; a compressed dump takes what it decompresses to.
/// Values may be nested as deeply as they like, lists in lists up to 64.
#[derive(Debug, Clone, Default)]
pub struct Loader {
    labels_at: Option<Pointer>,
    items_at: Option<Pointer>,
    skip_invalid: bool,
}

impl Loader {
    /// Reads objects where Kubernetes has them, their labels in `metadata.labels`, and refuses bad input.
    #[must_use]
    pub fn new() -> Loader {
        Loader::default()
    }

    /// Reads the labels of an object at this place in it: an object of strings, or a list of
    /// `{"Key","Value"}` (or `key`, `value`) pairs. Costs a second pass over every object.
    #[must_use]
    pub fn labels_at(self, at: Pointer) -> Loader {
        Loader { labels_at: Some(at), ..self }
    }

    /// Reads the objects at this place in every value of the source: an array, or a map from name to object.
    #[must_use]
    pub fn items_at(self, at: Pointer) -> Loader {
        Loader { items_at: Some(at), ..self }
    }

    /// Whether to leave out bad objects instead of refusing the whole dump. After a syntax error NDJSON goes
    /// on at the next line; of any other source the rest is left out.
    #[must_use]
    pub fn skip_invalid(self, yes: bool) -> Loader {
        Loader { skip_invalid: yes, ..self }
    }

    /// Writes everything that decides what is read from a dump.
    pub(crate) fn encode(&self, out: &mut Encoder) {
        for pointer in [&self.labels_at, &self.items_at] {
            out.u64(u64::from(pointer.is_some()));
            out.bytes(pointer.as_ref().map(Pointer::to_string).unwrap_or_default().as_bytes());
        }
        out.u64(u64::from(self.skip_invalid));
    }

    /// Reads the inputs one after another into one store.
    ///
    /// # Errors
    ///
    /// At the first bad input; under [`skip_invalid`](Loader::skip_invalid) only for inputs that cannot be
    /// opened or read at all.
    pub fn load(&self, inputs: impl IntoIterator<Item = Input>) -> Result<Dump, LoadError> {
        struct Nobody;
        impl LoadObserver for Nobody {}
        self.load_with(inputs, &mut Nobody)
    }

    /// Like [`load`](Loader::load), and tells the observer how it goes on and what a user should read.
    ///
    /// # Errors
    ///
    /// The same.
    pub fn load_with(
        &self,
        inputs: impl IntoIterator<Item = Input>,
        observer: &mut dyn LoadObserver,
    ) -> Result<Dump, LoadError> {
        let inputs: Vec<Input> = inputs.into_iter().collect();
        let mut report = Report::new(observer, inputs.iter().map(Input::n_bytes).sum());
        let mut recorder = Recorder::default();
        for input in inputs {
            self.read(input, &mut recorder, &mut report)?;
        }
        report.end(recorder.n_bytes(), recorder.builder.n_ids() as u64);
        Ok(recorder.finish())
    }

    fn read(&self, input: Input, recorder: &mut Recorder, report: &mut Report<'_>) -> Result<(), LoadError> {
        let may_be_empty = matches!(input, Input::Stdin);
        report.begin_source(recorder.n_bytes());
        let n_objects = recorder.builder.n_ids() as u64;
        let mut source = Source::open(input, &mut |pos| report.at(pos, n_objects))?;
        if !source.plain {
            report.total_is_unknown();
        }
        let damage = source.damage.take();
        let mut walk = Walk::new(self, &source, recorder, report);
        if let Some(fault) = damage {
            walk.refuse_stream(fault)?;
        }
        walk.run(may_be_empty)?;
        recorder.end_source(source);
        Ok(())
    }
}
