//! From FILE arguments to a loaded dump, in one story: inputs are opened, each by its saved index if it has a good one;
//! what is [`Opened`] is loaded, or only scanned where that is enough; and what was [`Scanned`] can still be loaded without
//! being read again.

mod kubectl;
mod observer;
mod progress;
pub(crate) mod saved;

use std::io::{self, IsTerminal};
use std::mem;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use selq::kubernetes::Reads;
use selq::load::{LeftOut, LoadObserver, Notice, Scan, Unanswered};
use selq::path::Pointer;
use selq::{Dump, Input, LoadError, Loader};

use crate::args::{InputArgs, InputFile, SourceArgs};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::terminal::message;
use crate::terminal::stdin::is_stdin;
use kubectl::KubectlReader;
use observer::Observer;
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
        status(self.dump.left_out(), config, answer)
    }
}

/// The exit status of an answer: an error if something was left out, which is said, whatever matched.
pub(crate) fn status(left_out: LeftOut, config: &Config, answer: ExitStatus) -> ExitStatus {
    if left_out.total() == 0 {
        return answer;
    }
    message::warning(config, &left_out_in_words(left_out));
    ExitStatus::Error
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

/// Opens the inputs by their saved indexes, as far as there are good ones. Nothing else is read yet.
pub(crate) fn open<'c>(args: &InputArgs, config: &'c Config) -> Result<Opened<'c>> {
    let begin = Instant::now();
    let files = args.source.inputs();
    let inputs = inputs(&files, config)?;
    let Saved { dumps, outcome, notices } = saved::open(args, &files, config)?;
    let inputs = inputs.into_iter().zip(dumps.into_iter().chain([None])).collect();
    Ok(Opened { inputs, loader: args.loader(), saved: outcome, notices, begin, config })
}

/// The same for dumps that are changed, in which nothing but their own bytes counts.
pub(crate) fn open_without_index<'c>(
    files: &[InputFile],
    loader: Loader,
    config: &'c Config,
) -> Result<Opened<'c>> {
    let inputs = inputs(files, config)?.into_iter().map(|input| (input, None)).collect();
    Ok(Opened { inputs, loader, saved: String::new(), notices: Vec::new(), begin: Instant::now(), config })
}

/// Opens the inputs and loads them.
pub(crate) fn load(args: &InputArgs, config: &Config) -> Result<Loaded> {
    open(args, config)?.load()
}

/// Inputs, and what is known of them without reading them.
pub(crate) struct Opened<'c> {
    /// Each with its dump if a saved index gave that.
    inputs: Vec<(Input, Option<Dump>)>,
    loader: Loader,
    /// What became of the indexes.
    saved: String,
    /// What they tell of their dumps.
    notices: Vec<Notice>,
    begin: Instant,
    config: &'c Config,
}

impl<'c> Opened<'c> {
    /// Whether nothing is left to be read.
    pub(crate) fn is_indexed(&self) -> bool {
        self.inputs.iter().all(|(_, dump)| dump.is_some())
    }

    /// Reads what has no index, and joins all in the order of the inputs.
    pub(crate) fn load(self) -> Result<Loaded> {
        let mut observer = Observer::new(self.config);
        self.notices.into_iter().for_each(|notice| observer.notice(notice));
        let is_any_indexed = self.inputs.iter().any(|(_, dump)| dump.is_some());
        let dumps = read_missing(&self.loader, self.inputs, &mut observer)?;
        if is_any_indexed {
            // What was read is indexed by itself, and then joined.
            observer.has_read();
        }
        let dump = Dump::joined(dumps);
        Ok(observer.loaded(dump, self.begin, self.saved))
    }

    /// Takes this apart of every object that [`scan`](Opened::scan) gives.
    pub(crate) fn reads(self, reads: Option<&Reads>) -> Opened<'c> {
        match reads {
            Some(reads) => Opened { loader: self.loader.reads(reads), ..self },
            None => self,
        }
    }

    /// Whether the objects that a [`scan`](Opened::scan) keeps are to have their text.
    pub(crate) fn keep_text(self, yes: bool) -> Opened<'c> {
        Opened { loader: self.loader.keep_text(yes), ..self }
    }

    /// Reads all inputs too, but only as `scan` asks the loader to: what the objects tell as they come.
    pub(crate) fn scan<K>(
        self,
        scan: impl FnOnce(Loader, Vec<Input>, &mut dyn LoadObserver) -> Result<Scan<K>, LoadError>,
    ) -> Result<Scanned<'c, K>> {
        // Dumps that some of the indexes gave are let go, since a scan has to see every object.
        let inputs = self.inputs.into_iter().map(|(input, _)| input).collect();
        let scan = observed(self.config, |observer| Ok(scan(self.loader, inputs, observer)?))?;
        Ok(Scanned { scan, reload: Reload { saved: self.saved, config: self.config } })
    }
}

