//! From FILE arguments to a loaded dump.

mod progress;
pub(crate) mod saved;

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use selq::{
    Dump, Input, LeftOut, LoadError, LoadObserver, Loader, Notice, Pointer, Progress, Scan, Unanswered,
};

use crate::args::{InputArgs, SourceArgs};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::terminal::{message, sanitize};
use progress::Bar;
use saved::Saved;

/// A dump and how long it took.
pub(crate) struct Loaded {
    pub(crate) dump: Dump,
    /// Time to read and parse.
    pub(crate) read_time: Duration,
    /// Time to build the index.
    pub(crate) index_time: Duration,
    /// Which saved index was used, or why none was.
    pub(crate) saved: String,
}

impl Loaded {
    /// The exit status of an answer: an error if objects were left out, whatever matched.
    pub(crate) fn status(&self, config: &Config, answer: ExitStatus) -> ExitStatus {
        let left_out = self.dump.left_out();
        if left_out.total() == 0 {
            return answer;
        }
        message::warning(config, &left_out_in_words(left_out));
        ExitStatus::Error
    }
}

/// `1 bad object and 2 files were left out`
pub(crate) fn left_out_in_words(left_out: LeftOut) -> String {
    let LeftOut { n_objects, n_inputs, n_rests, .. } = left_out;
    let counts = [(n_objects, "", "bad object"), (n_inputs, "", "file"), (n_rests, "the rest of ", "file")];
    let counts = counts.iter().filter(|count| count.0 > 0);
    let words: Vec<String> =
        counts.map(|(n, before, what)| format!("{before}{}", message::counted(*n, what))).collect();
    let were = if left_out.total() == 1 { "was" } else { "were" };
    format!("{} {were} left out", words.join(" and "))
}

/// A dump of no objects.
pub(crate) fn nothing() -> Result<Loaded> {
    let dump = Loader::new().load([])?;
    Ok(Loaded { dump, read_time: Duration::ZERO, index_time: Duration::ZERO, saved: String::new() })
}

/// Opens the dumps by their indexes, and reads those that have none.
pub(crate) fn load(args: &InputArgs, config: &Config) -> Result<Loaded> {
    match open(args, config, Unindexed::Loaded)? {
        Opened::Indexed(loaded) => Ok(*loaded),
        Opened::NotIndexed(why) => read_inputs(args, config, why),
    }
}

/// What came of looking for saved indexes.
pub(crate) enum Opened {
    /// The dumps, as far as they were indexed, and the others read.
    Indexed(Box<Loaded>),
    /// All is to be read, and why.
    NotIndexed(String),
}

/// What may be done with dumps that have no index, beside others that have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unindexed {
    /// They are loaded, and joined to the others.
    Loaded,
    /// They are scanned, which takes less time than loading them: then all are.
    Scanned,
}

/// Opens the dumps by their saved indexes, and loads those without if that is worth it.
pub(crate) fn open(args: &InputArgs, config: &Config, unindexed: Unindexed) -> Result<Opened> {
    let begin = Instant::now();
    let inputs = inputs(&args.source.files)?;
    let Saved { dumps, outcome: saved } = saved::open(args, &inputs, config)?;
    let is_of_use = match unindexed {
        Unindexed::Loaded => dumps.iter().any(Option::is_some),
        Unindexed::Scanned => dumps.iter().all(Option::is_some),
    };
    if !is_of_use {
        return Ok(Opened::NotIndexed(saved));
    }
    let dumps = read_missing(args, config, inputs, dumps)?;
    let read_time = begin.elapsed();
    let dump = Dump::joined(dumps);
    let index_time = begin.elapsed() - read_time;
    Ok(Opened::Indexed(Box::new(Loaded { dump, read_time, index_time, saved })))
}

/// The dumps in the order of the inputs, those that are missing read.
fn read_missing(
    args: &InputArgs,
    config: &Config,
    inputs: Vec<Input>,
    dumps: Vec<Option<Dump>>,
) -> Result<Vec<Dump>> {
    let load = |inputs: Vec<Input>| -> Result<Option<Dump>> {
        if inputs.is_empty() {
            return Ok(None);
        }
        let loaded = read(config, |observer| Ok(args.loader().load_with(inputs, observer)?), String::new())?;
        Ok(Some(loaded.dump))
    };
    let (mut all, mut missing) = (Vec::new(), Vec::new());
    for (input, dump) in inputs.into_iter().zip(dumps) {
        match dump {
            None => missing.push(input),
            Some(dump) => {
                all.extend(load(std::mem::take(&mut missing))?);
                all.push(dump);
            }
        }
    }
    all.extend(load(missing)?);
    Ok(all)
}

