//! Why a line could not be answered, with the place in it.

use std::io::{self, Write};

use anyhow::Result;
use unicode_width::UnicodeWidthStr;

use super::session::Session;
use crate::config::Config;
use crate::terminal::message;
use crate::terminal::underline::underlined;
use crate::typing::names::NamedError;

/// Prints why a line could not be answered, with the place in it where that is known.
pub(super) fn report(config: &Config, error: &anyhow::Error) {
    match error.downcast_ref::<NamedError>() {
        Some(error) => {
            let place = error.underlined(underlined);
            message::wrong_text(config, &place, error, error.help().as_deref());
        }
        None => message::error(config, error),
    }
}

/// Prints why a line could not be answered. The caret stands under the line, which stands behind `before` on the
/// screen, unless it is more than one line there.
pub(super) fn report_below(
    session: &Session,
    error: &anyhow::Error,
    before: &str,
    typed: &str,
) -> Result<()> {
    let columns = session.voice.screen.as_ref().map_or(0, |screen| screen.columns);
    let is_whole = before.width() + typed.width() < columns && !typed.contains(char::is_control);
    let error_in_line = error.downcast_ref::<NamedError>().filter(|_| is_whole);
    let Some((error, place)) = error_in_line.and_then(|it| Some((it, it.place_in(typed)?))) else {
        report(&session.state.config, error);
        return Ok(());
    };
    let margin = before.width() + typed[..place.start].width();
    // The end of a line has no width, and gets a caret too.
    let carets = "^".repeat(place.slice(typed).width().max(1));
    writeln!(io::stdout(), "{}{carets}", " ".repeat(margin))?;
    message::wrong_text(&session.state.config, "", error, error.help().as_deref());
    Ok(())
}
