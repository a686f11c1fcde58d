//! One requirement of a query.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use super::Context;
use super::field::FieldValue;
use super::pattern::{Expression, Pattern, quoted};
use super::subject::{Order, Subject};
use crate::formula::FormulaLeaf;
use crate::kubernetes::{Age, Quantity, Time, kinds};
use crate::selector::integer;
use crate::syntax::Function;
use crate::{LabelKey, LabelValue, Requirement};

/// One requirement of a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Predicate {
    /// One that a selector could have.
    Label(Requirement),
    /// One that is about more than a label's whole value.
    // Without the box every requirement on a label would take as much memory as a test.
    Test(Box<Test>),
}

/// A requirement that no selector has: what it is about, and what it asks of that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Test {
    pub(super) subject: Subject,
    pub(super) operator: QueryOperator,
    pub(super) operand: Operand,
}

/// What a requirement of a query asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QueryOperator {
    /// `.spec.nodeName`: there is a value.
    Exists,
    /// `!.spec.nodeName`: there is none.
    DoesNotExist,
    /// `=`
    Equals,
    /// `==`: means the same as `=`, and prints as it was written.
    DoubleEquals,
    /// `!=`
    NotEquals,
    /// `in`
    In,
    /// `notin`
    NotIn,
    /// `status(Pending)`, which means `status() in (Pending)`
    Call,
    /// `!status(Pending)`
    NotCall,
    /// `=~`
    Matches,
    /// `!~`
    DoesNotMatch,
    /// `>`
    GreaterThan,
    /// `<`
    LessThan,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
}

/// What the values are compared with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Operand {
    /// Nothing: there only has to be one.
    None,
    /// Any of these, sorted and without repeats; one for `=` and `!=`.
    Patterns(Vec<Pattern>),
    Expression(Expression),
    Bound(Bound),
}

/// What values are above or below of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bound {
    /// As it was written, without quotation marks.
    pub(super) text: Box<str>,
    pub(super) point: Point,
}

/// The time that it is for what time makes no difference to.
const ANY_TIME: Context = Context::at(Time::from_unix_nanos(0));

/// A point in one of the orders.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Point {
    Integer(i64),
    Time(Time),
    Quantity(Quantity),
    Age(Age),
}

impl Point {
    /// How a value stands to the point; `None` if it cannot be read so.
    fn compared(&self, value: &str, context: &Context) -> Option<Ordering> {
        match self {
            Point::Integer(point) => integer(value).map(|it| it.cmp(point)),
            Point::Time(point) => value.parse::<Time>().ok().map(|it| it.cmp(point)),
            Point::Quantity(point) => value.parse::<Quantity>().ok().map(|it| it.cmp(point)),
            Point::Age(point) => {
                value.parse::<Time>().ok().map(|then| Age::between(then, context.now()).cmp(point))
            }
        }
    }
}

impl QueryOperator {
    /// Whether it holds where the one without negation does not.
    #[must_use]
    pub fn is_negated(self) -> bool {
        use QueryOperator::{DoesNotExist, DoesNotMatch, NotCall, NotEquals, NotIn};
        matches!(self, DoesNotExist | NotEquals | NotIn | NotCall | DoesNotMatch)
    }

    /// The operator that holds exactly where this one does not, where there is one.
    pub(super) fn opposite(self) -> Option<QueryOperator> {
        use QueryOperator::{
            Call, DoesNotExist, DoesNotMatch, DoubleEquals, Equals, Exists, In, Matches, NotCall, NotEquals,
            NotIn,
        };
        Some(match self {
            Exists => DoesNotExist,
            DoesNotExist => Exists,
            Equals | DoubleEquals => NotEquals,
            NotEquals => Equals,
            In => NotIn,
            NotIn => In,
            Call => NotCall,
            NotCall => Call,
            Matches => DoesNotMatch,
            DoesNotMatch => Matches,
            // `k>=7` is not `!(k<7)`: where there is no value, or none that
            // can be compared, only the second holds.
            QueryOperator::GreaterThan
            | QueryOperator::LessThan
            | QueryOperator::AtLeast
            | QueryOperator::AtMost => {
                return None;
            }
        })
    }

