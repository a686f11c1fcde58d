//! Keys that do more here than the editor has them do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::history::MemHistory;
use rustyline::{
    Cmd, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, Helper, KeyCode, KeyEvent,
    Modifiers, RepeatCount,
};

/// Up and Down go through the lines that begin with what is typed before the cursor. `is_plain` is what they have to
/// know of each other.
pub(super) fn bind(editor: &mut Editor<impl Helper, MemHistory>, is_plain: &Arc<AtomicBool>) {
    for (key, search) in
        [(KeyCode::Up, Cmd::HistorySearchBackward), (KeyCode::Down, Cmd::HistorySearchForward)]
    {
        let handler = Box::new(HistoryKey { is_plain: Arc::clone(is_plain), search });
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
