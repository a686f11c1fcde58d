//! The rules of the selector grammar, one function each, named as in `grammar/selector.abnf`, and what queries share.
//!
//! No rule refers to itself, so that no text, however long, can exhaust the stack, and none looks at a byte more than a
//! few times. A rule that has seen a deciding token commits (`cut`): the error is then where the text went wrong, not
//! where the requirement began.
//!
//! What queries spell in their own way, a rule asks of its [`Dialect`].

use nom::branch::alt;
use nom::combinator::{cut, eof, map, opt, peek, recognize};
use nom::multi::{many0_count, many1_count, separated_list1};
use nom::sequence::{pair, preceded, terminated};
use nom::{Finish, Parser};

use super::ast::{Ast, AstRequirement, ComparisonOperator, Condition, MembershipOperator, ValueList};
use super::error::SyntaxError;
use super::expected::{Expected, Failure};
use super::token::{
    Parsed, blanks, close_paren, comma, double_equals, equals, exclamation, greater_than, identifier, in_kw,
    less_than, not_equals, notin_kw, open_paren, ws,
};

/// What a selector and a query spell differently.
pub(super) trait Dialect: Copy {
    /// Whether quotation marks hold a text together.
    const HAS_QUOTES: bool;

    /// What has to stand between the subject of a requirement and a keyword.
    fn gap(self, input: &str) -> Parsed<'_, &str>;

    /// An operator and its value.
    fn comparison(self, input: &str) -> Parsed<'_, Condition<'_>>;

    /// The operators that take one value.
    fn comparison_operator(self, input: &str) -> Parsed<'_, (ComparisonOperator, &str)>;

    /// A value and the white space after it.
    fn value(self, input: &str) -> Parsed<'_, &str>;

    /// What may follow a value that is not there.
    fn after_value(self, input: &str) -> Parsed<'_, &str>;
}

/// The language of `-l`, which is Kubernetes'.
#[derive(Debug, Clone, Copy)]
struct Kubernetes;

impl Dialect for Kubernetes {
    const HAS_QUOTES: bool = false;

    /// gap = blanks
    ///
    /// Without a blank, `in` would be a part of the key.
    fn gap(self, input: &str) -> Parsed<'_, &str> {
        blanks(input)
    }

    fn comparison(self, input: &str) -> Parsed<'_, Condition<'_>> {
        comparison(self, input)
    }

    fn comparison_operator(self, input: &str) -> Parsed<'_, (ComparisonOperator, &str)> {
        comparison_operator(input)
    }

    fn value(self, input: &str) -> Parsed<'_, &str> {
        value(input)
    }

    fn after_value(self, input: &str) -> Parsed<'_, &str> {
        alt((comma, eof)).parse(input)
    }
}

/// Reads a selector's text. An empty text, or one of nothing but white space, is an [`Ast`] without requirements.
///
/// The time is linear in the length of the text.
///
/// # Errors
///
/// The first place where the text leaves the grammar, and what was expected there.
pub fn parse(text: &str) -> Result<Ast<'_>, SyntaxError> {
    match selector(text).finish() {
        Ok(("", requirements)) => Ok(Ast { text, requirements }),
        Ok((rest, requirements)) => {
            Err(SyntaxError::new(text, Failure { rest, expected: goes_on(&requirements) }))
        }
        Err(failure) => Err(SyntaxError::new(text, failure)),
    }
}

