//! `selq watch`: follows watch streams, and prints what enters a selection, changes in it and leaves it.

use std::collections::BTreeMap;
use std::io;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use selq::kubernetes::KindFilter;
use selq::load::{LeftOut, WatchEvent, WatchReader};
use selq::watch::{ObjectChange, Transition};
use selq::{Input, LoadError, ObjectIdentity, WatchedStore, query};
use serde::Serialize;

use crate::args::{WatchArgs, WatchFormat};
use crate::commands::watched::{StreamName, WatchedQueries};
use crate::config::Config;
use crate::exit::ExitStatus;
use crate::input;
use crate::output::identity::ObjectLine;
use crate::output::names;
use crate::selection::Selection;
use crate::selection::sightings::Sightings;
use crate::terminal::message;
use crate::terminal::printer::Printer;
use crate::terminal::sanitize;
use crate::terminal::stdout;

/// How long Ctrl-C waits for a line that is being written, which whoever reads it may be holding up.
const PATIENCE: Duration = Duration::from_millis(500);

pub(crate) fn run(args: &WatchArgs, config: &Config) -> Result<ExitStatus> {
    let selection = Selection::new(&args.selection, config)?;
    if selection.context_before().is_none() {
        bail!("--now dump is the newest time of all objects, which a watch never has: name the time");
    }
    let inputs = input::inputs(&args.source.inputs(), config)?;
    let (watched, n_refused) = WatchedQueries::new(args, &selection, config)?;
    let progress = Arc::new(WatchTally::new(watched.sightings(), n_refused));
    let (at_interrupt, its_config) = (Arc::clone(&progress), config.clone());
    ctrlc::set_handler(move || at_interrupt.end_between_lines(&its_config))
        .context("cannot wait for Ctrl-C")?;
    let has_many = inputs.len() > 1;
    let kinds = selection.kind_filter();
    let mut watch = Watch { args, config, selection, kinds, watched, progress, has_many };
    for input in inputs {
        watch.follow(input)?;
    }
    Ok(watch.progress.end(config))
}

/// What the run has come to so far, which Ctrl-C asks from a thread of its own.
struct WatchTally {
    /// Held while a line is written.
    writing: Mutex<()>,
    sightings: Sightings,
    n_events: AtomicU64,
    n_printed: AtomicU64,
    left_out: Mutex<LeftOut>,
    /// How many of the queries are none.
    n_refused: u64,
}

impl WatchTally {
    fn new(sightings: Sightings, n_refused: u64) -> WatchTally {
        WatchTally {
            writing: Mutex::default(),
            sightings,
            n_events: AtomicU64::default(),
            n_printed: AtomicU64::default(),
            left_out: Mutex::default(),
            n_refused,
        }
    }

    /// Ends the program, but not inside a line.
    fn end_between_lines(&self, config: &Config) {
        const STEP: Duration = Duration::from_millis(10);
        let mut waited = Duration::ZERO;
        let mut guard = self.writing.try_lock();
        while guard.is_err() && waited < PATIENCE {
            thread::sleep(STEP);
            waited += STEP;
            guard = self.writing.try_lock();
        }
        if config.stderr.is_terminal() {
            // The terminal's `^C` has a line of its own.
            message::print("");
        }
        // The lock, if it was got, is held to the end, so that no line begins behind the last
        // words.
        process::exit(self.end(config) as i32);
    }

    /// Says at the end what is to be said, and tells the status.
    fn end(&self, config: &Config) -> ExitStatus {
        let left_out = *self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        let n_events = self.n_events.load(Ordering::Relaxed);
        let has_printed = self.n_printed.load(Ordering::Relaxed) > 0;
        if left_out.total() > 0 {
            message::warning(config, &input::left_out_in_words(left_out));
        } else if !has_printed {
            // With something left out this is not said: that might have entered.
            message::print("no object entered the selection");
        }
        if n_events > 0 {
            let among = format!("in {}", message::counted(n_events, "event"));
            message::remarks(&self.sightings.in_vain(&among));
        }
        match left_out.total() + self.n_refused {
            0 => ExitStatus::of_match(has_printed),
            _ => ExitStatus::Error,
        }
    }
}

struct Watch<'a> {
    args: &'a WatchArgs,
    config: &'a Config,
    selection: Selection,
    kinds: KindFilter,
    watched: WatchedQueries,
    progress: Arc<WatchTally>,
    /// Whether there are other streams, from which lines are to be told.
    has_many: bool,
}

