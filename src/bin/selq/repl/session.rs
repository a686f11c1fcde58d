//! A session: what is loaded, what is set, and what a line does. Knows no terminal and no editor.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anstyle::Style;
use anyhow::{Result, bail};
use selq::{Dump, LabelChange, ObjectId, ObjectRef, Plan, Scope, Selector, Store};

use super::command::{self, Command};
use super::history::History;
use super::pager::{at_end, paged};
use super::settings::Settings;
use super::stop::STOPPED;
use crate::args::{InputArgs, ReplArgs, SourceArgs};
use crate::commands::stats;
use crate::config::Config;
use crate::input::{self, Loaded};
use crate::output::grid::cut_to_width;
use crate::output::sort::SortKey;
use crate::output::{self, NameEnd, OutputFormat, Rows, ShowLabels, View, names};
use crate::selection::Selection;
use crate::terminal::message::{self, counted, thousands};
use crate::terminal::sanitize;
use crate::typing::names::{BLANKS, LineError, Names};
use crate::typing::{CommandSyntax, Context, is_comment};

/// The rows of a screen that an answer leaves to its header, its last lines, and the prompt.
const ROWS_AROUND: usize = 5;

/// The lines that a List has around its objects.
const LINES_OF_LIST: usize = 8;
/// How often a load is asked whether it is done or not wanted any more, and how long it may take to end then.
const TICK: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(2);

/// What people read answers on.
#[derive(Debug, Clone)]
pub(crate) struct Screen {
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    /// The command that pages long answers; empty for none.
    pub(crate) pager: String,
}

/// An answer as it was given. Whatever is set or labelled afterwards, it is of the same objects.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) selector: Selector,
    pub(crate) scope: Scope,
    /// The objects, in the order in which they are shown.
    pub(crate) ids: Vec<ObjectId>,
    /// How many of them were shown.
    n_shown: usize,
    /// How many of them are to be shown before more are asked for.
    n_wanted: usize,
}

/// What one `:label` changed.
pub(crate) type Relabelling = Vec<(ObjectId, Vec<LabelChange>)>;

/// Whether labels are changed that no file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsaved {
    Nothing,
    Labels,
    /// The user knows.
    Told,
}

/// What people type to leave or to get help elsewhere, and the command for it.
const HABITS: [(&str, &str); 4] = [("exit", "quit"), ("quit", "quit"), ("help", "help"), ("\\q", "quit")];

/// A session.
pub(crate) struct Session {
    pub(crate) config: Config,
    /// How dumps are read.
    pub(crate) input: InputArgs,
    pub(crate) loaded: Loaded,
    /// The namespace and kind that answers are narrowed to, as they were typed.
    pub(crate) selection: Selection,
    /// The same as the store knows them.
    pub(crate) scope: Scope,
    pub(crate) settings: Settings,
    pub(crate) names: Names,
    pub(crate) history: History,
    /// `None` where lines and answers go through pipes.
    pub(crate) screen: Option<Screen>,
    /// Where words go without a screen, apart from the answers.
    pub(crate) words: Box<dyn Fn(&str)>,
    pub(crate) last: Option<Answer>,
    /// The names of the objects in the last answer, as far as they were shown.
    pub(crate) on_screen: Vec<String>,
    /// What `:undo` takes back, the latest last.
    pub(crate) relabellings: Vec<Relabelling>,
    /// What became of the changed labels.
    pub(crate) unsaved: Unsaved,
    /// Whether the user has had enough of what the line does.
    pub(crate) stop: Arc<AtomicBool>,
    commands: Vec<CommandSyntax>,
}

impl Session {
    pub(crate) fn new(args: &ReplArgs, config: Config, settings: Settings, loaded: Loaded) -> Session {
        let selection = Selection::scoped(args.namespace.clone(), args.kind.clone());
        Session {
            scope: selection.scope(loaded.dump.store()),
            input: args.input.clone(),
            history: History::default(),
            names: Names::default(),
            screen: None,
            words: Box::new(message::print),
            last: None,
            on_screen: Vec::new(),
            relabellings: Vec::new(),
            unsaved: Unsaved::Nothing,
            stop: Arc::default(),
            commands: command::syntaxes(),
            config,
            loaded,
            selection,
            settings,
        }
    }

    pub(crate) fn dump(&self) -> &Dump {
        &self.loaded.dump
    }

    pub(crate) fn store(&self) -> &Store {
        self.loaded.dump.store()
    }

