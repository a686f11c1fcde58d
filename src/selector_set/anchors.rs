//! Anchors: what an object must have for a selector to be worth trying.

use super::term_index::TermIndex;
use super::terms::Term;
use crate::Requirement;
use crate::selector::Expr;

impl TermIndex {
    /// Terms of which an object has at least one if `expr` comes out as `outcome` for it; `None` if an object that has
    /// none of the terms in the set may do so too.
    ///
    /// A conjunction takes the anchors of one part, which is enough: the part that fewest objects and fewest other
    /// selectors share. A disjunction takes the anchors of every part. "Not" turns the one into the other, so nothing is
    /// multiplied out. Recurses as deep as the tree, which must not be a deep one.
    pub(super) fn anchors(&mut self, expr: &Expr<Requirement>, outcome: bool) -> Option<Vec<Term>> {
        match (expr, outcome) {
            (Expr::All, true) | (Expr::None, false) => None,
            // It never comes out so, for which no object has to be tried.
            (Expr::All, false) | (Expr::None, true) => Some(vec![]),
            (Expr::Requirement(requirement), _) => {
                // Where an object without the key is enough, there is nothing that one must have.
                (requirement.holds_without_key() != outcome).then(|| self.terms.of(requirement))
            }
            (Expr::And(children), true) | (Expr::Or(children), false) => {
                let each: Vec<_> = children.iter().filter_map(|child| self.anchors(child, outcome)).collect();
                each.into_iter().min_by_key(|anchors| self.cost(anchors))
            }
            (Expr::And(children), false) | (Expr::Or(children), true) => {
                let each: Option<Vec<_>> =
                    children.iter().map(|child| self.anchors(child, outcome)).collect();
                each.map(|each| each.concat())
            }
            (Expr::Not(child), _) => self.anchors(child, !outcome),
        }
    }

    /// How much trying these anchors would cause: a key alone more than any values, since every object with the key
    /// has it, then what stands there already.
    fn cost(&self, anchors: &[Term]) -> (bool, usize) {
        (
            anchors.iter().any(|&term| self.terms.is_key(term)),
            anchors.iter().map(|&term| self.n_anchored(term)).sum(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Selector;

    fn selector(text: &str) -> Selector {
        text.parse().unwrap()
    }

    /// How many anchors a selector has.
    fn n_anchors(selector: &Selector) -> Option<usize> {
        TermIndex::default().anchors(selector.expr(), true).map(|anchors| anchors.len())
    }

    #[test]
    fn of_an_and_the_narrowest_part() {
        assert_eq!(n_anchors(&selector("a,b in (x,y),!c")), Some(2), "values before a key");
        assert_eq!(n_anchors(&selector("a!=x,b,!c")), Some(1));
        assert_eq!(n_anchors(&selector("a!=x,!c")), None);
    }

    #[test]
    fn of_an_or_every_part() {
        assert_eq!(n_anchors(&selector("a=x").or(selector("b in (x,y)"))), Some(3));
        assert_eq!(n_anchors(&selector("a=x").or(selector("!b"))), None);
    }

    #[test]
    fn not_swaps_and_with_or() {
        assert_eq!(n_anchors(&selector("a!=x,!b").negate()), Some(2));
        assert_eq!(n_anchors(&selector("a=x").negate()), None);
        assert_eq!(n_anchors(&selector("!a").or(selector("b!=x")).negate()), Some(1));
    }

    #[test]
    fn constants() {
        assert_eq!(n_anchors(&Selector::everything()), None);
        assert_eq!(n_anchors(&Selector::nothing()), Some(0));
    }
}
