//! A selector back to text.

use std::fmt;

use super::{Requirement, Selector};

impl Selector {
    /// The canonical text: requirements sorted by key, values sorted and without repeats, no white space but around
    /// `in` and `notin`. Parsing it gives the selector back. `None` where there is no such text: for the selector of
    /// nothing, and for those with an "or" or a "not".
    #[must_use]
    pub fn canonical(&self) -> Option<String> {
        self.requirements().map(|_| self.to_string())
    }
}

impl fmt::Display for Selector {
    /// Prints the canonical text; `<nothing>`, which does not parse, for the selector of nothing. Selectors with an "or"
    /// or a "not" print as the query that they are: `a || b`, `!(a,b)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr().fmt(f)
    }
}

impl fmt::Display for Requirement {
    /// As in the canonical text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Requirement::Equals(key, value) => write!(f, "{key}={value}"),
            // Both spellings mean the same, and Kubernetes prints each as it was written.
            Requirement::DoubleEquals(key, value) => write!(f, "{key}=={value}"),
            Requirement::NotEquals(key, value) => write!(f, "{key}!={value}"),
            Requirement::In(key, _) => write!(f, "{key} in ({})", List(self)),
            Requirement::NotIn(key, _) => write!(f, "{key} notin ({})", List(self)),
            Requirement::Exists(key) => write!(f, "{key}"),
            Requirement::DoesNotExist(key) => write!(f, "!{key}"),
            Requirement::GreaterThan(key, bound) => write!(f, "{key}>{}", bound.as_str()),
            Requirement::LessThan(key, bound) => write!(f, "{key}<{}", bound.as_str()),
        }
    }
}

/// The values of a requirement with commas between them. As the empty value is the first, it is printed as nothing: `(,a)`.
struct List<'r>(&'r Requirement);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, value) in self.0.values().enumerate() {
            if i > 0 {
                f.write_str(",")?;
            }
            f.write_str(value)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Selector;

    #[track_caller]
    fn canonical(text: &str) -> String {
        text.parse::<Selector>().unwrap().canonical().unwrap()
    }

    #[test]
    fn requirements_are_sorted_by_key_and_stay_otherwise() {
        assert_eq!(canonical(" !x, tier ,env notin ( prod,dev )"), "env notin (dev,prod),tier,!x");
        assert_eq!(canonical("a!=2,b,a==1,a=0"), "a!=2,a==1,a=0,b");
    }

    #[test]
    fn values_are_sorted_without_repeats_and_the_empty_one_is_nothing() {
        assert_eq!(canonical("x in (b,a,b)"), "x in (a,b)");
        assert_eq!(canonical("x in (a,,b)"), "x in (,a,b)");
        assert_eq!(canonical("x in (,)"), "x in ()");
        assert_eq!(canonical("a= ,b!="), "a=,b!=");
    }

    #[test]
    fn numbers_keep_their_spelling() {
        assert_eq!(canonical("x > 007 , x < 010"), "x>007,x<010");
    }

    #[test]
    fn everything_is_the_empty_text_and_nothing_has_none() {
        assert_eq!(canonical("\t"), "");
        assert_eq!(Selector::nothing().canonical(), None);
        assert_eq!(Selector::nothing().to_string(), "<nothing>");
    }

    #[test]
    fn or_and_not_print_as_a_query() {
        let selector = |text: &str| text.parse::<Selector>().unwrap();
        let either = selector("a").or(selector("c,b"));
        assert_eq!(either.to_string(), "a || b && c");
        assert_eq!(either.clone().and(selector("x")).to_string(), "x,(a || b && c)");
        assert_eq!(either.negate().to_string(), "!(a || b && c)");
        assert_eq!(selector("b,a").negate().to_string(), "!(a,b)");
        assert_eq!(selector("b,a").negate().canonical(), None);
    }
}
