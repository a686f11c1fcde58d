//! `selq index FILE…`: writes saved indexes, and opens them for everything else.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use selq::{Check, Dump, IndexError, IndexErrorKind, Input, Loader, SavedIndex};

use crate::args::{IndexArgs, InputArgs};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::terminal::message;

pub(crate) fn run(args: &IndexArgs, config: &Config) -> Result<ExitStatus> {
    let inputs = input::inputs(&args.source.files)?;
    if args.output.is_some() && inputs.len() > 1 {
        bail!("an index is of one dump: name one file with -o");
    }
    let mut status = ExitStatus::Matched;
    for input in inputs {
        let Input::Path(dump) = input else {
            bail!("standard input cannot have an index: write the dump into a file first");
        };
        let saved = saved_index(&dump, args.output.as_deref());
        let loader = args.source.loader();
        let done = if args.verify { verify(&saved, &loader) } else { write(&saved, &loader, config) };
        // One file that cannot have an index says nothing about the others.
        if let Err(error) = done {
            message::error(config, &error);
            status = ExitStatus::Error;
        }
    }
    Ok(status)
}

fn write(saved: &SavedIndex, loader: &Loader, config: &Config) -> Result<()> {
    let load = input::read(config, |observer| Ok(saved.write_with(loader, observer)?), String::new())?;
    let n_objects = message::counted(load.dump.store().len() as u64, "object");
    let n_bytes = fs::metadata(saved.path())?.len();
    let path = saved.path().display();
    message::print(&format!("wrote {path}: {n_objects}, {}", message::counted(n_bytes, "byte")));
    Ok(())
}

fn verify(saved: &SavedIndex, loader: &Loader) -> Result<()> {
    let dump = saved.open(loader, Check::Everything)?;
    let n_objects = message::counted(dump.store().len() as u64, "object");
    message::print(&format!("{}: {n_objects}, the same as in the dump", saved.path().display()));
    Ok(())
}

fn saved_index(dump: &Path, index: Option<&Path>) -> SavedIndex {
    match index {
        Some(index) => SavedIndex::at(dump, index),
        None => SavedIndex::beside(dump),
    }
}

/// What became of the indexes that the inputs may have.
pub(crate) struct Saved {
    /// Of each input the dump, unless that is to be read.
    pub(crate) dumps: Vec<Option<Dump>>,
    /// Which indexes were used, or why none was.
    pub(crate) outcome: String,
}

/// Opens the inputs by their indexes, as far as there are good ones. A bad one gives a warning.
pub(crate) fn open(args: &InputArgs, inputs: &[Input], config: &Config) -> Result<Saved> {
    if args.index.is_some() && !matches!(inputs, [Input::Path(path)] if path.is_file()) {
        bail!("--index names the index of one dump: it needs one file");
    }
    let opened = inputs.iter().map(|input| open_one(args, input, config));
    let (dumps, outcomes): (Vec<Option<Dump>>, Vec<String>) = opened.unzip();
    let outcome = match <[String; 1]>::try_from(outcomes) {
        Ok([outcome]) => outcome,
        Err(outcomes) => format!("used: {} of {} files", dumps.iter().flatten().count(), outcomes.len()),
    };
    Ok(Saved { dumps, outcome })
}

/// The dump, if it has a good index, and what became of that.
fn open_one(args: &InputArgs, input: &Input, config: &Config) -> (Option<Dump>, String) {
    let dump = match input {
        Input::Path(path) if path.is_file() => path,
        _ => return (None, "none: it needs a regular file".to_owned()),
    };
    let saved = saved_index(dump, args.index.as_deref());
    let check = if args.verify { Check::Everything } else { Check::Samples };
    match saved.open(&args.loader(), check) {
        Ok(dump) => (Some(dump), format!("used: {}", saved.path().display())),
        Err(error) => {
            warn_of_unused(&error, args, config);
            (None, format!("not used: {}", error.kind()))
        }
    }
}

/// Says why an index is of no use, unless nobody expects that it is.
fn warn_of_unused(error: &IndexError, args: &InputArgs, config: &Config) {
    let is_expected = match error.kind() {
        IndexErrorKind::Missing | IndexErrorKind::OtherReading => args.index.is_none(),
        _ => false,
    };
    if !is_expected {
        let fix =
            if message::is_to_be_written_anew(error.kind()) { " (`selq index` writes it anew)" } else { "" };
        message::warning(config, &format!("{error}; reading the dump{fix}"));
    }
}
