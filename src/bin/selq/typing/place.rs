//! What may come next at a place of a line.

use std::borrow::Cow;

use selq::syntax::Role;

use super::line::{Piece, open_around, pieces};

/// What may stand at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slot<'t> {
    /// A key, a function or a field, at the start of a part or after `!`.
    Subject,
    /// `@NAME`
    Name,
    /// A step of a field, which begins with the point in the word: `field` leads there, from the object on.
    Step { field: String },
    /// What stands in the brackets behind a field; the first thing in there may also be an element's place or a name.
    InBrackets { field: Cow<'t, str>, is_first: bool },
    /// What follows a subject.
    Operator { subject: Cow<'t, str> },
    /// The `(` after `in` or a function.
    List,
    /// A value of the subject; in a list one other than those `listed` beside it.
    Value { subject: Cow<'t, str>, listed: Option<Vec<&'t str>> },
    /// What follows a value in a list.
    AfterListed,
    /// The parameter of a function.
    Parameter { function: &'t str },
    /// What follows a whole part, and what closes what is open around it.
    End { closer: Option<&'static str> },
    /// Nothing that could be right, or nothing that can be known.
    Nowhere,
}

/// More levels than the parser takes need not be looked through.
const MAX_LEVELS: usize = 64;

/// The place of the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CursorPlace<'t> {
    pub(crate) slot: Slot<'t>,
    /// The part of the word under the cursor that stands before it.
    pub(crate) word: &'t str,
    /// The part of it that stands behind the cursor.
    pub(crate) tail: &'t str,
    /// The other parts of the line that have to hold too.
    pub(crate) rest: Vec<&'t str>,
}

/// What the cursor is in, and what else stands in the line.
pub(crate) fn place(text: &str, cursor: usize) -> CursorPlace<'_> {
    let pieces = pieces(text);
    let under = pieces.iter().find(|it| it.is_word() && it.span.start < cursor && cursor <= it.span.end);
    let start = under.map_or(cursor, |piece| word_start(piece, cursor));
    let end = under.map_or(cursor, |piece| word_end(piece, cursor));
    let n_before = pieces.iter().take_while(|piece| piece.span.end <= start && Some(*piece) != under).count();
    let at = PlaceInLine { pieces: &pieces, before: &pieces[..n_before], under, cursor };
    CursorPlace {
        slot: at.slot(&text[start..cursor], start),
        word: &text[start..cursor],
        tail: &text[cursor..end],
        rest: at.rest(text),
    }
}

/// A field is completed step by step.
fn word_start(piece: &Piece<'_>, cursor: usize) -> usize {
    let start = piece.span.start;
    if !is_path(piece) {
        return start;
    }
    let before = &piece.text[..cursor - start];
    let point = before.rfind('.').unwrap_or(0);
    // `..name` is one step.
    start + if before[..point].ends_with('.') { point - 1 } else { point }
}

fn word_end(piece: &Piece<'_>, cursor: usize) -> usize {
    let behind = &piece.text[cursor - piece.span.start..];
    if is_path(piece) { cursor + behind.find('.').unwrap_or(behind.len()) } else { piece.span.end }
}

fn is_path(piece: &Piece<'_>) -> bool {
    piece.role == Role::Field && piece.text.starts_with('.')
}

struct PlaceInLine<'p, 't> {
    pieces: &'p [Piece<'t>],
    /// The pieces before the word under the cursor.
    before: &'p [Piece<'t>],
    under: Option<&'p Piece<'t>>,
    cursor: usize,
}

