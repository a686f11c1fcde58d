//! What the grammar rules wanted where they stopped.

use nom::error::{ErrorKind, ParseError};

/// What the grammar lets stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expected {
    /// A requirement, at the start of the text or after a comma.
    Requirement,
    /// A key, after `!`.
    Key,
    /// An operator after a key, or what ends a requirement.
    Operator,
    /// What ends a requirement.
    EndOfRequirement,
    /// The value of an operator, which may also be absent.
    Value,
    /// The list of `in` or `notin`.
    OpenParen,
    /// The first or next value of a list, or its end.
    ValueOrCloseParen,
    /// What follows a value in a list.
    CommaOrCloseParen,
    /// A part of a query: at its start, after what joins two parts, after `(` and `[`.
    Factor,
    /// A part of a query, after `!`.
    NegatedFactor,
    /// An operator after a field or function, or what ends a part of a query.
    QueryOperator,
    /// What ends a part of a query.
    EndOfFactor,
    /// What ends a part of a query inside of parentheses.
    CloseGroup,
    /// What ends a part of a query inside of brackets.
    CloseBracket,
    /// A key, a field or a function, as the parameter of a function.
    Subject,
    /// The end of a text that is a subject and nothing else.
    EndOfSubject,
    /// A relation, as the parameter of a function.
    Set,
    /// The parameter of a function.
    Parameter,
    /// The end of a function that takes no more.
    CloseParen,
    /// A path, as the parameter of a function.
    Path,
    /// The name after the `.` of a field.
    FieldName,
    /// What stands in the brackets of a field.
    InBrackets,
    /// The regular expression after `=~` or `!~`.
    Quoted,
    /// A quotation mark that ends a text.
    EndOfQuoted,
    /// Less depth than there is.
    LessDepth,
    /// A shorter query.
    LessLength,
}

impl Expected {
    /// The words for it in a message, as what follows "expected".
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Expected::Requirement => "a key or \"!\"",
            Expected::Key => "a key after \"!\"",
            Expected::Operator => "an operator, \",\" or the end of the text after the key",
            Expected::EndOfRequirement => "\",\" or the end of the text",
            Expected::Value => "a value",
            Expected::OpenParen => "\"(\"",
            Expected::ValueOrCloseParen => "a value or \")\"",
            Expected::CommaOrCloseParen => "\",\" or \")\"",
            Expected::Factor => "a key, a field, a function, \"!\" or \"(\"",
            Expected::NegatedFactor => "a key, a field, a function or \"(\" after \"!\"",
            Expected::QueryOperator => "an operator, \",\", \"&&\", \"||\" or the end",
            Expected::EndOfFactor => "\",\", \"&&\", \"||\" or the end of the text",
            Expected::CloseGroup => "\",\", \"&&\", \"||\" or \")\"",
            Expected::CloseBracket => "\",\", \"&&\", \"||\" or \"]\"",
            Expected::Subject => "a key, a field or a function",
            Expected::EndOfSubject => "nothing behind the key, field or function",
            Expected::Set => "a relation such as selects(…)",
            Expected::Parameter => "the function's parameter",
            Expected::CloseParen => "\")\"",
            Expected::Path => "a path such as .status.startTime",
            Expected::FieldName => "a name after \".\"",
            Expected::InBrackets => {
                "a number, \"*\", a name in quotation marks or a query about the elements"
            }
            Expected::Quoted => "a regular expression in quotation marks",
            Expected::EndOfQuoted => "the quotation mark at the end of the text in quotation marks",
            // The number is `MAX_DEPTH`'s. Tests hold that 64 levels
            // are read and 65 get this message.
            Expected::LessDepth => "no more than 64 parentheses and brackets inside each other",
            // And this one is `MAX_PARTS`'.
            Expected::LessLength => "no more than 100000 of \"||\", \"(\", \"[\" and functions",
        }
    }
}

/// The error of the grammar rules: the text that was left and what it should have begun with.
///
/// It is a slice and a byte, so that a rule that gives up to let another one try costs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failure<'t> {
    pub(super) rest: &'t str,
    pub(super) expected: Expected,
}

impl<'t> Failure<'t> {
    /// That of a rule which has not committed: nobody says what was expected.
    pub(super) fn at(rest: &'t str) -> Failure<'t> {
        Failure { rest, expected: Expected::Requirement }
    }
}

impl<'t> ParseError<&'t str> for Failure<'t> {
    /// A terminal does not know what it is part of. The rules say so when they commit; until they do, nothing but a
    /// requirement can have been wanted.
    fn from_error_kind(rest: &'t str, _: ErrorKind) -> Failure<'t> {
        Failure::at(rest)
    }

    fn append(_: &'t str, _: ErrorKind, other: Failure<'t>) -> Failure<'t> {
        // What the alternatives wanted is not gathered: the rule
        // that commits says it for all of them.
        other
    }
}
