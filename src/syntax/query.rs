//! The rules of the query grammar, one function each, named as in `grammar/query.abnf`.
//!
//! What a selector has is read by the rules of [`parser`](super::parser), in this dialect. Rules that refer to themselves,
//! through `(` and `[`, count how deep they are.

use std::cell::Cell;

use nom::branch::alt;
use nom::combinator::{eof, map, peek, recognize};
use nom::sequence::{preceded, terminated};
use nom::{Finish, Parser};

use super::ast::{
    AstArguments, AstCall, AstField, AstRequirement, AstStep, AstSubject, ComparisonOperator, Condition,
    QueryAst, Tree,
};
use super::error::SyntaxError;
use super::expected::{Expected, Failure};
use super::function::{Function, Parameter};
use super::parser::{self, Dialect, comparison_operator, condition, expect};
use super::query_token::{
    and, at_least, at_most, close_bracket, element_word, index, matches, matches_not, name, open_bracket, or,
    quoted, word,
};
use super::token::{Parsed, close_paren, exclamation, open_paren, ws};

/// How many parentheses and brackets may stand inside each other.
// Rules call themselves for each level, so that a text as deep
// as it is long would exhaust the stack.
pub(crate) const MAX_DEPTH: u8 = 64;

/// How many parentheses, brackets, functions and `||` a query may have in all.
// What they join is no list that is looked up in, as the values of `in` are, but is
// asked part by part. Requirements with a "," between are a list too, of any length.
pub(crate) const MAX_PARTS: u32 = 100_000;

/// Where in a query a rule stands.
#[derive(Debug, Clone, Copy)]
struct RulePlace<'c> {
    depth: u8,
    /// Inside of brackets, which end a word, a query is about the elements of an array.
    in_brackets: bool,
    /// How many more of what [`MAX_PARTS`] bounds the whole text may have.
    n_left: &'c Cell<u32>,
}

impl RulePlace<'_> {
    /// One level further in.
    fn inner(self, input: &str) -> Result<Self, nom::Err<Failure<'_>>> {
        self.count(input)?;
        match self.depth < MAX_DEPTH {
            true => Ok(RulePlace { depth: self.depth + 1, ..self }),
            false => Err(nom::Err::Failure(Failure { rest: input, expected: Expected::LessDepth })),
        }
    }

    /// Counts what stands at `input` among what makes a query long.
    fn count(self, input: &str) -> Result<(), nom::Err<Failure<'_>>> {
        let n_left = self.n_left.get().checked_sub(1);
        let n_left =
            n_left.ok_or(nom::Err::Failure(Failure { rest: input, expected: Expected::LessLength }))?;
        self.n_left.set(n_left);
        Ok(())
    }

    fn word(self, input: &str) -> Parsed<'_, &str> {
        if self.in_brackets { element_word(input) } else { word(input) }
    }
}

impl Dialect for RulePlace<'_> {
    const HAS_QUOTES: bool = true;

    /// gap = ws
    ///
    /// What stands before a keyword may end in a parenthesis.
    fn gap(self, input: &str) -> Parsed<'_, &str> {
        ws(input)
    }

    /// comparison = matching / comparison-operator [ value ]
    fn comparison(self, input: &str) -> Parsed<'_, Condition<'_>> {
        alt((matching, |rest| parser::comparison(self, rest))).parse(input)
    }

    /// comparison-operator = at-least / at-most / double-equals / equals / not-equals / greater-than / less-than
    fn comparison_operator(self, input: &str) -> Parsed<'_, (ComparisonOperator, &str)> {
        let means = |operator| move |symbol| (operator, symbol);
        alt((
            map(at_least, means(ComparisonOperator::AtLeast)),
            map(at_most, means(ComparisonOperator::AtMost)),
            comparison_operator,
        ))
        .parse(input)
    }

    /// value = ( word / quoted ) ws
    fn value(self, input: &str) -> Parsed<'_, &str> {
        if input.starts_with(['\'', '"']) {
            return terminated(expect(Expected::EndOfQuoted, quoted), ws).parse(input);
        }
        terminated(|rest| self.word(rest), ws).parse(input)
    }

    fn after_value(self, input: &str) -> Parsed<'_, &str> {
        // What closes is no token of this rule: `(a=)` has an empty value,
        // and the parenthesis is left to the group.
        alt((and, or, close_paren, close_bracket, eof)).parse(input)
    }
}

