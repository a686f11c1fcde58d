//! Anchors: what an object must have for a selector to be worth trying.

use super::standing::LabelLeaf;
use super::term_index::TermIndex;
use super::terms::Term;
use crate::selector::Expr;

/// What decides whether a selector is tried for an object, and the answer if it is not.
#[derive(Debug, Clone, Default)]
pub(super) struct Anchors {
    /// Whether the selector selects an object without labels.
    pub(super) selects_unlabelled: bool,
    /// Terms of which an object has at least one if the answer for it is another than that for an object without labels.
    pub(super) terms: Vec<Term>,
    cost: Cost,
}

/// How much trying some terms would cause: a key alone more than any values, since every object with the key has it, then
/// what stands there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    has_key: bool,
    n_anchored: usize,
}

impl TermIndex {
    /// The anchors of a tree, in time in proportion to it.
    pub(super) fn anchors<R: LabelLeaf>(&mut self, expr: &Expr<R>) -> Anchors {
        let mut anchors = expr.fold(|part, operands| match part {
            Expr::All => Anchors { selects_unlabelled: true, ..Anchors::default() },
            Expr::None => Anchors::default(),
            Expr::Requirement(leaf) => self.anchors_of_leaf(leaf),
            Expr::And(_) => Anchors::joined(operands, false),
            Expr::Or(_) => Anchors::joined(operands, true),
            Expr::Not(_) => {
                // A "not" has exactly one operand, of which it says the opposite wherever that is what it is.
                let operand = operands.into_iter().next().unwrap_or_default();
                Anchors { selects_unlabelled: !operand.selects_unlabelled, ..operand }
            }
        });
        // What stands in several alternatives would have the selector tried as often.
        anchors.terms.sort_unstable();
        anchors.terms.dedup();
        anchors
    }

    fn anchors_of_leaf(&mut self, leaf: &impl LabelLeaf) -> Anchors {
        let terms = self.terms.of(leaf);
        let cost = Cost {
            has_key: terms.iter().any(|&term| self.terms.is_key(term)),
            n_anchored: terms.iter().map(|&term| self.n_anchored(term)).sum(),
        };
        Anchors { selects_unlabelled: leaf.holds_without_key(), terms, cost }
    }
}

impl Anchors {
    /// The anchors of an "and" (`decisive` is false) or an "or" (`decisive` is true): of what is `decisive` as soon as one
    /// of its operands is.
    ///
    /// Where some operands are so for an object without labels, each of them has to change: the anchors of one are enough, the
    /// one that fewest objects and fewest other selectors share. Where none is, the change of any changes the whole.
    fn joined(operands: Vec<Anchors>, decisive: bool) -> Anchors {
        let decide = |it: &Anchors| it.selects_unlabelled == decisive;
        if operands.iter().any(decide) {
            return operands.into_iter().filter(decide).min_by_key(|it| it.cost).unwrap_or_default();
        }
        operands.into_iter().reduce(Anchors::either).unwrap_or_default()
    }

    /// The anchors of both.
    fn either(self, other: Anchors) -> Anchors {
        // The shorter go to the longer, which takes a deep tree little more time than a flat one.
        let (mut terms, fewer) = match self.terms.len() < other.terms.len() {
            true => (other.terms, self.terms),
            false => (self.terms, other.terms),
        };
        terms.extend(fewer);
        let cost = Cost {
            has_key: self.cost.has_key || other.cost.has_key,
            n_anchored: self.cost.n_anchored + other.cost.n_anchored,
        };
        Anchors { terms, cost, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Query, Selector};

    fn selector(text: &str) -> Selector {
        text.parse().unwrap()
    }

    /// How many anchors a selector has, and whether it selects an object that has none of them.
    fn n_anchors(selector: &Selector) -> (usize, bool) {
        let anchors = TermIndex::default().anchors(selector.expr());
        (anchors.terms.len(), anchors.selects_unlabelled)
    }

    #[test]
    fn of_an_and_the_narrowest_part() {
        assert_eq!(n_anchors(&selector("a,b in (x,y),!c")), (2, false), "values before a key");
        assert_eq!(n_anchors(&selector("a!=x,b,!c")), (1, false));
        assert_eq!(n_anchors(&selector("a!=x,!c")), (2, true));
    }

    #[test]
    fn of_an_or_every_part() {
        assert_eq!(n_anchors(&selector("a=x").or(selector("b in (x,y)"))), (3, false));
        assert_eq!(n_anchors(&selector("a=x,b").or(selector("a=x,c"))), (1, false), "each once");
        assert_eq!(n_anchors(&selector("a=x").or(selector("!b"))), (1, true));
    }

    #[test]
    fn not_turns_the_answer_and_keeps_the_anchors() {
        assert_eq!(n_anchors(&selector("a!=x,!b").negate()), (2, false));
        assert_eq!(n_anchors(&selector("a=x,b").negate()), (1, true));
        assert_eq!(n_anchors(&selector("!a").or(selector("b!=x")).negate()), (1, false));
    }

    #[test]
    fn constants() {
        assert_eq!(n_anchors(&Selector::everything()), (0, true));
        assert_eq!(n_anchors(&Selector::nothing()), (0, false));
    }

    #[test]
    fn of_patterns_the_key_and_of_texts_the_values() {
        let anchors = |text: &str| {
            let mut index = TermIndex::default();
            let anchors = index.anchors(text.parse::<Query>().unwrap().expr());
            let n_keys = anchors.terms.iter().filter(|&&term| index.terms.is_key(term)).count();
            (anchors.terms.len(), n_keys, anchors.selects_unlabelled)
        };
        assert_eq!(anchors("a=x-*"), (1, 1, false));
        assert_eq!(anchors("a!~'x|y'"), (1, 1, true));
        assert_eq!(anchors("a>=7 || b in (x,y*)"), (2, 2, false));
        assert_eq!(anchors("a in ('x y',z)"), (2, 0, false));
        assert_eq!(anchors("a=x*,b!=y,c=z"), (1, 0, false));
    }
}
