//! What a selector means: a boolean tree of requirements, without any store.
//!
//! A [`Selector`] comes from text ([`FromStr`]), from a [`LabelSelector`] object, or from [`Requirement`]s. Its
//! [`matches`](Selector::matches) *is* the meaning: every plan over a store must agree with it.

mod canonical;
mod error;
mod help;
mod label_selector;
mod label_selector_json;
mod matcher;
mod matches;
mod render;
mod requirement;
mod validate;

use std::cmp::Ordering;
use std::str::FromStr;

pub use error::{ParseError, ParseErrorKind};
pub use label_selector::{
    LabelSelector, LabelSelectorError, LabelSelectorErrorKind, LabelSelectorOperator,
    LabelSelectorRequirement,
};
pub use matcher::Matcher;
pub use matches::Label;
pub(crate) use requirement::integer;
pub use requirement::{Integer, Operator, Requirement};

/// Which objects are wanted.
///
/// There is no default: a selector that selects everything is asked for by name, [`Selector::everything`], or by the empty
/// text. Two selectors are equal when they have the same canonical form; `a=b` and `a==b` are not, though
/// they mean the same.
///
/// ```
/// use selq::Selector;
///
/// let selector: Selector = "env in (prod,qa),!legacy".parse()?;
/// assert!(selector.matches([("env", "qa")]));
/// assert!(!selector.matches([("env", "qa"), ("legacy", "")]));
/// # Ok::<(), selq::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Selector {
    expr: Expr,
}

/// The shape of a [`Selector`], to read but not to build: only the constructors there keep these rules.
///
/// - `All` and `None` stand only at the root.
/// - `And` and `Or` have at least two children and no child of their own kind.
/// - The requirements of an `And` come first, sorted by key; what has the same key keeps its order.
/// - `Not` does not hold another `Not`.
///
/// A tree that comes from text or from an object is one level deep. One that is built by hand is as deep as its "or"s and
/// "not"s alternate, and is walked by recursion.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expr {
    /// Every object: the empty text, the LabelSelector `{}`.
    All,
    /// No object: the null LabelSelector.
    None,
    /// `env=prod`
    Requirement(Requirement),
    /// `a,b`: all of them hold.
    And(Vec<Expr>),
    /// `a || b`: one of them holds.
    Or(Vec<Expr>),
    /// `!(a)`: it does not hold.
    Not(Box<Expr>),
}

impl Expr {
    /// The requirement, if this is one and nothing more.
    #[must_use]
    pub fn as_requirement(&self) -> Option<&Requirement> {
        match self {
            Expr::Requirement(requirement) => Some(requirement),
            _ => None,
        }
    }
}

impl Selector {
    /// The selector of every object, like the empty text.
    #[must_use]
    pub fn everything() -> Selector {
        Selector { expr: Expr::All }
    }

    /// The selector of no object, like the null LabelSelector. It has no text.
    #[must_use]
    pub fn nothing() -> Selector {
        Selector { expr: Expr::None }
    }

    /// The selector of the objects for which all of `requirements` hold: every object if there are none, which is
    /// why only a parser may ask for it.
    pub(crate) fn all_of(requirements: impl IntoIterator<Item = Requirement>) -> Selector {
        Selector { expr: and(requirements.into_iter().map(Expr::Requirement).collect()) }
    }

    /// The tree.
    #[must_use]
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// Whether this is the selector of every object. One that merely happens to hold for all is not found out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.expr == Expr::All
    }

    /// Whether this is the selector of no object. One that merely contradicts itself is not found out.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.expr == Expr::None
    }

    /// The objects that both selectors select.
    #[must_use]
    pub fn and(self, other: Selector) -> Selector {
        let expr = match (self.expr, other.expr) {
            (Expr::None, _) | (_, Expr::None) => Expr::None,
            (Expr::All, expr) | (expr, Expr::All) => expr,
            (left, right) => and(flat(left, right, |expr| match expr {
                Expr::And(children) => Ok(children),
                other => Err(other),
            })),
        };
        Selector { expr }
    }

    /// The objects that at least one of the selectors selects.
    #[must_use]
    pub fn or(self, other: Selector) -> Selector {
        let expr = match (self.expr, other.expr) {
            (Expr::All, _) | (_, Expr::All) => Expr::All,
            (Expr::None, expr) | (expr, Expr::None) => expr,
            (left, right) => Expr::Or(flat(left, right, |expr| match expr {
                Expr::Or(children) => Ok(children),
                other => Err(other),
            })),
        };
        Selector { expr }
    }

    /// The objects that the selector does not select.
    #[must_use]
    pub fn negate(self) -> Selector {
        let expr = match self.expr {
            Expr::All => Expr::None,
            Expr::None => Expr::All,
            Expr::Not(inner) => *inner,
            Expr::Requirement(requirement) => match requirement.opposite() {
                Ok(opposite) => Expr::Requirement(opposite),
                Err(requirement) => Expr::Not(Box::new(Expr::Requirement(requirement))),
            },
            other => Expr::Not(Box::new(other)),
        };
        Selector { expr }
    }

    /// The requirements that all have to hold, sorted by key, where that is all the selector says: none for the selector
    /// of everything, and `None` for the one of nothing and for those with an "or" or a "not".
    #[must_use]
    pub fn requirements(&self) -> Option<Vec<&Requirement>> {
        let children = match &self.expr {
            Expr::All => &[],
            Expr::And(children) => children.as_slice(),
            only => std::slice::from_ref(only),
        };
        children.iter().map(Expr::as_requirement).collect()
    }
}

