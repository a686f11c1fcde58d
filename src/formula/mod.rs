//! Requirements joined by "and", "or" and "not", whatever it is that a requirement asks.

mod print;
mod tree;

use std::cmp::Ordering;
use std::fmt;
use std::mem;
use std::slice;

pub(crate) use tree::MAX_RECURSION;

/// A tree of requirements, to read but not to build: only the constructors of [`Selector`](crate::Selector) and
/// queries keep these rules.
///
/// - `All` and `None` stand only at the root.
/// - `And` and `Or` have at least two children and no child of their own kind.
/// - What an `And` requires of labels comes first, sorted by key; what has the same key keeps its order.
/// - `Not` does not hold another `Not`.
///
/// The tree of a selector that comes from text or from an object is one level deep. One that is built by hand is as deep as
/// its "or"s and "not"s alternate: who walks it by recursion needs stack for that.
#[non_exhaustive]
pub enum Expr<R> {
    /// Every object: the empty text, the LabelSelector `{}`.
    All,
    /// No object: the null LabelSelector.
    None,
    /// `env=prod`
    Requirement(R),
    /// `a,b`: all of them hold.
    And(Vec<Expr<R>>),
    /// `a || b`: one of them holds.
    Or(Vec<Expr<R>>),
    /// `!(a)`: it does not hold.
    Not(Box<Expr<R>>),
}

impl<R> Expr<R> {
    /// The requirement, if this is one and nothing more.
    #[must_use]
    pub fn as_requirement(&self) -> Option<&R> {
        match self {
            Expr::Requirement(requirement) => Some(requirement),
            _ => None,
        }
    }

    /// The requirements that all have to hold, where that is all the tree says: none of [`Expr::All`], and `None` where there
    /// is an "or" or a "not", and of [`Expr::None`].
    pub(crate) fn conjuncts(&self) -> Option<Vec<&R>> {
        let children = match self {
            // Everything is the conjunction of no requirements.
            Expr::All => &[],
            Expr::And(children) => children.as_slice(),
            // One requirement stands at the root without an "and" around it. Whatever else does
            // is none, so that the collecting below gives `None`.
            only => slice::from_ref(only),
        };
        children.iter().map(Expr::as_requirement).collect()
    }

    /// Every requirement that stands in the tree, in order, also those under an "or" and a "not".
    pub(crate) fn requirements(&self) -> impl Iterator<Item = &R> {
        self.parts().filter_map(Expr::as_requirement)
    }
}

/// What stands at the leaves of a tree.
pub(crate) trait FormulaLeaf: Sized {
    /// The requirement that holds exactly where this one does not; itself where there is none.
    fn opposite(self) -> Result<Self, Self>;

    /// The order in which two stand beside each other when both have to hold.
    fn order(&self, other: &Self) -> Ordering;
}

/// A tree of requirements that is put together by "and", "or" and "not", and keeps the rules of [`Expr`].
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Formula<R: FormulaLeaf> {
    expr: Expr<R>,
    /// How many levels there are below the root.
    height: usize,
}

impl<R: FormulaLeaf> Formula<R> {
    pub(crate) fn everything() -> Formula<R> {
        Formula { expr: Expr::All, height: 0 }
    }

    pub(crate) fn nothing() -> Formula<R> {
        Formula { expr: Expr::None, height: 0 }
    }

    pub(crate) fn of(requirement: R) -> Formula<R> {
        Formula { expr: Expr::Requirement(requirement), height: 0 }
    }

    /// All of `requirements` hold; everything if there are none.
    pub(crate) fn all_of(requirements: impl IntoIterator<Item = R>) -> Formula<R> {
        Formula::all(requirements.into_iter().map(Expr::Requirement).collect(), 1)
    }

    /// The conjunction of `operands`, of which none is a constant or a conjunction; of as many levels if there are several.
    fn all(mut operands: Vec<Expr<R>>, height: usize) -> Formula<R> {
        // What is put together piece by piece is mostly in order.
        if !operands.is_sorted_by(|a, b| in_order(a, b).is_le()) {
            operands.sort_by(in_order);
        }
        match operands.len() {
            0 => Formula::everything(),
            // The caller has counted the level of an "and", which one operand does not need.
            1 => Formula { expr: operands.swap_remove(0), height: height - 1 },
            _ => Formula { expr: Expr::And(operands), height },
        }
    }

