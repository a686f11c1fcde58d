//! The terminal: the only file that knows rustyline.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anstyle::Style;
use anyhow::Result;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::line_buffer::LineBuffer;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{
    Behavior, Changeset, Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, EditMode,
    Editor, Event, EventContext, EventHandler, Helper, KeyCode, KeyEvent, Modifiers, RepeatCount,
};
use selq::Span;
use unicode_width::UnicodeWidthStr;

use super::history::History;
use super::session::{Screen, Session};
use super::stop::{Stoppable, is_stop};
use super::{pager, report, settings};
use crate::args::{self, ColorChoice};
use crate::output::grid::cut_to_width;
use crate::terminal::message;
use crate::terminal::numbers::thousands;
use crate::terminal::sanitize;
use crate::typing::candidates::Completion;
use crate::typing::complete::complete;
use crate::typing::highlight::{Look, highlight, painted};
use crate::typing::hint::{Hint, hint};
use crate::typing::line;
use crate::typing::names::LineError;

/// How many lines the history has, and how many candidates are listed without a question.
const MAX_HISTORY: usize = 1_000;
const MAX_LISTED: usize = 120;
/// The editor puts so much between the columns of a list.
const COLUMN_GAP: usize = 2;
/// The lines that a list leaves to the line that is typed.
const LINES_AROUND_LIST: usize = 4;
/// Wipes the line that the cursor is in.
const CLEAR_LINE: &str = "\r\x1b[K";
/// The screen where it cannot be measured.
const DEFAULT_SCREEN: (u16, u16) = (80, 24);

