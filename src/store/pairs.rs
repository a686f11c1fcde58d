//! Which objects stand to which in some relation, as sets that are shared: not as pairs, of which there may be very many.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use roaring::{MultiOps, RoaringBitmap};

/// Objects each of which stands to each of some others.
///
/// A policy for all pods of a namespace, and a second one for the same, are one block of two and a thousand, and not two
/// thousand pairs.
#[derive(Debug, Clone, Default)]
pub(crate) struct PairBlock {
    pub(crate) from: RoaringBitmap,
    pub(crate) to: RoaringBitmap,
}

/// The two ends of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum PairEnd {
    /// The object that selects, owns, runs, ….
    From,
    /// The object that is selected, owned, run, ….
    To,
}

impl PairEnd {
    fn opposite(self) -> PairEnd {
        match self {
            PairEnd::From => PairEnd::To,
            PairEnd::To => PairEnd::From,
        }
    }
}

impl PairBlock {
    fn end(&self, end: PairEnd) -> &RoaringBitmap {
        match end {
            PairEnd::From => &self.from,
            PairEnd::To => &self.to,
        }
    }
}

/// A relation between the objects of one store.
#[derive(Debug, Default)]
pub(crate) struct PairSet {
    blocks: Vec<PairBlock>,
    /// Whether what stands to another by several steps stands to it.
    goes_on: bool,
    /// The objects that stand at an end of any pair.
    froms: RoaringBitmap,
    tos: RoaringBitmap,
    /// The blocks that an object is in, by either end; made when many objects are asked for one by one.
    blocks_of: [OnceLock<BlocksOf>; 2],
    /// How many objects were asked for one by one.
    n_asked: AtomicU32,
}

/// The numbers of the blocks that each object is in: one list of all, which takes a word for each object of the store besides.
#[derive(Debug)]
struct BlocksOf {
    /// Where in the list those of each object begin, and where those of the last one end.
    starts: Vec<usize>,
    blocks: Vec<u32>,
}

/// How many objects are asked for one by one, with a look at all blocks each, before it is worth knowing the blocks of all.
const MAX_LOOKS: u32 = 64;

impl BlocksOf {
    fn new(blocks: &[PairBlock], end: PairEnd) -> BlocksOf {
        let n_ids =
            blocks.iter().filter_map(|block| block.end(end).max()).max().map_or(0, |last| last as usize + 1);
        let mut starts = vec![0; n_ids + 1];
        // First how many each has, then where they end, and as they are put in from the last one on, where they begin.
        blocks.iter().flat_map(|block| block.end(end)).for_each(|id| starts[id as usize] += 1);
        let mut n_before = 0;
        for start in &mut starts {
            n_before += *start;
            *start = n_before;
        }
        let mut numbers = vec![0; n_before];
        for (number, block) in (0..blocks.len() as u32).zip(blocks).rev() {
            for id in block.end(end) {
                starts[id as usize] -= 1;
                numbers[starts[id as usize]] = number;
            }
        }
        BlocksOf { starts, blocks: numbers }
    }

    /// Those of an object, ascending.
    fn of(&self, id: u32) -> &[u32] {
        let id = id as usize;
        self.starts.get(id..id + 2).map_or(&[], |ends| &self.blocks[ends[0]..ends[1]])
    }

    /// The objects that are in any, each with those that it is in.
    fn iter(&self) -> impl Iterator<Item = (u32, &[u32])> {
        let ids = 0..self.starts.len() as u32 - 1;
        ids.map(|id| (id, self.of(id))).filter(|(_, blocks)| !blocks.is_empty())
    }
}

impl PairSet {
    /// The pairs of these blocks; with `goes_on` also those that several of them lead to.
    pub(crate) fn new(blocks: Vec<PairBlock>, goes_on: bool) -> PairSet {
        let froms = blocks.iter().filter(|block| !block.to.is_empty()).map(|block| &block.from).union();
        let tos = blocks.iter().filter(|block| !block.from.is_empty()).map(|block| &block.to).union();
        PairSet { blocks, goes_on, froms, tos, blocks_of: Default::default(), n_asked: AtomicU32::new(0) }
    }

    /// The blocks, in the order in which they were given.
    pub(crate) fn blocks(&self) -> &[PairBlock] {
        &self.blocks
    }

    /// The objects that stand at an end of any pair.
    pub(crate) fn at_end(&self, end: PairEnd) -> &RoaringBitmap {
        match end {
            PairEnd::From => &self.froms,
            PairEnd::To => &self.tos,
        }
    }

    /// The objects at this end that stand to any of `others`.
    pub(crate) fn standing_to(&self, end: PairEnd, others: &RoaringBitmap) -> RoaringBitmap {
        // Whatever is at the other end is among all objects, and to know that takes no look at the blocks.
        if self.at_end(end.opposite()).is_subset(others) {
            return self.at_end(end).clone();
        }
        let mut found = self.one_step(end, others);
        let mut new = found.clone();
        while self.goes_on && !new.is_empty() {
            new = self.one_step(end, &new) - &found;
            found |= &new;
        }
        found
    }

    fn one_step(&self, end: PairEnd, others: &RoaringBitmap) -> RoaringBitmap {
        let meet = |block: &&PairBlock| !block.end(end.opposite()).is_disjoint(others);
        self.blocks.iter().filter(meet).map(|block| block.end(end)).union()
    }

