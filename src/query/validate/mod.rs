//! Checking what was typed: names, values and operators become the query that they mean.

mod subject;
#[cfg(test)]
mod tests;

use super::Query;
use super::pattern::{Expression, Pattern, plain, quoted};
use super::predicate::{Bound, Operand, Point, Predicate, QueryOperator, Test};
use super::subject::{Order, Subject};
use crate::formula::Formula;
use crate::kubernetes::{Age, Quantity, Time};
use crate::selector::{ParseError, ParseErrorKind, comparison, membership};
use crate::syntax::{
    AstArguments, AstCall, AstRequirement, AstSubject, ComparisonOperator, Condition, Expected, Function,
    MembershipOperator, Parameter, Tree, ValueList, parse_query,
};
use crate::{LabelKey, LabelValue};

/// The query of a text which is no selector; `as_selector` says why.
///
/// # Errors
///
/// That of the query, unless the text goes wrong for the query where it does for the selector: then that of the selector.
pub(super) fn query(text: &str, as_selector: ParseError) -> Checked {
    match parse_query(text) {
        Ok(ast) => {
            let checker = Checker { text: ast.text(), in_brackets: false };
            checker.tree(ast.root())
        }
        Err(error) => {
            // Only a query knows fields, "||", quotation marks and expressions, so that a selector says nothing useful
            // about them.
            let is_query =
                matches!(error.expected, Expected::EndOfQuoted | Expected::Quoted) || means_query(text);
            let error = ParseError::from_syntax(text, error);
            // Of two refusals that one is told whose grammar read
            // further: it knows more of what was meant.
            let is_further = error.span().start > as_selector.span().start;
            let told = if is_query || is_further { error } else { as_selector };
            // The grammar alone does not say whether a text that a help tells to write is a query.
            Err(told.of_query().helped_by(|text| text.parse::<Query>().is_ok()))
        }
    }
}

fn means_query(text: &str) -> bool {
    // No selector has these, so that what a selector would expect is no help.
    text.trim_start().starts_with('.') || text.contains("||") || text.contains("&&")
}

type Checked = Result<Formula<Predicate>, ParseError>;

/// Checks the parts of one text.
#[derive(Clone, Copy)]
struct Checker<'t> {
    text: &'t str,
    /// Inside of brackets only fields are asked about.
    in_brackets: bool,
}

impl<'t> Checker<'t> {
    /// The refusal of a part of the text.
    fn refuse(self, part: &str, message: impl Into<String>, help: Option<String>) -> ParseError {
        let kind = ParseErrorKind::Query { message: message.into(), help };
        ParseError::about(self.text, part, kind).of_query()
    }

    fn tree(self, tree: &Tree<'t>) -> Checked {
        match tree {
            Tree::Nothing => Ok(Formula::everything()),
            Tree::Requirement(requirement) => self.requirement(requirement).map(Formula::of),
            Tree::Call { exclamation, call } => self.call(*exclamation, call),
            Tree::Group(inner) => self.tree(inner),
            Tree::Not(inner) => Ok(self.tree(inner)?.negate()),
            Tree::And { operands, .. } => {
                let operands: Result<Vec<_>, ParseError> =
                    operands.iter().map(|operand| self.tree(operand)).collect();
                // All operands are joined at once. One by one, each would
                // be sorted in among those before it.
                operands.map(Formula::conjunction)
            }
            Tree::Or(operands) => {
                operands.iter().try_for_each(|operand| self.is_unmixed(operand))?;
                // An "or" is not sorted, so that its operands may come one by one.
                operands.iter().try_fold(Formula::nothing(), |any, operand| Ok(any.or(self.tree(operand)?)))
            }
        }
    }

    /// People read `a, b || c` both ways.
    fn is_unmixed(self, operand: &Tree<'t>) -> Result<(), ParseError> {
        match operand {
            // Parentheses make a group of an "and", which is clear.
            Tree::And { comma: Some(comma), .. } => {
                let help = "write (a,b) || c or a,(b || c)".to_owned();
                Err(self.refuse(comma, "\",\" beside \"||\" can be read in two ways", Some(help)))
            }
            _ => Ok(()),
        }
    }

