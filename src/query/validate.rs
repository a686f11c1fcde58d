//! Checking what was typed: names, values and operators become the query that they mean.

use std::str::FromStr;

use super::Query;
use super::field::{Field, FieldPart};
use super::pattern::{Expression, Pattern, plain, quoted};
use super::predicate::{Bound, Operand, Point, Predicate, QueryOperator, Test};
use super::subject::{FunctionCall, FunctionParameter, Order, Subject};
use crate::formula::Formula;
use crate::kubernetes::{Age, Quantity, Time};
use crate::selector::{ParseError, ParseErrorKind, comparison, membership};
use crate::suggest::nearest;
use crate::syntax::{
    AstArguments, AstCall, AstField, AstRequirement, AstStep, AstSubject, ComparisonOperator, Condition,
    Expected, FUNCTIONS, Function, FunctionRow, MembershipOperator, Parameter, Tree, ValueList, parse_query,
    parse_subject,
};
use crate::{LabelKey, LabelValue, Path};

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

impl FromStr for Subject {
    type Err = ParseError;

    /// Reads a subject as a query has it: `env`, `.status.phase`, `requests(cpu)`.
    ///
    /// # Errors
    ///
    /// The first place where the text is no subject, or one that is about other objects.
    fn from_str(text: &str) -> Result<Subject, ParseError> {
        let typed = parse_subject(text).map_err(|error| ParseError::from_syntax(text, error).of_query())?;
        let checker = Checker { text, in_brackets: false };
        if let AstSubject::Function(AstCall { name, text: call, arguments: AstArguments::Values(_) }) = &typed
            && Function::named(name).is_some_and(|function| function.row().parameter == Parameter::Values)
        {
            let help = format!("write {name}()");
            return Err(checker.refuse(call, format!("{call} says which values are wanted"), Some(help)));
        }
        checker.subject(&typed)
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
            Condition::Comparison { operator, value, .. } if self.is_plain_label(value) => {
                comparison(self.text, key.clone(), *operator, value).map_err(of_query)?
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

    fn subject(self, typed: &AstSubject<'t>) -> Result<Subject, ParseError> {
        match typed {
            AstSubject::Field(field) => self.field(field).map(Subject::Field),
            AstSubject::Key(name) if self.in_brackets => {
                let help = Some(format!("write .{name} for the field of each element"));
                Err(self.refuse(name, "inside of brackets there are only fields", help))
            }
            AstSubject::Key(key) => LabelKey::new(key).map(Subject::Label).map_err(|error| {
                ParseError::from_label(self.text, key, error, ParseErrorKind::Key).of_query()
            }),
            AstSubject::Function(call) => {
                let row = self.row(call)?;
                if row.is_set() {
                    return Err(self.refuse(
                        call.text,
                        format!("{}() gives objects, which no operator compares", row.name),
                        None,
                    ));
                }
                if let (Parameter::Values, AstArguments::Values(_)) = (row.parameter, &call.arguments) {
                    let help =
                        Some(format!("write {} alone, or {}() before the operator", call.text, row.name));
                    return Err(self.refuse(call.text, format!("{} is compared already", call.text), help));
                }
                self.function(row, call)
            }
        }
    }

    /// The row of a function that there is, and that asks the object alone.
    fn row(self, call: &AstCall<'t>) -> Result<&'static FunctionRow, ParseError> {
        if self.in_brackets {
            return Err(self.refuse(call.name, "inside of brackets there are only fields", None));
        }
        let Some(function) = Function::named(call.name) else {
            // Names of functions have small letters and hyphens, so that another case
            // or a `_` is told before what is merely near.
            let spelled = call.name.to_ascii_lowercase().replace('_', "-");
            let known = Function::named(&spelled).map(|function| function.row().name);
            let near = known.or_else(|| nearest(&spelled, FUNCTIONS.iter().map(|row| row.name)));
            let help = near.map(|name| format!("did you mean {name}()?"));
            return Err(self.refuse(call.name, format!("there is no function {:?}", call.name), help));
        };
        let row = function.row();
        match row.not_yet {
            Some(reason) => Err(self.refuse(call.name, format!("{}() {reason}", row.name), None)),
            None => Ok(row),
        }
    }

    fn function(self, row: &FunctionRow, call: &AstCall<'t>) -> Result<Subject, ParseError> {
        let parameter = match (&call.arguments, row.parameter) {
            (AstArguments::Values(word), Parameter::Word(_)) => {
                word.iter().next().map(|raw| FunctionParameter::Word(plain(raw).into()))
            }
            (AstArguments::Subject(subject), Parameter::Path) => match &**subject {
                AstSubject::Field(field) => Some(FunctionParameter::Field(self.field(field)?)),
                _ => None,
            },
            (AstArguments::Subject(subject), Parameter::Subject) => {
                Some(FunctionParameter::Subject(Box::new(self.subject(subject)?)))
            }
            (AstArguments::Set(set), Parameter::Set) => {
                Some(FunctionParameter::Set(Box::new(self.relation(set)?)))
            }
            // Without a query a relation is to any object at all.
            (AstArguments::None, Parameter::Query) => {
                Some(FunctionParameter::Query(Box::new(Query::everything())))
            }
            (AstArguments::Query(tree), Parameter::Query) => {
                Some(FunctionParameter::Query(Box::new(Query { formula: self.tree(tree)? })))
            }
            _ => None,
        };
        Ok(Subject::Function(FunctionCall::new(row.function, parameter)))
    }

    /// The relation that is counted.
    fn relation(self, call: &AstCall<'t>) -> Result<FunctionCall, ParseError> {
        let row = self.row(call)?;
        match self.function(row, call)? {
            Subject::Function(set) if row.parameter == Parameter::Query => Ok(set),
            _ => {
                let help = Some("write count(selects(kind(pod)))".to_owned());
                Err(self.refuse(
                    call.text,
                    format!("count() counts what a relation gives, and {}() is none", row.name),
                    help,
                ))
            }
        }
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

    fn field(self, typed: &AstField<'t>) -> Result<Field, ParseError> {
        if typed.steps.is_empty() && !self.in_brackets {
            return Err(self.refuse(typed.text, "\".\" is an element, which only brackets ask about", None));
        }
        let (mut text, mut parts, mut path) = (String::new(), Vec::new(), String::new());
        for step in &typed.steps {
            match step {
                AstStep::Where(tree) => {
                    let formula = Checker { in_brackets: true, ..self }.tree(tree)?;
                    let filter = Query { formula };
                    let dot = if text.is_empty() { "." } else { "" };
                    text.push_str(&format!("{dot}[{filter}]"));
                    // A path knows no filters. It ends at each, and the next
                    // begins at the elements that are left.
                    parts.push(FieldPart { path: self.path(typed, &path)?, filter: Some(filter) });
                    path.clear();
                }
                step => {
                    let step = self.step(step, path.is_empty());
                    // A path begins with a point also before a bracket,
                    // where the text has one only at its start.
                    text.push_str(if parts.is_empty() || step.starts_with("..") {
                        &step
                    } else {
                        without_dot(&step)
                    });
                    path.push_str(&step);
                }
            }
        }
        if !path.is_empty() {
            parts.push(FieldPart { path: self.path(typed, &path)?, filter: None });
        }
        if text.is_empty() {
            text.push('.');
        }
        Ok(Field::new(text, parts))
    }

    /// A step as it is written; the first of a path begins with a `.`.
    fn step(self, step: &AstStep<'t>, is_first: bool) -> String {
        let dot = if is_first { "." } else { "" };
        match step {
            AstStep::Anywhere(name) => format!("..{name}"),
            AstStep::Name(name) => format!(".{name}"),
            AstStep::Quoted(raw) => format!("{dot}[{}]", quoted(&plain(raw))),
            AstStep::Element(index) => format!("{dot}[{index}]"),
            AstStep::Every => format!("{dot}[*]"),
            // Filters are no steps of a path, and taken out before.
            AstStep::Where(_) => String::new(),
        }
    }

    fn path(self, typed: &AstField<'t>, path: &str) -> Result<Option<Path>, ParseError> {
        if path.is_empty() {
            return Ok(None);
        }
        Path::field(path).map(Some).map_err(|error| self.refuse(typed.text, error.to_string(), None))
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

/// A bracket right behind a filter needs no dot.
fn without_dot(step: &str) -> &str {
    step.strip_prefix('.').filter(|rest| rest.starts_with('[')).unwrap_or(step)
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

#[cfg(test)]
mod tests {
    use crate::{ParseError, Query, Selector};

    fn canonical(text: &str) -> String {
        match text.parse::<Query>() {
            Ok(query) => query.to_string(),
            Err(error) => panic!("{text}: {}", error.render()),
        }
    }

    #[test]
    fn queries_have_a_canonical_text_that_parses_to_itself() {
        for (text, expected) in [
            ("", ""),
            ("b=1, a", "a,b=1"),
            ("a && b=1", "a,b=1"),
            ("a=1 || b=2", "a=1 || b=2"),
            ("a || b && c", "a || b && c"),
            ("(a || b), c", "c,(a || b)"),
            ("((a)) , !( b , c )", "a,!(b,c)"),
            ("!(k=v)", "k!=v"),
            ("!(a in (x,y))", "a notin (x,y)"),
            ("!(k>7)", "!(k>7)"),
            ("app=web-*", "app=web-*"),
            ("zone in (eu-*,'us',b)", "zone in (b,eu-*,us)"),
            ("k>'7'", "k>7"),
            ("k >= 7", "k>=7"),
            ("k='a b'", "k='a b'"),
            ("k=\"it's\"", "k=\"it's\""),
            ("k='*'", "k='*'"),
            ("k in ('a',\"b\")", "k in (a,b)"),
            (r"k=~'\d+\.x'", r"k=~'\\d+\\.x'"),
            (".status.phase=Running", ".status.phase=Running"),
            ("!.spec.nodeName", "!.spec.nodeName"),
            (".metadata.annotations['example.com/x'] = y", ".metadata.annotations['example.com/x']=y"),
            (".['a b'][0][*].c", ".['a b'][0][*].c"),
            (
                ".status.conditions[ .type = Ready ].status=False",
                ".status.conditions[.type=Ready].status=False",
            ),
            (".spec.containers[!.resources.limits.memory]", ".spec.containers[!.resources.limits.memory]"),
            (".spec.finalizers[.=a || .=b]", ".spec.finalizers[.=a || .=b]"),
            (".[.a=1].b", ".[.a=1].b"),
            (".a[.[.=1]]", ".a[.[.=1]]"),
            ("app notin ('+4',b)", "app notin ('+4',b)"),
            (".x='~a'", ".x='~a'"),
            ("!.spec.containers[.image!=reg.example/*]", "!.spec.containers[.image!=reg.example/*]"),
            ("..image = nginx:1.25", "..image=nginx:1.25"),
            ("kind(pod), status(*CrashLoopBackOff)", "kind(pod),status(*CrashLoopBackOff)"),
            ("kind() in (pod,svc)", "kind() in (pod,svc)"),
            ("!(kind(pod))", "!kind(pod)"),
            ("status ( Pending , Running )", "status(Pending,Running)"),
            ("requests(cpu)>=500m", "requests(cpu)>=500m"),
            ("requests(nvidia.com/gpu)", "requests(nvidia.com/gpu)"),
            ("label('a b')=c", "label('a b')=c"),
            ("age()>7d", "age()>7d"),
            ("age(.status.startTime)<1h30m", "age(.status.startTime)<1h30m"),
            ("all()", ""),
            ("selects( b=1, a )", "selects(a,b=1)"),
            ("!(selects())", "!selects()"),
            ("runs-on ( node(zone) = eu-* || !owns(a) )", "runs-on(node(zone)=eu-* || !owns(a))"),
            ("ns( .spec.x ) in (b,a)", "ns(.spec.x) in (a,b)"),
            ("node(k) > 7", "node(k)>7"),
            ("count(selected-by(kind(svc)))>=2", "count(selected-by(kind(svc)))>=2"),
            ("!workload()", "!workload()"),
            ("a, all()", "a"),
            (".x > 2026-11-01", ".x>2026-11-01"),
            ("x in(a)", "x in (a)"),
            (".x in (a)&&(b||c)", ".x in (a),(b || c)"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
            assert_eq!(canonical(expected), expected);
        }
    }

    #[test]
    fn what_is_a_selector_is_that_selector() {
        for text in ["", "a", "!a,b=1", "a in (x,,y),b!=", "k>7,k<9", "in in (in)", "a==b"] {
            let (query, selector): (Query, Selector) = (text.parse().unwrap(), text.parse().unwrap());
            assert_eq!(query.to_selector().as_ref(), Some(&selector));
            assert_eq!(Query::from(selector), query);
        }
        assert!("a=b*".parse::<Query>().unwrap().to_selector().is_none());
        let either = "!(a=1 || b=2)".parse::<Query>().unwrap().to_selector().unwrap();
        assert_eq!(either.to_string(), "!(a=1 || b=2)");
    }

    /// The part of the text that is wrong, what is wrong and what to write.
    fn refused(text: &str) -> String {
        let error: ParseError = text.parse::<Query>().unwrap_err();
        let help = error.help().map(|help| format!(" | {help}")).unwrap_or_default();
        format!("{:?}: {error}{help}", error.span().slice(text))
    }

    #[test]
    fn what_is_doubtful_is_refused_with_what_to_write() {
        for (text, expected) in [
            ("a, b || c", r#"",": "," beside "||" can be read in two ways | write (a,b) || c or a,(b || c)"#),
            (
                ".x=",
                r#""": expected a value after "=", found none | write !.x for none, .x='' for the empty text"#,
            ),
            ("k=*", r#""*": "*" is every value | write k for any value, k='*' for the text "*""#),
            ("k=.x", r#"".x": a value that begins with "." is reserved | quote it for the text: '.x'"#),
            ("name()>7", r#"">": name() has no order"#),
            ("ready()", r#""ready()": ready() is "true" or "false" | write ready()=true"#),
            ("foo(x)", r#""foo": there is no function "foo""#),
            (
                "Selected_By(x)",
                r#""Selected_By": there is no function "Selected_By" | did you mean selected-by()?"#,
            ),
            ("kind(pod", r#""": expected "," or ")", found the end of the text | close the list with ")""#),
            (".status.", r#""": expected a name after ".", found the end of the text"#),
            ("a || ", r#""": expected a key, a field, a function, "!" or "(", found the end of the text"#),
            (
                ".a[b=c]",
                r#""b": expected a number, "*", a name in quotation marks or a query about the elements, found "b""#,
            ),
            (
                "k=~x",
                r#""x": expected a regular expression in quotation marks, found "x" | write the expression in quotation marks: =~ 'web-[0-9]+'"#,
            ),
            ("k=~'('", r#""'('": this is no regular expression: unclosed group"#),
            ("k>='x'", r#""'x'": expected an integer after ">" or "<", found "'x'""#),
            (
                ".x>abc",
                r#""abc": expected a number, an amount such as 500Mi or a time after ">", found "abc""#,
            ),
            (
                "can-run(a)",
                r#""can-run": can-run() asks where pods could be scheduled, which queries do not do yet"#,
            ),
            (
                "count(selects())",
                r#""count(selects())": count() is a number | write count(selects(kind(pod)))>0"#,
            ),
            (
                "count(kind(pod))>1",
                r#""kind(pod)": count() counts what a relation gives, and kind() is none | write count(selects(kind(pod)))"#,
            ),
            ("node(ready())", r#""node(ready())": ready() is "true" or "false" | write node(ready())=true"#),
            ("node(name())>7", r#"">": node(name()) has no order"#),
            ("selects(a)=b", r#""selects(a)": selects() gives objects, which no operator compares"#),
        ] {
            assert_eq!(refused(text), expected, "{text}");
        }
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let nested = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
        assert!(nested(64).parse::<Query>().is_ok());
        assert!(nested(65).parse::<Query>().is_err());
        assert!(nested(100_000).parse::<Query>().is_err());
        let calls = |n: usize| format!("{}a{}", "selects(".repeat(n), ")".repeat(n));
        assert!(calls(64).parse::<Query>().is_ok());
        assert!(calls(65).parse::<Query>().unwrap_err().to_string().contains("64"));
        let filters = |n: usize| format!("{}.a{}", ".a[".repeat(n), "]".repeat(n));
        assert!(filters(64).parse::<Query>().is_ok());
        assert!(filters(65).parse::<Query>().unwrap_err().to_string().contains("64"));
        let either = |n: usize| vec!["a"; n].join(" || ");
        assert!(either(100_001).parse::<Query>().is_ok());
        assert_eq!(
            refused(&either(100_002)),
            "\"||\": expected no more than 100000 of \"||\", \"(\", \"[\" and functions, found \"||\" | \
             values of one subject stand in a list of any length: key in (a,b)"
        );
        // Two of them each, so that half as many are enough.
        for part in ["((a))", "(kind(pod))", "(.a[0])"] {
            assert!(refused(&vec![part; 50_001].join(",")).contains("100000"), "{part}");
        }
        assert!(vec!["a in (b)"; 100_001].join(",").parse::<Query>().is_ok());
    }

    #[test]
    fn open_quotation_marks_take_linear_time() {
        let text = format!("foo({}", r"'".repeat(1 << 18));
        assert!(text.parse::<Query>().is_err());
    }
}
