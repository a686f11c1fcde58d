//! kubectl's JSONPath to the steps of a path, one function for each part.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::{char, digit1, multispace0};
use nom::combinator::{eof, map, map_opt, opt, recognize, value};
use nom::error::{ErrorKind, ParseError};
use nom::multi::{many0, separated_list1};
use nom::number::complete::recognize_float;
use nom::sequence::{delimited, preceded, terminated};

use super::parse::{self, MAX_STEPS, PathFailure, PathResult, expect, refuse};
use super::step::{Comparison, Filter, FilterOperand};
use super::{PathError, PathStep};
use crate::json::Scalar;

const DESCEND: PathStep = PathStep::Descend { without: None };
/// More than anybody writes; bounds the recursion of this parser and of whoever decides a filter.
const MAX_FILTER_DEPTH: usize = 8;

/// Reads a path, in braces or not.
pub(super) fn parse(text: &str) -> Result<Vec<PathStep>, PathError> {
    parse::whole(text, whole)
}

/// A path in braces, in which the first point may be left out, or one without.
fn whole(input: &str) -> PathResult<'_, Vec<PathStep>> {
    let (rest, brace) = opt(terminated(char('{'), multispace0)).parse(input)?;
    let (rest, _) = opt(alt((char('$'), char('@')))).parse(rest)?;
    let (rest, first) = if brace.is_some() { opt(field).parse(rest)? } else { (rest, None) };
    let (rest, steps) = steps(rest, 0)?;
    let (rest, _) = match brace {
        Some(_) => value((), (multispace0, expect("a closing `}`", char('}')))).parse(rest)?,
        None => (rest, ()),
    };
    expect("`.` or `[` before the next part of the path, or its end", eof)(rest)?;
    let steps: Vec<PathStep> = first.into_iter().chain(steps).collect();
    if steps.is_empty() {
        refuse(input, "a path to a field, such as .metadata.name")
    } else {
        Ok((rest, steps))
    }
}

/// The parts of a path, one after another.
fn steps(input: &str, filter_depth: usize) -> PathResult<'_, Vec<PathStep>> {
    let part = |input| {
        alt((|input| descent(input, filter_depth), dotted, |input| brackets(input, filter_depth)))
            .parse(input)
    };
    let flat = |parts: Vec<Vec<PathStep>>| parts.into_iter().flatten().collect();
    let (rest, steps): (&str, Vec<PathStep>) = map(many0(part), flat).parse(input)?;
    if steps.len() > MAX_STEPS { refuse(input, "a path of at most 100 parts") } else { Ok((rest, steps)) }
}

/// `..name`, and `..` before brackets
fn descent(input: &str, filter_depth: usize) -> PathResult<'_, Vec<PathStep>> {
    let (rest, _) = tag("..").parse(input)?;
    if filter_depth > 0 {
        // Each element would be searched to its depth, and again for each filter around it.
        return refuse(input, "a path without `..` in a filter");
    }
    if rest.starts_with('[') {
        return Ok((rest, vec![DESCEND]));
    }
    map(expect("a field after `..`", alt((every, field))), |step| vec![DESCEND, step]).parse(rest)
}

/// `.name`, `.*`, and a point before brackets
fn dotted(input: &str) -> PathResult<'_, Vec<PathStep>> {
    let (rest, _) = char('.').parse(input)?;
    if rest.starts_with('[') {
        return Ok((rest, Vec::new()));
    }
    map(expect("a field after `.`", alt((every, field))), |step| vec![step]).parse(rest)
}

/// `*`
fn every(input: &str) -> PathResult<'_, PathStep> {
    value(PathStep::Every, char('*')).parse(input)
}

/// A name, in which a backslash takes the next character literally.
fn field(input: &str) -> PathResult<'_, PathStep> {
    let plain = take_while1(|character: char| character != '\\' && !ends_name(character));
    let escaped = preceded(char('\\'), recognize(nom::character::complete::anychar));
    let (rest, parts) = many0(alt((plain, escaped))).parse(input)?;
    match parts.concat() {
        name if name.is_empty() => {
            Err(nom::Err::Error(PathFailure::from_error_kind(input, ErrorKind::Many0)))
        }
        name => Ok((rest, PathStep::Member(name))),
    }
}