/// matching = ( matches / matches-not ) quoted ws
///
/// An expression stands in quotation marks, since most of what it is made of would end a word.
fn matching(input: &str) -> Parsed<'_, Condition<'_>> {
    let means = |operator| move |symbol| (operator, symbol);
    let (rest, (operator, symbol)) = alt((
        map(matches, means(ComparisonOperator::Matches)),
        map(matches_not, means(ComparisonOperator::DoesNotMatch)),
    ))
    .parse(input)?;
    // A quotation mark that is there and has no partner is another mistake than none.
    let expected = if rest.starts_with(['\'', '"']) { Expected::EndOfQuoted } else { Expected::Quoted };
    let (rest, value) = terminated(expect(expected, quoted), ws).parse(rest)?;
    Ok((rest, Condition::Comparison { operator, symbol, value }))
}

/// Reads a query's text.
///
/// The time is linear in the length of the text, and the stack is bounded by [`MAX_DEPTH`].
///
/// # Errors
///
/// The first place where the text leaves the grammar, and what was expected there.
pub(crate) fn parse_query(text: &str) -> Result<QueryAst<'_>, SyntaxError> {
    match query(text).finish() {
        Ok((_, root)) => Ok(QueryAst { text, root }),
        Err(failure) => Err(SyntaxError::new(text, failure)),
    }
}

/// Whether a text is in the grammar of queries.
///
/// # Errors
///
/// The first place where the text leaves the grammar, and what was expected there.
pub fn check_query(text: &str) -> Result<(), SyntaxError> {
    parse_query(text).map(|_| ())
}

/// Reads the text of a subject alone, as columns and orders are named: a key, a field or a function.
///
/// # Errors
///
/// The first place where the text leaves the grammar, and what was expected there.
pub(crate) fn parse_subject(text: &str) -> Result<AstSubject<'_>, SyntaxError> {
    let n_left = Cell::new(MAX_PARTS);
    let whole = RulePlace { depth: 0, in_brackets: false, n_left: &n_left };
    let subject = expect(Expected::Subject, |rest| subject(whole, rest));
    let end = expect(Expected::EndOfSubject, eof);
    let (_, subject) = terminated(preceded(ws, subject), preceded(ws, end))
        .parse(text)
        .finish()
        .map_err(|failure| SyntaxError::new(text, failure))?;
    Ok(subject)
}

/// query = ws [ union ]
fn query(input: &str) -> Parsed<'_, Tree<'_>> {
    let (rest, _) = ws(input)?;
    if rest.is_empty() {
        return Ok((rest, Tree::Nothing));
    }
    let n_left = Cell::new(MAX_PARTS);
    let (rest, tree) = union(RulePlace { depth: 0, in_brackets: false, n_left: &n_left }, rest)?;
    let (rest, _) = expect(end_of(&tree, Expected::EndOfFactor), eof)(rest)?;
    Ok((rest, tree))
}

/// What may follow `tree`: an operator if it ends in a subject, else what ends a part here. What is open has to be closed,
/// which is then told instead of the operator.
fn end_of(tree: &Tree<'_>, end: Expected) -> Expected {
    match tree {
        Tree::Requirement(AstRequirement { subject, condition: Condition::Exists }) => match subject {
            AstSubject::Key(_) if end == Expected::EndOfFactor => Expected::Operator,
            _ if end == Expected::EndOfFactor => Expected::QueryOperator,
            _ => end,
        },
        Tree::Call { exclamation: None, .. } if end == Expected::EndOfFactor => Expected::QueryOperator,
        Tree::And { operands, .. } | Tree::Or(operands) => {
            operands.last().map_or(end, |last| end_of(last, end))
        }
        _ => end,
    }
}

/// union = inter *( or inter )
fn union<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, Tree<'t>> {
    let (mut rest, first) = inter(place, input)?;
    // The first operand joins the list when there is a second:
    // most parts stand alone and need no list.
    let mut operands = Vec::new();
    while let Ok((behind, _)) = or(rest) {
        place.count(rest)?;
        let (behind, operand) = inter(place, behind)?;
        operands.push(operand);
        rest = behind;
    }
    let tree = match operands.is_empty() {
        true => first,
        false => {
            operands.insert(0, first);
            Tree::Or(operands)
        }
    };
    Ok((rest, tree))
}

/// inter = factor *( and factor )
fn inter<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, Tree<'t>> {
    let mut factor = expect(Expected::Factor, |rest| factor(place, rest));
    let (mut rest, first) = factor(input)?;
    let (mut operands, mut comma) = (Vec::new(), None);
    while let Ok((behind, joint)) = and(rest) {
        // The first comma is kept for the refusal of `a,b || c`, which points at it.
        comma = comma.or(Some(joint).filter(|joint| *joint == ","));
        let (behind, operand) = factor(behind)?;
        operands.push(operand);
        rest = behind;
    }
    let tree = match operands.is_empty() {
        true => first,
        false => {
            operands.insert(0, first);
            Tree::And { operands, comma }
        }
    };
    Ok((rest, tree))
}

