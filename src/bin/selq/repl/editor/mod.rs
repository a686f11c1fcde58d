//! The terminal: the only folder that knows rustyline.

mod assistant;
mod keys;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use anyhow::Result;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Behavior, ColorMode, CompletionType, Config, EditMode, Editor, ExternalPrinter};

use super::eval::eval;
use super::history::History;
use super::report::report_below;
use super::session::{Screen, Session};
use super::stop::{Stoppable, is_stop};
use super::{pager, settings};
use crate::args::{self, ColorChoice};
use crate::typing::line;
use assistant::Assistant;

/// How many lines the history has, and how many candidates are listed without a question.
const MAX_HISTORY: usize = 1_000;
const MAX_LISTED: usize = 120;
/// Wipes the line that the cursor is in.
const CLEAR_LINE: &str = "\r\x1b[K";
/// Goes to the line above and back.
const UP_AND_DOWN: &str = "\x1b[A\n";
/// The screen where it cannot be measured.
const DEFAULT_SCREEN: (u16, u16) = (80, 24);

/// Reads lines from the terminal and answers them until the user leaves.
pub(super) fn run(mut session: Session) -> Result<()> {
    session.state.history = History::in_file(settings::history_file());
    session.voice.screen = Some(Screen { rows: 0, columns: 0, pager: pager::command() });
    greet(&session)?;
    let stop = Arc::clone(&session.stop);
    let on_interrupt = Arc::clone(&stop);
    // Where the signal cannot be caught, Ctrl-C ends the program as ever.
    let _ = ctrlc::set_handler(move || on_interrupt.store(true, Ordering::Relaxed));
    let mut editor: Editor<Assistant, MemHistory> =
        Editor::with_history(config(&session), MemHistory::new())?;
    let (redraw, asked) = channel();
    let assistant = Assistant::new(session, redraw);
    keys::bind(&mut editor, &assistant.is_plain);
    editor.set_helper(Some(assistant));
    redraw_when_asked(&mut editor, asked);
    remember(&mut editor)?;
    loop {
        measure_screen(&mut editor);
        let prompt = helper(&mut editor).prompt();
        match editor.readline(&prompt) {
            Ok(text) => {
                if enter(&mut editor, &text, &stop)?.is_break() {
                    return Ok(());
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => {
                if helper(&mut editor).session.leave(&mut io::stdout())?.is_break() {
                    return Ok(());
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Draws the line again whenever somebody asks for it. The editor would print something above the line: going up before the
/// line break that this ends in leaves everything in its place.
///
/// A thread of its own does it: the editor takes one text at a time, and lets whoever has another wait.
fn redraw_when_asked(editor: &mut Editor<Assistant, MemHistory>, asked: Receiver<()>) {
    // Where the line cannot be drawn again, the next key stroke does it.
    let Ok(mut printer) = editor.create_external_printer() else { return };
    let is_typing = Arc::clone(&helper(editor).is_typing);
    thread::spawn(move || {
        while asked.recv().is_ok() {
            // Between two lines the text would go right into an answer.
            if is_typing.swap(false, Ordering::Relaxed) && printer.print(UP_AND_DOWN.to_owned()).is_err() {
                return;
            }
        }
    });
}

fn greet(session: &Session) -> Result<()> {
    let mut out = io::stdout();
    if session.state.store().is_empty() && session.state.dump().sources().len() == 0 {
        writeln!(
            out,
            "no dump is loaded: `:load FILE`, or start with `selq repl FILE`\n`:help` lists the commands"
        )?;
    } else {
        writeln!(out, "{}\ntype a query, or `:help`", session.state.summary())?;
        for absence in session.state.selection.scope_reasons(session.state.store()) {
            session.voice.say(&absence, &mut out)?;
        }
    }
    Ok(())
}

fn config(session: &Session) -> Config {
    let color = match session.state.config.color() {
        _ if !session.state.config.colors_stdout() => ColorMode::Disabled,
        ColorChoice::Always => ColorMode::Forced,
        _ => ColorMode::Enabled,
    };
    let mode = match session.state.settings.mode {
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

fn helper(editor: &mut Editor<Assistant, MemHistory>) -> &mut Assistant {
    editor.helper_mut().expect("the helper is set before the first line is read")
}

/// Finds out how large the screen is now.
fn measure_screen(editor: &mut Editor<Assistant, MemHistory>) {
    let (columns, rows) = editor.dimensions().unwrap_or(DEFAULT_SCREEN);
    if let Some(screen) = &mut helper(editor).session.voice.screen {
        (screen.rows, screen.columns) = (usize::from(rows), usize::from(columns));
    }
}

/// Makes the editor's history that of the session, which has no repeats.
fn remember(editor: &mut Editor<Assistant, MemHistory>) -> Result<()> {
    let Assistant { session, is_plain, .. } = helper(editor);
    let lines = session.state.history.lines().to_vec();
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
    let (prompt, _) = helper(editor).prompt();
    helper(editor).is_typing.store(false, Ordering::Relaxed);
    let session = &mut helper(editor).session;
    let mut flow = ControlFlow::Continue(());
    let lines = line::split(text);
    for line in &lines {
        session.state.history.add(line);
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
    let result = eval(session, line, &mut out);
    // What is done is done, and what it has to say is said.
    if result.as_ref().is_err_and(is_stop) {
        // What is left is not wanted any more.
        let (stoppable, _) = out.into_parts();
        if stoppable.is_in_line {
            writeln!(io::stdout())?;
        } else if session.state.config.colors_stdout() {
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

fn println_dimmed(session: &Session, text: &str) -> Result<()> {
    let style = session.voice.dimmed;
    Ok(writeln!(io::stdout(), "{style}{text}{style:#}")?)
}
