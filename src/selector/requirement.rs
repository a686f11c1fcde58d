//! One requirement, with exactly what its operator needs.

use std::cmp::Ordering;
use std::fmt;

use crate::formula::FormulaLeaf;
use crate::label::ValueSet;
use crate::{LabelKey, LabelValue};

/// One requirement. What an operator does not take, its variant has no room for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// `key=value`
    Equals(LabelKey, LabelValue),
    /// `key==value`: means the same as `key=value`, and prints as it was written.
    DoubleEquals(LabelKey, LabelValue),
    /// `key!=value`: also holds without the key.
    NotEquals(LabelKey, LabelValue),
    /// `key in (a,b)`
    In(LabelKey, ValueSet),
    /// `key notin (a,b)`: also holds without the key.
    NotIn(LabelKey, ValueSet),
    /// `key`
    Exists(LabelKey),
    /// `!key`
    DoesNotExist(LabelKey),
    /// `key>7`: the value is an integer, and greater.
    GreaterThan(LabelKey, Integer),
    /// `key<7`: the value is an integer, and less.
    LessThan(LabelKey, Integer),
}

/// An integer that keeps its spelling: `007` is 7 and prints as `007`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Integer {
    value: i64,
    text: LabelValue,
}

impl Integer {
    /// The integer that `text` spells; `None` if it does not spell one that fits 64 bits.
    #[must_use]
    pub fn new(text: LabelValue) -> Option<Integer> {
        let value = integer(text.as_str())?;
        Some(Integer { value, text })
    }

    /// The number.
    #[must_use]
    pub fn value(&self) -> i64 {
        self.value
    }

    /// The number as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }
}

/// The decimal number that `text` spells, with or without a sign, as Go's `ParseInt(text, 10, 64)` reads it.
pub(crate) fn integer(text: &str) -> Option<i64> {
    // Rust reads the same texts as Go does in base 10: one sign and leading
    // zeros are fine, blanks and underscores are not.
    text.parse().ok()
}

/// What a requirement asks of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operator {
    /// `in`
    In,
    /// `notin`
    NotIn,
    /// `=`
    Equals,
    /// `==`
    DoubleEquals,
    /// `!=`
    NotEquals,
    /// `exists`
    Exists,
    /// `!`
    DoesNotExist,
    /// `gt`
    GreaterThan,
    /// `lt`
    LessThan,
}

impl Operator {
    /// The name that Kubernetes gives the operator: one of `in notin = == != exists ! gt lt`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Operator::In => "in",
            Operator::NotIn => "notin",
            Operator::Equals => "=",
            Operator::DoubleEquals => "==",
            Operator::NotEquals => "!=",
            Operator::Exists => "exists",
            Operator::DoesNotExist => "!",
            Operator::GreaterThan => "gt",
            Operator::LessThan => "lt",
        }
    }
}

impl fmt::Display for Operator {
    /// The name that Kubernetes gives the operator.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Requirement {
    /// The key.
    #[must_use]
    pub fn key(&self) -> &LabelKey {
        match self {
            Requirement::Equals(key, _)
            | Requirement::DoubleEquals(key, _)
            | Requirement::NotEquals(key, _)
            | Requirement::In(key, _)
            | Requirement::NotIn(key, _)
            | Requirement::Exists(key)
            | Requirement::DoesNotExist(key)
            | Requirement::GreaterThan(key, _)
            | Requirement::LessThan(key, _) => key,
        }
    }

    /// The operator.
    #[must_use]
    pub fn operator(&self) -> Operator {
        match self {
            Requirement::Equals(..) => Operator::Equals,
            Requirement::DoubleEquals(..) => Operator::DoubleEquals,
            Requirement::NotEquals(..) => Operator::NotEquals,
            Requirement::In(..) => Operator::In,
            Requirement::NotIn(..) => Operator::NotIn,
            Requirement::Exists(_) => Operator::Exists,
            Requirement::DoesNotExist(_) => Operator::DoesNotExist,
            Requirement::GreaterThan(..) => Operator::GreaterThan,
            Requirement::LessThan(..) => Operator::LessThan,
        }
    }

