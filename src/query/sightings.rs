//! What a query names besides labels, and what of it is seen while objects are asked that nobody keeps.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::{Context, FieldValue, Pattern, Predicate, Query, Subject, Test};
use crate::syntax::Function;

/// The tests of a query, each with whether an object has its subject and the values that it names.
///
/// Threads ask objects at once, and what is named may never come: an object whose tests are all settled takes no look.
#[derive(Debug)]
pub(super) struct TestSightings<'q> {
    /// By the places of the tests, which stay where they are as long as the query is borrowed.
    tests: Vec<SeenTest<'q>>,
    /// How many tests there are of which something was not seen.
    n_open: AtomicUsize,
}

#[derive(Debug)]
struct SeenTest<'q> {
    test: &'q Test,
    has_value: AtomicBool,
    /// The values that it names.
    values: Vec<(&'q Pattern, AtomicBool)>,
    /// Some value is as its regular expression says.
    is_expressed: AtomicBool,
    n_unseen: AtomicUsize,
}

/// A look at one object.
pub(super) struct Glance<'s, 'q> {
    sightings: &'s TestSightings<'q>,
    /// Which of the first tests were looked at already, a bit each; the others are looked at once more.
    looked: Cell<u64>,
}

impl<'q> TestSightings<'q> {
    /// Nothing was seen so far. For labels that are named others look out.
    pub(super) fn new(query: &'q Query) -> TestSightings<'q> {
        let tests = query.expr().requirements().filter_map(|predicate| match predicate {
            Predicate::Test(test) if !is_label(test) || test.expression().is_some() => {
                Some(SeenTest::new(test))
            }
            _ => None,
        });
        let mut tests: Vec<SeenTest<'q>> = tests.collect();
        tests.sort_unstable_by_key(|seen| place(seen.test));
        let n_open = AtomicUsize::new(tests.len());
        TestSightings { tests, n_open }
    }

    /// Begins with an object, if there is anything left to see.
    pub(super) fn glance(&self) -> Option<Glance<'_, 'q>> {
        let is_open = self.n_open.load(Ordering::Relaxed) > 0;
        is_open.then(|| Glance { sightings: self, looked: Cell::new(0) })
    }

    /// What no object had: subjects, and values that subjects name, in the order of the query.
    pub(super) fn unseen(&self, query: &'q Query) -> Vec<(&'q Subject, Option<&'q str>)> {
        let mut unseen = Vec::new();
        for predicate in query.expr().requirements() {
            if let Predicate::Test(test) = predicate
                && let Some((_, seen)) = self.find(test)
            {
                unseen.extend(seen.unseen().filter(|it| !unseen.contains(it)).collect::<Vec<_>>());
            }
        }
        unseen
    }

    /// Whether nothing is to be said of a query that nothing matches: all that it names is there.
    pub(super) fn are_complete(&self) -> bool {
        self.n_open.load(Ordering::Relaxed) == 0
    }

    /// Whether there is a regular expression that no value is as it says.
    pub(super) fn has_idle_expression(&self) -> bool {
        self.tests.iter().any(SeenTest::is_idle_expression)
    }

    fn find(&self, test: &Test) -> Option<(usize, &SeenTest<'q>)> {
        let at = self.tests.binary_search_by_key(&place(test), |seen| place(seen.test)).ok()?;
        Some((at, &self.tests[at]))
    }

    fn see(&self, seen: &SeenTest<'q>, values: &[FieldValue<'_>], context: &Context) {
        if seen.is_open() && seen.see(values, context) {
            self.n_open.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

fn is_label(test: &Test) -> bool {
    matches!(test.subject(), Subject::Label(_))
}

/// Where a test is, which tells it apart from its equals.
fn place(test: &Test) -> usize {
    std::ptr::from_ref(test).addr()
}

impl<'q> SeenTest<'q> {
    fn new(test: &'q Test) -> SeenTest<'q> {
        let named = test
            .patterns()
            .iter()
            .filter(|it| test.compares_texts() && it.as_text().is_some() && !is_label(test));
        let values: Vec<_> = named.map(|pattern| (pattern, AtomicBool::new(false))).collect();
        let n_unseen = 1 + values.len() + usize::from(test.expression().is_some());
        SeenTest {
            test,
            has_value: AtomicBool::new(false),
            values,
            is_expressed: AtomicBool::new(false),
            n_unseen: AtomicUsize::new(n_unseen),
        }
    }

    fn is_open(&self) -> bool {
        self.n_unseen.load(Ordering::Relaxed) > 0
    }

    /// Looks at what an object has. True for the sighting that was the last to come.
    fn see(&self, values: &[FieldValue<'_>], context: &Context) -> bool {
        let mut n_new = usize::from(is_first(&self.has_value, || !values.is_empty()));
        let mut texts = values.iter().filter_map(FieldValue::text);
        for (pattern, is_seen) in &self.values {
            let mut texts = texts.clone();
            let is_there = || texts.any(|text| self.test.is_like(text, pattern, context));
            n_new += usize::from(is_first(is_seen, is_there));
        }
        if let Some(expression) = self.test.expression() {
            n_new += usize::from(is_first(&self.is_expressed, || texts.any(|text| expression.accepts(text))));
        }
        n_new > 0 && self.n_unseen.fetch_sub(n_new, Ordering::Relaxed) == n_new
    }

    fn is_idle_expression(&self) -> bool {
        self.test.expression().is_some() && !self.is_expressed.load(Ordering::Relaxed)
    }

    fn unseen(&self) -> impl Iterator<Item = (&'q Subject, Option<&'q str>)> {
        let is_unseen = |is_seen: &AtomicBool| !is_seen.load(Ordering::Relaxed);
        let is_absent = is_unseen(&self.has_value) && !occurs_everywhere(self.test.subject());
        // Of a subject that no object has no value occurs: the subject alone is told.
        let values = self.values.iter().filter(move |(_, is_seen)| !is_absent && is_unseen(is_seen));
        let values = values.filter_map(|(pattern, _)| Some((self.test.subject(), Some(pattern.as_text()?))));
        is_absent.then_some((self.test.subject(), None)).into_iter().chain(values)
    }
}

/// Whether it is said of every object in some way, so that only its values may be absent.
fn occurs_everywhere(subject: &Subject) -> bool {
    match subject {
        Subject::Function(call) => matches!(call.function(), Function::Kind | Function::Namespace),
        Subject::Field(_) => false,
        // Whether a label occurs others look out for.
        Subject::Label(_) => true,
    }
}

/// Marks what is seen for the first time. Only that writes, since others would make the threads wait for each other.
fn is_first(is_seen: &AtomicBool, is_there: impl FnOnce() -> bool) -> bool {
    // Of two threads that have it first at once, the swap lets one count it.
    !is_seen.load(Ordering::Relaxed) && is_there() && !is_seen.swap(true, Ordering::Relaxed)
}

impl Glance<'_, '_> {
    /// Looks at what the object has of a test's subject.
    pub(super) fn at(&self, test: &Test, values: &[FieldValue<'_>], context: &Context) {
        if let Some((at, seen)) = self.sightings.find(test) {
            self.looked.set(self.looked.get() | bit(at));
            self.sightings.see(seen, values, context);
        }
    }

    /// Looks at what the answer did not depend on.
    pub(super) fn end<'v>(self, values: impl Fn(&Subject) -> Vec<FieldValue<'v>>, context: &Context) {
        for (at, seen) in self.sightings.tests.iter().enumerate() {
            if seen.is_open() && self.looked.get() & bit(at) == 0 {
                self.sightings.see(seen, &values(seen.test.subject()), context);
            }
        }
    }
}

/// The bit of a test; none of a late one.
fn bit(at: usize) -> u64 {
    u32::try_from(at).ok().and_then(|at| 1_u64.checked_shl(at)).unwrap_or_default()
}