/// The dumps in the order of the inputs, those that are missing read together with their neighbours.
fn read_missing(
    loader: &Loader,
    inputs: Vec<(Input, Option<Dump>)>,
    observer: &mut Observer<'_>,
) -> Result<Vec<Dump>> {
    let (mut dumps, mut missing) = (Vec::new(), Vec::new());
    for (input, dump) in inputs {
        match dump {
            None => missing.push(input),
            Some(dump) => {
                dumps.extend(read(loader, mem::take(&mut missing), observer)?);
                dumps.push(dump);
            }
        }
    }
    dumps.extend(read(loader, missing, observer)?);
    Ok(dumps)
}

fn read(loader: &Loader, inputs: Vec<Input>, observer: &mut Observer<'_>) -> Result<Option<Dump>> {
    Ok(if inputs.is_empty() { None } else { Some(loader.load_with(inputs, observer)?) })
}

/// Inputs that were read, of which nothing is kept but what was wanted.
pub(crate) struct Scanned<'c, K> {
    pub(crate) scan: Scan<K>,
    pub(crate) reload: Reload<'c>,
}

/// The way from what was only scanned to a dump.
pub(crate) struct Reload<'c> {
    saved: String,
    config: &'c Config,
}

impl Reload<'_> {
    /// Loads what was scanned.
    pub(crate) fn load(self, scanned: Unanswered) -> Result<Loaded> {
        // From here on only: nobody asks how long it took, as nothing is scanned under --stats.
        let begin = Instant::now();
        let mut observer = Observer::new(self.config);
        let dump = scanned.load_with(&mut observer)?;
        Ok(observer.loaded(dump, begin, self.saved))
    }
}

/// Does work on dumps with a progress bar if it takes long, and tells what is to be told meanwhile.
pub(crate) fn observed<T>(
    config: &Config,
    work: impl FnOnce(&mut dyn LoadObserver) -> Result<T>,
) -> Result<T> {
    let mut observer = Observer::new(config);
    let result = work(&mut observer);
    observer.finish();
    result
}

impl InputArgs {
    /// The loader that the options ask for.
    pub(crate) fn loader(&self) -> Loader {
        self.source.loader().skip_invalid(self.skip_invalid).keep_duplicates(self.keep_duplicates)
    }
}

impl SourceArgs {
    /// The loader that the options ask for.
    pub(crate) fn loader(&self) -> Loader {
        loader(self.items_at.as_ref(), self.labels_at.as_ref()).max_bytes(self.max_bytes)
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

/// The input that a file is.
pub(crate) fn input(InputFile { path, cluster, get }: &InputFile, config: &Config) -> Input {
    let input = match get {
        Some(get) => Input::reader(get.title(), KubectlReader::new(get, config)),
        None if is_stdin(path) => Input::Stdin,
        None => Input::Path(path.clone()),
    };
    match cluster {
        Some(cluster) => input.in_cluster(cluster),
        None => input,
    }
}

/// The inputs that files are; standard input when there are none.
pub(crate) fn inputs(files: &[InputFile], config: &Config) -> Result<Vec<Input>> {
    if files.is_empty() {
        // To wait until somebody types a dump would look as if the program hung.
        if io::stdin().is_terminal() {
            bail!(
                "nothing to read: name a file, or pipe a dump in\n  \
                 kubectl get pods -A -o json | selq -l app=web\n  \
                 selq -l app=web pods.json"
            );
        }
        return Ok(vec![Input::Stdin]);
    }
    if files.iter().filter(|file| is_stdin(&file.path)).count() > 1 {
        bail!("`-` is standard input, which can be read only once");
    }
    Ok(files.iter().map(|file| input(file, config)).collect())
}
