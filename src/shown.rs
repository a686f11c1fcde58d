//! Texts in messages: no longer than anyone reads.

use std::fmt;

/// How many characters of a text a message repeats, at most.
const MAX_SHOWN: usize = 100;

/// A text as a message repeats it: between quotation marks, with escapes for what would not be seen, and of a long one
/// the beginning and how long it is.
///
/// ```
/// assert_eq!(selq::text::Quoted("a\tb").to_string(), r#""a\tb""#);
/// assert!(selq::text::Quoted(&"a".repeat(5000)).to_string().ends_with("a…\" (5000 bytes)"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quoted<'t>(pub &'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Quoted(text) = *self;
        match cut(text) {
            None => write!(f, "{text:?}"),
            Some(beginning) => {
                let quoted = format!("{beginning:?}");
                // The sign for the rest stands within the quotation marks,
                // whose last one is written behind it.
                f.write_str(quoted.strip_suffix('"').unwrap_or(&quoted))?;
                write!(f, "…\" ({} bytes)", text.len())
            }
        }
    }
}

/// The same between backticks, for what stands in a shell or a file as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticked<'t>(pub(crate) &'t str);

impl fmt::Display for Ticked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ticked(text) = *self;
        match cut(text) {
            None => write!(f, "`{}`", text.escape_debug()),
            Some(beginning) => write!(f, "`{}…` ({} bytes)", beginning.escape_debug(), text.len()),
        }
    }
}

/// The beginning of a text that is too long to be repeated.
fn cut(text: &str) -> Option<&str> {
    // A walk that ends at the limit is as short for a text of any length.
    text.char_indices().nth(MAX_SHOWN).map(|(end, _)| &text[..end])
}

/// Whether a text is short enough to be told to write.
pub(crate) fn is_short(text: &str) -> bool {
    cut(text).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_say_how_long_they_are() {
        let long = "é".repeat(60_000);
        assert_eq!(Quoted(&long).to_string(), format!("\"{}…\" (120000 bytes)", "é".repeat(MAX_SHOWN)));
        assert_eq!(Ticked(&long).to_string(), format!("`{}…` (120000 bytes)", "é".repeat(MAX_SHOWN)));
        assert_eq!(Quoted(&"a".repeat(MAX_SHOWN)).to_string().len(), MAX_SHOWN + 2);
        assert_eq!(
            (Quoted("a\"").to_string(), Ticked("\n").to_string()),
            ("\"a\\\"\"".into(), "`\\n`".into())
        );
    }
}
