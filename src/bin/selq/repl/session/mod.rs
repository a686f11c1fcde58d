//! A session in three parts: what is loaded and set, what was answered, and what was changed. Knows no terminal, no
//! editor and no command.

mod answers;
mod edits;
mod load;
mod pages;
mod reader;
mod state;
mod voice;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use selq::query::Subject;

pub(crate) use answers::GivenAnswer;
pub(crate) use edits::Relabelling;
pub(crate) use voice::Screen;

use super::lines::LinesToDo;
use super::settings::Settings;
use super::stop::STOPPED;
use crate::args::{InputFile, ReplArgs};
use crate::config::Config;
use crate::input::Loaded;
use crate::selection::wanted::Wanted;
use answers::GivenAnswers;
use edits::Edits;
use reader::BackgroundReader;
use state::SessionState;
use voice::Voice;

/// A session.
pub(crate) struct Session {
    pub(crate) state: SessionState,
    pub(crate) answers: GivenAnswers,
    pub(crate) edits: Edits,
    pub(crate) voice: Voice,
    /// What is to be done next, as the line that is being done has it.
    pub(crate) to_do: Option<LinesToDo>,
    /// What is read while the user types.
    pub(crate) reader: BackgroundReader,
    /// Whether the user has had enough of what the line does.
    pub(crate) stop: Arc<AtomicBool>,
}

impl Session {
    pub(crate) fn new(args: &ReplArgs, config: Config, settings: Settings, loaded: Loaded) -> Session {
        Session {
            voice: Voice::new(&config),
            state: SessionState::new(args, config, settings, loaded),
            answers: GivenAnswers::default(),
            edits: Edits::default(),
            to_do: None,
            reader: BackgroundReader::default(),
            stop: Arc::default(),
        }
    }

    /// Whether what takes long is to end before it changes anything.
    pub(crate) fn is_stopped(&self) -> bool {
        // Nothing else is handed over with the flag, so that no order has to be kept.
        self.stop.load(Ordering::Relaxed)
    }

    /// Ends a line that the user stopped.
    pub(crate) fn go_on(&self) -> Result<()> {
        if self.is_stopped() { bail!(STOPPED) } else { Ok(()) }
    }

    /// Reads of the objects what is not read yet of what is wanted, unless the user has had enough before that.
    pub(crate) fn read_for(&mut self, wanted: &Wanted) -> Result<()> {
        self.read_subjects(&wanted.subjects())
    }

    /// The same of what some subjects give.
    pub(crate) fn read_subjects(&mut self, subjects: &[&Subject]) -> Result<()> {
        if !subjects.is_empty() {
            let (state, stop) = (&self.state, &self.stop);
            let go_on = || !stop.load(Ordering::Relaxed);
            if !self.reader.read(&state.loaded, subjects, &state.asked_with(), go_on) {
                bail!(STOPPED);
            }
            self.state.columns = self.reader.columns();
        }
        Ok(())
    }

    /// Forgets what was read: the dump is about to change, and is nobody else's then.
    fn forget(&mut self) {
        self.reader.forget();
        self.state.columns = Arc::default();
    }

    /// Takes another dump in place of the one that is loaded. Names and settings stay.
    pub(crate) fn replace(&mut self, files: Vec<InputFile>, loaded: Loaded) {
        self.forget();
        self.state.replace(files, loaded);
        self.answers = GivenAnswers::default();
        self.edits = Edits::default();
    }
}