/// What may follow the last of `requirements`.
fn goes_on(requirements: &[AstRequirement<'_>]) -> Expected {
    match requirements.last() {
        // Behind a key alone an operator could stand as well:
        // `a b` lacks one, and `a=b c` does not.
        Some(AstRequirement { condition: Condition::Exists, .. }) => Expected::Operator,
        _ => Expected::EndOfRequirement,
    }
}

/// Commits to `rule`: if it does not hold here, the whole text is in error, as `expected` says.
pub(super) fn expect<'t, T>(
    expected: Expected,
    mut rule: impl Parser<&'t str, Output = T, Error = Failure<'t>>,
) -> impl FnMut(&'t str) -> Parsed<'t, T> {
    move |rest| {
        rule.parse(rest).map_err(|error| match error {
            nom::Err::Error(_) => nom::Err::Failure(Failure { rest, expected }),
            committed => committed,
        })
    }
}

/// selector = ws [ requirement *( comma requirement ) ]
fn selector(input: &str) -> Parsed<'_, Vec<AstRequirement<'_>>> {
    let nothing = map(eof, |_| Vec::new());
    // A comma commits to a requirement. Otherwise `a,` would be read up to its comma, and that
    // would be told as the mistake instead of what is missing behind it.
    let requirements = separated_list1(comma, expect(Expected::Requirement, requirement));
    preceded(ws, alt((nothing, requirements))).parse(input)
}

/// requirement = absence / key condition
fn requirement(input: &str) -> Parsed<'_, AstRequirement<'_>> {
    let conditioned = map(pair(key, |rest| condition(Kubernetes, rest)), |(key, condition)| AstRequirement {
        subject: key,
        condition,
    });
    alt((absence, conditioned)).parse(input)
}

/// absence = exclamation key ws
fn absence(input: &str) -> Parsed<'_, AstRequirement<'_>> {
    let absence = (exclamation, expect(Expected::Key, key), ws);
    map(absence, |(exclamation, key, _)| AstRequirement {
        subject: key,
        condition: Condition::DoesNotExist { exclamation },
    })
    .parse(input)
}

/// condition = gap membership / ws [ comparison ]
pub(super) fn condition<D: Dialect>(dialect: D, input: &str) -> Parsed<'_, Condition<'_>> {
    let membership = preceded(|rest| dialect.gap(rest), |rest| membership(dialect, rest));
    let comparison = map(opt(|rest| dialect.comparison(rest)), |it| it.unwrap_or(Condition::Exists));
    alt((membership, preceded(ws, comparison))).parse(input)
}

/// comparison = comparison-operator [ value ]
pub(super) fn comparison<D: Dialect>(dialect: D, input: &str) -> Parsed<'_, Condition<'_>> {
    let (rest, (operator, symbol)) = dialect.comparison_operator(input)?;
    // A value that is not there is the empty one only where the requirement
    // ends: `a= =b` is refused at the second `=`.
    let absent = recognize(peek(|rest| dialect.after_value(rest)));
    let (rest, value) = expect(Expected::Value, alt((|rest| dialect.value(rest), absent)))(rest)?;
    Ok((rest, Condition::Comparison { operator, symbol, value }))
}

/// comparison-operator = double-equals / equals / not-equals / greater-than / less-than
pub(super) fn comparison_operator(input: &str) -> Parsed<'_, (ComparisonOperator, &str)> {
    let means = |operator| move |symbol| (operator, symbol);
    alt((
        // `=` would be found in `==` as well, so that the longer one goes first.
        map(double_equals, means(ComparisonOperator::DoubleEquals)),
        map(equals, means(ComparisonOperator::Equals)),
        map(not_equals, means(ComparisonOperator::NotEquals)),
        map(greater_than, means(ComparisonOperator::GreaterThan)),
        map(less_than, means(ComparisonOperator::LessThan)),
    ))
    .parse(input)
}

/// membership = membership-operator values
fn membership<D: Dialect>(dialect: D, input: &str) -> Parsed<'_, Condition<'_>> {
    // Nothing but a list goes on behind `in`: `a in b` is told that a "(" is
    // missing, and not that no operator follows the key.
    let values = cut(|rest| values(dialect, rest));
    map(pair(membership_operator, values), |((operator, keyword), values)| Condition::Membership {
        operator,
        keyword,
        values,
    })
    .parse(input)
}

/// membership-operator = in-kw / notin-kw
fn membership_operator(input: &str) -> Parsed<'_, (MembershipOperator, &str)> {
    let means = |operator| move |keyword| (operator, keyword);
    alt((map(in_kw, means(MembershipOperator::In)), map(notin_kw, means(MembershipOperator::NotIn))))
        .parse(input)
}

/// values = open-paren value-list close-paren
pub(super) fn values<D: Dialect>(dialect: D, input: &str) -> Parsed<'_, ValueList<'_>> {
    let (rest, _) = expect(Expected::OpenParen, open_paren)(input)?;
    let (rest, values) = value_list(dialect, rest)?;
    let expected =
        if values.ends_empty() { Expected::ValueOrCloseParen } else { Expected::CommaOrCloseParen };
    let (rest, _) = expect(expected, close_paren)(rest)?;
    Ok((rest, values))
}

/// value-list = [ value ] *( commas value ) [ commas ]
pub(super) fn value_list<D: Dialect>(dialect: D, input: &str) -> Parsed<'_, ValueList<'_>> {
    let value = |rest| dialect.value(rest);
    // The parsers that count keep no list of what they read.
    let list = (opt(value), many0_count(pair(commas, value)), opt(commas));
    map(recognize(list), |list| ValueList::new(list, D::HAS_QUOTES)).parse(input)
}

/// commas = 1*comma
fn commas(input: &str) -> Parsed<'_, &str> {
    recognize(many1_count(comma)).parse(input)
}

/// key = identifier
fn key(input: &str) -> Parsed<'_, &str> {
    identifier(input)
}

