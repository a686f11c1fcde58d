//! From FILE arguments to a loaded dump.

use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::CommandFactory;
use selq::{Dump, Input, LoadObserver, Loader, Notice, Progress};

use crate::args::{Args, InputArgs};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::index::{self, Saved};
use crate::message;
use crate::progress::Bar;

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

/// Opens the dump's index, or reads all inputs.
pub(crate) fn load(args: &InputArgs, config: &Config) -> Result<Loaded> {
    let begin = Instant::now();
    let inputs = inputs(args)?;
    let Saved { dump, outcome: saved } = index::open(args, &inputs, config)?;
    match dump {
        Some(dump) => Ok(Loaded { dump, read_time: begin.elapsed(), index_time: Duration::ZERO, saved }),
        None => read(config, |observer| Ok(loader(args).load_with(inputs, observer)?), saved),
    }
}

/// Reads a dump with a progress bar if it takes long, and tells what is to be told meanwhile.
pub(crate) fn read(
    config: &Config,
    load: impl FnOnce(&mut dyn LoadObserver) -> Result<Dump>,
    saved: String,
) -> Result<Loaded> {
    let begin = Instant::now();
    let mut observer = Observer { config, bar: Bar::new(config), read_at: begin };
    let dump = load(&mut observer)?;
    observer.bar.finish();
    let read_time = observer.read_at - begin;
    Ok(Loaded { dump, read_time, index_time: observer.read_at.elapsed(), saved })
}

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
    for file in &args.files {
        refuse_subcommand(file)?;
    }
    let input = |file| if is_stdin(&file) { Input::Stdin } else { Input::Path(file.clone()) };
    Ok(args.files.iter().map(input).collect())
}

/// `selq -l env labels` was meant to be `selq labels -l env`, and not to read a file.
fn refuse_subcommand(file: &Path) -> Result<()> {
    let command = Args::command();
    if let Some(name) = command.get_subcommands().map(|it| it.get_name()).find(|name| file == Path::new(name))
    {
        bail!(
            "expected a file, found the subcommand `{name}`: it comes first (a file of that name is ./{name})"
        );
    }
    Ok(())
}

struct Observer<'c> {
    config: &'c Config,
    bar: Bar,
    read_at: Instant,
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
