//! All steps of a plan at once, over the few words in which its smallest set has ids.
//!
//! Operations on bitmaps make a set for every step, and look every id up. But ids that belong together mostly stand
//! together, as the replicas of a workload do: five thousand pods of an app are five hundred words. Where a plan begins
//! with such a set, its words are narrowed in place, requirement by requirement, and nothing else is looked at.
//! [`exec`](super::exec) answers the same without, and is what the tests compare with.

use std::borrow::Cow;

use fearless_simd::{Level, dispatch};

use super::leaf::{ColumnId, Leaf, ValueId};
use super::node::Node;
use super::sets::Sets;
use crate::store::{PostingsView, WORD, Words, grouped};

/// Values of a [`Node::OneOf`] that are worth a pass each.
const MAX_VALUES: usize = 8;

/// How many objects `node` has. `None` where this is not the way to find out.
pub(super) fn count(sets: Sets<'_>, node: &Node) -> Option<u64> {
    let frame = Frame::of_steps(sets, node)?;
    // Processors that count the bits of a word in one instruction are made to do so, which code for
    // all processors could not assume.
    Some(dispatch!(Level::new(), _ => n_ids(&frame.words)))
}

/// The objects of `node`, ascending. `None` where this is not the way to find them.
pub(super) fn run(sets: Sets<'_>, node: &Node) -> Option<Vec<u32>> {
    let frame = Frame::of_steps(sets, node)?;
    let mut ids = Vec::with_capacity(n_ids(&frame.words) as usize);
    for (&number, &word) in frame.numbers.iter().zip(&*frame.words) {
        let mut rest = word;
        while rest != 0 {
            ids.push(number * WORD + rest.trailing_zeros());
            rest &= rest - 1;
        }
    }
    Some(ids)
}

// Inlined, so that it becomes part of each of the forms that `count` chooses from.
#[inline(always)]
fn n_ids(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

/// Some words of a set: those in which another set has ids.
struct Frame<'s> {
    sets: Sets<'s>,
    numbers: &'s [u32],
    /// Those of the store until something is taken away.
    words: Cow<'s, [u64]>,
}

/// A set in the form in which words can be taken from it.
enum WordSet<'s> {
    Dense(&'s [u64]),
    Grouped(&'s [u32], &'s [u64]),
    Few(Vec<u32>, Vec<u64>),
}

impl<'s> Frame<'s> {
    /// As [`Frame::of`], of more than one set: there is nothing to find out about a single one.
    fn of_steps(sets: Sets<'s>, node: &Node) -> Option<Frame<'s>> {
        // The index knows the number of a single set, and gives its ids as they are.
        let has_steps = matches!(node, Node::Intersect(_) | Node::Subtract(..));
        if has_steps { Frame::of(sets, node) } else { None }
    }

    /// The words of `node`. `None` unless it begins with ids in groups and all its sets have words.
    fn of(sets: Sets<'s>, node: &Node) -> Option<Frame<'s>> {
        match node {
            Node::Intersect(operands) => {
                let (first, rest) = operands.split_first()?;
                let mut frame = Frame::of(sets, first)?;
                rest.iter().try_for_each(|operand| frame.keep(operand))?;
                Some(frame)
            }
            Node::Subtract(from, minus) => {
                let mut frame = Frame::of(sets, from)?;
                frame.take_away(minus)?;
                Some(frame)
            }
            Node::Leaf(leaf) => match sets.postings(*leaf) {
                PostingsView::Many(ids) => match ids.words() {
                    Words::Grouped { numbers, words } => Some(Frame { sets, numbers, words: words.into() }),
                    // Dense words begin with the store's first, so that nearly all objects' words would be looked at.
                    Words::Dense(_) | Words::Scattered => None,
                },
                PostingsView::Few(_) => None,
            },
            Node::Empty
            | Node::All
            | Node::Found(_)
            | Node::OneOf(..)
            | Node::Union(_)
            | Node::Related(..)
            | Node::Counted(..)
            | Node::Not(_) => None,
        }
    }

    /// Keeps the objects that are in `node` too.
    fn keep(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::All => {}
            Node::Empty => self.clear(),
            Node::Leaf(leaf) => self.combine(&WordSet::of(self.sets, *leaf)?, |word, other| word & other),
            // What was found while planning is a bitmap of roaring's own, which does not give its
            // words away.
            Node::Found(_) | Node::Related(..) | Node::Counted(..) => return None,
            Node::Not(operand) => self.take_away(operand)?,
            Node::Intersect(operands) => operands.iter().try_for_each(|operand| self.keep(operand))?,
            Node::Subtract(from, minus) => {
                self.keep(from)?;
                self.take_away(minus)?;
            }
            Node::Union(_) | Node::OneOf(..) => {
                // A union is taken away from a copy operand by operand, and what is left of the
                // copy is what the union does not have.
                let mut rest = Frame { words: self.words.clone(), ..*self };
                rest.take_away(node)?;
                self.take_away_words(&rest.words);
            }
        }
        Some(())
    }

    /// Takes away the objects that are in `node`.
    fn take_away(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Empty => {}
            Node::All => self.clear(),
            Node::Leaf(leaf) => self.combine(&WordSet::of(self.sets, *leaf)?, |word, other| word & !other),
            Node::Found(_) | Node::Related(..) | Node::Counted(..) => return None,
            Node::Not(operand) => self.keep(operand)?,
            Node::Union(operands) => operands.iter().try_for_each(|operand| self.take_away(operand))?,
            Node::OneOf(column, values) => self.take_away_values(*column, values)?,
            Node::Intersect(_) | Node::Subtract(..) => {
                // Only what is in all operands may go, so that it is worked out on a copy first.
                let mut both = Frame { words: self.words.clone(), ..*self };
                both.keep(node)?;
                self.take_away_words(&both.words);
            }
        }
        Some(())
    }

