//! A bitmap of ids, and beside it the same ids as words.
//!
//! roaring keeps its containers to itself. Where many ids of one set are wanted, or the ids that several sets have in
//! common, whole words of 64 ids are faster than its own iterators and operations: see the bench `query`.

use std::ops::Deref;
use std::sync::OnceLock;

use roaring::RoaringBitmap;

use super::heap::vec_bytes;

/// How many ids a word has room for.
pub(crate) const WORD: u32 = u64::BITS;

/// A set of ids. Reads like the `RoaringBitmap` that it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bitmap {
    ids: RoaringBitmap,
    /// Made when they are first asked for, and kept up with every change.
    words: OnceLock<Words>,
}

/// The ids of a bitmap in words: bit *b* of word *w* is the id 64 *w* + *b*.
#[derive(Debug, Clone)]
pub(crate) enum Words {
    /// All words up to the last that is not zero. For ids of which a word holds four or more.
    Dense(Vec<u64>),
    /// The words that are not zero, each after its number. For ids that stand in groups, as the replicas of a workload do.
    Grouped {
        /// The numbers of the words, ascending.
        numbers: Vec<u32>,
        /// As many words.
        words: Vec<u64>,
    },
    /// No words, as the ids stand too far apart: words would take more memory than they save time. Or a change needed
    /// a new word amid others, which would cost more than the bitmap's own changes.
    Scattered,
}

/// From how many ids per word on, zero words counted, all words are kept.
// A word takes eight bytes, so that four ids in each take two bytes an id: as much as an id takes in roaring's own lists.
const MIN_DENSE: u64 = 4;
/// From how many ids per word on, zero words not counted, the words are kept.
// A word and its number take twelve bytes, so that three ids in each take four bytes an id: as much as in a plain list.
const MIN_GROUPED: u64 = 3;

impl Bitmap {
    /// The ids as words. Linear in the ids when first asked for.
    pub(crate) fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::new(&self.ids))
    }

    /// How much memory the ids take, and the words if they were made.
    pub(super) fn memory(&self) -> u64 {
        /// What roaring keeps for a container beside its ids.
        const CONTAINER: u64 = 40;
        let facts = self.ids.statistics();
        let containers = u64::from(facts.n_containers) * CONTAINER;
        let values =
            facts.n_bytes_array_containers + facts.n_bytes_run_containers + facts.n_bytes_bitset_containers;
        size_of::<Bitmap>() as u64 + containers + values + self.words_memory()
    }

    fn words_memory(&self) -> u64 {
        match self.words.get() {
            Some(Words::Dense(words)) => vec_bytes(words),
            Some(Words::Grouped { numbers, words }) => vec_bytes(numbers) + vec_bytes(words),
            Some(Words::Scattered) | None => 0,
        }
    }

    /// Adds an id.
    pub(super) fn insert(&mut self, id: u32) {
        self.ids.insert(id);
        if let Some(words) = self.words.get_mut() {
            words.insert(id);
        }
    }

    /// Takes an id away. False when it was not there.
    pub(super) fn remove(&mut self, id: u32) -> bool {
        if let Some(words) = self.words.get_mut() {
            words.remove(id);
        }
        self.ids.remove(id)
    }

    /// Adds ids.
    pub(super) fn extend(&mut self, ids: impl IntoIterator<Item = u32>) {
        // Many ids at once: all words are made anew when they are next asked for.
        self.words.take();
        self.ids.extend(ids);
    }
}

impl From<RoaringBitmap> for Bitmap {
    fn from(ids: RoaringBitmap) -> Bitmap {
        Bitmap { ids, words: OnceLock::new() }
    }
}

impl Deref for Bitmap {
    type Target = RoaringBitmap;

    fn deref(&self) -> &RoaringBitmap {
        &self.ids
    }
}

impl Words {
    fn new(ids: &RoaringBitmap) -> Words {
        let n_words = ids.max().map_or(0, |last| last / WORD + 1);
        if ids.len() >= u64::from(n_words) * MIN_DENSE {
            let mut words = vec![0; n_words as usize];
            ids.iter().for_each(|id| words[(id / WORD) as usize] |= 1 << (id % WORD));
            return Words::Dense(words);
        }
        let (numbers, words) = grouped(ids.iter());
        if ids.len() < words.len() as u64 * MIN_GROUPED {
            return Words::Scattered;
        }
        Words::Grouped { numbers, words }
    }

    fn insert(&mut self, id: u32) {
        let (number, bit) = (id / WORD, 1 << (id % WORD));
        match self.word_mut(number) {
            Some(word) => *word |= bit,
            None => self.append(number, bit),
        }
    }

