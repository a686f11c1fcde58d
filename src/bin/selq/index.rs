//! `selq index FILE…`: writes saved indexes, and opens them for everything else.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use selq::{Check, Dump, IndexError, IndexErrorKind, Input, SavedIndex};

use crate::args::{IndexArgs, InputArgs};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::message;

pub(crate) fn run(args: &IndexArgs, config: &Config) -> Result<ExitStatus> {
    let index = args.output.as_deref().or(args.input.index.as_deref());
    let inputs = input::inputs(&args.input)?;
    if index.is_some() && inputs.len() > 1 {
        bail!("an index is of one dump: name one file with -o or --index");
    }
    for input in inputs {
        let Input::Path(dump) = input else {
            bail!("standard input cannot have an index: write the dump into a file first");
        };
        let saved = saved_index(&dump, index);
        if args.input.verify { verify(&saved, &args.input)? } else { write(&saved, &args.input, config)? }
    }
    Ok(ExitStatus::Matched)
}

fn write(saved: &SavedIndex, args: &InputArgs, config: &Config) -> Result<()> {
    let loader = input::loader(args);
    let load = input::read(config, |observer| Ok(saved.write_with(&loader, observer)?), String::new())?;
    let n_objects = message::counted(load.dump.store().len() as u64, "object");
    let n_bytes = fs::metadata(saved.path())?.len();
    let path = saved.path().display();
    message::print(&format!("wrote {path}: {n_objects}, {}", message::counted(n_bytes, "byte")));
    Ok(())
}

fn verify(saved: &SavedIndex, args: &InputArgs) -> Result<()> {
    let dump = saved.open(&input::loader(args), Check::Everything)?;
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

/// What became of the index that a dump may have.
pub(crate) struct Saved {
    /// The dump, unless it is to be read.
    pub(crate) dump: Option<Dump>,
    /// Which index was used, or why none was.
    pub(crate) outcome: String,
}

impl Saved {
    fn unused(why: impl Into<String>) -> Saved {
        Saved { dump: None, outcome: why.into() }
    }
}

/// Opens the inputs by their index, if there is a good one. A bad one gives a warning.
pub(crate) fn open(args: &InputArgs, inputs: &[Input], config: &Config) -> Result<Saved> {
    let Some(dump) = only_file(inputs) else {
        if args.index.is_some() {
            bail!("--index names the index of one dump: it needs one file");
        }
        return Ok(Saved::unused("none: it needs a single file"));
    };
    let saved = saved_index(dump, args.index.as_deref());
    let check = if args.verify { Check::Everything } else { Check::Samples };
    Ok(match saved.open(&input::loader(args), check) {
        Ok(dump) => Saved { dump: Some(dump), outcome: format!("used: {}", saved.path().display()) },
        Err(error) => unused(&error, args, config),
    })
}

/// The input, if it is one regular file.
fn only_file(inputs: &[Input]) -> Option<&PathBuf> {
    match inputs {
        [Input::Path(path)] if path.is_file() => Some(path),
        _ => None,
    }
}

/// Says why an index is of no use, unless nobody expects that it is.
fn unused(error: &IndexError, args: &InputArgs, config: &Config) -> Saved {
    let is_expected = match error.kind() {
        IndexErrorKind::Missing | IndexErrorKind::OtherReading => args.index.is_none(),
        _ => false,
    };
    if !is_expected {
        message::warning(config, &format!("{error}; reading the dump"));
        if let Some(help) = error.help() {
            message::help(config, &help);
        }
    }
    Saved::unused(format!("not used: {}", error.kind()))
}
