//! Names for selectors: `:let web = app=web`, then `@web,env=prod`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::{fmt, iter, ptr};

use selq::syntax::Role;
use selq::{ParseError, Selector, Span};

use super::command_line::CommandLine;
use super::line::{self, Piece};
use crate::terminal::numbers::thousands;

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

/// How many meanings a line may be made of, at most, those of the names in its names included.
const MAX_MEANINGS: usize = 1_000;

/// What a text means: its own requirements, and the meanings of the names in it. Those are shared and not copied: names of
/// names of names would otherwise double with every line.
#[derive(Debug)]
pub(crate) struct Meaning {
    own: Selector,
    names: Vec<Arc<Meaning>>,
}

impl Meaning {
    /// The meaning of a text without names.
    pub(crate) fn alone(own: Selector) -> Meaning {
        Meaning { own, names: Vec::new() }
    }

    /// The selector: all that has to hold, each meaning once however often its name stands in others.
    pub(crate) fn selector(&self) -> Selector {
        let mut selectors: Vec<Selector> = self.parts().into_iter().map(|it| it.own.clone()).collect();
        // Two by two, as each step goes through all that is there already.
        while selectors.len() > 1 {
            let mut rest = selectors.into_iter();
            let two = || {
                let left = rest.next()?;
                Some(match rest.next() {
                    Some(right) => left.and(right),
                    None => left,
                })
            };
            selectors = iter::from_fn(two).collect();
        }
        selectors.pop().unwrap_or_else(Selector::everything)
    }

    /// The meanings that this one is made of, itself the last: one more than may be, where there are too many.
    fn parts(&self) -> Vec<&Meaning> {
        let (mut parts, mut seen, mut waiting) = (Vec::new(), HashSet::new(), vec![self]);
        while let Some(meaning) = waiting.pop()
            && parts.len() <= MAX_MEANINGS
        {
            // Meanings are shared, so that one that is named twice is one place in memory.
            if seen.insert(ptr::from_ref(meaning)) {
                parts.push(meaning);
                waiting.extend(meaning.names.iter().map(Arc::as_ref));
            }
        }
        parts.reverse();
        parts
    }
}

/// What has a name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeMap<String, Arc<Meaning>>);

impl Names {
    /// Gives a meaning a name, in place of the one that had it. Names made with that stay as they are.
    pub(crate) fn set(&mut self, name: &str, meaning: Arc<Meaning>) {
        self.0.insert(name.to_owned(), meaning);
    }

    /// The names and what they stand for, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Meaning)> {
        self.0.iter().map(|(name, meaning)| (name.as_str(), meaning.as_ref()))
    }

    /// The selector that a whole line means: `""` is the empty one, and nothing at all is none.
    pub(crate) fn selector(&self, text: &str) -> Result<Selector, NamedError> {
        self.meaning(text).map(|meaning| meaning.selector())
    }

    /// The meaning of a whole line, also before it is made a selector.
    pub(crate) fn meaning(&self, text: &str) -> Result<Arc<Meaning>, NamedError> {
        match text {
            text if is_empty_selector(text) => Ok(Arc::new(Meaning::alone(Selector::everything()))),
            text if text.trim_matches(BLANKS).is_empty() => Err(NamedError::Nothing),
            // A text that is a selector is one, whatever it looks like in a shell.
            text => self.read(text).map_err(|error| match CommandLine::read(text) {
                Some(command_line) => NamedError::CommandLine(command_line),
                None => error,
            }),
        }
    }

    /// The selector that a part of a line means.
    pub(crate) fn resolve(&self, text: &str) -> Result<Selector, NamedError> {
        self.read(text).map(|meaning| meaning.selector())
    }

    /// The meaning of a text in which every `@NAME` is one more selector that must hold.
    ///
    /// The text is checked with a key of the same length in place of each name, so that places in errors are
    /// places in `text`.
    fn read(&self, text: &str) -> Result<Arc<Meaning>, NamedError> {
        // No key and no value holds an `@`: without one there is no name to look for.
        if !text.contains('@') {
            return Ok(Arc::new(Meaning::alone(text.parse().map_err(NamedError::Selector)?)));
        }
        let pieces = line::pieces(text);
        let requirements = || pieces.split(|piece| piece.role == Role::Comma);
        let mut checked = text.to_owned();
        let mut names = Vec::new();
        for name in requirements().filter_map(name_alone) {
            names.push(Arc::clone(self.get(text, name)?));
            checked.replace_range(name.span.start..name.span.end, &"a".repeat(name.span.len()));
        }
        let parsed: Result<Selector, ParseError> = checked.parse();
        parsed.map_err(|error| NamedError::Selector(error.in_text(text)))?;
        let others = requirements().filter(|requirement| name_alone(requirement).is_none());
        let own: Vec<&str> = others.filter_map(|requirement| line::text_of(text, requirement)).collect();
        // `@a,@a` is no new meaning.
        names.dedup_by(|a, b| Arc::ptr_eq(a, b));
        if let ([alone], true) = (&names[..], own.is_empty()) {
            return Ok(Arc::clone(alone));
        }
        let meaning = Meaning { own: own.join(",").parse().map_err(NamedError::Selector)?, names };
        if meaning.parts().len() > MAX_MEANINGS {
            return Err(NamedError::TooLong { text: text.to_owned() });
        }
        Ok(Arc::new(meaning))
    }

    fn get(&self, text: &str, piece: &Piece<'_>) -> Result<&Arc<Meaning>, NamedError> {
        let name = &piece.text[1..];
        self.0.get(name).ok_or_else(|| {
            let nearest = selq::text::nearest(name, self.0.keys().map(String::as_str)).map(str::to_owned);
            NamedError::UnknownName { text: text.to_owned(), span: piece.span, nearest }
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
pub(crate) enum NamedError {
    /// There is nothing where a selector belongs.
    Nothing,
    /// It leaves the grammar, or has a key or value that Kubernetes refuses.
    Selector(ParseError),
    /// It has an `@NAME` that nothing was given.
    UnknownName { text: String, span: Span, nearest: Option<String> },
    /// The names in it stand for too much.
    TooLong { text: String },
    /// It is no selector, but has one in it, as shells take it.
    CommandLine(CommandLine),
}

impl NamedError {
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
            NamedError::Nothing | NamedError::CommandLine(_) => None,
            NamedError::TooLong { text } => Some((text, Span::new(0, text.len()))),
            NamedError::Selector(error) => Some((error.text(), error.span())),
            NamedError::UnknownName { text, span, .. } => Some((text, *span)),
        }
    }

    /// The fix, where there is one.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            NamedError::Nothing => Some("`\"\"` selects every object".to_owned()),
            // No key holds an `@`, so that a name was meant and stands where none may.
            NamedError::Selector(error) if error.span().slice(error.text()).starts_with('@') => {
                Some("a name stands alone, as one requirement: `@NAME,tier=db`".to_owned())
            }
            NamedError::Selector(error) => error.help(),
            NamedError::UnknownName { nearest: Some(nearest), .. } => {
                Some(format!("did you mean \"@{nearest}\"?"))
            }
            NamedError::CommandLine(it) => Some(it.help()),
            NamedError::TooLong { .. } => {
                Some("give the requirements themselves a name, not names of names".to_owned())
            }
            NamedError::UnknownName { .. } => {
                Some("`:let NAME = SELECTOR` gives a name, `:names` lists them".to_owned())
            }
        }
    }
}

