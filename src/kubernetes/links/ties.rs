//! What objects hold that leads to others, with all that it leads to.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use foldhash::fast::RandomState;
use roaring::RoaringBitmap;

use super::super::places::{KindName, LinkPlace, LinkPlaces};
use super::super::relation::Relation;
use super::choice::{ChoiceFilter, Chosen, Namespaces, SelectorChoice};
use super::faults::{FaultAt, SelectorFault};
use super::names::DanglingName;
use crate::store::{PairBlock, PairEnd, PairSet};
use crate::{ObjectId, Selector};

/// All that objects hold of one relation.
#[derive(Debug)]
pub(super) struct TieTable {
    relation: Relation,
    places: LinkPlaces,
    ties: Vec<TieRow>,
    /// The places in objects, as queries name them.
    ats: Vec<Box<str>>,
    /// What each block of the pairs is found by.
    found_by: Vec<FoundBy>,
    pairs: Arc<PairSet>,
    faults: Vec<SelectorFault>,
    dangling: Vec<DanglingName>,
}

#[derive(Debug, Clone, Copy)]
struct TieRow {
    from: u32,
    block: u32,
    at: u32,
    /// [`NO_PLACE`] of what no table says.
    place: u32,
}

/// The number of no place.
pub(super) const NO_PLACE: u32 = u32::MAX;

#[derive(Debug)]
enum FoundBy {
    /// A name or a uid.
    Name,
    Selector(SelectorChoice),
    /// What was to be a selector is none.
    Problem(Box<str>),
}

/// Puts a table together.
pub(super) struct TieBuilder {
    relation: Relation,
    ties: Vec<TieRow>,
    ats: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u32, RandomState>,
    found_by: Vec<FoundBy>,
    blocks: Vec<PairBlock>,
    faults: Vec<SelectorFault>,
    dangling: Vec<DanglingName>,
}

impl TieBuilder {
    pub(super) fn new(relation: Relation) -> TieBuilder {
        TieBuilder {
            relation,
            ties: Vec::new(),
            ats: Vec::new(),
            numbers: HashMap::default(),
            found_by: Vec::new(),
            blocks: Vec::new(),
            faults: Vec::new(),
            dangling: Vec::new(),
        }
    }

    /// Something is wrong with how an object says what it selects.
    pub(super) fn fault(&mut self, from: u32, FaultAt { at, kind, said }: FaultAt) {
        self.faults.push(SelectorFault { from: ObjectId(from), at: at.into(), kind, said });
    }

    /// An object says a name that nothing has.
    pub(super) fn dangling(&mut self, name: DanglingName) {
        self.dangling.push(name);
    }

    fn push_block(&mut self, found_by: FoundBy, to: RoaringBitmap) -> u32 {
        self.found_by.push(found_by);
        self.blocks.push(PairBlock { from: RoaringBitmap::new(), to });
        self.blocks.len() as u32 - 1
    }

    /// What is named, which some object leads to.
    pub(super) fn named(&mut self, to: RoaringBitmap) -> u32 {
        self.push_block(FoundBy::Name, to)
    }

    /// What a selector selects.
    pub(super) fn selected(&mut self, chosen: Chosen, to: RoaringBitmap) -> u32 {
        let found_by = match chosen {
            Ok(choice) => FoundBy::Selector(choice),
            Err(problem) => FoundBy::Problem(problem.into()),
        };
        self.push_block(found_by, to)
    }

    /// An object leads to a block by what stands at `at`.
    pub(super) fn tie(&mut self, from: u32, block: u32, at: &str, place: u32) {
        let known = self.numbers.get(at).copied();
        let at = known.unwrap_or_else(|| {
            let number = self.ats.len() as u32;
            self.ats.push(at.into());
            self.numbers.insert(at.into(), number);
            number
        });
        self.blocks[block as usize].from.insert(from);
        self.ties.push(TieRow { from, block, at, place });
    }

    pub(super) fn finish(self, places: &LinkPlaces) -> TieTable {
        let TieBuilder { relation, mut ties, ats, found_by, blocks, faults, dangling, .. } = self;
        // In the order of the input; what one object holds stays in the order in which it was read.
        ties.sort_by_key(|tie| tie.from);
        let pairs = PairSet::new(blocks, relation == Relation::Owns);
        let pairs = Arc::new(pairs);
        TieTable { relation, places: places.clone(), ties, ats, found_by, pairs, faults, dangling }
    }
}

impl TieTable {
    pub(super) fn pairs(&self) -> &Arc<PairSet> {
        &self.pairs
    }

    pub(super) fn faults(&self) -> &[SelectorFault] {
        &self.faults
    }

    pub(super) fn dangling(&self) -> &[DanglingName] {
        &self.dangling
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Tie<'_>> {
        self.ties.iter().map(|row| Tie { table: self, row })
    }

