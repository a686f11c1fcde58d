//! A selector made ready for many objects, so that many requirements cost little.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::matches::holds;
use super::{Requirement, Selector, integer};
use crate::formula::Expr;

/// From how many requirements on to go through the labels is faster than to go through the requirements.
const MANY_REQUIREMENTS: usize = 16;

/// A selector made ready to be asked about many objects.
///
/// [`Selector::matches_by`] looks for a label once for every requirement, which is fastest where there are few. A matcher
/// of many requirements goes through the labels instead, and looks for what is required of each.
///
/// ```
/// use selq::{Matcher, Selector};
///
/// let selector: Selector = "env=prod,!legacy".parse()?;
/// let matcher = Matcher::new(&selector);
/// assert!(matcher.matches([("env", "prod")].into_iter()));
/// # Ok::<(), selq::ParseError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Matcher<'s> {
    root: SelectorPart<'s>,
}

/// A part of a selector.
#[derive(Debug, Clone)]
enum SelectorPart<'s> {
    /// It has few requirements in each place.
    Few(&'s Expr<Requirement>),
    /// It has many, or one of its parts has.
    Many(Box<TestGroup<'s>>),
    Not(Box<SelectorPart<'s>>),
    /// It is too deep to be taken apart.
    Deep(&'s Selector),
}

/// The requirement that this is, and whether it is so without a "not".
fn tested(expr: &Expr<Requirement>) -> Option<(&Requirement, bool)> {
    match expr {
        Expr::Not(operand) => Some((operand.as_requirement()?, false)),
        expr => Some((expr.as_requirement()?, true)),
    }
}

/// Parts that all have to come out as `outcome`: as true for `a,b`; as false for it to be false that `a || b`.
#[derive(Debug, Clone)]
struct TestGroup<'s> {
    outcome: bool,
    /// What is required of the values of a key, by its place in `tests`.
    keys: HashMap<&'s str, usize, RandomState>,
    tests: Vec<ValueTest<'s>>,
    /// How many keys an object has to have.
    n_needed: usize,
    /// What is more than a requirement.
    parts: Vec<SelectorPart<'s>>,
}

impl<'s> Matcher<'s> {
    /// Makes a selector ready. Takes time in proportion to its length, and to sort its values.
    #[must_use]
    pub fn new(selector: &'s Selector) -> Matcher<'s> {
        Matcher::with_many(selector, MANY_REQUIREMENTS)
    }

    /// As [`Matcher::new`], with another number of requirements from which on they are many.
    fn with_many(selector: &'s Selector, many: usize) -> Matcher<'s> {
        let root = if selector.is_deep() {
            SelectorPart::Deep(selector)
        } else {
            SelectorPart::of(selector.expr(), many)
        };
        Matcher { root }
    }

    /// Whether an object with these labels is selected. The last of two labels with the same key counts.
    #[must_use]
    pub fn matches<'l>(&self, labels: impl DoubleEndedIterator<Item = (&'l str, &'l str)> + Clone) -> bool {
        self.root.holds(&labels)
    }
}

impl<'s> SelectorPart<'s> {
    fn of(expr: &'s Expr<Requirement>, many: usize) -> SelectorPart<'s> {
        match expr {
            Expr::And(operands) => SelectorPart::of_operands(expr, operands, true, many),
            Expr::Or(operands) => SelectorPart::of_operands(expr, operands, false, many),
            Expr::Not(operand) => match SelectorPart::of(operand, many) {
                // The "not" goes with the few that stand under it: `holds` reads it from the tree.
                SelectorPart::Few(_) => SelectorPart::Few(expr),
                part => SelectorPart::Not(Box::new(part)),
            },
            Expr::All | Expr::None | Expr::Requirement(_) => SelectorPart::Few(expr),
        }
    }

    fn of_operands(
        expr: &'s Expr<Requirement>,
        operands: &'s [Expr<Requirement>],
        outcome: bool,
        many: usize,
    ) -> SelectorPart<'s> {
        let others = operands.iter().filter(|operand| tested(operand).is_none());
        let parts: Vec<SelectorPart<'s>> = others.map(|operand| SelectorPart::of(operand, many)).collect();
        let n_requirements = operands.len() - parts.len();
        // A part of many further in makes this one of many too, since `holds` of the whole tree
        // would look for a label for each of its requirements.
        if n_requirements < many && parts.iter().all(|part| matches!(part, SelectorPart::Few(_))) {
            return SelectorPart::Few(expr);
        }
        SelectorPart::Many(Box::new(TestGroup::new(operands.iter().filter_map(tested), parts, outcome)))
    }

    fn holds<'l>(&self, labels: &(impl DoubleEndedIterator<Item = (&'l str, &'l str)> + Clone)) -> bool {
        // The search begins at the end, since the last of equal keys counts.
        let get = |key: &str| labels.clone().rfind(|label| label.0 == key).map(|label| label.1);
        match self {
            SelectorPart::Few(expr) => holds(expr, &get),
            SelectorPart::Deep(selector) => selector.matches_by(get),
            SelectorPart::Many(group) => group.holds(labels),
            SelectorPart::Not(part) => !part.holds(labels),
        }
    }
}

impl<'s> TestGroup<'s> {
    fn new(
        requirements: impl Iterator<Item = (&'s Requirement, bool)>,
        parts: Vec<SelectorPart<'s>>,
        outcome: bool,
    ) -> TestGroup<'s> {
        let (mut keys, mut tests) = (HashMap::<_, _, RandomState>::default(), Vec::<ValueTest<'s>>::new());
        for (requirement, is_plain) in requirements {
            let place = *keys.entry(requirement.key().as_str()).or_insert(tests.len());
            if place == tests.len() {
                tests.push(ValueTest::default());
            }
            tests[place].add(requirement, outcome == is_plain);
        }
        tests.iter_mut().for_each(|test| test.none_of.sort_unstable());
        let n_needed = tests.iter().filter(|test| test.needs_key).count();
        TestGroup { outcome, keys, tests, n_needed, parts }
    }

    fn holds<'l>(&self, labels: &(impl DoubleEndedIterator<Item = (&'l str, &'l str)> + Clone)) -> bool {
        let all = self.meets_tests(labels) && self.parts.iter().all(|it| it.holds(labels) == self.outcome);
        all == self.outcome
    }

    /// Whether the labels pass all tests: those that have one, and by their number those that are missing.
    fn meets_tests<'l>(&self, labels: &(impl Iterator<Item = (&'l str, &'l str)> + Clone)) -> bool {
        let tested = labels.clone().filter_map(|(key, value)| Some((*self.keys.get(key)?, value)));
        let mut tested: Vec<(usize, &str)> = tested.collect();
        // An object with too few of the keys fails whatever their values are, before anything is sorted.
        if tested.len() < self.n_needed {
            return false;
        }
        // The sort is stable, so that the last of equal keys is the last of its run.
        tested.sort_by_key(|&(place, _)| place);
        let mut n_met = 0;
        for run in tested.chunk_by(|(a, _), (b, _)| a == b) {
            let Some(&(place, value)) = run.last() else { continue };
            let test = &self.tests[place];
            if !test.passes(value) {
                return false;
            }
            n_met += usize::from(test.needs_key);
        }
        n_met == self.n_needed
    }
}

/// What several requirements together ask of the value of one key.
#[derive(Debug, Clone, Default)]
struct ValueTest<'s> {
    /// An object without the key fails.
    needs_key: bool,
    /// An object with the key fails.
    forbids_key: bool,
    /// The values of which one has to be there, sorted.
    one_of: Option<Vec<&'s str>>,
    /// The values that must not be there, sorted.
    none_of: Vec<&'s str>,
    /// The value has to be an integer above this one.
    above: Option<i64>,
    /// The value has to be an integer below this one.
    below: Option<i64>,
    /// The value must not be an integer above this one.
    not_above: Option<i64>,
    /// The value must not be an integer below this one.
    not_below: Option<i64>,
}

