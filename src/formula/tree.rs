//! Walks over a tree of requirements that need no more stack for a deep tree than for a flat one.
//!
//! A selector from text is one level deep, but a program may put "or" and "and" into each other a hundred thousand times.
//! Whatever the compiler would derive for such a tree, and whatever visits all of it, would call itself as often.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem;
use std::slice;

use super::Expr;

/// Up to how many levels a tree is walked by recursion, where that is the simplest or the fastest.
// Selectors from text and from JSON are a level deep, so that all of them are walked by recursion.
pub(crate) const MAX_RECURSION: usize = 32;

impl<R> Expr<R> {
    /// What stands directly under this part.
    pub(crate) fn operands(&self) -> &[Expr<R>] {
        match self {
            Expr::All | Expr::None | Expr::Requirement(_) => &[],
            Expr::And(operands) | Expr::Or(operands) => operands,
            Expr::Not(operand) => slice::from_ref(operand),
        }
    }

    /// All parts of the tree, each before what stands under it.
    pub(crate) fn parts(&self) -> Parts<'_, R> {
        Parts { levels: vec![slice::from_ref(self).iter()] }
    }

    /// Works something out from the leaves up: `of` is given each part and what was worked out for its operands.
    pub fn fold<'e, T>(&'e self, mut of: impl FnMut(&'e Expr<R>, Vec<T>) -> T) -> T {
        let mut open: Vec<Level<'e, R, T>> = Vec::new();
        let mut level = Level::of(self);
        loop {
            match level.rest.next() {
                // A leaf is worked out at once, so that a flat tree opens no level but its own.
                Some(operand) if operand.operands().is_empty() => level.done.push(of(operand, Vec::new())),
                Some(operand) => open.push(mem::replace(&mut level, Level::of(operand))),
                None => {
                    let value = of(level.part, level.done);
                    let Some(above) = open.pop() else { return value };
                    level = above;
                    level.done.push(value);
                }
            }
        }
    }

    /// The part with other operands and, if it is a leaf, another requirement.
    fn with_operands<S>(&self, mut operands: Vec<Expr<S>>, of: impl Fn(&R) -> S) -> Expr<S> {
        match self {
            Expr::All => Expr::All,
            Expr::None => Expr::None,
            Expr::Requirement(requirement) => Expr::Requirement(of(requirement)),
            Expr::And(_) => Expr::And(operands),
            Expr::Or(_) => Expr::Or(operands),
            // A "not" has exactly one operand, so that the constant is never taken.
            Expr::Not(_) => Expr::Not(Box::new(operands.pop().unwrap_or(Expr::None))),
        }
    }

    /// The same tree with other requirements.
    pub(super) fn copied<S>(&self, of: impl Fn(&R) -> S) -> Expr<S> {
        match self {
            // The commonest selector takes no more than a copy of its requirement.
            Expr::Requirement(requirement) => Expr::Requirement(of(requirement)),
            tree => tree.fold(|part, operands| part.with_operands(operands, &of)),
        }
    }

    /// Frees the tree from the root down, level by level.
    pub(super) fn dismantle(self) {
        let mut rest = vec![self];
        while let Some(part) = rest.pop() {
            match part {
                Expr::And(operands) | Expr::Or(operands) => rest.extend(operands),
                Expr::Not(operand) => rest.push(*operand),
                Expr::All | Expr::None | Expr::Requirement(_) => {}
            }
        }
    }

    /// What tells a part from another, apart from what stands under it.
    fn shape(&self) -> Shape<'_, R> {
        let requirement = self.as_requirement();
        Shape { kind: mem::discriminant(self), n_operands: self.operands().len(), requirement }
    }
}

/// A part whose operands are being worked on.
struct Level<'e, R, T> {
    part: &'e Expr<R>,
    rest: slice::Iter<'e, Expr<R>>,
    done: Vec<T>,
}

impl<'e, R, T> Level<'e, R, T> {
    fn of(part: &'e Expr<R>) -> Level<'e, R, T> {
        let operands = part.operands();
        Level { part, rest: operands.iter(), done: Vec::with_capacity(operands.len()) }
    }
}

/// All parts of a tree.
pub(crate) struct Parts<'e, R> {
    /// What is left of each level above the next part.
    levels: Vec<slice::Iter<'e, Expr<R>>>,
}

