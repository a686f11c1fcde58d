//! Names for selectors: `:let web = app=web`, then `@web,env=prod`.

use std::collections::BTreeMap;
use std::fmt;

use selq::{ParseError, Selector, Span};

use super::line::{self, Piece, Role};

/// A key stands in for a name where a text is checked, so that a name is no longer than a key.
const MAX_LEN: usize = 63;

/// The line that is the empty selector, which a blank one must not be.
const EMPTY_SELECTOR: &str = "\"\"";
/// What may stand around a line: the white space of the language, no other.
pub(crate) const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

/// Whether the text is `""`, the empty selector.
pub(crate) fn is_empty_selector(text: &str) -> bool {
    text.trim_matches(BLANKS) == EMPTY_SELECTOR
}

/// The selector as a line has it: the empty one is `""`.
pub(crate) fn as_typed(selector: &Selector) -> String {
    if selector.is_everything() { EMPTY_SELECTOR.to_owned() } else { selector.to_string() }
}

/// The selectors that have names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeMap<String, Selector>);

impl Names {
    /// Gives a selector a name, in place of the one that had it.
    pub(crate) fn set(&mut self, name: &str, selector: Selector) {
        self.0.insert(name.to_owned(), selector);
    }

    /// The names and what they stand for, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Selector)> {
        self.0.iter().map(|(name, selector)| (name.as_str(), selector))
    }

    /// The meaning of a whole line: `""` is the empty selector, and nothing at all is no selector.
    pub(crate) fn meaning(&self, text: &str) -> Result<Selector, LineError> {
        match text {
            text if is_empty_selector(text) => Ok(Selector::everything()),
            text if text.trim_matches(BLANKS).is_empty() => Err(LineError::Nothing),
            text => self.resolve(text),
        }
    }

    /// The meaning of a text in which every `@NAME` is one more selector that must hold.
    ///
    /// The text is checked with a key of the same length in place of each name, so that places in errors are
    /// places in `text`.
    pub(crate) fn resolve(&self, text: &str) -> Result<Selector, LineError> {
        if !text.contains('@') {
            return text.parse().map_err(LineError::Selector);
        }
        let pieces = line::pieces(text);
        let requirements = || pieces.split(|piece| piece.role == Role::Comma);
        let mut checked = text.to_owned();
        let mut selector = Selector::everything();
        for name in requirements().filter_map(name_alone) {
            selector = selector.and(self.get(text, name)?.clone());
            checked.replace_range(name.span.start..name.span.end, &"a".repeat(name.span.len()));
        }
        let parsed: Result<Selector, ParseError> = checked.parse();
        parsed.map_err(|error| LineError::Selector(error.in_text(text)))?;
        for requirement in requirements().filter(|requirement| name_alone(requirement).is_none()) {
            let text = line::text_of(text, requirement).unwrap_or_default();
            selector = selector.and(text.parse().map_err(LineError::Selector)?);
        }
        Ok(selector)
    }

    fn get(&self, text: &str, piece: &Piece<'_>) -> Result<&Selector, LineError> {
        let name = &piece.text[1..];
        self.0.get(name).ok_or_else(|| {
            let nearest = selq::nearest(name, self.0.keys().map(String::as_str)).map(str::to_owned);
            LineError::UnknownName { text: text.to_owned(), span: piece.span, nearest }
        })
    }
}

/// The `@NAME` that is a whole requirement.
fn name_alone<'p, 't>(requirement: &'p [Piece<'t>]) -> Option<&'p Piece<'t>> {
    match requirement {
        [name] if name.role == Role::Name => Some(name),
        _ => None,
    }
}

/// Whether a text can be a name: letters, digits, `-`, `_` and `.`.
pub(crate) fn is_name(text: &str) -> bool {
    let is_name_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..MAX_LEN).contains(&text.len()) && text.chars().all(is_name_char)
}

/// Why a line is no selector.
#[derive(Debug)]
pub(crate) enum LineError {
    /// There is nothing where a selector belongs.
    Nothing,
    /// It leaves the grammar, or has a key or value that Kubernetes refuses.
    Selector(ParseError),
    /// It has an `@NAME` that nothing was given.
    UnknownName { text: String, span: Span, nearest: Option<String> },
}

impl LineError {
    /// The text with a caret under the place, as `underline` shows it; empty where there is no place.
    pub(crate) fn underlined(&self, underline: impl FnOnce(Span, &str) -> String) -> String {
        self.place().map_or_else(String::new, |(text, span)| underline(span, text))
    }