impl Watch<'_> {
    fn follow(&mut self, input: Input) -> Result<()> {
        let events: WatchReader = match self.args.source.loader().watch(input) {
            Ok(events) => events,
            Err(error) => return self.skip(error),
        };
        let events = if self.watched.read_objects() { events.keeping_json() } else { events };
        let (source, cluster) = (events.name().to_owned(), events.cluster().map(str::to_owned));
        let stream = StreamName { source: &source, cluster: cluster.as_deref() };
        self.watched.begin();
        let mut watched = WatchedStore::new();
        for event in events {
            match event {
                Ok(WatchEvent::Failed { message }) => {
                    self.warn(&sanitize::escaped(&format!("{source}: the watch failed: {message}")));
                }
                Ok(WatchEvent::Remark { message }) => self.warn(&sanitize::escaped(&message)),
                Ok(event) => self.apply(stream, &mut watched, event)?,
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
        if !self.args.skip_invalid {
            return Err(error.into());
        }
        self.progress.left_out.lock().unwrap_or_else(PoisonError::into_inner).count(&error);
        self.warn(&error.to_string());
        Ok(())
    }

    fn apply(&mut self, stream: StreamName<'_>, watched: &mut WatchedStore, event: WatchEvent) -> Result<()> {
        // Before the scope is asked, since the remarks at the end are about all that came.
        if let Some(object) = event.object() {
            self.progress.n_events.fetch_add(1, Ordering::Relaxed);
            self.progress.sightings.look(object.labels());
        }
        // What is never asked for is not kept either.
        let is_in_scope = |it: ObjectIdentity<'_>| self.selection.has_namespace(it) && self.kinds.accepts(it);
        if !event.object().is_some_and(|object| is_in_scope(object.identity())) {
            return Ok(());
        }
        let Some(change) = watched.apply(event) else { return Ok(()) };
        let mut out = Printer::new(Vec::new(), self.config.stdout);
        let context = self.context();
        for (query, transition) in self.watched.transitions(&change, stream, context) {
            let line = ChangeLine { query, transition, source: stream.source, change: &change };
            match self.args.output {
                WatchFormat::Text => line.write_text(self.has_many, &mut out)?,
                WatchFormat::Jsonl => line.write_json(&mut out)?,
            }
        }
        if out.raw().is_empty() { Ok(()) } else { self.print(out.raw()) }
    }

    /// What queries are asked with: the clock at the event, unless it was told what time it is.
    fn context(&self) -> query::Context {
        match self.args.selection.now {
            None => query::Context::new(),
            Some(_) => self.selection.context_before().unwrap_or_default(),
        }
    }

    /// Writes lines at once and as a whole, so that Ctrl-C never leaves half of one.
    fn print(&mut self, lines: &[u8]) -> Result<()> {
        let _guard = self.progress.writing.lock().unwrap_or_else(PoisonError::into_inner);
        stdout::write_at_once(lines)?;
        self.progress.n_printed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// What is to be said of a change.
struct ChangeLine<'a> {
    query: Option<&'a str>,
    transition: Transition,
    source: &'a str,
    change: &'a ObjectChange,
}

impl ChangeLine<'_> {
    /// For people: `+ shop pod/web-0 app=web,env=prod`, and behind `~` what changed. With many selectors and sources,
    /// `+ [app=web] pods.json: shop pod/web-0 app=web,env=prod`.
    fn write_text(&self, with_source: bool, out: &mut Printer<Vec<u8>>) -> io::Result<()> {
        let query = match self.query {
            None => String::new(),
            Some("") => r#"[""] "#.to_owned(),
            Some(query) => format!("[{query}] "),
        };
        let source = if with_source { format!("{}: ", self.source) } else { String::new() };
        let title = names::title(self.change.object.identity(), self.change.index);
        let line = format!("{} {query}{source}{title} {}", self.transition, self.labels().join(","));
        // Labels may hold anything, and a line end in one would forge a line.
        out.line(&sanitize::escaped(line.trim_end()))
    }

    fn labels(&self) -> Vec<String> {
        if self.transition == Transition::Changed {
            return self.change.label_changes().iter().map(ToString::to_string).collect();
        }
        let labels: BTreeMap<&str, &str> = self.change.object.labels().collect();
        labels.iter().map(|(key, value)| format!("{key}={value}")).collect()
    }

    fn write_json(&self, out: &mut Printer<Vec<u8>>) -> io::Result<()> {
        let object = &self.change.object;
        out.json_line(&WatchLine {
            event: self.transition.as_str(),
            query: self.query,
            object: ObjectLine::new(self.source, self.change.index, object.identity()),
            labels: object.labels().collect(),
        })
    }
}

/// One line of `-o jsonl`.
#[derive(Serialize)]
struct WatchLine<'a> {
    event: &'a str,
    /// Only where there are many.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a str>,
    #[serde(flatten)]
    object: ObjectLine<'a>,
    labels: BTreeMap<&'a str, &'a str>,
}
