//! Another dump, read while the user may still have had enough of waiting for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::super::stop::STOPPED;
use super::Session;
use crate::args::{InputArgs, InputFile};
use crate::input::{self, Loaded};

/// How often a load is asked whether it is done or not wanted any more, and how long it may take to end then.
const TICK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_millis(150);

impl Session {
    /// Loads files as the session's own were loaded, unless the user has had enough before that is done.
    ///
    /// A thread does it, which is left to itself where it does not end in time: it may wait for somebody to write into a
    /// FIFO, and nothing else would end that.
    pub(crate) fn load(&self, files: Vec<InputFile>) -> Result<Loaded> {
        let source = self.state.input.source.with_inputs(files);
        let input = InputArgs { source, ..self.state.input.clone() };
        let stop = Arc::new(AtomicBool::new(false));
        let config = self.state.config.clone().with_stop(Arc::clone(&stop));
        let (sender, receiver) = channel();
        // Nobody listens any more where the user has had enough.
        thread::Builder::new().spawn(move || drop(sender.send(input::load(&input, &config))))?;
        let mut end = None;
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(loaded) if !self.is_stopped() => return self.fetched(loaded),
                Err(RecvTimeoutError::Timeout) if end.is_none_or(|end| Instant::now() < end) => {}
                Ok(_) | Err(RecvTimeoutError::Timeout) => bail!(STOPPED),
                Err(RecvTimeoutError::Disconnected) => bail!("the dump could not be loaded"),
            }
            if self.is_stopped() && end.is_none() {
                stop.store(true, Ordering::Relaxed);
                end = Some(Instant::now() + PATIENCE);
            }
        }
    }

    /// What was loaded, unless kubectl failed: what is there stays then. Objects of the kinds that may be listed are taken as
    /// at the start, since kubectl has said which others may not.
    fn fetched(&self, loaded: Result<Loaded>) -> Result<Loaded> {
        match (self.state.config.take_kubectl_failure(), loaded) {
            (None, loaded) => loaded,
            (Some(_), Ok(loaded)) if !loaded.dump.store().is_empty() => Ok(loaded),
            (Some(failure), _) => bail!("kubectl failed with exit status {}", failure.code),
        }
    }
}
