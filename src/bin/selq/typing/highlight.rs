//! Colours for a line: what each word is, what does not occur, and the parentheses in pairs.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use selq::Span;
use selq::query::{Pattern, Subject};
use selq::syntax::{Function, Role};

use super::in_query::{is_key, is_selector};
use super::line::{self, Piece};
use super::names::is_empty_selector;
use super::{TypedLine, TypingContext, commands_called, query_in};

/// What a part of a line looks like. Readable on dark and on light backgrounds: none of the bright colours,
/// no white, black, yellow or blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Key,
    Value,
    Operator,
    Function,
    Name,
    Command,
    /// A key or value that no object has, or a name that nothing was given.
    Absent,
    /// What is no part of the language.
    Wrong,
    /// What is only for those who read it.
    Comment,
    /// The parenthesis or bracket at the cursor and its partner.
    Pair,
}

impl Look {
    pub(crate) fn style(self) -> Style {
        match self {
            Look::Key => Style::new().bold(),
            Look::Value => AnsiColor::Green.on_default(),
            Look::Operator => AnsiColor::Magenta.on_default(),
            Look::Function => AnsiColor::Cyan.on_default(),
            Look::Name | Look::Command => AnsiColor::Cyan.on_default().bold(),
            Look::Absent => AnsiColor::Red.on_default().underline(),
            Look::Wrong => AnsiColor::Red.on_default(),
            Look::Comment => Style::new().dimmed(),
            Look::Pair => Style::new().bold().underline(),
        }
    }
}

/// The parts of a text that look like something, in order.
pub(crate) fn highlight(context: &TypingContext<'_>, text: &str, cursor: usize) -> Vec<(Span, Look)> {
    let shifted = |(start, line): (usize, &str)| {
        // In another line than the cursor is in, no parenthesis is at the cursor.
        let cursor = cursor.checked_sub(start).unwrap_or(usize::MAX);
        let parts = highlight_line(context, line, cursor).into_iter();
        parts.map(move |(span, look)| (span.shifted(start), look)).collect::<Vec<_>>()
    };
    line::lines(text).into_iter().flat_map(shifted).collect()
}

fn highlight_line(context: &TypingContext<'_>, text: &str, cursor: usize) -> Vec<(Span, Look)> {
    let mut parts = Vec::new();
    if TypedLine::new(text) == TypedLine::Comment {
        parts.push((Span::new(0, text.len()), Look::Comment));
    }
    if let TypedLine::CommandName(name) | TypedLine::Command { name, .. } = TypedLine::new(text) {
        let start = text.find(':').unwrap_or(0);
        let is_known = !commands_called(context.commands, name).is_empty();
        let look = if is_known { Look::Command } else { Look::Wrong };
        parts.push((Span::new(start, start + 1 + name.len()), look));
    }
    if let Some((offset, query, _)) = query_in(text, context.commands) {
        let cursor = cursor.checked_sub(offset).unwrap_or(usize::MAX);
        let query_parts = highlight_query(context, query, cursor).into_iter();
        parts.extend(query_parts.map(|(span, look)| (span.shifted(offset), look)));
    }
    parts
}

fn highlight_query(context: &TypingContext<'_>, text: &str, cursor: usize) -> Vec<(Span, Look)> {
    if is_empty_selector(text) {
        let start = text.len() - text.trim_start().len();
        return vec![(Span::new(start, start + text.trim().len()), Look::Value)];
    }
    let pieces = line::pieces(text);
    let pair = pair_at(&pieces, cursor);
    let look = |(nth, piece): (usize, &Piece<'_>)| {
        let look = match piece.role {
            _ if pair.contains(&Some(nth)) => Some(Look::Pair),
            Role::Open => is_alone(&pieces, nth).then_some(Look::Wrong),
            // A bound need not occur.
            Role::Value if nth > 0 && pieces[nth - 1].text.starts_with(['>', '<']) => Some(Look::Value),
            _ => look(context, piece),
        };
        look.map(|look| (piece.span, look))
    };
    let parts = pieces.iter().enumerate().filter_map(look).collect();
    // A word that a selector cannot have is marked as a word.
    if is_selector(text) { parts } else { with_error(context, text, parts) }
}

/// The parts with the place of an error in place of what stands there. What is merely missing at the end has none.
fn with_error(context: &TypingContext<'_>, text: &str, parts: Vec<(Span, Look)>) -> Vec<(Span, Look)> {
    let place = context.names.meaning(text).err().and_then(|error| error.place_in(text));
    let Some(error) = place.filter(|span| !span.is_empty() && span.end < text.trim_end().len()) else {
        return parts;
    };
    let is_beside = |span: &Span| span.end <= error.start || error.end <= span.start;
    let mut parts: Vec<_> = parts.into_iter().filter(|(span, _)| is_beside(span)).collect();
    let at = parts.partition_point(|(span, _)| span.start < error.start);
    parts.insert(at, (error, Look::Absent));
    parts
}