/// What ends a name that stands without brackets, as in kubectl.
fn ends_name(character: char) -> bool {
    character.is_ascii_whitespace() || ".,[]()$@{}=!<>'\"".contains(character)
}

/// `[0]`, `['a']`, `[1:3]`, `[*]`, `[0,2]` or a filter
fn brackets(input: &str, filter_depth: usize) -> PathResult<'_, Vec<PathStep>> {
    const INSIDE: &str = "an index, a field in quotation marks, `*` or a filter in brackets: .items[0], \
                          .items[?(@.name==\"a\")]";
    let (rest, _) = terminated(char('['), multispace0).parse(input)?;
    let filter = map(|input| filter(input, filter_depth), PathStep::Where);
    // A slice is tried before an element, which would take the `1` of `1:3` and leave the rest.
    let several = map(separated_list1(comma, alt((quoted_field, slice, element))), one_or_several);
    let (rest, step) = expect(INSIDE, alt((every, filter, several))).parse(rest)?;
    let (rest, _) = (multispace0, expect("a closing `]`", char(']'))).parse(rest)?;
    Ok((rest, vec![step]))
}

fn comma(input: &str) -> PathResult<'_, char> {
    delimited(multispace0, char(','), multispace0).parse(input)
}

fn one_or_several(mut steps: Vec<PathStep>) -> PathStep {
    match steps.len() {
        1 => steps.swap_remove(0),
        _ => PathStep::Several(steps),
    }
}

/// `'name'`, `"name"`
fn quoted_field(input: &str) -> PathResult<'_, PathStep> {
    map(quoted, |name| PathStep::Member(name.to_owned())).parse(input)
}

fn quoted(input: &str) -> PathResult<'_, &str> {
    let single = delimited(char('\''), take_till(|it| it == '\''), expect("a closing `'`", char('\'')));
    let double = delimited(char('"'), take_till(|it| it == '"'), expect("a closing `\"`", char('"')));
    alt((single, double)).parse(input)
}

/// `0`, `-1`
fn element(input: &str) -> PathResult<'_, PathStep> {
    map(integer, PathStep::Element).parse(input)
}

fn integer(input: &str) -> PathResult<'_, i64> {
    map_opt(recognize((opt(char('-')), digit1)), |digits: &str| digits.parse().ok()).parse(input)
}

/// `1:3`, `-2:`, `:9:2`
fn slice(input: &str) -> PathResult<'_, PathStep> {
    let end = preceded(char(':'), opt(integer));
    let step =
        // A step of 0 is refused, as in kubectl.
        opt(preceded(char(':'), map_opt(digit1, |digits: &str| digits.parse().ok().filter(|by| *by > 0))));
    let slice = (opt(integer), end, step);
    map(slice, |(from, to, by): (_, _, Option<usize>)| PathStep::Slice {
        from: from.unwrap_or(0),
        to,
        by: by.unwrap_or(1),
    })
    .parse(input)
}

/// `?(@.type=="Ready")`, `?(@.name)`
fn filter(input: &str, depth: usize) -> PathResult<'_, Filter> {
    const OPERATOR: &str = "`==`, `!=`, `<`, `<=`, `>`, `>=` or the closing `)` of the filter";
    let (rest, _) = terminated(tag("?("), multispace0).parse(input)?;
    // What is within is not even read, since reading it is the recursion that is bounded here.
    if depth == MAX_FILTER_DEPTH {
        return refuse(input, "filters that nest at most 8 deep");
    }
    let side = |input| operand(input, depth + 1);
    let (rest, left) = expect("`@` or a value to compare with", side)(rest)?;
    let (rest, compared) =
        opt((delimited(multispace0, comparison, multispace0), expect("a value", side))).parse(rest)?;
    let (rest, _) = (multispace0, expect(OPERATOR, char(')'))).parse(rest)?;
    match (left, compared) {
        (left, Some((comparison, right))) => Ok((rest, Filter::Compare(left, comparison, right))),
        (FilterOperand::At(steps), None) => Ok((rest, Filter::Exists(steps))),
        (FilterOperand::Scalar(_), None) => {
            refuse(input, "a comparison or a path in a filter: ?(@.name==\"a\")")
        }
    }
}

