//! `selq watch`: follows watch streams, and prints what enters a selection, changes in it and leaves it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::process;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use selq::{Input, LoadError, ObjectChange, Transition, WatchEvent, WatchReader, WatchedStore};
use serde::Serialize;

use crate::args::{WatchArgs, WatchFormat};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::message::{self, counted};
use crate::output::{json, names, sanitize};
use crate::selection::Selection;

/// How long Ctrl-C waits for a line that is being written, which whoever reads it may be holding up.
const PATIENCE: Duration = Duration::from_millis(500);

/// Held while a line is written.
static WRITING: Mutex<()> = Mutex::new(());
/// What the run has come to so far, for Ctrl-C.
static STATUS: AtomicU8 = AtomicU8::new(ExitStatus::NoMatch as u8);

pub(crate) fn run(args: &WatchArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    let inputs = input::inputs(&args.input)?;
    ctrlc::set_handler(end_between_lines).context("cannot wait for Ctrl-C")?;
    let mut watch = Watch { args, config, selection, n_printed: 0, n_skipped: 0 };
    for input in inputs {
        watch.follow(input)?;
    }
    Ok(watch.status())
}

/// Ends the program, but not inside a line.
fn end_between_lines() {
    const STEP: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    let mut guard = WRITING.try_lock();
    while guard.is_err() && waited < PATIENCE {
        thread::sleep(STEP);
        waited += STEP;
        guard = WRITING.try_lock();
    }
    process::exit(i32::from(STATUS.load(Ordering::Relaxed)));
}

struct Watch<'a> {
    args: &'a WatchArgs,
    config: &'a Config,
    selection: Selection,
    n_printed: u64,
    n_skipped: u64,
}

impl Watch<'_> {
    fn follow(&mut self, input: Input) -> Result<()> {
        let events: WatchReader = input::loader(&self.args.input).watch(input)?;
        let source = events.name().to_owned();
        let mut watched = WatchedStore::new();
        for event in events {
            match event {
                Ok(WatchEvent::Failed { message }) => {
                    self.warn(&format!("{source}: the watch failed: {message}"));
                }
                Ok(event) => self.apply(&source, &mut watched, event)?,
                Err(error) => self.skip(error)?,
            }
        }
        Ok(())
    }

    fn warn(&self, message: &str) {
        message::warning(self.config, &message);
    }

    /// Goes on without a bad object, if that is wanted.
    fn skip(&mut self, error: LoadError) -> Result<()> {
        if !self.args.input.skip_invalid {
            return Err(error.into());
        }
        self.n_skipped += 1;
        STATUS.store(ExitStatus::Error as u8, Ordering::Relaxed);
        self.warn(&error.to_string());
        Ok(())
    }

    fn apply(&mut self, source: &str, watched: &mut WatchedStore, event: WatchEvent) -> Result<()> {
        let Some(change) = watched.apply(event) else { return Ok(()) };
        if !self.selection.has_in_scope(change.object.identity()) {
            return Ok(());
        }
        let selector = &self.selection.selector;
        let Some(transition) = change.transition(|labels| selector.matches(labels.iter().copied())) else {
            return Ok(());
        };
        let line = match self.args.output {
            WatchFormat::Text => text(source, transition, &change, self.args.input.files.len() > 1),
            WatchFormat::Jsonl => self.json(source, transition, &change)?,
        };
        self.print(&line)
    }

    /// Writes a line at once and as a whole, so that Ctrl-C never leaves half of one.
    fn print(&mut self, line: &str) -> Result<()> {
        let _guard = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = io::stdout().lock();
        out.write_all(line.as_bytes())?;
        out.flush()?;
        self.n_printed += 1;
        let status = if self.n_skipped > 0 { ExitStatus::Error } else { ExitStatus::Matched };
        STATUS.store(status as u8, Ordering::Relaxed);
        Ok(())
    }

    fn json(&self, source: &str, transition: Transition, change: &ObjectChange) -> Result<String> {
        let identity = change.object.identity();
        let present = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let line = WatchLine {
            event: transition.as_str(),
            source,
            index: change.index,
            kind: present(identity.kind),
            namespace: present(identity.namespace),
            name: present(identity.name),
            labels: change.object.labels().collect(),
        };
        let mut bytes = Vec::new();
        json::write_value(&line, self.config.stdout_is_terminal, &mut bytes)?;
        Ok(String::from_utf8(bytes)?)
    }

    fn status(&self) -> ExitStatus {
        if self.n_skipped > 0 {
            self.warn(&format!("{} left out", counted(self.n_skipped, "bad object")));
            return ExitStatus::Error;
        }
        if self.n_printed == 0 {
            message::print("no object entered the selection");
        }
        ExitStatus::of_match(self.n_printed > 0)
    }
}

/// A line for people: `+ shop pod/web-0 app=web,env=prod`, and behind `~` what changed.
fn text(source: &str, transition: Transition, change: &ObjectChange, with_source: bool) -> String {
    let labels: BTreeMap<&str, &str> = change.object.labels().collect();
    let labels: Vec<String> = match transition {
        Transition::Changed => change.label_changes().iter().map(ToString::to_string).collect(),
        _ => labels.iter().map(|(key, value)| format!("{key}={value}")).collect(),
    };
    let title = names::title(change.object.identity(), change.index);
    let source = if with_source { format!("{source}: ") } else { String::new() };
    let line = format!("{transition} {source}{title} {}", labels.join(","));
    let mut shown = String::new();
    sanitize::push_escaped(&mut shown, line.trim_end());
    shown.push('\n');
    shown
}

/// One line of `-o jsonl`.
#[derive(Serialize)]
struct WatchLine<'a> {
    event: &'a str,
    source: &'a str,
    index: u64,
    kind: Option<&'a str>,
    namespace: Option<&'a str>,
    name: Option<&'a str>,
    labels: BTreeMap<&'a str, &'a str>,
}
