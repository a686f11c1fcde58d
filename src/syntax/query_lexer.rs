//! The tokens of a text that is read as a query, each with what it is for. Never fails.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::map;

use super::function::{Function, Parameter};
use super::lexer::Token;
use super::query_token::{
    and, at_least, at_most, element_word, is_path_byte, matches, matches_not, or, quoted, word,
};
use super::role::{Role, keyword_kind};
use super::token::{Parsed, TokenKind, blank, bytes_while, token_at};
use crate::Span;

/// The tokens of any text, also of one that is no query.
///
/// A field is several tokens: its names up to a bracket are one, what stands in brackets has its own.
///
/// ```
/// use selq::syntax::{Role, query_tokens};
///
/// let roles: Vec<Role> = query_tokens(".a[0].b='x' || kind(pod)").map(|token| token.role).collect();
/// assert_eq!(roles[..3], [Role::Field, Role::OpenBracket, Role::Element]);
/// assert_eq!(roles[5..9], [Role::Comparison, Role::Value, Role::Or, Role::Function]);
/// ```
pub fn query_tokens(text: &str) -> impl Iterator<Item = Token> + '_ {
    let mut reader = QueryReader::default();
    let mut offset = 0;
    std::iter::from_fn(move || {
        let (rest, white) = bytes_while(&text[offset..], blank);
        let (kind, length) = reader.kind(rest, white.is_empty())?;
        let start = offset + white.len();
        let (token, behind) = rest.split_at(length);
        offset = start + length;
        let (kind, role) = reader.read(kind, token, behind);
        Some(Token { kind, role, span: Span::new(start, offset) })
    })
}

/// How far a text has been read. Unlike the parser it goes on after a mistake, with the likeliest reading of the rest.
#[derive(Debug)]
struct QueryReader {
    /// What is open, the innermost last; never empty.
    levels: Vec<OpenLevel>,
    /// How many of them are brackets, which is asked for every word of a text that may be nested without end.
    n_brackets: usize,
}