    fn requirement(self, typed: &AstRequirement<'t, AstSubject<'t>>) -> Result<Predicate, ParseError> {
        match &typed.subject {
            AstSubject::Key(key) if !self.in_brackets => self.label(key, &typed.condition),
            subject => self.test(subject, &typed.condition),
        }
    }

    /// A requirement on a label: that of a selector wherever a selector can have it.
    fn label(self, typed: &'t str, condition: &Condition<'t>) -> Result<Predicate, ParseError> {
        let key = LabelKey::new(typed).map_err(|error| {
            ParseError::from_label(self.text, typed, error, ParseErrorKind::Key).of_query()
        })?;
        let of_query = |error: ParseError| error.of_query();
        let requirement = match condition {
            Condition::Exists => Some(crate::Requirement::Exists(key.clone())),
            Condition::DoesNotExist { .. } => Some(crate::Requirement::DoesNotExist(key.clone())),
            // What a selector would read is checked as a selector's, so
            // that it is refused in the same words.
            Condition::Comparison { operator, value, .. }
                if operator.is_of_selectors() && self.is_plain_label(value) =>
            {
                Some(comparison(self.text, key.clone(), *operator, value).map_err(of_query)?)
            }
            Condition::Membership { operator, values, .. }
                if values.iter().all(|it| self.is_plain_label(it)) =>
            {
                Some(membership(self.text, key.clone(), *operator, *values).map_err(of_query)?)
            }
            _ => None,
        };
        match requirement {
            Some(requirement) => Ok(Predicate::Label(requirement)),
            None => self.tested(Subject::Label(key), condition),
        }
    }

    /// Whether a value is one that a selector would read, if only to refuse it.
    fn is_plain_label(self, raw: &str) -> bool {
        // A value that begins with a point is refused by both
        // languages, and a query says more of it.
        !raw.starts_with(['\'', '"', '.']) && !raw.contains(['*', '?'])
    }

    fn test(self, subject: &AstSubject<'t>, condition: &Condition<'t>) -> Result<Predicate, ParseError> {
        self.tested(self.subject(subject)?, condition)
    }

    fn tested(self, subject: Subject, condition: &Condition<'t>) -> Result<Predicate, ParseError> {
        let (operator, operand) = match condition {
            Condition::Exists => (QueryOperator::Exists, Operand::None),
            Condition::DoesNotExist { .. } => (QueryOperator::DoesNotExist, Operand::None),
            Condition::Comparison { operator, symbol, value } => {
                (query_operator(*operator), self.operand(&subject, *operator, symbol, value)?)
            }
            Condition::Membership { operator, values, .. } => {
                let operator = match operator {
                    MembershipOperator::In => QueryOperator::In,
                    MembershipOperator::NotIn => QueryOperator::NotIn,
                };
                (operator, self.patterns(&subject, *values)?)
            }
        };
        Ok(simplest(Test { subject, operator, operand }))
    }

    fn operand(
        self,
        subject: &Subject,
        operator: ComparisonOperator,
        symbol: &'t str,
        raw: &'t str,
    ) -> Result<Operand, ParseError> {
        match operator {
            ComparisonOperator::Equals | ComparisonOperator::DoubleEquals | ComparisonOperator::NotEquals => {
                let pattern = self.pattern(subject, symbol, raw)?;
                Ok(Operand::Patterns(vec![pattern]))
            }
            ComparisonOperator::Matches | ComparisonOperator::DoesNotMatch => {
                let expression = Expression::new(&plain(raw));
                let wrong = |error: Box<regex::Error>| {
                    let error = error.to_string();
                    // The crate draws the expression with its mistake over several
                    // lines, of which the last says what it is.
                    let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    self.refuse(raw, format!("this is no regular expression: {reason}"), None)
                };
                expression.map(Operand::Expression).map_err(wrong)
            }
            _ => self.bound(subject, symbol, raw).map(Operand::Bound),
        }
    }

    fn patterns(self, subject: &Subject, values: ValueList<'t>) -> Result<Operand, ParseError> {
        let patterns: Result<Vec<Pattern>, ParseError> =
            values.iter().map(|raw| self.pattern(subject, "in", raw)).collect();
        let mut patterns = patterns?;
        // Lists of the same values are the same query, in whatever order they were written.
        patterns.sort();
        patterns.dedup();
        Ok(Operand::Patterns(patterns))
    }