    /// The objects at this end that stand to some of `others`, by how many of these.
    pub(crate) fn counts(&self, end: PairEnd, others: &RoaringBitmap) -> BTreeMap<u64, RoaringBitmap> {
        let mut counts: BTreeMap<u64, RoaringBitmap> = BTreeMap::new();
        // Objects in the same blocks have the same number, so that it is worked out once for all replicas of a workload.
        let mut known: HashMap<&[u32], u64> = HashMap::new();
        let within: Vec<RoaringBitmap> =
            self.blocks.iter().map(|block| block.end(end.opposite()) & others).collect();
        for (id, blocks) in self.blocks_by(end).iter() {
            let n = match self.goes_on {
                true => self.standing_to_one(end, id).intersection_len(others),
                false => *known.entry(blocks).or_insert_with(|| union_len(&within, blocks)),
            };
            if n > 0 {
                counts.entry(n).or_default().insert(id);
            }
        }
        counts
    }

    /// All that an object at this end stands to, over any number of steps.
    fn standing_to_one(&self, end: PairEnd, id: u32) -> RoaringBitmap {
        let blocks_of = self.blocks_by(end);
        let (mut found, mut next) = (RoaringBitmap::new(), vec![id]);
        while let Some(id) = next.pop() {
            for &block in blocks_of.of(id) {
                let others = self.blocks[block as usize].end(end.opposite());
                next.extend(others.iter().filter(|&other| found.insert(other)));
            }
        }
        found
    }

    /// The blocks that each object at this end is in.
    fn blocks_by(&self, end: PairEnd) -> &BlocksOf {
        self.blocks_of[usize::from(end == PairEnd::To)].get_or_init(|| BlocksOf::new(&self.blocks, end))
    }

    /// The numbers of the blocks that have an object at this end.
    pub(crate) fn blocks_with(&self, end: PairEnd, id: u32) -> Vec<u32> {
        if self.n_asked.fetch_add(1, Ordering::Relaxed) >= MAX_LOOKS {
            return self.blocks_by(end).of(id).to_vec();
        }
        let blocks = (0..).zip(&self.blocks).filter(|(_, block)| block.end(end).contains(id));
        blocks.map(|(number, _)| number).collect()
    }
}

/// How many objects there are in any of the sets with these numbers.
fn union_len(sets: &[RoaringBitmap], numbers: &[u32]) -> u64 {
    match numbers {
        [number] => sets[*number as usize].len(),
        numbers => numbers.iter().map(|&number| &sets[number as usize]).union().len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(from: &[u32], to: &[u32]) -> PairBlock {
        PairBlock { from: from.iter().copied().collect(), to: to.iter().copied().collect() }
    }

    fn ids(set: &RoaringBitmap) -> Vec<u32> {
        set.iter().collect()
    }

    fn set(ids: &[u32]) -> RoaringBitmap {
        ids.iter().copied().collect()
    }

    #[test]
    fn both_ends_are_found_and_counted() {
        let pairs =
            PairSet::new(vec![block(&[1, 2], &[10, 11]), block(&[2], &[11, 12]), block(&[3], &[])], false);
        assert_eq!(ids(&pairs.standing_to(PairEnd::From, &set(&[12]))), [2]);
        assert_eq!(ids(&pairs.standing_to(PairEnd::To, &set(&[1, 3]))), [10, 11]);
        assert_eq!(ids(&pairs.standing_to(PairEnd::From, &(0..100).collect())), [1, 2]);
        let counts = |end, of: &[u32]| -> Vec<(u64, Vec<u32>)> {
            pairs.counts(end, &set(of)).iter().map(|(n, set)| (*n, ids(set))).collect()
        };
        assert_eq!(counts(PairEnd::From, &[10, 11, 12]), [(2, vec![1]), (3, vec![2])]);
        assert_eq!(counts(PairEnd::To, &[2, 3]), [(1, vec![10, 11, 12])]);
    }

    #[test]
    fn the_blocks_of_each_object_are_those_that_have_it() {
        let blocks = [block(&[1, 5], &[]), block(&[5], &[7]), block(&[0, 5, 6], &[7])];
        let blocks_of = BlocksOf::new(&blocks, PairEnd::From);
        assert_eq!(
            [0, 1, 2, 5, 6, 7, u32::MAX].map(|id| blocks_of.of(id).to_vec()),
            [vec![2], vec![0], vec![], vec![0, 1, 2], vec![2], vec![], vec![]]
        );
        assert_eq!(blocks_of.iter().map(|(id, _)| id).collect::<Vec<_>>(), [0, 1, 5, 6]);
        assert!(BlocksOf::new(&[], PairEnd::To).iter().next().is_none());
    }

    #[test]
    fn what_goes_on_leads_over_any_number_of_steps_also_in_a_ring() {
        let pairs = PairSet::new(vec![block(&[1], &[2]), block(&[2], &[3, 4]), block(&[4], &[1])], true);
        assert_eq!(ids(&pairs.standing_to(PairEnd::To, &set(&[2]))), [1, 2, 3, 4]);
        assert_eq!(ids(&pairs.standing_to(PairEnd::From, &set(&[3]))), [1, 2, 4]);
        let counts = pairs.counts(PairEnd::From, &set(&[3, 4]));
        assert_eq!(counts.iter().map(|(n, set)| (*n, ids(set))).collect::<Vec<_>>(), [(2, vec![1, 2, 4])]);
    }
}
