//! What a requirement of a query says of one thing that a call may say something of.

use std::collections::HashMap;
use std::rc::Rc;

use super::region::Region;
use crate::kubernetes::{fields, kinds};
use crate::query::predicate::{Operand, Point};
use crate::query::{Field, Predicate, QueryOperator, Subject, Test};
use crate::syntax::Function;
use crate::{LabelKey, LabelValue, Requirement};

/// What requirements are about, as calls tell it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Dimension<'q> {
    /// The kind, by one of its names.
    Kind,
    Namespace,
    Name,
    /// A field of the JSON, by its path without the leading dot.
    Field(&'q str),
    Label(LabelKey),
    /// What no call can say: the test, as if it were not negated.
    Unsayable(&'q Subject, QueryOperator, &'q Operand),
}

/// The place of a dimension in the order in which they first occur.
pub(super) type Place = usize;

/// A requirement: where it holds.
pub(super) struct Literal {
    pub(super) place: Place,
    pub(super) region: Rc<Region>,
}

/// A kind that a query names.
struct NamedKind<'q> {
    group: Option<&'q str>,
    /// By what it is called in the calls: as it was first written.
    word: Rc<str>,
    /// Whether this is the likeliest of the plurals that the word may have.
    is_likely: bool,
}

/// The dimensions of a query.
#[derive(Default)]
pub(super) struct Dimensions<'q> {
    pub(super) all: Vec<Dimension<'q>>,
    places: HashMap<Dimension<'q>, Place>,
    /// The kinds that were named, by each plural that they may have.
    kinds: HashMap<String, NamedKind<'q>>,
}

impl<'q> Dimensions<'q> {
    fn place(&mut self, dimension: Dimension<'q>) -> Place {
        *self.places.entry(dimension).or_insert_with_key(|dimension| {
            self.all.push(dimension.clone());
            self.all.len() - 1
        })
    }

    pub(super) fn literal(&mut self, predicate: &'q Predicate) -> Literal {
        let (dimension, region) = match predicate {
            Predicate::Label(requirement) => {
                (Dimension::Label(requirement.key().clone()), of_requirement(requirement))
            }
            Predicate::Test(test) => self.of_test(test).unwrap_or_else(|| unsayable(test)),
        };
        Literal { place: self.place(dimension), region: Rc::new(region) }
    }

    /// Where a test holds, if what it is about is something that calls know and if it only names values of it.
    fn of_test(&mut self, test: &'q Test) -> Option<(Dimension<'q>, Region)> {
        match &test.subject {
            Subject::Field(field) => of_field(field, test),
            Subject::Function(call) => match call.function() {
                Function::Kind => self.of_kind(test),
                Function::Namespace => Some((Dimension::Namespace, of_values(test, is_namespace)?)),
                Function::Name => Some((Dimension::Name, of_values(test, is_name)?)),
                Function::Label => of_label(LabelKey::new(call.word()).ok()?, test),
                _ => None,
            },
            Subject::Label(key) => of_label(key.clone(), test),
        }
    }

    fn of_kind(&mut self, test: &'q Test) -> Option<(Dimension<'q>, Region)> {
        let words = test.patterns().iter().map(|pattern| self.kind(pattern.as_text()?));
        let region = Region::of(words.collect::<Option<Vec<_>>>()?);
        named(test).map(|()| (Dimension::Kind, signed(test, region)))
    }

    /// What a kind is called in calls, if it can be called.
    fn kind(&mut self, word: &'q str) -> Option<Rc<str>> {
        let is_plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        // "all" is several kinds for kubectl.
        if !is_plain || !word.starts_with(|it: char| it.is_ascii_alphabetic()) || word == "all" {
            return None;
        }
        let (plurals, group) = kinds::plurals(word);
        let likely = plurals.first().and_then(|plural| self.kinds.get(plural)).filter(|it| it.is_likely);
        if let Some(known) = likely {
            // Whether a name with a group and one without it mean the same, only a cluster knows.
            return (known.group == group).then(|| known.word.clone());
        }
        // Nor does anything else know whether `series` is one kind, and `serieses` its plural.
        if plurals.iter().any(|plural| self.kinds.contains_key(plural)) {
            return None;
        }
        let word: Rc<str> = word.to_ascii_lowercase().into();
        for (place, plural) in plurals.into_iter().enumerate() {
            // A plural that comes twice is as likely as where it comes first.
            let kind = NamedKind { group, word: word.clone(), is_likely: place == 0 };
            self.kinds.entry(plural).or_insert(kind);
        }
        Some(word)
    }
}

