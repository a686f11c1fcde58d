//! Names for selectors: `:let web = app=web`, then `@web,env=prod`.

use std::collections::BTreeMap;
use std::fmt;

use selq::{ParseError, Selector, Span};

use super::line::{self, Piece, Role};

/// A key stands in for a name where a text is checked, so that a name is no longer than a key.
const MAX_LEN: usize = 63;

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
    /// It leaves the grammar, or has a key or value that Kubernetes refuses.
    Selector(ParseError),
    /// It has an `@NAME` that nothing was given.
    UnknownName { text: String, span: Span, nearest: Option<String> },
}

impl LineError {
    /// The text with a caret under the place.
    pub(crate) fn underline(&self) -> String {
        match self {
            LineError::Selector(error) => error.span().underline(error.text()),
            LineError::UnknownName { text, span, .. } => span.underline(text),
        }
    }

    /// The fix, where there is one.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            LineError::Selector(error) => error.help(),
            LineError::UnknownName { nearest: Some(nearest), .. } => {
                Some(format!("did you mean \"@{nearest}\"?"))
            }
            LineError::UnknownName { nearest: None, .. } => {
                Some("`:let NAME = SELECTOR` gives a name, `:names` lists them".to_owned())
            }
        }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
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
    fn errors_stand_where_they_were_typed() {
        let rendered = |text: &str| {
            let error = names().resolve(text).unwrap_err();
            let help = error.help().map(|help| format!("\nhelp: {help}"));
            format!("{}\nerror: {error}{}", error.underline(), help.unwrap_or_default())
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
        insta::assert_snapshot!(rendered("@web,"), @r#"
        @web,
             ^
        error: expected a key or "!", found the end of the text
        help: leave out the "," at the end
        "#);
    }
}