/// What is open at a place.
#[derive(Debug, Clone, Copy)]
struct OpenLevel {
    opened_by: OpenedBy,
    state: PartState,
    /// Whether the part has its subject, which no `!` stands before.
    has_subject: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OpenedBy {
    /// The whole text.
    Whole,
    /// A group, or a function that takes a query.
    Group,
    /// `[`, in which a query is about elements.
    Brackets,
    /// The values of `in`.
    List,
    /// The values of a function.
    Values,
    /// Another parameter of a function.
    Parameter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartState {
    /// At the start of a part.
    Start,
    /// After `!`.
    Not,
    /// Right after a label's key or a function: a place for operators.
    Subject,
    /// Right after a part of a field, which may go on.
    Field,
    /// After the name of a function, where its parenthesis belongs.
    Call(Option<Parameter>),
    /// After a comparison, where its value belongs.
    Value,
    /// After `=~`, where an expression belongs.
    Expression,
    /// Anywhere else in a part.
    Other,
}

impl Default for QueryReader {
    fn default() -> QueryReader {
        QueryReader { levels: vec![OpenLevel::new(OpenedBy::Whole)], n_brackets: 0 }
    }
}

impl OpenLevel {
    fn new(opened_by: OpenedBy) -> OpenLevel {
        OpenLevel { opened_by, state: PartState::Start, has_subject: false }
    }

    /// Whether parts of a query stand here.
    fn has_parts(self) -> bool {
        matches!(self.opened_by, OpenedBy::Whole | OpenedBy::Group | OpenedBy::Brackets)
    }

    /// Whether a subject may begin here.
    fn awaits_subject(self) -> bool {
        let begins = matches!(self.state, PartState::Start | PartState::Not);
        begins && (self.has_parts() || self.opened_by == OpenedBy::Parameter)
    }

    /// Whether a word may be a keyword here.
    fn is_after_subject(self) -> bool {
        self.has_subject && matches!(self.state, PartState::Subject | PartState::Field)
    }

    /// Whether an operator is read as one here, also a second one.
    fn awaits_operator(self) -> bool {
        self.is_after_subject() || (self.has_subject && self.state == PartState::Other)
    }
}

impl QueryReader {
    fn top(&self) -> OpenLevel {
        self.levels.last().copied().unwrap_or(OpenLevel::new(OpenedBy::Whole))
    }

    fn is_in_brackets(&self) -> bool {
        self.n_brackets > 0
    }

    /// What the next token is, by what was read before, and its length; `is_adjacent` says that nothing stands before it.
    /// `None` at the end.
    fn kind(&self, rest: &str, is_adjacent: bool) -> Option<(TokenKind, usize)> {
        let top = self.top();
        let first = rest.bytes().next()?;
        let goes_on = top.state == PartState::Field && is_adjacent;
        let starts = top.state == PartState::Start && top.opened_by == OpenedBy::Brackets;
        let is_element = first == b'*' || first == b'-' || first.is_ascii_digit();
        Some(match first {
            b'\'' | b'"' => (TokenKind::Quoted, quoted_length(rest)),
            b'[' if goes_on => (TokenKind::OpenBracket, 1),
            b']' if self.is_in_brackets() => (TokenKind::CloseBracket, 1),
            b'.' if goes_on || top.awaits_subject() => (TokenKind::Path, path_length(rest)),
            _ if starts && is_element => (TokenKind::Identifier, self.word_length(rest).max(1)),
            _ => self.symbol_or_word(rest),
        })
    }

    fn symbol_or_word(&self, rest: &str) -> (TokenKind, usize) {
        let is_operator = self.top().awaits_operator();
        match symbol(rest) {
            // Behind no subject it is a `!` and what follows.
            Ok((_, (TokenKind::DoesNotMatch, _))) if !is_operator => (TokenKind::Exclamation, 1),
            Ok((_, (kind, text))) => (kind, text.len()),
            Err(_) => match self.word_length(rest) {
                0 => token_at(rest)
                    .filter(|(kind, _)| *kind != TokenKind::Identifier)
                    .map_or((TokenKind::Unknown, first_length(rest)), |(kind, span)| (kind, span.end)),
                length => (TokenKind::Identifier, length),
            },
        }
    }

    fn word_length(&self, rest: &str) -> usize {
        let word = if self.is_in_brackets() { element_word(rest) } else { word(rest) };
        word.map_or(0, |(_, word)| word.len())
    }

    /// Goes on over a token: what it is here, as a word may be a keyword, and what it is for.
    fn read(&mut self, kind: TokenKind, text: &str, behind: &str) -> (TokenKind, Role) {
        let top = self.top();
        let is_keyword_place = top.is_after_subject() && kind == TokenKind::Identifier;
        let kind = if is_keyword_place { keyword_kind(text) } else { kind };
        let role = match (kind, top.opened_by) {
            (TokenKind::CloseParen, _) => self.close_paren(),
            (TokenKind::CloseBracket, _) => self.close_bracket(),
            (_, OpenedBy::List | OpenedBy::Values) => self.in_values(kind),
            (_, OpenedBy::Parameter) => self.in_parameter(kind, text, behind),
            _ => self.in_parts(kind, text, behind),
        };
        (kind, role)
    }

    fn become_state(&mut self, state: PartState) {
        if let Some(top) = self.levels.last_mut() {
            top.state = state;
        }
    }

    fn open(&mut self, opened_by: OpenedBy, role: Role) -> Role {
        self.levels.push(OpenLevel::new(opened_by));
        self.n_brackets += usize::from(opened_by == OpenedBy::Brackets);
        role
    }

    /// A parenthesis closes what is open inside of the innermost brackets, if anything is.
    fn close_paren(&mut self) -> Role {
        let opened_by = self.top().opened_by;
        if matches!(opened_by, OpenedBy::Whole | OpenedBy::Brackets) {
            self.become_state(PartState::Other);
            return Role::Stray;
        }
        self.levels.pop();
        let is_call = matches!(self.top().state, PartState::Call(_));
        self.become_state(if is_call { PartState::Subject } else { PartState::Other });
        Role::Close
    }

    fn close_bracket(&mut self) -> Role {
        while self.levels.pop().is_some_and(|level| level.opened_by != OpenedBy::Brackets) {}
        self.n_brackets -= 1;
        self.become_state(PartState::Field);
        Role::CloseBracket
    }

    fn in_values(&mut self, kind: TokenKind) -> Role {
        match kind {
            TokenKind::Comma => Role::ListComma,
            TokenKind::Identifier | TokenKind::Quoted => Role::Value,
            _ => Role::Stray,
        }
    }

    fn in_parameter(&mut self, kind: TokenKind, text: &str, behind: &str) -> Role {
        match (kind, self.top().state) {
            (TokenKind::Path, _) => self.goes_on(PartState::Field, Role::Field),
            (TokenKind::OpenBracket, _) => self.open(OpenedBy::Brackets, Role::OpenBracket),
            (TokenKind::OpenParen, PartState::Call(parameter)) => self.open_call(parameter),
            (TokenKind::Identifier, PartState::Start) if is_call(behind) => self.call(text),
            (TokenKind::Identifier | TokenKind::Quoted, PartState::Start) => {
                self.goes_on(PartState::Other, Role::Parameter)
            }
            _ => self.goes_on(PartState::Other, Role::Stray),
        }
    }

    fn in_parts(&mut self, kind: TokenKind, text: &str, behind: &str) -> Role {
        use TokenKind::{Comma, Exclamation, Identifier, In, NotIn, OpenBracket, OpenParen, Path, Quoted};
        let top = self.top();
        match (kind, top.state) {
            (Comma, _) => self.starts(Role::Comma),
            (TokenKind::And, _) => self.starts(Role::And),
            (TokenKind::Or, _) => self.starts(Role::Or),
            (Path, _) => self.subject(PartState::Field, Role::Field),
            (OpenBracket, _) => self.open(OpenedBy::Brackets, Role::OpenBracket),
            (OpenParen, PartState::Start | PartState::Not) => {
                self.become_state(PartState::Other);
                self.open(OpenedBy::Group, Role::OpenGroup)
            }
            (OpenParen, PartState::Call(parameter)) => self.open_call(parameter),
            (OpenParen, _) => {
                self.become_state(PartState::Other);
                self.open(OpenedBy::List, Role::Open)
            }
            (Exclamation, PartState::Start) => self.goes_on(PartState::Not, Role::Not),
            (Identifier | Quoted, PartState::Start) if top.opened_by == OpenedBy::Brackets => {
                self.goes_on(PartState::Other, in_brackets(kind, text))
            }
            (Identifier, PartState::Start | PartState::Not) => self.word(text, behind),
            (Identifier | Quoted, PartState::Value) => self.goes_on(PartState::Other, Role::Value),
            (Quoted, PartState::Expression) => self.goes_on(PartState::Other, Role::Expression),
            (In | NotIn, _) => self.goes_on(PartState::Other, Role::Membership),
            _ if top.awaits_operator() && is_matching(kind) => {
                self.goes_on(PartState::Expression, Role::Comparison)
            }
            _ if top.awaits_operator() && is_comparison(kind) => {
                self.goes_on(PartState::Value, Role::Comparison)
            }
            _ => self.goes_on(PartState::Other, Role::Stray),
        }
    }

    fn goes_on(&mut self, state: PartState, role: Role) -> Role {
        self.become_state(state);
        role
    }

    /// Goes on over what a part is about.
    fn subject(&mut self, state: PartState, role: Role) -> Role {
        if let Some(top) = self.levels.last_mut() {
            top.has_subject |= top.state == PartState::Start;
        }
        self.goes_on(state, role)
    }

    /// After what joins two parts.
    fn starts(&mut self, role: Role) -> Role {
        if let Some(top) = self.levels.last_mut() {
            *top = OpenLevel::new(top.opened_by);
        }
        role
    }

    /// A word at the start of a part.
    fn word(&mut self, text: &str, behind: &str) -> Role {
        match self.top().opened_by {
            _ if is_call(behind) => self.call(text),
            OpenedBy::Brackets => self.goes_on(PartState::Other, Role::Stray),
            _ if text.starts_with('@') => self.goes_on(PartState::Other, Role::Name),
            _ => self.subject(PartState::Subject, Role::Key),
        }
    }

    fn call(&mut self, name: &str) -> Role {
        let parameter = Function::named(name).map(|function| function.row().parameter);
        self.subject(PartState::Call(parameter), Role::Function)
    }

    /// The parenthesis of a function, whose row says what stands in it. Of a function that there is not, values are likely.
    fn open_call(&mut self, parameter: Option<Parameter>) -> Role {
        match parameter {
            Some(Parameter::Values) | None => self.open(OpenedBy::Values, Role::Open),
            Some(Parameter::Query) => self.open(OpenedBy::Group, Role::OpenGroup),
            Some(_) => self.open(OpenedBy::Parameter, Role::OpenParameter),
        }
    }
}

/// What the first word in brackets is for, if no query stands there.
fn in_brackets(kind: TokenKind, text: &str) -> Role {
    let is_number = || text.strip_prefix('-').unwrap_or(text).bytes().all(|byte| byte.is_ascii_digit());
    match kind {
        TokenKind::Quoted => Role::Field,
        _ if text == "*" || is_number() => Role::Element,
        _ => Role::Stray,
    }
}

fn is_call(behind: &str) -> bool {
    bytes_while(behind, blank).0.starts_with('(')
}

fn is_matching(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Matches | TokenKind::DoesNotMatch)
}

fn is_comparison(kind: TokenKind) -> bool {
    use TokenKind::{AtLeast, AtMost, DoubleEquals, Equals, GreaterThan, LessThan, NotEquals};
    matches!(kind, Equals | DoubleEquals | NotEquals | GreaterThan | LessThan | AtLeast | AtMost)
}

/// The terminals that only a query has.
fn symbol(input: &str) -> Parsed<'_, (TokenKind, &str)> {
    let kind = |kind| move |matched| (kind, matched);
    alt((
        map(matches, kind(TokenKind::Matches)),
        map(matches_not, kind(TokenKind::DoesNotMatch)),
        map(at_least, kind(TokenKind::AtLeast)),
        map(at_most, kind(TokenKind::AtMost)),
        map(or, kind(TokenKind::Or)),
        // The comma is in a selector too.
        map(and, |matched| (if matched == "," { TokenKind::Comma } else { TokenKind::And }, matched)),
    ))
    .parse(input)
}

