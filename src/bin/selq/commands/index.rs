//! `selq index FILE…`: writes saved indexes, and verifies them.

use std::fs;

use anyhow::{Result, bail};
use selq::query::Subject;
use selq::saved::Check;
use selq::{Loader, SavedIndex};

use crate::args::IndexArgs;
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input::{self, saved};
use crate::output::subject::ColumnSubject;
use crate::terminal::message;
use crate::terminal::stdin::is_stdin;

pub(crate) fn run(args: &IndexArgs, config: &Config) -> Result<ExitStatus> {
    let files = args.source.inputs();
    if files.is_empty() || files.iter().any(|file| is_stdin(&file.path)) {
        bail!("standard input cannot have an index: write the dump into a file first");
    }
    if args.output.is_some() && files.len() > 1 {
        bail!("an index is of one dump: name one file with -o");
    }
    let columns = columns(args)?;
    let mut status = ExitStatus::Matched;
    for file in files {
        let index = saved::index_of(&file.path, args.output.as_deref()).with_columns(columns.clone());
        let loader = args.source.loader();
        let done = if args.verify { verify(&index, &loader) } else { write(&index, &loader, config) };
        // One file that cannot have an index says nothing about the others.
        if let Err(error) = done {
            message::error(config, &error);
            status = ExitStatus::Error;
        }
    }
    Ok(status)
}

/// What is to be read of the objects and kept.
fn columns(args: &IndexArgs) -> Result<Vec<Subject>> {
    let mut columns = Vec::new();
    for column in ColumnSubject::lists(&args.field)? {
        match column.read().filter(|subject| subject.can_be_saved()) {
            Some(subject) => columns.push(subject.clone()),
            None => bail!(
                "{column} is in every index, or none can keep it: --field takes fields such as .status.phase and functions such as status()"
            ),
        }
    }
    Ok(columns)
}

fn write(index: &SavedIndex, loader: &Loader, config: &Config) -> Result<()> {
    let dump = input::observed(config, |observer| Ok(index.write_with(loader, observer)?))?;
    let n_objects = message::counted(dump.store().len() as u64, "object");
    let n_bytes = fs::metadata(index.path())?.len();
    let path = index.path().display();
    message::print(&format!("wrote {path}: {n_objects}, {}", message::counted(n_bytes, "byte")));
    Ok(())
}

fn verify(index: &SavedIndex, loader: &Loader) -> Result<()> {
    let dump = index.open(loader, Check::Everything)?;
    let n_objects = message::counted(dump.store().len() as u64, "object");
    message::print(&format!("{}: {n_objects}, the same as in the dump", index.path().display()));
    Ok(())
}