    /// What an object holds.
    pub(super) fn of(&self, id: ObjectId) -> impl ExactSizeIterator<Item = Tie<'_>> {
        let first = self.ties.partition_point(|tie| tie.from < id.0);
        let n = self.ties[first..].partition_point(|tie| tie.from == id.0);
        self.ties[first..first + n].iter().map(|row| Tie { table: self, row })
    }

    /// What leads to an object.
    pub(super) fn to(&self, id: ObjectId) -> Vec<Tie<'_>> {
        let mut ties = Vec::new();
        for block in self.pairs.blocks_with(PairEnd::To, id.0) {
            for from in &self.pairs.blocks()[block as usize].from {
                ties.extend(self.of(ObjectId(from)).filter(|tie| tie.row.block == block));
            }
        }
        ties.sort_by_key(|tie| tie.row.from);
        ties
    }

    /// The kinds that some selector asks for.
    pub(super) fn targets(&self) -> impl Iterator<Item = &KindName> {
        self.found_by.iter().filter_map(|found_by| match found_by {
            FoundBy::Selector(choice) => choice.target.as_ref(),
            _ => None,
        })
    }

    /// The selectors, each with what it asks and the number of its block.
    pub(super) fn choices(&self) -> impl Iterator<Item = (u32, &SelectorChoice)> {
        (0..).zip(&self.found_by).filter_map(|(block, found_by)| match found_by {
            FoundBy::Selector(choice) => Some((block, choice)),
            _ => None,
        })
    }

    /// The ties that lead to a block.
    pub(super) fn by_block(&self, block: u32) -> impl Iterator<Item = Tie<'_>> {
        let from = self.pairs.blocks()[block as usize].from.iter();
        from.flat_map(move |from| self.of(ObjectId(from)).filter(move |tie| tie.row.block == block))
    }
}

/// What one object holds at one place, and the objects that it leads to.
#[derive(Clone, Copy)]
pub struct Tie<'l> {
    table: &'l TieTable,
    row: &'l TieRow,
}

impl<'l> Tie<'l> {
    /// How the object stands to the others.
    #[must_use]
    pub fn relation(&self) -> Relation {
        self.table.relation
    }

    /// The object that selects, owns, runs or uses the others.
    #[must_use]
    pub fn from(&self) -> ObjectId {
        ObjectId(self.row.from)
    }

    /// Where that is said, as a path that a query takes: `.spec.ingress[0].from[1]`. An owner is named in what it owns,
    /// and a node in the pods that it runs.
    #[must_use]
    pub fn at(&self) -> &'l str {
        &self.table.ats[self.row.at as usize]
    }

    /// The row of the table of places; none for owners.
    #[must_use]
    pub fn place(&self) -> Option<&'l LinkPlace> {
        self.table.places.get(self.row.place)
    }

    /// The selector, as a query where it says more than a selector can: of a NodeSelector its terms, of a network policy's
    /// peer also the namespaces. `None` of what leads by name, of what is no selector, and of the selector of nothing.
    #[must_use]
    pub fn selector(&self) -> Option<String> {
        self.choice()?.text()
    }

    /// What the selector asks of labels; `None` where it asks something else, as the terms of a NodeSelector may.
    #[must_use]
    pub fn label_selector(&self) -> Option<&'l Selector> {
        match &self.choice()?.filter {
            ChoiceFilter::Labels(selector) => Some(selector),
            ChoiceFilter::Terms(_) => None,
        }
    }

    /// In which namespaces is looked for what is selected.
    pub(in crate::kubernetes) fn namespaces(&self) -> Option<&'l Namespaces> {
        Some(&self.choice()?.namespaces)
    }

    /// Parts of the selector that nothing meets together; of several terms those of each.
    pub(in crate::kubernetes) fn contradictions(&self) -> Vec<Vec<String>> {
        self.choice().map_or_else(Vec::new, SelectorChoice::contradictions)
    }

    /// What is selected, where something is.
    pub(super) fn choice(&self) -> Option<&'l SelectorChoice> {
        match self.found_by() {
            FoundBy::Selector(choice) => Some(choice),
            _ => None,
        }
    }

    /// Why what stands there selects nothing, where it is no selector.
    #[must_use]
    pub fn problem(&self) -> Option<&'l str> {
        match self.found_by() {
            FoundBy::Problem(problem) => Some(problem),
            _ => None,
        }
    }

    fn found_by(&self) -> &'l FoundBy {
        &self.table.found_by[self.row.block as usize]
    }

    fn found(&self) -> &'l RoaringBitmap {
        &self.table.pairs.blocks()[self.row.block as usize].to
    }

    /// How many objects it leads to.
    #[must_use]
    pub fn n_targets(&self) -> u64 {
        self.found().len()
    }

    /// The objects that it leads to, in the order of the input.
    pub fn targets(&self) -> impl Iterator<Item = ObjectId> + use<'l> {
        self.found().iter().map(ObjectId)
    }

    /// Whether it leads to an object.
    #[must_use]
    pub fn leads_to(&self, id: ObjectId) -> bool {
        self.found().contains(id.0)
    }
}

impl fmt::Debug for Tie<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tie")
            .field("relation", &self.relation())
            .field("from", &self.from())
            .field("at", &self.at())
            .field("selector", &self.selector())
            .field("n_targets", &self.n_targets())
            .finish_non_exhaustive()
    }
}
