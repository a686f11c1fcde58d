//! Names for queries: `:let web = app=web`, then `@web,env=prod`.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::{fmt, iter, ptr};

use selq::query::Predicate;
use selq::selector::Expr;
use selq::syntax::Role;
use selq::{ParseError, Query, Requirement, Span};

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

/// The query as a line has it: the empty one is `""`.
pub(crate) fn as_typed(query: &Query) -> String {
    if *query == Query::everything() { EMPTY_SELECTOR.to_owned() } else { query.to_string() }
}

/// How many meanings a line may be made of, at most, those of the names in its names included.
const MAX_MEANINGS: usize = 1_000;
/// How many requirements names may stand for where they stand beside an `||` or under a `!`, which takes copies of them.
const MAX_COPIED: usize = 10_000;

/// What a text means: what it says itself, and the meanings of the names that have to hold beside that. Those are shared
/// and not copied: names of names of names would otherwise double with every line.
#[derive(Debug)]
pub(crate) struct Meaning {
    own: Query,
    names: Vec<Arc<Meaning>>,
}

impl Meaning {
    /// The meaning of a text without names.
    pub(crate) fn alone(own: Query) -> Meaning {
        Meaning { own, names: Vec::new() }
    }

    /// The query: all that has to hold, each meaning once however often its name stands in others.
    pub(crate) fn query(&self) -> Query {
        let mut queries: Vec<Query> = self.parts().into_iter().map(|it| it.own.clone()).collect();
        // Two by two, as each step goes through all that is there already.
        while queries.len() > 1 {
            let mut rest = queries.into_iter();
            let two = || {
                let left = rest.next()?;
                Some(match rest.next() {
                    Some(right) => left.and(right),
                    None => left,
                })
            };
            queries = iter::from_fn(two).collect();
        }
        queries.pop().unwrap_or_else(Query::everything)
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

    /// The query that a whole line means: `""` is the empty one, and nothing at all is none.
    pub(crate) fn query(&self, text: &str) -> Result<Query, NamedError> {
        self.meaning(text).map(|meaning| meaning.query())
    }

    /// The meaning of a whole line, also before it is made a query.
    pub(crate) fn meaning(&self, text: &str) -> Result<Arc<Meaning>, NamedError> {
        match text {
            text if is_empty_selector(text) => Ok(Arc::new(Meaning::alone(Query::everything()))),
            text if text.trim_matches(BLANKS).is_empty() => Err(NamedError::Nothing),
            // A text that is a selector is one, whatever it looks like in a shell.
            text => self.read(text).map_err(|error| match CommandLine::read(text) {
                Some(command_line) => NamedError::CommandLine(command_line),
                None => error,
            }),
        }
    }

    /// The query that a part of a line means.
    pub(crate) fn resolve(&self, text: &str) -> Result<Query, NamedError> {
        self.read(text).map(|meaning| meaning.query())
    }

    /// The meaning of a text in which every `@NAME` is its query in parentheses.
    ///
    /// The text is checked with a key of the same length in place of each name, so that places in errors are
    /// places in `text`.
    fn read(&self, text: &str) -> Result<Arc<Meaning>, NamedError> {
        // No key and no value holds an `@`: without one there is no name to look for.
        if !text.contains('@') {
            return Ok(Arc::new(Meaning::alone(text.parse().map_err(NamedError::Query)?)));
        }
        let pieces = line::pieces(text);
        let mut checked = text.to_owned();
        let mut named = BTreeMap::new();
        for piece in (0..pieces.len()).filter_map(|nth| name_alone(&pieces, nth)) {
            named.insert(piece.text, Arc::clone(self.get(text, piece)?));
            checked.replace_range(piece.span.start..piece.span.end, &"a".repeat(piece.span.len()));
        }
        let parsed: Result<Query, ParseError> = checked.parse();
        parsed.map_err(|error| NamedError::Query(error.in_text(text)))?;
        Parted::of(text, &pieces, named).meaning()
    }

    fn get(&self, text: &str, piece: &Piece<'_>) -> Result<&Arc<Meaning>, NamedError> {
        let name = &piece.text[1..];
        self.0.get(name).ok_or_else(|| {
            let nearest = selq::text::nearest(name, self.0.keys().map(String::as_str)).map(str::to_owned);
            NamedError::UnknownName { text: text.to_owned(), span: piece.span, nearest }
        })
    }
}

/// The piece with this number if it is an `@NAME` that is a whole part of the query.
fn name_alone<'p, 't>(pieces: &'p [Piece<'t>], nth: usize) -> Option<&'p Piece<'t>> {
    let is_end = pieces.get(nth + 1).is_none_or(|next| next.joins() || next.closes());
    pieces.get(nth).filter(|piece| piece.role == Role::Name && is_end)
}

