//! Places in a text, shown to people.

use std::io;

use selq::Span;

/// The line in which a span begins, with carets under it; a long one cut to the terminal, where the carets would else be
/// lines away from their place.
pub(crate) fn underlined(span: Span, text: &str) -> String {
    match terminal_size::terminal_size_of(io::stderr()) {
        Some((columns, _)) => span.underline_within(text, usize::from(columns.0)),
        None => span.underline(text),
    }
}