/// The conjunction of `children`, of which none is a constant or a conjunction.
fn and(mut children: Vec<Expr>) -> Expr {
    children.sort_by(by_key);
    match children.len() {
        0 => Expr::All,
        1 => children.swap_remove(0),
        _ => Expr::And(children),
    }
}

/// The order of the children of an `And`; a stable sort keeps those that compare equal as they were.
fn by_key(a: &Expr, b: &Expr) -> Ordering {
    match (a, b) {
        (Expr::Requirement(a), Expr::Requirement(b)) => a.key().cmp(b.key()),
        (Expr::Requirement(_), _) => Ordering::Less,
        (_, Expr::Requirement(_)) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// The children of `left` and `right` in one list; `open` takes the node apart if it is of the wanted kind.
fn flat(left: Expr, right: Expr, open: impl Fn(Expr) -> Result<Vec<Expr>, Expr>) -> Vec<Expr> {
    let mut children = open(left).unwrap_or_else(|other| vec![other]);
    match open(right) {
        Ok(more) => children.extend(more),
        Err(other) => children.push(other),
    }
    children
}

impl From<Requirement> for Selector {
    fn from(requirement: Requirement) -> Selector {
        Selector { expr: Expr::Requirement(requirement) }
    }
}

impl FromStr for Selector {
    type Err = ParseError;

    /// Reads the text that Kubernetes reads, and nothing else. The time is linear in its length, save for sorting.
    ///
    /// # Errors
    ///
    /// The first place where the text leaves the grammar, else the first key or value that Kubernetes refuses.
    fn from_str(text: &str) -> Result<Selector, ParseError> {
        match crate::syntax::parse(text) {
            Ok(ast) => validate::validate(&ast),
            Err(error) => Err(ParseError::from_syntax(text, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selector(text: &str) -> Selector {
        text.parse().unwrap()
    }

    #[test]
    fn constants_fold() {
        let (all, none, env) = (Selector::everything(), Selector::nothing(), selector("env"));
        assert_eq!(env.clone().and(all.clone()), env);
        assert_eq!(all.clone().and(env.clone()), env);
        assert_eq!(env.clone().and(none.clone()), none);
        assert_eq!(env.clone().or(none.clone()), env);
        assert_eq!(env.or(all.clone()), all);
        assert_eq!(all.clone().negate(), none);
        assert_eq!(none.negate(), all);
    }

    #[test]
    fn the_opposite_of_a_requirement_is_one_where_there_is_one() {
        for (text, opposite) in [
            ("a", "!a"),
            ("a=b", "a!=b"),
            ("a in (b,c)", "a notin (b,c)"),
            ("!a", "a"),
            ("a!=", "a="),
            ("a notin ()", "a in ()"),
        ] {
            assert_eq!(selector(text).negate(), selector(opposite));
        }
        assert_eq!(selector("a==b").negate(), selector("a!=b"));
        // Not `a<8`: what is no integer is neither greater nor less.
        assert_eq!(selector("a>7").negate().to_string(), "!(a>7)");
    }

    #[test]
    fn trees_are_flat_and_sorted_by_key() {
        let and = selector("b,a=1").and(selector("a=0,c"));
        assert_eq!(and, selector("a=1,a=0,b,c"));
        let or = selector("a").or(selector("b")).or(selector("c"));
        assert!(matches!(or.expr(), Expr::Or(children) if children.len() == 3));
        assert_eq!(or.clone().negate().negate(), or);
    }

    #[test]
    fn requirements_are_those_of_a_plain_and() {
        let keys = |s: &Selector| {
            s.requirements().map(|rs| rs.iter().map(|r| r.key().to_string()).collect::<Vec<_>>())
        };
        assert_eq!(keys(&Selector::everything()), Some(vec![]));
        assert_eq!(keys(&selector("x")), Some(vec!["x".into()]));
        assert_eq!(keys(&selector("b,a")), Some(vec!["a".into(), "b".into()]));
        assert_eq!(keys(&Selector::nothing()), None);
        assert_eq!(keys(&selector("a").or(selector("b"))), None);
        assert_eq!(keys(&selector("a").and(selector("b,c").negate())), None);
    }

    #[test]
    fn a_selector_that_says_nothing_is_neither_constant_by_accident() {
        assert!(selector(" ").is_everything());
        assert!(!selector("a,!a").is_nothing());
        assert!(Selector::nothing().is_nothing() && !Selector::nothing().is_everything());
    }

    #[test]
    fn a_failed_parse_is_an_error_and_never_everything() {
        for text in ["\0", "\0env=prod", "env\0", ",", "(", "\u{a0}"] {
            assert!(text.parse::<Selector>().is_err(), "{text:?}");
        }
    }
}
