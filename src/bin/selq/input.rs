//! From FILE arguments to a loaded dump.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use selq::{Dump, Input, LoadError, LoadObserver, Loader, Notice, Progress, ReadObject, Scan};

use crate::args::InputArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::message;
use crate::progress::Bar;

/// A dump and how long it took.
pub(crate) struct Loaded {
    pub(crate) dump: Dump,
    /// Time to read and parse.
    pub(crate) read_time: Duration,
    /// Time to build the index.
    pub(crate) index_time: Duration,
}

impl Loaded {
    /// The exit status of an answer: an error if objects were left out, whatever matched.
    pub(crate) fn status(&self, config: &Config, answer: ExitStatus) -> ExitStatus {
        match self.dump.n_skipped() {
            0 => answer,
            n => {
                let were = if n == 1 { "was" } else { "were" };
                message::warning(config, &format!("{} {were} left out", message::counted(n, "bad object")));
                ExitStatus::Error
            }
        }
    }
}

/// A dump of no objects.
pub(crate) fn nothing() -> Result<Loaded> {
    let dump = Loader::new().load([])?;
    Ok(Loaded { dump, read_time: Duration::ZERO, index_time: Duration::ZERO })
}

/// Reads all inputs, with a progress bar if it takes long, and tells what is to be told meanwhile.
pub(crate) fn load(args: &InputArgs, config: &Config) -> Result<Loaded> {
    let inputs = inputs(args)?;
    observed(config, |observer| loader(args).load_with(inputs, observer))
}

/// Reads all inputs as [`load`] does, but only counts the objects that `select` wants.
pub(crate) fn scan(
    args: &InputArgs,
    config: &Config,
    select: impl Fn(ReadObject<'_>) -> bool + Sync,
) -> Result<Scan> {
    let mut observer = Observer::new(config);
    let scan = loader(args).scan(inputs(args)?, &mut observer, select)?;
    observer.bar.finish();
    Ok(scan)
}

/// Loads what was scanned.
pub(crate) fn load_scanned(scan: Scan, config: &Config) -> Result<Loaded> {
    observed(config, |observer| scan.load_with(observer))
}

fn observed(
    config: &Config,
    load: impl FnOnce(&mut Observer<'_>) -> Result<Dump, LoadError>,
) -> Result<Loaded> {
    let begin = Instant::now();
    let mut observer = Observer::new(config);
    let dump = load(&mut observer)?;
    observer.bar.finish();
    let read_time = observer.read_at - begin;
    Ok(Loaded { dump, read_time, index_time: observer.read_at.elapsed() })
}

/// The loader that the options ask for.
pub(crate) fn loader(args: &InputArgs) -> Loader {
    let mut loader = Loader::new().skip_invalid(args.skip_invalid);
    if let Some(pointer) = &args.items_at {
        loader = loader.items_at(pointer.clone());
    }
    if let Some(pointer) = &args.labels_at {
        loader = loader.labels_at(pointer.clone());
    }
    loader
}

/// The inputs that the arguments name; standard input when they name none.
pub(crate) fn inputs(args: &InputArgs) -> Result<Vec<Input>> {
    if args.files.is_empty() {
        if io::stdin().is_terminal() {
            bail!(
                "nothing to read: name a file, or pipe a dump in\n  \
                 kubectl get pods -A -o json | selq -l app=web\n  \
                 selq -l app=web pods.json"
            );
        }
        return Ok(vec![Input::Stdin]);
    }
    let is_stdin = |file: &&std::path::PathBuf| file.as_os_str() == "-";
    if args.files.iter().filter(is_stdin).count() > 1 {
        bail!("`-` is standard input, which can be read only once");
    }
    let input = |file| if is_stdin(&file) { Input::Stdin } else { Input::Path(file.clone()) };
    Ok(args.files.iter().map(input).collect())
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
        self.bar.update(progress);
    }

    fn notice(&mut self, notice: Notice) {
        self.bar.suspend(|| message::warning(self.config, &notice));
    }
}
