//! The progress bar of a load that takes a while.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use selq::load::Progress;

use crate::config::Config;

/// Loads that are faster than this need no bar.
const PATIENCE: Duration = Duration::from_millis(500);
const REDRAWS_PER_SECOND: u8 = 12;

/// A bar on standard error: only on a terminal, and only once a load takes longer than half a second.
pub(crate) struct Bar {
    wanted: bool,
    begin: Instant,
    bar: Option<ProgressBar>,
}

impl Bar {
    /// A bar, if people look and want to hear more than errors.
    pub(crate) fn new(config: &Config) -> Bar {
        Bar { wanted: config.stderr.is_terminal() && !config.quiet, begin: Instant::now(), bar: None }
    }

    /// Shows how far the load is.
    pub(crate) fn update(&mut self, progress: Progress) {
        if !self.wanted || self.begin.elapsed() < PATIENCE {
            return;
        }
        let objects = crate::terminal::message::counted(progress.n_objects, "object");
        // Compressed files among others leave it open how much there is.
        if self.bar.as_ref().is_some_and(|bar| bar.length() != progress.total) {
            self.finish();
        }
        let bar = self.bar.get_or_insert_with(|| drawn(progress, objects.clone()));
        bar.set_position(progress.bytes);
        bar.set_message(objects);
    }

    /// Lets something be printed without the bar in between.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Leaves the screen as it is: whoever stopped the load is at work there again.
    pub(crate) fn abandon(&mut self) {
        self.wanted = false;
        if let Some(bar) = self.bar.take() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
    }

    /// Wipes the bar away.
    pub(crate) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    /// An error that ends the load must not be printed behind the bar.
    fn drop(&mut self) {
        self.finish();
    }
}

fn drawn(progress: Progress, objects: String) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND);
    let template = match progress.total {
        // Narrow enough for a terminal of 60 columns.
        Some(_) => "loading {bar:16} {percent}%, {msg}, {eta} left",
        None => "loading {spinner} {bytes}, {msg}, {elapsed}",
    };
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    ProgressBar::with_draw_target(progress.total, target)
        .with_style(style)
        .with_position(progress.bytes)
        .with_message(objects)
}