/// Whether the parenthesis opens where no list belongs.
fn is_alone(pieces: &[Piece<'_>], nth: usize) -> bool {
    let before = nth.checked_sub(1).map(|before| pieces[before].role);
    !matches!(before, Some(Role::Membership | Role::Function))
}

fn look(context: &TypingContext<'_>, piece: &Piece<'_>) -> Option<Look> {
    let occurring = |occurs, look| if occurs { look } else { Look::Absent };
    match piece.role {
        Role::Key => Some(occurring(context.store.count_key(piece.text) > 0, Look::Key)),
        Role::Value => Some(occurring(value_occurs(context, piece), Look::Value)),
        Role::Name => {
            Some(occurring(context.names.iter().any(|(name, _)| name == &piece.text[1..]), Look::Name))
        }
        Role::Field => Some(occurring(may_occur(context, piece), Look::Key)),
        Role::Function => Some(occurring(Function::named(piece.text).is_some(), Look::Function)),
        Role::Not | Role::Comparison | Role::Membership | Role::And | Role::Or => Some(Look::Operator),
        Role::Expression | Role::Element | Role::Parameter => Some(Look::Value),
        Role::Stray => Some(Look::Wrong),
        _ => None,
    }
}

/// Whether some object has the value, as far as that is known: of what was not read it is not.
fn value_occurs(context: &TypingContext<'_>, piece: &Piece<'_>) -> bool {
    let pattern = Pattern::typed(piece.text);
    match (pattern.as_text(), is_key(&piece.subject)) {
        // A glob is looked up in all values, which is for the answer to do.
        (None, _) => true,
        (Some(text), true) => context.store.count_label(&piece.subject, text) > 0,
        (Some(text), false) => column_may_have(context, &piece.subject, text),
    }
}

fn column_may_have(context: &TypingContext<'_>, subject: &str, text: &str) -> bool {
    // Kinds have several names, and amounts are written in several ways.
    let Ok(subject @ Subject::Field(_)) = subject.parse::<Subject>() else { return true };
    !context.columns.has(&subject) || context.columns.has_value(&subject, text)
}

/// Whether a field occurs, as far as the piece goes, or may.
fn may_occur(context: &TypingContext<'_>, piece: &Piece<'_>) -> bool {
    let field = piece.subject.trim_end_matches('.');
    field.is_empty() || context.fields.is_none_or(|fields| fields.has(field) != Some(false))
}

/// The parenthesis or bracket at or before the cursor, and its partner.
fn pair_at(pieces: &[Piece<'_>], cursor: usize) -> [Option<usize>; 2] {
    let is_paired = |piece: &Piece<'_>| piece.opens() || piece.closes();
    let at = |place: usize| pieces.iter().position(|it| is_paired(it) && it.span.start == place);
    let Some(nth) = at(cursor).or_else(|| at(cursor.checked_sub(1)?)) else { return [None; 2] };
    let is_close_of = |open: usize, close: usize| {
        close > open && pieces[close].closes() && pieces[close].inside == pieces[open].inside
    };
    let partner = match pieces[nth].opens() {
        true => (nth + 1..pieces.len()).find(|&close| is_close_of(nth, close)),
        false => (0..nth).rev().find(|&open| pieces[open].opens() && is_close_of(open, nth)),
    };
    partner.map_or([None; 2], |partner| [Some(nth), Some(partner)])
}

/// The text with escape codes for its parts.
pub(crate) fn painted(text: &str, parts: &[(Span, Look)]) -> String {
    let mut out = String::with_capacity(text.len() + 16 * parts.len());
    let mut end = 0;
    for &(span, look) in parts {
        let style = look.style();
        let between = &text[end..span.start];
        write!(out, "{between}{style}{}{style:#}", span.slice(text)).expect("a String takes everything");
        end = span.end;
    }
    out.push_str(&text[end..]);
    out
}

#[cfg(test)]
mod tests {
    use selq::query::{Columns, Context};
    use selq::{Object, Scope, Store};

    use super::super::names::Names;
    use super::super::{Argument, CommandSyntax};
    use super::*;

    const COMMANDS: [CommandSyntax; 1] =
        [CommandSyntax { name: "explain", usage: "", summary: "", argument: Argument::Query }];

    fn looks(text: &str, cursor: usize) -> String {
        let mut store = Store::new();
        store.insert(Object::new("Pod", "", "").with_labels([("env", "prod"), ("n", "5")]));
        let (scope, mut names) = (Scope::all(), Names::default());
        names.set("web", names.meaning("app=web").unwrap());
        let context = TypingContext {
            store: &store,
            scope: &scope,
            names: &names,
            commands: &COMMANDS,
            on_screen: &[],
            columns: &Columns::new(),
            asked_with: Context::new(),
            fields: None,
        };
        let parts = highlight(&context, text, cursor);
        parts
            .iter()
            .map(|(span, look)| format!("{}:{look:?}", span.slice(text)))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn every_word_looks_like_what_it_is() {
        assert_eq!(
            looks("env in (prod,prd),!zone,n>7,@web,@x", 0),
            "env:Key in:Operator prod:Value prd:Absent !:Operator zone:Absent n:Key >:Operator 7:Value @web:Name @x:Absent"
        );
        assert_eq!(looks("\"\"", 0), "\"\":Value");
        assert_eq!(looks("env\n:expl n=5", 0), "env:Key :expl:Command n:Key =:Operator 5:Value");
        assert_eq!(looks(":expl env", 0), ":expl:Command env:Key");
        assert_eq!(looks(":zzz env", 0), ":zzz:Wrong");
    }

    #[test]
    fn parentheses_come_in_pairs() {
        for cursor in [7, 8, 12, 13] {
            assert_eq!(
                looks("env in (prod)", cursor),
                "env:Key in:Operator (:Pair prod:Value ):Pair",
                "{cursor}"
            );
        }
        assert_eq!(looks("env in (prod)", 10), "env:Key in:Operator prod:Value");
        assert_eq!(looks("env in (prod", 7), "env:Key in:Operator prod:Value");
    }

    #[test]
    fn parentheses_without_a_partner_are_marked() {
        assert_eq!(looks(")(", 0), "):Wrong (:Wrong");
        assert_eq!(looks("env=prod)", 0), "env:Key =:Operator prod:Value ):Wrong");
        assert_eq!(looks("env in (prod))", 0), "env:Key in:Operator prod:Value ):Wrong");
    }

    #[test]
    fn painting_changes_nothing_but_colours() {
        let parts = [(Span::new(0, 1), Look::Key), (Span::new(1, 2), Look::Operator)];
        assert_eq!(painted("a=é", &parts), "\u{1b}[1ma\u{1b}[0m\u{1b}[35m=\u{1b}[0mé");
    }

    /// The looks of a query over the sample.
    fn of_query(marked: &str) -> String {
        let (text, cursor) = super::super::sample::unmarked(marked);
        let cursor = if marked.contains('¦') { cursor } else { usize::MAX };
        let parts = super::super::sample::asked(|context| highlight(context, &text, cursor));
        let shown = parts.iter().map(|(span, look)| format!("{}:{look:?}", span.slice(&text)));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_part_of_a_query_looks_like_what_it_is() {
        for (text, looks) in [
            (
                ".status.phase=Running || !(status(Pend*) && app)",
                ".status.phase:Key =:Operator Running:Value ||:Operator !:Operator status:Function Pend*:Value \
                 &&:Operator app:Key",
            ),
            (
                ".spec.containers[0]['a b'] =~ 'x.*'",
                ".spec.containers:Key 0:Value 'a b':Absent =~:Operator 'x.*':Value",
            ),
            (
                ".status.conditions[.type='Ready' && .status=Fals]",
                ".status.conditions:Key .type:Key =:Operator 'Ready':Value &&:Operator .status:Key =:Operator Fals:Value",
            ),
            (".status.phase=Runing,.zone", ".status.phase:Key =:Operator Runing:Absent .zone:Absent"),
            (
                "requests(cpu)>=1,nope(x)",
                "requests:Function cpu:Value >=:Operator 1:Value nope:Absent x:Value",
            ),
            ("@sick || (@web && @x)", "@sick:Name ||:Operator @web:Name &&:Operator @x:Absent"),
        ] {
            assert_eq!(of_query(text), looks, "{text}");
        }
    }

    #[test]
    fn groups_and_brackets_come_in_pairs() {
        for (marked, looks) in [
            ("¦(app || (app))", "(:Pair app:Key ||:Operator app:Key ):Pair"),
            ("(app || (app)¦)", "(:Pair app:Key ||:Operator app:Key ):Pair"),
            (".a¦[(.b)]", ".a:Absent [:Pair .b:Absent ]:Pair"),
            ("status(¦", "status:Function"),
            (".a[(.b]¦", ".a:Absent [:Pair .b:Absent ]:Pair"),
        ] {
            assert_eq!(of_query(marked), looks, "{marked}");
        }
    }

    #[test]
    fn an_error_in_a_query_is_marked_where_it_stands() {
        for (text, looks) in [
            ("name() > 5 || app", "name:Function >:Absent 5:Value ||:Operator app:Key"),
            (".a & app", ".a:Absent &:Absent app:Wrong"),
            ("(app=web, app || app)", "app:Key =:Operator web:Value ,:Absent app:Key ||:Operator app:Key"),
            ("(app=web", "app:Key =:Operator web:Value"),
        ] {
            assert_eq!(of_query(text), looks, "{text}");
        }
    }
}