/// factor = exclamation negated / group / subject condition
fn factor<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, Tree<'t>> {
    if let Ok((rest, exclamation)) = exclamation(input) {
        return negated(place, exclamation, rest);
    }
    // One character decides what follows. Alternatives that begin with the same nested text would
    // read it once each, and the time would double with every level.
    if input.starts_with('(') {
        return map(|rest| group(place, rest), |tree| Tree::Group(Box::new(tree))).parse(input);
    }
    let (rest, subject) = subject(place, input)?;
    let (rest, condition) = condition(place, rest)?;
    let tree = match (subject, condition) {
        (AstSubject::Function(call), Condition::Exists) => Tree::Call { exclamation: None, call },
        (subject, condition) => Tree::Requirement(AstRequirement { subject, condition }),
    };
    Ok((rest, tree))
}

/// negated = group / subject ws
fn negated<'t>(place: RulePlace<'_>, exclamation: &'t str, input: &'t str) -> Parsed<'t, Tree<'t>> {
    if input.starts_with('(') {
        return map(|rest| group(place, rest), |tree| Tree::Not(Box::new(tree))).parse(input);
    }
    let subject = expect(Expected::NegatedFactor, |rest| subject(place, rest));
    let (rest, subject) = terminated(subject, ws).parse(input)?;
    let tree = match subject {
        AstSubject::Function(call) => Tree::Call { exclamation: Some(exclamation), call },
        subject => {
            Tree::Requirement(AstRequirement { subject, condition: Condition::DoesNotExist { exclamation } })
        }
    };
    Ok((rest, tree))
}

/// group = open-paren union close-paren
fn group<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, Tree<'t>> {
    let place = place.inner(input)?;
    let (rest, _) = open_paren(input)?;
    let (rest, tree) = union(place, rest)?;
    let (rest, _) = expect(end_of(&tree, Expected::CloseGroup), close_paren)(rest)?;
    Ok((rest, tree))
}

/// subject = field / function / key
fn subject<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, AstSubject<'t>> {
    if input.starts_with('.') {
        return map(|rest| field(place, rest), AstSubject::Field).parse(input);
    }
    // A key and a function begin alike, so that the name is read
    // once and what stands behind it decides.
    let (rest, name) = place.word(input)?;
    match preceded(ws, open_paren).parse(rest) {
        Ok((arguments, _)) => {
            map(|rest| function(place, input, name, rest), AstSubject::Function).parse(arguments)
        }
        Err(_) => Ok((rest, AstSubject::Key(name))),
    }
}

/// function = values-name ws open-paren value-list close-paren / word-name ws open-paren value close-paren /
/// path-name ws open-paren [ field ws ] close-paren / subject-name ws open-paren subject ws close-paren /
/// set-name ws open-paren function close-paren / plain-name ws open-paren close-paren /
/// query-name ws open-paren [ union ] close-paren
///
/// From behind the parenthesis on. A name that no function has is for later to refuse, which knows the names that are near.
fn function<'t>(
    place: RulePlace<'_>,
    start: &'t str,
    name: &'t str,
    input: &'t str,
) -> Parsed<'t, AstCall<'t>> {
    // A function is a level of its own, since `selects(selects(` may go as deep as parentheses.
    let place = place.inner(start)?;
    let parameter = Function::named(name).map(|function| function.row().parameter);
    let (rest, arguments) = match parameter {
        None => map(unknown_arguments, |()| AstArguments::Unknown).parse(input)?,
        Some(parameter) => arguments(place, parameter, input)?,
    };
    let expected = if parameter.is_some() { Expected::CloseParen } else { Expected::CloseGroup };
    let (behind, _) = expect(expected, close_paren)(rest)?;
    // The parenthesis is the last of it, not the white space behind.
    let text = &start[..start.len() - rest.len() + 1];
    Ok((behind, AstCall { name, text, arguments }))
}