/// Reads all inputs; `saved` says why no index serves instead.
pub(crate) fn read_inputs(args: &InputArgs, config: &Config, saved: String) -> Result<Loaded> {
    let inputs = inputs(&args.source.files)?;
    read(config, |observer| Ok(args.loader().load_with(inputs, observer)?), saved)
}

/// Reads all inputs too, but only as `scan` asks the loader to: what the objects tell as they come.
pub(crate) fn scan<K>(
    args: &InputArgs,
    config: &Config,
    scan: impl FnOnce(Loader, Vec<Input>, &mut dyn LoadObserver) -> Result<Scan<K>, LoadError>,
) -> Result<Scan<K>> {
    let mut observer = Observer::new(config);
    let scan = scan(args.loader(), inputs(&args.source.files)?, &mut observer);
    observer.bar.finish();
    Ok(scan?)
}

/// Loads what was scanned.
pub(crate) fn load_scanned(scanned: Unanswered, config: &Config, saved: String) -> Result<Loaded> {
    read(config, |observer| Ok(scanned.load_with(observer)?), saved)
}

/// Reads a dump with a progress bar if it takes long, and tells what is to be told meanwhile.
pub(crate) fn read(
    config: &Config,
    load: impl FnOnce(&mut dyn LoadObserver) -> Result<Dump>,
    saved: String,
) -> Result<Loaded> {
    let begin = Instant::now();
    let mut observer = Observer::new(config);
    let dump = load(&mut observer)?;
    observer.bar.finish();
    let read_time = observer.read_at - begin;
    Ok(Loaded { dump, read_time, index_time: observer.read_at.elapsed(), saved })
}

impl InputArgs {
    /// The loader that the options ask for.
    pub(crate) fn loader(&self) -> Loader {
        self.source.loader().skip_invalid(self.skip_invalid)
    }
}

impl SourceArgs {
    /// The loader that the options ask for.
    pub(crate) fn loader(&self) -> Loader {
        loader(self.items_at.as_ref(), self.labels_at.as_ref())
    }
}

/// The loader of dumps with objects and labels at these places, or the usual ones.
pub(crate) fn loader(items_at: Option<&Pointer>, labels_at: Option<&Pointer>) -> Loader {
    let mut loader = Loader::new();
    if let Some(pointer) = items_at {
        loader = loader.items_at(pointer.clone());
    }
    if let Some(pointer) = labels_at {
        loader = loader.labels_at(pointer.clone());
    }
    loader
}

/// The inputs that files are; standard input when there are none.
pub(crate) fn inputs(files: &[PathBuf]) -> Result<Vec<Input>> {
    if files.is_empty() {
        if io::stdin().is_terminal() {
            bail!(
                "nothing to read: name a file, or pipe a dump in\n  \
                 kubectl get pods -A -o json | selq -l app=web\n  \
                 selq -l app=web pods.json"
            );
        }
        return Ok(vec![Input::Stdin]);
    }
    let is_stdin = |file: &&PathBuf| file.as_os_str() == "-";
    if files.iter().filter(is_stdin).count() > 1 {
        bail!("`-` is standard input, which can be read only once");
    }
    let input = |file| if is_stdin(&file) { Input::Stdin } else { Input::Path(file.clone()) };
    Ok(files.iter().map(input).collect())
}

struct Observer<'c> {
    config: &'c Config,
    bar: Bar,
    read_at: Instant,
}

impl<'c> Observer<'c> {
    fn new(config: &'c Config) -> Observer<'c> {
        Observer { config, bar: Bar::new(config), read_at: Instant::now() }
    }
}

impl LoadObserver for Observer<'_> {
    fn progress(&mut self, progress: Progress) {
        self.read_at = Instant::now();
        match self.config.is_stopped() {
            true => self.bar.abandon(),
            false => self.bar.update(progress),
        }
    }

    fn is_stopped(&self) -> bool {
        self.config.is_stopped()
    }

    fn notice(&mut self, notice: Notice) {
        // Who wants nothing but errors is told what is bad and what failed.
        if self.config.quiet && !matches!(notice, Notice::Skipped(_) | Notice::WatchError { .. }) {
            return;
        }
        // It may quote what the dump says, over several lines.
        self.bar.suspend(|| message::warning(self.config, &sanitize::escaped(&notice.to_string())));
    }
}
