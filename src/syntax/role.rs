//! What each token of a text is for, whether or not the text is a selector.

use nom::Parser;
use nom::branch::alt;
use nom::combinator::value;

use super::token::{TokenKind, in_kw, notin_kw};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// The key of a requirement.
    Key,
    /// A value of the key before it.
    Value,
    /// `@NAME` where a requirement stands. No selector has such a word; the program's REPL gives names to selectors.
    Name,
    /// `!` before a key.
    Not,
    /// `=`, `!=`, `<` and so on.
    Comparison,
    /// `in`, `notin`
    Membership,
    /// `(` of a list of values.
    Open,
    /// `)`
    Close,
    /// The `,` between two requirements.
    Comma,
    /// The `,` between two values of a list.
    ListComma,
    /// `&&`, in a query.
    And,
    /// `||`, in a query.
    Or,
    /// The names of a field, or one in quotation marks, in a query.
    Field,
    /// What stands in brackets for elements by their place: `0`, `*`.
    Element,
    /// The name of a function, in a query.
    Function,
    /// A word that is the parameter of a function.
    Parameter,
    /// The regular expression after `=~`.
    Expression,
    /// `(` of a group or of a function that takes a query.
    OpenGroup,
    /// `(` of a function that takes neither values nor a query.
    OpenParameter,
    /// `[`, in a query.
    OpenBracket,
    /// `]`, in a query.
    CloseBracket,
    /// What the grammar has no place for.
    Stray,
}

/// How far a text has been read. Unlike the parser it goes on after a mistake, with the likeliest reading of the rest.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reader {
    state: State,
    /// Whether the requirement has its key.
    has_key: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    /// At the start of a requirement.
    #[default]
    Start,
    /// After `!`.
    Not,
    /// Right after a key that no `!` stands before: the only place of a keyword.
    Key,
    /// After a comparison, where its value belongs.
    Value,
    /// Inside parentheses, where commas separate values.
    List,
    /// Anywhere else in a requirement.
    Other,
}

impl Reader {
    /// Goes on over a token: what it is here, as a word may be a keyword, and what it is for.
    pub(super) fn read(&mut self, kind: TokenKind, text: &str) -> (TokenKind, Role) {
        let kind = match (kind, self.state) {
            (TokenKind::Identifier, State::Key) => keyword_kind(text),
            _ => kind,
        };
        let (role, state) = self.step(kind, text);
        match role {
            Role::Key => self.has_key = true,
            Role::Comma => self.has_key = false,
            _ => {}
        }
        self.state = state;
        (kind, role)
    }

    fn step(self, kind: TokenKind, text: &str) -> (Role, State) {
        match (kind, self.state) {
            // The arms of lists go first: between parentheses neither
            // keywords nor comparisons mean anything.
            (TokenKind::Comma, State::List) => (Role::ListComma, State::List),
            // Parentheses without a key before them are a group, which
            // selectors do not have, and hold no values.
            (TokenKind::Identifier, State::List) if self.has_key => (Role::Value, State::List),
            (TokenKind::CloseParen, _) => (Role::Close, State::Other),
            (_, State::List) => (Role::Stray, State::List),
            (TokenKind::Comma, _) => (Role::Comma, State::Start),
            (TokenKind::OpenParen, _) => (Role::Open, State::List),
            (TokenKind::Exclamation, State::Start) => (Role::Not, State::Not),
            (TokenKind::Identifier, State::Start) if text.starts_with('@') => (Role::Name, State::Key),
            (TokenKind::Identifier, State::Start) => (Role::Key, State::Key),
            // Behind `!key` no keyword follows: the second `in` of `!in in` is astray.
            (TokenKind::Identifier, State::Not) => (Role::Key, State::Other),
            (TokenKind::Identifier, State::Value) => (Role::Value, State::Other),
            (TokenKind::In | TokenKind::NotIn, _) => (Role::Membership, State::Other),
            (kind, State::Key | State::Other) if self.has_key && is_comparison(kind) => {
                (Role::Comparison, State::Value)
            }
            _ => (Role::Stray, State::Other),
        }
    }
}

fn is_comparison(kind: TokenKind) -> bool {
    use TokenKind::{DoubleEquals, Equals, GreaterThan, LessThan, NotEquals};
    matches!(kind, Equals | DoubleEquals | NotEquals | GreaterThan | LessThan)
}

/// What an identifier is after a key.
pub(super) fn keyword_kind(text: &str) -> TokenKind {
    let parsed = alt((value(TokenKind::In, in_kw), value(TokenKind::NotIn, notin_kw))).parse(text);
    parsed.map_or(TokenKind::Identifier, |(_, kind)| kind)
}
