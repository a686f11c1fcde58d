//! What follows from several links: an autoscaler counts the pods of its target, a Prometheus scrapes those behind the
//! Services that its monitors select.

use std::collections::{BTreeSet, VecDeque};

use super::super::relation::Relation;
use super::Links;
use crate::ObjectId;

/// An object that others lead to, or from which they lead here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DerivedLink {
    /// The object at the other end.
    pub object: ObjectId,
    /// What is between, in the order from where the links begin to where they lead.
    pub via: Vec<ObjectId>,
}

/// More steps than a Prometheus is away from its pods lead nowhere.
const MAX_STEPS: usize = 4;

/// Which way links are followed.
#[derive(Clone, Copy, PartialEq)]
enum Follow {
    Onward,
    Back,
}

impl Links<'_> {
    /// The objects that an object acts on by way of others, each by the shortest way: what is selected by that which it
    /// selects or uses, and so on. HorizontalPodAutoscaler → Deployment → pods.
    #[must_use]
    pub fn derived_from(&self, id: ObjectId) -> Vec<DerivedLink> {
        self.follow(id, Follow::Onward)
    }

    /// The objects that act on an object by way of others.
    #[must_use]
    pub fn derived_to(&self, id: ObjectId) -> Vec<DerivedLink> {
        self.follow(id, Follow::Back)
    }

    fn follow(&self, id: ObjectId, way: Follow) -> Vec<DerivedLink> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::from([id]));
        if way == Follow::Back {
            // What names the object itself leads to it without others: an EndpointSlice names the pods of its Service.
            seen.extend(self.ties_to(Relation::Uses, id).iter().map(|tie| tie.from()));
        }
        let mut next = VecDeque::from([(id, Vec::<ObjectId>::new())]);
        while let Some((at, path)) = next.pop_front() {
            for object in self.step(at, way, path.is_empty()) {
                // Names lead only from the first object on: what a workload that was reached uses is its own matter.
                if !seen.insert(object) {
                    continue;
                }
                if !path.is_empty() {
                    let via = path.iter().copied();
                    let via = if way == Follow::Onward { via.collect() } else { via.rev().collect() };
                    found.push(DerivedLink { object, via });
                }
                if path.len() < MAX_STEPS {
                    next.push_back((object, [&path[..], &[object]].concat()));
                }
            }
        }
        found
    }

    /// The objects one step on.
    fn step(&self, at: ObjectId, way: Follow, is_first: bool) -> Vec<ObjectId> {
        let mut found = BTreeSet::new();
        match way {
            Follow::Onward => {
                found.extend(self.ties_of(Relation::Selects, at).flat_map(|tie| tie.targets()));
                if is_first {
                    found.extend(self.ties_of(Relation::Uses, at).flat_map(|tie| tie.targets()));
                }
            }
            Follow::Back => {
                found.extend(self.ties_to(Relation::Selects, at).iter().map(|tie| tie.from()));
                if !is_first {
                    found.extend(self.ties_to(Relation::Uses, at).iter().map(|tie| tie.from()));
                }
            }
        }
        found.into_iter().collect()
    }
}