    /// One value that the subject's are compared with.
    fn pattern(self, subject: &Subject, symbol: &str, raw: &'t str) -> Result<Pattern, ParseError> {
        let is_label = matches!(subject, Subject::Label(_));
        if raw.is_empty() && !is_label {
            let help = instead(subject, &format!("!{subject} for none"), "''", "the empty text");
            return Err(self.refuse(
                raw,
                format!("expected a value after {symbol:?}, found none"),
                Some(help),
            ));
        }
        // `**` is `*` as well. In quotation marks neither gets here.
        if !raw.is_empty() && raw.bytes().all(|byte| byte == b'*') {
            let help = instead(subject, &format!("{subject} for any value"), "'*'", "the text \"*\"");
            return Err(self.refuse(raw, "\"*\" is every value", Some(help)));
        }
        if raw.starts_with('.') {
            let help = format!("quote it for the text: {}", quoted(raw));
            return Err(self.refuse(raw, "a value that begins with \".\" is reserved", Some(help)));
        }
        let pattern = Pattern::typed(raw);
        if is_label && !raw.starts_with(['\'', '"']) {
            self.is_label_glob(raw)?;
        }
        if subject.order() == Some(Order::Ages)
            // A glob is no duration either, and refused as one.
            && let Err(error) = pattern.as_str().parse::<Age>()
        {
            return Err(self.refuse(raw, error.to_string(), None));
        }
        Ok(pattern)
    }

    /// A glob is refused that no label value could be.
    fn is_label_glob(self, raw: &'t str) -> Result<(), ParseError> {
        let wrong = |character: &char| !(character.is_ascii_alphanumeric() || "-_.*?".contains(*character));
        match raw.chars().find(wrong) {
            Some(character) => {
                let help = format!("quote it for the text: {}", quoted(raw));
                Err(self.refuse(raw, format!("a label value holds no {character:?}"), Some(help)))
            }
            None => Ok(()),
        }
    }

    fn bound(self, subject: &Subject, symbol: &str, raw: &'t str) -> Result<Bound, ParseError> {
        let Some(order) = subject.order() else {
            return Err(self.refuse(symbol, format!("{subject} has no order"), None));
        };
        let text = plain(raw);
        let point = match order {
            Order::Integers => self.integer(raw, &text)?,
            Order::TimesOrQuantities => {
                let time = text.parse::<Time>().map(Point::Time).ok();
                let point = time.or_else(|| text.parse().map(Point::Quantity).ok());
                point.ok_or_else(|| {
                    self.unreadable(symbol, raw, "a number, an amount such as 500Mi or a time")
                })?
            }
            Order::Amounts => {
                let quantity = text.parse::<Quantity>().map(Point::Quantity);
                quantity.map_err(|_| self.unreadable(symbol, raw, "a number or an amount such as 500Mi"))?
            }
            Order::Ages => {
                let age = text.parse::<Age>().map(Point::Age);
                age.map_err(|_| self.unreadable(symbol, raw, "a duration such as 7d or 1h30m"))?
            }
        };
        Ok(Bound { text: text.into(), point })
    }

    fn unreadable(self, symbol: &str, raw: &str, expected: &str) -> ParseError {
        let found = if raw.is_empty() { "no value".to_owned() } else { format!("{:?}", plain(raw)) };
        self.refuse(raw, format!("expected {expected} after {symbol:?}, found {found}"), None)
    }

    /// The integer that is a label value too, as in a selector.
    fn integer(self, raw: &'t str, text: &str) -> Result<Point, ParseError> {
        let about = |kind| ParseError::about(self.text, raw, kind).of_query();
        LabelValue::new(text).map_err(|error| about(ParseErrorKind::Value(error.kind().clone())))?;
        let number = crate::selector::integer(text);
        number.map(Point::Integer).ok_or_else(|| about(ParseErrorKind::not_an_integer(text)))
    }

