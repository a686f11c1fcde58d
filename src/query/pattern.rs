//! What a value is compared with: a text, a glob or a regular expression.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use regex::{Regex, RegexBuilder};

use super::glob::Glob;
use crate::syntax::is_word;

/// A text that a value is, or a glob of it.
///
/// In a glob `*` stands for any run of characters, also none, and `?` for one; it is about the whole value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pattern {
    text: Box<str>,
    /// `None` of a text.
    glob: Option<Glob>,
}

impl Pattern {
    /// The pattern of a value as it was typed: in quotation marks a text, else a glob if it has a `*` or `?`.
    #[must_use]
    pub fn typed(raw: &str) -> Pattern {
        match unquoted(raw) {
            Some(text) => Pattern::text(text),
            None => {
                let glob = raw.contains(['*', '?']).then(|| Glob::new(raw));
                Pattern { text: raw.into(), glob }
            }
        }
    }

    /// The pattern of nothing but this text. Shown, it is the text as a query has it, in quotation marks where it needs them.
    #[must_use]
    pub fn text(text: impl Into<Box<str>>) -> Pattern {
        Pattern { text: text.into(), glob: None }
    }

    /// The text that a value has to be; `None` of a glob.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.glob.is_none().then_some(&self.text)
    }

    /// The text or the glob, without quotation marks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it stands for the whole of `value`. Looks at every character of `value` at most as often as the longest part
    /// between two `*` has characters.
    #[must_use]
    pub fn accepts(&self, value: &str) -> bool {
        match &self.glob {
            Some(glob) => glob.accepts(value),
            None => *self.text == *value,
        }
    }

    /// The same for any letter case.
    pub(super) fn accepts_any_case(&self, value: &str) -> bool {
        let text = self.text.to_lowercase();
        let glob = self.glob.is_some().then(|| Glob::new(&text));
        let lower = Pattern { text: text.into(), glob };
        lower.accepts(&value.to_lowercase())
    }
}

impl fmt::Display for Pattern {
    /// As it is written: a text that would be read otherwise in quotation marks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_bare = self.glob.is_some() || (is_word(&self.text) && !self.text.contains(['*', '?']));
        // A value that begins with a point is reserved, and `=~` is an operator.
        let is_bare = is_bare && !self.text.starts_with(['.', '~']);
        if is_bare { f.write_str(&self.text) } else { f.write_str(&quoted(&self.text)) }
    }
}

/// What stands between quotation marks; `None` where there are none.
pub(super) fn unquoted(raw: &str) -> Option<String> {
    let quote = raw.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    // A quotation mark alone has no inside: the range is none, and gives none.
    let inside = raw.get(1..raw.len() - 1)?;
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = characters.peek().copied().filter(|next| *next == quote || *next == '\\');
        match escaped.filter(|_| character == '\\') {
            Some(next) => {
                text.push(next);
                characters.next();
            }
            None => text.push(character),
        }
    }
    Some(text)
}

/// A text in the quotation marks that it does not hold itself, where that can be.
pub(crate) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for character in text.chars() {
        if character == quote || character == '\\' {
            out.push('\\');
        }
        out.push(character);
    }
    out.push(quote);
    out
}

/// A regular expression of the `regex` crate for the whole of a value.
#[derive(Debug, Clone)]
pub struct Expression {
    source: Box<str>,
    regex: Regex,
}

/// How many bytes an expression may take when it is compiled.
const MAX_SIZE: usize = 1 << 20;

impl Expression {
    pub(super) fn new(source: &str) -> Result<Expression, Box<regex::Error>> {
        let compiled = |text: &str| RegexBuilder::new(text).size_limit(MAX_SIZE).build();
        // By itself first, since what closes a parenthesis of ours is no expression.
        compiled(source)?;
        // The end of a line ends a comment in the expression.
        let regex = compiled(&format!(r"\A(?:{source})\z"))
            .or_else(|_| compiled(&format!("\\A(?:{source}\n)\\z")))?;
        Ok(Expression { source: source.into(), regex })
    }

    /// The expression that a value satisfies of which a part satisfies this one, if it can be written.
    pub(super) fn of_parts(&self) -> Option<Expression> {
        let source = &self.source;
        let source = if source.contains('|') { format!(".*({source}).*") } else { format!(".*{source}.*") };
        Expression::new(&source).ok()
    }

    /// The expression as it was written, without its quotation marks.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// Whether it stands for the whole of `value`. Linear in the value.
    #[must_use]
    pub fn accepts(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}

impl Hash for Expression {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&quoted(&self.source))
    }
}

/// A value as it was typed, as a text: without its quotation marks.
pub(super) fn plain(raw: &str) -> Cow<'_, str> {
    unquoted(raw).map_or(Cow::Borrowed(raw), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A glob by trying every way to divide the value.
    fn plainly(glob: &[char], value: &[char]) -> bool {
        match (glob, value) {
            ([], value) => value.is_empty(),
            (['*', glob @ ..], value) => (0..=value.len()).any(|n| plainly(glob, &value[n..])),
            (['?', glob @ ..], [_, value @ ..]) => plainly(glob, value),
            ([wanted, glob @ ..], [it, value @ ..]) => wanted == it && plainly(glob, value),
            (_, []) => false,
        }
    }

    proptest! {
        #[test]
        fn globs_agree_with_trying_all(glob in "[ab?*é]{0,8}", value in "[abé]{0,10}") {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                Pattern::typed(&glob).accepts(&value),
                plainly(&characters(&glob), &characters(&value))
            );
        }

        #[test]
        fn what_is_quoted_is_read_back(text in any::<String>()) {
            prop_assert_eq!(unquoted(&quoted(&text)), Some(text));
        }
    }

    #[test]
    fn a_backslash_stands_for_itself_before_anything_but_a_quote() {
        assert_eq!(unquoted(r"'\d+\.x'").as_deref(), Some(r"\d+\.x"));
        assert_eq!(unquoted(r#"'it\'s "\\"'"#).as_deref(), Some(r#"it's "\""#));
        assert_eq!(unquoted(r#""\'""#).as_deref(), Some(r"\'"));
    }

    #[test]
    fn expressions_are_about_the_whole_value() {
        let accepts = |source: &str, value: &str| Expression::new(source).unwrap().accepts(value);
        assert!(
            accepts("a|ab", "ab") && !accepts("a", "ab") && accepts("(?x)a #b", "a") && accepts("(?i)A", "a")
        );
        assert!(Expression::new("a)|(b").is_err() && Expression::new("(a{1000}){1000}").is_err());
    }
}