/// Reads lines from the terminal and answers them until the user leaves.
pub(super) fn run(mut session: Session) -> Result<()> {
    session.history = History::in_file(settings::history_file());
    session.screen = Some(Screen { rows: 0, columns: 0, pager: pager::command() });
    greet(&session)?;
    let stop = Arc::clone(&session.stop);
    let on_interrupt = Arc::clone(&stop);
    // Where the signal cannot be caught, Ctrl-C ends the program as ever.
    let _ = ctrlc::set_handler(move || on_interrupt.store(true, Ordering::Relaxed));
    let mut editor: Editor<Assistant, MemHistory> =
        Editor::with_history(config(&session), MemHistory::new())?;
    editor.set_helper(Some(Assistant::new(session)));
    bind_keys(&mut editor);
    remember(&mut editor)?;
    loop {
        measure_screen(&mut editor);
        let prompt = assistant(&mut editor).prompt();
        match editor.readline(&prompt) {
            Ok(text) => {
                if enter(&mut editor, &text, &stop)?.is_break() {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => {
                if assistant(&mut editor).session.leave(&mut io::stdout())?.is_break() {
                    return Ok(());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn greet(session: &Session) -> Result<()> {
    let mut out = io::stdout();
    if session.store().is_empty() && session.dump().sources().len() == 0 {
        writeln!(
            out,
            "no dump is loaded: `:load FILE`, or start with `selq repl FILE`\n`:help` lists the commands"
        )?;
    } else {
        writeln!(out, "{}\ntype a selector, or `:help`", session.summary())?;
        for absence in session.selection.scope_reasons(session.store()) {
            session.say(&absence, &mut out)?;
        }
    }
    Ok(())
}

fn config(session: &Session) -> Config {
    let color = match session.config.color() {
        _ if !session.config.colors_stdout() => ColorMode::Disabled,
        ColorChoice::Always => ColorMode::Forced,
        _ => ColorMode::Enabled,
    };
    let mode = match session.settings.mode {
        args::EditMode::Emacs => EditMode::Emacs,
        args::EditMode::Vi => EditMode::Vi,
    };
    // Standard input may be the dump.
    let behavior = if io::stdin().is_terminal() { Behavior::Stdio } else { Behavior::PreferTerm };
    let builder = Config::builder()
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .completion_prompt_limit(MAX_LISTED)
        .bell_style(rustyline::config::BellStyle::None)
        .behavior(behavior)
        .edit_mode(mode)
        .color_mode(color);
    builder
        .max_history_size(MAX_HISTORY)
        .map_or_else(|_| Config::default(), rustyline::config::Builder::build)
}

/// Up and Down go through the lines that begin with what is typed before the cursor.
fn bind_keys(editor: &mut Editor<Assistant, MemHistory>) {
    let is_plain = Arc::clone(&assistant(editor).is_plain);
    for (key, search) in
        [(KeyCode::Up, Cmd::HistorySearchBackward), (KeyCode::Down, Cmd::HistorySearchForward)]
    {
        let handler = Box::new(HistoryKey { is_plain: Arc::clone(&is_plain), search });
        editor.bind_sequence(KeyEvent(key, Modifiers::NONE), EventHandler::Conditional(handler));
    }
}

/// A key that shows another line of the history.
struct HistoryKey {
    /// Whether the line that is shown was found by an empty one, so that all lines follow.
    is_plain: Arc<AtomicBool>,
    search: Cmd,
}

impl ConditionalEventHandler for HistoryKey {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let (line, at_end) = (context.line(), context.pos() == context.line().len());
        let is_plain = line.is_empty() || (at_end && self.is_plain.load(Ordering::Relaxed));
        self.is_plain.store(is_plain, Ordering::Relaxed);
        // Within a text of several lines the cursor moves, as ever.
        (!is_plain && !line.contains('\n')).then(|| self.search.clone())
    }
}

fn assistant(editor: &mut Editor<Assistant, MemHistory>) -> &mut Assistant {
    editor.helper_mut().expect("the helper is set before the first line is read")
}

/// Finds out how large the screen is now.
fn measure_screen(editor: &mut Editor<Assistant, MemHistory>) {
    let (columns, rows) = editor.dimensions().unwrap_or(DEFAULT_SCREEN);
    if let Some(screen) = &mut assistant(editor).session.screen {
        (screen.rows, screen.columns) = (usize::from(rows), usize::from(columns));
    }
}

/// Makes the editor's history that of the session, which has no repeats.
fn remember(editor: &mut Editor<Assistant, MemHistory>) -> Result<()> {
    let Assistant { session, is_plain, .. } = assistant(editor);
    let lines = session.history.lines().to_vec();
    is_plain.store(false, Ordering::Relaxed);
    editor.clear_history()?;
    for line in lines {
        editor.add_history_entry(line)?;
    }
    Ok(())
}

/// Does what a text says: one line, or as many as were pasted.
fn enter(
    editor: &mut Editor<Assistant, MemHistory>,
    text: &str,
    stop: &Arc<AtomicBool>,
) -> Result<ControlFlow<()>> {
    // It may have been made larger or smaller while the line was typed.
    measure_screen(editor);
    let (prompt, _) = assistant(editor).prompt();
    let session = &mut assistant(editor).session;
    let mut flow = ControlFlow::Continue(());
    let lines = line::split(text);
    for line in &lines {
        session.history.add(line);
        if lines.len() > 1 {
            println_dimmed(session, line)?;
        }
        // What stands on the screen, as it was typed.
        let (before, typed) = if lines.len() > 1 { ("", *line) } else { (prompt.as_str(), text) };
        match answer(session, line, stop)? {
            Answered::Done(next) => flow = next,
            Answered::Stopped => break,
            Answered::Failed(error) => report_below(session, &error, before, typed)?,
        }
        if flow.is_break() {
            break;
        }
    }
    remember(editor)?;
    Ok(flow)
}

/// What became of a line.
enum Answered {
    Done(ControlFlow<()>),
    /// The user had seen enough.
    Stopped,
    Failed(anyhow::Error),
}

/// Does what one line says, until the user stops what it prints.
fn answer(session: &mut Session, line: &str, stop: &Arc<AtomicBool>) -> Result<Answered> {
    stop.store(false, Ordering::Relaxed);
    let mut out = BufWriter::new(Stoppable::new(io::stdout().lock(), stop));
    let result = session.eval(line, &mut out);
    // What is done is done, and what it has to say is said.
    if result.as_ref().is_err_and(is_stop) {
        // What is left is not wanted any more.
        let (stoppable, _) = out.into_parts();
        if stoppable.is_in_line {
            writeln!(io::stdout())?;
        } else if session.config.colors_stdout() {
            // The terminal's `^C`, and the progress of a load.
            write!(io::stdout(), "{CLEAR_LINE}")?;
        }
        drop(stoppable);
        println_dimmed(session, "stopped")?;
        return Ok(Answered::Stopped);
    }
    stop.store(false, Ordering::Relaxed);
    out.flush()?;
    Ok(result.map_or_else(Answered::Failed, Answered::Done))
}

/// Prints why a line could not be answered. The caret stands under the line, which stands behind `before` on the
/// screen, unless it is more than one line there.
fn report_below(session: &Session, error: &anyhow::Error, before: &str, typed: &str) -> Result<()> {
    let columns = session.screen.as_ref().map_or(0, |screen| screen.columns);
    let is_whole = before.width() + typed.width() < columns && !typed.contains(char::is_control);
    let error_in_line = error.downcast_ref::<LineError>().filter(|_| is_whole);
    let Some((error, place)) = error_in_line.and_then(|it| Some((it, it.place_in(typed)?))) else {
        report(&session.config, error);
        return Ok(());
    };
    let margin = before.width() + typed[..place.start].width();
    let carets = "^".repeat(place.slice(typed).width().max(1));
    writeln!(io::stdout(), "{}{carets}", " ".repeat(margin))?;
    message::wrong_text(&session.config, "", error, error.help().as_deref());
    Ok(())
}

fn println_dimmed(session: &Session, text: &str) -> Result<()> {
    let style = session.dimmed();
    Ok(writeln!(io::stdout(), "{style}{text}{style:#}")?)
}

/// What the editor asks while a line is typed.
struct Assistant {
    session: Session,
    /// Whether the line is drawn for the last time, when no parenthesis is under the cursor any more.
    is_final: Cell<bool>,
    /// Whether there is a hint, with which the editor draws the whole line after every edit.
    has_hint: Cell<bool>,
    /// Whether two parentheses are marked.
    has_pair: Cell<bool>,
    /// The completion that was asked for last, which the editor then takes over from.
    completion: RefCell<Completion>,
    /// What Up and Down have to know of each other.
    is_plain: Arc<AtomicBool>,
}

impl Assistant {
    fn new(session: Session) -> Assistant {
        Assistant {
            session,
            is_final: Cell::new(false),
            has_hint: Cell::new(false),
            has_pair: Cell::new(false),
            completion: RefCell::default(),
            is_plain: Arc::default(),
        }
    }

    /// `selq> `, with the namespace and kind that answers are narrowed to.
    fn prompt(&self) -> (String, String) {
        let selection = &self.session.selection;
        let named = [selection.namespaces.join(","), selection.kinds.join(",")];
        let scope: Vec<String> = named.into_iter().filter(|names| !names.is_empty()).collect();
        let scope = if scope.is_empty() { String::new() } else { format!(" {}", scope.join("/")) };
        let scope = sanitize::escaped(&scope);
        let (bold, plain) = (Style::new().bold(), format!("selq{scope}> "));
        let styled = format!("{bold}selq{bold:#}{scope}> ");
        (plain, styled)
    }
}

impl Assistant {
    /// The screen, or one that holds any list.
    fn screen(&self) -> (usize, usize) {
        self.session.screen.as_ref().map_or((usize::MAX, usize::MAX), |it| (it.columns, it.rows))
    }

    /// How many candidates can be listed without a word in between, which would swallow what is typed next.
    fn n_fit(&self, listed: &[String]) -> usize {
        let (columns, rows) = self.screen();
        let width = listed.iter().map(|it| it.width()).max().unwrap_or(0).saturating_add(COLUMN_GAP);
        let n_cells = (columns / width).max(1).saturating_mul(rows.saturating_sub(LINES_AROUND_LIST).max(1));
        if listed.len() <= n_cells { listed.len() } else { n_cells - 1 }
    }
}

impl fmt::Debug for Assistant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assistant")
    }
}

impl Helper for Assistant {}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let completion = complete(&self.session.context(), line, pos);
        let (columns, _) = self.screen();
        let mut listed = completion.listed();
        listed.iter_mut().for_each(|it| cut_to_width(it, columns.saturating_sub(COLUMN_GAP)));
        let n_fit = self.n_fit(&listed);
        let n_more = completion.n_more + listed.len().saturating_sub(n_fit);
        let candidates = listed.into_iter().zip(&completion.candidates).take(n_fit);
        let mut pairs: Vec<Pair> =
            candidates.map(|(display, it)| Pair { display, replacement: it.text.clone() }).collect();
        if n_more > 0 {
            // Keeps the editor from taking for common what only the listed ones have in common.
            let display = format!("… {} more", thousands(n_more as u64));
            pairs.push(Pair { display, replacement: completion.common.clone() });
        }
        let start = completion.start;
        self.completion.replace(completion);
        Ok((start, pairs))
    }

    fn update(&self, line: &mut LineBuffer, start: usize, elected: &str, changes: &mut Changeset) {
        let cursor = line.pos();
        let typed = &line[start..cursor];
        // What words that merely hold the typed one have in common is no longer what was typed.
        if elected.to_lowercase().contains(&typed.to_lowercase()) {
            let end = cursor + self.completion.borrow().n_replaced_behind(typed, elected);
            line.replace(start..end, elected, changes);
        }
    }
}

/// A hint, of which the right arrow takes over the end of the word.
struct Shown {
    display: String,
    ending: String,
}

impl rustyline::hint::Hint for Shown {
    fn display(&self) -> &str {
        &self.display
    }

    fn completion(&self) -> Option<&str> {
        Some(self.ending.as_str()).filter(|ending| !ending.is_empty())
    }
}

impl Hinter for Assistant {
    type Hint = Shown;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<Shown> {
        self.has_hint.set(false);
        let Hint { ending, remark } = hint(&self.session.context(), line)?;
        // The end of a word can be taken over where the cursor is, and nowhere else.
        let ending = if pos == line.len() { ending } else { String::new() };
        let shown_ending = match self.session.config.colors_stdout() || ending.is_empty() {
            true => ending.clone(),
            // Without colours it would look typed.
            false => format!("[{ending}]"),
        };
        let display = format!("{shown_ending}{}", sanitize::escaped(&remark));
        self.has_hint.set(!display.is_empty());
        Some(Shown { display, ending })
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        let cursor = if self.is_final.get() { usize::MAX } else { pos };
        let parts = highlight(&self.session.context(), line, cursor);
        self.has_pair.set(has_pair(&parts));
        Cow::Owned(painted(line, &parts))
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let style = Style::new().dimmed();
        Cow::Owned(format!("{style}{hint}{style:#}"))
    }

    fn highlight_char(&self, line: &str, pos: usize, kind: CmdKind) -> bool {
        self.is_final.set(kind == CmdKind::ForcedRefresh);
        match kind {
            // When the line is drawn again because the cursor moves, the editor leaves the hint out.
            CmdKind::MoveCursor => {
                self.has_pair.get() || has_pair(&highlight(&self.session.context(), line, pos))
            }
            CmdKind::Other => !self.has_hint.get(),
            CmdKind::ForcedRefresh => true,
        }
    }
}

fn has_pair(parts: &[(Span, Look)]) -> bool {
    parts.iter().any(|(_, look)| *look == Look::Pair)
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_unfinished = line::split(context.input()).last().is_some_and(|line| line::is_unfinished(line));
        Ok(if is_unfinished { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}
