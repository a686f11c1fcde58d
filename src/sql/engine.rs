//! What every engine has to say in its own way.

use std::ops::RangeInclusive;

use regex_syntax::hir::Hir;

use super::clause::Clause;
use super::error::Refusal;
use super::like::LikePattern;

/// How an engine says what predicates are made of: each dialect is one of these, in a file of its own.
///
/// Expressions that are given and returned stand as operands as they are. A test of a value is NULL where the value is, and
/// nowhere else; predicates of whole objects are never NULL.
pub(super) trait SqlEngine: Sync {
    /// A text literal that is this text whatever is in it.
    fn text(&self, text: &str) -> Result<String, Refusal>;

    /// A name of a column or table that is this name whatever is in it.
    fn name(&self, name: &str) -> Result<String, Refusal>;

    /// What the labels in a column, which is given as an expression, have under a key.
    fn label(&self, labels: &str, key: &str) -> Result<LabelEntry, Refusal>;

    /// A predicate that the label under a key is one of these values, none of which is empty, by which the engine can prune
    /// or use an index, where it has such a form beside the comparison of the value.
    fn label_in(&self, _labels: &str, _key: &str, _values: &[&str]) -> Result<Option<Clause>, Refusal> {
        Ok(None)
    }

    /// A test of a text by LIKE.
    fn like(&self, value: &str, pattern: &LikePattern) -> Result<String, Refusal> {
        Ok(format!("{value} LIKE {}", self.text(&pattern.text)?))
    }

    /// A test of a whole text by a regular expression.
    fn full_match(&self, value: &str, expression: &Hir) -> Result<String, Refusal>;

    /// A test whether a text is an integer, as Go's `ParseInt` reads it, in a range. It is FALSE and not NULL where the
    /// text is NULL or no integer, and fails for no text.
    fn integer(&self, value: &str, range: RangeInclusive<i64>) -> Result<String, Refusal>;

    /// An exact number, which is given in decimal digits.
    fn number(&self, decimal: &str) -> String {
        decimal.to_owned()
    }

    /// The JSON that stands in a column.
    fn json(&self, column: &str) -> String {
        column.to_owned()
    }

    /// The member of this name of a JSON value, which is nothing where that is no object.
    fn json_own_member(&self, json: &str, name: &str) -> Result<String, Refusal>;

    /// The list of one JSON value. As in all of these lists, what is not there may stand as NULL or another thing that leads
    /// nowhere.
    fn json_list(&self, json: &str) -> String;

    /// The list of the members of this name of each value in a list: of an object its own, of an array those of its
    /// elements, and those of the elements of these if they are arrays in turn. `element` is a name that nothing else has.
    fn json_member(&self, list: &str, name: &str, element: &str) -> Result<String, Refusal>;

    /// The list of the elements of the arrays in a list, or of the one of this number of each.
    fn json_elements(&self, list: &str, index: Option<u64>, element: &str) -> String;

    /// The list of those values in a list for which a predicate of `element` holds.
    fn json_where(&self, list: &str, predicate: &str, element: &str) -> String;

    /// A predicate that there is a value in a list which is not `null`.
    fn json_any(&self, list: &str, element: &str) -> String;

    /// A predicate that a text, number or boolean in a list is, as a text which is called `element`, as a test says.
    fn json_any_text(&self, list: &str, test: &str, element: &str) -> String;
}

/// What the labels of an object have under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LabelEntry {
    /// The value.
    pub(super) value: String,
    /// A predicate, never NULL, that the key is there.
    pub(super) is_there: Clause,
    /// What the value is where the key is not there.
    pub(super) absent: AbsentValue,
}

/// The comparison of an integer of 64 bits, or NULL, with a range of them.
pub(super) fn in_range(
    integer: &str,
    range: &RangeInclusive<i64>,
    literal: impl Fn(i64) -> String,
) -> String {
    let [least, most] = [range.start(), range.end()].map(|bound| literal(*bound));
    match (*range.start(), *range.end()) {
        (i64::MIN, i64::MAX) => format!("{integer} IS NOT NULL"),
        (_, i64::MAX) => format!("{integer} >= {least}"),
        (i64::MIN, _) => format!("{integer} <= {most}"),
        _ => format!("{integer} BETWEEN {least} AND {most}"),
    }
}

/// What an engine gives for the value of a key that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AbsentValue {
    /// NULL, as it also does for a value that is NULL.
    Null,
    /// The empty text.
    Empty,
}