    /// The values, sorted and without repeats: one for `=`, `==` and `!=`, at least one for `in` and `notin`, the
    /// number as it was written for `gt` and `lt`, none for `exists` and `!`.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        let values = match self {
            Requirement::Equals(_, value)
            | Requirement::DoubleEquals(_, value)
            | Requirement::NotEquals(_, value) => std::slice::from_ref(value),
            Requirement::In(_, values) | Requirement::NotIn(_, values) => values.as_slice(),
            Requirement::GreaterThan(_, number) | Requirement::LessThan(_, number) => {
                std::slice::from_ref(&number.text)
            }
            Requirement::Exists(_) | Requirement::DoesNotExist(_) => &[],
        };
        values.iter().map(LabelValue::as_str)
    }

    /// The values that it names one by one: those of all operators but `gt` and `lt`.
    pub fn named_values(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        let is_bound = matches!(self, Requirement::GreaterThan(..) | Requirement::LessThan(..));
        // A `take` of nothing keeps one type of iterator for all operators.
        self.values().take(if is_bound { 0 } else { usize::MAX })
    }

    /// Whether an object satisfies the requirement that has `value` for its key, or lacks the key if that is `None`.
    ///
    /// Without the key `!=`, `notin` and `!` hold, and nothing else does. The value need not be one that Kubernetes takes:
    /// `>` and `<` read also `+5` and `-5`, and hold for no value that is not an integer.
    #[must_use]
    pub fn matches_value(&self, value: Option<&str>) -> bool {
        // Only two of the operators read the value as a number.
        let number = || value.and_then(integer);
        match self {
            Requirement::Equals(_, wanted) | Requirement::DoubleEquals(_, wanted) => {
                value == Some(wanted.as_str())
            }
            Requirement::NotEquals(_, unwanted) => value != Some(unwanted.as_str()),
            Requirement::In(_, wanted) => value.is_some_and(|value| wanted.contains(value)),
            Requirement::NotIn(_, unwanted) => value.is_none_or(|value| !unwanted.contains(value)),
            Requirement::Exists(_) => value.is_some(),
            Requirement::DoesNotExist(_) => value.is_none(),
            Requirement::GreaterThan(_, bound) => number().is_some_and(|number| number > bound.value),
            Requirement::LessThan(_, bound) => number().is_some_and(|number| number < bound.value),
        }
    }

    /// Whether an object without the key satisfies the requirement.
    pub(crate) fn holds_without_key(&self) -> bool {
        self.matches_value(None)
    }
}

impl FormulaLeaf for Requirement {
    /// There is none for `>` and `<`.
    fn opposite(self) -> Result<Requirement, Requirement> {
        Ok(match self {
            // Both spellings have one opposite, so that `a==b` that is negated twice is `a=b`.
            Requirement::Equals(key, value) | Requirement::DoubleEquals(key, value) => {
                Requirement::NotEquals(key, value)
            }
            Requirement::NotEquals(key, value) => Requirement::Equals(key, value),
            Requirement::In(key, values) => Requirement::NotIn(key, values),
            Requirement::NotIn(key, values) => Requirement::In(key, values),
            Requirement::Exists(key) => Requirement::DoesNotExist(key),
            Requirement::DoesNotExist(key) => Requirement::Exists(key),
            // No requirement holds where `k>7` does not: that is also where the
            // key is absent or its value is no integer.
            other @ (Requirement::GreaterThan(..) | Requirement::LessThan(..)) => return Err(other),
        })
    }

    /// By key.
    fn order(&self, other: &Requirement) -> Ordering {
        // Kubernetes sorts by key alone. What has the same key stays as it was
        // written, which the canonical text has to keep.
        self.key().cmp(other.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Selector;

    fn requirement(text: &str) -> Requirement {
        let selector: Selector = text.parse().unwrap();
        selector.requirements().unwrap()[0].clone()
    }

    #[test]
    fn parts_of_every_operator() {
        let parts = |text| {
            let requirement = requirement(text);
            let values: Vec<&str> = requirement.values().collect();
            format!("{} {} {values:?}", requirement.key(), requirement.operator().as_str())
        };
        assert_eq!(parts("k=v"), r#"k = ["v"]"#);
        assert_eq!(parts("k==v"), r#"k == ["v"]"#);
        assert_eq!(parts("k!="), r#"k != [""]"#);
        assert_eq!(parts("k in (b,,a)"), r#"k in ["", "a", "b"]"#);
        assert_eq!(parts("k notin ()"), r#"k notin [""]"#);
        assert_eq!(parts("k"), "k exists []");
        assert_eq!(parts("!k"), "k ! []");
        assert_eq!(parts("k>007"), r#"k gt ["007"]"#);
        assert_eq!(parts("k<1"), r#"k lt ["1"]"#);
    }

    #[test]
    fn an_absent_key_satisfies_what_forbids() {
        let holds = |text| requirement(text).matches_value(None);
        assert!(holds("k!=v") && holds("k notin (v)") && holds("!k") && holds("k!="));
        assert!(
            !holds("k=v")
                && !holds("k in (v)")
                && !holds("k")
                && !holds("k>0")
                && !holds("k<0")
                && !holds("k=")
        );
    }

    #[test]
    fn an_empty_value_is_a_value() {
        let holds = |text| requirement(text).matches_value(Some(""));
        assert!(holds("k=") && holds("k in ()") && holds("k") && holds("k notin (v)"));
        assert!(!holds("k!=") && !holds("!k") && !holds("k>0") && !holds("k<0"));
    }

    #[test]
    fn numbers_compare_strictly_and_as_64_bit_integers() {
        let holds = |text, value| requirement(text).matches_value(Some(value));
        assert!(holds("k>007", "8") && !holds("k>7", "7") && holds("k<7", "-5") && holds("k>4", "+5"));
        assert!(holds("k>9223372036854775806", "9223372036854775807"));
        assert!(!holds("k>0", "9223372036854775808") && !holds("k>0", "1.5") && !holds("k>0", " 1"));
    }
}
