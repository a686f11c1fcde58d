//! The indexes that dumps may have beside them, and what became of each.

use std::path::Path;

use anyhow::{Result, bail};
use selq::load::{LoadObserver, Notice};
use selq::saved::{Check, IndexError, IndexErrorKind};
use selq::{Dump, SavedIndex};

use crate::args::{InputArgs, InputFile};
use crate::config::Config;
use crate::terminal::message;
use crate::terminal::stdin::is_stdin;

/// The index of a dump: that of this name, or the one beside the dump.
pub(crate) fn index_of(dump: &Path, index: Option<&Path>) -> SavedIndex {
    match index {
        Some(index) => SavedIndex::at(dump, index),
        None => SavedIndex::beside(dump),
    }
}

/// What became of the indexes that the inputs may have.
pub(super) struct Saved {
    /// The dump of each input, unless that is to be read.
    pub(super) dumps: Vec<Option<Dump>>,
    /// Which indexes were used, or why none was.
    pub(super) outcome: String,
    /// What the indexes tell of the dumps that they gave.
    pub(super) notices: Vec<Notice>,
}

/// Keeps what indexes tell, which is not to be told where their dumps are read after all.
#[derive(Default)]
struct KeptNotices(Vec<Notice>);

impl LoadObserver for KeptNotices {
    fn notice(&mut self, notice: Notice) {
        self.0.push(notice);
    }
}

/// Opens the inputs by their indexes, as far as there are good ones. A bad one gives a warning.
pub(super) fn open(args: &InputArgs, files: &[InputFile], config: &Config) -> Result<Saved> {
    if args.index.is_some() && !matches!(files, [file] if may_have_index(&file.path)) {
        bail!("--index names the index of one dump: it needs one file or folder");
    }
    let mut notices = KeptNotices::default();
    let opened = files.iter().map(|file| open_one(args, file, config, &mut notices));
    let (dumps, outcomes): (Vec<Option<Dump>>, Vec<String>) = opened.unzip();
    let outcome = match <[String; 1]>::try_from(outcomes) {
        Ok([outcome]) => outcome,
        Err(outcomes) => format!("used: {} of {} files", dumps.iter().flatten().count(), outcomes.len()),
    };
    Ok(Saved { dumps, outcome, notices: notices.0 })
}

/// A FIFO or a device has no bytes that an index could be checked against without reading them.
fn may_have_index(path: &Path) -> bool {
    !is_stdin(path) && (path.is_file() || path.is_dir())
}

/// The dump, if it has a good index, and what became of that.
fn open_one(
    args: &InputArgs,
    file: &InputFile,
    config: &Config,
    notices: &mut KeptNotices,
) -> (Option<Dump>, String) {
    if !may_have_index(&file.path) {
        return (None, "none: it needs a regular file or a folder".to_owned());
    }
    let saved = index_of(&file.path, args.index.as_deref());
    // Samples are the usual check, since to read all of the dump is what an index saves.
    let check = if args.verify { Check::Everything } else { Check::Samples };
    match saved.open_with(&args.loader(), check, notices) {
        Ok(dump) => (Some(file.name_cluster_of(dump)), format!("used: {}", saved.path().display())),
        Err(error) => {
            warn_of_unused(&error, args, config);
            (None, format!("not used: {}", error.kind()))
        }
    }
}

/// Says why an index is of no use, unless nobody expects that it is.
fn warn_of_unused(error: &IndexError, args: &InputArgs, config: &Config) {
    let is_expected = match error.kind() {
        // Most dumps have no index, and one for other options is none for this query: both go
        // without a word, unless the index was named.
        IndexErrorKind::Missing | IndexErrorKind::OtherReading => args.index.is_none(),
        _ => false,
    };
    if !is_expected {
        let fix =
            if message::is_to_be_written_anew(error.kind()) { " (`selq index` writes it anew)" } else { "" };
        message::warning(config, &format!("{error}; reading the dump{fix}"));
    }
}