    fn holds_for(self, ordering: Ordering) -> bool {
        match self {
            QueryOperator::GreaterThan => ordering.is_gt(),
            QueryOperator::LessThan => ordering.is_lt(),
            QueryOperator::AtLeast => ordering.is_ge(),
            QueryOperator::AtMost => ordering.is_le(),
            _ => false,
        }
    }
}

impl Test {
    fn is_about_label(&self) -> bool {
        matches!(self.subject, Subject::Label(_))
    }

    /// What it is about.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// What it asks.
    #[must_use]
    pub fn operator(&self) -> QueryOperator {
        self.operator
    }

    /// The patterns that a value is compared with; none of an operator that takes none.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        match &self.operand {
            Operand::Patterns(patterns) => patterns,
            _ => &[],
        }
    }

    /// The texts that it names as values, as [`Requirement::named_values`] gives those of a label: no globs, and no amounts
    /// and durations, which may be written in many ways.
    pub fn named_values(&self) -> impl Iterator<Item = &str> {
        self.patterns().iter().filter(|_| self.compares_texts()).filter_map(Pattern::as_text)
    }

    /// The values that decide it, each other one being as none; nothing where any value may matter.
    pub(crate) fn deciding_values(&self) -> impl Iterator<Item = &str> {
        let are_texts = self.patterns().iter().all(|pattern| pattern.as_text().is_some());
        self.named_values().filter(move |_| are_texts)
    }

    /// The regular expression that a value is compared with.
    #[must_use]
    pub fn expression(&self) -> Option<&Expression> {
        match &self.operand {
            Operand::Expression(expression) => Some(expression),
            _ => None,
        }
    }

    /// The point in an order that values are above or below of.
    pub(crate) fn point(&self) -> Option<&Point> {
        match &self.operand {
            Operand::Bound(bound) => Some(&bound.point),
            _ => None,
        }
    }

    /// The test by a regular expression that asks for a part of the value where this one asks for the whole.
    pub(crate) fn of_parts(&self) -> Option<Test> {
        let expression = self.expression()?.of_parts()?;
        Some(Test { operand: Operand::Expression(expression), ..self.clone() })
    }

    /// Whether values are compared as the texts that they are, or as the names in them, and not as amounts or ages.
    pub(crate) fn compares_texts(&self) -> bool {
        !matches!(self.subject.order(), Some(Order::Amounts | Order::Ages))
    }

    /// Whether a pattern is one of the names alone in values that are `kind/name`.
    pub(crate) fn is_about_name(&self, pattern: &Pattern) -> bool {
        self.is_of_names() && !pattern.as_str().contains('/')
    }

    fn is_of_names(&self) -> bool {
        self.subject.is_name()
    }

    /// Whether any value is enough.
    pub(crate) fn asks_for_any(&self) -> bool {
        self.operand == Operand::None
    }

    /// Whether an object satisfies it whose subject has these values: if some value does, or, of a negated one, none.
    pub(crate) fn holds<'j>(&self, values: &[FieldValue<'j>], context: &Context) -> bool {
        values.iter().any(|value| self.accepts(value, context)) != self.operator.is_negated()
    }

    /// Whether a number is one of those that it asks for, apart from its negation.
    pub(crate) fn accepts_amount(&self, n: u64) -> bool {
        self.accepts(&FieldValue::Text(n.to_string().into()), &ANY_TIME)
    }

    /// The same test of what it asks of another object, without its negation.
    pub(crate) fn of_other(&self, subject: &Subject) -> Test {
        let positive = if self.operator.is_negated() { self.operator.opposite() } else { None };
        Test {
            subject: subject.clone(),
            operator: positive.unwrap_or(self.operator),
            operand: self.operand.clone(),
        }
    }

    /// What it asks without what it is about: `>2`.
    pub(crate) fn condition(&self) -> String {
        let positive = self.of_other(&self.subject);
        positive.to_string().strip_prefix(&self.subject.to_string()).unwrap_or_default().trim().to_owned()
    }

    /// Whether a value is one of those that it asks for, apart from its negation.
    pub(crate) fn accepts(&self, value: &FieldValue<'_>, context: &Context) -> bool {
        match (&self.operand, value.text()) {
            (Operand::None, _) => true,
            // An object or array equals nothing, so that `!=` holds of it.
            (_, None) => false,
            (Operand::Patterns(patterns), Some(text)) => {
                patterns.iter().any(|pattern| self.is_like(text, pattern, context))
            }
            (Operand::Expression(expression), Some(text)) => {
                expression.accepts(self.part_of_name(text, expression.as_str()))
            }
            (Operand::Bound(bound), Some(text)) => {
                bound.point.compared(text, context).is_some_and(|ordering| self.operator.holds_for(ordering))
            }
        }
    }

    /// Whether a value is what a pattern says, in the way of the subject.
    pub(crate) fn is_like(&self, value: &str, pattern: &Pattern, context: &Context) -> bool {
        match (&self.subject, self.subject.order(), pattern.as_text()) {
            (_, Some(Order::Amounts), Some(text)) => is_same_amount(value, text),
            (_, Some(Order::Ages), Some(text)) => {
                let age = value.parse().map(|then| Age::between(then, context.now()));
                // Ages are equal to the second, as they are printed:
                // a time may have nanoseconds, which nobody types.
                age.is_ok_and(|age: Age| {
                    text.parse().is_ok_and(|wanted: Age| age.to_string() == wanted.to_string())
                })
            }
            (Subject::Function(call), ..) if call.function() == Function::Kind => is_kind(value, pattern),
            _ => pattern.accepts(self.part_of_name(value, pattern.as_str())),
        }
    }

    /// What of a value is looked at: of a name, which is `kind/name`, what is behind the `/` unless one is asked for.
    fn part_of_name<'v>(&self, value: &'v str, asked: &str) -> &'v str {
        // Asked before the value is looked at, of which there may be very many.
        if !self.is_of_names() {
            return value;
        }
        match value.split_once('/') {
            Some((_, name)) if !asked.contains('/') => name,
            _ => value,
        }
    }
}

