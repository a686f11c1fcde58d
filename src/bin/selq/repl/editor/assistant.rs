//! What the editor asks while a line is typed.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock};

use anstyle::Style;
use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::line_buffer::LineBuffer;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Changeset, Context, Helper};
use selq::Span;
use selq::query::Subject;
use unicode_width::UnicodeWidthStr;

use super::super::eval::{want, with_context};
use super::super::session::Session;
use crate::terminal::numbers::thousands;
use crate::terminal::sanitize;
use crate::terminal::table::cut_to_width;
use crate::typing::candidates::Completion;
use crate::typing::complete::complete;
use crate::typing::highlight::{Look, highlight, painted};
use crate::typing::hint::{Hint, hint};
use crate::typing::line;

/// The editor puts so much between the columns of a list.
const COLUMN_GAP: usize = 2;
/// The lines that a list leaves to the line that is typed.
const LINES_AROUND_LIST: usize = 4;

/// What answers the editor.
pub(super) struct Assistant {
    pub(super) session: Session,
    /// Whether the line is drawn for the last time, when no parenthesis is under the cursor any more.
    is_final: Cell<bool>,
    /// Whether there is a hint, with which the editor draws the whole line after every edit.
    has_hint: Cell<bool>,
    /// Whether two parentheses are marked.
    has_pair: Cell<bool>,
    /// The completion that was asked for last, which the editor then takes over from.
    completion: RefCell<Completion>,
    /// Where the hint that is on the screen is said again, once more is known.
    later: RefCell<Arc<OnceLock<String>>>,
    /// Asks for the line to be drawn again.
    redraw: Sender<()>,
    /// Whether a line is being typed that may be drawn again.
    pub(super) is_typing: Arc<AtomicBool>,
    /// What Up and Down have to know of each other.
    pub(super) is_plain: Arc<AtomicBool>,
}

impl Assistant {
    /// `redraw` is told when more is known about a line.
    pub(super) fn new(session: Session, redraw: Sender<()>) -> Assistant {
        Assistant {
            session,
            is_final: Cell::new(false),
            has_hint: Cell::new(false),
            has_pair: Cell::new(false),
            completion: RefCell::default(),
            later: RefCell::default(),
            redraw,
            is_typing: Arc::default(),
            is_plain: Arc::default(),
        }
    }

    /// `selq> `, with the namespace and kind that answers are narrowed to.
    pub(super) fn prompt(&self) -> (String, String) {
        let selection = &self.session.state.selection;
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
        self.session.voice.screen.as_ref().map_or((usize::MAX, usize::MAX), |it| (it.columns, it.rows))
    }

    /// How many candidates can be listed without a word in between, which would swallow what is typed next.
    fn n_fit(&self, listed: &[String]) -> usize {
        let (columns, rows) = self.screen();
        let width = listed.iter().map(|it| it.width()).max().unwrap_or(0).saturating_add(COLUMN_GAP);
        let n_cells = (columns / width).max(1).saturating_mul(rows.saturating_sub(LINES_AROUND_LIST).max(1));
        if listed.len() <= n_cells { listed.len() } else { n_cells - 1 }
    }
}

impl Assistant {
    /// Has read what a hint lacks, and the hint said again then.
    fn say_later(&self, line: &str, found: Option<&Hint>) -> Arc<OnceLock<String>> {
        let unread = found.map(|hint| hint.unread.clone()).unwrap_or_default();
        let later = Arc::new(OnceLock::new());
        self.later.replace(Arc::clone(&later));
        self.say_when_read(line, unread);
        later
    }

    /// Has these read, and the hint that is on the screen said again then.
    fn say_when_read(&self, line: &str, unread: Vec<Subject>) {
        let (slot, line, redraw) = (Arc::clone(&self.later.borrow()), line.to_owned(), self.redraw.clone());
        self.is_typing.store(true, Ordering::Relaxed);
        want(&self.session, unread, move |context| {
            let remark = hint(context, &line).map(|hint| hint.remark);
            if slot.set(sanitize::escaped(&remark.unwrap_or_default()).into_owned()).is_ok() {
                // Nobody draws where the terminal cannot.
                let _ = redraw.send(());
            }
        });
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
        let mut completion = with_context(&self.session, |context| complete(context, line, pos));
        if !completion.unread.is_empty() {
            // The next Tab knows it. What was wanted last is wanted alone, so that the hint is said again by this too:
            // where nothing is inserted, the editor asks for no other.
            self.say_when_read(line, std::mem::take(&mut completion.unread));
        }
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
        // What words that merely hold the typed one have in common is no longer what was typed. A name of a field may get
        // other signs around it.
        let name = typed.trim_start_matches(['.', '\'', '"']).to_lowercase();
        if elected.to_lowercase().contains(&name) {
            let end = cursor + self.completion.borrow().n_replaced_behind(typed, elected);
            line.replace(start..end, elected, changes);
        }
    }
}

/// A hint, of which the right arrow takes over the end of the word.
pub(super) struct ShownHint {
    display: String,
    ending: String,
    /// What there was to say once more had been read, which stands in its place.
    later: Arc<OnceLock<String>>,
}

impl rustyline::hint::Hint for ShownHint {
    fn display(&self) -> &str {
        self.later.get().unwrap_or(&self.display)
    }

    fn completion(&self) -> Option<&str> {
        Some(self.ending.as_str()).filter(|ending| !ending.is_empty())
    }
}

impl Hinter for Assistant {
    type Hint = ShownHint;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<ShownHint> {
        self.has_hint.set(false);
        let found = with_context(&self.session, |context| hint(context, line));
        let later = self.say_later(line, found.as_ref());
        let Hint { ending, remark, .. } = found?;
        // The end of a word can be taken over where the cursor is, and nowhere else.
        let ending = if pos == line.len() { ending } else { String::new() };
        let shown_ending = match self.session.state.config.colors_stdout() || ending.is_empty() {
            true => ending.clone(),
            // Without colours it would look typed.
            false => format!("[{ending}]"),
        };
        let display = format!("{shown_ending}{}", sanitize::escaped(&remark));
        self.has_hint.set(!display.is_empty());
        Some(ShownHint { display, ending, later })
    }
}

impl Highlighter for Assistant {
    fn highlight<'l>(&self, line: &'l str, pos: usize) -> Cow<'l, str> {
        let cursor = if self.is_final.get() { usize::MAX } else { pos };
        let parts = with_context(&self.session, |context| highlight(context, line, cursor));
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
                self.has_pair.get()
                    || with_context(&self.session, |context| has_pair(&highlight(context, line, pos)))
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