    /// All of `formulas` hold; everything if there are none. Takes the time of sorting them once.
    pub(crate) fn conjunction(formulas: impl IntoIterator<Item = Formula<R>>) -> Formula<R> {
        let (mut operands, mut height) = (Vec::new(), 1);
        for formula in formulas {
            match formula.into_parts() {
                // One operand that holds for nothing decides, whatever else there is.
                (Expr::None, _) => return Formula::nothing(),
                (Expr::All, _) => {}
                (Expr::And(inner), inner_height) => {
                    operands.extend(inner);
                    height = height.max(inner_height);
                }
                (other, inner_height) => {
                    operands.push(other);
                    height = height.max(inner_height + 1);
                }
            }
        }
        Formula::all(operands, height)
    }

    pub(crate) fn expr(&self) -> &Expr<R> {
        &self.expr
    }

    /// Whether the tree is too deep to be walked by recursion.
    pub(crate) fn is_deep(&self) -> bool {
        self.height > MAX_RECURSION
    }

    /// Takes the tree and its height out.
    fn into_parts(mut self) -> (Expr<R>, usize) {
        // What has a `Drop` cannot be taken apart, so that a constant stays in the tree's place.
        (mem::replace(&mut self.expr, Expr::None), mem::take(&mut self.height))
    }

    /// The same tree of other leaves, which have to keep the order.
    pub(crate) fn copied<S: FormulaLeaf>(&self, of: impl Fn(&R) -> S) -> Formula<S> {
        Formula { expr: self.expr.copied(of), height: self.height }
    }

    pub(crate) fn and(self, other: Formula<R>) -> Formula<R> {
        match (&self.expr, &other.expr) {
            (Expr::None, _) | (_, Expr::All) => self,
            (_, Expr::None) | (Expr::All, _) => other,
            _ => {
                let (operands, height) = flat(self, other, |expr| match expr {
                    Expr::And(operands) => Ok(operands),
                    other => Err(other),
                });
                Formula::all(operands, height)
            }
        }
    }

    pub(crate) fn or(self, other: Formula<R>) -> Formula<R> {
        match (&self.expr, &other.expr) {
            (Expr::All, _) | (_, Expr::None) => self,
            (_, Expr::All) | (Expr::None, _) => other,
            _ => {
                let (operands, height) = flat(self, other, |expr| match expr {
                    Expr::Or(operands) => Ok(operands),
                    other => Err(other),
                });
                Formula { expr: Expr::Or(operands), height }
            }
        }
    }

    pub(crate) fn negate(self) -> Formula<R> {
        let not = |expr, height| Formula { expr: Expr::Not(Box::new(expr)), height: height + 1 };
        match self.into_parts() {
            (Expr::All, _) => Formula::nothing(),
            (Expr::None, _) => Formula::everything(),
            (Expr::Not(inner), height) => Formula { expr: *inner, height: height - 1 },
            (Expr::Requirement(requirement), height) => match requirement.opposite() {
                // An opposite keeps the tree flat: `!(k=v)` is `k!=v`, which a selector can say.
                Ok(opposite) => Formula::of(opposite),
                Err(requirement) => not(Expr::Requirement(requirement), height),
            },
            (other, height) => not(other, height),
        }
    }
}

/// The order of the children of an `And`; a stable sort keeps those that compare equal as they were.
fn in_order<R: FormulaLeaf>(a: &Expr<R>, b: &Expr<R>) -> Ordering {
    match (a, b) {
        (Expr::Requirement(a), Expr::Requirement(b)) => a.order(b),
        // What is made of several has no key to be sorted by, and goes behind.
        (Expr::Requirement(_), _) => Ordering::Less,
        (_, Expr::Requirement(_)) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// The children of `left` and `right` in one list, with the height of what they are put into; `open` takes a node apart if
/// it is of that kind.
fn flat<R: FormulaLeaf>(
    left: Formula<R>,
    right: Formula<R>,
    open: impl Fn(Expr<R>) -> Result<Vec<Expr<R>>, Expr<R>>,
) -> (Vec<Expr<R>>, usize) {
    let opened = |formula: Formula<R>| {
        let (expr, height) = formula.into_parts();
        match open(expr) {
            Ok(children) => (children, height),
            Err(other) => (vec![other], height + 1),
        }
    };
    let ((left, left_height), (right, right_height)) = (opened(left), opened(right));
    let height = left_height.max(right_height);
    let mut children = left;
    children.extend(right);
    (children, height)
}

impl<R: FormulaLeaf + Clone> Clone for Formula<R> {
    fn clone(&self) -> Formula<R> {
        self.copied(R::clone)
    }
}

impl<R: FormulaLeaf + fmt::Display> fmt::Debug for Formula<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.expr, f)
    }
}

impl<R: FormulaLeaf> Drop for Formula<R> {
    fn drop(&mut self) {
        // What the compiler makes would call itself for each level. A flat tree is left to it.
        if self.is_deep() {
            mem::replace(&mut self.expr, Expr::None).dismantle();
        }
    }
}