impl<'p, 't> PlaceInLine<'p, 't> {
    /// What may stand here, where `word` begins.
    fn slot(&self, word: &str, start: usize) -> Slot<'t> {
        if let Some(field) = self.under.filter(|piece| is_path(piece)) {
            return Slot::Step { field: before_step(field, start) };
        }
        let Some(last) = self.before.last() else { return begins(word) };
        // Nothing may stand between a bracket and the step behind it.
        if last.role == Role::CloseBracket && last.span.end == self.cursor {
            return Slot::Step { field: last.subject.clone().into_owned() };
        }
        match last.role {
            Role::Not | Role::Comma | Role::And | Role::Or | Role::OpenGroup | Role::OpenBracket => {
                self.start_of_part(word)
            }
            Role::Key | Role::Field | Role::CloseBracket | Role::Close if self.ends_in_subject(last) => {
                Slot::Operator { subject: last.subject.clone() }
            }
            Role::Membership | Role::Function => Slot::List,
            Role::Comparison if !last.text.ends_with('~') => {
                Slot::Value { subject: last.subject.clone(), listed: None }
            }
            Role::Open | Role::ListComma => self.value_of_list(),
            Role::OpenParameter => self.parameter(),
            Role::Value if self.opener().is_some_and(|it| it.role == Role::Open) => Slot::AfterListed,
            Role::Comparison | Role::Stray => Slot::Nowhere,
            _ => Slot::End { closer: self.opener().map(closer) },
        }
    }

    /// The piece that opens what the cursor is in.
    fn opener(&self) -> Option<&'p Piece<'t>> {
        open_around(self.before).map(|nth| &self.pieces[nth])
    }

    /// The pieces that open what the cursor is in, the innermost first.
    fn openers(&self) -> impl Iterator<Item = usize> + 'p {
        let pieces = self.pieces;
        std::iter::successors(open_around(self.before), move |&nth| pieces[nth].inside)
    }

    fn start_of_part(&self, word: &str) -> Slot<'t> {
        let brackets = self.openers().find(|&nth| self.pieces[nth].role == Role::OpenBracket);
        match brackets {
            Some(nth) => Slot::InBrackets {
                field: self.pieces[nth].subject.clone(),
                is_first: nth + 1 == self.before.len(),
            },
            None => begins(word),
        }
    }

    /// Whether the part up to `last` is a subject that no `!` stands before.
    fn ends_in_subject(&self, last: &Piece<'_>) -> bool {
        let is_joint = |piece: &&Piece<'_>| piece.inside == last.inside && piece.joins();
        let is_level = |piece: &&Piece<'_>| piece.inside == last.inside;
        let behind_opener = &self.before[last.inside.map_or(0, |nth| nth + 1)..];
        let part = behind_opener.iter().rev().take_while(|piece| !is_joint(piece)).filter(is_level);
        let roles: Vec<Role> = part.map(|piece| piece.role).collect();
        // A group or a list in parentheses ends in them as a function does.
        let is_whole = roles.iter().all(|role| {
            matches!(role, Role::Key | Role::Field | Role::OpenBracket | Role::CloseBracket | Role::Function)
                || matches!(role, Role::Open | Role::OpenGroup | Role::OpenParameter | Role::Close)
        });
        is_whole
            && matches!(roles.last(), Some(Role::Key | Role::Field | Role::Function))
            && self.gives_values(last)
    }

    /// Whether what ends here is no call that says what it wants already: `status(Running)`, `selects(app=web)`.
    fn gives_values(&self, last: &Piece<'_>) -> bool {
        let is_call = last.role == Role::Close;
        let open = self.before.iter().rev().find(|piece| piece.opens() && piece.inside == last.inside);
        !is_call
            || open.is_some_and(|open| match open.role {
                Role::OpenGroup => false,
                _ => open.role == Role::OpenParameter || last.subject.ends_with("()"),
            })
    }

    fn value_of_list(&self) -> Slot<'t> {
        let Some(open) = open_around(self.before) else { return Slot::Nowhere };
        let inside = self.pieces.iter().filter(|piece| piece.inside == Some(open));
        let values = inside.filter(|piece| piece.role == Role::Value && Some(*piece) != self.under);
        let listed = Some(values.map(|piece| piece.text).collect());
        Slot::Value { subject: self.pieces[open].subject.clone(), listed }
    }

    fn parameter(&self) -> Slot<'t> {
        match self.before {
            [.., function, _] => Slot::Parameter { function: function.text },
            _ => Slot::Nowhere,
        }
    }

    /// The parts that have to hold beside those that the cursor is in: beside its own, beside the group that it stands in,
    /// and so on.
    fn rest(&self, text: &'t str) -> Vec<&'t str> {
        let mut levels: Vec<Option<usize>> = self.openers().map(Some).collect();
        levels.push(None);
        levels.reverse();
        // What stands in a function or in brackets is about other objects, or about elements.
        let is_same = |level: &&Option<usize>| level.is_none_or(|nth| self.is_group(nth));
        let levels = levels.iter().take_while(is_same).take(MAX_LEVELS);
        levels.flat_map(|&level| self.rest_of(level, text)).collect()
    }

    fn is_group(&self, opener: usize) -> bool {
        let is_of_function =
            || opener.checked_sub(1).is_some_and(|it| self.pieces[it].role == Role::Function);
        self.pieces[opener].role == Role::OpenGroup && !is_of_function()
    }

    /// The other parts of a level between the same `||`.
    fn rest_of(&self, level: Option<usize>, text: &'t str) -> Vec<&'t str> {
        let members: Vec<&Piece<'t>> = self.pieces.iter().filter(|piece| piece.inside == level).collect();
        let parts: Vec<&[&Piece<'t>]> = members.split(|piece| piece.joins()).collect();
        let joints: Vec<&&Piece<'t>> = members.iter().filter(|piece| piece.joins()).collect();
        let nth = joints.iter().filter(|joint| joint.span.end <= self.cursor).count();
        let is_or = |joint: &usize| joints[*joint].role == Role::Or;
        let first = (0..nth).rev().find(is_or).map_or(0, |joint| joint + 1);
        let last = (nth..joints.len()).find(is_or).unwrap_or(joints.len());
        let others = (first..=last).filter(|&other| other != nth);
        let text_of = |part: &[&Piece<'t>]| {
            let (first, last) = (part.first()?, part.last()?);
            Some(&text[first.span.start..last.span.end])
        };
        others.filter_map(|other| text_of(parts[other])).collect()
    }
}

fn begins<'t>(word: &str) -> Slot<'t> {
    if word.starts_with('@') { Slot::Name } else { Slot::Subject }
}

/// What closes what a piece opens.
fn closer(opener: &Piece<'_>) -> &'static str {
    if opener.role == Role::OpenBracket { "]" } else { ")" }
}

/// What of a field stands before the step that begins at `start`, from the object on.
fn before_step(piece: &Piece<'_>, start: usize) -> String {
    let subject = &piece.subject;
    let n_behind = piece.span.end - start;
    match subject.strip_suffix("[*]") {
        // The element itself, or the beginning of a field of it.
        Some(array) if piece.text == "." => array.to_owned(),
        _ => subject[..subject.len().saturating_sub(n_behind)].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::unmarked;
    use super::*;

    /// The place of the `¦` in the text.
    #[track_caller]
    fn at(marked: &str) -> CursorPlace<'static> {
        let (text, cursor) = unmarked(marked);
        place(text.leak(), cursor)
    }

    fn operator(subject: &'static str) -> Slot<'static> {
        Slot::Operator { subject: subject.into() }
    }

    fn value(subject: &'static str) -> Slot<'static> {
        Slot::Value { subject: subject.into(), listed: None }
    }

    fn listed(subject: &'static str, listed: &[&'static str]) -> Slot<'static> {
        Slot::Value { subject: subject.into(), listed: Some(listed.to_vec()) }
    }

    fn step(field: &str) -> Slot<'static> {
        Slot::Step { field: field.to_owned() }
    }

    fn in_brackets(field: &'static str, is_first: bool) -> Slot<'static> {
        Slot::InBrackets { field: field.into(), is_first }
    }

    fn end(closer: Option<&'static str>) -> Slot<'static> {
        Slot::End { closer }
    }

    #[track_caller]
    fn assert_slots(slots: impl IntoIterator<Item = (&'static str, Slot<'static>, &'static str)>) {
        for (marked, slot, word) in slots {
            let place = at(marked);
            assert_eq!((place.slot, place.word), (slot, word), "{marked}");
        }
    }

    #[test]
    fn each_place_of_a_selector_has_its_slot() {
        assert_slots([
            ("¦", Slot::Subject, ""),
            ("en¦", Slot::Subject, "en"),
            ("e¦nv=prod", Slot::Subject, "e"),
            ("!¦", Slot::Subject, ""),
            ("!leg¦", Slot::Subject, "leg"),
            ("env ¦", operator("env"), ""),
            ("env no¦", operator("env"), "no"),
            ("env in¦", operator("env"), "in"),
            ("env in ¦", Slot::List, ""),
            ("env=¦", value("env"), ""),
            ("env != pr¦", value("env"), "pr"),
            ("env in (¦", listed("env", &[]), ""),
            ("env in (prod, st¦)", listed("env", &["prod"]), "st"),
            ("env in (¦,prod", listed("env", &["prod"]), ""),
            ("env in (prod ¦", Slot::AfterListed, ""),
            ("env in (prod)¦", end(None), ""),
            ("env=prod ¦", end(None), ""),
            ("!legacy ¦", end(None), ""),
            ("env=a,¦", Slot::Subject, ""),
            ("a,@we¦", Slot::Name, "@we"),
            ("@web ¦", end(None), ""),
        ]);
    }

    #[test]
    fn each_place_of_a_query_has_its_slot() {
        assert_slots([
            ("(¦", Slot::Subject, ""),
            ("a || !(b && ¦", Slot::Subject, ""),
            ("(@w¦)", Slot::Name, "@w"),
            ("(a ¦", operator("a"), ""),
            ("(a=1 ¦", end(Some(")")), ""),
            ("(a) ¦", end(None), ""),
            (".¦", step(""), "."),
            (".spec¦", step(""), ".spec"),
            (".spec.no¦", step(".spec"), ".no"),
            (".spec.¦nodeName", step(".spec"), "."),
            (".sp¦ec.nodeName", step(""), ".sp"),
            ("..im¦", step(""), "..im"),
            ("..image.¦", step("..image"), "."),
            (".a[0]¦", step(".a[0]"), ""),
            (".a[0].na¦", step(".a[0]"), ".na"),
            (".a[0] ¦", operator(".a[0]"), ""),
            (".a ¦", operator(".a"), ""),
            ("!.a ¦", end(None), ""),
            (".a=¦", value(".a"), ""),
            (".a in (x,¦", listed(".a", &["x"]), ""),
            (".a[¦", in_brackets(".a", true), ""),
            (".a[.¦", step(".a"), "."),
            (".a[.ty¦", step(".a"), ".ty"),
            (".a[.type=¦", value(".a.type"), ""),
            (".a[.b[.c=¦", value(".a.b.c"), ""),
            (".a[.=¦", value(".a[*]"), ""),
            (".a[.type=Ready,¦", in_brackets(".a", false), ""),
            (".a[!(¦", in_brackets(".a", false), ""),
            (".a['x¦", in_brackets(".a", true), "'x"),
            (".a[.b=1 ¦", end(Some("]")), ""),
            (".a[.b=1].c=¦", value(".a[.b=1].c"), ""),
            ("status¦", Slot::Subject, "status"),
            ("status ¦(", Slot::List, ""),
            ("status(¦", listed("status()", &[]), ""),
            ("status(Running, ¦)", listed("status()", &["Running"]), ""),
            ("status(Running ¦", Slot::AfterListed, ""),
            ("status(Running)¦", end(None), ""),
            ("status()¦", operator("status()"), ""),
            ("status()=¦", value("status()"), ""),
            ("!status()¦", end(None), ""),
            ("requests(¦", Slot::Parameter { function: "requests" }, ""),
            ("requests(cpu¦", Slot::Parameter { function: "requests" }, "cpu"),
            ("requests(cpu ¦", end(Some(")")), ""),
            ("requests(cpu)¦", operator("requests(cpu)"), ""),
            ("requests(cpu)=¦", value("requests(cpu)"), ""),
            ("age(.sta¦", step(""), ".sta"),
            ("selects(a=1) ¦", end(None), ""),
            ("selects(¦", Slot::Subject, ""),
            ("a=~¦", Slot::Nowhere, ""),
        ]);
    }

    #[test]
    fn the_rest_is_what_has_to_hold_too() {
        for (marked, rest) in [
            ("a=1, e¦nv , b in (x,y),,!c", &["a=1", "b in (x,y)", "!c"][..]),
            ("a¦", &[]),
            ("a=1 || b=¦", &[]),
            ("a && b=1 || c, d=¦", &["c"]),
            ("x, (a=1 || b && ¦) && y", &["x", "y", "b"]),
            ("x, .a[.b=1, .c=¦]", &["x"]),
            ("x, selects(a=1, b=¦)", &["x"]),
            ("x, status(¦", &["x"]),
            ("(a || b), c¦", &["(a || b)"]),
        ] {
            assert_eq!(at(marked).rest, rest, "{marked}");
        }
    }
}
