//! What a selector means: a boolean tree of requirements, without any store.
//!
//! A [`Selector`] comes from text ([`FromStr`]), from a [`LabelSelector`] object, or from [`Requirement`]s. Its
//! [`matches`](Selector::matches) *is* the meaning: every plan over a store must agree with it.

mod canonical;
mod contradiction;
mod error;
mod field_selector;
mod help;
mod label_selector;
mod label_selector_json;
mod matcher;
mod matches;
mod render;
mod requirement;
mod validate;

use std::str::FromStr;

pub use error::{ParseError, ParseErrorKind};
pub use field_selector::{
    FieldOperator, FieldRequirement, FieldSelector, FieldSelectorError, FieldSelectorErrorKind,
};
pub use label_selector::{
    LabelSelector, LabelSelectorError, LabelSelectorErrorKind, LabelSelectorOperator,
    LabelSelectorRequirement,
};
pub use matcher::Matcher;
pub(crate) use requirement::integer;
pub use requirement::{Integer, Operator, Requirement};
pub(crate) use validate::{comparison, membership};

pub use crate::formula::Expr;
use crate::formula::{Formula, FormulaLeaf};

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
    formula: Formula<Requirement>,
}

impl Selector {
    /// The selector of every object, like the empty text.
    #[must_use]
    pub fn everything() -> Selector {
        Selector { formula: Formula::everything() }
    }

    /// The selector of no object, like the null LabelSelector. It has no text.
    #[must_use]
    pub fn nothing() -> Selector {
        Selector { formula: Formula::nothing() }
    }

    /// The selector of the objects for which all of `requirements` hold: every object if there are none.
    pub(crate) fn all_of(requirements: impl IntoIterator<Item = Requirement>) -> Selector {
        Selector { formula: Formula::all_of(requirements) }
    }

    pub(crate) fn formula(&self) -> &Formula<Requirement> {
        &self.formula
    }

    /// The tree.
    #[must_use]
    pub fn expr(&self) -> &Expr<Requirement> {
        self.formula.expr()
    }

    /// Whether the tree is too deep to be walked by recursion.
    pub(crate) fn is_deep(&self) -> bool {
        self.formula.is_deep()
    }

    /// Whether this is the selector of every object. One that merely happens to hold for all is not found out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self.expr(), Expr::All)
    }

    /// Whether this is the selector of no object. One that merely contradicts itself is not found out.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self.expr(), Expr::None)
    }

    /// The objects that both selectors select.
    #[must_use]
    pub fn and(self, other: Selector) -> Selector {
        Selector { formula: self.formula.and(other.formula) }
    }

    /// The objects that at least one of the selectors selects.
    #[must_use]
    pub fn or(self, other: Selector) -> Selector {
        Selector { formula: self.formula.or(other.formula) }
    }

    /// The objects that the selector does not select.
    #[must_use]
    pub fn negate(self) -> Selector {
        Selector { formula: self.formula.negate() }
    }

    /// Every requirement that stands in the selector, also those under an "or" and a "not".
    #[must_use]
    pub fn all_requirements(&self) -> Vec<&Requirement> {
        self.expr().requirements().collect()
    }

    /// The requirements that all have to hold, sorted by key, where that is all the selector says: none for the selector
    /// of everything, and `None` for the one of nothing and for those with an "or" or a "not".
    #[must_use]
    pub fn requirements(&self) -> Option<Vec<&Requirement>> {
        self.expr().conjuncts()
    }
}

/// All of the requirements have to hold, as if their texts were joined by `,`. No requirements make the selector of everything,
/// as `labels.NewSelector().Add()` does in Kubernetes; whoever cannot mean that asks whether there are any.
///
/// Takes the time of sorting them by key, where [`and`](Selector::and) one by one takes that for each.
///
/// ```
/// use selq::{LabelKey, Requirement, Selector};
///
/// let keys = ["tier", "env"].map(LabelKey::new);
/// let selector: Selector = keys.into_iter().map(|key| key.map(Requirement::Exists)).collect::<Result<_, _>>()?;
/// assert_eq!(selector.canonical().as_deref(), Some("env,tier"));
/// # Ok::<(), selq::label::LabelError>(())
/// ```
impl FromIterator<Requirement> for Selector {
    fn from_iter<I: IntoIterator<Item = Requirement>>(requirements: I) -> Selector {
        Selector::all_of(requirements)
    }
}

impl From<Requirement> for Selector {
    fn from(requirement: Requirement) -> Selector {
        Selector { formula: Formula::of(requirement) }
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
        parse(text, |formula| Selector { formula })
    }
}

/// Reads a selector's text, as what its requirements can be made into.
pub(crate) fn parse<R: FormulaLeaf + From<Requirement>, T>(
    text: &str,
    made_of: impl FnOnce(Formula<R>) -> T,
) -> Result<T, ParseError> {
    // The kind of leaf is the caller's choice: a query reads a selector straight
    // into its own tree, which costs no second one. So is what the tree is put into, as moving it
    // afterwards was a fifth of the time of a short selector.
    match crate::syntax::parse(text) {
        Ok(ast) => validate::validate(&ast, made_of),
        Err(error) => Err(ParseError::from_syntax(text, error)),
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
    fn requirements_are_collected_into_their_conjunction() {
        let text = "b=1,a notin (x),b>0,!c";
        let requirements: Vec<Requirement> =
            text.split(',').map(|part| selector(part).requirements().unwrap()[0].clone()).collect();
        assert_eq!(requirements.into_iter().collect::<Selector>(), selector(text));
        assert!(std::iter::empty::<Requirement>().collect::<Selector>().is_everything());
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
    fn all_requirements_come_in_their_order() {
        let tree = selector("a").or(selector("b,c=1").negate()).and(selector("d"));
        let all: Vec<String> = tree.all_requirements().iter().map(ToString::to_string).collect();
        assert_eq!(all, ["d", "a", "b", "c=1"]);
        assert!(Selector::nothing().all_requirements().is_empty());
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