/// A text that is right, taken apart: the names that have to hold as a whole beside all else that it says, which share their
/// meanings, and that else.
struct Parted<'p, 't> {
    text: &'t str,
    /// All else, in parts that are joined by `,`.
    own: Vec<&'p [Piece<'t>]>,
    /// The names in that.
    inner: BTreeMap<&'t str, Arc<Meaning>>,
    /// The names beside it.
    beside: Vec<Arc<Meaning>>,
}

impl<'p, 't> Parted<'p, 't> {
    fn of(text: &'t str, pieces: &'p [Piece<'t>], named: BTreeMap<&'t str, Arc<Meaning>>) -> Parted<'p, 't> {
        let is_outer = |piece: &Piece<'_>| piece.inside.is_none();
        let is_or = pieces.iter().any(|piece| is_outer(piece) && piece.role == Role::Or);
        let parts = pieces.split(|piece| !is_or && is_outer(piece) && piece.joins());
        let (mut own, mut beside) = (Vec::new(), Vec::<Arc<Meaning>>::new());
        for part in parts.filter(|part| !part.is_empty()) {
            match part {
                [only] if only.role == Role::Name => beside.extend(named.get(only.text).cloned()),
                part => own.push(part),
            }
        }
        beside.dedup_by(|a, b| Arc::ptr_eq(a, b));
        Parted { text, own, inner: named, beside }
    }

    fn meaning(self) -> Result<Arc<Meaning>, NamedError> {
        if let ([alone], true) = (&self.beside[..], self.own.is_empty()) {
            return Ok(Arc::clone(alone));
        }
        let meaning = Meaning { own: self.own_query()?, names: self.beside.clone() };
        if meaning.parts().len() > MAX_MEANINGS { Err(self.too_long()) } else { Ok(Arc::new(meaning)) }
    }

    fn too_long(&self) -> NamedError {
        NamedError::TooLong { text: self.text.to_owned() }
    }

    /// What the text says itself, with the queries of the names in it.
    fn own_query(&self) -> Result<Query, NamedError> {
        let mut stem = "name".to_owned();
        while self.text.contains(&stem) {
            stem.push('x');
        }
        let names: Vec<&&str> = self.inner.keys().collect();
        let stand_in = |name: &str| {
            let nth = names.binary_search(&&name).ok()?;
            Some(format!("{stem}{nth}"))
        };
        let own: Vec<String> = self.own.iter().map(|part| self.written(part, stand_in)).collect();
        let own: Query = own.join(",").parse().map_err(NamedError::Query)?;
        let meaning_of = |key: &str| {
            let nth: usize = key.strip_prefix(&stem)?.parse().ok()?;
            self.inner.get(*names.get(nth)?)
        };
        if self.n_copied() > MAX_COPIED { Err(self.too_long()) } else { Ok(with_meanings(&own, &meaning_of)) }
    }

    /// A part with keys in place of its names.
    fn written(&self, part: &[Piece<'t>], stand_in: impl Fn(&str) -> Option<String>) -> String {
        let (mut written, mut end) = (String::new(), part.first().map_or(0, |first| first.span.start));
        for piece in part {
            written += &self.text[end..piece.span.start];
            let key = if piece.role == Role::Name { stand_in(piece.text) } else { None };
            written += key.as_deref().unwrap_or(piece.text);
            end = piece.span.end;
        }
        written
    }

    /// How many requirements the names in the text stand for.
    fn n_copied(&self) -> usize {
        let pieces = self.own.iter().flat_map(|part| part.iter());
        let names = pieces.filter(|piece| piece.role == Role::Name);
        let n_each = self.inner.iter().map(|(&name, meaning)| (name, n_requirements(&meaning.query())));
        let n_each: BTreeMap<&str, usize> = n_each.collect();
        names.filter_map(|piece| n_each.get(piece.text)).sum()
    }
}

/// A query with others in place of its keys that stand for them.
fn with_meanings<'m>(query: &Query, meaning_of: &dyn Fn(&str) -> Option<&'m Arc<Meaning>>) -> Query {
    let meant = |predicate: &Predicate| match predicate {
        Predicate::Label(Requirement::Exists(key)) => Some(meaning_of(key.as_str())?.query()),
        Predicate::Label(Requirement::DoesNotExist(key)) => Some(meaning_of(key.as_str())?.query().negate()),
        // A query about other objects may have names too.
        Predicate::Test(test) => {
            Some(Query::from(test.with_queries(&|query| with_meanings(query, meaning_of))))
        }
        _ => None,
    };
    query.expr().fold(|part, operands: Vec<Query>| match part {
        Expr::Requirement(predicate) => meant(predicate).unwrap_or_else(|| Query::from(predicate.clone())),
        Expr::And(_) => operands.into_iter().fold(Query::everything(), Query::and),
        Expr::Or(_) => operands.into_iter().fold(Query::nothing(), Query::or),
        Expr::Not(_) => operands.into_iter().fold(Query::everything(), |_, operand| operand.negate()),
        Expr::All => Query::everything(),
        _ => Query::nothing(),
    })
}

fn n_requirements(query: &Query) -> usize {
    query.expr().fold(|part, operands: Vec<usize>| {
        operands.iter().sum::<usize>() + usize::from(part.as_requirement().is_some())
    })
}

/// Whether a text can be a name: letters, digits, `-`, `_` and `.`.
pub(crate) fn is_name(text: &str) -> bool {
    let is_name_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (1..MAX_LEN).contains(&text.len()) && text.chars().all(is_name_char)
}

/// Why a line is no query.
#[derive(Debug)]
pub(crate) enum NamedError {
    /// There is nothing where a selector belongs.
    Nothing,
    /// It leaves the grammar, or says what cannot be.
    Query(ParseError),
    /// It has an `@NAME` that nothing was given.
    UnknownName { text: String, span: Span, nearest: Option<String> },
    /// The names in it stand for too much.
    TooLong { text: String },
    /// It is no query, but has one in it, as shells take it.
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
            NamedError::Query(error) => Some((error.text(), error.span())),
            NamedError::UnknownName { text, span, .. } => Some((text, *span)),
        }
    }

    /// The fix, where there is one.
    pub(crate) fn help(&self) -> Option<String> {
        match self {
            NamedError::Nothing => Some("`\"\"` selects every object".to_owned()),
            NamedError::Query(error) if error.span().slice(error.text()).starts_with('@') => {
                Some("a name stands alone, as a query in parentheses would: `@NAME,tier=db`".to_owned())
            }
            NamedError::Query(error) => error.help(),
            NamedError::UnknownName { nearest: Some(nearest), .. } => {
                Some(format!("did you mean \"@{nearest}\"?"))
            }
            NamedError::CommandLine(it) => Some(it.help()),
            NamedError::TooLong { .. } => {
                Some("give the requirements themselves a name, not names of names".to_owned())
            }
            NamedError::UnknownName { .. } => {
                Some("`:let NAME = QUERY` gives a name, `:names` lists them".to_owned())
            }
        }
    }
}