/// value = identifier ws
fn value(input: &str) -> Parsed<'_, &str> {
    terminated(identifier, ws).parse(input)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    /// The requirements of a text in words.
    #[track_caller]
    fn read(text: &str) -> String {
        let describe = |requirement: &AstRequirement<'_>| match &requirement.condition {
            Condition::Exists => format!("{} exists", requirement.subject),
            Condition::DoesNotExist { exclamation } => format!("{exclamation} {}", requirement.subject),
            Condition::Comparison { symbol, value, .. } => {
                format!("{} {symbol} {value:?}", requirement.subject)
            }
            Condition::Membership { keyword, values, .. } => {
                format!("{} {keyword} {:?}", requirement.subject, values.iter().collect::<Vec<_>>())
            }
        };
        parse(text).unwrap().requirements().iter().map(describe).collect::<Vec<_>>().join("; ")
    }

    /// What was expected in a text that has no tree, and the place.
    #[track_caller]
    fn refused(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!(
            "{} at {}..{}, not {:?}",
            error.expected.as_str(),
            error.span.start,
            error.span.end,
            error.found
        )
    }

    #[test]
    fn every_form_of_a_requirement() {
        assert_snapshot!(read("a,!b,c=1,d==2,e!=3,f>4,g<5"), @r#"a exists; ! b; c = "1"; d == "2"; e != "3"; f > "4"; g < "5""#);
        assert_snapshot!(read("a in (b),c notin (d,e)"), @r#"a in ["b"]; c notin ["d", "e"]"#);
        assert_snapshot!(read(" \t\r\n"), @"");
    }

    #[test]
    fn values_may_be_absent() {
        assert_snapshot!(read("a=,b!= ,c=="), @r#"a = ""; b != ""; c == """#);
        assert_snapshot!(read("a in (),b in (,),c in (d,),e in (,,f),g in (h,,i)"), @r#"a in [""]; b in ["", ""]; c in ["d", ""]; e in ["", "", "f"]; g in ["h", "", "i"]"#);
        assert_snapshot!(read("a in (,,),b in (c , , )"), @r#"a in ["", "", ""]; b in ["c", "", ""]"#);
    }

    #[test]
    fn keywords_are_words_elsewhere() {
        assert_snapshot!(read("in in (in),notin,!in,in=notin"), @r#"in in ["in"]; notin exists; ! in; in = "notin""#);
        assert_snapshot!(read("a in(b),inn,notin notin\n( c )"), @r#"a in ["b"]; inn exists; notin notin ["c"]"#);
    }

    #[test]
    fn any_other_character_is_part_of_a_word() {
        assert_snapshot!(read("é\"':{}=\u{1}"), @r#"é"':{} = "\u{1}""#);
        assert_snapshot!(read("a=b\u{a0}c"), @r#"a = "b\u{a0}c""#);
    }

    #[test]
    fn every_expectation_has_its_words() {
        assert_snapshot!(refused("a,)"), @r#"a key or "!" at 2..3, not Some(CloseParen)"#);
        assert_snapshot!(refused("! =a"), @r#"a key after "!" at 2..3, not Some(Equals)"#);
        assert_snapshot!(refused("a  b"), @r#"an operator, "," or the end of the text after the key at 3..4, not Some(Identifier)"#);
        assert_snapshot!(refused("a=b c"), @r#""," or the end of the text at 4..5, not Some(Identifier)"#);
        assert_snapshot!(refused("a= =="), @"a value at 3..5, not Some(DoubleEquals)");
        assert_snapshot!(refused("a notin\n"), @r#""(" at 8..8, not None"#);
        assert_snapshot!(refused("a in (b,>"), @r#"a value or ")" at 8..9, not Some(GreaterThan)"#);
        assert_snapshot!(refused("a in (b c)"), @r#""," or ")" at 8..9, not Some(Identifier)"#);
        assert_snapshot!(refused("a=\0"), @"a value at 2..3, not Some(Unknown)");
    }

    #[test]
    fn parts_know_their_places() {
        let ast = parse(" k in ( v , ) , x=").unwrap();
        let [first, second] = ast.requirements() else { panic!("two requirements") };
        let Condition::Membership { keyword, values, .. } = &first.condition else { panic!("a list") };
        let places: Vec<usize> = [first.subject, keyword, second.subject]
            .into_iter()
            .chain(values.iter())
            .map(|part| ast.span(part).start)
            .collect();
        assert_eq!(places, [1, 3, 16, 8, 12]);
        let Condition::Comparison { value, .. } = second.condition else { panic!("a comparison") };
        assert_eq!(ast.span(value).start, 18);
    }
}