    /// What can be said about a line while it is typed.
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            store: self.store(),
            scope: &self.scope,
            names: &self.names,
            commands: &self.commands,
            on_screen: &self.on_screen,
        }
    }

    /// Does what a line says. `Break` ends the session; an error does not.
    pub(crate) fn eval(&mut self, line: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
        let line = line.trim_matches(BLANKS);
        if let Some(command) = line.strip_prefix(':') {
            return self.run_command(command, out);
        }
        if !line.is_empty() && !is_comment(line) {
            let n_objects = self.selector(line).map_err(Into::into).and_then(|it| self.answer(it, out));
            self.help_with_habits(line, n_objects, out)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Whether what takes long is to end before it changes anything.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Ends a line that the user stopped.
    pub(crate) fn go_on(&self) -> Result<()> {
        if self.is_stopped() { bail!(STOPPED) } else { Ok(()) }
    }

    /// What a text selects, as a line or as the argument of a command.
    pub(crate) fn selector(&self, text: &str) -> Result<Selector, LineError> {
        self.names.selector(text)
    }

    /// Names the command that is meant by what is no selector, or one of nothing.
    fn help_with_habits(&self, line: &str, n_objects: Result<usize>, out: &mut dyn Write) -> Result<()> {
        let meant = HABITS.iter().find(|(habit, _)| *habit == line && self.screen.is_some());
        match (meant, n_objects) {
            (Some((_, command)), Ok(0)) => self.say(&format!("did you mean `:{command}`?"), out),
            (Some((_, command)), Err(_)) => bail!("{line} is no selector; did you mean `:{command}`?"),
            (_, n_objects) => n_objects.map(|_| ()),
        }
    }

    fn run_command(&mut self, text: &str, out: &mut dyn Write) -> Result<ControlFlow<()>> {
        let (name, arguments) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let Command { run, syntax, .. } = command::find(name)?;
        let arguments = arguments.trim();
        if syntax.usage.is_empty() && !arguments.is_empty() {
            bail!("expected nothing after `:{}`, found {arguments:?}", syntax.name);
        }
        run(self, arguments, out)
    }

    /// Answers a selector. Gives the number of objects.
    pub(crate) fn answer(&mut self, selector: Selector, out: &mut dyn Write) -> Result<usize> {
        let begin = Instant::now();
        let plan = Plan::scoped(self.store(), &selector, &self.scope);
        let view = View { limit: None, sort_by: self.sort_key(&selector), ..self.view() };
        let rows = Rows::of_while(self.dump(), &plan, &view, || !self.is_stopped());
        self.go_on()?;
        let time = begin.elapsed();
        let ids = rows.ids();
        let n_objects = ids.len();
        self.last = Some(Answer {
            n_wanted: self.n_at_once(n_objects),
            n_shown: 0,
            scope: self.scope.clone(),
            selector: selector.clone(),
            ids,
        });
        self.write_next_rows(out)?;
        self.explain_answer(&selector, n_objects > 0, out)?;
        if self.screen.is_some() {
            self.write_last_lines(Some(time), out)?;
        }
        Ok(n_objects)
    }

    /// What to sort an answer by. On a screen, where `:sort-by` has said what there is to say about a label that is
    /// not there, nothing is said again with every answer.
    fn sort_key(&self, selector: &Selector) -> Option<SortKey> {
        let key = self.settings.sort_by.as_ref().map(|(_, key)| key.clone())?;
        let SortKey::Label(label) = &key else { return Some(key) };
        let is_there = || {
            let matches = Plan::scoped(self.store(), selector, &self.scope).run();
            matches.key_counts().iter().any(|fact| fact.key == label)
        };
        (self.screen.is_none() || is_there()).then_some(key)
    }

    /// Shows the next rows of the last answer: as many as fit the screen, and without one all that are wanted.
    pub(crate) fn write_next_rows(&mut self, mut out: &mut dyn Write) -> Result<()> {
        let Some(Answer { ids, n_shown, n_wanted, .. }) = &self.last else { return Ok(()) };
        let wanted = &ids[*n_shown..*n_wanted];
        let page = &wanted[..self.n_on_page(wanted)];
        let rows = Rows::listed(self.store(), page);
        output::write_rows(self.dump(), &rows, &self.view(), &mut out)?;
        let on_screen = self.screen.as_ref().map(|_| self.names_of(&rows));
        let n_more = page.len();
        self.on_screen = on_screen.unwrap_or_default();
        if let Some(answer) = &mut self.last {
            answer.n_shown += n_more;
        }
        Ok(())
    }

    /// How many of so many objects are to be shown before more are asked for.
    fn n_at_once(&self, n_objects: usize) -> usize {
        n_objects.min(self.settings.limit.unwrap_or(usize::MAX))
    }

    /// Asks for more of the last answer. False when all of it was shown.
    pub(crate) fn want_more(&mut self) -> bool {
        let Some(Answer { ids, n_shown, n_wanted, .. }) = &self.last else { return false };
        let n_wanted = match n_shown < n_wanted {
            true => *n_wanted,
            false => n_shown + self.n_at_once(ids.len() - n_shown),
        };
        let is_any_left = *n_shown < ids.len();
        self.last.iter_mut().for_each(|answer| answer.n_wanted = n_wanted);
        is_any_left
    }

    /// How many of the objects fit the screen; the first always does. JSON takes as many lines as it takes.
    fn n_on_page(&self, ids: &[ObjectId]) -> usize {
        let page = self.page();
        let Some(screen) = &self.screen else { return ids.len() };
        if !matches!(self.settings.output, OutputFormat::Json | OutputFormat::Jsonl) {
            return ids.len().min(page);
        }
        let mut n_lines = if self.settings.output == OutputFormat::Json { LINES_OF_LIST } else { 0 };
        let fits = |id: &&ObjectId| {
            n_lines += n_lines_on(screen, &self.dump().json(**id));
            n_lines <= page
        };
        ids.iter().take_while(fits).count().max(1).min(ids.len())
    }

    /// Says why a selector has no objects.
    pub(crate) fn explain_no_match(&self, selector: &Selector, out: &mut dyn Write) -> Result<()> {
        self.explain_answer(selector, false, out)
    }

    /// Says what a selector names in vain, and why it has no objects where none matched.
    fn explain_answer(&self, selector: &Selector, matched: bool, out: &mut dyn Write) -> Result<()> {
        let plan = Plan::scoped(self.store(), selector, &self.scope);
        for line in self.selection.remarks(self.store(), &plan, matched) {
            self.say(&line, out)?;
        }
        Ok(())
    }

    /// How many rows of an answer the screen holds; without a screen any number.
    pub(crate) fn page(&self) -> usize {
        self.screen.as_ref().map_or(usize::MAX, |screen| screen.rows.saturating_sub(ROWS_AROUND).max(1))
    }

    /// What stands below an answer: how much is left of it, and how many objects there are.
    pub(crate) fn write_last_lines(&self, time: Option<Duration>, out: &mut dyn Write) -> Result<()> {
        let Some(Answer { ids, n_shown, n_wanted, scope, .. }) = &self.last else { return Ok(()) };
        let n_left = ids.len() - n_shown;
        if n_left > 0 {
            let limit = Some(self.settings.get("limit")).filter(|_| n_shown == n_wanted);
            let after = limit.map(|limit| format!(" after :limit {limit}")).unwrap_or_default();
            self.remark(&format!("… {} more{after}; :more", thousands(n_left as u64)), out)?;
        }
        let n_in_scope = Plan::scoped(self.store(), &Selector::everything(), scope).count();
        let time = time.filter(|_| self.settings.timing).map(|time| format!(" in {}", stats::shown(time)));
        let share = share(ids.len() as u64, n_in_scope);
        self.remark(&format!("{share}{}", time.unwrap_or_default()), out)
    }

    fn names_of(&self, rows: &Rows<'_>) -> Vec<String> {
        let name = |object: ObjectRef<'_>| {
            let mut name = String::new();
            names::push_name(object.identity(), || self.dump().index(object.id()), &mut name);
            name
        };
        rows.iter().map(name).collect()
    }

    /// How answers are shown.
    pub(crate) fn view(&self) -> View {
        let is_table = matches!(self.settings.output, OutputFormat::Table | OutputFormat::Wide);
        View {
            format: self.settings.output,
            label_columns: self.settings.label_columns.clone(),
            show_labels: if self.settings.show_labels { ShowLabels::Always } else { ShowLabels::OfAnonymous },
            headers: true,
            name_end: NameEnd::Newline,
            sort_by: self.settings.sort_by.as_ref().map(|(_, key)| key.clone()),
            limit: self.settings.limit,
            max_width: self.screen.as_ref().filter(|_| is_table).map(|screen| screen.columns),
            on_terminal: self.config.stdout_is_terminal,
        }
    }

    /// The style of remarks.
    pub(crate) fn dimmed(&self) -> Style {
        if self.config.colors_stdout() { Style::new().dimmed() } else { Style::new() }
    }

    /// Says something: below the line on a screen, else apart from the answers.
    pub(crate) fn say(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        self.say_in(Style::new(), text, out)
    }

    /// Says something that need not be read.
    pub(crate) fn remark(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        self.say_in(self.dimmed(), text, out)
    }

    fn say_in(&self, style: Style, text: &str, out: &mut dyn Write) -> Result<()> {
        match self.screen {
            Some(_) => writeln!(out, "{style}{}{style:#}", sanitize::escaped(text))?,
            None => {
                // Both may go to the same place, in the order in which they were written.
                out.flush()?;
                (self.words)(text);
            }
        }
        Ok(())
    }

    /// Says what became of a setting, which everybody who sees the line may want to be sure of.
    pub(crate) fn confirm(&self, text: &str, out: &mut dyn Write) -> Result<()> {
        if self.screen.is_some() { self.remark(text, out) } else { Ok(()) }
    }

    /// Writes what may be longer than the screen, through the pager if it is.
    pub(crate) fn write_long(
        &self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        self.write_through(str::to_owned, out, write)
    }

    /// The same of what people want to see the end of.
    pub(crate) fn write_long_to_end(
        &self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        self.write_through(at_end, out, write)
    }

    fn write_through(
        &self,
        pager: fn(&str) -> String,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        let Some(screen) = &self.screen else { return write(out) };
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let is_long = n_lines_on(screen, &text) > screen.rows.saturating_sub(1);
        let pager = is_long.then(|| pager(&screen.pager));
        paged(pager.as_deref(), out, |out| Ok(out.write_all(&bytes)?))
    }

    /// The text and what it ends in, cut before that to the width of the screen.
    pub(crate) fn in_a_line(&self, mut text: String, end: &str) -> String {
        if let Some(screen) = &self.screen {
            cut_to_width(&mut text, screen.columns.saturating_sub(end.len()));
        }
        text + end
    }

    /// Leaves, unless there are changed labels that are written nowhere and that the user was not told of.
    pub(crate) fn leave(&mut self, out: &mut dyn Write) -> Result<ControlFlow<()>> {
        let n_relabelled = self.dump().relabelled().len() as u64;
        if self.unsaved != Unsaved::Labels || n_relabelled == 0 || self.screen.is_none() {
            return Ok(ControlFlow::Break(()));
        }
        self.unsaved = Unsaved::Told;
        let n_objects = counted(n_relabelled, "object");
        self.say(
            &format!("the changed labels of {n_objects} are not written: `:write FILE`, or leave again"),
            out,
        )?;
        Ok(ControlFlow::Continue(()))
    }

    /// Takes another dump in place of the one that is loaded. Names and settings stay.
    pub(crate) fn replace(&mut self, loaded: Loaded) {
        self.loaded = loaded;
        self.last = None;
        self.on_screen.clear();
        self.relabellings.clear();
        self.unsaved = Unsaved::Nothing;
        self.rescope();
    }

    /// Finds out what the namespace and kind are called in the store.
    pub(crate) fn rescope(&mut self) {
        self.scope = self.selection.scope(self.store());
    }

    /// Loads files as the session's own were loaded, unless the user has had enough before that is done.
    ///
    /// A thread does it, which is left to itself where it does not end in time: it may wait for somebody to write into a
    /// FIFO, and nothing else would end that.
    pub(crate) fn load(&self, files: Vec<String>) -> Result<Loaded> {
        let files = files.into_iter().map(Into::into).collect();
        let source = SourceArgs { files, ..self.input.source.clone() };
        let input = InputArgs { source, ..self.input.clone() };
        let stop = Arc::new(AtomicBool::new(false));
        let config = self.config.clone().with_stop(Arc::clone(&stop));
        let (sender, receiver) = channel();
        // Nobody listens any more where the user has had enough.
        thread::Builder::new().spawn(move || drop(sender.send(input::load(&input, &config))))?;
        let mut end = None;
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(loaded) if !self.is_stopped() => return loaded,
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

    /// What is loaded, in a line.
    pub(crate) fn summary(&self) -> String {
        let store = self.store();
        let n = |n: usize, one: &str| counted(n as u64, one);
        let n_namespaces = store.namespaces().iter().filter(|fact| !fact.namespace.is_empty()).count();
        let n_kinds = store.kinds().iter().filter(|fact| !fact.kind.is_empty()).count();
        format!(
            "{}, {}, {}, {} in {}",
            n(store.len(), "object"),
            n(n_kinds, "kind"),
            n(n_namespaces, "namespace"),
            n(store.keys().len(), "key"),
            stats::shown(self.loaded.read_time + self.loaded.index_time)
        )
    }
}

/// How many lines of the screen a text takes.
fn n_lines_on(screen: &Screen, text: &str) -> usize {
    text.lines().map(|line| line.len().div_ceil(screen.columns.max(1)).max(1)).sum()
}

/// `1,204 of 100,000 (1.2 %)`
fn share(count: u64, all: u64) -> String {
    let percent = if all == 0 { 0.0 } else { count as f64 * 100.0 / all as f64 };
    let percent = match percent {
        p if count > 0 && p < 0.1 => "< 0.1".to_owned(),
        p if count < all && p > 99.9 => "> 99.9".to_owned(),
        p if p.fract() == 0.0 => format!("{p:.0}"),
        p => format!("{p:.1}"),
    };
    format!("{} of {} ({percent} %)", thousands(count), thousands(all))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use clap::Parser;
    use selq::{Input, Loader};

    use super::*;
    use crate::args::{Args, ColorChoice, Subcommands};

    /// A session over three pods, with a screen or without.
    pub(crate) fn session(screen: Option<(usize, usize)>) -> Session {
        let pod = |name: &str, env: &str, n: u32| {
            format!(
                r#"{{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{name}","namespace":"shop","labels":{{"env":"{env}","n":"{n}"}}}}}}"#
            )
        };
        let bytes = [pod("web-0", "prod", 2), pod("web-1", "prod", 1), pod("db-0", "staging", 10)].join("\n");
        let input = Input::Bytes { name: "pods.json".to_owned(), bytes: bytes.into_bytes() };
        let dump = Loader::new().load([input]).unwrap();
        let loaded = Loaded { dump, ..input::nothing().unwrap() };
        let Some(Subcommands::Repl(args)) = Args::parse_from(["selq", "repl"]).command else {
            unreachable!()
        };
        let config = Config::from_env().with_color(ColorChoice::Never);
        let settings = Settings { timing: false, ..Settings::default() };
        let screen = screen.map(|(rows, columns)| Screen { rows, columns, pager: String::new() });
        Session { screen, ..Session::new(&args, config, settings, loaded) }
    }

    /// What the lines print, in parentheses what they say apart from it, and in brackets how they fail.
    pub(crate) fn printed(session: &mut Session, lines: &[&str]) -> String {
        let words = Rc::new(RefCell::new(Vec::new()));
        let said = Rc::clone(&words);
        session.words = Box::new(move |text| said.borrow_mut().push(format!("({text})\n")));
        let mut out = Vec::new();
        for line in lines {
            let result = session.eval(line, &mut out);
            out.extend(words.take().concat().into_bytes());
            if let Err(error) = result {
                out.extend(format!("[{error:#}]\n").into_bytes());
            }
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_from_a_pipe_prints_what_the_program_prints() {
        insta::assert_snapshot!(printed(&mut session(None), &["env=prod", "", "zone=x", "env in (", "\"\""]), @r#"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        (no label "zone" in 3 objects)
        [expected a value or ")", found the end of the text]
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        shop        db-0    Pod
        "#);
    }

    #[test]
    fn an_answer_on_a_screen_has_a_last_line_and_is_cut() {
        insta::assert_snapshot!(printed(
            &mut session(Some((7, 80))),
            &["env", ":more", ":more", "env=staging"]
        ), @"
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        shop        web-1   Pod
        … 1 more; :more
        3 of 3 (100 %)
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        3 of 3 (100 %)
        all of it was shown
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        1 of 3 (33.3 %)
        ");
    }

    #[test]
    fn a_limit_ends_an_answer_until_more_is_asked_for() {
        insta::assert_snapshot!(printed(
            &mut session(Some((24, 80))),
            &[":limit 1", "env", ":more", ":limit off", ":more", ":more"]
        ), @"
        limit: 1
        NAMESPACE   NAME    KIND
        shop        web-0   Pod
        … 2 more after :limit 1; :more
        3 of 3 (100 %)
        NAMESPACE   NAME    KIND
        shop        web-1   Pod
        … 1 more after :limit 1; :more
        3 of 3 (100 %)
        limit: off
        NAMESPACE   NAME   KIND
        shop        db-0   Pod
        3 of 3 (100 %)
        all of it was shown
        ");
    }

    #[test]
    fn the_rows_after_the_limit_come_through_a_pipe_too() {
        let lines = [":output name", ":limit 2", "env", ":more", ":more"];
        assert_eq!(printed(&mut session(None), &lines), "pod/web-0\npod/web-1\npod/db-0\n");
    }

    #[test]
    fn comments_ask_nothing() {
        let lines = ["# env=prod", "  # :quit", "#", "env=staging # no comment"];
        let out = printed(&mut session(None), &lines);
        assert_eq!(out, "[expected \",\" or the end of the text, found \"#\"]\n");
    }

    #[test]
    fn what_is_stopped_while_it_is_sorted_is_no_answer() {
        let mut session = session(None);
        printed(&mut session, &["env=staging", ":sort-by .metadata.name"]);
        session.stop.store(true, Ordering::Relaxed);
        assert_eq!(printed(&mut session, &["env"]), "[stopped by the user]\n");
        session.stop.store(false, Ordering::Relaxed);
        assert!(printed(&mut session, &[":last"]).contains("db-0"), "the last answer stays");
    }

    #[test]
    fn an_answer_stays_what_it_was_whatever_is_set_afterwards() {
        let lines = [
            ":sort-by n",
            "env",
            ":sort-by .metadata.name",
            ":more",
            ":show 1",
            ":namespace shop",
            ":kind po",
            ":more",
        ];
        let out = printed(&mut session(Some((6, 80))), &lines);
        let order: Vec<&str> = out.lines().filter(|line| line.starts_with("shop ")).collect();
        assert_eq!(order, ["shop        web-1   Pod", "shop        web-0   Pod", "shop        db-0   Pod"]);
        assert!(out.contains("\"name\": \"web-1\""), "row 1 is that of the screen: {out}");
    }

    #[test]
    fn shares_are_of_the_scope_and_what_is_outside_is_told() {
        let mut session = session(Some((24, 80)));
        session.loaded.dump = {
            let text = r#"[{"kind":"Node","metadata":{"name":"n","labels":{"env":"lab"}}},{"kind":"Pod","metadata":{"name":"p","labels":{"env":"prod"}}}]"#;
            let input = Input::Bytes { name: "x.json".to_owned(), bytes: text.as_bytes().to_vec() };
            Loader::new().load([input]).unwrap()
        };
        insta::assert_snapshot!(printed(&mut session, &[":kind po", "env", "env=lab", "env=la"]), @r#"
        NAMESPACE   NAME   KIND
        <none>      p      Pod
        1 of 1 (100 %)
        env=lab only holds outside kind "po"
        0 of 1 (0 %)
        no object has env="la"; did you mean "lab"?
        0 of 1 (0 %)
        "#);
    }

    #[test]
    fn words_of_other_shells_are_understood() {
        let out = printed(&mut session(Some((24, 80))), &["exit", "\\q", "help"]);
        insta::assert_snapshot!(out, @r#"
        no label "exit" in 3 objects
        0 of 3 (0 %)
        did you mean `:quit`?
        [\q is no selector; did you mean `:quit`?]
        no label "help" in 3 objects
        0 of 3 (0 %)
        did you mean `:help`?
        "#);
    }

    #[test]
    fn json_takes_as_many_lines_as_it_takes() {
        let mut session = session(Some((18, 60)));
        let out = printed(&mut session, &[":output json", "env"]);
        assert!(out.contains("… 1 more; :more"), "{out}");
    }

    #[test]
    fn changed_labels_are_not_left_behind_unseen() {
        let mut session = session(Some((24, 80)));
        printed(&mut session, &["env", ":label tier=web"]);
        let mut out = Vec::new();
        assert!(session.eval(":quit", &mut out).unwrap().is_continue());
        let out = String::from_utf8(out).unwrap();
        assert!(out.contains("the changed labels of 3 objects are not written"), "{out}");
        assert!(session.eval(":quit", &mut Vec::new()).unwrap().is_break());
    }

    #[test]
    fn shares_are_readable() {
        assert_eq!(share(1_204, 100_000), "1,204 of 100,000 (1.2 %)");
        assert_eq!(share(1, 1_000_000), "1 of 1,000,000 (< 0.1 %)");
        assert_eq!(share(999_999, 1_000_000), "999,999 of 1,000,000 (> 99.9 %)");
        assert_eq!((share(0, 0), share(5, 5)), ("0 of 0 (0 %)".to_owned(), "5 of 5 (100 %)".to_owned()));
    }
}