/// A text in quotation marks, up to the end of all if nothing closes it.
fn quoted_length(rest: &str) -> usize {
    quoted(rest).map_or(rest.len(), |(_, quoted)| quoted.len())
}

/// The points and names of a field, also where a name is still missing.
fn path_length(rest: &str) -> usize {
    bytes_while(rest, is_path_byte).1.len()
}

fn first_length(rest: &str) -> usize {
    rest.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::super::lexer::tokens;
    use super::*;

    fn shown(text: &str) -> String {
        let shown = query_tokens(text).map(|token| format!("{}:{:?}", token.span.slice(text), token.role));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_token_of_a_query_has_its_role() {
        for (text, roles) in [
            ("a || !(b && c)", "a:Key ||:Or !:Not (:OpenGroup b:Key &&:And c:Key ):Close"),
            (
                ".spec.containers[0].image='x'",
                ".spec.containers:Field [:OpenBracket 0:Element ]:CloseBracket .image:Field =:Comparison 'x':Value",
            ),
            (
                "!.a[.b=c && !.d]['e.f']",
                "!:Not .a:Field [:OpenBracket .b:Field =:Comparison c:Value &&:And !:Not .d:Field ]:CloseBracket \
                 [:OpenBracket 'e.f':Field ]:CloseBracket",
            ),
            ("..image=~'a.*'", "..image:Field =~:Comparison 'a.*':Expression"),
            (
                "k >= 7,in in (in)",
                "k:Key >=:Comparison 7:Value ,:Comma in:Key in:Membership (:Open in:Value ):Close",
            ),
            (
                "status(Running, 'a b'),requests(cpu)>1",
                "status:Function (:Open Running:Value ,:ListComma 'a b':Value ):Close ,:Comma \
                 requests:Function (:OpenParameter cpu:Parameter ):Close >:Comparison 1:Value",
            ),
            (
                "age(.status.startTime) < 1h",
                "age:Function (:OpenParameter .status.startTime:Field ):Close <:Comparison 1h:Value",
            ),
            (
                "count(selects(app=web))=0",
                "count:Function (:OpenParameter selects:Function (:OpenGroup app:Key =:Comparison web:Value ):Close \
                 ):Close =:Comparison 0:Value",
            ),
            ("@web || (@x", "@web:Name ||:Or (:OpenGroup @x:Name"),
            ("all()", "all:Function (:OpenParameter ):Close"),
            ("zzz(a)", "zzz:Function (:Open a:Value ):Close"),
        ] {
            assert_eq!(shown(text), roles, "{text}");
        }
    }

    #[test]
    fn mistakes_do_not_end_the_reading() {
        for (text, roles) in [
            (")a", "):Stray a:Stray"),
            ("a ]", "a:Key ]:Stray"),
            (".a[b", ".a:Field [:OpenBracket b:Stray"),
            (".a[(.b]", ".a:Field [:OpenBracket (:OpenGroup .b:Field ]:CloseBracket"),
            (".a .b", ".a:Field .b:Stray"),
            ("a & b", "a:Key &:Stray b:Stray"),
            ("a='x", "a:Key =:Comparison 'x:Value"),
            ("a=~b", "a:Key =~:Comparison b:Stray"),
            ("!~x", "!:Not ~x:Key"),
            ("é=\u{0}", "é:Key =:Comparison \u{0}:Stray"),
            (".", ".:Field"),
        ] {
            assert_eq!(shown(text), roles, "{text}");
        }
    }

    /// A selector has the same tokens with the same roles, whichever way it is read.
    #[test]
    fn selectors_are_read_as_ever() {
        for text in [
            "",
            "env in (prod,prd),!zone,n>7,@web,@x",
            "a=1, env , b notin (x,y),!c",
            "env in (a\n",
            "env no",
            "env in",
            "in in (in, notin),notin",
            "n=a=b",
            "env xo",
            "a=,b==c,d!=",
            "a,,b",
            "app.kubernetes.io/name=x",
            "env=prod)",
            "example.com/[x]=1",
        ] {
            let alike = |token: Token| {
                (token.span, if token.kind == TokenKind::CloseParen { Role::Close } else { token.role })
            };
            let selector: Vec<_> = tokens(text).map(alike).collect();
            assert_eq!(query_tokens(text).map(alike).collect::<Vec<_>>(), selector, "{text}");
        }
    }

    #[test]
    fn the_tokens_are_the_text_without_its_white_space() {
        let parts = [
            "a", ".b", "[", "]", "(", ")", "!", "'", "\"", "||", "&", "=~", " ", ",", "é", "in", "0", "*",
            "@", "kind", "\u{0}",
        ];
        let mut random = 7_u64;
        for _ in 0..5_000 {
            let mut text = String::new();
            for _ in 0..10 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text += parts[(random >> 33) as usize % parts.len()];
            }
            let mut end = 0;
            for token in query_tokens(&text) {
                assert!(!token.span.is_empty() && text[end..token.span.start].trim().is_empty(), "{text:?}");
                end = token.span.end;
            }
            assert!(text[end..].trim().is_empty(), "{text:?}");
        }
    }
}
