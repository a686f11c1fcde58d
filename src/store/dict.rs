//! Interned texts: each distinct text is kept once and known by a number.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::ends::Ends;
use super::memory::vec_bytes;
use crate::wire::{Decoder, Encoder, Malformed};

/// Texts numbered from 0 in the order they were first seen, each within a *scope*.
///
/// The scope is a number that belongs to the text: label values are interned within their key, so that
/// `env=a` and `tier=a` are two entries and one look-up finds a whole label. Texts that need no scope
/// use 0. Nothing is ever taken out, so an id stays good for the life of the dictionary.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dict {
    /// All texts, one after another.
    text: String,
    ends: Ends,
    scopes: Vec<u32>,
    /// The ids, found by the hash of scope and text.
    table: HashTable<u32>,
    hasher: RandomState,
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
        let id = u32::try_from(self.scopes.len()).expect("fewer than 2^32 distinct texts");
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.scopes.push(scope);
        let Dict { text, ends, scopes, table, hasher } = self;
        table.insert_unique(hash, id, |&id| {
            let id = id as usize;
            hasher.hash_one((scopes[id], &text[ends.range(id)]))
        });
        id
    }

    /// The text with this id.
    pub(super) fn text(&self, id: u32) -> &str {
        &self.text[self.ends.range(id as usize)]
    }

    /// The scope of the text with this id.
    pub(crate) fn scope(&self, id: u32) -> u32 {
        self.scopes[id as usize]
    }

    /// Whether `id` is this text in this scope. Cheaper than a look-up when the id can be guessed.
    pub(super) fn is(&self, id: u32, scope: u32, text: &str) -> bool {
        self.scope(id) == scope && self.text(id) == text
    }

    /// Gives back memory that was set aside for more texts.
    pub(super) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.scopes.shrink_to_fit();
    }

    /// How much memory the texts take.
    pub(super) fn bytes(&self) -> u64 {
        self.text.capacity() as u64
            + self.ends.bytes()
            + vec_bytes(&self.scopes)
            + self.table.allocation_size() as u64
    }

    pub(super) fn encode(&self, out: &mut Encoder) {
        out.bytes(self.text.as_bytes());
        self.ends.encode(out);
        out.u32s(self.scopes.iter().copied());
    }

    /// Reads distinct texts in scopes below `n_scopes`. Costs what it costs to intern them.
    pub(super) fn decode(bytes: &mut Decoder<'_>, n_scopes: usize) -> Result<Dict, Malformed> {
        let text = bytes.text()?;
        let ends = Ends::decode(bytes, text.len())?;
        let scopes = bytes.u32s()?;
        Malformed::unless(scopes.len() == ends.len(), "scopes")?;
        let mut dict = Dict::with_capacity(scopes.len(), text.len());
        for (index, scope) in scopes.into_iter().enumerate() {
            let text = text.get(ends.range(index)).ok_or(Malformed("an interned text"))?;
            let is_new = dict.intern(scope, text) as usize == index;
            Malformed::unless(is_new && (scope as usize) < n_scopes, "a new text")?;
        }
        Ok(dict)
    }

    fn with_capacity(n_texts: usize, n_bytes: usize) -> Dict {
        Dict {
            text: String::with_capacity(n_bytes),
            scopes: Vec::with_capacity(n_texts),
            table: HashTable::with_capacity(n_texts),
            ..Dict::default()
        }
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.scopes.len()
    }
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
