//! Whether labels satisfy a selector: the meaning that every plan has to agree with.

use super::{Requirement, Selector};
use crate::Label;
use crate::formula::Expr;

/// From how many labels on sorting them beats looking through them for each requirement.
const MANY_LABELS: usize = 24;

impl Selector {
    /// Whether an object with these labels is selected. The last of two labels with the same key counts.
    ///
    /// One requirement is answered in one pass over the labels; they are collected only when there are several.
    ///
    /// ```
    /// let selector: selq::Selector = "tier!=db".parse()?;
    /// assert!(selector.matches([("env", "prod")]));
    /// # Ok::<(), selq::ParseError>(())
    /// ```
    #[must_use]
    pub fn matches<L>(&self, labels: L) -> bool
    where
        L: IntoIterator,
        L::Item: Label,
    {
        match self.expr() {
            Expr::All => true,
            Expr::None => false,
            Expr::Requirement(requirement) => matches_last(requirement, labels),
            _ => matches_collected(self, labels.into_iter()),
        }
    }

    /// Whether an object is selected whose value of a key is what `get` says, `None` if it lacks the key.
    ///
    /// Asks `get` once for every requirement; for many objects and requirements see [`Matcher`](super::Matcher).
    #[must_use]
    pub fn matches_by<'a>(&self, get: impl Fn(&str) -> Option<&'a str>) -> bool {
        if self.is_deep() { holds_in_deep(self.expr(), &get) } else { holds(self.expr(), &get) }
    }
}

/// As [`holds`] for a tree too deep for recursion. Asks for every label, also for those that decide nothing any more.
fn holds_in_deep<'a>(expr: &Expr<Requirement>, get: &impl Fn(&str) -> Option<&'a str>) -> bool {
    expr.fold(|part, operands: Vec<bool>| match part {
        Expr::And(_) => operands.into_iter().all(|holds| holds),
        Expr::Or(_) => operands.into_iter().any(|holds| holds),
        // A "not" has exactly one operand.
        Expr::Not(_) => !operands.into_iter().any(|holds| holds),
        leaf => holds(leaf, get),
    })
}

pub(super) fn holds<'a>(expr: &Expr<Requirement>, get: &impl Fn(&str) -> Option<&'a str>) -> bool {
    match expr {
        Expr::All => true,
        Expr::None => false,
        Expr::Requirement(requirement) => requirement.matches_value(get(requirement.key().as_str())),
        Expr::And(children) => children.iter().all(|child| holds(child, get)),
        Expr::Or(children) => children.iter().any(|child| holds(child, get)),
        Expr::Not(child) => !holds(child, get),
    }
}

fn matches_last<L>(requirement: &Requirement, labels: L) -> bool
where
    L: IntoIterator,
    L::Item: Label,
{
    let key = requirement.key().as_str();
    let label = labels.into_iter().filter(|label| label.key() == key).last();
    requirement.matches_value(label.as_ref().map(Label::value))
}

/// Objects have few labels, so they are kept on the stack as long as they fit.
fn matches_collected<L: Label>(selector: &Selector, mut labels: impl Iterator<Item = L>) -> bool {
    let mut few = [const { None::<L> }; MANY_LABELS];
    let n = few.iter_mut().zip(labels.by_ref()).map(|(slot, label)| *slot = Some(label)).count();
    // A full array does not tell whether there are more labels, so that it counts as many.
    if n < MANY_LABELS {
        return matches_few(selector, &few[..n]);
    }
    matches_many(selector, few.into_iter().flatten().chain(labels).collect())
}

fn matches_few<L: Label>(selector: &Selector, labels: &[Option<L>]) -> bool {
    let last = |key: &str| labels.iter().flatten().rfind(|label| label.key() == key);
    selector.matches_by(|key| last(key).map(Label::value))
}

fn matches_many<L: Label>(selector: &Selector, mut labels: Vec<L>) -> bool {
    // The sort is stable, so that the last of equal keys stays the last.
    labels.sort_by(|a, b| a.key().cmp(b.key()));
    selector.matches_by(|key| {
        let end = labels.partition_point(|label| label.key() <= key);
        labels[..end].last().filter(|label| label.key() == key).map(Label::value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> bool {
        selector.parse::<Selector>().unwrap().matches(labels)
    }

    #[test]
    fn all_requirements_have_to_hold() {
        let labels = [("env", "prod"), ("tier", "db")];
        assert!(matches("env=prod,tier in (db,cache),!legacy", &labels));
        assert!(!matches("env=prod,tier=web", &labels));
    }

    #[test]
    fn constants_need_no_labels() {
        let unread = std::iter::repeat(("a", "b"));
        assert!(Selector::everything().matches(unread.clone()));
        assert!(!Selector::nothing().matches(unread));
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        let few = [("a", "1"), ("a", "2")];
        assert!(matches("a=2", &few) && !matches("a=1", &few) && matches("a=2,!b", &few));
        let mut many = vec![("x", "y"); MANY_LABELS];
        many.extend(few);
        assert!(matches("a=2,!b", &many) && !matches("a=1,!b", &many));
    }

    #[test]
    fn or_and_not_hold_as_they_read() {
        let selector = |text: &str| text.parse::<Selector>().unwrap();
        let either = selector("a").or(selector("b,c"));
        assert!(
            either.matches([("a", "")])
                && either.matches([("b", ""), ("c", "")])
                && !either.matches([("b", "")])
        );
        let neither = either.negate();
        assert!(!neither.matches([("a", "")]) && neither.matches([("b", "")]));
    }

    #[test]
    fn labels_may_be_owned_or_borrowed() {
        let owned = std::collections::BTreeMap::from([("env".to_owned(), "prod".to_owned())]);
        let selector: Selector = "env=prod,!x".parse().unwrap();
        assert!(selector.matches(&owned) && selector.matches(owned.iter()) && selector.matches(owned));
    }
}