    /// The place in a line of which the text is the last part.
    pub(crate) fn place_in(&self, line: &str) -> Option<Span> {
        let (text, span) = self.place()?;
        let before = line.trim_end_matches(BLANKS).strip_suffix(text.trim_end_matches(BLANKS))?;
        Some(span.shifted(before.len())).filter(|span| line.get(span.start..span.end).is_some())
    }

    /// The text and the place in it that is wrong.
    fn place(&self) -> Option<(&str, Span)> {
        match self {
            LineError::Nothing => None,
            LineError::Selector(error) => Some((error.text(), error.span())),
            LineError::UnknownName { text, span, .. } => Some((text, *span)),
        }
    }

    /// The fix, where there is one.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            LineError::Nothing => Some("`\"\"` selects every object".to_owned()),
            LineError::Selector(error) if error.span().slice(error.text()).starts_with('@') => {
                Some("a name stands alone, as one requirement: `@NAME,tier=db`".to_owned())
            }
            LineError::Selector(error) => error.help(),
            LineError::UnknownName { nearest: Some(nearest), .. } => {
                Some(format!("did you mean \"@{nearest}\"?"))
            }
            LineError::UnknownName { .. } => {
                Some("`:let NAME = SELECTOR` gives a name, `:names` lists them".to_owned())
            }
        }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineError::Nothing => f.write_str("expected a selector, found nothing"),
            LineError::Selector(error) => error.fmt(f),
            LineError::UnknownName { text, span, .. } => write!(f, "no name {:?}", span.slice(text)),
        }
    }
}

impl std::error::Error for LineError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.set("web", "app=web".parse().unwrap());
        names.set("live", "env in (prod,qa)".parse().unwrap());
        names
    }

    #[test]
    fn a_name_is_one_more_and() {
        for (text, meaning) in [
            ("@web", "app=web"),
            (" @web , tier ", "app=web,tier"),
            ("tier,@web", "app=web,tier"),
            ("a,@web,b", "a,app=web,b"),
            ("@web,@live", "app=web,env in (prod,qa)"),
            ("é=1,@web", ""),
        ] {
            let resolved = names().resolve(text).map(|it| it.to_string());
            assert_eq!(resolved.unwrap_or_default(), meaning, "{text}");
        }
    }

    #[test]
    fn errors_have_their_place_in_the_whole_line() {
        let place = |text: &str, line: &str| names().meaning(text).unwrap_err().place_in(line);
        assert_eq!(place("env in (", ":let z = env in ( "), Some(Span::new(17, 17)));
        assert_eq!(place("a, @wbe", " a, @wbe"), Some(Span::new(4, 8)));
        assert_eq!((place("a=b=c", "a"), place("", "")), (None, None));
    }

    #[test]
    fn nothing_is_no_selector() {
        assert!(names().meaning(" \"\" ").unwrap().is_everything());
        for text in ["", " \t", "\u{a0}", "\"\"\""] {
            assert!(names().meaning(text).is_err(), "{text:?}");
        }
        assert_eq!(as_typed(&Selector::everything()), "\"\"");
    }

    #[test]
    fn errors_stand_where_they_were_typed() {
        let rendered = |text: &str| {
            let error = names().resolve(text).unwrap_err();
            let help = error.help().map(|help| format!("\nhelp: {help}"));
            format!("{}\nerror: {error}{}", error.underlined(Span::underline), help.unwrap_or_default())
        };
        insta::assert_snapshot!(rendered("@web,tier=a b"), @r#"
        @web,tier=a b
                    ^
        error: expected "," or the end of the text, found "b"
        help: keys and values hold no white space, and requirements are joined with ","
        "#);
        insta::assert_snapshot!(rendered("a, @wbe"), @r#"
        a, @wbe
           ^^^^
        error: no name "@wbe"
        help: did you mean "@web"?
        "#);
        insta::assert_snapshot!(rendered("!@web"), @r#"
        !@web
         ^
        error: a label key may hold ASCII letters, digits, "-", "_" and ".", found "@"
        help: a name stands alone, as one requirement: `@NAME,tier=db`
        "#);
        insta::assert_snapshot!(rendered("@web,"), @r#"
        @web,
             ^
        error: expected a key or "!", found the end of the text
        help: leave out the "," at the end
        "#);
    }
}