impl<'s> ValueTest<'s> {
    /// Asks as well that `requirement` comes out as `outcome`.
    fn add(&mut self, requirement: &'s Requirement, outcome: bool) {
        self.needs_key |= requirement.matches_value(None) != outcome;
        match (requirement, outcome) {
            (Requirement::Exists(_), true) | (Requirement::DoesNotExist(_), false) => {}
            (Requirement::DoesNotExist(_), true) | (Requirement::Exists(_), false) => self.forbids_key = true,
            (Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..), true)
            | (Requirement::NotEquals(..) | Requirement::NotIn(..), false) => self.allow(requirement),
            (Requirement::NotEquals(..) | Requirement::NotIn(..), true)
            | (Requirement::Equals(..) | Requirement::DoubleEquals(..) | Requirement::In(..), false) => {
                self.none_of.extend(requirement.values());
            }
            (Requirement::GreaterThan(_, bound), true) => self.above = self.above.max(Some(bound.value())),
            (Requirement::LessThan(_, bound), true) => self.below = least(self.below, bound.value()),
            (Requirement::GreaterThan(_, bound), false) => {
                self.not_above = least(self.not_above, bound.value());
            }
            (Requirement::LessThan(_, bound), false) => {
                self.not_below = self.not_below.max(Some(bound.value()));
            }
        }
    }

    /// Leaves only these values, which are sorted, of those that were allowed.
    fn allow(&mut self, requirement: &'s Requirement) {
        match &mut self.one_of {
            None => self.one_of = Some(requirement.values().collect()),
            Some(allowed) => allowed.retain(|value| {
                // `k in (a)` allows a value that it matches, and a negated `k notin (a)` one that
                // it does not. What comes out for an absent key tells the two apart.
                let is_same = requirement.matches_value(Some(value));
                is_same != requirement.matches_value(None)
            }),
        }
    }

    fn passes(&self, value: &str) -> bool {
        let is_in = |values: &[&str]| values.binary_search(&value).is_ok();
        !self.forbids_key
            && self.one_of.as_ref().is_none_or(|values| is_in(values))
            && !is_in(&self.none_of)
            && self.is_within_bounds(value)
    }

    fn is_within_bounds(&self, value: &str) -> bool {
        if [self.above, self.below, self.not_above, self.not_below] == [None; 4] {
            return true;
        }
        match integer(value) {
            // What is no integer fails `k>7` and passes `!(k>7)`.
            None => self.above.is_none() && self.below.is_none(),
            Some(number) => {
                self.above.is_none_or(|bound| number > bound)
                    && self.below.is_none_or(|bound| number < bound)
                    && self.not_above.is_none_or(|bound| number <= bound)
                    && self.not_below.is_none_or(|bound| number >= bound)
            }
        }
    }
}