/// Amounts that are written in different ways may be the same.
fn is_same_amount(value: &str, wanted: &str) -> bool {
    match (value.parse::<Quantity>(), wanted.parse::<Quantity>()) {
        (Ok(value), Ok(wanted)) => value == wanted,
        // What is no amount is still itself.
        _ => value == wanted,
    }
}

/// Whether a kind, as `Kind.group`, goes by a word, or by a glob of either of its names.
fn is_kind(value: &str, pattern: &Pattern) -> bool {
    // A group may hold more points, and a kind holds none.
    let (kind, group) = value.split_once('.').unwrap_or((value, ""));
    match pattern.as_text() {
        Some(name) => kinds::goes_by(group, kind, name),
        // A glob may be meant for the kind alone or with its group: `*.apps`.
        None => pattern.accepts_any_case(kind) || pattern.accepts_any_case(value),
    }
}

impl Predicate {
    /// The key that it is about, if it is about a label.
    #[must_use]
    pub fn key(&self) -> Option<&LabelKey> {
        match self {
            Predicate::Label(requirement) => Some(requirement.key()),
            Predicate::Test(test) => match &test.subject {
                Subject::Label(key) => Some(key),
                _ => None,
            },
        }
    }

    /// The key of the label whose value alone decides it; of what is about anything else the subject.
    pub(crate) fn label_key(&self) -> Result<&str, &Subject> {
        match self {
            Predicate::Label(requirement) => Ok(requirement.key().as_str()),
            Predicate::Test(test) => test.subject.label_key().ok_or(&test.subject),
        }
    }

