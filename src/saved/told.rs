//! What there was to say of a folder or archive when it was indexed, to be said again when its index is opened.

use std::path::Path;

use crate::codec::{Decoder, Encoder, Malformed};
use crate::load::{LoadObserver, Notice, Progress, known_layout};

/// What an index can say again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToldOfBundle {
    /// How it is laid out, and how many files hold no objects, are archives, and were not followed.
    Files(Option<&'static str>, [u64; 3]),
    /// How many copies of objects were left out.
    Duplicates(u64),
}

impl ToldOfBundle {
    fn of(notice: &Notice) -> Option<ToldOfBundle> {
        match *notice {
            Notice::Bundle { layout, n_without_objects, n_archives, n_not_followed, .. } => {
                Some(ToldOfBundle::Files(layout, [n_without_objects, n_archives, n_not_followed]))
            }
            Notice::Duplicates { n_left_out, .. } => Some(ToldOfBundle::Duplicates(n_left_out)),
            _ => None,
        }
    }

    fn encode(&self, out: &mut Encoder) {
        match self {
            ToldOfBundle::Files(layout, counts) => {
                out.u64s(counts.iter().copied());
                out.bytes(layout.unwrap_or_default().as_bytes());
            }
            ToldOfBundle::Duplicates(n_left_out) => out.u64s([*n_left_out].into_iter()),
        }
    }

    fn decode(bytes: &mut Decoder) -> Result<ToldOfBundle, Malformed> {
        match bytes.numbers::<u64>()?[..] {
            [n_left_out] => Ok(ToldOfBundle::Duplicates(n_left_out)),
            [n_without_objects, n_archives, n_not_followed] => {
                let layout = bytes.text()?;
                let layout = known_layout(layout.get(0..layout.len()));
                Ok(ToldOfBundle::Files(layout, [n_without_objects, n_archives, n_not_followed]))
            }
            _ => Err(Malformed("what was told")),
        }
    }

    /// The notice about the bundle at this path.
    pub(super) fn notice(&self, path: &Path) -> Notice {
        let source = path.display().to_string();
        match *self {
            ToldOfBundle::Files(layout, [n_without_objects, n_archives, n_not_followed]) => {
                Notice::Bundle { source, layout, n_without_objects, n_archives, n_not_followed }
            }
            ToldOfBundle::Duplicates(n_left_out) => Notice::Duplicates { source, n_left_out },
        }
    }
}

pub(super) fn encode(told: &[ToldOfBundle], out: &mut Encoder) {
    out.u64(told.len() as u64);
    told.iter().for_each(|it| it.encode(out));
}

pub(super) fn decode(bytes: &mut Decoder) -> Result<Vec<ToldOfBundle>, Malformed> {
    // Not collected by the number, which may be forged: what is there ends it.
    let n_told = bytes.size()?;
    let mut told = Vec::new();
    while told.len() < n_told {
        told.push(ToldOfBundle::decode(bytes)?);
    }
    Ok(told)
}

/// Passes everything on, keeps what an index can tell again, and counts what it could not.
pub(super) struct IndexListener<'o> {
    pub(super) observer: &'o mut dyn LoadObserver,
    pub(super) told: Vec<ToldOfBundle>,
    pub(super) n_others: usize,
}

impl LoadObserver for IndexListener<'_> {
    fn progress(&mut self, progress: Progress) {
        self.observer.progress(progress);
    }

    fn notice(&mut self, notice: Notice) {
        match ToldOfBundle::of(&notice) {
            Some(told) => self.told.push(told),
            None => self.n_others += 1,
        }
        self.observer.notice(notice);
    }

    fn is_stopped(&self) -> bool {
        self.observer.is_stopped()
    }
}
