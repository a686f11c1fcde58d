//! How an object may stand to another.

use std::fmt;

/// How an object may stand to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Relation {
    /// By the selector that says what it acts on: Service → Pod.
    Selects,
    /// By any other selector that it holds: NetworkPolicy → peers.
    Mentions,
    /// By the uid in an ownerReference: ReplicaSet → Pod.
    Owns,
    /// Node → Pod, by `.spec.nodeName`.
    Runs,
    /// By name: Pod → ConfigMap.
    Uses,
    /// Namespace → what is in it.
    Holds,
    /// Event → what it tells of.
    About,
}

impl Relation {
    /// All of them.
    pub const ALL: [Relation; 7] = [
        Relation::Selects,
        Relation::Mentions,
        Relation::Owns,
        Relation::Runs,
        Relation::Uses,
        Relation::Holds,
        Relation::About,
    ];

    /// The relation in a word: `selects`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Relation::Selects => "selects",
            Relation::Mentions => "mentions",
            Relation::Owns => "owns",
            Relation::Runs => "runs",
            Relation::Uses => "uses",
            Relation::Holds => "holds",
            Relation::About => "about",
        }
    }

    /// The relation that a word says.
    #[must_use]
    pub fn named(word: &str) -> Option<Relation> {
        Relation::ALL.into_iter().find(|relation| relation.as_str() == word)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
