//! What is wanted, asked of objects one by one as they are read.

use selq::Matcher;
use selq::kubernetes::Reads;
use selq::load::ReadObject;
use selq::query::QueryMatcher;

use super::Selection;
use super::wanted::Wanted;

/// Tells of each object by itself whether it is wanted.
pub(crate) struct OneByOne<'w> {
    selection: &'w Selection,
    wanted: WantedMatcher<'w>,
}

enum WantedMatcher<'w> {
    Selector(Matcher<'w>),
    Query(QueryMatcher<'w>),
}

impl<'w> OneByOne<'w> {
    /// `None` where one object does not tell it: kinds are known by those that occur, and an item may have its kind from
    /// its list; other objects and the newest time of all are known when all are there.
    pub(crate) fn new(selection: &'w Selection, wanted: &'w Wanted) -> Option<OneByOne<'w>> {
        if !selection.kinds.is_empty() {
            return None;
        }
        let wanted = match wanted {
            Wanted::Selector(selector) => WantedMatcher::Selector(Matcher::new(selector)),
            Wanted::Query(query) => {
                let matcher = QueryMatcher::new(query, selection.context_before()?).ok()?;
                if matcher.asks_for_source() || matcher.asks_for_kind() {
                    return None;
                }
                WantedMatcher::Query(matcher)
            }
        };
        Some(OneByOne { selection, wanted })
    }

    /// What is read of each object besides its labels.
    pub(crate) fn reads(&self) -> Option<&Reads> {
        match &self.wanted {
            WantedMatcher::Selector(_) => None,
            WantedMatcher::Query(matcher) => Some(matcher.reads()),
        }
    }

    /// Whether an object is wanted.
    pub(crate) fn holds(&self, object: &ReadObject<'_>) -> bool {
        self.selection.has_namespace(object.identity())
            && match &self.wanted {
                WantedMatcher::Selector(matcher) => matcher.matches(object.labels()),
                WantedMatcher::Query(matcher) => matcher.matches(object),
            }
    }
}