    /// Whether it holds for an object that has this value of the label that it is about, or has no such label.
    pub(crate) fn holds_for_label(&self, value: Option<&str>) -> bool {
        // Labels are compared as texts and as integers.
        match self {
            Predicate::Label(requirement) => requirement.matches_value(value),
            Predicate::Test(test) => {
                let value = value.map(|value| FieldValue::Text(Cow::Borrowed(value)));
                test.holds(value.as_slice(), &ANY_TIME)
            }
        }
    }

    /// The requirement, if a selector could have it.
    #[must_use]
    pub fn as_requirement(&self) -> Option<&Requirement> {
        match self {
            Predicate::Label(requirement) => Some(requirement),
            Predicate::Test(_) => None,
        }
    }
}

impl From<Requirement> for Predicate {
    fn from(requirement: Requirement) -> Predicate {
        Predicate::Label(requirement)
    }
}

impl FormulaLeaf for Predicate {
    fn opposite(self) -> Result<Predicate, Predicate> {
        match self {
            Predicate::Label(requirement) => {
                requirement.opposite().map(Predicate::Label).map_err(Predicate::Label)
            }
            Predicate::Test(mut test) => match test.operator.opposite() {
                Some(operator) => {
                    test.operator = operator;
                    Ok(Predicate::Test(test))
                }
                None => Err(Predicate::Test(test)),
            },
        }
    }

    /// What is asked of labels comes first, by key, as in a selector; the rest stays as it was written.
    fn order(&self, other: &Predicate) -> Ordering {
        match (self.key(), other.key()) {
            (Some(key), Some(other)) => key.cmp(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        }
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Predicate::Label(requirement) => requirement.fmt(f),
            Predicate::Test(test) => test.fmt(f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = &self.subject;
        let operand = OperandText(self);
        match self.operator {
            QueryOperator::Exists => write!(f, "{subject}"),
            QueryOperator::DoesNotExist => write!(f, "!{subject}"),
            QueryOperator::In => write!(f, "{subject} in ({operand})"),
            QueryOperator::NotIn => write!(f, "{subject} notin ({operand})"),
            QueryOperator::Call => write!(f, "{}({operand})", Name(subject)),
            QueryOperator::NotCall => write!(f, "!{}({operand})", Name(subject)),
            QueryOperator::Equals => write!(f, "{subject}={operand}"),
            QueryOperator::DoubleEquals => write!(f, "{subject}=={operand}"),
            QueryOperator::NotEquals => write!(f, "{subject}!={operand}"),
            QueryOperator::Matches => write!(f, "{subject}=~{operand}"),
            QueryOperator::DoesNotMatch => write!(f, "{subject}!~{operand}"),
            QueryOperator::GreaterThan => write!(f, "{subject}>{operand}"),
            QueryOperator::LessThan => write!(f, "{subject}<{operand}"),
            QueryOperator::AtLeast => write!(f, "{subject}>={operand}"),
            QueryOperator::AtMost => write!(f, "{subject}<={operand}"),
        }
    }
}

/// The name of a function without its parentheses.
struct Name<'s>(&'s Subject);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Subject::Function(call) => f.write_str(call.function().row().name),
            other => other.fmt(f),
        }
    }
}

/// What a test compares with, as it is written beside its subject.
struct OperandText<'t>(&'t Test);

impl fmt::Display for OperandText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.operand {
            Operand::None => Ok(()),
            Operand::Patterns(patterns) => {
                for (nth, pattern) in patterns.iter().enumerate() {
                    f.write_str(if nth > 0 { "," } else { "" })?;
                    match pattern.as_text() {
                        // Beside a label's key stands a bare value only if a label can have it.
                        Some(text) if self.0.is_about_label() && LabelValue::new(text).is_err() => {
                            f.write_str(&quoted(text))?;
                        }
                        _ => pattern.fmt(f)?,
                    }
                }
                Ok(())
            }
            Operand::Expression(expression) => expression.fmt(f),
            // Quotation marks mean nothing here, so that they go where they can: `k>'7'` is `k>7`.
            Operand::Bound(bound) if crate::syntax::is_word(&bound.text) => f.write_str(&bound.text),
            Operand::Bound(bound) => f.write_str(&quoted(&bound.text)),
        }
    }
}
