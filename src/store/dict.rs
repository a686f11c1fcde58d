//! Interned texts: each distinct text is kept once and known by a number.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::ends::Ends;
use crate::codec::{Decoder, Encoder, Malformed, NumberBuffer, TextBuffer};

/// Texts numbered from 0 in the order they were first seen, each within a *scope*.
///
/// The scope is a number that belongs to the text: label values are interned within their key, so that
/// `env=a` and `tier=a` are two entries and one look-up finds a whole label. Texts that need no scope
/// use 0. Nothing is ever taken out, so an id stays good for the life of the dictionary.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dict {
    /// All texts, one after another.
    text: TextBuffer,
    ends: Ends,
    scopes: NumberBuffer<u32>,
    finder: Finder,
}

/// How a text's id is found.
#[derive(Debug, Clone)]
enum Finder {
    /// By the hash of scope and text.
    Hashed(Hashed),
    /// By the ids in the order of scope and text, as they are saved: there is nothing to build before the first
    /// look-up. A text that is new makes a hash table of them.
    Sorted(NumberBuffer<u32>),
}

#[derive(Debug, Clone, Default)]
struct Hashed {
    ids: HashTable<u32>,
    hasher: RandomState,
}

impl Default for Finder {
    fn default() -> Finder {
        Finder::Hashed(Hashed::default())
    }
}

impl Dict {
    /// The id of `text` in `scope`, if it was interned.
    pub(crate) fn get(&self, scope: u32, text: &str) -> Option<u32> {
        match &self.finder {
            Finder::Hashed(Hashed { ids, hasher }) => {
                ids.find(hasher.hash_one((scope, text)), |&id| self.is(id, scope, text)).copied()
            }
            Finder::Sorted(ids) => {
                // By bytes: as texts, mapped ones would be checked to be UTF-8 at each step.
                let wanted = (scope, text.as_bytes());
                let place = ids.binary_search_by(|&id| self.scoped_bytes(id).cmp(&wanted)).ok()?;
                Some(ids[place])
            }
        }
    }

    /// The id of `text` in `scope`, new if it has none yet.
    ///
    /// # Panics
    /// After 2³² − 1 distinct texts.
    pub(crate) fn intern(&mut self, scope: u32, text: &str) -> u32 {
        match &self.finder {
            Finder::Hashed(_) => self.intern_hashed(scope, text),
            // A text that is there already is no reason to hash all others.
            Finder::Sorted(_) => self.get(scope, text).unwrap_or_else(|| {
                self.hash();
                self.intern_hashed(scope, text)
            }),
        }
    }

    fn intern_hashed(&mut self, scope: u32, text: &str) -> u32 {
        let Finder::Hashed(Hashed { ids, hasher }) = &self.finder else { unreachable!("hashed before") };
        let hash = hasher.hash_one((scope, text));
        if let Some(&id) = ids.find(hash, |&id| self.is(id, scope, text)) {
            return id;
        }
        let id = u32::try_from(self.len()).expect("fewer than 2^32 distinct texts");
        let texts = self.text.to_mut();
        texts.push_str(text);
        self.ends.push(texts.len());
        self.scopes.to_mut().push(scope);
        self.insert_hashed(hash, id);
        id
    }

    fn insert_hashed(&mut self, hash: u64, id: u32) {
        // The table keeps ids alone, so that no text is there twice; where it grows, the texts are hashed once more.
        let Dict { text, ends, scopes, finder: Finder::Hashed(Hashed { ids, hasher }) } = self else {
            unreachable!("hashed before")
        };
        ids.insert_unique(hash, id, |&id| {
            let scope = scopes.get(id as usize).copied().unwrap_or_default();
            hasher.hash_one((scope, text.get(ends.range(id as usize))))
        });
    }

    /// Makes the hash table of all texts.
    fn hash(&mut self) {
        // Large enough at once, as growing would hash the texts again.
        let hashed = Hashed { ids: HashTable::with_capacity(self.len()), ..Hashed::default() };
        let hasher = hashed.hasher.clone();
        self.finder = Finder::Hashed(hashed);
        for id in 0..self.len() as u32 {
            let hash = hasher.hash_one((self.scope(id), self.text(id)));
            self.insert_hashed(hash, id);
        }
    }

    /// The text with this id. Empty where there is none, which only forged numbers ask for.
    pub(super) fn text(&self, id: u32) -> &str {
        self.text.get(self.ends.range(id as usize))
    }

    #[inline]
    fn bytes(&self, id: u32) -> &[u8] {
        self.text.as_bytes().get(self.ends.range(id as usize)).unwrap_or_default()
    }