/// A test that is told from others, and no more.
fn unsayable(test: &Test) -> (Dimension<'_>, Region) {
    use QueryOperator::{Call, DoubleEquals, Equals, In};
    let opposite = test.operator.opposite().filter(|_| test.operator.is_negated());
    let operator = match opposite.unwrap_or(test.operator) {
        Equals | DoubleEquals | Call => In,
        other => other,
    };
    (Dimension::Unsayable(&test.subject, operator, &test.operand), signed(test, Region::present()))
}

fn of_field<'q>(field: &'q Field, test: &'q Test) -> Option<(Dimension<'q>, Region)> {
    let path = field.as_str().strip_prefix('.')?;
    match path {
        // Whether there is one that is empty, the functions do not tell as the fields do.
        "metadata.name" if !is_bare(test) => Some((Dimension::Name, of_values(test, is_name)?)),
        "metadata.namespace" if !is_bare(test) => {
            Some((Dimension::Namespace, of_values(test, is_namespace)?))
        }
        // Other fields may have several values, of which one may be this and one that.
        _ => fields::is_known(path).then_some((Dimension::Field(path), of_values(test, |_| true)?)),
    }
}

fn of_label(key: LabelKey, test: &Test) -> Option<(Dimension<'_>, Region)> {
    let region = match &test.operand {
        Operand::None => signed(test, Region::present()),
        Operand::Bound(bound) => match bound.point {
            Point::Integer(bound) => of_bound(test.operator, bound)?,
            _ => return None,
        },
        _ => of_values(test, |value| LabelValue::new(value).is_ok())?,
    };
    Some((Dimension::Label(key), region))
}

fn of_requirement(requirement: &Requirement) -> Region {
    let values = || Region::of(requirement.values().map(Rc::from));
    match requirement {
        Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..) => values(),
        Requirement::NotEquals(..) | Requirement::NotIn(..) => values().complement(),
        Requirement::Exists(_) => Region::present(),
        Requirement::DoesNotExist(_) => Region::present().complement(),
        Requirement::GreaterThan(_, bound) => above(bound.value().checked_add(1)),
        Requirement::LessThan(_, bound) => Region::integers(Some(bound.value()), false),
    }
}

fn of_bound(operator: QueryOperator, bound: i64) -> Option<Region> {
    Some(match operator {
        QueryOperator::GreaterThan => above(bound.checked_add(1)),
        QueryOperator::AtLeast => above(Some(bound)),
        QueryOperator::LessThan => Region::integers(Some(bound), false),
        QueryOperator::AtMost => Region::integers(bound.checked_add(1), false),
        _ => return None,
    })
}

/// The integers from `least` on; none if there is no such integer.
fn above(least: Option<i64>) -> Region {
    if least.is_none() { Region::all(false) } else { Region::integers(least, true) }
}

/// Where a test holds that names values, all of which are of the kind that calls can name.
fn of_values(test: &Test, is_sayable: impl Fn(&str) -> bool) -> Option<Region> {
    if is_bare(test) {
        return Some(signed(test, Region::present()));
    }
    named(test)?;
    let texts = test.patterns().iter().map(|pattern| pattern.as_text().filter(|text| is_sayable(text)));
    Some(signed(test, Region::of(texts.collect::<Option<Vec<_>>>()?.into_iter().map(Rc::from))))
}

fn is_bare(test: &Test) -> bool {
    test.operand == Operand::None
}

/// That a test names values.
fn named(test: &Test) -> Option<()> {
    matches!(test.operand, Operand::Patterns(_)).then_some(())
}

fn signed(test: &Test, region: Region) -> Region {
    if test.operator.is_negated() { region.complement() } else { region }
}

/// `kind/name` is more than a name; and of the empty one `name()` and the field differ.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains('/')
}

fn is_namespace(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.starts_with(|it: char| it.is_ascii_alphanumeric()) && text.bytes().all(is_plain)
}