impl<'e, R> Iterator for Parts<'e, R> {
    type Item = &'e Expr<R>;

    fn next(&mut self) -> Option<&'e Expr<R>> {
        let part = loop {
            match self.levels.last_mut()?.next() {
                Some(part) => break part,
                None => self.levels.pop(),
            };
        };
        let operands = part.operands();
        if !operands.is_empty() {
            self.levels.push(operands.iter());
        }
        Some(part)
    }
}

/// Trees are the same when their parts have the same shapes, one after another.
#[derive(PartialEq, Eq, Hash)]
struct Shape<'e, R> {
    kind: mem::Discriminant<Expr<R>>,
    // With these numbers the order of the parts says where each operand ends.
    n_operands: usize,
    requirement: Option<&'e R>,
}

impl<R: PartialEq> PartialEq for Expr<R> {
    fn eq(&self, other: &Expr<R>) -> bool {
        self.parts().map(Expr::shape).eq(other.parts().map(Expr::shape))
    }
}

impl<R: Eq> Eq for Expr<R> {}

impl<R: Hash> Hash for Expr<R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().for_each(|part| part.shape().hash(state));
    }
}

impl<R: fmt::Display> fmt::Debug for Expr<R> {
    /// The text of the selector with this tree.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({self})")
    }
}

#[cfg(test)]
mod tests {
    use crate::{LabelSelector, Matcher, Plan, Selector, SelectorSet, Store};

    /// `((a || b) , c) || b …`, with "not" at every tenth level.
    fn deep(n_levels: usize) -> Selector {
        let (or, and): (Selector, Selector) = ("b=1".parse().unwrap(), "c!=1".parse().unwrap());
        (0..n_levels).fold("a".parse().unwrap(), |selector: Selector, level| match level % 10 {
            9 => selector.negate(),
            odd if odd % 2 == 1 => selector.and(and.clone()),
            _ => or.clone().or(selector),
        })
    }

    /// Runs where a walk by recursion would not get far.
    fn with_small_stack(test: fn()) {
        let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(test).unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn deep_selectors_are_compared_copied_hashed_printed_and_freed() {
        with_small_stack(|| {
            let (selector, same) = (deep(100_000), deep(100_000));
            assert!(selector == same && selector != deep(99_999));
            assert_eq!(selector.to_string(), same.to_string());
            assert!(selector.to_string().len() > 100_000 && format!("{selector:?}").len() > 100_000);
            assert!(selector.canonical().is_none() && selector.requirements().is_none());
            assert!(Option::<LabelSelector>::try_from(&selector).is_err());
            assert_eq!(selector.clone().negate().negate(), same);
            let (none, all) = (Selector::nothing(), Selector::everything());
            assert!(selector.clone().and(none).is_nothing() && all.or(selector).is_everything());
        });
    }

    #[test]
    fn deep_selectors_are_answered_in_every_way() {
        with_small_stack(|| {
            for n_levels in [31, 34, 100, 20_000] {
                let selector = deep(n_levels);
                let mut store = Store::new();
                let (mut expected, mut set) = (0, SelectorSet::new());
                let id = set.insert(selector.clone());
                for labels in [vec![], vec![("a", "")], vec![("b", "1")], vec![("b", "1"), ("c", "1")]] {
                    let matches = selector.matches(labels.iter().copied());
                    assert_eq!(Matcher::new(&selector).matches(labels.iter().copied()), matches);
                    assert_eq!(set.matching(labels.iter().copied()).contains(id), matches);
                    expected += u64::from(matches);
                    store.insert(crate::Object::new("Pod", "", "").with_labels(labels));
                }
                let plan = Plan::new(&store, &selector);
                assert_eq!(
                    (plan.count(), plan.run().len() as u64, plan.any()),
                    (expected, expected, expected > 0)
                );
                assert!(!plan.explain().to_string().is_empty() && !format!("{plan:?}").is_empty());
                assert!(plan.absences().len() < 10);
                let literally = Plan::with_passes(&store, &selector, &crate::Scope::all(), &[]);
                assert_eq!(literally.count(), expected);
            }
        });
    }
}