impl fmt::Display for NamedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamedError::Nothing => f.write_str("expected a selector, found nothing"),
            NamedError::Selector(error) => error.fmt(f),
            NamedError::CommandLine(it) => it.fmt(f),
            NamedError::TooLong { .. } => {
                write!(
                    f,
                    "expected names made of at most {} others, found more",
                    thousands(MAX_MEANINGS as u64)
                )
            }
            NamedError::UnknownName { text, span, .. } => write!(f, "no name {:?}", span.slice(text)),
        }
    }
}

impl std::error::Error for NamedError {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        names.set("web", names.meaning("app=web").unwrap());
        names.set("live", names.meaning("env in (prod,qa)").unwrap());
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
    fn names_of_names_are_shared_and_bounded() {
        let mut names = Names::default();
        names.set("a", names.meaning("x").unwrap());
        // 2^90 requirements, if each name were written out.
        for _ in 0..90 {
            names.set("b", names.meaning("@a,y").unwrap());
            names.set("a", names.meaning("@b,@a,@b").unwrap());
        }
        assert_eq!(names.selector("@a,@a").unwrap().requirements().unwrap().len(), 91);
        let n_before = (0..).take_while(|n| {
            let meaning = names.meaning(&format!("@a,k{n}"));
            meaning.map(|meaning| names.set("a", meaning)).is_ok()
        });
        let n_before = n_before.count();
        assert!((500..MAX_MEANINGS).contains(&n_before), "{n_before}");
        let error = names.meaning("@a,z").unwrap_err();
        insta::assert_snapshot!(format!("{error}\n{}", error.help().unwrap()), @"
        expected names made of at most 1,000 others, found more
        give the requirements themselves a name, not names of names
        ");
        let kept = names.selector("@a").unwrap();
        assert_eq!(kept.requirements().unwrap().len(), 91 + n_before);
    }

    /// A name means what its text would with every name written out, each requirement once.
    #[test]
    fn names_mean_what_they_stand_for() {
        let mut random = 12_345_u64;
        let mut next = |n: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % n
        };
        let mut names = Names::default();
        let mut written_out: Vec<BTreeSet<String>> = Vec::new();
        for nth in 0..200 {
            let (mut text, mut whole) = (Vec::new(), BTreeSet::new());
            for _ in 0..=next(4) {
                let chosen = next(8) as usize;
                if let Some(other) = written_out.len().checked_sub(chosen + 1) {
                    text.push(format!("@n{other}"));
                    whole.extend(written_out[other].iter().cloned());
                } else {
                    let requirement = format!("k{}=v{}", next(20), next(3));
                    text.push(requirement.clone());
                    whole.insert(requirement);
                }
            }
            text.push(format!("own{}", next(20)));
            whole.insert(text.last().unwrap().clone());
            let meaning = names.meaning(&text.join(",")).unwrap();
            let found: BTreeSet<String> =
                meaning.selector().requirements().unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(found, whole, "{text:?}");
            names.set(&format!("n{nth}"), meaning);
            written_out.push(whole);
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
        assert!(names().selector(" \"\" ").unwrap().is_everything());
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