impl fmt::Display for NamedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamedError::Nothing => f.write_str("expected a query, found nothing"),
            NamedError::Query(error) => error.fmt(f),
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
            ("!@web", "app!=web"),
            ("tier && (@web || @live)", "tier,(app=web || env in (prod,qa))"),
            ("@web || @web", "app=web || app=web"),
            ("!(@live,tier)", "!(env in (prod,qa),tier)"),
            ("@web,(@live || name0=1)", "app=web,(env in (prod,qa) || name0=1)"),
            (".a=1 || @web", ".a=1 || app=web"),
            ("selects(@web)", "selects(app=web)"),
            (
                "@web,count(owns(!@live || runs(@web)))=1",
                "app=web,count(owns(env notin (prod,qa) || runs(app=web)))=1",
            ),
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
        assert_eq!(n_requirements(&names.query("@a,@a").unwrap()), 91);
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
        assert_eq!(n_requirements(&names.query("@a").unwrap()), 91 + n_before);
    }

    #[test]
    fn copies_of_names_are_bounded_too() {
        let mut names = Names::default();
        names.set("a", names.meaning("x=1").unwrap());
        let n_before = (0..20).take_while(|_| {
            let meaning = names.meaning("@a || !(@a,y)");
            meaning.map(|meaning| names.set("a", meaning)).is_ok()
        });
        assert_eq!(n_before.count(), 12);
        assert!(names.meaning("tier,@a").is_ok());
        // However deep they become, nothing overflows.
        names.set("deep", names.meaning("x=1").unwrap());
        for nth in 0..200 {
            names.set(
                "deep",
                names
                    .meaning(&format!("!(@deep && k{nth}) || .a=1"))
                    .unwrap_or_else(|_| names.meaning("x").unwrap()),
            );
        }
        let (store, columns) = (selq::Store::new(), selq::query::Columns::new());
        let (scope, asked_with) = (selq::Scope::all(), selq::query::Context::new());
        let deep = names.query("@deep").unwrap();
        assert!(selq::Plan::query(&store, &columns, &deep, &scope, &asked_with).is_err());
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
            let found: BTreeSet<String> = meaning
                .query()
                .to_selector()
                .unwrap()
                .requirements()
                .unwrap()
                .iter()
                .map(ToString::to_string)
                .collect();
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
    fn nothing_is_no_query() {
        assert!(names().query(" \"\" ").unwrap() == Query::everything());
        for text in ["", " \t", "\u{a0}", "\"\"\""] {
            assert!(names().meaning(text).is_err(), "{text:?}");
        }
        assert_eq!(as_typed(&Query::everything()), "\"\"");
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
        insta::assert_snapshot!(rendered("@web=1"), @r#"
        @web=1
        ^
        error: a label key may hold ASCII letters, digits, "-", "_" and ".", found "@"
        help: a name stands alone, as a query in parentheses would: `@NAME,tier=db`
        "#);
        insta::assert_snapshot!(rendered("@web,"), @r#"
        @web,
             ^
        error: expected a key or "!", found the end of the text
        help: leave out the "," at the end
        "#);
    }
}