    /// Adds a word that is not there, if it goes behind the others and close to them.
    fn append(&mut self, number: u32, word: u64) {
        match self {
            // Doubling at most keeps one id far behind the others from setting aside memory for all words between.
            Words::Dense(words) if number as usize <= 2 * words.len() => {
                words.resize(number as usize, 0);
                words.push(word);
            }
            Words::Grouped { numbers, words } if numbers.last().is_none_or(|&last| last < number) => {
                numbers.push(number);
                words.push(word);
            }
            words => *words = Words::Scattered,
        }
    }

    fn remove(&mut self, id: u32) {
        // A word that becomes zero stays, as all behind it would have to move.
        if let Some(word) = self.word_mut(id / WORD) {
            *word &= !(1 << (id % WORD));
        }
    }

    fn word_mut(&mut self, number: u32) -> Option<&mut u64> {
        match self {
            Words::Dense(words) => words.get_mut(number as usize),
            Words::Grouped { numbers, words } => numbers.binary_search(&number).ok().map(|at| &mut words[at]),
            Words::Scattered => None,
        }
    }
}

/// The words of ascending ids that are not zero, after their numbers.
pub(crate) fn grouped(ids: impl Iterator<Item = u32>) -> (Vec<u32>, Vec<u64>) {
    let (mut numbers, mut words): (Vec<u32>, Vec<u64>) = (Vec::new(), Vec::new());
    for id in ids {
        let (number, bit) = (id / WORD, 1 << (id % WORD));
        match words.last_mut() {
            Some(word) if numbers.last() == Some(&number) => *word |= bit,
            _ => {
                numbers.push(number);
                words.push(bit);
            }
        }
    }
    (numbers, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids_of(words: &Words) -> Option<Vec<u32>> {
        let places = |number: u32, word: u64| {
            (0..WORD).filter_map(move |bit| (word >> bit & 1 == 1).then_some(number * WORD + bit))
        };
        match words {
            Words::Dense(words) => {
                Some((0..).zip(words).flat_map(|(number, &word)| places(number, word)).collect())
            }
            Words::Grouped { numbers, words } => {
                Some(numbers.iter().zip(words).flat_map(|(&number, &word)| places(number, word)).collect())
            }
            Words::Scattered => None,
        }
    }

    #[test]
    fn words_hold_the_ids_in_the_form_that_suits_them() {
        let dense: RoaringBitmap = (0..4096).filter(|id| id % 10 != 0).collect();
        let grouped: RoaringBitmap = (0..100).flat_map(|n| n * 70_000..n * 70_000 + 9).collect();
        let scattered: RoaringBitmap = (0..500).map(|n| n * 300).collect();
        let words = |ids: &RoaringBitmap| Bitmap::from(ids.clone()).words().clone();
        assert!(matches!(words(&dense), Words::Dense(_)));
        assert!(matches!(words(&grouped), Words::Grouped { .. }));
        assert!(matches!(words(&scattered), Words::Scattered));
        for ids in [dense, grouped] {
            assert_eq!(ids_of(&words(&ids)), Some(ids.iter().collect()));
        }
        assert_eq!(ids_of(&words(&RoaringBitmap::new())), Some(vec![]));
    }

    #[test]
    fn words_keep_up_with_changes() {
        let near: Vec<u32> = (0..300).filter(|id| id % 7 != 0).collect();
        let groups: Vec<u32> = (0..40).flat_map(|n| n * 1000..n * 1000 + 8).collect();
        for (start, changes) in [(near, [0, 299, 300, 500]), (groups, [7, 10, 40_000, 40_100])] {
            let mut bitmap = Bitmap::from(RoaringBitmap::from_iter(start));
            for id in changes {
                assert!(!matches!(bitmap.words(), Words::Scattered));
                bitmap.insert(id);
                assert_eq!(ids_of(bitmap.words()), Some(bitmap.iter().collect()), "with {id}");
                assert!(bitmap.remove(id) && !bitmap.remove(id));
                assert_eq!(ids_of(bitmap.words()), Some(bitmap.iter().collect()), "without {id}");
            }
        }
    }

    #[test]
    fn words_that_a_change_does_not_suit_are_given_up() {
        let after = |ids: &[u32], id| {
            let mut bitmap: Bitmap = ids.iter().copied().collect::<RoaringBitmap>().into();
            bitmap.words();
            bitmap.insert(id);
            assert!(bitmap.contains(id));
            matches!(bitmap.words(), Words::Scattered)
        };
        let groups: Vec<u32> = (0..40).flat_map(|n| n * 1000..n * 1000 + 8).collect();
        assert!(after(&groups, 500) && !after(&groups, 50_000));
        let dense: Vec<u32> = (0..640).collect();
        assert!(after(&dense, 10_000) && !after(&dense, 700));
    }
}