/// The longer ones first.
fn comparison(input: &str) -> PathResult<'_, Comparison> {
    alt((
        value(Comparison::Equal, tag("==")),
        value(Comparison::NotEqual, tag("!=")),
        value(Comparison::LessOrEqual, tag("<=")),
        value(Comparison::GreaterOrEqual, tag(">=")),
        value(Comparison::Less, tag("<")),
        value(Comparison::Greater, tag(">")),
    ))
    .parse(input)
}

/// `@.name`, `"text"`, `7`, `true`
fn operand(input: &str, filter_depth: usize) -> PathResult<'_, FilterOperand> {
    let path = preceded(char('@'), |input| steps(input, filter_depth));
    let text = map(quoted, |text| Scalar::Text(text.to_owned()));
    let number = map_opt(recognize_float, |text: &str| text.parse().ok().map(Scalar::Number));
    let boolean = alt((value(true, tag("true")), value(false, tag("false"))));
    let scalar = alt((text, map(boolean, Scalar::Boolean), number));
    alt((map(path, FilterOperand::At), map(scalar, FilterOperand::Scalar))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str) -> String {
        let error = parse(text).unwrap_err();
        format!("{} at {}", error.expected, error.span().start)
    }

    #[test]
    fn braces_points_and_roots_may_be_left_out() {
        let expected = parse(".metadata.name").unwrap();
        for text in [
            "{.metadata.name}",
            "{ metadata.name }",
            "{$.metadata.name}",
            "{@['metadata'].name}",
            "$.metadata.['name']",
        ] {
            assert_eq!(parse(text).as_ref(), Ok(&expected), "{text}");
        }
    }

    #[test]
    fn every_mistake_has_its_place_and_words() {
        for (text, expected) in [
            ("", "a path to a field, such as .metadata.name at 0"),
            ("{}", "a path to a field, such as .metadata.name at 0"),
            (".", "a field after `.` at 1"),
            (".a..", "a field after `..` at 4"),
            ("{.a", "a closing `}` at 3"),
            (".a[0", "a closing `]` at 4"),
            (".a['b]", "a closing `'` at 6"),
            (".a[0]b", "`.` or `[` before the next part of the path, or its end at 5"),
            ("{.a}{.b}", "`.` or `[` before the next part of the path, or its end at 4"),
            (".a[?(@.b=1)]", "`==`, `!=`, `<`, `<=`, `>`, `>=` or the closing `)` of the filter at 8"),
            (
                ".a[?(@.b==1 && @.c)]",
                "`==`, `!=`, `<`, `<=`, `>`, `>=` or the closing `)` of the filter at 12",
            ),
            (".a[?(@.b==)]", "a value at 10"),
            (".a[?(@..b)]", "a path without `..` in a filter at 6"),
            (".a[0:2:0]", "a closing `]` at 6"),
            (".a[?(1)]", "a comparison or a path in a filter: ?(@.name==\"a\") at 3"),
        ] {
            assert_eq!(refused(text), expected, "{text}");
        }
        assert!(refused(".a[x]").starts_with("an index, a field in quotation marks, `*` or a filter"));
    }

    #[test]
    fn depth_and_length_are_bounded() {
        let nested = |n: usize| format!(".a{}{}", "[?(@.b".repeat(n), ")]".repeat(n));
        assert!(parse(&nested(MAX_FILTER_DEPTH)).is_ok());
        assert!(refused(&nested(5_000)).starts_with("filters that nest at most 8 deep"));
        assert!(parse(&".a".repeat(MAX_STEPS)).is_ok());
        assert!(refused(&".a".repeat(MAX_STEPS + 1)).starts_with("a path of at most 100 parts"));
        assert!(parse(&format!(".a[?({}", "(".repeat(100_000))).is_err());
        let many = format!(".a[?(@{}==1)]", "[0]".repeat(100_000));
        assert!(parse(&many).is_err());
    }
}
