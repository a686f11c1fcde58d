//! Requirements that no object can meet together.

use super::{Requirement, Selector};

/// How many pairs are looked at, at most: a selector of many requirements on one key has very many.
const MAX_PAIRS: usize = 1_000;

impl Selector {
    /// The first two requirements that exclude each other, where all of the selector's have to hold: `app=a` and
    /// `app=b`, `app` and `!app`, `k>5` and `k<3`. Contradictions that take more than two are not found.
    ///
    /// ```
    /// let selector: selq::Selector = "app in (a,b),tier,app notin (a,b,c)".parse()?;
    /// let (one, other) = selector.contradiction().unwrap();
    /// assert_eq!((one.to_string(), other.to_string()), ("app in (a,b)".into(), "app notin (a,b,c)".into()));
    /// # Ok::<(), selq::ParseError>(())
    /// ```
    #[must_use]
    pub fn contradiction(&self) -> Option<(&Requirement, &Requirement)> {
        let requirements = self.requirements()?;
        // They are sorted by key.
        let pairs = requirements.chunk_by(|a, b| a.key() == b.key()).flat_map(pairs);
        pairs.take(MAX_PAIRS).find(|(one, other)| excludes(one, other) || excludes(other, one))
    }
}

impl Selector {
    /// Requirements about one key that nothing satisfies together, though each two of them may be: `k in (a,b)`, `k!=a` and
    /// `k!=b`. None where there are no such. Looks no longer than [`Selector::contradiction`].
    pub(crate) fn conflict(&self) -> Vec<&Requirement> {
        if let Some((one, other)) = self.contradiction() {
            return vec![one, other];
        }
        let requirements = self.requirements().unwrap_or_default();
        requirements.chunk_by(|a, b| a.key() == b.key()).find_map(exhausted).unwrap_or_default()
    }
}

/// A requirement that lists values, with those that leave none of them.
fn exhausted<'s>(group: &[&'s Requirement]) -> Option<Vec<&'s Requirement>> {
    let is_list = |it: &&&Requirement| {
        matches!(it, Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..))
    };
    let list = *group.iter().find(is_list)?;
    if list.values().len().saturating_mul(group.len()) > MAX_PAIRS {
        return None;
    }
    let mut conflict = vec![list];
    for value in list.values() {
        let excluding = *group.iter().find(|it| !it.matches_value(Some(value)))?;
        if !conflict.contains(&excluding) {
            conflict.push(excluding);
        }
    }
    Some(conflict)
}

/// Each requirement with each of those behind it.
fn pairs<'s>(group: &[&'s Requirement]) -> impl Iterator<Item = (&'s Requirement, &'s Requirement)> {
    let ends = (0..group.len()).flat_map(|one| (one + 1..group.len()).map(move |other| (one, other)));
    ends.map(|(one, other)| (group[one], group[other]))
}

/// Whether what `one` says of a key's value shows that `other`, of the same key, does not hold.
fn excludes(one: &Requirement, other: &Requirement) -> bool {
    match (one, other) {
        (Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..), _) => {
            !one.values().any(|value| other.matches_value(Some(value)))
        }
        (Requirement::DoesNotExist(_), _) => !other.matches_value(None),
        (Requirement::GreaterThan(_, low), Requirement::LessThan(_, high)) => {
            // Both bounds are strict: between `k>5` and `k<7` there is 6,
            // and between `k>5` and `k<6` nothing.
            low.value().checked_add(1).is_none_or(|least| least >= high.value())
        }
        (Requirement::GreaterThan(_, low), Requirement::GreaterThan(..)) => low.value() == i64::MAX,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(text: &str) -> Option<String> {
        let selector: Selector = text.parse().unwrap();
        selector.contradiction().map(|(one, other)| format!("{one} | {other}"))
    }

    #[test]
    fn several_that_leave_nothing_are_named() {
        let conflict = |text: &str| {
            let selector: Selector = text.parse().unwrap();
            let conflict = selector.conflict().into_iter().map(ToString::to_string);
            conflict.collect::<Vec<_>>().join(" | ")
        };
        for (text, expected) in [
            ("x,k in (a,b),k!=a,k!=b", "k in (a,b) | k!=a | k!=b"),
            ("k in (a,b),k in (b,c),k in (a,c)", "k in (a,b) | k in (b,c) | k in (a,c)"),
            ("k in (1,9),k>2,k<5", "k in (1,9) | k>2 | k<5"),
            ("k=a,k=b", "k=a | k=b"),
            ("k in (a,b),k!=a", ""),
            ("k>1,k<3,k!=2", ""),
            ("", ""),
        ] {
            assert_eq!(conflict(text), expected, "{text}");
        }
    }

    #[test]
    fn the_pair_that_clashes_is_named() {
        for (text, clash) in [
            ("app=a,app=b", "app=a | app=b"),
            ("app,x,!app", "app | !app"),
            ("app in (a),app notin (a)", "app in (a) | app notin (a)"),
            ("k>5,k<3", "k>5 | k<3"),
            ("k>5,k<6", "k>5 | k<6"),
            ("k=7,k<3", "k=7 | k<3"),
            ("a=x,a!=x", "a=x | a!=x"),
            ("!a,a!=x,a=", "!a | a="),
        ] {
            assert_eq!(pair(text).as_deref(), Some(clash), "{text}");
        }
        for text in ["", "a=1,b=2", "k>5,k<7", "!a,a!=x,a notin (y)", "a in (b,c),a in (c,d)", "a>1,a!=5"] {
            assert_eq!(pair(text), None, "{text}");
        }
        assert_eq!("a=1".parse::<Selector>().unwrap().negate().or(Selector::nothing()).contradiction(), None);
    }

    proptest! {
        /// Two requirements exclude each other exactly where no value, nor the absence of one, meets both.
        #[test]
        fn all_pairs_and_only_pairs_that_exclude_each_other_are_found(
            one in prop::sample::select(REQUIREMENTS), other in prop::sample::select(REQUIREMENTS),
        ) {
            let selector: Selector = format!("{one},{other}").parse().unwrap();
            let values = ["", "a", "b", "c", "-1", "0", "1", "2", "3", "4", "5"];
            let is_met = values.iter().any(|value| selector.matches([("k", *value)]));
            let is_met = is_met || selector.matches(<[(&str, &str); 0]>::default());
            prop_assert_eq!(selector.contradiction().is_none(), is_met, "{}", selector);
        }
    }

    const REQUIREMENTS: &[&str] = &[
        "k",
        "!k",
        "k=a",
        "k==b",
        "k!=a",
        "k=",
        "k in (a,b)",
        "k in (b,c)",
        "k notin (a,b)",
        "k notin (a,b,c)",
        "k>0",
        "k>1",
        "k>3",
        "k<1",
        "k<2",
        "k<4",
        "k=2",
        "k in (1,4)",
        "k notin (2)",
    ];
}