    fn take_away_values(&mut self, column: ColumnId, values: &[ValueId]) -> Option<()> {
        if values.len() > MAX_VALUES {
            return None;
        }
        values.iter().try_for_each(|&value| self.take_away(&Node::Leaf(Leaf::Value(column, value))))
    }

    /// Replaces every word by what `of` makes of it and of the operand's word with the same number.
    fn combine(&mut self, operand: &WordSet<'_>, of: impl Fn(u64, u64) -> u64) {
        match operand {
            WordSet::Dense(others) => {
                self.replace(|number, word| of(word, others.get(number as usize).copied().unwrap_or(0)));
            }
            WordSet::Grouped(numbers, others) => self.merge(numbers, others, of),
            WordSet::Few(numbers, others) => self.merge(numbers, others, of),
        }
    }

    /// The same, with words that are not all there.
    fn merge(&mut self, numbers: &[u32], others: &[u64], of: impl Fn(u64, u64) -> u64) {
        // Both sides ascend, so that a single walk over these words serves all of the frame's.
        let mut at = 0;
        self.replace(|number, word| {
            at += numbers[at..].iter().take_while(|&&other| other < number).count();
            let other = if numbers.get(at) == Some(&number) { others[at] } else { 0 };
            of(word, other)
        });
    }

    /// Takes away the ids of as many words.
    fn take_away_words(&mut self, others: &[u64]) {
        let mut others = others.iter();
        self.replace(|_, word| word & !others.next().copied().unwrap_or(0));
    }

    fn clear(&mut self) {
        self.replace(|_, _| 0);
    }

    /// Replaces every word by what `of` makes of its number and itself. The first time copies no word before.
    fn replace(&mut self, mut of: impl FnMut(u32, u64) -> u64) {
        let numbers = self.numbers.iter().copied();
        match &mut self.words {
            Cow::Borrowed(words) => {
                self.words = numbers.zip(words.iter()).map(|(number, &word)| of(number, word)).collect();
            }
            Cow::Owned(words) => numbers.zip(words).for_each(|(number, word)| *word = of(number, *word)),
        }
    }
}

impl<'s> WordSet<'s> {
    /// `None` if the set has no words.
    fn of(sets: Sets<'s>, leaf: Leaf) -> Option<WordSet<'s>> {
        match sets.postings(leaf) {
            PostingsView::Few(ids) => {
                let (numbers, words) = grouped(ids.iter().copied());
                Some(WordSet::Few(numbers, words))
            }
            PostingsView::Many(ids) => match ids.words() {
                Words::Dense(words) => Some(WordSet::Dense(words)),
                Words::Grouped { numbers, words } => Some(WordSet::Grouped(numbers, words)),
                Words::Scattered => None,
            },
        }
    }
}