    /// A function with no operator behind it.
    fn call(self, exclamation: Option<&'t str>, call: &AstCall<'t>) -> Checked {
        let row = self.row(call)?;
        if row.function == Function::All {
            return Ok(if exclamation.is_some() { Formula::nothing() } else { Formula::everything() });
        }
        let subject = self.function(row, call)?;
        let (operator, operand) = match (row.parameter, &call.arguments) {
            (Parameter::Values, AstArguments::Values(values)) => {
                (QueryOperator::Call, self.patterns(&subject, *values)?)
            }
            _ => {
                if let Some((reason, help)) = not_bare(&subject) {
                    return Err(self.refuse(call.text, reason, Some(help)));
                }
                (QueryOperator::Exists, Operand::None)
            }
        };
        let formula = Formula::of(Predicate::Test(Box::new(Test { subject, operator, operand })));
        Ok(if exclamation.is_some() { formula.negate() } else { formula })
    }
}

/// Why a subject does not stand without an operator, if it does not, and what to write.
fn not_bare(subject: &Subject) -> Option<(String, String)> {
    let Subject::Function(call) = subject else { return None };
    if let Some(inner) = call.inner() {
        let (reason, help) = not_bare(inner)?;
        // What is wrong is the same of another object, and what is asked of it stands in this function.
        let (inner, outer) = (inner.to_string(), subject.to_string());
        return Some((reason, help.replacen(&inner, &outer, 1)));
    }
    // A row says in one text what is wrong and what to write.
    let (reason, help) = call.function().row().not_bare.map(|it| it.split_once(": ").unwrap_or((it, it)))?;
    Some((reason.to_owned(), help.to_owned()))
}

/// What to write for a value that is none: the subject alone, if it stands alone, or the text in quotation marks.
fn instead(subject: &Subject, alone: &str, quoted: &str, text: &str) -> String {
    let equal = format!("{subject}={quoted} for {text}");
    match not_bare(subject) {
        Some(_) => format!("write {equal}"),
        None => format!("write {alone}, {equal}"),
    }
}

fn query_operator(operator: ComparisonOperator) -> QueryOperator {
    match operator {
        ComparisonOperator::Equals => QueryOperator::Equals,
        ComparisonOperator::DoubleEquals => QueryOperator::DoubleEquals,
        ComparisonOperator::NotEquals => QueryOperator::NotEquals,
        ComparisonOperator::GreaterThan => QueryOperator::GreaterThan,
        ComparisonOperator::LessThan => QueryOperator::LessThan,
        ComparisonOperator::AtLeast => QueryOperator::AtLeast,
        ComparisonOperator::AtMost => QueryOperator::AtMost,
        ComparisonOperator::Matches => QueryOperator::Matches,
        ComparisonOperator::DoesNotMatch => QueryOperator::DoesNotMatch,
    }
}

/// The test, or the requirement of a selector that means the same: `env in ('a',b)`, `k>'7'`.
fn simplest(test: Test) -> Predicate {
    let requirement = as_requirement(&test);
    requirement.map_or_else(|| Predicate::Test(Box::new(test)), Predicate::Label)
}

fn as_requirement(test: &Test) -> Option<crate::Requirement> {
    use crate::Requirement;
    use crate::label::ValueSet;
    use crate::selector::Integer;
    let Subject::Label(key) = &test.subject else { return None };
    let key = || key.clone();
    let values: Option<Vec<LabelValue>> =
        test.patterns().iter().map(|pattern| LabelValue::new(pattern.as_text()?).ok()).collect();
    // A glob makes it a test, as does a text that no label can have.
    let mut values = values?;
    let bound = match &test.operand {
        Operand::Bound(bound) => LabelValue::new(&bound.text).ok().and_then(Integer::new),
        _ => None,
    };
    Some(match test.operator {
        QueryOperator::Exists => Requirement::Exists(key()),
        QueryOperator::DoesNotExist => Requirement::DoesNotExist(key()),
        QueryOperator::Equals => Requirement::Equals(key(), values.pop()?),
        QueryOperator::DoubleEquals => Requirement::DoubleEquals(key(), values.pop()?),
        QueryOperator::NotEquals => Requirement::NotEquals(key(), values.pop()?),
        QueryOperator::In => Requirement::In(key(), ValueSet::new(values)?),
        QueryOperator::NotIn => Requirement::NotIn(key(), ValueSet::new(values)?),
        QueryOperator::GreaterThan => Requirement::GreaterThan(key(), bound?),
        QueryOperator::LessThan => Requirement::LessThan(key(), bound?),
        // `k>=7` stays a test, though `k>6` means the same: it prints as it was written.
        _ => return None,
    })
}
