//! What is wanted, asked of objects one by one as they are read.

use std::sync::atomic::{AtomicBool, Ordering};

use selq::Matcher;
use selq::kubernetes::kinds::Kinds;
use selq::kubernetes::{KindFilter, Reads};
use selq::load::ReadObject;
use selq::query::{QueryMatcher, Subject};

use super::Selection;
use super::wanted::Wanted;

/// Tells of each object by itself whether it is wanted. Several threads may ask at once.
pub(crate) struct OneByOne<'w> {
    selection: &'w Selection,
    wanted: WantedMatcher<'w>,
    /// The kinds that are asked for, of those that come.
    kinds: KindFilter,
    /// Whether an object did not say its kind, which was asked for: an item of a `PodList` need not, and the list may say
    /// it behind its items.
    lacks_kind: AtomicBool,
}

enum WantedMatcher<'w> {
    Selector(Matcher<'w>),
    Query(QueryMatcher<'w>),
}

impl<'w> OneByOne<'w> {
    /// `None` where one object does not tell it: what other objects say, and which time is the newest of all, is known when
    /// all are there.
    pub(crate) fn new(selection: &'w Selection, wanted: &'w Wanted) -> Option<OneByOne<'w>> {
        let wanted = match wanted {
            Wanted::Selector(selector) => WantedMatcher::Selector(Matcher::new(selector)),
            Wanted::Query(query) => {
                let matcher = QueryMatcher::new(query, selection.context_before()?).ok()?;
                if matcher.asks_for_source() {
                    return None;
                }
                WantedMatcher::Query(matcher)
            }
        };
        let kinds = selection.kind_filter();
        Some(OneByOne { selection, wanted, kinds, lacks_kind: AtomicBool::new(false) })
    }

    /// The same that looks out for what is asked for besides labels, so that it can say what no object had.
    pub(crate) fn looking_out(self) -> OneByOne<'w> {
        let wanted = match self.wanted {
            WantedMatcher::Query(matcher) => WantedMatcher::Query(matcher.looking_out()),
            wanted => wanted,
        };
        OneByOne { wanted, ..self }
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
        let identity = object.identity();
        if identity.kind.is_empty() && self.asks_for_kind() {
            self.lacks_kind.store(true, Ordering::Relaxed);
        }
        self.selection.has_namespace(identity)
            && self.kinds.accepts(identity)
            && match &self.wanted {
                WantedMatcher::Selector(matcher) => matcher.matches(object.labels()),
                WantedMatcher::Query(matcher) => matcher.matches(object),
            }
    }

    fn asks_for_kind(&self) -> bool {
        let of_query = matches!(&self.wanted, WantedMatcher::Query(matcher) if matcher.asks_for_kind());
        of_query || self.kinds.is_asked()
    }

    /// Whether the objects have told all that was asked of them. If not, it takes all of them together.
    pub(crate) fn is_complete(&self) -> bool {
        !self.lacks_kind.load(Ordering::Relaxed) && self.kinds.is_decided()
    }

    /// The kinds that have come, where any were asked for.
    pub(crate) fn kinds_seen(&self) -> Kinds {
        self.kinds.seen()
    }

    /// What is asked for besides labels and no object had, if it looks out for that.
    pub(crate) fn unseen(&self) -> Vec<(&'w Subject, Option<&'w str>)> {
        match &self.wanted {
            WantedMatcher::Selector(_) => Vec::new(),
            WantedMatcher::Query(matcher) => matcher.unseen(),
        }
    }

    /// Whether a store might tell more than what was looked out for, of an answer in which something matched, or nothing did.
    pub(crate) fn may_say_more(&self, matched: bool) -> bool {
        match &self.wanted {
            // Of what a selector names a store knows the nearest, and what excludes each other.
            WantedMatcher::Selector(_) => !matched,
            WantedMatcher::Query(matcher) if matched => matcher.has_idle_expression(),
            WantedMatcher::Query(matcher) => !matcher.has_seen_all(),
        }
    }
}