    fn scoped_bytes(&self, id: u32) -> (u32, &[u8]) {
        (self.scope(id), self.bytes(id))
    }

    /// The scope of the text with this id; 0 where there is none.
    pub(crate) fn scope(&self, id: u32) -> u32 {
        self.scopes.get(id as usize).copied().unwrap_or_default()
    }

    /// Whether `id` is this text in this scope. Cheaper than a look-up when the id can be guessed.
    pub(super) fn is(&self, id: u32, scope: u32, text: &str) -> bool {
        self.scope(id) == scope && self.has_text(id, text)
    }

    /// Whether `id` is this text, in whatever scope.
    #[inline]
    pub(super) fn has_text(&self, id: u32, text: &str) -> bool {
        self.bytes(id) == text.as_bytes()
    }

    /// The ids of the texts in a scope.
    pub(super) fn ids_in(&self, scope: u32) -> NumberBuffer<u32> {
        match &self.finder {
            Finder::Sorted(ids) => {
                let start = ids.partition_point(|&id| self.scope(id) < scope);
                let len = ids[start..].partition_point(|&id| self.scope(id) == scope);
                ids.slice(start..start + len)
            }
            // Only an index that was just read asks, whose texts are sorted: here a walk will do.
            Finder::Hashed(_) => {
                (0..self.len() as u32).filter(|&id| self.scope(id) == scope).collect::<Vec<u32>>().into()
            }
        }
    }

    /// Gives back memory that was set aside for more texts.
    pub(super) fn shrink_to_fit(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.scopes.shrink_to_fit();
    }

    /// How much memory the texts take.
    pub(super) fn memory(&self) -> u64 {
        let finder = match &self.finder {
            Finder::Hashed(Hashed { ids, .. }) => ids.allocation_size() as u64,
            Finder::Sorted(ids) => ids.memory(),
        };
        self.text.memory() + self.ends.memory() + self.scopes.memory() + finder
    }

    pub(super) fn encode(&self, out: &mut Encoder) {
        out.bytes(self.text.as_bytes());
        self.ends.encode(out);
        out.u32s(self.scopes.iter().copied());
        let mut ids: Vec<u32> = (0..self.len() as u32).collect();
        // The order that `get` and `ids_in` search by halves, in the bytes that they compare.
        ids.sort_unstable_by_key(|&id| self.scoped_bytes(id));
        out.u32s(ids.into_iter());
    }

    /// Reads texts.
    pub(super) fn decode(bytes: &mut Decoder) -> Result<Dict, Malformed> {
        let text = bytes.text()?;
        let ends = Ends::decode(bytes, text.len())?;
        let scopes: NumberBuffer<u32> = bytes.numbers()?;
        let ids: NumberBuffer<u32> = bytes.numbers()?;
        Malformed::unless(scopes.len() == ends.len() && ids.len() == ends.len(), "as many texts")?;
        Ok(Dict { text, ends, scopes, finder: Finder::Sorted(ids) })
    }

    /// The same with a copy of the texts. For few that are often asked for, as each look at a mapped one checks it.
    pub(super) fn with_own_text(mut self) -> Dict {
        self.text.to_mut();
        self
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

    #[test]
    fn saved_texts_are_found_before_and_after_there_are_more() {
        let mut dict = Dict::default();
        let texts = [(1, "prod"), (0, "b"), (1, ""), (0, "ü"), (2, "prod"), (0, "a")];
        assert_eq!(texts.map(|(scope, text)| dict.intern(scope, text)), [0, 1, 2, 3, 4, 5]);
        let mut out = Encoder::default();
        dict.encode(&mut out);
        let mut read = Dict::decode(&mut Decoder::new(out.into_bytes().into())).unwrap();
        let find_all = |dict: &Dict| texts.map(|(scope, text)| dict.get(scope, text));
        assert_eq!(find_all(&read), [0, 1, 2, 3, 4, 5].map(Some));
        assert_eq!((read.get(1, "a"), read.get(3, "")), (None, None));
        assert_eq!(
            (&*read.ids_in(0), &*read.ids_in(1), &*read.ids_in(3)),
            (&[5, 1, 3][..], &[2, 0][..], &[][..])
        );
        assert_eq!(read.intern(2, "prod"), 4);
        assert!(matches!(read.finder, Finder::Sorted(_)));
        assert_eq!((read.intern(3, "new"), read.intern(3, "new"), read.intern(0, "ü")), (6, 6, 3));
        assert_eq!(find_all(&read), find_all(&dict));
        assert_eq!(&*read.ids_in(0), [1, 3, 5]);
    }
}