/// What stands between the parentheses of a function, as its row says.
fn arguments<'t>(place: RulePlace<'_>, parameter: Parameter, input: &'t str) -> Parsed<'t, AstArguments<'t>> {
    let is_empty = input.starts_with(')');
    match parameter {
        _ if is_empty && !matches!(parameter, Parameter::Word(_) | Parameter::Subject | Parameter::Set) => {
            Ok((input, AstArguments::None))
        }
        // What is too much, as in `all(x)`, is refused by the
        // caller, who wants the parenthesis next.
        Parameter::Nothing => Ok((input, AstArguments::None)),
        Parameter::Values => {
            let (rest, values) = parser::value_list(place, input)?;
            let end = match values.ends_empty() {
                true => Expected::ValueOrCloseParen,
                false => Expected::CommaOrCloseParen,
            };
            // Only here is it known whether a value or a comma is missing, so that the error is
            // not left to the caller, who knows of the parenthesis alone.
            let (_, _) = expect(end, peek(close_paren))(rest)?;
            Ok((rest, AstArguments::Values(values)))
        }
        Parameter::Word(_) => {
            let word = recognize(|rest| place.value(rest));
            let (rest, word) = expect(Expected::Parameter, word)(input)?;
            Ok((rest, AstArguments::Values(super::ast::ValueList::new(word, true))))
        }
        Parameter::Path => {
            let path = map(terminated(|rest| field(place, rest), ws), AstSubject::Field);
            let path = map(path, |path| AstArguments::Subject(Box::new(path)));
            expect(Expected::Path, path)(input)
        }
        Parameter::Subject => {
            let subject = terminated(|rest| subject(place, rest), ws);
            let subject = map(subject, |subject| AstArguments::Subject(Box::new(subject)));
            expect(Expected::Subject, subject)(input)
        }
        Parameter::Set => {
            let (rest, set) = expect(Expected::Set, |rest| subject(place, rest))(input)?;
            match set {
                AstSubject::Function(call) => Ok((rest, AstArguments::Set(Box::new(call)))),
                _ => Err(nom::Err::Failure(Failure { rest: input, expected: Expected::Set })),
            }
        }
        Parameter::Query => {
            let (rest, tree) = union(place, input)?;
            let (_, _) = expect(end_of(&tree, Expected::CloseGroup), peek(close_paren))(rest)?;
            Ok((rest, AstArguments::Query(Box::new(tree))))
        }
    }
}

/// Whatever stands before the parenthesis that closes a function.
fn unknown_arguments(input: &str) -> Parsed<'_, ()> {
    let mut depth = 0_usize;
    // Behind an open quotation mark the others are not looked at, so that the time is linear.
    let mut all_close = true;
    let mut rest = input;
    while let Some(byte) = rest.bytes().next() {
        match byte {
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            b'(' => depth += 1,
            b'\'' | b'"' if all_close => match quoted(rest) {
                Ok((behind, _)) => {
                    rest = behind;
                    continue;
                }
                Err(_) => all_close = false,
            },
            _ => {}
        }
        rest = &rest[rest.chars().next().map_or(1, char::len_utf8)..];
    }
    Ok((rest, ()))
}

/// field = ".." name *step / "." ( name / bracket ) *step
///
/// In brackets also a `.` alone, the element.
fn field<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, AstField<'t>> {
    let mut steps = Vec::new();
    let mut rest = input;
    if let Some(behind) = rest.strip_prefix("..") {
        let (behind, anywhere) = expect(Expected::FieldName, name)(behind)?;
        steps.push(AstStep::Anywhere(anywhere));
        rest = behind;
    } else if let Some(behind) = rest.strip_prefix('.').filter(|behind| behind.starts_with('[')) {
        rest = behind;
    } else if place.in_brackets && name(&rest[1..]).is_err() {
        // The element itself.
        rest = &rest[1..];
        return Ok((rest, AstField { text: &input[..1], steps }));
    }
    while rest.starts_with(['.', '[']) {
        let (behind, step) = step(place, rest)?;
        steps.push(step);
        rest = behind;
    }
    Ok((rest, AstField { text: &input[..input.len() - rest.len()], steps }))
}

/// step = "." name / bracket
fn step<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, AstStep<'t>> {
    match input.strip_prefix('.') {
        Some(rest) => map(expect(Expected::FieldName, name), AstStep::Name).parse(rest),
        None => bracket(place, input),
    }
}

/// bracket = open-bracket in-brackets ws close-bracket
fn bracket<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, AstStep<'t>> {
    let place = RulePlace { in_brackets: true, ..place.inner(input)? };
    let (rest, _) = open_bracket(input)?;
    let (rest, step) = expect(Expected::InBrackets, |rest| in_brackets(place, rest))(rest)?;
    let end = match &step {
        AstStep::Where(tree) => end_of(tree, Expected::CloseBracket),
        _ => Expected::CloseBracket,
    };
    let (rest, _) = expect(end, preceded(ws, close_bracket))(rest)?;
    Ok((rest, step))
}

/// in-brackets = "*" / index / quoted /
/// ( exclamation negated / group / field condition ) *( and factor ) *( or inter )
fn in_brackets<'t>(place: RulePlace<'_>, input: &'t str) -> Parsed<'t, AstStep<'t>> {
    if let Some(rest) = input.strip_prefix('*') {
        return Ok((rest, AstStep::Every));
    }
    let is_query = |byte: u8| matches!(byte, b'.' | b'!' | b'(');
    if input.bytes().next().is_some_and(is_query) {
        return map(|rest| union(place, rest), |tree| AstStep::Where(Box::new(tree))).parse(input);
    }
    alt((map(index, AstStep::Element), map(quoted, AstStep::Quoted))).parse(input)
}
