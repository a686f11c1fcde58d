//! Interned texts: each distinct text is kept once and known by a number.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

/// Texts numbered from 0 in the order they were first seen, each within a *scope*.
///
/// The scope is a number that belongs to the text: label values are interned within their key, so that
/// `env=a` and `tier=a` are two entries and one look-up finds a whole label. Texts that need no scope
/// use 0. Nothing is ever taken out, so an id stays good for the life of the dictionary.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dict {
    /// All texts, one after another.
    text: String,
    entries: Vec<Entry>,
    /// The ids, found by the hash of scope and text.
    table: HashTable<u32>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    scope: u32,
    /// Where the text ends; it begins where the entry before it ends.
    end: usize,
}

impl Dict {
    /// The id of `text` in `scope`, if it was interned.
    pub(crate) fn get(&self, scope: u32, text: &str) -> Option<u32> {
        let hash = self.hasher.hash_one((scope, text));
        self.table.find(hash, |&id| self.is(id, scope, text)).copied()
    }

    /// The id of `text` in `scope`, new if it has none yet.
    ///
    /// # Panics
    /// After 2³² − 1 distinct texts.
    pub(crate) fn intern(&mut self, scope: u32, text: &str) -> u32 {
        let hash = self.hasher.hash_one((scope, text));
        if let Some(&id) = self.table.find(hash, |&id| self.is(id, scope, text)) {
            return id;
        }
        let id = u32::try_from(self.entries.len()).expect("fewer than 2^32 distinct texts");
        self.text.push_str(text);
        self.entries.push(Entry { scope, end: self.text.len() });
        let Dict { text, entries, table, hasher } = self;
        table.insert_unique(hash, id, |&id| {
            hasher.hash_one((entries[id as usize].scope, text_of(text, entries, id)))
        });
        id
    }

    /// The text with this id.
    pub(super) fn text(&self, id: u32) -> &str {
        text_of(&self.text, &self.entries, id)
    }

    /// The scope of the text with this id.
    pub(crate) fn scope(&self, id: u32) -> u32 {
        self.entries[id as usize].scope
    }

    /// Whether `id` is this text in this scope. Cheaper than a look-up when the id can be guessed.
    pub(super) fn is(&self, id: u32, scope: u32, text: &str) -> bool {
        self.scope(id) == scope && self.text(id) == text
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

fn text_of<'a>(text: &'a str, entries: &[Entry], id: u32) -> &'a str {
    let id = id as usize;
    let start = if id == 0 { 0 } else { entries[id - 1].end };
    &text[start..entries[id].end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_id_in_each_scope() {
        let mut dict = Dict::default();
        let first = dict.intern(0, "a");
        let other_scope = dict.intern(1, "a");
        let empty = dict.intern(0, "");
        assert_eq!(dict.intern(0, "a"), first);
        assert_ne!(other_scope, first);
        assert_eq!((dict.text(empty), dict.text(other_scope), dict.scope(other_scope)), ("", "a", 1));
        assert_eq!(dict.get(0, ""), Some(empty));
        assert_eq!(dict.get(1, ""), None);
        assert_eq!(dict.len(), 3);
    }

    #[test]
    fn ids_survive_growth() {
        let mut dict = Dict::default();
        let ids: Vec<u32> = (0..10_000).map(|n| dict.intern(n % 7, &n.to_string())).collect();
        for (n, id) in (0..10_000).zip(ids) {
            assert_eq!(dict.get(n % 7, &n.to_string()), Some(id));
            assert_eq!(dict.text(id), n.to_string());
        }
    }
}
