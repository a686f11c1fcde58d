//! What a load says while it goes on.

use std::time::Instant;

use selq::Dump;
use selq::load::{LoadObserver, Notice, Progress};

use super::Loaded;
use super::progress::Bar;
use crate::config::Config;
use crate::terminal::{message, sanitize};

/// Shows how far a load is, and prints what it tells.
pub(super) struct Observer<'c> {
    config: &'c Config,
    bar: Bar,
    read_at: Instant,
}

impl<'c> Observer<'c> {
    pub(super) fn new(config: &'c Config) -> Observer<'c> {
        Observer { config, bar: Bar::new(config), read_at: Instant::now() }
    }

    /// All is read: what takes time from now on is indexing.
    pub(super) fn has_read(&mut self) {
        self.read_at = Instant::now();
    }

    /// What was loaded since `begin`, with the times that it took.
    pub(super) fn loaded(mut self, dump: Dump, begin: Instant, saved: String) -> Loaded {
        self.finish();
        let read_time = self.read_at.duration_since(begin);
        Loaded { dump, read_time, index_time: self.read_at.elapsed(), saved }
    }

    /// Wipes the bar away.
    pub(super) fn finish(&mut self) {
        self.bar.finish();
    }
}

impl LoadObserver for Observer<'_> {
    fn progress(&mut self, progress: Progress) {
        self.has_read();
        match self.config.is_stopped() {
            true => self.bar.abandon(),
            false => self.bar.update(progress),
        }
    }

    fn is_stopped(&self) -> bool {
        self.config.is_stopped()
    }

    fn notice(&mut self, notice: Notice) {
        // Who wants nothing but errors is told what is bad and what failed.
        if self.config.quiet && !matches!(notice, Notice::Skipped(_) | Notice::WatchError { .. }) {
            return;
        }
        // It may quote what the dump says, over several lines.
        let text = sanitize::escaped(&notice.to_string()).into_owned();
        self.bar.suspend(|| match notice {
            // Nothing is wrong with a folder that holds other files too.
            Notice::Bundle { .. } | Notice::Duplicates { .. } => message::print(&text),
            _ => message::warning(self.config, &text),
        });
    }
}