fn least(bound: Option<i64>, other: i64) -> Option<i64> {
    Some(bound.map_or(other, |bound| bound.min(other)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn requirement() -> impl Strategy<Value = Selector> {
        let text = prop_oneof![
            Just("{k}={v}"),
            Just("{k}!={v}"),
            Just("{k} in ({v},{w})"),
            Just("{k} notin ({v},{w})"),
            Just("{k}"),
            Just("!{k}"),
            Just("{k}>{n}"),
            Just("{k}<{n}"),
        ];
        (text, "[a-c]", "(|x|[0-4])", "(y|[0-4])", "-?[0-4]").prop_map(|(text, k, v, w, n)| {
            let n = n.trim_start_matches('-');
            let text = text.replace("{k}", &k).replace("{v}", &v).replace("{w}", &w).replace("{n}", n);
            text.parse().unwrap()
        })
    }

    fn selector() -> impl Strategy<Value = Selector> {
        requirement().prop_recursive(4, 24, 6, |inner| {
            let all = proptest::collection::vec(inner.clone(), 1..6)
                .prop_map(|all| all.into_iter().fold(Selector::everything(), Selector::and));
            let any = proptest::collection::vec(inner.clone(), 1..6)
                .prop_map(|any| any.into_iter().fold(Selector::nothing(), Selector::or));
            prop_oneof![all, any, inner.prop_map(Selector::negate)]
        })
    }

    proptest! {
        #[test]
        fn going_through_the_labels_answers_the_same(
            selector in selector(),
            labels in proptest::collection::vec(("[a-d]", "(|x|y|[0-4]|-[0-4])"), 0..5),
        ) {
            let labels = || labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
            let expected = selector.matches(labels());
            for many in [0, 2, MANY_REQUIREMENTS] {
                prop_assert_eq!(Matcher::with_many(&selector, many).matches(labels()), expected, "{} {}", selector, many);
            }
        }
    }

    /// Labels that count how often they are looked at.
    fn n_looks(selector: &Selector, n_labels: usize) -> usize {
        let keys: Vec<String> = (0..n_labels).map(|n| format!("label-{n}")).collect();
        let looks = std::cell::Cell::new(0);
        let labels = keys.iter().map(|key| {
            looks.set(looks.get() + 1);
            (key.as_str(), "")
        });
        assert!(Matcher::new(selector).matches(labels));
        looks.get()
    }

    #[test]
    fn labels_are_looked_at_once_however_much_is_required() {
        for form in ["!k{n}", "k!={n}", "k{n} notin (a,b)"] {
            let text: Vec<String> = (0..10_000).map(|n| form.replace("{n}", &n.to_string())).collect();
            assert_eq!(n_looks(&text.join(",").parse().unwrap(), 8), 8, "{form}");
        }
        for form in ["k={n}", "k>{n}"] {
            let any = (0..1_000).map(|n| form.replace("{n}", &n.to_string()).parse().unwrap());
            let none = any.clone().fold(Selector::nothing(), Selector::or).negate();
            assert_eq!(n_looks(&none, 8), 8, "{form}");
            let none = any.map(Selector::negate).fold(Selector::everything(), Selector::and);
            assert_eq!(n_looks(&none, 8), 8, "{form}");
        }
    }
}
