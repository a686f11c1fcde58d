//! Fields (`.spec.containers[0].image`) to the steps of a path, one function for each part.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::{char, digit1, multispace0};
use nom::combinator::{eof, map, map_opt, opt, value};
use nom::multi::{fold_many0, many0};
use nom::sequence::{delimited, preceded};

use super::parse::{self, MAX_STEPS, PathResult, expect, refuse};
use super::{PathError, PathStep};

/// What the API server keeps about who set which field: every field's name once more, and no value.
const MANAGED_FIELDS: &str = "managedFields";

/// Reads a field.
pub(super) fn parse(text: &str) -> Result<Vec<PathStep>, PathError> {
    parse::whole(text, field)
}

/// field = "." path / ".." name [ path ]
fn field(input: &str) -> PathResult<'_, Vec<PathStep>> {
    // `..` goes first: a single point would take the first half of it and then miss a name.
    let start = alt((descent, preceded(char('.'), expect("a field after `.`", first_part))));
    let (rest, start) = expect("a field that begins with `.`, such as .spec.nodeName", start)(input)?;
    let (rest, more) = many0(alt((part, brackets))).parse(rest)?;
    expect("`.` or `[` before the next part of the path, or its end", eof)(rest)?;
    let steps: Vec<PathStep> = start.into_iter().chain(more).collect();
    if steps.len() > MAX_STEPS { refuse(rest, "a path of at most 100 parts") } else { Ok((rest, steps)) }
}

/// `..name`: the field at any depth. Every object and array is looked into, so that a name need not go into elements.
fn descent(input: &str) -> PathResult<'_, Vec<PathStep>> {
    let (rest, name) = preceded(tag(".."), expect("a field after `..`", name)).parse(input)?;
    let descend = PathStep::Descend { without: Some(MANAGED_FIELDS) };
    Ok((rest, vec![descend, PathStep::Member(name.to_owned())]))
}

/// What may stand behind the first point: a name or brackets
fn first_part(input: &str) -> PathResult<'_, Vec<PathStep>> {
    map(alt((named, brackets)), |step| vec![step]).parse(input)
}

/// `.name`
fn part(input: &str) -> PathResult<'_, PathStep> {
    preceded(char('.'), expect("a field after `.`", alt((named, brackets)))).parse(input)
}

fn named(input: &str) -> PathResult<'_, PathStep> {
    map(name, |name| PathStep::MemberOfEach(name.to_owned())).parse(input)
}

/// Letters, digits, `_` and `-`
fn name(input: &str) -> PathResult<'_, &str> {
    take_while1(|character: char| character.is_alphanumeric() || matches!(character, '_' | '-')).parse(input)
}

/// `[0]`, `[*]`, `['text']`, `["text"]`
fn brackets(input: &str) -> PathResult<'_, PathStep> {
    const INSIDE: &str = "the number of an element, `*` or a field in quotation marks in brackets";
    let every = value(PathStep::EveryElement, char('*'));
    // A number too large for an element is none, so that `expect` refuses it with what may stand
    // here.
    let element = map(map_opt(digit1, |digits: &str| digits.parse().ok()), PathStep::Element);
    let quoted = map(alt((|input| quoted(input, '\''), |input| quoted(input, '"'))), PathStep::MemberOfEach);
    let inside = delimited(multispace0, expect(INSIDE, alt((every, element, quoted))), multispace0);
    delimited(char('['), inside, expect("a closing `]`", char(']'))).parse(input)
}

/// A text in quotation marks, in which a backslash escapes them and itself, and stands for itself before anything else.
fn quoted(input: &str, mark: char) -> PathResult<'_, String> {
    let expected = if mark == '"' { "a closing `\"`" } else { "a closing `'`" };
    let plain = take_while1(|character: char| character != mark && character != '\\');
    let escaped = map_opt(preceded(char('\\'), opt(alt((char(mark), char('\\'))))), |it| {
        Some(match it {
            Some('\\') | None => "\\",
            Some('"') => "\"",
            Some(_) => "'",
        })
    });
    let text = fold_many0(alt((plain, escaped)), String::new, |text, part| text + part);
    delimited(char(mark), text, expect(expected, char(mark))).parse(input)
}
